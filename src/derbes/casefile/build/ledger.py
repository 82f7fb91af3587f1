"""Statements, contrasts, double standards and tensions."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from derbes.case.ledger import (
    Contrast,
    DoubleStandard,
    Judgement,
    Modality,
    Stance,
    Statement,
    StatementKind,
    Tension,
)
from derbes.case.quantity import MONTHS_A_YEAR, Element
from derbes.casefile.build.decisions.aims import plain_number
from derbes.casefile.build.element import Built, Filled, common
from derbes.casefile.schema.entries import Kind
from derbes.casefile.schema.ledger import (
    AGAINST,
    FOR,
    ContrastEntry,
    DoubleStandardEntry,
    JudgementEntry,
    LedgerEntry,
    StatementEntry,
    TensionEntry,
)
from derbes.casefile.tree.nodes import Table, dotted, place
from derbes.language import _

LEDGER = ("statements", "contrasts", "double_standards", "tensions")
"""Sections of the ledger."""

EXPRESSIONS = ("holds_if", "condition", "yes_if", "no_if", "void_if")
"""Keys that hold expressions."""


def make_statement(filled: Filled, element_id: str, line: int) -> Element:
    """Something that somebody said."""
    entry = cast("StatementEntry", filled.entry)
    for key in ("said", "due", "expires"):
        _refuse_no_day(filled, key)
    return Statement(
        **_checked(entry, element_id, line),
        kind=StatementKind(entry.kind),
        by=entry.by,
        holder=entry.holder,
        reporters=tuple(entry.reporters),
        said=entry.said,
        modality=Modality(entry.modality),
        denied=entry.denied,
        cue=entry.cue,
        phrase=entry.phrase,
        stances=tuple(Stance(toward, sign_of(sign)) for toward, sign in entry.stance.items()),
        judgements=tuple(_judgement(one) for one in entry.judges),
        retells=tuple(entry.retells),
        cause=tuple(entry.cause),
        effect=tuple(entry.effect),
        **_decided(filled, entry),
        expires=entry.expires,
    )


def _decided(filled: Filled, entry: StatementEntry) -> dict[str, Any]:
    """What decides a prediction."""
    resolution = entry.resolution.model_dump() if entry.resolution is not None else {}
    given = entry.probability
    share = Kind("", low=0.0, high=1.0)
    return {
        "condition": entry.condition,
        "due": entry.due,
        "yes_if": entry.yes_if,
        "no_if": entry.no_if,
        "void_if": entry.void_if,
        "resolution": {key: words for key, words in resolution.items() if words},
        "probability": (
            plain_number(filled, given, ("probability",), share) if given is not None else None
        ),
    }


def _judgement(entry: JudgementEntry) -> Judgement:
    return Judgement(entry.act, entry.of, sign_of(entry.sign), entry.shown_by)


def sign_of(word: str) -> int:
    """-1 against, 0 neutral, 1 for."""
    return (word in FOR) - (word in AGAINST)


def _refuse_no_day(filled: Filled, key: str) -> None:
    """Dates must be in the calendar of years, months and days."""
    text = getattr(filled.entry, key)
    if text and not _is_date(text):
        filled.refuse(
            (key,),
            _("expected {what}, got {given}").format(what=_("a date"), given=f'"{text}"'),
            _('write it as in "2027", "2027-07" or "2027-07-15"'),
        )


def _is_date(text: str) -> bool:
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    if not year or not 1 <= month <= MONTHS_A_YEAR:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def make_contrast(filled: Filled, element_id: str, line: int) -> Element:
    """Not this but that."""
    entry = cast("ContrastEntry", filled.entry)
    return Contrast(**_checked(entry, element_id, line), by=entry.by, between=tuple(entry.between))


def make_double_standard(filled: Filled, element_id: str, line: int) -> Element:
    """Same judge, same act, another judgement."""
    entry = cast("DoubleStandardEntry", filled.entry)
    return DoubleStandard(
        **_checked(entry, element_id, line),
        judge=entry.judge,
        act=entry.act,
        statements=tuple(entry.statements),
    )


def make_tension(filled: Filled, element_id: str, line: int) -> Element:
    """Statements that sit badly together."""
    entry = cast("TensionEntry", filled.entry)
    return Tension(**_checked(entry, element_id, line), statements=tuple(entry.statements))


def _checked(entry: LedgerEntry, element_id: str, line: int) -> dict[str, Any]:
    document, where = document_and_place(entry.at)
    return {
        **common(entry, element_id, line),
        "says": entry.says,
        "document": document,
        "place": where,
        "holds_if": entry.holds_if,
        "untestable": entry.untestable,
    }


def expression_lines(root: Table, elements: Mapping[str, Mapping[str, Built]]) -> dict[str, int]:
    """Path of every expression of a tree → line in which it stands."""
    paths = [
        (section, name, key)
        for section in LEDGER
        for name, built in elements[section].items()
        for key in EXPRESSIONS
        if getattr(built.entry, key, "")
    ]
    return {dotted(path): place(root, path).line for path in paths}


def document_and_place(at: str) -> tuple[str, str]:
    """Id of the document, and the place in it."""
    document, _space, place = " ".join(at.split()).partition(" ")
    return document, place
