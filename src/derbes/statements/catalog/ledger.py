"""Quantities of the ledger and of facts."""

from derbes.statements.catalog.parameters import (
    DATE,
    NUMBER,
    TRUTH,
    WORD,
    P,
    entry,
)
from derbes.statements.vocabulary import Engine, Takes

LEDGER = (
    entry(
        "fact",
        NUMBER,
        "{own}",
        Engine.LEDGER,
        P("id", Takes.FACT),
        says="Amount of a fact, in the unit that the fact is written in. Its id alone "
        "means the same.",
    ),
    entry(
        "date_of",
        DATE,
        "",
        Engine.LEDGER,
        P("id", Takes.DATED),
        says="Date of a fact or document, or the date on which a statement was made.",
    ),
    entry(
        "attested",
        TRUTH,
        "",
        Engine.LEDGER,
        P("id", Takes.FACT),
        P("grade", Takes.CHOICE, "B", ("A", "B", "C", "D")),
        says="Whether a fact stands in a document of the case with at least this grade. "
        "A fact dated after the day asked about is not yet attested.",
    ),
    entry(
        "indicator",
        NUMBER,
        "{own}",
        Engine.LEDGER,
        P("id", Takes.INDICATOR),
        says="A measurement on texts or a survey that stands among the facts under this id; "
        "while it does not, what names it cannot be tested and says so.",
    ),
    entry(
        "holds",
        TRUTH,
        "",
        Engine.LEDGER,
        P("id", Takes.CHECKED),
        says="Whether another entry of the ledger holds, in the same draw.",
    ),
    entry(
        "share",
        NUMBER,
        "share",
        Engine.LEDGER,
        P("id", Takes.CHECKED),
        says="Share of the draws in which another entry of the ledger holds.",
    ),
    entry(
        "verdict",
        WORD,
        "",
        Engine.LEDGER,
        P("id", Takes.CHECKED),
        says="Verdict on another entry of the ledger, to be compared with a word: verdict(C45) "
        '== "holds".',
    ),
    entry(
        "modality",
        WORD,
        "",
        Engine.LEDGER,
        P("id", Takes.STATEMENT),
        says='Modality of a statement, to be compared with a word: modality(F10) == "capability".',
    ),
    entry(
        "denied",
        TRUTH,
        "",
        Engine.LEDGER,
        P("id", Takes.STATEMENT),
        says="Whether a statement denies its modality: no decision was taken, nobody intends.",
    ),
    entry(
        "stance",
        NUMBER,
        "",
        Engine.LEDGER,
        P("id", Takes.STATEMENT),
        P("toward", Takes.WORD),
        says="Stance of a statement toward an actor or thing: 1 for, 0 neutral, -1 against; "
        "missing where it has none.",
    ),
    entry(
        "held_by",
        TRUTH,
        "",
        Engine.LEDGER,
        P("id", Takes.STATEMENT),
        P("actor", Takes.ACTOR),
        says="Whether an actor holds the view of a statement (its holder; without one, who "
        "utters it).",
    ),
    entry(
        "same_side",
        TRUTH,
        "",
        Engine.LEDGER,
        P("id", Takes.STATEMENT),
        P("other", Takes.STATEMENT),
        says="Whether the holders of two statements are on one side: the same actor, or actors "
        "with the same tag side_….",
    ),
    entry(
        "months_between",
        NUMBER,
        "month",
        Engine.LEDGER,
        P("earlier", Takes.MONTH),
        P("later", Takes.MONTH),
        says="Time between two dates, negative when the second is the earlier one.",
    ),
)
