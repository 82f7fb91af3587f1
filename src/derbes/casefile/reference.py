"""The case file described: for editors as a JSON Schema, for people as a page.

Both are made from the docstrings of the entries and from nothing else.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from derbes.case.entities import Case
from derbes.casefile.document import (
    SECTIONS,
    BudgetEntry,
    CalendarEntry,
    CaseEntry,
    CurrencyEntry,
    DatesEntry,
    HeaderEntry,
    RiskEntry,
    SizeEntry,
)
from derbes.casefile.elements import (
    CapitalEntry,
    CorrelationEntry,
    HitEntry,
    JudgementEntry,
    OpeningEntry,
    ProjectEntry,
    ResolutionEntry,
)
from derbes.casefile.schema import (
    DistributionEntry,
    ElementEntry,
    Entry,
    Kind,
    MonthEntry,
    QuantityEntry,
    kinds_of,
    references_of,
)
from derbes.unit_names import DAYS_A_MONTH, spellings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(case: Case | None = None) -> dict[str, Any]:
    """The JSON Schema of case files; with a case, its own ids are offered."""
    schema = CaseEntry.model_json_schema()
    names = _names(case) if case is not None else None
    tidied = _tidied(schema, names)
    return {"$schema": DIALECT, **tidied, "title": "derbes case file"}


def _names(case: Case) -> dict[str, list[str]]:
    """Section → ids of the case and of what its variants and scenarios add."""
    changed = [one.case for one in case.variants.values()]
    changed += [one.case for one in case.scenarios.values()]
    cases = [case, *(one for one in changed if one is not None)]
    return {
        section: sorted({name for one in cases for name in getattr(one, section)})
        for section in SECTIONS
    }


def _tidied(schema: Any, names: Mapping[str, list[str]] | None) -> Any:
    """Without null, titles and empty defaults; ids of the case in place of marks."""
    if isinstance(schema, list):
        return [_tidied(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _tidied(one, names) if key != "properties" else _properties(one, names)
        for key, one in schema.items()
        if not (key == "default" and one in (None, "")) and not _is_title(key, one)
    }
    if "patternProperties" in kept:
        kept.setdefault("additionalProperties", False)
    sections, is_element = kept.pop("x-sections", None), kept.pop("x-elements", False)
    if names is not None and sections:
        kept["enum"] = [name for section in sections for name in names[section]]
    if names is not None and is_element:
        kept["enum"] = [f"{section}.{one}" for section, ids in names.items() for one in ids]
    return _without_null(kept)


def _properties(properties: Any, names: Mapping[str, list[str]] | None) -> dict[str, Any]:
    return {key: _tidied(one, names) for key, one in properties.items()}


def _is_title(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return schema
    left = [one for one in choices if one != {"type": "null"}]
    rest = {key: one for key, one in schema.items() if key != "anyOf"}
    return {**left[0], **rest} if len(left) == 1 else {"anyOf": left, **rest}


def reference_page() -> str:
    """The reference page of the case file, as Markdown."""
    parts = [
        _INTRODUCTION,
        "## Top of the file\n",
        _table(HeaderEntry),
        *_part("calendar", CalendarEntry),
        *_part("currency", CurrencyEntry),
        *_part("budget", BudgetEntry),
        *_part("risk", RiskEntry),
        *_part("correlations", CorrelationEntry),
        "## Quantities\n",
        f"{_prose(QuantityEntry)}\n",
        _table(QuantityEntry),
        "### A month of a series\n",
        f"{_prose(MonthEntry)}\n",
        _table(MonthEntry),
        "### distribution\n",
        f"{_prose(DistributionEntry)}\n",
        _table(DistributionEntry),
        "### Units\n",
        _UNITS.format(days=DAYS_A_MONTH),
        _unit_table(),
        "## Every element\n",
        _table(ElementEntry),
    ]
    for section, entry in SECTIONS.items():
        parts += [f"## {section}\n", f"{_prose(entry)}\n", _table(entry, ElementEntry)]
        for name, inner in _INNER.get(section, ()):
            parts += _part(f"{section}: {name}", inner)
    return "\n".join(parts).rstrip() + "\n"


_INNER: Mapping[str, tuple[tuple[str, type[Entry]], ...]] = {
    "plants": (("opening", OpeningEntry), ("capital", CapitalEntry)),
    "measures": (("hits", HitEntry),),
    "options": (("size", SizeEntry), ("dates", DatesEntry)),
    "reference_classes": (("projects", ProjectEntry),),
    "statements": (("judges", JudgementEntry), ("resolution", ResolutionEntry)),
}

_INTRODUCTION = """\
# The case file

<!-- Made by `make schema` from the docstrings in src/derbes/casefile/schema. -->

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


def _part(title: str, entry: type[Entry]) -> list[str]:
    return [f"### {title}\n", f"{_prose(entry)}\n", _table(entry)]


def _prose(entry: type[Entry]) -> str:
    return (entry.__doc__ or "").strip().replace("\n    ", "\n")


def _table(entry: type[Entry], without: type[Entry] | None = None) -> str:
    rows = ["| key | needed | written as | meaning |", "| --- | --- | --- | --- |"]
    for name, field in entry.model_fields.items():
        key = field.alias or name
        if without is not None and name in without.model_fields:
            continue
        needed = "yes" if field.is_required() else ""
        meaning = " ".join((field.description or "").split())
        rows.append(f"| `{key}` | {needed} | {_form(entry, name, field)} | {meaning} |")
    return "\n".join(rows) + "\n"


def _form(entry: type[Entry], name: str, field: FieldInfo) -> str:
    """How the value of a key is written."""
    special = _FORMS.get(f"{entry.__name__}.{name}")
    kind, reference = kinds_of(entry).get(name), references_of(entry).get(name)
    is_mapping = "dict" in str(field.annotation)
    if kind is not None and special is None:
        amount = _amount(kind)
        return f"id: {amount}" if is_mapping else amount
    if reference is not None and special is None:
        word = f"id of {' or '.join(reference.sections)}"
        return f"list of: {word}" if get_origin(field.annotation) is list else word
    words = list(_literals(field.annotation)) if special is None else []
    if words:
        return ", ".join(f"`{word}`" for word in words)
    return special or _FORMS.get(name) or _plain_form(field.annotation)


_FORMS: Mapping[str, str] = {
    "QuantityEntry.value": "number, with or without unit",
    "MonthEntry.value": "number, with or without unit",
    "QuantityEntry.unit": "unit",
    "GoodEntry.unit": "unit, or a word",
    "OpeningEntry.value": "month",
    "OpeningEntry.range": "[month, month]",
    "CapitalEntry.date": "month",
    "FactEntry.date": "year, month or day",
    "DocumentEntry.date": "year, month or day",
    "CurrencyEntry.base": "code such as `USD`",
    "HitEntry.element": "section.id",
    "RecipeEntry.line": "line of the plant",
    "OpeningEntry.distribution": "`{reference: id}`",
    "SizeEntry.steps": "list of: size",
    "SizeEntry.from_": "size",
    "SizeEntry.to": "size",
    "DatesEntry.months": "list of: month",
    "DatesEntry.every": "months",
    "OptionEntry.size": "size, list of them, or see below",
    "OptionEntry.dates": "month, list of them, or see below",
    "OptionEntry.element": "section.id",
    "LimitEntry.options": "list of: id of options; or id: number",
    "StandardEntry.uses": "`essential`, or list of: id of uses",
    "StandardEntry.length": "months",
    "BudgetEntry.by_year": "year: money, ≥ 0",
    "BudgetEntry.foreign_by_year": "year: money, ≥ 0",
    "RiskEntry.weight": "number or %, ≥ 0, ≤ 1",
    "RiskEntry.level": "number or %, ≥ 0, < 1",
    "ScenarioEntry.probability": "number, % or fraction",
    "CorrelationEntry.between": "list of: path",
    "CorrelationEntry.rank": "number, ≥ -1, ≤ 1",
    "ReferenceClassEntry.projects": "list, see below",
    "HeaderEntry.budget": "see below",
    "HeaderEntry.risk": "see below",
    "HeaderEntry.correlations": "list, see below",
    "StatementEntry.stance": "word: `+`, `0` or `-`",
    "StatementEntry.judges": "list, see below",
    "StatementEntry.resolution": "see below",
    "StatementEntry.probability": "number or %, ≥ 0, ≤ 1",
    "JudgementEntry.sign": "`+`, `0` or `-`",
    "JudgementEntry.act": "word",
    "DoubleStandardEntry.act": "word",
    "phrase": "text, or texts by language",
    "at": "id of documents, and the place",
    "said": "year, month or day",
    "due": "year, month or day",
    "expires": "year, month or day",
    "holds_if": "expression",
    "condition": "expression",
    "yes_if": "expression",
    "no_if": "expression",
    "void_if": "expression",
    "from_": "month",
    "to": "month",
    "planned": "month",
    "achieved": "month",
    "unfinished_at": "month",
    "label": "text, or texts by language",
    "note": "text, or texts by language",
    "question": "text, or texts by language",
    "says": "text, or texts by language",
    "lengths": "list of: months",
    "main_length": "months",
    "calendar": "see below",
    "currency": "see below",
    "opening": "month, or see below",
    "capital": "list, see below",
    "hits": "see below",
    "set": "path: value",
    "add": "section: elements",
    "first": "month",
    "start": "month",
    "range": "[low, high]",
    "series": "month: number, or see below",
    "distribution": "kind, or see below",
    "survival_table": "list of: [age, share]",
    "values": "list of: number",
    "weights": "list of: number",
}


def _amount(kind: Kind) -> str:
    unit = kind.unit.replace("{by_size}", "/size").translate(str.maketrans("", "", "{}"))
    shown = {"": "number or %", "any": "any unit", "by": "%, or month", "input": "good"}
    limits = [
        f"{sign} {limit:g}"
        for sign, limit in (("≥", kind.low), (">", kind.above), ("≤", kind.high))
        if limit is not None
    ]
    return ", ".join([shown.get(unit, unit), *limits])


def _literals(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from (str(one) for one in get_args(annotation))
        return
    for part in get_args(annotation):
        yield from _literals(part)


def _plain_form(annotation: Any) -> str:
    text = str(annotation)
    if "list" in text:
        return "list of: text"
    if "bool" in text:
        return "`true`, `false`"
    return "whole number" if "int" in text else "text"


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


if __name__ == "__main__":
    sys.stdout.write(reference_page())
