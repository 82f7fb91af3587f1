import base64
import re

import pytest
from fontTools.ttLib import TTFont

from derbes.brief.drawing import FAMILY, FOLDER, font_faces, known_characters, missing_characters

KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
RUSSIAN = "".join(chr(c) for c in range(0x410, 0x450)) + "Ёё"


@pytest.mark.parametrize("style", ["Regular", "Bold"])
@pytest.mark.parametrize("ending", ["ttf", "woff2"])
def test_the_list_of_characters_is_what_the_fonts_hold(style, ending):
    with TTFont(FOLDER / f"NotoSansDerbes-{style}.{ending}") as font:
        assert {chr(code) for code in font.getBestCmap()} == known_characters()
        assert font["name"].getDebugName(1) == FAMILY


def test_letters_of_all_three_languages_and_signs_are_there():
    assert missing_characters(KAZAKH + RUSSIAN + "₸₽€£¥№«»“”„–—…·−≥≤→×±°½§©\u00a0\u202f") == ()


def test_what_is_missing_is_named_in_order():
    assert missing_characters("ab漢字\n\t猫") == ("字", "漢", "猫")


def test_both_fonts_are_embedded():
    packed = re.findall(r"data:font/woff2;base64,([A-Za-z0-9+/=]+)", font_faces())
    assert [base64.b64decode(font)[:4] for font in packed] == [b"wOF2", b"wOF2"]


def test_the_licence_of_the_fonts_lies_beside_them():
    text = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in text
    assert FAMILY in text
