"""Verdicts over draws: truth, words, tipping values, scores, and their history."""

from derbes.statements.verdicts.futures import Sampling
from derbes.statements.verdicts.judging import Judge, Judged
from derbes.statements.verdicts.sampling import Sampler, Truths, levels_of
from derbes.statements.verdicts.scores import brier_score, implied_probability, scores_of
from derbes.statements.verdicts.tipping import (
    Central,
    Effort,
    flips_of,
    questions_of,
    variants_that_flip,
)

__all__ = [
    "Central",
    "Effort",
    "Judge",
    "Judged",
    "Sampler",
    "Sampling",
    "Truths",
    "brier_score",
    "flips_of",
    "implied_probability",
    "levels_of",
    "questions_of",
    "scores_of",
    "variants_that_flip",
]
