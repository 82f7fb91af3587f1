"""A case in which choices are made, as a change of its arrays.

Every draw gets what the choices add at central values (M5): what is decided is decided for
all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import Choice, OptionKind
from derbes.case.quantity import FloatArray
from derbes.model.arrays import CaseArrays
from derbes.planning.effects import (
    CAPACITY,
    HOURS,
    RESERVE,
    SHARED,
    Effect,
    column_effects,
    draw_arrays,
)
from derbes.planning.first_stage import STEP, FirstColumn

ADDED = (CAPACITY, SHARED, HOURS, RESERVE)
"""What choices add to; what a contract pays for is money alone."""


def shields(case: Case, choices: Sequence[Choice]) -> bool:
    """Whether a choice spares a seller from measures, which no change of arrays can say."""
    return any(case.options[one.option].kind is OptionKind.BUY_OUT for one in choices)


def decided_arrays(
    case: Case, choices: Sequence[Choice]
) -> Callable[[CaseArrays], CaseArrays] | None:
    """What choices change in arrays of a case or of its draws; None: nothing.

    Args:
        case: The case, with the options that are chosen.
        choices: None of them spares a seller from measures.
    """
    if not choices:
        return None
    written = draw_arrays(case, 0)
    columns = [FirstColumn(STEP, one.option, one.date, one.size) for one in choices]
    effects = [effect for column in columns for effect in column_effects(written, column)]

    def change(arrays: CaseArrays) -> CaseArrays:
        activities = arrays.activities
        capacity = np.where(written.is_unlimited[:, None], np.inf, activities.capacity)
        return replace(
            arrays,
            activities=replace(activities, capacity=_with(capacity, effects, CAPACITY)),
            shared_capacity=_with(arrays.shared_capacity, effects, SHARED),
            line_hours=_with(arrays.line_hours, effects, HOURS),
            reserve=_with(arrays.reserve, effects, RESERVE),
        )

    return change


def _with(paths: FloatArray, effects: Sequence[Effect], kind: str) -> FloatArray:
    """Paths with what effects of a kind add to their rows. (R, T) or (N, R, T)"""
    own = [effect for effect in effects if effect.kind == kind]
    if not own:
        return paths
    n_rows, n_periods = paths.shape[-2:]
    more = np.zeros((n_rows, n_periods))
    for effect in own:
        n = min(len(effect.path), n_periods)
        more[effect.row, :n] += effect.path[:n]
        more[effect.row, n:] += effect.path[-1]
    return paths + more
