"""The ledger: documents that exist, a check or a reason, predictions that can be decided."""

from collections.abc import Iterator, Mapping
from typing import Any

from derbes.case.ledger import Statement
from derbes.casefile.build.ledger import LEDGER, document_and_place
from derbes.casefile.checks.soundness import Checked
from derbes.casefile.findings import Finding
from derbes.errors import did_you_mean
from derbes.language import _

OF_PREDICTIONS = ("condition", "due", "yes_if", "no_if", "void_if", "resolution", "probability")
"""Keys that only a prediction can have."""


def documents_of_the_ledger(checked: Checked) -> Iterator[Finding]:
    """`at` begins with the id of a document."""
    known = checked.draft.elements["documents"]
    if "documents" in checked.draft.unreadable:
        return
    for path, entry in _entries(checked):
        document, _place = document_and_place(getattr(entry, "at", "") or "")
        if document and document not in known:
            yield Finding(
                (*path, "at"),
                _('"{word}" is not a document of this case').format(word=document),
                did_you_mean(document, known) or _("add it under documents"),
            )


def entries_without_check(checked: Checked) -> Iterator[Finding]:
    """Every entry has a check, or a reason why there is none, and not both."""
    told = {one.path[:2] for one in checked.draft.findings}
    for path, entry in _entries(checked):
        decides = is_prediction(entry) and (entry.yes_if or _words_that_decide(entry))
        if path not in told and not (entry.holds_if or entry.untestable or decides):
            fix = _("add holds_if with an expression, or untestable with the reason")
            if is_prediction(entry):
                fix = _("add yes_if, resolution or holds_if, or untestable with the reason")
            yield Finding(path, _("nothing says when this holds"), fix, at_key=True)
        elif entry.holds_if and entry.untestable:
            yield Finding(
                (*path, "untestable"),
                _("it has a check in holds_if, so it is not untestable"),
                _("keep one of the two"),
            )


def _words_that_decide(entry: Any) -> bool:
    return entry.resolution is not None and any(entry.resolution.model_dump().values())


def is_prediction(entry: Any) -> bool:
    """Whether an entry says what will be."""
    return "prediction" in {getattr(entry, "kind", ""), getattr(entry, "modality", "")}


def keys_of_predictions(checked: Checked) -> Iterator[Finding]:
    """What decides a prediction belongs to predictions, and needs a date."""
    for path, entry in _entries(checked):
        if path[0] != "statements":
            continue
        given = [key for key in OF_PREDICTIONS if getattr(entry, key)]
        if not is_prediction(entry):
            for key in given:
                yield Finding(
                    (*path, key),
                    _('"{key}" says nothing for a statement that is no prediction').format(key=key),
                    _("take it out, or write modality: prediction"),
                )
        elif not entry.due and (set(given) - {"probability", "condition"}):
            yield Finding(
                path,
                _("the prediction does not say by when it is decided"),
                _('add the date, as in "due: 2027-12-31"'),
                at_key=True,
            )


def dates_of_expiry(checked: Checked) -> Iterator[Finding]:
    """Nothing expires before it is said, and no prediction is due before it."""
    for statement in checked.case.statements.values():
        for key in ("expires", "due"):
            until = getattr(statement, key)
            if statement.said and until and until < statement.said[: len(until)]:
                yield Finding(
                    ("statements", statement.id, key),
                    _('"{date}" is before the day on which it was said, {said}').format(
                        date=until, said=statement.said
                    ),
                    _("correct one of the two"),
                )


def circles_of_retelling(checked: Checked) -> Iterator[Finding]:
    """No statement passes on itself, by however many others."""
    statements = checked.case.statements
    for statement in statements.values():
        circle = _way_back(statements, statement.id)
        if circle and min(circle) == statement.id:
            yield Finding(
                ("statements", statement.id, "retells"),
                _("statements pass each other on in a circle: {cycle}").format(
                    cycle=" → ".join([*circle, statement.id])
                ),
                _("take one of them out"),
            )


def _way_back(statements: Mapping[str, Statement], name: str) -> list[str]:
    """Statements on the way from one back to itself; empty when it does not come back."""
    ways = [[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for told in statements[way[-1]].retells:
            if told == name:
                return way
            if told in statements and told not in seen:
                seen.add(told)
                ways.append([*way, told])
    return []


def ids_used_twice(checked: Checked) -> Iterator[Finding]:
    """An id names one entry of the ledger, whatever its section."""
    seen: dict[str, str] = {}
    for (section, name), _entry in _entries(checked):
        if name in seen:
            yield Finding(
                (section, name),
                _('"{name}" is an id under {section} already').format(
                    name=name, section=seen[name]
                ),
                _("choose another id"),
                at_key=True,
            )
        seen.setdefault(name, section)


def _entries(checked: Checked) -> Iterator[tuple[tuple[str, str], Any]]:
    """Path and entry of everything in the ledger that the schema accepts."""
    for section in LEDGER:
        for name, built in checked.draft.elements[section].items():
            if built.entry is not None:
                yield (section, name), built.entry
