"""Questions over draws: fans, what decides, tipping values."""

from derbes.stress.answers import stress_case
from derbes.stress.asked import QUESTIONS, Asked, Target, main_measure, target_of
from derbes.stress.computed import Effort

__all__ = [
    "QUESTIONS",
    "Asked",
    "Effort",
    "Target",
    "main_measure",
    "stress_case",
    "target_of",
]
