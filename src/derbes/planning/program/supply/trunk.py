r"""The trunk of a plan: the calm program over the calendar, once in each draw.

The equations are (L1) to (L7) of the calm plan without a tail: stocks at the end are free.
To them come

(M6) What a contract pays for: sum of the orders from it + idle[c,t] >= taken share times
what is contracted; the idle part is paid for too.
(M7) Ceilings on payments abroad: what goods cost that arrive in a year, as paid, plus what
options cost abroad, is at most the ceiling plus an excess that is not allowed.
(M8) A standard without a measure: n[u,t] - miss[u,t] <= (1 - share) demand[u,t].

Symbols: c contract, u use, t period, n unmet demand (`unmet`).
"""

from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import CALM, ActivityKind, CaseArrays
from derbes.case.entities import Case
from derbes.case.options import OptionKind, Standard
from derbes.case.quantity import FloatArray
from derbes.planning.program.decisions.stage import FirstStage
from derbes.planning.program.supply.effects import (
    CAPACITY,
    HOURS,
    RESERVE,
    SHARED,
    TAKEN,
    Effect,
    Written,
    contract_activities,
    taken_contracts,
)
from derbes.planning.program.supply.places import Places, Reach, Vectors
from derbes.programs.bounds import window_bounds
from derbes.programs.calm import first_state
from derbes.programs.layout import Entries, Layout, Parts, make_layout, supply_matrix
from derbes.programs.objective import money_costs
from derbes.programs.solver.statement import IntArray


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
