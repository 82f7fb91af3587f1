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
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.everywhere.families import Family
from derbes.planning.decomposition.everywhere.tables import Table
from derbes.programs.solver.statement import IntArray

NO_PRICE = 1e-9
"""Price that counts as none, relative to the dearest worth: it is the solver's noise."""
BITS = 34
"""Bits of a price that are kept; what is cut off is far below a price that counts as none."""


@dataclass(frozen=True, slots=True)
class BranchCut:
    """Row prices of a branch."""

    family: int
    """Position among the families."""
    rows: IntArray
    """Rows of the branch that have a price."""
    prices: FloatArray
    key: bytes
    """The same for the same prices."""


def make_cut(position: int, family: Family, duals: FloatArray) -> BranchCut:
    """A cut from the row prices of a solve.

    Prices are rounded, so that those with the same key are the same to the last bit: any
    prices are a cut.
    """
    least = NO_PRICE * float(np.abs(family.cost).max(initial=1.0))
    rows = np.flatnonzero(np.abs(duals) > least).astype(np.int64)
    part, power = np.frexp(duals[rows])
    prices = np.ldexp(np.round(np.ldexp(part, BITS)), power - BITS)
    seen = b"%d" % position + rows.tobytes() + prices.tobytes()
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
    weights: sparse.csr_matrix
    """What each bound counts in each cut; products of sparse matrices are the same however
    many threads a processor has. (cuts, bounds)"""
    gives: sparse.csr_matrix
    """Factors of the trunk's columns at the first start. (cuts, linked)"""
    used: IntArray
    """Bounds that count in any of them."""
    counted: sparse.csr_matrix
    """Their weights. (cuts, used)"""

    @staticmethod
    def of(family: Family, cuts: Sequence[BranchCut] = ()) -> "Pool":
        """A pool of cuts."""
        n_bounds = 2 * family.n_rows + len(family.cost)
        weights = np.zeros((len(cuts), n_bounds))
        prices = np.zeros((len(cuts), family.n_rows))
        for c, cut in enumerate(cuts):
            weights[c] = weights_of(cut, family)
            prices[c, cut.rows] = cut.prices
        gives = sparse.csr_matrix(prices) @ family.link
        return Pool._made(family, tuple(cuts), sparse.csr_matrix(weights), gives.tocsr())

    @staticmethod
    def _made(
        family: Family,
        cuts: tuple[BranchCut, ...],
        weights: sparse.csr_matrix,
        gives: sparse.csr_matrix,
    ) -> "Pool":
        used = np.unique(weights.indices).astype(np.int64)
        return Pool(family, cuts, weights, gives, used, weights[:, used].tocsr())

    def with_more(self, cuts: Sequence[BranchCut]) -> "Pool":
        """The pool with more cuts behind its own."""
        if not cuts:
            return self
        more = Pool.of(self.family, cuts)
        return Pool._made(
            self.family,
            self.cuts + more.cuts,
            sparse.vstack([self.weights, more.weights]).tocsr(),
            sparse.vstack([self.gives, more.gives]).tocsr(),
        )

    def chosen(self, which: IntArray) -> "Pool":
        """Some of the cuts, in this order."""
        cuts = tuple(self.cuts[int(c)] for c in which)
        return Pool._made(self.family, cuts, self.weights[which], self.gives[which])

    def side(self, c: int, start: int) -> tuple[IntArray, FloatArray]:
        """Columns of the trunk in a cut's row at a start, and their factors."""
        part = slice(self.gives.indptr[c], self.gives.indptr[c + 1])
        shift = int(self.family.starts[start] - self.family.starts[0])
        return self.family.linked[self.gives.indices[part]] + shift, self.gives.data[part]

    def weights_of(self, c: int) -> FloatArray:
        """What each bound counts in a cut. (bounds,)"""
        return np.asarray(self.weights[c].toarray().ravel(), dtype=np.float64)

    def lacks(self, bounds: FloatArray, windows: FloatArray) -> FloatArray:
        """What branches lack at least, by each cut. (which, cuts)

        A price at a bound that is not there would prove anything; such a cut proves nothing.

        Args:
            bounds: Of the branches, without what the trunk gives. (which, bounds)
            windows: Columns of the trunk that are linked to each. (which, linked)
        """
        taken = bounds[:, self.used]
        is_there = np.isfinite(taken)
        found = self.counted @ np.where(is_there, taken, 0.0).T - self.gives @ windows.T
        if not is_there.all():
            found[abs(self.counted) @ (~is_there).T.astype(np.float64) > 0] = -np.inf
        return np.asarray(found.T, dtype=np.float64)


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
