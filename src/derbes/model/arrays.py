"""A case as arrays: what programs and kernels work on.

Axes: G goods, L lots, K activities, R lines, Q shared capacities, U uses,
T periods. T counts the periods of the calendar and a tail behind them, in which
the last known values go on, so that no start of a measure sees an edge. All
flows are per period, all money is undiscounted and in the base currency.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from derbes.case.forms import MOST_MONTHS
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, FloatArray

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class ActivityKind(IntEnum):
    """What an activity is."""

    PURCHASE = 0
    RECIPE = 1
    EXPORT = 2


@dataclass(frozen=True, slots=True)
class Activities:
    """Purchases (one per supplier and route), recipes and exports. Axis K."""

    names: tuple[str, ...]
    elements: tuple[str, ...]
    """Section and id of the element, e.g. `suppliers.north`."""
    routes: tuple[str, ...]
    """Route of a purchase; empty: none."""
    actors: tuple[str, ...]
    """Seller, owner or buyer."""
    kinds: IntArray
    """`ActivityKind`. (K,)"""
    outputs: IntArray
    """Good that comes out; -1 for an export. (K,)"""
    lead_times: IntArray
    """From order to arrival. (K,) [period]"""
    capacity: FloatArray
    """Most per period, by the period of the order. (K, T) [unit/period]"""
    least: FloatArray
    """Least per period, by the period of the order, where the activity is all that its seller
    has; no more than its capacity. (K, T) [unit/period]"""
    base_availability: FloatArray
    """1; 0 for an activity that only a measure opens. (K,)"""
    unit_cost: FloatArray
    """Paid at arrival, transport included; negative for an export. (K, T) [money/unit]"""
    price: FloatArray
    """Part of the unit cost that the seller gets; 0 for recipes. (K, T) [money/unit]"""
    margin_share: FloatArray
    """Seller's margin as part of the price; nan when missing. (K,)"""
    lines: IntArray
    """Line that it runs on; -1: none. (K,)"""
    hours: FloatArray
    """Line time of one unit. (K,) [hour/unit]"""
    shared: IntArray
    """Shared capacity that it draws on; -1: none. (K,)"""
    input_starts: IntArray
    """Inputs of k are `input_starts[k]:input_starts[k + 1]`. (K + 1,)"""
    input_goods: IntArray
    input_amounts: FloatArray
    """Units of the input for one unit. [unit/unit]"""
    plants: IntArray
    """Plant of a recipe; -1: none. (K,)"""
    on_order: FloatArray
    """What arrives of orders placed before the first period, by period of arrival; nan: as
    calm use asks. (K, longest lead time) [unit/period]"""


@dataclass(frozen=True, slots=True, eq=False)
class CaseArrays:
    """A compiled case."""

    calendar: Calendar
    n_periods: int
    """T: periods of the calendar and the tail."""
    goods: tuple[str, ...]
    units: tuple[str, ...]
    lots: tuple[str, ...]
    uses: tuple[str, ...]
    lines: tuple[str, ...]
    plants: tuple[str, ...]
    activities: Activities

    reserve: FloatArray
    """Stock to be held. (G, T) [unit]"""
    storage_limit: FloatArray
    """inf when none. (G, T) [unit]"""
    storage_cost: FloatArray
    """(G, T) [money/unit/period]"""
    retention: FloatArray
    """Part of the fresh stock that is left after one period. (G,)"""
    shelf_life: IntArray
    """Periods in which fresh stock can be used; 0: no limit. (G,) [period]"""

    lot_goods: IntArray
    lot_stock: FloatArray
    """Stock before the first period. (L,) [unit]"""
    lot_retention: FloatArray
    """Part left from the period before; 1 in the first. (L, T)"""
    lot_behind: FloatArray
    """The same behind the last period, as long as it changes for another reason than the end.
    (L, periods)"""
    lot_lasts: FloatArray
    """How long a unit that is there at the end of the last period lasts behind it. (L,) [period]"""
    lot_ends: IntArray
    """Period from which on nothing is left, if behind the last one; `far`: none. (L,) [period]"""

    use_goods: IntArray
    use_essential: BoolArray
    use_weight: FloatArray
    """Weight of a unit among the uses of its tier. (U,) [1/unit]"""
    unmet_units: tuple[str, str]
    """In what the unmet demand of essential and of deferrable uses is counted."""
    demand: FloatArray
    """(U, T) [unit/period]"""
    crisis_demand: FloatArray
    """(U, T) [unit/period]"""
    shortage_cost: FloatArray
    """nan when missing. (U,) [money/unit]"""

    line_hours: FloatArray
    """(R, T) [hour/period]"""
    line_plants: IntArray
    shared_capacity: FloatArray
    """(Q, T) [unit/period]"""
    shared_least: FloatArray
    """Least that is taken of what is shared. (Q, T) [unit/period]"""
    plant_open_share: FloatArray
    """Part of full capacity that is open. (P, T)"""
    plant_opening: IntArray
    """Period of the first output, delay included. (P,)"""
    plant_ramp: IntArray
    """From the first output to full capacity. (P,) [period]"""
    flow_size: FloatArray
    """What a usual period needs of each good, as a power of two: by this, amounts of unlike
    goods are compared. (G,) [unit/period]"""

    discount: FloatArray
    """Worth at the first period of money paid in each. (T,)"""
    refill_periods: int
    sender_horizon: int
    priorities: tuple[str, ...]

    @property
    def n_calendar(self) -> int:
        """Periods of the calendar, without the tail."""
        return self.calendar.n_periods


@dataclass(frozen=True, slots=True)
class State:
    """Stocks at the end of the period before, and what is on the way.

    Past inflow limits what of a good with a shelf life can still be used: fresh
    stock at the end of period t is at most the sum over the last `shelf_life`
    periods j of inflow[t - j] * retention ** j.
    """

    lots: FloatArray
    """(L,) [unit]"""
    fresh: FloatArray
    """(G,) [unit]"""
    past_inflow: FloatArray
    """Inflow to fresh stock j + 1 periods before the start. (G, A) [unit]"""
    transit: FloatArray
    """Arrivals j periods after the start, ordered before it. (K, J) [unit]"""


@dataclass(frozen=True, slots=True)
class MeasureArrays:
    """What a measure does, as factors while it runs."""

    name: str
    sender: str
    lengths: tuple[int, ...]
    """[period]"""
    start: int | None
    availability: FloatArray
    """Factor on capacity; replaces `base_availability`. (K,)"""
    cost_factor: FloatArray
    """Factor on price. (K,)"""
    demand_factor: FloatArray
    """(U,)"""
    crisis: bool
    transit_kept: FloatArray
    """Part of the goods in transit at the start that still arrives. (K,)"""
    transit_late: IntArray
    """Periods by which goods in transit come later. (K,) [period]"""
    lot_kept: FloatArray
    """Part of each lot that is left at the start. (L,)"""
    fresh_kept: FloatArray
    """Part of each good's fresh stock that is left at the start. (G,)"""
    plant_delay: IntArray
    """By how much an opening that is still to come moves. (P,) [period]"""


@dataclass(frozen=True, slots=True)
class MeasureRun:
    """A measure that runs for some length, or calm."""

    measure: MeasureArrays | None
    """None: calm."""
    length: int
    """[period]"""


CALM = MeasureRun(None, 0)


def open_share(opening: int | IntArray, ramp: int | IntArray, n_periods: int) -> FloatArray:
    """Part of full capacity that is open. (T,) or (N, T)

    A straight line from the first output to full capacity `ramp` periods later.

    Examples:
        >>> open_share(1, 2, 5).round(3).tolist()
        [0.0, 0.333, 0.667, 1.0, 1.0]
    """
    steps = np.arange(n_periods) - np.asarray(opening)[..., None] + 1
    shares = np.clip(steps / (np.asarray(ramp)[..., None] + 1), 0.0, 1.0)
    return np.asarray(shares, dtype=np.float64)


def looked_until(arrays: CaseArrays) -> int:
    """Period before which starts are looked at: the calendar's end, a year on where it repeats."""
    n, a_year, own = arrays.n_calendar, MONTHS_A_YEAR // arrays.calendar.step, arrays.activities
    used = arrays.demand, arrays.crisis_demand, arrays.reserve, arrays.line_hours
    paths = np.vstack([*used, own.capacity, own.unit_cost, arrays.shared_capacity])[:, n:]
    repeats = (paths[:, :a_year] == paths[:, a_year : 2 * a_year]).all(axis=1)
    return n + a_year * bool(((paths[:, :a_year] != paths[:, :1]).any(axis=1) & repeats).any())


def far(calendar: Calendar) -> int:
    """Periods over which it is judged what lasts longer, however far the arrays reach."""
    return 2 * MOST_MONTHS // int(calendar.step)


@lru_cache(maxsize=64)
def lasting(arrays: CaseArrays, start: int) -> tuple[FloatArray, FloatArray]:
    """How long a unit of each old lot, and of fresh stock, lasts from a period on.

    The sum over the periods of what is left of it: what lasts least is used first.

    Returns:
        (L,) or (N, L), and (G,) or (N, G) [period]
    """
    ahead = arrays.lot_retention[..., start + 1 :].cumprod(axis=-1)
    left = ahead[..., -1] if ahead.shape[-1] else 1.0
    kept, life, most = arrays.retention, arrays.shelf_life, max(far(arrays.calendar) - 1 - start, 1)
    ages = np.where(life > 0, np.minimum(life, most), most)
    spoils = np.where(kept < 1.0, kept, 0.0)
    of_fresh = np.where(kept < 1.0, spoils * (1.0 - spoils**ages) / (1.0 - spoils), ages)
    return ahead.sum(axis=-1) + left * arrays.lot_lasts, of_fresh


def deliveries(activities: Activities, opening: FloatArray, orders: FloatArray) -> FloatArray:
    """What activities bring, by period of arrival. (K, T)

    Args:
        activities: Their lead times.
        opening: Orders before the first period. (K, longest lead time)
        orders: (K, T)
    """
    found, n = np.zeros_like(orders), orders.shape[1]
    for k, lead in enumerate(activities.lead_times):
        found[k] = np.concatenate([opening[k, opening.shape[1] - lead :], orders[k]])[:n]
    return found
