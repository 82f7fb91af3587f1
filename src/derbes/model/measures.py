"""A measure as factors on the arrays: changed bounds, never a new program.

Which elements a measure hits: every key of a hit that is not empty must match.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from derbes.case.entities import (
    MEASURE_TERMS,
    Case,
    Export,
    Hit,
    InTransit,
    Measure,
    MeasureKind,
    Recipe,
    Stockpile,
    Supplier,
    Use,
    baskets,
)
from derbes.case.quantity import FloatArray, Quantity
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, MeasureArrays
from derbes.model.numbers import AS_WRITTEN, Values, given, periods_of, with_formulas


def _matches(wanted: str, *found: str) -> bool:
    return not wanted or wanted in found


def _matches_all(hit: Hit, actor: str, good: str, tags: Sequence[str], *elements: str) -> bool:
    return (
        _matches(hit.actor, actor)
        and _matches(hit.good, good)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, *elements)
    )


def selects_purchase(case: Case, hit: Hit, supplier: Supplier, route: str) -> bool:
    """Whether a hit selects buying from a supplier by a route (empty: none)."""
    if supplier.is_spared:
        return False
    way, good, actor = case.routes.get(route), supplier.good, supplier.actor
    tags = (*supplier.tags, *case.actors[actor].tags, *case.goods[good].tags)
    tags = (*tags, *(way.tags if way else ()))
    return (
        _matches(hit.via, *(way.via if way else ()))
        and _matches(hit.route, route)
        and _matches_all(hit, actor, good, tags, f"suppliers.{supplier.id}", f"routes.{route}")
    )


def selects_recipe(case: Case, hit: Hit, recipe: Recipe) -> bool:
    """Whether a hit selects a recipe; naming only its good does not."""
    if hit.via or hit.route or not (hit.actor or hit.tag or hit.element):
        return False
    plant = case.plants.get(recipe.plant)
    actor, tags = (plant.actor, plant.tags) if plant else (case.target, ())
    tags = (*recipe.tags, *tags, *case.actors[actor].tags)
    elements = f"recipes.{recipe.id}", f"plants.{recipe.plant}"
    return _matches_all(hit, actor, recipe.output, tags, *elements)


def is_cut_in_part(case: Case, recipe: Recipe) -> bool:
    """Whether a measure of the case cuts a part of what a recipe can make."""
    return any(
        MEASURE_TERMS[one.kind].is_cut
        and one.share is not None
        and any(selects_recipe(case, hit, recipe) for hit in one.hits)
        for one in case.measures.values()
    )


def selects_plant(case: Case, hit: Hit, plant_id: str) -> bool:
    """Whether a hit selects a plant as a whole."""
    if hit.via or hit.route or hit.good or not (hit.actor or hit.tag or hit.element):
        return False
    plant = case.plants[plant_id]
    tags = (*plant.tags, *case.actors[plant.actor].tags)
    return _matches_all(hit, plant.actor, "", tags, f"plants.{plant_id}")


def selects_export(case: Case, hit: Hit, export: Export) -> bool:
    """Whether a hit selects a buyer abroad."""
    if hit.via or hit.route:
        return False
    tags = (*export.tags, *case.actors[export.actor].tags, *case.goods[export.good].tags)
    return _matches_all(hit, export.actor, export.good, tags, f"exports.{export.id}")


def selects_use(case: Case, hit: Hit, use: Use) -> bool:
    """Whether a hit selects a use."""
    tags = (*use.tags, *case.goods[use.good].tags)
    is_way = hit.via or hit.route
    return not is_way and _matches_all(hit, case.target, use.good, tags, f"uses.{use.id}")


def selects_stockpile(case: Case, hit: Hit, stockpile: Stockpile) -> bool:
    """Whether a hit selects a lot held at the first period."""
    if hit.via or hit.route:
        return False
    tags = (*stockpile.tags, *case.goods[stockpile.good].tags)
    return _matches_all(hit, case.target, stockpile.good, tags, f"stockpiles.{stockpile.id}")


def selects_fresh_stock(case: Case, hit: Hit, good_id: str) -> bool:
    """Whether a hit selects what was bought or made since; by the good or its tag."""
    if hit.via or hit.route or not (hit.good or hit.tag or hit.element):
        return False
    tags = case.goods[good_id].tags
    return _matches_all(hit, case.target, good_id, tags, f"goods.{good_id}")


def selects_anything(case: Case, hit: Hit, sections: Collection[str]) -> bool:
    """Whether a hit selects anything in some sections.

    Routes are selected with the suppliers, and plants with the recipes; where recipes
    are not among the sections, plants as a whole.
    """
    purchases = ((one, way) for one in case.suppliers.values() for way in one.routes or ("",))
    plants = () if "recipes" in sections else case.plants
    found: dict[str, Iterator[bool]] = {
        "suppliers": (selects_purchase(case, hit, one, way) for one, way in purchases),
        "recipes": (selects_recipe(case, hit, one) for one in case.recipes.values()),
        "plants": (selects_plant(case, hit, one) for one in plants),
        "exports": (selects_export(case, hit, one) for one in case.exports.values()),
        "uses": (selects_use(case, hit, one) for one in case.uses.values()),
        "stockpiles": (selects_stockpile(case, hit, one) for one in case.stockpiles.values()),
        "goods": (selects_fresh_stock(case, hit, one) for one in case.goods),
    }
    return any(any(found[section]) for section in sections if section in found)


@dataclass(slots=True)
class Factors:
    """Factors while they are being multiplied together; (K,) is (N, K) over draws."""

    open_: FloatArray
    """1 for the activities that are open at all; a delay opens late twins instead. (K,)"""
    left: FloatArray
    """Part of the capacity that cuts leave. (K,)"""
    cost_factor: FloatArray
    demand_factor: FloatArray
    transit_kept: FloatArray
    transit_late: IntArray
    lot_kept: FloatArray
    fresh_kept: FloatArray
    plant_delay: IntArray
    values: Values
    """What is drawn."""

    def raised(self, measure: Measure, hit: BoolArray) -> FloatArray:
        """Factor by which prices or demand rise where a measure hits, else 1."""
        by = np.asarray(given(measure.by, values=self.values))[..., None]
        return np.where(hit, 1.0 + by, 1.0)

    def left_by(self, measure: Measure, hit: BoolArray) -> FloatArray:
        """Part that a measure leaves of what it hits, else 1; a share not stated is all."""
        share = np.asarray(given(measure.share, 1.0, self.values))[..., None]
        return np.where(hit, 1.0 - share, 1.0)


def _neutral(arrays: CaseArrays, values: Values) -> Factors:
    n_activities = len(arrays.activities.names)
    return Factors(
        open_=arrays.activities.base_availability.copy(),
        left=np.ones(n_activities),
        cost_factor=np.ones(n_activities),
        demand_factor=np.ones(len(arrays.uses)),
        transit_kept=np.ones(n_activities),
        transit_late=np.zeros(n_activities, dtype=np.int64),
        lot_kept=np.ones(len(arrays.lots)),
        fresh_kept=np.ones(len(arrays.goods)),
        plant_delay=np.zeros(len(arrays.plants), dtype=np.int64),
        values=values,
    )


def hit_activities(case: Case, arrays: CaseArrays, measure: Measure) -> BoolArray:
    """Activities that a measure selects, late twins included. (K,)"""
    activities = arrays.activities

    def selects(hit: Hit, activity: tuple[str, str]) -> bool:
        section, name = activity[0].split(".", 1)
        if section == "suppliers":
            return selects_purchase(case, hit, case.suppliers[name], activity[1])
        if section == "recipes":
            return selects_recipe(case, hit, case.recipes[name])
        return selects_export(case, hit, case.exports[name])

    return _is_hit(measure, list(zip(activities.elements, activities.routes, strict=True)), selects)


def _cut(case: Case, arrays: CaseArrays, measure: Measure, factors: Factors) -> None:
    left = factors.left_by(measure, hit_activities(case, arrays, measure))
    factors.left = factors.left * left
    if measure.in_transit is InTransit.LOST:
        factors.transit_kept = factors.transit_kept * left


def _raise_price(case: Case, arrays: CaseArrays, measure: Measure, factors: Factors) -> None:
    hit = hit_activities(case, arrays, measure)
    factors.cost_factor = factors.cost_factor * factors.raised(measure, hit)


def _delay(case: Case, arrays: CaseArrays, measure: Measure, factors: Factors) -> None:
    activities = arrays.activities
    by = periods_of(measure.by, case.calendar, factors.values)
    hit = hit_activities(case, arrays, measure) & (activities.kinds == ActivityKind.PURCHASE)
    factors.transit_late[hit] += by
    twin = [f"_late{late}" for late in factors.transit_late]
    is_open = [name.endswith(end) for name, end in zip(activities.names, twin, strict=True)]
    factors.open_[hit] = np.where(activities.base_availability == 0.0, is_open, 0.0)[hit]
    for p, plant in enumerate(arrays.plants):
        if any(selects_plant(case, one, plant) for one in measure.hits):
            factors.plant_delay[p] += by


def _surge(case: Case, arrays: CaseArrays, measure: Measure, factors: Factors) -> None:
    hit = _is_hit(measure, [case.uses[use] for use in arrays.uses], partial(selects_use, case))
    factors.demand_factor = factors.demand_factor * factors.raised(measure, hit)


def _lose(case: Case, arrays: CaseArrays, measure: Measure, factors: Factors) -> None:
    piles = [case.stockpiles[lot] for lot in arrays.lots]
    lots = _is_hit(measure, piles, partial(selects_stockpile, case))
    goods = _is_hit(measure, arrays.goods, partial(selects_fresh_stock, case))
    factors.lot_kept = factors.lot_kept * factors.left_by(measure, lots)
    factors.fresh_kept = factors.fresh_kept * factors.left_by(measure, goods)


def _is_hit(
    measure: Measure, elements: Sequence[Any], selects: Callable[[Hit, Any], bool]
) -> BoolArray:
    """Which elements of an axis a measure selects."""
    hit = [any(selects(one, element) for one in measure.hits) for element in elements]
    return np.array(hit, dtype=np.bool_)


_EFFECTS: Mapping[MeasureKind, Callable[[Case, CaseArrays, Measure, Factors], None]] = {
    MeasureKind.EMBARGO: _cut,
    MeasureKind.QUOTA: _cut,
    MeasureKind.ROUTE_CLOSURE: _cut,
    MeasureKind.PRICE_RISE: _raise_price,
    MeasureKind.DELAY: _delay,
    MeasureKind.DEMAND_SURGE: _surge,
    MeasureKind.STOCKPILE_LOSS: _lose,
}
"""What each kind of measure does; what it can hit and say is in `MEASURE_TERMS`."""


def companions(case: Case, names: Iterable[str]) -> dict[str, Measure]:
    """Measures and those that run together with them."""
    found: dict[str, Measure] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = case.measures[name]
            waiting += case.measures[name].together_with
    return found


def delays_at_once(case: Case, supplier: Supplier, route: str) -> Iterator[list[Quantity]]:
    """Delays of a purchase that may run together: as companions, in baskets, as hazards."""

    def late(names: Iterable[str]) -> list[Quantity]:
        return [
            one.by
            for one in companions(case, (name for name in names if name in case.measures)).values()
            if one.by is not None
            and one.kind is MeasureKind.DELAY
            and any(selects_purchase(case, hit, supplier, route) for hit in one.hits)
        ]

    hazards = sorted({one.measure for one in case.hazards.values() if late([one.measure])})
    struck = (some for n in range(2, len(hazards) + 1) for some in combinations(hazards, n))
    together = (*((name,) for name in case.measures), *baskets(case.levers).values(), *struck)
    yield from filter(None, map(late, together))


def compile_measure(
    case: Case, arrays: CaseArrays, name: str, *, values: Values = AS_WRITTEN
) -> MeasureArrays:
    """What a measure and those that run together with it do, as factors.

    Args:
        case: The case.
        arrays: Its arrays, with the same values.
        name: The measure.
        values: What is drawn; over many draws factors that they change have rows. (N, K)

    Raises:
        KeyError: No measure of that name in the case.
    """
    measure = case.measures[name]
    factors = _neutral(arrays, with_formulas(case, values))
    together = companions(case, [name]).values()
    for one in together:
        _EFFECTS[one.kind](case, arrays, one, factors)
    return MeasureArrays(
        name=name,
        sender=measure.sender,
        lengths=measure.lengths,
        start=measure.start,
        availability=factors.open_ * factors.left,
        cost_factor=factors.cost_factor,
        demand_factor=factors.demand_factor,
        crisis=any(one.crisis for one in together),
        transit_kept=factors.transit_kept,
        transit_late=factors.transit_late,
        lot_kept=factors.lot_kept,
        fresh_kept=factors.fresh_kept,
        plant_delay=factors.plant_delay,
    )


def brings_demand(arrays: CaseArrays, measure: MeasureArrays) -> bool:
    """Whether demand under a measure is other than in calm."""
    in_crisis = measure.crisis and bool(np.any(arrays.crisis_demand != arrays.demand))
    return in_crisis or bool(np.any(measure.demand_factor != 1.0))


def takes_supply(arrays: CaseArrays, measure: MeasureArrays) -> bool:
    """Whether a measure takes away anything but demand: sources, goods, prices, openings."""
    return not (
        np.array_equal(measure.availability, arrays.activities.base_availability)
        and np.all(measure.cost_factor == 1.0)
        and np.all(measure.transit_kept == 1.0)
        and not measure.transit_late.any()
        and np.all(measure.lot_kept == 1.0)
        and np.all(measure.fresh_kept == 1.0)
        and not measure.plant_delay.any()
    )


def takes_nothing(arrays: CaseArrays, measure: MeasureArrays) -> bool:
    """Whether a measure leaves everything as it is in calm."""
    return not brings_demand(arrays, measure) and not takes_supply(arrays, measure)
