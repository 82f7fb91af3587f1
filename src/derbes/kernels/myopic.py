r"""The myopic rule: what is ordered, made and served by those who know only today.

Each period is settled in phases; each phase serves its claims from the stock above
a floor, then from the cheapest sources, before the next phase sees what is left:

1. essential uses; no floor;
2. stock, back to what is to be held (only while a measure runs, or where the
   reserve ranks before deferrable uses); of its inputs, only what they hold beyond
   their own;
3. conversion (only while a measure runs): what essential uses took from the stock of
   a guarded good is made up out of the stock of its inputs;
4. deferrable uses; floor: the reserve where it ranks before them, and all that is
   held of a guarded good while the measure runs;
5. stock again;
6. buyers abroad who pay more than it costs; floor: what is to be held.

A good is guarded when the measure threatens it and an essential use needs it.

Symbols: g good, k activity, r line, t period; s stock at hand, f floor of the phase,
b stock that the phase brings back, e spoiling stock, d direct demand, c claims, a
inputs, x level, m most of a level, p part granted.

.. math::

    \text{(S1)}\quad & s_{g,t} = \sum_{l \in g} \rho_{l,t} w_{l,t-1} + \rho_g w_{g,t-1}
        + \sum_{k \to g} x_{k,t-L_k} \\
    \text{(S2)}\quad & h_{g,t} = \min(\text{limit}_{g,t}, \max(\text{target}_{g,t}, z_{g,t})) \\
    \text{(S3)}\quad & m_k = \min(\text{capacity}_k, \text{hours}_{r}/h_k,
        \min_i M_i / a_{k,i}), \quad M_g = y_g + \sum_{k \to g} m_k, \quad
        y_g = \max(0, s_g - f_g, \min(s_g, e_g)) \\
    \text{(S4)}\quad & \sum_{k \to g} x_k = \max(0, b_g - s_g + e_g)
        + \max(0, c_g - y_g), \quad c_g = d_g + \sum_k a_{k,g} x_k \\
    \text{(S5)}\quad & x_k = h_{g,t+L} - q_L + L (1 - \rho_g) w_g
        - \sum_{\text{cheaper } i} \max(0, x_i - \bar x_i), \\
        & q_j = \max(0, q_{j-1}) + \text{due}_{g,t+j} - U_{k,t} / (L + 1), \quad
        q_{-1} = s_g \\
    \text{(S6)}\quad & m_k \leftarrow x_k \min(p_r, \min_i p_i), \quad
        p_r = \text{hours}_r / \sum_k h_k x_k, \quad
        p_g = (y_g + \sum_{k \to g} x_k) / c_g \\
    \text{(S7)}\quad & x_k \leftarrow x_k \min_i p_i, \quad v_g = p_g d_g \\
    \text{(S8)}\quad & w_{g,t} \le \sum_{j<A} \rho_g^j \text{inflow}_{g,t-j}, \quad
        \sum w \le \text{limit}_{g,t}

(S1) what is there after ageing; old lots are drawn first in, first out, and fresh
stock last. (S2) what is to be held: z is all that is in hand of a guarded good while
the measure runs, at most the reserve after it, nothing in calm. (S3) from raw to
final; inputs and hours that several recipes want count for each of them. (S4)
from final to raw, cheapest source first, each up to (S3). (S5) sources with a
lead time L, in the first stock phase: stock and goods on the way cover what is to be
held and U, the use over L + 1 periods that cheaper sources are not expected to cover;
demand that goes short meanwhile is lost and not made up for. (S6) lines and goods of
which a layer of goods claims too much are shared in proportion, and the plan is made
again. (S7) from raw to final. (S8) at the end of the period; what is too much is
given up.
"""

from derbes.kernels import compiled
from derbes.kernels.layout import Branch
from derbes.kernels.phase import ORDERING, SELLING, SERVING, SMALL, settle

ESSENTIAL, STOCK, CONVERSION, DEFERRABLE, STOCK_AGAIN, SALES = range(6)
"""Phases of a period, in their order."""
N_PHASES = 6


@compiled
def _age(branch: Branch, t: int) -> None:
    """Age the stock and take in what arrives (S1)."""
    for g in range(len(branch.goods)):
        good = branch.goods[g]
        good.old = 0.0
        for lot in range(good.first_lot, good.end_lot):
            branch.lots[t + 1, lot] = branch.lot_retention[t, lot] * branch.lots[t, lot]
            good.old += branch.lots[t + 1, lot]
        fresh = branch.by_good[t - 1, g].fresh if t > 0 else branch.fresh[g]
        fresh *= good.retention
        good.spoiling = 0.0
        if good.shelf_life > 0:
            last = len(branch.inflow) - len(branch.by_activity) + t - good.shelf_life
            good.window = good.retention * good.window - good.last_share * branch.inflow[last, g]
            good.window = max(0.0, good.window)
            good.spoiling = max(0.0, fresh - good.window)
        good.start = good.old + fresh
        good.arrived = branch.by_good[t, g].due
        good.stock = good.start + good.arrived


@compiled
def _aim(branch: Branch, t: int) -> None:
    """Find the stock that is to be held (S2)."""
    for g in range(len(branch.goods)):
        good, now = branch.goods[g], branch.by_good[t, g]
        good.kept = max(0.0, good.start - good.spoiling)
        aim = now.reserve
        if branch.length <= t:
            good.kept = min(good.kept, now.reserve) if branch.length > 0 else 0.0
            aim = now.target
        elif not good.guarded:
            good.kept = 0.0
        good.hold = min(max(aim, good.kept), now.storage_limit)


@compiled
def _look_ahead(branch: Branch, t: int) -> bool:
    """Find what lead times ask for today (S5); whether it is anything."""
    asked = False
    for g in range(len(branch.goods)):
        good = branch.goods[g]
        for s in range(good.first_source, good.end_source):
            k = branch.ranked[t, s]
            source = branch.activities[k]
            if source.lead > 0 and source.capacity > 0.0:
                then = branch.by_good[t + source.lead, g]
                aim = then.target if branch.length <= t else then.reserve
                expected = branch.by_activity[t, k].expected
                use = expected / (source.lead + 1)
                left = good.start
                for j in range(t, t + source.lead):
                    left = max(0.0, left + branch.by_good[j, g].due - use)
                lacking = min(max(aim, good.kept), then.storage_limit) + use - left - then.due
                lacking += source.lead * (1.0 - good.retention) * (good.start - good.old)
                source.lacking = lacking
                asked = asked or lacking > SMALL * expected
    return bool(asked)


@compiled
def _open(branch: Branch, t: int) -> None:
    """Everything that can be used in the period, as yet unused."""
    for k in range(len(branch.activities)):
        source = branch.activities[k]
        source.capacity = branch.by_activity[t, k].capacity
        source.level = 0.0
        source.plan = 0.0
    for r in range(len(branch.lines)):
        branch.lines[r].left = branch.line_hours[t, r]
    for q in range(len(branch.pools)):
        branch.pools[q].left = branch.pool_capacity[t, q]


@compiled
def _begin(branch: Branch, t: int, phase: int) -> bool:
    """What a phase wants and leaves alone; whether there is anything to do."""
    running = branch.length > t
    if phase == STOCK and not (running or branch.reserve_first):
        return False
    if phase == CONVERSION and not running:
        return False
    wanted = phase != SALES
    for g in range(len(branch.goods)):
        good, now = branch.goods[g], branch.by_good[t, g]
        good.direct = 0.0
        good.floor = 0.0
        good.goal = 0.0
        if phase == ESSENTIAL:
            good.direct = now.essential
        elif phase == CONVERSION:
            good.goal = min(good.start, good.hold) if good.guarded else 0.0
        elif phase == DEFERRABLE:
            good.direct = now.deferrable
            if branch.reserve_first:
                good.floor = now.target
            if running and good.guarded:
                good.floor = good.hold
        elif phase == SALES:
            good.direct = now.sought
            good.floor = good.hold
            wanted = wanted or now.sought > 0.0
        else:
            good.floor = good.hold
            good.goal = good.hold
    return bool(wanted)


@compiled
def _end(branch: Branch, t: int, phase: int) -> None:
    """Record what a phase served."""
    for g in range(len(branch.goods)):
        if phase == ESSENTIAL:
            branch.by_good[t, g].essential_served = branch.goods[g].served
        elif phase == DEFERRABLE:
            branch.by_good[t, g].deferrable_served = branch.goods[g].served
        elif phase == SALES:
            branch.by_good[t, g].sold = branch.goods[g].served


@compiled
def _close(branch: Branch, t: int) -> None:
    """Draw the oldest first, give up what is too old or too much (S8), and record."""
    for g in range(len(branch.goods)):
        good = branch.goods[g]
        most = branch.by_good[t, g].storage_limit
        before = good.start + good.arrived
        used = before - max(0.0, good.stock)
        fresh = before - good.old - max(0.0, used - good.old)
        if good.shelf_life > 0:
            good.window += good.arrived
            branch.inflow[len(branch.inflow) - len(branch.by_activity) + t, g] = good.arrived
            fresh = min(fresh, good.window)
        fresh = max(0.0, min(fresh, most))
        branch.by_good[t, g].fresh = fresh
        drawn = max(used, good.old + fresh - most)
        for lot in range(good.first_lot, good.end_lot):
            part = max(0.0, min(drawn, branch.lots[t + 1, lot]))
            branch.lots[t + 1, lot] -= part
            drawn -= part
    for k in range(len(branch.activities)):
        branch.by_activity[t, k].level = branch.activities[k].level


@compiled
def run(branch: Branch) -> None:
    """Run the rule over all periods of a branch, and record its path there.

    Args:
        branch: What holds; `window` of its goods is that before the first period.
    """
    for t in range(len(branch.by_activity)):
        _open(branch, t)
        _age(branch, t)
        _aim(branch, t)
        asked = _look_ahead(branch, t)
        is_stocked = False
        for phase in range(N_PHASES):
            if _begin(branch, t, phase):
                mode = SELLING if phase == SALES else SERVING
                if asked and (phase == STOCK or (phase == STOCK_AGAIN and not is_stocked)):
                    mode = ORDERING
                is_stocked = is_stocked or phase == STOCK
                settle(branch, t, mode)
                _end(branch, t, phase)
        _close(branch, t)
