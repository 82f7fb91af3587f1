"""What a cell means: a number with its unit, a time, or that nothing is known.

Marks of a number and the order of a date are decided over a whole table, since one cell may be
read in two ways where its neighbors cannot. What stays open is refused, with both readings.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from derbes.case.quantity import MONTHS_A_YEAR
from derbes.errors import Problem
from derbes.language import _
from derbes.spelling import WORDS_OF_YEARS, month_named
from derbes.tables.sheets import Cell, OpenFormula, SharedNumber
from derbes.units import (
    FAULTS,
    LARGEST,
    MINUS_SIGNS,
    ONE,
    SPACES,
    UNKNOWN,
    Unit,
    UnitError,
    misread,
    parse_amount,
)

MISSING_MARKS = UNKNOWN | {
    "х", "*", "**", "c", "(c)", "conf", "confidential", "/", "(d)", "z", "m",
}  # fmt: skip
"""What stands where a number is not known or not told."""
_SAYS_NOTHING = MISSING_MARKS | {""}
_FLAGS = frozenset("bceprsu")
"""Letters that Eurostat puts behind a number: break, estimated, provisional and others."""
TOTALS = frozenset(
    {"total", "sum", "subtotal", "grand total", "all", "average", "mean", "итого", "всего"}
    | {"итог", "сумма", "среднее", "в среднем", "барлығы", "жиыны", "қорытынды", "орташа"}
)
"""Words that begin a row which adds up others."""
_NUMBER = re.compile(
    rf"([+{re.escape(MINUS_SIGNS)}]?)\s?([0-9][0-9 .,'’ʼ]*(?<![ .,'’ʼ])|[.,][0-9]+)"
    r"(?:[eE]([+-]?[0-9]+))?\s*(.*)",
    re.DOTALL,
)
_SERIAL = (20_000, 80_000)
"""Days since 1899-12-30 that Excel may hold for a date: 1954 to 2119."""
_YEARS = (1900, 2200)
_THIS_CENTURY = 69
"""Year of two digits from which on they are of the century before, as POSIX has it."""


class CellError(ValueError):
    """A cell that cannot be read, or can be read in two ways."""

    def __init__(self, what: str, fix: str = "", *, of_table: bool = False) -> None:
        self.what, self.fix = what, fix
        self.of_table = of_table
        """Whether it is wrong with the whole table, so that no cell is told."""
        super().__init__(what)


class Marked(NamedTuple):
    """A number as a cell holds it."""

    number: float
    unit: Unit | None
    """Unit that stands in the cell itself."""
    flag: str = ""


def is_missing(cell: Cell) -> bool:
    """Whether a cell says that a number is not known, or says nothing."""
    if cell is None:
        return True
    if isinstance(cell, float):
        return cell != cell  # noqa: PLR0124 - not a number
    text = cell.translate(SPACES).strip().casefold() if isinstance(cell, str) else "0"
    return text in _SAYS_NOTHING or re.fullmatch(r": ?[a-z]{1,2}", text) is not None


def is_number(cell: Cell) -> bool:
    """Whether a cell holds a number, however its marks are read."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, float):
        return True
    return isinstance(cell, str) and _looks_like_a_number(cell)


_MONEY_FIRST = re.compile(r"(-?)((?:US)?\$|[€£₸₽])\s*([0-9.,].*)", re.DOTALL)


def _number_match(text: str) -> re.Match[str] | None:
    """Sign, digits, power and unit of a text; the sign of a currency may stand first."""
    plain = text.translate(SPACES).strip()
    if money := _MONEY_FIRST.fullmatch(plain):
        digits = _NUMBER.fullmatch(money[1] + money[3])
        plain = money[3]
        if digits is not None:
            number = plain[: len(plain) - len(digits[4])].rstrip()
            plain = f"{money[1]}{number} {money[2]}{digits[4]}"
    return _NUMBER.fullmatch(plain)


def _looks_like_a_number(text: str) -> bool:
    match = _number_match(text)
    tail = match[4].strip() if match else ""
    if match and re.fullmatch(r"(19|20|21)\d\d", match[2].strip()) and len(tail) > 2:
        try:  # a year with a word, as in `2027 (plan)`
            parse_amount(f"1 {tail}")
        except UnitError:
            return False
    return (
        match is not None
        and len(tail) <= 12
        and not re.search(r"[0-9]", tail)
        and moment_or_none(text) is None
        and not part_named(text)
    )


def decimal_mark(cells: Iterable[tuple[str, Cell]]) -> tuple[str, list[Problem]]:
    """The decimal mark of a table, and what keeps it from being known.

    Args:
        cells: Place and cell of every number.

    Returns:
        `.`, `,`, or empty where no cell has a mark that could be either.
    """
    shown: dict[str, tuple[str, str]] = {}
    open_cells: list[tuple[str, str, str]] = []
    for place, cell in cells:
        match = _number_match(cell) if isinstance(cell, str) else None
        if match is None:
            continue
        mark = _shown_by(match[2])
        if mark in {",", "."}:
            shown.setdefault(mark, (place, match[0]))
        elif mark == "?":
            open_cells.append((place, match[0], match[2]))
    if len(shown) == 2:
        (place, text), (other_place, other) = shown["."], shown[","]
        what = _('"{text}" has a decimal point, "{other}" in {place} a decimal comma')
        what = what.format(text=text, other=other, place=other_place)
        return "", [Problem(place, what, fix=_("write all numbers with the same mark"))]
    if shown or not open_cells:
        return next(iter(shown), ""), []
    place, text, digits = open_cells[0]
    what = _('"{text}" can be read as {thousands} or as {decimal}, here and in {n} cells in all')
    thousands, decimal = (
        text.replace(digits, re.sub("[.,]", mark, digits), 1) for mark in ("", ".")
    )
    what = what.format(text=text, thousands=thousands, decimal=decimal, n=len(open_cells))
    return "", [Problem(place, what, fix=_("say which with --decimal comma or --decimal point"))]


def _shown_by(digits: str) -> str:
    """Which decimal mark a number shows: `.`, `,`, empty for none, `?` where it can be either."""
    bare = re.sub(r"[ '’ʼ]", "", digits)
    marks = [sign for sign in bare if sign in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    other = "," if marks[0] == "." else "."
    if len(marks) > 1:
        return other
    return "?" if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", digits) else marks[0]


def number_of(cell: Cell, decimal: str = "", own: frozenset[str] = frozenset()) -> Marked | None:
    """The number in a cell; None where it says that none is known.

    Args:
        cell: Cell.
        decimal: Decimal mark of the table.
        own: Words that are units of their own.

    Raises:
        CellError: It holds something else.

    Examples:
        >>> number_of("1 200,5", ",").number, number_of("57 %").unit.name, number_of("n/a")
        (1200.5, '%', None)
    """
    if isinstance(cell, str) and cell.strip().casefold() in FAULTS:
        what = _("this is an error of Excel, {error}").format(error=cell.strip())
        raise CellError(what, _("mend the cell, or empty it"))
    if is_missing(cell):
        return None
    if isinstance(cell, bool | date):
        raise CellError(_('"{cell}" is not a number').format(cell=cell))
    if isinstance(cell, float):
        return Marked(_possible(cell, cell), None)
    if isinstance(cell, OpenFormula):
        what = _("this formula has no value yet")
        raise CellError(what, _("open the workbook in Excel and save it"))
    if isinstance(cell, SharedNumber):
        what = _("{number} stands in cells that are merged, and whose it is is not told")
        raise CellError(what.format(number=cell), _("part the cells, and write each its own"))
    text = str(cell).translate(SPACES).strip()
    match = _number_match(text)
    if match is None:
        raise _no_number(text)
    digits = _digits(match[2], decimal or ".", text)
    number = _possible(float(f"{digits}e{match[3] or 0}"), text)
    if match[1] and match[1] in MINUS_SIGNS:
        number = -number
    tail = match[4].strip()
    if set(tail) <= _FLAGS and len(tail) <= 2:
        return Marked(number, None, tail)
    try:
        amount = parse_amount(f"1 {tail}", own)
    except UnitError as error:
        raise _told_of(text, match[2], tail, error) from error
    return Marked(_possible(number * amount.number, text), amount.unit or ONE)


def _told_of(cell: str, digits: str, tail: str, error: UnitError) -> CellError:
    """What is wrong behind the digits of a cell, told of the whole."""
    if f'"1 {tail}"' not in error.what:
        return CellError(_('"{cell}": {what}').format(cell=cell, what=error.what), error.fix)
    shown = f"{digits} {tail}"
    found = misread(shown)
    if found is None:
        return _no_number(cell)
    return CellError(found.what.replace(f'"{shown}"', f'"{cell}"'), found.fix)


def _no_number(cell: str) -> CellError:
    fix = _("write a number, or leave the cell empty where none is known")
    return CellError(_('"{cell}" is not a number').format(cell=cell), fix)


def _possible(number: float, cell: Cell) -> float:
    """A number that a case can have; what is larger is a slip, and no sum of it a number."""
    if not abs(number) <= LARGEST:
        what = _('"{text}" is not a possible number: it is too large')
        raise CellError(what.format(text=cell), _("check the digits"))
    return number


def _digits(digits: str, decimal: str, text: str) -> str:
    """Digits with a point for the decimals; thousands must be in groups of three."""
    other = "," if decimal == "." else "."
    whole, _mark, part = digits.partition(decimal)
    well = re.fullmatch(rf"[0-9]*|[0-9]{{1,3}}(?:[ '’ʼ{other}][0-9]{{3}})+", whole)
    if not well or (part and not part.isdigit()):
        what = _('"{cell}" is not a number with a decimal {mark}')
        mark = _("comma") if decimal == "," else _("point")
        raise CellError(what.format(cell=text, mark=mark), _("look at the marks of the number"))
    return f"{re.sub('[^0-9]', '', whole) or '0'}.{part or '0'}"


class Moment(NamedTuple):
    """A time that a row speaks of: a day, a month, a quarter or a year."""

    year: int
    month: int
    day: int
    """0 but for a day."""
    months: int
    """Length: 12, 3, 1, or 0 for a day."""

    @property
    def month_days(self) -> int:
        """Days of its month."""
        return monthrange(self.year, self.month)[1]

    def months_since(self, other: "Moment") -> int:
        """Months from the month of another."""
        return (self.year - other.year) * MONTHS_A_YEAR + self.month - other.month

    @property
    def label(self) -> str:
        """As ISO writes it, e.g. `2026-01`."""
        if self.months == 12:
            return f"{self.year}"
        day = f"-{self.day:02d}" if self.months == 0 else ""
        return f"{self.year}-{self.month:02d}{day}"


def part_named(text: str) -> str:
    """What follows a year where a text names a month or a quarter without one; empty: it does not.

    Examples:
        >>> part_named("янв."), part_named("II кв."), part_named("1-тоқсан"), part_named("4")
        ('-01', 'Q2', 'Q1', '')
    """
    bare = _FOOTNOTE.sub("", text.translate(SPACES)).strip()
    if month := month_named(bare):
        return f"-{month:02d}"
    quarter = _quarter_named(bare)
    return f"Q{quarter}" if quarter and bare[0] not in "KkКк" else ""


def _quarter_named(text: str) -> int:
    """The quarter that a text names, of whatever year; 0: it names none."""
    match = _QUARTER.fullmatch(text)
    if match is None or not (match[1] or match[3]):
        return 0
    return _ROMAN.get(match[2].casefold(), 0) or int(match[2])


def part_alone(cell: Cell, *, of_quarters: bool = False) -> str:
    """As `part_named`, also by its number; in a column of quarters that is one of four."""
    text = str(cell).removesuffix(".0").strip()
    if text.isdigit() and 1 <= int(text) <= (4 if of_quarters else 12):
        return f"Q{int(text)}" if of_quarters else f"-{int(text):02d}"
    return part_named(text)


_WORD = r"([^\W\d_]{3,}\.?)"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]00:00(?::00)?(?:\.0+)?Z?)?")
_M = re.compile(r"(\d{4})[- ]?M(\d{1,2})", re.IGNORECASE)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER = re.compile(
    r"([QKК] ?)?([1-4]|I{1,3}|IV)(?:-?(?:й|ый|ой|ші|інші))?[-\s.]*(Q|кв\.?|квартал\w*|тоқсан\w*)?",
    re.IGNORECASE,
)
_YEAR_AND_PART = re.compile(r"(\d{4})[-\s/.,]*(\D.*|\d\D.*)|(.*?\D|.*?\D\d)[-\s/.,]*(\d{4})")
_COMPACT = re.compile(r"((?:19|20|21)\d{2})(0[1-9]|1[0-2])")
_NAMED = re.compile(rf"{_WORD}[-\s/,.']*(\d{{4}}|\d{{2}})|(\d{{4}})[-\s/]*{_WORD}")
_DAY_NAMED = re.compile(
    rf"(\d{{1,2}})[-\s.]*{_WORD}[-\s.,]*(\d{{4}})|{_WORD}\s(\d{{1,2}}),?\s(\d{{4}})"
)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: 0{1,2}:00(?::00)?)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})")
_AS_OF = re.compile(r"(?:.*\s)?(?:на|as of|as at)\s+(.*)", re.IGNORECASE)
_FOOTNOTE = re.compile(r"(?:\s*[*†‡¹²³⁰⁴-⁹]+\)?|\s+\d\))+$")
"""Marks behind a time, as in `2025*` or `2025 1)`."""


def _slashed(cell: Cell) -> tuple[int, int, int] | None:
    """First number, second number and year of a date such as 03/04/2026."""
    match = _SLASHED.fullmatch(cell.translate(SPACES).strip()) if isinstance(cell, str) else None
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def date_order(cells: Iterable[tuple[str, Cell]]) -> tuple[str, list[Problem]]:
    """Whether dates such as 03/04/2026 begin with the day or the month, and what keeps it open."""
    cells = list(cells)
    seasons = [
        (place, match[0])
        for place, cell in cells
        if isinstance(cell, str) and (match := re.fullmatch(r"\s*\d{4}/\d{2}\s*", cell))
    ]
    if seasons and all(int(text[-2:]) == (int(text[:4]) + 1) % 100 for _place, text in seasons):
        place, text = seasons[0]
        what = _('"{text}" can be read as a year that begins in {year}, or as a month')
        fix = _('write the year alone, or the month as in "2026-04"')
        return "", [Problem(place, what.format(text=text, year=text[:4]), fix=fix)]
    found = [(place, str(cell), parts) for place, cell in cells if (parts := _slashed(cell))]
    days = [one for one in found if one[2][0] > 12]
    months = [one for one in found if one[2][1] > 12]
    if days and months:
        what = _('"{text}" begins with the day, "{other}" in {place} with the month')
        what = what.format(text=days[0][1], other=months[0][1], place=months[0][0])
        return "", [Problem(days[0][0], what, fix=_("write dates as 2026-04-03"))]
    if days or months or not found:
        return ("dmy" if days else "mdy" if months else ""), []
    if all(parts[0] == parts[1] for _place, _text, parts in found):
        return "dmy", []
    place, text, (one, other, year) = next(f for f in found if f[2][0] != f[2][1])
    dmy, mdy = f"{year}-{other:02d}-{one:02d}", f"{year}-{one:02d}-{other:02d}"
    what = _('"{text}" can be read as {dmy} or as {mdy}').format(text=text, dmy=dmy, mdy=mdy)
    return "", [Problem(place, what, fix=_("say which with --dates dmy or --dates mdy"))]


def moment_or_none(cell: Cell) -> Moment | None:
    """As `moment_of`; None where it is no time, or a number that could be one by its size."""
    try:
        return moment_of(cell, "dmy")
    except CellError:
        return None


def moment_of(cell: Cell, order: str = "", *, is_date_column: bool = False) -> Moment:
    """The time that a cell names.

    Args:
        cell: Cell.
        order: `dmy` or `mdy`, how dates with slashes are read.
        is_date_column: Whether a bare number may be a date as Excel counts days.

    Raises:
        CellError: It names none, or can be read in two ways.

    Examples:
        >>> moment_of("1960M01").label, moment_of("янв. 2026 г.").label, moment_of("Q2 2026")
        ('1960-01', '2026-01', Moment(year=2026, month=4, day=0, months=3))
    """
    if isinstance(cell, date):
        return Moment(cell.year, cell.month, cell.day, 0)
    if isinstance(cell, bool) or cell is None:
        raise _no_time(cell)
    if isinstance(cell, float):
        return _numbered(cell, is_date_column=is_date_column)
    text = _FOOTNOTE.sub("", cell.translate(SPACES).rstrip())
    text = WORDS_OF_YEARS.sub("", text).strip(" ,")
    found = _year_first(text) or _quarter(text) or _named(text) or _day_first(text, order)
    if found is not None:
        return found
    if text.replace(".0", "").isdigit() and len(text) == 5 and is_date_column:
        return _numbered(float(text), is_date_column=True)
    if text.startswith(("на ", "as of ", "as at ")) and (day := day_told(text)):
        return day
    raise _no_time(cell)


def day_told(text: str) -> Moment | None:
    """The day that a text says what it tells is of, as in `Остаток на 01.01.2026`.

    Examples:
        >>> day_told("Stock as of 31 December 2025").label, day_told("План на 2026 год")
        ('2025-12-31', None)
    """
    match = _AS_OF.fullmatch(text.translate(SPACES).strip())
    found = moment_or_none(match[1]) if match else None
    return found if found is not None and found.months == 0 else None


def _no_time(cell: Cell) -> CellError:
    what = _('"{cell}" is no date').format(cell="" if cell is None else cell)
    return CellError(what, _('write it as in "2026-01" or "2026-01-15"'))


def _numbered(number: float, *, is_date_column: bool) -> Moment:
    if number == int(number) and _YEARS[0] <= number <= _YEARS[1]:
        return Moment(int(number), 1, 0, 12)
    if number == int(number) and 190_001 <= number <= 220_012 and 1 <= number % 100 <= 12:
        return Moment(int(number) // 100, int(number) % 100, 0, 1)
    if is_date_column and _SERIAL[0] <= number <= _SERIAL[1]:
        day = date(1899, 12, 30) + timedelta(days=int(number))
        return Moment(day.year, day.month, day.day, 0)
    if _YEARS[0] <= number <= _YEARS[1]:
        what = _('"{number}" is a number; of a month, a zero at its end is lost in it')
        raise CellError(what.format(number=number), _('write it as a text, as in "2026-10"'))
    raise _no_time(number)


def _real(year: int, month: int, day: int, text: str) -> Moment | None:
    if not 1 <= month <= 12:
        return None
    if day == 0:
        return Moment(year, month, 0, 1)
    try:
        date(year, month, day)
    except ValueError:
        what = _('"{text}" is no day of the calendar').format(text=text)
        raise CellError(what, _("check the digits")) from None
    return Moment(year, month, day, 0)


def _year_first(text: str) -> Moment | None:
    if match := re.fullmatch(r"Y?((?:19|20|21)\d{2})", text):
        return Moment(int(match[1]), 1, 0, 12)
    if match := _ISO.fullmatch(text):
        if match[3] is None and "." in text and len(match[2]) == 1:
            return None
        return _real(int(match[1]), int(match[2]), int(match[3] or 0), text)
    if match := _M.fullmatch(text) or _COMPACT.fullmatch(text):
        return _real(int(match[1]), int(match[2]), 0, text)
    return None


def _quarter(text: str) -> Moment | None:
    match = _YEAR_AND_PART.fullmatch(text)
    quarter = _quarter_named((match[2] or match[3]).strip(" -/.,")) if match else 0
    if match is None or not quarter:
        return None
    return Moment(int(match[1] or match[4]), 3 * quarter - 2, 0, 3)


def _named(text: str) -> Moment | None:
    if match := _DAY_NAMED.fullmatch(text):
        day, word, year = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
        month = month_named(word)
        return _real(int(year), month, int(day), text) if month else None
    if match := _NAMED.fullmatch(text):
        word, year = match.group(1, 2) if match[1] else match.group(4, 3)
        month, number = month_named(word), int(year)
        if len(year) == 2:
            number += 2000 if number < _THIS_CENTURY else 1900
        return Moment(number, month, 0, 1) if month else None
    return None


def _day_first(text: str, order: str) -> Moment | None:
    if match := _DOTTED.fullmatch(text):
        return _real(int(match[3]), int(match[2]), int(match[1]), text)
    if match := _SLASHED.fullmatch(text):
        one, other, year = int(match[1]), int(match[2]), int(match[3])
        if not order and one != other and max(one, other) <= 12:
            what = _('"{text}" can be read in two ways').format(text=text)
            raise CellError(what, _("say which with --dates dmy or --dates mdy"))
        first_is_day = order == "dmy" if order else one > 12
        day, month = (one, other) if first_is_day else (other, one)
        return _real(year, month, day, text)
    if match := _MONTH_YEAR.fullmatch(text):
        return _real(int(match[2]), int(match[1]), 0, text)
    return None
