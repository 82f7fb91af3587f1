"""No text of a case does more on any surface than to be read; and each check finds a hole."""

import csv
import html
import io
import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET

import pytest

from derbes import api, harmless
from derbes.brief import csv_tables, drawing, render_brief
from derbes.brief.layout import Cell, PageTable
from derbes.case.ledger import Statement
from derbes.cli.tables import cover_text, leverage_text, statements_text
from derbes.errors import CaseError, Problem
from derbes.pages import brief_contents
from derbes.request import request_of
from derbes.results.records import record_of, to_json
from derbes.results.tables import Column, html_table, text_table

PIECES = (
    "=1+1", "@SUM(A1)", "+cmd|'/C calc'!A0", "-2+3", "\uff1d1", "\uff20A1", "\t", "\r", "\n",
    "\r\n", " ", ";", ",", '"', "'", "\x1b[31m", "\x1b]0;title\x07", "\x9b31m", "\x00", "\x7f",
    "\x85", "\u200e", "\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\u2028", "\u2029",
    "\ufeff", "\ud800", "\U000e0041", "</script>", "<!--", "<script>", "]]>", "&lt;", "<b",
    "<img src=x onerror=alert(1)>", "javascript:alert(1)", "url(#a)", 'id="x"', "../", "..\\", "/",
    "</style>",
    "CON", "nul.txt", ".", "..", "a", "Ж", "қ", "0", "-5", "1e3", "\u00a0", "e\u0301", "x" * 300,
    "${x}", "{{ x }}", "datum.label", "\\",
)  # fmt: skip
N = 500
ROOT = Path(__file__).parents[1]
UNSEEN = frozenset(
    map(chr, (0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), 0xFEFF))
) | frozenset(map(chr, range(0x2060, 0x2070)))
"""Marks of direction, signs without width, separators of lines."""


def texts(n: int = N) -> list[str]:
    """Texts put together from what does harm somewhere; each piece alone first."""
    random = Random(14)
    more = ("".join(random.choices(PIECES, k=random.randint(2, 5))) for _at in range(n))
    return [*PIECES, *more]


def unseen(shown: str) -> bool:
    """Whether there is anything in a text that cannot be seen, or that acts."""
    odd = {unicodedata.category(sign) for sign in shown if sign not in "\n\t\r"} & {"Cs", "Cc"}
    is_tag = any(0xE0000 <= ord(sign) < 0xE0080 for sign in shown)
    return bool(odd) or is_tag or not UNSEEN.isdisjoint(shown)


# What each surface may not hold. A check gives the texts that break it.


def on_a_terminal(shown: list[str]) -> list[str]:
    bare = [one.removeprefix("\ufeff") for one in shown]
    return [one for one in bare if unseen(one) or "\r" in one.replace("\r\n", "")]


def in_a_line(shown: list[str]) -> list[str]:
    return [one for one in shown if unseen(one) or set("\r\n\t") & {*one}]


def table_lines(of: list[str]) -> list[str]:
    """Tables of one cell and the message of one problem: each text is one line."""
    column = Column("heading", 0)
    shown = [text_table([column], [(text,)]) for text in of]
    shown += [text_table([Column(text or "x", 0)], [("cell",)]) for text in of]
    bad = [one for one in shown if one.count("\n") != 1 or in_a_line(one.split("\n"))]
    for text in of:
        problem = Problem(
            f"a.{text}", f'got "{text}"', 3, 2, f"try {text}", f"x{text}y", len(text), text
        )
        told = str(CaseError(f"{text}.yaml", [problem])).split("\n")
        if len(told) != 5 or in_a_line(told) or not carets_fit(told[2], told[3]):
            bad.append("\n".join(told))
    return bad


def carets_fit(excerpt: str, carets: str) -> bool:
    """Whether the carets stand under what is between the first x and the last y."""
    first, last = excerpt.index("| x") + 3, excerpt.rindex("y")
    return carets[first:last] == "^" * (last - first) or last == first


def computed(cell: str) -> bool:
    """Whether a spreadsheet may take a cell for a formula, whole or cut at what parts cells."""
    if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", cell):
        return False
    parts = re.split(r"[;\t]", cell)
    bare = (part.lstrip(' \t\r\n\u00a0"\ufeff') for part in parts)
    return any(len(one) > 1 and one[0] in "=+-@\uff1d\uff0b\uff0d\uff20" for one in bare)


def in_sheets(of: list[str]) -> list[str]:
    """Cells and headings of both tables that leave the program."""
    bad = []
    for text in of:
        table = PageTable("caption", [text, "n"], [(Cell("", text), Cell("-5", -5.0))])
        whole = [table.csv, harmless.sheet([[text, "n"], [text, -5.0]], is_quoted=True, end="\r\n")]
        for written in whole:
            rows = list(csv.reader(io.StringIO(written, newline="")))
            is_whole = [len(row) for row in rows] == [2, 2] and float(rows[1][1]) == -5.0
            if not is_whole or any(computed(row[0]) or unseen(row[0]) for row in rows):
                bad.append(written)
    return bad


def in_pages(of: list[str]) -> list[str]:
    """A table of a notebook, a style of a page, and what a chart is drawn of."""
    bad = []
    tags = re.findall("<[^>]*>", html_table([Column("x", 0)], [("x",)], "x"))
    for text in of:
        page = html_table([Column(text, 0)], [(text,)], text)
        if re.findall("<[^>]*>", page) != tags or unseen(page):
            bad.append(page)
        style = PageTable("", [text], []).labels
        inside = re.fullmatch(r"--c1:'((?:[^'\\\n\r\f]|\\.)*)'", style)
        if inside is None or unseen(style):
            bad.append(style)
    return bad


def in_scripts(of: list[str]) -> list[str]:
    """JSON says the same, and neither ends a script nor moves a cursor."""
    bad = []
    for text in of:
        written = to_json({text: [text]})
        same = json.loads(written)
        is_same = ([*same] == [text] and same[text] == [text]) or "\ud800" in text
        if not is_same or unseen(written) or re.search("</|<!|<script", written, re.IGNORECASE):
            bad.append(written)
    return bad


def in_folders(of: list[str]) -> list[str]:
    """Names of files: in the folder, unlike each other, and allowed anywhere."""
    taken: set[str] = set()
    bad = []
    for text in of:
        name = f"{harmless.file_name(text, taken)}.csv"
        devices = re.match(r"(con|prn|aux|nul|com\d|lpt\d)\.", name, re.IGNORECASE)
        is_plain = (
            re.fullmatch(r"[\w.-]+", name) and name[0] not in ".-" and not name.endswith("..csv")
        )
        stem = name.removesuffix(".csv").casefold()
        if devices or not is_plain or stem in taken or len(name.encode()) > 255 or unseen(name):
            bad.append(name)
        if Path("/folder", name).parent != Path("/folder"):
            bad.append(name)
        taken.add(stem)
    return bad


SURFACES = {
    "a terminal": (lambda of: on_a_terminal([*map(harmless.whole, of)]), "visible", harmless),
    "a line": (table_lines, "visible", harmless),
    "a cell of a line": (table_lines, "in_line", None),
    "a spreadsheet": (in_sheets, "in_sheet", harmless),
    "a page": (in_pages, "in_html", None),
    "a style": (in_pages, "in_style", None),
    "a script": (in_scripts, "in_json", None),
    "a folder": (in_folders, "file_name", harmless),
}
"""Surface → what finds bad texts on it, and the function that keeps it; None: where it is used."""
USED_IN = {
    "in_line": "derbes.results.tables",
    "in_html": "derbes.results.tables",
    "in_style": "derbes.brief.layout",
    "in_json": "derbes.results.records",
}


@pytest.mark.parametrize("surface", SURFACES)
def test_no_text_does_harm(surface):
    assert SURFACES[surface][0](texts()) == []


@pytest.mark.parametrize("surface", SURFACES)
def test_a_hole_is_found(surface, monkeypatch):
    """With the function of a surface switched off, its check tells."""
    find, name, _where = SURFACES[surface]
    place = f"{USED_IN.get(name, 'derbes.harmless')}.{name}"
    monkeypatch.setattr(place, lambda text, *_more: text)
    assert find(texts(300))


@pytest.mark.parametrize("text", [one for one in texts(300) if not one.isascii()])
def test_a_line_is_shown_sign_by_sign(text):
    assert harmless.in_line(text) == "".join(map(harmless.in_line, text))


@pytest.mark.parametrize(
    "text", ["Водоканал – 5 % «да»", "Су құбыры", "a\tb\nc", "1\u00a0500 \u202f kg", "–", "€ ½"]
)
def test_what_can_be_seen_stays(text):
    assert harmless.visible(text) == text
    assert harmless.in_sheet(text) == text.replace("\t", " ")
    assert html.unescape(harmless.in_html(text)) == text


NAMES = {"text": {"field": "t"}, "y": {"field": "t", "type": "nominal"}}
PARTS = {"svg", "title", "desc", "g", "path", "text", "line", "rect", "tspan", "defs", "clipPath"}


def drawn(text: str) -> str:
    spec = drawing.finished(
        {"data": drawing.values([{"t": text}]), "mark": "text", "encoding": NAMES}
    )
    return drawing.draw(spec, id_="x", title=text, description=text)


def test_a_chart_of_any_text_is_a_picture():
    """What the renderer writes stays XML that shows the text, and nothing of it acts."""
    picked = [one for one in texts(15) if len(one) < 100]
    for text in picked:
        svg = drawn(text)
        found = ET.fromstring(svg)
        kinds = {one.tag.rpartition("}")[2] for one in found.iter()}
        assert kinds <= PARTS
        assert not unseen(svg)
        names = {name for one in found.iter() for name in one.attrib}
        assert not any(name.rpartition("}")[2].startswith("on") or "href" in name for name in names)


def test_a_hole_in_a_chart_is_found(monkeypatch):
    monkeypatch.setattr(drawing, "visible", lambda text: text)
    monkeypatch.setattr(drawing, "in_html", lambda text: text)
    with pytest.raises(ET.ParseError):
        ET.fromstring(drawn("<b"))


@pytest.fixture(scope="module")
def hostile():
    """The waterworks with a ledger, whose every name for a reader means harm."""
    case, random = api.read_case(ROOT / "cases" / "waterworks.yaml"), Random(7)

    def named(one):
        label = "FORGED".join(random.choices(PIECES[:-9], k=4))
        return replace(one, label={"": label}, note={"": "\nFORGED\r\x1b[2J"})

    sections = ("actors", "goods", "uses", "suppliers", "plants", "recipes", "measures", "options")
    changed = {
        section: {name: named(one) for name, one in getattr(case, section).items()}
        for section in (*sections, "variants", "standards", "stockpiles")
    }
    says = "\nFORGED\u202e</script>=1"
    statement = Statement("s", by="town", says={"": says}, holds_if="1 < 2", phrase={"": "\t=1"})
    odd = {"name": "\x1b]0;FORGED\x07</title>", "label": {"": "</title>\u202e"}, "note": {"": says}}
    return replace(case, **changed, **odd, statements={"s": statement})


def test_texts_of_every_verb_are_harmless(hostile):
    table = api.statements(hostile, draws=1, flips=0)
    told = [
        cover_text(api.cover(hostile, starts=("2026-01",))),
        leverage_text(api.leverage(hostile, starts=("2026-01",))),
        statements_text(table, ""),
        str(CaseError("case.yaml", [Problem("", hostile.name)])),
    ]
    for text in map(harmless.whole, told):
        assert on_a_terminal([text]) == []
        assert not any(line.startswith("FORGED") for line in text.split("\n"))
    for verb in (api.cover, api.leverage):
        record = record_of(verb(hostile, starts=("2026-01",)))
        assert json.loads(to_json(record)) == record
    review = api.export_statements(hostile, table, "claimreview")
    assert not unseen(review)
    assert "</script" not in review
    assert (
        json.loads(review)["@graph"][0]["itemReviewed"]["text"] == hostile.statements["s"].says[""]
    )
    rows = list(csv.reader(io.StringIO(api.export_statements(hostile, table, "csv"), newline="")))
    assert not any(computed(cell) or unseen(cell) for row in rows for cell in row)


@pytest.fixture(scope="module")
def contents(hostile):
    return brief_contents(hostile, request_of(hostile, variants=("base",), starts=("2026-01",)))


def harms_of(page: str) -> list[str]:
    """What of a page acts, or cannot be seen."""
    plain = re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)
    tags = {tag.lower() for tag in re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)", plain)}
    harms = [*(tags & {"script", "img", "iframe", "object", "embed", "form", "b"})]
    harms += re.findall(r"<[^>]* on[a-z]+ *=|(?:href|src) *= *.javascript:", plain)
    harms += ["not seen"] * unseen(page)
    if page.count("</title>") != page.count("<title"):
        harms.append("titles")
    return harms


def test_a_page_of_any_case_holds_its_words_and_nothing_that_acts(contents):
    page = render_brief(contents)
    assert harms_of(page) == []
    assert page.count("Content-Security-Policy") == 1
    for svg in re.findall("<svg .*?</svg>", page, re.DOTALL):
        ET.fromstring(svg)
    tables = csv_tables(contents)
    assert tables
    for table in tables.values():
        rows = list(csv.reader(io.StringIO(table, newline="")))
        assert len({len(row) for row in rows}) == 1
        assert [one for row in rows for one in row if computed(one) or unseen(one)] == []


@pytest.mark.parametrize("name", ["visible", "in_html"])
def test_a_hole_in_a_page_is_found(contents, monkeypatch, name):
    monkeypatch.setattr(f"derbes.brief.page.{name}", lambda text: text)
    assert harms_of(render_brief(contents))
