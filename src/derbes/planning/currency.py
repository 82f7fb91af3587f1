"""What is paid abroad in calm, year by year, with the project and without it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.draws.inputs import drawn_case
from derbes.language import _
from derbes.model.compile import compile_case
from derbes.parallel import RunOptions, run_tasks
from derbes.planning.accounts import by_year, paid_anyway, sellers_abroad
from derbes.supply.baseline import CalmStart, arrivals_by_period, calm_start, solve_calm


def years_of(case: Case) -> tuple[int, ...]:
    """Years of the calendar."""
    calendar = case.calendar
    return tuple(dict.fromkeys(calendar.month_of(t)[0] for t in range(calendar.n_periods)))


def abroad_by_year(case: Case, near: CalmStart | None = None) -> FloatArray:
    """What sellers abroad get in calm, for goods on arrival and for plants. (Y,) [money]

    Uses are served in the order of the case's priorities. The part of plants is that of the
    capital of those that are built without any option.

    Args:
        case: The case.
        near: A solved calm plan of the same elements, from which the solver starts.
    """
    arrays, n = compile_case(case), case.calendar.n_periods
    calm = solve_calm(arrays, near)
    paid = arrivals_by_period(calm)[:, :n] * arrays.activities.unit_cost[:, :n]
    goods = by_year(case, sellers_abroad(case, arrays) @ paid)
    plants = paid_anyway(case)
    return np.array([goods.get(y, 0.0) + _abroad(plants.get(y)) for y in years_of(case)])


def _abroad(paid: FloatArray | None) -> float:
    return 0.0 if paid is None else float(paid[1])


def _both(task: Sequence[tuple[Case, CalmStart]]) -> FloatArray:
    """What is paid abroad with the project and without. (2, Y) [money]"""
    return np.array([abroad_by_year(case, near) for case, near in task])


def abroad_over_draws(
    case: Case, without: Case, draws: Draws, options: RunOptions
) -> tuple[FloatArray, FloatArray]:
    """What is paid abroad with the project and without it, in the same draws. (N, Y) [money]

    Args:
        case: The case as written.
        without: The same without its project.
        draws: Of the inputs of both.
        options: Who does the work.

    Raises:
        SolveError: A calm plan has no optimum.
    """
    slim = [replace(one, variants={}, documents={}, statements={}) for one in (case, without)]
    near = [calm_start(compile_case(one)) for one in slim]
    tasks = [
        [(drawn_case(one, draws, i), start) for one, start in zip(slim, near, strict=True)]
        for i in range(len(draws.weights))
    ]
    found: Sequence[FloatArray] = run_tasks(
        _both,
        tasks,
        n_workers=options.n_workers,
        executor=options.pool,
        progress=options.progress,
        what=_("payments abroad"),
    )
    both = np.array(found)
    return both[:, 0], both[:, 1]
