"""What a case leaves to the program, or says in a way that is altered: notes, not problems.

Each note says in one sentence what is made of the input, and how to settle it otherwise.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from derbes.case.entities import (
    DEFAULT_REFILL_MONTHS,
    DEFAULT_SENDER_HORIZON_MONTHS,
    MEASURE_TERMS,
    Case,
    InTransit,
    Measure,
    Supplier,
    quantities,
)
from derbes.case.quantity import MONTHS_A_YEAR, Step, repeats_yearly
from derbes.case.written import MONTH_PATTERN, WrittenQuantity
from derbes.casefile.draft import CaseDraft
from derbes.casefile.entries import Entry, keys_of
from derbes.casefile.nodes import Finding, Path
from derbes.casefile.quantities import in_words
from derbes.language import _, ngettext
from derbes.model.measures import selects_purchase
from derbes.units import parse_unit

NEEDED = frozenset({"shortage_cost", "margin_share", "foreign_share", "amount"})
"""Keys without which an answer is missing; the others count as if they were not there."""

_DATED = ("plants", "measures", "options")
"""Sections whose elements say months in which something begins."""


def notes_of(draft: CaseDraft) -> list[Finding]:
    """Everything that a reader of the answers should know about the inputs.

    Args:
        draft: A case without problems.
    """
    return [finding for note in NOTES for finding in note(draft)]


def case_without_measures(draft: CaseDraft) -> Iterator[Finding]:
    """Nothing is asked of a case without measures."""
    case = draft.case
    if case.measures:
        return
    sellers = [one.actor for one in case.suppliers.values() if one.actor != case.target]
    sender = next(iter(sellers), "my_sender")
    example = (
        f"embargo: {{kind: embargo, sender: {sender}, hits: {{actor: {sender}}}, lengths: [6, 12]}}"
    )
    yield Finding(
        ("measures",),
        _("the case has no measures, so nothing is asked of it but how long its stock lasts"),
        _('write "measures:" and below it what may happen, as in "{example}"').format(
            example=example
        ),
    )


def times_in_whole_periods(draft: CaseDraft) -> Iterator[Finding]:
    """Times are counted in whole periods; what is no whole number of them is altered."""
    case, calendar = draft.case, draft.case.calendar
    for path, months in _times(case):
        counted = calendar.periods(months)
        if abs(counted * calendar.step - months) > ROUNDING * max(1.0, abs(months)):
            yield _counted(case, path, months, counted)
    for section, name, survival in (
        *(("goods", name, good.survival) for name, good in case.goods.items()),
        *(("stockpiles", name, pile.survival) for name, pile in case.stockpiles.items()),
    ):
        if survival.shelf_life is None:
            continue
        path = (section, name, "shelf_life")
        age = survival.age.value if survival.age is not None else 0.0
        months = survival.shelf_life.value - age
        if months <= 0:
            yield Finding(
                path,
                _("it is older than its shelf life when the calendar begins: nothing of it counts"),
                _("check its age, or take it out"),
            )
            continue
        counted = max(int(months // calendar.step), 0 if survival.age is not None else 1)
        if abs(counted * calendar.step - months) > ROUNDING * max(1.0, abs(months)):
            yield _counted(case, path, months, counted)


ROUNDING = 1e-6
"""Turning units rounds; a time may miss a whole period by so much of it."""


def _counted(case: Case, path: Path, months: float, counted: int) -> Finding:
    whole = _whole(counted, case.calendar.step)
    if case.calendar.step is not Step.MONTH:
        whole += f" = {_whole(int(counted * case.calendar.step), Step.MONTH)}"
    days = round(months * DAYS_A_MONTH)
    shown = f"{round(months, 2):g}"
    said = ngettext("{n} month", "{n} months", 1 if shown == "1" else 2).format(n=shown)
    if round(months, 2) != round(months) and abs(days - months * DAYS_A_MONTH) < DAY_SLIP:
        said = ngettext("{n} day", "{n} days", days).format(n=days)
    return Finding(
        path,
        _("{time} count as {whole}: times are counted in whole periods").format(
            time=said, whole=whole
        ),
        _("choose a shorter calendar.step")
        if case.calendar.step is not Step.MONTH
        else _("write whole months where it matters"),
    )


DAYS_A_MONTH = 1.0 / parse_unit("day").factor
DAY_SLIP = 0.01


def _whole(n: int, step: Step) -> str:
    if step is Step.YEAR:
        return ngettext("{n} year", "{n} years", n).format(n=n)
    if step is Step.QUARTER:
        return ngettext("{n} quarter", "{n} quarters", n).format(n=n)
    return ngettext("{n} month", "{n} months", n).format(n=n)


def _deliveries(case: Case) -> Iterator[tuple[Supplier, str, float]]:
    """Supplier, route (empty: none) and months from order to arrival."""
    for supplier in case.suppliers.values():
        for route in supplier.routes or ("",):
            times = (supplier.lead_time, case.routes[route].lead_time if route else None)
            yield supplier, route, sum(one.value for one in times if one is not None)


def _times(case: Case) -> Iterator[tuple[Path, float]]:
    """Path and months of every time that is counted in whole periods, longer ones as more."""
    yield from dict.fromkeys(
        (
            ("suppliers", supplier.id, "lead_time")
            if supplier.lead_time is not None
            else ("routes", route, "lead_time"),
            months,
        )
        for supplier, route, months in _deliveries(case)
        if supplier.lead_time is not None or (route and case.routes[route].lead_time is not None)
    )
    for section, keys in (
        ("recipes", ("lead_time",)),
        ("plants", ("delay", "ramp")),
        ("options", ("lead_time",)),
    ):
        for name, element in getattr(case, section).items():
            for key in keys:
                found = getattr(element, key)
                if found is not None:
                    yield (section, name, key), found.value
    for measure in case.measures.values():
        if MEASURE_TERMS[measure.kind].by == "month" and measure.by is not None:
            yield ("measures", measure.id, "by"), measure.by.value
    refill, horizon = case.refill_time, case.sender_horizon
    yield ("refill_time",), refill.value if refill is not None else DEFAULT_REFILL_MONTHS
    yield (
        ("sender_horizon",),
        horizon.value if horizon is not None else DEFAULT_SENDER_HORIZON_MONTHS,
    )


def months_within_a_period(draft: CaseDraft) -> Iterator[Finding]:
    """A month or day that begins no period counts as the first of its own."""
    calendar = draft.case.calendar
    for section, elements in draft.elements.items():
        for name, built in elements.items():
            if built.entry is None:
                continue
            for path, text in _written_months(built.entry, (section, name)):
                year, month = text.split("-")[:2]
                period = calendar.index(int(year), int(month))
                if 0 <= period < calendar.n_periods and text not in (
                    calendar.label(period),
                    f"{calendar.label(period)}-01",
                ):
                    yield Finding(
                        path,
                        _("{month} counts as {first}, the first month of its period").format(
                            month=text, first=calendar.label(period)
                        ),
                        _("write {first}, or choose a shorter calendar.step").format(
                            first=calendar.label(period)
                        ),
                    )


def _written_months(entry: Entry, path: Path) -> Iterator[tuple[Path, str]]:
    """Months that an entry says: of its series, and of what begins in it."""
    for key, one in keys_of(entry.model).items():
        given = getattr(entry, one.name)
        if isinstance(given, Entry) and given.model is WrittenQuantity:
            yield from (((*path, key, "series", month), month) for month in given.series or {})
        elif isinstance(given, Entry):
            yield from _written_months(given, (*path, key))
        elif path[0] in _DATED and key != "range":
            texts = given if isinstance(given, list) else [given]
            for position, item in enumerate(texts):
                step = (*path, key, position) if isinstance(given, list) else (*path, key)
                if isinstance(item, Entry):
                    yield from _written_months(item, step)
                elif isinstance(item, str) and re.match(MONTH_PATTERN, item):
                    yield step, item


def step_that_is_coarse(draft: CaseDraft) -> Iterator[Finding]:
    """Within a long period nothing is seen."""
    step = draft.case.calendar.step
    if step is not Step.MONTH:
        yield Finding(
            ("calendar", "step"),
            _(
                "what is short for a part of a {step} is spread over all of it: the deepest"
                " shortfall and discounted money differ from those by month"
            ).format(step=_("year") if step is Step.YEAR else _("quarter")),
            _('write "step: month" where that matters'),
        )


def uses_worth_less_than_their_good(draft: CaseDraft) -> Iterator[Finding]:
    """Where being short costs less than the good, a measure that leaves it short saves money."""
    case = draft.case
    worth = Worth(case)
    for use in case.uses.values():
        if use.shortage_cost is None or use.good not in case.goods:
            continue
        costs = use.shortage_cost.over(case.calendar.n_periods).tolist()
        both = zip(costs, worth.of(use.good), strict=True)
        less = [(cost, least) for cost, least in both if cost < least * (1 - ROUNDING) < math.inf]
        if not less:
            continue
        cost, least = less[0]
        unit = f"{case.currency}/{case.goods[use.good].unit}"
        yield Finding(
            ("uses", use.id, "shortage_cost"),
            _(
                "being short costs {cost}, less than the good costs at the cheapest, {least}:"
                " whatever leaves this use short saves money"
            ).format(cost=in_words(cost, unit), least=in_words(least, unit)),
            _("see whether the cost of being short holds all that is lost"),
        )


@dataclass(slots=True)
class Worth:
    """What goods cost at the cheapest, inputs and transport included."""

    case: Case
    known: dict[str, list[float]] = field(default_factory=dict)

    def of(self, good: str) -> list[float]:
        """Cost of one unit by period; inf where nobody sells or makes it. [money/unit]"""
        if good not in self.known:
            ways = [*self._bought(good), *self._made(good)]
            none = [math.inf] * self.case.calendar.n_periods
            self.known[good] = [min(costs) for costs in zip(none, *ways, strict=True)]
        return self.known[good]

    def _bought(self, good: str) -> Iterator[list[float]]:
        n = self.case.calendar.n_periods
        for supplier in self.case.suppliers.values():
            if supplier.good != good or supplier.price is None:
                continue
            for route in supplier.routes or ("",):
                share = self.case.routes[route].cost_share if route else None
                price = supplier.price.over(n)
                yield (price if share is None else price * (1.0 + share.over(n))).tolist()

    def _made(self, good: str) -> Iterator[list[float]]:
        n = self.case.calendar.n_periods
        for recipe in self.case.recipes.values():
            if recipe.output == good:
                own = [0.0] * n if recipe.cost is None else recipe.cost.over(n).tolist()
                inputs = [
                    [one * each for one, each in zip(amount.over(n), self.of(needed), strict=True)]
                    for needed, amount in recipe.inputs.items()
                ]
                yield [sum(parts) for parts in zip(own, *inputs, strict=True)]


def uses_in_unlike_units(draft: CaseDraft) -> Iterator[Finding]:
    """How much a unit of one use counts beside one of another, where the case does not say."""
    case = draft.case
    for tier in sorted({use.tier for use in case.uses.values()}):
        uses = [one for one in case.uses.values() if one.tier == tier]
        units = {one.id: case.goods[one.good].unit for one in uses if one.good in case.goods}
        kinds = {parse_unit(unit, frozenset({unit})).powers for unit in units.values()}
        bare = [one.id for one in uses if one.weight is None]
        if len(kinds) < 2 or not bare:
            continue
        yield Finding(
            ("uses", bare[0]),
            _(
                "uses of the {tier} tier are counted in {units}; without weights they count by"
                " months of their good's own use"
            ).format(tier=tier, units=_(" and ").join(sorted(set(units.values())))),
            _("give each use of the tier a weight to say what one unit counts"),
            at_key=True,
        )


def series_behind_the_calendar(draft: CaseDraft) -> Iterator[Finding]:
    """What was taken for a series behind the calendar, where it varies in its last two years."""
    case, calendar = draft.case, draft.case.calendar
    a_year = MONTHS_A_YEAR // calendar.step
    for quantity in quantities(case):
        if not quantity.steps or quantity.path.startswith("facts."):
            continue
        path = quantity.over(calendar.n_periods)
        last = path[-2 * a_year :]
        asked = quantity.after or calendar.after
        repeats = repeats_yearly(path, a_year, asked)
        if last.min() == last.max() or (asked and repeats == (asked == "repeat")):
            continue
        yield Finding(
            tuple(quantity.path.split(".")),
            (
                _("behind {last}, the end of the calendar, it repeats its last year")
                if repeats
                else _("behind {last}, the end of the calendar, it keeps its last value, {value}")
            ).format(
                last=calendar.label(calendar.n_periods - 1),
                value=in_words(float(path[-1]), quantity.unit),
            ),
            _("the calendar is shorter than a year; make it longer")
            if asked
            else _('write "after: {other}" beside the series for the other').format(
                other="hold" if repeats else "repeat"
            ),
            at_key=True,
        )


def series_before_the_calendar(draft: CaseDraft) -> Iterator[Finding]:
    """Values before the calendar that another one follows before it begins."""
    calendar = draft.case.calendar
    for quantity in quantities(draft.case):
        early = [at for at, _value in quantity.steps if at <= 0]
        if len(early) > 1:
            yield Finding(
                tuple(quantity.path.split(".")),
                _("the value of {month} lies before the calendar and is not used").format(
                    month=calendar.label(early[-2])
                ),
                _("take it out, or let the calendar begin earlier"),
                at_key=True,
            )


def goods_on_the_way(draft: CaseDraft) -> Iterator[Finding]:
    """What happens to goods in transit, where a measure does not say."""
    case = draft.case
    for measure in case.measures.values():
        entry = draft.elements["measures"][measure.id].entry
        if entry is None or "in_transit" in entry.given:
            continue
        if MEASURE_TERMS[measure.kind].is_cut and measure.in_transit is InTransit.LOST:
            on_the_way = _on_the_way(case, measure)
            if on_the_way:
                yield Finding(
                    ("measures", measure.id),
                    _("what is on the way when it starts is taken as lost: {suppliers}").format(
                        suppliers=", ".join(on_the_way)
                    ),
                    _('write "in_transit: delivered" if it still comes, else "in_transit: lost"'),
                    at_key=True,
                )


def _on_the_way(case: Case, measure: Measure) -> list[str]:
    """Suppliers that a measure hits and whose goods take at least a period."""
    found = {
        supplier.id: None
        for supplier, route, months in _deliveries(case)
        if case.calendar.periods(months)
        and any(selects_purchase(case, hit, supplier, route) for hit in measure.hits)
    }
    return list(found)


def keys_known_to_be_missing(draft: CaseDraft) -> Iterator[Finding]:
    """Numbers that are written as missing and without which the format has a default."""
    for path in draft.case.missing:
        if path.rpartition(".")[2] not in NEEDED and not path.startswith("options."):
            yield Finding(
                tuple(path.split(".")),
                _("it is missing, and counts as if the key were not there"),
                _("give a value with a range, grade D and a why"),
            )


NOTES: tuple[Callable[[CaseDraft], Iterator[Finding]], ...] = (
    case_without_measures,
    step_that_is_coarse,
    times_in_whole_periods,
    months_within_a_period,
    series_before_the_calendar,
    series_behind_the_calendar,
    uses_worth_less_than_their_good,
    uses_in_unlike_units,
    goods_on_the_way,
    keys_known_to_be_missing,
)
