"""What is asked about plans, and how much may be spent on the answer."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from derbes.case.entities import Case
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws

Progress = Callable[[int, int, str], None]
"""Called with how much is done, out of how much, and of what."""

GAP = 1e-3
"""How far a plan may be from the best, as a part of the cost above that without any threat."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A case with the standards and the budget that are asked for, and its futures."""

    case: Case
    """Its standards and budget are those asked for."""
    draws: Draws | None = None
    """None: central values."""
    variant: str = BASE
    lengths: tuple[int, ...] = ()
    """Lengths of the frontier's points [month]; empty: the usual ones."""
    has_frontier: bool = True
    has_more: bool = True
    """Whether costs of standards, waiting, information and other plans are wanted."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How exact, how long, by whom, and who is told."""

    gap: float = GAP
    time_limit: float | None = None
    """For everything together; None: as long as it takes. [s]"""
    n_workers: int = 1
    executor: Executor | None = None
    checkpoint: Path | None = None
    """File in which the search for the plan is kept."""
    resume: bool = False
    """Whether to go on from the checkpoint."""
    progress: Progress | None = None
