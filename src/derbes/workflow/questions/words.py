"""What a user asks over draws, as it is written."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypedDict

STRESS_QUESTIONS = (
    "survive",
    "ended",
    "leverage",
    "hazards",
    "fans",
    "decides",
    "tipping",
)
"""Names of the questions."""
DRAW_METHODS = ("sobol", "latin", "random", "all")
"""Ways to draw."""
STRESS_DRAWS = 1000
"""Draws by the rule, unless told otherwise."""
STRESS_SOLVED = 32
"""Draws that are solved as programs too, unless told otherwise."""


class StressWords(TypedDict, total=False):
    """What is asked for; what is left out is as the verb says."""

    variants: Sequence[str]
    measures: Sequence[str]
    """Empty: the case's main measure."""
    starts: str | Sequence[str]
    lengths: Sequence[int]
    """[month]"""
    questions: Sequence[str]
    """Empty: all that the case can answer."""
    draws: int
    solved: int
    seed: int
    method: str


class StressEffort(TypedDict, total=False):
    """Who does the work, and where it is kept."""

    store: Path | str | None
    resume: bool
    executor: Executor | str | None
    n_workers: int
    progress: Callable[[int, int, str], None] | None
