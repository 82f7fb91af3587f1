"""A brief from a case: what is computed for it, and how much of it.

The case as written is looked at in full: the main measure at every start that is asked
for, with the premium, and at two starts a year for cover; every other measure at one start
a year. The other variants are there to compare: the main measure, one start a year, and
the end for the main length.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from derbes.brief import render_brief
from derbes.brief.contents import (
    MYOPIC,
    OPTIMAL,
    BriefContents,
    Focus,
    focus_of,
    main_length,
)
from derbes.brief.verdict import edge_of
from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.cover import cover_table
from derbes.leverage import branch_of, calm_plan_of, leverage_ends, leverage_rows
from derbes.results.cover import Cover, CoverRow
from derbes.results.leverage import Leverage, LeverageEnd, LeverageRow
from derbes.results.trajectory import Branch
from derbes.study import Progress, Study, make_studies
from derbes.workflow.made import provenance_of, with_units
from derbes.workflow.told import plans_told, statements_told, stress_told


def main_measure(case: Case, asked: Request) -> str:
    """The measure that the brief is about."""
    measures = asked.measures or tuple(case.measures)
    return case.main_measure if case.main_measure in measures else measures[0]


def in_each(case: Case, asked: Request, months: int) -> tuple[int, ...]:
    """The first of the starts asked for in each stretch of so many months. [period]"""
    stretch = max(1, months // case.calendar.step)
    firsts = {start // stretch: start for start in reversed(asked.starts)}
    return tuple(sorted(firsts.values()))


def brief_parts(case: Case, asked: Request) -> list[Request]:
    """The case as written in full, the other variants for comparison."""
    others = replace(
        asked,
        variants=tuple(variant for variant in asked.variants if variant != BASE),
        measures=(main_measure(case, asked),),
        starts=in_each(case, asked, MONTHS_A_YEAR),
    )
    whole = replace(asked, variants=(BASE,))
    parts = [whole] if BASE in asked.variants else []
    return [*parts, others] if others.variants else parts


def brief_page(
    case: Case,
    asked: Request,
    *,
    draws: int = 1,
    progress: Progress | None = None,
    n_workers: int = 1,
) -> str:
    """The brief on a case, one self-contained HTML page."""
    contents = brief_contents(case, asked, draws=draws, progress=progress, n_workers=n_workers)
    return render_brief(contents)


def brief_contents(
    case: Case,
    asked: Request,
    *,
    draws: int = 1,
    progress: Progress | None = None,
    n_workers: int = 1,
) -> BriefContents:
    """All results that the brief on a case tells; with more than one draw, how sure too."""
    effort = _Effort(progress, n_workers, draws)
    parts = [
        _Part(part, tuple(make_studies(case, part, n_workers=n_workers, progress=progress)))
        for part in brief_parts(case, asked)
    ]
    everyone = [study for part in parts for study in part.studies]
    contents = BriefContents(
        case=case,
        cover=Cover(rows=(), provenance=provenance_of(case)),
        leverage=_leverage(case, parts, effort),
        calm={study.variant: calm_plan_of(study) for study in everyone},
    )
    focus = focus_of(contents)
    return replace(
        contents,
        cover=replace(contents.cover, rows=_cover_rows(case, parts, focus, effort)),
        branches=_courses(case, everyone, focus, edge_of(contents, focus)),
        **_more(case, asked, effort),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of what is computed, with the studies of its variants."""

    request: Request
    studies: tuple[Study, ...]


@dataclass(frozen=True, slots=True)
class _Effort:
    """Who is told how far it is, how many processes share the work, over how many draws."""

    progress: Progress | None
    n_workers: int
    draws: int


def _more(case: Case, asked: Request, effort: _Effort) -> dict[str, Any]:
    """Plans, answers over draws and verdicts, where the case gives cause for them."""
    told: Any = {"n_workers": effort.n_workers, "progress": effort.progress}
    plans = plans_told(case, asked.variants, **told)
    return {
        "plan": plans.get(BASE),
        "plans": plans,
        "stress": stress_told(case, asked.variants, draws=effort.draws, **told),
        "statements": statements_told(case, draws=effort.draws, **told),
    }


def _leverage(case: Case, parts: Sequence[_Part], effort: _Effort) -> Leverage:
    """The surface; premiums in the case as written alone."""
    rows: list[LeverageRow] = []
    ends: list[LeverageEnd] = []
    told: Any = {"n_workers": effort.n_workers, "progress": effort.progress}
    for part in parts:
        for asked, has_premium in _surfaces(case, part.request):
            rows += leverage_rows(part.studies, asked, has_premium=has_premium, **told)
        asked = part.request
        if BASE not in asked.variants:
            asked = replace(asked, lengths=(_main_length(case, asked),))
        ends += leverage_ends(part.studies, asked, **told)
    return with_units(case, (tuple(rows), tuple(ends)))


def _cover_rows(
    case: Case, parts: Sequence[_Part], focus: Focus, effort: _Effort
) -> tuple[CoverRow, ...]:
    """Cover under the main measure, in every variant."""
    return tuple(
        row
        for part in parts
        for row in cover_table(
            case,
            _cover_request(case, part.request, focus),
            studies=part.studies,
            only_essential=True,
            n_workers=effort.n_workers,
            progress=effort.progress,
        )
    )


def _main_length(case: Case, asked: Request) -> int:
    """The length that the brief is about. [period]"""
    lengths = asked.lengths or case.measures[main_measure(case, asked)].lengths
    step = case.calendar.step
    months = main_length([length * step for length in lengths], case.main_length * step)
    return case.calendar.periods(months)


def _surfaces(case: Case, part: Request) -> list[tuple[Request, bool]]:
    """Requests for surfaces, and whether each is to have the premium."""
    if BASE not in part.variants:
        return [(part, False)]
    main = main_measure(case, part)
    others = tuple(name for name in part.measures or tuple(case.measures) if name != main)
    yearly = replace(part, measures=others, starts=in_each(case, part, MONTHS_A_YEAR))
    return [(replace(part, measures=(main,)), True), *([(yearly, False)] if others else [])]


def _cover_request(case: Case, part: Request, focus: Focus) -> Request:
    """Cover under the main measure.

    Two starts a year and the worst in the case as written; in the other variants the
    milestones by which they are compared.
    """
    if BASE in part.variants:
        starts = {*in_each(case, part, MONTHS_A_YEAR // 2), case.calendar.index_of(focus.worst)}
    else:
        starts = {case.calendar.index_of(month) for month in focus.milestones}
    return replace(part, measures=(main_measure(case, part),), starts=tuple(sorted(starts)))


def _courses(
    case: Case, studies: Sequence[Study], focus: Focus, edge: Sequence[int]
) -> tuple[Branch, ...]:
    """Both rules in full at the starts that the brief draws, for every variant.

    In the case as written, the best response also at the edge of the short starts.
    """
    calendar = case.calendar
    shown = [calendar.index_of(start) for start in sorted({*focus.milestones, focus.worst})]
    wanted = [(start, bound) for start in shown for bound in (OPTIMAL, MYOPIC)]
    more = [(start, OPTIMAL) for start in edge if start not in shown]
    length = calendar.periods(focus.length)
    return tuple(
        branch_of(study, focus.measure, start=start, length=length, bound=bound)
        for study in studies
        if focus.measure in study.case.measures
        for start, bound in (wanted + more if study.variant == BASE else wanted)
    )
