"""Cells as people fill them in: read right, or refused with both readings."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.errors import Problem
from derbes.tables.cells import (
    CellError,
    Moment,
    date_order,
    decimal_mark,
    is_missing,
    is_number,
    moment_of,
    number_of,
)


@pytest.mark.parametrize(
    "cell", [None, "", " ", ":", "-", "–", "..", "…", "n/a", "*", "нет", "н/д", "жоқ", "c"]
)
def test_what_is_not_known_is_missing_and_never_zero(cell):
    assert is_missing(cell)
    assert number_of(cell) is None


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        (12.5, "", 12.5),
        ("1 234,5", ",", 1234.5),
        ("1\u00a0234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("1,234,567", ".", 1234567),
        ("1.234.567,8", ",", 1234567.8),
        ("1,200", ",", 1.2),
        ("1,200", ".", 1200),
        ("−5", "", -5),
        ("1.5e3", ".", 1500),
        (".5", ".", 0.5),
        ("12.5 p", ".", 12.5),
    ],
)
def test_numbers_with_the_marks_of_their_table(cell, decimal, number):
    assert number_of(cell, decimal).number == number


@pytest.mark.parametrize(
    ("cell", "number", "unit"),
    [
        ("57 %", 57, "%"),
        ("12 kt", 12, "kt"),
        ("3 млн т", 3e6, "t"),
        ("$1,200.50", 1200.5, "USD"),
        ("-€5/t", -5, "EUR/t"),
    ],
)
def test_units_that_stand_in_the_cell(cell, number, unit):
    marked = number_of(cell)
    assert (marked.number, marked.unit.name) == (number, unit)


@pytest.mark.parametrize(
    "cell", ["abc", "12-15", "1,23,4", "12 5", True, date(2026, 1, 1), "5 apples"]
)
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(CellError):
        number_of(cell)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1,5", "1,200"], ","),
        (["1.5", "1,200"], "."),
        (["1,234,567", "1,200"], "."),
        (["1.234,5"], ","),
        (["0,125", "1,200"], ","),
        (["1234,567"], ","),
        (["12", "1 200"], ""),
        ([1.5, 2.0], ""),
    ],
)
def test_the_decimal_mark_is_that_of_the_whole_table(cells, mark):
    assert decimal_mark(("A1", cell) for cell in cells) == (mark, [])


@pytest.mark.parametrize("cell", ["1,200", "1.200", "12,375"])
def test_a_number_that_can_be_read_in_two_ways_is_refused(cell):
    mark, problems = decimal_mark([("Stock!B7", cell), ("Stock!B8", "12")])
    assert mark == ""
    assert problems[0].where == "Stock!B7"
    assert cell.replace(",", ".") in problems[0].what
    assert cell.replace(",", "").replace(".", "") in problems[0].what
    assert "--decimal" in problems[0].fix


def test_two_decimal_marks_in_a_table_are_refused_with_both_cells():
    _mark, problems = decimal_mark([("A1", "1,5"), ("A2", "2.75")])
    assert problems[0].where == "A2"
    assert "A1" in problems[0].what


@given(
    st.integers(0, 10**9),
    st.integers(0, 99),
    st.sampled_from([",", "."]),
    st.sampled_from([" ", "'", "\u202f"]),
)
def test_any_number_in_any_habit_reads_as_itself(whole, cents, decimal, between):
    text = f"{whole:,}".replace(",", between) + f"{decimal}{cents:02d}"
    mark, problems = decimal_mark([("A1", text)])
    assert (mark, problems) == (decimal, [])
    assert number_of(text, mark).number == pytest.approx(whole + cents / 100)


MONTH = Moment(2026, 1, 0, 1)
DAY = Moment(2026, 1, 15, 0)


@pytest.mark.parametrize(
    ("cells", "moment"),
    [
        (["2026-01", "2026M01", "2026/01", "202601", 202601.0, "01.2026", "1/2026"], MONTH),
        (["Jan 2026", "January 2026", "Jan-26", "2026 Jan"], MONTH),
        (["янв 2026", "январь 2026 г.", "января 2026", "қаңтар 2026", "2026 жылғы қаңтар"], MONTH),
        (["2026", 2026.0, "2026 г.", "Y2026"], Moment(2026, 1, 0, 12)),
        (["2026-Q2", "Q2 2026", "II кв. 2026", "2 квартал 2026"], Moment(2026, 4, 0, 3)),
        (["2026-01-15", "15.01.2026", "15/01/2026", "01/15/2026", date(2026, 1, 15)], DAY),
        (["15 января 2026 г.", "Jan 15, 2026", "2026-01-15 00:00:00"], DAY),
    ],
)
def test_times_as_people_write_them(cells, moment):
    assert {moment_of(cell) for cell in cells} == {moment}


@pytest.mark.parametrize(("cell", "year"), [("Jan-68", 2068), ("Jan-69", 1969), ("янв 99", 1999)])
def test_years_of_two_digits(cell, year):
    assert moment_of(cell).year == year


def test_days_that_excel_counts_are_dates_in_a_column_of_dates_alone():
    assert moment_of(46037.0, is_date_column=True) == Moment(2026, 1, 15, 0)
    with pytest.raises(CellError):
        moment_of(46037.0)


@pytest.mark.parametrize(
    "cell", ["03/04/2026", "2026.1", 2026.1, "32.01.2026", "soon", None, "2026-13", "ma 2026"]
)
def test_what_is_no_time_or_two_is_refused(cell):
    with pytest.raises(CellError):
        moment_of(cell)


def test_the_order_of_dates_is_that_of_the_whole_table():
    assert date_order([("A2", "03/04/2026"), ("A3", "25/04/2026")]) == ("dmy", [])
    assert date_order([("A2", "03/04/2026"), ("A3", "04/25/2026")]) == ("mdy", [])
    order, problems = date_order([("A2", "03/04/2026"), ("A3", "03/05/2026")])
    assert order == ""
    what = '"03/04/2026" can be read as 2026-04-03 or as 2026-03-04'
    assert problems == [Problem("A2", what, fix="say which with --dates dmy or --dates mdy")]
    assert date_order([("A2", "25/04/2026"), ("A3", "04/25/2026")])[1][0].where == "A2"


@given(st.dates(date(1955, 1, 1), date(2100, 1, 1)))
def test_a_day_reads_the_same_in_every_habit(day):
    texts = [day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d %B %Y}", f"{day:%d/%m/%Y}"]
    assert {moment_of(text, "dmy") for text in texts} == {Moment(day.year, day.month, day.day, 0)}
    serial = float((day - date(1899, 12, 30)).days)
    assert moment_of(serial, is_date_column=True) == Moment(day.year, day.month, day.day, 0)


@pytest.mark.parametrize(
    "cell", ["2026-01", "Jan 2026", "1 квартал 2026", "abc", "12 monkeys of the year", ""]
)
def test_texts_and_times_are_not_taken_for_numbers(cell):
    assert not is_number(cell)
