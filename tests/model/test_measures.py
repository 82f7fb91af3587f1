"""Every kind of measure as factors; what it does not touch stays as it is."""

from dataclasses import fields, replace

import numpy as np
import pytest

from derbes.case.entities import Hit, InTransit, MeasureKind
from derbes.case.quantity import Quantity
from tests.model.world import by_activity, compiled, measure

Q = Quantity

BY_SENDER = Hit(actor="sender", good="good")
CUT_NAMES = ("north_rail", "north_sea", "finish")
FACTORS = (
    "availability", "cost_factor", "demand_factor", "transit_kept", "transit_late", "lot_kept",
    "fresh_kept", "plant_delay",
)  # fmt: skip


def touched(arrays, act) -> set[str]:
    """Names of the factors that are not neutral."""
    neutral = {
        "availability": arrays.activities.base_availability,
        "transit_late": 0,
        "plant_delay": 0,
    }
    return {n for n in FACTORS if np.any(getattr(act, n) != neutral.get(n, 1.0))}


@pytest.mark.parametrize(
    "kind", [MeasureKind.EMBARGO, MeasureKind.QUOTA, MeasureKind.ROUTE_CLOSURE], ids=str
)
@pytest.mark.parametrize(
    ("share", "left"), [(None, 0.0), (Q(1.0), 0.0), (Q(0.3), 0.7), (Q(0.0), 1.0)]
)
def test_a_cut_leaves_the_share_that_is_not_cut(kind, share, left):
    arrays, act = compiled(measure(kind, BY_SENDER, share=share))
    for name, factor in by_activity(arrays, act.availability).items():
        assert factor == pytest.approx(left if name in CUT_NAMES else 1.0), name
    assert touched(arrays, act) == ({"availability", "transit_kept"} if left < 1.0 else set())


@pytest.mark.parametrize(
    ("in_transit", "kept"), [(InTransit.LOST, 0.7), (InTransit.DELIVERED, 1.0)]
)
def test_goods_on_the_way_are_lost_or_delivered(in_transit, kept):
    arrays, act = compiled(
        measure(MeasureKind.QUOTA, Hit(route="rail"), share=Q(0.3), in_transit=in_transit)
    )
    transit = by_activity(arrays, act.transit_kept)
    assert transit["north_rail"] == pytest.approx(kept)
    assert transit["north_sea"] == 1.0


def test_a_price_rise_changes_only_the_cost():
    arrays, act = compiled(measure(MeasureKind.PRICE_RISE, BY_SENDER, by=Q(0.5)))
    assert by_activity(arrays, act.cost_factor) == {
        "north_rail": 1.5, "north_sea": 1.5, "east": 1.0, "make": 1.0, "finish": 1.5,
        "handmade": 1.0, "abroad": 1.0,
    }  # fmt: skip
    assert touched(arrays, act) == {"cost_factor"}


def test_a_surge_changes_only_demand():
    arrays, act = compiled(measure(MeasureKind.DEMAND_SURGE, Hit(good="good"), by=Q(0.25)))
    assert act.demand_factor.tolist() == [1.25, 1.0]
    assert touched(arrays, act) == {"demand_factor"}
    assert not act.crisis


def test_a_loss_changes_only_stocks():
    arrays, act = compiled(measure(MeasureKind.STOCKPILE_LOSS, Hit(good="good"), share=Q(0.25)))
    assert act.lot_kept.tolist() == [0.75, 1.0]
    assert act.fresh_kept.tolist() == [1.0, 0.75]
    assert touched(arrays, act) == {"lot_kept", "fresh_kept"}


def test_a_delay_opens_the_late_twins_and_closes_the_rest():
    arrays, act = compiled(measure(MeasureKind.DELAY, Hit(element="suppliers.north"), by=Q(2.0)))
    activities = arrays.activities
    assert activities.names[:4] == (
        "north_rail", "north_rail_late2", "north_sea", "north_sea_late2",
    )  # fmt: skip
    assert activities.lead_times[:4].tolist() == [2, 4, 4, 6]
    assert activities.base_availability[:4].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert activities.shared[:4].tolist() == [0, 0, 0, 0]
    assert act.availability[:4].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert act.availability[4:].tolist() == [1.0] * 5
    assert act.transit_late.tolist() == [2] * 4 + [0] * 5
    assert not act.plant_delay.any()


def test_two_delays_have_twins_of_their_own():
    two = measure(MeasureKind.DELAY, Hit(route="rail"), by=Q(2.0))
    five = measure(MeasureKind.DELAY, Hit(route="rail"), name="later", by=Q(5.0))
    arrays, act = compiled(five, two)
    names = by_activity(arrays, act.availability)
    assert names["north_rail_late5"] == 1.0
    assert names["north_rail_late2"] == names["north_rail"] == 0.0
    assert names["north_sea"] == 1.0
    assert "north_sea_late5" not in names


@pytest.mark.parametrize("first", ["two", "five"])
def test_delays_that_run_together_add_up_whichever_is_named_first(first):
    two = measure(MeasureKind.DELAY, Hit(route="rail"), name="two", by=Q(2.0))
    five = measure(MeasureKind.DELAY, BY_SENDER, name="five", by=Q(5.0))
    one, other = (two, five) if first == "two" else (five, two)
    arrays, act = compiled(replace(one, together_with=(other.id,)), other)
    left = by_activity(arrays, act.availability)
    assert {name for name, part in left.items() if part and name.startswith("north")} == {
        "north_rail_late7", "north_sea_late5",
    }  # fmt: skip
    late = by_activity(arrays, act.transit_late)
    assert (late["north_rail"], late["north_sea"]) == (7, 5)


def test_late_twins_stay_closed_for_every_other_measure():
    late = measure(MeasureKind.DELAY, Hit(route="rail"), name="late", by=Q(2.0))
    arrays, act = compiled(measure(MeasureKind.EMBARGO, Hit(good="part")), late)
    assert by_activity(arrays, act.availability)["north_rail_late2"] == 0.0


def test_a_delay_of_a_plant_moves_its_opening_by_as_much():
    arrays, act = compiled(measure(MeasureKind.DELAY, Hit(element="plants.mill"), by=Q(6.0)))
    assert act.plant_delay.tolist() == [6, 0]
    assert touched(arrays, act) == {"plant_delay"}


def test_measures_that_run_together_multiply():
    quota = measure(
        MeasureKind.QUOTA, BY_SENDER, share=Q(0.5), together_with=("rise", "surge", "rail")
    )
    rise = measure(MeasureKind.PRICE_RISE, BY_SENDER, name="rise", by=Q(1.0))
    surge = measure(
        MeasureKind.DEMAND_SURGE, Hit(good="good"), name="surge", by=Q(0.1), crisis=True
    )
    rail = measure(MeasureKind.ROUTE_CLOSURE, Hit(route="rail"), name="rail", share=Q(0.5))
    arrays, act = compiled(quota, rise, surge, rail)
    left = by_activity(arrays, act.availability)
    assert (left["north_rail"], left["north_sea"], left["east"]) == (0.25, 0.5, 1.0)
    assert by_activity(arrays, act.cost_factor)["north_sea"] == 2.0
    assert act.demand_factor[0] == pytest.approx(1.1)
    assert act.crisis
    assert act.name == "act"


@pytest.mark.parametrize("first", ["embargo", "late"])
def test_a_delay_does_not_reopen_what_an_embargo_closes(first):
    embargo = measure(MeasureKind.EMBARGO, BY_SENDER, name="embargo", together_with=("late",))
    late = measure(MeasureKind.DELAY, BY_SENDER, name="late", by=Q(2.0), together_with=("embargo",))
    pair = (embargo, late) if first == "embargo" else (late, embargo)
    arrays, act = compiled(*pair)
    left = by_activity(arrays, act.availability)
    assert {n: a for n, a in left.items() if n.startswith("north")} == {
        "north_rail": 0.0, "north_rail_late2": 0.0, "north_sea": 0.0, "north_sea_late2": 0.0,
    }  # fmt: skip


def test_companions_of_companions_count_once_even_in_a_circle():
    first = measure(MeasureKind.QUOTA, BY_SENDER, share=Q(0.5), together_with=("second",))
    second = measure(
        MeasureKind.PRICE_RISE, BY_SENDER, name="second", by=Q(0.5), together_with=("third",)
    )
    third = measure(
        MeasureKind.QUOTA, BY_SENDER, name="third", share=Q(0.2), together_with=("act",)
    )
    arrays, act = compiled(first, second, third)
    assert by_activity(arrays, act.availability)["north_rail"] == pytest.approx(0.4)
    assert by_activity(arrays, act.cost_factor)["north_rail"] == pytest.approx(1.5)


def test_a_measure_keeps_its_sender_start_and_lengths():
    _arrays, act = compiled(measure(MeasureKind.EMBARGO, BY_SENDER, start=7, lengths=(3, 12)))
    assert (act.sender, act.start, act.lengths) == ("sender", 7, (3, 12))


def test_no_measure_of_that_name():
    with pytest.raises(KeyError):
        compiled(measure(MeasureKind.EMBARGO, BY_SENDER, together_with=("nobody",)))


def test_every_factor_is_looked_at_here():
    _arrays, act = compiled(measure(MeasureKind.EMBARGO, BY_SENDER))
    plain = {"name", "sender", "lengths", "start", "crisis"}
    assert {field.name for field in fields(act)} == plain | set(FACTORS)
