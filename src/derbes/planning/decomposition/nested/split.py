"""A second stage taken apart: its trunk, and each branch with what leads to the trunk.

Rows of the trunk hold columns of the trunk only; rows of a branch hold its own columns and
those of the trunk.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.planning.program.supply.branches import BranchShape
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage
from derbes.programs.solver.statement import Block, LinearProgram


@dataclass(frozen=True, slots=True)
class Part:
    """Runs of columns and of rows of a second stage."""

    name: str
    columns: slice
    rows: slice

    def bounds_at(self, n_rows: int) -> tuple[slice, slice, slice]:
        """Where its bounds stand: lower of rows, upper of rows, upper of columns."""
        upper = slice(self.rows.start + n_rows, self.rows.stop + n_rows)
        columns = slice(self.columns.start + 2 * n_rows, self.columns.stop + 2 * n_rows)
        return self.rows, upper, columns

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return int(self.columns.stop - self.columns.start)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.rows.stop - self.rows.start)


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch as a program of its own."""

    part: Part
    matrix: sparse.csc_matrix
    """Its rows, its columns."""
    link: sparse.csr_matrix
    """Its rows, the trunk's columns."""
    cost: FloatArray
    """Worth of what falls short. (columns,) [money/unit]"""


@dataclass(frozen=True, slots=True)
class Split:
    """A second stage taken apart."""

    n_rows: int
    """Rows of the whole second stage."""
    trunk: Part
    matrix: sparse.csc_matrix
    """The trunk's rows and columns."""
    branches: tuple[Branch, ...]


def split_parts(stage: SecondStage) -> tuple[Part, tuple[Part, ...]]:
    """Runs of the trunk and of each branch."""
    columns = [_first(stage.places.columns, shape) for shape in stage.branches]
    rows = [_first(stage.places.rows, shape) for shape in stage.branches]
    columns.append(stage.places.n_columns)
    rows.append(stage.places.n_rows)
    trunk = Part("trunk", slice(0, columns[0]), slice(0, rows[0]))
    return trunk, tuple(
        Part(
            shape.name,
            slice(columns[b], columns[b + 1]),
            slice(rows[b], rows[b + 1]),
        )
        for b, shape in enumerate(stage.branches)
    )


def _first(blocks: tuple[Block, ...], shape: BranchShape) -> int:
    """Where the first block of a branch begins."""
    return next(block.offset for block in blocks if block.kind.endswith(f"_{shape.name}"))


def split_stage(stage: SecondStage, draw: DrawProgram) -> Split:
    """A second stage with the matrix of a draw taken apart."""
    trunk, parts = split_parts(stage)
    by_row = draw.matrix.tocsr()
    branches = []
    for part in parts:
        rows = by_row[part.rows]
        branches.append(
            Branch(
                part=part,
                matrix=rows[:, part.columns].tocsc(),
                link=rows[:, trunk.columns].tocsr(),
                cost=stage.hard[part.columns],
            )
        )
    return Split(
        n_rows=stage.places.n_rows,
        trunk=trunk,
        matrix=by_row[trunk.rows][:, trunk.columns].tocsc(),
        branches=tuple(branches),
    )


Bounds = tuple[FloatArray, FloatArray, FloatArray]
"""Lower and upper bounds of rows, upper bounds of columns."""


def as_program(
    name: str, matrix: sparse.csc_matrix, cost: FloatArray, bounds: Bounds
) -> LinearProgram:
    """A part as a program of one level."""
    n_rows, n_columns = matrix.shape
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
    )
