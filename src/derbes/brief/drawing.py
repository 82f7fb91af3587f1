"""What all charts share: fonts, sizes, colors, parts of Vega-Lite specifications, and SVG.

The only module that knows vl-convert. Specifications are plain mappings. Colors can be told
apart with any color vision and in grayscale; no chart needs color alone to be read.
"""

import base64
import itertools
import re
import textwrap
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from derbes.harmless import in_html, visible
from derbes.spelling import chart_signs

Spec = dict[str, Any]
Row = dict[str, Any]
FAMILY = "Noto Sans Derbes"
FOLDER = Path(__file__).parent / "fonts"
_STYLES = (("Regular", 400), ("Bold", 700))
_UNSEEN = frozenset("\n\r\t\u00ad\u200b\ufeff")
INK = "#1a1a1a"
_VEGA_LITE = "6.1"
_TAG = re.compile(r"<[^>]*>")
_TAG_OR_TEXT = re.compile(r"<[^>]*>|[^<]+")
_SIZE = re.compile(r'^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"[^>]*>')
_OWN_ID = re.compile(r'\bid="([^"]+)"')
_HEAD, _SMALL = 15, 11
"""Sizes of the title of a chart that stands alone, and of what stands under it. [px]"""
_BOLD = 1.1
"""How much wider bold letters are."""
_MARGIN = 12
_PLACES = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_FRACTION = re.compile(r"-?\d*\.\d+(?!\d|e)")
_USUAL = re.compile(
    r' (?:class|role|aria-[a-z]+|pointer-events|font-family)="[^"]*"'
    r'| (?:opacity|stroke-width|stroke-opacity|fill-opacity)="1"| (?:x2|y2)="0"'
    r'| font-size="12px"| font-weight="normal"| text-anchor="start"| transform="translate\(0,0\)"'
)
"""What a browser takes for granted, or needs once for the picture, or not at all."""
_USUAL_OF = {"text": f' fill="{INK}"', "line": ' stroke="#8a8a8a"'}
"""Element → its usual color, which the style of the page gives."""
_UNSEEN_MARK = re.compile(
    r'<path(?: d="[^"]*"| display="none"| transform="[^"]*")*(?:/>|></path>)'
    r"|<text[^>]*(?:/>|></text>)|<g(?: [^>]*)?/>|<g(?: [^>]*)?></g>"
)
WIDE = 690
"""Width on paper and on a screen. [px]"""
NARROW = 340
"""Width on a phone. [px]"""
LETTER = 6.6
"""Width of a letter in a chart, on the safe side. [px]"""
LINE = 14
"""Height of a line of words in a chart. [px]"""
_Y_AXIS = 45
"""Width of a y axis with its labels. [px]"""
BLUE = "#1f5f99"
RED = "#a8321a"
GRAY = "#5a5a5a"
BLUES = ["#f1f6fa", "#9cc3e0", "#1f5f99"]
REDS = ["#fdf1ec", "#f0a58a", "#a8321a"]
LINE_BREAK = "\n"
_N_LINES = f"length(split(datum.label, {LINE_BREAK!r}))"
LINES_OF_LABEL: Spec = {
    "labelExpr": f"split(datum.label, {LINE_BREAK!r})",
    "ticks": False,
    "domain": False,
}
"""An axis whose labels with line breaks are drawn as several lines."""
BESIDE: Spec = {
    **LINES_OF_LABEL,
    "labelPadding": 6,
    "labelOffset": {
        "condition": [
            {"test": f"{_N_LINES} === {n}", "value": -LINE / 2 * (n - 1)} for n in (2, 3, 4)
        ],
        "value": 0,
    },
}
"""Such an axis at the left: the lines of a label stand around the middle of their row."""
ABOVE: Spec = {
    **LINES_OF_LABEL,
    "orient": "top",
    "labelPadding": {"condition": {"test": f"{_N_LINES} > 1", "value": 5 + LINE}, "value": 5},
}
"""Such an axis on top: two lines end above the plot."""
_LONG_TITLE = 0.55
"""Part of a chart's width from which on words of its x axis do not fit under the plot alone."""
_SYMBOL = 26
"""Width of a symbol of a legend, and what is empty around its words. [px]"""
_TEXT = {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK}
_CONFIG: Spec = {
    "aria": False,
    "font": FAMILY,
    "text": {"fontSize": 12, "color": INK},
    "view": {"stroke": None},
    "axis": {
        **_TEXT,
        "titleFontWeight": "normal",
        "gridColor": "#e3e3e3",
        "domainColor": "#8a8a8a",
        "tickColor": "#8a8a8a",
        "labelLimit": 400,
        "titleLimit": 330,
    },
    "axisX": {"labelSeparation": 6},
    "legend": {**_TEXT, "titleFontWeight": "normal", "labelLimit": 330, "titleLimit": 330},
    "header": {
        **_TEXT,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
        "labelOrient": "top",
        "labelLimit": 330,
        "title": None,
    },
}
_MEASURED, _HELD = re.compile(r"(?<=\d) (?=[^\W\d_]{1,3}\b)"), "\x00"
"""The space before a short unit, and what stands for it while lines are broken."""
_GAP = 18
"""Between two panels. [px]"""
_WHOLE = {form: {"labelExpr": f"abs({parts} - round({parts})) < 1e-6 ? datum.label : ''"}
          for form, parts in (("d", "datum.value"), (".0%", "100 * datum.value"))}  # fmt: skip
"""Form of whole numbers → only ticks at them have words, so that no two read the same."""
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2, 1, 2], [1, 3])
"""Lines that can be told apart in gray."""
_LEGEND_ROOM = 0.85
"""Part of a chart's width that the words of its legend may take, beside their symbols."""


@lru_cache(maxsize=1)
def font_faces() -> str:
    """Style rules that hold both fonts as woff2."""
    rules = []
    for style, weight in _STYLES:
        packed = (FOLDER / f"NotoSansDerbes-{style}.woff2").read_bytes()
        text = base64.b64encode(packed).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-style:normal;'
            f'src:url(data:font/woff2;base64,{text}) format("woff2")}}'
        )
    return "\n".join(rules)


@lru_cache(maxsize=1)
def known_characters() -> frozenset[str]:
    """Characters that the embedded fonts hold."""
    codes = (FOLDER / "characters.txt").read_text(encoding="ascii").split()
    return frozenset(chr(int(code, 16)) for code in codes)


def missing_characters(text: str) -> tuple[str, ...]:
    """Characters of a text that the embedded fonts lack, in order of their code."""
    return tuple(sorted(set(text) - known_characters() - _UNSEEN))


@lru_cache(maxsize=1)
def _with_fonts() -> Any:
    import vl_convert  # noqa: PLC0415  drawing alone pays for it

    vl_convert.register_font_directory(str(FOLDER))
    return vl_convert


def draw(spec: Spec, *, id_: str, title: str, description: str) -> str:
    """A specification as an SVG picture with title and description.

    The same specification gives the same text: identifiers are numbered anew
    within the picture, and places are rounded to tenths of a pixel.
    """
    body, width, height = _drawn(spec)
    width, height = round(width), round(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="max-width:{width}px" font-family="{FAMILY}" font-size="12" '
        f"{_named(id_, title, description)}{_numbered(_slim(body), id_)}</svg>"
    )


def _drawn(spec: Spec) -> tuple[str, float, float]:
    """What stands within the SVG of a specification, its width and its height. [px]"""
    drawn = _with_fonts().vegalite_to_svg(
        _shown(spec), vl_version=_VEGA_LITE, format_locale=chart_signs()
    )
    found = _SIZE.match(drawn)
    if found is None:
        raise ValueError("the drawing has no size")
    return drawn[found.end() : drawn.rindex("</svg>")], float(found[1]), float(found[2])


def _named(id_: str, title: str, description: str) -> str:
    """The end of an opening tag that names a picture, and its title and alternative text."""
    return (
        f'role="img" aria-labelledby="{id_}-title {id_}-desc">'
        f'<title id="{id_}-title">{in_html(title)}</title>'
        f'<desc id="{id_}-desc">{in_html(description)}</desc>'
    )


def picture(
    spec: Spec,
    *,
    id_: str,
    title: str,
    under: str,
    foot: str,
    description: str,
    has_fonts: bool = True,
) -> str:
    """A specification as an SVG file of its own: with its words above and below, on white."""
    drawn, width, height = _drawn(spec)
    width = max(width, float(NARROW)) + 2 * _MARGIN
    y, lines, gray = float(_MARGIN), [], f'fill="{GRAY}"'
    for text, size, look in (
        (title, _HEAD, f'font-weight="bold" fill="{INK}"'),
        (under, _SMALL, gray),
    ):
        for line in _broken(text, size, width):
            y += size * 1.3
            lines.append((line, size, look, y))
    top = y + _MARGIN / 2
    y = top + height
    for line in _broken(foot, _SMALL - 1, width):
        y += _SMALL * 1.3
        lines.append((line, _SMALL - 1, gray, y))
    words = "".join(
        f'<text x="{_MARGIN}" y="{at:.1f}" font-size="{size}px" {look}>{in_html(line)}</text>'
        for line, size, look, at in lines
    )
    wide, high = f"{width:.0f}", f"{y + _MARGIN:.0f}"
    whole = f'width="{wide}" height="{high}"'
    body = _numbered(drawn, id_)
    body = body.replace("<text ", '<text paint-order="stroke" stroke-linejoin="round" ')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {whole} viewBox="0 0 {wide} {high}" '
        f'font-family="{FAMILY}, sans-serif" {_named(id_, title, description)}'
        f"{f'<style>{font_faces()}</style>' if has_fonts else ''}"
        f'<rect {whole} fill="#ffffff"/>{words}'
        f'<g transform="translate({_MARGIN},{top:.1f})" font-size="12px">{body}</g></svg>\n'
    )


def _broken(text: str, size: float, width: float) -> list[str]:
    """Lines of a text that fit into a picture; none of an empty one."""
    wide = _BOLD if size == _HEAD else 1.0
    letters = int((width - 2 * _MARGIN) / (LETTER * size / 12 * wide))
    return wrapped(text, letters).split(LINE_BREAK) if text else []


def pixels(svg: str, ppi: int) -> bytes:
    """A picture as PNG, with so many pixels by inch. A pixel of the picture is 1/96 inch."""
    return bytes(_with_fonts().svg_to_png(svg, scale=72 / 96, ppi=ppi))


def with_title(
    spec: Spec, *, title: str, under: str, foot: str, description: str, id_: str
) -> Spec:
    """A specification that says what a picture of its own says, for other programs."""
    own, width = spec.get("title"), WIDE + 2.0 * _MARGIN
    more = [own["text"]] if isinstance(own, Mapping) else []
    head = {
        "text": _broken(title, _HEAD, width),
        "subtitle": [*_broken(under, _SMALL, width), *more],
        "anchor": "start",
        "frame": "bounds",
        "fontSize": _HEAD,
        "subtitleFontSize": _SMALL,
        "offset": 2 * LINE,
    }
    told = {"name": id_, "title": title, "subtitle": under, "foot": foot}
    shown = {**spec, "background": "#ffffff", "title": head, "description": description}
    return dict(_shown({**shown, "usermeta": {"derbes": told}}))


def _shown(part: Any) -> Any:
    """A part of a specification whose texts hold nothing that the renderer could stumble over."""
    if isinstance(part, str):
        return visible(part)
    if isinstance(part, Mapping):
        return {key: _shown(value) for key, value in part.items()}
    return [_shown(one) for one in part] if isinstance(part, list | tuple) else part


def _slim(body: str) -> str:
    """The same picture with fewer bytes: tenths of a pixel, and nothing said twice or unseen."""
    body = _TAG.sub(_slim_tag, body)
    seen = ""
    while seen != body:
        seen, body = body, _UNSEEN_MARK.sub("", body)
    parts, is_kept = [], []
    for part in _TAG_OR_TEXT.findall(body):
        if part == "<g>" or part.startswith("<g "):
            is_kept.append(part != "<g>")
        if part == "<g>" or (part == "</g>" and not is_kept.pop()):
            continue
        parts.append(part)
    return "".join(parts)


def _slim_tag(found: re.Match[str]) -> str:
    """A tag with places in tenths of a pixel, and without what is usual."""
    tag = _PLACES.sub(lambda place: _FRACTION.sub(_tenth, place.group()), found.group())
    usual = _USUAL_OF.get(tag[1:].partition(" ")[0], "")
    tag = _USUAL.sub("", tag)
    return tag.replace(usual, "") if usual else tag


def _tenth(number: re.Match[str]) -> str:
    text = f"{float(number.group()):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _numbered(body: str, id_: str) -> str:
    """Identifiers of clips and gradients made unique within the page."""
    for n, own in enumerate(dict.fromkeys(_OWN_ID.findall(body))):
        new = f"{id_}-{n}"
        body = body.replace(f'id="{own}"', f'id="{new}"').replace(f"url(#{own})", f"url(#{new})")
    return body


def chart(width: int, layers: list[Spec], **more: Any) -> Spec:
    """A layered chart of a whole width, labels included."""
    size = {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    return finished({**size, "layer": [_with_room_for_title(one, width) for one in layers], **more})


def _with_room_for_title(layer: Spec, width: int) -> Spec:
    """A layer whose words of the x axis stay within the chart: they end where the plot ends."""
    x = layer.get("encoding", {}).get("x", {})
    title = x.get("title")
    if not title or len(title) * LETTER <= _LONG_TITLE * width:
        return layer
    lines = wrapped(title, int(width / LETTER) - 2).split(LINE_BREAK)
    axis = {**x.get("axis", {}), "titleAnchor": "end", "titleLimit": width}
    x = {**x, "title": lines if len(lines) > 1 else title, "axis": axis}
    return {**layer, "encoding": {**layer["encoding"], "x": x}}


def legend_columns(names: Iterable[str], room: float) -> int:
    """Columns of a legend: as many as its words, row by row, leave room for [px]; three at most."""
    letters = [len(name) for name in names]

    def width(n: int) -> float:
        return sum(max(letters[at::n], default=0) * LETTER + _SYMBOL for at in range(n))

    return next((n for n in (3, 2) if width(n) <= room), 1)


def finished(spec: Spec) -> Spec:
    """A specification with the style of the house."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        **spec,
        "config": _CONFIG,
    }


def wrapped(text: str, width: int) -> str:
    """A text broken into lines of at most `width` characters; a word that is cut has a hyphen.

    A number stays with the short unit behind it, as long as both fit into a line.
    """
    lines = _lines(text, width) or [""]
    cut = rf"(\S{{{width - 1}}})(?=\S\S)"  # of a longer word, as long as two letters are left
    fitting = (re.sub(cut, rf"\1-{LINE_BREAK}", one) if len(one) > width else one for one in lines)
    return LINE_BREAK.join(fitting)


def _lines(text: str, width: int) -> list[str]:
    """Lines of whole words, in which a number is no further from its unit than a space."""
    kept = _MEASURED.sub(_HELD, text)
    lines = textwrap.wrap(kept, width, break_long_words=False)
    if any(_HELD in line and len(line) > width for line in lines):
        lines = textwrap.wrap(text, width, break_long_words=False)
    return [line.replace(_HELD, " ") for line in lines]


def values(rows: Iterable[Row]) -> Spec:
    """Rows as the data of a chart."""
    return {"values": list(rows)}


def turns(rows: Iterable[Row], *fields: str) -> list[Row]:
    """Rows of a step line at which it turns: the first, the last, and where a field changes."""
    rows = list(rows)
    return [
        row
        for t, row in enumerate(rows)
        if t in (0, len(rows) - 1) or any(row[key] != rows[t - 1][key] for key in fields)
    ]


def columns_of(width: int, names: Iterable[str]) -> int:
    """Small multiples side by side: as many as leave room for their names, two at most."""
    return 2 if all(_two_lines(name, width) is not None for name in names) else 1


def _two_lines(name: str, width: int) -> str | None:
    """A name above one of two panels, in at most two lines; None: it has no room there."""
    letters = int((width - _Y_AXIS - _GAP) / 2 / LETTER)
    lines = _lines(name, letters)
    fits = len(lines) <= 2 and all(len(line) <= letters for line in lines)
    return LINE_BREAK.join(lines) if fits else None


def panels(
    rows: list[Row],
    layers: list[Spec],
    *,
    width: int,
    height: float | Spec,
    order: list[str],
    labels: int = 60,
    most: int = 2,
) -> Spec:
    """Small multiples of layers, one per `panel` of the rows, in order, with one y axis.

    Args:
        rows: Data of all layers.
        layers: What each panel draws.
        width: Width of the whole. [px]
        height: Height of one panel. [px]
        order: Panels in order.
        labels: Width of the y axis with its labels. [px]
        most: Panels that may stand side by side.
    """
    columns = min(columns_of(width, order), len(order), most)
    names = {name: (_two_lines(name, width) if columns > 1 else None) or name for name in order}
    rows = [{**row, "panel": names[row["panel"]]} for row in rows]
    own = (width - labels - _GAP * (columns - 1)) // columns
    # Of a last row that is not full, an axis of its column would stand under nothing.
    below = 3 * _GAP + LINE * any(LINE_BREAK in name for name in names.values())
    is_full, own_axes = len(order) % columns == 0, {"resolve": {"axis": {"x": "independent"}}}
    return finished(
        {
            "data": values(rows),
            "facet": {
                "field": "panel",
                "type": "nominal",
                "sort": list(names.values()),
                "title": None,
                "header": {"labelExpr": LINES_OF_LABEL["labelExpr"], "labelLineHeight": LINE},
            },
            "columns": columns,
            "spacing": {"row": _GAP if is_full else below, "column": _GAP},
            **({} if is_full else {**own_axes, "bounds": "flush"}),
            "spec": {"width": own, "height": height, "layer": layers},
        }
    )


def mark_lines(marks: list[tuple[float, str]], limit: float, *, width: int = WIDE) -> list[Spec]:
    """Dashed lines at places of the x axis, each with its words above the plot.

    Words of neighboring lines stand in rows of their own, and to the left of
    their line in the right half, so that none lies on another; what is too long for
    its side is broken into lines.
    """
    layers: list[Spec] = []
    height = 4
    for place, words in sorted(marks, reverse=True):
        at_left = place > limit / 2
        part = place / limit if at_left else 1 - place / limit
        room = part * (width - _Y_AXIS) + (_Y_AXIS if at_left else 0)
        lines = wrapped(words, max(10, int(room / LETTER))).split(LINE_BREAK)
        height += 16 + LINE * (len(lines) - 1)
        data = values([{"place": place, "words": lines}])
        x = {"field": "place", "type": "quantitative"}
        side: Spec = {"align": "right", "dx": -4} if at_left else {"align": "left", "dx": 4}
        look: Spec = {**side, "baseline": "top", "lineHeight": LINE, "color": RED}
        text = {"x": x, "y": {"value": -height}, "text": {"field": "words"}}
        layers += [
            {"data": data, **layer("rule", {"x": x}, color=RED, strokeDash=[5, 4])},
            {"data": data, **layer("text", text, **look)},
        ]
    return layers


# Parts of specifications


def numbers(
    field: str = "",
    *,
    title: str | None = None,
    scale: Spec | None = None,
    form: str = ",~r",
    **axis: Any,
) -> Spec:
    """A channel of numbers: a field of the rows, or none where each layer names its own.

    Args:
        field: That field.
        title: Words of the axis.
        scale: Its scale.
        form: How numbers on the axis are written.
        **axis: More of the axis.
    """
    spec: Spec = {"type": "quantitative", "title": title}
    spec["axis"] = {"format": form, **_WHOLE.get(form, {}), **axis}
    spec |= {"field": field} if field else {}
    return spec if scale is None else {**spec, "scale": scale}


def time_axis(years: Iterable[float], **axis: Any) -> Spec:
    """A channel of decimal years, from the first of some to the last."""
    known = list(years)
    return numbers(scale={"domain": [min(known), max(known)], "nice": False}, form="d", **axis)


def lanes(field: str, **more: Any) -> Spec:
    """A channel of names at the left, in the order of the rows."""
    return {"field": field, "type": "nominal", "sort": None, "title": None, "axis": BESIDE, **more}


def layer(kind: str, encoding: Spec, where: str = "", **look: Any) -> Spec:
    """A mark with its look, drawn of the rows for which an expression holds."""
    spec: Spec = {"mark": {"type": kind, **look}, "encoding": encoding}
    return {**spec, "transform": [{"filter": where}]} if where else spec


def steps(encoding: Spec, opacity: float) -> Spec:
    """Steps, with the area below them filled."""
    line = {"color": BLUE, "strokeWidth": 2}
    look: Spec = {"color": BLUE, "opacity": opacity, "interpolate": "step-after", "line": line}
    return layer("area", encoding, **look)


def by_kind(field: str, looks: Mapping[str, Any], legend: Spec) -> Spec:
    """A channel that tells kinds apart: words of a kind → its color, shape or dashes."""
    scale = {"domain": list(looks), "range": list(looks.values())}
    return {"field": field, "scale": scale, "legend": {"orient": "bottom", "title": None, **legend}}


def lane_height(rows: Iterable[Row], field: str, *, least: float, line: float, more: float) -> Spec:
    """Height of a lane that holds the lines of its longest name. [px]"""
    lines = max(row[field].count(LINE_BREAK) + 1 for row in rows)
    return {"step": max(least, line * lines + more)}


def subject(text: str) -> Spec:
    """What a chart's y axis counts, above it."""
    look = {"anchor": "start", "frame": "group", "fontSize": 12, "fontWeight": "normal"}
    return {"text": text, "offset": 6, **look}


def color_and_shape(
    kinds: tuple[str, str], colors: tuple[str, str], shapes: tuple[str, str]
) -> Spec:
    """Two kinds of points, told apart by color and by shape."""
    legend = {"direction": "vertical", "symbolSize": 80}
    return {
        "color": by_kind("kind", dict(zip(kinds, colors, strict=True)), legend),
        "shape": by_kind("kind", dict(zip(kinds, shapes, strict=True)), legend),
    }


def years_of(rows: list[Row], *, width: int) -> Spec:
    """A channel of the years of rows."""
    ticks = 4 if width == NARROW else 8
    return time_axis((row["year"] for row in rows), tickCount=ticks, grid=False)


def probability_lines(rows: list[Row], *, width: int, order: Iterable[str] = ()) -> Spec:
    """Probability by date, a line per `line`, told apart by color and dashes.

    Args:
        rows: `line`, `year` (decimal), `p`.
        width: Width of the whole. [px]
        order: Lines in the order of the legend; empty: that of the rows.
    """
    letters = int(_LEGEND_ROOM * width / LETTER)
    rows = [{**row, "line": wrapped(row["line"], letters)} for row in rows]
    names = [wrapped(line, letters) for line in order] or [row["line"] for row in rows]
    names = list(dict.fromkeys(names))
    lines = ([row for row in rows if row["line"] == name] for name in names)
    rows = [row for line in lines for row in turns(line, "p")]
    colors = itertools.cycle((BLUE, RED, INK, GRAY, "#3d7a3d", "#7a4fa3"))
    dashes = itertools.cycle(DASHES)
    legend = {"columns": 1, "symbolType": "stroke", "symbolSize": 300, "labelLimit": 0,
              "labelExpr": LINES_OF_LABEL["labelExpr"]}  # fmt: skip
    ticks = [0, 0.25, 0.5, 0.75, 1]
    encoding = {
        "x": {**years_of(rows, width=width), "field": "year"},
        "y": numbers("p", scale={"domain": [0, 1]}, form=".0%", values=ticks),
        "color": by_kind("line", dict(zip(names, colors, strict=False)), legend),
        "strokeDash": by_kind("line", dict(zip(names, dashes, strict=False)), legend),
    }
    steps_of = layer("line", encoding, strokeWidth=2, interpolate="step-after")
    return chart(width, [steps_of], data=values(rows), height=150)
