"""The results that a brief tells, which part of them page one is about, and words shared."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from derbes.brief import format as fmt
from derbes.case.entities import Case, Measure, MeasureKind, main_length, main_measure, quantities
from derbes.case.options import optional_elements
from derbes.case.quantity import Quantity, Step
from derbes.case.request import BASE
from derbes.language import _, ngettext, text_of
from derbes.results.money import Ways
from derbes.results.plan import Plan
from derbes.results.statements import Signaling, StatementTable
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
from derbes.results.tables import tier_units, unit_words
from derbes.spelling import NO_BREAK

OPTIMAL = "optimal"
MYOPIC = "myopic"
MOST_CHARTED = 4
"""Variants that are all drawn; of more, those that page one compares."""
NOTHING = 1e-6
"""Unmet demand up to this share is rounding noise of the solver."""
Keyed = TypeVar("Keyed", CoverRow, LeverageRow, LeverageEnd, Branch)
"""Rows that say of which variant, measure and length they are."""


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


@dataclass(frozen=True)
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
    talk: Signaling | None = None
    """In which years the main measure pays its sender; None: an accident, or not asked."""
    edge: tuple[LeverageRow, ...] = ()
    """Rows of the main measure and length at starts between those of the surface."""

    @cached_property
    def focus(self) -> Focus:
        """What the first page is about: the case's main measure, from the first start."""
        case, calendar = self.case, self.case.calendar
        keys = self.leverage.rows + self.cover.rows
        measure = main_measure(case, dict.fromkeys(row.measure for row in keys))
        variant = next(iter(self.variants), BASE)
        own = [row for row in keys if row.measure == measure]
        starts = sorted({row.start for row in own})
        start = starts[0] if starts else calendar.label(0)
        lengths = sorted({calendar.periods(row.length) for row in own})
        length = main_length(case, lengths) * calendar.step
        about = (variant, measure, length, OPTIMAL)
        harms = {
            row.start: harm_of(row)
            for row in self.leverage.rows
            if (row.variant, row.measure, row.length, row.bound) == about
        }
        harm = max(harms.values(), default=0.0)
        as_bad = [month for month, unmet in harms.items() if unmet >= harm * (1 - NOTHING)]
        worst = min(as_bad) if harm else start
        round_years = {one[:4]: one for one in reversed(starts) if int(one[:4]) % 5 == 0}
        later = [one for year, one in sorted(round_years.items()) if year != start[:4]]
        return Focus(variant, measure, length, start, (*starts[:1], *later[:2]), worst, harm)

    @cached_property
    def inputs(self) -> Mapping[str, Quantity]:
        """Path → number of the case."""
        return {one.path: one for one in reversed(quantities(self.case))}

    @cached_property
    def unchosen(self) -> Case:
        """The case with the sellers and recipes that are there without any option."""
        case, closed = self.case, optional_elements(self.case.options)
        sellers = {id_: s for id_, s in case.suppliers.items() if f"suppliers.{id_}" not in closed}
        recipes = {
            id_: recipe
            for id_, recipe in case.recipes.items()
            if closed.isdisjoint((f"recipes.{id_}", f"plants.{recipe.plant}"))
        }
        return replace(case, suppliers=sellers, recipes=recipes)

    def name(self, section: str, id_: str) -> str:
        """Name of an element of the case for a reader."""
        return names_of(self.case, section, (id_,))

    def element(self, path: str) -> str:
        """Name of an element by its path; of what is none, the path."""
        section, _dot, id_ = path.partition(".")
        elements = getattr(self.case, section, None)
        is_named = isinstance(elements, Mapping) and hasattr(elements.get(id_), "label")
        return self.name(section, id_) if is_named else path

    def names(self, section: str, ids: Collection[str]) -> str:
        """Names of elements of the case, separated by commas."""
        return names_of(self.case, section, ids)

    @property
    def last_month(self) -> str:
        """The last month of the calendar, for a reader."""
        return fmt.date(self.case.calendar.end)

    @cached_property
    def variants(self) -> tuple[str, ...]:
        """Variants that were computed, the case as written first."""
        of_rows = [row.variant for row in self.leverage.rows]
        of_rows += [row.variant for row in self.cover.rows]
        return tuple(sorted(dict.fromkeys([*of_rows, *self.calm]), key=lambda name: name != BASE))

    @property
    def charted(self) -> tuple[str, ...]:
        """Variants that charts draw: all of a few, else that of page one beside no project."""
        if len(self.variants) <= MOST_CHARTED:
            return self.variants
        beside = self.case.without_project
        return tuple(v for v in self.variants if v in (self.focus.variant, beside))

    def charted_words(self) -> str:
        """Which variants charts leave out, and where they stand; empty where none is."""
        left = len(self.variants) - len(self.charted)
        text = ngettext(
            "{n} more variant is not drawn; the table of variants has it.",
            "{n} more variants are not drawn; the table of variants has them.",
            left,
        )
        return fmt.told(text, n=left) if left else ""

    def case_of(self, variant: str) -> Case:
        """The case after a variant's changes."""
        entry = self.case.variants.get(variant)
        return entry.case if variant != BASE and entry and entry.case else self.case

    @property
    def measure(self) -> Measure | None:
        """The measure that the first page is about."""
        return self.case.measures.get(self.focus.measure)

    @property
    def sender(self) -> str:
        """Actor who imposes the main measure; empty for an accident."""
        return self.measure.sender if self.measure else ""

    @property
    def ways(self) -> Ways | None:
        """The ways beside each other; None where they were not computed."""
        return None if self.plan is None else self.plan.ways

    @property
    def is_drawn(self) -> bool:
        """Whether the brief tells how sure its figures are."""
        said = self.statements
        return self.stress is not None or (said is not None and said.provenance.n_draws > 1)

    # Rows of the main measure; a variant of None is that of page one

    def rows_about(self, rows: Iterable[Keyed], **wanted: str | None) -> list[Keyed]:
        """Rows of the main measure with the wanted fields."""
        found = {"measure": self.focus.measure, **wanted}
        found["variant"] = wanted["variant"] or self.focus.variant
        return [row for row in rows if all(getattr(row, key) == found[key] for key in found)]

    def _at_main_length(self, rows: Iterable[Keyed], **wanted: str | None) -> Keyed | None:
        found = self.rows_about(rows, **wanted)
        return next((row for row in found if row.length == self.focus.length), None)

    def cover_row(
        self, *, start: str, variant: str | None = None, use: str = ALL_ESSENTIAL
    ) -> CoverRow | None:
        """Cover under the main measure, at the main length where that was computed."""
        rows = self.rows_about(self.cover.rows, variant=variant, start=start, use=use)
        return self._at_main_length(rows, variant=variant) or next(iter(rows), None)

    def leverage_row(
        self, *, start: str, variant: str | None = None, bound: str = OPTIMAL
    ) -> LeverageRow | None:
        """Losses from the main measure at the main length."""
        return self._at_main_length(self.leverage.rows, variant=variant, start=start, bound=bound)

    def responses(
        self, start: str, variant: str | None = None
    ) -> tuple[LeverageRow | None, LeverageRow | None]:
        """Losses under the best response, and under the simple rule."""
        best = self.leverage_row(start=start, variant=variant)
        return best, self.leverage_row(start=start, variant=variant, bound=MYOPIC)

    def end_row(self, *, variant: str | None = None) -> LeverageEnd | None:
        """When leverage ends in a variant, for the main measure and length."""
        return self._at_main_length(self.leverage.ends, variant=variant, use=ALL_ESSENTIAL)

    def courses(self, start: str, variant: str | None = None) -> list[Branch]:
        """Courses at the main length: under the best response, then under the simple rule."""
        found = (
            self._at_main_length(self.branches, variant=variant, start=start, bound=bound)
            for bound in (OPTIMAL, MYOPIC)
        )
        return [branch for branch in found if branch is not None]

    # Words

    def measure_words(self) -> str:
        """The main measure and its length."""
        name, length = self.name("measures", self.focus.measure), fmt.months(self.focus.length)
        return _("{measure}, {length}").format(measure=name, length=length)

    def actor_words(self) -> str:
        """The sender's name; of an accident, words that say so."""
        return self.name("actors", self.sender) if self.sender else _("no one (an accident)")

    def under(
        self, unit: str, *, when: str = "", variant: str | None = None, about: str | None = None
    ) -> list[str]:
        """Line under a figure's title: unit, measure, date, variant, draws.

        Args:
            unit: Unit of what is drawn.
            when: Date or span.
            variant: Id; None: that of page one; empty where several are drawn.
            about: Words in place of the main measure and its length.
        """
        parts = [unit, self.measure_words() if about is None else about, when]
        id_ = self.focus.variant if variant is None else variant
        if id_:
            parts.append(_("variant: {name}").format(name=self.name("variants", id_)))
        return [*parts, _("central values") if self.is_drawn else _("central values, no draws")]

    def binding_words(self, row: CoverRow | LeverageEnd, variant: str = BASE) -> str:
        """What runs out, and who sold it, in a variant."""
        return binding_words(self.case_of(variant), row.binding, row.binding_sellers)

    def as_written(self, finding: str) -> str:
        """A finding of central values; beside draws it says that it is one."""
        if self.stress is None:
            return finding
        return _("If all goes as written: {finding}").format(finding=finding)

    @property
    def discounted(self) -> str:
        """The word for discounted money; empty where the case discounts none."""
        return self.leverage.provenance.discounted

    @property
    def not_discounted(self) -> str:
        """The word for money as paid; empty where none is discounted."""
        return self.leverage.provenance.not_discounted

    @property
    def prices(self) -> str:
        """The year in whose prices money is told; empty where there is none."""
        return prices_words(self.case.price_year)

    @property
    def raises_demand(self) -> bool:
        """Whether demand differs from calm while the main measure, or one with it, runs."""
        if self.measure is None:
            return False
        together = (self.measure, *(self.case.measures[id_] for id_ in self.measure.together_with))
        if any(part.kind is MeasureKind.DEMAND_SURGE for part in together):
            return True
        has_crisis = any(use.crisis_demand is not None for use in self.case.uses.values())
        return has_crisis and any(part.crisis for part in together)

    def unit_words(self, *, essential: bool = True) -> str:
        """Unit in which unmet demand of a tier is added up."""
        unit = tier_units(self.leverage.unit)[0 if essential else 1]
        return unit_words(unit) if " " in unit else fmt.unit_name(unit)  # of sums: months of use

    def money(self, amount: float | None) -> str:
        """An amount of money in the currency of the case."""
        return fmt.missing() if amount is None else fmt.money(amount, self.case.currency)

    def amount_words(self, amount: float) -> str:
        """An amount of unmet essential demand with its unit."""
        return fmt.quantity(amount, tier_units(self.leverage.unit)[0])


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


def names_of(case: Case, section: str, ids: Collection[str]) -> str:
    """Names of elements for a reader, separated by commas."""
    elements = getattr(case, section)
    known = {"variants": {BASE: _("as planned")}, "uses": {ALL_ESSENTIAL: _("all essential uses")}}
    labels = {id_: elements[id_].label for id_ in ids if id_ in elements}
    named = [known.get(section, {}).get(id_) or text_of(labels.get(id_, {}), id_) for id_ in ids]
    return named[0] if len(named) == 1 else fmt.first_of(named)


def draws_and_seed(n: int, seed: int | None) -> str:
    """How many draws, and their seed; without a seed they are what the case lists."""
    if n <= 1:
        return _("central values, no draws")
    if seed is None:
        return fmt.told(ngettext("{n} scenario", "{n} scenarios", n), n=n)
    return _("{n} draws, seed {seed}").format(n=fmt.number(n), seed=seed)


def survived(row: CoverRow | None) -> str:
    """Time to survive in words; where it has no end, what is known."""
    if row is None:
        return fmt.missing()
    if row.time_to_survive is None:
        return _("at least {time}").format(time=fmt.months(row.survives_at_least))
    return fmt.months(row.time_to_survive)


def prices_words(year: int | None) -> str:
    """The year in whose prices money is told; empty where there is none."""
    return _("prices of {year}").format(year=year) if year else ""


def calm_words(row: CoverRow | None) -> str:
    """That a use is short without any measure, and since when; empty where it is not."""
    if row is None or not row.short_in_calm_from:
        return ""
    return _("short in calm already, from {month}").format(month=fmt.date(row.short_in_calm_from))


def in_worst(case: Case) -> str:
    """In which period least is served."""
    texts = (_("in the worst month"), _("in the worst quarter"), _("in the worst year"))
    return _by_step(case, *texts)


def period_words(case: Case) -> str:
    """What a column of periods is headed, each told by its first month."""
    return _by_step(case, _("month"), _("quarter from"), _("year from"))


def _by_step(case: Case, *texts: str) -> str:
    """The text for the step of the calendar: of months, quarters or years."""
    return dict(zip(Step, texts, strict=True))[case.calendar.step]


def bounded(row: LeverageRow, field: str, text: str) -> str:
    """A figure of a row as text; as a bound where the row says that it is one."""
    return fmt.joined(row.bound_sign(field), text, by=NO_BREAK)


def binding_words(case: Case, goods: tuple[str, ...], sellers: tuple[str, ...]) -> str:
    """What runs out, and who sold it; what none of the sellers sells comes last."""
    if not goods:
        return _("nothing")
    offered = {s.good for s in case.suppliers.values() if s.actor in sellers}
    sold = tuple(good for good in goods if good in offered)
    if not sold:
        return names_of(case, "goods", goods)
    text = _("{goods} (sold by {sellers})").format(
        goods=names_of(case, "goods", sold), sellers=names_of(case, "actors", sellers)
    )
    others = tuple(good for good in goods if good not in offered)
    return f"{text}; {names_of(case, 'goods', others)}" if others else text


def decimal_year(label: str) -> float:
    """An ISO month as a year with its fraction."""
    year, month = label.split("-")[:2]
    return int(year) + (int(month) - 1) / 12
