"""The top of a case file: calendar, money, target, priorities."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from derbes.case.entities import DEFAULT_REFILL_MONTHS, DEFAULT_SENDER_HORIZON_MONTHS
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.case.uncertainty import Correlation
from derbes.casefile.build.acts import length_in_periods
from derbes.casefile.build.decisions.aims import make_budget, make_risk
from derbes.casefile.build.element import Built, Filled, salvaged, text_of, validated
from derbes.casefile.build.futures import make_correlations
from derbes.casefile.findings import Finding
from derbes.casefile.quantities.measures import Measures
from derbes.casefile.schema.document import SECTIONS, CalendarEntry, CurrencyEntry, HeaderEntry
from derbes.casefile.schema.entries import Entry
from derbes.casefile.schema.planning import BudgetEntry, RiskEntry
from derbes.casefile.schema.uncertainty import CorrelationEntry
from derbes.casefile.tree.nodes import Items, Node, Path, Table, find, key_place
from derbes.units import UnitError, own_unit

DEFAULT_REFILL = Quantity(DEFAULT_REFILL_MONTHS, "month")
DEFAULT_SENDER_HORIZON = Quantity(DEFAULT_SENDER_HORIZON_MONTHS, "month")
DEFAULT_DISCOUNT = Quantity(0.0, "1/year")
DEFAULT_PRIORITIES = ("essential", "deferrable", "reserve", "money")

_WIDE = Calendar(first_year=1, first_month=1, n_periods=12 * 9999)
"""Stands in for a calendar that cannot be read, so that no month is outside it."""

_STEPS = {"month": Step.MONTH, "quarter": Step.QUARTER, "year": Step.YEAR}


@dataclass(slots=True)
class Header:
    """What the top of a case says, as far as it can be used."""

    node: Table
    entry: HeaderEntry | None
    calendar: Calendar
    money: str
    """Base currency; empty when it cannot be read."""
    currency: CurrencyEntry | None
    findings: list[Finding]
    missing: list[str] = field(default_factory=list)
    correlated: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each correlation, which of the list it is, and which two of its inputs."""


def read_header(root: Table) -> Header:
    """The top of a tree."""
    node = Table(
        {key: below for key, below in root.entries.items() if key not in SECTIONS},
        root.mark,
        root.keys,
    )
    entry, findings = validated(HeaderEntry, node.plain, ())
    header = entry if isinstance(entry, HeaderEntry) else None
    calendar = header.calendar if header else _alone(CalendarEntry, node, "calendar")
    currency = header.currency if header else _alone(CurrencyEntry, node, "currency")
    money = currency.base if isinstance(currency, CurrencyEntry) else ""
    return Header(
        node=node,
        entry=header,
        calendar=_calendar(calendar) if isinstance(calendar, CalendarEntry) else _WIDE,
        money=money,
        currency=currency if isinstance(currency, CurrencyEntry) else None,
        findings=findings,
    )


def read_measures(header: Header, goods: dict[str, Built]) -> Measures:
    """In what the case counts; findings are left with the header."""
    units: dict[str, str] = {}
    for good, built in goods.items():
        text = built.node.plain.get("unit") if isinstance(built.node.plain, dict) else None
        if not isinstance(text, str):
            continue  # said by the schema
        try:
            units[good] = own_unit(text).name
        except UnitError as error:
            header.findings.append(Finding(("goods", good, "unit"), error.what, error.fix))
    bare = Measures(header.calendar, header.money, units, {}, frozenset(units.values()))
    if header.currency is None:
        return bare
    filled = _filled(header, header.currency, bare, "currency")
    rates = filled.quantities("rates")
    header.findings += filled.findings
    return Measures(header.calendar, header.money, units, rates, bare.own)


def header_fields(header: Header, measures: Measures) -> dict[str, Any]:
    """Fields of `Case` that the header gives."""
    entry = header.entry
    if entry is None:
        _read_what_is_left(header, measures)
        return {"name": "", "calendar": header.calendar, "currency": header.money, "target": ""}
    filled = _filled(header, entry, measures)
    found = filled.single()
    length = (
        length_in_periods(filled, entry.main_length, ("main_length",)) if entry.main_length else 0
    )
    header.findings += filled.findings
    header.missing += filled.missing
    return {
        "name": entry.name,
        "calendar": header.calendar,
        "currency": header.money,
        "target": entry.target,
        "label": entry.label,
        "note": text_of(entry.note),
        "question": entry.question,
        "price_year": entry.currency.price_year or 0,
        "rates": measures.rates,
        "discount_rate": _or_default(found["discount_rate"], entry.discount_rate, DEFAULT_DISCOUNT),
        "refill_time": _or_default(found["refill_time"], entry.refill_time, DEFAULT_REFILL),
        "sender_horizon": _or_default(
            found["sender_horizon"], entry.sender_horizon, DEFAULT_SENDER_HORIZON
        ),
        "priorities": tuple(entry.priorities or DEFAULT_PRIORITIES),
        "main_measure": entry.main_measure,
        "without_project": entry.without_project,
        "main_length": length,
    }


def aims_and_futures(header: Header, measures: Measures) -> dict[str, Any]:
    """Budget, weight of bad draws and correlations, as far as they can be read."""
    fields: dict[str, Any] = {}
    budget = _part(header, measures, BudgetEntry, ("budget",))
    if budget is not None:
        fields["budget"] = make_budget(budget, _line(header, ("budget",)))
        _keep(header, budget)
    risk = _part(header, measures, RiskEntry, ("risk",), is_whole=True)
    if risk is not None:
        fields["risk"] = make_risk(risk)
        _keep(header, risk)
    fields["correlations"] = tuple(_correlations(header, measures))
    return fields


def _correlations(header: Header, measures: Measures) -> Iterator[Correlation]:
    listed = header.node.entries.get("correlations")
    for position in range(len(listed.items) if isinstance(listed, Items) else 0):
        path = ("correlations", position)
        filled = _part(header, measures, CorrelationEntry, path, is_whole=True)
        if filled is not None:
            for correlation, sides in make_correlations(filled, _line(header, path)):
                header.correlated.append((position, *sides))
                yield correlation
            _keep(header, filled)


def _part(
    header: Header, measures: Measures, model: type[Entry], path: Path, *, is_whole: bool = False
) -> Filled | None:
    """A part of the header, ready to be filled; the schema's findings are the header's own.

    With `is_whole`, a part that was refused is not filled as far as it can be used.
    """
    node = find(header.node, path)
    if node is None or node.plain is None or not measures.money:
        return None
    entry = validated(model, node.plain, path)[0]
    if entry is None and not is_whole:
        entry = salvaged(model, node.plain, path)
    return Filled(entry, node, path, measures, "", [], []) if entry is not None else None


def _keep(header: Header, filled: Filled) -> None:
    header.findings += filled.findings
    header.missing += filled.missing


def _line(header: Header, path: Path) -> int:
    return key_place(header.node, path).line


def _read_what_is_left(header: Header, measures: Measures) -> None:
    """Quantities of a header that was refused, for their findings alone."""
    part = salvaged(HeaderEntry, header.node.plain, ())
    if part is not None and header.money:
        filled = _filled(header, part, measures)
        filled.read_all()
        header.findings += filled.findings


def _or_default(found: Quantity | None, given: Entry | None, default: Quantity) -> Quantity | None:
    return default if given is None else found


def _filled(header: Header, entry: Entry, measures: Measures, *steps: str) -> Filled:
    node: Node = header.node
    for step in steps:
        node = node.entries[step] if isinstance(node, Table) else node
    return Filled(entry, node, steps, measures, "", [], [])


def _alone(model: type[Entry], node: Table, key: str) -> Entry | None:
    """A part of a header that cannot be used as a whole."""
    below = node.entries.get(key)
    return validated(model, below.plain, (key,))[0] if below is not None else None


def _calendar(entry: CalendarEntry) -> Calendar:
    year, month = entry.first.split("-")[:2]
    return Calendar(int(year), int(month), entry.periods, _STEPS[entry.step], entry.after or "")
