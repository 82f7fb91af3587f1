"""Why a request is impossible: a smallest set of wishes that clash, and what cures each.

The set is found by a deletion filter: a wish that can be left out without the rest
becoming possible is left out for good; what remains clashes, and without any one of it
would not. Each of them is then relaxed alone, as little as possible, while every other
wish of the request stands.
"""

from collections.abc import Iterator
from dataclasses import replace

from derbes.case.entities import Case, Tier
from derbes.case.options import Standard
from derbes.case.quantity import Quantity
from derbes.language import _
from derbes.planning.answers.clashes.search import first_that_holds, least_amount
from derbes.planning.answers.clashes.wishes import (
    Wish,
    WishKind,
    amount_of,
    budget_words,
    wish_words,
    wishes_of,
    with_amount,
    without,
)
from derbes.planning.answers.money.payments import abroad_share, by_year, paid_for
from derbes.planning.answers.solving import Found, Solve, TimeIsOver
from derbes.planning.answers.words import (
    months_words,
    name_of,
    number_words,
    rounded_away,
    share_words,
)
from derbes.results.plan import ClashWish, Cure

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
    uses = ", ".join(
        name_of(case, "uses", id_) for id_, use in case.uses.items() if use.tier is Tier.ESSENTIAL
    )
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
