"""Goods and stockpiles: what is held, and how it ages."""

from collections.abc import Mapping
from itertools import pairwise
from typing import cast

from derbes.case.entities import Good, Stockpile, Survival
from derbes.case.quantity import Element, Quantity
from derbes.casefile.build.element import Filled, common
from derbes.casefile.quantities.measures import Reading, in_base
from derbes.casefile.schema.elements import GoodEntry, StockpileEntry
from derbes.casefile.schema.entries import Kind
from derbes.language import _
from derbes.units import ONE, parse_unit


def make_good(filled: Filled, element_id: str, line: int) -> Element:
    """A good."""
    entry = cast("GoodEntry", filled.entry)
    found = filled.single()
    return Good(
        **common(entry, element_id, line),
        unit=filled.measures.good_units.get(element_id, ""),
        reserve=found["reserve"],
        storage_limit=found["storage_limit"],
        storage_cost=found["storage_cost"],
        survival=survival_of(filled, found),
    )


def make_stockpile(filled: Filled, element_id: str, line: int) -> Element:
    """A lot held when the calendar begins."""
    entry = cast("StockpileEntry", filled.entry)
    found = filled.single()
    return Stockpile(
        **common(entry, element_id, line),
        good=entry.good,
        quantity=found["quantity"],
        survival=survival_of(filled, found, _table(filled, entry)),
    )


def _table(filled: Filled, entry: StockpileEntry) -> tuple[tuple[float, float], ...]:
    if entry.survival_table is None:
        return ()
    measures = filled.measures
    path = filled.path
    ages = Reading(measures, Kind("month", low=0.0), (parse_unit("month"),), path)
    shares = Reading(measures, Kind("", low=0.0, high=1.0), (ONE,), path)
    points = []
    for position, (age, share) in enumerate(entry.survival_table):
        at = in_base(ages, age, ("survival_table", position, 0))
        left = in_base(shares, share, ("survival_table", position, 1))
        if at and left:
            points.append((at[0][1], left[0][1]))
    filled.findings += [*ages.findings, *shares.findings]
    later = list(pairwise(points))
    if any(b[0] <= a[0] or b[1] > a[1] for a, b in later) or len(entry.survival_table) < 2:
        filled.refuse(
            ("survival_table",),
            _("a survival table has at least two points, with rising ages and falling shares"),
            _('write it as in "[[0, 1], [120, 50 %]]"'),
        )
    return tuple(points)


def survival_of(
    filled: Filled,
    found: Mapping[str, Quantity | None],
    table: tuple[tuple[float, float], ...] = (),
) -> Survival:
    """How a good or a stockpile ages; refuses what says it twice."""
    names = ("half_life", "shelf_life", "survival_table")
    given = [name for name in names if getattr(filled.entry, name, None) is not None]
    if len(given) > 1:
        filled.refuse(
            (given[1],),
            _("survival is given twice, by {first} and by {second}").format(
                first=given[0], second=given[1]
            ),
            _("keep one of the two"),
        )
    age = found.get("age")
    if age is not None and "shelf_life" not in given and "survival_table" not in given:
        filled.refuse(
            ("age",),
            _("an age says nothing without shelf_life or survival_table"),
            _("give one of them, or take the age out"),
        )
    return Survival(found["half_life"], found["shelf_life"], age, table)
