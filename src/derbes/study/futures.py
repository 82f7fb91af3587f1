"""A case made ready for many futures: compiled once, with what a draw changes in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from derbes.case.arrays import CaseArrays, IntArray, MeasureArrays, State
from derbes.case.entities import Case, Measure, MeasureKind, Stockpile
from derbes.case.inventory import quantities
from derbes.case.quantity import FloatArray, Quantity
from derbes.compiler import compile_case, compile_measure
from derbes.compiler.horizon import tail_periods
from derbes.simulation.futures import formulas
from derbes.simulation.futures.model import (
    FuturesModel,
    LotPath,
    MeasureSet,
    Reach,
    effect_row,
    make_effects,
    make_frame,
)
from derbes.simulation.futures.numbers import NEVER, Derived, Numbers, collect, make_places
from derbes.simulation.network import Structure, structure_of
from derbes.simulation.setup import lot_columns

AT_ONCE = 3
"""Most measures of events that may run at the same time; companions count with their own."""
TIMED = (MeasureKind.DELAY,)
"""Kinds whose `by` is a time."""
SHARED_PATH, OWN_NUMBER, OWN_PATH = range(3)
"""How a lot's survival differs from future to future."""


def prepare_futures(
    case: Case,
    *,
    measures: Sequence[str] = (),
    inputs: Sequence[str] = (),
    first: int = 0,
    n_periods: int = 0,
    state: State | None = None,
) -> FuturesModel:
    """Compile a case once for many futures.

    Args:
        case: The case, with its central values.
        measures: Measures that events may hold; empty: all of the case.
        inputs: Paths of the numbers that draws change; those that the rule does not look
            at (a margin, a shortage cost) change nothing.
        first: First period of the futures.
        n_periods: Their periods, at most to the end of the compiled arrays; 0: to the end of
            the calendar.
        state: What is there before the first period, and on the way; None: the stocks of
            the case, and what the rule would have ordered (S11). Drawn first stocks scale
            the lots of the state.

    Raises:
        KeyError: No measure of that name in the case.
        ValueError: An input that the case does not have, or periods outside the calendar.
    """
    _check(case, inputs, first=first, n_periods=n_periods, is_found=state is not None)
    names = tuple(measures) or tuple(case.measures)
    arrays = compile_case(case)
    structure = structure_of(arrays)
    numbers, factors = _numbers(case, structure, names, inputs)
    columns = lot_columns(structure, first)
    kinds, paths, is_order_drawn = _lots(case, structure, numbers, columns)
    sets = _sets(Compiled(case, structure, columns, factors), names)
    n = n_periods or case.calendar.n_periods - first
    frame = make_frame(
        structure,
        numbers,
        (numbers.at, make_effects(arrays)),
        sets=sets,
        lots=(columns, kinds, is_order_drawn),
        reach=Reach(first, n, state is None),
    )
    derived = (*numbers.derived, *(lot.derived for lot in paths))
    return FuturesModel(
        arrays=arrays,
        inputs=tuple(dict.fromkeys(path for one in derived for path in one.paths if path)),
        measures=names,
        sets=tuple(one.members for one in sets),
        frame=frame,
        central=numbers.central,
        derived=tuple(numbers.derived),
        lot_paths=paths,
        lots=columns,
        goods=structure.goods,
        state=_first_state(arrays) if state is None else state,
    )


def _numbers(
    case: Case, structure: Structure, names: Sequence[str], inputs: Sequence[str]
) -> tuple[Numbers, dict[str, int]]:
    """The numbers of a case, and the places of the drawn shares and rises of its measures."""
    arrays = structure.arrays
    drawn = _drawn_factors(case, names, inputs)
    at = make_places(arrays, structure, len(drawn))
    numbers = collect(case, structure, at, inputs=inputs, n_periods=arrays.n_periods)
    for row, quantity in enumerate(drawn.values()):
        formula = formulas.same
        if _is_delay(case, quantity):
            formula = partial(formulas.whole_periods, step=case.calendar.step)
        numbers.set(at.factor + row, formula, quantity)
    return numbers, {path: at.factor + row for row, path in enumerate(drawn)}


def _check(
    case: Case, inputs: Sequence[str], *, first: int, n_periods: int, is_found: bool
) -> None:
    known = {quantity.path for quantity in quantities(case)}
    unknown = [path for path in inputs if path not in known]
    if unknown:
        msg = f"inputs that the case does not have: {', '.join(unknown)}"
        raise ValueError(msg)
    last = case.calendar.n_periods + tail_periods(case)
    if not (0 <= first < last and 0 <= n_periods <= last - first):
        msg = f"periods {first} to {first + n_periods} are not all within the {last} of the case"
        raise ValueError(msg)
    if first > 0 and not is_found:
        raise ValueError("futures that begin later need the state that they find")


def _first_state(arrays: CaseArrays) -> State:
    n_goods, n_activities = len(arrays.goods), len(arrays.activities.names)
    nothing = np.zeros((n_goods, 0))
    return State(arrays.lot_stock, np.zeros(n_goods), nothing, np.zeros((n_activities, 0)))


def _companions(case: Case, names: Iterable[str]) -> dict[str, Measure]:
    """Measures and those that run together with them."""
    found: dict[str, Measure] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = case.measures[name]
            waiting += case.measures[name].together_with
    return found


def _factors_of(measures: Iterable[tuple[str, Measure]]) -> list[tuple[str, str, Quantity]]:
    """Shares and rises: measure, which of both, and its quantity."""
    return [
        (name, key, quantity)
        for name, measure in measures
        for key, quantity in (("share", measure.share), ("by", measure.by))
        if quantity is not None
    ]


def _drawn_factors(case: Case, names: Sequence[str], inputs: Sequence[str]) -> dict[str, Quantity]:
    """Shares and rises of the measures that are drawn, by path."""
    of = _factors_of(_companions(case, names).items())
    return {quantity.path: quantity for _name, _key, quantity in of if quantity.path in inputs}


def _is_delay(case: Case, quantity: Quantity) -> bool:
    delays = [m.by for m in case.measures.values() if m.kind is MeasureKind.DELAY]
    return any(by is not None and by.path == quantity.path for by in delays)


def _lots(
    case: Case, structure: Structure, numbers: Numbers, columns: IntArray
) -> tuple[IntArray, tuple[LotPath, ...], bool]:
    """Numbers of the lots; how each one's survival differs, the paths, whether their order does."""
    at = numbers.at
    piles = list(case.stockpiles.values())
    kinds = np.zeros(len(columns), dtype=np.int64)
    paths: list[LotPath] = []
    for column, lot in enumerate(columns):
        pile = piles[lot]
        numbers.set(at.lot + column, formulas.same, pile.quantity or 0.0)
        survival = pile.survival
        life = (survival.half_life, survival.shelf_life, survival.age)
        if not any(q is not None and q.path in numbers.inputs for q in life):
            continue
        if survival.shelf_life is None and not survival.table:
            kinds[column] = OWN_NUMBER
            formula = partial(formulas.retention, step=case.calendar.step)
            numbers.set(at.lot_retention + column, formula, survival.half_life or NEVER)
        else:
            kinds[column] = OWN_PATH
            paths.append(LotPath(column, _life(case, pile, numbers, structure.arrays.n_periods)))
    crowded = [
        int(g)
        for g in set(structure.arrays.lot_goods)
        if (structure.arrays.lot_goods == g).sum() > 1
    ]
    is_drawn = any(
        kinds[column] and structure.arrays.lot_goods[lot] in crowded
        for column, lot in enumerate(columns)
    )
    return kinds, tuple(paths), bool(is_drawn)


def _life(case: Case, pile: Stockpile, numbers: Numbers, n_periods: int) -> Derived:
    """How long a lot lasts, as a path for each draw."""
    survival = pile.survival
    life = (survival.half_life or NEVER, survival.shelf_life or NEVER, survival.age or 0.0)
    return Derived(
        place=-1,
        paths=tuple(
            q.path if isinstance(q, Quantity) and q.path in numbers.inputs else "" for q in life
        ),
        central=tuple(float(q.value) if isinstance(q, Quantity) else q for q in life),
        formula=partial(
            formulas.lot_path,
            table=survival.table,
            step=case.calendar.step,
            n_periods=n_periods,
        ),
    )


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is needed to compile measures."""

    case: Case
    structure: Structure
    lots: IntArray
    factors: Mapping[str, int]
    """Numbers of the drawn factors, by path."""

    def row(self, measure: MeasureArrays) -> FloatArray:
        """What a measure does, as a row."""
        return effect_row(measure, self.lots, self.structure.goods)


def _sets(compiled: Compiled, names: Sequence[str]) -> tuple[MeasureSet, ...]:
    """Every set of measures that may run at once; the first is calm."""
    found = [_calm(compiled)]
    for size in range(1, min(AT_ONCE, len(names)) + 1):
        found += [
            _together(compiled, members, [names[m] for m in members])
            for members in combinations(range(len(names)), size)
        ]
    return tuple(found)


def _calm(compiled: Compiled) -> MeasureSet:
    arrays = compiled.structure.arrays
    nothing = Measure("", kind=MeasureKind.PRICE_RISE)
    case = replace(compiled.case, measures={"": nothing})
    calm = compile_measure(case, arrays, "")
    return MeasureSet((), compiled.row(calm), crisis=False, frozen=calm.frozen_plants, terms=())


def _together(compiled: Compiled, members: tuple[int, ...], names: list[str]) -> MeasureSet:
    """Measures as one; a factor that is drawn stands at 0, and where it acts is found by trial."""
    case, arrays = compiled.case, compiled.structure.arrays
    first = case.measures[names[0]]
    joined = replace(first, together_with=(*first.together_with, *names[1:]))
    case = replace(case, measures={**case.measures, first.id: joined})
    own = _factors_of(_companions(case, names).items())
    drawn = {q.path: (name, key) for name, key, q in own if q.path in compiled.factors}
    scaled = {p: at for p, at in drawn.items() if case.measures[at[0]].kind not in TIMED}
    at_zero = _with_factors(case, scaled, dict.fromkeys(scaled, 0.0))
    base = compile_measure(at_zero, arrays, first.id)
    row = compiled.row(base)
    terms: list[tuple[int, int, float]] = []
    for path, (_name, key) in scaled.items():
        at_one = _with_factors(case, scaled, {**dict.fromkeys(scaled, 0.0), path: 1.0})
        changed = np.flatnonzero(compiled.row(compile_measure(at_one, arrays, first.id)) != row)
        sign = -1.0 if key == "share" else 1.0
        terms += [(int(x), compiled.factors[path], sign) for x in changed]
    fx = make_effects(arrays)
    late = np.arange(fx.transit_late, fx.lot_kept)
    for path in drawn.keys() - scaled.keys():
        terms += [(int(x), compiled.factors[path], 0.0) for x in late if row[x] > 0]
    return MeasureSet(members, row, base.crisis, base.frozen_plants, tuple(terms))


def _with_factors(
    case: Case, at: Mapping[str, tuple[str, str]], values: Mapping[str, float]
) -> Case:
    """The case with other shares and rises of its measures."""
    measures = dict(case.measures)
    for path, (name, key) in at.items():
        known = getattr(measures[name], key)
        measures[name] = replace(measures[name], **{key: replace(known, value=values[path])})
    return replace(case, measures=measures)
