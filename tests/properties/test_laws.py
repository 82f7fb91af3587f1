"""Laws that hold for every case."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from derbes.analysis.accounts import target_loss
from derbes.analysis.cover import cover_table
from derbes.analysis.leverage import leverage_surface
from derbes.analysis.responses import myopic_response
from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.model.arrays import MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.results.supply import LeverageRow
from derbes.supply.baseline import solve_calm
from derbes.supply.disruption import horizon, make_window
from derbes.supply.survival import SurvivalProgram
from tests.properties.generated import cases, with_measure
from tests.supply.solved import baseline_of, is_met, solved_alone

LAW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
CLOSE = 1e-5


def row(case: Case, start: int, bound: str = "optimal") -> LeverageRow:
    rows, _ends = leverage_surface(case, Request(starts=(start,)), has_premium=False)
    return next(one for one in rows if one.bound == bound)


def essential_demand(case: Case) -> float:
    return sum(use.demand.value for use in case.uses.values() if use.demand)


starts = st.integers(0, 11)


@LAW
@given(cases(), starts)
def test_every_optimum_carries_its_proof(case: Case, start: int) -> None:
    assert row(case, start).certificate <= 2e-6


@LAW
@given(cases(), starts)
def test_a_longer_measure_leaves_no_less_unmet(case: Case, start: int) -> None:
    """Both counted over 14 months: 8 of the longer, 4 of refill and 2 of lead time."""
    case = replace(case, sender_horizon=Quantity(14.0))
    length = case.measures["cut"].lengths[0]
    longer = with_measure(case, lengths=(length + 2,))
    room = CLOSE * essential_demand(case)
    assert row(longer, start).unmet_essential >= row(case, start).unmet_essential - room


@LAW
@given(cases(), starts, st.sampled_from([0.25, 0.5, 0.9]))
def test_a_stricter_measure_leaves_no_less_unmet(case: Case, start: int, share: float) -> None:
    milder = with_measure(case, share=Quantity(share))
    room = CLOSE * essential_demand(case)
    assert row(case, start).unmet_essential >= row(milder, start).unmet_essential - room


@LAW
@given(cases(), starts)
def test_a_measure_that_cuts_nothing_costs_nobody_anything(case: Case, start: int) -> None:
    one = row(with_measure(case, share=Quantity(0.0)), start)
    assert one.takes_nothing
    assert (one.unmet_essential, one.unmet_deferrable, one.deepest_shortfall) == (0.0, 0.0, 0.0)
    assert one.target_loss == 0.0
    assert one.sender_cost_returning in {0.0, None}


@LAW
@given(cases(), st.integers(1, 100).map(float))
def test_more_stock_never_shortens_survival(case: Case, extra: float) -> None:
    assume(case.stockpiles)
    first = next(iter(case.stockpiles.values()))
    assert first.quantity is not None
    more = replace(first, quantity=Quantity(first.quantity.value + extra))
    richer = replace(case, stockpiles={**case.stockpiles, more.id: more})
    request = Request(starts=(0,))
    for before, after in zip(cover_table(case, request), cover_table(richer, request), strict=True):
        assert after.survives_at_least >= before.survives_at_least - CLOSE


def renamed(value: Any, names: dict[str, str]) -> Any:
    """The same value with ids renamed and every mapping in reverse order."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple(renamed(part, names) for part in value)
    if isinstance(value, dict):
        pairs = [(renamed(k, names), renamed(v, names)) for k, v in value.items()]
        return dict(reversed(pairs))
    if is_dataclass(value) and not isinstance(value, (Quantity, type)):
        return replace(
            value, **{f.name: renamed(getattr(value, f.name), names) for f in fields(value)}
        )
    return value


@LAW
@given(cases(), starts)
def test_names_and_order_do_not_matter(case: Case, start: int) -> None:
    ids = [*case.goods, *case.uses, *case.stockpiles, *case.suppliers, *case.recipes]
    ids += ["plant", "line"]
    names = {name: f"z{len(ids) - i}" for i, name in enumerate(ids)}
    before, after = row(case, start), row(renamed(case, names), start)
    size = essential_demand(case)
    assert after.unmet_essential == pytest.approx(before.unmet_essential, abs=CLOSE * size)
    assert after.unmet_deferrable == pytest.approx(before.unmet_deferrable, abs=CLOSE * size)
    assert after.target_loss == pytest.approx(before.target_loss, rel=1e-4, abs=1e-2)


SCALED = {
    "goods": ("reserve",),
    "uses": ("demand",),
    "stockpiles": ("quantity",),
    "suppliers": ("capacity",),
    "recipes": ("capacity",),
}


def scaled(case: Case, factor: float) -> Case:
    """All quantities of goods times a factor; prices as they are."""
    changed: dict[str, Any] = {}
    for section, keys in SCALED.items():
        changed[section] = {
            name: replace(
                element,
                **{
                    key: Quantity(getattr(element, key).value * factor)
                    for key in keys
                    if getattr(element, key) is not None
                },
            )
            for name, element in getattr(case, section).items()
        }
    plant = case.plants["plant"]
    changed["plants"] = {"plant": replace(plant, lines={"line": Quantity(12.0 * factor)})}
    return replace(case, **changed)


@LAW
@given(cases(), starts, st.sampled_from([1e-3, 1e3, 1e6]))
def test_scaling_all_quantities_scales_losses(case: Case, start: int, factor: float) -> None:
    before, after = row(case, start), row(scaled(case, factor), start)
    size = essential_demand(case)
    assert after.unmet_essential / factor == pytest.approx(before.unmet_essential, abs=CLOSE * size)
    assert after.target_loss is not None
    assert after.target_loss / factor == pytest.approx(before.target_loss, rel=1e-4, abs=1e-2)


@LAW
@given(cases(), starts)
def test_what_is_counted_is_the_horizon_and_no_more(case: Case, start: int) -> None:
    """Two ways: as the surface does it, warm; and one cold window of as many periods as the
    sender's horizon, or the measure with the refill and the longest lead time."""
    arrays = compile_case(case)
    calm = solve_calm(arrays)
    run = MeasureRun(compile_measure(case, arrays, "cut"), case.measures["cut"].lengths[0])
    assert run.measure is not None
    leads = arrays.activities.lead_times
    n = max(6, run.length + arrays.refill_periods + int(leads.max(initial=0)))
    window = make_window(calm, start, n)
    found, without = solved_alone(window, run.measure, run.length), baseline_of(window)
    one = row(case, start)
    assert one.window == n
    essential = arrays.use_essential
    added = (found.unmet - without.unmet)[essential].sum()
    room = CLOSE * essential_demand(case)
    assert one.unmet_essential == pytest.approx(added, abs=room)
    loss = target_loss(found, without)
    assert one.target_loss == pytest.approx(loss, rel=1e-6, abs=1e-3)


@LAW
@given(cases(), starts)
def test_an_answer_does_not_hang_on_what_else_is_asked(case: Case, start: int) -> None:
    """A length among others, longer and shorter, and a start among others."""
    length = case.measures["cut"].lengths[0]
    request = Request(starts=(0, start, 11), lengths=(1, length, 9, 30))
    rows, _ends = leverage_surface(case, request, has_premium=False)
    alone = row(case, start)
    among = next(
        one
        for one in rows
        if (one.start, one.length, one.bound) == (alone.start, alone.length, "optimal")
    )
    assert among.window == alone.window
    room = CLOSE * essential_demand(case)
    assert among.unmet_essential == pytest.approx(alone.unmet_essential, abs=room)
    assert among.target_loss == pytest.approx(alone.target_loss, rel=1e-6, abs=1e-3)


@LAW
@given(cases(), starts)
def test_the_myopic_rule_never_beats_the_program(case: Case, start: int) -> None:
    arrays = compile_case(case)
    calm = solve_calm(arrays)
    run = MeasureRun(compile_measure(case, arrays, "cut"), case.measures["cut"].lengths[0])
    window = make_window(calm, start, horizon(arrays, run, start))
    assert run.measure is not None
    best = solved_alone(window, run.measure, run.length)
    rule = myopic_response(window, run)
    essential = arrays.use_essential
    room = CLOSE * essential_demand(case)
    assert rule.unmet[essential].sum() >= best.unmet[essential].sum() - room


@LAW
@given(cases())
def test_survival_agrees_with_trial_lengths(case: Case) -> None:
    """Two ways: the search of the survival program, and measures of growing length."""
    arrays = compile_case(case)
    calm = solve_calm(arrays)
    program = SurvivalProgram(calm, 0, 20)
    measure = compile_measure(case, arrays, "cut")
    found = program.time_to_survive(measure, arrays.use_essential)
    whole = next((n for n in range(1, 21) if not _met_for(program, measure, arrays, n)), None)
    assert (found.broken is None) == (whole is None)
    if whole is not None:
        assert found.broken == whole - 1


def _met_for(program: SurvivalProgram, measure: Any, arrays: Any, n: int) -> bool:
    """Whether the first n periods of an endless measure can all be met."""
    shorter = SurvivalProgram(solve_calm(arrays), 0, n)
    return is_met(shorter, MeasureRun(measure, n), arrays.use_essential)
