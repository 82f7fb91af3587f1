"""A case as arrays: pure functions from entities to numbers by period.

Case → CaseArrays.

Activities of a case: purchases by supplier and route, recipes, exports.

How far the arrays reach behind the calendar, so that no start sees an edge.

Plants and lines by period: opening, delay and ramp (L3, L4).

Which elements a measure hits: every key of a hit that is not empty must match.

Ageing: what is left of a stock from one period to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derbes.case.entities import (
    DEFAULT_REFILL_MONTHS,
    DEFAULT_SENDER_HORIZON_MONTHS,
    Case,
    Export,
    Hit,
    MeasureKind,
    Plant,
    Recipe,
    Stockpile,
    Supplier,
    Survival,
    Tier,
    Use,
)
from derbes.case.options import optional_elements
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, FloatArray, Quantity
from derbes.model.arrays import Activities, ActivityKind, CaseArrays, open_share
from derbes.units import ONE, Unit, own_unit


def months(quantity: Quantity | None, default: float = 0.0) -> float:
    """Value of a time, or the default when it is missing. [month]"""
    return default if quantity is None else quantity.value


def over(case: Case, quantity: Quantity | None, n_periods: int, default: float = 0.0) -> FloatArray:
    """Value per period, behind the calendar as `continued` says. (T,) [base unit]"""
    if quantity is None:
        return np.full(n_periods, default)
    return quantity.over(n_periods, case.calendar)


def refill_periods(case: Case) -> int:
    """Periods in which a reserve comes back after a measure; at least one. [period]"""
    return max(1, case.calendar.periods(months(case.refill_time, DEFAULT_REFILL_MONTHS)))


def sender_horizon(case: Case) -> int:
    """Periods over which a lost buyer's purchases count. [period]"""
    return case.calendar.periods(months(case.sender_horizon, DEFAULT_SENDER_HORIZON_MONTHS))


def longest_delivery(case: Case) -> int:
    """Longest time from order to arrival, routes included, without any measure. [period]"""
    periods = case.calendar.periods
    longest = 0
    for supplier in case.suppliers.values():
        by_route = [months(case.routes[route].lead_time) for route in supplier.routes] or [0.0]
        longest = max(longest, periods(months(supplier.lead_time) + max(by_route)))
    for recipe in case.recipes.values():
        longest = max(longest, periods(months(recipe.lead_time)))
    return longest


def longest_lead_time(case: Case) -> int:
    """Longest time from order to arrival, routes and delays included. [period]"""
    periods = case.calendar.periods
    delays = [m for m in case.measures.values() if m.kind is MeasureKind.DELAY]
    return longest_delivery(case) + max((periods(months(m.by)) for m in delays), default=0)


LONGEST_MONTHS = 48
"""Measures and delays up to this long find the same calm plan, whatever is asked. [month]"""
YEARS_BEHIND = 2
"""Years behind the last branch, so that the end of the arrays is felt by none."""


def tail_periods(case: Case, longest_length: int = 0) -> int:
    """Periods that the arrays need behind the calendar. [period]

    Room for a branch from the last period on, and two more years. It does not depend on
    which measures and lengths there are, unless they are longer than `LONGEST_MONTHS`.
    """
    periods = case.calendar.periods
    lengths = [length for measure in case.measures.values() for length in measure.lengths]
    delays = [periods(months(m.by)) for m in case.measures.values() if m.kind is MeasureKind.DELAY]
    ramps = [periods(months(plant.ramp)) for plant in case.plants.values()] if delays else []
    longest = max([*lengths, longest_length, 1]) + max(delays, default=0) + max(ramps, default=0)
    longest = max(longest, periods(LONGEST_MONTHS))
    branch = longest + refill_periods(case) + longest_delivery(case)
    years = YEARS_BEHIND * MONTHS_A_YEAR // case.calendar.step
    return max(branch, sender_horizon(case)) + years + 1


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


def _matches(wanted: str, *found: str) -> bool:
    return not wanted or wanted in found


def selects_purchase(case: Case, hit: Hit, supplier: Supplier, route: str) -> bool:
    """Whether a hit selects buying from a supplier by a route (empty: none)."""
    if supplier.is_spared:
        return False
    way = case.routes.get(route)
    tags = (*supplier.tags, *case.actors[supplier.actor].tags, *case.goods[supplier.good].tags)
    return (
        _matches(hit.actor, supplier.actor)
        and _matches(hit.via, *(way.via if way else ()))
        and _matches(hit.route, route)
        and _matches(hit.good, supplier.good)
        and _matches(hit.tag, *tags, *(way.tags if way else ()))
        and _matches(hit.element, f"suppliers.{supplier.id}", f"routes.{route}")
    )


def selects_recipe(case: Case, hit: Hit, recipe: Recipe) -> bool:
    """Whether a hit selects a recipe; naming only its good does not."""
    if hit.via or hit.route or not (hit.actor or hit.tag or hit.element):
        return False
    plant = case.plants.get(recipe.plant)
    tags = (*recipe.tags, *(plant.tags if plant else ()))
    return (
        _matches(hit.actor, plant.actor if plant else case.target)
        and _matches(hit.good, recipe.output)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"recipes.{recipe.id}", f"plants.{recipe.plant}")
    )


def selects_plant(case: Case, hit: Hit, plant_id: str) -> bool:
    """Whether a hit selects a plant as a whole."""
    if hit.via or hit.route or hit.good or not (hit.actor or hit.tag or hit.element):
        return False
    plant = case.plants[plant_id]
    return (
        _matches(hit.actor, plant.actor)
        and _matches(hit.tag, *plant.tags)
        and _matches(hit.element, f"plants.{plant_id}")
    )


def selects_export(case: Case, hit: Hit, export: Export) -> bool:
    """Whether a hit selects a buyer abroad."""
    if hit.via or hit.route:
        return False
    tags = (*export.tags, *case.actors[export.actor].tags, *case.goods[export.good].tags)
    return (
        _matches(hit.actor, export.actor)
        and _matches(hit.good, export.good)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"exports.{export.id}")
    )


def selects_use(case: Case, hit: Hit, use: Use) -> bool:
    """Whether a hit selects a use."""
    if hit.via or hit.route or not _matches(hit.actor, case.target):
        return False
    tags = (*use.tags, *case.goods[use.good].tags)
    return (
        _matches(hit.good, use.good)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"uses.{use.id}")
    )


def selects_stockpile(case: Case, hit: Hit, stockpile: Stockpile) -> bool:
    """Whether a hit selects a lot held at the first period."""
    if hit.via or hit.route or not _matches(hit.actor, case.target):
        return False
    tags = (*stockpile.tags, *case.goods[stockpile.good].tags)
    return (
        _matches(hit.good, stockpile.good)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"stockpiles.{stockpile.id}")
    )


def selects_fresh_stock(case: Case, hit: Hit, good_id: str) -> bool:
    """Whether a hit selects what was bought or made since; by the good or its tag."""
    if hit.via or hit.route or not (hit.good or hit.tag or hit.element):
        return False
    return (
        _matches(hit.actor, case.target)
        and _matches(hit.good, good_id)
        and _matches(hit.tag, *case.goods[good_id].tags)
        and _matches(hit.element, f"goods.{good_id}")
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """One activity before it becomes a row of the arrays."""

    name: str
    element: str
    actor: str
    kind: ActivityKind
    lead_time: int
    capacity: FloatArray
    unit_cost: FloatArray
    route: str = ""
    output: str = ""
    price: FloatArray | None = None
    on_order: FloatArray | None = None
    margin_share: float = np.nan
    whole_capacity: FloatArray | None = None
    """What all routes of the supplier share."""
    is_late: bool = False
    line: int = -1
    hours: float = 0.0
    plant: int = -1
    inputs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Axes:
    """Positions of names, and the length of the period axis."""

    n_periods: int
    goods: Mapping[str, int]
    plants: Mapping[str, int]
    lines: Mapping[tuple[str, str], int]
    open_shares: FloatArray
    closed: frozenset[str]
    """Elements that only an option opens."""


def _margin(case: Case, supplier: Supplier) -> float:
    own = supplier.margin_share or case.actors[supplier.actor].margin_share
    return np.nan if own is None else own.value


def _late_by(case: Case, supplier: Supplier, route: str) -> set[int]:
    """Delays that measures put on a purchase; each needs a late twin. [period]"""
    delays = [m for m in case.measures.values() if m.kind is MeasureKind.DELAY]
    return {
        case.calendar.periods(months(measure.by))
        for measure in delays
        if any(selects_purchase(case, hit, supplier, route) for hit in measure.hits)
    }


def _purchases(case: Case, supplier: Supplier, axes: Axes) -> list[Draft]:
    """Purchases by route; what is on order comes by the first of them."""
    drafts: list[Draft] = []
    on_order = None
    if supplier.on_order is not None:
        on_order = over(case, supplier.on_order, axes.n_periods) * case.calendar.step
    price = over(case, supplier.price, axes.n_periods)
    capacity = over(case, supplier.capacity, axes.n_periods) * case.calendar.step
    if f"suppliers.{supplier.id}" in axes.closed:
        capacity = np.zeros(axes.n_periods)
    for route in supplier.routes or ("",):
        way = case.routes.get(route)
        lead = months(supplier.lead_time) + (months(way.lead_time) if way else 0.0)
        transport = over(case, way.cost_share if way else None, axes.n_periods)
        carried = over(case, way.carried_share if way else None, axes.n_periods, 1.0)
        if f"routes.{route}" in axes.closed:
            carried = np.zeros(axes.n_periods)
        for late in sorted({0} | _late_by(case, supplier, route)):
            several = len(supplier.routes) > 1
            name = supplier.id + (f"_{route}" if several else "") + (f"_late{late}" if late else "")
            drafts.append(
                Draft(
                    name=name,
                    element=f"suppliers.{supplier.id}",
                    actor=supplier.actor,
                    kind=ActivityKind.PURCHASE,
                    route=route,
                    output=supplier.good,
                    lead_time=case.calendar.periods(lead) + late,
                    capacity=capacity * carried,
                    whole_capacity=capacity,
                    unit_cost=price * (1.0 + transport),
                    price=price,
                    on_order=None if on_order is None else on_order * float(not drafts),
                    margin_share=_margin(case, supplier),
                    is_late=late > 0,
                )
            )
    return drafts


def _recipe(case: Case, recipe: Recipe, axes: Axes) -> Draft:
    plant = case.plants.get(recipe.plant)
    position = axes.plants.get(recipe.plant, -1)
    share = axes.open_shares[position] if position >= 0 else np.ones(axes.n_periods)
    full = over(case, recipe.capacity, axes.n_periods, np.inf) * case.calendar.step
    capacity = np.where(share > 0, full * np.where(share > 0, share, 1.0), 0.0)
    if f"recipes.{recipe.id}" in axes.closed:
        capacity = np.zeros(axes.n_periods)
    return Draft(
        name=recipe.id,
        element=f"recipes.{recipe.id}",
        actor=plant.actor if plant else case.target,
        kind=ActivityKind.RECIPE,
        output=recipe.output,
        lead_time=case.calendar.periods(months(recipe.lead_time)),
        capacity=capacity,
        unit_cost=over(case, recipe.cost, axes.n_periods),
        line=axes.lines.get((recipe.plant, recipe.line), -1),
        hours=recipe.hours.value if recipe.hours else 0.0,
        plant=position,
        inputs={good: amount.value for good, amount in recipe.inputs.items()},
    )


def _export(case: Case, export: Export, axes: Axes) -> Draft:
    return Draft(
        name=export.id,
        element=f"exports.{export.id}",
        actor=export.actor,
        kind=ActivityKind.EXPORT,
        lead_time=0,
        capacity=over(case, export.capacity, axes.n_periods) * case.calendar.step,
        unit_cost=-over(case, export.price, axes.n_periods),
        inputs={export.good: 1.0},
    )


def _drafts(case: Case, axes: Axes) -> list[Draft]:
    drafts = [d for s in case.suppliers.values() for d in _purchases(case, s, axes)]
    drafts += [_recipe(case, recipe, axes) for recipe in case.recipes.values()]
    drafts += [_export(case, export, axes) for export in case.exports.values()]
    return drafts


def _shared(drafts: list[Draft], n_periods: int) -> tuple[FloatArray, list[int]]:
    """Capacities that several activities of one supplier share, and who shares which."""
    elements = [draft.element for draft in drafts]
    several = sorted({e for e in elements if elements.count(e) > 1}, key=elements.index)
    capacities = [drafts[elements.index(element)].whole_capacity for element in several]
    positions = [several.index(e) if e in several else -1 for e in elements]
    return np.array(capacities).reshape(len(several), n_periods), positions


def compile_activities(
    case: Case, n_periods: int, open_shares: FloatArray
) -> tuple[Activities, FloatArray]:
    """Activities, and the capacities shared among them. (Q, T) [unit/period]"""
    axes = Axes(
        n_periods=n_periods,
        goods={good: position for position, good in enumerate(case.goods)},
        plants={plant: position for position, plant in enumerate(case.plants)},
        lines=line_index(case),
        open_shares=open_shares,
        closed=optional_elements(case.options),
    )
    drafts = _drafts(case, axes)
    shared_capacity, shared = _shared(drafts, n_periods)
    return _stack(drafts, shared, axes), shared_capacity


def _stack(drafts: list[Draft], shared: list[int], axes: Axes) -> Activities:
    def rows(paths: list[FloatArray]) -> FloatArray:
        return np.array(paths, dtype=np.float64).reshape(len(drafts), axes.n_periods)

    nothing = np.zeros(axes.n_periods)
    return Activities(
        names=tuple(d.name for d in drafts),
        elements=tuple(d.element for d in drafts),
        routes=tuple(d.route for d in drafts),
        actors=tuple(d.actor for d in drafts),
        kinds=np.array([d.kind for d in drafts], dtype=np.int64),
        outputs=np.array([axes.goods.get(d.output, -1) for d in drafts], dtype=np.int64),
        lead_times=np.array([d.lead_time for d in drafts], dtype=np.int64),
        capacity=rows([d.capacity for d in drafts]),
        base_availability=np.array([0.0 if d.is_late else 1.0 for d in drafts]),
        unit_cost=rows([d.unit_cost for d in drafts]),
        price=rows([nothing if d.price is None else d.price for d in drafts]),
        margin_share=np.array([d.margin_share for d in drafts]),
        lines=np.array([d.line for d in drafts], dtype=np.int64),
        hours=np.array([d.hours for d in drafts]),
        shared=np.array(shared, dtype=np.int64),
        input_starts=np.cumsum([0, *(len(d.inputs) for d in drafts)], dtype=np.int64),
        input_goods=np.array([axes.goods[g] for d in drafts for g in d.inputs], dtype=np.int64),
        input_amounts=np.array([a for d in drafts for a in d.inputs.values()], dtype=np.float64),
        plants=np.array([d.plant for d in drafts], dtype=np.int64),
        on_order=_on_order(drafts),
    )


def _on_order(drafts: list[Draft]) -> FloatArray:
    """What the case says of orders before the first period; nan: nothing. (K, J)"""
    longest = max((draft.lead_time for draft in drafts), default=0)
    rows = np.full((len(drafts), longest), np.nan)
    for row, draft in zip(rows, drafts, strict=True):
        row[draft.lead_time :] = 0.0
        if draft.is_late:
            row[:] = 0.0
        elif draft.on_order is not None:
            row[: draft.lead_time] = draft.on_order[: draft.lead_time]
    return rows


def period_retention(survival: Survival, calendar: Calendar) -> float:
    """Part left after one period of decay by half-life; 1 when there is none."""
    if survival.half_life is None:
        return 1.0
    return float(0.5 ** (calendar.step / survival.half_life.value))


def shelf_life_periods(survival: Survival, calendar: Calendar) -> int:
    """Periods in which fresh stock can be used; 0: no limit. [period]"""
    if survival.shelf_life is None:
        return 0
    return max(1, int(survival.shelf_life.value // calendar.step))


def lot_retention(survival: Survival, calendar: Calendar, n_periods: int) -> FloatArray:
    """Part left from the period before, for a lot held at the first period. (T,)

    Half-life: a constant. Shelf life: 1 until the age is reached, then 0. Table:
    the ratio of surviving shares at the two ages. The first period finds all.
    """
    retention = np.full(n_periods, period_retention(survival, calendar))
    age = months(survival.age)
    if survival.shelf_life is not None:
        left = int((survival.shelf_life.value - age) // calendar.step)
        retention[max(left, 0) :] = 0.0
        if left <= 0:
            return retention
    if survival.table:
        ages, shares = np.array(survival.table).T
        surviving = np.interp(age + calendar.step * np.arange(n_periods), ages, shares)
        before = np.concatenate([surviving[:1], surviving[:-1]])
        retention = np.divide(surviving, before, out=np.zeros(n_periods), where=before > 0)
    retention[0] = 1.0
    return retention


def _rows(paths: list[FloatArray], n_periods: int) -> FloatArray:
    return np.array(paths, dtype=np.float64).reshape(len(paths), n_periods)


def _discount(case: Case, n_periods: int) -> FloatArray:
    yearly = case.discount_rate.value if case.discount_rate else 0.0
    years = np.arange(n_periods) * case.calendar.step / 12.0
    return np.asarray((1.0 + yearly) ** -years, dtype=np.float64)


def _demand(case: Case, use: Use, n_periods: int) -> FloatArray:
    return over(case, use.demand, n_periods) * case.calendar.step


def _crisis_demand(case: Case, use: Use, n_periods: int) -> FloatArray:
    return over(case, use.crisis_demand or use.demand, n_periods) * case.calendar.step


def _line_hours(case: Case, open_shares: FloatArray, n_periods: int) -> FloatArray:
    hours = [
        quantity.over(n_periods, case.calendar) * case.calendar.step * open_shares[p]
        for p, plant in enumerate(case.plants.values())
        for quantity in plant.lines.values()
    ]
    return _rows(hours, n_periods)


def _goods(case: Case, n: int) -> dict[str, Any]:
    """Arrays on axis G."""
    calendar, goods = case.calendar, list(case.goods.values())
    return {
        "goods": tuple(case.goods),
        "units": tuple(good.unit for good in goods),
        "reserve": _rows([over(case, good.reserve, n) for good in goods], n),
        "storage_limit": _rows([over(case, good.storage_limit, n, np.inf) for good in goods], n),
        "storage_cost": _rows([over(case, g.storage_cost, n) * calendar.step for g in goods], n),
        "retention": np.array([period_retention(g.survival, calendar) for g in goods]),
        "shelf_life": np.array(
            [shelf_life_periods(g.survival, calendar) for g in goods], dtype=np.int64
        ),
    }


def _lots(case: Case, n: int) -> dict[str, Any]:
    """Arrays on axis L."""
    position = {good: g for g, good in enumerate(case.goods)}
    lots = list(case.stockpiles.values())
    ageing = [lot_retention(lot.survival, case.calendar, n) for lot in lots]
    return {
        "lots": tuple(case.stockpiles),
        "lot_goods": np.array([position[lot.good] for lot in lots], dtype=np.int64),
        "lot_stock": np.array([lot.quantity.value if lot.quantity else 0.0 for lot in lots]),
        "lot_retention": _rows(ageing, n),
    }


def use_weights(case: Case) -> tuple[FloatArray, dict[Tier, str]]:
    """Weight of a unit of each use, and in what the unmet demand of a tier is counted. (U,)

    Where a use has none, the uses of its tier count alike by amount when their goods are
    counted in units of one kind (tonne and kilogram), else by months of their good's use.
    """
    weights = {name: use.weight.value for name, use in case.uses.items() if use.weight}
    told: dict[Tier, str] = {}
    for tier in Tier:
        uses = {name: use for name, use in case.uses.items() if use.tier is tier}
        units = {name: _unit(case.goods[use.good].unit) for name, use in uses.items()}
        n = case.calendar.n_periods
        demand = {name: over(case, use.demand, n).mean() for name, use in uses.items()}
        largest = max(
            uses, key=lambda u: (demand[u] * units[u].factor, units[u].factor), default=""
        )
        is_one_kind = len({unit.powers for unit in units.values()}) <= 1
        for name, use in uses.items():
            if name in weights:
                continue
            if is_one_kind:
                weights[name] = units[name].factor / units[largest].factor
            else:
                monthly = sum(demand[other] for other in uses if uses[other].good == use.good)
                weights[name] = 1.0 / monthly if monthly > 0 else 1.0
        is_plain = all(use.weight is None for use in uses.values())
        unlike = "months of use" if is_plain else "weighted units"
        told[tier] = units[largest].name if uses and is_one_kind and is_plain else unlike
        if not uses:
            told[tier] = ""
    return np.array([weights[name] for name in case.uses], dtype=np.float64), told


def _unit(word: str) -> Unit:
    return own_unit(word) if word else ONE


def _uses(case: Case, n: int) -> dict[str, Any]:
    """Arrays on axis U."""
    weights, units = use_weights(case)
    position = {good: g for g, good in enumerate(case.goods)}
    uses = list(case.uses.values())
    shortage = [use.shortage_cost.value if use.shortage_cost else np.nan for use in uses]
    return {
        "uses": tuple(case.uses),
        "use_goods": np.array([position[use.good] for use in uses], dtype=np.int64),
        "use_essential": np.array([use.tier is Tier.ESSENTIAL for use in uses], dtype=np.bool_),
        "use_weight": weights,
        "unmet_units": (units[Tier.ESSENTIAL], units[Tier.DEFERRABLE]),
        "demand": _rows([_demand(case, use, n) for use in uses], n),
        "crisis_demand": _rows([_crisis_demand(case, use, n) for use in uses], n),
        "shortage_cost": np.array(shortage, dtype=np.float64),
    }


def _plants(case: Case, n: int, open_shares: FloatArray) -> dict[str, Any]:
    """Arrays on axes P and R."""
    lines = line_index(case)
    position = {plant: p for p, plant in enumerate(case.plants)}
    openings = [opening_period(plant, case.calendar) for plant in case.plants.values()]
    return {
        "plants": tuple(case.plants),
        "lines": tuple(f"{plant}_{line}" for plant, line in lines),
        "line_hours": _line_hours(case, open_shares, n),
        "line_plants": np.array([position[plant] for plant, _ in lines], dtype=np.int64),
        "plant_open_share": open_shares,
        "plant_opening": np.array(openings, dtype=np.int64),
        "plant_ramp": np.array(
            [case.calendar.periods(months(p.ramp)) for p in case.plants.values()], dtype=np.int64
        ),
    }


def compile_case(case: Case, longest_length: int = 0, *, least_periods: int = 0) -> CaseArrays:
    """The arrays of a case, over its calendar and the tail behind it.

    Args:
        case: A checked case.
        longest_length: Longest measure to be looked at beyond those that the case
            names. [period]
        least_periods: Least length of the arrays, so that those of several draws are as
            long. [period]
    """
    n = max(case.calendar.n_periods + tail_periods(case, longest_length), least_periods)
    open_shares = plant_open_shares(case, n)
    activities, shared_capacity = compile_activities(case, n, open_shares)
    goods, uses = _goods(case, n), _uses(case, n)
    return CaseArrays(
        calendar=case.calendar,
        n_periods=n,
        activities=activities,
        flow_size=flow_sizes(activities, goods["reserve"], uses),
        shared_capacity=shared_capacity,
        discount=_discount(case, n),
        refill_periods=refill_periods(case),
        sender_horizon=sender_horizon(case),
        priorities=case.priorities,
        **goods,
        **_lots(case, n),
        **uses,
        **_plants(case, n, open_shares),
    )


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
    moved = reserve.max(axis=1, initial=0.0)
    for k, output in enumerate(activities.outputs):
        most_of_k = activities.capacity[k][np.isfinite(activities.capacity[k])].max(initial=0.0)
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        for good in (output,) if output >= 0 else activities.input_goods[inputs]:
            moved[good] = max(moved[good], most_of_k)
    size = np.where(need > 0, need, np.where(moved > 0, moved, 1.0))
    return np.asarray(2.0 ** np.round(np.log2(size)), dtype=np.float64)
