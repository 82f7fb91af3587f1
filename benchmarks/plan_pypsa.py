"""The nearest plan that PyPSA's stochastic mode can state, solved by HiGHS.

Goods and line-hours are buses, purchases are delayed links from one source, recipes links
with several inputs, a new plant is a link of free size that gives the hours of its lines, a
reserve is a store of free size that must be full except in the cut-off and until it is
refilled. Sizes are common to all draws.

Left out, for want of a way to say it: when building begins (it is the first month), the cost
that does not depend on size (it is spread over the largest size), shelf life, lots of old
stock, and surprise: each draw has one cut-off, of one standard and one start, which it
foresees, where our plan holds against every standard at every start. Its money counts, as
there is no way to leave it out. So its program is smaller and its optimum another one.
"""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pypsa

from benchmarks.network import N_PERIODS
from benchmarks.plan_network import (
    FIRST,
    LARGEST,
    MONTHS_TO_BUILD,
    MONTHS_TO_STORE,
    NEW_PLANTS,
    STANDARDS,
)
from benchmarks.pypsa_peer import SOURCE
from derbes.case.entities import Case
from derbes.case.options import Option, OptionKind
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import drawn_case
from derbes.model.arrays import ActivityKind, CaseArrays, IntArray, MeasureRun
from derbes.model.compile import compile_case, open_share
from derbes.model.measures import compile_measure
from derbes.supply.network import longest_lead

ROOM = 1e4
"""What is more than any flow or stock of the network."""
MET = 2e4
"""Price of unmet essential demand, above any way to meet it. [USD/piece]"""
Tables = dict[tuple[str, str], pd.DataFrame]
"""What differs between draws: component and attribute → path of each item."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw and its cut-off."""

    arrays: CaseArrays
    case: Case
    cut: MeasureRun
    start: int

    @property
    def months(self) -> IntArray:
        """Months of the calendar."""
        return np.arange(N_PERIODS)

    def is_cut(self, more: int = 0) -> Any:
        """Whether the cut-off runs, or has ended less than `more` months ago. (months,)"""
        return (self.months >= self.start) & (self.months < self.start + self.cut.length + more)


def state_plan(case: Case, draws: Draws) -> pypsa.Network:
    """The stochastic network of some draws."""
    each = [_draw(case, draws, i) for i in range(len(draws.weights))]
    tables = [_tables(one) for one in each]
    network = pypsa.Network(snapshots=range(N_PERIODS))
    _parts(network, each[0], tables[0])
    names = [f"d{i}" for i in range(len(each))]
    network.set_scenarios(dict(zip(names, draws.weights.tolist(), strict=True)))
    for component, attribute in tables[0]:
        parts = [one[component, attribute] for one in tables]
        table = pd.concat(parts, axis=1, keys=names, names=["scenario", "name"])
        dynamic = network.components[component].dynamic[attribute]
        network.components[component].dynamic[attribute] = dynamic.drop(
            columns=dynamic.columns.intersection(table.columns)
        ).join(table)
    return network


def solve_plan(network: pypsa.Network, limit: float) -> tuple[str, float]:
    """How HiGHS ended, and the cost that PyPSA reports."""
    for name in ("pypsa", "linopy"):
        logging.getLogger(name).setLevel(logging.ERROR)
    _status, condition = network.optimize(
        solver_name="highs",
        io_api="direct",
        progress=False,
        include_objective_constant=False,
        solver_options={"output_flag": False, "time_limit": limit},
    )
    return str(condition), float(network.objective or 0.0)


def _draw(case: Case, draws: Draws, i: int) -> Draw:
    drawn = drawn_case(case, draws, i)
    arrays = compile_case(drawn)
    name = list(STANDARDS)[i % len(STANDARDS)]
    length = STANDARDS[name][1]
    years = (N_PERIODS - FIRST) // 12
    start = FIRST + 12 * (i // len(STANDARDS) % years)
    return Draw(arrays, drawn, MeasureRun(compile_measure(drawn, arrays, name), length), start)


def _table(rows: FloatArray, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows.T, index=pd.RangeIndex(N_PERIODS), columns=names)


def _tables(draw: Draw) -> Tables:
    """Prices, limits and demand of a draw."""
    arrays, activities = draw.arrays, draw.arrays.activities
    names = list(activities.names)
    delays = np.where(activities.kinds == ActivityKind.PURCHASE, activities.lead_times, 0)
    paid = np.minimum(draw.months + delays[:, None], arrays.n_periods - 1)
    cost = np.take_along_axis(activities.unit_cost, paid, axis=1) * arrays.discount[paid]
    open_part = activities.base_availability[:, None] * np.ones(N_PERIODS)
    if draw.cut.measure is not None:
        open_part[:, draw.is_cut()] = draw.cut.measure.availability[:, None]
    limits = np.minimum(activities.capacity[:, :N_PERIODS], ROOM) * open_part
    bought = activities.kinds == ActivityKind.PURCHASE
    limits = np.where(bought[:, None], limits, ROOM)
    first = np.where(bought, 1.0, activities.input_amounts[activities.input_starts[:-1]])[:, None]
    uses = list(arrays.uses)
    unmet = np.where(arrays.use_essential, MET, np.nan_to_num(arrays.shortage_cost))
    return {
        ("Link", "p_max_pu"): _table(
            np.vstack([limits * first, _open(draw)]), [*names, *NEW_PLANTS]
        ),
        ("Link", "marginal_cost"): _table(cost / first, names),
        ("Load", "p_set"): _table(arrays.demand[:, :N_PERIODS], uses),
        ("Generator", "marginal_cost"): _table(
            unmet[:, None] * arrays.discount[:N_PERIODS], [f"{use} unmet" for use in uses]
        ),
        ("Store", "e_min_pu"): _table(_held(draw), [f"{good} reserve" for good in arrays.goods]),
    }


def _open(draw: Draw) -> FloatArray:
    """Part of each new plant that is open. (plants, months)"""
    plants = [draw.case.plants[name] for name in NEW_PLANTS]
    shares = [
        open_share(
            round(MONTHS_TO_BUILD + (plant.delay.value if plant.delay else 0.0)),
            round(plant.ramp.value) if plant.ramp else 0,
            N_PERIODS,
        )
        for plant in plants
    ]
    return np.array(shares)


def _held(draw: Draw) -> FloatArray:
    """Part of each reserve that must be there. (goods, months)"""
    held = (draw.months >= MONTHS_TO_STORE) & ~draw.is_cut(draw.arrays.refill_periods)
    return np.broadcast_to(held.astype(np.float64), (len(draw.arrays.goods), N_PERIODS)).copy()


def _parts(network: pypsa.Network, draw: Draw, tables: Tables) -> None:
    """Everything of the network, with the paths of one draw."""
    arrays = draw.arrays
    goods, lines = list(arrays.goods), list(arrays.lines)
    network.add("Bus", [SOURCE, *goods, *lines])
    network.add("Generator", SOURCE, bus=SOURCE, p_nom=100 * ROOM)
    spare = [*goods, *lines]
    network.add("Generator", spare, bus=spare, p_nom=ROOM, sign=-1.0, suffix=" disposal")
    _lines(network, draw)
    _activities(network, draw, tables)
    _stocks(network, draw, tables)
    uses, buses = list(arrays.uses), [goods[g] for g in arrays.use_goods]
    network.add("Load", uses, bus=buses, p_set=tables["Load", "p_set"])
    unmet = [f"{use} unmet" for use in uses]
    price = tables["Generator", "marginal_cost"]
    network.add("Generator", unmet, bus=buses, p_nom=ROOM, marginal_cost=price)


def _lines(network: pypsa.Network, draw: Draw) -> None:
    """Hours of the lines: of plants that are there, and of new ones by their size."""
    arrays = draw.arrays
    names, new = list(arrays.lines), list(NEW_PLANTS)
    old = [r for r, p in enumerate(arrays.line_plants) if arrays.plants[p] not in new]
    hours = _table(arrays.line_hours[old, :N_PERIODS], [names[r] for r in old])
    network.add(
        "Generator", list(hours), bus=list(hours), p_nom=1.0, p_max_pu=hours, suffix=" hours"
    )
    network.add(
        "Link",
        new,
        bus0=SOURCE,
        bus1=[f"{plant}_regular" for plant in new],
        efficiency=[NEW_PLANTS[plant][1] for plant in new],
        bus2=[f"{plant}_overtime" for plant in new],
        efficiency2=[NEW_PLANTS[plant][2] for plant in new],
        p_nom_extendable=True,
        p_nom_max=LARGEST,
        capital_cost=[_price(draw, draw.case.options[f"build_{plant}"]) for plant in new],
        p_max_pu=_table(_open(draw), new),
    )


def _price(draw: Draw, option: Option) -> float:
    """Cost of one unit of size, discounted; what does not depend on size spread over it. [USD]"""

    def value(quantity: Quantity | None) -> float:
        return quantity.value if quantity else 0.0

    lead = max(round(value(option.lead_time)), 1)
    building, open_from = draw.arrays.discount[:lead].mean(), draw.arrays.discount[lead:N_PERIODS]
    fixed = 0.0 if option.kind is OptionKind.RESERVE else 1.0 / LARGEST
    capital = value(option.capital_by_size) + fixed * value(option.capital)
    running = value(option.running_by_size) + fixed * value(option.running)
    return float(capital * building + running * open_from.sum())


def _activities(network: pypsa.Network, draw: Draw, tables: Tables) -> None:
    """Purchases, and recipes with the same number of inputs together."""
    arrays, activities = draw.arrays, draw.arrays.activities
    n_inputs = np.diff(activities.input_starts)
    for n in np.unique(n_inputs):
        which = np.flatnonzero(n_inputs == n)
        ports = _recipe_ports(arrays, which, int(n)) if n else _purchase_ports(arrays, which)
        names = [activities.names[k] for k in which]
        network.add(
            "Link",
            names,
            p_nom=1.0,
            p_max_pu=tables["Link", "p_max_pu"][names],
            marginal_cost=tables["Link", "marginal_cost"][names],
            bus1=[arrays.goods[g] for g in activities.outputs[which]],
            **ports,
        )


def _purchase_ports(arrays: CaseArrays, which: IntArray) -> dict[str, Any]:
    return {
        "bus0": SOURCE,
        "delay": arrays.activities.lead_times[which],
        "cyclic_delay": False,
    }


def _recipe_ports(arrays: CaseArrays, which: IntArray, n_inputs: int) -> dict[str, Any]:
    activities = arrays.activities
    places = activities.input_starts[which, None] + np.arange(n_inputs)
    goods, amounts = activities.input_goods[places], activities.input_amounts[places]
    first = amounts[:, 0]
    ports: dict[str, Any] = {
        "bus0": [arrays.goods[g] for g in goods[:, 0]],
        "efficiency": 1.0 / first,
        "bus2": [arrays.lines[line] for line in activities.lines[which]],
        "efficiency2": -activities.hours[which] / first,
    }
    for place in range(1, n_inputs):
        ports[f"bus{place + 2}"] = [arrays.goods[g] for g in goods[:, place]]
        ports[f"efficiency{place + 2}"] = -amounts[:, place] / first
    return ports


def _stocks(network: pypsa.Network, draw: Draw, tables: Tables) -> None:
    """Working stock, and reserves: what is held already and what may be held beside it."""
    arrays, goods = draw.arrays, list(draw.arrays.goods)
    begun = np.bincount(arrays.lot_goods, weights=arrays.lot_stock, minlength=len(goods))
    cost = _table(arrays.storage_cost[:, :N_PERIODS] * arrays.discount[:N_PERIODS], goods)
    loss = 1.0 - arrays.retention
    network.add(
        "Store",
        goods,
        bus=goods,
        e_nom=ROOM,
        e_initial=begun,
        standing_loss=loss,
        marginal_cost_storage=cost,
        suffix=" stock",
    )
    names = [f"{good} reserve" for good in goods]
    network.add(
        "Store",
        names,
        bus=goods,
        e_nom_extendable=True,
        e_nom_min=arrays.reserve[:, 0],
        e_nom_max=arrays.reserve[:, 0]
        + np.array([draw.case.options[f"hold_{good}"].largest for good in goods]),
        capital_cost=[_price(draw, draw.case.options[f"hold_{good}"]) for good in goods],
        standing_loss=loss,
        marginal_cost_storage=cost.set_axis(names, axis=1),
        e_min_pu=tables["Store", "e_min_pu"],
    )
    network.add("Generator", goods, bus=goods, p_nom=1.0, p_max_pu=_coming(draw), suffix=" coming")


def _coming(draw: Draw) -> pd.DataFrame:
    """What may arrive of orders from before the first month, at no cost. (months, goods)"""
    arrays, activities = draw.arrays, draw.arrays.activities
    arriving = np.zeros((len(arrays.goods), N_PERIODS))
    for k in np.flatnonzero(activities.kinds == ActivityKind.PURCHASE):
        lead = min(int(activities.lead_times[k]), longest_lead(arrays))
        arriving[activities.outputs[k], :lead] += activities.capacity[k, :lead]
    return _table(arriving, list(arrays.goods))
