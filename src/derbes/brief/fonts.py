"""The fonts of the brief: letters that are embedded, and what they lack."""

import base64
from functools import lru_cache
from pathlib import Path

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
