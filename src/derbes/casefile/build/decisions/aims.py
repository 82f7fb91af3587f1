"""What is to be reached and what it may cost: limits, standards, budget, weight of bad draws."""

from typing import cast

from derbes.case.options import Budget, Limit, Risk, Standard
from derbes.case.quantity import Element, Quantity
from derbes.casefile.build.acts import length_in_periods
from derbes.casefile.build.decisions.options import period_of, refuse_reversed
from derbes.casefile.build.element import Filled, common
from derbes.casefile.quantities.measures import Reading, in_base, outside
from derbes.casefile.schema.entries import Kind
from derbes.casefile.schema.planning import LimitEntry, RiskEntry, StandardEntry
from derbes.casefile.tree.nodes import Path, Table, find
from derbes.language import _
from derbes.units import ONE


def make_limit(filled: Filled, element_id: str, line: int) -> Element:
    """What several options may be together."""
    entry = cast("LimitEntry", filled.entry)
    found = filled.single()
    least, most = found["at_least"], found["at_most"]
    if entry.at_most is None and entry.at_least is None:
        filled.refuse(
            (),
            _("the limit says neither at_most nor at_least"),
            _("add one of them"),
        )
    if least is not None and most is not None and least.value > most.value:
        filled.refuse(
            ("at_least",),
            _('at_least is above at_most: "{least}" is more than "{most}"').format(
                least=least.written, most=most.written
            ),
            _("exchange the two"),
        )
    is_list = not isinstance(find(filled.node, ("options",)), Table)
    return Limit(
        **common(entry, element_id, line),
        options=(
            {name: Quantity(1.0) for name in entry.options}
            if is_list
            else filled.quantities("options")
        ),
        at_most=most,
        at_least=least,
        counts=entry.counts,
    )


def make_standard(filled: Filled, element_id: str, line: int) -> Element:
    """What is to be survived."""
    entry = cast("StandardEntry", filled.entry)
    found = filled.single()
    first, last = _span(filled, entry)
    return Standard(
        **common(entry, element_id, line),
        uses=tuple(entry.uses or ()),
        measure=entry.measure,
        length=_length(filled, entry),
        first=first,
        last=last,
        share=found["share"],
        in_draws=found["in_draws"],
    )


def _length(filled: Filled, entry: StandardEntry) -> int:
    if entry.length is not None:
        if not entry.measure:
            filled.refuse(
                ("length",),
                _("a length says nothing without a measure"),
                _("name the measure that is to be survived, or take the length out"),
            )
        return length_in_periods(filled, entry.length, ("length",))
    if entry.measure:
        filled.refuse(
            (),
            _('the standard does not say how long "{measure}" runs').format(measure=entry.measure),
            _('add "length: 12 month"'),
        )
    return 0


def _span(filled: Filled, entry: StandardEntry) -> tuple[int, int]:
    """First and last period in which the measure may start."""
    first = period_of(filled, entry.from_, ("from",)) if entry.from_ else 0
    last = period_of(filled, entry.to, ("to",)) if entry.to else -1
    if first is None or last is None:
        return 0, -1
    if 0 <= last < first:
        refuse_reversed(filled, ("from",), entry.from_ or "", entry.to)
    return first, last


def make_budget(filled: Filled, line: int) -> Budget:
    """What the options may cost."""
    found = filled.single()
    return Budget(
        total=found["total"],
        by_year=_by_year(filled, "by_year"),
        foreign_total=found["foreign_total"],
        foreign_by_year=_by_year(filled, "foreign_by_year"),
        at_line=line,
    )


def _by_year(filled: Filled, name: str) -> dict[int, Quantity]:
    calendar = filled.measures.calendar
    first, last = (calendar.month_of(period)[0] for period in (0, calendar.n_periods - 1))
    for year in getattr(filled.entry, name):
        if not first <= int(year) <= last:
            what = outside(year, calendar)[0]
            filled.refuse(
                (name, year), what, _("choose a year within it, or change calendar.periods")
            )
    return {int(year): quantity for year, quantity in filled.quantities(name).items()}


def make_risk(filled: Filled) -> Risk:
    """How a plan weighs bad draws."""
    entry = cast("RiskEntry", filled.entry)
    weight = plain_number(filled, entry.weight, ("weight",), Kind("", low=0.0, high=1.0))
    level = plain_number(filled, entry.level, ("level",), Kind("", low=0.0, high=1.0))
    if level == 1.0:
        filled.refuse(
            ("level",),
            _("at a level of 1 the tail holds no draw"),
            _('choose less, as in "level: 95 %"'),
        )
    return Risk(weight=weight or 0.0, level=level or 0.0)


def plain_number(filled: Filled, text: str, step: Path, kind: Kind) -> float | None:
    """A number or share that has no range and no source; None when it cannot be used."""
    reading = Reading(filled.measures, kind, (ONE,), filled.path)
    found = in_base(reading, text, step)
    filled.findings += reading.findings
    return found[0][1] if found else None
