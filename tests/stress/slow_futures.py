"""Futures one by one: each draw's case compiled anew and run by the rule in two pieces.

A second way to the numbers of `derbes.simulation.futures`, for one measure in each
future: calm up to its start, then the branch that it opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import CaseArrays, State
from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws, Events
from derbes.compiler import compile_case, compile_measure
from derbes.draws import drawn_case
from derbes.programs.calm import first_state
from derbes.simulation import BranchRun, simulate_branch


@dataclass(frozen=True)
class SlowFuture:
    """One future. Axes end with its periods."""

    unmet: FloatArray
    """(U, n)"""
    demand: FloatArray
    stock: FloatArray
    """(G, n)"""
    money: FloatArray
    """(n,)"""
    arrays: CaseArrays


def _stock(arrays: CaseArrays, run: BranchRun) -> FloatArray:
    stock = run.fresh.copy()
    np.add.at(stock, arrays.lot_goods, run.lots)
    return stock


def _later_state(arrays: CaseArrays, run: BranchRun, first: State, n: int) -> State:
    """What is there after n periods of a run."""
    width = int(arrays.activities.lead_times.max(initial=0)) + 1
    transit = np.zeros((len(arrays.activities.names), width))
    for k, lead in enumerate(arrays.activities.lead_times):
        for ordered in range(max(0, n - int(lead)), n):
            transit[k, ordered + int(lead) - n] += run.levels[k, ordered]
        left = first.transit[k, n:]
        transit[k, : len(left)] += left[:width]
    past = np.zeros_like(first.past_inflow)
    for k, good in enumerate(arrays.activities.outputs):
        for age in range(min(past.shape[1], n)):
            if good >= 0:
                past[good, age] += run.arrivals[k, n - 1 - age]
    return State(run.lots[:, n - 1], run.fresh[:, n - 1], past, transit)


def slow_future(case: Case, *, start: int, length: int, measure: str, n_periods: int) -> SlowFuture:
    """A case whose numbers are certain, with one measure; no measure: calm throughout."""
    arrays = compile_case(case, max(length, 1))
    state = first_state(arrays)
    before = start if measure else n_periods
    pieces = []
    if before:
        calm = simulate_branch(arrays, None, state, start=0, length=0, n_periods=before)
        pieces.append(calm)
        state = _later_state(arrays, calm, state, before)
    if measure:
        struck = compile_measure(case, arrays, measure)
        pieces.append(
            simulate_branch(
                arrays, struck, state, start=start, length=length, n_periods=n_periods - start
            )
        )
    return SlowFuture(
        unmet=np.hstack([piece.unmet for piece in pieces]),
        demand=np.hstack([piece.demand for piece in pieces]),
        stock=np.hstack([_stock(arrays, piece) for piece in pieces]),
        money=np.hstack([piece.money for piece in pieces]),
        arrays=arrays,
    )


@dataclass(frozen=True)
class FuturesModel:
    case: Case
    measures: tuple[str, ...]
    n_periods: int


@dataclass(frozen=True)
class Futures:
    weights: FloatArray
    unmet: FloatArray
    first_short: FloatArray
    fraction: FloatArray
    deepest: FloatArray
    n_short: FloatArray
    money: FloatArray
    unmet_worth: FloatArray
    probability_short: FloatArray
    means: dict
    paths: dict


def prepare_futures(case, *, measures=(), inputs=(), n_periods=0, **_):
    return FuturesModel(case, tuple(measures), n_periods or case.calendar.n_periods)


def simulate_futures(
    model: FuturesModel,
    draws: Draws,
    events: Events | None = None,
    *,
    keep: Sequence[str] = (),
    n_paths: int = 0,
    n_threads: int = 1,
    count_from: int = 0,
    progress=None,
) -> Futures:
    rows = []
    for i in range(len(draws.weights)):
        case = replace(drawn_case(model.case, draws, i), scenarios={})
        start, length, name = 0, 0, ""
        if events is not None and events.measure.shape[1] and events.measure[i, 0] >= 0:
            assert (events.measure[i, 1:] < 0).all()
            start, length = int(events.start[i, 0]), int(events.length[i, 0])
            name = events.measures[events.measure[i, 0]]
        rows.append(
            slow_future(case, start=start, length=length, measure=name, n_periods=model.n_periods)
        )
    return _told(draws, rows, count_from, n_paths)


def _told(draws: Draws, rows: list[SlowFuture], count_from: int, n_paths: int) -> Futures:
    essential = rows[0].arrays.use_essential
    n = rows[0].unmet.shape[1]
    unmet = np.array([row.unmet for row in rows])
    unmet[:, :, :count_from] = 0.0
    demand = np.array([row.demand for row in rows])[:, essential].sum(axis=1)
    short = unmet[:, essential].sum(axis=1)
    is_short = short > 1e-9 * np.maximum(demand, 1e-300)
    share = np.divide(short, demand, out=np.zeros_like(short), where=demand > 0)
    first = np.where(is_short.any(axis=1), is_short.argmax(axis=1), -1)
    discount = np.array([row.arrays.discount[:n] for row in rows])
    return Futures(
        weights=draws.weights,
        unmet=unmet.sum(axis=2),
        first_short=first,
        fraction=1.0 - share[np.arange(len(rows)), np.maximum(first, 0)],
        deepest=share.max(axis=1),
        n_short=is_short.sum(axis=1),
        money=np.array([row.money @ row.arrays.discount[:n] for row in rows]),
        unmet_worth=(unmet * discount[:, None]).sum(axis=2),
        probability_short=draws.weights @ is_short / draws.weights.sum(),
        means={},
        paths={
            "stock": np.array([row.stock.T for row in rows[:n_paths]]),
            "demand": np.array([row.demand.T for row in rows[:n_paths]]),
        },
    )
