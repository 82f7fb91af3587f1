"""What a user asks of a ledger, as it is written."""

from dataclasses import dataclass

QUERIES = (
    "contradictions",
    "drift",
    "double_standards",
    "tensions",
    "coverage",
    "theses",
    "predictions",
    "signaling",
)
"""Questions to a ledger as a whole."""
FORMATS = ("claimreview", "csv")
"""Formats that verdicts are exported in."""


@dataclass(frozen=True, slots=True)
class StatementWords:
    """What is asked for, as a user writes it."""

    by: tuple[str, ...] = ()
    """Holders or utterers whose statements are shown; empty: all."""
    verdicts: tuple[str, ...] = ()
    """Verdicts that are shown; empty: all."""
    draws: int = 32
    seed: int = 1
    as_of: str = ""
    """ISO date; empty: the last that the case knows of."""
    flips: int = 3
    """Inputs that are tried for each verdict; 0: none, and no variants."""
    has_signaling: bool = False
    """Whether the signaling game is wanted."""
