"""What decides the headline answers of a case: tornado, indices of its inputs, tipping values.

Tornado: one input at a time over its range, the others at their central values. Indices:
Sobol's of the inputs that matter, and PAWN of all of them. Tipping values: where a yes-or-no
answer flips as one input moves through its range.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from derbes.case.entities import Case, is_opening, opening_month
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import shared_inputs, uncertain_inputs
from derbes.draws.sampling import points, quantile_function, values_at
from derbes.language import Worded, worded
from derbes.results.stress import Bar, Influence, ScreenedOut, TippingValue
from derbes.results.tables import shown, unit_words
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


# Tornado


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
        at = [self.at_low, self.at_high, np.broadcast_to(self.at_center, self.at_low.shape)]
        return np.asarray(np.ptp(np.stack(at), axis=0), dtype=np.float64)


def swings(case: Case, names: Sequence[str], evaluate: Evaluate) -> Swings:
    """Answers, in the order of `evaluate`, at both ends of each input."""
    center = center_of(case)
    n = len(center.inputs)
    rows = np.tile(center.central, (2 * n + 1, 1))
    rows[np.arange(n), np.arange(n)] = center.low
    rows[n + np.arange(n), np.arange(n)] = center.high
    answers = evaluate(center.draws(rows))
    return Swings(center, tuple(names), answers[-1], answers[:n], answers[n : 2 * n])


def bars(case: Case, found: Swings, columns: Sequence[DrawColumn]) -> tuple[Bar, ...]:
    """A tornado for each column (A,): inputs by their swing, the largest first; none that is 0."""
    center, sizes = found.center, found.sizes
    return tuple(
        Bar(
            answer=answer,
            input=center.inputs[d].path,
            unit=center.inputs[d].unit,
            low=float(center.low[d]),
            high=float(center.high[d]),
            central=float(center.central[d]),
            answer_at_low=float(found.at_low[d, a]),
            answer_at_high=float(found.at_high[d, a]),
            answer_central=float(found.at_center[a]),
            answer_unit=column.unit(case),
            capped_at=column.cap(case),
        )
        for a, (answer, column) in enumerate(zip(found.names, columns, strict=True))
        for d in np.argsort(-sizes[:, a], kind="stable")
        if sizes[d, a] > 0.0
    )


def kept_inputs(found: Swings) -> list[int]:
    """Inputs that matter to any answer: a swing of 1 % of the largest; at most 32 of them."""
    sizes = found.sizes
    largest = sizes.max(axis=0, initial=0.0)
    parts = np.divide(sizes, largest, out=np.zeros_like(sizes), where=largest > 0.0)
    most = parts.max(axis=1, initial=0.0)
    order = [int(d) for d in np.argsort(-most, kind="stable") if most[d] >= MATTERS]
    return sorted(order[:MOST_INPUTS])


def screened_out(found: Swings, kept: Sequence[int]) -> tuple[ScreenedOut, ...]:
    """For each answer, the inputs without Sobol indices and what they moved."""
    left_out = [d for d in range(len(found.center.inputs)) if d not in set(kept)]
    if not left_out:
        return ()
    paths, told = tuple(found.center.paths[d] for d in left_out), []
    for answer, moves in zip(found.names, found.sizes.T, strict=True):
        largest, moved = float(moves.max()), float(moves[left_out].max())
        part = moved / largest if largest else 0.0
        told.append(ScreenedOut(answer, len(left_out), moved, part, paths))
    return tuple(told)


# Tipping values

N_LOOKS = 9
"""Points of a range, beside the center, at which an answer is looked at first, ends included."""
N_HALVINGS = 20
"""Halvings of the part in which it flips: to a millionth of the range."""
TOLD = 1e-6
"""Part of the range to which, at least, the place of a flip is told: 600, not 599.9999344."""
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
    center, told = center_of(case), []
    at_center, flips = _flips(center, evaluate)
    over = _over_draws(center, *given) if given is not None else {}
    for a, d in sorted({*flips, *over}):
        quantity, is_flip = center.inputs[d], (a, d) in flips
        place, holds_below = flips[a, d] if is_flip else over[a, d]
        is_below = holds_below != bool(at_center[a])
        words: str = Worded(_amount_words, place, quantity.unit)
        is_month = is_opening(quantity.path)
        if is_month:  # it turns behind a whole month
            place = float(round(place))
            words = opening_month(
                case, quantity.path, place, side=BELOW if is_below and is_flip else ""
            )
        values = {"answer": names[a], "input": quantity.path, "value": words}
        says = {
            (True, True): worded("{answer} flips if {input} is before {value}", **values),
            (True, False): worded("{answer} flips if {input} is after {value}", **values),
            (False, True): worded("{answer} flips if {input} is below {value}", **values),
            (False, False): worded("{answer} flips if {input} is above {value}", **values),
        }[is_month, is_below]
        if not is_flip:
            says = worded("{answer} holds in half of the draws where {input} is {value}", **values)
        told.append(
            TippingValue(
                answer=names[a],
                input=quantity.path,
                value=place if is_flip else None,
                unit=quantity.unit,
                direction=BELOW if is_below else ABOVE,
                value_over_draws=over[a, d][0] if (a, d) in over else None,
                central_answer=bool(at_center[a]),
                shown=words,
                says=says,
            )
        )
    return tuple(sorted(told, key=lambda one: (names.index(one.answer), one.value is None)))


def _amount_words(number: float, unit: str) -> str:
    return f"{shown(number)} {unit_words(unit)}".strip()


Flips = dict[tuple[int, int], tuple[float, bool]]
"""(answer, input) → where the answer changes, and whether it holds below."""


def _flips(center: Center, evaluate: Evaluate) -> tuple[FloatArray, Flips]:
    """Answers at the center, and the flip nearest to it along every input's range.

    All flips are searched together, so that each halving is one evaluation of many rows.
    """
    n = len(center.inputs)
    evenly = center.low + np.linspace(0.0, 1.0, N_LOOKS)[:, None] * (center.high - center.low)
    looks = np.sort(np.vstack([evenly, center.central]), axis=0)
    rows = np.tile(center.central, (1 + looks.size, 1))
    for d in range(n):
        rows[1 + d * len(looks) : 1 + (d + 1) * len(looks), d] = looks[:, d]
    answers = evaluate(center.draws(rows)) > EVEN
    along = answers[1:].reshape(n, len(looks), answers.shape[1])
    column, answer, look = np.nonzero((along[:, :-1] != along[:, 1:]).transpose(0, 2, 1))
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
    digits = np.floor(-np.log10(TOLD * (center.high - center.low)[column]))
    middle = zip(0.5 * (below + above), digits, strict=True)
    values = np.array([round(float(one), int(n)) for one, n in middle])
    for place in np.argsort(np.abs(values - center.central[column]), kind="stable"):
        key = int(answer[place]), int(column[place])
        flips.setdefault(key, (float(values[place]), bool(holds_below[place])))
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


# Indices

SCENARIO = "scenario"
"""Stands among the inputs for the choice of a scenario."""
N_BASE = 256
"""Base points of Saltelli's design."""
LEAST_APART = 10
"""Points of both samples at which an answer is not what it mostly is: below, indices are chance."""
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

    None: the answer never varies, or at too few points to tell.

    Args:
        answers: At the points of `saltelli_points`. (n_base (D + 2),)
        n_axes: D.
        seed: Seed of the resampling behind the intervals.
    """
    a, b, *mixed = answers.reshape(n_axes + 2, -1)
    alike = np.unique(np.concatenate([a, b]), return_counts=True)[1]
    if alike.sum() - alike.max() < LEAST_APART:
        return None
    middle = np.concatenate([a, b]).mean()
    a, b, c = a - middle, b - middle, np.array(mixed) - middle
    n = len(a)
    counts = np.random.default_rng(seed + 1).multinomial(n, np.full(n, 1.0 / n), size=N_RESAMPLES)
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
    """Sobol indices of each answer of a function on the unit cube, (N, D) → (N, A).

    N = n_base (D + 2), of base points whose number is a power of 2.
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


def influences(
    case: Case,
    kept: Sequence[int],
    answers: Sequence[str],
    evaluate: Evaluate,
    *,
    given: tuple[Draws, FloatArray],
    seed: int,
) -> tuple[Influence, ...]:
    """Indices of each answer, the most influential input first.

    Sobol's are about independent inputs, so rank correlations are left aside there; an axis
    for the choice of a scenario, where there are any, stands before those of the inputs.

    Args:
        case: The case.
        kept: Inputs that have Sobol indices, by position.
        answers: Names, as `evaluate` orders them. (A,)
        evaluate: From draws to answers.
        given: Draws over all inputs, and their answers, for PAWN. (N, A)
        seed: Seed of the design.
    """
    center = center_of(case)
    known = (*center.paths, *(path for path in shared_inputs([case]) if path not in center.paths))
    kept = [*kept, *range(len(center.paths), len(known))]
    kept.sort(key=lambda d: known[d])  # as the axes of the design stand
    paths = [known[d] for d in kept]
    names = [SCENARIO, *paths] if case.scenarios else paths

    def at(cube: FloatArray) -> FloatArray:
        """Inputs by their quantile functions, each by itself; the others central."""
        scenarios, drawn = values_at(replace(case, correlations=()), paths, cube)
        values = np.full((len(cube), len(known)), np.nan)
        values[:, kept] = drawn
        return evaluate(replace(center.draws(values), inputs=known, scenarios=scenarios))

    found = indices(at, len(names), n_base=N_BASE, seed=seed) if names else [None] * len(answers)
    pawn, told = _pawn(*given), list[Influence]()
    for a, (answer, one) in enumerate(zip(answers, found, strict=True)):
        rows = []
        for name, by_answer in pawn.items():
            index = float(by_answer[a])
            row = Influence(answer, name, None, None, None if np.isnan(index) else index)
            if one is not None and name in names:
                own: Any = {k: float(each[names.index(name)]) for k, each in asdict(one).items()}
                row = replace(row, **own)
            rows.append(row)
        rows.sort(key=lambda r: (1.0 if r.total is None else -r.total, -(r.pawn or 0.0), r.input))
        told += rows
    return tuple(told)


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


# About a variant


@dataclass(frozen=True, slots=True)
class Known:
    """Draws and what the rule gave for them."""

    draws: Draws
    numbers: Mapping[DrawColumn, FloatArray]
    """(N,) each"""


def evaluation(
    variant: DrawnVariant, rule: Rule, columns: Sequence[DrawColumn], known: Known | None = None
) -> Evaluate:
    """A way from draws over any inputs to answers by the rule, about the first measure.

    The end is counted in months from the first period; the end of the calendar stands for never.
    Draws that are `known` are not run again where all that is asked of them is there.
    """
    target, calendar = variant.targets[0], variant.case.calendar
    own = [column for column in columns if column.kind not in (END, ENDED_BY)]
    at_dates = target.survived(lengths=(target.length,)) if len(own) < len(columns) else []
    starts = target.starts
    places = [target.watched.index(start) for start in starts if at_dates]
    ends = np.array([*starts, calendar.n_periods], dtype=np.float64) * float(calendar.step)

    def answers(draws: Draws) -> FloatArray:
        wanted = (*own, *at_dates)
        if known is not None and draws is known.draws and known.numbers.keys() >= set(wanted):
            numbers = np.column_stack([known.numbers[column] for column in wanted])
        else:
            numbers = disruption_numbers(rule, draws, own, until_last=at_dates)
        ended = ended_by(numbers[:, len(own) :])[:, places]
        found = [*numbers[:, : len(own)].T]
        for column in columns[len(own) :]:
            if column.kind == ENDED_BY:
                found.append(ended[:, starts.index(column.start)])
            else:
                found.append(ends[np.where(ended.any(axis=1), ended.argmax(axis=1), len(starts))])
        return np.column_stack(found)

    return answers


def headlines(variant: DrawnVariant) -> tuple[DrawColumn, ...]:
    """The numbers that a case is about.

    Time to survive and unmet essential demand of the main measure at its first date, and
    the date of the end of its leverage, where it may end.
    """
    target = variant.targets[0]
    survives, unmet = target.columns(TIME_TO_SURVIVE, lengths=(0,)), target.columns(UNMET_ESSENTIAL)
    ends = [DrawColumn(END, target.measure, UNDATED, target.length, MYOPIC)]
    return (survives[0], unmet[0], *(ends if target.lengths else ()))


def what_decides(
    variant: DrawnVariant, rule: Rule, known: Known
) -> tuple[tuple[Bar, ...], tuple[Influence, ...], tuple[ScreenedOut, ...]]:
    """Tornado of the headlines, and indices of the inputs that it does not screen out."""
    case, columns = variant.case, headlines(variant)
    names = [column.name(case.calendar, variant.variant) for column in columns]
    evaluate = evaluation(variant, rule, columns, known)
    found = swings(case, names, evaluate)
    kept, given = kept_inputs(found), (known.draws, evaluate(known.draws))
    told = influences(case, kept, names, evaluate, given=given, seed=variant.request.seed)
    return bars(case, found, columns), told, screened_out(found, kept)


def what_tips(variant: DrawnVariant, rule: Rule, known: Known) -> tuple[TippingValue, ...]:
    """Tipping values of the yes-or-no answers that a case is about.

    Whether the main measure is survived at its first date, and whether its leverage has
    ended by the date at which it does at the center, and by the date before.
    """
    case, target, center = variant.case, variant.targets[0], center_of(variant.case)
    columns = target.columns(SURVIVES)[:1]
    if target.lengths:
        central = evaluation(variant, rule, headlines(variant))(center.draws(center.central[None]))
        end, last = float(central[0, -1]) / case.calendar.step, len(target.starts) - 1
        at = next((i for i, start in enumerate(target.starts) if start >= end), last)
        columns += [target.columns(ENDED_BY)[i] for i in sorted({max(at - 1, 0), at})]
    evaluate = evaluation(variant, rule, columns, known)
    given = (known.draws, evaluate(known.draws))
    names = [column.name(case.calendar, variant.variant) for column in columns]
    return tipping_values(case, names, evaluate, given=given)
