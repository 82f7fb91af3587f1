"""What the kernels of futures read and write.

A table has one row for each element and one column for each lane, (elements, LANES).
Goods stand in the order from raw to final; periods are counted from the calendar's first.
"""

from typing import Annotated, NamedTuple

from derbes.kernels.futures.frame import Paths
from derbes.kernels.layout import Floats, Ints

Rows = Annotated[Floats, 2]
"""A table with one column for each lane. (elements, LANES)"""
Blocks = Annotated[Floats, 3]
"""A table for each block of lanes. (blocks, elements, LANES)"""


MIXED, LATER = -1, -2
"""In place of a lead time: lanes differ; they differ, and in none it takes no time."""


class Scene(NamedTuple):
    """What holds in one period."""

    share: Rows
    """Part of each plant that is open. (P,)"""
    capacity: Rows
    """(K,) [unit/period]"""
    hours: Rows
    """(R,) [hour/period]"""
    pools: Rows
    """(Q,) [unit/period]"""
    demand: Rows
    """(U,) [unit/period]"""
    cost: Rows
    """Of a unit ordered in the period, inputs not counted; exports earn. (K,) [money/unit]"""
    full_cost: Rows
    """With inputs. (K,) [money/unit]"""
    price: Rows
    """Of the cheapest open source. (G,) [money/unit]"""
    too_dear: Rows
    """1: costs more than the best buyer abroad of its good pays. (K,)"""
    pays: Rows
    """1: the buyer abroad pays more than it costs. (E,)"""
    order: Rows
    """Sources of each good, cheapest first: activity of each place. (S,)"""
    order_cost: Rows
    """(S,)"""
    alike: Ints
    """Activity of each place where all lanes have the same; else -1. (S,)"""
    lead: Rows
    """(K,) [period]"""
    same_lead: Ints
    """Lead time where all lanes have the same; else `MIXED` or `LATER`. (K,) [period]"""
    comes_now: Ints
    """1: some source of the good takes no time in some lane. (G,)"""
    shortest: Ints
    """Shortest lead time of any lane. (K,) [period]"""
    longest: Ints
    """Longest lead time of any source of the good in any lane. (G,) [period]"""
    takes_time: Ints
    """1: some source of the good takes time in some lane. (G,)"""
    lead_at: Rows
    """Of the source at each place. (S,) [period]"""
    pool_at: Rows
    """Shared capacity of the source at each place; -1: none. (S,)"""
    is_apart: Ints
    """1: what comes later of the good is planned apart: it takes nothing from what comes now. (G,)
    """
    end_now: Ints
    """Sources that phases plan are those at places `first_source[g]:end_now[g]` of the three
    tables that follow; without those that are planned apart. (G,)"""
    at_once: Ints
    """1: all of these come at once in all lanes. (G,)"""
    now_sources: Ints
    """Activity of each place, in the order of the case. (S,)"""
    now_order: Rows
    """Activity of each place, cheapest first. (S,)"""
    now_pool: Rows
    """Shared capacity of the source at each place; -1: none. (S,)"""
    now_alike: Ints
    """Activity of each place where all lanes have the same; else -1. (S,)"""


class Goods(NamedTuple):
    """Goods in a period and a phase; as in `derbes.kernels.layout.GOOD`. (G,)"""

    start: Rows
    old: Rows
    spoiling: Rows
    arrived: Rows
    stock: Rows
    kept: Rows
    hold: Rows
    target: Rows
    reserve: Rows
    direct: Rows
    served: Rows
    floor: Rows
    goal: Rows
    usable: Rows
    refill: Rows
    reach: Rows
    claimed: Rows
    """Inputs of planned recipes. (G,) [unit/period]"""
    claims: Rows
    there: Rows
    grant: Rows
    essential: Rows
    deferrable: Rows
    sought: Rows
    essential_served: Rows
    deferrable_served: Rows
    sold: Rows
    limit: Rows
    """Storage limit. [unit]"""


class Work(NamedTuple):
    """Activities, lines and shared capacities in a period and a phase."""

    capacity: Rows
    """(K,)"""
    level: Rows
    limit: Rows
    plan: Rows
    order: Rows
    """Orders ahead of sources that are planned apart. (K,)"""
    of_hour: Rows
    """Units made in an hour. (K,) [unit/hour]"""
    of_input: Rows
    """Units made of one of each input. (I,) [unit/unit]"""
    is_known: Ints
    """1: nothing that the plan of the good looks at has changed but claims. (G,)"""
    is_short: Ints
    """1: more is claimed of the good than is there, in some lane. (G,)"""
    is_busy: Ints
    """1: some source of the good is planned in some lane. (G,)"""
    lacking: Rows
    """Orders that lead times ask for, by place. (S,) [unit]"""
    expected: Rows
    """By place. (S,) [unit]"""
    steady: Rows
    """Level in the long run, by place. (S,) [unit/period]"""
    excess: Rows
    """By place. (S,) [unit/period]"""
    line_left: Rows
    """(R,)"""
    line_before: Rows
    line_planned: Rows
    line_used: Rows
    line_grant: Rows
    pool_left: Rows
    """(Q,)"""
    pool_planned: Rows


class Stores(NamedTuple):
    """What lasts from one period to the next."""

    fresh: Rows
    """(G,) [unit]"""
    window: Rows
    """(G,) [unit]"""
    inflow: Rows
    """Of goods with a shelf life, from `oldest` periods before the first on. [unit/period]"""
    lots: Rows
    """(L,) [unit]"""
    due: Rows
    """Arrivals by good and slot. (G * ring,) [unit]"""
    on_way: Rows
    """Arrivals by activity and slot. (K * ring,) [unit]"""
    on_way_cost: Rows
    """What they cost at arrival. (K * ring,) [money]"""
    long_levels: Rows
    """Levels in the long run by slot and activity. (ring * K,) [unit/period]"""
    long_use: Rows
    """Use in the long run by slot and good. (ring * G,) [unit/period]"""
    sum_levels: Rows
    """Sums of both from today on. (K * ring,), (G * ring,)"""
    sum_use: Rows
    changed: Ints
    """Latest period whose long run differs from that of the period before. (1,)"""


class Regime(NamedTuple):
    """What measures do today."""

    effect: Rows
    """(X,)"""
    struck: Rows
    """Of the measure that begins. (X,)"""
    crisis: Rows
    """1: crisis demand. (1,)"""
    guarded: Rows
    """(G,)"""
    frozen: Rows
    """1: openings and ramps stand still. (P,)"""
    stop: Rows
    """Period in which a plant's clock stands still. (P,) [period]"""
    lag: Rows
    """Periods by which a plant's clock is behind. (P,) [period]"""
    chosen: Rows
    """Set of measures. (1,)"""
    running: Rows
    """(1,)"""
    ran: Rows
    """(1,)"""
    ended: Rows
    """First period after the last measure. (1,) [period]"""
    turn: Ints
    """Next change of each lane. (LANES,)"""
    soonest: Ints
    """No lane changes before this period. (1,)"""


class Tally(NamedTuple):
    """Sums over the periods of each future, and over the futures of each period."""

    unmet: Rows
    """Of the period. (U,) [unit/period]"""
    paid: Rows
    """Of the period, discounted in `totals`. (1,) [money/period]"""
    worth: Rows
    """Discount of the period. (1,)"""
    totals: Rows
    """Unmet by use; first short period, part of it served, deepest, number short, money."""
    sums: Rows
    """By period and series. (n * V,)"""


class Block(NamedTuple):
    """The futures that are computed side by side; tables are used again for the next ones."""

    numbers: Rows
    """(N,), places in `Places`"""
    lot_paths: Rows
    """Of lots of kind 2, by number among them and period. (lots * periods,)"""
    now: Scene
    ahead: Scene
    goods: Goods
    work: Work
    stores: Stores
    regime: Regime
    tally: Tally


class Given(NamedTuple):
    """What tells the futures of a chunk apart."""

    central: Floats
    """Number of every future where it is not drawn. (N,)"""
    columns: Ints
    """Column of a number that is drawn; -1: it is not. (N,)"""
    drawn: Blocks
    """(blocks, columns, LANES)"""
    lot_paths: Blocks
    """Of lots of kind 2, by number among them and period. (blocks, lots * periods, LANES)"""
    stocks: Floats
    """Part of each lot that is there at the first period. (L,)"""
    fresh: Floats
    """(G,) [unit]"""
    past_inflow: Paths
    """(G, A) [unit/period]"""
    transit: Paths
    """(K, J) [unit]"""
    turn_times: Blocks
    """Periods in which the measures of a future change. (blocks, W, LANES)"""
    turn_sets: Blocks
    """Which set runs from then on. (blocks, W, LANES)"""
    turn_begins: Blocks
    """Set of the one measure that begins; -1: none does. (blocks, W, LANES)"""
    weights: Rows
    """(blocks, LANES)"""


class Kept(NamedTuple):
    """What a run is to record."""

    first_series: Ints
    """Rows of each series: short, unmet, stock, money; -1: not kept."""
    n_series: int
    """V"""
    with_money: bool
    """Whether money is counted."""
    totals: Blocks
    """(blocks, 2 U + 5, LANES)"""
    paths: Blocks
    """Of the first blocks. (blocks, n * V, LANES)"""
    n_path_blocks: int
    count_from: int
    """First period whose unmet demand counts in `totals`."""


SERIES = ("short", "unmet", "stock", "money")
"""What is known by period."""
SHORT, UNMET, STOCK, MONEY = range(4)
FIRST_SHORT, FRACTION, DEEPEST, N_SHORT, WORTH = range(5)
"""Places behind the unmet demand of the uses in `totals`; behind them, what of it is worth."""
N_TOTALS = 5
