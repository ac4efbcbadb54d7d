"""What cleaning changed: cells and records by kind, the accounts of rows, and the money before and after."""

import pandas as pd

from reports.sections.blocks import Block, Cell, Column, Heading, Paragraph, Section, Table
from reports.sections.view import View, more_in_file

EXAMPLES = 12
MONEY_SHOWN = 24


def build(view: View) -> Section:
    words, cleaned = view.words, view.result.cleaned
    blocks: list[Block] = [_accounts(view)]
    changes = cleaned.changes
    if len(changes):
        blocks += [_by_rule(view, changes), _examples(view, changes)]
    else:
        blocks.append(Paragraph(words("changes.none"), tone="muted"))
    blocks += _money(view)
    return Section("changes", words("changes.title"), words("changes.lead", n=len(changes)), tuple(blocks))


def _accounts(view: View) -> Table:
    words = view.words
    names = ("in", "out", "merged", "dropped", "held")
    rows = tuple(
        (Cell(view.entity_title(str(record["table"]))), *(view.number_cell(int(record[name])) for name in names))
        for record in view.result.cleaned.accounts.to_dict("records")
    )
    columns = (Column(words("col.table")), *(Column(words(f"accounts.{name}"), number=True) for name in names))
    return Table(words("changes.accounts"), columns, rows, note=words("changes.accounts_note"))


def _by_rule(view: View, changes: pd.DataFrame) -> Table:
    words = view.words
    keyed = changes.assign(rule_id=changes["rule_id"].astype(object).fillna(""), kind=changes["kind"].astype(object))
    counts = keyed.groupby(["rule_id", "kind"], sort=True).size().sort_values(ascending=False, kind="stable")
    rows = tuple(
        (
            Cell(view.rule_title(rule_id) if rule_id in view.rules else words("changes.no_rule")),
            Cell(words(f"change.{kind}")),
            view.number_cell(int(n)),
        )
        for (rule_id, kind), n in counts.items()
    )
    columns = (Column(words("col.because")), Column(words("col.what")), Column(words("col.changes"), number=True))
    return Table(words("changes.by_rule"), columns, rows, tools=len(rows) > 8)


def _examples(view: View, changes: pd.DataFrame) -> Table:
    """One change per rule and kind, so that the list shows the variety and not the most frequent."""
    words = view.words
    first = (
        changes[changes["kind"].isin(["set", "clear", "survivorship"])]
        .groupby(["rule_id", "kind"], sort=True, dropna=False)
        .head(1)
    )
    first = first.head(EXAMPLES)
    rows = tuple(
        (
            Cell(view.record(row.entity, row.record), note=view.place(row.file, row.row)),
            Cell(view.field_title(row.entity, row.field) if isinstance(row.field, str) else ""),
            Cell(view.value(row.entity, str(row.field), row.before) or words("blank")),
            Cell(view.value(row.entity, str(row.field), row.after) or words("blank"), tone="good"),
            Cell(view.rule_title(row.rule_id) if row.rule_id in view.rules else words("changes.no_rule")),
        )
        for row in first.itertuples()
    )
    columns = tuple(Column(words(f"col.{name}")) for name in ("record", "field", "before", "after", "because"))
    return Table(
        words("changes.examples"), columns, rows, note=more_in_file(words, len(rows), len(changes), "changes.csv")
    )


def _money(view: View) -> list[Block]:
    """Months whose amounts differ; all that are not listed are equal before and after."""
    words, money = view.words, view.result.cleaned.money
    if not any(view.result.dataset.has(name) for name in ("deal.amount", "payment.amount")):
        return []
    if money.empty:
        return [Heading(words("changes.money")), Paragraph(words("changes.money_same"))]
    numbers = ("before", "after", "difference")
    rows = tuple(
        (
            Cell(view.entity_title(str(record["table"]))),
            Cell(view.text(record["currency"]) or words("blank")),
            Cell(view.text(record["month"]) or words("blank")),
            *(Cell(words.number(float(record[name]), 2), sort=float(record[name])) for name in numbers),
            Cell(view.told(record["reason"], 160)),
        )
        for record in money.head(MONEY_SHOWN).to_dict("records")
    )
    columns = (
        Column(words("col.table")),
        Column(words("col.currency")),
        Column(words("col.month")),
        *(Column(words(f"col.{name}"), number=True) for name in numbers),
        Column(words("col.reason"), wide=True),
    )
    note = more_in_file(words, len(rows), len(money), "audit.json")
    return [
        Heading(words("changes.money")),
        Paragraph(words("changes.money_note", n=len(money))),
        Table(words("changes.money_caption"), columns, rows, note=note),
    ]
