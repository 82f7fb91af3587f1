"""What the indices and tipping values are about: the headline answers, by the rule.

Sobol indices of the inputs that matter, and PAWN of all of them.

Tornado, indices and tipping values of the headline answers of a case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws.sampling import points, values_at
from derbes.results.stress import Bar, Influence, ScreenedOut, TippingValue
from derbes.stress.columns import Rule, cut_numbers
from derbes.stress.request import MYOPIC, SURVIVES, TIME_TO_SURVIVE, UNMET_ESSENTIAL, Column, Target
from derbes.stress.summary import ended_by, suffix_of, unmet_unit
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

    case: Case
    target: Target
    variant: str
    n_threads: int = 1
    _rules: dict[tuple[str, ...], Rule] = field(default_factory=dict)

    def cut(self, draws: Draws, columns: Sequence[Column]) -> FloatArray:
        """Columns by the rule for draws over any inputs. (N, C)"""
        if draws.inputs not in self._rules:
            own = (self.target.measure,)
            self._rules[draws.inputs] = Rule(self.case, own, draws.inputs, self.n_threads)
        return cut_numbers(self._rules[draws.inputs], draws, columns)

    def column(self, kind: str, start: int, *, is_endless: bool = False) -> Column:
        """A column of the measure with its main length."""
        length = 0 if is_endless else self.target.length
        return Column(kind, self.target.measure, start, length, MYOPIC)

    @property
    def first(self) -> int:
        """First date. [period]"""
        return self.target.starts[0]

    @property
    def survives(self) -> list[Column]:
        """Whether the main length is survived at each date; none where there is no end."""
        starts = self.target.starts if self.target.lengths else ()
        return [self.column(SURVIVES, start) for start in starts]


@dataclass(frozen=True, slots=True)
class Headlines:
    """The numbers that a case is about.

    Time to survive and unmet essential demand of the main measure at its first date, and
    the date of the end of its leverage.
    """

    subject: Subject

    def names(self) -> tuple[str, ...]:
        """Names of the answers."""
        about = self.subject
        names = [column.name(about.case.calendar, about.variant) for column in self._first()]
        if about.survives:
            months = about.target.length * about.case.calendar.step
            tail = f"months={months}, bound={MYOPIC}{suffix_of(about.variant)}"
            names.append(f"end({about.target.measure}, {tail})")
        return tuple(names)

    def units(self) -> tuple[str, ...]:
        """Units of the answers."""
        about = self.subject
        units = ("month", unmet_unit(about.case))
        first = about.case.calendar.label(0)
        return (*units, f"months from {first}") if about.survives else units

    def evaluate(self, draws: Draws) -> FloatArray:
        """The answers for draws. (N, A)

        The end is counted in months from the first period; the end of the calendar stands
        for never.
        """
        about, first = self.subject, self._first()
        numbers = about.cut(draws, (*first, *about.survives))
        found = [numbers[:, : len(first)]]
        if about.survives:
            ended = ended_by(numbers[:, len(first) :])
            calendar = about.case.calendar
            starts = np.array([*about.target.starts, calendar.n_periods], dtype=np.float64)
            place = np.where(ended.any(axis=1), ended.argmax(axis=1), len(starts) - 1)
            found.append((starts[place] * float(calendar.step))[:, None])
        return np.hstack(found)

    def _first(self) -> tuple[Column, ...]:
        about = self.subject
        return (
            about.column(TIME_TO_SURVIVE, about.first, is_endless=True),
            about.column(UNMET_ESSENTIAL, about.first),
        )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The yes-or-no answers that a case is about.

    Whether the main measure is survived at its first date, and whether its leverage has
    ended by the date at which it does at the center, and by the date before.
    """

    subject: Subject
    dates: tuple[int, ...]
    """Positions among the target's dates by which it is to have ended."""

    def names(self) -> tuple[str, ...]:
        """Names of the answers."""
        about = self.subject
        calendar, target = about.case.calendar, about.target
        first = about.column(SURVIVES, about.first).name(calendar, about.variant)
        tail = f"months={target.length * calendar.step}, bound={MYOPIC}{suffix_of(about.variant)}"
        months = [calendar.label(target.starts[date]) for date in self.dates]
        return (first, *(f"ended({target.measure}, {month}, {tail})" for month in months))

    def evaluate(self, draws: Draws) -> FloatArray:
        """1 where an answer holds. (N, A)"""
        about = self.subject
        columns = about.survives if self.dates else [about.column(SURVIVES, about.first)]
        numbers = about.cut(draws, columns)
        return np.hstack([numbers[:, :1], ended_by(numbers)[:, list(self.dates)]])


def verdicts_of(subject: Subject, central_end: float | None) -> Verdicts:
    """The verdicts near the end at the center.

    Args:
        subject: The variant and the measure.
        central_end: Period of the end at the center; None: there is none to look at.
    """
    starts = subject.target.starts
    dates: tuple[int, ...] = ()
    if central_end is not None and subject.survives:
        at = next((i for i, start in enumerate(starts) if start >= central_end), len(starts) - 1)
        dates = tuple(sorted({max(at - 1, 0), at}))
    return Verdicts(subject, dates)


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


@dataclass(frozen=True, slots=True)
class Decided:
    """What decides, as it is told."""

    tornado: tuple[Bar, ...] = ()
    sensitivity: tuple[Influence, ...] = ()
    screened_out: tuple[ScreenedOut, ...] = ()
    tipping: tuple[TippingValue, ...] = ()


def what_decides(subject: Subject, draws: Draws, *, seed: int) -> Decided:
    """Tornado, and indices of the inputs that it does not screen out.

    Args:
        subject: The variant and the measure.
        draws: For PAWN, over all inputs.
        seed: Seed of the design of the Sobol indices.
    """
    case, about = subject.case, Headlines(subject)
    names = about.names()
    found = swings(case, names, about.evaluate)
    kept = kept_inputs(found)
    few = _first(draws, PAWN_DRAWS)
    told = influences(
        Shares(case, found.center, tuple(kept)),
        names,
        about.evaluate,
        given=(few, about.evaluate(few)),
        seed=seed,
    )
    return Decided(bars(found, about.units()), told, screened_out(found, kept))


def what_tips(subject: Subject, draws: Draws) -> Decided:
    """Tipping values of the verdicts near the end at the center.

    Args:
        subject: The variant and the measure.
        draws: For the values at which half of the draws hold.
    """
    center = center_of(subject.case)
    middle = Headlines(subject).evaluate(center.draws(center.central[None, :]))[0]
    end = float(middle[-1]) / subject.case.calendar.step if subject.survives else None
    verdicts = verdicts_of(subject, end)
    few = _first(draws, PAWN_DRAWS)
    told = tipping_values(
        subject.case,
        verdicts.names(),
        verdicts.evaluate,
        given=(few, verdicts.evaluate(few)),
    )
    return Decided(tipping=told)


def _first(draws: Draws, n: int) -> Draws:
    rows = np.arange(min(n, len(draws.weights)))
    return Draws(
        draws.inputs,
        draws.values[rows],
        draws.weights[rows],
        draws.scenarios[: len(rows)],
        seed=draws.seed,
        method=draws.method,
        first=draws.first,
    )
