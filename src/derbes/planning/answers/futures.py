"""The futures that a plan is made for: draws, what the case lists, or central values alone."""

from dataclasses import replace
from math import prod

import numpy as np

from derbes.case.entities import Case
from derbes.case.uncertainty import Draws
from derbes.draws import make_draws, uncertain_inputs
from derbes.errors import Problem, RequestError
from derbes.language import _

MOST_LISTED = 20_000
"""Most futures that a case lists which are planned for without being asked."""
DISCRETE = "discrete"


def futures_of(case: Case, n: int | None, *, seed: int) -> Draws | None:
    """Draws of the uncertain inputs; None: one future of central values.

    Without a number of draws, the futures are those that the case lists with their
    probabilities: its scenarios, and every combination of its discrete distributions, all
    else at central values.

    Raises:
        RequestError: The case lists more than `MOST_LISTED`, or correlates what it lists.
    """
    if n is not None:
        return make_draws(case, n, seed=seed)
    problems = listing_problems(case)
    if problems:
        raise RequestError(case.source or case.name, problems)
    listed = discrete_inputs(case)
    if listed:
        return make_draws(case, None, seed=seed, inputs=listed)
    if not case.scenarios:
        return None
    weights = np.array([scenario.probability for scenario in case.scenarios.values()])
    return Draws(
        inputs=(),
        values=np.zeros((len(weights), 0)),
        weights=weights / weights.sum(),
        scenarios=tuple(case.scenarios),
        seed=seed,
        method="all",
    )


def discrete_inputs(case: Case) -> tuple[str, ...]:
    """Paths of the inputs whose values a case lists."""
    return tuple(one.path for one in uncertain_inputs(case) if one.distribution == DISCRETE)


def listing_problems(case: Case) -> list[Problem]:
    """Why the futures that a case lists cannot be planned for as a whole; empty: they can."""
    few = [one for one in uncertain_inputs(case) if one.distribution == DISCRETE]
    n = prod(len(one.parameters) // 2 for one in few) * max(1, len(case.scenarios))
    tied = {path for pair in case.correlations for path in pair.between}
    tied &= {one.path for one in few}
    fix = _("ask for draws of them with --draws, such as --draws 200")
    if n > MOST_LISTED:
        what = _("the case lists {n} futures, more than the {most} that are planned for at once")
        return [Problem("draws", what.format(n=n, most=MOST_LISTED), fix=fix)]
    if tied:
        what = _("the case lists values of inputs that it correlates: {names}")
        return [Problem("draws", what.format(names=", ".join(sorted(tied))), fix=fix)]
    return []


def only(draws: Draws, i: int) -> Draws:
    """One of the futures, as if it were certain."""
    return replace(
        draws,
        values=draws.values[i : i + 1],
        weights=np.ones(1),
        scenarios=draws.scenarios[i : i + 1],
    )


def is_random(draws: Draws | None) -> bool:
    """Whether chance had a part in the draws, so that the seed matters."""
    return draws is not None and draws.method != "all"
