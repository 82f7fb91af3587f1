"""Who can hurt whom, by how much, for how long, at what own cost; and when it ends.

Rows of the surface measure x start x length x variant, each from one branch: what the best
response and the rule lose, and what the sender does.

A measure ends on the first date from which it adds nothing to the least essential demand
that goes unmet. The program is that of survival, (L1) to (L6), over the measure's horizon:
least unmet essential demand is the first level of a branch's objective, so nothing else has
to be solved to know the date. Ends are judged on a grid of their own, one start a quarter or
finer, whatever starts are asked for; behind the last that is not survived, at every period.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from derbes.analysis.accounts import (
    Baseline,
    lacking_at_the_end,
    missing_of,
    reserve_gap,
    sender_account,
    target_loss,
    unpriced_uses,
    unrestored,
)
from derbes.analysis.levers import with_baskets
from derbes.analysis.responses import (
    Kept,
    Premium,
    PriceRise,
    StartSolver,
    myopic_response,
    wanted_points,
)
from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Step
from derbes.case.request import Request
from derbes.draws.study import Study, make_studies, narrowed
from derbes.errors import at_work
from derbes.kernels.certificate import level_sizes
from derbes.language import _
from derbes.lp.program import usual_sizes
from derbes.model.arrays import ActivityKind, CaseArrays, MeasureRun, looked_until
from derbes.model.measures import takes_nothing
from derbes.parallel import Progress, run_tasks
from derbes.results.supply import ALL_ESSENTIAL, LeverageEnd, LeverageRow
from derbes.supply.binding import binding_goods, cut_sellers, shelves
from derbes.supply.bounds import demand_path
from derbes.supply.disruption import BranchSolution, Response, Window, as_refill, horizon
from derbes.supply.survival import NOTHING, SurvivalProgram, net_unmet, stock_by_good

OPTIMAL, MYOPIC = "optimal", "myopic"
NO_PREMIUM = Premium(None, is_unbounded=False)


@dataclass(frozen=True, slots=True)
class Losses:
    """Both sides' losses. [money]"""

    target: float | None
    sender_returning: float | None
    sender_lost: float | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One bound of a branch: a response and what it comes to."""

    bound: str
    response: Response
    losses: Losses
    lacking: Mapping[str, FloatArray]
    """What it lacks at the end, by kind of column."""
    deepest: tuple[float, str]
    """Largest part of an essential use's demand that is taken in a period, and the use."""


def branch_rows(
    study: Study,
    solver: StartSolver,
    run: MeasureRun,
    prices: dict[int, PriceRise] | None,
    *,
    is_alone: bool = False,
) -> list[LeverageRow]:
    """Rows of a branch by both responses.

    Args:
        study: The variant.
        solver: Solves the branches of the start.
        run: The measure and its length.
        prices: Price rises of the start by window length, filled on the way; None: neither
            the premium nor the loss that goes on is wanted.
        is_alone: Whether the best response alone is wanted, without saying what bounds it.
    """
    branch = solver.solve(run)
    baseline, window = solver.baseline(branch), branch.window
    if is_alone:
        best = _side(study, OPTIMAL, branch, baseline=baseline, branch=branch)
        return [_row(study, branch, best, baseline=baseline)]
    sides = _sides(study, branch, baseline)
    best, rule = sides
    premium = NO_PREMIUM
    if prices is not None and best.losses.target is not None and _cuts_sales(branch):
        n = window.layout.n
        if n not in prices:
            prices[n] = PriceRise(baseline)
        basis = solver.basis(baseline)
        premium = prices[n].premium(branch.run, best.losses.target, baseline, basis)
    bounds = _bounds(branch, sides)
    after = (0.0, 0.0)
    if prices is not None and best.losses.target is not None and not branch.rejoined:
        after = _goes_on(study, solver, branch, (best.losses, rule.losses))
    return [
        _row(study, branch, side, baseline=baseline, premium=dear, bounds=shown, after=later)
        for side, dear, shown, later in zip(
            sides, (premium, NO_PREMIUM), bounds, after, strict=True
        )
    ]


def _sides(study: Study, branch: BranchSolution, baseline: Baseline) -> tuple[Side, Side]:
    """The optimum of a branch and what the policy does."""
    rule = myopic_response(branch.window, branch.run)
    of = partial(_side, study, baseline=baseline, branch=branch)
    return of(OPTIMAL, branch), of(MYOPIC, rule)


def _side(
    study: Study, bound: str, response: Response, *, branch: BranchSolution, baseline: Baseline
) -> Side:
    """What a response to a branch comes to."""
    window = branch.window
    return Side(
        bound=bound,
        response=response,
        losses=_losses(study, response, baseline),
        lacking=lacking_at_the_end(window, branch.program, response.columns),
        deepest=deepest_shortfall(window, branch.run, response.unmet, baseline.unmet),
    )


def _goes_on(
    study: Study, solver: StartSolver, branch: BranchSolution, losses: tuple[Losses, Losses]
) -> tuple[float, float]:
    """What each response loses a month behind the horizon, as the mean of a year. [money/month]"""
    run, months = branch.run, solver.a_year_longer(branch)
    if months <= 0:
        return 0.0, 0.0
    branch = solver.solve(run, longer_by=months)
    baseline = solver.baseline(branch)
    found = []
    for response, before in zip((branch, myopic_response(branch.window, run)), losses, strict=True):
        later, gone = _losses(study, response, baseline).target, 0.0
        if later is not None and before.target is not None:
            gone = later - before.target
            size = abs(later) + abs(baseline.money)
            gone = gone if abs(gone) > NOTHING * size else 0.0
        found.append(gone / (months * study.arrays.calendar.step))
    return found[0], found[1]


def _bounds(branch: BranchSolution, sides: tuple[Side, Side]) -> list[tuple[str, ...]]:
    """Which figures of the two rows are bounds.

    A figure that is a level of the objective is the least there is when the levels above it
    are the same in both responses; else neither is known to lie below or above the truth.
    """
    program = branch.program
    values = [program.level_costs @ _with_shortfalls(branch, side) for side in sides]
    usual, _least = level_sizes(program.level_costs, usual_sizes(program).columns)
    scale = np.maximum(np.abs(values[0]), np.abs(values[1])) + usual
    apart = np.abs(values[0] - values[1]) > NOTHING * scale
    named = {
        "essential": ("unmet_essential", "unmet_essential_gross"),
        "deferrable": ("unmet_deferrable", "unmet_deferrable_gross"),
        "money": ("target_loss",),
    }
    found: list[str] = []
    for level, is_apart in zip(program.levels, apart, strict=True):
        found += named.get(level, ())
        if is_apart:
            break
    return [
        (
            *(name for name in found if name != "target_loss" or side.losses.target is not None),
            *(() if side.deepest[0] else ("deepest_shortfall",)),
        )
        for side in sides
    ]


def _with_shortfalls(branch: BranchSolution, side: Side) -> FloatArray:
    """A response as columns, with what it lacks of reserves and of the calm end. (columns,)"""
    window, response, columns = branch.window, side.response, side.response.columns.copy()
    layout = window.layout
    stock = stock_by_good(layout.arrays, response.lots, response.fresh)
    lacks = np.maximum(window.target - stock[layout.reserved], 0.0)
    short, refill = as_refill(window, branch.run, lacks)
    for kind, missing in {**side.lacking, "short": short, "refill": refill}.items():
        layout.column(kind).of(columns)[:] = missing
    return columns


def _losses(study: Study, response: Response, baseline: Baseline) -> Losses:
    """Who loses what."""
    missing = unpriced_uses(study.arrays, response.unmet)
    home = None if missing else target_loss(response, baseline)
    sender = response.run.measure.sender if response.run.measure else ""
    other = sender_account(baseline, response, sender)
    lacking = dict.fromkeys(_where_written(study.case, path) for path in other.missing)
    return Losses(home, other.returning, other.lost, (*missing, *lacking))


def _where_written(case: Case, path: str) -> str:
    """Where a margin that a supplier lacks is marked as missing: beside it, else with its actor."""
    section, id_, *key = path.split(".")
    if section != "suppliers" or path in case.missing:
        return path
    of_actor = ".".join(("actors", case.suppliers[id_].actor, *key))
    return of_actor if of_actor in case.missing else path


def _cuts_sales(branch: BranchSolution) -> bool:
    activities, measure = branch.window.layout.arrays.activities, branch.run.measure
    if measure is None:
        return False
    cut = measure.availability < activities.base_availability
    bought = activities.kinds == ActivityKind.PURCHASE
    return any(activities.actors[k] == measure.sender for k in np.flatnonzero(cut & bought))


def ratio(target_loss: float | None, sender_cost: float | None) -> float | None:
    """target_loss / sender_cost; None when one is missing or the sender loses nothing."""
    if target_loss is None or sender_cost is None or sender_cost <= 0.0:
        return None
    return target_loss / sender_cost


def added_unmet(
    window: Window, unmet: FloatArray, without: FloatArray, *, essential: bool
) -> tuple[float, float]:
    """Unmet demand of a tier that a measure adds, and all of it, by weight. [weighted unit]

    What is less than rounding is nothing.
    """
    arrays = window.layout.arrays
    mine = arrays.use_essential == essential
    weight = np.where(mine, arrays.use_weight, 0.0)
    usual = float((weight * arrays.flow_size[arrays.use_goods]).max(initial=0.0))
    totals = (float(weight @ (unmet - without).sum(axis=1)), float(weight @ unmet.sum(axis=1)))
    net, gross = (x if abs(x) > NOTHING * usual else 0.0 for x in totals)
    return net, gross


def shortfall_by_use(
    window: Window, run: MeasureRun, unmet: FloatArray, without: FloatArray
) -> FloatArray:
    """Largest part of each use's demand that a measure takes in a period. (U,)

    Of the demand that holds in that period of that branch, 0-1.
    """
    demand, more = demand_path(window.layout, run), unmet - without
    shares = np.divide(more, demand, out=np.zeros_like(more), where=demand > 0)
    return np.asarray(shares.max(axis=1, initial=0.0), dtype=np.float64)


def deepest_shortfall(
    window: Window, run: MeasureRun, unmet: FloatArray, without: FloatArray
) -> tuple[float, str]:
    """Largest part of an essential use's demand that a measure takes in a period, and the use."""
    arrays = window.layout.arrays
    by_use = np.where(arrays.use_essential, shortfall_by_use(window, run, unmet, without), 0.0)
    deepest = float(by_use.max(initial=0.0))
    if deepest <= NOTHING:
        return 0.0, ""
    worst = np.flatnonzero(by_use >= deepest * (1.0 - NOTHING))
    return min(deepest, 1.0), min(arrays.uses[u] for u in worst)


def _row(
    study: Study,
    branch: BranchSolution,
    side: Side,
    *,
    baseline: Baseline,
    premium: Premium = NO_PREMIUM,
    bounds: tuple[str, ...] = (),
    after: float = 0.0,
) -> LeverageRow:
    window, measure, arrays = branch.window, branch.run.measure, study.arrays
    if measure is None:
        raise ValueError("a row needs a measure")
    calendar, response, losses, bound = arrays.calendar, side.response, side.losses, side.bound
    essential = added_unmet(window, response.unmet, baseline.unmet, essential=True)
    deferrable = added_unmet(window, response.unmet, baseline.unmet, essential=False)
    missing = missing_of(window, side.lacking)
    is_back = bool(np.all(missing <= NOTHING * arrays.flow_size))
    return LeverageRow(
        variant=study.variant,
        measure=measure.name,
        start=calendar.label(window.layout.start),
        length=branch.run.length * calendar.step,
        bound=bound,
        unmet_essential=essential[0],
        unmet_deferrable=deferrable[0],
        deepest_shortfall=side.deepest[0],
        target_loss=losses.target,
        sender_cost_returning=losses.sender_returning,
        sender_cost_lost=losses.sender_lost,
        leverage_ratio=ratio(losses.target, losses.sender_returning),
        leverage_ratio_lost=ratio(losses.target, losses.sender_lost),
        premium=premium.share,
        premium_unbounded=premium.is_unbounded,
        rejoined=branch.rejoined if bound == OPTIMAL else is_back,
        window=window.layout.n * calendar.step,
        certificate=branch.solution.certificate if bound == OPTIMAL else float("nan"),
        missing=losses.missing,
        reserve_used=reserve_gap(response),
        unmet_essential_gross=essential[1],
        unmet_deferrable_gross=deferrable[1],
        deepest_use=side.deepest[1],
        unmet_unit=unmet_unit(arrays),
        bounds=bounds,
        unrestored=unrestored(window, np.maximum(missing - baseline.missing, 0.0)),
        loss_per_month_after=after,
        takes_nothing=takes_nothing(arrays, measure),
    )


def unmet_unit(arrays: CaseArrays) -> str:
    """In what unmet demand is counted: that of both tiers where they have one in common."""
    units = dict.fromkeys(unit for unit in arrays.unmet_units if unit)
    return next(iter(units)) if len(units) == 1 else " / ".join(units)


Pair = tuple[str, int]
"""Measure and length [period]."""


@dataclass(frozen=True, slots=True)
class StartOutcome:
    """Whether a start is survived, use by use, and what binds where it is not."""

    variant: str
    measure: str
    length: int
    """[period]"""
    start: int
    is_on_grid: bool
    """False: looked at only to find the date of the end."""
    short_uses: tuple[str, ...] = ()
    """Essential uses that go short."""
    binding: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Use, or `all_essential` → goods that bind when it first goes short; only of those that
    go short at no later start that was looked at before."""


@dataclass(frozen=True, slots=True)
class Starts:
    """Starts of one variant for one worker."""

    study: Study
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    """[period] Empty: each measure's own."""
    only: Mapping[int, frozenset[Pair]] | None = None
    """Measures and lengths that are looked at just to find the date, by start; None: all."""


def outcomes_of(asked: Starts) -> list[StartOutcome]:
    """Outcomes of all measures and lengths at the starts.

    From the last start back: what was survived at all starts behind is asked all at once.
    """
    study, essential, is_on_grid = asked.study, asked.study.arrays.use_essential, asked.only is None
    found: list[list[StartOutcome]] = []
    before: dict[int, SurvivalProgram] = {}
    short: dict[Pair, set[str]] = {}
    proven: dict[Pair, int] = {}
    for start in reversed(asked.starts):
        wanted = wanted_points(study.measures, asked.lengths, start)
        pairs = None if asked.only is None else asked.only[start]
        runs = {_pair(run): run for run in wanted if pairs is None or _pair(run) in pairs}
        outcomes: dict[Pair, StartOutcome] = {}
        windows: dict[int, list[Pair]] = {}
        for pair, run in runs.items():
            if pair in proven and is_met_before(study, run, start, proven[pair]):
                outcomes[pair] = StartOutcome(study.variant, *pair, start, is_on_grid)
            else:
                windows.setdefault(horizon(study.arrays, run, start), []).append(pair)
        for n, window in windows.items():
            program = before[n] = SurvivalProgram(study.calm, start, n, before.get(n))
            easy = [runs[pair] for pair in window if pair not in short]
            for run in program.served(easy, essential):
                pair = _pair(run)
                outcomes[pair] = StartOutcome(study.variant, *pair, start, is_on_grid)
                proven[pair] = start
            for pair in window:
                if pair not in outcomes:
                    known = short.get(pair, set())
                    outcomes[pair] = outcome_of(asked, program, runs[pair], known)
                    if outcomes[pair].short_uses:
                        short[pair] = {*known, *outcomes[pair].short_uses, ALL_ESSENTIAL}
        found.append([outcomes[pair] for pair in runs])
    return [outcome for part in reversed(found) for outcome in part]


def _pair(run: MeasureRun) -> Pair:
    return run.measure.name if run.measure else "", run.length


def is_met_before(study: Study, run: MeasureRun, start: int, later: int) -> bool:
    """Whether what meets all essential demand at a later start does so at this one too.

    It does where the measure moves only openings behind both starts, which changes nothing
    before them, and the calm plan is met on the way from the one to the other.
    """
    arrays, measure, uses = study.arrays, run.measure, study.arrays.use_essential
    if measure is None or not takes_nothing(
        arrays, replace(measure, plant_delay=np.zeros_like(measure.plant_delay))
    ):
        return False
    opening = arrays.plant_opening[measure.plant_delay > 0]
    ends = [one + horizon(arrays, run, one) for one in (start, later)]
    unmet = study.calm.unmet[uses, start:later].sum(axis=1)
    return (
        bool(np.all((opening > start) == (opening > later)))
        and ends[0] <= ends[1]
        and bool(np.all(unmet <= NOTHING * arrays.flow_size[arrays.use_goods[uses]]))
    )


def outcome_of(
    asked: Starts, program: SurvivalProgram, run: MeasureRun, known: Container[str] = ()
) -> StartOutcome:
    """The outcome of one measure and length in the program of its start.

    Args:
        asked: What it belongs to.
        program: The program.
        run: The measure and its length.
        known: Uses, or `all_essential`, whose binding goods need not be found.
    """
    arrays, layout = asked.study.arrays, program.layout
    net = net_unmet(program, run, arrays.use_essential)
    short = np.flatnonzero(net.short)
    uses = [arrays.uses[u] for u in short]
    goods: dict[str, Sequence[int]] = {}
    if any(use not in known for use in (*uses, *[ALL_ESSENTIAL] * (len(short) > 0))):
        left = shelves(layout, net.solved.columns, net.solved.row_upper, run)
        more = net.added > NOTHING * arrays.flow_size[arrays.use_goods][:, None]
        first = more[short].argmax(axis=1)
        for u, use, broken in zip(short, uses, first, strict=True):
            goods[use] = binding_goods(left, int(arrays.use_goods[u]), int(broken))
        now = [use for use, broken in zip(uses, first, strict=True) if broken == first.min()]
        goods[ALL_ESSENTIAL] = sorted({good for use in now for good in goods[use]})
    return StartOutcome(
        asked.study.variant, *_pair(run), layout.start, asked.only is None, tuple(uses), goods
    )


END_CHUNKS_A_WORKER = 2
"""Chunks of starts per worker and variant, where there are several: each begins cold."""
Key = tuple[str, str, int]
"""Variant, measure, length."""


def by_key(outcomes: Iterable[StartOutcome]) -> dict[Key, list[StartOutcome]]:
    """Outcomes by variant, measure and length, each sorted by start."""
    groups: dict[Key, list[StartOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.variant, outcome.measure, outcome.length), []).append(outcome)
    return {key: sorted(group, key=lambda o: o.start) for key, group in groups.items()}


def _uses(group: Sequence[StartOutcome], essential: Sequence[str]) -> list[str]:
    return [ALL_ESSENTIAL, *essential] if group else []


def _is_short(outcome: StartOutcome, use: str) -> bool:
    return bool(outcome.short_uses) if use == ALL_ESSENTIAL else use in outcome.short_uses


def last_short(group: Sequence[StartOutcome], use: str) -> int | None:
    """Position of the last start at which a use goes short; None: never."""
    short = [i for i, outcome in enumerate(group) if _is_short(outcome, use)]
    return short[-1] if short else None


def starts_behind(group: Sequence[StartOutcome], essential: Sequence[str]) -> set[int]:
    """Starts not looked at behind the last that is not survived. [period]"""
    wanted: set[int] = set()
    for use in _uses(group, essential):
        last = last_short(group, use)
        first = group[0].start if last is None else group[last].start + 1
        wanted |= set(range(first, group[-1].start))
    return wanted - {outcome.start for outcome in group}


def leverage_ends(
    studies: Sequence[Study],
    request: Request,
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[LeverageEnd, ...]:
    """The end of each measure and length, overall and by use.

    A measure that has a fixed start has no end.

    Args:
        studies: Variants with the measures that are asked for.
        request: Its starts make the grid finer; its lengths replace the measures' own.
        n_workers: Processes.
        progress: Called as starts are done.
    """
    n_parts = END_CHUNKS_A_WORKER * n_workers if n_workers > 1 else 1
    tasks = [
        Starts(study, tuple(int(s) for s in part), request.lengths)
        for study in studies
        for part in _parts(_grid(study, request.starts), n_parts)
    ]
    what = _("ends")
    found = run_tasks(outcomes_of, tasks, n_workers=n_workers, progress=progress, what=what)
    groups = by_key(outcome for part in found for outcome in part)
    behind = [task for study in studies for task in _behind(study, request, groups, n_parts)]
    more = run_tasks(outcomes_of, behind, n_workers=n_workers, progress=progress, what=what)
    groups = by_key(outcome for part in [*found, *more] for outcome in part)
    return tuple(end for study in studies for end in _ends_of(study, groups))


def _grid(study: Study, starts: Sequence[int]) -> list[int]:
    """Starts on which ends are judged. [period]"""
    every = max(1, Step.QUARTER // study.arrays.calendar.step)
    until, last = looked_until(study.arrays), study.arrays.n_calendar - 1
    return sorted({*range(0, until, every), last, until - 1, *starts})


def _parts(starts: Sequence[int], count: int) -> list[list[int]]:
    parts = np.array_split(np.array(starts), min(len(starts), count)) if starts else []
    return [part.tolist() for part in parts]


def _behind(
    study: Study, request: Request, groups: dict[Key, list[StartOutcome]], n_parts: int
) -> list[Starts]:
    """Tasks for the starts behind the last of the grid that goes short."""
    essential = _essential(study)
    asked: dict[int, set[Pair]] = {}
    for (variant, measure, length), group in groups.items():
        if variant == study.variant:
            for start in starts_behind(group, essential):
                asked.setdefault(start, set()).add((measure, length))
    return [
        Starts(
            study, tuple(part), request.lengths, {start: frozenset(asked[start]) for start in part}
        )
        for part in _parts(sorted(asked), n_parts)
    ]


def _essential(study: Study) -> list[str]:
    arrays = study.arrays
    return [arrays.uses[u] for u in np.flatnonzero(arrays.use_essential)]


def _ends_of(study: Study, groups: dict[Key, list[StartOutcome]]) -> list[LeverageEnd]:
    fixed = {measure.name for measure in study.measures if measure.start is not None}
    return [
        _end(study, group, use, length)
        for (variant, measure, length), group in groups.items()
        if variant == study.variant and measure not in fixed
        for use in _uses(group, _essential(study))
    ]


def _end(study: Study, group: Sequence[StartOutcome], use: str, length: int) -> LeverageEnd:
    calendar = study.arrays.calendar
    last = last_short(group, use)
    if last is None:
        date: str | None = calendar.label(group[0].start)
    elif last + 1 < len(group) and group[last + 1].start < study.arrays.n_calendar:
        date = calendar.label(group[last + 1].start)
    else:
        date = None
    goods = group[last].binding[use] if last is not None else ()
    measure = next(one for one in study.measures if one.name == group[0].measure)
    within = [outcome for outcome in group if outcome.start < study.arrays.n_calendar]
    grid = [outcome for outcome in within if outcome.is_on_grid]
    survived = sum(not _is_short(outcome, use) for outcome in grid)
    return LeverageEnd(
        variant=study.variant,
        measure=group[0].measure,
        length=length * calendar.step,
        use=use,
        date=date,
        binding=tuple(study.arrays.goods[good] for good in goods),
        binding_sellers=tuple(cut_sellers(study.arrays, goods, measure)),
        n_starts_survived=survived,
        n_starts=len(grid),
        known_until=calendar.label(within[-1].start),
    )


STARTS_A_CHUNK = 8
"""Starts of a chunk, which share solvers: as many on any number of workers, so that the rows
are the same to the last bit."""


def solve_chunk(chunk: Starts, *, has_premium: bool = False) -> list[LeverageRow]:
    """Rows of all points of a chunk, by both rules."""
    rows: list[LeverageRow] = []
    kept: Kept = {}
    for start in chunk.starts:
        wanted = wanted_points(chunk.study.measures, chunk.lengths, start)
        if not wanted:
            continue
        month = chunk.study.arrays.calendar.label(start)
        with at_work(_("start {month}").format(month=month)):
            solver = StartSolver(chunk.study.calm, start, kept)
            prices: dict[int, PriceRise] | None = {} if has_premium else None
            for run in wanted:
                rows += branch_rows(chunk.study, solver, run, prices)
    return rows


def all_starts(study: Study, starts: Sequence[int]) -> list[int]:
    """Starts to look at: those asked for and those that measures fix."""
    fixed = [measure.start for measure in study.measures if measure.start is not None]
    inside = list(starts or range(study.arrays.n_calendar))
    return sorted({*inside, *(s for s in fixed if 0 <= s < study.arrays.n_calendar)})


def leverage_rows(
    studies: Sequence[Study],
    request: Request,
    *,
    has_premium: bool = True,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[LeverageRow, ...]:
    """Rows of the surface by both rules.

    Args:
        studies: Variants.
        request: Measures, starts and lengths.
        has_premium: Whether the premium is wanted; it takes several solves a point.
        n_workers: Processes.
        progress: Called as chunks are done.
    """
    tasks = []
    for study in (narrowed(study, request.measures) for study in studies):
        starts = all_starts(study, request.starts)
        parts = _parts(starts, -(-len(starts) // STARTS_A_CHUNK))
        tasks += [Starts(study, tuple(part), request.lengths) for part in parts]
    solve = partial(solve_chunk, has_premium=has_premium)
    what = _("cut-offs")
    found = run_tasks(solve, tasks, n_workers=n_workers, progress=progress, what=what)
    return tuple(row for part in found for row in part)


def leverage_surface(
    case: Case,
    request: Request,
    *,
    studies: Sequence[Study] = (),
    has_premium: bool = True,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[tuple[LeverageRow, ...], tuple[LeverageEnd, ...]]:
    """Rows of the surface by both rules, and the ends; baskets of levers as measures.

    Args:
        case: The case.
        request: Variants, measures, starts and lengths.
        studies: Studies of the request's variants, when they are already made.
        has_premium: Whether the premium is wanted; it takes several solves a point.
        n_workers: Processes.
        progress: Called as chunks are done.
    """
    studies = studies or make_studies(case, request, n_workers=n_workers, progress=progress)
    asked = request.measures
    mine = [with_baskets(narrowed(study, asked), asked) for study in studies]
    request = replace(request, measures=())
    rows = leverage_rows(
        mine, request, has_premium=has_premium, n_workers=n_workers, progress=progress
    )
    return rows, leverage_ends(mine, request, n_workers=n_workers, progress=progress)
