"""The same cut-off stated anew with linopy, in blocks, and solved by HiGHS.

Equations (L1) to (L8) over the months of its horizon, from the state that the measure leaves.
Written from the arrays, so that its optimum also checks the statement of derbes. Goods with
a shelf life are taken not to decay before, and nothing shares a capacity or has a storage
limit: so it is in the network.
"""

from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import xarray as xr

from benchmarks.stated_anew import StatedBranch
from derbes.case.quantity import FloatArray
from derbes.model.arrays import CaseArrays
from derbes.supply.bounds import demand_path
from derbes.supply.network import Layout, longer_lasting, lots_beside

BLOCKS = {"order": "k", "lot": "l", "fresh": "g", "unmet": "u", "short": "r", "refill": "r"}
"""Blocks of columns over time, and their other axis."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A model while it is being stated."""

    model: linopy.Model
    branch: StatedBranch
    months: Any
    """Index of the periods."""
    blocks: dict[str, linopy.Variable]
    behind: linopy.Variable
    younger: linopy.Variable
    staler: linopy.Variable

    @property
    def layout(self) -> Layout:
        """Blocks of the window."""
        return self.branch.window.layout

    @property
    def arrays(self) -> CaseArrays:
        """The network."""
        return self.layout.arrays

    def months_of(self, paths: FloatArray) -> FloatArray:
        """The window's months of paths over all periods. (rows, n)"""
        return paths[:, self.layout.start : self.layout.start + self.layout.n]


def state_model(branch: StatedBranch) -> linopy.Model:
    """State the program of a cut-off."""
    linopy.options["semantics"] = "v1"
    parts = _with_columns(branch)
    inflow = _inflow(parts)
    _balances(parts, inflow)
    _limits(parts, inflow)
    _reserves(parts)
    _way_back(parts, inflow)
    _objective(parts)
    return parts.model


def solve_model(model: linopy.Model) -> float:
    """Solve a model with HiGHS, handed over in memory; returns its objective.

    Raises:
        ArithmeticError: HiGHS found no optimum.
    """
    status, condition = model.solve(
        solver_name="highs", io_api="direct", progress=False, output_flag=False
    )
    if status != "ok":
        raise ArithmeticError(f"no optimum: {condition}")
    return float(model.objective.value or 0.0)


def _labels(*sizes: tuple[str, int]) -> dict[str, Any]:
    return {axis: np.arange(size) for axis, size in sizes}


def _table(values: FloatArray, *axes: str) -> xr.DataArray:
    """Values with the positions on their axes as labels."""
    return xr.DataArray(values, dims=axes, coords=_labels(*zip(axes, values.shape, strict=True)))


def _path(values: FloatArray, axis: str) -> xr.DataArray:
    return _table(values, axis, "t")


def _with_columns(branch: StatedBranch) -> Parts:
    """Variables with the bounds of the cut-off."""
    model = linopy.Model()
    layout, program = branch.window.layout, branch.program
    months = _table(np.arange(layout.n, dtype=np.float64), "t")
    blocks = {}
    for kind, axis in BLOCKS.items():
        block = layout.column(kind)
        lower = _path(block.of(program.col_lower), axis)
        upper = _path(block.of(program.col_upper), axis)
        blocks[kind] = model.add_variables(lower, upper, name=kind)
    ends = layout.column("behind").of(program.col_lower)
    behind = model.add_variables(_table(ends, "g", "a"), np.inf, name="behind")
    ages = layout.column("younger").of(program.col_lower)[:, 0]
    younger = model.add_variables(_table(ages, "l"), np.inf, name="younger")
    fresher = layout.column("staler").of(program.col_lower)
    staler = model.add_variables(_table(fresher, "p", "i"), np.inf, name="staler")
    return Parts(model, branch, months, blocks, behind, younger, staler)


def _members(owners: FloatArray, n: int, axis: str, group: str) -> xr.DataArray:
    """1 where an element belongs to a group. (elements, groups)"""
    return _table((owners[:, None] == np.arange(n)).astype(float), axis, group)


def _on_the_way(parts: Parts) -> FloatArray:
    """What arrives of the orders before the first month. (G, J)"""
    transit = parts.branch.found.transit
    fixed = np.zeros((len(parts.arrays.goods), transit.shape[1]))
    np.add.at(fixed, parts.arrays.activities.outputs, transit)
    return fixed


def _arriving(parts: Parts) -> xr.DataArray:
    """What arrives of them in the window. (g, t)"""
    fixed = np.zeros((len(parts.arrays.goods), parts.layout.n))
    known = _on_the_way(parts)[:, : parts.layout.n]
    fixed[:, : known.shape[1]] = known
    return _path(fixed, "g")


def _inflow(parts: Parts) -> Any:
    """Arrivals and outputs of the months that are decided. (g, t)"""
    activities = parts.arrays.activities
    makes = _members(activities.outputs.astype(float), len(parts.arrays.goods), "k", "g")
    inflow: Any = 0
    for lead in np.unique(activities.lead_times):
        same = np.flatnonzero(activities.lead_times == lead)
        arriving = parts.blocks["order"].isel(k=same).shift(t=int(lead)).fillna(0)
        inflow = inflow + (arriving * makes.isel(k=same)).sum("k")
    return inflow


def _inputs(arrays: CaseArrays) -> xr.DataArray:
    """Units of each good for one unit of an activity. (k, g)"""
    activities = arrays.activities
    table = np.zeros((len(activities.names), len(arrays.goods)))
    for k in range(len(activities.names)):
        part = slice(activities.input_starts[k], activities.input_starts[k + 1])
        table[k, activities.input_goods[part]] = activities.input_amounts[part]
    return _table(table, "k", "g")


def _balances(parts: Parts, inflow: Any) -> None:
    """(L1), (L2) and what fresh stock may grow by."""
    arrays, state = parts.arrays, parts.branch.found
    n_goods = len(arrays.goods)
    lot, fresh = parts.blocks["lot"], parts.blocks["fresh"]
    first = (parts.months == 0).astype(float)
    kept = _path(parts.months_of(arrays.lot_retention), "l")
    retention = _table(arrays.retention, "g")
    held = _table(state.lots, "l") * kept * first
    begun = _table(state.fresh * arrays.retention, "g") * first
    given = _arriving(parts)
    of_good = _members(arrays.lot_goods.astype(float), n_goods, "l", "g")
    of_use = _members(arrays.use_goods.astype(float), n_goods, "u", "g")
    demand = (_path(demand_path(parts.layout, parts.branch.run), "u") * of_use).sum("u")
    drawn = kept * lot.shift(t=1).fillna(0) - lot
    parts.model.add_constraints(-drawn <= held, name="stock")
    change = retention * fresh.shift(t=1).fillna(0) - fresh
    mixed = np.unique(arrays.lot_goods)
    parts.model.add_constraints(
        (-change - inflow).isel(g=mixed) <= (begun + given).isel(g=mixed), name="fresh_stock"
    )
    supply = (drawn * of_good).sum("l") + change + inflow
    use = (parts.blocks["order"] * _inputs(arrays)).sum("k")
    unmet = (parts.blocks["unmet"] * of_use).sum("u")
    parts.model.add_constraints(
        supply - use + unmet >= demand - given - begun - (held * of_good).sum("l"),
        name="balance",
    )


def _limits(parts: Parts, inflow: Any) -> None:
    """Shelf life, line hours (L4)."""
    arrays, layout = parts.arrays, parts.layout
    given, past = _arriving(parts), parts.branch.found.past_inflow
    for g in np.flatnonzero(arrays.shelf_life):
        life = int(arrays.shelf_life[g])
        before = np.zeros(life)
        before[1:] = past[g, : life - 1][::-1]
        known = np.concatenate([before, given.isel(g=g).values])
        young = np.convolve(known, np.ones(life))[life : life + layout.n]
        fresh = parts.blocks["fresh"].isel(g=g)
        window = inflow.isel(g=g).rolling(t=life, min_periods=1).sum()
        limit = _table(young, "t")
        parts.model.add_constraints(fresh - window <= limit, name=f"shelf_life_{g}")
    lines = _members(arrays.activities.lines.astype(float), len(arrays.lines), "k", "line")
    hours = _table(arrays.activities.hours, "k") * lines
    used = (parts.blocks["order"] * hours).sum("k")
    parts.model.add_constraints(
        used <= _path(parts.months_of(arrays.line_hours), "line"), name="line"
    )


def _stock(parts: Parts) -> Any:
    """All stock of a good. (g, t)"""
    of_good = _members(parts.arrays.lot_goods.astype(float), len(parts.arrays.goods), "l", "g")
    return parts.blocks["fresh"] + (parts.blocks["lot"] * of_good).sum("l")


def _reserves(parts: Parts) -> None:
    """(L7)."""
    target = _path(parts.branch.window.target, "r")
    reserved = parts.layout.reserved
    stock = _stock(parts).isel(g=reserved).rename(g="r").assign_coords(r=target.r)
    short, refill = parts.blocks["short"], parts.blocks["refill"]
    parts.model.add_constraints(stock + short + refill >= target, name="reserve")
    parts.model.add_constraints(
        refill - refill.shift(t=1).fillna(0) - short.shift(t=1).fillna(0) <= 0.0, name="refill"
    )


def _way_back(parts: Parts, inflow: Any) -> None:
    """(L8)."""
    activities, n = parts.arrays.activities, parts.layout.n
    needed = parts.branch.window.end.stock.copy()
    later = _on_the_way(parts)[:, n : n + needed.shape[1] - 1]
    needed[:, 1 : 1 + later.shape[1]] -= later
    _ages(parts, inflow)
    _freshness(parts, inflow)
    stock = _stock(parts).isel(t=n - 1, drop=True)
    parts.model.add_constraints(
        stock + parts.behind.isel(a=0, drop=True) >= _table(needed[:, 0], "g"), name="end_stock"
    )
    makes = _members(activities.outputs.astype(float), len(parts.arrays.goods), "k", "g")
    for ahead in range(1, needed.shape[1]):
        limit = _table(needed[:, ahead], "g")
        arriving: Any = parts.behind.isel(a=ahead, drop=True)
        for lead in np.unique(activities.lead_times[activities.lead_times >= ahead]):
            same = np.flatnonzero(activities.lead_times == lead)
            orders = parts.blocks["order"].isel(k=same, t=n - 1 + ahead - int(lead), drop=True)
            arriving = arriving + (orders * makes.isel(k=same)).sum("k")
        parts.model.add_constraints(arriving >= limit, name=f"end_transit_{ahead}")


def _ages(parts: Parts, inflow: Any) -> None:
    """What is left of old lots at the end lasts no less than in the calm plan (L8)."""
    arrays, n = parts.arrays, parts.layout.n
    lots = parts.blocks["lot"].isel(t=n - 1, drop=True)
    fresh = parts.blocks["fresh"].isel(t=n - 1, drop=True)
    for row, longer in enumerate(longer_lasting(arrays, parts.layout.start + n - 1)):
        good = int(arrays.lot_goods[row])
        held: Any = parts.younger.isel(l=row, drop=True)
        for lot in longer.lots:
            held = held + lots.isel(l=lot, drop=True)
        least = float(parts.branch.window.end.ages[row])
        if longer.ages < 0:
            held = held + fresh.isel(g=good, drop=True)
        elif longer.ages > 0:
            held = held + _young(inflow, good, n, longer.ages)
            least -= _known_young(parts, good, longer.ages)
        parts.model.add_constraints(held >= least, name=f"end_age_{row}")


def _freshness(parts: Parts, inflow: Any) -> None:
    """What came in last can be used for no less long than in the calm plan (L8)."""
    arrays, n = parts.arrays, parts.layout.n
    lots = parts.blocks["lot"].isel(t=n - 1, drop=True)
    for row, g in enumerate(parts.layout.perishable):
        good, life = int(g), int(arrays.shelf_life[g])
        for i in range(1, life):
            wanted = float(parts.branch.window.end.freshness[row, i - 1])
            if np.isnan(wanted):
                continue
            least = wanted - _known_young(parts, good, life - i)
            held = _young(inflow, good, n, life - i) + parts.staler.isel(p=row, i=i - 1, drop=True)
            for lot in lots_beside(arrays, good, i, parts.layout.start + n - 1):
                held = held + lots.isel(l=lot, drop=True)
            parts.model.add_constraints(held >= least, name=f"end_freshness_{good}_{i}")


def _young(inflow: Any, good: int, n: int, ages: int) -> Any:
    """What comes in in the last months of the window."""
    return inflow.isel(g=good, t=slice(max(0, n - ages), n)).sum("t")


def _known_young(parts: Parts, good: int, ages: int) -> float:
    """What of it was ordered before the window. [unit]"""
    life = int(parts.arrays.shelf_life[good])
    past = parts.branch.found.past_inflow[good, : life - 1][::-1]
    known = np.concatenate([past, _arriving(parts).values[good]])
    return float(known[-ages:].sum())


def _objective(parts: Parts) -> None:
    layout, cost = parts.layout, parts.branch.program.cost
    total: Any = (parts.behind * _table(layout.column("behind").of(cost), "g", "a")).sum()
    younger = _table(layout.column("younger").of(cost)[:, 0], "l")
    total = total + (parts.younger * younger).sum()
    staler = _table(layout.column("staler").of(cost), "p", "i")
    total = total + (parts.staler * staler).sum()
    for kind, axis in BLOCKS.items():
        total = total + (parts.blocks[kind] * _path(layout.column(kind).of(cost), axis)).sum()
    parts.model.add_objective(total)
