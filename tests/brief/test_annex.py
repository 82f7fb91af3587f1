"""The annex: what is short on paper is whole elsewhere, and said to be short."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from derbes.brief import csv_tables, render_brief
from derbes.brief.contents import MOST_CHARTED
from derbes.brief.drawing import NARROW, WIDE, _with_fonts, chart, draw, layer, numbers, turns
from derbes.brief.layout import Cell, PageTable, table_of
from derbes.brief.page import _breakable, sections_of
from derbes.brief.sources import inputs_of, moving_inputs
from derbes.brief.statements import _decides
from derbes.results.tables import Column
from tests.brief.invented_ledger import invented_ledger
from tests.brief.invented_stress import invented_stress
from tests.brief.reading import page_one, part, picture_texts, text_of


@pytest.fixture(scope="module")
def full(contents):
    """The town with answers over draws and a ledger."""
    ledger = invented_ledger()
    first, *others = ledger.statements
    tested = replace(first, verdict="holds", evidence="model")
    ledger = replace(ledger, statements=(tested, *others))
    return replace(contents, stress=invented_stress(contents.case), statements=ledger)


@pytest.fixture(scope="module")
def page(full):
    return render_brief(full)


# Bytes


def test_a_brief_over_draws_with_a_ledger_is_small(page):
    assert len(page.encode()) < 330_000


def test_each_font_is_embedded_once_and_each_chart_of_the_annex_drawn_once(page):
    assert page.count("@font-face") == 2
    assert page.count('class="wide"') == 1
    annex = page[page.index('<div class="annex">') :]
    assert annex.count("<svg") == annex.count("<figure") > 10


# Rows on paper


TABLES = re.compile(
    r'<table[^>]*>(.*?)</table>(?:\s*</details>)?(?:\s*<p class="left-out">(.*?)</p>)?', re.DOTALL
)


def test_a_table_that_is_short_on_paper_says_so(full, page):
    """Rows that paper has, counted on the page, agree with the sentence below them."""
    told = 0
    for body, sentence in TABLES.findall(page):
        n_hidden = body.count('<tr class="screen">')
        n_shown = len(re.findall(r"<tr>", body.partition("<tbody>")[2]))
        if n_hidden:
            assert f"On paper {n_shown} of {n_hidden + n_shown} rows;" in unescape(sentence)
            told += 1
    assert told
    for section in sections_of(full):
        for table in section.tables:
            if not all(table.decides or (True,)):
                assert table.left_out
                assert text_of(table.left_out) in text_of(part(page, section.id))
            else:
                assert table.left_out == ""


def test_what_decides_stands_open_and_everything_in_a_fold(full, page):
    inputs = part(page, "inputs")
    opened = inputs[: inputs.index("<details>")]
    moving = moving_inputs(full)
    for one in inputs_of(full.case):
        told = str(_breakable(one.path))
        assert (f"{told}</td>" in opened) == (one.path in moving or one.grade in ("A", "B"))
        assert f"{told}</td>" in inputs[inputs.index("<details>") :]
    said = part(page, "statements").rpartition("</figure>")[2]
    opened = said[: said.index("<details>")]
    rows = full.statements.statements
    assert any(map(_decides, rows))
    for row in rows:
        assert (f"<td>{row.id}</td>" in opened) == _decides(row)
        whole = said + part(page, "untested")
        assert f"<td>{row.id}</td>" in whole[whole.index("<details>") :]


def test_long_expressions_are_nowhere(full, page):
    for row in full.statements.statements:
        assert not row.expression or row.expression not in unescape(page)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12))
def test_folds_hold_every_row_once(rows):
    table = table_of("All", (Column("group", 0),), rows,
                     decides=lambda row: row[1], group=lambda row: row[0])  # fmt: skip
    in_folds = [row for fold in table.folds.values() for _decides, row in fold]
    assert sorted(row[0].text for row in in_folds) == sorted(group for group, _ in rows)
    assert [row[0].text for _d, row in table.marked] == [
        group for group, is_open in rows if is_open
    ]
    n = sum(is_open for _group, is_open in rows)
    assert bool(table.left_out) == (n < len(rows))
    assert not table.folded.marked


def test_headings_of_columns_go_with_the_table_to_a_phone():
    table = PageTable("c", ("what", "it's", "a\\b"), ((Cell("1", 1),) * 3,))
    assert table.labels == "--c1:'what';--c2:'it\\'s';--c3:'a\\\\b'"


# CSV


def test_every_table_and_chart_has_its_csv_whole(full):
    tables = csv_tables(full)
    for section in sections_of(full):
        for figure in section.figures:
            assert tables[figure.id] == figure.table.csv
        for n, table in enumerate(section.tables, 1):
            read = list(csv.reader(io.StringIO(tables[f"{section.id}-{n}"])))
            told = [head for head in read[0] if not head.startswith("unit of ")]
            assert [head.partition(" [")[0] for head in told] == [
                head.partition(" [")[0] for head in table.head
            ]
            assert len(read) == len(table.rows) + 1
    assert "coverage" in tables
    n_inputs = len(tables["inputs-1"].splitlines())
    assert n_inputs == len(inputs_of(full.case)) + 1


# Words that stay in one piece


@given(st.text(alphabet="ab1._/ <&", max_size=60))
@example("uses.readiness_of_the_artillery.crisis_demand")
@example("f9140f46a753dd29c0b46dbca8423ce31fc441f2e8626d30095bce373937296e")
def test_a_word_is_broken_at_its_joints_alone(text):
    told = str(_breakable(text))
    assert unescape(told.replace("<wbr>", "")) == text
    for word in told.split(" "):
        whole = unescape(word.replace("<wbr>", ""))
        pieces = [unescape(piece) for piece in word.split("<wbr>")]
        if len(whole) <= 16:
            assert len(pieces) == 1
        for before in pieces[:-1]:
            assert before[-1] in "._/" or len(before) == 32


# Charts


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2100), st.integers(1, 400), st.integers(2, 12), st.sampled_from(["d", ".0%"]))
@example(2026, 2, 8, "d")
@example(0, 2, 5, "d")
def test_ticks_of_whole_numbers_differ(low, span, ticks, form):
    """An axis of whole numbers never reads 0 1 1 2 2."""
    scale = {"domain": [low, low + span], "nice": False}
    if form == ".0%":
        scale = {"domain": [0, span / 1000], "nice": False}
    x = numbers("x", scale=scale, form=form, tickCount=ticks)
    spec = chart(WIDE, [layer("point", {"x": x})], data={"values": [{"x": low}]})
    labels = picture_texts(draw(spec, id_="c", title="t", description="d"))
    assert labels
    assert len(labels) == len(set(labels))


def test_no_axis_of_the_brief_says_the_same_twice(full):
    for section in sections_of(full):
        for figure in section.figures:
            drawn = _with_fonts().vegalite_to_svg(figure.spec(NARROW), vl_version="6.1")
            for axis in re.findall(
                r'<g class="mark-text role-axis-label".*?</g>', drawn, re.DOTALL
            ):
                words = [word for word in picture_texts(axis) if word]
                assert len(words) == len(set(words)), (figure.id, words)


def _texts_at(svg: str) -> list[tuple[str, float, float]]:
    """Texts of a picture with their places, moves of all groups around them added up."""
    found = []

    def walk(element, x, y):
        moved = re.match(r"translate\(([-\d.]+),\s*([-\d.]+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved.group(1)), y + float(moved.group(2))
        if element.tag.endswith("}text") and "".join(element.itertext()).strip():
            found.append(("".join(element.itertext()), x, y))
        for child in element:
            walk(child, x, y)

    walk(ET.fromstring(svg), 0.0, 0.0)
    return found


def test_a_slim_picture_has_the_same_words_at_the_same_places(full):
    for section in sections_of(full):
        for figure in section.figures:
            spec = figure.spec(NARROW)
            slim = draw(spec, id_="c", title="t", description="d")
            whole = _with_fonts().vegalite_to_svg(spec, vl_version="6.1")
            assert len(slim) < 0.7 * len(whole), figure.id
            pairs = list(zip(_texts_at(slim), _texts_at(whole), strict=True))
            for (told, x, y), (words, at_x, at_y) in pairs:
                assert told == words
                assert (x, y) == pytest.approx((at_x, at_y), abs=0.5)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30))
def test_turns_draw_the_same_steps(path):
    rows = [{"t": t, "y": y} for t, y in enumerate(path)]
    found = turns(rows, "y")
    assert found[0] is rows[0]
    assert found[-1] is rows[-1]
    drawn = [max((r for r in found if r["t"] <= t), key=lambda r: r["t"])["y"]
             for t in range(len(path))]  # fmt: skip
    assert drawn == path


def test_charts_leave_out_most_of_many_variants_and_say_so(contents):
    plain = contents.case.variants["no_plants"]
    more = {f"more_{n}": replace(plain, id=f"more_{n}") for n in range(MOST_CHARTED)}
    rows = contents.leverage.rows + tuple(
        replace(row, variant=id_)
        for id_ in more
        for row in contents.leverage.rows
        if row.variant == "no_plants"
    )
    case = replace(
        contents.case,
        variants={**contents.case.variants, **more},
        without_project="no_plants",
    )
    some = replace(contents, case=case, leverage=replace(contents.leverage, rows=rows))
    assert set(some.charted) == {"base", "no_plants"}
    surface = next(section for section in sections_of(some) if section.id == "surface")
    panels = {row["panel"] for row in surface.figures[0].spec(NARROW)["data"]["values"]}
    assert panels == {"as planned", "nothing is built"}
    left = len(some.variants) - 2
    assert f"{left} more variants are not drawn" in surface.paragraphs[0]
    assert contents.charted == contents.variants
    assert contents.charted_words() == ""


def test_page_one_keeps_its_wide_picture(page):
    assert page_one(page).count("<svg") == 2


def test_one_row_that_paper_leaves_out_is_one_row():
    table = table_of("All", (Column("name", 0),), [("a",)])
    assert table.folded.left_out == "All: 1 row, on screen only."
