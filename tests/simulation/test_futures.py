"""Futures side by side are the same rule as one branch after the other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.network import benchmark_case
from derbes.case.arrays import CaseArrays, State
from derbes.case.uncertainty import Draws, Events
from derbes.simulation import simulate_branch
from derbes.simulation.branch import BranchRun
from derbes.simulation.futures import Futures, memory_needed, simulate_futures
from derbes.simulation.futures.model import FuturesModel
from derbes.simulation.futures.run import CHUNK
from derbes.simulation.futures.turns import make_turns, side_by_side
from derbes.simulation.setup import Span, found_state
from derbes.study.futures import prepare_futures
from tests.builders import build_arrays, sender_cut, worked_arrays
from tests.kernels.random_networks import Problem, problems
from tests.kernels.slow_rule import SlowRule
from tests.properties.test_myopic_against_program import least_unmet
from tests.simulation.arrays_of_futures import empty_state, model_of

ALL = ("unmet", "stock", "money")

TOLERANCE = 1e-9
"""Rounding: sums are taken in another order."""


def no_draws(n: int) -> Draws:
    return Draws((), np.zeros((n, 0)), np.full(n, 1.0 / max(1, n)))


def events_of(model: FuturesModel, rows: list[list[tuple[int, int, int]]]) -> Events:
    """Events of each future: (measure, start, length)."""
    most = max(len(row) for row in rows)
    filled = np.array([[*row, *[(-1, 0, 0)] * (most - len(row))] for row in rows], dtype=np.int64)
    return Events(model.measures, filled[:, :, 0], filled[:, :, 1], filled[:, :, 2])


def assert_alike(
    run: BranchRun, futures: Futures, lot_goods: np.ndarray, periods: slice = slice(None)
) -> None:
    """The periods of the first future are those of a branch."""
    close = {"rtol": TOLERANCE, "atol": 100 * TOLERANCE}
    stock = run.fresh.T.copy()
    for lot, good in enumerate(lot_goods):
        stock[:, good] += run.lots[lot]
    paths = {name: path[0, periods] for name, path in futures.paths.items()}
    np.testing.assert_allclose(paths["unmet"], run.unmet.T, **close)
    np.testing.assert_allclose(paths["stock"], stock, **close)
    np.testing.assert_allclose(paths["money"][:, 0], run.money, **close)


def run_problem(problem: Problem) -> Futures:
    """A branch as a future that begins with its measure."""
    measures = (problem.measure,) if problem.measure is not None else ()
    span = {"first": problem.start, "n_periods": problem.n_periods}
    model = model_of(problem.arrays, measures, problem.state, **span)
    events = events_of(model, [[(0, problem.start, problem.length)]]) if measures else None
    return simulate_futures(model, no_draws(1), events, keep=ALL, n_paths=1)


def longest(arrays: CaseArrays) -> int:
    return int(arrays.activities.lead_times.max(initial=0))


def state_after(arrays: CaseArrays, run: BranchRun, found: State) -> State:
    """What a branch leaves behind."""
    n = run.unmet.shape[1]
    activities = arrays.activities
    width = max(found.transit.shape[1], n + longest(arrays))
    due = np.zeros((len(activities.names), width))
    due[:, : found.transit.shape[1]] = found.transit
    for k, lead in enumerate(activities.lead_times):
        if activities.outputs[k] >= 0:
            due[k, lead : lead + n] += run.levels[k]
    inflow = np.zeros((len(arrays.goods), n))
    for k, good in enumerate(activities.outputs):
        if good >= 0:
            inflow[good] += due[k, :n]
    past = np.concatenate([inflow[:, ::-1], found.past_inflow], axis=1)
    return State(run.lots[:, -1], run.fresh[:, -1], past, due[:, n:])


@settings(max_examples=120, deadline=None)
@given(problems())
def test_a_future_is_the_branch_that_a_measure_opens(problem: Problem) -> None:
    if problem.measure is not None and problem.length == 0:
        return
    run = simulate_branch(problem.arrays, problem.measure, problem.state, **problem.arguments())
    assert_alike(run, run_problem(problem), problem.arrays.lot_goods)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_a_future_agrees_with_the_plain_statement(problem: Problem) -> None:
    measures = (problem.measure,) if problem.measure is not None else ()
    slow = SlowRule(
        problem.arrays,
        problem.measure,
        problem.state,
        problem.start,
        problem.length if measures else 0,
        problem.n_periods,
    ).run()
    if measures and problem.length == 0:
        return
    futures = run_problem(problem)
    names = problem.arrays.goods
    stock = np.array([[period[name] for name in names] for period in slow["fresh"]])
    for lot, good in enumerate(problem.arrays.lot_goods):
        stock[:, good] += [period[problem.arrays.lots[lot]] for period in slow["lots"]]
    np.testing.assert_allclose(futures.paths["stock"][0], stock, rtol=1e-9, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_future_never_leaves_less_unmet_than_the_program(problem: Problem) -> None:
    if problem.measure is not None and problem.length == 0:
        return
    arrays = problem.arrays
    unmet = float(run_problem(problem).unmet[0, arrays.use_essential].sum())
    demand = float(arrays.demand.max() + arrays.crisis_demand.max())
    assert unmet >= least_unmet(problem) - 1e-6 * max(1.0, demand)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 4))
def test_measures_one_after_the_other_are_branches_one_after_the_other(
    problem: Problem, calm: int, length: int, pause: int, again: int
) -> None:
    if problem.measure is None:
        return
    measure = replace(problem.measure, frozen_plants=np.zeros_like(problem.measure.frozen_plants))
    first, n = problem.start, calm + length + pause + again + 3
    second = first + calm + length + pause
    pieces = [(None, first, 0, calm)]
    pieces.append((measure, first + calm, length, second - first - calm))
    pieces.append((measure, second, again, first + n - second))
    model = model_of(problem.arrays, (measure,), problem.state, first=first, n_periods=n)
    events = events_of(model, [[(0, first + calm, length), (0, second, again)]])
    futures = simulate_futures(model, no_draws(1), events, keep=ALL, n_paths=1)
    state, done = problem.state, 0
    for cut, start, m, periods in pieces:
        run = simulate_branch(problem.arrays, cut, state, start=start, length=m, n_periods=periods)
        found = found_state(cut, state, Span(start, m, periods, longest(problem.arrays)))
        state = state_after(problem.arrays, run, found)
        assert_alike(run, futures, problem.arrays.lot_goods, slice(done, done + periods))
        done += periods


def test_futures_are_the_same_on_any_number_of_threads() -> None:
    arrays = worked_arrays(2)
    model = model_of(arrays, (sender_cut(arrays),), None, first=0, n_periods=40)
    n = 2 * CHUNK + 37
    rng = np.random.default_rng(3)
    events = Events(
        model.measures,
        np.zeros((n, 1), dtype=np.int64),
        rng.integers(0, 30, (n, 1)),
        rng.integers(1, 20, (n, 1)),
    )
    one, two = (
        simulate_futures(model, no_draws(n), events, keep=ALL, n_paths=50, n_threads=threads)
        for threads in (1, 2)
    )
    for name in ("unmet", "first_short", "fraction", "deepest", "n_short", "money"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name
    for name in ALL:
        assert one.means[name].tobytes() == two.means[name].tobytes(), name
        assert one.paths[name].tobytes() == two.paths[name].tobytes(), name


def test_a_future_is_the_same_beside_any_others() -> None:
    """Alone, among many, in another order."""
    arrays = worked_arrays(2)
    model = model_of(arrays, (sender_cut(arrays),), None, first=0, n_periods=40)
    rows = [[(0, start, length)] for start in range(0, 25, 3) for length in (1, 4, 12)]
    whole = simulate_futures(model, no_draws(len(rows)), events_of(model, rows))
    turned = simulate_futures(model, no_draws(len(rows)), events_of(model, rows[::-1]))
    np.testing.assert_array_equal(whole.unmet, turned.unmet[::-1])
    for number in (0, 7, len(rows) - 1):
        alone = simulate_futures(model, no_draws(1), events_of(model, [rows[number]]))
        np.testing.assert_array_equal(alone.unmet[0], whole.unmet[number])


@settings(max_examples=30, deadline=None)
@given(problems(), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), min_size=2))
def test_futures_of_any_network_are_the_same_beside_any_others(
    problem: Problem, spells: list[tuple[int, int]]
) -> None:
    """Lines, shared capacities, shelf lives, recipes that take time, two measures each."""
    if problem.measure is None:
        return
    span = {"first": problem.start, "n_periods": problem.n_periods + 10}
    model = model_of(problem.arrays, (problem.measure,), problem.state, **span)
    rows = [
        [(0, problem.start + begin, length), (0, problem.start + 15 + begin, length)]
        for begin, length in spells
    ]
    whole = simulate_futures(model, no_draws(len(rows)), events_of(model, rows), keep=ALL)
    for number, own in enumerate(rows):
        alone = simulate_futures(model, no_draws(1), events_of(model, [own]), keep=ALL)
        for name in ("unmet", "money", "first_short", "deepest"):
            one, beside = getattr(alone, name)[0], getattr(whole, name)[number]
            assert one.tobytes() == beside.tobytes(), name


def test_futures_that_share_lines_are_the_same_beside_any_others() -> None:
    """On the benchmark network, where lines are cut again and again in some futures alone."""
    model = prepare_futures(benchmark_case())
    n, rng = 256, np.random.default_rng(5)
    start = rng.integers(0, 22, (n, 3)) + 40 * np.arange(3)
    measure, length = rng.integers(0, 8, (n, 3)), rng.integers(1, 19, (n, 3))
    order = rng.permutation(n)
    whole, turned = (
        simulate_futures(
            model, no_draws(n), Events(model.measures, measure[own], start[own], length[own])
        )
        for own in (np.arange(n), order)
    )
    np.testing.assert_array_equal(whole.unmet[order], turned.unmet)
    assert (whole.first_short >= 0).any()


@pytest.mark.parametrize("n_kept", [0, 3, 20])
def test_futures_lie_side_by_side_with_those_of_the_same_measures(n_kept: int) -> None:
    arrays = worked_arrays(2)
    model = model_of(arrays, (sender_cut(arrays),), None, first=0, n_periods=40)
    n, rng = 500, np.random.default_rng(2)
    times = np.stack([rng.integers(0, 5, n), rng.integers(1, 4, n)], axis=1)
    rows = [[(0, begin, length)] for begin, length in times.tolist()]
    order = side_by_side(make_turns(model, events_of(model, rows), n), n_kept)
    np.testing.assert_array_equal(order[:n_kept], np.arange(n_kept))
    np.testing.assert_array_equal(np.sort(order), np.arange(n))
    changes = (np.diff(times[order[n_kept:]], axis=0) != 0).any(axis=1).sum()
    assert changes == len(np.unique(times[n_kept:], axis=0)) - 1


def test_means_are_those_of_the_futures() -> None:
    arrays = worked_arrays(1)
    model = model_of(arrays, (sender_cut(arrays),), None, first=0, n_periods=30)
    rows = [[(0, start, 12)] for start in range(20)]
    weights = np.arange(1.0, 21.0) / 210.0
    futures = simulate_futures(
        model,
        Draws((), np.zeros((20, 0)), weights),
        events_of(model, rows),
        keep=ALL,
        n_paths=20,
    )
    for name in ALL:
        mean = np.tensordot(weights, futures.paths[name], axes=1)
        np.testing.assert_allclose(futures.means[name], mean, rtol=1e-12, atol=1e-12)
    short = futures.paths["unmet"][:, :, 0] > 0
    np.testing.assert_allclose(futures.probability_short, weights @ short)
    np.testing.assert_array_equal(futures.n_short, short.sum(axis=1))
    np.testing.assert_array_equal(
        futures.first_short, np.where(short.any(axis=1), short.argmax(axis=1), -1)
    )


def test_s11_what_is_on_the_way_is_what_the_rule_would_bring_at_once() -> None:
    """One seller with a lead time of 3: it brings what keeps the reserve."""
    arrays = build_arrays(
        goods={"good": {"reserve": 50}},
        uses={"use": {"good": "good", "demand": [10, 20, 30, 10]}},
        suppliers={
            "near": {"good": "good", "price": 2, "capacity": 8, "lead": 1},
            "far": {"good": "good", "price": 1, "capacity": 15, "lead": 3},
        },
        lots={"stock": {"good": "good", "quantity": 40}},
    )
    at_once = replace(
        arrays,
        activities=replace(arrays.activities, lead_times=np.zeros(2, dtype=np.int64)),
    )
    empty = empty_state(arrays)
    brought = simulate_branch(at_once, None, empty, start=0, length=0, n_periods=3).levels
    transit = np.where(np.arange(3) < arrays.activities.lead_times[:, None], brought, 0.0)
    run = simulate_branch(
        arrays, None, replace(empty, transit=transit), start=0, length=0, n_periods=12
    )
    model = model_of(arrays, (), None, first=0, n_periods=12)
    futures = simulate_futures(model, no_draws(1), keep=ALL, n_paths=1)
    assert transit.tolist() == [[5.0, 0.0, 0.0], [15.0, 15.0, 15.0]]
    assert_alike(run, futures, arrays.lot_goods)


def test_memory_is_known_before_it_is_taken() -> None:
    arrays = worked_arrays(1)
    model = model_of(arrays, (), None, first=0, n_periods=30)
    few = memory_needed(model, 1000, ALL, 0)
    width = 1 + len(arrays.uses) + len(arrays.goods) + 1
    assert memory_needed(model, 1000, ALL, 50) - few == 8 * 50 * 30 * width
    assert memory_needed(model, 3000, ALL, 0) - few == 2 * (
        memory_needed(model, 2000, ALL, 0) - few
    )


def test_what_does_not_fit_is_refused() -> None:
    arrays = worked_arrays(1)
    model = model_of(arrays, (sender_cut(arrays),), None, first=0, n_periods=30)
    events = events_of(model, [[(0, 2, 3)]])
    with pytest.raises(ValueError, match=r"^events of 1 futures, draws of 2$"):
        simulate_futures(model, no_draws(2), events)
    with pytest.raises(ValueError, match=r"^no such series: cover; there are short, unmet, "):
        simulate_futures(model, no_draws(1), events, keep=("cover",))
    with pytest.raises(ValueError, match=r"^no draws$"):
        simulate_futures(model, no_draws(0))
    other = replace(events, measures=("flood",))
    with pytest.raises(ValueError, match=r"^measures that the model was not prepared for: flood$"):
        simulate_futures(model, no_draws(1), other)
    twice = events_of(model, [[(0, 2, 3), (0, 4, 3)]])
    with pytest.raises(ValueError, match=r"^m0 begins while it runs, in future 0$"):
        simulate_futures(model, no_draws(1), twice)
    two = model_of(arrays, (sender_cut(arrays),) * 2, None, first=0, n_periods=30)
    both = events_of(two, [[(0, 2, 3), (1, 4, 3)]])
    with pytest.raises(ValueError, match=r"not prepared: \['m0 \+ m1'\]$"):
        simulate_futures(two, no_draws(1), both)
