"""How long essential uses are met, days of cover, and the courses behind both.

The table of cover is by variant, measure, start, length and use. For a reader there are paths
over time: the calm plan, and one branch in full. The share of an actor in a good, upstream
inputs counted, is what the actor sells of it, plus what recipes make of it times the largest
share of the actor among their inputs: a plant that lives on one imported component depends on
it wholly. Flows are summed over the year up to each period, so that lumpy orders do not blur
the picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from derbes.analysis.leverage import OPTIMAL, STARTS_A_CHUNK
from derbes.analysis.responses import StartSolver, myopic_response
from derbes.case.entities import Case
from derbes.case.forms import MOST_MONTHS
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.case.request import Request
from derbes.draws.study import Study, make_studies, narrowed
from derbes.errors import at_work
from derbes.language import _
from derbes.lp.lexicographic import AT_BOUND
from derbes.model.arrays import ActivityKind, BoolArray, MeasureArrays, MeasureRun, far
from derbes.parallel import Progress, run_tasks
from derbes.results.supply import ALL_ESSENTIAL, Branch, CalmPlan, CoverRow
from derbes.simulation import simulate_branch
from derbes.supply.baseline import CalmSolution, arrivals_by_period, state_at
from derbes.supply.binding import binding_goods, cut_sellers, shelves
from derbes.supply.bounds import demand_path
from derbes.supply.disruption import Response, horizon, make_window
from derbes.supply.survival import NOTHING, SurvivalProgram, Survived, net_unmet, stock_by_good

DAYS_A_MONTH = 30.4375
"""A year of 365.25 days in twelve parts."""
ROUNDING = 1e-12
"""Part of the stock that counts as none."""


@dataclass(frozen=True, slots=True)
class ForwardCover:
    """How long what lies in store meets the demand to come, without any delivery."""

    periods: float
    """inf: it never ends. [period]"""

    def days(self, months_a_period: int) -> float | None:
        """Days; None where it never ends or nothing is used. [day]"""
        known = np.isfinite(self.periods)
        return float(self.periods) * months_a_period * DAYS_A_MONTH if known else None


def forward_cover(amounts: FloatArray, retention: FloatArray, demand: FloatArray) -> ForwardCover:
    """Cover of what lies in store: first expired, first out, against the demand to come.

    What expires or spoils on the way is not counted. A period that begins with less than
    it needs counts in proportion.

    Args:
        amounts: Batches in store before the first period. (B,) [unit]
        retention: Part of each batch that is left from the period before; what lasts least over
            all that is told is used first. (B, T or more)
        demand: Demand to come. (T,) [unit/period]

    Examples:
        >>> one = np.ones((1, 8))
        >>> forward_cover(np.array([10.0]), one, np.full(8, 4.0)).periods
        2.5
        >>> forward_cover(np.array([10.0]), one, np.zeros(8)).periods
        inf
    """
    batches = amounts.astype(np.float64).copy()
    order = np.argsort(np.cumprod(retention, axis=1).sum(axis=1), kind="stable")
    for t, needed in enumerate(demand):
        batches *= retention[:, t]
        held = float(batches.sum())
        if needed > held * (1.0 + ROUNDING):
            return ForwardCover(float(t + held / needed))
        before = np.concatenate([[0.0], np.cumsum(batches[order])[:-1]])
        batches[order] -= np.clip(needed - before, 0.0, batches[order])
    return ForwardCover(np.inf)


FIRST_WINDOW = 24
"""Periods of the first window."""
LEAST_WINDOW = 48
"""Periods that are looked at, or to the end of the calendar where that is more: demand that
is met so long counts as not going short, and the table says for how long it is met."""


@dataclass(frozen=True, slots=True)
class CoverChunk:
    """Starts of one variant for one worker."""

    study: Study
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    """[period] Empty: each measure's own."""
    only_essential: bool


Question = tuple[str, BoolArray]
"""Uses that must be met together, behind the name that a row shows."""


def questions(study: Study, *, only_essential: bool = False) -> list[Question]:
    """All essential uses together, then each use, served before all others."""
    arrays, every = study.arrays, np.arange(len(study.arrays.uses))
    asked = np.flatnonzero(arrays.use_essential) if only_essential else every
    return [(ALL_ESSENTIAL, arrays.use_essential), *((arrays.uses[u], every == u) for u in asked)]


@dataclass(frozen=True, slots=True)
class _ByRule:
    """The policy in a survival program, while a measure goes on."""

    columns: FloatArray
    """(columns,)"""
    violation: FloatArray
    """How far it is from proof that it is possible, relative. (n,)"""
    is_short: BoolArray
    """(U, n)"""

    def met(self, uses: BoolArray) -> int:
        """Periods in which it is proven to meet some uses."""
        is_open = (self.violation > AT_BOUND) | self.is_short[uses].any(axis=0)
        return int(np.append(is_open, True).argmax())


class StartCover:
    """Cover questions that share a start."""

    def __init__(self, study: Study, start: int, before: "StartCover | None" = None) -> None:
        """Questions of a start; those of one before lend their solvers."""
        self.study = study
        self.start = start
        self._programs: dict[int, SurvivalProgram] = {}
        self.known: dict[int, SurvivalProgram] = {**before.known} if before else {}
        """The last program of each length, of this start or one before."""
        self._by_rule: dict[tuple[str, int], _ByRule] = {}
        self._days: dict[int, ForwardCover | None] = {}

    def program(self, n: int) -> SurvivalProgram:
        """The survival program over `n` periods, or as many as the arrays have."""
        n = min(n, self.study.arrays.n_periods - self.start)
        if n not in self._programs:
            program = SurvivalProgram(self.study.calm, self.start, n, self.known.get(n))
            self._programs[n] = self.known[n] = program
        return self._programs[n]

    def windows(self) -> list[int]:
        """Windows to look at, each twice the one before, to the end of the calendar. [period]"""
        last = max(LEAST_WINDOW, self.study.arrays.n_calendar - self.start)
        found = [FIRST_WINDOW]
        while found[-1] < last:
            found.append(min(2 * found[-1], last))
        return found

    def survived(
        self, measure: MeasureArrays | None, uses: BoolArray, *, most: float = np.inf
    ) -> tuple[SurvivalProgram, Survived]:
        """Time to survive, in a window as long as it takes.

        Args:
            measure: It runs to the end of the window; None: calm.
            uses: Uses that must be met together. (U,)
            most: What lasts longer need not be told apart. [period]
        """
        windows = self.windows()
        last = next((n for n in windows if n >= most), windows[-1])
        proven, program, is_first = 0, self.program(last), True
        if measure is not None:
            rule = self.by_rule(measure, program)
            proven = rule.met(uses)
            if proven == program.layout.n:
                whole = np.full(program.layout.n_rows, np.inf)
                certificate = float(rule.violation.max(initial=0.0))
                return program, Survived(None, None, rule.columns, whole, certificate)
        for n in windows:
            if n <= proven:
                continue
            program = self.program(n)
            found = program.time_to_survive(measure, uses)
            if found.periods is not None or n >= most:
                break
            if is_first and n < last:
                program, is_first = self.program(last), False
                throughout = program.met_throughout(measure, uses)
                if throughout is not None:
                    return program, throughout
        return program, found

    def by_rule(self, measure: MeasureArrays, program: SurvivalProgram) -> _ByRule:
        """The policy over a program's window, while the measure goes on."""
        n = program.layout.n
        if (measure.name, n) not in self._by_rule:
            run = simulate_branch(
                self.study.calm, measure, program.state, start=self.start, length=n, n_periods=n
            )
            columns = program.layout.filled(
                order=run.levels, lot=run.lots, fresh=run.fresh, unmet=run.unmet
            )
            kept = program.kept_by(measure, columns)
            self._by_rule[measure.name, n] = _ByRule(columns, *kept)
        return self._by_rule[measure.name, n]

    def days(self, uses: BoolArray) -> ForwardCover | None:
        """Cover of the good with the least, among those of the uses; None: nothing is used."""
        goods = set(self.study.arrays.use_goods[uses].tolist())
        for good in goods - self._days.keys():
            self._days[good] = good_cover(self.study.calm, self.start, good)
        found = [one for good in goods if (one := self._days[good])]
        return min(found, key=lambda one: one.periods) if found else None

    def survives(self, run: MeasureRun, uses: BoolArray, endless: Survived) -> bool:
        """Whether a measure of some length adds nothing to what is unmet, aftermath included.

        What is met while the measure goes on for ever is met when it ends before.
        """
        n = horizon(self.study.arrays, run, self.start)
        if endless.broken is None or endless.broken >= n:
            return True
        return not net_unmet(self.program(n), run, uses).short.any()


def cover_chunk(chunk: CoverChunk) -> list[CoverRow]:
    """Rows of all starts and measures of a chunk."""
    rows: list[CoverRow] = []
    asked = questions(chunk.study, only_essential=chunk.only_essential)
    measures: Sequence[MeasureArrays | None] = chunk.study.measures or (None,)
    at_start: StartCover | None = None
    for start in chunk.starts:
        month = chunk.study.arrays.calendar.label(start)
        with at_work(_("start {month}").format(month=month)):
            at_start = StartCover(chunk.study, start, at_start)
            for measure in measures:
                if measure is None or measure.start is None or measure.start == start:
                    rows += _measure_rows(at_start, measure, asked, chunk.lengths)
    return rows


def _measure_rows(
    at_start: StartCover,
    measure: MeasureArrays | None,
    asked: list[Question],
    lengths: tuple[int, ...],
) -> list[CoverRow]:
    """Rows of one measure.

    Where all essential uses together are met to the end of the last window, so is each.
    """
    essential = at_start.study.arrays.use_essential
    joint = _rows(at_start, measure, asked[0], lengths)
    rows = [joint]
    for question in asked[1:]:
        is_known = all(row.time_to_survive is None and row.survives_length for row in joint)
        if is_known and (question[1] & essential).any():
            rows.append([_alone(at_start, row, question, measure) for row in joint])
        else:
            rows.append(_rows(at_start, measure, question, lengths))
    return [row for part in rows for row in part]


def _alone(
    at_start: StartCover, joint: CoverRow, question: Question, measure: MeasureArrays | None
) -> CoverRow:
    """Row of one use that is met because all essential ones together are."""
    step = at_start.study.arrays.calendar.step
    (name, uses), program = question, at_start.program(at_start.windows()[-1])
    periods = _myopic_periods(at_start, program, measure, uses)
    days = at_start.days(uses)
    return replace(
        joint,
        use=name,
        days_of_cover=None if days is None else days.days(step),
        days_of_cover_infinite=days is not None and not np.isfinite(days.periods),
        short_in_calm_from=_short_in_calm(at_start, uses),
        time_to_survive_myopic=None if periods is None else periods * step,
    )


def _rows(
    at_start: StartCover,
    measure: MeasureArrays | None,
    question: Question,
    lengths: tuple[int, ...],
) -> list[CoverRow]:
    study, (name, uses) = at_start.study, question
    calendar = study.arrays.calendar
    program, found = at_start.survived(measure, uses)
    whole = float(program.layout.n)
    goods = _binding(program, found, measure, uses)
    myopic = _myopic_periods(at_start, program, measure, uses)
    days = at_start.days(uses)
    wanted = sorted(set(lengths or measure.lengths or (1,))) if measure else [0]
    return [
        CoverRow(
            variant=study.variant,
            measure=measure.name if measure else "",
            start=calendar.label(at_start.start),
            length=length * calendar.step,
            use=name,
            time_to_survive=None if found.periods is None else found.periods * calendar.step,
            survives_at_least=(whole if found.periods is None else found.periods) * calendar.step,
            survives_length=measure is None
            or at_start.survives(MeasureRun(measure, length), uses, found),
            days_of_cover=None if days is None else days.days(calendar.step),
            binding=tuple(study.arrays.goods[g] for g in goods),
            binding_sellers=tuple(cut_sellers(study.arrays, goods, measure)),
            time_to_survive_myopic=None if myopic is None else myopic * calendar.step,
            days_of_cover_infinite=days is not None and not np.isfinite(days.periods),
            short_in_calm_from=_short_in_calm(at_start, uses),
        )
        for length in wanted
    ]


def _short_in_calm(at_start: StartCover, uses: BoolArray) -> str:
    """Month from which calm itself is short of the uses, as far as survival is looked at."""
    arrays, start = at_start.study.arrays, at_start.start
    last = min(start + at_start.windows()[-1], arrays.n_periods)
    unmet = at_start.study.calm.unmet[uses, start:last]
    short = np.flatnonzero((unmet > NOTHING * arrays.demand[uses, start:last]).any(axis=0))
    return arrays.calendar.label(start + int(short[0])) if len(short) else ""


def _binding(
    program: SurvivalProgram, found: Survived, measure: MeasureArrays | None, uses: BoolArray
) -> list[int]:
    if found.broken is None:
        return []
    layout = program.layout
    run = MeasureRun(measure, layout.n)
    left = shelves(layout, found.columns, found.row_upper, run)
    unmet = layout.column("unmet").of(found.columns)[:, found.broken]
    demand = demand_path(layout, run)[:, found.broken]
    short = np.flatnonzero(uses & (unmet > NOTHING * demand))
    goods = {
        good
        for u in short
        for good in binding_goods(left, int(layout.arrays.use_goods[u]), found.broken)
    }
    return sorted(goods)


def _myopic_periods(
    at_start: StartCover, program: SurvivalProgram, measure: MeasureArrays | None, uses: BoolArray
) -> float | None:
    """Time to survive under the policy; None: met in the whole window. [period]"""
    if measure is None:
        return None
    rule = at_start.by_rule(measure, program)
    short = np.flatnonzero(rule.is_short[uses].any(axis=0))
    if not len(short):
        return None
    broken = int(short[0])
    return broken + program.share_after(measure, uses, broken, rule.columns)


def good_cover(calm: CalmSolution, start: int, good: int) -> ForwardCover | None:
    """Forward cover of what lies in store of a good at the beginning of a period.

    Against all its uses in calm; None where it has none. What is known of demand behind the
    arrays goes on by the last year.
    """
    arrays = calm.arrays
    mine = arrays.use_goods == good
    demand = arrays.demand[mine, start:].sum(axis=0)
    if not demand.any():
        return None
    n = max(MOST_MONTHS // arrays.calendar.step, len(demand))
    a_year = MONTHS_A_YEAR // arrays.calendar.step
    last = demand[-a_year:]
    demand = np.concatenate([demand, np.resize(last, n - len(demand))])
    state = state_at(calm, start)
    lots = np.flatnonzero(arrays.lot_goods == good)
    periods = np.arange(max(n, far(arrays.calendar) - start))
    known = np.concatenate([arrays.lot_retention[lots, start:], arrays.lot_behind[lots]], axis=1)
    known = known[:, np.minimum(periods, known.shape[1] - 1)]
    retention = [*np.where(periods < arrays.lot_ends[lots, None] - start, known, 0.0)]
    amounts = [float(x) for x in state.lots[lots]]
    life, kept = int(arrays.shelf_life[good]), float(arrays.retention[good])
    left = float(state.fresh[good])
    for age in range(life):
        amount = min(left, float(state.past_inflow[good, age] * kept**age))
        left -= amount
        amounts.append(amount)
        retention.append(np.where(periods < life - age, kept, 0.0))
    if life == 0:
        amounts.append(left)
        retention.append(np.full(len(periods), kept))
    return forward_cover(np.array(amounts), np.array(retention), demand)


def cover_table(
    case: Case,
    request: Request,
    *,
    studies: Sequence[Study] = (),
    only_essential: bool = False,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[CoverRow, ...]:
    """Cover of every use, and of all essential ones together.

    Args:
        case: The case.
        request: Variants, measures, starts and lengths.
        studies: Studies of the request's variants, when they are already made.
        only_essential: Leave out the rows of deferrable uses.
        n_workers: Processes.
        progress: Called as chunks are done.
    """
    studies = studies or make_studies(case, request, n_workers=n_workers, progress=progress)
    tasks = cover_chunks(request, studies, only_essential=only_essential)
    found = run_tasks(cover_chunk, tasks, n_workers=n_workers, progress=progress, what=_("cover"))
    return tuple(row for rows in found for row in rows)


def cover_chunks(
    request: Request, studies: Sequence[Study], *, only_essential: bool
) -> list[CoverChunk]:
    """What `cover_table` asks of studies, as tasks for `cover_chunk`."""
    tasks = []
    for study in (narrowed(study, request.measures) for study in studies):
        fixed = {m.start for m in study.measures if m.start is not None}
        starts = sorted({*(request.starts or range(study.arrays.n_calendar)), *fixed})
        parts = np.array_split(np.array(starts), max(1, -(-len(starts) // STARTS_A_CHUNK)))
        tasks += [
            CoverChunk(study, tuple(int(s) for s in part), request.lengths, only_essential)
            for part in parts
            if len(part)
        ]
    return tasks


def _over_a_year(flows: FloatArray, periods: int) -> FloatArray:
    """Sums over the last `periods` periods. (K, T)"""
    sums = np.cumsum(np.pad(flows, ((0, 0), (1, 0))), axis=1)
    ends = np.arange(1, flows.shape[1] + 1)
    return np.asarray(sums[:, ends] - sums[:, np.maximum(ends - periods, 0)], dtype=np.float64)


def actor_shares(study: Study) -> dict[str, FloatArray]:
    """Actor → share in each good by calendar period; nan where nothing comes in. (G, T)

    What is made counts by the largest share in its inputs, and wholly to whom else the plant
    belongs: who owns it can stop it.
    """
    arrays = study.arrays
    activities = arrays.activities
    n = arrays.n_calendar
    periods = MONTHS_A_YEAR // arrays.calendar.step
    flows = _over_a_year(arrivals_by_period(study.calm)[:, :n], periods)
    is_bought = activities.kinds == ActivityKind.PURCHASE
    is_others = np.array([actor != study.case.target for actor in activities.actors])
    is_others &= activities.kinds == ActivityKind.RECIPE
    others = np.flatnonzero(is_bought).tolist() + np.flatnonzero(is_others).tolist()
    sellers = tuple(dict.fromkeys(activities.actors[k] for k in others))
    shares = np.full((len(arrays.goods), len(sellers), n), np.nan)
    known: set[int] = set()

    def find(good: int) -> FloatArray:
        """Shares of all sellers in a good, after those in its inputs. (sellers, T)"""
        found: FloatArray = shares[good]
        if good in known:
            return found
        known.add(good)
        total, mine = np.zeros(n), np.zeros((len(sellers), n))
        for k in np.flatnonzero(activities.outputs == good):
            total += flows[k]
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            part = np.zeros((len(sellers), n))
            if not is_bought[k]:
                for g in activities.input_goods[inputs]:
                    part = np.maximum(part, np.nan_to_num(find(int(g))))
            if is_bought[k] or is_others[k]:
                part[sellers.index(activities.actors[k])] = 1.0
            mine += flows[k] * part
        is_some = total > 1e-9 * max(float(arrays.flow_size[good]), float(total.max()))
        return np.divide(mine, total, out=found, where=is_some)

    for good in range(len(arrays.goods)):
        find(good)
    return {actor: shares[:, at] for at, actor in enumerate(sellers)}


Path = tuple[float, ...]


def _paths(names: tuple[str, ...], rows: FloatArray) -> dict[str, Path]:
    return {name: tuple(row.tolist()) for name, row in zip(names, rows, strict=True)}


def _by_element(study: Study, rows: FloatArray, section: str) -> dict[str, Path]:
    """Sums of activities of one section by element, routes and late twins together."""
    sums: dict[str, FloatArray] = {}
    for k, element in enumerate(study.arrays.activities.elements):
        kind, name = element.split(".", 1)
        if kind == section:
            sums[name] = sums.get(name, np.zeros(rows.shape[1])) + rows[k]
    return {name: tuple(row.tolist()) for name, row in sums.items()}


def _money(study: Study) -> FloatArray:
    """Undiscounted money of the calm plan, shortage costs apart. (T,) [money/period]"""
    arrays, calm = study.arrays, study.calm
    activities = arrays.activities
    bought = (activities.kinds == ActivityKind.PURCHASE)[:, None]
    paid = np.where(bought, arrivals_by_period(calm), calm.orders)
    stock = stock_by_good(arrays, calm.lots, calm.fresh)
    running = (activities.unit_cost * paid).sum(axis=0)
    return np.asarray(running + (arrays.storage_cost * stock).sum(axis=0), dtype=np.float64)


def calm_plan_of(study: Study) -> CalmPlan:
    """The calm plan of a variant over its calendar."""
    arrays, calm = study.arrays, study.calm
    n = arrays.n_calendar
    calendar = arrays.calendar
    arriving = arrivals_by_period(calm)[:, :n]
    stock = stock_by_good(arrays, calm.lots, calm.fresh)[:, :n]
    openings = {
        plant: calendar.label(int(period)) if period < n else None
        for plant, period in zip(arrays.plants, arrays.plant_opening, strict=True)
    }
    return CalmPlan(
        variant=study.variant,
        months=calendar.labels,
        stock=_paths(arrays.goods, stock),
        reserve=_paths(arrays.goods, arrays.reserve[:, :n]),
        purchases=_by_element(study, arriving, "suppliers"),
        output=_by_element(study, arriving, "recipes"),
        exports=_by_element(study, calm.orders[:, :n], "exports"),
        demand=_paths(arrays.uses, arrays.demand[:, :n]),
        unmet=_paths(arrays.uses, calm.unmet[:, :n]),
        money=tuple(_money(study)[:n].tolist()),
        plant_openings=openings,
        sender_share=_use_shares(study),
    )


def _use_shares(study: Study) -> Mapping[str, Mapping[str, tuple[float | None, ...]]]:
    arrays = study.arrays
    by_good = actor_shares(study)
    shares: dict[str, dict[str, tuple[float | None, ...]]] = {}
    for u, use in enumerate(arrays.uses):
        good = int(arrays.use_goods[u])
        shares[use] = {
            actor: tuple(None if isnan(share) else share for share in path[good].tolist())
            for actor, path in by_good.items()
        }
    return shares


def branch_of(study: Study, measure: str, *, start: int, length: int, bound: str) -> Branch:
    """One branch of a variant in full, by one rule.

    Args:
        study: The variant, with the measure among its measures.
        measure: Name of the measure.
        start: [period]
        length: [period]
        bound: `optimal` or `myopic`.
    """
    arrays = next(m for m in study.measures if m.name == measure)
    run = MeasureRun(arrays, length)
    if bound == OPTIMAL:
        response: Response = StartSolver(study.calm, start).solve(run)
    else:
        window = make_window(study.calm, start, horizon(study.arrays, run, start))
        response = myopic_response(window, run)
    return _as_branch(study, response, bound)


def _as_branch(study: Study, response: Response, bound: str) -> Branch:
    arrays, layout, run = study.arrays, response.window.layout, response.run
    calendar = arrays.calendar
    demand = demand_path(layout, run)
    served = 1.0 - np.divide(response.unmet, demand, out=np.zeros_like(demand), where=demand > 0)
    stock = stock_by_good(arrays, response.lots, response.fresh)
    return Branch(
        variant=study.variant,
        measure=run.measure.name if run.measure else "",
        start=calendar.label(layout.start),
        length=run.length * calendar.step,
        bound=bound,
        months=tuple(calendar.label(layout.start + s) for s in range(layout.n)),
        served_share=_paths(arrays.uses, np.clip(served, 0.0, 1.0)),
        stock=_paths(arrays.goods, stock),
        unmet=_paths(arrays.uses, response.unmet),
        demand=_paths(arrays.uses, demand),
    )
