"""A variant ready to be studied: compiled, with its calm plan, as written or in one draw.

For many futures a case is compiled once, with what a draw changes in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from derbes.case.entities import Case, MeasureKind, quantities
from derbes.case.quantity import Quantity
from derbes.case.request import BASE, Request
from derbes.errors import at_work
from derbes.language import _
from derbes.model.arrays import BoolArray, CaseArrays, MeasureArrays
from derbes.model.compile import compile_case, compile_draws
from derbes.model.measures import companions, compile_measure
from derbes.model.numbers import AS_WRITTEN, Values, moved_by, with_formulas
from derbes.parallel import Progress, run_tasks
from derbes.simulation import plan_of
from derbes.simulation.branch import effects_of
from derbes.simulation.futures import FuturesModel, MeasureSet, calm_set
from derbes.supply.baseline import CalmSolution, CalmStart, solve_calm

TIMED = (MeasureKind.DELAY,)
"""Kinds whose `by` is a time."""
ChangedArrays = Callable[[CaseArrays], CaseArrays]
"""Arrays, of a case or of draws, after a change."""


@dataclass(frozen=True, slots=True)
class Study:
    """What every question about a variant starts from."""

    variant: str
    case: Case
    """Of a draw: with the central values."""
    arrays: CaseArrays
    calm: CalmSolution
    measures: tuple[MeasureArrays, ...]


def variant_case(case: Case, variant: str) -> Case:
    """The case after a variant's changes; `base` is the case as written. KeyError: no such one."""
    if variant == BASE:
        return case
    changed = case.variants[variant].case
    if changed is None:
        raise KeyError(f"variant {variant} has no case")
    return changed


def longest_length(case: Case, request: Request) -> int:
    """Longest length that a request asks for. [period]"""
    own = [length for measure in case.measures.values() for length in measure.lengths]
    return max([*request.lengths, *own, 1])


def make_study(
    case: Case,
    measures: Sequence[str],
    longest: int,
    *,
    variant: str = BASE,
    values: Values = AS_WRITTEN,
    near: CalmStart | None = None,
) -> Study:
    """A case, or the scenario and values of one draw of it, compiled and with its calm plan.

    Measures that it does not have are left out; `longest` is the longest length that is asked
    for [period]; `near` a solved calm plan of the same elements, from which the solver starts.
    """
    arrays = compile_case(case, longest, values=values)
    found = [
        compile_measure(case, arrays, name, values=values)
        for name in measures
        if name in case.measures
    ]
    return Study(variant, case, arrays, solve_calm(arrays, near), tuple(found))


def _study(task: tuple[str, Case, tuple[str, ...]], longest: int, near: CalmStart | None) -> Study:
    variant, case, names = task
    with at_work(_("variant {name}").format(name=variant)):
        return make_study(case, names, longest, variant=variant, near=near)


def make_studies(
    case: Case,
    request: Request,
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
    variants: Sequence[str] = (),
    near: CalmStart | None = None,
) -> list[Study]:
    """One study for each variant of a request, or for others, with the request's measures.

    The solver starts from a calm plan of another variant, where one is near.
    """
    cases = [(name, variant_case(case, name)) for name in (variants or request.variants)]
    tasks = [(name, one, request.measures or tuple(one.measures)) for name, one in cases]
    work = partial(_study, longest=longest_length(case, request), near=near)
    return run_tasks(work, tasks, n_workers=n_workers, progress=progress, what=_("calm plans"))


def narrowed(study: Study, measures: Sequence[str]) -> Study:
    """The study with only some of its measures; all of them when none are named."""
    own = tuple(one for one in study.measures if one.name in measures)
    return replace(study, measures=own) if measures else study


def prepare_futures(
    case: Case,
    *,
    measures: Sequence[str] = (),
    inputs: Sequence[str] = (),
    changed: ChangedArrays | None = None,
) -> FuturesModel:
    """Compile a case once for many futures, from its first period to the end of its calendar.

    Args:
        case: The case, with its central values.
        measures: Measures that events may hold; empty: all of the case.
        inputs: Paths of the numbers that draws change; those that the rule does not look
            at (a margin, a shortage cost) change nothing.
        changed: What is changed in the arrays, of the case and of its draws; None: nothing.

    Raises:
        KeyError: No measure of that name in the case.
        ValueError: An input that the case does not have.
    """
    known = {quantity.path for quantity in quantities(case)}
    if unknown := [path for path in inputs if path not in known]:
        raise ValueError(f"inputs that the case does not have: {', '.join(unknown)}")
    names = tuple(measures) or tuple(case.measures)
    central, change = compile_case(case), changed or (lambda arrays: arrays)
    plan = plan_of(solve_calm(change(central)))
    moved = moved_by(case, inputs)
    factors = {
        quantity.path: (quantity, key == "by" and case.measures[name].kind in TIMED)
        for name, key, quantity in _factors_of(case, names)
        if quantity.path in moved
    }
    columns = {path: column for column, path in enumerate(factors)}
    return FuturesModel(
        plan=plan,
        compile=lambda values, n: change(compile_draws(case, central, values, n)),
        follow=partial(with_formulas, case),
        inputs=tuple(inputs),
        factors=tuple(factors.values()),
        measures=names,
        sets=_sets(case, plan.arrays, names, columns),
        joined=lambda members: _together(case, plan.arrays, members, names, columns=columns),
        first=0,
        n_periods=case.calendar.n_periods,
    )


def _factors_of(case: Case, names: Sequence[str]) -> list[tuple[str, str, Quantity]]:
    """Shares and rises of measures: measure, which of both, and its quantity."""
    return [
        (name, key, quantity)
        for name, measure in companions(case, names).items()
        for key, quantity in (("share", measure.share), ("by", measure.by))
        if quantity is not None
    ]


def _sets(
    case: Case, arrays: CaseArrays, names: Sequence[str], columns: Mapping[str, int]
) -> tuple[MeasureSet, ...]:
    """Calm, each measure alone, and last each without what it takes.

    What it adds to is its own demand: of a measure at place m that stands as ~m.
    """
    alone = (_together(case, arrays, (m,), names, columns=columns) for m in range(len(names)))
    without = (
        replace(
            _together(_demand_alone(case, name), arrays, (m,), names, columns=columns),
            members=(~m,),
        )
        for m, name in enumerate(names)
    )
    return (calm_set(arrays), *alone, *without)


def _demand_alone(case: Case, name: str) -> Case:
    """The case with what a measure brings of demand, and without what it takes."""
    kept = {
        key: one if one.kind is MeasureKind.DEMAND_SURGE else replace(one, hits=())
        for key, one in companions(case, [name]).items()
    }
    return replace(case, measures={**case.measures, **kept})


def _together(
    case: Case,
    arrays: CaseArrays,
    members: tuple[int, ...],
    measures: Sequence[str],
    *,
    columns: Mapping[str, int],
) -> MeasureSet:
    """Measures as one; a factor that is drawn stands at 0.

    Where it acts is found by trial: all at 0, then one at 1.
    """
    names = [measures[m] for m in members]
    first = case.measures[names[0]]
    joined = replace(first, together_with=(*first.together_with, *names[1:]))
    case = replace(case, measures={**case.measures, first.id: joined})
    drawn = [one for one in _factors_of(case, names) if one[2].path in columns]
    timed = [one for one in drawn if case.measures[one[0]].kind in TIMED]
    scaled = [one for one in drawn if case.measures[one[0]].kind not in TIMED]
    trials = np.eye(len(scaled), len(scaled) + 1, 1)
    values = {q.path: trial for (_name, _key, q), trial in zip(scaled, trials, strict=True)}
    tried = compile_measure(case, arrays, first.id, values=values)
    effects = effects_of(tried)
    at_zero, *at_one = np.broadcast_to(effects, (1 + len(scaled), effects.shape[-1]))
    terms: list[tuple[int, int, float]] = []
    for (_name, key, one), row in zip(scaled, at_one, strict=True):
        sign = -1.0 if key == "share" else 1.0
        terms += [(int(x), columns[one.path], sign) for x in np.flatnonzero(row != at_zero)]
    for name, _key, one in timed:
        apart = replace(case.measures[name], together_with=())
        by_itself = replace(case, measures={**case.measures, name: apart})
        alone = effects_of(compile_measure(by_itself, arrays, name))
        late = np.flatnonzero(_is_time(arrays) & (alone > 0))
        terms += [(int(x), columns[one.path], 0.0) for x in late]
    return MeasureSet(members, at_zero, tried.crisis, tuple(terms))


def _is_time(arrays: CaseArrays) -> BoolArray:
    """Effects that are times: of what is on the way, and of openings. (X,)"""
    n = len(arrays.activities.names)
    of_stocks = len(arrays.lots) + len(arrays.goods)
    counts = (3 * n + len(arrays.uses), n, of_stocks, len(arrays.plants))
    return np.repeat([False, True, False, True], counts)
