"""What every element of a case has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Label = Mapping[str, str]
"""Text by language code; the empty code holds a text given without one."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is made of something that a case leaves open, or that is altered."""

    where: str
    """Path inside the case, e.g. `suppliers.north.lead_time`."""
    what: str
    fix: str = ""
    """How to settle it otherwise."""
    line: int = 0
    """Line in the case file, from 1; 0 when unknown."""


@dataclass(frozen=True, slots=True)
class Element:
    """What every element of a case has."""

    id: str
    label: Label = field(default_factory=dict)
    note: str = ""
    tags: tuple[str, ...] = ()
    at_line: int = 0
    """Line in the case file, from 1; 0 when unknown."""
