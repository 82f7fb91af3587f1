"""Many futures by the policy: of the network and of the ASPAN case, scaled to a million.

On the network a future is a row of measures alone (embargoes by its eight sellers, up to
three in ten years), or of 40 drawn numbers (prices, capacities, demand, first stocks) and
one embargo. Of the ASPAN case every number that has a range is drawn, with one embargo at
any time. Futures are run in blocks, so that memory does not grow with their number.
Time grows in proportion to futures, as two rows show, so fewer are run and scaled.
"""

import os
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.network import benchmark_case
from benchmarks.rows import Row, within
from benchmarks.small_network import measure_small_network
from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from derbes.case.uncertainty import Draws, Events
from derbes.casefile import read_case
from derbes.draws.inputs import inputs_by_path, uncertain_inputs
from derbes.draws.sampling import make_draws
from derbes.draws.study import prepare_futures
from derbes.simulation.futures import FuturesModel, simulate_futures

ASPAN = Path(__file__).parents[1] / "cases" / "aspan"
MILLION = 1_000_000
N_FUTURES, N_QUICK = 131_072, 16_384
BLOCK = 1 << 16
"""Futures that are drawn and run together."""
NETWORK_LIMIT, ASPAN_LIMIT = 120.0, 40.0
"""Most that a million may take on two cores. [s]"""
MEMORY_LIMIT = 2.0
"""[GiB]"""
SEED = 5
GIB = 2**20
"""Kilobytes of a gibibyte."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a number of futures took."""

    n: int
    wall: float
    """Of the simulation. [s]"""
    cpu: float
    """Of all threads. [s]"""
    drawing: float
    """Wall time of making draws and events. [s]"""
    short: float
    """Part of the futures that go short of essential demand."""


Make = Callable[[int, int], tuple[Draws, Events]]
"""Draws and events of so many futures from a position on."""


def run_futures(model: FuturesModel, make: Make, n: int, n_threads: int) -> Ran:
    """Run futures block by block."""
    wall = cpu = drawing = short = 0.0
    for first in range(0, n, BLOCK):
        begun = time.perf_counter()
        draws, events = make(min(BLOCK, n - first), first)
        made, spent = time.perf_counter(), time.process_time()
        futures = simulate_futures(model, draws, events, n_threads=n_threads)
        wall += time.perf_counter() - made
        cpu += time.process_time() - spent
        drawing += made - begun
        short += float((futures.first_short >= 0).sum())
    return Ran(n, wall, cpu, drawing, short / n)


def random_events(model: FuturesModel, n: int, most: int, rng: np.random.Generator) -> Events:
    """Up to so many measures in each future, one after the other."""
    gap = model.n_periods // most
    start = rng.integers(0, gap - 18, (n, most)) + gap * np.arange(most)
    measure = rng.integers(-1, len(model.measures), (n, most))
    measure[:, 0] = np.abs(measure[:, 0]) % len(model.measures)
    return Events(model.measures, measure, start, rng.integers(1, 19, (n, most)))


def events_alone(model: FuturesModel) -> Make:
    """Futures that differ in their measures alone."""

    def make(n: int, first: int) -> tuple[Draws, Events]:
        rng = np.random.default_rng((SEED, first))
        draws = Draws((), np.zeros((n, 0)), np.full(n, 1.0 / n))
        return draws, random_events(model, n, 3, rng)

    return make


def drawn_network(case: Case, model: FuturesModel) -> Make:
    """Futures of the network that differ in prices, capacities, demand and stocks too."""
    known = inputs_by_path(case)
    middle = np.array([known[path].value for path in model.inputs])

    def make(n: int, first: int) -> tuple[Draws, Events]:
        rng = np.random.default_rng((SEED, first))
        values = middle * rng.uniform(0.8, 1.2, (n, len(middle)))
        draws = Draws(model.inputs, values, np.full(n, 1.0 / n))
        return draws, random_events(model, n, 1, rng)

    return make


def drawn_case(case: Case, model: FuturesModel) -> Make:
    """Futures of a case: all that has a range, and one measure at any time."""

    def make(n: int, first: int) -> tuple[Draws, Events]:
        draws = make_draws(case, n, seed=SEED, method="random", first=first)
        rng = np.random.default_rng((SEED, first))
        return draws, random_events(model, n, 1, rng)

    return make


def network_with_paths() -> Case:
    """The network with a path for each number that is drawn."""
    case = benchmark_case()

    def named(quantity: Quantity | None, path: str) -> Quantity | None:
        return None if quantity is None else replace(quantity, path=path)

    return replace(
        case,
        uses={
            name: replace(use, demand=named(use.demand, f"uses.{name}.demand"))
            for name, use in case.uses.items()
        },
        stockpiles={
            name: replace(pile, quantity=named(pile.quantity, f"stockpiles.{name}.quantity"))
            for name, pile in case.stockpiles.items()
        },
        suppliers={
            name: replace(
                seller,
                price=named(seller.price, f"suppliers.{name}.price"),
                capacity=named(seller.capacity, f"suppliers.{name}.capacity"),
            )
            for name, seller in case.suppliers.items()
        },
    )


def network_inputs(case: Case) -> tuple[str, ...]:
    """Demand and first stocks, and prices and capacities of every second seller."""
    paths = [f"uses.{name}.demand" for name in case.uses]
    paths += [f"stockpiles.{name}.quantity" for name in case.stockpiles]
    chosen = [name for name in case.suppliers if name.endswith("_1")]
    paths += [f"suppliers.{name}.{key}" for name in chosen for key in ("price", "capacity")]
    return tuple(paths)


def measure_futures(*, quick: bool) -> list[Row]:
    """Futures of both cases, growth with futures and periods, and other simulators."""
    n = N_QUICK if quick else N_FUTURES
    cores = len(os.sched_getaffinity(0))
    return [
        *_network_rows(n, cores),
        *_aspan_rows(n, cores),
        _memory_row(),
        *_growth_rows(quick=quick),
        *measure_small_network(quick=quick),
    ]


def _network_rows(n: int, cores: int) -> list[Row]:
    case = network_with_paths()
    inputs = network_inputs(case)
    plain, drawn = prepare_futures(case), prepare_futures(case, inputs=inputs)
    named: Mapping[str, tuple[FuturesModel, Make]] = {
        "network x 120 months, measures alone": (plain, events_alone(plain)),
        f"network x 120 months, {len(inputs)} numbers drawn": (drawn, drawn_network(case, drawn)),
    }
    rows = []
    for name, (model, make) in named.items():
        run_futures(model, make, 4096, cores)
        rows += _rows_of(name, run_futures(model, make, n, cores), NETWORK_LIMIT, cores)
    return rows


def _aspan_rows(n: int, cores: int) -> list[Row]:
    case = read_case(ASPAN)
    paths = tuple(quantity.path for quantity in uncertain_inputs(case))
    model = prepare_futures(case, measures=("embargo",), inputs=paths)
    make = drawn_case(case, model)
    run_futures(model, make, 4096, cores)
    name = f"ASPAN x {model.n_periods} months, {len(model.inputs)} numbers drawn"
    ran = run_futures(model, make, n, cores)
    drawing = Row(f"{name}: draws", 1e6 * ran.drawing / n, "µs", note="one core, by scipy")
    return [*_rows_of(name, ran, ASPAN_LIMIT, cores), drawing]


def _rows_of(name: str, ran: Ran, limit: float, cores: int) -> list[Row]:
    """Wall time of a million, and time of one future on one core."""
    whole = ran.wall * MILLION / ran.n
    scaled = "" if ran.n == MILLION else f", from {ran.n:,}"
    note = f"{cores} threads{scaled}; {ran.short:.1%} of the futures go short"
    one = Row(f"{name}: a future and core", 1e6 * ran.cpu / ran.n, "µs")
    return [within(f"{name}: a million", whole, "s", limit=limit, note=note), one]


def _memory_row() -> Row:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB
    return within("peak memory", peak, "GiB", limit=MEMORY_LIMIT, note="of the whole process")


def _growth_rows(*, quick: bool) -> list[Row]:
    """Time of a future on one core for more futures, and for more periods."""
    case = network_with_paths()
    rows = []
    model = prepare_futures(case)
    sizes = (5_000, 20_000) if quick else (10_000, 100_000)
    for n in sizes:
        ran = run_futures(model, events_alone(model), n, 1)
        rows.append(Row(f"network, {n:,} futures: each", 1e6 * ran.cpu / n, "µs", note="linear"))
    for n_periods in (60, 120):
        model = replace(prepare_futures(case), n_periods=n_periods)
        n = 5_000 if quick else 50_000
        ran = run_futures(model, events_alone(model), n, 1)
        each = 1e6 * ran.cpu / n
        note = f"{1e3 * each / n_periods:.0f} ns a period"
        rows.append(Row(f"network x {n_periods} months: each", each, "µs", note=note))
    return rows
