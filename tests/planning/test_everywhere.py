"""A draw without its branches in it: the trunk with cuts for all starts gives the same."""

import numpy as np
import pytest

from derbes.planning.decomposition.everywhere import (
    LONG,
    NOWHERE,
    NestedSecond,
    Part,
    make_groups,
)
from derbes.planning.decomposition.subproblem import solve_draws
from derbes.planning.program import all_starts, make_problem, trunk_alone, with_branches
from derbes.planning.program.draws import standard_measures
from derbes.planning.program.prices import START
from derbes.planning.program.supply.branch_bounds import reach_branch, reach_excuse, write_branch
from derbes.planning.program.supply.branches import (
    Setting,
    branch_parts,
    branch_shape,
    short_window,
    whole_window,
)
from derbes.planning.program.supply.effects import column_effects, write_out
from derbes.planning.program.supply.places import Places, Reach, Vectors
from derbes.programs.solver.statement import stack_blocks
from tests.planning.generated import small_case


def everywhere(problem):
    """The problem with long branches at all starts in its program."""
    starts = {
        name: tuple(all_starts(problem, name))
        for name, standard in problem.case.standards.items()
        if standard.measure
    }
    every = {(name, start) for name, found in starts.items() for start in found}
    return with_branches(problem, starts, frozenset(every))


def points(problem, seed):
    rng = np.random.default_rng(seed)
    return [rng.uniform(size=problem.first.n_columns) * part for part in (0.0, 0.5, 1.0)]


def groups_of(problem):
    return make_groups(Part(trunk_alone(problem), 0))


def explicit(problem, family, start, draw, values):
    """Bounds of one branch, written as they are in a program with the branch in it."""
    name, window = family.standard, whole_window if family.is_long else short_window
    written = write_out(problem.futures.case_of(draw), problem.n_periods)
    layout, standard = problem.second.trunk.layout, problem.case.standards[name]
    n = window(layout.arrays, standard.length)
    shape = branch_shape(layout.arrays, name, standard, start=start, n=n)
    trunk = [(b.kind, b.items, b.first_period, b.n_periods) for b in layout.columns]
    columns, rows = branch_parts(shape)
    places = Places(stack_blocks([*trunk, *columns]), stack_blocks(rows))
    setting = Setting(shape, written, standard_measures(problem.case, written)[name], places)
    vectors, reach = Vectors.free(places), Reach(places)
    write_branch(setting, problem.customary[draw], vectors)
    first = problem.first.columns
    effects = [(j, e) for j, column in enumerate(first) for e in column_effects(written, column)]
    reach_branch(setting, effects, reach)
    for j, column in enumerate(first):
        if column.standard == name and column.draw == draw:
            reach_excuse(setting, j, reach)
    change = reach.matrix(len(first)) @ values
    m = places.n_rows
    upper = np.maximum(vectors.col_upper + change[2 * m :], 0.0)[layout.n_columns :]
    rows_at = (vectors.row_lower + change[:m], vectors.row_upper + change[m : 2 * m])
    return np.concatenate([*rows_at, upper])


@pytest.mark.parametrize("seed", range(8))
def test_bounds_cut_out_of_paths_are_those_of_each_branch_written_out(seed):
    problem = everywhere(make_problem(small_case(seed, n_scenarios=2)))
    n_starts = 0
    for group in groups_of(problem):
        for place, draw in enumerate(group.positions):
            for values in points(problem, seed):
                for family in group.known.families:
                    table = group.known.draws[place].tables[family.standard]
                    every = np.arange(len(family.starts))
                    found = family.bounds(table.at(values), every)
                    for start, bounds in zip(family.starts, found, strict=True):
                        written = explicit(problem, family, int(start), draw, values)
                        np.testing.assert_allclose(bounds, written, rtol=1e-12, atol=1e-12)
                        n_starts += 1
    assert n_starts


@pytest.mark.parametrize("seed", [0, 1, 3, 6])
def test_m15_the_trunk_with_cuts_costs_what_the_whole_does(seed):
    problem = everywhere(make_problem(small_case(seed, n_scenarios=3)))
    for group in groups_of(problem):
        nested = NestedSecond(group.known, START)
        for values in points(problem, seed):
            whole = solve_draws(problem.second, problem.programs, values, prices=START)
            for place, draw in enumerate(group.positions):
                answer = nested.solve(place, values, look=LONG)
                assert answer.is_exact
                figures = whole[draw].figures
                assert answer.value == pytest.approx(figures.priced, rel=1e-6)
                for name, lack in figures.lacks.items():
                    assert answer.figures.lacks[name] == pytest.approx(lack, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("seed", [2, 5])
def test_m15_cuts_of_one_draw_are_bounds_in_all(seed):
    problem = everywhere(make_problem(small_case(seed, n_scenarios=3)))
    places = points(problem, seed)
    for group in groups_of(problem):
        first = NestedSecond(group.known, START)
        for values in places:
            first.solve(0, values, look=LONG)
        others = NestedSecond(group.known, START, cuts=first.new)
        for values in places:
            whole = solve_draws(problem.second, problem.programs, values, prices=START)
            for place, draw in enumerate(group.positions):
                bound = others.solve(place, values, look=NOWHERE)
                assert bound.value <= whole[draw].figures.priced * (1 + 1e-7)
                for other in places:
                    value = bound.value + bound.slope @ (other - values)
                    program = [problem.programs[draw]]
                    exact = solve_draws(problem.second, program, other, prices=START)
                    assert value <= exact[0].figures.priced * (1 + 1e-7)
