"""A whole tree as a case, as far as it can be built.

The top of a case file: calendar, money, target, priorities.

Which elements other checks can rely on, so that one slip is told once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from derbes.case.entities import DEFAULT_REFILL_MONTHS, DEFAULT_SENDER_HORIZON_MONTHS, Case
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.case.uncertainty import Correlation
from derbes.casefile.build import (
    Built,
    Filled,
    Place,
    length_in_periods,
    places_of,
    salvaged,
    text_of,
    validated,
)
from derbes.casefile.build_plan import (
    expression_lines,
    make_budget,
    make_correlations,
    make_element,
    make_risk,
)
from derbes.casefile.document import (
    SECTIONS,
    BudgetEntry,
    CalendarEntry,
    CurrencyEntry,
    HeaderEntry,
    RiskEntry,
)
from derbes.casefile.elements import CorrelationEntry
from derbes.casefile.nodes import Finding, Items, Node, Path, Table, Text, find, key_place
from derbes.casefile.quantities import Measures
from derbes.casefile.schema import ID_PATTERN, Entry, how_to_name
from derbes.errors import did_you_mean
from derbes.language import _
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


_ID = re.compile(ID_PATTERN)


def _counted_good(section: str, name: str, entry: Any) -> str:
    """Good that an element's quantities count."""
    if section == "goods":
        return name
    if section == "options":
        return str(entry.element or "").removeprefix("goods.")
    return str(getattr(entry, "output" if section == "recipes" else "good", "") or "")


@dataclass(slots=True)
class Draft:
    """A tree, the case that it makes, and what was found on the way."""

    root: Table
    case: Case
    findings: list[Finding]
    elements: Mapping[str, Mapping[str, Built]]
    places: list[Place]
    """Ids of the header that refer to elements."""
    correlated: list[tuple[int, int, int]]
    """Of each correlation, where in the file it and its two inputs stand."""
    unreadable: frozenset[str] = frozenset()
    """Sections whose elements are not known, so that nothing follows from their absence."""

    def is_whole(self, *sections: str) -> bool:
        """Whether every element of these sections could be built."""
        return self.unreadable.isdisjoint(sections) and all(
            built.entity is not None
            for section in sections
            for built in self.elements[section].values()
        )


@dataclass(slots=True)
class Memory:
    """Elements that were built before, so that variants build only what they change."""

    measures: Measures | None = None
    entries: dict[int, Built] = field(default_factory=dict)
    entities: dict[int, Built] = field(default_factory=dict)

    def is_usable(self, measures: Measures) -> bool:
        """Whether what was built counts in the same units, money and time."""
        mine = self.measures
        if mine is None:
            self.measures = measures
            return True
        return (
            (mine.calendar, mine.money, mine.rates)
            == (measures.calendar, measures.money, measures.rates)
        ) and mine.good_units.items() <= measures.good_units.items()


def build_draft(root: Table, memory: Memory) -> Draft:
    """The draft of a tree."""
    header = read_header(root)
    unreadable = _misspelt_sections(header) | _misshapen_sections(root)
    findings: list[Finding] = []
    checked: dict[str, dict[str, Built]] = {}
    for section, model in SECTIONS.items():
        checked[section] = _entries(root, section, model, memory=memory, findings=findings)
    measures = read_measures(header, checked["goods"])
    fields = header_fields(header, measures) | aims_and_futures(header, measures)
    usable = memory if memory.is_usable(measures) else Memory()
    elements = {
        section: {
            name: _built(root, (section, name), built, measures=measures, memory=usable)
            for name, built in checked[section].items()
        }
        for section in SECTIONS
    }
    everything = [built for section in elements.values() for built in section.values()]
    missing = [path for built in everything for path in built.missing]
    fields |= {
        section: {
            name: one.entity for name, one in elements[section].items() if one.entity is not None
        }
        for section in SECTIONS
    }
    case = Case(
        **fields,
        expressions=expression_lines(root, elements),
        missing=(*header.missing, *missing),
    )
    findings += [*header.findings, *(one for built in everything for one in built.findings)]
    part = header.entry or salvaged(HeaderEntry, header.node.plain, ())
    places = list(places_of(part, ())) if part is not None else []
    return Draft(root, case, findings, elements, places, header.correlated, unreadable)


def _misspelt_sections(header: Header) -> frozenset[str]:
    """Sections that unknown keys at the top may stand for; offers them as the fix."""
    known = [*HeaderEntry.model_fields, *SECTIONS]
    meant: set[str] = set()
    for position, one in enumerate(header.findings):
        if one.at_key and len(one.path) == 1:
            fix = did_you_mean(str(one.path[0]), known)
            header.findings[position] = replace(one, fix=fix)
            meant |= {section for section in SECTIONS if f'"{section}"' in fix}
    return frozenset(meant)


def _misshapen_sections(root: Table) -> frozenset[str]:
    """Sections that are not mappings."""
    return frozenset(
        section
        for section in SECTIONS
        if not isinstance(node := root.entries.get(section, root), Table) and node.plain is not None
    )


def _entries(
    root: Table, section: str, model: type[Entry], *, memory: Memory, findings: list[Finding]
) -> dict[str, Built]:
    """Entries of a section, checked by the schema."""
    node = root.entries.get(section)
    if node is None or (isinstance(node, Text) and node.plain is None):
        return {}
    if not isinstance(node, Table):
        findings.append(
            Finding(
                (section,),
                _("expected elements by id, got something else"),
                _('write them as in "{section}:" and below it "my_id: {{…}}"').format(
                    section=section
                ),
            )
        )
        return {}
    found = {}
    for name, below in node.entries.items():
        if not _ID.match(name):
            findings.append(_bad_id(section, name))
        found[name] = _entry((section, name), below, model, memory)
    return found


def _entry(path: tuple[str, str], node: Node, model: type[Entry], memory: Memory) -> Built:
    known = memory.entries.get(id(node))
    if known is not None and known.node is node:
        return known
    entry, findings = validated(model, node.plain, path)
    part = entry or salvaged(model, node.plain, path)
    places = tuple(places_of(part, path)) if part is not None else ()
    built = Built(node, entry, None, tuple(findings), (), places)
    memory.entries[id(node)] = built
    return built


def _built(
    root: Table, path: tuple[str, str], checked: Built, *, measures: Measures, memory: Memory
) -> Built:
    section, name = path
    known = memory.entities.get(id(checked.node))
    if known is not None and known.node is checked.node:
        return known
    entry: Any = checked.entry or salvaged(SECTIONS[section], checked.node.plain, (section, name))
    if entry is None or not measures.money or section == "variants":
        return checked
    good = _counted_good(section, name, entry)
    filled = Filled(entry, checked.node, (section, name), measures, good, [], [])
    parent = root.entries[section]
    line = parent.keys[name].line if isinstance(parent, Table) else 0
    if checked.entry is None:
        if section != "facts":
            filled.read_all()
        return replace(checked, findings=(*checked.findings, *filled.findings))
    entity = make_element(section, filled, name, line)
    built = Built(
        checked.node,
        entry,
        None if filled.findings else entity,
        (*checked.findings, *filled.findings),
        tuple(filled.missing),
        checked.places,
    )
    memory.entities[id(checked.node)] = built
    return built


def _bad_id(section: str, name: str) -> Finding:
    return Finding(
        (section, name),
        _('expected an id, got "{name}"').format(name=name),
        how_to_name(name),
        at_key=True,
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with the elements in which something is already known to be wrong."""

    draft: Draft
    unsound: frozenset[str]
    """Sections that hold such an element."""
    is_variant: bool = False
    found: list[Finding] = field(default_factory=list)
    """What the checks before found."""

    @property
    def case(self) -> Case:
        """The case, as far as it could be built."""
        return self.draft.case

    def sound(self, *sections: str) -> bool:
        """Whether everything in these sections is built and refers to what exists."""
        return self.unsound.isdisjoint(sections) and self.draft.is_whole(*sections)

    def entry(self, section: str, element_id: str) -> Any:
        """Entry of an element that could be built."""
        return self.draft.elements[section][element_id].entry


def is_given(quantity: Any) -> bool:
    """Whether an entry gives a quantity, and not as known to be missing."""
    return quantity is not None and not quantity.is_missing


def unsound_sections(findings: Iterable[Finding]) -> frozenset[str]:
    """Sections in which something is wrong."""
    return frozenset(str(one.path[0]) for one in findings if one.path)
