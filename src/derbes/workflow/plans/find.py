"""The cheapest programme: from what is asked for to the plan."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor

from derbes.case.entities import Case
from derbes.errors import RequestError
from derbes.planning.answers import GAP, Effort, PlanRequest, futures_of, plan_of
from derbes.results.plan import Plan
from derbes.workflow.executors import (
    executor_problems,
    is_address,
    opened_executor,
    workers_of,
)
from derbes.workflow.made import provenance_of
from derbes.workflow.plans.words import EffortWords, PlanWords, effort_problems, planned_case


def find_plan(case: Case, words: PlanWords, answers: dict[str, bool], effort: EffortWords) -> Plan:
    """The plan that is asked for, and what is asked about it.

    Args:
        case: The case.
        words: What is asked for.
        answers: `has_frontier` and `has_more`.
        effort: As in `workflow.plan`.

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
