"""Facts and the documents that they stand in."""

import re
from dataclasses import replace
from typing import cast

from derbes.case.entities import Document, Fact
from derbes.case.quantity import Element, Quantity
from derbes.casefile.build.element import Filled, common, text_of
from derbes.casefile.quantities.read import read_quantity
from derbes.casefile.schema.elements import DocumentEntry, FactEntry
from derbes.casefile.schema.entries import Kind
from derbes.casefile.tree.nodes import place
from derbes.units import UnitError, parse_amount, parse_unit


def make_fact(filled: Filled, element_id: str, line: int) -> Element:
    """A public fact."""
    entry = cast("FactEntry", filled.entry)
    return Fact(
        **common(entry, element_id, line),
        says=text_of(entry.says),
        amount=_fact_amount(filled, entry),
        date=entry.date,
        document=entry.document,
        grade=entry.grade or "",
    )


def _fact_amount(filled: Filled, entry: FactEntry) -> Quantity | None:
    """The number of a fact, in the unit that it is written in."""
    amount = entry.amount
    if amount is None or amount.value is None or amount.is_missing:
        return filled.quantity("amount") if amount is not None and amount.is_missing else None
    own = frozenset(re.findall(r"[A-Za-z][A-Za-z0-9_]*", f"{amount.value} {amount.unit}"))
    measures = replace(filled.measures, own=own | filled.measures.own)
    try:
        unit = parse_amount(amount.value, measures.own).unit or parse_unit(amount.unit, own)
    except UnitError as error:
        filled.refuse(("amount", "value"), error.what, error.fix)
        return None
    name = unit.name if unit.powers or "%" not in unit.name else ""
    line = place(filled.node, ("amount", "value")).line
    quantity, findings = read_quantity(
        amount, measures, Kind(""), units=(name,), path=(*filled.path, "amount"), line=line
    )
    filled.findings += findings
    return quantity


def make_document(filled: Filled, element_id: str, line: int) -> Element:
    """A published text or table."""
    entry = cast("DocumentEntry", filled.entry)
    return Document(
        **common(entry, element_id, line),
        title=entry.title,
        publisher=entry.publisher,
        date=entry.date,
        address=entry.address,
        licence=entry.licence,
    )
