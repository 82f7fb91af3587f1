"""Tiny networks in which every integer decision is tried, against the programs.

A good takes two parts, and goods are counted by halves: then every part can be used up,
and some optimum of the program is among what is tried.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.lp.lexicographic import solve_levels
from derbes.model.arrays import CaseArrays
from derbes.supply.baseline import first_state, solve_calm
from derbes.supply.network import make_layout
from derbes.supply.survival import SurvivalProgram, survival_program
from tests.builders import build_arrays, build_measure

PARTS = 2
"""Parts that one good takes; half a good takes one."""


@dataclass(frozen=True)
class Tiny:
    """Two goods, a seller of each, a recipe and a stock of each, over a few periods."""

    demand: tuple[int, ...]
    """Of the good, by period. [half unit]"""
    sold: tuple[int, ...]
    """Most of the good that is sold, by period. [half unit]"""
    parts_sold: int
    """Most parts that are sold in a period. [part]"""
    made: int
    """Most that is made in a period. [half unit]"""
    stock: int
    """Of the good. [half unit]"""
    parts: int
    """In stock. [part]"""
    room: int
    """Most of the good that can be stored. [half unit]"""

    @property
    def arrays(self) -> CaseArrays:
        """The same network as a compiled case."""
        return build_arrays(
            goods={"good": {"storage_limit": self.room / 2}, "part": {}},
            uses={"use": {"good": "good", "demand": [d / 2 for d in self.demand]}},
            suppliers={
                "seller": {"good": "good", "price": 9, "capacity": [s / 2 for s in self.sold]},
                "parts": {"good": "part", "price": 1, "capacity": self.parts_sold},
            },
            recipes={
                "make": {
                    "output": "good",
                    "inputs": {"part": PARTS},
                    "cost": 1,
                    "capacity": self.made / 2,
                }
            },
            lots={
                "pile": {"good": "good", "quantity": self.stock / 2},
                "heap": {"good": "part", "quantity": self.parts},
            },
            n_periods=len(self.demand),
        )  # fmt: skip


def least_unmet(tiny: Tiny, n_periods: int) -> int:
    """Least unmet demand of the first periods, by trying every decision. [half unit]"""

    @cache
    def best(period: int, good: int, part: int) -> int:
        if period == n_periods:
            return 0
        found = []
        for bought, parts_bought in product(
            range(tiny.sold[period] + 1), range(tiny.parts_sold + 1)
        ):
            at_hand = part + parts_bought
            for made in range(min(tiny.made, at_hand) + 1):
                goods = good + bought + made
                parts_left = at_hand - made
                for served in range(min(goods, tiny.demand[period]) + 1):
                    kept = min(goods - served, tiny.room)
                    short = tiny.demand[period] - served
                    found.append(short + best(period + 1, kept, parts_left))
        return min(found)

    return best(0, tiny.stock, tiny.parts)


few = st.integers(0, 3)


@st.composite
def tiny_networks(draw: st.DrawFn) -> Tiny:
    n = draw(st.integers(3, 4))
    return Tiny(
        demand=tuple(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))),
        sold=tuple(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))),
        parts_sold=draw(st.integers(0, 2)),
        made=draw(st.integers(0, 2)),
        stock=draw(few),
        parts=draw(st.integers(0, 4)),
        room=draw(few),
    )


HAND = [
    # network, least unmet and whole periods survived
    (Tiny((4, 4, 4), (1, 1, 1), 0, 0, 2, 0, 9), 7, 0),
    (Tiny((2, 2, 2), (1, 1, 1), 0, 0, 2, 0, 9), 1, 2),
    (Tiny((0, 0, 4), (1, 1, 1), 0, 0, 0, 0, 1), 2, 2),
    (Tiny((1, 1, 3), (0, 0, 0), 0, 2, 0, 4, 9), 1, 2),
]


@pytest.mark.parametrize(("tiny", "unmet", "_survived"), HAND)
def test_what_is_tried_gives_the_answer_by_hand(tiny: Tiny, unmet: int, _survived: int) -> None:
    assert least_unmet(tiny, len(tiny.demand)) == unmet


@pytest.mark.parametrize(("tiny", "_unmet", "survived"), HAND)
def test_whole_periods_by_hand(tiny: Tiny, _unmet: int, survived: int) -> None:
    assert broken_period(tiny) == survived


def broken_period(tiny: Tiny) -> int | None:
    """The first period that the survival program cannot meet."""
    arrays = tiny.arrays
    nothing = build_measure(arrays)
    program = SurvivalProgram(solve_calm(arrays), 0, len(tiny.demand))
    return program.time_to_survive(nothing, arrays.use_essential).broken


@settings(max_examples=40, deadline=None)
@given(tiny_networks())
def test_least_unmet_demand_is_what_trying_everything_finds(tiny: Tiny) -> None:
    arrays = tiny.arrays
    layout = make_layout(arrays, 0, len(tiny.demand), has_reserve=False)
    solution = solve_levels(survival_program(layout, first_state(arrays)))
    found = float(layout.column("unmet").of(solution.columns).sum()) * 2
    assert found == pytest.approx(least_unmet(tiny, len(tiny.demand)), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(tiny_networks())
def test_time_to_survive_is_what_trying_everything_finds(tiny: Tiny) -> None:
    n = len(tiny.demand)
    met = [k for k in range(n + 1) if least_unmet(tiny, k) == 0]
    broken = broken_period(tiny)
    assert max(met) == (n if broken is None else broken)


@settings(max_examples=40, deadline=None)
@given(tiny_networks())
def test_the_calm_plan_leaves_no_more_unmet_than_trying_everything(tiny: Tiny) -> None:
    calm = solve_calm(tiny.arrays)
    found = float(np.sum(calm.unmet)) * 2
    assert found == pytest.approx(least_unmet(tiny, len(tiny.demand)), abs=1e-6)
