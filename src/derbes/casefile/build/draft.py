"""A whole tree as a case, as far as it can be built."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from derbes.case.entities import Case
from derbes.casefile.build.element import (
    Built,
    Filled,
    Place,
    places_of,
    salvaged,
    validated,
)
from derbes.casefile.build.header import (
    Header,
    aims_and_futures,
    header_fields,
    read_header,
    read_measures,
)
from derbes.casefile.build.ledger import expression_lines
from derbes.casefile.build.sections import make_element
from derbes.casefile.findings import Finding
from derbes.casefile.quantities.measures import Measures
from derbes.casefile.schema.document import SECTIONS, HeaderEntry
from derbes.casefile.schema.entries import ID_PATTERN, Entry
from derbes.casefile.schema.wording import how_to_name
from derbes.casefile.tree.nodes import Node, Table, Text
from derbes.errors import did_you_mean
from derbes.language import _

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
