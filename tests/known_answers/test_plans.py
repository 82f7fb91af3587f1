"""Optimal values of published planning instances, as cases."""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes.case.entities import (
    Actor,
    Case,
    Export,
    Good,
    Plant,
    Recipe,
    Scenario,
    Supplier,
    Use,
)
from derbes.case.options import Budget, Limit, Option
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.planning.problem import make_problem
from tests.oracles.plans import solve_extensive

Q = Quantity
HOME = Actor("home")
WORLD = Actor("world")
ONE_YEAR = Calendar(2026, 1, 1, Step.YEAR)
A_YEAR = 12.0
"""Flows of a case are written per month."""


def single_period(**elements) -> Case:
    return Case(
        name="known",
        calendar=ONE_YEAR,
        currency="USD",
        target="home",
        actors={"home": HOME, "world": WORLD},
        **elements,
    )


def scenarios(cases: dict[str, tuple[float, Case]]) -> dict[str, Scenario]:
    return {
        name: Scenario(name, probability=probability, case=case)
        for name, (probability, case) in cases.items()
    }


# LandS3 (Louveaux and Smeers 1988): four technologies, three modes of demand.

LANDS_INVESTMENT = (10.0, 7.0, 16.0, 6.0)
LANDS_OPERATING = ((40.0, 45.0, 32.0, 55.0), (24.0, 27.0, 19.2, 33.0), (4.0, 4.5, 3.2, 5.5))
LANDS_DEMAND = ((3.0, 0.3), (5.0, 0.4), (7.0, 0.3))


def lands() -> Case:
    modes, technologies = ("one", "two", "three"), range(4)
    demand = {"one": 5.0, "two": 3.0, "three": 2.0}
    uses = {m: Use(m, good=m, demand=Q(demand[m] / A_YEAR)) for m in modes}
    case = single_period(
        goods={m: Good(m, unit="GW") for m in modes},
        uses=uses,
        plants={
            f"t{i}": Plant(f"t{i}", actor="home", lines={"all": Q(1.0 / A_YEAR)})
            for i in technologies
        },
        recipes={
            f"t{i}_{m}": Recipe(
                f"t{i}_{m}",
                output=m,
                plant=f"t{i}",
                line="all",
                hours=Q(1.0),
                cost=Q(LANDS_OPERATING[j][i]),
            )
            for i in technologies
            for j, m in enumerate(modes)
        },
        options={
            f"build{i}": Option(
                f"build{i}",
                element=f"plants.t{i}",
                sizes=(),
                largest=120.0,
                capital_by_size=Q(LANDS_INVESTMENT[i]),
            )
            for i in technologies
        },
        limits={
            "least": Limit(
                "least", options={f"build{i}": Q(1.0) for i in technologies}, at_least=Q(12.0)
            )
        },
        budget=Budget(total=Q(120.0)),
    )
    futures = {
        f"d{int(d)}": (
            p,
            replace(case, uses=uses | {"one": Use("one", good="one", demand=Q(d / A_YEAR))}),
        )
        for d, p in LANDS_DEMAND
    }
    return replace(case, scenarios=scenarios(futures))


def test_lands3():
    solution = solve_extensive(make_problem(lands()))
    assert solution.cost == pytest.approx(381.853333, abs=5e-7)
    assert solution.feasible
    assert solution.status == "optimal"


# The farmer (Birge and Louveaux): 500 acres, three crops, yields 20 % above or below.

YIELDS = {"wheat": 2.5, "corn": 3.0, "beets": 20.0}
PLANTING = {"wheat": 150.0, "corn": 230.0, "beets": 260.0}
NEEDS = {"wheat": 200.0, "corn": 240.0}
BUYING = {"wheat": 238.0, "corn": 210.0}
PLENTY = 1e6


def farm(factor: float) -> Case:
    crops = tuple(YIELDS)
    return single_period(
        goods={c: Good(c, unit="t") for c in crops},
        uses={c: Use(c, good=c, demand=Q(need / A_YEAR)) for c, need in NEEDS.items()},
        suppliers={
            c: Supplier(c, actor="world", good=c, price=Q(p), capacity=Q(PLENTY))
            for c, p in BUYING.items()
        },
        exports={
            "wheat": Export(
                "wheat", actor="world", good="wheat", price=Q(170.0), capacity=Q(PLENTY)
            ),
            "corn": Export("corn", actor="world", good="corn", price=Q(150.0), capacity=Q(PLENTY)),
            "quota": Export(
                "quota", actor="world", good="beets", price=Q(36.0), capacity=Q(6000.0 / A_YEAR)
            ),
            "rest": Export("rest", actor="world", good="beets", price=Q(10.0), capacity=Q(PLENTY)),
        },
        plants={f"field_{c}": Plant(f"field_{c}", actor="home") for c in crops},
        recipes={
            c: Recipe(c, output=c, plant=f"field_{c}", capacity=Q(factor * y / A_YEAR))
            for c, y in YIELDS.items()
        },
        options={
            f"sow_{c}": Option(
                f"sow_{c}",
                element=f"plants.field_{c}",
                sizes=(),
                largest=500.0,
                capital_by_size=Q(PLANTING[c]),
            )
            for c in crops
        },
        limits={
            "land": Limit("land", options={f"sow_{c}": Q(1.0) for c in crops}, at_most=Q(500.0))
        },
    )


def farmer() -> Case:
    futures = {
        name: (1 / 3, farm(factor)) for name, factor in (("good", 1.2), ("fair", 1.0), ("bad", 0.8))
    }
    return replace(farm(1.0), scenarios=scenarios(futures))


def test_farmer():
    solution = solve_extensive(make_problem(farmer()))
    assert solution.cost == pytest.approx(-108_390.0, abs=5e-4)
    sizes = {choice.option: choice.size for choice in solution.choices}
    assert sizes == pytest.approx({"sow_wheat": 170.0, "sow_corn": 80.0, "sow_beets": 250.0})


# OR-Library cap41 (Beasley): 16 warehouses of 5,000, 50 customers. cap71 to cap74 have the
# same network with room for all in every warehouse (58,268), and other costs of opening one.

CAP41 = Path(__file__).parent / "cap41.txt"
ROOM_FOR_ALL = 58_268.0


def cap41(*, room: float | None = None, opening: float | None = None) -> Case:
    numbers = iter(CAP41.read_text(encoding="utf-8").split())
    n_plants, n_uses = int(next(numbers)), int(next(numbers))
    fixed = [(float(next(numbers)), float(next(numbers))) for _ in range(n_plants)]
    fixed = [(room or own, opening if opening and cost else cost) for own, cost in fixed]
    goods, uses, recipes = {}, {}, {}
    for j in range(n_uses):
        demand = float(next(numbers))
        goods[f"g{j}"] = Good(f"g{j}", unit="piece")
        uses[f"u{j}"] = Use(f"u{j}", good=f"g{j}", demand=Q(demand / A_YEAR))
        for i in range(n_plants):
            recipes[f"r{i}_{j}"] = Recipe(
                f"r{i}_{j}",
                output=f"g{j}",
                plant=f"p{i}",
                line="all",
                hours=Q(1.0),
                capacity=Q(demand / A_YEAR),
                cost=Q(float(next(numbers)) / demand),
            )
    return single_period(
        goods=goods,
        uses=uses,
        plants={
            f"p{i}": Plant(f"p{i}", actor="home", lines={"all": Q(capacity / A_YEAR)})
            for i, (capacity, _cost) in enumerate(fixed)
        },
        recipes=recipes,
        options={
            f"open{i}": Option(f"open{i}", element=f"plants.p{i}", capital=Q(cost))
            for i, (_capacity, cost) in enumerate(fixed)
        },
    )


def test_cap41():
    solution = solve_extensive(make_problem(cap41()))
    assert solution.cost == pytest.approx(1_040_444.375, abs=5e-4)
    assert solution.gap <= 1e-9


@pytest.mark.parametrize(
    ("opening", "best"),
    [(7_500.0, 932_615.750), (12_500.0, 977_799.400), (17_500.0, 1_010_641.450),
     (25_000.0, 1_034_976.975)],
    ids=["cap71", "cap72", "cap73", "cap74"],
)  # fmt: skip
def test_cap7(opening, best):
    solution = solve_extensive(make_problem(cap41(room=ROOM_FOR_ALL, opening=opening)))
    assert solution.cost == pytest.approx(best, abs=5e-4)
    assert solution.gap <= 1e-9
