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

ROUNDS = 2
"""Rounds of a phase: what a cut leaves over is planned again."""
CUTS = 3
"""Cuts of a plan: each settles an input, or the lines of a layer."""
SMALL = 1e-12
"""Relative; what is nearer than this is equal, so that rounding starts no new round."""


@compiled
def part_of(wanted: float, there: float) -> float:
    """Part of what is wanted that is there; 1 when rounding alone is missing."""
    there = max(0.0, there)
    if wanted <= there * (1.0 + SMALL):
        return 1.0
    return there / wanted


@compiled
def _limits(branch: Branch, t: int, mode: int) -> None:
    """Most of each level (S3)."""
    goods, activities, inputs = branch.goods, branch.activities, branch.inputs
    lines, pools = branch.lines, branch.pools
    ranked, by_activity = branch.ranked, branch.by_activity
    for good in goods:
        reach = good.usable
        for s in range(good.first_source, good.end_source):
            k = ranked[t, s]
            source = activities[k]
            most = source.capacity
            if mode == SELLING and by_activity[t, k].too_dear:
                most = 0.0
            if most > 0.0:
                if source.pool >= 0:
                    most = min(most, pools[source.pool].left)
                if source.line >= 0 and source.hours > 0.0:
                    most = min(most, lines[source.line].left / source.hours)
                for i in range(source.first_input, source.end_input):
                    most = min(most, goods[inputs[i].good].reach / inputs[i].amount)
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
    return max(0.0, float(order))


@compiled
def _plan_good(branch: Branch, t: int, mode: int, g: int) -> None:
    """Plan the sources of a good, cheapest first (S4), (S5)."""
    good, activities, ranked = branch.goods[g], branch.activities, branch.ranked
    lacking = good.refill + max(0.0, good.claims - good.usable)
    good.there = good.usable
    for s in range(good.first_source, good.end_source):
        source = activities[ranked[t, s]]
        level = 0.0
        if source.lead == 0:
            level = min(lacking, source.limit)
        elif mode == ORDERING:
            level = min(_order_ahead(branch, t, s, good.first_source), source.limit)
        if level > 0.0:
            if source.pool >= 0:
                pool = branch.pools[source.pool]
                level = max(0.0, min(level, pool.left - pool.planned))
                pool.planned += level
            if source.line >= 0:
                branch.lines[source.line].planned += source.hours * level
            if source.lead == 0:
                lacking -= level
                good.there += level
        source.plan = level


@compiled
def _plan_layer(branch: Branch, t: int, mode: int, layer: int) -> bool:
    """Plan the sources of a layer of goods; whether lines suffice."""
    lines, pools, layers = branch.lines, branch.pools, branch.layers
    for line in lines:
        line.planned = line.before
    for pool in pools:
        pool.planned = 0.0
    for g in range(layers[layer], layers[layer + 1]):
        _plan_good(branch, t, mode, g)
    enough = True
    for line in lines:
        line.grant = 1.0
        if line.planned > line.left:
            line.grant = part_of(line.planned - line.before, line.left - line.before)
            enough = enough and line.grant >= 1.0
    return bool(enough)


@compiled
def _share_lines(branch: Branch, t: int, layer: int) -> None:
    """Give the sources of a layer their part of lines that are over-claimed (S6)."""
    for g in range(branch.layers[layer], branch.layers[layer + 1]):
        good = branch.goods[g]
        for s in range(good.first_source, good.end_source):
            source = branch.activities[branch.ranked[t, s]]
            if source.line >= 0 and branch.lines[source.line].grant < 1.0:
                source.limit = source.plan * branch.lines[source.line].grant


@compiled
def _claim(branch: Branch, t: int, layer: int) -> bool:
    """Claim the inputs of a planned layer, and see what the layer itself grants.

    Whether anything in it can be made, ordered or served.
    """
    some = False
    for r in range(len(branch.lines)):
        branch.lines[r].before = branch.lines[r].planned
    for g in range(branch.layers[layer], branch.layers[layer + 1]):
        good = branch.goods[g]
        some = some or min(good.direct, good.there) > 0.0
        good.grant = part_of(good.claims, good.there)
        for s in range(good.first_source, good.end_source):
            source = branch.activities[branch.ranked[t, s]]
            if source.plan > 0.0:
                some = True
                for i in range(source.first_input, source.end_input):
                    part = branch.inputs[i]
                    branch.goods[part.good].claims += part.amount * source.plan
    return bool(some)


@compiled
def _plan(branch: Branch, t: int, mode: int) -> bool:
    """Plan from final to raw; whether anything can be made, ordered or served."""
    some = False
    for g in range(len(branch.goods)):
        branch.goods[g].claims = branch.goods[g].direct
    for r in range(len(branch.lines)):
        branch.lines[r].before = 0.0
    for layer in range(len(branch.layers) - 2, -1, -1):
        n_cuts = 0
        while not _plan_layer(branch, t, mode, layer) and n_cuts < CUTS:
            _share_lines(branch, t, layer)
            n_cuts += 1
        some = _claim(branch, t, layer) or some
    return some


@compiled
def _granted(branch: Branch, source: Table) -> float:
    """Part of a planned level for which inputs and hours are there."""
    part = 1.0
    if source.line >= 0:
        part = part_of(branch.lines[source.line].planned, branch.lines[source.line].left)
    for i in range(source.first_input, source.end_input):
        part = min(part, branch.goods[branch.inputs[i].good].grant)
    return float(part)


@compiled
def _over_claimed(branch: Branch) -> int:
    """First good of the most final layer of which recipes claim too much; -1: none."""
    goods, activities, inputs = branch.goods, branch.activities, branch.inputs
    over = -1
    for source in activities:
        if source.plan > 0.0:
            for i in range(source.first_input, source.end_input):
                if goods[inputs[i].good].grant < 1.0:
                    over = max(over, inputs[i].good)
    if over < 0:
        return -1
    layer = len(branch.layers) - 2
    while branch.layers[layer] > over:
        layer -= 1
    return int(branch.layers[layer])


@compiled
def _cut(branch: Branch) -> bool:
    """Cut the recipes that claim too much of the most final layer that is over-claimed (S6).

    A recipe that was not planned is held back too: what is left over, the next
    round gives out. Whether any was cut.
    """
    goods, activities, inputs = branch.goods, branch.activities, branch.inputs
    over = _over_claimed(branch)
    if over < 0:
        return False
    for source in activities:
        part = 1.0
        for i in range(source.first_input, source.end_input):
            if inputs[i].good >= over:
                part = min(part, goods[inputs[i].good].grant)
        if part < 1.0:
            source.limit = source.plan * part
    return True


@compiled
def _execute(branch: Branch, t: int) -> None:
    """Make, order and serve what was planned, as far as it goes (S7)."""
    goods, activities, inputs = branch.goods, branch.activities, branch.inputs
    pools, ranked, by_good = branch.pools, branch.ranked, branch.by_good
    for g in range(len(goods)):
        good = goods[g]
        made = 0.0
        for s in range(good.first_source, good.end_source):
            source = activities[ranked[t, s]]
            if source.plan > 0.0:
                level = source.plan * _granted(branch, source)
                source.level += level
                source.capacity = max(0.0, source.capacity - level)
                if source.line >= 0:
                    branch.lines[source.line].used += source.hours * level
                if source.pool >= 0:
                    pool = pools[source.pool]
                    pool.left = max(0.0, pool.left - level)
                for i in range(source.first_input, source.end_input):
                    goods[inputs[i].good].stock -= inputs[i].amount * level
                if source.lead == 0:
                    made += level
                else:
                    by_good[t + source.lead, g].due += level
        good.grant = part_of(good.claims, good.usable + made)
        served = good.direct * good.grant
        good.arrived += made
        good.stock += made - served
        good.direct -= served
        good.served += served
    for r in range(len(branch.lines)):
        line = branch.lines[r]
        line.left = max(0.0, line.left - line.used)
        line.used = 0.0


@compiled
def _survey(goods: Table) -> bool:
    """See what claims may draw and what is to be added; whether stock is not enough."""
    short = False
    for good in goods:
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
    goods = branch.goods
    for good in goods:
        good.served = 0.0
    if not _survey(goods) and mode != ORDERING:
        for good in goods:
            good.served = min(good.direct, good.usable)
            good.stock -= good.served
        return
    for _ in range(ROUNDS):
        _limits(branch, t, mode)
        n_cuts = -1
        is_cut = True
        while is_cut:
            if not _plan(branch, t, mode):
                return
            n_cuts += 1
            is_cut = n_cuts < CUTS and _cut(branch)
        _execute(branch, t)
        if n_cuts == 0 or not _survey(goods):
            return
