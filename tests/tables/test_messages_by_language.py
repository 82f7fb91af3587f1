"""What refuses a table, in Russian and Kazakh: the same problems, and no English left."""

from datetime import date

import pytest

from derbes.errors import DataError
from tests.in_translation import faults, in_each_language
from tests.tables.shapes import CASE, case_in, changes_of, csv_in
from tests.tables.test_messages import STOCK, TABLE, _examples, _refused
from tests.tables.workbooks import write_workbook

SAID_BY_ZLIB = "Error while decompressing data invalid block type"


def test_every_example(tmp_path):
    wrong = []
    for options, text, message in _examples():
        table, case = csv_in(tmp_path, text), case_in(tmp_path)
        told = in_each_language(lambda t=table, c=case, o=options: _refused(t, c, **o))
        assert told["en"] == message
        wrong += faults(told, f"{CASE} {text} {options} table.csv comma point")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"Date|Alum stock (t)\n2025-12-31 5\n"),
        ("a.csv", b"one\ntwo\n"),
        ("a.csv", b'Date,"Alum stock (t)\n2025-12-31,5\n'),
        ("a.csv", b"Date,Alum caf\xe9 stock\n2025-12-31,5\n"),
        ("a.csv.gz", b"\x1f\x8b\x08 cut off"),
        ("a.pdf", b"%PDF-1.7"),
    ],
)
def test_files_that_are_no_tables(tmp_path, name, content):
    table, case = tmp_path / name, case_in(tmp_path)
    table.write_bytes(content)
    told = in_each_language(lambda: _refused(table, case))
    given = f"{CASE} {name} {content.decode('utf-8', 'replace')} {SAID_BY_ZLIB}"
    assert list(faults(told, given)) == []


def test_a_file_that_is_not_there(tmp_path):
    told = in_each_language(lambda: _refused(tmp_path / "no.csv", case_in(tmp_path)))
    assert list(faults(told, "no.csv")) == []


BESIDE = [[*row, None, *row] for row in TABLE]
BELOW = [*TABLE, [], ["Date", "Chlorine stock (t)"], [date(2025, 12, 31), 9.0]]
BAD = [["Stock of the works"], [], ["Date", "Alum stock (t)"], [date(2025, 12, 31), "abc"]]


@pytest.mark.parametrize(
    ("sheets", "options"),
    [
        ({"S": BESIDE}, {}),
        ({"S": BELOW}, {}),
        ({"One": TABLE, "Two": TABLE}, {}),
        ({"One": TABLE, "Two": TABLE}, {"sheet": "Twoo"}),
        ({"Stock": BAD}, {"mapping": f"{STOCK}=Alum stock"}),
        ({"S": TABLE}, {"cells": "A1"}),
        ({"S": TABLE}, {"grade": "E"}),
        ({"S": TABLE}, {"date": "soon"}),
        ({"S": TABLE}, {"mapping": "when=Date"}),
        ({"S": TABLE}, {"mapping": "date=Day"}),
        ({"S": TABLE}, {"mapping": "kind=stok"}),
        ({"S": TABLE}, {"gaps": "guess"}),
        ({"S": TABLE}, {"decimal": "dot"}),
        ({"S": TABLE}, {"at": "2031-01"}),
        ({"S": TABLE}, {"name": "а б"}),
    ],
)
def test_sheets_and_options(tmp_path, sheets, options):
    case = case_in(tmp_path)
    table = write_workbook(tmp_path / "a.xlsx", sheets)

    def told() -> str:
        with pytest.raises(DataError) as caught:
            changes_of(table, case, **options)
        return str(caught.value).replace(f"{tmp_path}/", "")

    given = f"{CASE} {sheets} {options} a.xlsx history input stockout comma point"  # words of --map
    assert list(faults(in_each_language(told), given)) == []
