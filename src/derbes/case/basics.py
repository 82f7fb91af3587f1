"""What every element of a case has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Label = Mapping[str, str]
"""Text by language code; the empty code holds a text given without one."""


@dataclass(frozen=True, slots=True)
class Element:
    """What every element of a case has."""

    id: str
    label: Label = field(default_factory=dict)
    note: str = ""
    tags: tuple[str, ...] = ()
    at_line: int = 0
    """Line in the case file, from 1; 0 when unknown."""
