"""A case ready for many futures."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, MeasureArrays, State
from derbes.case.quantity import FloatArray
from derbes.kernels.futures.frame import Effects, Frame, Places
from derbes.simulation.futures.numbers import Derived, Numbers
from derbes.simulation.network import Structure, made_with, needed_for
from derbes.simulation.setup import reserve_ranks_first


@dataclass(frozen=True, slots=True)
class LotPath:
    """A lot whose survival by period differs from draw to draw."""

    lot: int
    """Column among the lots."""
    derived: Derived
    """Its formula gives one path for each draw."""


@dataclass(frozen=True, slots=True)
class FuturesModel:
    """A case whose structure is compiled once; draws change its numbers."""

    arrays: CaseArrays
    """With the central values."""
    inputs: tuple[str, ...]
    """Paths that draws must hold, in this order."""
    measures: tuple[str, ...]
    """Measures that events may hold."""
    sets: tuple[tuple[int, ...], ...]
    """Measures that may run at once, by position; the first, empty one is calm."""
    frame: Frame
    central: FloatArray
    derived: tuple[Derived, ...]
    lot_paths: tuple[LotPath, ...]
    lots: IntArray
    """Lot of each column. (L,)"""
    goods: IntArray
    """Goods from raw to final. (G,)"""
    state: State

    @property
    def n_periods(self) -> int:
        """Periods of a future."""
        return self.frame.n_periods

    @property
    def first(self) -> int:
        """First period of a future."""
        return self.frame.first


@dataclass(frozen=True, slots=True)
class MeasureSet:
    """Measures that run at the same time."""

    members: tuple[int, ...]
    effects: FloatArray
    """With their drawn factors at 0. (X,)"""
    crisis: bool
    frozen: BoolArray
    """(P,)"""
    terms: tuple[tuple[int, int, float], ...]
    """Effect, number and sign of each drawn factor."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which periods futures have."""

    first: int
    n_periods: int
    is_opened: bool
    """Whether what is on the way before the first period is found by (S11)."""


def make_effects(arrays: CaseArrays) -> Effects:
    """Where the effects of each kind begin in a set of measures."""
    n, uses = len(arrays.activities.names), len(arrays.uses)
    counts = (n, n, uses, n, n, len(arrays.lots), len(arrays.goods))
    return Effects(*(int(at) for at in np.cumsum([0, *counts])))


def effect_row(measure: MeasureArrays, lots: IntArray, goods: IntArray) -> FloatArray:
    """What a measure does, as a row; lots and goods in the order of the kernel."""
    return np.concatenate(
        [
            measure.availability,
            measure.cost_factor,
            measure.demand_factor,
            measure.transit_kept,
            measure.transit_late,
            measure.lot_kept[lots],
            measure.fresh_kept[goods],
        ]
    )


def make_frame(
    structure: Structure,
    numbers: Numbers,
    places: tuple[Places, Effects],
    *,
    sets: tuple[MeasureSet, ...],
    lots: tuple[IntArray, IntArray, bool],
    reach: Reach,
) -> Frame:
    """What all futures share; `fitted` makes it long enough for the times of a run.

    Args:
        structure: The case.
        numbers: Its numbers.
        places: Where numbers and effects begin.
        sets: Measures that may run at once; the first is calm.
        lots: Lot of each column, its kind, and whether their order is drawn.
        reach: Periods.
    """
    arrays = structure.arrays
    parts: dict[str, object] = {
        "at": places[0],
        "fx": places[1],
        "first": reach.first,
        "n_periods": reach.n_periods,
        "ring": 1,
        "longest": 0,
        "is_opened": reach.is_opened,
        "oldest": 0,
        "is_tabulated": False,
        "expected": np.zeros((0, len(sets))),
        "steady": np.zeros((0, len(sets))),
        "reserve_first": reserve_ranks_first(arrays),
        **_network(structure, numbers, places[0]),
        **_lots(structure, lots),
        **_paths(structure, numbers, places[0]),
        **_measures(structure, sets, places[1]),
    }
    return Frame(**parts)  # type: ignore[arg-type]


def fitted(frame: Frame, *, longest: int, oldest: int, latest: int) -> Frame:
    """The frame with room for the longest times of a run.

    Args:
        frame: What all futures share.
        longest: Longest lead time. [period]
        oldest: Longest shelf life. [period]
        latest: Longest delay of what is on the way. [period]
    """
    n_periods = frame.first + frame.n_periods + 2 * longest + 2
    lacking = max(0, n_periods - frame.shapes.shape[1])
    return frame._replace(
        longest=longest,
        oldest=oldest,
        ring=longest + 2 * latest + 1,
        shapes=np.pad(frame.shapes, ((0, 0), (0, lacking)), mode="edge"),
        price_turns=np.pad(frame.price_turns, ((0, 0), (0, lacking))),
        some_price_turns=np.pad(frame.some_price_turns, (0, lacking)),
        still=np.pad(frame.still, (0, lacking), constant_values=1),
        open_turns=np.pad(frame.open_turns, (0, lacking)),
    )


def _ends(counts: list[int]) -> IntArray:
    return np.cumsum(counts, dtype=np.int64)


def _ints(values: object) -> IntArray:
    return np.array(values, dtype=np.int64).reshape(-1)


def _network(structure: Structure, numbers: Numbers, at: Places) -> dict[str, object]:
    arrays, order = structure.arrays, structure.goods
    activities, place = arrays.activities, np.argsort(order)
    sources = [structure.sources[g] for g in order]
    ends, n_layers = _ends([len(own) for own in sources]), len(structure.layers) - 1
    input_ends = _ends([len(inputs) for inputs in structure.inputs])
    has_hours = (numbers.central[at.hours : at.taken] > 0) & (activities.lines >= 0)
    lines = np.where(has_hours, activities.lines, -1)
    layer_of = np.repeat(np.arange(n_layers), np.diff(structure.layers))
    by_layer = [
        sorted({int(lines[k]) for g in np.flatnonzero(layer_of == j) for k in sources[g]} - {-1})
        for j in range(n_layers)
    ]
    pooled = [int((activities.shared[own] >= 0).any()) for own in sources for _k in own]
    return {
        "layers": _ints(structure.layers),
        "layer_of": _ints(layer_of),
        "first_source": ends - [len(own) for own in sources],
        "end_source": ends,
        "sources": _ints(np.concatenate([*sources, _ints([])])),
        "is_pooled": _ints(pooled),
        "has_inputs": _ints([any(structure.inputs[k] for k in own) for own in sources]),
        "first_input": input_ends - [len(inputs) for inputs in structure.inputs],
        "end_input": input_ends,
        "input_goods": _ints([place[g] for inputs in structure.inputs for g, _a in inputs]),
        "outputs": np.where(activities.outputs >= 0, place[activities.outputs], -1),
        "lines": _ints(lines),
        "pools": _ints(activities.shared),
        "plants": _ints(activities.plants),
        "is_bought": _ints(activities.kinds == ActivityKind.PURCHASE),
        "line_plants": _ints(arrays.line_plants),
        "first_line": _ends([0, *map(len, by_layer)]),
        "layer_lines": _ints([line for layer in by_layer for line in layer]),
        "base_open": activities.base_availability.copy(),
        **_demand(structure, place),
    }


def _demand(structure: Structure, place: IntArray) -> dict[str, object]:
    """Uses and buyers abroad."""
    arrays = structure.arrays
    exports = np.flatnonzero(arrays.activities.kinds == ActivityKind.EXPORT)
    return {
        "exports": exports,
        "export_goods": _ints([place[structure.inputs[k][0][0]] for k in exports]),
        "use_goods": place[arrays.use_goods],
        "use_essential": _ints(arrays.use_essential),
        "use_alone": _ints(_alone(arrays)),
    }


def _alone(arrays: CaseArrays) -> list[bool]:
    """Whether no other use of its tier wants the good of a use."""
    kinds = list(zip(arrays.use_goods.tolist(), arrays.use_essential.tolist(), strict=True))
    return [kinds.count(kind) == 1 for kind in kinds]


def _lots(structure: Structure, lots: tuple[IntArray, IntArray, bool]) -> dict[str, object]:
    arrays, (columns, kinds, is_drawn) = structure.arrays, lots
    counts = [int((arrays.lot_goods == g).sum()) for g in structure.goods]
    own = kinds == 2
    return {
        "first_lot": _ends(counts) - counts,
        "end_lot": _ends(counts),
        "lot_kinds": _ints(kinds),
        "is_lot_order_drawn": is_drawn,
        "lot_paths": np.ascontiguousarray(arrays.lot_retention[columns]),
        "lot_numbers": np.where(own, np.cumsum(own) - 1, -1).astype(np.int64),
    }


def _paths(structure: Structure, numbers: Numbers, at: Places) -> dict[str, object]:
    """Paths over time, and when anything in them changes."""
    shapes, arrays = numbers.shapes, structure.arrays
    turns = np.zeros(shapes.shape, dtype=np.bool_)
    turns[:, 1:] = shapes[:, 1:] != shapes[:, :-1]
    supply = np.r_[at.demand : at.price, at.line_hours : at.lead]
    still: BoolArray = np.asarray(~turns[supply].any(axis=0))
    of_plants = np.r_[
        at.capacity + np.flatnonzero(arrays.activities.plants >= 0),
        at.line_hours + np.arange(len(arrays.lines)),
    ]
    if turns[of_plants].any():
        still[:] = False
    signs = np.zeros(shapes.shape, dtype=np.bool_)
    signs[:, 1:] = (shapes[:, 1:] > 0) != (shapes[:, :-1] > 0)
    opens: BoolArray = np.asarray(signs[at.capacity : at.price].any(axis=0))
    if signs[of_plants].any():
        opens[:] = True
    shelves = arrays.shelf_life[structure.goods] > 0
    costs = turns[at.price : at.transport] | turns[at.transport : at.reserve]
    ratios, wanted = _crisis_ratios(shapes, at)
    return {
        "shapes": np.ascontiguousarray(shapes),
        "varies": _ints(turns.any(axis=1)),
        "still": _ints(still),
        "open_turns": _ints(opens),
        "price_turns": costs.astype(np.int64),
        "some_price_turns": _ints(costs.any(axis=0)),
        "shelves": np.where(shelves, np.cumsum(shelves) - 1, -1).astype(np.int64),
        "crisis_ratios": ratios,
        "is_wanted": wanted,
    }


def _crisis_ratios(shapes: FloatArray, at: Places) -> tuple[FloatArray, IntArray]:
    """Least calm demand beside crisis demand; whether there is any calm demand."""
    calm, crisis = shapes[at.demand : at.crisis], shapes[at.crisis : at.capacity]
    beside = np.divide(calm, crisis, out=np.full(calm.shape, np.inf), where=crisis > 0)
    return beside.min(axis=1, initial=np.inf), _ints((calm > 0).any(axis=1))


def _measures(structure: Structure, sets: tuple[MeasureSet, ...], fx: Effects) -> dict[str, object]:
    terms = [term for one in sets for term in one.terms]
    effects = [one.effects for one in sets]
    return {
        "effects": np.array(effects, dtype=np.float64).reshape(len(sets), fx.end),
        "crises": _ints([one.crisis for one in sets]),
        "frozen": np.array([one.frozen for one in sets], dtype=np.int64).reshape(len(sets), -1),
        "first_term": _ends([0, *(len(one.terms) for one in sets)]),
        "term_effects": _ints([effect for effect, _number, _sign in terms]),
        "term_numbers": _ints([number for _effect, number, _sign in terms]),
        "term_signs": np.array([sign for *_rest, sign in terms], dtype=np.float64),
        "feeds": _feeds(structure),
    }


def _feeds(structure: Structure) -> IntArray:
    """1 where a threat to one good guards another, in the order of the kernel. (h, g)"""
    arrays, order = structure.arrays, structure.goods
    used: BoolArray = np.zeros(len(order), dtype=np.bool_)
    used[arrays.use_goods[arrays.use_essential]] = True
    needed = needed_for(structure, used)
    rows = []
    for h in order:
        hit: BoolArray = np.zeros(len(order), dtype=np.bool_)
        hit[h] = True
        rows.append((needed & needed_for(structure, made_with(structure, hit)))[order])
    return np.array(rows, dtype=np.int64).reshape(len(order), len(order))
