"""The nearest network that PyPSA can state, stated anew and solved by HiGHS.

Goods are buses, purchases are delayed links from one source, recipes are links with
several inputs, stocks are stores with standing loss, a reserve is a store in which
holding is rewarded by the weight of its shortfall, unmet demand is a dear generator.
Its snapshots are the months of the branch's horizon, from the state that the measure leaves.

Left out, for want of a way to say it: shelf life, the rule that old lots are not
replenished, the refill in equal steps after a cut-off, the way back to the calm
plan at the end (stocks may run out there instead), and the levels (one weighted sum).
So its program is smaller and easier, and its optimum is not comparable.
"""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pypsa

from benchmarks.stated_anew import StatedBranch
from derbes.case.quantity import FloatArray
from derbes.model.arrays import ActivityKind, CaseArrays, IntArray
from derbes.supply.bounds import demand_path
from derbes.supply.network import Layout

SOURCE = "source"
ROOM = 1e5
"""Size of a store or generator that is never full."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A network while it is being stated."""

    network: pypsa.Network
    branch: StatedBranch

    @property
    def layout(self) -> Layout:
        """Blocks of the window."""
        return self.branch.window.layout

    @property
    def arrays(self) -> CaseArrays:
        """The case."""
        return self.layout.arrays

    def path(self, kind: str, vector: FloatArray) -> FloatArray:
        """Part of a vector of columns. (items, months)"""
        return self.layout.column(kind).of(vector)

    def table(self, rows: FloatArray, names: list[str]) -> pd.DataFrame:
        """Paths as the table that PyPSA takes. (months, items)"""
        return pd.DataFrame(rows.T, index=self.network.snapshots, columns=names)


def state_network(branch: StatedBranch) -> pypsa.Network:
    """State the network of a cut-off."""
    network = pypsa.Network(snapshots=range(branch.window.layout.n))
    parts = Parts(network, branch)
    network.add("Bus", [SOURCE, *parts.arrays.goods, *parts.arrays.lines])
    network.add("Generator", SOURCE, bus=SOURCE, p_nom=ROOM)
    _purchases(parts)
    _recipes(parts)
    _lines(parts)
    _stores(parts)
    _uses(parts)
    return network


def solve_network(network: pypsa.Network) -> float:
    """Solve a network with HiGHS, handed over in memory; returns its objective.

    Raises:
        ArithmeticError: HiGHS found no optimum.
    """
    logging.getLogger("pypsa").setLevel(logging.ERROR)
    logging.getLogger("linopy").setLevel(logging.ERROR)
    status, condition = network.optimize(
        solver_name="highs",
        io_api="direct",
        progress=False,
        include_objective_constant=False,
        solver_options={"output_flag": False},
    )
    if status != "ok" or condition != "optimal":
        raise ArithmeticError(f"no optimum: {condition}")
    return float(network.objective or 0.0)


def _shares(upper: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Largest of each path, and the path as a part of it."""
    largest = np.maximum(np.where(np.isfinite(upper), upper, ROOM).max(axis=1), 1e-9)
    return largest, np.minimum(upper, ROOM) / largest[:, None]


def _limits(parts: Parts, which: IntArray) -> FloatArray:
    """Most of some activities by month."""
    upper = parts.path("order", parts.branch.program.col_upper)[which]
    return np.asarray(np.minimum(upper, ROOM), dtype=np.float64)


def _purchases(parts: Parts) -> None:
    activities = parts.arrays.activities
    cost = parts.path("order", parts.branch.program.cost)
    which = np.flatnonzero(activities.kinds == ActivityKind.PURCHASE)
    names = [activities.names[k] for k in which]
    largest, shares = _shares(_limits(parts, which))
    parts.network.add(
        "Link",
        names,
        bus0=SOURCE,
        bus1=[parts.arrays.goods[activities.outputs[k]] for k in which],
        p_nom=largest,
        p_max_pu=parts.table(shares, names),
        marginal_cost=parts.table(cost[which], names),
        delay=activities.lead_times[which],
        cyclic_delay=False,
    )


def _recipes(parts: Parts) -> None:
    """Recipes with the same number of inputs together, with the hours of their lines."""
    activities = parts.arrays.activities
    recipes = np.flatnonzero(activities.kinds == ActivityKind.RECIPE)
    n_inputs = np.diff(activities.input_starts)[recipes]
    for n in np.unique(n_inputs):
        _recipes_alike(parts, recipes[n_inputs == n], int(n))


def _recipes_alike(parts: Parts, which: IntArray, n_inputs: int) -> None:
    arrays, activities = parts.arrays, parts.arrays.activities
    cost = parts.path("order", parts.branch.program.cost)[which]
    names = [activities.names[k] for k in which]
    places = activities.input_starts[which, None] + np.arange(n_inputs)
    goods, amounts = activities.input_goods[places], activities.input_amounts[places]
    first = amounts[:, :1]
    ports: dict[str, Any] = {
        "bus1": [arrays.goods[g] for g in activities.outputs[which]],
        "efficiency": 1.0 / first[:, 0],
        "bus2": [arrays.lines[line] for line in activities.lines[which]],
        "efficiency2": -activities.hours[which] / first[:, 0],
    }
    for place in range(1, n_inputs):
        ports[f"bus{place + 2}"] = [arrays.goods[g] for g in goods[:, place]]
        ports[f"efficiency{place + 2}"] = -amounts[:, place] / first[:, 0]
    largest, shares = _shares(_limits(parts, which) * first)
    parts.network.add(
        "Link",
        names,
        bus0=[arrays.goods[g] for g in goods[:, 0]],
        p_nom=largest,
        p_max_pu=parts.table(shares, names),
        marginal_cost=parts.table(cost / first, names),
        **ports,
    )


def _lines(parts: Parts) -> None:
    """Hours of each line as what a generator can give."""
    arrays = parts.arrays
    names = list(arrays.lines)
    largest, shares = _shares(parts.layout.row("line").of(parts.branch.program.row_upper))
    parts.network.add(
        "Generator",
        names,
        bus=names,
        p_nom=largest,
        p_max_pu=parts.table(shares, names),
        suffix=" hours",
    )


def _stores(parts: Parts) -> None:
    """Fresh stock, and the reserve as a store in which holding is rewarded."""
    arrays, layout, found = parts.arrays, parts.layout, parts.branch.found
    goods = list(arrays.goods)
    cost = parts.branch.program.cost
    begun = found.fresh.copy()
    np.add.at(begun, arrays.lot_goods, found.lots)
    storage = parts.path("fresh", cost)
    loss = 1.0 - arrays.retention
    parts.network.add(
        "Store",
        goods,
        bus=goods,
        e_nom=ROOM,
        e_initial=begun,
        standing_loss=loss,
        marginal_cost_storage=parts.table(storage, goods),
        suffix=" stock",
    )
    held = [goods[g] for g in layout.reserved]
    reward = storage[layout.reserved] - parts.path("short", cost)
    parts.network.add(
        "Store",
        held,
        bus=held,
        e_nom=parts.branch.window.target.max(axis=1),
        standing_loss=loss[layout.reserved],
        marginal_cost_storage=parts.table(reward, held),
        suffix=" reserve",
    )


def _uses(parts: Parts) -> None:
    """Demand, unmet demand, what is on the way, and free disposal."""
    arrays = parts.arrays
    goods, uses = list(arrays.goods), list(arrays.uses)
    demand = demand_path(parts.layout, parts.branch.run)
    buses = [goods[g] for g in arrays.use_goods]
    parts.network.add("Load", uses, bus=buses, p_set=parts.table(demand, uses))
    largest, shares = _shares(parts.path("unmet", parts.branch.program.col_upper))
    parts.network.add(
        "Generator",
        uses,
        bus=buses,
        p_nom=largest,
        p_max_pu=parts.table(shares, uses),
        marginal_cost=parts.table(parts.path("unmet", parts.branch.program.cost), uses),
        suffix=" unmet",
    )
    parts.network.add("Generator", goods, bus=goods, p_nom=ROOM, sign=-1.0, suffix=" disposal")
    parts.network.add("Load", goods, bus=goods, p_set=_on_the_way(parts, goods), suffix=" due")


def _on_the_way(parts: Parts, goods: list[str]) -> pd.DataFrame:
    """What was ordered before the first month, as a demand below zero."""
    due, transit = np.zeros((len(goods), parts.layout.n)), parts.branch.found.transit
    known = transit[:, : parts.layout.n]
    np.subtract.at(due[:, : known.shape[1]], parts.arrays.activities.outputs, known)
    return parts.table(due, goods)
