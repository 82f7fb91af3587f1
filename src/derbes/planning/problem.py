"""The plan program: what may be decided, a base course with contingencies in every draw.

Equations (M1) to (M12) and (M16). `make_problem` states it, with prices of what falls short;
`derbes.planning.optimum.solve_plan` solves it, all draws in one program or each apart,
and finds the starts whose contingencies are needed. What a point costs and lacks is told
without those prices.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import Choice, OptionKind, Risk, optional_elements
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.case.uncertainty import Draws
from derbes.errors import Problem, RequestError
from derbes.language import _
from derbes.lp.highs import Session
from derbes.lp.lexicographic import solve_levels
from derbes.lp.program import Block, IntArray
from derbes.planning.base_course import SOFT, BaseCourse, holding_costs, make_base_course
from derbes.planning.contingencies import contingency_shape
from derbes.planning.first_stage import CHOSEN_AT, FirstStage, make_first_stage
from derbes.planning.recourse import (
    DrawProgram,
    PlanFutures,
    SecondStage,
    futures,
    in_sessions,
    make_programs,
    make_second_stage,
    surveyed,
)
from derbes.supply.baseline import IDLE, program_of, with_idle_stock
from derbes.supply.bounds import window_bounds
from derbes.supply.objective import STOCK_WEIGHT

PRICE = 100.0
"""Price of what falls short where customary stock is looked for, in units of its worth: demand
before reserves before money."""
MOST_TOGETHER = 40_000
"""Columns up to which all draws are stated and solved in one program."""
Starts = Mapping[str, Sequence[int]]
"""Standard → starts whose contingencies stand in the program. [period]"""


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """A plan program: first stage, second stage and draws, ready to be solved."""

    futures: PlanFutures
    widest: int
    """The draw with the longest lead time, which shapes the blocks."""
    first: FirstStage
    second: SecondStage
    programs: tuple[DrawProgram, ...]
    """One for each draw; none while they are not stated. (N,)"""
    operating_stock: tuple[FloatArray, ...]
    """Stock that is customary in each draw; none while it is not known. (N of (G, n)) [unit]"""
    starts: Mapping[str, tuple[int, ...]]
    """Starts whose contingencies stand in the program. [period]"""

    @property
    def case(self) -> Case:
        """The case with central values, and only the standards that are asked for."""
        return self.futures.case

    @property
    def n_periods(self) -> int:
        """T, the same in all draws."""
        return self.futures.n_periods

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
        return self.first.n_columns + self.n_draws * self.second.index.n_columns


def make_problem(
    case: Case, draws: Draws | None = None, *, calm_short: dict[str, FloatArray] | None = None
) -> PlanProblem:
    """The plan program of a case, with each standard's first contingency, then one a year.

    Solving adds cuts for the other starts that turn out to be needed.

    Args:
        case: A checked case, with the standards and the budget that are asked for.
        draws: Draws of the uncertain inputs; None: the case's scenarios, or its central
            values when it has none.
        calm_short: What calm lacks of reserves in other problems; what is found is added.

    Raises:
        RequestError: What is asked for is what a plan cannot decide.
    """
    _check(case)
    future = futures(case, draws)
    _check_structure(future)
    first = make_first_stage(case, future.cases, future.weights)
    shaping, gains, aftermath = surveyed(future)
    base = make_base_course(case, future.written(shaping), gains, aftermath)
    if base.firm.size:
        calm = replace(future, case=replace(case, standards={}, budget=None))
        key, found = f"{calm.key_of_supply} {base.firm}", {} if calm_short is None else calm_short
        if key not in found:
            found[key] = _calm_short(base, future)
        base = replace(base, calm_short=found[key])
    problem = PlanProblem(
        futures=future,
        widest=shaping,
        first=first,
        second=make_second_stage(base, ()),
        programs=(),
        operating_stock=(),
        starts={},
    )
    step = max(1, MONTHS_A_YEAR // case.calendar.step)
    starts = {
        name: tuple(all_starts(problem, name)[::step])
        for name, standard in case.standards.items()
        if standard.measure
    }
    return with_contingencies(problem, starts, most=MOST_TOGETHER)


def _calm_short(course: BaseCourse, future: PlanFutures) -> FloatArray:
    """What calm lacks of reserves, in the draw in which it lacks most. (firm, n) [unit]"""
    goods, most, stance = course.layout.reserved[course.firm], course.calm_short, None
    for i in range(len(future)):
        written = future.written(i)
        layout = replace(course.layout, arrays=written.arrays)
        program = program_of("reserves in calm", layout, window_bounds(layout, written.first))
        session = Session(program)
        if stance is not None:
            session.stand(stance)
        short = layout.column("short").of(solve_levels(program, session).columns)[course.firm]
        stance = session.stance()
        is_some = short > IDLE * written.arrays.flow_size[goods, None]
        most = np.maximum(most, np.where(is_some, short, 0.0))
    return most


def stated(problem: PlanProblem) -> PlanProblem:
    """The problem with the programs of its draws."""
    if problem.programs:
        return problem
    stocks = problem.operating_stock
    if problem.second.contingencies and not stocks:
        stocks = stocks_of(problem)
    programs = make_programs(
        problem.futures, problem.first, problem.second, operating_stock=stocks or None
    )
    return replace(problem, programs=programs, operating_stock=stocks)


def stocks_of(
    problem: PlanProblem, programs: Sequence[DrawProgram] | None = None
) -> tuple[FloatArray, ...]:
    """Stock that is customary at the end of each period in each draw. (N of (G, n)) [unit]

    What the base course holds when nothing is chosen or asked for. A contingency finds no more
    of a good than this or its reserve (M9). Money decides, and where it is indifferent the
    smallest stock, oldest drawn first, what nobody uses left where it is, as in the calm plan.
    Programs are taken as they are, without contingencies, where no standard is without a measure.

    Raises:
        SolveError: A base course has no optimum.
    """
    bare, stocks = without_standards(problem), []
    if programs is None or problem.second.base.is_asked:
        programs = make_programs(bare.futures, problem.first, bare.second)
    stage, shape, index = bare.second, bare.second.base.layout, bare.second.index
    extra = PRICE * (stage.hard + stage.soft)
    extra[: shape.n_columns] += STOCK_WEIGHT * holding_costs(shape, shape.arrays, shape.values)
    nothing = np.zeros(problem.first.n_columns)
    solved = in_sessions(stage, programs, lambda draw: draw.money + extra, nothing)
    for draw, session, program in solved:
        columns, balance = session.run(), index.row("balance")
        lots, stock = with_idle_stock(
            shape,
            balance.of(draw.matrix @ columns) - balance.of(program.row_lower),
            index.row("stock").of(program.row_upper)[:, 0],
            lots=index.column("lot").of(columns),
            fresh=index.column("fresh").of(columns),
        )
        np.add.at(stock, shape.arrays.lot_goods, lots)
        stocks.append(stock)
    return tuple(stocks)


def base_alone(problem: PlanProblem) -> PlanProblem:
    """The problem with no contingency in its program, and nothing stated."""
    stage = make_second_stage(problem.second.base, ())
    return replace(problem, second=stage, programs=(), starts={})


def with_contingencies(
    problem: PlanProblem,
    starts: Starts,
    long_windows: Collection[tuple[str, int]] = (),
    *,
    most: float = np.inf,
) -> PlanProblem:
    """The problem with the contingencies of other starts, stated if it has no more columns.

    Those of long windows, by standard and start, are followed until the stocks are back.
    """
    shaping = problem.second.base.layout.arrays
    shapes = tuple(
        contingency_shape(
            shaping,
            name,
            standard,
            start=start,
            is_long=(name, start) in long_windows,
            lead=problem.second.base.aftermath.leads[name],
            delayed=problem.second.base.aftermath.delayed[name],
        )
        for name, standard in problem.case.standards.items()
        for start in sorted(starts.get(name, ()))
        if standard.measure
    )
    problem = replace(
        problem,
        second=make_second_stage(problem.second.base, shapes),
        programs=(),
        starts={name: tuple(sorted(found)) for name, found in starts.items()},
    )
    return stated(problem) if problem.n_columns <= most else problem


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
        operating_stock=(),
        widest=kept.index(problem.widest),
    )


def without_standards(problem: PlanProblem) -> PlanProblem:
    """The same problem with no standard to be met: what is cheapest in calm."""
    stage = replace(problem.second, base=replace(problem.second.base, standards=(), caps=()))
    future = replace(problem.futures, case=replace(problem.case, standards={}))
    return base_alone(replace(problem, futures=future, second=stage, operating_stock=()))


def all_starts(problem: PlanProblem, name: str) -> range:
    """All starts at which a standard is to hold. [period]"""
    standard, n = problem.case.standards[name], problem.case.calendar.n_periods
    last = n - 1 if standard.last < 0 else min(standard.last, n - 1)
    start = problem.case.measures[standard.measure].start
    if start is None:
        return range(standard.first, last + 1)
    return range(start, start + int(standard.first <= start <= last))


def _check_structure(future: PlanFutures) -> None:
    """Draws differ in numbers only.

    Raises:
        RequestError: They differ in more.
    """
    parts = (
        "goods", "uses", "stockpiles", "suppliers", "recipes", "plants", "exports", "options"
    )  # fmt: skip
    first = future.cases[0]
    for other in future.cases:
        if any(tuple(getattr(other, part)) != tuple(getattr(first, part)) for part in parts):
            what = _("the futures differ in more than numbers")
            fix = _("let scenarios set values only; elements that they remove can have no capacity")
            raise RequestError(future.case.name, [Problem("scenarios", what, fix=fix)])


def _check(case: Case) -> None:
    """What may be written in a case file but not decided by a plan.

    Raises:
        RequestError: An option for a plant that is itself decided.
    """
    built = optional_elements(case.options)
    what = _("{element} is there only when an option opens it; it cannot be changed besides")
    problems = [
        Problem(
            f"options.{name}",
            what.format(element=option.element),
            line=option.at_line,
            fix=_("give the option that opens it more dates or sizes instead"),
        )
        for name, option in case.options.items()
        if option.kind in (OptionKind.BRING_FORWARD, OptionKind.BUY_OUT) and option.element in built
    ]
    if problems:
        raise RequestError(case.name, problems)


class TimeIsOver(Exception):  # noqa: N818 - it tells of no error
    """The time limit was reached before an answer was found."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit."""

    begun: float
    """On the clock of `time.monotonic`. [s]"""
    limit: float | None
    """None: as long as it takes. [s]"""

    @staticmethod
    def of(time_limit: float | None) -> "Clock":
        """A clock that has just begun to run."""
        return Clock(time.monotonic(), time_limit)

    @property
    def remaining(self) -> float | None:
        """Time that is left; None: there is no limit. [s]"""
        return None if self.limit is None else max(self.begun + self.limit - time.monotonic(), 0.0)

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.remaining == 0.0

    @property
    def until(self) -> float:
        """Moment at which no time is left. [s since the epoch]"""
        left = self.remaining
        return np.inf if left is None else time.time() + left

    def left(self) -> float | None:
        """Time that is left; None: as much as it takes. [s]

        Raises:
            TimeIsOver: There is none.
        """
        if self.is_over:
            raise TimeIsOver
        return self.remaining


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of what falls short, in units of its worth.

    What must not fall short has its price in each draw divided by the draw's weight, so
    that rare draws count as much as common ones.
    """

    hard: float = 100.0
    """Of what must not: essential demand, standards, ceilings."""
    soft: float = SOFT
    """Of what does so last: deferrable demand and reserves."""
    money: float = 1.0
    """1; 0 where only what falls short is looked at."""


START = Prices()
"""Prices to begin with; one that turns out too low is raised."""
LEAST = Prices(hard=1.0, soft=1e-4, money=0.0)
"""Prices that find the least that falls short, whatever it costs."""


def second_costs(stage: SecondStage, draw: DrawProgram, prices: Prices) -> FloatArray:
    """Money and price of what falls short, by column of a draw. (columns,)"""
    hard = prices.hard / draw.weight * stage.hard
    return np.asarray(prices.money * draw.money + hard + prices.soft * stage.soft, dtype=np.float64)


OPTIMAL = "optimal"
"""The plan is within the gap that was asked for."""
FEASIBLE = "feasible"
"""The plan meets all that is asked, and is not proved to be within that gap: nothing lacks in
it only whatever it costs, or the gap is wider for what falls short and may."""
TIME_LIMIT = "time limit"
"""Time was over before; the plan is the best that was found, with its gap."""
INFEASIBLE = "infeasible"
"""No choice meets all that is asked; the plan falls short least."""

FOREIGN = "foreign currency"
"""Stands for the ceilings on payments abroad, among the shortfalls by standard."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What fixed choices cost and where they fall short, draw by draw."""

    option_cost: float
    """Capital and running cost of the choices, expected, discounted. [money]"""
    draw_costs: FloatArray
    """Supply in calm over the calendar, discounted; without penalties. (N,) [money]"""
    weights: FloatArray
    """Weights of the draws; they add to 1. (N,)"""
    expected_cost: float
    """Mean of the draws. [money]"""
    tail_cost: float
    """Mean of the worst draws, CVaR at the level of the risk. [money]"""
    cost: float
    """Options, (1 - w) mean and w tail together. [money]"""
    shortfalls: Mapping[str, FloatArray]
    """Standard → what its uses lack, draw by draw, summed over its contingencies; `supply in calm`
    for essential demand, `foreign currency` for money above a ceiling. (N,) [unit]"""
    deepest: Mapping[str, float]
    """Standard → most that one use lacks at one start of one draw, in periods of its demand; of
    a cap, and of ceilings, most that is over it in a year [unit]. Of the starts that were
    looked at."""
    lacking: float
    """Worth of all that must not fall short and does, over draws. [money]"""
    deferred: FloatArray
    """Worth of the deferrable demand that goes unmet in calm. (N,) [money]"""
    penalized: float
    """The cost with the price of what falls short, at the prices in force. [money]"""

    @property
    def is_feasible(self) -> bool:
        """Whether every standard and essential demand hold in every draw that counts."""
        return self.lacking == 0.0

    @property
    def is_met(self) -> bool:
        """Whether nothing falls short, neither what must not nor what may be deferred."""
        return self.is_feasible and not self.deferred.any()


@dataclass(frozen=True, slots=True)
class PlanSolution:
    """The cheapest plan that was found, and how far it can be from the best."""

    feasible: bool
    """Whether all standards, and essential demand in calm, can be met."""
    choices: tuple[Choice, ...] = ()
    cost: float = np.nan
    """Options, and supply in calm weighed over the draws; no penalties. [money]"""
    bound: float = np.nan
    """No plan costs less. [money]"""
    gap: float = np.nan
    """(cost - bound) as part of the cost above `no_threat_cost`, or of the cost's size
    where there is nothing above it."""
    shortfalls: Mapping[str, float] = field(default_factory=dict)
    """What lacks → how much of it, as `Evaluation.deepest`."""
    status: str = OPTIMAL
    """`optimal`, `feasible`, `time limit` or `infeasible`."""
    columns: FloatArray = field(default_factory=lambda: np.zeros(0))
    """First-stage columns of the program. (columns,)"""
    prices: Prices = START
    """Prices of what falls short, at which the plan was found."""
    no_threat_cost: float = np.nan
    """What the cheapest plan would cost if no standard were asked for. [money]"""
    no_threat_choices: tuple[Choice, ...] = ()
    """What it would choose."""
    no_threat_prices: Prices = START
    evaluation: Evaluation | None = None
    """Figures of the plan; None: no choice is allowed, whatever falls short."""
    iterations: int = 0
    starts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Standard → starts whose contingencies the program holds; the others were checked. [period]"""

    @property
    def decided(self) -> tuple[Choice, ...]:
        """The choices that do something: one of no size does nothing."""
        return tuple(choice for choice in self.choices if choice.size > 0.0)


EXACT = 1e-9
"""Relative gap of programs that are solved to the end."""
PROVED = 1e-6
"""Part of a cost by which its bound may lie lower by rounding, and still prove it."""


def gap_whole(cost: float, reference: float) -> float:
    """What a gap is a part of: the cost above the no-threat cost.

    Where nothing is above it, or it is not known, the size of the cost.
    """
    above = cost - reference
    return above if EXACT * abs(cost) < above < np.inf else abs(cost)


def relative_gap(cost: float, bound: float, no_threat_cost: float) -> float:
    """(cost - bound) as part of what a gap is a part of."""
    difference, whole = max(cost - bound, 0.0), gap_whole(cost, no_threat_cost)
    if difference == 0.0:
        return 0.0
    return difference / whole if whole > 0 else np.inf


def is_proved_within(cost: float, bound: float, no_threat_cost: float, gap: float) -> bool:
    """Whether no plan is cheaper by more than a gap, but for rounding.

    Examples:
        >>> [is_proved_within(100.0, bound, 50.0, 0.1) for bound in (95.0, 94.9)]
        [True, False]
    """
    allowed = gap * gap_whole(cost, no_threat_cost) + PROVED * abs(cost)
    return cost - bound <= allowed


LACKING = 1e-6
"""Part of a quantity's scale up to which nothing is lacking: the solver's tolerance."""


def tail_mean(costs: FloatArray, weights: FloatArray, level: float) -> float:
    """Mean of the worst (1 - level) of the draws, CVaR. [money]

    Examples:
        >>> import numpy as np
        >>> tail_mean(np.array([1.0, 2.0, 5.0]), np.array([0.5, 0.25, 0.25]), 0.5)
        3.5
    """
    order = np.argsort(-costs, kind="stable")
    left = np.maximum(1.0 - level, float(weights[weights > 0].min()) * 1e-6)
    taken = np.diff(np.minimum(np.concatenate([[0.0], np.cumsum(weights[order])]), left))
    return float(taken @ costs[order] / taken.sum())


def tail_costs(weights: FloatArray, risk: Risk) -> FloatArray:
    """Costs of the tail's threshold and of what lies above it in each draw; empty: no tail."""
    if risk.weight == 0.0:
        return np.zeros(0)
    above = weights / max(1.0 - risk.level, 1e-9)
    return np.asarray(risk.weight * np.concatenate([[1.0], above]), dtype=np.float64)


def tail_columns(costs: FloatArray, offset: int) -> tuple[FloatArray, list[Block]]:
    """Lower bounds of the tail's columns, of which the threshold has none, and their blocks."""
    lower, draws = np.zeros(len(costs)), tuple(f"d{i}" for i in range(len(costs) - 1))
    lower[:1] = -np.inf
    blocks = [Block("tail", ("threshold",), 0, 1, offset), Block("above", draws, 0, 1, offset + 1)]
    return lower, blocks if len(costs) else []


def weighed(costs: FloatArray, weights: FloatArray, risk: Risk) -> float:
    """(1 - w) mean + w tail of the draws. [money]"""
    mean = float(weights @ costs)
    if risk.weight == 0.0:
        return mean
    return (1.0 - risk.weight) * mean + risk.weight * tail_mean(costs, weights, risk.level)


def lacking(
    lack: FloatArray, asked: FloatArray, usual: FloatArray, worth: FloatArray | float = 0.0
) -> tuple[float, float, float]:
    """What lacks in all, most of what one row lacks, in periods of what it asks for, and worth.

    Rows are uses, or sellers; columns periods, or years. A row counts for nothing where it
    lacks no more than the solver's tolerance, beside what that row asks for: amounts of
    others may be in any unit. Of a row that asks for no amount (infinite), what lacks most
    in one column stands for the periods.
    """
    whole, most = asked.sum(axis=1), lack.max(axis=1, initial=0.0)
    is_asked = np.isfinite(whole) & (whole > 0)
    size = np.where(is_asked[:, None], asked, usual).max(axis=1, initial=0.0)
    counts = most > LACKING * size
    periods = lack.shape[1] * lack.sum(axis=1) / np.where(is_asked, whole, 1.0)
    parts = np.where(is_asked, periods, most)
    most_parts, worths = parts[counts].max(initial=0.0), (lack * worth)[counts].sum()
    return float(lack[counts].sum()), float(most_parts), float(worths)


@dataclass(frozen=True, slots=True)
class DrawFigures:
    """What a draw costs and lacks at a point."""

    money: float
    """Supply in calm, and the draw's own cost of options beyond the mean. [money]"""
    priced: float
    """The same with the price of what falls short. [money]"""
    violations: Mapping[str, float]
    """Standard → what its uses lack; 0 up to the solver's tolerance. [unit]"""
    deepest: Mapping[str, float]
    """The same of one use at one start, as `Evaluation.deepest`."""
    worths: Mapping[str, float]
    """What `violations` are worth. [money]"""
    deferred: float
    """Worth of the deferrable demand that goes unmet in calm. [money]"""


def draw_figures(
    stage: SecondStage, draw: DrawProgram, columns: FloatArray, *, options: float, prices: Prices
) -> DrawFigures:
    """Figures of a draw from its second-stage columns, and what options cost beyond the mean."""
    costs = second_costs(stage, draw, prices)

    def lack(where: IntArray, worth: FloatArray) -> tuple[float, float, float]:
        return lacking(columns[where], draw.col_upper[where], stage.usual[where], worth[where])

    violations, deepest, worths = (dict.fromkeys(stage.standards, 0.0) for _ in range(3))
    for name, blocks in stage.standards.items():
        for where in blocks:
            total, most, worth = lack(where, stage.hard)
            violations[name] += total
            worths[name] += worth
            deepest[name] = max(deepest[name], most)
    return DrawFigures(
        money=float(draw.money @ columns) + options,
        priced=float(costs @ columns) + prices.money * options,
        violations=violations,
        deepest=deepest,
        worths=worths,
        deferred=lack(stage.deferred, stage.soft)[2],
    )


def evaluation(
    problem: PlanProblem, values: FloatArray, drawn: Sequence[DrawFigures], prices: Prices
) -> Evaluation:
    """Costs and shortfalls of a point, from the figures of each draw."""
    weights, risk = problem.weights, problem.case.risk
    costs = np.array([one.money for one in drawn])
    shortfalls, deepest, worths = (
        {name: np.array([one[name] for one in of_draws]) for name in of_draws[0]}
        for of_draws in zip(*((d.violations, d.deepest, d.worths) for d in drawn), strict=True)
    )
    for column, value in zip(problem.first.columns, values, strict=True):
        if column.standard in shortfalls and value > CHOSEN_AT:  # an indicator
            for found in (shortfalls, deepest, worths):
                found[column.standard][column.draw] = 0.0
    option_cost = float(problem.first.cost @ values)
    return Evaluation(
        option_cost=option_cost,
        draw_costs=costs,
        weights=weights,
        expected_cost=float(weights @ costs),
        tail_cost=tail_mean(costs, weights, risk.level),
        cost=option_cost + weighed(costs, weights, risk),
        shortfalls=shortfalls,
        deepest={name: float(most.max(initial=0.0)) for name, most in deepest.items()},
        lacking=float(sum(worth.sum() for worth in worths.values())),
        deferred=np.array([one.deferred for one in drawn]),
        penalized=prices.money * option_cost
        + weighed(np.array([one.priced for one in drawn]), weights, risk),
    )
