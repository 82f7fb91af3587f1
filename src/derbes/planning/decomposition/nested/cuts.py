r"""Cuts for branches: what a branch lacks at least, whatever the trunk and the first stage do.

(M15) lack[b] >= y+ (row_lower + R x) + y- (row_upper + R' x) + d- (col_upper + U x) - y link v
for any row prices y of the branch's program, d = worth - y matrix: weak duality. Prices
found in one draw are prices in every draw with the same matrix; only the constants differ.

Symbols: b branch, v columns of the trunk, x first stage, y+ and y- the positive and negative
part, d reduced costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.nested.split import Branch, Split
from derbes.planning.program.supply.second_stage import DrawProgram
from derbes.programs.solver.statement import IntArray

NO_PRICE = 1e-9
"""Price that counts as none, relative to the dearest worth: it is the solver's noise."""


@dataclass(frozen=True, slots=True)
class BranchCut:
    """Row prices of a branch."""

    branch: int
    """Position among the branches."""
    rows: IntArray
    """Rows of the branch that have a price."""
    prices: FloatArray

    @property
    def key(self) -> tuple[int, bytes, bytes]:
        """The same for the same prices, up to noise."""
        return self.branch, self.rows.tobytes(), self.prices.astype(np.float32).tobytes()


def make_cut(position: int, branch: Branch, duals: FloatArray) -> BranchCut:
    """A cut from the row prices of a solve."""
    least = NO_PRICE * float(np.abs(branch.cost).max(initial=1.0))
    rows = np.flatnonzero(np.abs(duals) > least).astype(np.int64)
    return BranchCut(position, rows, duals[rows])


def trunk_side(cut: BranchCut, branch: Branch) -> sparse.csr_matrix:
    """Factors of the trunk's columns in a cut's row. (1, columns)"""
    return sparse.csr_matrix(cut.prices[None, :]) @ branch.link[cut.rows]


def bound_weights(cuts: Sequence[BranchCut], split: Split) -> sparse.csc_matrix:
    """What each bound of the second stage counts in each cut's constant. (bounds, cuts)"""
    at: list[IntArray] = []
    by: list[IntArray] = []
    weights: list[FloatArray] = []
    for c, cut in enumerate(cuts):
        branch = split.branches[cut.branch]
        lower, upper, columns = branch.part.bounds_at(split.n_rows)
        reduced = branch.cost - branch.matrix[cut.rows].T @ cut.prices
        closed = np.flatnonzero(reduced < -NO_PRICE * float(np.abs(branch.cost).max(initial=1.0)))
        is_lower = cut.prices > 0
        at += [
            cut.rows[is_lower] + lower.start,
            cut.rows[~is_lower] + upper.start,
            closed + columns.start,
        ]
        weights += [cut.prices[is_lower], cut.prices[~is_lower], reduced[closed]]
        by.append(np.full(len(cut.rows) + len(closed), c, dtype=np.int64))
    n_bounds = 2 * split.n_rows + (split.branches[-1].part.columns.stop if split.branches else 0)
    places = (np.concatenate(weights), (np.concatenate(at), np.concatenate(by)))
    return sparse.coo_matrix(places, shape=(n_bounds, len(cuts))).tocsc()


def constants(weights: sparse.csc_matrix, draw: DrawProgram) -> tuple[FloatArray, FloatArray]:
    """Constant of each cut in a draw, and what first-stage columns add. (cuts,), (cuts, columns)

    A price at a bound that is not there would prove anything; such a cut proves nothing.
    """
    bounds = np.concatenate([draw.row_lower, draw.row_upper, draw.col_upper])
    used = np.unique(weights.indices)
    is_there = np.isfinite(bounds[used])
    finite = np.where(is_there, bounds[used], 0.0)
    part = weights[used]
    fixed = np.asarray(part.T @ finite, dtype=np.float64)
    missing = np.abs(part[~is_there]).sum(axis=0)
    fixed[np.asarray(missing).ravel() > 0] = -np.inf
    slopes = (part.T @ draw.reach[used]).toarray()
    return fixed, np.asarray(slopes, dtype=np.float64)
