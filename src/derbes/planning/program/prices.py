"""Prices of what falls short, and the costs of a draw with them."""

from dataclasses import dataclass

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.program.supply.second_stage import DrawProgram, SecondStage
from derbes.planning.program.supply.worth import SOFT


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of what falls short, in units of its worth.

    What must not fall short has its price in each draw divided by the draw's weight, so
    that rare draws count as much as common ones.
    """

    hard: float = 100.0
    """Of what must not: essential demand, standards, ceilings."""
    soft: float = SOFT
    """Of what does so last: deferrable demand and reserves."""
    money: float = 1.0
    """1; 0 where only what falls short is looked at."""


START = Prices()
"""Prices to begin with; one that turns out too low is raised."""
LEAST = Prices(hard=1.0, soft=1e-4, money=0.0)
"""Prices that find the least that falls short, whatever it costs."""


def second_costs(stage: SecondStage, draw: DrawProgram, prices: Prices) -> FloatArray:
    """Money and price of what falls short, by column of a draw. (columns,)"""
    hard = prices.hard / draw.weight * stage.hard
    return np.asarray(prices.money * draw.money + hard + prices.soft * stage.soft, dtype=np.float64)
