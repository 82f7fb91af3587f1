"""Measures: hostile or harmful acts."""

from dataclasses import replace
from typing import cast

from derbes.case.entities import Hit, InTransit, Measure, MeasureKind
from derbes.case.quantity import Element
from derbes.casefile.build.element import Filled, common
from derbes.casefile.quantities.measures import Reading, in_base, outside
from derbes.casefile.quantities.read import month_period
from derbes.casefile.schema.elements import MeasureEntry
from derbes.casefile.schema.entries import Kind
from derbes.casefile.tree.nodes import Path
from derbes.language import _, ngettext
from derbes.units import parse_unit

LARGEST_LENGTH = 1200
"""No measure of a case is looked at for longer. [month]"""


def make_measure(filled: Filled, element_id: str, line: int) -> Element:
    """A measure."""
    entry = cast("MeasureEntry", filled.entry)
    found = filled.single()
    calendar = filled.measures.calendar
    start = month_period(entry.start, calendar) if entry.start else None
    if entry.start and start is not None and not 0 <= start < calendar.n_periods:
        filled.refuse(("start",), *outside(entry.start, calendar))
    if not entry.lengths:
        filled.refuse(("lengths",), _("no length is given"), _('write "lengths: [6, 12]"'))
    return Measure(
        **common(entry, element_id, line),
        kind=MeasureKind(entry.kind),
        sender=entry.sender,
        hits=tuple(Hit(**one.model_dump()) for one in entry.hits),
        share=found["share"],
        by=found["by"],
        lengths=tuple(
            length_in_periods(filled, text, ("lengths", position))
            for position, text in enumerate(entry.lengths)
        ),
        start=start,
        in_transit=InTransit(entry.in_transit),
        crisis=entry.crisis,
        together_with=tuple(entry.together_with),
    )


def length_in_periods(filled: Filled, text: str, step: Path) -> int:
    """A length written in months or with a unit. [period]"""
    reading = Reading(
        filled.measures, Kind("month", above=0.0, high=LARGEST_LENGTH), (parse_unit("month"),), ()
    )
    found = in_base(reading, text, step)
    filled.findings += [replace(one, path=(*filled.path, *one.path)) for one in reading.findings]
    if not found:
        return 0
    months = round(found[0][1], 6)
    step_months = int(filled.measures.calendar.step)
    if months % step_months:
        filled.refuse(
            step,
            ngettext(
                '"{text}" is not a whole number of periods of {n} month',
                '"{text}" is not a whole number of periods of {n} months',
                step_months,
            ).format(text=text, n=step_months),
            ngettext(
                "choose a whole number of months", "choose a multiple of {n} months", step_months
            ).format(n=step_months),
        )
    return filled.measures.calendar.periods(months)
