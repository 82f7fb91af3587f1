"""One phase of a period: what is planned, cut and executed, with what is at hand.

The equations (S3) to (S7) stand in `derbes.kernels.myopic`.
"""

from derbes.kernels import compiled
from derbes.kernels.layout import Branch, Table

SERVING = 0
"""The phase serves claims."""
ORDERING = 1
"""The phase also orders from sources with a lead time."""
SELLING = 2
"""The phase sells abroad: sources that are too dear for it stand aside."""

ROUNDS = 3
"""Rounds of a phase: what a cut leaves over is planned again."""
CUTS = 4
"""Plans of a round: each cut settles at least one line or input."""
SMALL = 1e-12
"""Relative; what is nearer than this is equal, so that rounding starts no new round."""


@compiled
def part_of(wanted: float, there: float) -> float:
    """Part of what is wanted that is there; 1 when rounding alone is missing."""
    if wanted <= there * (1.0 + SMALL):
        return 1.0
    return max(0.0, there) / wanted


@compiled
def _limits(branch: Branch, t: int, mode: int) -> None:
    """Most of each level (S3)."""
    for good in branch.goods:
        reach = good.usable
        for s in range(good.first_source, good.end_source):
            k = branch.ranked[t, s]
            source = branch.activities[k]
            most = source.capacity
            if mode == SELLING and branch.by_activity[t, k].too_dear:
                most = 0.0
            if most > 0.0:
                if source.pool >= 0:
                    most = min(most, branch.pools[source.pool].left)
                if source.line >= 0 and source.hours > 0.0:
                    most = min(most, branch.lines[source.line].left / source.hours)
                for i in range(source.first_input, source.end_input):
                    part = branch.inputs[i]
                    most = min(most, branch.goods[part.good].reach / part.amount)
            source.limit = most
            if source.lead == 0:
                reach += most
        good.reach = reach


@compiled
def _order_ahead(branch: Branch, t: int, s: int, first: int) -> float:
    """Order of the source at place s, of a good whose sources begin at first (S5)."""
    k = branch.ranked[t, s]
    order = branch.activities[k].lacking - branch.activities[k].level
    for cheaper in range(first, s):
        j = branch.ranked[t, cheaper]
        other = branch.activities[j]
        if other.lead <= branch.activities[k].lead:
            order -= max(0.0, other.level + other.plan - branch.by_activity[t, j].steady)
    return float(max(0.0, order))


@compiled
def _plan_source(branch: Branch, source: Table, wanted: float) -> float:
    """Plan a source, and claim what it needs; the planned level."""
    level = min(wanted, source.limit)
    if level > 0.0:
        if source.pool >= 0:
            pool = branch.pools[source.pool]
            level = max(0.0, min(level, pool.left - pool.planned))
            pool.planned += level
        if source.line >= 0:
            branch.lines[source.line].planned += source.hours * level
        for i in range(source.first_input, source.end_input):
            branch.goods[branch.inputs[i].good].claims += branch.inputs[i].amount * level
    source.plan = level
    return float(level)


@compiled
def _plan(branch: Branch, t: int, mode: int) -> None:
    """Plan levels, cheapest source first (S4), (S5), and see what they are granted."""
    for good in branch.goods:
        good.claims = good.direct
    for line in branch.lines:
        line.planned = 0.0
    for pool in branch.pools:
        pool.planned = 0.0
    for g in range(len(branch.goods) - 1, -1, -1):
        good = branch.goods[g]
        there = good.usable
        lacking = good.refill + max(0.0, good.claims - there)
        for s in range(good.first_source, good.end_source):
            source = branch.activities[branch.ranked[t, s]]
            if source.lead == 0:
                level = _plan_source(branch, source, lacking)
                lacking -= level
                there += level
            elif mode == ORDERING:
                _plan_source(branch, source, _order_ahead(branch, t, s, good.first_source))
            else:
                source.plan = 0.0
        good.grant = part_of(good.claims, there)
    for line in branch.lines:
        line.grant = part_of(line.planned, line.left)


@compiled
def _granted(branch: Branch, source: Table) -> float:
    """Part of a planned level for which inputs and hours are there."""
    part = 1.0
    if source.line >= 0:
        part = branch.lines[source.line].grant
    for i in range(source.first_input, source.end_input):
        part = min(part, branch.goods[branch.inputs[i].good].grant)
    return part


@compiled
def _cut(branch: Branch) -> bool:
    """Lower the limits of recipes that need what is over-claimed (S6); whether any do.

    A recipe that was not planned is held back too: what is left over, the next
    round gives out.
    """
    cut = False
    for source in branch.activities:
        part = _granted(branch, source)
        if part < 1.0:
            source.limit = source.plan * part
            cut = cut or source.plan > 0.0
    return bool(cut)


@compiled
def _execute(branch: Branch, t: int) -> None:
    """Make, order and serve what was planned, as far as it goes (S7)."""
    for g in range(len(branch.goods)):
        good = branch.goods[g]
        made = 0.0
        for s in range(good.first_source, good.end_source):
            source = branch.activities[branch.ranked[t, s]]
            if source.plan > 0.0:
                level = source.plan * _granted(branch, source)
                source.level += level
                source.capacity = max(0.0, source.capacity - level)
                if source.line >= 0:
                    line = branch.lines[source.line]
                    line.left = max(0.0, line.left - source.hours * level)
                if source.pool >= 0:
                    pool = branch.pools[source.pool]
                    pool.left = max(0.0, pool.left - level)
                for i in range(source.first_input, source.end_input):
                    branch.goods[branch.inputs[i].good].stock -= branch.inputs[i].amount * level
                if source.lead == 0:
                    made += level
                else:
                    branch.by_good[t + source.lead, g].due += level
        good.grant = part_of(good.claims, good.usable + made)
        served = good.direct * good.grant
        good.arrived += made
        good.stock += made - served
        good.direct -= served
        good.served += served


@compiled
def _survey(branch: Branch) -> bool:
    """See what claims may draw and what is to be added; whether stock is not enough."""
    short = False
    for good in branch.goods:
        stock = max(0.0, good.stock)
        spoiling = 0.0
        if good.spoiling > 0.0:
            drawn = good.start + good.arrived - stock
            spoiling = max(0.0, good.spoiling - max(0.0, drawn - good.old))
        good.usable = max(0.0, stock - good.floor, min(stock, spoiling))
        refill = 0.0
        if good.goal > 0.0:
            refill = good.goal - stock + spoiling
            if refill <= SMALL * good.goal:
                refill = 0.0
        good.refill = refill
        if refill > 0.0 or part_of(good.direct, good.usable) < 1.0:
            short = True
    return short


@compiled
def settle(branch: Branch, t: int, mode: int) -> None:
    """Settle one phase: from stock alone where that is enough, else by planning."""
    for good in branch.goods:
        good.served = 0.0
    if not _survey(branch) and mode != ORDERING:
        for good in branch.goods:
            good.served = min(good.direct, good.usable)
            good.stock -= good.served
        return
    for _ in range(ROUNDS):
        _limits(branch, t, mode)
        n_cuts = -1
        is_cut = True
        while is_cut:
            _plan(branch, t, mode)
            n_cuts += 1
            is_cut = n_cuts < CUTS and _cut(branch)
        _execute(branch, t)
        if n_cuts == 0 or not _survey(branch):
            return
