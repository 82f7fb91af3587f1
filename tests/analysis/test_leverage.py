"""The surface as a whole: its points, its order, and that no point hangs on another."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from derbes.analysis.accounts import target_loss
from derbes.analysis.leverage import _grid, all_starts, leverage_surface
from derbes.analysis.responses import Kept, StartSolver
from derbes.case.entities import Case, Hit, Measure, MeasureKind, Variant
from derbes.case.quantity import Quantity, Step
from derbes.case.request import BASE, Request
from derbes.draws.study import make_studies
from derbes.model.arrays import MeasureRun
from derbes.results.supply import LeverageRow
from tests.analysis.asked import study_of
from tests.properties.generated import cases
from tests.small_cases import worked_example
from tests.supply.solved import example

Q = Quantity
MONEY = ("target_loss", "sender_cost_returning", "sender_cost_lost", "premium")
UNITS = ("unmet_essential", "unmet_deferrable", "deepest_shortfall", "reserve_used")


def key(row: LeverageRow) -> tuple[str, str, str, int, str]:
    return row.variant, row.measure, row.start, row.length, row.bound


def assert_same(one: LeverageRow, other: LeverageRow) -> None:
    """Same point and same figures, but for rounding."""
    assert key(one) == key(other)
    for name in (*MONEY, *UNITS):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None), name
        if a is not None:
            assert a == pytest.approx(b, rel=1e-5, abs=1e-3), (key(one), name)


def two_measures() -> Case:
    case = worked_example(3)
    rise = Measure(
        "rise", kind=MeasureKind.PRICE_RISE, sender="sender", hits=(Hit(actor="sender"),),
        lengths=(6,), by=Q(1.0),
    )  # fmt: skip
    return replace(case, measures={**case.measures, "rise": rise})


def test_points_are_variant_by_start_by_measure_by_length_by_rule():
    case = two_measures()
    case = replace(case, variants={"same": Variant("same", case=case)})
    request = Request(variants=(BASE, "same"), starts=(4, 2), lengths=(6, 3))
    rows, ends = leverage_surface(case, request, has_premium=False)
    assert [key(row) for row in rows] == [
        (variant, measure, start, length, bound)
        for variant in (BASE, "same")
        for start in ("2026-03", "2026-05")
        for measure in ("cut", "rise")
        for length in (3, 6)
        for bound in ("optimal", "myopic")
    ]
    assert {(end.variant, end.measure, end.length) for end in ends} == {
        (variant, measure, length)
        for variant in (BASE, "same")
        for measure in ("cut", "rise")
        for length in (3, 6)
    }


def test_without_a_request_each_measure_has_its_own_lengths():
    rows, _ends = leverage_surface(two_measures(), Request(starts=(4,)), has_premium=False)
    assert {(row.measure, row.length) for row in rows} == {("cut", 12), ("rise", 6)}


def test_starts_that_are_asked_for_and_those_that_measures_fix():
    study = study_of(example(start=5))
    assert all_starts(study, (9, 0, 9)) == [0, 5, 9]
    assert all_starts(study, ()) == list(range(60))
    outside = study_of(example(start=60))
    assert all_starts(outside, (1,)) == [1]


def test_ends_look_at_one_start_a_quarter_the_last_and_those_asked_for():
    study = study_of(worked_example(1))
    assert _grid(study, (0, 4)) == sorted({*range(0, 60, 3), 4, 59})
    calendar = replace(worked_example(1).calendar, step=Step.YEAR, n_periods=3)
    yearly = study_of(replace(worked_example(1), calendar=calendar))
    assert _grid(yearly, (1,)) == [0, 1, 2]


def test_a_case_by_quarters_has_its_months():
    """E1 by quarters: 300 a quarter, stock for 600 / 180 of them, a cut of four."""
    case = example(lengths=(4,))
    case = replace(case, calendar=replace(case.calendar, step=Step.QUARTER, n_periods=20))
    rows, ends = leverage_surface(case, Request(starts=(8,)), has_premium=False)
    row = rows[0]
    assert (row.start, row.length) == ("2028-01", 12)
    assert row.unmet_essential == pytest.approx(4 * 180 - 600)
    assert row.target_loss == pytest.approx(126_000)
    assert row.sender_cost_returning == pytest.approx(2400)
    assert {end.length for end in ends} == {12}


@pytest.mark.parametrize("has_premium", [True, False])
def test_two_workers_find_what_one_finds(has_premium):
    case = two_measures()
    case = replace(
        case, variants={"nothing_built": Variant("nothing_built", case=worked_example(1))}
    )
    request = Request(variants=(BASE, "nothing_built"), starts=tuple(range(0, 36, 5)))
    seen: list[tuple[int, int, str]] = []
    alone = leverage_surface(case, request, has_premium=has_premium, n_workers=1)
    both = leverage_surface(
        case, request, has_premium=has_premium, n_workers=2,
        progress=lambda *now: seen.append(now),
    )  # fmt: skip
    assert len(alone[0]) == len(both[0])
    for one, other in zip(alone[0], both[0], strict=True):
        assert_same(one, other)
    assert alone[1] == both[1]
    assert (2, 2, "calm plans") in seen
    assert [what for done, total, what in seen if done == total] == [
        "calm plans", "cut-offs", "ends", "ends",
    ]  # fmt: skip


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(cases())
def test_points_solved_in_a_chain_have_the_answers_of_points_solved_alone(case):
    """Windows, matrices, bases and optima are handed on from length to length and from
    start to start; a window is as long as its own length asks for."""
    lengths = (1, 2, 4, 7)
    study = make_studies(case, Request(lengths=lengths))[0]
    size = float(study.arrays.demand.sum(axis=0).max())
    kept: Kept = {}
    for start in (0, 1, 5, 6):
        chain = StartSolver(study.calm, start, kept)
        for length in lengths:
            run = MeasureRun(study.measures[0], length)
            one = chain.solve(run)
            other = StartSolver(study.calm, start).solve(run)
            assert one.rejoined == other.rejoined
            assert one.window.layout.n == other.window.layout.n
            for essential in (True, False):
                wanted = study.arrays.use_essential == essential
                short = [branch.unmet[wanted].sum() for branch in (one, other)]
                assert short[0] == pytest.approx(short[1], abs=1e-6 * size)
            loss = [target_loss(branch, chain.baseline(one)) for branch in (one, other)]
            assert loss[0] == pytest.approx(loss[1], rel=1e-6, abs=1e-3)
