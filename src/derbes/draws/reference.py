"""How late projects like one in question have been: Kaplan and Meier's curve.

Finished projects say how late they were; an unfinished one says only that it is later than
it is so far. With n(t) the projects known to be at least t late and d(t) those finished
exactly t late, the share that is later than t is

    S(t) = product over s <= t of (1 - d(s) / n(s))

(Kaplan and Meier 1958). Where the latest of all is unfinished, the share that is left
stands at its lateness so far (Efron 1967): a lower bound, and said so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import ReferenceProject

ROUNDING = 1e-12
"""What sums of shares may miss 1 by."""


@dataclass(frozen=True, slots=True)
class Overruns:
    """Distribution of how late projects of a class are."""

    values: FloatArray
    """Rising. (V,) [month]"""
    weights: FloatArray
    """They add to 1. (V,)"""
    n_projects: int
    n_unfinished: int
    open_share: float
    """Weight that stands at the lateness so far of an unfinished project."""


def overruns(projects: Sequence[ReferenceProject]) -> Overruns:
    """The distribution that a class of projects gives.

    Raises:
        ValueError: There is no project.

    Examples:
        Two finished 6 and 18 months late, one still unfinished at 12:

        >>> found = overruns(
        ...     [
        ...         ReferenceProject("a", 6.0),
        ...         ReferenceProject("b", 12.0, finished=False),
        ...         ReferenceProject("c", 18.0),
        ...     ]
        ... )
        >>> found.values.tolist(), found.weights.round(3).tolist()
        ([6.0, 18.0], [0.333, 0.667])
    """
    if not projects:
        raise ValueError("a reference class without projects has no distribution")
    late = np.array([project.overrun for project in projects])
    is_finished = np.array([project.finished for project in projects])
    values = np.unique(late[is_finished])
    weights = np.empty(len(values))
    left = 1.0
    for position, overrun in enumerate(values):
        at_least = np.count_nonzero(late >= overrun)
        finished = np.count_nonzero(is_finished & (late == overrun))
        weights[position] = left * finished / at_least
        left -= weights[position]
    open_share = left if left > ROUNDING else 0.0
    if open_share and late.max() in values:
        weights[-1] += open_share
    elif open_share:
        values = np.append(values, late.max())
        weights = np.append(weights, open_share)
    return Overruns(
        values=values,
        weights=weights / weights.sum(),
        n_projects=len(projects),
        n_unfinished=int(np.count_nonzero(~is_finished)),
        open_share=float(open_share),
    )
