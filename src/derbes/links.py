"""Names that lead to others: all that can be reached, circles, and an order without them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def reached(first: Iterable[Name], links: Callable[[Name], Iterable[Name]]) -> tuple[Name, ...]:
    """Some names and all that they lead to, at any distance, the nearest first."""
    found = dict.fromkeys(first)
    waiting = list(found)
    for name in waiting:
        new = [one for one in dict.fromkeys(links(name)) if one not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)


def in_order(links: Mapping[str, Iterable[str]]) -> list[str]:
    """Names, each behind all that it leads to; what leads into a circle is left out."""
    sorter = TopologicalSorter(dict.fromkeys(links, ()))  # in the order given, where it is free
    for name, own in links.items():
        sorter.add(name, *{*own}.intersection(links))
    with suppress(CycleError):
        sorter.prepare()
    found: list[str] = []
    while ready := sorter.get_ready():
        found += ready
        sorter.done(*ready)
    return found


def circles(links: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Ways that come back to where they begin; each name that can come back stands in one.

    What leads nowhere, and what nothing leads to, is taken away first: where there is no circle
    nothing is left.
    """
    steps: Mapping[str, Iterable[str]] = links
    for _turn in range(2):  # and the other way round
        ends = {*in_order(steps)}
        above: dict[str, list[str]] = {name: [] for name in steps if name not in ends}
        for name in above:
            for one in steps[name]:
                if one in above:
                    above[one].append(name)
        steps = above
    found: set[str] = set()
    for name in steps:
        way = _way_back(steps, name) if name not in found else []
        found |= set(way)
        if way:
            yield way


def _way_back(links: Mapping[str, Iterable[str]], name: str) -> list[str]:
    """Names on the shortest way from one back to itself; empty when it does not come back."""
    before = {name: ""}
    ways = [name]
    for last in ways:
        for step in links[last]:
            if step == name:
                way = [last]
                while way[-1] != name:
                    way.append(before[way[-1]])
                return way[::-1]
            if step not in before:
                before[step] = last
                ways.append(step)
    return []
