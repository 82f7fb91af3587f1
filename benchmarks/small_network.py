"""A buyer, a plant and two sellers for 120 months; the first seller is out from 40 to 79.

The same network in derbes, as a recursion over numpy arrays of draws, as processes of
SimPy written by hand, and in two simulators of supply chains. A node is one of the four in
one month. The policies differ, so the outcomes do too; the recursion in numpy and in SimPy
is the same one.
"""

import importlib
import importlib.util
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.rows import Row
from benchmarks.setting import one_core, quiet
from derbes.case.entities import (
    Actor,
    Case,
    Good,
    Hit,
    Measure,
    Plant,
    Recipe,
    Stockpile,
    Supplier,
    Use,
)
from derbes.case.quantity import Calendar, FloatArray, Quantity
from derbes.case.uncertainty import Draws, Events
from derbes.draws.study import prepare_futures
from derbes.simulation.futures import FuturesModel, simulate_futures

N_PERIODS, OUT_FROM, OUT_FOR = 120, 40, 40
NODES = 4
DEMAND, MADE, STOCK, PARTS = 10.0, 12.0, 120.0, 40.0
"""Demand and what the plant makes at most [piece/month], reserves of both goods [piece]."""
SELLERS = ((20.0, 1.0, 1), (6.0, 2.0, 2))
"""Capacity [piece/month], price, lead time [month]; the first goes out."""
INPUTS = ("uses.buyer.demand", "stockpiles.stock.quantity")
SEED = 11
TIMES_NUMPY, TIMES_SUPPLYNETPY = 3.0, 5000.0
"""How much faster than these derbes is wanted to be."""


def small_case() -> Case:
    """The network as a case."""
    return Case(
        name="Buyer, plant and two sellers",
        calendar=Calendar(first_year=2026, first_month=1, n_periods=N_PERIODS),
        currency="USD",
        target="home",
        refill_time=Quantity(1.0),
        actors={name: Actor(name) for name in ("home", "first", "second")},
        goods={
            "part": Good("part", unit="piece", reserve=Quantity(PARTS)),
            "final": Good("final", unit="piece", reserve=Quantity(STOCK)),
        },
        uses={"buyer": Use("buyer", good="final", demand=Quantity(DEMAND, path=INPUTS[0]))},
        stockpiles={
            "stock": Stockpile("stock", good="final", quantity=Quantity(STOCK, path=INPUTS[1])),
            "parts": Stockpile("parts", good="part", quantity=Quantity(PARTS)),
        },
        suppliers={
            name: Supplier(
                name,
                actor=name,
                good="part",
                price=Quantity(price),
                capacity=Quantity(capacity),
                lead_time=Quantity(float(lead)),
            )
            for name, (capacity, price, lead) in zip(("first", "second"), SELLERS, strict=True)
        },
        plants={"plant": Plant("plant", actor="home", opening=-12)},
        recipes={
            "make": Recipe(
                "make",
                output="final",
                inputs={"part": Quantity(1.0)},
                plant="plant",
                capacity=Quantity(MADE),
                cost=Quantity(1.0),
            )
        },
        measures={"outage": Measure("outage", hits=(Hit(actor="first"),), lengths=(OUT_FOR,))},
    )


def drawn(n: int) -> FloatArray:
    """Demand and first stock of each draw. (n, 2)"""
    rng = np.random.default_rng(SEED)
    return np.array([DEMAND, STOCK]) * rng.uniform(0.8, 1.2, (n, 2))


def by_derbes(model: FuturesModel, values: FloatArray) -> FloatArray:
    """Unmet demand of each draw. (n,) [piece]"""
    n = len(values)
    draws = Draws(INPUTS, values, np.full(n, 1.0 / n))
    outage = np.array([[0, OUT_FROM, OUT_FOR]] * n)
    events = Events(model.measures, outage[:, :1], outage[:, 1:2], outage[:, 2:])
    return simulate_futures(model, draws, events).unmet[:, 0]


def by_numpy(values: FloatArray) -> FloatArray:
    """The recursion over all draws at once: unmet demand. (n,) [piece]"""
    demand, final = values[:, 0], values[:, 1].copy()
    parts = np.full(len(demand), PARTS)
    lost = np.zeros(len(demand))
    (most_first, _price, wait_first), (most_second, _dear, wait_second) = SELLERS
    due = np.zeros((N_PERIODS + wait_second + 1, len(demand)))
    due[:wait_first] = demand
    position = parts + demand * wait_first
    for t in range(N_PERIODS):
        parts += due[t]
        made = np.minimum(np.minimum(MADE, parts), np.maximum(0.0, STOCK + demand - final))
        parts -= made
        final += made
        served = np.minimum(final, demand)
        final -= served
        lost += demand - served
        position -= made
        is_out = OUT_FROM <= t < OUT_FROM + OUT_FOR
        target = PARTS + demand * (wait_first + 1)
        first = np.minimum(0.0 if is_out else most_first, np.maximum(0.0, target - position))
        target = PARTS + demand * (wait_second + 1)
        lacking = target - position - first if is_out else np.zeros(len(demand))
        second = np.minimum(most_second, np.maximum(0.0, lacking))
        due[t + wait_first] += first
        due[t + wait_second] += second
        position += first + second
    return lost


def by_simpy(values: FloatArray) -> FloatArray:
    """The recursion as processes of SimPy, one draw after the other. (n,) [piece]"""
    simpy = importlib.import_module("simpy")
    return np.array([_simpy_run(simpy, *row) for row in values.tolist()])


def _simpy_run(simpy: object, demand: float, stock: float) -> float:
    wait_first = SELLERS[0][2]
    env = simpy.Environment()  # type: ignore[attr-defined]
    now = {"parts": PARTS, "final": stock, "lost": 0.0, "position": PARTS + demand * wait_first}

    def deliver(amount: float, wait: float) -> object:
        yield env.timeout(wait - 0.5)
        now["parts"] += amount

    def plant() -> object:
        while True:
            made = min(MADE, now["parts"], max(0.0, STOCK + demand - now["final"]))
            now["parts"] -= made
            now["position"] -= made
            now["final"] += made
            yield env.timeout(1)

    def buyer() -> object:
        yield env.timeout(0.1)
        while True:
            served = min(now["final"], demand)
            now["final"] -= served
            now["lost"] += demand - served
            yield env.timeout(1)

    def orders() -> object:
        yield env.timeout(0.2)
        while True:
            for amount, wait in _orders(now["position"], demand, env.now):
                now["position"] += amount
                env.process(deliver(amount, wait))
            yield env.timeout(1)

    now["parts"] += demand * wait_first
    for process in (plant, buyer, orders):
        env.process(process())
    env.run(until=N_PERIODS)
    return now["lost"]


def _orders(position: float, demand: float, now: float) -> list[tuple[float, int]]:
    """What is ordered from which seller, and how long it takes."""
    (most_first, _price, wait_first), (most_second, _dear, wait_second) = SELLERS
    is_out = OUT_FROM <= now < OUT_FROM + OUT_FOR
    if not is_out:
        wanted = PARTS + demand * (wait_first + 1) - position
        return [(min(most_first, max(0.0, wanted)), wait_first)]
    wanted = PARTS + demand * (wait_second + 1) - position
    return [(min(most_second, max(0.0, wanted)), wait_second)]


def by_supplynetpy(values: FloatArray) -> FloatArray:
    """In SupplyNetPy: infinite sellers, the first of which is down for a while. (n,) [piece]"""
    scm = importlib.import_module("SupplyNetPy.Components")
    return np.array([_supplynetpy_run(scm, *row) for row in values.tolist()])


def _supplynetpy_run(scm: object, demand: float, stock: float) -> float:
    simpy = importlib.import_module("simpy")
    env = simpy.Environment()
    raw = scm.RawMaterial("part", "part", 20, 1, 0.1, 1.0)  # type: ignore[attr-defined]
    final = scm.Product("final", "final", 1.0, 1, 10.0, [(raw, 1)], int(MADE))  # type: ignore[attr-defined]
    first = scm.Supplier(  # type: ignore[attr-defined]
        env,
        "S1",
        "first",
        "infinite_supplier",
        raw_material=raw,
        node_disrupt_time=lambda: OUT_FROM,
        node_recovery_time=lambda: OUT_FOR,
        logging=False,
    )
    second = scm.Supplier(  # type: ignore[attr-defined]
        env, "S2", "second", "infinite_supplier", raw_material=raw, logging=False
    )
    plant = scm.Manufacturer(  # type: ignore[attr-defined]
        env,
        "M1",
        "plant",
        2 * STOCK,
        stock,
        0.1,
        10.0,
        scm.SSReplenishment,  # type: ignore[attr-defined]
        {"s": STOCK, "S": STOCK + demand},
        product=final,
        supplier_selection_policy=scm.SelectAvailable,  # type: ignore[attr-defined]
        logging=False,
    )
    links = [
        scm.Link(env, f"L{i}", seller, plant, price, lambda wait=lead: wait)  # type: ignore[attr-defined]
        for i, (seller, (_most, price, lead)) in enumerate(
            zip((first, second), SELLERS, strict=True)
        )
    ]
    wish = scm.Demand(  # type: ignore[attr-defined]
        env, "D1", "buyer", lambda: 1, lambda: demand, plant, consume_available=True, logging=False
    )
    net = scm.create_sc_net([first, second, plant], links, [wish], env)  # type: ignore[attr-defined]
    done = scm.simulate_sc_net(net, sim_time=N_PERIODS, logging=False)  # type: ignore[attr-defined]
    return float(done["shortage"][1])


def by_stockpyl(values: FloatArray) -> FloatArray:
    """In stockpyl: base stocks; nothing switches to the second seller. (n,) [piece]"""
    return np.array([_stockpyl_run(*row) for row in values.tolist()])


def _stockpyl_run(demand: float, stock: float) -> float:
    networks = importlib.import_module("stockpyl.supply_chain_network")
    disruption = importlib.import_module("stockpyl.disruption_process").DisruptionProcess
    is_out = [OUT_FROM <= t < OUT_FROM + OUT_FOR for t in range(N_PERIODS)]
    network = networks.network_from_edges(
        [(1, 3), (2, 3), (3, 4)],
        demand_type={1: None, 2: None, 3: None, 4: "D"},
        demand_list={1: None, 2: None, 3: None, 4: [demand]},
        shipment_lead_time={1: 1, 2: 2, 3: 1, 4: 0},
        policy_type="BS",
        base_stock_level={1: 40, 2: 20, 3: PARTS, 4: stock},
        initial_inventory_level={1: 40, 2: 20, 3: PARTS, 4: stock},
        local_holding_cost=1,
        stockout_cost=10,
    )
    network.get_node_from_index(1).disruption_process = disruption(
        random_process_type="E", disruption_type="OP", disruption_state_list=is_out
    )
    simulate = importlib.import_module("stockpyl.sim").simulation
    simulate(network, N_PERIODS, rand_seed=SEED, progress_bar=False)
    buyer = network.get_node_from_index(4)
    return float(max(0.0, -sum(buyer.state_vars[N_PERIODS - 1].inventory_level.values())))


@dataclass(frozen=True, slots=True)
class Other:
    """Another way to simulate the network."""

    name: str
    """With the number of runs where it says {n}."""
    package: str
    """Empty: numpy alone."""
    run: Callable[[FloatArray], FloatArray]
    n_runs: int
    aim: float | None = None
    """Times that derbes is wanted to be faster."""


OTHERS = (
    Other("numpy over {n:,} draws", "", by_numpy, 10_000, TIMES_NUMPY),
    Other("SimPy, written by hand", "simpy", by_simpy, 200),
    Other("SupplyNetPy", "SupplyNetPy", by_supplynetpy, 20, TIMES_SUPPLYNETPY),
    Other("stockpyl", "stockpyl", by_stockpyl, 4),
)


def measure_small_network(*, quick: bool) -> list[Row]:
    """Goods or nodes a second of derbes beside each other way, all on one core."""
    with one_core():
        n = 16_384 if quick else 131_072
        model = prepare_futures(small_case(), inputs=INPUTS)
        by_derbes(model, drawn(64))
        unmet, own = _nodes_a_second(lambda values: by_derbes(model, values), n)
        note = f"{n:,} draws, one core, {unmet:.1f} pieces unmet on average"
        beside = [_beside(other, own, quick=quick) for other in OTHERS]
    return [Row("small network, derbes", own, "nodes/s", note=note), *beside]


def _nodes_a_second(run: Callable[[FloatArray], FloatArray], n: int) -> tuple[float, float]:
    """Mean unmet demand, and nodes times months a second; the better of two passes."""
    values, spent = drawn(n), []
    for _pass in range(2):
        begun = time.process_time()
        unmet = run(values)
        spent.append(time.process_time() - begun)
    return statistics.fmean(unmet), NODES * N_PERIODS * n / min(spent)


def _beside(other: Other, own: float, *, quick: bool) -> Row:
    name = "small network, nodes x months"
    n = max(2, other.n_runs // (4 if quick else 1))
    beside = other.name.format(n=n)
    if other.package and importlib.util.find_spec(other.package) is None:
        return Row(name, own, "nodes/s", beside, note=f"{other.package} is not installed")
    try:
        with quiet():
            unmet, speed = _nodes_a_second(other.run, n)
    except Exception as error:  # noqa: BLE001 - whatever another package raises is its result
        return Row(name, own, "nodes/s", beside, note=f"does not run here: {error!r}")
    wanted = f", {other.aim:,.0f} times wanted" if other.aim else ""
    note = f"{unmet:.1f} pieces unmet on average{wanted}"
    return Row(name, own, "nodes/s", beside, speed, own / speed, note)
