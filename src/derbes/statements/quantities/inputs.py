"""Quantities of the case as written: demand, prices, capacities, plants, bills of materials."""

from collections.abc import Iterable

from derbes.case.entities import Case, Recipe
from derbes.case.quantity import Quantity
from derbes.model.arrays import open_share
from derbes.model.compile import opening_period
from derbes.model.numbers import periods_of
from derbes.statements.expressions.sets import inputs_of
from derbes.statements.quantities.asked import Asked, label_day, period_of
from derbes.statements.quantities.parts import number_of
from derbes.statements.quantities.worlds import DrawWorld
from derbes.statements.terms.values import NEVER, Day, Missing, Value

_ELEMENTS = (
    "actors",
    "goods",
    "uses",
    "stockpiles",
    "routes",
    "suppliers",
    "plants",
    "recipes",
    "exports",
    "measures",
    "options",
    "standards",
    "facts",
    "documents",
    "statements",
)


def exists(world: DrawWorld, asked: Asked) -> Value:
    """Whether the case has an element of that id."""
    name = asked.text("id")
    case = world.of(asked).case
    return any(name in getattr(case, section) for section in _ELEMENTS)


def number_at(world: DrawWorld, asked: Asked) -> Value:
    """Any number of the case by its path; of a series, that of a month."""
    path = asked.text("path")
    at = asked.given["at"]
    one = world.of(asked)
    case = one.case
    found = one.once(("number", path), lambda: number_of(case, path))
    if found is None:
        return Missing((path,))
    return _at(case, found, at, path) if isinstance(at, Day) else found.value


def _at(case: Case, quantity: Quantity | None, at: Day, path: str) -> float | Missing:
    """Value of a quantity in a month; missing with its path where it is not given."""
    period = period_of(case, at)
    if isinstance(period, Missing):
        return period
    if quantity is None:
        return Missing((path,))
    return float(quantity.over(case.calendar.n_periods)[period])


def _sum(parts: Iterable[float | Missing]) -> float | Missing:
    total = 0.0
    for part in parts:
        if isinstance(part, Missing):
            return part
        total += part
    return total


def demand(world: DrawWorld, asked: Asked) -> Value:
    """Demand of a use, or of all uses of a good, in a month. [unit/month]"""
    of = asked.text("of")
    at = asked.day("at")
    crisis = asked.flag("crisis")
    case = world.of(asked).case
    uses = [use for use in case.uses.values() if of in {use.id, use.good}]
    return _sum(
        _at(
            case,
            (use.crisis_demand if crisis else None) or use.demand,
            at,
            f"uses.{use.id}.demand",
        )
        for use in uses
    )


def price(world: DrawWorld, asked: Asked) -> Value:
    """Price of a supplier, or the lowest of a good. [money/unit]"""
    of = asked.text("of")
    at = asked.day("at")
    case = world.of(asked).standing
    sold = [one for one in case.suppliers.values() if of in {one.id, one.good}]
    prices = [_at(case, one.price, at, f"suppliers.{one.id}.price") for one in sold]
    known = [price for price in prices if not isinstance(price, Missing)]
    if known:
        return min(known)
    return prices[0] if prices else Missing((f"suppliers ({of})",))


def capacity(world: DrawWorld, asked: Asked) -> Value:
    """Most that a supplier sells, a recipe puts out, or all recipes of a good. [unit/month]"""
    of = asked.text("of")
    at = asked.day("at")
    case = world.of(asked).standing
    if of in case.suppliers:
        return _at(case, case.suppliers[of].capacity, at, f"suppliers.{of}.capacity")
    recipes = [one for one in case.recipes.values() if of in {one.id, one.output}]
    return _sum(_recipe_capacity(case, recipe, at) for recipe in recipes)


def _recipe_capacity(case: Case, recipe: Recipe, at: Day) -> float | Missing:
    """Own limit and line hours of a recipe, as far as its plant is open. [unit/month]"""
    period = period_of(case, at)
    if isinstance(period, Missing):
        return period
    plant = case.plants.get(recipe.plant)
    share = 1.0
    if plant is not None:
        ramp = periods_of(plant.ramp, case.calendar)
        opened = opening_period(plant, case.calendar)
        share = float(open_share(opened, ramp, case.calendar.n_periods)[period])
    limits = []
    if recipe.capacity is not None:
        limits.append(_at(case, recipe.capacity, at, ""))
    if plant is not None and recipe.line and recipe.hours and recipe.hours.value > 0:
        hours = _at(case, plant.lines.get(recipe.line), at, f"plants.{plant.id}.lines")
        limits.append(hours if isinstance(hours, Missing) else hours / recipe.hours.value)
    known = [limit for limit in limits if not isinstance(limit, Missing)]
    if not known:
        return Missing((f"recipes.{recipe.id}.capacity",))
    return min(known) * share


def plant_open(world: DrawWorld, asked: Asked) -> Value:
    """Whether a plant has its first output by a month."""
    return _is_open(world.of(asked).standing, asked.text("plant"), asked.day("at"))


def _is_open(case: Case, plant: str, at: Day) -> bool:
    if plant not in case.plants:
        return False
    opens = opening_period(case.plants[plant], case.calendar)
    return bool(opens <= case.calendar.index(*at.month))


def opening(world: DrawWorld, asked: Asked) -> Value:
    """Month of a plant's first output; never where the variant has no such plant."""
    plant = asked.text("plant")
    case = world.of(asked).standing
    if plant not in case.plants:
        return NEVER
    return label_day(case, opening_period(case.plants[plant], case.calendar))


def capital(world: DrawWorld, asked: Asked) -> Value:
    """All payments for building a plant, or all plants. [money]"""
    plant = asked.text("plant")
    foreign = asked.flag("foreign")
    case = world.of(asked).standing
    plants = [one for one in case.plants.values() if not plant or one.id == plant]
    found: list[float | Missing] = []
    for one in plants:
        path = f"plants.{one.id}.capital"
        found += [] if one.capital else [Missing((path,))]
        for payment in one.capital:
            part = 1.0 if not foreign else _share_of(payment.foreign_share, path)
            found.append(part if isinstance(part, Missing) else payment.amount.value * part)
    return _sum(found)


def _share_of(quantity: Quantity | None, path: str) -> float | Missing:
    return Missing((f"{path}.foreign_share",)) if quantity is None else quantity.value


def makes(world: DrawWorld, asked: Asked) -> Value:
    """Whether a recipe of a plant puts out a good."""
    plant = asked.text("plant")
    good = asked.text("good")
    recipes = world.of(asked).case.recipes.values()
    return any(one.plant == plant and one.output == good for one in recipes)


def needs(world: DrawWorld, asked: Asked) -> Value:
    """Whether making a good takes another, at any step."""
    good = asked.text("good")
    part = asked.text("input")
    return part in inputs_of(world.of(asked).case, good)


def has_home_source(world: DrawWorld, asked: Asked) -> Value:
    """Whether the target itself sells or makes a good in a month."""
    good = asked.text("good")
    at = asked.day("at")
    case = world.of(asked).standing
    own = _offers(case, good, at)
    if isinstance(own, Missing):
        return own
    if case.target in own:
        return True
    made = [
        recipe
        for recipe in case.recipes.values()
        if recipe.output == good and (not recipe.plant or _is_open(case, recipe.plant, at))
    ]
    return bool(made)


def _offers(case: Case, good: str, at: Day) -> set[str] | Missing:
    """Actors who offer a good in a month."""
    found: set[str] = set()
    for one in case.suppliers.values():
        if one.good == good:
            most = _at(case, one.capacity, at, f"suppliers.{one.id}.capacity")
            if isinstance(most, Missing):
                return most
            found |= {one.actor} if most > 0 else set()
    return found


def sells(world: DrawWorld, asked: Asked) -> Value:
    """Whether an actor offers a good in a month."""
    actor = asked.text("actor")
    good = asked.text("good")
    at = asked.day("at")
    found = _offers(world.of(asked).standing, good, at)
    return found if isinstance(found, Missing) else actor in found


def n_sellers(world: DrawWorld, asked: Asked) -> Value:
    """Actors, the target not counted, who offer a good in a month."""
    good = asked.text("good")
    at = asked.day("at")
    case = world.of(asked).standing
    found = _offers(case, good, at)
    return found if isinstance(found, Missing) else float(len(found - {case.target}))
