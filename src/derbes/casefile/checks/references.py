"""Ids that refer to elements, and tags that select them."""

from collections.abc import Iterator, Mapping

from derbes.casefile.build.draft import Draft
from derbes.casefile.build.element import Place
from derbes.casefile.findings import Finding
from derbes.casefile.schema.document import SECTIONS
from derbes.casefile.tree.nodes import Path
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


def _places(draft: Draft) -> Iterator[Place]:
    yield from draft.places
    for section in draft.elements.values():
        for built in section.values():
            yield from built.places


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


def _is_known(place: Place, known: Known, base: Known) -> bool:
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
