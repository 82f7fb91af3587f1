"""What made a result."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to make a result again."""

    case_name: str
    case_hash: str
    version: str
    """Version of derbes."""
    solver: str
    """Name and version of the solver."""
    n_draws: int = 1
    """1: central values only."""
    seed: int = 0
    """Of the draws; says nothing where nothing is drawn."""
    command: str = ""
    """Command that makes the result again; empty where none does, or none was noted."""
