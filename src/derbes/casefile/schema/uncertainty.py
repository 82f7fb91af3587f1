"""Entries of what is not certain: scenarios, correlations, reference classes, hazards."""

from typing import Annotated

from pydantic import Field

from derbes.casefile.schema.elements import VariantEntry
from derbes.casefile.schema.entries import (
    Day,
    ElementEntry,
    Entry,
    Kind,
    MeasureId,
    Number,
    QuantityEntry,
    ScenarioId,
    SourceId,
    Words,
)


class ScenarioEntry(VariantEntry):
    """A possible future with its probability, written as a variant is.

    The scenarios of a case exclude each other, and their probabilities add to 1. A
    variant has them too; what they change in elements that the variant took away falls
    away there.
    """

    probability: Number
    """How likely it is: `1/3`, `33.3 %` or `0.333`."""
    include_from: ScenarioId = ""
    """Scenario, or variant, whose changes are made first."""


class CorrelationEntry(Entry):
    """How inputs vary together; pairs that are not named do not."""

    between: Annotated[list[str], Field(min_length=2)]
    """Paths of quantities that have a range or a distribution, e.g.
    `[suppliers.north.price, suppliers.south.price]`, or of hazards; of more than two,
    each with each."""
    rank: Number
    """Spearman's rank correlation of each pair, -1 to 1."""
    why: Words = ""
    """How it was reasoned."""


class ProjectEntry(Entry):
    """One project of a reference class: when it was to be done, and when it was."""

    name: Words
    """What it is."""
    planned: Day
    """Month in which it was to be done when it was decided."""
    achieved: Day | None = None
    """Month in which it was done."""
    unfinished_at: Day | None = None
    """Month in which it was known not to be done; in place of `achieved`."""
    source: SourceId = ""
    """Fact or document that the dates are taken from."""


class ReferenceClassEntry(ElementEntry):
    """Projects like the one in question: how late they were.

    `delay: {value: 0, distribution: {reference: my_class}}` draws a plant's delay from
    them, and so does an `opening`; projects that are not done count as at least so late.
    """

    projects: Annotated[list[ProjectEntry], Field(min_length=1)]
    """The projects."""


class HazardEntry(ElementEntry):
    """How often a measure comes, and for how long."""

    measure: MeasureId
    """What comes."""
    rate: Annotated[QuantityEntry, Kind("1/year", above=0.0, also=("",), constant=True)]
    """Expected starts a year while none runs: `5 %/year`."""
    length: Annotated[QuantityEntry, Kind("month", above=0.0, constant=True)]
    """How long it runs, with its range or distribution."""
