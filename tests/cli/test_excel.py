"""A case to a workbook and back on the command line: whole texts, exit codes, and what stays."""

import os
import sys
from pathlib import Path

import pytest

from tests.casefile.writing import SMALL
from tests.workbook.books import Edited


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A case, and its workbook."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def book(folder, run):
    """The workbook of the case, as it can be changed."""
    assert run("excel", "town.yaml", "--out", "town.xlsx").code == 0
    return Edited.of(folder / "town.xlsx")


def test_the_way_out_and_back(run, folder, book):
    book.put("uses", "treatment", "demand", 120.0)
    book.put("uses", "treatment", "demand low", 100.0)
    book.put("uses", "treatment", "demand high", 150.0)
    book.save(folder / "edited.xlsx")
    first = run("import-excel", "edited.xlsx", "--case", "town.yaml")
    told = (
        "edited.xlsx, into town.yaml:\n"
        "2 numbers change:\n"
        "  uses.treatment.demand        100 t/month → 120 t/month\n"
        "  uses.treatment.demand.range  (none) → [100 t/month, 150 t/month]\n"
    )
    assert (first.code, first.out) == (1, f"{told}\nNothing is written yet.\n")
    assert first.err == "Not written. To write it, add --yes to the same command.\n"
    assert (folder / "town.yaml").read_text(encoding="utf-8") == SMALL
    second = run("import-excel", "edited.xlsx", "--case", "town.yaml", "--yes")
    assert (second.code, second.err) == (0, "")
    assert second.out.startswith(f"{told}\nWritten: ")
    wanted = SMALL.replace(
        "demand: 100 t/month", "demand: {value: 120 t/month, range: [100 t/month, 150 t/month]}"
    )
    assert (folder / "town.yaml").read_text(encoding="utf-8") == wanted


def test_what_the_first_command_says(run, folder):
    answer = run("excel", "town.yaml")
    assert answer.out == (
        "Written: town.xlsx\nNext: derbes import-excel town.xlsx --case town.yaml\n"
    )
    assert run("excel", "town.yaml").err == (
        'town.yaml: 1 problem\n  - out: "town.xlsx" is there already, and somebody may '
        "have worked in it\n    fix: name another file with --out, or delete it first\n"
    )


def test_nothing_changed_is_said(run, book):
    answer = run("import-excel", "town.xlsx", "--case", "town.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "town.xlsx, into town.yaml:\n\nThe workbook changes nothing; nothing is written.\n"
    )


def test_a_deleted_row_is_told_and_waits_for_a_yes(run, folder, book):
    book.delete("facts", "tonnage")
    book.save(folder / "town.xlsx")
    answer = run("import-excel", "town.xlsx", "--case", "town.yaml")
    assert answer.code == 1
    assert "1 has no row any more and goes:\n  facts.tonnage\n" in answer.out
    assert run("import-excel", "town.xlsx", "--case", "town.yaml", "--yes").code == 0
    assert "tonnage" not in (folder / "town.yaml").read_text(encoding="utf-8")


def test_what_is_wrong_is_told_by_its_cell(run, folder, book):
    good = book.put("uses", "treatment", "good", "alumm")
    price = book.put("suppliers", "north_alum", "price", "ten")
    opening = book.put("plants", "works", "opening", "2027-13")
    book.save(folder / "town.xlsx")
    answer = run("import-excel", "town.xlsx", "--case", "town.yaml", "--yes")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "town.xlsx: 3 problems\n"
        f'  - {opening}: "2027-13" is no date\n'
        '    fix: write it as in "2026-01" or "2026-01-15"\n'
        f'  - {good}: "alumm" is not a good of this case\n'
        '    fix: did you mean "alum"?\n'
        f'  - {price}: "ten" is not a number\n'
        '    fix: write it as in "1500", "1 500" or "1.5"\n'
    )
    assert (folder / "town.yaml").read_text(encoding="utf-8") == SMALL


def test_a_workbook_of_another_case_is_noticed(run, folder, book):
    other = SMALL.replace("name: Small (invented)", "name: Other")
    (folder / "other.yaml").write_text(other, encoding="utf-8")
    answer = run("import-excel", "town.xlsx", "--case", "other.yaml", "--yes")
    assert answer.code == 2
    assert answer.err == (
        'town.xlsx: this workbook is of the case "Small (invented)", and other.yaml is "Other". '
        "Fix: name its own case with --case, or make a workbook of this one with derbes excel.\n"
    )


def test_a_case_begins_in_excel(run, folder):
    assert run("excel", "--new", "--out", "new.xlsx").code == 0
    book = Edited.of(folder / "new.xlsx")
    for key, value in {"name": "Село", "calendar first": "2026-01", "calendar periods": 24.0,
                       "currency base": "KZT", "target": "town"}.items():  # fmt: skip
        book.put("case", key, "value", value)
    book.add("actors", id="town", label__ru="Село")
    book.add("actors", id="north")
    book.add("goods", id="alum", unit="t", reserve=60.0, reserve__unit="т")
    book.add("uses", id="water", good="alum", demand="10,5", demand__unit="т/мес.",
             shortage_cost=1000.0, shortage_cost__unit="KZT/t")  # fmt: skip
    book.add("suppliers", id="north_alum", actor="north", good="alum", price=10.0,
             price__unit="KZT/t", capacity=200.0, capacity__unit="t/month")  # fmt: skip
    book.add("measures", id="embargo", kind="embargo", sender="north", lengths="6; 12")
    book.add("measures.hits", parent="embargo", actor="north")
    book.save(folder / "new.xlsx")
    assert run("import-excel", "new.xlsx", "--case", "village").code == 1
    assert not (folder / "village").exists()
    assert run("import-excel", "new.xlsx", "--case", "village", "--yes").code == 0
    assert run("check", "village").code == 0
    text = (folder / "village" / "case.yaml").read_text(encoding="utf-8")
    assert "demand: 10.5 т/мес." in text
    again = run("import-excel", "new.xlsx", "--case", "village", "--yes")
    assert again.code == 2
    assert "begins a case, and" in again.err


def test_an_empty_workbook_says_what_is_lacking(run, folder):
    run("excel", "--new", "--out", "new.xlsx")
    answer = run("import-excel", "new.xlsx", "--case", "village.yaml", "--yes")
    assert answer.code == 2
    assert 'the key "calendar" is missing' in answer.err
    assert not (folder / "village.yaml").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("excel",), "name a case, or begin a new one with --new."),
        (("excel", "town.yaml", "--new"), "name a case, or begin a new one with --new."),
        (("excel", "town.yaml", "--out", "a.xls"), '"a.xls" promises an old workbook'),
        (("excel", "town.yaml", "--out", "a.csv"), '"a.csv" promises CSV, and this writes Excel'),
        (("excel", "town.yaml", "--out", "-"), "a workbook needs a file."),
        (("import-excel", "none.xlsx", "--case", "town.yaml"), "none.xlsx: cannot be read as a"),
    ],
)
def test_what_is_asked_wrongly(run, folder, words, message):
    answer = run(*words)
    assert answer.code == 2
    assert message in answer.err
    assert sorted(one.name for one in folder.iterdir()) == ["town.yaml"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk_leaves_the_case_whole(run, folder, book, monkeypatch):
    book.put("uses", "treatment", "demand", 120.0)
    book.save(folder / "town.xlsx")

    def full(*_paths):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    answer = run("import-excel", "town.xlsx", "--case", "town.yaml", "--yes")
    assert answer.code == 2
    assert "No space left on device" in answer.err
    assert (folder / "town.yaml").read_text(encoding="utf-8") == SMALL
    answer = run("excel", "town.yaml", "--out", "other.xlsx")
    assert answer.code == 2
    assert sorted(one.name for one in folder.iterdir()) == ["town.xlsx", "town.yaml"]


@pytest.mark.parametrize("answers", [(True, True), (True, False), (False,)])
def test_a_terminal_asks_for_what_goes_and_for_what_changes(
    run, folder, book, monkeypatch, answers
):
    book.delete("facts", "tonnage")
    book.put("uses", "treatment", "demand", 120.0)
    book.save(folder / "town.xlsx")
    asked, left = [], list(answers)

    def confirm(question, **_more):
        asked.append(question)
        return left.pop(0)

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("derbes.cli.data.click.confirm", confirm)
    answer = run("import-excel", "town.xlsx", "--case", "town.yaml")
    questions = ["Delete 1 row's element?", "Write 2 changes?"]
    assert (asked, left) == (questions[: len(answers)], [])
    assert answer.code == (0 if all(answers) else 1)
    is_old = (folder / "town.yaml").read_text(encoding="utf-8") == SMALL
    assert is_old is not all(answers)


def test_json_tells_the_same(run, folder, book):
    import json  # noqa: PLC0415 - here alone

    book.put("uses", "treatment", "demand", 120.0)
    book.save(folder / "town.xlsx")
    answer = run("import-excel", "town.xlsx", "--case", "town.yaml", "--json")
    told = json.loads(answer.out)
    assert answer.code == 1
    assert told["changes"] == [
        {"path": "uses.treatment.demand", "old": "100 t/month", "new": "120 t/month"}
    ]
    assert (told["written"], told["is_new"], told["deleted"]) == (False, False, [])
