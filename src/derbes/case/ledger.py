"""What is said: statements, contrasts, double standards and tensions, each with its check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from derbes.case.quantity import Element, Label


class Modality(StrEnum):
    """How a statement claims what it claims."""

    POSSIBILITY = "possibility"
    CAPABILITY = "capability"
    INTENTION = "intention"
    DECISION = "decision"
    FACT = "fact"
    PREDICTION = "prediction"
    EVALUATION = "evaluation"
    CAUSE = "cause"
    NORM = "norm"
    HYPOTHESIS = "hypothesis"
    QUESTION = "question"
    PERCEPTION = "perception"


class StatementKind(StrEnum):
    """What part of a ledger a statement belongs to."""

    FACT = "fact"
    QUANTITY = "quantity"
    CLAIM = "claim"
    THESIS = "thesis"
    PREDICTION = "prediction"
    DEPENDENCY = "dependency"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Stance:
    """How the holder stands to somebody or something."""

    toward: str
    """Id of an actor, or a word for the thing."""
    sign: int
    """-1 against, 0 neutral, 1 for."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How the holder judges an act of somebody."""

    act: str
    """Word for the act, the same for the same act of others, e.g. `work_with_155_mm`."""
    of: str
    """Id of the actor whose act it is."""
    sign: int
    """-1 condemned, 0 neither, 1 accepted."""
    shown_by: str = "word"
    """`word` or `deed`."""


@dataclass(frozen=True, slots=True)
class Checked(Element):
    """What is written in a ledger, with a check or the reason why there is none."""

    says: Label = field(default_factory=dict)
    """What it says, in the ledger's own words."""
    document: str = ""
    """Document that it stands in."""
    place: str = ""
    """Place in the document, e.g. `P19.2`."""
    holds_if: str = ""
    """Expression that is true when it holds."""
    untestable: str = ""
    """Why no check is possible."""


@dataclass(frozen=True, slots=True)
class Statement(Checked):
    """Something that somebody said."""

    kind: StatementKind = StatementKind.CLAIM
    by: str = ""
    """Actor who utters it."""
    holder: str = ""
    """Actor whose view it is; empty: who utters it."""
    reporters: tuple[str, ...] = ()
    """Actors or documents that pass it on."""
    said: str = ""
    """Date: year, month or day; empty: that of the document."""
    modality: Modality = Modality.FACT
    denied: bool = False
    """Whether the modality is denied: no decision was taken, nobody intends."""
    cue: str = ""
    """Word that shows the strength, in the original, e.g. `неизбежно`."""
    phrase: Label = field(default_factory=dict)
    """Short key phrase in the original, by language."""
    stances: tuple[Stance, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    retells: tuple[str, ...] = ()
    """Statements that it passes on, nearest first."""
    cause: tuple[str, ...] = ()
    """Of a thesis: statements or words for the causes."""
    effect: tuple[str, ...] = ()
    """Of a thesis: statements or words for the effects."""
    condition: str = ""
    """Of a prediction: expression that must be true for it to count."""
    due: str = ""
    """Of a prediction: date by which it is decided."""
    yes_if: str = ""
    no_if: str = ""
    void_if: str = ""
    resolution: Mapping[str, str] = field(default_factory=dict)
    """`yes`, `no`, `void` → what would decide so, in words, where it is not computed."""
    probability: float | None = None
    """Probability that the wording implies, where it differs from the table of cues."""
    expires: str = ""
    """Date after which it says nothing any more."""


@dataclass(frozen=True, slots=True)
class Contrast(Checked):
    """Not this but that."""

    by: str = ""
    between: tuple[str, ...] = ()
    """Statements on its two sides, as far as the ledger has them."""


@dataclass(frozen=True, slots=True)
class DoubleStandard(Checked):
    """Same judge, same act, another actor and another judgement; or word against deed."""

    judge: str = ""
    act: str = ""
    statements: tuple[str, ...] = ()
    """Statements that show it."""


@dataclass(frozen=True, slots=True)
class Tension(Checked):
    """Statements that sit badly together, a gap, or a trap for a reader."""

    statements: tuple[str, ...] = ()
