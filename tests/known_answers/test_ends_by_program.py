"""When it ends, against a program of its own: two plants, the one fed by the other.

Calm always holds its reserves here (what is held costs something, and the sender sells enough), so
that a stop finds them full: no calm plan has to be solved to know what it leaves unmet.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import linprog

from derbes.case.entities import Case, Good, Plant, Recipe, Stockpile, Supplier, Use
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.results.supply import ALL_ESSENTIAL
from tests.analysis.asked import ends_of
from tests.small_cases import ACTORS, CUT

Q = Quantity
SHORT_BEHIND = (37, 42, 57, 69, 120, 125, 131, 148)
"""Worlds in which the calendar ends in a season that is survived, and the next is not."""


@dataclass(frozen=True)
class World:
    """Numbers of a case: a good, made of a part; both are bought of the sender or of another."""

    step: int
    n_periods: int
    length: int
    """[period]"""
    demand: tuple[float, ...]
    """Of each month of the year. (12,) [t/month]"""
    reserves: tuple[float, float]
    other: tuple[float, float]
    """What the other seller has of good and part. [t/month]"""
    openings: tuple[int, int]
    """[period]"""
    made: tuple[float, float]
    """[t/month]"""

    def use(self, period: int) -> float:
        """What is used in a period. [t]"""
        months = period * self.step + np.arange(self.step)
        return float(sum(self.demand[month % 12] for month in months))


def drawn(seed: int) -> World:
    """A world at random; by quarter or year its seasons are those of its periods."""
    rng = np.random.default_rng(seed)
    step = int(rng.choice([1, 1, 3, 12]))
    n = {1: 24, 3: 12, 12: 5}[step]
    cold = float(rng.choice([1.0, 2.5])) if step < 12 else 1.0
    demand = tuple(60.0 * (cold if month >= 9 else 1.0) for month in range(12))
    return World(
        step, n, int(rng.integers(1, 1 + max(1, 12 // step))), demand,
        (float(rng.choice([0.0, 150.0, 300.0])), float(rng.choice([0.0, 100.0]))),
        (float(rng.choice([10.0, 30.0])), float(rng.choice([10.0, 60.0]))),
        (int(rng.integers(0, n)), int(rng.integers(0, n))),
        (float(rng.choice([60.0, 160.0])), float(rng.choice([60.0, 160.0]))),
    )  # fmt: skip


def case_of(world: World) -> Case:
    """The world as a case, by the month and from January on."""
    steps = tuple((at, world.use(at) / world.step) for at in range(world.n_periods))
    demand = Q(steps[0][1], "t/month", steps=steps)
    held, offers = Q(0.01), {}
    for good, price, more in (("good", 10.0, world.other[0]), ("part", 2.0, world.other[1])):
        for actor, dear, most in (("sender", 1.0, 1000.0), ("other", 3.0, more)):
            name = f"{good}_of_{actor}"
            offers[name] = Supplier(
                name, actor=actor, good=good, price=Q(price * dear), capacity=Q(most)
            )
    return Case(
        name="two plants", calendar=Calendar(2026, 1, world.n_periods, Step(world.step)),
        currency="USD", target="home", refill_time=Q(6.0), sender_horizon=Q(24.0), actors=ACTORS,
        goods={
            name: Good(name, unit="t", reserve=Q(reserve), storage_cost=held)
            for name, reserve in zip(("good", "part"), world.reserves, strict=True)
        },
        uses={"use": Use("use", good="good", demand=demand, shortage_cost=Q(1000.0))},
        suppliers=offers,
        stockpiles={
            name: Stockpile(name, good=name, quantity=Q(reserve))
            for name, reserve in zip(("good", "part"), world.reserves, strict=True)
        },
        plants={
            name: Plant(name, actor="home", opening=opening)
            for name, opening in zip(("make", "shape"), world.openings, strict=True)
        },
        recipes={
            "make": Recipe("make", output="good", inputs={"part": Q(1.0)}, plant="make",
                           capacity=Q(world.made[0]), cost=Q(1.0)),
            "shape": Recipe("shape", output="part", plant="shape", capacity=Q(world.made[1]),
                            cost=Q(1.0)),
        },
        measures={"cut": CUT},
    )  # fmt: skip


def unmet(world: World, start: int) -> float:
    """The least that a stop leaves unmet: buy, make, draw, month by month. [t]"""
    n = max(-(-24 // world.step), world.length + -(-6 // world.step))
    # columns of a period: good and part bought of each, made and shaped, held of both, unmet
    k, most, rows, right = 9, np.zeros((n, 9)), np.zeros((2 * n, 9 * n)), np.zeros(2 * n)
    for t in range(n):
        period, is_cut = start + t, t < world.length
        sender = 0.0 if is_cut else 1000.0
        is_open = [period >= opening for opening in world.openings]
        most[t] = world.step * np.array(
            [sender, world.other[0], sender, world.other[1],
             world.made[0] * is_open[0], world.made[1] * is_open[1], np.inf, np.inf, np.inf]
        )  # fmt: skip
        most[t, 8] = world.use(period)
        at = k * t
        rows[2 * t, at + np.array([0, 1, 4, 6, 8])] = 1.0, 1.0, 1.0, -1.0, 1.0
        rows[2 * t + 1, at + np.array([2, 3, 5, 4, 7])] = 1.0, 1.0, 1.0, -1.0, -1.0
        right[2 * t] = world.use(period)
        if t:
            rows[2 * t, at - k + 6] = rows[2 * t + 1, at - k + 7] = 1.0
        else:
            right[:2] -= world.reserves
    costs = np.tile(np.eye(k)[8], n)
    found = linprog(costs, -rows, -right, bounds=np.c_[np.zeros(k * n), most.ravel()])
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize("seed", [*range(16), *SHORT_BEHIND])
def test_the_end_is_that_of_the_program(seed):
    world = drawn(seed)
    has_seasons = len({world.use(at) for at in range(12)}) > 1
    behind = 12 // world.step if has_seasons else 0
    short = [at for at in range(world.n_periods + behind) if unmet(world, at) > 1e-6]
    first = short[-1] + 1 if short else 0
    case = case_of(world)
    end = ends_of(case, starts=(0,), lengths=(world.length,))[ALL_ESSENTIAL]
    assert end.date == (case.calendar.label(first) if first < world.n_periods else None)
