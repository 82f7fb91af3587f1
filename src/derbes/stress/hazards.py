"""What hazards do: how often essential demand goes short, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import IntArray
from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws import make_events
from derbes.results.stress import Answer, Convergence, HazardRisk
from derbes.stress.asked import HAZARDS, MYOPIC
from derbes.stress.columns.rule import MONEY, Rule, aftermath, essential_uses, run
from derbes.stress.summary import draws_to_halve, probability, spread, tail_mean
from derbes.stress.told import settling, suffix_of, unmet_unit

NOISE = 1e-9
"""Part of two numbers up to which their difference is rounding noise."""
N_STEPS = 50
"""Points of a curve of exceedance."""


@dataclass(frozen=True, slots=True)
class Struck:
    """Futures in which hazards strike, beside the same futures in calm."""

    loss: FloatArray
    """Extra cost, shortage included, discounted; nan: a shortage has no price. (N,) [money]"""
    unmet: FloatArray
    """Unmet essential demand beyond that of calm. (N,) [unit]"""
    first_short: IntArray
    """First period in which essential demand goes short; -1: none. (N,) [period]"""
    short_uses: FloatArray
    """1 where an essential use goes short. (N, E)"""
    uses: tuple[str, ...]
    """Essential uses. (E,)"""
    p_short: FloatArray
    """Futures short in each period: a number, by weight, not a share. (T,)"""
    weights: FloatArray
    """(N,)"""


def strike(rule: Rule, draws: Draws, *, seed: int) -> Struck:
    """The futures of some draws, with their hazards and without.

    Measures start within the calendar; the futures go on behind it until what they left is
    refilled, so that a reserve that was drawn is not taken for money saved.

    Args:
        rule: The case, with the measures of its hazards.
        draws: Futures.
        seed: Seed of the events.
    """
    case = rule.case
    n_calendar = case.calendar.n_periods
    n_periods = n_calendar + aftermath(case)
    events = make_events(case, draws, seed=seed)
    calm = run(rule, draws, n_periods=n_periods, keep=(MONEY,))
    found = run(rule, draws, events, n_periods=n_periods, keep=(MONEY,))
    essential = essential_uses(case)
    unmet = found.unmet[:, essential].sum(axis=1), calm.unmet[:, essential].sum(axis=1)
    return Struck(
        loss=_more(found.money + found.shortage, calm.money + calm.shortage),
        unmet=_more(*unmet),
        first_short=np.where(found.first_short < n_calendar, found.first_short, -1),
        short_uses=(found.unmet[:, essential] > 0.0).astype(np.float64),
        uses=essential_names(case),
        p_short=found.p_short[:n_calendar] * len(draws.weights),
        weights=draws.weights,
    )


def _more(found: FloatArray, calm: FloatArray) -> FloatArray:
    """By how much numbers are above those in calm, rounding noise left out. (N,)"""
    more = found - calm
    return np.where(np.abs(more) <= NOISE * (np.abs(found) + np.abs(calm)), 0.0, more)


def hazard_risk(case: Case, found: Struck, variant: str) -> HazardRisk:
    """What hazards do over the calendar, in one table."""
    weights = found.weights / found.weights.sum()
    uses = found.uses
    tail = round(1.0 - case.risk.level, 9)
    has_price = not np.isnan(found.loss).any()
    seen = found.loss if has_price else found.unmet
    return HazardRisk(
        variant=variant,
        hazards=tuple(case.hazards),
        dates=case.calendar.labels,
        p_short=tuple(float(p) for p in found.p_short / len(found.weights)),
        p_short_by=tuple(float(p) for p in _short_by(found.first_short, weights, case)),
        use=dict(zip(uses, (float(p) for p in weights @ found.short_uses), strict=True)),
        expected_loss=float(weights @ found.loss) if has_price else None,
        cvar_loss=tail_mean(found.loss, weights, tail) if has_price else None,
        expected_unmet=float(weights @ found.unmet),
        cvar_unmet=tail_mean(found.unmet, weights, tail),
        tail_share=tail,
        exceedance=_exceedance(seen, weights),
        exceedance_unit=case.currency if has_price else unmet_unit(case),
        missing=() if has_price else _unpriced(case, uses),
    )


def _short_by(first_short: IntArray, weights: FloatArray, case: Case) -> FloatArray:
    """Share of the futures that have gone short by the end of each period. (T,)"""
    is_short = first_short >= 0
    at = np.bincount(first_short[is_short], weights[is_short], case.calendar.n_periods)
    return np.asarray(np.cumsum(at), dtype=np.float64)


def _exceedance(losses: FloatArray, weights: FloatArray) -> tuple[tuple[float, float], ...]:
    """Points (x, share of the futures with more than x), over the range of what happens."""
    order = np.argsort(losses, kind="stable")
    values, reached = losses[order], np.cumsum(weights[order])
    points = np.linspace(values[0], values[-1], N_STEPS)
    at = np.searchsorted(values, points, side="right") - 1
    more = np.maximum(0.0, 1.0 - reached[at])
    return tuple((float(x), float(p)) for x, p in zip(points, more, strict=True))


def essential_names(case: Case) -> tuple[str, ...]:
    """Essential uses, in the order of the case."""
    return tuple(u for u, is_one in zip(case.uses, essential_uses(case), strict=True) if is_one)


def _unpriced(case: Case, uses: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"uses.{use}.shortage_cost" for use in uses if case.uses[use].shortage_cost is None
    )


def hazard_answers(case: Case, found: Struck, variant: str, *, exact: bool) -> tuple[Answer, ...]:
    """Probability of going short, unmet demand and loss, each over all futures."""
    tail = f"(hazards, bound={MYOPIC}{suffix_of(variant)})"
    p, error = probability((found.first_short >= 0).astype(np.float64), found.weights, exact=exact)
    n = len(found.weights)
    told = [
        Answer(
            name="goes_short" + tail,
            unit="share",
            mean=p,
            standard_error=error,
            quantiles={},
            question=HAZARDS,
            variant=variant,
            bound=MYOPIC,
            n_draws=n,
            draws_to_halve=draws_to_halve(n, error),
        )
    ]
    numbers = (
        ("unmet_essential", unmet_unit(case), found.unmet),
        ("target_loss", case.currency, found.loss),
    )
    for name, unit, values in numbers:
        seen = spread(values, found.weights, exact=exact)
        told.append(
            Answer(
                name=name + tail,
                unit=unit,
                mean=seen.mean,
                standard_error=seen.standard_error,
                quantiles=seen.quantiles,
                question=HAZARDS,
                variant=variant,
                bound=MYOPIC,
                n_draws=seen.n,
                n_without=seen.n_without,
                draws_to_halve=draws_to_halve(n, seen.standard_error),
            )
        )
    return tuple(told)


def hazard_convergence(found: Struck, variant: str, *, exact: bool) -> tuple[Convergence, ...]:
    """How the answers about hazards settle as draws come in."""
    tail = f"(hazards, bound={MYOPIC}{suffix_of(variant)})"
    columns = (
        ("goes_short", (found.first_short >= 0).astype(np.float64)),
        ("unmet_essential", found.unmet),
        ("target_loss", found.loss),
    )
    told = (settling(name + tail, values, found.weights, exact=exact) for name, values in columns)
    return tuple(one for one in told if one is not None)
