"""What the choices of a plan cost, each in words, by year and currency."""

from collections.abc import Sequence

from derbes.case.entities import Case
from derbes.case.options import Choice, Option
from derbes.case.quantity import FloatArray
from derbes.compiler.chosen import effect_period
from derbes.planning.answers.words import option_words, unit_of
from derbes.planning.program.decisions import payments
from derbes.results.plan import PlanChoice


def paid_for(case: Case, choice: Choice) -> FloatArray:
    """What is paid for a choice, by period, not discounted. (H,) [money]"""
    option = case.options[choice.option]
    return payments.payments(case, option, choice.date, fixed=1.0, size=choice.size)


def least_payment(case: Case, option: Option) -> float:
    """The least that choosing an option can cost in all, over its dates and sizes. [money]"""
    size = min(option.sizes, default=option.smallest)
    dates = [date for date in option.dates if 0 <= date < case.calendar.n_periods]
    return min(
        (float(paid_for(case, Choice(option.id, date, size)).sum()) for date in dates), default=0.0
    )


def by_year(case: Case, paid: FloatArray) -> dict[int, float]:
    """Sums of payments over the years, also those behind the calendar. [money]"""
    sums: dict[int, float] = {}
    for year, amount in zip(payments.years(case), paid, strict=True):
        sums[year] = sums.get(year, 0.0) + float(amount)
    return sums


def abroad_share(case: Case, choice: Choice) -> float:
    """Part of what is paid for a choice that goes abroad."""
    return payments.foreign_share(case.options[choice.option])


def choices_in_words(case: Case, choices: Sequence[Choice]) -> tuple[PlanChoice, ...]:
    """The choices of a plan as a reader wants them, in the order of their dates."""
    ordered = sorted(choices, key=lambda choice: (choice.date, choice.option))
    return tuple(_in_words(case, choice) for choice in ordered)


def _in_words(case: Case, choice: Choice) -> PlanChoice:
    option, calendar = case.options[choice.option], case.calendar
    paid = paid_for(case, choice)
    effect = effect_period(case, option, choice.date)
    years = {year: amount for year, amount in by_year(case, paid).items() if amount}
    share = abroad_share(case, choice)
    return PlanChoice(
        option=choice.option,
        what=option_words(case, option, choice.size),
        date=calendar.label(choice.date),
        size=choice.size,
        unit=unit_of(case, option),
        cost=payments.discounted(case, paid),
        effect=calendar.label(effect) if effect < calendar.n_periods else None,
        paid=years,
        paid_abroad={year: share * amount for year, amount in years.items()} if share else {},
    )
