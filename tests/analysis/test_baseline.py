"""What the crisis itself costs is nobody's leverage."""

from dataclasses import replace

import pytest

from derbes.case.entities import Good, Hit, InTransit, Measure, MeasureKind, Route
from derbes.case.quantity import Quantity
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.supply.bounds import demand_alone
from tests.analysis.asked import row_of
from tests.small_cases import worked_example
from tests.supply.solved import changed, example

Q = Quantity
SURGE = Measure(
    "surge", kind=MeasureKind.DEMAND_SURGE, hits=(Hit(good="good"),), by=Q(0.5), lengths=(3,)
)


def in_crisis(**of_cut: object):
    """E1 whose demand is 120 while a measure with a crisis runs."""
    return changed(example(crisis=True, **of_cut), "uses", "use", crisis_demand=Q(120.0))


def alone(case, measure="cut"):
    arrays = compile_case(case)
    return arrays, demand_alone(arrays, compile_measure(case, arrays, measure))


def test_a_measure_that_leaves_demand_alone_stands_beside_calm():
    assert alone(worked_example(1))[1] is None


def test_a_crisis_without_a_demand_of_its_own_is_no_crisis():
    assert alone(example(crisis=True))[1] is None


def test_a_measure_that_is_nothing_but_demand_stands_beside_calm():
    case = replace(worked_example(1), measures={"surge": SURGE})
    assert alone(case, "surge")[1] is None


def test_a_cut_in_a_crisis_stands_beside_the_crisis():
    case = in_crisis(together_with=("surge",))
    arrays, only = alone(replace(case, measures={**case.measures, "surge": SURGE}))
    assert only is not None
    assert only.crisis
    assert only.demand_factor.tolist() == [1.5]
    assert only.availability.tolist() == arrays.activities.base_availability.tolist()
    assert only.transit_kept.tolist() == [1.0, 1.0]


def test_a_surge_costs_what_its_demand_costs():
    """50 a month more from the sender, at 10, for three months."""
    case = replace(worked_example(1), measures={"surge": SURGE})
    row = row_of(case, 24, 3, measure="surge")
    assert row.target_loss == pytest.approx(3 * 50 * 10)
    assert row.unmet_essential == 0.0
    assert row.reserve_used == 0.0


def test_a_cut_in_a_crisis_costs_what_the_cut_adds():
    """Three months: 40 from the other at 25, 80 from the stock, refilled at 10; beside
    120 from the sender, and not beside the 100 of calm."""
    row = row_of(in_crisis(), 24, 3)
    assert row.target_loss == pytest.approx(3 * 40 * 25 + 240 * 10 - 360 * 10)
    assert row.sender_cost_returning == pytest.approx(0.4 * 10 * (360 - 240))
    calm = row_of(worked_example(1), 24, 3)
    assert calm.target_loss == pytest.approx(3 * 40 * 25 + 180 * 10 - 300 * 10)


def test_sales_that_a_crisis_would_bring_are_lost_too():
    """36 months of 100, and 20 more in each of the three of the crisis."""
    row = row_of(in_crisis(), 24, 3)
    assert row.sender_cost_lost == pytest.approx(0.4 * 10 * (36 * 100 + 3 * 20))


def test_both_rules_stand_beside_the_same_crisis():
    optimal, myopic = (row_of(in_crisis(), 24, 3, bound=b) for b in ("optimal", "myopic"))
    assert myopic.target_loss == pytest.approx(optimal.target_loss)
    assert myopic.unmet_essential == optimal.unmet_essential == 0.0


def test_a_cut_with_a_surge_costs_what_the_cut_adds_to_the_surge():
    """150 instead of 100 a month for three months: 40 from the other, 110 from the stock,
    refilled; beside 150 from the sender. No crisis is needed for it."""
    surge = replace(SURGE, by=Q(0.5))
    case = example(together_with=("surge",))
    case = replace(case, measures={**case.measures, "surge": surge})
    row = row_of(case, 24, 3)
    assert row.target_loss == pytest.approx(3 * 40 * 25 + 330 * 10 - 450 * 10)
    assert row.sender_cost_returning == pytest.approx(0.4 * 10 * (450 - 330))


LATE = Measure("late", kind=MeasureKind.DELAY, hits=(Hit(actor="sender"),), by=Q(1.0), lengths=(3,))
WAYS = {"rail": Route("rail", cost_share=Q(0.1)), "sea": Route("sea", lead_time=Q(1.0))}


@pytest.mark.parametrize("names", [("north", "south"), ("south", "north")])
@pytest.mark.parametrize("routes", [(), ("rail", "sea")], ids=["delayed", "by two ways"])
def test_sellers_alike_in_all_their_numbers_share_however_they_are_written(names, routes):
    """Both can sell all of 100 a month, and a stop by one takes what is on the way from it: 50.

    So they do where a measure of its own could delay one of them, and where each sells by rail
    and by sea.
    """
    case = worked_example(1)
    north = replace(
        case.suppliers["from_sender"], id="north", lead_time=Q(1.0), capacity=Q(100.0),
        margin_share=Q(0.4), routes=routes,
    )  # fmt: skip
    sellers = {"north": north, "south": replace(north, id="south", actor="other")}
    both = replace(
        case,
        goods={"good": Good("good", unit="t")},
        stockpiles={},
        routes=WAYS if routes else {},
        suppliers={name: sellers[name] for name in names},
        measures={"cut": replace(case.measures["cut"], in_transit=InTransit.LOST)}
        | ({} if routes else {"late": LATE}),
    )
    assert row_of(both, 24, 3).unmet_essential == pytest.approx(50.0)
