"""The plain statement itself, on cases that can be followed by hand."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.api import read_case
from derbes.case.entities import Recipe, Route, Stockpile, Survival
from derbes.case.quantity import Quantity
from tests.oracles.full_horizon import Oracle
from tests.oracles.programs import Level, written
from tests.oracles.told import as_yaml
from tests.properties.random_cases import random_case
from tests.small_cases import one_good, worked_example

Q = Quantity


@pytest.mark.parametrize(
    ("example", "loss", "returning", "lost", "premium"),
    [
        (1, 126_000.0, 2_400.0, 14_400.0, 16.5),
        (2, 127_200.0, 1_440.0, 11_520.0, 20.75),
        (3, 2_400.0, 4_800.0, 14_400.0, 0.2),
    ],
)
def test_worked_examples_cut_off_after_two_years(
    example: int, loss: float, returning: float, lost: float, premium: float
) -> None:
    found = Oracle(worked_example(example)).losses("cut", 24, 12, has_premium=True)
    assert found.target_loss == pytest.approx(loss)
    assert found.sender_returning.low == pytest.approx(returning)
    assert found.sender_lost.high == pytest.approx(lost)
    assert found.premium == pytest.approx(premium)
    assert found.unmet_essential == pytest.approx(0.0 if example == 3 else 120.0)


def test_worked_examples_end_when_the_stock_reaches_the_plant() -> None:
    oracle = Oracle(worked_example(3))
    first, short = oracle.ends("cut", 12, range(8, 20))
    assert first == 14
    assert short[13] == pytest.approx(60 / 100)
    assert Oracle(worked_example(1)).ends("cut", 12, range(0, 60, 7))[0] is None


def test_ten_months_of_stock_and_half_of_the_next() -> None:
    assert Oracle(worked_example(1)).time_to_survive("cut", 0, ["use"]) == pytest.approx(10.0)
    more = Oracle(worked_example(1, stock=630.0))
    assert more.time_to_survive("cut", 0, ["use"]) == pytest.approx(10.5)


def test_a_limit_on_a_flow_is_not_a_stock() -> None:
    """30 of 100 can be drawn a month from a store of 10,000: short from the first day."""
    case = one_good(stock=0.0)
    case = replace(
        case,
        goods={**case.goods, "stored": replace(case.goods["good"], id="stored")},
        stockpiles={"store": Stockpile("store", good="stored", quantity=Q(1e4))},
        recipes={
            "draw": Recipe("draw", output="good", inputs={"stored": Q(1.0)}, capacity=Q(30.0))
        },
    )
    assert Oracle(case).time_to_survive("cut", 0, ["use"]) == 0.0


def test_what_expires_is_no_cover() -> None:
    """50 a month: 200 that expire in three months, of which 50 are lost, then 400 that keep."""
    lots = {"short": (200.0, 3.0), "long": (400.0, 12.0)}
    case = one_good(demand=50.0)
    case = replace(
        case,
        stockpiles={
            name: Stockpile(
                name, good="good", quantity=Q(amount), survival=Survival(shelf_life=Q(life))
            )
            for name, (amount, life) in lots.items()
        },
    )
    assert Oracle(case).days_of_cover(0, "good") == pytest.approx(11 * 30.4375)
    assert Oracle(case).time_to_survive("cut", 0, ["use"]) == pytest.approx(11.0)


def test_what_is_on_the_way_follows_calm_use_whatever_lies_in_store() -> None:
    case = one_good(stock=900.0)
    seller = replace(case.suppliers["seller"], lead_time=Q(3.0))
    plain = Oracle(replace(case, suppliers={"seller": seller}))
    np.testing.assert_allclose(plain.calm.first.way[0], 100.0)
    told = Oracle(replace(case, suppliers={"seller": replace(seller, on_order=Q(20.0))}))
    np.testing.assert_allclose(told.calm.first.way[0], 20.0)


def test_a_quota_on_a_seller_takes_from_all_its_routes_together() -> None:
    """Half of 200 is cut, by whatever way it comes: 100 of 150 are met."""
    case = worked_example(1, stock=0.0)
    routes = dict.fromkeys(("rail", "sea"))
    seller = replace(case.suppliers["from_sender"], routes=tuple(routes))
    case = replace(
        case,
        goods={"good": replace(case.goods["good"], reserve=None)},
        uses={"use": replace(case.uses["use"], demand=Q(150.0))},
        routes={name: Route(name) for name in routes},
        suppliers={"from_sender": seller},
        measures={"cut": replace(case.measures["cut"], share=Q(0.5), lengths=(4,))},
    )
    assert Oracle(case).losses("cut", 6, 4).unmet_essential == pytest.approx(4 * 50.0)


def test_an_old_lot_that_is_gone_is_not_replaced_by_stock_that_spoils() -> None:
    """100 of an old lot are drawn; what refills it halves in a year and is younger."""
    case = one_good(stock=600.0, survival={})
    good = replace(case.goods["good"], survival=Survival(half_life=Q(12.0)), reserve=Q(600.0))
    case = replace(case, goods={"good": good}, sender_horizon=Q(40.0), refill_time=Q(6.0))
    found = Oracle(case).losses("cut", 0, 1)
    assert found.unmet_essential == pytest.approx(0.0)
    assert found.unrestored == pytest.approx(100 * 10.0)
    assert found.target_loss is not None
    assert found.target_loss > 100.0


@pytest.mark.parametrize("seed", [0, 3, 7, 10, 16, 21, 33, 41])
def test_the_share_of_the_broken_period_both_ways(seed: int) -> None:
    """As a column of the program, and by trial: a little less is met, a little more is not."""
    case = random_case(seed)
    oracle = Oracle(case)
    start, plain = case.calendar.n_periods // 2, oracle.plain
    for use in plain.uses:
        periods = oracle.time_to_survive("cut", start, [use])
        if periods is None:
            continue
        broken = int(periods)

        def short(share: float, use: str = use, broken: int = broken) -> float:
            window = written(
                plain, oracle.calm.state(start), start, broken + 1, effect=plain.effect("cut"),
                length=broken + 1, last_share=share,
            )  # fmt: skip
            costs = window.linear.nothing()
            costs[window.unmet[use]] = 1.0 / plain.size[case.uses[use].good]
            return window.linear.minimize([Level("unmet", costs)])[1]["unmet"]

        assert short(max(0.0, periods - broken - 1e-6)) <= 1e-8
        if periods - broken < 1 - 1e-5:
            assert short(periods - broken + 1e-5) > 1e-9


@pytest.mark.parametrize("seed", [2, 3, 5, 8, 11, 13, 44, 107])
def test_a_random_case_as_a_file_is_the_same_case(seed: int, tmp_path) -> None:
    case = random_case(seed)
    path = tmp_path / "case.yaml"
    path.write_text(as_yaml(case), encoding="utf-8")
    read = read_case(path)
    start = case.calendar.n_periods // 2
    one, other = (
        Oracle(c).losses("cut", start, case.measures["cut"].lengths[0]) for c in (case, read)
    )
    assert one.unmet_essential_gross == pytest.approx(other.unmet_essential_gross)
    if one.target_loss is not None:
        assert one.target_loss == pytest.approx(other.target_loss)
