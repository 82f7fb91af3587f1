"""Cuts at starts as rows of a trunk's program: which stand in it, and for which draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.everywhere.known import Known, Row
from derbes.planning.decomposition.everywhere.proof import begun_groups
from derbes.programs.solver.highs import BASIC, Stance
from derbes.programs.solver.statement import BoolArray, IntArray

KEPT_FOR = 6
"""Solves of a draw for which a row is kept that has no price."""


@dataclass(slots=True)
class Stances:
    """What was found out so far, to go on from; to be sent with a task."""

    rows: list[Row] = field(default_factory=list)
    """Cuts at starts that stand in the trunk."""
    ages: list[dict[int, int]] = field(default_factory=list)
    """Rows that count in each draw → solves since they last had a price."""
    trunks: list[Stance | None] = field(default_factory=list)
    """Basis of each draw."""
    branches: list[Stance | None] = field(default_factory=list)
    """Of each family, in the draw that was looked at last."""
    groups: list[list[list[IntArray]]] = field(default_factory=list)
    """Starts that were proved together in each draw, by family."""

    @staticmethod
    def begin(known: Known) -> "Stances":
        """Nothing is known."""
        n, n_families = len(known.draws), len(known.families)
        nothing: list[dict[int, int]] = [{} for _draw in range(n)]
        groups = [[begun_groups(family) for family in known.families] for _draw in range(n)]
        return Stances([], nothing, [None] * n, [None] * n_families, groups)

    def pruned(self, known: Known) -> "Stances":
        """Without the rows that count in no draw and stand in no basis."""
        if not self.rows:
            return self
        first = known.n_trunk + known.n_branches + known.draws[0].program.matrix.shape[0]
        needed = np.zeros(len(self.rows), dtype=np.bool_)
        for ages in self.ages:
            needed[list(ages)] = True
        for stance in self.trunks:
            if stance is not None:
                own = stance[first:]
                needed[: len(own)] |= own != BASIC
        place = np.cumsum(needed) - 1
        return Stances(
            rows=[row for row, is_needed in zip(self.rows, needed, strict=True) if is_needed],
            ages=[{int(place[r]): age for r, age in ages.items()} for ages in self.ages],
            trunks=[_without(stance, first, needed) for stance in self.trunks],
            branches=self.branches,
            groups=self.groups,
        )


def _without(stance: Stance | None, first: int, needed: BoolArray) -> Stance | None:
    if stance is None:
        return None
    own = stance[first:]
    return np.concatenate([stance[:first], own[needed[: len(own)]]])


class TrunkRows:
    """The trunk's matrix with the rows of cuts, and which of them count in a draw."""

    def __init__(self, known: Known, stances: Stances) -> None:
        self._known, self.stances = known, stances
        self._stacks: dict[int, tuple[tuple[int, ...], FloatArray, FloatArray]] = {}
        self._places = {(cut.key, s): r for r, (cut, s) in enumerate(stances.rows)}
        trunk = known.draws[0].program.matrix
        lacks = sparse.csr_matrix((trunk.shape[0], known.n_branches))
        top = sparse.hstack([trunk, lacks])
        self.matrix = sparse.vstack([top, self._stacked(stances.rows)]).tocsr()
        self.transposed = self.matrix.T.tocsr()

    def _stacked(self, rows: Sequence[Row]) -> sparse.csr_matrix:
        sides = [self._known.side(row) for row in rows]
        ends = np.cumsum([0, *(len(columns) for columns, _factors in sides)])
        columns = np.concatenate([np.zeros(0, dtype=np.int64), *(side[0] for side in sides)])
        factors = np.concatenate([np.zeros(0), *(side[1] for side in sides)])
        shape = (len(rows), self._known.n_trunk + self._known.n_branches)
        return sparse.csr_matrix((factors, columns, ends), shape=shape)

    def join(self, position: int, rows: Sequence[Row]) -> tuple[bool, sparse.csr_matrix | None]:
        """Let rows count in a draw.

        Returns:
            Whether any did not before, and the rows that are new to the program.
        """
        ages, new = self.stances.ages[position], list[Row]()
        n_before = len(ages)
        for row in rows:
            key = (row[0].key, row[1])
            if key not in self._places:
                self._places[key] = len(self.stances.rows)
                self.stances.rows.append(row)
                new.append(row)
            ages.setdefault(self._places[key], 0)
        has_new = len(ages) > n_before
        if not new:
            return has_new, None
        more = self._stacked(new)
        self.matrix = sparse.vstack([self.matrix, more]).tocsr()
        self.transposed = self.matrix.T.tocsr()
        return has_new, more

    def least(self, position: int, values: FloatArray) -> FloatArray:
        """Lower bounds of the rows in a draw; those that do not count have none. (rows,)"""
        least = np.full(len(self.stances.rows), -np.inf)
        which, fixed, slopes = self._constants(position)
        least[which] = fixed + np.einsum("rj,j->r", slopes, values)
        return least

    def slope(self, position: int, prices: FloatArray) -> FloatArray:
        """What prices of the rows add to a slope. (first-stage columns,)"""
        which, _fixed, slopes = self._constants(position)
        found: FloatArray = np.einsum("r,rj->j", np.maximum(prices[which], 0.0), slopes)
        return found

    def _constants(self, position: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Rows that count in a draw, their constants, and what first-stage columns add."""
        which = tuple(self.stances.ages[position])
        known = self._stacks.get(position)
        if known is None or known[0] != which:
            ones = [self._known.constant(position, self.stances.rows[r]) for r in which]
            fixed = np.array([one.fixed for one in ones])
            slopes = np.array([one.slopes for one in ones]).reshape(len(which), self._known.n_first)
            known = self._stacks[position] = which, fixed, slopes
        return np.array(which, dtype=np.int64), known[1], known[2]

    def grow_older(self, position: int, prices: FloatArray) -> None:
        """Note which rows have a price; those without one for long no longer count.

        Args:
            position: The draw.
            prices: Prices of the rows. (rows,)
        """
        ages = self.stances.ages[position]
        for r, age in list(ages.items()):
            ages[r] = 0 if prices[r] > 0.0 else age + 1
            if ages[r] > KEPT_FOR:
                del ages[r]
