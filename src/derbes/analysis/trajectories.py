"""Paths over time for a reader: the calm plan, and one branch in full.

From whom what is used comes in the calm plan, upstream inputs counted.

The share of an actor in a good is what the actor sells of it, plus what recipes make
of it times the largest share of the actor among their inputs: a plant that lives on
one imported component depends on it wholly. Flows are summed over the year up to each
period, so that lumpy orders do not blur the picture.
"""

from collections.abc import Callable, Mapping

import numpy as np

from derbes.analysis.accounts import Response
from derbes.analysis.leverage import OPTIMAL
from derbes.analysis.responses import StartSolver, myopic_response, optimal_response
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.draws.study import Study
from derbes.model.arrays import ActivityKind, MeasureRun
from derbes.results.supply import Branch, CalmPlan
from derbes.supply.baseline import arrivals_by_period
from derbes.supply.bounds import demand_path
from derbes.supply.survival import stock_by_good

ShareOf = Callable[[int], FloatArray]


def _over_a_year(flows: FloatArray, periods: int) -> FloatArray:
    """Sums over the last `periods` periods. (K, T)"""
    sums = np.cumsum(np.pad(flows, ((0, 0), (1, 0))), axis=1)
    ends = np.arange(1, flows.shape[1] + 1)
    return np.asarray(sums[:, ends] - sums[:, np.maximum(ends - periods, 0)], dtype=np.float64)


def actor_shares(study: Study) -> dict[str, FloatArray]:
    """Actor → share in each good by calendar period; nan where nothing comes in. (G, T)"""
    arrays = study.arrays
    activities = arrays.activities
    n = arrays.n_calendar
    periods = MONTHS_A_YEAR // arrays.calendar.step
    flows = _over_a_year(arrivals_by_period(study.calm)[:, :n], periods)
    sellers = dict.fromkeys(
        activities.actors[k] for k in np.flatnonzero(activities.kinds == ActivityKind.PURCHASE)
    )
    return {actor: _shares_of(study, flows, actor) for actor in sellers}


def _shares_of(study: Study, flows: FloatArray, actor: str) -> FloatArray:
    arrays = study.arrays
    shares = np.full((len(arrays.goods), flows.shape[1]), np.nan)
    known: set[int] = set()

    def of(good: int) -> FloatArray:
        if good not in known:
            known.add(good)
            shares[good] = _share_of_good(study, flows, actor, good=good, of=of)
        path: FloatArray = shares[good]
        return path

    for good in range(len(arrays.goods)):
        of(good)
    return shares


def _share_of_good(
    study: Study, flows: FloatArray, actor: str, *, good: int, of: ShareOf
) -> FloatArray:
    activities = study.arrays.activities
    total, mine = np.zeros(flows.shape[1]), np.zeros(flows.shape[1])
    for k in np.flatnonzero(activities.outputs == good):
        total += flows[k]
        if activities.kinds[k] == ActivityKind.PURCHASE:
            mine += flows[k] * (activities.actors[k] == actor)
            continue
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        parts = [np.nan_to_num(of(int(part))) for part in activities.input_goods[inputs]]
        if parts:
            mine += flows[k] * np.max(parts, axis=0)
    share = np.full_like(total, np.nan)
    np.divide(mine, total, out=share, where=total > 1e-9 * max(1.0, float(total.max())))
    return share


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
    is_optimal = bound == OPTIMAL
    response = optimal_response(branch) if is_optimal else myopic_response(branch.window, run)
    return _as_branch(study, response, bound)


def _as_branch(study: Study, response: Response, bound: str) -> Branch:
    arrays, layout, run = study.arrays, response.window.layout, response.run
    calendar = arrays.calendar
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
