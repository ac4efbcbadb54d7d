"""The sentences that an audit wrote into its result, said in another language.

A result is plain data, read by programs and rendered again later, so what it says of itself (why a file was left out,
why a number may not be reported) stands in it in English. A language names the patterns from which those sentences
were written, and its own words for each; what no pattern knows stays as it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

Forms = str | Mapping[str, str]
"""A text, or one per plural form, chosen by the placeholder `n`."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CAPTURE = {"n": r"(?P<n>[\d,]*\d)"}
"""The placeholder that a plural form is chosen by is a whole number; any other may be whatever stands there."""
_JOINTS = ("; but ", "; ", ". ", ", ")
"""What stands between sentences that were written one after another, the strongest first."""


@dataclass(frozen=True)
class Pattern:
    """One English pattern and its counterpart. `head` and `tail` are the words before and after its placeholders."""

    regex: re.Pattern[str]
    head: str
    tail: str
    forms: Forms

    @classmethod
    def of(cls, english: str, forms: Forms) -> "Pattern":
        literals = _PLACEHOLDER.split(english)
        parts = [_CAPTURE.get(part, f"(?P<{part}>.+?)") if place % 2 else re.escape(part)
                 for place, part in enumerate(literals)]  # fmt: skip
        return cls(re.compile("".join(parts), re.DOTALL), literals[0], literals[-1], forms)

    def match(self, text: str) -> re.Match[str] | None:
        return self.regex.fullmatch(text) if text.startswith(self.head) and text.endswith(self.tail) else None


def placeholders(text: str) -> list[str]:
    """The names of a pattern's placeholders, each once, sorted."""
    return sorted(set(_PLACEHOLDER.findall(text)))


@dataclass(frozen=True)
class Sentences:
    """All patterns of a language. `named` says a figure or name its way, `form` names the plural form."""

    table: Mapping[str, Forms]
    named: Callable[[str], str]
    form: Callable[[int], str]

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """Those with placeholders; the one with most words of its own first, which is meant where several fit."""
        order = sorted(self.table, key=lambda english: (-len(_PLACEHOLDER.sub("", english)), english))
        return tuple(Pattern.of(english, self.table[english]) for english in order if "{" in english)

    def __call__(self, text: str) -> str:
        """The text in this language, as far as it is known."""
        whole = self.whole(text)
        if whole is not None:
            return whole
        for joint in _JOINTS:
            parts = _split(text, joint)
            if len(parts) > 1:
                told = [self.whole(part) for part in parts]
                if None not in told or joint != ", ":
                    return self._joint(joint).join(self(part) for part in parts)
        return text

    def whole(self, text: str) -> str | None:
        """A text that one pattern, or several joined, made from end to end; None where some of it is unknown."""
        known = self.table.get(text)
        return known if isinstance(known, str) else self._joined(text) or self._single(text)

    def _joined(self, text: str) -> str | None:
        for joint in _JOINTS[:3]:
            parts = _split(text, joint)
            told = [self.whole(part) for part in parts] if len(parts) > 1 else [None]
            if None not in told:
                return self._joint(joint).join(map(str, told))
        return None

    def _single(self, text: str) -> str | None:
        for pattern in self.patterns:
            found = pattern.match(text)
            if found:
                values = {name: self._value(value) for name, value in found.groupdict().items()}
                forms = pattern.forms
                chosen = forms if isinstance(forms, str) else forms[self.form(_count(found["n"]))]
                return chosen.format(**values)
        return None

    def _value(self, text: str) -> str:
        named = self.named(text)
        return named if named != text else self.whole(text) or text

    def _joint(self, joint: str) -> str:
        known = self.table.get(joint)
        # The full stop has stayed with its sentence.
        return known if isinstance(known, str) else joint.lstrip(".")


def _split(text: str, joint: str) -> list[str]:
    """The parts of a text; a full stop stays with the sentence it ends."""
    parts = text.split(joint)
    return [part + "." for part in parts[:-1]] + parts[-1:] if joint == ". " else parts


def _count(text: str) -> int:
    return int(text.replace(",", ""))
