"""The extensive form: all draws in one mixed-integer program.

(M12) minimize cost x + (1 - w) sum of p[i] theta[i] + w (eta + sum of p[i] xi[i] / (1 - a)),
theta[i] = money[i] y[i] + price of what falls short + what options cost beyond the mean,
xi[i] >= theta[i] - eta: the mean, and the mean of the worst (1 - a) of the draws (CVaR,
Rockafellar and Uryasev 2000).

Symbols: x first stage, y second stage, p weight of a draw, w weight of the tail, a its
level, eta and xi the tail's threshold and what lies above it.

The extensive form solved: prices are raised until nothing falls short that need not.
"""

import time
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.lp.highs import MixedAnswer, MixedSettings, solve_mixed
from derbes.lp.program import Block, BoolArray, IntArray, LinearProgram
from derbes.planning.base_course import Places
from derbes.planning.first_stage import FirstStage
from derbes.planning.problem import (
    INFEASIBLE,
    LEAST,
    OPTIMAL,
    START,
    TIME_LIMIT,
    DrawFigures,
    Evaluation,
    PlanProblem,
    PlanSolution,
    Prices,
    draw_figures,
    evaluation,
    second_costs,
    stated,
    without_standards,
)
from derbes.planning.recourse import DrawProgram


@dataclass(frozen=True, slots=True)
class ExtensiveForm:
    """The program, with its whole columns and where the draws stand in it."""

    program: LinearProgram
    is_whole: BoolArray
    column_scale: FloatArray
    """Powers of two near the size of each column. (columns,)"""
    offsets: tuple[int, ...]
    """First column of each draw; the last is that of the tail."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One draw: what the first stage moves of its bounds becomes entries of the matrix."""

    draw: DrawProgram
    reach: sparse.csr_matrix
    limited: IntArray
    """Columns whose upper bounds the first stage moves; each has a row instead."""

    @staticmethod
    def of(draw: DrawProgram) -> "_Part":
        m = len(draw.row_lower)
        limited = np.flatnonzero(np.diff(draw.reach.indptr)[2 * m :])
        is_finite = np.isfinite(draw.col_upper[limited])
        return _Part(draw, draw.reach, limited[is_finite].astype(np.int64))

    def matrix(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Entries of the first stage and of the draw, rows of the draw then its limits."""
        m, n = self.draw.matrix.shape
        rows = -(self.reach[:m] + self.reach[m : 2 * m])
        limits = -self.reach[2 * m + self.limited]
        ones = (np.ones(len(self.limited)), (np.arange(len(self.limited)), self.limited))
        own = sparse.coo_matrix(ones, shape=(len(self.limited), n))
        return sparse.vstack([rows, limits]).tocsr(), sparse.vstack([self.draw.matrix, own]).tocsr()

    def bounds(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lower and upper bounds of the rows, upper bounds of the columns."""
        upper = self.draw.col_upper.copy()
        upper[self.limited] = np.inf
        nothing = np.full(len(self.limited), -np.inf)
        lower = np.concatenate([self.draw.row_lower, nothing])
        return (
            lower,
            np.concatenate([self.draw.row_upper, self.draw.col_upper[self.limited]]),
            upper,
        )


def extensive_form(problem: PlanProblem, prices: Prices = START) -> ExtensiveForm:
    """All draws in one program (M12).

    Args:
        problem: The problem.
        prices: Prices of what falls short.
    """
    first, n = problem.first, problem.second.places.n_columns
    parts = [_Part.of(draw) for draw in problem.programs]
    bounds = [part.bounds() for part in parts]
    tail = _Tail(problem, prices)
    offsets = tuple(first.n_columns + i * n for i in range(len(parts) + 1))
    program = LinearProgram(
        name="plan",
        levels=("cost",),
        level_costs=_costs(problem, prices)[None, :],
        weights=np.ones(1),
        matrix=sparse.vstack([_matrix(problem, parts, tail), *tail.rows()]).tocsc(),
        row_lower=np.concatenate([first.row_lower, *(b[0] for b in bounds), np.zeros(tail.n)]),
        row_upper=np.concatenate(
            [first.row_upper, *(b[1] for b in bounds), np.full(tail.n, np.inf)]
        ),
        col_lower=np.concatenate([first.lower, np.zeros(n * len(parts)), tail.lower]),
        col_upper=np.concatenate([first.upper, *(b[2] for b in bounds), tail.upper]),
        columns=_column_blocks(first, problem.second.places, tail),
        rows=_row_blocks(first, problem.second.places, parts, tail),
    )
    is_whole = np.zeros(program.matrix.shape[1], dtype=np.bool_)
    is_whole[: first.n_columns] = first.is_whole
    scale = np.ones(len(is_whole))
    scale[first.n_columns : offsets[-1]] = np.tile(problem.second.usual, len(parts))
    scale[offsets[-1] :] *= _median_power(program.cost)
    return ExtensiveForm(program, is_whole, scale, offsets)


def _median_power(numbers: FloatArray) -> float:
    """Power of two near the median of the numbers that are not zero."""
    known = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    return float(2.0 ** np.round(np.log2(np.median(known)))) if len(known) else 1.0


@dataclass(frozen=True, slots=True)
class _Tail:
    """Columns and rows of the worst draws; none where they have no weight."""

    problem: PlanProblem
    prices: Prices

    @property
    def n(self) -> int:
        return self.problem.n_draws if self.problem.risk.weight > 0.0 else 0

    @property
    def lower(self) -> FloatArray:
        return np.array([-np.inf, *np.zeros(self.n)]) if self.n else np.zeros(0)

    @property
    def upper(self) -> FloatArray:
        return np.full(self.n + 1 if self.n else 0, np.inf)

    def costs(self) -> FloatArray:
        risk = self.problem.risk
        if not self.n:
            return np.zeros(0)
        above = self.problem.weights / max(1.0 - risk.level, 1e-9)
        return risk.weight * np.concatenate([[1.0], above])

    def rows(self) -> list[sparse.csr_matrix]:
        """xi[i] + eta - theta[i] >= 0"""
        rows = []
        for i, draw in enumerate(self.problem.programs[: self.n]):
            own = [-second_costs(self.problem.second, draw, self.prices)]
            before = np.zeros(i * len(own[0]))
            after = np.zeros((self.n - 1 - i) * len(own[0]))
            above = np.eye(self.n)[i]
            options = -self.prices.money * draw.option_cost
            line = np.concatenate([options, before, *own, after, [1.0], above])
            rows.append(sparse.csr_matrix(line[None, :]))
        return rows


def _costs(problem: PlanProblem, prices: Prices) -> FloatArray:
    share = 1.0 - problem.risk.weight
    options = prices.money * problem.first.cost
    drawn = []
    for draw in problem.programs:
        part = share * draw.weight
        options = options + part * prices.money * draw.option_cost
        drawn.append(part * second_costs(problem.second, draw, prices))
    return np.concatenate([options, *drawn, _Tail(problem, prices).costs()])


def _matrix(problem: PlanProblem, parts: list[_Part], tail: _Tail) -> sparse.csr_matrix:
    blocks = [part.matrix() for part in parts]
    n_tail = len(tail.upper)
    left = sparse.vstack([problem.first.matrix, *(first for first, _own in blocks)])
    inner = sparse.block_diag([own for _first, own in blocks])
    above = sparse.csr_matrix((problem.first.matrix.shape[0], inner.shape[1]))
    right = sparse.vstack([above, inner])
    behind = sparse.csr_matrix((left.shape[0], n_tail))
    return sparse.hstack([left, right, behind]).tocsr()


def _column_blocks(first: FirstStage, places: Places, tail: _Tail) -> tuple[Block, ...]:
    names = tuple(column.name for column in first.columns)
    blocks = [Block("choose", names, 0, 1, 0)]
    blocks += _drawn(places.columns, places.n_columns, len(names), tail.problem.n_draws)
    end = len(names) + places.n_columns * tail.problem.n_draws
    if tail.n:
        draws = tuple(f"d{i}" for i in range(tail.n))
        blocks += [Block("tail", ("threshold",), 0, 1, end), Block("above", draws, 0, 1, end + 1)]
    return tuple(blocks)


def _drawn(blocks: tuple[Block, ...], size: int, offset: int, n_draws: int) -> list[Block]:
    """Blocks of all draws; the draw is named where there are several."""
    return [
        Block(
            block.kind + (f"_d{i}" if n_draws > 1 else ""),
            block.items,
            block.first_period,
            block.n_periods,
            offset + i * size + block.offset,
        )
        for i in range(n_draws)
        for block in blocks
    ]


def _row_blocks(
    first: FirstStage, places: Places, parts: list[_Part], tail: _Tail
) -> tuple[Block, ...]:
    names = tuple(row.name.replace(" ", "_") for row in first.rows)
    blocks, offset = [Block("rule", names, 0, 1, 0)], len(names)
    for i, part in enumerate(parts):
        end = f"_d{i}" if len(parts) > 1 else ""
        for block in places.rows:
            where = offset + block.offset
            blocks.append(
                Block(block.kind + end, block.items, block.first_period, block.n_periods, where)
            )
        limits = tuple(_limit_name(places, int(j)) for j in part.limited)
        offset += places.n_rows
        blocks.append(Block("limit" + end, limits, 0, 1, offset))
        offset += len(limits)
    draws = tuple(f"d{i}" for i in range(tail.n))
    return (*blocks, Block("above", draws, 0, 1, offset))


def _limit_name(places: Places, column: int) -> str:
    block = next(b for b in places.columns if b.offset <= column < b.offset + b.size)
    return block.name(column).replace("(", "_").replace(",", "_").replace(")", "")


RAISE = 16.0
"""By how much prices are raised."""
MOST_RAISES = 6
LEAST_MORE = 1e-6
"""Part by which a shortfall may exceed the least one and still count as it."""
EXACT = 1e-9
"""Relative gap of programs that are solved to the end."""
SMALL = 20_000
"""Columns up to which the extensive form is always solved to the end."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit."""

    begun: float
    limit: float | None

    @staticmethod
    def start(limit: float | None) -> "Clock":
        """A clock that starts now."""
        return Clock(time.monotonic(), limit)

    @property
    def seconds(self) -> float:
        """Time since the start. [second]"""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float | None:
        """Time that is left; None: there is no limit. [second]"""
        return None if self.limit is None else max(self.limit - self.seconds, 0.0)

    @property
    def until(self) -> float:
        """Moment at which no time is left. [second since the epoch]"""
        return np.inf if self.left is None else time.time() + self.left

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.limit is not None and self.seconds >= self.limit


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the program with its figures."""

    values: FloatArray
    """First-stage columns."""
    drawn: tuple[DrawFigures, ...]
    """Figures of each draw."""
    figures: Evaluation
    bound: float
    """On the cost with prices. [money]"""
    is_in_time: bool
    prices: Prices


def relative_gap(cost: float, bound: float, no_threat_cost: float) -> float:
    """(cost - bound) as part of the cost above the no-threat cost.

    Where nothing is above it, as part of the size of the cost.
    """
    difference = max(cost - bound, 0.0)
    if difference == 0.0:
        return 0.0
    above = cost - no_threat_cost
    whole = above if above > EXACT * max(1.0, abs(cost)) else abs(cost)
    return difference / whole if whole > 0 else np.inf


def lacking(figures: Evaluation) -> float:
    """All that must not fall short, over draws. [unit]"""
    return float(sum(lack.sum() for lack in figures.shortfalls.values()))


def solve_point(problem: PlanProblem, prices: Prices, clock: Clock, *, gap: float) -> Point | None:
    """The optimum of the extensive form at some prices; None: nothing may be chosen at all.

    Args:
        problem: The problem.
        prices: Prices of what falls short.
        clock: The time that is left.
        gap: Absolute gap. [money]

    Raises:
        SolveError: The program is unbounded.
    """
    form = extensive_form(problem, prices)
    settings = MixedSettings(absolute_gap=gap, relative_gap=EXACT, time_limit=clock.left)
    answer = solve_mixed(form.program, form.is_whole, form.column_scale, settings)
    if answer.columns is None:
        return None
    return _point(problem, prices, answer, form.offsets)


def _point(
    problem: PlanProblem, prices: Prices, answer: MixedAnswer, offsets: tuple[int, ...]
) -> Point:
    columns = answer.columns
    if columns is None:
        raise ValueError("no point was found")
    values = np.clip(columns[: problem.first.n_columns], 0.0, 1.0)
    drawn = tuple(columns[begin:end] for begin, end in pairwise(offsets))
    figures = [
        draw_figures(
            problem.second, draw, y, options=float(draw.option_cost @ values), prices=prices
        )
        for draw, y in zip(problem.programs, drawn, strict=True)
    ]
    of_plan = evaluation(problem, values, figures, prices)
    return Point(values, tuple(figures), of_plan, answer.bound, answer.is_in_time, prices)


def solve_extensive(
    problem: PlanProblem, *, gap: float = 0.0, time_limit: float | None = None
) -> PlanSolution:
    """The cheapest plan by the extensive form.

    Args:
        problem: The problem; its starts are taken as they are.
        gap: Gap as part of the cost above the no-threat cost; 0: to the end. Small
            programs are solved to the end anyway.
        time_limit: [second]

    Raises:
        SolveError: The program is unbounded, or time was over before any point was found.
    """
    clock = Clock.start(time_limit)
    problem = stated(problem)
    calm = no_threat(problem, clock)
    if calm is None:
        return nothing_allowed(problem, clock)
    found = cheapest(problem, calm.figures.cost, clock, gap=gap)
    if found is None:
        return nothing_allowed(problem, clock)
    return plan_solution(problem, found, calm, clock)


def no_threat(problem: PlanProblem, clock: Clock) -> Point | None:
    """The cheapest plan without standards; None: nothing may be chosen."""
    found = at_right_prices(stated(without_standards(problem)), clock)
    return None if found is None else found.point


def cheapest(problem: PlanProblem, reference: float, clock: Clock, *, gap: float) -> "Found | None":
    """The cheapest plan at prices that are high enough; None: nothing may be chosen.

    Args:
        problem: The problem.
        reference: The no-threat cost. [money]
        clock: The time that is left.
        gap: Gap as part of the cost above the no-threat cost.
    """
    allowed = 0.0
    if gap > 0.0 and problem.n_columns > SMALL:
        relaxed = replace(problem, first=_relaxed(problem.first))
        point = solve_point(relaxed, START, clock, gap=0.0)
        allowed = gap * max(point.figures.penalized - reference, 0.0) if point else 0.0
    return at_right_prices(problem, clock, gap=allowed)


def _relaxed(first: FirstStage) -> FirstStage:
    return replace(first, is_whole=np.zeros(first.n_columns, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class Found:
    """A point, and whether nothing falls short that must not."""

    point: Point
    is_feasible: bool


def at_right_prices(problem: PlanProblem, clock: Clock, *, gap: float = 0.0) -> Found | None:
    """The optimum at prices that are high enough.

    What falls short at some prices is compared with the least that can (`LEAST`); while
    it is more, the prices are raised.

    Args:
        problem: The problem.
        clock: The time that is left.
        gap: Absolute gap. [money]
    """
    prices, least = START, None
    point = solve_point(problem, prices, clock, gap=gap)
    for _raise in range(MOST_RAISES):
        if point is None:
            return None
        is_met = lacking(point.figures) == 0.0 and not point.figures.deferred.any()
        if is_met or clock.is_over:
            break
        least = least or solve_point(problem, LEAST, clock, gap=0.0)
        raised = None if least is None else raised_prices(prices, point.figures, least.figures)
        if raised is None:
            break
        prices = raised
        higher = solve_point(problem, prices, clock, gap=gap)
        point = point if higher is None else higher
    return None if point is None else Found(point, lacking(point.figures) == 0.0)


def raised_prices(prices: Prices, figures: Evaluation, least: Evaluation) -> Prices | None:
    """Higher prices of what falls short more than it must; None: nothing does.

    Args:
        prices: Prices in force.
        figures: Figures of the optimum at these prices.
        least: Figures of the point at which the least falls short.
    """
    is_hard_low = lacking(figures) > lacking(least) * (1.0 + LEAST_MORE)
    fewest = float(least.weights @ least.deferred)
    deferred = float(figures.weights @ figures.deferred)
    is_soft_low = deferred > fewest * (1.0 + LEAST_MORE) + LEAST_MORE
    if not is_hard_low and not is_soft_low:
        return None
    hard = prices.hard * (RAISE if is_hard_low else 1.0)
    return replace(prices, hard=hard, soft=prices.soft * (RAISE if is_soft_low else 1.0))


def plan_solution(problem: PlanProblem, found: Found, calm: Point, clock: Clock) -> PlanSolution:
    """A point as a plan.

    Args:
        problem: The problem.
        found: The point.
        calm: The cheapest plan without standards.
        clock: Time since the start.
    """
    point, is_feasible, reference = found.point, found.is_feasible, calm.figures.cost
    figures = point.figures
    priced = figures.penalized - figures.cost
    bound = min(point.bound - priced, figures.cost)
    status = OPTIMAL if point.is_in_time else TIME_LIMIT
    return PlanSolution(
        choices=problem.first.choices(point.values),
        columns=point.values,
        cost=figures.cost,
        bound=bound,
        gap=relative_gap(figures.cost, bound, reference),
        no_threat_cost=reference,
        no_threat_choices=problem.first.choices(calm.values),
        prices=point.prices,
        no_threat_prices=calm.prices,
        feasible=is_feasible,
        shortfalls=worst_shortfalls(figures),
        status=status if is_feasible or not point.is_in_time else INFEASIBLE,
        evaluation=figures,
        iterations=1,
        starts=problem.starts,
        seconds=clock.seconds,
    )


def worst_shortfalls(figures: Evaluation) -> dict[str, float]:
    """What each standard lacks in the worst draw; only what lacks. [unit]"""
    worst = {name: float(lack.max(initial=0.0)) for name, lack in figures.shortfalls.items()}
    return {name: lack for name, lack in worst.items() if lack > 0.0}


def nothing_allowed(problem: PlanProblem, clock: Clock) -> PlanSolution:
    """No choice is allowed: rules, limits, budget and what is committed clash."""
    return PlanSolution(
        choices=(),
        columns=np.zeros(0),
        cost=np.nan,
        bound=np.nan,
        gap=np.nan,
        no_threat_cost=np.nan,
        no_threat_choices=None,
        prices=START,
        no_threat_prices=START,
        feasible=False,
        shortfalls={},
        status=TIME_LIMIT if clock.is_over else INFEASIBLE,
        evaluation=None,
        iterations=0,
        starts=problem.starts,
        seconds=clock.seconds,
    )
