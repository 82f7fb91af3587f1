"""Statements that cannot both stand, on one side and across sides.

Five forms, none of which needs the model but the second: one denies what the other affirms
and passes on; two expressions of which one says the opposite of the other, or which never
hold together in the draws though each often does; two judges of one act; one holder with two
stances; and a word that excludes ("only") beside what it excludes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from derbes.case.entities import Case
from derbes.case.ledger import Statement
from derbes.results.statements import Contradiction
from derbes.statements.expressions.entries import Ledger
from derbes.statements.quantities.ledger import holder_of, side_of
from derbes.statements.terms.tree import Comparison, Logic, Node
from derbes.statements.verdicts.sampling import TRUE, Part, Truths
from derbes.statements.verdicts.wording import is_exclusive

EXPECTED = 5.0
"""Draws in which two independent expressions would be expected to hold together, before
their never doing so counts as a contradiction."""
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def contradictions_of(ledger: Ledger, truths: Mapping[Part, Truths]) -> tuple[Contradiction, ...]:
    """All contradictions, each pair once for each form."""
    case = ledger.case
    found: dict[str, Contradiction] = {}
    for kind, names, about in (
        *_denials(case),
        *_expressions(ledger, truths),
        *_judgements(case),
        *_stances(case),
        *_exclusive(case),
    ):
        one = _contradiction(case, kind, names, about)
        found.setdefault(one.id, one)
    return tuple(found.values())


_Found = tuple[str, tuple[str, ...], str]
"""Kind, statements, and what they are about."""


def _contradiction(case: Case, kind: str, names: tuple[str, ...], about: str) -> Contradiction:
    ordered = tuple(sorted(names, key=list(case.statements).index))
    holders = tuple(holder_of(case.statements[name]) for name in ordered)
    sides = tuple(side_of(case, holder) for holder in holders)
    return Contradiction(
        id="_".join((kind, *ordered)),
        kind=kind,
        statements=ordered,
        holders=holders,
        sides=sides,
        same_side=len(set(sides)) == 1,
        about=about,
    )


def _linked(case: Case) -> Iterator[tuple[str, str]]:
    """Statements that stand side by side in a contrast or a tension."""
    records = [one.between for one in case.contrasts.values()]
    records += [one.statements for one in case.tensions.values()]
    for names in records:
        yield from combinations([name for name in names if name in case.statements], 2)


def _denials(case: Case) -> Iterator[_Found]:
    """One passes on the other and turns it round."""
    for name, one in case.statements.items():
        for source in one.retells:
            other = case.statements.get(source)
            if other is not None and one.denied != other.denied:
                yield "denial", (name, source), other.modality.value


def _expressions(ledger: Ledger, truths: Mapping[Part, Truths]) -> Iterator[_Found]:
    """Expressions that are each other's opposite, or never hold together."""
    mine = [
        (name, key)
        for (name, key) in ledger.parts
        if key == "holds_if" and name in ledger.case.statements
    ]
    said = {part: repr(plain(ledger.parts[part])) for part in mine}
    opposite = {part: repr(opposed(ledger.parts[part])) for part in mine}
    for first, second in combinations(mine, 2):
        is_known = first in truths and second in truths
        if said[first] == opposite[second] or (is_known and _never(truths[first], truths[second])):
            about = ledger.case.statements[first[0]].holds_if
            yield "expressions", (first[0], second[0]), about


def _never(first: Truths, second: Truths) -> bool:
    """Whether two expressions never hold together though, apart, they often do."""
    n = min(len(first.codes), len(second.codes))
    one, other = first.codes[:n] == TRUE, second.codes[:n] == TRUE
    if np.any(one & other):
        return False
    return float(one.mean()) * float(other.mean()) * n >= EXPECTED


def plain(node: Node) -> Node:
    """An expression with `not` pushed inward as far as it goes."""
    if isinstance(node, Logic):
        if node.operator == "not":
            return opposed(node.parts[0])
        return replace(node, parts=tuple(plain(part) for part in node.parts))
    return node


def opposed(node: Node) -> Node:
    """What is true exactly where an expression is false."""
    if isinstance(node, Logic):
        if node.operator == "not":
            return plain(node.parts[0])
        word = "or" if node.operator == "and" else "and"
        return replace(node, operator=word, parts=tuple(opposed(part) for part in node.parts))
    if isinstance(node, Comparison) and len(node.operators) == 1:
        return replace(node, operators=(_OPPOSITE[node.operators[0]],))
    return Logic("not", (node,))


def _judgements(case: Case) -> Iterator[_Found]:
    """One act of one actor, condemned by some holders and accepted by others.

    On each side that is at odds with itself, and across sides.
    """
    groups: dict[tuple[str, str], list[tuple[Statement, int]]] = {}
    for one in case.statements.values():
        for judgement in one.judgements:
            if judgement.sign:
                key = (judgement.act, judgement.of)
                groups.setdefault(key, []).append((one, judgement.sign))
    for (act, of), said in groups.items():
        sides = {side_of(case, holder_of(one)) for one, _sign in said}
        within = [
            [pair for pair in said if side_of(case, holder_of(pair[0])) == side]
            for side in sorted(sides)
        ]
        at_odds = [group for group in within if _disagree(group)]
        across = [said] if len(sides) > 1 and _disagree(said) else []
        for group in (*at_odds, *across):
            names = tuple(dict.fromkeys(one.id for one, _sign in group))
            yield "judgement", names, f"{act} ({of})"


def _disagree(said: Sequence[tuple[Statement, int]]) -> bool:
    """Whether two holders judge otherwise."""
    return any(
        holder_of(one) != holder_of(other) and sign * against < 0
        for (one, sign), (other, against) in combinations(said, 2)
    )


def _stances(case: Case) -> Iterator[_Found]:
    """One holder for and against the same."""
    for first, second in combinations(case.statements.values(), 2):
        if holder_of(first) != holder_of(second):
            continue
        for one in first.stances:
            for other in second.stances:
                if one.toward == other.toward and one.sign * other.sign < 0:
                    yield "stance", (first.id, second.id), one.toward


def _exclusive(case: Case) -> Iterator[_Found]:
    """Nothing but this, beside something else."""
    for first, second in _linked(case):
        one, other = case.statements[first], case.statements[second]
        if excludes(one) != excludes(other):
            yield "exclusive", (first, second), (one if excludes(one) else other).cue


def excludes(statement: Statement) -> bool:
    """Whether a statement says that nothing else is meant."""
    return any(is_exclusive(text) for text in (statement.cue, *statement.phrase.values()))
