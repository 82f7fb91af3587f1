"""A variant, compiled and with its calm plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derbes.case.arrays import CaseArrays, MeasureArrays
from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.compiler import compile_case, compile_measure
from derbes.language import _
from derbes.programs.calm import CalmSolution, solve_calm
from derbes.study.workers import Progress, run_tasks


@dataclass(frozen=True, slots=True)
class Study:
    """What every question about a variant starts from."""

    variant: str
    case: Case
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


def _study(task: tuple[str, Case, tuple[str, ...], int]) -> Study:
    variant, case, names, longest = task
    arrays = compile_case(case, longest)
    measures = tuple(compile_measure(case, arrays, name) for name in names if name in case.measures)
    return Study(variant, case, arrays, solve_calm(arrays), measures)


def make_studies(
    case: Case,
    request: Request,
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
    variants: Sequence[str] = (),
) -> list[Study]:
    """One study for each variant of a request, with the request's measures."""
    longest = longest_length(case, request)
    names = variants or request.variants
    cases = [variant_case(case, name) for name in names]
    tasks = [
        (name, changed, request.measures or tuple(changed.measures), longest)
        for name, changed in zip(names, cases, strict=True)
    ]
    return run_tasks(_study, tasks, n_workers=n_workers, progress=progress, what=_("calm plans"))


def narrowed(study: Study, measures: Sequence[str]) -> Study:
    """The study with only some of its measures; all of them when none are named."""
    if not measures:
        return study
    return replace(study, measures=tuple(m for m in study.measures if m.name in measures))
