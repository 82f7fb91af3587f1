"""Best responses over draws: one row of columns from the programs of one draw."""

from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import Request
from derbes.case.uncertainty import Draws
from derbes.cover import cover_table
from derbes.draws import drawn_case
from derbes.language import _
from derbes.leverage.outcomes import Starts, outcomes_of
from derbes.leverage.surface import leverage_rows
from derbes.results.cover import ALL_ESSENTIAL
from derbes.results.leverage import LeverageRow
from derbes.stress.asked import (
    ENDED,
    FANS,
    LEVERAGE,
    LEVERAGE_RATIO,
    LOOKED_AT,
    OPTIMAL,
    SENDER_COST,
    SURVIVE,
    SURVIVES,
    TARGET_LOSS,
    TIME_TO_SURVIVE,
    UNMET_ESSENTIAL,
    Asked,
    Column,
    Target,
    solved_columns,
)
from derbes.study import Progress, Study, make_studies, narrowed, run_tasks

Numbers = dict[Column, float]


@dataclass(frozen=True, slots=True)
class Future:
    """One draw for one worker."""

    asked: Asked
    case: Case
    """With the numbers of the draw, and nothing that programs do not read."""


def solve_draws(
    asked: Asked,
    case: Case,
    draws: Draws,
    *,
    n_workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> FloatArray:
    """Columns of `solved_columns` for each draw, each draw by itself and cold. (N, C)

    A draw's numbers do not depend on which worker solves it or on what it solved before.

    Raises:
        SolveError: A program has no usable answer.
    """
    tasks = [Future(asked, bare(drawn_case(case, draws, i))) for i in range(len(draws.weights))]
    found = run_tasks(
        solved_row,
        tasks,
        n_workers=n_workers,
        executor=executor,
        progress=progress,
        what=_("draws solved"),
    )
    return np.array(found, dtype=np.float64).reshape(len(tasks), len(solved_columns(asked)))


def bare(case: Case) -> Case:
    """A case without what programs do not read, so that it is quick to send."""
    return replace(
        case,
        variants={},
        scenarios={},
        facts={},
        documents={},
        statements={},
        contrasts={},
        double_standards={},
        tensions={},
    )


def solved_row(future: Future) -> FloatArray:
    """Columns of one draw. (C,)"""
    numbers = solved_case(future.asked, future.case)
    return np.array([numbers[column] for column in solved_columns(future.asked)])


def solved_case(asked: Asked, case: Case) -> Numbers:
    """Columns of a case whose numbers are all certain."""
    measures = tuple(target.measure for target in asked.targets)
    lengths = {n for target in asked.targets for n in (target.length, *target.lengths)}
    study = make_studies(case, Request(measures=measures, lengths=tuple(sorted(lengths))))[0]
    numbers: Numbers = {}
    for target in asked.targets:
        alone = narrowed(study, [target.measure])
        if asked.asks(SURVIVE):
            numbers |= _survive(target, alone)
        if asked.asks(ENDED) and target.lengths:
            numbers |= _ended(target, alone)
        if asked.asks(LEVERAGE, FANS):
            numbers |= _leverage(target, alone)
    return numbers


def _request(target: Target) -> Request:
    return Request(measures=(target.measure,), starts=target.starts, lengths=(target.length,))


def _survive(target: Target, study: Study) -> Numbers:
    rows = cover_table(study.case, _request(target), studies=[study], only_essential=True)
    calendar = study.arrays.calendar
    most = float(LOOKED_AT * calendar.step)
    return {
        Column(TIME_TO_SURVIVE, row.measure, calendar.index_of(row.start), 0, OPTIMAL): (
            most if row.time_to_survive is None else min(row.time_to_survive, most)
        )
        for row in rows
        if row.use == ALL_ESSENTIAL
    }


def _ended(target: Target, study: Study) -> Numbers:
    return {
        Column(SURVIVES, one.measure, one.start, one.length, OPTIMAL): float(not one.short_uses)
        for one in outcomes_of(Starts(study, target.starts, target.lengths))
    }


def unbounded_ratio(row: LeverageRow) -> float | None:
    """The leverage ratio; where the sender loses nothing, 0, or inf if the target does.

    None where a loss is missing: draws in which the sender loses nothing are those in which
    leverage is largest, so they are not left out.
    """
    loss, cost = row.target_loss, row.sender_cost_returning
    if row.leverage_ratio is not None or loss is None or cost is None:
        return row.leverage_ratio
    return np.inf if loss > 0.0 else 0.0


def _leverage(target: Target, study: Study) -> Numbers:
    numbers: Numbers = {}
    for row in leverage_rows([study], _request(target), has_premium=False):
        start = study.arrays.calendar.index_of(row.start)
        ratio = unbounded_ratio(row)
        found = {LEVERAGE_RATIO: ratio, TARGET_LOSS: row.target_loss}
        if row.bound == OPTIMAL:
            found |= {SENDER_COST: row.sender_cost_returning, UNMET_ESSENTIAL: row.unmet_essential}
        for kind, number in found.items():
            key = Column(kind, row.measure, start, target.length, row.bound)
            numbers[key] = np.nan if number is None else number
    return numbers
