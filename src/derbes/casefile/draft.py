"""A whole tree as a case, as far as it can be built.

The top of a case file: calendar, money, target, priorities.

Which elements other checks can rely on, so that one slip is told once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from derbes.case.entities import (
    AIMS,
    DEFAULT_REFILL_MONTHS,
    DEFAULT_SENDER_HORIZON_MONTHS,
    Case,
    WrittenHeader,
)
from derbes.case.ledger import LEDGER
from derbes.case.options import Budget, Risk
from derbes.case.quantity import Calendar, Element, Quantity, Step
from derbes.case.uncertainty import Correlation
from derbes.case.written import EXPRESSION, ID_PATTERN
from derbes.casefile.build import (
    Filled,
    length_in_periods,
    made,
    make_element,
    text_of,
)
from derbes.casefile.entries import (
    SECTIONS,
    Entry,
    Reference,
    how_to_name,
    keys_of,
    read_entry,
    references_of,
)
from derbes.casefile.nodes import (
    Finding,
    Items,
    MappingNode,
    Node,
    Path,
    Text,
    dotted,
    find,
    key_place,
    place,
)
from derbes.casefile.quantities import CaseUnits, outside
from derbes.errors import did_you_mean
from derbes.language import _
from derbes.units import UnitError, own_unit

DEFAULTS = {
    "discount_rate": Quantity(0.0, "1/year"),
    "refill_time": Quantity(DEFAULT_REFILL_MONTHS, "month"),
    "sender_horizon": Quantity(DEFAULT_SENDER_HORIZON_MONTHS, "month"),
}
"""Quantities at the top of a case, where it says nothing."""

_WIDE = Calendar(first_year=1, first_month=1, n_periods=12 * 9999)
"""Stands in for a calendar that cannot be read, so that no month is outside it."""

_STEPS = {"month": Step.MONTH, "quarter": Step.QUARTER, "year": Step.YEAR}

_ID = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class Built:
    """An element that was read: the entity, and what was found on the way."""

    node: Node
    entry: Entry | None
    """None when something in it was refused."""
    part: Entry | None
    """What of it can be used."""
    entity: Element | None = None
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()


@dataclass(slots=True)
class Header:
    """What the top of a case says, as far as it can be used."""

    node: MappingNode
    entry: Entry
    is_whole: bool
    findings: list[Finding]
    missing: list[str] = field(default_factory=list)
    correlated: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each correlation, which of the list it is, and which two of its inputs."""

    @property
    def calendar(self) -> Calendar:
        """The periods of the case."""
        entry = self.entry.calendar
        if entry is None:
            return _WIDE
        year, month = entry.first.split("-")[:2]
        return Calendar(int(year), int(month), entry.periods, _STEPS[entry.step], entry.after or "")

    @property
    def money(self) -> str:
        """Base currency; empty when it cannot be read."""
        return self.entry.currency.base if self.entry.currency else ""

    def filled(self, entry: Entry, path: Path, measures: CaseUnits) -> Filled:
        """A part of the header, ready to be filled; findings are the header's own."""
        node = find(self.node, path) or self.node
        return Filled(entry, node, path, measures, "", self.findings, self.missing)


def read_header(root: MappingNode) -> Header:
    """The top of a tree."""
    top = {key: below for key, below in root.entries.items() if key not in SECTIONS}
    node = MappingNode(top, root.mark, root.keys)
    entry, is_whole, findings = read_entry(WrittenHeader, node.plain, ())
    return Header(node, entry or Entry(WrittenHeader, {}), is_whole, findings)


def read_measures(header: Header, goods: dict[str, Built]) -> CaseUnits:
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
    bare = CaseUnits(header.calendar, header.money, units, {}, frozenset(units.values()))
    if header.entry.currency is None:
        return bare
    filled = header.filled(header.entry.currency, ("currency",), bare)
    return replace(bare, rates=filled.quantities()["rates"])


def header_fields(header: Header, measures: CaseUnits) -> dict[str, Any]:
    """Fields of `Case` that the header gives, as far as they can be read."""
    entry = header.entry
    filled = header.filled(entry, (), measures)
    fields: dict[str, Any] = {"calendar": header.calendar, "currency": header.money}
    if header.is_whole:
        found = filled.held()
        quantities = {
            name: default if getattr(entry, name) is None else found[name]
            for name, default in DEFAULTS.items()
        }
        length = entry.main_length
        fields |= {
            **{key: found[key] for key in ("name", "target", "label", "question")},
            **{key: found[key] for key in ("main_measure", "without_project")},
            **quantities,
            "note": text_of(entry.note),
            "price_year": entry.currency.price_year or 0,
            "rates": measures.rates,
            "priorities": tuple(entry.priorities or AIMS),
            "main_length": length_in_periods(filled, length, ("main_length",)) if length else 0,
        }
    else:
        fields |= {"name": "", "target": ""}
        if header.money:
            replace(filled, missing=[]).quantities()
    if header.money:
        fields |= _aims(header, measures)
        fields["correlations"] = tuple(_correlations(header, measures))
    return fields


def _aims(header: Header, measures: CaseUnits) -> dict[str, Any]:
    """Budget and weight of bad draws, where they can be read."""
    aims: dict[str, Any] = {}
    budget = _part(header, Budget, ("budget",))[0]
    if budget is not None:
        line = key_place(header.node, ("budget",)).line
        aims["budget"] = _budget(header.filled(budget, ("budget",), measures), line)
    risk, is_whole = _part(header, Risk, ("risk",))
    if risk is not None and is_whole:
        aims["risk"] = _risk(header.filled(risk, ("risk",), measures))
    return aims


def _budget(filled: Filled, line: int) -> Budget:
    """What the options may cost."""
    found = filled.quantities()
    calendar = filled.measures.calendar
    first, last = (calendar.month_of(period)[0] for period in (0, calendar.n_periods - 1))
    for name in ("by_year", "foreign_by_year"):
        for year in getattr(filled.entry, name):
            if not first <= int(year) <= last:
                fix = _("choose a year within it, or change calendar.periods")
                filled.refuse((name, year), outside(year, calendar)[0], fix)
        found[name] = {int(year): quantity for year, quantity in found[name].items()}
    return Budget(**found, at_line=line)


def _risk(filled: Filled) -> Risk:
    """How a plan weighs bad draws."""
    risk = Risk(**{name: share or 0.0 for name, share in filled.held().items()})
    if risk.level == 1.0:
        filled.refuse(
            ("level",),
            _("at a level of 1 the tail holds no draw"),
            _('choose less, as in "level: 95 %"'),
        )
    return risk


def _correlations(header: Header, measures: CaseUnits) -> Iterator[Correlation]:
    """The rank correlation of each two inputs that are named."""
    listed = header.node.entries.get("correlations")
    for position in range(len(listed.items) if isinstance(listed, Items) else 0):
        path = ("correlations", position)
        entry, is_whole = _part(header, Correlation, path)
        if entry is None or not is_whole:
            continue
        found = header.filled(entry, path, measures).held()
        found["at_line"] = key_place(header.node, path).line
        for (i, first), (j, second) in combinations(enumerate(entry.between), 2):
            header.correlated.append((position, i, j))
            yield made(Correlation, found | {"between": (first, second)})


def _part(header: Header, model: type, path: Path) -> tuple[Entry | None, bool]:
    """What can be used of a part of the header, and whether that is all of it."""
    node = find(header.node, path)
    if node is None or node.plain is None:
        return None, False
    return read_entry(model, node.plain, path)[:2]


def _counted_good(section: str, name: str, entry: Any) -> str:
    """Good that an element's quantities count."""
    if section == "goods":
        return name
    if section == "options":
        return str(entry.element or "").removeprefix("goods.")
    return str(getattr(entry, "output" if section == "recipes" else "good", "") or "")


@dataclass(slots=True)
class CaseDraft:
    """A tree, the case that it makes, and what was found on the way."""

    root: MappingNode
    case: Case
    findings: list[Finding]
    elements: Mapping[str, Mapping[str, Built]]
    references: list[Reference]
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

    measures: CaseUnits | None = None
    entries: dict[int, Built] = field(default_factory=dict)
    entities: dict[int, Built] = field(default_factory=dict)

    def is_usable(self, measures: CaseUnits) -> bool:
        """Whether what was built counts in the same units, money and time."""
        mine = self.measures
        if mine is None:
            self.measures = measures
            return True
        return (
            (mine.calendar, mine.money, mine.rates)
            == (measures.calendar, measures.money, measures.rates)
        ) and mine.good_units.items() <= measures.good_units.items()


def build_draft(root: MappingNode, memory: Memory) -> CaseDraft:
    """The draft of a tree."""
    header = read_header(root)
    unreadable = _misspelt_sections(header) | _misshapen_sections(root)
    findings: list[Finding] = []
    checked: dict[str, dict[str, Built]] = {}
    for section, model in SECTIONS.items():
        checked[section] = _entries(root, section, model, memory=memory, findings=findings)
    measures = read_measures(header, checked["goods"])
    fields = header_fields(header, measures)
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
        expressions=_expression_lines(root, elements),
        missing=(*header.missing, *missing),
    )
    findings += [*header.findings, *(one for built in everything for one in built.findings)]
    references = list(references_of(header.entry, ()))
    return CaseDraft(root, case, findings, elements, references, header.correlated, unreadable)


def _expression_lines(
    root: MappingNode, elements: Mapping[str, Mapping[str, Built]]
) -> dict[str, int]:
    """Path of every expression of a tree → line in which it stands."""
    paths = [
        (section, name, key.key)
        for section in LEDGER
        for name, built in elements[section].items()
        if built.entry is not None
        for key in keys_of(SECTIONS[section]).values()
        if key.form is EXPRESSION and getattr(built.entry, key.name)
    ]
    return {dotted(path): place(root, path).line for path in paths}


def _misspelt_sections(header: Header) -> frozenset[str]:
    """Sections that unknown keys at the top may stand for; offers them as the fix."""
    known = [*keys_of(WrittenHeader), *SECTIONS]
    meant: set[str] = set()
    for position, one in enumerate(header.findings):
        if one.at_key and len(one.path) == 1:
            fix = did_you_mean(str(one.path[0]), known)
            header.findings[position] = replace(one, fix=fix)
            meant |= {section for section in SECTIONS if f'"{section}"' in fix}
    return frozenset(meant)


def _misshapen_sections(root: MappingNode) -> frozenset[str]:
    """Sections that are not mappings."""
    return frozenset(
        section
        for section in SECTIONS
        if not isinstance(node := root.entries.get(section, root), MappingNode)
        and node.plain is not None
    )


def _entries(
    root: MappingNode, section: str, model: type, *, memory: Memory, findings: list[Finding]
) -> dict[str, Built]:
    """Entries of a section, checked by the schema."""
    node = root.entries.get(section)
    if node is None or (isinstance(node, Text) and node.plain is None):
        return {}
    if not isinstance(node, MappingNode):
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


def _entry(path: tuple[str, str], node: Node, model: type, memory: Memory) -> Built:
    known = memory.entries.get(id(node))
    if known is not None and known.node is node:
        return known
    part, is_whole, findings = read_entry(model, node.plain, path)
    references = tuple(references_of(part, path)) if part is not None else ()
    entry = part if is_whole else None
    built = Built(node, entry, part, findings=tuple(findings), references=references)
    memory.entries[id(node)] = built
    return built


def _built(
    root: MappingNode, path: tuple[str, str], checked: Built, *, measures: CaseUnits, memory: Memory
) -> Built:
    section, name = path
    known = memory.entities.get(id(checked.node))
    if known is not None and known.node is checked.node:
        return known
    entry = checked.part
    if entry is None or not measures.money or section == "variants":
        return checked
    good = _counted_good(section, name, entry)
    filled = Filled(entry, checked.node, (section, name), measures, good, [], [])
    parent = root.entries[section]
    line = parent.keys[name].line if isinstance(parent, MappingNode) else 0
    if checked.entry is None:
        if section != "facts":
            filled.quantities()
        return replace(checked, findings=(*checked.findings, *filled.findings))
    entity = make_element(section, filled, name, line)
    built = replace(
        checked,
        entity=None if filled.findings else entity,
        findings=(*checked.findings, *filled.findings),
        missing=tuple(filled.missing),
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
class CheckedCase:
    """A draft with the elements in which something is already known to be wrong."""

    draft: CaseDraft
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


Check = Callable[[CheckedCase], Iterator[Finding]]


def unsound_sections(findings: list[Finding]) -> frozenset[str]:
    """Sections in which something is wrong."""
    return frozenset(str(one.path[0]) for one in findings if one.path)


def way_back(after: Mapping[str, Iterable[str]], name: str) -> list[str]:
    """Names on the shortest way from one back to itself; empty when it does not come back.

    Args:
        after: Name → those that can be reached from it in one step.
        name: Where the way begins and ends.
    """
    ways = [[name]]
    seen = {name}
    for way in ways:
        for step in after.get(way[-1], ()):
            if step == name:
                return way
            if step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return []
