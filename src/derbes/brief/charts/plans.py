"""Charts of a plan: when what is built, what security costs, what is paid when."""

from derbes.brief.charts.style import (
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
