"""Paths over time for a reader: the calm plan, and one branch in full."""

from collections.abc import Mapping

import numpy as np

from derbes.case.arrays import ActivityKind, MeasureRun
from derbes.case.quantity import FloatArray
from derbes.leverage.accounts import Response
from derbes.leverage.dependence import actor_shares
from derbes.leverage.points import StartSolver, myopic_response, optimal_response
from derbes.leverage.rows import OPTIMAL
from derbes.programs.bounds import demand_path
from derbes.programs.branch import Window
from derbes.programs.calm import arrivals_by_period
from derbes.programs.chokepoint import stock_by_good
from derbes.results.trajectory import Branch, CalmPlan
from derbes.study import Study

Path = tuple[float, ...]


def _paths(names: tuple[str, ...], rows: FloatArray) -> dict[str, Path]:
    return {name: tuple(float(x) for x in row) for name, row in zip(names, rows, strict=True)}


def _by_element(study: Study, rows: FloatArray, section: str) -> dict[str, Path]:
    """Sums of activities of one section by element, routes and late twins together."""
    sums: dict[str, FloatArray] = {}
    for k, element in enumerate(study.arrays.activities.elements):
        kind, name = element.split(".", 1)
        if kind == section:
            sums[name] = sums.get(name, np.zeros(rows.shape[1])) + rows[k]
    return {name: tuple(float(x) for x in row) for name, row in sums.items()}


def _money(study: Study) -> FloatArray:
    """Undiscounted money of the calm plan, shortage costs apart. (T,) [money/period]"""
    arrays, calm = study.arrays, study.calm
    activities = arrays.activities
    bought = (activities.kinds == ActivityKind.PURCHASE)[:, None]
    paid = np.where(bought, arrivals_by_period(calm), calm.orders)
    stock = stock_by_good(arrays, calm.lots, calm.fresh)
    running = (activities.unit_cost * paid).sum(axis=0)
    return np.asarray(running + (arrays.storage_cost * stock).sum(axis=0), dtype=np.float64)


def calm_plan_of(study: Study) -> CalmPlan:
    """The calm plan of a variant over its calendar."""
    arrays, calm = study.arrays, study.calm
    n = arrays.n_calendar
    calendar = arrays.calendar
    arriving = arrivals_by_period(calm)[:, :n]
    stock = stock_by_good(arrays, calm.lots, calm.fresh)[:, :n]
    openings = {
        plant: calendar.label(int(period)) if period < n else None
        for plant, period in zip(arrays.plants, arrays.plant_opening, strict=True)
    }
    return CalmPlan(
        variant=study.variant,
        months=calendar.labels,
        stock=_paths(arrays.goods, stock),
        reserve=_paths(arrays.goods, arrays.reserve[:, :n]),
        purchases=_by_element(study, arriving, "suppliers"),
        output=_by_element(study, arriving, "recipes"),
        exports=_by_element(study, calm.orders[:, :n], "exports"),
        demand=_paths(arrays.uses, arrays.demand[:, :n]),
        unmet=_paths(arrays.uses, calm.unmet[:, :n]),
        money=tuple(float(x) for x in _money(study)[:n]),
        plant_openings=openings,
        sender_share=_use_shares(study),
    )


def _use_shares(study: Study) -> Mapping[str, Mapping[str, tuple[float | None, ...]]]:
    arrays = study.arrays
    by_good = actor_shares(study)
    shares: dict[str, dict[str, tuple[float | None, ...]]] = {}
    for u, use in enumerate(arrays.uses):
        good = int(arrays.use_goods[u])
        shares[use] = {
            actor: tuple(None if np.isnan(x) else float(x) for x in path[good])
            for actor, path in by_good.items()
        }
    return shares


def branch_of(study: Study, measure: str, *, start: int, length: int, bound: str) -> Branch:
    """One branch of a variant in full, by one rule.

    Args:
        study: The variant, with the measure among its measures.
        measure: Name of the measure.
        start: [period]
        length: [period]
        bound: `optimal` or `myopic`.
    """
    arrays = next(m for m in study.measures if m.name == measure)
    run = MeasureRun(arrays, length)
    branch = StartSolver(study.calm, start).solve(run)
    window = branch.window
    is_optimal = bound == OPTIMAL
    response = optimal_response(branch) if is_optimal else myopic_response(window, run)
    return _as_branch(study, window, response, run=run, bound=bound)


def _as_branch(
    study: Study, window: Window, response: Response, *, run: MeasureRun, bound: str
) -> Branch:
    arrays, layout, calendar = study.arrays, window.layout, study.arrays.calendar
    demand = demand_path(layout, run)
    served = 1.0 - np.divide(response.unmet, demand, out=np.zeros_like(demand), where=demand > 0)
    stock = stock_by_good(arrays, response.lots, response.fresh)
    return Branch(
        variant=study.variant,
        measure=run.measure.name if run.measure else "",
        start=calendar.label(layout.start),
        length=run.length * calendar.step,
        bound=bound,
        months=tuple(calendar.label(layout.start + s) for s in range(layout.n)),
        served_share=_paths(arrays.uses, np.clip(served, 0.0, 1.0)),
        stock=_paths(arrays.goods, stock),
        unmet=_paths(arrays.uses, response.unmet),
        demand=_paths(arrays.uses, demand),
    )
