"""When measures come and how long they last, in each future: hazards."""

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.case.uncertainty import Draws, Events
from derbes.draws.inputs import scenario_cases
from derbes.draws.sampling import LEAST_SHARE, correlated, factor, quantile_function
from derbes.model.arrays import BoolArray, IntArray

NEVER = 2**40
"""A period behind every calendar. [period]"""
STREAM = 7_919
"""Sets the numbers for events apart from those for the inputs, for every seed."""


def make_events(case: Case, draws: Draws, *, seed: int) -> Events:
    """Starts and lengths of the measures that hazards bring in each future.

    A hazard waits an exponential time with its yearly rate, strikes, and runs for a length
    from its distribution; only then the next wait begins, so no measure overlaps itself
    (an alternating renewal process). Starts and lengths are taken to the nearest period,
    and a measure runs for one at least. The k-th waits of correlated hazards have the
    stated rank correlation. A rate that is drawn counts as drawn. The numbers of a future
    depend on the seed and on its place in the sequence alone.

    Args:
        case: The case whose hazards strike.
        draws: Futures.
        seed: Seed of the events.
    """
    hazards = tuple(case.hazards)
    n, n_periods = len(draws.weights), case.calendar.n_periods
    names = tuple(dict.fromkeys(hazard.measure for hazard in case.hazards.values()))
    clock = np.zeros((n, len(hazards)), dtype=np.int64)
    which = np.array([names.index(case.hazards[one].measure) for one in hazards], dtype=np.int64)
    starts, lengths = [clock[:, :0]], [clock[:, :0]]
    worlds = [(case, np.ones(n, dtype=np.bool_))]
    if draws.scenarios and case.scenarios:
        own = np.array(draws.scenarios)
        worlds = [(one, own == name) for name, one in scenario_cases(case).items()]
    lower = factor(case, [f"hazards.{name}" for name in hazards])
    while hazards and (clock < n_periods).any():
        shares = _shares(draws, len(hazards), seed=seed, order=len(starts))
        waits, sizes = correlated(shares[:, : len(hazards)], lower), shares[:, len(hazards) :]
        start, length = np.empty_like(clock), np.empty_like(clock)
        for world, rows in worlds:
            step = float(world.calendar.step)
            for column, name in enumerate(hazards):
                rates = _rates(world, draws, name, rows)
                with np.errstate(divide="ignore"):
                    months = -np.log1p(-waits[rows, column]) / (rates / MONTHS_A_YEAR)
                waited = np.rint(np.minimum(months / step, NEVER)).astype(np.int64)
                start[rows, column] = clock[rows, column] + waited
                length[rows, column] = _lengths(world, name, sizes[rows, column])
        starts.append(np.where(start < n_periods, start, NEVER))
        lengths.append(length)
        clock = np.minimum(start + length, NEVER)
    every = np.tile(which, len(starts) - 1)
    return _in_order(names, np.hstack(starts), np.hstack(lengths), every)


def _shares(draws: Draws, n_hazards: int, *, seed: int, order: int) -> FloatArray:
    """Shares of waits, then of lengths; a row depends on its place alone. (N, 2 H)"""
    bits = np.random.PCG64(np.random.SeedSequence([STREAM, seed, order]))
    bits.advance(draws.first * 2 * n_hazards)
    shares = np.random.Generator(bits).random((len(draws.weights), 2 * n_hazards))
    return np.clip(shares, LEAST_SHARE, 1.0 - LEAST_SHARE)


def _rates(world: Case, draws: Draws, name: str, rows: BoolArray) -> FloatArray:
    """Yearly rate in each row; 0 where a scenario has no such hazard. (rows,) [1/year]"""
    hazard = world.hazards.get(name)
    if hazard is None or hazard.rate is None:
        return np.zeros(int(rows.sum()))
    if hazard.rate.path in draws.inputs:
        column = draws.inputs.index(hazard.rate.path)
        return np.asarray(draws.values[rows, column], dtype=np.float64)
    return np.full(int(rows.sum()), hazard.rate.value)


def _lengths(world: Case, name: str, shares: FloatArray) -> IntArray:
    """Length of an event at a share of its distribution; at least one. [period]"""
    hazard = world.hazards.get(name)
    if hazard is None or hazard.length is None:
        return np.ones(len(shares), dtype=np.int64)
    months = quantile_function(hazard.length, world.reference_classes)(shares)
    return np.maximum(1, np.rint(months / float(world.calendar.step)).astype(np.int64))


def _in_order(
    names: tuple[str, ...], starts: IntArray, lengths: IntArray, measures: IntArray
) -> Events:
    """Events by start, without gaps between them; 0 periods where there is none.

    Of two hazards of one measure, what begins while it runs is left out.
    """
    measure = np.where(starts < NEVER, measures, -1)
    order = np.argsort(starts, axis=1, kind="stable")
    measure, starts, lengths = (
        np.take_along_axis(a, order, axis=1) for a in (measure, starts, lengths)
    )
    for one in range(len(names)):
        free_from = np.zeros(len(starts), dtype=np.int64)
        for column in range(starts.shape[1]):
            mine = measure[:, column] == one
            runs = mine & (starts[:, column] < free_from)
            measure[runs, column] = -1
            ends = starts[:, column] + lengths[:, column]
            free_from = np.where(mine & ~runs, ends, free_from)
    is_none = measure < 0
    order = np.argsort(is_none, axis=1, kind="stable")
    width = int((~is_none).sum(axis=1).max(initial=0))
    packed = [
        np.take_along_axis(np.where(is_none, empty, values), order, axis=1)[:, :width]
        for values, empty in ((measure, -1), (starts, 0), (lengths, 0))
    ]
    return Events(names, *packed)
