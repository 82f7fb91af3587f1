"""When it ends: per use, on its own grid, refined between the starts that are asked for."""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes import api
from derbes.analysis.leverage import (
    StartOutcome,
    Starts,
    last_short,
    leverage_surface,
    outcome_of,
    outcomes_of,
    starts_behind,
)
from derbes.case.entities import Good, Hit, Measure, Plant, Recipe, Supplier, Tier, Use
from derbes.case.options import Standard
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.casefile.reader import read_case
from derbes.draws.study import make_study
from derbes.model.arrays import MeasureRun
from derbes.results.supply import ALL_ESSENTIAL
from derbes.supply.disruption import horizon
from derbes.supply.survival import SurvivalProgram
from tests.analysis.asked import ends_of
from tests.small_cases import one_good, with_winter, worked_example
from tests.statements.ledgers import value_of
from tests.supply.solved import changed, example

Q = Quantity
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "starts", [(0,), (0, 30), (13,), (14,), (0, 13, 14, 20), tuple(range(60))], ids=str
)
def test_the_date_does_not_hang_on_the_starts_that_are_asked_for(starts):
    """E3: month 14, whether one start is asked for or all."""
    ends = ends_of(worked_example(3), starts=starts)
    assert {use: end.date for use, end in ends.items()} == {
        ALL_ESSENTIAL: "2027-03", "use": "2027-03",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "survived", "n_starts"),
    [((0,), 16, 21), ((0, 30), 16, 21), ((14,), 17, 22), (tuple(range(60)), 46, 60)],
    ids=str,
)
def test_starts_that_are_asked_for_and_one_a_quarter_are_counted(starts, survived, n_starts):
    """And the last of the calendar, but not those that were looked at only to find the
    date: months 0, 3, ..., 57 and 59, of which those before month 14 go short."""
    end = ends_of(worked_example(3), starts=starts)["use"]
    assert (end.n_starts_survived, end.n_starts) == (survived, n_starts)


def test_what_binds_last_is_that_of_the_last_start_that_is_not_survived():
    end = ends_of(worked_example(3), starts=(0,))["use"]
    assert (end.binding, end.binding_sellers) == (("good",), ("sender",))


def test_a_cut_that_never_hurts_has_ended_before_it_began():
    end = ends_of(worked_example(1), starts=(6,), lengths=(10,))["use"]
    assert (end.date, end.binding, end.binding_sellers) == ("2026-01", (), ())
    assert (end.n_starts_survived, end.n_starts) == (21, 21)


def test_each_length_has_its_own_end():
    """E3, cut for n months: the stock bridges ten of them, the plant opens in month 24."""
    request = Request(starts=(0,), lengths=(10, 11, 12, 24, 40))
    _rows, ends = leverage_surface(worked_example(3), request, has_premium=False)
    found = {end.length: end.date for end in ends if end.use == "use"}
    assert found == {10: "2026-01", 11: "2027-03", 12: "2027-03", 24: "2027-03", 40: "2027-03"}


def two_uses():
    """E3 and a second essential use of a good that only the sender sells, on no stock."""
    case = worked_example(3)
    return replace(
        case,
        goods={**case.goods, "second": Good("second", unit="t")},
        uses={
            **case.uses,
            "other_use": Use("other_use", good="second", demand=Q(10.0), shortage_cost=Q(1.0)),
        },
        suppliers={
            **case.suppliers,
            "second": Supplier(
                "second", actor="sender", good="second", price=Q(1.0), capacity=Q(10.0)
            ),
        },
    )


def test_each_use_has_its_own_end_and_all_together_the_latest():
    ends = ends_of(two_uses(), starts=(0,))
    assert {use: end.date for use, end in ends.items()} == {
        "use": "2027-03", "other_use": None, ALL_ESSENTIAL: None,
    }  # fmt: skip
    assert ends["other_use"].binding == ends[ALL_ESSENTIAL].binding == ("second",)


@pytest.mark.parametrize("demands", [(100.0, 110.0), (110.0, 100.0), (105.0, 105.0)])
def test_uses_that_share_a_good_short_in_calm_end_alike_in_any_order(demands):
    """150 are sold of the 210 that two uses want, 95 while the cut runs: which of them bears it
    is open, so neither has an end; a third, of a good of its own, is always short of the same."""
    case = one_good(stock=0.0, capacity=150.0)
    use, cut = case.uses["use"], case.measures["cut"]
    uses = {f"use{n}": replace(use, id=f"use{n}", demand=Q(d)) for n, d in enumerate(demands)}
    third = replace(use, id="third", good="second")
    goods = {**case.goods, "second": Good("second", unit="t")}
    other = Supplier("other", actor="other", good="second", price=Q(1.0), capacity=Q(10.0))
    case = replace(
        case,
        goods=goods,
        uses={**uses, "third": third},
        suppliers={**case.suppliers, "other": other},
        measures={"cut": replace(cut, share=Q(55 / 150))},
    )
    ends = ends_of(case, starts=(0,))
    assert {use: end.date for use, end in ends.items()} == {
        "use0": None, "use1": None, "third": "2026-01", ALL_ESSENTIAL: None,
    }  # fmt: skip
    assert ends["use0"].binding == ends["use1"].binding == ("good",)


def test_what_binds_a_use_is_not_what_binds_another():
    assert ends_of(two_uses(), starts=(0,))["use"].binding == ("good",)


def test_deferrable_uses_have_no_end():
    case = changed(worked_example(3), "uses", "use", tier=Tier.DEFERRABLE)
    assert {use: end.date for use, end in ends_of(case, starts=(0,)).items()} == {
        ALL_ESSENTIAL: "2026-01"
    }


def test_a_plant_that_lives_on_the_senders_component_ends_nothing():
    """E2: whatever is built, the component binds and the sender sells it."""
    end = ends_of(worked_example(2), starts=(0,))["use"]
    assert (end.date, end.binding, end.binding_sellers) == (None, ("component",), ("sender",))


def test_an_end_waits_for_the_last_of_two_components():
    """A plant of month 12 needs a part that the sender sells until another plant makes it
    from month 24 on: the later one ends it."""
    case = worked_example(1)
    case = replace(
        case,
        goods={**case.goods, "part": Good("part", unit="t")},
        suppliers={
            **case.suppliers,
            "part": Supplier("part", actor="sender", good="part", price=Q(1.0), capacity=Q(200.0)),
        },
        plants={
            "first": Plant("first", actor="home", opening=12),
            "second": Plant("second", actor="home", opening=24),
        },
        recipes={
            "make": Recipe(
                "make", output="good", inputs={"part": Q(1.0)}, plant="first", capacity=Q(100.0),
                cost=Q(20.0),
            ),
            "make_part": Recipe(
                "make_part", output="part", plant="second", capacity=Q(100.0), cost=Q(20.0)
            ),
        },
    )  # fmt: skip
    end = ends_of(case, starts=(0,))["use"]
    assert (end.date, end.binding) == ("2027-03", ("part",))


def test_measures_that_start_on_a_date_have_no_end():
    case = example(start=3)
    more = Measure("more", sender="other", hits=(Hit(actor="other"),), lengths=(12,))
    case = replace(case, measures={**case.measures, "more": more})
    _rows, ends = leverage_surface(case, Request(starts=(0,)), has_premium=False)
    assert {end.measure for end in ends} == {"more"}


def outcome(start: int, *short: str) -> StartOutcome:
    return StartOutcome(
        variant="base", measure="cut", length=1, start=start, is_on_grid=True,
        short_uses=short,
    )  # fmt: skip


def test_the_last_start_that_is_not_survived_counts_though_others_before_it_are():
    group = [outcome(0, "a"), outcome(3), outcome(6, "a"), outcome(9), outcome(12, "b")]
    assert [last_short(group, use) for use in ("a", "b", ALL_ESSENTIAL)] == [2, 4, 4]
    assert last_short(group[1:2], "a") is None
    assert starts_behind(group, ["a", "b"]) == {7, 8, 10, 11}
    assert starts_behind(group[:1], ["a"]) == set()


def test_a_larger_reserve_ends_it_sooner():
    """1,200 last twenty months; 600 and 60 on top last eleven."""
    for reserve, date in ((1200.0, "2026-01"), (660.0, "2027-02")):
        case = changed(worked_example(3, stock=reserve), "goods", "good", reserve=Q(reserve))
        assert ends_of(case, starts=(0,))["use"].date == date


def test_stock_beyond_the_reserve_is_sold_off_in_calm_and_helps_nobody_later():
    end = ends_of(worked_example(3, stock=1200.0), starts=(0,))["use"]
    assert end.date == "2027-03"


TWO_GOODS_OF_ONE_INPUT = """
derbes: 1
name: two goods of one input
calendar: {first: 2026-01, periods: 12}
currency: {base: USD}
target: home
actors: {home: {}, sender: {}, other: {}}
goods: {metal: {unit: t}, pipe: {unit: t}, wire: {unit: t}, oil: {unit: t}}
uses:
  water: {good: pipe, demand: 60}
  power: {good: wire, demand: 60}
  heat: {good: oil, demand: 60}
suppliers:
  near: {actor: other, good: metal, price: 1, capacity: 100}
  far: {actor: sender, good: metal, price: 2, capacity: 100}
  oil: {actor: other, good: oil, price: 1, capacity: 100}
recipes:
  pipes: {output: pipe, inputs: {metal: 1}, capacity: 100}
  wires: {output: wire, inputs: {metal: 1}, capacity: 100}
measures:
  cut: {kind: embargo, sender: sender, hits: {actor: sender}, lengths: [3]}
"""


@pytest.mark.parametrize("n_workers", [1, 2, 3])
def test_uses_that_compete_are_short_alike_whoever_solves_the_starts(tmp_path, n_workers):
    path = tmp_path / "case.yaml"
    path.write_text(TWO_GOODS_OF_ONE_INPUT, encoding="utf-8")
    surface = api.leverage(api.read_case(path), starts="2026-01", n_workers=n_workers)
    survived = {end.use: end.n_starts_survived for end in surface.ends}
    assert survived == {"all_essential": 0, "water": 0, "power": 0, "heat": 5}
    assert {end.use: end.date for end in surface.ends if end.date} == {"heat": "2026-01"}


@pytest.mark.parametrize("path", ["cases/waterworks.yaml", "cases/aspan"])
def test_what_one_course_shows_for_many_starts_and_measures_is_what_each_says_alone(path):
    case = read_case(ROOT / path)
    study = make_study(case, tuple(case.measures), 24)
    starts = tuple(range(0, study.arrays.n_calendar, study.arrays.n_calendar // 5))
    outcomes = outcomes_of(Starts(study, starts, ()))
    assert any(one.short_uses for one in outcomes)
    for one in outcomes[:: max(1, len(outcomes) // 25)]:
        measure = next(m for m in study.measures if m.name == one.measure)
        run = MeasureRun(measure, one.length)
        program = SurvivalProgram(study.calm, one.start, horizon(study.arrays, run, one.start))
        alone = outcome_of(Starts(study, (one.start,), ()), program, run)
        assert (one.start, one.measure, alone.short_uses) == (
            one.start, one.measure, one.short_uses,
        )  # fmt: skip


def test_no_month_of_the_year_is_passed_over():
    """A stop of one month is short each November alone, also of the year behind the calendar."""
    case = with_winter(24, months=(10, 11), cold=400.0)
    for starts in ((0,), tuple(range(24))):
        assert ends_of(case, starts=starts, lengths=(1,))["use"].date is None
    assert not value_of(case, "ended(sender, 2026-01, months=1)")
    assert not value_of(case, "ended(sender, 2026-02, months=1)")
    month = Standard("month", uses=(), measure="cut", length=1)
    assert value_of(replace(case, standards={"month": month}), "meets(month)") is False


@pytest.mark.parametrize("n_periods", [24, 36, 35])
def test_what_is_short_each_winter_has_not_ended_with_the_calendar(n_periods):
    """Convention 2 of the design: given two repeating years, no answer hangs on its end."""
    end = ends_of(with_winter(n_periods), starts=(0,), lengths=(3,))["use"]
    assert (end.date, end.binding_sellers) == (None, ("sender",))
