"""The signaling game: textbook answers, the closed form, and laws."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.statements.ledger import read_ledger
from derbes.statements.of_model import PARAMETERS, Stakes, central_parameters, cut_off_value
from derbes.statements.sampling import Sampling
from derbes.statements.signaling import (
    ACT,
    CUT_OFF,
    EXPLAIN,
    SILENT,
    THREATEN,
    Game,
    answer,
    belief_interval,
    belief_threshold,
    beliefs_after,
    drawn_parameters,
    episode,
    is_perfect_bayesian,
    is_pooling,
    is_separating,
    normal_form,
    perfect_bayesian_equilibria,
    scaled,
    signaling_of,
    useful_actions,
)
from tests.oracles.signaling import is_intuitive, reading
from tests.small_cases import worked_example
from tests.statements.ledgers import day, with_ledger


def beer_quiche(weak: float = 0.1) -> Game:
    """Cho and Kreps 1987: (weak, strong); (beer, quiche); (fight, retreat)."""
    speaker, listener = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    for t in range(2):
        for m in range(2):
            for a in range(2):
                speaker[t, m, a] = float((t == 0) == (m == 1)) + 2.0 * a
                listener[t, m, a] = float((a == 0) == (t == 0))
    prior = np.array([weak, 1.0 - weak])
    return Game(prior, speaker, listener)


def test_beer_and_quiche():
    """Two pooling equilibria; the intuitive criterion keeps the one at beer."""
    game = beer_quiche()
    found = perfect_bayesian_equilibria(game)
    assert len(found) == 2
    assert all(is_pooling(one) for one in found)
    at_beer = next(one for one in found if one.speaker[0, 0] == 1.0)
    at_quiche = next(one for one in found if one.speaker[0, 1] == 1.0)
    assert at_beer.listener[0].tolist() == [0.0, 1.0]
    assert belief_interval(game, at_beer, 0) == pytest.approx((0.1, 0.1))
    assert belief_interval(game, at_beer, 1) == pytest.approx((0.5, 1.0))
    assert is_intuitive(game, at_beer)
    assert not is_intuitive(game, at_quiche)


def test_beer_and_quiche_with_many_weak():
    """With most of them weak there is one equilibrium, mixed: the weak drink beer sometimes.

    Half of those with beer are weak: 0.8 x = 0.2, x = 1/4; beer is fought with chance 1/2.
    """
    (one,) = perfect_bayesian_equilibria(beer_quiche(0.8))
    assert one.speaker == pytest.approx(np.array([[0.25, 0.75], [1.0, 0.0]]), abs=1e-6)
    assert one.listener == pytest.approx(np.array([[0.5, 0.5], [1.0, 0.0]]), abs=1e-6)


def schooling(cost_low: float) -> Game:
    """Spence 1973: (low, high) with schooling or none; wage 1 or 2 for what is believed."""
    speaker, listener = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    costs = (cost_low, 0.3)
    for t in range(2):
        for m in range(2):
            for a in range(2):
                speaker[t, m, a] = 1.0 + a - costs[t] * m
                listener[t, m, a] = 1.0 if a == t else 0.0
    prior = np.array([0.5, 0.5])
    return Game(prior, speaker, listener)


def test_schooling_separates_when_it_costs_the_low_more_than_it_brings():
    found = perfect_bayesian_equilibria(schooling(1.5))
    separating = [one for one in found if is_separating(one)]
    assert [one.speaker.tolist() for one in separating] == [[[1.0, 0.0], [0.0, 1.0]]]
    assert not any(is_separating(one) for one in perfect_bayesian_equilibria(schooling(0.5)))


def test_what_never_pays_is_left_out():
    game = beer_quiche()
    worse = np.concatenate([game.listener, game.listener.min(axis=2, keepdims=True) - 1], axis=2)
    speaker = np.concatenate([game.speaker, game.speaker[:, :, :1]], axis=2)
    wide = Game(game.prior, speaker, worse)
    assert useful_actions(wide, 0) == [0, 1]
    assert normal_form(wide)[-1].shape == (4, 4)
    assert len(perfect_bayesian_equilibria(wide)) == 2


PAYOFFS = st.lists(st.integers(-4, 4), min_size=8, max_size=8).map(
    lambda cells: np.array(cells, dtype=np.float64).reshape(2, 2, 2)
)


@given(PAYOFFS, PAYOFFS, st.sampled_from([0.2, 0.5, 0.7]))
def test_every_answer_is_an_equilibrium_by_definition(speaker, listener, prior):
    """A second check, from the extensive form alone: no type and no reply can do better."""
    game = Game(np.array([prior, 1 - prior]), speaker, listener)
    for one in perfect_bayesian_equilibria(game):
        values = np.einsum("tma,ma->tm", speaker, one.listener)
        sent = (one.speaker * values).sum(axis=1)
        assert np.all(sent >= values.max(axis=1) - 1e-4)
        for m in range(2):
            chances = game.prior * one.speaker[:, m]
            if chances.sum() > 1e-5:
                replies = (chances / chances.sum()) @ listener[:, m]
                assert (one.listener[m] * replies).sum() >= replies.max() - 1e-3
        assert one.speaker.sum(axis=1) == pytest.approx([1, 1], abs=1e-6)


# The episode

FIGURES = st.floats(0.0, 100.0)


@given(FIGURES, FIGURES, FIGURES, st.floats(0.0, 1.0))
def test_the_closed_form_is_where_a_cut_off_begins_to_pay(loss, now, cost, belief):
    """Expected value of a cut-off against the threshold of belief."""
    parameters = central_parameters()
    stakes = [Stakes(one, cost, 2 * cost) for one in (loss, now)]
    free, dependent = sorted(cut_off_value(one, parameters) for one in stakes)
    expected = belief * dependent + (1 - belief) * free
    threshold = belief_threshold(dependent, free)
    if abs(expected) > 1e-6 and abs(belief - threshold) > 1e-9:
        assert (expected > 0) == (belief > threshold)
        assert answer(*stakes, parameters).threshold == threshold


@settings(max_examples=30)
@given(st.integers(0, 200), st.floats(0.0, 90.0))
def test_the_solver_agrees_with_the_closed_form(seed, now):
    """Where a cut-off is played after a message, the belief reaches the threshold."""
    parameters = drawn_parameters(np.random.default_rng(seed))
    first, later = Stakes(40.0, 5.0, 20.0), Stakes(now, 5.0, 20.0)
    game = episode(first, later, parameters)
    values = sorted((cut_off_value(one, parameters) for one in (first, later)), reverse=True)
    threshold = belief_threshold(*values)
    for one in perfect_bayesian_equilibria(game):
        assert is_perfect_bayesian(scaled(game), one)
        for m in range(3):
            beliefs = belief_interval(scaled(game), one, m)
            assert beliefs is not None
            if one.listener[m, CUT_OFF] > 1e-6 and threshold != 0.0:
                assert beliefs[1] >= threshold - 1e-4
            if one.listener[m, CUT_OFF] < 1e-6 and threshold == 0.0 and values[1] > 1e-6:
                pays_less = game.listener[:, m, THREATEN] >= game.listener[:, m, CUT_OFF]
                assert pays_less.any()


def test_every_episode_has_an_equilibrium():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        parameters = drawn_parameters(rng)
        game = episode(Stakes(40.0, 5.0, 20.0), Stakes(rng.uniform(0, 40), 5.0, 20.0), parameters)
        assert perfect_bayesian_equilibria(game), seed


def test_the_dependent_is_whoever_a_cut_off_pays_against_more():
    """Stock that runs down makes a target more dependent than it was on the first day."""
    parameters, weak, strong = central_parameters(), Stakes(90.0, 5.0, 20.0), Stakes(0.0, 5.0, 20.0)
    risen, fallen = (answer(*both, parameters) for both in ((strong, weak), (weak, strong)))
    assert (risen.credible, fallen.credible) == (True, False)
    assert risen == replace(fallen, credible=True)
    assert 0 < risen.threshold < 1
    assert beliefs_after(strong, weak) == beliefs_after(weak, strong)


def test_a_harmless_cut_off_is_only_talk():
    found = answer(Stakes(1.0, 5.0, 20.0), Stakes(0.5, 5.0, 20.0), central_parameters())
    assert (found.credible, found.rhetoric) == (False, True)
    assert found.threshold == float("inf")


def test_a_cut_off_that_always_pays_listens_to_nobody():
    found = answer(Stakes(400.0, 5.0, 20.0), Stakes(300.0, 5.0, 20.0), central_parameters())
    assert (found.credible, found.rhetoric, found.explaining_matters) == (True, False, False)
    assert found.threshold == 0.0


@pytest.mark.parametrize(
    ("message", "belief", "read"),
    [(EXPLAIN, 0.9, "dependence"), (SILENT, 0.9, "weakness"), (ACT, 0.9, "dependence"),
     (EXPLAIN, 0.1, "lost_levers"), (SILENT, 0.1, "lost_levers"), (ACT, 0.1, "lost_levers")],
)  # fmt: skip
def test_what_is_read_into_a_message(message, belief, read):
    assert reading(message, belief) == read


def test_parameters_are_declared_with_ranges():
    for low, central, high in PARAMETERS.values():
        assert 0.0 <= low <= central <= high <= 1.0


def test_years_of_worked_example_3():
    """E3: a cut-off pays on the first day (126,000 and more against 14,400), not when the
    plant is open (2,400 against 4,800)."""
    ledger = read_ledger(with_ledger(worked_example(3), A="1 < 2"))
    found = signaling_of(ledger, day("2026-01"), Sampling(8))
    assert found is not None
    by_year = {year.start: year for year in found.years}
    assert list(by_year) == ["2026-01", "2027-01", "2028-01", "2029-01", "2030-01"]
    assert by_year["2026-01"].credible_share == 1.0
    assert by_year["2028-01"].credible_share == 0.0
    assert by_year["2028-01"].rhetoric_share == 0.0
    assert by_year["2026-01"].threshold == 0.0
    assert 0.0 < by_year["2028-01"].threshold < 1.0


def test_without_a_sender_there_is_no_game():
    from dataclasses import replace  # noqa: PLC0415 - only here

    case = worked_example(1)
    cut = replace(case.measures["cut"], sender="")
    ledger = read_ledger(replace(case, measures={"cut": cut}))
    assert signaling_of(ledger, day("2026-01"), Sampling(4)) is None
