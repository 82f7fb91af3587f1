"""Tables of every result come back from a workbook, a CSV and a Parquet file as JSON has them."""

import csv
import io
import json
import math
import re
import zipfile
from dataclasses import replace
from datetime import date

import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from derbes.errors import OutputError
from derbes.harmless import in_sheet, visible
from derbes.language import use_language
from derbes.results.books import NAMES, tables_of
from derbes.results.plan import Outlay
from derbes.results.records import record_of, to_json
from derbes.results.stress import Answer, Bar, EndedBy, Influence, Stress, TippingValue
from derbes.results.supply import Cover, CoverRow
from derbes.results.tables import Column, table_of
from derbes.workbook import results as files
from derbes.workbook.charts import MOST_LINES, drawings_of
from derbes.workbook.results import (
    HEADINGS,
    as_date,
    case_results,
    content_of,
    csv_of,
    head_of,
    parquet_of,
)
from derbes.workbook.writing import MOST_CHARACTERS, Book
from tests.api.examples import (
    PROVENANCE,
    cover_result,
    cover_row,
    leverage_end,
    leverage_result,
    leverage_row,
)
from tests.results.made_up import OF_VERB, OTHERWISE, PLACES, results
from tests.workbook.office import saved_by_office

DAY = date(2026, 11, 29)
MADE = {
    "phases": (Phase.generate,),
    "suppress_health_check": [HealthCheck.data_too_large, HealthCheck.too_slow],
}
"""A result that fails is large either way, and takes long to make smaller."""
KINDS = pytest.mark.parametrize("kind", OF_VERB, ids=lambda kind: kind.__name__)


def _expected(result: object, table) -> list[list[object]]:
    """The cells of a table, out of the JSON text alone."""
    rows = _under(json.loads(to_json(record_of(result))), PLACES.get(table.name, table.name)) or []
    return [[_one_cell(_under(row, column.path)) for column in table.columns] for row in rows]


def _under(row: object, path: str) -> object:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, dict) else None
    return row


def _one_cell(found: object) -> object:
    if isinstance(found, dict):
        found = "; ".join(f"{key}: {_one_cell(one)}" for key, one in found.items())
    elif isinstance(found, list):
        found = ", ".join(str(_one_cell(one)) for one in found)
    return None if found == "" else found


def _some(kind: type) -> object:
    """Every example has a result of the kind, and a number that picks one of its tables."""
    return st.tuples(results(kind), st.integers(0, 99))


@KINDS
def test_tables_are_those_that_the_verb_names_and_no_two_columns_are_alike(kind):
    @settings(max_examples=4, **MADE)
    @given(results(kind))
    def law(result):
        tables = tables_of(result)
        known = NAMES[OF_VERB[kind]]
        assert [table.name for table in tables] == [
            name for name in known if name in {table.name for table in tables}
        ]
        for table in tables:
            assert len({column.path for column in table.columns}) == len(table.columns)
            headings = [heading.casefold() for heading in files._headings(table)]
            assert len(set(headings)) == len(headings), table.name

    law()


@KINDS
def test_a_csv_has_what_json_has(kind):
    @settings(max_examples=4, **MADE)
    @given(results(kind))
    def law(result):
        for table in tables_of(result):
            if table.name in OTHERWISE:
                continue
            _head, *rows = csv.reader(io.StringIO(csv_of(table), newline=""))
            expected = _expected(result, table)
            assert len(rows) == len(expected)
            for cells, row in zip(rows, expected, strict=True):
                for cell, one in zip(cells, row, strict=True):
                    _same_in_csv(cell, one)

    law()


def _same_in_csv(cell: str, one: object) -> None:
    if one is None:
        assert cell == ""
    elif isinstance(one, bool):
        assert cell == str(one).lower()
    elif isinstance(one, str):
        assert cell == in_sheet(one)
        assert len(cell) == 1 or not cell.startswith(("=", "@"))
    else:
        assert type(one)(cell) == one


@KINDS
def test_a_workbook_has_what_json_has(kind):
    @settings(max_examples=3, **MADE)
    @given(results(kind))
    def law(result):
        tables = tables_of(result)
        book = _opened(content_of(".xlsx", tables, result, made_on=DAY))
        shown = [table for place, table in enumerate(tables) if table.rows or not place]
        sheets = book.sheet_names[-len(shown) :]
        for name, table in zip(sheets, shown, strict=True):
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if table.name in OTHERWISE:
                assert len(rows) == HEADINGS + 1 + len(table.rows)
                continue
            for cells, row in zip(rows[HEADINGS + 1 :], _expected(result, table), strict=True):
                for cell, one, column in zip(cells, row, table.columns, strict=True):
                    _same_in_book(cell, one, column)

    law()


def _opened(content: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def _same_in_book(cell: object, one: object, column: Column) -> None:
    if one is None:
        assert cell == "" or column.value != column.path
    elif not isinstance(one, str):
        assert cell == one
        assert isinstance(cell, bool) is isinstance(one, bool)
    elif column.value == column.path:
        known = as_date(one) if column.is_date else one
        if isinstance(known, date):
            assert cell == known
        else:
            assert str(cell) == visible(one)[:MOST_CHARACTERS]


@KINDS
def test_a_table_without_rows_has_columns_too(kind):
    @settings(max_examples=8, **MADE)
    @given(results(kind))
    def law(result):
        assert [table.name for table in tables_of(result) if not table.columns] == []

    law()


@KINDS
def test_parquet_has_what_json_has(kind):
    @settings(max_examples=2, **MADE)
    @given(_some(kind))
    def law(asked):
        result, place = asked
        tables = [table for table in tables_of(result) if table.name not in OTHERWISE]
        if not tables:
            return
        table = tables[place % len(tables)]
        content = parquet_of(table, {"derbes": "{}"})
        read = pyarrow.parquet.read_table(io.BytesIO(content))
        assert read.column_names == table.head
        kinds = {float: "double", int: "int64", bool: "bool", str: "string"}
        assert [str(one.type) for one in read.schema] == [
            kinds[table.kind(column)] for column in table.columns
        ]
        held = zip(*(column.to_pylist() for column in read.columns), strict=True)
        assert [list(row) for row in held] == _expected(result, table)

    law()


def test_what_json_has_in_another_shape_is_told_date_by_date():
    from derbes.results.stress import Fan, HazardRisk  # noqa: PLC0415 - of this test alone

    fan = Fan("cover", "base", "month", ("2027-01", "2028-01"),
              {"5": (1.0, None), "95": (3.0, 4.0)}, (2.0, math.nan),
              (2.5, 3.5), 64, capped_share=(0.0, 0.5))  # fmt: skip
    risk = HazardRisk("base", ("war",), ("2027-01", "2027-02"), (0.1, 0.2), (0.1, 0.25),
                      {"a": 0.3}, None, None, 1.0, 2.0, 0.05, (), "t")  # fmt: skip
    stress = Stress(64, 1, (), (), (), (), PROVENANCE, fans=(fan,), hazards=(risk,))
    tables = {table.name: table for table in tables_of(stress)}
    rows = [dict(zip(tables["fans"].head, tables["fans"].cells(row), strict=True))
            for row in tables["fans"].rows]  # fmt: skip
    assert [(row["date"], row["quantiles.5"], row["quantiles.95"]) for row in rows] == [
        ("2027-01", 1.0, 3.0), ("2028-01", None, 4.0),
    ]  # fmt: skip
    assert [(row["mean"], row["central"], row["capped_share [share]"]) for row in rows] == [
        (2.0, 2.5, 0.0), (None, 3.5, 0.5),
    ]  # fmt: skip
    months = tables["hazard_months"]
    assert [months.cells(row) for row in months.rows] == [
        ["base", "2027-01", 0.1, 0.1], ["base", "2027-02", 0.2, 0.25],
    ]  # fmt: skip
    assert tables["hazards"].cells(risk)[2:4] == [None, None]


# Heads, charts, looks


def test_the_head_says_what_a_result_is_of_and_what_made_it():
    assert head_of(cover_result(), DAY) == (
        "case: Town; variant: base; draws: central values; seed: none drawn; derbes: 0.1.0; "
        "hash of the case: ab12; made on: 2026-11-29"
    )
    assert "draws: 64 draws; seed: 7; " in head_of(_stress(), DAY)


@pytest.mark.parametrize(
    ("numbers", "look"),
    [
        ([180.0, 48.0], "number digits0"),
        ([21.4141764102291, 180.0], "number digits1"),
        ([0.5, 0.25], "number digits2"),
        ([0.002, 1000.5], "number digits4"),
        ([1e-12, 3.0], "number"),
        ([0.0], "number digits0"),
        ([], "number digits0"),
    ],
)
def test_no_number_looks_like_zero_that_is_none(numbers, look):
    assert files._digits(numbers) == look


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=5))
def test_every_number_shows_a_digit_that_counts(numbers):
    found = files._digits(numbers)
    if found != "number":
        decimals = int(found[-1])
        assert all(float(f"{abs(one):.{decimals}f}") > 0 for one in numbers if one)


def test_every_sheet_has_the_head_under_its_title():
    result = leverage_result(leverage_row(), ends=(leverage_end(date="2029-03"),))
    book = _opened(content_of(".xlsx", tables_of(result), result, made_on=DAY))
    assert book.sheet_names == [
        "unmet (chart)", "losses (chart)", "end (chart)", "leverage", "ends",
    ]  # fmt: skip
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        assert rows[1][0] == head_of(result, DAY), name


def test_a_month_is_a_date_and_a_code_a_text():
    rows = (cover_row(start="2027-03", use="007", binding=("=1+1", "@x")),)
    book = _opened(content_of(".xlsx", tables_of(cover_result(*rows)), None, made_on=DAY))
    cells = book.get_sheet_by_name("cover").to_python(skip_empty_area=False)[HEADINGS + 1]
    table = tables_of(cover_result(*rows))[0]
    found = {column.path: cell for column, cell in zip(table.columns, cells, strict=True)}
    assert (found["start"], found["use"], found["binding"]) == (date(2027, 3, 1), "007", "=1+1, @x")
    told = csv_of(table).splitlines()[1]
    assert "'=1+1" in told
    assert ",2027-03," in told


def test_no_cell_of_a_workbook_is_a_formula(tmp_path):
    result = cover_result(cover_row(use="=1+1", binding=("=HYPERLINK(1)",)))
    archive = zipfile.ZipFile(
        io.BytesIO(content_of(".xlsx", tables_of(result), result, made_on=DAY))
    )
    for name in archive.namelist():
        assert b"<f>" not in archive.read(name) or name.startswith("xl/charts/")
        assert "externalLink" not in name
    assert b'quotePrefix="1"' in archive.read("xl/styles.xml")


def test_the_first_columns_stand_on_each_page_of_what_is_wider_than_one():
    result = leverage_result(leverage_row())
    content = content_of(".xlsx", tables_of(result), result, made_on=DAY)
    told = zipfile.ZipFile(io.BytesIO(content)).read("xl/workbook.xml").decode()
    titles = re.findall(r'Print_Titles" localSheetId="\d">(.*?)<', told)
    assert sorted(titles) == ["ends!$4:$4", "leverage!$A:$C,leverage!$4:$4"]


def test_no_title_of_a_chart_is_a_reference():
    bar = Bar("=[x.xlsx]a!A1", "=b!$C$2", "month", 1.0, 9.0, 5.0, 19.0, 21.0, 20.0, "=c!D4")
    stress = Stress(64, 7, (), (), (), (), PROVENANCE, tornado=(bar,))
    content = content_of(".xlsx", tables_of(stress), stress, made_on=DAY)
    archive = zipfile.ZipFile(io.BytesIO(content))
    told = archive.read("xl/charts/chart1.xml").decode()
    assert {name.partition("!")[0] for name in re.findall("<c:f>(.*?)</c:f>", told)} == {
        "'decides (chart)'"
    }


def _stress() -> Stress:
    """Answers over draws of everything that is drawn."""
    years = range(2026, 2034)
    answers = tuple(
        Answer(f"cover(embargo, {year}-01)", "month", 5.0, 0.1,
               {"5": 1.0 + year, "50": 2.0 + year, "95": 3.0 + year}, "survive", "base", "embargo",
               12, f"{year}-01", "myopic", 64)
        for year in years
    )  # fmt: skip
    ended = tuple(
        EndedBy("base", "embargo", length, f"{year}-01", (year - 2026) / 10, 0.01, "myopic", 64)
        for length in (6, 12)
        for year in years
    )
    bars = tuple(
        Bar("cover(embargo)", f"plants.p{n}.opening", "month", 1.0, 9.0, 5.0, 20.0 - n, 20.0 + n,
            20.0, "month")
        for n in range(1, 4)
    )  # fmt: skip
    parts = tuple(
        Influence("cover(embargo)", f"plants.p{n}.opening", n / 20, n / 10, n / 30)
        for n in range(1, 4)
    )
    return Stress(64, 7, answers, ended, parts, (), PROVENANCE, tornado=bars)


def test_charts_draw_the_numbers_of_the_tables():
    stress = _stress()
    drawn = {drawing.name: drawing for drawing in drawings_of(stress)}
    ended = drawn["end (chart)"]
    assert dict(ended.series) == {
        str(length): [row.p for row in stress.p_ended if row.length == length]
        for length in (6, 12)
    }  # fmt: skip
    assert list(ended.across) == [f"{year}-01" for year in range(2026, 2034)]
    decides = drawn["decides (chart)"]
    assert list(decides.across) == [f"plants.p{n}.opening" for n in (3, 2, 1)]
    assert decides.center == 20.0
    assert dict(decides.series) == {
        "answer at low": [17.0, 18.0, 19.0],
        "answer at high": [23.0, 22.0, 21.0],
    }
    spread = drawn["spread (chart)"].series
    assert spread["95%"] == [answer.quantiles["95"] for answer in stress.answers]


def test_charts_speak_the_language_in_use():
    """Quantities and responses have the words of the tables, and no names of programs."""
    stress = replace(
        _stress(),
        p_ended=tuple(
            replace(row, bound=bound)
            for row in _stress().p_ended
            for bound in ("optimal", "myopic")
        ),
    )
    use_language("ru")
    try:
        told = [
            words
            for drawing in drawings_of(stress)
            for words in (drawing.title, drawing.up_title, *drawing.series)
        ]
    finally:
        use_language("en")
    assert "Обеспеченность: на сколько хватает запаса [мес.]" in told
    assert {"наилучший ответ, 6", "простое правило, 12"} <= {*told}
    assert not [words for words in told if re.search("optimal|myopic|cover|month", words)]


def test_words_of_cells_are_in_the_language_in_use():
    """Units, parts abroad and sides are told to a reader; a CSV keeps what JSON has."""
    end = Bar("end(embargo)", "delay", "month", 0.0, 1.0, 0.0, 1.0, 2.0, 1.0, "months from 2026-01")
    tip = TippingValue("ended(embargo)", "delay", 3.0, "month", "below", None, True)
    stress = replace(_stress(), tornado=(end,), tipping=(tip,))
    outlay = table_of("outlay", "Outlay", Outlay, [Outlay(2026, "foreign", 1.0, 2.0)], "currency")
    use_language("ru")
    try:
        sheets = {table.name: table for table in (*tables_of(stress), outlay)}
        told = {
            name: [str(files._cell_of(table, column, row))
                   for row in table.rows for column in table.columns]
            for name, table in sheets.items()
        }  # fmt: skip
    finally:
        use_language("en")
    assert {"месяцев с 2026-01", "мес."} <= {*told["swings"]}
    assert {"ниже него", "мес."} <= {*told["tipping"]}
    assert told["outlay"] == ["из них за границей"]
    assert sheets["outlay"].fields["currency"][2] == ["foreign"]


def test_a_time_is_said_to_be_a_bound_where_one_is():
    cover = cover_result()
    whole = replace(cover, rows=tuple(replace(row, time_to_survive=5.0) for row in cover.rows))
    capped = replace(cover, rows=tuple(replace(row, time_to_survive=None) for row in cover.rows))
    (told,), (bounded,) = drawings_of(whole), drawings_of(capped)
    assert "at least" not in told.caption
    assert "Where a time ends with what is modelled, it is at least so long." in bounded.caption


def test_every_chart_says_what_its_axes_are_in_which_unit():
    found = [
        *drawings_of(_stress()),
        *drawings_of(cover_result()),
        *drawings_of(leverage_result(ends=(leverage_end(date="2029-03"),))),
    ]
    assert len(found) == 8
    for drawing in found:
        assert drawing.across_title
        assert "[" in drawing.up_title or "month" in drawing.up_title
        axes = drawing.parts()
        assert {axes["x_axis"]["name"], axes["y_axis"]["name"]} == {
            drawing.across_title, drawing.up_title,
        }  # fmt: skip


def test_a_chart_of_too_many_lines_says_how_many_are_left_out():
    rows = [cover_row(use=f"use_{n}") for n in range(MOST_LINES + 3)]
    drawing = drawings_of(cover_result(*rows))[0]
    assert len(drawing.series) == MOST_LINES
    assert drawing.caption.endswith("3 more lines are in the tables alone.")
    rows.append(cover_row(use="all_essential"))
    assert len(drawings_of(cover_result(*rows))[0].series) == 1


def test_the_sheets_of_a_case_have_a_chart_for_each_question():
    book = Book(title="Town")
    results = [cover_result(), leverage_result(ends=(leverage_end(date="2029-03"),)), _stress()]
    case_results(book, results, made_on=DAY)
    names = _opened(book.content()).sheet_names
    assert names == [
        "cover (chart)", "cover", "unmet (chart)", "losses (chart)", "end (chart)", "leverage",
        "ends", "end (chart)-2", "spread (chart)", "decides (chart)", "parts (chart)", "answers",
        "ended", "decides", "swings",
    ]  # fmt: skip


def test_equal_results_give_equal_bytes():
    def made(suffix: str) -> bytes:
        result = leverage_result()
        return content_of(suffix, tables_of(result), result, made_on=DAY)

    for suffix in files.SUFFIXES:
        assert made(suffix) == made(suffix)


def test_parquet_says_what_made_it():
    result = leverage_result()
    content = content_of(".parquet", tables_of(result), result, made_on=DAY)
    metadata = pyarrow.parquet.read_schema(io.BytesIO(content)).metadata
    told = json.loads(metadata[b"derbes"])
    assert (told["case_name"], told["case_hash"], told["made_on"], told["variants"]) == (
        "Town", "ab12", "2026-11-29", ["base"],
    )  # fmt: skip


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", HEADINGS + 3)
    rows = [cover_row()] * 3
    with pytest.raises(OutputError) as told:
        content_of(".xlsx", tables_of(cover_result(*rows)), made_on=DAY)
    assert str(told.value) == (
        'The table "cover" has 3 rows; a sheet of a workbook holds 2. '
        "Fix: write it as .parquet or .csv."
    )
    content_of(".xlsx", tables_of(cover_result(*rows[:2])), made_on=DAY)


def test_an_empty_table_has_its_columns():
    table = table_of("cover", "Cover", CoverRow, (), Column("use", "use"), Column("l", "length"))
    assert csv_of(table) == "use,length\n"
    read = pyarrow.parquet.read_table(io.BytesIO(parquet_of(table, {})))
    assert (read.num_rows, [str(one.type) for one in read.schema]) == (0, ["string", "int64"])


def test_libreoffice_reads_the_same(tmp_path):
    result = Cover(
        (cover_row(use="ванна ңқғәұүһі", start="2027-03"), cover_row(time_to_survive=None)),
        PROVENANCE,
    )
    place = tmp_path / "cover.xlsx"
    content = content_of(".xlsx", tables_of(result), result, made_on=DAY)
    place.write_bytes(content)
    ours, theirs = _opened(content), _opened(saved_by_office(place, tmp_path).read_bytes())
    assert theirs.sheet_names == ours.sheet_names
    for name in ours.sheet_names:
        read = [
            [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=True)]
            for book in (ours, theirs)
        ]
        assert read[0] == read[1], name
