from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from derbes.case.quantity import Quantity
from derbes.draws.sampling import make_draws
from derbes.stress.columns import MYOPIC, TIME_TO_SURVIVE, DrawColumn
from derbes.stress.sensitivity import (
    bars,
    center_of,
    indices,
    influences,
    kept_inputs,
    pawn_indices,
    saltelli_points,
    screened_out,
    sobol_indices,
    swings,
)
from tests.draws.uncertain import (
    DEMAND,
    OTHER,
    PRICE,
    STOCK,
    in_scenarios,
    uncertain_example,
    with_numbers,
)

TIME = DrawColumn(TIME_TO_SURVIVE, "cut", 0, 0, MYOPIC)


def ishigami(cube):
    """Ishigami and Homma (1990), a = 7, b = 0.1, on the cube -pi to pi."""
    x = -np.pi + 2.0 * np.pi * cube
    y = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return y[:, None]


def test_the_indices_of_ishigami_are_the_known_ones():
    found = indices(ishigami, 3, n_base=4096, seed=1)[0]
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (found.first_confidence > 0.0).all()
    assert (np.abs(found.first - [0.3139, 0.4424, 0.0]) < found.first_confidence).all()


def test_indices_repeat_with_the_seed_also_the_seed_0():
    one, again = (indices(ishigami, 3, n_base=64, seed=0)[0] for _ in range(2))
    other = indices(ishigami, 3, n_base=64, seed=1)[0]
    np.testing.assert_array_equal(one.first, again.first)
    np.testing.assert_array_equal(one.total_confidence, again.total_confidence)
    assert (one.first != other.first).any()


@pytest.mark.parametrize("n_axes", [3, 5])
def test_the_indices_agree_with_those_of_scipy(n_axes):
    """The same answers at the same points, by the estimators of another library."""
    seed, n_base = 3, 256
    points = saltelli_points(n_axes, n_base, seed)
    answers = ishigami(points)[:, 0]
    found = sobol_indices(answers, n_axes, seed)
    a, b, *mixed = answers.reshape(n_axes + 2, 1, n_base)
    with np.errstate(all="ignore"):
        known = stats.sobol_indices(
            func={"f_A": a, "f_B": b, "f_AB": np.array(mixed)}, n=n_base, rng=1
        )
    np.testing.assert_allclose(found.first, known.first_order, atol=1e-12)
    np.testing.assert_allclose(found.total, known.total_order, atol=1e-12)
    if n_axes == 3:  # an axis that moves nothing has no interval there
        spread = known.bootstrap(n_resamples=999).total_order.confidence_interval
        width = (spread.high - spread.low) / 2.0
        np.testing.assert_allclose(found.total_confidence, width, rtol=0.3)


def test_the_design_changes_one_axis_at_a_time():
    a, b, *mixed = saltelli_points(4, 8, 1).reshape(6, 8, 4)
    for axis, one in enumerate(mixed):
        np.testing.assert_array_equal(one[:, axis], b[:, axis])
        np.testing.assert_array_equal(np.delete(one, axis, axis=1), np.delete(a, axis, axis=1))


def test_an_index_below_0_is_told_as_it_was_found():
    """An axis that moves nothing alone: by chance its estimate lies on either side of 0."""
    found = [indices(ishigami, 3, n_base=64, seed=seed)[0].first[2] for seed in range(8)]
    assert min(found) < 0.0 < max(found)


def test_nothing_is_left_in_the_global_random_numbers():
    np.random.seed(5)  # noqa: NPY002 - as above
    expected = np.random.random()  # noqa: NPY002 - as above
    np.random.seed(5)  # noqa: NPY002 - as above
    indices(ishigami, 3, n_base=64, seed=1)
    pawn_indices(np.random.default_rng(1).random((64, 2)), np.arange(64.0), np.ones(64))
    assert np.random.random() == expected  # noqa: NPY002 - as above


def test_an_answer_that_never_varies_has_no_indices():
    points = saltelli_points(2, 16, 1)
    assert sobol_indices(np.ones(len(points)), 2, 1) is None


def test_an_answer_that_varies_at_a_few_points_has_no_indices():
    """Of one point, a total index of 2 with an interval of 0 would be told."""
    cube = saltelli_points(2, 256, 1)
    for share, is_told in ((1 / 512, False), (8 / 512, False), (16 / 512, True)):
        seldom = (cube[:, 0] < share).astype(float)
        assert seldom[:512].sum() == pytest.approx(512 * share, abs=1)
        assert (sobol_indices(seldom, 2, 1) is not None) == is_told


def test_pawn_sees_what_moves_an_answer():
    inputs = np.random.default_rng(1).random((2048, 3))
    found = pawn_indices(inputs, inputs[:, 0], np.ones(2048))
    assert found[0] == pytest.approx(0.75, abs=0.3)
    assert found[0] > 3 * found[1:].max()


def test_pawn_is_the_largest_distance_between_two_distributions():
    inputs = np.random.default_rng(1).random((500, 2))
    answers = inputs[:, 0] + 0.2 * inputs[:, 1]
    parts = np.array_split(np.argsort(inputs[:, 0]), 10)
    known = np.median([stats.ks_2samp(answers[part], answers).statistic for part in parts])
    assert pawn_indices(inputs, answers, np.ones(500))[0] == pytest.approx(known, abs=1e-12)


def test_a_draw_of_twice_the_weight_counts_as_two_for_pawn():
    rng = np.random.default_rng(1)
    inputs, answers = rng.random((300, 2)), np.round(4.0 * rng.random(300))
    twice = np.arange(300) < 150
    weights = 1.0 + twice
    rows = np.repeat(np.arange(300), weights.astype(int))
    weighted = pawn_indices(inputs, answers, weights)
    np.testing.assert_allclose(
        weighted, pawn_indices(inputs[rows], answers[rows], np.ones(len(rows))), atol=0.03
    )


def test_pawn_of_what_does_not_vary_is_0():
    inputs = np.column_stack([np.arange(100.0), np.ones(100)])
    weights = np.ones(100)
    assert pawn_indices(inputs, np.ones(100), weights).tolist() == [0.0, 0.0]
    assert pawn_indices(inputs, np.arange(100.0), weights)[1] == 0.0


# Through a case: a linear answer has indices in closed form.

WEIGHTS = {DEMAND: 3.0, STOCK: 0.1, OTHER: -1.0}


def linear(draws):
    known = {DEMAND: 100.0, STOCK: 600.0, OTHER: 40.0}
    total = np.zeros(len(draws.weights))
    for path, weight in WEIGHTS.items():
        column = draws.values[:, draws.inputs.index(path)]
        total += weight * np.where(np.isnan(column), known[path], column)
    return total[:, None]


def test_a_linear_answer_has_the_shares_of_its_variance():
    case = uncertain_example()
    draws = make_draws(case, 1024)
    told = influences(case, (0, 1, 2), ["linear"], linear, given=(draws, linear(draws)), seed=1)
    pert = stats.beta(3.0, 3.0, loc=300.0, scale=600.0).var()
    triangle = stats.triang(40.0 / 60.0, loc=0.0, scale=60.0).var()
    parts = {DEMAND: 9.0 * 50.0**2 / 12.0, STOCK: 0.01 * pert, OTHER: triangle}
    whole = sum(parts.values())
    assert [one.input for one in told] == sorted(parts, key=lambda path: -parts[path])
    for one in told:
        assert one.first == pytest.approx(parts[one.input] / whole, abs=0.03)
        assert one.total == pytest.approx(parts[one.input] / whole, abs=0.03)
        assert one.pawn is not None


def test_inputs_that_are_not_kept_have_pawn_alone():
    case = uncertain_example()
    draws = make_draws(case, 512)
    told = influences(
        case,
        (0,),
        ["linear"],
        linear,
        given=(draws, linear(draws)),
        seed=1,
    )
    assert (told[0].input, told[0].first is None) == (DEMAND, False)
    assert {one.input for one in told[1:]} == {STOCK, OTHER}
    assert all(one.first is None and one.total is None and one.pawn > 0 for one in told[1:])


def test_the_choice_of_a_scenario_is_an_input_too():
    base = uncertain_example()
    rich = with_numbers(base, {STOCK: Quantity(90000.0, low=80000.0, high=100000.0)})
    case = in_scenarios(base, poor=(0.5, base), rich=(0.5, rich))
    draws = make_draws(case, 512)
    told = influences(
        case,
        (0, 1, 2),
        ["linear"],
        linear,
        given=(draws, linear(draws)),
        seed=1,
    )
    assert told[0].input == "scenario"
    assert told[0].first > 0.95
    by_input = {one.input: one.pawn for one in told}
    assert by_input["scenario"] > 1.5 * by_input[DEMAND]


def test_what_a_scenario_alone_makes_uncertain_has_its_part():
    """600 or, in half of the draws, 200 to 400: the variance between the two is 300² / 4,
    that within 200² / 12 in half of the draws."""
    base = with_numbers(uncertain_example(), {STOCK: Quantity(600.0)})
    wide = Quantity(300.0, low=200.0, high=400.0, distribution="uniform")
    case = in_scenarios(base, dry=(0.5, with_numbers(base, {STOCK: wide})), usual=(0.5, base))

    def stock(draws):
        column = draws.values[:, draws.inputs.index(STOCK)]
        return np.where(np.isnan(column), 600.0, column)[:, None]

    draws = make_draws(case, 512)
    told = influences(case, (), ["stock"], stock, given=(draws, stock(draws)), seed=1)
    found = {one.input: one for one in told}
    between, within = 300.0**2 / 4, 0.5 * 200.0**2 / 12
    assert found["scenario"].first == pytest.approx(between / (between + within), abs=0.02)
    assert found[STOCK].total == pytest.approx(within / (between + within), abs=0.02)
    assert found[STOCK].first == pytest.approx(0.5 * within / (between + within), abs=0.02)


def test_pawn_says_nothing_over_few_draws():
    case = uncertain_example()
    draws = make_draws(case, 64)
    told = influences(
        case,
        (0, 1, 2),
        ["linear"],
        linear,
        given=(draws, linear(draws)),
        seed=1,
    )
    assert {one.input for one in told} == set(draws.inputs)
    assert [one.pawn for one in told] == [None] * len(draws.inputs)


def test_one_input_at_a_time_over_its_range():
    case = uncertain_example()
    found = swings(case, ["linear"], linear)
    assert found.at_center.tolist() == [320.0]
    assert found.at_low[:, 0].tolist() == [260.0, 290.0, 360.0]
    assert found.at_high[:, 0].tolist() == [410.0, 350.0, 300.0]
    told = bars(case, found, [TIME])
    assert {(bar.answer_unit, bar.capped_at) for bar in told} == {("month", 48.0)}
    assert [bar.input for bar in told] == [DEMAND, STOCK, OTHER]
    assert (told[0].low, told[0].central, told[0].high) == (80.0, 100.0, 130.0)
    assert (told[0].answer_at_low, told[0].answer_at_high, told[0].answer_central) == (
        260.0,
        410.0,
        320.0,
    )


def test_inputs_that_move_nothing_are_screened_out_and_counted():
    case = with_numbers(uncertain_example(), {PRICE: Quantity(10.0, low=1.0, high=20.0)})
    found = swings(case, ["linear"], linear)
    kept = kept_inputs(found)
    assert [found.center.paths[d] for d in kept] == [DEMAND, STOCK, OTHER]
    (told,) = screened_out(found, kept)
    assert (told.n_inputs, told.inputs) == (1, (PRICE,))
    assert (told.largest_swing, told.share_of_largest) == (0.0, 0.0)
    assert PRICE not in [bar.input for bar in bars(case, found, [TIME])]


def test_the_range_of_a_distribution_without_ends_is_cut_off():
    wide = Quantity(
        600.0, low=300.0, high=900.0, distribution="lognormal", parameters=(300.0, 900.0)
    )
    center = center_of(with_numbers(uncertain_example(), {STOCK: wide}))
    at = center.paths.index(STOCK)
    deviation = np.log(3.0) / (2.0 * stats.norm.ppf(0.95))
    known = stats.lognorm(deviation, scale=np.sqrt(300.0 * 900.0)).ppf([0.01, 0.99])
    assert [center.low[at], center.high[at]] == pytest.approx(known.tolist(), rel=1e-9)


def test_more_inputs_than_can_be_indexed_keep_those_that_matter_most():
    found = swings(uncertain_example(), ["linear"], linear)
    tiled = replace(
        found,
        at_low=np.tile(found.at_low, (20, 1)),
        at_high=np.tile(found.at_high, (20, 1)),
    )
    kept = kept_inputs(tiled)
    assert len(kept) == 32
    assert sum(d % 3 == 0 for d in kept) == 20
