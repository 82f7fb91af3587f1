"""A case of parts that do not meet is each of them, and parts that meet are never taken apart.

Its programs are solved in parts, and a question about a use leaves out what has nothing to do
with it (`lp.program.parted`); in cases as small as these only where no part is too small.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from derbes.case.entities import Case, Recipe
from derbes.case.quantity import Quantity
from derbes.lp import highs
from derbes.lp.program import parted
from derbes.model.compile import compile_case
from derbes.results.supply import ALL_ESSENTIAL
from derbes.supply import survival
from derbes.supply.baseline import calm_program
from tests.properties.figures import (
    SECTIONS,
    TIMES,
    UNMET,
    Key,
    asked,
    changed,
    ends,
    figures,
    law,
    renamed,
    sizes_of,
    times,
    unlike,
)


@contextmanager
def least(n_columns: int) -> Iterator[None]:
    """What is worth a solver of its own, while it is set."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (highs, survival):
            patch.setattr(module, "LEAST_PART", n_columns)
        yield


def twin_of(case: Case, kept: tuple[str, ...] = ()) -> Case:
    """The case with other names, demand and hours of recipes; some names stay."""
    ids = {*chain.from_iterable(getattr(case, section) for section in SECTIONS), "line"}
    other = renamed(case, {name: f"{name}_twin" for name in ids - {*kept}}, turned=False)
    other = changed(other, "recipes", lambda recipe: {"hours": times(recipe.hours, 1.3)})
    return changed(other, "uses", lambda use: {"demand": times(use.demand, 0.8)})


def beside(case: Case, other: Case) -> Case:
    """Both as one case, hit by the same measures."""
    sections = {name: {**getattr(case, name), **getattr(other, name)} for name in SECTIONS}
    measures = {
        name: replace(one, hits=tuple(dict.fromkeys((*one.hits, *other.measures[name].hits))))
        for name, one in case.measures.items()
    }
    return replace(case, **sections, measures=measures)


def linked(case: Case, seed: int) -> Case:
    """A case and its twin that meet: on a line, or since one is made of the other."""
    if seed % 2 and any(recipe.line for recipe in case.recipes.values()):
        return beside(case, twin_of(case, kept=("line", *case.plants)))
    both = beside(case, twin_of(case))
    good = next(iter(case.goods))
    link = Recipe("link", output=f"{good}_twin", inputs={good: Quantity(0.7)}, cost=Quantity(0.1))
    return replace(both, recipes={**both.recipes, "link": link})


def n_parts(case: Case) -> int:
    """In how many parts the calm plan comes, of more than one period each."""
    layout, program = calm_program(compile_case(case, 12))
    of_columns, _of_rows = parted(program.matrix, 1)
    fresh = layout.column("fresh").indices
    return len({int(of_columns[row[0]]) for row in fresh})


@law()
def test_in_parts_or_whole_the_answers_are_the_same(seed: int) -> None:
    case, start = asked(seed)
    apart, joined = beside(case, twin_of(case)), linked(case, seed)
    assert n_parts(joined) < n_parts(apart)
    for one in (apart, joined):
        found = []
        for n_columns in (1, 10**9):
            with least(n_columns):
                found.append(figures(one, start) | ends(one))
        assert unlike(*found, sizes_of(one)) == []


@law()
def test_a_case_of_parts_is_each_of_them(seed: int) -> None:
    case, start = asked(seed)
    other = twin_of(case)
    with least(1):
        both = figures(beside(case, other), start, premium=False)
    alone = [figures(one, start, premium=False) for one in (case, other)]
    assert {name for one in alone for name in one} <= {*both} | {
        name for one in alone for name in one if ALL_ESSENTIAL in name
    }
    expected: dict[Key, Any] = {}
    for name, value in (alone[0] | alone[1]).items():
        if name[0] == "cover" and name[-2] != ALL_ESSENTIAL and name[-1] in TIMES:
            expected[name] = value
        elif name[-1] in (*UNMET, "target_loss"):  # what a sender loses may hang on ties
            parts = [one[name] for one in alone]
            expected[name] = None if None in parts else sum(parts)
    for name in [name for name in alone[0] if name[-2] == ALL_ESSENTIAL]:
        parts = [one[name] for one in alone]
        known = [part for part in parts if part is not None]
        if name[-1] in ("time_to_survive", "time_to_survive_myopic", "days_of_cover"):
            expected[name] = min(known, default=None)
        elif name[-1] == "survives_length":
            expected[name] = all(parts)
    assert unlike(expected, both, sizes_of(beside(case, other))) == []
