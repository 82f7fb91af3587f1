"""What a user asks to be computed."""

from dataclasses import dataclass

BASE = "base"
"""Name of the case as written, among its variants."""


@dataclass(frozen=True, slots=True)
class Request:
    """Variants, measures, starts and lengths to look at."""

    variants: tuple[str, ...] = (BASE,)
    measures: tuple[str, ...] = ()
    """Empty: all of the case."""
    starts: tuple[int, ...] = ()
    """[period] Empty: every period of the calendar."""
    lengths: tuple[int, ...] = ()
    """[period] Empty: the lengths that each measure names."""
