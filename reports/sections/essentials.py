"""For who decides: where the data is weak, what the five worst problems mean, which numbers may be used."""

from reports.sections import metrics, scores
from reports.sections.blocks import Block, Cell, Column, Figure, Heading, Paragraph, Section, Table
from reports.sections.cost import headline, problems, remedy
from reports.sections.since_last import trend_figure
from reports.sections.view import View, more_in_file

FIRST = 5
NUMBERS_SHOWN = 14
PICTURES = 2
"""Of the score; a trend comes on top."""


def build(view: View) -> Section:
    words, history = view.words, view.result.history
    blocks: list[Block] = [_problems(view)]
    blocks += _numbers(view)
    blocks.append(Heading(words("essentials.where")))
    blocks += [block for block in scores.build(view).blocks if isinstance(block, Figure)][:PICTURES]
    if history is not None and history.previous is not None:
        blocks.append(trend_figure(view, history))
    return Section("essentials", words("essentials.title"), words("essentials.lead"), tuple(blocks))


def _problems(view: View) -> Block:
    words = view.words
    found = problems(view)[:FIRST]
    if not found:
        return Paragraph(words("first.no_problems"))
    rows = tuple(
        (
            Cell(view.rule_title(problem.rule_id), note=words("essentials.records", n=problem.records)),
            Cell(view.rule_page(problem.rule_id).why),
            Cell(remedy(view, problem)),
            view.number_cell(problem.points, 1 if problem.points >= 0.1 else 2),
        )
        for problem in found
    )
    columns = (
        Column(words("col.problem")),
        Column(words("page.why"), wide=True),
        Column(words("col.remedy")),
        Column(words("col.points"), number=True),
    )
    return Table(words("essentials.problems"), columns, rows)


def _numbers(view: View) -> list[Block]:
    """The numbers that may be reported, with care or without; how many may not."""
    words, whole = view.words, headline(view)
    if whole.empty:
        return []
    usable = whole[whole["verdict"].isin(["reportable", "reportable with care"])]
    usable = usable.sort_values("verdict", kind="stable")
    rows = tuple(
        (
            Cell(metrics.metric_name(view, row.metric_id)),
            Cell(words.quantity(row.cleaned, row.unit, row.unit_label)),
            Cell(metrics.verdict_word(view, row.verdict), tone=metrics.VERDICT_TONES[row.verdict]),
        )
        for row in usable.head(NUMBERS_SHOWN).itertuples()
    )
    columns = (
        Column(words("col.metric"), wide=True),
        Column(words("col.cleaned"), number=True),
        Column(words("col.verdict")),
    )
    wrong = int(whole["verdict"].eq("do not report").sum())
    blocks: list[Block] = [Heading(words("essentials.numbers"))]
    if rows:
        note = more_in_file(words, len(rows), len(usable), "metrics.csv")
        blocks.append(Table(words("essentials.usable"), columns, rows, note=note))
    if wrong:
        named = whole[whole["verdict"].eq("do not report")]["metric_id"]
        blocks.append(
            Paragraph(
                words(
                    "essentials.wrong",
                    n=wrong,
                    names=view.listed([metrics.metric_name(view, metric_id) for metric_id in named], 8),
                ),
                tone="strong",
            )
        )
    return blocks
