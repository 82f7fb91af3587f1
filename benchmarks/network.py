"""The network that is timed: six goods in three levels, eight sellers, four plants, ten years.

Nothing in it stands for anything: the numbers are chosen so that the calm plan meets
all demand while most cut-offs of a seller cost money and some leave demand unmet.
Demand has a season and grows, prices drift by year, two plants open on the way.
"""

import math
from collections.abc import Mapping, Sequence

from derbes.case.entities import (
    Actor,
    Case,
    Good,
    Hit,
    Label,
    Measure,
    Plant,
    Recipe,
    Stockpile,
    Supplier,
    Survival,
    Tier,
    Use,
)
from derbes.case.quantity import Calendar, Quantity

N_PERIODS = 120
"""[month]"""
LENGTHS = tuple(range(1, 19))
"""Lengths of a cut-off on the surface. [month]"""
STARTS = range(3, 75)
"""Starts of the surface: all that was ordered before them is in the plan, and each leaves
room to recover. [month]"""
HOME = "home"
MARGIN_SHARE = 0.3
OPEN_EARLY = -24

GOODS = {
    "raw_one": (330.0, 0.10, None, 36.0),
    "raw_two": (220.0, 0.15, 240.0, None),
    "part_one": (None, 0.50, None, 18.0),
    "part_two": (None, 0.60, 180.0, None),
    "final_one": (140.0, 1.00, None, 12.0),
    "final_two": (90.0, 1.20, 120.0, None),
}
"""Good: reserve [piece], storage cost [USD/piece/month], half-life, shelf life [month]."""
LANES = (
    ("s1", "raw_one", 4.0, 215.0, 1),
    ("s2", "raw_one", 5.0, 80.0, 2),
    ("s3", "raw_one", 5.5, 60.0, 3),
    ("s2", "raw_two", 6.5, 65.0, 2),
    ("s4", "raw_two", 6.0, 115.0, 1),
    ("s5", "raw_two", 7.5, 50.0, 3),
    ("s4", "part_one", 26.0, 12.0, 2),
    ("s6", "part_one", 24.0, 18.0, 1),
    ("s6", "part_two", 30.0, 14.0, 2),
    ("s7", "final_one", 50.0, 42.0, 2),
    ("s8", "final_one", 54.0, 20.0, 3),
    ("s8", "final_two", 62.0, 24.0, 1),
)
"""Seller, good, first price [USD/piece], what it buys [piece/month], lead time [month]."""
SECOND_PRICE, SECOND_CAPACITY = 1.35, 0.25
"""The second price of a lane and what can be had at it, beside the first."""
PLANTS = {
    "parts_west": (OPEN_EARLY, 0.0, 350.0, 60.0),
    "parts_east": (30, 12.0, 110.0, 20.0),
    "finals_north": (OPEN_EARLY, 0.0, 290.0, 50.0),
    "finals_south": (54, 6.0, 110.0, 20.0),
}
"""Plant: opening, ramp [month], regular hours, overtime [hour/month]."""
RECIPES = {
    "part_one": ({"raw_one": 2.0, "raw_two": 0.5}, 1.4, 6.0),
    "part_two": ({"raw_one": 1.0, "raw_two": 1.5}, 1.7, 7.5),
    "final_one": ({"part_one": 1.0, "part_two": 0.5}, 2.2, 11.0),
    "final_two": ({"part_one": 0.6, "part_two": 1.0}, 2.6, 14.0),
}
"""Product: inputs, hours and running cost [USD] of one piece."""
MADE_IN = {
    "parts_west": ("part_one", "part_two"),
    "parts_east": ("part_one", "part_two"),
    "finals_north": ("final_one", "final_two"),
    "finals_south": ("final_one", "final_two"),
}
OVERTIME = 1.5
"""Running cost in overtime, beside regular hours."""
USES = (
    ("final_one", "first", Tier.ESSENTIAL, 76.0, 2400.0),
    ("final_one", "second", Tier.ESSENTIAL, 50.0, 2100.0),
    ("final_one", "third", Tier.DEFERRABLE, 10.0, 500.0),
    ("final_two", "first", Tier.ESSENTIAL, 56.0, 3000.0),
    ("final_two", "second", Tier.ESSENTIAL, 28.0, 2700.0),
    ("final_two", "third", Tier.DEFERRABLE, 7.0, 600.0),
)
"""Good, name, tier, demand at the start [piece/month], cost of being short [USD/piece]."""
STOCKPILES = {
    "old_raw_one": ("raw_one", 340.0),
    "old_raw_two": ("raw_two", 230.0),
    "old_final_one": ("final_one", 150.0),
    "old_final_two": ("final_two", 95.0),
}
"""Lot: good, quantity [piece]; it decays as the good does when new."""
GROWTH = 0.005
"""Growth of demand. [1/year]"""
SEASON = 0.08
"""Height of the season, as a part of demand."""


def benchmark_case() -> Case:
    """The network as a case; the same every time."""
    sellers = sorted({seller for seller, *_rest in LANES})
    actors = {name: Actor(name, margin_share=_q(MARGIN_SHARE)) for name in sellers}
    return Case(
        name="Benchmark network",
        calendar=Calendar(first_year=2026, first_month=1, n_periods=N_PERIODS),
        currency="USD",
        target=HOME,
        label=_label("Benchmark network"),
        price_year=2025,
        discount_rate=_q(0.05),
        refill_time=_q(6.0),
        sender_horizon=_q(36.0),
        main_measure=f"embargo_{sellers[0]}",
        actors={HOME: Actor(HOME), **actors},
        goods=_goods(),
        uses=_uses(),
        stockpiles=_stockpiles(),
        suppliers=_suppliers(),
        plants=_plants(),
        recipes=recipes_of(MADE_IN),
        measures={f"embargo_{name}": _embargo(name) for name in sellers},
    )


def _label(text: str) -> Label:
    return {"": text}


def _q(value: float) -> Quantity:
    return Quantity(value)


def _maybe(value: float | None) -> Quantity | None:
    return None if value is None else Quantity(value)


def _monthly(value: float, phase: float) -> Quantity:
    """A demand that grows and has a season. [unit/month]"""
    path = [
        value * (1.0 + GROWTH * t / 12.0) * (1.0 + SEASON * math.sin(math.tau * (t + phase) / 12.0))
        for t in range(N_PERIODS)
    ]
    steps = tuple((t, round(level, 3)) for t, level in enumerate(path))
    return Quantity(steps[0][1], steps=steps)


def _yearly(value: float, drift: float) -> Quantity:
    """A price that drifts from year to year. [money/unit]"""
    steps = tuple(
        (t, round(value * (1.0 + drift * math.sin(1.0 + t / 12.0 * drift * 40.0)), 4))
        for t in range(0, N_PERIODS, 12)
    )
    return Quantity(steps[0][1], steps=steps)


def _goods() -> dict[str, Good]:
    return {
        name: Good(
            name,
            unit="piece",
            reserve=_maybe(reserve),
            storage_cost=_q(storage),
            survival=Survival(half_life=_maybe(half_life), shelf_life=_maybe(shelf_life)),
        )
        for name, (reserve, storage, half_life, shelf_life) in GOODS.items()
    }


def _uses() -> dict[str, Use]:
    return {
        f"{good}_{name}": Use(
            f"{good}_{name}",
            good=good,
            tier=tier,
            demand=_monthly(demand, phase=float(position)),
            shortage_cost=_q(cost),
        )
        for position, (good, name, tier, demand, cost) in enumerate(USES)
    }


def _stockpiles() -> dict[str, Stockpile]:
    return {
        name: Stockpile(
            name,
            good=good,
            quantity=_q(quantity),
            survival=Survival(half_life=_maybe(GOODS[good][2])),
        )
        for name, (good, quantity) in STOCKPILES.items()
    }


def _suppliers() -> dict[str, Supplier]:
    suppliers = {}
    for position, (seller, good, price, capacity, lead_time) in enumerate(LANES):
        for step, price_factor, part in ((1, 1.0, 1.0), (2, SECOND_PRICE, SECOND_CAPACITY)):
            name = f"{seller}_{good}_{step}"
            suppliers[name] = Supplier(
                name,
                actor=seller,
                good=good,
                price=_yearly(price * price_factor, drift=0.03 + 0.005 * position),
                capacity=_q(capacity * part),
                lead_time=_q(float(lead_time)),
            )
    return suppliers


def _plants() -> dict[str, Plant]:
    return {
        name: Plant(
            name,
            actor=HOME,
            opening=opening,
            ramp=_q(ramp),
            lines={"regular": _q(regular), "overtime": _q(overtime)},
        )
        for name, (opening, ramp, regular, overtime) in PLANTS.items()
    }


def recipes_of(made_in: Mapping[str, Sequence[str]]) -> dict[str, Recipe]:
    """Recipes of what plants make, on the regular line and in overtime."""
    recipes = {}
    for plant, products in made_in.items():
        for product in products:
            inputs, hours, cost = RECIPES[product]
            for line, factor in (("regular", 1.0), ("overtime", OVERTIME)):
                name = f"{product}_{plant}_{line}"
                recipes[name] = Recipe(
                    name,
                    output=product,
                    inputs={good: _q(amount) for good, amount in inputs.items()},
                    plant=plant,
                    line=line,
                    hours=_q(hours),
                    cost=_q(cost * factor),
                )
    return recipes


def _embargo(seller: str) -> Measure:
    return Measure(f"embargo_{seller}", sender=seller, hits=(Hit(actor=seller),), lengths=LENGTHS)
