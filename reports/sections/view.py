"""What every section looks through: the result, the words of the language, and what may be shown of a person."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from audit.engine import MAX_ARGS
from audit.result import AuditResult
from audit.rule import Rule
from audit.schema import entities
from audit.values.text import is_placeholder
from reports import masking
from reports.disclosure import Disclosure, Pseudonyms
from reports.sections.audience import Audience
from reports.sections.blocks import Cell, Figure, Table
from reports.sections.located import located, messages
from reports.sections.pages import Page, page_of
from reports.wording import Words

BANDS = ((98.0, "good"), (92.0, "fair"), (80.0, "weak"), (0.0, "poor"))
"""Lowest score of each band. Our own marks, not an industry's: of records with ten judged cells, about four in five are
flawless at 98, not half at 92, one in ten at 80."""

WORDED_ARGS = frozenset(
    "kind sign place when what earlier status part odd shared country phone_country there said minutes times "
    "usual first payment".split()
)
"""Arguments of messages that rules fill with words or figures of their own."""


@dataclass(frozen=True)
class View:
    """One report: `result` in one language, masked or in full, for an audience."""

    result: AuditResult
    words: Words
    masked: bool
    audience: Audience = Audience.EVERYTHING
    withheld: frozenset[str] = frozenset()
    """Values, lower case, that a masked report does not show wherever else they stand."""

    def withholding(self, values: frozenset[str]) -> "View":
        """The same view, which shows none of `values` either."""
        other = replace(self, withheld=self.withheld | values)
        own = {"disclosure", *(item.name for item in fields(self))}
        other.__dict__.update({name: held for name, held in self.__dict__.items() if name not in own})
        return other

    @cached_property
    def disclosure(self) -> Disclosure:
        return Disclosure(self.result, self.words, self.withheld)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(self.result.dataset)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """All findings with where their record is; columns of `located`."""
        return located(self.result)

    @cached_property
    def counted(self) -> pd.DataFrame:
        """The findings that nobody has accepted."""
        return self.findings[~self.findings["accepted"].to_numpy(dtype=bool)]

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.result.rules}

    @cached_property
    def found_rules(self) -> frozenset[str]:
        """The ids of the rules with counted findings."""
        return frozenset(map(str, self.counted["rule_id"].unique()))

    @cached_property
    def harm(self) -> pd.Series:
        """How many points of the overall score each counted finding takes if alone, aligned with `counted`."""
        return self.result.score.cost.reindex(self.counted.index)

    @staticmethod
    def weight(entity: str, field: str) -> float:
        spec = entities()[entity].fields.get(field)
        return spec.weight if spec else 1.0

    @property
    def records(self) -> int:
        return sum(len(self.result.dataset[name]) for name in self.result.dataset)

    def text(self, value: object, limit: int = masking.CUT) -> str:
        """Foreign text that names nobody (a header, a file), made harmless."""
        shown = masking.plain(value, limit) if isinstance(value, str) or not pd.isna(value) else ""
        return self.disclosure.open(shown) if self.masked else shown

    def told(self, text: object, limit: int = masking.CUT) -> str:
        """A sentence that the audit wrote into the result, in the report's language, as harmless as any text."""
        return self.text(self.words.told(text) if isinstance(text, str) else text, limit)

    def value(self, entity: str, field: str, value: object, limit: int = masking.CUT) -> str:
        """A value of a field as this report shows it; "" for blank."""
        if value is None or value is pd.NA or (not isinstance(value, str) and pd.isna(value)):
            return ""
        if self.masked and field in masking.PRIVATE_FIELDS:
            return masking.mask_value(entity, field, str(value))
        if isinstance(value, pd.Timestamp):
            return str(value.date() if value == value.normalize() else value.floor("s"))
        if isinstance(value, float | np.floating):
            return f"{value:.10g}"
        shown = masking.plain(value, limit)
        if not self.masked:
            return shown
        if field in masking.NAMING_FIELDS:
            return self.person(shown)
        spec = entities()[entity].fields.get(field)
        if spec and spec.type in masking.LISTED_TYPES:
            return self.disclosure.word(shown)
        hidden = masking.mask_value(entity, field, shown)
        return self.disclosure.open(hidden) if hidden == shown else hidden

    def person(self, name: str) -> str:
        """A member of staff: under a pseudonym when masked, else with it. Programs are no persons."""
        shown = masking.plain(name)
        if not shown or masking.is_machine(shown):
            return self.text(shown)
        if masking.names_somebody(shown):
            return masking.mask_text(shown) if self.masked else shown
        code = self.pseudonyms.code("person", shown)
        return self.words("pseudonym.person", code=code) if self.masked else f"{shown} · {code}"

    def company(self, name: str) -> str:
        """A company that a group is named after: under a pseudonym when masked, else with it."""
        shown = masking.plain(name)
        if not shown:
            return shown
        code = self.pseudonyms.code("company", shown)
        return self.words("pseudonym.company", code=code) if self.masked else f"{shown} · {code}"

    def sentence(self, text: str, values: Iterable[str]) -> str:
        """A sentence about persons: `values` are what of them it may quote."""
        text = masking.plain(self.words.told(text), 600)
        if not self.masked:
            return text
        return self.disclosure.open(masking.mask_sentence(text, map(masking.plain, values)))

    def explanations(self, entity: str) -> pd.Series:
        """Per pair of the matching, why it was judged as it was."""
        if entity not in self._explanations:
            self._explanations[entity] = self.result.matches[entity].explanation()
        return self._explanations[entity]

    @cached_property
    def _explanations(self) -> dict[str, pd.Series]:
        return {}

    def record(self, entity: str, record: int) -> str:
        return masking.pseudonym(entity, record)

    def shown(self, findings: pd.DataFrame) -> pd.DataFrame:
        """A few findings with value, suggestion and arguments as this report shows them, and their message."""
        frame = findings.copy()
        for name in ("value", "suggestion"):
            empty = is_placeholder(frame[name])
            frame[name] = [
                self.text(value) if placeholder else self.value(entity, field, value)
                for entity, field, value, placeholder in zip(
                    frame["entity"], frame["field"], frame[name], empty, strict=True
                )
            ]
        if self.masked:
            for number in range(MAX_ARGS):
                column = f"arg{number + 1}"
                frame[column] = [
                    self._argument(self.rules[rule].args[number], masking.plain(value))
                    if isinstance(value, str)
                    else pd.NA
                    for rule, value in zip(frame["rule_id"], frame[column], strict=True)
                ]
        for number, rule_id in product(range(1, MAX_ARGS + 1), frame["rule_id"].unique()):
            names = self.rules[rule_id].args
            if number <= len(names) and names[number - 1] in WORDED_ARGS:
                mine = frame["rule_id"].eq(rule_id) & frame[f"arg{number}"].notna()
                frame.loc[mine, f"arg{number}"] = [self.words.term(text) for text in frame.loc[mine, f"arg{number}"]]
        frame["message"] = [masking.plain(text, 300) for text in messages(self.result.rules, frame, self.words)]
        return frame

    def _argument(self, name: str, value: str) -> str:
        """What fills a masked message."""
        shown = masking.mask_argument(name, value)
        if shown != value:
            return shown
        return self.disclosure.word(value) if name in masking.LISTED_ARGS else self.disclosure.open(value)

    def place(self, file: object, row: Any) -> str:
        """Where a record is: file and data row."""
        return self.words("place", file=self.text(file, 60), row=int(row)) if not pd.isna(row) else self.text(file, 60)

    def band(self, score: float) -> str:
        return next(name for lowest, name in BANDS if score >= lowest)

    def score_cells(self, score: float) -> tuple[Cell, Cell]:
        """A score with its bar, and its band in words."""
        band = self.band(score)
        shown = Cell(self.words.number(score, 1), share=score / 100, sort=score, bar_tone=band)
        return shown, Cell(self.words(f"band.{band}"), tone=band, sort=score)

    def number_cell(self, value: int | float, digits: int = 0) -> Cell:
        return Cell(self.words.number(value, digits), sort=float(value))

    def percent_cell(self, share: float, *, bar: bool = False) -> Cell:
        known = not np.isnan(share)
        return Cell(self.words.percent(share), sort=share if known else -1.0, share=share if bar and known else None)

    def figure(self, title: str, sentence: str, svg: Markup, table: Table) -> Figure:
        return Figure(title, sentence, svg, table)

    def rule_title(self, rule_id: str) -> str:
        return self.words.of("rule", rule_id, "title", self.rules[rule_id].title)

    def rule_page(self, rule_id: str) -> Page:
        page = page_of(self.rules[rule_id])
        texts = {
            name: self.words.of("rule", rule_id, name, self.words.told(text)) for name, text in asdict(page).items()
        }
        return Page(**texts)

    def field_title(self, entity: str, field: str) -> str:
        spec = entities()[entity].fields.get(field)
        return self.words.field(entity, field, spec.title if spec else field)

    def entity_title(self, entity: str) -> str:
        return self.words(f"entity.{entity}") if self.words.has(f"entity.{entity}") else entities()[entity].title

    def listed(self, names: Sequence[str], most: int = 4) -> str:
        """A short list, with how many more there are."""
        shown = [self.text(name, 60) for name in names[:most]]
        if len(names) > most:
            return self.words("and_more", head=", ".join(shown), n=len(names) - most)
        return self.words.listed(shown)


def more_in_file(words: Words, shown: int, total: int, file: str) -> str:
    """The note under a table that shows a part: nothing is capped silently."""
    return words("shown_of", shown=shown, n=total, file=file) if shown < total else ""
