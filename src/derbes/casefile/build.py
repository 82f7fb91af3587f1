"""Entries of a case file to the elements of a case, in base units.

What an element holds as it is written goes over by the form of its key; what it holds
otherwise has a function by section.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Any

from derbes.case import forms
from derbes.case.entities import MEASURE_TERMS, CapitalPayment, Hit, Survival
from derbes.case.forms import MISSING, MOST_MONTHS, TIME, InUnit, MapForm
from derbes.case.ledger import AGAINST, FOR, LEDGER, Judgement, Stance
from derbes.case.options import OPTION_TERMS
from derbes.case.quantity import MONTHS_A_YEAR, Element, Grade, Quantity
from derbes.case.uncertainty import ReferenceProject
from derbes.casefile.entries import (
    SECTIONS,
    Entry,
    Finding,
    MappingNode,
    Node,
    Path,
    by_name,
    dotted,
    find,
    is_missing,
    keys_of,
    place,
)
from derbes.casefile.formulas import unit_named
from derbes.casefile.quantities import (
    CaseUnits,
    Reading,
    first_text,
    formula_of,
    in_base,
    is_formula,
    is_share,
    outside,
    read_quantity,
    wrong_parts,
)
from derbes.grammar import ExpressionError
from derbes.language import _, ngettext, text_of
from derbes.unit_names import DAYS_A_MONTH
from derbes.units import ONE, UnitError, not_a_number, parse_amount, parse_unit

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FRACTION = re.compile(r"\s*([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*")

Points = tuple[tuple[float, float], ...]
Found = dict[str, Any]
"""Attribute of an element → what it holds."""


@dataclass(slots=True)
class Filled:
    """An entry with its quantities read."""

    entry: Entry
    node: Node
    path: Path
    measures: CaseUnits
    good: str
    """Good that its quantities count."""
    findings: list[Finding]
    missing: list[str]
    line: int = 0
    """Line in which its key stands."""
    period: int = 0
    """Period whose exchange rates count for what is paid once."""

    def quantities(self) -> Found:
        """All quantities in base units, by key; several by name where a key holds several."""
        found: Found = {}
        for key in keys_of(self.entry.model).values():
            given, form = getattr(self.entry, key.name), key.form
            if isinstance(form, InUnit):
                found[key.name] = self.quantity(given, form, (key.key,))
            elif isinstance(form, MapForm) and isinstance(form.item, InUnit):
                found[key.name] = {
                    name: quantity
                    for name, one in (given or {}).items()
                    if (quantity := self.quantity(one, form.item, (key.key, name))) is not None
                }
        return found

    def held(self) -> Found:
        """What an element holds as it is written, in base units."""
        found = self.quantities()
        for key in keys_of(self.entry.model).values():
            given = getattr(self.entry, key.name)
            match key.form:
                case forms.ShareForm() as form:
                    found[key.name] = None if given is None else self.share(given, form, (key.key,))
                case forms.WordForm() if issubclass(key.holds, Enum):
                    found[key.name] = key.holds(given)
                case forms.TextForm() | forms.WordForm() | forms.FlagForm() | forms.LabelForm():
                    found[key.name] = "" if given is None else given
                case forms.ListForm():
                    found[key.name] = tuple(given or ())
        return found

    def below(self, entry: Entry, step: Path) -> "Filled":
        """A part of the entry, ready to be filled; findings are those of the whole."""
        node = find(self.node, step) or self.node
        return replace(self, entry=entry, node=node, path=(*self.path, *step))

    def share(self, text: str, form: forms.ShareForm, step: Path) -> float:
        """A number or share that has no range and no source; 0 when it cannot be used."""
        fraction = _FRACTION.fullmatch(text) if form.fraction else None
        if fraction is None:
            number = self.number(text, step, InUnit("", low=form.low, high=form.high), ONE.name)
            return number or 0.0
        if not int(fraction[2]):
            error = not_a_number(text)
            self.refuse(step, error.what, error.fix)
            return 0.0
        share = int(fraction[1]) / int(fraction[2])
        if share > form.high:
            self.refuse(step, _('expected at most {limit}, got "{text}"'), limit=1, text=text)
        return share

    def number(self, text: str, step: Path, limits: InUnit, unit: str) -> float | None:
        """A number in a unit; None, with a finding, when it cannot be used."""
        reading = Reading(self.measures, limits, (parse_unit(unit, self.measures.own),), self.path)
        found = in_base(reading, text, step)
        self.findings += reading.findings
        return found[0][1] if found else None

    def refuse(self, step: Path, what: str, fix: str = "", /, **words: Any) -> None:
        """Note that something in this entry cannot be used; `words` go into both texts."""
        self.findings.append(Finding.of((*self.path, *step), what, fix, **words))

    def quantity(self, entry: Entry | None, form: InUnit, step: Path) -> Quantity | None:
        """A quantity of the entry in base units."""
        if entry is None:
            return None
        if is_missing(entry):
            self._note_missing(step, entry)
            if entry.series is None:
                return None
        given, measures = str(step[-1]), self.measures
        if form.unit == "{any}":
            words = _WORD.findall(" ".join([first_text(entry), entry.unit, *(entry.range or ())]))
            measures = replace(measures, own=measures.own | set(words))
            own = self.own_unit(entry, step, measures)
            if own is None:
                return None
            form = replace(form, unit=own)
        if form.unit == "{by}" and self._template(form) == TIME.unit:
            form = replace(form, high=TIME.high)
        if form.or_share and is_share(entry, measures, (*self.path, *step)):
            form = replace(form, unit="")
        templates = (self._template(form), *form.also)
        names = [measures.unit(template, self.good, given) for template in templates]
        if names[0] is None:
            return None  # the good has no unit; said there
        units = tuple(parse_unit(name, measures.own) for name in names if name is not None)
        line = place(self.node, (*step, "value")).line
        path = (*self.path, *step)
        reading = Reading(measures, form, units, path, line=line, period=self.period)
        quantity = read_quantity(reading, entry)
        self.findings += reading.findings
        return None if is_missing(entry) else quantity

    def at(self, step: Path) -> Quantity | None:
        """The number at a path below this entry; None where there is none."""
        key = keys_of(self.entry.model).get(str(step[0])) if step else None
        given = getattr(self.entry, key.name) if key else None
        if key is None or given is None:
            return None
        if isinstance(key.form, InUnit) and len(step) == 1:
            return self.quantity(given, key.form, step)
        if isinstance(key.form, MapForm) and isinstance(key.form.item, InUnit) and len(step) == 2:
            return self.quantity(given[step[1]], key.form.item, step) if step[1] in given else None
        if isinstance(key.form, forms.PartForm) and isinstance(given, Entry):
            return self.below(given, step[:1]).at(step[1:])
        return None

    def own_unit(self, entry: Entry, step: Path, measures: CaseUnits) -> str | None:
        """The unit that a number is written in, words of its own included; None: it is refused."""
        if (text := first_text(entry)) in {"", MISSING}:
            return ""
        try:
            if is_formula(text) and not entry.unit:
                _formula, powers, words = formula_of(measures, text, (*self.path, *step))
                return unit_named(powers, measures.money, words)
            unit = parse_unit(entry.unit, measures.own)
            if not is_formula(text):
                unit = parse_amount(text, measures.own).unit or unit
        except (UnitError, ExpressionError) as error:
            self.findings += wrong_parts(error, text, (*self.path, *step, "value"))
            return None
        return unit.name if unit.powers or "%" not in unit.name else ""

    def _template(self, form: InUnit) -> str:
        """`{by}` of a measure is months or a share; `{by_size}` is one unit of an option's size."""
        of: Any = getattr(self.entry, "kind", "")
        if form.unit == "{by}":
            return MEASURE_TERMS[of].by if of in MEASURE_TERMS else ""
        size = OPTION_TERMS[of].size_unit if of in OPTION_TERMS else ""
        return form.unit.replace("{by_size}", size and f"/{size}")

    def _note_missing(self, step: Path, entry: Entry) -> None:
        if not by_name(self.entry.model)[str(step[0])].is_needed and len(step) == 1:
            self.missing.append(dotted((*self.path, *step)))
            return
        if entry.series is None:
            what = _('"missing" cannot stand here: nothing can be computed without {key}')
            fix = _("give a value with a range, grade D and a why")
            self.refuse((*step, "value"), what, fix, key=step[-1])
            return
        what = _('"missing" cannot stand here: nothing can be computed without {key} of {month}')
        fix = _("give a value; grade D and a why say that it is assumed")
        for month, one in entry.series.items():
            if one.value == MISSING:
                self.refuse((*step, "series", month), what, fix, key=step[-1], month=month)


def make_element(filled: Filled) -> Element:
    """The element of an entry; findings are left with `filled`."""
    section, element_id = map(str, filled.path)
    found = filled.held() | {"id": element_id, "at_line": filled.line}
    if section in LEDGER:
        found["document"], found["place"] = document_and_place(filled.entry.at)
    if section in _OTHERWISE:
        found |= _OTHERWISE[section](filled, found)
    element: Element = made(SECTIONS[section], found)
    return element


def made(model: type, found: Found) -> Any:
    """A value of a class with those of the attributes that it has."""
    names = [one.name for one in dataclasses.fields(model)]
    return model(**{name: found[name] for name in names if name in found})


def length_in_periods(filled: Filled, text: str, step: Path) -> int:
    """A length written in months or with a unit. [period]"""
    found = filled.number(text, step, InUnit("month", above=0.0, high=MOST_MONTHS), "month")
    if found is None:
        return 0
    months = round(found, 6)
    step_months = int(filled.measures.calendar.step)
    if months % step_months:
        what = ngettext(
            '"{text}" is not a whole number of periods of {n} month',
            '"{text}" is not a whole number of periods of {n} months',
            step_months,
        )
        fix = _("choose a multiple of {n} months")
        if step_months == 1:
            fix = _("choose a whole number of months")
        filled.refuse(step, what, fix, text=text, n=step_months)
    return filled.measures.calendar.periods(months)


def period_of(filled: Filled, month: str, step: Path, *, may_be_past: bool = False) -> int | None:
    """Period of a month; None, with a finding, when the calendar does not hold it.

    Args:
        filled: Entry that says it.
        month: Such as `2027-07`.
        step: Where it stands in the entry.
        may_be_past: Whether it may lie before the calendar.
    """
    calendar = filled.measures.calendar
    period = calendar.index_of(month)
    if period >= calendar.n_periods or (period < 0 and not may_be_past):
        filled.refuse(step, *outside(month, calendar))
        return None
    return period


def refuse_reversed(filled: Filled, step: Path, first: str, last: str | None) -> None:
    """Note that a span of months ends before it begins."""
    calendar = filled.measures.calendar
    what = _('it begins after its end: "{first}" is later than "{last}"')
    last = last or calendar.label(calendar.n_periods - 1)
    filled.refuse(step, what, _("write the earlier month first"), first=first, last=last)


def _measure(filled: Filled, _found: Found) -> Found:
    entry = filled.entry
    if not entry.lengths:
        filled.refuse(("lengths",), _("no length is given"), _('write "lengths: [6, 12]"'))
    lengths = [
        length_in_periods(filled, text, ("lengths", at)) for at, text in enumerate(entry.lengths)
    ]
    start = period_of(filled, entry.start, ("start",)) if entry.start else None
    hits = tuple(made(Hit, one.given) for one in entry.hits)
    return {"hits": hits, "lengths": tuple(lengths), "start": start}


def _good(filled: Filled, found: Found) -> Found:
    unit = filled.measures.good_units.get(str(filled.path[-1]), "")
    return {"unit": unit, "survival": _survival(filled, found)}


def _stockpile(filled: Filled, found: Found) -> Found:
    table = filled.entry.survival_table
    points = []
    for position, (age, share) in enumerate(table or ()):
        step = ("survival_table", position)
        at = filled.number(age, (*step, 0), TIME, "month")
        left = filled.number(share, (*step, 1), InUnit("", low=0.0, high=1.0), ONE.name)
        if at is not None and left is not None:
            points.append((at, left))
    later = list(pairwise(points))
    if table is not None and (any(b[0] <= a[0] or b[1] > a[1] for a, b in later) or len(table) < 2):
        what = _("a survival table has at least two points, with rising ages and falling shares")
        filled.refuse(("survival_table",), what, _('write it as in "[[0, 1], [120, 50 %]]"'))
    return {"survival": _survival(filled, found, tuple(points))}


def _survival(filled: Filled, found: Found, table: Points = ()) -> Survival:
    """How a good or a stockpile ages; refuses what says it twice."""
    names = ("half_life", "shelf_life", "survival_table")
    given = [name for name in names if getattr(filled.entry, name, None) is not None]
    if len(given) > 1:
        what = _("survival is given twice, by {first} and by {second}")
        filled.refuse((given[1],), what, _("keep one of the two"), first=given[0], second=given[1])
    age = found.get("age")
    if age is not None and "shelf_life" not in given and "survival_table" not in given:
        what = _("an age says nothing without shelf_life or survival_table")
        filled.refuse(("age",), what, _("give one of them, or take the age out"))
    return Survival(found["half_life"], found["shelf_life"], age, table)


def _plant(filled: Filled, found: Found) -> Found:
    opening = filled.entry.opening
    period = period_of(filled, opening.value, ("opening", "value"), may_be_past=True)
    payments = []
    for position, one in enumerate(filled.entry.capital):
        step = ("capital", position)
        at = period_of(filled, one.date, (*step, "date"), may_be_past=True) or 0
        paid = replace(filled.below(one, step), period=max(at, 0)).quantities()
        if paid["amount"] is not None:
            paid["amount"] = replace(paid["amount"], steps=())  # at the rate of its date
            payments.append(CapitalPayment(period=at, **paid))
    return {
        "opening": period or 0,
        "delay": _delay(filled, opening, found["delay"]),
        "capital": tuple(payments),
        "opening_written": opening.value,
        "opening_grade": opening.grade or "",
        "opening_source": opening.source,
        "opening_why": opening.why,
    }


def _delay(filled: Filled, opening: Entry, delay: Quantity | None) -> Quantity | None:
    """The delay, with what the opening says of its own range or distribution. [month]"""
    if opening.range is None and opening.distribution is None:
        return delay

    def refuse_twice(key: str, other: str) -> None:
        what = _("how late the plant is is said twice, here and by {other}")
        filled.refuse((key, "distribution"), what, _("keep one of the two"), other=other)

    none = Quantity(
        0.0,
        "month",
        grade=Grade(opening.grade or ""),
        source=opening.source,
        why=opening.why,
        path=dotted((*filled.path, "opening")),
        written=opening.value,
        line=place(filled.node, ("opening", "value")).line,
    )
    months = [opening.value, *(opening.range or (opening.value, opening.value))]
    at, early, late = (_months_between("0-0", month[:7]) for month in months)
    if not early <= at <= late:
        what = _("the range from {low} to {high} does not hold the value {value}")
        fix = _("write the earlier month first, and widen the range")
        value, low, high = months
        filled.refuse(("opening", "range"), what, fix, low=low, high=high, value=value)
    if opening.distribution is not None:
        if opening.range is not None:
            refuse_twice("opening", "opening.range")
        if delay is not None:
            refuse_twice("opening", "delay")
        return replace(none, distribution="reference", reference=opening.distribution.reference)
    planned = delay or none
    if planned.reference:
        refuse_twice("delay", "opening.range")
    low = planned.value if planned.low is None else planned.low
    high = planned.value if planned.high is None else planned.high
    return replace(planned, low=low + (early - at), high=high + (late - at))


def _limit(filled: Filled, found: Found) -> Found:
    entry = filled.entry
    least, most = found["at_least"], found["at_most"]
    if entry.at_most is None and entry.at_least is None:
        filled.refuse((), _("the limit says neither at_most nor at_least"), _("add one of them"))
    if least is not None and most is not None and least.value > most.value:
        what = _('at_least is above at_most: "{least}" is more than "{most}"')
        fix = _("exchange the two")
        filled.refuse(("at_least",), what, fix, least=least.written, most=most.written)
    is_list = not isinstance(find(filled.node, ("options",)), MappingNode)
    return {"options": {name: Quantity(1.0) for name in entry.options}} if is_list else {}


def _keys_of_caps(filled: Filled) -> None:
    """What a cap on sellers must say, and what only a cap can."""
    entry = filled.entry
    if not entry.good:
        fix = _("name the good whose sellers are capped, or take the key out")
        for key in ("at_most", "sellers", "part_of"):
            if getattr(entry, key):
                filled.refuse((key,), _('"{key}" says nothing without a good'), fix, key=key)
        return
    for key in ("uses", "measure", "length", "share"):
        if getattr(entry, key):
            what = _('"{key}" says nothing of a cap on the sellers of "{good}"')
            fix = _("take it out, or write a standard of its own for it")
            filled.refuse((key,), what, fix, key=key, good=entry.good)
    if entry.at_most is None or is_missing(entry.at_most):
        what = _('the cap does not say which part of "{good}" a seller may have')
        filled.refuse((), what, _('add "at_most: 50 %"'), good=entry.good)


def _standard(filled: Filled, _found: Found) -> Found:
    entry = filled.entry
    _keys_of_caps(filled)
    first = period_of(filled, entry.first, ("from",)) if entry.first else 0
    last = period_of(filled, entry.last, ("to",)) if entry.last else -1
    if first is None or last is None:
        first, last = 0, -1
    if 0 <= last < first:
        refuse_reversed(filled, ("from",), entry.first or "", entry.last)
    length = 0
    if entry.length is not None:
        length = length_in_periods(filled, entry.length, ("length",))
        if not entry.measure and not entry.good:
            fix = _("name the measure that is to be survived, or take the length out")
            filled.refuse(("length",), _("a length says nothing without a measure"), fix)
    elif entry.measure:
        what = _('the standard does not say how long "{measure}" runs')
        filled.refuse((), what, _('add "length: 12 month"'), measure=entry.measure)
    return {"length": length, "first": first, "last": last}


def _supplier(filled: Filled, _found: Found) -> Found:
    until = filled.entry.at_least_until
    return {"at_least_until": max(0, filled.measures.calendar.index_of(until)) if until else None}


def _option(filled: Filled, _found: Found) -> Found:
    smallest, largest, sizes = _sizes(filled, entry := filled.entry)
    dates = _dates(filled, entry.dates) if entry.dates else (0,)
    return {"sizes": sizes, "smallest": smallest, "largest": largest, "dates": dates}


def _sizes(filled: Filled, entry: Entry) -> tuple[float, float, tuple[float, ...]]:
    """Least and greatest size, and the steps; no steps where any size may be chosen."""
    if entry.size is None:
        if example := OPTION_TERMS[entry.kind].size_example:
            what = _('an option of kind {kind} needs the key "size"')
            filled.refuse((), what, _("add it, as in {example}"), kind=entry.kind, example=example)
        return 1.0, 1.0, (1.0,)
    if entry.size.steps is None:
        return (*_range_of_sizes(filled, entry, entry.size), ())
    texts = entry.size.steps
    found = [_size(filled, text, ("size", "steps", at)) for at, text in enumerate(texts)]
    sizes = tuple(size for size in found if size is not None) or (1.0,)
    for at, (smaller, larger) in enumerate(pairwise(sizes), start=1):
        if len(sizes) == len(texts) and larger <= smaller:
            what = _('sizes must rise: "{size}" is not more than "{before}"')
            fix = _("write each size once, the smallest first")
            filled.refuse(("size", "steps", at), what, fix, size=texts[at], before=texts[at - 1])
    return sizes[0], sizes[-1], sizes


def _range_of_sizes(filled: Filled, entry: Entry, size: Entry) -> tuple[float, float]:
    if entry.kind == "bring_forward":
        what = _("an option of kind bring_forward is chosen in steps")
        filled.refuse(("size",), what, _('list them, as in "size: [3, 6, 12]"'))
    smallest = _size(filled, size.from_, ("size", "from"), is_least=True) if size.from_ else 0.0
    largest = _size(filled, size.to or "", ("size", "to"))
    if smallest is None or largest is None:
        return 0.0, 1.0
    if smallest > largest:
        what = _('the sizes begin above their end: "{low}" is more than "{high}"')
        fix = _("write the lower value first")
        filled.refuse(("size", "from"), what, fix, low=size.from_, high=size.to)
    return smallest, largest


def _size(filled: Filled, text: str, step: Path, *, is_least: bool = False) -> float | None:
    """One size; None, with a finding, when it cannot be used."""
    kind = filled.entry.kind
    if kind == "bring_forward":
        return float(length_in_periods(filled, text, step) * filled.measures.calendar.step) or None
    unit = filled.measures.unit(OPTION_TERMS[kind].size_unit, filled.good)
    if unit is None:
        return None  # the good has no unit; said there
    low, above = (0.0, None) if is_least else (None, 0.0)
    limits = InUnit(unit, low=low, above=above, high=1.0 if kind == "buy_out" else None)
    return filled.number(text, step, limits, unit)


def _dates(filled: Filled, entry: Entry) -> tuple[int, ...]:
    """Periods that are listed, or those from one date to another."""
    if entry.months is None:
        end = filled.measures.calendar.n_periods - 1
        first = period_of(filled, entry.from_, ("dates", "from")) if entry.from_ else 0
        last = period_of(filled, entry.to, ("dates", "to")) if entry.to else end
        every = length_in_periods(filled, entry.every, ("dates", "every")) if entry.every else 1
        if first is None or last is None or every < 1:
            return (0,)
        if first > last:
            refuse_reversed(filled, ("dates", "from"), entry.from_ or "", entry.to)
        return tuple(range(first, last + 1, every)) or (0,)
    months = entry.months
    periods = [period_of(filled, month, ("dates", "months", at)) for at, month in enumerate(months)]
    for at, (earlier, later) in enumerate(pairwise(periods), start=1):
        if earlier is None or later is None or earlier < later:
            continue
        before, month = months[at - 1], months[at]
        what = _('dates must rise: "{date}" comes before "{before}"')
        what, fix = what.format(date=month, before=before), _("write them in the order of time")
        if earlier == later:
            what = _("{first} and {second} fall into the same period")
            what, fix = what.format(first=before, second=month), _("keep one of the two")
        filled.refuse(("dates", "months", at), what, fix)
    return tuple(period for period in periods if period is not None) or (0,)


def _reference_class(filled: Filled, _found: Found) -> Found:
    projects = []
    for position, one in enumerate(filled.entry.projects):
        if (one.achieved is None) == (one.unfinished_at is None):
            what = _('"{name}" needs one of achieved and unfinished_at')
            fix = _("say when it was done, or when it was known not to be done")
            filled.refuse(("projects", position), what, fix, name=text_of(one.name))
        overrun = _months_between(one.planned, one.achieved or one.unfinished_at or one.planned)
        finished = one.achieved is not None
        projects.append(ReferenceProject(one.name, overrun, finished, one.source))
    if not filled.findings and not any(project.finished for project in projects):
        what = _("no project of the class is finished, so nothing can be drawn from it")
        fix = _("add a project with the month in which it was achieved")
        filled.refuse(("projects",), what, fix)
    return {"projects": tuple(projects)}


def _months_between(planned: str, until: str) -> float:
    """Months from one date to another; days count where both have them."""
    (year, month, *day), (later_year, later_month, *later_day) = (
        [int(part) for part in date.split("-")] for date in (planned, until)
    )
    months = float((later_year - year) * MONTHS_A_YEAR + later_month - month)
    if day and later_day:
        months += (later_day[0] - day[0]) / DAYS_A_MONTH
    return months


def _statement(filled: Filled, _found: Found) -> Found:
    entry = filled.entry
    decided = entry.resolution.given if entry.resolution is not None else {}
    stances = (Stance(toward, sign_of(sign)) for toward, sign in entry.stances.items())
    acts = (Judgement(j.act, j.of, sign_of(j.sign), j.shown_by) for j in entry.judgements)
    resolution = {key: decided[key] for key in ("yes", "no", "void") if decided.get(key)}
    return {"stances": tuple(stances), "judgements": tuple(acts), "resolution": resolution}


def sign_of(word: str) -> int:
    """-1 against, 0 neutral, 1 for."""
    return (word in FOR) - (word in AGAINST)


def document_and_place(at: str) -> tuple[str, str]:
    """Id of the document, and the place in it."""
    document, _space, place = " ".join(at.split()).partition(" ")
    return document, place


_OTHERWISE: Mapping[str, Callable[[Filled, Found], Found]] = {
    "goods": _good,
    "stockpiles": _stockpile,
    "plants": _plant,
    "suppliers": _supplier,
    "measures": _measure,
    "options": _option,
    "limits": _limit,
    "standards": _standard,
    "reference_classes": _reference_class,
    "statements": _statement,
}
"""What the elements of a section hold otherwise than it is written."""
