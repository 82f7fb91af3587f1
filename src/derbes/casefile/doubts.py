"""Numbers of a case that hardly fit one another: a unit, a thousand or a rate is likelier wrong.

Each is a note and no problem: nothing is refused for being unusual. What two numbers say is told
with both, in the words of the file.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from derbes.case import entities
from derbes.case.forms import MOST_MONTHS
from derbes.case.quantity import MONTHS_A_YEAR, Quantity
from derbes.casefile.draft import CaseDraft, Check
from derbes.casefile.entries import Finding, Path
from derbes.casefile.notes import amount_in_words, time_in_words, times_of
from derbes.casefile.quantities import first_text
from derbes.language import Worded, worded
from derbes.units import UnitError, parse_amount, parse_unit

Part = TypeVar("Part")

HARD = frozenset({"USD", "EUR", "GBP", "CHF"})
"""Currencies that are worth about as much as one another."""
DEAREST = 5.0
"""No currency in use is worth so much of a hard one: the dearest, Kuwait's, is worth some 3."""
FAR = 100.0
"""So many times apart prices of one good, or what is asked and what can come, hardly are."""
FAR_ASIDE = 300.0
"""So many times apart a number and the end of its range, or values of a series, hardly are."""
TURNED, ALIKE = 10.0, 3.0
"""A rate turned round moves prices apart by its square. From so many times on it is looked for;
without it prices are alike but for so many times."""


def _about(number: float, unit: str = "") -> Worded:
    """A number of four digits; what says how many times is given two."""
    return amount_in_words(float(f"{number:.4g}"), unit)


def _times(number: float) -> Worded:
    return amount_in_words(float(f"{number:.2g}"), "")


def _apart(one: float, other: float) -> float:
    """How many times the larger of two numbers above 0 is the smaller."""
    return max(one, other) / min(one, other)


def _middle(ordered: Sequence[Part]) -> Part:
    """The middle one, of two the first."""
    return ordered[(len(ordered) - 1) // 2]


def rates_the_wrong_way_round(draft: CaseDraft) -> Iterator[Finding]:
    """Rates by which a currency is worth more than any is."""
    for code, (rate, dear, hard) in _turned_rates(draft.case).items():
        what = worded(
            "by this rate 1 {dear} is worth {worth}, and no currency in use is worth as much",
            dear=dear,
            worth=_about(rate if dear == code else 1.0 / rate, hard),
        )
        yield Finding(("currency", "rates", code), what, _turned(draft.case, code, rate))


def _turned_rates(case: entities.Case) -> dict[str, tuple[float, str, str]]:
    """Currency → a rate of it by which one is too dear, which, and in what hard currency."""
    found, money = {}, case.currency
    for code, given in case.rates.items():
        for rate in (given.value, *(value for _at, value in given.steps)):
            if money in HARD and rate > DEAREST:
                found[code] = rate, code, money
            elif code in HARD and rate < 1.0 / DEAREST:
                found[code] = rate, money, code
    return found


def _turned(case: entities.Case, code: str, rate: float) -> Worded:
    return worded(
        "write what 1 {code} is worth in {money}; the other way round it is {turned}",
        code=code,
        money=case.currency,
        turned=_about(1.0 / rate, case.currency),
    )


def prices_far_apart(draft: CaseDraft) -> Iterator[Finding]:
    """Prices of one good that a unit, a thousand or a rate has moved apart; a rate is told once."""
    case, told = draft.case, {*_turned_rates(draft.case)}
    offers = chain(case.suppliers.values(), case.exports.values())
    for given in _by_good(offers, "price").values():
        coded = [(one, _currency(draft, one)) for one in given if one.value > 0]
        prices = sorted((one for one in coded if one[1] not in told), key=lambda one: one[0].value)
        for price, code in prices:
            usual, other = _middle(prices)
            apart = _apart(price.value, usual.value)
            if apart < TURNED or not told.isdisjoint({code, other} - {""}):
                continue
            turned = [
                one
                for one, power in ((code, 2), (other, -2))
                if one
                and _apart(price.value / usual.value, case.rates[one].value ** power) <= ALIKE
            ]
            words = {"times": _times(apart), "place": usual.path, "line": usual.line}
            words |= {"price": _as_written(price), "other": _as_written(usual)}
            if turned:
                told.add(turned[0])
                what = worded(
                    "by this rate {price} and {other} ({place}, line {line}), prices of one good,"
                    " are {times} times apart; the other way round they are nearly alike",
                    **words,
                )
                fix = _turned(case, turned[0], case.rates[turned[0]].value)
                yield Finding(("currency", "rates", turned[0]), what, fix)
            elif apart >= FAR:
                what = worded(
                    "{price} and {other} ({place}, line {line}) are prices of one good, {times}"
                    " times apart",
                    **words,
                )
                yield Finding(_path(price), what, _check())


def made_far_dearer(draft: CaseDraft) -> Iterator[Finding]:
    """Recipes by which a good costs many times what it is sold for, of inputs that are sold."""
    case = draft.case
    offers = _by_good(chain(case.suppliers.values(), case.exports.values()), "price")
    prices = {good: sorted(given, key=lambda one: one.value) for good, given in offers.items()}
    for recipe in () if _turned_rates(case) else case.recipes.values():
        sold = prices.get(recipe.output, [])
        usual = _middle(sold) if sold else None
        if usual is None or sold[-1].value >= TURNED * sold[0].value:
            continue  # told of the prices
        parts = [
            one.value * prices[good][0].value if good in prices else math.inf
            for good, one in recipe.inputs.items()
        ]
        cost = sum(parts) + (recipe.cost.value if recipe.cost else 0.0)
        if FAR * usual.value <= cost < math.inf:
            what = worded(
                "made so it costs {cost}, {times} times the {other} ({place}, line {line}) at which"
                " it is sold",
                cost=_about(cost, usual.unit),
                times=_times(cost / usual.value),
                other=_as_written(usual),
                place=usual.path,
                line=usual.line,
            )
            fix = worded("check the unit and the digits of its cost and its inputs")
            yield Finding(("recipes", recipe.id), what, fix, at_key=True)


def _currency(draft: CaseDraft, price: Quantity) -> str:
    """Currency with a rate in which a price is written; empty: that of the case."""
    if not draft.case.rates:
        return ""
    section, name, _key = price.path.split(".")
    entry = draft.entry(section, name).price
    own = frozenset(price.unit.split("/"))
    try:
        unit = parse_amount(first_text(entry), own).unit or parse_unit(entry.unit, own)
    except UnitError:  # a formula
        return ""
    return next((code for code, _power in unit.currencies if code in draft.case.rates), "")


def _as_written(number: Quantity) -> str:
    """A number in the user's own words, where they hold its unit and nothing else."""
    try:
        is_alone = parse_amount(number.written, frozenset(number.unit.split("/"))).unit is not None
    except UnitError:  # a formula or a series
        is_alone = False
    return number.written if is_alone else amount_in_words(number.value, number.unit)


def values_far_aside(draft: CaseDraft) -> Iterator[Finding]:
    """A value far from the others of its series, and a range that ends far above its value."""
    calendar = draft.case.calendar
    for one in draft.quantities:
        path = _path(one)
        if not one.unit or path[0] == "facts":
            continue
        steps = [(value, at) for at, value in one.steps if value > 0]
        usual, since = _middle(sorted(steps)) if steps else (0.0, 0)
        for value, at in steps:
            if _apart(value, usual) >= FAR_ASIDE:
                what = worded(
                    "{value} and the {other} of {month} are {times} times apart",
                    value=amount_in_words(value, one.unit),
                    other=amount_in_words(usual, one.unit),
                    month=calendar.label(since),
                    times=_times(_apart(value, usual)),
                )
                yield Finding((*path, "series", calendar.label(at)), what, _check())
        if one.formula or one.high is None or not 0 < one.value * FAR_ASIDE <= one.high:
            continue  # the lower end is often near to nothing
        what = worded(
            "the range reaches to {end}, {times} times the value {value}",
            end=amount_in_words(one.high, one.unit),
            times=_times(one.high / one.value),
            value=amount_in_words(one.value, one.unit),
        )
        yield Finding((*path, "range"), what, _check())


def amounts_far_from_demand(draft: CaseDraft) -> Iterator[Finding]:
    """Stocks that would last for ages, and demand beside which all that can come is nothing."""
    case, n = draft.case, draft.case.calendar.n_periods
    elsewhere = {good for recipe in case.recipes.values() for good in recipe.inputs}
    elsewhere |= {one.good for one in case.exports.values()}
    stocks = _by_good(case.stockpiles.values(), "quantity")
    offers = _by_good(case.suppliers.values(), "capacity")
    makers: dict[str, list[Quantity | None]] = {}
    for recipe in case.recipes.values():
        makers.setdefault(recipe.output, []).append(recipe.capacity)
    for good, demands in _by_good(case.uses.values(), "demand").items():
        demand, unit = sum(float(one.over(n).mean()) for one in demands), demands[0].unit
        if not demand or good in elsewhere or good not in case.goods:
            continue
        held, reserve = stocks.get(good, []), case.goods[good].reserve
        for stock in [*held, *([reserve] if reserve else [])]:
            if stock.value > demand * MOST_MONTHS:
                what = worded(
                    "{stock} would last {n} years at a demand of {demand}",
                    stock=_as_written(stock),
                    n=_times(stock.value / demand / MONTHS_A_YEAR),
                    demand=_about(demand, unit),
                )
                yield Finding(_path(stock), what, _check())
        supplies = [*offers.get(good, []), *makers.get(good, [])]
        most = sum(float(one.over(n).max()) for one in supplies if one)
        a_year = sum(one.value for one in held) / MONTHS_A_YEAR
        if None not in supplies and 0 < most * FAR < demand and a_year < demand:
            what = worded(
                '{demand} is {times} times all that sellers and recipes of "{good}" can deliver,'
                " {most}",
                demand=_about(demand, unit),
                times=_times(demand / most),
                good=good,
                most=_about(most, unit),
            )
            yield Finding(_path(demands[0]), what, _check())


SHARES = frozenset({"margin_share", "foreign_share", "cost_share", "share", "by"})
"""Keys of shares that hardly are less than one in a hundred, or many times the whole."""
MANY = 5.0
"""From so many times the whole on a share hardly is one."""
_PART_OF_A_PER_CENT = re.compile(r"0[.,][0-9]+\s*%")


def shares_by_the_hundred(draft: CaseDraft) -> Iterator[Finding]:
    """Shares a hundred times too small or too large, by a sign of per cent too much or lacking."""
    for one in draft.quantities:
        key = one.path.rpartition(".")[2]
        is_rate = key == "rate" and one.written.replace(".", "").isdecimal()  # of hazards, a year
        if not is_rate and (one.unit or key not in SHARES):
            continue
        given, share = one.written, one.value
        if _PART_OF_A_PER_CENT.fullmatch(given.strip()):
            what = worded("{number} is a share of {share}", number=given, share=_about(share))
            fix = worded('for {share} write "{percent} %"', share=_about(share * 100.0),
                         percent=_about(share * 1e4))  # fmt: skip
        elif (share >= MANY and "%" not in given) or (share > 1.0 and is_rate):
            percent = _about(share * 100.0)
            what = worded("{number} without a sign is {percent} %", number=given, percent=percent)
            fix = worded('for per cent write "{number} %"', number=given)
        else:
            continue
        yield Finding(_path(one), what, fix)


def times_beyond_the_calendar(draft: CaseDraft) -> Iterator[Finding]:
    """What is ordered within the calendar and never arrives in it, and measures that outlast it."""
    case, calendar = draft.case, draft.case.calendar
    months = float(calendar.n_periods * calendar.step)
    found: list[tuple[Path, float]] = [one for one in times_of(case) if one[0][-1] == "lead_time"]
    runs: list[tuple[Path, int]] = [
        (("measures", one.id, "lengths", at), length)
        for one in case.measures.values()
        for at, length in enumerate(one.lengths)
    ]
    runs += [(("standards", one.id, "length"), one.length) for one in case.standards.values()]
    found += [(path, n * calendar.step) for path, n in runs if n > calendar.n_periods]
    for path, time in found:
        if time >= months:
            what = worded(
                "{time} are no shorter than the whole calendar, {months}",
                time=Worded(time_in_words, time),
                months=Worded(time_in_words, months),
            )
            yield Finding(path, what, worded("check the unit, or make the calendar longer"))


def _by_good(elements: Iterable[Any], key: str) -> dict[str, list[Quantity]]:
    """Good → the numbers that elements of it have under a key."""
    found: dict[str, list[Quantity]] = {}
    for one in elements:
        if (number := getattr(one, key)) is not None:
            found.setdefault(one.good, []).append(number)
    return found


def _path(number: Quantity) -> Path:
    return tuple(number.path.split("."))


def _check() -> Worded:
    return worded("check the unit and the digits of both")


DOUBTS: tuple[Check, ...] = (
    rates_the_wrong_way_round,
    prices_far_apart,
    made_far_dearer,
    values_far_aside,
    amounts_far_from_demand,
    shares_by_the_hundred,
    times_beyond_the_calendar,
)
"""What a reader of a case without problems should look at again."""
