"""For who mends the data: every fix in the order in which it pays, and what it moves."""

from reports.metrics.catalogue import METRICS
from reports.sections.blocks import Block, Cell, Column, Paragraph, Section, Table
from reports.sections.cost import problems, remedy
from reports.sections.metrics import metric_text
from reports.sections.view import View
from reports.sections.worklist import worklist_table


def build(view: View) -> Section:
    words = view.words
    found = sorted(problems(view), key=lambda problem: (-problem.priority, problem.rule_id))
    rows = tuple(
        (
            Cell(view.rule_title(problem.rule_id), link=f"#rule-{problem.rule_id}"),
            Cell(remedy(view, problem)),
            view.number_cell(problem.records),
            view.number_cell(problem.safe),
            view.number_cell(problem.points, 2),
            Cell(view.listed(problem.sources, 2)),
        )
        for problem in found
    )
    columns = (
        Column(words("col.problem"), wide=True),
        Column(words("col.remedy"), wide=True),
        Column(words("col.records"), number=True),
        Column(words("to_do.safe"), number=True),
        Column(words("col.points"), number=True),
        Column(words("col.source")),
    )
    blocks: list[Block] = []
    if rows:
        blocks.append(Table(words("to_do.order"), columns, rows, note=words("to_do.files"), tools=True))
    else:
        blocks.append(Paragraph(words("first.no_problems")))
    blocks += worklist_table(view, {metric.id: metric_text(view, metric, "name") for metric in METRICS})
    return Section("to_do", words("to_do.title"), words("to_do.lead"), tuple(blocks))
