"""The extensive form: all draws in one mixed-integer program.

(M12) minimize cost x + (1 - w) sum of p[i] theta[i] + w (eta + sum of p[i] xi[i] / (1 - a)),
theta[i] = money[i] y[i] + price of what falls short + what options cost beyond the mean,
xi[i] >= theta[i] - eta: the mean, and the mean of the worst (1 - a) of the draws (CVaR,
Rockafellar and Uryasev 2000).

Symbols: x first stage, y second stage, p weight of a draw, w weight of the tail, a its
level, eta and xi the tail's threshold and what lies above it.

The extensive form solved: prices are raised until nothing falls short that need not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.lp.highs import MixedAnswer, MixedSettings, solve_mixed
from derbes.lp.program import Block, BoolArray, LinearProgram
from derbes.planning.base_course import BlockIndex
from derbes.planning.first_stage import FirstStage
from derbes.planning.problem import (
    INFEASIBLE,
    LEAST,
    OPTIMAL,
    START,
    TIME_LIMIT,
    Clock,
    DrawFigures,
    Evaluation,
    PlanProblem,
    PlanSolution,
    Prices,
    draw_figures,
    evaluation,
    second_costs,
    stated,
    tail_costs,
    tail_lower,
    without_standards,
)


@dataclass(frozen=True, slots=True)
class ExtensiveForm:
    """The program, with its whole columns and where the draws stand in it."""

    program: LinearProgram
    is_whole: BoolArray
    column_scale: FloatArray
    """Powers of two near the size of each column. (columns,)"""
    offsets: tuple[int, ...]
    """First column of each draw; the last is that of the tail."""


def extensive_form(problem: PlanProblem, prices: Prices = START) -> ExtensiveForm:
    """All draws in one program (M12).

    What the first stage moves of a draw's bounds becomes entries of the matrix; columns
    whose upper bounds it moves have a row instead (`limit`).
    """
    first, stage, risk = problem.first, problem.second, problem.risk
    n, n_draws, index = stage.index.n_columns, problem.n_draws, stage.index
    of_tail = tail_costs(problem.weights, risk)
    n_tail, share = max(len(of_tail) - 1, 0), 1.0 - risk.weight
    offsets = tuple(first.n_columns + i * n for i in range(n_draws + 1))
    columns = [Block("choose", first.column_names, 0, 1, 0)]
    rows = [Block("rule", first.row_names, 0, 1, 0)]
    left, inner, money = [first.matrix], list[sparse.csr_matrix](), list[FloatArray]()
    lower, upper, closed = [first.row_lower], [first.row_upper], [first.upper]
    options = prices.money * first.cost
    n_rows = len(first.row_names)
    for i, draw in enumerate(problem.programs):
        end = f"_d{i}" if n_draws > 1 else ""
        m = len(draw.row_lower)
        limited = np.flatnonzero(np.diff(draw.reach.indptr)[2 * m :])
        limited = limited[np.isfinite(draw.col_upper[limited])].astype(np.int64)
        left += [-(draw.reach[:m] + draw.reach[m : 2 * m]), -draw.reach[2 * m + limited]]
        ones = (np.ones(len(limited)), (np.arange(len(limited)), limited))
        own = sparse.coo_matrix(ones, shape=(len(limited), n))
        inner.append(sparse.vstack([draw.matrix, own]).tocsr())
        lower += [draw.row_lower, np.full(len(limited), -np.inf)]
        upper += [draw.row_upper, draw.col_upper[limited]]
        above = draw.col_upper.copy()
        above[limited] = np.inf
        closed.append(above)
        part, costs = share * draw.weight, second_costs(stage, draw, prices)
        options = options + part * prices.money * draw.option_cost
        money.append(part * costs)
        columns += _moved(index.columns, end, offsets[i])
        limits = tuple(_limit_name(index, int(j)) for j in limited)
        rows += _moved(index.rows, end, n_rows)
        rows.append(Block("limit" + end, limits, 0, 1, n_rows + m))
        n_rows += m + len(limits)
    draws = tuple(f"d{i}" for i in range(n_tail))
    rows.append(Block("above", draws, 0, 1, n_rows))
    if n_tail:
        columns.append(Block("tail", ("threshold",), 0, 1, offsets[-1]))
        columns.append(Block("above", draws, 0, 1, offsets[-1] + 1))
    whole = sparse.block_diag(inner)
    nothing = sparse.csr_matrix((first.matrix.shape[0], whole.shape[1]))
    body = sparse.hstack([sparse.vstack(left), sparse.vstack([nothing, whole])])
    behind = sparse.csr_matrix((body.shape[0], len(of_tail)))
    tail = _tail_rows(problem, prices) if n_tail else []
    program = LinearProgram(
        name="plan",
        levels=("cost",),
        level_costs=np.concatenate([options, *money, of_tail])[None, :],
        weights=np.ones(1),
        matrix=sparse.vstack([sparse.hstack([body, behind]), *tail]).tocsc(),
        row_lower=np.concatenate([*lower, np.zeros(n_tail)]),
        row_upper=np.concatenate([*upper, np.full(n_tail, np.inf)]),
        col_lower=np.concatenate([first.lower, np.zeros(n * n_draws), tail_lower(of_tail)]),
        col_upper=np.concatenate([*closed, np.full(len(of_tail), np.inf)]),
        columns=tuple(columns),
        rows=tuple(rows),
    )
    is_whole = np.zeros(program.matrix.shape[1], dtype=np.bool_)
    is_whole[: first.n_columns] = first.is_whole
    scale = np.ones(len(is_whole))
    scale[first.n_columns : offsets[-1]] = np.tile(stage.usual, n_draws)
    scale[offsets[-1] :] *= _median_power(program.cost)
    return ExtensiveForm(program, is_whole, scale, offsets)


def _moved(blocks: Sequence[Block], end: str, offset: int) -> list[Block]:
    """Blocks of a draw behind others; the draw is named where there are several."""
    return [replace(block, kind=block.kind + end, offset=offset + block.offset) for block in blocks]


def _limit_name(index: BlockIndex, column: int) -> str:
    block = next(b for b in index.columns if b.offset <= column < b.offset + b.size)
    return block.name(column).replace("(", "_").replace(",", "_").replace(")", "")


def _tail_rows(problem: PlanProblem, prices: Prices) -> list[sparse.csr_matrix]:
    """xi[i] + eta - theta[i] >= 0"""
    rows, n_draws = [], problem.n_draws
    for i, draw in enumerate(problem.programs):
        drawn = np.zeros((n_draws, problem.second.index.n_columns))
        drawn[i] = -second_costs(problem.second, draw, prices)
        options = -prices.money * draw.option_cost
        line = np.concatenate([options, drawn.ravel(), [1.0], np.eye(n_draws)[i]])
        rows.append(sparse.csr_matrix(line[None, :]))
    return rows


def _median_power(numbers: FloatArray) -> float:
    """Power of two near the median of the numbers that are not zero."""
    known = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    return float(2.0 ** np.round(np.log2(np.median(known)))) if len(known) else 1.0


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

    @property
    def is_feasible(self) -> bool:
        """Whether nothing falls short that must not."""
        return lacking(self.figures) == 0.0


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

    The gap is absolute. [money]

    Raises:
        SolveError: The program is unbounded.
    """
    form = extensive_form(problem, prices)
    settings = MixedSettings(absolute_gap=gap, relative_gap=EXACT, time_limit=clock.remaining)
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


def no_threat(problem: PlanProblem, clock: Clock) -> Point | None:
    """The cheapest plan without standards; None: nothing may be chosen."""
    return at_right_prices(stated(without_standards(problem)), clock)


def cheapest(problem: PlanProblem, reference: float, clock: Clock, *, gap: float) -> Point | None:
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


def at_right_prices(problem: PlanProblem, clock: Clock, *, gap: float = 0.0) -> Point | None:
    """The optimum at prices that are high enough.

    What falls short at some prices is compared with the least that can (`LEAST`); while
    it is more, the prices are raised. The gap is absolute. [money]
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
    return point


def raised_prices(prices: Prices, figures: Evaluation, least: Evaluation) -> Prices | None:
    """Higher prices of what falls short more than it must; None: nothing does."""
    is_hard_low = lacking(figures) > lacking(least) * (1.0 + LEAST_MORE)
    fewest = float(least.weights @ least.deferred)
    deferred = float(figures.weights @ figures.deferred)
    is_soft_low = deferred > fewest * (1.0 + LEAST_MORE) + LEAST_MORE
    if not is_hard_low and not is_soft_low:
        return None
    hard = prices.hard * (RAISE if is_hard_low else 1.0)
    return replace(prices, hard=hard, soft=prices.soft * (RAISE if is_soft_low else 1.0))


def point_solution(problem: PlanProblem, point: Point, calm: Point, clock: Clock) -> PlanSolution:
    """A point as a plan."""
    found = plan_solution(
        problem,
        point.values,
        point.figures,
        bound=point.bound,
        reference=calm.figures.cost,
        prices=point.prices,
        calm=(calm.values, calm.prices),
        is_feasible=point.is_feasible,
        is_late=not point.is_in_time,
    )
    return replace(found, iterations=1, starts=problem.starts, seconds=clock.seconds)


def plan_solution(
    problem: PlanProblem,
    values: FloatArray,
    figures: Evaluation,
    *,
    bound: float,
    reference: float,
    prices: Prices,
    calm: tuple[FloatArray, Prices] | None,
    is_feasible: bool,
    is_late: bool,
) -> PlanSolution:
    """First-stage columns and their figures as a plan; the bound is on the cost with prices."""
    bound = min(bound - (figures.penalized - figures.cost), figures.cost)
    return PlanSolution(
        choices=problem.first.choices(values),
        columns=values,
        cost=figures.cost,
        bound=bound,
        gap=relative_gap(figures.cost, bound, reference),
        no_threat_cost=reference,
        no_threat_choices=None if calm is None else problem.first.choices(calm[0]),
        prices=prices,
        no_threat_prices=START if calm is None else calm[1],
        feasible=is_feasible,
        shortfalls=worst_shortfalls(figures),
        status=TIME_LIMIT if is_late else OPTIMAL if is_feasible else INFEASIBLE,
        evaluation=figures,
    )


def worst_shortfalls(figures: Evaluation) -> dict[str, float]:
    """What each standard lacks in the worst draw; only what lacks. [unit]"""
    worst = {name: float(lack.max(initial=0.0)) for name, lack in figures.shortfalls.items()}
    return {name: lack for name, lack in worst.items() if lack > 0.0}


def nothing_allowed(problem: PlanProblem, clock: Clock) -> PlanSolution:
    """No choice is allowed: rules, limits, budget and what is committed conflict."""
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
