"""Mappings of a file as they are written: every key by its form, or what is wrong with it.

A file is a tree of texts, lists and mappings, each with its place. Every value arrives as the
text that stands there; the form of its key decides what it means. What is refused is told in
words of our own, all at once.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple, get_args, get_origin, get_type_hints

from derbes.case import forms
from derbes.case.entities import Case, Good, Hit
from derbes.casefile.hints import (
    LANGUAGE_PATTERN,
    how_to_name,
    how_to_name_currency,
    how_to_name_language,
    how_to_write_month,
    how_without_value,
    is_run_on,
    word_meant,
)
from derbes.errors import did_you_mean, offered
from derbes.language import _, ngettext
from derbes.spelling import iso_month
from derbes.unit_names import CURRENCIES

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a tree."""

Plain = str | list["Plain"] | dict[str, "Plain"] | None
"""A tree without places: what the schema reads."""

LEFT_OUT = frozenset({"value", "series", "steps", "months"})
"""Keys that a short spelling leaves out: `price: 10` is `price: {value: 10}`."""

EMPTY_WORDS = frozenset({"", "~", "null", "Null", "NULL"})
"""Unquoted texts that stand for nothing."""


class Mark(NamedTuple):
    """Where something stands: from `start` to `end` in a file."""

    file: int
    line: int
    """From 1."""
    column: int
    """From 1."""
    start: int
    """Characters before it in the file."""
    end: int
    one_line: bool = True


@dataclass(slots=True, eq=False)
class Text:
    """One value as it is written; the schema decides what it means."""

    text: str
    mark: Mark
    style: str = ""
    """Quote or block sign; empty for a plain text."""

    @property
    def plain(self) -> str | None:
        """The text; None where nothing is written."""
        return None if not self.style and self.text in EMPTY_WORDS else self.text


@dataclass(slots=True, eq=False)
class Items:
    """A list."""

    items: list["Node"]
    mark: Mark
    in_flow: bool = False
    """Whether it stands in brackets."""
    ends: list[int] = field(default_factory=list)
    """Characters before the end of each item, as the file holds them."""
    _plain: Plain = None

    @property
    def plain(self) -> Plain:
        """The list without places."""
        if self._plain is None:
            self._plain = [item.plain for item in self.items]
        return self._plain


@dataclass(slots=True, eq=False)
class MappingNode:
    """A mapping; keys are texts and stand once."""

    entries: dict[str, "Node"]
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    in_flow: bool = False
    """Whether it stands in braces."""
    ends: dict[str, int] = field(default_factory=dict)
    """Characters before the end of each value, as the file holds them."""
    _plain: Plain = None

    @property
    def plain(self) -> Plain:
        """The mapping without places."""
        if self._plain is None:
            self._plain = {key: node.plain for key, node in self.entries.items()}
        return self._plain


Node = Text | Items | MappingNode


def child(node: Node | None, step: str | int) -> Node | None:
    """The node one step further down; None when there is none."""
    if isinstance(node, MappingNode):
        return node.entries.get(str(step))
    if isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    if isinstance(node, Items) and isinstance(step, str):
        named = (item for item in node.items if isinstance(item, Text) and item.text == step)
        return next(named, None)  # a list of ids that stands for a mapping by id
    return None


def find(node: Node, path: Path) -> Node | None:
    """The node at a path; None when there is none."""
    found: Node | None = node
    for step in path:
        found = child(found, step)
    return found


def _walked(node: Node, path: Path) -> Iterator[tuple[str | int, Node | None, Node | None]]:
    """Steps of a path, each with the nodes above and below it.

    A short spelling leaves steps out: `value`, or the 0 of an only item.
    """
    above: Node | None = node
    for step in path:
        below = child(above, step)
        is_only_item = step == 0 and isinstance(above, MappingNode | Text)
        if below is not None or not (step in LEFT_OUT or is_only_item):
            yield step, above, below
            above = below


def place(node: Node, path: Path) -> Mark:
    """Where a path stands: its value, else its key, else what is nearest above."""
    mark = node.mark
    for step, above, below in _walked(node, path):
        if below is None:
            break
        mark = above.keys[str(step)] if isinstance(above, MappingNode) else below.mark
        node = below
    return node.mark if isinstance(node, Text) and node.text else mark


def shown(node: Node, path: Path) -> Path:
    """A path without the steps that the file leaves out."""
    return tuple(step for step, _above, _below in _walked(node, path))


def key_place(node: Node, path: Path) -> Mark:
    """Where the last key of a path stands."""
    above = [node, *(below for _step, _above, below in _walked(node, path[:-1]))][-1]
    if isinstance(above, MappingNode) and path[-1] in above.keys:
        return above.keys[str(path[-1])]
    return place(node, path)


def resolve(node: Node, where: str) -> Path | None:
    """The path that a dotted text names; keys may hold dots themselves.

    None when it leads nowhere.
    """
    steps = where.split(".") if where else []
    path: list[str | int] = []
    while steps:
        names: list[str | int] = [".".join(steps[:n]) for n in range(len(steps), 0, -1)]
        if isinstance(node, Items):
            names = [int(steps[0])] if steps[0].isdecimal() else []
        step = next((one for one in names if child(node, one) is not None), None)
        below = child(node, step) if step is not None else None
        if step is None or below is None:
            return None
        steps = steps[str(step).count(".") + 1 :]
        path.append(step)
        node = below
    return tuple(path)


def dotted(path: Path) -> str:
    """A path as a text, e.g. `suppliers.north.routes.0`."""
    return ".".join(str(step) for step in path)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at a path of a tree, or at a mark of a file."""

    path: Path
    what: str
    fix: str = ""
    at_key: bool = False
    """Whether the caret belongs under the key."""
    mark: Mark | None = None
    """Where it stands, when the path alone does not say it."""
    where: str = ""
    """Path to show, when it differs from `path`."""
    part: tuple[str, int, int] = ("", 0, 0)
    """Of a text: the text, and the characters of it that it is about: the first, how many."""
    lapses: bool = False
    """Whether a variant may bring it about by what it takes away: told of it where it says so."""

    @classmethod
    def of(
        cls,
        path: Path,
        what: str,
        fix: str = "",
        /,
        *,
        at_key: bool = False,
        mark: Mark | None = None,
        **words: Any,
    ) -> "Finding":
        """A finding; where there are `words`, both texts name in braces where they stand."""
        if words:
            what, fix = what.format(**words), fix.format(**words)
        return cls(path, what, fix, at_key, mark)


MEND = "\ufffd"
"""Stands for a sign that cannot stand in a text."""
SHOWN_CHARACTERS = 40
MOST_DIGITS = 4000

SHORT: dict[type, tuple[str, bool]] = {
    forms.WrittenDistribution: ("kind", False),
    forms.WrittenMonth: ("value", False),
    forms.WrittenQuantity: ("value", False),
    forms.WrittenOpening: ("value", False),
    forms.WrittenSize: ("steps", True),
    forms.WrittenDates: ("months", True),
}
"""Mappings that may be written as the value of one of their keys, and whether it is a list."""

_TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})
_FALSE = frozenset({"0", "off", "f", "false", "n", "no"})
_WHOLE = re.compile(r"\s*([+-]?[0-9]+(?:_[0-9]+)*)(\.0*)?\s*")
_DATE_KEY = re.compile(r"[0-9].*", re.DOTALL)
_LANGUAGE = forms.TextForm(pattern=LANGUAGE_PATTERN)
_REFUSED = object()
"""Stands for a value that cannot be used; a finding says why."""


class Key(NamedTuple):
    """One key of a mapping."""

    name: str
    """Attribute that it is read as."""
    key: str
    """How the file spells it."""
    form: forms.Form
    holds: Any
    """Type of what the element holds."""
    is_needed: bool
    empty: Any
    """What it is read as when it is not given."""
    shown: str
    """How the reference page says that it is written; empty: as its form is."""


@cache
def keys_of(model: type) -> dict[str, Key]:
    """Key as the file spells it → how it is written, in the order of the reference page.

    Of a case, those at the top of its file; the others are `SECTIONS`.
    """
    keys = _all_keys(model).items()
    return {name: key for name, key in keys if not isinstance(key.form, forms.SectionForm)}


def _all_keys(model: type) -> dict[str, Key]:
    fields = dataclasses.fields(model) if dataclasses.is_dataclass(model) else ()
    defaults = {field.name: field.default for field in fields}
    found: list[Key] = []
    for name, annotated in get_type_hints(model, include_extras=True).items():
        hint = get_args(annotated)[0] if get_origin(annotated) is ClassVar else annotated
        marks = getattr(hint, "__metadata__", ())
        if not marks or not isinstance(marks[0], forms.Form):
            continue
        of_kind = {type(mark): mark for mark in marks[1:]}
        spelled, shown = of_kind.get(forms.SpelledAs), of_kind.get(forms.Shown)
        as_key, on_page = spelled.key if spelled else name, shown.text if shown else ""
        is_needed, empty = forms.NEEDED in marks, _empty(marks, defaults.get(name))
        key = Key(name, as_key, marks[0], get_args(hint)[0], is_needed, empty, on_page)
        before = of_kind.get(forms.Before)
        names = [one.name for one in found]
        found.insert(names.index(before.name) if before else len(names), key)
    return {key.key: key for key in found}


def _empty(marks: tuple[Any, ...], default: Any) -> Any:
    """What a key is read as when it is not given."""
    form = marks[0]
    is_none = forms.LACKING in marks or forms.NEEDED in marks
    if is_none or isinstance(form, forms.InUnit | forms.PartForm):
        return None
    if given := [mark.value for mark in marks if isinstance(mark, forms.Default)]:
        return given[0]
    if isinstance(form, forms.FlagForm):
        return bool(default)
    if isinstance(form, forms.WordForm):
        return str(default or "")
    if isinstance(form, forms.ListForm):
        return ()
    return {} if isinstance(form, forms.MapForm | forms.LabelForm) else ""


@cache
def by_name(model: type) -> dict[str, Key]:
    """Attribute → key of a mapping."""
    return {key.name: key for key in keys_of(model).values()}


SECTIONS: dict[str, type] = {
    name: get_args(key.holds)[1]
    for name, key in _all_keys(Case).items()
    if isinstance(key.form, forms.SectionForm)
}
"""Section → class of its elements, in the order of the reference page."""


class Entry(SimpleNamespace):
    """A mapping as it is written, its keys as attributes; empty what is not given."""

    def __init__(self, model: type, given: dict[str, Any]) -> None:
        empty = {name: key.empty for name, key in by_name(model).items()}
        super().__init__(**empty | given, model=model, given=given)


def is_uncertain(number: Entry) -> bool:
    """Whether a number has a range or a distribution."""
    return number.range is not None or number.distribution is not None


def is_missing(quantity: Entry) -> bool:
    """Whether a quantity, or a month of it, is written as known to be unknown."""
    months = (quantity.series or {}).values()
    return quantity.value == forms.MISSING or any(month.value == forms.MISSING for month in months)


def is_given(quantity: Entry | None) -> bool:
    """Whether there is a quantity, and not one known to be missing."""
    return quantity is not None and not is_missing(quantity)


def read_entry(model: type, plain: Plain, above: Path) -> tuple[Entry | None, bool, list[Finding]]:
    """What can be used of a mapping, whether that is all of it, and what is wrong.

    Keys that are wrong hold nothing; None when it is no mapping.

    Args:
        model: Class with its keys.
        plain: What stands in the file.
        above: Its path.
    """
    empty: dict[Path, None] = {}
    filled = _without_empty(plain if plain is not None else {}, above, empty)
    findings = [
        Finding(path, *how_without_value(path), at_key=is_run_on(path[-1])) for path in empty
    ]
    wrong: list[Finding] = []
    entry, is_whole = _mapping(model, filled, above, wrong)
    findings += [one for one in wrong if one.path not in empty]
    return (entry if is_whole or plain is not None else None), is_whole, findings


def _mapping(
    model: type, given: Any, path: Path, findings: list[Finding]
) -> tuple[Entry | None, bool]:
    """The entry of a mapping with what of its keys can be used, and whether that is all."""
    if not isinstance(given, dict):
        findings.append(_expected(path, _("keys with values"), given))
        return None, False
    keys = keys_of(model)
    before, is_whole = len(findings), True
    found: dict[str, Any] = {}
    unknown = [key for key in given if key not in keys]
    meant = {name for key in unknown for name in offered(key, keys)}
    for key in keys.values():
        if key.key in given:
            value = _value(key.form, given[key.key], (*path, key.key), findings)
            is_whole = is_whole and value is not _REFUSED
            if value is not _REFUSED:
                found[key.name] = value
        elif key.is_needed and key.key not in meant:
            what = _('the key "{key}" is missing').format(key=key.key)
            findings.append(Finding((*path, key.key), what, _("add it")))
    for name in unknown:
        what = _('unknown key "{key}"').format(key=name)
        fix = _elsewhere(model, name, given[name]) or did_you_mean(name, keys)
        findings.append(Finding((*path, name), what, fix, at_key=True))
    return Entry(model, found), is_whole and len(findings) == before


def _elsewhere(model: type, name: str, given: Any) -> str:
    if name == "<<":
        return _("write the keys out; they cannot be merged in")
    if model is forms.WrittenQuantity and (month := iso_month(name)):
        example = f"series: {{{month}: {given if isinstance(given, str) else '…'}}}"
        return _('write it as in "{example}"').format(example=example)
    if model is Good and name == "survival_table":
        return _("survival tables are for stockpiles; give the good a half_life or shelf_life")
    if model is Hit and f"{name}s" in SECTIONS and isinstance(given, str):
        return _('write "{text}"').format(text=f"element: {name}s.{given}")
    return ""


def _value(form: forms.Form, given: Any, path: Path, findings: list[Finding]) -> Any:
    """What a value means by its form; `_REFUSED`, with a finding, when it means nothing."""
    if given is None:
        return _REFUSED  # it has no value; said there
    found = given
    match form:
        case forms.TextForm():
            found = _text(form, given, path)
        case forms.ShareForm():
            found = _text(forms.TEXT, given, path)
        case forms.LabelForm():
            found = _label(given, path, findings)
        case forms.WordForm():
            found = _word(form, given, path)
        case forms.WholeForm():
            found = _whole(form, given, path)
        case forms.FlagForm():
            found = _flag(given, path)
        case forms.InUnit() | forms.PartForm():
            model = form.of if isinstance(form, forms.PartForm) else forms.WrittenQuantity
            found = _part(model, given, path, findings)
        case forms.ListForm():
            found = _list(form, given, path, findings)
        case forms.MapForm():
            found = _map(form, given, path, findings)
    if isinstance(found, Finding):
        findings.append(found)
        return _REFUSED
    return found


def _text(form: forms.TextForm, given: Any, path: Path) -> Any:
    if not isinstance(given, str):
        return _expected(path, _("a text"), given)
    is_id = form.sections or form.of_any
    if not given.strip() and (form.least or is_id):
        fix = _("name one, or take it out") if is_id else _("write something")
        return Finding(path, _("the text is empty"), fix)
    if form.most and len(given) > form.most:
        most = f"String should have at most {form.most} characters"
        return Finding(path, f"{most}: {_quoted(given)}")
    if not _fits(form, given):
        return _no_match(form.pattern, given, path)
    return given


def _fits(form: forms.TextForm, given: str) -> bool:
    """Whether a text is as its pattern says, a day one of its month, and a currency in use."""
    if form.pattern and not re.fullmatch(form.pattern, given):
        return False
    try:
        if form.pattern in {forms.DATE_PATTERN, forms.DAY_PATTERN} and len(given) > len("2027-07"):
            date.fromisoformat(given)
    except ValueError:
        return False
    return form.pattern != forms.CURRENCY_PATTERN or given in CURRENCIES


def _label(given: Any, path: Path, findings: list[Finding]) -> Any:
    """Texts by language; those that are empty are left out."""
    if isinstance(given, str):
        return {"": given} if given else {}
    if not isinstance(given, dict):
        return _expected(path, _("a text, or texts by language"), given)
    found = _map(forms.MapForm(_LANGUAGE, forms.TEXT), given, path, findings)
    if found is _REFUSED:
        return found
    for code in found:
        of_language = code.partition("_")[0]
        if of_language not in found:
            what = _('"{code}" is a form of the text in "{language}", which is not given')
            fix = _('add the text as it stands alone, as "{language}"')
            path = (*path, code)
            findings.append(Finding.of(path, what, fix, code=code, language=of_language))
            return _REFUSED
    return {code: text for code, text in found.items() if text}


def _word(form: forms.WordForm, given: Any, path: Path) -> Any:
    if isinstance(given, str) and given in form.words:
        return given
    if len(form.words) == 1:
        return _expected(path, f'"{form.words[0]}"', given)
    names = _("one of {names}").format(names=", ".join(form.words))
    if meant := word_meant(str(given), form.words):
        return _expected(path, names, given, _('write "{text}"').format(text=meant))
    near = offered(str(given), form.words)
    return _expected(path, names, given, did_you_mean(str(given), near))


def _flag(given: Any, path: Path) -> Any:
    word = given.lower() if isinstance(given, str) else ""
    return word in _TRUE if word in _TRUE | _FALSE else _expected(path, _("true or false"), given)


def _whole(form: forms.WholeForm, given: Any, path: Path) -> Any:
    match = _WHOLE.fullmatch(given) if isinstance(given, str) else None
    if match is None or len(match[1]) > MOST_DIGITS:
        fix = _("write a number alone, without a unit") if isinstance(given, str) else ""
        return _expected(path, _("a whole number"), given, fix)
    number = int(match[1])
    if form.least <= number <= form.most:
        return number
    is_low = number < form.least
    limit = _("at least {limit}") if is_low else _("at most {limit}")
    return _expected(path, limit.format(limit=form.least if is_low else form.most), given)


def _part(model: type, given: Any, path: Path, findings: list[Finding]) -> Any:
    """A mapping within a mapping, in full or in short."""
    short, is_list = SHORT.get(model, ("", False))
    is_number = model is forms.WrittenQuantity
    if short and isinstance(given, str):
        given = {short: [given] if is_list else given}
    elif is_list and isinstance(given, list):
        given = {short: given}
    elif (is_number or model is forms.WrittenMonth) and not isinstance(given, dict):
        return Finding(path, _("expected a number, got a list"))
    elif model is forms.WrittenDistribution and isinstance(given, dict) and "reference" in given:
        given = {"kind": "reference", **given}
    elif is_number and given and all(_DATE_KEY.fullmatch(key) or iso_month(key) for key in given):
        given = {"series": given}
    elif is_number and isinstance(given.get("value"), dict):
        rest = {key: value for key, value in given.items() if key != "value"}
        given = {**rest, "series": given["value"]}
    entry, is_whole = _mapping(model, given, path, findings)
    if entry is None or not is_whole:
        return _REFUSED
    refused = _contradiction(entry)
    return Finding(path, refused) if refused else entry


def _contradiction(entry: Entry) -> str:
    """What is wrong between the keys of a mapping; empty when nothing is."""
    if entry.model in (forms.WrittenMonth, forms.WrittenQuantity):
        has_series = entry.model is forms.WrittenQuantity and entry.series is not None
        if entry.value is None and not has_series:
            return _('the quantity has no "value"')
        if entry.value is not None and has_series:
            return _('"value" and "series" are both given')
    if entry.model is forms.WrittenSize and (entry.steps is None) == (entry.to is None):
        return _('expected sizes, as in "[0.5, 1, 2]" or "{from: 0, to: 3}"')
    if entry.model is forms.WrittenDates:
        has_row = any(one is not None for one in (entry.from_, entry.to, entry.every))
        if (entry.months is None) != has_row:
            return _(
                'expected months, as in "[2027-01, 2028-01]" or'
                ' "{from: 2027-01, to: 2031-10, every: 6 month}"'
            )
    return ""


def _list(form: forms.ListForm, given: Any, path: Path, findings: list[Finding]) -> Any:
    if form.all_of and given == form.all_of:
        return None
    if form.alone and isinstance(given, dict if isinstance(form.item, forms.PartForm) else str):
        given = [given]
    if not isinstance(given, list):
        return _expected(path, *_how_to_list(form, given))
    if form.most and len(given) > form.most:
        return _wrong_length(path, form.most, len(given), is_exact=form.most == form.least)
    items = [_value(form.item, one, (*path, at), findings) for at, one in enumerate(given)]
    if any(one is _REFUSED for one in items):
        return _REFUSED
    if len(items) < form.least:
        wrong = _wrong_length(path, form.least, len(items))
        return dataclasses.replace(wrong, fix=_both_ends(form) or wrong.fix)
    return items


def _how_to_list(form: forms.ListForm, given: Any) -> tuple[str, Any, str]:
    """What was expected where no list stands, what stands there, and how to write it."""
    fix = _("put it in square brackets") if isinstance(given, str) else ""
    if form.alone and isinstance(form.item, forms.PartForm) and isinstance(given, str):
        key = next(iter(keys_of(form.item.of)))
        fix = _('write it as in "{example}"').format(example=f"{{{key}: {given}}}")
        return _("keys with values"), given, fix
    return _("a list"), given, _both_ends(form) or fix


def _both_ends(form: forms.ListForm) -> str:
    """How two numbers are to be written; empty for any other list."""
    is_pair = form.item == forms.NUMBER and form.least == form.most == 2
    return _('write both, as in "[10, 20]"') if is_pair else ""


def _map(form: forms.MapForm, given: Any, path: Path, findings: list[Finding]) -> Any:
    if form.as_list and isinstance(given, str | list):
        names = [given] if isinstance(given, str) else given
        seen: set[str] = set()
        for name in names:
            if not isinstance(name, str):
                return Finding(path, _("expected ids of options in the list"))
            if name in seen:
                return Finding.of(path, _('"{name}" stands twice in the list'), name=name)
            seen.add(name)
        given = dict.fromkeys(names, "1")
    if not isinstance(given, dict):
        name = given[0] if isinstance(given, list) and given else given
        fix = _('write it as in "{example}"').format(example=f"{{{name}: …}}")
        return _expected(path, _("keys with values"), given, fix if isinstance(name, str) else "")
    found: dict[str, Any] = {}
    is_whole = True
    for name, below in given.items():
        if not _fits(form.key, name):
            wrong = _no_match(form.key.pattern, name, (*path, name))
            findings.append(dataclasses.replace(wrong, at_key=True))
            is_whole = False
        found[name] = _value(form.item, below, (*path, name), findings)
        is_whole = is_whole and found[name] is not _REFUSED
    if not is_whole:
        return _REFUSED
    return _wrong_length(path, form.least, len(found)) if len(found) < form.least else found


def _quoted(given: Any) -> str:
    if isinstance(given, dict):
        return _("keys with values")
    if isinstance(given, list):
        return _("a list")
    text = str(given)
    short = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    return f'"{short}"'


def _expected(path: Path, what: str, given: Any, fix: str = "") -> Finding:
    text = _("expected {what}, got {given}").format(what=what, given=_quoted(given))
    return Finding(path, text, fix)


def _wrong_length(path: Path, n: int, found: int, *, is_exact: bool = True) -> Finding:
    if is_exact and n == 1 and not found:
        return Finding(path, _("nothing is named here"), _("name at least one"))
    what = ngettext("expected {n} value, got {found}", "expected {n} values, got {found}", n)
    if not is_exact:
        what = _("expected at most {n} values, got {found}")
    return Finding.of(path, what, n=n, found=found)


def _no_match(pattern: str, given: str, path: Path) -> Finding:
    month = (_("a month"), how_to_write_month(given))
    date_fix = how_to_write_month(given, _('write it as in "2027", "2027-07" or "2027-07-15"'))
    texts = {
        forms.MONTH_PATTERN: month,
        forms.DAY_PATTERN: month,
        forms.DATE_PATTERN: (_("a date"), date_fix),
        forms.YEAR_PATTERN: (_("a year"), _('write it as in "2027"')),
        LANGUAGE_PATTERN: (_("a language code"), how_to_name_language(given)),
        forms.CURRENCY_PATTERN: (_("a currency code"), how_to_name_currency(given)),
    }
    what, fix = texts.get(pattern) or (_("an id"), how_to_name(given))
    with_any_year = pattern.replace(forms.YEARS, "-?[0-9]{4,}")
    if not re.fullmatch(pattern, given) and re.fullmatch(with_any_year, given):
        fix = _("choose a year from {first} to {last}").format(first=1000, last=2999)
    return _expected(path, what, given, fix)


def _without_empty(plain: Plain, path: Path, empty: dict[Path, None]) -> Plain:
    """A tree without the keys that have no value; they, and items without, are noted in `empty`."""
    if isinstance(plain, dict):
        empty |= {(*path, key): None for key, below in plain.items() if below is None}
        lacking = (key.partition(":") for key, below in plain.items() if below is None)
        run_on = {key: text for key, colon, text in lacking if is_run_on(key + colon + text)}
        return run_on | {
            key: _without_empty(below, (*path, key), empty) if type(below) is not str else below
            for key, below in plain.items()
            if below is not None
        }
    if isinstance(plain, list):
        empty |= {(*path, at): None for at, below in enumerate(plain) if below is None}
        return [_without_empty(below, (*path, at), empty) for at, below in enumerate(plain)]
    return plain
