"""A number as a draw has it is the same whether the case is made anew or its values are taken."""

from functools import partial
from pathlib import Path

import pytest

from derbes.casefile import read_case
from derbes.draws.inputs import drawn_case, inputs_by_path, with_values
from derbes.draws.study import variant_case
from derbes.statements.ledger import read_ledger
from derbes.statements.of_case import number_of
from derbes.statements.sampling import Sampling, make_futures
from derbes.statements.terms import Unknown, month_day
from derbes.statements.worlds import Model, World
from tests.statements.ledgers import day

ROOT = Path(__file__).parents[2]
CASES = [ROOT / "cases" / "aspan", ROOT / "tests" / "draws" / "every_key.yaml"]


@pytest.fixture(name="case", scope="module", params=CASES, ids=lambda path: path.stem)
def _case(request):
    return read_case(request.param)


def _same(one, case):
    """Numbers of a model are those of a case that was made anew."""
    periods = range(0, case.calendar.n_periods, 7)
    months = [month_day(*case.calendar.month_of(period)) for period in periods]
    for path, number in inputs_by_path(case).items():
        own = number_of(one.case, path)
        assert one.number(own) == pytest.approx(number.value, rel=1e-14), path
        path_of_case = number.over(case.calendar.n_periods)
        found = [one.at(own, month, path) for month in months]
        assert found == pytest.approx([path_of_case[period] for period in periods], rel=1e-14), path


def test_every_draw_of_every_variant(case):
    ledger = read_ledger(case)
    futures = make_futures(ledger, 4, Sampling(4))
    for variant, draws in futures.draws.items():
        for row in range(futures.n):
            world = World(ledger, day("2026-03-01"), partial(futures.draw, row))
            _same(world.variant(variant), drawn_case(variant_case(case, variant), draws, row))


def test_every_number_alone(case):
    known = inputs_by_path(case)
    for path, quantity in known.items():
        assert number_of(case, path) == quantity
        if not quantity.path.startswith("currency.") and not quantity.steps:
            values = {path: quantity.value * 1.5 + 1.0}
            drawn = inputs_by_path(with_values(case, values))[path]
            one = Model("base", case, values, 1)
            assert one.number(quantity) == drawn.value == values[path]
            first = month_day(*case.calendar.month_of(0))
            assert one.at(quantity, first, path) == drawn.over(1)[0]


def test_a_number_that_is_not_there(case):
    assert number_of(case, "suppliers.nobody.price") is None
    with pytest.raises(Unknown):
        Model("base", case, {}, 1).at(None, day("2026-03"), "suppliers.nobody.price")
