"""The plan program: what may be decided, a trunk with branches in every draw (M1 to M12).

`make_problem` states it, `solve_extensive` solves all draws in one program. Solving many
draws apart, and finding the starts whose branches are needed, is for
`derbes.planning.decomposition.solve_plan`, which gives the same `PlanSolution`.
"""

from derbes.planning.program.decisions.stage import FirstColumn, FirstRow, FirstStage
from derbes.planning.program.extensive import ExtensiveForm, extensive_form
from derbes.planning.program.prices import Prices
from derbes.planning.program.problem import (
    PlanProblem,
    Starts,
    all_starts,
    make_problem,
    stated,
    trunk_alone,
    with_branches,
    without_standards,
    yearly_starts,
)
from derbes.planning.program.solution import (
    CALM,
    FOREIGN,
    INFEASIBLE,
    OPTIMAL,
    TIME_LIMIT,
    Evaluation,
    PlanSolution,
    Trunk,
)
from derbes.planning.program.solving import solve_extensive

__all__ = [
    "CALM",
    "FOREIGN",
    "INFEASIBLE",
    "OPTIMAL",
    "TIME_LIMIT",
    "Evaluation",
    "ExtensiveForm",
    "FirstColumn",
    "FirstRow",
    "FirstStage",
    "PlanProblem",
    "PlanSolution",
    "Prices",
    "Starts",
    "Trunk",
    "all_starts",
    "extensive_form",
    "make_problem",
    "solve_extensive",
    "stated",
    "trunk_alone",
    "with_branches",
    "without_standards",
    "yearly_starts",
]
