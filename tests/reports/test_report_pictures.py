"""The pictures: colours that the style sheet knows, texts as they were given, and what the figures say."""

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest

from audit.causes import CAUSE_TYPES
from audit.result import METRIC_TYPES, AuditResult
from reports import charts
from reports.outputs.html import TEMPLATES
from reports.sections import View
from reports.sections.blocks import Figure, Heading
from reports.sections.journeys import journeys
from reports.sections.match_weights import weight_figures
from reports.sections.root_causes import root_cause_map
from reports.wording import words_of

NAMES = ["North & South", "A name that is much longer than any axis would have room for without cutting it off", "<b>"]
SCORES = pd.DataFrame(
    {
        "name": NAMES,
        "score": [99.0, 85.123456, 20.0],
        "band": ["good", "weak", "poor"],
        "label": ["99", "85.123456", "20"],
    }
)
CELLS = pd.DataFrame(
    {"row": ["a", "a", "b"], "column": ["x", "y", "x"], "share": [0.0, 0.6, 0.2], "label": ["·", "60%", "20%"]}
)
STEPS = pd.DataFrame(
    [("Raw", 0.0, 9.0, "total", "9"), ("Dup", 9.0, 7.5, "less", "-1.5"), ("Clean", 0.0, 7.5, "total", "7.5")],
    columns=["name", "start", "end", "kind", "label"],
)
PAIRS = pd.DataFrame({"name": NAMES, "raw": [9.0, 4.0, 0.0], "cleaned": [8.0, 4.5, 0.0], "label": ["8", "4.5", "0"]})
RATES = pd.DataFrame({"name": NAMES, "rate": [0.2, 0.3, 0.1], "low": [0.1, 0.2, 0.0], "high": [0.3, 0.5, 0.2]})
WEIGHTS = pd.DataFrame({"name": NAMES, "weight": [9.0, 2.0, -4.0], "label": ["+9", "+2", "−4"]})
TREND = pd.DataFrame({"place": ["0|May", "1|Jun"], "score": [80.0, 82.0], "mark": [False, True], "label": ["", "82"]})
DRAWN: dict[str, Callable[[], str]] = {
    "score": lambda: charts.score_bars(SCORES, "t", "d"),
    "heat": lambda: charts.heat_map(CELLS, ["x", "y"], ["a", "b"], "t", "d"),
    "waterfall": lambda: charts.waterfall(STEPS, "t", "d"),
    "pairs": lambda: charts.paired_bars(PAIRS, ("As it is", "Cleaned"), "t", "d"),
    "rates": lambda: charts.rate_intervals(RATES, "t", "d", "axis", 0.2),
    "weights": lambda: charts.weight_bars(WEIGHTS, "t", "d"),
    "trend": lambda: charts.trend_line(TREND, "t", "d", "changed"),
    "spark": lambda: charts.sparkline([80.0, 82.0, 81.0], "t"),
}


@pytest.mark.parametrize("name", list(DRAWN))
def test_every_colour_is_one_of_the_style_sheet(name: str) -> None:
    svg = str(DRAWN[name]())
    known = set(re.findall(r"--([\w-]+):", (TEMPLATES / "style.css").read_text("utf-8")))
    used = set(re.findall(r"var\(--([\w-]+)\)", svg))
    assert used and used <= known
    assert re.findall(r'(?:fill|stroke)="(?!none|var\()[^"]*"', svg) == []


@pytest.mark.parametrize("name", list(DRAWN))
def test_pictures_are_whole_named_and_small(name: str) -> None:
    svg = str(DRAWN[name]())
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].tag.endswith("title") and root[0].text == "t"
    assert len(svg.encode()) < 4000


def test_texts_and_figures_of_labels_stay_as_they_are() -> None:
    root = ElementTree.fromstring(str(charts.score_bars(SCORES, "<t>", "d & e")))
    texts = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert {"North & South", "<b>", "85.123456"} <= set(texts)
    assert root[1].text == "d & e"


def told(result: AuditResult, rows: list[tuple[str, float, float]], **reports: pd.DataFrame) -> View:
    lines = [
        (name, "count", "", "all", "", "", raw, cleaned, cleaned, cleaned, "reportable", "")
        for name, raw, cleaned in rows
    ]
    metrics = pd.DataFrame(lines, columns=list(METRIC_TYPES)[:12]).reindex(columns=list(METRIC_TYPES))
    changed = replace(result, metrics=metrics.astype(dict(METRIC_TYPES)), reports=reports)
    return View(changed, words_of("en"), masked=False)


def figure(blocks: list, title: str) -> Figure:
    return next(block for block in blocks if isinstance(block, Figure) and title in block.title)


def test_funnel_counts_every_step_twice(result: AuditResult) -> None:
    blocks = journeys(told(result, [("new_leads", 400, 200), ("won_deals", 50, 40), ("new_customers", 20, 20)]))
    assert isinstance(blocks[0], Heading)
    funnel = figure(blocks, "funnel")
    assert "5.0 seem to reach" in funnel.sentence and "it is 10.0" in funnel.sentence
    assert [[cell.text for cell in row] for row in funnel.table.rows] == [
        ["New leads", "400", "200"], ["Won deals", "50", "40"], ["New customers", "20", "20"]
    ]  # fmt: skip
    assert "40 (20.0% of the step before)" in funnel.svg


def test_pipeline_goes_from_the_first_stage_to_the_surest(result: AuditResult) -> None:
    table = pd.DataFrame(
        {
            "group": ["Contract", "Lead", "Contract"],
            "unit_label": ["EUR", "EUR", "IDR"],
            "open_pipeline_value raw": [1000.0, 5000.0, 9e9],
            "open_pipeline_value cleaned": [1000.0, 4000.0, 9e9],
            "weighted_pipeline_value cleaned": [900.0, 400.0, 8e9],
        }
    )
    pipeline = figure(journeys(told(result, [], pipeline=table)), "pipeline")
    assert [row[0].text for row in pipeline.table.rows] == ["Lead", "Contract"]
    assert "EUR\u00a06,000" in pipeline.sentence and "EUR\u00a05,000" in pipeline.sentence
    assert "stage Lead: EUR\u00a01,000" in pipeline.sentence


def test_cohorts_leave_out_what_says_too_little(result: AuditResult) -> None:
    table = pd.DataFrame(
        [("2025-Q1", n, 10, 10, 0.1 * n, 0.2 * n) for n in range(5)]
        + [("2025-Q2", n, 30, 30, 0.1, 0.1) for n in range(5)]
        + [("2025-Q3", 0, 4, 4, 1.0, 1.0)],
        columns=["cohort", "after", "customers_raw", "customers", "share_raw", "share"],
    )
    cohorts = figure(journeys(told(result, [], cohorts=table)), "came back")
    # (10 · 0.8 + 30 · 0.1) / 40 and (10 · 0.4 + 30 · 0.1) / 40
    assert "Within 4 quarters, 28% of the customers had bought again (18%" in cohorts.sentence
    assert "2025-Q3" not in cohorts.svg


def test_nothing_is_drawn_where_nothing_is_known(result: AuditResult) -> None:
    assert journeys(told(result, [])) == []
    assert root_cause_map(View(replace(result, causes=result.causes.head(0)), words_of("en"), masked=True)) is None


def test_root_causes_name_who_stands_out(result: AuditResult) -> None:
    one, other = (rule.id for rule in result.rules[:2])
    lines = [
        ("contact", "created_by", "hubspot", "Import bot", "", 90, 100, 0.9, 0.8, 0.95, 0.1, 1e-9, True),
        ("contact", "created_by", "hubspot", "Import bot", one, 80, 100, 0.8, 0.7, 0.9, 0.05, 1e-8, True),
        ("contact", "created_by", "hubspot", "Import bot", other, 10, 100, 0.1, 0.05, 0.2, 0.1, 1.0, False),
        ("contact", "created_by", "hubspot", "Web form", other, 30, 100, 0.3, 0.2, 0.4, 0.01, 1e-4, True),
        ("contact", "created_by", "hubspot", "Somebody", other, 2, 100, 0.02, 0.0, 0.1, 0.1, 1.0, False),
    ]
    causes = pd.DataFrame(lines, columns=list(CAUSE_TYPES)).astype(CAUSE_TYPES)
    found = root_cause_map(View(replace(result, causes=causes), words_of("en"), masked=False))
    assert found is not None
    cells = [[(cell.text, cell.mark) for cell in row] for row in found.table.rows]
    assert cells == [
        [("Import bot (creator)", False), ("80%", True), ("10%", False)],
        [("Web form (creator)", False), ("–", False), ("30%", True)],
    ]
    assert found.sentence.startswith("2 stand out. The clearest is Import bot (creator)")


def test_weights_of_a_pair_are_those_of_the_matching(result: AuditResult) -> None:
    match = result.matches["contact"]
    pair = match.pairs[match.pairs["decision"].eq("merge")].iloc[0]
    key = (int(pair["left"]), int(pair["right"]))
    figures = weight_figures(View(result, words_of("en"), masked=True), "contact", [key])
    explained = match.explain(pd.DataFrame([key], columns=["left", "right"]))
    assert len(figures[key].table.rows) == int(explained["weight"].abs().ge(0.05).sum()) > 1
    sorts = [row[1].sort for row in figures[key].table.rows]
    assert sorts == sorted(sorts, reverse=True)
    assert weight_figures(View(result, words_of("en"), masked=True), "contact", []) == {}
