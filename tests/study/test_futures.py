"""What a draw changes in the numbers of futures is what it changes in the compiled case."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from derbes.case.arrays import CaseArrays, State
from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws, Events
from derbes.casefile import read_case
from derbes.compiler import compile_case, compile_measure
from derbes.draws import drawn_case, make_draws, uncertain_inputs
from derbes.simulation import simulate_branch
from derbes.simulation.futures import FuturesModel, simulate_futures
from derbes.simulation.futures.model import effect_row
from derbes.simulation.futures.numbers import drawn_values
from derbes.simulation.setup import Span, found_state
from derbes.study.futures import prepare_futures
from tests.simulation.test_futures import ALL, assert_alike, state_after

ROOT = Path(__file__).parents[2]
CASES = {
    "aspan": ROOT / "cases" / "aspan",
    "waterworks": ROOT / "cases" / "waterworks.yaml",
    "every_key": Path(__file__).parent / "every_key.yaml",
}
N_DRAWS = 12


def read(name: str) -> Case:
    return read_case(CASES[name])


def wide_draws(case: Case) -> Draws:
    """Every uncertain input anywhere in its range, and at its ends."""
    inputs = uncertain_inputs(case)
    paths = tuple(quantity.path for quantity in inputs)
    return make_draws(case, N_DRAWS, seed=5, method="random", inputs=paths)


def numbers_of(model: FuturesModel, draws: Draws, i: int) -> FloatArray:
    """The numbers of one draw, as the kernel gets them."""
    numbers = model.central.copy()
    columns = {path: draws.values[i : i + 1, draws.inputs.index(path)] for path in model.inputs}
    for one in model.derived:
        numbers[one.place] = drawn_values(one, columns, 1)[0]
    return numbers


def shaped(model: FuturesModel, numbers: FloatArray, first: int, end: int, n: int) -> FloatArray:
    return numbers[first:end, None] * model.frame.shapes[first:end, :n]


def open_share(numbers: FloatArray, model: FuturesModel, plants, n: int) -> FloatArray:
    at = model.frame.at
    own = np.maximum(plants, 0)
    steps = np.arange(n) - numbers[at.opening + own][:, None] + 1
    share = np.clip(steps / (numbers[at.ramp + own][:, None] + 1), 0.0, 1.0)
    return np.where(plants[:, None] >= 0, share, 1.0)


def assert_same_arrays(
    model: FuturesModel, numbers: FloatArray, arrays: CaseArrays, n: int
) -> None:
    at, order, activities = model.frame.at, model.goods, arrays.activities
    place = {"rtol": 1e-12, "atol": 1e-12}
    share = open_share(numbers, model, activities.plants, n)
    full = shaped(model, numbers, at.capacity, at.price, n)
    capacity = np.where(share > 0, full * np.where(share > 0, share, 1.0), 0.0)
    price = shaped(model, numbers, at.price, at.transport, n)
    transport = shaped(model, numbers, at.transport, at.reserve, n)
    hours = shaped(model, numbers, at.line_hours, at.pool, n)
    hours = hours * open_share(numbers, model, arrays.line_plants, n)
    powers = np.arange(n)
    pairs = {
        "demand": (shaped(model, numbers, at.demand, at.crisis, n), arrays.demand),
        "crisis": (shaped(model, numbers, at.crisis, at.capacity, n), arrays.crisis_demand),
        "capacity": (capacity, activities.capacity),
        "unit_cost": (price * (1 + transport), activities.unit_cost),
        "reserve": (shaped(model, numbers, at.reserve, at.storage_limit, n), arrays.reserve[order]),
        "limit": (
            shaped(model, numbers, at.storage_limit, at.storage_cost, n),
            arrays.storage_limit[order],
        ),
        "storage": (
            shaped(model, numbers, at.storage_cost, at.line_hours, n),
            arrays.storage_cost[order],
        ),
        "hours": (hours, arrays.line_hours),
        "pool": (shaped(model, numbers, at.pool, at.lead, n), arrays.shared_capacity),
        "discount": (numbers[at.discount] ** powers[None, :], arrays.discount[None, :]),
    }
    for name, (own, compiled) in pairs.items():
        np.testing.assert_allclose(own, compiled[:, :n], err_msg=name, **place)
    amounts = activities.input_amounts
    plain = {
        "lead": (numbers[at.lead : at.hours], activities.lead_times),
        "hours": (numbers[at.hours : at.taken], activities.hours),
        "taken": (numbers[at.taken : at.retention], amounts[amounts > 0]),
        "retention": (numbers[at.retention : at.shelf_life], arrays.retention[order]),
        "shelf life": (numbers[at.shelf_life : at.last_share], arrays.shelf_life[order]),
        "lots": (numbers[at.lot : at.lot_retention], arrays.lot_stock[model.lots]),
        "weight": (numbers[at.weight : at.discount], arrays.use_weight),
        "refill": (numbers[at.refill], arrays.refill_periods),
    }
    for name, (own, compiled) in plain.items():
        np.testing.assert_allclose(own, compiled, err_msg=name, **place)


def assert_same_lots(
    model: FuturesModel, numbers: FloatArray, draws: Draws, i: int, arrays: CaseArrays
) -> None:
    """How each lot ages."""
    n = model.first + model.n_periods
    columns = {path: draws.values[i : i + 1, draws.inputs.index(path)] for path in model.inputs}
    own = {one.lot: drawn_values(one.derived, columns, 1)[0] for one in model.lot_paths}
    for column, lot in enumerate(model.lots):
        kind = model.frame.lot_kinds[column]
        path = model.frame.lot_paths[column]
        if kind == 1:
            path = np.full(n, numbers[model.frame.at.lot_retention + column])
            path[0] = 1.0
        elif kind == 2:
            path = own[column]
        np.testing.assert_allclose(path[:n], arrays.lot_retention[lot, :n], rtol=1e-12)


def assert_same_measures(
    model: FuturesModel, numbers: FloatArray, case: Case, arrays: CaseArrays
) -> None:
    frame = model.frame
    for chosen, members in enumerate(model.sets):
        if len(members) != 1:
            continue
        effects = frame.effects[chosen].copy()
        for term in range(frame.first_term[chosen], frame.first_term[chosen + 1]):
            at, number = frame.term_effects[term], numbers[frame.term_numbers[term]]
            sign = frame.term_signs[term]
            effects[at] = number if sign == 0.0 else effects[at] * (1 + sign * number)
        measure = compile_measure(case, arrays, model.measures[members[0]])
        row = effect_row(measure, model.lots, model.goods)
        np.testing.assert_allclose(effects, row, rtol=1e-12, err_msg=measure.name)
        assert bool(frame.crises[chosen]) == measure.crisis
        np.testing.assert_array_equal(frame.frozen[chosen], measure.frozen_plants)


@pytest.mark.parametrize("name", CASES)
def test_a_draw_changes_the_numbers_as_it_changes_the_compiled_case(name: str) -> None:
    case = read(name)
    draws = wide_draws(case)
    model = prepare_futures(case, inputs=draws.inputs)
    for i in range(N_DRAWS):
        drawn = drawn_case(case, draws, i)
        arrays = compile_case(drawn)
        numbers = numbers_of(model, draws, i)
        assert_same_arrays(model, numbers, arrays, case.calendar.n_periods)
        assert_same_lots(model, numbers, draws, i, arrays)
        assert_same_measures(model, numbers, drawn, arrays)


def opened(arrays: CaseArrays) -> State:
    """The first stocks, and on the way what the rule without lead times would bring (S11)."""
    leads = arrays.activities.lead_times
    at_once = replace(arrays, activities=replace(arrays.activities, lead_times=0 * leads))
    nothing = np.zeros((len(arrays.goods), 0))
    empty = np.zeros((len(leads), 1))
    state = State(arrays.lot_stock, np.zeros(len(arrays.goods)), nothing, empty)
    n = int(leads.max())
    if not n:
        return state
    levels = simulate_branch(at_once, None, state, start=0, length=0, n_periods=n).levels
    return replace(state, transit=np.where(np.arange(n) < leads[:, None], levels, 0.0))


@pytest.mark.parametrize("name", CASES)
def test_drawn_futures_are_branches_of_drawn_cases(name: str) -> None:
    case = read(name)
    draws = wide_draws(case)
    chosen = [m.id for m in case.measures.values() if m.kind.value != "delay"][:2]
    model = prepare_futures(case, measures=chosen, inputs=draws.inputs)
    n, start, length = 40, 17, 9
    measure = np.arange(N_DRAWS)[:, None] % len(chosen)
    events = Events(
        model.measures, measure, np.full_like(measure, start), np.full_like(measure, length)
    )
    model = prepare_futures(
        case, measures=chosen, inputs=draws.inputs, n_periods=min(n, case.calendar.n_periods)
    )
    futures = simulate_futures(model, draws, events, keep=ALL, n_paths=N_DRAWS)
    for i in range(N_DRAWS):
        drawn = drawn_case(case, draws, i)
        arrays = compile_case(drawn)
        hit = compile_measure(drawn, arrays, chosen[i % len(chosen)])
        state, done = opened(arrays), 0
        pieces = ((None, 0, 0, start), (hit, start, length, model.n_periods - start))
        for cut, first, m, periods in pieces:
            longest = int(arrays.activities.lead_times.max())
            run = simulate_branch(arrays, cut, state, start=first, length=m, n_periods=periods)
            one = replace(futures, paths={k: p[i : i + 1] for k, p in futures.paths.items()})
            assert_alike(run, one, arrays.lot_goods, slice(done, done + periods))
            state = state_after(
                arrays, run, found_state(cut, state, Span(first, m, periods, longest))
            )
            done += periods


def test_inputs_and_periods_that_do_not_fit_are_refused() -> None:
    case = read("waterworks")
    with pytest.raises(
        ValueError, match=r"^inputs that the case does not have: goods\.gold\.price$"
    ):
        prepare_futures(case, inputs=("goods.gold.price",))
    with pytest.raises(KeyError, match="flood"):
        prepare_futures(case, measures=("flood",))
