"""The part of a case that holds some of its numbers, so that little is looked through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from derbes.draws.inputs import inputs_by_path, with_values

NUMBERED = (
    "actors",
    "goods",
    "uses",
    "stockpiles",
    "routes",
    "suppliers",
    "plants",
    "recipes",
    "exports",
    "measures",
    "options",
    "limits",
    "standards",
    "hazards",
    "facts",
)
"""Sections whose elements hold numbers, which begin their paths with section and id."""
OTHERS = (
    "variants",
    "scenarios",
    "documents",
    "statements",
    "contrasts",
    "double_standards",
    "tensions",
    "expressions",
)
"""Sections in which nothing is drawn."""


def part_with(case: Case, paths: Iterable[str]) -> Case:
    """A case with no elements but those that hold a number at one of the paths."""
    wanted: dict[str, set[str]] = {section: set() for section in NUMBERED}
    for path in paths:
        section, _dot, rest = path.partition(".")
        if section in wanted:
            wanted[section].add(rest.partition(".")[0].partition("[")[0])
    kept: dict[str, Any] = {
        section: {name: one for name, one in getattr(case, section).items() if name in names}
        for section, names in wanted.items()
    }
    kept |= {section: {} for section in OTHERS}
    return replace(case, **kept)


def number_of(case: Case, path: str) -> Quantity | None:
    """The number at a path; None where the case has none."""
    return inputs_by_path(part_with(case, (path,))).get(path)


@dataclass(frozen=True, slots=True)
class Changing:
    """A case, and the part of it that holds the numbers that change."""

    case: Case
    part: Case

    def at(self, values: Mapping[str, float]) -> Case:
        """The case with other values at some paths of its part.

        Raises:
            ValueError: A series that starts at 0 cannot be scaled.
        """
        drawn = with_values(self.part, values)
        whole: dict[str, Any] = {
            section: {**getattr(self.case, section), **getattr(drawn, section)}
            for section in NUMBERED
        }
        whole |= {section: getattr(self.case, section) for section in OTHERS}
        return replace(drawn, **whole)


def changing(case: Case, paths: Iterable[str]) -> Changing:
    """A case whose numbers at some paths are to change."""
    return Changing(case, part_with(case, paths))
