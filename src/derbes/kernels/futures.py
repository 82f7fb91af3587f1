"""Futures: one run by the policy from period to period, and many, made from draws and added up.

(S9) A future follows the central plan in proportions: of each good it orders and holds as
much more than the central plan as is needed more of it, x = phi x*, and beyond the reserve
W = phi W*, where phi[g,t] is what demand and the planned recipes need of the good in this
future beside what they need in the central one. So sellers keep their shares and stock its
months of cover. What is on the way before the first period is the plan's, too.
"""

from typing import Annotated, Any, NamedTuple

from derbes.kernels.compiling import Floats, Ints, Words, called, compiled, opener
from derbes.kernels.policy import (
    CAN,
    NEVER,
    Course,
    IntTable,
    Measures,
    Network,
    Run,
    Table,
    is_as_before,
    limit_sources,
    open_period,
    order_ahead,
    planned_net,
    price_goods,
    set_aims,
    settle_period,
    sort_sources,
    take_least,
)
from derbes.kernels.stocks import close_period, strike

Cube = Annotated[Floats, 3]

SHORT = 1e-6
"""Relative to demand: what is less than this is rounding, not a shortage."""
SERIES = ("short", "unmet", "stock", "money")
"""What may be kept by period: whether essential demand goes short, by use, by good, in all."""
FIRST_SHORT, WORTH, N_TOTALS = range(3)


class Frame(NamedTuple):
    """What all futures share."""

    first: int
    """First period. [period]"""
    lot_stock: Floats
    """First stock of each lot in the central case. (L,) [unit]"""
    arriving: Table
    """Deliveries of the plan by period of arrival. (T, K) [unit/period]"""
    need: Table
    """What the plan needs of each good. (T, G) [unit/period]"""
    reserve: Table
    """Of the central case. (T, G) [unit]"""
    central_leads: Ints
    """(K,) [period]"""
    term_sets: Ints
    """Set of measures of each drawn factor. (W,)"""
    term_effects: Ints
    """Its place among the effects. (W,)"""
    term_numbers: Ints
    """Its column among `Drawn.factors`. (W,)"""
    term_signs: Floats
    """0: the effect is the number itself; else it is times 1 + sign times the number. (W,)"""


class Drawn(NamedTuple):
    """The numbers of a block of N futures; what no draw changes has one row for all."""

    capacity: Cube
    """(N or 1, K, T) [unit/period]"""
    hours: Cube
    pools: Cube
    least: Cube
    pool_least: Cube
    demand: Cube
    crisis: Cube
    unit_cost: Cube
    """By period of payment, transport included. (N or 1, K, T) [money/unit]"""
    storage_cost: Cube
    storage_limit: Cube
    reserve: Cube
    lot_retention: Cube
    amounts: Table
    """(N or 1, inputs)"""
    line_time: Table
    leads: IntTable
    retention: Table
    shelf_life: IntTable
    opening: IntTable
    ramp: IntTable
    weight: Table
    refill: IntTable
    """(N or 1, 1)"""
    lot_stock: Table
    discount: Table
    """(N or 1, T)"""
    factors: Table
    """Drawn shares and rises of measures. (N, factors)"""
    lot_order: IntTable
    lot_until: IntTable
    before_fresh: IntTable
    lot_rank: IntTable
    turn_times: IntTable
    """When measures change. (N, W) [period]"""
    turn_sets: IntTable
    """Set that runs from then on. (N, W)"""
    turn_begins: IntTable
    """Set of the measure that begins; -1: none. (N, W)"""
    weights: Floats
    """(N,)"""
    is_drawn: int
    """0: futures differ in measures and first stocks alone."""


FIRST, ADDED, LAST = range(3)
"""What is wanted of a strike: the first period that goes short; what it adds, too; what it adds,
but only where no later start of its set and length adds anything."""
NOISE = 1e-9
"""Part of two numbers up to which their difference is rounding noise."""


class Strikes(NamedTuple):
    """One measure at a time, each beside the same futures in calm; J of them, by start.

    The last start stands first; those of one start and set stand together, the longest first.
    """

    sets: Ints
    """Set that runs. (J,)"""
    without: Ints
    """Set of the same demand without what it takes. (J,)"""
    starts: Ints
    """(J,) [period]"""
    lengths: Ints
    """(J,) [period]"""
    ends: Ints
    """Period behind the last that is looked at. (J,)"""
    wanted: Ints
    """`FIRST`, `ADDED` or `LAST`. (J,)"""
    added: Cube
    """Unmet demand of the essential uses, from the start on, beyond that without it. (N, J, U)
    [unit]"""
    first_short: IntTable
    """First period in which essential demand goes short; -1: none. (N, J)"""


class Kept(NamedTuple):
    """What is recorded."""

    totals: Table
    """Unmet by use, what it is worth, and the rest. (N, 2 U + N_TOTALS)"""
    sums: Table
    """Weighted sums of the series. (n, rows)"""
    paths: Table
    """Series of the first futures. (n_paths * n, rows)"""
    n_paths: int
    rows: Ints
    """First row of each of `SERIES`; -1: not kept. (4,)"""
    factors: Table
    """Room for phi of (S9). (m, G)"""


open_network, open_course, open_measures = opener(Network), opener(Course), opener(Measures)
open_run, open_frame = opener(Run), opener(Frame)
open_drawn, open_kept, open_strikes = opener(Drawn), opener(Kept), opener(Strikes)


@compiled
def row_of(n_rows: int, i: int) -> int:
    """Row of a future."""
    return i if n_rows > 1 else 0


@called
def put_row(rows: Any, i: int, whole: bool, to: Any) -> None:
    """Numbers of a future that do not change over time; those of all futures stay there."""
    if whole or len(rows) > 1:
        row = row_of(len(rows), i)
        for at in range(len(to)):
            to[at] = rows[row, at]


@called
def put_paths(paths: Cube, i: int, whole: bool, first: int, to: Table) -> None:
    """Numbers of a future by period; behind their end they keep the last."""
    if whole or len(paths) > 1:
        row, last = row_of(len(paths), i), paths.shape[2] - 1
        for at in range(to.shape[1]):
            for t in range(len(to)):
                to[t, at] = paths[row, at, min(first + t, last)]


@called
def place_numbers(n: Network, f: Frame, d: Drawn, c: Course, i: int, whole: bool) -> None:
    """The numbers of a future; those that all share only where the whole is wanted."""
    put_row(d.leads[:], i, whole, c.leads[:])
    put_row(d.line_time[:], i, whole, c.line_time[:])
    put_row(d.amounts[:], i, whole, c.amounts[:])
    put_row(d.retention[:], i, whole, c.retention[:])
    put_row(d.shelf_life[:], i, whole, c.shelf_life[:])
    put_row(d.opening[:], i, True, c.opening[:])
    put_row(d.ramp[:], i, whole, c.ramp[:])
    put_row(d.weight[:], i, whole, c.weight[:])
    put_row(d.refill[:], i, whole, c.refill[:])
    put_row(d.lot_order[:], i, whole, c.lot_order[:])
    put_row(d.lot_until[:], i, whole, c.lot_until[:])
    put_row(d.before_fresh[:], i, whole, c.before_fresh[:])
    put_row(d.lot_rank[:], i, whole, c.lot_rank[:])
    put_paths(d.demand[:], i, whole, f.first, c.demand[:])
    put_paths(d.crisis[:], i, whole, f.first, c.crisis[:])
    put_paths(d.storage_limit[:], i, whole, f.first, c.storage_limit[:])
    put_paths(d.storage_cost[:], i, whole, f.first, c.storage_cost[:])
    put_paths(d.reserve[:], i, True, f.first, c.held[:])
    put_paths(d.hours[:], i, whole, f.first, c.hours[:])
    put_paths(d.pools[:], i, whole, f.first, c.pools[:])
    put_paths(d.least[:], i, whole, f.first, c.least[:])
    put_paths(d.pool_least[:], i, whole, f.first, c.pool_least[:])
    put_paths(d.capacity[:], i, whole, f.first, c.capacity[:])
    put_paths(d.lot_retention[:], i, whole, f.first, c.lot_retention[:])
    for p in range(len(c.opening)):
        c.opening[p] -= f.first
    if whole or len(d.unit_cost) > 1 or len(d.leads) > 1:
        for k in range(len(n.outputs)):
            wait = c.leads[k] if n.is_bought[k] else 0
            for t in range(len(c.cost)):
                c.cost[t, k] = unit_cost(f, d, i, k, t + wait)


@called
def is_moved(f: Frame, d: Drawn, c: Course, i: int) -> bool:
    """Whether a measure has moved an opening since the numbers of a future were placed."""
    moved = False
    for p in range(len(c.opening)):
        planned = d.opening[row_of(len(d.opening), i), p] - f.first
        moved = moved or c.opening[p] != planned
    return moved


@compiled
def unit_cost(f: Frame, d: Drawn, i: int, k: int, t: int) -> float:
    """What a unit costs that is paid in a period, transport included. [money/unit]"""
    paid = min(f.first + t, d.unit_cost.shape[2] - 1)
    return float(d.unit_cost[row_of(len(d.unit_cost), i), k, paid])


@called
def follow_plan(n: Network, p: Course, f: Frame, c: Course, factors: Table) -> None:
    """The central plan in proportion to what this future needs (S9).

    Args:
        n: The network.
        p: The central plan, from the first period of the case.
        f: What all futures share.
        c: Gets plan, stock and what is lost; its demand and inputs are known.
        factors: Gets phi. (m, G)
    """
    last = len(p.plan) - 1
    for t in range(len(c.plan)):
        then = min(f.first + t, last)
        for g in range(len(n.order)):
            factors[t, g] = 0.0
        for u in range(len(n.use_goods)):
            c.left_short[t, u] = p.left_short[then, u]
            factors[t, n.use_goods[u]] += c.demand[t, u] * (1.0 - p.left_short[then, u])
        for e in range(len(n.exports)):
            k = n.exports[e]
            c.plan[t, k] = p.plan[then, k]
            for a in range(n.first_input[k], n.first_input[k + 1]):
                factors[t, n.input_goods[a]] += c.amounts[a] * p.plan[then, k]
        for at in range(len(n.order)):
            g = n.order[at]
            needed = f.need[then, g]
            phi = factors[t, g] / needed if needed > 0.0 else 1.0
            factors[t, g] = phi
            for s in range(n.first_source[g], n.first_source[g + 1]):
                k = n.sources[s]
                shifted = min(max(then + c.leads[k] - f.central_leads[k], 0), last)
                c.plan[t, k] = max(phi * p.plan[shifted, k], c.least[t, k])
                if n.turns_back[k] == 0:
                    for a in range(n.first_input[k], n.first_input[k + 1]):
                        taken = c.amounts[a] * phi * p.plan[then, k]
                        factors[t, n.input_goods[a]] += taken
            reserve = f.reserve[then, g]
            part = p.held[then, g] / reserve if reserve > 0.0 else 0.0
            c.held[t, g] = min(c.held[t, g] * part, c.storage_limit[t, g])
            path = c.held[t, g] + phi * (p.path[then, g] - p.held[then, g])
            c.path[t, g] = min(path, c.storage_limit[t, g])
            c.lost[t, g] = phi * p.lost[then, g]
            c.given_up[t, g] = phi * p.given_up[then, g]


@called
def place_state(
    n: Network, p: Course, f: Frame, d: Drawn, c: Course, r: Run, factors: Table, i: int
) -> None:
    """Before the first period: the first stocks, and on the way what the plan has."""
    m, last, row = len(c.plan), len(p.plan) - 1, row_of(len(d.lot_stock), i)
    for lot in range(r.lots.shape[1]):
        stock, usual = d.lot_stock[row, lot], f.lot_stock[lot]
        r.lots[0, lot] = stock
        part = stock / usual if usual > 0.0 else 1.0
        for t in range(m):
            c.lot_path[t, lot] = part * p.lot_path[min(f.first + t, last), lot]
    r.inflow[:] = 0.0
    r.fresh[0] = 0.0
    r.rest[:] = 0.0
    r.oldest[:] = len(r.inflow) - len(r.regime)
    r.due[:] = 0.0
    r.arriving[:] = 0.0
    r.bill[:] = 0.0
    for k in range(len(n.outputs)):
        g = n.outputs[k]
        if g < 0:
            continue
        for t in range(min(c.leads[k], m)):
            amount = factors[t, g] * f.arriving[min(f.first + t, last), k]
            r.arriving[t, k] = amount
            r.due[t, g] += amount
            if n.is_bought[k]:
                r.bill[t, k] = amount * unit_cost(f, d, i, k, t)


@called
def find_batches(c: Course, r: Run, g: int) -> None:
    """The oldest batch of the fresh stock, which holds the youngest that came in."""
    shelf, life = len(r.inflow) - len(r.regime), c.shelf_life[g]
    row, left = shelf, r.fresh[0, g]
    r.rest[g] = 0.0
    while life > 0 and left > 0.0 and row > shelf - life:
        row -= 1
        r.rest[g] = r.inflow[row, g] * c.retention[g] ** (shelf - 1 - row)
        left -= r.rest[g]
    r.rest[g] += left if row == shelf - life else min(0.0, left)
    r.oldest[g] = row


@called
def place_turns(f: Frame, d: Drawn, r: Run, i: int) -> None:
    """Which measures run and begin in each period."""
    r.strikes[:] = -1
    turn, regime = 0, 0
    for t in range(len(r.regime)):
        begins = 0
        while turn < d.turn_times.shape[1] and d.turn_times[i, turn] <= f.first + t:
            regime = d.turn_sets[i, turn]
            if d.turn_begins[i, turn] >= 0 and d.turn_times[i, turn] == f.first + t:
                r.strikes[t, begins] = d.turn_begins[i, turn]
                begins += 1
            turn += 1
        r.regime[t] = regime


@called
def place_factors(f: Frame, d: Drawn, base: Measures, ms: Measures, i: int) -> None:
    """What measures do in a future."""
    ms.effects[:] = base.effects
    for w in range(len(f.term_sets)):
        value = d.factors[i, f.term_numbers[w]]
        if f.term_signs[w] == 0.0:
            ms.effects[f.term_sets[w], f.term_effects[w]] = value
        else:
            ms.effects[f.term_sets[w], f.term_effects[w]] *= 1.0 + f.term_signs[w] * value


@called
def follow(
    n: Network, c: Course, ms: Measures, f: Run, first: int, end: int, until_short: bool
) -> int:
    """Run the policy over periods of a future, calm before the first of them (S1)-(S8).

    Args:
        n: The network.
        c: Its numbers in this future.
        ms: What measures do.
        f: The state before the first period and the measures by period; gets the rest.
        first: The first period.
        end: The one behind the last.
        until_short: Whether to stop where essential demand goes short.

    Returns:
        The period behind the last that was run.
    """
    longest = sort_sources(n, c, f)
    after, calm, known, next_row = NEVER, True, -1, 0
    for t in range(first, end):
        regime = f.regime[t]
        for begins in range(f.strikes.shape[1]):
            if f.strikes[t, begins] >= 0:
                strike(n, c, ms, f, t, f.strikes[t, begins])
                known = -1
        if regime > 0:
            after, calm = 0, False
        elif after < NEVER:
            after += 1
        if regime != known:
            next_row, known = t + 1, regime
        reach = t + (max(longest, n.a_year) if regime > 0 else longest)
        while next_row <= min(reach, len(f.net) - 1):
            planned_net(n, c, ms, f, next_row, regime)
            next_row += 1
        open_period(n, c, ms, f, t)
        is_new = t == first or not is_as_before(c, f, t)
        if is_new:
            limit_sources(n, c, f, CAN)
        take_least(n, c, ms, f, t, calm)
        set_aims(n, c, ms, f, t, after, longest)
        if is_new:
            price_goods(n, c, ms, f, t)
        settle_period(n, c, ms, f, t)
        if until_short and missing(n, c, f, t) > 0.0:
            return t + 1
        order_ahead(n, c, ms, f, t, after)
        close_period(n, c, f, t, calm)
    return end


@compiled
def unmet_of(f: Run, t: int, u: int) -> float:
    """Unmet demand of a use; what is less than rounding is none. [unit/period]"""
    unmet = f.wanted[t, u] - f.served[t, u]
    return float(unmet) if unmet > SHORT * f.wanted[t, u] else 0.0


@called
def missing(n: Network, c: Course, f: Run, t: int) -> float:
    """Unmet essential demand, weighted."""
    total = 0.0
    for u in range(len(n.use_goods)):
        if n.use_essential[u]:
            total += c.weight[u] * unmet_of(f, t, u)
    return total


@called
def tally(n: Network, f: Frame, d: Drawn, c: Course, r: Run, kept: Kept, i: int) -> None:
    """Totals of a future, and its part of the sums by period."""
    n_uses = len(n.use_goods)
    total = kept.totals[i]
    total[:] = 0.0
    at = 2 * n_uses
    total[at + FIRST_SHORT] = -1.0
    discount, weight, worth = d.discount[row_of(len(d.discount), i), 1], d.weights[i], 1.0
    for t in range(len(r.regime)):
        lacking = missing(n, c, r, t)
        for u in range(n_uses):
            unmet = unmet_of(r, t, u)
            note(kept, t, i, weight, 1, u, unmet)
            total[u] += unmet
            total[n_uses + u] += unmet * worth
        note(kept, t, i, weight, 0, 0, 1.0 if lacking > 0.0 else 0.0)
        if lacking > 0.0 and total[at + FIRST_SHORT] < 0.0:
            total[at + FIRST_SHORT] = f.first + t
        money = 0.0
        if kept.rows[2] >= 0 or kept.rows[3] >= 0:
            for g in range(len(n.order)):
                stock = r.fresh[t + 1, g]
                for place in range(n.first_lot[g], n.first_lot[g + 1]):
                    stock += r.lots[t + 1, c.lot_order[place]]
                note(kept, t, i, weight, 2, g, stock)
                money += stock * c.storage_cost[t, g]
        if kept.rows[3] >= 0:
            for k in range(len(n.outputs)):
                money += r.bill[t, k]
            note(kept, t, i, weight, 3, 0, money)
            total[at + WORTH] += money * worth
        worth *= discount


@called
def note(kept: Kept, t: int, i: int, weight: float, series: int, row: int, value: float) -> None:
    """Add a number of a period to its sum, and to the path of the future."""
    first = kept.rows[series]
    if first >= 0:
        kept.sums[t, first + row] += weight * value
        if i < kept.n_paths:
            kept.paths[i * len(kept.sums) + t, first + row] = value


@called
def run_futures(
    network: Words,
    plan: Words,
    frame: Words,
    base: Words,
    drawn: Words,
    course: Words,
    measures: Words,
    run: Words,
    record: Words,
) -> None:
    """Run the futures of a chunk one by one.

    Args:
        network: `Network`, packed.
        plan: The central plan as a `Course`, packed.
        frame: `Frame`, packed.
        base: `Measures` with drawn factors at 0, packed.
        drawn: `Drawn`, packed.
        course: Room for the `Course` of a future, packed.
        measures: Room for the `Measures` of a future, packed.
        run: Room for a `Run`, packed.
        record: `Kept`, packed.
    """
    n, p, f, b = open_network(network), open_course(plan), open_frame(frame), open_measures(base)
    d, c, ms = open_drawn(drawn), open_course(course), open_measures(measures)
    r, kept = open_run(run), open_kept(record)
    for i in range(len(d.weights)):
        whole = i == 0 or is_moved(f, d, c, i - 1)
        if whole or d.is_drawn:
            place_numbers(n, f, d, c, i, whole)
            follow_plan(n, p, f, c, kept.factors[:])
        place_state(n, p, f, d, c, r, kept.factors[:], i)
        place_turns(f, d, r, i)
        if i == 0 or len(f.term_sets) > 0:
            place_factors(f, d, b, ms, i)
        follow(n, c, ms, r, 0, len(r.regime), False)
        tally(n, f, d, c, r, kept, i)


@called
def run_branch(network: Words, course: Words, measures: Words, run: Words) -> None:
    """As `follow`, of what `packed` has packed; batches of fresh stock are found here."""
    n, c, ms, f = open_network(network), open_course(course), open_measures(measures), open_run(run)
    for g in range(len(n.order)):
        find_batches(c, f, g)
    follow(n, c, ms, f, 0, len(f.regime), False)


OF_STATE = ("arriving", "due", "inflow", "lots", "fresh", "oldest", "rest")
"""What of a run is its state before a period."""


@called
def fork(r: Run, q: Run, t: int) -> None:
    """The state before a period as that of another run."""
    shelf = len(r.inflow) - len(r.regime)
    q.arriving[t:] = r.arriving[t:]
    q.due[t:] = r.due[t:]
    q.inflow[t : t + shelf] = r.inflow[t : t + shelf]
    q.lots[t] = r.lots[t]
    q.fresh[t] = r.fresh[t]
    q.oldest[:] = r.oldest
    q.rest[:] = r.rest


@compiled
def short_before(x: Strikes, i: int, j: int) -> int:
    """First period short, known from a like measure: as long as both run they are one.

    -1: not known, or more than that is wanted.
    """
    other = j - 1
    while other >= 0 and x.starts[other] == x.starts[j] and x.sets[other] == x.sets[j]:
        both = x.starts[j] + min(x.lengths[j], x.lengths[other])
        if 0 <= x.first_short[i, other] < both and x.wanted[j] == FIRST:
            return int(x.first_short[i, other])
        other -= 1
    return -1


@compiled
def is_idle(x: Strikes, i: int, j: int) -> bool:
    """Whether a strike need not be looked at, as a later one adds something."""
    found = False
    for other in range(j if x.wanted[j] == LAST else 0):
        alike = x.sets[other] == x.sets[j] and x.lengths[other] == x.lengths[j]
        for u in range(x.added.shape[2] if alike and x.starts[other] > x.starts[j] else 0):
            found = found or x.added[i, other, u] > 0.0
    return found


@called
def branch_off(
    n: Network, c: Course, ms: Measures, r: Run, q: Run, x: Strikes, j: int, one: int
) -> int:
    """Run what a strike looks at under a set of measures; the period behind the last that was.

    Args:
        n: The network.
        c: Its numbers in a future.
        ms: What measures do.
        r: A run that holds the state before the start.
        q: Gets the run.
        x: Strikes.
        j: Which of them.
        one: The set: what strikes, or the same demand without it.
    """
    start = x.starts[j]
    fork(r, q, start)
    q.strikes[:] = -1
    q.strikes[start, 0] = one
    for t in range(start, x.ends[j]):
        q.regime[t] = one if t < start + x.lengths[j] else 0
    return follow(n, c, ms, q, start, x.ends[j], x.wanted[j] == FIRST)


@called
def run_strikes(
    network: Words,
    plan: Words,
    frame: Words,
    base: Words,
    drawn: Words,
    course: Words,
    measures: Words,
    run: Words,
    branch: Words,
    strikes: Words,
    at_starts: Annotated[Ints, 2],
    factors: Table,
) -> None:
    """Run futures in calm, and from each start on under a measure, the last start first.

    Args:
        network: As of `run_futures`; so are all but the last four.
        plan: The central plan.
        frame: What all futures share.
        base: Measures with drawn factors at 0.
        drawn: Numbers of the futures, in which nothing comes.
        course: Room for a course.
        measures: Room for measures.
        run: Room for the run in calm.
        branch: Room for a run under a measure.
        strikes: `Strikes`, packed.
        at_starts: Room for the state before each start, from the last on; a `Run` a row, packed.
        factors: Room for phi of (S9). (m, G)
    """
    n, p, f, b = open_network(network), open_course(plan), open_frame(frame), open_measures(base)
    d, c, ms = open_drawn(drawn), open_course(course), open_measures(measures)
    r, q, x = open_run(run), open_run(branch), open_strikes(strikes)
    for i in range(len(d.weights)):
        place_factors(f, d, b, ms, i)
        whole = i == 0 or is_moved(f, d, c, i - 1)
        if whole or d.is_drawn:
            place_numbers(n, f, d, c, i, whole)
            follow_plan(n, p, f, c, factors)
        place_state(n, p, f, d, c, r, factors, i)
        now, at = 0, len(at_starts)
        for j in range(len(x.starts) - 1, -1, -1):
            if at == len(at_starts) or x.starts[j] != now:
                now, at = follow(n, c, ms, r, now, x.starts[j], False), at - 1
                fork(r, open_run(at_starts[at]), now)
        for j in range(len(x.starts)):
            if j > 0 and x.starts[j] != x.starts[j - 1]:
                at += 1
            x.first_short[i, j] = short_before(x, i, j)
            if x.first_short[i, j] >= 0 or is_idle(x, i, j):
                continue
            if is_moved(f, d, c, i):
                place_numbers(n, f, d, c, i, True)
                follow_plan(n, p, f, c, factors)
            before = open_run(at_starts[at])
            end = branch_off(n, c, ms, before, q, x, j, x.sets[j])
            for t in range(x.starts[j], end):
                if x.first_short[i, j] < 0 and missing(n, c, q, t) > 0.0:
                    x.first_short[i, j] = t
                for u in range(len(n.use_goods) if x.wanted[j] != FIRST else 0):
                    x.added[i, j, u] += unmet_of(q, t, u) if n.use_essential[u] else 0.0
            if x.wanted[j] == FIRST or x.first_short[i, j] < 0:
                continue
            if is_moved(f, d, c, i):
                place_numbers(n, f, d, c, i, True)
                follow_plan(n, p, f, c, factors)
            end = branch_off(n, c, ms, before, q, x, j, x.without[j])
            for u in range(len(n.use_goods)):
                unmet = 0.0
                for t in range(x.starts[j], end if n.use_essential[u] else 0):
                    unmet += unmet_of(q, t, u)
                more = x.added[i, j, u] - unmet
                is_noise = abs(more) <= NOISE * (x.added[i, j, u] + unmet)
                x.added[i, j, u] = 0.0 if is_noise else more
