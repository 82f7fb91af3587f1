"""Caps on sellers: the most that may come of a good from one of them, year by year, in calm.

(M16) sum over the year of [seller s delivers g] <= at most * whole[g] + over[s,year], where the
whole is what is bought abroad of g in the year, or its use: what is bought and made, less what
is exported. What was ordered before the calendar counts when it arrives.

Symbols: g good, s seller: an actor abroad with all its offers, or several together. Years are
counted from the first month of the cap on; what is left at the end of the calendar, less than
a year, counts with the last of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.options import USE, Standard
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.lp.program import BoolArray, IntArray
from derbes.model.arrays import ActivityKind, CaseArrays
from derbes.planning.effects import CAPACITY, DrawArrays, all_effects
from derbes.planning.first_stage import FirstStage
from derbes.supply.baseline import orders_before
from derbes.supply.network import BlockIndex, Entries

TOGETHER = "together"
"""Stands for sellers that are capped as one."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A standard that caps sellers: its rows and what it limits, the same in all draws."""

    name: str
    standard: Standard
    target: str
    sellers: tuple[str, ...]
    """Each actor abroad that sells anything, or the named ones as one. (S,)"""
    years: tuple[slice, ...]
    """Periods of each year. (Y,)"""


def part_at_most(standard: Standard) -> float:
    """Part of the whole that a seller may have under a cap; 1 under any other standard."""
    return 1.0 if standard.at_most is None else standard.at_most.value


def with_part(standard: Standard, part: float) -> Standard:
    """A cap at another part."""
    asked = standard.at_most
    return standard if asked is None else replace(standard, at_most=replace(asked, value=part))


def caps_of(
    standards: Sequence[tuple[str, Standard]], arrays: CaseArrays, target: str, n: int
) -> tuple[Cap, ...]:
    """The caps among standards, over the first n periods."""
    return tuple(
        Cap(
            name=name,
            standard=standard,
            target=target,
            sellers=(TOGETHER,) if standard.sellers else _sellers_abroad(arrays, target),
            years=years_of(standard, n, MONTHS_A_YEAR // arrays.calendar.step),
        )
        for name, standard in standards
        if standard.is_cap
    )


def _sellers_abroad(arrays: CaseArrays, target: str) -> tuple[str, ...]:
    """Actors abroad that sell something."""
    activities = arrays.activities
    sold = zip(activities.actors, activities.kinds, strict=True)
    found = (actor for actor, kind in sold if kind == ActivityKind.PURCHASE and actor != target)
    return tuple(dict.fromkeys(found))


def years_of(standard: Standard, n: int, year: int) -> tuple[slice, ...]:
    """Years over which a share is taken, in periods.

    Args:
        standard: The cap.
        n: Number of periods of the calendar.
        year: Periods of a year.

    Examples:
        >>> years_of(Standard("cap", first=3), 40, 12)
        (slice(3, 15, None), slice(15, 27, None), slice(27, 40, None))
    """
    end = n if standard.last < 0 else min(standard.last + 1, n)
    first = [*range(standard.first, end - year + 1, year)] or [standard.first]
    return tuple(slice(start, stop) for start, stop in zip(first, [*first[1:], end], strict=True))


def seller_masks(cap: Cap, arrays: CaseArrays) -> BoolArray:
    """Purchases of the good from each seller. (S, K)"""
    activities, named = arrays.activities, set(cap.standard.sellers)
    is_bought = activities.kinds == ActivityKind.PURCHASE
    is_bought = is_bought & (activities.outputs == arrays.goods.index(cap.standard.good))
    actors = np.array(activities.actors)
    if not named:
        return np.array([is_bought & (actors == one) for one in cap.sellers], dtype=np.bool_)
    elements = [element.split(".", 1)[1] for element in activities.elements]
    is_named = [a in named or e in named for a, e in zip(actors, elements, strict=True)]
    return np.array([is_bought & is_named & (actors != cap.target)], dtype=np.bool_)


def whole_weights(cap: Cap, arrays: CaseArrays) -> FloatArray:
    """How much of each activity's flow counts as the whole; below 0: is taken off. (K,)"""
    activities, good = arrays.activities, arrays.goods.index(cap.standard.good)
    counts = activities.outputs == good
    if cap.standard.part_of != USE:
        abroad = np.array([actor != cap.target for actor in activities.actors])
        return np.where(counts & abroad & (activities.kinds == ActivityKind.PURCHASE), 1.0, 0.0)
    weights = np.where(counts, 1.0, 0.0)
    for k in np.flatnonzero(activities.kinds == ActivityKind.EXPORT):
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        is_good = activities.input_goods[inputs] == good
        weights[k] -= activities.input_amounts[inputs][is_good].sum()
    return weights


def flow_weights(cap: Cap, arrays: CaseArrays) -> FloatArray:
    """What a unit of each activity adds to what a seller has beyond its part. (S, K)"""
    own, part = seller_masks(cap, arrays).astype(np.float64), part_at_most(cap.standard)
    return np.asarray(own - part * whole_weights(cap, arrays), dtype=np.float64)


def add_cap_entries(cap: Cap, arrays: CaseArrays, index: BlockIndex, entries: Entries) -> None:
    """Entries of (M16): what is ordered so that it arrives in a year, and what is over."""
    rows, orders = index.row(f"cap_{cap.name}").indices, index.column("order").indices
    weights, n = flow_weights(cap, arrays), orders.shape[1]
    for year, periods in enumerate(cap.years):
        for k in np.flatnonzero(weights.any(axis=0)):
            ordered = _ordered_for(periods, int(arrays.activities.lead_times[k]), n)
            entries.add(rows[:, year, None], orders[None, k, ordered], weights[:, k, None])
    entries.add(rows, index.column(f"over_{cap.name}").indices, -1.0)


def _ordered_for(periods: slice, lead: int, n: int) -> slice:
    """Orders within the calendar that arrive in some periods."""
    return slice(max(0, periods.start - lead), max(0, min(n, periods.stop - lead)))


def cap_bounds(cap: Cap, arrays: CaseArrays) -> FloatArray:
    """Upper bounds of the rows: what was ordered before takes from them. (S, Y) [unit]"""
    before, weights = orders_before(arrays), flow_weights(cap, arrays)
    found = np.zeros((len(cap.sellers), len(cap.years)))
    for year, periods in enumerate(cap.years):
        for k, lead in enumerate(arrays.activities.lead_times):
            came = before[k, before.shape[1] - lead :][periods].sum()
            found[:, year] -= weights[:, k] * came
    return found


def excused(
    cap: Cap, written: DrawArrays, first: FirstStage, index: BlockIndex
) -> tuple[IntArray, FloatArray]:
    """Rows of a cap, and more than a seller can have beyond its part, whatever is chosen. [unit]"""
    arrays, n = written.arrays, written.arrays.n_calendar
    most = np.where(
        np.isfinite(arrays.activities.capacity),
        arrays.activities.capacity,
        written.plenty[:, None],
    )[:, :n].copy()
    for column, effect in all_effects(first, written):
        if effect.kind == CAPACITY:
            most[effect.row] += first.upper[column] * np.maximum(effect.path[:n], 0.0)
    beyond = np.maximum(flow_weights(cap, arrays), 0.0)
    amounts = np.maximum(-cap_bounds(cap, arrays), 0.0)
    for year, periods in enumerate(cap.years):
        for k in np.flatnonzero(beyond.any(axis=0)):
            ordered = _ordered_for(periods, int(arrays.activities.lead_times[k]), n)
            amounts[:, year] += beyond[:, k] * most[k, ordered].sum()
    return index.row(f"cap_{cap.name}").indices.ravel(), amounts.ravel()
