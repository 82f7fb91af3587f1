from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from derbes.case.quantity import Quantity
from derbes.draws.inputs import scenario_cases, shared_inputs, uncertain_inputs
from derbes.draws.sampling import draws_together, make_draws, points
from tests.draws.uncertain import (
    DEMAND,
    OTHER,
    PRICE,
    STOCK,
    correlated,
    hazard,
    in_scenarios,
    named,
    uncertain_example,
    with_hazards,
    with_numbers,
)
from tests.small_cases import worked_example

COIN = Quantity(
    40.0, low=20.0, high=40.0, distribution="discrete", parameters=(20.0, 0.3, 40.0, 0.7)
)
DICE = Quantity(
    600.0, low=300.0, high=600.0, distribution="empirical", parameters=(300.0, 600.0, 600.0)
)


def listed_case():
    return with_numbers(named(worked_example(1)), {OTHER: COIN, STOCK: DICE})


def test_inputs_are_the_numbers_with_a_range_in_the_order_of_the_case():
    assert [q.path for q in uncertain_inputs(uncertain_example())] == [DEMAND, STOCK, OTHER]


def test_a_range_of_one_value_is_certain():
    case = with_numbers(uncertain_example(), {DEMAND: Quantity(100.0, low=100.0, high=100.0)})
    assert [q.path for q in uncertain_inputs(case)] == [STOCK, OTHER]


def test_rates_of_exchange_and_lengths_of_hazards_are_not_drawn_once_for_a_future():
    case = replace(
        with_hazards(uncertain_example(), hazard("cut", 0.1, 12.0, low=3.0, high=36.0)),
        rates={"EUR": Quantity(1.1, low=1.0, high=1.2, path="currency.rates.EUR")},
    )
    assert [q.path for q in uncertain_inputs(case)] == [DEMAND, STOCK, OTHER]
    rated = replace(case.hazards["cut"].rate, low=0.05, high=0.2)
    with_rate = replace(case, hazards={"cut": replace(case.hazards["cut"], rate=rated)})
    assert uncertain_inputs(with_rate)[-1].path == "hazards.cut.rate"


@pytest.mark.parametrize("method", ["sobol", "latin", "random"])
def test_draws_lie_within_their_ranges_and_repeat_with_the_seed(method):
    case = uncertain_example()
    draws = make_draws(case, 200, seed=5, method=method)
    again = make_draws(case, 200, seed=5, method=method)
    other = make_draws(case, 200, seed=6, method=method)
    assert draws.inputs == (DEMAND, STOCK, OTHER)
    assert draws.values.shape == (200, 3)
    assert (draws.values.min(axis=0) >= [80.0, 300.0, 0.0]).all()
    assert (draws.values.max(axis=0) <= [130.0, 900.0, 60.0]).all()
    assert draws.weights.tolist() == [1 / 200] * 200
    assert (draws.method, draws.seed, draws.scenarios) == (method, 5, ())
    np.testing.assert_array_equal(draws.values, again.values)
    assert (draws.values != other.values).mean() > 0.99


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_fewer_draws_are_the_first_of_more_and_blocks_are_parts_of_the_whole(method):
    case = uncertain_example()
    whole = make_draws(case, 300, method=method)
    np.testing.assert_array_equal(make_draws(case, 77, method=method).values, whole.values[:77])
    block = make_draws(case, 100, method=method, first=120)
    np.testing.assert_array_equal(block.values, whole.values[120:220])
    assert block.first == 120


def test_a_latin_hypercube_has_one_draw_in_each_part_of_a_range():
    draws = make_draws(uncertain_example(), 50, method="latin")
    parts = np.floor((draws.values[:, 0] - 80.0) / 50.0 * 50)
    assert sorted(parts.tolist()) == list(range(50))
    with pytest.raises(ValueError, match="no later rows"):
        make_draws(uncertain_example(), 50, method="latin", first=50)


def test_a_sobol_sequence_is_far_more_even_than_random_draws():
    case = uncertain_example()
    even, loose = (
        abs(make_draws(case, 4096, method=method).values[:, 0].mean() - 105.0)
        for method in ("sobol", "random")
    )
    assert even < 1e-3
    assert even < loose / 10


@pytest.mark.parametrize("rank", [-0.8, 0.3, 0.95])
def test_rank_correlations_are_as_stated(rank):
    case = correlated(uncertain_example(), STOCK, OTHER, rank)
    values = make_draws(case, 8192).values
    assert stats.spearmanr(values[:, 1], values[:, 2]).statistic == pytest.approx(rank, abs=0.01)
    assert stats.spearmanr(values[:, 0], values[:, 1]).statistic == pytest.approx(0.0, abs=0.02)
    alone = make_draws(uncertain_example(), 8192).values
    np.testing.assert_allclose(np.sort(values, axis=0).mean(axis=0), alone.mean(axis=0), rtol=2e-3)


def test_full_rank_correlation_moves_two_inputs_as_one():
    case = correlated(uncertain_example(), STOCK, OTHER, 1.0)
    values = make_draws(case, 500).values
    assert (np.argsort(values[:, 1]) == np.argsort(values[:, 2])).all()


def test_scenarios_come_by_their_probabilities_also_in_the_first_draws():
    base = uncertain_example()
    dry = with_numbers(base, {OTHER: Quantity(5.0)})
    case = in_scenarios(base, wet=(0.75, base), dry=(0.25, dry))
    draws = make_draws(case, 4096)
    assert draws.scenarios.count("dry") == 1024
    assert abs(draws.scenarios[:64].count("dry") - 16) <= 1
    is_dry = np.array(draws.scenarios) == "dry"
    assert set(draws.values[is_dry, 2]) == {5.0}
    assert draws.values[~is_dry, 2].max() > 30.0


def test_what_only_a_scenario_makes_uncertain_is_an_input_too():
    base = with_numbers(named(worked_example(1)), {STOCK: Quantity(600.0, low=300.0, high=900.0)})
    wild = with_numbers(base, {PRICE: Quantity(10.0, low=5.0, high=40.0)})
    draws = make_draws(in_scenarios(base, calm=(0.5, base), wild=(0.5, wild)), 64)
    assert draws.inputs == (STOCK, PRICE)
    is_wild = np.array(draws.scenarios) == "wild"
    assert set(draws.values[~is_wild, 1]) == {10.0}
    assert len(set(draws.values[is_wild, 1])) == is_wild.sum()


def test_few_discrete_values_are_listed_with_their_exact_probabilities():
    draws = make_draws(listed_case(), 4)
    assert draws.method == "all"
    assert draws.inputs == (STOCK, OTHER)
    found = dict(zip(map(tuple, draws.values.tolist()), draws.weights, strict=True))
    assert found == pytest.approx(
        {(300.0, 20.0): 0.1, (300.0, 40.0): 0.7 / 3, (600.0, 20.0): 0.2, (600.0, 40.0): 1.4 / 3}
    )


def test_more_combinations_than_draws_are_drawn():
    draws = make_draws(listed_case(), 3)
    assert (draws.method, len(draws.weights)) == ("sobol", 3)


def test_correlated_discrete_values_are_drawn_not_listed():
    draws = make_draws(correlated(listed_case(), STOCK, OTHER, 0.5), 100)
    assert (draws.method, len(draws.weights)) == ("sobol", 100)


def test_scenarios_alone_are_listed():
    base = named(worked_example(1))
    other = with_numbers(base, {STOCK: Quantity(300.0)})
    draws = make_draws(in_scenarios(base, good=(0.9, base), bad=(0.1, other)))
    assert draws.scenarios == ("bad", "good")
    assert draws.weights.tolist() == [0.1, 0.9]


def test_a_case_without_uncertainty_has_one_draw():
    draws = make_draws(named(worked_example(1)), 1000)
    assert (draws.values.shape, draws.weights.tolist(), draws.method) == ((1, 0), [1.0], "all")


def test_variants_share_columns_and_differ_only_where_they_differ():
    base = uncertain_example()
    variant = with_numbers(base, {OTHER: Quantity(0.0), PRICE: Quantity(10.0, low=1.0, high=20.0)})
    paths = shared_inputs([base, variant])
    one, two = (make_draws(case, 64, inputs=paths) for case in (base, variant))
    assert one.inputs == two.inputs == (DEMAND, STOCK, OTHER, PRICE)
    np.testing.assert_array_equal(one.values[:, :2], two.values[:, :2])
    assert set(two.values[:, 2]) == {0.0}
    assert set(one.values[:, 3]) == {10.0}


def test_a_number_that_a_case_does_not_have_is_missing_not_zero():
    draws = make_draws(uncertain_example(), 4, inputs=(STOCK, "plants.far.delay"))
    assert np.isnan(draws.values[:, 1]).all()


def test_a_scenario_that_has_not_been_built_is_refused():
    base = named(worked_example(1))
    built = in_scenarios(base, good=(0.9, base), bad=(0.1, base))
    scenarios = {**built.scenarios, "bad": replace(built.scenarios["bad"], case=None)}
    with pytest.raises(ValueError, match=r"scenarios without a case: \['bad'\]"):
        scenario_cases(replace(built, scenarios=scenarios))


@pytest.mark.parametrize("method", ["all", "no such"])
def test_points_come_from_a_sequence_only(method):
    with pytest.raises(ValueError, match=method):
        points(4, 2, seed=1, method=method)


def test_what_cannot_come_is_not_listed():
    coin = replace(COIN, parameters=(10.0, 0.0, 20.0, 0.3, 40.0, 0.7))
    case = with_numbers(named(worked_example(1)), {OTHER: coin})
    draws = make_draws(case, 100)
    assert draws.values[:, 0].tolist() == [20.0, 40.0]
    both = in_scenarios(case, never=(0.0, case), always=(1.0, case))
    assert make_draws(both, 100).scenarios == ("always", "always")


def test_rows_of_variants_belong_together():
    """A number that a variant fixes, or gives a range, takes no row from another variant."""
    case = with_numbers(named(worked_example(1)), {OTHER: COIN})
    fixed = with_numbers(case, {OTHER: Quantity(30.0)})
    wide = with_numbers(case, {OTHER: Quantity(30.0, low=20.0, high=40.0, distribution="uniform")})
    for one in (fixed, wide):
        mine, other = draws_together([case, one], 64, seed=1)
        assert len(mine.weights) == len(other.weights) == 64
        assert np.average(mine.values[:, 0], weights=mine.weights) == pytest.approx(34.0, abs=0.2)
        assert (np.diff(other.values[np.argsort(mine.values[:, 0]), 0]) > -20.0).all()
    mine, other = draws_together([case, with_numbers(case, {STOCK: Quantity(9.0)})], 64, seed=1)
    assert (mine.method, other.method, len(mine.weights)) == ("all", "all", 2)


def test_draws_may_be_kept_from_being_listed():
    draws = make_draws(listed_case(), 100, lists=False)
    assert (draws.method, len(draws.weights)) == ("sobol", 100)
    (alone,) = draws_together([named(worked_example(1))], 5, seed=1, lists=False)
    assert alone.values.shape == (5, 0)


@pytest.mark.parametrize("method", ["sobol", "latin", "random"])
def test_where_an_input_or_a_scenario_stands_says_nothing(method):
    """The other way round the draws are the same, bit for bit."""
    base = uncertain_example()
    base = correlated(correlated(base, DEMAND, STOCK, 0.5), OTHER, STOCK, -0.3)
    other = with_numbers(base, {STOCK: Quantity(300.0, low=200.0, high=350.0)})

    case = in_scenarios(base, good=(0.7, base), bad=(0.3, other))
    back = in_scenarios(base, bad=(0.3, other), good=(0.7, base))
    first = make_draws(case, 200, seed=3, method=method)
    second = make_draws(back, 200, seed=3, method=method, inputs=first.inputs[::-1])
    assert first.scenarios == second.scenarios
    for path in first.inputs:
        column, other_column = (one.values[:, one.inputs.index(path)] for one in (first, second))
        assert column.tolist() == other_column.tolist()


def test_where_an_input_stands_says_nothing_of_combinations_that_are_listed():
    few = {"distribution": "discrete", "low": 1.0, "high": 2.0}
    one = Quantity(1.0, parameters=(1.0, 0.3, 2.0, 0.7), **few)
    base = with_numbers(named(worked_example(1)), {STOCK: one, DEMAND: one})
    asked = [make_draws(base, inputs=paths) for paths in ((DEMAND, STOCK), (STOCK, DEMAND))]
    assert asked[0].values.tolist() == asked[1].values[:, ::-1].tolist()
    assert asked[0].weights.tolist() == asked[1].weights.tolist()
