"""One input at a time over its range, the others at their central values.

Tipping values: where a yes-or-no answer flips as one input moves through its range.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import inputs_by_path, uncertain_inputs
from derbes.draws.sampling import quantile_function
from derbes.language import _
from derbes.results.display import shown
from derbes.results.stress import Bar, ScreenedOut, TippingValue

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
    shares = np.array([OPEN_END, 1.0 - OPEN_END])
    ends = np.array([_ends(case, quantity, shares) for quantity in inputs]).reshape(-1, 2)
    central = np.array([inputs_by_path(case)[quantity.path].value for quantity in inputs])
    return Center(inputs, central, np.minimum(ends[:, 0], central), np.maximum(ends[:, 1], central))


def _ends(case: Case, quantity: Quantity, shares: FloatArray) -> FloatArray:
    if quantity.distribution == "lognormal" or quantity.low is None or quantity.high is None:
        edges = shares if quantity.distribution == "lognormal" else np.array([0.0, 1.0])
        return quantile_function(quantity, case.reference_classes)(edges)
    return np.array([quantity.low, quantity.high])


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
    made = []
    sizes = found.sizes
    for a, (answer, unit) in enumerate(zip(found.names, units, strict=True)):
        for d in np.argsort(-sizes[:, a], kind="stable"):
            if sizes[d, a] > 0.0:
                quantity = found.center.inputs[d]
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
    if not left_out:
        return ()
    sizes = found.sizes
    told = []
    for a, answer in enumerate(found.names):
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
        values = draws.values[:, draws.inputs.index(path)] if path in draws.inputs else None
        if values is None or np.isnan(values).any() or np.ptp(values) <= 0.0:
            continue
        for a in range(answers.shape[1]):
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
    trend = _trend(values, holds)
    if abs(trend) < BEYOND_CHANCE:
        return None
    middles, shares, sizes = _parts(values, holds, weights)
    sign = 1.0 if trend > 0 else -1.0
    pooled = sign * pool_adjacent(sign * shares, sizes)
    if not pooled.min() < EVEN < pooled.max():
        return None
    rising = sign * pooled
    return float(np.interp(sign * EVEN, rising, middles)), sign < 0


def _trend(values: FloatArray, holds: FloatArray) -> float:
    """Rank correlation of an input with an answer, in standard deviations of chance."""
    if np.ptp(holds) <= 0.0:
        return 0.0
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return float(np.corrcoef(ranks, holds)[0, 1] * np.sqrt(len(holds)))


def _parts(
    values: FloatArray, holds: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean of the input, share that holds, and weight of each part of the sorted draws."""
    order = np.argsort(values, kind="stable")
    x, y, w = values[order], holds[order], weights[order]
    part = np.minimum((np.cumsum(w) / w.sum() * N_BINS - 1e-9).astype(np.int64), N_BINS - 1)
    sizes = np.bincount(part, w, N_BINS)
    full = sizes > 0
    means = np.bincount(part, w * x, N_BINS)[full] / sizes[full]
    part_holds = np.bincount(part, w * y, N_BINS)[full] / sizes[full]
    return means, part_holds, sizes[full].astype(np.float64)


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
