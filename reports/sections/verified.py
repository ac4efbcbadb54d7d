"""What a person's check of a random sample says of the data, apart from the rules' score."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reports.sections.blocks import Block, Cell, Column, Paragraph, Section, Table, Tiles
from reports.sections.view import View


def build(view: View) -> Section:
    words, found = view.words, view.result.verified
    title, lead = words("verified.title"), words("verified.lead")
    if found is None:
        return Section("verified", title, "", (Paragraph(words("verified.none"), tone="muted"),))
    days = {name: words.date(pd.Timestamp(found[key])) for name, key in (("date", "checked_on"), ("as_of", "as_of"))}
    told = words("verified.summary", records=int(found["records"]), cells=int(found["cells"]), **days)
    blocks: list[Block] = [Paragraph(told), _tiles(view, found)]
    if found["fields"]:
        blocks.append(_table(view, found["fields"], "fields"))
    if found["rules"]:
        blocks.append(_table(view, found["rules"], "rules"))
    often = [
        view.rule_title(line["rule_id"])
        for line in found["rules"]
        if line["often_wrong"] and line["rule_id"] in view.rules
    ]
    if often:
        blocks.append(Paragraph(words("verified.often_wrong", rules=words.listed(often)), tone="strong"))
    return Section("verified", title, lead, tuple(blocks))


def _tiles(view: View, found: Mapping[str, Any]) -> Tiles:
    words, overall, recall = view.words, found["overall"], found["recall"]
    none = recall["estimate"] is None
    return Tiles(
        (
            (_percent(view, overall["estimate"]), words("verified.accuracy"), _interval(view, overall)),
            (
                words("unknown") if none else words.percent(recall["estimate"]),
                words("verified.recall"),
                words("verified.recall_none") if none else _interval(view, recall),
            ),
            (words.number(found["score"], 1), words("verified.score"), words("verified.score_note")),
        )
    )


def _percent(view: View, share: float | None) -> str:
    return view.words("unknown") if share is None else view.words.percent(share)


def _interval(view: View, share: Mapping[str, Any]) -> str:
    low, high = (view.words.percent(share[end]) for end in ("low", "high"))
    return view.words("verified.accuracy_note", low=low, high=high)


def _table(view: View, lines: list[Mapping[str, Any]], what: str) -> Table:
    words = view.words
    rows = []
    for line in lines:
        rule = line.get("rule_id")
        name = (
            (view.rule_title(rule) if rule in view.rules else str(rule))
            if rule
            else f"{view.field_title(line['entity'], line['field'])} ({view.entity_title(line['entity'])})"
        )
        low, high = (words.percent(line[end]) for end in ("low", "high"))
        share = line["estimate"]
        rows.append(
            (
                Cell(name),
                view.number_cell(int(line["judged"])),
                view.number_cell(int(line["confirmed" if rule else "right"])),
                Cell(_percent(view, share), share=share, sort=-1.0 if share is None else share),
                Cell(words("between", low=low, high=high), sort=line["low"]),
            )
        )
    columns = (
        Column(words("col.rule" if what == "rules" else "col.field"), wide=True),
        Column(words("verified.judged"), number=True),
        Column(words("verified.right"), number=True),
        Column(words("verified.share")),
        Column(words("verified.between")),
    )
    note = words("verified.rules_note") if what == "rules" else ""
    return Table(words(f"verified.{what}"), columns, tuple(rows), note=note, tools=len(rows) > 8)
