"""The premium: closed forms of the price at which being cut off costs as much."""

from dataclasses import replace

import pytest

from derbes.case.entities import Good, Hit, Supplier
from derbes.case.quantity import Quantity
from tests.analysis.asked import row_of
from tests.small_cases import CUT, worked_example
from tests.supply.solved import changed, example

Q = Quantity


def premium(case, start: int = 24, length: int = 12):
    row = row_of(case, start, length, has_premium=True)
    return row.premium, row.premium_unbounded


def test_before_the_first_kink():
    """A cut of three months costs 1,800; so do 300 units at 6 more."""
    assert premium(worked_example(1), length=3) == (pytest.approx(0.6), False)


def test_behind_the_first_kink():
    """At 25 the other sells his 40; the 60 left must cost 10 + p 10 each: a cut of twelve
    months costs 126,000 = 12 x (40 x 15 + 60 x 10 p)."""
    assert premium(worked_example(1)) == (pytest.approx((126_000 / 12 - 600) / 600), False)


def test_behind_the_second_kink():
    """130 a month, a third seller of 20 at 40: 70 go short each month once the stock of 600
    is used up, and 70 would have to be bought of the sender above 40."""
    case = changed(worked_example(1), "uses", "use", demand=Q(130.0))
    case = changed(case, "suppliers", "from_sender", capacity=Q(400.0))
    third = Supplier("third", actor="other", good="good", price=Q(40.0), capacity=Q(20.0))
    case = replace(case, suppliers={**case.suppliers, "third": third})
    short = 12 * 70 - 600
    loss = 12 * (40 * 25 + 20 * 40) + short * 1000 + 600 * 10 - 12 * 130 * 10
    row = row_of(case, 24, 12, has_premium=True)
    assert row.unmet_essential == pytest.approx(short)
    assert row.target_loss == pytest.approx(loss, rel=1e-6)
    share = (loss / 12 - 40 * 15 - 20 * 30) / (70 * 10)
    assert 10 * (1 + share) > 40
    assert row.premium == pytest.approx(share)


def test_a_cut_that_costs_nothing_is_worth_no_premium():
    """The other sells all that is wanted at the same price."""
    case = changed(worked_example(1), "suppliers", "from_other", price=Q(10.0), capacity=Q(200.0))
    share, is_unbounded = premium(case)
    assert share == pytest.approx(0.0, abs=1e-6)
    assert not is_unbounded


def test_no_price_is_as_bad_where_others_sell_all_but_goods_on_the_way_are_lost():
    """Beside the lost goods a cut costs 15 more a unit; no price rise costs more than
    these 15, for the others can always be asked."""
    case = changed(worked_example(1), "suppliers", "from_other", capacity=Q(200.0))
    case = changed(case, "suppliers", "from_sender", lead_time=Q(1.0))
    case = changed(replace(case, stockpiles={}), "goods", "good", reserve=None)
    row = row_of(case, 24, 3, has_premium=True)
    assert row.target_loss == pytest.approx(4 * 100 * 15)
    assert row.premium is None
    assert row.premium_unbounded


def test_a_price_beyond_all_measure_is_no_price():
    """Next to nothing is bought, and being cut off costs much for another reason."""
    case = changed(example(in_transit="lost"), "uses", "use", shortage_cost=Q(1e6))
    assert premium(case) == (None, True)


def test_a_premium_is_only_worked_out_where_it_is_wanted():
    row = row_of(worked_example(1), 24, 12, has_premium=False)
    assert row.premium is None
    assert not row.premium_unbounded


def test_what_else_the_sender_sells_is_no_part_of_the_price_of_what_is_cut():
    """A stop of the good alone; 500 a month of something else that nobody else sells."""
    case, other = worked_example(1), Good("other", unit="t")
    use = replace(case.uses["use"], id="other_use", good="other", demand=Q(500.0))
    seller = replace(case.suppliers["from_sender"], id="other", good="other", capacity=Q(500.0))
    case = replace(
        case,
        goods={**case.goods, "other": other},
        uses={**case.uses, "other_use": use},
        suppliers={**case.suppliers, "other": seller},
        measures={"cut": replace(CUT, hits=(Hit(actor="sender", good="good"),))},
    )
    assert premium(case) == (pytest.approx(premium(worked_example(1))[0]), False)


def test_only_the_optimal_row_has_a_premium():
    assert row_of(worked_example(1), 24, 12, bound="myopic", has_premium=True).premium is None
