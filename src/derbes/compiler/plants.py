"""Plants and lines by period: opening, delay and ramp (L3, L4)."""

import numpy as np

from derbes.case.arrays import open_share
from derbes.case.calendar import Calendar
from derbes.case.entities import Case, Plant
from derbes.case.options import optional_elements
from derbes.case.quantity import FloatArray
from derbes.compiler.horizon import months


def opening_period(plant: Plant, calendar: Calendar) -> int:
    """Period of the first output, delay included. [period]"""
    return plant.opening + calendar.periods(months(plant.delay))


def plant_open_shares(case: Case, n_periods: int) -> FloatArray:
    """Part of full capacity of each plant that is open; none of one that is not built. (P, T)"""
    closed = optional_elements(case.options)
    shares = [
        open_share(
            n_periods if f"plants.{plant.id}" in closed else opening_period(plant, case.calendar),
            case.calendar.periods(months(plant.ramp)),
            n_periods,
        )
        for plant in case.plants.values()
    ]
    return np.array(shares).reshape(len(shares), n_periods)


def line_index(case: Case) -> dict[tuple[str, str], int]:
    """Position of each (plant, line) on axis R."""
    pairs = [(plant.id, line) for plant in case.plants.values() for line in plant.lines]
    return {pair: position for position, pair in enumerate(pairs)}
