"""Cells as people and programs leave them: read right, or refused by their place."""

import contextlib
import zipfile
from datetime import date
from pathlib import Path
from random import Random

import pytest

from derbes import api
from derbes.casefile.reader import read_files
from derbes.errors import DataError, DerbesError, TableError
from derbes.workbook.reading import Fault, read_book
from derbes.workbook.spelling import Live
from derbes.workbook.writing import Book
from tests.casefile.writing import SMALL
from tests.workbook.books import EVERYTHING, Edited, written


@pytest.fixture
def case(tmp_path):
    place = tmp_path / "case.yaml"
    place.write_text(SMALL, encoding="utf-8")
    return place


@pytest.fixture
def book(case, tmp_path):
    return Edited.of(written(case, tmp_path / "book.xlsx"))


def taken(book, case):
    """The case with what a book says."""
    api.import_excel(book.save(case.parent / "edited.xlsx"), case)
    return read_files(case).case


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (120.0, 120.0), ("120", 120.0), ("1 200,5", 1200.5), ("1\u00a0200,5", 1200.5),
        ("1\u202f200,5", 1200.5), ("1\u2009200.5", 1200.5), (" 120  ", 120.0),
        ("1,5 kg/month", 0.0015), ("2 тыс. т/мес.", 2000.0), (Live(130.0, "100+30"), 130.0),
        (29.832, 29.832), (0.1 + 0.2, 0.3), (1e9, 1e9), ("1.234.567,5", 1234567.5),
    ],
)  # fmt: skip
def test_numbers_as_they_are_typed(book, case, typed, meant):
    book.put("uses", "treatment", "demand", typed)
    assert taken(book, case).uses["treatment"].demand.value == pytest.approx(meant, rel=1e-12)


def test_per_cent_is_what_excel_shows(book, case):
    row, column = book.at("actors", "north", "margin_share")
    book.put("actors", "north", "margin_share", 0.57)
    book.percents.add(("actors", row, column))
    assert taken(book, case).actors["north"].margin_share.value == pytest.approx(0.57)
    assert "margin_share: 57 %" in case.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(date(2027, 7, 1), "2027-07"), ("2027-07", "2027-07"), ("июль 2027", "2027-07"),
     ("01.07.2027", "2027-07-01"), ("2027M07", "2027-07")],
)  # fmt: skip
def test_months_as_they_are_typed(book, case, typed, meant):
    book.put("plants", "works", "opening", typed)
    plant = taken(book, case).plants["works"]
    assert plant.opening == 18
    assert f"opening: {meant}\n" in case.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1,200", '"1,200" can be read as 1200 or as 1.200'),
        ("many", '"many" is not a number'),
        (True, '"true" is not a number'),
        (Fault("#REF!"), "this is an error of Excel, #REF!"),
        (Live(None, "B1*2"), "this formula has no value yet"),
        ("5 USD", 'expected "t/month" or what can be turned into it'),
        ("90–110 т/мес.", '"90–110 т/мес." is a range, not one number'),
        ("около 100", '"около 100" says how much only about'),
    ],
)
def test_what_cannot_be_taken_is_told_by_its_cell(book, case, typed, message, tmp_path):
    place = book.put("uses", "treatment", "demand", typed)
    saved = book.save(tmp_path / "edited.xlsx")
    if isinstance(typed, Live):
        _without_values(saved, place.partition("!")[2])
    with pytest.raises(TableError) as refused:
        api.import_excel(saved, case)
    (problem,) = refused.value.problems
    assert problem.where == place
    assert message in problem.what
    assert case.read_text(encoding="utf-8") == SMALL


def test_a_range_in_one_cell_is_told_where_its_ends_go(book, case, tmp_path):
    book.put("uses", "treatment", "demand", "90-110")
    with pytest.raises(TableError) as refused:
        taken(book, case)
    fix = 'write the likeliest value here, and the ends under its "low" and "high"'
    assert refused.value.problems[0].fix == fix


@pytest.mark.parametrize(
    ("demand", "typed", "meant"),
    [
        ("1200 t/year", "1,5 тыс.", "1.5 тыс. t/year"),
        ("2 thousand t/year", "1,5 тыс.", "1.5 тыс. t/year"),
        ("2 thousand t/year", "900 мың", "900 мың t/year"),
        ("100 t/month", "0,1 тыс.", "0.1 тыс. t/month"),
    ],
)
def test_a_multiplier_alone_is_of_the_unit_of_its_row(case, tmp_path, demand, typed, meant):
    """Beside `t/year`, 1,5 тыс. was read in the t/month of the good."""
    case.write_text(SMALL.replace("demand: 100 t/month", f"demand: {demand}", 1), encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    book.put("uses", "treatment", "demand", typed)
    taken(book, case)
    assert f"demand: {meant}" in case.read_text(encoding="utf-8")


SERIES = "{2026-01: 1 kt/year, 2026-06: 2 kt/year}"


@pytest.mark.parametrize(
    ("heading", "typed", "meant"),
    [
        ("2026-06", 3.5, "{2026-01: 1 kt/year, 2026-06: 3.5 kt/year}"),
        ("2026-06", "3,5", "{2026-01: 1 kt/year, 2026-06: 3.5 kt/year}"),
        ("2026-06", "3,5 тыс. т/год", "{2026-01: 1 kt/year, 2026-06: 3.5 тыс. т/год}"),
        ("unit", "t/month", "{2026-01: 1 t/month, 2026-06: 2 t/month}"),
        ("unit", None, "{2026-01: 1, 2026-06: 2}"),
    ],
)
def test_numbers_by_date_are_read_as_all_others(case, tmp_path, heading, typed, meant):
    text = SMALL.replace("demand: 100 t/month", f"demand: {SERIES}", 1)
    case.write_text(text, encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    book.put("series", "uses.treatment.demand", heading, typed)
    taken(book, case)
    assert case.read_text(encoding="utf-8") == text.replace(SERIES, meant)


@pytest.mark.parametrize(
    ("heading", "typed", "message"),
    [
        ("2026-06", True, '"true" is not a number'),
        ("2026-06", date(2026, 6, 1), '"2026-06-01" is not a number'),
        ("after", 7.0, 'expected one of repeat, hold, got "7"'),
    ],
)
def test_what_is_wrong_by_date_is_told_by_its_cell(case, tmp_path, heading, typed, message):
    text = SMALL.replace("demand: 100 t/month", f"demand: {SERIES}", 1)
    case.write_text(text, encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    place = book.put("series", "uses.treatment.demand", heading, typed)
    with pytest.raises(TableError) as refused:
        taken(book, case)
    (problem,) = refused.value.problems
    assert (problem.where, problem.what) == (place, message)


@pytest.mark.parametrize(
    "written_as", ["= 2 * uses.treatment.demand", "{2026-01: 150, 2027-01: 200}"]
)
@pytest.mark.parametrize(("part", "typed"), [("grade", "B"), ("why", "так сказали")])
def test_what_is_said_of_a_number_leaves_its_formula(case, tmp_path, written_as, part, typed):
    """A grade given to a computed number put what it gave then in place of its formula."""
    text = SMALL.replace("capacity: 200 t/month", f"capacity: {written_as}")
    assert text != SMALL
    case.write_text(text, encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    book.put("suppliers", "north_alum", f"capacity {part}", typed)
    found = api.import_excel(book.save(tmp_path / "book.xlsx"), case)
    path = f"suppliers.north_alum.capacity.{part}"
    assert [(one.path, one.new) for one in found.changes] == [(path, typed)]


@pytest.mark.parametrize(
    ("sheet", "row", "message"),
    [
        ("uses", [None] * 90 + ["уточнить"], "this column has no heading"),
        ("case", [None, "Ж"], 'the row has no "key"'),
        ("case", ["target", "town", "t"], '"target" takes no "unit"'),
    ],
)
def test_what_stands_where_nothing_is_read_is_refused(book, case, sheet, row, message):
    """It was lost without a word."""
    rows = book.cells[sheet]
    if row[0] == "target":
        rows.pop(book.row("case", "target"))
    rows.append(row)
    with pytest.raises(TableError) as refused:
        taken(book, case)
    assert [problem.what for problem in refused.value.problems] == [message]


def _without_values(place: Path, cell: str) -> None:
    """The file as openpyxl writes it: a formula without its value."""
    with zipfile.ZipFile(place) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(place, "w") as archive:
        for name, content in parts.items():
            start = content.find(f'r="{cell}"'.encode())
            if start >= 0 and b"<f>" in content[start : start + 60]:
                end = content.index(b"</c>", start)
                kept = content[start:end].partition(b"<v>")[0]
                content = content[:start] + kept + content[end:]  # noqa: PLW2901
            archive.writestr(name, content)


SET = "{plants.works.opening: 2028-01, uses.treatment.demand: {2026-01: 90, 2027-01: 95}}"


@pytest.mark.parametrize(
    ("name", "cells", "meant"),
    [
        ("plants.works.opening", {"value": date(2028, 7, 1)}, "opening: 2028-07"),
        ("plants.works.opening", {"value": "2028-07"}, "opening: 2028-07"),
        ("uses.treatment.demand", {"value": 25.0}, "demand: 25}"),
        ("uses.treatment.demand", {"value": 2.0, "unit": "kt/year"}, "demand: 2 kt/year}"),
        ("uses.treatment.demand", {"why": "так"}, 'demand}" takes no "why"'),
        ("uses.treatment.demand", {"value": "{2026-01: 5}", "unit": "t"}, '}" takes no "unit"'),
    ],
)
def test_what_a_variant_sets_is_taken_with_all_that_is_said_of_it(
    case, tmp_path, name, cells, meant
):
    """Excel makes a date of 2028-07; a unit beside a number that was a series was lost."""
    text = SMALL.replace("{plants.works.delay: 24 month}", SET)
    assert SET in text
    case.write_text(text, encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    for heading, cell in cells.items():
        book.put("variants.set", ("late", name), heading, cell)
    if "takes no" in meant:
        with pytest.raises(TableError, match=meant[meant.index('" takes') :]):
            taken(book, case)
    else:
        taken(book, case)
        assert meant in case.read_text(encoding="utf-8")


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(book, case):
    book.put("uses", "treatment", "crisis_demand", Live("Ж", 'IF(1=2,5,"")'))
    book.put("uses", "treatment", "demand", 120.0)
    saved = book.save(case.parent / "edited.xlsx")
    with zipfile.ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(saved, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace("<v>Ж</v>".encode(), b"<v></v>"))
    assert [one.path for one in api.import_excel(saved, case).changes] == ["uses.treatment.demand"]


def test_a_copied_row_of_a_list_is_told_how_to_be_a_new_one(book, case):
    book.cells["measures.hits"].append(list(book.cells["measures.hits"][3]))
    with pytest.raises(TableError) as refused:
        taken(book, case)
    (problem,) = refused.value.problems
    assert (problem.where, problem.fix) == ("measures.hits!B5", "leave it empty for a new row")


@pytest.mark.parametrize("heading", ["июль 2026", "2026 ж. шілде", "July 2026", date(2026, 7, 1)])
def test_months_over_numbers_by_date_are_read_as_all_others(book, case, heading):
    rows = book.cells["series"]
    rows[2] += ["2026-01", heading]
    rows.append(["uses.treatment.demand", "т/мес.", None, 100.0, "110,5"])
    taken(book, case)
    series = "{series: {2026-01: 100, 2026-07: 110.5}, unit: т/мес.}"
    assert f"demand: {series}" in case.read_text(encoding="utf-8")


def test_not_available_is_missing_and_said(book, case):
    place = book.put("uses", "treatment", "crisis_demand", Fault("#N/A"))
    found = api.import_excel(book.save(case.parent / "edited.xlsx"), case)
    assert found.notes == (f"{place}: #N/A is read as missing",)
    assert "crisis_demand: missing" in case.read_text(encoding="utf-8")


def test_text_that_looks_like_a_formula_is_a_text(book, case, tmp_path):
    for text in ("=1+1", '=HYPERLINK("x")', "@SUM(A1)", "+5", "010121"):
        book.put("facts", "tonnage", "says", text)
        fact = taken(book, case).facts["tonnage"]
        assert fact.says == {"": text}
        again = read_book(written(case, tmp_path / "again.xlsx")).grids["facts"]
        assert any(text in row for row in again.rows)
        book = Edited.of(tmp_path / "again.xlsx")


def test_a_formula_of_the_case_is_typed_over_or_changed(case, tmp_path):
    text = SMALL.replace("capacity: 200 t/month", "capacity: = 2 * uses.treatment.demand")
    case.write_text(text, encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    cell = book.get("suppliers", "north_alum", "capacity")
    assert (cell.value, cell.formula) == (200.0, "uses.treatment.demand*2")
    place = book.put("suppliers", "north_alum", "capacity", Live(300.0, "uses.treatment.demand*3"))
    with pytest.raises(TableError, match="the formula of this cell was changed in Excel") as told:
        taken(book, case)
    assert told.value.problems[0].where == place
    book.put("suppliers", "north_alum", "capacity", Live(240.0, "uses.treatment.demand * 2"))
    book.put("uses", "treatment", "demand", 120.0)
    found = taken(book, case)
    assert found.suppliers["north_alum"].capacity.value == 240.0
    assert "capacity: = 2 * uses.treatment.demand" in case.read_text(encoding="utf-8")
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    book.put("suppliers", "north_alum", "capacity", 250.0)
    assert taken(book, case).suppliers["north_alum"].capacity.value == 250.0
    assert "capacity: 250 t/month" in case.read_text(encoding="utf-8")


def test_merged_cells_name_every_row(case, tmp_path):
    case.write_text(
        SMALL.replace("opening: 2027-01\n", "opening: 2027-01\n    capital: "
                      "[{date: 2026-01, amount: 5 USD}, {date: 2026-07, amount: 6 USD}]\n"),
        encoding="utf-8",
    )  # fmt: skip
    before = case.read_bytes()
    book = Edited.of(written(case, tmp_path / "book.xlsx"))
    rows = book.cells["plants.capital"]
    assert [row[0] for row in rows[3:5]] == ["works", "works"]
    made = Book()
    for name, cells in book.cells.items():
        page = made.page(name)
        for row, line in enumerate(cells):
            for column, cell in enumerate(line):
                if cell is not None and not (name == "plants.capital" and column == 0 and row > 2):
                    page.write(row, column, cell.value if isinstance(cell, Live) else cell)
        if name == "plants.capital":
            page._sheet.merge_range(3, 0, 4, 0, "works")
    (tmp_path / "merged.xlsx").write_bytes(made.content())
    found = api.import_excel(tmp_path / "merged.xlsx", case)
    assert (found.changes, found.deleted) == ((), ())
    assert case.read_bytes() == before


@pytest.mark.parametrize("name", ["uses (2)", "Использование"])
def test_a_sheet_under_another_name_is_refused_and_a_copy_told(name, book, case, tmp_path):
    """What was changed in it would be lost."""
    book.put("uses", "treatment", "demand", 120.0)
    book.cells[name] = [list(row) for row in book.cells["uses"]]
    found = api.import_excel(book.save(tmp_path / "b.xlsx"), case, take=lambda _one: False)
    assert found.notes == (f'the sheet "{name}" is a copy of "uses", and is not read',)
    assert len(found.changes) == 1
    del book.cells["uses"]
    with pytest.raises(DerbesError) as refused:
        api.import_excel(book.save(tmp_path / "b.xlsx"), case)
    assert str(refused.value).endswith(
        f'b.xlsx: 1 problem\n  - {name}!A1: this is the sheet "uses" under another name\n'
        '    fix: call it "uses" again'
    )


def test_a_column_that_is_gone_is_told_or_left_alone(book, case, tmp_path):
    at, headings = book.headings("recipes.inputs")
    headings[headings.index("name")] = "naem"
    with pytest.raises(TableError) as refused:
        api.import_excel(book.save(tmp_path / "edited.xlsx"), case)
    assert [(one.where, one.what) for one in refused.value.problems] == [
        (f"recipes.inputs!A{at + 1}", 'the column "name" is gone')
    ]
    book = Edited.of(tmp_path / "book.xlsx")
    rows = book.cells["uses"]
    column = book.headings("uses")[1].index("good")
    book.cells["uses"] = [[*row[:column], *row[column + 1 :]] for row in rows]
    del book.cells["goods"]
    found = api.import_excel(book.save(tmp_path / "edited.xlsx"), case)
    assert (found.changes, found.deleted) == ((), ())
    assert found.notes == ('the sheet "goods" is not there; what it held stays as it is',)


# Books that are none


def _with_part(book: Path, place: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, old.read(one))
        new.writestr(name, content)
    return place


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("xl/vbaProject.bin", "it holds macros"),
        ("xl/externalLinks/externalLink1.xml", "it takes numbers from other workbooks"),
        ("xl/media/much.bin", "unpacked it is larger than"),
    ],
)
def test_what_runs_or_leads_elsewhere_or_explodes_is_refused(case, tmp_path, part, message):
    much = bytes(401_000_000) if "much" in part else b"<x/>"
    book = written(case, tmp_path / "book.xlsx")
    made = _with_part(book, tmp_path / "made.xlsx", part, much)
    assert made.stat().st_size < 2_000_000
    with pytest.raises(DataError, match=message):
        api.import_excel(made, case)


@pytest.mark.parametrize("ending", [".xlsm", ".xls", ".ods", ".csv", ""])
def test_another_ending_is_refused(case, tmp_path, ending):
    book = written(case, tmp_path / "book.xlsx")
    other = book.rename(tmp_path / f"book{ending}")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        api.import_excel(other, case)


def test_entities_are_refused(case, tmp_path):
    book = written(case, tmp_path / "book.xlsx")
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    with pytest.raises(DataError, match="what no workbook holds"):
        api.import_excel(_with_part(book, tmp_path / "b.xlsx", "xl/worksheets/x.xml", bomb), case)


@pytest.mark.parametrize("seed", range(200 if EVERYTHING else 12))
def test_spoilt_workbooks_end_with_a_message_and_the_case_is_whole(case, tmp_path, seed):
    rng = Random(seed)
    content = bytearray(written(case, tmp_path / "book.xlsx").read_bytes())
    if seed % 3 == 0:
        content = content[: rng.randrange(len(content))]
    elif seed % 3 == 1:
        for _byte in range(rng.randint(1, 40)):
            content[rng.randrange(len(content))] = rng.randrange(256)
    else:
        content = _spoilt_parts(rng, tmp_path / "book.xlsx")
    (tmp_path / "spoilt.xlsx").write_bytes(bytes(content))
    with contextlib.suppress(DerbesError):  # anything else would be a traceback
        found = api.import_excel(tmp_path / "spoilt.xlsx", case, take=lambda _found: False)
        assert not found.written
    assert case.read_text(encoding="utf-8") == SMALL


def _spoilt_parts(rng: Random, place: Path) -> bytes:
    """A whole archive whose sheets hold something else."""
    with zipfile.ZipFile(place) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in rng.sample(sorted(parts), 3):
        part = bytearray(parts[name])
        for _byte in range(rng.randint(1, 20)):
            part[rng.randrange(len(part))] = rng.choice(b'<>&"0A=;x\xff')
        parts[name] = bytes(part)
    made = place.with_suffix(".zip")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.read_bytes()


def test_cells_at_random_never_break_it(case, tmp_path):
    words = ("", "x", "=1", "-", "{", "[a", "é" * 400, "1,2", 1e300, -1.0, True, date(2027, 1, 2),
             Fault("#DIV/0!"), Live(1.0, "A1"), "2027", "  ", "\u202e", "tubes")  # fmt: skip
    original = Edited.of(written(case, tmp_path / "book.xlsx"))
    for seed in range(100 if EVERYTHING else 4):
        rng = Random(seed)
        book = Edited({name: [list(row) for row in rows] for name, rows in original.cells.items()})
        names = [name for name in book.cells if name != "_derbes"]
        for _cell in range(rng.randint(1, 60)):
            rows = book.cells[rng.choice(names)]
            row = rows[rng.randrange(len(rows))] if rows else []
            if row:
                row[rng.randrange(len(row))] = rng.choice(words)
        with contextlib.suppress(DerbesError):  # anything else would be a traceback
            api.import_excel(book.save(tmp_path / "edited.xlsx"), case, take=lambda _one: False)
        assert case.read_text(encoding="utf-8") == SMALL


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("{value: 1200 t/year, range: [960, 1440]}", (1200, "t/year", 960, 1440)),
        ("{value: 1200 t/year, range: [80 t/month, 1440]}", (1200, "t/year", "80 t/month", 1440)),
        ("{value: 100, range: [80, 120]}", (100, "t/month", 80, 120)),
        ("{value: 100, range: [80, 120], unit: kt/year}", (100, "kt/year", 80, 120)),
        ("{value: 1200 t/year, range: [80, 120], unit: t/month}", None),
    ],
)
def test_plain_ends_of_a_range_are_in_the_unit_of_the_value(case, tmp_path, told, shown):
    """As a case has them: a book that says another unit beside them says other numbers."""
    text = SMALL.replace("demand: 100 t/month", f"demand: {told}", 1)
    assert told in text
    case.write_text(text, encoding="utf-8")
    if shown is None:
        with pytest.raises(DerbesError):
            written(case, tmp_path / "ranged.xlsx")
        return
    book = Edited.of(written(case, tmp_path / "ranged.xlsx"))
    parts = ("demand", "demand unit", "demand low", "demand high")
    assert tuple(book.get("uses", "treatment", part) for part in parts) == shown
    alone = tmp_path / "alone.yaml"
    api.import_excel(book.save(tmp_path / "saved.xlsx"), alone)
    ours, theirs = (read_files(one).case.uses["treatment"].demand for one in (case, alone))
    assert (ours.value, ours.low, ours.high) == (theirs.value, theirs.low, theirs.high)
