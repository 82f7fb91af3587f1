"""Columns of numbers over draws, told as answers, curves and convergence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.results.stress import Answer, Convergence, EndedBy
from derbes.stress.asked import (
    LEVERAGE_RATIO,
    LOOKED_AT,
    SURVIVES,
    TIME_TO_SURVIVE,
    UNMET_ESSENTIAL,
    Asked,
    Column,
    Target,
)
from derbes.stress.columns.rule import essential_uses
from derbes.stress.summary import draws_to_halve, probability, spread

LEAST_DRAWS = 16
"""Draws below which convergence says nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """Columns of one variant over draws, ready to be told."""

    case: Case
    variant: str
    columns: tuple[Column, ...]
    numbers: FloatArray
    """(N, C)"""
    weights: FloatArray
    """(N,)"""
    central: FloatArray
    """The columns with all inputs at their central values. (C,)"""
    exact: bool = False
    """Whether the draws are all that can happen."""


def answers_of(asked: Asked, told: Told) -> tuple[Answer, ...]:
    """An answer for each column that is a number; what ends is told as curves."""
    return tuple(
        _answer(told, position)
        for position, column in enumerate(told.columns)
        if column.kind != SURVIVES and asked.asks(column.question)
    )


def _answer(told: Told, position: int) -> Answer:
    column, values = told.columns[position], told.numbers[:, position]
    calendar = told.case.calendar
    seen = spread(values, told.weights, exact=told.exact)
    cap = cap_of(told.case, column)
    reached = None if cap is None else share_from(cap, values, told.weights)
    center = told.central[position]
    return Answer(
        name=column.name(calendar, told.variant),
        unit=_unit(told.case, column),
        mean=seen.mean,
        standard_error=seen.standard_error,
        quantiles=seen.quantiles,
        question=column.question,
        variant=told.variant,
        measure=column.measure,
        length=column.length * calendar.step if column.length else None,
        date=calendar.label(column.start),
        bound=column.bound,
        n_draws=seen.n,
        n_without=seen.n_without,
        n_unbounded=seen.n_unbounded,
        capped_at=cap,
        capped_share=reached,
        draws_to_halve=draws_to_halve(len(values), seen.standard_error),
        central=float(center) if np.isfinite(center) else None,
    )


def cap_of(case: Case, column: Column) -> float | None:
    """Where the values of a column are cut off; None: nowhere. [unit]"""
    return float(LOOKED_AT * case.calendar.step) if column.kind == TIME_TO_SURVIVE else None


def share_from(cap: float, values: FloatArray, weights: FloatArray) -> float:
    """Share of the draws that reach a value."""
    return float(weights[values >= cap].sum() / weights.sum())


def _unit(case: Case, column: Column) -> str:
    if column.kind == TIME_TO_SURVIVE:
        return "month"
    if column.kind == LEVERAGE_RATIO:
        return ""
    return unmet_unit(case) if column.kind == UNMET_ESSENTIAL else case.currency


def unmet_unit(case: Case) -> str:
    """Unit of unmet essential demand; empty where the uses differ."""
    uses = zip(case.uses.values(), essential_uses(case), strict=True)
    units = {case.goods[use.good].unit for use, is_essential in uses if is_essential}
    return units.pop() if len(units) == 1 else ""


def ended_by(survives: FloatArray) -> FloatArray:
    """Whether no start from each date on goes short. (N, dates)

    Args:
        survives: Whether each date's start is survived, dates rising. (N, dates)
    """
    later = np.logical_and.accumulate(survives[:, ::-1] > 0.5, axis=1)[:, ::-1]
    return np.asarray(later, dtype=np.float64)


def curves_of(told: Told, target: Target) -> tuple[EndedBy, ...]:
    """P(ended by date) of a measure, for each of its lengths."""
    calendar = told.case.calendar
    rows = []
    for length in target.lengths:
        places = [
            position
            for position, column in enumerate(told.columns)
            if (column.kind, column.measure, column.length) == (SURVIVES, target.measure, length)
        ]
        ended = ended_by(told.numbers[:, places])
        for place, holds in zip(places, ended.T, strict=True):
            p, error = probability(holds, told.weights, exact=told.exact)
            rows.append(
                EndedBy(
                    variant=told.variant,
                    measure=target.measure,
                    length=length * calendar.step,
                    date=calendar.label(told.columns[place].start),
                    p=p,
                    standard_error=error,
                    bound=told.columns[place].bound,
                    n_draws=len(told.weights),
                )
            )
    return tuple(rows)


def convergence_of(told: Told, answers: Sequence[Answer]) -> tuple[Convergence, ...]:
    """Means of the answers of columns over the first eighth, quarter, half and all draws."""
    names = {
        column.name(told.case.calendar, told.variant): p for p, column in enumerate(told.columns)
    }
    found = (
        settling(answer.name, told.numbers[:, names[answer.name]], told.weights, exact=told.exact)
        for answer in answers
    )
    return tuple(one for one in found if one is not None)


def settling(
    answer: str, values: FloatArray, weights: FloatArray, *, exact: bool
) -> Convergence | None:
    """Means over the first eighth, quarter, half and all of the draws.

    None: too few draws to say anything, or nothing that is left to chance.

    Args:
        answer: Its name.
        values: By draw. (N,)
        weights: (N,)
        exact: Whether the draws are all that can happen.
    """
    n = len(weights)
    if n < LEAST_DRAWS or exact:
        return None
    counts = tuple(n // part for part in (8, 4, 2, 1))
    seen = [spread(values[:count], weights[:count]) for count in counts]
    if any(one.mean is None for one in seen):
        return None
    return Convergence(
        answer=answer,
        n_draws=counts,
        mean=tuple(one.mean or 0.0 for one in seen),
        standard_error=tuple(one.standard_error or 0.0 for one in seen),
    )


def suffix_of(variant: str) -> str:
    """What the name of an answer about a variant ends with."""
    return "" if variant == BASE else f", variant={variant}"
