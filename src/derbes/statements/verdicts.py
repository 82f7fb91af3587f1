"""Verdicts: from truth over draws to a word, where it turns over, and the ledger as a table.

Verdicts for other programs: ClaimReview, a spreadsheet, and a history.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from derbes.case.entities import Case
from derbes.case.ledger import Checked, Contrast, DoubleStandard, Statement, StatementKind, Tension
from derbes.errors import DataError, at_work
from derbes.files import write_atomically
from derbes.harmless import BYTE_ORDER_MARK, in_json, sheet
from derbes.language import Worded, _, in_a_row, in_language, text_of, worded
from derbes.parallel import Progress
from derbes.results import statements as results
from derbes.results.records import to_json
from derbes.results.statements import StatementRow, StatementTable
from derbes.results.supply import Provenance
from derbes.results.tables import verdict_words
from derbes.statements import queries
from derbes.statements.agreement import misfits_of
from derbes.statements.ledger import entries_of, evidence_of, read_ledger, who_says
from derbes.statements.of_case import VERDICT_WORDS, fact_date, holder_of, said_on
from derbes.statements.queries import FoundStandard
from derbes.statements.sampling import Part, Sampler, Sampling, Truths, levels_of
from derbes.statements.terms import Day, Ledger, day_of
from derbes.version import VERSION

HOLDS, LIKELY, OPEN, UNLIKELY, FAILS, UNTESTABLE, NOT_DUE, VOID, EXPIRED = VERDICT_WORDS
NEAR = 0.95
"""From this share on it holds; up to one minus this it fails."""
RATHER, RATHER_NOT = 2 / 3, 1 / 3
"""Above the first share it is likely, below the second unlikely."""
ROUNDING = 1e-12
"""What a sum of weights may miss a share by."""
MOST_KEYS = 6
"""Missing keys that a reason names."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and what it rests on."""

    verdict: str
    share: float | None = None
    standard_error: float | None = None
    n_draws: int = 0
    reason: str = ""
    missing: tuple[str, ...] = ()
    part: Part | None = None
    """The expression that the share is of."""
    outcome: str | None = None
    """Of a prediction that is decided: `yes`, `no` or `void`."""


def verdict_word(share: float) -> str:
    """The verdict for a share of draws.

    Examples:
        >>> [verdict_word(share) for share in (1.0, 0.8, 0.5, 0.2, 0.05)]
        ['holds', 'likely', 'open', 'unlikely', 'fails']
    """
    if share >= NEAR - ROUNDING:
        return HOLDS
    if share <= 1.0 - NEAR + ROUNDING:
        return FAILS
    if share > RATHER + ROUNDING:
        return LIKELY
    return UNLIKELY if share < RATHER_NOT - ROUNDING else OPEN


def judge_truths(part: Part, truths: Truths) -> Judged:
    """Verdict from truth over draws.

    Where it is missing in some draws, the share counts the others; if what is missing could
    turn the verdict, it is untestable.
    """
    share, lost, missing = truths.share, truths.missing_share, truths.missing
    n_draws, more = len(truths.codes), ["…"] if len(missing) > MOST_KEYS else []
    keys = in_a_row([*missing[:MOST_KEYS], *more])
    known = (share or 0.0) * (1.0 - lost)
    is_open = lost > 0 and verdict_word(known) != verdict_word(known + lost)
    if share is None or is_open:
        reason = worded("missing: {keys}", keys=keys)
        return Judged(UNTESTABLE, n_draws=n_draws, reason=reason, missing=missing, part=part)
    reason = worded("missing in {share:.0%} of the draws: {keys}", share=lost, keys=keys)
    why = reason if lost > 0 else ""
    return Judged(verdict_word(share), share, truths.standard_error, n_draws, why, missing, part)


@dataclass(frozen=True, slots=True)
class Judge:
    """What verdicts are made from."""

    ledger: Ledger
    as_of: Day
    truths: Mapping[Part, Truths]

    def judged(self, entry: Checked) -> Judged:
        """The verdict on an entry; what only its own holder says does not show it."""
        found = self._judged(entry)
        key = found.part[1] if found.part and found.verdict in {HOLDS, LIKELY} else ""
        if not key or evidence_of(self.ledger, entry, key) != results.SAID:
            return found
        who = in_a_row(who_says(self.ledger, entry, key))
        reason = worded("said, not shown: {who} says so", who=who)
        return Judged(UNTESTABLE, reason=reason, part=found.part)

    def _judged(self, entry: Checked) -> Judged:
        if not isinstance(entry, Statement):
            return self._plain(entry, "holds_if")
        if _is_over(entry.expires, self.as_of):
            reason = worded("it said something until {date}", date=entry.expires)
            return Judged(EXPIRED, reason=reason)
        if entry.kind is StatementKind.PREDICTION or entry.due or entry.yes_if:
            return self._void(entry) or self._decided(entry) or self._forecast(entry)
        return self._plain(entry, "holds_if")

    def _plain(self, entry: Checked, key: str) -> Judged:
        part = (entry.id, key)
        if part in self.truths:
            condition = self.truths.get((entry.id, "condition"))
            return judge_truths(part, self.truths[part].where(condition))
        return Judged(UNTESTABLE, reason=_why_not(entry))

    def _said(self, entry: Statement, key: str) -> str:
        """The word for an expression that asks only for written evidence; empty: it says none."""
        part = (entry.id, key)
        truths = self.truths.get(part) if self.ledger.is_evidence(part) else None
        known = None if truths is None or truths.missing_share else truths.share
        return "" if known is None else verdict_word(known)

    def _void(self, entry: Statement) -> Judged | None:
        """Void where its condition has not come, or where what voids it has."""
        part = (entry.id, "condition")
        if part in self.truths:
            condition = judge_truths(part, self.truths[part])
            if condition.verdict == FAILS:
                return Judged(VOID, reason=worded("its condition has not come"), outcome="void")
            if condition.verdict == UNTESTABLE:
                reason = worded("its condition cannot be tested; {reason}", reason=condition.reason)
                return Judged(UNTESTABLE, reason=reason, missing=condition.missing, part=part)
        if self._said(entry, "void_if") == HOLDS:
            return Judged(VOID, reason=worded("what voids it has come"), outcome="void")
        return None

    def _decided(self, entry: Statement) -> Judged | None:
        """Resolved by evidence; by silence only when it is due and no other rule is given.

        Silence after its day says `no` where only `yes_if` is given, else `yes`.
        """
        for key, outcome in (("yes_if", "yes"), ("no_if", "no")):
            if self._said(entry, key) == HOLDS:
                return self._resolved(entry, outcome)
        if not _is_over(entry.due, self.as_of) or bool(entry.yes_if) == bool(entry.no_if):
            return None
        key, outcome = ("yes_if", "no") if entry.yes_if else ("no_if", "yes")
        return self._resolved(entry, outcome) if self._said(entry, key) == FAILS else None

    def _resolved(self, entry: Statement, outcome: str) -> Judged:
        used = entry.no_if and (outcome == "no" or not entry.yes_if)
        part = (entry.id, "no_if" if used else "yes_if")
        word, share = (HOLDS, 1.0) if outcome == "yes" else (FAILS, 0.0)
        why = worded("decided by what is written in the case")
        n_draws = len(self.truths[part].codes)
        return Judged(word, share, 0.0, n_draws, why, part=part, outcome=outcome)

    def _forecast(self, entry: Statement) -> Judged:
        """Of a prediction that nothing decides: forecast by the model, or not due."""
        key = "holds_if" if (entry.id, "holds_if") in self.truths else "yes_if"
        part = (entry.id, key)
        if part in self.ledger.parts and not self.ledger.is_evidence(part):
            return self._plain(entry, key)
        is_over = _is_over(entry.due, self.as_of)
        if is_over is False:
            reason = worded("due {date}; nothing in the case decides it yet", date=entry.due)
            return Judged(NOT_DUE, reason=reason)
        if key == "holds_if":
            return self._plain(entry, key)
        reason = _why_not(entry)
        if is_over and not entry.untestable:
            reason = worded("due {date}, and nothing in the case decides it", date=entry.due)
        parts = [(entry.id, one) for one in ("yes_if", "no_if")]
        missing = [key for one in parts if one in self.truths for key in self.truths[one].missing]
        return Judged(UNTESTABLE, reason=reason, missing=tuple(missing))


def _is_over(date: str, as_of: Day) -> bool | None:
    """Whether a date lies before the day asked about; None: it is no date."""
    day = day_of(date)
    return None if day is None else day.last < as_of.first


def _why_not(entry: Checked) -> Worded:
    why = entry.untestable
    return Worded(text_of, why) if why else worded("no expression checks it")


# The ledger of a case as a table: every entry with its verdict, and the queries.

FLIPPED_INPUTS = 3
"""Inputs that are tried for each verdict."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Everything that is known of the entries of a ledger."""

    ledger: Ledger
    truths: Mapping[Part, Truths]
    judged: Mapping[str, Judged]
    flips: Mapping[Part, tuple[results.Flip, ...]] = field(default_factory=dict)
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


def verdicts_of(
    case: Case,
    as_of: Day,
    sampling: Sampling,
    *,
    n_flips: int = FLIPPED_INPUTS,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> Verdicts:
    """The verdict on every entry of a ledger; with `n_flips` 0 nothing is sought that turns it.

    Raises:
        CaseError: Expressions that cannot be used.
    """
    ledger = read_ledger(case)
    sampler = Sampler(ledger, as_of, sampling, n_workers, progress)
    truths: dict[Part, Truths] = {}
    judged: dict[str, Judged] = {}
    for level in (*levels_of(ledger), []):
        truths.update(sampler.truths(level) if level else {})
        judge = Judge(ledger, as_of, truths)
        for entry in entries_of(case):
            with at_work(entry.id):
                judged[entry.id] = judge.judged(entry)
        sampler.settled.update({name: (one.share, one.verdict) for name, one in judged.items()})
    if n_flips == 0:
        return Verdicts(ledger, truths, judged)
    parts = [one.part for one in judged.values() if one.part and one.share is not None]
    variants, at_center = sampler.variants_that_flip(parts)
    flips = sampler.flips({part: truths[part] for part in parts}, at_center, n_flips)
    return Verdicts(ledger, truths, judged, flips, variants)


def statement_table(
    found: Verdicts, as_of: Day, provenance: Provenance, signaling: results.Signaling | None = None
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
        predictions=queries.scores_of(statements),
        signaling=signaling,
        provenance=provenance,
        misfits=misfits_of(found.ledger, {name: one.verdict for name, one in found.judged.items()}),
    )


_OF_JUDGED = ("verdict", "share", "standard_error", "reason", "n_draws", "missing")
_AS_SAID = ("by", "reporters", "cue", "phrase", "retells", "expires")
"""What a row has as its verdict, and a statement, have it."""


def _entry(found: Verdicts, entry: Checked) -> dict[str, Any]:
    """What the rows of all kinds of entries have."""
    judged = found.judged[entry.id]
    part = judged.part or (entry.id, "holds_if")
    evidence = evidence_of(found.ledger, entry, part[1]) if judged.part else ""
    is_tested = judged.verdict != UNTESTABLE or evidence == results.SAID
    return {
        "id": entry.id,
        "says": entry.says or entry.label,
        "document": entry.document,
        "place": entry.place,
        "expression": getattr(entry, part[1], "") or entry.holds_if,
        **{name: getattr(judged, name) for name in _OF_JUDGED},
        "evidence": evidence if is_tested else "",
        "said_by": who_says(found.ledger, entry, part[1]) if evidence and is_tested else (),
        "flips_at": found.flips.get(part, ()),
        "flips_in": found.variants.get(part, ()),
    }


def _statement_row(found: Verdicts, one: Statement, as_of: Day) -> StatementRow:
    judged = found.judged[one.id]
    stances = {stance.toward: queries.SIGNS[stance.sign] for stance in one.stances}
    claimed, is_due = queries.implied_probability(one), _is_over(one.due, as_of)
    return StatementRow(
        **_entry(found, one),
        kind=one.kind.value,
        **{name: getattr(one, name) for name in _AS_SAID},
        holder=holder_of(one),
        said=said_on(found.ledger.case, one),
        modality=one.modality.value,
        polarity="denied" if one.denied else "affirmed",
        stance=next(iter(stances.values()), None),
        target=next(iter(stances), None),
        stances=stances,
        due=one.due or None,
        is_due=is_due,
        outcome="void" if judged.verdict == VOID else judged.outcome,
        decided_by={key: Worded(text_of, words) for key, words in one.resolution.items()},
        probability=claimed,
        brier=queries.brier_score(claimed, judged.outcome) if is_due else None,
        decided_early=judged.outcome in {"yes", "no"} and not is_due,
    )


def _contrast_row(found: Verdicts, one: Contrast) -> results.ContrastRow:
    judged = found.judged
    verdicts_on = tuple(judged[name].verdict for name in one.between if name in judged)
    return results.ContrastRow(
        **_entry(found, one), by=one.by, between=one.between, verdicts=verdicts_on
    )


def _tension_row(found: Verdicts, one: Tension) -> results.TensionRow:
    judged = found.judged[one.id]
    raised = None if judged.share is None else judged.verdict in {HOLDS, LIKELY}
    return results.TensionRow(**_entry(found, one), statements=one.statements, raised=raised)


def _double_standard_rows(found: Verdicts) -> tuple[results.DoubleStandardRow, ...]:
    """Those of the ledger, then those that only the query finds."""
    case = found.ledger.case
    shown = queries.double_standards_of(case)
    about: list[tuple[DoubleStandard | FoundStandard, list[FoundStandard], dict[str, Any]]]
    about = [
        (one, [other for other in shown if queries.is_same(case, one, other)], _entry(found, one))
        for one in case.double_standards.values()
    ]
    taken = {other for _one, match, _row in about for other in match}
    reason = worded("shown by the judgements of the ledger")
    for other in shown:
        if other not in taken:
            name = f"{other.judge}_{other.act}_{other.kind}"
            about.append((other, [other], {"id": name, "verdict": HOLDS, "reason": reason}))
    return tuple(
        results.DoubleStandardRow(
            **entry,
            judge=one.judge,
            act=one.act,
            kind=match[0].kind if match else "",
            judgements=tuple(said.words for other in match for said in other.said),
            statements=one.statements,
            is_declared=isinstance(one, DoubleStandard),
            is_found=bool(match),
        )
        for one, match, entry in about
    )


# Verdicts as schema.org ClaimReview, in JSON-LD, for those who collect fact checks. What it has no
# place for stands in `keywords` of the claim, as terms with a code. The rating runs from 1 (fails)
# to 5 (holds); a verdict that is none of these has a name and no number. Collectors ask for a `url`
# of each review, and a claim of at most 75 characters; the whole of it stands in `text`.

RATINGS: Mapping[str, int] = {"fails": 1, "unlikely": 2, "open": 3, "likely": 4, "holds": 5}
LONGEST_CLAIM = 75
"""Characters of a claim that collectors show."""
_MORE = " …"
_KEPT = ("holder", "modality", "polarity", "expression", "share", "due", "reason")


def claim_reviews(case: Case, table: StatementTable, language: str, page: str = "") -> str:
    """All statements as one JSON-LD document.

    What is claimed is in a language where the ledger has it. On the page at an address each
    review will stand at its own anchor; empty: the page that the document is put into.
    """
    reviews = [_review(case, table, row, language=language, page=page) for row in table.statements]
    return to_json({"@context": "https://schema.org", "@graph": reviews})


def shortened(text: str, longest: int = LONGEST_CLAIM) -> str:
    """A text of at most so many characters, cut between words where it can be.

    Examples:
        >>> shortened("It is built already", 12), shortened("Donaudampfschiff", 8)
        ('It is …', 'Donaud …')
    """
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    room = longest - len(_MORE)
    whole, space, _rest = text[: room + 1].rpartition(" ")
    return (whole.rstrip(" ,;:–-") if space else text[:room]) + _MORE


def _review(
    case: Case, table: StatementTable, row: StatementRow, *, language: str, page: str
) -> dict[str, Any]:
    claimed = in_language(row.says, language) or in_language(row.phrase, language) or row.id
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": verdict_words(row.verdict)}
    if row.verdict in RATINGS:
        rating |= {"ratingValue": RATINGS[row.verdict], "bestRating": 5, "worstRating": 1}
    return {
        "@type": "ClaimReview",
        "identifier": row.id,
        "url": f"{page.partition('#')[0]}#{quote(row.id)}",
        "datePublished": table.as_of,
        "claimReviewed": shortened(claimed),
        "inLanguage": language,
        "author": {"@type": "Organization", "name": f"derbes {VERSION}"},
        "itemReviewed": {**_claim(case, row, language), "text": claimed},
        "reviewRating": rating,
        "reviewBody": str(row.reason),
    }


def _claim(case: Case, row: StatementRow, language: str) -> dict[str, Any]:
    actor, document = case.actors.get(row.by), case.documents.get(row.document)
    is_person = actor is not None and actor.kind == "person"
    shown = in_language(actor.label, language) if actor is not None else ""
    known = {name: getattr(row, name) for name in _KEPT}
    work = document and {
        "@type": "CreativeWork",
        "name": in_language(document.title, language) or document.id,
        **_written(
            publisher=in_language(document.publisher, language),
            datePublished=document.date,
            url=document.address,
        ),
    }
    return {
        "@type": "Claim",
        "author": {"@type": "Person" if is_person else "Organization", "name": shown or row.by},
        "keywords": [
            {"@type": "DefinedTerm", "termCode": name, "name": f"{what}"}
            for name, what in known.items()
            if what not in (None, "")
        ],
        **_written(datePublished=row.said, appearance=work),
    }


def _written(**keys: Any) -> dict[str, Any]:
    """Keys that say something."""
    return {key: what for key, what in keys.items() if what}


# Statements as comma-separated text for a spreadsheet.

COLUMNS = (
    "id", "kind", "by", "holder", "said", "modality", "polarity", "stance", "target", "says",
    "phrase", "document", "place", "expression", "verdict", "evidence", "share", "standard_error",
    "n_draws", "reason", "due", "outcome", "probability", "brier", "flips_at", "flips_in",
)  # fmt: skip


def statement_sheet(table: StatementTable, language: str, *, has_mark: bool = False) -> str:
    """All statements, one a line, every cell in quotes.

    Texts are in a language where the ledger has it; Excel wants a byte-order mark at the start.
    """
    cells = ([_cell(row, column, language) for column in COLUMNS] for row in table.statements)
    text = sheet([COLUMNS, *cells], is_quoted=True, end="\r\n")
    return (BYTE_ORDER_MARK if has_mark else "") + text


def _cell(row: StatementRow, column: str, language: str) -> object:
    content = getattr(row, column)
    if column in {"says", "phrase"}:
        return in_language(content, language)
    if column == "flips_at":
        told = (f"{one.input} {one.direction} {one.value:.6g} {one.unit}" for one in content)
        return "; ".join(map(str.strip, told))
    return ", ".join(content) if column == "flips_in" else content


# The history of verdicts: a file that only grows, one line for each verdict.

KEYS = (
    "id", "verdict", "share", "standard_error", "as_of", "case_hash", "seed", "draws", "version",
)  # fmt: skip
"""Keys of a line of a history."""
Line = dict[str, object]


def history_lines(table: StatementTable) -> tuple[Line, ...]:
    """One line for each entry of a table."""
    made = table.provenance
    run = (table.as_of, made.case_hash, made.seed)
    declared = [row for row in table.double_standards if row.is_declared]
    lines = (
        (row.id, row.verdict, row.share, row.standard_error, *run, row.n_draws, made.version)
        for row in (*table.statements, *table.contrasts, *declared, *table.tensions)
    )
    return tuple(dict(zip(KEYS, line, strict=True)) for line in lines)


def record_verdicts(path: Path, table: StatementTable) -> int:
    """Add the verdicts of a table to a history; what stands there stays.

    Returns how many were added.

    Raises:
        DataError: The file is no history.
        OutputError: It cannot be written.
    """
    read_history(path)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = [in_json(json.dumps(line, ensure_ascii=False)) for line in history_lines(table)]
    end = "" if not before or before.endswith("\n") else "\n"
    write_atomically(path, before + end + "".join(f"{line}\n" for line in lines))
    return len(lines)


def read_history(path: Path) -> tuple[Line, ...]:
    """All lines of a history, oldest first; none: no file yet. DataError: a line is no verdict."""
    if not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        what = _("{path}: cannot be read as text. Fix: name another file with --record.")
        raise DataError(what.format(path=path)) from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict) or not set(KEYS) <= set(record):
            what = _("{path}: line {number} is no verdict of a history.")
            fix = _("Fix: name another file with --record, or take the line out.")
            raise DataError(f"{what} {fix}".format(path=path, number=number))
        found.append(record)
    return tuple(found)
