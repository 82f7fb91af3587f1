"""The futures that a plan is made for: draws, scenarios, or central values alone."""

from dataclasses import replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.uncertainty import Draws
from derbes.draws import make_draws


def futures_of(case: Case, n: int | None, *, seed: int) -> Draws | None:
    """Draws of the uncertain inputs; None: one future of central values.

    Without a number of draws, the scenarios of a case are the futures, each with its
    probability and central values.
    """
    if n is not None:
        return make_draws(case, n, seed=seed)
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
