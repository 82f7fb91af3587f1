"""Activities of a case: purchases by supplier and route, recipes, exports."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from derbes.case.arrays import Activities, ActivityKind
from derbes.case.entities import Case, Export, MeasureKind, Recipe, Supplier
from derbes.case.options import optional_elements
from derbes.case.quantity import FloatArray
from derbes.compiler.horizon import months, over
from derbes.compiler.plants import line_index
from derbes.compiler.selection import selects_purchase


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
