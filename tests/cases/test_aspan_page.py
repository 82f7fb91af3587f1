"""The page of the ASPAN case: what its numbers, facts and statements take of it."""

from html import unescape
from pathlib import Path

import pytest

from derbes import api
from derbes.brief import BriefContents, csv_tables, render_brief
from derbes.brief.page import sections_of
from derbes.request import provenance_of
from derbes.results.supply import Cover, Leverage

FOLDER = Path(__file__).parents[2] / "cases" / "aspan"
MOST_BYTES = 450_000
"""Of a page without charts: the whole may have 700,000, and charts and answers take 200,000."""
MOST_ROWS = 120
"""Rows of the tables of inputs, facts and statements that stand on paper: some three pages."""


@pytest.fixture(scope="module")
def contents() -> BriefContents:
    """Every number, fact and verdict of the case at central values; no course is computed."""
    case = api.read_case(FOLDER)
    made, said = provenance_of(case), api.statements(case, draws=1, flips=0)
    return BriefContents(case, Cover((), made), Leverage((), (), made), {}, statements=said)


@pytest.fixture(scope="module")
def page(contents: BriefContents) -> str:
    return render_brief(contents)


def test_the_page_is_small(page):
    assert len(page.encode()) < MOST_BYTES


def test_paper_has_few_rows_and_the_screen_all(contents):
    long = [
        table
        for section in sections_of(contents)
        if section.id in ("inputs", "facts", "statements", "untested")
        for table in section.tables
    ]
    assert sum(sum(table.decides or ()) for table in long) < MOST_ROWS
    assert sum(len(table.rows) for table in long) > 5 * MOST_ROWS
    for table in long:
        assert sum(map(len, table.folds.values())) == len(table.rows)
        assert table.left_out


def test_statements_are_folded_by_speaker(contents):
    section = next(section for section in sections_of(contents) if section.id == "statements")
    holders = {contents.name("actors", row.holder or row.by)
               for row in contents.statements.statements}  # fmt: skip
    assert set(section.tables[0].folds) <= holders
    assert len(section.tables[0].folds) > 5


def test_no_long_expression_is_on_the_page(contents, page):
    said = unescape(page)
    long = [row.expression for row in contents.statements.statements if len(row.expression) > 40]
    assert len(long) > 20
    assert [text for text in long if text in said] == []


def test_every_input_has_its_row_in_the_csv(contents):
    rows = csv_tables(contents)["inputs-1"].splitlines()
    for number in api.inputs(contents.case):
        if not number.path.startswith("facts."):
            assert any(row.startswith(f"{number.path},") for row in rows), number.path
