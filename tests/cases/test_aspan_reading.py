"""The page of the second reading names every entry with a verdict, and its kind of evidence."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from derbes import api
from derbes.case.entities import Case
from derbes.casefile import read_case
from derbes.results.statements import EVIDENCE, SAID
from derbes.statements.ledger import entries_of, evidence_of, read_ledger

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "aspan-verdicts.md").read_text("utf-8")
KEYS = ("holds_if", "yes_if")
KIND = 4
"""Column of the kind, the id being the first."""


def _table(heading: str) -> list[list[str]]:
    """Rows below a heading, without its head."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows if not set(row[0]) <= set("-:| ")]


READ = {row[0]: row for row in _table("Entry by entry")[1:]}
LOST = {row[0]: row for row in _table("Tested before, and no more")[1:]}


@pytest.fixture(scope="module", name="case")
def _case() -> Case:
    return read_case(ROOT / "cases" / "aspan")


@pytest.fixture(scope="module", name="kinds")
def _kinds(case: Case) -> Mapping[str, str]:
    """Entry with a verdict of its own → kind of evidence, as the tool tells it."""
    table = api.statements(case, draws=1, flips=0)
    told = (*table.statements, *table.contrasts, *table.tensions, *table.double_standards)
    return {one.id: one.evidence for one in told if one.evidence}


def test_every_entry_with_a_verdict_was_read(kinds: Mapping[str, str]) -> None:
    missing = sorted(set(kinds) - set(READ))
    assert not missing, f"read beside the article and add to aspan-verdicts.md: {missing}"
    gone = sorted(set(READ) - set(kinds))
    assert not gone, f"no verdict any more, take out of the table: {gone}"


def test_kinds_are_as_the_tool_gives_them(kinds: Mapping[str, str]) -> None:
    told = {name: row[KIND] for name, row in READ.items() if name in kinds}
    assert told == {name: kinds[name] for name in told}


def test_kinds_are_read_off_the_expressions(case: Case, kinds: Mapping[str, str]) -> None:
    """A second way to the same kinds: from the expressions, without a verdict."""
    ledger = read_ledger(case)
    for entry in entries_of(case):
        found = [kind for key in KEYS if (kind := evidence_of(ledger, entry, key))]
        if found and entry.id in kinds:
            assert kinds[entry.id] == found[0], entry.id


def test_counts_follow_from_the_table() -> None:
    by = Counter((row[KIND], row[KIND - 1]) for row in READ.values())
    head, *rows = _table("How many")
    words = head[1:]
    assert words == ["holds", "fails", "not shown"]
    counted = {row[0]: [int(cell) for cell in row[1:4]] for row in rows[: len(EVIDENCE)]}
    assert counted == {kind: [by[kind, word] for word in words] for kind in EVIDENCE}
    assert [int(cell) for cell in rows[len(EVIDENCE)][1:]] == [
        sum(by[kind, word] for kind in EVIDENCE) for word in words
    ]


def test_what_only_its_holder_says_never_holds() -> None:
    assert {row[KIND - 1] for row in READ.values() if row[KIND] == SAID} == {"not shown"}


def test_what_lost_its_verdict_has_none(case: Case, kinds: Mapping[str, str]) -> None:
    assert not set(LOST) & set(kinds)
    without = {entry.id for entry in entries_of(case) if entry.untestable}
    assert set(LOST) <= without


def test_a_sentence_of_the_page_names_entries_that_are_there(case: Case) -> None:
    named = set(re.findall(r"\b(?:[FNCTLEXGD]|PR)\d\d\b", PAGE))
    assert named <= {entry.id for entry in entries_of(case)}
