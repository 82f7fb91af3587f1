"""One draw of the inputs as a world: models of its variants, and the value of an expression.

What solves programs is imported where it is first asked for, so that reading an expression
loads no solver; what it keeps has the type `Any` here.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import optional_elements
from derbes.case.quantity import FloatArray, Quantity, Step
from derbes.case.request import BASE, Request
from derbes.grammar import COMPARISONS
from derbes.language import worded
from derbes.model.arrays import CaseArrays, MeasureArrays, MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.model.numbers import Values, drawn, over
from derbes.results.supply import CalmPlan, CoverRow, LeverageRow
from derbes.statements import terms
from derbes.statements.terms import Day, Engine, Ledger, Missing, Term, Unknown, Value

ROUNDING = 1e-9
"""Part of what is usual of a good up to which an amount of it is nothing; part of the sender's
loss, or of a month's turnover, up to which a loss is none."""
Found = TypeVar("Found")
Asked = ParamSpec("Asked")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a measure does to one use."""

    net: float
    """Unmet demand that it adds. [unit]"""
    gross: float
    """All unmet demand. [unit]"""
    deepest: float
    """Largest share of its demand that the measure takes in one period, 0-1."""


def kept(
    compute: Callable[Concatenate["Model", Asked], Found],
) -> Callable[Concatenate["Model", Asked], Found]:
    """A figure of a model, computed when first asked for with these arguments."""

    @wraps(compute)
    def once(one: "Model", /, *asked: Asked.args, **named: Asked.kwargs) -> Found:
        key = (compute.__name__, *asked, *named.values())
        if key not in one.known:
            one.known[key] = compute(one, *asked, **named)
        found: Found = one.known[key]
        return found

    return once


@dataclass(slots=True)
class Model:
    """A variant in one draw, as quantities see it; compiled and solved when first asked."""

    name: str
    case: Case
    """The variant in the scenario of the draw, with central values."""
    values: Values
    """What is drawn, by path."""
    longest: int
    """Longest measure that an expression asks about. [period]"""
    near: Any = None
    """A calm plan of the same variant, or of the case, to start from: `CalmStart`."""
    keeps: bool = False
    """Whether it keeps where its programs stand, as starts for others."""
    is_compared: bool = False
    """Whether it was compared with the same variant at the center."""
    known: dict[object, Any] = field(default_factory=dict)
    """What has been computed, by what was asked, and the solvers that go on from there."""

    def number(self, quantity: Quantity) -> float:
        """A number as drawn; of a series its first."""
        if quantity.months:
            return float(over(quantity, 1, self.case.calendar, values=self.values)[0])
        return float(drawn(quantity, self.values))

    def at(self, quantity: Quantity | None, at: Day, path: str) -> float:
        """A number in a month; missing with its path where it is not given."""
        calendar, period = self.case.calendar, self.period(at)
        if quantity is None:
            raise Unknown(path)
        return float(over(quantity, calendar.n_periods, calendar, values=self.values)[period])

    def period(self, at: Day) -> int:
        """Period of the calendar that holds a month."""
        period = self.case.calendar.index(*at.month)
        if not 0 <= period < self.case.calendar.n_periods:
            raise Unknown(f"calendar ({at})")
        return period

    def good(self, name: str) -> int:
        """Position of a good in the arrays."""
        if name not in self.case.goods:
            raise Unknown(f"goods.{name}")
        return self.arrays.goods.index(name)

    def parts(self, since: Day, until: Day) -> FloatArray:
        """Part of each period of the calendar from one month to another, both counted. (T,)"""
        calendar, step = self.case.calendar, int(self.case.calendar.step)
        ends = [replace(calendar, step=Step.MONTH).index(*day.month) for day in (since, until)]
        begins = np.arange(self.period(since), self.period(until) + 1) * step
        parts = np.zeros(calendar.n_periods)
        parts[begins // step] = np.minimum(begins + step, ends[1] + 1) - np.maximum(begins, ends[0])
        return np.maximum(parts / step, 0.0)

    @property
    @kept
    def standing(self) -> Case:
        """The case without what only an option opens: nobody has chosen it."""
        case, closed = self.case, optional_elements(self.case.options)
        if not closed:
            return case
        routes = {route for route in case.routes if f"routes.{route}" in closed}
        plants = {n: one for n, one in case.plants.items() if f"plants.{n}" not in closed}
        recipes = {
            n: one
            for n, one in case.recipes.items()
            if closed.isdisjoint((f"recipes.{n}", f"plants.{one.plant}"))
        }
        suppliers = {
            n: one
            for n, one in case.suppliers.items()
            if f"suppliers.{n}" not in closed and (not one.routes or {*one.routes} - routes)
        }
        return replace(case, plants=plants, recipes=recipes, suppliers=suppliers)

    @property
    @kept
    def arrays(self) -> CaseArrays:
        """The case, compiled."""
        return compile_case(self.case, self.longest, values=self.values)

    def is_as(self, other: "Model") -> bool:
        """Whether nothing that is solved for another draw of the variant differs here."""
        return (
            self.case is other.case
            and _is_same(self.arrays, other.arrays)
            and all(_is_same(self.measure(x), other.measure(x)) for x in self.case.measures)
        )

    @property
    @kept
    def study(self) -> Any:
        """The variant compiled, with its calm plan and without measures: `Study`."""
        from derbes.draws.study import Study  # noqa: PLC0415 - see above
        from derbes.supply.baseline import solve_calm  # noqa: PLC0415

        calm = solve_calm(self.arrays, self.near, keeps=self.keeps)
        return Study(self.name, self.case, self.arrays, calm, ())

    @property
    @kept
    def turnover(self) -> float:
        """The most that the calm plan pays and earns in a period. [money]"""
        costs = self.arrays.activities.unit_cost * self.study.calm.orders
        return float(np.abs(costs).sum(axis=0).max(initial=0.0))

    @property
    @kept
    def plan(self) -> CalmPlan:
        """The calm plan, with what it pays."""
        from derbes.analysis.cover import calm_plan_of  # noqa: PLC0415

        return calm_plan_of(self.study)

    @property
    @kept
    def shares(self) -> Mapping[str, FloatArray]:
        """Actor → its share in what comes in of each good, inputs counted. (G, T)"""
        from derbes.analysis.cover import actor_shares  # noqa: PLC0415

        return actor_shares(self.study)

    @kept
    def measure(self, name: str) -> MeasureArrays:
        """A measure, compiled."""
        return compile_measure(self.case, self.arrays, name, values=self.values)

    def is_start(self, measure: str, start: int) -> bool:
        """Whether a measure may start in a period: one with a date of its own only then."""
        return self.measure(measure).start in {None, start}

    @kept
    def survived(self, measure: str, start: int, use: str) -> tuple[float | None, float | None]:
        """How long a use, or all essential ones together, are met; and what that is at least.

        None: met for as long as is looked at. [month]
        """
        arrays, step = self.arrays, self.case.calendar.step
        is_one = np.array([name == use for name in arrays.uses], dtype=np.bool_)
        uses = is_one if use else arrays.use_essential
        program, found = self._cover_at(start).survived(self.measure(measure), uses)
        periods = found.periods
        return (None, program.layout.n * step) if periods is None else (periods * step, None)

    @kept
    def _cover_at(self, start: int) -> Any:
        """What questions of survival share that have one start: `StartCover`."""
        from derbes.analysis.cover import StartCover  # noqa: PLC0415

        return StartCover(self.study, start)

    @kept
    def survival(self, measure: str, start: int, *, only_essential: bool) -> Mapping[str, CoverRow]:
        """Use → the same by both rules; deferrable ones only if asked for."""
        from derbes.analysis.cover import cover_table  # noqa: PLC0415

        study = replace(self.study, measures=(self.measure(measure),))
        asked = Request(starts=(start,), lengths=(1,))
        found = cover_table(self.case, asked, studies=(study,), only_essential=only_essential)
        return {row.use: row for row in found}

    @kept
    def short_uses(self, measure: str, length: int, start: int) -> tuple[str, ...]:
        """Essential uses that go short when a measure starts in a period."""
        from derbes.analysis.leverage import Starts, outcome_of  # noqa: PLC0415
        from derbes.supply.disruption import horizon  # noqa: PLC0415
        from derbes.supply.survival import SurvivalProgram  # noqa: PLC0415

        run = MeasureRun(self.measure(measure), length)
        n = horizon(self.arrays, run, start)
        # the program of a start takes over the solver of the one before
        program = SurvivalProgram(self.study.calm, start, n, self.known.get("program"))
        self.known["program"] = program
        return outcome_of(Starts(self.study, (start,), (length,)), program, run).short_uses

    @kept
    def ends(self, measure: str, length: int) -> Mapping[str, str | None]:
        """Use → first month from which on a measure is survived; None: there is none."""
        from derbes.analysis.leverage import leverage_ends  # noqa: PLC0415

        study = replace(self.study, measures=(self.measure(measure),))
        return {end.use: end.date for end in leverage_ends((study,), Request(lengths=(length,)))}

    def losses(
        self, measure: str, length: int, start: int, bound: str, *, has_premium: bool
    ) -> LeverageRow | None:
        """Both sides' losses by a rule; those with the premium serve all. None: it cannot start.

        Each start goes on from the windows before it. The policy is run only where it is asked.
        """
        from derbes.analysis.leverage import OPTIMAL, branch_rows  # noqa: PLC0415

        if not self.is_start(measure, start):
            return None
        key = ("losses", measure, length, start)
        wish = has_premium or (*key, OPTIMAL, True) in self.known
        if (*key, bound, wish) not in self.known:
            run, solver = MeasureRun(self.measure(measure), length), self._solver_at(start)
            is_alone = bound == OPTIMAL and not wish
            rows = branch_rows(self.study, solver, run, {} if wish else None, is_alone=is_alone)
            self.known |= {(*key, row.bound, wish): row for row in rows}
        found: LeverageRow = self.known[*key, bound, wish]
        return found

    @kept
    def shortfalls(
        self, measure: str, length: int, start: int, bound: str
    ) -> Mapping[str, Shortfall]:
        """Use → what a measure does to it, by the responses of its losses."""
        from derbes.analysis.leverage import OPTIMAL, shortfall_by_use  # noqa: PLC0415
        from derbes.analysis.responses import myopic_response  # noqa: PLC0415
        from derbes.supply.survival import NOTHING  # noqa: PLC0415

        solver, run = self._solver_at(start), MeasureRun(self.measure(measure), length)
        branch = solver.solve(run)
        is_best = bound == OPTIMAL
        found = branch if is_best else myopic_response(branch.window, run)
        unmet, without = found.unmet, solver.baseline(branch).unmet
        size = NOTHING * self.arrays.flow_size[self.arrays.use_goods]
        totals = [path.sum(axis=1) for path in (unmet - without, unmet)]
        net, gross = (np.where(np.abs(total) > size, total, 0.0) for total in totals)
        deepest = shortfall_by_use(branch.window, run, unmet, without)
        deepest = np.where(deepest > NOTHING, np.minimum(deepest, 1.0), 0.0)
        return {
            use: Shortfall(*map(float, figures))
            for use, *figures in zip(self.arrays.uses, net, gross, deepest, strict=True)
        }

    def _solver_at(self, start: int) -> Any:
        """The solver of a start; that of the start before cannot be used any more."""
        from derbes.analysis.responses import StartSolver  # noqa: PLC0415

        last, solver = self.known.get("solver", (-1, None))
        if last != start:
            solver = StartSolver(self.study.calm, start, self.known.setdefault("windows", {}))
            self.known["solver"] = start, solver
        return solver


def _is_same(one: object, other: object) -> bool:
    """Whether two records hold the same, numbers to the last bit."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and one.tobytes() == other.tobytes()
    if is_dataclass(one):
        names = (known.name for known in fields(one))
        return all(_is_same(getattr(one, name), getattr(other, name)) for name in names)
    return one == other


def label_day(case: Case, period: int) -> Day:
    """The month in which a period starts."""
    return terms.month_day(*case.calendar.month_of(period))


def without_rounding(amounts: FloatArray, usual: FloatArray) -> FloatArray:
    """Amounts of a solution by row; what is there by rounding alone is not there.

    A row is measured by what is usual of its good (rows,): goods in unlike units say nothing
    about each other. (rows, T) [unit of the row]

    Examples:
        >>> amounts = np.array([[1e-12, 5.0, -1e-13], [1e-12, 2e-12, 0.0]])
        >>> without_rounding(amounts, np.array([1.0, 1e-12])).tolist()
        [[0.0, 5.0, 0.0], [1e-12, 2e-12, 0.0]]
    """
    most = np.maximum(np.abs(amounts).max(axis=1, initial=0.0), usual)
    return np.where(np.abs(amounts) <= ROUNDING * most[:, None], 0.0, amounts)


@dataclass(slots=True)
class World:
    """One draw of the inputs on one day, as expressions see it; each value is computed once."""

    ledger: Ledger
    as_of: Day
    draw: Callable[[str], tuple[Case, Values]]
    """Variant → its case in this draw, and what is drawn for its numbers."""
    settled: Mapping[str, tuple[float | None, str]] = field(default_factory=dict)
    """Entry → the share of all draws in which it holds, and its verdict."""
    base: str = BASE
    """Variant that stands for the case as written."""
    starts: dict[str, Any] = field(default_factory=dict)
    """Variant → a calm plan of it to start from: `CalmStart`; others start from the case's."""
    keeps_starts: bool = False
    """Whether models keep where their programs stand, as starts for others."""
    models: dict[str, Model] = field(default_factory=dict)
    """Variant → what is known of it in this draw; may be shared."""
    today: Day | None = None
    """The day asked about, where an entry is seen as on an earlier one."""
    center: "World | None" = None
    """The world at central values: what is solved there serves where nothing of it differs."""
    _values: dict[tuple[str, tuple[Value, ...]], Value] = field(default_factory=dict, init=False)
    _truths: dict[str, Value] = field(default_factory=dict, init=False)
    _days: dict[Day, "World"] = field(default_factory=dict, init=False)

    @property
    def written(self) -> Model:
        """The case as written, with the numbers of the draw."""
        return self.model(BASE)

    @property
    def case(self) -> Case:
        """The case as written, in the scenario of the draw."""
        return self.written.case

    def variant(self, name: str) -> Model:
        """A variant in this draw."""
        return self.model(self.base if name == BASE else name)

    def model(self, name: str) -> Model:
        """A variant in this draw by its own name."""
        if name not in self.models:
            near, longest = self.starts.get(name, self.starts.get(BASE)), self.ledger.longest
            self.models[name] = Model(name, *self.draw(name), longest, near, self.keeps_starts)
        return self.models[name]

    def compared(self, model: Model) -> Model:
        """A model of which something that is solved is asked.

        Where nothing of that differs at the center, what is known there serves.
        """
        if self.center is not None and not model.is_compared:
            model.is_compared = True
            at_center = self.center.model(model.name)
            if model.is_as(at_center):
                model.known = at_center.known
        return model

    def quantity(self, entry: terms.QuantityEntry, arguments: tuple[Value, ...]) -> Value:
        """The value of a quantity for arguments in the order of its parameters."""
        key = (entry.name, arguments)
        if key not in self._values:
            try:
                found: Value = self._computed(entry, arguments)
            except Unknown as unknown:
                found = unknown.missing
            if isinstance(found, float):
                found = terms.possible(found, math.inf)
            self._values[key] = found
        return self._values[key]

    def _computed(self, entry: terms.QuantityEntry, arguments: tuple[Value, ...]) -> Value:
        about = self if entry.engine is Engine.LEDGER else self.variant(str(arguments[-1]))
        if isinstance(about, Model) and entry.engine is not Engine.CASE:
            about = self.compared(about)
        keywords = terms.given(entry.parameters, arguments)
        keywords.pop("variant", None)
        if entry.pack is None:
            return entry.function(about, **keywords)
        own = {one.name for one in fields(entry.pack)}.intersection(keywords)
        pack = entry.pack(**{name: keywords.pop(name) for name in own})
        return entry.function(about, pack, **keywords)

    def truth_of(self, name: str) -> Value:
        """Whether an entry of the ledger holds in this draw; not known where it has no verdict."""
        if name not in self._truths:
            node = self.ledger.checks.get(name)
            found = False if node is None else evaluate(node, self.on_day_of(name))
            is_open = node is None or self._is_open(name, found)
            self._truths[name] = Missing((self.ledger.path_of(name),)) if is_open else found
        return self._truths[name]

    def _is_open(self, name: str, found: Value) -> bool:
        """Whether an entry is expired or void, or all that is written says neither yes nor no."""
        ledger, world, today = self.ledger, self.on_day_of(name), (self.today or self.as_of).first
        due, expires = (self._day(name, key) for key in ("due", "expires"))
        told = {key: evaluate(one, world) for (of, key), one in ledger.parts.items() if of == name}
        is_void = told.get("void_if") is True and ledger.is_evidence((name, "void_if"))
        if is_void or (expires and expires.last < today) or told.get("condition") is False:
            return True
        if found is not False or "holds_if" in told or not ledger.is_evidence((name, "yes_if")):
            return False
        return told["no_if"] is not True if "no_if" in told else due is None or today <= due.last

    def _day(self, name: str, key: str) -> Day | None:
        return terms.day_of(getattr(self.ledger.case.statements.get(name), key, ""))

    def on_day_of(self, name: str) -> "World":
        """The same draw as an entry of the ledger sees it: no later than on the day it is due.

        Else what comes late would turn a prediction that failed into one that came true.
        """
        due = self._day(name, "due")
        if due is None or self.as_of.last <= due.last:
            return self
        day = Day(due.last, due.last)
        if day not in self._days:  # what is known of its variants serves both days
            self._days[day] = replace(self, as_of=day, today=self.today or self.as_of)
        return self._days[day]


def evaluate(term: Term, world: World) -> Value:
    """The value of an expression; missing where it hangs on something that is missing."""
    return _Evaluation(world).value(term)


@dataclass(slots=True)
class _Evaluation:
    """One evaluation: the world, what loops stand at, and steps so far."""

    world: World
    bound: dict[str, Value] = field(default_factory=dict)
    n_steps: int = 0

    def value(self, term: Term) -> Value:
        self.n_steps += 1
        does, found = term.does, term.value
        if self.n_steps > terms.MOST_STEPS:
            found = Missing((worded("more than {most} steps", most=terms.MOST_STEPS),))
        elif term.members is not None:
            found = self._over(term, term.members)
        elif does == "as_of":
            found = self.world.as_of
        elif does == "member":
            found = self.bound[str(term.value)]
        elif does in {"and", "chain"}:
            found = terms.conjunction(map(self.value, term.parts))
        elif does == "or":
            found = terms.disjunction(map(self.value, term.parts))
        elif does != "value":
            found = self._computed(term, tuple(map(self.value, term.parts)))
        return found

    def _computed(self, term: Term, parts: tuple[Value, ...]) -> Value:
        if term.entry is not None:
            is_lost = any(isinstance(part, Missing) for part in parts)
            return terms.joined(*parts) if is_lost else self.world.quantity(term.entry, parts)
        if term.does == "unit":
            found = terms.arithmetic("*", parts[0], term.factor)
            for code, power in term.rates:
                rate = self.world.case.rates[code].value
                found = terms.arithmetic("*" if power > 0 else "/", found, rate)
            return found
        if term.does in {"abs", "min", "max"}:
            return terms.summary(term.does, list(parts))
        if term.does == "not":
            return terms.not_(parts[0])
        compute = terms.compared if term.does in COMPARISONS else terms.arithmetic
        return compute(term.does, *parts)

    def _over(self, term: Term, members: tuple[str | Day, ...]) -> Value:
        found = self._each(term, members)
        if term.does == "all":
            each = (terms.disjunction((terms.not_(is_in), value)) for is_in, value in found)
            return terms.conjunction(each)
        if term.does == "any":
            return terms.disjunction(map(terms.conjunction, found))
        if term.does == "count":
            return terms.summary("sum", list(map(terms.conjunction, found)))
        kept = list(found)
        unsure = [is_in for is_in, _value in kept if isinstance(is_in, Missing)]
        if unsure:
            return terms.joined(*unsure)
        return terms.summary(term.does, [value for is_in, value in kept if is_in])

    def _each(self, term: Term, members: tuple[str | Day, ...]) -> Iterator[tuple[Value, Value]]:
        """For each member, whether the conditions take it in, and the value of the body."""
        *conditions, body = term.parts
        for member in members:
            self.bound[str(term.value)] = member
            is_in = terms.conjunction(map(self.value, conditions))
            yield is_in, (self.value(body) if is_in is not False else False)
        self.bound.pop(str(term.value), None)
