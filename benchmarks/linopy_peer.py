"""The same cut-off stated anew with linopy, in blocks, and solved by HiGHS.

Equations (L1) to (L8) over all 120 months; the months before the start are fixed to
the calm plan by their bounds. Written from the arrays, so that its optimum also
checks the statement of derbes.
"""

from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import xarray as xr

from benchmarks.full_horizon import FullProgram
from benchmarks.setting import Setting
from derbes.case.quantity import FloatArray
from derbes.programs.layout import longer_lasting

BLOCKS = {"order": "k", "lot": "l", "fresh": "g", "unmet": "u", "short": "r", "refill": "r"}
"""Blocks of columns over time, and their other axis."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A model while it is being stated."""

    model: linopy.Model
    full: FullProgram
    months: Any
    """Index of the periods."""
    blocks: dict[str, linopy.Variable]
    behind: linopy.Variable
    younger: linopy.Variable


def state_model(setting: Setting, full: FullProgram) -> linopy.Model:
    """State the program of a cut-off."""
    linopy.options["semantics"] = "v1"
    parts = _with_columns(full)
    inflow = _inflow(setting, parts)
    _balances(setting, parts, inflow)
    _limits(setting, parts, inflow)
    _reserves(setting, parts)
    _way_back(setting, parts)
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


def _with_columns(full: FullProgram) -> Parts:
    """Variables with the bounds of the cut-off."""
    model = linopy.Model()
    layout, program = full.window.layout, full.program
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
    return Parts(model, full, months, blocks, behind, younger)


def _members(owners: FloatArray, n: int, axis: str, group: str) -> xr.DataArray:
    """1 where an element belongs to a group. (elements, groups)"""
    return _table((owners[:, None] == np.arange(n)).astype(float), axis, group)


def _arriving(setting: Setting, parts: Parts) -> xr.DataArray:
    """What arrives of the orders before the first month, less what the cut takes. (g, t)"""
    layout = parts.full.window.layout
    transit, outputs = parts.full.window.state.transit, setting.arrays.activities.outputs
    orders = layout.column("order").of(parts.full.lost)
    fixed = np.zeros((len(setting.arrays.goods), layout.n))
    for k, lead in enumerate(setting.arrays.activities.lead_times):
        fixed[outputs[k], : transit.shape[1]] += transit[k]
        fixed[outputs[k], lead:] -= orders[k, : layout.n - lead]
    return _path(fixed, "g")


def _inflow(setting: Setting, parts: Parts) -> Any:
    """Arrivals and outputs of the months that are decided. (g, t)"""
    activities = setting.arrays.activities
    makes = _members(activities.outputs.astype(float), len(setting.arrays.goods), "k", "g")
    inflow: Any = 0
    for lead in np.unique(activities.lead_times):
        same = np.flatnonzero(activities.lead_times == lead)
        arriving = parts.blocks["order"].isel(k=same).shift(t=int(lead)).fillna(0)
        inflow = inflow + (arriving * makes.isel(k=same)).sum("k")
    return inflow


def _inputs(setting: Setting) -> xr.DataArray:
    """Units of each good for one unit of an activity. (k, g)"""
    activities = setting.arrays.activities
    table = np.zeros((len(activities.names), len(setting.arrays.goods)))
    for k in range(len(activities.names)):
        part = slice(activities.input_starts[k], activities.input_starts[k + 1])
        table[k, activities.input_goods[part]] = activities.input_amounts[part]
    return _table(table, "k", "g")


def _balances(setting: Setting, parts: Parts, inflow: Any) -> None:
    """(L1), (L2) and what fresh stock may grow by."""
    arrays, state = setting.arrays, parts.full.window.state
    n, n_goods = parts.full.window.layout.n, len(arrays.goods)
    lot, fresh = parts.blocks["lot"], parts.blocks["fresh"]
    first = (parts.months == 0).astype(float)
    kept = _path(arrays.lot_retention[:, :n], "l")
    retention = _table(arrays.retention, "g")
    held = _table(state.lots, "l") * kept * first
    begun = _table(state.fresh * arrays.retention, "g") * first
    given = _arriving(setting, parts)
    of_good = _members(arrays.lot_goods.astype(float), n_goods, "l", "g")
    of_use = _members(arrays.use_goods.astype(float), n_goods, "u", "g")
    demand = (_path(arrays.demand[:, :n], "u") * of_use).sum("u")
    drawn = kept * lot.shift(t=1).fillna(0) - lot
    parts.model.add_constraints(-drawn <= held, name="stock")
    change = retention * fresh.shift(t=1).fillna(0) - fresh
    mixed = np.unique(arrays.lot_goods)
    parts.model.add_constraints(
        (-change - inflow).isel(g=mixed) <= (begun + given).isel(g=mixed), name="fresh_stock"
    )
    supply = (drawn * of_good).sum("l") + change + inflow
    use = (parts.blocks["order"] * _inputs(setting)).sum("k")
    unmet = (parts.blocks["unmet"] * of_use).sum("u")
    parts.model.add_constraints(
        supply - use + unmet >= demand - given - begun - (held * of_good).sum("l"),
        name="balance",
    )


def _limits(setting: Setting, parts: Parts, inflow: Any) -> None:
    """Shelf life, line hours (L4), storage (L6)."""
    arrays, layout = setting.arrays, parts.full.window.layout
    given, past = _arriving(setting, parts), parts.full.window.state.past_inflow
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
        used <= _path(arrays.line_hours[:, : layout.n], "line"), name="line"
    )


def _stock(setting: Setting, parts: Parts) -> Any:
    """All stock of a good. (g, t)"""
    of_good = _members(setting.arrays.lot_goods.astype(float), len(setting.arrays.goods), "l", "g")
    return parts.blocks["fresh"] + (parts.blocks["lot"] * of_good).sum("l")


def _reserves(setting: Setting, parts: Parts) -> None:
    """(L7)."""
    layout = parts.full.window.layout
    target = _path(setting.arrays.reserve[layout.reserved, : layout.n], "r")
    stock = _stock(setting, parts).isel(g=layout.reserved).rename(g="r").assign_coords(r=target.r)
    short, refill = parts.blocks["short"], parts.blocks["refill"]
    parts.model.add_constraints(stock + short + refill >= target, name="reserve")
    parts.model.add_constraints(
        refill - refill.shift(t=1).fillna(0) - short.shift(t=1).fillna(0) <= 0.0, name="refill"
    )


def _way_back(setting: Setting, parts: Parts) -> None:
    """(L8)."""
    window = parts.full.window
    activities, n = setting.arrays.activities, window.layout.n
    needed = window.end.stock
    _ages(setting, parts)
    stock = _stock(setting, parts).isel(t=n - 1, drop=True)
    parts.model.add_constraints(
        stock + parts.behind.isel(a=0, drop=True) >= _table(needed[:, 0], "g"), name="end_stock"
    )
    makes = _members(activities.outputs.astype(float), len(setting.arrays.goods), "k", "g")
    for ahead in range(1, needed.shape[1]):
        limit = _table(needed[:, ahead], "g")
        arriving: Any = parts.behind.isel(a=ahead, drop=True)
        for lead in np.unique(activities.lead_times[activities.lead_times >= ahead]):
            same = np.flatnonzero(activities.lead_times == lead)
            orders = parts.blocks["order"].isel(k=same, t=n - 1 + ahead - int(lead), drop=True)
            arriving = arriving + (orders * makes.isel(k=same)).sum("k")
        parts.model.add_constraints(arriving >= limit, name=f"end_transit_{ahead}")


def _ages(setting: Setting, parts: Parts) -> None:
    """What is left at the end lasts no less than in the calm plan (L8)."""
    window, n = parts.full.window, parts.full.window.layout.n
    lots = parts.blocks["lot"].isel(t=n - 1, drop=True)
    fresh = parts.blocks["fresh"].isel(t=n - 1, drop=True)
    order = longer_lasting(setting.arrays, window.layout.start + n - 1)
    for row, (lasting, has_fresh) in enumerate(order):
        held: Any = parts.younger.isel(l=row, drop=True)
        for lot in lasting:
            held = held + lots.isel(l=lot, drop=True)
        if has_fresh:
            held = held + fresh.isel(g=int(setting.arrays.lot_goods[row]), drop=True)
        parts.model.add_constraints(held >= float(window.end.ages[row]), name=f"end_age_{row}")


def _objective(parts: Parts) -> None:
    layout, cost = parts.full.window.layout, parts.full.program.cost
    total: Any = (parts.behind * _table(layout.column("behind").of(cost), "g", "a")).sum()
    younger = _table(layout.column("younger").of(cost)[:, 0], "l")
    total = total + (parts.younger * younger).sum()
    for kind, axis in BLOCKS.items():
        total = total + (parts.blocks[kind] * _path(layout.column(kind).of(cost), axis)).sum()
    parts.model.add_objective(total)
