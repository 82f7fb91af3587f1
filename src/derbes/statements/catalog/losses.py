"""Quantities of both sides' losses."""

from derbes.statements.catalog.parameters import (
    AT,
    BOUND,
    BUYER,
    MEASURE,
    MONTHS,
    NUMBER,
    SENDER,
    TIER,
    TRUTH,
    USE,
    VARIANT,
    P,
    entry,
)
from derbes.statements.vocabulary import Engine, Takes

_LOSS = (SENDER, AT, MONTHS, MEASURE, BOUND)
LOSSES = (
    entry(
        "leverage",
        NUMBER,
        "",
        Engine.LEVERAGE,
        *_LOSS,
        BUYER,
        VARIANT,
        says="Leverage ratio: target_loss over sender_cost, of a buyer who comes back and refills "
        "or who never comes back. Without bound where the sender loses nothing and the target "
        "something; 0 where the target loses nothing.",
    ),
    entry(
        "target_loss",
        NUMBER,
        "{money}",
        Engine.LEVERAGE,
        *_LOSS,
        VARIANT,
        says="What the measure costs the target more than the course without it, discounted to "
        "its start.",
    ),
    entry(
        "sender_cost",
        NUMBER,
        "{money}",
        Engine.LEVERAGE,
        *_LOSS,
        BUYER,
        VARIANT,
        says="Margin that the sender loses by the measure, discounted to its start.",
    ),
    entry(
        "premium",
        NUMBER,
        "share",
        Engine.LEVERAGE,
        SENDER,
        AT,
        MONTHS,
        MEASURE,
        VARIANT,
        says="Smallest rise of the sender's prices, as a share of them, that costs the target as "
        "much as being cut off; above any number where no rise up to 100 times the price does.",
    ),
    entry(
        "unmet",
        NUMBER,
        "{good}",
        Engine.LEVERAGE,
        *_LOSS,
        TIER,
        USE,
        P("gross", Takes.FLAG, "false"),
        VARIANT,
        says="Unmet demand of a tier in all, or of one use, that a measure which starts in that "
        "month adds to what is unmet without it; with gross=true all of it. A tier with several "
        "units cannot be summed: name a use.",
    ),
    entry(
        "deepest_shortfall",
        NUMBER,
        "share",
        Engine.LEVERAGE,
        *_LOSS,
        USE,
        VARIANT,
        says="Largest share of the demand of one essential use, the worst, in one period that the "
        "measure leaves unmet beyond what is unmet without it; or of the use that is named.",
    ),
    entry(
        "reserve_used",
        NUMBER,
        "share",
        Engine.LEVERAGE,
        *_LOSS,
        VARIANT,
        says="Largest part of a good's reserve that is not held in one period.",
    ),
    entry(
        "credible",
        TRUTH,
        "",
        Engine.LEVERAGE,
        SENDER,
        AT,
        MONTHS,
        MEASURE,
        VARIANT,
        says="Whether the sender gains more than it loses by cutting off a target that depends on "
        "it as the case says: the condition of the signaling game, at its central parameters.",
    ),
)
