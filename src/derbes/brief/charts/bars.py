"""Horizontal bars against a rule."""

from derbes.brief.charts.style import BLUE, INK, NARROW, RED, SPLIT_LABEL, Row, Spec, chart, values


def bars_against_rule(rows: list[Row], *, width: int, names: dict[str, str]) -> Spec:
    """One bar per `label` of length `value`, a tick at `rule`, `words` beside both.

    Args:
        rows: `label`, `value` or None, `rule` or None, `words`, `end` (where the words start).
        width: Width of the whole. [px]
        names: Words of the axis `x`.
    """
    limit = max([row["end"] for row in rows] or [1.0]) or 1.0
    room = 1.5 if width != NARROW else 2.1
    y = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelExpr": SPLIT_LABEL["expr"], "ticks": False, "domain": False},
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
