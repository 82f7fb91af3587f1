"""The kernel of the policy against its second statement, `tests.oracles.slow_policy`."""

import numpy as np
import pytest
from hypothesis import given, settings

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.model.arrays import CaseArrays, MeasureArrays
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.simulation import simulate_branch
from derbes.supply.baseline import CalmSolution, solve_calm, state_at
from tests.builders import build_arrays, build_measure
from tests.oracles.named_case import Amounts
from tests.oracles.slow_policy import follow_slowly
from tests.properties.generated import cases
from tests.properties.random_cases import random_case
from tests.small_cases import worked_example

CLOSE = 1e-7
"""Relative to the usual flow of a good."""
AFTER = 10
TOLD_APART = (114, 132, 399, 496, 622)
"""Cases in which the kernel once departed from its equations: what could be made was read from
the period before, more use went on behind a measure, one route of a seller came before another."""


def compare(
    calm: CalmSolution, measure: MeasureArrays | None, *, start: int, length: int, n: int
) -> None:
    arrays = calm.arrays
    branch = {"start": start, "length": length, "n_periods": n}
    state = state_at(calm, start)
    run = simulate_branch(calm, measure, state, **branch)
    slow = follow_slowly(calm, measure, state, **branch)
    stock = [sum(run.lots[arrays.lot_goods == g], run.fresh[g]) for g in range(len(arrays.goods))]
    kept = sum(arrays.storage_cost[:, start : start + n] * np.array(stock))
    np.testing.assert_allclose(run.money, sum(run.money_by_activity, kept), rtol=CLOSE)
    of = arrays.activities
    goods = np.where(
        of.outputs >= 0, of.outputs, np.append(of.input_goods, -1)[of.input_starts[:-1]]
    )
    size = arrays.flow_size
    for what, told, found, names, scale in (
        ("orders", run.levels, slow.orders, of.names, size[goods]),
        ("lots", run.lots, slow.lots, arrays.lots, size[arrays.lot_goods]),
        ("fresh", run.fresh, slow.fresh, arrays.goods, size),
        ("unmet", run.unmet, slow.unmet, arrays.uses, size[arrays.use_goods]),
    ):
        other = table(found, names)
        np.testing.assert_allclose(
            told / scale[:, None], other / scale[:, None], rtol=0, atol=CLOSE, err_msg=what
        )


def table(found: list[Amounts], names: tuple[str, ...]) -> FloatArray:
    """A row for each name, a column for each period."""
    return np.array([[one[name] for one in found] for name in names]).reshape(
        len(names), len(found)
    )


def compare_case(case: Case, start: int = 2) -> None:
    arrays = compile_case(case)
    calm = solve_calm(arrays)
    for name in case.measures:
        measure = compile_measure(case, arrays, name)
        first = start if measure.start is None else measure.start
        length = measure.lengths[-1]
        n = min(length + AFTER, arrays.n_periods - first - 1)
        compare(calm, measure, start=first, length=length, n=n)


@pytest.mark.parametrize("seed", [*range(30), *TOLD_APART])
def test_random_cases(seed: int) -> None:
    compare_case(random_case(seed))


@settings(max_examples=15)
@given(cases())
def test_generated_cases(case: Case) -> None:
    compare_case(case)


@pytest.mark.parametrize("start", [0, 24])
@pytest.mark.parametrize("example", [1, 2, 3])
def test_worked_examples(example: int, start: int) -> None:
    compare_case(worked_example(example), start)


@pytest.mark.parametrize("length", [3, 14])
def test_storage_that_is_filled_again(length: int) -> None:
    """Water is pumped up and comes down again: two goods that are made from each other."""
    arrays: CaseArrays = build_arrays(
        goods={"power": {}, "water": {"storage_limit": 300.0, "reserve": 100.0}},
        uses={"light": {"good": "power", "demand": [60.0, 100.0] * 30}},
        suppliers={
            "coal": {"good": "power", "price": 3.0, "capacity": 90.0},
            "line": {"good": "power", "price": 9.0, "capacity": 15.0},
        },
        recipes={
            "up": {"output": "water", "inputs": {"power": 1.25}, "cost": 0.1, "capacity": 40.0},
            "down": {"output": "power", "inputs": {"water": 1.0}, "cost": 0.1, "capacity": 60.0},
        },
        lots={"basin": {"good": "water", "quantity": 200.0}},
    )
    cut = build_measure(arrays, availability={"coal": 0.5})
    compare(solve_calm(arrays), cut, start=3, length=length, n=length + AFTER)
