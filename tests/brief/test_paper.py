"""The brief as PDF: what a browser prints, and what is said where it does not."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from derbes import api, browser
from derbes.brief import BriefContents, render_brief
from derbes.errors import MissingExtraError, OutputError
from tests.brief.reading import page_one
from tools.paper import texts_by_page

_OBJECT = re.compile(rb"\n(\d+) 0 obj\b(.*?)\nendobj", re.DOTALL)
_TITLE = re.compile(rb"/Title (?:\(((?:\\.|[^\\)])*)\)|<FEFF([0-9A-F]*)>)")


@pytest.fixture(scope="module")
def chromium() -> str:
    try:
        return browser.find_browser()
    except MissingExtraError:
        if os.environ.get("DERBES_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium was found; name one in DERBES_CHROMIUM")
        pytest.skip("no Chromium was found; name one in DERBES_CHROMIUM")


@pytest.fixture(scope="module")
def pdf(chromium: str, page: str) -> bytes:
    return api.printed(page)


@pytest.fixture(scope="session")
def first(contents: BriefContents) -> str:
    return render_brief(contents, page_one=True)


def _outline(pdf: bytes) -> list[tuple[int, str]]:
    """Level and words of each bookmark, in order."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}

    def at(body: bytes, key: str) -> bytes | None:
        found = re.search(rf"/{key} (\d+) 0 R".encode(), body)
        return objects[int(found.group(1))] if found else None

    def walk(item: bytes | None, level: int) -> list[tuple[int, str]]:
        told = []
        while item is not None:
            plain, coded = _TITLE.search(item).groups()
            words = bytes.fromhex(coded.decode()).decode("utf-16-be") if coded else plain.decode()
            told += [(level, re.sub(r"\\(.)", r"\1", words)), *walk(at(item, "First"), level + 1)]
            item = at(item, "Next")
        return told

    catalog = next(body for body in objects.values() if b"/Type /Catalog" in body)
    return walk(at(at(catalog, "Outlines"), "First"), 1)


def _headings(page: str) -> list[tuple[int, str]]:
    found = re.findall(r"<h(\d)[^>]*>(.*?)</h\1>", page)
    return [(int(level), text) for level, text in found]


@pytest.mark.browser
def test_bookmarks_are_the_headings(pdf, page):
    shown = [one for one in _headings(page) if one[1] != "Contents"]  # which paper leaves out
    assert len(shown) > 15
    assert sorted(_outline(pdf)) == sorted(shown)


@pytest.mark.browser
def test_it_has_tags_a_language_a_title_and_its_fonts(pdf, page):
    assert b"/MarkInfo <</Type /MarkInfo\n/Marked true>>" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang (en)" in pdf
    title = re.search(r"<title>(.*?)</title>", page).group(1)
    assert f"/Title ({title})".encode() in pdf
    tags = set(re.findall(rb"/S /(\w+)", pdf))
    assert tags >= {b"H1", b"H2", b"H3", b"P", b"Table", b"TH", b"TD", b"Figure"}
    fonts = re.findall(rb"/FontName /[A-Z]{6}\+(\S+)", pdf)
    assert {b"NotoSansDerbes-Regular", b"NotoSansDerbes-Bold"} <= set(fonts)
    assert len(re.findall(rb"/FontFile2 ", pdf)) == len(re.findall(rb"/CIDFontType2\b", pdf)) > 1


@pytest.mark.browser
def test_its_sheets_are_a4_and_none_is_blank(pdf):
    assert set(re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf)) == {b"0 0 594.95996 841.91998"}
    assert min(texts_by_page(pdf)) > 10
    assert browser.n_sheets(pdf) == len(texts_by_page(pdf)) > 2


@pytest.mark.browser
def test_page_one_alone_is_one_sheet_also_where_it_says_too_much(chromium, first, monkeypatch):
    monkeypatch.setattr(browser, "SIZES", (0.9, 0.75, 0.6))
    more = "<p>One of very many words that nobody has asked for on a page.</p>" * 25
    full = first.replace("</header>", f"{more}</header>")
    assert browser.n_sheets(api.printed(full)) == 2
    for page in (first, full):
        assert browser.n_sheets(api.printed(page, on_one_sheet=True)) == 1
    with pytest.raises(OutputError, match="does not fit on one sheet, also at 60 %"):
        api.printed(first.replace("</header>", f"{more * 9}</header>"), on_one_sheet=True)


def test_page_one_alone_says_what_page_one_says(page, first):
    whole = page_one(page).replace(' <a href="#inputs">All inputs</a>', "")
    assert whole in first.replace("</main>", "<nav")
    assert "<nav" not in first
    assert 'class="annex"' not in first
    assert not re.search(r'href="#', first)


def _stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A browser that does something else."""
    place = tmp_path / "chromium"
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    monkeypatch.setenv("DERBES_CHROMIUM", str(place))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return place


FIX = (
    " Fix: try again, name another browser in DERBES_CHROMIUM, or end the name in .html and print "
    "it in a browser."
)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 0", "has printed nothing."),
        ("echo no display >&2; exit 3", "has printed nothing; its last words: no display."),
        ("kill -9 $$", "was ended by signal 9 before it had printed."),
        (
            'for word; do case $word in --print-to-pdf=*) printf "%%PDF-1.4 half" > '
            '"${word#*=}";; esac; done',
            "has printed nothing.",
        ),
    ],
)
def test_a_browser_that_prints_nothing_is_told(tmp_path, monkeypatch, script, message):
    place = _stand_in(tmp_path, monkeypatch, script)
    with pytest.raises(OutputError) as error:
        api.printed("<html></html>")
    assert str(error.value) == f"{place} {message}{FIX}"


def test_a_browser_that_hangs_is_ended_with_all_that_it_started(tmp_path, monkeypatch):
    place = _stand_in(tmp_path, monkeypatch, f"sleep 50 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setattr(browser, "PATIENCE", 0.5)
    with pytest.raises(OutputError, match="did not end within 0 s and was stopped"):
        api.printed("<html></html>")
    child = int((tmp_path / "child").read_text())
    for _moment in range(50):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if (Path("/proc") / str(child) / "stat").read_text().split()[2] == "Z":
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        pytest.fail("what it started lives on")
    assert place.exists()


def test_it_is_run_alone_and_without_a_network(tmp_path, monkeypatch):
    _stand_in(tmp_path, monkeypatch, f'printf "%s\\n" "$@" > {tmp_path}/words')
    with pytest.raises(OutputError):
        api.printed("<html></html>")
    words = (tmp_path / "words").read_text().splitlines()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in words
    profile = next(word for word in words if word.startswith("--user-data-dir="))
    assert not Path(profile.partition("=")[2]).exists()
    assert ("--no-sandbox" in words) is (os.geteuid() == 0)


def test_without_its_sandbox_only_where_it_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    tried = f'echo "$@" >> {tmp_path}/tried; '
    _stand_in(tmp_path, monkeypatch, f"{tried}echo No usable sandbox! >&2; exit 1")
    with pytest.raises(OutputError):
        api.printed("<html></html>")
    tried = (tmp_path / "tried").read_text().splitlines()
    assert ["--no-sandbox" in line for line in tried] == [False, True]


def test_where_there_is_none_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DERBES_CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "PLACES", ())
    fix = (
        "Fix: install one (on Debian and Ubuntu: apt install chromium), or name the one that there "
        "is in DERBES_CHROMIUM; or end the name in .html, which needs none and which every browser "
        "prints."
    )
    with pytest.raises(MissingExtraError) as error:
        browser.find_browser()
    assert str(error.value) == (
        f"A PDF is printed by Chromium, Chrome or Edge, and none of them is installed. {fix}"
    )
    monkeypatch.setenv("DERBES_CHROMIUM", "/no/where")
    with pytest.raises(MissingExtraError) as error:
        browser.find_browser()
    assert str(error.value) == f"DERBES_CHROMIUM names /no/where, where no browser is. {fix}"


@pytest.mark.parametrize("name", browser.NAMES)
def test_every_usual_name_is_found(tmp_path, monkeypatch, name):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DERBES_CHROMIUM", raising=False)
    (tmp_path / name).touch(mode=0o755)
    assert browser.find_browser() == str(tmp_path / name)


@pytest.mark.parametrize(
    ("title", "told"),
    [
        (b"/Title (More than half of More than half of all)", b"More than half of all"),
        (b"/Title (Who loses more)", b"Who loses more"),
        (b"/Title (ha ha)", b"ha ha"),
        (b"/Title (MoneyMoney)", b"Money"),
        (b"/Title (2026 2026 to 2030)", b"2026 2026 to 2030"),
        (
            "/Title <FEFF{}>".format("Суда идут Суда идут домой".encode("utf-16-be").hex().upper())
            .encode(),
            "Суда идут домой".encode("utf-16-be").hex().upper().encode(),
        ),
    ],
)  # fmt: skip
def test_a_bookmark_says_a_heading_once_in_as_many_bytes(title, told):
    mended = browser._TITLE.sub(browser._said_once, title)
    assert len(mended) == len(title)
    assert re.split(rb"[(<]", mended.rstrip(b" )>").replace(b"FEFF", b""))[-1] == told
