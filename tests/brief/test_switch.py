"""One page in three languages: a switch that needs no network and no other file."""

import base64
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from derbes import api
from derbes.brief import render_brief
from derbes.brief.page import LANGUAGE_NAMES
from derbes.errors import RequestError
from derbes.language import language, languages, use_language
from tests.brief.invented_ledger import invented_ledger
from tests.brief.invented_stress import invented_stress
from tests.brief.planned import invented_plan
from tests.brief.test_browser import (  # noqa: F401 - the fixture of its name
    AXE,
    DESK,
    PHONE,
    _n_pages,
    _open,
    browser,
)
from tools.paper import overflow

CODES = ("en", "ru", "kk")


@pytest.fixture(scope="module")
def switched(contents, tmp_path_factory) -> Path:
    """The town in three languages."""
    use_language("kk")
    path = tmp_path_factory.mktemp("switch") / "brief.html"
    path.write_text(render_brief(contents, languages=CODES), encoding="utf-8")
    assert language() == "kk"
    use_language("en")
    return path


def _main(page: str) -> str:
    return page[page.index("<main>") : page.index("</main>")]


class _Ids(HTMLParser):
    """Ids of a page by the template that they lie in."""

    def __init__(self):
        super().__init__()
        self.within, self.ids = "", []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.within = given["lang"] if tag == "template" else self.within
        if "id" in given:
            self.ids.append((self.within, given["id"]))

    def handle_endtag(self, tag):
        self.within = "" if tag == "template" else self.within


def test_each_language_is_the_page_of_its_own_to_the_letter(switched, contents, page):
    text = switched.read_text(encoding="utf-8")
    assert _main(text) == _main(page)
    for code, own in zip(CODES[1:], re.findall(r"<main>.*?</main>", text, re.DOTALL)[1:], strict=1):
        use_language(code)
        assert own.startswith(_main(render_brief(contents)))


def test_a_page_in_one_language_has_no_switch_and_no_script(page, contents):
    assert "languages" not in page.replace("languages</", "")
    assert "<script" not in page
    assert "script-src" not in page
    assert render_brief(contents, languages=("en",)) == page


def test_ids_are_there_once_and_only_the_script_of_the_page_may_run(switched):
    text = switched.read_text(encoding="utf-8")
    found = _Ids()
    found.feed(text)
    assert len(set(found.ids)) == len(found.ids)
    assert {within for within, _id in found.ids} == {"", "ru", "kk"}
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashed = base64.b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{hashed}';" in text
    assert text.count("@font-face") == 2


def test_every_language_has_a_name_of_its_own():
    assert set(languages()) <= set(LANGUAGE_NAMES)


def test_languages_that_nobody_speaks_are_refused_with_all_that_are():
    with pytest.raises(RequestError) as refused:
        api.brief(api.read_case("cases/waterworks.yaml"), languages=["en", "rus", "de"])
    assert [problem.where for problem in refused.value.problems] == ["languages"] * 2
    assert '"rus" is no language that derbes speaks' in str(refused.value)
    assert 'did you mean "ru"?' in str(refused.value)
    assert "known: en, kk, ru" in str(refused.value)


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_switch_puts_one_in_the_place_of_another(browser, switched, size):  # noqa: F811
    page, said = _open(browser, switched, size)
    titles = {page.title()}
    assert page.locator("#languages button").all_inner_texts() == ["English", "Русский", "Қазақша"]
    page.keyboard.press("Tab")
    for code in ("ru", "kk", "en"):
        page.locator(f"#languages button[lang={code}]").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.documentElement.lang") == code
        pressed = page.locator("#languages button[aria-pressed=true]")
        assert pressed.get_attribute("lang") == code
        assert page.evaluate("document.activeElement.lang") == code
        assert page.locator("main").count() == 1
        titles.add(page.title())
        wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide[0] <= wide[1]
    assert len(titles) == 3
    assert said == []
    page.close()


@pytest.mark.browser
def test_a_switch_keeps_the_section_and_what_is_open(browser, switched):  # noqa: F811
    page, _said = _open(browser, switched, PHONE)
    page.evaluate("document.querySelectorAll('details')[3].open = true")
    at = "document.getElementById('inputs').getBoundingClientRect().top"
    page.evaluate("document.getElementById('inputs').scrollIntoView()")
    page.evaluate("scrollBy(0, -60)")
    for code in ("kk", "ru", "en"):
        before = page.evaluate(at)
        page.evaluate(f"document.querySelector('#languages [lang={code}]').click()")
        assert 0 <= page.evaluate(at) <= page.evaluate("innerHeight / 2")
        assert abs(page.evaluate(at) - before) < page.evaluate("innerHeight / 4")
        assert page.evaluate("[...document.querySelectorAll('details')].map(d => d.open)")[3]
    page.close()


@pytest.mark.browser
def test_the_address_may_name_the_language_and_anchors_work_in_it(browser, switched):  # noqa: F811
    page = browser.new_page(viewport=DESK)
    page.goto(f"{switched.as_uri()}#lang=kk")
    assert page.evaluate("document.documentElement.lang") == "kk"
    page.locator("a[href='#inputs']").first.click()
    assert page.evaluate("document.documentElement.lang") == "kk"
    assert page.evaluate("document.getElementById('inputs').getBoundingClientRect().top") < 400
    page.goto(f"{switched.as_uri()}#lang=xx")
    assert page.evaluate("document.documentElement.lang") in CODES
    page.close()


@pytest.mark.browser
def test_without_scripts_the_first_language_stands_there_whole(browser, switched, page):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(switched.as_uri())
    assert shown.locator("#languages").is_hidden()
    alone = context.new_page()
    alone.set_content(page)
    assert shown.inner_text("body") == alone.inner_text("body")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("code", CODES)
def test_what_is_printed_is_what_is_shown_page_one_on_one_sheet(browser, switched, code):  # noqa: F811
    page, _said = _open(browser, switched, DESK)
    page.evaluate(f"document.querySelector('#languages [lang={code}]').click()")
    page.emulate_media(media="print")
    assert page.locator("#languages").is_hidden()
    whole = _n_pages(page.pdf(prefer_css_page_size=True))
    page.evaluate("document.querySelectorAll('nav, .annex').forEach(part => part.remove())")
    assert (_n_pages(page.pdf(prefer_css_page_size=True)), whole > 1) == (1, True)
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("code", CODES)
def test_axe_finds_nothing_in_any_language(browser, switched, code):  # noqa: F811
    page, _said = _open(browser, switched, DESK)
    page.evaluate(f"document.querySelector('#languages [lang={code}]').click()")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
    assert found == []
    page.close()


@pytest.fixture(scope="module")
def full(contents, tmp_path_factory) -> Path:
    """The town with a plan, answers over draws and a ledger, in three languages."""
    use_language("en")
    told = replace(
        contents,
        stress=invented_stress(contents.case),
        statements=invented_ledger(),
        plan=invented_plan(),
    )
    path = tmp_path_factory.mktemp("full") / "brief.html"
    path.write_text(render_brief(told, languages=CODES), encoding="utf-8")
    return path


LONG = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')]
        .map(one => [one.textContent, one.getBoundingClientRect(), getComputedStyle(one).opacity])
        .filter(([text, box, look]) => frame.width && box.width && text.trim() && look !== '0');
    const outside = texts.filter(([_, box]) => box.left < frame.left - 2
        || box.right > frame.right + 2 || box.top < frame.top - 3 || box.bottom > frame.bottom + 3);
    const over = texts.flatMap(([a, p], n) => texts.slice(n + 1)
        .filter(([b, q]) => p.left < q.right - 3 && q.left < p.right - 3
            && p.top < q.bottom - 5 && q.top < p.bottom - 5).map(([b, _]) => [a, b]));
    return [...outside.map(([text, _]) => [text]), ...over]
        .map(found => [svg.closest('figure').id, ...found]);
})"""
"""Words of a picture that leave it, or lie on others."""
CUT = """() => [...document.querySelectorAll('th, td, .card p, h1, h2, h3, button, summary')]
    .filter(one => !one.closest('.hidden') && one.clientWidth
        && one.scrollWidth > one.clientWidth + 1)
    .map(one => one.textContent)"""
"""Texts that are wider than what they stand in."""


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("code", CODES)
def test_no_text_is_too_long_for_its_place(browser, full, code, size):  # noqa: F811
    page, _said = _open(browser, full, size)
    page.evaluate(f"document.querySelector('#languages [lang={code}]').click()")
    page.evaluate("document.fonts.ready")
    assert page.evaluate(LONG) == []
    assert page.evaluate(CUT) == []
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("code", CODES)
def test_a_full_page_one_is_one_sheet(browser, full, code):  # noqa: F811
    page, _said = _open(browser, full, DESK)
    page.evaluate(f"document.querySelector('#languages [lang={code}]').click()")
    assert page.locator(".page-one.dense").count() == 1
    assert overflow(page) <= 0
    page.close()
