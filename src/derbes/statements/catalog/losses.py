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
    entry,
)
from derbes.statements.terms.vocabulary import Engine

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
        VARIANT,
        says="Unmet demand of a tier in all, or of one use, after a measure that starts in that "
        "month. A tier with several units cannot be summed: name a use.",
    ),
    entry(
        "deepest_shortfall",
        NUMBER,
        "share",
        Engine.LEVERAGE,
        *_LOSS,
        VARIANT,
        says="Largest unmet share of essential demand in one period.",
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
