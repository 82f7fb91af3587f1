"""Options: what they are about, and whether they can be chosen together."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from derbes.case.options import OPTIONAL_KINDS, Option, OptionKind
from derbes.casefile.checks.soundness import Checked
from derbes.casefile.findings import Finding
from derbes.language import _

Options = Mapping[str, Option]

SECTIONS_OF_KIND = {
    OptionKind.BUILD: ("plants",),
    OptionKind.ENLARGE: ("plants",),
    OptionKind.BRING_FORWARD: ("plants",),
    OptionKind.RESERVE: ("goods",),
    OptionKind.CONTRACT: ("suppliers", "routes"),
    OptionKind.CONVERT: ("recipes",),
    OptionKind.BUY_OUT: ("suppliers",),
}
"""Sections of the elements that each kind of option can be about."""


def elements_of_options(checked: Checked) -> Iterator[Finding]:
    """The kind of an option says in which section its element stands."""
    for option in checked.case.options.values():
        section = option.element.partition(".")[0]
        fitting = SECTIONS_OF_KIND[option.kind]
        if section in checked.draft.elements and section not in fitting:
            yield Finding(
                ("options", option.id, "element"),
                _('an option of kind {kind} cannot be about "{element}"').format(
                    kind=option.kind, element=option.element
                ),
                _("it can be about {sections}").format(sections=", ".join(fitting)),
            )


def keys_of_options(checked: Checked) -> Iterator[Finding]:
    """What only some options can say."""
    for option in checked.case.options.values():
        is_purchase = option.kind is OptionKind.CONTRACT and option.element.startswith("suppliers.")
        if checked.entry("options", option.id).take_or_pay is not None and not is_purchase:
            yield Finding(
                ("options", option.id, "take_or_pay"),
                _('"take_or_pay" says nothing but for a contract with a supplier'),
                _("take it out"),
            )


def plants_brought_forward(checked: Checked) -> Iterator[Finding]:
    """A plant that is open from the start cannot open earlier."""
    for option in checked.case.options.values():
        if option.kind is not OptionKind.BRING_FORWARD:
            continue
        plant = checked.case.plants.get(option.element.removeprefix("plants."))
        if plant is not None and plant.opening <= 0:
            yield Finding(
                ("options", option.id, "element"),
                _('"{element}" is open when the calendar begins').format(element=option.element),
                _("take the option out, or let the calendar begin earlier"),
            )


def options_beside_themselves(checked: Checked) -> Iterator[Finding]:
    """Options that exclude or require themselves."""
    for option in checked.case.options.values():
        for key in ("excludes", "requires"):
            names = getattr(option, key)
            if option.id in names:
                yield Finding(
                    ("options", option.id, key, names.index(option.id)),
                    _('"{name}" names itself').format(name=option.id),
                    _("take it out"),
                )


def cyclic_prerequisites(checked: Checked) -> Iterator[Finding]:
    """Options that require each other in a circle; told once for each circle."""
    options = checked.case.options
    told: set[str] = set()
    for name in options:
        way = _way_back(options, name)
        if way and told.isdisjoint(way):
            told |= set(way)
            yield Finding(
                ("options", name, "requires"),
                _("the options require each other in a circle: {cycle}").format(
                    cycle=" → ".join([*way, name])
                ),
                _("take one of them out, or make one option of them"),
            )


def _way_back(options: Options, name: str) -> list[str]:
    """Options on the way from one back to itself; empty when it does not come back."""
    before = {name: ""}
    waiting = [name]
    while waiting:
        here = waiting.pop(0)
        for needed in options[here].requires:
            if needed == name and here != name:
                return _way_to(before, here)
            if needed in options and needed not in before:
                before[needed] = here
                waiting.append(needed)
    return []


def _way_to(before: Mapping[str, str], last: str) -> list[str]:
    way = [last]
    while before[way[0]]:
        way.insert(0, before[way[0]])
    return way


def chosen_with(options: Options, name: str) -> set[str]:
    """An option and all that must be chosen with it."""
    found, waiting = {name}, [name]
    while waiting:
        for needed in options[waiting.pop()].requires:
            if needed in options and needed not in found:
                found.add(needed)
                waiting.append(needed)
    return found


def committed_options(options: Options) -> set[str]:
    """Options that must be chosen, because they are committed or such a one needs them."""
    committed = [name for name, option in options.items() if option.committed]
    return {needed for name in committed for needed in chosen_with(options, name)}


def options_that_clash(checked: Checked) -> Iterator[Finding]:
    """Options that exclude each other, and both must be chosen."""
    options = checked.case.options
    told: set[tuple[str, str]] = set()
    for name in options:
        for pair in _excluding_pairs(options, chosen_with(options, name)):
            if pair in told:
                continue
            told.add(pair)
            yield Finding(
                ("options", name, "requires"),
                _(
                    'choosing "{name}" means both "{first}" and "{second}",'
                    " which exclude each other"
                ).format(name=name, first=pair[0], second=pair[1]),
                _("take one of the two out of requires, or the other out of excludes"),
            )
    for pair in _excluding_pairs(options, committed_options(options)):
        if pair not in told:
            yield Finding(
                ("options", pair[0]),
                _('"{first}" and "{second}" exclude each other, but both must be chosen').format(
                    first=pair[0], second=pair[1]
                ),
                _("take committed out of one of them, or out of an option that requires it"),
                at_key=True,
            )


def _excluding_pairs(options: Options, chosen: set[str]) -> list[tuple[str, str]]:
    """Pairs of the chosen options that exclude each other, in the order of the case."""
    ordered = [name for name in options if name in chosen]
    return [pair for pair in combinations(ordered, 2) if _exclude(options, *pair)]


def _exclude(options: Options, first: str, second: str) -> bool:
    return second in options[first].excludes or first in options[second].excludes


def prerequisites_that_come_later(checked: Checked) -> Iterator[Finding]:
    """Options whose prerequisite can only be decided after them."""
    options = checked.case.options
    for option in options.values():
        for position, name in enumerate(option.requires):
            needed = options.get(name)
            if needed is not None and min(needed.dates) > max(option.dates):
                yield Finding(
                    ("options", option.id, "requires", position),
                    _('"{needed}" can only be decided later than "{name}", which needs it').format(
                        needed=name, name=option.id
                    ),
                    _("give one of the two other dates"),
                )


def makes_its_element(option: Option) -> bool:
    """Whether the element of an option is there only when the option is chosen."""
    section = option.element.partition(".")[0]
    return option.kind in OPTIONAL_KINDS and section in SECTIONS_OF_KIND[option.kind]


def elements_made_twice(checked: Checked) -> Iterator[Finding]:
    """Options that make the same element be there, beside each other."""
    options = checked.case.options
    makers = [name for name, option in options.items() if makes_its_element(option)]
    for first, second in combinations(makers, 2):
        element = options[second].element
        if options[first].element == element and not _exclude(options, first, second):
            yield Finding(
                ("options", second, "element"),
                _('"{element}" is there by "{first}" already, which can be chosen as well').format(
                    element=element, first=first
                ),
                _('add "excludes: [{first}]", or name another element').format(first=first),
            )


def elements_that_are_not_there(checked: Checked) -> Iterator[Finding]:
    """Options that change an element that is there only by another option."""
    options = checked.case.options
    for option in options.values():
        makers = [
            one.id
            for one in options.values()
            if makes_its_element(one) and one.element == option.element
        ]
        if option.kind in OPTIONAL_KINDS or not makers:
            continue
        if chosen_with(options, option.id).isdisjoint(makers):
            yield Finding(
                ("options", option.id, "element"),
                _('"{element}" is there only when "{maker}" is chosen').format(
                    element=option.element, maker=makers[0]
                ),
                _('add "requires: [{maker}]"').format(maker=makers[0]),
            )
