"""Tables that cannot be read, or in two ways: one message with every problem, the case intact."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from derbes.errors import CaseError, DataError, OutputError, TableError
from derbes.tables import importing
from tests.tables.shapes import CASE, case_in, changes_of, csv_in, looked_at
from tests.tables.workbooks import write_workbook


def _refused(table, case, **options) -> str:
    """The message, without the folder; the case is as it was."""
    before = case.read_bytes()
    with pytest.raises(DataError) as caught:
        changes_of(table, case, **options)
    assert case.read_bytes() == before
    assert not (case.parent / "town.imports").exists()
    return str(caught.value).replace(f"{table.parent}/", "")


STOCK = "stockpiles.alum_store.quantity"


def _examples():
    """Options, table and message, as they stand in the file beside this one."""
    text = (Path(__file__).parent / "messages.txt").read_text(encoding="utf-8")
    for block in text.split("\n===")[1:]:
        options, _end, rest = block.partition("\n")
        table, _dashes, message = rest.partition("---\n")
        pairs = (one.split(": ", 1) for one in options.strip().split("; ") if one)
        yield dict(pairs), table, message.strip()


@pytest.mark.parametrize(("options", "text", "message"), list(_examples()))
def test_a_csv_that_cannot_be_used(tmp_path, options, text, message):
    assert _refused(csv_in(tmp_path, text), case_in(tmp_path), **options) == message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "see whether it is the right file"),
        ("a.csv", b"a,\n,b\n", "see whether it is the right file"),
        ("a.csv", b"Date|Alum stock (t)\n2025-12-31 5\n", "headings and no rows below them"),
        ("a.csv", b"one\ntwo\n", "its lines are one cell each"),
        ("a.csv", b'Date,"Alum stock (t)\n2025-12-31,5\n', "a quote that is not closed"),
        ("a.csv", b"Date,Alum caf\xe9 stock\n2025-12-31,5\n", "not UTF-8"),
        ("a.xlsx", b"PK\x03\x04 cut off", "it may be cut off"),
        ("a.parquet", b"PAR1 cut off", "it may be cut off"),
        ("a.csv.gz", b"\x1f\x8b\x08 cut off", "it may be cut off"),
        ("a.pdf", b"%PDF-1.7", "save it as .csv, .xlsx or .parquet"),
    ],
)
def test_files_that_are_no_tables(tmp_path, name, content, words):
    table = tmp_path / name
    table.write_bytes(content)
    assert words in _refused(table, case_in(tmp_path))


def test_a_file_that_is_not_there(tmp_path):
    assert "No such file" in _refused(tmp_path / "no.csv", case_in(tmp_path))


TABLE = [["Date", "Alum stock (t)"], [date(2025, 12, 31), 5.0], [date(2026, 1, 31), 6.0]]


def test_excel_cells_are_named_as_excel_does(tmp_path):
    rows = [["Stock of the works"], [], ["Date", "Alum stock (t)"], [date(2025, 12, 31), "abc"]]
    table = write_workbook(tmp_path / "a.xlsx", {"Stock": rows})
    message = _refused(table, case_in(tmp_path), mapping=f"{STOCK}=Alum stock")
    assert message.startswith('a.xlsx: 1 problem\n  - Stock!B4: "abc" is not a number')


def test_two_tables_on_a_sheet(tmp_path):
    case = case_in(tmp_path)
    below = [*TABLE, [], ["Date", "Chlorine stock (t)"], [date(2025, 12, 31), 9.0]]
    table = write_workbook(tmp_path / "a.xlsx", {"S": below})
    assert _refused(table, case) == (
        "a.xlsx: 1 problem\n  - S: the sheet holds more than one table: A1:B3 and A5:B6\n"
        "    fix: say which one: --cells A1:B3 or --cells A5:B6"
    )
    beside = [[*row, None, *other] for row, other in zip(TABLE, TABLE, strict=True)]
    table = write_workbook(tmp_path / "b.xlsx", {"S": beside})
    assert "A1:B3 and D1:E3" in _refused(table, case)
    assert looked_at(table, case, cells="D1:E3").changes[0].new == "5 t"


def test_several_sheets(tmp_path):
    case = case_in(tmp_path)
    table = write_workbook(tmp_path / "a.xlsx", {"One": TABLE, "Two": TABLE})
    assert "several sheets hold tables: One, Two" in _refused(table, case)
    assert 'did you mean "Two"?' in _refused(table, case, sheet="Twoo")
    hidden = write_workbook(
        tmp_path / "b.xlsx", {"Old": TABLE, "New": TABLE}, hidden_sheets=["Old"]
    )
    assert looked_at(hidden, case).sheet == "New"
    assert looked_at(hidden, case, sheet="Old").sheet == "Old"
    only = write_workbook(tmp_path / "c.xlsx", {"Old": TABLE, "New": []}, hidden_sheets=["Old"])
    assert "only hidden sheets hold a table: Old" in _refused(only, case)


def test_hidden_columns_are_read_as_any_other(tmp_path):
    """Excel's own file says what is hidden; what it hides is data still, and is told."""
    case = case_in(tmp_path)
    rows = [["Date", "Alum stock (t)", "Chlorine stock (t)"], [date(2025, 12, 31), 5.0, 6.0]]
    table = write_workbook(tmp_path / "a.xlsx", {"S": rows}, hidden_columns=[2])
    found = looked_at(table, case)
    assert {one.path for one in found.changes} >= {"stockpiles.chlorine_store.quantity"}
    assert "S!C:C is hidden in the workbook, and is read like the rest" in found.notes[0]


def test_a_case_with_problems_is_told_as_check_does(tmp_path):
    case = case_in(tmp_path, CASE.replace("target: town", "target: twon"))
    table = csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,5\n")
    with pytest.raises(CaseError, match=r'line 6, target: "twon"'):
        changes_of(table, case)


def test_a_kept_mapping_that_is_wrong_is_told_with_its_line(tmp_path):
    case = case_in(tmp_path)
    folder = tmp_path / "town.imports"
    folder.mkdir()
    (folder / "table.yaml").write_text("kind: stok\ncolums: {date: Date}\n", encoding="utf-8")
    table = csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,5\n")
    with pytest.raises(TableError) as caught:
        changes_of(table, case)
    assert str(caught.value).endswith(
        "table.yaml: 2 problems\n"
        '  - line 2, colums: unknown key\n    fix: did you mean "columns"?\n'
        '  - kind: "stok" is no kind of table\n    fix: did you mean "stocks"?'
    )


@pytest.mark.parametrize("what", ["write_atomically", "write_changes"])
def test_a_full_disk_leaves_case_and_mapping_as_they_were(tmp_path, monkeypatch, what):
    case = case_in(tmp_path)

    def full(path, *_rest):
        raise OutputError(f"{path}: no space left on device")

    monkeypatch.setattr(importing, what, full)
    with pytest.raises(OutputError):
        changes_of(csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,5\n"), case)
    assert case.read_text(encoding="utf-8") == CASE
    assert list((tmp_path).glob("town.imports/*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a shell")
def test_a_limit_on_the_size_of_files_leaves_the_case_as_it_was(tmp_path):
    case = case_in(tmp_path, CASE + "# " + "x" * 3000 + "\n")
    table = csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,5\n")
    before = case.read_bytes()
    source = str(Path(importing.__file__).parents[2])
    command = (
        f"trap '' XFSZ; ulimit -f 2; {sys.executable} -m derbes import {table} --case {case} --yes"
    )
    ran = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert ran.returncode == 2, ran.stderr
    assert "cannot be written" in ran.stderr
    assert case.read_bytes() == before
