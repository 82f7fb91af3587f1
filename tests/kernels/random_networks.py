"""Random small networks with a measure and a state, for laws and comparisons."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from derbes.case.arrays import CaseArrays, MeasureArrays, State
from tests.builders import (
    ESSENTIAL_FIRST,
    RESERVE_FIRST,
    build_arrays,
    build_measure,
    build_state,
)

N_PERIODS = 40
AMOUNTS = st.sampled_from([0.0, 10.0, 20.0, 35.0, 60.0, 100.0])
CAPACITIES = st.sampled_from([0.0, 15.0, 40.0, 70.0, 120.0])
PARTS = st.sampled_from([0.0, 0.5, 1.0])


@dataclass(frozen=True, slots=True)
class Problem:
    """A branch to simulate."""

    arrays: CaseArrays
    measure: MeasureArrays | None
    state: State
    start: int
    length: int
    n_periods: int

    def arguments(self) -> dict[str, Any]:
        """Start, length and periods, as `simulate_branch` takes them."""
        return {"start": self.start, "length": self.length, "n_periods": self.n_periods}


def _paths(values: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    """A constant, or a step at some period."""
    constant = values.map(lambda v: [v])
    step = st.tuples(values, st.integers(1, 12), values).map(lambda x: [x[0]] * x[1] + [x[2]])
    return constant | step


@st.composite
def _goods(draw: st.DrawFn, n: int) -> dict[str, dict[str, Any]]:
    return {
        f"good{i}": {
            "reserve": draw(_paths(AMOUNTS)),
            "storage_limit": draw(st.sampled_from([float("inf"), 80.0, 150.0])),
            "storage_cost": draw(st.sampled_from([0.0, 0.5])),
            "retention": draw(st.sampled_from([1.0, 1.0, 0.5, 0.75])),
            "shelf_life": draw(st.sampled_from([0, 0, 1, 2, 5])),
        }
        for i in range(n)
    }


@st.composite
def _suppliers(draw: st.DrawFn, n_goods: int, longest: int) -> dict[str, dict[str, Any]]:
    """Suppliers; some of the last good share a capacity, as routes of one supplier do."""
    suppliers = {}
    for i in range(draw(st.integers(1, 5))):
        good = draw(st.integers(0, n_goods - 1))
        suppliers[f"supplier{i}"] = {
            "good": f"good{good}",
            "price": draw(_paths(st.sampled_from([1.0, 2.0, 5.0, 9.0]))),
            "capacity": draw(_paths(CAPACITIES)),
            "lead": draw(st.integers(0, longest)),
            "pool": "pool" if good == n_goods - 1 and draw(st.booleans()) else "",
            "available": draw(st.sampled_from([1.0, 1.0, 0.0])),
        }
    return suppliers


@st.composite
def _recipes(draw: st.DrawFn, n_goods: int, longest: int) -> dict[str, dict[str, Any]]:
    """Recipes that make a good from goods of lower number."""
    recipes = {}
    for i in range(draw(st.integers(0, 4))):
        output = draw(st.integers(0, n_goods - 1))
        raw = draw(st.lists(st.integers(0, max(0, output - 1)), max_size=2, unique=True))
        recipes[f"recipe{i}"] = {
            "output": f"good{output}",
            "inputs": {
                f"good{g}": draw(st.sampled_from([0.5, 1.0, 2.0])) for g in raw if g < output
            },
            "cost": draw(st.sampled_from([0.0, 1.0, 4.0])),
            "capacity": draw(_paths(CAPACITIES)),
            "lead": draw(st.integers(0, longest)),
            "plant": draw(st.sampled_from(["", "plant"])),
            "line": draw(st.sampled_from(["", "line"])),
            "hours": draw(st.sampled_from([0.5, 1.0])),
        }
    return recipes


@st.composite
def _uses(draw: st.DrawFn, n_goods: int) -> dict[str, dict[str, Any]]:
    return {
        f"use{i}": {
            "good": f"good{draw(st.integers(0, n_goods - 1))}",
            "demand": draw(_paths(AMOUNTS)),
            "crisis_demand": draw(AMOUNTS),
            "tier": draw(st.sampled_from(["essential", "deferrable"])),
            "weight": draw(st.sampled_from([1.0, 2.0])),
        }
        for i in range(draw(st.integers(1, 4)))
    }


@st.composite
def networks(draw: st.DrawFn, longest: int = 3) -> CaseArrays:
    """A compiled case of up to four goods."""
    n = draw(st.integers(1, 4))
    goods = draw(_goods(n))
    return build_arrays(
        goods=goods,
        uses=draw(_uses(n)),
        suppliers=draw(_suppliers(n, longest)),
        recipes=draw(_recipes(n, longest)),
        exports={
            f"buyer{i}": {
                "good": f"good{draw(st.integers(0, n - 1))}",
                "price": draw(st.sampled_from([3.0, 8.0, 20.0])),
                "capacity": draw(AMOUNTS),
            }
            for i in range(draw(st.integers(0, 2)))
        },
        plants={"plant": {"opening": draw(st.integers(0, 10))}},
        lines={"line": {"hours": draw(CAPACITIES), "plant": draw(st.sampled_from(["", "plant"]))}},
        pools={"pool": draw(CAPACITIES)},
        lots={
            f"lot{i}": {
                "good": f"good{draw(st.integers(0, n - 1))}",
                "quantity": draw(AMOUNTS),
                "retention": draw(st.sampled_from([[1.0], [0.5], [1.0, 1.0, 1.0, 0.0, 1.0]])),
            }
            for i in range(draw(st.integers(0, 3)))
        },
        n_periods=N_PERIODS,
        refill_periods=draw(st.integers(1, 4)),
        priorities=draw(st.sampled_from([ESSENTIAL_FIRST, RESERVE_FIRST])),
    )


@st.composite
def measures(draw: st.DrawFn, arrays: CaseArrays) -> MeasureArrays:
    """A measure that does several things at once."""
    names = arrays.activities.names

    def some(of: tuple[str, ...], values: st.SearchStrategy[Any]) -> Any:
        return {name: draw(values) for name in of if draw(st.booleans())}

    return build_measure(
        arrays,
        availability=some(names, PARTS),
        cost_factor=some(names, st.sampled_from([1.0, 4.0])),
        demand_factor=some(arrays.uses, st.sampled_from([1.0, 2.0, 0.5])),
        crisis=draw(st.booleans()),
        transit_kept=some(names, PARTS),
        transit_late=some(names, st.integers(0, 3)),
        lot_kept=some(arrays.lots, PARTS),
        fresh_kept=some(arrays.goods, PARTS),
        frozen_plants=draw(st.sampled_from([(), ("plant",)])),
    )


@st.composite
def states(draw: st.DrawFn, arrays: CaseArrays) -> State:
    """Stocks and goods on the way."""
    made = [
        name
        for name, good in zip(arrays.activities.names, arrays.activities.outputs, strict=True)
        if good >= 0
    ]
    past = {g: draw(st.lists(AMOUNTS, min_size=1, max_size=6)) for g in arrays.goods}
    return build_state(
        arrays,
        fresh={g: min(draw(AMOUNTS), sum(past[g])) for g in arrays.goods},
        past_inflow=past,
        transit={name: draw(st.lists(AMOUNTS, max_size=3)) for name in made},
    )


@st.composite
def problems(draw: st.DrawFn, longest: int = 3) -> Problem:
    """A branch of a random network."""
    arrays = draw(networks(longest))
    return Problem(
        arrays=arrays,
        measure=draw(st.none() | measures(arrays)),
        state=draw(states(arrays)),
        start=draw(st.integers(0, 15)),
        length=draw(st.integers(0, 8)),
        n_periods=draw(st.integers(1, 14)),
    )
