"""What is to be reached and what it may cost: limits, standards, budget, weight of bad draws.

Options: what may be decided, how large, and when.

What is not certain: scenarios, correlations, reference classes, hazards.

Statements, contrasts, double standards and tensions.

The entity of an element, by section.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import combinations, pairwise
from typing import Any, cast

from derbes.case.entities import Actor, Export, Recipe, Route, Scenario, Supplier, Tier, Use
from derbes.case.ledger import (
    Contrast,
    DoubleStandard,
    Judgement,
    Modality,
    Stance,
    Statement,
    StatementKind,
    Tension,
)
from derbes.case.options import Budget, Limit, Option, OptionKind, Risk, Standard
from derbes.case.quantity import MONTHS_A_YEAR, Element, Quantity
from derbes.case.uncertainty import Correlation, Hazard, ReferenceClass, ReferenceProject
from derbes.casefile.build import (
    Built,
    Filled,
    common,
    length_in_periods,
    make_document,
    make_fact,
    make_good,
    make_measure,
    make_plant,
    make_stockpile,
)
from derbes.casefile.document import (
    DatesEntry,
    LimitEntry,
    OptionEntry,
    RiskEntry,
    SizeEntry,
    StandardEntry,
)
from derbes.casefile.elements import (
    AGAINST,
    FOR,
    ContrastEntry,
    CorrelationEntry,
    DoubleStandardEntry,
    HazardEntry,
    JudgementEntry,
    LedgerEntry,
    ProjectEntry,
    RecipeEntry,
    ReferenceClassEntry,
    RouteEntry,
    ScenarioEntry,
    StatementEntry,
    TensionEntry,
    UseEntry,
)
from derbes.casefile.nodes import Path, Table, dotted, find, place
from derbes.casefile.quantities import Reading, in_base, month_period, outside
from derbes.casefile.schema import Kind
from derbes.language import _
from derbes.unit_names import DAYS_A_MONTH
from derbes.units import ONE, not_a_number, parse_unit

NEED_SIZE = {
    "reserve": ('"size: [100 t, 200 t]"'),
    "bring_forward": ('"size: [3, 6, 12]"'),
}
"""Kinds for which size 1 says little, and how a size is written."""

ONE_SIZE = (1.0,)


def make_option(filled: Filled, element_id: str, line: int) -> Element:
    """An option with its sizes and dates."""
    entry = cast("OptionEntry", filled.entry)
    found = filled.single()
    smallest, largest, sizes = _sizes(filled, entry)
    return Option(
        **common(entry, element_id, line),
        kind=OptionKind(entry.kind),
        element=entry.element,
        sizes=sizes,
        smallest=smallest,
        largest=largest,
        dates=_dates(filled, entry.dates) if entry.dates else (0,),
        lead_time=found["lead_time"],
        capital=found["capital"],
        capital_by_size=found["capital_by_size"],
        running=found["running"],
        running_by_size=found["running_by_size"],
        foreign_share=found["foreign_share"],
        take_or_pay=found["take_or_pay"],
        excludes=tuple(entry.excludes),
        requires=tuple(entry.requires),
        committed=entry.committed,
    )


def _sizes(filled: Filled, entry: OptionEntry) -> tuple[float, float, tuple[float, ...]]:
    """Least and greatest size, and the steps; no steps where any size may be chosen."""
    if entry.size is None:
        _refuse_no_size(filled, entry.kind)
        return 1.0, 1.0, ONE_SIZE
    if entry.size.steps is not None:
        steps = tuple(_step_sizes(filled, entry.size.steps))
        return (steps[0], steps[-1], steps) if steps else (1.0, 1.0, ONE_SIZE)
    return (*_range_of_sizes(filled, entry, entry.size), ())


def _refuse_no_size(filled: Filled, kind: str) -> None:
    if kind in NEED_SIZE:
        filled.refuse(
            (),
            _('an option of kind {kind} needs the key "size"').format(kind=kind),
            _("add it, as in {example}").format(example=NEED_SIZE[kind]),
        )


def _step_sizes(filled: Filled, texts: list[str]) -> Iterator[float]:
    found = [_size(filled, text, ("size", "steps", at)) for at, text in enumerate(texts)]
    sizes = [size for size in found if size is not None]
    for at, (smaller, larger) in enumerate(pairwise(sizes), start=1):
        if len(sizes) == len(texts) and larger <= smaller:
            filled.refuse(
                ("size", "steps", at),
                _('sizes must rise: "{size}" is not more than "{before}"').format(
                    size=texts[at], before=texts[at - 1]
                ),
                _("write each size once, the smallest first"),
            )
    yield from sizes


def _range_of_sizes(filled: Filled, entry: OptionEntry, size: SizeEntry) -> tuple[float, float]:
    if entry.kind == "bring_forward":
        filled.refuse(
            ("size",),
            _("an option of kind bring_forward is chosen in steps"),
            _('list them, as in "size: [3, 6, 12]"'),
        )
    smallest = _size(filled, size.from_, ("size", "from"), is_least=True) if size.from_ else 0.0
    largest = _size(filled, size.to or "", ("size", "to"))
    if smallest is None or largest is None:
        return 0.0, 1.0
    if smallest > largest:
        filled.refuse(
            ("size", "from"),
            _('the sizes begin above their end: "{low}" is more than "{high}"').format(
                low=size.from_, high=size.to
            ),
            _("write the lower value first"),
        )
    return smallest, largest


def _size(filled: Filled, text: str, step: Path, *, is_least: bool = False) -> float | None:
    """One size; None, with a finding, when it cannot be used."""
    kind = getattr(filled.entry, "kind", "")
    if kind == "bring_forward":
        return float(length_in_periods(filled, text, step) * filled.measures.calendar.step) or None
    unit = filled.measures.unit("{good}" if kind == "reserve" else "", filled.good)
    if unit is None:
        return None  # the good has no unit; said there
    limits = Kind(
        unit,
        low=0.0 if is_least else None,
        above=None if is_least else 0.0,
        high=1.0 if kind == "buy_out" else None,
    )
    units = (parse_unit(unit, filled.measures.own),)
    reading = Reading(filled.measures, limits, units, filled.path)
    found = in_base(reading, text, step)
    filled.findings += reading.findings
    return found[0][1] if found else None


def _dates(filled: Filled, entry: DatesEntry) -> tuple[int, ...]:
    if entry.months is None:
        return _row(filled, entry)
    periods = [
        (period_of(filled, month, ("dates", "months", at)), month)
        for at, month in enumerate(entry.months)
    ]
    for at, ((earlier, before), (later, month)) in enumerate(pairwise(periods), start=1):
        if earlier is None or later is None:
            continue
        if earlier == later:
            filled.refuse(
                ("dates", "months", at),
                _("{first} and {second} fall into the same period").format(
                    first=before, second=month
                ),
                _("keep one of the two"),
            )
        elif later < earlier:
            filled.refuse(
                ("dates", "months", at),
                _('dates must rise: "{date}" comes before "{before}"').format(
                    date=month, before=before
                ),
                _("write them in the order of time"),
            )
    return tuple(period for period, _month in periods if period is not None) or (0,)


def _row(filled: Filled, entry: DatesEntry) -> tuple[int, ...]:
    """Periods from one date to another."""
    calendar = filled.measures.calendar
    first = period_of(filled, entry.from_, ("dates", "from")) if entry.from_ else 0
    last = period_of(filled, entry.to, ("dates", "to")) if entry.to else calendar.n_periods - 1
    every = length_in_periods(filled, entry.every, ("dates", "every")) if entry.every else 1
    if first is None or last is None or every < 1:
        return (0,)
    if first > last:
        refuse_reversed(filled, ("dates", "from"), entry.from_ or "", entry.to)
        return (0,)
    return tuple(range(first, last + 1, every))


def refuse_reversed(filled: Filled, step: Path, first: str, last: str | None) -> None:
    """Note that a span of months ends before it begins."""
    calendar = filled.measures.calendar
    filled.refuse(
        step,
        _('it begins after its end: "{first}" is later than "{last}"').format(
            first=first, last=last or calendar.label(calendar.n_periods - 1)
        ),
        _("write the earlier month first"),
    )


def period_of(filled: Filled, month: str, step: Path) -> int | None:
    """Period of a month; None, with a finding, when the calendar does not hold it."""
    calendar = filled.measures.calendar
    period = month_period(month, calendar)
    if period is None or not 0 <= period < calendar.n_periods:
        filled.refuse(step, *outside(month, calendar))
        return None
    return period


def make_limit(filled: Filled, element_id: str, line: int) -> Element:
    """What several options may be together."""
    entry = cast("LimitEntry", filled.entry)
    found = filled.single()
    least, most = found["at_least"], found["at_most"]
    if entry.at_most is None and entry.at_least is None:
        filled.refuse(
            (),
            _("the limit says neither at_most nor at_least"),
            _("add one of them"),
        )
    if least is not None and most is not None and least.value > most.value:
        filled.refuse(
            ("at_least",),
            _('at_least is above at_most: "{least}" is more than "{most}"').format(
                least=least.written, most=most.written
            ),
            _("exchange the two"),
        )
    is_list = not isinstance(find(filled.node, ("options",)), Table)
    return Limit(
        **common(entry, element_id, line),
        options=(
            {name: Quantity(1.0) for name in entry.options}
            if is_list
            else filled.quantities("options")
        ),
        at_most=most,
        at_least=least,
        counts=entry.counts,
    )


def make_standard(filled: Filled, element_id: str, line: int) -> Element:
    """What is to be survived."""
    entry = cast("StandardEntry", filled.entry)
    found = filled.single()
    first, last = _span(filled, entry)
    return Standard(
        **common(entry, element_id, line),
        uses=tuple(entry.uses or ()),
        measure=entry.measure,
        length=_length(filled, entry),
        first=first,
        last=last,
        share=found["share"],
        in_draws=found["in_draws"],
    )


def _length(filled: Filled, entry: StandardEntry) -> int:
    if entry.length is not None:
        if not entry.measure:
            filled.refuse(
                ("length",),
                _("a length says nothing without a measure"),
                _("name the measure that is to be survived, or take the length out"),
            )
        return length_in_periods(filled, entry.length, ("length",))
    if entry.measure:
        filled.refuse(
            (),
            _('the standard does not say how long "{measure}" runs').format(measure=entry.measure),
            _('add "length: 12 month"'),
        )
    return 0


def _span(filled: Filled, entry: StandardEntry) -> tuple[int, int]:
    """First and last period in which the measure may start."""
    first = period_of(filled, entry.from_, ("from",)) if entry.from_ else 0
    last = period_of(filled, entry.to, ("to",)) if entry.to else -1
    if first is None or last is None:
        return 0, -1
    if 0 <= last < first:
        refuse_reversed(filled, ("from",), entry.from_ or "", entry.to)
    return first, last


def make_budget(filled: Filled, line: int) -> Budget:
    """What the options may cost."""
    found = filled.single()
    return Budget(
        total=found["total"],
        by_year=_by_year(filled, "by_year"),
        foreign_total=found["foreign_total"],
        foreign_by_year=_by_year(filled, "foreign_by_year"),
        at_line=line,
    )


def _by_year(filled: Filled, name: str) -> dict[int, Quantity]:
    calendar = filled.measures.calendar
    first, last = (calendar.month_of(period)[0] for period in (0, calendar.n_periods - 1))
    for year in getattr(filled.entry, name):
        if not first <= int(year) <= last:
            what = outside(year, calendar)[0]
            filled.refuse(
                (name, year), what, _("choose a year within it, or change calendar.periods")
            )
    return {int(year): quantity for year, quantity in filled.quantities(name).items()}


def make_risk(filled: Filled) -> Risk:
    """How a plan weighs bad draws."""
    entry = cast("RiskEntry", filled.entry)
    weight = plain_number(filled, entry.weight, ("weight",), Kind("", low=0.0, high=1.0))
    level = plain_number(filled, entry.level, ("level",), Kind("", low=0.0, high=1.0))
    if level == 1.0:
        filled.refuse(
            ("level",),
            _("at a level of 1 the tail holds no draw"),
            _('choose less, as in "level: 95 %"'),
        )
    return Risk(weight=weight or 0.0, level=level or 0.0)


def plain_number(filled: Filled, text: str, step: Path, kind: Kind) -> float | None:
    """A number or share that has no range and no source; None when it cannot be used."""
    reading = Reading(filled.measures, kind, (ONE,), filled.path)
    found = in_base(reading, text, step)
    filled.findings += reading.findings
    return found[0][1] if found else None


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


LEDGER = ("statements", "contrasts", "double_standards", "tensions")
"""Sections of the ledger."""

EXPRESSIONS = ("holds_if", "condition", "yes_if", "no_if", "void_if")
"""Keys that hold expressions."""


def make_statement(filled: Filled, element_id: str, line: int) -> Element:
    """Something that somebody said."""
    entry = cast("StatementEntry", filled.entry)
    for key in ("said", "due", "expires"):
        _refuse_no_day(filled, key)
    return Statement(
        **_checked(entry, element_id, line),
        kind=StatementKind(entry.kind),
        by=entry.by,
        holder=entry.holder,
        reporters=tuple(entry.reporters),
        said=entry.said,
        modality=Modality(entry.modality),
        denied=entry.denied,
        cue=entry.cue,
        phrase=entry.phrase,
        stances=tuple(Stance(toward, sign_of(sign)) for toward, sign in entry.stance.items()),
        judgements=tuple(_judgement(one) for one in entry.judges),
        retells=tuple(entry.retells),
        cause=tuple(entry.cause),
        effect=tuple(entry.effect),
        **_decided(filled, entry),
        expires=entry.expires,
    )


def _decided(filled: Filled, entry: StatementEntry) -> dict[str, Any]:
    """What decides a prediction."""
    resolution = entry.resolution.model_dump() if entry.resolution is not None else {}
    given = entry.probability
    share = Kind("", low=0.0, high=1.0)
    return {
        "condition": entry.condition,
        "due": entry.due,
        "yes_if": entry.yes_if,
        "no_if": entry.no_if,
        "void_if": entry.void_if,
        "resolution": {key: words for key, words in resolution.items() if words},
        "probability": (
            plain_number(filled, given, ("probability",), share) if given is not None else None
        ),
    }


def _judgement(entry: JudgementEntry) -> Judgement:
    return Judgement(entry.act, entry.of, sign_of(entry.sign), entry.shown_by)


def sign_of(word: str) -> int:
    """-1 against, 0 neutral, 1 for."""
    return (word in FOR) - (word in AGAINST)


def _refuse_no_day(filled: Filled, key: str) -> None:
    """Dates must be in the calendar of years, months and days."""
    text = getattr(filled.entry, key)
    if text and not _is_date(text):
        filled.refuse(
            (key,),
            _("expected {what}, got {given}").format(what=_("a date"), given=f'"{text}"'),
            _('write it as in "2027", "2027-07" or "2027-07-15"'),
        )


def _is_date(text: str) -> bool:
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    if not year or not 1 <= month <= MONTHS_A_YEAR:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def make_contrast(filled: Filled, element_id: str, line: int) -> Element:
    """Not this but that."""
    entry = cast("ContrastEntry", filled.entry)
    return Contrast(**_checked(entry, element_id, line), by=entry.by, between=tuple(entry.between))


def make_double_standard(filled: Filled, element_id: str, line: int) -> Element:
    """Same judge, same act, another judgement."""
    entry = cast("DoubleStandardEntry", filled.entry)
    return DoubleStandard(
        **_checked(entry, element_id, line),
        judge=entry.judge,
        act=entry.act,
        statements=tuple(entry.statements),
    )


def make_tension(filled: Filled, element_id: str, line: int) -> Element:
    """Statements that sit badly together."""
    entry = cast("TensionEntry", filled.entry)
    return Tension(**_checked(entry, element_id, line), statements=tuple(entry.statements))


def _checked(entry: LedgerEntry, element_id: str, line: int) -> dict[str, Any]:
    document, where = document_and_place(entry.at)
    return {
        **common(entry, element_id, line),
        "says": entry.says,
        "document": document,
        "place": where,
        "holds_if": entry.holds_if,
        "untestable": entry.untestable,
    }


def expression_lines(root: Table, elements: Mapping[str, Mapping[str, Built]]) -> dict[str, int]:
    """Path of every expression of a tree → line in which it stands."""
    paths = [
        (section, name, key)
        for section in LEDGER
        for name, built in elements[section].items()
        for key in EXPRESSIONS
        if getattr(built.entry, key, "")
    ]
    return {dotted(path): place(root, path).line for path in paths}


def document_and_place(at: str) -> tuple[str, str]:
    """Id of the document, and the place in it."""
    document, _space, place = " ".join(at.split()).partition(" ")
    return document, place


Make = Callable[[Filled, str, int], Element]


def make_element(section: str, filled: Filled, element_id: str, line: int) -> Element:
    """The entity of an entry; findings are left with `filled`."""
    return _MAKERS[section](filled, element_id, line)


def _simple(entity: type[Element], texts: tuple[str, ...] = ()) -> Make:
    """An entity that takes its texts and quantities over as they are."""

    def make(filled: Filled, element_id: str, line: int) -> Element:
        given: dict[str, Any] = {name: getattr(filled.entry, name) for name in texts}
        given |= filled.single()
        return entity(**common(filled.entry, element_id, line), **given)

    return make


def _use(filled: Filled, element_id: str, line: int) -> Element:
    entry = cast("UseEntry", filled.entry)
    return Use(
        **common(entry, element_id, line),
        good=entry.good,
        tier=Tier(entry.tier),
        **cast("dict[str, Any]", filled.single()),
    )


def _route(filled: Filled, element_id: str, line: int) -> Element:
    entry = cast("RouteEntry", filled.entry)
    found = filled.single()
    return Route(
        **common(entry, element_id, line),
        via=tuple(entry.via),
        lead_time=found["lead_time"],
        cost_share=found["cost_share"],
    )


def _supplier(filled: Filled, element_id: str, line: int) -> Element:
    entry: Any = filled.entry
    return Supplier(
        **common(entry, element_id, line),
        actor=entry.actor,
        good=entry.good,
        routes=tuple(entry.routes),
        **cast("dict[str, Any]", filled.single()),
    )


def _recipe(filled: Filled, element_id: str, line: int) -> Element:
    entry = cast("RecipeEntry", filled.entry)
    found = filled.single()
    return Recipe(
        **common(entry, element_id, line),
        line=entry.line or "",
        output=entry.output,
        inputs=filled.quantities("inputs"),
        plant=entry.plant,
        hours=found["hours"],
        capacity=found["capacity"],
        cost=found["cost"],
        lead_time=found["lead_time"],
    )


_MAKERS: Mapping[str, Make] = {
    "actors": _simple(Actor, ("kind",)),
    "goods": make_good,
    "uses": _use,
    "stockpiles": make_stockpile,
    "routes": _route,
    "suppliers": _supplier,
    "plants": make_plant,
    "recipes": _recipe,
    "exports": _simple(Export, ("actor", "good")),
    "measures": make_measure,
    "options": make_option,
    "limits": make_limit,
    "standards": make_standard,
    "scenarios": make_scenario,
    "reference_classes": make_reference_class,
    "hazards": make_hazard,
    "facts": make_fact,
    "documents": make_document,
    "statements": make_statement,
    "contrasts": make_contrast,
    "double_standards": make_double_standard,
    "tensions": make_tension,
}
