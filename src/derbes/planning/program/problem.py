"""A plan to be found: what may be decided, what is to be met, and the draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.entities import Case
from derbes.case.options import Budget, OptionKind, Risk, Standard, optional_elements
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.compiler.horizon import tail_periods
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _
from derbes.planning.program.decisions.first_stage import make_first_stage
from derbes.planning.program.decisions.stage import FirstStage
from derbes.planning.program.draws import (
    Futures,
    futures,
    make_programs,
    mean_option_costs,
    widest,
)
from derbes.planning.program.supply.branches import (
    BranchShape,
    branch_shape,
    short_window,
    starts_of,
    whole_window,
)
from derbes.planning.program.supply.customary import customary_stocks
from derbes.planning.program.supply.effects import Written, write_out
from derbes.planning.program.supply.second_stage import (
    DrawProgram,
    SecondStage,
    make_second_stage,
)
from derbes.planning.program.supply.trunk import trunk_shape

MOST_STATED = 20_000
"""Columns up to which the programs of all draws are stated at once; larger ones are stated
where they are solved."""
Starts = Mapping[str, Sequence[int]]
"""Standard → starts whose branches stand in the program. [period]"""


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """A plan program: first stage, second stage and draws, ready to be solved."""

    case: Case
    """The case with central values, and only the standards that are asked for."""
    risk: Risk
    futures: Futures
    n_periods: int
    """T, the same in all draws."""
    widest: int
    """The draw with the longest lead time, which shapes the blocks."""
    first: FirstStage
    second: SecondStage
    programs: tuple[DrawProgram, ...]
    """One for each draw; none while they are not stated. (N,)"""
    customary: Mapping[int, FloatArray]
    """Stock that is customary in each draw; none while they are not stated. (G, n) [unit]"""
    starts: Mapping[str, tuple[int, ...]]
    """Starts whose branches stand in the program. [period]"""
    long_windows: frozenset[tuple[str, int]]
    """Branches that are followed until the stocks are back too."""

    @property
    def weights(self) -> FloatArray:
        """Weights of the draws; they add to 1. (N,)"""
        return self.futures.weights

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return len(self.futures)

    @property
    def n_columns(self) -> int:
        """Columns of the extensive form."""
        return self.first.n_columns + self.n_draws * self.second.places.n_columns


def make_problem(
    case: Case,
    *,
    standards: Sequence[str] | None = None,
    draws: Draws | None = None,
    budget: Budget | None = None,
    risk: Risk | None = None,
    starts: Starts | None = None,
) -> PlanProblem:
    """The plan program of a case.

    Args:
        case: A checked case.
        standards: Standards to be met; None: all of the case.
        draws: Draws of the uncertain inputs; None: the case's scenarios, or its central
            values when it has none.
        budget: Another budget than the case's.
        risk: Another weight of bad draws than the case's.
        starts: Starts of each standard's measure that the program begins with; None: the
            standard's first, then yearly. Solving adds those that turn out to be needed.

    Raises:
        RequestError: An unknown standard, or what a plan cannot decide.
    """
    asked = case.standards if standards is None else _asked_for(case, standards)
    case = replace(case, standards=asked, budget=budget or case.budget)
    _check(case)
    future = futures(case, draws)
    n_periods = _n_periods(future)
    first = mean_option_costs(future, make_first_stage(case, future.weights))
    shaping = widest(future, n_periods)
    written = write_out(future.case_of(shaping), n_periods)
    _check_structure(future, written)
    begun = _begun(case, starts or {})
    shapes = _shapes(case, written, begun)
    problem = PlanProblem(
        case=case,
        risk=case.risk if risk is None else risk,
        futures=future,
        n_periods=n_periods,
        widest=shaping,
        first=first,
        second=make_second_stage(trunk_shape(case, written), shapes),
        programs=(),
        customary={},
        starts=begun,
        long_windows=frozenset(),
    )
    return stated(problem) if problem.n_columns <= MOST_STATED else problem


def stated(problem: PlanProblem) -> PlanProblem:
    """The problem with the programs of its draws."""
    if problem.programs:
        return problem
    customary = problem.customary
    if problem.second.branches and not customary:
        case = replace(problem.case, standards={})
        stage = make_second_stage(replace(problem.second.trunk, standards=()), ())
        bare = replace(problem.futures, case=case)
        trunks = make_programs(bare, problem.first, stage, n_periods=problem.n_periods)
        customary = dict(enumerate(customary_stocks(stage, trunks)))
    programs = make_programs(
        problem.futures,
        problem.first,
        problem.second,
        n_periods=problem.n_periods,
        customary=customary or None,
    )
    return replace(problem, programs=programs, customary=customary)


def trunk_alone(problem: PlanProblem) -> PlanProblem:
    """The problem with no branch in its program, and nothing stated."""
    stage = make_second_stage(problem.second.trunk, ())
    return replace(
        problem, second=stage, programs=(), customary={}, starts={}, long_windows=frozenset()
    )


def _begun(case: Case, starts: Starts) -> dict[str, tuple[int, ...]]:
    """Starts that the program begins with, of each standard that has a measure."""
    return {
        name: tuple(starts.get(name, yearly_starts(case, standard)))
        for name, standard in case.standards.items()
        if standard.measure
    }


def with_branches(
    problem: PlanProblem,
    starts: Starts,
    long_windows: frozenset[tuple[str, int]] = frozenset(),
) -> PlanProblem:
    """The problem with the branches of other starts.

    Args:
        problem: The problem.
        starts: Starts of each standard that has a measure.
        long_windows: Branches that are followed until the stocks are back.
    """
    written = write_out(problem.futures.case_of(problem.widest), problem.n_periods)
    shapes = _shapes(problem.case, written, starts, long_windows)
    changed = replace(
        problem,
        second=make_second_stage(trunk_shape(problem.case, written), shapes),
        programs=(),
        starts={name: tuple(sorted(found)) for name, found in starts.items()},
        long_windows=long_windows,
    )
    return stated(changed)


def _shapes(
    case: Case,
    written: Written,
    starts: Starts,
    long_windows: frozenset[tuple[str, int]] = frozenset(),
) -> tuple[BranchShape, ...]:
    """Blocks of the branches at some starts."""
    return tuple(
        _shape(case, written, name, start=start, is_long=(name, start) in long_windows)
        for name, standard in case.standards.items()
        for start in sorted(starts.get(name, ()))
        if standard.measure
    )


def part_of(problem: PlanProblem, draws: Sequence[int]) -> PlanProblem:
    """The same problem in some of its draws, and in the widest; their weights add to 1.

    What options cost in a draw beyond the mean stays what it is beyond that of all draws.
    """
    kept = sorted({*draws, problem.widest})
    weights = problem.weights[kept] / problem.weights[kept].sum()
    chosen = problem.futures.chosen(kept)
    return replace(
        problem,
        futures=replace(chosen, weights=weights),
        programs=(),
        customary={},
        widest=kept.index(problem.widest),
    )


def without_standards(problem: PlanProblem) -> PlanProblem:
    """The same problem with no standard to be met: what is cheapest in calm."""
    case = replace(problem.case, standards={})
    written = write_out(problem.futures.case_of(problem.widest), problem.n_periods)
    stage = make_second_stage(trunk_shape(case, written), ())
    future = replace(problem.futures, case=case)
    return replace(
        problem,
        case=case,
        futures=future,
        second=stage,
        programs=(),
        customary={},
        starts={},
        long_windows=frozenset(),
    )


def yearly_starts(case: Case, standard: Standard) -> tuple[int, ...]:
    """A standard's first start, and each a year later. [period]"""
    measure = case.measures[standard.measure].start
    step = max(1, MONTHS_A_YEAR // case.calendar.step)
    return tuple(starts_of(standard, measure, case.calendar.n_periods)[::step])


def all_starts(problem: PlanProblem, name: str) -> range:
    """All starts at which a standard is to hold. [period]"""
    case, standard = problem.case, problem.case.standards[name]
    return starts_of(standard, case.measures[standard.measure].start, case.calendar.n_periods)


def _shape(case: Case, written: Written, name: str, *, start: int, is_long: bool) -> BranchShape:
    standard = case.standards[name]
    window = whole_window if is_long else short_window
    n = window(written.arrays, standard.length)
    return branch_shape(written.arrays, name, standard, start=start, n=n)


def _n_periods(future: Futures) -> int:
    """Length of the arrays that all draws need. [period]"""
    longest = max([0, *(s.length for s in future.case.standards.values())])
    cases = [future.case_of(i) for i in range(len(future))]
    tails = [tail_periods(case, longest) for case in (future.case, *cases)]
    return future.case.calendar.n_periods + max(tails)


def _check_structure(future: Futures, written: Written) -> None:
    """Draws differ in numbers only.

    Raises:
        RequestError: They differ in more.
    """
    for i in range(len(future)):
        other = future.case_of(i)
        if (
            tuple(other.goods) != written.arrays.goods
            or tuple(other.uses) != written.arrays.uses
            or tuple(other.stockpiles) != written.arrays.lots
            or tuple(other.suppliers) != tuple(written.case.suppliers)
            or tuple(other.recipes) != tuple(written.case.recipes)
            or tuple(other.plants) != tuple(written.case.plants)
            or tuple(other.exports) != tuple(written.case.exports)
            or tuple(other.options) != tuple(written.case.options)
        ):
            what = _("the futures differ in more than numbers")
            fix = _("let scenarios set values only; elements that they remove can have no capacity")
            raise RequestError(future.case.name, [Problem("scenarios", what, fix=fix)])


def _asked_for(case: Case, names: Sequence[str]) -> dict[str, Standard]:
    problems = [
        Problem(
            "standards",
            _('"{name}" is not a standard of this case').format(name=name),
            fix=did_you_mean(name, case.standards),
        )
        for name in names
        if name not in case.standards
    ]
    if problems:
        raise RequestError(case.name, problems)
    return {name: case.standards[name] for name in names}


def _check(case: Case) -> None:
    """What the case file may say but a plan cannot decide.

    Raises:
        RequestError: An option for a plant that is itself decided.
    """
    built = optional_elements(case.options)
    problems = [
        Problem(
            f"options.{name}",
            _(
                "{element} is there only when an option opens it; it cannot be changed besides"
            ).format(element=option.element),
            line=option.at_line,
            fix=_("give the option that opens it more dates or sizes instead"),
        )
        for name, option in case.options.items()
        if option.kind in (OptionKind.BRING_FORWARD, OptionKind.BUY_OUT) and option.element in built
    ]
    if problems:
        raise RequestError(case.name, problems)
