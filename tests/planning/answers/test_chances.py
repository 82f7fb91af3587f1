"""What may come, and what is paid abroad: each number by hand or by a second way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.case.entities import Export, Supplier, Variant
from derbes.case.options import Option, OptionKind
from derbes.case.quantity import Quantity
from derbes.case.uncertainty import Chance, Draws
from derbes.parallel import RunOptions
from derbes.results.money import ChanceWorth
from derbes.stress.ways import (
    abroad_by_year,
    abroad_over_draws,
    calm_cost,
    chances_of,
    currency_saved,
    unready,
    years_of,
)
from tests.draws.uncertain import PRICE, named, uncertain_example, with_numbers
from tests.properties.test_laws_units import in_unit
from tests.small_cases import worked_example


def switching(cost=None):
    """E1 over two years; if the sender goes, 100 t a month at 12 are there for that alone.

    Without them the other sells 40 t at 25; of the 60 t that lack, the reserve of 600 t serves
    ten months, and then they go short at 1,000.
    """
    case = worked_example(1, n_periods=24)
    idle = Option("idle", kind=OptionKind.RESERVE, element="goods.good", sizes=(1.0,))
    ready = Supplier(
        "ready", actor="home", good="good", price=Quantity(12.0), capacity=Quantity(100.0),
        tags=("ready",),
    )  # fmt: skip
    suppliers = {"from_other": case.suppliers["from_other"], "ready": ready}
    gone = replace(case, suppliers=suppliers)
    return replace(
        case,
        options={"idle": idle},
        variants={"gone": Variant("gone", case=gone)},
        chances={"switch": Chance("switch", variant="gone", tag="ready", cost=cost)},
    )


def test_what_readiness_saves_is_the_cost_without_it_less_that_with_it():
    """With it 100 t a month at 12; without it 40 t at 25, 600 t of reserve, and the rest short."""
    case = switching(Quantity(100_000.0))
    (found,) = chances_of(case)
    with_it = 24 * 100 * 12.0
    without = 24 * 40 * 25.0 + (24 * 60 - 600) * 1000.0
    assert found.gain == pytest.approx(without - with_it)
    assert found.break_even == pytest.approx(100_000.0 / found.gain)
    assert found.worth(found.break_even) == pytest.approx(0.0, abs=1e-6)
    assert found.worth(1.0) == pytest.approx(found.gain - 100_000.0)


def test_readiness_that_costs_more_than_it_can_save_pays_at_no_probability():
    (found,) = chances_of(switching(Quantity(1e9)))
    assert found.break_even is None
    assert found.worth(1.0) < 0


def test_without_a_cost_readiness_pays_from_nothing_on():
    (found,) = chances_of(switching())
    assert (found.cost, found.break_even) == (0.0, 0.0)


@pytest.mark.parametrize("factor", [1.0, 1e-11, 1e9])
def test_a_shortage_without_a_price_leaves_the_gain_unknown_in_any_unit(factor):
    case = switching(Quantity(5.0))
    gone = case.variants["gone"].case
    use = replace(gone.uses["use"], shortage_cost=None)
    blind = in_unit(replace(gone, uses={"use": use}), "good", factor)
    case = in_unit(replace(case, options={}), "good", factor)
    (found,) = chances_of(replace(case, variants={"gone": Variant("gone", case=blind)}))
    assert (found.gain, found.break_even, found.worth(0.5)) == (None, None, None)


def test_what_is_not_ready_is_gone_and_nothing_else():
    gone = switching().variants["gone"].case
    assert [*unready(gone, "ready").suppliers] == ["from_other"]
    assert unready(gone, "no such tag") == gone


def test_an_export_that_was_allowed_earns_what_is_sold():
    """100 t of the 200 t that the sender offers are left: 30 t a month are sold on at 15."""
    case = worked_example(1, n_periods=24)
    sold = Export("sold", actor="other", good="good", price=Quantity(15.0), capacity=Quantity(30.0))
    both = replace(case, exports={"sold": sold})
    assert calm_cost(case) - calm_cost(both) == pytest.approx(24 * 30 * (15.0 - 10.0))


@given(cost=st.floats(0.0, 1e6), gain=st.floats(1.0, 1e6), p=st.floats(0.0, 1.0))
def test_worth_rises_with_the_probability_and_changes_sign_at_the_break_even(cost, gain, p):
    even = cost / gain if cost <= gain else None
    found = ChanceWorth("one", "other", cost, gain, even)
    assert found.worth(p) <= found.worth(1.0)
    if even is None:
        assert found.worth(p) < 0
    elif abs(p - even) > 1e-6:
        assert (found.worth(p) > 0) == (p > even)


def test_what_is_paid_abroad_in_calm_is_what_sellers_abroad_get():
    case = worked_example(1, n_periods=24)
    assert years_of(case) == (2026, 2027)
    np.testing.assert_allclose(abroad_by_year(case), [12 * 100 * 10.0] * 2)
    home = replace(case.suppliers["from_sender"], actor="home")
    at_home = replace(case, suppliers={**case.suppliers, "from_sender": home}, target="home")
    np.testing.assert_allclose(abroad_by_year(at_home), [0.0, 0.0], atol=1e-6)


def test_over_draws_both_courses_see_the_same_prices():
    case = replace(uncertain_example(n_periods=24), target="home")
    prices = np.array([[8.0], [10.0], [14.0]])
    draws = Draws((PRICE,), prices, np.ones(3) / 3)
    mine, other = abroad_over_draws((case, case), (draws, draws), RunOptions())
    np.testing.assert_array_equal(mine, other)
    np.testing.assert_allclose(mine, 12 * 100 * prices * np.ones((1, 2)))


def test_what_the_case_without_the_project_fixes_is_drawn_as_fixed():
    """Prices are 10 to 30 with the project and 10 without it: nothing less is paid with it."""
    case = named(worked_example(1, n_periods=12))
    wide = Quantity(20.0, low=10.0, high=30.0, distribution="uniform")
    with_it = replace(with_numbers(case, {PRICE: wide}), target="home", without_project="bare")
    bare = replace(with_numbers(with_it, {PRICE: Quantity(10.0)}), variants={})
    both = replace(with_it, variants={"bare": Variant("bare", case=bare)})
    saved = currency_saved(both, bare, 16, seed=1, options=RunOptions())
    assert saved[-1].mean == pytest.approx(-12 * 100 * 10.0, rel=0.05)
    assert saved[-1].quantiles["95"] < 0.0
