"""Programs some of whose columns are whole numbers: what is asked and what is found."""

from dataclasses import dataclass

from derbes.programs.solver.statement import FloatArray


@dataclass(frozen=True, slots=True)
class MixedAnswer:
    """What the solver found of a program with whole-numbered columns."""

    columns: FloatArray | None
    """Best point, whole where it must be; None: none was found."""
    bound: float
    """No point is better."""
    is_infeasible: bool
    is_in_time: bool
    """Whether the solver ended by itself."""


@dataclass(frozen=True, slots=True)
class MixedSettings:
    """How far and how long a program with whole-numbered columns is solved."""

    absolute_gap: float = 0.0
    relative_gap: float = 0.0
    time_limit: float | None = None
    """[second]"""
    start: FloatArray | None = None
    """A point to begin with. (columns,)"""
