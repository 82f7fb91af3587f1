"""The wishes of a request: what it asks for, what each is in words, the case without it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from derbes.case.entities import Case
from derbes.case.options import Budget, Limit, Option, Standard
from derbes.case.quantity import Quantity
from derbes.language import _
from derbes.planning.answers.words import months_words, name_of, number_words, share_words


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
