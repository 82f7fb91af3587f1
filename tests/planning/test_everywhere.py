"""A draw without its contingencies: the base course with cuts for all starts gives the same."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import Good, Hit, Measure, MeasureKind, Stockpile, Supplier, Use
from derbes.case.options import Standard
from derbes.case.quantity import FloatArray, Quantity
from derbes.lp.highs import Session
from derbes.parallel import Crew
from derbes.planning import scenarios, separation
from derbes.planning.contingencies import contingency_shape
from derbes.planning.effects import column_effects, draw_arrays
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import START, all_starts, base_alone, make_problem, with_contingencies
from derbes.planning.recourse import standard_measures, with_cuts
from derbes.planning.scenarios import LONG, MET, NOWHERE, ONCE, SHORT, RecourseSolver, Scenarios
from derbes.planning.separation import ContingencySeparation, make_groups, weights_of
from tests.oracles.contingency_bounds import Setting, bounds_of
from tests.oracles.plans import solve_draws, solve_extensive
from tests.planning.generated import small_case


def everywhere(problem):
    """The problem with long contingencies at all starts in its program."""
    starts = {
        name: tuple(all_starts(problem, name))
        for name, standard in problem.case.standards.items()
        if standard.measure
    }
    every = {(name, start) for name, found in starts.items() for start in found}
    return with_contingencies(problem, starts, frozenset(every))


def points(problem, seed):
    rng = np.random.default_rng(seed)
    return [rng.uniform(size=problem.first.n_columns) * part for part in (0.0, 0.5, 1.0)]


def groups_of(problem):
    return make_groups(base_alone(problem))


def explicit(problem, family, start, draw, values):
    """Bounds of one contingency, written out one by one."""
    name, is_long = family.standard, family.is_long
    written = draw_arrays(problem.futures.cases[draw], problem.n_periods)
    arrays, standard = problem.second.base.layout.arrays, problem.case.standards[name]
    base = problem.second.base
    shape = contingency_shape(
        arrays,
        name,
        standard,
        start=start,
        lead=base.aftermath.leads[name],
        is_long=is_long,
        delayed=base.aftermath.delayed[name],
    )
    measure = standard_measures(problem.case, written)[name]
    first = problem.first.columns
    effects = [
        (values[j], e) for j, column in enumerate(first) for e in column_effects(written, column)
    ]
    indicator = sum(values[j] for j, c in enumerate(first) if c.standard == name and c.draw == draw)
    return bounds_of(
        Setting(shape, written, measure), problem.operating_stock[draw], effects, indicator
    )


def with_delay(case, by=1.0):
    """The case with a standard under a measure in which plants stand still."""
    plants = tuple(Hit(element=f"plants.{name}") for name in case.plants)
    delay = Measure(
        "stop", kind=MeasureKind.DELAY, sender="sender", hits=plants, lengths=(3,), by=Quantity(by)
    )
    return replace(
        case,
        measures={**case.measures, "stop": delay},
        standards={"building": Standard("building", measure="stop", length=3, first=1)},
    )


def with_long_delay(case):
    """Plants that are needed open behind the starts, and come four periods later."""
    first = replace(case.plants["first"], lines={"press": Quantity(10.0)})
    second = replace(case.plants["second"], opening=9)
    plants = {**case.plants, "first": first, "second": second}
    return with_delay(replace(case, plants=plants), 4.0)


def case_with_late_peak():
    """Stock that a measure uses up, and that a peak of demand asks for two months later.

    To hold its reserve of 20 t after month 8, with 2 t a month to spare, the store has 30 t
    before month 4. A cut-off in months 4 and 5 takes 20 t of them; with 4 t to spare in months
    6 and 7, 18 t beside the seller's 12 t are wanted in month 8, and 4 t are missing.
    """
    case = small_case(0, n_periods=12)
    t = Quantity
    demand = t(10.0, steps=((0, 10.0), (8, 30.0), (9, 10.0)))
    return replace(
        case,
        goods={"grain": Good("grain", unit="t", reserve=t(20.0), storage_cost=t(0.01))},
        uses={"bread": Use("bread", good="grain", demand=demand)},
        stockpiles={"store": Stockpile("store", good="grain", quantity=t(40.0))},
        routes={},
        suppliers={
            "fields": Supplier(
                "fields", actor="sender", good="grain", price=t(1.0), capacity=t(12.0)
            )
        },
        plants={},
        recipes={},
        measures={"cut": replace(case.measures["cut"], crisis=False, lengths=(2,))},
        standards={"month": Standard("month", measure="cut", length=2, first=4, last=4)},
        options={"hold": replace(case.options["hold"], element="goods.grain")},
        budget=None,
        limits={},
    )


def test_what_was_on_the_way_before_the_calendar_comes_in_early_contingencies():
    case = case_with_late_peak()
    near = Supplier(
        "near",
        actor="other",
        good="grain",
        price=Quantity(0.5),
        capacity=Quantity(5.0),
        lead_time=Quantity(3.0),
    )
    early = replace(case.standards["month"], first=0, last=5)
    case = replace(case, suppliers={**case.suppliers, "near": near}, standards={"month": early})
    measure = replace(case.measures["cut"], start=None)
    problem = everywhere(make_problem(replace(case, measures={"cut": measure})))
    (group,) = groups_of(problem)
    values, n_coming = points(problem, 0)[2], 0
    for family in group.families:
        paths = group.tables[0][family.standard].at(values)
        found = family.bounds(paths, np.arange(len(family.starts)))
        for start, bounds in zip(family.starts, found, strict=True):
            written = explicit(problem, family, int(start), 0, values)
            np.testing.assert_allclose(bounds, written, rtol=1e-12, atol=1e-12)
        demanded = family.template.positions[family.template.positions < family.n_rows]
        n_coming += int((family.fixed_bounds[demanded] < 0.0).any())
    assert n_coming == 2 * 3


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("changed", [lambda case: case, with_delay, with_long_delay])
def test_bounds_cut_out_of_paths_are_those_of_each_branch_written_out(seed, changed):
    problem = everywhere(make_problem(changed(small_case(seed))))
    n_starts = 0
    for group in groups_of(problem):
        for place, draw in enumerate(group.positions):
            for values in points(problem, seed):
                for family in group.families:
                    table = group.tables[place][family.standard]
                    every = np.arange(len(family.starts))
                    found = family.bounds(table.at(values), every)
                    for start, bounds in zip(family.starts, found, strict=True):
                        written = explicit(problem, family, int(start), draw, values)
                        np.testing.assert_allclose(bounds, written, rtol=1e-12, atol=1e-12)
                        n_starts += 1
    assert n_starts


@pytest.mark.parametrize("seed", [0, 1, 3, 6])
def test_m15_the_base_course_with_cuts_costs_what_the_whole_does(seed):
    problem = everywhere(make_problem(small_case(seed, n_scenarios=3)))
    for group in groups_of(problem):
        nested = RecourseSolver(group, START)
        for values in points(problem, seed):
            whole = solve_draws(problem.second, problem.programs, values, prices=START)
            for place, draw in enumerate(group.positions):
                answer = nested.solve(place, values, depth=LONG)
                assert answer.is_exact
                figures = whole[draw].figures
                assert answer.value == pytest.approx(figures.priced, rel=1e-6)
                for name, lack in figures.violations.items():
                    assert answer.figures.violations[name] == pytest.approx(
                        lack, rel=1e-3, abs=1e-3
                    )


@pytest.mark.parametrize("seed", [0, 1, 3])
@pytest.mark.parametrize("changed", [lambda case: case, with_long_delay])
def test_m15_a_cut_asks_at_any_point_for_what_its_prices_make_of_the_bounds(seed, changed):
    problem = everywhere(make_problem(changed(small_case(seed))))
    (group,) = groups_of(problem)
    solver, n_asking = RecourseSolver(group, START), 0
    for values in points(problem, seed):
        solver.solve(0, values, depth=LONG)
    for cut, start in solver.warm_starts.rows:
        family = group.families[cut.family]
        at_least, slope = group.constant(0, (cut, start))
        weights = weights_of(cut, family)
        counts = np.flatnonzero(weights)
        for values in points(problem, seed):
            table = group.tables[0][family.standard].at(values)
            bounds = family.bounds(table, np.array([start]))[0]
            asked = float(weights[counts] @ bounds[counts])
            assert at_least + slope @ values == pytest.approx(asked, rel=1e-9, abs=1e-6)
        n_asking += bool(slope.any())
    assert n_asking


@pytest.mark.parametrize("seed", [2, 5])
def test_m15_cuts_of_one_draw_are_bounds_in_all(seed):
    problem = everywhere(make_problem(small_case(seed, n_scenarios=3)))
    places = points(problem, seed)
    for group in groups_of(problem):
        first = RecourseSolver(group, START)
        for values in places:
            first.solve(0, values, depth=LONG)
        others = RecourseSolver(group, START, cuts=first.new)
        for values in places:
            whole = solve_draws(problem.second, problem.programs, values, prices=START)
            for place, draw in enumerate(group.positions):
                bound = others.solve(place, values, depth=NOWHERE)
                assert bound.value <= whole[draw].figures.priced * (1 + 1e-7)
                for other in places:
                    value = bound.value + bound.slope @ (other - values)
                    program = [problem.programs[draw]]
                    exact = solve_draws(problem.second, program, other, prices=START)
                    assert value <= exact[0].figures.priced * (1 + 1e-7)


def test_a_peak_long_after_the_measure_is_seen_by_long_branches_alone():
    problem = everywhere(make_problem(case_with_late_peak()))
    values = np.zeros(problem.first.n_columns)
    whole = solve_draws(problem.second, problem.programs, values, prices=START)[0].figures
    known = groups_of(problem)[0]
    short = RecourseSolver(known, START).solve(0, values, depth=SHORT)
    long = RecourseSolver(known, START).solve(0, values, depth=LONG)
    assert short.figures.violations["month"] == 0.0
    assert long.is_exact
    assert long.figures.violations["month"] == pytest.approx(4.0)
    assert whole.violations["month"] == pytest.approx(4.0)
    assert long.value == pytest.approx(whole.priced, rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_one_start_that_lacks_among_many_that_do_not_is_found(seed):
    problem = everywhere(make_problem(small_case(seed, n_periods=30)))
    known = groups_of(problem)[0]
    rng = np.random.default_rng(seed)
    n_tried = 0
    for f, family in enumerate(known.families):
        n, m = len(family.starts), family.n_rows
        table = known.tables[0][family.standard]
        values = points(problem, seed)[2]
        every = np.arange(n)
        bounds = family.bounds(table.at(values), every)
        base = np.full(known.n_base, 1e3)
        fine = family.moved(bounds, family.windows(base))
        known_violation = np.zeros(n)
        alone = ContingencySeparation(f, family, None).separate(
            fine, known_violation, [every[s : s + 1] for s in every]
        )
        if alone.cuts or n < 3:
            continue
        bad = int(rng.integers(n))
        worse = fine.copy()
        wanted = np.unique(family.matrix[:, family.cost > 0].indices)
        worse[bad, wanted] += 1e5
        worse[bad, 2 * m :][family.cost > 0] += 1e6
        together = ContingencySeparation(f, family, None).separate(worse, known_violation, [every])
        assert together.cuts
        assert all(set(np.flatnonzero(beyond > 0)) == {bad} for _cut, beyond in together.cuts)
        n_tried += 1
    assert n_tried


class Mistaken(Session):
    """A solver that misses a million of everything and has no price for it, until it forgets."""

    is_mistaken = True

    def forget(self) -> None:
        super().forget()
        self.is_mistaken = False

    def run(self, *, primal: bool = False) -> FloatArray:
        return super().run(primal=primal) + 1e6 * self.is_mistaken * (self.program.cost > 0)

    def row_duals(self) -> FloatArray:
        return super().row_duals() * (not self.is_mistaken)


@pytest.mark.parametrize("seed", range(6))
def test_what_a_start_lacks_counts_only_where_prices_prove_it(seed, monkeypatch):
    problem = everywhere(make_problem(small_case(seed, n_periods=30)))
    known = groups_of(problem)[0]
    for f, family in enumerate(known.families):
        every = np.arange(len(family.starts))
        bounds = family.bounds(known.tables[0][family.standard].at(points(problem, seed)[2]), every)
        moved = family.moved(bounds, family.windows(np.zeros(known.n_base)))
        alone = [every[s : s + 1] for s in every]
        honest = ContingencySeparation(f, family, None).separate(moved, np.zeros(len(every)), alone)
        with monkeypatch.context() as patched:
            patched.setattr(separation, "Session", Mistaken)
            found = ContingencySeparation(f, family, None)
            mended = found.separate(moved, np.zeros(len(every)), alone)
        assert mended.missed.keys() == honest.missed.keys()
        for s, missed in honest.missed.items():
            assert mended.missed[s].sum() == pytest.approx(missed.sum())
        assert len(mended.cuts) == len(honest.cuts)


@pytest.mark.parametrize(("seed", "n_scenarios"), [(11, 1), (11, 3), (3, 2), (5, 1), (7, 1)])
def test_m15_a_plan_by_cuts_costs_what_it_does_with_every_start_in_its_program(seed, n_scenarios):
    problem = make_problem(small_case(seed, n_scenarios=n_scenarios))
    first = {name: starts[:1] for name, starts in problem.starts.items()}
    plan = solve_plan(with_contingencies(problem, first))
    whole = solve_extensive(everywhere(problem))
    assert plan.feasible
    assert plan.cost == pytest.approx(whole.cost, rel=1e-7)
    assert plan.bound == pytest.approx(whole.bound, rel=1e-7)
    assert any(len(starts) > 1 for starts in plan.starts.values())


def case_without_options(stock=40.0):
    """The late peak, cut off at any start, and nothing to be chosen against it."""
    case = case_with_late_peak()
    month = replace(case.standards["month"], first=0)
    measure = replace(case.measures["cut"], start=None)
    store = replace(case.stockpiles["store"], quantity=Quantity(stock))
    case = replace(case, stockpiles={"store": store}, options={})
    return replace(case, standards={"month": month}, measures={"cut": measure})


def test_m15_what_a_plan_by_cuts_lacks_is_what_it_lacks_at_every_start():
    """Met at the one start that stands in the program: what others lack is told too."""
    problem = make_problem(case_without_options())
    begun = with_contingencies(problem, {"month": (0,)})
    values = np.zeros(problem.first.n_columns)
    (alone,), (every,) = (
        solve_draws(one.second, one.programs, values, prices=START)
        for one in (begun, everywhere(problem))
    )
    plan = solve_plan(begun)
    assert not plan.feasible
    assert alone.figures.violations["month"] == pytest.approx(0.0, abs=1e-6)
    assert plan.evaluation is not None
    (lack,) = plan.evaluation.shortfalls["month"]
    assert lack == pytest.approx(every.figures.violations["month"], rel=1e-6)
    assert plan.shortfalls["month"] == pytest.approx(every.figures.deepest["month"], rel=1e-6)


@pytest.mark.parametrize("starts", [(0,), (2, 3, 4)])
def test_m15_what_a_start_lacks_counts_once_beside_its_contingency(starts):
    """Whatever starts stand in the program, and whatever a cut of the same start is worth."""
    problem = make_problem(case_without_options(15.0))
    values = np.zeros(problem.first.n_columns)
    with Crew() as crew, Scenarios(crew, base_alone(problem)) as known:
        (exact,) = known.at(values, START)
        cuts = known.cuts_by_draw()
    dearer = replace(cuts[0], at_least=0.1 * cuts[0].at_least, worth=3.0 * cuts[0].worth)
    begun = with_contingencies(problem, {"month": starts})
    second, programs = with_cuts(begun.second, begun.programs, [*cuts, dearer])
    (found,) = solve_draws(second, programs, values, prices=START)
    assert found.figures.priced == pytest.approx(exact.figures.priced, rel=1e-6)


@pytest.mark.parametrize("seed", [1, 3, 5, 7])
def test_starts_that_lacked_something_looked_at_first_change_no_cost(seed, monkeypatch):
    problem = make_problem(small_case(seed, n_scenarios=2))
    places = points(problem, seed)

    def costs(settled):
        monkeypatch.setattr(scenarios, "SETTLED", settled)
        solvers = [RecourseSolver(group, START) for group in groups_of(problem)]
        found = [one.solve(0, values, depth=LONG) for one in solvers for values in places]
        assert all(outcome.is_exact for outcome in found)
        return [outcome.value for outcome in found]

    assert costs(0) == pytest.approx(costs(scenarios.MOST_ROUNDS), rel=1e-6)


def test_a_draw_that_is_known_to_lack_something_is_looked_at_no_further():
    problem = make_problem(small_case(0))
    (group,) = groups_of(problem)
    least, most = points(problem, 0)[0], np.ones(problem.first.n_columns)
    for values, is_met in ((least, False), (most, True)):
        quick = RecourseSolver(group, START).solve(0, values, depth=MET)
        whole = RecourseSolver(group, START).solve(0, values, depth=SHORT)
        assert whole.is_exact
        assert (max(whole.figures.violations.values()) == 0.0) == is_met
        assert quick.is_exact == is_met
        assert quick.value <= whole.value * (1 + 1e-7)
        assert quick.value == pytest.approx(whole.value) or not is_met


def test_draws_that_were_exact_before_are_not_looked_at_again():
    problem = base_alone(make_problem(small_case(3, n_scenarios=3)))
    values = points(problem, 3)[2]
    with Crew() as crew, Scenarios(crew, problem) as known, Scenarios(crew, problem) as other:
        before = known.at(values, START, depth=ONCE)
        again = known.at(values, START, depth=SHORT, before=before)
        alone = other.at(values, START, depth=SHORT)
    assert any(outcome.is_exact for outcome in before)
    for first, one in zip(before, again, strict=True):
        assert (one is first) == first.is_exact
    assert [one.draw for one in again] == [0, 1, 2]
    assert [o.value for o in again] == pytest.approx([o.value for o in alone], rel=1e-6)


def test_a_plan_whose_cuts_are_lost_is_none_where_it_falls_short_at_some_start(monkeypatch):
    """Met at the one start that stands in the program, and nothing learned of the others."""
    begun = with_contingencies(make_problem(case_without_options()), {"month": (0,)})
    monkeypatch.setattr(Scenarios, "cuts_by_draw", lambda _self: [])
    plan = solve_plan(begun)
    assert not plan.feasible
    assert plan.shortfalls["month"] == pytest.approx(0.3)
