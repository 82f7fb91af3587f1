"""A series with a range is drawn as a whole, in proportion to its first value."""

from pathlib import Path

import numpy as np
import pytest

from derbes.draws import drawn_case, make_draws
from derbes.workflow import read_case

CASE = """derbes: 1
name: Ranges
calendar: {{first: 2026-01, periods: 24}}
currency: {{base: USD}}
target: town
actors: {{town: {{}}, north: {{}}}}
goods: {{alum: {{unit: t}}}}
uses:
  water:
    good: alum
    demand: {{unit: t/month, series: {{2026-01: 100, 2026-07: 150}}, {spread}}}
suppliers: {{north: {{actor: north, good: alum, price: 10 USD/t, capacity: 300 t/month}}}}
"""


def demand(folder: Path, spread: str):
    path = folder / "case.yaml"
    path.write_text(CASE.format(spread=spread), encoding="utf-8")
    case = read_case(path)
    return case, case.uses["water"].demand


@pytest.mark.parametrize("spread", ["range: [80 %, 120 %]", "range: [80, 120]"])
def test_a_range_of_a_series_is_that_of_its_first_value(tmp_path, spread):
    _case, quantity = demand(tmp_path, spread)
    assert (quantity.value, quantity.low, quantity.high) == (100.0, 80.0, 120.0)


def test_a_draw_scales_every_month_alike(tmp_path):
    case, quantity = demand(tmp_path, "range: [80 %, 120 %], distribution: uniform")
    draws = make_draws(case, 8, seed=1)
    assert draws.inputs == (quantity.path,)
    for i, factor in enumerate(draws.values[:, 0] / 100.0):
        path = drawn_case(case, draws, i).uses["water"].demand.over(24)
        np.testing.assert_allclose(path, factor * quantity.over(24), rtol=1e-12)
    assert 80.0 <= draws.values.min() < 90.0
    assert 110.0 < draws.values.max() <= 120.0
