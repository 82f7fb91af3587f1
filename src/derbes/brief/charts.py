"""Vega-Lite specifications of the charts, as plain mappings; no library is needed.

Sizes, colors and pieces that all charts share.

Colors can be told apart with any color vision and in grayscale; no chart needs
color alone to be read.

Horizontal bars against a rule.

Charts of what is served after a cut-off.

Dependence on a sender over time, with what opens and what ends.

Heat maps: who sells what, and harm by start and length of a measure.

Losses of both sides against each other.
"""

import textwrap
from collections.abc import Iterable
from typing import Any

from derbes.brief.drawing import FAMILY

Spec = dict[str, Any]
Row = dict[str, Any]

WIDE = 690
"""Width on paper and on a screen. [px]"""
NARROW = 340
"""Width on a phone. [px]"""
LETTER = 6.6
"""Width of a letter in a chart, on the safe side. [px]"""
LINE = 14
"""Height of a line of words in a chart. [px]"""
_Y_AXIS = 45
"""Width of a y axis with its labels. [px]"""
BLUE = "#1f5f99"
RED = "#a8321a"
INK = "#1a1a1a"
GRAY = "#5a5a5a"
BLUES = ["#f1f6fa", "#9cc3e0", "#1f5f99"]
REDS = ["#fdf1ec", "#f0a58a", "#a8321a"]
LINE_BREAK = "\n"
_N_LINES = f"length(split(datum.label, {LINE_BREAK!r}))"
LINES_OF_LABEL: Spec = {
    "labelExpr": f"split(datum.label, {LINE_BREAK!r})",
    "ticks": False,
    "domain": False,
}
"""An axis whose labels with line breaks are drawn as several lines."""
BESIDE: Spec = {
    **LINES_OF_LABEL,
    "labelPadding": 6,
    "labelOffset": {
        "condition": [
            {"test": f"{_N_LINES} === {n}", "value": -LINE / 2 * (n - 1)} for n in (2, 3, 4)
        ],
        "value": 0,
    },
}
"""Such an axis at the left: the lines of a label stand around the middle of their row."""
ABOVE: Spec = {
    **LINES_OF_LABEL,
    "orient": "top",
    "labelPadding": {"condition": {"test": f"{_N_LINES} > 1", "value": 5 + LINE}, "value": 5},
}
"""Such an axis on top: two lines end above the plot."""


def chart(width: int, layers: list[Spec], **more: Any) -> Spec:
    """A layered chart of a whole width, labels included."""
    size = {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    return finished({**size, "layer": layers, **more})


def finished(spec: Spec) -> Spec:
    """A specification with the style of the house."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        **spec,
        "config": _CONFIG,
    }


_TEXT = {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK}
_CONFIG: Spec = {
    "aria": False,
    "font": FAMILY,
    "text": {"fontSize": 12, "color": INK},
    "view": {"stroke": None},
    "axis": {
        **_TEXT,
        "titleFontWeight": "normal",
        "gridColor": "#e3e3e3",
        "domainColor": "#8a8a8a",
        "tickColor": "#8a8a8a",
        "labelLimit": 400,
        "titleLimit": 330,
    },
    "legend": {**_TEXT, "titleFontWeight": "normal", "labelLimit": 330, "titleLimit": 330},
    "header": {
        **_TEXT,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
        "labelOrient": "top",
        "labelLimit": 330,
        "title": None,
    },
}


def wrapped(text: str, width: int) -> str:
    """A text broken into lines of at most `width` characters."""
    return LINE_BREAK.join(textwrap.wrap(text, width) or [""])


def values(rows: Iterable[Row]) -> Spec:
    """Rows as the data of a chart."""
    return {"values": list(rows)}


def columns_of(width: int) -> int:
    """Small multiples side by side."""
    return 2 if width == WIDE else 1


def panel_width(width: int, labels: int = 60) -> int:
    """Width of the plot of one small multiple, axis labels left out. [px]"""
    return (width - labels * columns_of(width)) // columns_of(width)


def panels(
    rows: list[Row], layers: list[Spec], *, width: int, size: Spec, order: list[str]
) -> Spec:
    """Small multiples of layers, one per `panel` of the rows, in order.

    Args:
        rows: Data of all layers.
        layers: What each panel draws.
        width: Width of the whole. [px]
        size: Width and height of one panel.
        order: Panels in order.
    """
    return finished(
        {
            "data": values(rows),
            "facet": {"field": "panel", "type": "nominal", "sort": order, "title": None},
            "columns": columns_of(width),
            "spacing": {"row": 18, "column": 18},
            "spec": {**size, "layer": layers},
        }
    )


def mark_lines(marks: list[tuple[float, str]], limit: float, *, width: int = WIDE) -> list[Spec]:
    """Dashed lines at places of the x axis, each with its words above the plot.

    Words of neighboring lines stand in rows of their own, and to the left of
    their line in the right half, so that none lies on another; what is too long for
    its side is broken into lines.
    """
    layers: list[Spec] = []
    height = 4
    for place, words in sorted(marks, reverse=True):
        at_left = place > limit / 2
        part = place / limit if at_left else 1 - place / limit
        room = part * (width - _Y_AXIS) + (_Y_AXIS if at_left else 0)
        lines = wrapped(words, max(10, int(room / LETTER))).split(LINE_BREAK)
        height += 16 + LINE * (len(lines) - 1)
        data = values([{"place": place, "words": lines}])
        x = {"field": "place", "type": "quantitative"}
        text = {"type": "text", "align": "right" if at_left else "left", "dx": -4 if at_left else 4}
        layers += [
            {"data": data, "mark": {"type": "rule", "color": RED, "strokeDash": [5, 4]},
             "encoding": {"x": x}},
            {"data": data, "mark": {**text, "baseline": "top", "lineHeight": LINE, "color": RED},
             "encoding": {"x": x, "y": {"value": -height},
                          "text": {"field": "words"}}},
        ]  # fmt: skip
    return layers


def bars_against_rule(rows: list[Row], *, width: int, names: dict[str, str]) -> Spec:
    """One bar per `label` of length `value`, a tick at `rule`, `words` beside both.

    Args:
        rows: `label`, `value` or None, `rule` or None, `words`, `end` (where the words start).
        width: Width of the whole. [px]
        names: Words of the axis `x`.
    """
    limit = max([row["end"] for row in rows] or [1.0]) or 1.0
    room = max([1.1, *(_room(row, limit, width) for row in rows)])
    y = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": BESIDE,
    }
    scale = {"domain": [0, limit * room], "nice": False}
    x = {
        "type": "quantitative",
        "title": names["x"],
        "scale": scale,
        "axis": {"tickCount": 5, "format": ",~r"},
    }
    bar = {
        "mark": {"type": "bar", "color": BLUE, "height": {"band": 0.55}},
        "encoding": {"x": {**x, "field": "value"}, "y": y},
    }
    tick = {
        "mark": {"type": "tick", "color": RED, "thickness": 3, "height": {"band": 0.9}},
        "encoding": {"x": {**x, "field": "rule"}, "y": y},
    }
    text = {
        "mark": {"type": "text", "align": "left", "dx": 6, "color": INK},
        "encoding": {"x": {**x, "field": "end"}, "y": y, "text": {"field": "words"}},
    }
    return chart(width, [bar, tick, text], data=values(rows), height={"step": 38})


def _room(row: Row, limit: float, width: int) -> float:
    """Length of the axis, in longest bars, that leaves room for a row's words."""
    label = max(len(line) for line in row["label"].split("\n"))
    plot = width - LETTER * (label + 2)
    words = LETTER * (len(row["words"]) + 1)
    return float(row["end"] / limit / max(0.2, 1 - words / plot))


def stacked_counts(rows: list[Row], *, width: int, order: list[str], colors: list[str]) -> Spec:
    """One bar per `label`, made of counts of `kind` in the order given, each with its number.

    Args:
        rows: `label`, `kind`, `n`, `first` and `last` (ends of the piece), `middle`, `ink`
            (color of the number).
        width: Width of the whole. [px]
        order: Kinds from left to right.
        colors: Color of each kind.
    """
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": BESIDE}
    axis = {"tickMinStep": 1, "format": "d", "tickCount": 6}
    x = {"type": "quantitative", "title": None, "axis": axis}
    legend = {"orient": "bottom", "title": None, "columns": 3}
    color = {"field": "kind", "scale": {"domain": order, "range": colors}, "legend": legend}
    bar = {
        "mark": {"type": "bar", "height": {"band": 0.6}, "stroke": GRAY, "strokeWidth": 0.5},
        "encoding": {
            "x": {**x, "field": "first"},
            "x2": {"field": "last"},
            "y": y,
            "color": color,
        },
    }
    number = {
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            "x": {**x, "field": "middle"},
            "y": y,
            "text": {"field": "n"},
            "color": {"field": "ink", "type": "nominal", "scale": None},
        },
    }
    lines = max(row["label"].count("\n") + 1 for row in rows)
    height = {"step": max(28, 14 * lines + 6)}
    return chart(width, [bar, number], data=values(rows), height=height)


_FULL = 1.0


def coverage_chart(
    rows: list[Row], *, width: int, marks: list[tuple[float, str]], names: dict[str, str]
) -> Spec:
    """Served share by month since the start, one line per response.

    Args:
        rows: `month` since the start, `served` share, `bound` (words of the response, or of calm).
        width: Width of the whole. [px]
        marks: (month, words) of vertical lines.
        names: Words of the axis `x`; of the lines: `optimal`, `myopic`, `calm`.
    """
    limit = max(row["month"] for row in rows)
    lines = {
        "data": values(rows),
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
        "encoding": _line_encoding(_drawn(rows, names), limit, width=width, n_ticks=12),
    }
    height = 190 if width != NARROW else 170
    return chart(width, [lines, *mark_lines(marks, limit, width=width)], height=height)


def _drawn(rows: list[Row], names: dict[str, str]) -> dict[str, str]:
    """Words of the axis, and of the lines that are drawn."""
    drawn = {row["bound"] for row in rows}
    return {key: text for key, text in names.items() if key == "x" or text in drawn}


def _line_encoding(names: dict[str, str], limit: float, *, width: int, n_ticks: int) -> Spec:
    looks = {"optimal": (BLUE, [1, 0]), "myopic": (RED, [6, 4]), "calm": (GRAY, [2, 2])}
    lines = [key for key in looks if key in names]
    bounds = [names[key] for key in lines]
    direction = "vertical" if width == NARROW else "horizontal"
    legend: Spec = {"orient": "bottom", "title": None, "symbolType": "stroke", "symbolSize": 500}
    legend |= {"symbolStrokeWidth": 2.5, "direction": direction, "offset": 8}
    return {
        "x": {
            "field": "month",
            "type": "quantitative",
            "title": names["x"],
            "scale": {"domain": [0, limit], "nice": False},
            "axis": {"grid": False, "tickCount": n_ticks, "tickMinStep": 1, "format": "d"},
        },
        "y": {
            "field": "served",
            "type": "quantitative",
            "title": None,
            "scale": {"domain": [0, _FULL]},
            "axis": {"format": ".0%", "tickCount": 4},
        },
        "color": {"field": "bound", "scale": {"domain": bounds,
                                               "range": [looks[key][0] for key in lines]},
                  "legend": legend},
        "strokeDash": {"field": "bound", "scale": {"domain": bounds,
                                                    "range": [looks[key][1] for key in lines]},
                       "legend": legend},
    }  # fmt: skip


def coverage_panels(
    rows: list[Row], *, width: int, end: float, names: dict[str, str], order: list[str]
) -> Spec:
    """Served share by month in small multiples, one per `panel`; a line where the measure ends."""
    limit = max(row["month"] for row in rows)
    lines = {
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": _line_encoding(_drawn(rows, names), limit, width=width, n_ticks=8),
    }
    rule = {
        "mark": {"type": "rule", "color": GRAY, "strokeDash": [4, 4]},
        "encoding": {"x": {"datum": end, "type": "quantitative"}},
    }
    size = {"width": panel_width(width), "height": 90}
    return panels(rows, [rule, lines], width=width, size=size, order=order)


def dependence_chart(
    rows: list[Row], events: list[Row], *, width: int, years: tuple[float, float], name: str
) -> Spec:
    """Openings and ends on lanes, above the sender's share of each use.

    Args:
        rows: `panel`, `year` (decimal), `share`; None where nothing serves the use.
        events: `lane`, `year`, `words`, `is_end`.
        width: Width of the whole. [px]
        years: Ends of the time axis. [decimal year]
        name: Words of the share axis.
    """
    labels = 150 if width != NARROW else 104
    plot = width - labels - 14
    shares = _shares(rows, events, plot=plot, years=years, labels=labels)
    shares["title"] = {"text": name, "anchor": "start", "frame": "group", "fontSize": 12,
                       "fontWeight": "normal", "offset": 6}  # fmt: skip
    parts = [_lanes(events, plot=plot, years=years, labels=labels)] if events else []
    return finished({"vconcat": [*parts, shares], "spacing": 16})


def _time(years: tuple[float, float], field: str, *, shown: bool) -> Spec:
    axis = {"format": "d", "tickCount": 5, "grid": True} if shown else None
    scale = {"domain": list(years), "nice": False}
    return {"field": field, "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _lanes(events: list[Row], *, plot: int, years: tuple[float, float], labels: int) -> Spec:
    middle = (years[0] + years[1]) / 2
    y = {
        "field": "lane",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {**BESIDE, "minExtent": labels, "maxExtent": labels},
    }  # fmt: skip
    x = _time(years, "year", shown=False)
    color = {"condition": {"test": "datum.is_end", "value": RED}, "value": INK}
    shape = {"condition": {"test": "datum.is_end", "value": "diamond"}, "value": "triangle-right"}
    point = {
        "transform": [{"filter": "datum.year !== null"}],
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": color, "shape": shape},
    }
    layers = [point]
    for test, align, dx in ((f"<= {middle}", "left", 9), (f"> {middle}", "right", -9)):
        layers.append(
            {
                "transform": [{"filter": f"datum.year !== null && datum.year {test}"}],
                "mark": {"type": "text", "align": align, "dx": dx},
                "encoding": {"x": x, "y": y, "text": {"field": "words"}, "color": color},
            }
        )
    never = {
        "transform": [{"filter": "datum.year === null"}],
        "mark": {"type": "text", "align": "left", "dx": 2},
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "words"}, "color": color},
    }
    most = max(event["lane"].count(LINE_BREAK) + 1 for event in events)
    size = {"width": plot, "height": {"step": max(32, LINE * most + 6)}}
    return {**size, "data": values(events), "layer": [*layers, never]}


def _shares(
    rows: list[Row], events: list[Row], *, plot: int, years: tuple[float, float], labels: int
) -> Spec:
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    height = 54
    parts = []
    for panel in panels:
        own = [row for row in rows if row["panel"] == panel]
        y_axis = {"format": ".0%", "values": [0, 0.5, 1], "title": panel.split("\n"),
                  "titleAngle": 0, "titleAlign": "right", "titleBaseline": "middle",
                  "titleX": -44, "minExtent": labels, "maxExtent": labels}  # fmt: skip
        y = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": y_axis}
        x = _time(years, "year", shown=panel == panels[-1])
        area = {
            "mark": {"type": "area", "interpolate": "step-after", "color": BLUE, "opacity": 0.3,
                     "line": {"color": BLUE, "strokeWidth": 2}},
            "encoding": {"x": x, "y": y},
        }  # fmt: skip
        rules = _rules(events, years, shown=panel == panels[-1])
        parts.append({"width": plot, "height": height, "data": values(own),
                      "layer": [area, *rules]})  # fmt: skip
    return {"vconcat": parts, "spacing": 10}


def _rules(events: list[Row], years: tuple[float, float], *, shown: bool) -> list[Spec]:
    known = [event for event in events if event["year"] is not None]
    if not known:
        return []
    color = {"condition": {"test": "datum.is_end", "value": RED}, "value": INK}
    return [
        {
            "data": values(known),
            "mark": {"type": "rule", "strokeDash": [3, 3]},
            "encoding": {"x": _time(years, "year", shown=shown), "color": color},
        }
    ]


def share_map(rows: list[Row], *, width: int, columns: list[str], goods: list[str]) -> Spec:
    """Shares with their percent in each cell; the sender's columns in another color.

    Args:
        rows: `good`, `seller`, `share`, `words`, `is_sender`.
        width: Width of the whole. [px]
        columns: Sellers from left to right.
        goods: Goods from top to bottom.
    """
    x = {
        "field": "seller",
        "type": "nominal",
        "sort": columns,
        "title": None,
        "axis": {**ABOVE, "labelAngle": -90, "labelAlign": "left", "labelPadding": 4},
    }
    if width != NARROW and len(columns) <= 8:
        x["axis"] = {**ABOVE, "labelAngle": 0, "labelAlign": "center"}
    y = {"field": "good", "type": "nominal", "sort": goods, "title": None, "axis": BESIDE}
    layers = [_cells(x, y, range_=REDS, sender=True), _cells(x, y, range_=BLUES, sender=False)]
    words = {
        "mark": {"type": "text", "fontSize": 12},
        "encoding": {
            "x": x,
            "y": y,
            "text": {"field": "words"},
            "color": {"condition": {"test": "datum.share > 0.6", "value": "white"}, "value": INK},
        },
    }
    return chart(
        width,
        [*layers, words],
        data=values(rows),
        height={"step": 34},
        resolve={"scale": {"color": "independent"}},
    )


def _cells(x: Spec, y: Spec, *, range_: list[str], sender: bool) -> Spec:
    color = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 0.5, 1], "range": range_},
        "legend": None,
    }
    return {
        "transform": [{"filter": f"datum.is_sender === {'true' if sender else 'false'}"}],
        "mark": {"type": "rect", "stroke": "white", "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "color": color},
    }


def surface_panels(
    rows: list[Row], *, width: int, ends: list[Row], names: dict[str, str], order: list[str]
) -> Spec:
    """Harm by start and length, one panel per variant; a diamond where it ends.

    Args:
        rows: `panel`, `year` and `year_end` (decimal), `length` (words), `months`, `harm`.
        width: Width of the whole. [px]
        ends: `panel`, `end` (decimal year), `length`, `months`.
        names: Words: `x`, `color`.
        order: Panels in order.
    """
    data = [{**row, "kind": "cell"} for row in rows] + [{**row, "kind": "end"} for row in ends]
    axis = {"format": "d", "tickCount": 6, "grid": False}
    x: Spec = {"type": "quantitative", "title": names["x"], "axis": axis}
    x["scale"] = {"zero": False, "nice": False}
    by_length = {"field": "months", "order": "ascending"}
    y = {"field": "length", "type": "ordinal", "sort": by_length, "title": None}
    place = {"x": {**x, "field": "year"}, "x2": {"field": "year_end"}, "y": y}
    calm = {
        "transform": [{"filter": "datum.kind === 'cell' && datum.harm === 0"}],
        "mark": {"type": "rect", "color": "#e4ecf3", "stroke": None},
        "encoding": place,
    }
    cells = {
        "transform": [{"filter": "datum.kind === 'cell' && datum.harm > 0"}],
        "mark": {"type": "rect", "stroke": None},
        "encoding": {**place, "color": _harm_color(rows, names["color"])},
    }
    end = {
        "transform": [{"filter": "datum.kind === 'end'"}],
        "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 90, "opacity": 1},
        "encoding": {"x": {**x, "field": "end"}, "y": y, "color": {"value": INK}},
    }
    size = {"width": panel_width(width, 80 if width == NARROW else 60), "height": {"step": 22}}
    return panels(data, [calm, cells, end], width=width, size=size, order=order)


def _harm_color(rows: list[Row], title: str) -> Spec:
    top = max((row["harm"] for row in rows), default=0.0) or 1.0
    return {
        "field": "harm",
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, top], "range": ["#fbeee8", "#e58b6b", "#6e1607"]},
        "legend": {"orient": "bottom", "gradientLength": 220, "format": ",~r", "tickCount": 4},
    }


def losses_panels(
    rows: list[Row], *, width: int, names: dict[str, str], order: list[str], is_log: bool
) -> Spec:
    """Target's loss against sender's cost, a panel per variant, with the 45-degree line.

    Args:
        rows: `panel`, `cost`, `loss`, `kind` (words of the buyer's return), `words`.
        width: Width of the whole. [px]
        names: Words: `x`, `returning`, `lost`.
        order: Panels in order.
        is_log: Whether both axes are logarithmic.
    """
    ends = _limits(rows, is_log=is_log)
    scale: Spec = {"domain": list(ends), "nice": False, "clamp": True}
    scale |= {"type": "log"} if is_log else {}
    axis = {"tickCount": 4, "format": ",~r", "gridColor": "#eeeeee"}
    x = {"type": "quantitative", "scale": scale, "title": names["x"], "axis": axis}
    y = {"type": "quantitative", "scale": scale, "title": None, "axis": axis}
    place = {"x": {**x, "field": "cost"}, "y": {**y, "field": "loss"}}
    points = {
        "mark": {"type": "point", "filled": True, "size": 55, "opacity": 0.85},
        "encoding": {**place, **_kinds(names)},
    }
    size = {"width": panel_width(width), "height": min(panel_width(width), 250)}
    years = {
        "transform": [{"filter": "datum.words !== ''"}],
        "mark": {"type": "text", "align": "center", "dy": -11, "color": INK, "fontSize": 11,
                 "stroke": "white", "strokeWidth": 4},
        "encoding": {**place, "text": {"field": "words"}},
    }  # fmt: skip
    layers = [_equal_losses(x, y, ends), points, years]
    return panels(rows, layers, width=width, size=size, order=order)


def _kinds(names: dict[str, str]) -> Spec:
    """Color and shape by whether the buyer returns."""
    kinds = [names["returning"], names["lost"]]
    legend = {"orient": "bottom", "title": None, "direction": "vertical", "symbolSize": 80}
    color = {"domain": kinds, "range": [RED, BLUE]}
    shape = {"domain": kinds, "range": ["circle", "square"]}
    return {
        "color": {"field": "kind", "scale": color, "legend": legend},
        "shape": {"field": "kind", "scale": shape, "legend": legend},
    }


def _equal_losses(x: Spec, y: Spec, ends: tuple[float, float]) -> Spec:
    """The line on which both sides lose the same."""
    return {
        "mark": {"type": "rule", "color": GRAY, "strokeDash": [5, 4]},
        "encoding": {
            "x": {**x, "datum": ends[0]},
            "y": {**y, "datum": ends[0]},
            "x2": {"datum": ends[1]},
            "y2": {"datum": ends[1]},
        },
    }


def _limits(rows: list[Row], *, is_log: bool) -> tuple[float, float]:
    """Ends of both axes, the same for both, so that the diagonal is one of 45 degrees."""
    numbers = [row[key] for row in rows for key in ("cost", "loss")]
    low, high = min(numbers), max(numbers)
    if is_log:
        return low / 2, high * 3
    room = 0.12 * (high - min(low, 0.0)) or 1.0
    return min(low, 0.0) - (room if low < 0 else 0.0), high + room
