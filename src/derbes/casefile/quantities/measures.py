"""One amount at a time: its unit, its money, its limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from derbes.case.quantity import Calendar, Quantity
from derbes.casefile.findings import Finding
from derbes.casefile.schema.entries import Kind
from derbes.casefile.tree.nodes import Path
from derbes.language import _
from derbes.units import (
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

GROUP_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class Measures:
    """In what a case counts: goods, money, time."""

    calendar: Calendar
    money: str
    """Base currency."""
    good_units: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, Quantity] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    """Units of goods that are words of their own."""

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

    measures: Measures
    kind: Kind
    units: tuple[Unit, ...]
    """Unit that it is turned into, and others that count as it."""
    path: Path
    findings: list[Finding] = field(default_factory=list)
    inherited: Unit | None = None
    """Unit of plain numbers, when the quantity names one."""
    period: int = 0
    """Period from which what is read holds."""

    @property
    def unit(self) -> Unit:
        """Unit that it is turned into."""
        return self.units[0]

    def refuse(self, step: Path, what: str, fix: str = "") -> None:
        """Note that something below this quantity cannot be used."""
        self.findings.append(Finding((*self.path, *step), what, fix))


def outside(text: str, calendar: Calendar) -> tuple[str, str]:
    """What is wrong with a month that no period holds, and how to repair it."""
    return (
        _('"{month}" is outside the calendar, which runs from {first} to {last}').format(
            month=text, first=calendar.label(0), last=calendar.label(calendar.n_periods - 1)
        ),
        _("choose a month within it, or change calendar.periods"),
    )


def in_words(number: float, unit: str) -> str:
    """A number with its unit, as messages show it."""
    return format_amount(number, unit).replace(GROUP_SPACE, " ")


def named_unit(reading: Reading, text: str) -> Unit | None:
    """The unit that a quantity names for its plain numbers."""
    try:
        return parse_unit(text, reading.measures.own)
    except UnitError as error:
        reading.refuse(("unit",), error.what, error.fix)
        return None


def amount_of(reading: Reading, text: str, step: Path) -> Amount | None:
    """The amount in a text; None, with a finding, when there is none."""
    try:
        return parse_amount(text, reading.measures.own)
    except UnitError as error:
        fix = error.fix
        if error.word and not any(_would_fit(reading, error, text, one) for one in error.meant):
            fix = _write_it(reading)
        reading.refuse(step, error.what, fix)
        return None


def _would_fit(reading: Reading, error: UnitError, text: str, meant: str) -> bool:
    """Whether a text with another unit in place of the one it names counts the right thing."""
    try:
        unit = parse_amount(text.replace(error.word, meant, 1), reading.measures.own).unit
    except UnitError:
        return False
    return unit is None or _target(unit, reading) is not None or bool(unit.currencies)


def _write_it(reading: Reading) -> str:
    example = in_words(15.0, reading.unit.name or "%")
    return _('write it as in "{example}"').format(example=example)


def in_base(reading: Reading, text: str, step: Path) -> Steps:
    """The amount in a text in base units from its period on; empty when it cannot be used.

    Several steps where a rate of money changes over time.
    """
    amount = amount_of(reading, text, step)
    if amount is None:
        return ()
    unit = amount.unit or reading.inherited or reading.unit
    foreign = _foreign(unit, reading)
    home = _at_home(unit, reading, foreign)
    to = _target(home, reading)
    if to is None:
        said = text if amount.unit is not None else f"{text} {unit.name}".strip()
        _refuse_unit(reading, unit, said, step)
        return ()
    rates = _rates(reading, foreign)
    number, period = convert(amount.number, home, to), reading.period
    steps = {max(at, period) if at > 0 else period: number * rate for at, rate in rates}
    if not all(_in_limits(reading, value, text, step) for value in steps.values()):
        return ()
    return tuple(steps.items())


def _refuse_unit(reading: Reading, unit: Unit, text: str, step: Path) -> None:
    measures = reading.measures
    in_reading = {code for code, _power in reading.unit.currencies}
    for code, _power in unit.currencies:
        if in_reading and code not in in_reading and code not in measures.rates:
            reading.refuse(
                step,
                _('the case has no rate for {code}, which "{text}" needs').format(
                    code=code, text=text
                ),
                _("add currency.rates.{code}, the worth of 1 {code} in {money}").format(
                    code=code, money=measures.money
                ),
            )
            return
    expected = f'"{reading.unit.name}"' if reading.unit.name else _("a plain number or a share")
    reading.refuse(
        step,
        _('expected {expected} or what can be turned into it, got "{found}"').format(
            expected=expected, found=text
        ),
        _write_it(reading),
    )


def _target(home: Unit, reading: Reading) -> Unit | None:
    """The one of the reading's units that a unit can be turned into."""
    for to in reading.units:
        bare_share = "%" in home.name and not home.powers
        if convertible(home, to) and not (bare_share and to.name):
            return to
    return None


def _at_home(unit: Unit, reading: Reading, foreign: list[tuple[str, int]]) -> Unit:
    """A unit with currencies that have a rate put as the base one."""
    if not foreign:
        return unit
    measures = reading.measures
    rated = {code for code, _power in foreign if code in measures.rates}
    powers: dict[str, int] = {}
    for kind, power in unit.powers:
        name = measures.money if kind in rated else kind
        powers[name] = powers.get(name, 0) + power
    return Unit(unit.name, unit.factor, tuple((k, p) for k, p in powers.items() if p))


def _foreign(unit: Unit, reading: Reading) -> list[tuple[str, int]]:
    """Currencies of a unit that the reading's unit does not have."""
    here = unit.currencies
    to = reading.unit.currencies
    if not here or not to:
        return []
    known = {code for code, _power in to}
    return [(code, power) for code, power in here if code not in known]


def _rates(reading: Reading, foreign: list[tuple[str, int]]) -> Steps:
    """Steps of the factor that turns a unit's money into the base currency."""
    for code, power in foreign:
        rate = reading.measures.rates[code]
        return tuple((at, worth**power) for at, worth in rate.steps or ((0, rate.value),))
    return ((0, 1.0),)


def _in_limits(reading: Reading, value: float, text: str, step: Path) -> bool:
    kind, unit = reading.kind, reading.unit.name
    broken = ""
    if kind.low is not None and value < kind.low:
        broken = _("expected at least {limit}").format(limit=in_words(kind.low, unit))
    elif kind.high is not None and value > kind.high:
        broken = _("expected at most {limit}").format(limit=in_words(kind.high, unit))
    elif kind.above is not None and value <= kind.above:
        broken = _("expected more than {limit}").format(limit=in_words(kind.above, unit))
    if broken:
        fix = ""
        if kind.high == 1.0 and 1.0 < value <= 100.0 and "%" not in text:
            fix = _('for per cent write "{number} %"').format(number=format_number(value))
        reading.refuse(step, _('{broken}, got "{text}"').format(broken=broken, text=text), fix)
    return not broken
