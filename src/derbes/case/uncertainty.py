"""How inputs vary together, what like projects have done, and how often measures come."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derbes.case.quantity import Element, FloatArray, Quantity

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Correlation:
    """Rank correlation of two inputs, or of the arrivals of two hazards."""

    between: tuple[str, str]
    """Paths of quantities (`suppliers.north.price`), or two hazards (`hazards.embargo`)."""
    rank: float
    """Spearman's rank correlation, -1 to 1."""
    why: str = ""
    at_line: int = 0


@dataclass(frozen=True, slots=True)
class ReferenceProject:
    """One project of a reference class: how late it was."""

    name: str
    overrun: float
    """Months later than planned; for an unfinished one, so far. [month]"""
    finished: bool = True
    source: str = ""
    """Id of a fact or document."""


@dataclass(frozen=True, slots=True)
class ReferenceClass(Element):
    """Projects like the one in question, with planned and achieved dates."""

    projects: tuple[ReferenceProject, ...] = ()


@dataclass(frozen=True, slots=True)
class Hazard(Element):
    """How often a measure comes, and for how long."""

    measure: str = ""
    rate: Quantity | None = None
    """Expected starts a year while none runs. [1/year]"""
    length: Quantity | None = None
    """Length of the measure, with its range or distribution. [month]"""


@dataclass(frozen=True, slots=True)
class Draws:
    """Values of the uncertain inputs, one row a draw."""

    inputs: tuple[str, ...]
    """Paths of the inputs. (D,)"""
    values: FloatArray
    """Value of each input; of a series its first, the others in proportion. (N, D) [base unit]"""
    weights: FloatArray
    """Weights of the draws; they add to 1. (N,)"""
    scenarios: tuple[str, ...] = ()
    """Scenario of each draw; empty when the case has none. (N,)"""
    seed: int = 0
    method: str = "sobol"
    """`sobol`, `latin`, `random`, or `all` when every combination of discrete values stands."""
    first: int = 0
    """Position of the first row in its sequence; 0 unless a run is cut into blocks."""


@dataclass(frozen=True, slots=True)
class Events:
    """Measures that come in each draw; E is the most that one draw has."""

    measures: tuple[str, ...]
    """Measures that may come. (M,)"""
    measure: IntArray
    """Position in `measures`; -1: none. By start in each row. (N, E)"""
    start: IntArray
    """First period of the measure. (N, E) [period]"""
    length: IntArray
    """Periods in which it runs, cut off nowhere. (N, E) [period]"""
