from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from derbes.case.entities import Plant
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.draws.sampling import make_draws
from derbes.language import use_language
from derbes.model.compile import opening_period
from derbes.stress.sensitivity import even_chance, pool_adjacent, tipping_values
from tests.draws.uncertain import DEMAND, OTHER, STOCK, uncertain_example, with_numbers


def columns(draws):
    return (draws.values[:, draws.inputs.index(path)] for path in (DEMAND, STOCK, OTHER))


def lasts(draws):
    """Whether the stock bridges twelve months of what others do not deliver."""
    demand, stock, other = columns(draws)
    return (12.0 * (demand - other) <= stock).astype(float)[:, None]


def by_input(told):
    return {one.input: one for one in told}


def test_tipping_values_are_those_of_the_closed_form():
    found = by_input(tipping_values(uncertain_example(), ["lasts"], lasts))
    values = {path: one.value for path, one in found.items()}
    assert values == {DEMAND: 90.0, STOCK: 720.0, OTHER: 50.0}  # to the last digit that is told
    assert {path: one.direction for path, one in found.items()} == {
        DEMAND: "below",
        STOCK: "above",
        OTHER: "above",
    }
    assert not any(one.central_answer for one in found.values())
    assert found[STOCK].says == "lasts flips if stockpiles.stock.quantity is above 720 t"
    assert (found[STOCK].shown, found[STOCK].unit) == ("720 t", "t")


def test_a_tipping_value_is_told_in_the_units_of_a_language():
    found = by_input(tipping_values(uncertain_example(), ["lasts"], lasts))
    use_language("ru")
    try:
        assert str(found[STOCK].shown) == "720 т"
    finally:
        use_language("en")


def test_an_answer_that_holds_flips_on_the_other_side():
    def fails(draws):
        return 1.0 - lasts(draws)

    found = by_input(tipping_values(uncertain_example(), ["fails"], fails))
    assert (found[STOCK].value, found[STOCK].direction) == (pytest.approx(720.0), "above")
    assert found[STOCK].central_answer


def test_an_input_that_cannot_flip_an_answer_is_not_named():
    def certain(draws):
        return np.ones((len(draws.weights), 1))

    assert tipping_values(uncertain_example(), ["certain"], certain) == ()


def test_of_several_flips_the_nearest_is_told():
    def between(draws):
        _demand, stock, _other = columns(draws)
        return ((stock > 450.0) & (stock < 700.0)).astype(float)[:, None]

    (found,) = tipping_values(uncertain_example(), ["between"], between)
    assert (found.value, found.direction) == (pytest.approx(700.0, abs=1e-3), "above")

    def outside(draws):
        _demand, stock, _other = columns(draws)
        return ((stock < 350.0) | (stock > 450.0)).astype(float)[:, None]

    (found,) = tipping_values(uncertain_example(), ["outside"], outside)
    assert (found.value, found.direction) == (pytest.approx(450.0, abs=1e-3), "below")
    assert found.central_answer


def test_a_flip_close_to_the_center_is_seen_between_looks():
    """All nine looks fall where the answer is another one; then none was told, or a far one."""

    def near(draws):
        _demand, stock, _other = columns(draws)
        return ((stock > 601.0) & (stock < 612.0)).astype(float)[:, None]

    stock = Quantity(607.0, "t", 300.0, 900.0)
    case = with_numbers(uncertain_example(), {STOCK: stock})
    (found,) = tipping_values(case, ["near"], near)
    assert (found.value, found.direction) == (pytest.approx(612.0, abs=1e-3), "above")
    assert found.central_answer


def test_over_draws_the_value_is_where_half_of_them_hold():
    case = uncertain_example()
    draws = make_draws(case, 20000)
    found = by_input(tipping_values(case, ["lasts"], lasts, given=(draws, lasts(draws))))
    for path in (DEMAND, OTHER):
        values = draws.values[:, draws.inputs.index(path)]
        near = np.abs(values - found[path].value_over_draws) < 0.03 * np.ptp(values)
        assert lasts(draws)[near].mean() == pytest.approx(0.5, abs=0.06)
    assert found[STOCK].value_over_draws is None


def test_what_flips_over_draws_alone_has_no_value_at_the_center():
    case = uncertain_example()

    def odd(draws):
        demand, stock, _other = columns(draws)
        return ((stock > 600.0) & (demand != 100.0)).astype(float)[:, None]

    draws = make_draws(case, 4000)
    found = by_input(tipping_values(case, ["odd"], odd, given=(draws, odd(draws))))
    assert found[STOCK].value is None
    assert found[STOCK].value_over_draws == pytest.approx(600.0, abs=5.0)
    assert found[STOCK].says == (
        f"odd holds in half of the draws where stockpiles.stock.quantity is {found[STOCK].shown}"
    )


def test_an_opening_is_told_as_a_month():
    delay = Quantity(0.0, "month", low=-6.0, high=30.0, path="plants.works.opening")
    case = replace(
        uncertain_example(), plants={"works": Plant("works", actor="home", opening=24, delay=delay)}
    )

    def early(draws):
        late = draws.values[:, draws.inputs.index("plants.works.opening")]
        return (late <= 12.0).astype(float)[:, None]

    (found,) = tipping_values(case, ["early"], early)
    assert (found.value, found.shown) == (12.0, "2029-01")
    assert found.says == "early flips if plants.works.opening is after 2029-01"

    def earlier(draws):
        late = draws.values[:, draws.inputs.index("plants.works.opening")]
        return (np.ceil(late) <= -2.0).astype(float)[:, None]

    (found,) = tipping_values(case, ["earlier"], earlier)
    assert (found.value, found.shown) == (-2.0, "2027-12")
    assert found.says == "earlier flips if plants.works.opening is before 2027-12"


def test_by_year_an_opening_turns_behind_the_last_month_of_a_year():
    delay = Quantity(0.0, "month", low=-6.0, high=30.0, path="plants.works.opening")
    plant = Plant("works", actor="home", opening=1, delay=delay, opening_written="2027-03")
    calendar = Calendar(2026, 1, 5, Step.YEAR)
    case = replace(uncertain_example(), calendar=calendar, plants={"works": plant})

    def early(draws):
        late = {delay.path: draws.values[:, draws.inputs.index(delay.path)]}
        return (opening_period(plant, calendar, late) <= 1).astype(float)[:, None]

    (found,) = tipping_values(case, ["early"], early)
    assert (found.value, found.shown) == (9.0, "2027-12")


def test_an_even_chance_is_found_where_a_share_rises_straight():
    rng = np.random.default_rng(2)
    values = rng.uniform(0.0, 10.0, 20000)
    holds = (rng.random(20000) < values / 10.0).astype(float)
    weights = np.full(20000, 1 / 20000)
    value, below = even_chance(values, holds, weights)
    assert (value, below) == (pytest.approx(5.0, abs=0.3), False)
    value, below = even_chance(values, 1.0 - holds, weights)
    assert (value, below) == (pytest.approx(5.0, abs=0.3), True)


def test_what_could_be_chance_crosses_nowhere():
    rng = np.random.default_rng(4)
    values, holds = rng.random((300, 512)), (rng.random(512) < 0.5).astype(float)
    weights = np.full(512, 1 / 512)
    assert [even_chance(one, holds, weights) for one in values] == [None] * 300


def test_no_even_chance_where_an_answer_mostly_holds():
    values = np.random.default_rng(2).uniform(0.0, 10.0, 2000)
    assert even_chance(values, (values > 0.05).astype(float), np.ones(2000) / 2000) is None


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.1, 5.0)), min_size=1, max_size=25))
def test_pooling_neighbors_gives_the_nearest_rising_sequence(parts):
    shares, sizes = np.array(parts).T
    known = isotonic_regression(shares, weights=sizes).x
    np.testing.assert_allclose(pool_adjacent(shares, sizes), known, atol=1e-9)
