"""What a case leaves to the program, or says in a way that is altered: notes, not problems.

Each note says in one sentence what is made of the input, and how to settle it otherwise.
"""

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter

import numpy as np

from derbes.case import entities
from derbes.case.forms import MONTH_PATTERN, WrittenQuantity
from derbes.case.ledger import CUES, StatementKind, cue_probability, cue_word
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray, Quantity, Step, repeats_yearly
from derbes.casefile.checks_plan import each
from derbes.casefile.draft import CaseDraft, Check
from derbes.casefile.entries import Entry, Finding, Path, keys_of
from derbes.casefile.quantities import in_words
from derbes.errors import nearest, slip_of
from derbes.language import Worded, language, ngettext, spelled, worded
from derbes.model.measures import selects_purchase
from derbes.spelling import listed
from derbes.unit_names import DAYS_A_MONTH
from derbes.units import format_unit, parse_unit

NEEDED = frozenset({"shortage_cost", "margin_share", "foreign_share", "amount"})
"""Keys without which an answer is missing; the others count as if they were not there."""

_DATED = ("plants", "measures", "options")
"""Sections whose elements say months in which something begins."""


def case_without_measures(draft: CaseDraft) -> Iterator[Finding]:
    """Nothing is asked of a case without measures."""
    case = draft.case
    if case.measures:
        return
    sellers = [one.actor for one in case.suppliers.values() if one.actor != case.target]
    who = next(iter(sellers), "my_sender")
    example = f"embargo: {{kind: embargo, sender: {who}, hits: {{actor: {who}}}, lengths: [6, 12]}}"
    what = worded(
        "the case has no measures, so nothing is asked of it but how long its stock lasts"
    )
    fix = worded(
        'write "measures:" and below it what may happen, as in "{example}"', example=example
    )
    yield Finding(("measures",), what, fix)


def formulas_in_their_ranges(draft: CaseDraft) -> Iterator[Finding]:
    """A range beside a formula is what its author expected; the formula may leave it."""
    for one in (derived.number for derived in draft.case.formulas):
        if one.stated is None:
            continue
        low, high = one.stated
        slip = ROUNDING * max(abs(low), abs(high))
        ends = [one.value if end is None else end for end in (one.low, one.high)]
        words = [amount_in_words(end, one.unit) for end in (one.value, low, high, *ends)]
        value, least, most, reached_low, reached_high = words
        if not low - slip <= one.value <= high + slip:
            what = worded(
                "its formula gives {value}, outside the range of {low} to {high} beside it",
                value=value,
                low=least,
                high=most,
            )
        elif ends[0] < low - slip or ends[1] > high + slip:
            what = worded(
                "by its formula it goes from {from_low} to {to_high}, "
                "beyond the range of {low} to {high} beside it",
                from_low=reached_low,
                to_high=reached_high,
                low=least,
                high=most,
            )
        else:
            continue
        fix = worded("check the formula and the ranges of what it names, or take this range out")
        yield Finding(tuple(one.path.split(".")), what, fix)


def formulas_of_what_changes(draft: CaseDraft) -> Iterator[Finding]:
    """A formula gives one number; of a series, or a rate, it takes the first period's."""
    case = draft.case
    for one in case.formulas:
        units = (one.formula.text, *(parent.unit for parent in one.parents))
        words = {word for text in units for word in re.findall(r"[A-Za-z]+", text)}
        rates = (rate for code, rate in case.rates.items() if code in words)
        for changing in (*one.parents, *rates):
            if len({value for at, value in changing.steps if at > 0} | {changing.value}) > 1:
                what = worded(
                    "its formula counts with the value of {month} throughout, but {path} changes",
                    month=case.calendar.label(0),
                    path=changing.path,
                )
                fix = worded("write a series in place of the formula where that matters")
                yield Finding(tuple(one.number.path.split(".")), what, fix)


def money_at_one_rate(draft: CaseDraft) -> Iterator[Finding]:
    """What is one number takes the first period's rate where its money is worth other at others."""
    case, month = draft.case, draft.case.calendar.label(0)
    costs = [use.shortage_cost for use in case.uses.values()]
    costs += [case.budget.total, case.budget.foreign_total] if case.budget else []
    for one in filter(None, costs):
        if one.steps:
            what = worded("its money counts at the rate of {month} throughout", month=month)
            fix = worded("write it in {money} where that matters", money=case.currency)
            yield Finding(tuple(one.path.split(".")), what, fix)


def times_in_whole_periods(draft: CaseDraft) -> Iterator[Finding]:
    """Times are counted in whole periods; what is no whole number of them is altered."""
    case, calendar = draft.case, draft.case.calendar
    counted = [(path, months, calendar.periods(months)) for path, months in times_of(case)]
    for section in ("goods", "stockpiles"):
        for name, element in getattr(case, section).items():
            survival: entities.Survival = element.survival
            if survival.shelf_life is None:
                continue
            path: Path = (section, name, "shelf_life")
            months = survival.shelf_life.value - (survival.age.value if survival.age else 0.0)
            if months > 0:
                least = 1 if section == "goods" else 0
                counted.append((path, months, max(int(months // calendar.step), least)))
                continue
            what = worded(
                "it is older than its shelf life when the calendar begins: nothing of it counts"
            )
            yield Finding(path, what, worded("check its age, or take it out"))
    for name, hazard in case.hazards.items():
        if hazard.length is not None:
            months = hazard.length.value
            nearest = max(1, round(months / calendar.step))  # as events are made
            counted.append((("hazards", name, "length"), months, nearest))
    fix = worded("write whole months where it matters")
    if calendar.step is not Step.MONTH:
        fix = worded("choose a shorter calendar.step")
    for path, months, periods in counted:
        if abs(periods * calendar.step - months) > ROUNDING * max(1.0, abs(months)):
            what = worded(
                "{time} count as {whole}: times are counted in whole periods",
                time=Worded(time_in_words, months),
                whole=Worded(_whole_periods, periods, calendar.step),
            )
            yield Finding(path, what, fix)


ROUNDING = 1e-6
"""Turning units rounds; a time may miss a whole period by so much of it."""
DAY_SLIP = 0.01


def time_in_words(months: float) -> str:
    """A time in months, or in days where it is a whole number of those."""
    days = round(months * DAYS_A_MONTH)
    shown = f"{round(months, 2):g}"
    if round(months, 2) != round(months) and abs(days - months * DAYS_A_MONTH) < DAY_SLIP:
        return ngettext("{n} day", "{n} days", days).format(n=days)
    n = int(shown) if shown.isdigit() else 2
    return ngettext("{n} month", "{n} months", n).format(n=spelled(shown))


def _whole_periods(counted: int, step: Step) -> str:
    whole = _whole(counted, step)
    if step is not Step.MONTH:
        whole += f" = {_whole(int(counted * step), Step.MONTH)}"
    return whole


def _whole(n: int, step: Step) -> str:
    return {
        Step.YEAR: ngettext("{n} year", "{n} years", n),
        Step.QUARTER: ngettext("{n} quarter", "{n} quarters", n),
        Step.MONTH: ngettext("{n} month", "{n} months", n),
    }[step].format(n=n)


def amount_in_words(number: float, unit: str) -> Worded:
    """A number with its unit, in full."""
    return Worded(_in_full, number, unit)


def _in_full(number: float, unit: str) -> str:
    return in_words(number, unit, language())


def _unit_names(units: tuple[str, ...]) -> str:
    return listed([format_unit(unit, language()) for unit in units])


def _lead_time(case: entities.Case, supplier: entities.Supplier, route: str) -> float | None:
    """Time from order to arrival; None where nothing says one. [month]"""
    times = (supplier.lead_time, case.routes[route].lead_time if route else None)
    given = [one.value for one in times if one is not None]
    return sum(given) if given else None


def times_of(case: entities.Case) -> Iterator[tuple[Path, float]]:
    """Path and months of every time that is counted in whole periods, longer ones as more."""
    found: dict[tuple[Path, float], None] = {}
    for supplier, route in entities.purchases(case):
        if (months := _lead_time(case, supplier, route)) is not None:
            at = ("suppliers", supplier.id) if supplier.lead_time else ("routes", route)
            found[(*at, "lead_time"), months] = None
    yield from found
    timed = {"recipes": ("lead_time",), "plants": ("delay", "ramp"), "options": ("lead_time",)}
    for section, keys in timed.items():
        for name, element in getattr(case, section).items():
            for key in keys:
                if (time := getattr(element, key)) is not None:
                    yield (section, name, key), time.value
    for measure in case.measures.values():
        if entities.MEASURE_TERMS[measure.kind].by == "month" and measure.by is not None:
            yield ("measures", measure.id, "by"), measure.by.value
    for key in ("refill_time", "sender_horizon"):
        given: Quantity = getattr(case, key)
        yield (key,), given.value


def months_within_a_period(draft: CaseDraft) -> Iterator[Finding]:
    """A month or day that begins no period counts as the first of its own."""
    calendar = draft.case.calendar
    entries = draft.entries()
    for path, text in (one for at, entry in entries for one in _written_months(entry, at)):
        period = calendar.index_of(text)
        first = calendar.label(period)
        if 0 <= period < calendar.n_periods and text not in (first, f"{first}-01"):
            what = worded(
                "{month} counts as {first}, the first month of its period", month=text, first=first
            )
            fix = worded("write {first}, or choose a shorter calendar.step", first=first)
            yield Finding(path, what, fix)


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
        what = worded(
            "what is short for a part of a {step} is spread over all of it: the deepest"
            " shortfall and discounted money differ from those by month",
            step=worded("year") if step is Step.YEAR else worded("quarter"),
        )
        yield Finding(("calendar", "step"), what, worded('write "step: month" where that matters'))


def uses_worth_less_than_their_good(draft: CaseDraft) -> Iterator[Finding]:
    """Where being short costs less than the good, a measure that leaves it short saves money."""
    case = draft.case
    worth = _cheapest(case)
    for use in case.uses.values():
        if use.shortage_cost is None or use.good not in case.goods:
            continue
        costs, worths = use.shortage_cost.over(case.calendar.n_periods), worth[use.good]
        less = np.flatnonzero((costs < worths * (1 - ROUNDING)) & np.isfinite(worths))
        if not less.size:
            continue
        cost, least = float(costs[less[0]]), float(worths[less[0]])
        unit = f"{case.currency}/{case.goods[use.good].unit}"
        what = worded(
            "being short costs {cost}, less than the good costs at the cheapest, {least}:"
            " whatever leaves this use short saves money",
            cost=amount_in_words(cost, unit),
            least=amount_in_words(least, unit),
        )
        fix = worded("see whether the cost of being short holds all that is lost")
        yield Finding(("uses", use.id, "shortage_cost"), what, fix)


def _cheapest(case: entities.Case) -> dict[str, FloatArray]:
    """Good → cost of a unit at the cheapest, inputs and transport included, by period.

    Infinite where nobody sells or makes it. (T,) [money/unit]
    """
    n = case.calendar.n_periods
    found = {good: np.full(n, np.inf) for good in case.goods}
    for supplier, route in entities.purchases(case):
        share = case.routes[route].cost_share if route else None
        if supplier.price is not None:
            price = supplier.price.over(n) * (1.0 if share is None else 1.0 + share.over(n))
            found[supplier.good] = np.minimum(found[supplier.good], price)
    ways: dict[str, list[entities.Recipe]] = {good: [] for good in found}
    for recipe in case.recipes.values():
        ways[recipe.output].append(recipe)
    inputs = {good: [of for one in recipes for of in one.inputs] for good, recipes in ways.items()}
    for recipe in (one for good in TopologicalSorter(inputs).static_order() for one in ways[good]):
        cost = np.zeros(n) if recipe.cost is None else recipe.cost.over(n)
        for good, amount in recipe.inputs.items():
            taken = amount.over(n)
            cost = cost + np.multiply(taken, found[good], out=np.zeros(n), where=taken > 0.0)
        found[recipe.output] = np.minimum(found[recipe.output], cost)
    return found


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
        what = worded(
            "uses of the {tier} tier are counted in {units}; without weights they count by"
            " months of their good's own use",
            tier=tier,
            units=Worded(_unit_names, tuple(sorted(set(units.values())))),
        )
        fix = worded("give each use of the tier a weight to say what one unit counts")
        yield Finding(("uses", bare[0]), what, fix, at_key=True)


def series_behind_the_calendar(draft: CaseDraft) -> Iterator[Finding]:
    """What was taken for a series behind the calendar, where it varies in its last two years."""
    calendar = draft.case.calendar
    a_year = MONTHS_A_YEAR // calendar.step
    for quantity in draft.quantities:
        if not quantity.steps or quantity.path.startswith("facts."):
            continue
        path = quantity.over(calendar.n_periods)
        last = path[-2 * a_year :]
        asked = quantity.after or calendar.after
        repeats = repeats_yearly(path, a_year, asked)
        if last.min() == last.max() or (asked and repeats == (asked == "repeat")):
            continue
        end = calendar.end
        what = worded(
            "behind {last}, the end of the calendar, it keeps its last value, {value}",
            last=end,
            value=amount_in_words(float(path[-1]), quantity.unit),
        )
        if repeats:
            what = worded(
                "behind {last}, the end of the calendar, it repeats its last year", last=end
            )
        other = "hold" if repeats else "repeat"
        fix = worded('write "after: {other}" beside the series for the other', other=other)
        if asked:
            fix = worded("the calendar is shorter than a year; make it longer")
        yield Finding(tuple(quantity.path.split(".")), what, fix, at_key=True)


def series_before_the_calendar(draft: CaseDraft) -> Iterator[Finding]:
    """Values before the calendar that another one follows before it begins."""
    calendar = draft.case.calendar
    for quantity in draft.quantities:
        early = [at for at, _value in quantity.steps if at <= 0]
        if len(early) > 1:
            month = calendar.label(early[-2])
            what = worded(
                "the value of {month} lies before the calendar and is not used", month=month
            )
            fix = worded("take it out, or let the calendar begin earlier")
            yield Finding(tuple(quantity.path.split(".")), what, fix, at_key=True)


@each("measures")
def goods_on_the_way(draft: CaseDraft, measure: entities.Measure) -> Iterator[Finding]:
    """What happens to goods in transit, where a measure does not say."""
    case, entry = draft.case, draft.entry("measures", measure.id)
    is_cut = (
        entities.MEASURE_TERMS[measure.kind].is_cut
        and measure.in_transit is entities.InTransit.LOST
    )
    if entry is None or "in_transit" in entry.given or not is_cut:
        return
    on_the_way = dict.fromkeys(
        supplier.id
        for supplier, route in entities.purchases(case)
        if case.calendar.periods(_lead_time(case, supplier, route) or 0.0)
        and any(selects_purchase(case, hit, supplier, route) for hit in measure.hits)
    )
    if on_the_way:
        what = worded(
            "what is on the way when it starts is taken as lost: {suppliers}",
            suppliers=", ".join(on_the_way),
        )
        fix = worded('write "in_transit: delivered" if it still comes, else "in_transit: lost"')
        yield Finding(("measures", measure.id), what, fix, at_key=True)


def keys_known_to_be_missing(draft: CaseDraft) -> Iterator[Finding]:
    """Numbers that are written as missing and without which the format has a default."""
    for path in draft.case.missing:
        if path.rpartition(".")[2] not in NEEDED and not path.startswith("options."):
            what = worded("it is missing, and counts as if the key were not there")
            fix = worded("give a value with a range, grade D and a why")
            yield Finding(tuple(path.split(".")), what, fix)


def cues_that_say_nothing(draft: CaseDraft) -> Iterator[Finding]:
    """Cues of no table: those that are misspelt, and those by which a prediction is scored."""
    known = [cue for table in CUES.values() for cue in table]
    for one in draft.case.statements.values():
        word = cue_word(one.cue)
        if not word or cue_probability(word) is not None:
            continue
        meant = slip_of(word, nearest(word, known))
        what = worded('"{cue}" is no cue that says how strong it is', cue=one.cue)
        fix = worded('did you mean "{name}"?', name=meant) if meant else ""
        is_scored = one.kind is StatementKind.PREDICTION and one.probability is None
        if is_scored and not one.untestable:
            what = worded(
                '"{cue}" is no cue that says how strong it is: the prediction claims no'
                " probability, and gets no score",
                cue=one.cue,
            )
            fix = fix or worded('add "probability: 75 %"')
        if fix:
            yield Finding(("statements", one.id, "cue"), what, fix)


NOTES: tuple[Check, ...] = (
    case_without_measures,
    formulas_in_their_ranges,
    formulas_of_what_changes,
    money_at_one_rate,
    step_that_is_coarse,
    times_in_whole_periods,
    months_within_a_period,
    series_before_the_calendar,
    series_behind_the_calendar,
    uses_worth_less_than_their_good,
    uses_in_unlike_units,
    goods_on_the_way,
    keys_known_to_be_missing,
    cues_that_say_nothing,
)
"""What a reader of the answers should know about the inputs, of a case without problems."""
