"""Horizontal bars against a rule."""

from derbes.brief.charts.style import (
    BESIDE,
    BLUE,
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
