"""What is not certain: scenarios, correlations, reference classes, hazards."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import cast

from derbes.case.entities import Scenario
from derbes.case.quantity import MONTHS_A_YEAR, Element
from derbes.case.uncertainty import Correlation, Hazard, ReferenceClass, ReferenceProject
from derbes.casefile.build.decisions.aims import plain_number
from derbes.casefile.build.element import Filled, common
from derbes.casefile.schema.entries import Kind
from derbes.casefile.schema.uncertainty import (
    CorrelationEntry,
    HazardEntry,
    ProjectEntry,
    ReferenceClassEntry,
    ScenarioEntry,
)
from derbes.casefile.tree.nodes import Path
from derbes.language import _
from derbes.unit_names import DAYS_A_MONTH
from derbes.units import not_a_number

_FRACTION = re.compile(r"\s*([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*")


def make_scenario(filled: Filled, element_id: str, line: int) -> Element:
    """A scenario with its probability as written; its case is made by the reader."""
    entry = cast("ScenarioEntry", filled.entry)
    return Scenario(
        **common(entry, element_id, line), probability=_probability(filled, entry.probability)
    )


def _probability(filled: Filled, text: str) -> float:
    fraction = _FRACTION.fullmatch(text)
    if fraction is not None and not int(fraction[2]):
        error = not_a_number(text)
        filled.refuse(("probability",), error.what, error.fix)
        return 0.0
    if fraction is None:
        return plain_number(filled, text, ("probability",), Kind("", low=0.0, high=1.0)) or 0.0
    share = int(fraction[1]) / int(fraction[2])
    if share > 1.0:
        filled.refuse(
            ("probability",),
            _('{broken}, got "{text}"').format(
                broken=_("expected at most {limit}").format(limit=1), text=text
            ),
        )
    return share


def make_correlations(filled: Filled, line: int) -> Iterator[tuple[Correlation, tuple[int, int]]]:
    """The rank correlation of each two inputs that are named, and which of them they are."""
    entry = cast("CorrelationEntry", filled.entry)
    rank = plain_number(filled, entry.rank, ("rank",), Kind("", low=-1.0, high=1.0))
    for (i, first), (j, second) in combinations(enumerate(entry.between), 2):
        yield Correlation((first, second), rank or 0.0, entry.why, line), (i, j)


def make_reference_class(filled: Filled, element_id: str, line: int) -> Element:
    """Projects with their overruns."""
    entry = cast("ReferenceClassEntry", filled.entry)
    projects = tuple(
        _project(filled, one, ("projects", position)) for position, one in enumerate(entry.projects)
    )
    if not filled.findings and not any(project.finished for project in projects):
        filled.refuse(
            ("projects",),
            _("no project of the class is finished, so nothing can be drawn from it"),
            _("add a project with the month in which it was achieved"),
        )
    return ReferenceClass(**common(entry, element_id, line), projects=projects)


def _project(filled: Filled, entry: ProjectEntry, step: Path) -> ReferenceProject:
    if (entry.achieved is None) == (entry.unfinished_at is None):
        filled.refuse(
            step,
            _('"{name}" needs one of achieved and unfinished_at').format(name=entry.name),
            _("say when it was done, or when it was known not to be done"),
        )
    until = entry.achieved or entry.unfinished_at or entry.planned
    return ReferenceProject(
        name=entry.name,
        overrun=_months_between(entry.planned, until),
        finished=entry.achieved is not None,
        source=entry.source,
    )


def _months_between(planned: str, until: str) -> float:
    """Months from one date to another; days count where both have them."""
    (year, month, *day), (later_year, later_month, *later_day) = (
        [int(part) for part in date.split("-")] for date in (planned, until)
    )
    months = float((later_year - year) * MONTHS_A_YEAR + later_month - month)
    if day and later_day:
        months += (later_day[0] - day[0]) / DAYS_A_MONTH
    return months


def make_hazard(filled: Filled, element_id: str, line: int) -> Element:
    """How often a measure comes."""
    entry = cast("HazardEntry", filled.entry)
    found = filled.single()
    return Hazard(
        **common(entry, element_id, line),
        measure=entry.measure,
        rate=found["rate"],
        length=found["length"],
    )
