"""`--out` with the end of a name that promises tables: the same numbers as `--json`."""

import csv
import io
import json
import subprocess
import sys

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook

from derbes import api
from derbes.cli.commands import check_tables, derbes
from derbes.results.books import NAMES
from derbes.workbook.results import HEADINGS
from tests.api.examples import cover_result, cover_row, leverage_end, leverage_result
from tests.casefile.writing import SMALL
from tests.tables.shapes import case_in, csv_in


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def _sheet(place, name: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(place)).get_sheet_by_name(name).to_python()


def _csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_end_of_the_name_decides(run, computed, folder):
    record = json.loads(run("cover", "town.yaml", "--json").out)["results"]
    for name in ("a.xlsx", "a.csv", "A.PARQUET"):
        answer = run("cover", "town.yaml", "--out", name)
        assert (answer.code, answer.err) == (0, "")
        assert answer.out == f"Written: {name}\nNext: derbes leverage town.yaml\n"
    times = [row["time_to_survive"] for row in record]
    head, *rows = _csv((folder / "a.csv").read_text(encoding="utf-8"))
    place = head.index("time_to_survive [month]")
    assert [float(row[place]) for row in rows] == times
    read = pyarrow.parquet.read_table(folder / "A.PARQUET")
    assert read.column("time_to_survive [month]").to_pylist() == times
    rows = _sheet(folder / "a.xlsx", "cover")
    place = rows[HEADINGS].index("time to survive [month]")
    assert [row[place] for row in rows[HEADINGS + 1 :]] == times


def test_one_table_of_several(run, computed, folder):
    answer = run("leverage", "town.yaml", "--out", "a.csv")
    assert answer.out == (
        "Written: a.csv\n"
        "It holds the table leverage; --sheet picks another: ends. .xlsx holds all.\n"
        "Next: derbes brief town.yaml\n"
    )
    run("leverage", "town.yaml", "--sheet", "ends", "--out", "ends.csv")
    assert _csv((folder / "ends.csv").read_text(encoding="utf-8"))[1][:4] == [
        "base", "embargo", "12", "all_essential",
    ]  # fmt: skip
    run("leverage", "town.yaml", "--sheet", "ends", "--out", "ends.xlsx")
    assert CalamineWorkbook.from_path("ends.xlsx").sheet_names == ["ends"]
    run("leverage", "town.yaml", "--sheet", "levers", "--out", "none.csv")
    assert len(_csv((folder / "none.csv").read_text(encoding="utf-8"))) == 1


def test_a_table_that_is_not_there_is_refused_before_any_work(run, computed, folder):
    answer = run("leverage", "town.yaml", "--sheet", "end", "--out", "a.csv")
    assert answer.code == 2
    assert 'there is no table "end"; did you mean "ends"?' in answer.err
    answer = run("leverage", "town.yaml", "--sheet", "ends")
    assert answer.err == (
        "town.yaml: 1 problem\n"
        "  - sheet: a table is picked for a file of tables, and this writes text\n"
        "    fix: end the name of --out in .csv, .parquet or .xlsx\n"
    )
    assert computed.calls == []


def test_an_end_that_says_nothing_is_refused_before_any_work(run, computed, folder):
    for words in (("--out", "a.tabel"), ("--json", "--out", "a.tabel")):
        answer = run("cover", "town.yaml", *words)
        assert answer.code == 2
        assert 'ends in ".tabel", which says of no file what it is' in answer.err
    answer = run("cover", "town.yaml", "--json", "--out", "a.xlsx")
    assert '"a.xlsx" promises Excel, and this writes JSON' in answer.err
    assert computed.calls == []
    assert [one.name for one in folder.iterdir()] == ["town.yaml"]


def test_every_verb_with_an_answer_has_tables_or_says_why_not():
    with_out = {
        name
        for name, command in derbes.commands.items()
        if {"out", "as_json"} <= {one.name for one in command.params}
    }
    assert with_out - {"brief", "chart", "explain", "schema"} == set(NAMES)
    for name, tables in NAMES.items():
        options = {word for one in derbes.commands[name].params for word in one.opts}
        if len(tables) > 1:
            assert "--sheet" in options, name


def test_problems_as_a_table(run, folder):
    (folder / "bad.yaml").write_text(SMALL.replace("alum", "alun", 1), encoding="utf-8")
    record = json.loads(run("check", "bad.yaml", "--json").out)["problems"]
    answer = run("check", "bad.yaml", "--out", "problems.csv")
    assert answer.code == 2
    assert "bad.yaml: " in answer.err
    head, *rows = _csv((folder / "problems.csv").read_text(encoding="utf-8"))
    assert head == ["file", "line", "column", "where", "what", "fix"]
    assert [[row[1], row[3]] for row in rows] == [
        [str(one["line"]), one["where"]] for one in record
    ]
    assert run("check", "town.yaml", "--out", "seen.txt").code == 0
    assert "town.yaml: no problems." in (folder / "seen.txt").read_text(encoding="utf-8")
    names = [table.name for table in check_tables((), ())]
    assert names == list(NAMES["check"])


def test_numbers_of_a_case_as_a_table(run, folder):
    record = json.loads(run("show", "town.yaml", "--json").out)["inputs"]
    run("show", "town.yaml", "--out", "inputs.parquet")
    read = pyarrow.parquet.read_table(folder / "inputs.parquet")
    for field in ("path", "value", "unit", "low", "high", "why", "line"):
        held = read.column(field).to_pylist()
        assert held == [one[field] if one[field] != "" else None for one in record], field


def test_what_a_table_changes_in_a_case_as_a_table(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,580\n", "stock.csv")
    case_in(tmp_path)
    words = ("import", "stock.csv", "--case", "town.yaml", "--out", "changes.csv")
    assert run(*words).code == 1
    head, first, *_rest = _csv((tmp_path / "changes.csv").read_text(encoding="utf-8"))
    assert head == ["path", "old", "new"]
    assert first == ["stockpiles.alum_store.quantity", "600 t", "580 t"]


def test_what_trade_says_as_a_table(run, folder):
    words = ("upstream", "--importer", "KAZ", "--sender", "RUS")
    record = json.loads(run(*words, "--json").out)
    run(*words, "--out", "a.xlsx")
    rows = _sheet(folder / "a.xlsx", "sectors")
    head = rows[HEADINGS]
    assert "direct [share]" in head
    place = head.index("direct [share]")
    shares = [one["direct_share"] for one in record["sectors"]]
    assert [row[place] for row in rows[HEADINGS + 1 :]] == shares


def test_texts_that_look_like_formulas(run, monkeypatch, computed, folder):
    found = cover_result(cover_row(use="=1+1"))
    monkeypatch.setattr(api, "cover", computed.note("cover", found))
    run("cover", "town.yaml", "--out", "a.csv")
    assert ",'=1+1," in (folder / "a.csv").read_text(encoding="utf-8")
    run("cover", "town.yaml", "--out", "a.xlsx")
    assert "=1+1" in _sheet(folder / "a.xlsx", "cover")[HEADINGS + 1]


FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
from derbes.cli import main
for name in ("old.xlsx", "old.csv", "old.parquet"):
    assert main(["show", "town.yaml", "--out", name]) == 2
"""


def test_a_disk_that_fills_while_it_is_written_leaves_the_old_file(folder):
    names = ["old.csv", "old.parquet", "old.xlsx"]
    for name in names:
        (folder / name).write_bytes(b"as it was")
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    fix = "Fix: choose another place with --out, or free space and check permissions.\n"
    assert done.stderr.startswith(f"old.xlsx: cannot be written: File too large. {fix}")
    assert done.stderr.count("cannot be written") == 3
    assert [(folder / name).read_bytes() for name in names] == [b"as it was"] * 3
    assert sorted(one.name for one in folder.iterdir()) == [*names, "town.yaml"]


def test_results_in_the_workbook_of_a_case(folder):
    ends = (leverage_end(date="2029-03"),)
    book = api.excel("town.yaml", results=[cover_result(), leverage_result(ends=ends)])
    (folder / "town.xlsx").write_bytes(book)
    names = CalamineWorkbook.from_path("town.xlsx").sheet_names
    assert {"cover (chart)", "unmet (chart)", "end (chart)", "cover", "leverage"} <= set(names)
    found = api.import_excel("town.xlsx", "town.yaml", take=lambda _found: False)
    assert (found.changes, found.deleted, found.notes) == ((), (), ())
