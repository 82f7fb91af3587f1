"""How well predictions did: Brier scores by speaker, and calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    """Scores by speaker, most predictions first, and calibration over all of them.

    A prediction is scored once its day is over: those that came early were chosen by their
    outcome, and so are not averaged alone. What is void or expired stays out.
    """
    mine = [row for row in rows if row.probability is not None or row.outcome is not None]
    speakers = sorted({row.holder for row in mine})
    scores = [_score(name, [row for row in mine if row.holder == name]) for name in speakers]
    scores.sort(key=lambda score: (-score.n_predictions, score.speaker))
    return Predictions(tuple(scores), calibration_of(mine))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Predictions by what became of them; every one stands in one place."""

    resolved: list[StatementRow] = field(default_factory=list)
    undecided: list[StatementRow] = field(default_factory=list)
    """Due, and nothing decides them."""
    early: list[StatementRow] = field(default_factory=list)
    open: list[StatementRow] = field(default_factory=list)
    void: list[StatementRow] = field(default_factory=list)
    expired: list[StatementRow] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Sequence[StatementRow]) -> "_Sorted":
        found = cls()
        for row in rows:
            found._place(row).append(row)
        return found

    def _place(self, row: StatementRow) -> list[StatementRow]:
        if row.outcome == "void":
            return self.void
        if row.verdict == "expired":
            return self.expired
        if row.outcome in {"yes", "no"}:
            return self.resolved if row.is_due else self.early
        return self.undecided if row.is_due else self.open


def _score(speaker: str, rows: Sequence[StatementRow]) -> SpeakerScore:
    found = _Sorted.of(rows)
    brier = [row.brier for row in found.resolved if row.brier is not None]
    claimed = [row.probability for row in found.undecided if row.probability is not None]
    best = [min(p, 1.0 - p) ** 2 for p in claimed]
    worst = [max(p, 1.0 - p) ** 2 for p in claimed]
    return SpeakerScore(
        speaker=speaker,
        n_predictions=len(rows),
        n_due=len(found.resolved) + len(found.undecided),
        n_resolved=len(found.resolved),
        n_early=len(found.early),
        n_open=len(found.open),
        n_void=len(found.void),
        n_expired=len(found.expired),
        brier=_mean(brier),
        brier_low=_mean([*brier, *best]),
        brier_high=_mean([*brier, *worst]),
    )


def _mean(numbers: Sequence[float]) -> float | None:
    return float(np.mean(numbers)) if numbers else None


def calibration_of(rows: Sequence[StatementRow]) -> tuple[CalibrationBin, ...]:
    """Predictions by what they claimed, scored where they are due; empty bins are left out."""
    found = []
    for low, high in pairwise(EDGES):
        inside = [
            row
            for row in rows
            if row.probability is not None
            and (low <= row.probability < high or row.probability == high == EDGES[-1])
        ]
        own = _Sorted.of(inside)
        if own.resolved or own.undecided or own.early or own.open:
            found.append(
                CalibrationBin(
                    low=low,
                    high=high,
                    n=len(own.resolved),
                    mean_probability=_mean([row.probability or 0.0 for row in own.resolved]),
                    share_true=_mean([float(row.outcome == "yes") for row in own.resolved]),
                    n_undecided=len(own.undecided),
                    n_early=len(own.early),
                    n_open=len(own.open),
                )
            )
    return tuple(found)
