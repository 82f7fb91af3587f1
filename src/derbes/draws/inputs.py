"""Which numbers of a case are uncertain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derbes.case.entities import Case
from derbes.case.inventory import quantities
from derbes.case.quantity import Quantity

ALREADY_USED = "currency.rates."
"""Prices were turned into the base currency when the case was read; a rate drawn later
would change nothing."""
EACH_EVENT = ("hazards.", ".length")
"""A hazard's length is drawn anew for each of its events, not once for a draw."""


def is_uncertain(quantity: Quantity) -> bool:
    """Whether a number can take more than one value."""
    if quantity.distribution == "reference":
        return True
    if quantity.distribution == "discrete":
        return len(set(quantity.parameters[::2])) > 1
    if quantity.distribution == "empirical":
        return len(set(quantity.parameters)) > 1
    return quantity.low is not None and quantity.low != quantity.high


def _is_drawn(path: str) -> bool:
    begin, end = EACH_EVENT
    return not path.startswith(ALREADY_USED) and not (path.startswith(begin) and path.endswith(end))


def inputs_by_path(case: Case) -> Mapping[str, Quantity]:
    """Every number of a case that has a path; variants and scenarios not counted."""
    own = replace(case, variants={}, scenarios={})
    return {quantity.path: quantity for quantity in quantities(own)}


def uncertain_inputs(case: Case) -> tuple[Quantity, ...]:
    """Numbers that are drawn once for each future, in the order of the case.

    Those with a range, a distribution or a reference class. Exchange rates are not among
    them (they were used up when the case was read), nor the lengths of hazards (each event
    draws its own), nor what only a variant or a scenario states.
    """
    return tuple(
        quantity
        for path, quantity in inputs_by_path(case).items()
        if is_uncertain(quantity) and _is_drawn(path)
    )


def scenario_cases(case: Case) -> Mapping[str, Case]:
    """The case in each scenario; the case itself, without a name, where there is none.

    Raises:
        ValueError: A scenario has not been built.
    """
    if not case.scenarios:
        return {"": case}
    cases = {name: scenario.case for name, scenario in case.scenarios.items()}
    built = {name: one for name, one in cases.items() if one is not None}
    if len(built) != len(cases):
        msg = f"scenarios without a case: {sorted(set(cases) - set(built))}"
        raise ValueError(msg)
    return built


def shared_inputs(cases: Sequence[Case]) -> tuple[str, ...]:
    """Paths that are uncertain in any of the cases or their scenarios, in their first order.

    Draws of several variants over these same paths differ only where the variants do.
    """
    paths: dict[str, None] = {}
    for case in cases:
        for one in (case, *scenario_cases(case).values()):
            paths |= dict.fromkeys(quantity.path for quantity in uncertain_inputs(one))
    return tuple(paths)
