"""Why a request is impossible, and the least that makes it possible.

Why a request is impossible: a smallest set of wishes that clash, and what cures each.

The set is found by a deletion filter: a wish that can be left out without the rest
becoming possible is left out for good; what remains clashes, and without any one of it
would not. Each of them is then relaxed alone, as little as possible, while every other
wish of the request stands.

How far a wish must give way: the least amount, or the first step, that is enough.

The wishes of a request: what it asks for, what each is in words, the case without it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from derbes.case.entities import Case, essential_uses
from derbes.case.options import Budget, Limit, Option, Standard
from derbes.case.quantity import Quantity
from derbes.language import _
from derbes.planning.outlay import abroad_share, by_year, paid_for
from derbes.planning.solving import (
    Found,
    Solve,
    TimeIsOver,
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


class WishKind(StrEnum):
    """What a wish is about."""

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


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a request asks for."""

    kind: WishKind
    path: str
    """Path inside the case."""
    name: str = ""
    """Limit, option or standard."""
    other: str = ""
    """The other option of two."""
    year: int = 0


def wishes_of(case: Case) -> tuple[Wish, ...]:
    """All wishes of a case, those first that a reader would rather do without.

    A deletion filter that tries them in this order ends with the clash that says most:
    standards and money rather than rules between options.
    """
    return (
        *_limit_wishes(case.limits),
        *_option_wishes(case.options),
        *_budget_wishes(case.budget),
        *(Wish(WishKind.STANDARD, f"standards.{name}", name) for name in case.standards),
    )


def _limit_wishes(limits: Mapping[str, Limit]) -> Iterator[Wish]:
    for name, limit in limits.items():
        if limit.at_most is not None:
            yield Wish(WishKind.AT_MOST, f"limits.{name}.at_most", name)
        if limit.at_least is not None:
            yield Wish(WishKind.AT_LEAST, f"limits.{name}.at_least", name)


def _option_wishes(options: Mapping[str, Option]) -> Iterator[Wish]:
    for name, option in options.items():
        for other in option.excludes:
            if name not in options[other].excludes or name < other:
                yield Wish(WishKind.EXCLUDES, f"options.{name}.excludes", name, other)
        for other in option.requires:
            yield Wish(WishKind.REQUIRES, f"options.{name}.requires", name, other)
        if option.committed:
            yield Wish(WishKind.COMMITTED, f"options.{name}.committed", name)


def _budget_wishes(budget: Budget | None) -> Iterator[Wish]:
    if budget is None:
        return
    for year in sorted(budget.foreign_by_year):
        yield Wish(WishKind.FOREIGN_YEAR, f"budget.foreign_by_year.{year}", year=year)
    if budget.foreign_total is not None:
        yield Wish(WishKind.FOREIGN_TOTAL, "budget.foreign_total")
    for year in sorted(budget.by_year):
        yield Wish(WishKind.YEAR, f"budget.by_year.{year}", year=year)
    if budget.total is not None:
        yield Wish(WishKind.TOTAL, "budget.total")


# The case without a wish, or with another amount


def without(case: Case, wish: Wish) -> Case:
    """The case that does not ask for this."""
    if wish.kind is WishKind.STANDARD:
        kept = {name: s for name, s in case.standards.items() if name != wish.name}
        return replace(case, standards=kept)
    if wish.kind in (WishKind.EXCLUDES, WishKind.REQUIRES, WishKind.COMMITTED):
        return _without_rule(case, wish)
    return with_amount(case, wish, None)


def _without_rule(case: Case, wish: Wish) -> Case:
    option = case.options[wish.name]
    options = dict(case.options)
    if wish.kind is WishKind.COMMITTED:
        options[wish.name] = replace(option, committed=False)
    elif wish.kind is WishKind.REQUIRES:
        kept = tuple(other for other in option.requires if other != wish.other)
        options[wish.name] = replace(option, requires=kept)
    else:
        for one, two in ((wish.name, wish.other), (wish.other, wish.name)):
            kept = tuple(other for other in options[one].excludes if other != two)
            options[one] = replace(options[one], excludes=kept)
    return replace(case, options=options)


def amount_of(case: Case, wish: Wish) -> Quantity | None:
    """The amount that a wish names; None for a rule or a standard."""
    budget = case.budget
    if wish.kind is WishKind.AT_MOST:
        return case.limits[wish.name].at_most
    if wish.kind is WishKind.AT_LEAST:
        return case.limits[wish.name].at_least
    if budget is None:
        return None
    return {
        WishKind.TOTAL: budget.total,
        WishKind.FOREIGN_TOTAL: budget.foreign_total,
        WishKind.YEAR: budget.by_year.get(wish.year),
        WishKind.FOREIGN_YEAR: budget.foreign_by_year.get(wish.year),
    }.get(wish.kind)


def with_amount(case: Case, wish: Wish, amount: float | None) -> Case:
    """The case in which a wish names another amount; None: no such wish."""
    old = amount_of(case, wish)
    new = None if old is None or amount is None else replace(old, value=amount, steps=())
    if wish.kind in (WishKind.AT_MOST, WishKind.AT_LEAST):
        change: dict[str, Any] = {str(wish.kind): new}
        limits = {**case.limits, wish.name: replace(case.limits[wish.name], **change)}
        return replace(case, limits=limits)
    budget = case.budget or Budget()
    if wish.kind in (WishKind.TOTAL, WishKind.FOREIGN_TOTAL):
        change = {str(wish.kind): new}
    else:
        rows: dict[int, Quantity] = dict(getattr(budget, str(wish.kind)))
        rows.pop(wish.year, None)
        if new is not None:
            rows[wish.year] = new
        change = {str(wish.kind): rows}
    return replace(case, budget=replace(budget, **change))


# In words


def wish_words(case: Case, wish: Wish) -> str:
    """What a wish asks for, in the names of the case."""
    if wish.kind is WishKind.STANDARD:
        return standard_words(case, case.standards[wish.name])
    if wish.kind in (WishKind.AT_MOST, WishKind.AT_LEAST):
        return _limit_words(case, wish)
    if wish.kind in (WishKind.EXCLUDES, WishKind.REQUIRES, WishKind.COMMITTED):
        return _rule_words(case, wish)
    return _("{subject}: {amount}").format(
        subject=budget_words(wish), amount=_amount_words(case, wish)
    )


def budget_words(wish: Wish) -> str:
    """What a row of the budget is called."""
    text = {
        WishKind.TOTAL: _("the budget in all"),
        WishKind.FOREIGN_TOTAL: _("the ceiling on payments abroad in all"),
        WishKind.YEAR: _("the budget for {year}"),
        WishKind.FOREIGN_YEAR: _("the ceiling on payments abroad for {year}"),
    }[wish.kind]
    return text.format(year=wish.year)


def _amount_words(case: Case, wish: Wish) -> str:
    amount = amount_of(case, wish)
    if amount is None:
        return ""
    if wish.kind in (WishKind.AT_MOST, WishKind.AT_LEAST):
        return number_words(amount.value)
    return number_words(amount.value, case.currency)


def _limit_words(case: Case, wish: Wish) -> str:
    name, amount = name_of(case, "limits", wish.name), _amount_words(case, wish)
    if wish.kind is WishKind.AT_MOST:
        return _("{name}: at most {amount}").format(name=name, amount=amount)
    return _("{name}: at least {amount}").format(name=name, amount=amount)


def _rule_words(case: Case, wish: Wish) -> str:
    option = name_of(case, "options", wish.name)
    other = name_of(case, "options", wish.other) if wish.other else ""
    if wish.kind is WishKind.EXCLUDES:
        return _("{option} and {other} exclude each other").format(option=option, other=other)
    if wish.kind is WishKind.REQUIRES:
        return _("{option} requires {other}").format(option=option, other=other)
    return _("{option} is committed").format(option=option)


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
_RULES = (WishKind.EXCLUDES, WishKind.REQUIRES, WishKind.COMMITTED)
_LIMITS = (WishKind.AT_MOST, WishKind.AT_LEAST)


def clash_of(case: Case, solve: Solve) -> tuple[ClashWish, ...]:
    """A smallest set of wishes that clash, each with its least relaxation.

    Args:
        case: A case whose request is impossible.
        solve: Finds the cheapest plan of a case.

    Raises:
        TimeIsOver: There was no time to find the set.
    """
    clashing = smallest_clash(case, solve)
    if not clashing:
        return (_nothing_helps(case),)
    told = []
    for wish in clashing:
        try:
            cures = tuple(cures_of(case, wish, solve))
        except TimeIsOver:
            cures = ()
        told.append(_told(case, wish, cures))
    return tuple(told)


def smallest_clash(case: Case, solve: Solve) -> tuple[Wish, ...]:
    """Wishes that cannot hold together, while any of them can be left out to cure it.

    Empty when even without any wish there is no plan.
    """
    clashing, reduced = [], case
    for wish in wishes_of(case):
        fewer = without(reduced, wish)
        if solve(fewer, is_rough=True).feasible:
            clashing.append(wish)
        else:
            reduced = fewer
    return tuple(clashing)


def cures_of(case: Case, wish: Wish, solve: Solve) -> Iterator[Cure]:
    """The ways to relax a wish alone, each as little as possible; none: it cures nothing."""
    free = solve(without(case, wish), is_rough=True)
    if not free.feasible:
        return
    if wish.kind in _RULES:
        rule = wish_words(case, wish)
        what = _("that {rule} must be given up").format(rule=rule)
        yield Cure(what=what, now=rule, then="", least_relaxation=None, unit="")
    elif wish.kind is WishKind.STANDARD:
        yield from _standard_cures(case, wish.name, solve)
    else:
        yield _amount_cure(case, wish, free, solve)


# Amounts: rows of the budget, limits


def _amount_cure(case: Case, wish: Wish, free: Found, solve: Solve) -> Cure:
    asked = amount_of(case, wish)
    now = asked.value if asked else 0.0

    def enough(amount: float) -> float | None:
        found = solve(with_amount(case, wish, amount), is_rough=True)
        if not found.feasible:
            return None
        used = used_of(case, wish, found)
        return amount if used is None else used

    rises = wish.kind is not WishKind.AT_LEAST
    exact = least_amount(enough, now, used=used_of(case, wish, free))
    then = rounded_away(exact, up=rises)
    unit = "" if wish.kind in _LIMITS else case.currency
    if wish.kind in _LIMITS:
        subject = _("the limit of {name}").format(name=name_of(case, "limits", wish.name))
    else:
        subject = budget_words(wish)
    text = (
        _("{subject} must rise from {now} to {then}")
        if rises
        else _("{subject} must fall from {now} to {then}")
    )
    what = text.format(subject=subject, now=number_words(now, unit), then=number_words(then, unit))
    return Cure(what=what, now=now, then=exact, least_relaxation=abs(exact - now), unit=unit)


def used_of(case: Case, wish: Wish, found: Found) -> float | None:
    """How much of what a wish limits a plan uses; None: not known from the choices alone."""
    if wish.kind in _LIMITS:
        limit = case.limits[wish.name]
        sizes = {choice.option: choice.size for choice in found.decided}
        return sum(
            weight.value * (1.0 if limit.counts else sizes[name])
            for name, weight in limit.options.items()
            if name in sizes
        )
    if wish.kind is WishKind.FOREIGN_YEAR:
        return None
    total = 0.0
    for choice in found.decided:
        share = abroad_share(case, choice) if wish.kind is WishKind.FOREIGN_TOTAL else 1.0
        years = by_year(case, paid_for(case, choice))
        amount = years.get(wish.year, 0.0) if wish.kind is WishKind.YEAR else sum(years.values())
        total += share * amount
    return total


# Standards


def _standard_cures(case: Case, name: str, solve: Solve) -> Iterator[Cure]:
    """Shorter, later; where neither is a cure, to a lesser share. Each alone."""
    standard = case.standards[name]

    def holds(changed: Standard) -> bool:
        standards = {**case.standards, name: changed}
        return solve(replace(case, standards=standards), is_rough=True).feasible

    def shorter(by: int) -> bool:
        return holds(replace(standard, length=standard.length - by))

    def later(by: int) -> bool:
        return holds(replace(standard, first=standard.first + by))

    def less(by: int) -> bool:
        return holds(replace(standard, share=_share(standard, by)))

    last = standard.last if standard.last >= 0 else case.calendar.n_periods - 1
    found = False
    if standard.measure and standard.length > 1:
        by = first_that_holds(shorter, 1, standard.length - 1)
        if by is not None:
            found = True
            yield _shorter_cure(case, standard, by)
    by = first_that_holds(later, 1, last - standard.first)
    if by is not None:
        found = True
        yield _later_cure(case, standard, by)
    if found:
        return
    by = first_that_holds(less, 1, round(_share_now(standard) * SHARE_STEPS) - 1)
    if by is not None:
        yield _less_cure(standard, by)


def _share_now(standard: Standard) -> float:
    return 1.0 if standard.share is None else standard.share.value


def _share(standard: Standard, by: int) -> Quantity:
    value = _share_now(standard) - by / SHARE_STEPS
    old = standard.share or Quantity(value=1.0, path=f"standards.{standard.id}.share")
    return replace(old, value=value)


def _shorter_cure(case: Case, standard: Standard, by: int) -> Cure:
    step = case.calendar.step
    now, then = standard.length * step, (standard.length - by) * step
    what = _("the standard can hold for {then} instead of {now}").format(
        then=months_words(then), now=months_words(now)
    )
    return Cure(what=what, now=float(now), then=float(then), least_relaxation=float(by * step),
                unit="month")  # fmt: skip


def _later_cure(case: Case, standard: Standard, by: int) -> Cure:
    calendar = case.calendar
    now, then = calendar.label(standard.first), calendar.label(standard.first + by)
    what = _("the standard can hold from {then} on instead of {now}").format(then=then, now=now)
    return Cure(what=what, now=now, then=then, least_relaxation=float(by * calendar.step),
                unit="month")  # fmt: skip


def _less_cure(standard: Standard, by: int) -> Cure:
    now, then = _share_now(standard), _share(standard, by).value
    what = _("the standard can hold to {then} of the demand instead of {now}").format(
        then=share_words(then), now=share_words(now)
    )
    return Cure(what=what, now=now, then=then, least_relaxation=by / SHARE_STEPS, unit="share")


# The answer


def _nothing_helps(case: Case) -> ClashWish:
    """Without any wish there is no plan: what is essential cannot be met even in calm."""
    uses = ", ".join(name_of(case, "uses", id_) for id_ in essential_uses(case))
    what = _(
        "Demand in calm ({uses}) cannot be met whatever is chosen: write more supply, more "
        "options, or what a unit of unmet demand costs (shortage_cost)."
    ).format(uses=uses)
    return ClashWish(wish="uses", what=what, least_relaxation=None, unit="")


def _told(case: Case, wish: Wish, cures: tuple[Cure, ...]) -> ClashWish:
    said = wish_words(case, wish)
    if cures:
        ways = _(", or ").join(cure.what for cure in cures)
        what = _("{wish}. Least relaxation: {ways}.").format(wish=said, ways=ways)
    else:
        what = _("{wish}. No relaxation of this wish alone was found.").format(wish=said)
    return ClashWish(
        wish=wish.path,
        what=what,
        least_relaxation=cures[0].least_relaxation if cures else None,
        unit=cures[0].unit if cures else "",
        cures=cures,
    )
