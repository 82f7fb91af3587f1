"""Numbers over draws: mean, standard error, quantiles, tail mean.

Columns of numbers over draws, told as answers, curves and convergence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.results.stress import Answer, Convergence, EndedBy
from derbes.stress.columns import essential_uses
from derbes.stress.request import (
    LEVERAGE_RATIO,
    LOOKED_AT,
    SURVIVES,
    TIME_TO_SURVIVE,
    UNMET_ESSENTIAL,
    Asked,
    Column,
    Target,
)

PERCENTS = (5, 25, 50, 75, 95)


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over all draws; over some of them, chosen by what came out, nothing is told."""

    mean: float | None
    """None: it has no value in some draw, or no bound."""
    standard_error: float | None
    quantiles: dict[str, float]
    """Those that are finite; empty where it has no value in some draw."""
    n: int
    n_without: int
    n_unbounded: int = 0


def spread(values: FloatArray, weights: FloatArray, *, exact: bool = False) -> Spread:
    """Weighted mean, its standard error, and quantiles.

    The standard error is that of independent draws, s sqrt(sum of squared weights), with s
    the weighted standard deviation; of a Sobol sequence it is an upper bound. nan stands
    for a draw without a value, inf for one in which it is without bound. Those that have a
    value are no sample of all: where one has none, there is neither mean nor quantile, and
    where one is unbounded, no mean.

    Args:
        values: (N,)
        weights: Of all draws. (N,)
        exact: Whether the draws are all that can happen, so that nothing is left to chance.
    """
    n_without = int(np.isnan(values).sum())
    n = len(values) - n_without
    if n_without or not n or weights.sum() <= 0:
        return Spread(None, None, {}, n, n_without, int(np.isinf(values).sum()))
    share = weights / weights.sum()
    at = weighted_quantiles(values, share, np.array(PERCENTS) / 100.0)
    quantiles = {str(p): float(q) for p, q in zip(PERCENTS, at, strict=True) if np.isfinite(q)}
    n_unbounded = int(np.isinf(values).sum())
    if n_unbounded:
        return Spread(None, None, quantiles, n, 0, n_unbounded)
    mean = float(share @ values)
    error = 0.0
    if np.ptp(values) == 0.0:
        mean = float(values[0])
    elif not exact:
        n_effective = 1.0 / float(share @ share)
        variance = float(share @ (values - mean) ** 2)
        error = float(np.sqrt(variance / max(n_effective - 1.0, 1.0)))
    return Spread(mean, error, quantiles, n, 0)


def weighted_quantiles(values: FloatArray, weights: FloatArray, shares: FloatArray) -> FloatArray:
    """Least value whose weight and that of all below reaches each share.

    Examples:
        >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), np.array([0.05, 0.5, 0.95]))
        array([1., 2., 3.])
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    reached /= reached[-1]
    place = np.searchsorted(reached, shares - 1e-12, side="left")
    return np.asarray(values[order][place], dtype=np.float64)


def probability(
    holds: FloatArray, weights: FloatArray, *, exact: bool = False
) -> tuple[float, float]:
    """Share of the draws in which something holds, and its standard error.

    The error is that of the beta distribution that n draws leave after Jeffreys' prior, so
    that it is not 0 where a thing held in all draws or in none.

    Args:
        holds: 1 or 0. (N,)
        weights: (N,)
        exact: Whether the draws are all that can happen.

    Examples:
        >>> p, error = probability(np.array([1.0, 1.0, 0.0, 1.0]), np.ones(4) / 4)
        >>> p, round(error, 3)
        (0.75, 0.187)
    """
    share = weights / weights.sum()
    p = float(weights[holds > 0.5].sum() / weights.sum())
    if exact:
        return p, 0.0
    n = 1.0 / float(share @ share)
    first, second = n * p + 0.5, n * (1.0 - p) + 0.5
    total = first + second
    return p, float(np.sqrt(first * second / (total**2 * (total + 1.0))))


def tail_mean(losses: FloatArray, weights: FloatArray, tail_share: float) -> float:
    """Mean of the worst `tail_share` of the draws, the last one counted in part.

    CVaR = least over z of z + mean of max(loss - z, 0) / tail share (Rockafellar and
    Uryasev 2000), at the z that reaches 1 - tail share.

    Examples:
        >>> tail_mean(np.array([0.0, 10.0, 20.0, 30.0]), np.ones(4) / 4, 0.5)
        25.0
    """
    share = weights / weights.sum()
    at = weighted_quantiles(losses, share, np.array([1.0 - tail_share]))[0]
    return float(at + share @ np.maximum(losses - at, 0.0) / tail_share)


def draws_to_halve(n: int, error: float | None) -> int | None:
    """Draws in all that halve a standard error: four times as many; None: it is 0."""
    return 4 * n if error else None


LEAST_DRAWS = 16
"""Draws below which convergence says nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """Columns of one variant over draws, ready to be told."""

    case: Case
    variant: str
    columns: tuple[Column, ...]
    numbers: FloatArray
    """(N, C)"""
    weights: FloatArray
    """(N,)"""
    central: FloatArray
    """The columns with all inputs at their central values. (C,)"""
    exact: bool = False
    """Whether the draws are all that can happen."""


def answers_of(asked: Asked, told: Told) -> tuple[Answer, ...]:
    """An answer for each column that is a number; what ends is told as curves."""
    return tuple(
        _answer(told, position)
        for position, column in enumerate(told.columns)
        if column.kind != SURVIVES and asked.asks(column.question)
    )


def _answer(told: Told, position: int) -> Answer:
    column, values = told.columns[position], told.numbers[:, position]
    calendar = told.case.calendar
    seen = spread(values, told.weights, exact=told.exact)
    cap = cap_of(told.case, column)
    reached = None if cap is None else share_from(cap, values, told.weights)
    center = told.central[position]
    return Answer(
        name=column.name(calendar, told.variant),
        unit=_unit(told.case, column),
        mean=seen.mean,
        standard_error=seen.standard_error,
        quantiles=seen.quantiles,
        question=column.question,
        variant=told.variant,
        measure=column.measure,
        length=column.length * calendar.step if column.length else None,
        date=calendar.label(column.start),
        bound=column.bound,
        n_draws=seen.n,
        n_without=seen.n_without,
        n_unbounded=seen.n_unbounded,
        capped_at=cap,
        capped_share=reached,
        draws_to_halve=draws_to_halve(len(values), seen.standard_error),
        central=float(center) if np.isfinite(center) else None,
    )


def cap_of(case: Case, column: Column) -> float | None:
    """Where the values of a column are cut off; None: nowhere. [unit]"""
    return float(LOOKED_AT * case.calendar.step) if column.kind == TIME_TO_SURVIVE else None


def share_from(cap: float, values: FloatArray, weights: FloatArray) -> float:
    """Share of the draws that reach a value."""
    return float(weights[values >= cap].sum() / weights.sum())


def _unit(case: Case, column: Column) -> str:
    if column.kind == TIME_TO_SURVIVE:
        return "month"
    if column.kind == LEVERAGE_RATIO:
        return ""
    return unmet_unit(case) if column.kind == UNMET_ESSENTIAL else case.currency


def unmet_unit(case: Case) -> str:
    """Unit of unmet essential demand; empty where the uses differ."""
    uses = zip(case.uses.values(), essential_uses(case), strict=True)
    units = {case.goods[use.good].unit for use, is_essential in uses if is_essential}
    return units.pop() if len(units) == 1 else ""


def ended_by(survives: FloatArray) -> FloatArray:
    """Whether no start from each date on goes short. (N, dates)

    Args:
        survives: Whether each date's start is survived, dates rising. (N, dates)
    """
    later = np.logical_and.accumulate(survives[:, ::-1] > 0.5, axis=1)[:, ::-1]
    return np.asarray(later, dtype=np.float64)


def curves_of(told: Told, target: Target) -> tuple[EndedBy, ...]:
    """P(ended by date) of a measure, for each of its lengths."""
    calendar = told.case.calendar
    rows = []
    for length in target.lengths:
        places = [
            position
            for position, column in enumerate(told.columns)
            if (column.kind, column.measure, column.length) == (SURVIVES, target.measure, length)
        ]
        ended = ended_by(told.numbers[:, places])
        for place, holds in zip(places, ended.T, strict=True):
            p, error = probability(holds, told.weights, exact=told.exact)
            rows.append(
                EndedBy(
                    variant=told.variant,
                    measure=target.measure,
                    length=length * calendar.step,
                    date=calendar.label(told.columns[place].start),
                    p=p,
                    standard_error=error,
                    bound=told.columns[place].bound,
                    n_draws=len(told.weights),
                )
            )
    return tuple(rows)


def convergence_of(told: Told, answers: Sequence[Answer]) -> tuple[Convergence, ...]:
    """Means of the answers of columns over the first eighth, quarter, half and all draws."""
    names = {
        column.name(told.case.calendar, told.variant): p for p, column in enumerate(told.columns)
    }
    found = (
        settling(answer.name, told.numbers[:, names[answer.name]], told.weights, exact=told.exact)
        for answer in answers
    )
    return tuple(one for one in found if one is not None)


def settling(
    answer: str, values: FloatArray, weights: FloatArray, *, exact: bool
) -> Convergence | None:
    """Means over the first eighth, quarter, half and all of the draws.

    None: too few draws to say anything, or nothing that is left to chance.

    Args:
        answer: Its name.
        values: By draw. (N,)
        weights: (N,)
        exact: Whether the draws are all that can happen.
    """
    n = len(weights)
    if n < LEAST_DRAWS or exact:
        return None
    counts = tuple(n // part for part in (8, 4, 2, 1))
    seen = [spread(values[:count], weights[:count]) for count in counts]
    if any(one.mean is None for one in seen):
        return None
    return Convergence(
        answer=answer,
        n_draws=counts,
        mean=tuple(one.mean or 0.0 for one in seen),
        standard_error=tuple(one.standard_error or 0.0 for one in seen),
    )


def suffix_of(variant: str) -> str:
    """What the name of an answer about a variant ends with."""
    return "" if variant == BASE else f", variant={variant}"
