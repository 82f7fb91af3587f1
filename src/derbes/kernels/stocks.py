"""Stocks under the policy: what a measure leaves of them, and what is drawn first (S8).

Stock of a good lies in old lots and in fresh batches by the period in which they came in; what
is on the way by activity and period. Symbols and equations stand in `derbes.kernels.policy`.
"""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.policy import NEVER, OPENED, STOCK, Course, Measures, Network, Run


@called
def strike(n: Network, c: Course, ms: Measures, f: Run, t: int, one: int) -> None:
    """What a measure that begins leaves of stocks and of what is on the way."""
    n_k, n_goods, last = len(n.outputs), len(n.order), len(f.arriving)
    at_lots = 4 * n_k + len(n.use_goods)
    at_goods = at_lots + f.lots.shape[1]
    for lot in range(f.lots.shape[1]):
        f.lots[t, lot] *= ms.effects[one, at_lots + lot]
    shelf = len(f.inflow) - len(f.regime)
    for g in range(n_goods):
        kept = ms.effects[one, at_goods + g]
        if kept != 1.0:
            f.fresh[t, g] *= kept
            f.rest[g] *= kept
            for row in range(shelf + t):
                f.inflow[row, g] *= kept
    at_transit = 2 * n_k + len(n.use_goods)
    for k in range(n_k):
        kept, late = ms.effects[one, at_transit + k], int(ms.effects[one, at_transit + n_k + k])
        g = n.outputs[k]
        if g < 0 or (kept == 1.0 and late == 0):
            continue
        for row in range(last - 1, t - 1, -1):
            amount, bill = f.arriving[row, k], f.bill[row, k]
            if amount > 0.0:
                f.arriving[row, k] = 0.0
                f.bill[row, k] = 0.0
                f.due[row, g] -= amount
                if row + late < last:
                    f.arriving[row + late, k] += amount * kept
                    f.bill[row + late, k] += bill * kept
                    f.due[row + late, g] += amount * kept
    for p in range(len(c.opening)):
        late = int(ms.effects[one, at_goods + n_goods + p])
        if late > 0 and c.opening[p] > t:
            delay_opening(n, c, t, p, late)


@compiled
def open_share(t: int, opening: int, ramp: int) -> float:
    """Part of full capacity that is open."""
    return min(1.0, max(0.0, (t - opening + 1.0) / (ramp + 1.0)))


@called
def delay_opening(n: Network, c: Course, t: int, p: int, late: int) -> None:
    """Move an opening that is still to come."""
    before = c.opening[p]
    c.opening[p] = before + late
    for row in range(max(t, before), len(c.capacity)):
        part = open_share(row, before + late, c.ramp[p]) / open_share(row, before, c.ramp[p])
        if part < 1.0:
            for k in range(len(n.plants)):
                if n.plants[k] == p:
                    c.capacity[row, k] = c.capacity[row, k] * part if part > 0.0 else 0.0
            for r in range(len(n.line_plants)):
                if n.line_plants[r] == p:
                    c.hours[row, r] *= part


@compiled
def advance(c: Course, f: Run, t: int, g: int) -> None:
    """The next batch of fresh stock is the oldest."""
    now = len(f.inflow) - len(f.regime) + t
    f.oldest[g] += 1
    row = f.oldest[g]
    f.rest[g] = f.inflow[row, g] * c.retention[g] ** (now - row) if row <= now else 0.0


@called
def draw_fresh(c: Course, f: Run, t: int, g: int, amount: float, until: int) -> float:
    """Draw batches that can be used until a period at the latest; what is still to be drawn."""
    shelf = len(f.inflow) - len(f.regime)
    if c.shelf_life[g] == 0:
        part = min(amount, f.fresh[t + 1, g])
        f.fresh[t + 1, g] -= part
        return float(amount - part)
    while amount > 0.0 and f.oldest[g] <= shelf + t:
        if f.oldest[g] - shelf + c.shelf_life[g] > until:
            break
        part = min(amount, f.rest[g])
        f.fresh[t + 1, g] -= part
        f.rest[g] -= part
        amount -= part
        if amount > 0.0:
            advance(c, f, t, g)
    return float(amount)


@called
def draw_as_planned(n: Network, c: Course, f: Run, t: int, g: int, amount: float) -> float:
    """Draw from each old lot what the plan draws; what is still to be drawn."""
    for at in range(n.first_lot[g], n.first_lot[g + 1]):
        lot = c.lot_order[at]
        part = min(amount, max(0.0, f.lots[t + 1, lot] - c.lot_path[t, lot]))
        f.lots[t + 1, lot] -= part
        amount -= part
    part = min(amount, f.fresh[t + 1, g])
    return float(draw_fresh(c, f, t, g, part, NEVER) + amount - part)


@called
def draw(n: Network, c: Course, f: Run, t: int, g: int, amount: float) -> None:
    """Draw what expires first, of that what loses most; alike lots in proportion (S8)."""
    at, end = n.first_lot[g], n.first_lot[g + 1]
    while at < end and amount > 0.0:
        lot = c.lot_order[at]
        last, total = at, 0.0
        while last < end and c.lot_rank[c.lot_order[last]] == c.lot_rank[lot]:
            total += f.lots[t + 1, c.lot_order[last]]
            last += 1
        if c.shelf_life[g] > 0 or c.before_fresh[lot] == 0:
            amount = draw_fresh(c, f, t, g, amount, c.lot_until[lot])
        if total > 0.0:
            part = min(1.0, amount / total)
            for one in range(at, last):
                f.lots[t + 1, c.lot_order[one]] *= 1.0 - part
            amount -= part * total
        at = last
    if amount > 0.0:
        draw_fresh(c, f, t, g, amount, NEVER)


@called
def close_period(n: Network, c: Course, f: Run, t: int, calm: bool) -> None:
    """Draw what was used, and give up what is too old or too much (S8)."""
    shelf = len(f.inflow) - len(f.regime)
    for g in range(len(n.order)):
        stock = min(max(0.0, f.good[STOCK, g]), c.storage_limit[t, g])
        drawn = f.good[OPENED, g] - stock
        if calm and drawn > 0.0 and len(c.lot_path) > 0:
            drawn = draw_as_planned(n, c, f, t, g, drawn)
        if drawn > 0.0:
            draw(n, c, f, t, g, drawn)
        if c.shelf_life[g] > 0:
            while f.oldest[g] <= shelf + t and f.oldest[g] - shelf + c.shelf_life[g] <= t:
                f.fresh[t + 1, g] -= f.rest[g]
                advance(c, f, t, g)
            if f.oldest[g] > shelf + t:
                f.fresh[t + 1, g] = 0.0
        f.fresh[t + 1, g] = max(0.0, f.fresh[t + 1, g])
