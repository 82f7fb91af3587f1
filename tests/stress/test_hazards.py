from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.analysis.cover import forward_cover
from derbes.case.entities import Good, MeasureKind, Tier, Use
from derbes.case.quantity import Quantity
from derbes.casefile import read_case
from derbes.draws.inputs import drawn_case, drawn_paths, inputs_by_path
from derbes.draws.sampling import make_draws
from derbes.stress.answers import answers_of, hazard_risk, hazard_table
from derbes.stress.outcomes import (
    HazardOutcome,
    Rule,
    lasting,
    make_events,
    months_of_cover,
    shortage_cost,
    simulate_hazards,
)
from tests.draws.uncertain import (
    DEMAND,
    STOCK,
    hazard,
    in_scenarios,
    named,
    uncertain_example,
    with_hazards,
    with_numbers,
)
from tests.small_cases import one_good, worked_example


def struck(case, n, seed=1):
    draws = make_draws(case, n, seed=seed, method="random", inputs=())
    draws = replace(draws, values=np.zeros((n, 0)), weights=np.ones(n), method="random")
    rule = Rule(case, tuple(case.measures))
    return simulate_hazards(rule, draws, seed=seed), draws


def hazard_answers(case, found):
    return answers_of(hazard_table(case, found, "base"))


def hit(rate, months, n_periods=36):
    return with_hazards(named(worked_example(1, n_periods=n_periods)), hazard("cut", rate, months))


def test_a_stock_outlasts_a_measure_that_is_short_enough():
    found, _draws = struck(hit(0.5, 8.0), 300)
    assert (found.first_short < 0).mean() > 0.9
    alone = struck(hit(0.02, 8.0), 300)[0]
    assert (alone.first_short >= 0).sum() == 0


def test_what_goes_short_is_what_the_stock_does_not_bridge():
    case = hit(0.02, 18.0)
    found, draws = struck(case, 4000)
    events = make_events(case, draws, seed=1)
    single = (events.measure >= 0).sum(axis=1) == 1
    known = 18 * 60.0 - 600.0
    inside = single & (events.start[:, 0] + 18 <= 36)
    assert inside.sum() > 50
    np.testing.assert_allclose(found.unmet[inside], known, atol=1e-6)
    np.testing.assert_array_equal(found.first_short[inside], events.start[inside, 0] + 10)
    assert (found.unmet[(events.measure >= 0).sum(axis=1) == 0] == 0.0).all()


def test_the_probability_of_going_short_is_that_of_the_first_wait():
    case = hit(0.05, 24.0, n_periods=60)
    found, _draws = struck(case, 4000)
    risk = hazard_risk(case, found, "base")
    known = 1.0 - np.exp(-0.05 * (59 - 10 + 0.5) / 12.0)
    error = np.sqrt(known * (1 - known) / 4000)
    assert risk.p_short_by[-1] == pytest.approx(known, abs=3 * error)
    ever = 1.0 - np.exp(-0.05 * (59 + 0.5) / 12.0)
    assert risk.use == pytest.approx({"use": ever}, abs=3 * error)
    assert list(risk.p_short_by) == sorted(risk.p_short_by)
    assert risk.p_short[9] == 0.0
    assert risk.p_short[10] > 0.0


def test_the_loss_of_a_refilled_reserve_is_its_dearer_purchases_and_shortage():
    """E1 of the design: 120,000 for 120 short, 480 bought 15 dearer; the refill costs 10."""
    case = hit(0.02, 12.0)
    found, draws = struck(case, 3000)
    events = make_events(case, draws, seed=1)
    single = (events.measure >= 0).sum(axis=1) == 1
    early = single & (events.start[:, 0] < 12)
    assert early.sum() > 20
    bought = 480 * 25.0 + 120 * 1000.0 + 600 * 10.0 - 12 * 100 * 10.0
    np.testing.assert_allclose(found.loss[early], bought, atol=1e-6)


def test_a_measure_at_the_end_of_the_calendar_costs_as_much_as_one_before():
    """E1 of the design, by whichever start: the futures go on until all of it is over."""
    case = hit(0.02, 12.0)
    found, draws = struck(case, 3000)
    events = make_events(case, draws, seed=1)
    single = (events.measure >= 0).sum(axis=1) == 1
    late = single & (events.start[:, 0] >= 30)
    assert late.sum() > 20
    bought = 480 * 25.0 + 120 * 1000.0 + 600 * 10.0 - 12 * 100 * 10.0
    np.testing.assert_allclose(found.loss[late], bought, atol=1e-6)
    np.testing.assert_allclose(found.unmet[late], 120.0, atol=1e-6)
    np.testing.assert_array_equal(found.first_short[late], events.start[late, 0] + 10)


def test_futures_are_as_long_as_the_longest_refill_that_is_drawn():
    """E1 again: what is bought dearer and what is short do not hang on how fast it comes back."""
    time = Quantity(6.0, "month", 4.0, 24.0, distribution="uniform", path="refill_time")
    case = replace(hit(0.05, 12.0), refill_time=time)
    draws = make_draws(case, 1024, method="random")
    found = simulate_hazards(Rule(case, tuple(case.measures)), draws, seed=1)
    events = make_events(case, draws, seed=1)
    late = ((events.measure >= 0).sum(axis=1) == 1) & (events.start[:, 0] >= 24)
    slow = late & (draws.values[:, 0] > 12.0)
    assert slow.sum() > 10
    bought = 480 * 25.0 + 120 * 1000.0 + 600 * 10.0 - 12 * 100 * 10.0
    np.testing.assert_allclose(found.loss[slow], bought, atol=1e-6)


def test_whether_a_future_ever_goes_short_agrees_with_what_is_unmet():
    case = hit(0.1, 18.0)
    found, _draws = struck(case, 1000)
    risk = hazard_risk(case, found, "base")
    short, unmet, _loss = hazard_answers(case, found)
    assert short.mean == pytest.approx((found.unmet > 0).mean())
    assert risk.use == pytest.approx({"use": short.mean})
    assert 0.0 < risk.p_short_by[-1] < short.mean
    assert unmet.n_draws == risk.n_draws == 1000


@pytest.mark.parametrize("n", [41, 58])
def test_no_chance_is_above_one(n):
    """Sums of n times 1 / n are, by rounding."""
    case = hit(0.1, 18.0)
    found, _draws = struck(case, n)
    short = {"first_short": np.arange(n) % 12, "short_uses": np.ones((n, 1))}
    risk = hazard_risk(case, replace(found, **short), "base")
    assert risk.p_short_by[-1] == pytest.approx(1.0)
    assert max(*risk.p_short_by, *risk.use.values()) <= 1.0


def test_a_loss_of_a_depot_is_a_hazard_too():
    case = with_hazards(
        with_numbers(named(worked_example(1, n_periods=24)), {}), hazard("fire", 0.5, 1.0)
    )
    found, draws = struck(case, 500)
    n_fires = (make_events(case, draws, seed=1).measure >= 0).sum(axis=1)
    assert (n_fires == 1).sum() > 100
    # In the month of the fire the rule buys all that it can get, 40 of it for 15 more.
    np.testing.assert_allclose(found.loss[n_fires == 1], 300 * 10.0 + 40 * 15.0, atol=1e-6)
    assert (found.unmet == 0.0).all()


def test_the_tail_is_worse_than_the_mean_and_exceedance_falls():
    case = hit(0.1, 18.0)
    found, _draws = struck(case, 1000)
    risk = hazard_risk(case, found, "base")
    assert risk.cvar_loss > risk.expected_loss > 0
    assert risk.cvar_unmet > risk.expected_unmet > 0
    assert risk.tail_share == 0.05
    shares = [share for _x, share in risk.exceedance]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == pytest.approx(0.0, abs=1e-9)
    middle, share = risk.exceedance[25]
    assert share == pytest.approx((found.loss > middle).mean(), abs=1e-9)
    assert (risk.exceedance_unit, risk.missing) == ("USD", ())


def test_without_a_cost_of_being_short_losses_are_missing_not_zero():
    case = hit(0.1, 18.0)
    free = replace(case, uses={"use": replace(case.uses["use"], shortage_cost=None)})
    found, _draws = struck(free, 400)
    risk = hazard_risk(free, found, "base")
    assert (risk.expected_loss, risk.cvar_loss) == (None, None)
    assert risk.missing == ("uses.use.shortage_cost",)
    later = Use("later", good="good", tier=Tier.DEFERRABLE, demand=Quantity(10.0))
    deferred = replace(case, uses={**case.uses, "later": later})
    assert hazard_risk(deferred, struck(deferred, 40)[0], "base").missing == (
        "uses.later.shortage_cost",
    )
    assert risk.exceedance_unit == "t"
    answers = {a.name: a for a in hazard_answers(free, found)}
    loss = answers["target_loss(hazards, bound=myopic)"]
    assert 0 < loss.n_without == (found.unmet > 0).sum() < loss.n_draws + loss.n_without
    assert (loss.mean, loss.standard_error, dict(loss.quantiles)) == (None, None, {})
    assert answers["unmet_essential(hazards, bound=myopic)"].n_without == 0


def test_answers_about_hazards_carry_their_errors():
    case = hit(0.1, 18.0)
    found, _draws = struck(case, 400)
    for answer in hazard_answers(case, found):
        assert answer.standard_error > 0.0
        assert answer.draws_to_halve == 1600
    short, unmet, _loss = hazard_answers(case, found)
    assert (short.unit, short.mean) == ("share", pytest.approx((found.first_short >= 0).mean()))
    assert unmet.standard_error == pytest.approx(found.unmet.std(ddof=1) / 20, rel=1e-6)


def test_an_outcome_holds_one_column_for_each_essential_use():
    found, _draws = struck(hit(0.1, 18.0), 10)
    assert isinstance(found, HazardOutcome)
    assert (found.uses, found.short_uses.shape) == (("use",), (10, 1))


def test_months_of_cover_see_the_season_behind_the_calendar(tmp_path):
    """Ten a month from January to June of every year: 235 last three years and 5.5 months."""
    path = tmp_path / "case.yaml"
    path.write_text(SEASON, encoding="utf-8")
    case = read_case(path)
    draws = make_draws(case, 4, seed=1)
    found = months_of_cover(Rule(case, ()), draws)
    np.testing.assert_allclose(found[:, 0], 41.5)


SEASON = """derbes: 1
name: A season
calendar: {first: 2026-01, periods: 24}
currency: {base: USD}
target: town
actors: {town: {}}
goods: {alum: {unit: t}}
uses:
  water: {good: alum, demand: {2026-01: 10, 2026-07: 0, 2027-01: 10, 2027-07: 0}}
stockpiles: {yard: {good: alum, quantity: 235 t}}
"""


def test_months_of_cover_are_stock_over_demand():
    case = uncertain_example(1, n_periods=12)
    draws = make_draws(case, 30)
    found = months_of_cover(Rule(case, ()), draws)
    demand, stock = draws.values[:, 0], draws.values[:, 1]
    np.testing.assert_allclose(found[:, 0], stock / demand, rtol=1e-9)
    held = np.minimum(np.maximum(stock, 600.0), np.maximum(stock, 600.0))
    assert (found[:, 11] <= held / demand + 1e-9).all()


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=3, max_size=8),
    st.sampled_from([0.0, 0.5, 1.0, 2.5, 40.0]),
)
def test_cover_over_draws_is_cover_where_nothing_ages(demand, stock):
    """The same as stock against the demand to come, by another way."""
    wanted = np.array(demand)
    found = lasting(np.full(len(wanted), stock), wanted)
    for t in range(len(wanted)):
        kept = np.ones((1, len(wanted) - t))
        known = forward_cover(np.array([stock]), kept, wanted[t:]).periods
        assert found[t] == pytest.approx(known)


def test_cover_of_a_scenario_is_that_of_its_case():
    base = uncertain_example(1, n_periods=12)
    rich = with_numbers(base, {STOCK: Quantity(3000.0), DEMAND: Quantity(50.0)})
    case = in_scenarios(base, poor=(0.5, base), rich=(0.5, rich))
    draws = make_draws(case, 16)
    found = months_of_cover(Rule(case, ()), draws)
    is_rich = np.array(draws.scenarios) == "rich"
    np.testing.assert_allclose(found[is_rich, 0], 60.0)
    assert found[~is_rich, 0].max() < 12.0


@pytest.mark.parametrize("kind", ["embargo", "delay"])
def test_any_number_of_measures_may_run_at_once(kind):
    """By hand: 100 a month from one seller, nothing in store. As many months go short as any cut
    runs in; and at least four where four delays of a month run at once."""
    names = [f"cut{i}" for i in range(5)]
    base = one_good(capacity=100.0, n_periods=24)
    cut = base.measures["cut"]
    if kind == "delay":
        cut = replace(cut, kind=MeasureKind.DELAY, by=Quantity(1.0))
    case = replace(
        with_hazards(base, *(hazard(name, 2.0, 6.0) for name in names)),
        measures={name: replace(cut, id=name) for name in names},
    )
    draws = make_draws(case, 64, lists=False)
    found = simulate_hazards(Rule(case, tuple(names)), draws, seed=1)
    events, months = make_events(case, draws, seed=1), np.arange(36)
    runs = (events.start[..., None] <= months) & (
        months < (events.start + events.length)[..., None]
    )
    at_once = runs.sum(axis=1)
    assert (at_once > 3).any()
    if kind == "embargo":
        np.testing.assert_allclose(found.unmet, 100.0 * (at_once > 0).sum(axis=1))
    else:
        assert (found.unmet[(at_once > 3).any(axis=1)] >= 400.0).all()


def test_futures_of_scenarios_of_other_uses_and_goods_are_those_of_their_cases():
    """Uses and goods of a scenario were taken to be those of the case, by their place."""
    base = hit(0.5, 18.0)
    more = Use("more", good="good", demand=Quantity(20.0), shortage_cost=Quantity(500.0))
    other = Use("other", good="fuel", demand=Quantity(5.0), shortage_cost=Quantity(100.0))
    seller = replace(base.suppliers["from_other"], id="fuel", good="fuel")
    rich = replace(
        base,
        goods={"fuel": Good("fuel", unit="t"), **base.goods},
        uses={"other": other, **base.uses, "more": more},
        suppliers={**base.suppliers, "fuel": seller},
    )
    case = in_scenarios(rich, rich=(0.5, rich), poor=(0.5, base))
    draws = make_draws(case, 16, lists=False)
    found = simulate_hazards(Rule(case, ("cut",)), draws, seed=1)
    months = months_of_cover(Rule(case, ()), draws)
    for name, world in (("rich", rich), ("poor", base)):
        alone = replace(draws, scenarios=())
        rows = np.array(draws.scenarios) == name
        own = simulate_hazards(Rule(world, ("cut",)), alone, seed=1)
        assert own.unmet[rows].any()
        for kind in ("unmet", "loss", "first_short"):
            np.testing.assert_allclose(getattr(found, kind)[rows], getattr(own, kind)[rows])
        columns = [found.uses.index(use) for use in own.uses]
        np.testing.assert_array_equal(found.short_uses[rows][:, columns], own.short_uses[rows])
        np.testing.assert_allclose(months[rows], months_of_cover(Rule(world, ()), alone)[rows])


@pytest.fixture(scope="module", name="derived")
def _derived():
    """A case whose stocks, demands and costs follow from assumptions, and draws of it."""
    case = read_case(Path(__file__).parents[2] / "cases" / "aspan")
    return case, make_draws(case, 4, seed=3)


def test_numbers_of_all_draws_are_those_of_each_drawn_case(derived):
    case, draws = derived
    path, n = drawn_paths(case, draws, 200), 0
    alone = [inputs_by_path(drawn_case(case, draws, i)) for i in range(4)]
    for name, number in inputs_by_path(case).items():
        rows = np.array([one[name].over(200, case.calendar) for one in alone])
        np.testing.assert_allclose(path(number), rows, rtol=1e-12)
        n += bool(np.ptp(rows, axis=0).any()) and name not in draws.inputs
    assert n > 50


def test_cover_and_costs_follow_what_is_assumed(derived):
    case, draws = derived
    found, costs = months_of_cover(Rule(case, ()), draws), shortage_cost(case, draws)
    assert np.ptp(found[:, 0]) > 1.0
    assert np.nanmax(np.ptp(costs, axis=0)) > 1.0
    for i in range(2):
        one = drawn_case(case, draws, i)
        stock = {pile.good: pile.quantity.value for pile in one.stockpiles.values()}
        used = dict.fromkeys(stock, 0.0)
        for use in one.uses.values():
            used[use.good] += use.demand.value
        assert found[i, 0] == pytest.approx(min(stock[good] / used[good] for good in stock))
        priced = [use.shortage_cost for use in one.uses.values()]
        own = [np.nan if cost is None else cost.value for cost in priced]
        np.testing.assert_allclose(costs[i], own)
