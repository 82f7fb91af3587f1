"""Charts over draws: fans, probabilities by date, losses exceeded, and what decides.

Charts of a plan: when what is built, what security costs, what is paid when.
"""

from derbes.brief.charts import (
    BESIDE,
    BLUE,
    GRAY,
    INK,
    LETTER,
    LINE,
    LINE_BREAK,
    NARROW,
    RED,
    Row,
    Spec,
    chart,
    panel_width,
    panels,
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


def _years(years: tuple[float, float], *, width: int) -> Spec:
    ticks = 4 if width == NARROW else 8
    return {
        "type": "quantitative",
        "title": None,
        "scale": {"domain": list(years), "nice": False},
        "axis": {"format": "d", "tickCount": ticks, "grid": False},
    }


def fan_panels(
    rows: list[Row], *, width: int, years: tuple[float, float], order: list[str]
) -> Spec:
    """Bands of the draws by date, the middle one as a line, the central case dashed.

    All panels have one scale.

    Args:
        rows: `panel`, `year` (decimal), `p5`, `p25`, `p50`, `p75`, `p95`, `central`.
        width: Width of the whole. [px]
        years: Ends of the time axis. [decimal year]
        order: Panels in order.
    """
    x = {**_years(years, width=width), "field": "year"}
    ends = [row[key] for row in rows for key in ("p5", "p95", "central") if row[key] is not None]
    y = {
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [min(0.0, *ends), max(ends)], "nice": True},
        "axis": {"format": ",~r", "tickCount": 5},
    }

    def band(low: str, high: str) -> Spec:
        mark = {"type": "area", "color": BLUE, "opacity": PALE}
        return {"mark": mark, "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}}}

    def line(field: str, **look: object) -> Spec:
        mark = {"type": "line", "strokeWidth": 2, **look}
        return {"mark": mark, "encoding": {"x": x, "y": {**y, "field": field}}}

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


def probability_lines(
    rows: list[Row], *, width: int, years: tuple[float, float], order: list[str]
) -> Spec:
    """Probability by date, a line per `line`, told apart by color and dashes.

    Args:
        rows: `line`, `year` (decimal), `p`.
        width: Width of the whole. [px]
        years: Ends of the time axis. [decimal year]
        order: Lines in the order of the legend.
    """
    colors = [BLUE, RED, INK, GRAY, "#3d7a3d", "#7a4fa3"]
    n = len(order)
    legend = {"orient": "bottom", "title": None, "columns": 1 if width == NARROW else 2,
              "symbolType": "stroke", "symbolSize": 300, "labelLimit": 310}  # fmt: skip
    y = {
        "field": "p",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }
    cycle = [colors[i % len(colors)] for i in range(n)]
    dashes = [DASHES[i % len(DASHES)] for i in range(n)]
    lines = {
        "mark": {"type": "line", "strokeWidth": 2, "interpolate": "step-after"},
        "encoding": {
            "x": {**_years(years, width=width), "field": "year"},
            "y": y,
            "color": {"field": "line", "scale": {"domain": order, "range": cycle},
                      "legend": legend},
            "strokeDash": {"field": "line", "scale": {"domain": order, "range": dashes},
                           "legend": legend},
        },
    }  # fmt: skip
    return chart(width, [lines], data=values(rows), height=220)


def exceedance_curve(rows: list[Row], *, width: int, name: str) -> Spec:
    """Share of the futures that lose more than an amount.

    Args:
        rows: `loss`, `share`.
        width: Width of the whole. [px]
        name: Words of the axis of amounts.
    """
    x = {
        "field": "loss",
        "type": "quantitative",
        "title": name,
        "scale": {"domainMin": 0, "nice": False},
        "axis": {"format": ",~r", "tickCount": 4 if width == NARROW else 7, "grid": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": None,
        "scale": {"domainMin": 0},
        "axis": {"format": ".0%", "tickCount": 5},
    }
    area = {
        "mark": {"type": "area", "color": BLUE, "opacity": PALE, "interpolate": "step-after",
                 "line": {"color": BLUE, "strokeWidth": 2}},
        "encoding": {"x": x, "y": y},
    }  # fmt: skip
    return chart(width, [area], data=values(rows), height=200)


def tornado(
    rows: list[Row], *, width: int, names: dict[str, str], center: float, is_years: bool = False
) -> Spec:
    """One bar per input from the answer at its low end to that at its high end.

    Args:
        rows: `label`, `at_low`, `at_high`, `low_words`, `high_words`.
        width: Width of the whole. [px]
        names: Words: `x`, the name of the axis.
        center: The answer with all inputs at their central values.
        is_years: Whether answers are years.
    """
    scale = {"domain": _with_room(rows, center, width), "nice": False}
    axis = {"tickCount": 3 if width == NARROW else 5, "format": "d" if is_years else ",~r"}
    x = {"type": "quantitative", "title": names["x"], "scale": scale, "axis": axis}
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": BESIDE}
    lines = max(row["label"].count(LINE_BREAK) + 1 for row in rows)
    layers: list[Spec] = []
    for field, words, color in (("at_low", "low_words", RED), ("at_high", "high_words", BLUE)):
        place = {"x": {**x, "field": field}, "x2": {"datum": center}, "y": y}
        bar = {"type": "bar", "color": color, "height": {"band": 0.5}}
        layers.append({"mark": bar, "encoding": place})
        for test, align, dx in ((">", "left", 4), ("<=", "right", -4)):
            text = {"type": "text", "align": align, "dx": dx, "color": INK, "fontSize": 11}
            layers.append(
                {
                    "transform": [{"filter": f"datum.{field} {test} {center!r}"}],
                    "mark": text,
                    "encoding": {"x": {**x, "field": field}, "y": y, "text": {"field": words}},
                }
            )
    rule = {
        "mark": {"type": "rule", "color": INK},
        "encoding": {"x": {**x, "datum": center}},
    }
    height = {"step": max(30, LINE * lines + 6)}
    return chart(width, [*layers, rule], data=values(rows), height=height)


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


def plan_timeline(rows: list[Row], *, width: int, years: tuple[float, float]) -> Spec:
    """One lane per choice: a thin bar while it is being made, a thick one while it works.

    Args:
        rows: `lane`, `decided`, `works` (decimal years), `end`, `words`.
        width: Width of the whole. [px]
        years: Ends of the time axis. [decimal year]
    """
    y = {"field": "lane", "type": "nominal", "sort": None, "title": None, "axis": BESIDE}
    scale = {"domain": list(years), "nice": False}
    x = {
        "type": "quantitative",
        "title": None,
        "scale": scale,
        "axis": {"format": "d", "tickCount": 5 if width == NARROW else 10},
    }
    making = {
        "mark": {"type": "bar", "color": GRAY, "height": {"band": 0.18}},
        "encoding": {"x": {**x, "field": "decided"}, "x2": {"field": "works"}, "y": y},
    }
    working = {
        "mark": {"type": "bar", "color": BLUE, "height": {"band": 0.5}},
        "encoding": {"x": {**x, "field": "works"}, "x2": {"field": "end"}, "y": y},
    }
    decided = {
        "mark": {"type": "point", "filled": True, "size": 70, "color": INK, "opacity": 1},
        "encoding": {"x": {**x, "field": "decided"}, "y": y},
    }
    most = max(row["lane"].count(LINE_BREAK) + 1 for row in rows)
    height = {"step": max(34, LINE * most + 8)}
    return chart(width, [making, working, decided], data=values(rows), height=height)


def frontier_chart(rows: list[Row], *, width: int, names: dict[str, str]) -> Spec:
    """Cost against months survived; each point a plan.

    The dotted steps say no more than that a plan for longer serves shorter too.

    Args:
        rows: `months`, `cost`, `kind` (words: a point, or one that is as cheap for longer).
        width: Width of the whole. [px]
        names: Words of the axes `x`, `y`; of the kinds `best`, `dominated`.
    """
    x = {
        "field": "months",
        "type": "quantitative",
        "title": names["x"],
        "scale": {"domainMin": 0, "nice": False},
        "axis": {"grid": False, "tickMinStep": 1, "format": "d", "tickCount": 8},
    }
    y = {
        "field": "cost",
        "type": "quantitative",
        "title": None,
        "scale": {"zero": False},
        "axis": {"format": ",~r", "tickCount": 5},
    }
    steps = {
        "mark": {"type": "line", "interpolate": "step-before", "color": GRAY, "strokeDash": [3, 3]},
        "encoding": {"x": x, "y": y},
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {"x": x, "y": y, **_point_kinds(names)},
    }
    title = {"text": names["y"], "anchor": "start", "frame": "group", "fontSize": 12,
             "fontWeight": "normal", "offset": 6}  # fmt: skip
    height = 190 if width != NARROW else 170
    return chart(width, [steps, points], data=values(rows), height=height, title=title)


def _point_kinds(names: dict[str, str]) -> Spec:
    """Color and shape by whether a plan that lasts longer costs no more."""
    kinds = [names["best"], names["dominated"]]
    legend = {"orient": "bottom", "title": None, "direction": "vertical", "symbolSize": 80}
    color = {"domain": kinds, "range": [BLUE, GRAY]}
    shape = {"domain": kinds, "range": ["circle", "cross"]}
    return {
        "color": {"field": "kind", "scale": color, "legend": legend},
        "shape": {"field": "kind", "scale": shape, "legend": legend},
    }


def outlay_panels(rows: list[Row], *, width: int, names: dict[str, str], order: list[str]) -> Spec:
    """Payments by year with and without the plan, a panel for all and one for those abroad.

    Args:
        rows: `panel`, `year`, `amount`, `kind` (words: with or without).
        width: Width of the whole. [px]
        names: Words of the kinds `with`, `without`.
        order: Panels in order.
    """
    kinds = [names["with"], names["without"]]
    legend = {"orient": "bottom", "title": None, "direction": "vertical", "symbolSize": 80}
    n_years = len({row["year"] for row in rows})
    room = panel_width(width) / max(1, n_years)
    every = max(1, round(4.5 * LETTER / room + 0.5))
    place = f"round(datum.index * {max(1, n_years - 1)})"
    axis = {"labelAngle": 0, "labelExpr": f"{place} % {every} === 0 ? datum.label : ''"}
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": None,
                  "axis": {**axis, "labelOverlap": False, "ticks": False}},
            "xOffset": {"field": "kind", "sort": kinds},
            "y": {"field": "amount", "type": "quantitative", "title": None,
                  "axis": {"format": ",~r", "tickCount": 4}},
            "color": {"field": "kind", "scale": {"domain": kinds, "range": [BLUE, RED]},
                      "legend": legend},
        },
    }  # fmt: skip
    size = {"width": panel_width(width), "height": 150}
    return panels(rows, [bars], width=width, size=size, order=order)
