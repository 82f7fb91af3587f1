"""What the ledger speaks of: facts that nobody mentions, and what each side never says."""

from collections.abc import Mapping

from derbes.case.entities import Case
from derbes.results.statements import Coverage, Unsaid
from derbes.statements.expressions.entries import Ledger, entries_of, facts_in
from derbes.statements.quantities.ledger import holder_of, side_of


def coverage_of(ledger: Ledger, verdicts: Mapping[str, float | None]) -> Coverage:
    """What is spoken of.

    Args:
        ledger: The ledger.
        verdicts: Entry → share of the draws in which it holds; None: not tested.
    """
    case = ledger.case
    named = {fact for node in ledger.parts.values() for fact in facts_in(node)}
    return Coverage(
        facts_unmentioned=tuple(fact for fact in case.facts if fact not in named),
        unsaid=_unsaid(case),
        n_tested=sum(share is not None for share in verdicts.values()),
        n_entries=len(entries_of(case)),
    )


def _unsaid(case: Case) -> tuple[Unsaid, ...]:
    """Subjects that one side speaks of and another, which speaks at all, never does."""
    spoken: dict[str, dict[str, None]] = {}
    for statement in case.statements.values():
        side = side_of(case, holder_of(statement))
        subjects = [stance.toward for stance in statement.stances]
        subjects += [judgement.act for judgement in statement.judgements]
        spoken.setdefault(side, {}).update(dict.fromkeys(subjects))
    sides = [side for side in spoken if side.startswith("side_")]
    found = []
    for side in sides:
        others = [other for other in sides if other != side]
        for subject in dict.fromkeys(word for other in others for word in spoken[other]):
            if subject not in spoken[side]:
                said_by = tuple(other for other in others if subject in spoken[other])
                found.append(Unsaid(side, subject, said_by))
    return tuple(found)
