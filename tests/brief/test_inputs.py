"""What the table of inputs says of ranges."""

from pathlib import Path

import pytest

from derbes.brief.sources import inputs_of
from derbes.casefile import read_case

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
