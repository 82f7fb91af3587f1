"""Results for the screen: what has a name in the case is told by it, and not by its id.

Ids stay in JSON and in tables for machines.
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from derbes.brief.contents import BriefContents
from derbes.brief.uncertainty import input_words, words_of
from derbes.case.entities import Case
from derbes.language import Worded
from derbes.results.supply import Cover, Leverage, Provenance
from derbes.spelling import NO_BREAK

Result = TypeVar("Result")
SECTIONS = {
    "actors": "binding_sellers by holder holders judge passed_on_by said_by sender side source_by "
    "speaker subject",
    "goods": "binding goods",
    "hazards": "hazards",
    "measures": "measure measures",
    "options": "option",
    "standards": "standard",
    "uses": "deepest_use use",
    "variants": "flips_in variant",
}
"""Section of a case → fields of results that hold ids of its elements."""
_SECTION_OF = {field: section for section, fields in SECTIONS.items() for field in fields.split()}


def named(result: Result, case: Case) -> Result:
    """A result for a reader: names of the case in place of ids, also within sentences."""
    made = Provenance("", "", "", "")
    words = BriefContents(case, Cover((), made), Leverage((), (), made, "", ""), {})
    names: dict[str, Callable[[str], str]] = {
        field: partial(words.name, section) for field, section in _SECTION_OF.items()
    }
    names["wish"] = names["element"] = words.element
    pages = {"answer": partial(words_of, words), "input": partial(input_words, words)}
    names |= {field: partial(_on_screen, make) for field, make in pages.items()}
    told: Result = _told(result, "", names)
    return told


def _on_screen(make: Callable[[str], str], id_: str) -> str:
    """Words of a page, in which lines may break anywhere."""
    return make(id_).replace(NO_BREAK, " ")


def _told(found: Any, field: str, names: Mapping[str, Callable[[str], str]]) -> Any:
    """What a field of a result holds, as a reader sees it."""
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        parts = {one.name: getattr(found, one.name) for one in dataclasses.fields(found)}
        told = {name: _told(part, name, names) for name, part in parts.items()}
        return dataclasses.replace(found, **told)
    if isinstance(found, tuple):
        row = (_told(one, field, names) for one in found)
        return tuple(dict.fromkeys(row) if field == "holders" else row)
    if isinstance(found, Worded):
        return Worded(found.make, *(_in_text(one, names) for one in found.given))
    return names[field](found) if isinstance(found, str) and found and field in names else found


def _in_text(given: Any, names: Mapping[str, Callable[[str], str]]) -> Any:
    """Values that a kept text is made of."""
    if isinstance(given, Mapping):
        return {name: _told(one, name, names) for name, one in given.items()}
    return given
