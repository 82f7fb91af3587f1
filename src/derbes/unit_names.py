"""The table of unit names in English, Russian and Kazakh.

A month is 30.4375 days (a year of 365.25 days in twelve parts), a quarter three
months, a year twelve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

DAYS_A_MONTH = 30.4375
HOURS_A_MONTH = DAYS_A_MONTH * 24


@dataclass(frozen=True, slots=True)
class Named:
    """One unit of the table."""

    name: str
    """How derbes writes it."""
    kind: str
    """What it measures; empty for a plain share."""
    factor: float
    """Worth in the first unit of its kind."""


# name, kind, worth in the first unit of the kind, other spellings ("_" stands for a space)
_UNITS: tuple[tuple[str, str, float, str], ...] = (
    ("kg", "mass", 1.0, "kgs kilogram kilograms кг килограмм килограмма килограммов килограмы"),
    ("g", "mass", 1e-3, "gram grams г гр грамм грамма граммов"),
    ("mg", "mass", 1e-6, "мг миллиграмм"),
    ("t", "mass", 1e3, "tonne tonnes т тн тонна тонны тонн тонну тоннасы"),
    ("kt", "mass", 1e6, "кт килотонна килотонн"),
    ("Mt", "mass", 1e9, "Мт мегатонна мегатонн"),
    ("centner", "mass", 100.0, "centners ц центнер центнера центнеров"),
    ("m3", "volume", 1.0, "m³ cbm м3 м³ куб.м куб._м кубометр кубометра кубометров текше_метр"),
    ("l", "volume", 1e-3, "L liter liters litre litres л литр литра литров"),
    ("ml", "volume", 1e-6, "мл миллилитр"),
    ("barrel", "volume", 0.158987294928, "barrels bbl баррель барреля баррелей"),
    ("MWh", "energy", 1.0, "МВтч МВт·ч МВт*ч"),
    ("kWh", "energy", 1e-3, "кВтч кВт·ч кВт*ч"),
    ("GWh", "energy", 1e3, "ГВтч ГВт·ч ГВт*ч"),
    ("TWh", "energy", 1e6, "ТВтч ТВт·ч ТВт*ч"),
    ("MJ", "energy", 1 / 3600, "МДж"),
    ("GJ", "energy", 1 / 3.6, "ГДж"),
    ("TJ", "energy", 1e3 / 3.6, "ТДж"),
    ("Gcal", "energy", 1.163, "Гкал"),
    ("month", "time", 1.0, "months mo мес месяц месяца месяцев ай айы айлар"),
    ("minute", "time", 1 / HOURS_A_MONTH / 60, "minutes min мин минута минуты минут минуту"),
    ("hour", "time", 1 / HOURS_A_MONTH, "hours h hr hrs ч час часа часов сағ сағат"),
    ("day", "time", 1 / DAYS_A_MONTH, "days d день дня дней сут сутки суток күн"),
    ("week", "time", 7 / DAYS_A_MONTH, "weeks wk нед неделя недели недель неделю апта"),
    ("quarter", "time", 3.0, "quarters кв квартал квартала кварталов тоқсан"),
    ("year", "time", 12.0, "years yr yrs y год года лет жыл"),
    ("%", "", 0.01, "percent pct процент процента процентов пайыз"),
    ("share", "", 1.0, "доля доли үлес"),
    (
        "piece",
        "count",
        1.0,
        "pieces pcs pc item items unit units шт штука штуки штук ед единица единицы единиц дана",
    ),
    (
        "round",
        "count",
        1.0,
        "rounds rds shell shells снаряд снаряда снарядов выстрел выстрела выстрелов оқ",
    ),
)

_MONEY: Mapping[str, str] = {
    "USD": "$ US$ dollar dollars доллар доллара долларов долл"
    " доллар_США доллара_США долларов_США долл_США долл._США",
    "EUR": "€ euro euros евро еуро",
    "GBP": "£",
    "KZT": "₸ tenge тенге теңге тг",
    "RUB": "₽ ruble rubles rouble roubles руб рубль рубля рублей рублі",
    "KGS": "сом сома сомов сомы",
    "UZS": "сум сума сумов сўм",
    "CNY": "yuan юань юаня юаней",
}

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""

CURRENCIES = frozenset(_CODES.split())
"""ISO 4217 codes of money in use."""

SYMBOLS = ("US$", "$", "€", "£", "₸", "₽")
"""Signs that may stand before the number."""

REFUSED: Mapping[str, tuple[str, ...]] = {
    "ton": ("t",),
    "tons": ("t",),
    "m": ("month", "m3", "million"),
    "м": ("мес", "м3", "млн"),
    "MT": ("t", "Mt"),
    "mt": ("t", "Mt"),
    "MMT": ("million t",),
    "mmt": ("million t",),
    "mcm": ("million m3", "thousand m3"),
    "MCM": ("million m3", "thousand m3"),
    "gal": ("l",),
    "oz": ("g",),
}
"""Words with several meanings, and what to say instead."""

INSTEAD: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("MW", "MWe", "MWel", "МВт"), ("1", "MWh/hour")),
    **dict.fromkeys(("kW", "KW", "кВт"), ("1", "kWh/hour")),
    **dict.fromkeys(("GW", "ГВт"), ("1", "GWh/hour")),
    **dict.fromkeys(("TW", "ТВт"), ("1", "TWh/hour")),
    **dict.fromkeys(("bcm", "Bcm", "BCM"), ("1", "billion m3")),
    **dict.fromkeys(("toe", "тнэ"), ("11.63", "MWh")),
    "ktoe": ("11.63", "GWh"),
    **dict.fromkeys(("Mtoe", "MTOE", "mtoe"), ("11.63", "TWh")),
    **dict.fromkeys(("MMBtu", "mmbtu", "MMBTU"), ("0.293071", "MWh")),
    **dict.fromkeys(("lb", "lbs"), ("0.45359237", "kg")),
}
"""Words of the trade that are no units here, and what one of them is: number and unit."""

MULTIPLIERS: Mapping[str, float] = {
    word: worth
    for worth, words in (
        (1e3, "thousand thousands тыс тысяча тысячи тысяч мың"),
        (1e6, "million millions mln mn млн миллион миллиона миллионов"),
        (1e9, "billion billions bn bln mlrd млрд миллиард миллиарда миллиардов"),
        (1e12, "trillion trillions trn трлн триллион триллиона триллионов"),
    )
    for word in words.split()
}
"""Words between the number and its unit."""

PER_ENDINGS: Mapping[str, str] = {
    "айына": "month",
    "жылына": "year",
    "күніне": "day",
    "аптасына": "week",
    "сағатына": "hour",
    "тоқсанына": "quarter",
}
"""Kazakh words that mean `per` a time."""

_SHORT_NAMES = """
kg:кг g:г mg:мг t:т kt:кт Mt:Мт centner:ц m3:м³ l:л ml:мл barrel:баррель
MWh:МВт·ч kWh:кВт·ч GWh:ГВт·ч TWh:ТВт·ч MJ:МДж GJ:ГДж TJ:ТДж Gcal:Гкал
month:мес.:ай minute:мин hour:ч:сағ day:сут.:күн week:нед.:апта quarter:кв.:тоқсан year:год:жыл
share:доля:үлес piece:шт.:дана round:выстрел:оқ
"""
_SHORT: Mapping[str, tuple[str, str]] = {
    name: (russian, kazakh[0] if kazakh else russian)
    for name, russian, *kazakh in (names.split(":") for names in _SHORT_NAMES.split())
}
"""Short names in Russian and Kazakh; one for both where they are the same."""

_SHORT_LANGUAGES = ("ru", "kk")


@cache
def spellings() -> Mapping[str, Named]:
    """Every known spelling and the unit it names."""
    table: dict[str, Named] = {}
    for name, kind, factor, others in _UNITS:
        unit = Named(name, kind, factor)
        for word in (name, *others.split()):
            table[word.replace("_", " ")] = unit
    for code in CURRENCIES:
        table[code] = Named(code, code, 1.0)
    for code, words in _MONEY.items():
        table.update({word.replace("_", " "): table[code] for word in words.split()})
    return table


@cache
def loose_spellings() -> Mapping[str, Named]:
    """Spellings without regard to capitals, where that leaves one meaning."""
    found: dict[str, set[Named]] = {}
    for word, unit in spellings().items():
        found.setdefault(word.casefold(), set()).add(unit)
    long_enough = 4
    return {
        word: next(iter(units))
        for word, units in found.items()
        if len(units) == 1 and len(word) >= long_enough
    }


def short_name(name: str, language: str) -> str:
    """How a unit of the table is written in a language; other words stay as they are."""
    if language not in _SHORT_LANGUAGES:
        return name
    return _SHORT.get(name, (name, name))[_SHORT_LANGUAGES.index(language)]
