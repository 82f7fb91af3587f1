"""Cut the fonts of the brief out of the Noto fonts.

Run once, when letters are added to `RANGES`:

    python tools/fonts.py FOLDER_WITH_NOTO_FONTS

It needs fontTools and brotli. The outcome is kept in `src/derbes/brief/fonts`:
TrueType for measuring texts in charts, woff2 to be embedded in the brief, and
the list of the characters that both hold.
"""

import sys
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont

FAMILY = "Noto Sans Derbes"
TARGET = Path(__file__).parents[1] / "src" / "derbes" / "brief" / "fonts"
RANGES = (
    ("0020", "007e"), ("00a0", "017f"), ("0218", "021b"),  # Latin
    ("0400", "052f"),  # Cyrillic with the Kazakh letters
    ("0391", "03a9"), ("03b1", "03c9"),  # Greek
    ("2009", "200a"), ("2010", "2015"), ("2018", "201e"), ("2020", "2022"),
    ("2026", "2026"), ("202f", "2030"), ("2032", "2033"), ("2039", "203a"),
    ("2070", "2070"), ("2074", "2079"), ("2080", "2089"),
    ("20ac", "20ac"), ("20b8", "20b8"), ("20bd", "20bd"), ("2116", "2116"), ("2122", "2122"),
)  # fmt: skip
SIGNS = ("2190", "2191", "2192", "2193", "2212", "221e", "2248", "2260", "2264", "2265")
"""Arrows and comparison signs; they come from the mathematics font."""


def characters() -> list[int]:
    """Code points of the letters."""
    return [c for low, high in RANGES for c in range(int(low, 16), int(high, 16) + 1)]


def cut(path: Path, code_points: list[int]) -> TTFont:
    """A font with only some characters, without hints."""
    font = TTFont(path)
    options = subset.Options(hinting=False, recalc_timestamp=False)
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=code_points)
    cutter.subset(font)
    return font


def cut_signs(path: Path) -> TTFont:
    """The signs, without the layout tables that only mathematics needs."""
    font = cut(path, [int(code, 16) for code in SIGNS])
    for table in ("MATH", "GSUB", "GPOS", "GDEF"):
        if table in font:
            del font[table]
    return font


def rename(font: TTFont, style: str) -> None:
    """Give a family name of its own, so that no installed font is taken instead."""
    names = {1: FAMILY, 2: style, 3: f"{FAMILY} {style}", 4: f"{FAMILY} {style}"}
    names[6] = f"{FAMILY.replace(' ', '')}-{style}"
    for entry in list(font["name"].names):
        if entry.nameID in names:
            place = (entry.platformID, entry.platEncID, entry.langID)
            font["name"].setName(names[entry.nameID], entry.nameID, *place)


def make(folder: Path, style: str) -> None:
    """Write one style as TrueType and as woff2."""
    parts = [TARGET / f"letters-{style}.ttf", TARGET / f"signs-{style}.ttf"]
    cut(folder / f"NotoSans-{style}.ttf", characters()).save(parts[0])
    cut_signs(folder / "NotoSansMath-Regular.ttf").save(parts[1])
    font = merge.Merger().merge([str(part) for part in parts])
    for part in parts:
        part.unlink()
    rename(font, style)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(TARGET / f"NotoSansDerbes-{style}.ttf")
    font.flavor = "woff2"
    font.save(TARGET / f"NotoSansDerbes-{style}.woff2")
    codes = " ".join(f"{code:04x}" for code in sorted(font.getBestCmap()))
    (TARGET / "characters.txt").write_text(codes + "\n", encoding="ascii")


if __name__ == "__main__":
    for name in ("Regular", "Bold"):
        make(Path(sys.argv[1]), name)
