"""All checks of a case, in one list.

Ids that refer to elements, and tags that select them.

The top of a case: order of aims, first page, money.

The ledger: documents that exist, a check or a reason, predictions that can be decided.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from derbes.case.entities import AIMS, main_measure
from derbes.case.ledger import LEDGER
from derbes.casefile.build import document_and_place
from derbes.casefile.checks_plan import (
    budget_of_what_is_committed,
    correlations_that_clash,
    cyclic_prerequisites,
    elements_made_twice,
    elements_of_options,
    elements_that_are_not_there,
    inputs_of_correlations,
    keys_of_options,
    options_beside_themselves,
    options_that_clash,
    plants_brought_forward,
    prerequisites_that_come_later,
    probabilities_of_scenarios,
)
from derbes.casefile.checks_supply import (
    case_without_uses,
    cyclic_companions,
    cyclic_recipes,
    elements_out_of_reach,
    empty_hits,
    goods_without_origin,
    keys_of_measures,
    lines_of_recipes,
    measures_that_hit_nothing,
    orders_before_the_calendar,
    prices_of_buyers,
    recipes_without_limit,
    stocks_above_the_limit,
    target_as_sender,
)
from derbes.casefile.draft import Checked, Draft, unsound_sections, way_back
from derbes.casefile.entries import SECTIONS, Reference
from derbes.casefile.nodes import Finding, Path
from derbes.errors import did_you_mean
from derbes.language import _

MAX_OFFERS = 100
"""Looking for near names takes time; a file with more slips gets no more offers."""

Known = Mapping[str, frozenset[str]]
"""Section → ids."""


def known_ids(draft: Draft) -> Known:
    """Ids of every section, those of unusable elements included."""
    return {section: frozenset(draft.elements[section]) for section in SECTIONS}


def unknown_references(draft: Draft, base: Known) -> Iterator[Finding]:
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


def unknown_elements(draft: Draft, base: Known) -> Iterator[Finding]:
    """Elements named with their section, in what measures hit and options are about."""
    for path, name in [*_hits(draft, "element"), *_elements_of_options(draft)]:
        section, _dot, element_id = name.partition(".")
        if section in draft.unreadable or element_id in draft.elements.get(section, ()):
            continue
        if element_id in base.get(section, ()):
            if path[0] == "options":
                yield Finding(path, *_removed(name, path))
            continue
        names = [f"{one}.{other}" for one, ids in known_ids(draft).items() for other in ids]
        yield Finding(path, _refusal(name, "element"), did_you_mean(name, names))


def unknown_tags(draft: Draft) -> Iterator[Finding]:
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


def _places(draft: Draft) -> Iterator[Reference]:
    yield from draft.references
    for section in draft.elements.values():
        for built in section.values():
            yield from built.references


def _hits(draft: Draft, key: str) -> Iterator[tuple[Path, str]]:
    for name, built in draft.elements["measures"].items():
        for position, hit in enumerate(getattr(built.entry, "hits", ())):
            word = getattr(hit, key)
            if word:
                yield ("measures", name, "hits", position, key), word


def _elements_of_options(draft: Draft) -> Iterator[tuple[Path, str]]:
    for name, built in draft.elements["options"].items():
        element = getattr(built.entry, "element", "")
        if element:
            yield ("options", name, "element"), element


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


def order_of_priorities(checked: Checked) -> Iterator[Finding]:
    """All four aims once, money last."""
    given = checked.case.priorities
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


def length_of_first_page(checked: Checked) -> Iterator[Finding]:
    """The length of the first page must be one that its measure names."""
    case = checked.case
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


def rate_of_own_money(checked: Checked) -> Iterator[Finding]:
    """The base currency needs no rate."""
    if checked.case.currency in checked.case.rates:
        yield Finding(
            ("currency", "rates", checked.case.currency),
            _("{code} is the base currency; it has no rate").format(code=checked.case.currency),
            _("take it out"),
        )


OF_PREDICTIONS = ("condition", "due", "yes_if", "no_if", "void_if", "resolution", "probability")
"""Keys that only a prediction can have."""


def documents_of_the_ledger(checked: Checked) -> Iterator[Finding]:
    """`at` begins with the id of a document."""
    known = checked.draft.elements["documents"]
    if "documents" in checked.draft.unreadable:
        return
    for path, entry in _entries(checked):
        document, _place = document_and_place(getattr(entry, "at", "") or "")
        if document and document not in known:
            yield Finding(
                (*path, "at"),
                _('"{word}" is not a document of this case').format(word=document),
                did_you_mean(document, known) or _("add it under documents"),
            )


def entries_without_check(checked: Checked) -> Iterator[Finding]:
    """Every entry has a check, or a reason why there is none, and not both."""
    told = {one.path[:2] for one in checked.draft.findings}
    for path, entry in _entries(checked):
        decides = is_prediction(entry) and (entry.yes_if or _words_that_decide(entry))
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


def _words_that_decide(entry: Any) -> bool:
    return entry.resolution is not None and any(entry.resolution.given.values())


def is_prediction(entry: Any) -> bool:
    """Whether an entry says what will be."""
    return "prediction" in {getattr(entry, "kind", ""), getattr(entry, "modality", "")}


def keys_of_predictions(checked: Checked) -> Iterator[Finding]:
    """What decides a prediction belongs to predictions, and needs a date."""
    for path, entry in _entries(checked):
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


def dates_of_expiry(checked: Checked) -> Iterator[Finding]:
    """Nothing expires before it is said, and no prediction is due before it."""
    for statement in checked.case.statements.values():
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


def circles_of_retelling(checked: Checked) -> Iterator[Finding]:
    """No statement passes on itself, by however many others."""
    statements = checked.case.statements
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


def ids_used_twice(checked: Checked) -> Iterator[Finding]:
    """An id names one entry of the ledger, whatever its section."""
    seen: dict[str, str] = {}
    for (section, name), _entry in _entries(checked):
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


def _entries(checked: Checked) -> Iterator[tuple[tuple[str, str], Any]]:
    """Path and entry of everything in the ledger that the schema accepts."""
    for section in LEDGER:
        for name, built in checked.draft.elements[section].items():
            if built.entry is not None:
                yield (section, name), built.entry


Check = Callable[[Checked], Iterator[Finding]]

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
    elements_of_options,
    keys_of_options,
    plants_brought_forward,
    options_beside_themselves,
    cyclic_prerequisites,
    options_that_clash,
    prerequisites_that_come_later,
    elements_made_twice,
    elements_that_are_not_there,
    budget_of_what_is_committed,
    probabilities_of_scenarios,
    inputs_of_correlations,
    correlations_that_clash,
    documents_of_the_ledger,
    entries_without_check,
    keys_of_predictions,
    dates_of_expiry,
    circles_of_retelling,
    ids_used_twice,
)
"""Checks that rely on elements whose ids are known."""


def check_draft(draft: Draft, base: Draft | None = None) -> list[Finding]:
    """What does not hold between the elements of a draft.

    Args:
        draft: The case.
        base: The case before a variant changed it; None for the case as written.
    """
    before = known_ids(base) if base is not None else {}
    findings = [
        *unknown_references(draft, before),
        *unknown_elements(draft, before),
    ]
    if base is None:
        findings += unknown_tags(draft)
    unsound = unsound_sections([*draft.findings, *findings])
    checked = Checked(draft, unsound, is_variant=base is not None, found=findings)
    for check in CHECKS:
        checked.found.extend(check(checked))
    return checked.found
