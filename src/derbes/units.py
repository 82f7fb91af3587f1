"""Numbers and units as people write them: parse, convert, refuse to mix.

Numbers in English, Russian and Kazakh; amounts, a number with a unit, as in
`70 round/month` or `1,5 млн тенге`; and what is said of a text that is none.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from derbes.errors import either, in_latin, look_alike, nearest
from derbes.language import _
from derbes.unit_names import (
    CURRENCIES,
    INSTEAD,
    MULTIPLIERS,
    PER_ENDINGS,
    REFUSED,
    SYMBOLS,
    loose_spellings,
    short_name,
    spellings,
)


class UnitError(ValueError):
    """A number or unit that cannot be read; says what was found and how to write it."""

    def __init__(
        self, what: str, fix: str = "", *, word: str = "", meant: Sequence[str] = ()
    ) -> None:
        self.what = what
        self.fix = fix
        self.word = word
        """The word that is no unit; empty where something else is wrong."""
        self.meant = tuple(meant)
        """Units that the fix offers in its place."""
        super().__init__(what)


_SPACE_SIGNS = (
    "\t\u00a0" + "".join(chr(code) for code in range(0x2000, 0x200B)) + "\u202f\u205f\u3000"
)
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
SPACES = str.maketrans(dict.fromkeys(_SPACE_SIGNS, " ") | dict.fromkeys(_INVISIBLE, ""))
"""Spaces that stand between thousands, to the plain one; what takes no place, to nothing."""

MINUS_SIGNS = "-\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"
"""Signs that people write for a minus: hyphens, dashes, the minus itself."""

FAULTS = frozenset(
    {"#value!", "#ref!", "#div/0!", "#name?", "#null!", "#num!", "#spill!", "#calc!"}
    | {"#знач!", "#ссылка!", "#дел/0!", "#имя?", "#пусто!", "#число!"}
)
"""What Excel shows where a formula is broken; `#N/A` says that a value is not available."""
UNKNOWN = FAULTS | frozenset(
    {"n/a", "n.a.", "na", "n/d", "nan", "#nan", "#n/a", "none", "null", "nil", "unknown", "tbd"}
    | {"tba", "н/д", "нд", "н.д.", "#н/д", "нет", "неизвестно", "жоқ", "белгісіз"}
    | {"no data", "нет данных", "данных нет", "дерек жоқ", "деректер жоқ", "мәлімет жоқ"}
    | {"?", "??", "???", "-", "--", "–", "—", "−", ".", "..", "...", "…", ":", "x"}
)
"""What tables show where a number is not known."""

_LETTERS_FOR_DIGITS = str.maketrans(
    {**dict.fromkeys("OoОоD", "0"), **dict.fromkeys("lI|ІЇ", "1"), **dict.fromkeys("Зз", "3")}
)
"""Letters that are taken for digits when a number is copied."""

GROUP_SPACE = "\u202f"
"""Narrow space that cannot break, between thousands."""

COMMA_LANGUAGES = frozenset({"ru", "kk"})
"""Languages with a decimal comma."""

LARGEST, SMALLEST = 1e18, 1e-18
"""No quantity of a case is larger, or smaller and not 0; beyond them a slip of the keyboard is
likelier. The product of several still is a number, and no solver takes one for infinite."""
LONGEST = 200
"""Characters of a number with its unit."""
MOST_UNIT_POWER = 24
"""No unit is multiplied with itself more often, above a line or below it."""
MOST_WORTH = 1e150
"""No unit is worth more in the first units of its kinds, nor less than one part of so many."""

_NUMBER = re.compile(
    rf"""(?P<sign>[+{re.escape(MINUS_SIGNS)}]?)\s?
        (?P<whole>[0-9]{{1,3}}(?:(?P<mark>[ '’ʼ_])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)(?![0-9])
            |[0-9]+|(?=[.,][0-9]))
        (?P<parts>(?:[.,][0-9]+)*)
        (?:[eE](?P<power>[+-]?[0-9]+))?""",
    re.VERBOSE,
)


def leading_number(text: str) -> tuple[float, str]:
    """The number with which a text begins, and the rest; spaces must already be plain ones.

    Raises:
        UnitError: There is none, it can be read in two ways, or it is not finite.
    """
    match = _NUMBER.match(text)
    if match is None:
        raise not_a_number(text)
    rest = text[match.end() :]
    if rest[:1].isdigit() or re.match(r"\s*[0-9.,]", rest):
        raise not_a_number(text)
    digits = _plain_digits(match, rest, text)
    number = _possible(float(f"{digits}e{match['power'] or 0}"), text)
    if number == 0 and re.search("[1-9]", digits):
        what = _('"{text}" is not a possible number: it is too small')
        raise UnitError(what.format(text=text), _("check the digits"))
    is_negative = bool(match["sign"]) and match["sign"] in MINUS_SIGNS
    return (-number if is_negative else number), rest


def _possible(number: float, text: str) -> float:
    if not math.isfinite(number) or abs(number) > LARGEST:
        what = _('"{text}" is not a possible number: it is too large')
        raise UnitError(what.format(text=text), _("check the digits"))
    return number


def _not_too_long(text: str) -> None:
    if len(text) > LONGEST:
        what = _("an amount of {n} characters is too long").format(n=len(text))
        raise UnitError(what, _("at most {most}").format(most=LONGEST))


def parse_number(text: str) -> float:
    """A number alone, without unit.

    Raises:
        UnitError: The text is not a number, or can be read in two ways.

    Examples:
        >>> parse_number("1 500"), parse_number("1,5"), parse_number("1.200,5")
        (1500.0, 1.5, 1200.5)
    """
    _not_too_long(text)
    number, rest = leading_number(text.translate(SPACES).strip())
    if rest.strip():
        raise not_a_number(text.strip())
    return number


def format_number(number: float, language: str = "en") -> str:
    """A number in full, with thousands apart; `parse_number` gives it back.

    Examples:
        >>> format_number(1234567.25, "ru").replace(GROUP_SPACE, " ")
        '1 234 567,25'
    """
    mantissa, _e, power = repr(float(number)).partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _point, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    comma = language in COMMA_LANGUAGES
    if comma and len(fraction) == 3 and len(whole) <= 3 and whole != "0":
        fraction += "0"  # 1,234 could be read as a thousand
    grouped = f"{int(whole):,}".replace(",", GROUP_SPACE) if whole.isdecimal() else whole
    decimals = ("," if comma else ".") + fraction if fraction else ""
    return f"{sign}{grouped}{decimals}" + (f"e{int(power)}" if power else "")


def not_a_number(text: str) -> UnitError:
    """The refusal of a text that holds no number, or more than one."""
    return misread(text) or UnitError(
        _('"{text}" is not a number').format(text=text),
        _('write it as in "1500", "1 500" or "1.5"'),
    )


_ONE = r"[0-9](?:[0-9 .,']*[0-9])?"
_TWO = re.compile(
    rf"(?:from |between |от |с )?({_ONE})\s*(\D*?)\s*"
    r"(?:[-‐‑‒–—−]|…|\.\.\.?|to|and|до|по|и)\s*"
    rf"({_ONE})\s*(\D*)"
)
_ABOUT = re.compile(
    rf"(?:[~≈∼<>≤≥]=?|ca?\.?|approx\.?|about|circa|around|over|under|up to|more than|less than"
    rf"|около|ок\.?|примерно|порядка|более|менее|свыше|до|шамамен)\s*({_ONE}(?:\s*\D.*)?)",
    re.IGNORECASE,
)
_GIVE_OR_TAKE = re.compile(rf"({_ONE})\s*(\D*?)\s*(?:±|\+/-|\+-)\s*({_ONE})\s*(\D*)")
_POWER_OF_TEN = re.compile(rf"({_ONE})\s*[×x*·∙⋅]\s*10\s*\^?\s*([0-9⁰¹²³⁴⁵⁶⁷⁸⁹]+)(.*)")
_QUOTES = "«»“”„‘’\"'"
_PER_FIRST = re.compile(rf"({'|'.join(PER_ENDINGS)}|(?:per|в) [^\W\d]+)\s+([0-9].*)")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_FOOTNOTE = re.compile(r"(.*[^\s¹²³⁰⁴-⁹*†‡])\s*(?:\[[^\[\]]*\]|\([^()]{1,3}\)|[¹²³⁰⁴-⁹*†‡]+)")


def misread(text: str) -> UnitError | None:
    """What a text that is not one number was meant to be, when that shows; None: it does not."""
    plain = text.translate(SPACES).strip()
    if plain.casefold() in UNKNOWN:
        fix = _('write "missing" for what is known to be unknown')
        return UnitError(_('"{text}" is not a number').format(text=text), fix)
    return several_numbers(text) or _spoilt_number(plain, text)


def several_numbers(text: str) -> UnitError | None:
    """That a text is a range, or says how much only about; None: it does not."""
    plain = text.translate(SPACES).strip()
    what = _('"{text}" is a range, not one number')
    fix = _('write the likeliest value and its range, "{{value: {value}, range: [{low}, {high}]}}"')
    if (two := _TWO.fullmatch(plain)) and (low := _value(two[1])) < (high := _value(two[3])):
        unit, numbers = two[4] or two[2], ((low + high) / 2, low, high)
    elif error := _GIVE_OR_TAKE.fullmatch(plain):
        middle, by = _value(error[1]), _value(error[3])
        unit, numbers = error[4] or error[2], (middle, middle - by, middle + by)
    elif about := _ABOUT.fullmatch(plain):
        what = _('"{text}" says how much only about')
        fix = _('write the likeliest value and its range, "{{value: {value}, range: [low, high]}}"')
        return UnitError(what.format(text=text), fix.format(value=about[1]))
    else:
        return None
    if not all(math.isfinite(one) for one in numbers):
        return None
    value, low_end, high_end = (
        f"{format_number(one)} {unit}".strip().replace(GROUP_SPACE, "") for one in numbers
    )
    return UnitError(what.format(text=text), fix.format(value=value, low=low_end, high=high_end))


def _spoilt_number(plain: str, text: str) -> UnitError | None:
    """A number with a footnote, in quotes, behind its time, with letters for digits, or a power."""
    head, space, tail = plain.partition(" ")
    digits = head.translate(_LETTERS_FOR_DIGITS)
    if note := _FOOTNOTE.fullmatch(plain):
        what, right = _('"{text}" ends in the mark of a footnote'), note[1]
    elif power := _POWER_OF_TEN.fullmatch(plain):
        what = _('"{text}" is not a number')
        right = f"{power[1]}e{power[2].translate(_RAISED)}{power[3]}"
    elif (bare := plain.strip(_QUOTES)) != plain:
        what, right = _('"{text}" is not a number'), bare
    elif per := _PER_FIRST.fullmatch(plain):
        what, right = _('"{text}" is not a number'), f"{per[2]} {per[1]}"
    elif digits != head and any(sign.isdigit() for sign in head):
        what, right = _('"{text}" has a letter among its digits'), digits + space + tail
    else:
        return None
    found = _NUMBER.match(right)  # it must go on with no digit
    if found is None or right[found.end() : found.end() + 1].isdigit():
        return None
    return UnitError(what.format(text=text), _('write "{text}"').format(text=right))


def _value(text: str) -> float:
    try:
        return parse_number(text)
    except UnitError:
        return math.nan


def _plain_digits(match: re.Match[str], rest: str, text: str) -> str:
    """Digits with a point for the decimals; refuses what can be read in two ways.

    Three digits behind one mark are decimals or thousands, and nothing says which: both
    marks are refused before a unit. A number alone with a point is one of YAML's, typed by
    a program.
    """
    whole, parts = match["whole"], match["parts"]
    digits = re.sub(r"[ '’ʼ_]", "", whole)
    marks = [mark for mark in parts if mark in ".,"]
    groups = re.split(r"[.,]", parts)[1:]
    if not marks:
        return digits
    if len(marks) > 1:  # `1,234,567`, `1,234.5` or `1.234,5`
        has_decimals = marks[-1] != marks[0]
        inner = groups[:-1] if has_decimals else groups
        is_one_mark = len(set(marks[: len(inner)])) == 1
        is_grouped = all(len(group) == 3 for group in inner) and 1 <= len(digits) <= 3
        if whole != digits or not (is_one_mark and is_grouped):
            raise not_a_number(text)
        return digits + "".join(inner) + (f".{groups[-1]}" if has_decimals else "")
    (group,) = groups
    is_plain = bool(match["power"]) or (marks[0] == "." and not rest.strip())
    could_group = whole.isdigit() and len(whole) <= 3 and not whole.startswith("0")
    if len(group) == 3 and could_group and not is_plain:
        raise _ambiguous(text, digits, group, f" {rest.strip()}".rstrip())
    return f"{digits or '0'}.{group}"


def _ambiguous(text: str, digits: str, group: str, unit: str) -> UnitError:
    what = _('"{text}" can be read as {thousands} or as {decimal}')
    what = what.format(text=text, thousands=f"{digits}{group}", decimal=f"{digits}.{group}")
    fix = _('write "{thousands}" or "{decimal}"')
    fix = fix.format(thousands=f"{digits}{group}{unit}", decimal=f"{digits}.{group}0{unit}")
    return UnitError(what, fix)


NO_OWN: frozenset[str] = frozenset()

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PER = re.compile(r"\s*(?:(?<=\s)(?:per|a|an|в|за|на)\s)\s*")
_PER_ENDING = re.compile(rf"\s+({'|'.join(PER_ENDINGS)})\b")
_ONE_PER = re.compile(r"(?<=[0-9%]) 1\s?/\s?(?=[^\W\d])")
_GROUP = re.compile(r"/\s*\(([^()]*)\)")
_SIGN_FIRST = re.compile(
    rf"([+\-−]?)\s?({'|'.join(re.escape(s) for s in SYMBOLS)}|[A-Z]{{3}})\s*([0-9.,].*)", re.DOTALL
)
_NO_UNIT = re.compile(r"[^\w\s%$€£₸₽/(]|_|/\s*\d|\(\d")
_COULD_BE_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_FIRST_WORD = re.compile(r"([^\W\d_]+)\.?\s*")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, simple or compound."""

    name: str
    """How derbes writes it, e.g. `round/month`; empty for a plain number."""
    factor: float
    """Worth in the first units of its kinds."""
    powers: tuple[tuple[str, int], ...]
    """Kinds (mass, time, a currency code, a good's own word) and their powers."""

    @property
    def currencies(self) -> tuple[tuple[str, int], ...]:
        """Currency codes in it, with their powers."""
        return _currencies(self.powers)


@cache
def _currencies(powers: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    return tuple((kind, power) for kind, power in powers if kind in CURRENCIES)


ONE = Unit("", 1.0, ())
"""The unit of a plain number."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and the unit it was written with; None: without any."""

    number: float
    unit: Unit | None


@lru_cache(maxsize=4096)
def parse_unit(text: str, own: frozenset[str] = NO_OWN) -> Unit:
    """The unit that a text names.

    Args:
        text: Unit, e.g. `т/мес.`, `USD/t/month`, `round per month`.
        own: Words that are units of their own (the units of a case's goods).

    Raises:
        UnitError: A word in it is no unit.

    Examples:
        >>> parse_unit("т/мес.").name, parse_unit("USD per t").name
        ('t/month', 'USD/t')
    """
    plain = " ".join(text.translate(SPACES).split())
    plain = _PER_ENDING.sub(lambda m: "/" + PER_ENDINGS[m[1]], plain)
    plain = _PER.sub("/", plain).strip()
    plain = _GROUP.sub(lambda m: "/" + re.sub(r"[*·]", "/", m[1]), plain)
    above, *below = plain.split("/")
    factors = [(word, 1) for word in _product(above, own)] if above.strip() not in {"", "1"} else []
    factors += [(word, -1) for part in below for word in _product(part, own)]
    return _joined([(_simple(word.strip(), own), power) for word, power in factors])


@lru_cache(maxsize=65536)
def multiplied(unit: str) -> tuple[float, str]:
    """What the words in front of a unit multiply it by, and the unit.

    Examples:
        >>> multiplied("млн т"), multiplied("тыс."), multiplied("t/month")
        ((1000000.0, 'т'), (1000.0, ''), (1.0, 't/month'))
    """
    factor = 1.0
    while (word := _FIRST_WORD.match(unit)) and word[1].casefold() in MULTIPLIERS:
        factor *= MULTIPLIERS[word[1].casefold()]
        unit = unit[word.end() :]
    return factor, unit


def parse_amount(text: str, own: frozenset[str] = NO_OWN) -> Amount:
    """A number with its unit, multiplied out.

    Raises:
        UnitError: The number or the unit cannot be read, or can be read in two ways.

    Examples:
        >>> parse_amount("1,5 млн тенге")
        Amount(number=1500000.0, unit=Unit(name='KZT', factor=1.0, powers=(('KZT', 1),)))
    """
    _not_too_long(text)
    plain = _ONE_PER.sub("/", " ".join(text.translate(SPACES).split()))
    sign_first = _SIGN_FIRST.fullmatch(plain)
    sign = sign_first[2] if sign_first else ""
    if sign_first and (sign in SYMBOLS or sign in CURRENCIES):
        plain = sign_first[1] + sign_first[3]
    else:
        sign = ""
    number, rest = leading_number(plain)
    factor, rest = multiplied(rest.strip())
    number *= factor
    _possible(number, text)
    if _NO_UNIT.match(rest) or rest[:1].isnumeric():
        raise not_a_number(plain)
    if sign:
        rest = _PER.sub("/", f" {rest}").strip()
    if sign and rest[:1] not in {"", "/"}:
        parse_unit(rest, own)
        raise _counted_twice(text, sign, number, rest)
    unit = f"{sign}{rest}"
    try:
        return Amount(number, parse_unit(unit, own) if unit else None)
    except UnitError as error:
        raise misread(plain) or error from None


def convertible(unit: Unit, to: Unit) -> bool:
    """Whether two units measure the same thing."""
    return unit.powers == to.powers or sorted(unit.powers) == sorted(to.powers)


def convert(number: float, unit: Unit, to: Unit) -> float:
    """A number of one unit in another that measures the same thing.

    Examples:
        >>> convert(57, parse_unit("%"), ONE), convert(2, parse_unit("t"), parse_unit("kg"))
        (0.57, 2000.0)
    """
    if unit.factor == to.factor:
        return number
    if unit.factor > to.factor:
        return number * (unit.factor / to.factor)
    return number / (to.factor / unit.factor)


def format_amount(number: float, unit: str, language: str = "en") -> str:
    """A number with its unit, in full; `parse_amount` gives it back.

    Examples:
        >>> format_amount(70.5, "round/month", "ru")
        '70,5 выстрел/мес.'
    """
    digits = format_number(number, language)
    label = format_unit(unit, language)
    if label and _COULD_BE_THOUSANDS.fullmatch(digits):
        digits += "0"
    if label.startswith("1/"):
        return digits + label[1:]
    return f"{digits} {label}" if label else digits


def format_unit(unit: str, language: str = "en") -> str:
    """A unit as derbes writes it, in short names of a language."""
    return "/".join(
        "*".join(short_name(word, language) for word in part.split("*")) for part in unit.split("/")
    )


def own_unit(word: str) -> Unit:
    """Unit of a good: a simple unit of the table, or an ASCII word of its own.

    Raises:
        UnitError: It is neither.
    """
    own_word = _('write a unit, as in "t", or a word of your own in Latin letters, as in "{word}"')
    example = "_".join(word.split())
    if not _WORD.fullmatch(example):
        example = "thousand_pieces"
    if word.strip() in {"", "1"}:
        raise UnitError(_("a good is counted in something"), own_word.format(word=example))
    if re.search(r"[/*]|\bper\b", word):
        fix = _('a good is counted in one unit, such as "t", "m3" or "piece"')
        raise UnitError(_('"{word}" is not a simple unit').format(word=word), fix)
    if _WORD.fullmatch(word):
        return parse_unit(word, frozenset({word}))
    try:
        return parse_unit(word)
    except UnitError as error:
        if error.meant:
            raise
        raise UnitError(error.what, own_word.format(word=example)) from None


def _product(part: str, own: frozenset[str]) -> list[str]:
    word = part.strip().rstrip(".")
    if word in spellings():
        return [part]
    parts = re.split(r"[*·]", part)
    is_known = all((name := one.strip().rstrip(".")) in spellings() or name in own for one in parts)
    return parts if is_known else [part]


def _simple(word: str, own: frozenset[str]) -> Unit:
    bare = word.rstrip(".")
    if bare in REFUSED:
        what = _('"{word}" can mean several units').format(word=bare)
        fix = _("say {names}").format(names=either(REFUSED[bare]))
        raise UnitError(what, fix, word=bare, meant=[name.split()[-1] for name in REFUSED[bare]])
    if bare in own and bare not in spellings():
        return Unit(bare, 1.0, ((bare, 1),))
    if bare in INSTEAD:
        number, unit = INSTEAD[bare]
        what = _('"{word}" is not a unit here').format(word=bare)
        fix = _("write it so: 1 {word} is {number} {unit}")
        fix = fix.format(word=bare, number=number, unit=unit)
        raise UnitError(what, fix, word=bare, meant=[unit.split()[-1]])
    named = spellings().get(bare) or spellings().get(word) or loose_spellings().get(bare.casefold())
    if named is not None:
        return Unit(named.name, named.factor, ((named.kind, 1),) if named.kind else ())
    if bare.endswith("s") and bare[:-1] in own:
        return Unit(bare[:-1], 1.0, ((bare[:-1], 1),))
    raise _unknown(bare, own)


def _joined(factors: list[tuple[Unit, int]]) -> Unit:
    powers: dict[str, int] = {}
    factor = 1.0
    for unit, power in factors:
        factor *= unit.factor**power
        for kind, own_power in unit.powers:
            powers[kind] = powers.get(kind, 0) + own_power * power
    above = "*".join(unit.name for unit, power in factors if power > 0)
    below = "".join(f"/{unit.name}" for unit, power in factors if power < 0)
    name = (above or ("1" if below else "")) + below
    found = Unit(name, factor, tuple((kind, power) for kind, power in powers.items() if power))
    if not is_countable(found):
        fix = _("no unit is multiplied with itself more than {most} times")
        what = _('"{unit}" counts nothing').format(unit=name)
        raise UnitError(what, fix.format(most=MOST_UNIT_POWER))
    return found


def is_countable(unit: Unit) -> bool:
    """Whether anything can be counted in a unit: its powers and its worth are within bounds.

    Examples:
        >>> is_countable(Unit("t", 1e3, (("mass", 1),))), is_countable(Unit("", 1, (("mass", 99),)))
        (True, False)
    """
    is_moderate = all(abs(power) <= MOST_UNIT_POWER for _kind, power in unit.powers)
    return is_moderate and 1.0 / MOST_WORTH <= unit.factor <= MOST_WORTH


def _counted_twice(text: str, sign: str, number: float, rest: str) -> UnitError:
    """The refusal of `$600 t`: the sign of a currency before a number with another unit."""
    digits, code = format_number(number).replace(GROUP_SPACE, " "), spellings()[sign].name
    what = _('"{text}" is counted in "{sign}" and in "{unit}"')
    fix = _('write "{digits} {unit}", or for a price "{digits} {code}/{unit}"')
    fix = fix.format(digits=digits, unit=rest, code=code)
    return UnitError(what.format(text=text, sign=sign, unit=rest), fix)


def _unknown(word: str, own: frozenset[str]) -> UnitError:
    if not word:
        what = _("a unit is missing before or behind a / or *")
        return UnitError(what, _('write it as in "USD/t"'))
    what = _('unknown unit "{word}"').format(word=word)
    units = _units(own)
    if latin := look_alike(word, units):
        return UnitError(what, latin, word=word, meant=[in_latin(word)])
    parts = word.split()
    if len(parts) > 1 and all(part.rstrip(".") in units for part in parts):
        return UnitError(what, _('write "{text}"').format(text="/".join(parts)))
    if near := _near(word, own):
        fix = _("did you mean {offers}?").format(offers=either(near))
        return UnitError(what, fix, word=word, meant=near)
    fix = _('known are "t", "m3", "MWh", "piece", "month", "USD" and others')
    return UnitError(what, fix, word=word)


def _units(own: frozenset[str]) -> dict[str, str]:
    """Spelling → unit, of the table and of the case."""
    return {name: named.name for name, named in spellings().items()} | {name: name for name in own}


@lru_cache(maxsize=4096)
def _near(word: str, own: frozenset[str]) -> tuple[str, ...]:
    """Spellings to offer for a word that is no unit; at most two.

    What is offered never crosses dimensions: of all units so near that the word may be a
    slip of one of them, each must be the same.
    """
    units = _units(own)
    near = nearest(word, units)
    return tuple(near[:2]) if len({units[name] for name in near}) == 1 else ()
