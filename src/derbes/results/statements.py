"""What is said, run against what is known: verdicts, and what the ledger shows as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from derbes.language import _, ngettext
from derbes.results.supply import Provenance
from derbes.results.tables import (
    Column,
    ResultTable,
    Tabled,
    evidence_column,
    evidence_words,
    html_table,
    table_of,
    verdict_column,
    verdict_words,
)

MODEL, ARITHMETIC, ATTESTED, SAID, DEFINITION = (
    "model",
    "arithmetic",
    "attested",
    "said",
    "definition",
)
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

    id: str
    says: Mapping[str, str] = field(default_factory=dict)
    """What it says, by language."""
    document: str = ""
    place: str = ""
    expression: str = ""
    """What it is checked by; empty: nothing."""
    verdict: str = ""
    """`holds`, `likely`, `open`, `unlikely`, `fails`, `untestable`, `not_due`, `void`,
    `expired`."""
    share: float | None = None
    """Part of the draws in which it holds, 0-1; None where that is not known."""
    standard_error: float | None = None
    """Of the share."""
    reason: str = ""
    """Why the verdict is what it is, where the share does not say it."""
    n_draws: int = 0
    evidence: str = ""
    """Kind that the verdict rests on: `model`, `arithmetic`, `attested`, `said`, `definition`;
    empty where nothing was tested."""
    said_by: tuple[str, ...] = ()
    """Who says what it asks to be attested: actors, or publishers of reports."""
    missing: tuple[str, ...] = ()
    """Keys without which it cannot be tested."""
    flips_at: tuple[Flip, ...] = ()
    flips_in: tuple[str, ...] = ()
    """Variants in which the verdict turns over."""


@dataclass(frozen=True, slots=True)
class StatementRow(EntryRow):
    """A statement with its verdict."""

    kind: str = ""
    by: str = ""
    """Who utters it."""
    holder: str = ""
    """Whose view it is."""
    reporters: tuple[str, ...] = ()
    said: str = ""
    modality: str = ""
    polarity: str = ""
    """`affirmed` or `denied`."""
    cue: str = ""
    phrase: Mapping[str, str] = field(default_factory=dict)
    stance: str | None = None
    """`+`, `0` or `-` toward its first target; None: it takes none."""
    target: str | None = None
    stances: Mapping[str, str] = field(default_factory=dict)
    """Target → stance."""
    retells: tuple[str, ...] = ()
    due: str | None = None
    is_due: bool | None = None
    """Whether its date has come; None: it has none."""
    outcome: str | None = None
    """Of a prediction: `yes`, `no`, `void`; None: not decided."""
    decided_by: Mapping[str, str] = field(default_factory=dict)
    """Of a prediction: `yes`, `no`, `void` → what would decide so, in words."""
    probability: float | None = None
    """Of a prediction: what its wording implies, 0-1."""
    brier: float | None = None
    """Of a prediction that is decided and due: (probability - outcome) squared."""
    decided_early: bool = False
    """Whether it was decided before its day, or has none: shown, and not scored yet."""
    expires: str = ""


@dataclass(frozen=True, slots=True)
class ContrastRow(EntryRow):
    """Not this but that."""

    by: str = ""
    between: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    """Verdicts on the statements on its sides."""


@dataclass(frozen=True, slots=True)
class DoubleStandardRow(EntryRow):
    """A double standard: declared in the ledger, found by the query, or both."""

    judge: str = ""
    act: str = ""
    kind: str = ""
    """`actors`: the same act of two actors; `word_against_deed`: word and deed differ;
    `yardsticks`: one act of one actor, judged both ways; empty: declared, and not of a form
    that the query finds."""
    judgements: tuple[str, ...] = ()
    """Statement, actor, sign and whether by word or deed, one text each."""
    statements: tuple[str, ...] = ()
    is_declared: bool = False
    is_found: bool = False
    """Whether the query finds it among the judgements of the ledger."""


@dataclass(frozen=True, slots=True)
class TensionRow(EntryRow):
    """Statements that sit badly together, a gap, or a trap for a reader."""

    statements: tuple[str, ...] = ()
    raised: bool | None = None
    """Whether its expression holds or is likely; None: it has none that can be tested."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all stand."""

    id: str
    kind: str
    """`denial`, `expressions`, `judgement`, `stance` or `exclusive`."""
    statements: tuple[str, ...]
    """Two; of judgements all that condemn or accept the act, of expressions all that are checked
    by either."""
    holders: tuple[str, ...]
    """Of each statement."""
    sides: tuple[str, ...]
    """Of each statement."""
    same_side: bool
    """Whether all of them stand on one side."""
    about: str
    """What they are about: an act, a target, an expression, or the word that excludes."""


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
    statements: tuple[str, ...]
    """Entries, in the order of the ledger."""
    verdicts: tuple[str, ...]
    """On each entry."""
    about: str
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

    id: str
    """The retelling."""
    source: str
    """What it retells."""
    by: str
    source_by: str
    modality: str
    source_modality: str
    cue: str
    source_cue: str
    change: str
    """`raised`, `lowered`, or `turned` where one denies what the other affirms."""
    in_what: str
    """`modality` or `strength`."""
    steps: int
    """How far: steps of modality; 0 for strength."""
    passed_on_by: str = ""
    """Who gave it this form: the first reporter who is an actor, else who utters it."""
    also: tuple[str, ...] = ()
    """Other entries of the same place that retell the same: one change, told once."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """On what a side takes no stance among the statements of the ledger, while another does."""

    side: str
    subject: str
    """An actor, a thing, or an act."""
    said_by: tuple[str, ...]
    """Sides that do."""
    n_statements: int = 0
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

    id: str
    cause: str
    effect: str
    verdict: str
    share: float | None
    holder: str


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

    speaker: str
    n_predictions: int
    n_due: int
    """Predictions whose day is over."""
    n_resolved: int
    """Of those due: decided, by evidence or by silence."""
    n_early: int
    """Decided before their day, or without one: counted, not scored."""
    n_open: int
    """Not due and not decided."""
    n_void: int
    n_expired: int
    brier: float | None
    """Mean over what is due and resolved; None: nothing is."""
    brier_low: float | None = None
    """The same if what is due and undecided came out as best for the speaker."""
    brier_high: float | None = None
    """The same if it came out as worst."""


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Predictions that claimed about the same probability, and how many came true."""

    low: float
    high: float
    n: int
    """Due and resolved; the means are over these."""
    mean_probability: float | None
    """None: none is due and resolved."""
    share_true: float | None
    n_undecided: int = 0
    """Due, and nothing decides them."""
    n_early: int = 0
    n_open: int = 0


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
        told = [
            ngettext(
                "{resolved} of {predictions} prediction is due and scored",
                "{resolved} of {predictions} predictions are due and scored",
                n["predictions"],
            )
        ]
        undecided = n["due"] - n["resolved"]
        if undecided:
            told.append(_("{undecided} due and undecided"))
        if n["early"]:
            told.append(_("{early} decided early, scored once the day is over"))
        told += [
            text
            for name, text in (
                ("open", _("{open} open")),
                ("void", _("{void} void")),
                ("expired", _("{expired} expired")),
            )
            if n[name]
        ]
        return "; ".join(told).format(undecided=undecided, **n) + "."


@dataclass(frozen=True, slots=True)
class SignalingYear:
    """What the signaling game says of a cut-off that starts in one month."""

    start: str
    measure: str
    length: int
    """[month]"""
    credible_share: float | None
    """Part of the draws in which the sender gains by cutting off the target as it is then."""
    rhetoric_share: float | None
    """Part in which threats are talk: it does not gain, whatever it believes."""
    explaining_matters_share: float | None
    """Part in which what the sender does hangs on what the target says."""
    pooling_share: float | None
    """Part with an equilibrium in which both types of the target do the same."""
    separating_share: float | None
    """Part with an equilibrium in which what the target does tells its type."""
    threshold: float | None
    """Middle draw's belief in dependence from which a cut-off pays, 0-1; above 1: never."""
    n_draws: int = 1
    n_without: int = 0
    """Draws without an answer, as something is missing; with any, no share is told."""
    missing: tuple[str, ...] = ()


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
            held, failed = (
                sum(row.evidence == kind and row.verdict in verdicts for row in self.statements)
                for verdicts in (("holds", "likely"), ("fails", "unlikely"))
            )
            said = sum(row.evidence == kind for row in self.statements)
            if said and kind == SAID:
                words = _("{evidence}: {n} not shown")
                parts.append(words.format(evidence=evidence_words(kind), n=said))
            elif said:
                words = _("{evidence}: {held} hold, {failed} fail")
                parts.append(words.format(evidence=evidence_words(kind), held=held, failed=failed))
        return "; ".join(parts)

    def _repr_html_(self) -> str:
        """A table in a notebook."""
        return html_table(statement_columns(), self.statements, _("Statements"))


def statement_columns() -> tuple[Column, ...]:
    """What is shown of a statement."""
    return (
        Column(_("id"), "id"),
        Column(_("holder"), "holder"),
        Column(_("modality"), "modality"),
        verdict_column(),
        evidence_column(),
        Column(_("share of draws"), "share"),
        Column(_("standard error"), "standard_error"),
        Column(_("due"), "due", is_date=True),
        Column(_("reason"), "reason"),
    )


def _entry_columns(record: type, *without: str) -> list[Column]:
    """What all entries of a ledger have, but what stands in other columns."""
    known = {field.name for field in fields(record)}
    columns = (
        Column(_("id"), "id"),
        verdict_column(),
        evidence_column(),
        Column(_("share of draws"), "share"),
        Column(_("standard error"), "standard_error"),
        Column(_("reason"), "reason"),
        Column(_("draws"), "n_draws"),
        Column(_("expression"), "expression"),
        Column(_("document"), "document"),
        Column(_("place"), "place"),
        Column(_("said by"), "said_by"),
        Column(_("missing"), "missing"),
        Column(_("turns over in"), "flips_in"),
    )
    return [one for one in columns if one.path in known and one.path not in without]


def statement_tables(table: StatementTable) -> tuple[ResultTable, ...]:
    """A ledger as whole tables."""
    shown = statement_columns()
    told = [column.path for column in shown]
    said = (
        *shown,
        Column(_("kind"), "kind"),
        Column(_("by"), "by"),
        Column(_("said on"), "said", is_date=True),
        Column(_("polarity"), "polarity"),
        Column(_("stance"), "stance"),
        Column(_("toward"), "target"),
        Column(_("claimed"), "probability"),
        Column(_("outcome"), "outcome"),
        Column(_("decided early"), "decided_early"),
        Column(_("Brier score"), "brier"),
        Column(_("reporters"), "reporters"),
        Column(_("retells"), "retells"),
        Column(_("expires"), "expires", is_date=True),
        *_entry_columns(StatementRow, *told),
    )
    contrasts = (
        *_entry_columns(ContrastRow),
        Column(_("by"), "by"),
        Column(_("between"), "between"),
        Column(_("verdicts"), "verdicts"),
    )
    standards = (
        *_entry_columns(DoubleStandardRow),
        Column(_("judge"), "judge"),
        Column(_("act"), "act"),
        Column(_("kind"), "kind"),
        Column(_("judgements"), "judgements"),
        Column(_("statements"), "statements"),
        Column(_("declared"), "is_declared"),
        Column(_("shown"), "is_found"),
    )
    tensions = (
        *_entry_columns(TensionRow),
        Column(_("statements"), "statements"),
        Column(_("raised"), "raised"),
    )
    game = table.signaling
    return (
        table_of("statements", _("Statements"), StatementRow, table.statements, *said),
        table_of("contrasts", _("Contrasts"), ContrastRow, table.contrasts, *contrasts),
        table_of("double_standards", _("Double standards"), DoubleStandardRow,
               table.double_standards, *standards),
        table_of("tensions", _("Tensions"), TensionRow, table.tensions, *tensions),
        *_ledger_as_a_whole(table),
        table_of("signaling", _("Signaling"), SignalingYear, game.years if game else (),
               *_signaling_columns()),
    )  # fmt: skip


def _ledger_as_a_whole(table: StatementTable) -> Iterator[ResultTable]:
    """What entries show beside each other."""
    statements, about = Column(_("statements"), "statements"), Column(_("about"), "about")
    yield table_of(
        "contradictions", _("Contradictions"), Contradiction, table.contradictions,
        Column(_("kind"), "kind"), statements, Column(_("holders"), "holders"),
        Column(_("sides"), "sides"), Column(_("same side"), "same_side"), about,
    )  # fmt: skip
    yield table_of(
        "misfits", _("Verdicts that do not fit together"), Misfit, table.misfits,
        Column(_("what does not fit"), lambda row: row.words, exact="kind"), statements,
        Column(_("verdicts"), "verdicts"), about,
    )  # fmt: skip
    yield table_of(
        "modality_drift", _("Retold otherwise"), ModalityDrift, table.modality_drift,
        Column(_("retelling"), "id"), Column(_("passed on by"), "passed_on_by"),
        Column(_("also"), "also"), Column(_("of"), "source"),
        Column(_("said as"), "source_modality"), Column(_("retold as"), "modality"),
        Column(_("change"), "change"), Column(_("in"), "in_what"), Column(_("steps"), "steps"),
    )  # fmt: skip
    yield table_of(
        "unsaid", _("On what sides take no stance"), Unsaid, table.coverage.unsaid,
        Column(_("side"), "side"), Column(_("takes no stance on"), "subject"),
        Column(_("its statements here"), "n_statements"), Column(_("who does"), "said_by"),
    )  # fmt: skip
    yield table_of(
        "theses", _("Theses"), ThesisEdge, table.theses.edges,
        Column(_("id"), "id"), Column(_("cause"), "cause"), Column(_("effect"), "effect"),
        verdict_column(), Column(_("share of draws"), "share"), Column(_("holder"), "holder"),
    )  # fmt: skip
    yield table_of(
        "scores", _("Scores of predictions"), SpeakerScore, table.predictions.scores,
        Column(_("holder"), "speaker"), Column(_("predictions"), "n_predictions"),
        Column(_("due"), "n_due"), Column(_("of them scored"), "n_resolved"),
        Column(_("decided early"), "n_early"), Column(_("open"), "n_open"),
        Column(_("void"), "n_void"), Column(_("expired"), "n_expired"),
        Column(_("Brier score"), "brier"), Column(_("at best"), "brier_low"),
        Column(_("at worst"), "brier_high"),
    )  # fmt: skip
    yield table_of(
        "calibration", _("Calibration of predictions"), CalibrationBin,
        table.predictions.calibration, Column(_("from"), "low"), Column(_("to"), "high"),
        Column(_("scored"), "n"), Column(_("claimed"), "mean_probability"),
        Column(_("came true"), "share_true"), Column(_("due, undecided"), "n_undecided"),
        Column(_("decided early"), "n_early"), Column(_("open"), "n_open"),
    )  # fmt: skip


def _signaling_columns() -> tuple[Column, ...]:
    share = _("share of draws")
    return (
        Column(_("start"), "start", is_date=True),
        Column(_("measure"), "measure"),
        Column(_("length"), "length", _("month")),
        Column(_("credible"), "credible_share", share),
        Column(_("only talk"), "rhetoric_share", share),
        Column(_("belief needed"), "threshold"),
        Column(_("words matter"), "explaining_matters_share", share),
        Column(_("pooling"), "pooling_share", share),
        Column(_("separating"), "separating_share", share),
        Column(_("draws"), "n_draws"),
        Column(_("draws without an answer"), "n_without"),
        Column(_("missing"), "missing"),
    )
