"""What is said, run against what is known: verdicts, and what the ledger shows as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from derbes.language import _, ngettext
from derbes.results.books import Tabled, tables_of
from derbes.results.supply import Provenance
from derbes.results.tables import (
    Column,
    Head,
    ResultTable,
    evidence_column,
    evidence_words,
    headed,
    html_table,
    modality_column,
    table_of,
    verdict_column,
    verdict_words,
)

MODEL, ARITHMETIC, ATTESTED = "model", "arithmetic", "attested"
SAID, DEFINITION = "said", "definition"
EVIDENCE = (MODEL, ARITHMETIC, ATTESTED, DEFINITION, SAID)
"""Kinds of evidence, the strongest first."""


@dataclass(frozen=True, slots=True)
class Flip:
    """An input at which a verdict turns over, all others at their central values."""

    input: str
    """Path of the number."""
    value: float
    """Where it turns. [unit]"""
    unit: str
    direction: str
    """`above` or `below`: where the verdict is the other one."""
    central: float
    """The number as written. [unit]"""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the ledger with its verdict: what all kinds of entries have."""

    id: Annotated[str, Head("id")]
    says: Mapping[str, str] = field(default_factory=dict)
    """What it says, by language."""
    document: Annotated[str, Head("document")] = ""
    place: Annotated[str, Head("place")] = ""
    expression: Annotated[str, Head("expression")] = ""
    """What it is checked by; empty: nothing."""
    verdict: str = ""
    """`holds`, `likely`, `open`, `unlikely`, `fails`, `untestable`, `not_due`, `void`,
    `expired`."""
    share: Annotated[float | None, Head("share of draws")] = None
    """Part of the draws in which it holds, 0-1; None where that is not known."""
    standard_error: Annotated[float | None, Head("standard error")] = None
    """Of the share."""
    reason: Annotated[str, Head("reason")] = ""
    """Why the verdict is what it is, where the share does not say it."""
    n_draws: Annotated[int, Head("draws")] = 0
    evidence: str = ""
    """Kind that the verdict rests on: `model`, `arithmetic`, `attested`, `said`, `definition`;
    empty where nothing was tested."""
    said_by: Annotated[tuple[str, ...], Head("said by")] = ()
    """Who says what it asks to be attested: actors, or publishers of reports."""
    missing: Annotated[tuple[str, ...], Head("missing")] = ()
    """Keys without which it cannot be tested."""
    flips_at: tuple[Flip, ...] = ()
    flips_in: Annotated[tuple[str, ...], Head("turns over in")] = ()
    """Variants in which the verdict turns over."""


@dataclass(frozen=True, slots=True)
class StatementRow(EntryRow):
    """A statement with its verdict."""

    kind: Annotated[str, Head("kind")] = ""
    by: Annotated[str, Head("by")] = ""
    """Who utters it."""
    holder: Annotated[str, Head("holder")] = ""
    """Whose view it is."""
    reporters: Annotated[tuple[str, ...], Head("reporters")] = ()
    said: Annotated[str, Head("said on", is_date=True)] = ""
    modality: Annotated[str, Head("modality")] = ""
    polarity: Annotated[str, Head("polarity")] = ""
    """`affirmed` or `denied`."""
    cue: str = ""
    phrase: Mapping[str, str] = field(default_factory=dict)
    stance: Annotated[str | None, Head("stance")] = None
    """`+`, `0` or `-` toward its first target; None: it takes none."""
    target: Annotated[str | None, Head("toward")] = None
    stances: Mapping[str, str] = field(default_factory=dict)
    """Target → stance."""
    retells: Annotated[tuple[str, ...], Head("retells")] = ()
    due: Annotated[str | None, Head("due", is_date=True)] = None
    is_due: bool | None = None
    """Whether its date has come; None: it has none."""
    outcome: Annotated[str | None, Head("outcome")] = None
    """Of a prediction: `yes`, `no`, `void`; None: not decided."""
    decided_by: Mapping[str, str] = field(default_factory=dict)
    """Of a prediction: `yes`, `no`, `void` → what would decide so, in words."""
    probability: Annotated[float | None, Head("claimed")] = None
    """Of a prediction: what its wording implies, 0-1."""
    brier: Annotated[float | None, Head("Brier score")] = None
    """Of a prediction that is decided and due: (probability - outcome) squared."""
    decided_early: Annotated[bool, Head("decided early")] = False
    """Whether it was decided before its day, or has none: shown, and not scored yet."""
    expires: Annotated[str, Head("expires", is_date=True)] = ""


@dataclass(frozen=True, slots=True)
class ContrastRow(EntryRow):
    """Not this but that."""

    by: Annotated[str, Head("by")] = ""
    between: Annotated[tuple[str, ...], Head("between")] = ()
    verdicts: Annotated[tuple[str, ...], Head("verdicts")] = ()
    """Verdicts on the statements on its sides."""


@dataclass(frozen=True, slots=True)
class DoubleStandardRow(EntryRow):
    """A double standard: declared in the ledger, found by the query, or both."""

    judge: Annotated[str, Head("judge")] = ""
    act: Annotated[str, Head("act")] = ""
    kind: Annotated[str, Head("kind")] = ""
    """`actors`: the same act of two actors; `word_against_deed`: word and deed differ;
    `yardsticks`: one act of one actor, judged both ways; empty: declared, and not of a form
    that the query finds."""
    judgements: Annotated[tuple[str, ...], Head("judgements")] = ()
    """Statement, actor, sign and whether by word or deed, one text each."""
    statements: Annotated[tuple[str, ...], Head("statements")] = ()
    is_declared: Annotated[bool, Head("declared")] = False
    is_found: Annotated[bool, Head("shown")] = False
    """Whether the query finds it among the judgements of the ledger."""


@dataclass(frozen=True, slots=True)
class TensionRow(EntryRow):
    """Statements that sit badly together, a gap, or a trap for a reader."""

    statements: Annotated[tuple[str, ...], Head("statements")] = ()
    raised: Annotated[bool | None, Head("raised")] = None
    """Whether its expression holds or is likely; None: it has none that can be tested."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all stand."""

    id: str
    kind: Annotated[str, Head("kind")]
    """`denial`, `expressions`, `judgement`, `stance` or `exclusive`."""
    statements: Annotated[tuple[str, ...], Head("statements")]
    """Two; of judgements all that condemn or accept the act, of expressions all that are checked
    by either."""
    holders: Annotated[tuple[str, ...], Head("holders")]
    """Of each statement."""
    sides: Annotated[tuple[str, ...], Head("sides")]
    """Of each statement."""
    same_side: Annotated[bool, Head("same side")]
    """Whether all of them stand on one side."""
    about: Annotated[str, Head("about")]
    """What they are about: an act, a target, an expression, or the word that excludes."""


def kind_words(kind: str) -> str:
    """A kind of contradiction or double standard, or of a change, for a reader."""
    return {
        "denial": _("one denies the other"),
        "expressions": _("they cannot all be true"),
        "judgement": _("one act is judged both ways"),
        "stance": _("for and against"),
        "exclusive": _("each says that it alone is so"),
        "actors": _("the same act of two actors"),
        "word_against_deed": _("word against deed"),
        "yardsticks": _("one act, two yardsticks"),
        "raised": _("raised"),
        "lowered": _("lowered"),
        "turned": _("turned round"),
        "modality": _("modality"),
        "strength": _("strength"),
    }.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Entries whose verdicts do not fit together."""

    id: str
    kind: str
    """`same` or `opposite`: they say the same, or the opposite of each other; `bounds`: what they
    assert of one number leaves no room; `untested`: one is not tested, though another tests it;
    `vacuous`: one holds, and its condition or cause does not; `contrast`: a contrast fails though
    all its sides hold, or holds though a side fails, or a thesis and its causes hold without its
    effect."""
    statements: Annotated[tuple[str, ...], Head("statements")]
    """Entries, in the order of the ledger."""
    verdicts: Annotated[tuple[str, ...], Head("verdicts")]
    """On each entry."""
    about: Annotated[str, Head("about")]
    """The first expression among them; empty: none has one."""

    @property
    def words(self) -> str:
        """What does not fit, for a reader."""
        return {
            "same": _("they say the same"),
            "opposite": _("they say the opposite of each other"),
            "bounds": _("what they say of one number cannot all be true"),
            "untested": _("one is not tested, though another tests the same"),
            "vacuous": _("it holds, and its condition or cause does not"),
            "contrast": _("a contrast or thesis comes out apart from its sides"),
        }[self.kind]

    @property
    def pairs(self) -> str:
        """Every entry with its verdict."""
        pairs = zip(self.statements, self.verdicts, strict=True)
        return "; ".join(f"{name} {verdict_words(verdict)}" for name, verdict in pairs)


@dataclass(frozen=True, slots=True)
class ModalityDrift:
    """What became of a statement when it was passed on."""

    id: Annotated[str, Head("retelling")]
    """The retelling."""
    source: Annotated[str, Head("of")]
    """What it retells."""
    by: str
    source_by: str
    modality: Annotated[str, Head("retold as")]
    source_modality: Annotated[str, Head("said as")]
    cue: str
    source_cue: str
    change: Annotated[str, Head("change")]
    """`raised`, `lowered`, or `turned` where one denies what the other affirms."""
    in_what: Annotated[str, Head("in")]
    """`modality` or `strength`."""
    steps: Annotated[int, Head("steps")]
    """How far: steps of modality; 0 for strength."""
    passed_on_by: Annotated[str, Head("passed on by")] = ""
    """Who gave it this form: the first reporter who is an actor, else who utters it."""
    also: Annotated[tuple[str, ...], Head("also")] = ()
    """Other entries of the same place that retell the same: one change, told once."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """On what a side takes no stance among the statements of the ledger, while another does."""

    side: Annotated[str, Head("side")]
    subject: Annotated[str, Head("takes no stance on")]
    """An actor, a thing, or an act."""
    said_by: Annotated[tuple[str, ...], Head("who does")]
    """Sides that do."""
    n_statements: Annotated[int, Head("its statements here")] = 0
    """Statements of the side that were looked at: those of the ledger, no search."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the ledger speaks of, and what nobody mentions."""

    facts_unmentioned: tuple[str, ...]
    """Facts of the case that no expression of the ledger names."""
    unsaid: tuple[Unsaid, ...]
    n_tested: int
    """Entries with a verdict from draws."""
    n_entries: int


@dataclass(frozen=True, slots=True)
class ThesisEdge:
    """A causal thesis as an arrow."""

    id: Annotated[str, Head("id")]
    cause: Annotated[str, Head("cause")]
    effect: Annotated[str, Head("effect")]
    verdict: str
    share: Annotated[float | None, Head("share of draws")]
    holder: Annotated[str, Head("holder")]


@dataclass(frozen=True, slots=True)
class ThesisGraph:
    """Causal theses as a graph."""

    nodes: tuple[tuple[str, str], ...]
    """(id or word, verdict on it where it is a statement, else empty)."""
    edges: tuple[ThesisEdge, ...]


@dataclass(frozen=True, slots=True)
class SpeakerScore:
    """How well a speaker has predicted, by what is due.

    Due, decided early, open, void and expired predictions add to all of them. Those that
    come early are no sample of those that do not come, so nothing is scored before its day.
    """

    speaker: Annotated[str, Head("holder")]
    n_predictions: Annotated[int, Head("predictions")]
    n_due: Annotated[int, Head("due")]
    """Predictions whose day is over."""
    n_resolved: Annotated[int, Head("of them scored")]
    """Of those due: decided, by evidence or by silence."""
    n_early: Annotated[int, Head("decided early")]
    """Decided before their day, or without one: counted, not scored."""
    n_open: Annotated[int, Head("open")]
    """Not due and not decided."""
    n_void: Annotated[int, Head("void")]
    n_expired: Annotated[int, Head("expired")]
    brier: Annotated[float | None, Head("Brier score")]
    """Mean over what is due and resolved; None: nothing is."""
    brier_low: Annotated[float | None, Head("at best")] = None
    """The same if what is due and undecided came out as best for the speaker."""
    brier_high: Annotated[float | None, Head("at worst")] = None
    """The same if it came out as worst."""


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Predictions that claimed about the same probability, and how many came true."""

    low: Annotated[float, Head("from")]
    high: Annotated[float, Head("to")]
    n: Annotated[int, Head("scored")]
    """Due and resolved; the means are over these."""
    mean_probability: Annotated[float | None, Head("claimed")]
    """None: none is due and resolved."""
    share_true: Annotated[float | None, Head("came true")]
    n_undecided: Annotated[int, Head("due, undecided")] = 0
    """Due, and nothing decides them."""
    n_early: Annotated[int, Head("decided early")] = 0
    n_open: Annotated[int, Head("open")] = 0


@dataclass(frozen=True, slots=True)
class Predictions:
    """Scores and calibration of predictions."""

    scores: tuple[SpeakerScore, ...]
    calibration: tuple[CalibrationBin, ...]

    def words(self) -> str:
        """What is scored and what is not, in a sentence; empty without predictions."""
        names = ("predictions", "due", "resolved", "early", "open", "void", "expired")
        n = {name: sum(getattr(one, f"n_{name}") for one in self.scores) for name in names}
        if not n["predictions"]:
            return ""
        n["undecided"] = n["due"] - n["resolved"]
        scored = ngettext(
            "{resolved} of {predictions} prediction is due and scored",
            "{resolved} of {predictions} predictions are due and scored",
            n["predictions"],
        )
        others = {
            "undecided": _("{undecided} due and undecided"),
            "early": _("{early} decided early, scored once the day is over"),
            "open": _("{open} open"),
            "void": _("{void} void"),
            "expired": _("{expired} expired"),
        }
        told = [scored, *(text for name, text in others.items() if n[name])]
        return "; ".join(told).format(**n) + "."


@dataclass(frozen=True, slots=True)
class SignalingYear:
    """What the signaling game says of a cut-off that starts in one month."""

    start: Annotated[str, Head("start", is_date=True)]
    measure: Annotated[str, Head("measure")]
    length: Annotated[int, Head("length", "month")]
    """[month]"""
    credible_share: Annotated[float | None, Head("credible", "share of draws")]
    """Part of the draws in which the sender gains by cutting off the target as it is then."""
    rhetoric_share: Annotated[float | None, Head("only talk", "share of draws")]
    """Part in which threats are talk: it does not gain, whatever it believes."""
    explaining_matters_share: Annotated[float | None, Head("words matter", "share of draws")]
    """Part in which what the sender does hangs on what the target says."""
    pooling_share: Annotated[float | None, Head("pooling", "share of draws")]
    """Part with an equilibrium in which both types of the target do the same."""
    separating_share: Annotated[float | None, Head("separating", "share of draws")]
    """Part with an equilibrium in which what the target does tells its type."""
    threshold: Annotated[float | None, Head("belief needed")]
    """Middle draw's belief in dependence from which a cut-off pays, 0-1; above 1: never."""
    n_draws: Annotated[int, Head("draws")] = 1
    n_without: Annotated[int, Head("draws without an answer")] = 0
    """Draws without an answer, as something is missing; with any, no share is told."""
    missing: Annotated[tuple[str, ...], Head("missing")] = ()


@dataclass(frozen=True, slots=True)
class Signaling:
    """The signaling game over years, and the parameters that no data give."""

    years: tuple[SignalingYear, ...]
    parameters: Mapping[str, tuple[float, float, float]]
    """Parameter → low, central, high."""


@dataclass(frozen=True, slots=True)
class StatementTable(Tabled):
    """The ledger of a case with its verdicts, and what it shows as a whole."""

    as_of: str
    statements: tuple[StatementRow, ...]
    contrasts: tuple[ContrastRow, ...]
    contradictions: tuple[Contradiction, ...]
    modality_drift: tuple[ModalityDrift, ...]
    double_standards: tuple[DoubleStandardRow, ...]
    tensions: tuple[TensionRow, ...]
    coverage: Coverage
    theses: ThesisGraph
    predictions: Predictions
    signaling: Signaling | None
    provenance: Provenance
    misfits: tuple[Misfit, ...] = ()
    """Entries whose verdicts do not fit together."""

    def draws_words(self) -> str:
        """Over how many draws verdicts are, by what was done and not by what was asked."""
        made = self.provenance
        counts = sorted({row.n_draws for row in self.statements if row.share is not None})
        if made.n_draws == 1:
            return _("all inputs at their central values: nothing on how sure it is")
        if counts == [1]:
            return _("nothing that is uncertain decides a verdict")
        if len(counts) > 1:
            return _("{n} draws where programs are solved, {more} elsewhere, seed {seed}").format(
                n=counts[0], more=counts[-1], seed=made.seed
            )
        n = counts[0] if counts else made.n_draws
        return _("{n} draws, seed {seed}").format(n=n, seed=made.seed)

    def evidence_tally(self, kinds: Sequence[str] = EVIDENCE) -> str:
        """How many statements hold and fail by each of some kinds of evidence, in words."""
        parts = []
        for kind in kinds:
            verdicts = [row.verdict for row in self.statements if row.evidence == kind]
            held, failed = (
                sum(verdict in those for verdict in verdicts)
                for those in (("holds", "likely"), ("fails", "unlikely"))
            )
            words = _("{evidence}: {held} hold, {failed} fail")
            if {"likely", "unlikely"} & {*verdicts}:
                words = _("{evidence}: {held} hold or are likely, {failed} fail or are unlikely")
            if kind == SAID:
                words = _("{evidence}: {n} not shown")
            if verdicts:
                evidence, n = evidence_words(kind), len(verdicts)
                parts.append(words.format(evidence=evidence, n=n, held=held, failed=failed))
        return "; ".join(parts)

    def _repr_html_(self) -> str:
        """A table in a notebook."""
        return html_table(statement_columns(), self.statements, _("Statements"))


def statement_columns() -> tuple[Column, ...]:
    """What is shown of a statement."""
    return (
        *headed(StatementRow, "id holder"),
        modality_column(),
        verdict_column(),
        evidence_column(),
        *headed(StatementRow, "share standard_error due reason"),
    )


_CHECKED = "n_draws expression document place said_by missing flips_in"
"""What all entries say of how they were checked."""


@tables_of.register
def statement_tables(table: StatementTable) -> tuple[ResultTable, ...]:
    """A ledger as whole tables."""
    scores, game, verdict = table.predictions, table.signaling, verdict_column()
    entry = ("id", verdict, evidence_column(), f"share standard_error reason {_CHECKED}")
    misfit = Column(_("what does not fit"), lambda row: row.words, exact="kind")
    return (
        table_of(
            "statements", _("Statements"), StatementRow, table.statements, *statement_columns(),
            "kind by said polarity stance target probability outcome decided_early brier "
            f"reporters retells expires {_CHECKED}",
        ),
        table_of("contrasts", _("Contrasts"), ContrastRow, table.contrasts, *entry,
                 "by between verdicts"),
        table_of("double_standards", _("Double standards"), DoubleStandardRow,
                 table.double_standards, *entry,
                 "judge act kind judgements statements is_declared is_found"),
        table_of("tensions", _("Tensions"), TensionRow, table.tensions, *entry,
                 "statements raised"),
        table_of("contradictions", _("Contradictions"), Contradiction, table.contradictions,
                 "kind statements holders sides same_side about"),
        table_of("misfits", _("Verdicts that do not fit together"), Misfit, table.misfits, misfit,
                 "statements verdicts about"),
        table_of("modality_drift", _("Retold otherwise"), ModalityDrift, table.modality_drift,
                 "id passed_on_by also source source_modality modality change in_what steps"),
        table_of("unsaid", _("On what sides take no stance"), Unsaid, table.coverage.unsaid,
                 "side subject n_statements said_by"),
        table_of("theses", _("Theses"), ThesisEdge, table.theses.edges, "id cause effect", verdict,
                 "share holder"),
        table_of("scores", _("Scores of predictions"), SpeakerScore, scores.scores,
                 "speaker n_predictions n_due n_resolved n_early n_open n_void n_expired brier "
                 "brier_low brier_high"),
        table_of("calibration", _("Calibration of predictions"), CalibrationBin, scores.calibration,
                 "low high n mean_probability share_true n_undecided n_early n_open"),
        table_of(
            "signaling", _("Signaling"), SignalingYear, game.years if game else (),
            "start measure length credible_share rhetoric_share threshold "
            "explaining_matters_share pooling_share separating_share n_draws n_without missing",
        ),
    )  # fmt: skip
