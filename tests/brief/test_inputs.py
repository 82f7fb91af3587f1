"""What the table of inputs says of ranges."""

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import get_type_hints

import pytest

from derbes.brief import format as fmt
from derbes.brief.page import sections_of
from derbes.brief.sources import inputs_of
from derbes.brief.uncertainty import input_words
from derbes.case.entities import Case, Survival
from derbes.case.options import Budget
from derbes.case.quantity import Quantity
from derbes.casefile import read_case
from derbes.casefile.entries import SECTIONS

CASE = """derbes: 1
name: Ranges
calendar: {{first: 2026-01, periods: 24}}
currency: {{base: USD}}
target: town
actors: {{town: {{}}}}
goods: {{alum: {{unit: t}}}}
uses: {{water: {{good: alum, demand: {demand}}}}}
stockpiles: {{yard: {{good: alum, quantity: 900 t}}}}
"""


@pytest.mark.parametrize(
    ("demand", "ranges"),
    [
        ("{value: 100, range: [80, 120]}", ["80 to 120"]),
        ("{2026-01: 100, 2026-07: 150}", ["none given"]),
        (
            "{series: {2026-01: 100, 2026-07: 150}, range: [80, 120]}",
            ["80 to 120 of the first, all in proportion"],
        ),
        (
            "{2026-01: 100, 2026-07: {value: 150, range: [90, 200], distribution: uniform}}",
            ["of months alone, each in a row of its own", "90 to 200, uniform"],
        ),
    ],
)
def test_a_range_says_of_what_it_is(tmp_path: Path, demand: str, ranges: list[str]) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CASE.format(demand=demand), encoding="utf-8")
    assert [
        one.range for one in inputs_of(read_case(path)) if one.path.startswith("uses.")
    ] == ranges


def test_every_key_that_holds_a_number_has_a_name_for_a_reader():
    keys = {
        field.name
        for model in (*SECTIONS.values(), Survival, Case)
        for field in dataclasses.fields(model)
        if "Quantity" in repr(get_type_hints(model)[field.name])
    }
    assert keys - {"assumptions"} <= set(fmt.key_names())
    assert {"opening", "lead_time", "discount_rate"} <= set(fmt.key_names())


def test_a_key_is_named_with_what_it_is_about():
    assert fmt.key_words(["lead_time"], str) == "lead time"
    assert fmt.key_words(["inputs", "clay"], lambda good: f"The {good}") == "needed input The clay"
    assert fmt.key_words(["lines", "first_line"], str) == "lines first line"


def test_an_input_of_no_element_is_called_by_its_path(contents):
    """As those of the budget, which is no section of elements."""
    case = replace(contents.case, budget=Budget(total=Quantity(5.0, path="budget.total")))
    some = replace(contents, case=case)
    assert input_words(some, "budget.by_year.2027") == "budget.by year.2027"
    inputs = next(one for one in sections_of(some) if one.id == "inputs")
    assert any("budget.total" in row[0].text for table in inputs.tables for row in table.rows)
