"""Which numbers of a case are uncertain, and the case that a row of draws makes of it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from derbes.case.entities import Case, Scenario, Variant, quantities
from derbes.case.ledger import Contrast, DoubleStandard, Statement, Tension
from derbes.case.quantity import Calendar, FloatArray, Quantity
from derbes.case.uncertainty import Draws
from derbes.model.numbers import over, with_formulas

NOT_DRAWN = (Variant, Scenario, Statement, Contrast, DoubleStandard, Tension)
ALREADY_USED = "currency.rates."
"""Prices were turned into the base currency when the case was read; a rate drawn later
would change nothing."""
EACH_EVENT = ("hazards.", ".length")
"""A hazard's length is drawn anew for each of its events, not once for a draw."""


def is_uncertain(quantity: Quantity) -> bool:
    """Whether a number can take more than one value by itself, not through its parents."""
    if quantity.formula is not None:
        return False
    if quantity.distribution == "reference":
        return True
    if quantity.distribution in {"discrete", "empirical"}:
        step = 2 if quantity.distribution == "discrete" else 1
        return len(set(quantity.parameters[::step])) > 1
    return quantity.low is not None and quantity.low != quantity.high


def inputs_by_path(case: Case) -> Mapping[str, Quantity]:
    """Every number of a case that has a path; variants and scenarios not counted."""
    own = replace(case, variants={}, scenarios={})
    return {quantity.path: quantity for quantity in quantities(own)}


def uncertain_inputs(case: Case) -> tuple[Quantity, ...]:
    """Numbers that are drawn once for each future, in the order of the case.

    Those with a range, a distribution or a reference class. Exchange rates are not among
    them (they were used up when the case was read), nor the lengths of hazards (each event
    draws its own), nor what only a variant or a scenario states.
    """
    begin, end = EACH_EVENT
    return tuple(
        quantity
        for path, quantity in inputs_by_path(case).items()
        if is_uncertain(quantity)
        and not path.startswith(ALREADY_USED)
        and not (path.startswith(begin) and path.endswith(end))
    )


def scenario_cases(case: Case) -> Mapping[str, Case]:
    """The case in each scenario; the case itself, without a name, where there is none.

    Raises:
        ValueError: A scenario has not been built.
    """
    if not case.scenarios:
        return {"": case}
    built = {name: one.case for name, one in case.scenarios.items() if one.case is not None}
    if len(built) != len(case.scenarios):
        raise ValueError(f"scenarios without a case: {sorted(set(case.scenarios) - set(built))}")
    return built


def shared_inputs(cases: Sequence[Case]) -> tuple[str, ...]:
    """Paths that are uncertain in any of the cases or their scenarios, in their first order.

    Draws of several variants over these same paths differ only where the variants do.
    """
    each = (one for case in cases for one in (case, *scenario_cases(case).values()))
    return tuple(dict.fromkeys(number.path for one in each for number in uncertain_inputs(one)))


def drawn_case(case: Case, draws: Draws, i: int) -> Case:
    """The case, of which the draws were made, or a variant of it, in the future of row i.

    The scenario's case comes first, then the values. A series by date is scaled in
    proportion to its first value, or month by month where months have ranges of their
    own. Drawn numbers have no range any more.

    Raises:
        KeyError: The case has no scenario of the draw's name.
        ValueError: A series that starts at 0 cannot be scaled.
    """
    return with_values(*drawn_values(case, draws, i))


def drawn_values(case: Case, draws: Draws, i: int) -> tuple[Case, dict[str, float]]:
    """The scenario of a row of draws, and what it draws for its inputs: all a compiler needs."""
    if draws.scenarios and case.scenarios:
        case = case.scenarios[draws.scenarios[i]].case or case
    row = zip(draws.inputs, draws.values[i].tolist(), strict=True)
    return case, _followed(case, {path: value for path, value in row if not np.isnan(value)})


def _followed(case: Case, values: Mapping[str, float]) -> dict[str, float]:
    """What is drawn, and what follows from it by formulas."""
    return {path: float(value) for path, value in with_formulas(case, values).items()}


def with_followers(case: Case, draws: Draws) -> Draws:
    """Draws in which what follows from inputs by formulas stands as inputs too.

    So that the formulas are evaluated once for all draws; those of a scenario for its own.
    """
    if not draws.inputs:
        return draws
    n, worlds = len(draws.weights), {"": case}
    if draws.scenarios and case.scenarios:
        worlds = dict(scenario_cases(case))
    names = np.array(draws.scenarios or ("",) * n)
    columns = {path: np.full(n, np.nan) for path in draws.inputs}
    for name, world in worlds.items():
        rows = np.flatnonzero(names == name)
        of_world = zip(draws.inputs, draws.values[rows].T, strict=True)
        known = {path: column for path, column in of_world if not np.isnan(column).all()}
        for path, column in with_formulas(world, known).items():
            columns.setdefault(path, np.full(n, np.nan))[rows] = column
    return replace(draws, inputs=tuple(columns), values=np.column_stack([*columns.values()]))


def with_values(case: Case, values: Mapping[str, float]) -> Case:
    """A case with other values at some paths; paths that it does not have are left out.

    Of a series it is the first value, or that of a month; what follows by formulas changes
    too. Variants and scenarios stay as they are. [base unit]

    Raises:
        ValueError: A series that starts at 0 cannot be scaled.
    """
    changed: Case = _changed(case, _followed(case, values), case.calendar)
    return changed


def _changed(part: Any, values: Mapping[str, float], calendar: Calendar) -> Any:
    """The part itself where nothing below it changes."""
    if isinstance(part, Quantity):
        if any(month.quantity.path in values for month in part.months):
            part = part.with_months(values, calendar)
        return _drawn(part, values[part.path]) if part.path in values else part
    if isinstance(part, NOT_DRAWN):
        return part
    if isinstance(part, Mapping):
        below = {key: _changed(inner, values, calendar) for key, inner in part.items()}
        return part if all(below[key] is inner for key, inner in part.items()) else below
    if isinstance(part, tuple):
        items = tuple(_changed(inner, values, calendar) for inner in part)
        return part if all(new is old for new, old in zip(items, part, strict=True)) else items
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields = {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}
        new = {name: _changed(old, values, calendar) for name, old in fields.items()}
        changes = {name: one for name, one in new.items() if one is not fields[name]}
        return replace(part, **changes) if changes else part
    return part


def _drawn(quantity: Quantity, value: float) -> Quantity:
    certain = replace(
        quantity, value=value, low=None, high=None, distribution="", parameters=(), reference=""
    )
    if not quantity.steps:
        return certain
    if quantity.value == value == 0.0:
        return certain
    if quantity.value == 0.0:
        raise ValueError(f"{quantity.path}: a series that starts at 0 cannot be scaled")
    scale = value / quantity.value
    return replace(certain, steps=tuple((at, step * scale) for at, step in quantity.steps))


def drawn_paths(case: Case, draws: Draws, n_periods: int) -> Callable[[Quantity], FloatArray]:
    """Numbers by draw and period, as `with_values` changes them: number → (N, T).

    What follows from drawn numbers by formulas follows in each draw. All draws are of one case
    or scenario; behind the end of the calendar a series goes on as `continued` says.
    """
    values = with_formulas(case, dict(zip(draws.inputs, draws.values.T, strict=True)))

    def path(quantity: Quantity) -> FloatArray:
        found = over(quantity, n_periods, case.calendar, values=values)
        return np.tile(found, (len(draws.weights), 1)) if found.ndim == 1 else found

    return path
