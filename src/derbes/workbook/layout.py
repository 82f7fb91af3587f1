"""Which sheets a case has, and which columns: all of it from the keys that `case` declares.

A section is a sheet, an element a row, a key a column; a number takes several columns. What
stands many times in one element (payments, inputs, what a variant sets) has a sheet of its own,
whose rows name the element. What has no better place is written in one cell as YAML.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from derbes.case import forms
from derbes.case.entities import Case
from derbes.casefile.entries import SECTIONS, Key, keys_of
from derbes.casefile.reference import docs_of
from derbes.language import _, language

LANGUAGES = ("en", "ru", "kk")
TOP = "case"
"""Sheet of what stands at the top of the file."""
SERIES = "series"
"""Sheet of all numbers by date."""
MONTHS = "months"
"""Sheet of the months of a series that say more than their value."""
BASICS = ("value", "unit")
DETAILS = ("low", "high", "formula", "distribution", "grade", "source", "why", "more")
"""Parts of a number, each a column; the first two stand in sight."""
OPENING = ("value", "low", "high", "distribution", "grade", "source", "why")
PARENT = "parent"
"""Column that names the element to which a row belongs."""
NUMBER = "n"
"""Column with the place of a row in its list."""
LABEL = "label:"
"""Begins the part of a number that is its name in a language."""
_NOT_SHOWN = frozenset({"derbes", "include"})


class SheetColumn(NamedTuple):
    """A column of a sheet."""

    heading: str
    """How the sheet calls it, and by which it is known again: `demand`, `demand unit`."""
    part: str
    """Part of a number, or language of a text; empty: the value itself."""
    form: forms.Form
    """How what stands in its cells is written."""
    about: str = ""
    is_detail: bool = False
    """Whether it may fold away."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an element, and the columns that hold it."""

    path: tuple[str, ...]
    """Keys from the element down."""
    kind: str
    """`text`, `label`, `number`, `opening` or `any`."""
    form: forms.Form
    columns: tuple[SheetColumn, ...]
    is_needed: bool = False

    @property
    def name(self) -> str:
        """How headings call it; empty: the whole row."""
        return " ".join(self.path)

    @property
    def headings(self) -> dict[str, str]:
        """Part → heading of its column."""
        return {column.part: column.heading for column in self.columns}

    @property
    def labels(self) -> tuple[SheetColumn, ...]:
        """Columns with the name of a number, by language."""
        return tuple(column for column in self.columns if column.part.startswith(LABEL))


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet before it has rows."""

    name: str
    kind: str
    """`top`, `elements`, `list` (of mappings), `map` (by names), `add` (of a variant)."""
    path: tuple[str, ...]
    """Keys above its rows: the section; and the key within each element."""
    leads: tuple[SheetColumn, ...]
    """Columns that tell one row from others."""
    fields: tuple[Field, ...]
    about: str = ""
    as_list: bool = False
    """Whether a mapping may also be the list of its names."""

    @property
    def has_parent(self) -> bool:
        """Whether each row names the element that it belongs to."""
        return bool(self.leads) and self.leads[0].heading == PARENT

    @property
    def columns(self) -> tuple[SheetColumn, ...]:
        """All columns, from the left."""
        return (*self.leads, *(column for one in self.fields for column in one.columns))


def _number_columns(
    form: forms.Form, name: str = "", about: str = "", parts: tuple[str, ...] = (*BASICS, *DETAILS)
) -> tuple[SheetColumn, ...]:
    """The columns of a number, each with what its key says of itself."""
    told, keys = docs_of(forms.WrittenQuantity), keys_of(forms.WrittenQuantity)
    abouts = told | {
        "low": told["range"],
        "high": told["range"],
        "formula": _(
            "A formula of derbes, which begins with =, over other numbers by their path: "
            "= tubes * 60 round/tube/year. Change a formula here, and not in the colored cell."
        ),
        "more": _("Whatever else is said of the number, as YAML: {label: …}."),
    }
    shapes = {part: keys[part].form for part in ("grade", "source")}
    shapes["distribution"] = keys_of(forms.WrittenDistribution)["kind"].form
    columns = [SheetColumn(name or "value", "value", form, about)]
    for part in parts[1:]:
        heading, shape = f"{name} {part}".strip(), shapes.get(part, forms.TEXT)
        columns.append(SheetColumn(heading, part, shape, abouts[part], part not in BASICS))
    return tuple(columns)


def _fields(model: type, above: tuple[str, ...] = ()) -> Iterator[Field]:
    """The keys of a class that stand in the row of an element."""
    about = docs_of(model)
    for key in keys_of(model).values():
        if above or key.key not in _NOT_SHOWN:
            yield from _of_key(key, about[key.name], above)


def _of_key(key: Key, about: str, above: tuple[str, ...]) -> Iterator[Field]:
    path, form = (*above, key.key), key.form
    name = " ".join(path)
    match form:
        case forms.InUnit():
            columns = _number_columns(form, name, about)
            yield Field(path, "number", form, columns, key.is_needed)
        case forms.PartForm(of=forms.WrittenOpening):
            columns = _number_columns(forms.MONTH, name, about, OPENING)
            yield Field(path, "opening", form, columns, key.is_needed)
        case forms.PartForm():
            yield from _fields(form.of, path)
        case forms.LabelForm():
            languages = ("", *LANGUAGES) if key.key != "label" else (*LANGUAGES, "")
            columns = tuple(
                SheetColumn(f"{name} {one}".strip(), one, forms.TEXT, about) for one in languages
            )
            yield Field(path, "label", form, columns, key.is_needed)
        case _ if not _has_own_sheet(form):
            yield Field(path, "text", form, (SheetColumn(name, "", form, about),), key.is_needed)


def _has_own_sheet(form: forms.Form) -> bool:
    match form:
        case forms.ListForm(item=forms.PartForm()):
            return True
        case forms.MapForm(item=forms.InUnit() | forms.AnyForm() | forms.MapForm()):
            return True
    return isinstance(form, forms.SectionForm)


def _children(model: type, path: tuple[str, ...], parent: str) -> Iterator[SheetLayout]:
    """Sheets of what stands many times in one element, or at the top of the file.

    Args:
        model: Class with the keys.
        path: Keys above them; of a section its name.
        parent: Section whose elements the rows belong to; empty: none, at the top.
    """
    about = docs_of(model)
    for key in keys_of(model).values():
        form, where, told = key.form, (*path, key.key), about[key.name]
        if isinstance(form, forms.PartForm) and not parent:
            yield from _children(form.of, where, parent)
        elif _has_own_sheet(form):
            of = forms.TextForm(sections=(parent,))
            lead = SheetColumn(PARENT, "", of, _("Id of the element that the row belongs to."))
            yield _child(form, where, (lead,) if parent else (), told)


def _child(
    form: forms.Form, path: tuple[str, ...], leads: tuple[SheetColumn, ...], about: str
) -> SheetLayout:
    name = ".".join(path)
    match form:
        case forms.ListForm(item=forms.PartForm(of=model)):
            place = _("Place in the list; of a new row empty.")
            at = SheetColumn(NUMBER, "", forms.WholeForm(1, 10_000), place)
            return SheetLayout(name, "list", path, (*leads, at), tuple(_fields(model)), about)
        case forms.MapForm(item=forms.MapForm()):
            sections = forms.WordForm(tuple(SECTIONS))
            more = (
                SheetColumn("section", "", sections, _("Section of the element.")),
                SheetColumn("id", "", forms.ID, _("Id of the new element.")),
                SheetColumn("key", "", forms.TEXT, _("Key of the element.")),
            )
            return SheetLayout(name, "add", path, (*leads, *more), (_anything(),), about)
        case forms.MapForm(item=item):
            lead = SheetColumn("name" if leads else "id", "", form.key, about)
            fields = _anything() if isinstance(item, forms.AnyForm) else _number(item)
            is_list = isinstance(form, forms.MapForm) and form.as_list
            return SheetLayout(name, "map", path, (*leads, lead), (fields,), about, is_list)
    raise ValueError(f"no sheet for {path}")


def _number(form: forms.Form) -> Field:
    about = docs_of(forms.WrittenQuantity)["label"]
    labels = (
        SheetColumn(f"label {one}".strip(), LABEL + one, forms.TEXT, about)
        for one in (*LANGUAGES, "")
    )
    return Field((), "number", form, (*labels, *_number_columns(form)))


def _anything() -> Field:
    return Field((), "any", forms.AnyForm(), _number_columns(forms.AnyForm()))


def layouts() -> tuple[SheetLayout, ...]:
    """All sheets that a case may have, in the order of the reference page."""
    return _layouts(language())


@cache
def _layouts(_language: str) -> tuple[SheetLayout, ...]:
    """The same, made once for each language in which they are told."""
    top = tuple(_fields(Case))
    lead = SheetColumn("key", "", forms.TEXT, _("Key at the top of the case file."))
    found = [SheetLayout(TOP, "top", (), (lead,), top, "")]
    found += _children(Case, (), "")
    for section, model in SECTIONS.items():
        id_about = _("Id: Latin letters, digits and _, a letter first.")
        id_column = SheetColumn("id", "", forms.ID, id_about)
        fields = tuple(sorted(_fields(model), key=lambda one: one.path[0] in {"note", "tags"}))
        about = docs_of(Case)[section]
        found.append(SheetLayout(section, "elements", (section,), (id_column,), fields, about))
        found += _children(model, (section,), section)
    path = SheetColumn("path", "", forms.TEXT, _("Number that goes by date: uses.water.demand."))
    unit = SheetColumn("unit", "", forms.TEXT, _("Unit of the numbers of this row."))
    after = SheetColumn("after", "", forms.BEHIND, docs_of(forms.WrittenQuantity)["after"])
    series = Field(("unit",), "text", forms.TEXT, (unit,))
    behind = Field(("after",), "text", forms.BEHIND, (after,))
    about = docs_of(forms.WrittenQuantity)["series"]
    found.append(SheetLayout(SERIES, "series", (), (path,), (series, behind), about))
    month = SheetColumn("path", "", forms.TEXT, _("Number and month: uses.water.demand.2026-07."))
    number = Field((), "number", forms.AnyForm(), _number_columns(forms.TEXT))
    about = " ".join((forms.WrittenMonth.__doc__ or "").split())
    found.append(SheetLayout(MONTHS, "months", (), (month,), (number,), about))
    return tuple(found)
