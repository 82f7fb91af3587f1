"""Small cases, built without a file, for tests of what lies below the case file."""

from dataclasses import replace

from derbes.case.entities import (
    Actor,
    Case,
    Export,
    Good,
    Hit,
    Measure,
    Plant,
    Recipe,
    Route,
    Stockpile,
    Supplier,
    Survival,
    Tier,
    Use,
)
from derbes.case.quantity import Calendar, Quantity

Q = Quantity

SENDER = Actor("sender", margin_share=Q(0.4))
ACTORS = {"sender": SENDER, "other": Actor("other"), "home": Actor("home")}
CUT = Measure("cut", sender="sender", hits=(Hit(actor="sender"),), lengths=(12,))


def worked_example(number: int, *, n_periods: int = 60, stock: float = 600.0) -> Case:
    """E1, E2 or E3 of the design: one good, one sender, one dearer supplier.

    Use 100 a month, reserve 600, refill in 6 months, no ageing, no discounting, no
    lead times, 1,000 for a unit short. Sender: 200 a month at 10, margin 40 %. Other:
    40 a month at 25.
    """
    goods = {"good": Good("good", unit="t", reserve=Q(600.0))}
    suppliers = {
        "from_sender": Supplier(
            "from_sender", actor="sender", good="good", price=Q(10.0), capacity=Q(200.0)
        ),
        "from_other": Supplier(
            "from_other", actor="other", good="good", price=Q(25.0), capacity=Q(40.0)
        ),
    }
    plants: dict[str, Plant] = {}
    recipes: dict[str, Recipe] = {}
    if number == 2:
        goods["component"] = Good("component", unit="t")
        suppliers["component_from_sender"] = Supplier(
            "component_from_sender",
            actor="sender",
            good="component",
            price=Q(8.0),
            capacity=Q(200.0),
        )
        plants["plant"] = Plant("plant", actor="home", opening=0)
        recipes["make"] = Recipe(
            "make",
            output="good",
            inputs={"component": Q(1.0)},
            plant="plant",
            capacity=Q(100.0),
            cost=Q(1.0),
        )
    if number == 3:
        plants["plant"] = Plant("plant", actor="home", opening=24)
        recipes["make"] = Recipe(
            "make", output="good", plant="plant", capacity=Q(100.0), cost=Q(12.0)
        )
    return Case(
        name=f"E{number}",
        calendar=Calendar(2026, 1, n_periods),
        currency="USD",
        target="home",
        refill_time=Q(6.0),
        sender_horizon=Q(36.0),
        actors=ACTORS,
        goods=goods,
        uses={"use": Use("use", good="good", demand=Q(100.0), shortage_cost=Q(1000.0))},
        stockpiles={"stock": Stockpile("stock", good="good", quantity=Q(stock))},
        suppliers=suppliers,
        plants=plants,
        recipes=recipes,
        measures={"cut": CUT},
    )


def one_good(
    *,
    stock: float = 0.0,
    demand: float = 100.0,
    capacity: float = 200.0,
    n_periods: int = 24,
    survival: dict[str, object] | None = None,
) -> Case:
    """One good, one use, one sender, one stock without a reserve."""
    aged = Survival(**(survival or {}))  # type: ignore[arg-type]
    return Case(
        name="one good",
        calendar=Calendar(2026, 1, n_periods),
        currency="USD",
        target="home",
        actors=ACTORS,
        goods={"good": Good("good", unit="t")},
        uses={"use": Use("use", good="good", demand=Q(demand))},
        stockpiles={"stock": Stockpile("stock", good="good", quantity=Q(stock), survival=aged)},
        suppliers={
            "seller": Supplier(
                "seller", actor="sender", good="good", price=Q(10.0), capacity=Q(capacity)
            )
        },
        measures={"cut": CUT},
    )


def with_winter(n_periods: int, months: tuple[int, int] = (9, 12), cold: float = 200.0) -> Case:
    """A stop of three months is short in the last quarter of each year alone: 300 of 600.

    Or in the months of each year, from 0, in which so much is used.
    """
    case = one_good(stock=300.0, capacity=400.0, n_periods=n_periods)
    steps = tuple(
        (at, cold if months[0] <= at % 12 < months[1] else 40.0) for at in range(n_periods)
    )
    demand = Q(40.0, "t/month", steps=steps)
    held = Good("good", unit="t", reserve=Q(300.0), storage_cost=Q(0.1))
    return replace(
        case,
        goods={"good": held},
        uses={"use": replace(case.uses["use"], demand=demand)},
        measures={"cut": replace(case.measures["cut"], lengths=(3,))},
    )


def smallest_complete() -> Case:
    """The smallest case in which every kind of row and column stands."""
    return Case(
        name="smallest",
        calendar=Calendar(2026, 1, 3),
        currency="USD",
        target="home",
        refill_time=Q(2.0),
        sender_horizon=Q(3.0),
        actors=ACTORS,
        goods={
            "part": Good("part", unit="t", survival=Survival(shelf_life=Q(2.0))),
            "good": Good(
                "good",
                unit="t",
                reserve=Q(4.0),
                storage_limit=Q(9.0),
                storage_cost=Q(0.1),
                survival=Survival(half_life=Q(12.0)),
            ),
        },
        uses={
            "need": Use("need", good="good", demand=Q(3.0), shortage_cost=Q(50.0)),
            "wish": Use("wish", good="good", tier=Tier.DEFERRABLE, demand=Q(1.0)),
        },
        stockpiles={
            "old": Stockpile(
                "old", good="good", quantity=Q(5.0), survival=Survival(half_life=Q(24.0))
            )
        },
        routes={"rail": Route("rail"), "sea": Route("sea", cost_share=Q(0.5), lead_time=Q(1.0))},
        suppliers={
            "seller": Supplier(
                "seller",
                actor="sender",
                good="part",
                price=Q(2.0),
                capacity=Q(9.0),
                routes=("rail", "sea"),
            )
        },
        plants={"plant": Plant("plant", actor="home", opening=0, lines={"press": Q(8.0)})},
        recipes={
            "make": Recipe(
                "make",
                output="good",
                inputs={"part": Q(2.0)},
                plant="plant",
                line="press",
                hours=Q(1.5),
                cost=Q(1.0),
            )
        },
        exports={
            "buyer": Export("buyer", actor="other", good="good", price=Q(6.0), capacity=Q(1.0))
        },
        measures={"cut": replace(CUT, lengths=(2,))},
    )
