"""A world in which plans can be listed: every option that works in time adds months.

A town holds `HELD` months by itself. An option of size s adds s months of survival, in its
own words its size is its months, from its effect on. A standard holds when the months at
its first start are at least the share of its length. Every combination is looked at, so
what is found here is found without any program.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from derbes.case.entities import Case, Good, Measure, Use
from derbes.case.options import Budget, Choice, Limit, Option, OptionKind, Standard
from derbes.case.quantity import Calendar, Quantity
from derbes.model.compile import effect_period
from derbes.planning import first_stage as payments
from derbes.planning.accounts import by_year, paid_for
from derbes.planning.problem import PlanSolution

HELD = 3.0
"""Months that the town holds without any option."""
CALM_COST = 1000.0


def number(value: float) -> Quantity:
    """A number without any words."""
    return Quantity(value=value)


def option(id_: str, months: float, cost: float, **more: object) -> Option:
    """A reserve that adds months of survival for a price."""
    sizes = more.pop("sizes", (months,))
    return Option(
        id=id_,
        kind=OptionKind.RESERVE,
        element="goods.alum",
        sizes=sizes,  # type: ignore[arg-type]
        capital_by_size=number(cost / months),
        **more,  # type: ignore[arg-type]
    )


def standard(length: int = 12, first: int = 24, **more: object) -> Standard:
    """Essential uses survive an embargo."""
    return Standard(
        id="a_year", measure="embargo", length=length, first=first, last=47,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def town(*options: Option, **more: object) -> Case:
    """A town that may hold more of one good; one standard of twelve months unless told."""
    fields: dict[str, object] = {
        "name": "Town",
        "calendar": Calendar(2026, 1, 60),
        "currency": "USD",
        "target": "town",
        "goods": {"alum": Good(id="alum", unit="t")},
        "uses": {"treatment": Use(id="treatment", good="alum", label={"en": "Drinking water"})},
        "measures": {"embargo": Measure(id="embargo", label={"en": "Embargo"})},
        "options": {one.id: one for one in options},
        "standards": {"a_year": standard()},
        "source": "town.yaml",
    }
    return Case(**{**fields, **more})  # type: ignore[arg-type]


def budget(total: float | None = None, **more: object) -> Budget:
    """A budget."""
    rows = {key: {year: number(v) for year, v in path.items()} for key, path in more.items()}  # type: ignore[attr-defined]
    return Budget(total=None if total is None else number(total), **rows)  # type: ignore[arg-type]


@dataclass
class Listed:
    """Finds the cheapest plan by listing all; notes how often it was asked."""

    asked: list[Case] = field(default_factory=list)

    def __call__(self, case: Case, *, is_rough: bool = False) -> PlanSolution:
        self.asked.append(case)
        plans = [
            (cost_of(case, choices), choices)
            for choices in all_choices(case)
            if may(case, choices) and not short(case, choices)
        ]
        if not plans:
            return PlanSolution(feasible=False, shortfalls=dict.fromkeys(case.standards, 1.0))
        if is_rough:
            cost, choices = plans[-1]
        else:
            cost, choices = min(plans, key=lambda plan: (plan[0], len(plan[1])))
        return PlanSolution(feasible=True, cost=cost, bound=cost, choices=choices)


def all_choices(case: Case) -> Iterator[tuple[Choice, ...]]:
    """Every combination of dates and sizes."""
    ways = [
        [None, *(Choice(name, date, size) for date in one.dates for size in one.sizes)]
        for name, one in case.options.items()
    ]
    for combination in product(*ways):
        yield tuple(choice for choice in combination if choice is not None)


def cost_of(case: Case, choices: tuple[Choice, ...]) -> float:
    """What a plan costs, supply in calm included."""
    paid = (payments.discounted(case, paid_for(case, choice)) for choice in choices)
    return CALM_COST + sum(paid)


def short(case: Case, choices: tuple[Choice, ...]) -> list[str]:
    """Standards that do not hold."""
    failing = []
    for name, one in case.standards.items():
        months = HELD + sum(
            choice.size
            for choice in choices
            if effect_period(case, case.options[choice.option], choice.date) <= one.first
        )
        asked = one.length * (1.0 if one.share is None else one.share.value)
        if months < asked - 1e-9:
            failing.append(name)
    return failing


def may(case: Case, choices: tuple[Choice, ...]) -> bool:
    """Whether rules between options, limits and the budget allow a plan."""
    return (
        all(_rules_hold(case, one, choices) for one in case.options.values())
        and all(_limit_holds(one, choices) for one in case.limits.values())
        and _budget_holds(case, choices)
    )


def _rules_hold(case: Case, one: Option, choices: tuple[Choice, ...]) -> bool:
    dates = {choice.option: choice.date for choice in choices}
    if one.id not in dates:
        return not one.committed
    return not any(other in dates for other in one.excludes) and all(
        other in dates and dates[other] <= dates[one.id] for other in one.requires
    )


def _limit_holds(one: Limit, choices: tuple[Choice, ...]) -> bool:
    total = sum(
        one.options[choice.option].value * (1.0 if one.counts else choice.size)
        for choice in choices
        if choice.option in one.options
    )
    most = one.at_most is None or total <= one.at_most.value + 1e-9
    return most and (one.at_least is None or total >= one.at_least.value - 1e-9)


def _budget_holds(case: Case, choices: tuple[Choice, ...]) -> bool:
    if case.budget is None:
        return True
    years: dict[int, float] = {}
    abroad: dict[int, float] = {}
    for choice in choices:
        share = case.options[choice.option].foreign_share
        for year, amount in by_year(case, paid_for(case, choice)).items():
            years[year] = years.get(year, 0.0) + amount
            abroad[year] = abroad.get(year, 0.0) + amount * (share.value if share else 0.0)
    rows = [
        (case.budget.total, sum(years.values())),
        (case.budget.foreign_total, sum(abroad.values())),
        *((most, years.get(year, 0.0)) for year, most in case.budget.by_year.items()),
        *((most, abroad.get(year, 0.0)) for year, most in case.budget.foreign_by_year.items()),
    ]
    return all(most is None or used <= most.value + 1e-9 for most, used in rows)
