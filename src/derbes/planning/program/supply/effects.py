r"""What options do to the arrays of a draw: paths by period that are added.

(M5) capacity[k,t] + sum of size[o,d] share[o,d,t] capacity as written[k,t], and likewise
for line hours, reserves and what is to be paid for: every effect is linear in the size.
share is 0 before the option works, then rises as the plant ramps up.

An element that only an option opens has no capacity in the arrays; what it would have
comes from the case as if everything were open (`as_written`).
"""

from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import ActivityKind, CaseArrays
from derbes.case.entities import Case
from derbes.case.options import Choice, Option, OptionKind
from derbes.case.quantity import FloatArray
from derbes.compiler import compile_case
from derbes.compiler.chosen import PLANT_KINDS, plant_share, step_share
from derbes.planning.program.decisions.stage import EXCUSE, FirstColumn
from derbes.programs.solver.statement import BoolArray

CAPACITY, SHARED, HOURS, RESERVE, SPARED, TAKEN = (
    "capacity",
    "shared",
    "hours",
    "reserve",
    "spared",
    "taken",
)
"""What a path is added to: an activity's capacity, a shared capacity, line hours, a
reserve, the part of an activity that no measure hits, what a contract pays for."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A path that a column at 1 adds to a row of the arrays."""

    kind: str
    row: int
    path: FloatArray
    """(T,)"""


@dataclass(frozen=True, slots=True)
class Written:
    """A draw's case as if all its options' elements were open."""

    case: Case
    arrays: CaseArrays
    open_arrays: CaseArrays
    """With every optional element there, and every plant of an option open from the start."""
    is_unlimited: BoolArray
    """Recipes that only their line limits. (K,)"""
    plenty: FloatArray
    """More of each activity's output than could be of use. (K,) [unit/period]"""


def _elements(case: Case, *kinds: OptionKind) -> set[str]:
    return {option.element for option in case.options.values() if option.kind in kinds}


def _opened(case: Case) -> Case:
    touched = _elements(case, *PLANT_KINDS)
    plants = {
        name: replace(plant, opening=0, delay=None, ramp=None)
        if f"plants.{name}" in touched
        else plant
        for name, plant in case.plants.items()
    }
    return replace(case, options={}, plants=plants)


def write_out(case: Case, n_periods: int) -> Written:
    """The arrays of a draw, and what its options would open.

    Args:
        case: The case of the draw.
        n_periods: T, the same in all draws.
    """
    arrays = compile_case(case, least_periods=n_periods)
    open_arrays = compile_case(_opened(case), least_periods=n_periods)
    activities = open_arrays.activities
    plants = {f"plants.{name}": p for p, name in enumerate(arrays.plants)}
    touched = [plants[one] for one in _elements(case, *PLANT_KINDS)]
    converted = _elements(case, OptionKind.CONVERT)
    is_missing = ~np.isfinite(activities.capacity).all(axis=1)
    has_line = (activities.lines >= 0) & (activities.hours > 0)
    is_converted = np.array([e in converted for e in activities.elements], dtype=np.bool_)
    is_unlimited = is_missing & has_line & np.isin(activities.plants, touched) & ~is_converted
    capacity = np.where(is_unlimited[:, None], np.inf, arrays.activities.capacity)
    return Written(
        case=case,
        arrays=replace(arrays, activities=replace(arrays.activities, capacity=capacity)),
        open_arrays=open_arrays,
        is_unlimited=is_unlimited,
        plenty=_plenty(case, open_arrays),
    )


def _plenty(case: Case, arrays: CaseArrays) -> FloatArray:
    """More of each activity than could be of use in the whole horizon. (K,)

    A recipe that neither a capacity nor a line limits is closed by this bound while its
    option is not chosen. Recipes have no cycles, so the needs settle after as many rounds
    as there are goods.
    """
    activities = arrays.activities
    crisis = np.maximum(arrays.demand, arrays.crisis_demand)
    rises = [m.by.value for m in case.measures.values() if m.by is not None]
    direct = np.zeros(len(arrays.goods))
    np.add.at(direct, arrays.use_goods, crisis.sum(axis=1) * (1.0 + max([0.0, *rises])))
    direct += arrays.reserve.max(axis=1, initial=0.0)
    for option in case.options.values():
        if option.kind is OptionKind.RESERVE:
            good = arrays.goods.index(option.element.split(".", 1)[1])
            direct[good] += max([*option.sizes, option.largest if not option.sizes else 0.0])
    needs = direct.copy()
    for _round in range(len(arrays.goods)):
        before, needs = needs, direct.copy()
        for k, output in enumerate(activities.outputs):
            most = float(activities.capacity[k].sum())
            most = most if output < 0 else min(most, before[output])
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            needs[activities.input_goods[inputs]] += activities.input_amounts[inputs] * most
        if np.array_equal(before, needs):
            break
    return np.asarray(needs[activities.outputs], dtype=np.float64)


def column_effects(written: Written, column: FirstColumn) -> list[Effect]:
    """What a column at 1 adds in a draw (M5)."""
    if column.kind == EXCUSE or column.size == 0.0:
        return []
    option = written.case.options[column.option]
    choice = Choice(column.option, column.date, column.size)
    n = written.arrays.n_periods
    if option.kind in PLANT_KINDS:
        return _plant_effects(written, option, choice)
    size = step_share(written.case, option, choice, n)
    if option.kind is OptionKind.RESERVE:
        return [Effect(RESERVE, written.arrays.goods.index(option.element.split(".", 1)[1]), size)]
    if option.kind is OptionKind.CONVERT:
        return _recipe_effects(written, option, size)
    if option.kind is OptionKind.BUY_OUT:
        return [Effect(SPARED, k, size) for k in _activities(written, option.element)]
    return _contract_effects(written, option, size)


def _activities(written: Written, element: str) -> list[int]:
    """Purchases from a supplier or by a route, or a recipe."""
    activities = written.arrays.activities
    section, name = element.split(".", 1)
    if section == "routes":
        return [k for k, route in enumerate(activities.routes) if route == name]
    return [k for k, one in enumerate(activities.elements) if one == element]


def _plant_effects(written: Written, option: Option, choice: Choice) -> list[Effect]:
    arrays, full = written.arrays, written.open_arrays
    plant = arrays.plants.index(option.element.split(".", 1)[1])
    is_optional = option.element in _elements(written.case, OptionKind.BUILD)
    share = plant_share(written.case, option, choice, arrays.n_periods, is_optional=is_optional)
    effects = [
        Effect(HOURS, int(r), full.line_hours[r] * share)
        for r in np.flatnonzero(arrays.line_plants == plant)
    ]
    for k in np.flatnonzero(arrays.activities.plants == plant):
        if written.is_unlimited[k]:
            continue
        capacity = full.activities.capacity[k]
        limit = np.where(np.isfinite(capacity), capacity, written.plenty[k])
        effects.append(Effect(CAPACITY, int(k), limit * share))
    return effects


def recipe_limit(written: Written, k: int) -> FloatArray:
    """Capacity of a recipe as written, or what its line allows, or plenty. (T,)"""
    full = written.open_arrays
    capacity = full.activities.capacity[k]
    line, hours = int(full.activities.lines[k]), float(full.activities.hours[k])
    by_line = full.line_hours[line] / hours if line >= 0 and hours > 0 else written.plenty[k]
    return np.asarray(np.where(np.isfinite(capacity), capacity, by_line), dtype=np.float64)


def _recipe_effects(written: Written, option: Option, size: FloatArray) -> list[Effect]:
    return [
        Effect(CAPACITY, k, recipe_limit(written, k) * size)
        for k in _activities(written, option.element)
    ]


def _contract_effects(written: Written, option: Option, size: FloatArray) -> list[Effect]:
    full, found = written.open_arrays, _activities(written, option.element)
    activities = full.activities
    effects = [Effect(CAPACITY, k, activities.capacity[k] * size) for k in found]
    if option.element.startswith("suppliers."):
        shared = sorted({int(activities.shared[k]) for k in found} - {-1})
        effects += [Effect(SHARED, q, full.shared_capacity[q] * size) for q in shared]
    if option.take_or_pay is not None and found:
        owed = activities.capacity[found[0]] * option.take_or_pay.value
        effects.append(
            Effect(TAKEN, taken_contracts(written.case).index(option.element), owed * size)
        )
    return effects


def taken_contracts(case: Case) -> tuple[str, ...]:
    """Elements with a contract that is paid for whether it is taken or not."""
    found = [
        option.element
        for option in case.options.values()
        if option.kind is OptionKind.CONTRACT and option.take_or_pay is not None
    ]
    return tuple(dict.fromkeys(found))


def contract_activities(written: Written, element: str) -> list[int]:
    """Purchases that a contract for a supplier or a route pays for."""
    activities = written.arrays.activities
    return [
        k for k in _activities(written, element) if activities.kinds[k] == ActivityKind.PURCHASE
    ]
