"""What a brief tells beside cover and leverage: plans, answers over draws, verdicts.

Each is computed where the case gives cause for it, with as many draws as a brief that is
made in a minute or two allows; the verbs of their own give more.
"""

from collections.abc import Callable, Sequence

from derbes.case.entities import Case
from derbes.case.request import BASE
from derbes.language import _
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.statements import entries_of
from derbes.study import run_tasks
from derbes.workflow.ledger.judged import judged_statements
from derbes.workflow.ledger.words import StatementWords
from derbes.workflow.plans.find import find_plan
from derbes.workflow.plans.words import EffortWords, PlanWords
from derbes.workflow.stress_words import StressEffort, StressWords
from derbes.workflow.stressed import answered

Progress = Callable[[int, int, str], None]

DRAWS = 1000
"""Draws by the rule."""
SOLVED = 8
"""Draws that are solved as programs too."""
LEDGER_DRAWS = 8
"""Draws over which statements are judged."""
FLIPS = 1
"""Inputs that are tried for each verdict."""


def plans_told(
    case: Case,
    variants: Sequence[str],
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> dict[str, Plan]:
    """Variant → its cheapest programme at central values; none where nothing is to decide.

    The case as written is asked everything; the other variants are there to compare, and
    only the one whose security costs most is asked what each month of it costs.
    """
    if not case.options or not case.standards:
        return {}
    names = tuple(dict.fromkeys(variants))
    tasks = [(case, name, name == BASE) for name in names]
    found = run_tasks(_plan, tasks, n_workers=n_workers, progress=progress, what=_("plans"))
    plans = dict(zip(names, found, strict=True))
    dearest = max(plans, key=lambda name: plans[name].cost_of_security or 0.0)
    if dearest != BASE and plans[dearest].cost_of_security:
        plans[dearest] = _plan((case, dearest, True))
    return plans


def _plan(task: tuple[Case, str, bool]) -> Plan:
    case, variant, is_whole = task
    answers = {"has_frontier": is_whole, "has_more": is_whole and variant == BASE}
    return find_plan(case, PlanWords(variant=variant), answers, EffortWords())


def stress_told(
    case: Case,
    variants: Sequence[str],
    *,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> Stress | None:
    """Answers over draws; None where the case has no measure."""
    if not case.measures or BASE not in variants:
        return None
    words = StressWords(draws=DRAWS, solved=SOLVED)
    return answered(case, words, StressEffort(n_workers=n_workers, progress=progress))


def statements_told(
    case: Case, *, n_workers: int = 1, progress: Progress | None = None
) -> StatementTable | None:
    """The ledger with its verdicts; None where the case has none."""
    if not entries_of(case):
        return None
    words = StatementWords(draws=LEDGER_DRAWS, flips=FLIPS, has_signaling=bool(case.measures))
    return judged_statements(case, words, n_workers=n_workers, progress=progress)
