"""One element: its entry, checked by the schema, as an entity in base units."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import ValidationError, create_model

from derbes.case.quantity import Element, Label, Quantity
from derbes.casefile.findings import Finding
from derbes.casefile.quantities.measures import Measures
from derbes.casefile.quantities.read import read_quantity
from derbes.casefile.schema.entries import (
    MISSING,
    MONTH_PATTERN,
    Entry,
    Kind,
    QuantityEntry,
    Reference,
    kinds_of,
    references_of,
)
from derbes.casefile.schema.wording import refused
from derbes.casefile.tree.nodes import Node, Path, Plain, dotted, place
from derbes.language import _, language

Place = tuple[Path, str, Reference]
"""Where an id stands, the id, and the section that must hold it."""


_BY_SIZE = {"reserve": "/{good}", "bring_forward": "/month"}
"""Unit below a payment by size, by kind of option; the others have plain sizes."""


@dataclass(slots=True)
class Filled:
    """An entry with its quantities read."""

    entry: Entry
    node: Node
    path: Path
    measures: Measures
    good: str
    """Good that its quantities count."""
    findings: list[Finding]
    missing: list[str]

    def quantity(self, name: str) -> Quantity | None:
        """A quantity of the entry in base units."""
        return self._read(getattr(self.entry, name), kinds_of(type(self.entry))[name], (name,))

    def quantities(self, name: str) -> dict[str, Quantity]:
        """Several quantities by id."""
        kind = kinds_of(type(self.entry))[name]
        found = {
            key: self._read(entry, kind, (name, key))
            for key, entry in getattr(self.entry, name).items()
        }
        return {key: quantity for key, quantity in found.items() if quantity is not None}

    def single(self) -> dict[str, Quantity | None]:
        """All quantities that stand alone, by key."""
        return {
            name: self.quantity(name)
            for name in kinds_of(type(self.entry))
            if not isinstance(getattr(self.entry, name), dict)
        }

    def read_all(self) -> None:
        """Read every quantity for its findings alone."""
        for name in kinds_of(type(self.entry)):
            found = getattr(self.entry, name)
            if isinstance(found, dict):
                self.quantities(name)
            else:
                self.quantity(name)

    def refuse(self, step: Path, what: str, fix: str = "") -> None:
        """Note that something in this entry cannot be used."""
        self.findings.append(Finding((*self.path, *step), what, fix))

    def _read(self, entry: QuantityEntry | None, kind: Kind, step: Path) -> Quantity | None:
        if entry is None:
            return None
        path = (*self.path, *step)
        if entry.is_missing:
            self._note_missing(step, entry)
            if entry.series is None:
                return None
        given = str(step[-1])
        units = [
            self.measures.unit(template, self.good, given)
            for template in (self._template(kind), *kind.also)
        ]
        if units[0] is None:
            return None  # the good has no unit; said there
        quantity, findings = read_quantity(
            entry,
            self.measures,
            kind,
            units=tuple(unit for unit in units if unit is not None),
            path=path,
            line=place(self.node, (*step, "value")).line,
        )
        self.findings += findings
        return None if entry.is_missing else quantity

    def _template(self, kind: Kind) -> str:
        """`{by}` of a measure is months or a share; `{by_size}` is one unit of an option's size."""
        of = getattr(self.entry, "kind", "")
        if kind.unit == "{by}":
            return "month" if of == "delay" else ""
        return kind.unit.replace("{by_size}", _BY_SIZE.get(of, ""))

    def _note_missing(self, step: Path, entry: QuantityEntry) -> None:
        field = type(self.entry).model_fields[str(step[0])]
        if not field.is_required() and len(step) == 1:
            self.missing.append(dotted((*self.path, *step)))
            return
        what = _('"missing" cannot stand here: nothing can be computed without {key}')
        if entry.series is None:
            fix = _("give a value with a range, grade D and a why")
            self.refuse((*step, "value"), what.format(key=step[-1]), fix)
            return
        fix = _("give a value; grade D and a why say that it is assumed")
        for month, one in entry.series.items():
            if one.value == MISSING:
                named = _("{key} of {month}").format(key=step[-1], month=month)
                self.refuse((*step, "series", month), what.format(key=named), fix)


def text_of(label: Label) -> str:
    """The text in the language in use, else in English, else the first."""
    for code in (language(), "", "en"):
        if code in label:
            return label[code]
    return next(iter(label.values()), "")


def common(entry: Any, element_id: str, line: int) -> dict[str, Any]:
    """What every entity has."""
    return {
        "id": element_id,
        "label": entry.label,
        "note": text_of(entry.note),
        "tags": tuple(entry.tags),
        "at_line": line,
    }


@dataclass(frozen=True, slots=True)
class Built:
    """An element that was read: the entity, and what was found on the way."""

    node: Node
    entry: Entry | None
    entity: Element | None
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    """Ids that it refers to."""


def validated(model: type[Entry], plain: Plain, above: Path) -> tuple[Entry | None, list[Finding]]:
    """The entry that a mapping makes, None when it is refused, and what is wrong."""
    empty: list[Path] = []
    filled = _without_empty(plain if plain is not None else {}, (), empty)
    findings = [Finding((*above, *path), *_no_value((*above, *path))) for path in empty]
    try:
        entry = model.model_validate(filled)
    except ValidationError as error:
        told = {(*above, *path) for path in empty}
        findings += [one for one in refused(model, error, above) if one.path not in told]
        return None, findings
    return entry, findings


def _no_value(path: Path) -> tuple[str, str]:
    if isinstance(path[-1], int):
        what = _('an item of "{key}" has no value').format(key=path[-2])
        return what, _("give it one, or take it out")
    what = _('"{key}" has no value').format(key=path[-1])
    if re.match(MONTH_PATTERN, path[-1]):
        return what, _('give it one, or write "missing" where none is known')
    return what, _("give it one, or take the key out")


def salvaged(model: type[Entry], plain: Plain, above: Path) -> Entry | None:
    """What can be used of an entry that was refused, so that all problems are told at once.

    Keys that are wrong or absent hold nothing.
    """
    filled = _without_empty(plain, above, [])
    if not isinstance(filled, dict):
        return None
    try:
        model.model_validate(filled)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors() if one["loc"]}
        filled = {key: below for key, below in filled.items() if key not in wrong}
    try:
        return _lenient(model).model_validate(filled)
    except ValidationError:
        return None


@cache
def _lenient(model: type[Entry]) -> type[Entry]:
    """An entry with the same keys, none of which is needed."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.is_required():
            marks = tuple(field.metadata)
            annotation: Any = Annotated[(field.annotation, *marks)] if marks else field.annotation
            fields[name] = (annotation | None, None)
    return create_model(f"Part{model.__name__}", __base__=model, **fields)


def _without_empty(plain: Plain, path: Path, empty: list[Path]) -> Plain:
    """A tree without the keys that have no value; they are noted in `empty`."""
    if isinstance(plain, dict):
        kept: dict[str, Plain] = {}
        for key, below in plain.items():
            if below is None:
                empty.append((*path, key))
            else:
                kept[key] = _without_empty(below, (*path, key), empty)
        return kept
    if isinstance(plain, list):
        items: list[Plain] = []
        for position, item in enumerate(plain):
            if item is None:
                empty.append((*path, position))
            else:
                items.append(_without_empty(item, (*path, position), empty))
        return items
    return plain


def places_of(entry: Entry, path: Path) -> Iterator[Place]:
    """Every id that an entry refers to."""
    references = references_of(type(entry))
    for name in type(entry).model_fields:
        given = getattr(entry, name)
        if not given:
            continue
        reference = references.get(name)
        if isinstance(given, str):
            if reference:
                yield (*path, name), given, reference
        elif isinstance(given, Entry):
            yield from places_of(given, (*path, name))
        elif isinstance(given, dict):
            yield from _places_in(given.items(), reference, (*path, name), are_keys=True)
        elif isinstance(given, list):
            yield from _places_in(enumerate(given), reference, (*path, name), are_keys=False)


def _places_in(
    pairs: Any, reference: Reference | None, path: Path, *, are_keys: bool
) -> Iterator[Place]:
    for key, given in pairs:
        named = key if are_keys else given
        if reference and isinstance(named, str):
            yield (*path, key), named, reference
        if isinstance(given, Entry):
            yield from places_of(given, (*path, key))
