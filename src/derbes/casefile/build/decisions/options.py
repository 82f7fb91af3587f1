"""Options: what may be decided, how large, and when."""

from collections.abc import Iterator
from itertools import pairwise
from typing import cast

from derbes.case.options import Option, OptionKind
from derbes.case.quantity import Element
from derbes.casefile.build.acts import length_in_periods
from derbes.casefile.build.element import Filled, common
from derbes.casefile.quantities.measures import Reading, in_base, outside
from derbes.casefile.quantities.read import month_period
from derbes.casefile.schema.entries import Kind
from derbes.casefile.schema.planning import DatesEntry, OptionEntry, SizeEntry
from derbes.casefile.tree.nodes import Path
from derbes.language import _
from derbes.units import parse_unit

NEED_SIZE = {
    "reserve": ('"size: [100 t, 200 t]"'),
    "bring_forward": ('"size: [3, 6, 12]"'),
}
"""Kinds for which size 1 says little, and how a size is written."""

ONE_SIZE = (1.0,)


def make_option(filled: Filled, element_id: str, line: int) -> Element:
    """An option with its sizes and dates."""
    entry = cast("OptionEntry", filled.entry)
    found = filled.single()
    smallest, largest, sizes = _sizes(filled, entry)
    return Option(
        **common(entry, element_id, line),
        kind=OptionKind(entry.kind),
        element=entry.element,
        sizes=sizes,
        smallest=smallest,
        largest=largest,
        dates=_dates(filled, entry.dates) if entry.dates else (0,),
        lead_time=found["lead_time"],
        capital=found["capital"],
        capital_by_size=found["capital_by_size"],
        running=found["running"],
        running_by_size=found["running_by_size"],
        foreign_share=found["foreign_share"],
        take_or_pay=found["take_or_pay"],
        excludes=tuple(entry.excludes),
        requires=tuple(entry.requires),
        committed=entry.committed,
    )


def _sizes(filled: Filled, entry: OptionEntry) -> tuple[float, float, tuple[float, ...]]:
    """Least and greatest size, and the steps; no steps where any size may be chosen."""
    if entry.size is None:
        _refuse_no_size(filled, entry.kind)
        return 1.0, 1.0, ONE_SIZE
    if entry.size.steps is not None:
        steps = tuple(_step_sizes(filled, entry.size.steps))
        return (steps[0], steps[-1], steps) if steps else (1.0, 1.0, ONE_SIZE)
    return (*_range_of_sizes(filled, entry, entry.size), ())


def _refuse_no_size(filled: Filled, kind: str) -> None:
    if kind in NEED_SIZE:
        filled.refuse(
            (),
            _('an option of kind {kind} needs the key "size"').format(kind=kind),
            _("add it, as in {example}").format(example=NEED_SIZE[kind]),
        )


def _step_sizes(filled: Filled, texts: list[str]) -> Iterator[float]:
    found = [_size(filled, text, ("size", "steps", at)) for at, text in enumerate(texts)]
    sizes = [size for size in found if size is not None]
    for at, (smaller, larger) in enumerate(pairwise(sizes), start=1):
        if len(sizes) == len(texts) and larger <= smaller:
            filled.refuse(
                ("size", "steps", at),
                _('sizes must rise: "{size}" is not more than "{before}"').format(
                    size=texts[at], before=texts[at - 1]
                ),
                _("write each size once, the smallest first"),
            )
    yield from sizes


def _range_of_sizes(filled: Filled, entry: OptionEntry, size: SizeEntry) -> tuple[float, float]:
    if entry.kind == "bring_forward":
        filled.refuse(
            ("size",),
            _("an option of kind bring_forward is chosen in steps"),
            _('list them, as in "size: [3, 6, 12]"'),
        )
    smallest = _size(filled, size.from_, ("size", "from"), is_least=True) if size.from_ else 0.0
    largest = _size(filled, size.to or "", ("size", "to"))
    if smallest is None or largest is None:
        return 0.0, 1.0
    if smallest > largest:
        filled.refuse(
            ("size", "from"),
            _('the sizes begin above their end: "{low}" is more than "{high}"').format(
                low=size.from_, high=size.to
            ),
            _("write the lower value first"),
        )
    return smallest, largest


def _size(filled: Filled, text: str, step: Path, *, is_least: bool = False) -> float | None:
    """One size; None, with a finding, when it cannot be used."""
    kind = getattr(filled.entry, "kind", "")
    if kind == "bring_forward":
        return float(length_in_periods(filled, text, step) * filled.measures.calendar.step) or None
    unit = filled.measures.unit("{good}" if kind == "reserve" else "", filled.good)
    if unit is None:
        return None  # the good has no unit; said there
    limits = Kind(
        unit,
        low=0.0 if is_least else None,
        above=None if is_least else 0.0,
        high=1.0 if kind == "buy_out" else None,
    )
    units = (parse_unit(unit, filled.measures.own),)
    reading = Reading(filled.measures, limits, units, filled.path)
    found = in_base(reading, text, step)
    filled.findings += reading.findings
    return found[0][1] if found else None


def _dates(filled: Filled, entry: DatesEntry) -> tuple[int, ...]:
    if entry.months is None:
        return _row(filled, entry)
    periods = [
        (period_of(filled, month, ("dates", "months", at)), month)
        for at, month in enumerate(entry.months)
    ]
    for at, ((earlier, before), (later, month)) in enumerate(pairwise(periods), start=1):
        if earlier is None or later is None:
            continue
        if earlier == later:
            filled.refuse(
                ("dates", "months", at),
                _("{first} and {second} fall into the same period").format(
                    first=before, second=month
                ),
                _("keep one of the two"),
            )
        elif later < earlier:
            filled.refuse(
                ("dates", "months", at),
                _('dates must rise: "{date}" comes before "{before}"').format(
                    date=month, before=before
                ),
                _("write them in the order of time"),
            )
    return tuple(period for period, _month in periods if period is not None) or (0,)


def _row(filled: Filled, entry: DatesEntry) -> tuple[int, ...]:
    """Periods from one date to another."""
    calendar = filled.measures.calendar
    first = period_of(filled, entry.from_, ("dates", "from")) if entry.from_ else 0
    last = period_of(filled, entry.to, ("dates", "to")) if entry.to else calendar.n_periods - 1
    every = length_in_periods(filled, entry.every, ("dates", "every")) if entry.every else 1
    if first is None or last is None or every < 1:
        return (0,)
    if first > last:
        refuse_reversed(filled, ("dates", "from"), entry.from_ or "", entry.to)
        return (0,)
    return tuple(range(first, last + 1, every))


def refuse_reversed(filled: Filled, step: Path, first: str, last: str | None) -> None:
    """Note that a span of months ends before it begins."""
    calendar = filled.measures.calendar
    filled.refuse(
        step,
        _('it begins after its end: "{first}" is later than "{last}"').format(
            first=first, last=last or calendar.label(calendar.n_periods - 1)
        ),
        _("write the earlier month first"),
    )


def period_of(filled: Filled, month: str, step: Path) -> int | None:
    """Period of a month; None, with a finding, when the calendar does not hold it."""
    calendar = filled.measures.calendar
    period = month_period(month, calendar)
    if period is None or not 0 <= period < calendar.n_periods:
        filled.refuse(step, *outside(month, calendar))
        return None
    return period
