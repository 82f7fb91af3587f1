"""Why a request is impossible: a smallest set of requirements that conflict, and cures.

The set is found by a deletion filter: a requirement that can be left out without the rest
becoming possible is left out for good; what remains conflicts, and without any one of it
would not. Each of them is then relaxed alone, by the least amount or the first step that is
enough, while every other requirement of the request stands.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from derbes.case.entities import Case, essential_uses
from derbes.case.options import Budget, Option, Standard
from derbes.case.quantity import Quantity
from derbes.language import _
from derbes.planning.accounts import by_year, paid_for
from derbes.planning.first_stage import foreign_share
from derbes.planning.problem import PlanSolution, TimeIsOver
from derbes.planning.solving import (
    Solve,
    months_words,
    name_of,
    number_words,
    rounded_away,
    share_words,
)
from derbes.results.plan import ClashWish, Cure

AMOUNT_TOLERANCE = 1e-4
"""Of the distance between what is asked for and what is enough."""
_LONGEST_DOUBLING = 60


def first_that_holds(holds: Callable[[int], bool], first: int, last: int) -> int | None:
    """The first whole number from `first` to `last` that holds; None: not even the last.

    What holds for one number holds for all after it, so intervals are halved.

    Examples:
        >>> first_that_holds(lambda n: n >= 7, 1, 12), first_that_holds(lambda n: n > 12, 1, 12)
        (7, None)
    """
    if first > last or not holds(last):
        return None
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def least_amount(
    enough: Callable[[float], float | None], asked: float, *, used: float | None
) -> float:
    """The least amount from `asked` on that is enough; a round one where it will do.

    Args:
        enough: What of an amount is used when it is enough (the amount itself when that is
            not known); None when it is not enough. More than enough is enough.
        asked: An amount that is not enough.
        used: What is used when there is no limit; None: not known.

    Examples:
        Plants of 10, 25 and 40; at least 22 is needed, 12 is asked for.

        >>> plants = (10.0, 25.0, 40.0)
        >>> def enough(amount):
        ...     fitting = [plant for plant in plants if 22 <= plant <= amount]
        ...     return max(fitting, default=None)
        >>> least_amount(enough, 12.0, used=40.0)
        25.0
    """
    high = _doubled(enough, asked) if used is None else used
    low = asked
    is_snapped = used is not None
    while abs(high - low) > AMOUNT_TOLERANCE * max(abs(high - asked), abs(asked) * 1e-9):
        step = AMOUNT_TOLERANCE if is_snapped else 0.5
        middle = high - step * (high - low)
        found = enough(middle)
        if found is None:
            low = middle
            is_snapped = False
        else:
            is_snapped = abs(found - middle) > AMOUNT_TOLERANCE * abs(high - asked)
            high = found if abs(found - asked) < abs(high - asked) else middle
    round_one = float(f"{high:.3e}")
    is_between = min(low, high) < round_one < max(low, high)
    return round_one if is_between and enough(round_one) is not None else high


def _doubled(enough: Callable[[float], float | None], asked: float) -> float:
    """An amount that is enough, found by doubling."""
    step = abs(asked) or 1.0
    for _attempt in range(_LONGEST_DOUBLING):
        found = enough(asked + step)
        if found is not None:
            return found
        step *= 2
    raise OverflowError("no amount is enough")


class RequirementKind(StrEnum):
    """What a requirement is about."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    EXCLUDES = "excludes"
    REQUIRES = "requires"
    COMMITTED = "committed"
    FOREIGN_YEAR = "foreign_by_year"
    FOREIGN_TOTAL = "foreign_total"
    YEAR = "by_year"
    TOTAL = "total"
    STANDARD = "standard"


_RULES = (RequirementKind.EXCLUDES, RequirementKind.REQUIRES, RequirementKind.COMMITTED)
_LIMITS = (RequirementKind.AT_MOST, RequirementKind.AT_LEAST)
_BUDGET = (
    RequirementKind.FOREIGN_YEAR,
    RequirementKind.FOREIGN_TOTAL,
    RequirementKind.YEAR,
    RequirementKind.TOTAL,
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a request asks for."""

    kind: RequirementKind
    path: str
    """Path inside the case."""
    name: str = ""
    """Limit, option or standard."""
    other: str = ""
    """The other option of two."""
    year: int = 0


def requirements_of(case: Case) -> tuple[Requirement, ...]:
    """All requirements of a case, those first that a reader would rather do without.

    A deletion filter that tries them in this order ends with the conflict that says most:
    standards and money rather than rules between options.
    """
    found = [
        Requirement(kind, f"limits.{name}.{kind}", name)
        for name, limit in case.limits.items()
        for kind in _LIMITS
        if getattr(limit, kind) is not None
    ]
    found += _rules_of(case.options)
    for kind in _BUDGET if case.budget else ():
        rows = getattr(case.budget, kind)
        if isinstance(rows, Mapping):
            found += [Requirement(kind, f"budget.{kind}.{y}", year=y) for y in sorted(rows)]
        elif rows is not None:
            found.append(Requirement(kind, f"budget.{kind}"))
    kind = RequirementKind.STANDARD
    return (*found, *(Requirement(kind, f"standards.{name}", name) for name in case.standards))


def _rules_of(options: Mapping[str, Option]) -> Iterator[Requirement]:
    """What options ask of each other; that two exclude each other is one requirement."""
    for name, option in options.items():
        for other in option.excludes:
            if name not in options[other].excludes or name < other:
                yield Requirement(RequirementKind.EXCLUDES, f"options.{name}.excludes", name, other)
        for other in option.requires:
            yield Requirement(RequirementKind.REQUIRES, f"options.{name}.requires", name, other)
        if option.committed:
            yield Requirement(RequirementKind.COMMITTED, f"options.{name}.committed", name)


# The case without a requirement, or with another amount


def without(case: Case, requirement: Requirement) -> Case:
    """The case that does not ask for this."""
    if requirement.kind is RequirementKind.STANDARD:
        kept = {name: s for name, s in case.standards.items() if name != requirement.name}
        return replace(case, standards=kept)
    if requirement.kind not in _RULES:
        return with_amount(case, requirement, None)
    options, mine = dict(case.options), requirement.name
    if requirement.kind is RequirementKind.COMMITTED:
        options[mine] = replace(options[mine], committed=False)
        return replace(case, options=options)
    pairs = [(mine, requirement.other)]
    if requirement.kind is RequirementKind.EXCLUDES:  # holds whichever of the two says so
        pairs.append((requirement.other, mine))
    for one, two in pairs:
        others = getattr(options[one], requirement.kind)
        kept_others = tuple(name for name in others if name != two)
        change: dict[str, Any] = {str(requirement.kind): kept_others}
        options[one] = replace(options[one], **change)
    return replace(case, options=options)


def amount_of(case: Case, requirement: Requirement) -> Quantity | None:
    """The amount that a requirement names; None for a rule or a standard."""
    kind = requirement.kind
    if kind in _LIMITS:
        found = getattr(case.limits[requirement.name], kind)
    elif kind in _RULES or kind is RequirementKind.STANDARD or case.budget is None:
        return None
    else:
        found = getattr(case.budget, kind)
    return found.get(requirement.year) if isinstance(found, Mapping) else found


def with_amount(case: Case, requirement: Requirement, amount: float | None) -> Case:
    """The case in which a requirement names another amount; None: no such requirement."""
    old = amount_of(case, requirement)
    new = None if old is None or amount is None else replace(old, value=amount, steps=())
    change: dict[str, Any] = {str(requirement.kind): new}
    if requirement.kind in _LIMITS:
        limits = {**case.limits, requirement.name: replace(case.limits[requirement.name], **change)}
        return replace(case, limits=limits)
    budget = case.budget or Budget()
    rows = getattr(budget, requirement.kind)
    if isinstance(rows, Mapping):
        kept = {year: most for year, most in rows.items() if year != requirement.year}
        change = {str(requirement.kind): kept if new is None else {**kept, requirement.year: new}}
    return replace(case, budget=replace(budget, **change))


# In words


def requirement_words(case: Case, requirement: Requirement) -> str:
    """What a requirement asks for, in the names of the case."""
    kind = requirement.kind
    if kind is RequirementKind.STANDARD:
        return standard_words(case, case.standards[requirement.name])
    if kind in _RULES:
        text = {
            RequirementKind.EXCLUDES: _("{option} and {other} exclude each other"),
            RequirementKind.REQUIRES: _("{option} requires {other}"),
            RequirementKind.COMMITTED: _("{option} is committed"),
        }[kind]
        option = name_of(case, "options", requirement.name)
        other = name_of(case, "options", requirement.other) if requirement.other else ""
        return text.format(option=option, other=other)
    asked = amount_of(case, requirement)
    unit = "" if kind in _LIMITS else case.currency
    amount = "" if asked is None else number_words(asked.value, unit)
    if kind in _LIMITS:
        name = name_of(case, "limits", requirement.name)
        is_most = kind is RequirementKind.AT_MOST
        text = _("{name}: at most {amount}") if is_most else _("{name}: at least {amount}")
        return text.format(name=name, amount=amount)
    return _("{subject}: {amount}").format(subject=budget_words(requirement), amount=amount)


def budget_words(requirement: Requirement) -> str:
    """What a row of the budget is called."""
    text = {
        RequirementKind.TOTAL: _("the budget in all"),
        RequirementKind.FOREIGN_TOTAL: _("the ceiling on payments abroad in all"),
        RequirementKind.YEAR: _("the budget for {year}"),
        RequirementKind.FOREIGN_YEAR: _("the ceiling on payments abroad for {year}"),
    }[requirement.kind]
    return text.format(year=requirement.year)


def standard_words(case: Case, standard: Standard) -> str:
    """A standard in a sentence."""
    uses = ", ".join(name_of(case, "uses", use) for use in standard.uses) or _("essential uses")
    first = case.calendar.label(standard.first)
    share = "" if standard.share is None else share_words(standard.share.value)
    if not standard.measure:
        text = _("{uses}: demand in calm is met from {month} on")
    elif share:
        text = _('{uses}: "{measure}" of {length} is survived from {month} on, to {share}')
    else:
        text = _('{uses}: "{measure}" of {length} is survived from {month} on')
    return text.format(
        uses=uses,
        measure=name_of(case, "measures", standard.measure) if standard.measure else "",
        length=months_words(standard.length * case.calendar.step),
        month=first,
        share=share,
    )


SHARE_STEPS = 100
"""Shares of demand give way in steps of a percent."""


def conflict_of(case: Case, solve: Solve) -> tuple[ClashWish, ...]:
    """A smallest set of requirements that conflict, each with its least relaxation.

    Raises:
        TimeIsOver: There was no time to find the set.
    """
    conflict = irreducible_conflict(case, solve)
    if not conflict:
        return (_nothing_helps(case),)
    told = []
    for requirement in conflict:
        try:
            relaxations = tuple(relaxations_of(case, requirement, solve))
        except TimeIsOver:
            relaxations = ()
        told.append(_row_of(case, requirement, relaxations))
    return tuple(told)


def irreducible_conflict(case: Case, solve: Solve) -> tuple[Requirement, ...]:
    """Requirements that cannot hold together, while any of them can be left out to cure it.

    Empty when even without any requirement there is no plan.
    """
    conflict, reduced = [], case
    for requirement in requirements_of(case):
        fewer = without(reduced, requirement)
        if solve(fewer, is_rough=True).feasible:
            conflict.append(requirement)
        else:
            reduced = fewer
    return tuple(conflict)


def relaxations_of(case: Case, requirement: Requirement, solve: Solve) -> Iterator[Cure]:
    """The ways to relax a requirement alone, each as little as possible; none: it cures nothing."""
    free = solve(without(case, requirement), is_rough=True)
    if not free.feasible:
        return
    if requirement.kind in _RULES:
        rule = requirement_words(case, requirement)
        what = _("that {rule} must be given up").format(rule=rule)
        yield Cure(what=what, now=rule, then="", least_relaxation=None, unit="")
    elif requirement.kind is RequirementKind.STANDARD:
        yield from _standard_relaxations(case, requirement.name, solve)
    else:
        yield _amount_relaxation(case, requirement, free, solve)


# Amounts: rows of the budget, limits


def _amount_relaxation(
    case: Case, requirement: Requirement, free: PlanSolution, solve: Solve
) -> Cure:
    asked = amount_of(case, requirement)
    now = asked.value if asked else 0.0

    def enough(amount: float) -> float | None:
        found = solve(with_amount(case, requirement, amount), is_rough=True)
        if not found.feasible:
            return None
        used = used_of(case, requirement, found)
        return amount if used is None else used

    rises = requirement.kind is not RequirementKind.AT_LEAST
    exact = least_amount(enough, now, used=used_of(case, requirement, free))
    then = rounded_away(exact, up=rises)
    unit = "" if requirement.kind in _LIMITS else case.currency
    if requirement.kind in _LIMITS:
        subject = _("the limit of {name}").format(name=name_of(case, "limits", requirement.name))
    else:
        subject = budget_words(requirement)
    text = (
        _("{subject} must rise from {now} to {then}")
        if rises
        else _("{subject} must fall from {now} to {then}")
    )
    what = text.format(subject=subject, now=number_words(now, unit), then=number_words(then, unit))
    return Cure(what=what, now=now, then=exact, least_relaxation=abs(exact - now), unit=unit)


def used_of(case: Case, requirement: Requirement, found: PlanSolution) -> float | None:
    """How much of what a requirement limits a plan uses; None: not known from the choices alone."""
    if requirement.kind in _LIMITS:
        limit = case.limits[requirement.name]
        sizes = {choice.option: choice.size for choice in found.decided}
        return sum(
            weight.value * (1.0 if limit.counts else sizes[name])
            for name, weight in limit.options.items()
            if name in sizes
        )
    if requirement.kind is RequirementKind.FOREIGN_YEAR:
        return None
    total = 0.0
    for choice in found.decided:
        share = (
            foreign_share(case.options[choice.option])
            if requirement.kind is RequirementKind.FOREIGN_TOTAL
            else 1.0
        )
        years = by_year(case, paid_for(case, choice))
        amount = (
            years.get(requirement.year, 0.0)
            if requirement.kind is RequirementKind.YEAR
            else sum(years.values())
        )
        total += share * amount
    return total


# Standards


def _standard_relaxations(case: Case, name: str, solve: Solve) -> Iterator[Cure]:
    """Shorter, later; where neither is a relaxation, to a lesser share. Each alone."""
    standard = case.standards[name]

    calendar, step = case.calendar, case.calendar.step
    share = 1.0 if standard.share is None else standard.share.value
    last = standard.last if standard.last >= 0 else calendar.n_periods - 1

    def shorter(by: int) -> Standard:
        return replace(standard, length=standard.length - by)

    def later(by: int) -> Standard:
        return replace(standard, first=standard.first + by)

    def less(by: int) -> Standard:
        old = standard.share or Quantity(value=1.0, path=f"standards.{standard.id}.share")
        return replace(standard, share=replace(old, value=share - by / SHARE_STEPS))

    def least(changed: Callable[[int], Standard], most: int) -> int | None:
        """The first of the steps that is enough."""

        def holds(by: int) -> bool:
            standards = {**case.standards, name: changed(by)}
            return solve(replace(case, standards=standards), is_rough=True).feasible

        return first_that_holds(holds, 1, most)

    by_length = least(shorter, standard.length - 1) if standard.measure else None
    if by_length is not None:
        months, fewer = standard.length * step, (standard.length - by_length) * step
        what = _("the standard can hold for {then} instead of {now}").format(
            then=months_words(fewer), now=months_words(months)
        )
        change = float(by_length * step)
        yield Cure(what, float(months), float(fewer), least_relaxation=change, unit="month")
    by_date = least(later, last - standard.first)
    if by_date is not None:
        now, then = calendar.label(standard.first), calendar.label(standard.first + by_date)
        what = _("the standard can hold from {then} on instead of {now}").format(then=then, now=now)
        yield Cure(what, now, then, least_relaxation=float(by_date * step), unit="month")
    if by_length is not None or by_date is not None:
        return
    by_share = least(less, round(share * SHARE_STEPS) - 1)
    if by_share is not None:
        kept = share - by_share / SHARE_STEPS
        what = _("the standard can hold to {then} of the demand instead of {now}").format(
            then=share_words(kept), now=share_words(share)
        )
        yield Cure(what, share, kept, least_relaxation=by_share / SHARE_STEPS, unit="share")


# The answer


def _nothing_helps(case: Case) -> ClashWish:
    """Without any requirement there is no plan: what is essential cannot be met even in calm."""
    uses = ", ".join(name_of(case, "uses", id_) for id_ in essential_uses(case))
    what = _(
        "Demand in calm ({uses}) cannot be met whatever is chosen: write more supply, more "
        "options, or what a unit of unmet demand costs (shortage_cost)."
    ).format(uses=uses)
    return ClashWish(wish="uses", what=what, least_relaxation=None, unit="")


def _row_of(case: Case, requirement: Requirement, relaxations: tuple[Cure, ...]) -> ClashWish:
    said = requirement_words(case, requirement)
    if relaxations:
        ways = _(", or ").join(relaxation.what for relaxation in relaxations)
        what = _("{wish}. Least relaxation: {ways}.").format(wish=said, ways=ways)
    else:
        what = _("{wish}. No relaxation of this wish alone was found.").format(wish=said)
    return ClashWish(
        wish=requirement.path,
        what=what,
        least_relaxation=relaxations[0].least_relaxation if relaxations else None,
        unit=relaxations[0].unit if relaxations else "",
        cures=relaxations,
    )
