"""What lasts least is drawn first: old lots and fresh stock are measured alike."""

import pytest

from derbes.model.compile import compile_case
from derbes.supply.network import lasting, lots_beside, make_layout, of_ages
from derbes.supply.objective import OLD_FIRST, first_expired, objective_levels
from tests.properties.random_cases import random_case

SHELF_LIVES = 1325
"""Number of a case whose good has a shelf life of 7 months and a lot with 8 months left."""


@pytest.fixture(scope="module")
def arrays():
    return compile_case(random_case(SHELF_LIVES), 1)


def test_l8_a_lot_lasts_as_long_as_fresh_stock_that_can_be_used_as_often(arrays):
    of_lots, of_fresh = lasting(arrays, 0)
    assert (of_lots[0], of_fresh[0]) == (7.0, 7.0)
    assert of_ages(arrays, 0).tolist() == [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]


@pytest.mark.parametrize("last", range(7))
def test_l8_a_lot_stands_with_what_can_be_used_for_more_than_i_periods(arrays, last):
    times = 7 - last
    beside = [0 in lots_beside(arrays, 0, i, last) for i in range(1, 7)]
    assert beside == [times > i for i in range(1, 7)]


def test_what_is_gone_first_weighs_most_and_fresh_stock_as_much_as_it_lasts(arrays):
    lots = first_expired(arrays, 0)
    assert lots[0] == OLD_FIRST
    assert lots[0] > lots[2] > lots[1]


def test_stock_of_unlike_goods_weighs_by_its_value_alone(arrays):
    layout = make_layout(arrays, 0, 6, has_reserve=True)
    names, costs = objective_levels(layout)
    stock = costs[names.index("stock")]
    of_lots = layout.column("lot").of(stock)
    assert (of_lots == layout.values[arrays.lot_goods][:, None]).all()
    assert (layout.column("fresh").of(stock) == layout.values[:, None]).all()
