"""One draw of the inputs as a world: its case, its variants, and what is known of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from derbes.analysis.cover import cover_table, good_cover
from derbes.analysis.leverage import (
    OPTIMAL,
    Starts,
    branch_rows,
    leverage_ends,
    outcome_of,
    shortfall_by_use,
)
from derbes.analysis.responses import (
    Kept,
    PriceRise,
    StartSolver,
    myopic_response,
    optimal_response,
)
from derbes.analysis.trajectories import actor_shares, calm_plan_of
from derbes.case.entities import Case, Supplier
from derbes.case.options import optional_elements
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE, Request
from derbes.draws.inputs import with_values
from derbes.draws.study import Study
from derbes.model.arrays import CaseArrays, MeasureArrays, MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.results.supply import CalmPlan, CoverRow, LeverageRow
from derbes.statements.ledger import Ledger
from derbes.statements.of_case import NUMBERED, OTHERS, part_with
from derbes.statements.terms import evaluate
from derbes.statements.values import Day, Missing, Value
from derbes.statements.vocabulary import QuantityEntry, Settled, Shortfall
from derbes.supply.baseline import CalmStart, arrivals_by_period, solve_calm
from derbes.supply.disruption import horizon
from derbes.supply.survival import NOTHING, SurvivalProgram, stock_by_good

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Changing:
    """A case, and the part of it that holds the numbers that change."""

    case: Case
    part: Case

    def at(self, values: Mapping[str, float]) -> Case:
        """The case with other values at some paths of its part.

        Raises:
            ValueError: A series that starts at 0 cannot be scaled.
        """
        drawn = with_values(self.part, values)
        whole: dict[str, Any] = {
            section: {**getattr(self.case, section), **getattr(drawn, section)}
            for section in NUMBERED
        }
        whole |= {section: getattr(self.case, section) for section in OTHERS}
        return replace(drawn, **whole)


def changing(case: Case, paths: Iterable[str]) -> Changing:
    """A case whose numbers at some paths are to change."""
    return Changing(case, part_with(case, paths))


@dataclass(slots=True)
class VariantWorld:
    """A variant in one draw: compiled and solved when first asked."""

    name: str
    case: Case
    longest: int
    """Longest measure that an expression asks about. [period]"""
    near: CalmStart | None = None
    """A calm plan of the same variant to start from."""
    kept: dict[object, object] = field(default_factory=dict)
    """What has been computed, by what was asked."""
    _windows: Kept = field(default_factory=dict)
    _survival: SurvivalProgram | None = None
    _solver: tuple[int, StartSolver] | None = None
    """The solver of a start, and that start. [period]"""

    def once(self, key: object, compute: Callable[[], Found]) -> Found:
        """What a key stands for, computed when first asked."""
        if key not in self.kept:
            self.kept[key] = compute()
        return self.kept[key]  # type: ignore[return-value]

    @property
    def standing(self) -> Case:
        """The case without what only an option opens: nobody has chosen it."""
        return self.once("standing", lambda: _standing(self.case))

    @property
    def study(self) -> Study:
        """The variant compiled, with its calm plan and without measures."""

        def study() -> Study:
            arrays = compile_case(self.case, self.longest)
            return Study(self.name, self.case, arrays, solve_calm(arrays, self.near), ())

        return self.once("study", study)

    @property
    def arrays(self) -> CaseArrays:
        """The case, compiled."""
        return self.study.arrays

    @property
    def turnover(self) -> float:
        """The most that the calm plan pays and earns in a period. [money]"""

        def most() -> float:
            costs = self.arrays.activities.unit_cost * self.study.calm.orders
            return float(np.abs(costs).sum(axis=0).max(initial=0.0))

        return self.once("turnover", most)

    @property
    def plan(self) -> CalmPlan:
        """The calm plan, with what it pays."""
        return self.once("plan", lambda: calm_plan_of(self.study))

    @property
    def arrivals(self) -> FloatArray:
        """Deliveries and output in the calm plan, by period. (K, T) [unit]"""
        return arrivals_by_period(self.study.calm)

    @property
    def unmet_in_calm(self) -> FloatArray:
        """Demand that goes unmet in the calm plan. (U, T) [unit]"""
        return self.study.calm.unmet

    @property
    def shares(self) -> Mapping[str, FloatArray]:
        """Actor → its share in what comes in of each good, inputs counted. (G, T)"""
        return self.once("shares", lambda: actor_shares(self.study))

    def stocks(self, *, old: bool) -> FloatArray:
        """Stock at the end of each period, or what is left of the first day's. (G, T) [unit]"""
        calm = self.study.calm
        fresh = np.zeros_like(calm.fresh) if old else calm.fresh
        return stock_by_good(self.arrays, calm.lots, fresh)

    def cover(self, good: int, period: int) -> float | None:
        """How long what is in store lasts; None where there is no use. [period]"""
        found = good_cover(self.study.calm, period, good)
        return None if found is None else found.periods

    def measure(self, name: str) -> MeasureArrays:
        """A measure, compiled."""
        return self.once(("measure", name), lambda: compile_measure(self.case, self.arrays, name))

    def is_start(self, measure: str, start: int) -> bool:
        """Whether a measure may start in a period: one with a date of its own only then."""
        return self.measure(measure).start in {None, start}

    def survival(self, measure: str, start: int, *, only_essential: bool) -> Mapping[str, CoverRow]:
        """Use → how long it is met while a measure goes on; deferrable ones only if asked for."""

        def rows() -> dict[str, CoverRow]:
            study = replace(self.study, measures=(self.measure(measure),))
            asked = Request(starts=(start,), lengths=(1,))
            found = cover_table(self.case, asked, studies=(study,), only_essential=only_essential)
            return {row.use: row for row in found}

        return self.once(("cover", measure, start, only_essential), rows)

    def short_uses(self, measure: str, length: int, start: int) -> tuple[str, ...]:
        """Essential uses that go short when a measure starts in a period."""

        def short() -> tuple[str, ...]:
            run = MeasureRun(self.measure(measure), length)
            n = horizon(self.arrays, run, start)
            # the program of a start takes over the solver of the one before
            self._survival = SurvivalProgram(self.study.calm, start, n, self._survival)
            starts = Starts(self.study, (start,), (length,))
            return outcome_of(starts, self._survival, run).short_uses

        return self.once(("short", measure, length, start), short)

    def ends(self, measure: str, length: int) -> Mapping[str, str | None]:
        """Use → first month from which on a measure is survived; None: there is none."""

        def dates() -> dict[str, str | None]:
            study = replace(self.study, measures=(self.measure(measure),))
            found = leverage_ends((study,), Request(lengths=(length,)))
            return {end.use: end.date for end in found}

        return self.once(("ends", measure, length), dates)

    def losses(
        self, measure: str, length: int, start: int, *, has_premium: bool
    ) -> tuple[LeverageRow, ...]:
        """Both sides' losses by both rules; those with the premium serve all.

        Each start goes on from the windows before it.
        """
        if not self.is_start(measure, start):
            return ()

        def rows() -> tuple[LeverageRow, ...]:
            prices: dict[int, PriceRise] | None = {} if has_premium else None
            run = MeasureRun(self.measure(measure), length)
            return tuple(branch_rows(self.study, self._solver_at(start), run, prices))

        key = ("losses", measure, length, start)
        has_premium = has_premium or (*key, True) in self.kept
        return self.once((*key, has_premium), rows)

    def shortfalls(
        self, measure: str, length: int, start: int, bound: str
    ) -> Mapping[str, Shortfall]:
        """Use → what a measure does to it, by the responses of its losses."""

        def by_use() -> dict[str, Shortfall]:
            solver, run = self._solver_at(start), MeasureRun(self.measure(measure), length)
            branch = solver.solve(run)
            is_best = bound == OPTIMAL
            found = optimal_response(branch) if is_best else myopic_response(branch.window, run)
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

        return self.once(("by use", measure, length, start, bound), by_use)

    def _solver_at(self, start: int) -> StartSolver:
        """The solver of a start; that of the start before cannot be used any more."""
        if self._solver is None or self._solver[0] != start:
            self._solver = start, StartSolver(self.study.calm, start, self._windows)
        return self._solver[1]


def _standing(case: Case) -> Case:
    closed = optional_elements(case.options)
    if not closed:
        return case
    routes = {route for route in case.routes if f"routes.{route}" in closed}

    def is_sold(name: str, one: Supplier) -> bool:
        has_way = not one.routes or not routes.issuperset(one.routes)
        return f"suppliers.{name}" not in closed and has_way

    return replace(
        case,
        plants={n: one for n, one in case.plants.items() if f"plants.{n}" not in closed},
        recipes={
            name: one
            for name, one in case.recipes.items()
            if closed.isdisjoint((f"recipes.{name}", f"plants.{one.plant}"))
        },
        suppliers={name: one for name, one in case.suppliers.items() if is_sold(name, one)},
    )


@dataclass(slots=True)
class DrawWorld:
    """Where the quantities of one draw get their values, each computed once."""

    case: Case
    ledger: Ledger
    as_of: Day
    settled: Mapping[str, Settled] = field(default_factory=dict)
    variants: Callable[[str], Case] | None = None
    """Variant → its case in this draw."""
    base: str = BASE
    """Variant that stands for the case as written."""
    starts: Mapping[str, CalmStart] = field(default_factory=dict)
    """Variant → a calm plan of it to start from."""
    worlds: dict[str, VariantWorld] = field(default_factory=dict)
    """Variant → what is known of it in this draw; may be shared."""
    _values: dict[tuple[str, tuple[Value, ...]], Value] = field(default_factory=dict)
    _truths: dict[str, Value] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def on(self, day: Day) -> "DrawWorld":
        """The same draw on another day; what is known of its variants serves both."""
        return self if day == self.as_of else replace(
            self, as_of=day, _values={}, _truths={}, _open=[]
        )  # fmt: skip

    def quantity(self, entry: QuantityEntry, arguments: tuple[Value, ...]) -> Value:
        """The value of a quantity, computed when first asked."""
        key = (entry.name, arguments)
        if key not in self._values:
            self._values[key] = entry.value(self, arguments)
        return self._values[key]

    def rate(self, currency: str) -> Value:
        """Base currency for one unit of another."""
        return self.case.rates[currency].value

    def variant(self, name: str) -> VariantWorld:
        """A variant in this draw."""
        name = self.base if name == BASE else name
        if name not in self.worlds:
            case = self.case if self.variants is None else self.variants(name)
            near = self.starts.get(name)
            self.worlds[name] = VariantWorld(name, case, self.ledger.longest, near)
        return self.worlds[name]

    def path_of(self, name: str) -> str:
        """Path of an entry inside the case."""
        return self.ledger.path_of(name)

    def truth_of(self, name: str) -> Value:
        """Whether an entry of the ledger holds in this draw."""
        node = self.ledger.checks.get(name)
        if node is None or name in self._open:
            return Missing((self.ledger.path_of(name),))
        if name not in self._truths:
            self._open.append(name)
            self._truths[name] = evaluate(node, self)
            self._open.pop()
        return self._truths[name]
