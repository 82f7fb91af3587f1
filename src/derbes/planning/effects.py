"""What options do to the arrays of a draw: paths by period that are added.

(M5) capacity[k,t] + sum of size[o,d] share[o,d,t] capacity as written[k,t], and likewise
for line hours, reserves and what is to be paid for: every effect is linear in the size.
share is 0 before the option works, then rises as the plant ramps up.

An element that only an option opens has no capacity in the arrays; what it would have
comes from the case as if everything were open (`as_written`).

Where columns, rows and bounds of a second stage stand.

The trunk of a plan: the calm program over the calendar, once in each draw.

The equations are (L1) to (L7) of the calm plan without a tail: stocks at the end are free.
To them come

(M6) What a contract pays for: sum of the orders from it + idle[c,t] >= taken share times
what is contracted; the idle part is paid for too.
(M7) Ceilings on payments abroad: what goods cost that arrive in a year, as paid, plus what
options cost abroad, is at most the ceiling plus an excess that is not allowed.
(M8) A standard without a measure: n[u,t] - miss[u,t] <= (1 - share) demand[u,t].

Symbols: c contract, u use, t period, n unmet demand (`unmet`).
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from derbes.case.entities import Case
from derbes.case.options import Choice, Option, OptionKind, Standard
from derbes.case.quantity import FloatArray
from derbes.lp.program import Block, BoolArray, IntArray
from derbes.model.arrays import CALM, ActivityKind, CaseArrays
from derbes.model.compile import PLANT_KINDS, compile_case, plant_share, step_share
from derbes.planning.first_stage import EXCUSE, FirstColumn, FirstStage
from derbes.supply.baseline import first_state
from derbes.supply.bounds import window_bounds
from derbes.supply.network import Entries, Layout, Parts, make_layout, supply_matrix
from derbes.supply.objective import money_costs

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


@dataclass(frozen=True, slots=True)
class Places:
    """Blocks of columns and rows, found by their kind."""

    columns: tuple[Block, ...]
    rows: tuple[Block, ...]
    _columns_by_kind: dict[str, Block] = field(init=False, repr=False, compare=False)
    _rows_by_kind: dict[str, Block] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_kind = {block.kind: block for block in reversed(self.columns)}
        object.__setattr__(self, "_columns_by_kind", by_kind)
        object.__setattr__(self, "_rows_by_kind", {b.kind: b for b in reversed(self.rows)})

    def column(self, kind: str) -> Block:
        """Block of columns of a kind."""
        return self._columns_by_kind[kind]

    def row(self, kind: str) -> Block:
        """Block of rows of a kind."""
        return self._rows_by_kind[kind]

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.columns[-1].offset + self.columns[-1].size

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.rows[-1].offset + self.rows[-1].size


@dataclass(frozen=True, slots=True)
class Vectors:
    """Bounds and money of a draw while they are being written; all columns are at least 0."""

    row_lower: FloatArray
    row_upper: FloatArray
    col_upper: FloatArray
    money: FloatArray

    @staticmethod
    def free(places: Places) -> "Vectors":
        """No bounds, no money."""
        return Vectors(
            row_lower=np.full(places.n_rows, -np.inf),
            row_upper=np.full(places.n_rows, np.inf),
            col_upper=np.full(places.n_columns, np.inf),
            money=np.zeros(places.n_columns),
        )


@dataclass(slots=True)
class Reach:
    """How far first-stage columns reach into the bounds of a draw, while it is collected.

    Bounds stand one behind the other: lower of the rows, upper of the rows, upper of the
    columns.
    """

    places: Places
    at: list[IntArray] = field(default_factory=list)
    by: list[IntArray] = field(default_factory=list)
    amounts: list[FloatArray] = field(default_factory=list)

    def _add(self, positions: IntArray, column: int, amounts: FloatArray) -> None:
        moved = np.flatnonzero(amounts)
        if len(moved):
            self.at.append(np.asarray(positions, dtype=np.int64)[moved])
            self.by.append(np.full(len(moved), column, dtype=np.int64))
            self.amounts.append(amounts[moved])

    def row_lower(self, rows: IntArray, column: int, amounts: FloatArray) -> None:
        """The column at 1 adds amounts to lower bounds of rows."""
        self._add(rows, column, amounts)

    def row_upper(self, rows: IntArray, column: int, amounts: FloatArray) -> None:
        """The column at 1 adds amounts to upper bounds of rows."""
        self._add(rows + self.places.n_rows, column, amounts)

    def col_upper(self, columns: IntArray, column: int, amounts: FloatArray) -> None:
        """The column at 1 adds amounts to upper bounds of columns."""
        self._add(columns + 2 * self.places.n_rows, column, amounts)

    def matrix(self, n_columns: int) -> sparse.csr_matrix:
        """Change of each bound for each first-stage column at 1. (bounds, columns)"""
        shape = (2 * self.places.n_rows + self.places.n_columns, n_columns)
        if not self.at:
            return sparse.csr_matrix(shape)
        entries = (np.concatenate(self.amounts), (np.concatenate(self.at), np.concatenate(self.by)))
        return sparse.coo_matrix(entries, shape=shape).tocsr()


@dataclass(frozen=True, slots=True)
class TrunkShape:
    """What the trunks of all draws have in common."""

    layout: Layout
    target: str
    contracts: tuple[str, ...]
    """Elements that are paid for whether they are taken or not."""
    ceilings: tuple[tuple[int, float], ...]
    """(year, most that may be paid abroad [money])"""
    standards: tuple[tuple[str, Standard], ...]
    """Standards without a measure."""


def trunk_shape(case: Case, written: Written) -> TrunkShape:
    """Blocks of the trunk of a case with central values and the standards asked for."""
    budget = case.budget
    ceilings = sorted(budget.foreign_by_year.items()) if budget else []
    arrays = with_chosen_reserves(case, written.arrays)
    return TrunkShape(
        layout=make_layout(arrays, 0, arrays.n_calendar, has_reserve=True),
        target=case.target,
        contracts=taken_contracts(case),
        ceilings=tuple((year, most.value) for year, most in ceilings),
        standards=tuple((n, s) for n, s in case.standards.items() if not s.measure),
    )


def with_chosen_reserves(case: Case, arrays: CaseArrays) -> CaseArrays:
    """Arrays in which every good that an option holds a reserve of has one."""
    reserve = arrays.reserve.copy()
    for option in case.options.values():
        if option.kind is OptionKind.RESERVE:
            reserve[arrays.goods.index(option.element.split(".", 1)[1])] += 1.0
    return replace(arrays, reserve=reserve)


def uses_of(standard: Standard, arrays: CaseArrays) -> IntArray:
    """Uses that a standard is about; all that are essential when it names none."""
    if not standard.uses:
        return np.flatnonzero(arrays.use_essential).astype(np.int64)
    return np.array([arrays.uses.index(use) for use in standard.uses], dtype=np.int64)


def share_of(standard: Standard) -> float:
    """Part of the demand that is to be met."""
    return 1.0 if standard.share is None else standard.share.value


def trunk_parts(shape: TrunkShape) -> tuple[Parts, Parts]:
    """Blocks of columns and of rows: the calm plan's, then those of (M6) to (M8)."""
    layout, arrays = shape.layout, shape.layout.arrays
    n = layout.n
    columns: Parts = [(b.kind, b.items, b.first_period, b.n_periods) for b in layout.columns]
    rows: Parts = [(b.kind, b.items, b.first_period, b.n_periods) for b in layout.rows]
    contracts = tuple(element.split(".", 1)[1] for element in shape.contracts)
    years = tuple(f"y{year}" for year, _most in shape.ceilings)
    columns += [("idle", contracts, 0, n), ("excess", years, 0, 1)]
    rows += [("taken", contracts, 0, n), ("abroad", years, 0, 1)]
    for name, standard in shape.standards:
        uses = tuple(arrays.uses[u] for u in uses_of(standard, arrays))
        columns.append((f"miss_{name}", uses, 0, n))
        rows.append((f"met_{name}", uses, 0, n))
    return columns, rows


def in_calendar_years(arrays: CaseArrays) -> IntArray:
    """Year in which each period of the arrays starts. (T,)"""
    month_of = arrays.calendar.month_of
    return np.array([month_of(t)[0] for t in range(arrays.n_periods)], dtype=np.int64)


def paid_abroad(written: Written, n: int) -> tuple[IntArray, FloatArray, IntArray]:
    """Purchases from abroad.

    Returns:
        Activities (k,), money of a unit as paid and the year of its payment. (k, n)
    """
    arrays, target = written.arrays, written.case.target
    activities = arrays.activities
    is_abroad = [actor != target for actor in activities.actors]
    bought = np.flatnonzero((activities.kinds == ActivityKind.PURCHASE) & np.array(is_abroad))
    when = np.minimum(np.arange(n) + activities.lead_times[bought, None], arrays.n_periods - 1)
    money = np.take_along_axis(activities.unit_cost[bought], when, axis=1)
    return bought.astype(np.int64), money, in_calendar_years(arrays)[when]


def add_trunk(shape: TrunkShape, written: Written, places: Places, entries: Entries) -> None:
    """Entries of the trunk's matrix in a draw."""
    layout = replace(shape.layout, arrays=written.arrays)
    supply = supply_matrix(layout).tocoo()
    entries.add(supply.row.astype(np.int64), supply.col.astype(np.int64), supply.data)
    orders = places.column("order").indices
    taken, idle = places.row("taken").indices, places.column("idle").indices
    entries.add(taken, idle, 1.0)
    for c, element in enumerate(shape.contracts):
        for k in contract_activities(written, element):
            entries.add(taken[c], orders[k], 1.0)
    abroad = places.row("abroad").indices[:, 0]
    entries.add(abroad, places.column("excess").indices[:, 0], -1.0)
    bought, money, years = paid_abroad(written, layout.n)
    for row, (year, _most) in zip(abroad, shape.ceilings, strict=True):
        entries.add(np.full_like(orders[bought], row), orders[bought], money * (years == year))
    for name, standard in shape.standards:
        rows = places.row(f"met_{name}").indices
        unmet = places.column("unmet").indices[uses_of(standard, layout.arrays)]
        entries.add(rows, unmet, 1.0)
        entries.add(rows, places.column(f"miss_{name}").indices, -1.0)


def write_trunk(shape: TrunkShape, written: Written, places: Places, vectors: Vectors) -> None:
    """Bounds and money of the trunk in a draw."""
    layout = replace(shape.layout, arrays=written.arrays)
    arrays, n = written.arrays, layout.n
    bounds = window_bounds(layout, first_state(arrays))
    vectors.row_lower[: layout.n_rows] = bounds.row_lower
    vectors.row_upper[: layout.n_rows] = bounds.row_upper
    vectors.col_upper[: layout.n_columns] = bounds.col_upper
    vectors.money[: layout.n_columns] = money_costs(layout, CALM)
    places.row("taken").of(vectors.row_lower)[:] = 0.0
    idle = places.column("idle").of(vectors.money)
    for c, element in enumerate(shape.contracts):
        k = contract_activities(written, element)[0]
        idle[c] = arrays.activities.price[k, :n] * arrays.discount[:n]
    most = np.array([most for _year, most in shape.ceilings])
    places.row("abroad").of(vectors.row_upper)[:, 0] = most
    for name, standard in shape.standards:
        demand = _asked(standard, arrays, n)
        allowed = np.where(demand > 0, (1.0 - share_of(standard)) * demand, np.inf)
        places.row(f"met_{name}").of(vectors.row_upper)[:] = allowed


def _asked(standard: Standard, arrays: CaseArrays, n: int) -> FloatArray:
    """Demand that a standard without a measure is about. (uses, n)"""
    last = n - 1 if standard.last < 0 else standard.last
    periods = np.arange(n)
    is_asked = (periods >= standard.first) & (periods <= last)
    return np.where(is_asked, arrays.demand[uses_of(standard, arrays), :n], 0.0)


def reach_trunk(
    shape: TrunkShape, written: Written, effects: list[tuple[int, Effect]], reach: Reach
) -> None:
    """What first-stage columns add to the bounds of the trunk (M5)."""
    n, places = shape.layout.n, reach.places
    base = written.arrays.activities.base_availability
    orders, reserve = places.column("order").indices, places.row("reserve").indices
    for column, effect in effects:
        path = effect.path[:n]
        if effect.kind == CAPACITY:
            reach.col_upper(orders[effect.row], column, path * base[effect.row])
        elif effect.kind == SHARED:
            rows = places.row("shared_capacity").indices
            reach.row_upper(rows[effect.row], column, path)
        elif effect.kind == HOURS:
            reach.row_upper(places.row("line").indices[effect.row], column, path)
        elif effect.kind == RESERVE:
            position = np.searchsorted(shape.layout.reserved, effect.row)
            reach.row_lower(reserve[position], column, path)
        elif effect.kind == TAKEN:
            reach.row_lower(places.row("taken").indices[effect.row], column, path)


def reach_ceilings(shape: TrunkShape, stage: FirstStage, written: Written, reach: Reach) -> None:
    """What options cost abroad takes from the ceilings (M7)."""
    month_of = written.arrays.calendar.month_of
    years = np.array([month_of(t)[0] for t in range(stage.foreign.shape[1])])
    rows = reach.places.row("abroad").indices[:, 0]
    for row, (year, _most) in zip(rows, shape.ceilings, strict=True):
        for column, paid in enumerate(stage.foreign):
            reach.row_upper(np.array([row]), column, -paid[years == year].sum(keepdims=True))


def reach_excuses(
    shape: TrunkShape, written: Written, excuses: dict[str, int], reach: Reach
) -> None:
    """What an excuse of the draw allows a standard without a measure to miss (M8)."""
    for name, standard in shape.standards:
        if name in excuses:
            rows = reach.places.row(f"met_{name}").indices
            missed = share_of(standard) * _asked(standard, written.arrays, shape.layout.n)
            reach.row_upper(rows.ravel(), excuses[name], missed.ravel())
