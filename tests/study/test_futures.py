"""What a draw changes in the numbers of futures is what it changes in the compiled case."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.uncertainty import Draws, Events
from derbes.casefile import read_case
from derbes.draws.inputs import drawn_case, uncertain_inputs
from derbes.draws.sampling import make_draws
from derbes.draws.study import prepare_futures
from derbes.model.arrays import CaseArrays
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.simulation import simulate_branch
from derbes.simulation.branch import effects_of
from derbes.simulation.futures import FuturesModel, simulate_futures
from derbes.simulation.numbers import drawn_values
from derbes.supply.baseline import state_at

ROOT = Path(__file__).parents[2]
CASES = {
    "aspan": ROOT / "cases" / "aspan",
    "waterworks": ROOT / "cases" / "waterworks.yaml",
    "every_key": Path(__file__).parent / "every_key.yaml",
    "months": Path(__file__).parent / "months.yaml",
}
N_DRAWS = 12
ALL = ("unmet", "stock", "money")


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


def paths_of(model: FuturesModel, draws: Draws, i: int) -> FloatArray:
    """The numbers of one draw that have a path, by period."""
    paths = np.tile(model.central[: model.at.lead, None], model.shapes.shape[1])
    columns = {path: draws.values[i : i + 1, draws.inputs.index(path)] for path in model.inputs}
    for one in model.derived:
        if one.place < model.at.lead:
            at = slice(None) if one.at is None else one.at
            paths[one.place, at] = drawn_values(one, columns, 1)[0]
    return paths * model.shapes


def open_share(numbers: FloatArray, model: FuturesModel, plants, n: int) -> FloatArray:
    at = model.at
    own = np.maximum(plants, 0)
    steps = np.arange(n) - numbers[at.opening + own][:, None] + 1
    share = np.clip(steps / (numbers[at.ramp + own][:, None] + 1), 0.0, 1.0)
    return np.where(plants[:, None] >= 0, share, 1.0)


def assert_same_arrays(
    model: FuturesModel, numbers: FloatArray, paths: FloatArray, arrays: CaseArrays, n: int
) -> None:
    at, activities = model.at, arrays.activities
    place = {"rtol": 1e-12, "atol": 1e-12}
    share = open_share(numbers, model, activities.plants, n)
    full = paths[at.capacity : at.price, :n]
    capacity = np.where(share > 0, full * np.where(share > 0, share, 1.0), 0.0)
    price = paths[at.price : at.transport, :n]
    transport = paths[at.transport : at.reserve, :n]
    hours = paths[at.line_hours : at.pool, :n]
    hours = hours * open_share(numbers, model, arrays.line_plants, n)
    powers = np.arange(n)
    pairs = {
        "demand": (paths[at.demand : at.crisis, :n], arrays.demand),
        "crisis": (paths[at.crisis : at.capacity, :n], arrays.crisis_demand),
        "capacity": (capacity, activities.capacity),
        "unit_cost": (price * (1 + transport), activities.unit_cost),
        "reserve": (paths[at.reserve : at.storage_limit, :n], arrays.reserve),
        "limit": (
            paths[at.storage_limit : at.storage_cost, :n],
            arrays.storage_limit,
        ),
        "storage": (
            paths[at.storage_cost : at.line_hours, :n],
            arrays.storage_cost,
        ),
        "hours": (hours, arrays.line_hours),
        "pool": (paths[at.pool : at.lead, :n], arrays.shared_capacity),
        "discount": (numbers[at.discount] ** powers[None, :], arrays.discount[None, :]),
    }
    for name, (own, compiled) in pairs.items():
        np.testing.assert_allclose(own, compiled[:, :n], err_msg=name, **place)
    amounts = activities.input_amounts
    plain = {
        "lead": (numbers[at.lead : at.hours], activities.lead_times),
        "hours": (numbers[at.hours : at.taken], activities.hours),
        "taken": (numbers[at.taken : at.retention], amounts),
        "retention": (numbers[at.retention : at.shelf_life], arrays.retention),
        "shelf life": (numbers[at.shelf_life : at.lot], arrays.shelf_life),
        "lots": (numbers[at.lot : at.lot_retention], arrays.lot_stock),
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
    for lot, kind in enumerate(model.lot_kinds):
        path = model.arrays.lot_retention[lot]
        if kind == 1:
            path = np.full(n, numbers[model.at.lot_retention + lot])
            path[0] = 1.0
        elif kind == 2:
            path = own[lot]
        np.testing.assert_allclose(path[:n], arrays.lot_retention[lot, :n], rtol=1e-12)


def assert_same_measures(
    model: FuturesModel, numbers: FloatArray, case: Case, arrays: CaseArrays
) -> None:
    for chosen in model.sets:
        if len(chosen.members) != 1:
            continue
        effects = chosen.effects.copy()
        for at, number, sign in chosen.terms:
            value = numbers[number]
            effects[at] = value if sign == 0.0 else effects[at] * (1 + sign * value)
        measure = compile_measure(case, arrays, model.measures[chosen.members[0]])
        np.testing.assert_allclose(effects, effects_of(measure), rtol=1e-12, err_msg=measure.name)
        assert chosen.crisis == measure.crisis


@pytest.mark.parametrize("name", CASES)
def test_a_draw_changes_the_numbers_as_it_changes_the_compiled_case(name: str) -> None:
    case = read(name)
    draws = wide_draws(case)
    model = prepare_futures(case, inputs=draws.inputs)
    for i in range(N_DRAWS):
        drawn = drawn_case(case, draws, i)
        arrays = compile_case(drawn)
        numbers = numbers_of(model, draws, i)
        paths = paths_of(model, draws, i)
        n = min(arrays.n_periods, model.arrays.n_periods)
        assert_same_arrays(model, numbers, paths, arrays, n)
        assert_same_lots(model, numbers, draws, i, arrays)
        assert_same_measures(model, numbers, drawn, arrays)


def test_a_future_wants_what_its_draw_says_of_each_month() -> None:
    case = read("months")
    empty = Quantity(0.0, unit="t/month")
    sellers = {name: replace(one, capacity=empty) for name, one in case.suppliers.items()}
    case = replace(case, suppliers=sellers)
    draws = wide_draws(case)
    model = prepare_futures(case, inputs=draws.inputs)
    unmet = simulate_futures(model, draws, None, keep=ALL, n_paths=N_DRAWS).paths["unmet"]
    for i in range(N_DRAWS):
        demand = drawn_case(case, draws, i).uses["water"].demand
        np.testing.assert_allclose(unmet[i, :, 0], demand.over(24), rtol=1e-12)


def events_at(model: FuturesModel, starts: list[int], lengths: list[int]) -> Events:
    measure = np.arange(len(starts))[:, None] % len(model.measures)
    return Events(model.measures, measure, np.array(starts)[:, None], np.array(lengths)[:, None])


@pytest.mark.parametrize("name", CASES)
def test_a_future_at_central_values_is_the_branch_that_its_measure_opens(name: str) -> None:
    case = read(name)
    chosen = [m.id for m in case.measures.values()][:2]
    n = min(40, case.calendar.n_periods)
    model = prepare_futures(case, measures=chosen, n_periods=n)
    draws = Draws((), np.zeros((len(chosen), 0)), np.full(len(chosen), 1.0 / len(chosen)))
    start, length = 7, 9
    events = events_at(model, [start] * len(chosen), [length] * len(chosen))
    futures = simulate_futures(model, draws, events, keep=ALL, n_paths=len(chosen))
    arrays, calm = model.arrays, model.plan.calm
    for i, measure in enumerate(chosen):
        run = simulate_branch(
            calm,
            compile_measure(case, arrays, measure),
            state_at(calm, start),
            start=start,
            length=length,
            n_periods=n - start,
        )
        stock = run.fresh.copy()
        np.add.at(stock, arrays.lot_goods, run.lots)
        found = {name: futures.paths[name][i, start:].T for name in ALL}
        size = arrays.flow_size[:, None]
        np.testing.assert_allclose(found["stock"] / size, stock / size, atol=1e-6)
        of_uses = size[arrays.use_goods]
        np.testing.assert_allclose(found["unmet"] / of_uses, run.unmet / of_uses, atol=1e-6)
        np.testing.assert_allclose(found["money"][0], run.money, rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_futures_are_the_same_on_any_threads_and_beside_any_others(name: str) -> None:
    case = read(name)
    draws = wide_draws(case)
    model = prepare_futures(case, inputs=draws.inputs, n_periods=min(40, case.calendar.n_periods))
    starts, lengths = list(range(1, N_DRAWS + 1)), [1 + i % 7 for i in range(N_DRAWS)]
    events = events_at(model, starts, lengths)
    one, two = (
        simulate_futures(model, draws, events, keep=ALL, n_paths=N_DRAWS, n_threads=threads)
        for threads in (1, 2)
    )
    for series in ALL:
        np.testing.assert_array_equal(one.paths[series], two.paths[series])
    for i in (0, 5, N_DRAWS - 1):
        own = replace(draws, values=draws.values[i : i + 1], weights=draws.weights[i : i + 1])
        alone = events_at(model, starts[i : i + 1], lengths[i : i + 1])
        alone = replace(alone, measure=events.measure[i : i + 1])
        found = simulate_futures(model, own, alone, keep=ALL, n_paths=1)
        for series in ALL:
            np.testing.assert_array_equal(found.paths[series][0], one.paths[series][i])


def test_inputs_and_periods_that_do_not_fit_are_refused() -> None:
    case = read("waterworks")
    with pytest.raises(
        ValueError, match=r"^inputs that the case does not have: goods\.gold\.price$"
    ):
        prepare_futures(case, inputs=("goods.gold.price",))
    with pytest.raises(KeyError, match="flood"):
        prepare_futures(case, measures=("flood",))
