"""The queue as a page's script reads it: entries of numbers that stand for shared texts, as many as fit a budget."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from audit.dataset import Table
from audit.review import Queue
from audit.review.survivors import choosable
from audit.rule import FixKind
from audit.schema import entities
from reports.masking import PREFIXES
from reports.sections.duplicates import COMPARED
from reports.sections.view import View

BUDGET = 200_000
"""Bytes that the entries may take in the page; what does not fit is in the files beside it."""
SHOWN = 72
"""Characters of a value."""
MOST = 4_000
"""Lines looked at; more would not fit any budget."""
MERGED_FIELDS = 14
"""Fields set side by side for records of other tables than contacts and accounts."""
KINDS = {"pair": 0, "merge": 1, "fix": 2}


class Entries:
    """The first entries of a queue, written for `review.js`.

    An entry is [kind, title, tag, reason, pattern, item, entity, rule, rows], of records that are compared with two
    heads and two keys after it; its lines are numbered from `item` on. A head is [number, file, row], from which a
    record's name and place are made. A row of a comparison is [field, value] where both hold the same, [field, left,
    right] where they differ, with a zero where they differ in writing alone; `fields` says of each field its title
    and, where a value may be chosen, its name. A row of fixes is [record, field, before, after, fix, finding] with a
    head or a text for the record. The keys are those of the records of a pair, or the fix and the finding of a merge.
    All but kind, item and what heads hold are places in the list of texts.
    """

    def __init__(self, view: View, queue: Queue, budget: int = BUDGET) -> None:
        self.view = view
        self.lines = queue.lines.head(max(MOST, budget // 60))
        self.texts: dict[str, int] = {"": 0}
        self.fields: dict[tuple[str, str], int] = {}
        self.size = 0
        self.shown: list[list[Any]] = []
        for entry in self._entries():
            if self.size > budget:
                break
            self.size += len(json.dumps(entry, separators=(",", ":"))) + 1
            if self.size <= budget:
                self.shown.append(entry)

    def data(self) -> dict[str, Any]:
        """Everything that the entries refer to, and they themselves."""
        named = {entity for entity, _ in self.fields} | set(self.lines["entity"])
        return {
            "texts": list(self.texts),
            "fields": [
                [self.view.field_title(entity, name), name if choosable(entity, name) else ""]
                for entity, name in self.fields
            ],
            "prefixes": {entity: PREFIXES[entity] for entity in sorted(named)},
            "entries": self.shown,
        }

    def items(self, entry: list[Any]) -> list[int]:
        """The numbers of an entry's questions."""
        return list(range(entry[5], entry[5] + (len(entry[8]) if entry[0] == KINDS["fix"] else 1)))

    def heads(self, entry: list[Any]) -> list[str]:
        """The two records of a comparison, as people read them."""
        return [self._told(entry, head) for head in entry[9]]

    def compared(self, entry: list[Any]) -> Iterator[tuple[str, str, str, bool]]:
        """Field, left, right and whether they differ, of two records."""
        titles, texts = [self.view.field_title(*field) for field in self.fields], list(self.texts)
        for field, left, *right in entry[8]:
            yield titles[field], texts[left], texts[right[0] if right else left], len(right) == 1

    def changes(self, entry: list[Any]) -> Iterator[tuple[str, str, str, str]]:
        """Record, field, before and after of an entry of fixes."""
        texts = list(self.texts)
        for record, *cells in entry[8]:
            told = self._told(entry, record) if isinstance(record, list) else texts[record]
            yield told, texts[cells[0]], texts[cells[1]], texts[cells[2]]

    def _told(self, entry: list[Any], head: list[Any]) -> str:
        texts = list(self.texts)
        row = pd.NA if head[2] is None else head[2]
        return f"{self.view.record(texts[entry[6]], head[0] - 1)} · {self.view.place(texts[head[1]], row)}"

    def text(self, text: str) -> int:
        """The place of a text in the shared list."""
        if text not in self.texts:
            self.texts[text] = len(self.texts)
            self.size += len(json.dumps(text, ensure_ascii=False).encode()) + 1
        return self.texts[text]

    def _entries(self) -> Iterator[list[Any]]:
        for _, lines in self.lines.groupby("entry", sort=False):
            records = lines.to_dict("records")
            yield self._fixes(records) if records[0]["kind"] == "fix" else self._pair(records[0])

    def _kept(self, line: Mapping[str, Any], *names: str) -> list[int]:
        """The places of what a line is known by."""
        return [self.text(line[name] if isinstance(line[name], str) else "") for name in names]

    def _pair(self, line: Mapping[str, Any]) -> list[Any]:
        view, words, entity = self.view, self.view.words, str(line["entity"])
        left, right = int(line["left"]), int(line["right"])
        pair = line["kind"] == "pair"
        if pair:
            title = words("review.pair_title", entity=view.entity_title(entity))
            tag = words("duplicates.probability", p=words.percent(float(line["probability"])))
            quoted = [*self._quotable(entity, left), *self._quotable(entity, right)] if view.masked else []
            reason = view.sentence(str(line["reason"]), quoted) if isinstance(line["reason"], str) else ""
            pattern = self._agreeing(entity, str(line["pattern"]))
        else:
            title = view.rule_title(str(line["rule"]))
            tag = words("review.sure", p=words.percent(float(line["probability"]), 0))
            reason, pattern = self._message(line), title
        shown = [self.text(part) for part in (title, tag, reason, pattern)]
        keys = self._kept(line, *(("left_key", "right_key") if pair else ("fix", "finding")))
        heads = [self._head(entity, record) for record in (left, right)]
        rows = list(self._rows(entity, left, right))
        return [KINDS[line["kind"]], *shown, int(line["item"]), *self._kept(line, "entity", "rule"), rows, heads, keys]

    def _head(self, entity: str, record: int) -> list[Any]:
        place = self._places(entity)
        row = place["row"][record]
        return [record + 1, self.text(self.view.text(place["file"][record], 60)), None if pd.isna(row) else int(row)]

    def _rows(self, entity: str, left: int, right: int) -> Iterator[list[Any]]:
        for name, column in self._cells(entity).items():
            values = [column.get(record) for record in (left, right)]
            if values[0] is None and values[1] is None:
                continue
            folded = [None if value is None else " ".join(value.casefold().split()) for value in values]
            field = self.fields.setdefault((entity, name), len(self.fields))
            shown = [self.text(self.view.value(entity, name, value, SHOWN)) for value in values]
            alike = folded[0] == folded[1]
            yield [field, *(shown[:1] if alike and shown[0] == shown[1] else [*shown, 0] if alike else shown)]

    def _fixes(self, lines: Sequence[Mapping[str, Any]]) -> list[Any]:
        view, words, first = self.view, self.view.words, lines[0]
        entity = str(first["entity"])
        rule = view.rules[str(first["rule"])]
        title = words("review.fix_title", rule=view.rule_title(rule.id), entity=view.entity_title(entity))
        sure = words("review.sure", p=words.percent(float(first["probability"]), 0))
        reason = view.text(view.rule_page(rule.id).what, 240)
        shown = [self.text(part) for part in (title, sure, reason, view.rule_title(rule.id))]
        rows = [self._fix(line) for line in lines]
        return [KINDS["fix"], *shown, int(first["item"]), *self._kept(first, "entity", "rule"), rows]

    def _fix(self, line: Mapping[str, Any]) -> list[Any]:
        view, words, entity = self.view, self.view.words, str(line["entity"])
        finding = self._findings.loc[int(line["place"])]
        count = int(line["records"])
        about = self._head(entity, int(line["left"])) if count == 1 else self.text(words("review.n_records", n=count))
        if finding["fix_kind"] == str(FixKind.DROP):
            name, before, after = "", self._message(line), words("review.dropped")
        else:
            told = self._together(line)
            name = " · ".join(view.field_title(entity, field) for field, _, _ in told)
            before = " · ".join(view.value(entity, field, value, SHOWN) or words("blank") for field, value, _ in told)
            after = " · ".join(view.value(entity, field, value, SHOWN) or words("blank") for field, _, value in told)
        return [about, *(self.text(part) for part in (name, before, after)), *self._kept(line, "fix", "finding")]

    def _together(self, line: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
        """Field, before and after of all that a line changes in its first record."""
        key = (line["rule"], line["entity"], int(line["left"]))
        lines = self._findings.loc[self._by_record.get(key, [int(line["place"])])]
        if len(lines) > 1 and len(str(line["finding"]).split()) != len(lines) * int(line["records"]):
            lines = lines.loc[[int(line["place"])]]
        return list(zip(lines["field"], lines["value"], lines["suggestion"], strict=True))

    def _message(self, line: Mapping[str, Any]) -> str:
        finding = self._findings.loc[[int(line["place"])]]
        return str(self.view.shown(finding)["message"].iloc[0])

    @cached_property
    def _findings(self) -> pd.DataFrame:
        """The findings of the lines and of their records."""
        found = self.view.result.findings.reset_index(drop=True)
        first = found.loc[self.lines["place"][self.lines["place"] >= 0]]
        own = pd.MultiIndex.from_frame(first[["rule_id", "entity", "record"]])
        return found[pd.MultiIndex.from_frame(found[["rule_id", "entity", "record"]]).isin(own)]

    @cached_property
    def _by_record(self) -> dict[tuple[str, str, int], list[int]]:
        groups = self._findings.groupby(["rule_id", "entity", "record"], sort=False).indices
        labels = self._findings.index.to_numpy()
        return {key: labels[places].tolist() for key, places in groups.items()}

    def _agreeing(self, entity: str, pattern: str) -> str:
        """A pattern of agreeing fields in words."""
        words = self.view.words
        parts = pattern.replace("-", " -").replace("+", " +").split()
        told = []
        for sign, key in (("+", "review.same"), ("-", "review.differs")):
            names = [self.view.field_title(entity, part[1:]) for part in parts if part[0] == sign]
            if names:
                told.append(words(key, fields=words.listed(names)))
        return "; ".join(told) or words("review.nothing_common")

    def _table(self, entity: str) -> Table:
        """The records of a table that any line is about."""
        if entity not in self._tables:
            mine = self.lines[self.lines["entity"].eq(entity)]
            table = self.view.result.dataset[entity]
            self._tables[entity] = table.take(table.index.isin(mine["left"]) | table.index.isin(mine["right"]))
        return self._tables[entity]

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {}

    def _cells(self, entity: str) -> dict[str, dict[int, str]]:
        """Text by field and record of what is set side by side."""
        if entity not in self._held:
            table = self._table(entity)
            names = (
                COMPARED.get(entity)
                or [name for name in entities()[entity].fields if name in table and table.original(name).notna().any()][
                    :MERGED_FIELDS
                ]
            )
            self._held[entity] = {
                name: table.original(name).dropna().astype(object).to_dict() for name in names if name in table
            }
        return self._held[entity]

    @cached_property
    def _held(self) -> dict[str, dict[str, dict[int, str]]]:
        return {}

    def _places(self, entity: str) -> dict[str, dict[int, Any]]:
        if entity not in self._lineage:
            lineage = self._table(entity).lineage
            self._lineage[entity] = {name: lineage[name].astype(object).to_dict() for name in ("file", "row")}
        return self._lineage[entity]

    @cached_property
    def _lineage(self) -> dict[str, dict[str, dict[int, Any]]]:
        return {}

    def _quotable(self, entity: str, record: int) -> list[str]:
        """What a sentence may quote of a record, whole and word by word."""
        if entity not in self._words:
            table = self._table(entity)
            columns = [
                table.original(name).dropna().astype(object).to_dict()
                for name in table.frame.columns
                if name not in ("person", "organisation") and table.frame[name].dtype.kind not in "fMb"
            ]
            self._words[entity] = columns
        found = [str(column[record]) for column in self._words[entity] if record in column]
        return [*found, *(part for value in found for part in value.replace("@", " ").split() if len(part) > 2)]

    @cached_property
    def _words(self) -> dict[str, list[dict[int, Any]]]:
        return {}
