"""What plants cost that are built anyway, what is left of them, and how far calm uses them."""

from collections.abc import Sequence

import numpy as np

from derbes.case.entities import Case, Plant
from derbes.case.options import Choice, optional_elements
from derbes.case.quantity import FloatArray
from derbes.model.compile import opening_period
from derbes.planning.decided import decided_arrays
from derbes.planning.effects import DrawArrays
from derbes.planning.first_stage import discount_at, discounted, left_of
from derbes.results.money import PlantAccount


def plants_anyway(case: Case) -> tuple[Plant, ...]:
    """Plants that a case has without any option."""
    optional = optional_elements(case.options)
    return tuple(one for name, one in case.plants.items() if f"plants.{name}" not in optional)


def standing_by_period(case: Case, plant: Plant) -> FloatArray:
    """What a plant costs while it is open, whatever it makes. (n,) [money]"""
    n = case.calendar.n_periods
    paid = np.zeros(n)
    if plant.standing_cost is not None:
        opening = max(0, int(opening_period(plant, case.calendar)))
        by_period = float(case.calendar.step) * plant.standing_cost.over(n)
        paid[opening:] = by_period[opening:]
    return paid


def left_in_plants(case: Case) -> float:
    """What is left at the end of the calendar of plants that are built anyway, discounted. [money]

    A straight line over the life of each plant, from its opening on; plants without a life
    leave nothing.
    """
    return sum(_left(case, plant) for plant in plants_anyway(case))


def _left(case: Case, plant: Plant) -> float:
    opening = int(opening_period(plant, case.calendar))
    part = left_of(plant.life, opening, case.calendar)
    capital = sum(payment.amount.value for payment in plant.capital)
    return part * capital * discount_at(case, case.calendar.n_periods)


def cost_of_plants(case: Case) -> float:
    """Capital and standing cost of plants that are built anyway, discounted. [money]"""
    plants = plants_anyway(case)
    standing = sum(discounted(case, standing_by_period(case, one)) for one in plants)
    capital = sum(
        payment.amount.value * discount_at(case, payment.period)
        for plant in plants
        for payment in plant.capital
    )
    return float(capital + standing)


def hours_of(written: DrawArrays, orders: FloatArray, choices: Sequence[Choice]) -> FloatArray:
    """Hours that lines run in calm, and those that they could. (2, R, n) [hour/period]"""
    change, activities = decided_arrays(written.case, choices), written.arrays.activities
    n = orders.shape[1]
    arrays = written.arrays if change is None else change(written.arrays)
    used = np.zeros((len(arrays.lines), n))
    runs = activities.lines >= 0
    np.add.at(used, activities.lines[runs], activities.hours[runs, None] * orders[runs])
    return np.stack([used, arrays.line_hours[:, :n]])


def plant_accounts(case: Case, written: DrawArrays, hours: FloatArray) -> tuple[PlantAccount, ...]:
    """Each plant that is built anyway: what it costs, what is left, how far calm uses it.

    Args:
        case: The case.
        written: Arrays of any draw: they say which lines are of which plant.
        hours: As of `hours_of`, expected over draws. (2, R, n) [hour/period]
    """
    calendar, found = case.calendar, []
    years = np.array([calendar.month_of(t)[0] for t in range(calendar.n_periods)])
    n = calendar.n_periods
    for plant in plants_anyway(case):
        own = written.arrays.line_plants == written.arrays.plants.index(plant.id)
        used, could = hours[:, own, :n].sum(axis=1)
        by_year = {
            int(year): float(used[years == year].sum() / could[years == year].sum())
            for year in dict.fromkeys(years.tolist())
            if could[years == year].sum() > 0
        }
        found.append(
            PlantAccount(
                plant=plant.id,
                capital=float(sum(payment.amount.value for payment in plant.capital)),
                standing=float(standing_by_period(case, plant).sum()),
                left=_left(case, plant),
                used=by_year,
                used_in_all=float(used.sum() / could.sum()) if could.sum() > 0 else None,
            )
        )
    return tuple(found)
