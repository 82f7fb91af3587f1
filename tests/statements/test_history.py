"""The history of verdicts only grows."""

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest

from derbes.case.quantity import Quantity
from derbes.errors import DataError
from derbes.results.supply import Provenance
from derbes.statements.verdicts import KEYS, Line, read_history, record_verdicts, statement_table
from tests.statements.ledgers import day, talk, verdicts, with_ledger


def changed_verdicts(history: Iterable[Line]) -> tuple[tuple[Line, Line], ...]:
    """Each line whose verdict differs from the one before on the same entry, and that one."""
    last: dict[object, Line] = {}
    found = []
    for line in history:
        before = last.get(line["id"])
        if before is not None and before["verdict"] != line["verdict"]:
            found.append((before, line))
        last[line["id"]] = line
    return tuple(found)


def _table(case, case_hash):
    made = Provenance("talk", case_hash, "1.0", "HiGHS", n_draws=16, seed=1)
    return statement_table(verdicts(case), day("2026-03-01"), made)


def test_a_changed_fact_changes_the_verdict_and_the_history_keeps_both(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    case = with_ledger(talk(), A='cost <= "1 bn USD"')
    amount = Quantity(1.1e9, unit="USD", path="facts.cost.amount")
    later = replace(case, facts={**case.facts, "cost": replace(case.facts["cost"], amount=amount)})
    assert record_verdicts(path, _table(case, "one")) == 6
    first = path.read_text(encoding="utf-8")
    assert record_verdicts(path, _table(later, "two")) == 6
    assert path.read_text(encoding="utf-8").startswith(first)
    history = read_history(path)
    assert len(history) == 12
    assert tuple(history[0]) == KEYS
    ((before, after),) = changed_verdicts(history)
    assert [(line["id"], line["verdict"], line["case_hash"]) for line in (before, after)] == [
        ("A", "holds", "one"), ("A", "fails", "two"),
    ]  # fmt: skip
    assert json.loads(first.splitlines()[-1]) == {
        "id": "A", "verdict": "holds", "share": 1.0, "standard_error": 0.0,
        "as_of": "2026-03-01", "case_hash": "one", "seed": 1, "draws": 1, "version": "1.0",
    }  # fmt: skip


def test_a_file_without_a_last_line_end_is_mended(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    record_verdicts(path, _table(talk(), "one"))
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    record_verdicts(path, _table(talk(), "two"))
    assert len(read_history(path)) == 10


@pytest.mark.parametrize(
    "text", ["hello\n", '{"id": "A"}\n', "[1]\n", "\n", "[" * 9999, "9" * 9999]
)
def test_another_file_is_left_alone(tmp_path, text):
    path = tmp_path / "notes.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        record_verdicts(path, _table(talk(), "one"))
    assert str(error.value) == (
        f"{path}: line 1 is no verdict of a history. "
        "Fix: name another file with --record, or take the line out."
    )
    assert path.read_text(encoding="utf-8") == text


def test_what_is_no_text_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"\xff")
    with pytest.raises(DataError) as error:
        record_verdicts(path, _table(talk(), "one"))
    assert str(error.value) == (
        f"{path}: cannot be read as text. Fix: name another file with --record."
    )
    assert path.read_bytes() == b"\xff"


def test_there_is_no_history_before_the_first(tmp_path):
    assert read_history(tmp_path / "none.jsonl") == ()
