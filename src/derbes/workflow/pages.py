"""A brief from a case: what is computed for it, and how much of it.

The case as written is looked at in full: every measure, every start that is asked for,
with the premium; its cover at two starts a year. The other variants are there to compare:
the main measure, one start a year.
"""

from dataclasses import replace

from derbes.brief import render_brief
from derbes.brief.contents import MYOPIC, OPTIMAL, BriefContents, focus_of
from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.cover import cover_table
from derbes.leverage import branch_of, calm_plan_of, leverage_surface
from derbes.results.cover import Cover, CoverRow
from derbes.results.leverage import LeverageEnd, LeverageRow
from derbes.study import Progress, Study, make_studies
from derbes.workflow.made import provenance_of, with_units


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
    case: Case, asked: Request, *, progress: Progress | None = None, n_workers: int = 1
) -> str:
    """The brief on a case, one self-contained HTML page."""
    studies: list[Study] = []
    cover_rows: list[CoverRow] = []
    leverage_rows: list[LeverageRow] = []
    ends: list[LeverageEnd] = []
    for part in brief_parts(case, asked):
        mine = make_studies(case, part, n_workers=n_workers, progress=progress)
        main = replace(part, measures=(main_measure(case, asked),), starts=in_each(case, part, 6))
        cover_rows += cover_table(
            case, main, studies=mine, only_essential=True, n_workers=n_workers, progress=progress
        )
        rows, part_ends = leverage_surface(
            case,
            part,
            studies=mine,
            has_premium=BASE in part.variants,
            n_workers=n_workers,
            progress=progress,
        )
        leverage_rows += rows
        ends += part_ends
        studies += mine
    contents = BriefContents(
        case=case,
        cover=Cover(rows=tuple(cover_rows), provenance=provenance_of(case)),
        leverage=with_units(case, (tuple(leverage_rows), tuple(ends))),
        calm={study.variant: calm_plan_of(study) for study in studies},
    )
    focus, calendar = focus_of(contents), case.calendar
    length = calendar.periods(focus.length)
    courses = tuple(
        branch_of(study, focus.measure, start=calendar.index_of(start), length=length, bound=bound)
        for study in studies
        if focus.measure in study.case.measures
        for start in focus.milestones
        for bound in (OPTIMAL, MYOPIC)
    )
    return render_brief(replace(contents, branches=courses))
