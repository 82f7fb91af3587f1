"""Days of cover and the IEA's rule by hand."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.analysis.cover import cover_table, forward_cover
from derbes.case.entities import Stockpile, Survival
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from tests.oracles.iea import iea_days_of_imports
from tests.small_cases import one_good

Q = Quantity


def cover(*batches, demand, n=24):
    """Forward cover of batches, each an amount or an amount and the periods it lasts."""
    pairs = [one if isinstance(one, tuple) else (one, n) for one in batches]
    retention = [(np.arange(n) < lasts).astype(float) for _amount, lasts in pairs]
    amounts = np.array([float(amount) for amount, _lasts in pairs])
    demand = np.resize(np.array(demand, dtype=float), n)
    return forward_cover(amounts, np.array(retention).reshape(len(pairs), n), demand)


@pytest.mark.parametrize(
    ("stock", "use", "periods"), [(100.0, 100.0, 1.0), (0.0, 5.0, 0.0), (1200.0, 100.0, 12.0)]
)
def test_a_stock_divided_by_a_use_that_stays_as_it_is(stock, use, periods):
    assert cover(stock, demand=use).periods == pytest.approx(periods)


def test_days_are_those_of_a_month_of_the_calendar():
    one = cover(250, demand=100)
    assert one.days(1) == pytest.approx(2.5 * 30.4375)
    assert one.days(3) == pytest.approx(7.5 * 30.4375)


def test_the_demand_to_come_counts_and_not_the_first_months():
    """30 a month in the first quarter, then 90: 240 are 90 + 90 and 60 of the fifth 90."""
    assert cover(240, demand=[30, 30, 30, *[90] * 21]).periods == pytest.approx(3 + 150 / 90)


def test_a_month_without_any_use_is_covered():
    assert cover(0, demand=[0, 0, 7]).periods == pytest.approx(2.0)


def test_what_is_never_used_up_has_no_days():
    for one in (cover(10, demand=0), cover(100, demand=4), cover(demand=0)):
        assert one.periods == np.inf
        assert one.days(1) is None


def test_what_expires_on_the_way_is_not_counted():
    """90 last three months and 90 for ever, at 20 a month: 60 of the first are used in
    time and 30 expire; the others last four months and a half more."""
    assert cover((90, 3), 90, demand=20).periods == pytest.approx(3 + 4.5)
    assert cover((90, 3), demand=20).periods == pytest.approx(3.0)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_what_expires_first_is_used_first_wherever_it_is_listed(order):
    """20 a month: 30 until month 2, 50 until month 4, 40 for ever: the first are used up
    after a month and a half, 10 and 20 and 20 of the second by month 4, and then 40."""
    batches = [(30, 2), (50, 4), (40, 24)]
    assert cover(*[batches[i] for i in order], demand=20).periods == pytest.approx(6.0)


@pytest.mark.parametrize("n_periods", [24, 60, 240])
def test_what_expires_behind_the_calendar_expires_all_the_same(n_periods):
    """20,000 of which 100 are used a month, and which can be used for ten years."""
    case = one_good(stock=20_000.0, n_periods=n_periods, survival={"shelf_life": Q(120.0)})
    days = cover_table(case, Request(starts=(0,)))[0].days_of_cover
    assert days == pytest.approx(120 * 30.4375)


@pytest.mark.parametrize("n_periods", [24, 60, 240])
def test_which_lot_is_drawn_first_hangs_on_no_calendar(n_periods):
    """One lot can be used for 130 months, of the other half is left after 120; both rules."""
    ageing = {"dated": Survival(shelf_life=Q(130.0)), "decays": Survival(half_life=Q(120.0))}
    case = replace(
        one_good(n_periods=n_periods),
        stockpiles={
            name: Stockpile(name, good="good", quantity=Q(3000.0), survival=one)
            for name, one in ageing.items()
        },
    )
    row = cover_table(case, Request(starts=(12,)))[0]
    assert row.days_of_cover == pytest.approx(1318.8385, abs=1e-3)
    assert row.time_to_survive == pytest.approx(45.7401, abs=1e-3)
    assert row.time_to_survive_myopic == pytest.approx(43.3294, abs=1e-3)


def test_stock_that_spoils_month_by_month():
    """Half is left from month to month: 100, then (100 - 30) / 2 = 35, then 2.5 of 30."""
    kept = np.array([[1.0, 0.5, 0.5, 0.5]])
    one = forward_cover(np.array([100.0]), kept, np.full(4, 30.0))
    assert one.periods == pytest.approx(2 + 2.5 / 30)


def test_the_rule_counts_nine_tenths_of_the_stock():
    """365 Mt of crude in a year are 1 x 0.96 a day; 100 Mt of it last 90 days."""
    assert iea_days_of_imports(365.0, 0.0, 100.0, 0.0) == pytest.approx(90.0)
    assert iea_days_of_imports(0.0, 365.0, 0.0, 100.0) == pytest.approx(90.0)
    assert iea_days_of_imports(366.0, 0.0, 100.0, 0.0, days=366.0) == pytest.approx(90.0)


def test_crude_and_products_weigh_differently():
    found = iea_days_of_imports(365.0, 0.0, 0.0, 100.0)
    assert found == pytest.approx(90.0 * 1.065 / 0.96)
