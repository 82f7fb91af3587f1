"""Stock rules whose cost is known: by simulation, within three standard errors.

Base stock under disruption is example 9.3 of Snyder and Shen, Fundamentals of Supply Chain
Theory: demand 2,000 a period, a supplier that breaks down with probability 0.04 a period
and comes back with 0.25, holding at 0.25 and backorders at 3 a unit and period. Demand that
goes short is lost in derbes, not owed. What is owed in the example is what has gone short
since the supplier broke down, so the cost of the example follows from the same paths; the
cost with lost demand has a closed form of its own, and both are tested.
"""

import numpy as np
import pytest

from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws, Events
from derbes.simulation.futures import Futures, simulate_futures
from tests.builders import build_arrays, build_measure
from tests.simulation.arrays_of_futures import model_of

N_FUTURES, N_PERIODS, WARM_UP = 3000, 220, 60
"""After the warm-up less than a billionth of the first state is left: (1 - .04 - .25)^60."""
DEMAND, HOLDING, OWED = 2000.0, 0.25, 3.0
BREAKS, RETURNS = 0.04, 0.25
COSTS = {
    2000: 3310.344827586,
    4000: 2913.793103448,
    6000: 2741.379310345,
    8000: 2737.0689655172,
    10000: 2858.836206897,
    12000: 3075.161637904759,
}


def broken_down(rng: np.random.Generator) -> np.ndarray:
    """Whether the supplier is broken down. (N, T)"""
    down = np.zeros((N_FUTURES, N_PERIODS), dtype=np.bool_)
    for t in range(1, N_PERIODS):
        drawn = rng.random(N_FUTURES)
        down[:, t] = np.where(down[:, t - 1], drawn >= RETURNS, drawn < BREAKS)
    return down


def events_of(runs: np.ndarray, *, apart: bool = False) -> Events:
    """Events from a truth value by future and period; `apart`: each period its own event."""
    before = np.concatenate([np.zeros((len(runs), 1), dtype=np.bool_), runs[:, :-1]], axis=1)
    begins = runs if apart else runs & ~before
    most = int(begins.sum(axis=1).max())
    measure = np.full((len(runs), most), -1)
    start = np.zeros((len(runs), most), dtype=np.int64)
    length = np.zeros((len(runs), most), dtype=np.int64)
    for i, row in enumerate(runs):
        at = np.flatnonzero(begins[i])
        measure[i, : len(at)] = 0
        start[i, : len(at)] = at
        for e, t in enumerate(at):
            up = np.flatnonzero(~row[t:])
            length[i, e] = 1 if apart else (int(up[0]) if len(up) else len(row) - t)
    return Events(("m0",), measure, start, length)


def base_stock(level: float, events: Events) -> Futures:
    """Order up to a level before demand: what is left after it is the reserve."""
    left = level - DEMAND
    arrays = build_arrays(
        goods={"good": {"reserve": left}},
        uses={"use": {"good": "good", "demand": DEMAND}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 1e9}},
        lots={"stock": {"good": "good", "quantity": left}},
        n_periods=N_PERIODS + 5,
        refill_periods=1,
    )
    cut = build_measure(arrays, availability={"seller": 0.0})
    model = model_of(arrays, (cut,), first=0, n_periods=N_PERIODS)
    draws = Draws((), np.zeros((N_FUTURES, 0)), np.full(N_FUTURES, 1.0 / N_FUTURES))
    return simulate_futures(model, draws, events, keep=("unmet", "stock"), n_paths=N_FUTURES)


def owed(unmet: FloatArray, down: np.ndarray) -> FloatArray:
    """What has gone short since the supplier broke down. (N, T)"""
    backlog = np.zeros_like(unmet)
    for t in range(1, unmet.shape[1]):
        backlog[:, t] = np.where(down[:, t], backlog[:, t - 1] + unmet[:, t], 0.0)
    return backlog


def lasting(n: int) -> FloatArray:
    """Probability of being broken down for so many periods, in the long run."""
    periods = np.arange(n)
    share = BREAKS * RETURNS / (BREAKS + RETURNS) * (1 - RETURNS) ** (periods - 1.0)
    return np.where(periods == 0, RETURNS / (BREAKS + RETURNS), share)


def assert_within_three_errors(cost: FloatArray, known: float) -> None:
    """Means of the futures beside a known mean."""
    by_future = cost[:, WARM_UP:].mean(axis=1)
    error = by_future.std(ddof=1) / np.sqrt(len(by_future))
    assert error < 0.05 * known, "too few futures to tell"
    assert abs(by_future.mean() - known) < 3 * error


@pytest.fixture(scope="module")
def down() -> np.ndarray:
    return broken_down(np.random.default_rng(20_260_109))


@pytest.fixture(scope="module")
def disruptions(down: np.ndarray) -> Events:
    return events_of(down)


@pytest.fixture(scope="module")
def runs(disruptions: Events) -> dict[int, Futures]:
    return {level: base_stock(level, disruptions) for level in COSTS}


@pytest.mark.parametrize("level", COSTS)
def test_closed_form_is_the_cost_of_the_book(level: int) -> None:
    left = level - DEMAND * (np.arange(2000) + 1.0)
    cost = HOLDING * np.maximum(left, 0.0) + OWED * np.maximum(-left, 0.0)
    assert lasting(2000) @ cost == pytest.approx(COSTS[level], rel=1e-9)


@pytest.mark.parametrize("level", COSTS)
def test_base_stock_under_disruption_costs_what_the_book_says(
    level: int, runs: dict[int, Futures], down: np.ndarray
) -> None:
    futures = runs[level]
    unmet = futures.paths["unmet"][:, :, 0]
    cost = HOLDING * futures.paths["stock"][:, :, 0] + OWED * owed(unmet, down)
    assert_within_three_errors(cost, COSTS[level])


@pytest.mark.parametrize("level", COSTS)
def test_base_stock_with_lost_demand_costs_its_closed_form(
    level: int, runs: dict[int, Futures]
) -> None:
    left = level - DEMAND * (np.arange(2000) + 1.0)
    lost = np.minimum(DEMAND, np.maximum(-left, 0.0))
    known = float(lasting(2000) @ (HOLDING * np.maximum(left, 0.0) + OWED * lost))
    futures = runs[level]
    cost = HOLDING * futures.paths["stock"][:, :, 0] + OWED * futures.paths["unmet"][:, :, 0]
    assert_within_three_errors(cost, known)


def test_the_best_base_stock_is_8000(runs: dict[int, Futures], down: np.ndarray) -> None:
    """With the same disruptions for each level."""
    costs = {}
    for level, futures in runs.items():
        backlog = owed(futures.paths["unmet"][:, :, 0], down)
        cost = HOLDING * futures.paths["stock"][:, :, 0] + OWED * backlog
        costs[level] = cost[:, WARM_UP:].mean()
    assert min(costs, key=lambda level: costs[level]) == 8000


@pytest.mark.parametrize("level", [4000, 8000, 12000])
def test_a_stock_outlasts_a_disruption_as_often_as_its_length_says(
    level: int, runs: dict[int, Futures], down: np.ndarray
) -> None:
    """A disruption goes short when it lasts longer than level / demand - 1 periods."""
    short = runs[level].paths["unmet"][:, :, 0] > 1e-6 * DEMAND
    known = float(lasting(2000)[level // int(DEMAND) :].sum())
    assert_within_three_errors(short.astype(np.float64), known)
    assert runs[level].probability_short[WARM_UP:].mean() == pytest.approx(
        short[:, WARM_UP:].mean(), rel=1e-12
    )
    assert not (short & ~down).any()


def test_share_of_time_under_a_measure_is_the_renewal_ratio(down: np.ndarray) -> None:
    """Rate times length beside one and that: both as the chain has them."""
    rate, length = BREAKS, 1 / RETURNS
    assert_within_three_errors(down.astype(np.float64), rate * length / (1 + rate * length))


@pytest.mark.parametrize(("jobs", "share"), [(2, 0.5), (4, 0.7), (5, 0.6)])
def test_what_a_reserve_lacks_is_a_queue_with_jobs_of_one_size(jobs: int, share: float) -> None:
    """Surges come with probability p and take k periods to be made good.

    What the reserve lacks follows w' = max(0, w + a - 1), a = k with probability p: in
    discrete time the queue with Poisson arrivals and one size of job. Its mean is
    p k (k - 1) / (2 (1 - p k)).
    """
    p = share / jobs
    rng = np.random.default_rng(jobs)
    surges = rng.random((N_FUTURES, N_PERIODS)) < p
    reserve = 400.0
    arrays = build_arrays(
        goods={"good": {"reserve": reserve}},
        uses={"use": {"good": "good", "demand": 1.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 2.0}},
        lots={"stock": {"good": "good", "quantity": reserve}},
        n_periods=N_PERIODS + 5,
        refill_periods=1,
    )
    surge = build_measure(arrays, demand_factor={"use": 1.0 + jobs})
    model = model_of(arrays, (surge,), first=0, n_periods=N_PERIODS)
    draws = Draws((), np.zeros((N_FUTURES, 0)), np.full(N_FUTURES, 1.0 / N_FUTURES))
    events = events_of(surges, apart=True)
    futures = simulate_futures(model, draws, events, keep=("stock",), n_paths=N_FUTURES)
    lacking = reserve - futures.paths["stock"][:, :, 0]
    waiting = np.zeros(N_FUTURES)
    for t in range(N_PERIODS):
        waiting = np.maximum(0.0, waiting + jobs * surges[:, t] - 1.0)
        np.testing.assert_allclose(lacking[:, t], waiting, atol=1e-9)
    assert_within_three_errors(lacking, p * jobs * (jobs - 1) / (2 * (1 - share)))
    assert not futures.unmet.any()
