"""Units inside expressions: what fits what, and how one is turned into another."""

from dataclasses import replace

from derbes.case.entities import Case
from derbes.language import _
from derbes.statements.terms.tree import Constant, Converted, Kind, Node
from derbes.statements.terms.vocabulary import Gives
from derbes.unit_names import CURRENCIES
from derbes.units import ONE, Unit, convertible, parse_unit


def number_kind(unit: Unit | None) -> Kind:
    """A number in a unit; None: a plain number."""
    return Kind(Gives.NUMBER, unit)


def customary(unit: Unit | None) -> Unit | None:
    """The unit that an amount is turned into: shares as numbers, times in months."""
    if unit is None:
        return None
    if not unit.powers:
        return ONE
    month = parse_unit("month")
    return month if unit.powers == month.powers else unit


def symbolic(variable: str) -> Unit:
    """The unit of a member of a set whose members have different units."""
    name = _("unit of {variable}").format(variable=variable)
    return Unit(name, 1.0, ((name, 1),))


def is_symbolic(unit: Unit | None, variable: str) -> bool:
    """Whether a unit hangs on what a variable stands for."""
    return unit is not None and symbolic(variable).name in dict(unit.powers)


def product(left: Unit | None, right: Unit | None, power: int = 1) -> Unit | None:
    """Unit of a product, or of a quotient with power -1; None: of plain numbers."""
    if right is None:
        return left
    left = left or ONE
    powers = dict(left.powers)
    for kind, own in right.powers:
        powers[kind] = powers.get(kind, 0) + own * power
    kept = tuple((kind, own) for kind, own in powers.items() if own)
    return Unit(_name(left.name, right.name, power), left.factor * right.factor**power, kept)


def _name(left: str, right: str, power: int) -> str:
    if not right:
        return left
    if power < 0:
        return f"{left or '1'}/{right}"
    return f"{left}*{right}" if left else right


def power_of(unit: Unit | None, power: int) -> Unit | None:
    """Unit of a whole power."""
    if unit is None:
        return None
    result: Unit | None = ONE
    for _turn in range(abs(power)):
        result = product(result, unit, 1 if power > 0 else -1)
    return result


def at_home(unit: Unit, case: Case) -> tuple[Unit, tuple[tuple[str, int], ...]] | None:
    """A unit with the base currency in place of others, and what must be exchanged.

    None where the case gives no rate.
    """
    foreign = tuple(
        (code, power) for code, power in unit.powers if code in CURRENCIES and code != case.currency
    )
    if any(code not in case.rates for code, _power in foreign):
        return None
    powers: dict[str, int] = {}
    for kind, power in unit.powers:
        home = case.currency if (kind, power) in foreign else kind
        powers[home] = powers.get(home, 0) + power
    kept = tuple((kind, power) for kind, power in powers.items() if power)
    return replace(unit, powers=kept), foreign


def in_unit(node: Node, to: Unit, case: Case) -> Node | None:
    """A number in another unit; None where it does not fit. Plain numbers adopt it."""
    unit = node.kind.unit
    if unit is None:
        return (
            replace(node, kind=number_kind(to)) if isinstance(node, Constant) else _adopt(node, to)
        )
    if convertible(unit, to):
        factor = unit.factor / to.factor
        return node if factor == 1.0 else Converted(number_kind(to), node, factor)
    home = at_home(unit, case)
    if home is None or not home[1] or not convertible(home[0], to):
        return None
    return Converted(number_kind(to), node, home[0].factor / to.factor, home[1])


def _adopt(node: Node, to: Unit) -> Node:
    return Converted(number_kind(to), node, 1.0)


def how_to_fit(left: Unit | None, right: Unit | None) -> str:
    """What to do where two numbers measure different things."""
    ratio = product(left, right, -1) or ONE
    times = dict(ratio.powers)
    if list(times.items()) in ([("time", 1)], [("time", -1)]):
        flow = left if times["time"] < 0 else right
        return _('multiply what is in {flow} by a time, as in * "6 month"').format(flow=shown(flow))
    return _("write both in one kind of unit, or divide one by what makes it the other")


def shown(unit: Unit | None) -> str:
    """A unit in a message."""
    if unit is None or not unit.name:
        return _("a plain number")
    return unit.name
