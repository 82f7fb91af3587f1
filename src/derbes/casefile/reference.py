"""What a case file may hold, as a JSON Schema and as a page.

Both are made from the forms and docstrings of the keys and from nothing else.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from derbes.case import forms
from derbes.case.entities import CapitalPayment, Case, Hit
from derbes.case.ledger import Judgement
from derbes.case.options import Budget, Risk
from derbes.case.quantity import Element
from derbes.case.uncertainty import Correlation, ReferenceProject
from derbes.casefile.entries import LANGUAGE, SECTIONS, SHORT, Key, keys_of
from derbes.casefile.files import ALLOWANCE, MOST_MEGABYTES, MOST_VALUES
from derbes.language import FORMS, _, spelled
from derbes.unit_names import DAYS_A_MONTH, spellings
from derbes.units import LARGEST, SMALLEST

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER_PATTERN = r"^\s*[$€£₸₽A-Z]{0,3}\s*[+\-−–‐‑]?\s?[0-9.,].*$"

Names = Mapping[str, list[str]]
"""Section → ids of a case, which editors offer; empty: any."""

_NAMES = {CapitalPayment: "CapitalEntry", ReferenceProject: "ProjectEntry"}
"""Names in the schema that are not made from that of the class."""

_TEXT_BY_LANGUAGE = {
    "anyOf": [
        {"type": ["string", "number"]},
        {
            "additionalProperties": {"type": ["string", "number"]},
            "propertyNames": {"pattern": f"^{LANGUAGE}$"},
            "type": "object",
        },
    ]
}


def json_schema(case: Case | None = None) -> dict[str, Any]:
    """The JSON Schema of case files; with a case, its own ids are offered."""
    names: Names = {}
    if case is not None:
        changed = [one.case for one in case.variants.values()]
        changed += [one.case for one in case.scenarios.values()]
        cases = [case, *(one for one in changed if one is not None)]
        names = {
            section: sorted({name for one in cases for name in getattr(one, section)})
            for section in SECTIONS
        }
    parts: dict[str, Any] = {}
    for model in SECTIONS.values():
        _define(model, parts, names)
    properties = _properties(Case, parts, names)
    for section, model in SECTIONS.items():
        properties[section] = {
            "description": _worded(docs_of(Case)[section]),
            "patternProperties": {forms.ID_PATTERN: _define(model, parts, names)},
            "type": "object",
            "additionalProperties": False,
        }
    return {
        "$schema": DIALECT,
        "$defs": dict(sorted(parts.items())),
        "additionalProperties": False,
        "description": _("A case file."),
        "properties": properties,
        "required": _needed(Case),
        "type": "object",
        "title": _("derbes case file"),
    }


@cache
def docs_of(model: type) -> dict[str, str]:
    """Attribute → docstring of a class, those that it inherits first."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__[:-1]):
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        for both in pairwise(tree.body if isinstance(tree, ast.ClassDef) else []):
            match both:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = inspect.cleandoc(text)
    return found


def _within(form: forms.Form) -> Iterator[forms.Form]:
    """A form, and those of what stands in it."""
    yield form
    if isinstance(form, forms.MapForm):
        yield from _within(form.key)
    if isinstance(form, forms.ListForm | forms.MapForm):
        yield from _within(form.item)


def models() -> tuple[type, ...]:
    """All classes whose keys a case file may hold."""
    found: list[type] = [Case, forms.WrittenQuantity, Element, *SECTIONS.values()]
    for model in found:  # which grows by what is found in it
        inner = (form for key in keys_of(model).values() for form in _within(key.form))
        parts = dict.fromkeys(form.of for form in inner if isinstance(form, forms.PartForm))
        found += [one for one in parts if one not in found]
    return tuple(found)


def ways_to_write() -> Iterator[str]:
    """What page and messages say of how keys are written, beside what stands in this room."""
    for key in (key for model in models() for key in keys_of(model).values()):
        told = [key.shown]
        for form in _within(key.form):
            if isinstance(form, forms.TextForm):
                told += [form.page, form.unknown]
        yield from filter(None, told)


def _needed(model: type) -> list[str]:
    return [key.key for key in keys_of(model).values() if key.is_needed]


def _define(model: type, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    name = _NAMES.get(model) or f"{model.__name__.removeprefix('Written')}Entry"
    if name not in parts:
        parts[name] = {}
        parts[name] = _whole_or_short(model, parts, names)
    return {"$ref": f"#/$defs/{name}"}


def _whole_or_short(model: type, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    """The schema of a mapping, and of the ways to write it in short."""
    about, needed = _prose(model), _needed(model)
    properties = _properties(model, parts, names)
    whole = {
        "additionalProperties": False,
        "description": about,
        "properties": properties,
        **({"required": needed} if needed else {}),
        "type": "object",
    }
    short, is_list = SHORT.get(model, ("", False))
    if not short:
        return whole
    alone = {key: one for key, one in properties[short].items() if key != "description"}
    choices = [alone["items"], alone, whole] if is_list else [alone, whole]
    if model is forms.WrittenMonth:
        choices[-1] = dict(sorted({**whole, "required": [short]}.items()))
    elif model is forms.WrittenDistribution:
        of_class = {"reference": properties["reference"]}
        choices.append({**whole, "properties": of_class, "required": ["reference"]})
    elif model is forms.WrittenQuantity:
        series = {k: one for k, one in properties["series"].items() if k != "description"}
        error = _('expected a number, as in "70 t/month"')
        choices = [
            {"type": "number"},
            {"pattern": NUMBER_PATTERN, "patternErrorMessage": error, "type": "string"},
            {"const": forms.MISSING},
            {"pattern": r"^\s*=", "type": "string"},
            dict(sorted({**series, "minProperties": 1}.items())),
            whole,
        ]
    return {"anyOf": choices, "description": about}


def _properties(model: type, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    about = docs_of(model)
    keys = keys_of(model).values()
    return {key.key: _property(key, _worded(about[key.name]), parts, names) for key in keys}


def _property(key: Key, about: str, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    """The schema of a key; what is added to its form stands behind the description."""
    found = _schema(key.form, parts, names)
    if key.empty is None and not key.is_needed:
        return {**found, "description": about}
    has_default = isinstance(key.form, forms.WordForm | forms.FlagForm | forms.ShareForm)
    if has_default and key.empty not in {"", None}:
        found = {**found, "default": key.empty}
    added = set()
    if isinstance(key.form, forms.TextForm):
        added = {"enum"}
    elif "patternProperties" in found:
        added = {"additionalProperties"}
    described = {**found, "description": about}.items()
    return dict(sorted(described, key=lambda one: (one[0] in added, one[0])))


def _schema(form: forms.Form, parts: dict[str, Any], names: Names) -> Any:
    """What an editor may find under a key of this form."""
    found: Any
    match form:
        case forms.TextForm():
            found = _text_schema(form, names)
        case forms.WordForm() if len(form.words) == 1:
            found = {"const": int(form.words[0])}
        case forms.WordForm():
            kind = {} if form.numbers else {"type": "string"}
            found = {"enum": [*map(str, form.words), *form.numbers], **kind}
        case forms.WholeForm():
            found = {"maximum": form.most, "minimum": form.least, "type": "integer"}
        case forms.FlagForm():
            found = {"type": "boolean"}
        case forms.LabelForm():
            found = _TEXT_BY_LANGUAGE
        case forms.ShareForm():
            found = {"type": ["number", "string"]}
        case forms.InUnit():
            found = _define(forms.WrittenQuantity, parts, names)
        case forms.PartForm():
            found = _define(form.of, parts, names)
        case forms.ListForm():
            item = _schema(form.item, parts, names)
            limits = {"maxItems": form.most, "minItems": form.least}
            listed = {"items": item, **{k: n for k, n in limits.items() if n}, "type": "array"}
            words = [{"const": form.all_of}] if form.all_of else []
            found = {"anyOf": [*words, item, listed]} if form.alone else listed
        case forms.MapForm():
            found = _map_schema(form, parts, names)
        case _:
            found = True
    return found


def _text_schema(form: forms.TextForm, names: Names) -> dict[str, Any]:
    types = form.types[0] if len(form.types) == 1 else list(form.types)
    least = form.least if form.types == ("string",) else 0
    found = {
        "examples": list(form.examples),
        "maxLength": form.most,
        "minLength": least,
        "pattern": form.pattern,
        "type": types,
    }
    return {key: one for key, one in found.items() if one} | _offered(form, names)


def _offered(form: forms.TextForm, names: Names) -> dict[str, Any]:
    if names and form.sections:
        return {"enum": [name for section in form.sections for name in names[section]]}
    if names and form.of_any:
        return {"enum": [f"{section}.{one}" for section, ids in names.items() for one in ids]}
    return {}


def _map_schema(form: forms.MapForm, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    item = _schema(form.item, parts, names)
    if form.key.pattern and form.key is not forms.YEAR:
        return {
            "patternProperties": {form.key.pattern: item},
            "type": "object",
            "additionalProperties": False,
        }
    found: dict[str, Any] = {"additionalProperties": item}
    if form.least:
        found["minProperties"] = form.least
    is_series = isinstance(form.item, forms.PartForm) and form.item.of is forms.WrittenMonth
    if is_series or form.key is forms.YEAR:
        found["propertyNames"] = {"pattern": forms.MONTH_PATTERN if is_series else form.key.pattern}
    elif form.key.sections:
        found["propertyNames"] = _offered(form.key, names)
    found["type"] = "object"
    if not form.as_list:
        return found
    items = {"type": "string", **_offered(form.key, names)}
    return {"anyOf": [{"items": items, "minItems": 1, "type": "array"}, found]}


def reference_page() -> str:
    """The reference page of the case file, as Markdown."""
    parts = [
        _heading("#", _("The case file")),
        "<!-- Made by `make schema` from the docstrings of the keys in src/derbes/case. -->\n",
        *_introduction(),
        _heading("##", _("Top of the file")),
        _table(Case),
        *_part("calendar", forms.WrittenCalendar),
        *_part("currency", forms.WrittenCurrency),
        *_part("budget", Budget),
        *_part("risk", Risk),
        *_part("correlations", Correlation),
        _heading("##", _("Quantities")),
        _paragraph(_prose(forms.WrittenQuantity)),
        _table(forms.WrittenQuantity),
        *_part(_("A month of a series"), forms.WrittenMonth),
        *_part("distribution", forms.WrittenDistribution),
        _heading("###", _("Units")),
        *_units(),
        _unit_table(),
        _heading("##", _("Every element")),
        _table(Element),
    ]
    for section, model in SECTIONS.items():
        parts += [f"## {section}\n", _paragraph(_prose(model)), _table(model, Element)]
        for name, inner in _INNER.get(section, ()):
            parts += _part(f"{section}: {name}", inner)
    return "\n".join(parts).rstrip() + "\n"


_INNER: Mapping[str, tuple[tuple[str, type], ...]] = {
    "plants": (("opening", forms.WrittenOpening), ("capital", CapitalPayment)),
    "measures": (("hits", Hit),),
    "options": (("size", forms.WrittenSize), ("dates", forms.WrittenDates)),
    "reference_classes": (("projects", ReferenceProject),),
    "statements": (("judges", Judgement), ("resolution", forms.WrittenResolution)),
}


def _introduction() -> list[str]:
    paragraphs = [
        _(
            "A case is one YAML file, or a folder with a `case.yaml` that includes others. Every "
            "value is read as the text that stands there; the key decides what it means, so `NO` "
            "stays a text and `010121` keeps its zero. Ids are words of Latin letters, digits and "
            "`_`; labels are free text. Months are written `2027-07`, of years from 1000 to 2999. "
            "A key that is not listed here is refused."
        ),
        _(
            "A text for a reader is one text, or texts by language: `{{en: Russia, ru: Россия}}`. "
            "A page takes the one in its own language, else the one in English, else the first, "
            "and says so where it is in another. Where a language bends words, the forms may "
            "stand beside: `ru_gen: России`. The cases are {cases}."
        ).format(cases=", ".join(f"`{case}`" for case in FORMS)),
        _(
            "No time is longer than {months} months. A number is at most {largest:g} in size and, "
            "where it is not 0, at least {smallest:g}, in the unit of its key. Control characters "
            "and signs that turn the direction of writing cannot stand in a text. A case holds at "
            "most {values} values, in files of {megabytes} MB together; the environment "
            "variable `{variable}` allows more megabytes."
        ).format(
            months=forms.MOST_MONTHS,
            largest=LARGEST,
            smallest=SMALLEST,
            values=spelled(f"{MOST_VALUES:,}"),
            megabytes=MOST_MEGABYTES,
            variable=ALLOWANCE,
        ),
    ]
    return [_paragraph(one) for one in paragraphs]


def _units() -> list[str]:
    paragraphs = [
        _(
            "A number may come with its unit, in English, Russian or Kazakh: `70 round/month`, "
            "`1,5 млн тенге`, `120 т/мес.`, `4 ай`, `15 %`. A comma or a point stands before "
            "decimals, a space or an apostrophe between thousands, or the other of the two marks "
            "(`1.234,5`, `1,234,567`). What can be read in two ways is refused: `1,200 t` and "
            "`1.200 t` alike, whereas `1.200` alone is a number of YAML. Footnotes, ranges "
            '(`1000-1200 t`) and words for "not known" are refused with the way to write them. In '
            "braces and square brackets YAML parts at commas: a number with a decimal comma is put "
            "in quotes there."
        ),
        _(
            "A month is {days} days, a quarter 3 months, a year 12. Money in another currency "
            "needs a rate under `currency`. Any other ASCII word is a unit of its own when a good "
            "names it."
        ).format(days=spelled(f"{DAYS_A_MONTH}")),
        _(
            "In the tables below `good` stands for the unit of the good, `money` for the base "
            "currency."
        ),
    ]
    return [_paragraph(one) for one in paragraphs]


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 98, break_long_words=False, break_on_hyphens=False) + "\n"


def _part(title: str, model: type) -> list[str]:
    return [f"### {title}\n", _paragraph(_prose(model)), _table(model)]


def _heading(signs: str, text: str) -> str:
    return f"{signs} {text}\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _prose(model: type) -> str:
    return _worded(model.__doc__ or "")


def _worded(doc: str) -> str:
    """A docstring in one line, in the language in use."""
    text = " ".join(doc.split())
    return _(text)


def _table(model: type, without: type | None = None) -> str:
    rows = [_row(_("key"), _("needed"), _("written as"), _("meaning")), _row(*["---"] * 4)]
    about = docs_of(model)
    left_out = keys_of(without) if without is not None else {}
    for key in keys_of(model).values():
        if key.key not in left_out:
            needed = _("yes") if key.is_needed else ""
            meaning = _worded(about[key.name])
            form = _(key.shown) if key.shown else written_as(key.form)
            rows.append(_row(f"`{key.key}`", needed, form, meaning))
    return "\n".join(rows) + "\n"


def written_as(form: forms.Form) -> str:
    """How a value of this form is written, in words."""
    match form:
        case forms.TextForm():
            found = _(form.page)
            if form.sections:
                found = _("id of {sections}").format(sections=_(" or ").join(form.sections))
        case forms.WordForm():
            found = ", ".join(f"`{word}`" for word in form.words)
        case forms.WholeForm():
            found = _("whole number")
        case forms.FlagForm():
            found = "`true`, `false`"
        case forms.LabelForm():
            found = _("text, or texts by language")
        case forms.ShareForm():
            found = _amount(forms.InUnit("", low=form.low, high=form.high))
        case forms.InUnit():
            found = _amount(form)
        case forms.ListForm() if isinstance(form.item, forms.PartForm):
            found = _("list, see below")
        case forms.ListForm():
            item = written_as(form.item)
            is_word = isinstance(form.item, forms.WordForm)
            found = item if is_word else _("list of: {item}").format(item=item)
        case forms.MapForm():
            by = _("year: {item}") if form.key is forms.YEAR else _("id: {item}")
            found = by.format(item=written_as(form.item))
        case _:
            found = _("see below")
    return found


def _amount(form: forms.InUnit) -> str:
    unit = form.unit.replace("{by_size}", "/size").translate(str.maketrans("", "", "{}"))
    shown = {"": _("number or %"), "any": _("any unit"), "by": _("%, or month"), "input": "good"}
    ends = (("≥", form.low), (">", form.above), ("≤", form.high))
    limits = [f"{sign} {limit:g}" for sign, limit in ends if limit is not None]
    return ", ".join([shown.get(unit, unit), *limits])


def _unit_table() -> str:
    kinds: dict[str, list[str]] = {}
    for unit in spellings().values():
        if not unit.kind.isupper() and unit.name not in kinds.setdefault(unit.kind, []):
            kinds[unit.kind].append(unit.name)
    words = {
        "": _("share"),
        "count": _("count"),
        "energy": _("energy"),
        "mass": _("mass"),
        "time": _("time"),
        "volume": _("volume"),
    }
    rows = [_row(_("what is measured"), _("units")), _row("---", "---")]
    rows += [
        _row(words[kind], ", ".join(f"`{name}`" for name in names))
        for kind, names in kinds.items()
        if names
    ]
    codes = _("ISO codes such as {codes}; {signs}, тенге, рубль")
    codes = codes.format(codes="`USD`, `KZT`", signs="`$`, `€`, `₸`, `₽`")
    rows.append(_row(_("money"), codes))
    return "\n".join(rows) + "\n"
