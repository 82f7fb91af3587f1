"""A case told as text: what its file may hold, as a JSON Schema and a page, and what it holds.

Schema and page are made from the forms and docstrings of the keys and from nothing else; a case,
or one of its elements, is shown with where each number comes from.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from derbes.case.entities import CapitalPayment, Case, Hit, Survival, quantities
from derbes.case.ledger import Checked, Judgement, Statement
from derbes.case.options import OPTION_TERMS, Budget, Option, Risk, Standard
from derbes.case.quantity import (
    ID_PATTERN,
    MISSING,
    MONTH_PATTERN,
    YEAR,
    Calendar,
    Element,
    FlagForm,
    Form,
    InUnit,
    LabelForm,
    ListForm,
    MapForm,
    PartForm,
    Quantity,
    ShareForm,
    TextForm,
    WholeForm,
    WordForm,
    WrittenCalendar,
    WrittenCurrency,
    WrittenDates,
    WrittenDistribution,
    WrittenMonth,
    WrittenOpening,
    WrittenQuantity,
    WrittenResolution,
    WrittenSize,
)
from derbes.case.uncertainty import Correlation, ReferenceProject
from derbes.casefile.build import text_of
from derbes.casefile.entries import SECTIONS, SHORT, Key, by_name, keys_of
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _, language
from derbes.unit_names import DAYS_A_MONTH, spellings
from derbes.units import format_amount, format_number

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
            "propertyNames": {"pattern": "^[a-z]{2,3}$"},
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
            "description": docs_of(Case)[section],
            "patternProperties": {ID_PATTERN: _define(model, parts, names)},
            "type": "object",
            "additionalProperties": False,
        }
    return {
        "$schema": DIALECT,
        "$defs": dict(sorted(parts.items())),
        "additionalProperties": False,
        "description": "A case file.",
        "properties": properties,
        "required": _needed(Case),
        "type": "object",
        "title": "derbes case file",
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
    """The schema of a class as a part of the whole; what it refers to goes with it."""
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
    if model is WrittenMonth:
        choices[-1] = dict(sorted({**whole, "required": [short]}.items()))
    elif model is WrittenDistribution:
        of_class = {"reference": properties["reference"]}
        choices.append({**whole, "properties": of_class, "required": ["reference"]})
    elif model is WrittenQuantity:
        series = {k: one for k, one in properties["series"].items() if k != "description"}
        error = _('expected a number, as in "70 t/month"')
        choices = [
            {"type": "number"},
            {"pattern": NUMBER_PATTERN, "patternErrorMessage": error, "type": "string"},
            {"const": MISSING},
            dict(sorted({**series, "minProperties": 1}.items())),
            whole,
        ]
    return {"anyOf": choices, "description": about}


def _properties(model: type, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    about = docs_of(model)
    return {
        key.key: _property(key, about[key.name], parts, names) for key in keys_of(model).values()
    }


def _property(key: Key, about: str, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    """The schema of a key; what is added to its form stands behind the description."""
    found = _schema(key.form, parts, names)
    if key.empty is None and not key.is_needed:
        return {**found, "description": about}
    if isinstance(key.form, WordForm | FlagForm | ShareForm) and key.empty not in {"", None}:
        found = {**found, "default": key.empty}
    added = set()
    if isinstance(key.form, TextForm):
        added.add("enum")
    if "patternProperties" in found:
        added.add("additionalProperties")
    described = dict(sorted({**found, "description": about}.items()))
    last = {k: one for k, one in described.items() if k in added}
    return {k: one for k, one in described.items() if k not in added} | last


def _schema(form: Form, parts: dict[str, Any], names: Names) -> Any:
    """What an editor may find under a key of this form."""
    found: Any
    match form:
        case TextForm():
            found = _text_schema(form, names)
        case WordForm() if len(form.words) == 1:
            found = {"const": int(form.words[0])}
        case WordForm():
            kind = {} if form.numbers else {"type": "string"}
            found = {"enum": [*map(str, form.words), *form.numbers], **kind}
        case WholeForm():
            found = {"maximum": form.most, "minimum": form.least, "type": "integer"}
        case FlagForm():
            found = {"type": "boolean"}
        case LabelForm():
            found = _TEXT_BY_LANGUAGE
        case ShareForm():
            found = {"type": ["number", "string"]}
        case InUnit():
            found = _define(WrittenQuantity, parts, names)
        case PartForm():
            found = _define(form.of, parts, names)
        case ListForm():
            item = _schema(form.item, parts, names)
            limits = {"maxItems": form.most, "minItems": form.least}
            listed = {"items": item, **{k: n for k, n in limits.items() if n}, "type": "array"}
            words = [{"const": form.all_of}] if form.all_of else []
            found = {"anyOf": [*words, item, listed]} if form.alone else listed
        case MapForm():
            found = _map_schema(form, parts, names)
        case _:
            found = True
    return found


def _text_schema(form: TextForm, names: Names) -> dict[str, Any]:
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


def _offered(form: TextForm, names: Names) -> dict[str, Any]:
    """The ids of a case that a text can be."""
    if names and form.sections:
        return {"enum": [name for section in form.sections for name in names[section]]}
    if names and form.of_any:
        return {"enum": [f"{section}.{one}" for section, ids in names.items() for one in ids]}
    return {}


def _map_schema(form: MapForm, parts: dict[str, Any], names: Names) -> dict[str, Any]:
    item = _schema(form.item, parts, names)
    if form.key.pattern and form.key is not YEAR:
        return {
            "patternProperties": {form.key.pattern: item},
            "type": "object",
            "additionalProperties": False,
        }
    found: dict[str, Any] = {"additionalProperties": item}
    if form.least:
        found["minProperties"] = form.least
    is_series = isinstance(form.item, PartForm) and form.item.of is WrittenMonth
    if is_series or form.key is YEAR:
        found["propertyNames"] = {"pattern": MONTH_PATTERN if is_series else form.key.pattern}
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
        _INTRODUCTION,
        "## Top of the file\n",
        _table(Case),
        *_part("calendar", WrittenCalendar),
        *_part("currency", WrittenCurrency),
        *_part("budget", Budget),
        *_part("risk", Risk),
        *_part("correlations", Correlation),
        "## Quantities\n",
        f"{_prose(WrittenQuantity)}\n",
        _table(WrittenQuantity),
        *_part("A month of a series", WrittenMonth),
        *_part("distribution", WrittenDistribution),
        "### Units\n",
        _UNITS.format(days=DAYS_A_MONTH),
        _unit_table(),
        "## Every element\n",
        _table(Element),
    ]
    for section, model in SECTIONS.items():
        parts += [f"## {section}\n", f"{_prose(model)}\n", _table(model, Element)]
        for name, inner in _INNER.get(section, ()):
            parts += _part(f"{section}: {name}", inner)
    return "\n".join(parts).rstrip() + "\n"


_INNER: Mapping[str, tuple[tuple[str, type], ...]] = {
    "plants": (("opening", WrittenOpening), ("capital", CapitalPayment)),
    "measures": (("hits", Hit),),
    "options": (("size", WrittenSize), ("dates", WrittenDates)),
    "reference_classes": (("projects", ReferenceProject),),
    "statements": (("judges", Judgement), ("resolution", WrittenResolution)),
}

_INTRODUCTION = """\
# The case file

<!-- Made by `make schema` from the docstrings of the keys in src/derbes/case. -->

A case is one YAML file, or a folder with a `case.yaml` that includes others. Every value
is read as the text that stands there; the key decides what it means, so `NO` stays a
text and `010121` keeps its zero. Ids are words of Latin letters, digits and `_`; labels
are free text. Months are written `2027-07`. A key that is not listed here is refused.
"""

_UNITS = """\
A number may come with its unit, in English, Russian or Kazakh: `70 round/month`,
`1,5 млн тенге`, `120 т/мес.`, `4 ай`, `15 %`. A comma or a point stands before decimals, a
space or an apostrophe between thousands, or the other of the two marks (`1.234,5`,
`1,234,567`). What can be read in two ways is refused: `1,200 t` and `1.200 t` alike, whereas
`1.200` alone is a number of YAML. Footnotes, ranges (`1000-1200 t`) and words for "not known"
are refused with the way to write them. In braces and square brackets YAML parts at commas: a
number with a decimal comma is put in quotes there.

A month is {days} days, a quarter 3 months, a year 12. Money in another currency needs a rate
under `currency`. Any other ASCII word is a unit of its own when a good names it.

In the tables below `good` stands for the unit of the good, `money` for the base currency.
"""


def _part(title: str, model: type) -> list[str]:
    return [f"### {title}\n", f"{_prose(model)}\n", _table(model)]


def _prose(model: type) -> str:
    return inspect.cleandoc(model.__doc__ or "")


def _table(model: type, without: type | None = None) -> str:
    rows = ["| key | needed | written as | meaning |", "| --- | --- | --- | --- |"]
    about = docs_of(model)
    left_out = keys_of(without) if without is not None else {}
    for key in keys_of(model).values():
        if key.key not in left_out:
            needed = "yes" if key.is_needed else ""
            meaning = " ".join(about[key.name].split())
            form = key.shown or _written_as(key.form)
            rows.append(f"| `{key.key}` | {needed} | {form} | {meaning} |")
    return "\n".join(rows) + "\n"


def _written_as(form: Form) -> str:
    """How a value of this form is written, in words."""
    match form:
        case TextForm():
            found = f"id of {' or '.join(form.sections)}" if form.sections else form.page
        case WordForm():
            found = ", ".join(f"`{word}`" for word in form.words)
        case WholeForm():
            found = "whole number"
        case FlagForm():
            found = "`true`, `false`"
        case LabelForm():
            found = "text, or texts by language"
        case ShareForm():
            found = _amount(InUnit("", low=form.low, high=form.high))
        case InUnit():
            found = _amount(form)
        case ListForm() if isinstance(form.item, PartForm):
            found = "list, see below"
        case ListForm():
            item = _written_as(form.item)
            found = item if isinstance(form.item, WordForm) else f"list of: {item}"
        case MapForm():
            found = f"{'year' if form.key is YEAR else 'id'}: {_written_as(form.item)}"
        case _:
            found = "see below"
    return found


def _amount(form: InUnit) -> str:
    unit = form.unit.replace("{by_size}", "/size").translate(str.maketrans("", "", "{}"))
    shown = {"": "number or %", "any": "any unit", "by": "%, or month", "input": "good"}
    limits = [
        f"{sign} {limit:g}"
        for sign, limit in (("≥", form.low), (">", form.above), ("≤", form.high))
        if limit is not None
    ]
    return ", ".join([shown.get(unit, unit), *limits])


def _unit_table() -> str:
    kinds: dict[str, list[str]] = {}
    for unit in spellings().values():
        if not unit.kind.isupper() and unit.name not in kinds.setdefault(unit.kind, []):
            kinds[unit.kind].append(unit.name)
    rows = ["| measures | units |", "| --- | --- |"]
    rows += [
        f"| {kind or 'share'} | {', '.join(f'`{name}`' for name in names)} |"
        for kind, names in kinds.items()
        if names
    ]
    rows.append("| money | ISO codes such as `USD`, `KZT`; `$`, `€`, `₸`, `₽`, тенге, рубль |")
    return "\n".join(rows) + "\n"


HIDDEN = frozenset(
    {"id", "label", "note", "at_line", "case", "missing", "opening_written", "is_spared"}
)
"""Fields that are no keys of their own."""

SIGNS = {-1: "against", 0: "neutral", 1: "for"}

_SHOWN_AS = {"sizes": "size", "document": "at"}
"""Field that holds a key otherwise than it is written → the key."""

_OTHERWISE = (Option, Checked)
_ELSEWHERE = frozenset({"smallest", "largest", "place"})
"""Fields of such elements that another key shows."""


def spelled(case: Case, element: Element) -> Iterator[tuple[str, Any]]:
    """Key, as the file spells it, and value of everything that an element holds.

    Args:
        case: The case; it knows the units of goods.
        element: One of its elements.
    """
    model: type = type(element)
    keys = by_name(model)
    for field in fields(element):
        name = field.name
        if name not in HIDDEN and not (name in _ELSEWHERE and isinstance(element, _OTHERWISE)):
            key = keys[name].key if name in keys else _SHOWN_AS.get(name, name)
            yield key, _value(case, element, name)


def _value(case: Case, element: Element, name: str) -> Any:
    found = getattr(element, name)
    match element, name:
        case Option(), "sizes":
            good = case.goods.get(element.element.removeprefix("goods."))
            unit = OPTION_TERMS[element.kind].size_unit.format(good=good.unit if good else "")
            ends = (element.smallest, element.largest)
            low, *more = (format_amount(one, unit, language()) for one in found or ends)
            several = _("{low} to {high}").format(low=low, high=more[-1] if more else low)
            found = ", ".join([low, *more]) if found else several
        case Standard(), "uses":
            found = found or "essential"
        case (Standard(), "length") | (Statement(), "denied"):
            found = found or None
        case Checked(), "document":
            found = f"{element.document} {element.place}".strip()
        case Statement(), "stances":
            found = {one.toward: SIGNS[one.sign] for one in found}
        case Statement(), "judgements":
            found = {
                str(position): {**asdict(one), "sign": SIGNS[one.sign]}
                for position, one in enumerate(found)
            }
    return found


TOP = ("discount_rate", "refill_time", "sender_horizon")
"""Quantities at the top of a case."""

AIMS = ("budget", "risk", "correlations")
"""What else stands at the top and has parts."""

MOST_DATES = 6
"""A longer list is shown by its ends."""

_PERIODS = frozenset({"opening", "start", "period", "from", "to"})
_LENGTHS = frozenset({"lengths", "length"})


def display(case: Case, where: str = "") -> str:
    """A case, a section, an element or a number as plain text.

    Args:
        case: The case.
        where: Path such as `suppliers`, `suppliers.north` or `suppliers.north.price`;
            empty: an overview.

    Raises:
        RequestError: The path leads nowhere.
    """
    if not where:
        return "\n".join(_overview(case))
    section, _sep, rest = where.partition(".")
    none = _("{section}: none").format(section=section)
    if section == "currency" or (section in (*TOP, *AIMS) and not rest):
        is_money = section == "currency"
        name = "rates" if is_money else section
        lines = list(_lines(name, getattr(case, name), case.calendar))
        return "\n".join([case.currency, *lines] if is_money else lines or [none])
    if section == "assumptions":
        return "\n".join(_assumptions(case, where, rest))
    if section not in SECTIONS:
        raise _nowhere(case, where, ["assumptions", *SECTIONS, *TOP, *AIMS, "currency"])
    elements: Mapping[str, Element] = getattr(case, section)
    if not rest:
        heads = [_head(section, element) for element in elements.values()]
        return "\n".join(heads or [none])
    element_id, _sep, key = rest.partition(".")
    if element_id not in elements:
        raise _nowhere(case, where, [f"{section}.{name}" for name in elements])
    element = elements[element_id]
    if not key:
        return "\n".join(_element(case, section, element))
    return "\n".join(_key(case, where, element, key))


def _assumptions(case: Case, where: str, name: str) -> Iterator[str]:
    """All assumptions, or one with what it follows from."""
    if name and name not in case.assumptions:
        raise _nowhere(case, where, [f"assumptions.{one}" for one in case.assumptions])
    if not case.assumptions:
        yield _("{section}: none").format(section="assumptions")
    for one in [name] if name else case.assumptions:
        found = case.assumptions[one]
        label = text_of(found.label)
        yield from ([label] if label and name else [])
        yield from _lines(f"assumptions.{one}", found, case.calendar)
        yield from _parents(case, found, "  ") if name else ()


def _parents(case: Case, quantity: Quantity, indent: str) -> Iterator[str]:
    """The numbers that one follows from by its formula, each with its own."""
    if quantity.formula is None:
        return
    numbers = {one.path: one for one in quantities(case)}
    yield _("{indent}from").format(indent=indent)
    for path in quantity.formula.parents:
        parent = numbers[path]
        grade = f", {parent.grade}" if parent.grade else ""
        how = f" = {parent.formula.text}" if parent.formula else ""
        words = _number_in_words(parent, case.calendar)
        yield f"{indent}  {path}{how}: {words}{grade}"
        yield from _parents(case, parent, f"{indent}  ")


def _nowhere(case: Case, where: str, known: list[str]) -> RequestError:
    what = _('"{where}" leads nowhere in this case').format(where=where)
    problem = Problem(where, what, fix=did_you_mean(where, known))
    return RequestError(case.source or case.name, [problem])


def _overview(case: Case) -> Iterator[str]:
    calendar = case.calendar
    yield text_of(case.label) or case.name
    for text in (text_of(case.question), case.note):
        if text:
            yield text
    yield ""
    steps = {1: _("by month"), 3: _("by quarter"), 12: _("by year")}
    yield _("calendar: {first} to {last}, {n} periods, {step}").format(
        first=calendar.label(0),
        last=calendar.label(calendar.n_periods - 1),
        n=calendar.n_periods,
        step=steps[int(calendar.step)],
    )
    yield _("currency: {currency}").format(currency=case.currency)
    yield _("target: {target}").format(target=case.target)
    yield _("priorities: {priorities}").format(priorities=", ".join(case.priorities))
    for name in TOP:
        yield from _lines(name, getattr(case, name), calendar)
    yield ""
    for section in SECTIONS:
        names = list(getattr(case, section))
        if names:
            yield f"{section} ({len(names)}): {', '.join(names)}"
    if case.assumptions:
        names = list(case.assumptions)
        yield f"assumptions ({len(names)}): {', '.join(names)}"
    for name in AIMS:
        if getattr(case, name) not in (None, (), Risk()):
            yield from _lines(name, getattr(case, name), calendar)
    if case.missing:
        yield _("known to be missing: {paths}").format(paths=", ".join(case.missing))


def _head(section: str, element: Element) -> str:
    label = text_of(element.label)
    return f"{section}.{element.id}" + (f"  {label}" if label else "")


def _element(case: Case, section: str, element: Element) -> Iterator[str]:
    yield _head(section, element)
    if element.note:
        yield f"  {element.note}"
    for name, found in spelled(case, element):
        yield from (f"  {line}" for line in _lines(name, found, case.calendar))
    for path in case.missing:
        if path.startswith(f"{section}.{element.id}."):
            yield f"  {path.removeprefix(f'{section}.{element.id}.')}: {_('missing')}"


def _key(case: Case, where: str, element: Element, key: str) -> Iterator[str]:
    if where in case.missing:
        yield f"{where}: {_('missing')}"
        return
    found: Any = element
    shown = dict(spelled(case, element))
    for step in key.split("."):
        if found is element and step in shown:
            found = shown[step]
            continue
        survival = getattr(found, "survival", None)
        owner = survival if isinstance(survival, Survival) and hasattr(survival, step) else found
        below = owner.get(step) if isinstance(owner, Mapping) else getattr(owner, step, None)
        if below is None:
            raise _nowhere(case, where, [f"{where.removesuffix(key)}{name}" for name in shown])
        found = below
    lines = list(_lines(where, found, case.calendar))
    if isinstance(found, Quantity):
        lines += _parents(case, found, "  ")
    yield from lines or [f"{where}: {_('none')}"]


def _lines(name: str, found: Any, calendar: Calendar) -> Iterator[str]:
    """Lines that show one field; none when it is empty."""
    if found is None or found in ("", (), {}):
        return
    if isinstance(found, Quantity):
        yield f"{name}: {_number_in_words(found, calendar)}"
        yield from (f"  {line}" for line in _origin(found))
    elif isinstance(found, Mapping):
        for key, below in found.items():
            yield from _lines(f"{name}.{key}" if key else name, below, calendar)
    elif isinstance(found, Survival):
        for field in fields(found):
            yield from _lines(field.name, getattr(found, field.name), calendar)
    elif is_dataclass(found):
        yield from _parts(name, found, calendar)
    elif isinstance(found, tuple) and found and is_dataclass(found[0]):
        for position, item in enumerate(found):
            yield from _parts(f"{name}.{position}", item, calendar)
    else:
        yield f"{name}: {_plain(name, found, calendar)}"


def _parts(name: str, item: Any, calendar: Calendar) -> Iterator[str]:
    """Lines that show the fields of a value that is no element."""
    for field in fields(item):
        if field.name not in HIDDEN:
            yield from _lines(f"{name}.{field.name}", getattr(item, field.name), calendar)


def _plain(name: str, found: Any, calendar: Calendar) -> str:
    last = name.rpartition(".")[2]
    if last in _PERIODS and isinstance(found, int):
        return calendar.label(found if found >= 0 or last != "to" else calendar.n_periods - 1)
    if last == "dates":
        months = [calendar.label(period) for period in found]
        if len(months) <= MOST_DATES:
            return ", ".join(months)
        return _("{first}, {second}, … {last}: {n} dates").format(
            first=months[0], second=months[1], last=months[-1], n=len(months)
        )
    if last in _LENGTHS:
        lengths = found if isinstance(found, tuple) else (found,)
        return ", ".join(format_amount(n * calendar.step, "month", language()) for n in lengths)
    if isinstance(found, bool):
        found = _("yes") if found else _("no")
    if isinstance(found, tuple):
        found = ", ".join(
            " → ".join(f"{number:g}" for number in item) if isinstance(item, tuple) else str(item)
            for item in found
        )
    return format_number(round(found, 6), language()) if isinstance(found, float) else str(found)


def _number_in_words(quantity: Quantity, calendar: Calendar) -> str:
    def words(number: float) -> str:
        return format_amount(number, quantity.unit, language())

    text = words(quantity.value)
    if quantity.steps:
        months = {month.first: month.quantity for month in quantity.months}
        steps = [
            f"{calendar.label(at)} {words(number)}" + _spread(months.get(at), words)
            for at, number in quantity.steps
        ]
        text = _("by month: {steps}").format(steps="; ".join(steps))
    return text + _spread(quantity, words)


def _spread(quantity: Quantity | None, words: Callable[[float], str]) -> str:
    """Range and distribution, as they stand behind a number."""
    if quantity is None:
        return ""
    text = ""
    if quantity.low is not None and quantity.high is not None:
        text = (
            _(" (the first: {low} to {high}, all in proportion)")
            if quantity.steps
            else _(" (range {low} to {high})")
        ).format(low=words(quantity.low), high=words(quantity.high))
    if quantity.distribution:
        text += f", {quantity.distribution} {quantity.reference}".rstrip()
    return text


def _origin(quantity: Quantity) -> Iterator[str]:
    """Where a number comes from, and where it stands."""
    if not quantity.path:
        yield _("not given: the default")
        return
    if quantity.grade:
        yield _("grade: {grade}").format(grade=quantity.grade)
    if quantity.source:
        yield _("source: {source}").format(source=quantity.source)
    if quantity.why:
        yield _("why: {why}").format(why=quantity.why)
    if quantity.line:
        yield _('written: "{written}", line {line}').format(
            written=quantity.written, line=quantity.line
        )


if __name__ == "__main__":
    sys.stdout.write(reference_page())
