"""The case after options have been chosen: the second way to what they do.

Every effect is written into the case as a series by period, and compiled as any other
case is. Plan programs add effects to arrays instead; tests compare the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case, Plant, Recipe, Route, Supplier
from derbes.case.options import OPTIONAL_KINDS, Choice, Option, OptionKind
from derbes.case.quantity import FloatArray, Quantity
from derbes.model.arrays import open_share
from derbes.model.compile import (
    PLANT_KINDS,
    opening_period,
    plant_share,
    step_share,
    tail_periods,
)
from derbes.model.numbers import over, periods_of

SPARED = "_spared"
"""Ends the name of the part of a supplier that has been bought out."""


def chosen_case(case: Case, choices: Sequence[Choice]) -> Case:
    """The case with the choices made real: what was optional and is not chosen stays closed.

    Args:
        case: The case, its options not decided.
        choices: What is chosen.

    Raises:
        KeyError: A choice names an option that the case does not have.
    """
    made = _Making(case, choices, case.calendar.n_periods + tail_periods(case))
    suppliers = dict(case.suppliers)
    for name, supplier in case.suppliers.items():
        suppliers.update(_supplier(made, name, supplier))
    chosen = {choice.option for choice in choices}
    elements = {case.options[name].element for name in chosen}
    left = {
        name: option
        for name, option in case.options.items()
        if name not in chosen and not (option.kind in OPTIONAL_KINDS and option.element in elements)
    }
    return replace(
        case,
        options=left,
        plants={name: _plant(made, plant) for name, plant in case.plants.items()},
        recipes={name: _recipe(made, recipe) for name, recipe in case.recipes.items()},
        suppliers=suppliers,
        routes={name: _route(made, route) for name, route in case.routes.items()},
        goods={
            name: replace(good, reserve=made.added(good.reserve, f"goods.{name}"))
            for name, good in case.goods.items()
        },
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """What is being made real."""

    case: Case
    choices: Sequence[Choice]
    n_periods: int

    def of(self, element: str, *kinds: OptionKind) -> list[tuple[Option, Choice]]:
        """Choices of some kinds for an element."""
        pairs = [(self.case.options[choice.option], choice) for choice in self.choices]
        return [
            (option, choice)
            for option, choice in pairs
            if option.element == element and option.kind in kinds
        ]

    def size(self, element: str, *kinds: OptionKind) -> FloatArray | None:
        """Sum of the sizes by period; None when nothing is chosen. (T,)"""
        found = self.of(element, *kinds)
        if not found:
            return None
        paths = [step_share(self.case, o, c, self.n_periods) for o, c in found]
        return np.asarray(np.sum(paths, axis=0), dtype=np.float64)

    def added(self, quantity: Quantity | None, element: str) -> Quantity | None:
        """A reserve with what is chosen beside it."""
        size = self.size(element, OptionKind.RESERVE)
        if size is None:
            return quantity
        before = over(quantity, self.n_periods, self.case.calendar)
        return series(before + size, quantity)

    def times(self, quantity: Quantity | None, factor: FloatArray | None) -> Quantity | None:
        """A quantity times a path; a missing one stays missing."""
        if quantity is None or factor is None:
            return quantity
        return series(over(quantity, self.n_periods, self.case.calendar) * factor, quantity)

    def plant_path(self, plant: Plant) -> FloatArray | None:
        """Part of the plant as written that is open; None when nothing is chosen. (T,)"""
        element = f"plants.{plant.id}"
        found = self.of(element, *PLANT_KINDS)
        if not found:
            return None
        is_optional = any(
            option.element == element and option.kind is OptionKind.BUILD
            for option in self.case.options.values()
        )
        ramp = periods_of(plant.ramp, self.case.calendar)
        written = open_share(opening_period(plant, self.case.calendar), ramp, self.n_periods)
        path = np.zeros(self.n_periods) if is_optional else written
        for option, choice in found:
            path = path + plant_share(self.case, option, choice, self.n_periods)
        return path


def series(path: FloatArray, like: Quantity | None = None) -> Quantity:
    """A quantity with a value for each period, and the unit of another."""
    steps = [(0, float(path[0]))]
    steps += [(int(t), float(path[t])) for t in range(1, len(path)) if path[t] != path[t - 1]]
    blank = Quantity(0.0) if like is None else like
    return replace(blank, value=steps[0][1], steps=tuple(steps), low=None, high=None)


def _plant(made: _Making, plant: Plant) -> Plant:
    path = made.plant_path(plant)
    if path is None:
        return plant
    is_open = np.flatnonzero(path > 0)
    opening = int(is_open[0]) if len(is_open) else made.n_periods
    lines: Mapping[str, Quantity] = {
        name: series(over(hours, made.n_periods, made.case.calendar) * path, hours)
        for name, hours in plant.lines.items()
    }
    return replace(plant, opening=opening, delay=None, ramp=None, lines=lines)


def _recipe(made: _Making, recipe: Recipe) -> Recipe:
    plant = made.case.plants.get(recipe.plant)
    path = made.plant_path(plant) if plant else None
    converted = made.size(f"recipes.{recipe.id}", OptionKind.CONVERT)
    capacity = recipe.capacity
    if converted is not None and capacity is None and plant and recipe.hours:
        line = plant.lines.get(recipe.line)
        hours = over(line, made.n_periods, made.case.calendar) if line else None
        if hours is not None and recipe.hours.value > 0:
            capacity = series(hours / recipe.hours.value)
    return replace(recipe, capacity=made.times(made.times(capacity, path), converted))


def _supplier(made: _Making, name: str, supplier: Supplier) -> dict[str, Supplier]:
    element = f"suppliers.{name}"
    contracted = made.size(element, OptionKind.CONTRACT)
    spared = made.size(element, OptionKind.BUY_OUT)
    whole = replace(supplier, capacity=made.times(supplier.capacity, contracted))
    if spared is None:
        return {name: whole}
    part = replace(
        whole, id=name + SPARED, capacity=made.times(whole.capacity, spared), is_spared=True
    )
    rest = replace(whole, capacity=made.times(whole.capacity, 1.0 - spared))
    return {name: rest, name + SPARED: part}


def _route(made: _Making, route: Route) -> Route:
    size = made.size(f"routes.{route.id}", OptionKind.CONTRACT)
    if size is None:
        return route
    before = Quantity(1.0) if route.carried_share is None else route.carried_share
    return replace(route, carried_share=made.times(before, size))
