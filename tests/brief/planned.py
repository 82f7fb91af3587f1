"""A plan for tests of what is told about plans; its numbers are invented."""

from derbes.results.plan import (
    FOREIGN,
    AccountRow,
    Alternative,
    ClashWish,
    Cure,
    FrontierPoint,
    Outlay,
    Plan,
    PlanChoice,
    StandardCost,
    Waiting,
)
from derbes.results.supply import Provenance

MADE = Provenance("Waterworks (invented)", "5f" * 32, "0.1.0", "HiGHS 1.15.1", discount_rate=0.05)

WORKS = PlanChoice(
    option="works",
    what="build Alum works, size 2",
    date="2027-01",
    size=2.0,
    unit="",
    cost=30e6,
    effect="2028-07",
    paid={2027: 20e6, 2028: 10e6},
    paid_abroad={2027: 8e6, 2028: 4e6},
)
STORE = PlanChoice(
    option="store",
    what="hold 300 t more in reserve: Softening salt",
    date="2026-01",
    size=300.0,
    unit="t",
    cost=1.5e6,
    effect="2026-01",
    paid={2026: 1.5e6},
)


def invented_plan(**changes: object) -> Plan:
    """A plan of two choices, with everything that can be answered."""
    fields: dict[str, object] = {
        "plan": (STORE, WORKS),
        "cost": 131.5e6,
        "bound": 131.4e6,
        "gap": 0.0032,
        "feasible": True,
        "clash": (),
        "standards": (StandardCost("a_year", met=True, cost_of_it=31.5e6),),
        "frontier": (
            FrontierPoint(3, 100e6, bound=100e6, feasible=True),
            FrontierPoint(
                6,
                101.5e6,
                bound=101.5e6,
                feasible=True,
                plan=(STORE,),
                dominated=True,
                cost_of_a_month=0.5e6,
            ),
            FrontierPoint(
                9, 101.5e6, bound=101.5e6, feasible=True, plan=(STORE,), cost_of_a_month=0.0
            ),
            FrontierPoint(
                12, 131.5e6, bound=131.4e6, feasible=True, plan=(STORE, WORKS), cost_of_a_month=10e6
            ),
            FrontierPoint(24, None, feasible=False),
        ),
        "outlay": (
            Outlay(2026, "USD", 21.5e6, without_project=20e6, options=1.5e6),
            Outlay(2026, FOREIGN, 20e6, without_project=20e6, options=0.0),
            Outlay(2027, "USD", 40e6, without_project=20e6, options=20e6),
            Outlay(2027, FOREIGN, 28e6, without_project=20e6, options=8e6),
            Outlay(2028, "USD", 12e6, without_project=20e6, options=10e6),
            Outlay(2028, FOREIGN, 2e6, without_project=20e6, options=4e6),
        ),
        "account": (
            AccountRow("options", 31.5e6, 0.0),
            AccountRow("purchases", 104e6, 102e6),
            AccountRow("exports", -4e6, -2e6),
            AccountRow("in_store", 3e6, 1e6, counts=False),
        ),
        "evpi": 2.5e6,
        "vss": 0.5e6,
        "no_threat_cost": 100e6,
        "value_of_waiting": (Waiting(1, 133.5e6, 2e6), Waiting(2, None, None)),
        "alternatives": (Alternative(131.8e6, above=0.3 / 31.5, plan=(WORKS,)),),
        "status": "optimal",
        "not_computed": (),
        "draws": 50,
        "seed": 7,
        "currency": "USD",
        "variant": "base",
        "provenance": MADE,
    }
    return Plan(**{**fields, **changes})  # type: ignore[arg-type]


def impossible_plan() -> Plan:
    """A request whose budget and standard clash."""
    budget = ClashWish(
        wish="budget.by_year.2027",
        what="the budget for 2027: 15 million USD. Least relaxation: the budget for 2027 must "
        "rise from 15 million USD to 20 million USD.",
        least_relaxation=5e6,
        unit="USD",
        cures=(
            Cure("the budget for 2027 must rise from 15 million USD to 20 million USD",
                 now=15e6, then=20e6, least_relaxation=5e6, unit="USD"),
        ),
    )  # fmt: skip
    standard = ClashWish(
        wish="standards.a_year",
        what='essential uses: "Embargo by Northland" of 12 months is survived from January 2031 '
        "on. Least relaxation: the standard can hold for 9 months instead of 12 months.",
        least_relaxation=3.0,
        unit="month",
        cures=(
            Cure("the standard can hold for 9 months instead of 12 months",
                 now=12.0, then=9.0, least_relaxation=3.0, unit="month"),
        ),
    )  # fmt: skip
    return invented_plan(
        plan=(), cost=None, bound=None, gap=None, feasible=False, clash=(budget, standard),
        standards=(StandardCost("a_year", met=False, cost_of_it=None, shortfall=60.0),),
        frontier=(), outlay=(), account=(), evpi=None, vss=None, value_of_waiting=(),
        alternatives=(), status="infeasible",
    )  # fmt: skip
