"""Baskets of measures: what a lever of several, or all levers of a sender, do at once.

Losses of measures that run at the same time are those of one branch in which they all run,
never a sum: what one takes away another may have replaced. Only where nothing that one
measure bears on serves what the other bears on do the losses add up; and even there a buyer
who never returns is lost once, with all that it buys.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from derbes.case.entities import Case, Measure, baskets
from derbes.draws.study import Study
from derbes.model.measures import compile_measure


def asked_baskets(case: Case, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """Baskets of a case whose measures are all asked for; all of them where none are named."""
    known = set(case.measures).intersection(asked or case.measures)
    return tuple(
        name for name, measures in baskets(case.levers).items() if known.issuperset(measures)
    )


def with_baskets(study: Study, asked: Sequence[str] = ()) -> Study:
    """A study whose measures are joined by its case's baskets.

    Args:
        study: The variant.
        asked: Measures that are asked for; empty: all.
    """
    case, found = study.case, baskets(study.case.levers)
    names = asked_baskets(case, asked)
    joined = {name: joint_measure(case, name, found[name]) for name in names}
    case = replace(case, measures={**case.measures, **joined})
    more = (compile_measure(case, study.arrays, name) for name in names)
    return replace(study, case=case, measures=(*study.measures, *more))


def joint_measure(case: Case, name: str, measures: Sequence[str]) -> Measure:
    """Measures as one that runs together with the others.

    It is looked at for the lengths that all have, else for those of any.
    """
    first, *others = joined = [case.measures[one] for one in measures]
    common = reduce(set.intersection, (set(one.lengths) for one in others), set(first.lengths))
    lengths = tuple(length for length in first.lengths if length in common)
    return replace(
        first,
        id=name,
        lengths=lengths or tuple(sorted({length for one in joined for length in one.lengths})),
        together_with=(*first.together_with, *measures[1:]),
    )
