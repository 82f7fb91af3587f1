"""One input at a time over its range, the others at their central values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws
from derbes.draws import inputs_by_path, quantile_function, uncertain_inputs
from derbes.results.stress import Bar, ScreenedOut

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

    def alone(self, column: int, values: FloatArray) -> FloatArray:
        """Central rows with other values of one input. (len(values), D)"""
        rows = np.tile(self.central, (len(values), 1))
        rows[:, column] = values
        return rows


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
