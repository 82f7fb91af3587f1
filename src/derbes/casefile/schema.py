"""What entries are made of: texts, ids, dates, quantities.

Every value arrives as the text that stands in the file; the entry decides what
it means. The docstrings of attributes are the only description of a key: the
JSON Schema and the reference page are made from them.

What the entries refuse, in our own words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from derbes.casefile.nodes import Finding, Path
from derbes.errors import did_you_mean, foreign_letters, in_latin
from derbes.language import _, ngettext

MISSING = "missing"
"""Word for a number that is known to be unknown."""

ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"
MONTH_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])(-01)?$"
DAY_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?$"
DATE_PATTERN = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
YEAR_PATTERN = r"^[0-9]{4}$"
LANGUAGE_PATTERN = r"^([a-z]{2,3})?$"
NUMBER_PATTERN = r"^\s*[$€£₸₽A-Z]{0,3}\s*[+\-−–‐‑]?\s?[0-9.,].*$"

_DATE_KEY = re.compile(r"[0-9]{4}(-[0-9]{1,2}){0,2}")


class Entry(BaseModel):
    """A mapping of the file; keys that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a text as the id of an element of a section."""

    sections: tuple[str, ...]
    noun: str
    """What messages call it, e.g. `good`."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of a text, with the sections that it refers to."""
        return {**handler(core_schema), "x-sections": list(self.sections)}


@dataclass(frozen=True, slots=True)
class Kind:
    """Marks a quantity with its unit and its limits."""

    unit: str
    """Unit of a plain number; `{good}` and `{money}` stand for those of the case."""
    low: float | None = None
    """Least value."""
    high: float | None = None
    """Greatest value."""
    above: float | None = None
    """Value that it must exceed."""
    also: tuple[str, ...] = ()
    """Units that count as the same, e.g. a plain share for a share a year."""
    constant: bool = False
    """Whether it cannot change over time."""


def short_or_mapping(
    key: str, core_schema: CoreSchema, handler: GetJsonSchemaHandler
) -> JsonSchemaValue:
    """The schema of a mapping that may be written as the value of one of its keys."""
    mapping = handler.resolve_ref_schema(handler(core_schema))
    short = {k: v for k, v in mapping["properties"][key].items() if k != "description"}
    return {"anyOf": [short, {**mapping}], "description": mapping.get("description", "")}


@dataclass(frozen=True, slots=True)
class OneOrList:
    """Marks a list that may be written as its only item."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of the list, or of an item."""
        schema = handler(core_schema)
        choices = schema.get("anyOf", [schema])
        (listed,) = (one for one in choices if one.get("type") == "array")
        return {"anyOf": [listed["items"], *choices]}


def _as_label(given: Any) -> Any:
    return {"": given} if isinstance(given, str) else given


Id = Annotated[str, Field(pattern=ID_PATTERN)]
Month = Annotated[str, Field(pattern=MONTH_PATTERN)]
Day = Annotated[str, Field(pattern=DAY_PATTERN)]
LooseDate = Annotated[
    str,
    Field(pattern=DATE_PATTERN),
    WithJsonSchema({"type": ["string", "integer"], "pattern": DATE_PATTERN}),
]
Months = Annotated[
    str, WithJsonSchema({"type": ["string", "number"], "examples": [12, "12 month"]})
]
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
Label = Annotated[
    dict[Language, str],
    BeforeValidator(_as_label),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number"]},
                {
                    "type": "object",
                    "propertyNames": {"pattern": "^[a-z]{2,3}$"},
                    "additionalProperties": {"type": ["string", "number"]},
                },
            ]
        }
    ),
]
Words = Annotated[str, WithJsonSchema({"type": ["string", "number"]})]
Number = Annotated[str, WithJsonSchema({"type": ["number", "string"]})]

ActorId = Annotated[str, Reference(("actors",), "actor")]
GoodId = Annotated[str, Reference(("goods",), "good")]
RouteId = Annotated[str, Reference(("routes",), "route")]
PlantId = Annotated[str, Reference(("plants",), "plant")]
MeasureId = Annotated[str, Reference(("measures",), "measure")]
UseId = Annotated[str, Reference(("uses",), "use")]
OptionId = Annotated[str, Reference(("options",), "option")]
VariantId = Annotated[str, Reference(("variants",), "variant")]
ScenarioId = Annotated[str, Reference(("scenarios", "variants"), "scenario or variant")]
ReferenceClassId = Annotated[str, Reference(("reference_classes",), "reference class")]
DocumentId = Annotated[str, Reference(("documents",), "document")]
SourceId = Annotated[str, Reference(("facts", "documents"), "fact or document")]
ElementName = Annotated[str, WithJsonSchema({"type": "string", "x-elements": True})]
GradeLetter = Literal["A", "B", "C", "D"]


class DistributionEntry(Entry):
    """How likely the values within a range are."""

    kind: Literal[
        "uniform", "triangular", "pert", "lognormal", "discrete", "empirical", "reference"
    ]
    """Shape. `uniform`, `triangular` and `pert` lie within `range`, the last two with
    their peak at `value`; `lognormal` has the ends of `range` as its 5 % and 95 %
    points; `discrete` takes `values` with `weights`; `empirical` takes `values` as
    they were observed; `reference` takes the overruns of a reference class, in months."""
    values: list[Number] | None = None
    """Values of `discrete` and `empirical`."""
    weights: list[Number] | None = None
    """Probability of each value of `discrete`; together 1."""
    reference: ReferenceClassId = ""
    """Reference class whose overruns are drawn; alone it is enough: `{reference: my_class}`."""

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, given: Any) -> Any:
        if isinstance(given, dict) and "reference" in given:
            return {"kind": "reference", **given}
        return {"kind": given} if isinstance(given, str) else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The mapping, its kind alone, or a reference class alone."""
        schema = short_or_mapping("kind", core_schema, handler)
        mapping = schema["anyOf"][1]
        of_class = {
            **mapping,
            "properties": {"reference": mapping["properties"]["reference"]},
            "required": ["reference"],
        }
        return {**schema, "anyOf": [*schema["anyOf"], of_class]}


class StatedEntry(Entry):
    """A number with its range, grade and source."""

    value: Number | None = None
    """Central value, with or without unit; without one it is in the key's own unit."""
    range: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    """Lowest and highest value that is thought possible."""
    distribution: DistributionEntry | None = None
    """How likely the values are; without it a range says only its ends."""
    grade: GradeLetter | None = None
    """A official figure, B published estimate, C derived from such, D assumption."""
    source: SourceId = ""
    """Fact or document that the number is taken from."""
    why: Words = ""
    """How the number or its range was reasoned."""

    @property
    def is_uncertain(self) -> bool:
        """Whether it has a range or a distribution."""
        return self.range is not None or self.distribution is not None


class MonthEntry(StatedEntry):
    """A month of a series: a number, or a mapping with what is its own.

    With a range or a distribution the month is drawn by itself, and has a path of its own
    (`uses.water.demand.2026-07`), by which correlations can tie it to others.
    """

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, given: Any) -> Any:
        return _mapping_of(given)

    @model_validator(mode="after")
    def _has_one(self) -> "MonthEntry":
        if self.value is None:
            raise PydanticCustomError("derbes", _('the quantity has no "value"'))
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A number, a text, or the mapping."""
        mapping = handler.resolve_ref_schema(handler(core_schema))
        return {
            "anyOf": [{"type": ["number", "string"]}, {**mapping, "required": ["value"]}],
            "description": mapping.get("description", ""),
        }


def _mapping_of(given: Any) -> Any:
    """What a number alone stands for."""
    if isinstance(given, str):
        return {"value": given}
    if not isinstance(given, dict):
        raise PydanticCustomError("derbes", _("expected a number, got a list"))
    return given


class QuantityEntry(StatedEntry):
    """A number with its unit, range, grade and source.

    In short a number (`10`), a text with unit (`70 round/month`, `1,5 млн тенге`,
    `15 %`), values by month (`{2026-01: 10, 2028-01: 12}`), or the word `missing`
    for what is known to be unknown.
    """

    series: (
        Annotated[
            dict[str, MonthEntry],
            Field(json_schema_extra={"propertyNames": {"pattern": MONTH_PATTERN}}),
        ]
        | None
    ) = None
    """Values by month; each holds until the next. It begins with the calendar, or before."""
    after: Literal["repeat", "hold"] | None = None
    """How a series goes on behind the calendar: `repeat` its last year, or `hold` its last
    value. Without it as `calendar.after` says."""
    unit: str = ""
    """Unit of the plain numbers in this quantity."""

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, given: Any) -> Any:
        given = _mapping_of(given)
        if given and all(_DATE_KEY.fullmatch(str(key)) for key in given):
            return {"series": given}
        if isinstance(given.get("value"), dict):
            rest = {key: value for key, value in given.items() if key != "value"}
            return {**rest, "series": given["value"]}
        return given

    @model_validator(mode="after")
    def _has_one(self) -> "QuantityEntry":
        if self.value is None and self.series is None:
            raise PydanticCustomError("derbes", _('the quantity has no "value"'))
        if self.value is not None and self.series is not None:
            raise PydanticCustomError("derbes", _('"value" and "series" are both given'))
        return self

    @property
    def is_missing(self) -> bool:
        """Whether it, or a month of it, is written as known to be unknown."""
        months = (self.series or {}).values()
        return self.value == MISSING or any(month.value == MISSING for month in months)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A number, a text that begins with one, `missing`, a series, or the mapping."""
        mapping = handler.resolve_ref_schema(handler(core_schema))
        (months, _none) = mapping["properties"]["series"]["anyOf"]
        return {
            "anyOf": [
                {"type": "number"},
                {
                    "type": "string",
                    "pattern": NUMBER_PATTERN,
                    "patternErrorMessage": _('expected a number, as in "70 t/month"'),
                },
                {"const": MISSING},
                {**months, "minProperties": 1},
                {**mapping},
            ],
            "description": mapping.get("description", ""),
        }


class ElementEntry(Entry):
    """What every element may say of itself."""

    label: Label = Field(default_factory=dict)
    """Name for a reader: one text, or texts by language (`{en: …, ru: …, kk: …}`)."""
    note: Label = Field(default_factory=dict)
    """Remark for a reader, one text or by language."""
    tags: list[Id] = Field(default_factory=list)
    """Words by which measures and variants can select it."""


@cache
def keys_of(model: type[Entry]) -> dict[str, FieldInfo]:
    """Key as the file spells it → field of an entry."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


@cache
def kinds_of(model: type[Entry]) -> dict[str, Kind]:
    """Key → unit and limits, for the quantities of an entry."""
    return _marked(model, Kind)


@cache
def references_of(model: type[Entry]) -> dict[str, Reference]:
    """Key → section, for the keys of an entry that hold ids."""
    return _marked(model, Reference)


def _marked(model: type[Entry], mark: type[Any]) -> dict[str, Any]:
    found = {}
    for name, field in model.model_fields.items():
        marks = [one for one in field.metadata if isinstance(one, mark)]
        marks += _marks_within(field.annotation, mark)
        if marks:
            found[name] = marks[0]
    return found


def _marks_within(annotation: Any, mark: type[Any]) -> list[Any]:
    found = [one for one in getattr(annotation, "__metadata__", ()) if isinstance(one, mark)]
    for part in get_args(annotation):
        found += _marks_within(part, mark)
    return found


SHOWN_CHARACTERS = 40


def refused(model: type[Entry], error: ValidationError, above: Path) -> list[Finding]:
    """Findings for everything that an entry refused.

    Args:
        model: Entry that refused.
        error: What the schema library raised.
        above: Path of the entry in the tree.
    """
    errors = error.errors(include_url=False)
    unknown = {
        (*one["loc"][:-1], near)
        for one in errors
        if one["type"] == "extra_forbidden"
        for near in _nearest(model, one["loc"])
    }
    findings = []
    for one in errors:
        if one["type"] == "missing" and one["loc"] in unknown:
            continue  # the misspelt key is told already
        findings.append(_finding(model, one, above))
    return findings


def _finding(model: type[Entry], error: ErrorDetails, above: Path) -> Finding:
    location = tuple(step for step in error["loc"] if step != "[key]")
    path = (*above, *location)
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(model, error["loc"], path)
    if kind == "missing":
        what = _('the key "{key}" is missing').format(key=location[-1])
        return Finding(path, what, _("add it"))
    what, fix = WORDINGS.get(kind, _as_given)(error)
    return Finding(path, what, fix, at_key="[key]" in error["loc"])


def _unknown_key(model: type[Entry], location: tuple[str | int, ...], path: Path) -> Finding:
    key = str(location[-1])
    what = _('unknown key "{key}"').format(key=key)
    if key == "<<":
        return Finding(path, what, _("write the keys out; they cannot be merged in"), at_key=True)
    special = _not_here(model, location)
    owner = _owner(model, location[:-1])
    return Finding(
        path, what, special or did_you_mean(key, keys_of(owner) if owner else ()), at_key=True
    )


def _not_here(model: type[Entry], location: tuple[str | int, ...]) -> str:
    if model.__name__ == "GoodEntry" and location == ("survival_table",):
        return _("survival tables are for stockpiles; give the good a half_life or shelf_life")
    return ""


def _nearest(model: type[Entry], location: tuple[str | int, ...]) -> tuple[str, ...]:
    owner = _owner(model, location[:-1])
    if owner is None:
        return ()
    fix = did_you_mean(str(location[-1]), keys_of(owner))
    return tuple(name for name in keys_of(owner) if f'"{name}"' in fix)


def _owner(model: type[Entry], location: tuple[str | int, ...]) -> type[Entry] | None:
    """The entry in which a location ends; None when that is no entry."""
    owner: type[Entry] | None = model
    is_id = False
    for step in location:
        if isinstance(step, int) or is_id:
            is_id = False  # an item of a list, or an id of a mapping
            continue
        field = keys_of(owner).get(step) if owner is not None else None
        if field is None:
            return None
        owner = _entry_within(field.annotation)
        is_id = "dict[" in str(field.annotation)
    return owner


def _entry_within(annotation: Any) -> type[Entry] | None:
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        return annotation
    for part in get_args(annotation):
        found = _entry_within(part)
        if found is not None:
            return found
    return None


def quoted(given: Any) -> str:
    """What was given, as messages show it."""
    if isinstance(given, dict):
        return _("keys with values")
    if isinstance(given, (list, tuple)):
        return _("a list")
    text = str(given)
    short = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    return f'"{short}"'


def _expected(what: str, error: ErrorDetails) -> str:
    return _("expected {what}, got {given}").format(what=what, given=quoted(error["input"]))


def _text(error: ErrorDetails) -> tuple[str, str]:
    return _expected(_("a text"), error), ""


def _empty_text(_error: ErrorDetails) -> tuple[str, str]:
    return _("the text is empty"), _("write something")


def _whole_number(error: ErrorDetails) -> tuple[str, str]:
    return _expected(_("a whole number"), error), ""


def _true_or_false(error: ErrorDetails) -> tuple[str, str]:
    return _expected(_("true or false"), error), ""


def _mapping(error: ErrorDetails) -> tuple[str, str]:
    return _expected(_("keys with values"), error), ""


def _list(error: ErrorDetails) -> tuple[str, str]:
    fix = _("put it in square brackets") if isinstance(error["input"], str) else ""
    return _expected(_("a list"), error), fix


def _one_of(error: ErrorDetails) -> tuple[str, str]:
    names = error.get("ctx", {}).get("expected", "").replace(" or ", ", ").replace("'", "")
    known = names.split(", ")
    if len(known) == 1:
        return _expected(f'"{names}"', error), ""
    what = _expected(_("one of {names}").format(names=", ".join(known)), error)
    fix = did_you_mean(str(error["input"]), known)
    return what, fix if '"' in fix else ""


def _at_least(error: ErrorDetails) -> tuple[str, str]:
    limit = error.get("ctx", {}).get("ge")
    return _expected(_("at least {limit}").format(limit=limit), error), ""


def _at_most(error: ErrorDetails) -> tuple[str, str]:
    limit = error.get("ctx", {}).get("le")
    return _expected(_("at most {limit}").format(limit=limit), error), ""


def _length(error: ErrorDetails) -> tuple[str, str]:
    context = error.get("ctx", {})
    n = int(context.get("min_length") or context.get("max_length") or 0)
    found = int(context.get("actual_length") or len(error["input"]))
    if n == 1 and not found:
        return _("nothing is named here"), _("name at least one")
    return (
        ngettext("expected {n} value, got {found}", "expected {n} values, got {found}", n).format(
            n=n, found=found
        ),
        "",
    )


def _pattern(error: ErrorDetails) -> tuple[str, str]:
    pattern = error.get("ctx", {}).get("pattern", "")
    if pattern.startswith(r"^[0-9]{4}-"):
        return _expected(_("a month"), error), _('write it as in "2027-07"')
    if pattern.startswith(r"^[0-9]{4}("):
        return _expected(_("a date"), error), _('write it as in "2027", "2027-07" or "2027-07-15"')
    if pattern == YEAR_PATTERN:
        return _expected(_("a year"), error), _('write it as in "2027"')
    if pattern.startswith("^([a-z]"):
        return _expected(_("a language code"), error), _('write it as in "en", "ru" or "kk"')
    if "Z]{3}" in pattern:
        return _expected(_("a currency code"), error), _('write it as in "USD"')
    return _expected(_("an id"), error), how_to_name(str(error["input"]))


def how_to_name(text: str) -> str:
    """How an id is to be written; names the letters that only look Latin."""
    letters, latin = foreign_letters(text), in_latin(text)
    if letters and re.match(ID_PATTERN, latin):
        return _('write "{word}" in Latin letters: {letters}').format(word=latin, letters=letters)
    return _("use Latin letters, digits and _, a letter first; the label may be any text")


def _own(error: ErrorDetails) -> tuple[str, str]:
    return error["msg"], ""


def _as_given(error: ErrorDetails) -> tuple[str, str]:
    return f"{error['msg']}: {quoted(error['input'])}", ""


WORDINGS: Mapping[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "string_type": _text,
    "string_too_short": _empty_text,
    "int_parsing": _whole_number,
    "int_parsing_size": _whole_number,
    "int_from_float": _whole_number,
    "int_type": _whole_number,
    "bool_parsing": _true_or_false,
    "bool_type": _true_or_false,
    "dict_type": _mapping,
    "model_type": _mapping,
    "list_type": _list,
    "literal_error": _one_of,
    "greater_than_equal": _at_least,
    "less_than_equal": _at_most,
    "too_short": _length,
    "too_long": _length,
    "string_pattern_mismatch": _pattern,
    "derbes": _own,
}
"""Wording of each kind of refusal that an entry can make."""
