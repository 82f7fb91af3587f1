"""What a draw changes in the numbers of futures is what it changes in the compiled case."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from derbes.case.entities import Case, Hit
from derbes.case.quantity import Calendar, Quantity
from derbes.case.uncertainty import Draws, Events
from derbes.casefile import read_case
from derbes.draws.inputs import (
    drawn_case,
    drawn_values,
    shared_inputs,
    uncertain_inputs,
    with_followers,
)
from derbes.draws.sampling import make_draws
from derbes.draws.study import prepare_futures
from derbes.model.arrays import CaseArrays, lasting
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.simulation import simulate_branch
from derbes.simulation.branch import effects_of
from derbes.simulation.futures import FuturesModel, simulate_futures
from derbes.supply.baseline import state_at
from tests.small_cases import CUT, worked_example

ROOT = Path(__file__).parents[2]
CASES = {
    "aspan": ROOT / "cases" / "aspan",
    "waterworks": ROOT / "cases" / "waterworks.yaml",
    "every_key": Path(__file__).parent / "every_key.yaml",
    "months": Path(__file__).parent / "months.yaml",
}
N_DRAWS = 12
ALL = ("unmet", "stock", "money")
CENTRAL = ("names", "base_availability", "on_order", "flow_size", "sender_horizon", "unmet_units")
"""What futures have of the central case, or do not look at."""
BEHIND = ("lot_lasts", "lot_behind")
"""Counted from the end of the arrays on, which lies elsewhere in each draw; see `lasting`."""
BY_PERIOD = (
    "capacity",
    "unit_cost",
    "price",
    "reserve",
    "storage_limit",
    "storage_cost",
    "lot_retention",
    "demand",
    "crisis_demand",
    "line_hours",
    "shared_capacity",
    "least",
    "shared_least",
    "plant_open_share",
    "discount",
)
"""Arrays whose last axis is periods; of a draw there may be more or less."""


def read(name: str) -> Case:
    return read_case(CASES[name])


def wide_draws(case: Case) -> Draws:
    """Every uncertain input anywhere in its range, and at its ends."""
    inputs = uncertain_inputs(case)
    paths = tuple(quantity.path for quantity in inputs)
    return make_draws(case, N_DRAWS, seed=5, method="random", inputs=paths)


def assert_same(many: object, one: object, i: int, n: int, name: str = "") -> None:
    """Entries of one draw are those of its row; only what it changes has rows."""
    for field in fields(one):  # type: ignore[arg-type]
        own, theirs = getattr(many, field.name), getattr(one, field.name)
        where = f"{name}{field.name}"
        if field.name in (*CENTRAL, *BEHIND):
            continue
        if is_dataclass(theirs) and not isinstance(theirs, Calendar):
            assert_same(own, theirs, i, n, f"{where}.")
        elif isinstance(theirs, np.ndarray) or isinstance(own, np.ndarray):
            theirs = np.asarray(theirs)
            own = own if np.ndim(own) == theirs.ndim else own[i]
            if field.name in BY_PERIOD:
                own, theirs = own[..., :n], theirs[..., :n]
            np.testing.assert_allclose(own, theirs, rtol=1e-12, atol=1e-12, err_msg=where)
        elif field.name != "n_periods":
            assert own == theirs, where


def assert_same_measures(
    model: FuturesModel, draws: Draws, i: int, case: Case, arrays: CaseArrays
) -> None:
    """What measures do with the drawn factors of a row."""
    row = dict(zip(draws.inputs, draws.values[i].tolist(), strict=True))
    for chosen in model.sets:
        if len(chosen.members) != 1 or chosen.members[0] < 0:
            continue
        effects = chosen.effects.copy()
        for at, column, sign in chosen.terms:
            quantity, is_time = model.factors[column]
            value = row[quantity.path]
            value = case.calendar.periods(value) if is_time else value
            effects[at] = value if sign == 0.0 else effects[at] * (1 + sign * value)
        measure = compile_measure(case, arrays, model.measures[chosen.members[0]])
        np.testing.assert_allclose(effects, effects_of(measure), rtol=1e-12, err_msg=measure.name)
        assert chosen.crisis == measure.crisis


@pytest.mark.parametrize("name", CASES)
def test_a_draw_changes_the_numbers_as_it_changes_the_compiled_case(name: str) -> None:
    case = read(name)
    draws = wide_draws(case)
    model = prepare_futures(case, inputs=draws.inputs)
    columns = dict(zip(draws.inputs, draws.values.T, strict=True))
    many = model.compile(columns, model.arrays.n_periods)
    for i in range(N_DRAWS):
        drawn = drawn_case(case, draws, i)
        arrays = compile_case(drawn)
        assert_same(many, arrays, i, min(arrays.n_periods, model.arrays.n_periods))
        for own, theirs in zip(lasting(many, 3), lasting(arrays, 3), strict=True):
            of_draw = own if own.ndim == theirs.ndim else own[i]
            np.testing.assert_allclose(of_draw, theirs, rtol=1e-12)
        assert_same_measures(model, draws, i, drawn, arrays)


@pytest.mark.parametrize("name", CASES)
def test_formulas_of_all_draws_at_once_are_those_of_each(name: str) -> None:
    case = read(name)
    draws = make_draws(case, N_DRAWS, seed=3, inputs=shared_inputs([case]))
    followed = with_followers(case, draws)
    assert bool(case.formulas) == (len(followed.inputs) > len(draws.inputs))
    for i in range(N_DRAWS):
        world, values = drawn_values(case, draws, i)
        assert drawn_values(case, followed, i) == (world, values)
        known = {path for path, column in zip(followed.inputs, followed.values.T, strict=True)
                 if not np.isnan(column[i])}  # fmt: skip
        assert known == set(values)


@pytest.mark.parametrize("name", CASES)
def test_a_draw_is_compiled_to_the_arrays_of_the_case_that_it_makes(name: str) -> None:
    case = read(name)
    draws = wide_draws(case)
    for i in range(N_DRAWS):
        drawn = drawn_case(case, draws, i)
        _scenario, values = drawn_values(case, draws, i)
        arrays = compile_case(drawn)
        own = compile_case(case, values=values)
        assert_identical(own, arrays)
        for measure in case.measures:
            assert_identical(
                compile_measure(case, own, measure, values=values),
                compile_measure(drawn, arrays, measure),
            )


def assert_identical(own: object, theirs: object) -> None:
    for field in fields(theirs):  # type: ignore[arg-type]
        one, other = getattr(own, field.name), getattr(theirs, field.name)
        if is_dataclass(other) and not isinstance(other, Calendar):
            assert_identical(one, other)
        else:
            np.testing.assert_array_equal(one, other, err_msg=field.name)


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
    model = replace(prepare_futures(case, measures=chosen), n_periods=n)
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
    model = prepare_futures(case, inputs=draws.inputs)
    model = replace(model, n_periods=min(40, case.calendar.n_periods))
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


def test_measures_that_come_one_upon_the_other_are_felt_together() -> None:
    """600 t, less 60 a month for half a year, then 100 a month with the other seller gone too:
    of the second half year 2.4 months are served, and 360 t are not."""
    case = worked_example(1)
    other = replace(CUT, id="cut_other", sender="other", hits=(Hit(actor="other"),))
    case = replace(case, measures={"cut": CUT, "cut_other": other})
    model = prepare_futures(case)
    draws = Draws((), np.zeros((2, 0)), np.full(2, 0.5))
    measure, starts = np.array([[0, 1], [0, -1]]), np.array([[0, 6], [0, 0]])
    events = Events(model.measures, measure, starts, np.array([[12, 6], [12, 0]]))
    unmet = simulate_futures(model, draws, events, keep=ALL, n_paths=2).paths["unmet"]
    np.testing.assert_allclose(unmet.sum(axis=(1, 2)), [360.0, 120.0])
    assert list(np.flatnonzero(unmet[0, :, 0] > 0)) == [8, 9, 10, 11]


def test_inputs_and_periods_that_do_not_fit_are_refused() -> None:
    case = read("waterworks")
    with pytest.raises(
        ValueError, match=r"^inputs that the case does not have: goods\.gold\.price$"
    ):
        prepare_futures(case, inputs=("goods.gold.price",))
    with pytest.raises(KeyError, match="flood"):
        prepare_futures(case, measures=("flood",))
