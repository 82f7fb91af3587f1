from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from derbes.case.quantity import Calendar, Quantity, Step
from derbes.draws.sampling import make_draws
from derbes.stress.outcomes import make_events
from tests.draws.uncertain import (
    correlated,
    hazard,
    in_scenarios,
    uncertain_example,
    with_hazards,
)


def drawn(case, n, seed=1):
    return make_events(case, make_draws(case, n, seed=seed), seed=seed)


def lasting(years, *hazards, step=Step.MONTH):
    case = with_hazards(uncertain_example(), *hazards)
    return replace(case, calendar=Calendar(2026, 1, years * 12 // step, step))


def under_way(events, n_periods):
    """Whether a measure runs. (N, T)"""
    periods = np.arange(n_periods)
    start, length = events.start[..., None], events.length[..., None]
    runs = (events.measure[..., None] >= 0) & (periods >= start) & (periods < start + length)
    return runs.sum(axis=1)


@pytest.mark.parametrize(("rate", "months"), [(0.2, 12.0), (1.0, 6.0), (0.05, 24.0)])
def test_the_share_of_time_under_a_measure_is_that_of_a_renewal_process(rate, months):
    case = lasting(60, hazard("cut", rate, months))
    late = under_way(drawn(case, 4000), 720)[:, 360:].mean(axis=1)
    known = rate * months / 12.0 / (1.0 + rate * months / 12.0)
    error = late.std() / np.sqrt(len(late))
    assert late.mean() == pytest.approx(known, abs=3.0 * error + 0.001)
    assert error < 0.01


def test_the_wait_for_the_first_event_is_exponential():
    case = lasting(100, hazard("cut", 0.5, 1.0))
    first = drawn(case, 4000).start[:, 0]
    assert stats.kstest(first + 0.0, stats.expon(scale=24.0).cdf).statistic < 0.03
    assert np.mean(first <= 11) == pytest.approx(1.0 - np.exp(-0.5 * 11.5 / 12), abs=0.025)


def test_a_measure_does_not_overlap_itself():
    events = drawn(lasting(20, hazard("cut", 4.0, 5.0, low=1.0, high=9.0)), 500)
    assert events.measure.shape[1] > 10
    assert under_way(events, 240).max() == 1


def test_events_stand_by_start_and_without_gaps():
    events = drawn(lasting(20, hazard("cut", 1.0, 5.0), hazard("fire", 0.5, 1.0)), 300)
    assert events.measures == ("cut", "fire")
    is_event = events.measure >= 0
    assert (np.diff(is_event.astype(int), axis=1) <= 0).all()
    later = is_event[:, 1:]
    assert (np.diff(events.start, axis=1)[later] >= 0).all()
    assert (events.start[is_event] < 240).all()
    assert (events.length[is_event] >= 1).all()
    assert is_event[:, -1].any()


def test_lengths_follow_their_distribution_event_by_event():
    events = drawn(
        lasting(50, hazard("cut", 1.0, 6.0, low=2.0, high=10.0, distribution="uniform")), 400
    )
    lengths = events.length[events.measure >= 0]
    assert (lengths.min(), lengths.max()) == (2, 10)
    assert lengths.mean() == pytest.approx(6.0, abs=0.1)


def test_a_future_keeps_its_events_in_a_longer_run_and_in_blocks():
    case = lasting(20, hazard("cut", 1.0, 5.0), hazard("fire", 0.5, 1.0))
    whole = drawn(case, 200)
    few = drawn(case, 60)
    width = few.measure.shape[1]
    np.testing.assert_array_equal(few.start, whole.start[:60, :width])
    assert (whole.measure[:60, width:] == -1).all()
    block = make_events(case, make_draws(case, 80, first=100), seed=1)
    width = block.measure.shape[1]
    np.testing.assert_array_equal(block.start, whole.start[100:180, :width])
    np.testing.assert_array_equal(block.length, whole.length[100:180, :width])


def test_another_seed_brings_other_events():
    case = lasting(20, hazard("cut", 1.0, 5.0))
    assert not np.array_equal(
        drawn(case, 50, seed=1).start[:, 0], drawn(case, 50, seed=2).start[:, 0]
    )


def test_where_a_hazard_stands_says_nothing():
    pair = [hazard("cut", 0.5, 3.0), hazard("fire", 1.5, 1.0)]
    first, second = (drawn(lasting(60, *hazards), 50) for hazards in (pair, pair[::-1]))
    for known, other in zip(first.start, second.start, strict=True):
        assert known.tolist() == other.tolist()


@pytest.mark.parametrize("rank", [-0.6, 0.8])
def test_the_first_waits_of_two_hazards_have_their_rank_correlation(rank):
    case = lasting(400, hazard("cut", 0.5, 1.0), hazard("fire", 0.5, 1.0))
    case = correlated(case, "hazards.cut", "hazards.fire", rank)
    events = drawn(case, 4000)
    first = [events.start[np.arange(4000), (events.measure == m).argmax(axis=1)] for m in (0, 1)]
    assert stats.spearmanr(*first).statistic == pytest.approx(rank, abs=0.04)


def test_a_drawn_rate_makes_events_as_often_as_it_says():
    one = hazard("cut", 0.5, 1.0)
    ranged = replace(one.rate, low=0.0, high=1.0, distribution="uniform")
    case = lasting(40, replace(one, rate=ranged))
    draws = make_draws(case, 2000)
    events = make_events(case, draws, seed=1)
    rates = draws.values[:, draws.inputs.index("hazards.cut.rate")]
    counts = (events.measure >= 0).sum(axis=1)
    often, seldom = rates > 0.9, rates < 0.1
    assert counts[often].mean() == pytest.approx(40 / (1 / 0.95 + 1 / 12), rel=0.05)
    assert counts[seldom].mean() == pytest.approx(40 * 0.05, rel=0.2)


def test_a_scenario_has_its_own_rate():
    base = lasting(40, hazard("cut", 0.1, 1.0))
    wild = lasting(40, hazard("cut", 2.0, 1.0))
    case = in_scenarios(base, calm=(0.5, base), wild=(0.5, wild))
    draws = make_draws(case, 400)
    counts = (make_events(case, draws, seed=1).measure >= 0).sum(axis=1)
    is_wild = np.array(draws.scenarios) == "wild"
    assert counts[is_wild].mean() > 10 * counts[~is_wild].mean()


def test_two_hazards_of_one_measure_do_not_strike_while_it_runs():
    second = replace(hazard("cut", 1.0, 20.0), id="again")
    events = drawn(lasting(40, hazard("cut", 1.0, 20.0), second), 200)
    assert events.measures == ("cut",)
    assert under_way(events, 480).max() == 1


def test_a_case_without_hazards_has_no_events():
    case = uncertain_example()
    events = drawn(case, 10)
    assert events.measures == ()
    assert events.measure.shape == (10, 0)


def test_a_hazard_that_never_strikes_brings_nothing():
    assert drawn(lasting(40, hazard("cut", 0.0, 5.0)), 10).measure.shape == (10, 0)


def test_a_year_is_the_shortest_measure_of_a_yearly_calendar():
    events = drawn(lasting(40, hazard("cut", 0.5, 3.0), step=Step.YEAR), 100)
    assert set(events.length[events.measure >= 0]) == {1}


def test_a_length_without_a_range_is_always_the_same():
    case = lasting(40, replace(hazard("cut", 1.0, 7.0), length=Quantity(7.0)))
    events = drawn(case, 50)
    assert set(events.length[events.measure >= 0]) == {7}
