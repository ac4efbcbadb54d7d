"""The report's pictures: Altair drawn to static SVG, in one palette that any eye and any printer can tell apart.

Colours are names of the report's style sheet, which knows them in light, in dark and in print. Each picture carries a
title and a description inside.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import altair as alt
import pandas as pd
from markupsafe import Markup

INK, QUIET, LINE, PAPER = "#1f2933", "#5b6774", "#d5dbe1", "#ffffff"
BLUE, SKY, ORANGE = "#1f5f8b", "#7fb2d6", "#b8500f"
BAND_COLOURS = {"good": "#1b7a5a", "fair": "#1f5f8c", "weak": "#b57614", "poor": "#b3341d"}
HEAT = ("#eef4f8", "#cfe2ee", "#9cc4de", "#5d9bc4", "#2c6f9f", "#123f63")
"""Steps from little to much, all of one hue so that order survives any eye and any printer."""
ON_PALE, ON_DEEP = "#1f2934", "#fffffe"
"""Text on the steps of HEAT."""
COLOURS = {
    INK: "ink", QUIET: "quiet", LINE: "line", PAPER: "paper", BLUE: "blue", SKY: "sky", ORANGE: "orange",
    ON_PALE: "on-pale", ON_DEEP: "on-deep",
    **{colour: band for band, colour in BAND_COLOURS.items()},
    **{colour: f"heat-{step}" for step, colour in enumerate(HEAT)},
}  # fmt: skip
"""The name in the style sheet of each colour that a picture is drawn in."""
PLOT = 380
LABEL_WIDTH = 290
CHARACTER = 8.2
"""Pixels that a character of a label takes, more or less."""
_MEASURE = "Arial"
_DECIMALS = re.compile(r"\d+\.\d{2,}")
_KEPT = {
    "d": "", "transform": "translate(0,0)", "fill": "", "stroke": "", "stroke-width": "", "stroke-dasharray": "",
    "stroke-linecap": "", "opacity": "1", "text-anchor": "start", "font-size": "13px", "font-weight": "normal",
    "x": "", "dy": "", "x2": "0", "y2": "0",
}  # fmt: skip
"""Attributes of a mark that the page needs, each with the value that goes without saying there."""
_INHERITED = (
    *("fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap"),
    *("text-anchor", "font-size", "font-weight"),
)
"""Those that a group passes on to its marks."""


def _svg(chart: Any, title: str, description: str) -> Markup:
    """The chart as SVG text that scales with its column, named and described for screen readers."""
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
    svg = _drawn(json.dumps(spec.to_dict(validate=False)))
    width, height = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg).groups()  # type: ignore[union-attr]
    head = (
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" style="--width:{width}px"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
    )
    drawing = ElementTree.fromstring(svg)
    _share(drawing)
    return Markup(head + "".join(_lean(child) for child in drawing) + "</svg>")


@lru_cache(maxsize=512)
def _drawn(spec: str) -> str:
    """Vega-Lite as SVG; the masked page and its full twin have most pictures in common."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


def _share(node: ElementTree.Element) -> None:
    """Moves to each group what all marks in it say."""
    marks = list(node)
    for mark in marks:
        _share(mark)
    if not node.tag.endswith("}g") or len(marks) < 2:
        return
    for name in _INHERITED:
        said = {mark.get(name) for mark in marks}
        # The style sheet gives text its usual colour only where no fill is said.
        if len(said) > 1 or None in said or (name == "fill" and any(mark.tag.endswith("}text") for mark in marks)):
            continue
        node.set(name, said.pop() or "")
        for mark in marks:
            del mark.attrib[name]


def _lean(node: ElementTree.Element, painted: bool = False) -> str:
    """A mark as short as it may be, its colours by name; "" for what draws nothing. A group may give it its ink."""
    kind = node.tag.rpartition("}")[2]
    kept = {name: node.get(name, "") for name, usual in _KEPT.items() if node.get(name, usual) != usual}
    drawn = painted or kept.keys() & {"fill", "stroke"}
    within = painted or {kept.get("fill", "none"), kept.get("stroke", "none")} != {"none"}
    inside = escape(node.text or "") if kind in ("text", "tspan") else ""
    inside += "".join(_lean(child, within) for child in node)
    if node.get("display") == "none" or (not inside if kind in ("g", "text") else kind != "tspan" and not drawn):
        return ""
    if kind == "text" and kept.get("fill") == INK:
        del kept["fill"]
    if not kept and kind == "g":
        return inside
    for name, value in kept.items():
        kept[name] = f"var(--{COLOURS[value]})" if value in COLOURS else _DECIMALS.sub(_short, value)
    told = "".join(f" {name}={quoteattr(value)}" for name, value in kept.items())
    return f"<{kind}{told}>{inside}</{kind}>" if inside else f"<{kind}{told}/>"


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


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
    cell = 96 if few else max(46, min(64, 560 // len(columns)))
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
    cells = base.mark_rect(stroke=PAPER, strokeWidth=2).encode(
        x=x,
        y=y,
        color=alt.Color("share:Q", scale=alt.Scale(type="threshold", domain=steps, range=list(HEAT)), legend=None),
    )
    text = base.mark_text(fontSize=12).encode(
        x=x,
        y=y,
        text="label:N",
        color=alt.condition("datum.share >= 0.3", alt.value(ON_DEEP), alt.value(ON_PALE)),
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


def paired_bars(frame: pd.DataFrame, sides: tuple[str, str], title: str, description: str) -> Markup:
    """Two bars per row: columns name, raw, cleaned, label; `sides` are what they are called."""
    raw, cleaned = sides
    long = frame.melt(["name", "label"], ["raw", "cleaned"], "side", "value").replace(
        {"side": {"raw": raw, "cleaned": cleaned}}
    )
    base = alt.Chart(long, width=PLOT, height=_height(len(frame), 40))
    y = _rows(frame)
    bars = base.mark_bar(height=13).encode(
        x=alt.X("value:Q", axis=None),
        y=y,
        yOffset=alt.YOffset("side:N", sort=list(sides), scale=alt.Scale(paddingInner=0, paddingOuter=0.15)),
        color=alt.Color(
            "side:N",
            scale=alt.Scale(domain=list(sides), range=[SKY, BLUE]),
            legend=alt.Legend(title=None, orient="top", symbolType="square", direction="horizontal", offset=6),
        ),
    )
    longest = frame.assign(end=frame[["raw", "cleaned"]].max(axis=1))
    text = (
        alt.Chart(longest, width=PLOT, height=_height(len(frame), 40))
        .mark_text(align="left", dx=8)
        .encode(x="end:Q", y=y, text="label:N")
    )
    return _svg(bars + text, title, description)


def weight_bars(frame: pd.DataFrame, title: str, description: str) -> Markup:
    """What speaks for (right) and against (left), row by row: columns name, weight, label."""
    base = alt.Chart(frame, width=PLOT, height=_height(len(frame), 26))
    y = _rows(frame)
    low, high = min(float(frame["weight"].min()), 0.0), max(float(frame["weight"].max()), 0.0)
    room = (high - low) * 0.03 or 1.0
    scale = alt.Scale(domain=[low, high + room], nice=False)
    bars = base.mark_bar(height=13).encode(
        x=alt.X("weight:Q", scale=scale, axis=None), y=y,
        color=alt.condition("datum.weight >= 0", alt.value(BLUE), alt.value(ORANGE)),
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=QUIET).encode(x=alt.X("zero:Q", scale=scale))
    text = (
        base.transform_calculate(right=str(high + room))
        .mark_text(align="left", dx=8)
        .encode(x=alt.X("right:Q", scale=scale), y=y, text="label:N")
    )
    return _svg(bars + zero + text, title, description)


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
        '<svg class="spark" role="img" viewBox="0 0 128 32" width="128" height="32">'
        f'<title>{escape(title)}</title><polyline points="{path}" fill="none" stroke="var(--blue)" stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="var(--blue)"/></svg>'
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


def tornado(frame: pd.DataFrame, title: str, description: str, axis: str, middle: float) -> Markup:
    """How far one input alone moves a rate: columns name, low, high (with less and more of it), label; widest first.

    A line marks the rate as it is; the side of less and that of more have a colour each.
    """
    base = alt.Chart(frame, width=PLOT, height=_height(len(frame)))
    y = _rows(frame)
    ends = [*frame[["low", "high"]].to_numpy().ravel().tolist(), middle]
    room = (max(ends) - min(ends)) * 0.04 or 0.01
    scale = alt.Scale(domain=[min(ends) - room, max(ends) + room], nice=False)
    x = alt.Axis(format="%", title=axis, tickCount=5, grid=True)
    less, more = (
        base.transform_calculate(middle=str(middle))
        .mark_bar(height=14, color=colour)
        .encode(x=alt.X("middle:Q", scale=scale, axis=x), x2=f"{end}:Q", y=y)
        for end, colour in (("low", SKY), ("high", BLUE))
    )
    rule = alt.Chart(pd.DataFrame({"middle": [middle]})).mark_rule(color=INK, strokeWidth=1.5).encode(x="middle:Q")
    text = (
        base.transform_calculate(right=str(scale.domain[1]))
        .mark_text(align="left", dx=8)
        .encode(x=alt.X("right:Q", scale=scale), y=y, text="label:N")
    )
    return _svg(less + more + rule + text, title, description)
