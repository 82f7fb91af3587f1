"""Laws of the rule, over random networks.

More stock can leave more unmet: who holds more orders less, and a line that today
replaces what was drawn of one good may be missed tomorrow by another. The law holds
where no choice is left: one good that nothing is made from, ordered without lead time.
"""

from dataclasses import fields, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.case.arrays import CaseArrays, MeasureArrays, State
from derbes.simulation import BranchRun, simulate_branch
from tests.builders import build_arrays, build_measure, build_state
from tests.kernels.random_networks import Problem, problems

CLOSE = {"rtol": 1e-8, "atol": 1e-6}
"""Rounding of sums that are taken in another order."""


def run_of(problem: Problem) -> BranchRun:
    """The branch of a problem."""
    return simulate_branch(problem.arrays, problem.measure, problem.state, **problem.arguments())


def scaled(problem: Problem, factor: float) -> Problem:
    """The same problem in another unit of goods."""
    arrays = problem.arrays
    activities = replace(arrays.activities, capacity=arrays.activities.capacity * factor)
    quantities = (
        "reserve",
        "storage_limit",
        "lot_stock",
        "demand",
        "crisis_demand",
        "line_hours",
        "shared_capacity",
    )
    more = {name: getattr(arrays, name) * factor for name in quantities}
    state = {field.name: getattr(problem.state, field.name) * factor for field in fields(State)}
    return replace(
        problem, arrays=replace(arrays, activities=activities, **more), state=State(**state)
    )


@settings(max_examples=60)
@given(problems(), st.sampled_from([0.125, 3.0, 1000.0]))
def test_scaling_all_quantities_scales_the_path(problem: Problem, factor: float) -> None:
    run, large = run_of(problem), run_of(scaled(problem, factor))
    for name in ("unmet", "levels", "lots", "fresh", "arrivals"):
        np.testing.assert_allclose(
            getattr(large, name) / factor, getattr(run, name), err_msg=name, **CLOSE
        )


def reordered(problem: Problem, order: list[int]) -> Problem:
    """The same problem with its goods in another order."""
    arrays, measure, state = problem.arrays, problem.measure, problem.state
    place = np.argsort(order)
    activities = replace(
        arrays.activities,
        outputs=np.where(arrays.activities.outputs >= 0, place[arrays.activities.outputs], -1),
        input_goods=place[arrays.activities.input_goods],
    )
    by_good = ("reserve", "storage_limit", "storage_cost", "retention", "shelf_life")
    moved: CaseArrays = replace(
        arrays,
        activities=activities,
        goods=tuple(arrays.goods[g] for g in order),
        lot_goods=place[arrays.lot_goods],
        use_goods=place[arrays.use_goods],
        **{name: getattr(arrays, name)[order] for name in by_good},
    )
    changed: MeasureArrays | None = measure and replace(
        measure, fresh_kept=measure.fresh_kept[order]
    )
    found = replace(state, fresh=state.fresh[order], past_inflow=state.past_inflow[order])
    return replace(problem, arrays=moved, measure=changed, state=found)


@settings(max_examples=60)
@given(problems(), st.randoms(use_true_random=False))
def test_order_of_goods_changes_nothing(problem: Problem, random: object) -> None:
    order = list(range(len(problem.arrays.goods)))
    random.shuffle(order)
    run, other = run_of(problem), run_of(reordered(problem, order))
    np.testing.assert_allclose(other.unmet, run.unmet, **CLOSE)
    np.testing.assert_allclose(other.levels, run.levels, **CLOSE)
    np.testing.assert_allclose(other.money, run.money, **CLOSE)
    np.testing.assert_allclose(other.fresh, run.fresh[order], **CLOSE)


def balance(problem: Problem, run: BranchRun) -> np.ndarray:
    """What comes in and is not used, made into something or kept; by good. [unit]"""
    arrays, state = problem.arrays, problem.state
    left = state.fresh - run.fresh[:, -1]
    np.add.at(left, arrays.lot_goods, state.lots - run.lots[:, -1])
    outputs = arrays.activities.outputs
    np.add.at(left, outputs[outputs >= 0], run.arrivals[outputs >= 0].sum(axis=1))
    np.subtract.at(left, arrays.use_goods, (run.demand - run.unmet).sum(axis=1))
    for k in range(len(arrays.activities.names)):
        span = slice(arrays.activities.input_starts[k], arrays.activities.input_starts[k + 1])
        for good, amount in zip(
            arrays.activities.input_goods[span], arrays.activities.input_amounts[span], strict=True
        ):
            left[good] -= amount * run.levels[k].sum()
    return left


@settings(max_examples=60)
@given(problems())
def test_units_are_conserved_where_nothing_ages_or_overflows(problem: Problem) -> None:
    arrays = problem.arrays
    lasting = replace(
        arrays,
        retention=np.ones_like(arrays.retention),
        shelf_life=np.zeros_like(arrays.shelf_life),
        lot_retention=np.ones_like(arrays.lot_retention),
        storage_limit=np.full_like(arrays.storage_limit, np.inf),
    )
    kept = replace(problem, arrays=lasting, measure=None)
    np.testing.assert_allclose(balance(kept, run_of(kept)), 0.0, atol=1e-6)


@settings(max_examples=60)
@given(problems())
def test_what_is_lost_is_never_negative(problem: Problem) -> None:
    lost = balance(problem, run_of(problem))
    assert lost.min() >= -1e-6


single_stock = st.sampled_from([0.0, 20.0, 55.0, 140.0])


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([0.0, 10.0, 30.0, 80.0]), min_size=1, max_size=8),
    st.lists(st.sampled_from([0.0, 15.0, 40.0]), min_size=1, max_size=8),
    single_stock,
    single_stock,
    st.sampled_from([0.0, 0.5]),
)
def test_more_stock_never_hurts_a_single_good(
    demand: list[float], capacity: list[float], stock: float, extra: float, left: float
) -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 60.0, "retention": 0.75}},
        uses={"use": {"good": "good", "demand": demand}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": capacity}},
    )
    measure = build_measure(arrays, availability={"seller": left})
    less, more = (
        simulate_branch(
            arrays,
            measure,
            build_state(arrays, fresh={"good": amount}),
            start=0,
            length=5,
            n_periods=12,
        )
        for amount in (stock, stock + extra)
    )
    assert more.unmet[:, :5].sum() <= less.unmet[:, :5].sum() + 1e-9


@settings(max_examples=60)
@given(problems())
def test_calm_does_not_depend_on_the_length_of_a_measure_that_is_none(problem: Problem) -> None:
    calm = replace(problem, measure=None)
    longer = replace(calm, length=calm.length + 3)
    np.testing.assert_array_equal(run_of(calm).levels, run_of(longer).levels)


@settings(max_examples=60)
@given(problems())
def test_nothing_is_known_of_the_end_of_a_measure(problem: Problem) -> None:
    """Until it ends, a short measure and a long one look the same."""
    short = replace(problem, length=max(1, problem.length))
    long = replace(short, length=short.length + 4)
    n = min(short.length, problem.n_periods)
    one, other = run_of(short), run_of(long)
    np.testing.assert_allclose(one.levels[:, :n], other.levels[:, :n], **CLOSE)
    np.testing.assert_allclose(one.unmet[:, :n], other.unmet[:, :n], **CLOSE)
