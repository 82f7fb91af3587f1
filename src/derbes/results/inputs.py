"""How an uncertain input was drawn."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawnInput:
    """One uncertain input and its distribution."""

    path: str
    """Path inside the case, e.g. `suppliers.north.price`."""
    unit: str
    value: float
    """Central value. [unit]"""
    low: float | None
    high: float | None
    distribution: str
    """`uniform`, `triangular`, `pert`, `lognormal`, `empirical`, `discrete`, `reference`."""
    is_stated: bool
    """False: the case gives only a range, which is drawn as a PERT about its value."""
    quantiles: Mapping[str, float]
    """Percent → value: 5, 50, 95. [unit]"""
    reference: str
    """Reference class; empty: none."""
    n_rows: int | None
    """Observed values or projects behind it; None: it rests on judgment."""
    n_unfinished: int | None
    """Projects of the reference class that are not finished."""
    open_share: float | None
    """Weight of the reference class that stands at the lateness so far of an unfinished
    project: a lower bound."""
    correlated: Mapping[str, float]
    """Other input → rank correlation."""
    grade: str
    why: str
