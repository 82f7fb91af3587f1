"""Numbers over draws: mean, standard error, quantiles, tail mean."""

from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray

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
