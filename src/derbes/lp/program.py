"""A linear program as a value: inspectable, testable, unknown to any solver."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of columns or rows of one kind: items x periods, item by item."""

    kind: str
    """Word for the symbol, e.g. `unmet`."""
    items: tuple[str, ...]
    first_period: int
    n_periods: int
    offset: int
    """Position of its first column or row."""

    @property
    def size(self) -> int:
        """Number of columns or rows."""
        return len(self.items) * self.n_periods

    @property
    def indices(self) -> IntArray:
        """Positions by item and period. (items, periods)"""
        flat = np.arange(self.offset, self.offset + self.size, dtype=np.int64)
        return flat.reshape(len(self.items), self.n_periods)

    def of(self, vector: FloatArray) -> FloatArray:
        """The block's part of a vector. (items, periods)"""
        rows, columns = len(self.items), self.n_periods
        return vector[self.offset : self.offset + rows * columns].reshape(rows, columns)

    def name(self, position: int) -> str:
        """Name of a column or row, e.g. `unmet(neon,3)`."""
        item, period = divmod(position - self.offset, self.n_periods)
        return f"{self.kind}({self.items[item]},{self.first_period + period})"


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is usual of each column and row, as powers of two: amounts are measured by it."""

    columns: FloatArray
    """(columns,)"""
    rows: FloatArray
    """(rows,) Empty: found from the matrix."""
    cost: float | None = None
    """What is usual of a cost of a column of its size; None: the mean of those that are not 0."""


def usual_sizes(program: "LinearProgram") -> Sizes:
    """The sizes of a program: its own, or one for all columns near its median bound."""
    sizes = program.sizes
    if sizes is not None:
        if len(sizes.rows) == program.matrix.shape[0]:
            return sizes
        return Sizes(sizes.columns, row_sizes(program.matrix, sizes.columns), sizes.cost)
    bounds = np.abs(np.concatenate([program.col_upper, program.row_lower, program.row_upper]))
    known = bounds[np.isfinite(bounds) & (bounds > 0)]
    columns = np.full(
        program.matrix.shape[1], power_of_two(np.median(known)) if len(known) else 1.0
    )
    return Sizes(columns, row_sizes(program.matrix, columns))


def row_sizes(matrix: sparse.csc_matrix, columns: FloatArray) -> FloatArray:
    """The largest entry of each row times the size of its column, as powers of two. (rows,)"""
    largest = np.zeros(matrix.shape[0])
    entries = np.abs(matrix.data) * np.repeat(columns, np.diff(matrix.indptr))
    np.maximum.at(largest, matrix.indices, entries)
    return np.asarray(power_of_two(np.where(largest > 0, largest, 1.0)), dtype=np.float64)


def parted(matrix: sparse.csc_matrix, least: int) -> tuple[IntArray, IntArray]:
    """Which part each column and row of a matrix is in: no entry joins two parts.

    An entry that is 0 joins too, since it may change.

    Args:
        matrix: The matrix.
        least: Columns of a part at least: what has fewer goes with its neighbors.
    """
    n_rows, n_columns = matrix.shape
    if n_columns < 2 * least:
        return np.zeros(n_columns, dtype=np.int64), np.zeros(n_rows, dtype=np.int64)
    n, links = n_columns + n_rows, np.ones(matrix.nnz, dtype=np.int8)
    starts = np.concatenate([matrix.indptr, np.full(n_rows, matrix.nnz)])
    graph = sparse.csr_matrix((links, matrix.indices + n_columns, starts), shape=(n, n))
    n_apart, apart = csgraph.connected_components(graph, directed=False)
    part, held, part_of = 0, 0, np.zeros(n_apart, dtype=np.int64)
    for one, size in enumerate(np.bincount(apart[:n_columns], minlength=n_apart)):
        part_of[one], held = part, held + size
        if held >= least:
            part, held = part + 1, 0
    if part > 0 and held < least:
        part_of[part_of == part] = part - 1
    return part_of[apart[:n_columns]], part_of[apart[n_columns:]]


def power_of_two(numbers: FloatArray | float) -> Any:
    """The nearest powers of two, by which nothing is rounded."""
    return 2.0 ** np.round(np.log2(numbers))


@dataclass(frozen=True, slots=True)
class LinearProgram:
    """Minimize levels in order, subject to row_lower <= A x <= row_upper and bounds."""

    name: str
    levels: tuple[str, ...]
    """Names of the objective's levels, most important first."""
    level_costs: FloatArray
    """(levels, columns)"""
    weights: FloatArray
    """Weights that usually keep the levels apart in one solve: of all columns, or of each, where
    parts have nothing to do with one another. (levels,) or (levels, columns)"""
    matrix: sparse.csc_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    columns: tuple[Block, ...]
    rows: tuple[Block, ...]
    sizes: Sizes | None = None
    """What is usual of each column and row; None: found from the bounds."""
    places: tuple[IntArray, IntArray] | None = None
    """Of a part of a program, where its columns and rows stand in the blocks; None: it is whole."""

    def part(
        self, columns: IntArray, rows: IntArray, matrix: sparse.csc_matrix | None = None
    ) -> "LinearProgram":
        """Some columns and rows of a whole program, which stand as they did.

        Args:
            columns: Which, rising.
            rows: The same.
            matrix: Their entries, where they are known.
        """
        sizes = usual_sizes(self)
        return replace(
            self,
            level_costs=self.level_costs[:, columns],
            weights=self.weights if self.weights.ndim == 1 else self.weights[:, columns],
            matrix=self.matrix[:, columns][rows] if matrix is None else matrix,
            row_lower=self.row_lower[rows],
            row_upper=self.row_upper[rows],
            col_lower=self.col_lower[columns],
            col_upper=self.col_upper[columns],
            sizes=replace(sizes, columns=sizes.columns[columns], rows=sizes.rows[rows]),
            places=(columns, rows),
        )

    @property
    def cost(self) -> FloatArray:
        """Weighted objective. (columns,)"""
        if self.weights.ndim == 1:
            return np.asarray(self.weights @ self.level_costs, dtype=np.float64)
        return np.asarray(self.weighted_costs.sum(axis=0), dtype=np.float64)

    @property
    def weighted_costs(self) -> FloatArray:
        """Each level's part of it. (levels, columns)"""
        return self.weights.reshape(len(self.levels), -1) * self.level_costs

    @property
    def even_costs(self) -> FloatArray:
        """Costs of the levels, those of each part beside what is usual of it. (levels, columns)"""
        if self.weights.ndim == 1:
            return self.level_costs
        largest = self.weights.max(axis=1, keepdims=True)
        return np.asarray(self.weighted_costs / largest, dtype=np.float64)

    def column_name(self, position: int) -> str:
        """Name of a column."""
        return _name_in(self.columns, int(self.places[0][position]) if self.places else position)

    def row_name(self, position: int) -> str:
        """Name of a row."""
        return _name_in(self.rows, int(self.places[1][position]) if self.places else position)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A program in columns, rows and costs of a size that a solver likes.

    All factors are powers of two, so that nothing is rounded.
    """

    cost: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    matrix: sparse.csc_matrix
    column_scale: FloatArray
    """By which columns were divided. (columns,)"""
    cost_scale: float
    """By which costs were divided."""


def scaled(program: LinearProgram, column_scale: FloatArray) -> Scaled:
    """The program with its columns divided by powers of two.

    Rows are divided by a power of two near their largest entry, costs by one near their
    median.

    Args:
        program: The program.
        column_scale: (columns,)
    """
    matrix = program.matrix.copy()
    matrix.data = matrix.data * np.repeat(column_scale, np.diff(matrix.indptr))
    row_scale = row_sizes(program.matrix, column_scale)
    matrix.data = matrix.data / row_scale[matrix.indices]
    cost = program.cost * column_scale
    sizes = np.abs(cost[cost != 0])
    cost_scale = float(power_of_two(np.median(sizes))) if len(sizes) else 1.0
    return Scaled(
        cost=cost / cost_scale,
        col_lower=program.col_lower / column_scale,
        col_upper=program.col_upper / column_scale,
        row_lower=program.row_lower / row_scale,
        row_upper=program.row_upper / row_scale,
        matrix=matrix,
        column_scale=column_scale,
        cost_scale=cost_scale,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of an objective, most important first, with the prices that prove them."""

    costs: FloatArray
    """(parts, columns)"""
    duals: FloatArray
    """Row duals. (parts, rows)"""


@dataclass(frozen=True, slots=True)
class Solution:
    """An optimum with its proof."""

    columns: FloatArray
    row_upper: FloatArray
    """Upper bounds of the rows of the program that was solved."""
    objective: FloatArray
    """Value of each level. (levels,)"""
    certificate: float
    """Largest relative residual found by the certificate."""
    parts: Parts
    """What the certificate looked at."""


def _name_in(blocks: Sequence[Block], position: int) -> str:
    for block in blocks:
        if block.offset <= position < block.offset + block.size:
            return block.name(position)
    msg = f"no block holds position {position}"
    raise IndexError(msg)


def stack_blocks(parts: Sequence[tuple[str, Sequence[str], int, int]]) -> tuple[Block, ...]:
    """Blocks one behind the other from (kind, items, first period, periods)."""
    blocks: list[Block] = []
    offset = 0
    for kind, items, first_period, n_periods in parts:
        blocks.append(Block(kind, tuple(items), first_period, n_periods, offset))
        offset += blocks[-1].size
    return tuple(blocks)
