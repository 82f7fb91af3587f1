"""Time to survive against closed forms and against programs of others."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.analysis.cover import cover_table
from derbes.case.entities import Plant, Recipe
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from tests.oracles.aggregate import aggregate_time_to_survive
from tests.oracles.iea import iea_days_of_imports
from tests.small_cases import one_good, worked_example


def survived(case, start: int = 0) -> float | None:
    return cover_table(case, Request(starts=(start,)))[0].time_to_survive


@pytest.mark.parametrize(
    ("stock", "months", "source"),
    [
        (0.0, 0.0, "nothing in stock"),
        (250.0, 2.5, "250 / 100"),
        (600.0, 6.0, "600 / 100"),
        (1234.5, 12.345, "1234.5 / 100"),
    ],
)
def test_stock_over_use(stock: float, months: float, source: str) -> None:
    assert survived(one_good(stock=stock, capacity=0.0)) == pytest.approx(months), source


def test_fraction_of_the_broken_month_counts_net_use() -> None:
    """630 / (100 - 40): half of the eleventh month."""
    assert survived(worked_example(1, stock=630.0)) == pytest.approx(10.5)


@pytest.mark.parametrize("missing", [1e-8, 1e-7, 1e-6])
def test_a_stock_that_lacks_next_to_nothing_lasts_next_to_as_long(missing: float) -> None:
    """600 / (100 - 40) less what is missing of it, where what a month lacks may be nothing."""
    assert survived(worked_example(1, stock=600.0 * (1.0 - missing))) == pytest.approx(
        10.0 * (1.0 - missing), rel=1e-5
    )


def test_half_life_against_its_recursion() -> None:
    """A stock of 1,000 that halves in 6 months, drawn by 100 a month at its start."""
    kept, stock, months = 0.5 ** (1 / 6), 1000.0, 0
    while stock >= 100.0:
        stock = (stock - 100.0) * kept
        months += 1
    case = one_good(stock=1000.0, capacity=0.0, survival={"half_life": Quantity(6.0)})
    assert survived(case) == pytest.approx(months + stock / 100.0)


def test_shelf_life_ends_a_stock_at_once() -> None:
    """Four months are left of a shelf life of 10 at an age of 6."""
    survival = {"shelf_life": Quantity(10.0), "age": Quantity(6.0)}
    assert survived(one_good(stock=1e4, capacity=0.0, survival=survival)) == pytest.approx(4.0)


def test_survival_table_is_followed() -> None:
    """Nine tenths are left after a month and none after three: 300 - 100, then
    180 - 100, then 80 x 0.45 / 0.9 = 40 of 100."""
    table = ((0.0, 1.0), (1.0, 0.9), (2.0, 0.45), (3.0, 0.0))
    case = one_good(stock=300.0, capacity=0.0, survival={"table": table})
    assert survived(case) == pytest.approx(2.4)


@pytest.mark.parametrize("example", [1, 2])
def test_a_network_taken_at_once(example: int) -> None:
    """Constant supply of one good: the aggregate program has the calendar's answer."""
    case = worked_example(example)
    assert aggregate_time_to_survive(case, ["use"], "cut") == pytest.approx(10.0)
    assert aggregate_time_to_survive(case, ["use"]) == np.inf


def test_a_network_taken_at_once_is_limited_by_its_lines() -> None:
    """60 hours make 40 a month of the 100 that are used: 120 in stock last two months."""
    case = one_good(stock=120.0, capacity=0.0)
    plant = Plant("works", actor="home", opening=0, lines={"line": Quantity(60.0)})
    make = Recipe("make", output="good", plant="works", line="line", hours=Quantity(1.5))
    case = replace(case, plants={"works": plant}, recipes={"make": make})
    assert aggregate_time_to_survive(case, ["use"]) == pytest.approx(120 / (100 - 40))


def test_iea_rule() -> None:
    """10 and 2 Mt of net imports, 2 and 0.8 Mt of stock: 77.63 days."""
    assert iea_days_of_imports(10.0, 2.0, 2.0, 0.8) == pytest.approx(77.63, abs=0.005)
