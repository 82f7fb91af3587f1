"""Laws of cover and of the aggregate program, over generated cases."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from derbes.analysis.cover import StartCover, cover_table
from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.draws.study import make_studies
from derbes.model.arrays import MeasureRun
from derbes.results.supply import ALL_ESSENTIAL
from derbes.supply.disruption import horizon
from derbes.supply.survival import SurvivalProgram, net_unmet
from tests.oracles.aggregate import aggregate_time_to_survive
from tests.properties.generated import cases

LAW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
CLOSE = 1e-6
starts = st.integers(0, 11)


def whole(months: float | None) -> float:
    return np.inf if months is None else months


@LAW
@given(cases(), starts)
def test_all_essential_uses_together_last_no_longer_than_any_of_them(
    case: Case, start: int
) -> None:
    rows = {row.use: row for row in cover_table(case, Request(starts=(start,)))}
    joint = whole(rows[ALL_ESSENTIAL].time_to_survive)
    essential = [use for use, entry in case.uses.items() if entry.tier == "essential"]
    assert all(joint <= whole(rows[use].time_to_survive) + CLOSE for use in essential)
    for row in rows.values():
        assert (row.binding == ()) == (row.time_to_survive is None)
        assert whole(row.time_to_survive_myopic) <= whole(row.time_to_survive) + CLOSE


@LAW
@given(cases(), starts)
def test_leaving_out_deferrable_uses_leaves_the_others_as_they_are(case: Case, start: int) -> None:
    request = Request(starts=(start,))
    every = {row.use: row for row in cover_table(case, request)}
    for row in cover_table(case, request, only_essential=True):
        assert row == every[row.use]


@LAW
@given(cases(), starts, st.integers(1, 9))
def test_what_an_endless_measure_leaves_met_is_met_when_it_ends(
    case: Case, start: int, length: int
) -> None:
    """Two ways to whether a length is survived: from the time to survive of an endless
    measure where that is long enough, and by what the measure adds over its horizon."""
    study = make_studies(case, Request(lengths=(length,)))[0]
    at_start = StartCover(study, start)
    uses = study.arrays.use_essential
    run = MeasureRun(study.measures[0], length)
    _program, endless = at_start.survived(run.measure, uses)
    shortcut = at_start.survives(run, uses, endless)
    n = horizon(study.arrays, run, start)
    added = net_unmet(SurvivalProgram(study.calm, start, n), run, uses)
    assert shortcut == (not added.short.any())


@LAW
@given(cases())
def test_without_a_calendar_nothing_breaks_sooner(case: Case) -> None:
    """The plant is open from the first period on, so supply does not grow."""
    opened = replace(case.plants["plant"], opening=-9, ramp=Quantity(0.0))
    case = replace(case, plants={"plant": opened})
    essential = [use for use, entry in case.uses.items() if entry.tier == "essential"]
    assume(essential)
    for row in cover_table(case, Request(starts=(0,))):
        uses = essential if row.use == ALL_ESSENTIAL else [row.use]
        upper = aggregate_time_to_survive(case, uses, "cut")
        assert upper >= row.survives_at_least - 1e-5
