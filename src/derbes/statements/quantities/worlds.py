"""One draw of the inputs as a world: its case, its variants, and what is known of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from derbes.analysis.leverage import OPTIMAL, branch_rows
from derbes.analysis.responses import (
    Kept,
    PriceRise,
    StartSolver,
    myopic_response,
    optimal_response,
)
from derbes.case.entities import Case, Supplier
from derbes.case.options import optional_elements
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.request import BASE
from derbes.draws.inputs import inputs_by_path, with_values
from derbes.draws.study import Study
from derbes.model.arrays import MeasureArrays, MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.results.supply import LeverageRow
from derbes.statements.catalog import BY_NAME
from derbes.statements.ledger import Ledger
from derbes.statements.quantities.asked import Asked
from derbes.statements.terms import Day, Missing, Value, evaluate
from derbes.supply.baseline import CalmStart, solve_calm
from derbes.supply.disruption import Window
from derbes.supply.survival import SurvivalProgram

NUMBERED = (
    "actors",
    "goods",
    "uses",
    "stockpiles",
    "routes",
    "suppliers",
    "plants",
    "recipes",
    "exports",
    "measures",
    "options",
    "limits",
    "standards",
    "hazards",
    "facts",
)
"""Sections whose elements hold numbers, which begin their paths with section and id."""
OTHERS = (
    "variants",
    "scenarios",
    "documents",
    "statements",
    "contrasts",
    "double_standards",
    "tensions",
    "expressions",
)
"""Sections in which nothing is drawn."""


def part_with(case: Case, paths: Iterable[str]) -> Case:
    """A case with no elements but those that hold a number at one of the paths."""
    wanted: dict[str, set[str]] = {section: set() for section in NUMBERED}
    for path in paths:
        section, _dot, rest = path.partition(".")
        if section in wanted:
            wanted[section].add(rest.partition(".")[0].partition("[")[0])
    kept: dict[str, Any] = {
        section: {name: one for name, one in getattr(case, section).items() if name in names}
        for section, names in wanted.items()
    }
    kept |= {section: {} for section in OTHERS}
    return replace(case, **kept)


def number_of(case: Case, path: str) -> Quantity | None:
    """The number at a path; None where the case has none."""
    return inputs_by_path(part_with(case, (path,))).get(path)


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


Compute = Callable[..., Value]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Settled:
    """What is already known of an entry over all draws."""

    share: float | None
    verdict: str


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
    _study: Study | None = None
    _windows: Kept = field(default_factory=dict)
    _survival: SurvivalProgram | None = None
    _solver: StartSolver | None = None
    _solves: int = -1
    """Start that the solver stands at. [period]"""

    @property
    def standing(self) -> Case:
        """The case without what only an option opens: nobody has chosen it."""
        return self.once("standing", lambda: _standing(self.case))

    @property
    def study(self) -> Study:
        """The variant compiled, with its calm plan and without measures."""
        if self._study is None:
            arrays = compile_case(self.case, self.longest)
            calm = solve_calm(arrays, self.near)
            self._study = Study(self.name, self.case, arrays, calm, ())
        return self._study

    @property
    def turnover(self) -> float:
        """The most that the calm plan pays and earns in a period. [money]"""

        def most() -> float:
            costs = self.study.arrays.activities.unit_cost * self.study.calm.orders
            return float(np.abs(costs).sum(axis=0).max(initial=0.0))

        return self.once("turnover", most)

    def measure(self, name: str) -> MeasureArrays:
        """A measure, compiled."""
        return self.once(
            ("measure", name), lambda: compile_measure(self.case, self.study.arrays, name)
        )

    def survival(self, start: int, n: int) -> SurvivalProgram:
        """The program of survival of a start; it takes over the solver of the one before."""
        self._survival = SurvivalProgram(self.study.calm, start, n, self._survival)
        return self._survival

    def losses(
        self, measure: str, length: int, start: int, *, has_premium: bool
    ) -> tuple[LeverageRow, ...]:
        """Both sides' losses by both rules; each start goes on from the windows before it."""
        arrays = self.measure(measure)
        if arrays.start is not None and arrays.start != start:
            return ()
        prices: dict[int, PriceRise] | None = {} if has_premium else None
        solver, run = self._solver_at(start), MeasureRun(arrays, length)
        return tuple(branch_rows(self.study, solver, run, prices))

    def unmet(
        self, measure: str, length: int, start: int, bound: str
    ) -> tuple[Window, MeasureRun, FloatArray, FloatArray]:
        """Unmet demand with a measure and without it, by the responses of its losses.

        Returns:
            The window, the measure with its length, and unmet demand of each. (U, n) [unit]
        """
        solver, run = self._solver_at(start), MeasureRun(self.measure(measure), length)
        branch = solver.solve(run)
        is_best = bound == OPTIMAL
        found = optimal_response(branch) if is_best else myopic_response(branch.window, run)
        return branch.window, run, found.unmet, solver.baseline(branch).unmet

    def _solver_at(self, start: int) -> StartSolver:
        """The solver of a start; that of the start before cannot be used any more."""
        if self._solver is None or self._solves != start:
            self._solver = StartSolver(self.study.calm, start, self._windows)
            self._solves = start
        return self._solver

    def has(self, key: object) -> bool:
        """Whether what a key stands for has been computed."""
        return key in self.kept

    def once(self, key: object, compute: Callable[[], Found]) -> Found:
        """What a key stands for, computed when first asked."""
        if key not in self.kept:
            self.kept[key] = compute()
        return self.kept[key]  # type: ignore[return-value]


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
    quantities: Mapping[str, Compute]
    """Quantity → what computes it."""
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

    def quantity(self, name: str, arguments: tuple[Value, ...]) -> Value:
        """The value of a quantity, computed when first asked."""
        key = (name, arguments)
        if key not in self._values:
            names = (parameter.name for parameter in BY_NAME[name].parameters)
            asked = Asked(dict(zip(names, arguments, strict=True)))
            self._values[key] = self.quantities[name](self, asked)
        return self._values[key]

    def rate(self, currency: str) -> Value:
        """Base currency for one unit of another."""
        return self.case.rates[currency].value

    def of(self, asked: Asked) -> VariantWorld:
        """The variant that a quantity is asked about."""
        return self.variant(asked.text("variant"))

    def variant(self, name: str) -> VariantWorld:
        """A variant in this draw."""
        name = self.base if name == BASE else name
        if name not in self.worlds:
            case = self.case if self.variants is None else self.variants(name)
            near = self.starts.get(name)
            self.worlds[name] = VariantWorld(name, case, self.ledger.longest, near)
        return self.worlds[name]

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
