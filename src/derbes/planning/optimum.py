"""The cheapest plan: all draws in one program, or each apart, and the starts that are needed.

`solve_plan` finds it by the extensive form where that is small, else by decomposition, at
prices of what falls short that rise until nothing does that need not, on any number of
workers with the same answer.

The extensive form is one mixed-integer program:

(M12) minimize cost x + (1 - w) sum of p[i] theta[i] + w (eta + sum of p[i] xi[i] / (1 - a)),
theta[i] = money[i] y[i] + price of what falls short + what options cost beyond the mean,
xi[i] >= theta[i] - eta: the mean, and the mean of the worst (1 - a) of the draws (CVaR,
Rockafellar and Uryasev 2000).

Symbols: x first stage, y second stage, p weight of a draw, w weight of the tail, a its
level, eta and xi the tail's threshold and what lies above it.

It stands with the contingencies of few starts. Its plan is looked at with the contingencies
of all; where that costs more, cuts that stand for them (M15) join each draw's second stage,
until what the program costs is what the plan does.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.lp.highs import MixedSettings, solve_mixed
from derbes.lp.program import Block, BoolArray, LinearProgram, power_of_two
from derbes.parallel import Crew
from derbes.planning.benders import (
    BendersRun,
    BendersState,
    Cuts,
    Progress,
    Record,
    load,
    save,
    search,
)
from derbes.planning.first_stage import CHOSEN, INDICATOR, FirstColumn
from derbes.planning.problem import (
    EXACT,
    FEASIBLE,
    INFEASIBLE,
    LEAST,
    MOST_TOGETHER,
    OPTIMAL,
    START,
    TIME_LIMIT,
    Clock,
    Evaluation,
    PlanProblem,
    PlanSolution,
    Prices,
    base_alone,
    draw_figures,
    evaluation,
    is_proved_within,
    part_of,
    relative_gap,
    second_costs,
    stated,
    tail_columns,
    tail_costs,
    without_standards,
)
from derbes.planning.recourse import DrawCut, with_cuts
from derbes.planning.scenarios import LONG, NEVER, Scenarios
from derbes.planning.separation import ContingencyCut


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
    first, stage, risk = problem.first, problem.second, problem.case.risk
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
        own = sparse.identity(n, format="csr")[limited]
        inner.append(sparse.vstack([draw.matrix, own]).tocsr())
        lower += [draw.row_lower, np.full(len(limited), -np.inf)]
        upper += [draw.row_upper, draw.col_upper[limited]]
        above = draw.col_upper.copy()
        above[limited] = np.inf
        closed.append(above)
        part = share * draw.weight
        options = options + part * prices.money * draw.option_cost
        money.append(part * second_costs(stage, draw, prices))
        columns += _moved(index.columns, end, offsets[i])
        blocks = np.searchsorted([block.offset for block in index.columns], limited, "right") - 1
        limits = tuple(
            index.columns[b].name(j).translate(_AS_ITEM)
            for b, j in zip(blocks.tolist(), limited.tolist(), strict=True)
        )
        rows += _moved(index.rows, end, n_rows)
        rows.append(Block("limit" + end, limits, 0, 1, n_rows + m))
        n_rows += m + len(limits)
    draws = tuple(f"d{i}" for i in range(n_tail))
    rows.append(Block("above", draws, 0, 1, n_rows))
    lower_tail, of_threshold = tail_columns(of_tail, offsets[-1])
    columns += of_threshold
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
        col_lower=np.concatenate([first.lower, np.zeros(n * n_draws), lower_tail]),
        col_upper=np.concatenate([*closed, np.full(len(of_tail), np.inf)]),
        columns=tuple(columns),
        rows=tuple(rows),
    )
    is_whole = np.zeros(program.matrix.shape[1], dtype=np.bool_)
    is_whole[: first.n_columns] = first.is_whole
    scale = np.ones(len(is_whole))
    scale[first.n_columns : offsets[-1]] = np.tile(stage.usual, n_draws)
    usual = np.abs(program.cost * scale)[: offsets[-1]]  # money of what is usual of each column
    known = usual[np.isfinite(usual) & (usual > 0)]
    scale[offsets[-1] :] *= power_of_two(np.median(known)) if len(known) else 1.0
    return ExtensiveForm(program, is_whole, scale, offsets)


def _moved(blocks: Sequence[Block], end: str, offset: int) -> list[Block]:
    """Blocks of a draw behind others; the draw is named where there are several."""
    return [replace(block, kind=block.kind + end, offset=offset + block.offset) for block in blocks]


_AS_ITEM = str.maketrans({"(": "_", ",": "_", ")": None})


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


RAISE = 16.0
"""By how much prices are raised."""
MOST_RAISES = 6
LEAST_MORE = 1e-6
"""Part by which a shortfall may exceed the least one and still count as it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the first stage with its figures."""

    values: FloatArray
    """First-stage columns."""
    figures: Evaluation
    bound: float
    """On the cost with prices. [money]"""
    prices: Prices
    is_in_time: bool = True
    """Whether the solver ended by itself."""
    is_proved: bool = True
    """Whether every contingency of every draw was looked at; else more may be lacking."""
    starts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Starts whose contingencies have a price in some draw, where each stands apart. [period]"""
    record: Record | None = None
    """What the search knows, where draws stand apart."""


def at_right_prices(
    find: Callable[[Prices, Point | None], Point | None], prices: Prices, clock: Clock
) -> Point | None:
    """The best point at prices that are high enough; None: nothing may be chosen.

    What falls short at some prices is compared with the least that can (`LEAST`); while
    it is more, the prices are raised. `find` gives the best point at some prices, after
    another at lower ones; None: there is none, or time was over.
    """
    least, point = None, find(prices, None)
    for _raise in range(MOST_RAISES):
        if point is None or point.figures.is_met or clock.is_over:
            return point
        least = least or find(LEAST, point)
        if least is None:
            return point
        mine, fewest, prices = point.figures, least.figures, point.prices
        is_hard_low = mine.lacking > fewest.lacking * (1.0 + LEAST_MORE)
        deferred, least_deferred = (float(one.weights @ one.deferred) for one in (mine, fewest))
        is_soft_low = deferred > least_deferred * (1.0 + LEAST_MORE)
        if not is_hard_low and not is_soft_low:
            return point
        hard = prices.hard * (RAISE if is_hard_low else 1.0)
        soft = prices.soft * (RAISE if is_soft_low else 1.0)
        point = find(replace(prices, hard=hard, soft=soft), point) or point
    if point is None or least is None or least.figures.lacking >= point.figures.lacking:
        return point
    # it was found whatever it costs: what is proved of cost is what the prices have proved
    figures = least.figures
    return replace(least, bound=point.bound + figures.penalized - figures.cost)


def plan_solution(
    problem: PlanProblem,
    point: Point | None,
    clock: Clock,
    *,
    gap: float = 0.0,
    reference: float | None = None,
    calm: tuple[FloatArray, Prices] | None = None,
) -> PlanSolution:
    """A point as a plan, beside cost, columns and prices of the cheapest without standards.

    It is optimal where it is proved to be within the gap. Without a point no choice is allowed:
    rules, limits, budget and what is committed conflict.
    """
    status = TIME_LIMIT if clock.is_over else INFEASIBLE
    if point is None:
        return PlanSolution(feasible=False, status=status, starts=problem.starts)
    figures, record = point.figures, point.record
    reference = np.nan if reference is None else reference
    is_feasible = point.is_proved and figures.is_feasible
    bound = min(point.bound - (figures.penalized - figures.cost), figures.cost)
    if not point.is_proved or (clock.is_over if record else not point.is_in_time):
        status = TIME_LIMIT
    elif not is_feasible:
        status = INFEASIBLE
    else:
        is_within = is_proved_within(figures.cost, bound, reference, gap)
        status = OPTIMAL if is_within else FEASIBLE
    return PlanSolution(
        feasible=is_feasible,
        choices=problem.first.choices(point.values),
        columns=point.values,
        cost=figures.cost,
        bound=bound,
        gap=relative_gap(figures.cost, bound, reference),
        no_threat_cost=reference,
        no_threat_choices=problem.first.choices(calm[0]) if calm else (),
        prices=point.prices,
        no_threat_prices=calm[1] if calm else START,
        shortfalls={name: lack for name, lack in figures.deepest.items() if lack > 0.0},
        status=status,
        evaluation=figures,
        iterations=record.state.iteration if record else 1,
        starts=point.starts if record else problem.starts,
    )


# All draws in one program


SMALL = 20_000
"""Columns up to which it is always solved to the end."""
DEARER = 1e-7
"""Part by which a plan may cost more at all starts than at those it was made for."""
AT_SOME_START = 1e-3
"""Periods of demand that may lack at a start whose cuts the program has: rounding of both."""


def solve_point(problem: PlanProblem, prices: Prices, clock: Clock, *, gap: float) -> Point | None:
    """The optimum of the extensive form at some prices; None: nothing may be chosen at all.

    The gap is absolute. [money]

    Raises:
        SolveError: The program is unbounded.
    """
    form = extensive_form(problem, prices)
    settings = MixedSettings(absolute_gap=gap, relative_gap=EXACT, time_limit=clock.remaining)
    answer = solve_mixed(form.program, form.is_whole, form.column_scale, settings)
    columns = answer.columns
    if columns is None:
        return None
    values = np.clip(columns[: problem.first.n_columns], 0.0, 1.0)
    figures = [
        draw_figures(
            problem.second,
            draw,
            columns[begin:end],
            options=float(draw.option_cost @ values),
            prices=prices,
        )
        for draw, (begin, end) in zip(problem.programs, pairwise(form.offsets), strict=True)
    ]
    of_plan = evaluation(problem, values, figures, prices)
    return Point(values, of_plan, answer.bound, prices, answer.is_in_time)


def no_threat(problem: PlanProblem, clock: Clock) -> Point | None:
    """The cheapest plan without standards; None: nothing may be chosen."""
    calm = stated(without_standards(problem))
    return at_right_prices(lambda at, _: solve_point(calm, at, clock, gap=0.0), START, clock)


def cheapest(problem: PlanProblem, reference: float, clock: Clock, *, gap: float) -> Point | None:
    """The cheapest plan at prices that are high enough; None: nothing may be chosen.

    The gap is part of the cost above that of a plan without standards (`reference`). [money]
    """
    allowed, relaxed, is_whole = 0.0, None, False
    is_large = problem.n_columns > SMALL and not np.isnan(reference)
    if gap > 0.0 and is_large and problem.first.is_whole.any():
        first = replace(problem.first, is_whole=np.zeros(problem.first.n_columns, dtype=np.bool_))
        relaxed = solve_point(replace(problem, first=first), START, clock, gap=0.0)
        if relaxed:
            allowed = gap * max(relaxed.figures.penalized - reference, 0.0)
            whole = relaxed.values[problem.first.is_whole]
            is_whole = bool((whole == np.round(whole)).all())

    def find(prices: Prices, _before: Point | None) -> Point | None:
        if prices is START and is_whole:  # so that it is the optimum in whole numbers too
            return relaxed
        absolute = 0.0 if prices is LEAST else allowed
        return solve_point(problem, prices, clock, gap=absolute)

    return at_right_prices(find, START, clock)


@dataclass(frozen=True, slots=True)
class KnownPlans:
    """What plans that were found tell of others.

    What differs in the standards alone has the same cheapest plan without any, so that each
    point of a frontier begins with the cuts of its base courses (M13), which hold at any length.
    What differs in what may be chosen alone has the same second stage, so that it begins with
    all its cuts.
    """

    together: dict[str, Point] = field(default_factory=dict)
    """Cheapest plans without standards, by the extensive form."""
    apart: dict[str, Record] = field(default_factory=dict)
    """The same by decomposition, with the cuts."""
    calm_short: dict[str, FloatArray] = field(default_factory=dict)
    """What calm lacks of reserves, by what is bought and made: the same whatever is chosen."""
    searched: dict[str, list["Searched"]] = field(default_factory=dict)
    """By second stage: what was found by decomposition, with standards and without."""
    is_asked: bool = True
    """Whether what they cost is asked for, also where the plan is found without it."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What the search for a plan found out, for plans that differ in what may be chosen alone."""

    columns: tuple[FirstColumn, ...]
    calm: Record
    """Without standards."""
    plan: Record
    contingencies: Mapping[str, Sequence[ContingencyCut]]
    """By digest of the matrix."""

    def is_of(self, problem: PlanProblem) -> bool:
        """Whether its cuts are cuts of this first stage too.

        To choose an option whose cost is by size alone costs nothing in any draw.
        """
        options, known = problem.case.options, {column.name for column in self.columns}
        return all(
            column.name in known
            or (
                column.kind == CHOSEN
                and options[column.option].capital is None
                and options[column.option].running is None
            )
            for column in problem.first.columns
        )

    def cuts_of(self, record: Record, problem: PlanProblem) -> Cuts:
        """The cuts of a record for another first stage (M13)."""
        place = {column.name: j for j, column in enumerate(self.columns)}
        at = np.array([place.get(name, -1) for name in problem.first.column_names])
        cuts = record.state.cuts
        return replace(cuts, slopes=np.where(at < 0, 0.0, cuts.slopes[:, at]))


def _calm_key(problem: PlanProblem) -> str:
    """What tells a plan without standards from others; indicators of standards are columns."""
    return f"{without_standards(problem).futures.key} {problem.first.column_names}"


def _second_key(problem: PlanProblem) -> str:
    """What tells a second stage from others, whatever may be chosen in the first."""
    key = problem.futures.key_of_supply
    return f"{key} {problem.n_periods} {problem.widest} {problem.second.base.aftermath}"


def _solve_together(
    problem: PlanProblem,
    scenarios: Scenarios,
    clock: Clock,
    plans: KnownPlans,
    *,
    gap: float,
    progress: Progress | None,
) -> PlanSolution:
    """The cheapest plan by the extensive form."""
    calm, reference, begun = None, np.nan, problem
    if plans.is_asked or problem.n_columns > SMALL:
        key = _calm_key(problem)
        calm = plans.together.get(key) or no_threat(problem, clock)
        if calm is None:
            return plan_solution(problem, None, clock)
        if not clock.is_over:
            plans.together[key] = calm
        reference = calm.figures.cost
    cuts: dict[tuple[int, int, bytes], DrawCut] = {}
    while True:
        found = cheapest(problem, reference, clock, gap=gap)
        if found is None:
            break
        if progress:
            cost, bound = found.figures.penalized, found.bound
            progress(cost, bound, relative_gap(cost, bound, reference), 1)
        is_told = plans.is_asked or bool(cuts)
        if not found.figures.is_feasible and not is_told:
            break
        # the starts that make the plan dearer, and for which it was not made
        outcomes = scenarios.at(found.values, found.prices, is_timed=False)
        before = found.figures.penalized
        at_all = evaluation(problem, found.values, [o.figures for o in outcomes], found.prices)
        noise = DEARER * problem.second.base.size_of(before)
        is_dearer = at_all.penalized > before + noise
        known = len(cuts)
        cuts |= {(one.draw, one.start, one.key): one for one in scenarios.cuts_by_draw()}
        if clock.is_over or len(cuts) == known or not (is_dearer or at_all.lacking):
            falls_short = max(at_all.deepest.values(), default=0.0) > AT_SOME_START
            if falls_short or (clock.is_over and is_dearer):
                found = replace(found, figures=at_all, is_in_time=not clock.is_over)
            break
        second, programs = with_cuts(begun.second, begun.programs, [*cuts.values()])
        starts = {
            name: tuple(sorted({*old, *(c.start for c in cuts.values() if c.standard == name)}))
            for name, old in begun.starts.items()
        }
        problem = replace(begun, second=second, programs=programs, starts=starts)
    of_calm = (calm.values, calm.prices) if calm else None
    return plan_solution(problem, found, clock, gap=gap, reference=reference, calm=of_calm)


# Each draw apart


CALM_GAP = 1e-5
"""Gap of the no-threat cost, as part of it."""
N_PILOT, LEAST_DRAWS = 8, 32
"""Draws of a pilot, and of a problem that is worth one."""
PILOT_GAP, PILOT_TIME = 20.0, 0.1
"""Gap of a pilot beside that of the problem, and part of the time left that it may take."""
SHORT_PART = 0.01
"""Part of the gap by which long contingencies may cost more than short ones unnoticed."""


def _solve_apart(problem: PlanProblem, run: BendersRun, plans: KnownPlans) -> PlanSolution:
    """The cheapest plan by decomposition; the run is over all draws of the problem."""
    record, clock = run.record, run.clock
    searched = plans.searched.setdefault(_second_key(problem), [])
    known = next((one for one in reversed(searched) if one.is_of(problem)), None)
    if known:
        run.scenarios.cuts.update({one: [*cuts] for one, cuts in known.contingencies.items()})
    if record.reference is None:
        key, apart = _calm_key(problem), plans.apart
        if key not in apart:
            begun = record
            if known:
                state = BendersState.knowing(known.cuts_of(known.calm, problem))
                begun = replace(record, state=state, prices=known.calm.prices)
            calm = _calm(replace(run, record=begun))
            if calm is None or calm.record is None:
                return plan_solution(problem, None, clock)
            of_calm, state = (calm.values, calm.prices), calm.record.state.again()
            reference = calm.figures.cost
            record = replace(calm.record, reference=reference, calm=of_calm, state=state)
            if not clock.is_over:
                apart[key] = record
        record = replace(apart.get(key, record), key=record.key)
    without = record
    if known:
        state = BendersState.knowing(record.state.cuts, known.cuts_of(known.plan, problem))
        before, prices = record.prices, known.plan.prices
        hard, soft = max(before.hard, prices.hard), max(before.soft, prices.soft)
        record = replace(record, state=state, prices=replace(before, hard=hard, soft=soft))
        run = replace(run, record=record)
    else:
        run = _piloted(replace(run, record=record))
    point = _point_at_right_prices(run)
    if point is not None and point.record is not None and point.figures.is_feasible:
        learned = {matrix: tuple(cuts) for matrix, cuts in run.scenarios.cuts.items()}
        searched.append(Searched(problem.first.columns, without, point.record, learned))
    return plan_solution(
        problem, point, clock, gap=run.gap, reference=record.reference, calm=record.calm
    )


def _calm(run: BendersRun) -> Point | None:
    """The cheapest point without standards.

    Where they are met in contingencies alone, the draws need not be stated again.
    """
    problem, run = run.scenarios.problem, replace(run, gap=CALM_GAP)
    if not problem.second.base.is_asked:
        return _point_at_right_prices(replace(run, is_calm=True))
    calm = without_standards(problem)
    with Scenarios(run.scenarios.crew, calm, run.clock.until) as alone:
        return _point_at_right_prices(replace(run, scenarios=alone))


def _piloted(run: BendersRun) -> BendersRun:
    """With a point to begin with and cuts of contingencies, found in some of the draws.

    Only where to begin is taken from them, so that it need not be near: every draw is
    looked at afterwards.
    """
    problem, record, clock = run.scenarios.problem, run.record, run.clock
    n, n_pilot = problem.n_draws, N_PILOT
    has_indicators = any(column.kind == INDICATOR for column in problem.first.columns)
    if not np.isnan(record.state.best).all() or has_indicators or n < LEAST_DRAWS:
        return run
    pilot = part_of(problem, [i * n // n_pilot for i in range(n_pilot)])
    left = clock.remaining
    short = clock if left is None else Clock.of(PILOT_TIME * left)
    with Scenarios(run.scenarios.crew, pilot, short.until) as few:
        begun = replace(record, state=BendersState.begin(problem.first.n_columns))
        gap = PILOT_GAP * run.gap
        alone = BendersRun(few, begun, gap, short, keep=lambda _record: None, progress=None)
        point = _searched(alone)
        run.scenarios.cuts.update(few.cuts)
    if point is None or np.isnan(point.values).any():
        return run
    state = replace(record.state, stability_center=point.values, center_priced=np.inf)
    return replace(run, record=replace(record, state=state))


def _point_at_right_prices(run: BendersRun) -> Point | None:
    """The best point of a search at prices that are high enough; None: nothing may be chosen."""
    n, n_columns = run.scenarios.problem.n_draws, run.scenarios.problem.first.n_columns

    def find(prices: Prices, before: Point | None) -> Point | None:
        record = run.record if before is None or before.record is None else before.record
        if prices is LEAST:
            nothing = BendersState.begin(n_columns)
            floor, center = Cuts.floor(n, n_columns), np.zeros(n_columns)
            begun = replace(nothing, cuts=floor, ages=np.zeros(n), stability_center=center)
            point = _searched(replace(run, record=replace(record, state=begun, prices=prices)))
            return None if run.clock.is_over else point
        if before is not None:
            record = replace(record, state=record.state.again(), prices=prices)
            run.keep(record)
        return _searched(replace(run, record=record))

    return at_right_prices(find, run.record.prices, run.clock)


def _searched(run: BendersRun) -> Point | None:
    """The best point with its contingencies followed to the end; None: nothing may be chosen.

    The search looks at short contingencies. Where the best point turns out to cost more with
    long ones, what was learned of them stays, and the search goes on. The best point is
    proved even where time is over: a plan that may fall short at some start is none.
    """
    prices, state = run.record.prices, run.record.state
    while True:
        found = search(run, state)
        if found is None:
            return None
        outcomes = run.scenarios.at(
            found.best,
            prices,
            depth=NEVER if run.is_calm else LONG,
            is_timed=not np.isfinite(found.best_priced),
        )
        figures = run.figures(found.best, outcomes)
        state = found
        is_dearer = figures.penalized - found.best_priced > SHORT_PART * run.allowed(found)
        if is_dearer and not run.clock.is_over:
            state = replace(found, best_priced=figures.penalized)
        if state is found or run.is_done(state):
            break
    binding = sorted({one for outcome in outcomes for one in outcome.binding})
    return Point(
        values=state.best,
        figures=figures,
        bound=state.bound,
        prices=prices,
        is_proved=all(outcome.is_exact for outcome in outcomes),
        starts={
            name: tuple(start for _name, start in one)
            for name, one in groupby(binding, itemgetter(0))
        },
        record=replace(run.record, state=state),
    )


def solve_plan(
    problem: PlanProblem,
    *,
    gap: float = 1e-3,
    time_limit: float | None = None,
    n_workers: int = 1,
    executor: Executor | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    plans: KnownPlans | None = None,
) -> PlanSolution:
    """The cheapest plan that meets its standards at every start, in every draw that counts.

    Args:
        problem: The problem.
        gap: Gap as part of the cost above the no-threat cost.
        time_limit: Then the best plan that was found, with its gap. [second]
        n_workers: Processes, when no executor is given.
        executor: Any `concurrent.futures` executor to use instead.
        checkpoint: File in which what is known is kept after every iteration.
        resume: Whether to go on from the checkpoint.
        progress: Called after every iteration.
        plans: What other plans have told; what is found is added.

    Raises:
        RequestError: The checkpoint is of another case or request.
        SolveError: The program is unbounded.
    """
    clock, plans = Clock.of(time_limit), plans or KnownPlans()
    is_small = problem.n_columns <= MOST_TOGETHER
    problem = stated(problem) if is_small else base_alone(problem)
    record = Record(problem.futures.key, BendersState.begin(problem.first.n_columns))
    if resume and checkpoint is not None:
        record = load(checkpoint, problem)

    def keep(known: Record) -> None:
        if checkpoint is not None:
            save(checkpoint, known)

    bare = base_alone(problem)
    crew = Crew() if is_small else Crew(n_workers, executor)
    with crew, Scenarios(crew, bare, clock.until) as scenarios:
        if not is_small:
            run = BendersRun(scenarios, record, gap, clock, keep, progress)
            return _solve_apart(problem, run, plans)
        keep(record)
        return _solve_together(problem, scenarios, clock, plans, gap=gap, progress=progress)
