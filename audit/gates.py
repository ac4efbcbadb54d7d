"""Gates: conditions under which an audit counts as failed.

One condition compares one figure with one value::

    score < 85                                   the overall score; also: score drop > 2
    flawless < 0.6                               the share of records without a finding; also: coverage
    dimension uniqueness < 90                    a score of a part; also: source HubSpot, entity contact
    findings > 500                               open findings; of a severity or a rule: findings VAL001 > 10
    new critical > 0                             since the run before; also: returned, fixed
    metric win_rate verdict = 'do not report'    also: metric win_rate raw, cleaned, change (a fraction of raw)

Operators are < <= > >= = !=. A gate whose figure is not there fails: what cannot be judged must not pass unseen. Only
`new`, `returned`, `fixed` and `score drop` pass in the first run of a history, which has nothing to compare with.
"""

import difflib
import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from audit.errors import UsageError
from audit.result import AuditResult
from audit.rule import Dimension, Severity
from audit.schema import entities

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
PARTS = ("dimension", "source", "entity")
COUNTS = ("findings", "new", "returned", "fixed")
ASPECTS = ("verdict", "raw", "cleaned", "change")
SUBJECTS = ("score", "flawless", "coverage", *PARTS, *COUNTS, "metric")
VERDICTS = ("reportable", "reportable with care", "do not report", "not computable")
_TOKEN = re.compile(r"\s*(?:(?P<op><=|>=|!=|==|=|<|>)|'(?P<one>[^']*)'|\"(?P<two>[^\"]*)\"|(?P<word>[^\s<>=!'\"]+))")


@dataclass(frozen=True)
class Gate:
    """One condition: `subject`, what it is about by `name`, which `aspect` of it, and the comparison that fails it."""

    text: str
    subject: str
    name: str
    aspect: str
    operator: str
    value: float | str


@dataclass(frozen=True)
class Ruling:
    """What came of a gate; `reason` says what the figure is."""

    gate: Gate
    failed: bool
    reason: str


def parse(text: str, *, rules: Collection[str], metrics: Collection[str]) -> Gate:
    """The gate that `text` says. Raises UsageError with what was probably meant."""
    words, sign, value = _tokens(text)
    subject, *rest = words
    if subject not in SUBJECTS:
        raise _wrong(text, f"{subject!r} is no figure", subject, SUBJECTS)
    name, aspect = "", ""
    if subject == "score" and rest[:1] == ["drop"]:
        aspect = rest.pop(0)
    elif subject in PARTS or subject == "metric":
        if not rest:
            raise _wrong(text, f"{subject} needs a name after it", "", ())
        name = rest.pop(0)
        if subject == "metric":
            aspect = rest.pop(0) if rest else "cleaned"
            if aspect not in ASPECTS:
                raise _wrong(text, f"{aspect!r} is nothing that a metric has", aspect, ASPECTS)
        allowed: Collection[str] = {
            "dimension": tuple(Dimension),
            "entity": tuple(entities()),
            "metric": metrics,
        }.get(subject, (name,))
        if name not in allowed:
            raise _wrong(text, f"there is no {subject} {name!r}", name, allowed)
    elif subject in COUNTS and rest:
        name = rest.pop(0)
        allowed = (*Severity, *rules)
        if name not in allowed:
            raise _wrong(text, f"{name!r} is neither a severity nor a rule", name, allowed)
    if rest:
        raise _wrong(text, f"{' '.join(rest)!r} says nothing here", "", ())
    return Gate(text, subject, name, aspect, sign, _value(text, aspect, sign, value))


def judge(gates: Sequence[Gate], result: AuditResult) -> tuple[Ruling, ...]:
    """What each gate says of a result. `new` and its like look at `result.history`."""
    return tuple(_judged(gate, result) for gate in gates)


def needs_history(gate: Gate) -> bool:
    return gate.subject in ("new", "returned", "fixed") or gate.aspect == "drop"


def _tokens(text: str) -> tuple[list[str], str, str]:
    words: list[str] = []
    sign = ""
    place = 0
    stripped = text.strip()
    while place < len(stripped):
        found = _TOKEN.match(stripped, place)
        if found is None:
            raise _wrong(text, f"{stripped[place:]!r} cannot be read", "", ())
        place = found.end()
        if found["op"]:
            if sign:
                raise _wrong(text, "there is a second operator", "", ())
            sign, before = "=" if found["op"] == "==" else found["op"], len(words)
        else:
            words.append(next(part for part in (found["one"], found["two"], found["word"]) if part is not None))
    if not sign or not before or len(words) == before:
        raise _wrong(text, "it is not of the form: figure, operator, value", "", ())
    return words[:before], sign, " ".join(words[before:])


def _value(text: str, aspect: str, sign: str, value: str) -> float | str:
    if aspect == "verdict":
        if sign not in ("=", "!="):
            raise _wrong(text, "a verdict is compared with = or !=", "", ())
        if value not in VERDICTS:
            raise _wrong(text, f"there is no verdict {value!r}", value, VERDICTS)
        return value
    try:
        return float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        raise _wrong(text, f"{value!r} is no number", "", ()) from None


def _wrong(text: str, what: str, word: str, known: Collection[str]) -> UsageError:
    near = difflib.get_close_matches(word, [str(name) for name in known], n=1, cutoff=0.5) if word else []
    if near:
        hint = f"Did you mean {near[0]!r}?"
    elif known and len(known) < 20:
        hint = f"Known are {', '.join(str(name) for name in known)}."
    else:
        hint = "For example: score < 85, or new critical > 0."
    return UsageError(f"The gate {text!r} cannot be understood: {what}.", hint=hint)


def _judged(gate: Gate, result: AuditResult) -> Ruling:
    if needs_history(gate) and (result.history is None or result.history.previous is None):
        return Ruling(gate, False, "there is no earlier run to compare with")
    figure = _figure(gate, result)
    if figure is None or (isinstance(figure, float) and isnan(figure)):
        return Ruling(gate, True, "this run does not have that figure")
    failed = OPERATORS[gate.operator](figure, gate.value)
    return Ruling(gate, failed, f"it is {figure if isinstance(figure, str) else f'{figure:.6g}'}")


def _figure(gate: Gate, result: AuditResult) -> float | str | None:
    score = result.score
    match gate.subject:
        case "score":
            if gate.aspect == "drop":
                assert result.history is not None
                return -(result.history.score_change or 0.0)
            return float(score.overall)
        case "flawless" | "coverage":
            return float(getattr(score, gate.subject))
        case "dimension" | "source" | "entity":
            parts = getattr(score, f"by_{gate.subject}")
            found = parts.loc[parts["name"].astype(str) == gate.name, "score"]
            return float(found.iloc[0]) if len(found) else None
        case "metric":
            return _metric(gate, result)
    return float(_count(gate, result))


def _metric(gate: Gate, result: AuditResult) -> float | str | None:
    metrics = result.metrics
    whole = metrics[metrics["metric_id"].eq(gate.name) & metrics["breakdown"].fillna("").eq("")]
    line = whole[whole["period"].eq("all")].head(1)
    if line.empty:
        return None
    found = line.iloc[0]
    if gate.aspect == "verdict":
        return str(found["verdict"])
    if gate.aspect == "change":
        return float(found["cleaned"] / found["raw"] - 1) if found["raw"] else None
    return float(found[gate.aspect])


def _count(gate: Gate, result: AuditResult) -> int:
    severities = {rule.id: str(rule.severity) for rule in result.rules}
    if gate.subject == "fixed":
        assert result.history is not None
        table = result.history.by_rule
        chosen = table["name"].eq(gate.name) | table["name"].map(severities).eq(gate.name) | (not gate.name)
        return int(table.loc[chosen, "fixed"].sum())
    findings = result.findings[~result.findings["accepted"].to_numpy(dtype=bool)]
    if gate.name:
        findings = findings[findings["rule_id"].eq(gate.name) | findings["severity"].astype(str).eq(gate.name)]
    if gate.subject == "findings":
        return len(findings)
    assert result.history is not None
    states = result.history.findings
    return int(findings["finding_id"].isin(states["finding_id"][states["state"].eq(gate.subject)]).sum())
