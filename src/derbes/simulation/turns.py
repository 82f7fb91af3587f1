"""From events to the periods in which the measures of a future change."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from derbes.case.arrays import BoolArray, IntArray
from derbes.case.uncertainty import Events

NEVER = 2**40
"""A period that does not come."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Changes of each future, in the order of time. (N, W)"""

    times: IntArray
    sets: IntArray
    """Set of measures that runs from then on."""
    begins: IntArray
    """Set of the one measure that begins; -1: none does."""

    @property
    def most_at_once(self) -> int:
        """Most measures that begin in one period."""
        same = self.times[:, 1:] == self.times[:, :-1]
        return 1 + int((same & (self.times[:, 1:] < NEVER)).sum(axis=1).max(initial=0))


def make_turns(
    measures: Sequence[str], sets: Sequence[tuple[int, ...]], events: Events | None, n: int
) -> Turns:
    """When which measures begin and end, in n futures.

    Args:
        measures: Measures that events may hold.
        sets: Measures that may run at once, by position.
        events: Measures that come; None: none.
        n: Futures.

    Raises:
        ValueError: The events do not fit the futures or the model, or measures run at
            once that the model does not hold together.
    """
    if events is None or not events.start.size:
        nothing = np.zeros((n, 0), dtype=np.int64)
        return Turns(nothing, nothing, nothing)
    if len(events.start) != n:
        msg = f"events of {len(events.start)} futures, draws of {n}"
        raise ValueError(msg)
    measure = _positions(measures, events)
    runs = (measure >= 0) & (events.length > 0)
    _refuse_twice(measures, measure, events, runs)
    times = np.where(runs, events.start, NEVER)
    ends = np.where(runs, events.start + events.length, NEVER)
    bits = np.where(runs, 1 << np.maximum(measure, 0), 0)
    singles = {sum(1 << m for m in members): c for c, members in enumerate(sets)}
    alone = np.array([singles[1 << m] for m in range(len(measures))], dtype=np.int64)
    begins = np.where(runs, alone[np.maximum(measure, 0)], -1)
    times, changes = np.hstack([ends, times]), np.hstack([-bits, bits])
    begins = np.hstack([np.full_like(begins, -1), begins])
    order = np.argsort(times, axis=1, kind="stable")
    running = np.cumsum(np.take_along_axis(changes, order, axis=1), axis=1)
    return Turns(
        times=np.take_along_axis(times, order, axis=1),
        sets=_sets(measures, running, singles),
        begins=np.take_along_axis(begins, order, axis=1),
    )


def _refuse_twice(
    measures: Sequence[str], measure: IntArray, events: Events, runs: BoolArray
) -> None:
    """A measure does not begin while it runs."""
    ends = events.start + events.length
    for one, other in combinations(range(runs.shape[1]), 2):
        same = runs[:, one] & runs[:, other] & (measure[:, one] == measure[:, other])
        meet = (events.start[:, one] < ends[:, other]) & (events.start[:, other] < ends[:, one])
        for future in np.flatnonzero(same & meet):
            name = measures[measure[future, one]]
            msg = f"{name} begins while it runs, in future {future}"
            raise ValueError(msg)


def _positions(measures: Sequence[str], events: Events) -> IntArray:
    unknown = sorted({events.measures[m] for m in np.unique(events.measure) if m >= 0})
    unknown = [name for name in unknown if name not in measures]
    if unknown:
        msg = f"measures that the model was not prepared for: {', '.join(unknown)}"
        raise ValueError(msg)
    known = [measures.index(m) if m in measures else -1 for m in events.measures]
    return np.array([*known, -1], dtype=np.int64)[events.measure]


def _sets(measures: Sequence[str], running: IntArray, singles: dict[int, int]) -> IntArray:
    found, where = np.unique(running, return_inverse=True)
    together = [
        " + ".join(name for m, name in enumerate(measures) if bits >> m & 1)
        for bits in found.tolist()
        if bits not in singles
    ]
    if together:
        msg = f"measures that run at once, for which the model was not prepared: {together}"
        raise ValueError(msg)
    sets = np.array([singles[bits] for bits in found.tolist()], dtype=np.int64)
    return sets[where].reshape(running.shape)
