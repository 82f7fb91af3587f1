"""From events to the periods in which the measures of a future change."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from derbes.case.arrays import BoolArray, IntArray
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Events
from derbes.simulation.futures.model import FuturesModel

NEVER = 2**40
"""A period that does not come."""
SORTED = 1 << 16
"""Futures that are sorted by their measures together."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Changes of each future, in the order of time. (N, W)"""

    times: IntArray
    sets: IntArray
    """Set of measures that runs from then on."""
    begins: IntArray
    """Set of the one measure that begins; -1: none does."""


def make_turns(model: FuturesModel, events: Events | None, n_futures: int) -> Turns:
    """When which measures begin and end.

    Raises:
        ValueError: The events do not fit the futures or the model, or measures run at
            once that the model does not hold together.
    """
    if events is None or not events.start.size:
        nothing = np.zeros((n_futures, 0), dtype=np.int64)
        return Turns(nothing, nothing, nothing)
    if len(events.start) != n_futures:
        msg = f"events of {len(events.start)} futures, draws of {n_futures}"
        raise ValueError(msg)
    measure = _positions(model, events)
    runs = (measure >= 0) & (events.length > 0)
    _refuse_twice(model, measure, events, runs)
    times = np.where(runs, events.start, NEVER)
    ends = np.where(runs, events.start + events.length, NEVER)
    bits = np.where(runs, 1 << np.maximum(measure, 0), 0)
    singles = _set_of(model)
    alone = np.array([singles[1 << m] for m in range(len(model.measures))], dtype=np.int64)
    begins = np.where(runs, alone[np.maximum(measure, 0)], -1)
    times, changes = np.hstack([ends, times]), np.hstack([-bits, bits])
    begins = np.hstack([np.full_like(begins, -1), begins])
    order = np.argsort(times, axis=1, kind="stable")
    running = np.cumsum(np.take_along_axis(changes, order, axis=1), axis=1)
    return Turns(
        times=np.take_along_axis(times, order, axis=1),
        sets=_sets(model, running, singles),
        begins=np.take_along_axis(begins, order, axis=1),
    )


def _refuse_twice(model: FuturesModel, measure: IntArray, events: Events, runs: BoolArray) -> None:
    """A measure does not begin while it runs."""
    ends = events.start + events.length
    for one, other in combinations(range(runs.shape[1]), 2):
        same = runs[:, one] & runs[:, other] & (measure[:, one] == measure[:, other])
        meet = (events.start[:, one] < ends[:, other]) & (events.start[:, other] < ends[:, one])
        for future in np.flatnonzero(same & meet):
            name = model.measures[measure[future, one]]
            msg = f"{name} begins while it runs, in future {future}"
            raise ValueError(msg)


def _positions(model: FuturesModel, events: Events) -> IntArray:
    unknown = sorted({events.measures[m] for m in np.unique(events.measure) if m >= 0})
    unknown = [name for name in unknown if name not in model.measures]
    if unknown:
        msg = f"measures that the model was not prepared for: {', '.join(unknown)}"
        raise ValueError(msg)
    known = [model.measures.index(m) if m in model.measures else -1 for m in events.measures]
    return np.array([*known, -1], dtype=np.int64)[events.measure]


def _set_of(model: FuturesModel) -> dict[int, int]:
    """Set by the bits of its members."""
    return {sum(1 << m for m in members): c for c, members in enumerate(model.sets)}


def _sets(model: FuturesModel, running: IntArray, singles: dict[int, int]) -> IntArray:
    found, where = np.unique(running, return_inverse=True)
    together = [
        " + ".join(name for m, name in enumerate(model.measures) if bits >> m & 1)
        for bits in found.tolist()
        if bits not in singles
    ]
    if together:
        msg = f"measures that run at once, for which the model was not prepared: {together}"
        raise ValueError(msg)
    sets = np.array([singles[bits] for bits in found.tolist()], dtype=np.int64)
    return sets[where].reshape(running.shape)


def as_rows(values: FloatArray | IntArray, lanes: int) -> FloatArray:
    """(N, W) as (blocks, W, lanes); N is a multiple of the lanes."""
    blocks = values.reshape(len(values) // lanes, lanes, values.shape[1]).transpose(0, 2, 1)
    return np.ascontiguousarray(blocks, dtype=np.float64)


def side_by_side(turns: Turns, n_kept: int) -> IntArray:
    """The order in which futures are run: those whose paths are kept, then like beside like.

    Measures that begin and end together are computed together; the order looks at nothing
    else, and at so many futures at a time, so that memory stays what it is.
    """
    n = len(turns.times)
    if not turns.times.shape[1]:
        return np.arange(n)
    parts = [np.arange(n_kept)]
    for first in range(n_kept, n, SORTED):
        rest = np.arange(first, min(n, first + SORTED))
        keys: list[IntArray] = []
        for turn in range(turns.times.shape[1] - 1, -1, -1):
            keys += [turns.sets[rest, turn], turns.times[rest, turn]]
        parts.append(rest[np.lexsort(keys)])
    return np.concatenate(parts)
