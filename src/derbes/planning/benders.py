"""Benders' decomposition of a plan: root problem, cuts of all draws, search and checkpoint.

The root problem: what is decided first, with cuts in place of the draws.

(M14) minimize cost x + (1 - w) sum of p[i] theta[i] + w (eta + sum of p[i] xi[i] / (1 - a)),
theta[i] >= at_zero[c] + slope[c] x for every cut c of draw i, under (M1) to (M4). Its
optimum is a bound of the plan's cost from below.

One draw at a point of the first stage: its cost, and the cut that it gives.

(M13) theta[i] >= value + slope (x - point), from the prices of the rows and columns at the
optimum: slope = R' lower prices + R'' upper prices + U' column prices (M11). The cut holds
for any prices with the right signs.

The search, with a cut for every draw: first relaxed, then in whole numbers.

In the relaxed phase cuts are taken between the root problem's point and the best point known
(Ben-Ameur and Neto 2007), which keeps the root problem from jumping. In the whole phase the
root problem is solved in whole numbers; then its whole columns are held and sizes are settled.
Bounds of the two phases are of the same program, so the relaxed one carries over.

What is known of a plan, kept in a file after every iteration, to go on from.

The file is JSON; arrays stand in it bit for bit, so that a search that goes on gives what
it would have given without a break.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from derbes.case.quantity import FloatArray
from derbes.errors import DataError, said_by_system
from derbes.files import write_atomically
from derbes.language import _
from derbes.lp.highs import MixedSettings, solve_mixed
from derbes.lp.program import Block, BoolArray, IntArray, LinearProgram, power_of_two
from derbes.planning.problem import (
    START,
    Clock,
    Evaluation,
    PlanProblem,
    Prices,
    evaluation,
    gap_whole,
    relative_gap,
    tail_columns,
    tail_costs,
)
from derbes.planning.scenarios import MET, NEVER, NOWHERE, ONCE, SHORT, Outcome, Scenarios

Progress = Callable[[float, float, float, int], None]
"""Called with the best cost, the bound, the gap and the iteration."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts of all draws."""

    draws: IntArray
    """(cuts,)"""
    at_zero: FloatArray
    """(cuts,) [money]"""
    slopes: FloatArray
    """(cuts, first-stage columns) [money]"""

    @staticmethod
    def floor(n_draws: int, n_columns: int) -> "Cuts":
        """No draw costs less than nothing."""
        return Cuts(np.arange(n_draws), np.zeros(n_draws), np.zeros((n_draws, n_columns)))

    def with_more(self, cuts: Sequence[Outcome]) -> "Cuts":
        """With cuts from draws at a point."""
        return Cuts(
            np.concatenate([self.draws, np.array([c.draw for c in cuts], dtype=np.int64)]),
            np.concatenate([self.at_zero, np.array([c.at_zero for c in cuts])]),
            np.vstack([self.slopes, *(c.slope[None, :] for c in cuts)]),
        )

    def kept(self, which: BoolArray) -> "Cuts":
        """Some of them."""
        return Cuts(self.draws[which], self.at_zero[which], self.slopes[which])

    def values(self, values: FloatArray) -> FloatArray:
        """Value of each cut at a point. (cuts,) [money]"""
        return np.asarray(self.at_zero + self.slopes @ values, dtype=np.float64)


RootSolution = tuple[FloatArray, float]
"""First-stage columns at the optimum of the root problem; no plan costs less than this, at the
prices of the cuts. [money]"""


def solve_root(
    problem: PlanProblem,
    cuts: Cuts,
    settings: MixedSettings | None = None,
    *,
    is_relaxed: bool,
    counts_money: bool = True,
) -> RootSolution | None:
    """The optimum (M14); None: nothing may be chosen, or time was over before a point.

    There is at least one cut of each draw; relaxed, columns need not be whole.
    """
    program, first = root_program(problem, cuts, counts_money=counts_money), problem.first
    n, n_all = first.n_columns, program.matrix.shape[1]
    is_whole = np.zeros(n_all, dtype=np.bool_)
    if not is_relaxed:
        is_whole[:n] = first.is_whole & (first.lower < first.upper)
    scale = np.ones(n_all)
    sizes = np.abs(cuts.at_zero[cuts.at_zero != 0])
    scale[n:] = power_of_two(np.median(sizes)) if len(sizes) else 1.0
    answer = solve_mixed(program, is_whole, scale, settings or MixedSettings())
    if answer.columns is None:
        return None
    return np.clip(answer.columns[:n], 0.0, 1.0), answer.bound


def root_program(problem: PlanProblem, cuts: Cuts, *, counts_money: bool = True) -> LinearProgram:
    """The root problem with its cuts (M14)."""
    first, n_draws, n_cuts = problem.first, problem.n_draws, len(cuts.at_zero)
    n, of_tail = first.n_columns, tail_costs(problem.weights, problem.case.risk)
    n_all, n_tail = n + n_draws + len(of_tail), max(len(of_tail) - 1, 0)
    options = first.cost if counts_money else np.zeros(n)
    draws_cost = (1.0 - problem.case.risk.weight) * problem.weights
    rules = sparse.hstack([first.matrix, sparse.csr_matrix((len(first.rows), n_all - n))])
    # theta[i] - slope x >= at zero
    ones = (np.ones(n_cuts), (np.arange(n_cuts), cuts.draws))
    thetas = sparse.coo_matrix(ones, shape=(n_cuts, n_all - n))
    parts = [rules, sparse.hstack([sparse.csr_matrix(-cuts.slopes), thetas])]
    draws = tuple(f"d{i}" for i in range(n_draws))
    lower_tail, tail = tail_columns(of_tail, n + n_draws)
    columns = [Block("choose", first.column_names, 0, 1, 0), Block("cost", draws, 0, 1, n), *tail]
    if n_tail:  # xi[i] + eta - theta[i] >= 0
        one, nothing = sparse.identity(n_draws), sparse.csr_matrix((n_draws, n))
        threshold = sparse.csr_matrix(np.ones((n_draws, 1)))
        parts.append(sparse.hstack([nothing, -one, threshold, one]))
    matrix = sparse.vstack(parts).tocsc()
    names = tuple(f"d{draw}_{c}" for c, draw in enumerate(cuts.draws))
    n_rules = len(first.rows)
    return LinearProgram(
        name="plan",
        levels=("cost",),
        level_costs=np.concatenate([options, draws_cost, of_tail])[None, :],
        weights=np.ones(1),
        matrix=matrix,
        row_lower=np.concatenate([first.row_lower, cuts.at_zero, np.zeros(n_tail)]),
        row_upper=np.concatenate([first.row_upper, np.full(n_cuts + n_tail, np.inf)]),
        col_lower=np.concatenate([first.lower, np.full(n_draws, -np.inf), lower_tail]),
        col_upper=np.concatenate([first.upper, np.full(n_all - n, np.inf)]),
        columns=tuple(columns),
        rows=(
            Block("rule", first.row_names, 0, 1, 0),
            Block("cut", names, 0, 1, n_rules),
            Block("above", draws[:n_tail], 0, 1, n_rules + n_cuts),
        ),
    )


STABILITY_STEP = 0.5
"""Where between the best point (1) and the root problem's (0) cuts are taken."""
LEAST_MOVE = 0.05
"""Part of the distance between bound and best point by which the bound has to rise; else the
root problem's own point is looked at."""
RELAXED_PART = 0.3
"""Part of the gap to which the relaxed phase is solved."""
ROUGH = 0.02
"""The same as part of the cost above the reference."""
ROOT_PART = 0.3
"""Part of the gap to which the root problem is solved in whole numbers."""
ROUNDS_FIXED = 4
"""Rounds in which sizes are settled for one choice."""
MOST_ITERATIONS = 400
LEAST_GAP = 1e-4
"""Gap of the least that falls short, as part of it."""
SAME = 1e-12
"""Relative difference of cost that counts as none."""
KEPT_FOR = 6
"""Iterations for which a cut is kept that does not bind."""


@dataclass(frozen=True, slots=True)
class BendersState:
    """All that is known; enough to go on from."""

    cuts: Cuts
    ages: FloatArray
    """Iterations since a cut last bound. (cuts,)"""
    best: FloatArray
    """Best point that may be chosen; nan: none yet. (columns,)"""
    stability_center: FloatArray
    """Best point of the relaxed phase; nan: none yet. (columns,)"""
    best_priced: float = np.inf
    """Cost of the best point, with the price of what falls short. [money]"""
    center_priced: float = np.inf
    bound: float = -np.inf
    """No plan costs less. [money]"""
    is_relaxed: bool = True
    iteration: int = 0

    @staticmethod
    def begin(n_columns: int) -> "BendersState":
        """Nothing is known."""
        return BendersState.knowing(Cuts.floor(0, n_columns))

    @staticmethod
    def knowing(*known: Cuts) -> "BendersState":
        """Cuts alone are known."""
        draws, at_zero = (
            np.concatenate([getattr(one, name) for one in known]) for name in ("draws", "at_zero")
        )
        cuts = Cuts(draws, at_zero, np.vstack([one.slopes for one in known]))
        none = np.full(cuts.slopes.shape[1], np.nan)
        return BendersState(cuts, np.zeros(len(at_zero)), none, none)

    def again(self) -> "BendersState":
        """The cuts alone, for a program that asks for more."""
        ages, none = np.zeros_like(self.ages), np.full_like(self.best, np.nan)
        center, iteration = self.stability_center, self.iteration
        return BendersState(self.cuts, ages, none, center, iteration=iteration)


@dataclass(frozen=True, slots=True)
class Record:
    """How far the search for a plan has come."""

    key: str
    """Of the case and what is asked of it."""
    state: BendersState
    prices: Prices = START
    reference: float | None = None
    """No-threat cost; None: it is being looked for. [money]"""
    calm: tuple[FloatArray, Prices] | None = None
    """First-stage columns without standards, and their prices; None: not known."""


@dataclass(frozen=True, slots=True)
class BendersRun:
    """What is searched, at which prices, how far and by whom."""

    scenarios: Scenarios
    record: Record
    """Where the search begins, with the prices of what falls short."""
    gap: float
    """As part of the cost above the no-threat cost."""
    clock: Clock
    keep: Callable[[Record], None]
    """Called with all that is known where the search can go on from."""
    progress: Progress | None
    """Called after every iteration."""
    is_calm: bool = False
    """Whether standards are left aside."""

    @property
    def is_least(self) -> bool:
        """Whether only what falls short is looked at, whatever it costs."""
        return self.record.prices.money == 0.0

    @property
    def problem(self) -> PlanProblem:
        """What is decided in which draws."""
        return self.scenarios.problem

    def root(
        self, cuts: Cuts, settings: MixedSettings | None = None, *, is_relaxed: bool
    ) -> RootSolution | None:
        """The optimum of the root problem at the prices of the search."""
        return solve_root(
            self.problem, cuts, settings, is_relaxed=is_relaxed, counts_money=not self.is_least
        )

    def figures(self, values: FloatArray, outcomes: list[Outcome]) -> Evaluation:
        """Figures of a point."""
        drawn = [outcome.figures for outcome in outcomes]
        return evaluation(self.problem, values, drawn, self.record.prices)

    def allowed(self, state: BendersState) -> float:
        """Absolute gap. [money]"""
        gap, reference = self.gap, self.record.reference
        if self.is_least:
            gap, reference = LEAST_GAP, None
        cost = state.best_priced if np.isfinite(state.best_priced) else state.center_priced
        whole = gap_whole(cost, np.nan if reference is None else reference)
        return max(gap * whole, SAME * self.problem.second.base.size_of(cost))

    def is_done(self, state: BendersState) -> bool:
        """Whether the best point is good enough, or no more can be done."""
        return (
            state.best_priced - state.bound <= self.allowed(state)
            or self.clock.is_over
            or state.iteration >= MOST_ITERATIONS
        )

    def tell(self, state: BendersState) -> None:
        """Say how far the search has come."""
        reference = self.record.reference
        if self.progress and reference is not None and not self.is_least:
            gap = relative_gap(state.best_priced, state.bound, reference)
            self.progress(state.best_priced, state.bound, gap, state.iteration)


def search(run: BendersRun, state: BendersState) -> BendersState | None:
    """The best point within the gap, or what was found in time; None: nothing may be chosen."""

    def keep(known: BendersState) -> None:
        if not run.is_least:
            run.keep(replace(run.record, state=known))

    begun = _begun(run, state)
    if begun is None:
        return None
    state, has_whole = begun, bool(run.problem.first.is_whole.any())
    while state.is_relaxed and not run.is_done(state):
        state = _relaxed_step(run, state)
        if has_whole and _is_settled(run, state):
            state = _looked_at(
                run, replace(state, center_priced=np.inf), state.stability_center, TWICE
            )
            state = replace(state, is_relaxed=not _is_settled(run, state))
        keep(state)
    while not run.is_done(state):
        state = _whole_step(run, state)
        keep(state)
    # a point that may be chosen, even where time was over before one was found
    first = _first_point(run) if np.isnan(state.best).any() else None
    if first is None:
        return state
    state = _looked_at(run, state, first)
    return replace(state, best=first) if np.isnan(state.best).any() else state


def _begun(run: BendersRun, state: BendersState) -> BendersState | None:
    """With cuts of all draws at some point; None: nothing may be chosen."""
    if len(state.cuts.at_zero):
        if not np.isinf(state.center_priced):
            return state
        if not np.isnan(state.stability_center).any():
            return _looked_at(run, state, state.stability_center)
        answer = run.root(state.cuts, is_relaxed=True)
        if answer is None:
            return None
        return _looked_at(run, replace(state, bound=answer[1]), answer[0], QUICKLY)
    first = _first_point(run)
    if first is None:
        return None
    for point in (first, _largest_point(run.problem)):
        if point is not None:
            state = _looked_at(run, state, point, QUICKLY)
    return state


def _first_point(run: BendersRun) -> FloatArray | None:
    """What costs least of what may be chosen, before anything else is known."""
    floor = Cuts.floor(run.problem.n_draws, run.problem.first.n_columns)
    answer = run.root(floor, is_relaxed=False)
    return None if answer is None else answer[0]


def _largest_point(problem: PlanProblem) -> FloatArray | None:
    """A point with as much as may be chosen, as early as may be; None: nothing may be.

    Where to begin, as standards are likely to be met there.
    """
    first = problem.first
    last = max((column.date for column in first.columns), default=0)
    largest: dict[str, float] = {}
    for column in first.columns:
        largest[column.option] = max(largest.get(column.option, 0.0), column.size)
    most = [
        column.size / (largest[column.option] or 1.0) * (2.0 + last - column.date)
        for column in first.columns
    ]
    eager = replace(first, cost=-np.array(most, dtype=np.float64) / (2.0 + last))
    floor = Cuts.floor(problem.n_draws, first.n_columns)
    answer = solve_root(replace(problem, first=eager), floor, is_relaxed=True)
    return None if answer is None else answer[0]


QUICKLY, TWICE, CLOSELY = 1, 2, 4
"""How many of the ways to look at a point are gone, one after the other."""


def _looked_at(
    run: BendersRun, state: BendersState, values: FloatArray, how: int = CLOSELY
) -> BendersState:
    """What a point adds: cuts of all draws, and its cost where it was looked at closely.

    That is done only where it may be better than the best: where nothing is lacking, or
    no less can be. Draws are looked at ever more closely: by what is known, which costs no
    more than the draws do; once at each contingency; until nothing new is found, or something
    is found to lack; until nothing new is found.
    """
    depths = (NEVER,) if run.is_calm else (NOWHERE, ONCE, MET, SHORT)
    may_be_best, outcomes = False, list[Outcome]()
    looks = list(enumerate(depths[:how], start=1))
    if how == CLOSELY and np.isinf(state.best_priced):
        looks = looks[1:] or looks
    for turn, depth in looks:
        outcomes = run.scenarios.at(values, run.record.prices, depth=depth, before=outcomes)
        figures = run.figures(values, outcomes)
        whole = values[run.problem.first.is_whole]
        may_be_chosen = bool(np.all(np.abs(whole - np.round(whole)) <= 1e-9))
        may_be_best = may_be_chosen and figures.penalized < state.best_priced
        is_least = figures.penalized <= state.bound + run.allowed(state)
        is_fine = turn == QUICKLY or figures.is_met or is_least
        is_exact = all(outcome.is_exact for outcome in outcomes)
        if is_exact or (how == CLOSELY and not (may_be_best and is_fine)):
            break
    priced = figures.penalized
    state = replace(
        state,
        cuts=state.cuts.with_more(outcomes),
        ages=np.concatenate([state.ages, np.zeros(len(outcomes))]),
        iteration=state.iteration + 1,
    )
    if priced < state.center_priced:
        state = replace(state, stability_center=values, center_priced=priced)
    if is_exact and may_be_best:
        state = replace(state, best=values, best_priced=priced)
    return state


def _aged(state: BendersState, values: FloatArray) -> BendersState:
    """Cuts that have not bound for a while are left out."""
    at = state.cuts.values(values)
    top = np.full(int(state.cuts.draws.max(initial=0)) + 1, -np.inf)
    np.maximum.at(top, state.cuts.draws, at)
    binds = at >= top[state.cuts.draws] - 1e-9 * np.maximum(1.0, np.abs(at))
    ages = np.where(binds, 0.0, state.ages + 1.0)
    kept = ages <= KEPT_FOR
    return replace(state, cuts=state.cuts.kept(kept), ages=ages[kept])


def _is_settled(run: BendersRun, state: BendersState) -> bool:
    """Whether the relaxed phase has come near enough.

    What whole numbers cost beyond it is usually far more than the gap, so that a rough
    optimum is a good start for them.
    """
    reference = None if run.is_least else run.record.reference
    above = np.nan if reference is None else state.center_priced - reference
    rough = ROUGH * above if np.isfinite(above) else 0.0
    return state.center_priced - state.bound <= max(RELAXED_PART * run.allowed(state), rough)


def _relaxed_step(run: BendersRun, state: BendersState) -> BendersState:
    answer = run.root(state.cuts, is_relaxed=True)
    if answer is None:
        return replace(state, is_relaxed=False)
    values, bound = answer
    least = SAME * run.problem.second.base.size_of(state.bound)
    distance = max(state.center_priced - state.bound, least)
    has_moved = not bound <= state.bound + LEAST_MOVE * distance
    state = replace(state, bound=max(state.bound, bound))
    inside = STABILITY_STEP if has_moved or state.iteration < 2 else 0.0
    point = inside * state.stability_center + (1.0 - inside) * values
    how = QUICKLY if bool(run.problem.first.is_whole.any()) else CLOSELY
    state = _looked_at(run, _aged(state, values), point, how)
    run.tell(state)
    return state


def _whole_step(run: BendersRun, state: BendersState) -> BendersState:
    """The root problem in whole numbers; then the sizes that go best with its choice."""
    settings = MixedSettings(
        absolute_gap=ROOT_PART * run.allowed(state), time_limit=run.clock.remaining
    )
    answer = run.root(state.cuts, settings, is_relaxed=False)
    if answer is None:
        return replace(state, iteration=MOST_ITERATIONS)
    values, bound = answer
    state = replace(state, bound=max(state.bound, bound))
    state = _looked_at(run, _aged(state, values), values)
    run.tell(state)
    first, at = run.problem.first, np.round(values)
    lower, upper = (np.where(first.is_whole, at, bound) for bound in (first.lower, first.upper))
    fixed = replace(run.problem, first=replace(first, lower=lower, upper=upper))
    for _round in range(ROUNDS_FIXED):
        if run.is_done(state) or bool(first.is_whole.all()):
            break
        local = solve_root(fixed, state.cuts, is_relaxed=True, counts_money=not run.is_least)
        if local is None:
            break
        point, least = local
        if state.best_priced - least <= ROOT_PART * run.allowed(state):
            break
        state = _looked_at(run, state, point)
        run.tell(state)
    return state


FORMAT = "derbes plan checkpoint 3"


def save(path: Path, record: Record) -> None:
    """Write a record; the file is whole at any moment.

    Its first line says what it is, with a digest of the second.

    Raises:
        OutputError: The file cannot be written.
    """
    text = json.dumps(_fields_of(record), default=_fields_of)
    write_atomically(path, f"{json.dumps(_head_of(text))}\n{text}\n")


def _head_of(text: str) -> dict[str, str]:
    return {"format": FORMAT, "digest": hashlib.sha256(text.encode()).hexdigest()}


def _fields_of(found: Any) -> dict[str, Any]:
    """A record by its fields; an array by its bytes."""
    if isinstance(found, np.ndarray):
        packed = base64.b64encode(zlib.compress(np.ascontiguousarray(found).tobytes(), 1)).decode()
        return {"dtype": found.dtype.str, "shape": found.shape, "bytes": packed}
    return {one.name: getattr(found, one.name) for one in fields(found)}


def _array_or(found: dict[str, Any]) -> Any:
    """The array that `_fields_of` has packed; anything else as it is."""
    if found.keys() != {"dtype", "shape", "bytes"}:
        return found
    raw = zlib.decompress(base64.b64decode(found["bytes"]))
    return np.frombuffer(raw, dtype=np.dtype(found["dtype"])).reshape(found["shape"]).copy()


def load(path: Path, problem: PlanProblem) -> Record:
    """The record of a file.

    Raises:
        DataError: There is no such file, it is no checkpoint or a damaged one, or it is of
            another case.
    """

    def unusable(what: str, fix: str = _("name the file that --checkpoint wrote")) -> DataError:
        text = _("{path}: cannot go on from it: {what}. Fix: {fix}.")
        return DataError(text.format(path=path, what=what, fix=fix))

    try:
        head, _end, text = path.read_text(encoding="utf-8").partition("\n")
        said = json.loads(head)
    except OSError as error:
        raise unusable(said_by_system(error)) from error
    except (ValueError, RecursionError) as error:
        raise unusable(_("it is not a checkpoint of a plan")) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise unusable(_("it is not a checkpoint of a plan"))
    text = text.removesuffix("\n")
    if said != _head_of(text):
        fix = _("begin anew without the file, or take a copy from before it was changed")
        raise unusable(_("it is damaged: it is not as it was written"), fix)
    found = json.loads(text, object_hook=_array_or)
    if found["key"] != problem.futures.key:
        what = _("it was written for another case, or with other draws, standards or budget")
        raise unusable(what, _("ask for the same again, or begin anew without the file"))
    state, calm = found["state"], found["calm"]
    found |= {
        "state": BendersState(**{**state, "cuts": Cuts(**state["cuts"])}),
        "prices": Prices(**found["prices"]),
        "calm": None if calm is None else (calm[0], Prices(**calm[1])),
    }
    return Record(**found)
