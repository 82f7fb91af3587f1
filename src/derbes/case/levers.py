"""Levers: by what a sender can hurt the target, counted or known to be missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from derbes.case.forms import ACTOR, MEASURE, NEEDED, TEXTS, ListForm, SpelledAs
from derbes.case.quantity import Element


@dataclass(frozen=True, slots=True)
class Lever(Element):
    """A way in which a sender can hurt the target: counted by measures, or missing."""

    sender: Annotated[str, ACTOR, NEEDED] = ""
    """Who pulls it."""
    measures: Annotated[tuple[str, ...], ListForm(MEASURE)] = ()
    """Measures of this sender by which it is counted; several run at the same time."""
    lacks: Annotated[str, TEXTS, SpelledAs("missing")] = ""
    """What would have to be known to count it, in place of `measures`; one text or by language."""
    look: Annotated[str, TEXTS] = ""
    """Where that can be found; goes with `missing`."""


JOINED_BY = "+"
"""Stands between measures that run at the same time; no id holds it."""


def basket(measures: Iterable[str]) -> str:
    """Name of measures that run at the same time; of one alone its own."""
    return JOINED_BY.join(measures)


def at_once(levers: Mapping[str, Lever]) -> dict[str, tuple[str, ...]]:
    """Sender → measures of all its levers that are counted, where it has several such levers."""
    counted: dict[str, list[Lever]] = {}
    for lever in levers.values():
        if lever.measures:
            counted.setdefault(lever.sender, []).append(lever)
    return {
        sender: tuple(name for lever in own for name in lever.measures)
        for sender, own in counted.items()
        if len(own) > 1
    }


def baskets(levers: Mapping[str, Lever]) -> dict[str, tuple[str, ...]]:
    """Basket → its measures: of each lever of several, and of all levers of a sender."""
    found = [*(lever.measures for lever in levers.values()), *at_once(levers).values()]
    return {basket(measures): measures for measures in found if len(measures) > 1}
