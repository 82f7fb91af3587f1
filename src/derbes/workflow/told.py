"""What a brief tells beside cover and leverage: plans, answers over draws, verdicts.

Each is computed where the case gives cause for it, with as many draws as a brief that is
made in a minute or two allows; the verbs of their own give more.
"""

from collections.abc import Callable, Sequence

from derbes.case.entities import Case
from derbes.case.request import BASE
from derbes.language import _
from derbes.planning.answers import listing_problems
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.statements import entries_of
from derbes.study import run_tasks
from derbes.workflow.ledger.judged import judged_statements
from derbes.workflow.ledger.words import StatementWords
from derbes.workflow.plans.find import find_plan
from derbes.workflow.plans.words import EffortWords, PlanWords, missing_problems
from derbes.workflow.questions.answered import answered
from derbes.workflow.questions.words import StressEffort, StressWords

Progress = Callable[[int, int, str], None]

MOST_SOLVED = 16
"""Draws that are solved as programs too, at most."""
MOST_LEDGER_DRAWS = 32
"""Draws over which statements are judged, at most."""


def plans_told(
    case: Case,
    variants: Sequence[str],
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> dict[str, Plan]:
    """Variant → its cheapest programme at central values.

    None where nothing is to be decided, where what an option costs is missing, or where the
    case lists more futures than are planned for unasked.
    The case as written is asked everything; so is the variant that does without the
    project, but for what is worth knowing of the case as written alone.
    """
    if not case.options or not case.standards or any(missing_problems(case)):
        return {}
    if listing_problems(case):
        return {}
    names = [BASE] if BASE in variants else []
    names += [case.without_project] if case.without_project in variants else []
    tasks = [(case, name) for name in names]
    found = run_tasks(_plan, tasks, n_workers=n_workers, progress=progress, what=_("plans"))
    return dict(zip(names, found, strict=True))


def _plan(task: tuple[Case, str]) -> Plan:
    case, variant = task
    answers = {"has_frontier": True, "has_more": variant == BASE}
    return find_plan(case, PlanWords(variant=variant), answers, EffortWords())


def stress_told(
    case: Case,
    variants: Sequence[str],
    *,
    draws: int,
    seed: int = 1,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> Stress | None:
    """Answers over draws; None where the case has no measure, or nothing is drawn."""
    if draws <= 1 or not case.measures or BASE not in variants:
        return None
    words = StressWords(draws=draws, seed=seed, solved=min(draws, MOST_SOLVED))
    return answered(case, words, StressEffort(n_workers=n_workers, progress=progress))


def statements_told(
    case: Case,
    *,
    draws: int,
    seed: int = 1,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> StatementTable | None:
    """The ledger with its verdicts, at central values or over draws; None without one."""
    if not entries_of(case):
        return None
    words = StatementWords(
        draws=min(draws, MOST_LEDGER_DRAWS),
        seed=seed,
        flips=int(draws > 1),
        has_signaling=bool(case.measures) and draws > 1,
    )
    return judged_statements(case, words, n_workers=n_workers, progress=progress)
