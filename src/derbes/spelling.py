"""How a language writes numbers, months, days and lists, after the Unicode CLDR."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from derbes.language import Declined, language, locale_of, number_signs

NO_BREAK = "\u00a0"
_MONTHS_IN_CASES = {
    "ru": {
        "gen": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "dat": "январю февралю марту апрелю маю июню июлю августу сентябрю октябрю ноябрю декабрю",
        "acc": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "ins": "январём февралём мартом апрелем маем июнем июлем августом сентябрём октябрём"
        " ноябрём декабрём",
        "loc": "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре",
    },
    "kk": {
        "gen": "қаңтардың ақпанның наурыздың сәуірдің мамырдың маусымның шілденің тамыздың"
        " қыркүйектің қазанның қарашаның желтоқсанның",
        "dat": "қаңтарға ақпанға наурызға сәуірге мамырға маусымға шілдеге тамызға қыркүйекке"
        " қазанға қарашаға желтоқсанға",
        "acc": "қаңтарды ақпанды наурызды сәуірді мамырды маусымды шілдені тамызды қыркүйекті"
        " қазанды қарашаны желтоқсанды",
        "ins": "қаңтармен ақпанмен наурызбен сәуірмен мамырмен маусыммен шілдемен тамызбен"
        " қыркүйекпен қазанмен қарашамен желтоқсанмен",
        "loc": "қаңтарда ақпанда наурызда сәуірде мамырда маусымда шілдеде тамызда қыркүйекте"
        " қазанда қарашада желтоқсанда",
        "abl": "қаңтардан ақпаннан наурыздан сәуірден мамырдан маусымнан шілдеден тамыздан"
        " қыркүйектен қазаннан қарашадан желтоқсаннан",
    },
}
"""Months in the cases that the CLDR does not hold, January first."""
_COUNTED_IN_CASES = {
    "ru": {
        "month": {
            "gen": "месяца месяцев", "dat": "месяцу месяцам", "ins": "месяцем месяцами",
            "loc": "месяце месяцах",
        },
        "day": {"gen": "дня дней", "dat": "дню дням", "ins": "днём днями", "loc": "дне днях"},
    },
    "kk": {
        "month": {
            "gen": "айдың", "dat": "айға", "acc": "айды", "ins": "аймен", "loc": "айда",
            "abl": "айдан",
        },
        "day": {
            "gen": "күннің", "dat": "күнге", "acc": "күнді", "ins": "күнмен", "loc": "күнде",
            "abl": "күннен",
        },
    },
}  # fmt: skip
"""Times beside a number in these cases: one and more of them, where they differ."""
_YEAR_IN_CASES = {
    "ru": {"gen": "года", "dat": "году", "acc": "год", "ins": "годом", "loc": "году"},
    "kk": {
        "gen": "жылдың", "dat": "жылға", "acc": "жылды", "ins": "жылмен", "loc": "жылы",
        "abl": "жылдан",
    },
}  # fmt: skip
"""The word for a year behind its number."""
_DATES = {
    "en": ("{month} {year}", "{month} {year}", "{day} {month} {year}", "{day} {month} {year}"),
    "ru": ("{month} {year}", "{month} {year} года",
           "{day} {month} {year}", "{day} {month} {year} года"),
    "kk": ("{year} ж. {month}", "{year} жылғы {month}",
           "{year} ж. {day} {month}", "{year} жылғы {day} {month}"),
}  # fmt: skip
"""A month and a day: as they stand alone, and within a sentence."""


def chart_signs() -> dict[str, object]:
    """How charts write the numbers on their axes, as D3 has it."""
    point, comma, percent = number_signs()
    return {
        "decimal": point,
        "thousands": comma,
        "grouping": [3],
        "currency": ["", ""],
        "percent": percent,
    }


@cache
def _month_names(code: str) -> tuple[tuple[str, ...], dict[str, list[str]]]:
    names = locale_of(code).months
    alone = tuple(names["stand-alone"]["wide"][n] for n in range(1, 13))
    if code == "kk":
        alone = tuple(name.lower() for name in alone)  # months are no names there
    return alone, {case: words.split() for case, words in _MONTHS_IN_CASES.get(code, {}).items()}


@cache
def _month_words() -> tuple[Sequence[str], ...]:
    """How months are called in the languages that we know, January first, in small letters."""
    named = [_month_names(code) for code in ("en", "ru", "kk")]
    alone = [[name.lower() for name in names] for names, _cases in named]
    return (*alone, *(names for _alone, cases in named for names in cases.values()))


def month_named(word: str) -> int:
    """Number of a month that is named in full or by its first letters; 0: none.

    Examples:
        >>> month_named("Sept."), month_named("янв"), month_named("ақпан"), month_named("ma")
        (9, 1, 2, 0)
    """
    bare = word.casefold().strip(" .")
    if len(bare) < 3:
        return 0
    found = {
        n for names in _month_words() for n, name in enumerate(names, 1) if name.startswith(bare)
    }
    return found.pop() if len(found) == 1 else 0


WORDS_OF_YEARS = re.compile(
    r"\s*(?<![^\W\d_])(?:г\.?|год[а]?|жыл[ы]?|жылғы|ж\.)(?=\s|$)", re.IGNORECASE
)
_UNTIL = re.compile(r"(?:until|till|to|до|по)\s+|\s+дейін", re.IGNORECASE)
_YEAR = "[12][0-9]{3}"
_NUMBERS = re.compile(rf"({_YEAR})[-./ ]([0-9]{{1,2}})|([0-9]{{1,2}})[-./ ]({_YEAR})")
_WORDS = re.compile(rf"({_YEAR})[\s,]+([^\W\d_]+)\.?|([^\W\d_]+)\.?[\s,]+({_YEAR})")


def iso_month(text: str) -> str:
    """A month as ISO writes it, of one told in words or numbers; empty: it tells none.

    Examples:
        >>> iso_month("декабрь 2030 г."), iso_month("2030 жылғы желтоқсан"), iso_month("12.2030")
        ('2030-12', '2030-12', '2030-12')
    """
    bare = _UNTIL.sub("", WORDS_OF_YEARS.sub("", text)).strip(" ,.")
    if numbers := _NUMBERS.fullmatch(bare):
        year, month = (numbers[1] or numbers[4]), int(numbers[2] or numbers[3])
    elif words := _WORDS.fullmatch(bare):
        year, month = (words[1] or words[4]), month_named(words[2] or words[3])
    else:
        return ""
    return f"{year}-{month:02d}" if 1 <= month <= 12 else ""


def year_of(year: str) -> Declined:
    """A year, in its cases."""
    cases = _YEAR_IN_CASES.get(language(), {})
    return Declined(year, {case: f"{year} {word}" for case, word in cases.items()})


def month_of(label: str) -> Declined:
    """An ISO month, in its cases."""
    year, month = label.split("-")
    return day_of(year, int(month), 0)


def day_of(year: str, month: int, day: int) -> Declined:
    """A day, or its month alone, in its cases; Russian counts days in the genitive, whatever these.

    Args:
        year: Its number.
        month: 1 for January.
        day: Of the month; 0: the month alone.
    """
    alone, cases = _month_names(language())
    texts = _DATES.get(language(), _DATES["en"])
    stands, within = texts[2:] if day else texts[:2]
    if day and language() == "ru":
        cases = dict.fromkeys(cases, cases["gen"])
        alone = tuple(cases["gen"])
    forms = {
        case: within.format(day=day, month=names[month - 1], year=year)
        for case, names in cases.items()
    }
    return Declined(stands.format(day=day, month=alone[month - 1], year=year), forms)


def counted(number: float, unit: str, text: str) -> Declined:
    """A number of months or days, in its cases.

    Args:
        number: How many.
        unit: `month` or `day`.
        text: As it stands alone, number first and the unit behind a space.
    """
    digits = text.partition(" ")[0]
    is_one = number % 1 != 0 or (number % 10 == 1 and number % 100 != 11)
    forms = {
        case: f"{digits}{NO_BREAK}{words.split()[0 if is_one else -1]}"
        for case, words in _COUNTED_IN_CASES.get(language(), {}).get(unit, {}).items()
    }
    return Declined(text.replace(" ", NO_BREAK), forms)


def listed(parts: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
    """Several things in one sentence: `a, b and c`.

    The style is `standard` (and), or `or`.
    """
    from babel.lists import format_list  # noqa: PLC0415 - few texts need it

    code = "en_GB" if language() == "en" else language()
    return format_list(list(parts), style=style, locale=locale_of(code))


def money_name(code: str, amount: float) -> str:
    """Name of a currency beside an amount; in English its code."""
    if language() == "en":
        return code
    from babel.numbers import get_currency_name  # noqa: PLC0415

    return get_currency_name(code, count=amount, locale=locale_of(language()))


def years_name(number: int) -> str:
    """The word for years beside a number."""
    from babel.units import format_unit  # noqa: PLC0415

    return format_unit(number, "duration-year", "long", locale=locale_of(language())).split()[-1]


def country_names(code: str) -> Mapping[str, str]:
    """Two letters of a country → its name in a language."""
    return dict(locale_of(code).territories)


def country_name(code: str, otherwise: str) -> str:
    """Name of a country.

    Args:
        code: Two letters, ISO 3166.
        otherwise: Stands where the CLDR does not know it; in English always.
    """
    if language() == "en":
        return otherwise
    return str(locale_of(language()).territories.get(code.upper(), otherwise))
