"""Periods of a case and the months they stand for."""

from dataclasses import dataclass
from enum import IntEnum

MONTHS_A_YEAR = 12


class Step(IntEnum):
    """Length of a period. [month]"""

    MONTH = 1
    QUARTER = 3
    YEAR = 12


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods of a case.

    Examples:
        >>> calendar = Calendar(first_year=2026, first_month=1, n_periods=24)
        >>> calendar.label(13), calendar.index(2027, 2)
        ('2027-02', 13)
    """

    first_year: int
    first_month: int
    n_periods: int
    step: Step = Step.MONTH
    after: str = ""
    """How every series goes on behind the last period: `repeat`, `hold` or empty."""

    def month_of(self, period: int) -> tuple[int, int]:
        """Year and month in which a period starts."""
        months = self.first_year * MONTHS_A_YEAR + self.first_month - 1 + period * self.step
        return months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1

    def label(self, period: int) -> str:
        """ISO month in which a period starts, e.g. `2027-02`."""
        year, month = self.month_of(period)
        return f"{year:04d}-{month:02d}"

    def index(self, year: int, month: int) -> int:
        """Period that holds a month; negative before the first, may lie past the last."""
        months = (year - self.first_year) * MONTHS_A_YEAR + month - self.first_month
        return months // self.step

    def index_of(self, label: str) -> int:
        """Period that holds an ISO month such as `2027-02`."""
        year, month = label.split("-")[:2]
        return self.index(int(year), int(month))

    def periods(self, months: float) -> int:
        """Whole periods that a time takes; a part of a period counts as one. [period]"""
        return int(-(-round(months, 9) // self.step))

    @property
    def labels(self) -> tuple[str, ...]:
        """ISO months of all periods."""
        return tuple(self.label(period) for period in range(self.n_periods))
