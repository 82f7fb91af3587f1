"""The entity of an element, by section."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from derbes.case.entities import Actor, Export, Recipe, Route, Supplier, Tier, Use
from derbes.case.quantity import Element
from derbes.casefile.build.acts import make_measure
from derbes.casefile.build.decisions.aims import make_limit, make_standard
from derbes.casefile.build.decisions.options import make_option
from derbes.casefile.build.element import Filled, common
from derbes.casefile.build.facts import make_document, make_fact
from derbes.casefile.build.futures import make_hazard, make_reference_class, make_scenario
from derbes.casefile.build.ledger import (
    make_contrast,
    make_double_standard,
    make_statement,
    make_tension,
)
from derbes.casefile.build.plants import make_plant
from derbes.casefile.build.stocks import make_good, make_stockpile
from derbes.casefile.schema.elements import RecipeEntry, RouteEntry, UseEntry

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
