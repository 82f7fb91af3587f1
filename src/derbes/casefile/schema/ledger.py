"""Entries of the ledger: statements, contrasts, double standards, tensions."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from derbes.casefile.schema.entries import (
    ActorId,
    ElementEntry,
    Entry,
    Id,
    Label,
    LooseDate,
    Number,
    Reference,
    Words,
)

AGAINST = ("-", "−", "minus", "against", "-1")
FOR = ("+", "plus", "for", "1", "+1")

Sign = Annotated[
    Literal["+", "0", "-", "for", "neutral", "against", "plus", "minus", "−", "1", "+1", "-1"],
    WithJsonSchema(
        {
            "enum": [
                *("+", "0", "-", "for", "neutral", "against", "plus", "minus", "−"),
                *("1", "+1", "-1", 1, 0, -1),
            ]
        }
    ),
]
StatementId = Annotated[str, Reference(("statements",), "statement")]
LedgerId = Annotated[
    str,
    Reference(
        ("statements", "contrasts", "double_standards", "tensions"), "statement of the ledger"
    ),
]
ReporterId = Annotated[str, Reference(("actors", "documents"), "actor or document")]
Expression = Annotated[str, Field(min_length=1, max_length=20_000)]


class LedgerEntry(ElementEntry):
    """What every entry of the ledger says of itself.

    Each has a check, `holds_if`, or says in `untestable` why there is none; a prediction
    may say in `yes_if` or `resolution` what decides it.
    """

    at: Annotated[str, Field(min_length=1)] = ""
    """Document that it stands in, by id, and the place in it: `oped P19.2`."""
    says: Label
    """What it says, in the ledger's own words, one text or by language."""
    holds_if: Expression = ""
    """Expression that is true when it holds."""
    untestable: Words = ""
    """Why no check is possible: what is missing, or why nothing could decide it."""


class JudgementEntry(Entry):
    """How the holder of a statement judges an act."""

    act: Id
    """Word for the act, the same for the same act of others: `work_with_155_mm`."""
    of: ActorId
    """Whose act it is."""
    sign: Sign
    """`+` or `for`: accepted; `-` or `against`: condemned; `0` or `neutral`: neither."""
    shown_by: Literal["word", "deed"] = "word"
    """Whether it is said, or shown by what the holder does."""


class ResolutionEntry(Entry):
    """What would decide a prediction, in words."""

    yes: Words = ""
    """What would show that it has come true."""
    no: Words = ""
    """What would show that it has not."""
    void: Words = ""
    """What would show that it can no longer be decided."""


class StatementEntry(LedgerEntry):
    """Something that somebody said."""

    kind: Literal["fact", "quantity", "claim", "thesis", "prediction", "dependency", "report"] = (
        "claim"
    )
    """Part of the ledger that it belongs to."""
    by: ActorId
    """Who utters it."""
    holder: ActorId = ""
    """Whose view it is; without it, that of who utters it."""
    reporters: list[ReporterId] = Field(default_factory=list)
    """Actors or documents that pass it on."""
    said: LooseDate = ""
    """Day, month or year; without it, that of the document."""
    modality: Literal[
        "possibility",
        "capability",
        "intention",
        "decision",
        "fact",
        "prediction",
        "evaluation",
        "cause",
        "norm",
        "hypothesis",
        "question",
        "perception",
    ]
    """How it claims what it claims: could be, can be, is wanted, is decided, is, will be,
    is good or bad, comes from, ought to be, would be, is asked, is seen so."""
    denied: bool = False
    """Whether the modality is denied: no decision was taken, nobody intends."""
    cue: Words = ""
    """Word of the original that shows the strength, e.g. `неизбежно`."""
    phrase: Label = Field(default_factory=dict)
    """Short key phrase in the original, by language."""
    stance: dict[Id, Sign] = Field(default_factory=dict)
    """Actor, or word for a thing → `+` or `for`, `0` or `neutral`, `-` or `against`."""
    judges: list[JudgementEntry] = Field(default_factory=list)
    """Acts of others, or its own, that it judges."""
    retells: list[StatementId] = Field(default_factory=list)
    """Statements that it passes on, nearest first."""
    cause: list[Words] = Field(default_factory=list)
    """Of a thesis: statements or words for the causes."""
    effect: list[Words] = Field(default_factory=list)
    """Of a thesis: statements or words for the effects."""
    condition: Expression = ""
    """Of a prediction: expression that must be true for it to count."""
    due: LooseDate = ""
    """Of a prediction: date by which it is decided."""
    yes_if: Expression = ""
    """Of a prediction: expression that is true when it has come true."""
    no_if: Expression = ""
    """Of a prediction: expression that is true when it has not."""
    void_if: Expression = ""
    """Of a prediction: expression that is true when it can no longer be decided."""
    resolution: ResolutionEntry | None = None
    """Of a prediction: what would decide it, in words."""
    probability: Number | None = None
    """Probability that its words imply, where it differs from the table of cues."""
    expires: LooseDate = ""
    """Date after which it says nothing any more."""


class ContrastEntry(LedgerEntry):
    """Not this but that."""

    by: ActorId
    """Who draws it."""
    between: list[StatementId] = Field(default_factory=list)
    """Statements on its sides, as far as the ledger has them."""


class DoubleStandardEntry(LedgerEntry):
    """Same judge, same act, another actor and another judgement; or word against deed."""

    judge: ActorId
    """Who judges."""
    act: Id
    """Word for the act, as in `judges` of statements."""
    statements: list[LedgerId] = Field(default_factory=list)
    """Statements that show it."""


class TensionEntry(LedgerEntry):
    """Statements that sit badly together, a gap, or a trap for a reader."""

    statements: list[LedgerId] = Field(default_factory=list)
    """Statements that it lies between."""
