"""The numbers of a table with dates: each in its unit, with its time and its place.

What a cell says goes before its heading, that before the mapping, and that before what was told.
"""

import calendar as days_of
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from derbes.case.entities import Case
from derbes.casefile.entries import Plain
from derbes.errors import Problem
from derbes.language import _
from derbes.tables.cells import CellError, Moment, moment_of, number_of
from derbes.tables.layout import Frame, plain, unit_amount
from derbes.tables.mapping import (
    ACROSS,
    TableMap,
    form_at,
    measures_same,
    own_units,
    selects,
    unit_of,
)
from derbes.tables.sheets import Cell
from derbes.units import Unit, UnitError, parse_unit

YES = frozenset(
    {"1", "1.0", "yes", "y", "true", "x", "да", "иә", "out", "stock-out", "+", "нет в наличии"}
)
"""What marks a month as one of stock-out; so does a number of days above 0."""
PER_MONTH = "/month"
"""End of the unit of a flow."""


@dataclass(slots=True)
class Brought:
    """What a table tells, and what is wrong with it."""

    values: dict[tuple[str | int, ...], Plain] = field(default_factory=dict)
    """Path → what is to stand there."""
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Point(NamedTuple):
    """One number of a table."""

    moment: Moment
    number: float | None
    unit: Unit | None
    place: str
    is_out: bool = False
    """Whether it is of a time of stock-out."""


@dataclass(frozen=True, slots=True)
class About:
    """What every number of a table says of itself."""

    source: str
    """Id of the document."""
    file: str
    grade: str


class DatedCell(NamedTuple):
    """A cell with a number, and what the row and the heading say of it."""

    path: str
    time: Cell
    time_place: str
    unit: str
    is_out: bool
    place: str
    cell: Cell


def dated_cells(found: TableMap, frame: Frame) -> Iterator[DatedCell]:
    """Cells of a table with dates that tell numbers of the case."""
    columns = {part: one for part, name in found.columns.items() if (one := frame.named(name))}
    across = [one for one in frame.headings if one.moment is not None or one.month]
    paths = {plain(text): path for text, path in found.items.items()}
    alone = {part: one for part, one in columns.items() if "." in part}
    for row in frame.rows:
        said = {part: frame.cell(row, one) for part, one in columns.items()}
        path = paths.get(plain(str(said.get("item"))), "")
        if not selects(found, frame, row) or (found.items and not path):
            continue
        mark, unit = said.get("stockout"), str(said.get("unit") or "")
        is_out = plain(str(mark)) in YES or (isinstance(mark, float) and mark > 0)
        if found.columns["date"] == ACROSS:
            where = path or next((part for part in found.columns if "." in part), "")
            for one in across:
                time = one.text if one.moment else f"{_year(said.get('year'))}-{one.month:02d}"
                at = frame.place(row, one)
                yield DatedCell(where, time, at, unit or one.unit, is_out, at, frame.cell(row, one))
            continue
        at = frame.place(row, columns["date"])
        wanted = {path: columns["value"]} if path and "value" in columns else alone
        for part, one in wanted.items():
            place, cell = frame.place(row, one), frame.cell(row, one)
            yield DatedCell(part, said["date"], at, one.unit or unit, is_out, place, cell)


def _year(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) else str(cell)


@dataclass(slots=True)
class TableReading:
    """How the cells of one table are read."""

    found: TableMap
    frame: Frame
    case: Case
    about: About
    made: Brought
    decimal: str
    order: str
    unit: str
    """Where neither cell, heading nor mapping tells one."""
    flags: dict[str, int] = field(default_factory=dict)

    def point(self, one: DatedCell) -> Point | None:
        """The number of a cell, in its unit; None, with a problem, where it cannot be read."""
        own = own_units(self.case)
        try:
            moment = moment_of(one.time, self.order, is_date_column=True)
        except CellError as error:
            self._refuse(one.time_place, error.what, error.fix)
            return None
        try:
            marked = number_of(one.cell, self.decimal, own)
        except CellError as error:
            self._refuse(one.place, error.what, error.fix)
            return None
        if marked is None:
            return Point(moment, None, None, one.place, one.is_out)
        if marked.flag:
            self.flags[marked.flag] = self.flags.get(marked.flag, 0) + 1
        unit, number = marked.unit, marked.number
        if unit is None:
            told = (
                self.found.units.get(one.path)
                or one.unit
                or self.found.units.get("value", "")
                or self.unit
            )
            if not told:
                target = unit_at(self.case, one.path)
                what = _("the table tells no unit of {path}").format(path=one.path)
                fix = _('say it: --unit "{unit}", or what it is').format(
                    unit=target.removesuffix(PER_MONTH)
                )
                self._refuse("", what, fix)
                return None
            try:
                amount = unit_amount(told, own)
            except UnitError as error:
                self._refuse(one.place, error.what, error.fix)
                return None
            number, unit = number * amount.number, amount.unit
        return self._fitting(one, Point(moment, number, unit, one.place, one.is_out))

    def _fitting(self, one: DatedCell, point: Point) -> Point | None:
        """The point, unless its unit measures something else or it is below 0."""
        wanted, own = unit_at(self.case, one.path), own_units(self.case)
        target = parse_unit(wanted, own) if wanted else point.unit
        if point.unit is None or target is None:
            return point
        if not measures_same(point.unit, target, per_row=wanted.endswith(PER_MONTH)):
            what = _('{path} is counted in "{unit}", and the table in "{other}"')
            what = what.format(path=one.path, unit=wanted, other=point.unit.name)
            self._refuse(
                "", what, _("see whether it is the right column; say its unit with --unit")
            )
            return None
        money = [
            code
            for code, _power in point.unit.currencies
            if code not in {self.case.currency, *self.case.rates}
        ]
        if money:
            what = _("the case has no rate of {code}").format(code=money[0])
            self._refuse("", what, _("add it under currency.rates, with its year"))
            return None
        section, _id, key = (*one.path.split("."), "", "")[:3]
        form = form_at(section, key)
        if form is not None and form.low is not None and (point.number or 0.0) < form.low:
            what = _('"{cell}" is below {low}').format(cell=one.cell, low=f"{form.low:g}")
            self._refuse(
                one.place,
                what,
                _("see whether it is a correction; leave the cell empty where none is known"),
            )
            return None
        return point

    def _refuse(self, place: str, what: str, fix: str) -> None:
        problem = Problem(place, what, fix=fix)
        if problem not in self.made.problems:
            self.made.problems.append(problem)


def unit_at(case: Case, path: str) -> str:
    """The unit of a number of a case; empty: any."""
    steps = path.split(".")
    return unit_of(case, *steps[:3]) if len(steps) == 3 else ""


def as_months(points: Sequence[Point]) -> list[Point]:
    """Points whose days all begin, or all end, a month of their own as points of those months."""
    moments = [one.moment for one in points]
    if any(one.months for one in moments) or len({(one.year, one.month) for one in moments}) < len(
        moments
    ):
        return list(points)
    ends = [one.day == days_of.monthrange(one.year, one.month)[1] for one in moments]
    if len(points) < 2 or not (all(one.day == 1 for one in moments) or all(ends)):
        return list(points)
    return [one._replace(moment=one.moment._replace(day=0, months=1)) for one in points]


def told_twice(path: str, points: Sequence[Point]) -> Iterator[Problem]:
    """Times that several rows tell."""
    first: dict[Moment, Point] = {}
    for point in points:
        other = first.setdefault(point.moment, point)
        if other is not point:
            what = _("{path} is told twice for {time}, first in {place}")
            what = what.format(path=path, time=point.moment.label, place=other.place)
            fix = _('take one of the rows out, or choose rows: --map "where HEADING=TEXT"')
            yield Problem(point.place, what, fix=fix)
