"""Best responses over draws: one row of columns from the programs of one draw.

Futures by the myopic rule: what one measure does at chosen dates, and what hazards do.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import numpy as np

from derbes.analysis.cover import cover_table
from derbes.analysis.leverage import Starts, leverage_rows, outcomes_of
from derbes.case.entities import Case, Tier
from derbes.case.quantity import FloatArray
from derbes.case.request import Request
from derbes.case.uncertainty import Draws, Events
from derbes.draws.inputs import (
    drawn_case,
    drawn_path,
    drawn_values,
    inputs_by_path,
    scenario_cases,
)
from derbes.draws.study import Study, longest_length, make_study, narrowed, prepare_futures
from derbes.language import _
from derbes.model.arrays import BoolArray, IntArray
from derbes.model.compile import longest_lead_time, refill_periods, tail_periods
from derbes.model.numbers import AS_WRITTEN, Values
from derbes.parallel import Progress, run_tasks
from derbes.results.supply import ALL_ESSENTIAL, LeverageRow
from derbes.simulation.futures import Futures, FuturesModel, simulate_futures
from derbes.stress.request import (
    ENDED,
    FANS,
    LEVERAGE,
    LEVERAGE_RATIO,
    LOOKED_AT,
    OPTIMAL,
    SENDER_COST,
    SURVIVE,
    SURVIVES,
    TARGET_LOSS,
    TIME_TO_SURVIVE,
    UNMET_ESSENTIAL,
    Asked,
    Column,
    Target,
    solved_columns,
)

Numbers = dict[Column, float]


@dataclass(frozen=True, slots=True)
class Future:
    """One draw for one worker."""

    asked: Asked
    case: Case
    """The scenario of the draw, and nothing that programs do not read."""
    values: Values
    """What is drawn."""


def solve_draws(
    asked: Asked,
    case: Case,
    draws: Draws,
    *,
    n_workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> FloatArray:
    """Columns of `solved_columns` for each draw, each draw by itself and cold. (N, C)

    A draw's numbers do not depend on which worker solves it or on what it solved before.

    Raises:
        SolveError: A program has no usable answer.
    """
    tasks = []
    for i in range(len(draws.weights)):
        world, values = drawn_values(case, draws, i)
        tasks.append(Future(asked, bare(world), values))
    found = run_tasks(
        solved_row,
        tasks,
        n_workers=n_workers,
        executor=executor,
        progress=progress,
        what=_("draws solved"),
    )
    return np.array(found, dtype=np.float64).reshape(len(tasks), len(solved_columns(asked)))


def bare(case: Case) -> Case:
    """A case without what programs do not read, so that it is quick to send."""
    return replace(
        case,
        variants={},
        scenarios={},
        facts={},
        documents={},
        statements={},
        contrasts={},
        double_standards={},
        tensions={},
    )


def solved_row(future: Future) -> FloatArray:
    """Columns of one draw. (C,)"""
    numbers = solved_case(future.asked, future.case, future.values)
    return np.array([numbers[column] for column in solved_columns(future.asked)])


def solved_case(asked: Asked, case: Case, values: Values = AS_WRITTEN) -> Numbers:
    """Columns of a case with the central values, or with what is drawn."""
    measures = tuple(target.measure for target in asked.targets)
    lengths = {n for target in asked.targets for n in (target.length, *target.lengths)}
    longest = longest_length(case, Request(lengths=tuple(sorted(lengths))))
    study = make_study(case, measures, longest, values=values)
    numbers: Numbers = {}
    for target in asked.targets:
        alone = narrowed(study, [target.measure])
        if asked.asks(SURVIVE):
            numbers |= _survive(target, alone)
        if asked.asks(ENDED) and target.lengths:
            numbers |= _ended(target, alone)
        if asked.asks(LEVERAGE, FANS):
            numbers |= _leverage(target, alone)
    return numbers


def _request(target: Target) -> Request:
    return Request(measures=(target.measure,), starts=target.starts, lengths=(target.length,))


def _survive(target: Target, study: Study) -> Numbers:
    rows = cover_table(study.case, _request(target), studies=[study], only_essential=True)
    calendar = study.arrays.calendar
    most = float(LOOKED_AT * calendar.step)
    return {
        Column(TIME_TO_SURVIVE, row.measure, calendar.index_of(row.start), 0, OPTIMAL): (
            most if row.time_to_survive is None else min(row.time_to_survive, most)
        )
        for row in rows
        if row.use == ALL_ESSENTIAL
    }


def _ended(target: Target, study: Study) -> Numbers:
    return {
        Column(SURVIVES, one.measure, one.start, one.length, OPTIMAL): float(not one.short_uses)
        for one in outcomes_of(Starts(study, target.starts, target.lengths))
    }


def unbounded_ratio(row: LeverageRow) -> float | None:
    """The leverage ratio; where the sender loses nothing, 0, or inf if the target does.

    None where a loss is missing: draws in which the sender loses nothing are those in which
    leverage is largest, so they are not left out.
    """
    loss, cost = row.target_loss, row.sender_cost_returning
    if row.leverage_ratio is not None or loss is None or cost is None:
        return row.leverage_ratio
    return np.inf if loss > 0.0 else 0.0


def _leverage(target: Target, study: Study) -> Numbers:
    numbers: Numbers = {}
    for row in leverage_rows([study], _request(target), has_premium=False):
        start = study.arrays.calendar.index_of(row.start)
        ratio = unbounded_ratio(row)
        found = {LEVERAGE_RATIO: ratio, TARGET_LOSS: row.target_loss}
        if row.bound == OPTIMAL:
            found |= {SENDER_COST: row.sender_cost_returning, UNMET_ESSENTIAL: row.unmet_essential}
        for kind, number in found.items():
            key = Column(kind, row.measure, start, target.length, row.bound)
            numbers[key] = np.nan if number is None else number
    return numbers


STOCK, MONEY = "stock", "money"
"""What may be kept of futures beside what goes short."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A case and its scenarios, ready to be run by the rule; models are made when needed."""

    case: Case
    measures: tuple[str, ...]
    """Measures that may strike."""
    inputs: tuple[str, ...]
    """Inputs that the draws hold."""
    n_threads: int = 1
    _models: dict[tuple[str, int], FuturesModel] = field(default_factory=dict)

    def model(self, scenario: str, n_periods: int) -> FuturesModel:
        """The compiled futures of a scenario; `""` is the case as written."""
        key = (scenario, n_periods)
        if key not in self._models:
            case = replace(self.world(scenario), scenarios={}, variants={})
            known = inputs_by_path(case)
            self._models[key] = prepare_futures(
                case,
                measures=tuple(name for name in self.measures if name in case.measures),
                inputs=tuple(path for path in self.inputs if path in known),
                n_periods=min(n_periods, case.calendar.n_periods + tail_periods(case)),
            )
        return self._models[key]

    def own_model(self, scenario: str, draws: Draws, n_periods: int) -> FuturesModel:
        """The futures of one draw, which follows its own calm plan."""
        case = replace(self.world(scenario), scenarios={}, variants={})
        return prepare_futures(
            drawn_case(case, replace(draws, scenarios=()), 0),
            measures=tuple(name for name in self.measures if name in case.measures),
            n_periods=min(n_periods, case.calendar.n_periods + tail_periods(case)),
        )

    def world(self, scenario: str) -> Case:
        """The case in a scenario; `""` is the case as written."""
        return scenario_cases(self.case)[scenario] if scenario else self.case


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What futures come to, in the order of the draws."""

    unmet: FloatArray
    """Total by use. (N, U) [unit]"""
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
    count_from: int = 0,
    keep: tuple[str, ...] = (),
) -> Outcomes:
    """The futures of some draws, each in its scenario.

    Args:
        rule: The case.
        draws: Futures.
        events: Measures that come; None: none.
        n_periods: Periods from the first on.
        count_from: First period whose unmet demand counts.
        keep: `stock`, by period of every future; `money`, its total.
    """
    parts = []
    for name, rows in by_scenario(draws):
        own = rows_of(draws, rows)
        alone = len(draws.weights) == 1
        found = simulate_futures(
            rule.own_model(name, own, n_periods) if alone else rule.model(name, n_periods),
            own,
            None if events is None else _event_rows(events, rows),
            keep=keep,
            n_paths=len(rows) if STOCK in keep else 0,
            n_threads=rule.n_threads,
            count_from=count_from,
        )
        shortage = found.unmet_worth * shortage_cost(rule.world(name), own)
        parts.append(Part(rows, found, np.where(found.unmet > 0.0, shortage, 0.0).sum(axis=1)))
    return _joined(parts, draws.weights)


@dataclass(frozen=True, slots=True)
class Part:
    """The futures of one scenario."""

    rows: IntArray
    found: Futures
    shortage: FloatArray


def shortage_cost(case: Case, draws: Draws) -> FloatArray:
    """Cost of a unit short of each use, as drawn; nan: it has none. (N, U) [money/unit]"""
    costs = np.full((len(draws.weights), len(case.uses)), np.nan)
    for u, use in enumerate(case.uses.values()):
        if use.shortage_cost is not None:
            costs[:, u] = drawn_path(use.shortage_cost, draws, 1, case.calendar)[:, 0]
    return costs


def by_scenario(draws: Draws) -> Iterator[tuple[str, IntArray]]:
    """Each scenario of the draws, and its rows."""
    if not draws.scenarios:
        yield "", np.arange(len(draws.weights))
        return
    names = np.array(draws.scenarios)
    for name in dict.fromkeys(draws.scenarios):
        yield name, np.flatnonzero(names == name)


def rows_of(draws: Draws, rows: Sequence[int] | IntArray) -> Draws:
    """Some rows of draws, with the weights that they have among all."""
    chosen = np.asarray(rows, dtype=np.int64)
    return replace(
        draws,
        values=draws.values[chosen],
        weights=draws.weights[chosen],
        scenarios=tuple(draws.scenarios[i] for i in chosen) if draws.scenarios else (),
    )


def _event_rows(events: Events, rows: IntArray) -> Events:
    return Events(events.measures, events.measure[rows], events.start[rows], events.length[rows])


def _joined(parts: Sequence[Part], weights: FloatArray) -> Outcomes:
    """The rows of all scenarios in the order of the draws."""
    order = np.argsort(np.concatenate([part.rows for part in parts]), kind="stable")

    def in_order(columns: list[FloatArray]) -> FloatArray:
        return np.asarray(np.concatenate(columns)[order], dtype=np.float64)

    shares = [weights[part.rows].sum() / weights.sum() for part in parts]
    short = [part.found.probability_short for part in parts]
    kept = [part.found.paths[STOCK] for part in parts if len(part.found.paths.get(STOCK, ()))]
    first_short = np.concatenate([part.found.first_short for part in parts])
    return Outcomes(
        unmet=in_order([part.found.unmet for part in parts]),
        first_short=np.asarray(first_short[order], dtype=np.int64),
        money=in_order([part.found.money for part in parts]),
        shortage=in_order([part.shortage for part in parts]),
        p_short=np.asarray(np.tensordot(shares, short, axes=1), dtype=np.float64),
        stock=in_order(kept) if kept else np.zeros((0, 0, 0)),
    )


def one_measure(n: int, measure: str, *, start: int, length: int) -> Events:
    """The same measure in every one of n futures."""

    def everywhere(number: int) -> IntArray:
        return np.full((n, 1), number, dtype=np.int64)

    return Events((measure,), everywhere(0), everywhere(start), everywhere(length))


def aftermath(case: Case) -> int:
    """Periods after a measure in which it may still be felt. [period]"""
    return int(refill_periods(case)) + 3 * longest_lead_time(case) + 1


def cut_numbers(rule: Rule, draws: Draws, columns: Sequence[Column]) -> FloatArray:
    """Columns by the rule for each draw. (N, C)

    Each future is run from the first period, in calm until the measure strikes; what goes
    short before counts for nothing. Time to survive is counted in whole periods.

    Args:
        rule: The case.
        draws: Futures.
        columns: Time to survive, unmet essential demand, or whether a length is survived.
    """
    numbers = np.empty((len(draws.weights), len(columns)))
    cuts = [(column.measure, column.start, column.length) for column in columns]
    for measure, start, length in dict.fromkeys(cuts):
        lasts = length or LOOKED_AT
        found = run(
            rule,
            draws,
            one_measure(len(draws.weights), measure, start=start, length=lasts),
            n_periods=start + lasts + (aftermath(rule.case) if length else 0),
            count_from=start,
        )
        for position, cut in enumerate(cuts):
            if cut == (measure, start, length):
                numbers[:, position] = _number(rule.case, columns[position], found)
    return numbers


def _number(case: Case, column: Column, found: Outcomes) -> FloatArray:
    step = float(case.calendar.step)
    if column.kind == TIME_TO_SURVIVE:
        lasted = np.where(found.first_short < 0, LOOKED_AT, found.first_short - column.start)
        return np.minimum(lasted, LOOKED_AT) * step
    if column.kind == SURVIVES:
        return (found.first_short < 0).astype(np.float64)
    return np.asarray(found.unmet[:, essential_uses(case)].sum(axis=1), dtype=np.float64)


def essential_uses(case: Case) -> BoolArray:
    """Uses of the essential tier. (U,)"""
    return np.array([use.tier is Tier.ESSENTIAL for use in case.uses.values()], dtype=np.bool_)
