"""Plans over many draws, solved apart, and the starts whose branches are needed.

`solve_plan` finds the cheapest plan: by the extensive form where it is small, else by
decomposition, on any number of workers with the same answer. `evaluate` and `trunk` say
what fixed choices cost and what happens under them.
"""

from derbes.planning.decomposition.apart import Progress
from derbes.planning.decomposition.evaluate import evaluate, trunk
from derbes.planning.decomposition.solve import solve_plan

__all__ = ["Progress", "evaluate", "solve_plan", "trunk"]
