"""Scenarios and correlations: whether they can be true together."""

import math
from collections.abc import Iterator, Mapping

from derbes.case.entities import quantities
from derbes.case.uncertainty import Correlation
from derbes.casefile.checks.soundness import Checked
from derbes.casefile.findings import Finding
from derbes.casefile.quantities.ranks import (
    Links,
    Pair,
    are_possible,
    nearest_in_common,
    nearest_possible,
    smallest_clash,
)
from derbes.casefile.tree.nodes import Path
from derbes.errors import did_you_mean
from derbes.language import _
from derbes.units import format_number

SUM_SLIP = 1e-3
"""Probabilities are written with a few digits; their sum may miss 1 by so much."""


def probabilities_of_scenarios(checked: Checked) -> Iterator[Finding]:
    """Probabilities of all scenarios add to 1."""
    scenarios = checked.case.scenarios
    if not scenarios or not checked.sound("scenarios"):
        return
    total = math.fsum(one.probability for one in scenarios.values())
    if abs(total - 1.0) > SUM_SLIP:
        yield Finding(
            ("scenarios",),
            _("the probabilities of the scenarios add to {total}, not to 1").format(
                total=format_number(round(total, 6))
            ),
            _("change them, or add a scenario for what is left"),
            at_key=True,
        )


def inputs_of_correlations(checked: Checked) -> Iterator[Finding]:
    """Correlations name uncertain inputs, or hazards, two and two, each pair once."""
    if checked.is_variant or not checked.case.correlations:
        return
    known = {one.path: one.has_range for one in quantities(checked.case)}
    hazards = {f"hazards.{name}" for name in checked.draft.elements["hazards"]}
    told: dict[frozenset[str], int] = {}
    for one, place in zip(checked.case.correlations, checked.draft.correlated, strict=True):
        path = ("correlations", place[0], "between")
        for side, name in zip(place[1:], one.between, strict=True):
            if name not in hazards:
                yield from _uncertain(checked, (*path, side), name, known | dict.fromkeys(hazards))
        yield from _fitting_pair((*path, place[2]), one, hazards, told)
        told.setdefault(frozenset(one.between), one.at_line)


def _uncertain(
    checked: Checked, path: Path, name: str, known: Mapping[str, bool | None]
) -> Iterator[Finding]:
    """A name that is no uncertain input; in `known`, False is one without a range."""
    if name not in known and not _is_told(checked, name):
        yield Finding(
            path,
            _('"{name}" is not a quantity of this case').format(name=name),
            did_you_mean(
                name, [path for path, has_range in known.items() if has_range is not False]
            ),
        )
    elif known.get(name) is False:
        yield Finding(
            path,
            _('"{name}" has neither a range nor a distribution').format(name=name),
            _("give it one, or take the correlation out"),
        )


def _is_told(checked: Checked, name: str) -> bool:
    """Whether the element of a quantity is known to be wrong, so that it has none."""
    section, _dot, rest = name.partition(".")
    element_id = rest.partition(".")[0]
    built = checked.draft.elements.get(section, {}).get(element_id)
    return section in checked.draft.unreadable or (built is not None and built.entity is None)


def _fitting_pair(
    path: Path,
    one: Correlation,
    hazards: set[str],
    told: Mapping[frozenset[str], int],
) -> Iterator[Finding]:
    first, second = one.between
    if first == second:
        yield Finding(
            path, _('"{name}" stands on both sides').format(name=first), _("name two inputs")
        )
    elif (first in hazards) != (second in hazards):
        yield Finding(
            path,
            _("a hazard and a quantity cannot be correlated"),
            _("name two quantities, or two hazards"),
        )
    elif frozenset(one.between) in told:
        yield Finding(
            path,
            _("the two are already correlated in line {line}").format(
                line=told[frozenset(one.between)]
            ),
            _("keep one of the two"),
        )


def correlations_that_clash(checked: Checked) -> Iterator[Finding]:
    """Ranks that no inputs can have together: one finding for each set of inputs."""
    if checked.is_variant or any(one.path[:1] == ("correlations",) for one in _found(checked)):
        return
    links = {one.between: one.rank for one in checked.case.correlations}
    at = {
        one.between: place[0]
        for one, place in zip(checked.case.correlations, checked.draft.correlated, strict=True)
    }
    left = dict(links)
    while not are_possible(left):
        clash = smallest_clash(left)
        last = max(clash, key=at.__getitem__)
        pairs = ", ".join(f"{first} – {second}" for first, second in clash)
        together = [pair for pair in links if at[pair] == at[last]]
        yield Finding(
            ("correlations", at[last], "rank"),
            _("the ranks of {pairs} cannot be true together").format(pairs=pairs),
            _repair_in_common(links, together)
            if len(together) > 1
            else _repair(links, clash, last),
        )
        for pair in clash:
            del left[pair]


def _found(checked: Checked) -> list[Finding]:
    return [*checked.draft.findings, *checked.found]


def _repair_in_common(links: Links, pairs: list[Pair]) -> str:
    """How the clash can be cured by one rank that several pairs have."""
    works = nearest_in_common(links, pairs)
    return _("the nearest that works for all of them is {nearest}").format(
        nearest=format_number(works)
    )


def _repair(links: Links, clash: Links, last: Pair) -> str:
    """How the clash can be cured: by the last rank, else by another one, else by several."""
    names = {name for pair in clash for name in pair}
    rest = ""
    if len(clash) < len(names) * (len(names) - 1) // 2:
        rest = _("; pairs that are not named count as 0")
    for pair in [last, *(one for one in clash if one != last)]:
        works = nearest_possible(links, pair)
        if works is not None:
            first, second = pair
            cure = _("with the others as they are, {nearest} is the nearest for {first} – {second}")
            return cure.format(nearest=format_number(works), first=first, second=second) + rest
    return _("bring several of them nearer to 0") + rest
