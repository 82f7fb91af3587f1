"""The charts of a brief as Vega-Lite specifications."""

import itertools
from collections.abc import Mapping
from typing import Any

from derbes.brief.drawing import (
    ABOVE,
    BESIDE,
    BLUE,
    BLUES,
    GRAY,
    INK,
    LETTER,
    LINE,
    NARROW,
    RED,
    REDS,
    Row,
    Spec,
    by_kind,
    chart,
    finished,
    lane_height,
    lanes,
    layer,
    numbers,
    panel_width,
    panels,
    subject,
    time_axis,
    values,
)

PALE = 0.18
"""Opacity of the outer band of a fan; the inner one lies on it."""
BARS_PART = 0.58
"""Part of a tornado's width that is left for bars beside their labels."""
MOST_ROOM = 0.8
"""Most of that for the words at the bars."""
LABELS = 70
"""Width of the labels beside a lone panel. [px]"""
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2, 1, 2], [1, 3])
"""Lines that can be told apart in gray."""


# Bars


def stacked_counts(rows: list[Row], *, width: int, looks: Mapping[str, str]) -> Spec:
    """One bar per `label`, made of counts of `kind` in the order given, each with its number.

    Args:
        rows: `label`, `kind`, `n`, `first` and `last` (ends of the piece), `middle`, `ink`
            (color of the number).
        width: Width of the whole. [px]
        looks: Kinds from left to right → color.
    """
    x, y = numbers(form="d", tickMinStep=1, tickCount=6), lanes("label")
    piece = {"x": {**x, "field": "first"}, "x2": {"field": "last"}, "y": y}
    piece["color"] = by_kind("kind", looks, {"columns": 3})
    number = {"x": {**x, "field": "middle"}, "y": y, "text": {"field": "n"}}
    number["color"] = {"field": "ink", "type": "nominal", "scale": None}
    layers = [
        layer("bar", piece, height={"band": 0.6}, stroke=GRAY, strokeWidth=0.5),
        layer("text", number, fontSize=11),
    ]
    height = lane_height(rows, "label", least=28, line=14, more=6)
    return chart(width, layers, data=values(rows), height=height)


# Dependence on a sender over time, with what opens and what ends


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
    x = {**time_axis(years, tickCount=5, grid=True), "field": "year"}
    shares: Spec = {"vconcat": _shares(rows, events, x, plot=plot, labels=labels), "spacing": 10}
    shares["title"] = subject(name)
    parts = (
        [_events(events, {**x, "axis": None}, years, plot=plot, labels=labels)] if events else []
    )
    return finished({"vconcat": [*parts, shares], "spacing": 16})


def _events(
    events: list[Row], x: Spec, years: tuple[float, float], *, plot: int, labels: int
) -> Spec:
    middle = (years[0] + years[1]) / 2
    y = lanes("lane", axis={**BESIDE, "minExtent": labels, "maxExtent": labels})
    color = {"condition": {"test": "datum.is_end", "value": RED}, "value": INK}
    shape = {"condition": {"test": "datum.is_end", "value": "diamond"}, "value": "triangle-right"}
    place = {"x": x, "y": y, "color": color}
    told = {**place, "text": {"field": "words"}}
    known = "datum.year !== null"
    before, after = f"{known} && datum.year <= {middle}", f"{known} && datum.year > {middle}"
    layers = [
        layer("point", {**place, "shape": shape}, known, filled=True, size=90, opacity=1),
        layer("text", told, before, align="left", dx=9),
        layer("text", told, after, align="right", dx=-9),
        layer("text", {**told, "x": {"value": 0}}, "datum.year === null", align="left", dx=2),
    ]
    height = lane_height(events, "lane", least=32, line=LINE, more=6)
    return {"width": plot, "height": height, "data": values(events), "layer": layers}


def _shares(rows: list[Row], events: list[Row], x: Spec, *, plot: int, labels: int) -> list[Spec]:
    order = list(dict.fromkeys(row["panel"] for row in rows))
    color = {"condition": {"test": "datum.is_end", "value": RED}, "value": INK}
    known = [event for event in events if event["year"] is not None]
    parts = []
    for panel in order:
        axis: Spec = {"values": [0, 0.5, 1], "titleAngle": 0, "titleAlign": "right", "titleX": -44,
                "titleBaseline": "middle", "minExtent": labels, "maxExtent": labels}  # fmt: skip
        y = numbers("share", scale={"domain": [0, 1]}, form=".0%", **axis)
        del y["title"]
        y["axis"]["title"] = panel.split("\n")
        own_x = x if panel == order[-1] else {**x, "axis": None}
        line = {"color": BLUE, "strokeWidth": 2}
        look: Spec = {"interpolate": "step-after", "color": BLUE, "opacity": 0.3, "line": line}
        layers = [layer("area", {"x": own_x, "y": y}, **look)]
        if known:
            rule = layer("rule", {"x": own_x, "color": color}, strokeDash=[3, 3])
            layers.append({**rule, "data": values(known)})
        own = [row for row in rows if row["panel"] == panel]
        parts.append({"width": plot, "height": 54, "data": values(own), "layer": layers})
    return parts


# Heat maps: who sells what, and harm by start and length of a measure


def share_map(rows: list[Row], *, width: int, columns: list[str], goods: list[str]) -> Spec:
    """Shares with their percent in each cell; the sender's columns in another color.

    Args:
        rows: `good`, `seller`, `share`, `words`, `is_sender`.
        width: Width of the whole. [px]
        columns: Sellers from left to right.
        goods: Goods from top to bottom.
    """
    axis = {**ABOVE, "labelAngle": -90, "labelAlign": "left", "labelPadding": 4}
    if width != NARROW and len(columns) <= 8:
        axis = {**ABOVE, "labelAngle": 0, "labelAlign": "center"}
    place = {"x": lanes("seller", sort=columns, axis=axis), "y": lanes("good", sort=goods)}

    def cells(colors: list[str], *, is_sender: str) -> Spec:
        color: Spec = {"field": "share", "type": "quantitative", "legend": None}
        color["scale"] = {"domain": [0, 0.5, 1], "range": colors}
        where = f"datum.is_sender === {is_sender}"
        return layer("rect", {**place, "color": color}, where, stroke="white", strokeWidth=2)

    ink = {"condition": {"test": "datum.share > 0.6", "value": "white"}, "value": INK}
    words = layer("text", {**place, "text": {"field": "words"}, "color": ink}, fontSize=12)
    return chart(
        width,
        [cells(REDS, is_sender="true"), cells(BLUES, is_sender="false"), words],
        data=values(rows),
        height={"step": 34},
        resolve={"scale": {"color": "independent"}},
    )


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
    scale = {"zero": False, "nice": False}
    x = numbers(title=names["x"], scale=scale, form="d", tickCount=6, grid=False)
    by_length = {"field": "months", "order": "ascending"}
    y = {"field": "length", "type": "ordinal", "sort": by_length, "title": None}
    place = {"x": {**x, "field": "year"}, "x2": {"field": "year_end"}, "y": y}
    at_end = {"x": {**x, "field": "end"}, "y": y, "color": {"value": INK}}
    top = max((row["harm"] for row in rows), default=0.0) or 1.0
    legend = {"orient": "bottom", "gradientLength": 220, "format": ",~r", "tickCount": 4}
    harm = {"field": "harm", "type": "quantitative", "title": names["color"], "legend": legend}
    harm["scale"] = {"domain": [0, top], "range": ["#fbeee8", "#e58b6b", "#6e1607"]}
    cell, end = "datum.kind === 'cell'", "datum.kind === 'end'"
    diamond = {"shape": "diamond", "filled": True, "size": 90, "opacity": 1}
    layers = [
        layer("rect", place, f"{cell} && datum.harm === 0", color="#e4ecf3", stroke=None),
        layer("rect", {**place, "color": harm}, f"{cell} && datum.harm > 0", stroke=None),
        layer("point", at_end, end, **diamond),
    ]
    size = {"width": panel_width(width, 80 if width == NARROW else 60), "height": {"step": 22}}
    return panels(data, layers, width=width, size=size, order=order)


# Losses of both sides against each other


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
    low, high = _limits(rows, is_log=is_log)
    scale: Spec = {"domain": [low, high], "nice": False, "clamp": True}
    scale |= {"type": "log"} if is_log else {}
    x = numbers(title=names["x"], scale=scale, tickCount=4, gridColor="#eeeeee")
    y = {**x, "title": None}
    place = {"x": {**x, "field": "cost"}, "y": {**y, "field": "loss"}}
    equal = {"x": {**x, "datum": low}, "y": {**y, "datum": low}}
    equal |= {"x2": {"datum": high}, "y2": {"datum": high}}
    kinds = (names["returning"], names["lost"])
    points = {**place, **_color_and_shape(kinds, (RED, BLUE), ("circle", "square"))}
    label = {"align": "center", "dy": -11, "color": INK, "fontSize": 11}
    outline = {"stroke": "white", "strokeWidth": 4}
    told = {**place, "text": {"field": "words"}}
    layers = [
        layer("rule", equal, color=GRAY, strokeDash=[5, 4]),
        layer("point", points, filled=True, size=55, opacity=0.85),
        layer("text", told, "datum.words !== ''", **label, **outline),
    ]
    size = {"width": panel_width(width), "height": min(panel_width(width), 250)}
    return panels(rows, layers, width=width, size=size, order=order)


def _color_and_shape(
    kinds: tuple[str, str], colors: tuple[str, str], shapes: tuple[str, str]
) -> Spec:
    """Two kinds of points, told apart by color and by shape."""
    legend = {"direction": "vertical", "symbolSize": 80}
    return {
        "color": by_kind("kind", dict(zip(kinds, colors, strict=True)), legend),
        "shape": by_kind("kind", dict(zip(kinds, shapes, strict=True)), legend),
    }


def _limits(rows: list[Row], *, is_log: bool) -> tuple[float, float]:
    """Ends of both axes, the same for both, so that the diagonal is one of 45 degrees."""
    amounts = [row[key] for row in rows for key in ("cost", "loss")]
    low, high = min(amounts), max(amounts)
    if is_log:
        return low / 2, high * 3
    room = 0.12 * (high - min(low, 0.0)) or 1.0
    return min(low, 0.0) - (room if low < 0 else 0.0), high + room


# Plans: when what is built, what security costs, what is paid when


def plan_timeline(rows: list[Row], *, width: int, years: tuple[float, float]) -> Spec:
    """One lane per choice: a thin bar while it is being made, a thick one while it works.

    Args:
        rows: `lane`, `decided`, `works` (decimal years), `end`, `words`.
        width: Width of the whole. [px]
        years: Ends of the time axis. [decimal year]
    """
    x, y = time_axis(years, tickCount=5 if width == NARROW else 10), lanes("lane")

    def span(first: str, last: str) -> Spec:
        return {"x": {**x, "field": first}, "x2": {"field": last}, "y": y}

    decided = {"x": {**x, "field": "decided"}, "y": y}
    layers = [
        layer("bar", span("decided", "works"), color=GRAY, height={"band": 0.18}),
        layer("bar", span("works", "end"), color=BLUE, height={"band": 0.5}),
        layer("point", decided, filled=True, size=70, color=INK, opacity=1),
    ]
    height = lane_height(rows, "lane", least=34, line=LINE, more=8)
    return chart(width, layers, data=values(rows), height=height)


def frontier_chart(rows: list[Row], *, width: int, names: dict[str, str]) -> Spec:
    """Cost against months survived; each point a plan.

    The dotted steps say no more than that a plan for longer serves shorter too.

    Args:
        rows: `months`, `cost`, `kind` (words: a point, or one that is as cheap for longer).
        width: Width of the whole. [px]
        names: Words of the axes `x`, `y`; of the kinds `best`, `dominated`.
    """
    scale = {"domainMin": 0, "nice": False}
    ticks = {"grid": False, "tickMinStep": 1, "tickCount": 8}
    place = {
        "x": numbers("months", title=names["x"], scale=scale, form="d", **ticks),
        "y": numbers("cost", scale={"zero": False}, tickCount=5),
    }
    kinds = (names["best"], names["dominated"])
    points = {**place, **_color_and_shape(kinds, (BLUE, GRAY), ("circle", "cross"))}
    layers = [
        layer("line", place, interpolate="step-before", color=GRAY, strokeDash=[3, 3]),
        layer("point", points, filled=True, size=90, opacity=1),
    ]
    height = 190 if width != NARROW else 170
    return chart(width, layers, data=values(rows), height=height, title=subject(names["y"]))


def outlay_panels(rows: list[Row], *, width: int, names: dict[str, str], order: list[str]) -> Spec:
    """Payments by year with and without the plan, a panel for all and one for those abroad.

    Args:
        rows: `panel`, `year`, `amount`, `kind` (words: with or without).
        width: Width of the whole. [px]
        names: Words of the kinds `with`, `without`.
        order: Panels in order.
    """
    kinds = {names["with"]: BLUE, names["without"]: RED}
    n_years = len({row["year"] for row in rows})
    room = panel_width(width) / max(1, n_years)
    every = max(1, round(4.5 * LETTER / room + 0.5))
    place = f"round(datum.index * {max(1, n_years - 1)})"
    axis = {"labelAngle": 0, "labelExpr": f"{place} % {every} === 0 ? datum.label : ''",
            "labelOverlap": False, "ticks": False}  # fmt: skip
    bars = {
        "x": {"field": "year", "type": "ordinal", "title": None, "axis": axis},
        "xOffset": {"field": "kind", "sort": list(kinds)},
        "y": numbers("amount", tickCount=4),
        "color": by_kind("kind", kinds, {"direction": "vertical", "symbolSize": 80}),
    }
    size = {"width": panel_width(width), "height": 150}
    return panels(rows, [layer("bar", bars)], width=width, size=size, order=order)


# Draws: fans, probabilities by date, losses exceeded, and what decides


def fan_panels(rows: list[Row], *, width: int, order: list[str]) -> Spec:
    """Bands of the draws by date, the middle one as a line, the central case dashed.

    All panels have one scale.

    Args:
        rows: `panel`, `year` (decimal), `p5`, `p25`, `p50`, `p75`, `p95`, `central`.
        width: Width of the whole. [px]
        order: Panels in order.
    """
    x = {**_years_of(rows, width=width), "field": "year"}
    ends = [row[key] for row in rows for key in ("p5", "p95", "central") if row[key] is not None]
    y = numbers(scale={"domain": [min(0.0, *ends), max(ends)], "nice": True}, tickCount=5)

    def band(low: str, high: str) -> Spec:
        ends = {"x": x, "y": {**y, "field": low}, "y2": {"field": high}}
        return layer("area", ends, color=BLUE, opacity=PALE)

    def line(field: str, **look: Any) -> Spec:
        return layer("line", {"x": x, "y": {**y, "field": field}}, **{"strokeWidth": 2, **look})

    layers = [
        band("p5", "p95"),
        band("p25", "p75"),
        line("p50", color=BLUE),
        line("central", color=INK, strokeDash=[5, 4], strokeWidth=1.5),
    ]
    is_alone = len(order) == 1
    size = {"width": width - LABELS if is_alone else panel_width(width), "height": 190}
    spec = panels(rows, layers, width=width, size=size, order=order)
    return {**spec, "resolve": {"scale": {"y": "independent"}}}


def _years_of(rows: list[Row], *, width: int) -> Spec:
    ticks = 4 if width == NARROW else 8
    return time_axis((row["year"] for row in rows), tickCount=ticks, grid=False)


def probability_lines(rows: list[Row], *, width: int, order: list[str]) -> Spec:
    """Probability by date, a line per `line`, told apart by color and dashes.

    Args:
        rows: `line`, `year` (decimal), `p`.
        width: Width of the whole. [px]
        order: Lines in the order of the legend.
    """
    colors = itertools.cycle((BLUE, RED, INK, GRAY, "#3d7a3d", "#7a4fa3"))
    dashes = itertools.cycle(DASHES)
    legend = {"columns": 1 if width == NARROW else 2, "symbolType": "stroke", "symbolSize": 300,
              "labelLimit": 310}  # fmt: skip
    ticks = [0, 0.25, 0.5, 0.75, 1]
    encoding = {
        "x": {**_years_of(rows, width=width), "field": "year"},
        "y": numbers("p", scale={"domain": [0, 1]}, form=".0%", values=ticks),
        "color": by_kind("line", dict(zip(order, colors, strict=False)), legend),
        "strokeDash": by_kind("line", dict(zip(order, dashes, strict=False)), legend),
    }
    lines = layer("line", encoding, strokeWidth=2, interpolate="step-after")
    return chart(width, [lines], data=values(rows), height=220)


def exceedance_curve(rows: list[Row], *, width: int, name: str) -> Spec:
    """Share of the futures that lose more than an amount.

    Args:
        rows: `loss`, `share`.
        width: Width of the whole. [px]
        name: Words of the axis of amounts.
    """
    ticks = 4 if width == NARROW else 7
    scale = {"domainMin": 0, "nice": False}
    place = {
        "x": numbers("loss", title=name, scale=scale, tickCount=ticks, grid=False),
        "y": numbers("share", scale={"domainMin": 0}, form=".0%", tickCount=5),
    }
    line = {"color": BLUE, "strokeWidth": 2}
    look: Spec = {"color": BLUE, "opacity": PALE, "interpolate": "step-after", "line": line}
    return chart(width, [layer("area", place, **look)], data=values(rows), height=200)


def tornado(
    rows: list[Row], *, width: int, name: str, center: float, is_years: bool = False
) -> Spec:
    """One bar per input from the answer at its low end to that at its high end.

    Args:
        rows: `label`, `at_low`, `at_high`, `low_words`, `high_words`.
        width: Width of the whole. [px]
        name: Words of the axis.
        center: The answer with all inputs at their central values.
        is_years: Whether answers are years.
    """
    scale = {"domain": _with_room(rows, center, width), "nice": False}
    ticks, form = 3 if width == NARROW else 5, "d" if is_years else ",~r"
    x = numbers(title=name, scale=scale, form=form, tickCount=ticks)
    y = lanes("label")
    layers: list[Spec] = []
    for field, words, color in (("at_low", "low_words", RED), ("at_high", "high_words", BLUE)):
        place = {"x": {**x, "field": field}, "y": y}
        bar = {**place, "x2": {"datum": center}}
        layers.append(layer("bar", bar, color=color, height={"band": 0.5}))
        for test, align, dx in ((">", "left", 4), ("<=", "right", -4)):
            text = {**place, "text": {"field": words}}
            look = {"align": align, "dx": dx, "color": INK, "fontSize": 11}
            layers.append(layer("text", text, f"datum.{field} {test} {center!r}", **look))
    layers.append(layer("rule", {"x": {**x, "datum": center}}, color=INK))
    height = lane_height(rows, "label", least=30, line=LINE, more=6)
    return chart(width, layers, data=values(rows), height=height)


def _with_room(rows: list[Row], center: float, width: int) -> list[float]:
    """Ends of the axis, with room for the words on the sides on which there are any. [unit]"""
    ends = [row[key] for row in rows for key in ("at_low", "at_high")] + [center]
    low, high = min(ends), max(ends)
    letters = {False: 0, True: 0}
    for row in rows:
        for at, said in (("at_low", "low_words"), ("at_high", "high_words")):
            side = row[at] > center
            letters[side] = max(letters[side], len(row[said]))
    left, right = (LETTER * (letters[side] + 2) / (width * BARS_PART) for side in (False, True))
    whole = (high - low or 1.0) / (1.0 - min(left + right, MOST_ROOM))
    return [low - left * whole, high + right * whole]
