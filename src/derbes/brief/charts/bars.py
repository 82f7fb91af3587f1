"""Horizontal bars against a rule."""

from derbes.brief.charts.style import (
    BESIDE,
    BLUE,
    GRAY,
    INK,
    LETTER,
    RED,
    Row,
    Spec,
    chart,
    values,
)


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
