"""Losses of both sides against each other."""

from derbes.brief.charts.style import BLUE, GRAY, INK, RED, Row, Spec, panel_width, panels


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
