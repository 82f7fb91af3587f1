"""The cheapest plan of a case that differs a little: what every answer about plans asks.

How much may be spent on it, and the cases that differ: every number at its mean over the
futures; options closed or settled.

Why a request is impossible: a smallest set of requirements that conflict, and cures. The set
is found by a deletion filter: a requirement that can be left out without the rest becoming
possible is left out for good; what remains conflicts, and without any one of it would not.
Each of them is then relaxed alone, by the least amount or the first step that is enough,
while every other requirement of the request stands.
"""

import dataclasses
import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from derbes.case.entities import Case, Plant, Scenario, Variant, essential_uses
from derbes.case.options import Choice, Standard
from derbes.case.quantity import MONTHS_A_YEAR, Quantity
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.language import Worded, _, in_a_row, worded
from derbes.parallel import RunOptions
from derbes.planning.accounts import (
    at_most,
    by_year,
    closed_limits,
    months_words,
    name_of,
    number_words,
    paid_for,
    rounded_away,
    share_words,
    standard_words,
)
from derbes.planning.base_course import part_at_most, share_of, with_part
from derbes.planning.first_stage import foreign_share
from derbes.planning.optimum import KnownPlans, solve_plan
from derbes.planning.problem import TIME_LIMIT, Clock, PlanSolution, TimeIsOver, make_problem
from derbes.results.plan import ClashWish, Cure
from derbes.spelling import month_of


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A case with the standards and the budget that are asked for, and its futures."""

    case: Case
    """Its standards and budget are those asked for."""
    draws: Draws | None = None
    """None: central values."""
    variant: str = BASE
    lengths: tuple[int, ...] = ()
    """Lengths of the frontier's points [month]; empty: the usual ones."""
    has_frontier: bool = True
    has_more: bool = True
    """Whether costs of standards, waiting, information and other plans are wanted."""


NOISE = 1e-9
"""Part of a cost up to which a difference of two costs is rounding noise."""
ROUGH_GAP = 1e6
"""A gap that any plan has: enough where only the existence of one is asked for."""


def dearer_by(cost: float, other: float) -> float:
    """By how much a cost is above another; nothing where that is below, or rounding noise.

    Examples:
        >>> dearer_by(120.0, 100.0), dearer_by(100.0, 120.0), dearer_by(1e9 + 1e-7, 1e9)
        (20.0, 0.0, 0.0)
    """
    above = cost - other
    return above if above > NOISE * max(abs(cost), abs(other)) else 0.0


class Solve(Protocol):
    """A way to find the cheapest plan of a case."""

    def __call__(self, case: Case, *, is_rough: bool = False) -> PlanSolution:
        """The cheapest plan.

        Args:
            case: The case, as changed for a question.
            is_rough: Whether only the existence of a plan is asked for, not the cheapest.

        Raises:
            TimeIsOver: There is no time left, or it was not enough.
        """


def solver_of(
    draws: Draws | None,
    effort: RunOptions,
    clock: Clock,
    *,
    plans: KnownPlans | None = None,
    known: tuple[Case, PlanSolution] | None = None,
) -> Solve:
    """A way to find plans over the same futures, by the same workers, while time is left.

    What other plans have told (`plans`) is not searched for again, nor is the plan of a case
    that is `known`.
    """
    shared = replace(KnownPlans() if plans is None else plans, is_asked=False)

    def solve(case: Case, *, is_rough: bool = False) -> PlanSolution:
        left = clock.left()
        if known is not None and case == known[0]:
            return known[1]
        solution = solve_plan(
            make_problem(case, draws=draws, calm_short=shared.calm_short),
            gap=ROUGH_GAP if is_rough else effort.gap,
            time_limit=left,
            n_workers=effort.n_workers,
            executor=effort.pool,
            plans=shared,
        )
        if solution.status == TIME_LIMIT and not (is_rough and solution.feasible):
            raise TimeIsOver
        return solution

    return solve


_KEPT = (Variant, Scenario, str)
"""What is no part of a future."""


def mean_case(cases: Sequence[Case], weights: Sequence[float]) -> Case:
    """The case of mean numbers; what is no number is as in the first future.

    Futures differ in numbers only, so their elements stand in the same places. A series is
    averaged period by period, an opening is rounded to a period.
    """
    mean: Case = _mean(tuple(cases), tuple(weights))
    return replace(mean, scenarios={})


def _mean(parts: tuple[Any, ...], weights: tuple[float, ...]) -> Any:
    first, kind = parts[0], type(parts[0])

    def dot(values: Sequence[float]) -> float:
        return float(sum(w * v for w, v in zip(weights, values, strict=True)))

    is_alike = all(type(part) is type(first) for part in parts)
    if not is_alike or all(part is first for part in parts) or isinstance(first, _KEPT):
        return first
    if isinstance(first, Quantity):
        starts = sorted({period for part in parts for period, _value in part.steps})
        paths = [part.over(max(starts, default=0) + 1) for part in parts]
        steps = tuple((t, dot([float(path[max(t, 0)]) for path in paths])) for t in starts)
        return replace(first, value=dot([part.value for part in parts]), steps=steps)
    if isinstance(first, Mapping):
        shared = {key for key in first if all(key in part for part in parts)}
        return {
            key: _mean(tuple(part[key] for part in parts), weights) if key in shared else inner
            for key, inner in first.items()
        }
    if isinstance(first, tuple) and all(len(part) == len(first) for part in parts):
        return tuple(_mean(inner, weights) for inner in zip(*parts, strict=True))
    if not dataclasses.is_dataclass(first):
        return first
    names = [field.name for field in dataclasses.fields(first)]
    fields = {name: _mean(tuple(getattr(part, name) for part in parts), weights) for name in names}
    if isinstance(first, Plant):
        fields["opening"] = round(dot([part.opening for part in parts]))
    return kind(**fields)


LEAST_PART = 0.01
"""Part of the largest size from which on an option makes a plan of another kind."""
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
            limits |= closed_limits([name])
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
        name: option
        if option.sizes
        else replace(option, smallest=max(option.smallest, LEAST_PART * option.largest))
        for name, option in case.options.items()
    }
    weights = {name: 1.0 if name in chosen else -1.0 for name in case.options}
    limit = at_most(weights, len(chosen) - 1)
    limits = {**case.limits, _NOT_AGAIN.format(n=n): limit}
    return replace(case, options=options, limits=limits)


def decided_so(case: Case, choices: Collection[Choice]) -> Case:
    """The case in which exactly these choices are made."""
    made = {choice.option: choice for choice in choices}
    options, limits = dict(case.options), dict(case.limits)
    for name, option in case.options.items():
        if name in made:
            dates, sizes = (made[name].date,), (made[name].size,)
            options[name] = replace(option, dates=dates, sizes=sizes, committed=True)
        else:
            limits |= closed_limits([name])
    return replace(case, options=options, limits=limits)


# Why there is none


AMOUNT_TOLERANCE = 1e-4
"""Of the distance between what is asked for and what is enough."""
LONGEST_DOUBLING = 60


def first_that_holds(holds: Callable[[int], bool], first: int, last: int) -> int | None:
    """The first whole number from `first` to `last` that holds; None: not even the last.

    What holds for one number holds for all after it, so intervals are halved.

    Examples:
        >>> first_that_holds(lambda n: n >= 7, 1, 12), first_that_holds(lambda n: n > 12, 1, 12)
        (7, None)
    """
    if first > last or not holds(last):
        return None
    return first + bisect_left(range(first, last), x=True, key=holds)


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
    low, high = asked, used
    for doubling in range(LONGEST_DOUBLING):
        if high is None:
            high = enough(asked + 2.0**doubling * (abs(asked) or 1.0))
    if high is None:
        raise OverflowError("no amount is enough")
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


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a request asks for."""

    keys: tuple[str | int, ...]
    """Where it stands in the case: section, element or row, key; of two options the other."""

    @property
    def path(self) -> str:
        """Path inside the case."""
        return ".".join(str(key) for key in self.keys[:3])

    @property
    def section(self) -> str:
        """What it is: `limits`, `budget`, `standards`, or `options`, a rule."""
        return str(self.keys[0])

    @property
    def name(self) -> str:
        """Limit, option or standard; of the budget the row."""
        return str(self.keys[1])


BUDGET = ("foreign_by_year", "foreign_total", "by_year", "total")
"""Rows of the budget, those first that a reader would rather do without."""


def requirements_of(case: Case) -> tuple[Requirement, ...]:
    """All requirements of a case, those first that a reader would rather do without.

    A deletion filter that tries them in this order ends with the conflict that says most:
    standards and money rather than rules between options. That two options exclude each other
    is one requirement.
    """
    found: list[tuple[str | int, ...]] = [
        ("limits", name, kind)
        for name, limit in case.limits.items()
        for kind in ("at_most", "at_least")
        if getattr(limit, kind) is not None
    ]
    for name, option in case.options.items():
        found += [
            ("options", name, "excludes", other)
            for other in option.excludes
            if name not in case.options[other].excludes or name < other
        ]
        found += [("options", name, "requires", other) for other in option.requires]
        if option.committed:
            found.append(("options", name, "committed"))
    for kind in BUDGET if case.budget else ():
        rows = getattr(case.budget, kind)
        if isinstance(rows, Mapping):
            found += [("budget", kind, year) for year in sorted(rows)]
        elif rows is not None:
            found.append(("budget", kind))
    found += [("standards", name) for name in case.standards]
    return tuple(Requirement(keys) for keys in found)


# The case without a requirement, or with another amount


def _changed(part: Any, keys: Sequence[str | int], change: Callable[[Any], Any]) -> Any:
    """A part of a case with what stands at some keys changed; what becomes None is left out."""
    if not keys:
        return change(part)
    key, rest = keys[0], keys[1:]
    if isinstance(part, tuple):
        return tuple(one for one in part if one != key)
    if not isinstance(part, Mapping):
        return replace(part, **{str(key): _changed(getattr(part, str(key)), rest, change)})
    new = _changed(part[key], rest, change)
    both = {one: new if one == key else old for one, old in part.items()}
    return {one: value for one, value in both.items() if value is not None}


def without(case: Case, requirement: Requirement) -> Case:
    """The case that does not ask for this."""
    keys = requirement.keys
    is_fact = keys[-1] == "committed"
    fewer: Case = _changed(case, keys, lambda _old: False if is_fact else None)
    if "excludes" in keys[2:3]:  # holds whichever of the two says so
        fewer = _changed(fewer, (keys[0], keys[3], keys[2], keys[1]), lambda old: old)
    return fewer


def amount_of(case: Case, requirement: Requirement) -> Quantity | None:
    """The amount that a requirement names; None for a rule or a standard."""
    found: Any = case
    for key in requirement.keys if requirement.section in ("limits", "budget") else ():
        found = found.get(key) if isinstance(found, Mapping) else getattr(found, str(key), None)
    return found if isinstance(found, Quantity) else None


def with_amount(case: Case, requirement: Requirement, amount: float) -> Case:
    """The case in which a requirement names another amount."""
    changed: Case = _changed(
        case, requirement.keys, lambda old: replace(old, value=amount, steps=())
    )
    return changed


# In words


def requirement_words(case: Case, requirement: Requirement) -> str:
    """What a requirement asks for, in the names of the case."""
    keys, section = requirement.keys, requirement.section
    if section == "standards":
        return standard_words(case, case.standards[requirement.name])
    if section == "options":
        option, other = (name_of(case, "options", str(one)) for one in (keys[1], keys[-1]))
        return {
            "excludes": worded(
                "{option} and {other} exclude each other", option=option, other=other
            ),
            "requires": worded("{option} requires {other}", option=option, other=other),
            "committed": worded("{option} is committed", option=option),
        }[str(keys[2])]
    asked = amount_of(case, requirement)
    unit = "" if section == "limits" else case.currency
    amount = "" if asked is None else Worded(number_words, asked.value, unit)
    if section == "limits":
        name = name_of(case, "limits", requirement.name)
        if keys[2] == "at_most":
            return worded("{name}: at most {amount}", name=name, amount=amount)
        return worded("{name}: at least {amount}", name=name, amount=amount)
    return worded("{subject}: {amount}", subject=budget_words(requirement), amount=amount)


def budget_words(requirement: Requirement) -> Worded:
    """What a row of the budget is called."""
    year = requirement.keys[-1]
    return {
        "total": worded("the budget in all"),
        "foreign_total": worded("the ceiling on payments abroad in all"),
        "by_year": worded("the budget for {year}", year=year),
        "foreign_by_year": worded("the ceiling on payments abroad for {year}", year=year),
    }[requirement.name]


SHARE_STEPS = 100
"""Shares of demand give way in steps of a percent."""


def conflict_of(case: Case, solve: Solve) -> tuple[ClashWish, ...]:
    """A smallest set of requirements that conflict, each with its least relaxation.

    Raises:
        TimeIsOver: There was no time to find the set.
    """
    conflict = irreducible_conflict(case, solve)
    if not conflict:  # what is essential cannot be met even in calm
        what = worded(
            "Demand in calm ({uses}) cannot be met whatever is chosen: write more supply, more "
            "options, or what a unit of unmet demand costs (shortage_cost).",
            uses=in_a_row(name_of(case, "uses", id_) for id_ in essential_uses(case)),
        )
        return (ClashWish(wish="uses", what=what, least_relaxation=None, unit=""),)
    rows = []
    for requirement in conflict:
        try:
            found = tuple(relaxations_of(case, requirement, solve))
        except TimeIsOver:
            found = ()
        wish = requirement_words(case, requirement)
        what = worded("{wish}. No relaxation of this wish alone was found.", wish=wish)
        if found:
            ways = Worded(_ways, tuple(relaxation.what for relaxation in found))
            what = worded("{wish}. Least relaxation: {ways}.", wish=wish, ways=ways)
        least, unit = (found[0].least_relaxation, found[0].unit) if found else (None, "")
        rows.append(ClashWish(requirement.path, what, least, unit, cures=found))
    return tuple(rows)


def _ways(ways: tuple[str, ...]) -> str:
    return _(", or ").join(map(str, ways))


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
    if requirement.section == "options":
        rule = requirement_words(case, requirement)
        what = worded("that {rule} must be given up", rule=rule)
        yield Cure(what=what, now=rule, then="", least_relaxation=None, unit="")
    elif requirement.section == "standards":
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

    rises, is_limit = requirement.keys[-1] != "at_least", requirement.section == "limits"
    exact = least_amount(enough, now, used=used_of(case, requirement, free))
    then = rounded_away(exact, up=rises)
    unit = "" if is_limit else case.currency
    if is_limit:
        subject = worded("the limit of {name}", name=name_of(case, "limits", requirement.name))
    else:
        subject = budget_words(requirement)
    ends = {"now": Worded(number_words, now, unit), "then": Worded(number_words, then, unit)}
    what = (
        worded("{subject} must rise from {now} to {then}", subject=subject, **ends)
        if rises
        else worded("{subject} must fall from {now} to {then}", subject=subject, **ends)
    )
    return Cure(what=what, now=now, then=exact, least_relaxation=abs(exact - now), unit=unit)


def used_of(case: Case, requirement: Requirement, found: PlanSolution) -> float | None:
    """How much of what a requirement limits a plan uses; None: not known from the choices alone."""
    row = requirement.name
    if requirement.section == "limits":
        limit = case.limits[row]
        sizes = {choice.option: choice.size for choice in found.choices}
        return sum(
            weight.value * (1.0 if limit.counts else sizes[name])
            for name, weight in limit.options.items()
            if name in sizes
        )
    if row == "foreign_by_year":
        return None
    total = 0.0
    for choice in found.choices:
        share = foreign_share(case.options[choice.option]) if row == "foreign_total" else 1.0
        years = by_year(case, paid_for(case, choice))
        is_year = row == "by_year"
        total += share * (
            years.get(int(requirement.keys[-1]), 0.0) if is_year else sum(years.values())
        )
    return total


# Standards


def _standard_relaxations(case: Case, name: str, solve: Solve) -> Iterator[Cure]:
    """Shorter, later; where neither is a relaxation, to a lesser share. Each alone.

    A cap on sellers can be higher, or begin later.
    """
    standard, calendar, step = case.standards[name], case.calendar, case.calendar.step
    share, part = share_of(standard), part_at_most(standard)
    last = standard.last if standard.last >= 0 else calendar.n_periods - 1

    def least(changed: Callable[[int], Standard], most: int) -> int | None:
        """The first of the steps that is enough."""

        def holds(by: int) -> bool:
            standards = {**case.standards, name: changed(by)}
            return solve(replace(case, standards=standards), is_rough=True).feasible

        return first_that_holds(holds, 1, most)

    def higher(by: int) -> Standard:
        return with_part(standard, min(1.0, part + by / SHARE_STEPS))

    def lesser(by: int) -> Standard:
        old = standard.share or Quantity(value=1.0, path=f"standards.{standard.id}.share")
        return replace(standard, share=replace(old, value=share - by / SHARE_STEPS))

    def in_words(words: Callable[[Any], str], now: float, then: float) -> dict[str, Worded]:
        return {"now": Worded(words, now), "then": Worded(words, then)}

    rise = least(higher, math.ceil((1.0 - part) * SHARE_STEPS)) if standard.is_cap else None
    if rise is not None:
        most = part_at_most(higher(rise))
        ends = in_words(share_words, part, most)
        what = worded("the cap can be {then} instead of {now}", **ends)
        yield Cure(what, part, most, least_relaxation=most - part, unit="share")
    by_length = None
    if standard.measure:
        by_length = least(
            lambda by: replace(standard, length=standard.length - by), standard.length - 1
        )
    if by_length is not None:
        months, change = float(standard.length * step), float(by_length * step)
        ends = in_words(months_words, months, months - change)
        what = worded("the standard can hold for {then} instead of {now}", **ends)
        yield Cure(what, months, months - change, least_relaxation=change, unit="month")
    by_date = least(lambda by: replace(standard, first=standard.first + by), last - standard.first)
    if by_date is not None:
        now, then = calendar.label(standard.first), calendar.label(standard.first + by_date)
        ends = {"now": Worded(month_of, now), "then": Worded(month_of, then)}
        what = worded("the standard can hold from {then} on instead of {now}", **ends)
        yield Cure(what, now, then, least_relaxation=float(by_date * step), unit="month")
    if by_length is not None or by_date is not None or standard.is_cap:
        return
    by_share = least(lesser, round(share * SHARE_STEPS) - 1)
    if by_share is not None:
        kept = share - by_share / SHARE_STEPS
        ends = in_words(share_words, share, kept)
        what = worded("the standard can hold to {then} of the demand instead of {now}", **ends)
        yield Cure(what, share, kept, least_relaxation=by_share / SHARE_STEPS, unit="share")
