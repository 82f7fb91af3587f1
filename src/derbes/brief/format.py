"""The only place that rounds: numbers, shares, times, dates, money and keys as texts.

Times are rounded down, so that no text claims a month that was not reached; a
share is never rounded to none or to all. What is missing is a word, never 0.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from derbes.language import Declined, _, language, ngettext, number_signs, spelled
from derbes.spelling import NO_BREAK, counted, day_of, money_name, month_of, year_of, years_name
from derbes.units import format_unit

_FINE = 1e-6
"""Below it a difference is rounding noise of the solver, in the unit shown."""
_BEGINS = re.compile(r"\d")  # no sign before or behind a dash that stands close
_PLAIN = re.compile(rf"-?\d[\d.,{NO_BREAK}]*%?")
_MEASURED = re.compile(rf"((?:[^\W\d_]+[ {NO_BREAK}])*-?\d[\d.,{NO_BREAK}]*){NO_BREAK}(\D.*)")
_STEM = 4
"""Letters by which a unit is known whatever number it stands beside."""


MOST_NAMED = 6
"""Names that a sentence lists; a reader counts the others and finds them in the annex."""


def number(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits, whole digits never cut.

    Examples:
        >>> number(12345.6), number(52.46), number(0.0123456), number(-0.0)
        ('12,346', '52.5', '0.0123', '0')
    """
    if not math.isfinite(value):
        return _("no limit") if value > 0 else _("missing")
    size = math.floor(math.log10(abs(value))) if value else 0
    decimals = max(0, digits - 1 - size) if abs(value) >= 10.0**-9 else 0
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return spelled("0" if text == "-0" else text)


def exact(value: float) -> str:
    """A number as given, with at most nine significant digits."""
    return number(value, digits=9)


def told(text: str, **values: Any) -> str:
    """A text with its values, plain numbers among them as `number` has them."""
    plain = {key: number(value) for key, value in values.items() if isinstance(value, int | float)}
    return text.format(**{**values, **plain})


def quantity(value: float, unit: str) -> str:
    """A number with its unit.

    Examples:
        >>> [quantity(n, "round").split(NO_BREAK) for n in (1, 3200)], quantity(2, "1")
        ([['1', 'round'], ['3,200', 'rounds']], '2')
    """
    shown = _shown(value) if math.isfinite(value) else 2
    name = unit_name(unit, round(shown) if shown == round(shown) else 2)
    return f"{number(value)}{NO_BREAK}{name}" if unit and unit != "1" else number(value)


def unit_name(unit: str, n: int = 5) -> str:
    """A unit as the language in use writes it beside the number `n`, in a heading as beside many.

    Those of sums over uses that share none are among them.
    """
    sums = {
        "months of use": ngettext("month of use", "months of use", n),
        "weighted units": ngettext("weighted unit", "weighted units", n),
    }
    if unit in sums:
        return sums[unit]
    known = {"piece": ngettext("piece", "pieces", n), "round": ngettext("round", "rounds", n)}
    head, slash, per = unit.partition("/")
    if language() == "en":
        return f"{known.get(head, head)}{slash}{per}"
    known |= {"tube": ngettext("tube", "tubes", n), "year": years_name(n)}
    words = [known.get(head) or format_unit(head, language())]
    if per:
        one = {"tube": ngettext("tube", "tubes", 1)}
        words += [one.get(word) or format_unit(word, language()) for word in per.split("/")]
    return "/".join(words)


def share(value: float) -> str:
    """A share as percent, never rounded to none or to all.

    Examples:
        >>> share(0.123), share(0.0004), share(0.9996), share(1.0)
        ('12%', 'under 1%', 'over 99%', '100%')
    """
    sign = number_signs()[2]
    percent = value * 100
    if _FINE < percent < 1:
        return _("under {share}").format(share=f"1{sign}")
    if 99 < percent < 100 - _FINE:
        return _("over {share}").format(share=f"99{sign}")
    return number(round(percent), digits=1) + sign


def months(value: float) -> Declined:
    """A time in months, rounded down to a tenth.

    Examples:
        >>> [months(time).split(NO_BREAK) for time in (10.47, 1, 11.999)]
        [['10.4', 'months'], ['1', 'month'], ['11.9', 'months']]
    """
    rounded = _tenths(value)
    text = ngettext("{n} month", "{n} months", int(rounded) if rounded == int(rounded) else 2)
    return counted(rounded, "month", text.format(n=exact(rounded)))


def month_count(value: float) -> str:
    """A time in months without its unit, which the heading has; rounded down to a tenth.

    Examples:
        >>> month_count(11.999), month_count(48)
        ('11.9', '48')
    """
    return exact(_tenths(value))


def _tenths(value: float) -> float:
    return math.floor(value * 10 + _FINE) / 10


def days(value: float) -> Declined:
    """A time in days, rounded down."""
    whole = math.floor(value + _FINE)
    return counted(whole, "day", told(ngettext("{n} day", "{n} days", whole), n=whole))


def date(label: str) -> Declined:
    """An ISO year, month or day in words.

    Examples:
        >>> date("2027-07"), date("2025-12-17"), date("2027")
        ('July 2027', '17 December 2025', '2027')
    """
    year, *rest = label.split("-")
    if not all(part.isdigit() for part in (year, *rest)) or len(rest) > 2:
        return Declined(label)
    if not rest:
        return year_of(year)
    if not 1 <= int(rest[0]) <= 12:
        return Declined(label)
    if len(rest) == 1:
        return month_of(label)
    return day_of(year, int(rest[0]), int(rest[1]))


def money(value: float, currency: str) -> str:
    """Money in the scale that suits it.

    Examples:
        >>> money(1_050_000_000, "USD").split(NO_BREAK), money(-2400, "USD").split(NO_BREAK)
        (['1.05', 'billion', 'USD'], ['-2,400', 'USD'])
    """
    divisor, scale = money_scale(value)
    value = value if abs(value) > _FINE else 0.0
    name = money_name(currency, divisor if scale else _shown(value))
    return joined(number(value / divisor), scale, name, by=NO_BREAK)


def _shown(value: float) -> float:
    """A number as `number` rounds it, which decides the ending of the word beside it."""
    return float(f"{value:.3g}") if abs(value) < 100 else round(value)


def money_scale(largest: float) -> tuple[float, str]:
    """Divisor and its word that suit numbers up to `largest`."""
    if abs(largest) >= 1e9:
        return 1e9, _("billion")
    if abs(largest) >= 1e6:
        return 1e6, _("million")
    return 1.0, ""


def percent_rise(value: float) -> str:
    """A rise given as a share: percent, or times from tenfold on."""
    return share(value) if value < 10 else _("{n} times the price").format(n=number(value))


def span(low: str, high: str) -> str:
    """Two ends of a range as one text; a unit that both have is written once.

    Examples:
        >>> span(months(4), months(7.5)).split(NO_BREAK), span("5", "5")
        (['4 to 7.5', 'months'], '5')
    """
    if low == high:
        return low
    (first, unit), (_last, other) = _number_and_unit(low), _number_and_unit(high)
    is_shared = first and unit[:_STEM] == other[:_STEM]
    low = first if is_shared else low
    are_plain = is_shared or bool(_PLAIN.fullmatch(low) and _PLAIN.fullmatch(high))
    if are_plain and _BEGINS.match(low) and _BEGINS.match(high):
        return _("{low} to {high}").format(low=low, high=high)
    return _("{first} to {last}").format(first=low, last=high)


def _number_and_unit(text: str) -> tuple[str, str]:
    """What stands before the unit, and the unit; of a text without a unit nothing and itself."""
    found = _MEASURED.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def first_of(names: Sequence[str]) -> str:
    """Names in a sentence, separated by commas; of many the first, and how many more."""
    if len(names) <= MOST_NAMED + 1:
        return ", ".join(names)
    text = _("{names} and {n} more")
    return text.format(names=", ".join(names[:MOST_NAMED]), n=len(names) - MOST_NAMED)


def joined(*parts: str, by: str = ", ") -> str:
    """Texts that say something, one after the other."""
    return by.join(part for part in parts if part)


def missing(paths: Sequence[str] = ()) -> str:
    """The word for what is missing, with the first keys that it lacks."""
    if not paths:
        return _("missing")
    n = len(paths) - 1
    if not n:
        return _("missing: needs {path}").format(path=paths[0])
    text = ngettext("missing: needs {path} and {n} more", "missing: needs {path} and {n} more", n)
    return text.format(path=paths[0], n=n)


def key_names() -> dict[str, str]:
    """Key that holds a number → its short name."""
    return {
        "age": _("age"),
        "amount": _("value"),
        "at_least": _("at least"),
        "at_most": _("at most"),
        "by": _("by how much"),
        "capacity": _("capacity"),
        "capital": _("capital"),
        "capital_by_size": _("capital by size"),
        "carried_share": _("carried share"),
        "cost": _("cost"),
        "cost_share": _("cost share"),
        "crisis_demand": _("crisis demand"),
        "delay": _("delay"),
        "demand": _("demand"),
        "discount_rate": _("discount rate"),
        "foreign_share": _("foreign share"),
        "half_life": _("half life"),
        "hours": _("hours"),
        "in_draws": _("in draws"),
        "inputs": _("needed input"),
        "lead_time": _("lead time"),
        "length": _("length"),
        "life": _("life"),
        "lines": _("lines"),
        "margin_share": _("margin share"),
        "on_order": _("on order"),
        "opening": _("opening"),
        "options": _("options"),
        "price": _("price"),
        "quantity": _("quantity"),
        "ramp": _("ramp"),
        "rate": _("rate"),
        "rates": _("rates"),
        "refill_time": _("refill time"),
        "reserve": _("reserve"),
        "running": _("running"),
        "running_by_size": _("running by size"),
        "sender_horizon": _("sender horizon"),
        "share": _("share"),
        "sender": _("sender"),
        "shelf_life": _("shelf life"),
        "shortage_cost": _("shortage cost"),
        "standing_cost": _("standing cost"),
        "storage_cost": _("storage cost"),
        "storage_limit": _("storage limit"),
        "take_or_pay": _("take or pay"),
        "weight": _("weight"),
    }


def key_words(steps: list[str], name: Callable[[str], str]) -> str:
    """A key of an element, with what it is about where there are several.

    Args:
        steps: The rest of a path behind its element, e.g. `inputs`, `clay`.
        name: Name of a good.
    """
    known, key = key_names(), steps[0]
    rest = [name(one) if key == "inputs" else known.get(one, one) for one in steps[1:]]
    return " ".join([known.get(key, key), *rest]).replace("_", " ")


def distribution_words(name: str) -> str:
    """A distribution of a case by its name."""
    own = {"pert": _("PERT"), "empirical": _("observed values"), "reference": _("reference class")}
    own |= {"uniform": _("uniform"), "triangular": _("triangular")}
    own |= {"lognormal": _("lognormal"), "discrete": _("discrete")}
    return own.get(name, name)
