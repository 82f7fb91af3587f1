"""What each draw comes to: by the myopic rule in all of them, by programs in some.

By the rule: what one measure does at chosen dates, when hazards bring measures and what they
do, months of cover in calm. By programs: one row of columns from the best responses.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

import numpy as np

from derbes.analysis.cover import StartCover
from derbes.analysis.leverage import Starts, leverage_rows, outcomes_of
from derbes.case.entities import Case, essential_uses
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.case.request import ENDED, FANS, LEVERAGE, SURVIVE, Request
from derbes.case.uncertainty import Draws, Events
from derbes.draws.inputs import (
    drawn_case,
    drawn_paths,
    drawn_values,
    inputs_by_path,
    scenario_cases,
    uncertain_inputs,
)
from derbes.draws.sampling import LEAST_SHARE, correlated, factor, make_draws, quantile_function
from derbes.draws.study import ChangedArrays, longest_length, make_study, narrowed, prepare_futures
from derbes.errors import SolveError
from derbes.kernels.futures import ADDED, FIRST, LAST, NOISE
from derbes.language import _
from derbes.model.arrays import BoolArray, IntArray, looked_until
from derbes.model.compile import (
    compile_case,
    longest_lead_time,
    refill_periods,
    tail_periods,
    use_weights,
)
from derbes.model.numbers import Values, with_formulas
from derbes.parallel import RunOptions, run_tasks
from derbes.results.supply import LeverageRow
from derbes.simulation.futures import FuturesModel, simulate_futures, simulate_strikes
from derbes.stress.columns import (
    LEVERAGE_RATIO,
    LOOKED_AT,
    OPTIMAL,
    SENDER_COST,
    SENDER_COST_LOST,
    SURVIVES,
    TARGET_LOSS,
    TIME_TO_SURVIVE,
    UNMET_ESSENTIAL,
    DrawColumn,
    DrawnVariant,
)
from derbes.supply.baseline import CalmStart, calm_start

STOCK, MONEY = "stock", "money"
"""What may be kept of futures beside what goes short."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A case and its scenarios, ready to be run by the rule; models are made when needed."""

    case: Case
    measures: tuple[str, ...]
    """Measures that may strike."""
    n_threads: int = 1
    changed: ChangedArrays | None = None
    """What is decided, as a change of the arrays; None: nothing."""
    _models: dict[tuple[str, tuple[str, ...], bytes], FuturesModel] = field(default_factory=dict)

    def model(self, scenario: str, draws: Draws, *, is_alone: bool = False) -> FuturesModel:
        """The compiled futures of a scenario; `""` is the case as written.

        One draw alone follows its own calm plan, many that of the central values. A plan is
        solved once, for futures of any number of periods.
        """
        key = scenario, draws.inputs, draws.values.tobytes() if is_alone else b""
        if key not in self._models:
            case = self.world(scenario)
            known = () if is_alone else inputs_by_path(case)
            own = drawn_case(case, replace(draws, scenarios=()), 0) if is_alone else case
            self._models[key] = prepare_futures(
                replace(own, scenarios={}, variants={}),
                measures=tuple(name for name in self.measures if name in case.measures),
                inputs=tuple(path for path in draws.inputs if path in known),
                changed=self.changed,
            )
        return self._models[key]

    def world(self, scenario: str) -> Case:
        """The case in a scenario; `""` is the case as written."""
        if not scenario:
            return self.case
        return with_measures_of(self.case, scenario_cases(self.case)[scenario])


def with_measures_of(case: Case, world: Case) -> Case:
    """A scenario with all measures of its case: one that cannot come there takes nothing."""
    gone = {
        name: replace(one, hits=(), crisis=False, together_with=())
        for name, one in case.measures.items()
        if name not in world.measures
    }
    return replace(world, measures={**world.measures, **gone}) if gone else world


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What futures come to, in the order of the draws."""

    unmet: FloatArray
    """Total by use of the case; 0 where the scenario has no such use. (N, U) [unit]"""
    essential: FloatArray
    """Total of the scenario's essential uses, each by its weight. (N,) [unit]"""
    first_short: IntArray
    """First period in which essential demand goes short; -1: none. (N,) [period]"""
    money: FloatArray
    """Discounted to the first period; nan where it was not asked for. (N,) [money]"""
    shortage: FloatArray
    """Cost of being short, discounted; nan also where it has no price. (N,) [money]"""
    p_short: FloatArray
    """Weighted share of the futures short in each period. (T,)"""
    stock: FloatArray
    """Stocks at the end of each period; empty where they were not asked for. (N, T, G) [unit]"""


def run(
    rule: Rule,
    draws: Draws,
    events: Events | None = None,
    *,
    n_periods: int,
    keep: tuple[str, ...] = (),
) -> Outcomes:
    """The futures of some draws, each in its scenario.

    Args:
        rule: The case.
        draws: Futures.
        events: Measures that come; None: none.
        n_periods: Periods from the first on.
        keep: `stock`, by period of every future; `money`, its total.
    """
    n, parts, shares, places = len(draws.weights), [], [], []
    unmet, first_short = np.zeros((n, len(rule.case.uses))), np.empty(n, dtype=np.int64)
    essential, money, shortage = np.empty((3, n))
    hits = (events.measure, events.start, events.length) if events else ()
    for name, rows, own in by_scenario(draws):
        world = rule.world(name)
        model = rule.model(name, own, is_alone=n == 1)
        last = world.calendar.n_periods + tail_periods(world)
        found = simulate_futures(
            replace(model, n_periods=min(n_periods, last)),
            own,
            events and Events(events.measures, *(e[rows] for e in hits)),
            keep=keep,
            n_paths=len(rows) if STOCK in keep else 0,
            n_threads=rule.n_threads,
        )
        parts.append(found)
        places.append(rows)
        shares.append(own.weights.sum() / draws.weights.sum())
        money[rows], first_short[rows] = found.money, found.first_short
        costs = found.unmet_worth * shortage_cost(world, own)
        shortage[rows] = np.where(found.unmet > 0.0, costs, 0.0).sum(axis=1)
        essential[rows] = weighted(world, own, found.unmet)
        for u, use in enumerate(rule.case.uses):
            if use in world.uses:
                unmet[rows, u] = found.unmet[:, [*world.uses].index(use)]
    order = np.argsort(np.concatenate(places), kind="stable")
    stocks = [part.paths[STOCK] for part in parts if len(part.paths.get(STOCK, ()))]
    return Outcomes(
        unmet=unmet,
        essential=essential,
        first_short=first_short,
        money=money,
        shortage=shortage,
        p_short=np.tensordot(shares, [part.probability_short for part in parts], axes=1),
        stock=np.concatenate(stocks)[order] if stocks else np.zeros((0, 0, 0)),
    )


def shortage_cost(case: Case, draws: Draws) -> FloatArray:
    """Cost of a unit short of each use, as drawn; nan: it has none. (N, U) [money/unit]"""
    costs = np.full((len(draws.weights), len(case.uses)), np.nan)
    path = drawn_paths(case, draws, 1)
    for u, use in enumerate(case.uses.values()):
        if use.shortage_cost is not None:
            costs[:, u] = path(use.shortage_cost)[:, 0]
    return costs


def weighted(world: Case, draws: Draws, unmet: FloatArray) -> FloatArray:
    """Unmet demand of all essential uses in a scenario, each by its weight. (N, U) → (N,)"""
    values = dict(zip(draws.inputs, draws.values.T, strict=True))
    weights = use_weights(world, with_formulas(world, values))[0]
    return np.asarray((weights * unmet)[:, essential_columns(world)].sum(axis=1))


def by_scenario(draws: Draws) -> Iterator[tuple[str, IntArray, Draws]]:
    """Each scenario of the draws, its rows, and the draws of these."""
    names, every = np.array(draws.scenarios), np.arange(len(draws.weights))
    for name in dict.fromkeys(draws.scenarios or ("",)):
        rows = np.flatnonzero(names == name) if draws.scenarios else every
        yield name, rows, rows_of(draws, rows)


def rows_of(draws: Draws, rows: Sequence[int] | IntArray) -> Draws:
    """Some rows of draws, with the weights that they have among all."""
    chosen = np.asarray(rows, dtype=np.int64)
    return replace(
        draws,
        values=draws.values[chosen],
        weights=draws.weights[chosen],
        scenarios=tuple(draws.scenarios[i] for i in chosen) if draws.scenarios else (),
    )


def essential_columns(case: Case) -> list[int]:
    """Places of the essential uses among all."""
    essential = essential_uses(case)
    return [place for place, use in enumerate(case.uses) if use in essential]


# One measure


def aftermath(case: Case) -> int:
    """Periods after a measure in which it may still be felt, in any draw. [period]"""
    top, longest = np.array([1.0 - LEAST_SHARE]), dict[str, float]()
    for quantity in uncertain_inputs(case):
        if quantity.path == "refill_time" or quantity.path.endswith(".lead_time"):
            at = quantile_function(quantity, case.reference_classes)
            longest[quantity.path] = float(at(top)[0])
    return int(refill_periods(case, longest)) + 3 * longest_lead_time(case, longest) + 1


def disruption_numbers(
    rule: Rule,
    draws: Draws,
    columns: Sequence[DrawColumn],
    *,
    until_last: Sequence[DrawColumn] = (),
) -> FloatArray:
    """Columns by the rule for each draw, then others. (N, C + E)

    Each future is run from the first period, in calm until the measure strikes; what goes
    short before counts for nothing. Time to survive is counted in whole periods, and is gross;
    all else is what the measure adds to the same demand without it.

    Args:
        rule: The case.
        draws: Futures.
        columns: Time to survive, unmet essential demand, or whether a length is survived.
        until_last: Whether a length is survived, told right from the last start that is not
            on, as much as `ended_by` looks at.
    """
    exact, columns = len(columns), [*columns, *until_last]
    numbers = np.empty((len(draws.weights), len(columns)))
    keys = [(column.measure, column.start, column.length) for column in columns]
    wanted = dict.fromkeys(keys, LAST) | {
        key: FIRST if column.kind == TIME_TO_SURVIVE else ADDED
        for key, column in zip(keys[:exact], columns, strict=False)
    }
    step = float(rule.case.calendar.step)
    for name, rows, own in by_scenario(draws):
        found = _struck(rule, name, own, wanted, is_alone=len(draws.weights) == 1)
        for column, (key, one) in enumerate(zip(keys, columns, strict=True)):
            added, short = found[key]
            if one.kind == TIME_TO_SURVIVE:
                lasted = np.where(short < 0, LOOKED_AT, short - one.start)
                numbers[rows, column] = np.minimum(lasted, LOOKED_AT) * step
            elif one.kind == SURVIVES:
                numbers[rows, column] = (added <= 0.0).all(axis=1)
            else:
                numbers[rows, column] = weighted(rule.world(name), own, added)
    return numbers


Struck = tuple[str, int, int]
"""A measure, its start and length; 0: it does not end while one looks. [period]"""


def _struck(
    rule: Rule, name: str, own: Draws, wanted: Mapping[Struck, int], *, is_alone: bool
) -> dict[Struck, tuple[FloatArray, IntArray]]:
    """What each strike adds to unmet demand by use (N, U) and its first short period (N,)."""
    world = rule.world(name)
    last = world.calendar.n_periods + tail_periods(world)
    strikes, after = [], aftermath(world)
    for (measure, start, length), until in wanted.items():
        n = length + after if length else LOOKED_AT
        strikes.append((measure, start, length or LOOKED_AT, min(start + n, last), until))
    model = rule.model(name, own, is_alone=is_alone)
    added, first_short = simulate_strikes(model, own, strikes, n_threads=rule.n_threads)
    return {key: (added[:, at], first_short[:, at]) for at, key in enumerate(wanted)}


def ended_by(survives: FloatArray) -> FloatArray:
    """Whether no start from each date on goes short, by whether each is survived. (N, dates)"""
    later = np.logical_and.accumulate(survives[:, ::-1] > 0.5, axis=1)[:, ::-1]
    return np.asarray(later, dtype=np.float64)


def central_draws(variant: DrawnVariant) -> Draws:
    """One row: every input at its central value, outside any scenario."""
    known = inputs_by_path(variant.case)
    values = [[known[path].value if path in known else np.nan for path in variant.paths]]
    return Draws(variant.paths, np.array(values, dtype=np.float64).reshape(1, -1), np.ones(1))


N_PROBES = 16
"""Draws over which starts are looked for that others than the center do not survive."""


def with_weakest_starts(variant: DrawnVariant, rule: Rule) -> DrawnVariant:
    """A variant whose ends are judged at weak starts from each date or year to the next, too.

    The one that leaves most unmet at the center, then lasts least; and that which most of a few
    draws do not survive that survive all others from it on. So no season is missed.
    """
    center, told = central_draws(variant), []
    few = make_draws(variant.case, N_PROBES, inputs=variant.paths, lists=False)
    until = looked_until(rule.model("", center, is_alone=True).arrays)
    for target in variant.targets:
        spans = [range(*span) for span in pairwise([*target.watched, until])]
        each = replace(target, starts=tuple(start for span in spans for start in span))
        asked = [*each.columns(UNMET_ESSENTIAL), *each.columns(TIME_TO_SURVIVE, lengths=(0,))]
        unmet, lasts = disruption_numbers(rule, center, asked)[0].reshape(2, -1)
        unmet = np.round(unmet / (unmet.max(initial=0.0) or 1.0), 9)
        order = [each.starts[at] for at in np.lexsort((lasts, -unmet))]
        watched = {*target.watched, *(min(span, key=order.index) for span in spans)}
        survived = disruption_numbers(rule, few, each.columns(SURVIVES)).T > 0.5
        of_start = dict(zip(each.starts, survived, strict=True))
        left = np.arange(N_PROBES)
        for span in reversed(spans):
            left = left[np.all([of_start[s][left] for s in watched.intersection(span)], axis=0)]
            weak = min(span, key=lambda start: int(of_start[start][left].sum()))
            if not of_start[weak][left].all():
                watched.add(weak)
                left = left[of_start[weak][left]]
        told.append(replace(target, watched=tuple(sorted(watched))))
    return replace(variant, targets=tuple(told))


# Hazards

NEVER = 2**40
"""A period behind every calendar. [period]"""
STREAM = 7_919
"""Sets the numbers for events apart from those for the inputs, for every seed."""


def make_events(case: Case, draws: Draws, *, seed: int) -> Events:
    """Starts and lengths of the measures that hazards bring in each future.

    A hazard waits an exponential time with its yearly rate, strikes, and runs for a length
    from its distribution; only then the next wait begins, so no measure overlaps itself
    (an alternating renewal process). Starts and lengths are taken to the nearest period,
    and a measure runs for one at least. The k-th waits of correlated hazards have the
    stated rank correlation. A rate that is drawn counts as drawn. The numbers of a future
    depend on the seed and on its place in the sequence alone.
    """
    hazards = tuple(sorted(case.hazards))
    n, n_periods = len(draws.weights), case.calendar.n_periods
    names = tuple(dict.fromkeys(hazard.measure for hazard in case.hazards.values()))
    clock = np.zeros((n, len(hazards)), dtype=np.int64)
    which = np.array([names.index(case.hazards[one].measure) for one in hazards], dtype=np.int64)
    starts, lengths = [clock[:, :0]], [clock[:, :0]]
    worlds = [(case, np.ones(n, dtype=np.bool_))]
    if draws.scenarios and case.scenarios:
        own = np.array(draws.scenarios)
        worlds = [(one, own == name) for name, one in scenario_cases(case).items()]
    lower = factor(case, [f"hazards.{name}" for name in hazards])
    while hazards and (clock < n_periods).any():
        shares = _shares(draws, len(hazards), seed=seed, order=len(starts))
        waits, sizes = correlated(shares[:, : len(hazards)], lower), shares[:, len(hazards) :]
        start, length = np.empty_like(clock), np.empty_like(clock)
        for world, rows in worlds:
            step = float(world.calendar.step)
            for column, name in enumerate(hazards):
                rates = _rates(world, draws, name, rows)
                with np.errstate(divide="ignore"):
                    months = -np.log1p(-waits[rows, column]) / (rates / MONTHS_A_YEAR)
                waited = np.rint(np.minimum(months / step, NEVER)).astype(np.int64)
                start[rows, column] = clock[rows, column] + waited
                length[rows, column] = _lengths(world, name, sizes[rows, column])
        starts.append(np.where(start < n_periods, start, NEVER))
        lengths.append(length)
        clock = np.minimum(start + length, NEVER)
    return _in_order(names, np.hstack(starts), np.hstack(lengths), np.tile(which, len(starts) - 1))


def _shares(draws: Draws, n_hazards: int, *, seed: int, order: int) -> FloatArray:
    """Shares of waits, then of lengths; a row depends on its place alone. (N, 2 H)"""
    bits = np.random.PCG64(np.random.SeedSequence([STREAM, seed, order]))
    bits.advance(draws.first * 2 * n_hazards)
    shares = np.random.Generator(bits).random((len(draws.weights), 2 * n_hazards))
    return np.clip(shares, LEAST_SHARE, 1.0 - LEAST_SHARE)


def _rates(world: Case, draws: Draws, name: str, rows: BoolArray) -> FloatArray:
    """Yearly rate in each row; 0 where a scenario has no such hazard. (rows,) [1/year]"""
    hazard = world.hazards.get(name)
    rate = hazard.rate if hazard else None
    if rate is not None and rate.path in draws.inputs:
        return np.asarray(draws.values[rows, draws.inputs.index(rate.path)], dtype=np.float64)
    return np.full(int(rows.sum()), 0.0 if rate is None else rate.value)


def _lengths(world: Case, name: str, shares: FloatArray) -> IntArray:
    """Length of an event at a share of its distribution; at least one. [period]"""
    hazard = world.hazards.get(name)
    if hazard is None or hazard.length is None:
        return np.ones(len(shares), dtype=np.int64)
    months = quantile_function(hazard.length, world.reference_classes)(shares)
    return np.maximum(1, np.rint(months / float(world.calendar.step)).astype(np.int64))


def _in_order(
    names: tuple[str, ...], starts: IntArray, lengths: IntArray, measures: IntArray
) -> Events:
    """Events by start, without gaps between them; 0 periods where there is none.

    Of two hazards of one measure, what begins while it runs is left out.
    """
    measure = np.where(starts < NEVER, measures, -1)
    order = np.argsort(starts, axis=1, kind="stable")
    rows = (measure, starts, lengths)
    measure, starts, lengths = (np.take_along_axis(row, order, axis=1) for row in rows)
    for one in range(len(names)):
        free_from = np.zeros(len(starts), dtype=np.int64)
        for column in range(starts.shape[1]):
            mine = measure[:, column] == one
            runs = mine & (starts[:, column] < free_from)
            measure[runs, column] = -1
            ends = starts[:, column] + lengths[:, column]
            free_from = np.where(mine & ~runs, ends, free_from)
    is_none = measure < 0
    order = np.argsort(is_none, axis=1, kind="stable")
    width = int((~is_none).sum(axis=1).max(initial=0))
    packed = [
        np.take_along_axis(np.where(is_none, empty, values), order, axis=1)[:, :width]
        for values, empty in ((measure, -1), (starts, 0), (lengths, 0))
    ]
    return Events(names, *packed)


@dataclass(frozen=True, slots=True)
class HazardOutcome:
    """Futures in which hazards strike, beside the same futures in calm."""

    loss: FloatArray
    """Extra cost, shortage included, discounted; nan: a shortage has no price. (N,) [money]"""
    unmet: FloatArray
    """Unmet essential demand beyond that of calm. (N,) [unit]"""
    first_short: IntArray
    """First period, also behind the calendar, in which essential demand goes short, by hazards or
    in calm; -1: none. (N,) [period]"""
    short_uses: FloatArray
    """1 where an essential use goes short, by hazards or in calm. (N, E)"""
    uses: tuple[str, ...]
    """Essential uses. (E,)"""
    p_short: FloatArray
    """Futures short in each period: a number, not a share. (T,)"""
    weights: FloatArray
    """(N,)"""


def simulate_hazards(rule: Rule, draws: Draws, *, seed: int) -> HazardOutcome:
    """The futures of some draws, with their hazards and without.

    Measures start within the calendar; the futures go on behind it until the last of them is
    over and what they left is refilled, so that a reserve that was drawn is not taken for money
    saved. What goes short then counts as much as what does before.
    """
    case, n_calendar = rule.case, rule.case.calendar.n_periods
    n_periods = _until_refilled(case)
    events = make_events(case, draws, seed=seed)
    calm = run(rule, draws, n_periods=n_periods, keep=(MONEY,))
    found = run(rule, draws, events, n_periods=n_periods, keep=(MONEY,))
    return HazardOutcome(
        loss=_more(found.money + found.shortage, calm.money + calm.shortage),
        unmet=_more(found.essential, calm.essential),
        first_short=found.first_short,
        short_uses=(found.unmet[:, essential_columns(case)] > 0.0).astype(np.float64),
        uses=essential_uses(case),
        p_short=np.rint(found.p_short[:n_calendar] * len(draws.weights)),
        weights=draws.weights,
    )


def _until_refilled(case: Case) -> int:
    """Periods until what hazards bring is over in any future, as far as the arrays go. [period]

    It hangs on the case alone, so that a future is the same among any others.
    """
    worlds, top = scenario_cases(case).values(), np.array([1.0 - LEAST_SHARE])
    longest = max(int(_lengths(one, name, top)[0]) for one in worlds for name in case.hazards)
    n_calendar = case.calendar.n_periods
    room = min(tail_periods(one) for one in worlds)
    return n_calendar + min(longest + max(aftermath(one) for one in worlds), room)


def _more(found: FloatArray, calm: FloatArray) -> FloatArray:
    """By how much numbers are above those in calm, rounding noise left out. (N,)"""
    more = found - calm
    return np.where(np.abs(more) <= NOISE * (np.abs(found) + np.abs(calm)), 0.0, more)


# Months of cover

BEYOND = 120
"""Periods behind the calendar over which cover is looked at; what lasts longer has no end."""
ROUNDING = 1e-12
"""Part of what is used up to a period by which stock may fall short by rounding alone."""


def months_of_cover(rule: Rule, draws: Draws) -> FloatArray:
    """Months of cover before each period of the calendar; inf: nothing is used. (N, T)

    In calm, by the rule. Cover of a good is how long its stock before a period meets all
    calm demand for it from then on, without any delivery; of the case, that of the essential
    use with the least. What expires or spoils on the way is not known by age here, and is
    counted.
    """
    n_periods, step = rule.case.calendar.n_periods, float(rule.case.calendar.step)
    months = np.empty((len(draws.weights), n_periods))
    for name, rows, own in by_scenario(draws):
        world = rule.world(name)
        after = run(rule, own, n_periods=n_periods, keep=(STOCK,)).stock
        least = np.full((len(rows), n_periods), np.inf)
        path = drawn_paths(world, own, n_periods + BEYOND)
        for good in dict.fromkeys(world.uses[use].good for use in essential_uses(world)):
            first = np.zeros((len(rows), 1))
            for pile in world.stockpiles.values():
                if pile.good == good and pile.quantity is not None:
                    first += path(pile.quantity)[:, :1]
            used = np.zeros((len(rows), n_periods + BEYOND))
            for use in world.uses.values():
                if use.good == good and use.demand is not None:
                    used += path(use.demand)
            stock = np.hstack([first, after[:, :-1, [*world.goods].index(good)]])
            for row in range(len(rows)):
                least[row] = np.minimum(least[row], lasting(stock[row], step * used[row]))
        months[rows] = step * least
    return months


def lasting(held: FloatArray, demand: FloatArray) -> FloatArray:
    """How long what is held before each period meets the demand to come. (T,) [period]

    The broken period counts by the part of it that is met; inf: it never ends.

    Args:
        held: (T,) [unit]
        demand: Of the periods and of some behind them. (T + more,) [unit/period]

    Examples:
        >>> lasting(np.array([300.0, 0.0]), np.array([100.0, 150.0, 100.0, 0.0])).tolist()
        [2.5, 0.0]
        >>> lasting(np.array([351.0]), np.array([100.0, 150.0, 100.0, 0.0])).tolist()
        [inf]
    """
    used = np.concatenate([[0.0], np.cumsum(demand)])
    start = np.arange(len(held))
    reached = used[start] + held
    last = np.searchsorted(used, reached * (1.0 + ROUNDING), side="right")
    inside = last < len(used)
    broken = np.maximum(np.where(inside, last, 1) - 1, 0)
    part, left = np.zeros_like(held), reached - used[broken]
    np.divide(left, demand[broken], out=part, where=demand[broken] > 0)
    return np.where(inside, broken + part - start, np.inf)


# By programs


def central_start(variant: DrawnVariant) -> CalmStart | None:
    """The calm plan at central values, from which each draw starts; None: there is none."""
    with contextlib.suppress(SolveError):
        return calm_start(compile_case(variant.case, _longest(variant)))
    return None


def solve_draws(
    variant: DrawnVariant, draws: Draws, options: RunOptions, *, near: CalmStart | None = None
) -> FloatArray:
    """Solved columns for each draw, each draw by itself. (N, C)

    Each starts from the same calm plan, so that a draw's numbers do not depend on which worker
    solves it or on what it solved before.

    Raises:
        SolveError: A program has no usable answer.
    """
    drawn = (drawn_values(variant.case, draws, i) for i in range(len(draws.weights)))
    own = ((with_measures_of(variant.case, world), values) for world, values in drawn)
    tasks = [(bare(replace(variant, case=world)), values, near) for world, values in own]
    pool, what = options.pool, _("draws solved")
    found = run_tasks(solved_row, tasks, n_workers=options.n_workers, executor=pool, what=what)
    return np.array(found, dtype=np.float64).reshape(len(tasks), len(variant.solved_columns))


def bare(variant: DrawnVariant) -> DrawnVariant:
    """A variant without what programs do not read, so that it is quick to send."""
    case = replace(variant.case, variants={}, scenarios={}, facts={}, documents={})
    case = replace(case, statements={}, contrasts={}, double_standards={}, tensions={})
    return replace(variant, case=case)


def _longest(variant: DrawnVariant) -> int:
    """Longest measure that is asked about. [period]"""
    lengths = {n for one in variant.targets for n in (one.length, *one.lengths)}
    return longest_length(variant.case, Request(lengths=tuple(sorted(lengths))))


def solved_row(task: tuple[DrawnVariant, Values, CalmStart | None]) -> FloatArray:
    """Solved columns of a variant at its central values, or at what is drawn. (C,)

    At the dates that are asked for, also where a scenario or this variant alone fixes a start.
    """
    variant, values, near = task
    asked, targets, case = variant.request, variant.targets, variant.case
    names = tuple(target.measure for target in targets)
    free = {name: replace(case.measures[name], start=None) for name in names}
    case = replace(case, measures={**case.measures, **free})
    study = make_study(case, names, _longest(variant), values=values, near=near)
    index, step = study.arrays.calendar.index_of, study.arrays.calendar.step
    numbers: dict[DrawColumn, float] = {}
    for target in targets:
        name, length = target.measure, target.length
        alone = narrowed(study, [name])
        request = Request(measures=(name,), starts=target.starts, lengths=(length,))
        if asked.asks(SURVIVE):
            at_start = None
            for start, measure in product(target.starts, alone.measures):
                at_start = StartCover(alone, start, at_start)
                _program, survived = at_start.survived(
                    measure, alone.arrays.use_essential, most=LOOKED_AT
                )
                lasts = LOOKED_AT if survived.periods is None else survived.periods
                column = DrawColumn(TIME_TO_SURVIVE, name, start, 0, OPTIMAL)
                numbers[column] = float(min(lasts, LOOKED_AT) * step)
        if asked.asks(ENDED) and target.lengths:
            for one in outcomes_of(Starts(alone, target.watched, target.lengths)):
                column = DrawColumn(SURVIVES, one.measure, one.start, one.length, OPTIMAL)
                numbers[column] = float(not one.short_uses)
        if not asked.asks(LEVERAGE, FANS):
            continue
        for loss in leverage_rows([alone], request, has_premium=False):
            for kind, number in {
                LEVERAGE_RATIO: unbounded_ratio(loss),
                TARGET_LOSS: loss.target_loss,
                SENDER_COST: loss.sender_cost_returning,
                SENDER_COST_LOST: loss.sender_cost_lost,
                UNMET_ESSENTIAL: loss.unmet_essential,
            }.items():
                column = DrawColumn(kind, name, index(loss.start), length, loss.bound)
                numbers[column] = np.nan if number is None else number
    return np.array([numbers[column] for column in variant.solved_columns])


def unbounded_ratio(row: LeverageRow) -> float | None:
    """The leverage ratio; where the sender loses nothing, 0, or inf if the target does.

    None where a loss is missing: draws in which the sender loses nothing are those in which
    leverage is largest, so they are not left out.
    """
    loss, cost = row.target_loss, row.sender_cost_returning
    if row.leverage_ratio is not None or loss is None or cost is None:
        return row.leverage_ratio
    return np.inf if loss > 0.0 else 0.0
