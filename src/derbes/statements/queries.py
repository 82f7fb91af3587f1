"""Questions to a ledger as a whole: its words, predictions, contradictions, and what is unsaid.

Also who measures with two measures, what becomes of a statement when it is passed on, and which
causes are claimed for what.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, pairwise

import numpy as np

from derbes.case.entities import Case
from derbes.case.ledger import (
    DoubleStandard,
    Judgement,
    Modality,
    Statement,
    StatementKind,
    cue_probability,
)
from derbes.language import Worded, worded
from derbes.results import statements as results
from derbes.statements.agreement import Form, Normal, opposed
from derbes.statements.ledger import entries_of
from derbes.statements.of_case import holder_of, side_of
from derbes.statements.sampling import TRUE, Part, Truths
from derbes.statements.terms import Ledger, ids_in

# What words leave nothing beside them.

EXCLUSIVE = (
    *("только", "лишь", "исключительно", "тек", "ғана", "тек қана"),
    *("only", "solely", "exclusively", "nothing but"),
)
"""Words that leave nothing beside what they qualify."""
APPROXIMATE = ("около", "примерно", "приблизительно", "about", "around", "some", "шамамен")
"""Words behind which "only" means little, not alone."""


def is_exclusive(text: str) -> bool:
    """Whether a text says that nothing else is meant.

    Examples:
        >>> is_exclusive("только свои нужды"), is_exclusive("только около пяти лет назад")
        (True, False)
    """
    words = f" {' '.join(text.casefold().split())} "
    parts = (words.partition(f" {cue} ") for cue in EXCLUSIVE)
    return any(cue and not behind.startswith(APPROXIMATE) for _before, cue, behind in parts)


# How well predictions did: Brier scores by speaker, and calibration.

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Edges of the bins of claimed probability."""


PLAIN_FUTURE = 0.95
"""A prediction without a cue: what is said flatly is said as certain."""


def implied_probability(statement: Statement) -> float | None:
    """The probability that a prediction claims: as written, by its cue, or as said flatly."""
    if statement.probability is not None or statement.kind is not StatementKind.PREDICTION:
        return statement.probability
    return cue_probability(statement.cue) if statement.cue else PLAIN_FUTURE


def brier_score(probability: float | None, outcome: str | None) -> float | None:
    """(probability - outcome) squared (Brier 1950); None where nothing is resolved.

    Examples:
        >>> brier_score(0.75, "yes"), brier_score(0.95, "void")
        (0.0625, None)
    """
    if probability is None or outcome not in {"yes", "no"}:
        return None
    return (probability - (1.0 if outcome == "yes" else 0.0)) ** 2


def scores_of(rows: Sequence[results.StatementRow]) -> results.Predictions:
    """Scores by speaker, most predictions first, and calibration over all of them.

    A prediction is scored once its day is over: those that came early were chosen by their
    outcome, and so are not averaged alone. What is void or expired stays out.
    """
    mine = [row for row in rows if row.probability is not None or row.outcome is not None]
    speakers = sorted({row.holder for row in mine})
    scores = [_score(name, [row for row in mine if row.holder == name]) for name in speakers]
    scores.sort(key=lambda score: (-score.n_predictions, score.speaker))
    return results.Predictions(tuple(scores), calibration_of(mine))


def _place(row: results.StatementRow) -> str:
    """What became of a prediction.

    Undecided: due, and nothing decides it; early: decided before it is due.
    """
    if row.outcome == "void":
        return "void"
    if row.verdict == "expired":
        return "expired"
    if row.outcome in {"yes", "no"}:
        return "resolved" if row.is_due else "early"
    return "undecided" if row.is_due else "open"


def _score(speaker: str, rows: Sequence[results.StatementRow]) -> results.SpeakerScore:
    n = Counter(map(_place, rows))
    brier = [row.brier for row in rows if _place(row) == "resolved" and row.brier is not None]
    undecided = (row.probability for row in rows if _place(row) == "undecided")
    claimed = [one for one in undecided if one is not None]
    return results.SpeakerScore(
        speaker=speaker,
        n_predictions=len(rows),
        n_due=n["resolved"] + n["undecided"],
        **{f"n_{place}": n[place] for place in ("resolved", "early", "open", "void", "expired")},
        brier=_mean(brier),
        brier_low=_mean([*brier, *(min(p, 1.0 - p) ** 2 for p in claimed)]),
        brier_high=_mean([*brier, *(max(p, 1.0 - p) ** 2 for p in claimed)]),
    )


def _mean(numbers: Sequence[float]) -> float | None:
    return float(np.mean(numbers)) if numbers else None


def calibration_of(rows: Sequence[results.StatementRow]) -> tuple[results.CalibrationBin, ...]:
    """Predictions by what they claimed, scored where they are due; empty bins are left out."""
    found = []
    for low, high in pairwise(EDGES):
        inside = [
            (_place(row), row.probability, row.outcome == "yes")
            for row in rows
            if row.probability is not None
            and (low <= row.probability < high or row.probability == high == EDGES[-1])
        ]
        n = Counter(place for place, _claimed, _is_true in inside)
        if n["resolved"] or n["undecided"] or n["early"] or n["open"]:
            one = results.CalibrationBin(
                low=low,
                high=high,
                n=n["resolved"],
                mean_probability=_mean([p for place, p, _is_true in inside if place == "resolved"]),
                share_true=_mean([held for place, _p, held in inside if place == "resolved"]),
                **{f"n_{place}": n[place] for place in ("undecided", "early", "open")},
            )
            found.append(one)
    return tuple(found)


# Statements that cannot both stand, on one side and across sides, in five forms. None of them needs
# the model but the second, in which expressions never hold together in the draws.

_Found = tuple[str, tuple[str, ...], str]
"""Kind, statements, and what they are about."""
EXPECTED = 5.0
"""Draws in which two independent expressions would be expected to hold together, before
their never doing so counts as a contradiction."""


def contradictions_of(
    ledger: Ledger, truths: Mapping[Part, Truths]
) -> tuple[results.Contradiction, ...]:
    """All contradictions, each pair once for each form."""
    case, place = ledger.case, list(ledger.case.statements).index
    found: dict[str, results.Contradiction] = {}
    pairs = (*_denials(case), *_expressions(ledger, truths), *_judgements(case))
    for kind, names, about in (*pairs, *_stances(case), *_exclusive(case)):
        ordered = tuple(sorted(names, key=place))
        holders = tuple(holder_of(case.statements[name]) for name in ordered)
        sides = tuple(side_of(case, holder) for holder in holders)
        same, id_ = len(set(sides)) == 1, "_".join((kind, *ordered))
        one = results.Contradiction(id_, kind, ordered, holders, sides, same, about)
        found.setdefault(id_, one)
    return tuple(found.values())


def _denials(case: Case) -> Iterator[_Found]:
    """One passes on the other and turns it round."""
    for name, one in case.statements.items():
        for source in one.retells:
            other = case.statements.get(source)
            if other is not None and one.denied != other.denied:
                yield "denial", (name, source), other.modality.value


def _expressions(ledger: Ledger, truths: Mapping[Part, Truths]) -> Iterator[_Found]:
    """Expressions that are each other's opposite, or never hold together.

    Statements that are checked by the same expression stand together, so that one contradiction
    is told once.
    """
    alike: dict[Form, list[str]] = {}
    for (name, key), term in ledger.parts.items():
        if key == "holds_if" and name in ledger.case.statements:
            alike.setdefault(Normal(ledger, asked=[name]).truth(term), []).append(name)
    for (said, names), (other, others) in combinations(alike.items(), 2):
        first, second = (names[0], "holds_if"), (others[0], "holds_if")
        is_known = first in truths and second in truths
        if said == opposed(other) or (is_known and _never(truths[first], truths[second])):
            yield "expressions", (*names, *others), ledger.case.statements[names[0]].holds_if


def _never(first: Truths, second: Truths) -> bool:
    """Whether two expressions never hold together though, apart, they often do."""
    n = min(len(first.codes), len(second.codes))
    one, other = first.codes[:n] == TRUE, second.codes[:n] == TRUE
    by_chance = float(one.mean()) * float(other.mean()) * n
    return not np.any(one & other) and by_chance >= EXPECTED


def _judgements(case: Case) -> Iterator[_Found]:
    """One act of one actor, condemned by some holders and accepted by others.

    On each side that is at odds with itself, and across sides.
    """
    groups: dict[tuple[str, str], list[tuple[Statement, int]]] = {}
    for one in case.statements.values():
        for judgement in one.judgements:
            if judgement.sign:
                groups.setdefault((judgement.act, judgement.of), []).append((one, judgement.sign))
    for (act, of), said in groups.items():
        by_side: dict[str, list[tuple[Statement, int]]] = {}
        for one, sign in said:
            by_side.setdefault(side_of(case, holder_of(one)), []).append((one, sign))
        across = [said] if len(by_side) > 1 else []
        for group in (*(by_side[side] for side in sorted(by_side)), *across):
            if _disagree(group):
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
    """Nothing but this, beside something else, in a contrast or a tension."""
    records = [one.between for one in case.contrasts.values()]
    records += [one.statements for one in case.tensions.values()]
    for names in records:
        known = [case.statements[name] for name in names if name in case.statements]
        for one, other in combinations(known, 2):
            first, second = (
                any(map(is_exclusive, (said.cue, *said.phrase.values()))) for said in (one, other)
            )
            if first != second:
                yield "exclusive", (one.id, other.id), (one if first else other).cue


# What the ledger speaks of: facts that nobody mentions, and what each side never says.


def coverage_of(ledger: Ledger, shares: Mapping[str, float | None]) -> results.Coverage:
    """What is spoken of; an entry whose share of the draws is None is not tested."""
    case = ledger.case
    ask = ("fact", "attested", "indicator", "date_of")
    named = {fact for node in ledger.parts.values() for fact in ids_in(node, ask)}
    return results.Coverage(
        facts_unmentioned=tuple(fact for fact in case.facts if fact not in named),
        unsaid=_unsaid(case),
        n_tested=sum(share is not None for share in shares.values()),
        n_entries=len(entries_of(case)),
    )


def _unsaid(case: Case) -> tuple[results.Unsaid, ...]:
    """Subjects that one side takes a stance on and another, which speaks at all, does not."""
    spoken: dict[str, dict[str, None]] = {}
    held: Counter[str] = Counter()
    for statement in case.statements.values():
        side = side_of(case, holder_of(statement))
        held[side] += 1
        subjects = [stance.toward for stance in statement.stances]
        subjects += [judgement.act for judgement in statement.judgements]
        spoken.setdefault(side, {}).update(dict.fromkeys(subjects))
    sides = [side for side in spoken if side.startswith("side_")]
    # of each side in turn, the subjects of the others, in the order in which they came up
    return tuple(
        results.Unsaid(
            side, subject, tuple(one for one in sides if subject in spoken[one]), held[side]
        )
        for side in sides
        for subject in dict.fromkeys(word for one in sides if one != side for word in spoken[one])
        if subject not in spoken[side]
    )


# One judge, one act, two measures: another actor is judged otherwise; or word and deed differ; or
# one act of one actor is judged by two yardsticks. Nobody is spared, the author neither.

ACTORS, WORD_AGAINST_DEED, YARDSTICKS = "actors", "word_against_deed", "yardsticks"
SIGNS: Mapping[int, str] = {1: "+", 0: "0", -1: "-"}
KINDS = (ACTORS, WORD_AGAINST_DEED, YARDSTICKS)


@dataclass(frozen=True, slots=True)
class Said:
    """A judgement and the statement that it stands in."""

    statement: str
    judge: str
    judgement: Judgement

    @property
    def words(self) -> Worded:
        """Statement, actor, sign and whether by word or deed."""
        one = self.judgement
        made = partial(worded, statement=self.statement, actor=one.of, sign=SIGNS[one.sign])
        if one.shown_by == "word":
            return made("{statement}: {actor} {sign} (word)")
        return made("{statement}: {actor} {sign} (deed)")


@dataclass(frozen=True, slots=True)
class FoundStandard:
    """A double standard among the judgements of a ledger."""

    judge: str
    act: str
    kind: str
    said: tuple[Said, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """Statements that show it."""
        return tuple(dict.fromkeys(one.statement for one in self.said))


def double_standards_of(case: Case) -> tuple[FoundStandard, ...]:
    """All double standards, by judge and act; those of a side where no actor alone shows it."""
    said = [
        Said(statement.id, holder_of(statement), judgement)
        for statement in case.statements.values()
        for judgement in statement.judgements
    ]
    found = list(_by_judge(said, {one.judge: one.judge for one in said}))
    shown = {(one.act, one.kind, side_of(case, one.judge)) for one in found}
    sides = {one.judge: side_of(case, one.judge) for one in said}
    found += [one for one in _by_judge(said, sides) if (one.act, one.kind, one.judge) not in shown]
    return tuple(found)


def _by_judge(said: Iterable[Said], judges: Mapping[str, str]) -> Iterator[FoundStandard]:
    groups: dict[tuple[str, str], list[Said]] = {}
    for one in said:
        groups.setdefault((judges[one.judge], one.judgement.act), []).append(one)
    for (judge, act), group in groups.items():
        for kind in KINDS:
            pairs = [pair for pair in combinations(group, 2) if kind_of(*pair) == kind]
            shown = dict.fromkeys(one for pair in pairs for one in pair)
            if shown:
                yield FoundStandard(judge, act, kind, tuple(shown))


def kind_of(first: Said, second: Said) -> str:
    """What kind of double standard two judgements of one act make; empty: none."""
    one, other = first.judgement, second.judgement
    if one.sign == other.sign:
        return ""
    if one.of != other.of:
        return ACTORS
    if one.shown_by != other.shown_by:
        return WORD_AGAINST_DEED
    return YARDSTICKS if one.sign * other.sign < 0 else ""


def is_same(case: Case, declared: DoubleStandard, found: FoundStandard) -> bool:
    """Whether a double standard of the ledger is one that the judgements show."""
    is_judge = found.judge in {declared.judge, side_of(case, declared.judge)}
    shared = set(declared.statements) & set(found.statements)
    return is_judge and (declared.act == found.act or len(shared) > 1)


# What becomes of a statement when it is passed on: a possibility, retold as a decision.

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


def modality_drift(case: Case) -> tuple[results.ModalityDrift, ...]:
    """Every retelling that changes the modality, its strength, or what is affirmed.

    Entries of one place that retell one source in the same way are one retelling.
    """
    found: dict[object, results.ModalityDrift] = {}
    said = case.statements
    retold = [(one, said[name]) for one in said.values() for name in one.retells if name in said]
    for statement, source in retold:
        changed = _changed(statement, source)
        if changed is None:
            continue
        place = (statement.document, statement.place) if statement.place else statement.id
        key = (place, source.id, changed[0])
        if key in found:
            found[key] = replace(found[key], also=(*found[key].also, statement.id))
            continue
        actors = (one for one in statement.reporters if one in case.actors)
        found[key] = results.ModalityDrift(
            id=statement.id,
            source=source.id,
            by=statement.by or holder_of(statement),
            source_by=source.by or holder_of(source),
            modality=statement.modality.value,
            source_modality=source.modality.value,
            cue=statement.cue,
            source_cue=source.cue,
            change=changed[0],
            in_what=changed[1],
            steps=changed[2],
            passed_on_by=next(actors, statement.by),
        )
    return tuple(found.values())


def _changed(statement: Statement, source: Statement) -> tuple[str, str, int] | None:
    """How a statement changes what it retells, in what, and by how many steps."""
    if statement.denied != source.denied:
        return "turned", "modality", 0
    here, there = STRENGTHS.get(statement.modality), STRENGTHS.get(source.modality)
    if here is None or there is None:
        return None
    if here != there:
        return "raised" if here > there else "lowered", "modality", here - there
    strength, before = cue_probability(statement.cue), cue_probability(source.cue)
    if strength is None or before is None or abs(strength - before) < LEAST_CHANGE:
        return None
    return "raised" if strength > before else "lowered", "strength", 0


# Causal theses as a graph: causes and effects, with the verdict on each arrow.


def theses_of(
    statements: Mapping[str, Statement], rows: Sequence[results.StatementRow]
) -> results.ThesisGraph:
    """Every arrow from a cause to an effect, and what stands at its ends."""
    verdicts = {row.id: row for row in rows}
    edges = tuple(
        results.ThesisEdge(
            one.id, cause, effect, verdicts[one.id].verdict, verdicts[one.id].share, holder_of(one)
        )
        for one in statements.values()
        for cause in one.cause
        for effect in one.effect
    )
    names = dict.fromkeys(name for edge in edges for name in (edge.cause, edge.effect))
    nodes = tuple((name, verdicts[name].verdict if name in verdicts else "") for name in names)
    return results.ThesisGraph(nodes, edges)
