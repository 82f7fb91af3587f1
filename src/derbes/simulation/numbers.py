"""Which number of a case is which number of its futures, and how a draw changes it.

How inputs become the numbers that futures read, for many draws at once.

Each is the formula of the compiler, over a column of draws instead of one number; a test
compares them with what the compiler makes of drawn cases. `step` is the length of a period.
[month]
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from derbes.case.entities import DEFAULT_REFILL_MONTHS, Case, MeasureKind, Supplier
from derbes.case.options import optional_elements
from derbes.case.quantity import Calendar, FloatArray, Quantity
from derbes.kernels.futures import Places
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays


def same(value: FloatArray) -> FloatArray:
    """The input itself."""
    return value


def product(*values: FloatArray) -> FloatArray:
    """Inputs that are multiplied."""
    return np.asarray(np.prod(values, axis=0), dtype=np.float64)


def whole_periods(months: FloatArray, step: int) -> FloatArray:
    """Whole periods that a time takes; a part of a period counts as one. [period]"""
    return np.ceil(np.round(months, 9) / step)


def lead_time(*months: FloatArray, step: int) -> FloatArray:
    """From order to arrival; seller's time and route's together. [period]"""
    return whole_periods(np.asarray(sum(months), dtype=np.float64), step)


def late_lead_time(*months: FloatArray, step: int) -> FloatArray:
    """As `lead_time`; the last time is a delay that is counted in periods of its own."""
    return lead_time(*months[:-1], step=step) + whole_periods(months[-1], step)


def opening_period(delay: FloatArray, planned: int, step: int) -> FloatArray:
    """Period of the first output."""
    return planned + whole_periods(delay, step)


def refill_periods(months: FloatArray, step: int) -> FloatArray:
    """Periods in which a reserve comes back; at least one."""
    return np.maximum(1.0, whole_periods(months, step))


def retention(half_life: FloatArray, step: int) -> FloatArray:
    """Part left after one period."""
    return np.asarray(0.5 ** (step / half_life), dtype=np.float64)


def shelf_life(months: FloatArray, step: int) -> FloatArray:
    """Whole periods in which fresh stock can be used."""
    return np.maximum(1.0, months // step)


def one_period_later(yearly: FloatArray, step: int) -> FloatArray:
    """Worth of money that is paid one period later."""
    return np.asarray((1.0 + yearly) ** (-step / 12.0), dtype=np.float64)


def lot_path(
    *months: FloatArray, table: tuple[tuple[float, float], ...], step: int, n_periods: int
) -> FloatArray:
    """Part of a lot that is left from the period before. (draws, periods)

    Args:
        months: Half-life, shelf life (both infinity where there is none) and age. (draws,)
        table: Surviving shares by age [month]; empty: none.
        step: Length of a period. [month]
        n_periods: Number of periods.
    """
    half_life, shelf, age = np.broadcast_arrays(*(np.atleast_1d(each) for each in months))
    periods = np.arange(n_periods)
    path = np.repeat(retention(half_life, step)[:, None], n_periods, axis=1)
    life = np.where(np.isinf(shelf), step * (n_periods + 1.0), shelf - age)
    left = (life // step)[:, None]
    path = np.where(periods >= np.maximum(left, 0.0), 0.0, path)
    if table:
        ages, shares = np.array(table).T
        surviving = np.interp(age[:, None] + step * periods, ages, shares)
        before = np.concatenate([surviving[:, :1], surviving[:, :-1]], axis=1)
        ratio = np.divide(surviving, before, out=np.zeros_like(path), where=before > 0)
        path = np.where(left > 0, ratio, path)
    path[:, 0] = np.where(left[:, 0] > 0, 1.0, path[:, 0])
    return path


NEVER = float("inf")
NOT_WITHIN = 10.0**6
"""A period that no future reaches."""
Formula = Callable[..., FloatArray]


@dataclass(frozen=True, slots=True)
class Derived:
    """A number that a draw changes."""

    place: int
    paths: tuple[str, ...]
    """Paths of what it is made from; empty where that is not drawn."""
    central: tuple[float, ...]
    formula: Formula
    at: BoolArray | None = None
    """Periods in which it holds; None: in all. (T,)"""


@dataclass(slots=True)
class Numbers:
    """Numbers while they are being collected."""

    inputs: frozenset[str]
    central: FloatArray
    shapes: FloatArray
    at: Places
    calendar: Calendar
    derived: list[Derived] = field(default_factory=list)

    def set(
        self, place: int, formula: Formula, *of: Quantity | float, at: BoolArray | None = None
    ) -> None:
        """Make a number from quantities (or plain numbers), in some periods or in all."""
        values = tuple(float(q.value) if isinstance(q, Quantity) else q for q in of)
        paths = tuple(
            q.path if isinstance(q, Quantity) and q.path in self.inputs else "" for q in of
        )
        with np.errstate(divide="ignore"):
            self.central[place] = formula(*(np.float64(value) for value in values))
        if any(paths):
            self.derived.append(Derived(place, paths, values, formula, at))

    def set_path(
        self, place: int, *of: Quantity | None, factor: float = 1.0, default: float = 0.0
    ) -> None:
        """Make a number that is known by period, and its path over time.

        Args:
            place: Its place.
            of: Quantities that are multiplied; missing ones count as 1.
            factor: Factor on them.
            default: The number where all are missing.
        """
        known = [quantity for quantity in of if quantity is not None]
        if not known:
            self.central[place] = default
            return
        n_periods = self.shapes.shape[1]
        months = np.array([one.months_over(n_periods, self.calendar) for one in known])
        choices, which = np.unique(months, axis=1, return_inverse=True)
        for row, choice in enumerate(choices.T):
            at = which.ravel() == row
            drawn = []
            self.shapes[place, at] = factor
            for quantity, month in zip(known, choice, strict=True):
                path = quantity.over(n_periods, self.calendar)[at]
                own = quantity.months[month].quantity if month >= 0 else quantity
                if own.path in self.inputs:
                    drawn.append(own)
                    path = path / own.value if own.value else np.ones_like(path)
                self.shapes[place, at] *= path
            self.set(place, product, *(drawn or (1.0,)), at=at)
        if len(choices.T) > 1:
            self.central[place] = 1.0  # of the periods that no draw changes

    def close(self, place: int) -> None:
        """Make a number that is known by period 0 in all of them."""
        self.shapes[place] = 0.0


def make_places(arrays: CaseArrays, n_factors: int) -> Places:
    """Where the numbers of each kind begin."""
    # one letter for each kind of `Places`, in their order
    sizes = {
        "U": len(arrays.uses),
        "K": len(arrays.activities.names),
        "G": len(arrays.goods),
        "R": len(arrays.lines),
        "Q": len(arrays.shared_capacity),
        "I": len(arrays.activities.input_goods),
        "L": len(arrays.lots),
        "P": len(arrays.plants),
    }
    axes = "UUKKKGGGRQKKIGGLLPPU"
    counts = [*(sizes[axis] for axis in axes), 1, 1, n_factors]
    return Places(*(int(n) for n in np.cumsum([0, *counts])))


def collect(case: Case, arrays: CaseArrays, at: Places, *, inputs: Sequence[str]) -> Numbers:
    """The numbers of a case, those of measures left out.

    Args:
        case: The case.
        arrays: Its arrays.
        at: Where numbers of each kind begin.
        inputs: Paths that draws change.
    """
    shapes = np.ones((at.lead, arrays.n_periods))
    numbers = Numbers(frozenset(inputs), np.zeros(at.end), shapes, at, case.calendar)
    _uses(case, arrays, numbers)
    _goods(case, numbers)
    _plants(case, numbers)
    _activities(case, arrays, numbers)
    step = case.calendar.step
    yearly = case.discount_rate or 0.0
    numbers.set(at.discount, partial(one_period_later, step=step), yearly)
    refill = case.refill_time or DEFAULT_REFILL_MONTHS
    numbers.set(at.refill, partial(refill_periods, step=step), refill)
    return numbers


def _uses(case: Case, arrays: CaseArrays, numbers: Numbers) -> None:
    at = numbers.at
    step = float(case.calendar.step)
    for u, use in enumerate(case.uses.values()):
        numbers.set_path(at.demand + u, use.demand, factor=step)
        numbers.set_path(at.crisis + u, use.crisis_demand or use.demand, factor=step)
        numbers.set(at.weight + u, same, use.weight or float(arrays.use_weight[u]))


def _goods(case: Case, numbers: Numbers) -> None:
    at = numbers.at
    step = case.calendar.step
    for place, good in enumerate(case.goods.values()):
        numbers.set_path(at.reserve + place, good.reserve)
        numbers.set_path(at.storage_limit + place, good.storage_limit, default=np.inf)
        numbers.set_path(at.storage_cost + place, good.storage_cost, factor=float(step))
        half_life = good.survival.half_life or NEVER
        numbers.set(at.retention + place, partial(retention, step=step), half_life)
        if good.survival.shelf_life is not None:
            shelf = good.survival.shelf_life
            numbers.set(at.shelf_life + place, partial(shelf_life, step=step), shelf)


def _plants(case: Case, numbers: Numbers) -> None:
    at = numbers.at
    step, closed = case.calendar.step, optional_elements(case.options)
    lines = [line for plant in case.plants.values() for line in plant.lines.values()]
    for r, hours in enumerate(lines):
        numbers.set_path(at.line_hours + r, hours, factor=float(step))
    for p, plant in enumerate(case.plants.values()):
        opening = partial(opening_period, planned=plant.opening, step=step)
        numbers.set(at.opening + p, opening, plant.delay or 0.0)
        if f"plants.{plant.id}" in closed:
            numbers.derived[:] = [one for one in numbers.derived if one.place != at.opening + p]
            numbers.central[at.opening + p] = NOT_WITHIN
        numbers.set(at.ramp + p, partial(whole_periods, step=step), plant.ramp or 0.0)


def _activities(case: Case, arrays: CaseArrays, numbers: Numbers) -> None:
    at = numbers.at
    activities, closed = arrays.activities, optional_elements(case.options)
    for k, element in enumerate(activities.elements):
        name = element.split(".", 1)[1]
        if activities.kinds[k] == ActivityKind.PURCHASE:
            _purchase(case, arrays, numbers, k)
        elif activities.kinds[k] == ActivityKind.RECIPE:
            _recipe(case, arrays, numbers, k)
        else:
            export = case.exports[name]
            numbers.set_path(at.capacity + k, export.capacity, factor=float(case.calendar.step))
            numbers.set_path(at.price + k, export.price, factor=-1.0)
        if not closed.isdisjoint((element, f"routes.{activities.routes[k]}")):
            numbers.close(at.capacity + k)
        if element in closed and activities.shared[k] >= 0:
            numbers.close(at.pool + activities.shared[k])
    _inputs(case, arrays, numbers)


def _purchase(case: Case, arrays: CaseArrays, numbers: Numbers, k: int) -> None:
    at = numbers.at
    activities, step = arrays.activities, case.calendar.step
    supplier = case.suppliers[activities.elements[k].split(".", 1)[1]]
    route = case.routes.get(activities.routes[k])
    carried = route.carried_share if route else None
    if supplier.capacity is not None:
        numbers.set_path(at.capacity + k, supplier.capacity, carried, factor=float(step))
    numbers.set_path(at.price + k, supplier.price)
    numbers.set_path(at.transport + k, route.cost_share if route else None)
    if activities.shared[k] >= 0:
        numbers.set_path(at.pool + activities.shared[k], supplier.capacity, factor=float(step))
    times: list[Quantity | float] = [supplier.lead_time or 0.0]
    times.append((route.lead_time if route else None) or 0.0)
    delay = _delay(case, activities.names[k], supplier)
    if delay is None:
        numbers.set(at.lead + k, partial(lead_time, step=step), *times)
    else:
        numbers.set(at.lead + k, partial(late_lead_time, step=step), *times, delay)


def _delay(case: Case, name: str, supplier: Supplier) -> Quantity | float | None:
    """By how much a late twin of a purchase is late; None: it is no twin."""
    late = name.removeprefix(supplier.id).rpartition("_late")
    if not late[1]:
        return None
    periods = case.calendar.periods
    delays = [m.by for m in case.measures.values() if m.kind is MeasureKind.DELAY and m.by]
    own = [by for by in delays if periods(by.value) == int(late[2])]
    return own[0] if own else float(int(late[2]) * case.calendar.step)


def _recipe(case: Case, arrays: CaseArrays, numbers: Numbers, k: int) -> None:
    at = numbers.at
    activities, step = arrays.activities, case.calendar.step
    recipe = case.recipes[activities.elements[k].split(".", 1)[1]]
    numbers.set_path(at.capacity + k, recipe.capacity, factor=float(step), default=np.inf)
    numbers.set_path(at.price + k, recipe.cost)
    numbers.set(at.lead + k, partial(lead_time, step=step), recipe.lead_time or 0.0)
    numbers.set(at.hours + k, same, recipe.hours or 0.0)


def _inputs(case: Case, arrays: CaseArrays, numbers: Numbers) -> None:
    """Units of each input; an export takes one unit of what it sells."""
    at = numbers.at
    activities, names = arrays.activities, list(case.goods)
    for k, element in enumerate(activities.elements):
        recipe = case.recipes.get(element.split(".", 1)[1])
        for i in range(activities.input_starts[k], activities.input_starts[k + 1]):
            of: Quantity | float = float(activities.input_amounts[i])
            if activities.kinds[k] == ActivityKind.RECIPE and recipe is not None:
                of = recipe.inputs[names[activities.input_goods[i]]]
            numbers.set(at.taken + i, same, of)


def drawn_values(derived: Derived, columns: Mapping[str, FloatArray], n_draws: int) -> FloatArray:
    """A number in each draw; nan in a draw stands for the central value. (N,)"""
    values = []
    for path, central in zip(derived.paths, derived.central, strict=True):
        if path:
            column = columns[path]
            values.append(np.where(np.isnan(column), central, column))
        else:
            values.append(np.full(n_draws, central))
    return np.asarray(derived.formula(*values), dtype=np.float64)
