"""Units of what a brief writes as CSV: every number that has one says it, and in that unit."""

import csv
import io
import re
from dataclasses import replace

import pytest

from derbes.brief import BriefContents, csv_tables
from derbes.brief.uncertainty import fans_section
from derbes.results.stress import Answer
from tests.brief.invented_ledger import invented_ledger, invented_talk
from tests.brief.invented_stress import hazards, invented_stress
from tests.brief.planned import invented_plan

_FRACTION = re.compile(r"-?\d+\.\d+(e[-+]\d+)?")
_PURE = re.compile(
    r"leverage ratio|index|premium|Months survived|^(low|central|high|\d+%|value|which|mean|"
    r"central values)$"
)
"""Headings of numbers without a unit, of parameters of the game, and of inputs, whose units
have a column of their own."""


@pytest.fixture(scope="module")
def whole(contents: BriefContents) -> BriefContents:
    """The invented town with all that a brief can tell of it."""
    case = replace(contents.case, hazards=hazards(contents.case))
    parts = {"stress": invented_stress(case), "talk": invented_talk()}
    parts |= {"statements": invented_ledger(), "plan": invented_plan()}
    return replace(contents, case=case, **parts)


def test_every_column_of_measured_numbers_says_its_unit(whole):
    """Times, shares and losses stood without a unit in many tables."""
    bare = []
    for name, text in csv_tables(whole).items():
        head, *rows = csv.reader(io.StringIO(text))
        for n, heading in enumerate(head):
            has_unit = "[" in heading or re.search(r", (t|USD)\b", heading)
            beside = head[n + 1] if n + 1 < len(head) else ""
            has_unit = has_unit or beside.startswith("unit") or _PURE.search(heading)
            if not has_unit and any(_FRACTION.fullmatch(row[n]) for row in rows):
                bare.append((name, heading))
    assert bare == []


def test_money_over_draws_is_not_told_in_a_scale_that_it_is_not_in(whole):
    """2,100,000,000 stood in the CSV beside "[billion USD]"."""
    about = whole.focus
    name = f"target_loss({about.measure}, {about.start}, months={about.length}, bound=optimal)"
    quantiles = dict.fromkeys(("5", "25", "50", "75", "95"), 2.1e9)
    loss = Answer(
        name, "USD", 2.1e9, 1e7, quantiles, "leverage", about.variant, about.measure,
        about.length, about.start, "optimal", 64,
    )  # fmt: skip
    some = replace(whole, stress=replace(whole.stress, answers=(loss,)))
    (table,) = fans_section(some, some.stress).tables
    assert table.rows[0][0].text.endswith("[billion USD]")
    assert table.rows[0][1].text == "2.1"
    assert not str(table.raw[1][0]).endswith("]")
    assert table.raw[0][1:3] == ["mean [USD]", "standard error [USD]"]
    assert table.raw[1][1] == 2.1e9
