"""Map of a bill of materials: boxes by tier, lines from input to output."""

from dataclasses import dataclass

from derbes.brief.charts.style import (
    BLUE,
    GRAY,
    INK,
    NARROW,
    RED,
    Row,
    Spec,
    finished,
    values,
    wrapped,
)

_BOX = {"wide": (150, 58), "narrow": (102, 88)}
_LETTERS = {"wide": 22, "narrow": 15}
_GAP = 12


@dataclass(frozen=True, slots=True)
class Material:
    """One good of the map."""

    id: str
    name: str
    words: str
    """Who sells it, and whether it binds."""
    tier: int
    """0: a use needs it; n: an input of a good of tier n - 1."""
    is_sold_by_sender: bool
    is_binding: bool


def materials_map(materials: list[Material], links: list[tuple[str, str]], *, width: int) -> Spec:
    """Goods from raw (left, or top on a phone) to final; thick frames bind.

    Args:
        materials: Boxes.
        links: (input, output) ids.
        width: Width of the whole. [px]
    """
    places, height = _places(materials, width)
    box_width, box_height = _box(width)
    n_letters = _LETTERS["narrow" if width == NARROW else "wide"]
    boxes = [_box_row(item, places[item.id], n_letters) for item in materials]
    for row in boxes:
        row |= {"x2": row["x"] + box_width, "y2": row["y"] + box_height,
                "middle": row["x"] + box_width / 2,
                "center": row["y"] + box_height / 2 + row["lift"]}  # fmt: skip
    lines = [_line(places[a], places[b], width) for a, b in links if a in places and b in places]
    layers = [_link_layer(lines)] if lines else []
    layers += [*_box_layers(boxes), _text_layer(boxes)]
    return finished({"width": width - 10, "height": height, "layer": layers})


def _box(width: int) -> tuple[int, int]:
    return _BOX["narrow" if width == NARROW else "wide"]


def _places(materials: list[Material], width: int) -> tuple[dict[str, tuple[float, float]], float]:
    """Upper left corner of each box, and the height of the map. [px]"""
    box_width, box_height = _box(width)
    room = width - 10
    tiers = sorted({item.tier for item in materials}, reverse=True)
    if width != NARROW and len(tiers) * (box_width + 40) <= room + 40:
        return _columns(materials, tiers, room, (box_width, box_height))
    return _bands(materials, tiers, room, (box_width, box_height))


def _columns(
    materials: list[Material], tiers: list[int], room: float, box: tuple[int, int]
) -> tuple[dict[str, tuple[float, float]], float]:
    """One column per tier, raw materials left."""
    step = (room - box[0]) / max(1, len(tiers) - 1)
    tallest = max(sum(item.tier == tier for item in materials) for tier in tiers)
    height = tallest * (box[1] + _GAP)
    places: dict[str, tuple[float, float]] = {}
    for column, tier in enumerate(tiers):
        own = [item for item in materials if item.tier == tier]
        slot = height / len(own)
        for row, item in enumerate(own):
            places[item.id] = (column * step, row * slot + (slot - box[1]) / 2)
    return places, height


def _bands(
    materials: list[Material], tiers: list[int], room: float, box: tuple[int, int]
) -> tuple[dict[str, tuple[float, float]], float]:
    """Rows of boxes per tier, raw materials on top."""
    across = max(1, int((room + _GAP) // (box[0] + _GAP)))
    places: dict[str, tuple[float, float]] = {}
    top = 0.0
    for tier in tiers:
        own = [item for item in materials if item.tier == tier]
        for n, item in enumerate(own):
            row, column = divmod(n, across)
            places[item.id] = (column * (box[0] + _GAP), top + row * (box[1] + _GAP))
        top += -(-len(own) // across) * (box[1] + _GAP) + 2.0 * _GAP
    return places, top


def _box_row(item: Material, place: tuple[float, float], n_letters: int) -> Row:
    texts = (item.name, item.words)
    lines = [line for text in texts for line in wrapped(text, n_letters).split("\n")]
    return {
        "x": place[0],
        "y": place[1],
        "text": lines[:5],
        "lift": -7 * (len(lines[:5]) - 1),
        "kind": "binding" if item.is_binding else "sender" if item.is_sold_by_sender else "other",
    }


def _line(start: tuple[float, float], stop: tuple[float, float], width: int) -> Row:
    """From the edge of one box to the nearest edge of the next."""
    box_width, box_height = _box(width)
    if stop[0] >= start[0] + box_width:
        return {"x": start[0] + box_width, "y": start[1] + box_height / 2,
                "x2": stop[0], "y2": stop[1] + box_height / 2}  # fmt: skip
    return {"x": start[0] + box_width / 2, "y": start[1] + box_height,
            "x2": stop[0] + box_width / 2, "y2": stop[1]}  # fmt: skip


def _pixel(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _link_layer(lines: list[Row]) -> Spec:
    places = {"x": _pixel("x"), "y": _pixel("y"), "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return {"data": values(lines), "mark": {"type": "rule", "color": GRAY}, "encoding": places}


def _box_layers(boxes: list[Row]) -> list[Spec]:
    """Frames: thin, dashed where the sender sells, thick where a good binds."""
    looks: dict[str, Spec] = {
        "other": {"fill": "#f1f6fa", "stroke": BLUE, "strokeWidth": 1},
        "sender": {"fill": "#fdf1ec", "stroke": RED, "strokeWidth": 1.5, "strokeDash": [5, 3]},
        "binding": {"fill": "#fdf1ec", "stroke": RED, "strokeWidth": 4},
    }
    places = {"x": _pixel("x"), "y": _pixel("y"), "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return [
        {
            "data": values(own),
            "mark": {"type": "rect", "cornerRadius": 4, **look},
            "encoding": places,
        }
        for kind, look in looks.items()
        if (own := [box for box in boxes if box["kind"] == kind])
    ]


def _text_layer(boxes: list[Row]) -> Spec:
    return {
        "data": values(boxes),
        "mark": {"type": "text", "baseline": "middle", "align": "center", "lineHeight": 14,
                 "color": INK, "fontSize": 11},
        "encoding": {"x": _pixel("middle"), "y": _pixel("center"), "text": {"field": "text"}},
    }  # fmt: skip
