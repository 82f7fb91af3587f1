"""The golden plan program: the equations as the solver sees them, on a small instance.

To renew the file after a wanted change: delete it and run the test twice.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes.case.entities import (
    Actor,
    Case,
    Good,
    Hit,
    Measure,
    Plant,
    Recipe,
    Scenario,
    Supplier,
    Use,
)
from derbes.case.options import Budget, Option, OptionKind, Risk, Standard
from derbes.case.quantity import Calendar, Quantity
from derbes.planning.optimum import extensive_form
from derbes.planning.problem import make_problem
from tests.oracles.lp_text import to_lp_text

GOLDEN = Path(__file__).parent / "lp" / "plan.lp"
Q = Quantity
SENDER = (Hit(actor="sender"),)


def tiny() -> Case:
    """Two periods, two futures; a plant to build, a reserve to hold, a contract to sign."""
    case = Case(
        name="tiny",
        calendar=Calendar(2026, 12, 2),
        currency="USD",
        target="home",
        refill_time=Q(1.0),
        sender_horizon=Q(1.0),
        actors={name: Actor(name) for name in ("home", "sender", "other")},
        goods={"good": Good("good", unit="t", storage_cost=Q(0.5))},
        uses={"need": Use("need", good="good", demand=Q(4.0))},
        suppliers={
            "near": Supplier("near", actor="sender", good="good", price=Q(2.0), capacity=Q(9.0)),
            "far": Supplier("far", actor="other", good="good", price=Q(3.0), capacity=Q(1.0)),
        },
        plants={"plant": Plant("plant", actor="home", lines={"press": Q(6.0)})},
        recipes={
            "make": Recipe(
                "make", output="good", plant="plant", line="press", hours=Q(2.0), cost=Q(1.0)
            )
        },
        measures={"cut": Measure("cut", sender="sender", hits=SENDER, lengths=(1,))},
        options={
            "build": Option(
                "build", element="plants.plant", sizes=(), smallest=0.5, largest=2.0,
                capital=Q(5.0), capital_by_size=Q(7.0),
            ),
            "hold": Option(
                "hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(2.0, 4.0),
                capital_by_size=Q(1.0), foreign_share=Q(0.5), excludes=("build",),
            ),
            "sign": Option(
                "sign", kind=OptionKind.CONTRACT, element="suppliers.far", dates=(0, 1),
                take_or_pay=Q(0.5), capital=Q(1.0),
            ),
        },
        standards={
            "survive": Standard("survive", measure="cut", length=1, first=1, in_draws=Q(0.5)),
            "calm": Standard("calm_need", share=Q(0.5)),
        },
        budget=Budget(total=Q(30.0), foreign_by_year={2027: Q(12.0)}),
        risk=Risk(weight=0.25, level=0.5),
    )  # fmt: skip
    more = replace(case, uses={"need": Use("need", good="good", demand=Q(5.0))})
    futures = {"low": case, "high": more}
    return replace(
        case,
        scenarios={
            name: Scenario(name, probability=0.5, case=one) for name, one in futures.items()
        },
    )


def test_plan_reads_as_intended():
    text = to_lp_text(extensive_form(make_problem(tiny())).program)
    if not GOLDEN.exists():
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
        pytest.fail(f"{GOLDEN.name} was missing and has been written: read it, then run again")
    assert text == GOLDEN.read_text(encoding="utf-8")
