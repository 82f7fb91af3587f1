"""Whether the branches of a family lack nothing: many starts proved by one program.

A branch with bounds at least as tight as those of several others has all their troubles:
where it lacks nothing, none of them does. Where it does, its prices may show for which of
them they are right; else the starts are parted and looked at apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.everywhere.cuts import BranchCut, make_cut, weights_of
from derbes.planning.decomposition.everywhere.families import Family
from derbes.programs.solver.highs import Session, Stance
from derbes.programs.solver.statement import Block, IntArray, LinearProgram, Sizes

LACKS = 1e-6
"""What a branch may lack beyond what is known, as part of the worth of its dearest period."""
Bounds = tuple[FloatArray, FloatArray, FloatArray]
"""Lower and upper bounds of rows, upper bounds of columns."""
TOGETHER = 8
"""Starts that are looked at together before anything is known."""


@dataclass(slots=True)
class Proof:
    """What looking at a family gave."""

    cuts: list[tuple[BranchCut, FloatArray]] = field(default_factory=list)
    """Cuts, with what each start lacks by them beyond what is known. (S,)"""
    missed: dict[int, FloatArray] = field(default_factory=dict)
    """Start, by position → what its uses miss, by period. [unit]"""
    groups: list[IntArray] = field(default_factory=list)
    """Starts that were looked at together."""


def begun_groups(family: Family) -> list[IntArray]:
    """Starts that are looked at together before anything is known."""
    n = len(family.starts)
    return [np.arange(s, min(s + TOGETHER, n)) for s in range(0, n, TOGETHER)]


def may_lack(family: Family, bounds: FloatArray) -> FloatArray:
    """What each start may lack beyond what is known. (S,) [worth]

    Args:
        family: The family.
        bounds: Of its branches. (S, bounds)
    """
    worth = np.flatnonzero(family.cost > 0)
    closed = bounds[:, 2 * family.n_rows + worth]
    return np.asarray(LACKS * (family.cost[worth] * closed).max(axis=1, initial=0.0))


class Prover:
    """The branch of a family in the solver; it stays there from start to start."""

    def __init__(self, position: int, family: Family, stance: Stance | None) -> None:
        self.position, self.family = position, family
        self._begun = stance
        self._session: Session | None = None

    @property
    def stance(self) -> Stance | None:
        """The last basis; what it began with where nothing was solved."""
        return self._begun if self._session is None else self._session.stance()

    def look(self, bounds: FloatArray, told: FloatArray, groups: Sequence[IntArray]) -> Proof:
        """Look at all starts; at those that are known to lack something last, one by one.

        Args:
            bounds: Of the branches, with what the trunk gives taken off. (S, bounds)
            told: What is known that each lacks. (S,) [worth]
            groups: Starts that are looked at together to begin with.
        """
        proof, lacking = Proof(), told > 0.0
        left = [group[~lacking[group]] for group in reversed(groups)]
        left = [group for group in left if len(group)]
        while left:
            group = left.pop()
            parts = self._look_at(group, bounds, told, proof)
            left += parts
            if not parts:
                proof.groups.append(group)
        alone = [np.array([s], dtype=np.int64) for s in np.flatnonzero(lacking)]
        for group in alone if not proof.cuts else ():
            self._look_at(group, bounds, told, proof)
        proof.groups += alone
        return proof

    def _look_at(
        self, group: IntArray, bounds: FloatArray, told: FloatArray, proof: Proof
    ) -> list[IntArray]:
        """Prove a group, or find a cut; what is left to be looked at."""
        family, allowed = self.family, may_lack(self.family, bounds)
        found = self._solved(self._tightest(bounds[group]))
        lack = float(family.cost @ found)
        if len(group) == 1 and lack > allowed[group[0]]:
            proof.missed[int(group[0])] = found[family.cost > 0]
        if lack <= told[group].max() + allowed[group].min():
            return []
        cut = make_cut(self.position, family, self._duals())
        weights = weights_of(cut, family)
        used = np.flatnonzero(weights)
        beyond = np.full(len(told), -np.inf)
        lacks = np.einsum("sb,b->s", bounds[np.ix_(group, used)], weights[used])
        beyond[group] = lacks - told[group] - allowed[group]
        if (beyond > 0.0).any():
            proof.cuts.append((cut, beyond))
            return []
        if len(group) == 1:
            return []
        return [group[len(group) // 2 :], group[: len(group) // 2]]

    def _tightest(self, bounds: FloatArray) -> Bounds:
        """The tightest of all bounds, one by one.

        What may be missed is the exception: it is as wide as the widest, so that what
        the tightest branch misses it can miss.
        """
        m, worth = self.family.n_rows, self.family.cost > 0
        closed = bounds[:, 2 * m :]
        upper = np.where(worth, closed.max(axis=0), closed.min(axis=0))
        return bounds[:, :m].max(axis=0), bounds[:, m : 2 * m].min(axis=0), upper

    def _solved(self, bounds: Bounds) -> FloatArray:
        lower, upper, closed = bounds
        if self._session is None:
            family, name = self.family, f"branch of {self.family.standard}"
            self._session = Session(
                as_program(name, family.matrix, family.cost, bounds, usual=family.usual)
            )
            if self._begun is not None:
                self._session.stand(self._begun)
        else:
            self._session.set_row_bounds(lower, upper)
            self._session.set_column_bounds(np.zeros(len(closed)), closed)
        return np.maximum(self._session.run(), 0.0)

    def _duals(self) -> FloatArray:
        if self._session is None:
            raise ValueError("nothing was solved")
        return self._session.row_duals()


def as_program(
    name: str,
    matrix: sparse.csc_matrix,
    cost: FloatArray,
    bounds: Bounds,
    *,
    usual: FloatArray,
) -> LinearProgram:
    """A part of the second stage as a program of one level."""
    n_rows, n_columns = len(bounds[0]), len(cost)
    return LinearProgram(
        name=name,
        levels=("cost",),
        level_costs=cost[None, :],
        weights=np.ones(1),
        matrix=matrix,
        row_lower=bounds[0],
        row_upper=bounds[1],
        col_lower=np.zeros(n_columns),
        col_upper=bounds[2],
        columns=(Block("column", (name,), 0, n_columns, 0),),
        rows=(Block("row", (name,), 0, n_rows, 0),),
        sizes=Sizes(usual, np.zeros(0)),
    )
