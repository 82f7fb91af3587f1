"""All checks of a case, in one list; here those of all but options and scenarios.

Goods, recipes and uses; measures; ids that refer to elements, and tags that select them;
the top of a case; the ledger.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from derbes.case import entities, forms
from derbes.case.ledger import LEDGER, Statement
from derbes.case.options import optional_elements
from derbes.casefile.build import document_and_place
from derbes.casefile.checks_plan import PLAN_CHECKS, each
from derbes.casefile.draft import OUTLINED, CaseDraft, Check, is_vague
from derbes.casefile.entries import SECTIONS, Finding, Path, dotted, is_given
from derbes.casefile.quantities import ROUNDING, in_words
from derbes.errors import did_you_mean, offers
from derbes.language import _
from derbes.links import circles
from derbes.model.measures import selects_anything, selects_export


def case_without_uses(draft: CaseDraft) -> Iterator[Finding]:
    """A case needs a demand to be asked about."""
    if not draft.elements["uses"] and draft.is_whole("uses"):
        fix = _("add at least one use with its demand")
        yield Finding(("uses",), _("the case has no uses"), fix)


def cyclic_recipes(draft: CaseDraft) -> Iterator[Finding]:
    """Goods that are made from themselves."""
    recipes: dict[str, dict[str, str]] = {}
    for recipe in draft.case.recipes.values():
        for needed in recipe.inputs:
            recipes.setdefault(recipe.output, {})[needed] = recipe.id
    for way in circles(recipes):
        path = ("recipes", recipes[way[-1]][way[0]], "inputs", way[0])
        what, fix = _("the recipes go in a circle: {cycle}"), _("take one of the inputs out")
        yield Finding.of(path, what, fix, cycle=" ← ".join([*way, way[0]]), at_key=True)


def goods_without_origin(draft: CaseDraft) -> Iterator[Finding]:
    """Goods that are used, but that nobody sells, makes or holds."""
    if not draft.is_outlined("goods", "suppliers", "recipes", "stockpiles"):
        return
    case = draft.outline
    sellers, piles, recipes = case.suppliers, case.stockpiles, case.recipes.values()
    origins = {one.good for section in (sellers, piles) for one in section.values()}
    origins |= {recipe.output for recipe in recipes}
    inputs = [(recipe.id, good) for recipe in recipes for good in recipe.inputs]
    needs: list[tuple[Path, str]] = [(("recipes", id_, "inputs", one), one) for id_, one in inputs]
    needs += [(("uses", one.id, "good"), one.good) for one in case.uses.values()]
    needs += [(("exports", one.id, "good"), one.good) for one in case.exports.values()]
    for path, good in needs:
        if good in case.goods and good not in origins:
            what = _('nobody sells, makes or holds "{good}"')
            fix = _("add a supplier, a recipe or a stockpile of it")
            yield Finding.of(path, what, fix, at_key="inputs" in path, good=good)


@each("recipes")
def limits_of_recipes(draft: CaseDraft, recipe: entities.Recipe) -> Iterator[Finding]:
    """A capacity or a line limits a recipe; a line belongs to its plant, and takes hours."""
    entry, path = draft.entry("recipes", recipe.id), ("recipes", recipe.id)
    plant, line = draft.case.plants.get(recipe.plant), recipe.line
    has_hours = is_given(entry.hours)
    if not is_given(entry.capacity) and not line:
        what = _("the recipe has neither a capacity nor a line")
        yield Finding(path, what, _("add a capacity, or a plant with line and hours"))
    if line and not recipe.plant:
        yield Finding((*path, "line"), _("a line without its plant"), _("add the key plant"))
    elif line and plant is not None and line not in (lines := _lines(draft, plant.id)):
        owners = [one for one in draft.case.plants if line in _lines(draft, one)]
        what = _('"{line}" is a line of {owner}, not of {plant}')
        if not owners:
            what = _('"{line}" is not a line of {plant}')
        fix = did_you_mean(line, lines) or _("add it to the lines of the plant")
        words = {"line": line, "owner": ", ".join(owners), "plant": plant.id}
        yield Finding((*path, "line"), what.format(**words), fix)
    if line and not has_hours:
        what = _('the recipe does not say what time it takes on line "{line}"').format(line=line)
        yield Finding((*path, "line"), what, _('add hours, as in "0.01 hour" for one unit'))
    if has_hours and not line:
        what = _("hours say nothing without a line")
        yield Finding((*path, "hours"), what, _("add plant and line"))


def _lines(draft: CaseDraft, plant: str) -> Iterable[str]:
    """Lines of a plant, those whose hours cannot be read among them."""
    found: Iterable[str] = draft.entry("plants", plant).lines
    return found


@each("goods")
def stocks_above_the_limit(draft: CaseDraft, good: entities.Good) -> Iterator[Finding]:
    """What is in store, and what is to be held, must fit into the store."""
    if good.storage_limit is None:
        return
    case, limit = draft.case, good.storage_limit
    piles = [one for one in case.stockpiles.values() if one.good == good.id and one.quantity]
    stock = math.fsum(one.quantity.value for one in piles if one.quantity is not None)
    if piles and stock > limit.value * (1 + ROUNDING):
        yield Finding.of(
            ("stockpiles", piles[-1].id, "quantity"),
            _("{stock} in store are more than the storage_limit of {good}, {limit}"),
            _("raise the limit, or write less stock: what does not fit would be thrown away"),
            stock=in_words(stock, good.unit),
            good=good.id,
            limit=in_words(limit.value, good.unit),
        )
    if good.reserve is None:
        return
    n = case.calendar.n_periods
    most, wanted = limit.over(n), good.reserve.over(n)
    over = wanted > most * (1 + ROUNDING)
    if over.any():
        at = int(over.argmax())
        what = _("a reserve of {reserve} is above the storage_limit of {good}, {limit}")
        if at:
            what = _(
                "a reserve of {reserve} is above the storage_limit of {good}, {limit}"
                " from {month} on"
            )
        yield Finding.of(
            ("goods", good.id, "reserve"),
            what,
            _("raise the limit, or lower the reserve: it could never be held"),
            reserve=in_words(float(wanted[at]), good.unit),
            good=good.id,
            limit=in_words(float(most[at]), good.unit),
            month=case.calendar.label(at),
        )


@each("suppliers")
def orders_before_the_calendar(draft: CaseDraft, supplier: entities.Supplier) -> Iterator[Finding]:
    """What is on order arrives until the lead time is over, and not later."""
    calendar, routes, ways = draft.case.calendar, draft.case.routes, supplier.routes[:1]
    if supplier.on_order is None or not routes.keys() >= {*ways} or "calendar" in draft.unsound:
        return
    times = [supplier.lead_time, *(routes[one].lead_time for one in ways)]
    lead = calendar.periods(sum(time.value for time in times if time is not None))
    late = [at for at, amount in supplier.on_order.steps if at >= lead and amount > 0]
    path = ("suppliers", supplier.id, "on_order")
    if not lead:
        what = _('"on_order" says nothing for a supplier without lead time')
        yield Finding(path, what, _("give it a lead_time, or take on_order out"))
    elif late:
        what = _("what arrives in {month} can still be ordered: the lead time ends before")
        fix = _("write what was ordered before the calendar, and 0 from {month} on")
        what = what.format(month=calendar.label(late[0]))
        yield Finding(path, what, fix.format(month=calendar.label(lead)))


@each("suppliers")
def what_must_be_taken(draft: CaseDraft, supplier: entities.Supplier) -> Iterator[Finding]:
    """What has to be taken of a supplier is no more than it has, and is about something."""
    case, path = draft.case, ("suppliers", supplier.id, "at_least")
    least = supplier.at_least
    if least is None:
        if supplier.at_least_until is not None and draft.entry(*path[:2]).at_least is None:
            what = _('"at_least_until" says nothing without at_least')
            yield Finding((*path[:2], "at_least_until"), what, _("add at_least, or take it out"))
        return
    if f"suppliers.{supplier.id}" in optional_elements(case.options):
        what = _('only an option opens "{name}"; nothing can be taken of it before')
        yield Finding.of(path, what, _("say it with take_or_pay of the option"), name=supplier.id)
        return
    n, good = case.calendar.n_periods, supplier.good
    is_known = (least.unit or draft.sound("uses")) and "calendar" not in draft.unsound
    if not is_known or good not in case.goods or supplier.capacity is None:
        return
    amount = least.over(n).copy()
    if not least.unit:
        uses = [one.demand for one in case.uses.values() if one.good == good and one.demand]
        if not uses and case.uses:
            what = _('a share of the demand for "{good}", which no use asks for')
            fix = _('write an amount, as in "{unit}"')
            yield Finding.of(path, what, fix, good=good, unit=_unit(case, good))
            return
        amount = amount * sum(one.over(n) for one in uses)
    if supplier.at_least_until is not None:
        amount[supplier.at_least_until :] = 0.0
    most = supplier.capacity.over(n)
    over = amount > most * (1 + ROUNDING)
    if over.any():
        at = int(over.argmax())
        yield Finding.of(
            path,
            _("{least} have to be taken in {month}, and the capacity is {most}"),
            _("lower at_least, or raise the capacity"),
            least=in_words(float(amount[at]), _unit(case, good)),
            most=in_words(float(most[at]), _unit(case, good)),
            month=case.calendar.label(at),
        )


def _unit(case: entities.Case, good: str) -> str:
    return f"{case.goods[good].unit}/month" if good in case.goods else ""


@each("measures")
def keys_of_measures(draft: CaseDraft, measure: entities.Measure) -> Iterator[Finding]:
    """`share` and `by` belong to some kinds and not to others; the sender is not the target."""
    path = ("measures", measure.id)
    entry = draft.entry(*path)
    kind, terms = str(measure.kind), entities.MEASURE_TERMS[measure.kind]
    if "by" in terms.needs and not is_given(entry.by):
        fix = _('add "by: 6 month"') if terms.by == "month" else _('add "by: 50 %"')
        yield Finding.of(path, _('a measure of kind {kind} needs the key "by"'), fix, kind=kind)
    if "share" in terms.needs and not is_given(entry.share):
        fix = _('add the part cut off, "share: 50 %"')
        yield Finding(path, _('a quota needs the key "share"'), fix)
    for key in ("by", "share"):
        if key not in terms.takes and getattr(entry, key) is not None:
            what = _('"{key}" says nothing for a measure of kind {kind}')
            yield Finding.of((*path, key), what, _("take it out"), key=key, kind=kind)
    if measure.sender and measure.sender == draft.case.target:
        what = _('"{name}" is the target of the case; the sender must be another')
        fix = _("name who imposes it; leave sender out for an accident")
        yield Finding.of((*path, "sender"), what, fix, name=measure.sender)


@each("measures")
def hits_of_measures(draft: CaseDraft, measure: entities.Measure) -> Iterator[Finding]:
    """What a measure says that it hits: something, of a kind that it can hit, and no buyer."""
    path = ("measures", measure.id, "hits")
    case, sections = draft.outline, entities.MEASURE_TERMS[measure.kind].sections
    if not measure.hits or any(hit == entities.Hit() for hit in measure.hits):
        fix = _("name an actor, route, good, tag or element")
        yield Finding(path, _("the measure does not say what it hits"), fix)
    rises = measure.kind is entities.MeasureKind.PRICE_RISE and draft.is_outlined(
        "exports", "actors", "goods"
    )
    for position, hit in enumerate(measure.hits):
        section = hit.element.partition(".")[0]
        if section in OUTLINED and section not in sections:
            what = _('a measure of kind {kind} cannot hit "{element}"')
            what = what.format(kind=measure.kind, element=hit.element)
            fix = _("it can hit {sections}").format(sections=", ".join(sections))
            yield Finding((*path, position, "element"), what, fix)
        buyers = case.exports.values() if rises and not hit.element else ()
        bought = [f"exports.{one.id}" for one in buyers if selects_export(case, hit, one)]
        if bought:  # one who pays more does no harm
            what = _("a price rise cannot hit what is sold abroad: {exports}")
            fix = _('name what is bought, as in "{{element: suppliers.my_supplier}}"')
            yield Finding.of((*path, position), what, fix, exports=", ".join(bought))


def cyclic_companions(draft: CaseDraft) -> Iterator[Finding]:
    """Measures that run together with themselves."""
    companions = {one.id: one.together_with for one in draft.case.measures.values()}
    for name in dict.fromkeys(name for way in circles(companions) for name in way):
        what = _('"{name}" runs together with itself')
        fix = _("name each measure in one of the two only")
        yield Finding.of(("measures", name, "together_with"), what, fix, name=name)


def measures_that_hit_nothing(draft: CaseDraft) -> Iterator[Finding]:
    """Measures whose keys no element matches; a variant may take all of them away."""
    case = draft.outline
    if not draft.is_outlined(*OUTLINED) or case.target not in case.actors:
        return
    told = {one.path[1] for one in draft.found if one.path[2:3] == ("hits",)}
    for measure in draft.case.measures.values():
        sections = entities.MEASURE_TERMS[measure.kind].sections
        hits = (selects_anything(case, hit, sections) for hit in {*measure.hits})
        if measure.id not in told and not any(hits):
            what = _("this hits nothing: no element that a measure of kind {kind} can hit matches")
            fix = _("it can hit {sections}")
            what = what.format(kind=measure.kind)
            fix = fix.format(sections=", ".join(sections))
            yield Finding(("measures", measure.id, "hits"), what, fix, lapses=True)


Known = Mapping[str, frozenset[str]]
"""Section → ids."""


def unknown_references(draft: CaseDraft, known: Known, base: Known) -> Iterator[Finding]:
    """Ids of elements that the case does not have.

    What a measure hits may be among the ids of the `base`, the case before a variant changed it.
    """
    elements = (built for section in draft.elements.values() for built in section.values())
    of_elements = (one for built in elements for one in built.references)
    labels: dict[tuple[str, ...], dict[str, str]] = {}
    offer = offers()
    for path, word, form in (*draft.references, *of_elements):
        sections = form.sections
        if any(word in known[section] for section in sections):
            continue
        was_there = any(word in base.get(section, ()) for section in sections)
        is_hit = path[0] == "measures" and len(path) > 2 and path[2] in {"hits", "sender"}
        if (is_hit and was_there) or not draft.unreadable.isdisjoint(sections):
            continue
        if was_there:
            yield Finding(path, *_removed(word, path), at_key=path[-1] == word)
            continue
        fix = _("add it under {section}").format(section=sections[0])
        if sections not in labels:
            labels[sections] = _by_label(draft, sections)
        if named := labels[sections].get(word.casefold()):
            fix = _('write its id, "{name}"').format(name=named)
        elif any(known[section] for section in sections):
            fix = offer(word, (name for section in sections for name in known[section]))
        yield Finding(path, _(form.unknown).format(word=word), fix, at_key=path[-1] == word)


def _by_label(draft: CaseDraft, sections: Iterable[str]) -> dict[str, str]:
    """Label of an element of some sections, in small letters → its id, where it has it alone."""
    found: dict[str, str] = {}
    for name, one in (one for section in sections for one in draft.elements[section].items()):
        for label in {*map(str.casefold, one.part.label.values())} if one.part else ():
            found[label] = "" if label in found else name
    return found


def unknown_elements(draft: CaseDraft, known: Known, base: Known) -> Iterator[Finding]:
    """Elements named with their section, in what measures hit and options are about."""
    options, offer = draft.parts("options"), offers()
    of_options = (((*path, "element"), entry.element) for path, entry in options if entry.element)
    for path, name in (*_hits(draft, "element"), *of_options):
        section, _dot, element_id = name.partition(".")
        if section in draft.unreadable or element_id in known.get(section, ()):
            continue
        if element_id in base.get(section, ()):
            if path[0] == "options":
                yield Finding(path, *_removed(name, path))
            continue
        names = (f"{one}.{other}" for one, ids in known.items() for other in ids)
        yield Finding(path, _(forms.ELEMENT.unknown).format(word=name), offer(name, names))


def unknown_tags(draft: CaseDraft) -> Iterator[Finding]:
    """Tags that measures hit and no element has."""
    if draft.unreadable:
        return
    tags = {tag for _path, entry in draft.parts() for tag in entry.tags}
    offer = offers()
    for path, tag in _hits(draft, "tag"):
        if tag not in tags:
            what = _('no element has the tag "{tag}"').format(tag=tag)
            yield Finding(path, what, offer(tag, tags), lapses=True)


def _hits(draft: CaseDraft, key: str) -> Iterator[tuple[Path, str]]:
    for path, entry in draft.parts("measures"):
        for position, hit in enumerate(entry.hits or ()):
            if word := getattr(hit, key):
                yield (*path, "hits", position, key), word


def _removed(word: str, path: Path) -> tuple[str, str]:
    """A variant took an element away that another one needs."""
    what, fix = _('"{word}" has been removed'), _("remove {element} as well")
    if path[0] not in SECTIONS:
        fix = _("set {element} to another one")
    return what.format(word=word), fix.format(element=dotted(path[:2]))


def keys_at_the_top(draft: CaseDraft) -> Iterator[Finding]:
    """The four aims once, money last; no rate of the own money; the length of the first page."""
    case, code, step = draft.case, draft.case.currency, draft.case.calendar.step
    if sorted(case.priorities) != sorted(entities.AIMS):
        what = _("expected each of {aims} once")
        fix = _('write "priorities: [essential, deferrable, reserve, money]"')
        yield Finding.of(("priorities",), what, fix, aims=", ".join(entities.AIMS))
    elif case.priorities[-1] != "money":
        what = _("money must come last")
        yield Finding(("priorities",), what, _("move money to the end of the list"))
    if code in case.rates:
        what = _("{code} is the base currency; it has no rate")
        yield Finding.of(("currency", "rates", code), what, _("take it out"), code=code)
    measure = case.measures.get(entities.main_measure(case))
    told = any(one.path[:1] == ("main_length",) for one in draft.findings)
    if told or measure is None or case.main_measure not in {"", measure.id}:
        return
    if case.main_length and case.main_length not in measure.lengths:
        what = _('"{measure}" is not looked at for {n} months')
        fix = _("choose one of its lengths: {lengths} months")
        n, lengths = case.main_length * step, [str(length * step) for length in measure.lengths]
        what = what.format(measure=measure.id, n=n)
        yield Finding(("main_length",), what, fix.format(lengths=", ".join(lengths)))


OF_PREDICTIONS = ("condition", "due", "yes_if", "no_if", "void_if", "resolution", "probability")
"""Keys that only a prediction can have."""


def documents_of_the_ledger(draft: CaseDraft) -> Iterator[Finding]:
    """`at` begins with the id of a document."""
    known = draft.elements["documents"]
    for path, entry in draft.parts(*LEDGER):
        document, _place = document_and_place(entry.at or "")
        if document and document not in known and "documents" not in draft.unreadable:
            what = _(forms.DOCUMENT.unknown).format(word=document)
            fix = did_you_mean(document, known) or _("add it under documents")
            yield Finding((*path, "at"), what, fix)


def entries_without_check(draft: CaseDraft) -> Iterator[Finding]:
    """Every entry has a check, or a reason why there is none, and not both."""
    refused = {one.path[:2] for one in draft.findings}
    for path, entry in draft.entries(*LEDGER):
        is_one = is_prediction(entry)
        words = is_one and entry.resolution and any(entry.resolution.given.values())
        is_decided = is_one and (entry.yes_if or entry.no_if or words)
        decides = entry.holds_if or entry.untestable or is_decided
        if not decides and path not in refused:
            fix = _("add holds_if with an expression, or untestable with the reason")
            if is_one:
                fix = _("add yes_if, resolution or holds_if, or untestable with the reason")
            yield Finding(path, _("nothing says when this holds"), fix, at_key=True)
        elif entry.holds_if and entry.untestable:
            what = _("it has a check in holds_if, so it is not untestable")
            yield Finding((*path, "untestable"), what, _("keep one of the two"))


def is_prediction(entry: Any) -> bool:
    """Whether an entry says what will be."""
    return "prediction" in {getattr(entry, "kind", ""), getattr(entry, "modality", "")}


def keys_of_predictions(draft: CaseDraft) -> Iterator[Finding]:
    """What decides a prediction belongs to predictions, and needs a date."""
    for path, entry in draft.entries("statements"):
        given = [key for key in OF_PREDICTIONS if getattr(entry, key)]
        if not is_prediction(entry):
            what = _('"{key}" says nothing for a statement that is no prediction')
            fix = _("take it out, or write modality: prediction")
            yield from (Finding.of((*path, key), what, fix, key=key) for key in given)
        elif not entry.due and (set(given) - {"probability", "condition"}):
            what = _("the prediction does not say by when it is decided")
            yield Finding(path, what, _('add the date, as in "due: 2027-12-31"'), at_key=True)


@each("statements")
def dates_of_expiry(_draft: CaseDraft, statement: Statement) -> Iterator[Finding]:
    """Nothing expires before it is said, and no prediction is due before it."""
    for key in ("expires", "due"):
        until = getattr(statement, key)
        if statement.said and until and until < statement.said[: len(until)]:
            what = _('"{date}" is before the day on which it was said, {said}')
            what = what.format(date=until, said=statement.said)
            yield Finding(("statements", statement.id, key), what, _("correct one of the two"))


def circles_of_retelling(draft: CaseDraft) -> Iterator[Finding]:
    """No statement passes on itself, by however many others."""
    retold = {name: one.retells for name, one in draft.case.statements.items()}
    told: set[str] = set()
    for way in circles(retold):
        if told.isdisjoint(way):
            told |= set(way)
            name = min(way)
            at = way.index(name)
            what = _("statements pass each other on in a circle: {cycle}")
            what = what.format(cycle=" → ".join([*way[at:], *way[:at], name]))
            yield Finding(("statements", name, "retells"), what, _("take one of them out"))


def ids_used_twice(draft: CaseDraft) -> Iterator[Finding]:
    """An id names one entry of the ledger, whatever its section."""
    seen: dict[str, str] = {}
    for (section, name), _entry in draft.entries(*LEDGER):
        first = seen.setdefault(name, section)
        if first != section:
            what = _('"{name}" is an id under {section} already')
            fix = _("choose another id")
            yield Finding.of((section, name), what, fix, at_key=True, name=name, section=first)


CHECKS: tuple[Check, ...] = (
    keys_at_the_top,
    case_without_uses,
    cyclic_recipes,
    goods_without_origin,
    limits_of_recipes,
    stocks_above_the_limit,
    orders_before_the_calendar,
    what_must_be_taken,
    keys_of_measures,
    cyclic_companions,
    hits_of_measures,
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


def check_draft(
    draft: CaseDraft, base: CaseDraft | None = None, *, is_changed: bool = True
) -> list[Finding]:
    """What does not hold between the elements of a draft.

    The `base` is the case before a variant changed it; None for the case as written. Where not all
    of its changes could be made, only what is named is looked for.
    """
    known, before = (
        {section: frozenset(ids) for section, ids in one.elements.items()} if one else {}
        for one in (draft, base)
    )
    draft.before = frozenset(one.path for one in base.quantities) if base else frozenset()
    draft.found += unknown_references(draft, known, before)
    draft.found += unknown_elements(draft, known, before)
    draft.found += unknown_tags(draft)
    wrong = [*draft.findings, *draft.found]
    draft.unsound = frozenset(str(one.path[0]) for one in wrong if one.path)
    draft.vague = frozenset(str(one.path[0]) for one in wrong if one.path and is_vague(one))
    for check in CHECKS if is_changed else ():
        draft.found.extend(check(draft))
    return draft.found
