"""Rows and columns that a workbook hides are told, and what only looks like one is not."""

import re
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.tables import sheets
from derbes.tables.cells import CellError, number_of
from derbes.tables.sheets import hidden_in, read_table_file, spans
from tests.tables.workbooks import write_workbook

ROWS = [
    ["Month", "Stock (t)", "Note", "Old stock (t)"],
    *([date(2025, month, 1), float(month), "counted", 9.0] for month in range(1, 8)),
]


def test_hidden_rows_and_columns_with_numbers_are_named(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "a.xlsx", {"Stock": ROWS}, hidden_columns=[2, 3], hidden_rows=[0, 2, 3, 6]
    )
    (sheet,) = read_table_file(path).sheets
    assert sheet.hidden == ("Stock!3:4", "Stock!7:7", "Stock!D:D"), (
        "headings and notes do not count"
    )
    assert len(sheet.rows) == 8, "all are read"


def test_hidden_places_outside_of_the_table_are_not_told(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": ROWS}, hidden_columns=[9], hidden_rows=[])
    assert read_table_file(path).sheets[0].hidden == ()


def test_each_sheet_has_its_own(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"A & B": ROWS, "None": []}, hidden_rows=[1])
    assert [sheet.hidden for sheet in read_table_file(path).sheets] == [("A & B!2:2",), ()]


@pytest.mark.parametrize(
    "damage", ["no zip", "cut xml", "entities", "far entities", "no parts", "too large"]
)
def test_what_does_not_tell_is_read_without(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": ROWS}, hidden_rows=[1])
    assert hidden_in(path.read_bytes()) == {"S": (frozenset([1]), frozenset())}
    if damage == "no zip":
        assert hidden_in(b"PK\x03\x04 no more") == {}
        return
    if damage == "too large":
        monkeypatch.setattr(sheets, "MOST_BYTES", 300)
        assert hidden_in(path.read_bytes()) == {}
        return
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    if damage == "no parts":
        del parts["xl/_rels/workbook.xml.rels"]
    elif damage == "cut xml":
        parts[sheet] = parts[sheet][:-40]
    else:
        before = b"<!--" + b" " * 200_000 + b"-->" if damage == "far entities" else b""
        swells = before + b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
        parts[sheet] = parts[sheet].replace(b"?>", b"?>" + swells, 1)
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    assert hidden_in(path.read_bytes()) == {}


@given(st.sets(st.integers(0, 60)))
def test_spans_hold_every_number_once_and_none_touches_the_next(places: set[int]) -> None:
    found = list(spans(places))
    assert {one for first, last in found for one in range(first, last + 1)} == places
    assert all(after[0] > before[1] + 1 for before, after in pairwise(found))


def formulas_without_values(path: Path, places: tuple[str, ...]) -> Path:
    """Take the values of formulas out, as programs other than Excel leave them."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for place in places:
        parts[sheet] = re.sub(
            rf'(<c r="{place}"[^>]*>)<v>[^<]*</v>'.encode(), rb"\1<f>A1*2</f><v/>", parts[sheet]
        )
    with zipfile.ZipFile(path, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return path


def test_a_formula_that_has_no_value_yet_is_no_empty_cell(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": ROWS})
    formulas_without_values(path, ("B4", "B8", "D8"))
    (sheet,) = read_table_file(path).sheets
    assert sheet.rows[3][1] == sheet.rows[7][3] == "=A1*2"
    with pytest.raises(CellError, match="this formula has no value yet"):
        number_of(sheet.rows[3][1])
    assert [row[1] for row in sheet.rows[4:7]] == [4.0, 5.0, 6.0]
    assert {len(row) for row in sheet.rows} == {4}
