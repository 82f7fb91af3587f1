"""Generated cases: up to three goods in a bill of materials, with everything optional."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from derbes.case.entities import (
    Case,
    Good,
    Measure,
    Plant,
    Recipe,
    Stockpile,
    Supplier,
    Survival,
    Tier,
    Use,
)
from derbes.case.quantity import Calendar
from tests.small_cases import ACTORS, CUT, Q

MONTHS = 12

small = st.integers(0, 40).map(float)
prices = st.integers(1, 30).map(float)
ageing = st.one_of(
    st.just(Survival()),
    st.integers(2, 40).map(lambda months: Survival(half_life=Q(float(months)))),
    st.integers(1, 8).map(lambda months: Survival(shelf_life=Q(float(months)))),
)


@st.composite
def goods(draw: st.DrawFn) -> dict[str, Good]:
    count = draw(st.integers(1, 3))
    return {
        f"good{i}": Good(
            f"good{i}",
            unit="t",
            reserve=draw(st.one_of(st.none(), small.map(Q))),
            storage_cost=draw(st.one_of(st.none(), st.just(Q(0.5)))),
            survival=draw(ageing),
        )
        for i in range(count)
    }


@st.composite
def suppliers(draw: st.DrawFn, good_ids: list[str]) -> dict[str, Supplier]:
    made = {}
    for i in range(draw(st.integers(1, 4))):
        made[f"supplier{i}"] = Supplier(
            f"supplier{i}",
            actor=draw(st.sampled_from(["sender", "other"])),
            good=draw(st.sampled_from(good_ids)),
            price=Q(draw(prices)),
            capacity=Q(draw(small)),
            lead_time=Q(float(draw(st.integers(0, 2)))),
            margin_share=Q(0.3),
        )
    return made


@st.composite
def recipes(draw: st.DrawFn, good_ids: list[str]) -> dict[str, Recipe]:
    """Each good may be made from the one before it: no cycles."""
    made = {}
    for before, after in pairwise(good_ids):
        if draw(st.booleans()):
            made[f"make_{after}"] = Recipe(
                f"make_{after}",
                output=after,
                inputs={before: Q(float(draw(st.integers(1, 3))))},
                plant="plant",
                line=draw(st.sampled_from(["", "line"])),
                hours=Q(0.5),
                capacity=Q(draw(small)),
                cost=Q(draw(prices)),
            )
    return made


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A small case with one measure of one length by one sender."""
    made = draw(goods())
    ids = list(made)
    uses = {
        f"use{i}": Use(
            f"use{i}",
            good=draw(st.sampled_from(ids)),
            tier=draw(st.sampled_from(list(Tier))),
            demand=Q(draw(small)),
            shortage_cost=Q(500.0),
        )
        for i in range(draw(st.integers(1, 2)))
    }
    uses["first"] = Use("first", good=ids[-1], demand=Q(draw(small) + 1.0), shortage_cost=Q(500.0))
    lots = {
        f"lot{i}": Stockpile(
            f"lot{i}",
            good=draw(st.sampled_from(ids)),
            quantity=Q(draw(st.integers(0, 200).map(float))),
            survival=draw(ageing),
        )
        for i in range(draw(st.integers(0, 2)))
    }
    plant = Plant(
        "plant", actor="home", opening=draw(st.integers(0, 8)), ramp=Q(2.0), lines={"line": Q(12.0)}
    )
    return Case(
        name="generated",
        calendar=Calendar(2026, 1, MONTHS),
        currency="USD",
        target="home",
        discount_rate=draw(st.one_of(st.none(), st.just(Q(0.05)))),
        refill_time=Q(float(draw(st.integers(1, 4)))),
        sender_horizon=Q(6.0),
        actors=ACTORS,
        goods=made,
        uses=uses,
        stockpiles=lots,
        suppliers=draw(suppliers(ids)),
        plants={"plant": plant},
        recipes=draw(recipes(ids)),
        measures={"cut": replace(CUT, lengths=(draw(st.integers(1, 6)),))},
    )


def with_measure(case: Case, **changes: object) -> Case:
    """The case with its measure changed."""
    changed: Measure = replace(case.measures["cut"], **changes)  # type: ignore[arg-type]
    return replace(case, measures={"cut": changed})
