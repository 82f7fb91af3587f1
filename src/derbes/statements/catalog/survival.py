"""Quantities of survival."""

from derbes.statements.catalog.parameters import (
    AT,
    BOUND,
    DATE,
    MEASURE,
    MONTHS,
    NUMBER,
    SENDER,
    TRUTH,
    USE,
    VARIANT,
    P,
    entry,
)
from derbes.statements.vocabulary import Engine, Takes

SURVIVAL = (
    entry(
        "cover",
        NUMBER,
        "month",
        Engine.CALM,
        P("of", Takes.GOOD_OR_USE),
        AT,
        VARIANT,
        says="How long what is in store of a good (of a use: of its good) before a month in the "
        "calm plan meets all calm demand for it from then on without any delivery, first expired "
        "first out; what expires or spoils on the way is not counted. Without bound where it "
        "never ends.",
    ),
    entry(
        "time_to_survive",
        NUMBER,
        "month",
        Engine.COVER,
        SENDER,
        AT,
        USE,
        MEASURE,
        BOUND,
        VARIANT,
        says="How long a use, or all essential uses together, are met while a measure that starts "
        "in that month goes on. Where they are met for as long as is looked at, it is known only "
        "to be at least that.",
    ),
    entry(
        "survives",
        TRUTH,
        "",
        Engine.COVER,
        SENDER,
        AT,
        MONTHS,
        USE,
        MEASURE,
        VARIANT,
        says="Whether a measure that starts in that month and lasts so long leaves nothing of a "
        "use, or of all essential uses, unmet, aftermath counted.",
    ),
    entry(
        "ended",
        TRUTH,
        "",
        Engine.COVER,
        SENDER,
        AT,
        MONTHS,
        USE,
        MEASURE,
        VARIANT,
        says="Whether the measure is survived at each start from that month on, one a quarter, to "
        "the end of the calendar.",
    ),
    entry(
        "ends",
        DATE,
        "",
        Engine.COVER,
        SENDER,
        MONTHS,
        USE,
        MEASURE,
        VARIANT,
        says="First month from which on every start of the measure is survived; later than any "
        "date where there is none.",
    ),
    entry(
        "meets",
        TRUTH,
        "",
        Engine.COVER,
        P("standard", Takes.STANDARD),
        VARIANT,
        says="Whether the case meets a standard of its own: every start, one a quarter, of its "
        "measure and length leaves its uses met to the share that it asks for.",
    ),
)
