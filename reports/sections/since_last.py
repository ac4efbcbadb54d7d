"""What changed since the run before: the stock of findings and its flow, what came back, what would have stopped it."""

import pandas as pd

from audit.comparison import AGE_BANDS, Comparison
from reports import charts
from reports.sections.blocks import Block, Bullets, Cell, Column, Figure, Heading, Paragraph, Section, Table, Tiles
from reports.sections.metrics import VERDICT_TONES, metric_name, verdict_word
from reports.sections.view import View

FLOW_COLUMNS = ("opening", "new", "returned", "fixed", "accepted", "unchecked", "closing")
ROWS = 40
RUNS = 24


def build(view: View) -> Section:
    words, history = view.words, view.result.history
    title = words("since.title")
    if history is None:
        return Section("since", title, words("since.no_history"))
    if history.previous is None:
        return Section("since", title, words("since.first_run", n=history.total["closing"]))
    blocks: list[Block] = [_tiles(view, history)]
    if history.changed:
        named = words.listed([words(f"since.mark.{name.replace(' ', '_')}") for name in history.changed])
        blocks.append(Paragraph(words("since.changed", what=named), tone="muted"))
    blocks += [trend_figure(view, history), _flow(view, history.by_rule, "rule")]
    blocks += [_flow(view, history.by_source, "source"), _flow(view, history.by_owner, "owner")]
    blocks += [
        _ages(view, history),
        *_reinfection(view, history),
        *_prevention(view, history),
        *_metrics(view, history),
    ]
    return Section("since", title, _lead(view, history), tuple(blocks))


def trend_figure(view: View, history: Comparison) -> Figure:
    """The score run by run, with its numbers; a mark stands where something else than the data changed."""
    words = view.words
    told = history.trend.tail(RUNS)
    days = pd.to_datetime(told["as_of"])
    short = [words.short_date(day) for day in days]
    once_a_month = days.dt.to_period("M").is_unique
    scores = told["score"].astype(float)
    frame = pd.DataFrame(
        {
            "place": [
                f"{number:04d}|{words.month(day) if once_a_month else words.short_date(day)}"
                for number, day in enumerate(days)
            ],
            "score": scores.to_numpy(),
            "mark": told["marks"].ne("").to_numpy(),
            "label": [""] * (len(told) - 1) + [words.number(float(scores.iloc[-1]), 1)],
        }
    )
    sentence = words(
        "since.trend_sentence",
        n=len(told),
        first=words.number(float(scores.iloc[0]), 1),
        last=words.number(float(scores.iloc[-1]), 1),
    )
    columns = (
        Column(words("since.run")),
        Column(words("col.score"), number=True),
        *(Column(words(f"flow.{name}"), number=True) for name in ("closing", "new", "returned", "fixed")),
        Column(words("since.also_changed"), wide=True),
    )
    rows = tuple(
        (
            Cell(day, sort=str(row.as_of)),
            Cell(words.number(float(row.score), 1), sort=float(row.score)),
            *(view.number_cell(int(value)) for value in (row.open, row.new, row.returned, row.fixed)),
            Cell(_marks(view, row.marks)),
        )
        for day, row in zip(short, told.itertuples(), strict=True)
    )
    title = words("since.trend")
    picture = charts.trend_line(frame, title, sentence, words("since.mark_note"))
    return view.figure(title, sentence, picture, Table(words("numbers_of", title=title), columns, rows))


def _marks(view: View, marks: str) -> str:
    names = [name for name in marks.split(", ") if name]
    return view.words.listed([view.words(f"since.mark.{name.replace(' ', '_')}") for name in names])


def _lead(view: View, history: Comparison) -> str:
    words, change = view.words, history.score_change or 0.0
    assert history.previous is not None
    key = "since.within_noise" if abs(change) <= history.noise else "since.up" if change > 0 else "since.down"
    return words(
        key,
        date=words.date(history.previous),
        points=words.number(abs(change), 1),
        noise=words.number(history.noise, 1),
    )


def _tiles(view: View, history: Comparison) -> Tiles:
    words, total = view.words, history.total
    return Tiles(
        tuple(
            (words.number(total[name]), words(f"flow.{name}"), words(f"flow_note.{name}"))
            for name in FLOW_COLUMNS
            if name != "unchecked" or total[name]
        )
    )


def _flow(view: View, flow: pd.DataFrame, what: str) -> Table:
    """The stock and flow of each rule, source or owner in which anything moved or stands."""
    words = view.words
    names = [name for name in FLOW_COLUMNS if name != "unchecked" or flow["unchecked"].any()]
    moved = flow.assign(moves=flow[["new", "returned", "fixed", "accepted", "unchecked"]].sum(axis=1))
    moved = moved.sort_values(["moves", "closing"], ascending=False, kind="stable")
    rows = []
    for row in moved.head(ROWS).to_dict("records"):
        name = str(row["name"]) if isinstance(row["name"], str) else ""
        if what == "rule":
            shown = view.rule_title(name) if name in view.rules else name
        elif what == "owner":
            shown = view.person(name) if name and not name.startswith("#") else name or words("since.nobody")
        else:
            shown = view.text(name)
        rows.append((Cell(shown), *(view.number_cell(int(row[column])) for column in names)))
    columns = (
        Column(words(f"since.{what}")),
        *(Column(words(f"flow.{name}"), number=True) for name in names),
    )
    note = {"rule": words("since.equation"), "owner": words("since.owners_now")}.get(what, "")
    if len(rows) < len(moved):
        note = f"{words('since.more', shown=len(rows), n=len(moved))} {note}".strip()
    return Table(words(f"since.by_{what}"), columns, tuple(rows), note=note, tools=len(rows) > 8)


def _ages(view: View, history: Comparison) -> Table:
    words = view.words
    rows = tuple(
        (
            Cell(words(f"severity.{row['severity']}")),
            *(view.number_cell(int(row[name])) for name, _ in AGE_BANDS),
            Cell(words.date(pd.Timestamp(row["oldest"])), sort=str(row["oldest"])),
        )
        for row in history.ages.to_dict("records")
    )
    columns = (
        Column(words("col.severity")),
        *(Column(words(f"age.{name}"), number=True) for name, _ in AGE_BANDS),
        Column(words("since.oldest")),
    )
    return Table(words("since.ages"), columns, rows, note=words("since.ages_note"))


def _reinfection(view: View, history: Comparison) -> list[Block]:
    words = view.words
    if history.reinfection.empty:
        return []
    rows = tuple(
        (
            Cell(view.text(row.source)),
            view.number_cell(int(row.fixed)),
            view.number_cell(int(row.returned)),
            view.percent_cell(float(row.rate), bar=True),
        )
        for row in history.reinfection.itertuples()
    )
    columns = (
        Column(words("since.source")),
        *(Column(words(f"since.{name}"), number=True) for name in ("ever_fixed", "came_back", "rate")),
    )
    return [Table(words("since.reinfection"), columns, rows, note=words("since.reinfection_note"))]


def _prevention(view: View, history: Comparison) -> list[Block]:
    """The guards that would have stopped most of what came in."""
    words, table = view.words, history.prevention
    entered = int(table["findings"].sum())
    stopped = table[table["measure"].ne("")]
    if not entered or stopped.empty:
        return []
    rows = tuple(
        (
            Cell(words(f"guard.{row.measure}"), note=words(f"guard_note.{row.measure}")),
            Cell(view.field_title(row.entity, row.field), note=view.entity_title(row.entity)),
            Cell(view.text(row.source)),
            Cell(words.number(int(row.findings)), sort=int(row.findings), share=row.findings / entered),
        )
        for row in stopped.head(ROWS // 2).itertuples()
    )
    columns = (
        Column(words("since.guard"), wide=True),
        Column(words("col.field")),
        Column(words("since.source")),
        Column(words("since.would_stop"), number=True),
    )
    sums = stopped.groupby("measure")["findings"].sum().sort_values(ascending=False, kind="stable")
    bullets = tuple(
        words("since.guard_sum", guard=words(f"guard.{name}"), n=int(n), share=words.percent(n / entered))
        for name, n in sums.items()
    )
    return [
        Heading(words("since.prevention")),
        Bullets(bullets),
        Table(
            words("since.prevention_caption"), columns, rows, note=words("since.prevention_note"), tools=len(rows) > 8
        ),
    ]


def _metrics(view: View, history: Comparison) -> list[Block]:
    """The numbers whose verdict or value changed, verdicts first."""
    words, table = view.words, history.metrics
    both = table[table["verdict_before"].notna()]
    before, now = both["before"].astype(float), both["now"].astype(float)
    changed = both.assign(
        verdict_changed=both["verdict_before"].ne(both["verdict"]),
        moved=((now - before).abs() / before.abs().where(before != 0)).fillna(0.0),
    )
    changed = changed[changed["verdict_changed"] | (changed["moved"] > 0)]
    if changed.empty:
        return []
    changed = changed.sort_values(["verdict_changed", "moved"], ascending=False, kind="stable").head(ROWS // 2)
    rows = tuple(
        (
            Cell(metric_name(view, row.metric_id), link=f"#metric-{row.metric_id}"),
            *(
                Cell(words.quantity(float("nan") if value is None else float(value), row.unit, row.unit_label))
                for value in (row.before, row.now)
            ),
            Cell(verdict_word(view, row.verdict_before), tone=VERDICT_TONES.get(row.verdict_before, "")),
            Cell(verdict_word(view, row.verdict), tone=VERDICT_TONES.get(row.verdict, "")),
        )
        for row in changed.itertuples()
    )
    columns = (
        Column(words("col.metric")),
        Column(words("since.before"), number=True),
        Column(words("since.now"), number=True),
        Column(words("since.verdict_before")),
        Column(words("since.verdict_now")),
    )
    return [Table(words("since.metrics"), columns, rows, note=words("since.metrics_note"))]
