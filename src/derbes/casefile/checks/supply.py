"""Goods, recipes and uses: whether they can work together."""

from collections.abc import Iterator

from derbes.case.entities import Case, Recipe
from derbes.casefile.checks.soundness import Checked, is_given
from derbes.casefile.findings import Finding
from derbes.errors import did_you_mean
from derbes.language import _


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


def tiers_of_several_units(checked: Checked) -> Iterator[Finding]:
    """Uses of one tier that are counted in different units need weights."""
    case = checked.case
    for tier in sorted({use.tier for use in case.uses.values()}):
        uses = [u for u in case.uses.values() if u.tier == tier and u.good in case.goods]
        units = sorted({case.goods[use.good].unit for use in uses})
        for use in uses:
            if len(units) > 1 and not is_given(checked.entry("uses", use.id).weight):
                yield Finding(
                    ("uses", use.id),
                    _(
                        "uses of the {tier} tier are counted in {units}; without weights their"
                        " unmet demand cannot be added"
                    ).format(tier=tier, units=_(" and ").join(units)),
                    _("give each use of the tier a weight"),
                )
