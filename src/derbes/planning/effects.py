"""What options do to the arrays of a draw: paths by period that are added.

(M5) capacity[k,t] + sum of size[o,d] share[o,d,t] capacity as written[k,t], and likewise
for line hours, reserves and what is to be paid for: every effect is linear in the size.
share is 0 before the option works, then rises as the plant ramps up.

An element that only an option opens has no capacity in the arrays; what it would have
comes from the case as if everything were open (`DrawArrays.open_arrays`). Where choices are
made once for all draws, every draw gets what they add at central values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import Choice, Option, OptionKind, Standard, optional_elements
from derbes.case.quantity import FloatArray
from derbes.lp.program import BoolArray, IntArray
from derbes.model.arrays import ActivityKind, CaseArrays, MeasureArrays, State, open_share
from derbes.model.compile import (
    PLANT_KINDS,
    compile_case,
    plant_openings,
    plant_share,
    step_share,
)
from derbes.model.measures import compile_measure
from derbes.planning.first_stage import INDICATOR, STEP, FirstColumn, FirstStage
from derbes.supply.baseline import first_state
from derbes.supply.bounds import lines_left, shared_left
from derbes.supply.disruption import longest_open_lead

CAPACITY, SHARED, HOURS = "capacity", "shared", "hours"
RESERVE, SPARED, TAKEN = "reserve", "spared", "taken"
"""What a path is added to: an activity's capacity, a shared capacity, line hours, a
reserve, the part of an activity that no measure hits, what a contract pays for."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A path that a column at 1 adds to a row of the arrays."""

    kind: str
    row: int
    path: FloatArray
    """(T,)"""
    opened: tuple[tuple[int, FloatArray], ...] = ()
    """Of a plant: period of each opening, and its part of the path. (T,)"""


@dataclass(frozen=True)
class DrawArrays:
    """A draw's case as if all its options' elements were open."""

    case: Case
    arrays: CaseArrays
    open_arrays: CaseArrays
    """With every optional element there, and every plant of an option open from the start."""
    is_unlimited: BoolArray
    """Recipes that only their line limits. (K,)"""
    plenty: FloatArray
    """More of each activity's output than could be of use. (K,) [unit/period]"""

    @cached_property
    def first(self) -> State:
        """What is there before the first period."""
        return first_state(self.arrays)


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


def draw_arrays(case: Case, n_periods: int) -> DrawArrays:
    """The arrays of a draw, and what its options would open."""
    cases = case, _opened(case)
    found = [compile_case(one, least_periods=n_periods) for one in cases]
    n = max(one.n_periods for one in found)  # what is open from the start may come in for longer
    arrays, open_arrays = (
        one if one.n_periods == n else compile_case(of, least_periods=n)
        for of, one in zip(cases, found, strict=True)
    )
    activities = open_arrays.activities
    plants = {f"plants.{name}": p for p, name in enumerate(arrays.plants)}
    touched = [plants[one] for one in _elements(case, *PLANT_KINDS)]
    converted = _elements(case, OptionKind.CONVERT)
    is_missing = ~np.isfinite(activities.capacity).all(axis=1)
    has_line = (activities.lines >= 0) & (activities.hours > 0)
    is_converted = np.array([e in converted for e in activities.elements], dtype=np.bool_)
    is_unlimited = is_missing & has_line & np.isin(activities.plants, touched) & ~is_converted
    capacity = np.where(is_unlimited[:, None], np.inf, arrays.activities.capacity)
    return DrawArrays(
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


def column_effects(written: DrawArrays, column: FirstColumn) -> list[Effect]:
    """What a column at 1 adds in a draw (M5)."""
    if column.kind == INDICATOR or column.size == 0.0:
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
        full, effects = written.open_arrays, []
        for k in _activities(written, option.element):
            capacity = full.activities.capacity[k]
            line, hours = int(full.activities.lines[k]), float(full.activities.hours[k])
            has_line = line >= 0 and hours > 0
            by_line = full.line_hours[line] / hours if has_line else written.plenty[k]
            limit = np.where(np.isfinite(capacity), capacity, by_line)
            effects.append(Effect(CAPACITY, k, limit * size))
        return effects
    if option.kind is OptionKind.BUY_OUT:
        return [Effect(SPARED, k, size) for k in _activities(written, option.element)]
    return _contract_effects(written, option, size)


def all_effects(first: FirstStage, written: DrawArrays) -> list[tuple[int, Effect]]:
    """First-stage columns with what they do in a draw (M5)."""
    return [
        (j, effect)
        for j, column in enumerate(first.columns)
        for effect in column_effects(written, column)
    ]


def _activities(written: DrawArrays, element: str) -> list[int]:
    """Purchases from a supplier or by a route, or a recipe."""
    activities = written.arrays.activities
    section, name = element.split(".", 1)
    if section == "routes":
        return [k for k, route in enumerate(activities.routes) if route == name]
    return [k for k, one in enumerate(activities.elements) if one == element]


def _plant_effects(written: DrawArrays, option: Option, choice: Choice) -> list[Effect]:
    arrays, full = written.arrays, written.open_arrays
    plant = arrays.plants.index(option.element.split(".", 1)[1])
    case, n = written.case, arrays.n_periods
    share = plant_share(case, option, choice, n)
    ramp = int(arrays.plant_ramp[plant])
    parts = [
        (opening, part * open_share(opening, ramp, n))
        for opening, part in plant_openings(case, option, choice)
    ]

    def effect(kind: str, row: int, limit: FloatArray) -> Effect:
        opened = tuple((opening, limit * part) for opening, part in parts)
        return Effect(kind, row, limit * share, opened)

    effects = [
        effect(HOURS, int(r), full.line_hours[r])
        for r in np.flatnonzero(arrays.line_plants == plant)
    ]
    for k in np.flatnonzero(arrays.activities.plants == plant):
        if written.is_unlimited[k]:
            continue
        capacity = full.activities.capacity[k]
        limit = np.where(np.isfinite(capacity), capacity, written.plenty[k])
        effects.append(effect(CAPACITY, int(k), limit))
    return effects


def _contract_effects(written: DrawArrays, option: Option, size: FloatArray) -> list[Effect]:
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
    contracts = (one for one in case.options.values() if one.kind is OptionKind.CONTRACT)
    return tuple(dict.fromkeys(one.element for one in contracts if one.take_or_pay is not None))


def contract_activities(written: DrawArrays, element: str) -> list[int]:
    """Purchases that a contract for a supplier or a route pays for."""
    activities = written.arrays.activities
    return [
        k for k in _activities(written, element) if activities.kinds[k] == ActivityKind.PURCHASE
    ]


# Paths


KINDS = ("order", "missed", "balance", "line", "shared", "storage", "customary", "lot", "taken")
"""Elements with a path: capacity of an activity, what a use may miss, demand for a good, hours
of a line, a shared capacity, a storage limit, stock that may be found or is to be held, a lot
at the start; what a contract pays for, in the base course alone."""


def first_elements(arrays: CaseArrays) -> dict[str, int]:
    """Where the paths of each kind of element begin."""
    orders, goods, shared = arrays.activities.names, arrays.goods, arrays.shared_capacity
    every = (orders, arrays.uses, goods, arrays.lines, shared, goods, goods, arrays.lots)
    return dict(zip(KINDS, [0, *np.cumsum([len(one) for one in every]).tolist()], strict=True))


def option_openings(case: Case) -> list[tuple[str, int]]:
    """Plants, and periods in which options may open them or some of them, each once."""
    found = set[tuple[str, int]]()
    for option in case.options.values():
        if option.kind in PLANT_KINDS:
            name = option.element.split(".", 1)[1]
            for date, size in product(option.dates, option.sizes or (option.largest,)):
                opened = plant_openings(case, option, Choice(option.id, date, size))
                found |= {(name, opening) for opening, _part in opened}
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """How long a measure may show behind it, the longest of any draw."""

    refill: int
    """[period]"""
    sender_horizon: int
    """[period]"""
    delayed: Mapping[str, tuple[tuple[int, int], ...]]
    """Standard → openings that its measure may delay: period, and time until all of it is
    open behind it. [period]"""
    leads: Mapping[str, int]
    """Standard → longest time from order to arrival, with or without its measure. [period]"""

    def at_most(self, other: "Aftermath") -> "Aftermath":
        """What may show in one draw or another."""
        both = {name: {*own, *other.delayed[name]} for name, own in self.delayed.items()}
        return Aftermath(
            refill=max(self.refill, other.refill),
            sender_horizon=max(self.sender_horizon, other.sender_horizon),
            delayed={name: tuple(sorted(openings)) for name, openings in both.items()},
            leads={name: max(lead, other.leads[name]) for name, lead in self.leads.items()},
        )


def aftermath_of(written: DrawArrays, standards: Mapping[str, Standard]) -> Aftermath:
    """How long the measures of standards may show behind them in a draw."""
    case, arrays = written.case, written.arrays
    closed = optional_elements(case.options)
    own = zip(arrays.plants, arrays.plant_opening.tolist(), strict=True)
    openings = {(plant, opening) for plant, opening in own if f"plants.{plant}" not in closed}
    openings |= set(option_openings(case))
    delayed, leads = dict[str, tuple[tuple[int, int], ...]](), dict[str, int]()
    for name, standard in standards.items():
        if standard.measure:
            measure = compile_measure(case, arrays, standard.measure)
            delays = zip(measure.plant_delay, arrays.plant_ramp, strict=True)
            times = dict(zip(arrays.plants, delays, strict=True))
            to_come = ((o, int(sum(times[plant]))) for plant, o in openings if times[plant][0])
            delayed[name] = tuple(sorted(to_come))
            leads[name] = longest_open_lead(arrays, measure)
    return Aftermath(arrays.refill_periods, arrays.sender_horizon, delayed, leads)


def late_elements(written: DrawArrays, measure: MeasureArrays) -> dict[tuple[int, int], int]:
    """Further elements: of one that a plant limits, what options open of it in a period.

    Only of plants that a measure delays. An opening that is still to come at the start moves,
    and what is open by then stays as it is, so each has a path of its own.
    """
    if not measure.plant_delay.any():
        return {}
    arrays, first, found = written.arrays, first_elements(written.arrays), []
    for name, opening in option_openings(written.case):
        plant = arrays.plants.index(name)
        if measure.plant_delay[plant]:
            orders = first["order"] + np.flatnonzero(arrays.activities.plants == plant)
            lines = first["line"] + np.flatnonzero(arrays.line_plants == plant)
            found += [(int(element), opening) for element in (*orders, *lines)]
    n = first["taken"]  # the base course alone has those behind
    return {one: n + i for i, one in enumerate(found)}


@dataclass(frozen=True, slots=True)
class Moves:
    """What first-stage columns add to the paths of a draw, in calm or under a measure."""

    columns: IntArray
    """(moves,)"""
    elements: IntArray
    """(moves,)"""
    paths: FloatArray
    """At a factor of 1. (moves, 1 + T)"""
    during: FloatArray
    """Factor while the measure runs. (moves,)"""
    after: FloatArray
    """Factor after it. (moves,)"""


Move = tuple[int, int, FloatArray, float, float]
"""Column, element, path, factors during and after the measure."""


def option_moves(
    written: DrawArrays,
    effects: Sequence[tuple[int, Effect]],
    measure: MeasureArrays | None = None,
    exempted: Sequence[Move] = (),
) -> Moves:
    """What options add to paths (M5)."""
    arrays, n = written.arrays, written.arrays.n_periods
    first, activities, found = first_elements(arrays), arrays.activities, list[Move]()
    open_part = base = activities.base_availability
    left, of_lines = np.ones(len(arrays.shared_capacity)), np.ones(len(arrays.lines))
    if measure is not None:
        open_part, left = measure.availability, shared_left(arrays, measure)
        of_lines = lines_left(arrays, measure)
    late = {} if measure is None else late_elements(written, measure)
    kinds = {RESERVE: "customary", TAKEN: "taken"}
    for j, effect in effects:
        k, path = effect.row, effect.path
        if effect.kind in (CAPACITY, HOURS):
            kind, then, later = "order", open_part, base
            if effect.kind == HOURS:
                kind, then, later = "line", of_lines, np.ones_like(of_lines)
            element = first[kind] + k
            opened = [(o, part) for o, part in effect.opened if (element, o) in late]
            parts = [(late[element, o], part) for o, part in opened] or [(element, path)]
            factors = float(then[k]), float(later[k])
            found += [(j, own, part, *factors) for own, part in parts]
        elif effect.kind == SPARED and measure is not None:
            whole = path[:n] * activities.capacity[k]
            found.append((j, first["order"] + k, whole, float(base[k]) - float(open_part[k]), 0.0))
            q = int(activities.shared[k])
            if q >= 0 and k == np.argmax(activities.shared == q):  # once for all its routes
                together = path[:n] * arrays.shared_capacity[q]
                found.append((j, first["shared"] + q, together, 1.0 - float(left[q]), 0.0))
        elif effect.kind == SHARED:
            found.append((j, first["shared"] + k, path, float(left[k]), 1.0))
        elif effect.kind == RESERVE or (effect.kind == TAKEN and measure is None):
            found.append((j, first[kinds[effect.kind]] + k, path, 1.0, 1.0))
    found += exempted
    columns, elements = np.array([move[:2] for move in found], dtype=np.int64).reshape(-1, 2).T
    during, after = np.array([move[3:] for move in found], dtype=np.float64).reshape(-1, 2).T
    paths = np.zeros((len(found), 1 + n))
    for m, move in enumerate(found):
        paths[m, 1:] = move[2][:n]
    return Moves(columns, elements, paths, during, after)


@dataclass(frozen=True, slots=True)
class BoundTemplate:
    """From where in the paths each bound is gathered."""

    elements: IntArray
    """(bounds,)"""
    offsets: IntArray
    """Period of the path, counted from the start. (bounds,)"""
    is_after: IntArray
    """1: the measure is over. (bounds,)"""
    positions: IntArray
    """Place among lower bounds of rows, upper bounds of rows, upper bounds of columns."""
    is_shared: bool
    """Whether a bound is the sum of several elements."""

    def reach(self, moves: Moves, start: int) -> tuple[IntArray, IntArray, FloatArray]:
        """How far first-stage columns reach at a start: positions, columns, amounts (M5)."""
        found = []
        for m, element in enumerate(moves.elements):
            where = np.flatnonzero(self.elements == element)
            when = np.maximum(start + self.offsets[where] + 1, 0)
            factors = np.where(self.is_after[where] > 0, moves.after[m], moves.during[m])
            amounts = moves.paths[m, when] * factors
            moved = np.flatnonzero(amounts)
            column = np.full(len(moved), moves.columns[m])
            found.append((self.positions[where[moved]], column, amounts[moved]))
        nothing = np.zeros(0, dtype=np.int64)
        at, by, amounts = zip((nothing, nothing, np.zeros(0)), *found, strict=True)
        return np.concatenate(at), np.concatenate(by), np.concatenate(amounts)


Gathered = tuple[IntArray, IntArray, IntArray | int, IntArray]
"""Elements, offsets, whether the measure is over, and positions of bounds."""


def gather_template(parts: Sequence[Gathered]) -> BoundTemplate:
    """A template of several kinds of bounds."""
    whole = [[a.ravel() for a in np.broadcast_arrays(*part)] for part in parts]
    elements, offsets, is_after, positions = (
        np.concatenate(one).astype(np.int64) for one in zip(*whole, strict=True)
    )
    is_shared = len(np.unique(positions)) < len(positions)
    return BoundTemplate(elements, offsets, is_after, positions, is_shared)


def shields(case: Case, choices: Sequence[Choice]) -> bool:
    """Whether a choice spares a seller from measures, which no change of arrays can say."""
    return any(case.options[one.option].kind is OptionKind.BUY_OUT for one in choices)


def decided_arrays(
    case: Case, choices: Sequence[Choice], written: DrawArrays | None = None
) -> Callable[[CaseArrays], CaseArrays] | None:
    """What choices change in arrays of a case or of its draws; None: nothing.

    Args:
        case: The case, with the options that are chosen.
        choices: None of them spares a seller from measures.
        written: The case, compiled; None: it is not at hand.
    """
    if not choices:
        return None
    written = written or draw_arrays(case, 0)
    columns = [FirstColumn(STEP, one.option, one.date, one.size) for one in choices]
    effects = [effect for column in columns for effect in column_effects(written, column)]

    def change(arrays: CaseArrays) -> CaseArrays:
        activities = arrays.activities
        capacity = np.where(written.is_unlimited[:, None], np.inf, activities.capacity)
        return replace(
            arrays,
            activities=replace(activities, capacity=_with(capacity, effects, CAPACITY)),
            shared_capacity=_with(arrays.shared_capacity, effects, SHARED),
            line_hours=_with(arrays.line_hours, effects, HOURS),
            reserve=_with(arrays.reserve, effects, RESERVE),
        )

    return change


def _with(paths: FloatArray, effects: Sequence[Effect], kind: str) -> FloatArray:
    """Paths with what effects of a kind add to their rows. (R, T) or (N, R, T)"""
    own = [effect for effect in effects if effect.kind == kind]
    if not own:
        return paths
    n_rows, n_periods = paths.shape[-2:]
    more = np.zeros((n_rows, n_periods))
    for effect in own:
        n = min(len(effect.path), n_periods)
        more[effect.row, :n] += effect.path[:n]
        more[effect.row, n:] += effect.path[-1]
    return paths + more
