"""Sobol indices of the inputs that matter, and PAWN of all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws import points, values_at
from derbes.results.stress import Influence
from derbes.stress.decides.oneway import Center, Evaluate

SCENARIO = "scenario"
"""Stands among the inputs for the choice of a scenario."""
N_BASE = 256
"""Base points of Saltelli's design."""
N_RESAMPLES = 200
"""Resamples of the base points behind an interval."""
Z_95 = 1.96
"""Standard deviations on each side of a 95 % interval."""
PAWN_DRAWS = 2048
"""Draws from which PAWN is computed."""
PAWN_PARTS = 10
"""Parts of equal probability into which an input's range is cut."""
LEAST_FOR_PAWN = 10 * PAWN_PARTS
"""Draws below which PAWN is chance: ten in each part of an input's range."""


@dataclass(frozen=True, slots=True)
class Indices:
    """Sobol indices of one answer; estimates, so a small one may lie below 0. (D,) each."""

    first: FloatArray
    total: FloatArray
    first_confidence: FloatArray
    """Half width of the 95 % interval of `first`."""
    total_confidence: FloatArray


def saltelli_points(n_axes: int, n_base: int, seed: int) -> FloatArray:
    """Points of Saltelli's design in the unit cube. (n_base (D + 2), D) [share]

    Two independent samples A and B, then for each axis A with that axis from B.

    Args:
        n_axes: D.
        n_base: A power of 2.
        seed: Seed of the scrambling.
    """
    both = points(n_base, 2 * n_axes, seed=seed, method="sobol")
    first, second = both[:, :n_axes], both[:, n_axes:]
    mixed = np.repeat(first[None], n_axes, axis=0)
    axes = np.arange(n_axes)
    mixed[axes, :, axes] = second.T
    return np.concatenate([first, second, mixed.reshape(-1, n_axes)])


def sobol_indices(answers: FloatArray, n_axes: int, seed: int) -> Indices | None:
    r"""First-order and total indices of one answer at Saltelli's points, with 95 % intervals.

    .. math::

        S_i = \frac{\overline{b\,(c_i - a)}}{V}, \qquad
        T_i = \frac{\overline{(a - c_i)^2}}{2 V}

    with a, b and c_i the answers at A, at B and at A with axis i from B, and V the variance
    over A and B (Saltelli et al. 2010; Jansen 1999). Intervals: 1.96 standard deviations
    over resampled base points. Nothing is cut off at 0 or 1.

    None: the answer never varies.

    Args:
        answers: At the points of `saltelli_points`. (n_base (D + 2),)
        n_axes: D.
        seed: Seed of the resampling behind the intervals.
    """
    a, b, *mixed = answers.reshape(n_axes + 2, -1)
    middle = np.concatenate([a, b]).mean()
    a, b, c = a - middle, b - middle, np.array(mixed) - middle
    n = len(a)
    rng = np.random.default_rng(seed + 1)
    counts = rng.multinomial(n, np.full(n, 1.0 / n), size=N_RESAMPLES)
    weights = np.concatenate([np.full((1, n), 1.0 / n), counts / n])
    variance = 0.5 * weights @ (a**2 + b**2) - (0.5 * weights @ (a + b)) ** 2
    if not variance[0] > 0.0:
        return None
    varies = variance > 0.0
    first = (weights @ (b * (c - a)).T)[varies] / variance[varies, None]
    total = (0.5 * weights @ ((a - c) ** 2).T)[varies] / variance[varies, None]
    spreads = (Z_95 * found[1:].std(axis=0, ddof=1) for found in (first, total))
    return Indices(first[0], total[0], *spreads)


def indices(
    evaluate: Callable[[FloatArray], FloatArray], n_axes: int, *, n_base: int, seed: int
) -> list[Indices | None]:
    """Sobol indices of each answer of a function on the unit cube.

    Args:
        evaluate: Points → answers. (N, D) → (N, A)
        n_axes: D.
        n_base: Base points, a power of 2; N = n_base (D + 2).
        seed: Seed.
    """
    answers = evaluate(saltelli_points(n_axes, n_base, seed))
    return [sobol_indices(answers[:, a], n_axes, seed) for a in range(answers.shape[1])]


def pawn_indices(inputs: FloatArray, answers: FloatArray, weights: FloatArray) -> FloatArray:
    """Median PAWN index of each input on given draws (Pianosi and Wagener 2018). (D,)

    The draws are sorted by the input into ten parts of equal weight; the index is the median
    over the parts of the largest distance between the distribution of the answer in a part
    and in all draws. 0 for an answer or an input that never varies.

    Args:
        inputs: (N, D)
        answers: (N,)
        weights: (N,)
    """
    values, place = np.unique(answers, return_inverse=True)
    found = np.zeros(inputs.shape[1])
    if len(values) == 1:
        return found
    shares = weights / weights.sum()
    whole = np.cumsum(np.bincount(place, shares, len(values)))
    for d in np.flatnonzero(np.ptp(inputs, axis=0) > 0.0):
        order = np.argsort(inputs[:, d], kind="stable")
        reached = np.cumsum(shares[order]) * PAWN_PARTS
        part = np.minimum((reached - 1e-9).astype(np.int64), PAWN_PARTS - 1)
        distances = []
        for one in np.unique(part):
            own = order[part == one]
            mine = np.cumsum(np.bincount(place[own], shares[own], len(values)))
            distances.append(np.abs(mine / mine[-1] - whole).max())
        found[d] = np.median(distances)
    return found


@dataclass(frozen=True, slots=True)
class Shares:
    """From points of the cube over the kept inputs to draws of the case."""

    case: Case
    center: Center
    kept: tuple[int, ...]

    @property
    def n_axes(self) -> int:
        """Axes: the kept inputs, after one for the scenario where there are any."""
        return len(self.kept) + bool(self.case.scenarios)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        own = tuple(self.center.paths[d] for d in self.kept)
        return (SCENARIO, *own) if self.case.scenarios else own

    def draws(self, cube: FloatArray) -> Draws:
        """Kept inputs by their quantile functions, each by itself; the others central.

        Indices are about independent inputs, so rank correlations are left aside here.
        """
        paths = [self.center.paths[d] for d in self.kept]
        names, drawn = values_at(replace(self.case, correlations=()), paths, cube)
        values = np.full((len(cube), len(self.center.paths)), np.nan)
        values[:, list(self.kept)] = drawn
        weights = np.full(len(cube), 1.0 / len(cube))
        return Draws(self.center.paths, values, weights, names)


def influences(
    shares: Shares,
    answers: Sequence[str],
    evaluate: Evaluate,
    *,
    given: tuple[Draws, FloatArray],
    seed: int,
) -> tuple[Influence, ...]:
    """Indices of each answer, the most influential input first.

    Args:
        shares: The inputs that are kept.
        answers: Names, as `evaluate` orders them. (A,)
        evaluate: From draws to answers.
        given: Draws over all inputs, and their answers, for PAWN. (N, A)
        seed: Seed of the design.
    """
    found: list[Indices | None] = [None] * len(answers)
    if shares.n_axes:
        found = indices(
            lambda cube: evaluate(shares.draws(cube)), shares.n_axes, n_base=N_BASE, seed=seed
        )
    pawn = _pawn(*given)
    told: list[Influence] = []
    for a, answer in enumerate(answers):
        own = [_influence(answer, shares, found[a], name) for name in shares.names]
        rest = [Influence(answer, path, None, None, None) for path in pawn]
        known = {one.input for one in own}
        rows = [*own, *(one for one in rest if one.input not in known)]
        rows = [replace(one, pawn=_known(pawn[one.input][a])) for one in rows if one.input in pawn]
        told += sorted(rows, key=_rank)
    return tuple(told)


def _rank(one: Influence) -> tuple[float, float, str]:
    total = -1.0 if one.total is None else one.total
    return -total, -(one.pawn or 0.0), one.input


def _influence(answer: str, shares: Shares, found: Indices | None, name: str) -> Influence:
    if found is None:
        return Influence(answer, name, None, None, None)
    axis = shares.names.index(name)
    return Influence(
        answer=answer,
        input=name,
        first=float(found.first[axis]),
        total=float(found.total[axis]),
        pawn=None,
        first_confidence=float(found.first_confidence[axis]),
        total_confidence=float(found.total_confidence[axis]),
    )


def _known(index: float) -> float | None:
    return None if np.isnan(index) else float(index)


def _pawn(draws: Draws, answers: FloatArray) -> dict[str, FloatArray]:
    """PAWN indices by input, the choice of a scenario among them. Input → (A,)

    nan where there are too few draws to tell.
    """
    names, columns = list(draws.inputs), draws.values[:PAWN_DRAWS]
    if draws.scenarios:
        order = {name: float(i) for i, name in enumerate(dict.fromkeys(sorted(draws.scenarios)))}
        which = np.array([order[name] for name in draws.scenarios[:PAWN_DRAWS]])
        names, columns = [SCENARIO, *names], np.column_stack([which, columns])
    if len(columns) < LEAST_FOR_PAWN:
        return {name: np.full(answers.shape[1], np.nan) for name in names}
    known = np.where(np.isnan(columns), np.nanmin(columns, axis=0, initial=0.0) - 1.0, columns)
    weights = draws.weights[:PAWN_DRAWS]
    by_answer = [
        pawn_indices(known, answers[:PAWN_DRAWS, a], weights) for a in range(answers.shape[1])
    ]
    table = np.array(by_answer).reshape(answers.shape[1], len(names))
    return {name: table[:, column] for column, name in enumerate(names)}
