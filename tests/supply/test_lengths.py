"""Bounds of a measure's lengths, found together, are those of each length by itself."""

from functools import partial

import numpy as np
from hypothesis import given, settings

from derbes.model.arrays import MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.supply.baseline import first_state
from derbes.supply.bounds import Lengths, tightest, window_bounds
from derbes.supply.disruption import branch_bounds, make_template, make_window
from derbes.supply.network import make_layout
from tests.properties.random_cases import cases_of_every_kind
from tests.supply.solved import calm_of, worked_example

PATHS = ("row_lower", "row_upper", "col_lower", "col_upper")


@settings(max_examples=60, deadline=None)
@given(cases_of_every_kind())
def test_lengths_together_have_the_bounds_of_each(case):
    arrays = compile_case(case)
    n = arrays.n_periods
    layout = make_layout(arrays, 0, n, has_reserve=True, has_end=True)
    bounds_of = partial(window_bounds, layout, first_state(arrays))
    for name in case.measures:
        measure = compile_measure(case, arrays, name)
        together = Lengths(layout, measure, bounds_of)
        alone = [bounds_of(MeasureRun(measure, length)) for length in range(1, n + 1)]
        of_each = [together.of(length) for length in range(1, n + 1)]
        for one, other in zip(alone, of_each, strict=True):
            for path in PATHS:
                np.testing.assert_array_equal(getattr(one, path), getattr(other, path))
        closest = tightest(layout, alone), tightest(layout, of_each)
        for path in PATHS:
            np.testing.assert_array_equal(*(getattr(one, path) for one in closest))


def test_the_rows_of_the_way_back_are_the_last_of_the_matrix():
    window = make_window(calm_of(worked_example(2)), 3, 30)
    after = make_window(window.calm, 4, 30, window)
    columns = np.random.default_rng(1).random(window.layout.n_columns)
    for one in (window, after):
        whole = one.program.matrix @ columns
        first = one.layout.row("calm_state").offset
        assert len(whole) > first
        np.testing.assert_array_equal(one.end_rows @ columns, whole[first:])


def test_lengths_of_a_branch_have_its_way_back_and_its_refill():
    case = worked_example(2)
    calm = calm_of(case)
    window = make_window(calm, 3, 30)
    measure = compile_measure(case, calm.arrays, "cut")
    lengths = make_template(window, measure).lengths
    assert lengths.has_same_rows
    for length in (1, 5, 12):
        run = MeasureRun(measure, length)
        alone = branch_bounds(window.layout, window.state, window.end, window.target, run=run)
        for path in PATHS:
            found = getattr(lengths.of(length), path)
            np.testing.assert_array_equal(getattr(alone, path), found)
