"""One element: its entry, checked by the schema, as an entity in base units.

Measures: hostile or harmful acts.

Goods and stockpiles: what is held, and how it ages.

Plants: when they open, what runs in them, what they cost.

Facts and the documents that they stand in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, cast

from pydantic import ValidationError, create_model

from derbes.case.entities import (
    CapitalPayment,
    Document,
    Fact,
    Good,
    Hit,
    InTransit,
    Measure,
    MeasureKind,
    Plant,
    Stockpile,
    Survival,
)
from derbes.case.quantity import Element, Grade, Label, Quantity
from derbes.casefile.elements import (
    CapitalEntry,
    DocumentEntry,
    FactEntry,
    GoodEntry,
    MeasureEntry,
    OpeningEntry,
    PlantEntry,
    StockpileEntry,
)
from derbes.casefile.nodes import Finding, Node, Path, Plain, dotted, find, place
from derbes.casefile.quantities import (
    Measures,
    Reading,
    in_base,
    month_period,
    outside,
    read_quantity,
)
from derbes.casefile.schema import (
    MISSING,
    MONTH_PATTERN,
    Entry,
    Kind,
    QuantityEntry,
    Reference,
    kinds_of,
    references_of,
    refused,
)
from derbes.language import _, language, ngettext
from derbes.units import ONE, UnitError, parse_amount, parse_unit

Place = tuple[Path, str, Reference]
"""Where an id stands, the id, and the section that must hold it."""


_BY_SIZE = {"reserve": "/{good}", "bring_forward": "/month"}
"""Unit below a payment by size, by kind of option; the others have plain sizes."""


@dataclass(slots=True)
class Filled:
    """An entry with its quantities read."""

    entry: Entry
    node: Node
    path: Path
    measures: Measures
    good: str
    """Good that its quantities count."""
    findings: list[Finding]
    missing: list[str]

    def quantity(self, name: str) -> Quantity | None:
        """A quantity of the entry in base units."""
        return self._read(getattr(self.entry, name), kinds_of(type(self.entry))[name], (name,))

    def quantities(self, name: str) -> dict[str, Quantity]:
        """Several quantities by id."""
        kind = kinds_of(type(self.entry))[name]
        found = {
            key: self._read(entry, kind, (name, key))
            for key, entry in getattr(self.entry, name).items()
        }
        return {key: quantity for key, quantity in found.items() if quantity is not None}

    def single(self) -> dict[str, Quantity | None]:
        """All quantities that stand alone, by key."""
        return {
            name: self.quantity(name)
            for name in kinds_of(type(self.entry))
            if not isinstance(getattr(self.entry, name), dict)
        }

    def read_all(self) -> None:
        """Read every quantity for its findings alone."""
        for name in kinds_of(type(self.entry)):
            found = getattr(self.entry, name)
            if isinstance(found, dict):
                self.quantities(name)
            else:
                self.quantity(name)

    def refuse(self, step: Path, what: str, fix: str = "") -> None:
        """Note that something in this entry cannot be used."""
        self.findings.append(Finding((*self.path, *step), what, fix))

    def _read(self, entry: QuantityEntry | None, kind: Kind, step: Path) -> Quantity | None:
        if entry is None:
            return None
        path = (*self.path, *step)
        if entry.is_missing:
            self._note_missing(step, entry)
            if entry.series is None:
                return None
        given = str(step[-1])
        units = [
            self.measures.unit(template, self.good, given)
            for template in (self._template(kind), *kind.also)
        ]
        if units[0] is None:
            return None  # the good has no unit; said there
        quantity, findings = read_quantity(
            entry,
            self.measures,
            kind,
            units=tuple(unit for unit in units if unit is not None),
            path=path,
            line=place(self.node, (*step, "value")).line,
        )
        self.findings += findings
        return None if entry.is_missing else quantity

    def _template(self, kind: Kind) -> str:
        """`{by}` of a measure is months or a share; `{by_size}` is one unit of an option's size."""
        of = getattr(self.entry, "kind", "")
        if kind.unit == "{by}":
            return "month" if of == "delay" else ""
        return kind.unit.replace("{by_size}", _BY_SIZE.get(of, ""))

    def _note_missing(self, step: Path, entry: QuantityEntry) -> None:
        field = type(self.entry).model_fields[str(step[0])]
        if not field.is_required() and len(step) == 1:
            self.missing.append(dotted((*self.path, *step)))
            return
        what = _('"missing" cannot stand here: nothing can be computed without {key}')
        if entry.series is None:
            fix = _("give a value with a range, grade D and a why")
            self.refuse((*step, "value"), what.format(key=step[-1]), fix)
            return
        fix = _("give a value; grade D and a why say that it is assumed")
        for month, one in entry.series.items():
            if one.value == MISSING:
                named = _("{key} of {month}").format(key=step[-1], month=month)
                self.refuse((*step, "series", month), what.format(key=named), fix)


def text_of(label: Label) -> str:
    """The text in the language in use, else in English, else the first."""
    for code in (language(), "", "en"):
        if code in label:
            return label[code]
    return next(iter(label.values()), "")


def common(entry: Any, element_id: str, line: int) -> dict[str, Any]:
    """What every entity has."""
    return {
        "id": element_id,
        "label": entry.label,
        "note": text_of(entry.note),
        "tags": tuple(entry.tags),
        "at_line": line,
    }


@dataclass(frozen=True, slots=True)
class Built:
    """An element that was read: the entity, and what was found on the way."""

    node: Node
    entry: Entry | None
    entity: Element | None
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    """Ids that it refers to."""


def validated(model: type[Entry], plain: Plain, above: Path) -> tuple[Entry | None, list[Finding]]:
    """The entry that a mapping makes, None when it is refused, and what is wrong."""
    empty: list[Path] = []
    filled = _without_empty(plain if plain is not None else {}, (), empty)
    findings = [Finding((*above, *path), *_no_value((*above, *path))) for path in empty]
    try:
        entry = model.model_validate(filled)
    except ValidationError as error:
        told = {(*above, *path) for path in empty}
        findings += [one for one in refused(model, error, above) if one.path not in told]
        return None, findings
    return entry, findings


def _no_value(path: Path) -> tuple[str, str]:
    if isinstance(path[-1], int):
        what = _('an item of "{key}" has no value').format(key=path[-2])
        return what, _("give it one, or take it out")
    what = _('"{key}" has no value').format(key=path[-1])
    if re.match(MONTH_PATTERN, path[-1]):
        return what, _('give it one, or write "missing" where none is known')
    return what, _("give it one, or take the key out")


def salvaged(model: type[Entry], plain: Plain, above: Path) -> Entry | None:
    """What can be used of an entry that was refused, so that all problems are told at once.

    Keys that are wrong or absent hold nothing.
    """
    filled = _without_empty(plain, above, [])
    if not isinstance(filled, dict):
        return None
    try:
        model.model_validate(filled)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors() if one["loc"]}
        filled = {key: below for key, below in filled.items() if key not in wrong}
    try:
        return _lenient(model).model_validate(filled)
    except ValidationError:
        return None


@cache
def _lenient(model: type[Entry]) -> type[Entry]:
    """An entry with the same keys, none of which is needed."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.is_required():
            marks = tuple(field.metadata)
            annotation: Any = Annotated[(field.annotation, *marks)] if marks else field.annotation
            fields[name] = (annotation | None, None)
    return create_model(f"Part{model.__name__}", __base__=model, **fields)


def _without_empty(plain: Plain, path: Path, empty: list[Path]) -> Plain:
    """A tree without the keys that have no value; they are noted in `empty`."""
    if isinstance(plain, dict):
        kept: dict[str, Plain] = {}
        for key, below in plain.items():
            if below is None:
                empty.append((*path, key))
            else:
                kept[key] = _without_empty(below, (*path, key), empty)
        return kept
    if isinstance(plain, list):
        items: list[Plain] = []
        for position, item in enumerate(plain):
            if item is None:
                empty.append((*path, position))
            else:
                items.append(_without_empty(item, (*path, position), empty))
        return items
    return plain


def places_of(entry: Entry, path: Path) -> Iterator[Place]:
    """Every id that an entry refers to."""
    references = references_of(type(entry))
    for name in type(entry).model_fields:
        given = getattr(entry, name)
        if not given:
            continue
        reference = references.get(name)
        if isinstance(given, str):
            if reference:
                yield (*path, name), given, reference
        elif isinstance(given, Entry):
            yield from places_of(given, (*path, name))
        elif isinstance(given, dict):
            yield from _places_in(given.items(), reference, (*path, name), are_keys=True)
        elif isinstance(given, list):
            yield from _places_in(enumerate(given), reference, (*path, name), are_keys=False)


def _places_in(
    pairs: Any, reference: Reference | None, path: Path, *, are_keys: bool
) -> Iterator[Place]:
    for key, given in pairs:
        named = key if are_keys else given
        if reference and isinstance(named, str):
            yield (*path, key), named, reference
        if isinstance(given, Entry):
            yield from places_of(given, (*path, key))


LARGEST_LENGTH = 1200
"""No measure of a case is looked at for longer. [month]"""


def make_measure(filled: Filled, element_id: str, line: int) -> Element:
    """A measure."""
    entry = cast("MeasureEntry", filled.entry)
    found = filled.single()
    calendar = filled.measures.calendar
    start = month_period(entry.start, calendar) if entry.start else None
    if entry.start and start is not None and not 0 <= start < calendar.n_periods:
        filled.refuse(("start",), *outside(entry.start, calendar))
    if not entry.lengths:
        filled.refuse(("lengths",), _("no length is given"), _('write "lengths: [6, 12]"'))
    return Measure(
        **common(entry, element_id, line),
        kind=MeasureKind(entry.kind),
        sender=entry.sender,
        hits=tuple(Hit(**one.model_dump()) for one in entry.hits),
        share=found["share"],
        by=found["by"],
        lengths=tuple(
            length_in_periods(filled, text, ("lengths", position))
            for position, text in enumerate(entry.lengths)
        ),
        start=start,
        in_transit=InTransit(entry.in_transit),
        crisis=entry.crisis,
        together_with=tuple(entry.together_with),
    )


def length_in_periods(filled: Filled, text: str, step: Path) -> int:
    """A length written in months or with a unit. [period]"""
    reading = Reading(
        filled.measures, Kind("month", above=0.0, high=LARGEST_LENGTH), (parse_unit("month"),), ()
    )
    found = in_base(reading, text, step)
    filled.findings += [replace(one, path=(*filled.path, *one.path)) for one in reading.findings]
    if not found:
        return 0
    months = round(found[0][1], 6)
    step_months = int(filled.measures.calendar.step)
    if months % step_months:
        filled.refuse(
            step,
            ngettext(
                '"{text}" is not a whole number of periods of {n} month',
                '"{text}" is not a whole number of periods of {n} months',
                step_months,
            ).format(text=text, n=step_months),
            ngettext(
                "choose a whole number of months", "choose a multiple of {n} months", step_months
            ).format(n=step_months),
        )
    return filled.measures.calendar.periods(months)


def make_good(filled: Filled, element_id: str, line: int) -> Element:
    """A good."""
    entry = cast("GoodEntry", filled.entry)
    found = filled.single()
    return Good(
        **common(entry, element_id, line),
        unit=filled.measures.good_units.get(element_id, ""),
        reserve=found["reserve"],
        storage_limit=found["storage_limit"],
        storage_cost=found["storage_cost"],
        survival=survival_of(filled, found),
    )


def make_stockpile(filled: Filled, element_id: str, line: int) -> Element:
    """A lot held when the calendar begins."""
    entry = cast("StockpileEntry", filled.entry)
    found = filled.single()
    return Stockpile(
        **common(entry, element_id, line),
        good=entry.good,
        quantity=found["quantity"],
        survival=survival_of(filled, found, _table(filled, entry)),
    )


def _table(filled: Filled, entry: StockpileEntry) -> tuple[tuple[float, float], ...]:
    if entry.survival_table is None:
        return ()
    measures = filled.measures
    path = filled.path
    ages = Reading(measures, Kind("month", low=0.0), (parse_unit("month"),), path)
    shares = Reading(measures, Kind("", low=0.0, high=1.0), (ONE,), path)
    points = []
    for position, (age, share) in enumerate(entry.survival_table):
        at = in_base(ages, age, ("survival_table", position, 0))
        left = in_base(shares, share, ("survival_table", position, 1))
        if at and left:
            points.append((at[0][1], left[0][1]))
    filled.findings += [*ages.findings, *shares.findings]
    later = list(pairwise(points))
    if any(b[0] <= a[0] or b[1] > a[1] for a, b in later) or len(entry.survival_table) < 2:
        filled.refuse(
            ("survival_table",),
            _("a survival table has at least two points, with rising ages and falling shares"),
            _('write it as in "[[0, 1], [120, 50 %]]"'),
        )
    return tuple(points)


def survival_of(
    filled: Filled,
    found: Mapping[str, Quantity | None],
    table: tuple[tuple[float, float], ...] = (),
) -> Survival:
    """How a good or a stockpile ages; refuses what says it twice."""
    names = ("half_life", "shelf_life", "survival_table")
    given = [name for name in names if getattr(filled.entry, name, None) is not None]
    if len(given) > 1:
        filled.refuse(
            (given[1],),
            _("survival is given twice, by {first} and by {second}").format(
                first=given[0], second=given[1]
            ),
            _("keep one of the two"),
        )
    age = found.get("age")
    if age is not None and "shelf_life" not in given and "survival_table" not in given:
        filled.refuse(
            ("age",),
            _("an age says nothing without shelf_life or survival_table"),
            _("give one of them, or take the age out"),
        )
    return Survival(found["half_life"], found["shelf_life"], age, table)


def make_plant(filled: Filled, element_id: str, line: int) -> Element:
    """A plant with its opening, lines and payments."""
    entry = cast("PlantEntry", filled.entry)
    found = filled.single()
    opening = month_period(entry.opening.value, filled.measures.calendar) or 0
    calendar = filled.measures.calendar
    if opening >= calendar.n_periods:
        filled.refuse(("opening", "value"), *outside(entry.opening.value, calendar))
    return Plant(
        **common(entry, element_id, line),
        actor=entry.actor,
        opening=opening,
        delay=_delay(filled, entry.opening, found["delay"]),
        ramp=found["ramp"],
        lines=filled.quantities("lines"),
        capital=tuple(
            payment
            for position, one in enumerate(entry.capital)
            if (payment := _payment(filled, one, ("capital", position))) is not None
        ),
        opening_written=entry.opening.value,
        opening_grade=entry.opening.grade or "",
        opening_source=entry.opening.source,
        opening_why=entry.opening.why,
    )


def _delay(filled: Filled, opening: OpeningEntry, delay: Quantity | None) -> Quantity | None:
    """The delay, with the range of the opening added to its own. [month]"""
    ends = _opening_ends(filled, opening)
    if opening.distribution is not None:
        return _overrun(filled, opening, delay)
    if ends is None:
        return delay
    if delay is None:
        delay = _of_opening(filled, opening)
    if delay.reference:
        filled.refuse(("delay", "distribution"), *_said_twice("opening.range"))
    low = delay.value if delay.low is None else delay.low
    high = delay.value if delay.high is None else delay.high
    return replace(delay, low=low + ends[0], high=high + ends[1])


def _of_opening(filled: Filled, opening: OpeningEntry) -> Quantity:
    """A delay of none, in the words of the opening."""
    return Quantity(
        0.0,
        "month",
        grade=Grade(opening.grade or ""),
        source=opening.source,
        why=opening.why,
        path=dotted((*filled.path, "opening")),
        written=opening.value,
        line=place(filled.node, ("opening", "value")).line,
    )


def _overrun(filled: Filled, opening: OpeningEntry, delay: Quantity | None) -> Quantity:
    """A delay drawn from the reference class that the opening names. [month]"""
    if opening.range is not None:
        filled.refuse(("opening", "distribution"), *_said_twice("opening.range"))
    if delay is not None:
        filled.refuse(("opening", "distribution"), *_said_twice("delay"))
    reference = opening.distribution.reference if opening.distribution else ""
    return replace(_of_opening(filled, opening), distribution="reference", reference=reference)


def _said_twice(other: str) -> tuple[str, str]:
    return (
        _("how late the plant is is said twice, here and by {other}").format(other=other),
        _("keep one of the two"),
    )


def _opening_ends(filled: Filled, opening: OpeningEntry) -> tuple[float, float] | None:
    """Months by which the opening may come earlier and later."""
    if opening.range is None:
        return None
    at, low, high = (_months(text) for text in (opening.value, *opening.range))
    if not low <= at <= high:
        filled.refuse(
            ("opening", "range"),
            _("the range from {low} to {high} does not hold the value {value}").format(
                low=opening.range[0], high=opening.range[1], value=opening.value
            ),
            _("write the earlier month first, and widen the range"),
        )
    return float(low - at), float(high - at)


def _months(text: str) -> int:
    year, month = text.split("-")[:2]
    return int(year) * 12 + int(month)


def _payment(filled: Filled, entry: CapitalEntry, step: Path) -> CapitalPayment | None:
    calendar = filled.measures.calendar
    period = month_period(entry.date, calendar) or 0
    if period >= calendar.n_periods:
        filled.refuse((*step, "date"), *outside(entry.date, calendar))
    node = find(filled.node, step) or filled.node
    inner = replace(filled, entry=entry, node=node, path=(*filled.path, *step))
    amount = inner.quantity("amount")
    share = inner.quantity("foreign_share")
    return CapitalPayment(period, amount, share) if amount is not None else None


def make_fact(filled: Filled, element_id: str, line: int) -> Element:
    """A public fact."""
    entry = cast("FactEntry", filled.entry)
    return Fact(
        **common(entry, element_id, line),
        says=text_of(entry.says),
        amount=_fact_amount(filled, entry),
        date=entry.date,
        document=entry.document,
        grade=entry.grade or "",
    )


def _fact_amount(filled: Filled, entry: FactEntry) -> Quantity | None:
    """The number of a fact, in the unit that it is written in."""
    amount = entry.amount
    if amount is None or amount.value is None or amount.is_missing:
        return filled.quantity("amount") if amount is not None and amount.is_missing else None
    own = frozenset(re.findall(r"[A-Za-z][A-Za-z0-9_]*", f"{amount.value} {amount.unit}"))
    measures = replace(filled.measures, own=own | filled.measures.own)
    try:
        unit = parse_amount(amount.value, measures.own).unit or parse_unit(amount.unit, own)
    except UnitError as error:
        filled.refuse(("amount", "value"), error.what, error.fix)
        return None
    name = unit.name if unit.powers or "%" not in unit.name else ""
    line = place(filled.node, ("amount", "value")).line
    quantity, findings = read_quantity(
        amount, measures, Kind(""), units=(name,), path=(*filled.path, "amount"), line=line
    )
    filled.findings += findings
    return quantity


def make_document(filled: Filled, element_id: str, line: int) -> Element:
    """A published text or table."""
    entry = cast("DocumentEntry", filled.entry)
    return Document(
        **common(entry, element_id, line),
        title=entry.title,
        publisher=entry.publisher,
        date=entry.date,
        address=entry.address,
        licence=entry.licence,
    )
