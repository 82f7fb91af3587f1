"""Questions over draws: from words to a request that has been checked, and its answers.

The cheapest programme: from what is asked for to the plan.

What a user asks of a ledger, from words to a table of verdicts.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.draws.sampling import MOST_POINTS
from derbes.draws.study import variant_case
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _
from derbes.parallel import executor_problems, is_address, opened_executor, workers_of
from derbes.planning.answers import futures_of, plan_of
from derbes.planning.solving import GAP, Effort, PlanRequest
from derbes.request import (
    DRAW_METHODS,
    STRESS_DRAWS,
    STRESS_SOLVED,
    EffortWords,
    PlanWords,
    StatementWords,
    StressEffort,
    StressWords,
    effort_problems,
    planned_case,
    provenance_of,
    request_of,
)
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.statements import entries_of
from derbes.statements.of_case import VERDICT_WORDS
from derbes.statements.sampling import Sampling
from derbes.statements.values import Day, day_of
from derbes.statements.verdicts import latest_day, statement_table, verdicts_of
from derbes.stress.answers import stress_case
from derbes.stress.computed import StressOptions
from derbes.stress.request import QUESTIONS, Asked, main_measure, target_of

HAZARDS, ENDED = "hazards", "ended"


def answered(case: Case, words: StressWords, effort: StressEffort) -> Stress:
    """What is asked over draws of a case.

    Raises:
        RequestError: Something asked for is not in the case, cannot be, or will not fit.
    """
    asked = asked_of(case, words, effort)
    place = effort.get("store")
    n_workers = effort.get("n_workers", 1)
    with _executor(case, effort) as executor:
        doing = StressOptions(
            n_workers=n_workers,
            executor=executor,
            progress=effort.get("progress"),
            store=None if place is None else Path(place),
        )
        return stress_case(case, asked, provenance_of(case), effort=doing)


@contextlib.contextmanager
def _executor(case: Case, effort: StressEffort) -> Iterator[Executor | None]:
    given = effort.get("executor")
    if isinstance(given, Executor):
        yield given
        return
    source, n_workers = case.source or case.name, effort.get("n_workers", 1)
    with opened_executor(given or "local", source=source, n_workers=n_workers) as executor:
        yield executor


def asked_of(case: Case, words: StressWords, effort: StressEffort) -> Asked:
    """What is asked, checked against the case.

    Raises:
        RequestError: Names everything that is wrong with it.
    """
    problems = [
        *_question_problems(case, words),
        *_draw_problems(words),
        *_effort_problems(words, effort),
    ]
    request = Request()
    try:
        request = _request(case, words)
    except RequestError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise RequestError(case.source or case.name, problems)
    return Asked(
        targets=tuple(
            target_of(
                _with_measure(case, request, name),
                name,
                starts=request.starts,
                lengths=request.lengths,
            )
            for name in request.measures
        ),
        variants=request.variants,
        questions=_questions(case, words),
        n_draws=words.get("draws", STRESS_DRAWS),
        n_solved=words.get("solved", STRESS_SOLVED),
        seed=words.get("seed", 1),
        method=words.get("method", "sobol"),
    )


def _request(case: Case, words: StressWords) -> Request:
    main = main_measure(case)
    return request_of(
        case,
        variants=words.get("variants", (BASE,)),
        measures=tuple(words.get("measures", ())) or ((main,) if main else ()),
        starts=words.get("starts", "year"),
        lengths=words.get("lengths", ()),
    )


def _with_measure(case: Case, request: Request, measure: str) -> Case:
    """The first variant that has a measure."""
    cases = [variant_case(case, variant) for variant in request.variants]
    return next((one for one in cases if measure in one.measures), case)


def _questions(case: Case, words: StressWords) -> tuple[str, ...]:
    """What is asked for, in the order of the answers; else all that the case can answer."""
    wanted = words.get("questions", ()) or [
        one for one in QUESTIONS if one != HAZARDS or case.hazards
    ]
    return tuple(question for question in QUESTIONS if question in wanted)


def _question_problems(case: Case, words: StressWords) -> list[Problem]:
    problems = []
    for question in words.get("questions", ()):
        if question not in QUESTIONS:
            what = _('"{question}" is not a question that draws answer').format(question=question)
            problems.append(Problem("question", what, fix=did_you_mean(question, QUESTIONS)))
        elif question == HAZARDS and not case.hazards:
            what = _("the case says of no measure how often it comes")
            fix = _('add a section "hazards", or leave the question out')
            problems.append(Problem("question", what, fix=fix))
    if not case.measures:
        what = _("the case has no measure")
        problems.append(Problem("measure", what, fix=_('add a section "measures"')))
    return problems


def _draw_problems(words: StressWords) -> list[Problem]:
    problems = []
    draws, solved = words.get("draws", STRESS_DRAWS), words.get("solved", STRESS_SOLVED)
    seed, method = words.get("seed", 1), words.get("method", "sobol")
    if not 1 <= draws <= MOST_POINTS:
        what = _("{n:,} draws cannot be made").format(n=draws)
        fix = _("ask for 1 to {most:,} draws").format(most=MOST_POINTS)
        problems.append(Problem("draws", what, fix=fix))
    if solved < 0:
        what = _("{n:,} draws cannot be solved").format(n=solved)
        problems.append(Problem("solved", what, fix=_("ask for 0 draws or more")))
    if seed < 0:
        what = _("a seed is not negative, got {seed}").format(seed=seed)
        problems.append(Problem("seed", what, fix=_("write 0 or more")))
    if method not in DRAW_METHODS:
        what = _('"{method}" is not a way to draw').format(method=method)
        problems.append(Problem("method", what, fix=did_you_mean(method, DRAW_METHODS)))
    return problems


def _effort_problems(words: StressWords, effort: StressEffort) -> list[Problem]:
    executor, place = effort.get("executor"), effort.get("store")
    problems = executor_problems(executor) if isinstance(executor, str) else []
    exists, resumes = place is not None and Path(place).exists(), effort.get("resume", False)
    if exists and not resumes:
        what = _("{place} is there already").format(place=place)
        fix = _("add --resume to go on with it, or name another file")
        problems.append(Problem("store", what, fix=fix))
    if resumes and place is None:
        what = _("there is nothing to go on with")
        problems.append(Problem("resume", what, fix=_("name the file with --store")))
    if resumes and words.get("method", "sobol") == "latin":
        what = _("a Latin hypercube cannot be extended: all of its draws belong together")
        problems.append(Problem("resume", what, fix=_("draw with the method sobol or random")))
    return problems


def find_plan(case: Case, words: PlanWords, answers: dict[str, bool], effort: EffortWords) -> Plan:
    """The plan that is asked for, and what is asked about it.

    Args:
        case: The case.
        words: What is asked for.
        answers: `has_frontier` and `has_more`.
        effort: As in `api.plan`.

    Raises:
        RequestError: Something asked for is not in the case, or cannot be; names all of it.
        DataError: The checkpoint is none, or of another case.
        MissingExtraError: A cluster is named, and its extra is not installed.
        SolveError: A program has no usable answer.
    """
    source = case.source or case.name
    asked = _checked(case, words, effort, source)
    draws = futures_of(asked, words.draws, seed=words.seed)
    request = PlanRequest(asked, draws, words.variant, words.lengths, **answers)
    made = provenance_of(case)
    with _opened(effort, source) as executor:
        return plan_of(request, _effort(effort, executor), made)


def _checked(case: Case, words: PlanWords, effort: EffortWords, source: str) -> Case:
    """The case as asked for; every problem of the request at once."""
    problems = list(effort_problems(effort))
    place = effort.get("executor")
    if isinstance(place, str):
        problems += executor_problems(place)
    try:
        asked = planned_case(case, words)
    except RequestError as error:
        raise RequestError(source, [*error.problems, *problems]) from error
    if problems:
        raise RequestError(source, problems)
    return asked


@contextlib.contextmanager
def _opened(effort: EffortWords, source: str) -> Iterator[Executor | None]:
    """The executor that was given, or a cluster; none for processes of this machine.

    Such processes are started, and replaced when they die, where the work is shared out.
    """
    place = effort.get("executor")
    if isinstance(place, str) and is_address(place):
        with opened_executor(place, source=source) as executor:
            yield executor
    else:
        yield None if isinstance(place, str) else place


def _effort(words: EffortWords, executor: Executor | None) -> Effort:
    place, n_workers = words.get("executor"), words.get("n_workers", 1)
    return Effort(
        gap=words.get("gap", GAP),
        time_limit=words.get("time_limit"),
        n_workers=workers_of(place, n_workers) if isinstance(place, str) else n_workers,
        executor=executor,
        checkpoint=words.get("checkpoint"),
        resume=words.get("resume", False),
        progress=words.get("progress"),
    )


MOST_DRAWS = 100_000


def judged_statements(
    case: Case,
    words: StatementWords,
    *,
    n_workers: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> StatementTable:
    """The ledger of a case with its verdicts.

    Raises:
        RequestError: Something asked for is not in the case; names all of it.
        CaseError: Expressions that cannot be used.
    """
    problems = [*_ledger_problems(case), *_word_problems(case, words)]
    if problems:
        raise RequestError(case.source or case.name, problems)
    as_of = day_of(words.as_of) or latest_day(case)
    sampling = Sampling(words.draws, words.seed)
    found = verdicts_of(
        case, as_of, sampling, n_flips=words.flips, n_workers=n_workers, progress=progress
    )
    signaling = None
    if words.has_signaling:
        from derbes.statements.signaling import signaling_of  # noqa: PLC0415 - as in verbs

        signaling = signaling_of(
            found.ledger, as_of, sampling, n_workers=n_workers, progress=progress
        )
    provenance = replace(provenance_of(case), n_draws=words.draws, seed=words.seed)
    return chosen(statement_table(found, as_of, provenance, signaling), words)


def chosen(table: StatementTable, words: StatementWords) -> StatementTable:
    """The table with only the statements that are asked for."""
    rows = tuple(
        row
        for row in table.statements
        if (not words.by or row.holder in words.by or row.by in words.by)
        and (not words.verdicts or row.verdict in words.verdicts)
    )
    return replace(table, statements=rows)


def _ledger_problems(case: Case) -> list[Problem]:
    if entries_of(case):
        return []
    what = _("this case has no statements")
    fix = _("add a section `statements`; see docs/how-to/add-a-statement.md")
    return [Problem(where="statements", what=what, fix=fix)]


def _word_problems(case: Case, words: StatementWords) -> list[Problem]:
    return [
        *_unknown("by", words.by, tuple(case.actors)),
        *_unknown("verdict", words.verdicts, VERDICT_WORDS),
        *_number_problems("draws", words.draws, least=1, most=MOST_DRAWS),
        *_number_problems("flips", words.flips, least=0, most=100),
        *_day_problems(words.as_of),
    ]


def _unknown(where: str, names: Sequence[str], known: Sequence[str]) -> list[Problem]:
    what = {
        "by": _('"{name}" is not an actor of this case'),
        "verdict": _('"{name}" is not a verdict'),
    }[where]
    return [
        Problem(where=where, what=what.format(name=name), fix=did_you_mean(name, known))
        for name in names
        if name not in known
    ]


def _number_problems(where: str, number: int, *, least: int, most: int) -> list[Problem]:
    if least <= number <= most:
        return []
    what = _("{number} is not possible here").format(number=number)
    fix = _("choose a number from {least} to {most}").format(least=least, most=most)
    return [Problem(where=where, what=what, fix=fix)]


def _day_problems(text: str) -> list[Problem]:
    if not text or isinstance(day_of(text), Day):
        return []
    what = _('"{text}" is not a date').format(text=text)
    return [Problem(where="as_of", what=what, fix=_("write a date such as 2026-03-01"))]
