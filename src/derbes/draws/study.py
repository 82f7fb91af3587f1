"""A variant ready to be studied: compiled, with its calm plan, as written or in one draw.

For many futures a case is compiled once, with what a draw changes in it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from derbes.case.entities import Case, Measure, MeasureKind, quantities
from derbes.case.quantity import Quantity
from derbes.case.request import BASE, Request
from derbes.errors import at_work
from derbes.language import _
from derbes.model.arrays import BoolArray, CaseArrays, MeasureArrays, State
from derbes.model.compile import compile_case, compile_draws, tail_periods
from derbes.model.measures import companions, compile_measure
from derbes.model.numbers import AS_WRITTEN, Values, moved_by, with_formulas
from derbes.parallel import Progress, run_tasks
from derbes.simulation import plan_of
from derbes.simulation.branch import effects_of
from derbes.simulation.futures import (
    FuturesModel,
    MeasureSet,
    calm_set,
)
from derbes.supply.baseline import CalmSolution, CalmStart, solve_calm


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
    """The case after a variant's changes; `base` is the case as written.

    Raises:
        KeyError: No variant of that name.
    """
    if variant == BASE:
        return case
    changed = case.variants[variant].case
    if changed is None:
        msg = f"variant {variant} has no case"
        raise KeyError(msg)
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
    """A case, or one draw of it, compiled and with its calm plan.

    Args:
        case: The case; of a draw its scenario.
        measures: Measures to be compiled; those that the case does not have are left out.
        longest: Longest length that is asked for. [period]
        variant: Name of the variant.
        values: What is drawn, a number each.
        near: A solved calm plan of the same elements, from which the solver starts.
    """
    arrays = compile_case(case, longest, values=values)
    found = [
        compile_measure(case, arrays, name, values=values)
        for name in measures
        if name in case.measures
    ]
    return Study(variant, case, arrays, solve_calm(arrays, near), tuple(found))


def _study(task: tuple[str, Case, tuple[str, ...], int, CalmStart | None]) -> Study:
    variant, case, names, longest, near = task
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
    """One study for each variant of a request, with the request's measures.

    Args:
        case: The case.
        request: Its variants and measures.
        n_workers: Processes.
        progress: Called as calm plans are done.
        variants: Instead of the request's.
        near: A calm plan of another variant, from which the solver starts.
    """
    longest = longest_length(case, request)
    names = variants or request.variants
    cases = [variant_case(case, name) for name in names]
    tasks = [
        (name, changed, request.measures or tuple(changed.measures), longest, near)
        for name, changed in zip(names, cases, strict=True)
    ]
    return run_tasks(_study, tasks, n_workers=n_workers, progress=progress, what=_("calm plans"))


def narrowed(study: Study, measures: Sequence[str]) -> Study:
    """The study with only some of its measures; all of them when none are named."""
    if not measures:
        return study
    return replace(study, measures=tuple(m for m in study.measures if m.name in measures))


AT_ONCE = 3
"""Most measures of events that may run at the same time; companions count with their own."""
TIMED = (MeasureKind.DELAY,)
"""Kinds whose `by` is a time."""


ChangedArrays = Callable[[CaseArrays], CaseArrays]
"""Arrays, of a case or of draws, after a change."""


def unchanged(arrays: CaseArrays) -> CaseArrays:
    """The arrays as they are."""
    return arrays


def prepare_futures(
    case: Case,
    *,
    measures: Sequence[str] = (),
    inputs: Sequence[str] = (),
    first: int = 0,
    n_periods: int = 0,
    state: State | None = None,
    changed: ChangedArrays | None = None,
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
            the case, and what the plan has on the way. Drawn first stocks scale
            the lots of the state.
        changed: What is changed in the arrays, of the case and of its draws; None: nothing.

    Raises:
        KeyError: No measure of that name in the case.
        ValueError: An input that the case does not have, or periods outside the calendar.
    """
    _check(case, inputs, first=first, n_periods=n_periods, is_found=state is not None)
    names = tuple(measures) or tuple(case.measures)
    central, change = compile_case(case), changed or unchanged
    plan = plan_of(solve_calm(change(central)))
    factors = _drawn_factors(case, names, moved_by(case, inputs))
    columns = {path: column for column, path in enumerate(factors)}
    return FuturesModel(
        plan=plan,
        compile=lambda values, n: change(compile_draws(case, central, values, n)),
        follow=partial(with_formulas, case),
        inputs=tuple(inputs),
        factors=tuple(factors.values()),
        measures=names,
        sets=_sets(case, plan.arrays, names, columns),
        state=state,
        first=first,
        n_periods=n_periods or case.calendar.n_periods - first,
    )


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


def _factors_of(measures: Iterable[tuple[str, Measure]]) -> list[tuple[str, str, Quantity]]:
    """Shares and rises: measure, which of both, and its quantity."""
    return [
        (name, key, quantity)
        for name, measure in measures
        for key, quantity in (("share", measure.share), ("by", measure.by))
        if quantity is not None
    ]


def _drawn_factors(
    case: Case, names: Sequence[str], inputs: Collection[str]
) -> dict[str, tuple[Quantity, bool]]:
    """Shares and rises of the measures that are drawn, by path, and whether each is a time."""
    return {
        quantity.path: (quantity, key == "by" and case.measures[name].kind in TIMED)
        for name, key, quantity in _factors_of(companions(case, names).items())
        if quantity.path in inputs
    }


def _sets(
    case: Case, arrays: CaseArrays, names: Sequence[str], columns: Mapping[str, int]
) -> tuple[MeasureSet, ...]:
    """Every set of measures that may run at once; the first is calm."""
    found = [calm_set(arrays)]
    for size in range(1, min(AT_ONCE, len(names)) + 1):
        found += [
            _together(case, arrays, members, [names[m] for m in members], columns=columns)
            for members in combinations(range(len(names)), size)
        ]
    return tuple(found)


def _together(
    case: Case,
    arrays: CaseArrays,
    members: tuple[int, ...],
    names: list[str],
    *,
    columns: Mapping[str, int],
) -> MeasureSet:
    """Measures as one; a factor that is drawn stands at 0.

    Where it acts is found by trial: all at 0, then one at 1.
    """
    first = case.measures[names[0]]
    joined = replace(first, together_with=(*first.together_with, *names[1:]))
    case = replace(case, measures={**case.measures, first.id: joined})
    own = _factors_of(companions(case, names).items())
    drawn = {q.path: (name, key) for name, key, q in own if q.path in columns}
    scaled = {p: at for p, at in drawn.items() if case.measures[at[0]].kind not in TIMED}
    trials = np.eye(len(scaled), len(scaled) + 1, 1)
    tried = compile_measure(case, arrays, first.id, values=dict(zip(scaled, trials, strict=True)))
    effects = effects_of(tried)
    at_zero, *at_one = np.broadcast_to(effects, (1 + len(scaled), effects.shape[-1]))
    terms: list[tuple[int, int, float]] = []
    for (path, (_name, key)), row in zip(scaled.items(), at_one, strict=True):
        sign = -1.0 if key == "share" else 1.0
        terms += [(int(x), columns[path], sign) for x in np.flatnonzero(row != at_zero)]
    for path, (name, _key) in drawn.items():
        if path in scaled:
            continue
        apart = replace(case.measures[name], together_with=())
        by_itself = replace(case, measures={**case.measures, name: apart})
        alone = effects_of(compile_measure(by_itself, arrays, name))
        late = np.flatnonzero(_is_time(arrays) & (alone > 0))
        terms += [(int(x), columns[path], 0.0) for x in late]
    return MeasureSet(members, at_zero, tried.crisis, tuple(terms))


def _is_time(arrays: CaseArrays) -> BoolArray:
    """Effects that are times: of what is on the way, and of openings. (X,)"""
    n = len(arrays.activities.names)
    of_stocks = len(arrays.lots) + len(arrays.goods)
    counts = (3 * n + len(arrays.uses), n, of_stocks, len(arrays.plants))
    return np.repeat([False, True, False, True], counts)
