"""What an expression is read with: names of the case, and units.

Units say how a number is turned into another, and what to do about two that do not fit.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from derbes.case.entities import Case, Tier, quantities
from derbes.language import _
from derbes.statements.terms import Gives, Kind, Takes, Term
from derbes.unit_names import CURRENCIES
from derbes.units import ONE, Unit, UnitError, convertible, parse_unit

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Names:
    """What a case calls its things."""

    case: Case
    by_kind: Mapping[Takes, frozenset[str]]
    """Ids in the case and in its variants."""
    own_units: frozenset[str]
    """Units of goods that are words of their own."""
    good_units: Mapping[str, str]
    """Good → its unit."""
    used_goods: Mapping[str, str]
    """Use, supplier or recipe → the good that it counts."""
    path_units: Mapping[str, str]
    """Path of a quantity → its unit."""

    def unit(self, text: str) -> Unit:
        """The unit of that name; a word that is none counts as a unit of its own."""
        return parse_unit(text, self.own_units | frozenset(_WORD.findall(text)))

    def amount_unit(self, text: str) -> Unit:
        """The unit of a fact or of any number of the case."""
        try:
            return self.unit(text)
        except UnitError:
            return self.unit("")

    def unit_of(self, name: str) -> str:
        """Unit of a good, or of the good of a use, supplier or recipe."""
        return self.good_units.get(self.used_goods.get(name, name), "")

    def tier_unit(self, tier: str) -> str | None:
        """Unit of the uses of a tier; None when they differ."""
        uses = self.case.uses.values()
        units = {self.unit_of(use.id) for use in uses if use.tier is Tier(tier)}
        return units.pop() if len(units) == 1 else None


def cases_of(case: Case) -> tuple[Case, ...]:
    """The case and what its variants make of it."""
    changed = (variant.case for variant in case.variants.values())
    return (case, *(one for one in changed if one is not None))


def names_of(case: Case) -> Names:
    """All names of a case and its variants."""
    cases = cases_of(case)
    goods = {good.id: good.unit for one in cases for good in one.goods.values()}
    used: dict[str, str] = {}
    for one in cases:
        used.update({use.id: use.good for use in one.uses.values()})
        used.update({supplier.id: supplier.good for supplier in one.suppliers.values()})
        used.update({recipe.id: recipe.output for recipe in one.recipes.values()})
    kinds = {takes: _ids(cases, takes.sections) for takes in Takes}
    kinds[Takes.VARIANT] |= {"base"}
    return Names(
        case=case,
        by_kind=kinds,
        own_units=frozenset(word for unit in goods.values() for word in _WORD.findall(unit)),
        good_units=goods,
        used_goods=used,
        path_units={q.path: q.unit for one in reversed(cases) for q in quantities(one)},
    )


def _ids(cases: Iterable[Case], sections: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for one in cases for part in sections for name in getattr(one, part))


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


def in_unit(term: Term, to: Unit, case: Case) -> Term | None:
    """A number in another unit; None where it does not fit. Plain numbers adopt it."""
    unit, kind = term.kind.unit, number_kind(to)
    if unit is None:
        return replace(term, kind=kind)
    if convertible(unit, to):
        factor = unit.factor / to.factor
        return term if factor == 1.0 else Term(kind, "unit", (term,), factor=factor)
    home = at_home(unit, case)
    if home is None or not home[1] or not convertible(home[0], to):
        return None
    return Term(kind, "unit", (term,), factor=home[0].factor / to.factor, rates=home[1])
