"""Where columns, rows and bounds of a second stage stand."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.programs.solver.statement import Block, IntArray


@dataclass(frozen=True, slots=True)
class Places:
    """Blocks of columns and rows, found by their kind."""

    columns: tuple[Block, ...]
    rows: tuple[Block, ...]
    _columns_by_kind: dict[str, Block] = field(init=False, repr=False, compare=False)
    _rows_by_kind: dict[str, Block] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_kind = {block.kind: block for block in reversed(self.columns)}
        object.__setattr__(self, "_columns_by_kind", by_kind)
        object.__setattr__(self, "_rows_by_kind", {b.kind: b for b in reversed(self.rows)})

    def column(self, kind: str) -> Block:
        """Block of columns of a kind."""
        return self._columns_by_kind[kind]

    def row(self, kind: str) -> Block:
        """Block of rows of a kind."""
        return self._rows_by_kind[kind]

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.columns[-1].offset + self.columns[-1].size

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.rows[-1].offset + self.rows[-1].size


@dataclass(frozen=True, slots=True)
class Vectors:
    """Bounds and money of a draw while they are being written; all columns are at least 0."""

    row_lower: FloatArray
    row_upper: FloatArray
    col_upper: FloatArray
    money: FloatArray

    @staticmethod
    def free(places: Places) -> "Vectors":
        """No bounds, no money."""
        return Vectors(
            row_lower=np.full(places.n_rows, -np.inf),
            row_upper=np.full(places.n_rows, np.inf),
            col_upper=np.full(places.n_columns, np.inf),
            money=np.zeros(places.n_columns),
        )


@dataclass(slots=True)
class Reach:
    """How far first-stage columns reach into the bounds of a draw, while it is collected.

    Bounds stand one behind the other: lower of the rows, upper of the rows, upper of the
    columns.
    """

    places: Places
    at: list[IntArray] = field(default_factory=list)
    by: list[IntArray] = field(default_factory=list)
    amounts: list[FloatArray] = field(default_factory=list)

    def _add(self, positions: IntArray, column: int, amounts: FloatArray) -> None:
        moved = np.flatnonzero(amounts)
        if len(moved):
            self.at.append(np.asarray(positions, dtype=np.int64)[moved])
            self.by.append(np.full(len(moved), column, dtype=np.int64))
            self.amounts.append(amounts[moved])

    def row_lower(self, rows: IntArray, column: int, amounts: FloatArray) -> None:
        """The column at 1 adds amounts to lower bounds of rows."""
        self._add(rows, column, amounts)

    def row_upper(self, rows: IntArray, column: int, amounts: FloatArray) -> None:
        """The column at 1 adds amounts to upper bounds of rows."""
        self._add(rows + self.places.n_rows, column, amounts)

    def col_upper(self, columns: IntArray, column: int, amounts: FloatArray) -> None:
        """The column at 1 adds amounts to upper bounds of columns."""
        self._add(columns + 2 * self.places.n_rows, column, amounts)

    def matrix(self, n_columns: int) -> sparse.csr_matrix:
        """Change of each bound for each first-stage column at 1. (bounds, columns)"""
        shape = (2 * self.places.n_rows + self.places.n_columns, n_columns)
        if not self.at:
            return sparse.csr_matrix(shape)
        entries = (np.concatenate(self.amounts), (np.concatenate(self.at), np.concatenate(self.by)))
        return sparse.coo_matrix(entries, shape=shape).tocsr()
