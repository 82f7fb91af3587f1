"""What a plan answers: the plan in words, what security costs, why something is impossible."""

from derbes.planning.answers.answer import plan_of
from derbes.planning.answers.asked import GAP, Effort, PlanRequest
from derbes.planning.answers.futures import futures_of, listing_problems
from derbes.planning.answers.money.payments import least_payment
from derbes.planning.answers.words import number_words

__all__ = [
    "GAP",
    "Effort",
    "PlanRequest",
    "futures_of",
    "least_payment",
    "listing_problems",
    "number_words",
    "plan_of",
]
