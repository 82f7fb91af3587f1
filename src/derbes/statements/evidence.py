"""What kind of evidence a verdict rests on, so that a report that somebody said so is no test.

A verdict is as strong as the weakest part of its expression. From the strongest: the model
could have come out otherwise; arithmetic over facts of the case; attested, somebody else says
so; said by the same whose view it is, which shows nothing; by definition, an input or the
ledger's own coding said again.
"""

from collections.abc import Iterator, Mapping

from derbes.case.entities import Case
from derbes.case.ledger import Checked, Statement
from derbes.results.statements import ARITHMETIC, ATTESTED, DEFINITION, EVIDENCE, MODEL, SAID
from derbes.statements.of_case import holder_of
from derbes.statements.terms import Engine, Ledger, Term, Value, calls_in

_OVER_FACTS = frozenset({"fact", "indicator", "date_of", "months_between"})
_OF_OTHERS = frozenset({"holds", "share", "verdict"})
_OLD = frozenset({"stock", "stock_trend"})
"""Of old stock alone they follow from its half-life, whatever the plan."""


def evidence_of(ledger: Ledger, entry: Checked, key: str) -> str:
    """The kind of evidence of an expression of an entry; empty where it has none.

    Args:
        ledger: The ledger.
        entry: The entry.
        key: Key of the expression.
    """
    term = ledger.parts.get((entry.id, key))
    if term is None:
        return ""
    kinds = {*_kinds(ledger, entry, term, {entry.id})}
    if not kinds or (isinstance(entry, Statement) and entry.restates):
        kinds.add(DEFINITION)
    return max(kinds, key=EVIDENCE.index)


def who_says(ledger: Ledger, entry: Checked, key: str) -> tuple[str, ...]:
    """Who says what an expression asks to be attested: actors, or publishers of reports."""
    term = ledger.parts.get((entry.id, key))
    calls = calls_in(term) if term is not None else ()
    facts = [_fact(given) for call, given in calls if call.name == "attested"]
    return tuple(dict.fromkeys(name for one in facts if (name := _teller(ledger.case, one))))


def _teller(case: Case, fact: str) -> str:
    """Actor who says a fact, else the publisher of its document."""
    found = case.facts.get(fact)
    if found is None:
        return ""
    document = case.documents.get(found.document)
    return found.by or (document.publisher if document else "")


def _fact(given: Mapping[str, Value | None]) -> str:
    return str(given.get("id") or "")


def _kinds(ledger: Ledger, entry: Checked, term: Term, seen: set[str]) -> Iterator[str]:
    """Kinds of evidence of all parts of an expression."""
    case = ledger.case
    for call, given in calls_in(term):
        if call.name in _OF_OTHERS:
            other = _fact(given)
            below = ledger.parts.get((other, "holds_if")) or ledger.parts.get((other, "yes_if"))
            if below is not None and other not in seen:
                restates = getattr(case.statements.get(other), "restates", ())
                seen.add(other)
                yield from [DEFINITION] if restates else _kinds(ledger, entry, below, seen)
        elif call.name == "attested":
            yield SAID if _says_the_same(case, entry, _fact(given)) else ATTESTED
        elif call.name in _OVER_FACTS:
            yield ARITHMETIC
        elif call.engine in {Engine.LEDGER, Engine.CASE} or (
            call.name in _OLD and given.get("old") is True
        ):
            yield DEFINITION
        else:
            yield MODEL


def _says_the_same(case: Case, entry: Checked, fact: str) -> bool:
    """Whether a fact is only what the holder of an entry says."""
    found = case.facts.get(fact)
    if found is None or not found.by or not isinstance(entry, Statement):
        return False
    return found.by in {holder_of(entry), entry.by}
