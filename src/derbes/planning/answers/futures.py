"""The futures that a plan is made for: draws, what the case lists, or central values alone."""

from dataclasses import replace
from math import prod

import numpy as np

from derbes.case.entities import Case
from derbes.case.uncertainty import Draws
from derbes.draws import make_draws, uncertain_inputs

MOST_LISTED = 1000
"""Most futures that a case lists which are planned for without being asked."""
DISCRETE = "discrete"


def futures_of(case: Case, n: int | None, *, seed: int) -> Draws | None:
    """Draws of the uncertain inputs; None: one future of central values.

    Without a number of draws, the futures are those that the case lists with their
    probabilities: its scenarios, and every combination of its discrete distributions, all
    else at central values. More than `MOST_LISTED` combinations are not listed; then the
    scenarios stand alone.
    """
    if n is not None:
        return make_draws(case, n, seed=seed)
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
    """Paths of the discrete inputs whose combinations can be listed; else none."""
    few = [one for one in uncertain_inputs(case) if one.distribution == DISCRETE]
    paths = tuple(one.path for one in few)
    tied = {path for pair in case.correlations for path in pair.between}
    n = prod(len(one.parameters) // 2 for one in few) * max(1, len(case.scenarios))
    return () if n > MOST_LISTED or tied & set(paths) else paths


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
