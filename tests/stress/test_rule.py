from dataclasses import replace

import numpy as np
import pytest

from derbes import api
from derbes.analysis.cover import cover_table
from derbes.case.options import Option
from derbes.case.quantity import Quantity
from derbes.case.request import QUESTIONS, Request
from derbes.case.uncertainty import Draws, Events
from derbes.draws.inputs import drawn_case
from derbes.draws.sampling import make_draws
from derbes.draws.study import prepare_futures
from derbes.kernels.futures import ADDED, FIRST, LAST, NOISE
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.parallel import RunOptions
from derbes.simulation import simulate_branch
from derbes.simulation.futures import simulate_futures, simulate_strikes
from derbes.stress import sensitivity
from derbes.stress.columns import (
    MYOPIC,
    SURVIVES,
    TIME_TO_SURVIVE,
    UNMET_ESSENTIAL,
    DrawColumn,
    DrawnVariant,
    target_of,
)
from derbes.stress.outcomes import (
    Rule,
    central_start,
    disruption_numbers,
    ended_by,
    run,
    solve_draws,
)
from derbes.stress.sensitivity import Known, evaluation, headlines
from derbes.supply.baseline import solve_calm, state_at
from tests.draws.uncertain import (
    OTHER,
    STOCK,
    in_scenarios,
    named,
    uncertain_example,
    with_numbers,
)
from tests.small_cases import worked_example


def rule_of(case, n_threads=1):
    return Rule(case, tuple(case.measures), n_threads)


def asked_of(case, measure="cut", lengths=(6, 12), questions=QUESTIONS):
    request = Request(questions=questions, solved=32)
    return DrawnVariant("base", case, (), request, (target_of(case, measure, lengths=lengths),))


def test_time_to_survive_is_stock_over_net_use_in_whole_periods():
    case = uncertain_example(1)
    draws = make_draws(case, 200)
    column = DrawColumn(TIME_TO_SURVIVE, "cut", 0, 0, MYOPIC)
    found = disruption_numbers(rule_of(case), draws, [column])[:, 0]
    demand, stock, other = draws.values.T
    np.testing.assert_array_equal(found, np.minimum(np.floor(stock / (demand - other)), 48.0))


def test_unmet_demand_is_what_stock_and_others_do_not_cover():
    case = uncertain_example(1)
    draws = make_draws(case, 200)
    columns = [DrawColumn(kind, "cut", 0, 12, MYOPIC) for kind in (UNMET_ESSENTIAL, SURVIVES)]
    found = disruption_numbers(rule_of(case), draws, columns)
    demand, stock, other = draws.values.T
    known = np.maximum(0.0, 12.0 * (demand - other) - stock)
    np.testing.assert_allclose(found[:, 0], known, atol=1e-6)
    np.testing.assert_array_equal(found[:, 1], known == 0.0)


def test_draws_that_start_from_the_central_calm_plan_come_to_the_same():
    case = uncertain_example(3, n_periods=36)
    asked = asked_of(case, questions=("survive", "ended", "leverage"))
    draws, near = make_draws(case, 4), central_start(asked)
    assert near is not None
    alone = solve_draws(asked, draws, RunOptions())
    found = solve_draws(asked, draws, RunOptions(), near=near)
    np.testing.assert_allclose(found, alone, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_rule_never_does_better_than_the_best_response(number):
    case = uncertain_example(number, n_periods=36)
    asked = asked_of(case, questions=("survive", "ended", "leverage"))
    draws = make_draws(case, 6)
    by_rule = disruption_numbers(rule_of(case), draws, asked.rule_columns)
    best = solve_draws(asked, draws, RunOptions())
    places = {(c.kind, c.start, c.length): i for i, c in enumerate(asked.rule_columns)}
    for i, column in enumerate(asked.solved_columns):
        key = (column.kind, column.start, column.length)
        if key in places and column.bound == "optimal":
            sign = -1.0 if column.kind == UNMET_ESSENTIAL else 1.0
            assert (sign * (best[:, i] - by_rule[:, places[key]]) > -1e-6).all()


def test_central_values_give_the_time_to_survive_of_the_table_of_cover():
    case = api.read_case("cases/waterworks.yaml")
    target = target_of(case, "embargo")
    columns = [DrawColumn(TIME_TO_SURVIVE, "embargo", start, 0, MYOPIC) for start in target.starts]
    draws = Draws((), np.zeros((1, 0)), np.ones(1))
    found = disruption_numbers(rule_of(case), draws, columns)[0]
    request = Request(measures=("embargo",), starts=target.starts, lengths=(12,))
    rows = cover_table(case, request, only_essential=True)
    known = [row.time_to_survive_myopic for row in rows if row.use == "all_essential"]
    assert found.tolist() == [np.floor(months) for months in known]


def test_what_goes_short_before_the_measure_does_not_count():
    scarce = Quantity(20.0, path="suppliers.from_sender.capacity")
    case = with_numbers(
        uncertain_example(1), {"suppliers.from_sender.capacity": scarce, STOCK: Quantity(0.0)}
    )
    draws = make_draws(case, 20)
    n_periods = 12
    calm = run(rule_of(case), draws, n_periods=n_periods)
    assert (calm.first_short == 0).any()
    model = replace(prepare_futures(case, inputs=draws.inputs), n_periods=n_periods)
    ((added,), (short,)) = (
        found.swapaxes(0, 1)
        for found in simulate_strikes(model, draws, [("cut", 6, 6, n_periods, ADDED)])
    )
    assert (short[short >= 0] >= 6).all()
    demand, other = draws.values[:, 0], draws.values[:, draws.inputs.index(OTHER)]
    known = np.maximum(0.0, demand - other) - np.maximum(0.0, demand - other - 20.0)
    np.testing.assert_allclose(added[:, 0], 6.0 * known, atol=1e-6)


def test_each_scenario_runs_in_its_own_case():
    base = uncertain_example(1)
    rich = with_numbers(base, {STOCK: Quantity(3000.0)})
    case = in_scenarios(base, poor=(0.5, base), rich=(0.5, rich))
    draws = make_draws(case, 64)
    column = DrawColumn(TIME_TO_SURVIVE, "cut", 0, 0, MYOPIC)
    found = disruption_numbers(rule_of(case), draws, [column])[:, 0]
    demand, stock, other = draws.values.T
    is_rich = np.array(draws.scenarios) == "rich"
    assert set(stock[is_rich]) == {3000.0}
    np.testing.assert_array_equal(found, np.minimum(np.floor(stock / (demand - other)), 48.0))


def test_threads_change_nothing():
    case = uncertain_example(3, n_periods=36)
    draws = make_draws(case, 300)
    columns = asked_of(case).rule_columns
    one, two = (disruption_numbers(rule_of(case, n), draws, columns) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_what_only_an_option_opens_stays_closed():
    case = uncertain_example(1)
    seller = case.suppliers["from_other"]
    contract = Option("deal", kind="contract", element="suppliers.from_other")
    dealt = replace(case, options={"deal": contract})
    gone = replace(seller, capacity=Quantity(0.0))
    cut = replace(case, suppliers={**case.suppliers, "from_other": gone})
    draws = make_draws(case, 8)
    columns = asked_of(case).rule_columns
    closed, without, standing = (
        disruption_numbers(rule_of(one), draws, columns) for one in (dealt, cut, case)
    )
    np.testing.assert_array_equal(closed, without)
    assert not np.array_equal(closed, standing), "the seller must matter"


def test_a_plant_that_only_an_option_builds_makes_nothing():
    case = api.read_case("cases/waterworks.yaml")
    plants = {n: one for n, one in case.plants.items() if n != "chlorine_works"}
    recipes = {n: one for n, one in case.recipes.items() if one.plant != "chlorine_works"}
    without = replace(case, plants=plants, recipes=recipes, options={}, limits={}, standards={})
    draws = make_draws(case, 8)
    columns = asked_of(case, "embargo", (12,)).rule_columns
    closed, gone = (disruption_numbers(rule_of(one), draws, columns) for one in (case, without))
    np.testing.assert_array_equal(closed, gone)


def test_one_draw_follows_its_own_calm_plan():
    case = uncertain_example(3, n_periods=36)
    draws = make_draws(case, 3)
    for i in range(3):
        one = replace(draws, values=draws.values[i : i + 1], weights=np.ones(1))
        struck = Events(("cut",), *(np.full((1, 1), number) for number in (0, 4, 9)))
        found = run(rule_of(case), one, struck, n_periods=30)
        own = drawn_case(case, draws, i)
        arrays = compile_case(own)
        calm = solve_calm(arrays)
        cut = compile_measure(own, arrays, "cut")
        branch = simulate_branch(calm, cut, state_at(calm, 4), start=4, length=9, n_periods=26)
        before = calm.unmet[:, :4].sum(axis=1)
        np.testing.assert_allclose(found.unmet[0], branch.unmet.sum(axis=1) + before, atol=1e-6)


@pytest.mark.parametrize("sold", [100.0, 20.0])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_measure_at_a_time_is_each_future_by_itself(number, sold):
    """The calm run is shared and short ones end early; bit for bit the futures run alone.

    What a measure adds is beside one that takes nothing, in a case that calm may leave short.
    """
    case = with_numbers(uncertain_example(number, n_periods=36), {SENDER: Quantity(sold)})
    cut = case.measures["cut"]
    case = replace(case, measures={"cut": cut, "none": replace(cut, id="none", hits=())})
    draws = make_draws(case, 60)
    strikes = [
        ("cut", start, length, min(start + length + 9, 36), wanted)
        for start, length, wanted in (
            (5, 3, ADDED),
            (0, 12, FIRST),
            (20, 6, FIRST),
            (5, 24, FIRST),
            (5, 6, FIRST),
            (20, 6, ADDED),
        )
    ]
    model = replace(prepare_futures(case, inputs=draws.inputs), n_periods=36)
    added, short = simulate_strikes(model, draws, strikes)
    adds = False
    for j, (name, start, length, end, wanted) in enumerate(strikes):
        until = replace(model, n_periods=end)
        places = np.full((2, 60, 1), [[[start]], [[length]]])
        known, calm = (
            simulate_futures(
                until,
                draws,
                Events((one,), np.zeros((60, 1), dtype=np.int64), *places),
                keep=("unmet",),
                n_paths=60,
            ).paths
            for one in (name, "none")
        )
        is_short = known["short"][:, start:, 0] > 0  # what goes short before counts for nothing
        first_short = np.where(is_short.any(axis=1), start + is_short.argmax(axis=1), -1)
        np.testing.assert_array_equal(short[:, j], first_short)
        if wanted == ADDED:
            in_turn, without = (
                np.cumsum(one["unmet"][:, start:], axis=1)[:, -1] for one in (known, calm)
            )
            more = np.where(first_short[:, None] >= 0, in_turn - without, 0.0)
            more[np.abs(more) <= NOISE * (in_turn + without)] = 0.0
            np.testing.assert_array_equal(added[:, j], more)
            adds = adds or bool((more > 0.0).any() and (without > 0.0).any())
    assert adds or (number, sold) != (1, 20.0), "what is short in calm must be left out"


@pytest.mark.parametrize("sold", [100.0, 20.0])
@pytest.mark.parametrize("number", range(8))
def test_the_last_start_that_adds_anything_is_found_without_those_before_it(number, sold):
    """From it on the answers are those of all starts; when a measure has ended follows."""
    case = with_numbers(uncertain_example(number, n_periods=36), {SENDER: Quantity(sold)})
    draws = make_draws(case, 60)
    starts = (0, 6, 12, 18, 24)
    model = replace(prepare_futures(case, inputs=draws.inputs), n_periods=36)
    all_known, until_last = (
        simulate_strikes(model, draws, [("cut", one, 6, one + 12, wanted) for one in starts])[0]
        for wanted in (ADDED, LAST)
    )
    adds, told = ((found > 0.0).any(axis=2) for found in (all_known, until_last))
    np.testing.assert_array_equal(ended_by(~adds), ended_by(~told))
    is_last = np.where(adds, np.arange(len(starts)), -1).max(axis=1)
    looked_at = np.arange(len(starts)) >= is_last[:, None]
    np.testing.assert_array_equal(until_last[looked_at], all_known[looked_at])
    assert not until_last[~looked_at].any()


def test_draws_that_are_known_are_not_run_again(monkeypatch):
    variant = asked_of(uncertain_example(3))
    rule, draws, columns = rule_of(variant.case), make_draws(variant.case, 20), headlines(variant)
    numbers = disruption_numbers(rule, draws, variant.rule_columns)
    known = Known(draws, dict(zip(variant.rule_columns, numbers.T, strict=True)))
    run_again = evaluation(variant, rule, columns)(draws)
    monkeypatch.setattr(sensitivity, "disruption_numbers", None)
    np.testing.assert_array_equal(evaluation(variant, rule, columns, known)(draws), run_again)


def short_in_calm(**more):
    """E1 without a stock or a reserve, of which both sellers together cover 90 of 100 t."""
    case = with_numbers(
        named(worked_example(1, n_periods=36)), {SENDER: Quantity(50.0), STOCK: Quantity(0.0)}
    )
    good = replace(case.goods["good"], reserve=None)
    cut = replace(case.measures["cut"], **more)
    return replace(case, goods={"good": good}, measures={"cut": cut})


SENDER = "suppliers.from_sender.capacity"


def test_harm_by_the_rule_is_net_of_what_is_short_in_calm():
    """Of 60 short a month ten are short without the measure too; by both responses 600."""
    case = short_in_calm()
    columns = [DrawColumn(kind, "cut", 6, 12, MYOPIC) for kind in (UNMET_ESSENTIAL, SURVIVES)]
    draws = make_draws(with_numbers(case, {SENDER: Quantity(50.0, low=40.0, high=60.0)}), 32)
    found = disruption_numbers(rule_of(case), draws, columns)
    np.testing.assert_allclose(found[:, 0], 12 * draws.values[:, 0], rtol=1e-9)
    assert not found[:, 1].any()
    asked = asked_of(case, lengths=(12,), questions=("leverage", "survive"))
    best = dict(zip(asked.solved_columns, solve_draws(asked, draws, RunOptions()).T, strict=True))
    unmet = best[DrawColumn(UNMET_ESSENTIAL, "cut", 0, 12, "optimal")]
    np.testing.assert_allclose(unmet, 12 * draws.values[:, 0], rtol=1e-6)


def test_a_measure_that_adds_nothing_to_what_is_short_in_calm_is_survived():
    columns = [DrawColumn(SURVIVES, "cut", t, n, MYOPIC) for t in (0, 12, 24) for n in (6, 12)]
    case = short_in_calm(hits=())
    found = disruption_numbers(rule_of(case), make_draws(uncertain_example(1), 8), columns)
    assert found.all()
    late = disruption_numbers(
        rule_of(case), make_draws(uncertain_example(1), 8), [], until_last=columns
    )
    assert late.all()


def test_harm_under_a_crisis_is_net_of_the_crisis():
    """Calm has a seller to spare; in the crisis 20 of 160 t are short, and 100 more by the cut."""
    base = with_numbers(
        named(worked_example(1, n_periods=36)), {SENDER: Quantity(100.0), STOCK: Quantity(0.0)}
    )
    use = replace(base.uses["use"], crisis_demand=Quantity(160.0))
    good, cut = (
        replace(base.goods["good"], reserve=None),
        replace(base.measures["cut"], crisis=True),
    )
    case = replace(base, goods={"good": good}, uses={"use": use}, measures={"cut": cut})
    columns = [DrawColumn(UNMET_ESSENTIAL, "cut", 6, 12, MYOPIC)]
    draws = Draws((), np.zeros((2, 0)), np.full(2, 0.5))
    np.testing.assert_allclose(disruption_numbers(rule_of(case), draws, columns), 12 * 100.0)
