"""A whole quantity in base units: value or series, range, distribution, and where it comes from.

One amount at a time is brought to the unit, money and limits of its key; a value may also follow
from others by a formula.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from derbes.case.forms import MISSING, MOST_MONTHS, InUnit, WrittenQuantity
from derbes.case.quantity import (
    SIGN,
    Calendar,
    Formula,
    Grade,
    MonthQuantity,
    Quantity,
)
from derbes.casefile.entries import Entry, Finding, Path, dotted, is_uncertain
from derbes.casefile.formulas import Powers, powers_of, read_formula, unit_named
from derbes.grammar import ExpressionError, refused
from derbes.language import _
from derbes.units import (
    GROUP_SPACE,
    LARGEST,
    ONE,
    SMALLEST,
    Amount,
    Unit,
    UnitError,
    convert,
    convertible,
    format_amount,
    format_number,
    parse_amount,
    parse_unit,
)

Steps = tuple[tuple[int, float], ...]
"""(period, number) pairs; each holds from its period on."""


@dataclass(frozen=True, slots=True)
class CaseUnits:
    """In what a case counts: goods, money, time."""

    calendar: Calendar
    money: str
    """Base currency."""
    good_units: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, Quantity] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    """Units of goods that are words of their own."""
    named: Callable[[str, Path], Quantity] | None = None
    """Name in a formula, and path of what the formula gives → the number of that name."""

    def worth(self, currency: str) -> float | None:
        """Worth of a currency in that of the case; None for what is none, or has no rate."""
        if currency == self.money:
            return 1.0
        return self.rates[currency].value if currency in self.rates else None

    def unit(self, template: str, good: str = "", given: str = "") -> str | None:
        """The unit that a template stands for; None when a good has none.

        Args:
            template: Unit with `{good}`, `{money}`, `{input}`, `{currency}`.
            good: Good that the quantity counts.
            given: Input good, or currency of a rate.
        """
        of_good, of_input = self.good_units.get(good), self.good_units.get(given)
        if ("{good}" in template and not of_good) or ("{input}" in template and not of_input):
            return None
        return template.format(money=self.money, good=of_good, input=of_input, currency=given)


@dataclass(slots=True)
class Reading:
    """One quantity while it is read."""

    measures: CaseUnits
    kind: InUnit
    units: tuple[Unit, ...]
    """Unit that it is turned into, and others that count as it."""
    path: Path
    findings: list[Finding] = field(default_factory=list)
    inherited: Unit | None = None
    """Unit of plain numbers, when the quantity names one."""
    period: int = 0
    """Period from which what is read holds."""
    line: int = 0
    """Line in which it stands."""
    derived: tuple[Formula, tuple[float, float], tuple[Quantity, ...]] | None = None
    """The formula that the value follows from, its ends within the ranges of its parents, those."""

    @property
    def unit(self) -> Unit:
        """Unit that it is turned into."""
        return self.units[0]

    def refuse(self, step: Path, what: str, fix: str = "", /, **words: Any) -> None:
        """Note that something below this quantity cannot be used; `words` go into both texts."""
        self.findings.append(Finding.of((*self.path, *step), what, fix, **words))


def outside(text: str, calendar: Calendar) -> tuple[str, str]:
    """What is wrong with a month that no period holds, and how to repair it."""
    what = _('"{month}" is outside the calendar, which runs from {first} to {last}')
    fix = _("choose a month within it, or change calendar.periods")
    return what.format(month=text, first=calendar.label(0), last=calendar.end), fix


def in_words(number: float, unit: str, language: str = "en") -> str:
    """A number with its unit, as messages show it: as a file may have it."""
    return format_amount(number, unit, language).replace(GROUP_SPACE, " ")


def amount_of(reading: Reading, text: str, step: Path) -> Amount | None:
    """The amount in a text; None, with a finding, when there is none."""
    own = reading.measures.own

    def fits(meant: str) -> bool:
        """Whether the text with this unit in place of the one it names counts the right thing."""
        try:
            unit = parse_amount(text.replace(wrong.word, meant, 1), own).unit
        except UnitError:
            return False
        return unit is None or _target(unit, reading) is not None or bool(unit.currencies)

    try:
        return parse_amount(text, own)
    except UnitError as error:
        wrong = error
    is_near = not wrong.word or any(fits(one) for one in wrong.meant)
    reading.refuse(step, wrong.what, wrong.fix if is_near else _write_it(reading))
    return None


def _write_it(reading: Reading) -> str:
    return _('write it as in "{example}"').format(example=in_words(15.0, reading.unit.name or "%"))


def in_base(reading: Reading, text: str, step: Path) -> Steps:
    """The amount in a text in base units from its period on; empty when it cannot be used.

    Several steps where a rate of money changes over time.
    """
    if is_formula(text):
        return _computed(reading, text, step)
    amount = amount_of(reading, text, step)
    if amount is None:
        return ()
    unit = amount.unit or reading.inherited or reading.unit
    measures, here = reading.measures, dict(reading.unit.currencies)
    foreign = [one for one in unit.currencies if here and one[0] not in here]
    powers: dict[str, int] = {}
    for kind, power in unit.powers:
        is_rated = kind in measures.rates and (kind, power) in foreign
        name = measures.money if is_rated else kind
        powers[name] = powers.get(name, 0) + power
    home = Unit(unit.name, unit.factor, tuple((k, p) for k, p in powers.items() if p))
    to = _target(home, reading)
    if to is None:
        said = text if amount.unit is not None else f"{text} {unit.name}".strip()
        fix = _turned(reading, amount.number, home)
        if reading.kind.unit == "{good}" and convertible(unit, parse_unit("month")):
            fix = _('write the amount, or "= {time} * uses.my_use.demand"').format(time=text)
        return _refuse_unit(reading, foreign, said, step, fix=fix)
    rates: Steps = ((0, 1.0),)
    for code, power in foreign[:1]:
        rate = measures.rates[code]
        rates = tuple((at, worth**power) for at, worth in rate.steps or ((0, rate.value),))
    number, period = convert(amount.number, home, to), reading.period
    steps = {max(at, period) if at > 0 else period: number * rate for at, rate in rates}
    if not all(_in_limits(reading, value, text, step) for value in steps.values()):
        return ()
    return tuple(steps.items())


def is_formula(text: str) -> bool:
    """Whether a text says how a number follows from others."""
    return text.lstrip().startswith(SIGN)


def first_text(entry: Entry) -> str:
    """The value of a number, or the first that is known of a series, as written; empty: none."""
    texts = [entry.value, *(one.value for one in (entry.series or {}).values())]
    return next((text for text in texts if text and text != MISSING), "")


def is_share(entry: Entry, measures: CaseUnits, path: Path) -> bool:
    """Whether a number that may be a share or an amount is written as a share."""
    text = first_text(entry)
    try:
        if is_formula(text):
            return not formula_of(measures, text, path)[1]
        unit = parse_amount(text, measures.own).unit
    except (UnitError, ExpressionError):
        return False  # said where it is read
    return "%" in (entry.unit if unit is None else unit.name)


def formula_of(
    measures: CaseUnits, text: str, path: Path
) -> tuple[Formula, Powers, Mapping[str, str]]:
    """The formula in a text, the kinds that it counts, and its words for them.

    Raises:
        ExpressionError: It cannot be used.
    """
    asked = measures.named

    def named(name: str) -> Quantity:
        if asked is None:
            raise refused(_("a formula cannot stand here"), _("write the number"))
        return asked(name, path)

    return read_formula(text.strip()[1:], named, own=measures.own, rates=measures.worth)


def wrong_parts(error: UnitError | ExpressionError, text: str, path: Path) -> list[Finding]:
    """What is wrong with a value; of a formula each under the part that it is about."""
    if isinstance(error, UnitError):
        return [Finding(path, error.what, error.fix)]
    formula = text.strip()[1:]
    parts = [(formula, one.column - 1, one.length if one.column else 0) for one in error.findings]
    found = zip(error.findings, parts, strict=True)
    return [Finding(path, one.what, one.fix, part=part) for one, part in found]


def _computed(reading: Reading, text: str, step: Path) -> Steps:
    """What a formula gives, in base units; empty when it cannot be used."""
    measures = reading.measures
    if step != ("value",):
        what = _("a formula gives one whole number; it cannot stand in a range or a series")
        reading.refuse(step, what, _("write numbers here, or give the value by a formula"))
        return ()
    numbers: dict[str, Quantity] = {}

    def known(path: str) -> Quantity:
        found = measures.named(path, reading.path) if measures.named else None
        if found is None:
            raise refused(_('"{path}" has no value').format(path=path))
        return numbers.setdefault(path, found)

    def drawn(path: str) -> tuple[float, float]:
        one = known(path)
        if one.formula is not None:
            return one.formula.span(drawn)
        return _reach(*span_of(one)) if one.distribution == "lognormal" else span_of(one)

    try:
        formula, powers, words = formula_of(measures, text, reading.path)
        fitting = [to for to in reading.units if powers_of(to, measures.worth) == powers]
        if not fitting:
            given = unit_named(powers, measures.money, words) or _("a plain number")
            said = _("{text}, which gives {unit}").format(text=text.strip(), unit=given)
            return _refuse_unit(reading, (), said, step)
        formula = formula.scaled(1.0 / fitting[0].factor)
        number = formula.value(lambda path: known(path).value)
        parents = tuple(numbers.values())
        span, reach = formula.span(lambda path: span_of(known(path))), formula.span(drawn)
    except ExpressionError as error:
        reading.findings += wrong_parts(error, text, (*reading.path, *step))
        return ()
    except ZeroDivisionError:
        what = _("it divides by something that is, or may be, 0")
        reading.refuse(step, what, _("check what it divides by, and its range"))
        return ()
    ends = [(end, "") for end in (number, *span)] + [(end, _beyond()) for end in reach]
    if not all(_in_limits(reading, end, text, step, fix=fix) for end, fix in ends):
        return ()
    reading.derived = formula, span, parents
    return ((reading.period, number),)


def span_of(quantity: Quantity) -> tuple[float, float]:
    """Ends of the range of a number; its value twice, where it has none."""
    low, high = quantity.low, quantity.high
    return (quantity.value if low is None else low), (quantity.value if high is None else high)


LOGNORMAL_REACH = 1.94
"""Draws of a lognormal lie within so many powers of high / low from the middle of its range."""


def _reach(low: float, high: float) -> tuple[float, float]:
    """Ends between which a lognormal of a range is drawn."""
    middle, factor = math.sqrt(low * high), (high / low) ** LOGNORMAL_REACH
    return middle / factor, middle * factor


def _turned(reading: Reading, number: float, unit: Unit) -> str:
    """How to write an amount that stands the other way round, `500 KZT/USD`; empty: it does not."""
    for beside in (ONE, *reading.units[1:]):  # a rate may be money alone, and so may its reverse
        powers = dict(beside.powers)
        for kind, power in unit.powers:
            powers[kind] = powers.get(kind, 0) - power
        other = Unit("", beside.factor / unit.factor, tuple((k, p) for k, p in powers.items() if p))
        to = _target(other, reading) if number and unit.powers else None
        if to is not None:
            right = float(f"{convert(1.0 / number, other, to):.6g}")
            return _('write it the other way round: "{text}"').format(
                text=in_words(right, reading.unit.name)
            )
    return ""


def _refuse_unit(
    reading: Reading, foreign: Sequence[tuple[str, int]], text: str, step: Path, *, fix: str = ""
) -> Steps:
    measures = reading.measures
    for code in [code for code, _power in foreign if measures.worth(code) is None][:1]:
        what = _('the case has no rate for {code}, which "{text}" needs')
        fix = _("add currency.rates.{code}, the worth of 1 {code} in {money}")
        reading.refuse(step, what, fix, code=code, text=text, money=measures.money)
        return ()
    expected = f'"{reading.unit.name}"' if reading.unit.name else _("a plain number or a share")
    what = _('expected {expected} or what can be turned into it, got "{found}"')
    reading.refuse(step, what.format(expected=expected, found=text), fix or _write_it(reading))
    return ()


def _target(home: Unit, reading: Reading) -> Unit | None:
    is_share = "%" in home.name and not home.powers
    fitting = (to for to in reading.units if convertible(home, to) and not (is_share and to.name))
    return next(fitting, None)


def _in_limits(reading: Reading, value: float, text: str, step: Path, *, fix: str = "") -> bool:
    kind, unit = reading.kind, reading.unit.name
    broken, limit = "", 0.0
    if not math.isfinite(value):
        broken = _('this is more than can be counted with, got "{text}"')
    elif 0.0 < abs(value) < SMALLEST:
        broken, limit = _('expected 0 or at least {limit}, got "{text}"'), SMALLEST
    elif kind.low is not None and value < kind.low:
        broken, limit = _('expected at least {limit}, got "{text}"'), kind.low
    elif kind.high is not None and value > kind.high:
        broken, limit = _('expected at most {limit}, got "{text}"'), kind.high
    elif kind.above is not None and value <= kind.above:
        broken, limit = _('expected more than {limit}, got "{text}"'), kind.above
    elif abs(value) > LARGEST:
        broken, limit = _('expected at most {limit}, got "{text}"'), math.copysign(LARGEST, value)
        if value < 0:
            broken = _('expected at least {limit}, got "{text}"')
    if broken:
        is_per_cent = kind.high == 1.0 and 1.0 < value <= 100.0 and "%" not in text
        fix = _('for per cent write "{number} %"') if is_per_cent and not fix else fix
        words = {"limit": in_words(limit, unit), "text": text, "number": format_number(value)}
        reading.refuse(step, broken, fix, **words)
    return not broken


WEIGHT_SLIP = 1e-6
"""Weights are written with a few digits; their sum may miss 1 by so much."""

OBSERVED = frozenset({"discrete", "empirical"})


def parameters_of(
    reading: Reading, entry: Entry | None, low: float | None, high: float | None
) -> tuple[float, ...]:
    """Parameters as `Quantity` holds them.

    Of `lognormal` the 5 % and 95 % points, of `discrete` values and weights by
    turns, of `empirical` the values; the others have none beside their range, and
    `reference` has those of its class.
    """
    if entry is None:
        return ()
    for what, fix in _wrong_keys(reading, entry, has_range=low is not None):
        reading.refuse(("distribution",), what.format(kind=entry.kind), fix)
    if entry.kind in OBSERVED:
        return _observed(reading, entry)
    if entry.kind != "lognormal" or low is None or high is None:
        return ()
    if low <= 0:
        fix = _("raise its lower end, or choose pert")
        reading.refuse(("range",), _("a lognormal range lies above 0"), fix)
    elif reading.kind.high == 1.0:  # what is a share must be one in every draw
        most = _reach(low, high)[1]
        _in_limits(reading, most, f"{most:.3g}", ("range",), fix=_beyond())
    return (low, high)


def _beyond() -> str:
    return _("a lognormal is drawn beyond its range too: choose pert, or narrow the range")


def _wrong_keys(reading: Reading, entry: Entry, *, has_range: bool) -> Iterator[tuple[str, str]]:
    """What a distribution of its kind lacks or cannot have, and how to mend it."""
    has_values = entry.values is not None or entry.weights is not None
    if entry.kind == "reference":
        if not entry.reference:
            what = _('"reference" needs the id of a reference class')
            yield what, _('write "distribution: {reference: my_class}"')
        if reading.unit.name != "month":
            what = _("a reference class gives months; this is no time")
            yield what, _("choose another distribution")
        if has_range or has_values:
            what = _("a reference class has its own range and values")
            yield what, _("take range, values and weights out")
        return
    if entry.reference:
        fix = _('write "distribution: {reference: my_class}", or take it out')
        yield _('"{kind}" takes no reference class'), fix
    if entry.kind in OBSERVED:
        if not entry.values:
            yield _('"{kind}" needs values'), _('add "values: [10, 20]"')
        if has_range:
            yield _('"{kind}" takes values, not a range'), _("take the range out")
        if entry.weights is not None and entry.kind == "empirical":
            yield _('"{kind}" takes no weights'), _("take them out, or choose discrete")
        return
    if has_values:
        fix = _("give a range, or choose discrete or empirical")
        yield _('"{kind}" takes a range, not values'), fix
    if not has_range:
        yield _('"{kind}" needs a range'), _('add "range: [low, high]"')


def _observed(reading: Reading, entry: Entry) -> tuple[float, ...]:
    values = _numbers(reading, entry.values or (), "values")
    if not values or entry.kind == "empirical":
        return values
    share = Reading(reading.measures, InUnit("", low=0.0, high=1.0), (ONE,), reading.path)
    weights = _numbers(share, entry.weights or (), "weights")
    reading.findings += share.findings
    if len(weights) != len(values) or abs(sum(weights) - 1.0) > WEIGHT_SLIP:
        what = _("expected as many weights as values, adding up to 1")
        reading.refuse(("distribution",), what, _('write them as in "weights: [0.7, 0.3]"'))
        return ()
    return tuple(number for pair in zip(values, weights, strict=True) for number in pair)


def _numbers(reading: Reading, texts: Sequence[str], key: str) -> tuple[float, ...]:
    found = [in_base(reading, text, ("distribution", key, at)) for at, text in enumerate(texts)]
    return tuple(steps[0][1] for steps in found if steps)


ROUNDING = 1e-9
"""Turning units rounds; a value may miss the end of its range, or its limit, by so much of it."""


def read_quantity(reading: Reading, entry: Entry) -> Quantity | None:
    """A quantity in base units; None, with what is wrong in the reading, when it cannot be had."""
    if entry.unit:
        try:
            reading.inherited = parse_unit(entry.unit, reading.measures.own)
        except UnitError as error:
            reading.refuse(("unit",), error.what, error.fix)
    dated: list[_Dated] = []
    if entry.series is not None:
        dated = _dated(reading, entry.series)
        steps = _series(reading, entry, dated)
    else:
        if entry.after:
            reading.refuse(("after",), _('"after" says nothing without a series'), _("take it out"))
        _inherit(reading, entry.value or "")
        steps = in_base(reading, entry.value or "", ("value",))
    if not steps or reading.findings:
        return None
    quantity = replace(
        _number(reading, entry, steps[0][1]),
        value=[value for at, value in steps if at <= 0 or at == steps[0][0]][-1],
        path=dotted(reading.path),
        written=_written(entry),
        steps=steps if len(steps) > 1 or entry.series is not None else (),
        after=entry.after or "",
        label=entry.label or {},
        months=tuple(_months(reading, entry, dated, steps)),
    )
    quantity = _derived(reading, entry, quantity)
    return None if reading.findings else quantity


def _derived(reading: Reading, entry: Entry, quantity: Quantity) -> Quantity:
    """A number by a formula: as good as the worst of its parents, in the range that they give."""
    if reading.derived is None:
        return quantity
    formula, (low, high), parents = reading.derived
    if entry.distribution is not None:
        what = _("a number by a formula has no distribution of its own; it moves as its parents do")
        reading.refuse(("distribution",), what, _("take it out"))
    grades = [parent.grade for parent in parents]
    worst = Grade.UNGRADED if Grade.UNGRADED in grades else max(grades, default=quantity.grade)
    own = (quantity.low, quantity.high)
    is_fixed = low == high
    return replace(
        quantity,
        formula=formula,
        grade=max(worst, quantity.grade) if worst else worst,
        low=None if is_fixed else low,
        high=None if is_fixed else high,
        distribution="",
        stated=None if own[0] is None or own[1] is None else (own[0], own[1]),
    )


def _number(reading: Reading, entry: Entry, value: float) -> Quantity:
    """A number, or the first of a series, with all that its entry says of it."""
    low, high = _ends(reading, entry, value)
    distribution = entry.distribution
    parameters = parameters_of(reading, distribution, low, high)
    if distribution and distribution.values and parameters:
        seen = parameters[:: 2 if distribution.kind == "discrete" else 1]
        low, high = min(seen), max(seen)
    return Quantity(
        value=value,
        unit=reading.unit.name,
        low=low,
        high=high,
        distribution=distribution.kind if distribution else "",
        parameters=parameters,
        reference=distribution.reference if distribution else "",
        grade=Grade(entry.grade or ""),
        source=entry.source,
        why=entry.why,
        line=reading.line,
    )


def _inherit(reading: Reading, text: str) -> None:
    """Plain numbers of a range are in the unit that the value is written in."""
    try:
        unit = parse_amount(text, reading.measures.own).unit
    except UnitError:
        return  # said where the value itself is read
    reading.inherited = unit or reading.inherited


def _written(entry: Entry) -> str:
    words = entry.value
    if words is None:
        words = ", ".join(f"{month}: {one.value}" for month, one in (entry.series or {}).items())
    has_unit = any(letter.isalpha() or letter in "%$€£₸₽" for letter in words)
    return words if has_unit or not entry.unit else f"{words} {entry.unit}"


def _series(reading: Reading, entry: Entry, dated: list["_Dated"]) -> Steps:
    if not entry.series:
        reading.refuse(("series",), _("the series is empty"), _('write "{2026-01: 10}"'))
    if reading.kind.constant:
        reading.refuse(("series",), _("this cannot change over time"), _("give one value"))
    calendar = reading.measures.calendar
    if dated and 0 < dated[0].period < calendar.n_periods <= MOST_MONTHS:
        month, first = dated[0].month, calendar.label(0)
        what = _("the series begins in {month}, the calendar in {first}")
        fix = _('add a value for "{first}", or "missing" where none is known')
        reading.refuse(("series", month), what, fix, month=month, first=first)
    _refuse_units_apart(reading, dated)
    steps: list[tuple[int, float]] = []
    for position, one in enumerate(dated):
        if position and one.period == dated[position - 1].period:
            what = _("{first} and {second} fall into the same period")
            what = what.format(first=dated[position - 1].month, second=one.month)
            reading.refuse(("series", one.month), what, _("keep one of the two"))
        text = one.entry.value or ""
        if text == MISSING:
            continue  # said where the quantity is asked for
        found = in_base(replace(reading, period=one.period), text, ("series", one.month))
        steps += [(at, value) for at, value in found if one.end is None or at < one.end]
    if is_uncertain(entry):
        _refuse_scaling(reading, entry, steps)
    return tuple(steps)


def _refuse_units_apart(reading: Reading, dated: Sequence["_Dated"]) -> None:
    """A number alone beside others in another unit than that of the case: it may be of either."""
    alone, other = "", ""
    for one in dated:
        try:
            amount = parse_amount(one.entry.value or "", reading.measures.own)
        except UnitError:
            continue  # a formula, missing, or said where it is read
        if amount.unit is None and amount.number:
            alone = alone or one.month
        elif amount.unit is not None and amount.unit.powers and amount.unit != reading.unit:
            other = other or one.entry.value or ""
    if alone and other and reading.inherited is None:
        what = _('this number has no unit, and beside it stands "{other}"')
        fix = _("give each its unit, or all of them one: unit beside series")
        reading.refuse(("series", alone), what, fix, other=other)


def _refuse_scaling(reading: Reading, entry: Entry, steps: Sequence[tuple[int, float]]) -> None:
    """A range on the whole scales the series, which must be able to be scaled, and once."""
    key: Path = ("range",) if entry.range is not None else ("distribution",)
    own = [month for month, one in (entry.series or {}).items() if is_uncertain(one)]
    if own:
        what = _("the series has a range as a whole and one of its own in {month}")
        reading.refuse(key, what, _("keep the one or the others"), month=own[0])
    elif steps and steps[0][1] == 0.0:
        what = _("a range scales a series by its first value, and this one begins with 0")
        fix = _("begin it with another value, or give the months ranges of their own")
        reading.refuse(key, what, fix)


def _months(
    reading: Reading, entry: Entry, dated: list["_Dated"], steps: Steps
) -> Iterator[MonthQuantity]:
    """The months of a series that have a range of their own, and their ends."""
    for one in dated:
        end = reading.measures.calendar.n_periods if one.end is None else one.end
        at = [value for period, value in steps if one.period <= period < end]
        if not is_uncertain(one.entry) or not at or end <= 0:
            continue
        own = replace(reading, path=(*reading.path, "series", one.month), period=one.period)
        _inherit(own, one.entry.value or "")
        number = _number(own, one.entry, at[0])
        quantity = replace(
            number,
            grade=number.grade or Grade(entry.grade or ""),
            source=number.source or entry.source,
            why=number.why or entry.why,
            path=dotted((*reading.path, one.month)),
            written=one.entry.value or "",
        )
        yield MonthQuantity(one.period, end, quantity)


class _Dated(NamedTuple):
    """A month of a series: its period, and that from which the next holds (None: there is none)."""

    period: int
    end: int | None
    month: str
    entry: Entry


def _dated(reading: Reading, series: Mapping[str, Entry]) -> list[_Dated]:
    calendar = reading.measures.calendar
    found: list[tuple[int, str]] = []
    for month in series:
        period = calendar.index_of(month)
        if period >= calendar.n_periods:
            reading.refuse(("series", month), *outside(month, calendar))
        else:
            found.append((period, month))
    found.sort()
    ends = [*(period for period, _month in found[1:]), None]
    return [
        _Dated(period, end, month, series[month])
        for (period, month), end in zip(found, ends, strict=False)
    ]


def _ends(reading: Reading, entry: Entry, value: float) -> tuple[float | None, float | None]:
    """Ends of the range in base units; of a series, those of its first value.

    A series is scaled as a whole: its ends, and those of a month of it, may be written as
    shares, `[80 %, 120 %]`.
    """
    texts: Sequence[str] = entry.range or ()
    is_of_series = entry.model is not WrittenQuantity or entry.series is not None
    are_shares = len(texts) == 2 and all(text.strip().endswith("%") for text in texts)
    if is_of_series and reading.unit.powers and are_shares:
        shares = [parse_amount(text) for text in texts]
        ends = [one.number * one.unit.factor * value for one in shares if one.unit]
    else:
        found = [in_base(reading, text, ("range", position)) for position, text in enumerate(texts)]
        ends = [steps[0][1] for steps in found if steps]
    if len(ends) != 2:
        return None, None
    low, high = ends
    slip = ROUNDING * max(abs(low), abs(high))
    if low > high:
        what = _('the range begins above its end: "{low}" is more than "{high}"')
        fix = _("write the lower value first")
        reading.refuse(("range",), what, fix, low=texts[0], high=texts[1])
    elif reading.derived is None and not low - slip <= value <= high + slip:
        what = _("the range from {low} to {high} does not hold the value {value}")
        fix = _("widen the range, or write its ends with their unit")
        numbers = {"low": low, "high": high, "value": value}
        words = {name: in_words(one, reading.unit.name) for name, one in numbers.items()}
        reading.refuse(("range",), what, fix, **words)
    return low, high
