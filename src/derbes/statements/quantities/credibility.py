"""Whether a cut-off pays: what it costs both sides, and what the sender makes of that.

The sender gains by a cut-off when g L > C, with L the target's loss, C its own expected cost
and g what one unit of the target's loss is worth to it: where the leverage ratio L / C is
above 1 / g.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from derbes.case.request import BASE
from derbes.results.supply import LeverageRow
from derbes.statements.quantities.asked import Asked, label_day
from derbes.statements.quantities.losses import loss_row
from derbes.statements.quantities.worlds import DrawWorld
from derbes.statements.terms import Missing, Value

PARAMETERS: Mapping[str, tuple[float, float, float]] = {
    "prior": (0.2, 0.5, 0.8),
    "gain_share": (0.1, 0.5, 1.0),
    "lost_buyer_share": (0.0, 0.5, 1.0),
    "threat_effect_share": (0.0, 0.05, 0.15),
    "threat_cost_share": (0.0, 0.05, 0.2),
    "explain_cost_share": (0.0, 0.01, 0.05),
    "act_gain_share": (0.0, 0.01, 0.05),
    "bluff_cost_share": (0.0, 0.01, 0.05),
}
"""What no data give: low, central, high. All grade D: assumptions.

prior: the sender's belief in dependence before it hears anything; gain_share (g): what one
unit of the target's loss is worth to the sender; lost_buyer_share: chance that the buyer
never comes back; threat_effect_share (k): part of the harm that a threat alone does;
threat_cost_share (h): what a threat costs its sender, as part of C; then e, a and b.
"""


@dataclass(frozen=True, slots=True)
class Stakes:
    """What a cut-off costs both sides. [money]"""

    target_loss: float
    sender_cost: float
    """Of a buyer who comes back."""
    sender_cost_lost: float
    """Of a buyer who never does."""

    def cost(self, parameters: Mapping[str, float]) -> float:
        """Expected cost of the sender. [money]"""
        lost = parameters["lost_buyer_share"]
        return (1.0 - lost) * self.sender_cost + lost * self.sender_cost_lost


def cut_off_value(stakes: Stakes, parameters: Mapping[str, float]) -> float:
    """What the sender gains by a cut-off, above 0 where it pays. [money]"""
    return parameters["gain_share"] * stakes.target_loss - stakes.cost(parameters)


def belief_threshold(dependent: float, free: float) -> float:
    """Belief in dependence from which a cut-off pays; 0: always, inf: never.

    Args:
        dependent: Value of a cut-off against the dependent type. [money]
        free: Value against the other. [money]

    Examples:
        >>> belief_threshold(3.0, -1.0), belief_threshold(2.0, 1.0), belief_threshold(-1.0, -2.0)
        (0.25, 0.0, inf)
    """
    if dependent > 0 and free > 0:
        return 0.0
    if dependent <= 0:
        return float("inf") if free <= 0 else 0.0
    return -free / (dependent - free)


def central_parameters() -> dict[str, float]:
    """The parameters at their central values."""
    return {name: central for name, (_low, central, _high) in PARAMETERS.items()}


def credible(world: DrawWorld, asked: Asked) -> Value:
    """Whether the sender gains by cutting off the target, at central parameters."""
    stakes = _stakes(loss_row(world, asked))
    if isinstance(stakes, Missing):
        return stakes
    return cut_off_value(stakes, central_parameters()) > 0


def _stakes(row: LeverageRow | Missing) -> Stakes | Missing:
    if isinstance(row, Missing):
        return row
    figures = (row.target_loss, row.sender_cost_returning, row.sender_cost_lost)
    if None in figures:
        return Missing(row.missing)
    loss, returning, lost = (float(figure or 0.0) for figure in figures)
    return Stakes(loss, returning, lost)


def stakes_of(world: DrawWorld, measure: str, start: int, length: int) -> Stakes | Missing:
    """What a measure that starts in a period costs both sides."""
    case = world.variant(BASE).case
    asked = Asked(
        {
            "sender": measure,
            "measure": measure,
            "at": label_day(case, start),
            "months": float(length * case.calendar.step),
            "variant": BASE,
        }
    )
    return _stakes(loss_row(world, asked))
