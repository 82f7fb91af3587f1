"""What it would be worth to know the future, and what it is worth to plan for all of them.

EVPI, the expected value of perfect information: the cost of the plan, less what it would
cost if each future were known before anything is decided. VSS, the value of the stochastic
solution: what the plan for mean values costs over all futures, less the cost of the plan
(Birge 1982). With weight on the tail, costs of futures are weighed as the plan weighs them;
neither can be negative, since the weighing never prefers what costs more in every future.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from derbes.case.entities import Case
from derbes.planning.answers.closing import decided_so
from derbes.planning.answers.mean import mean_case
from derbes.planning.answers.solving import Found, Solve, dearer_by
from derbes.planning.program.draws import Futures
from derbes.planning.program.figures import weighed

Told = Callable[[int, int], None]
"""Called with futures done, out of how many."""


def evpi_of(
    best: Found, futures: Futures, solve_alone: Solve, *, told: Told | None = None
) -> float | None:
    """Expected value of perfect information. [money]

    None where it has no meaning: with a standard that may fail in some futures, the plan
    decides in which, and a future that is known is no longer one of several; or where some
    future has no plan of its own.

    Args:
        best: The plan for all futures.
        futures: The futures.
        solve_alone: Finds the cheapest plan of one future.
        told: Called after each future.

    Raises:
        TimeIsOver: There was no time for all futures.
    """
    if any(s.in_draws is not None for s in futures.case.standards.values()):
        return None
    costs = np.zeros(len(futures))
    for i in range(len(futures)):
        found = solve_alone(known_future(futures, i))
        if not found.feasible:
            return None
        costs[i] = found.cost
        if told:
            told(i + 1, len(futures))
    return dearer_by(best.cost, weighed(costs, futures.weights, futures.case.risk))


def vss_of(best: Found, futures: Futures, solve: Solve, solve_alone: Solve) -> float | None:
    """Value of the stochastic solution. [money]

    None where the plan for mean values does not exist, or fails in some future: then it
    is worth more than any sum.

    Args:
        best: The plan for all futures.
        futures: The futures.
        solve: Finds the cheapest plan over all futures.
        solve_alone: Finds the cheapest plan of one future.

    Raises:
        TimeIsOver: There was no time.
    """
    cases = [known_future(futures, i) for i in range(len(futures))]
    plan = solve_alone(mean_case(cases, [float(weight) for weight in futures.weights]))
    if not plan.feasible:
        return None
    everywhere = solve(decided_so(futures.case, plan.decided))
    return dearer_by(everywhere.cost, best.cost) if everywhere.feasible else None


def known_future(futures: Futures, i: int) -> Case:
    """The case of one future, as if it were certain, with the wishes of the request."""
    case, asked = futures.case_of(i), futures.case
    return replace(
        case, standards=asked.standards, budget=asked.budget, limits=asked.limits, scenarios={}
    )
