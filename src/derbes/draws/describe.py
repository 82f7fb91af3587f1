"""How each input is drawn, for whoever reads the answers."""

from collections.abc import Mapping

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import Quantity
from derbes.draws.inputs import uncertain_inputs
from derbes.draws.quantiles import quantile_function
from derbes.draws.reference import overruns
from derbes.results.inputs import DrawnInput

PERCENTS = (5, 50, 95)


def describe(case: Case) -> tuple[DrawnInput, ...]:
    """How each uncertain input of a case is drawn, in the order of the case."""
    tied = _tied(case)
    return tuple(_described(case, quantity, tied) for quantity in uncertain_inputs(case))


def _tied(case: Case) -> Mapping[str, Mapping[str, float]]:
    tied: dict[str, dict[str, float]] = {}
    for one in case.correlations:
        for here, there in (one.between, one.between[::-1]):
            tied.setdefault(here, {})[there] = one.rank
    return tied


def _described(
    case: Case, quantity: Quantity, tied: Mapping[str, Mapping[str, float]]
) -> DrawnInput:
    shares = np.array(PERCENTS) / 100.0
    ends = quantile_function(quantity, case.reference_classes)(shares)
    n_rows, n_unfinished, open_share = _rows(case, quantity)
    return DrawnInput(
        path=quantity.path,
        unit=quantity.unit,
        value=quantity.value,
        low=quantity.low,
        high=quantity.high,
        distribution=quantity.distribution or "pert",
        is_stated=bool(quantity.distribution),
        quantiles={str(p): float(end) for p, end in zip(PERCENTS, ends, strict=True)},
        reference=quantity.reference,
        n_rows=n_rows,
        n_unfinished=n_unfinished,
        open_share=open_share,
        correlated=dict(tied.get(quantity.path, {})),
        grade=str(quantity.grade),
        why=quantity.why,
    )


def _rows(case: Case, quantity: Quantity) -> tuple[int | None, int | None, float | None]:
    """Observations behind a distribution, those unfinished, and the weight left open."""
    if quantity.distribution == "empirical":
        return len(quantity.parameters), None, None
    if quantity.distribution != "reference":
        return None, None, None
    late = overruns(case.reference_classes[quantity.reference].projects)
    return late.n_projects, late.n_unfinished, late.open_share
