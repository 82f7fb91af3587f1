"""A whole tree as a case, as far as it can be built, with all that is found on the way.

The top of a case file: calendar, money, target, priorities. Which elements other checks can
rely on, so that one slip is told once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, NamedTuple

from derbes.case import forms
from derbes.case.entities import (
    AIMS,
    DEFAULT_REFILL_MONTHS,
    DEFAULT_SENDER_HORIZON_MONTHS,
    Case,
    Derived,
    quantities,
)
from derbes.case.forms import EXPRESSION, ID_PATTERN, MOST_MONTHS, WrittenCalendar, WrittenCurrency
from derbes.case.ledger import LEDGER
from derbes.case.options import Budget, Risk
from derbes.case.quantity import Calendar, Element, Quantity, Step, has_formula
from derbes.case.uncertainty import Correlation
from derbes.casefile.build import Filled, Found, length_in_periods, made, make_element
from derbes.casefile.entries import (
    MEND,
    SECTIONS,
    Entry,
    Finding,
    Items,
    MappingNode,
    Mark,
    Node,
    Path,
    Text,
    dotted,
    find,
    key_place,
    keys_of,
    place,
    read_entry,
)
from derbes.casefile.formulas import MOST_BEHIND
from derbes.casefile.hints import how_to_name
from derbes.casefile.quantities import CaseUnits, outside
from derbes.errors import at_work, did_you_mean, in_latin, nearest, offered, offers, slip_of
from derbes.grammar import ExpressionError, refused
from derbes.language import _
from derbes.links import reached
from derbes.unit_names import CURRENCIES
from derbes.units import UnitError, own_unit

DEFAULTS = {
    "discount_rate": Quantity(0.0, "1/year"),
    "refill_time": Quantity(DEFAULT_REFILL_MONTHS, "month"),
    "sender_horizon": Quantity(DEFAULT_SENDER_HORIZON_MONTHS, "month"),
}
"""Quantities at the top of a case, where it says nothing."""

_WIDE = Calendar(first_year=1, first_month=1, n_periods=12 * 9999)
"""Stands in for a calendar that cannot be read, so that no month is outside it."""

_STAND_IN = "USD"
"""Stands in for a base currency that cannot be read; then, as where a rate cannot be, amounts
in any other count one to one, so that none is refused for it."""

_ID = re.compile(ID_PATTERN)


class Reference(NamedTuple):
    """An id, where it stands, and what it must be the id of."""

    path: Path
    word: str
    form: forms.TextForm


def references_of(given: Any, path: Path, form: forms.Form | None = None) -> Iterator[Reference]:
    """Every id that an entry, or a value of a form in it, refers to."""
    if isinstance(given, Entry):
        for key in keys_of(given.model).values():
            if below := given.given.get(key.name):
                yield from references_of(below, (*path, key.key), key.form)
    elif isinstance(form, forms.TextForm) and form.sections:
        yield Reference(path, given, form)
    elif isinstance(form, forms.ListForm):
        for at, item in enumerate(given):
            yield from references_of(item, (*path, at), form.item)
    elif isinstance(form, forms.MapForm):
        for name, item in given.items():
            if form.key.sections:
                yield Reference((*path, name), name, form.key)
            yield from references_of(item, (*path, name), form.item)


@dataclass(frozen=True, slots=True)
class Built:
    """An element that was read: the entity, and what was found on the way."""

    node: Node
    entry: Entry | None
    """None when something in it was refused."""
    part: Entry | None
    """What of it can be used."""
    entity: Element | None = None
    outline: Element | None = None
    """What it names, and those of its numbers that can be read; of `OUTLINED` sections."""
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()


@dataclass(slots=True)
class Memory:
    """Elements that were built before, by node, so that variants build only what they change."""

    measures: CaseUnits | None = None
    entries: dict[Node, Built] = field(default_factory=dict)
    entities: dict[Node, tuple[Built, Mapping[Path, Node | None]]] = field(default_factory=dict)
    """With what the formulas of each rest on: path of a part of the case → its node."""

    def is_usable(self, measures: CaseUnits) -> bool:
        """Whether what was built counts in the same units, money and time."""
        mine = self.measures = self.measures or measures
        both = [(one.calendar, one.money, one.rates) for one in (mine, measures)]
        return both[0] == both[1] and mine.good_units.items() <= measures.good_units.items()


@dataclass(slots=True)
class CaseDraft:
    """A tree, the case that it makes as far as it could be built, and what is wrong with it."""

    root: MappingNode
    case: Case
    findings: list[Finding]
    """What was found while it was built."""
    elements: Mapping[str, Mapping[str, Built]]
    references: list[Reference]
    """Ids at the top that refer to elements."""
    correlated: list[tuple[int, int, int]]
    """Of each correlation, which of the list it is, and which two of its inputs."""
    quantities: tuple[Quantity, ...]
    """Of the case, as `derbes.case.entities.quantities` gives them."""
    outline: Case
    """The case with elements of which something is refused as far as they can be read."""
    unreadable: frozenset[str] = frozenset()
    """Sections whose elements are not known, so that nothing follows from their absence."""
    unsound: frozenset[str] = frozenset()
    """Sections that hold an element in which something is known to be wrong."""
    vague: frozenset[str] = frozenset()
    """Those of them that hold one of which it is not known what it names, or how it is called."""
    before: frozenset[str] = frozenset()
    """Paths of the quantities of the case that a variant or scenario changed."""
    found: list[Finding] = field(default_factory=list)
    """What the checks have found so far."""

    def is_whole(self, *sections: str) -> bool:
        """Whether every element of these sections could be built."""
        elements = (one for section in sections for one in self.elements[section].values())
        is_built = all(one.entity is not None for one in elements)
        return is_built and self.unreadable.isdisjoint(sections)

    def sound(self, *sections: str) -> bool:
        """Whether everything in these sections is built and refers to what exists."""
        return self.unsound.isdisjoint(sections) and self.is_whole(*sections)

    def is_outlined(self, *sections: str) -> bool:
        """Whether it is known of all in these sections what they name, and that exists."""
        elements = (one for section in sections for one in self.elements[section].values())
        is_known = self.vague.isdisjoint(sections) and self.unreadable.isdisjoint(sections)
        return is_known and all(one.outline is not None for one in elements)

    def entry(self, section: str, element_id: str) -> Any:
        """Entry of an element that could be built."""
        return self.elements[section][element_id].entry

    def entries(self, *sections: str) -> Iterator[tuple[tuple[str, str], Any]]:
        """Section and id of all elements whose entry was accepted, and the entry."""
        for section in sections or self.elements:
            for name, built in self.elements[section].items():
                if built.entry is not None:
                    yield (section, name), built.entry

    def parts(self, *sections: str) -> Iterator[tuple[tuple[str, str], Any]]:
        """Section and id of all elements, and what of each can be used."""
        for section in sections or self.elements:
            for name, built in self.elements[section].items():
                if built.part is not None:
                    yield (section, name), built.part


Check = Callable[[CaseDraft], Iterator[Finding]]


def build_draft(root: MappingNode, memory: Memory, *, is_whole: bool = True) -> CaseDraft:
    """The draft of a tree; where it is not whole, nothing follows from what is not in it."""
    below = {key: one for key, one in root.entries.items() if key not in SECTIONS}
    node = MappingNode(below, root.mark, root.keys)
    part, _is_whole, told = read_entry(Case, node.plain, ())
    if not is_whole:
        told = [one for one in told if str(one.path[0]) in root.entries]
    entry = part or Entry(Case, {})
    top = Filled(entry, node, (), CaseUnits(_WIDE, ""), "", told, [])
    top.measures = CaseUnits(_calendar(top), _money(top))
    unreadable = _unreadable_sections(root, told) if is_whole else frozenset(SECTIONS)
    findings: list[Finding] = []
    checked: dict[str, dict[str, Built]] = {}
    for section, model in SECTIONS.items():
        checked[section] = _entries(root, section, model, memory=memory, findings=findings)
    asks: dict[Path, set[Path]] = {}
    measures = _case_units(top, checked["goods"])
    measures = top.measures = _named(top, root, checked, measures, asks=asks, is_whole=is_whole)
    correlated: list[tuple[int, int, int]] = []
    fields = _fields(top)
    fields |= _aims(top)
    fields["correlations"] = tuple(_correlations(top, correlated))
    usable = memory if memory.is_usable(measures) else Memory()
    elements = {
        section: {
            name: _built(root, (section, name), built, measures=measures, memory=usable, asks=asks)
            for name, built in checked[section].items()
        }
        for section in SECTIONS
    }
    everything = [built for section in elements.values() for built in section.values()]
    fields |= {
        section: {name: one.entity for name, one in built.items() if one.entity is not None}
        for section, built in elements.items()
    }
    case = Case(
        **fields,
        expressions=_expression_lines(root, elements),
        missing=(*top.missing, *(path for built in everything for path in built.missing)),
    )
    numbers = quantities(case)
    if has_formula(root.plain):
        case = replace(case, formulas=tuple(_derived(numbers)))
    outline = case
    if any(one.entity is None for one in everything):
        outlined: dict[str, Any] = {one: _outlines(elements[one]) for one in OUTLINED}
        outline = replace(case, **outlined)
    findings += [*told, *(one for built in everything for one in built.findings)]
    references = list(references_of(entry, ()))
    return CaseDraft(
        root, case, findings, elements, references, correlated, numbers, outline, unreadable
    )


OUTLINED = (
    *("actors", "goods", "uses", "stockpiles", "routes"),
    *("suppliers", "plants", "recipes", "exports"),
)
"""Sections of what is there in the world, which measures can hit."""


def _outlines(built: Mapping[str, Built]) -> dict[str, Element]:
    return {name: one.outline for name, one in built.items() if one.outline is not None}


def is_vague(finding: Finding) -> bool:
    """Whether a finding leaves it open what an element names, or how it is called."""
    section, *below = finding.path
    if section not in SECTIONS:
        return False
    key = keys_of(SECTIONS[str(section)]).get(str(below[1])) if len(below) > 1 else None
    if key is None or isinstance(key.form, forms.ListForm):
        return True
    return isinstance(key.form, forms.TextForm) and bool(key.form.sections)


def _calendar(top: Filled) -> Calendar:
    """The periods; notes where they are more than the most months together."""
    filled, _is_whole = _part(top, WrittenCalendar, ("calendar",))
    entry = filled.entry if filled else Entry(WrittenCalendar, {})
    is_refused = find(top.node, ("calendar", "step")) is not None and "step" not in entry.given
    if entry.first is None or entry.periods is None or is_refused:
        return _WIDE
    year, month = entry.first.split("-")[:2]
    step = Step[entry.step.upper()]
    most = MOST_MONTHS // step
    if entry.periods > most:
        what = _("the calendar is {months} months long, and {most} are the most")
        words = {"months": entry.periods * step, "most": MOST_MONTHS, "n": most}
        top.refuse(("calendar", "periods"), what, _("write at most {n} periods"), **words)
    return Calendar(int(year), int(month), min(entry.periods, most), step, entry.after or "")


def _money(top: Filled) -> str:
    """Base currency, where it can be read; else one that stands in for it."""
    filled, _is_whole = _part(top, WrittenCurrency, ("currency",))
    top.entry.currency = filled.entry if filled else Entry(WrittenCurrency, {})
    return top.entry.currency.base or _STAND_IN


def _case_units(top: Filled, goods: Mapping[str, Built]) -> CaseUnits:
    """In what the case counts; findings are left with the top."""
    units: dict[str, str] = {}
    for good, built in goods.items():
        text = built.node.plain.get("unit") if isinstance(built.node.plain, dict) else None
        if not isinstance(text, str):
            continue  # said by the schema
        try:
            units[good] = own_unit(text).name
        except UnitError as error:
            top.refuse(("goods", good, "unit"), error.what, error.fix)
    top.measures = replace(top.measures, good_units=units, own=frozenset(units.values()))
    currency, written = top.entry.currency, find(top.node, ("currency", "rates"))
    rates = top.below(currency, ("currency",)).quantities()["rates"] if currency.base else {}
    unread = set(currency.rates or ()) - rates.keys()
    if not currency.base or (written is not None and "rates" not in currency.given):
        unread = {*CURRENCIES} - {top.measures.money}
    return replace(top.measures, rates={**dict.fromkeys(unread, Quantity(1.0)), **rates})


def _named(
    top: Filled,
    root: MappingNode,
    checked: Mapping[str, Mapping[str, Built]],
    measures: CaseUnits,
    *,
    asks: dict[Path, set[Path]],
    is_whole: bool,
) -> CaseUnits:
    """The units of a case, and what the names in formulas stand for.

    A number that a formula names is read when it is asked for, however deep the formulas go;
    which part of the case asks for which is noted.
    """
    known: dict[Path, Quantity | None] = {}
    asking: list[Path] = []
    circles: dict[Path, ExpressionError] = {}
    behind: dict[Path, int] = {}
    told: set[Path] = set()
    """Numbers that cannot be had for a reason that is told where it lies."""
    lacking: set[Path] = set()
    """Numbers that are written as `missing`."""
    assumed = top.entry.assumptions or {}
    offer = offers()

    def named(name: str, asked_by: Path) -> Quantity:
        path: Path = tuple(name.split("."))
        if len(path) == 1 and name in assumed:
            path = ("assumptions", name)
        asks.setdefault(asked_by[:2], set()).add(path[:2])
        asking.append(asked_by)
        try:
            if path in asking:
                around = [*asking[asking.index(path) :], path]
                what = _("the formula comes back to itself: {path}")
                what = what.format(path=" → ".join(dotted(one) for one in around))
                circles[min(around, key=dotted)] = refused(what, _("write one of them as a number"))
                told.add(asked_by)
                raise circles[path] if path == asked_by else ExpressionError  # told where it begins
            if path not in known and len(asking) <= MOST_BEHIND:
                known[path], is_told, is_lacking = _number_at(top, checked, counted, path)
                told.update([path] if is_told else [])
                lacking.update([path] if is_lacking else [])
            behind[asked_by] = max(behind.get(asked_by, 0), behind.get(path, 0) + 1)
            if path not in known or behind[asked_by] > MOST_BEHIND:
                what = _("more than {most} formulas stand one behind the other")
                raise refused(what.format(most=MOST_BEHIND), _("write one of them as a number"))
        finally:
            asking.pop()
        found = known[path]
        if found is None and asked_by in circles:
            raise circles[asked_by]
        if found is None and (path in told or (find(root, path) is None and not is_whole)):
            told.add(asked_by)
            raise ExpressionError  # told there
        if path in lacking:
            fix = _("give it a value, or write the number here")
            raise refused(_('"{name}" is missing: nothing follows from it').format(name=name), fix)
        if found is None:
            fix = offer(name, assumed) if len(path) == 1 else _near_path(root, path)
            fix = fix or _("name an assumption, or another number by its path: uses.water.demand")
            raise refused(_('"{name}" is no number of this case').format(name=name), fix)
        return found

    counted = replace(measures, named=named)
    return counted


def _number_at(
    top: Filled,
    checked: Mapping[str, Mapping[str, Built]],
    measures: CaseUnits,
    path: Path,
) -> tuple[Quantity | None, bool, bool]:
    """The number at a path; whether why there is none is told there, or it is `missing`."""
    below, findings = replace(top, measures=measures, findings=[], missing=[]), top.findings
    if path[0] in SECTIONS:
        section, name = str(path[0]), dotted(path[1:2])
        built = checked[section].get(name)
        if built is None:
            return None, False, False
        part = built.part or Entry(SECTIONS[section], {})
        good, findings = _counted_good(section, name, part), [*built.findings]
        below = Filled(part, built.node, path[:2], measures, good, [], [])
    found = below.at(path[len(below.path) :])
    refused_at = (one.path for one in findings)
    is_told = any(path[: len(one)] == one[: len(path)] for one in refused_at)
    return found, is_told or bool(below.findings), bool(below.missing)


def _near_path(root: MappingNode, path: Path) -> str:
    """A fix that names the nearest path that goes on where this one leaves the case."""
    for n, step in enumerate(path):
        above = find(root, path[:n])
        known = above.entries if isinstance(above, MappingNode) else {}
        if step not in known:
            near = nearest(str(step), known)[:1]
            meant = [dotted((*path[:n], one, *path[n + 1 :])) for one in near]
            return did_you_mean(dotted(path), meant)
    return ""


def _derived(found: Iterable[Quantity]) -> Iterator[Derived]:
    """Numbers that follow from others by a formula, each behind its own parents.

    What names a number that could not be read is left out.
    """
    numbers = {one.path: one for one in found}
    done: set[str] = set()

    def behind(path: str) -> Iterator[Derived]:
        number = numbers.get(path)
        if number is None or number.formula is None or path in done:
            return
        done.add(path)
        for parent in number.formula.parents:
            yield from behind(parent)
        if numbers.keys() >= set(number.formula.parents):
            parents = tuple(numbers[parent] for parent in number.formula.parents)
            yield Derived(number, number.formula, parents)

    for path in numbers:
        yield from behind(path)


def _fields(top: Filled) -> Found:
    """What a case holds at its top, as far as it can be read."""
    entry, measures = top.entry, top.measures
    found = top.held()
    length = entry.main_length
    names = ("name", "target", "label", "question", "note", "main_measure", "without_project")
    return {
        **{name: found[name] for name in (*names, *DEFAULTS)},
        **{name: one for name, one in DEFAULTS.items() if found[name] is None},
        "calendar": measures.calendar,
        "currency": measures.money,
        "price_year": entry.currency.price_year or 0,
        "rates": measures.rates,
        "assumptions": found["assumptions"],
        "priorities": tuple(entry.priorities or AIMS),
        "main_length": length_in_periods(top, length, ("main_length",)) if length else 0,
    }


def _aims(top: Filled) -> Found:
    """Budget and weight of bad draws, where they can be read."""
    aims: Found = {}
    budget, _is_whole = _part(top, Budget, ("budget",))
    if budget is not None:
        aims["budget"] = _budget(budget)
    risk, is_whole = _part(top, Risk, ("risk",))
    if risk is not None and is_whole:
        aims["risk"] = Risk(**{name: share or 0.0 for name, share in risk.held().items()})
        if aims["risk"].level == 1.0:
            what = _("at a level of 1 the tail holds no draw")
            risk.refuse(("level",), what, _('choose less, as in "level: 95 %"'))
    return aims


def _budget(filled: Filled) -> Budget:
    found = filled.quantities()
    calendar = filled.measures.calendar
    first, last = (calendar.month_of(period)[0] for period in (0, calendar.n_periods - 1))
    for name in ("by_year", "foreign_by_year"):
        for year in getattr(filled.entry, name):
            if not first <= int(year) <= last:
                fix = _("choose a year within it, or change calendar.periods")
                filled.refuse((name, year), outside(year, calendar)[0], fix)
            elif (one := found[name].get(year)) is not None and one.steps:
                at = max(calendar.index(int(year), 1), 0)  # at the rate of its first period
                found[name][year] = replace(one, value=float(one.over(at + 1)[at]), steps=())
        found[name] = {int(year): quantity for year, quantity in found[name].items()}
    return Budget(**found, at_line=filled.line)


def _correlations(top: Filled, correlated: list[tuple[int, int, int]]) -> Iterator[Correlation]:
    """The rank correlation of each two inputs that are named; `correlated` says where."""
    listed = find(top.node, ("correlations",))
    for position in range(len(listed.items) if isinstance(listed, Items) else 0):
        filled, is_whole = _part(top, Correlation, ("correlations", position))
        if filled is None or not is_whole:
            continue
        found = filled.held() | {"at_line": filled.line}
        for (i, first), (j, second) in combinations(enumerate(filled.entry.between), 2):
            correlated.append((position, i, j))
            yield made(Correlation, found | {"between": (first, second)})


def _part(top: Filled, model: type, path: Path) -> tuple[Filled | None, bool]:
    """What can be used of a part of the top, and whether that is all of it."""
    node = find(top.node, path)
    if node is None or node.plain is None:
        return None, False
    entry, is_whole, _findings = read_entry(model, node.plain, path)
    if entry is None:
        return None, is_whole
    return replace(top.below(entry, path), line=key_place(top.node, path).line), is_whole


def _counted_good(section: str, name: str, entry: Any) -> str:
    """Good that an element's quantities count."""
    if section == "goods":
        return name
    if section == "options":
        return str(entry.element or "").removeprefix("goods.")
    return str(getattr(entry, "output" if section == "recipes" else "good", "") or "")


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


def _unreadable_sections(root: MappingNode, findings: list[Finding]) -> frozenset[str]:
    """Sections that are no mappings, or that unknown keys may stand for, which are offered them."""
    known = [*keys_of(Case), *SECTIONS]
    given = {section: root.entries.get(section) for section in SECTIONS}
    found = {
        section
        for section, node in given.items()
        if isinstance(node, Text | Items) and node.plain is not None
    }
    for position, one in enumerate(findings):
        if one.at_key and len(one.path) == 1:
            name = str(one.path[0])
            findings[position] = replace(one, fix=did_you_mean(name, known))
            meant = SECTIONS.keys() & set(offered(name, known))
            found |= {one for one in meant if given[one] is not root.entries[name]}
    return frozenset(found)


def with_meant_keys(root: MappingNode) -> MappingNode:
    """A tree whose keys at the top with a slip in their name stand under the right one as well.

    What is wrong below them is told with the slip, and not after it.
    """
    known = [*keys_of(Case), *SECTIONS]
    entries, keys = dict(root.entries), dict(root.keys)
    for name, node in root.entries.items():
        meant = "" if name in known else slip_of(in_latin(name), known)
        if meant and meant not in entries:
            entries[meant], keys[meant] = node, root.keys[name]
    return root if entries.keys() == root.entries.keys() else MappingNode(entries, root.mark, keys)


def with_meant_ids(root: MappingNode) -> tuple[MappingNode, list[Finding]]:
    """A tree whose ids with letters that only look Latin are as they were meant, and those."""
    entries, findings = dict(root.entries), list[Finding]()
    for section in SECTIONS:
        if not isinstance(table := entries.get(section), MappingNode):
            continue
        meant = {name: in_latin(name) for name in table.entries if not _ID.fullmatch(name)}
        meant = {name: one for name, one in meant.items() if _ID.fullmatch(one)}
        if meant.keys() and table.entries.keys().isdisjoint(meant.values()):
            findings += (_no_id((section, name), table.keys[name]) for name in meant)
            below = {meant.get(name, name): node for name, node in table.entries.items()}
            keys = {meant.get(name, name): mark for name, mark in table.keys.items()}
            entries[section] = MappingNode(below, table.mark, keys)
    return MappingNode(entries, root.mark, root.keys) if findings else root, findings


def _no_id(path: tuple[str, str], mark: Mark) -> Finding:
    what = _('expected an id, got "{name}"').format(name=path[1])
    return replace(Finding((), what, how_to_name(path[1]), mark=mark), where=dotted(path))


def _entries(
    root: MappingNode, section: str, model: type, *, memory: Memory, findings: list[Finding]
) -> dict[str, Built]:
    """Entries of a section, checked by the schema."""
    node = root.entries.get(section)
    if node is None or (isinstance(node, Text) and node.plain is None):
        return {}
    if not isinstance(node, MappingNode):
        what = _("expected elements by id, got something else")
        fix = _('write them as in "{section}:" and below it "my_id: {{…}}"')
        findings.append(Finding.of((section,), what, fix, section=section))
        return {}
    found = {}
    for name, below in node.entries.items():
        if not _ID.fullmatch(name) and MEND not in name:
            findings.append(replace(_no_id((section, name), node.keys[name]), path=(section, name)))
        with at_work(f"{section}.{name}"):
            found[name] = _entry((section, name), below, model, memory)
    return found


def _entry(path: tuple[str, str], node: Node, model: type, memory: Memory) -> Built:
    built = memory.entries.get(node)
    if built is None:
        part, is_whole, findings = read_entry(model, node.plain, path)
        entry, references = part if is_whole else None, tuple(references_of(part, path))
        built = Built(node, entry, part, findings=tuple(findings), references=references)
        memory.entries[node] = built
    return built


def _built(
    root: MappingNode,
    path: tuple[str, str],
    checked: Built,
    *,
    measures: CaseUnits,
    memory: Memory,
    asks: Mapping[Path, set[Path]],
) -> Built:
    known, rests = memory.entities.get(checked.node, (None, {}))
    if known is not None and all(find(root, part) is node for part, node in rests.items()):
        return known
    section, name = path
    entry = checked.part
    if entry is None:
        return checked
    good = _counted_good(section, name, entry)
    filled = Filled(entry, checked.node, path, measures, good, [], [], key_place(root, path).line)
    if checked.entry is None:
        outline = None
        if section in OUTLINED:
            outline = made(SECTIONS[section], filled.held() | {"id": name})
        elif section != "facts":
            filled.quantities()
        needed = (key.name for key in keys_of(SECTIONS[section]).values() if key.is_needed)
        if section != "facts" and entry.given.keys() >= {*needed}:
            whole = replace(filled, findings=[], missing=[])
            make_element(whole)
            # below a key; what is wrong between keys may follow from one that is refused
            filled.findings += [one for one in whole.findings if len(one.path) > 3]
        findings = (*checked.findings, *filled.findings)
        return replace(checked, outline=outline, findings=findings)
    with at_work(f"{section}.{name}"):
        entity = make_element(filled)
    built = replace(
        checked,
        entity=None if filled.findings else entity,
        outline=entity,
        findings=(*checked.findings, *filled.findings),
        missing=tuple(filled.missing),
    )
    behind = reached(asks.get(path, ()), lambda one: asks.get(one, ()))  # by way of others too
    rests = {part: find(root, part) for part in behind}
    memory.entities[checked.node] = built, rests
    return built
