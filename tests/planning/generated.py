"""Small cases with options and standards, drawn at random."""

from dataclasses import replace

import numpy as np

from derbes.case.entities import (
    Actor,
    Case,
    Good,
    Hit,
    Measure,
    MeasureKind,
    Plant,
    Recipe,
    Route,
    Scenario,
    Stockpile,
    Supplier,
    Survival,
    Tier,
    Use,
)
from derbes.case.options import Budget, Option, OptionKind, Risk, Standard
from derbes.case.quantity import Calendar, Quantity
from tests.properties.random_cases import random_case
from tests.properties.test_laws_units import weighed

Q = Quantity
N_PERIODS = 14
ACTORS = {name: Actor(name) for name in ("home", "sender", "other")}


def small_case(seed: int, *, n_periods: int = N_PERIODS, n_scenarios: int = 1) -> Case:
    """Shells from bodies, bodies from a sender; everything that an option can do."""
    rng = np.random.default_rng(seed)

    def about(value: float) -> Quantity:
        return Q(float(np.round(value * rng.uniform(0.8, 1.25), 2)))

    case = Case(
        name="small",
        calendar=Calendar(2026, 1, n_periods),
        currency="USD",
        target="home",
        discount_rate=Q(0.05),
        refill_time=Q(3.0),
        sender_horizon=Q(6.0),
        actors=ACTORS,
        goods={
            "body": Good("body", unit="t", storage_cost=about(0.02)),
            "shell": Good(
                "shell",
                unit="t",
                reserve=about(40.0),
                storage_cost=about(0.1),
                survival=Survival(half_life=Q(60.0)) if seed % 2 else Survival(shelf_life=Q(8.0)),
            ),
        },
        uses={
            "need": Use("need", good="shell", demand=about(40.0), crisis_demand=about(45.0)),
            "wish": Use(
                "wish", good="shell", tier=Tier.DEFERRABLE, demand=about(5.0), shortage_cost=Q(30.0)
            ),
        },
        stockpiles={
            "old": Stockpile(
                "old", good="shell", quantity=about(60.0), survival=Survival(half_life=Q(80.0))
            )
        },
        routes={"rail": Route("rail", via=("sender",)), "sea": Route("sea", lead_time=Q(1.0))},
        suppliers={
            "bodies": Supplier(
                "bodies",
                actor="sender",
                good="body",
                price=about(2.0),
                capacity=about(60.0),
                lead_time=Q(1.0),
                routes=("rail", "sea"),
            ),
            "far": Supplier(
                "far", actor="other", good="body", price=about(5.0), capacity=about(8.0)
            ),
            "shells": Supplier(
                "shells", actor="other", good="shell", price=about(14.0), capacity=about(12.0)
            ),
        },
        plants={
            "first": Plant("first", actor="home", lines={"press": about(55.0)}),
            "second": Plant("second", actor="home", ramp=Q(2.0), lines={"press": about(30.0)}),
            "later": Plant("later", actor="home", opening=9, lines={"press": about(12.0)}),
        },
        recipes={
            **{
                f"make_{plant}": Recipe(
                    f"make_{plant}",
                    output="shell",
                    inputs={"body": Q(1.0)},
                    plant=plant,
                    line="press",
                    hours=Q(1.0),
                    cost=about(1.0),
                )
                for plant in ("first", "second", "later")
            },
            "forge": Recipe("forge", output="body", capacity=about(15.0), cost=about(6.0)),
        },
        measures={
            "cut": Measure(
                "cut", sender="sender", hits=(Hit(actor="sender"),), lengths=(3,), crisis=True
            ),
            "surge": Measure(
                "surge",
                kind=MeasureKind.DEMAND_SURGE,
                hits=(Hit(good="shell"),),
                by=Q(0.2),
                lengths=(2,),
            ),
        },
        options=_options(about),
        standards={
            "year": Standard("year", measure="cut", length=4, first=5),
            "peak": Standard(
                "peak", uses=("need",), measure="surge", length=2, first=4, share=Q(0.9)
            ),
        },
    )
    if n_scenarios == 1:
        return case
    cases = [_scenario(case, rng) for _one in range(n_scenarios)]
    weights = rng.dirichlet(np.full(n_scenarios, 4.0))
    return replace(
        case,
        risk=Risk(weight=0.3, level=0.6),
        scenarios={
            f"s{i}": Scenario(f"s{i}", probability=float(weights[i]), case=one)
            for i, one in enumerate(cases)
        },
    )


def _options(about) -> dict[str, Option]:
    return {
        "build": Option(
            "build",
            element="plants.second",
            sizes=(),
            smallest=0.2,
            largest=2.0,
            dates=(0, 3),
            lead_time=Q(2.0),
            capital=about(20.0),
            capital_by_size=about(120.0),
            running=about(0.5),
            foreign_share=Q(0.5),
        ),
        "enlarge": Option(
            "enlarge",
            kind=OptionKind.ENLARGE,
            element="plants.first",
            sizes=(0.25, 0.5),
            dates=(1,),
            lead_time=Q(2.0),
            capital_by_size=about(200.0),
            excludes=("build",),
        ),
        "hold": Option(
            "hold",
            kind=OptionKind.RESERVE,
            element="goods.shell",
            sizes=(),
            largest=200.0,
            dates=(2,),
            lead_time=Q(1.0),
            capital_by_size=about(0.5),
        ),
        "hold_bodies": Option(
            "hold_bodies",
            kind=OptionKind.RESERVE,
            element="goods.body",
            sizes=(),
            largest=150.0,
            dates=(1,),
            lead_time=Q(2.0),
            capital_by_size=about(0.2),
        ),
        "contract": Option(
            "contract",
            kind=OptionKind.CONTRACT,
            element="suppliers.far",
            sizes=(1.0, 3.0),
            dates=(2,),
            running_by_size=about(0.5),
            take_or_pay=Q(0.5),
        ),
        "earlier": Option(
            "earlier",
            kind=OptionKind.BRING_FORWARD,
            element="plants.later",
            sizes=(3.0, 5.0),
            dates=(0,),
            lead_time=Q(2.0),
            capital_by_size=about(6.0),
        ),
        "forging": Option(
            "forging",
            kind=OptionKind.CONVERT,
            element="recipes.forge",
            sizes=(1.0,),
            dates=(1,),
            lead_time=Q(1.0),
            capital=about(60.0),
        ),
        "bought": Option(
            "bought",
            kind=OptionKind.BUY_OUT,
            element="suppliers.bodies",
            sizes=(0.5,),
            dates=(0,),
            lead_time=Q(3.0),
            capital=about(150.0),
        ),
        "ships": Option(
            "ships", kind=OptionKind.CONTRACT, element="routes.sea", dates=(0,), capital=about(1.0)
        ),
    }


def _scenario(case: Case, rng: np.random.Generator) -> Case:
    """The case with other demand, prices, capacities and a plant that is late."""

    def times(quantity: Quantity | None, low: float, high: float) -> Quantity | None:
        return quantity and Q(float(np.round(quantity.value * rng.uniform(low, high), 3)))

    return replace(
        case,
        uses={n: replace(u, demand=times(u.demand, 0.9, 1.1)) for n, u in case.uses.items()},
        suppliers={
            n: replace(s, price=times(s.price, 0.9, 1.2), capacity=times(s.capacity, 0.9, 1.1))
            for n, s in case.suppliers.items()
        },
        plants=case.plants
        | {"second": replace(case.plants["second"], delay=Q(float(rng.integers(0, 3))))},
    )


def with_times(case: Case, seed: int) -> Case:
    """The case with other times in each scenario, and a measure that delays what is built."""
    rng = np.random.default_rng([seed, 2])

    def months(low: int, high: int) -> Quantity:
        return Q(float(rng.integers(low, high + 1)))

    def timed(one: Case) -> Case:
        bodies, later = one.suppliers["bodies"], one.plants["later"]
        return replace(
            one,
            refill_time=months(1, 6),
            sender_horizon=months(2, 8),
            suppliers=one.suppliers | {"bodies": replace(bodies, lead_time=months(0, 2))},
            plants=one.plants | {"later": replace(later, delay=months(-3, 4), ramp=months(0, 2))},
        )

    late = Measure(
        "late", kind=MeasureKind.DELAY, by=Q(4.0), lengths=(1,),
        hits=(Hit(element="plants.later"), Hit(element="plants.second")),
    )  # fmt: skip
    delayed = Standard("delayed", measure="late", length=1, first=2, share=Q(0.95))
    case = replace(case, measures=case.measures | {"late": late})
    scenarios = {
        name: replace(one, case=timed(replace(one.case, measures=case.measures)))
        for name, one in case.scenarios.items()
    }
    return replace(case, standards=case.standards | {"delayed": delayed}, scenarios=scenarios)


def with_budget(case: Case, total: float) -> Case:
    """The case with a limit on all payments for options."""
    return replace(case, budget=Budget(total=Q(total)))


def random_plan(seed: int) -> Case:
    """A random case, its uses weighed, with reserves to hold, seconds of its sellers to contract.

    The standard asks that a part of the calendar's starts of its first measure be survived.
    """
    case, rng = weighed(random_case(seed)), np.random.default_rng([seed, 9])
    n, step, options = case.calendar.n_periods, int(case.calendar.step), dict[str, Option]()
    for good in case.goods:
        if rng.random() < 0.7:
            asked = [use.demand.over(n).max() for use in case.uses.values() if use.good == good]
            part = float(rng.uniform(0.1, 2.0))
            if not asked:
                continue
            level = max(asked)
            name, cost = f"hold_{good}", Q(part * 100 / level)
            options[name] = Option(
                name,
                kind=OptionKind.RESERVE,
                element=f"goods.{good}",
                sizes=(),
                largest=level * step * 12,
                dates=(0, 2),
                capital_by_size=cost,
            )
    suppliers = dict(case.suppliers)
    for seller in case.suppliers.values():
        if rng.random() < 0.5 and seller.actor != "sender":
            name, second = f"more_{seller.id}", f"{seller.id}x"
            suppliers[second] = replace(seller, id=second, at_least=None)
            options[name] = Option(
                name,
                kind=OptionKind.CONTRACT,
                element=f"suppliers.{second}",
                sizes=(0.5, 1.0, 2.0),
                capital=Q(float(rng.uniform(10.0, 1000.0))),
            )
    length, first = int(rng.integers(1, 4)), int(rng.integers(0, n // 2))
    standard = Standard("s", measure=next(iter(case.measures)), length=length, first=first)
    return replace(case, suppliers=suppliers, options=options, standards={"s": standard})
