"""What every answer asks: the cheapest plan of a case that differs a little."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from derbes.case.entities import Case
from derbes.case.options import Choice
from derbes.case.uncertainty import Draws
from derbes.planning.answers.asked import Effort
from derbes.planning.decomposition import solve_plan
from derbes.planning.program import TIME_LIMIT, PlanSolution, make_problem

NOISE = 1e-9
"""Part of a cost up to which a difference of two costs is rounding noise."""
ROUGH_GAP = 1e6
"""A gap that any plan has: enough where only the existence of one is asked for."""


def dearer_by(cost: float, other: float) -> float:
    """By how much a cost is above another; nothing where that is below, or rounding noise.

    Examples:
        >>> dearer_by(120.0, 100.0), dearer_by(100.0, 120.0), dearer_by(1e9 + 1e-7, 1e9)
        (20.0, 0.0, 0.0)
    """
    above = cost - other
    return above if above > NOISE * max(abs(cost), abs(other)) else 0.0


class TimeIsOver(Exception):  # noqa: N818 - it tells of no error
    """The time limit was reached before an answer was found."""


@dataclass(frozen=True, slots=True)
class Found:
    """The cheapest plan of a case, or that there is none."""

    feasible: bool
    """Whether all wishes can hold together."""
    cost: float = 0.0
    """[money]"""
    bound: float = 0.0
    """[money]"""
    decided: tuple[Choice, ...] = ()
    shortfalls: Mapping[str, float] = field(default_factory=dict)
    """Standard → demand that is left unmet. [unit of the uses]"""


class Solve(Protocol):
    """A way to find the cheapest plan of a case."""

    def __call__(self, case: Case, *, is_rough: bool = False) -> Found:
        """The cheapest plan.

        Args:
            case: The case, as changed for a question.
            is_rough: Whether only the existence of a plan is asked for, not the cheapest.

        Raises:
            TimeIsOver: There is no time left, or it was not enough.
        """


@dataclass(frozen=True, slots=True)
class Clock:
    """Until when answers may be computed."""

    end: float | None
    """On the clock of `time.monotonic`; None: as long as it takes. [s]"""

    @staticmethod
    def of(time_limit: float | None) -> "Clock":
        """A clock that has just begun to run."""
        return Clock(None if time_limit is None else time.monotonic() + time_limit)

    def left(self) -> float | None:
        """Time that is left; None: as much as it takes. [s]

        Raises:
            TimeIsOver: There is none.
        """
        if self.end is None:
            return None
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeIsOver
        return left


def solver_of(draws: Draws | None, effort: Effort, clock: Clock) -> Solve:
    """A way to find plans over the same futures, by the same workers, while time is left."""

    def solve(case: Case, *, is_rough: bool = False) -> Found:
        left = clock.left()
        solution = solve_plan(
            make_problem(case, draws=draws),
            gap=ROUGH_GAP if is_rough else effort.gap,
            time_limit=left,
            n_workers=effort.n_workers,
            executor=effort.executor,
        )
        if solution.status == TIME_LIMIT and not (is_rough and solution.feasible):
            raise TimeIsOver
        return found_of(solution)

    return solve


def found_of(solution: PlanSolution) -> Found:
    """What is asked about a solution again and again."""
    return Found(
        feasible=solution.feasible,
        cost=solution.cost,
        bound=solution.bound,
        decided=decided_in(solution),
        shortfalls=solution.shortfalls,
    )


def decided_in(solution: PlanSolution) -> tuple[Choice, ...]:
    """The choices of a solution that do something: one of no size does nothing."""
    return tuple(choice for choice in solution.choices if choice.size > 0.0)
