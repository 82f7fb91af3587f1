"""The keys of an element as its file spells them, and what they hold."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from derbes.case.entities import Case
from derbes.case.ledger import Checked, Judgement, Stance
from derbes.case.options import Option, OptionKind, Standard
from derbes.case.quantity import Element
from derbes.language import _, language
from derbes.units import format_amount

HIDDEN = frozenset(
    {"id", "label", "note", "at_line", "case", "missing", "opening_written", "is_spared"}
)
"""Fields that are no keys of their own."""

SIGNS = {-1: "against", 0: "neutral", 1: "for"}

_SPELLED = {
    "sizes": "size",
    "first": "from",
    "last": "to",
    "document": "at",
    "stances": "stance",
    "judgements": "judges",
}
"""Field → key of the file, where they differ; for options, standards and the ledger."""

_ELSEWHERE = {
    Option: frozenset({"smallest", "largest"}),
    Checked: frozenset({"place"}),
}
"""Fields that another key shows."""


def spelled(case: Case, element: Element) -> Iterator[tuple[str, Any]]:
    """Key and value of everything that an element holds.

    Args:
        case: The case; it knows the units of goods.
        element: One of its elements.
    """
    own = isinstance(element, (Option, Standard, Checked))
    elsewhere = next((names for kind, names in _ELSEWHERE.items() if isinstance(element, kind)), ())
    for field in fields(element):
        if field.name in HIDDEN or field.name in elsewhere:
            continue
        key = _SPELLED.get(field.name, field.name) if own else field.name
        yield key, _value(case, element, field.name)


def _value(case: Case, element: Element, name: str) -> Any:
    found = getattr(element, name)
    if isinstance(element, Option):
        return _sizes(case, element) if name == "sizes" else found
    if isinstance(element, Standard):
        return {"uses": found or "essential", "length": found or None}.get(name, found)
    if isinstance(element, Checked):
        return _of_the_ledger(element, name)
    return found


def _of_the_ledger(element: Checked, name: str) -> Any:
    found = getattr(element, name)
    if name == "document":
        return f"{element.document} {element.place}".strip()
    if name == "denied":
        return found or None
    if name == "stances":
        return {one.toward: _sign(one) for one in found}
    if name == "judgements":
        return {str(position): _judgement(one) for position, one in enumerate(found)}
    return found


def _judgement(one: Judgement) -> dict[str, str]:
    return {"act": one.act, "of": one.of, "sign": _sign(one), "shown_by": one.shown_by}


def _sign(one: Stance | Judgement) -> str:
    return SIGNS[one.sign]


def _sizes(case: Case, option: Option) -> str:
    """The sizes of an option with their unit."""
    good = case.goods.get(option.element.removeprefix("goods."))
    units = {OptionKind.RESERVE: good.unit if good else "", OptionKind.BRING_FORWARD: "month"}
    unit = units.get(option.kind, "")

    def words(size: float) -> str:
        return format_amount(size, unit, language())

    if option.sizes:
        return ", ".join(words(size) for size in option.sizes)
    return _("{low} to {high}").format(low=words(option.smallest), high=words(option.largest))
