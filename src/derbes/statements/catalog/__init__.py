"""Every quantity and set that an expression may use.

The reference page of quantities is made from this and from nothing else.
"""

from collections.abc import Mapping

from derbes.statements.catalog.calm import CALM
from derbes.statements.catalog.inputs import INPUTS
from derbes.statements.catalog.ledger import LEDGER
from derbes.statements.catalog.losses import LOSSES
from derbes.statements.catalog.parameters import MODALITY_WORDS, VERDICT_WORDS
from derbes.statements.catalog.sets import SETS, SETS_BY_NAME, SUMMARIES
from derbes.statements.catalog.survival import SURVIVAL
from derbes.statements.vocabulary import Entry, by_name

QUANTITIES: tuple[Entry, ...] = (*LEDGER, *INPUTS, *CALM, *SURVIVAL, *LOSSES)
"""All quantities, by subject and then by how much it takes to compute them."""

BY_NAME: Mapping[str, Entry] = by_name(QUANTITIES)
"""Quantities by name."""

__all__ = [
    "BY_NAME",
    "MODALITY_WORDS",
    "QUANTITIES",
    "SETS",
    "SETS_BY_NAME",
    "SUMMARIES",
    "VERDICT_WORDS",
]
