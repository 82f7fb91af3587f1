"""Columns and rows of the first stage as values, and what is chosen at a point."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.programs.solver.statement import BoolArray

STEP, CHOSEN, PART, EXCUSE = "step", "chosen", "part", "excuse"
CHOSEN_AT = 0.5
"""Value of a whole-numbered column from which it counts as chosen."""
SIZE_TOLERANCE = 1e-9
"""Part of the largest size up to which a continuous size is none."""


@dataclass(frozen=True, slots=True)
class FirstColumn:
    """One column: an option at a date."""

    kind: str
    """`step`: a size is chosen; `chosen`: a date is; `part`: part of the largest size at it;
    `excuse`: a draw in which a standard need not hold."""
    option: str = ""
    date: int = 0
    size: float = 0.0
    """Size when the column is 1."""
    standard: str = ""
    draw: int = -1

    @property
    def counts(self) -> bool:
        """Whether the option is chosen when the column is 1."""
        return self.kind in (STEP, CHOSEN)

    @property
    def name(self) -> str:
        """Name of the column, e.g. `north_6_s2`."""
        if self.kind == EXCUSE:
            return f"{self.standard}_draw{self.draw}"
        size = f"_{self.size:g}".replace(".", "p") if self.kind == STEP else ""
        part = "_part" if self.kind == PART else ""
        return f"{self.option}_{self.date}{size}{part}"


@dataclass(frozen=True, slots=True)
class FirstRow:
    """One row, with the wish that it states."""

    kind: str
    """`one_choice`, `part_of`, `least_part`, `excludes`, `requires`, `limit`, `budget_total`,
    `budget_year`, `foreign_total`, `in_draws`."""
    subject: str
    """Option, limit, year or standard; two options are parted by a space."""
    lower: float
    upper: float

    @property
    def name(self) -> str:
        """Name for a reader, e.g. `budget 2027`, `option a excludes b`."""
        kind = {"budget_year": "budget", "budget_total": "budget"}.get(self.kind, self.kind)
        if self.kind in ("excludes", "requires"):
            one, other = self.subject.split(" ")
            return f"option {one} {self.kind} {other}"
        return f"{kind} {self.subject}".strip()


@dataclass(frozen=True, slots=True)
class FirstStage:
    """Columns and rows of what is decided before anything is seen."""

    columns: tuple[FirstColumn, ...]
    lower: FloatArray
    upper: FloatArray
    is_whole: BoolArray
    """Columns that must be whole numbers. (columns,)"""
    cost: FloatArray
    """Discounted cost of each column at 1, in the central case. (columns,) [money]"""
    paid: FloatArray
    """Payments of each column at 1, by period, not discounted. (columns, H) [money]"""
    foreign: FloatArray
    """The part of them in foreign currency. (columns, H) [money]"""
    rows: tuple[FirstRow, ...]
    matrix: sparse.csr_matrix
    """(rows, columns)"""

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.columns)

    @property
    def row_lower(self) -> FloatArray:
        """(rows,)"""
        return np.array([row.lower for row in self.rows], dtype=np.float64)

    @property
    def row_upper(self) -> FloatArray:
        """(rows,)"""
        return np.array([row.upper for row in self.rows], dtype=np.float64)

    def choices(self, values: FloatArray) -> tuple[Choice, ...]:
        """What is chosen at a point, in the order of the case."""
        found = []
        parts = {
            (c.option, c.date): c.size * float(v)
            for c, v in zip(self.columns, values, strict=True)
            if c.kind == PART
        }
        for column, value in zip(self.columns, values, strict=True):
            key = (column.option, column.date)
            if column.kind == STEP and value > CHOSEN_AT:
                found.append(Choice(column.option, column.date, column.size))
            elif column.kind == CHOSEN:
                size = parts.pop(key)
                if value > CHOSEN_AT and (self._is_size(key, size) or self._is_asked(key[0])):
                    found.append(Choice(column.option, column.date, size))
        without = {key: size for key, size in parts.items() if self._is_size(key, size)}
        return (*found, *(Choice(o, d, size) for (o, d), size in without.items()))

    def values(self, choices: tuple[Choice, ...]) -> FloatArray:
        """The point at which some choices are made. (columns,)

        Raises:
            KeyError: A choice has no column: no such option, date or size.
        """
        values = np.zeros(self.n_columns)
        for choice in choices:
            at = [
                j
                for j, c in enumerate(self.columns)
                if (c.option, c.date) == (choice.option, choice.date)
                and (c.kind != STEP or np.isclose(c.size, choice.size))
            ]
            if not at:
                raise KeyError(f"{choice.option} at {choice.date} of size {choice.size}")
            for j in at:
                column = self.columns[j]
                values[j] = choice.size / column.size if column.kind == PART else 1.0
        return values

    def _is_size(self, key: tuple[str, int], size: float) -> bool:
        """Whether a size is more than the solver's rounding."""
        largest = max(c.size for c in self.columns if (c.option, c.date) == key)
        return size > SIZE_TOLERANCE * max(1.0, largest)

    def _is_asked(self, option: str) -> bool:
        """Whether an option is committed, so that it is chosen whatever its size."""
        return any(
            row.kind == "one_choice" and row.subject == option and row.lower > 0.0
            for row in self.rows
        )
