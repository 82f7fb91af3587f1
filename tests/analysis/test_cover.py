"""Cover: what binds, for how long, of which use."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.analysis.cover import StartCover, cover_table
from derbes.case.entities import (
    Good,
    Hit,
    Measure,
    MeasureKind,
    Plant,
    Recipe,
    Route,
    Stockpile,
    Supplier,
    Tier,
    Use,
    Variant,
)
from derbes.case.quantity import Quantity, Step
from derbes.case.request import BASE, Request
from derbes.draws.study import make_studies
from derbes.model.arrays import MeasureRun
from derbes.results.supply import ALL_ESSENTIAL
from tests.analysis.asked import row_of
from tests.analysis.cover_asked import cover_of
from tests.small_cases import one_good, worked_example
from tests.supply.solved import changed, example

Q = Quantity


def three_uses():
    """Two essential goods on stocks of six and of two months, and a wish for the first."""
    case = one_good(stock=600.0, capacity=500.0)
    second = Supplier("second", actor="sender", good="second", price=Q(1.0), capacity=Q(99.0))
    return replace(
        case,
        goods={**case.goods, "second": Good("second", unit="t", reserve=Q(100.0))},
        uses={
            **case.uses,
            "more": Use("more", good="second", demand=Q(50.0)),
            "wish": Use("wish", good="good", tier=Tier.DEFERRABLE, demand=Q(20.0)),
        },
        stockpiles={
            **case.stockpiles,
            "heap": Stockpile("heap", good="second", quantity=Q(100.0)),
        },
        suppliers={**case.suppliers, "second": second},
    )


def test_each_use_is_met_for_as_long_as_it_could_be_if_it_came_first():
    rows = cover_of(three_uses())
    assert {use: row.time_to_survive for use, row in rows.items()} == {
        ALL_ESSENTIAL: pytest.approx(2.0), "use": pytest.approx(6.0),
        "more": pytest.approx(2.0), "wish": pytest.approx(30.0),
    }  # fmt: skip
    assert {use: row.binding for use, row in rows.items()} == {
        ALL_ESSENTIAL: ("second",), "use": ("good",), "more": ("second",), "wish": ("good",),
    }  # fmt: skip


def test_two_uses_of_one_stock_last_less_together_than_each_alone():
    """600 for 100 and 50 a month."""
    case = three_uses()
    case = changed(case, "uses", "more", good="good")
    rows = cover_of(case)
    assert rows["use"].time_to_survive == pytest.approx(6.0)
    assert rows["more"].time_to_survive == pytest.approx(12.0)
    assert rows[ALL_ESSENTIAL].time_to_survive == pytest.approx(4.0)


def test_two_uses_of_one_stock_share_the_month_that_breaks():
    """81 for 36 and 9 a month last 1.8 months, however the last 36 are divided."""
    case = one_good(stock=81.0, demand=36.0)
    more = Use("more", good="good", demand=Q(9.0))
    rows = cover_of(replace(case, uses={**case.uses, "more": more}))
    assert rows["use"].time_to_survive == pytest.approx(81 / 36)
    assert rows["more"].time_to_survive == pytest.approx(81 / 9)
    assert rows[ALL_ESSENTIAL].time_to_survive_myopic == pytest.approx(1.8)
    assert rows[ALL_ESSENTIAL].time_to_survive == pytest.approx(1.8)


def test_days_of_cover_are_of_the_good_that_has_least_and_of_all_its_uses():
    rows = cover_of(three_uses())
    assert rows["use"].days_of_cover == pytest.approx(5 * 30.4375)
    assert rows["wish"].days_of_cover == pytest.approx(5 * 30.4375)
    assert rows["more"].days_of_cover == pytest.approx(2 * 30.4375)
    assert rows[ALL_ESSENTIAL].days_of_cover == pytest.approx(2 * 30.4375)


def test_days_of_cover_of_a_case_by_quarters_count_months():
    case = example(lengths=(4,))
    case = replace(case, calendar=replace(case.calendar, step=Step.QUARTER, n_periods=8))
    row = cover_of(case)["use"]
    assert row.days_of_cover == pytest.approx(6 * 30.4375)
    assert (row.length, row.time_to_survive) == (12, pytest.approx(10.0))
    assert row.time_to_survive_myopic == pytest.approx(10.0)


def test_nothing_is_used():
    rows = cover_of(changed(one_good(stock=5.0), "uses", "use", demand=Q(0.0)))
    assert rows["use"].days_of_cover is None
    assert rows["use"].time_to_survive is None


def test_deferrable_uses_can_be_left_out():
    assert cover_of(three_uses()).keys() == {ALL_ESSENTIAL, "use", "more", "wish"}
    rows = cover_of(three_uses(), only_essential=True)
    assert rows.keys() == {ALL_ESSENTIAL, "use", "more"}
    assert rows["use"].time_to_survive == pytest.approx(6.0)


@pytest.mark.parametrize(("start", "known"), [(0, 60), (7, 53), (20, 48)])
def test_what_is_always_met(start, known):
    """The other sells 100: there is no end, and what is left of the 60 months of the
    calendar is known, or 48 where that is less."""
    case = changed(worked_example(1), "suppliers", "from_other", capacity=Q(100.0))
    for row in cover_of(case, start).values():
        assert row.time_to_survive is None
        assert row.survives_at_least == known
        assert row.survives_length
        assert (row.binding, row.binding_sellers) == ((), ())
        assert row.time_to_survive_myopic is None
        assert row.days_of_cover == pytest.approx(6 * 30.4375)


@pytest.mark.parametrize("price", [30.0, 3e3, 3e5, 3e7])
def test_demand_is_met_however_dear_the_last_source_is(price):
    """Time to survive knows no money: the other sells what the sender did, at any price."""
    case = changed(worked_example(1), "suppliers", "from_other", capacity=Q(100.0), price=Q(price))
    row = cover_of(case)["use"]
    assert row.time_to_survive is None
    assert row.survives_length


def test_what_ends_after_the_first_window_is_found_in_the_second():
    """3,000 over net use of 100: thirty months."""
    row = cover_of(one_good(stock=3000.0, capacity=100.0, n_periods=40))["use"]
    assert row.time_to_survive == pytest.approx(30.0)
    assert row.survives_at_least == pytest.approx(30.0)
    assert row.survives_length


@pytest.mark.parametrize(("length", "survives"), [(9, True), (10, True), (11, False), (12, False)])
def test_whether_a_length_is_survived(length, survives):
    """600 last ten months."""
    rows = cover_table(worked_example(1), Request(starts=(0,), lengths=(length,)))
    assert {row.survives_length for row in rows} == {survives}


def test_rows_are_variant_by_start_by_use_by_length():
    case = replace(worked_example(1), variants={"same": Variant("same", case=worked_example(1))})
    request = Request(variants=(BASE, "same"), starts=(6, 2), lengths=(12, 3))
    rows = cover_table(case, request)
    assert [(r.variant, r.start, r.use, r.length) for r in rows] == [
        (variant, start, use, length)
        for variant in (BASE, "same")
        for start in ("2026-03", "2026-07")
        for use in (ALL_ESSENTIAL, "use")
        for length in (3, 12)
    ]


def test_a_fixed_start_is_looked_at_beside_those_asked_for():
    case = example(start=5)
    more = Measure("more", sender="other", hits=(Hit(actor="other"),), lengths=(3,))
    case = replace(case, measures={**case.measures, "more": more})
    rows = cover_table(case, Request(starts=(0,)), only_essential=True)
    assert {(row.measure, row.start) for row in rows} == {
        ("more", "2026-01"), ("more", "2026-06"), ("cut", "2026-06"),
    }  # fmt: skip


def test_two_workers_find_what_one_finds():
    case = three_uses()
    request = Request(starts=(0, 1, 5, 11))
    alone = cover_table(case, request)
    both = cover_table(case, request, n_workers=2)
    assert [(r.start, r.use, r.binding) for r in alone] == [
        (r.start, r.use, r.binding) for r in both
    ]
    for one, other in zip(alone, both, strict=True):
        assert one.time_to_survive == pytest.approx(other.time_to_survive)
        assert one.survives_length == other.survives_length


def test_the_shortcut_does_not_forget_the_aftermath():
    """Stock for three months; a cut of three is survived when goods come at once, but not
    when they take two months to come again."""
    case = changed(example(), "suppliers", "from_other", capacity=Q(0.0))
    case = changed(case, "goods", "good", reserve=Q(300.0))
    case = changed(case, "stockpiles", "stock", quantity=Q(300.0))
    slow = changed(case, "suppliers", "from_sender", lead_time=Q(2.0))
    for made, survives in ((case, True), (slow, False)):
        study = make_studies(made, Request())[0]
        at_start = StartCover(study, 6)
        uses = study.arrays.use_essential
        _program, endless = at_start.survived(study.measures[0], uses)
        assert endless.broken == 3
        run = MeasureRun(study.measures[0], 3)
        assert at_start.survives(run, uses, endless) == survives


@pytest.mark.parametrize("start", [6, 20])
def test_stock_that_a_cut_uses_up_may_be_missed_much_later(start):
    """200 in stock carry a cut of one month, but then not the 150 that demand takes beyond
    what the sender can sell, years later; the surface, whose windows last until the branch
    is back at the calm plan, sees 50 of them unmet."""
    case = changed(one_good(stock=200.0, capacity=100.0, n_periods=48), "goods", "good",
                   reserve=Q(200.0))  # fmt: skip
    more = Q(100.0, steps=((0, 100.0), (24, 110.0), (39, 90.0)))
    case = changed(changed(case, "uses", "use", demand=more), "measures", "cut", lengths=(1,))
    assert row_of(case, start, 1).unmet_essential == pytest.approx(50.0)
    assert cover_of(case, start)["use"].time_to_survive == pytest.approx(2.0)


# What binds


def made_at_home(**of_make: object):
    """A good that the sender sells and that is also made, of a part that the other sells."""
    case = one_good(stock=0.0, capacity=500.0)
    make = Recipe(
        "make", output="good", inputs={"part": Q(1.0)}, plant="plant", capacity=Q(60.0),
        cost=Q(50.0),
    )  # fmt: skip
    part = Supplier("part", actor="other", good="part", price=Q(1.0), capacity=Q(500.0))
    return replace(
        case,
        goods={**case.goods, "part": Good("part", unit="t")},
        suppliers={**case.suppliers, "part": part},
        plants={"plant": Plant("plant", actor="home", lines={"press": Q(30.0)})},
        recipes={"make": replace(make, **of_make)},  # type: ignore[arg-type]
    )


def test_a_full_plant_binds_the_good_itself():
    row = cover_of(made_at_home(), 3)["use"]
    assert (row.time_to_survive, row.binding) == (pytest.approx(0.0), ("good",))
    assert row.binding_sellers == ("sender",)


def test_a_full_line_binds_the_good_itself():
    """A capacity of 500, but 30 hours for 60."""
    row = cover_of(made_at_home(capacity=Q(500.0), line="press", hours=Q(0.5)), 3)["use"]
    assert row.binding == ("good",)


def test_where_the_plant_has_room_the_part_binds():
    case = changed(made_at_home(capacity=Q(500.0)), "suppliers", "part", capacity=Q(40.0))
    row = cover_of(case, 3)["use"]
    assert row.binding == ("part",)
    assert row.binding_sellers == ()


def test_the_part_of_a_part_binds():
    case = made_at_home(capacity=Q(500.0))
    ore = Supplier("ore", actor="sender", good="ore", price=Q(1.0), capacity=Q(500.0))
    smelt = Recipe("smelt", output="part", inputs={"ore": Q(2.0)}, capacity=Q(500.0), cost=Q(1.0))
    case = replace(
        case,
        goods={**case.goods, "ore": Good("ore", unit="t")},
        suppliers={"ore": ore, "seller": case.suppliers["seller"]},
        recipes={**case.recipes, "smelt": smelt},
    )
    row = cover_of(case, 3)["use"]
    assert (row.binding, row.binding_sellers) == (("ore",), ("sender",))


def test_two_parts_can_bind_at_once():
    case = made_at_home(capacity=Q(500.0), inputs={"part": Q(1.0), "cap": Q(1.0)})
    case = replace(
        case,
        goods={**case.goods, "cap": Good("cap", unit="t")},
        suppliers={
            "seller": case.suppliers["seller"],
            "part": replace(case.suppliers["part"], actor="sender"),
            "cap": Supplier("cap", actor="sender", good="cap", price=Q(1.0), capacity=Q(500.0)),
        },
    )
    assert cover_of(case, 3)["use"].binding == ("part", "cap")


def test_a_capacity_that_is_shared_is_used_up_by_either_route():
    """40 by rail and sea together: whichever has room of its own, the seller has none."""
    case = changed(
        made_at_home(capacity=Q(500.0)), "suppliers", "part", capacity=Q(40.0),
        routes=("rail", "sea"),
    )  # fmt: skip
    case = replace(case, routes={"rail": Route("rail"), "sea": Route("sea")})
    assert cover_of(case, 3)["use"].binding == ("part",)


def test_a_part_that_cannot_come_in_time_binds():
    """Parts take four months from the order on; those on the way are enough for the plant
    as planned, but not for more."""
    case = changed(made_at_home(capacity=Q(500.0)), "suppliers", "part", lead_time=Q(4.0))
    row = cover_of(case, 6)["use"]
    assert (row.time_to_survive, row.binding) == (pytest.approx(0.0), ("part",))
    assert row.binding_sellers == ()


def test_a_surge_alone_can_break_what_a_full_plant_serves():
    surge = Measure("cut", kind=MeasureKind.DEMAND_SURGE, hits=(Hit(good="good"),), by=Q(5.0))
    case = replace(made_at_home(), measures={"cut": surge})
    row = cover_of(case, 3)["use"]
    assert (row.binding, row.binding_sellers) == (("good",), ())
    assert row.time_to_survive == pytest.approx(0.0)


def test_the_myopic_rule_never_lasts_longer():
    rng = np.random.default_rng(5)
    for _trial in range(5):
        stock, capacity = rng.integers(100, 900), rng.integers(0, 90)
        case = changed(worked_example(2, stock=float(stock)), "suppliers", "from_other",
                       capacity=Q(float(capacity)))  # fmt: skip
        for row in cover_of(case).values():
            expected = stock / (100 - capacity)
            assert row.time_to_survive == pytest.approx(expected)
            assert row.time_to_survive_myopic <= row.time_to_survive + 1e-9
