"""The plan that is timed: the network, what may be built and held, and what is to be survived.

Beside the four plants of the network four more may be built, two of parts and two of finals,
begun in any of ten months, of any size up to three; six reserves may be held. From the fifth
year on essential uses are to survive without the sellers of finals for a year, without the
sellers of parts for a year and without the largest sellers of raw goods for eight.
Draws vary demand, prices, what sellers have, and how late the new plants are.
"""

from dataclasses import replace

import numpy as np

from benchmarks.network import HOME, MADE_IN, benchmark_case, recipes_of
from derbes.case.entities import Case, Hit, Measure, Plant, Supplier, Use
from derbes.case.options import Option, OptionKind, Standard
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws

MONTHS_TO_BUILD, MONTHS_TO_RAMP = 18.0, 6.0
START_MONTHS = tuple(range(0, 30, 3))
"""When building may begin. [period]"""
LARGEST = 3.0
NEW_PLANTS = {
    "parts_new": ("parts_west", 60.0, 15.0, 9000.0, 12000.0),
    "parts_far": ("parts_west", 60.0, 15.0, 4000.0, 15000.0),
    "finals_new": ("finals_north", 60.0, 15.0, 12000.0, 46000.0),
    "finals_far": ("finals_north", 60.0, 15.0, 6000.0, 50000.0),
}
"""Plant: makes what this one makes, regular hours, overtime [hour/month], capital whatever
the size and by size [USD]."""
RUNNING, RUNNING_BY_SIZE = 20.0, 60.0
"""[USD/month]"""
FOREIGN_SHARE = 0.6
RESERVES = {
    "raw_one": (900.0, 1.5, 0.02),
    "raw_two": (600.0, 2.0, 0.02),
    "part_one": (300.0, 4.0, 0.05),
    "part_two": (300.0, 4.0, 0.05),
    "final_one": (300.0, 8.0, 0.10),
    "final_two": (300.0, 8.0, 0.10),
}
"""Good: largest size [piece], depot [USD/piece], guard [USD/piece/month]."""
MONTHS_TO_STORE = 12.0
FIRST = 48
"""First month in which a standard's measure may start. [period]"""
STANDARDS = {
    "without_finals": (("s7", "s8"), 12),
    "without_parts": (("s4", "s6"), 12),
    "without_raw": (("s1", "s2"), 8),
}
"""Standard: sellers that stop together, for how long. [period]"""
SEED = 11
DEMAND_SPREAD, PRICE_SPREAD = 0.05, 0.10
CAPACITY_FROM, CAPACITY_TO = 0.85, 1.10
LATE_AT_MOST = 6.0
"""Months by which a new plant may be late."""


def plan_case() -> Case:
    """The network with options and standards; the same every time."""
    case = benchmark_case()
    measures = {name: _measure(name, sellers, n) for name, (sellers, n) in STANDARDS.items()}
    return replace(
        case,
        name="Benchmark plan",
        label={"": "Benchmark plan"},
        main_measure=next(iter(measures)),
        measures=measures,
        uses={name: _use(use) for name, use in case.uses.items()},
        suppliers={name: _supplier(one) for name, one in case.suppliers.items()},
        plants={**case.plants, **{name: _plant(name) for name in NEW_PLANTS}},
        recipes={**case.recipes, **recipes_of(_made_in())},
        options={**_plant_options(), **_reserve_options()},
        standards={
            name: Standard(name, measure=name, length=length, first=FIRST)
            for name, (_sellers, length) in STANDARDS.items()
        },
    )


def plan_draws(case: Case, n_draws: int) -> Draws:
    """Draws of the uncertain inputs; fewer draws are the first of more."""
    rng = np.random.default_rng(SEED)
    inputs = _uncertain(case)
    values = np.array([_factors(rng, inputs) for _draw in range(n_draws)])
    central = np.array([quantity.value for quantity in inputs.values()])
    late = np.array([path.startswith("plants.") for path in inputs])
    return Draws(
        inputs=tuple(inputs),
        values=np.where(late, values, values * central),
        weights=np.full(n_draws, 1.0 / n_draws),
        seed=SEED,
        method="random",
    )


def _uncertain(case: Case) -> dict[str, Quantity]:
    """Uncertain inputs by their paths."""
    found = [use.demand for use in case.uses.values()]
    found += [supplier.price for supplier in case.suppliers.values()]
    found += [supplier.capacity for supplier in case.suppliers.values()]
    found += [case.plants[name].delay for name in NEW_PLANTS]
    return {quantity.path: quantity for quantity in found if quantity is not None}


def _factors(rng: np.random.Generator, inputs: dict[str, Quantity]) -> FloatArray:
    """Factors of one draw; of a plant's delay the months themselves. (inputs,)

    Demand moves together, prices and capacities move by seller.
    """
    demand = float(np.exp(rng.normal(0.0, DEMAND_SPREAD)))
    prices: dict[str, float] = {}
    capacities: dict[str, float] = {}
    for seller in sorted({path.split(".")[1][:2] for path in inputs if "suppliers" in path}):
        prices[seller] = float(np.exp(rng.normal(0.0, PRICE_SPREAD)))
        capacities[seller] = float(rng.uniform(CAPACITY_FROM, CAPACITY_TO))
    factors = []
    for path in inputs:
        section, name, field = path.split(".")
        if section == "uses":
            factors.append(demand)
        elif section == "plants":
            factors.append(float(np.floor(rng.triangular(0.0, 0.0, LATE_AT_MOST + 1.0))))
        else:
            factors.append((prices if field == "price" else capacities)[name[:2]])
    return np.array(factors)


def _q(value: float) -> Quantity:
    return Quantity(value)


def _named(quantity: Quantity | None, path: str) -> Quantity | None:
    return None if quantity is None else replace(quantity, path=path)


def _use(use: Use) -> Use:
    return replace(use, demand=_named(use.demand, f"uses.{use.id}.demand"))


def _supplier(supplier: Supplier) -> Supplier:
    path = f"suppliers.{supplier.id}"
    return replace(
        supplier,
        price=_named(supplier.price, f"{path}.price"),
        capacity=_named(supplier.capacity, f"{path}.capacity"),
    )


def _plant(name: str) -> Plant:
    _like, regular, overtime, _fixed, _by_size = NEW_PLANTS[name]
    return Plant(
        name,
        actor=HOME,
        delay=_named(_q(0.0), f"plants.{name}.delay"),
        ramp=_q(MONTHS_TO_RAMP),
        lines={"regular": _q(regular), "overtime": _q(overtime)},
    )


def _made_in() -> dict[str, tuple[str, ...]]:
    """What the new plants make: what those make that they are like."""
    return {plant: tuple(MADE_IN[like]) for plant, (like, *_rest) in NEW_PLANTS.items()}


def _plant_options() -> dict[str, Option]:
    return {
        f"build_{name}": Option(
            f"build_{name}",
            kind=OptionKind.BUILD,
            element=f"plants.{name}",
            sizes=(),
            largest=LARGEST,
            dates=START_MONTHS,
            lead_time=_q(MONTHS_TO_BUILD),
            capital=_q(fixed),
            capital_by_size=_q(by_size),
            running=_q(RUNNING),
            running_by_size=_q(RUNNING_BY_SIZE),
            foreign_share=_q(FOREIGN_SHARE),
        )
        for name, (_like, _regular, _overtime, fixed, by_size) in NEW_PLANTS.items()
    }


def _reserve_options() -> dict[str, Option]:
    return {
        f"hold_{good}": Option(
            f"hold_{good}",
            kind=OptionKind.RESERVE,
            element=f"goods.{good}",
            sizes=(),
            largest=largest,
            dates=(0,),
            lead_time=_q(MONTHS_TO_STORE),
            capital_by_size=_q(depot),
            running_by_size=_q(guard),
        )
        for good, (largest, depot, guard) in RESERVES.items()
    }


def _measure(name: str, sellers: tuple[str, ...], length: int) -> Measure:
    hits = tuple(Hit(actor=seller) for seller in sellers)
    return Measure(name, sender=sellers[0], hits=hits, lengths=(length,))
