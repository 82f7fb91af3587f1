"""All checks of a case, in one list; here those of all but options and scenarios.

Goods, recipes and uses; measures; ids that refer to elements, and tags that select them;
the top of a case; the ledger.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from derbes.case.entities import (
    AIMS,
    MEASURE_TERMS,
    Case,
    Hit,
    MeasureKind,
    Recipe,
    main_measure,
)
from derbes.case.ledger import LEDGER
from derbes.casefile.build import document_and_place
from derbes.casefile.checks_plan import PLAN_CHECKS, way_back
from derbes.casefile.draft import CaseDraft, Check
from derbes.casefile.entries import SECTIONS, Reference, is_given
from derbes.casefile.nodes import Finding, Path
from derbes.casefile.quantities import in_words
from derbes.errors import did_you_mean
from derbes.language import _
from derbes.model.measures import selects_anything, selects_export

ROUNDING = 1e-9
"""Turning units rounds; a stock may exceed its limit by so much of it."""


def case_without_uses(draft: CaseDraft) -> Iterator[Finding]:
    """A case needs a demand to be asked about."""
    if not draft.elements["uses"] and draft.is_whole("uses"):
        yield Finding(
            ("uses",), _("the case has no uses"), _("add at least one use with its demand")
        )


def cyclic_recipes(draft: CaseDraft) -> Iterator[Finding]:
    """Goods that are made from themselves."""
    case = draft.case
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


def goods_without_origin(draft: CaseDraft) -> Iterator[Finding]:
    """Goods that are used, but that nobody sells, makes or holds."""
    if not draft.sound("goods", "suppliers", "recipes", "stockpiles"):
        return
    case = draft.case
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


def recipes_without_limit(draft: CaseDraft) -> Iterator[Finding]:
    """Recipes that neither a capacity nor a line limits."""
    for recipe in draft.case.recipes.values():
        entry = draft.entry("recipes", recipe.id)
        if not is_given(entry.capacity) and not recipe.line:
            yield Finding(
                ("recipes", recipe.id),
                _("the recipe has neither a capacity nor a line"),
                _("add a capacity, or a plant with line and hours"),
            )


def lines_of_recipes(draft: CaseDraft) -> Iterator[Finding]:
    """Lines must belong to the plant, and come with hours."""
    for recipe in draft.case.recipes.values():
        path = ("recipes", recipe.id)
        has_hours = is_given(draft.entry("recipes", recipe.id).hours)
        if recipe.line and not recipe.plant:
            yield Finding((*path, "line"), _("a line without its plant"), _("add the key plant"))
        elif recipe.line and recipe.plant in draft.case.plants:
            yield from _foreign_line(draft.case, recipe)
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


def stocks_above_the_limit(draft: CaseDraft) -> Iterator[Finding]:
    """What is in store, and what is to be held, must fit into the store."""
    case = draft.case
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
        if good.reserve is None:
            continue
        n = case.calendar.n_periods
        most, wanted = limit.over(n), good.reserve.over(n)
        over = wanted > most * (1 + ROUNDING)
        if over.any():
            at = int(over.argmax())
            since = _(" from {month} on").format(month=case.calendar.label(at)) if at else ""
            yield Finding(
                ("goods", good.id, "reserve"),
                _(
                    "a reserve of {reserve} is above the storage_limit of {good}, {limit}{since}"
                ).format(
                    reserve=in_words(float(wanted[at]), good.unit),
                    good=good.id,
                    limit=in_words(float(most[at]), good.unit),
                    since=since,
                ),
                _("raise the limit, or lower the reserve: it could never be held"),
            )


def orders_before_the_calendar(draft: CaseDraft) -> Iterator[Finding]:
    """What is on order arrives until the lead time is over, and not later."""
    case = draft.case
    for supplier in case.suppliers.values():
        if supplier.on_order is None or not draft.sound("routes"):
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


def keys_of_measures(draft: CaseDraft) -> Iterator[Finding]:
    """`share` and `by` belong to some kinds and not to others."""
    for measure in draft.case.measures.values():
        path = ("measures", measure.id)
        entry = draft.entry("measures", measure.id)
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


def target_as_sender(draft: CaseDraft) -> Iterator[Finding]:
    """The sender is somebody else: leverage is what others have over the target."""
    for measure in draft.case.measures.values():
        if measure.sender and measure.sender == draft.case.target:
            yield Finding(
                ("measures", measure.id, "sender"),
                _('"{name}" is the target of the case; the sender must be another').format(
                    name=measure.sender
                ),
                _("name who imposes it; leave sender out for an accident"),
            )


def prices_of_buyers(draft: CaseDraft) -> Iterator[Finding]:
    """A price rise is on what is bought; a buyer abroad who pays more does no harm."""
    case = draft.case
    if not draft.sound("exports", "actors", "goods"):
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


def cyclic_companions(draft: CaseDraft) -> Iterator[Finding]:
    """Measures that run together with themselves."""
    companions = {one.id: one.together_with for one in draft.case.measures.values()}
    for name in companions:
        if way_back(companions, name):
            yield Finding(
                ("measures", name, "together_with"),
                _('"{name}" runs together with itself').format(name=name),
                _("name each measure in one of the two only"),
            )


def empty_hits(draft: CaseDraft) -> Iterator[Finding]:
    """Hits that name nothing would select everything by accident."""
    for measure in draft.case.measures.values():
        if not measure.hits or any(hit == Hit() for hit in measure.hits):
            yield Finding(
                ("measures", measure.id, "hits"),
                _("the measure does not say what it hits"),
                _("name an actor, route, good, tag or element"),
            )


def elements_out_of_reach(draft: CaseDraft) -> Iterator[Finding]:
    """Elements that a kind of measure cannot hit."""
    for measure in draft.case.measures.values():
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


def measures_that_hit_nothing(draft: CaseDraft) -> Iterator[Finding]:
    """Measures whose keys no element matches; a variant may take all of them away."""
    if draft.is_variant or not draft.sound(*_EVERYTHING):
        return
    told = {one.path[1] for one in draft.found if one.path[2:3] == ("hits",)}
    for measure in draft.case.measures.values():
        sections = MEASURE_TERMS[measure.kind].sections
        if measure.id in told or any(
            selects_anything(draft.case, hit, sections) for hit in measure.hits
        ):
            continue
        yield Finding(
            ("measures", measure.id, "hits"),
            _("this hits nothing: no element that a measure of kind {kind} can hit matches").format(
                kind=measure.kind
            ),
            _("it can hit {sections}").format(sections=", ".join(sections)),
        )


MAX_OFFERS = 100
"""Looking for near names takes time; a file with more slips gets no more offers."""

Known = Mapping[str, frozenset[str]]
"""Section → ids."""


def known_ids(draft: CaseDraft) -> Known:
    """Ids of every section, those of unusable elements included."""
    return {section: frozenset(draft.elements[section]) for section in SECTIONS}


def unknown_references(draft: CaseDraft, base: Known) -> Iterator[Finding]:
    """Ids of elements that the case does not have.

    Args:
        draft: The case.
        base: Ids of the case before a variant changed it; what a measure hits may be
            among them.
    """
    known = known_ids(draft)
    n_offers = 0
    for place in _places(draft):
        path, word, reference = place
        if _is_known(place, known, base) or not draft.unreadable.isdisjoint(reference.sections):
            continue
        at_key = path[-1] == word
        if any(word in base.get(section, ()) for section in reference.sections):
            yield Finding(path, *_removed(word, path), at_key=at_key)
            continue
        n_offers += 1
        fix = _offer(word, reference.sections, known) if n_offers <= MAX_OFFERS else ""
        yield Finding(path, _refusal(word, reference.noun), fix, at_key=at_key)


def unknown_elements(draft: CaseDraft, base: Known) -> Iterator[Finding]:
    """Elements named with their section, in what measures hit and options are about."""
    of_options: list[tuple[Path, str]] = [
        (("options", name, "element"), element)
        for name, built in draft.elements["options"].items()
        if (element := getattr(built.entry, "element", ""))
    ]
    for path, name in [*_hits(draft, "element"), *of_options]:
        section, _dot, element_id = name.partition(".")
        if section in draft.unreadable or element_id in draft.elements.get(section, ()):
            continue
        if element_id in base.get(section, ()):
            if path[0] == "options":
                yield Finding(path, *_removed(name, path))
            continue
        names = [f"{one}.{other}" for one, ids in known_ids(draft).items() for other in ids]
        yield Finding(path, _refusal(name, "element"), did_you_mean(name, names))


def unknown_tags(draft: CaseDraft) -> Iterator[Finding]:
    """Tags that measures hit and no element has."""
    tags = {
        tag
        for section in draft.elements.values()
        for built in section.values()
        for tag in getattr(built.entry, "tags", ())
    }
    for path, tag in _hits(draft, "tag"):
        if tag not in tags:
            yield Finding(
                path, _('no element has the tag "{tag}"').format(tag=tag), did_you_mean(tag, tags)
            )


def _places(draft: CaseDraft) -> Iterator[Reference]:
    yield from draft.references
    for section in draft.elements.values():
        for built in section.values():
            yield from built.references


def _hits(draft: CaseDraft, key: str) -> Iterator[tuple[Path, str]]:
    for name, built in draft.elements["measures"].items():
        for position, hit in enumerate(getattr(built.entry, "hits", ())):
            word = getattr(hit, key)
            if word:
                yield ("measures", name, "hits", position, key), word


def _is_known(place: Reference, known: Known, base: Known) -> bool:
    path, word, reference = place
    if any(word in known[section] for section in reference.sections):
        return True
    is_hit = path[0] == "measures" and len(path) > 2 and path[2] in {"hits", "sender"}
    return is_hit and any(word in base.get(section, ()) for section in reference.sections)


def _removed(word: str, path: Path) -> tuple[str, str]:
    """A variant took an element away that another one needs."""
    return (
        _('"{word}" has been removed').format(word=word),
        _("remove {element} as well").format(element=".".join(str(one) for one in path[:2])),
    )


def _offer(word: str, sections: tuple[str, ...], known: Known) -> str:
    names = [name for section in sections for name in known[section]]
    if not names:
        return _("add it under {section}").format(section=sections[0])
    return did_you_mean(word, names)


def _refusal(word: str, noun: str) -> str:
    texts = {
        "actor": _('"{word}" is not an actor of this case'),
        "good": _('"{word}" is not a good of this case'),
        "route": _('"{word}" is not a route of this case'),
        "plant": _('"{word}" is not a plant of this case'),
        "measure": _('"{word}" is not a measure of this case'),
        "use": _('"{word}" is not a use of this case'),
        "option": _('"{word}" is not an option of this case'),
        "variant": _('"{word}" is not a variant of this case'),
        "scenario or variant": _('"{word}" is not a scenario or variant of this case'),
        "reference class": _('"{word}" is not a reference class of this case'),
        "statement": _('"{word}" is not a statement of this case'),
        "statement of the ledger": _('"{word}" is not in the ledger of this case'),
        "actor or document": _('"{word}" is not an actor or document of this case'),
        "document": _('"{word}" is not a document of this case'),
        "fact or document": _('"{word}" is not a fact or document of this case'),
        "element": _('"{word}" is not an element of this case'),
    }
    return texts[noun].format(word=word)


def order_of_priorities(draft: CaseDraft) -> Iterator[Finding]:
    """All four aims once, money last."""
    given = draft.case.priorities
    if sorted(given) != sorted(AIMS):
        yield Finding(
            ("priorities",),
            _("expected each of {aims} once").format(aims=", ".join(AIMS)),
            _('write "priorities: [essential, deferrable, reserve, money]"'),
        )
    elif given[-1] != "money":
        yield Finding(
            ("priorities",), _("money must come last"), _("move money to the end of the list")
        )


def length_of_first_page(draft: CaseDraft) -> Iterator[Finding]:
    """The length of the first page must be one that its measure names."""
    case = draft.case
    measure = case.measures.get(main_measure(case))
    if measure is None or not case.main_length or case.main_length in measure.lengths:
        return
    if case.main_measure not in {"", measure.id}:
        return
    months = [str(length * case.calendar.step) for length in measure.lengths]
    yield Finding(
        ("main_length",),
        _('"{measure}" is not looked at for {n} months').format(
            measure=measure.id, n=case.main_length * case.calendar.step
        ),
        _("choose one of its lengths: {lengths} months").format(lengths=", ".join(months)),
    )


def rate_of_own_money(draft: CaseDraft) -> Iterator[Finding]:
    """The base currency needs no rate."""
    if draft.case.currency in draft.case.rates:
        yield Finding(
            ("currency", "rates", draft.case.currency),
            _("{code} is the base currency; it has no rate").format(code=draft.case.currency),
            _("take it out"),
        )


OF_PREDICTIONS = ("condition", "due", "yes_if", "no_if", "void_if", "resolution", "probability")
"""Keys that only a prediction can have."""


def documents_of_the_ledger(draft: CaseDraft) -> Iterator[Finding]:
    """`at` begins with the id of a document."""
    known = draft.elements["documents"]
    if "documents" in draft.unreadable:
        return
    for path, entry in _entries(draft):
        document, _place = document_and_place(getattr(entry, "at", "") or "")
        if document and document not in known:
            yield Finding(
                (*path, "at"),
                _('"{word}" is not a document of this case').format(word=document),
                did_you_mean(document, known) or _("add it under documents"),
            )


def entries_without_check(draft: CaseDraft) -> Iterator[Finding]:
    """Every entry has a check, or a reason why there is none, and not both."""
    told = {one.path[:2] for one in draft.findings}
    for path, entry in _entries(draft):
        words = is_prediction(entry) and entry.resolution and any(entry.resolution.given.values())
        decides = is_prediction(entry) and (entry.yes_if or words)
        if path not in told and not (entry.holds_if or entry.untestable or decides):
            fix = _("add holds_if with an expression, or untestable with the reason")
            if is_prediction(entry):
                fix = _("add yes_if, resolution or holds_if, or untestable with the reason")
            yield Finding(path, _("nothing says when this holds"), fix, at_key=True)
        elif entry.holds_if and entry.untestable:
            yield Finding(
                (*path, "untestable"),
                _("it has a check in holds_if, so it is not untestable"),
                _("keep one of the two"),
            )


def is_prediction(entry: Any) -> bool:
    """Whether an entry says what will be."""
    return "prediction" in {getattr(entry, "kind", ""), getattr(entry, "modality", "")}


def keys_of_predictions(draft: CaseDraft) -> Iterator[Finding]:
    """What decides a prediction belongs to predictions, and needs a date."""
    for path, entry in _entries(draft):
        if path[0] != "statements":
            continue
        given = [key for key in OF_PREDICTIONS if getattr(entry, key)]
        if not is_prediction(entry):
            for key in given:
                yield Finding(
                    (*path, key),
                    _('"{key}" says nothing for a statement that is no prediction').format(key=key),
                    _("take it out, or write modality: prediction"),
                )
        elif not entry.due and (set(given) - {"probability", "condition"}):
            yield Finding(
                path,
                _("the prediction does not say by when it is decided"),
                _('add the date, as in "due: 2027-12-31"'),
                at_key=True,
            )


def dates_of_expiry(draft: CaseDraft) -> Iterator[Finding]:
    """Nothing expires before it is said, and no prediction is due before it."""
    for statement in draft.case.statements.values():
        for key in ("expires", "due"):
            until = getattr(statement, key)
            if statement.said and until and until < statement.said[: len(until)]:
                yield Finding(
                    ("statements", statement.id, key),
                    _('"{date}" is before the day on which it was said, {said}').format(
                        date=until, said=statement.said
                    ),
                    _("correct one of the two"),
                )


def circles_of_retelling(draft: CaseDraft) -> Iterator[Finding]:
    """No statement passes on itself, by however many others."""
    statements = draft.case.statements
    retold = {name: one.retells for name, one in statements.items()}
    for statement in statements.values():
        circle = way_back(retold, statement.id)
        if circle and min(circle) == statement.id:
            yield Finding(
                ("statements", statement.id, "retells"),
                _("statements pass each other on in a circle: {cycle}").format(
                    cycle=" → ".join([*circle, statement.id])
                ),
                _("take one of them out"),
            )


def ids_used_twice(draft: CaseDraft) -> Iterator[Finding]:
    """An id names one entry of the ledger, whatever its section."""
    seen: dict[str, str] = {}
    for (section, name), _entry in _entries(draft):
        if name in seen:
            yield Finding(
                (section, name),
                _('"{name}" is an id under {section} already').format(
                    name=name, section=seen[name]
                ),
                _("choose another id"),
                at_key=True,
            )
        seen.setdefault(name, section)


def _entries(draft: CaseDraft) -> Iterator[tuple[tuple[str, str], Any]]:
    """Path and entry of everything in the ledger that the schema accepts."""
    for section in LEDGER:
        for name, built in draft.elements[section].items():
            if built.entry is not None:
                yield (section, name), built.entry


CHECKS: tuple[Check, ...] = (
    order_of_priorities,
    length_of_first_page,
    rate_of_own_money,
    case_without_uses,
    cyclic_recipes,
    goods_without_origin,
    recipes_without_limit,
    lines_of_recipes,
    stocks_above_the_limit,
    orders_before_the_calendar,
    keys_of_measures,
    target_as_sender,
    prices_of_buyers,
    cyclic_companions,
    empty_hits,
    elements_out_of_reach,
    measures_that_hit_nothing,
    *PLAN_CHECKS,
    documents_of_the_ledger,
    entries_without_check,
    keys_of_predictions,
    dates_of_expiry,
    circles_of_retelling,
    ids_used_twice,
)
"""Checks that rely on elements whose ids are known."""


def check_draft(draft: CaseDraft, base: CaseDraft | None = None) -> list[Finding]:
    """What does not hold between the elements of a draft.

    Args:
        draft: The case.
        base: The case before a variant changed it; None for the case as written.
    """
    before = known_ids(base) if base is not None else {}
    draft.is_variant = base is not None
    draft.found += unknown_references(draft, before)
    draft.found += unknown_elements(draft, before)
    if base is None:
        draft.found += unknown_tags(draft)
    wrong = [*draft.findings, *draft.found]
    draft.unsound = frozenset(str(one.path[0]) for one in wrong if one.path)
    for check in CHECKS:
        draft.found.extend(check(draft))
    return draft.found
