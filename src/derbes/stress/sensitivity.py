"""What decides the headline answers of a case: tornado, indices of its inputs, tipping values.

Sobol indices of the inputs that matter, and PAWN of all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws.sampling import points, values_at
from derbes.results.stress import Bar, Influence, ScreenedOut, TippingValue
from derbes.stress.columns import (
    END,
    ENDED_BY,
    MYOPIC,
    SURVIVES,
    TIME_TO_SURVIVE,
    UNDATED,
    UNMET_ESSENTIAL,
    Column,
    DrawnVariant,
    Target,
)
from derbes.stress.outcomes import Rule, disruption_numbers
from derbes.stress.summary import ended_by
from derbes.stress.tipping import (
    Center,
    Evaluate,
    bars,
    center_of,
    kept_inputs,
    screened_out,
    swings,
    tipping_values,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A variant and the measure that is looked into; models of the rule are made once."""

    variant: DrawnVariant
    rule: Rule

    @property
    def target(self) -> Target:
        """The first measure."""
        return self.variant.targets[0]

    def names(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """Names of answers."""
        calendar, variant = self.variant.case.calendar, self.variant.variant
        return tuple(column.name(calendar, variant) for column in columns)

    def headlines(self) -> tuple[Column, ...]:
        """The numbers that a case is about.

        Time to survive and unmet essential demand of the main measure at its first date, and
        the date of the end of its leverage, where it may end.
        """
        name, length, first = self.target.measure, self.target.length, self.target.starts[0]
        columns = (
            Column(TIME_TO_SURVIVE, name, first, 0, MYOPIC),
            Column(UNMET_ESSENTIAL, name, first, length, MYOPIC),
            Column(END, name, UNDATED, length, MYOPIC),
        )
        return columns if self.target.lengths else columns[:2]

    def verdicts(self, central_end: float | None) -> tuple[Column, ...]:
        """The yes-or-no answers that a case is about, near the end at the center.

        Whether the main measure is survived at its first date, and whether its leverage has
        ended by the date at which it does at the center, and by the date before.

        Args:
            central_end: Period of the end at the center; None: it may not end.
        """
        starts = self.target.starts
        columns = self.target.columns(SURVIVES)[:1]
        if central_end is not None:
            at = next(
                (i for i, start in enumerate(starts) if start >= central_end), len(starts) - 1
            )
            columns += [self.target.columns(ENDED_BY)[i] for i in sorted({max(at - 1, 0), at})]
        return tuple(columns)

    def evaluate(self, columns: Sequence[Column]) -> Evaluate:
        """A way from draws over any inputs to answers by the rule. Draws → (N, A)

        The end is counted in months from the first period; the end of the calendar stands
        for never.
        """
        own = [column for column in columns if column.kind not in (END, ENDED_BY)]
        at_dates = self.target.columns(SURVIVES) if len(own) < len(columns) else []
        calendar, starts = self.variant.case.calendar, self.target.starts
        ends = np.array([*starts, calendar.n_periods], dtype=np.float64) * float(calendar.step)

        def answers(draws: Draws) -> FloatArray:
            numbers = disruption_numbers(self.rule, draws, [*own, *at_dates])
            ended = ended_by(numbers[:, len(own) :])
            found = [*numbers[:, : len(own)].T]
            for column in columns[len(own) :]:
                if column.kind == ENDED_BY:
                    found.append(ended[:, starts.index(column.start)])
                else:
                    never = len(starts)
                    found.append(ends[np.where(ended.any(axis=1), ended.argmax(axis=1), never)])
            return np.column_stack(found)

        return answers


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
        rows = []
        for name, by_answer in pawn.items():
            axis = shares.names.index(name) if name in shares.names else None
            index = float(by_answer[a])
            row = Influence(answer, name, None, None, None if np.isnan(index) else index)
            one = found[a]
            if one is not None and axis is not None:
                row = replace(
                    row,
                    first=float(one.first[axis]),
                    total=float(one.total[axis]),
                    first_confidence=float(one.first_confidence[axis]),
                    total_confidence=float(one.total_confidence[axis]),
                )
            rows.append(row)
        told += sorted(rows, key=_rank)
    return tuple(told)


def _rank(one: Influence) -> tuple[float, float, str]:
    total = -1.0 if one.total is None else one.total
    return -total, -(one.pawn or 0.0), one.input


def _pawn(draws: Draws, answers: FloatArray) -> dict[str, FloatArray]:
    """PAWN indices by input, the choice of a scenario among them. Input → (A,)

    nan where there are too few draws to tell.
    """
    names, columns = list(draws.inputs), draws.values
    if draws.scenarios:
        order = {name: float(i) for i, name in enumerate(dict.fromkeys(sorted(draws.scenarios)))}
        which = np.array([order[name] for name in draws.scenarios])
        names, columns = [SCENARIO, *names], np.column_stack([which, columns])
    if len(columns) < LEAST_FOR_PAWN:
        return {name: np.full(answers.shape[1], np.nan) for name in names}
    known = np.where(np.isnan(columns), np.nanmin(columns, axis=0, initial=0.0) - 1.0, columns)
    by_answer = [pawn_indices(known, one, draws.weights) for one in answers.T]
    table = np.array(by_answer).reshape(answers.shape[1], len(names))
    return {name: table[:, column] for column, name in enumerate(names)}


def what_decides(
    subject: Subject, draws: Draws, *, seed: int
) -> tuple[tuple[Bar, ...], tuple[Influence, ...], tuple[ScreenedOut, ...]]:
    """Tornado of the headlines, and indices of the inputs that it does not screen out.

    Args:
        subject: The variant and the measure.
        draws: For PAWN, over all inputs.
        seed: Seed of the design of the Sobol indices.
    """
    case, columns = subject.variant.case, subject.headlines()
    names, evaluate = subject.names(columns), subject.evaluate(columns)
    found = swings(case, names, evaluate)
    kept = kept_inputs(found)
    shares = Shares(case, found.center, tuple(kept))
    told = influences(shares, names, evaluate, given=(draws, evaluate(draws)), seed=seed)
    units = [column.unit(case) for column in columns]
    return bars(found, units), told, screened_out(found, kept)


def what_tips(subject: Subject, draws: Draws) -> tuple[TippingValue, ...]:
    """Tipping values of the verdicts near the end at the center.

    Args:
        subject: The variant and the measure.
        draws: For the values at which half of the draws hold.
    """
    case, center = subject.variant.case, center_of(subject.variant.case)
    middle = subject.evaluate(subject.headlines())(center.draws(center.central[None, :]))[0]
    end = float(middle[-1]) / case.calendar.step if subject.target.lengths else None
    columns = subject.verdicts(end)
    evaluate = subject.evaluate(columns)
    return tipping_values(case, subject.names(columns), evaluate, given=(draws, evaluate(draws)))
