"""The numbers of a table with dates: each in its unit, with its time and its place.

What a cell says goes before its heading, that before the mapping, and that before what was told.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from derbes.case.entities import Case
from derbes.casefile.entries import Plain
from derbes.errors import Problem
from derbes.language import _, language
from derbes.tables.cells import (
    CellError,
    Marked,
    Moment,
    decimal_mark,
    moment_of,
    moment_or_none,
    number_of,
    part_alone,
)
from derbes.tables.kept import TableMap
from derbes.tables.layout import FoundTable, plain, split_unit, unit_amount
from derbes.tables.mapping import ACROSS, measures_same, own_units, selects, unit_of
from derbes.tables.sheets import Cell
from derbes.units import GROUP_SPACE, Unit, UnitError, convert, format_amount, parse_unit

YES = frozenset(
    {"1", "1.0", "yes", "y", "true", "x", "да", "иә", "out", "stock-out", "+", "нет в наличии"}
)
"""What marks a month as one of stock-out; so does a number of days above 0."""
QUARTERS = ("quarter", "qtr", "кварт", "тоқсан")
"""Words of a heading below which a number is that of a quarter."""
DECIMALS = {"comma": ",", "point": "."}
"""Decimal marks as options call them."""
PER_MONTH = "/month"
"""End of the unit of a flow."""


class DatedNumber(NamedTuple):
    """One number of a table."""

    moment: Moment
    number: float | None
    unit: Unit | None
    place: str
    is_out: bool = False
    """Whether it is of a time of stock-out."""

    @property
    def words(self) -> str:
        """The number with its unit, as the case file has it."""
        return words(self.number or 0.0, self.unit.name if self.unit else "")


def words(number: float, unit: str, digits: int = 12) -> str:
    """A number with its unit as the case file has it."""
    return format_amount(float(f"{number:.{digits}g}"), unit).replace(GROUP_SPACE, "")


def spelled_out(number: float, unit: str, digits: int) -> str:
    """A number with its unit in the language in use, for whoever reads about the table."""
    amount = format_amount(float(f"{number:.{digits}g}"), unit, language())
    return amount.replace(GROUP_SPACE, "")


class DatedCell(NamedTuple):
    """A cell with a number, and what the row and the heading say of it."""

    path: str
    time: Cell | Moment
    time_place: str
    unit: str
    is_out: bool
    place: str
    cell: Cell


def dated_cells(found: TableMap, frame: FoundTable) -> Iterator[DatedCell]:
    """Cells of a table with dates that tell numbers of the case."""
    columns = {part: one for part, name in found.columns.items() if (one := frame.named(name))}
    across = [one for one in frame.headings if one.is_time]
    paths = {plain(text): path for text, path in found.items.items()}
    alone = {part: one for part, one in columns.items() if "." in part}
    quarters = any(word in plain(found.columns["date"]) for word in QUARTERS)
    for row in frame.rows:
        said = {part: frame.cell(row, one) for part, one in columns.items()}
        path = paths.get(plain(str(said.get("item"))), "")
        if not selects(found, frame, row) or (found.items and not path):
            continue
        mark, unit = said.get("stockout"), str(said.get("unit") or "")
        unit = unit or split_unit(str(said.get("item") or ""))[1]  # `Coal, million t`
        is_out = _is_out(mark)
        if found.columns["date"] == ACROSS:
            where = path or next((part for part in found.columns if "." in part), "")
            for one in across:
                year = _year(said.get("year"))
                time = one.moment or (f"{year}{one.part}" if year else one.text)
                at, cell = frame.place(row, one), frame.amount(row, one)
                yield DatedCell(where, time, at, unit or one.unit, is_out, at, cell)
            continue
        at, when = frame.place(row, columns["date"]), said["date"]
        if (year := _year(said.get("year"))) and (part := part_alone(when, of_quarters=quarters)):
            day = str(said.get("day")).removesuffix(".0")
            when = f"{year}{part}-{day.zfill(2)}" if day.isdigit() else f"{year}{part}"
        wanted = {path: columns["value"]} if path and "value" in columns else alone
        for part, one in wanted.items():
            place, cell = frame.place(row, one), frame.amount(row, one)
            yield DatedCell(part, when, at, one.unit or unit, is_out, place, cell)


def _is_out(mark: Cell) -> bool:
    """Whether a cell marks a stock-out: a word for it, or a number of days."""
    if plain(str(mark)) in YES:
        return True
    try:
        days = None if isinstance(mark, bool) else number_of(mark)
    except CellError:
        return False
    return days is not None and days.number > 0


def _year(cell: Cell) -> str:
    found = moment_or_none(cell)
    return str(found.year) if found else ""


@dataclass(slots=True)
class TableReading:
    """How one table is read, what it tells of a case, and what is wrong with it."""

    found: TableMap
    """Nothing of it is guessed any more."""
    frame: FoundTable
    case: Case
    source: str
    """Id of the document."""
    file: str
    unit: str
    """Where neither cell, heading nor mapping tells one."""
    decimal: str = ""
    order: str = ""
    flags: dict[str, int] = field(default_factory=dict)
    """Letters of the source behind numbers → how many."""
    values: dict[tuple[str | int, ...], Plain] = field(default_factory=dict)
    """Path → what is to stand there."""
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lacking: list[Problem] = field(default_factory=list)
    """What the table does not tell of one number; refused where it tells no other either."""
    holes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Path of a series → months within it that the table does not know."""

    @property
    def grade(self) -> str:
        """Of its numbers."""
        return self.found.grade or "B"

    def refuse(self, place: str, what: str, fix: str = "") -> None:
        """Note a problem, once."""
        problem = Problem(place, what, fix=fix)
        if problem not in self.problems:
            self.problems.append(problem)

    def told(self, value: Mapping[str, Plain], why: str, grade: str = "") -> dict[str, Plain]:
        """A number with what is said of it."""
        return {**value, "source": self.source, "grade": grade or self.grade, "why": why}

    def settle_decimal(self, cells: Iterable[tuple[str, Cell]]) -> None:
        """Take the decimal mark that was told, else that which the numbers show.

        Args:
            cells: Place and cell of each number.
        """
        self.decimal = DECIMALS.get(self.found.decimal, "")
        if not self.decimal:
            self.decimal, open_ = decimal_mark(cells)
            self.problems += open_

    def point(self, one: DatedCell) -> DatedNumber | None:
        """The number of a cell, in its unit; None, with a problem, where it cannot be read."""
        units, moment = self.found.units, one.time
        told = units.get(one.path) or one.unit or units.get("value") or self.unit or self.frame.unit
        try:
            if not isinstance(moment, Moment):
                moment = moment_of(moment, self.order, is_date_column=True)
        except CellError as error:
            self.refuse(one.time_place, error.what, error.fix)
            return None
        try:
            marked = self.measured(one.cell, unit_at(self.case, one.path), told=told)
        except CellError as error:
            self.refuse(one.path if error.of_table else one.place, error.what, error.fix)
            return None
        if marked is None:
            return DatedNumber(moment, None, None, one.place, one.is_out)
        if marked.flag:
            self.flags[marked.flag] = self.flags.get(marked.flag, 0) + 1
        return DatedNumber(moment, marked.number, marked.unit, one.place, one.is_out)

    def measured(self, cell: Cell, wanted: str, *, told: str, also: str = "") -> Marked | None:
        """The number of a cell in its unit; None where none is known.

        Args:
            cell: Cell.
            wanted: Unit that the number of the case is counted in; empty: any.
            told: Unit that heading, mapping or options tell.
            also: Unit that counts as the wanted one, as in `kg/t` of an input.

        Raises:
            CellError: It is no number, is below 0, or counts something else.
        """
        own = own_units(self.case)
        marked = number_of(cell, self.decimal, own)
        if marked is None:
            return None
        is_bare = marked.unit is None or not marked.unit.name  # or `335 thousand`
        if is_bare:
            if not told:
                raise _without_unit(wanted)
            try:
                amount = unit_amount(told, own)
            except UnitError as error:
                raise CellError(error.what, error.fix, of_table=True) from error
            if marked.unit is not None and amount.number != 1:
                what = _('"{cell}" is counted in "{unit}": a thousand or a million stands twice')
                fix = _("leave it out of one of the two")
                raise CellError(what.format(cell=cell, unit=told), fix)
            marked = Marked(marked.number * amount.number, amount.unit, marked.flag)
        unit = marked.unit
        targets = [parse_unit(one, own) for one in (wanted, also) if one]
        if unit is None or not targets:
            return marked
        per_row = wanted.endswith(PER_MONTH)
        if not any(measures_same(unit, target, per_row=per_row) for target in targets):
            what = _('it is counted in "{unit}", and in the table in "{other}"')
            what = what.format(unit=wanted, other=unit.name)
            fix = _("see whether it is the right column; say its unit with --unit")
            raise CellError(what, fix, of_table=is_bare)
        known = {self.case.currency, *self.case.rates}
        money = [code for code, _power in unit.currencies if code not in known]
        if money:
            what = _("the case has no rate of {code}").format(code=money[0])
            raise CellError(what, _("add it under currency.rates, with its year"), of_table=True)
        if marked.number < 0:
            fix = _("see whether it is a correction; leave the cell empty where none is known")
            raise CellError(_('"{cell}" is below 0').format(cell=cell), fix)
        return marked


def _without_unit(wanted: str) -> CellError:
    what, example = _("the table tells no unit"), "share"
    if wanted:
        what = _("the table tells no unit of what is counted in {unit}").format(unit=wanted)
        example = wanted.removesuffix(PER_MONTH)
    fix = _('say it: --unit "{unit}", or what it is').format(unit=example)
    return CellError(what, fix, of_table=True)


def unit_at(case: Case, path: str) -> str:
    """The unit of a number of a case; empty: any."""
    steps = path.split(".")
    return unit_of(case, *steps[:3]) if len(steps) == 3 else ""


def as_months(points: Sequence[DatedNumber]) -> list[DatedNumber]:
    """Points whose days all begin, or all end, a month of their own as points of those months."""
    moments = [one.moment for one in points]
    n_months = len({(one.year, one.month) for one in moments})
    if any(one.months for one in moments) or n_months < len(moments):
        return list(points)
    is_first = all(one.day == 1 for one in moments)
    is_last = all(one.day == one.month_days for one in moments)
    if len(points) < 2 or not (is_first or is_last):
        return list(points)
    return [one._replace(moment=one.moment._replace(day=0, months=1)) for one in points]


def told_twice(path: str, points: Sequence[DatedNumber]) -> Iterator[Problem]:
    """Times that several rows tell."""
    first: dict[Moment, DatedNumber] = {}
    for point in points:
        other = first.setdefault(point.moment, point)
        if other is not point:
            yield told_again(path, point, other)


def told_again(path: str, point: DatedNumber, other: DatedNumber) -> Problem:
    """A time that a row tells, and another one before it."""
    what = _("{path} is told twice for {time}, first in {place}")
    what = what.format(path=path, time=point.moment.label, place=other.place)
    fix = _('take one of the rows out, or choose rows: --map "where HEADING=TEXT"')
    return Problem(point.place, what, fix=fix)


def sums(points: Sequence[DatedNumber]) -> list[DatedNumber]:
    """Points of a longer time that add up all of its months, or quarters, as a year's total does.

    What is rounded to its last digit adds up to within two thousandths.
    """
    begins = {(one.moment.year, one.moment.month, one.moment.months): one for one in points}

    def adds_up(point: DatedNumber, length: int) -> bool:
        year, month, months, parts = point.moment.year, point.moment.month, point.moment.months, 0.0
        for begin in range(month, month + months, length):
            part = begins.get((year, begin, length))
            if not (part and part.unit and point.unit and part.number is not None):
                return False
            parts += convert(part.number, part.unit, point.unit)
        return point.number is not None and math.isclose(parts, point.number, rel_tol=2e-3)

    lengths = {one.moment.months for one in points} - {0}
    return [
        one
        for one in points
        if any(adds_up(one, length) for length in lengths if 0 < length < one.moment.months)
    ]


def told_within(path: str, points: Sequence[DatedNumber]) -> Iterator[Problem]:
    """The first time that one row tells, and another within a longer one: a month, and its year."""
    known = [one for one in points if one.number is not None]
    known.sort(key=lambda one: (one.moment.year, one.moment.month, -one.moment.months))
    for n, longer in enumerate(known):
        for one in known[n + 1 :]:
            if one.moment.months_since(longer.moment) >= longer.moment.months:
                break
            if one.moment.months < longer.moment.months:
                yield told_again(path, one, longer)
                return
