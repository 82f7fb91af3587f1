"""What solving a plan program gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.planning.program.prices import Prices

OPTIMAL = "optimal"
"""The plan is within the gap that was asked for."""
TIME_LIMIT = "time limit"
"""Time was over before; the plan is the best that was found, with its gap."""
INFEASIBLE = "infeasible"
"""No choice meets all that is asked; the plan falls short least."""

CALM = "calm"
"""Stands for essential demand without a measure, among the shortfalls by standard."""
FOREIGN = "foreign currency"
"""Stands for the ceilings on payments abroad, among the shortfalls by standard."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What fixed choices cost and where they fall short, draw by draw."""

    option_cost: float
    """Capital and running cost of the choices, expected, discounted. [money]"""
    draw_costs: FloatArray
    """Supply in calm over the calendar, discounted; without penalties. (N,) [money]"""
    weights: FloatArray
    """Weights of the draws; they add to 1. (N,)"""
    expected_cost: float
    """Mean of the draws. [money]"""
    tail_cost: float
    """Mean of the worst draws, CVaR at the level of the risk. [money]"""
    cost: float
    """Options, (1 - w) mean and w tail together. [money]"""
    shortfalls: Mapping[str, FloatArray]
    """Standard → what its uses lack, draw by draw, summed over its branches; `calm` for
    essential demand, `foreign currency` for money above a ceiling. (N,) [unit]"""
    deferred: FloatArray
    """Deferrable demand that goes unmet in calm. (N,) [unit]"""
    penalized: float
    """The cost with the price of what falls short, at the prices in force. [money]"""

    @property
    def is_feasible(self) -> bool:
        """Whether every standard and essential demand hold in every draw that counts."""
        return all(float(lack.max(initial=0.0)) == 0.0 for lack in self.shortfalls.values())


@dataclass(frozen=True, slots=True)
class PlanSolution:
    """The cheapest plan that was found, and how far it can be from the best."""

    choices: tuple[Choice, ...]
    columns: FloatArray
    """First-stage columns of the program. (columns,)"""
    cost: float
    """Options, and supply in calm weighed over the draws; no penalties. [money]"""
    bound: float
    """No plan costs less. [money]"""
    gap: float
    """(cost - bound) as part of the cost above `no_threat_cost`, or of the cost's size
    where there is nothing above it."""
    no_threat_cost: float
    """What the cheapest plan would cost if no standard were asked for. [money]"""
    no_threat_choices: tuple[Choice, ...] | None
    """What it would choose; None: not known."""
    prices: Prices
    """Prices of what falls short, at which the plan was found."""
    no_threat_prices: Prices
    feasible: bool
    """Whether all standards, and essential demand in calm, can be met."""
    shortfalls: Mapping[str, float]
    """Standard → what its uses lack in the worst draw that counts; only what lacks. [unit]"""
    status: str
    """`optimal`, `time limit` or `infeasible`."""
    evaluation: Evaluation | None
    """Figures of the plan; None: no choice is allowed, whatever falls short."""
    iterations: int
    starts: Mapping[str, tuple[int, ...]]
    """Standard → starts whose branches the program holds; the others were checked. [period]"""
    seconds: float = 0.0


PURCHASES, RECIPES, EXPORTS = "purchases", "recipes", "exports"
STORAGE, SHORTAGE, CONTRACTS = "storage", "shortage", "contracts"
ITEMS = (PURCHASES, RECIPES, EXPORTS, STORAGE, SHORTAGE, CONTRACTS)
"""What money of supply is for; contracts: what is paid for and not taken."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """What happens in calm under a plan, in one draw."""

    orders: FloatArray
    """(K, periods) [unit/period]"""
    opening: FloatArray
    """Orders before the first period. (K, longest lead time) [unit/period]"""
    lots: FloatArray
    """(L, periods) [unit]"""
    fresh: FloatArray
    """(G, periods) [unit]"""
    unmet: FloatArray
    """(U, periods) [unit/period]"""
    money: FloatArray
    """Discounted money of supply, by period. (periods,) [money]"""
    abroad: FloatArray
    """Paid to sellers abroad, not discounted, by period of the arrival. (periods,) [money]"""
    items: Mapping[str, float]
    """Discounted money of supply by what it is for; they add to all of it. [money]"""
    options: float
    """What options cost in this draw beyond the mean. [money]"""
