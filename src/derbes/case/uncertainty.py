"""How inputs vary together, what like projects have done, how often measures come, and chances."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from derbes.case import forms
from derbes.case.forms import LACKING, NEEDED, Shown
from derbes.case.quantity import Element, FloatArray, IntArray, Label, Quantity


@dataclass(frozen=True, slots=True)
class Correlation:
    """How inputs vary together; pairs that are not named do not."""

    between: Annotated[
        tuple[str, str], forms.ListForm(forms.GIVEN, 2, 50), NEEDED, Shown("list of: path")
    ]
    """Paths of quantities that have a range or a distribution, e.g.
    `[suppliers.north.price, suppliers.south.price]`, or of hazards; of more than two,
    each with each."""
    rank: Annotated[float, forms.ShareForm(-1.0, 1.0), NEEDED, Shown("number, ≥ -1, ≤ 1")]
    """Spearman's rank correlation of each pair, -1 to 1."""
    why: Annotated[Label, forms.TEXTS] = field(default_factory=dict)
    """How it was reasoned."""
    at_line: int = 0


@dataclass(frozen=True, slots=True)
class ReferenceProject:
    """One project of a reference class: when it was to be done, and when it was."""

    name: Annotated[Label, forms.TEXTS, NEEDED]
    """What it is."""
    planned: ClassVar[Annotated[str, forms.DAY, NEEDED]]
    """Month in which it was to be done when it was decided."""
    achieved: ClassVar[Annotated[str, forms.DAY, LACKING]]
    """Month in which it was done."""
    unfinished_at: ClassVar[Annotated[str, forms.DAY, LACKING]]
    """Month in which it was known not to be done; in place of `achieved`."""
    overrun: float
    """Months later than planned; for an unfinished one, so far. [month]"""
    finished: bool = True
    source: Annotated[str, forms.SOURCE] = ""
    """Fact or document that the dates are taken from."""


@dataclass(frozen=True, slots=True)
class ReferenceClass(Element):
    """Projects like the one in question: how late they were.

    `delay: {value: 0, distribution: {reference: my_class}}` draws a plant's delay from
    them, and so does an `opening`; projects that are not done count as at least so late.
    """

    projects: Annotated[
        tuple[ReferenceProject, ...], forms.ListForm(forms.PartForm(ReferenceProject), 1), NEEDED
    ] = ()
    """The projects."""


@dataclass(frozen=True, slots=True)
class Hazard(Element):
    """How often a measure comes, and for how long."""

    measure: Annotated[str, forms.MEASURE, NEEDED] = ""
    """What comes."""
    rate: Annotated[Quantity | None, forms.InUnit("1/year", above=0.0, also=("",)), NEEDED] = None
    """Expected starts a year while none runs: `5 %/year`."""
    length: Annotated[Quantity | None, forms.LIFE_TIME, NEEDED] = None
    """How long it runs, with its range or distribution."""


@dataclass(frozen=True, slots=True)
class Chance(Element):
    """Something that may come, in which what was built for it is worth more: an option to use.

    It counts in no cost. Told is what it would save if it came, and from which probability on
    that pays for having it.
    """

    variant: Annotated[str, forms.VARIANT, NEEDED] = ""
    """What may come, as a variant of the case."""
    tag: Annotated[str, forms.ID, NEEDED] = ""
    """Tag of the recipes, exports and suppliers of that variant that are there only for it."""
    cost: Annotated[Quantity | None, forms.MONEY] = None
    """Paid to be ready for it, whether it comes or not, as worth in the first month; without
    it nothing."""


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
