"""What a run will need: as much as its arrays have, and a refusal that says what fits."""

import dataclasses
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from derbes import api
from derbes import request as asking
from derbes.analysis.leverage import leverage_rows
from derbes.case.entities import Survival
from derbes.case.quantity import Quantity
from derbes.draws.study import make_studies
from derbes.errors import RequestError
from derbes.model.compile import compile_case
from derbes.request import (
    activity_count,
    arrays_needed,
    memory_problems,
    point_count,
    request_of,
    shelf_count,
)
from tests.small_cases import worked_example

CASES = Path(__file__).parents[2] / "cases"
MANY = {f"seller_{n}": one for n in range(400) for one in worked_example(1).suppliers.values()}
EXAMPLES = {
    "waterworks": lambda: api.read_case(CASES / "waterworks.yaml"),
    "aspan": lambda: api.read_case(CASES / "aspan"),
    "plant": lambda: worked_example(2),
    "long": lambda: worked_example(1, n_periods=600),
    "many": lambda: replace(worked_example(1), suppliers=MANY),
}


def _bytes(value):
    if isinstance(value, np.ndarray):
        return value.nbytes
    if dataclasses.is_dataclass(value):
        return sum(_bytes(getattr(value, one.name)) for one in dataclasses.fields(value))
    return 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_arrays_take_what_is_said(name):
    case = EXAMPLES[name]()
    arrays = compile_case(case)
    assert activity_count(case) == len(arrays.activities.names)
    assert 0.5 < arrays_needed(case, arrays.n_periods) / _bytes(arrays) < 2.0


@pytest.mark.parametrize("length", [(), (6, 12)])
def test_points_are_counted_as_they_are_told(length):
    case = worked_example(1, n_periods=24)
    request = request_of(case, starts="quarter", lengths=length)
    rows = leverage_rows(make_studies(case, request), request, has_premium=False)
    points = {(row.measure, row.start, row.length) for row in rows}
    assert point_count(case, request) == len(points)


def test_what_does_not_fit_is_refused_with_what_does(monkeypatch):
    case = worked_example(1)
    request = request_of(case, starts="month", lengths=range(1, 61))
    assert memory_problems(case, request) == []
    (problem,) = memory_problems(case, request, limit=3 << 20)
    assert (problem.where, problem.what, problem.fix) == (
        "memory",
        "3,600 points (variants × measures × starts × lengths) need some 8 MiB of memory,"
        " and 3 MiB may be taken",
        "look at fewer: --every year, or one --variant, --measure or --length at a time",
    )
    (problem,) = memory_problems(case, request, limit=1 << 19)
    assert problem.fix == (
        "a program of 906 columns is too large: shorten the calendar, or add elements up"
    )
    monkeypatch.setattr(asking, "memory_limit", lambda: 1 << 19)
    for verb in (api.cover, api.leverage, api.brief, api.stress):
        with pytest.raises(RequestError, match="MiB of memory"):
            verb(case)


def test_as_much_as_fits_is_let_through():
    case = worked_example(1)
    for starts in ("year", "quarter", "month"):
        request = request_of(case, starts=starts)
        limit = next(
            n for n in range(1 << 18, 1 << 24, 500) if not memory_problems(case, request, n)
        )
        fewer = request_of(case, starts="year")
        assert memory_problems(case, fewer, limit) == []
        assert memory_problems(case, request, limit - 500)


def test_what_lasts_long_takes_more():
    case = worked_example(1)
    good = case.goods["good"]
    kept = replace(good, survival=Survival(shelf_life=Quantity(40.0, "month")))
    assert shelf_count(case, 100) == 0
    # Each of two sellers, in each of 100 periods: 40 periods, and fewer in the last 40.
    lasts = sum(min(40, 100 - period) for period in range(100))
    found = shelf_count(replace(case, goods={"good": kept}), 100)
    assert found == pytest.approx(2 * lasts, rel=0.02)
