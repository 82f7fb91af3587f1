"""What is said, run against what is known: verdicts, and what the ledger shows as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from derbes.language import _, ngettext
from derbes.results.books import Tabled, tables_of
from derbes.results.supply import Provenance
from derbes.results.tables import (
    Column,
    ResultTable,
    columns,
    evidence_column,
    evidence_words,
    html_table,
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
            verdicts = [row.verdict for row in self.statements if row.evidence == kind]
            held, failed = (
                sum(verdict in those for verdict in verdicts)
                for those in (("holds", "likely"), ("fails", "unlikely"))
            )
            words = _("{evidence}: {held} hold, {failed} fail")
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
        *columns(id=_("id"), holder=_("holder"), modality=_("modality")),
        verdict_column(),
        evidence_column(),
        *columns(share=_("share of draws"), standard_error=_("standard error")),
        *columns(is_date=True, due=_("due")),
        *columns(reason=_("reason")),
    )


def _entry_columns(*without: Column) -> list[Column]:
    """What all entries of a ledger have, but what stands in other columns."""
    entry = (
        *columns(id=_("id")), verdict_column(), evidence_column(),
        *columns(
            share=_("share of draws"), standard_error=_("standard error"), reason=_("reason"),
            n_draws=_("draws"), expression=_("expression"), document=_("document"),
            place=_("place"), said_by=_("said by"), missing=_("missing"),
            flips_in=_("turns over in"),
        ),
    )  # fmt: skip
    told = {column.path for column in without}
    return [one for one in entry if one.path not in told]


@tables_of.register
def statement_tables(table: StatementTable) -> tuple[ResultTable, ...]:
    """A ledger as whole tables."""
    told, entry, share = statement_columns(), _entry_columns(), _("share of draws")
    scores, game = table.predictions, table.signaling
    statements, about = columns(statements=_("statements"), about=_("about"))
    return (
        table_of(
            "statements", _("Statements"), StatementRow, table.statements, *told,
            *columns(kind=_("kind"), by=_("by")), *columns(is_date=True, said=_("said on")),
            *columns(
                polarity=_("polarity"), stance=_("stance"), target=_("toward"),
                probability=_("claimed"), outcome=_("outcome"),
                decided_early=_("decided early"), brier=_("Brier score"),
                reporters=_("reporters"), retells=_("retells"),
            ),
            *columns(is_date=True, expires=_("expires")), *_entry_columns(*told),
        ),
        table_of(
            "contrasts", _("Contrasts"), ContrastRow, table.contrasts, *entry,
            *columns(by=_("by"), between=_("between"), verdicts=_("verdicts")),
        ),
        table_of(
            "double_standards", _("Double standards"), DoubleStandardRow, table.double_standards,
            *entry,
            *columns(
                judge=_("judge"), act=_("act"), kind=_("kind"), judgements=_("judgements"),
                statements=_("statements"), is_declared=_("declared"), is_found=_("shown"),
            ),
        ),
        table_of(
            "tensions", _("Tensions"), TensionRow, table.tensions, *entry, statements,
            *columns(raised=_("raised")),
        ),
        table_of(
            "contradictions", _("Contradictions"), Contradiction, table.contradictions,
            *columns(kind=_("kind")), statements,
            *columns(holders=_("holders"), sides=_("sides"), same_side=_("same side")), about,
        ),
        table_of(
            "misfits", _("Verdicts that do not fit together"), Misfit, table.misfits,
            Column(_("what does not fit"), lambda row: row.words, exact="kind"), statements,
            *columns(verdicts=_("verdicts")), about,
        ),
        table_of(
            "modality_drift", _("Retold otherwise"), ModalityDrift, table.modality_drift,
            *columns(
                id=_("retelling"), passed_on_by=_("passed on by"), also=_("also"), source=_("of"),
                source_modality=_("said as"), modality=_("retold as"), change=_("change"),
                in_what=_("in"), steps=_("steps"),
            ),
        ),
        table_of(
            "unsaid", _("On what sides take no stance"), Unsaid, table.coverage.unsaid,
            *columns(
                side=_("side"), subject=_("takes no stance on"),
                n_statements=_("its statements here"), said_by=_("who does"),
            ),
        ),
        table_of(
            "theses", _("Theses"), ThesisEdge, table.theses.edges,
            *columns(id=_("id"), cause=_("cause"), effect=_("effect")), verdict_column(),
            *columns(share=share, holder=_("holder")),
        ),
        table_of(
            "scores", _("Scores of predictions"), SpeakerScore, scores.scores,
            *columns(
                speaker=_("holder"), n_predictions=_("predictions"), n_due=_("due"),
                n_resolved=_("of them scored"), n_early=_("decided early"), n_open=_("open"),
                n_void=_("void"), n_expired=_("expired"), brier=_("Brier score"),
                brier_low=_("at best"), brier_high=_("at worst"),
            ),
        ),
        table_of(
            "calibration", _("Calibration of predictions"), CalibrationBin, scores.calibration,
            *columns(
                low=_("from"), high=_("to"), n=_("scored"), mean_probability=_("claimed"),
                share_true=_("came true"), n_undecided=_("due, undecided"),
                n_early=_("decided early"), n_open=_("open"),
            ),
        ),
        table_of(
            "signaling", _("Signaling"), SignalingYear, game.years if game else (),
            *columns(is_date=True, start=_("start")), *columns(measure=_("measure")),
            *columns(_("month"), length=_("length")),
            *columns(share, credible_share=_("credible"), rhetoric_share=_("only talk")),
            *columns(threshold=_("belief needed")),
            *columns(
                share, explaining_matters_share=_("words matter"), pooling_share=_("pooling"),
                separating_share=_("separating"),
            ),
            *columns(
                n_draws=_("draws"), n_without=_("draws without an answer"), missing=_("missing")
            ),
        ),
    )  # fmt: skip
