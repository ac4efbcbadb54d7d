"""What each field is worth: what tells of winning, buying and answering, a card per field, and what to do with it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from audit.worth.cards import ALWAYS, GAPS, REASONS, RIGHT, SPARSE
from reports import charts
from reports.sections.blocks import Block, Bullets, Cell, Column, Details, Facts, Paragraph, Section, Table
from reports.sections.metrics import metric_name
from reports.sections.view import View, more_in_file

TELLING_SHOWN = 12
ROWS_SHOWN = 60
CARDS_SHOWN = 40
NAMES_SHOWN = 6
FILE = "fields.csv"
TONES = {"stop": "poor", "fix": "weak", "keep": "good"}


def build(view: View) -> Section:
    words, cards = view.words, view.result.fields
    lead = words("fields.lead")
    if cards.empty:
        return Section("fields", words("fields.title"), lead, (Paragraph(words("fields.none"), tone="muted"),))
    order = {advice: place for place, advice in enumerate(dict.fromkeys(REASONS.values()))}
    ranked = cards.assign(rank=cards["advice"].map(order), told=-cards["worth"].fillna(-1.0))
    ranked = ranked.sort_values(["rank", "told"], kind="stable")
    shown = ranked[(ranked["advice"] != "keep") | (ranked["worth"] > 0)].head(CARDS_SHOWN)
    blocks: list[Block] = [
        Paragraph(_counts(view)),
        *_telling(view),
        *_leaks(view),
        _table(view, ranked),
        *(_card(view, card) for card in shown.to_dict("records")),
        Details(words("fields.how"), (Bullets(_how(view)),)),
    ]
    return Section("fields", words("fields.title"), lead, tuple(blocks))


def _counts(view: View) -> str:
    counts = view.result.fields["advice"].value_counts()
    told = [view.words(f"fields.count_{name}", n=int(counts.get(name, 0))) for name in ("keep", "fix", "stop")]
    return view.words("fields.counts", counts=view.words.listed(told))


def _telling(view: View) -> list[Block]:
    """The fields that tell of an outcome, as a picture with its numbers."""
    words, worth = view.words, view.result.worth
    tested = worth[worth["verdict"].isin(["informative", "nothing"])]
    if tested.empty:
        return [Paragraph(words("fields.untested"), tone="muted")]
    known = words.listed([words(f"fields.outcome.{name}") for name in dict.fromkeys(tested["outcome"])])
    found = tested[tested["verdict"] == "informative"].sort_values("share", ascending=False, kind="stable")
    if found.empty:
        return [Paragraph(words("fields.nothing", n=len(tested), outcomes=known))]
    first = found.head(TELLING_SHOWN)
    names = [
        f"{view.field_title(row.entity, row.field)} · {words(f'fields.outcome.{row.outcome}')}"
        for row in first.itertuples()
    ]
    labels = [words.percent(share) for share in first["share"]]
    frame = pd.DataFrame({"name": names, "count": first["share"].to_numpy(), "label": labels})
    title = words("fields.telling")
    sentence = words("fields.telling_sentence", name=names[0], share=labels[0], n=len(found), tested=len(tested))
    rows = tuple(
        (
            Cell(view.field_title(row.entity, row.field), note=view.entity_title(row.entity)),
            Cell(words(f"fields.outcome.{row.outcome}"), note=words(f"fields.by.{row.by}")),
            view.percent_cell(float(row.share)),
            Cell(words.number(float(row.p_adjusted), 4), sort=float(row.p_adjusted)),
            view.number_cell(int(row.records)),
        )
        for row in first.itertuples()
    )
    columns = (
        Column(words("col.field")),
        Column(words("fields.tells_of")),
        Column(words("fields.share"), number=True),
        Column(words("fields.p_value"), number=True),
        Column(words("col.records"), number=True),
    )
    table = Table(
        words("numbers_of", title=title), columns, rows, note=more_in_file(words, len(first), len(found), FILE)
    )
    return [view.figure(title, sentence, charts.count_bars(frame, title, sentence), table)]


def _leaks(view: View) -> list[Block]:
    leaks = view.result.worth[view.result.worth["verdict"] == "leak"]
    if leaks.empty:
        return []
    words = view.words
    rows = tuple(
        (
            Cell(view.field_title(row.entity, row.field), note=view.entity_title(row.entity)),
            Cell(words(f"fields.outcome.{row.outcome}")),
            Cell(words(f"fields.leak.{row.leak}")),
            view.percent_cell(float(row.share)),
        )
        for row in leaks.itertuples()
    )
    columns = (
        Column(words("col.field")),
        Column(words("fields.repeats")),
        Column(words("fields.why"), wide=True),
        Column(words("fields.share"), number=True),
    )
    caption = words("fields.leaks")
    return [Details(caption, (Table(caption, columns, rows),), words("fields.leak_count", n=len(leaks)))]


def _table(view: View, cards: pd.DataFrame) -> Table:
    words = view.words
    shown = cards.head(ROWS_SHOWN)
    rows = tuple(
        (
            Cell(_name(view, card), note=_place(view, card)),
            view.percent_cell(float(card["fill"]), bar=True),
            view.percent_cell(float(card["valid"])),
            _age(view, card),
            _worth(view, card),
            view.number_cell(_count(card["rules"]) + _count(card["metrics"])),
            Cell(
                words(f"fields.advice.{card['advice']}"),
                words(f"fields.reason.{card['reason']}"),
                TONES[card["advice"]],
            ),
        )
        for card in shown.to_dict("records")
    )
    columns = (
        Column(words("col.field")),
        Column(words("col.filled"), number=True),
        Column(words("fields.valid"), number=True),
        Column(words("fields.age"), number=True),
        Column(words("fields.tells_of")),
        Column(words("fields.users"), number=True),
        Column(words("fields.advice_title")),
    )
    note = more_in_file(words, len(shown), len(cards), FILE)
    return Table(words("fields.caption"), columns, rows, note=note, tools=True)


def _card(view: View, card: dict[str, Any]) -> Details:
    words = view.words
    rules = [view.rule_title(name) for name in _names(card["rules"])]
    metrics = [metric_name(view, name) for name in _names(card["metrics"])]
    facts = [
        (words("fields.filled"), words("fields.filled_of", n=int(card["filled"]), of=int(card["records"]))),
        (words("col.distinct"), words.number(float(card["distinct"]))),
        (words("fields.valid"), words.percent(float(card["valid"]))),
        (words("fields.age"), f"{_age(view, card).text} {_age(view, card).note}".strip()),
        (words("fields.writers"), _writers(view, card)),
        (words("fields.tells_of"), f"{_worth(view, card).text} {_worth(view, card).note}".strip()),
        (words("fields.checks"), view.listed(rules, NAMES_SHOWN)),
        (words("fields.metrics"), view.listed(metrics, NAMES_SHOWN)),
        (words("fields.advice_title"), words(f"fields.rule.{card['reason']}", **_limits(view))),
    ]
    tag = words(f"fields.advice.{card['advice']}"), TONES[card["advice"]]
    kept = tuple((term, text) for term, text in facts if text and text != words("unknown"))
    return Details(_name(view, card), (Facts(kept),), _place(view, card), (tag,))


def _how(view: View) -> tuple[str, ...]:
    """How worth was measured, and every rule of the advice, in the order in which they are asked."""
    words = view.words
    rules = (
        words(
            "fields.rule_line",
            advice=words(f"fields.advice.{advice}"),
            rule=words(f"fields.rule.{name}", **_limits(view)),
        )
        for name, advice in REASONS.items()
    )
    return (words("fields.measured"), words("fields.leak_rule"), *rules)


def _limits(view: View) -> dict[str, str]:
    limits = {"sparse": SPARSE, "gaps": GAPS, "right": RIGHT, "always": ALWAYS}
    return {name: view.words.percent(value, 0) for name, value in limits.items()}


def _name(view: View, card: dict[str, Any]) -> str:
    return view.field_title(card["entity"], card["field"]) if card["field"] else view.text(card["header"], 60)


def _place(view: View, card: dict[str, Any]) -> str:
    entity = view.entity_title(card["entity"])
    return (
        entity if card["field"] else view.words("fields.unmapped", entity=entity, source=view.text(card["source"], 40))
    )


def _age(view: View, card: dict[str, Any]) -> Cell:
    days = float(card["age_days"])
    if pd.isna(days):
        return Cell("", sort=-1.0)
    return Cell(view.words("fields.days", n=round(days)), note=view.words(f"fields.age_by.{card['age_by']}"), sort=days)


def _worth(view: View, card: dict[str, Any]) -> Cell:
    words = view.words
    if card["outcome"]:
        share = words("fields.takes_away", share=words.percent(float(card["worth"])))
        return Cell(words(f"fields.outcome.{card['outcome']}"), note=share, sort=float(card["worth"]))
    if card["leaks"]:
        names = words.listed([words(f"fields.outcome.{name}") for name in _names(card["leaks"])])
        return Cell("", note=words("fields.only_repeats", outcomes=names), sort=-0.5)
    return Cell(words("fields.tells_nothing") if card["worth"] == 0 else "", tone="muted", sort=-1.0)


def _writers(view: View, card: dict[str, Any]) -> str:
    """Who writes a field, by name and share; members of staff as this report shows them."""
    shown = []
    for writer in str(card["writers"]).split("; ") if card["writers"] else ():
        name, _, share = writer.rpartition(" (")
        who = view.text(name, 40) if card["written_by"] == "source" else view.person(name)
        shown.append(f"{who} ({share}")
    return view.words(f"fields.written_by.{card['written_by']}", names=view.words.listed(shown)) if shown else ""


def _names(text: str) -> Sequence[str]:
    return str(text).split(", ") if text else ()


def _count(text: str) -> int:
    return len(_names(text))
