"""Charts of what is served after a cut-off."""

from derbes.brief.charts.style import (
    BLUE,
    GRAY,
    NARROW,
    RED,
    Row,
    Spec,
    chart,
    mark_lines,
    panel_width,
    panels,
    values,
)

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
