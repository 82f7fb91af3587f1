"""Quantile functions: from a share of the draws to the value that lies at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicHermiteSpline
from scipy.special import betaincinv, betaln, ndtr, ndtri

from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import ReferenceClass
from derbes.draws.inputs import is_uncertain
from derbes.draws.reference import overruns

LEAST_SHARE = 1e-10
"""Shares nearer to 0 or 1 are moved here: a lognormal has no value at 1."""
_NORMAL_95 = float(ndtri(0.95))
_PEAK = 4.0
"""Weight of the peak of a PERT beside its ends (Malcolm, Roseboom, Clark and Fazar 1959)."""
_KNOTS = np.linspace(-6.6, 6.6, 529)
"""Standard normal scores; between them the spline of a PERT is exact to 1e-10."""

Quantile = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Support:
    """A distribution that stands on a few values."""

    values: FloatArray
    """Rising. (V,)"""
    weights: FloatArray
    """They add to 1. (V,)"""

    def at(self, shares: FloatArray) -> FloatArray:
        """The least value whose weight and that of all below reaches the share."""
        reached = np.cumsum(self.weights)
        reached[-1] = 1.0
        return self.values[np.searchsorted(reached, shares, side="left")]


def support(quantity: Quantity, classes: Mapping[str, ReferenceClass]) -> Support | None:
    """The values that a number can take; None when there are infinitely many.

    Raises:
        KeyError: Its reference class does not exist.
    """
    kind, parameters = quantity.distribution, np.array(quantity.parameters)
    if not is_uncertain(quantity):
        return Support(np.array([quantity.value]), np.ones(1))
    if kind == "reference":
        late = overruns(classes[quantity.reference].projects)
        return Support(late.values, late.weights)
    if kind == "discrete":
        return _support(parameters[::2], parameters[1::2])
    if kind == "empirical":
        return _support(parameters, np.full(len(parameters), 1.0 / len(parameters)))
    return None


def _support(values: FloatArray, weights: FloatArray) -> Support:
    distinct, place = np.unique(values, return_inverse=True)
    together = np.bincount(place, weights)
    return Support(distinct, together / together.sum())


def quantile_function(quantity: Quantity, classes: Mapping[str, ReferenceClass]) -> Quantile:
    """The value of a number at a share of the draws; vectorized.

    A range without a distribution is a PERT with its peak at the value: the ends are
    what is thought possible, the value what is thought likeliest. `lognormal` has the
    ends of its range as 5 % and 95 % points; `empirical`, `discrete` and a reference
    class step from value to value.

    Raises:
        KeyError: Its reference class does not exist.
    """
    steps = support(quantity, classes)
    if steps is not None:
        return steps.at
    low, high = float(quantity.low or 0.0), float(quantity.high or 0.0)
    if quantity.distribution == "uniform":
        return lambda shares: low + (high - low) * shares
    if quantity.distribution == "lognormal":
        return _lognormal(*quantity.parameters)
    peak = min(max(quantity.value, low), high)
    if quantity.distribution == "triangular":
        return _triangular(low, peak, high)
    return _pert(low, peak, high)


def _lognormal(low: float, high: float) -> Quantile:
    """The logarithm is normal: 5 % of the draws lie below `low`, 5 % above `high`."""
    mean = 0.5 * (np.log(low) + np.log(high))
    deviation = (np.log(high) - np.log(low)) / (2.0 * _NORMAL_95)
    return lambda shares: np.exp(mean + deviation * ndtri(shares))


def _triangular(low: float, peak: float, high: float) -> Quantile:
    width, left = high - low, (peak - low) / (high - low)

    def at(shares: FloatArray) -> FloatArray:
        rising = low + width * np.sqrt(shares * left)
        falling = high - width * np.sqrt((1.0 - shares) * (1.0 - left))
        return np.where(shares < left, rising, falling)

    return at


def _pert(low: float, peak: float, high: float) -> Quantile:
    """Beta on the range with a = 1 + 4 (peak - low) / (high - low), a + b = 6."""
    unit = _unit_pert(1.0 + _PEAK * (peak - low) / (high - low))
    return lambda shares: low + (high - low) * unit(ndtri(shares))


@lru_cache(maxsize=1024)
def _unit_pert(first: float) -> Quantile:
    """PERT on 0 to 1 by standard normal score: betaincinv, its slope known, between knots."""
    second = 2.0 + _PEAK - first
    at_knots = betaincinv(first, second, ndtr(_KNOTS))
    inside = np.clip(at_knots, np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg)
    logarithm = (first - 1.0) * np.log(inside) + (second - 1.0) * np.log1p(-inside)
    density = np.exp(logarithm - betaln(first, second))
    normal = np.exp(-0.5 * _KNOTS**2) / np.sqrt(2.0 * np.pi)
    spline = CubicHermiteSpline(_KNOTS, at_knots, normal / density)
    return lambda scores: np.clip(spline(np.clip(scores, _KNOTS[0], _KNOTS[-1])), 0.0, 1.0)
