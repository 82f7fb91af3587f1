"""One row of the surface from one branch."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, MeasureArrays
from derbes.case.quantity import FloatArray
from derbes.leverage import accounts
from derbes.leverage.baseline import Baseline
from derbes.leverage.points import myopic_response, optimal_response
from derbes.leverage.premium import Premium, PriceRise
from derbes.programs.branch import BranchSolution, Window
from derbes.programs.chokepoint import NOTHING
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
    branch: BranchSolution,
    baseline: Baseline,
    prices: dict[int, PriceRise] | None,
) -> list[LeverageRow]:
    """Rows of a branch by both rules.

    Args:
        study: The variant.
        branch: The optimum.
        baseline: The course without the measure.
        prices: Price rises of the start by window length, filled on the way; None: no
            premium is wanted.
    """
    window, measure = branch.window, _measure(branch)
    best = optimal_response(branch)
    losses = _losses(study, branch, best, baseline)
    premium = NO_PREMIUM
    if prices is not None and losses.target is not None and _cuts_sales(branch, measure):
        n = window.layout.n
        if n not in prices:
            prices[n] = PriceRise(window)
        premium = prices[n].premium(branch.run, _home_loss(branch, best, baseline), baseline)
    rows = [_row(study, branch, best, losses, premium=premium, bound=OPTIMAL)]
    rule = myopic_response(window, branch.run)
    rows.append(_row(study, branch, rule, _losses(study, branch, rule, baseline), bound=MYOPIC))
    return rows


def _home_loss(branch: BranchSolution, response: accounts.Response, baseline: Baseline) -> float:
    return accounts.response_money(branch.window, response, branch.run) - baseline.money


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
    home = None if missing else _home_loss(branch, response, baseline)
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


def tier_unmet(window: Window, unmet: FloatArray, *, essential: bool) -> float:
    """Unmet demand of a tier over the window; what is less than rounding is nothing. [unit]"""
    wanted = window.layout.arrays.use_essential == essential
    total = float(unmet[wanted].sum())
    size = float(window.layout.arrays.demand[wanted].max(initial=0.0))
    return total if total > NOTHING * size else 0.0


def deepest_shortfall(window: Window, unmet: FloatArray) -> float:
    """Largest unmet share of all essential demand in one period, 0-1."""
    layout, arrays = window.layout, window.layout.arrays
    part = slice(layout.start, layout.start + layout.n)
    short = unmet[arrays.use_essential].sum(axis=0)
    demand = arrays.demand[arrays.use_essential, part].sum(axis=0)
    crisis = arrays.crisis_demand[arrays.use_essential, part].sum(axis=0)
    wanted = np.maximum(np.maximum(demand, crisis), short)
    shares = np.divide(short, wanted, out=np.zeros_like(short), where=wanted > 0)
    deepest = float(shares.max(initial=0.0))
    return deepest if deepest > NOTHING else 0.0


def _row(
    study: Study,
    branch: BranchSolution,
    response: accounts.Response,
    losses: Losses,
    *,
    bound: str,
    premium: Premium = NO_PREMIUM,
) -> LeverageRow:
    window, measure = branch.window, _measure(branch)
    calendar = study.arrays.calendar
    settled = float(response.behind.max(initial=0.0)) <= NOTHING * max(
        1.0, float(window.end.stock.max(initial=0.0))
    )
    return LeverageRow(
        variant=study.variant,
        measure=measure.name,
        start=calendar.label(window.layout.start),
        length=branch.run.length * calendar.step,
        bound=bound,
        unmet_essential=tier_unmet(window, response.unmet, essential=True),
        unmet_deferrable=tier_unmet(window, response.unmet, essential=False),
        deepest_shortfall=deepest_shortfall(window, response.unmet),
        target_loss=losses.target,
        sender_cost_returning=losses.sender_returning,
        sender_cost_lost=losses.sender_lost,
        leverage_ratio=ratio(losses.target, losses.sender_returning),
        leverage_ratio_lost=ratio(losses.target, losses.sender_lost),
        premium=premium.share,
        premium_unbounded=premium.is_unbounded,
        rejoined=branch.rejoined and settled,
        window=window.layout.n * calendar.step,
        certificate=branch.solution.certificate if bound == OPTIMAL else float("nan"),
        missing=losses.missing,
        reserve_used=accounts.reserve_gap(window, response),
    )
