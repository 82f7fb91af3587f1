"""Time to survive against closed forms and against programs of others."""

import numpy as np
import pytest

from derbes.case.arrays import CaseArrays
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.compiler import compile_case
from derbes.cover import cover_table, iea_days_of_imports
from derbes.programs.aggregate import Network, aggregate_time_to_survive
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


def network(arrays: CaseArrays, cut: bool) -> Network:
    activities = arrays.activities
    open_ = np.array([not (cut and actor == "sender") for actor in activities.actors])
    stock = np.zeros(len(arrays.goods))
    np.add.at(stock, arrays.lot_goods, arrays.lot_stock)
    return Network(
        arrays=arrays,
        stock=stock,
        demand=arrays.demand[:, 0],
        capacity=activities.capacity[:, 0] * open_,
        line_hours=arrays.line_hours[:, 0],
    )


@pytest.mark.parametrize("example", [1, 2])
def test_aggregate_program_of_simchi_levi(example: int) -> None:
    """Constant supply of one good: the aggregate program has the calendar's answer."""
    arrays = compile_case(worked_example(example))
    uses = np.array([True])
    assert aggregate_time_to_survive(network(arrays, cut=True), uses) == pytest.approx(10.0)
    assert aggregate_time_to_survive(network(arrays, cut=False), uses) == np.inf


def test_iea_rule() -> None:
    """10 and 2 Mt of net imports, 2 and 0.8 Mt of stock: 77.63 days."""
    assert iea_days_of_imports(10.0, 2.0, 2.0, 0.8) == pytest.approx(77.63, abs=0.005)
