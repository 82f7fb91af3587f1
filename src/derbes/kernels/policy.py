r"""The policy: one future under measures, by a target that follows its calm plan.

The target had a plan when the measure came: what it would order (x*), hold (W*) and leave
unmet (n*). It keeps to that plan as far as it can, and brings the stock back to it where it
cannot. It knows the demand, capacities and prices of the period, the plan with the openings
and seasons in it, and takes the measures that run to go on; it knows of no end of theirs.

Symbols: g good, l old lot, k activity with lead time L and inputs a, r line, t period; s
stock at hand, W* and x* stock and orders of the plan, R the part of W* that is reserve, A
stock aimed at, F what the second tier leaves alone, N what the first tier will need, c claims,
y stock that may be drawn, b stock to be filled up to, m most of a level, p part granted, q
stock expected; j periods since the last measure ended, tau the refill time.

.. math::

    \text{(S1)}\quad & s_{g} = \sum_{l \in g} \rho_{l,t} w_{l,t-1} + \rho_g w_{g,t-1}
        + \sum_{k \to g} x_{k,t-L_k} \\
    \text{(S2)}\quad & A_{g,t} = W^*_{g,t}
        - \min\bigl(R_{g,t} (1 - j/\tau)^+, (R_{g,t-1} - w_{g,t-1})^+\bigr),
        \text{ at least } N_g \text{ while a measure runs} \\
    \text{(S3)}\quad & F_{g,t} = \max(A_{g,t}, N'_g) \text{ while a measure runs, } A_{g,t}
        \text{ where the reserve ranks first, else } \min(A_{g,t}, W^*_{g,t} - R_{g,t}) \\
    \text{(S4)}\quad & m_k = \min(\text{capacity}_k, \text{hours}_r / h_k,
        \min_i M_i / a_{k,i}), \quad M_g = y_g + \sum_{k \to g} m_k \\
    \text{(S5)}\quad & \sum_{k \to g} x_k = \max(c_g - y_g,\; c_g + b_g - s_g), \quad
        c_g = d_g + \sum_k a_{k,g} x_k \\
    \text{(S6)}\quad & x_k \leftarrow x_k \min(p_r, \min_i p_i), \quad
        p_g = (y_g + \text{made}_g) / c_g \\
    \text{(S7)}\quad & x_{k,t} = \bigl(x^*_{k,t} - (q_{g,t+L} - A_{g,t+L})^+\bigr)^+
        + (A_{g,t+L} - q_{g,t+L})^+ \text{, cheapest first}, \\
        & q_{g,t+i} = \bigl(\rho_g q_{g,t+i-1} + \text{due}_{g,t+i} + \text{plan}_{g,t+i}\bigr)^+ \\
    \text{(S8)}\quad & w_{g,t} \le \sum_{i<A} \rho_g^i \text{inflow}_{g,t-i}, \quad
        \sum w \le \text{limit}_{g,t}, \text{ first expired first out} \\
    \text{(S11)}\quad & x_k \ge \min(\text{at least}_k, \text{capacity}_k)
        \text{, over the routes of a seller together} \\
    \text{(S10)}\quad & N_g = \max_{i \le \text{a year}} \sum_{h \le i} (\text{use of the first
        tier} - \text{what today's measures let come})_{g,t+h}

(S1) what is there, before what must be taken (S11). (S2) after a measure the reserve comes back
in equal steps, and what is left of it is never drawn for money. (S3) is for goods that the
first tier needs (essential uses, unless the priorities say otherwise); for others the floor is
the reserve where it ranks before the second tier. Each period is settled in turns, each serving
its claims d from the stock above its own base, y, before the next sees what is left:

1. where the reserve ranks before all uses: the reserve;
2. the first tier, as far as the plan serves it; base: none, or the reserve of turn 1;
3. inputs of orders that take time, and stock up to min(A, F); base F, while a measure runs
   that of turn 2, so that what is stored of inputs is made into what is needed;
4. while a measure runs, what the plan leaves short of the first tier; then the second tier, as
   far as the plan serves it; base F;
5. stock up to A, then what else the plan leaves short, then the plan's own exports; base A.

(S4) from raw to final; inputs and hours that several want count for each of them; for periods
to come without stock and with what takes time. (S5) from final to raw: first what the plan
makes and buys, in proportion, then what is left of capacities, the cheapest first, those of
one cost in proportion to what they have left. (S6) from raw to final; what a cut leaves over
is settled again, in at most `ROUNDS` rounds. (S7) orders with a lead time; "plan" is the net
flow that today's measures leave of the plan's, less what recipes take beyond it meanwhile,
and what cheaper sources can still bring by then is left to them. (S8) at the end of the
period; what is too much is given up. In calm, before any measure, lots are drawn and given up
as in the plan.
(S11) what must be taken of a seller is ordered before anything else, by the plan's routes first,
then by the cheapest; what the measures leave of its capacity is the most. (S7) counts it.
(S10) N counts what else could be made and bought by then, N' does not. Where even that leaves a
year short, no stock is enough: N is what is there and the year's shortage beside it.
"""

from typing import Annotated, NamedTuple

import numpy as np

from derbes.kernels.compiling import Floats, Ints, called, compiled

Table = Annotated[Floats, 2]
IntTable = Annotated[Ints, 2]

ROUNDS = 3
"""Rounds of a turn."""
SMALL = 1e-9
"""Relative to the flow of a good: what is less is rounding."""
ALIKE = 1e-9
"""Relative difference of costs that are one cost."""
NEVER = 1 << 40
"""A period that does not come."""


class Network(NamedTuple):
    """Who makes what from what. Axes as in `derbes.model.arrays`."""

    order: Ints
    """Goods from final to raw. (G,)"""
    first_source: Ints
    """Sources of g are `sources[first_source[g]:first_source[g + 1]]`. (G + 1,)"""
    sources: Ints
    outputs: Ints
    lines: Ints
    pools: Ints
    """Shared capacity. (K,)"""
    is_bought: Ints
    first_input: Ints
    """(K + 1,)"""
    input_goods: Ints
    turns_back: Ints
    """1: an input is no rawer than the output, as in storage that is filled again. (K,)"""
    exports: Ints
    use_goods: Ints
    use_essential: Ints
    needed: Ints
    """1: a use of the first tier needs it. (G,)"""
    first_lot: Ints
    """Lots of g are `lot_order[first_lot[g]:first_lot[g + 1]]`. (G + 1,)"""
    plants: Ints
    line_plants: Ints
    first_tier: int
    """1: essential uses; 0: deferrable uses rank before them."""
    a_year: int
    """How far a target looks that takes a measure to go on. [period]"""
    reserve_rank: int
    """0: the reserve ranks before all uses; 1: before those of the second tier; 2: last."""


class Course(NamedTuple):
    """Numbers of one future. Period first; m periods with those that orders reach."""

    capacity: Table
    """Without measures. (m, K) [unit/period]"""
    hours: Table
    """(m, R) [hour/period]"""
    pools: Table
    """(m, Q) [unit/period]"""
    least: Table
    """Taken at least of a seller with one route. (m, K) [unit/period]"""
    pool_least: Table
    """The same of one with several. (m, Q) [unit/period]"""
    demand: Table
    """(m, U) [unit/period]"""
    crisis: Table
    """(m, U) [unit/period]"""
    cost: Table
    """Of a unit ordered in the period, whenever it is paid. (m, K) [money/unit]"""
    storage_cost: Table
    """(m, G) [money/unit/period]"""
    storage_limit: Table
    """(m, G) [unit]"""
    plan: Table
    """Orders of the plan. (m, K) [unit/period]"""
    path: Table
    """Stock of the plan. (m, G) [unit]"""
    held: Table
    """Of it reserve. (m, G) [unit]"""
    left_short: Table
    """Part of the demand that the plan leaves unmet. (m, U)"""
    lost: Table
    """What the plan's stock loses beyond the ageing of fresh stock. (m, G) [unit/period]"""
    given_up: Table
    """What the plan gives up. (m, G) [unit/period]"""
    amounts: Floats
    """Of each input. [unit/unit]"""
    line_time: Floats
    """(K,) [hour/unit]"""
    leads: Ints
    """(K,) [period]"""
    retention: Floats
    """(G,)"""
    shelf_life: Ints
    """0: no limit. (G,) [period]"""
    lot_retention: Table
    """(m, L)"""
    lot_path: Table
    """Stock of the plan by lot; without rows where it is not known. (m, L) [unit]"""
    lot_order: Ints
    """Lots of each good, those that expire first, or lose most, first. (L,)"""
    lot_until: Ints
    """Last period in which there is something of the lot. (L,) [period]"""
    before_fresh: Ints
    """1: loses more than fresh stock of its good, or no less. (L,)"""
    lot_rank: Ints
    """Alike lots of a good have one rank. (L,)"""
    opening: Ints
    """Period of the first output of plants. (P,)"""
    ramp: Ints
    """(P,) [period]"""
    weight: Floats
    """(U,)"""
    size: Floats
    """A usual flow of each good. (G,) [unit/period]"""
    refill: Ints
    """Periods in which a reserve comes back. (1,)"""


class Measures(NamedTuple):
    """Sets of measures that run at once; row 0 is calm."""

    effects: Table
    """In one row: availability (K), factors on costs (K) and demand (U), what is kept of
    goods in transit (K) and by how much they are late (K) [period], what is kept of lots (L)
    and of fresh stock (G), delay of openings (P) [period]. (C, 4 K + U + L + G + P)"""
    crisis: Ints
    """1: crisis demand. (C,)"""


class Run(NamedTuple):
    """What is found, and what the policy works with. n periods."""

    regime: Ints
    """Set of measures that runs in each period. (n,)"""
    strikes: IntTable
    """Sets of the measures that begin in each period; -1: none. (n, S)"""
    levels: Table
    """By period of the order. (n, K) [unit/period]"""
    arriving: Table
    """By period of arrival; what is on the way at the start is given. (m, K) [unit/period]"""
    bill: Table
    """Paid, by period; what is on the way at the start is given. (m, K) [money/period]"""
    due: Table
    """Sum of `arriving` by good. (m, G) [unit/period]"""
    net: Table
    """Net flow of the plan that today's measures leave, without orders ahead. (m, G)"""
    second: Table
    """Demand of the second tier, as far as the plan serves it. (m, G)"""
    bought: Table
    """What today's measures let sellers bring by period of arrival: all of what takes time, of
    what comes at once what the plan does not buy. (m, G) [unit/period]"""
    bought_own: Table
    """Of what takes time the plan's part. (m, G) [unit/period]"""
    coming: Table
    """Net flow of (S10) without what is ordered by today, N as to it. (m, G) [unit/period]"""
    coming_bare: Table
    """The same as to N'. (m, G) [unit/period]"""
    lots: Table
    """Before the first period, then at the end of each. (n + 1, L) [unit]"""
    fresh: Table
    """(n + 1, G) [unit]"""
    inflow: Table
    """To fresh stock; the shelf periods before the first are given. (shelf + n, G)"""
    served: Table
    """(n, U) [unit/period]"""
    wanted: Table
    """Demand. (n, U) [unit/period]"""
    oldest: Ints
    """Row of `inflow` of the oldest batch that is left. (G,)"""
    rest: Floats
    """What is left of it. (G,) [unit]"""
    sources: Ints
    """As those of the network, those of each good by lead time."""
    first_later: Ints
    """Place of the first source of each good that takes time. (G,)"""
    takers: Ints
    """What may take inputs beside the claims of goods: recipes that take time or turn back,
    and exports. (K,)"""
    n_takers: Ints
    """(1,)"""
    good: Table
    """Working numbers of goods. (N_GOOD, G)"""
    source: Table
    """Working numbers of activities. (N_SOURCE, K)"""
    line: Table
    """(N_LINE, R)"""
    pool: Table
    """(N_POOL, Q)"""


(STOCK, OPENED, SPOILING, AIM, FLOOR, KEPT, BASE, USABLE, FILL, WANT, CLAIMS, REACH, GRANT, SERVED,
 COST, MORE_USE, N_GOOD) = range(17)  # fmt: skip
LEFT, OWN, LIMIT, CAN, CHOSEN, PRICE, ROOM, TAKES, N_SOURCE = range(9)
HOURS, CLAIMED, PART, N_LINE = range(4)
POOL_LEFT, POOL_CHOSEN, POOL_ROOM, N_POOL = range(4)


@compiled
def put_goods(f: Run, row: int, of: int) -> None:
    """One working number of all goods becomes another."""
    for g in range(f.good.shape[1]):
        f.good[row, g] = f.good[of, g]


@compiled
def clear_goods(f: Run, row: int) -> None:
    """One working number of all goods becomes nothing."""
    for g in range(f.good.shape[1]):
        f.good[row, g] = 0.0


@compiled
def part_of(wanted: float, there: float, size: float) -> float:
    """Part of what is wanted that is there; 1 when rounding alone is missing."""
    if wanted <= there + SMALL * min(wanted, size):
        return 1.0
    return max(0.0, there) / wanted


@compiled
def as_far_as(level: float, there: float, each: float) -> float:
    """A level, or as much of it as there is enough for; divided only where it is not."""
    return there / each if level * each > there else level


@compiled
def capacity_left(c: Course, ms: Measures, t: int, regime: int, k: int) -> float:
    """Capacity that a set of measures leaves; none of an unlimited capacity is none."""
    part = ms.effects[regime, k]
    return float(c.capacity[t, k] * part) if part > 0.0 else 0.0


@compiled
def demand_under(c: Course, ms: Measures, t: int, regime: int, u: int) -> float:
    """Demand of a use while a set of measures runs. [unit/period]"""
    own = c.crisis[t, u] if ms.crisis[regime] else c.demand[t, u]
    return float(own * ms.effects[regime, 2 * c.plan.shape[1] + u])


@compiled
def cost_under(c: Course, ms: Measures, t: int, regime: int, k: int) -> float:
    """Cost of a unit that is ordered while a set of measures runs. [money/unit]"""
    return float(c.cost[t, k] * ms.effects[regime, c.plan.shape[1] + k])


@called
def planned_net(n: Network, c: Course, ms: Measures, f: Run, t: int, regime: int) -> None:
    """Net flow of the plan in a period, as far as capacities go, without orders ahead.

    While a measure runs also what sellers may bring in it.
    """
    for g in range(len(n.order)):
        f.net[t, g] = 0.0
        f.second[t, g] = 0.0
    for u in range(len(n.use_goods)):
        demand = demand_under(c, ms, t, regime, u) * (1.0 - c.left_short[t, u])
        f.net[t, n.use_goods[u]] -= demand
        if n.use_essential[u] != n.first_tier:
            f.second[t, n.use_goods[u]] += demand
    for k in range(len(n.outputs)):
        level = c.plan[t, k]
        if level > 0.0:
            level = min(level, capacity_left(c, ms, t, regime, k))
            for i in range(n.first_input[k], n.first_input[k + 1]):
                f.net[t, n.input_goods[i]] -= c.amounts[i] * level
            if c.leads[k] == 0 and n.outputs[k] >= 0:
                f.net[t, n.outputs[k]] += level
    for g in range(len(n.order) if regime > 0 else 0):
        most, own = 0.0, 0.0
        for s in range(n.first_source[g], n.first_source[g + 1]):
            k = f.sources[s]
            at = t - c.leads[k]
            if is_seller(n, k) and at >= 0:
                most_of_k = capacity_left(c, ms, at, regime, k)
                planned = min(c.plan[at, k], most_of_k)
                if c.leads[k] > 0:
                    most += most_of_k
                    own += planned
                else:
                    most += most_of_k - planned
        f.bought[t, g] = most
        f.bought_own[t, g] = own


@called
def sort_sources(n: Network, c: Course, f: Run) -> int:
    """Sources of each good by lead time, and who takes inputs; returns the longest lead time."""
    longest, n_takers = 0, 0
    for g in range(len(n.order)):
        first = n.first_source[g]
        f.first_later[g] = first
        for s in range(first, n.first_source[g + 1]):
            k, to = n.sources[s], s
            longest = max(longest, c.leads[k])
            while to > first and c.leads[f.sources[to - 1]] > c.leads[k]:
                f.sources[to] = f.sources[to - 1]
                to -= 1
            f.sources[to] = k
            if c.leads[k] == 0:
                f.first_later[g] += 1
    for k in range(len(n.outputs)):
        if n.outputs[k] < 0 or (not n.is_bought[k] and (c.leads[k] > 0 or n.turns_back[k])):
            f.takers[n_takers] = k
            n_takers += 1
    f.n_takers[0] = n_takers
    return int(longest)


@called
def open_period(n: Network, c: Course, ms: Measures, f: Run, t: int) -> None:
    """Stock at hand (S1), and what capacities leave."""
    regime, good = f.regime[t], f.good
    for lot in range(f.lots.shape[1]):
        f.lots[t + 1, lot] = f.lots[t, lot] * c.lot_retention[t, lot]
    shelf = len(f.inflow) - len(f.regime)
    for g in range(len(n.order)):
        f.fresh[t + 1, g] = f.fresh[t, g] * c.retention[g]
        f.rest[g] *= c.retention[g]
        came = max(0.0, f.due[t, g])
        f.inflow[shelf + t, g] = came
        if f.oldest[g] == shelf + t:
            f.rest[g] = came
        f.fresh[t + 1, g] += came
        stock = f.fresh[t + 1, g]
        for place in range(n.first_lot[g], n.first_lot[g + 1]):
            stock += f.lots[t + 1, c.lot_order[place]]
        life = c.shelf_life[g]
        leaves = life > 0 and f.oldest[g] < shelf + t and f.oldest[g] - shelf + life <= t
        good[SPOILING, g] = f.rest[g] if leaves else 0.0
        good[OPENED, g] = stock
        good[STOCK, g] = stock
    for k in range(len(n.outputs)):
        f.source[LEFT, k] = capacity_left(c, ms, t, regime, k)
        f.source[OWN, k] = min(c.plan[t, k], f.source[LEFT, k])
        f.source[TAKES, k] = 0.0
        f.levels[t, k] = 0.0
    for r in range(f.line.shape[1]):
        left = 0.0 if regime > 0 else 1.0
        for k in range(len(n.outputs)):
            if regime > 0 and n.lines[k] == r:
                left = max(left, ms.effects[regime, k])
        f.line[HOURS, r] = c.hours[t, r] * left
    for q in range(f.pool.shape[1]):
        left = 0.0 if regime > 0 else 1.0
        for k in range(len(n.outputs)):
            if regime > 0 and n.pools[k] == q:
                left = max(left, ms.effects[regime, k])
        f.pool[POOL_LEFT, q] = c.pools[t, q] * left
    for u in range(len(n.use_goods)):
        f.wanted[t, u] = demand_under(c, ms, t, regime, u)
        f.served[t, u] = 0.0


@called
def take_least(n: Network, c: Course, ms: Measures, f: Run, t: int, calm: bool) -> None:
    """Order what must be taken of sellers (S11); in calm, give up what the plan gives up."""
    for k in range(len(n.outputs)):
        if n.pools[k] < 0 and c.least[t, k] > 0.0:
            place(n, c, ms, f, t, k, min(c.least[t, k], f.source[LEFT, k]))
    for q in range(f.pool.shape[1]):
        if c.pool_least[t, q] > 0.0:
            take_by_routes(n, c, ms, f, t, q)
    for g in range(len(n.order)):
        if calm:
            f.good[STOCK, g] = max(0.0, f.good[STOCK, g] - c.given_up[t, g])


@called
def take_by_routes(n: Network, c: Course, ms: Measures, f: Run, t: int, q: int) -> None:
    """Order what must be taken of a seller with several routes (S11)."""
    end, lacking, price = len(n.sources), c.pool_least[t, q], -np.inf
    for k in range(len(n.outputs)):
        is_in = n.pools[k] == q
        offer(n, f, k, f.source[OWN, k] if is_in else 0.0)
        f.source[PRICE, k] = cost_under(c, ms, t, f.regime[t], k) if is_in else np.inf
    while price < np.inf and lacking > 0.0:
        lacking -= choose_within(n, f, 0, end, lacking)
        price = next_price(f, 0, end, one_price(price) if price > -np.inf else price)
        for k in range(len(n.outputs)):
            is_in = price <= f.source[PRICE, k] <= one_price(price) < np.inf
            f.source[ROOM, k] = max(0.0, f.source[LEFT, k] - f.source[CHOSEN, k]) if is_in else 0.0
    for k in range(len(n.outputs)):
        if n.pools[k] == q and f.source[CHOSEN, k] > 0.0:
            place(n, c, ms, f, t, k, f.source[CHOSEN, k])


@compiled
def can_do(n: Network, f: Run, k: int, capacity: float) -> float:
    """Most of a level in a period to come, as far as today's inputs and hours go. [unit/period]"""
    if n.lines[k] >= 0 or n.first_input[k] < n.first_input[k + 1]:
        return float(min(capacity, f.source[CAN, k]))
    return capacity


@compiled
def is_seller(n: Network, k: int) -> bool:
    """Whether what may come of it in periods to come does not depend on today."""
    return bool(n.lines[k] < 0 and n.first_input[k] == n.first_input[k + 1])


@called
def look_ahead(n: Network, c: Course, ms: Measures, f: Run, t: int, g: int, longest: int) -> None:
    """What comes of a good in each period to come beside what is ordered by today (S10)."""
    regime, last = f.regime[t], min(t + n.a_year, len(f.net) - 1)
    near = min(t + longest, last)
    for row in range(t + 1, last + 1):
        flow = f.net[row, g] + f.second[row, g]
        f.coming[row, g] = flow + f.bought[row, g] if row > near else flow
        f.coming_bare[row, g] = flow + f.bought_own[row, g] if row > near else flow
    for s in range(n.first_source[g], n.first_source[g + 1]):
        k = f.sources[s]
        lead = c.leads[k]
        for row in range(t + lead + 1, (near if is_seller(n, k) else last) + 1):
            most = capacity_left(c, ms, row - lead, regime, k)
            own = min(c.plan[row - lead, k], most)
            if lead > 0:
                f.coming[row, g] += own
                f.coming_bare[row, g] += own
            f.coming[row, g] += max(0.0, can_do(n, f, k, most) - own)


@called
def needed_ahead(n: Network, c: Course, f: Run, t: int, g: int, first: int) -> tuple[float, float]:
    """Stock that the first tier will need if the measures go on, N and N' of (S10). [unit]

    Args:
        n: The network.
        c: Its numbers.
        f: The run, with what `look_ahead` found of the good in this period.
        t: The period.
        g: The good.
        first: Periods from now to the one at whose end the stock is needed.

    Returns:
        With what else could be made and bought by then, and without it.
    """
    last = min(n.a_year, len(f.net) - 1 - t)
    if c.shelf_life[g] > 0:
        last = min(last, first + c.shelf_life[g])
    total, most, bare_total, bare_most = 0.0, 0.0, 0.0, 0.0
    at, end = f.first_later[g], n.first_source[g + 1]
    while at < end and c.leads[f.sources[at]] <= first:
        at += 1
    for j in range(first + 1, last + 1):
        ordered = f.due[t + j, g]
        while at < end and c.leads[f.sources[at]] == j:
            ordered += f.source[OWN, f.sources[at]]
            at += 1
        total -= ordered + f.coming[t + j, g]
        most = max(most, total)
        bare_total -= ordered + f.coming_bare[t + j, g]
        bare_most = max(bare_most, bare_total)
    if total > SMALL * c.size[g] and last == n.a_year:
        most = max(most, f.good[STOCK, g] + total)
    return most, bare_most


@called
def set_aims(n: Network, c: Course, ms: Measures, f: Run, t: int, after: int, longest: int) -> None:
    """Stock aimed at (S2), and the floor of the second tier (S3)."""
    running = f.regime[t] > 0
    for g in range(len(n.order)):
        may_miss = 0.0
        if not running and after < c.refill[0]:
            before = f.fresh[t, g]
            for place in range(n.first_lot[g], n.first_lot[g + 1]):
                before += f.lots[t, c.lot_order[place]]
            was = c.held[max(t - 1, 0), g]
            may_miss = min(c.held[t, g] * (1.0 - after / c.refill[0]), max(0.0, was - before))
        aim = c.path[t, g] - may_miss
        f.good[AIM, g] = aim
        kept = min(aim, c.held[t, g] - may_miss)
        f.good[KEPT, g] = kept if n.reserve_rank == 0 else 0.0
        if n.needed[g]:
            floor = c.path[t, g] - c.held[t, g]
            f.good[FLOOR, g] = aim if running or n.reserve_rank < 2 else max(0.0, min(aim, floor))
            if running:
                look_ahead(n, c, ms, f, t, g, longest)
                ahead, without_more = needed_ahead(n, c, f, t, g, 0)
                f.good[AIM, g] = max(aim, min(c.storage_limit[t, g], ahead))
                f.good[FLOOR, g] = max(aim, ahead, without_more)
        else:
            f.good[FLOOR, g] = kept if n.reserve_rank < 2 else 0.0


@compiled
def takers(f: Run) -> Ints:
    """What may take inputs beside the claims of goods."""
    return f.takers[: f.n_takers[0]]


@compiled
def stop_taking(f: Run) -> None:
    """What takers still want is let go."""
    for k in takers(f):
        f.source[TAKES, k] = 0.0


@compiled
def still_spoiling(f: Run, g: int) -> float:
    """Of the stock what cannot be kept to the end of the period; it is drawn first. [unit]"""
    spoiling = f.good[SPOILING, g]
    if spoiling <= 0.0:
        return 0.0
    drawn = max(0.0, f.good[OPENED, g] - f.good[STOCK, g])
    return float(max(0.0, spoiling - drawn))


@called
def is_as_before(c: Course, f: Run, t: int) -> bool:
    """Whether costs and capacities are those of the period before, under the same measures."""
    if t == 0 or f.regime[t] != f.regime[t - 1]:
        return False
    unlike = 0
    for begins in range(f.strikes.shape[1]):
        unlike += f.strikes[t, begins] >= 0
    for k in range(c.cost.shape[1]):
        unlike += c.cost[t, k] != c.cost[t - 1, k]
        unlike += c.capacity[t, k] != c.capacity[t - 1, k]
    for r in range(c.hours.shape[1]):
        unlike += c.hours[t, r] != c.hours[t - 1, r]
    for q in range(c.pools.shape[1]):
        unlike += c.pools[t, q] != c.pools[t - 1, q]
        unlike += c.pool_least[t, q] > 0.0
    return unlike == 0


@called
def price_goods(n: Network, c: Course, ms: Measures, f: Run, t: int) -> None:
    """Unit cost of each source, inputs included, and the cheapest of each good."""
    for at in range(len(n.order) - 1, -1, -1):
        g = n.order[at]
        cheapest, closed = np.inf, np.inf
        for s in range(n.first_source[g], n.first_source[g + 1]):
            k = n.sources[s]
            cost = cost_under(c, ms, t, f.regime[t], k)
            if n.turns_back[k] == 0:
                for i in range(n.first_input[k], n.first_input[k + 1]):
                    cost += c.amounts[i] * f.good[COST, n.input_goods[i]]
            f.source[PRICE, k] = cost
            if capacity_left(c, ms, t, f.regime[t], k) > 0.0:
                cheapest = min(cheapest, cost)
            closed = min(closed, cost)
        if cheapest == np.inf:
            cheapest = closed if closed < np.inf else 0.0
        f.good[COST, g] = cheapest


@called
def limit_sources(n: Network, c: Course, f: Run, row: int) -> None:
    """Most of each level, from raw to final (S4): `LIMIT`, at once, or `CAN`, later on."""
    for at in range(len(n.order) - 1, -1, -1):
        g = n.order[at]
        reach = f.good[USABLE, g] if row == LIMIT else 0.0
        end = f.first_later[g] if row == LIMIT else n.first_source[g + 1]
        for s in range(n.first_source[g], end):
            k = f.sources[s]
            most = 0.0 if n.turns_back[k] else f.source[LEFT, k]
            if most > 0.0:
                if n.pools[k] >= 0:
                    most = min(most, f.pool[POOL_LEFT, n.pools[k]])
                if n.lines[k] >= 0:
                    most = as_far_as(most, f.line[HOURS, n.lines[k]], c.line_time[k])
                for i in range(n.first_input[k], n.first_input[k + 1]):
                    most = as_far_as(most, f.good[REACH, n.input_goods[i]], c.amounts[i])
            f.source[row, k] = most
            reach += most
        f.good[REACH, g] = reach


@compiled
def offer(n: Network, f: Run, k: int, room: float) -> None:
    """Room of a source, of which nothing is chosen yet."""
    f.source[ROOM, k] = room
    f.source[CHOSEN, k] = 0.0
    if n.pools[k] >= 0:
        f.pool[POOL_CHOSEN, n.pools[k]] = 0.0


@called
def choose_within(n: Network, f: Run, first: int, end: int, lacking: float) -> float:
    """Take from the sources with room, in proportion to it; returns what is taken.

    Routes of one seller have together no more room than their shared capacity.
    """
    pooled = False
    total = 0.0
    for s in range(first, end):
        k = f.sources[s]
        total += f.source[ROOM, k]
        pooled = pooled or (n.pools[k] >= 0 and f.source[ROOM, k] > 0.0)
    if pooled:
        for s in range(first, end):
            if n.pools[f.sources[s]] >= 0:
                f.pool[POOL_ROOM, n.pools[f.sources[s]]] = 0.0
        for s in range(first, end):
            k = f.sources[s]
            if n.pools[k] >= 0:
                f.pool[POOL_ROOM, n.pools[k]] += f.source[ROOM, k]
        total = 0.0
        for s in range(first, end):
            k = f.sources[s]
            q = n.pools[k]
            if q >= 0 and f.source[ROOM, k] > 0.0:
                there = max(0.0, f.pool[POOL_LEFT, q] - f.pool[POOL_CHOSEN, q])
                if there < f.pool[POOL_ROOM, q]:
                    f.source[ROOM, k] *= there / f.pool[POOL_ROOM, q]
            total += f.source[ROOM, k]
    if total <= 0.0:
        return 0.0
    part = min(1.0, lacking / total) if total < np.inf else 0.0
    n_endless = 0
    if total == np.inf:
        for s in range(first, end):
            n_endless += f.source[ROOM, f.sources[s]] == np.inf
    for s in range(first, end):
        k = f.sources[s]
        if n_endless:
            level = lacking / n_endless if f.source[ROOM, k] == np.inf else 0.0
        else:
            level = part * f.source[ROOM, k]
        f.source[CHOSEN, k] += level
        if n.pools[k] >= 0:
            f.pool[POOL_CHOSEN, n.pools[k]] += level
    return lacking if n_endless else part * total


@compiled
def next_price(f: Run, first: int, end: int, above: float) -> float:
    """The lowest price of some sources above one; infinity: there is none."""
    found = np.inf
    for s in range(first, end):
        k = f.sources[s]
        if above < f.source[PRICE, k] < found:
            found = f.source[PRICE, k]
    return found


@compiled
def one_price(price: float) -> float:
    """The highest price that is one with it."""
    return price + ALIKE * abs(price)


@called
def choose_sources(n: Network, c: Course, f: Run, g: int, lacking: float, spare: bool) -> float:
    """Levels that make up for what a good lacks (S5); returns what is chosen."""
    first, end = n.first_source[g], f.first_later[g]
    for s in range(first, end):
        k = f.sources[s]
        offer(n, f, k, min(f.source[OWN, k], f.source[LIMIT, k]))
    chosen = choose_within(n, f, first, end, lacking)
    least = SMALL * min(lacking, c.size[g])
    if spare and lacking - chosen > least:
        price = next_price(f, first, end, -np.inf)
        while price < np.inf and lacking - chosen > least:
            highest = one_price(price)
            for s in range(first, end):
                k = f.sources[s]
                is_in = price <= f.source[PRICE, k] <= highest
                room = f.source[LIMIT, k] - f.source[CHOSEN, k] if is_in else 0.0
                f.source[ROOM, k] = max(0.0, room)
            chosen += choose_within(n, f, first, end, lacking - chosen)
            price = next_price(f, first, end, highest)
    return chosen


@called
def place(n: Network, c: Course, ms: Measures, f: Run, t: int, k: int, level: float) -> None:
    """Run or order an activity at a level: inputs, capacities, money, and what comes of it."""
    g, lead = n.outputs[k], c.leads[k]
    f.levels[t, k] += level
    f.source[LEFT, k] = max(0.0, f.source[LEFT, k] - level)
    f.source[OWN, k] = max(0.0, f.source[OWN, k] - level)
    if n.lines[k] >= 0:
        left = f.line[HOURS, n.lines[k]] - c.line_time[k] * level
        f.line[HOURS, n.lines[k]] = max(0.0, left)
    if n.pools[k] >= 0:
        f.pool[POOL_LEFT, n.pools[k]] = max(0.0, f.pool[POOL_LEFT, n.pools[k]] - level)
    for i in range(n.first_input[k], n.first_input[k + 1]):
        f.good[STOCK, n.input_goods[i]] -= c.amounts[i] * level
    paid = t + lead if n.is_bought[k] else t
    if paid < len(f.bill):
        f.bill[paid, k] += level * cost_under(c, ms, t, f.regime[t], k)
    if g >= 0 and t + lead < len(f.arriving):
        f.arriving[t + lead, k] += level
        if lead > 0:
            f.due[t + lead, g] += level
    if g >= 0 and lead == 0:
        row = len(f.inflow) - len(f.regime) + t
        f.good[STOCK, g] += level
        f.good[OPENED, g] += level
        f.fresh[t + 1, g] += level
        f.inflow[row, g] += level
        if f.oldest[g] == row:
            f.rest[g] += level


@called
def survey(n: Network, c: Course, f: Run, fills: bool) -> bool:
    """What claims may draw and what they are; whether stock is not enough."""
    short = False
    for g in range(len(n.order)):
        stock = max(0.0, f.good[STOCK, g])
        spoiling = still_spoiling(f, g)
        f.good[USABLE, g] = max(0.0, stock - f.good[BASE, g], min(stock, spoiling))
        f.good[CLAIMS, g] = f.good[WANT, g]
        if fills and f.good[FILL, g] + spoiling > stock + SMALL * c.size[g]:
            short = True
    for k in takers(f):
        if f.source[TAKES, k] > 0.0:
            short = True
            for i in range(n.first_input[k], n.first_input[k + 1]):
                f.good[CLAIMS, n.input_goods[i]] += c.amounts[i] * f.source[TAKES, k]
    for g in range(len(n.order)):
        claims = f.good[CLAIMS, g]
        f.good[GRANT, g] = part_of(claims, f.good[USABLE, g], c.size[g]) if claims > 0.0 else 1.0
        if f.good[GRANT, g] < 1.0:
            short = True
    return bool(short)


@compiled
def claim(n: Network, c: Course, f: Run, k: int, level: float) -> None:
    """What a level wants of the hours of its line."""
    if n.lines[k] >= 0:
        f.line[CLAIMED, n.lines[k]] += c.line_time[k] * level


@called
def plan_turn(n: Network, c: Course, f: Run, fills: bool, spare: bool) -> bool:
    """What is made and bought for a turn, from final to raw (S5); whether anything is."""
    some = False
    for r in range(f.line.shape[1]):
        f.line[CLAIMED, r] = 0.0
    for k in takers(f):
        if f.source[TAKES, k] > 0.0:
            some = True
            claim(n, c, f, k, f.source[TAKES, k])
    for at in range(len(n.order)):
        g = n.order[at]
        claims = f.good[CLAIMS, g]
        lacking = claims - f.good[USABLE, g]
        if fills:
            keeps = f.good[STOCK, g] - still_spoiling(f, g)
            lacking = max(lacking, claims + f.good[FILL, g] - keeps)
        for s in range(n.first_source[g], f.first_later[g]):
            k = f.sources[s]
            f.source[CHOSEN, k] = 0.0
            if n.turns_back[k]:
                lacking -= f.source[TAKES, k]
        if lacking > SMALL * min(c.size[g], max(claims, f.good[FILL, g] if fills else 0.0)):
            some = choose_sources(n, c, f, g, lacking, spare) > 0.0 or some
            for s in range(n.first_source[g], f.first_later[g]):
                k = f.sources[s]
                if f.source[CHOSEN, k] > 0.0:
                    claim(n, c, f, k, f.source[CHOSEN, k])
                    for i in range(n.first_input[k], n.first_input[k + 1]):
                        taken = c.amounts[i] * f.source[CHOSEN, k]
                        f.good[CLAIMS, n.input_goods[i]] += taken
        some = some or min(f.good[WANT, g], f.good[USABLE, g]) > 0.0
    for r in range(f.line.shape[1]):
        claimed = f.line[CLAIMED, r]
        f.line[PART, r] = part_of(claimed, f.line[HOURS, r], claimed) if claimed > 0.0 else 1.0
    return bool(some)


@compiled
def granted(n: Network, f: Run, k: int) -> float:
    """Part of a level for which hours and inputs are there."""
    part = 1.0
    if n.lines[k] >= 0:
        part = f.line[PART, n.lines[k]]
    for i in range(n.first_input[k], n.first_input[k + 1]):
        part = min(part, f.good[GRANT, n.input_goods[i]])
    return float(part)


@called
def execute(n: Network, c: Course, ms: Measures, f: Run, t: int) -> bool:
    """Make and serve what is planned as far as it goes (S6); whether anything was cut."""
    cut = False
    for at in range(len(n.order) - 1, -1, -1):
        g = n.order[at]
        made = 0.0
        for s in range(n.first_source[g], f.first_later[g]):
            k = f.sources[s]
            if f.source[CHOSEN, k] > 0.0:
                part = granted(n, f, k)
                cut = cut or part < 1.0
                level = f.source[CHOSEN, k] * part
                if level > 0.0:
                    place(n, c, ms, f, t, k, level)
                made += level
        claims = f.good[CLAIMS, g]
        there = f.good[USABLE, g] + made
        f.good[GRANT, g] = part_of(claims, there, c.size[g]) if claims > 0.0 else 1.0
        serve(f, g)
    return take(n, c, ms, f, t) or cut


@compiled
def serve(f: Run, g: int) -> None:
    """Serve the granted part of what is wanted of a good."""
    got = f.good[WANT, g] * f.good[GRANT, g]
    f.good[STOCK, g] -= got
    f.good[WANT, g] -= got
    f.good[SERVED, g] += got


@called
def take(n: Network, c: Course, ms: Measures, f: Run, t: int) -> bool:
    """Run the takers with what they are granted; whether any was cut."""
    cut = False
    for k in takers(f):
        if f.source[TAKES, k] > 0.0:
            part = granted(n, f, k)
            cut = cut or part < 1.0
            level = f.source[TAKES, k] * part
            if level > 0.0:
                place(n, c, ms, f, t, k, level)
            f.source[TAKES, k] -= level
    return cut


@called
def settle(n: Network, c: Course, ms: Measures, f: Run, t: int, fills: bool, spare: bool) -> None:
    """Settle one turn: from stock alone where that is enough, else by planning.

    Args:
        n: The network.
        c: Its numbers.
        ms: What measures do.
        f: `WANT` of goods is to be served and becomes what is not, `TAKES` of activities
            is to be run, from the stock above `BASE`; stock is filled up to `FILL`.
        t: The period.
        fills: Whether stock is filled up.
        spare: Whether more may be made and bought than the plan has.
    """
    clear_goods(f, SERVED)
    for _ in range(ROUNDS):
        if not survey(n, c, f, fills):
            for g in range(len(n.order)):
                serve(f, g)
            return
        limit_sources(n, c, f, LIMIT)
        if not plan_turn(n, c, f, fills, spare) or not execute(n, c, ms, f, t):
            return


@compiled
def part_wanted(c: Course, t: int, u: int, beyond: bool) -> float:
    """Part of a use's demand that the plan serves, or the part beyond."""
    return float(c.left_short[t, u] if beyond else 1.0 - c.left_short[t, u])


@called
def want(n: Network, f: Run, t: int, c: Course, tier: int, beyond: bool) -> bool:
    """Demand of a tier by good, as far as the plan serves it, or beyond; whether any."""
    some = False
    clear_goods(f, WANT)
    for u in range(len(n.use_goods)):
        if n.use_essential[u] == tier:
            part = part_wanted(c, t, u, beyond)
            f.good[WANT, n.use_goods[u]] += f.wanted[t, u] * part
            some = some or f.wanted[t, u] * part > 0.0
    return bool(some)


@called
def count_served(n: Network, c: Course, f: Run, t: int, tier: int, beyond: bool) -> None:
    """What each use got of its good: heavier uses first, equal ones alike."""
    for u in range(len(n.use_goods)):
        if n.use_essential[u] != tier:
            continue
        g = n.use_goods[u]
        part = part_wanted(c, t, u, beyond)
        own = f.wanted[t, u] * part
        if f.good[WANT, g] <= 0.0:
            f.served[t, u] += own
            continue
        heavier, alike = 0.0, 0.0
        for other in range(len(n.use_goods)):
            if n.use_essential[other] == tier and n.use_goods[other] == g:
                theirs = part_wanted(c, t, other, beyond)
                if c.weight[other] > one_price(c.weight[u]):
                    heavier += f.wanted[t, other] * theirs
                elif one_price(c.weight[other]) >= c.weight[u]:
                    alike += f.wanted[t, other] * theirs
        if alike > 0.0:
            f.served[t, u] += own * min(1.0, max(0.0, f.good[SERVED, g] - heavier) / alike)


@called
def serve_tier(
    n: Network, c: Course, ms: Measures, f: Run, t: int, tier: int, beyond: bool
) -> None:
    """One turn of uses."""
    if want(n, f, t, c, tier, beyond):
        settle(n, c, ms, f, t, False, True)
        count_served(n, c, f, t, tier, beyond)
    clear_goods(f, WANT)


@called
def refill(n: Network, c: Course, ms: Measures, f: Run, t: int, ordering: bool) -> None:
    """A turn that fills stock up to `FILL`, and runs what takes its inputs now.

    Goods that are filled again from what is made of them are not drawn meanwhile.
    """
    for k in takers(f):
        g = n.outputs[k]
        f.source[TAKES, k] = 0.0
        if g < 0:
            continue
        if c.leads[k] > 0:
            f.source[TAKES, k] = f.source[OWN, k] if ordering else 0.0
        elif n.turns_back[k]:
            lacking = f.good[FILL, g] + still_spoiling(f, g) - f.good[STOCK, g]
            lacking = min(lacking, f.source[OWN, k] if ordering else f.source[LEFT, k])
            if lacking > SMALL * c.size[g]:
                f.source[TAKES, k] = lacking
                f.good[BASE, g] = np.inf
    settle(n, c, ms, f, t, True, True)
    stop_taking(f)


@compiled
def may_miss(c: Course, f: Run, t: int, ahead: int, after: int, g: int) -> float:
    """What may be missing of the reserve some periods ahead. [unit]"""
    if f.regime[t] > 0 or after + ahead >= c.refill[0]:
        return 0.0
    missing = max(0.0, c.held[t, g] - f.good[STOCK, g])
    return float(min(c.held[t + ahead, g] * (1.0 - (after + ahead) / c.refill[0]), missing))


@called
def order_ahead(n: Network, c: Course, ms: Measures, f: Run, t: int, after: int) -> None:
    """Orders that arrive later: the plan's own, then what the stock will lack (S7)."""
    note_more_use(n, c, ms, f, t)
    for place_of_good in range(len(n.order)):
        g = n.order[place_of_good]
        first, end = f.first_later[g], n.first_source[g + 1]
        if first == end:
            continue
        longest, begin = c.leads[f.sources[end - 1]], first
        stock, missed = max(0.0, f.good[STOCK, g] - still_spoiling(f, g)), 0.0
        for j in range(1, longest + 1):
            flow = f.due[t + j, g] + f.net[t + j, g] - c.lost[t + j, g] - f.good[MORE_USE, g]
            for s in range(first, begin):
                k = f.sources[s]
                at = t + j - c.leads[k]
                flow += min(c.plan[at, k], capacity_left(c, ms, at, f.regime[t], k))
            stock = c.retention[g] * stock + flow
            behind = begin
            while behind < end and c.leads[f.sources[behind]] == j:
                behind += 1
            if behind > begin:
                aim = c.path[t + j, g] - may_miss(c, f, t, j, after, g)
                if f.regime[t] > 0 and n.needed[g]:
                    ahead, _bare = needed_ahead(n, c, f, t, g, j)
                    aim = max(aim, min(c.storage_limit[t + j, g], ahead))
                stock += order_now(n, c, ms, f, t, begin, behind, aim - stock, missed)
                begin = behind
            missed += max(0.0, -stock)
            stock = max(0.0, stock)


@called
def plan_orders(n: Network, f: Run, first: int, end: int) -> float:
    """The plan's orders of one lead time, in proportion where a seller has less; their sum."""
    for s in range(first, end):
        k = f.sources[s]
        offer(n, f, k, f.source[OWN, k] if n.is_bought[k] else 0.0)
    return float(choose_within(n, f, first, end, np.inf))


@called
def note_more_use(n: Network, c: Course, ms: Measures, f: Run, t: int) -> None:
    """What recipes take beyond the plan while a measure runs; it is taken to go on."""
    clear_goods(f, MORE_USE)
    for k in range(len(n.outputs)):
        if f.regime[t] > 0 and n.outputs[k] >= 0:
            own = min(c.plan[t, k], capacity_left(c, ms, t, f.regime[t], k))
            more = max(0.0, f.levels[t, k] - own)
            for i in range(n.first_input[k], n.first_input[k + 1]):
                f.good[MORE_USE, n.input_goods[i]] += c.amounts[i] * more


@called
def order_now(
    n: Network,
    c: Course,
    ms: Measures,
    f: Run,
    t: int,
    first: int,
    end: int,
    gap: float,
    missed: float,
) -> float:
    """Place the plan's orders of one lead time, less what is too much, or more (S7).

    The sources of that lead time stand from `first` to `end`. What cheaper ones can bring by
    then, beyond what is `missed` before, is left to them.

    Returns:
        What is ordered.
    """
    ordered, part, g = plan_orders(n, f, first, end), 1.0, n.outputs[f.sources[first]]
    gap -= ordered
    if gap < 0.0 and ordered > 0.0:
        part = max(0.0, 1.0 + gap / ordered)
    for s in range(first, end):
        k = f.sources[s]
        if n.is_bought[k]:
            if f.source[CHOSEN, k] > 0.0:
                place(n, c, ms, f, t, k, f.source[CHOSEN, k] * part)
            f.source[OWN, k] = 0.0
    if gap <= SMALL * c.size[g]:
        return ordered * part
    more = 0.0
    price = next_price(f, first, end, -np.inf)
    while price < np.inf and gap - more > SMALL * min(gap, c.size[g]):
        highest = one_price(price)
        some = False
        for s in range(first, end):
            k = f.sources[s]
            offer(n, f, k, 0.0)
            if price <= f.source[PRICE, k] <= highest:
                f.source[ROOM, k] = room_now(n, c, f, t, k)
                some = some or f.source[ROOM, k] > 0.0
        if some:
            later = cheaper_later(n, c, ms, f, t, first, price)
            lacking = gap - more - max(0.0, later - missed)
            if lacking > 0.0:
                choose_within(n, f, first, end, lacking)
                for s in range(first, end):
                    k = f.sources[s]
                    level = min(f.source[CHOSEN, k], room_now(n, c, f, t, k))
                    if level > 0.0:
                        place(n, c, ms, f, t, k, level)
                        more += level
        price = next_price(f, first, end, highest)
    return ordered + more


@compiled
def room_now(n: Network, c: Course, f: Run, t: int, k: int) -> float:
    """Most that may still be ordered of an activity, with inputs above their floor.

    While a measure runs, what the first tier needs is made of all that is there.
    """
    drains = f.regime[t] > 0 and n.needed[n.outputs[k]]
    room = f.source[LEFT, k]
    if n.pools[k] >= 0:
        left = f.pool[POOL_LEFT, n.pools[k]]
        for other in range(len(n.outputs)):
            if n.pools[other] == n.pools[k] and c.leads[other] > 0:
                left -= f.source[OWN, other]
        room = min(room, max(0.0, left))
    if n.lines[k] >= 0:
        room = as_far_as(room, f.line[HOURS, n.lines[k]], c.line_time[k])
    for i in range(n.first_input[k], n.first_input[k + 1]):
        g = n.input_goods[i]
        base = f.good[KEPT, g] if drains else f.good[AIM, g]
        room = as_far_as(room, max(0.0, f.good[STOCK, g] - base), c.amounts[i])
    return float(room)


@called
def cheaper_later(
    n: Network, c: Course, ms: Measures, f: Run, t: int, first: int, price: float
) -> float:
    """What cheaper sources with shorter lead times can bring beyond the plan by then."""
    total, lead = 0.0, c.leads[f.sources[first]]
    for s in range(n.first_source[n.outputs[f.sources[first]]], first):
        k = f.sources[s]
        if one_price(f.source[PRICE, k]) < price:
            for i in range(1, lead - c.leads[k] + 1):
                most = can_do(n, f, k, capacity_left(c, ms, t + i, f.regime[t], k))
                total += max(0.0, most - c.plan[t + i, k])
    return total


@called
def settle_period(n: Network, c: Course, ms: Measures, f: Run, t: int) -> None:
    """The turns of a period."""
    second = 1 - n.first_tier
    put_goods(f, BASE, KEPT)
    if n.reserve_rank == 0:
        put_goods(f, FILL, KEPT)
        refill(n, c, ms, f, t, False)
        put_goods(f, BASE, KEPT)
    serve_tier(n, c, ms, f, t, n.first_tier, False)
    if f.regime[t] == 0:
        put_goods(f, BASE, FLOOR)
    for g in range(len(n.order)):
        f.good[FILL, g] = min(f.good[AIM, g], f.good[FLOOR, g])
    refill(n, c, ms, f, t, True)
    put_goods(f, BASE, FLOOR)
    if f.regime[t] > 0:
        serve_tier(n, c, ms, f, t, n.first_tier, True)
    serve_tier(n, c, ms, f, t, second, False)
    put_goods(f, BASE, AIM)
    put_goods(f, FILL, AIM)
    refill(n, c, ms, f, t, False)
    put_goods(f, BASE, AIM)
    if f.regime[t] == 0:
        serve_tier(n, c, ms, f, t, n.first_tier, True)
    serve_tier(n, c, ms, f, t, second, True)
    if len(n.exports):
        for e in range(len(n.exports)):
            f.source[TAKES, n.exports[e]] = f.source[OWN, n.exports[e]]
        settle(n, c, ms, f, t, False, False)
        stop_taking(f)
