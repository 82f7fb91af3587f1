"""Options closed or settled for a question: before a date, as a set, or all of them."""

from collections.abc import Collection
from dataclasses import replace

from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.entities import Case
from derbes.case.options import Choice, Limit, Option
from derbes.case.quantity import Quantity

LEAST_PART = 0.01
"""Part of the largest size from which on an option makes a plan of another kind."""
_NEVER = "closed_{option}"
_NOT_AGAIN = "not_again_{n}"


def decided_later(case: Case, years: int) -> Case:
    """The case in which nothing is decided in the first years; committed options stay.

    An option all of whose dates are closed stays in the case, since its element is there
    only with it, but may not be chosen.
    """
    first = years * MONTHS_A_YEAR // int(case.calendar.step)
    options, limits = dict(case.options), dict(case.limits)
    for name, option in case.options.items():
        dates = tuple(date for date in option.dates if date >= first)
        if option.committed or len(dates) == len(option.dates):
            continue
        if dates:
            options[name] = replace(option, dates=dates)
        else:
            limits[_NEVER.format(option=name)] = _at_most({name: 1.0}, 0)
    return replace(case, options=options, limits=limits)


def closed_years(case: Case) -> tuple[int, ...]:
    """Years of waiting that close at least one date and leave at least one. [year]"""
    step = int(case.calendar.step)
    dates = sorted({d * step for o in case.options.values() if not o.committed for d in o.dates})
    if not dates:
        return ()
    span = case.calendar.n_periods * step // MONTHS_A_YEAR
    return tuple(
        years
        for years in (1, 2, 3, 5)
        if years <= span and dates[0] < years * MONTHS_A_YEAR <= dates[-1]
    )


def without_set(case: Case, chosen: Collection[str], n: int) -> Case:
    """The case in which not exactly these options may be chosen.

    Of the options of the set, less those outside it, at most one fewer than it has may be
    chosen; `n` tells such limits apart. An option of any size counts as chosen from a
    hundredth of its largest size on, so that a plan of the same kind cannot pass for
    another by a size of next to nothing.
    """
    options = {
        name: option if option.sizes else replace(option, smallest=_least_size(option))
        for name, option in case.options.items()
    }
    weights = {name: 1.0 if name in chosen else -1.0 for name in case.options}
    limit = _at_most(weights, len(chosen) - 1)
    limits = {**case.limits, _NOT_AGAIN.format(n=n): limit}
    return replace(case, options=options, limits=limits)


def _least_size(option: Option) -> float:
    return max(option.smallest, LEAST_PART * option.largest)


def decided_so(case: Case, choices: Collection[Choice]) -> Case:
    """The case in which exactly these choices are made."""
    made = {choice.option: choice for choice in choices}
    options, limits = dict(case.options), dict(case.limits)
    for name, option in case.options.items():
        if name in made:
            dates, sizes = (made[name].date,), (made[name].size,)
            options[name] = replace(option, dates=dates, sizes=sizes, committed=True)
        else:
            limits[_NEVER.format(option=name)] = _at_most({name: 1.0}, 0)
    return replace(case, options=options, limits=limits)


def nothing_decided(case: Case) -> Case:
    """The case without any standard, budget or rule, in which no option may be chosen."""
    options = {
        name: replace(option, committed=False, excludes=(), requires=())
        for name, option in case.options.items()
    }
    closed = {_NEVER.format(option=name): _at_most({name: 1.0}, 0) for name in case.options}
    return replace(case, options=options, limits=closed, standards={}, budget=None)


def _at_most(weights: dict[str, float], most: int) -> Limit:
    return Limit(
        id="",
        options={name: Quantity(value=weight) for name, weight in weights.items()},
        at_most=Quantity(value=float(most)),
        counts=True,
    )
