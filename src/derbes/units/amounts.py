"""Amounts: a number with a unit, as in `70 round/month` or `1,5 млн тенге`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from derbes.language import _
from derbes.spelling import in_latin, look_alike, nearest
from derbes.units.names import (
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
from derbes.units.numbers import (
    GROUP_SPACE,
    LARGEST,
    SPACES,
    format_number,
    leading_number,
    misread,
    not_a_number,
)
from derbes.units.refusal import UnitError

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
    plain = _PER_ENDING.sub(lambda m: "/" + PER_ENDINGS[m[1]], text.translate(SPACES))
    plain = _PER.sub("/", plain).strip()
    plain = _GROUP.sub(lambda m: "/" + re.sub(r"[*·]", "/", m[1]), plain)
    above, *below = plain.split("/")
    factors = [(word, 1) for word in _product(above, own)] if above.strip() not in {"", "1"} else []
    factors += [(word, -1) for part in below for word in _product(part, own)]
    return _joined([(_simple(word.strip(), own), power) for word, power in factors])


@lru_cache(maxsize=65536)
def parse_amount(text: str, own: frozenset[str] = NO_OWN) -> Amount:
    """A number with its unit, multiplied out.

    Raises:
        UnitError: The number or the unit cannot be read, or can be read in two ways.

    Examples:
        >>> parse_amount("1,5 млн тенге")
        Amount(number=1500000.0, unit=Unit(name='KZT', factor=1.0, powers=(('KZT', 1),)))
    """
    plain = _ONE_PER.sub("/", " ".join(text.translate(SPACES).split()))
    sign_first = _SIGN_FIRST.fullmatch(plain)
    sign = sign_first[2] if sign_first else ""
    if sign_first and (sign in SYMBOLS or sign in CURRENCIES):
        plain = sign_first[1] + sign_first[3]
    else:
        sign = ""
    leading = leading_number(plain)
    number, rest = _multiplied(leading.number, leading.rest.strip())
    if abs(number) > LARGEST:
        raise UnitError(
            _('"{text}" is not a possible number: it is too large').format(text=text),
            _("check the digits"),
        )
    if _NO_UNIT.match(rest) or rest[:1].isnumeric():
        raise not_a_number(plain)
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
    if word.strip() in {"", "1"}:
        raise UnitError(
            _("a good is counted in something"),
            _(
                'write a unit, as in "t", or a word of your own in Latin letters, as in "{word}"'
            ).format(word="thousand_pieces"),
        )
    if re.search(r"[/*]|\bper\b", word):
        raise UnitError(
            _('"{word}" is not a simple unit').format(word=word),
            _('a good is counted in one unit, such as "t", "m3" or "piece"'),
        )
    if _WORD.fullmatch(word):
        return parse_unit(word, frozenset({word}))
    try:
        return parse_unit(word)
    except UnitError as error:
        if error.meant:
            raise
        example = "_".join(word.split())
        if not _WORD.fullmatch(example):
            example = "thousand_pieces"
        fix = _('write a unit, as in "t", or a word of your own in Latin letters, as in "{word}"')
        raise UnitError(error.what, fix.format(word=example)) from None


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
        raise UnitError(
            _('"{word}" can mean several units').format(word=bare),
            _("say {names}").format(names=_either(REFUSED[bare])),
            word=bare,
            meant=[name.split()[-1] for name in REFUSED[bare]],
        )
    if bare in own and bare not in spellings():
        return Unit(bare, 1.0, ((bare, 1),))
    if bare in INSTEAD:
        number, unit = INSTEAD[bare]
        raise UnitError(
            _('"{word}" is not a unit here').format(word=bare),
            _("write it so: 1 {word} is {number} {unit}").format(
                word=bare, number=number, unit=unit
            ),
            word=bare,
            meant=[unit.split()[-1]],
        )
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
    return Unit(name, factor, tuple((kind, power) for kind, power in powers.items() if power))


def _multiplied(number: float, rest: str) -> tuple[float, str]:
    """The number times the words such as `million` that follow it, and what is left."""
    while match := _FIRST_WORD.match(rest):
        worth = MULTIPLIERS.get(match[1].casefold())
        if worth is None:
            break
        number *= worth
        rest = rest[match.end() :]
    return number, rest


def _counted_twice(text: str, sign: str, number: float, rest: str) -> UnitError:
    """The refusal of `$600 t`: the sign of a currency before a number with another unit."""
    digits = format_number(number).replace(GROUP_SPACE, " ")
    code = spellings()[sign].name
    return UnitError(
        _('"{text}" is counted in "{sign}" and in "{unit}"').format(
            text=text, sign=sign, unit=rest
        ),
        _('write "{digits} {unit}", or for a price "{digits} {code}/{unit}"').format(
            digits=digits, unit=rest, code=code
        ),
    )


def _unknown(word: str, own: frozenset[str]) -> UnitError:
    """The refusal of a word that is no unit."""
    if not word:
        return UnitError(
            _("a unit is missing before or behind a / or *"), _('write it as in "USD/t"')
        )
    what = _('unknown unit "{word}"').format(word=word)
    units = _units(own)
    latin = look_alike(word, units)
    if latin:
        return UnitError(what, latin, word=word, meant=[in_latin(word)])
    parts = word.split()
    if len(parts) > 1 and all(part.rstrip(".") in units for part in parts):
        return UnitError(what, _('write "{text}"').format(text="/".join(parts)))
    near = _near(word, own)
    if near:
        fix = _("did you mean {offers}?").format(offers=_either(near))
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


def _either(names: Sequence[str]) -> str:
    return _(" or ").join(f'"{name}"' for name in names)
