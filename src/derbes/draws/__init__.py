"""Values of the uncertain inputs, and the case that each row of them makes."""

from derbes.draws.cases import drawn_case, drawn_path, with_values
from derbes.draws.describe import describe
from derbes.draws.events import make_events
from derbes.draws.inputs import inputs_by_path, scenario_cases, shared_inputs, uncertain_inputs
from derbes.draws.make import make_draws, n_combinations, values_at
from derbes.draws.quantiles import quantile_function
from derbes.draws.reference import Overruns, overruns
from derbes.draws.sequences import METHODS, MOST_POINTS, points

__all__ = [
    "METHODS",
    "MOST_POINTS",
    "Overruns",
    "describe",
    "drawn_case",
    "drawn_path",
    "inputs_by_path",
    "make_draws",
    "make_events",
    "n_combinations",
    "overruns",
    "points",
    "quantile_function",
    "scenario_cases",
    "shared_inputs",
    "uncertain_inputs",
    "values_at",
    "with_values",
]
