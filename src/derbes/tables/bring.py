"""What a table tells of a case, as changes of its file.

A flow is told by what each row adds up to, a price by its mean, a stock by its day. Months that
the table does not know are `missing`, not zero and not the month before.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from derbes.case.entities import Case
from derbes.case.forms import MISSING
from derbes.case.quantity import MONTHS_A_YEAR, Calendar
from derbes.casefile.entries import Plain
from derbes.errors import Problem
from derbes.language import _, ngettext, percent
from derbes.tables.cells import Moment, date_order
from derbes.tables.history import DemandFit, fitted
from derbes.tables.kept import HISTORY, HOLD, STOCKS
from derbes.tables.layout import full, plain
from derbes.tables.mapping import ACROSS, form_at, is_numeric, own_units
from derbes.tables.readings import (
    PER_MONTH,
    DatedNumber,
    TableReading,
    as_months,
    dated_cells,
    spelled_out,
    sums,
    told_again,
    told_twice,
    told_within,
    unit_at,
    words,
)
from derbes.units import convert, convertible, parse_unit

OPENING = ("opening", "begin", "start", "начало", "входящ", "басы")
"""Words of a heading by which a stock is that of the first day."""
CLOSING = ("closing", "end of", "конец", "исходящ", "соңы")
"""Words by which days that begin a month stand for stocks at its end."""
OLDEST = 12
"""Months before the calendar from which a last value is not taken to hold still."""
MOST_FACTS = 240
"""Stocks of a table that become facts: twenty years by month."""
WHOLE = 0.99
"""Part of a period that its rows must cover, for it to be told."""


def bring_dated(reading: TableReading) -> None:
    """Read what a table with dates tells."""
    cells = list(dated_cells(reading.found, reading.frame))
    if reading.found.columns["date"] == ACROSS:
        _look_at_others(reading)
    reading.settle_decimal((one.place, one.cell) for one in cells)
    reading.order = reading.found.dates
    if not reading.order:
        texts = ((one.time_place, one.time) for one in cells if not isinstance(one.time, Moment))
        reading.order, open_ = date_order(texts)
        reading.problems += open_
    if reading.problems:
        return
    by_path: dict[str, list[DatedNumber]] = {}
    for cell in cells:
        point = reading.point(cell)
        if point is not None:
            by_path.setdefault(cell.path, []).append(point)
    for path, points in by_path.items():
        is_of_day = reading.found.kind == STOCKS and not _says(reading, path, CLOSING)
        is_of_day = is_of_day and all(one.moment.day == 1 for one in points)
        months = sorted(points if is_of_day else as_months(points), key=lambda one: one.moment)
        reading.problems += told_twice(path, months)
        if reading.found.kind != STOCKS:
            reading.problems += _apart(path, points, months)
        if not reading.problems:
            _tell(reading, path, _without_sums(reading, path, months))
    if reading.values:
        text = _("{path}: {what}; what stands in the case stays.")
        reading.notes += [text.format(path=one.where, what=one.what) for one in reading.lacking]
    else:
        reading.problems += reading.lacking
    if not by_path and not reading.problems:
        reading.refuse("", _("no row holds a number of those that are asked for"))


def _apart(
    path: str, points: Sequence[DatedNumber], months: Sequence[DatedNumber]
) -> Iterator[Problem]:
    """Days that stand for more than a month, as the first of January for its year, maybe."""
    steps = [later.moment.months_since(one.moment) for one, later in pairwise(months)]
    if steps and min(steps) > 1 and not points[0].moment.months and months[0].moment.months:
        what = _("its days are {n} months apart, and it is not told of what time each row is")
        fix = _('write it as a month, a quarter or a year, as in "2026-01", "2026Q1" or "2026"')
        yield Problem(path, what.format(n=min(steps)), fix=fix)


def _look_at_others(reading: TableReading) -> None:
    """Columns of numbers between times that are none: told, and refused where nothing names them.

    What is above a column without heading, as a year over its months, is that of another.
    """
    frame, begun = reading.frame, False
    told = {frame.named(heading) for heading in reading.found.columns.values()}
    for one in frame.headings:
        begun = begun or one.is_time
        if one in told or one.is_time or not is_numeric(frame, one):
            continue
        place = frame.sheet.place(frame.heading_row, one.column)
        if begun and not one.is_named:
            what = _("numbers stand below no heading, beside times that have one")
            reading.refuse(place, what, _("write the time above each column"))
        else:
            text, why = _("{place}: {why}, left out"), _("no time stands above the numbers")
            reading.notes.append(text.format(place=place, why=why))


def _without_sums(
    reading: TableReading, path: str, points: Sequence[DatedNumber]
) -> Sequence[DatedNumber]:
    """Amounts without totals of quarters and years that stand among them."""
    units = [one.unit for one in points if one.unit is not None]
    is_flow = unit_at(reading.case, path).endswith(PER_MONTH)
    if not is_flow or any("time" in dict(unit.powers) for unit in units):
        return points
    totals = sums(points)
    if totals:
        text = _("{path}: {times}: sums of months or quarters that stand beside them, left out.")
        times = ", ".join(f"{one.moment.label} ({one.place})" for one in totals)
        reading.notes.append(text.format(path=path, times=times))
    return [one for one in points if one not in totals]


def _tell(reading: TableReading, path: str, points: Sequence[DatedNumber]) -> None:
    if reading.found.kind == STOCKS and not re.fullmatch(r"stockpiles\.\w+\.quantity", path):
        what, fix = _("{path} is not a stock"), _("for what changes over time: --map kind=series")
        reading.refuse(path, what.format(path=path), fix)
        return
    known = [one for one in points if one.number is not None]
    if not known:
        reading.lacking.append(Problem(path, _("the table knows none of its numbers")))
        return
    if reading.flags:
        flags = ", ".join(f"{flag} ({n})" for flag, n in reading.flags.items())
        note = _("Numbers with letters of the source behind them are taken as they stand: {flags}.")
        if note.format(flags=flags) not in reading.notes:
            reading.notes.append(note.format(flags=flags))
    if reading.found.kind == STOCKS:
        _tell_stock(reading, path, known)
    else:
        (_tell_history if reading.found.kind == HISTORY else _tell_series)(reading, path, points)


def _says(reading: TableReading, path: str, wanted: Sequence[str]) -> bool:
    """Whether heading or row of a number, or the title, is called by one of the words."""
    columns = reading.found.columns
    heading = reading.frame.named(columns.get(path, columns.get("value", "")))
    items = [text for text, one in reading.found.items.items() if one == path]
    said = plain(" ".join([full(heading) if heading else "", *items, reading.frame.title]))
    return any(word in said for word in wanted)


def _tell_stock(reading: TableReading, path: str, points: Sequence[DatedNumber]) -> None:
    """The stock with which the calendar begins: of the last day up to it."""
    found, begin = reading.found, reading.case.calendar.month_of(0)
    opens = _says(reading, path, OPENING)

    def month_after(moment: Moment) -> tuple[int, int]:
        """Month at whose beginning a stock stands."""
        if moment.months == 0:
            return _later(moment.year, moment.month, int(moment.day == moment.month_days))
        return _later(moment.year, moment.month, 0 if opens else moment.months)

    if found.facts:
        _tell_stock_facts(reading, path, points)
    fitting = [one for one in points if one.moment.label == found.at] if found.at else [
        one for one in points if month_after(one.moment) == begin and _is_edge(one.moment)
    ]  # fmt: skip
    if not fitting:
        labels = ", ".join(one.moment.label for one in points[-3:])
        what = _(
            "the table has no stock for {month}, when the calendar begins; its last are {labels}"
        )
        what = what.format(month=f"{begin[0]}-{begin[1]:02d}", labels=labels)
        fix = _("take another one with --at {label}, or change calendar.first")
        fix = fix.format(label=points[-1].moment.label)
        reading.lacking.append(Problem(path, what, fix=fix))
        return
    if apart := next(_told_apart(path, fitting), None):
        reading.problems.append(apart)
        return
    point = fitting[-1 if opens else 0]  # the evening before goes before the day itself
    kind = _("stock at the end") if point.moment.months else _("stock")
    kind = _("opening stock") if opens else kind
    why = _("{kind} of {time}, {place} of {file}")
    why = why.format(kind=kind, time=point.moment.label, place=point.place, file=reading.file)
    reading.values[tuple(path.split("."))] = reading.told({"value": point.words}, why)


def _told_apart(path: str, points: Sequence[DatedNumber]) -> Iterator[Problem]:
    """Stocks of one edge that differ, as that of a year and that of its last month."""
    told = [(one, one.number, one.unit) for one in points if one.moment.months]
    for (first, number, unit), (other, another, its) in pairwise(told):
        if number is None or another is None or unit is None or its is None:
            continue
        if not math.isclose(convert(another, its, unit), number, rel_tol=1e-6):
            yield told_again(path, other, first)


def _tell_stock_facts(reading: TableReading, path: str, points: Sequence[DatedNumber]) -> None:
    """Each stock at the edge of a month as a fact with its day, which statements can name."""
    name = path.split(".")[1]
    label = reading.case.stockpiles[name].label
    text = _("{what}: stock of {time}.")
    edges = [one for one in points if one.moment.months <= 1 and _is_edge(one.moment)]
    for one in edges[-MOST_FACTS:]:
        id_ = f"{name}_{re.sub('[^0-9A-Za-z]+', '_', one.moment.label)}"
        reading.values["facts", id_] = {
            "says": text.format(what=next(iter(label.values()), name), time=one.moment.label),
            "amount": one.words,
            "date": one.moment.label,
            "document": reading.source,
            "grade": reading.grade,
        }
    if any(one.moment.months > 1 for one in points):
        note = _("{path}: only stocks of days and months become facts.")
        reading.notes.append(note.format(path=path))
    if len(edges) > MOST_FACTS:
        note = _("{path}: of {n} stocks the last {most} become facts.")
        reading.notes.append(note.format(path=path, n=len(edges), most=MOST_FACTS))


def _is_edge(moment: Moment) -> bool:
    """Whether a time is no day, or the first or last of a month."""
    return bool(moment.months) or moment.day in {1, moment.month_days}


def _later(year: int, month: int, months: int) -> tuple[int, int]:
    year, month = divmod(year * MONTHS_A_YEAR + month - 1 + months, MONTHS_A_YEAR)
    return year, month + 1


def _rates(
    path: str, points: Sequence[DatedNumber], case: Case
) -> tuple[list[tuple[Moment, float | None]], str, bool]:
    """Numbers in one unit; amounts of rows as rates a month; and whether they were amounts."""
    wanted = unit_at(case, path)
    unit = next(one.unit for one in points if one.unit is not None)
    is_flow = wanted.endswith(PER_MONTH) and "time" not in dict(unit.powers)
    found: list[tuple[Moment, float | None]] = []
    for one in points:
        number = one.number
        if number is not None and one.unit is not None and convertible(one.unit, unit):
            number = convert(number, one.unit, unit)
        if number is not None and is_flow:
            number /= _length(one.moment)
        found.append((one.moment, number))
    if is_flow:
        unit = parse_unit(f"{unit.name}{PER_MONTH}", own_units(case))
    return found, unit.name, is_flow


def _length(moment: Moment) -> float:
    """Length of what a row speaks of. [month]"""
    return moment.months or 1 / moment.month_days


def _tell_series(reading: TableReading, path: str, points: Sequence[DatedNumber]) -> None:
    """A series by period of the calendar."""
    steps, calendar = path.split("."), reading.case.calendar
    form = form_at(steps[0], steps[2]) if len(steps) == 3 else None
    if form is not None and form.constant:
        what = _("{path} cannot change over time").format(path=path)
        fix = _("for a stock at the beginning of the calendar: --map kind=stocks")
        reading.refuse(path, what, fix)
        return
    if overlaps := [*told_within(path, points)]:
        reading.problems += overlaps
        return
    numbers, unit, is_flow = _rates(path, points, reading.case)
    by_period: dict[int, list[tuple[float, float | None]]] = {}
    for moment, number in numbers:
        period = calendar.index(moment.year, moment.month)
        by_period.setdefault(period, []).append((_length(moment), number))
    values: dict[int, float | None] = {}
    short: list[str] = []
    for period, parts in sorted(by_period.items()):
        told = [(length, number) for length, number in parts if number is not None]
        covered = sum(length for length, _number in told)
        is_known = bool(told) and not (is_flow and covered < WHOLE * calendar.step)
        short += [calendar.label(period)] if told and not is_known else []
        total = sum(length * number for length, number in told)
        values[period] = total / covered if is_known else None
    if short:
        text = _("{path}: months that are not whole are left out: {months}.")
        reading.notes.append(text.format(path=path, months=", ".join(short)))
    _put_series(reading, path, points, values, unit=unit)


def _put_series(
    reading: TableReading,
    path: str,
    points: Sequence[DatedNumber],
    values: Mapping[int, float | None],
    *,
    unit: str,
) -> None:
    """Values by period as a series of the case file, with what it says of itself."""
    calendar, begin = reading.case.calendar, reading.case.calendar.label(0)
    first, last = points[0].moment.label, points[-1].moment.label
    late = [period for period in values if period >= calendar.n_periods]
    known = sorted(
        period for period, value in values.items() if value is not None and period not in late
    )
    if not known and any(value is None for period, value in values.items() if period >= 0):
        what = _("its rows do not fill a period of the calendar, or tell none of its numbers")
        fix = _("get whole months; where each row is a rate, say so in its unit, as in t/day")
        reading.refuse(path, what, fix)
        return
    if not known:
        what = _("the table tells {first} to {last}, and the calendar begins in {month}")
        what = what.format(first=first, last=last, month=begin)
        reading.refuse(path, what, _("for demand out of the past: --map kind=history"))
        return
    if known[-1] * calendar.step < -OLDEST:
        what = _("the table ends in {last}, and the calendar begins in {month}")
        what = what.format(last=last, month=begin)
        fix = _("for demand out of the past: --map kind=history; else get newer figures")
        reading.refuse(path, what, fix)
        return
    if late:
        text = _("{path}: {n} periods behind the end of the calendar are left out.")
        reading.notes.append(text.format(path=path, n=len(late)))
    inside = sorted(_with_gaps(known, points, calendar))
    series: dict[str, Plain] = {}
    holes = []
    for period in inside:
        if period < 0 and any(0 >= later > period for later in known):
            continue  # only the last one before the calendar counts
        value = values.get(period)
        if value is None:
            holes.append(calendar.label(period))
            series[calendar.label(period)] = _filled(reading, values, known, period)
        else:
            series[calendar.label(period)] = words(value, "")
    if holes and not reading.found.gaps:
        reading.holes[path] = tuple(holes)
        text = _("{path}: not known for {months}: written as missing.")
        shown = ", ".join(holes[:6]) + (", …" if len(holes) > 6 else "")
        reading.notes.append(text.format(path=path, months=shown))
    if known[-1] < calendar.n_periods - 1:
        text = _("{path}: behind {month} its last value holds.")
        reading.notes.append(text.format(path=path, month=calendar.label(known[-1])))
    points = [one for one in points if calendar.index(one.moment.year, one.moment.month) in inside]
    is_derived = any((one.moment.months or 0) != calendar.step for one in points)
    first, last = points[0].moment.label, points[-1].moment.label
    why = _("{first} to {last} of {file}, {place} and below")
    why = why.format(first=first, last=last, file=reading.file, place=points[0].place)
    grade = "C" if is_derived and reading.grade in {"A", "B"} else reading.grade
    found: dict[str, Plain] = {"series": series, "unit": unit}
    reading.values[tuple(path.split("."))] = reading.told(found, why, grade)


def _with_gaps(known: Sequence[int], points: Sequence[DatedNumber], calendar: Calendar) -> set[int]:
    """Known periods, and between them those that rows would begin which are not there.

    A row tells all periods of its time: a year twelve, where the calendar is of months.
    """
    lengths = {
        calendar.index(one.moment.year, one.moment.month): max(
            1, one.moment.months // calendar.step
        )
        for one in sorted(points, key=lambda one: one.moment.months)
    }
    usual, told = min(lengths.values()), set(known)
    found = set(known)
    end = known[0]
    for period in range(known[0], known[-1] + 1):
        if period in told:
            end = max(end, period + lengths[period])
        elif period >= end:
            found.add(period)
            end = period + usual
    return found


def _filled(
    reading: TableReading, values: Mapping[int, float | None], known: Sequence[int], period: int
) -> Plain:
    """What stands for a period that the table does not know: `missing`, or what was asked for."""
    before, after = max(p for p in known if p < period), min(p for p in known if p > period)
    first, last = values[before] or 0.0, values[after] or 0.0
    if not reading.found.gaps:
        return MISSING
    if reading.found.gaps == HOLD:
        value, why = first, _("not in the table; the value before it holds")
    else:
        share = (period - before) / (after - before)
        value, why = first + share * (last - first), _("not in the table; on a straight line")
    return {"value": words(value, "", 10), "grade": "D", "why": why}


def _tell_history(reading: TableReading, path: str, points: Sequence[DatedNumber]) -> None:
    """Demand out of consumption (H1)-(H5)."""
    numbers, unit, _is_flow = _rates(path, points, reading.case)
    out = {one.moment for one in points if one.is_out}
    lengths, short = {moment.months for moment, _number in numbers}, list[str]()
    if lengths == {0}:
        numbers, short = _by_month(numbers, out)
        if short:
            text = _("{path}: months that are not whole are left out: {months}.")
            reading.notes.append(text.format(path=path, months=", ".join(short)))
        lengths = {1}
    if len(lengths) != 1 or lengths & {0}:
        what = _("rows are of different lengths of time")
        reading.refuse(path, what, _("choose rows of months, quarters or years"))
        return
    months = lengths.pop()
    a_year = MONTHS_A_YEAR // months
    first = min(moment for moment, _number in numbers)

    told = {
        moment.months_since(first) // months: number
        for moment, number in numbers
        if number is not None and moment not in out
    }
    if not told and len(short) == len(numbers):
        what = _("its rows are days, and they fill no month: {months}")
        shown = ", ".join(short[:6]) + (", …" if len(short) > 6 else "")
        fix = _('where a row stands for its month, write that as its date, as in "2026-01"')
        reading.refuse(path, what.format(months=shown), fix)
        return
    if not told:
        what = _("no month is told that had no stock-out")
        reading.refuse(path, what, _("see whether the right column marks the times of stock-out"))
        return
    fit = fitted(told, (first.month - 1) // months, a_year)
    n_out = sum(1 for moment, _number in numbers if moment in out)
    n_unknown = max(told) + 1 - len(told) - n_out
    why = _why_history(fit, points, reading.file, n_out=n_out, n_unknown=max(0, n_unknown))
    value = _demand(fit, first, reading.case.calendar, unit)
    reading.values[tuple(path.split("."))] = reading.told(value, why, "C")
    reading.notes.append(_fit_words(path, fit, unit))


def _by_month(
    numbers: Sequence[tuple[Moment, float | None]], out: set[Moment]
) -> tuple[list[tuple[Moment, float | None]], list[str]]:
    """Days put together to whole months; a month with a day of stock-out counts as one."""
    by_month: dict[Moment, list[float]] = {}
    for moment, number in numbers:
        month = moment._replace(day=0, months=1)
        by_month.setdefault(month, [])
        if number is not None:
            by_month[month].append(number)
        if moment in out:
            out.add(month)
    found: list[tuple[Moment, float | None]] = []
    short = []
    for month, values in by_month.items():
        is_whole = len(values) == month.month_days
        found.append((month, sum(values) / len(values) if is_whole else None))
        short += [] if is_whole else [month.label]
    return found, short


def _demand(fit: DemandFit, first: Moment, calendar: Calendar, name: str) -> dict[str, Plain]:
    """Demand over the calendar, as one number or as a series (H4), with its range (H5)."""
    months, step = first.months, calendar.step
    values = []
    for n in range(calendar.n_periods):
        ahead = Moment(*calendar.month_of(n), 0, 1).months_since(first)
        parts = [fit.demand((ahead + k) // months, MONTHS_A_YEAR // months) for k in range(step)]
        values.append(float(f"{sum(parts) / step:.6g}"))
    ends, has_range = (fit.low, fit.high), fit.n_years > 1
    found: dict[str, Plain] = {"value": words(values[0], name)}
    if len(set(values)) == 1:
        spread: Plain = [words(end * values[0], name, 6) for end in ends]
        return found | ({"range": spread} if has_range else {})
    series: Plain = {calendar.label(n): words(value, "") for n, value in enumerate(values)}
    found = {"series": series, "unit": name}
    if has_range and values[0] > 0:
        found["range"] = [words(100 * end, "%", 4) for end in ends]
    return found


def _why_history(
    fit: DemandFit, points: Sequence[DatedNumber], file: str, *, n_out: int, n_unknown: int
) -> str:
    first, last = points[0].moment.label, points[-1].moment.label
    text = _("{first} to {last} of {file}: {what}")
    parts = [text.format(first=first, last=last, file=file, what=_what_fit(fit))]
    if n_out:
        told = ngettext(
            "{n} period of stock-out left out", "{n} periods of stock-out left out", n_out
        )
        parts.append(told.format(n=n_out))
    if n_unknown:
        told = ngettext("{n} period not known", "{n} periods not known", n_unknown)
        parts.append(told.format(n=n_unknown))
    if fit.n_years > 1:
        parts.append(_("range over {n} years").format(n=fit.n_years))
    return "; ".join(parts)


def _what_fit(fit: DemandFit) -> str:
    if fit.trend and fit.season:
        return _("level, trend and season")
    if fit.trend:
        return _("level and trend")
    return _("level and season") if fit.season else _("level")


def _fit_words(path: str, fit: DemandFit, name: str) -> str:
    """What was found in a history, for the one who takes it."""
    level = _("{path}: level {level} at the beginning of the table")
    level = level.format(path=path, level=spelled_out(fit.level, name, 4))
    trend = _("fewer than three years, so no trend")
    if fit.trend:
        trend = _("trend {trend} in a year").format(trend=spelled_out(fit.trend, name, 3))
    elif not math.isnan(fit.trend_error):
        trend = _("no trend that stands out of the spread")
    season, years = _("no season"), _("no range: fewer than two years")
    if fit.season:
        low, high = (spelled_out(end(fit.season), name, 3) for end in (min, max))
        season = _("season between {low} and {high}").format(low=low, high=high)
    if fit.n_years > 1:
        low, high = (percent(f"{100 * end:.3g}", " ") for end in (fit.low, fit.high))
        years = _("years between {low} and {high} of the fit").format(low=low, high=high)
    return "; ".join((level, trend, season, years)) + "."
