"""Points in the unit cube: Sobol, Latin hypercube, random."""

from typing import Literal, get_args

import numpy as np
from scipy.stats import qmc

from derbes.case.quantity import FloatArray
from derbes.draws.quantiles import LEAST_SHARE

Method = Literal["sobol", "latin", "random"]
METHODS: tuple[Method, ...] = get_args(Method)

MOST_POINTS = 2**30
"""Points of a sequence before it repeats itself."""


def points(n: int, n_axes: int, *, seed: int, method: str, first: int = 0) -> FloatArray:
    """Rows `first` to `first + n` of a sequence of points. (n, axes)

    `sobol`: scrambled (Owen 1998), and `random`: a row depends on the seed and its place
    alone, so a run can be extended or cut into blocks. `latin`: every axis is cut into n
    equal parts with one point each, so all n rows must be made together.

    Raises:
        ValueError: No such method, or rows of a Latin hypercube from the middle.
    """
    if method not in METHODS:
        raise ValueError(method)
    if n_axes == 0:
        return np.empty((n, 0))
    if method == "sobol":
        found = _sobol(n, n_axes, seed, first)
    elif method == "random":
        bits = np.random.PCG64(seed)
        bits.advance(first * n_axes)
        found = np.random.Generator(bits).random((n, n_axes))
    elif first:
        raise ValueError("a Latin hypercube has no later rows")
    else:
        found = qmc.LatinHypercube(n_axes, rng=np.random.default_rng(seed)).random(n)
    return np.clip(found, LEAST_SHARE, 1.0 - LEAST_SHARE)


def _sobol(n: int, n_axes: int, seed: int, first: int) -> FloatArray:
    sequence = qmc.Sobol(n_axes, scramble=True, rng=np.random.default_rng(seed))
    if first == 0:
        whole = 1 << max(n - 1, 0).bit_length()
        found: FloatArray = sequence.random_base2(whole.bit_length() - 1)[:n]
        return found
    sequence.fast_forward(first)
    later: FloatArray = sequence.random(n)
    return later
