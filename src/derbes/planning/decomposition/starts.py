"""Starts that a plan was not made for: does it cost more to meet the standard there too?

A small program stands with the branches of few starts. Its plan is looked at with the
branches of all; where that costs more, the starts that are to blame join the program.
"""

from collections.abc import Mapping

from derbes.planning.decomposition.everywhere import Everyone
from derbes.planning.program.prices import START
from derbes.planning.program.problem import PlanProblem, with_branches
from derbes.planning.program.solving import Point

DEARER = 1e-7
"""Part by which a plan may cost more at all starts than at those it was made for."""


def missing_starts(everyone: Everyone, problem: PlanProblem, point: Point) -> set[tuple[str, int]]:
    """Standards and starts that make a plan dearer, and for which it was not made.

    Args:
        everyone: All draws, with branches at all starts.
        problem: The problem with the branches of some starts.
        point: Its best point.

    Raises:
        SolveError: A program has no optimum.
    """
    outcomes = everyone.at(point.values, START)
    weights = problem.weights
    before, after = (
        float(weights @ [figures.money for figures in one])
        for one in (point.drawn, [outcome.figures for outcome in outcomes])
    )
    is_short = any(max(o.figures.lacks.values(), default=0.0) > 0.0 for o in outcomes)
    if not is_short and after <= before + DEARER * max(1.0, abs(before)):
        return set()
    found = {one for outcome in outcomes for one in outcome.binding}
    return {one for one in found if not _stands(problem, *one)}


def _stands(problem: PlanProblem, name: str, start: int) -> bool:
    return start in problem.starts.get(name, ()) and (name, start) in problem.long_windows


def joined(problem: PlanProblem, missing: set[tuple[str, int]]) -> PlanProblem:
    """The problem with the branches of more starts, followed until the stocks are back."""
    starts: Mapping[str, set[int]] = {name: set(found) for name, found in problem.starts.items()}
    for name, start in missing:
        starts[name].add(start)
    found = {name: tuple(sorted(one)) for name, one in starts.items()}
    return with_branches(problem, found, problem.long_windows | missing)
