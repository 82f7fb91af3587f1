"""Goods, recipes and uses: whether they can work together."""

import math
from collections.abc import Iterator

from derbes.case.entities import Case, Good, Recipe
from derbes.case.quantity import Quantity
from derbes.casefile.checks.soundness import Checked, is_given
from derbes.casefile.findings import Finding
from derbes.casefile.quantities.measures import in_words
from derbes.errors import did_you_mean
from derbes.language import _

ROUNDING = 1e-9
"""Turning units rounds; a stock may exceed its limit by so much of it."""


def case_without_uses(checked: Checked) -> Iterator[Finding]:
    """A case needs a demand to be asked about."""
    if not checked.draft.elements["uses"] and checked.draft.is_whole("uses"):
        yield Finding(
            ("uses",), _("the case has no uses"), _("add at least one use with its demand")
        )


def cyclic_recipes(checked: Checked) -> Iterator[Finding]:
    """Goods that are made from themselves."""
    case = checked.case
    made_by: dict[str, list[Recipe]] = {}
    for recipe in case.recipes.values():
        made_by.setdefault(recipe.output, []).append(recipe)
    done: set[str] = set()
    for good in made_by:
        yield from _cycle_from(good, made_by, done)


def _cycle_from(first: str, made_by: dict[str, list[Recipe]], done: set[str]) -> Iterator[Finding]:
    """Walk from a good to what it is made from; a good met again on the way is a cycle."""
    way: list[str] = []
    waiting: list[tuple[str, str, bool]] = [(first, "", False)]
    while waiting:
        good, recipe_id, is_left = waiting.pop()
        if is_left:
            way.pop()
            done.add(good)
        elif good in way:
            cycle = [*way[way.index(good) :], good]
            yield Finding(
                ("recipes", recipe_id, "inputs", good),
                _("the recipes go in a circle: {cycle}").format(cycle=" ← ".join(cycle)),
                _("take one of the inputs out"),
                at_key=True,
            )
        elif good not in done:
            way.append(good)
            waiting.append((good, "", True))
            waiting += [
                (needed, recipe.id, False)
                for recipe in made_by.get(good, ())
                for needed in recipe.inputs
            ]


def goods_without_origin(checked: Checked) -> Iterator[Finding]:
    """Goods that are used, but that nobody sells, makes or holds."""
    if not checked.sound("goods", "suppliers", "recipes", "stockpiles"):
        return
    case = checked.case
    origins = {supplier.good for supplier in case.suppliers.values()}
    origins |= {stockpile.good for stockpile in case.stockpiles.values()}
    origins |= {recipe.output for recipe in case.recipes.values()}
    for path, good in _needs(case):
        if good in case.goods and good not in origins:
            yield Finding(
                path,
                _('nobody sells, makes or holds "{good}"').format(good=good),
                _("add a supplier, a recipe or a stockpile of it"),
                at_key="inputs" in path,
            )


def _needs(case: Case) -> Iterator[tuple[tuple[str, ...], str]]:
    for use in case.uses.values():
        yield ("uses", use.id, "good"), use.good
    for recipe in case.recipes.values():
        for good in recipe.inputs:
            yield ("recipes", recipe.id, "inputs", good), good
    for export in case.exports.values():
        yield ("exports", export.id, "good"), export.good


def recipes_without_limit(checked: Checked) -> Iterator[Finding]:
    """Recipes that neither a capacity nor a line limits."""
    for recipe in checked.case.recipes.values():
        entry = checked.entry("recipes", recipe.id)
        if not is_given(entry.capacity) and not recipe.line:
            yield Finding(
                ("recipes", recipe.id),
                _("the recipe has neither a capacity nor a line"),
                _("add a capacity, or a plant with line and hours"),
            )


def lines_of_recipes(checked: Checked) -> Iterator[Finding]:
    """Lines must belong to the plant, and come with hours."""
    for recipe in checked.case.recipes.values():
        path = ("recipes", recipe.id)
        has_hours = is_given(checked.entry("recipes", recipe.id).hours)
        if recipe.line and not recipe.plant:
            yield Finding((*path, "line"), _("a line without its plant"), _("add the key plant"))
        elif recipe.line and recipe.plant in checked.case.plants:
            yield from _foreign_line(checked.case, recipe)
        if recipe.line and not has_hours:
            yield Finding(
                (*path, "line"),
                _('the recipe does not say what time it takes on line "{line}"').format(
                    line=recipe.line
                ),
                _('add hours, as in "0.01 hour" for one unit'),
            )
        if has_hours and not recipe.line:
            yield Finding(
                (*path, "hours"), _("hours say nothing without a line"), _("add plant and line")
            )


def _foreign_line(case: Case, recipe: Recipe) -> Iterator[Finding]:
    plant = case.plants[recipe.plant]
    if recipe.line in plant.lines:
        return
    owners = [one.id for one in case.plants.values() if recipe.line in one.lines]
    what = (
        _('"{line}" is a line of {owner}, not of {plant}').format(
            line=recipe.line, owner=", ".join(owners), plant=plant.id
        )
        if owners
        else _('"{line}" is not a line of {plant}').format(line=recipe.line, plant=plant.id)
    )
    fix = did_you_mean(recipe.line, plant.lines) or _("add it to the lines of the plant")
    yield Finding(("recipes", recipe.id, "line"), what, fix)


def stocks_above_the_limit(checked: Checked) -> Iterator[Finding]:
    """What is in store, and what is to be held, must fit into the store."""
    case = checked.case
    for good in case.goods.values():
        if good.storage_limit is None:
            continue
        limit = good.storage_limit
        piles = [one for one in case.stockpiles.values() if one.good == good.id and one.quantity]
        stock = math.fsum(one.quantity.value for one in piles if one.quantity is not None)
        if piles and stock > limit.value * (1 + ROUNDING):
            yield Finding(
                ("stockpiles", piles[-1].id, "quantity"),
                _("{stock} in store are more than the storage_limit of {good}, {limit}").format(
                    stock=in_words(stock, good.unit),
                    good=good.id,
                    limit=in_words(limit.value, good.unit),
                ),
                _("raise the limit, or write less stock: what does not fit would be thrown away"),
            )
        if good.reserve is not None:
            yield from _reserve_above_the_limit(case, good, good.reserve, limit)


def _reserve_above_the_limit(
    case: Case, good: Good, reserve: Quantity, limit: Quantity
) -> Iterator[Finding]:
    n = case.calendar.n_periods
    most, wanted = limit.over(n), reserve.over(n)
    over = wanted > most * (1 + ROUNDING)
    if over.any():
        at = int(over.argmax())
        since = _(" from {month} on").format(month=case.calendar.label(at)) if at else ""
        yield Finding(
            ("goods", good.id, "reserve"),
            _("a reserve of {reserve} is above the storage_limit of {good}, {limit}{since}").format(
                reserve=in_words(float(wanted[at]), good.unit),
                good=good.id,
                limit=in_words(float(most[at]), good.unit),
                since=since,
            ),
            _("raise the limit, or lower the reserve: it could never be held"),
        )


def orders_before_the_calendar(checked: Checked) -> Iterator[Finding]:
    """What is on order arrives until the lead time is over, and not later."""
    case = checked.case
    for supplier in case.suppliers.values():
        if supplier.on_order is None or not checked.sound("routes"):
            continue
        path = ("suppliers", supplier.id, "on_order")
        times = [supplier.lead_time, *(case.routes[one].lead_time for one in supplier.routes[:1])]
        lead = case.calendar.periods(sum(time.value for time in times if time is not None))
        late = [at for at, amount in supplier.on_order.steps if at >= lead and amount > 0]
        if not lead:
            yield Finding(
                path,
                _('"on_order" says nothing for a supplier without lead time'),
                _("give it a lead_time, or take on_order out"),
            )
        elif late:
            yield Finding(
                path,
                _("what arrives in {month} can still be ordered: the lead time ends before").format(
                    month=case.calendar.label(late[0])
                ),
                _("write what was ordered before the calendar, and 0 from {month} on").format(
                    month=case.calendar.label(lead)
                ),
            )
