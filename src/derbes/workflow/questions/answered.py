"""Questions over draws: from words to a request that has been checked, and its answers."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.draws import MOST_POINTS
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _
from derbes.results.stress import Stress
from derbes.stress import QUESTIONS, Asked, Effort, main_measure, stress_case, target_of
from derbes.study import variant_case
from derbes.workflow.asked import request_of
from derbes.workflow.executors import executor_problems, opened_executor
from derbes.workflow.made import provenance_of
from derbes.workflow.questions.words import (
    DRAW_METHODS,
    STRESS_DRAWS,
    STRESS_SOLVED,
    StressEffort,
    StressWords,
)

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
        doing = Effort(
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
