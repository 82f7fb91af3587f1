"""Case → CaseArrays: from entities to numbers by period, as written or in draws.

Activities are purchases by supplier and route, recipes and exports; plants and their lines
open by period, with delay, ramp (L3, L4) and what options add; stocks age from one period to
the next. The arrays reach so far behind the calendar that no start sees an edge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from derbes.case.entities import (
    DEFAULT_REFILL_MONTHS,
    DEFAULT_SENDER_HORIZON_MONTHS,
    Case,
    Export,
    MeasureKind,
    Plant,
    Recipe,
    Supplier,
    Tier,
    is_opening,
)
from derbes.case.options import Choice, Option, OptionKind, optional_elements
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, FloatArray, Quantity
from derbes.model.arrays import Activities, ActivityKind, CaseArrays, far, open_share
from derbes.model.measures import delays_at_once, is_cut_in_part
from derbes.model.numbers import (
    AS_WRITTEN,
    Number,
    Periods,
    Values,
    drawn,
    given,
    lot_retention,
    over,
    period_retention,
    periods_of,
    shelf_life_periods,
    whole_periods,
    with_formulas,
)
from derbes.units import ONE, Unit, own_unit


def refill_periods(case: Case, values: Values = AS_WRITTEN) -> Periods:
    """Periods in which a reserve comes back after a measure; at least one. [period]"""
    time = given(case.refill_time, DEFAULT_REFILL_MONTHS, values)
    found = whole_periods(time, case.calendar)
    return np.maximum(1, found) if isinstance(found, np.ndarray) else max(1, found)


def sender_horizon(case: Case, values: Values = AS_WRITTEN) -> Periods:
    """Periods over which a lost buyer's purchases count. [period]"""
    time = given(case.sender_horizon, DEFAULT_SENDER_HORIZON_MONTHS, values)
    return whole_periods(time, case.calendar)


def _times(case: Case, values: Values, *times: Quantity | None) -> int:
    """Whole periods of times that follow on each other, in one draw. [period]"""
    months = sum(given(time, values=values) for time in times)
    return int(whole_periods(months, case.calendar))


def longest_delivery(case: Case, values: Values = AS_WRITTEN) -> int:
    """Longest time from order to arrival, routes included, without any measure. [period]"""
    times = [
        _times(case, values, supplier.lead_time, case.routes[r].lead_time if r else None)
        for supplier in case.suppliers.values()
        for r in supplier.routes or ("",)
    ]
    times += [_times(case, values, recipe.lead_time) for recipe in case.recipes.values()]
    return max(times, default=0)


def _delays(case: Case, values: Values) -> list[int]:
    """By how much measures delay, in one draw. [period]"""
    kind = MeasureKind.DELAY
    return [_times(case, values, m.by) for m in case.measures.values() if m.kind is kind]


def longest_lead_time(case: Case, values: Values = AS_WRITTEN) -> int:
    """Longest time from order to arrival, routes and delays included, in one draw. [period]"""
    return longest_delivery(case, values) + max(_delays(case, values), default=0)


LONGEST_MONTHS = 48
"""Measures and delays up to this long find the same calm plan, whatever is asked. [month]"""
YEARS_BEHIND = 2
"""Years behind the last branch, so that the end of the arrays is felt by none."""


def tail_periods(case: Case, longest_length: int = 0, values: Values = AS_WRITTEN) -> int:
    """Periods that the arrays need behind the calendar, in one draw. [period]

    Room for a branch from the last period on, and two more years. It does not depend on
    which measures and lengths there are, unless they are longer than `LONGEST_MONTHS`.
    """
    lengths = [length for measure in case.measures.values() for length in measure.lengths]
    delays = _delays(case, values)
    ramps = [_times(case, values, plant.ramp) for plant in case.plants.values()] if delays else []
    longest = max([*lengths, longest_length, 1]) + max(delays, default=0) + max(ramps, default=0)
    longest = max(longest, case.calendar.periods(LONGEST_MONTHS))
    branch = longest + int(refill_periods(case, values)) + longest_delivery(case, values)
    years = YEARS_BEHIND * MONTHS_A_YEAR // case.calendar.step
    return max(branch, int(sender_horizon(case, values))) + years + 1


def opening_period(plant: Plant, calendar: Calendar, values: Values = AS_WRITTEN) -> Periods:
    """Period of the first output, delay included; of one drawn as a month, its own. [period]"""
    if plant.delay is None or not is_opening(plant.delay.path):
        return plant.opening + periods_of(plant.delay, calendar, values)
    planned = calendar.monthly.index_of(plant.opening_written or calendar.label(plant.opening))
    return (planned + periods_of(plant.delay, calendar.monthly, values)) // calendar.step


def effect_period(case: Case, option: Option, date: int) -> int:
    """Period from which on an option works that is decided in a period. [period]"""
    return date + int(periods_of(option.lead_time, case.calendar))


PLANT_KINDS = (OptionKind.BUILD, OptionKind.ENLARGE, OptionKind.BRING_FORWARD)


def plant_openings(case: Case, option: Option, choice: Choice) -> tuple[tuple[int, float], ...]:
    """What a choice opens of a plant: period of the opening, and part of the plant as written.

    To build or enlarge: an opening at the effect of the option and the plant's own delay
    and ramp, not before it is decided; an enlarged plant gives nothing before it opens itself,
    unless it is there only by an option. To bring forward: another opening, no earlier than the
    option can work, in place of the one that is written.

    Args:
        case: The case, with its options and the delay of the draw.
        option: An option for a plant.
        choice: Its date and size.
    """
    plant, calendar = case.plants[option.element.split(".", 1)[1]], case.calendar
    written = int(opening_period(plant, calendar))
    opening = effect_period(case, option, choice.date) + written - plant.opening
    opening = max(opening, choice.date)
    if option.kind is OptionKind.BRING_FORWARD:
        earlier = min(max(opening, written - calendar.periods(choice.size)), written)
        return (earlier, 1.0), (written, -1.0)
    if option.kind is OptionKind.ENLARGE and option.element not in optional_elements(case.options):
        opening = max(opening, written)
    return ((opening, choice.size),)


def plant_share(case: Case, option: Option, choice: Choice, n_periods: int) -> FloatArray:
    """What a choice adds to a plant, as a part of it; arguments as of `plant_openings`. (T,)"""
    ramp = periods_of(case.plants[option.element.split(".", 1)[1]].ramp, case.calendar)
    opened = plant_openings(case, option, choice)
    shares = [part * open_share(opening, ramp, n_periods) for opening, part in opened]
    return np.asarray(np.sum(shares, axis=0), dtype=np.float64)


def step_share(case: Case, option: Option, choice: Choice, n_periods: int) -> FloatArray:
    """The size from the effect of a choice on, nothing before. (T,)"""
    periods = np.arange(n_periods)
    return np.where(periods >= effect_period(case, option, choice.date), choice.size, 0.0)


def plant_open_shares(case: Case, n_periods: int, values: Values = AS_WRITTEN) -> FloatArray:
    """Part of full capacity of each plant that is open; none of one that is not built.

    (P, T) or (N, P, T)
    """
    calendar, closed = case.calendar, optional_elements(case.options)
    shares = [
        open_share(
            n_periods
            if f"plants.{plant.id}" in closed
            else opening_period(plant, calendar, values),
            periods_of(plant.ramp, calendar, values),
            n_periods,
        )
        for plant in case.plants.values()
    ]
    return by_period(shares, n_periods)


def line_index(case: Case) -> dict[tuple[str, str], int]:
    """Position of each (plant, line) on axis R."""
    pairs = [(plant.id, line) for plant in case.plants.values() for line in plant.lines]
    return {pair: position for position, pair in enumerate(pairs)}


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """One activity before it becomes a row of the arrays; (T,) is (N, T) over draws."""

    name: str
    element: str
    actor: str
    kind: ActivityKind
    lead_time: Periods
    """() or (N,) [period]"""
    capacity: FloatArray
    """(T,) [unit/period]"""
    unit_cost: FloatArray
    """(T,) [money/unit]"""
    route: str = ""
    output: str = ""
    price: FloatArray | None = None
    on_order: FloatArray | None = None
    margin_share: Number = np.nan
    whole_capacity: FloatArray = field(default_factory=lambda: np.zeros(1))
    """What all routes of the supplier share. (T,) [unit/period]"""
    whole_least: FloatArray = field(default_factory=lambda: np.zeros(1))
    """Least that is taken by all of them. (T,) [unit/period]"""
    is_late: bool = False
    line: int = -1
    hours: Number = 0.0
    plant: int = -1
    inputs: Mapping[str, Number] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Axes:
    """Positions of names, the length of the period axis, and what is drawn."""

    case: Case
    n_periods: int
    values: Values
    open_shares: FloatArray
    """(P, T) or (N, P, T)"""
    closed: frozenset[str]
    """Elements that only an option opens."""

    @property
    def is_many(self) -> bool:
        """Whether the values are those of many draws at once."""
        return isinstance(next(iter(self.values.values()), None), np.ndarray)

    def over(self, quantity: Quantity | None, default: float = 0.0) -> FloatArray:
        """A number by period; over many draws a constant has one. (T,), (N, T) or (N, 1)"""
        if self.is_many and not (quantity and (quantity.steps or quantity.months)):
            return np.asarray(given(quantity, default, self.values))[..., None]
        calendar = self.case.calendar
        return over(quantity, self.n_periods, calendar, default=default, values=self.values)

    def flow(self, quantity: Quantity | None, element: str, default: float = 0.0) -> FloatArray:
        """A number by month as one by period; 0 of an element that only an option opens."""
        if element in self.closed:
            return self.over(None)
        return self.over(quantity, default) * int(self.case.calendar.step)

    def given(self, quantity: Quantity | None, default: float = 0.0) -> Number:
        """A number that does not change over time. () or (N,)"""
        return given(quantity, default, self.values)


def _least(axes: Axes, supplier: Supplier) -> FloatArray:
    """What is taken of a supplier at least, whatever its capacity. (T,) [unit/period]"""
    quantity, element = supplier.at_least, f"suppliers.{supplier.id}"
    if quantity is None:
        return axes.over(None)
    if quantity.unit:
        least = axes.flow(quantity, element)
    else:
        uses = [use for use in axes.case.uses.values() if use.good == supplier.good]
        demand = sum((axes.flow(use.demand, "") for use in uses), axes.over(None))
        least = axes.over(None if element in axes.closed else quantity) * demand
    if supplier.at_least_until is None:
        return least
    return np.where(np.arange(axes.n_periods) < supplier.at_least_until, least, 0.0)


def _late_by(axes: Axes, supplier: Supplier, route: str) -> dict[int, Periods]:
    """Delays that measures put on a purchase, added up where several run; each has a twin. [period]

    By what the twin is called: what they are in one draw, or without any.
    """
    found: dict[int, Periods] = {}
    calendar = axes.case.calendar
    for late in delays_at_once(axes.case, supplier, route):
        by = sum(periods_of(one, calendar, axes.values) for one in late)
        called = by if isinstance(by, int) else sum(periods_of(one, calendar) for one in late)
        found.setdefault(called, by)
    return found


def _purchases(axes: Axes, supplier: Supplier) -> list[ActivityDraft]:
    """Purchases by route; what is on order comes by the first of them."""
    case, element = axes.case, f"suppliers.{supplier.id}"
    drafts: list[ActivityDraft] = []
    on_order = None if supplier.on_order is None else axes.flow(supplier.on_order, "")
    price = axes.over(supplier.price)
    capacity, least = axes.flow(supplier.capacity, element), _least(axes, supplier)
    margin = supplier.margin_share or case.actors[supplier.actor].margin_share
    for route in supplier.routes or ("",):
        way = case.routes.get(route)
        lead = axes.given(supplier.lead_time) + axes.given(way.lead_time if way else None)
        transport = axes.over(way.cost_share if way else None)
        carried = axes.over(way.carried_share if way else None, 1.0)
        if f"routes.{route}" in axes.closed:
            carried = axes.over(None)
        for late, by in sorted(({0: 0} | _late_by(axes, supplier, route)).items()):
            several = len(supplier.routes) > 1
            name = supplier.id + (f"_{route}" if several else "") + (f"_late{late}" if late else "")
            drafts.append(
                ActivityDraft(
                    name=name,
                    element=element,
                    actor=supplier.actor,
                    kind=ActivityKind.PURCHASE,
                    route=route,
                    output=supplier.good,
                    lead_time=whole_periods(lead, case.calendar) + by,
                    capacity=capacity * carried,
                    whole_capacity=capacity,
                    whole_least=least,
                    unit_cost=price * (1.0 + transport),
                    price=price,
                    on_order=None if on_order is None else on_order * float(not drafts),
                    margin_share=axes.given(margin, np.nan),
                    is_late=late > 0,
                )
            )
    return drafts


def _recipe(axes: Axes, recipe: Recipe) -> ActivityDraft:
    case, element = axes.case, f"recipes.{recipe.id}"
    plant = case.plants.get(recipe.plant)
    position = list(case.plants).index(recipe.plant) if plant else -1
    share = axes.open_shares[..., position, :] if plant else axes.over(None, 1.0)
    full = axes.flow(recipe.capacity, element, np.inf)
    if plant and recipe.line and is_cut_in_part(case, recipe):  # a part of what its line can make
        full = np.minimum(full, axes.flow(plant.lines[recipe.line], "") / axes.over(recipe.hours))
    return ActivityDraft(
        name=recipe.id,
        element=element,
        actor=plant.actor if plant else case.target,
        kind=ActivityKind.RECIPE,
        output=recipe.output,
        lead_time=periods_of(recipe.lead_time, case.calendar, axes.values),
        capacity=np.where(share > 0, full * np.where(share > 0, share, 1.0), 0.0),
        unit_cost=axes.over(recipe.cost),
        line=line_index(case).get((recipe.plant, recipe.line), -1),
        hours=axes.given(recipe.hours),
        plant=position,
        inputs={good: axes.given(amount) for good, amount in recipe.inputs.items()},
    )


def _export(axes: Axes, export: Export) -> ActivityDraft:
    return ActivityDraft(
        name=export.id,
        element=f"exports.{export.id}",
        actor=export.actor,
        kind=ActivityKind.EXPORT,
        lead_time=0,
        capacity=axes.flow(export.capacity, f"exports.{export.id}"),
        unit_cost=-axes.over(export.price),
        inputs={export.good: 1.0},
    )


def _drafts(axes: Axes) -> list[ActivityDraft]:
    case = axes.case
    drafts = [draft for s in case.suppliers.values() for draft in _purchases(axes, s)]
    drafts += [_recipe(axes, recipe) for recipe in case.recipes.values()]
    drafts += [_export(axes, export) for export in case.exports.values()]
    return drafts


def by_row(rows: Sequence[Number], dtype: type = np.float64) -> Any:
    """Numbers of the elements of an axis, behind that of draws where one is drawn. (N, R)"""
    if not rows:
        return np.zeros(0, dtype=dtype)
    return np.stack(np.broadcast_arrays(*rows), axis=-1).astype(dtype, copy=False)


def by_period(paths: Sequence[FloatArray], n_periods: int) -> FloatArray:
    """Paths of the elements of an axis, behind that of draws where one is drawn. (N, R, T)

    Of constants alone, as `Axes.over` makes them of many draws, all periods are one in memory.
    """
    draws = np.broadcast_shapes(*(path.shape[:-1] for path in paths))
    width = max((path.shape[-1] for path in paths), default=n_periods)
    rows = np.empty((*draws, len(paths), width))
    for row, path in enumerate(paths):
        rows[..., row, :] = path
    return rows if width == n_periods else np.broadcast_to(rows, (*rows.shape[:-1], n_periods))


def _activities(axes: Axes) -> tuple[Activities, FloatArray, FloatArray]:
    """Activities, and what those of one supplier share, most and least. (Q, T) [unit/period]"""
    drafts, n = _drafts(axes), axes.n_periods
    elements = [draft.element for draft in drafts]
    several = sorted({e for e in elements if elements.count(e) > 1}, key=elements.index)
    shared = [several.index(e) if e in several else -1 for e in elements]
    whole = [drafts[elements.index(element)].whole_capacity for element in several]
    goods = {good: position for position, good in enumerate(axes.case.goods)}
    nothing = axes.over(None)
    least = [
        nothing if draft.element in several else np.minimum(draft.whole_least, draft.capacity)
        for draft in drafts
    ]
    activities = Activities(
        names=tuple(d.name for d in drafts),
        elements=tuple(elements),
        routes=tuple(d.route for d in drafts),
        actors=tuple(d.actor for d in drafts),
        kinds=by_row([int(d.kind) for d in drafts], np.int64),
        outputs=by_row([goods.get(d.output, -1) for d in drafts], np.int64),
        lead_times=by_row([d.lead_time for d in drafts], np.int64),
        capacity=by_period([d.capacity for d in drafts], n),
        least=by_period(least, n),
        base_availability=by_row([0.0 if d.is_late else 1.0 for d in drafts]),
        unit_cost=by_period([d.unit_cost for d in drafts], n),
        price=by_period([nothing if d.price is None else d.price for d in drafts], n),
        margin_share=by_row([d.margin_share for d in drafts]),
        lines=by_row([d.line for d in drafts], np.int64),
        hours=by_row([d.hours for d in drafts]),
        shared=by_row(shared, np.int64),
        input_starts=np.cumsum([0, *(len(d.inputs) for d in drafts)], dtype=np.int64),
        input_goods=by_row([goods[g] for d in drafts for g in d.inputs], np.int64),
        input_amounts=by_row([a for d in drafts for a in d.inputs.values()]),
        plants=by_row([d.plant for d in drafts], np.int64),
        on_order=_on_order(drafts),
    )
    shared_capacity = by_period(whole, n)
    shared_least = by_period([_shared_least(drafts, element) for element in several], n)
    return activities, shared_capacity, shared_least


def _shared_least(drafts: list[ActivityDraft], element: str) -> FloatArray:
    """What is taken of a supplier at least, as far as it has it and its routes carry it. (T,)"""
    mine = [draft for draft in drafts if draft.element == element]
    carried = sum((draft.capacity for draft in mine if not draft.is_late), np.zeros(1))
    most = np.minimum(mine[0].whole_capacity, carried)
    return np.asarray(np.minimum(mine[0].whole_least, most), dtype=np.float64)


def _on_order(drafts: list[ActivityDraft]) -> FloatArray:
    """What the case says of orders before the first period; nan: nothing. (K, J)

    Nothing is known of it over draws at once, as lead times differ. (K, 0)
    """
    leads = [draft.lead_time for draft in drafts if isinstance(draft.lead_time, int)]
    longest = max(leads, default=0) if len(leads) == len(drafts) else 0
    rows = np.full((len(drafts), longest), np.nan)
    for row, draft in zip(rows if longest else (), drafts, strict=False):
        row[draft.lead_time :] = 0.0
        if draft.is_late:
            row[:] = 0.0
        elif draft.on_order is not None:
            row[: draft.lead_time] = draft.on_order[..., : draft.lead_time]
    return rows


def _goods(axes: Axes) -> dict[str, Any]:
    """Arrays on axis G."""
    case, n, values = axes.case, axes.n_periods, axes.values
    calendar, goods = case.calendar, list(case.goods.values())
    limits = [axes.over(good.storage_limit, np.inf) for good in goods]
    ageing = [period_retention(good.survival, calendar, values) for good in goods]
    lives = [shelf_life_periods(good.survival, calendar, values) for good in goods]
    return {
        "goods": tuple(case.goods),
        "units": tuple(good.unit for good in goods),
        "reserve": by_period([axes.over(good.reserve) for good in goods], n),
        "storage_limit": by_period(limits, n),
        "storage_cost": by_period([axes.flow(good.storage_cost, "") for good in goods], n),
        "retention": by_row(ageing),
        "shelf_life": by_row(lives, np.int64),
    }


def _lots(case: Case, n_periods: int, values: Values) -> dict[str, Any]:
    """Arrays on axis L."""
    position = {good: g for g, good in enumerate(case.goods)}
    lots = list(case.stockpiles.values())
    most = max(n_periods, far(case.calendar))
    ageing = [lot_retention(lot.survival, case.calendar, most, values) for lot in lots]
    left = [path[..., n_periods:].cumprod(axis=-1).sum(axis=-1) for path in ageing]
    ends = [np.where(p[..., -1] == 0, (p == 0).argmax(axis=-1), most) for p in ageing]
    changes = [np.flatnonzero(np.diff(path[path > 0])) for path in ageing if path.ndim == 1]
    until = max([n_periods, *(int(when[-1]) + 2 for when in changes if len(when))])
    return {
        "lots": tuple(case.stockpiles),
        "lot_goods": by_row([position[lot.good] for lot in lots], np.int64),
        "lot_stock": by_row([given(lot.quantity, values=values) for lot in lots]),
        "lot_retention": by_period([path[..., :n_periods] for path in ageing], n_periods),
        "lot_behind": by_period([p[..., n_periods:until] for p in ageing], until - n_periods),
        "lot_lasts": by_row(left),
        "lot_ends": by_row(ends, np.int64),
    }


def use_weights(case: Case, values: Values = AS_WRITTEN) -> tuple[FloatArray, dict[Tier, str]]:
    """Weight of a unit of each use, and in what unmet demand of a tier counts. (U,) or (N, U)

    Where a use has none, the uses of its tier count alike by amount when their goods are
    counted in units of one kind (tonne and kilogram), else by months of their good's use.
    """
    weights = {name: drawn(use.weight, values) for name, use in case.uses.items() if use.weight}
    told: dict[Tier, str] = {}
    for tier in Tier:
        uses = {name: use for name, use in case.uses.items() if use.tier is tier}
        units = {name: _unit(case.goods[use.good].unit) for name, use in uses.items()}
        n = case.calendar.n_periods
        demand = {
            name: over(use.demand, n, case.calendar, values=values).mean(axis=-1)
            for name, use in uses.items()
        }
        largest = max(
            uses, key=lambda u: (demand[u].mean() * units[u].factor, units[u].factor), default=""
        )
        is_one_kind = len({unit.powers for unit in units.values()}) <= 1
        for name, use in uses.items():
            if name in weights:
                continue
            if is_one_kind:
                weights[name] = units[name].factor / units[largest].factor
            else:
                monthly = sum(demand[other] for other in uses if uses[other].good == use.good)
                weights[name] = 1.0 / np.where(monthly > 0, monthly, 1.0)
        is_plain = all(use.weight is None for use in uses.values())
        unlike = "months of use" if is_plain else "weighted units"
        told[tier] = units[largest].name if uses and is_one_kind and is_plain else unlike
        if not uses:
            told[tier] = ""
    each = np.broadcast_arrays(np.zeros(()), *(weights[name] for name in case.uses))[1:]
    return np.moveaxis(np.array(each, dtype=np.float64), 0, -1), told


def _unit(word: str) -> Unit:
    return own_unit(word) if word else ONE


def _uses(axes: Axes, weights: FloatArray) -> dict[str, Any]:
    """Arrays on axis U, with the weights of uses whose own are not drawn. (U,)"""
    case, n = axes.case, axes.n_periods
    position = {good: g for g, good in enumerate(case.goods)}
    uses = list(case.uses.values())
    pairs = zip(uses, weights.tolist(), strict=True)
    crisis = [axes.flow(use.crisis_demand or use.demand, "") for use in uses]
    return {
        "uses": tuple(case.uses),
        "use_goods": by_row([position[use.good] for use in uses], np.int64),
        "use_essential": by_row([use.tier is Tier.ESSENTIAL for use in uses], np.bool_),
        "use_weight": by_row([axes.given(use.weight, weight) for use, weight in pairs]),
        "demand": by_period([axes.flow(use.demand, "") for use in uses], n),
        "crisis_demand": by_period(crisis, n),
        "shortage_cost": by_row([axes.given(use.shortage_cost, np.nan) for use in uses]),
    }


def _plants(axes: Axes) -> dict[str, Any]:
    """Arrays on axes P and R."""
    case, values = axes.case, axes.values
    plants = list(case.plants.values())
    hours = [
        axes.flow(quantity, "") * axes.open_shares[..., p, :]
        for p, plant in enumerate(plants)
        for quantity in plant.lines.values()
    ]
    openings = [opening_period(plant, case.calendar, values) for plant in plants]
    ramps = [periods_of(plant.ramp, case.calendar, values) for plant in plants]
    of_line = [p for p, plant in enumerate(plants) for _line in plant.lines]
    return {
        "plants": tuple(case.plants),
        "lines": tuple(f"{plant}_{line}" for plant, line in line_index(case)),
        "line_hours": by_period(hours, axes.n_periods),
        "line_plants": by_row(of_line, np.int64),
        "plant_open_share": axes.open_shares,
        "plant_opening": by_row(openings, np.int64),
        "plant_ramp": by_row(ramps, np.int64),
    }


def _entries(case: Case, n_periods: int, values: Values, weights: FloatArray) -> dict[str, Any]:
    """Fields of `CaseArrays` that inputs of the case decide, without those of lots."""
    closed = optional_elements(case.options)
    open_shares = plant_open_shares(case, n_periods, values)
    axes = Axes(case, n_periods, values, open_shares, closed)
    activities, shared_capacity, shared_least = _activities(axes)
    yearly = np.asarray(given(case.discount_rate, values=values))[..., None]
    years = np.arange(n_periods) * case.calendar.step / 12.0
    return {
        "n_periods": n_periods,
        "activities": activities,
        "shared_capacity": shared_capacity,
        "shared_least": shared_least,
        "discount": (1.0 + yearly) ** -years,
        "refill_periods": refill_periods(case, values),
        **_goods(axes),
        **_uses(axes, weights),
        **_plants(axes),
    }


def compile_case(
    case: Case, longest_length: int = 0, *, least_periods: int = 0, values: Values = AS_WRITTEN
) -> CaseArrays:
    """The arrays of a case or of one draw, over its calendar and the tail behind it.

    Args:
        case: A checked case.
        longest_length: Longest measure to be looked at beyond those that the case
            names. [period]
        least_periods: Least length of the arrays, so that those of several draws are as
            long. [period]
        values: What is drawn, a number each.
    """
    values = with_formulas(case, values)
    tail = tail_periods(case, longest_length, values)
    n_periods = max(case.calendar.n_periods + tail, least_periods)
    weights, units = use_weights(case, values)
    entries = _entries(case, n_periods, values, weights) | _lots(case, n_periods, values)
    return CaseArrays(
        calendar=case.calendar,
        flow_size=flow_sizes(entries["activities"], entries["reserve"], entries),
        sender_horizon=sender_horizon(case, values),
        priorities=case.priorities,
        unmet_units=(units[Tier.ESSENTIAL], units[Tier.DEFERRABLE]),
        **entries,
    )


def compile_draws(case: Case, central: CaseArrays, values: Values, n_periods: int) -> CaseArrays:
    """The arrays of N draws: those that any of them changes have a first axis of N.

    Which activities there are is as without draws, and so are what a usual period needs and
    weights of uses that are not drawn themselves.

    Args:
        case: A checked case.
        central: Its arrays without draws.
        values: What is drawn, an array each. (N,)
        n_periods: T; of lots all periods are known, as their order asks for the last.
    """
    values = with_formulas(case, values)
    entries = _entries(case, n_periods, values, central.use_weight)
    return replace(central, **entries | _lots(case, central.n_periods, values))


def flow_sizes(activities: Activities, reserve: FloatArray, uses: Mapping[str, Any]) -> FloatArray:
    """What a usual period needs of each good: its uses, and what others are made of it. (G,)

    Powers of two, so that nothing is rounded by them. A good that nothing needs is as large
    as what is bought, sold or held of it.
    """
    direct = np.zeros(len(reserve))
    most = np.maximum(uses["demand"], uses["crisis_demand"]).max(axis=1, initial=0.0)
    np.add.at(direct, uses["use_goods"], most)
    need = direct
    makes = [k for k, output in enumerate(activities.outputs) if output >= 0]
    for _round in range(len(reserve)):
        before, need = need, direct.copy()
        for k in makes:
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            amounts = activities.input_amounts[inputs] * before[activities.outputs[k]]
            np.add.at(need, activities.input_goods[inputs], amounts)
        if np.array_equal(before, need):
            break
    moved = reserve.max(axis=1, initial=0.0)
    for k, output in enumerate(activities.outputs):
        most_of_k = activities.capacity[k][np.isfinite(activities.capacity[k])].max(initial=0.0)
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        for good in (output,) if output >= 0 else activities.input_goods[inputs]:
            moved[good] = max(moved[good], most_of_k)
    size = np.where(need > 0, need, np.where(moved > 0, moved, 1.0))
    return np.asarray(2.0 ** np.round(np.log2(size)), dtype=np.float64)
