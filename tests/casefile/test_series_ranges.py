"""Ranges of series: drawn as a whole in proportion to the first value, or month by month."""

from pathlib import Path

import numpy as np
import pytest

from derbes.case.entities import quantities
from derbes.casefile import display, read_case
from derbes.draws.inputs import drawn_case, drawn_paths
from derbes.draws.sampling import make_draws
from derbes.errors import CaseError
from derbes.planning.solving import mean_case

CASE = """derbes: 1
name: Ranges
calendar: {{first: 2026-01, periods: 24}}
currency: {{base: USD, rates: {{EUR: {{2026-01: 2, 2026-03: 3}}}}}}
target: town
actors: {{town: {{}}, north: {{}}}}
goods: {{alum: {{unit: t}}}}
uses:
  water:
    good: alum
    demand: {demand}
suppliers:
  north: {{actor: north, good: alum, price: {price}, capacity: 300 t/month}}
"""
DEMAND = """
      series:
        2026-01: 100
        2026-07: {value: 150, range: [100, 300], grade: D, why: the third line may run}
        2027-01: {value: 120, range: [80 %, 110 %]}
      unit: t/month
"""


def read(folder: Path, demand: str = DEMAND, price: str = "10 USD/t"):
    path = folder / "case.yaml"
    path.write_text(CASE.format(demand=demand, price=price), encoding="utf-8")
    return read_case(path)


WHOLE = "{{unit: t/month, series: {{2026-01: 100, 2026-07: 150}}, {spread}}}"


@pytest.mark.parametrize("spread", ["range: [80 %, 120 %]", "range: [80, 120]"])
def test_a_range_of_a_series_is_that_of_its_first_value(tmp_path, spread):
    quantity = read(tmp_path, WHOLE.format(spread=spread)).uses["water"].demand
    assert (quantity.value, quantity.low, quantity.high) == (100.0, 80.0, 120.0)


@pytest.mark.parametrize(
    ("demand", "is_told"),
    [
        ("{2026-01: 300 t/quarter, 2026-07: 400}", True),
        ("{2026-01: 100, 2026-07: 1800 t/year}", True),
        ("{unit: t/quarter, series: {2026-01: 300 t/month, 2026-07: 400}}", False),
        ("{2026-01: 100 т/мес, 2026-07: 120}", False),
        ("{2026-01: 300 t/quarter, 2026-07: 400 t/quarter, 2027-01: 0}", False),
    ],
)
def test_a_number_alone_beside_another_unit_is_refused(tmp_path, demand, is_told):
    """400 beside 300 t/quarter was 400 t/month, three times what was meant."""
    if not is_told:
        assert read(tmp_path, demand).uses["water"].demand.steps
        return
    with pytest.raises(CaseError) as refused:
        read(tmp_path, demand)
    (problem,) = refused.value.problems
    assert problem.what.startswith("this number has no unit, and beside it stands")
    assert problem.fix == "give each its unit, or all of them one: unit beside series"


def test_a_draw_scales_every_month_alike(tmp_path):
    case = read(tmp_path, WHOLE.format(spread="range: [80 %, 120 %], distribution: uniform"))
    quantity = case.uses["water"].demand
    draws = make_draws(case, 8, seed=1)
    assert draws.inputs == (quantity.path,)
    for i, factor in enumerate(draws.values[:, 0] / 100.0):
        path = drawn_case(case, draws, i).uses["water"].demand.over(24)
        np.testing.assert_allclose(path, factor * quantity.over(24), rtol=1e-12)
    assert 80.0 <= draws.values.min() < 90.0
    assert 110.0 < draws.values.max() <= 120.0


@pytest.mark.parametrize(
    ("demand", "shown"),
    [
        (
            WHOLE.format(spread="range: [80, 120]"),
            "demand: by month: 2026-01 100 t/month; 2026-07 150 t/month "
            "(the first: 80 t/month to 120 t/month, all in proportion)",
        ),
        (
            "{2026-01: 100, 2026-07: {value: 150, range: [90, 200], distribution: uniform}}",
            "demand: by month: 2026-01 100 t/month; 2026-07 150 t/month "
            "(range 90 t/month to 200 t/month), uniform",
        ),
    ],
)
def test_show_tells_how_a_series_spreads(tmp_path, demand, shown):
    text = display(read(tmp_path, demand), "uses.water").replace("\u202f", " ")
    assert shown in text


def test_each_month_is_a_number_of_its_own(tmp_path):
    case = read(tmp_path)
    months = [q for q in quantities(case, "uses.water.demand") if q.has_range]
    assert [(q.path, q.value, q.low, q.high) for q in months] == [
        ("uses.water.demand.2026-07", 150.0, 100.0, 300.0),
        ("uses.water.demand.2027-01", 120.0, 96.0, 132.0),
    ]
    assert (str(months[0].grade), months[0].why) == ("D", {"": "the third line may run"})


def test_a_draw_changes_each_month_alone(tmp_path):
    case = read(tmp_path)
    draws = make_draws(case, 16, seed=1)
    assert draws.inputs == ("uses.water.demand.2026-07", "uses.water.demand.2027-01")
    for i, (summer, year) in enumerate(draws.values):
        demand = drawn_case(case, draws, i).uses["water"].demand
        path = demand.over(26, case.calendar)
        np.testing.assert_allclose(path, [100.0] * 6 + [summer] * 6 + [year] * 14)
        assert demand.value == path[0]
    assert abs(np.corrcoef(draws.values.T)[0, 1]) < 0.9


def test_the_path_of_all_draws_is_that_of_each(tmp_path):
    season = "{2026-01: {value: 100, range: [50, 200]}, 2026-07: 150, 2027-01: 100, 2027-07: 150}"
    case = read(tmp_path, season)
    demand = case.uses["water"].demand
    draws = make_draws(case, 8, seed=2)
    paths = drawn_paths(case, draws, 48)(demand)
    for i in range(8):
        alone = drawn_case(case, draws, i).uses["water"].demand
        np.testing.assert_allclose(paths[i], alone.over(48, case.calendar))
        assert alone.value == paths[i, 0]
    # behind the calendar each draw repeats its last year, as the central case does
    np.testing.assert_allclose(paths[:, 24:36], paths[:, 12:24])


def test_a_month_that_begins_with_nothing_is_drawn(tmp_path):
    case = read(tmp_path, "{2026-01: {value: 0, range: [0, 50]}, 2026-07: 150}")
    draws = make_draws(case, 4, seed=1)
    path = drawn_case(case, draws, 0).uses["water"].demand.over(12)
    np.testing.assert_allclose(path, [draws.values[0, 0]] * 6 + [150.0] * 6)


def test_a_rate_that_changes_within_a_month_of_the_series_goes_on(tmp_path):
    price = "{2026-01: {value: 10 EUR/t, range: [8 EUR/t, 14 EUR/t]}}"
    case = read(tmp_path, price=price)
    (own,) = [q for q in quantities(case, "suppliers.north.price") if q.has_range]
    assert (own.value, own.low, own.high) == (20.0, 16.0, 28.0)
    draws = make_draws(case, 4, seed=1)
    path = drawn_case(case, draws, 1).suppliers["north"].price.over(4)
    np.testing.assert_allclose(path, draws.values[1, -1] * np.array([1.0, 1.0, 1.5, 1.5]))


def test_the_range_of_a_month_is_at_the_rate_of_that_month(tmp_path):
    price = "{2026-01: 1 USD/t, 2026-04: {value: 10 EUR/t, range: [8 EUR/t, 14 EUR/t]}}"
    case = read(tmp_path, price=price)
    (own,) = [q for q in quantities(case, "suppliers.north.price") if q.has_range]
    assert (own.value, own.low, own.high) == (30.0, 24.0, 42.0)


def test_the_mean_case_has_the_mean_of_each_month(tmp_path):
    case = read(tmp_path)
    draws = make_draws(case, 8, seed=3)
    mean = mean_case([drawn_case(case, draws, i) for i in range(8)], [1 / 8] * 8)
    path = mean.uses["water"].demand.over(24)
    np.testing.assert_allclose(path[[0, 6, 12]], [100.0, *draws.values.mean(axis=0)])


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        (
            "{series: {2026-01: 100, 2026-07: {value: 150, range: [100, 300]}}, range: [80, 120]}",
            "line 11, uses.water.demand.range: the series has a range as a whole and one of its "
            "own in 2026-07",
        ),
        (
            "{2026-01: {value: 100, range: [120, 150]}}",
            "line 11, uses.water.demand.2026-01.range: the range from 120 t/month to 150 t/month "
            "does not hold the value 100 t/month",
        ),
        (
            "{2026-01: {range: [120, 150]}}",
            'line 11, uses.water.demand.2026-01: the quantity has no "value"',
        ),
        (
            "{2026-01: {value: 100, rnge: [80, 150]}}",
            'line 11, uses.water.demand.2026-01.rnge: unknown key "rnge"',
        ),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, demand, message):
    with pytest.raises(CaseError) as error:
        read(tmp_path, demand)
    assert message in " ".join(str(error.value).split())


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("capacity: 300 t/month", "capacity: 300 t/month, lead_time: {2026-01: 1}", "lead_time"),
        (
            "capacity: 300 t/month",
            "capacity: 9 t/month, margin_share: {2026-01: 1}",
            "margin_share",
        ),
        ("good: alum\n", "good: alum\n    shortage_cost: {2026-01: 1}\n", "shortage_cost"),
        ("unit: t}", "unit: t, shelf_life: {2026-01: 3, 2026-05: 9}}", "shelf_life"),
    ],
)
def test_a_series_of_what_does_not_change_is_refused(tmp_path, old, new, key):
    path = tmp_path / "case.yaml"
    text = CASE.format(demand="100 t/month", price="10 USD/t").replace(old, new)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read_case(path)
    assert f"{key}: this cannot change over time" in str(error.value)
