"""Dependence on a sender over time, with what opens and what ends."""

from derbes.brief.charts.style import (
    BESIDE,
    BLUE,
    INK,
    LINE,
    LINE_BREAK,
    NARROW,
    RED,
    Row,
    Spec,
    finished,
    values,
)


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
