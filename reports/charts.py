"""The report's pictures: Altair drawn to static SVG, in one palette that any eye and any printer can tell apart.

Colours are written as fixed marks; the report's style sheet maps them to the dark palette. Each picture carries a title
and a description inside.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import pandas as pd
from markupsafe import Markup

INK, QUIET, LINE = "#1f2933", "#5b6774", "#d5dbe1"
BLUE, SKY, SAND, ORANGE, GREY = "#1f5f8b", "#7fb2d6", "#e2b45c", "#b8500f", "#8b97a3"
BAND_COLOURS = {"good": "#1b7a5a", "fair": "#1f5f8b", "weak": "#b57614", "poor": "#b3341d"}
HEAT = ("#eef4f8", "#cfe2ee", "#9cc4de", "#5d9bc4", "#2c6f9f", "#123f63")
"""Steps from little to much, all of one hue so that order survives any eye and any printer."""
PLOT = 380
LABEL_WIDTH = 230
CHARACTER = 8.5
"""Pixels that a character of a label takes, more or less."""
_MEASURE = "Arial"
_DECIMALS = re.compile(r"(?<![\w#])\d+\.\d{3,}")


def _svg(chart: Any, title: str, description: str) -> Markup:
    """The chart as SVG text that scales with its column, named and described for screen readers."""
    import vl_convert

    spec = (
        chart.configure(font=_MEASURE, background="transparent", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13,
            titleFontSize=12,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=QUIET,
            gridColor=LINE,
            domainColor=LINE,
            tickColor=LINE,
            labelLimit=LABEL_WIDTH,
            labelPadding=6,
        )
        .configure_text(fontSize=13, color=INK)
        .configure_legend(labelFontSize=12, titleFontSize=12, labelColor=INK, titleColor=QUIET)
    )
    svg = vl_convert.vegalite_to_svg(json.dumps(spec.to_dict(validate=False)))
    width, height = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg).groups()  # type: ignore[union-attr]
    body = svg[svg.index(">") + 1 :]
    body = re.sub(
        r' aria-[a-z]+="[^"]*"| role="[^"]*"| pointer-events="[^"]*"| class="[^"]*"| stroke-miterlimit="10"', "", body
    )
    body = body.replace(' font-family="Arial"', "").replace(' opacity="1"', "").replace(' font-weight="normal"', "")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" style="--width:{width}px"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
    )
    return Markup(head + _DECIMALS.sub(lambda match: f"{float(match[0]):.4g}".rstrip("."), body))


def _height(rows: int, step: int = 30) -> Any:
    return max(rows, 1) * step


def _names(names: Sequence[str], *, grid: bool = False) -> Any:
    """An axis of names down the left edge, flush with the text around the picture and as wide as they need."""
    width = min(LABEL_WIDTH, int(max((len(name) for name in names), default=1) * CHARACTER) + 20)
    return alt.Axis(
        ticks=False,
        domain=False,
        grid=grid,
        labelAlign="left",
        labelPadding=width,
        labelLimit=width - 6,
        minExtent=width,
    )


def _rows(frame: pd.DataFrame, *, grid: bool = False) -> Any:
    return alt.Y("name:N", sort=None, title=None, axis=_names(list(frame["name"]), grid=grid))


def score_bars(frame: pd.DataFrame, title: str, description: str) -> Markup:
    """One bar per row of `frame` (columns name, score, band, label), on a scale of 0 to 100."""
    base = alt.Chart(frame, width=PLOT, height=_height(len(frame)))
    y = _rows(frame)
    scale = alt.Scale(domain=[0, 100])
    track = (
        base.transform_calculate(full="100")
        .mark_bar(color=LINE, height=12, opacity=0.55)
        .encode(x=alt.X("full:Q", scale=scale, axis=None), y=y)
    )
    bars = base.mark_bar(height=12).encode(
        x=alt.X("score:Q", scale=scale, axis=None),
        y=y,
        color=alt.Color(
            "band:N", scale=alt.Scale(domain=list(BAND_COLOURS), range=list(BAND_COLOURS.values())), legend=None
        ),
    )
    text = (
        base.transform_calculate(full="100")
        .mark_text(align="left", dx=8, fontWeight="bold")
        .encode(x=alt.X("full:Q", scale=scale), y=y, text="label:N")
    )
    return _svg(track + bars + text, title, description)


def rate_intervals(frame: pd.DataFrame, title: str, description: str, axis: str, mean: float) -> Markup:
    """One dot with its interval per row (columns name, rate, low, high, label); a line marks the rate of all."""
    base = alt.Chart(frame, width=PLOT, height=_height(len(frame)))
    y = _rows(frame, grid=True)
    x = alt.Axis(format="%", title=axis, tickCount=5, grid=False)
    rule = base.mark_rule(strokeWidth=5, opacity=0.35, color=BLUE, strokeCap="round").encode(
        x=alt.X("low:Q", axis=x, scale=alt.Scale(zero=True, nice=True)), x2="high:Q", y=y
    )
    dots = base.mark_circle(size=90, color=BLUE, opacity=1).encode(x="rate:Q", y=y)
    whole = (
        alt.Chart(pd.DataFrame({"mean": [mean]}))
        .mark_rule(color=ORANGE, strokeDash=[4, 3], strokeWidth=1.5)
        .encode(x="mean:Q")
    )
    return _svg(whole + rule + dots, title, description)


def heat_map(frame: pd.DataFrame, columns: Sequence[str], rows: Sequence[str], title: str, description: str) -> Markup:
    """Shares (columns row, column, share, label) as cells whose depth says how much; the number stands in each."""
    steps = [0.01, 0.05, 0.15, 0.3, 0.5]
    few = len(columns) <= 6 and max((len(word) for name in columns for word in name.split()), default=0) <= 12
    cell = 84 if few else max(46, min(64, 560 // len(columns)))
    lines = max((len(name.split(" ")) for name in columns), default=1) if few else 1
    heads = alt.Axis(
        orient="top",
        ticks=False,
        domain=False,
        labelAngle=0 if few else -40,
        labelAlign="center" if few else "left",
        labelPadding=14 * (lines - 1) + 6,
        labelExpr="split(datum.label, ' ')" if few else "datum.label",
        labelLimit=cell if few else 400,
        labelFontSize=12,
    )
    base = alt.Chart(frame, width=cell * max(len(columns), 1), height=_height(len(rows), 34))
    x = alt.X("column:N", sort=list(columns), title=None, axis=heads)
    y = alt.Y("row:N", sort=list(rows), title=None, axis=_names(rows))
    cells = base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(
        x=x,
        y=y,
        color=alt.Color("share:Q", scale=alt.Scale(type="threshold", domain=steps, range=list(HEAT)), legend=None),
    )
    text = base.mark_text(fontSize=12).encode(
        x=x,
        y=y,
        text="label:N",
        color=alt.condition("datum.share >= 0.3", alt.value("#ffffff"), alt.value("#1f2934")),
    )
    return _svg(cells + text, title, description)


def waterfall(frame: pd.DataFrame, title: str, description: str) -> Markup:
    """Steps from raw to cleaned: columns name, start, end, kind ("total", "less", "more"), label."""
    base = alt.Chart(frame, width=PLOT, height=_height(len(frame), 32))
    y = _rows(frame)
    low = float(frame[["start", "end"]].min().min())
    high = float(frame[["start", "end"]].max().max())
    room = (high - low) * 0.02 or 1.0
    scale = alt.Scale(domain=[min(0.0, low), max(high, 0.0) + room], nice=False)
    bars = base.mark_bar(height=16).encode(
        x=alt.X("start:Q", scale=scale, axis=None),
        x2="end:Q",
        y=y,
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["total", "less", "more"], range=[BLUE, ORANGE, SKY]), legend=None
        ),
    )
    right = float(scale.domain[1])
    text = (
        base.transform_calculate(right=str(right))
        .mark_text(align="left", dx=8)
        .encode(x=alt.X("right:Q", scale=scale), y=y, text="label:N")
    )
    return _svg(bars + text, title, description)


def count_bars(frame: pd.DataFrame, title: str, description: str) -> Markup:
    """One bar per row: columns name, count, label."""
    base = alt.Chart(frame, width=PLOT, height=_height(len(frame)))
    y = _rows(frame)
    bars = base.mark_bar(height=14, color=BLUE).encode(x=alt.X("count:Q", axis=None), y=y)
    text = base.mark_text(align="left", dx=6).encode(x="count:Q", y=y, text="label:N")
    return _svg(bars + text, title, description)


def sparkline(values: Sequence[float], title: str) -> Markup:
    """A line as small as a word, its last point marked; the text beside it says the numbers."""
    low, high = min(values), max(values)
    step = 120 / max(len(values) - 1, 1)
    points = [
        (4 + n * step, 28 - 24 * ((value - low) / (high - low) if high > low else 0.5))
        for n, value in enumerate(values)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="spark" role="img" viewBox="0 0 128 32" width="128" height="32">'
        f'<title>{escape(title)}</title><polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{BLUE}"/></svg>'
    )


def trend_line(frame: pd.DataFrame, title: str, description: str, mark_note: str) -> Markup:
    """A score over time: columns at (a day), score, label, mark (True where something else than the data changed)."""
    low, high = float(frame["score"].min()), float(frame["score"].max())
    room = max((high - low) * 0.2, 1.0)
    scale = alt.Scale(domain=[max(low - room, 0.0), min(high + room, 100.0)], nice=False, zero=False)
    base = alt.Chart(frame, width=PLOT + 120, height=150)
    x = alt.X(
        "place:O",
        title=None,
        sort=None,
        axis=alt.Axis(labelExpr="split(datum.value, '|')[1]", labelAngle=0, ticks=False, labelOverlap=True),
    )
    y = alt.Y("score:Q", scale=scale, title=None, axis=alt.Axis(tickCount=4))
    line = base.mark_line(color=BLUE, strokeWidth=2).encode(x=x, y=y)
    dots = base.mark_circle(size=70, color=BLUE, opacity=1).encode(x=x, y=y)
    marked = base.transform_filter("datum.mark")
    rules = marked.mark_rule(color=ORANGE, strokeDash=[4, 3], strokeWidth=1.5).encode(x=x)
    notes = marked.mark_text(align="left", baseline="top", dx=4, color=ORANGE).encode(
        x=x, y=alt.value(0), text=alt.value(mark_note)
    )
    last = (
        base.transform_filter("datum.label != ''").mark_text(dy=-12, fontWeight="bold").encode(x=x, y=y, text="label:N")
    )
    return _svg(line + dots + rules + notes + last, title, description)
