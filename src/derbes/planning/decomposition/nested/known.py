"""What a worker knows of draws that have one matrix, whatever point is looked at.

It is a function of the draws and the cuts alone, so that a worker may keep it or make it
again: the answers are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.nested.cuts import (
    BranchCut,
    bound_weights,
    constants,
    trunk_side,
)
from derbes.planning.decomposition.nested.split import Split, split_stage
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage


@dataclass(frozen=True, slots=True)
class CutRow:
    """A cut as a row of the trunk."""

    cut: BranchCut
    row: sparse.csr_matrix
    """Factors of the trunk's columns, then of what each branch lacks. (1, columns)"""
    fixed: FloatArray
    """Constant in each draw. (draws,)"""
    slopes: FloatArray
    """What first-stage columns add to it. (draws, first-stage columns)"""


class Known:
    """Draws that have one matrix, taken apart, and the cuts that were ever asked for."""

    def __init__(self, stage: SecondStage, draws: Sequence[DrawProgram]) -> None:
        self.stage = stage
        self.draws = tuple(draws)
        self.split: Split = split_stage(stage, self.draws[0])
        self._rows: dict[tuple[int, bytes, bytes], CutRow] = {}

    def rows(self, cuts: Sequence[BranchCut]) -> list[CutRow]:
        """Cuts as rows of the trunk."""
        new = [cut for cut in cuts if cut.key not in self._rows]
        if new:
            weights = bound_weights(new, self.split)
            found = [constants(weights, draw) for draw in self.draws]
            for c, cut in enumerate(new):
                self._rows[cut.key] = CutRow(
                    cut=cut,
                    row=self._row(cut),
                    fixed=np.array([fixed[c] for fixed, _slopes in found]),
                    slopes=np.array([slopes[c] for _fixed, slopes in found]),
                )
        return [self._rows[cut.key] for cut in cuts]

    def _row(self, cut: BranchCut) -> sparse.csr_matrix:
        """Row of a cut: what the branch lacks, and what the trunk gives it (M15)."""
        n = len(self.split.branches)
        side = trunk_side(cut, self.split.branches[cut.branch])
        lack = sparse.csr_matrix(([1.0], ([0], [cut.branch])), shape=(1, n))
        return sparse.hstack([side, lack]).tocsr()
