"""Goods, recipes and uses: whether they can work together.

Measures: what they hit, and what they need to say.
"""

import math
from collections.abc import Iterator

from derbes.case.entities import MEASURE_TERMS, Case, Good, Hit, MeasureKind, Recipe
from derbes.case.quantity import Quantity
from derbes.casefile.draft import Checked, way_back
from derbes.casefile.entries import is_given
from derbes.casefile.nodes import Finding
from derbes.casefile.quantities import in_words
from derbes.errors import did_you_mean
from derbes.language import _
from derbes.model.measures import selects_anything, selects_export

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


_EVERYTHING = (
    *("actors", "goods", "uses", "stockpiles", "routes"),
    *("suppliers", "plants", "recipes", "exports"),
)


def keys_of_measures(checked: Checked) -> Iterator[Finding]:
    """`share` and `by` belong to some kinds and not to others."""
    for measure in checked.case.measures.values():
        path = ("measures", measure.id)
        entry = checked.entry("measures", measure.id)
        kind, terms = str(measure.kind), MEASURE_TERMS[measure.kind]
        if "by" in terms.needs and not is_given(entry.by):
            yield Finding(
                path,
                _('a measure of kind {kind} needs the key "by"').format(kind=kind),
                _('add "by: 6 month"') if terms.by == "month" else _('add "by: 50 %"'),
            )
        if "share" in terms.needs and not is_given(entry.share):
            yield Finding(
                path, _('a quota needs the key "share"'), _('add the part cut off, "share: 50 %"')
            )
        for key in ("by", "share"):
            if key not in terms.takes and getattr(entry, key) is not None:
                yield Finding(
                    (*path, key),
                    _('"{key}" says nothing for a measure of kind {kind}').format(
                        key=key, kind=kind
                    ),
                    _("take it out"),
                )


def target_as_sender(checked: Checked) -> Iterator[Finding]:
    """The sender is somebody else: leverage is what others have over the target."""
    for measure in checked.case.measures.values():
        if measure.sender and measure.sender == checked.case.target:
            yield Finding(
                ("measures", measure.id, "sender"),
                _('"{name}" is the target of the case; the sender must be another').format(
                    name=measure.sender
                ),
                _("name who imposes it; leave sender out for an accident"),
            )


def prices_of_buyers(checked: Checked) -> Iterator[Finding]:
    """A price rise is on what is bought; a buyer abroad who pays more does no harm."""
    case = checked.case
    if not checked.sound("exports", "actors", "goods"):
        return
    for measure in case.measures.values():
        if measure.kind is not MeasureKind.PRICE_RISE:
            continue
        for position, hit in enumerate(measure.hits):
            bought = [one.id for one in case.exports.values() if selects_export(case, hit, one)]
            if bought and not hit.element:
                yield Finding(
                    ("measures", measure.id, "hits", position),
                    _("a price rise cannot hit what is sold abroad: {exports}").format(
                        exports=", ".join(f"exports.{name}" for name in bought)
                    ),
                    _('name what is bought, as in "{element: suppliers.my_supplier}"'),
                )


def cyclic_companions(checked: Checked) -> Iterator[Finding]:
    """Measures that run together with themselves."""
    companions = {one.id: one.together_with for one in checked.case.measures.values()}
    for name in companions:
        if way_back(companions, name):
            yield Finding(
                ("measures", name, "together_with"),
                _('"{name}" runs together with itself').format(name=name),
                _("name each measure in one of the two only"),
            )


def empty_hits(checked: Checked) -> Iterator[Finding]:
    """Hits that name nothing would select everything by accident."""
    for measure in checked.case.measures.values():
        if not measure.hits or any(hit == Hit() for hit in measure.hits):
            yield Finding(
                ("measures", measure.id, "hits"),
                _("the measure does not say what it hits"),
                _("name an actor, route, good, tag or element"),
            )


def elements_out_of_reach(checked: Checked) -> Iterator[Finding]:
    """Elements that a kind of measure cannot hit."""
    for measure in checked.case.measures.values():
        for position, hit in enumerate(measure.hits):
            section = hit.element.partition(".")[0]
            if section in _EVERYTHING and section not in MEASURE_TERMS[measure.kind].sections:
                yield Finding(
                    ("measures", measure.id, "hits", position, "element"),
                    _('a measure of kind {kind} cannot hit "{element}"').format(
                        kind=measure.kind, element=hit.element
                    ),
                    _("it can hit {sections}").format(
                        sections=", ".join(MEASURE_TERMS[measure.kind].sections)
                    ),
                )


def measures_that_hit_nothing(checked: Checked) -> Iterator[Finding]:
    """Measures whose keys no element matches; a variant may take all of them away."""
    if checked.is_variant or not checked.sound(*_EVERYTHING):
        return
    told = {one.path[1] for one in checked.found if one.path[2:3] == ("hits",)}
    for measure in checked.case.measures.values():
        sections = MEASURE_TERMS[measure.kind].sections
        if measure.id in told or any(
            selects_anything(checked.case, hit, sections) for hit in measure.hits
        ):
            continue
        yield Finding(
            ("measures", measure.id, "hits"),
            _("this hits nothing: no element that a measure of kind {kind} can hit matches").format(
                kind=measure.kind
            ),
            _("it can hit {sections}").format(sections=", ".join(sections)),
        )
