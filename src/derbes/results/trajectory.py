"""Paths over time: the calm plan, and one branch in full."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalmPlan:
    """The optimum without any measure, by calendar period."""

    variant: str
    months: tuple[str, ...]
    """ISO months. (T,)"""
    stock: Mapping[str, tuple[float, ...]]
    """Good → stock at the end of the period. [unit]"""
    reserve: Mapping[str, tuple[float, ...]]
    """Good → stock to be held. [unit]"""
    purchases: Mapping[str, tuple[float, ...]]
    """Supplier → arrivals. [unit/period]"""
    output: Mapping[str, tuple[float, ...]]
    """Recipe → output. [unit/period]"""
    exports: Mapping[str, tuple[float, ...]]
    demand: Mapping[str, tuple[float, ...]]
    """Use → demand. [unit/period]"""
    unmet: Mapping[str, tuple[float, ...]]
    """Use → unmet demand. [unit/period]"""
    money: tuple[float, ...]
    """Undiscounted. [money/period]"""
    plant_openings: Mapping[str, str | None]
    """Plant → ISO month of the first output, None when not within the calendar."""
    sender_share: Mapping[str, Mapping[str, tuple[float | None, ...]]]
    """Use → actor → part of what serves it that comes from that actor, upstream inputs
    counted: the largest share among its inputs. None where nothing serves it."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What happens after one measure starts, period by period from the start."""

    variant: str
    measure: str
    start: str
    length: int
    """[month]"""
    bound: str
    months: tuple[str, ...]
    served_share: Mapping[str, tuple[float, ...]]
    """Use → served part of demand, 0-1."""
    stock: Mapping[str, tuple[float, ...]]
    """Good → stock. [unit]"""
    unmet: Mapping[str, tuple[float, ...]]
    """Use → unmet demand. [unit/period]"""
    demand: Mapping[str, tuple[float, ...]]
    """Use → demand. [unit/period]"""
