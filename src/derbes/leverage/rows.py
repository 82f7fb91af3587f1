"""One row of the surface from one branch."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, CaseArrays, MeasureArrays, MeasureRun
from derbes.case.quantity import FloatArray
from derbes.leverage import accounts
from derbes.leverage.baseline import Baseline
from derbes.leverage.points import (
    StartSolver,
    lacking_at_the_end,
    missing_at_the_end,
    myopic_response,
    optimal_response,
)
from derbes.leverage.premium import Premium, PriceRise
from derbes.programs.bounds import demand_path, takes_nothing
from derbes.programs.branch import BranchSolution, Window, as_refill
from derbes.programs.chokepoint import NOTHING, stock_by_good
from derbes.programs.solver.statement import usual_sizes
from derbes.results.leverage import LeverageRow
from derbes.study import Study

OPTIMAL, MYOPIC = "optimal", "myopic"
NO_PREMIUM = Premium(None, is_unbounded=False)


@dataclass(frozen=True, slots=True)
class Losses:
    """Both sides' losses. [money]"""

    target: float | None
    sender_returning: float | None
    sender_lost: float | None
    missing: tuple[str, ...]


def branch_rows(
    study: Study,
    solver: StartSolver,
    run: MeasureRun,
    prices: dict[int, PriceRise] | None,
) -> list[LeverageRow]:
    """Rows of a branch by both responses.

    Args:
        study: The variant.
        solver: Solves the branches of the start.
        run: The measure and its length.
        prices: Price rises of the start by window length, filled on the way; None: neither
            the premium nor the loss that goes on is wanted.
    """
    branch = solver.solve(run)
    baseline = solver.baseline(branch)
    window, measure = branch.window, _measure(branch)
    best, rule = optimal_response(branch), myopic_response(window, branch.run)
    losses = _losses(study, branch, best, baseline)
    premium = NO_PREMIUM
    if prices is not None and losses.target is not None and _cuts_sales(branch, measure):
        n = window.layout.n
        if n not in prices:
            prices[n] = PriceRise(baseline)
        premium = prices[n].premium(
            branch.run, accounts.target_loss(best, branch.run, baseline), baseline
        )
    bounds = _bounds(branch, best, rule, baseline)
    after = (0.0, 0.0)
    if prices is not None and losses.target is not None and not branch.rejoined:
        after = _goes_on(study, solver, run, (losses, _losses(study, branch, rule, baseline)))
    rows = []
    for bound, response in ((OPTIMAL, best), (MYOPIC, rule)):
        own = losses if bound == OPTIMAL else _losses(study, branch, rule, baseline)
        rows.append(
            _row(
                study,
                branch,
                response,
                own,
                baseline=baseline,
                premium=premium if bound == OPTIMAL else NO_PREMIUM,
                bound=bound,
                bounds=tuple(
                    f for f in bounds[bound] if f != "target_loss" or own.target is not None
                ),
                after=after[bound == MYOPIC],
            )
        )
    return rows


def _goes_on(
    study: Study, solver: StartSolver, run: MeasureRun, losses: tuple[Losses, Losses]
) -> tuple[float, float]:
    """What each response loses a month behind the horizon, as the mean of a year. [money/month]"""
    months = solver.a_year_longer(solver.solve(run))
    if months <= 0:
        return 0.0, 0.0
    branch = solver.solve(run, longer_by=months)
    baseline = solver.baseline(branch)
    found = []
    for response, before in zip(
        (optimal_response(branch), myopic_response(branch.window, run)), losses, strict=True
    ):
        later, gone = _losses(study, branch, response, baseline).target, 0.0
        if later is not None and before.target is not None:
            gone = later - before.target
            size = abs(later) + abs(baseline.money)
            gone = gone if abs(gone) > NOTHING * size else 0.0
        found.append(gone / (months * study.arrays.calendar.step))
    return found[0], found[1]


def _bounds(
    branch: BranchSolution,
    best: accounts.Response,
    rule: accounts.Response,
    baseline: Baseline,
) -> dict[str, tuple[str, ...]]:
    """Which figures of the two rows are bounds.

    A figure that is a level of the objective is the least there is when the levels above it
    are the same in both responses; else neither is known to lie below or above the truth.
    """
    program, window = branch.program, branch.window
    values = [program.level_costs @ with_shortfalls(branch, response) for response in (best, rule)]
    usual = np.abs(program.level_costs * usual_sizes(program).columns).max(axis=1, initial=0.0)
    scale = np.maximum(np.abs(values[0]), np.abs(values[1])) + usual
    apart = np.abs(values[0] - values[1]) > NOTHING * scale
    named = {
        "essential": ("unmet_essential", "unmet_essential_gross"),
        "deferrable": ("unmet_deferrable", "unmet_deferrable_gross"),
        "money": ("target_loss",),
    }
    found: list[str] = []
    for level, is_apart in zip(program.levels, apart, strict=True):
        found += named.get(level, ())
        if is_apart:
            break
    shown = {OPTIMAL: found, MYOPIC: list(found)}
    for bound, response in ((OPTIMAL, best), (MYOPIC, rule)):
        if not deepest_shortfall(window, branch.run, response.unmet, baseline.unmet)[0]:
            shown[bound].append("deepest_shortfall")
    return {bound: tuple(names) for bound, names in shown.items()}


def with_shortfalls(branch: BranchSolution, response: accounts.Response) -> FloatArray:
    """A response as columns, with what it lacks of reserves and of the calm end. (columns,)"""
    window, run = branch.window, branch.run
    layout, arrays = window.layout, window.layout.arrays
    columns = accounts.as_columns(window, response)
    stock = stock_by_good(arrays, response.lots, response.fresh)
    lacks = np.maximum(window.target - stock[layout.reserved], 0.0)
    short, refill = as_refill(window, run, lacks)
    layout.column("short").of(columns)[:] = short
    layout.column("refill").of(columns)[:] = refill
    for kind, lacks in lacking_at_the_end(window, branch.program, columns).items():
        layout.column(kind).of(columns)[:] = lacks
    return columns


def _measure(branch: BranchSolution) -> MeasureArrays:
    if branch.run.measure is None:
        msg = "a row needs a measure"
        raise ValueError(msg)
    return branch.run.measure


def _losses(
    study: Study, branch: BranchSolution, response: accounts.Response, baseline: Baseline
) -> Losses:
    """Who loses what."""
    measure = _measure(branch)
    missing = accounts.unpriced_uses(study.arrays, response.unmet)
    home = None if missing else accounts.target_loss(response, branch.run, baseline)
    other = accounts.sender_account(baseline, response, branch.run, measure.sender)
    missing = (*missing, *other.missing)
    return Losses(home, other.returning, other.lost, missing)


def _cuts_sales(branch: BranchSolution, measure: MeasureArrays) -> bool:
    activities = branch.window.layout.arrays.activities
    cut = measure.availability < activities.base_availability
    bought = activities.kinds == ActivityKind.PURCHASE
    return any(activities.actors[k] == measure.sender for k in np.flatnonzero(cut & bought))


def ratio(target_loss: float | None, sender_cost: float | None) -> float | None:
    """target_loss / sender_cost; None when one is missing or the sender loses nothing."""
    if target_loss is None or sender_cost is None or sender_cost <= 0.0:
        return None
    return target_loss / sender_cost


def net_unmet(
    window: Window, unmet: FloatArray, without: FloatArray, *, essential: bool
) -> tuple[float, float]:
    """Unmet demand of a tier that a measure adds, and all of it, by weight. [weighted unit]

    What is less than rounding is nothing.
    """
    arrays = window.layout.arrays
    mine = arrays.use_essential == essential
    weight = np.where(mine, arrays.use_weight, 0.0)
    usual = float((weight * arrays.flow_size[arrays.use_goods]).max(initial=0.0))
    totals = (float(weight @ (unmet - without).sum(axis=1)), float(weight @ unmet.sum(axis=1)))
    net, gross = (x if abs(x) > NOTHING * usual else 0.0 for x in totals)
    return net, gross


def shortfall_by_use(
    window: Window, run: MeasureRun, unmet: FloatArray, without: FloatArray
) -> FloatArray:
    """Largest part of each use's demand that a measure takes in a period. (U,)

    Of the demand that holds in that period of that branch, 0-1.
    """
    demand, more = demand_path(window.layout, run), unmet - without
    shares = np.divide(more, demand, out=np.zeros_like(more), where=demand > 0)
    return np.asarray(shares.max(axis=1, initial=0.0), dtype=np.float64)


def deepest_shortfall(
    window: Window, run: MeasureRun, unmet: FloatArray, without: FloatArray
) -> tuple[float, str]:
    """Largest part of an essential use's demand that a measure takes in a period, and the use."""
    arrays = window.layout.arrays
    by_use = np.where(arrays.use_essential, shortfall_by_use(window, run, unmet, without), 0.0)
    deepest = float(by_use.max(initial=0.0))
    if deepest <= NOTHING:
        return 0.0, ""
    worst = np.flatnonzero(by_use >= deepest * (1.0 - NOTHING))
    return min(deepest, 1.0), min(arrays.uses[u] for u in worst)


def _row(
    study: Study,
    branch: BranchSolution,
    response: accounts.Response,
    losses: Losses,
    *,
    baseline: Baseline,
    premium: Premium,
    bound: str,
    bounds: tuple[str, ...],
    after: float,
) -> LeverageRow:
    window, measure, arrays = branch.window, _measure(branch), study.arrays
    calendar = arrays.calendar
    essential = net_unmet(window, response.unmet, baseline.unmet, essential=True)
    deferrable = net_unmet(window, response.unmet, baseline.unmet, essential=False)
    deepest, use = deepest_shortfall(window, branch.run, response.unmet, baseline.unmet)
    columns = accounts.as_columns(window, response)
    missing = missing_at_the_end(window, branch.program, columns)
    without = missing_at_the_end(window, baseline.program, baseline.columns)
    is_back = bool(np.all(missing <= NOTHING * arrays.flow_size))
    return LeverageRow(
        variant=study.variant,
        measure=measure.name,
        start=calendar.label(window.layout.start),
        length=branch.run.length * calendar.step,
        bound=bound,
        unmet_essential=essential[0],
        unmet_deferrable=deferrable[0],
        deepest_shortfall=deepest,
        target_loss=losses.target,
        sender_cost_returning=losses.sender_returning,
        sender_cost_lost=losses.sender_lost,
        leverage_ratio=ratio(losses.target, losses.sender_returning),
        leverage_ratio_lost=ratio(losses.target, losses.sender_lost),
        premium=premium.share,
        premium_unbounded=premium.is_unbounded,
        rejoined=branch.rejoined if bound == OPTIMAL else is_back,
        window=window.layout.n * calendar.step,
        certificate=branch.solution.certificate if bound == OPTIMAL else float("nan"),
        missing=losses.missing,
        reserve_used=accounts.reserve_gap(window, response),
        unmet_essential_gross=essential[1],
        unmet_deferrable_gross=deferrable[1],
        deepest_use=use,
        unmet_unit=unmet_unit(arrays),
        bounds=bounds,
        unrestored=accounts.unrestored(window, np.maximum(missing - without, 0.0)),
        loss_per_month_after=after,
        takes_nothing=takes_nothing(arrays, measure),
    )


def unmet_unit(arrays: CaseArrays) -> str:
    """In what unmet demand is counted: that of both tiers where they have one in common."""
    units = dict.fromkeys(unit for unit in arrays.unmet_units if unit)
    return next(iter(units)) if len(units) == 1 else " / ".join(units)
