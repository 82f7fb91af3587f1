"""Opening, delay and ramp of plants; how far the arrays reach behind the calendar."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import Hit, MeasureKind, Plant, opening_month
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.model.arrays import open_share
from derbes.model.compile import compile_case, longest_lead_time, opening_period, tail_periods
from tests.model.world import measure, world

Q = Quantity


@pytest.mark.parametrize(
    ("opening", "ramp", "shares"),
    [
        (0, 0, [1.0, 1.0, 1.0, 1.0]),
        (2, 0, [0.0, 0.0, 1.0, 1.0]),
        (1, 3, [0.0, 0.25, 0.5, 0.75]),
        (-1, 3, [0.5, 0.75, 1.0, 1.0]),
        (-9, 3, [1.0, 1.0, 1.0, 1.0]),
        (9, 3, [0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_a_plant_opens_in_equal_steps(opening, ramp, shares):
    assert open_share(opening, ramp, 4).tolist() == shares


@pytest.mark.parametrize(
    ("step", "delay", "period"),
    [
        (Step.MONTH, None, 2), (Step.MONTH, 5.0, 7), (Step.MONTH, 0.5, 3),
        (Step.QUARTER, 5.0, 4), (Step.YEAR, 5.0, 3),
    ],
)  # fmt: skip
def test_a_delay_is_added_to_the_opening(step, delay, period):
    case = world(step=step)
    plant = replace(case.plants["mill"], delay=None if delay is None else Q(delay))
    assert opening_period(plant, case.calendar) == period


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("planned", ["2026-12", "2027-01", "2027-05"])
def test_an_opening_that_is_drawn_counts_as_the_same_month_written(step, planned):
    """A part of a month counts as one; the month is open as part of the period that holds it."""
    calendar = Calendar(2026, 1, 6, step)
    late = Q(0.0, path="plants.mill.opening")
    plant = Plant(
        "mill",
        actor="home",
        opening=calendar.index_of(planned),
        delay=late,
        opening_written=planned,
    )
    months = [f"{2026 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]
    for drawn in (-10.0, -3.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0, 7.0, 8.5, 12.0):
        month = months[months.index(planned) + int(np.ceil(drawn))]
        values = {late.path: np.array([drawn])}
        assert opening_period(plant, calendar, values).tolist() == [calendar.index_of(month)]
        assert opening_period(replace(plant, delay=replace(late, value=drawn)), calendar) == (
            calendar.index_of(month)
        )
        case = replace(world(step=step), calendar=calendar, plants={"mill": plant})
        assert opening_month(case, late.path, drawn) == month


def test_the_longest_way_counts_routes_recipes_and_delays():
    assert longest_lead_time(world()) == 4
    case = world(measure(MeasureKind.DELAY, Hit(route="rail"), by=Q(2.0)))
    assert longest_lead_time(case) == 6
    slow = replace(case.recipes["finish"], lead_time=Q(9.0))
    assert longest_lead_time(replace(case, recipes={"finish": slow})) == 11


@pytest.mark.parametrize(
    ("lengths", "asked", "horizon", "tail"),
    [
        ((3,), 0, 1.0, 48 + 6 + 4 + 25),
        ((3, 48), 36, 1.0, 48 + 6 + 4 + 25),
        ((3, 49), 0, 1.0, 49 + 6 + 4 + 25),
        ((3, 12), 60, 1.0, 60 + 6 + 4 + 25),
        ((3,), 0, 36.0, 48 + 6 + 4 + 25),
        ((3,), 0, 70.0, 70 + 25),
    ],
)
def test_the_tail_has_room_for_the_measure_the_way_back_and_lost_sales(
    lengths, asked, horizon, tail
):
    """The longest branch is the measure, or four years, with the refill and the longest lead
    time behind it, or the sender's horizon; two years and a period come after it. So a
    calm plan hangs on no length up to four years."""
    case = world(measure(MeasureKind.EMBARGO, Hit(actor="sender"), lengths=lengths))
    case = replace(case, sender_horizon=Q(horizon))
    assert tail_periods(case, asked) == tail
    arrays = compile_case(case, asked)
    assert (arrays.n_calendar, arrays.n_periods) == (24, 24 + tail)


def test_the_tail_of_a_case_by_quarters():
    """4 months of lead time are 2 quarters, 6 of refill 2, four years 16, two years 8."""
    case = world(measure(MeasureKind.EMBARGO, Hit(actor="sender")), step=Step.QUARTER)
    assert compile_case(case).n_periods == 24 + 16 + 2 + 2 + 8 + 1
    long = measure(MeasureKind.EMBARGO, Hit(actor="sender"), lengths=(20,))
    assert compile_case(world(long, step=Step.QUARTER)).n_periods == 24 + 20 + 2 + 2 + 8 + 1


def test_the_tail_has_room_for_an_opening_that_is_delayed():
    """Three months, 50 of delay and 3 of ramp."""
    late = measure(MeasureKind.DELAY, Hit(element="plants.mill"), by=Q(50.0))
    case = replace(world(late), sender_horizon=Q(1.0))
    assert tail_periods(case) == (3 + 50 + 3) + 6 + 4 + 25
