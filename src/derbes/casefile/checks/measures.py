"""Measures: what they hit, and what they need to say."""

from collections.abc import Iterator

from derbes.case.entities import Case, Hit, Measure, MeasureKind
from derbes.casefile.checks.soundness import Checked, is_given
from derbes.casefile.findings import Finding
from derbes.language import _
from derbes.model import measures as selection

CUTS = (MeasureKind.EMBARGO, MeasureKind.QUOTA, MeasureKind.ROUTE_CLOSURE)
NEED_BY = (MeasureKind.PRICE_RISE, MeasureKind.DEMAND_SURGE, MeasureKind.DELAY)
TAKE_SHARE = (*CUTS, MeasureKind.STOCKPILE_LOSS)

HITTABLE = {
    **dict.fromkeys(CUTS, ("suppliers", "routes", "recipes", "plants", "exports")),
    MeasureKind.PRICE_RISE: ("suppliers", "routes", "recipes", "plants"),
    MeasureKind.DELAY: ("suppliers", "routes", "plants"),
    MeasureKind.DEMAND_SURGE: ("uses",),
    MeasureKind.STOCKPILE_LOSS: ("stockpiles", "goods"),
}
"""Sections of the elements that each kind can hit."""

_EVERYTHING = (
    *("actors", "goods", "uses", "stockpiles", "routes"),
    *("suppliers", "plants", "recipes", "exports"),
)


def keys_of_measures(checked: Checked) -> Iterator[Finding]:
    """`share` and `by` belong to some kinds and not to others."""
    for measure in checked.case.measures.values():
        path = ("measures", measure.id)
        entry = checked.entry("measures", measure.id)
        kind = str(measure.kind)
        if measure.kind in NEED_BY and not is_given(entry.by):
            yield Finding(
                path,
                _('a measure of kind {kind} needs the key "by"').format(kind=kind),
                _('add "by: 6 month"') if kind == "delay" else _('add "by: 50 %"'),
            )
        if measure.kind is MeasureKind.QUOTA and not is_given(entry.share):
            yield Finding(
                path, _('a quota needs the key "share"'), _('add the part cut off, "share: 50 %"')
            )
        if measure.kind not in NEED_BY and entry.by is not None:
            yield _says_nothing((*path, "by"), "by", kind)
        if measure.kind not in TAKE_SHARE and entry.share is not None:
            yield _says_nothing((*path, "share"), "share", kind)


def _says_nothing(path: tuple[str, ...], key: str, kind: str) -> Finding:
    return Finding(
        path,
        _('"{key}" says nothing for a measure of kind {kind}').format(key=key, kind=kind),
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
            bought = [
                one.id for one in case.exports.values() if selection.selects_export(case, hit, one)
            ]
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
    measures = checked.case.measures
    for measure in measures.values():
        seen: set[str] = set()
        waiting = list(measure.together_with)
        while waiting:
            name = waiting.pop()
            if name == measure.id:
                yield Finding(
                    ("measures", measure.id, "together_with"),
                    _('"{name}" runs together with itself').format(name=name),
                    _("name each measure in one of the two only"),
                )
                break
            if name in measures and name not in seen:
                seen.add(name)
                waiting += measures[name].together_with


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
            if section in _EVERYTHING and section not in HITTABLE[measure.kind]:
                yield Finding(
                    ("measures", measure.id, "hits", position, "element"),
                    _('a measure of kind {kind} cannot hit "{element}"').format(
                        kind=measure.kind, element=hit.element
                    ),
                    _("it can hit {sections}").format(sections=", ".join(HITTABLE[measure.kind])),
                )


def measures_that_hit_nothing(checked: Checked) -> Iterator[Finding]:
    """Measures whose keys no element matches; a variant may take all of them away."""
    if checked.is_variant or not checked.sound(*_EVERYTHING):
        return
    told = {one.path[1] for one in checked.found if one.path[2:3] == ("hits",)}
    for measure in checked.case.measures.values():
        if measure.id in told or any(_selects(checked.case, measure, hit) for hit in measure.hits):
            continue
        yield Finding(
            ("measures", measure.id, "hits"),
            _("this hits nothing: no element that a measure of kind {kind} can hit matches").format(
                kind=measure.kind
            ),
            _("it can hit {sections}").format(sections=", ".join(HITTABLE[measure.kind])),
        )


def _selects(case: Case, measure: Measure, hit: Hit) -> bool:
    if measure.kind is MeasureKind.DEMAND_SURGE:
        return any(selection.selects_use(case, hit, use) for use in case.uses.values())
    if measure.kind is MeasureKind.STOCKPILE_LOSS:
        return any(
            selection.selects_stockpile(case, hit, pile) for pile in case.stockpiles.values()
        ) or any(selection.selects_fresh_stock(case, hit, good) for good in case.goods)
    purchases = any(
        selection.selects_purchase(case, hit, supplier, route)
        for supplier in case.suppliers.values()
        for route in supplier.routes or ("",)
    )
    if measure.kind is MeasureKind.DELAY:
        return purchases or any(selection.selects_plant(case, hit, one) for one in case.plants)
    made = any(selection.selects_recipe(case, hit, one) for one in case.recipes.values())
    if measure.kind is MeasureKind.PRICE_RISE:
        return purchases or made
    return (
        purchases
        or made
        or any(selection.selects_export(case, hit, one) for one in case.exports.values())
    )
