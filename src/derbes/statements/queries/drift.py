"""What becomes of a statement when it is passed on: a possibility, retold as a decision."""

from collections.abc import Mapping

from derbes.case.entities import Case
from derbes.case.ledger import Modality, Statement
from derbes.results.statements import ModalityDrift
from derbes.statements.quantities.ledger import holder_of
from derbes.statements.verdicts.wording import cue_probability

STRENGTHS: Mapping[Modality, int] = {
    Modality.QUESTION: 0,
    Modality.HYPOTHESIS: 1,
    Modality.POSSIBILITY: 2,
    Modality.CAPABILITY: 3,
    Modality.INTENTION: 4,
    Modality.PREDICTION: 5,
    Modality.DECISION: 6,
    Modality.CAUSE: 7,
    Modality.FACT: 7,
}
"""How much a modality commits to; evaluations, norms and perceptions are on no such scale."""
LEAST_CHANGE = 0.1
"""Difference of what two cues imply that counts as a change of strength."""


def modality_drift(case: Case) -> tuple[ModalityDrift, ...]:
    """Every retelling that changes the modality, its strength, or what is affirmed."""
    found = []
    for statement in case.statements.values():
        for name in statement.retells:
            source = case.statements.get(name)
            drift = None if source is None else _drift(statement, source)
            if drift is not None:
                found.append(drift)
    return tuple(found)


def _drift(statement: Statement, source: Statement) -> ModalityDrift | None:
    if statement.denied != source.denied:
        return _made(statement, source, ("turned", "modality", 0))
    here, there = STRENGTHS.get(statement.modality), STRENGTHS.get(source.modality)
    if here is None or there is None:
        return None
    if here != there:
        change = "raised" if here > there else "lowered"
        return _made(statement, source, (change, "modality", here - there))
    strength, before = cue_probability(statement.cue), cue_probability(source.cue)
    if strength is None or before is None or abs(strength - before) < LEAST_CHANGE:
        return None
    change = "raised" if strength > before else "lowered"
    return _made(statement, source, (change, "strength", 0))


def _made(statement: Statement, source: Statement, how: tuple[str, str, int]) -> ModalityDrift:
    """A drift; how it changed, in what, and by how many steps."""
    return ModalityDrift(
        id=statement.id,
        source=source.id,
        by=statement.by or holder_of(statement),
        source_by=source.by or holder_of(source),
        modality=statement.modality.value,
        source_modality=source.modality.value,
        cue=statement.cue,
        source_cue=source.cue,
        change=how[0],
        in_what=how[1],
        steps=how[2],
    )
