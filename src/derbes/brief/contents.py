"""What a brief is made of, and which part of it the first page is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from derbes.case.entities import Case, main_length, main_measure
from derbes.case.request import BASE
from derbes.language import _
from derbes.results.display import text_of
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.results.supply import (
    ALL_ESSENTIAL,
    Branch,
    CalmPlan,
    Cover,
    CoverRow,
    Leverage,
    LeverageEnd,
    LeverageRow,
)

OPTIMAL = "optimal"
MYOPIC = "myopic"
NOTHING = 1e-6
"""Unmet demand up to this share is rounding noise of the solver."""


@dataclass(frozen=True, slots=True)
class BriefContents:
    """Results that a brief tells.

    Calm plans are by variant. Of the branches, those of the main measure with the
    main length are drawn, by variant, bound and start; others are left aside.
    """

    case: Case
    cover: Cover
    leverage: Leverage
    calm: Mapping[str, CalmPlan]
    branches: tuple[Branch, ...] = ()
    plan: Plan | None = None
    """None where the case has nothing to decide."""
    plans: Mapping[str, Plan] = field(default_factory=dict)
    """Variant → its plan, to compare."""
    stress: Stress | None = None
    """None where nothing was drawn."""
    statements: StatementTable | None = None
    """None where the case has no ledger."""
    edge: tuple[LeverageRow, ...] = ()
    """Rows of the main measure and length at starts between those of the surface."""


@dataclass(frozen=True, slots=True)
class Focus:
    """Variant, measure, length and start that the first page is about."""

    variant: str
    measure: str
    """Empty when no measure was computed."""
    length: int
    """[month]"""
    start: str
    """ISO month of the first start."""
    milestones: tuple[str, ...]
    """The first start and up to two later ones, at round years."""
    worst: str
    """ISO month of the start that leaves the most essential demand unmet under the best
    response; the earliest of several, the first start when none leaves any."""
    harm: float
    """Unmet essential demand that the measure adds from that start. [unmet_unit]"""

    @property
    def shown(self) -> str:
        """ISO month of the start that page one draws."""
        return self.worst if self.harm else self.start


def focus_of(contents: BriefContents) -> Focus:
    """What the first page is about: the case's main measure, from the first start."""
    case = contents.case
    keys = contents.leverage.rows + contents.cover.rows
    computed = dict.fromkeys(row.measure for row in keys)
    measure = main_measure(case, computed)
    variant = next(iter(variants_of(contents)), BASE)
    lengths = sorted({row.length for row in keys if row.measure == measure})
    starts = sorted({row.start for row in keys if row.measure == measure})
    start = starts[0] if starts else case.calendar.label(0)
    step = case.calendar.step
    length = main_length(case, [case.calendar.periods(length) for length in lengths]) * step
    harms = {
        row.start: harm_of(row)
        for row in contents.leverage.rows
        if (row.variant, row.measure, row.length, row.bound) == (variant, measure, length, OPTIMAL)
    }
    harm = max(harms.values(), default=0.0)
    as_bad = [month for month, unmet in harms.items() if unmet >= harm * (1 - NOTHING)]
    return Focus(
        variant=variant,
        measure=measure,
        length=length,
        start=start,
        milestones=_milestones(starts),
        worst=min(as_bad) if harm else start,
        harm=harm,
    )


def harm_of(row: LeverageRow) -> float:
    """Unmet essential demand that the measure adds, 0 for rounding noise. [unmet_unit]

    It is noise where no use lacks a share worth telling in any month, or where it is
    nothing beside what is unmet in calm.
    """
    is_told = row.deepest_shortfall > NOTHING
    is_told &= row.unmet_essential > NOTHING * row.unmet_essential_gross
    return row.unmet_essential if is_told else 0.0


def is_all_net(row: LeverageRow) -> bool:
    """Whether calm leaves no essential demand unmet in the months of a row."""
    return row.unmet_essential_gross - row.unmet_essential <= NOTHING * row.unmet_essential_gross


def _milestones(starts: list[str]) -> tuple[str, ...]:
    """The first start, and the first of each later year that five divides, three in all."""
    later: dict[str, str] = {}
    for start in starts[1:]:
        year = start[:4]
        if int(year) % 5 == 0 and year != starts[0][:4]:
            later.setdefault(year, start)
    return (*starts[:1], *list(later.values())[:2])


def sender_of(case: Case, focus: Focus) -> str:
    """Actor who imposes the main measure; empty for an accident."""
    measure = case.measures.get(focus.measure)
    return measure.sender if measure else ""


def variants_of(contents: BriefContents) -> tuple[str, ...]:
    """Variants that were computed, the case as written first."""
    rows = contents.leverage.rows + contents.cover.rows
    names = dict.fromkeys([*(row.variant for row in rows), *contents.calm])
    return tuple(sorted(names, key=lambda name: name != BASE))


def cover_row(
    contents: BriefContents, focus: Focus, *, variant: str, start: str, use: str = ALL_ESSENTIAL
) -> CoverRow | None:
    """Cover under the main measure, at the main length where that was computed."""
    rows = [
        row
        for row in contents.cover.rows
        if (row.variant, row.measure, row.start, row.use) == (variant, focus.measure, start, use)
    ]
    exact = [row for row in rows if row.length == focus.length]
    return next(iter(exact or rows), None)


def leverage_row(
    contents: BriefContents, focus: Focus, *, variant: str, start: str, bound: str = OPTIMAL
) -> LeverageRow | None:
    """Losses from the main measure at the main length."""
    wanted = (variant, focus.measure, focus.length, start, bound)
    for row in contents.leverage.rows:
        if (row.variant, row.measure, row.length, row.start, row.bound) == wanted:
            return row
    return None


def end_of(
    contents: BriefContents, focus: Focus, *, variant: str, use: str = ALL_ESSENTIAL
) -> LeverageEnd | None:
    """When leverage ends in a variant, for the main measure and length."""
    wanted = (variant, focus.measure, focus.length, use)
    for end in contents.leverage.ends:
        if (end.variant, end.measure, end.length, end.use) == wanted:
            return end
    return None


def branch_of(
    contents: BriefContents, focus: Focus, *, variant: str, start: str, bound: str
) -> Branch | None:
    """Course of the main measure at the main length."""
    wanted = (variant, focus.measure, focus.length, start, bound)
    for branch in contents.branches:
        if (branch.variant, branch.measure, branch.length, branch.start, branch.bound) == wanted:
            return branch
    return None


def name_of(case: Case, section: str, id_: str) -> str:
    """Name of an element for a reader."""
    if section == "variants" and id_ == BASE:
        return _("as planned")
    if section == "uses" and id_ == ALL_ESSENTIAL:
        return _("all essential uses")
    element = getattr(case, section).get(id_)
    return text_of(element.label, id_) if element else id_.replace("_", " ")


def names_of(case: Case, section: str, ids: tuple[str, ...]) -> str:
    """Names of elements, separated by commas."""
    return ", ".join(name_of(case, section, id_) for id_ in ids)
