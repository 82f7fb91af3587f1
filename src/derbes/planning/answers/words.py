"""Names, amounts and times in the sentences of a plan."""

import math

from derbes.case.entities import Case
from derbes.case.options import Option, OptionKind
from derbes.language import _, ngettext
from derbes.results.display import text_of

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
