"""Plants: when they open, what runs in them, what they cost."""

from dataclasses import replace
from typing import cast

from derbes.case.entities import CapitalPayment, Plant
from derbes.case.quantity import Element, Grade, Quantity
from derbes.casefile.build.element import Filled, common
from derbes.casefile.quantities.measures import outside
from derbes.casefile.quantities.read import month_period
from derbes.casefile.schema.elements import CapitalEntry, OpeningEntry, PlantEntry
from derbes.casefile.tree.nodes import Path, dotted, find, place
from derbes.language import _


def make_plant(filled: Filled, element_id: str, line: int) -> Element:
    """A plant with its opening, lines and payments."""
    entry = cast("PlantEntry", filled.entry)
    found = filled.single()
    opening = month_period(entry.opening.value, filled.measures.calendar) or 0
    calendar = filled.measures.calendar
    if opening >= calendar.n_periods:
        filled.refuse(("opening", "value"), *outside(entry.opening.value, calendar))
    return Plant(
        **common(entry, element_id, line),
        actor=entry.actor,
        opening=opening,
        delay=_delay(filled, entry.opening, found["delay"]),
        ramp=found["ramp"],
        lines=filled.quantities("lines"),
        capital=tuple(
            payment
            for position, one in enumerate(entry.capital)
            if (payment := _payment(filled, one, ("capital", position))) is not None
        ),
        opening_written=entry.opening.value,
        opening_grade=entry.opening.grade or "",
        opening_source=entry.opening.source,
        opening_why=entry.opening.why,
    )


def _delay(filled: Filled, opening: OpeningEntry, delay: Quantity | None) -> Quantity | None:
    """The delay, with the range of the opening added to its own. [month]"""
    ends = _opening_ends(filled, opening)
    if opening.distribution is not None:
        return _overrun(filled, opening, delay)
    if ends is None:
        return delay
    if delay is None:
        delay = _of_opening(filled, opening)
    if delay.reference:
        filled.refuse(("delay", "distribution"), *_said_twice("opening.range"))
    low = delay.value if delay.low is None else delay.low
    high = delay.value if delay.high is None else delay.high
    return replace(delay, low=low + ends[0], high=high + ends[1])


def _of_opening(filled: Filled, opening: OpeningEntry) -> Quantity:
    """A delay of none, in the words of the opening."""
    return Quantity(
        0.0,
        "month",
        grade=Grade(opening.grade or ""),
        source=opening.source,
        why=opening.why,
        path=dotted((*filled.path, "opening")),
        written=opening.value,
        line=place(filled.node, ("opening", "value")).line,
    )


def _overrun(filled: Filled, opening: OpeningEntry, delay: Quantity | None) -> Quantity:
    """A delay drawn from the reference class that the opening names. [month]"""
    if opening.range is not None:
        filled.refuse(("opening", "distribution"), *_said_twice("opening.range"))
    if delay is not None:
        filled.refuse(("opening", "distribution"), *_said_twice("delay"))
    reference = opening.distribution.reference if opening.distribution else ""
    return replace(_of_opening(filled, opening), distribution="reference", reference=reference)


def _said_twice(other: str) -> tuple[str, str]:
    return (
        _("how late the plant is is said twice, here and by {other}").format(other=other),
        _("keep one of the two"),
    )


def _opening_ends(filled: Filled, opening: OpeningEntry) -> tuple[float, float] | None:
    """Months by which the opening may come earlier and later."""
    if opening.range is None:
        return None
    at, low, high = (_months(text) for text in (opening.value, *opening.range))
    if not low <= at <= high:
        filled.refuse(
            ("opening", "range"),
            _("the range from {low} to {high} does not hold the value {value}").format(
                low=opening.range[0], high=opening.range[1], value=opening.value
            ),
            _("write the earlier month first, and widen the range"),
        )
    return float(low - at), float(high - at)


def _months(text: str) -> int:
    year, month = text.split("-")[:2]
    return int(year) * 12 + int(month)


def _payment(filled: Filled, entry: CapitalEntry, step: Path) -> CapitalPayment | None:
    calendar = filled.measures.calendar
    period = month_period(entry.date, calendar) or 0
    if period >= calendar.n_periods:
        filled.refuse((*step, "date"), *outside(entry.date, calendar))
    node = find(filled.node, step) or filled.node
    inner = replace(filled, entry=entry, node=node, path=(*filled.path, *step))
    amount = inner.quantity("amount")
    share = inner.quantity("foreign_share")
    return CapitalPayment(period, amount, share) if amount is not None else None
