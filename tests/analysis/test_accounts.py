"""Both sides' accounts: goods on the way, prices, what is missing, roles."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from derbes.analysis.accounts import reserve_gap
from derbes.analysis.leverage import leverage_surface
from derbes.case.entities import Actor, Hit, InTransit, Measure, MeasureKind
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from tests.analysis.asked import row_of, study_of
from tests.small_cases import ACTORS, worked_example
from tests.supply.solved import changed, example

Q = Quantity


def slow(in_transit: InTransit):
    """E1 with two months from order to arrival, and a sender who can catch up at once."""
    case = changed(
        example(in_transit=in_transit),
        "suppliers",
        "from_sender",
        lead_time=Q(2.0),
        capacity=Q(400.0),
    )
    return replace(case, refill_time=Q(12.0))


def test_goods_on_the_way_that_are_delivered():
    """Nothing arrives for twelve months, from the third on: of 720 that are missing, 600
    are in stock and the other sells 80 in the two months before."""
    row = row_of(slow(InTransit.DELIVERED), 24, 12)
    assert row.unmet_essential == pytest.approx(12 * 60 - 600 - 2 * 40)
    assert row.sender_cost_returning == pytest.approx(0.4 * 10 * (1200 - 600))
    loss = 14 * 40 * 25 + 40 * 1000 + 600 * 10 - 12 * 100 * 10
    assert row.target_loss == pytest.approx(loss)


def test_goods_on_the_way_that_are_lost():
    """Two months more: the buyer does not pay for them and the sender has not sold them."""
    row = row_of(slow(InTransit.LOST), 24, 12)
    assert row.unmet_essential == pytest.approx(14 * 60 - 600)
    assert row.sender_cost_returning == pytest.approx(0.4 * 10 * (1400 - 600))
    loss = 14 * 40 * 25 + 240 * 1000 + 600 * 10 - 14 * 100 * 10
    assert row.target_loss == pytest.approx(loss)


@pytest.mark.parametrize("demand", [33.3, 71.7, 99.9, 0.1])
@pytest.mark.parametrize("length", [1, 3, 5])
def test_a_buyer_who_buys_all_of_it_later_costs_nothing_not_a_rounding(demand, length):
    """The sender is the only one, and the reserve is refilled; else the ratio is trillions."""
    case = changed(example(), "uses", "use", demand=Q(demand))
    case = changed(case, "suppliers", "from_sender", price=Q(10.1), capacity=Q(400.0))
    case = replace(case, suppliers={"from_sender": case.suppliers["from_sender"]})
    row = row_of(case, 24, length)
    assert (row.sender_cost_returning, row.leverage_ratio) == (0.0, None)


@pytest.mark.parametrize("in_transit", list(InTransit), ids=str)
def test_a_lost_buyer_is_lost_from_the_first_month_of_the_measure(in_transit):
    assert row_of(slow(in_transit), 24, 12).sender_cost_lost == pytest.approx(0.4 * 10 * 3600)


RISE = Measure(
    "rise", kind=MeasureKind.PRICE_RISE, sender="sender", hits=(Hit(actor="sender"),), lengths=(12,)
)


def test_who_raises_the_price_gains_what_the_buyer_loses():
    case = replace(worked_example(1), measures={"rise": replace(RISE, by=Q(0.5))})
    row = row_of(case, 24, 12, measure="rise", has_premium=True)
    assert row.target_loss == pytest.approx(12 * 100 * 5)
    assert row.sender_cost_returning == pytest.approx(-12 * 100 * 5)
    assert row.leverage_ratio is None
    assert row.premium is None
    assert not row.premium_unbounded


def test_who_raises_the_price_too_far_loses_sales():
    """At 30 the other sells 40 at 25 first: the sender gains 60 x 20 and loses 40 x 4."""
    case = replace(worked_example(1), measures={"rise": replace(RISE, by=Q(2.0))})
    row = row_of(case, 24, 12, measure="rise")
    assert row.target_loss == pytest.approx(12 * (40 * 15 + 60 * 20))
    assert row.sender_cost_returning == pytest.approx(12 * (40 * 4 - 60 * 20))


def test_a_missing_margin_leaves_the_senders_side_missing():
    case = replace(worked_example(1), actors={**ACTORS, "sender": Actor("sender")})
    row = row_of(case, 24, 12, has_premium=True)
    assert (row.sender_cost_returning, row.sender_cost_lost) == (None, None)
    assert (row.leverage_ratio, row.leverage_ratio_lost) == (None, None)
    assert row.missing == ("suppliers.from_sender.margin_share",)
    assert row.target_loss == pytest.approx(126_000)
    assert row.premium == pytest.approx(16.5)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ((), "suppliers.from_sender.margin_share"),
        (("actors.sender.margin_share",), "actors.sender.margin_share"),
        (
            ("actors.sender.margin_share", "suppliers.from_sender.margin_share"),
            "suppliers.from_sender.margin_share",
        ),
        (("actors.other.margin_share",), "suppliers.from_sender.margin_share"),
    ],
)
def test_a_missing_margin_is_named_where_it_is_written_as_missing(written, told):
    """What is to be filled in is the place that says so, and it has the results that lack it."""
    case = replace(worked_example(1), actors={**ACTORS, "sender": Actor("sender")})
    row = row_of(replace(case, missing=written), 24, 12)
    assert row.missing == (told,)


def test_a_missing_shortage_cost_leaves_the_targets_side_missing():
    case = changed(worked_example(1), "uses", "use", shortage_cost=None)
    row = row_of(case, 24, 12, has_premium=True)
    assert row.target_loss is None
    assert row.leverage_ratio is None
    assert row.premium is None
    assert not row.premium_unbounded
    assert row.missing == ("uses.use.shortage_cost",)
    assert row.sender_cost_returning == pytest.approx(2400)
    assert row.unmet_essential == pytest.approx(120)


def test_a_shortage_cost_is_only_missed_where_demand_goes_unmet():
    case = changed(worked_example(1), "uses", "use", shortage_cost=None)
    row = row_of(case, 24, 3)
    assert row.missing == ()
    assert row.target_loss == pytest.approx(3 * 40 * 25 + 180 * 10 - 300 * 10)


def test_an_accident_has_no_sender():
    row = row_of(example(sender=""), 24, 12, has_premium=True)
    assert (row.sender_cost_returning, row.sender_cost_lost) == (None, None)
    assert row.missing == ("measures.cut.sender",)
    assert row.target_loss == pytest.approx(126_000)
    assert (row.premium, row.leverage_ratio) == (None, None)


def test_a_sender_who_sells_nothing_here_is_what_is_missing():
    row = row_of(example(sender="bystander"), 24, 12)
    assert row.missing == ("actors.bystander",), "the measure has its sender"
    assert row.sender_cost_returning is None


def test_losses_are_worth_what_they_are_at_the_start_of_the_measure():
    """At a tenth a year: purchases, shortages and refill of each month discounted to the
    month of the cut, wherever it stands in the calendar."""
    case = replace(worked_example(1), discount_rate=Q(0.1))
    at = [1.1 ** (-month / 12) for month in range(18)]
    cut = sum(at[t] * 40 * 25 for t in range(12)) + (at[10] + at[11]) * 60 * 1000
    after = sum(at[t] * 200 * 10 for t in range(12, 18))
    calm = sum(at[t] * 100 * 10 for t in range(18))
    for start in (12, 24):
        row = row_of(case, start, 12)
        assert row.target_loss == pytest.approx(cut + after - calm, rel=1e-6)
        lost = 0.4 * (calm - after)
        assert row.sender_cost_returning == pytest.approx(lost, rel=1e-6)


def test_a_fixed_start_is_the_only_one():
    rows, ends = leverage_surface(example(start=5), Request(starts=(0, 7)), has_premium=False)
    assert {row.start for row in rows} == {"2026-06"}
    assert ends == ()


def test_deepest_shortfall_is_of_the_crisis_where_there_is_one():
    """80 of 120 go short when the stock is gone."""
    case = changed(example(crisis=True), "uses", "use", crisis_demand=Q(120.0))
    row = row_of(case, 24, 12)
    assert row.deepest_shortfall == pytest.approx(80 / 120)
    assert row.unmet_essential == pytest.approx(12 * 80 - 600)


def test_the_part_of_the_reserve_that_is_drawn():
    """Three months of 60 from 600; the refill is no further shortfall."""
    assert row_of(worked_example(1), 24, 3).reserve_used == pytest.approx(0.3)
    assert row_of(worked_example(1), 24, 12).reserve_used == pytest.approx(1.0)
    assert study_of(worked_example(1)).calm.lots.max() <= 600.0 + 1e-6


@pytest.mark.parametrize(("lacking", "drawn"), [(1e-13, 0.0), (1e-3, 1e-3)])
def test_a_part_of_the_reserve_that_rounding_leaves_is_none(lacking, drawn):
    arrays = study_of(worked_example(1)).arrays
    n = arrays.reserve.shape[1]
    fresh, lots = arrays.reserve * (1 - lacking), np.zeros((len(arrays.lot_goods), n))
    layout = SimpleNamespace(start=0, n=n, reserved=slice(None), arrays=arrays)
    response = SimpleNamespace(window=SimpleNamespace(layout=layout), lots=lots, fresh=fresh)
    assert reserve_gap(response) == pytest.approx(drawn, rel=1e-9, abs=0.0)
