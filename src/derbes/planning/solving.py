"""The cheapest plan of a case that differs a little: what every answer about plans asks.

How much may be spent on it, the cases that differ (every number at its mean over the
futures; options closed or settled), and names, amounts and times in sentences about plans.
"""

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from derbes.case.entities import Case, Plant, Scenario, Variant
from derbes.case.options import Choice, Limit, Option, OptionKind
from derbes.case.quantity import MONTHS_A_YEAR, Quantity
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.language import _, ngettext
from derbes.parallel import RunOptions
from derbes.planning.optimum import CalmPlans, solve_plan
from derbes.planning.problem import TIME_LIMIT, Clock, PlanSolution, TimeIsOver, make_problem
from derbes.results.tables import text_of


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
    calm: CalmPlans | None = None,
    known: tuple[Case, PlanSolution] | None = None,
) -> Solve:
    """A way to find plans over the same futures, by the same workers, while time is left.

    Plans without standards that are known (`calm`) are not searched for again, nor is the
    plan of a case that is `known`.
    """
    calm = CalmPlans() if calm is None else calm

    def solve(case: Case, *, is_rough: bool = False) -> PlanSolution:
        left = clock.left()
        if known is not None and case == known[0]:
            return known[1]
        solution = solve_plan(
            make_problem(case, draws=draws),
            gap=ROUGH_GAP if is_rough else effort.gap,
            time_limit=left,
            n_workers=effort.n_workers,
            executor=effort.pool,
            calm=calm,
        )
        if solution.status == TIME_LIMIT and not (is_rough and solution.feasible):
            raise TimeIsOver
        return solution

    return solve


_DIGITS = 4
_NOISE = 1e-6
"""Of the last digit that counts: a number that is round but for the solver stays so."""


def name_of(case: Case, section: str, id_: str) -> str:
    """Name of an element for a reader."""
    element = getattr(case, section).get(id_)
    return text_of(element.label, id_) if element is not None else id_.replace("_", " ")


def number_words(value: float, unit: str = "") -> str:
    """A number with at most four digits that count, in millions where it is large.

    Examples:
        >>> number_words(26_400_000, "USD"), number_words(1234.5678), number_words(0.25, "t")
        ('26.4 million USD', '1,235', '0.25 t')
    """
    word = ""
    for scale, name in ((1e9, _("billion")), (1e6, _("million"))):
        if abs(value) >= scale * (1 - 10**-_DIGITS):
            value, word = value / scale, name
            break
    return " ".join(part for part in (_digits(value), word, unit) if part)


def rounded_away(value: float, *, up: bool) -> float:
    """A number with four digits that count, never less (`up`) or never more than it was.

    Examples:
        >>> rounded_away(26.40001, up=True), rounded_away(26.40001, up=False)
        (26.41, 26.4)
    """
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    steps = value / unit
    whole = math.ceil(steps - _NOISE) if up else math.floor(steps + _NOISE)
    return round(whole * unit, 12)


def _digits(value: float) -> str:
    if value == 0:
        return "0"
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def months_words(months: float) -> str:
    """A time in months.

    Examples:
        >>> months_words(1), months_words(12)
        ('1 month', '12 months')
    """
    whole = round(months)
    return ngettext("{n} month", "{n} months", whole).format(n=f"{months:g}")


def share_words(share: float) -> str:
    """A share as percent.

    Examples:
        >>> share_words(0.95), share_words(0.9667)
        ('95%', '96.67%')
    """
    return f"{share * 100:.4g}%"


def unit_of(case: Case, option: Option) -> str:
    """Unit of an option's size; empty: multiples of the element as written."""
    if option.kind is OptionKind.RESERVE:
        return case.goods[element_id(option)].unit
    if option.kind is OptionKind.BRING_FORWARD:
        return "month"
    return "share" if option.kind is OptionKind.BUY_OUT else ""


def element_id(option: Option) -> str:
    """Id of the element that an option is about, without its section."""
    return option.element.split(".", 1)[-1]


def _counted(unit: str, n: float) -> str:
    """A unit beside a number: things that are counted have a plural."""
    whole = 1 if n == 1 else 2
    plural = {
        "piece": ngettext("piece", "pieces", whole),
        "round": ngettext("round", "rounds", whole),
    }
    return plural.get(unit, unit)


def option_words(case: Case, option: Option, size: float) -> str:
    """What an option does at a size, e.g. `hold 300 t more in reserve: Alum`."""
    section = option.element.split(".", 1)[0]
    name = name_of(case, section, element_id(option))
    amount = number_words(size, _counted(unit_of(case, option), size))
    text = {
        OptionKind.BUILD: _("build {name}"),
        OptionKind.ENLARGE: _("enlarge {name} by {share}"),
        OptionKind.BRING_FORWARD: _("open {name} {months} earlier"),
        OptionKind.RESERVE: _("hold {amount} more in reserve: {name}"),
        OptionKind.CONTRACT: _("contract {name}"),
        OptionKind.CONVERT: _("convert to {name}"),
        OptionKind.BUY_OUT: _("buy {share} of {name} out"),
    }[option.kind]
    words = text.format(
        name=name, amount=amount, months=months_words(size), share=share_words(size)
    )
    multiplies = option.kind in (OptionKind.BUILD, OptionKind.CONTRACT, OptionKind.CONVERT)
    if multiplies and (size != 1 or option.sizes != (1.0,)):
        return _("{words}, size {size}").format(words=words, size=amount)
    return words


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
    first = parts[0]
    is_alike = all(type(part) is type(first) for part in parts)
    if not is_alike or all(part is first for part in parts) or isinstance(first, _KEPT):
        return first
    if isinstance(first, Quantity):
        return _mean_quantity(parts, weights)
    if isinstance(first, Mapping):
        return _mean_mapping(parts, weights)
    if isinstance(first, tuple) and all(len(part) == len(first) for part in parts):
        return tuple(_mean(inner, weights) for inner in zip(*parts, strict=True))
    return _mean_fields(parts, weights) if dataclasses.is_dataclass(first) else first


def _mean_mapping(parts: tuple[Any, ...], weights: tuple[float, ...]) -> dict[Any, Any]:
    shared = {key for key in parts[0] if all(key in part for part in parts)}
    return {
        key: _mean(tuple(part[key] for part in parts), weights) if key in shared else inner
        for key, inner in parts[0].items()
    }


def _mean_fields(parts: tuple[Any, ...], weights: tuple[float, ...]) -> Any:
    first = parts[0]
    fields = {
        field.name: _mean(tuple(getattr(part, field.name) for part in parts), weights)
        for field in dataclasses.fields(first)
    }
    if isinstance(first, Plant):
        fields["opening"] = round(_dot(weights, [part.opening for part in parts]))
    return type(first)(**fields)


def _mean_quantity(parts: tuple[Quantity, ...], weights: tuple[float, ...]) -> Quantity:
    starts = sorted({period for part in parts for period, _value in part.steps})
    n = max(starts, default=0) + 1
    paths = [part.over(n) for part in parts]
    steps = tuple((t, _dot(weights, [float(path[max(t, 0)]) for path in paths])) for t in starts)
    value = _dot(weights, [part.value for part in parts])
    return replace(parts[0], value=value, steps=steps)


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return float(sum(w * v for w, v in zip(weights, values, strict=True)))


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
