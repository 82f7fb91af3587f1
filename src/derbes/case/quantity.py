"""A number that knows its unit, its range and where it comes from."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class Grade(StrEnum):
    """How good a number is."""

    OFFICIAL = "A"
    PUBLISHED = "B"
    DERIVED = "C"
    ASSUMPTION = "D"
    UNGRADED = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the case's base unit, with range, grade and source.

    A constant has an empty `steps`; a series by date holds the value of each
    step from its period on, and `value` is that of the first step.
    """

    value: float
    """Central value. [base unit]"""
    unit: str = ""
    """Base unit, e.g. `round/month`."""
    low: float | None = None
    """Lower end of the range. [base unit]"""
    high: float | None = None
    """Upper end of the range. [base unit]"""
    distribution: str = ""
    """`uniform`, `triangular`, `pert`, `lognormal`, `empirical`, `discrete` or empty."""
    parameters: tuple[float, ...] = ()
    """Parameters of the distribution: quantiles, rows or values with their weights."""
    reference: str = ""
    """Reference class whose overruns it is drawn from, where `distribution` is `reference`."""
    steps: tuple[tuple[int, float], ...] = ()
    """(period index, value) of a series by date; sorted. [base unit]"""
    grade: Grade = Grade.UNGRADED
    source: str = ""
    """Id of a fact or document."""
    why: str = ""
    """How the number or its range was reasoned."""
    path: str = ""
    """Path inside the case, e.g. `suppliers.north.price`; empty for a built-in default."""
    written: str = ""
    """The user's own words."""
    line: int = 0
    """Line in the case file, from 1; 0 when unknown."""

    @property
    def has_range(self) -> bool:
        """Whether the number is uncertain."""
        return self.low is not None or bool(self.distribution)

    def over(self, n_periods: int) -> FloatArray:
        """Value per period. (T,) [base unit]"""
        path = np.full(n_periods, float(self.value))
        for period, step in self.steps:
            path[max(period, 0) :] = step
        return path
