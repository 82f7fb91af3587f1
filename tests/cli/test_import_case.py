"""`derbes import --case`: shown, asked, written, and which exit code says so."""

import json
import sys

import pytest

from tests.tables.shapes import CASE, case_in, csv_in


@pytest.fixture
def town(tmp_path, monkeypatch):
    """A case and a table beside it, in the folder of work."""
    monkeypatch.chdir(tmp_path)
    csv_in(tmp_path, "Date,Alum stock (t)\n2025-12-31,580\n", "stock.csv")
    return case_in(tmp_path)


COMMAND = ("import", "stock.csv", "--case", "town.yaml")
SHOWN = """\
stock.csv as stocks, guessed; kept in town.imports/stock.yaml when it is written:
  date = Date
  stockpiles.alum_store.quantity = Alum stock (t)
2 numbers change:
  stockpiles.alum_store.quantity        600 t → 580 t
  stockpiles.alum_store.quantity.range  [500, 700] → (none)
"""


def test_without_a_terminal_it_is_shown_and_not_written(run, town):
    answer = run(*COMMAND)
    assert answer.code == 1
    assert answer.out == f"{SHOWN}\nNothing is written yet.\n"
    assert answer.err == "Not written. To write it, add --yes to the same command.\n"
    assert town.read_text(encoding="utf-8") == CASE


def test_with_yes_it_is_written_and_the_next_command_said(run, town):
    answer = run(*COMMAND, "--yes")
    assert answer.code == 0
    assert answer.out == (
        f"{SHOWN}\nWritten: town.yaml, town.imports/stock.yaml\nNext: derbes check town.yaml\n"
    )
    again = run(*COMMAND, "--yes")
    assert (again.code, again.err) == (0, "")
    assert again.out == (
        "stock.csv as stocks, as in town.imports/stock.yaml:\n  date = Date\n"
        "  stockpiles.alum_store.quantity = Alum stock (t)\n\n"
        "The case already has these numbers; nothing is written.\n"
    )


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_is_asked(run, town, monkeypatch, answer, code):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    asked = []
    monkeypatch.setattr(
        "derbes.cli.data.click.confirm",
        lambda text, **_more: asked.append(text) or answer == "y",
    )
    assert run(*COMMAND).code == code
    assert asked == ["Write 2 numbers?"]
    assert (town.read_text(encoding="utf-8") == CASE) == bool(code)


def test_json_tells_every_change_and_whether_it_was_written(run, town):
    answer = run(*COMMAND, "--json")
    assert answer.code == 1
    told = json.loads(answer.out)
    assert told["written"] is False
    assert told["changes"][0] == {
        "path": "stockpiles.alum_store.quantity", "old": "600 t", "new": "580 t"
    }  # fmt: skip
    assert json.loads(run(*COMMAND, "--json", "--yes").out)["written"] is True


def test_json_of_what_is_refused_is_its_problems(run, town):
    (town.parent / "stock.csv").write_text("Date,Alum stock (t)\nsoon,5\n", encoding="utf-8")
    told = "stockpiles.alum_store.quantity=Alum stock, date=Date"
    answer = run(*COMMAND, "--map", told, "--json")
    assert answer.code == 2
    problem = json.loads(answer.out)["problems"][0]
    assert problem["where"] == "line 2, column 1"
    assert '"soon" is no date' in answer.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("import", "stock.csv", "--sheet", "A", "--yes"),
            "--yes, --sheet: for a table into a case",
        ),
        ((*COMMAND, "--store", "x"), "--store: for the store of trade data, not for a case."),
        (
            ("import", "a.csv", "b.csv", "--case", "town.yaml"),
            "one table at a time goes into a case",
        ),
    ],
)
def test_options_that_do_not_go_together(run, town, words, message):
    answer = run(*words)
    assert answer.code == 2
    assert message in answer.err
