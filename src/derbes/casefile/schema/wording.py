"""What the entries refuse, in our own words."""

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from derbes.casefile.findings import Finding
from derbes.casefile.schema.entries import ID_PATTERN, YEAR_PATTERN, Entry, keys_of
from derbes.casefile.tree.nodes import Path
from derbes.errors import did_you_mean, foreign_letters, in_latin
from derbes.language import _, ngettext

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
