"""What is computed for a brief, and how much of it.

The case as written is looked at in full: the main measure at every start that is asked
for, with the premium, and at two starts a year for cover; every other measure at one start
a year. The other variants are there to compare: the main measure, one start a year and those
that page one compares, and the end for the main length. Where the case as written is not
asked for, the first variant that is asked for stands in its place. A case without measures
has days of cover, the calm plan and its inputs to show.

Plans, answers over draws and verdicts are told where the case gives cause for them, with as
many draws as a page that is made in a minute or two allows; the verbs of their own give more.
"""

import operator
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from derbes.analysis.cover import branch_of, calm_plan_of, cover_chunk, cover_chunks
from derbes.analysis.leverage import leverage_ends, leverage_rows
from derbes.analysis.levers import with_baskets
from derbes.answers import plan_answers, statement_answers, stress_answers, with_ways
from derbes.brief.contents import MYOPIC, OPTIMAL, BriefContents
from derbes.brief.headline import edge_of
from derbes.case.entities import Case, main_length, main_measure
from derbes.case.quantity import MONTHS_A_YEAR
from derbes.case.request import BASE, Request
from derbes.draws.inputs import uncertain_inputs
from derbes.draws.study import Study, make_studies
from derbes.language import _
from derbes.parallel import RunOptions, run_tasks
from derbes.planning.answers import futures_of, listing_problems
from derbes.planning.solving import PlanRequest
from derbes.request import (
    LEDGER_DRAWS,
    USUAL_SEED,
    missing_problems,
    planned_case,
    provenance_of,
    stress_request,
    with_units,
)
from derbes.results.plan import Plan
from derbes.results.statements import Signaling, StatementTable
from derbes.results.stress import Stress
from derbes.results.supply import Branch, Cover, LeverageEnd, LeverageRow, Provenance
from derbes.statements import entries_of
from derbes.stress.ways import WAYS_DRAWS

COURSE, CALM = "course", "calm"
PLAN, STRESS, STATEMENTS = "plan", "stress", "statements"
PARTS = (PLAN, STRESS, STATEMENTS)
"""What is computed for a brief beside the course of its main measure; each takes its time."""
MOST_SOLVED = 64
"""Draws that are solved as programs too, at most."""


@dataclass(frozen=True, slots=True)
class ChartKind:
    """What a chart of the brief is about, and what is computed for it."""

    name: str
    title: str
    part: str = COURSE
    """One of `PARTS`, or what is computed anyhow: the course of the main measure, or calm."""
    is_of_chance: bool = False
    """Whether only hazards of the case give cause for it."""

    @property
    def is_drawn(self) -> bool:
        """Whether it tells of draws."""
        return self.part in (STRESS, STATEMENTS)


def chart_kinds() -> tuple[ChartKind, ...]:
    """All charts that a brief may have, in the order in which it has them."""
    return (
        ChartKind("survival", _("Months survived, by start, over the draws"), STRESS),
        ChartKind("coverage", _("Served share of essential demand after the measure begins")),
        ChartKind("coverage-by-use", _("What is served of each use after the measure begins")),
        ChartKind("coverage-by-start", _("What is served, from several starts")),
        ChartKind("days-of-cover-chart", _("Days of cover and the reserve rule"), CALM),
        ChartKind("sellers-map", _("Who sells what in calm"), CALM),
        ChartKind("losses-chart", _("Who loses more")),
        ChartKind("dependence-chart", _("Dependence on the sender over time")),
        ChartKind("surface-map", _("Harm by start and length")),
        ChartKind("chokepoint-map", _("Where the chokepoint lies"), CALM),
        ChartKind("plan-chart", _("What is decided when"), PLAN),
        ChartKind("frontier-chart", _("What each month of security costs"), PLAN),
        ChartKind("outlay-chart", _("What is paid when, and where to"), PLAN),
        ChartKind("fan-time-to-survive", _("Months survived, over the draws"), STRESS),
        ChartKind("fan-cover", _("How long stock lasts, over the draws"), STRESS),
        ChartKind("fan-leverage-ratio", _("Leverage ratio, over the draws"), STRESS),
        ChartKind("ended-curve", _("Probability that leverage has ended"), STRESS),
        ChartKind(
            "hazard-curve",
            _("Probability that essential demand goes short"),
            STRESS,
            is_of_chance=True,
        ),
        ChartKind("exceedance-curve", _("Probability of larger losses"), STRESS, is_of_chance=True),
        ChartKind("tornado-1", _("What moves an answer most; 2, 3 … for the next answers"), STRESS),
        ChartKind("signaling-chart", _("In which years the measure pays its sender"), STRESS),
        ChartKind("verdicts-chart", _("Verdicts on what is said, by speaker"), STATEMENTS),
    )


def kind_of(name: str) -> ChartKind | None:
    """What a chart of some name is about; None: no brief has one."""
    family, _dash, number = name.rpartition("-")
    sought = f"{family}-1" if family == "tornado" and number.isdecimal() else name
    return next((kind for kind in chart_kinds() if kind.name == sought), None)


def plans_told(
    case: Case,
    asked: Request,
    options: RunOptions,
    beside: Sequence[Callable[[], Any]] = (),
    *,
    has_plans: bool = True,
) -> tuple[dict[str, Plan], list[Any]]:
    """Variant → its cheapest programme at central values; and what is done beside.

    None where nothing is to be decided, where what an option costs is missing, or where the
    case lists more futures than are planned for unasked.
    The case as written is asked everything; so is the variant that does without the
    project, but for what is worth knowing of the case as written alone.
    As plans are long tasks of unlike length, other tasks are done beside them.
    """
    names = [name for name in (BASE, case.without_project) if name and name in asked.variants]
    if not has_plans or not _is_planned(case):
        names = []
    tasks: list[Callable[[], Any]] = [*(partial(_planned, case, name) for name in names), *beside]
    found = run_tasks(
        operator.call,
        tasks,
        n_workers=options.n_workers,
        progress=options.progress,
        what=_("plans") if names else _("cover"),
    )
    plans: dict[str, Plan] = dict(zip(names, found[: len(names)], strict=True))
    if BASE in plans:
        request, n = _plan_request(case, BASE), WAYS_DRAWS if asked.draws > 1 else 0
        plans[BASE] = with_ways(plans, request, options, draws=n, seed=asked.seed)
    return plans, found[len(names) :]


def _is_planned(case: Case) -> bool:
    has_plan = bool(case.options and case.standards)
    return has_plan and not any(missing_problems(case)) and not listing_problems(case)


def _is_uncertain(case: Case) -> bool:
    return bool(uncertain_inputs(case) or case.scenarios or case.hazards)


def charts_of(case: Case) -> tuple[ChartKind, ...]:
    """The charts that the brief on a case may have; nothing is computed."""
    is_asked = bool(case.measures)
    causes = {CALM: True, COURSE: is_asked, STRESS: is_asked and _is_uncertain(case)}
    causes |= {PLAN: _is_planned(case), STATEMENTS: bool(entries_of(case))}
    kinds = (kind for kind in chart_kinds() if case.hazards or not kind.is_of_chance)
    return tuple(kind for kind in kinds if causes[kind.part])


def _plan_request(case: Case, variant: str) -> PlanRequest:
    asked = planned_case(case, RunOptions(), variant=variant)
    futures = futures_of(asked, None, seed=USUAL_SEED)
    return PlanRequest(asked, futures, variant, has_more=variant == BASE)


def _planned(case: Case, variant: str) -> Plan:
    return plan_answers(case, _plan_request(case, variant), RunOptions())


def stress_told(case: Case, asked: Request, options: RunOptions) -> Stress | None:
    """Answers over draws, of the main measure; None where it has none, or nothing is drawn."""
    measure = main_measure(case, asked.measures or case.measures)
    if asked.draws <= 1 or not measure or BASE not in asked.variants or not _is_uncertain(case):
        return None
    request = stress_request(
        case,
        options,
        measures=(measure,),
        lengths=tuple(length * case.calendar.step for length in asked.lengths),
        draws=asked.draws,
        seed=asked.seed,
        solved=min(asked.draws, MOST_SOLVED),
    )
    return stress_answers(case, request, options)


def statements_told(case: Case, asked: Request, options: RunOptions) -> StatementTable | None:
    """The ledger with its verdicts, at central values or over draws; None without one."""
    if not entries_of(case):
        return None
    draws, flips = min(asked.draws, LEDGER_DRAWS), int(asked.draws > 1)
    return statement_answers(case, options, draws=draws, seed=asked.seed, flips=flips)


def talk_told(contents: BriefContents) -> Signaling | None:
    """In which years the main measure pays its sender: over draws, else at central values.

    None where nobody imposes it. At central values it is told from rows that are there.
    """
    if contents.stress is not None:
        return contents.stress.signaling
    calendar = contents.case.calendar
    yearly = range(0, calendar.n_periods, max(1, MONTHS_A_YEAR // calendar.step))
    found = [contents.leverage_row(start=calendar.label(start)) for start in yearly]
    rows = [row for row in found if row is not None and row.length == contents.focus.length]
    if not contents.sender or not rows:
        return None
    from derbes.statements.signaling import signaling_of_rows  # noqa: PLC0415 - as in verbs

    return signaling_of_rows(rows)


def in_each(case: Case, asked: Request, months: int) -> tuple[int, ...]:
    """The first of the starts asked for in each stretch of so many months. [period]"""
    stretch = max(1, months // case.calendar.step)
    return tuple(sorted({start // stretch: start for start in reversed(asked.starts)}.values()))


def brief_contents(
    case: Case,
    asked: Request,
    options: RunOptions | None = None,
    made: Provenance | None = None,
    *,
    parts: Container[str] = PARTS,
) -> BriefContents:
    """All results that the brief on a case tells; with more than one draw, how sure too.

    Args:
        case: The case.
        asked: Variants, measures, starts and lengths; draws and their seed.
        options: Who does the work; None: this process alone.
        made: What makes the page; None: the case alone.
        parts: What is computed beside the course of the main measure; all for a brief.
    """
    made, options = made or provenance_of(case), options or RunOptions()
    told: Any = {"n_workers": options.n_workers, "progress": options.progress}
    measure, calendar = main_measure(case, asked.measures or case.measures), case.calendar
    yearly = in_each(case, asked, MONTHS_A_YEAR)
    whole = replace(asked, variants=(BASE if BASE in asked.variants else asked.variants[0],))
    own = make_studies(case, whole, **told)
    rows, ends = _surface(own, whole, yearly=yearly, measure=measure, told=told)
    contents = BriefContents(
        case=case,
        cover=Cover(rows=(), provenance=made),
        leverage=with_units(case, (rows, ends), made),
        calm={study.variant: calm_plan_of(study) for study in own},
    )
    focus = contents.focus
    length = calendar.periods(focus.length) if focus.measure else 0
    compared = sorted({calendar.index_of(month) for month in (*focus.milestones, focus.worst)})
    others = replace(
        asked,
        variants=tuple(name for name in asked.variants if name not in whole.variants),
        measures=(measure,) if measure else (),
        starts=tuple(sorted({*yearly, *compared})),
    )
    rest = make_studies(case, others, near=own[0].calm.start, **told) if others.variants else []
    if rest and measure:
        lengths = asked.lengths or case.measures[measure].lengths
        at_main = replace(others, lengths=(main_length(case, lengths),))
        rows += leverage_rows(rest, others, has_premium=False, **told)
        ends += leverage_ends(rest, at_main, **told)
    edge: tuple[LeverageRow, ...] = ()
    starts = edge_of(contents)
    looked = tuple(sorted({*in_each(case, asked, MONTHS_A_YEAR // 2), *compared}))
    beside: list[Callable[[], Any]] = [
        partial(cover_chunk, chunk)
        for starts_of, studies in ((looked, own), (tuple(compared), rest))
        for chunk in cover_chunks(replace(others, starts=starts_of), studies, only_essential=True)
    ]
    n_cover = len(beside)
    beside += [
        partial(_branches, study, focus.measure, compared, length)
        for study in (*own, *rest)
        if focus.measure in study.case.measures
    ]
    is_alone = asked.draws <= 1  # one draw is one task
    if STATEMENTS in parts and is_alone:
        beside.insert(0, partial(statements_told, case, asked, RunOptions()))
    plans, found = plans_told(case, asked, options, beside, has_plans=PLAN in parts)
    stress = stress_told(case, asked, options) if STRESS in parts else None
    statements = None
    if STATEMENTS in parts:
        statements = found.pop(0) if is_alone else statements_told(case, asked, options)
    cover = tuple(row for rows in found[:n_cover] for row in rows)
    if starts:
        at_edge = replace(whole, measures=(measure,), starts=starts, lengths=(length,))
        edge = leverage_rows(own, at_edge, has_premium=False, **told)
    leverage = with_units(case, (rows, ends), made)
    return replace(
        contents,
        leverage=leverage,
        talk=talk_told(replace(contents, leverage=leverage, stress=stress)),
        cover=Cover(rows=cover, provenance=made),
        calm={study.variant: calm_plan_of(study) for study in (*own, *rest)},
        branches=tuple(branch for part in found[n_cover:] for branch in part),
        edge=edge,
        plan=plans.get(BASE),
        plans=plans,
        stress=stress,
        statements=statements,
    )


def _branches(study: Study, measure: str, starts: Sequence[int], length: int) -> list[Branch]:
    return [
        branch_of(study, measure, start=start, length=length, bound=bound)
        for start in starts
        for bound in (OPTIMAL, MYOPIC)
    ]


def _surface(
    studies: Sequence[Study], whole: Request, *, yearly: tuple[int, ...], measure: str, told: Any
) -> tuple[tuple[LeverageRow, ...], tuple[LeverageEnd, ...]]:
    """Rows and ends of what page one is about; premiums of the main measure alone."""
    if not measure:
        return (), ()
    studies = [with_baskets(study, whole.measures) for study in studies]
    names = dict.fromkeys(one.name for study in studies for one in study.measures)
    others = tuple(name for name in names if name != measure)
    rows = leverage_rows(studies, replace(whole, measures=(measure,)), **told)
    if others:
        rest = replace(whole, measures=others, starts=yearly)
        rows += leverage_rows(studies, rest, has_premium=False, **told)
    return rows, leverage_ends(studies, whole, **told)
