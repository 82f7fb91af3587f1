"""A page in another language than its results were computed in: nothing stays behind."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import yaml

from derbes import api
from derbes.brief import render_brief
from derbes.casefile.entries import SECTIONS
from derbes.language import Worded, text_of, use_language, worded
from derbes.pages import brief_contents
from derbes.parallel import RunOptions
from derbes.request import made_by, request_of
from tests.brief.invented_ledger import invented_ledger
from tests.brief.invented_stress import invented_stress
from tests.brief.planned import invented_plan
from tests.pseudo import outside, words_outside, wrapped_by

SHOWN = re.compile(r">([^<>]+)<|(?:aria-label|title|alt)=\"([^\"]*)\"")
SILENT = re.compile(r"<(script|style|svg|code|pre)[^>]*>.*?</\1>", re.DOTALL)
BY_SPELLING = ("доллар", "США", "мес", "дн", "лет", "год", "тенге")
"""Beginnings of words that stand in a number by the language itself: units, money."""


@pytest.fixture(scope="module")
def full(contents):
    """The town with a plan, answers over draws and a ledger."""
    return replace(
        contents,
        stress=invented_stress(contents.case),
        statements=invented_ledger(),
        plan=invented_plan(),
    )


@pytest.fixture
def _undrawn(monkeypatch):
    """Pictures take time; those of one page are read below."""
    monkeypatch.setattr("derbes.brief.page.draw", lambda *_given, **_words: "<svg></svg>")


def _words_of(page):
    page = re.sub(r"</?(wbr|a|span|b|strong|em|small|br)\b[^>]*>", "", SILENT.sub(" ", page))
    shown = (unescape(a or b) for a, b in SHOWN.findall(page))
    return {word for text in shown for word in words_outside(text)}


@pytest.fixture(scope="module")
def computed():
    """The waterworks, read and computed in English."""
    use_language("en")
    case = api.read_case(WATERWORKS)
    request = replace(request_of(case, variants=("all",), starts="year"), draws=4, seed=1)
    made = made_by(case, "brief", variants=("all",), draws=4)
    return brief_contents(case, request, RunOptions(1), made)


def _own_words(part, key=""):
    """Words that a case file says to a reader, and its ids; not its keys, nor words of derbes."""
    if isinstance(part, dict):
        for name, below in part.items():
            yield from LATIN.findall(str(name)) if key in SECTIONS else ()
            yield from _own_words(below, str(name))
    elif isinstance(part, list):
        for below in part:
            yield from _own_words(below, key)
    elif key in TEXTS or key in ("en", "ru", "kk"):
        yield from LATIN.findall(str(part))


def test_no_english_is_left_on_a_page_that_was_read_and_computed_in_english(computed, monkeypatch):
    own = set(_own_words(yaml.safe_load(WATERWORKS.read_text(encoding="utf-8"))))
    assert {"Waterworks", "alum", "works"} < own
    assert not {"opening", "lead", "without", "rounded"} & own
    wrapped_by(monkeypatch, "ru")
    page = HEAD.sub(" ", CODE.sub(" ", render_brief(computed)))
    pictures = [" ".join(TAG.sub("\n", one).split()) for one in PICTURE.findall(page)]
    assert len(pictures) > 10
    shown = [a or b for a, b in SHOWN.findall(IN_TEXT.sub("", PICTURE.sub(" ", page)))]
    loose = {
        word
        for text in (*pictures, *shown)
        for word in LATIN.findall(OF_CASE.sub(" ", outside(unescape(text))))
    }
    assert {one for one in loose - own - set(NAMES) if not one.isupper()} == set()


WATERWORKS = Path("cases/waterworks.yaml")
TEXTS = {"label", "note", "why", "question", "title"}
LATIN = re.compile(r"[A-Za-z]{2,}")
HEAD = re.compile(r"<head>.*?</head>", re.DOTALL)
CODE = re.compile(r"<(style|code|pre)[^>]*>.*?</\1>", re.DOTALL)
IN_TEXT = re.compile(r"</?(wbr|a|span|b|strong|em|small|br)\b[^>]*>")
PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
OF_CASE = re.compile(r"\b\w+(\.[\w*]+)+|\b[0-9a-f]{8,}\b")
"""A path in the case, a version, a hash."""
NAMES = ("derbes", "HiGHS")


@pytest.mark.usefixtures("_undrawn")
def test_every_word_of_a_page_is_translated_or_of_the_case(full, monkeypatch):
    use_language("en")
    made = [full.case, full.leverage.provenance, full.statements, full.plan, full.stress]
    own = set(re.findall(r"[^\W\d_]+", " ".join(map(repr, made))))
    wrapped_by(monkeypatch, "ru")
    loose = _words_of(render_brief(full)) - own
    months = {text for text in loose if re.fullmatch(MONTHS, text)}
    assert {one for one in loose - months if not one.startswith(BY_SPELLING)} == set()


MONTHS = (
    "(январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)(ь|я|е|а|й|ю|)|года?"
)


@pytest.mark.usefixtures("_undrawn")
def test_what_a_plan_and_a_ledger_were_told_in_one_language_is_shown_in_another(full, monkeypatch):
    plan = full.plan
    what = worded("hold {amount} more in reserve: {name}", amount="9 t", name="X")
    plan = replace(plan, plan=(replace(plan.plan[0], what=what), *plan.plan[1:]))
    rows = full.statements.statements
    row = next(one for one in rows if one.verdict != "holds")
    said = replace(row, reason=worded("no expression checks it"), verdict="untestable", missing=())
    statements = tuple(said if one is row else one for one in rows)
    told = replace(full, plan=plan, statements=replace(full.statements, statements=statements))
    wrapped_by(monkeypatch, "ru")
    page = render_brief(told)
    assert "⟦hold 9 t more in reserve: X⟧" in page
    assert "⟦no expression checks it⟧" in page


@pytest.mark.usefixtures("_undrawn")
def test_texts_of_a_case_change_with_the_page_and_say_when_they_fall_back(full):
    case = replace(full.case, note={"en": "Public. Rest.", "ru": "Открыто. Прочее."})
    told = replace(full, case=case)
    shown = {}
    for code in ("en", "ru", "kk"):
        use_language(code)
        shown[code] = render_brief(told)
    assert ">Public.<" in shown["en"]
    assert "Открыто." in shown["ru"]
    assert "Public. [en]" in shown["kk"]
    name = Worded(text_of, {"ru": "Юг"}, "south")
    assert str(name) == "Юг [ru]"
