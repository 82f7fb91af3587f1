"""Equilibria of two matrices by complementary pivoting (Lemke and Howson 1964).

Each side's tableau says `payoffs * other's plan + slack = 1` with payoffs above 0: its labels are
the plans of both sides, those of the first before those of the second. A path begins by letting
one label in, and ends where every label is outside one of the two bases. Ties are broken as if
the slacks differed by something small, so that no path runs in a circle.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray

MOST_PIVOTS = 200
"""Steps of one search, far more than any of these games takes."""
ROUNDING = 1e-11
"""Entries of a tableau below this are rounding."""
_CHANCE = 1e-6


@dataclass(slots=True)
class Tableau:
    """One side's program on its way."""

    rows: FloatArray
    """Columns by label, and last the right side. (plans of one side, labels + 1)"""
    basis: list[int]
    """Label of each row."""
    slack: range
    """Labels of the first basis."""

    def let_in(self, label: int) -> int | None:
        """Bring a label into the basis; the one that leaves it, None: no row bounds it."""
        with np.errstate(all="ignore"):
            ratios = self.rows[:, label] / self.rows[:, -1]
            ratios[np.isnan(ratios)] = -np.inf
            ties = ratios == ratios.max()
            row = int(np.argmax(ratios))
            if ties.sum() > 1:
                smaller = self.rows[:, self.slack] / self.rows[:, label, None]
                smaller[np.isnan(smaller)] = -np.inf
                smaller[~ties] = -np.inf
                row = int(np.lexsort(np.flipud(smaller.T))[-1])
        pivot = self.rows[row].copy()
        if not pivot[label] > ROUNDING:
            return None
        changed = self.rows - (self.rows[:, label] / pivot[label])[:, None] * pivot
        changed[np.abs(changed) < ROUNDING] = 0.0
        changed[row] = pivot
        self.rows = changed
        left, self.basis[row] = self.basis[row], label
        return left

    def chances(self, labels: range) -> FloatArray | None:
        """The plan over these labels; None: it is none."""
        found = np.zeros(len(labels))
        for row, label in enumerate(self.basis):
            if label in labels:
                found[label - labels.start] = self.rows[row, -1] / self.rows[row, label]
        total = float(sum(found))
        if not (np.isfinite(total) and total > 0):
            return None
        found /= total
        return found if found.min() >= -_CHANCE else None


def equilibria(first: FloatArray, second: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Nash equilibria, one for each label whose path ends in one; the same one may come again.

    Args:
        first: What the first side gets, by its plan and the other's. (m, n)
        second: What the second gets. (m, n)
    """
    for label in range(sum(first.shape) if min(first.shape) > 1 else 0):
        found = _end_of_path(first, second, label)
        if found is not None:
            yield found


def _end_of_path(
    first: FloatArray, second: FloatArray, label: int
) -> tuple[FloatArray, FloatArray] | None:
    m, n = first.shape
    own, others = range(m), range(m, m + n)
    of_first = Tableau(np.hstack([np.eye(m), _positive(first), np.ones((m, 1))]), [*own], own)
    of_second = Tableau(
        np.hstack([_positive(second.T), np.eye(n), np.ones((n, 1))]), [*others], others
    )
    turns = (of_second, of_first) if label < m else (of_first, of_second)
    entering = label
    for turn in range(MOST_PIVOTS):
        left = turns[turn % 2].let_in(entering)
        if left is None:
            return None
        if left == label:
            plans = of_second.chances(own), of_first.chances(others)
            return None if plans[0] is None or plans[1] is None else (plans[0], plans[1])
        entering = left
    return None


def _positive(payoffs: FloatArray) -> FloatArray:
    """Payoffs, all of them above 0; a constant changes no equilibrium."""
    least = float(payoffs.min())
    return payoffs + abs(least) + 1.0 if least <= 0 else payoffs
