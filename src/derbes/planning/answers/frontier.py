"""What each month of security costs: the cheapest plan for each length of the standards.

Every point is a plan of its own, so nothing is assumed about the shape between points:
with sizes in steps the frontier has jumps, and it need not be convex.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from derbes.case.entities import Case
from derbes.planning.answers.money.payments import choices_in_words
from derbes.planning.answers.solving import Found, Solve, TimeIsOver, dearer_by
from derbes.results.plan import FrontierPoint

MONTHS = (1, 2, 3, 6, 9, 12, 18, 24)
"""Lengths of the standards at the points, unless others are asked for. [month]"""
SAME = 1e-9
"""Costs this close, as a part, are the same."""

Told = Callable[[int, int], None]
"""Called with points done, out of how many."""


def with_length(case: Case, months: int) -> Case:
    """The case whose standards against a measure last so many months."""
    length = case.calendar.periods(months)
    standards = {
        name: replace(standard, length=length) if standard.measure else standard
        for name, standard in case.standards.items()
    }
    return replace(case, standards=standards)


def lengths_of(case: Case, asked: Sequence[int]) -> tuple[int, ...]:
    """Lengths of the frontier's points: those asked for, else the usual and the case's own.

    Whole periods of the case alone; none when no standard is against a measure. [month]
    """
    step = int(case.calendar.step)
    own = {s.length * step for s in case.standards.values() if s.measure}
    if not own:
        return ()
    wanted = set(asked) or own | set(MONTHS)
    longest = case.calendar.n_periods * step
    return tuple(sorted(m for m in wanted if 0 < m <= longest and m % step == 0))


def frontier_of(
    case: Case, solve: Solve, lengths: Sequence[int], *, told: Told | None = None
) -> tuple[FrontierPoint, ...]:
    """The cheapest plan for each length; points for which no time was left have no cost.

    A plan that survives longer survives shorter too, so what is impossible is impossible
    for longer, and between two lengths of one cost every length has that cost: the plan of
    the longer one serves it. Such points are not searched for again.
    """
    ordered = sorted(set(lengths))
    points: dict[int, FrontierPoint] = {}

    def point(months: int) -> FrontierPoint:
        if months not in points:
            points[months] = _point(case, solve, months)
            if told:
                told(len(points), len(ordered))
        return points[months]

    def fill(first: int, last: int) -> None:
        low = point(ordered[first])
        if low.feasible is False:
            points.update({m: replace(low, months=m) for m in ordered[first + 1 : last + 1]})
            return
        high, between = point(ordered[last]), ordered[first + 1 : last]
        if _is_same(low, high):
            points.update({m: replace(high, months=m) for m in between})
        elif between:
            middle = (first + last) // 2
            fill(first, middle)
            fill(middle, last)

    if ordered:
        fill(0, len(ordered) - 1)
    return marked(with_months_priced([points[months] for months in ordered]))


def _is_same(low: FrontierPoint, high: FrontierPoint) -> bool:
    """Whether all lengths between two have the answer of the longer one."""
    if low.cost is None or high.cost is None:
        return low.feasible is None and high.feasible is None
    return high.cost - low.cost <= SAME * max(abs(high.cost), 1.0)


def _point(case: Case, solve: Solve, months: int) -> FrontierPoint:
    try:
        found: Found = solve(with_length(case, months))
    except TimeIsOver:
        return FrontierPoint(months, cost=None)
    if not found.feasible:
        return FrontierPoint(months, cost=None, feasible=False)
    plan = choices_in_words(case, found.decided)
    return FrontierPoint(months, found.cost, bound=found.bound, feasible=True, plan=plan)


def with_months_priced(points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """The points, each with what a month costs that it survives longer than the one before.

    The cost has steps where options have, so this is an average between two points and no
    derivative: what a shadow price would say of the next month alone need not hold for two.
    """
    priced = list(points[:1])
    for before, point in itertools.pairwise(points):
        if before.cost is None or point.cost is None:
            priced.append(point)
            continue
        more = dearer_by(point.cost, before.cost) / (point.months - before.months)
        priced.append(replace(point, cost_of_a_month=more))
    return priced


def marked(points: Sequence[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """The points, those marked for which another survives longer at no higher cost."""
    known = [point for point in points if point.cost is not None]
    return tuple(
        replace(
            point,
            dominated=any(
                other.months > point.months
                and other.cost is not None
                and point.cost is not None
                and other.cost <= point.cost + SAME * max(abs(point.cost), 1.0)
                for other in known
            ),
        )
        for point in points
    )
