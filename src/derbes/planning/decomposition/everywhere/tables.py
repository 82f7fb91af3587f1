"""Paths from which the bounds of a draw's branches are cut out, for every start at once.

A branch at start s has in its period j the bounds of the period s + j: those of the
measure while it runs, those of calm after it. So two paths of each element, `during` and
`after`, hold the bounds of all starts (M9), (M10); what options add are paths too (M5).
Paths begin with a period before the calendar in which there is nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import CaseArrays, MeasureArrays, MeasureRun
from derbes.case.options import Standard
from derbes.case.quantity import FloatArray
from derbes.planning.program.decisions.stage import EXCUSE, FirstStage
from derbes.planning.program.supply.effects import (
    CAPACITY,
    HOURS,
    RESERVE,
    SHARED,
    SPARED,
    Effect,
    Written,
    column_effects,
)
from derbes.planning.program.supply.trunk import share_of, uses_of
from derbes.programs.bounds import demand_path, order_limits, shared_left, shared_limits
from derbes.programs.layout import Layout, make_layout
from derbes.programs.solver.statement import IntArray

KINDS = ("order", "missed", "balance", "line", "shared", "storage", "customary", "lot")
"""Elements with a path: capacity of an activity, what a use may miss, demand for a good, hours
of a line, a shared capacity, a storage limit, stock that may be found, a lot at the start."""


@dataclass(frozen=True, slots=True)
class Elements:
    """Where the paths of each kind of element begin."""

    first: Mapping[str, int]
    n: int

    @staticmethod
    def of(arrays: CaseArrays) -> "Elements":
        """Elements of a case."""
        n_goods = len(arrays.goods)
        sizes = (
            len(arrays.activities.names),
            len(arrays.uses),
            n_goods,
            len(arrays.lines),
            len(arrays.shared_capacity),
            n_goods,
            n_goods,
            len(arrays.lots),
        )
        ends = np.cumsum(sizes)
        begins = np.concatenate([[0], ends[:-1]])
        return Elements(dict(zip(KINDS, begins.tolist(), strict=True)), int(ends[-1]))


@dataclass(frozen=True, slots=True)
class Moves:
    """What first-stage columns add to the paths of a standard's branches."""

    columns: IntArray
    """(moves,)"""
    elements: IntArray
    """(moves,)"""
    paths: FloatArray
    """At a factor of 1. (moves, 1 + T)"""
    during: FloatArray
    """Factor while the measure runs. (moves,)"""
    after: FloatArray
    """Factor after it. (moves,)"""


@dataclass(frozen=True, slots=True)
class Table:
    """Paths of the branches of one standard in a draw."""

    after: FloatArray
    """(elements, 1 + T)"""
    differing: IntArray
    """Elements whose path is another while the measure runs."""
    during: FloatArray
    """Theirs. (differing, 1 + T)"""
    moves: Moves

    def at(self, values: FloatArray) -> FloatArray:
        """Paths at a point of the first stage: during and after. (2, elements, 1 + T)"""
        both = np.stack([self.after, self.after])
        both[0, self.differing] = self.during
        for m in np.flatnonzero(values[self.moves.columns]):
            element, path = self.moves.elements[m], self.moves.paths[m]
            value = values[self.moves.columns[m]]
            both[0, element] += value * self.moves.during[m] * path
            both[1, element] += value * self.moves.after[m] * path
        return both


def make_tables(
    first: FirstStage,
    standards: Mapping[str, Standard],
    written: Written,
    measures: Mapping[str, MeasureArrays],
    *,
    customary: FloatArray,
    draw: int,
) -> dict[str, Table]:
    """Paths of the branches of each standard that has a measure, in a draw.

    Args:
        first: The first stage.
        standards: The standards.
        written: The arrays of the draw.
        measures: The measure of each standard in the draw.
        customary: Stock that is customary. (G, n) [unit]
        draw: The draw.
    """
    effects = [
        (j, effect)
        for j, column in enumerate(first.columns)
        for effect in column_effects(written, column)
    ]
    found: dict[str, Table] = {}
    for name, measure in measures.items():
        paths = _Paths(written, measure, standards[name])
        excuses = [
            j
            for j, column in enumerate(first.columns)
            if column.kind == EXCUSE and column.draw == draw and column.standard == name
        ]
        found[name] = paths.table(customary, paths.moves(effects, excuses))
    return found


@dataclass(frozen=True, slots=True)
class _Paths:
    """Paths of a draw under one measure."""

    written: Written
    measure: MeasureArrays
    standard: Standard

    @property
    def _arrays(self) -> CaseArrays:
        return self.written.arrays

    def _run(self, length: int) -> MeasureRun:
        """The measure for so long; what opens later under it is cut out elsewhere."""
        in_time = np.zeros_like(self.measure.plant_delay)
        return MeasureRun(replace(self.measure, plant_delay=in_time), length)

    def _wanted(self, layout: Layout, run: MeasureRun) -> FloatArray:
        """Part of the demand of the standard's uses that is to be met. (U, T)"""
        wanted = np.zeros((len(self._arrays.uses), layout.n))
        uses = uses_of(self.standard, self._arrays)
        wanted[uses] = share_of(self.standard) * demand_path(layout, run)[uses]
        return wanted

    def _at(self, length: int, customary: FloatArray) -> FloatArray:
        """Paths if the measure ran for so long. (elements, 1 + T)"""
        arrays, n = self._arrays, self._arrays.n_periods
        layout = make_layout(arrays, 0, n, has_reserve=False)
        run = self._run(length)
        wanted = self._wanted(layout, run)
        of_goods = np.zeros((len(arrays.goods), n))
        np.add.at(of_goods, arrays.use_goods, wanted)
        first_lots = np.zeros((len(arrays.lots), n))
        first_lots[:, 0] = arrays.lot_stock
        stock = np.zeros((len(arrays.goods), n))
        stock[:, : customary.shape[1]] = customary
        parts = {
            "order": order_limits(layout, run),
            "missed": wanted,
            "balance": of_goods,
            "line": arrays.line_hours[:, :n],
            "shared": shared_limits(layout, run),
            "storage": arrays.storage_limit[:, :n],
            "customary": np.maximum(stock, arrays.reserve[:, :n]),
            "lot": first_lots,
        }
        paths = np.concatenate([parts[kind] for kind in KINDS])
        return np.concatenate([np.zeros((len(paths), 1)), paths], axis=1)

    def table(self, customary: FloatArray, moves: Moves) -> Table:
        """All paths, with what the first stage adds."""
        after, during = self._at(0, customary), self._at(self._arrays.n_periods, customary)
        differing = np.flatnonzero((after != during).any(axis=1)).astype(np.int64)
        return Table(after, differing, during[differing], moves)

    def moves(self, effects: Sequence[tuple[int, Effect]], excuses: Sequence[int]) -> Moves:
        """What the first stage adds (M5); what excuses take from the demand (M10)."""
        found = [(j, *self._move(effect)) for j, effect in effects if self._counts(effect)]
        if excuses:
            found += self._excused(excuses)
        n = self._arrays.n_periods
        paths = np.zeros((len(found), 1 + n))
        for m, (_j, _element, path, _during, _after) in enumerate(found):
            paths[m, 1:] = path[:n]
        return Moves(
            columns=np.array([one[0] for one in found], dtype=np.int64),
            elements=np.array([one[1] for one in found], dtype=np.int64),
            paths=paths,
            during=np.array([one[3] for one in found], dtype=np.float64),
            after=np.array([one[4] for one in found], dtype=np.float64),
        )

    def _counts(self, effect: Effect) -> bool:
        return effect.kind in (CAPACITY, SPARED, SHARED, HOURS, RESERVE)

    def _move(self, effect: Effect) -> tuple[int, FloatArray, float, float]:
        """Element, path, and its factors during and after the measure."""
        first, k = Elements.of(self._arrays).first, effect.row
        activities = self._arrays.activities
        during = float(self.measure.availability[k]) if effect.kind in (CAPACITY, SPARED) else 1.0
        if effect.kind == CAPACITY:
            base = float(activities.base_availability[k])
            return first["order"] + k, effect.path, during, base
        if effect.kind == SPARED:
            taken = float(activities.base_availability[k]) - during
            path = effect.path[: self._arrays.n_periods] * activities.capacity[k]
            return first["order"] + k, path, taken, 0.0
        if effect.kind == SHARED:
            left = float(shared_left(self._arrays, self.measure)[k])
            return first["shared"] + k, effect.path, left, 1.0
        kind = {HOURS: "line", RESERVE: "customary"}[effect.kind]
        return first[kind] + k, effect.path, 1.0, 1.0

    def _excused(self, excuses: Sequence[int]) -> list[tuple[int, int, FloatArray, float, float]]:
        arrays, first = self._arrays, Elements.of(self._arrays).first["balance"]
        layout = make_layout(arrays, 0, arrays.n_periods, has_reserve=False)
        found = []
        for length, factors in ((arrays.n_periods, (1.0, 0.0)), (0, (0.0, 1.0))):
            wanted = self._wanted(layout, self._run(length))
            for use in uses_of(self.standard, arrays):
                element = first + int(arrays.use_goods[use])
                found += [(j, element, -wanted[use], *factors) for j in excuses]
        return found
