"""How well predictions did: Brier scores by speaker, and calibration."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from derbes.case.ledger import Statement, StatementKind
from derbes.results.statements import CalibrationBin, Predictions, SpeakerScore, StatementRow
from derbes.statements.verdicts.wording import PLAIN_FUTURE, cue_probability

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Edges of the bins of claimed probability."""


def implied_probability(statement: Statement) -> float | None:
    """The probability that a prediction claims: as written, by its cue, or as said flatly."""
    if statement.probability is not None:
        return statement.probability
    if statement.kind is not StatementKind.PREDICTION:
        return None
    if not statement.cue:
        return PLAIN_FUTURE
    return cue_probability(statement.cue)


def brier_score(probability: float | None, outcome: str | None) -> float | None:
    """(probability - outcome) squared (Brier 1950); None where nothing is resolved.

    Examples:
        >>> brier_score(0.75, "yes"), brier_score(0.95, "void")
        (0.0625, None)
    """
    if probability is None or outcome not in {"yes", "no"}:
        return None
    return (probability - (1.0 if outcome == "yes" else 0.0)) ** 2


def scores_of(rows: Sequence[StatementRow]) -> Predictions:
    """Scores by speaker, most predictions first, and calibration over all of them."""
    mine = [row for row in rows if row.probability is not None or row.outcome is not None]
    speakers = sorted({row.holder for row in mine})
    scores = [_score(name, [row for row in mine if row.holder == name]) for name in speakers]
    scores.sort(key=lambda score: (-score.n_predictions, score.speaker))
    return Predictions(tuple(scores), calibration_of(mine))


def _score(speaker: str, rows: Sequence[StatementRow]) -> SpeakerScore:
    resolved = [row.brier for row in rows if row.brier is not None]
    return SpeakerScore(
        speaker=speaker,
        n_predictions=len(rows),
        n_resolved=sum(row.outcome in {"yes", "no"} for row in rows),
        n_void=sum(row.outcome == "void" for row in rows),
        brier=float(np.mean(resolved)) if resolved else None,
    )


def calibration_of(rows: Sequence[StatementRow]) -> tuple[CalibrationBin, ...]:
    """Resolved predictions by what they claimed; empty bins are left out."""
    pairs = [
        (row.probability, row.outcome == "yes")
        for row in rows
        if row.probability is not None and row.outcome in {"yes", "no"}
    ]
    found = []
    for low, high in pairwise(EDGES):
        inside = [(p, came) for p, came in pairs if low <= p < high or (p == high == EDGES[-1])]
        if inside:
            claimed, came = zip(*inside, strict=True)
            found.append(
                CalibrationBin(
                    low, high, len(inside), float(np.mean(claimed)), float(np.mean(came))
                )
            )
    return tuple(found)
