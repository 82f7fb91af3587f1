"""A whole quantity: value or series, range, distribution, and where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from derbes.case.quantity import MONTHS_A_YEAR, Calendar, Grade, MonthQuantity, Quantity
from derbes.casefile.findings import Finding
from derbes.casefile.quantities.distributions import parameters_of
from derbes.casefile.quantities.measures import (
    Measures,
    Reading,
    Steps,
    in_base,
    in_words,
    named_unit,
    outside,
)
from derbes.casefile.schema.entries import MISSING, Kind, MonthEntry, QuantityEntry, StatedEntry
from derbes.casefile.tree.nodes import Path, dotted
from derbes.language import _
from derbes.units import UnitError, parse_amount, parse_unit

LONGEST_CALENDAR = 1200
"""Periods of the longest calendar; a longer one stands in for one that cannot be read."""
ROUNDING = 1e-9
"""Turning units rounds; a value may miss the end of its range by so much of it."""


def read_quantity(
    entry: QuantityEntry,
    measures: Measures,
    kind: Kind,
    *,
    units: tuple[str, ...],
    path: Path,
    line: int = 0,
) -> tuple[Quantity | None, list[Finding]]:
    """A quantity in base units, None when it cannot be had, and what is wrong with it.

    Args:
        entry: What stands in the file.
        measures: In what the case counts.
        kind: Limits.
        units: Unit that it is turned into, and others that count as it.
        path: Its path.
        line: Line in which it stands.
    """
    targets = tuple(parse_unit(unit, measures.own) for unit in units)
    reading = Reading(measures, kind, targets, path)
    steps = _steps(reading, entry)
    if not steps or reading.findings:
        return None, reading.findings
    quantity = replace(
        _number(reading, entry, steps[0][1], line),
        value=_at_first(steps),
        path=dotted(path),
        written=_written(entry),
        steps=steps if len(steps) > 1 or entry.series is not None else (),
        after=entry.after or "",
        months=_months(reading, entry, steps, line) if entry.series else (),
    )
    return (None if reading.findings else quantity), reading.findings


def _steps(reading: Reading, entry: QuantityEntry) -> Steps:
    """The value, or the series, in base units."""
    if entry.unit:
        reading.inherited = named_unit(reading, entry.unit)
    if entry.after and entry.series is None:
        reading.refuse(("after",), _('"after" says nothing without a series'), _("take it out"))
    if entry.series is not None:
        return _series(reading, entry)
    _inherit(reading, entry.value or "")
    return in_base(reading, entry.value or "", ("value",))


def _at_first(steps: Steps) -> float:
    """The value in the first period of the calendar."""
    return [value for period, value in steps if period <= 0 or period == steps[0][0]][-1]


def _number(reading: Reading, entry: StatedEntry, value: float, line: int) -> Quantity:
    """A number, or the first of a series, with all that its entry says of it."""
    low, high = _ends(reading, entry, value)
    distribution = entry.distribution
    parameters = parameters_of(reading, distribution, low, high)
    if distribution and distribution.values and parameters:
        seen = parameters[:: 2 if distribution.kind == "discrete" else 1]
        low, high = min(seen), max(seen)
    return Quantity(
        value=value,
        unit=reading.unit.name,
        low=low,
        high=high,
        distribution=distribution.kind if distribution else "",
        parameters=parameters,
        reference=distribution.reference if distribution else "",
        grade=Grade(entry.grade or ""),
        source=entry.source,
        why=entry.why,
        line=line,
    )


def month_period(text: str, calendar: Calendar) -> int | None:
    """Period that holds a month such as `2027-07`; None when it is no month."""
    parts = text.split("-")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts[:2]):
        return None
    if not 1 <= int(parts[1]) <= MONTHS_A_YEAR:
        return None
    return calendar.index(int(parts[0]), int(parts[1]))


def _inherit(reading: Reading, text: str) -> None:
    """Plain numbers of a range are in the unit that the value is written in."""
    try:
        unit = parse_amount(text, reading.measures.own).unit
    except UnitError:
        return  # said where the value itself is read
    reading.inherited = unit or reading.inherited


def _written(entry: QuantityEntry) -> str:
    words = entry.value
    if words is None:
        words = ", ".join(f"{month}: {one.value}" for month, one in (entry.series or {}).items())
    has_unit = any(letter.isalpha() or letter in "%$€£₸₽" for letter in words)
    return words if has_unit or not entry.unit else f"{words} {entry.unit}"


def _series(reading: Reading, entry: QuantityEntry) -> Steps:
    if not entry.series:
        reading.refuse(("series",), _("the series is empty"), _('write "{2026-01: 10}"'))
    if reading.kind.constant:
        reading.refuse(("series",), _("this cannot change over time"), _("give one value"))
    dated = _dated(reading, entry.series or {})
    _refuse_late_begin(reading, dated)
    _refuse_same_period(reading, dated)
    ends = [one.period for one in dated[1:]]
    steps: list[tuple[int, float]] = []
    for one, end in zip(dated, [*ends, None], strict=False):
        text = one.entry.value or ""
        if text == MISSING:
            continue  # said where the quantity is asked for
        found = in_base(replace(reading, period=one.period), text, ("series", one.month))
        steps += [(at, value) for at, value in found if end is None or at < end]
    if entry.is_uncertain:
        _refuse_scaling(reading, entry, steps)
    return tuple(steps)


def _refuse_scaling(
    reading: Reading, entry: QuantityEntry, steps: Sequence[tuple[int, float]]
) -> None:
    """A range on the whole scales the series, which must be able to be scaled, and once."""
    key: Path = ("range",) if entry.range is not None else ("distribution",)
    own = [month for month, one in (entry.series or {}).items() if one.is_uncertain]
    if own:
        reading.refuse(
            key,
            _("the series has a range as a whole and one of its own in {month}").format(
                month=own[0]
            ),
            _("keep the one or the others"),
        )
    elif steps and steps[0][1] == 0.0:
        reading.refuse(
            key,
            _("a range scales a series by its first value, and this one begins with 0"),
            _("begin it with another value, or give the months ranges of their own"),
        )


def _months(
    reading: Reading, entry: QuantityEntry, steps: Steps, line: int
) -> tuple[MonthQuantity, ...]:
    """The months of a series that have a range of their own, and their ends."""
    dated = _dated(reading, entry.series or {})
    ends = [one.period for one in dated[1:]]
    found = []
    for one, end in zip(dated, [*ends, reading.measures.calendar.n_periods], strict=True):
        at = [value for period, value in steps if one.period <= period < end]
        if not one.entry.is_uncertain or not at or end <= 0:
            continue
        own = replace(reading, path=(*reading.path, "series", one.month), period=one.period)
        _inherit(own, one.entry.value or "")
        number = _number(own, one.entry, at[0], line)
        quantity = replace(
            number,
            grade=number.grade or Grade(entry.grade or ""),
            source=number.source or entry.source,
            why=number.why or entry.why,
            path=dotted((*reading.path, one.month)),
            written=one.entry.value or "",
        )
        found.append(MonthQuantity(one.period, end, quantity))
    return tuple(found)


class _Dated(NamedTuple):
    """A month of a series, and the period that it falls into."""

    period: int
    month: str
    entry: MonthEntry


def _dated(reading: Reading, series: Mapping[str, MonthEntry]) -> list[_Dated]:
    """The months of a series in the order of time."""
    calendar = reading.measures.calendar
    dated = []
    for month, entry in series.items():
        period = month_period(month, calendar)
        if period is None:
            reading.refuse(
                ("series", month),
                _('expected a month, got "{month}"').format(month=month),
                _('write it as in "2027-07"'),
            )
        elif period >= calendar.n_periods:
            reading.refuse(("series", month), *outside(month, calendar))
        else:
            dated.append(_Dated(period, month, entry))
    return sorted(dated, key=lambda one: (one.period, one.month))


def _refuse_late_begin(reading: Reading, dated: list[_Dated]) -> None:
    """A series must say what holds from the first period on."""
    calendar = reading.measures.calendar
    if dated and 0 < dated[0].period < calendar.n_periods <= LONGEST_CALENDAR:
        reading.refuse(
            ("series", dated[0].month),
            _("the series begins in {month}, the calendar in {first}").format(
                month=dated[0].month, first=calendar.label(0)
            ),
            _('add a value for "{first}", or "missing" where none is known').format(
                first=calendar.label(0)
            ),
        )


def _refuse_same_period(reading: Reading, dated: list[_Dated]) -> None:
    for first, second in pairwise(dated):
        if first.period == second.period:
            reading.refuse(
                ("series", second.month),
                _("{first} and {second} fall into the same period").format(
                    first=first.month, second=second.month
                ),
                _("keep one of the two"),
            )


def _are_shares(texts: Sequence[str]) -> bool:
    return len(texts) == 2 and all(text.strip().endswith("%") for text in texts)


def _ends(reading: Reading, entry: StatedEntry, value: float) -> tuple[float | None, float | None]:
    """Ends of the range in base units; of a series, those of its first value.

    A series is scaled as a whole: its ends, and those of a month of it, may be written as
    shares, `[80 %, 120 %]`.
    """
    texts: Sequence[str] = entry.range or ()
    is_of_series = not isinstance(entry, QuantityEntry) or entry.series is not None
    if is_of_series and reading.unit.powers and _are_shares(texts):
        shares = [parse_amount(text) for text in texts]
        ends = [one.number * one.unit.factor * value for one in shares if one.unit]
    else:
        found = [in_base(reading, text, ("range", position)) for position, text in enumerate(texts)]
        ends = [steps[0][1] for steps in found if steps]
    if len(ends) != 2:
        return None, None
    low, high = ends
    slip = ROUNDING * max(abs(low), abs(high))
    if low > high:
        reading.refuse(
            ("range",),
            _('the range begins above its end: "{low}" is more than "{high}"').format(
                low=texts[0], high=texts[1]
            ),
            _("write the lower value first"),
        )
    elif not low - slip <= value <= high + slip:
        unit = reading.unit.name
        reading.refuse(
            ("range",),
            _("the range from {low} to {high} does not hold the value {value}").format(
                low=in_words(low, unit), high=in_words(high, unit), value=in_words(value, unit)
            ),
            _("widen the range, or write its ends with their unit"),
        )
    return low, high
