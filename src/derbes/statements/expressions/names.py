"""The names of a case that an expression may use, and the units that they count in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from derbes.case.entities import Case, Tier, quantities
from derbes.case.quantity import Calendar
from derbes.statements.terms.vocabulary import Takes
from derbes.units import Unit, UnitError, parse_unit

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

_SECTIONS: Mapping[Takes, tuple[str, ...]] = {
    Takes.ACTOR: ("actors",),
    Takes.SENDER: ("actors", "measures"),
    Takes.GOOD: ("goods",),
    Takes.USE: ("uses",),
    Takes.GOOD_OR_USE: ("goods", "uses"),
    Takes.PLANT: ("plants",),
    Takes.PRICED: ("suppliers", "goods"),
    Takes.SOURCE: ("suppliers", "recipes", "goods"),
    Takes.MEASURE: ("measures",),
    Takes.STANDARD: ("standards",),
    Takes.VARIANT: ("variants",),
    Takes.FACT: ("facts",),
    Takes.DATED: ("facts", "documents", "statements"),
    Takes.STATEMENT: ("statements",),
    Takes.CHECKED: ("statements", "contrasts", "double_standards", "tensions"),
    Takes.ELEMENT: (
        "actors", "goods", "uses", "stockpiles", "routes", "suppliers", "plants", "recipes",
        "exports", "measures", "options", "standards", "facts", "documents", "statements",
    ),
}  # fmt: skip
"""Sections that a parameter takes ids of."""


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

    @property
    def calendar(self) -> Calendar:
        """Periods of the case."""
        return self.case.calendar

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
    kinds = {takes: _ids(cases, sections) for takes, sections in _SECTIONS.items()}
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
