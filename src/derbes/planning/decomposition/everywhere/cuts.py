r"""Cuts for branches: what a branch lacks at least, whatever the trunk and the first stage do.

(M15) lack[b] >= y+ (row_lower + R x) + y- (row_upper + R' x) + d- (col_upper + U x) - y link v
for any row prices y of the branch's program, d = worth - y matrix: weak duality. Prices
found at one start of one draw are prices at every start of the family in every draw with
the same matrix; only the constants differ.

Symbols: b branch, v columns of the trunk, x first stage, y+ and y- the positive and negative
part, d reduced costs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.everywhere.families import Family
from derbes.planning.decomposition.everywhere.tables import Table
from derbes.programs.solver.statement import IntArray

NO_PRICE = 1e-9
"""Price that counts as none, relative to the dearest worth: it is the solver's noise."""


@dataclass(frozen=True, slots=True)
class BranchCut:
    """Row prices of a branch."""

    family: int
    """Position among the families."""
    rows: IntArray
    """Rows of the branch that have a price."""
    prices: FloatArray
    key: bytes
    """The same for the same prices, up to noise."""


def make_cut(position: int, family: Family, duals: FloatArray) -> BranchCut:
    """A cut from the row prices of a solve."""
    least = NO_PRICE * float(np.abs(family.cost).max(initial=1.0))
    rows = np.flatnonzero(np.abs(duals) > least).astype(np.int64)
    prices = duals[rows]
    seen = b"%d" % position + rows.tobytes() + prices.astype(np.float32).tobytes()
    key = hashlib.blake2b(seen, digest_size=16).digest()
    return BranchCut(position, rows, prices, key)


def weights_of(cut: BranchCut, family: Family) -> FloatArray:
    """What each bound of a branch counts in a cut. (bounds,)"""
    m = family.n_rows
    weights = np.zeros(2 * m + len(family.cost))
    is_lower = cut.prices > 0
    weights[cut.rows[is_lower]] = cut.prices[is_lower]
    weights[m + cut.rows[~is_lower]] = cut.prices[~is_lower]
    reduced = family.cost - family.matrix[cut.rows].T @ cut.prices
    least = NO_PRICE * float(np.abs(family.cost).max(initial=1.0))
    weights[2 * m :] = np.where(reduced < -least, reduced, 0.0)
    return weights


@dataclass(frozen=True, slots=True)
class Pool:
    """Cuts of one family, evaluated together."""

    family: Family
    cuts: tuple[BranchCut, ...]
    weights: FloatArray
    """What each bound counts in each cut. (bounds, cuts)"""
    gives: FloatArray
    """Factors of the trunk's columns at the first start. (linked, cuts)"""
    used: IntArray
    """Bounds that count in any of them."""

    @staticmethod
    def of(family: Family, cuts: Sequence[BranchCut] = ()) -> "Pool":
        """A pool of cuts."""
        weights = np.zeros((2 * family.n_rows + len(family.cost), len(cuts)))
        prices = np.zeros((family.n_rows, len(cuts)))
        for c, cut in enumerate(cuts):
            weights[:, c] = weights_of(cut, family)
            prices[cut.rows, c] = cut.prices
        return Pool.made(family, tuple(cuts), weights, np.asarray(family.link.T @ prices))

    @staticmethod
    def made(
        family: Family, cuts: tuple[BranchCut, ...], weights: FloatArray, gives: FloatArray
    ) -> "Pool":
        """A pool of cuts with their factors."""
        used = np.flatnonzero((weights != 0).any(axis=1)).astype(np.int64)
        return Pool(family, cuts, weights, gives, used)

    def with_more(self, cuts: Sequence[BranchCut]) -> "Pool":
        """The pool with more cuts behind its own."""
        if not cuts:
            return self
        more = Pool.of(self.family, cuts)
        return Pool.made(
            self.family,
            self.cuts + more.cuts,
            np.concatenate([self.weights, more.weights], axis=1),
            np.concatenate([self.gives, more.gives], axis=1),
        )

    def chosen(self, which: IntArray) -> "Pool":
        """Some of the cuts, in this order."""
        cuts = tuple(self.cuts[int(c)] for c in which)
        return Pool.made(self.family, cuts, self.weights[:, which], self.gives[:, which])

    def side(self, c: int, start: int) -> tuple[IntArray, FloatArray]:
        """Columns of the trunk in a cut's row at a start, and their factors."""
        used = np.flatnonzero(self.gives[:, c])
        shift = int(self.family.shifts(np.array([start]))[0])
        return self.family.linked[used] + shift, self.gives[used, c]

    def lacks(self, bounds: FloatArray, windows: FloatArray) -> FloatArray:
        """What branches lack at least, by each cut. (which, cuts)

        A price at a bound that is not there would prove anything; such a cut proves nothing.

        Args:
            bounds: Of the branches, without what the trunk gives. (which, bounds)
            windows: Columns of the trunk that are linked to each. (which, linked)
        """
        weights, taken = self.weights[self.used], bounds[:, self.used]
        is_there = np.isfinite(taken)
        found = np.where(is_there, taken, 0.0) @ weights - windows @ self.gives
        if not is_there.all():
            found[(~is_there).astype(np.float64) @ np.abs(weights) > 0] = -np.inf
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Constant:
    """A cut at a start in a draw, as it stands in the trunk's program."""

    fixed: float
    slopes: FloatArray
    """What first-stage columns add. (first-stage columns,)"""


def constant(
    weights: FloatArray, family: Family, table: Table, *, start: int, n_first: int
) -> Constant:
    """What a cut's row is to be at least (M15).

    Args:
        weights: What each bound counts in the cut. (bounds,)
        family: Its family.
        table: Paths of the draw.
        start: The start, by position.
        n_first: First-stage columns.
    """
    grid, moves, slopes = family.grid, table.moves, np.zeros(n_first)
    bounds = family.bounds(table.at(np.zeros(n_first)), np.array([start]))[0]
    counts = np.flatnonzero(weights)
    fixed = float(weights[counts] @ bounds[counts])
    if not np.isfinite(fixed):
        return Constant(-np.inf, slopes)
    width = int(grid.offsets.max(initial=0)) + 2
    counted = np.zeros((2, len(table.after), width))
    np.add.at(counted, (grid.is_after, grid.elements, grid.offsets + 1), weights[grid.positions])
    first = int(family.starts[start])
    windows = moves.paths[:, first : first + width]
    during = np.einsum("mt,mt->m", windows, counted[0, moves.elements])
    after = np.einsum("mt,mt->m", windows, counted[1, moves.elements])
    np.add.at(slopes, moves.columns, during * moves.during + after * moves.after)
    return Constant(fixed, slopes)
