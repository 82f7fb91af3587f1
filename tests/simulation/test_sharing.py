"""What is not placed or found anew: futures beside each alone, periods beside the equations."""

import numpy as np
import pytest

from derbes.case.uncertainty import Draws, Events
from derbes.model.arrays import CaseArrays
from derbes.simulation.futures import FuturesModel, simulate_futures
from derbes.supply.baseline import solve_calm
from tests.builders import build_arrays, build_measure
from tests.simulation.arrays_of_futures import model_of
from tests.simulation.test_against_slow_policy import AFTER, compare

SERIES = ("unmet", "stock", "money")
N, FIRST, N_PERIODS = 9, 2, 24
CUTS = {"near": {"near": 0.2, "ready": 0.0}, "far": {"far": 0.0, "ready": 0.3}}


def with_a_plant(times: float = 1.0) -> CaseArrays:
    """Sellers of unlike lead times, not in their order; prices and capacities change."""
    made = {"output": "good", "inputs": {"part": 1.0}}
    return build_arrays(
        goods={"good": {"reserve": 60.0}, "part": {"reserve": 30.0}},
        uses={
            "first": {"good": "good", "demand": 34.0},
            "second": {"good": "good", "demand": 6.0, "tier": "deferrable"},
        },
        suppliers={
            "far": {"good": "part", "price": 4.0, "capacity": [30.0] * 9 + [20.0], "lead": 3},
            "near": {
                "good": "part",
                "price": [5.0] * 8 + [7.0],
                "capacity": 12.0 * times,
                "lead": 1,
            },
            "beside": {
                "good": "part",
                "price": [6.0] * 8 + [5.0],
                "capacity": 9.0 * times,
                "lead": 1,
            },
            "at_once": {"good": "part", "price": [9.0] * 6 + [3.0], "capacity": 4.0 * times},
            "ready": {"good": "good", "price": [8.0] * 7 + [6.5], "capacity": 25.0, "lead": 2},
        },
        recipes={
            "old": made | {"cost": [2.0] * 7 + [0.5], "capacity": [12.0 * times] * 7 + [30.0]},
            "new": made | {"cost": 1.0, "capacity": 30.0, "plant": "plant"},
            "slow": made | {"cost": 1.5, "capacity": 6.0, "lead": 1},
        },
        plants={"plant": {"opening": 4, "ramp": 2}},
        lots={"stock": {"good": "good", "quantity": 60.0}},
    )


def found_of(model: FuturesModel, events: Events) -> list[np.ndarray]:
    n = len(events.start)
    draws = Draws((), np.zeros((n, 0)), np.full(n, 1.0 / n))
    found = simulate_futures(model, draws, events, keep=SERIES, n_paths=n)
    return [found.unmet, found.first_short, found.money, *(found.paths[one] for one in SERIES)]


@pytest.mark.parametrize("delay", [0, 4])
def test_a_future_is_the_same_beside_others_of_the_same_numbers(delay: int) -> None:
    """A measure that moves an opening leaves nothing of that to the next future."""
    arrays = with_a_plant()
    cuts = [
        build_measure(arrays, availability=cut, plant_delay={"plant": late})
        for cut, late in zip(CUTS.values(), (0, delay), strict=True)
    ]
    model = model_of(arrays, tuple(cuts), first=FIRST, n_periods=N_PERIODS)
    rng = np.random.default_rng(3)
    measure, start = rng.integers(-1, 2, (N, 1)), FIRST + rng.integers(0, 9, (N, 1))
    length = rng.integers(2, 9, (N, 1))
    together = found_of(model, Events(model.measures, measure, start, length))
    for i in range(N):
        own = slice(i, i + 1)
        alone = found_of(model, Events(model.measures, measure[own], start[own], length[own]))
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_array_equal(one[own], other)


@pytest.mark.parametrize("length", [3, 12])
@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("times", [1.0, 2.5])
def test_costs_and_capacities_that_change_under_a_measure_are_seen(
    name: str, length: int, times: float
) -> None:
    arrays = with_a_plant(times)
    cut = build_measure(arrays, availability=CUTS[name])
    compare(solve_calm(arrays), cut, start=FIRST, length=length, n=length + AFTER)


@pytest.mark.parametrize("capacity", [[0.0] * 5 + [40.0], [40.0] * 6 + [0.0]])
def test_a_seller_that_opens_or_ends_under_a_measure_is_seen_at_one_price(
    capacity: list[float],
) -> None:
    """Nothing but its capacity changes, and with it which source of the good is the cheapest."""
    arrays = build_arrays(
        goods={"good": {"reserve": 30.0}, "part": {}},
        uses={"first": {"good": "good", "demand": 30.0}},
        suppliers={
            "cheap": {"good": "part", "price": 1.0, "capacity": capacity},
            "dear": {"good": "part", "price": 9.0, "capacity": 40.0},
            "usual": {"good": "good", "price": 1.0, "capacity": 30.0},
            "ready": {"good": "good", "price": 5.0, "capacity": 25.0},
        },
        recipes={
            "make": {"output": "good", "inputs": {"part": 1.0}, "cost": 2.0, "capacity": 25.0}
        },
        lots={"stock": {"good": "good", "quantity": 30.0}},
    )
    cut = build_measure(arrays, availability={"usual": 0.3})
    compare(solve_calm(arrays), cut, start=FIRST, length=12, n=12 + AFTER)
