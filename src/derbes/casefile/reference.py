"""What a case file may hold, as a JSON Schema, and how each key is written, in words.

Both are made from the forms and docstrings of the keys and from nothing else.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from derbes.case import forms
from derbes.case.entities import CapitalPayment, Case
from derbes.case.uncertainty import ReferenceProject
from derbes.casefile.entries import SECTIONS, SHORT, Key, keys_of
from derbes.casefile.hints import LANGUAGE
from derbes.language import _

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER_PATTERN = r"^\s*[$€£₸₽A-Z]{0,3}\s*[+\-−–‐‑]?\s?[0-9.,].*$"

Names = Mapping[str, list[str]]
"""Section → ids of a case, which editors offer; empty: any."""

_NAMES = {CapitalPayment: "CapitalEntry", ReferenceProject: "ProjectEntry"}
"""Names in the schema that are not made from that of the class."""

_TEXT_BY_LANGUAGE = {
    "anyOf": [
        {"type": ["string", "number", "boolean"]},
        {
            "additionalProperties": {"type": ["string", "number", "boolean"]},
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
            "description": translated(docs_of(Case)[section]),
            "patternProperties": {forms.ID_PATTERN: _define(model, parts, names)},
            "type": ["object", "null"],
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
    about, needed = translated(model.__doc__), _needed(model)
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
        choices[-1] = {**whole, "required": [short]}
    elif model is forms.WrittenDistribution:
        of_class = {"reference": properties["reference"]}
        choices.append({**whole, "properties": of_class, "required": ["reference"]})
    elif model is forms.WrittenQuantity:
        series = {k: one for k, one in properties["series"].items() if k != "description"}
        either = {**properties["value"], **series, "type": ["number", "string", "object"]}
        whole["properties"] = {**properties, "value": either}
        error = _('expected a number, as in "70 t/month"')
        choices = [
            {"type": "number"},
            {"pattern": NUMBER_PATTERN, "patternErrorMessage": error, "type": "string"},
            {"const": forms.MISSING},
            {"pattern": r"^\s*=", "type": "string"},
            {**series, "minProperties": 1},
            whole,
        ]
    return {"anyOf": choices, "description": about}


def _properties(model: type, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    about = docs_of(model)
    keys = keys_of(model).values()
    return {key.key: _property(key, translated(about[key.name]), parts, names) for key in keys}


def _property(key: Key, about: str, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    found = {**_schema(key.form, parts, names), "description": about}
    has_default = isinstance(key.form, forms.WordForm | forms.FlagForm | forms.ShareForm)
    if has_default and key.empty not in {"", None}:
        found["default"] = key.empty
    return found


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
    if form.key is forms.YEAR:
        found["propertyNames"] = {"pattern": form.key.pattern}
    elif form.key.sections:
        found["propertyNames"] = _offered(form.key, names)
    found["type"] = "object"
    if not form.as_list:
        return found
    items = {"type": "string", **_offered(form.key, names)}
    return {"anyOf": [{"items": items, "minItems": 1, "type": "array"}, found]}


def translated(doc: str | None) -> str:
    """A docstring in one line, in the language in use; empty: there is none."""
    text = " ".join((doc or "").split())
    return _(text) if text else ""


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
