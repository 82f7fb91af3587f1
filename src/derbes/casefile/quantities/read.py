"""A whole quantity: value or series, range, distribution, and where it comes from."""

from collections.abc import Sequence
from itertools import pairwise

from derbes.case.calendar import MONTHS_A_YEAR, Calendar
from derbes.case.quantity import Grade, Quantity
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
from derbes.casefile.schema.entries import MISSING, Kind, QuantityEntry
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
    low, high, parameters = _spread(reading, entry, steps[0][1])
    quantity = Quantity(
        value=_at_first(steps),
        unit=units[0],
        low=low,
        high=high,
        distribution=entry.distribution.kind if entry.distribution else "",
        parameters=parameters,
        reference=entry.distribution.reference if entry.distribution else "",
        steps=steps if len(steps) > 1 or entry.series is not None else (),
        grade=Grade(entry.grade or ""),
        source=entry.source,
        why=entry.why,
        path=dotted(path),
        written=_written(entry),
        line=line,
        after=entry.after or "",
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


def _spread(
    reading: Reading, entry: QuantityEntry, value: float
) -> tuple[float | None, float | None, tuple[float, ...]]:
    """Ends of the range and parameters of the distribution in base units."""
    low, high = _ends(reading, entry, value)
    distribution = entry.distribution
    parameters = parameters_of(reading, distribution, low, high)
    if distribution and distribution.values and parameters:
        seen = parameters[:: 2 if distribution.kind == "discrete" else 1]
        low, high = min(seen), max(seen)
    return low, high, parameters


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
        words = ", ".join(f"{month}: {text}" for month, text in (entry.series or {}).items())
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
    ends = [period for period, _month, _text in dated[1:]]
    steps: list[tuple[int, float]] = []
    for (period, month, text), end in zip(dated, [*ends, None], strict=False):
        if text == MISSING:
            continue  # said where the quantity is asked for
        found = in_base(reading, text, ("series", month), period)
        steps += [(at, value) for at, value in found if end is None or at < end]
    is_spread = entry.range is not None or entry.distribution is not None
    if is_spread and steps and steps[0][1] == 0.0:
        reading.refuse(
            ("range",) if entry.range is not None else ("distribution",),
            _("a range scales a series by its first value, and this one begins with 0"),
            _("begin it with another value, or take the range out"),
        )
    return tuple(steps)


def _dated(reading: Reading, series: dict[str, str]) -> list[tuple[int, str, str]]:
    """(period, month, text) in the order of time."""
    calendar = reading.measures.calendar
    dated = []
    for month, text in series.items():
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
            dated.append((period, month, text))
    return sorted(dated)


def _refuse_late_begin(reading: Reading, dated: list[tuple[int, str, str]]) -> None:
    """A series must say what holds from the first period on."""
    calendar = reading.measures.calendar
    if dated and 0 < dated[0][0] < calendar.n_periods <= LONGEST_CALENDAR:
        reading.refuse(
            ("series", dated[0][1]),
            _("the series begins in {month}, the calendar in {first}").format(
                month=dated[0][1], first=calendar.label(0)
            ),
            _('add a value for "{first}", or "missing" where none is known').format(
                first=calendar.label(0)
            ),
        )


def _refuse_same_period(reading: Reading, dated: list[tuple[int, str, str]]) -> None:
    for (earlier, first, _text), (later, second, _next) in pairwise(dated):
        if earlier == later:
            reading.refuse(
                ("series", second),
                _("{first} and {second} fall into the same period").format(
                    first=first, second=second
                ),
                _("keep one of the two"),
            )


def _are_shares(texts: Sequence[str]) -> bool:
    return len(texts) == 2 and all(text.strip().endswith("%") for text in texts)


def _ends(
    reading: Reading, entry: QuantityEntry, value: float
) -> tuple[float | None, float | None]:
    """Ends of the range in base units; of a series, those of its first value.

    A series is scaled as a whole: its ends may be written as shares, `[80 %, 120 %]`.
    """
    texts: Sequence[str] = entry.range or ()
    if entry.series is not None and reading.unit.powers and _are_shares(texts):
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
