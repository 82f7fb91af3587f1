"""Which elements a measure hits: every key of a hit that is not empty must match."""

from derbes.case.entities import Case, Export, Hit, Recipe, Stockpile, Supplier, Use


def _matches(wanted: str, *found: str) -> bool:
    return not wanted or wanted in found


def selects_purchase(case: Case, hit: Hit, supplier: Supplier, route: str) -> bool:
    """Whether a hit selects buying from a supplier by a route (empty: none)."""
    if supplier.is_spared:
        return False
    way = case.routes.get(route)
    tags = (*supplier.tags, *case.actors[supplier.actor].tags, *case.goods[supplier.good].tags)
    return (
        _matches(hit.actor, supplier.actor)
        and _matches(hit.via, *(way.via if way else ()))
        and _matches(hit.route, route)
        and _matches(hit.good, supplier.good)
        and _matches(hit.tag, *tags, *(way.tags if way else ()))
        and _matches(hit.element, f"suppliers.{supplier.id}", f"routes.{route}")
    )


def selects_recipe(case: Case, hit: Hit, recipe: Recipe) -> bool:
    """Whether a hit selects a recipe; naming only its good does not."""
    if hit.via or hit.route or not (hit.actor or hit.tag or hit.element):
        return False
    plant = case.plants.get(recipe.plant)
    tags = (*recipe.tags, *(plant.tags if plant else ()))
    return (
        _matches(hit.actor, plant.actor if plant else case.target)
        and _matches(hit.good, recipe.output)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"recipes.{recipe.id}", f"plants.{recipe.plant}")
    )


def selects_plant(case: Case, hit: Hit, plant_id: str) -> bool:
    """Whether a hit selects a plant as a whole."""
    if hit.via or hit.route or hit.good or not (hit.actor or hit.tag or hit.element):
        return False
    plant = case.plants[plant_id]
    return (
        _matches(hit.actor, plant.actor)
        and _matches(hit.tag, *plant.tags)
        and _matches(hit.element, f"plants.{plant_id}")
    )


def selects_export(case: Case, hit: Hit, export: Export) -> bool:
    """Whether a hit selects a buyer abroad."""
    if hit.via or hit.route:
        return False
    tags = (*export.tags, *case.actors[export.actor].tags, *case.goods[export.good].tags)
    return (
        _matches(hit.actor, export.actor)
        and _matches(hit.good, export.good)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"exports.{export.id}")
    )


def selects_use(case: Case, hit: Hit, use: Use) -> bool:
    """Whether a hit selects a use."""
    if hit.via or hit.route or not _matches(hit.actor, case.target):
        return False
    tags = (*use.tags, *case.goods[use.good].tags)
    return (
        _matches(hit.good, use.good)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"uses.{use.id}")
    )


def selects_stockpile(case: Case, hit: Hit, stockpile: Stockpile) -> bool:
    """Whether a hit selects a lot held at the first period."""
    if hit.via or hit.route or not _matches(hit.actor, case.target):
        return False
    tags = (*stockpile.tags, *case.goods[stockpile.good].tags)
    return (
        _matches(hit.good, stockpile.good)
        and _matches(hit.tag, *tags)
        and _matches(hit.element, f"stockpiles.{stockpile.id}")
    )


def selects_fresh_stock(case: Case, hit: Hit, good_id: str) -> bool:
    """Whether a hit selects what was bought or made since; by the good or its tag."""
    if hit.via or hit.route or not (hit.good or hit.tag or hit.element):
        return False
    return (
        _matches(hit.actor, case.target)
        and _matches(hit.good, good_id)
        and _matches(hit.tag, *case.goods[good_id].tags)
        and _matches(hit.element, f"goods.{good_id}")
    )
