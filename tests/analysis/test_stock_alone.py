"""A case in which nothing is bought and nothing made lives on its stock."""

from derbes.analysis.cover import cover_table
from derbes.api import read_case
from derbes.case.request import Request

CASE = """derbes: 1
name: Stock alone
calendar: {first: 2026-01, periods: 24}
currency: {base: USD}
target: town
actors: {town: {}}
goods: {alum: {unit: t}}
uses: {water: {good: alum, demand: 100 t/month}}
stockpiles: {yard: {good: alum, quantity: 850 t}}
"""


def test_it_lasts_as_long_as_stock_over_demand(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(CASE, encoding="utf-8")
    rows = cover_table(read_case(path), Request(starts=(0, 3)))
    assert {(row.start, row.time_to_survive) for row in rows} == {
        ("2026-01", 8.5),
        ("2026-04", 5.5),
    }
