"""The brief in a browser: quiet, accessible, one page on paper, no sideways scroll."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from derbes.brief import BriefContents, render_brief
from derbes.language import use_language
from tools.paper import (
    MOST_BYTES,
    MOST_PAGES,
    complaints,
    filled_by_page,
    overflow,
    texts_by_page,
)

pytestmark = pytest.mark.browser

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PHONE = {"width": 375, "height": 800}
DESK = {"width": 1100, "height": 900}
CHROMIUM = os.environ.get("DERBES_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("DERBES_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium was found; name one in DERBES_CHROMIUM")
        pytest.skip("no Chromium was found; name one in DERBES_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def long_page(contents: BriefContents) -> str:
    """Nine variants with long names, a long question, money missing: the fullest page one."""
    use_language("en")
    plain = contents.case.variants["no_plants"]
    name = "only the first of the four plants comes, two years late"
    more = {f"more_{n}": replace(plain, id=f"more_{n}", label={"en": name}) for n in range(6)}

    def again(rows: tuple) -> tuple:
        return rows + tuple(
            replace(row, variant=id_) for id_ in more for row in rows if row.variant == "no_plants"
        )

    case = replace(
        contents.case,
        variants={**contents.case.variants, **more},
        label={"en": "Ammunition for the artillery of a country with a very long official name"},
        question={"en": "How long could it be supplied if the neighbor stopped selling? " * 2},
    )
    leverage = replace(
        contents.leverage,
        rows=tuple(
            replace(row, target_loss=None, leverage_ratio=None, leverage_ratio_lost=None,
                    missing=("uses.readiness_of_the_heavy_artillery.shortage_cost", "b", "c"))
            for row in again(contents.leverage.rows)
        ),
        ends=tuple(replace(end, date=None) for end in again(contents.leverage.ends)),
    )  # fmt: skip
    cover = replace(contents.cover, rows=again(contents.cover.rows))
    return render_brief(replace(contents, case=case, cover=cover, leverage=leverage))


@pytest.fixture(params=["page", "page_without_money", "long_page"])
def brief(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "brief.html"
    path.write_text(request.getfixturevalue(request.param), encoding="utf-8")
    return path


def _open(browser: Browser, brief: Path, size: dict[str, int]) -> tuple[Page, list[str]]:
    """The brief in a window, and what the browser said and asked for."""
    page = browser.new_page(viewport=size)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.goto(brief.as_uri())
    page.evaluate("document.fonts.ready")
    return page, [line for line in said if not line.startswith(("data:", brief.as_uri()))]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_is_quiet_and_asks_for_nothing(browser, brief, size):
    page, said = _open(browser, brief, size)
    assert said == []
    page.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_does_not_scroll_sideways(browser, brief, size):
    page, _said = _open(browser, brief, size)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    page.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(browser, page, tmp_path, size):
    brief = tmp_path / "brief.html"
    brief.write_text(page, encoding="utf-8")
    opened, _said = _open(browser, brief, size)
    # One table stands for all, which one macro makes; axe takes its time over each cell.
    opened.evaluate("document.querySelector('details').open = true")
    opened.evaluate(AXE.read_text(encoding="utf-8"))
    found = opened.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
    assert found == []
    opened.close()


def test_the_embedded_font_is_used(browser, brief):
    page, _said = _open(browser, brief, DESK)
    loaded = page.evaluate("[...document.fonts].map(f => f.family + f.weight + f.status)")
    assert {font.replace('"', "") for font in loaded} == {
        "Noto Sans Derbes400loaded",
        "Noto Sans Derbes700loaded",
    }
    page.close()


def _n_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_page_one_is_one_page_of_a4(browser, brief):
    page, _said = _open(browser, brief, DESK)
    whole = _n_pages(page.pdf(prefer_css_page_size=True))
    page.add_style_tag(content="nav, .annex { display: none !important }")
    first = page.pdf(prefer_css_page_size=True)
    assert _n_pages(first) == 1
    assert whole > 2
    assert re.search(rb"/MediaBox \[0 0 (594|595)[.\d]* (841|842)", first)
    page.close()


def test_words_of_one_picture_do_not_lie_on_each_other(browser, brief):
    page, _said = _open(browser, brief, DESK)
    found = page.evaluate(
        """() => [...document.querySelectorAll('.wide svg')].flatMap(svg => {
            const boxes = [...svg.querySelectorAll('text')]
                .filter(t => t.textContent.trim() && getComputedStyle(t).opacity !== '0')
                .map(t => [t.textContent, t.getBoundingClientRect()]);
            return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
                .filter(([b, q]) => p.left < q.right - 1 && q.left < p.right - 1
                    && p.top < q.bottom - 4 && q.top < p.bottom - 4)
                .map(([b, q]) => [svg.id || svg.getAttribute('aria-labelledby'), a, b]));
        })"""
    )
    assert found == []
    page.close()


def test_words_of_one_picture_do_not_lie_on_each_other_on_a_phone(browser, brief):
    page, _said = _open(browser, brief, PHONE)
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.narrow svg')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')]
                .map(t => [t.textContent, t.getBoundingClientRect()])
                .filter(([_, b]) => b.width)
                .filter(([_, b]) => b.left < frame.left - 2 || b.right > frame.right + 2)
                .map(([text, _]) => [svg.getAttribute('aria-labelledby'), text]);
        })"""
    )
    assert outside == []
    page.close()


def test_no_printed_page_is_blank_and_the_annex_is_short(browser, brief):
    page, _said = _open(browser, brief, DESK)
    pdf = page.pdf(prefer_css_page_size=True)
    texts, filled = texts_by_page(pdf), filled_by_page(pdf)
    assert complaints(brief.stat().st_size, texts, overflow(page), filled) == []
    assert 3 <= len(texts) <= 8
    page.close()


def test_paper_leaves_out_what_is_for_the_screen(browser, brief):
    page, _said = _open(browser, brief, DESK)
    page.emulate_media(media="print")
    shown = "e => e.filter(x => x.getClientRects().length).length"
    assert page.eval_on_selector_all("details, .screen, nav", shown) == 0
    n_told = page.eval_on_selector_all(".left-out", shown)
    assert n_told == page.locator(".left-out").count() > 0
    page.emulate_media(media="screen")
    assert page.eval_on_selector_all(".left-out", shown) == 0
    page.close()


def test_a_half_empty_page_is_complained_of_but_for_the_first_and_the_last():
    assert complaints(1, [50] * 4, 0.0, [0.3, 0.54, 0.9, 0.2]) == [
        "pages that are half empty: 2 (54%)"
    ]


def test_words_of_a_page_are_found_where_they_stand(browser, tmp_path):
    brief = tmp_path / "page.html"
    style = "@page{size:A4;margin:0}p{position:absolute;margin:0}"
    brief.write_text(f"<style>{style}</style><p>top</p><p style='top:140mm'>below</p>")
    page, _said = _open(browser, brief, DESK)
    (part,) = filled_by_page(page.pdf(prefer_css_page_size=True))
    assert part == pytest.approx(140 / 297, abs=0.02)
    page.close()


def test_a_blank_page_and_too_many_are_complained_of():
    assert complaints(MOST_BYTES + 1, [50] * (MOST_PAGES + 1), 7.6) == [
        "700,001 bytes, and 700,000 are allowed",
        "14 pages, and 13 are allowed",
        "page one is 8 mm higher than a sheet",
    ]
    assert complaints(1, [50, 0, 50, 3], -1.0) == ["blank pages: 2, 4"]
