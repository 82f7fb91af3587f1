"""What standards and time cost, and which other plans come close."""

from dataclasses import replace

from derbes.case.entities import Case
from derbes.planning.answers.closing import closed_years, decided_later, without_set
from derbes.planning.answers.money.payments import choices_in_words
from derbes.planning.answers.solving import Found, Solve, TimeIsOver, dearer_by
from derbes.results.plan import Alternative, StandardCost, Waiting

CLOSE = 0.02
"""Plans that cost this part more, of the cost above that without any threat, come close."""
MOST_ALTERNATIVES = 5


def standard_costs(
    case: Case, solve: Solve, best: Found, no_threat: float | None
) -> tuple[StandardCost, ...]:
    """Each standard with its cost: that of the plan, less that of the best plan without it.

    One of several standards may cost nothing, because another asks for as much. A plan for
    which there was no time leaves the cost missing.

    Args:
        case: The case.
        solve: Finds the cheapest plan of a case.
        best: The plan.
        no_threat: Cheapest cost without any standard; it is that without the only one. [money]
    """
    rows = []
    is_known = best.feasible or bool(best.shortfalls)
    for name in case.standards:
        cost = _cost_of(case, solve, name, best=best, no_threat=no_threat)
        short = best.shortfalls.get(name, 0.0)
        rows.append(
            StandardCost(name, met=is_known and short <= 0, cost_of_it=cost, shortfall=short)
        )
    return tuple(rows)


def _cost_of(
    case: Case, solve: Solve, name: str, *, best: Found, no_threat: float | None
) -> float | None:
    if not best.feasible:
        return None
    cost = no_threat if len(case.standards) == 1 else _cost_without(case, solve, name)
    return None if cost is None else dearer_by(best.cost, cost)


def _cost_without(case: Case, solve: Solve, name: str) -> float | None:
    kept = {other: s for other, s in case.standards.items() if other != name}
    try:
        found = solve(replace(case, standards=kept))
    except TimeIsOver:
        return None
    return found.cost if found.feasible else None


def waiting_costs(case: Case, solve: Solve, best: Found) -> tuple[Waiting, ...]:
    """What it costs to decide 1, 2, 3 or 5 years later, as far as options have such dates.

    Raises:
        TimeIsOver: There was no time for all of them.
    """
    rows = []
    for years in closed_years(case):
        found = solve(decided_later(case, years))
        if found.feasible:
            rows.append(Waiting(years, found.cost, dearer_by(found.cost, best.cost)))
        else:
            rows.append(Waiting(years, None, None))
    return tuple(rows)


def alternatives_of(
    case: Case, solve: Solve, best: Found, no_threat: float | None
) -> tuple[Alternative, ...]:
    """Plans with another set of options that cost little more, cheapest first.

    Little is a part of the cost above that without any threat; of the whole cost where no
    standard is asked for. None where security costs nothing.

    Raises:
        TimeIsOver: There was no time for all of them.
    """
    scale = _scale(case, best, no_threat)
    if not scale:
        return ()
    rows: list[Alternative] = []
    chosen = {choice.option for choice in best.decided}
    changed = case
    while len(rows) < MOST_ALTERNATIVES:
        changed = without_set(changed, chosen, len(rows))
        found = solve(changed)
        if not found.feasible or found.cost - best.cost > CLOSE * scale:
            break
        above = dearer_by(found.cost, best.cost) / scale
        rows.append(Alternative(found.cost, above, choices_in_words(case, found.decided)))
        chosen = {choice.option for choice in found.decided}
    return tuple(rows)


def _scale(case: Case, best: Found, no_threat: float | None) -> float:
    """Cost above that without any threat; where no standard is asked for, the cost. [money]"""
    if not case.standards:
        return abs(best.cost)
    return 0.0 if no_threat is None else dearer_by(best.cost, no_threat)
