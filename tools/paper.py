"""Print a brief and count its pages, with what is drawn on each; complain of what is too much.

    python tools/paper.py out/brief.html

It needs Chromium: the one on the path, or the one that DERBES_CHROMIUM names.
"""

import os
import re
import shutil
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

MOST_PAGES = 13
"""Page one and the annex."""
MOST_BYTES = 700_000
"""Of the page as a file."""
SHEET = (186, 277)
"""Width and height of A4 within the margins of a brief. [mm]"""
A4 = 841.92
"""Height of a sheet. [pt]"""
PIXELS = 96 / 25.4
"""Of a style sheet, to a millimeter."""
LEAST_TEXTS = 10
"""Pieces of text on a page below which it counts as blank."""
LEAST_FILLED = 0.55
"""Part of a sheet, from its top, that words of a page reach; page one and the last may less."""

_OBJECT = re.compile(rb"\n(\d+) 0 obj\b(.*?)\nendobj", re.DOTALL)
_PLACED = re.compile(
    rb"(?:^|\s)(?:(q|Q)(?=\s)|" + rb"([-.\d]+)\s+" * 6 + rb"(cm|Tm)(?=\s))",
)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def overflow(window: Page) -> float:
    """By how much page one is higher than a sheet, as a browser lays it out for paper. [mm]"""
    width, height = (round(side * PIXELS) for side in SHEET)
    window.set_viewport_size({"width": width, "height": height})
    window.emulate_media(media="print")
    taken = window.evaluate("document.querySelector('.page-one').getBoundingClientRect().bottom")
    window.emulate_media(media="screen")
    return float(taken) / PIXELS - SHEET[1]


def printed(page: Path) -> tuple[bytes, float]:
    """The PDF that a browser prints of a brief, and by how much page one is too high. [mm]"""
    chromium = os.environ.get("DERBES_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        window = browser.new_page()
        window.goto(page.resolve().as_uri())
        window.evaluate("document.fonts.ready")
        pdf, beyond = window.pdf(prefer_css_page_size=True), overflow(window)
        browser.close()
    return pdf, beyond


def _drawn_by_page(pdf: bytes) -> Iterator[bytes]:
    """What is drawn on each page of a PDF that Chromium has printed."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b(?!s)", body)]
    for page in pages:
        named = re.search(rb"/Contents (\d+) 0 R", page)
        found = _STREAM.search(objects.get(int(named.group(1)), b"")) if named else None
        yield zlib.decompressobj().decompress(found.group(1)) if found else b""


def texts_by_page(pdf: bytes) -> list[int]:
    """How many pieces of text stand on each page."""
    return [len(re.findall(rb"\bT[jJ]\b", drawn)) for drawn in _drawn_by_page(pdf)]


def filled_by_page(pdf: bytes) -> list[float]:
    """Part of each page, from its top, that its words reach."""
    return [_lowest(drawn) / A4 for drawn in _drawn_by_page(pdf)]


def _lowest(drawn: bytes) -> float:
    """How far below the top of a page its lowest words begin. [pt]"""
    lowest, scale, shift, kept = 0.0, 1.0, 0.0, list[tuple[float, float]]()
    for found in _PLACED.finditer(drawn):
        if found.group(1) == b"q":
            kept.append((scale, shift))
        elif found.group(1) == b"Q":
            scale, shift = kept.pop()
        elif found.group(8) == b"Tm":
            lowest = max(lowest, A4 - (scale * float(found.group(7)) + shift))
        else:
            own, up = float(found.group(5)), float(found.group(7))
            scale, shift = scale * own, scale * up + shift
    return lowest


def complaints(
    n_bytes: int, texts: list[int], beyond: float, filled: Sequence[float] = ()
) -> list[str]:
    """What is too much of a brief: bytes, pages, blank pages and half empty ones, page one."""
    told = []
    if n_bytes > MOST_BYTES:
        told.append(f"{n_bytes:,} bytes, and {MOST_BYTES:,} are allowed")
    if len(texts) > MOST_PAGES:
        told.append(f"{len(texts)} pages, and {MOST_PAGES} are allowed")
    blank = [str(n) for n, count in enumerate(texts, 1) if count < LEAST_TEXTS]
    if blank:
        told.append(f"blank pages: {', '.join(blank)}")
    poor = [f"{n} ({part:.0%})" for n, part in enumerate(filled, 1)
            if 1 < n < len(filled) and part < LEAST_FILLED]  # fmt: skip
    if poor:
        told.append(f"pages that are half empty: {', '.join(poor)}")
    if beyond > 0.0:
        told.append(f"page one is {beyond:.0f} mm higher than a sheet")
    return told


if __name__ == "__main__":
    brief = Path(sys.argv[1])
    pdf, beyond = printed(brief)
    by_page = texts_by_page(pdf)
    n_bytes = brief.stat().st_size
    print(f"{n_bytes:,} bytes, {len(by_page)} pages; texts by page: {by_page}")  # noqa: T201
    wrong = complaints(n_bytes, by_page, beyond, filled_by_page(pdf))
    print("\n".join(wrong))  # noqa: T201
    sys.exit(bool(wrong))
