"""Codes of trade data: countries and areas, groups of countries, products.

Countries are numbered as in BACI, which follows the United Nations but for a few that
it joins, such as Belgium and Luxembourg before 1999. Products are HS codes of six digits, which
are text: a leading zero belongs to them.
"""

import csv
import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import StringIO

from derbes.errors import either, nearest
from derbes.language import _, languages
from derbes.spelling import country_name, country_names

DIGITS = 6
"""Digits of a product code."""
WORLD = 0
"""Partner code of the sum over all partners, which is no country."""
_NEWER_HEADINGS = frozenset({"0308", "0309"})
"""Headings of chapters 1 to 9 that came after HS 1992."""
_FOLDER = files("derbes.trade") / "data"


@dataclass(frozen=True, slots=True)
class Area:
    """A country, a part of one, or what is not told apart (`areas nes`)."""

    code: int
    name: str
    iso2: str
    """Two letters; empty: it has none."""
    iso3: str
    """Three letters; empty: it has none."""

    @property
    def shown(self) -> str:
        """Its name in the language in use; one of the past, with its years, as it is."""
        return self.name if "..." in self.name else country_name(self.iso2, self.name)


@dataclass(frozen=True, slots=True)
class Group:
    """Countries that count as one buyer, with the years of their membership."""

    name: str
    members: Mapping[str, tuple[int, int]]
    """ISO code of three letters → first and last full year; 9999: still a member."""


def _members(since: int, names: str, until: int = 9999) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(names.split(), (since, until))


_EU27 = (
    "AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU "
    "SVK SVN ESP SWE"
)
GROUPS: Mapping[str, Group] = {
    "EU": Group(
        "European Union, members of each year",
        {
            **_members(1995, "AUT BEL DNK FIN FRA DEU GRC IRL ITA LUX NLD PRT ESP SWE"),
            **_members(1995, "GBR", until=2019),
            **_members(2005, "CYP CZE EST HUN LVA LTU MLT POL SVK SVN"),
            **_members(2007, "BGR ROU"),
            **_members(2014, "HRV"),
        },
    ),
    "EU27": Group("European Union, the 27 members since 2020", _members(0, _EU27)),
    "EAEU": Group(
        "Eurasian Economic Union, members since 2015", _members(0, "ARM BLR KAZ KGZ RUS")
    ),
}
"""Groups by id. A year counts for a member when it was one from the first day to the last."""


@lru_cache(maxsize=1)
def areas() -> Mapping[int, Area]:
    """Every area by its number."""
    _heading, *rows = csv.reader(StringIO((_FOLDER / "countries.csv").read_text(encoding="utf-8")))
    return {int(code): Area(int(code), name, iso2, iso3) for code, name, iso2, iso3 in rows}


@lru_cache(maxsize=1)
def product_names() -> Mapping[str, str]:
    """Product code of HS 1992 → what it holds."""
    text = gzip.decompress((_FOLDER / "products_hs92.csv.gz").read_bytes()).decode("utf-8")
    return {row["code"]: row["description"] for row in csv.DictReader(StringIO(text))}


@lru_cache(maxsize=1)
def headings_with_zero() -> frozenset[str]:
    """Headings of four digits that begin with zero, of every revision of the HS."""
    return frozenset(code[:4] for code in product_names() if code[0] == "0") | _NEWER_HEADINGS


def area_name(code: int) -> str:
    """The name of an area in the language in use; its number where it is not known."""
    known = areas().get(code)
    return known.shown if known else str(code)


@cache
def iso3(code: int) -> str:
    """Three letters of an area; its number where it has none."""
    known = areas().get(code)
    return (known.iso3 if known else "") or str(code)


@lru_cache(maxsize=1)
def _by_word() -> Mapping[str, tuple[int, ...]]:
    """Every way to name a country, in small letters → its numbers, today's first.

    A country that has changed stands under several, all with its letters: Belgium also as
    Belgium-Luxembourg, before 1999.
    """
    words: dict[str, tuple[int, ...]] = {}
    for area in sorted(areas().values(), key=lambda area: "..." in area.name):
        for word in (area.iso3, area.iso2):
            if word:
                words[word.casefold()] = (*words.get(word.casefold(), ()), area.code)
    for area in areas().values():
        own = words.get(area.iso3.casefold(), (area.code,)) if area.iso3 else (area.code,)
        for word in (area.name, str(area.code), f"{area.code:03d}"):
            words[word.casefold()] = own if own[0] == area.code else (area.code,)
    return words


_SPOKEN = """
USA: США; Соединённые Штаты Америки; АҚШ; United States of America
GBR: Англия; Соединённое Королевство; Британия; UK; Britain; Great Britain
KOR: Южная Корея; South Korea; Republic of Korea; PRK: Северная Корея; North Korea; КХДР
CHN: КНР; ҚХР; PRC; COG: Республика Конго; Republic of the Congo
RUS: Российская Федерация; РФ; Ресей Федерациясы; Russian Federation
KGZ: Кыргызстан; Киргизстан; TKM: Туркмения; BLR: Белоруссия; Беларусия; MDA: Молдавия
ARE: Эмираты; Объединённые Арабские Эмираты; БАӘ; UAE; TUR: Turkey; Түркия; NLD: Голландия; Holland
CZE: Чешская Республика; Czech Republic; DEU: ФРГ; Германия Федеративтік Республикасы; KAZ: РК; ҚР
"""
"""ISO code: what people call a country beside its name in the CLDR."""
_FORMAL = re.compile(
    r"\b(?:the|republic of|республика|республикасы)\b(?!.*\b(?:congo|china|korea|конго|корея)\b)"
)
"""What may be left out of a name, where it does not tell two countries apart."""


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, str], ...]:
    """Names of countries in every language, and as they are spoken of, with their letters."""
    letters = {area.iso2: area.iso3 for area in areas().values() if area.iso2}
    told = [
        (name, letters.get(iso2, ""))
        for language in languages()
        for iso2, name in country_names(language).items()
    ]
    code = ""
    for part in re.split(r"[;\n]", _SPOKEN.strip()):
        head, colon, tail = part.partition(":")
        code = head.strip() if colon else code
        told.append(((tail if colon else head).strip(), code))
    return tuple((name, iso3) for name, iso3 in told if iso3)


def _bare(word: str) -> str:
    return " ".join(word.casefold().replace("ё", "е").split())


@lru_cache(maxsize=1)
def _by_translated_name() -> Mapping[str, tuple[int, ...]]:
    """Names of countries as people write them, in small letters → their numbers."""
    return {_bare(name): _by_word()[iso3.casefold()] for name, iso3 in _names()}


def numbers_by_word() -> dict[str, int]:
    """Every way to name a country, in any language and small letters → its number of today."""
    words = {**_by_translated_name(), **_by_word()}
    return {word: numbers[0] for word, numbers in words.items()}


def numbers_of(word: str) -> tuple[int, ...]:
    """Numbers of a country by ISO code, number, or name in any language; empty: not known."""
    word = _bare(word)
    ways = (word, " ".join(_FORMAL.sub(" ", word).split()))
    found = (known.get(way) for way in ways for known in (_by_word(), _by_translated_name()))
    return next(filter(None, found), ())


def members_of(word: str, year: int) -> tuple[int, ...]:
    """Numbers under which a country, or each member of a group in a year, stands.

    Empty: neither a country nor a group is named so.
    """
    group = GROUPS.get(word.strip().upper())
    if group is None:
        return numbers_of(word)
    names = [name for name, (first, last) in group.members.items() if first <= year <= last]
    return tuple(number for name in names for number in numbers_of(name))


def area_fix(word: str, names: Sequence[str] = ()) -> str:
    """What to write in place of a word that names no country and no group; first of these names."""
    is_code = len(word) <= len("KAZ")
    word = word.upper() if is_code else word
    known = {area.iso3 if is_code else area.name for area in areas().values()} - {""}
    known |= set() if is_code else {name for name, _iso3 in _names()}
    if near := nearest(word, names) or nearest(word, known):
        return _("did you mean {offers}?").format(offers=either(near[:2]))
    text = _("write a code of three letters, such as KAZ, or a group: {groups}")
    return text.format(groups=", ".join(GROUPS))


def product_of(word: str) -> str | None:
    """A product code of six digits; None: it is none."""
    digits = word.strip().replace(".", "").replace(" ", "")
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None
