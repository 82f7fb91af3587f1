"""What the kernels read and write: tables of records.

A table holds one record for each good, activity, line or shared capacity, or for
each of them in each period. Goods stand in the order from raw to final: inputs
before what is made from them. n periods of a branch; m: with the longest lead
time behind them.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Table = Any
"""A record array of one of the kinds below."""

GOOD = np.dtype(
    [
        # what it is
        ("first_source", np.int64),  # its sources are ranked[t, first_source:end_source]
        ("end_source", np.int64),
        ("first_lot", np.int64),  # its lots, first out first: columns first_lot:end_lot
        ("end_lot", np.int64),
        ("shelf_life", np.int64),  # 0: no limit [period]
        ("guarded", np.int64),  # 1: the measure threatens it and an essential use needs it
        ("retention", np.float64),  # part of the fresh stock left after one period
        ("last_share", np.float64),  # retention ** shelf_life
        # the period
        ("start", np.float64),  # stock after ageing [unit]
        ("old", np.float64),  # of it in lots [unit]
        ("spoiling", np.float64),  # of it what cannot be kept to the end of the period [unit]
        ("window", np.float64),  # inflow that is young enough to be kept [unit]
        ("arrived", np.float64),  # inflow of the period so far [unit]
        ("stock", np.float64),  # stock at hand [unit]
        ("kept", np.float64),  # of the stock what is not to be drawn for money [unit]
        ("hold", np.float64),  # stock that the period aims at [unit]
        # the phase
        ("direct", np.float64),  # demand of uses or buyers [unit/period]
        ("served", np.float64),  # of it served [unit/period]
        ("floor", np.float64),  # stock that the phase leaves alone [unit]
        ("goal", np.float64),  # stock that the phase brings back [unit]
        ("usable", np.float64),  # stock that claims may draw [unit]
        ("refill", np.float64),  # stock that is to be added [unit]
        ("reach", np.float64),  # most that could be there [unit]
        ("claims", np.float64),  # demand and inputs of planned recipes [unit/period]
        ("there", np.float64),  # usable stock and what is planned to come in [unit/period]
        ("grant", np.float64),  # part of the claims that is there
    ]
)

ACTIVITY = np.dtype(
    [
        # what it is
        ("lead", np.int64),  # from order to arrival [period]
        ("line", np.int64),  # -1: none
        ("pool", np.int64),  # shared capacity; -1: none
        ("first_input", np.int64),  # its inputs are inputs[first_input:end_input]
        ("end_input", np.int64),
        ("hours", np.float64),  # [hour/unit]
        # the period
        ("capacity", np.float64),  # what is left of it [unit/period]
        ("level", np.float64),  # level so far [unit/period]
        ("lacking", np.float64),  # order that the lead time asks for [unit]
        # the phase
        ("limit", np.float64),  # [unit/period]
        ("plan", np.float64),  # [unit/period]
    ]
)

INPUT = np.dtype([("good", np.int64), ("amount", np.float64)])
"""One input of a recipe. [unit/unit]"""

SHARED = np.dtype(
    [
        ("left", np.float64),  # hours of a line or units of a shared capacity
        ("before", np.float64),  # planned for the layers already planned
        ("planned", np.float64),
        ("used", np.float64),
        ("grant", np.float64),  # part of what a layer plans that is there
    ]
)
"""A line or a shared capacity."""

GOOD_PERIOD = np.dtype(
    [
        # given
        ("essential", np.float64),  # demand [unit/period]
        ("deferrable", np.float64),  # demand [unit/period]
        ("sought", np.float64),  # by buyers abroad who pay more than it costs [unit/period]
        ("reserve", np.float64),  # to be held in calm and while a measure runs [unit]
        ("target", np.float64),  # to be held; comes back in equal steps after a measure [unit]
        ("storage_limit", np.float64),  # [unit]
        # found; what was ordered before the first period is given
        ("due", np.float64),  # arrivals [unit/period]
        ("essential_served", np.float64),  # [unit/period]
        ("deferrable_served", np.float64),  # [unit/period]
        ("sold", np.float64),  # to buyers abroad [unit/period]
        ("fresh", np.float64),  # stock at the end [unit]
    ]
)
"""A good in a period. (m, G)"""

ACTIVITY_PERIOD = np.dtype(
    [
        # given
        ("capacity", np.float64),  # [unit/period]
        ("too_dear", np.int64),  # 1: costs more than the best buyer abroad of its good pays
        ("expected", np.float64),  # use that cheaper sources are not expected to cover [unit]
        ("steady", np.float64),  # level in the long run [unit/period]
        # found
        ("level", np.float64),  # by period of the order [unit/period]
    ]
)
"""A source in a period. (n, K)"""


class Branch(NamedTuple):
    """A branch as the kernels see it."""

    goods: Table
    layers: Ints
    """Goods of layer j are `goods[layers[j]:layers[j + 1]]`; none is made from another.

    The last holds the goods that nothing is made from, the one before what goes into them.
    """
    activities: Table
    inputs: Table
    lines: Table
    pools: Table
    by_good: Table
    """(m, G)"""
    by_activity: Table
    """(n, K)"""
    ranked: Ints
    """Sources of each good, cheapest first. (n, S)"""
    line_hours: Floats
    """(n, R) [hour/period]"""
    pool_capacity: Floats
    """(n, Q) [unit/period]"""
    lots: Floats
    """Stock before the first period, then at the end of each. (n + 1, L) [unit]"""
    lot_retention: Floats
    """(n, L)"""
    inflow: Floats
    """To fresh stock, the A periods before the first given. (A + n, G) [unit/period]"""
    fresh: Floats
    """Stock before the first period. (G,) [unit]"""
    length: int
    """Periods in which the measure runs; 0: calm."""
    reserve_first: bool
    """Whether the reserve ranks before deferrable uses."""
