"""Draws Vega-Lite specifications as SVG; the only module that knows vl-convert.

The fonts of the brief: letters that are embedded, and what they lack.
"""

import base64
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from derbes.brief.format import chart_locale

FAMILY = "Noto Sans Derbes"
FOLDER = Path(__file__).parent / "fonts"
_STYLES = (("Regular", 400), ("Bold", 700))
_UNSEEN = frozenset("\n\r\t\u00ad\u200b\ufeff")


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


_VEGA_LITE = "6.1"
_LONG_FRACTION = re.compile(r"(\d\.\d\d)\d+")
_TAG = re.compile(r"<[^>]*>")
_SIZE = re.compile(r'^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"[^>]*>')
_OWN_ID = re.compile(r'\bid="([^"]+)"')


@lru_cache(maxsize=1)
def _with_fonts() -> Any:
    import vl_convert  # noqa: PLC0415  drawing alone pays for it

    vl_convert.register_font_directory(str(FOLDER))
    return vl_convert


def draw(spec: dict[str, Any], *, id_: str, title: str, description: str) -> str:
    """A specification as an SVG picture with title and description.

    The same specification gives the same text: identifiers are numbered anew
    within the picture, and coordinates are cut to hundredths of a pixel.
    """
    drawn = _with_fonts().vegalite_to_svg(spec, vl_version=_VEGA_LITE, format_locale=chart_locale())
    found = _SIZE.match(drawn)
    if found is None:
        raise ValueError("the drawing has no size")
    width, height = (round(float(size)) for size in found.groups())
    body = drawn[found.end() :]
    body = _TAG.sub(lambda tag: _LONG_FRACTION.sub(r"\1", tag.group()), body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="max-width:{width}px" role="img" '
        f'aria-labelledby="{id_}-title {id_}-desc">'
        f'<title id="{id_}-title">{escape(title)}</title>'
        f'<desc id="{id_}-desc">{escape(description)}</desc>'
    )
    return head + _numbered(_slim(body), id_)


def _slim(body: str) -> str:
    """The picture without what a screen reader and a browser do not need."""
    body = re.sub(r' (class|role|aria-[a-z]+|pointer-events)="[^"]*"', "", body)
    body = re.sub(r'<path d="M0,0h0v0h0Z"></path>|<path d="M0,0h0v0h0Z"/>', "", body)
    while "<g></g>" in body:
        body = body.replace("<g></g>", "")
    return body


def _numbered(body: str, id_: str) -> str:
    """Identifiers of clips and gradients made unique within the page."""
    for n, own in enumerate(dict.fromkeys(_OWN_ID.findall(body))):
        new = f"{id_}-{n}"
        body = body.replace(f'id="{own}"', f'id="{new}"').replace(f"url(#{own})", f"url(#{new})")
    return body
