"""Heat maps: who sells what, and harm by start and length of a measure."""

from derbes.brief.charts.style import (
    ABOVE,
    BESIDE,
    BLUES,
    INK,
    NARROW,
    REDS,
    Row,
    Spec,
    chart,
    panel_width,
    panels,
    values,
)


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
