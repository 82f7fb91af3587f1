"""Calendars: where they begin, in what steps they run, and where they end."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from derbes.analysis.cover import cover_table
from derbes.case.entities import Case, MeasureKind, Stockpile, Survival
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.case.request import Request
from tests.properties.figures import asked, changed, ends, figures, law, sizes_of, unlike
from tests.properties.random_cases import Traits, random_case


def every_quantity(value: Any, change: Callable[[Quantity], Quantity]) -> Any:
    """A value with every quantity in it changed."""
    if isinstance(value, Quantity):
        return change(value)
    if isinstance(value, tuple):
        return tuple(every_quantity(part, change) for part in value)
    if isinstance(value, dict):
        return {key: every_quantity(part, change) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: every_quantity(getattr(value, f.name), change) for f in fields(value)}
        return replace(value, **parts)  # type: ignore[type-var]
    return value


@law()
@pytest.mark.parametrize("months", [1, 7, 120])
def test_where_a_calendar_begins(seed: int, months: int) -> None:
    case, start = asked(seed)
    first = case.calendar
    months *= int(first.step) if first.step is not Step.MONTH else 1
    since = first.first_year * 12 + first.first_month - 1 + months
    moved = replace(first, first_year=since // 12, first_month=since % 12 + 1)
    labels = dict(zip(first.labels, moved.labels, strict=True))

    def key(name: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(labels.get(part, part) for part in name)

    before, after = figures(case, start), figures(replace(case, calendar=moved), start)
    assert unlike(before, after, sizes_of(case), key=key) == []


EVEN = Traits(
    scales=0, seasons=0, steps_by_date=0, ageing=0, storage=0, discount=0, coarse=0, routes=0,
    on_order=0, priorities=0, ties=0,
)  # fmt: skip
QUARTER = 3


def in_whole_quarters(seed: int) -> Case:
    """A case by month in which nothing changes within a quarter."""
    case = random_case(seed, EVEN)

    def constant(quantity: Quantity) -> Quantity:
        return Quantity(quantity.value)

    def times_of(quantity: Quantity | None) -> Quantity | None:
        return quantity and Quantity(QUARTER * np.ceil(quantity.value / QUARTER))

    case = every_quantity(case, constant)
    plants = {
        name: replace(
            p, opening=QUARTER * (p.opening // QUARTER), ramp=None, delay=times_of(p.delay)
        )
        for name, p in case.plants.items()
    }
    measures = {
        name: replace(
            m,
            lengths=tuple(QUARTER * -(-n // QUARTER) for n in m.lengths),
            by=times_of(m.by) if m.kind is MeasureKind.DELAY else m.by,
        )
        for name, m in case.measures.items()
    }
    return replace(
        case,
        calendar=Calendar(2026, 1, 24),
        plants=plants,
        measures=measures,
        suppliers={
            name: replace(
                s,
                lead_time=times_of(s.lead_time),
                at_least_until=s.at_least_until and QUARTER * (s.at_least_until // QUARTER),
            )
            for name, s in case.suppliers.items()
        },
        recipes={
            name: replace(r, lead_time=times_of(r.lead_time)) for name, r in case.recipes.items()
        },
        refill_time=times_of(case.refill_time),
        sender_horizon=Quantity(12.0),
    )


def by_quarter(case: Case) -> Case:
    """The same case, counted by quarter."""
    plants = {name: replace(p, opening=p.opening // QUARTER) for name, p in case.plants.items()}
    measures = {
        name: replace(m, lengths=tuple(n // QUARTER for n in m.lengths))
        for name, m in case.measures.items()
    }
    suppliers = {
        name: replace(s, at_least_until=s.at_least_until and s.at_least_until // QUARTER)
        for name, s in case.suppliers.items()
    }
    calendar = Calendar(2026, 1, case.calendar.n_periods // QUARTER, Step.QUARTER)
    return replace(case, calendar=calendar, plants=plants, suppliers=suppliers, measures=measures)


@law()
def test_months_and_quarters(seed: int) -> None:
    """Time to survive and total unmet demand; depth and discounted money may differ."""
    case = in_whole_quarters(seed)
    quarter = seed % 8
    names = ("time_to_survive", "unmet_essential", "unmet_essential_gross")
    months = figures(case, (QUARTER * quarter,), premium=False)
    quarters = figures(by_quarter(case), (quarter,), premium=False)
    best = {
        name: value
        for name, value in months.items()
        if name[-1] in names and name[5] != "myopic" and value is not None
    }
    assert unlike(best, quarters, sizes_of(case)) == []


SEASONAL = Traits(seasons=0.8, steps_by_date=0, coarse=0, scales=0)
YEAR = 12


def repeating(seed: int, n_periods: int) -> Case:
    """A case by month whose every series repeats year by year to the calendar's end."""
    case = random_case(seed, SEASONAL)

    def repeat(quantity: Quantity) -> Quantity:
        if not quantity.steps:
            return quantity
        year = quantity.over(YEAR)
        steps = tuple((t, float(year[t % YEAR])) for t in range(n_periods))
        return Quantity(steps[0][1], steps=steps)

    made = every_quantity(case, repeat)
    return replace(made, calendar=replace(made.calendar, n_periods=n_periods))


def is_seasonal(case: Case) -> bool:
    """Whether a use or a seller of the case has seasons."""
    made = [*(u.demand for u in case.uses.values()), *(s.capacity for s in case.suppliers.values())]
    return any(quantity is not None and quantity.steps for quantity in made)


@law()
@pytest.mark.parametrize("more", [1, 5, 6, 11])
def test_the_month_in_which_a_calendar_of_seasons_ends(seed: int, more: int) -> None:
    """Two years of it lie behind every window."""
    start = (seed % YEAR,)
    case, longer = repeating(seed, 60), repeating(seed, 60 + more)
    assert unlike(figures(case, start), figures(longer, start), sizes_of(case)) == []


def long_lived(seed: int, n_periods: int) -> Case:
    """Much stock in lots that expire in up to thirty years or never, some losing all the while."""
    case, random = repeating(seed, n_periods), np.random.default_rng([seed, 3])
    good = next(iter(case.uses.values())).good
    size = float(np.mean([u.demand.value for u in case.uses.values() if u.demand])) * 12.0
    ageing = (
        lambda: Survival(shelf_life=Quantity(float(random.integers(40, 360)))),
        lambda: Survival(half_life=Quantity(float(random.integers(20, 200)))),
        lambda: Survival(table=((0.0, 1.0), (float(random.integers(2, 300)), 0.2))),
        Survival,
    )
    lots = {}
    for i in range(3):
        amount = Quantity(float(random.uniform(1.0, 8.0)) * size)
        survival = ageing[int(random.integers(0, 4))]()
        lots[f"far{i}"] = Stockpile(f"far{i}", good=good, quantity=amount, survival=survival)
    roomy = changed(case, "goods", lambda _good: {"storage_limit": None})
    return replace(roomy, stockpiles=lots)


@law()
def test_days_of_cover_do_not_hang_on_where_the_calendar_ends(seed: int) -> None:
    """What lies in store at its beginning is the same, and so is what expires of it."""
    days = [
        [
            (row.use, row.days_of_cover, row.days_of_cover_infinite)
            for row in cover_table(long_lived(seed, n), Request(starts=(0,)))
        ]
        for n in (24, 60, 132)
    ]
    assert days[0] == days[1] == days[2]


@law()
def test_ends_do_not_depend_on_the_starts_that_are_asked(seed: int) -> None:
    case = random_case(seed)
    assert ends(case) == ends(case, lengths=case.measures["cut"].lengths, measures=("cut",)) | {
        key: date for key, date in ends(case).items() if key[1] != "cut"
    }
