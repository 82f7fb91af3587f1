"""What decides the headline answers of a case: tornado, indices of its inputs, tipping values.

Tornado: one input at a time over its range, the others at their central values. Indices:
Sobol's of the inputs that matter, and PAWN of all of them. Tipping values: where a yes-or-no
answer flips as one input moves through its range.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import uncertain_inputs
from derbes.draws.sampling import points, quantile_function, values_at
from derbes.language import _
from derbes.results.stress import Bar, Influence, ScreenedOut, TippingValue
from derbes.results.tables import shown
from derbes.stress.columns import (
    END,
    ENDED_BY,
    MYOPIC,
    SURVIVES,
    TIME_TO_SURVIVE,
    UNDATED,
    UNMET_ESSENTIAL,
    DrawColumn,
    DrawnVariant,
    Target,
)
from derbes.stress.outcomes import Rule, disruption_numbers, ended_by

OPEN_END = 0.01
"""Share at which the range of a distribution without ends is cut off."""
MATTERS = 0.01
"""Swing, beside the largest, from which on an input matters."""
MOST_INPUTS = 32
"""Most inputs whose Sobol indices are computed."""

Evaluate = Callable[[Draws], FloatArray]
"""Draws → answers. (N, A)"""


@dataclass(frozen=True, slots=True)
class Center:
    """The inputs of a case at their central values, and the ends of their ranges."""

    inputs: tuple[Quantity, ...]
    central: FloatArray
    """(D,)"""
    low: FloatArray
    high: FloatArray

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the inputs."""
        return tuple(quantity.path for quantity in self.inputs)

    def draws(self, values: FloatArray) -> Draws:
        """Rows of values as draws of equal weight, outside any scenario."""
        return Draws(self.paths, values, np.full(len(values), 1.0 / max(len(values), 1)))


def center_of(case: Case) -> Center:
    """The central point of a case: the values as written.

    The ends of an input are those of its range; of a lognormal its 1 % and 99 % points; of
    observed values, weights and reference classes the least and the greatest.
    """
    inputs = uncertain_inputs(case)
    ends = np.empty((len(inputs), 2))
    for d, quantity in enumerate(inputs):
        is_open = quantity.distribution == "lognormal"
        if is_open or quantity.low is None or quantity.high is None:
            shares = [OPEN_END, 1.0 - OPEN_END] if is_open else [0.0, 1.0]
            ends[d] = quantile_function(quantity, case.reference_classes)(np.array(shares))
        else:
            ends[d] = quantity.low, quantity.high
    central = np.array([quantity.value for quantity in inputs])
    return Center(inputs, central, np.minimum(ends[:, 0], central), np.maximum(ends[:, 1], central))


@dataclass(frozen=True, slots=True)
class Swings:
    """Answers with each input at its low and high end, the others central."""

    center: Center
    names: tuple[str, ...]
    """Answers. (A,)"""
    at_center: FloatArray
    """(A,)"""
    at_low: FloatArray
    """(D, A)"""
    at_high: FloatArray
    """(D, A)"""

    @property
    def sizes(self) -> FloatArray:
        """Largest difference among low, central and high. (D, A)"""
        at = np.stack(
            [self.at_low, self.at_high, np.broadcast_to(self.at_center, self.at_low.shape)]
        )
        return np.asarray(np.ptp(at, axis=0), dtype=np.float64)


def swings(case: Case, names: Sequence[str], evaluate: Evaluate) -> Swings:
    """Answers at both ends of each input.

    Args:
        case: The case.
        names: Answers, as `evaluate` orders them.
        evaluate: From draws to answers.
    """
    center = center_of(case)
    n = len(center.inputs)
    rows = np.tile(center.central, (2 * n + 1, 1))
    rows[np.arange(n), np.arange(n)] = center.low
    rows[n + np.arange(n), np.arange(n)] = center.high
    answers = evaluate(center.draws(rows))
    return Swings(center, tuple(names), answers[-1], answers[:n], answers[n : 2 * n])


def bars(found: Swings, units: Sequence[str]) -> tuple[Bar, ...]:
    """A tornado for each answer: inputs by their swing, the largest first; none that is 0.

    Args:
        found: The swings.
        units: Unit of each answer. (A,)
    """
    made, sizes = [], found.sizes
    for a, (answer, unit) in enumerate(zip(found.names, units, strict=True)):
        for d in np.argsort(-sizes[:, a], kind="stable"):
            quantity = found.center.inputs[d]
            if sizes[d, a] > 0.0:
                made.append(
                    Bar(
                        answer=answer,
                        input=quantity.path,
                        unit=quantity.unit,
                        low=float(found.center.low[d]),
                        high=float(found.center.high[d]),
                        central=float(found.center.central[d]),
                        answer_at_low=float(found.at_low[d, a]),
                        answer_at_high=float(found.at_high[d, a]),
                        answer_central=float(found.at_center[a]),
                        answer_unit=unit,
                    )
                )
    return tuple(made)


def kept_inputs(found: Swings) -> list[int]:
    """Inputs that matter to any answer: a swing of 1 % of the largest; at most 32 of them."""
    sizes = found.sizes
    largest = sizes.max(axis=0, initial=0.0)
    parts = np.divide(sizes, largest, out=np.zeros_like(sizes), where=largest > 0.0).max(
        axis=1, initial=0.0
    )
    order = [int(d) for d in np.argsort(-parts, kind="stable") if parts[d] >= MATTERS]
    return sorted(order[:MOST_INPUTS])


def screened_out(found: Swings, kept: Sequence[int]) -> tuple[ScreenedOut, ...]:
    """For each answer, the inputs without Sobol indices and what they moved."""
    left_out = [d for d in range(len(found.center.inputs)) if d not in set(kept)]
    sizes, told = found.sizes, []
    for a, answer in enumerate(found.names if left_out else ()):
        largest = float(sizes[:, a].max(initial=0.0))
        moved = float(sizes[left_out, a].max(initial=0.0))
        told.append(
            ScreenedOut(
                answer=answer,
                n_inputs=len(left_out),
                largest_swing=moved,
                share_of_largest=moved / largest if largest else 0.0,
                inputs=tuple(found.center.inputs[d].path for d in left_out),
            )
        )
    return tuple(told)


N_LOOKS = 9
"""Points of a range at which an answer is looked at before the search, ends included."""
N_HALVINGS = 20
"""Halvings of the part in which it flips: to a millionth of the range."""
N_BINS = 40
"""Parts of equal weight into which draws are sorted by an input."""
EVEN = 0.5
BEYOND_CHANCE = 4.0
"""Standard deviations of a trend that chance brings to none of a thousand inputs."""
BELOW, ABOVE = "below", "above"


def tipping_values(
    case: Case,
    names: Sequence[str],
    evaluate: Evaluate,
    *,
    given: tuple[Draws, FloatArray] | None = None,
) -> tuple[TippingValue, ...]:
    """For each answer, the inputs that can flip it and where.

    At the center by bisection between the looks around each flip; over draws where the
    share of draws in which the answer holds, taken to rise or fall with the input, passes
    one half.

    Args:
        case: The case.
        names: Yes-or-no answers, as `evaluate` orders them.
        evaluate: From draws to answers, 1 or 0.
        given: Draws and their answers; without them nothing is said over draws. (N, A)
    """
    center = center_of(case)
    at_center, flips = _flips(center, evaluate)
    over = _over_draws(center, *given) if given is not None else {}
    told = [
        _told(
            case,
            names[a],
            center.inputs[d],
            central=bool(at_center[a]),
            flip=flips.get((a, d)),
            over=over.get((a, d)),
        )
        for a, d in sorted({*flips, *over})
    ]
    return tuple(sorted(told, key=lambda one: (names.index(one.answer), one.value is None)))


Flips = dict[tuple[int, int], tuple[float, bool]]
"""(answer, input) → where the answer changes, and whether it holds below."""


def _flips(center: Center, evaluate: Evaluate) -> tuple[FloatArray, Flips]:
    """Answers at the center, and the first flip along every input's range.

    All flips are searched together, so that each halving is one evaluation of many rows.
    """
    n = len(center.inputs)
    grid = np.linspace(0.0, 1.0, N_LOOKS)
    looks = center.low + grid[:, None] * (center.high - center.low)
    rows = np.tile(center.central, (1 + n * N_LOOKS, 1))
    for d in range(n):
        rows[1 + d * N_LOOKS : 1 + (d + 1) * N_LOOKS, d] = looks[:, d]
    answers = evaluate(center.draws(rows)) > EVEN
    along = answers[1:].reshape(n, N_LOOKS, answers.shape[1])
    changes = (along[:, :-1] != along[:, 1:]).transpose(0, 2, 1)
    column, answer, look = np.nonzero(changes)
    below, above = looks[look, column], looks[look + 1, column]
    holds_below = along[column, look, answer]
    places = np.arange(len(column))
    for _halving in range(N_HALVINGS if len(column) else 0):
        middle = 0.5 * (below + above)
        rows = np.tile(center.central, (len(column), 1))
        rows[places, column] = middle
        holds = (evaluate(center.draws(rows)) > EVEN)[places, answer]
        below = np.where(holds == holds_below, middle, below)
        above = np.where(holds == holds_below, above, middle)
    flips: Flips = {}
    for place, value in enumerate(0.5 * (below + above)):
        key = int(answer[place]), int(column[place])
        flips.setdefault(key, (float(value), bool(holds_below[place])))
    return answers[0], flips


def _over_draws(center: Center, draws: Draws, answers: FloatArray) -> Flips:
    """Where half of the draws hold, and whether they do so below."""
    found: Flips = {}
    for d, path in enumerate(center.paths):
        if path not in draws.inputs:
            continue
        values = draws.values[:, draws.inputs.index(path)]
        varies = not np.isnan(values).any() and np.ptp(values) > 0.0
        for a in range(answers.shape[1] if varies else 0):
            crossing = even_chance(values, answers[:, a], draws.weights)
            if crossing is not None:
                found[a, d] = crossing
    return found


def even_chance(
    values: FloatArray, holds: FloatArray, weights: FloatArray
) -> tuple[float, bool] | None:
    """Where an answer holds in half of the draws, and whether it holds below; None: nowhere.

    Draws are sorted by the input into parts of equal weight; their shares are made monotone
    by pooling neighbors (Ayer et al. 1955), rising or falling as the draws do; between the
    parts the share runs straight. An input whose trend could be chance crosses nowhere.
    """
    if np.ptp(holds) <= 0.0:
        return None
    order = np.argsort(values, kind="stable")
    ranks = np.argsort(order, kind="stable")
    trend = float(np.corrcoef(ranks, holds)[0, 1] * np.sqrt(len(holds)))
    if abs(trend) < BEYOND_CHANCE:
        return None
    x, y, w = values[order], holds[order], weights[order]
    part = np.minimum((np.cumsum(w) / w.sum() * N_BINS - 1e-9).astype(np.int64), N_BINS - 1)
    sizes = np.bincount(part, w, N_BINS)
    full = sizes > 0
    means = np.bincount(part, w * x, N_BINS)[full] / sizes[full]
    shares = np.bincount(part, w * y, N_BINS)[full] / sizes[full]
    sign = 1.0 if trend > 0 else -1.0
    rising = pool_adjacent(sign * shares, sizes[full].astype(np.float64))
    if not (sign * rising).min() < EVEN < (sign * rising).max():
        return None
    return float(np.interp(sign * EVEN, rising, means)), sign < 0


def pool_adjacent(shares: FloatArray, sizes: FloatArray) -> FloatArray:
    """The nearest sequence that never falls, by weighted squares.

    Examples:
        >>> pool_adjacent(np.array([0.0, 0.6, 0.4, 1.0]), np.ones(4)).tolist()
        [0.0, 0.5, 0.5, 1.0]
    """
    pools: list[list[float]] = []
    for share, size in zip(shares, sizes, strict=True):
        pools.append([float(share), float(size), 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            late, early = pools.pop(), pools.pop()
            weight = late[1] + early[1]
            mean = (late[0] * late[1] + early[0] * early[1]) / weight
            pools.append([mean, weight, late[2] + early[2]])
    return np.repeat([pool[0] for pool in pools], [int(pool[2]) for pool in pools])


def _told(
    case: Case,
    answer: str,
    quantity: Quantity,
    *,
    central: bool,
    flip: tuple[float, bool] | None,
    over: tuple[float, bool] | None,
) -> TippingValue:
    """What is known of one input's power to flip one answer, `central` at the center."""
    place, holds_below = flip or over or (0.0, False)
    is_below = holds_below != central
    steps = quantity.path.split(".")
    is_opening = len(steps) == 3 and steps[0] == "plants" and steps[2] == "opening"
    words = f"{shown(place)} {quantity.unit}".strip()
    if is_opening:
        opening = case.plants[steps[1]].opening + round(place / case.calendar.step)
        words = case.calendar.label(opening)
    if flip is None:
        says = _("{answer} holds in half of the draws where {input} is {value}")
    elif is_opening and is_below:
        says = _("{answer} flips if {input} is before {value}")
    elif is_opening:
        says = _("{answer} flips if {input} is after {value}")
    elif is_below:
        says = _("{answer} flips if {input} is below {value}")
    else:
        says = _("{answer} flips if {input} is above {value}")
    return TippingValue(
        answer=answer,
        input=quantity.path,
        value=flip[0] if flip else None,
        unit=quantity.unit,
        direction=BELOW if is_below else ABOVE,
        value_over_draws=over[0] if over else None,
        central_answer=central,
        shown=words,
        says=says.format(answer=answer, input=quantity.path, value=words),
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

    def names(self, columns: Sequence[DrawColumn]) -> tuple[str, ...]:
        """Names of answers."""
        calendar, variant = self.variant.case.calendar, self.variant.variant
        return tuple(column.name(calendar, variant) for column in columns)

    def headlines(self) -> tuple[DrawColumn, ...]:
        """The numbers that a case is about.

        Time to survive and unmet essential demand of the main measure at its first date, and
        the date of the end of its leverage, where it may end.
        """
        name, length, first = self.target.measure, self.target.length, self.target.starts[0]
        columns = (
            DrawColumn(TIME_TO_SURVIVE, name, first, 0, MYOPIC),
            DrawColumn(UNMET_ESSENTIAL, name, first, length, MYOPIC),
            DrawColumn(END, name, UNDATED, length, MYOPIC),
        )
        return columns if self.target.lengths else columns[:2]

    def verdicts(self, central_end: float | None) -> tuple[DrawColumn, ...]:
        """The yes-or-no answers that a case is about, near the end at the center.

        Whether the main measure is survived at its first date, and whether its leverage has
        ended by the date at which it does at the center, and by the date before.

        Args:
            central_end: Period of the end at the center; None: it may not end.
        """
        starts = self.target.starts
        columns = self.target.columns(SURVIVES)[:1]
        if central_end is not None:
            last = len(starts) - 1
            at = next((i for i, start in enumerate(starts) if start >= central_end), last)
            columns += [self.target.columns(ENDED_BY)[i] for i in sorted({max(at - 1, 0), at})]
        return tuple(columns)

    def evaluate(self, columns: Sequence[DrawColumn]) -> Evaluate:
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
                    at = np.where(ended.any(axis=1), ended.argmax(axis=1), len(starts))
                    found.append(ends[at])
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
    def names(self) -> tuple[str, ...]:
        """Names of the axes: the kept inputs, after one for the scenario where there are any."""
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
    names = shares.names
    if names:
        found = indices(
            lambda cube: evaluate(shares.draws(cube)), len(names), n_base=N_BASE, seed=seed
        )
    pawn = _pawn(*given)
    told: list[Influence] = []
    for a, answer in enumerate(answers):
        rows = []
        for name, by_answer in pawn.items():
            index, one = float(by_answer[a]), found[a]
            row = Influence(answer, name, None, None, None if np.isnan(index) else index)
            if one is not None and name in names:
                own: Any = {k: float(each[names.index(name)]) for k, each in asdict(one).items()}
                row = replace(row, **own)
            rows.append(row)
        told += sorted(rows, key=_rank)
    return tuple(told)


def _rank(one: Influence) -> tuple[float, float, str]:
    return 1.0 if one.total is None else -one.total, -(one.pawn or 0.0), one.input


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
