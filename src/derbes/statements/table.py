"""The ledger of a case as a table: every entry with its verdict, and the queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derbes.case.entities import Case
from derbes.case.ledger import (
    Checked,
    Contrast,
    DoubleStandard,
    Statement,
    Tension,
)
from derbes.language import _
from derbes.parallel import Progress
from derbes.results.statements import (
    ContrastRow,
    DoubleStandardRow,
    Flip,
    Signaling,
    StatementRow,
    StatementTable,
    TensionRow,
)
from derbes.results.supply import Provenance
from derbes.statements import queries, verdicts
from derbes.statements.expressions.entries import Ledger
from derbes.statements.quantities import Settled, entries_of, read_ledger
from derbes.statements.quantities.ledger import fact_date, holder_of, said_on
from derbes.statements.queries.double_standards import Found
from derbes.statements.terms.values import Day, day_of
from derbes.statements.verdicts.judging import HOLDS, LIKELY, VOID, Judged
from derbes.statements.verdicts.sampling import Part, Truths

SIGNS: Mapping[int, str] = {1: "+", 0: "0", -1: "-"}
FLIPPED_INPUTS = 3
"""Inputs that are tried for each verdict."""


@dataclass(frozen=True, slots=True)
class TableRequest:
    """How a ledger is to be judged."""

    as_of: Day
    sampling: verdicts.Sampling
    n_flips: int = FLIPPED_INPUTS
    """Inputs that are tried for each verdict; 0: none, and no variants."""
    n_workers: int = 1
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Everything that is known of the entries of a ledger."""

    ledger: Ledger
    truths: Mapping[Part, Truths]
    judged: Mapping[str, Judged]
    flips: Mapping[Part, tuple[Flip, ...]] = field(default_factory=dict)
    variants: Mapping[Part, tuple[str, ...]] = field(default_factory=dict)


def latest_day(case: Case) -> Day:
    """The last day that a case knows of: that of its latest fact, document or statement.

    The default of the day asked about, so that the same case gives the same answer.
    """
    written = [fact_date(case, name) for name in case.facts]
    written += [document.date for document in case.documents.values()]
    written += [said_on(case, statement) for statement in case.statements.values()]
    days = [day for day in map(day_of, written) if day is not None]
    first = day_of(case.calendar.label(0))
    last = max((day.last for day in days), default=first.last if first else 1)
    return Day(last, last)


def verdicts_of(case: Case, request: TableRequest) -> Verdicts:
    """The verdict on every entry of a ledger.

    Raises:
        CaseError: Expressions that cannot be used.
    """
    ledger = read_ledger(case)
    sampler = verdicts.Sampler(
        ledger, request.as_of, request.sampling, request.n_workers, request.progress
    )
    truths: dict[Part, Truths] = {}
    judged: dict[str, Judged] = {}
    settled: dict[str, Settled] = {}
    entries = entries_of(case)
    for parts in verdicts.levels_of(ledger):
        truths.update(sampler.truths(parts, settled))
        judge = verdicts.Judge(ledger, request.as_of, truths)
        judged.update({entry.id: judge.judged(entry) for entry in entries})
        settled.update({n: Settled(one.share, one.verdict) for n, one in judged.items()})
    judge = verdicts.Judge(ledger, request.as_of, truths)
    judged.update({entry.id: judge.judged(entry) for entry in entries})
    found = Verdicts(ledger, truths, judged)
    return found if request.n_flips == 0 else _turned(found, sampler, request, settled)


def _turned(
    found: Verdicts,
    sampler: verdicts.Sampler,
    request: TableRequest,
    settled: Mapping[str, Settled],
) -> Verdicts:
    """The same with inputs and variants at which verdicts turn over."""
    parts = [one.part for one in found.judged.values() if one.part and one.share is not None]
    central = verdicts.Central(found.ledger, request.as_of, settled, sampler.starts())
    effort = verdicts.Effort(request.n_workers, request.progress)
    questions = [
        question
        for part in parts
        for question in verdicts.questions_of(
            part,
            found.truths[part],
            sampler.futures(len(found.truths[part].codes)),
            request.n_flips,
        )
    ]
    return Verdicts(
        found.ledger,
        found.truths,
        found.judged,
        flips=verdicts.flips_of(central, questions, effort),
        variants=verdicts.variants_that_flip(central, parts, effort),
    )


def statement_table(
    found: Verdicts, as_of: Day, provenance: Provenance, signaling: Signaling | None = None
) -> StatementTable:
    """The ledger as a table, with the answers to all queries."""
    case = found.ledger.case
    statements = tuple(_statement_row(found, one, as_of) for one in case.statements.values())
    shares = {name: judged.share for name, judged in found.judged.items()}
    return StatementTable(
        as_of=str(as_of),
        statements=statements,
        contrasts=tuple(_contrast_row(found, one) for one in case.contrasts.values()),
        contradictions=queries.contradictions_of(found.ledger, found.truths),
        modality_drift=queries.modality_drift(case),
        double_standards=_double_standard_rows(found),
        tensions=tuple(_tension_row(found, one) for one in case.tensions.values()),
        coverage=queries.coverage_of(found.ledger, shares),
        theses=queries.theses_of(case.statements, statements),
        predictions=verdicts.scores_of(statements),
        signaling=signaling,
        provenance=provenance,
    )


def _entry(found: Verdicts, entry: Checked) -> dict[str, Any]:
    """What the rows of all kinds of entries have."""
    judged = found.judged[entry.id]
    part = judged.part or (entry.id, "holds_if")
    return {
        "id": entry.id,
        "says": entry.says or entry.label,
        "document": entry.document,
        "place": entry.place,
        "expression": getattr(entry, part[1], "") or entry.holds_if,
        "verdict": judged.verdict,
        "share": judged.share,
        "standard_error": judged.standard_error,
        "reason": judged.reason,
        "n_draws": judged.n_draws,
        "missing": judged.missing,
        "flips_at": found.flips.get(part, ()),
        "flips_in": found.variants.get(part, ()),
    }


def _statement_row(found: Verdicts, one: Statement, as_of: Day) -> StatementRow:
    judged = found.judged[one.id]
    stances = {stance.toward: SIGNS[stance.sign] for stance in one.stances}
    due = day_of(one.due)
    claimed = verdicts.implied_probability(one)
    is_due = None if due is None else due.last < as_of.first
    return StatementRow(
        **_entry(found, one),
        kind=one.kind.value,
        by=one.by,
        holder=holder_of(one),
        reporters=one.reporters,
        said=said_on(found.ledger.case, one),
        modality=one.modality.value,
        polarity="denied" if one.denied else "affirmed",
        cue=one.cue,
        phrase=one.phrase,
        stance=next(iter(stances.values()), None),
        target=next(iter(stances), None),
        stances=stances,
        retells=one.retells,
        due=one.due or None,
        is_due=is_due,
        outcome="void" if judged.verdict == VOID else judged.outcome,
        decided_by=one.resolution,
        probability=claimed,
        brier=verdicts.brier_score(claimed, judged.outcome) if is_due else None,
        decided_early=judged.outcome in {"yes", "no"} and not is_due,
        expires=one.expires,
    )


def _contrast_row(found: Verdicts, one: Contrast) -> ContrastRow:
    judged = found.judged
    verdicts_on = tuple(judged[name].verdict for name in one.between if name in judged)
    return ContrastRow(**_entry(found, one), by=one.by, between=one.between, verdicts=verdicts_on)


def _tension_row(found: Verdicts, one: Tension) -> TensionRow:
    judged = found.judged[one.id]
    raised = None if judged.share is None else judged.verdict in {HOLDS, LIKELY}
    return TensionRow(**_entry(found, one), statements=one.statements, raised=raised)


def _double_standard_rows(found: Verdicts) -> tuple[DoubleStandardRow, ...]:
    """Those of the ledger, then those that only the query finds."""
    case = found.ledger.case
    shown = queries.double_standards_of(case)
    rows, taken = [], set()
    for one in case.double_standards.values():
        match = [other for other in shown if queries.is_same(case, one, other)]
        taken.update(match)
        rows.append(_declared(found, one, match))
    rows += [_found_alone(other) for other in shown if other not in taken]
    return tuple(rows)


def _declared(found: Verdicts, one: DoubleStandard, match: list[Found]) -> DoubleStandardRow:
    return DoubleStandardRow(
        **_entry(found, one),
        judge=one.judge,
        act=one.act,
        kind=match[0].kind if match else "",
        judgements=tuple(str(said) for other in match for said in other.said),
        statements=one.statements,
        is_declared=True,
        is_found=bool(match),
    )


def _found_alone(other: Found) -> DoubleStandardRow:
    return DoubleStandardRow(
        id=f"{other.judge}_{other.act}_{other.kind}",
        says={},
        document="",
        place="",
        expression="",
        verdict=HOLDS,
        share=None,
        standard_error=None,
        reason=_("shown by the judgements of the ledger"),
        judge=other.judge,
        act=other.act,
        kind=other.kind,
        judgements=tuple(str(said) for said in other.said),
        statements=other.statements,
        is_found=True,
    )
