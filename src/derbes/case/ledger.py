"""What is said: statements, contrasts, double standards and tensions, each with its check.

And what that rests on: facts and documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar

from derbes.case import forms
from derbes.case.forms import LACKING, NEEDED, Shown, SpelledAs
from derbes.case.quantity import Element, Label, Quantity

LEDGER = ("statements", "contrasts", "double_standards", "tensions")
"""Sections of the ledger."""

AGAINST = ("-", "−", "minus", "against", "-1")
FOR = ("+", "plus", "for", "1", "+1")
SIGN = forms.WordForm(
    ("+", "0", "-", "for", "neutral", "against", "plus", "minus", "−", "1", "+1", "-1"), (1, 0, -1)
)
STATEMENT = forms.TextForm(
    sections=("statements",), unknown='"{word}" is not a statement of this case'
)
OF_LEDGER = forms.TextForm(sections=LEDGER, unknown='"{word}" is not in the ledger of this case')
REPORTER = forms.TextForm(
    sections=("actors", "documents"), unknown='"{word}" is not an actor or document of this case'
)


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
    """How the holder of a statement judges an act."""

    act: Annotated[str, forms.ID, NEEDED, Shown("word")]
    """Word for the act, the same for the same act of others: `work_with_155_mm`."""
    of: Annotated[str, forms.ACTOR, NEEDED]
    """Whose act it is."""
    sign: Annotated[int, SIGN, NEEDED, Shown("`+`, `0` or `-`")]
    """`+` or `for`: accepted; `-` or `against`: condemned; `0` or `neutral`: neither."""
    shown_by: Annotated[str, forms.WordForm(("word", "deed"))] = "word"
    """Whether it is said, or shown by what the holder does."""


@dataclass(frozen=True, slots=True)
class Checked(Element):
    """What every entry of the ledger says of itself.

    Each has a check, `holds_if`, or says in `untestable` why there is none; a prediction
    may say in `yes_if` or `resolution` what decides it.
    """

    at: ClassVar[Annotated[str, forms.TextForm("id of documents, and the place", least=1)]]
    """Document that it stands in, by id, and the place in it: `oped P19.2`."""
    says: Annotated[Label, forms.TEXTS, NEEDED] = field(default_factory=dict)
    """What it says, in the ledger's own words."""
    document: str = ""
    """Document that it stands in."""
    place: str = ""
    """Place in the document, e.g. `P19.2`."""
    holds_if: Annotated[str, forms.EXPRESSION] = ""
    """Expression that is true when it holds."""
    untestable: Annotated[Label, forms.TEXTS] = field(default_factory=dict)
    """Why no check is possible: what is missing, or why nothing could decide it."""


@dataclass(frozen=True, slots=True)
class Statement(Checked):
    """Something that somebody said."""

    kind: Annotated[StatementKind, forms.WordForm(tuple(StatementKind))] = StatementKind.CLAIM
    """Part of the ledger that it belongs to."""
    by: Annotated[str, forms.ACTOR, NEEDED] = ""
    """Who utters it."""
    holder: Annotated[str, forms.ACTOR] = ""
    """Whose view it is; without it, that of who utters it."""
    reporters: Annotated[tuple[str, ...], forms.ListForm(REPORTER)] = ()
    """Actors or documents that pass it on."""
    said: Annotated[str, forms.DATE] = ""
    """Day, month or year; without it, that of the document."""
    modality: Annotated[Modality, forms.WordForm(tuple(Modality)), NEEDED] = Modality.FACT
    """How it claims what it claims: could be, can be, is wanted, is decided, is, will be,
    is good or bad, comes from, ought to be, would be, is asked, is seen so."""
    denied: Annotated[bool, forms.FlagForm()] = False
    """Whether the modality is denied: no decision was taken, nobody intends."""
    cue: Annotated[str, forms.WORDS] = ""
    """Word of the original that shows the strength, e.g. `неизбежно`."""
    phrase: Annotated[Label, forms.TEXTS] = field(default_factory=dict)
    """Short key phrase in the original, by language."""
    stances: Annotated[
        tuple[Stance, ...],
        forms.MapForm(forms.ID, SIGN),
        SpelledAs("stance"),
        Shown("word: `+`, `0` or `-`"),
    ] = ()
    """Actor, or word for a thing → `+` or `for`, `0` or `neutral`, `-` or `against`."""
    judgements: Annotated[
        tuple[Judgement, ...], forms.ListForm(forms.PartForm(Judgement)), SpelledAs("judges")
    ] = ()
    """Acts of others, or its own, that it judges."""
    retells: Annotated[tuple[str, ...], forms.ListForm(STATEMENT)] = ()
    """Statements that it passes on, nearest first."""
    same_as: Annotated[tuple[str, ...], forms.ListForm(STATEMENT)] = ()
    """Statements that claim the same under another id, where expressions alone do not show it;
    their verdicts must fit together."""
    restates: Annotated[tuple[str, ...], forms.ListForm(forms.WORDS)] = ()
    """Inputs of the case, by path, that its expression says again, so that it could not come
    out otherwise: its verdict is one by definition."""
    cause: Annotated[tuple[str, ...], forms.ListForm(forms.WORDS)] = ()
    """Of a thesis: statements or words for the causes."""
    effect: Annotated[tuple[str, ...], forms.ListForm(forms.WORDS)] = ()
    """Of a thesis: statements or words for the effects."""
    condition: Annotated[str, forms.EXPRESSION] = ""
    """Of a prediction: expression that must be true for it to count."""
    due: Annotated[str, forms.DATE] = ""
    """Of a prediction: date by which it is decided."""
    yes_if: Annotated[str, forms.EXPRESSION] = ""
    """Of a prediction: expression that is true when it has come true."""
    no_if: Annotated[str, forms.EXPRESSION] = ""
    """Of a prediction: expression that is true when it has not."""
    void_if: Annotated[str, forms.EXPRESSION] = ""
    """Of a prediction: expression that is true when it can no longer be decided."""
    resolution: Annotated[Mapping[str, Label], forms.PartForm(forms.WrittenResolution), LACKING] = (
        field(default_factory=dict)
    )
    """Of a prediction: what would decide it, in words."""
    probability: Annotated[float | None, forms.ShareForm(), LACKING] = None
    """Probability that its words imply, where it differs from the table of cues."""
    expires: Annotated[str, forms.DATE] = ""
    """Date after which it says nothing any more."""


@dataclass(frozen=True, slots=True)
class Contrast(Checked):
    """Not this but that."""

    by: Annotated[str, forms.ACTOR, NEEDED] = ""
    """Who draws it."""
    between: Annotated[tuple[str, ...], forms.ListForm(STATEMENT)] = ()
    """Statements on its sides, as far as the ledger has them."""


@dataclass(frozen=True, slots=True)
class DoubleStandard(Checked):
    """Same judge, same act, another actor and another judgement; or word against deed."""

    judge: Annotated[str, forms.ACTOR, NEEDED] = ""
    """Who judges."""
    act: Annotated[str, forms.ID, NEEDED, Shown("word")] = ""
    """Word for the act, as in `judges` of statements."""
    statements: Annotated[tuple[str, ...], forms.ListForm(OF_LEDGER)] = ()
    """Statements that show it."""


@dataclass(frozen=True, slots=True)
class Tension(Checked):
    """Statements that sit badly together, a gap, or a trap for a reader."""

    statements: Annotated[tuple[str, ...], forms.ListForm(OF_LEDGER)] = ()
    """Statements that it lies between."""


@dataclass(frozen=True, slots=True)
class Fact(Element):
    """A public fact with its source."""

    says: Annotated[Label, forms.TEXTS, NEEDED] = field(default_factory=dict)
    """What it says, in own words."""
    by: Annotated[str, forms.ACTOR] = ""
    """Who says it, where the fact is that somebody says so; without it, it is reported."""
    amount: Annotated[Quantity | None, forms.InUnit("{any}")] = None
    """The number in it."""
    date: Annotated[str, forms.DATE] = ""
    """Day, month or year that it speaks of."""
    document: Annotated[str, forms.DOCUMENT] = ""
    """Where it stands."""
    grade: Annotated[str, forms.GRADE, LACKING] = ""
    """A official figure, B published estimate, C derived from such, D assumption."""


@dataclass(frozen=True, slots=True)
class Document(Element):
    """A published text or table."""

    title: Annotated[Label, forms.TEXTS] = field(default_factory=dict)
    """Its title."""
    publisher: Annotated[Label, forms.TEXTS] = field(default_factory=dict)
    """Who published it."""
    date: Annotated[str, forms.DATE] = ""
    """Day, month or year of publication."""
    address: Annotated[str, forms.TEXT] = ""
    """Where it can be found."""
    licence: Annotated[Label, forms.TEXTS] = field(default_factory=dict)
    """Under what terms it may be used."""


# What words imply, by language. A convention, not a measurement: surveys of how readers take such
# words put the middle of "likely" near three quarters and of "almost certain" near 0.95 (Kent 1964,
# and the scale of ICD 203). Shown with every prediction; a statement can overrule it.

CERTAIN, LIKELY, POSSIBLE, DOUBTFUL, IMPOSSIBLE = 0.95, 0.75, 0.4, 0.1, 0.02
_CUES = {
    "ru": {
        CERTAIN: "неизбежно, неизбежен, можно не сомневаться, всё равно, все равно, автоматически, "
        "обязательно, несомненно, точно, вовсе, полностью, никаких",
        LIKELY: "очевидно, ожидается, скорее всего, вероятно, видимо, по сути",
        POSSIBLE: "может быть, возможно, возможность, потенциальный, может и",
        DOUBTFUL: "вряд ли, маловероятно",
        IMPOSSIBLE: "невозможно, невозможное",
    },
    "kk": {
        CERTAIN: "сөзсіз, міндетті түрде, бәрібір, күмәнсіз",
        LIKELY: "күтілуде, ықтимал, шамасы",
        POSSIBLE: "мүмкін, мүмкіндік",
        DOUBTFUL: "екіталай",
        IMPOSSIBLE: "мүмкін емес",
    },
    "en": {
        CERTAIN: "inevitably, certainly, without doubt, automatically, in any case",
        LIKELY: "expected, probably, likely, apparently",
        POSSIBLE: "may, might, possibly, possibility",
        DOUBTFUL: "hardly, unlikely",
        IMPOSSIBLE: "impossible",
    },
}
CUES: Mapping[str, Mapping[str, float]] = {
    language: {cue: chance for chance, cues in by.items() for cue in cues.split(", ")}
    for language, by in _CUES.items()
}
"""Language → cue → probability that it gives to what it qualifies."""


def cue_word(cue: str) -> str:
    """A cue as the table has it, without capitals and signs around it."""
    return " ".join(cue.casefold().split()).strip(".,;:!«»\"'")


def cue_probability(cue: str) -> float | None:
    """What a cue implies; None where the table does not have it.

    Examples:
        >>> cue_probability("Вряд ли"), cue_probability("ожидается"), cue_probability("хм")
        (0.1, 0.75, None)
    """
    word = cue_word(cue)
    for table in CUES.values():
        if word in table:
            return table[word]
    return None
