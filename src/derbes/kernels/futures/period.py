"""A period of futures side by side: opened, settled in phases, closed.

The same steps as in `derbes.kernels.myopic`, with its equations (S1), (S2), (S5), (S8).
"""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.scene import shape, shape_by_lane
from derbes.kernels.futures.settling.phase import settle
from derbes.kernels.futures.tables import Block, Scene
from derbes.kernels.lanes import Row, cells, choose, each, least, most, put, put_cells, row, some
from derbes.kernels.myopic import (
    CONVERSION,
    DEFERRABLE,
    ESSENTIAL,
    N_PHASES,
    SALES,
    STOCK,
    STOCK_AGAIN,
)
from derbes.kernels.phase import SMALL


@called
def open_period(f: Frame, b: Block, scene: Scene) -> None:
    """Everything that can be used in the period, as yet unused; what is wanted of each good."""
    work, goods = b.work, b.goods
    for k in range(len(work.capacity)):
        put(work.capacity, k, row(scene.capacity, k))
        put(work.level, k, each(0.0))
    for r in range(len(work.line_left)):
        put(work.line_left, r, row(scene.hours, r))
    for q in range(len(work.pool_left)):
        put(work.pool_left, q, row(scene.pools, q))
    for g in range(len(goods.stock)):
        if work.is_busy[g]:
            for place in range(f.first_source[g], f.end_source[g]):
                put(work.plan, f.sources[place], each(0.0))
        work.is_busy[g] = 0
        put(goods.essential, g, each(0.0))
        put(goods.deferrable, g, each(0.0))
        put(goods.sought, g, each(0.0))
    for u in range(len(f.use_goods)):
        g = f.use_goods[u]
        if f.use_essential[u]:
            put(goods.essential, g, row(goods.essential, g) + row(scene.demand, u))
        else:
            put(goods.deferrable, g, row(goods.deferrable, g) + row(scene.demand, u))
    for e in range(len(f.exports)):
        g = f.export_goods[e]
        bought = choose(row(scene.pays, e) > 0.0, row(scene.capacity, f.exports[e]), each(0.0))
        put(goods.sought, g, row(goods.sought, g) + bought)


@called
def age(f: Frame, b: Block, t: int) -> None:
    """Age the stock and take in what arrives (S1)."""
    goods, stores = b.goods, b.stores
    for g in range(len(goods.stock)):
        old = each(0.0)
        for lot in range(f.first_lot[g], f.end_lot[g]):
            left = _lot_part(f, b, lot, t) * row(stores.lots, lot)
            put(stores.lots, lot, left)
            old = old + left
        retention = row(b.numbers, f.at.retention + g)
        fresh = retention * row(stores.fresh, g)
        spoiling = each(0.0)
        if f.shelves[g] >= 0:
            window = retention * row(stores.window, g) - _outgrown(f, b, g, t)
            window = most(each(0.0), window)
            put(stores.window, g, window)
            spoiling = most(each(0.0), fresh - window)
        arrived = row(stores.due, g * f.ring + t % f.ring)
        put(goods.old, g, old)
        put(goods.spoiling, g, spoiling)
        put(goods.start, g, old + fresh)
        put(goods.arrived, g, arrived)
        put(goods.stock, g, old + fresh + arrived)


@compiled
def _lot_part(f: Frame, b: Block, lot: int, t: int) -> Row:
    """Part of a lot that is left from the period before."""
    if f.lot_kinds[lot] == 0:
        return each(f.lot_paths[lot, t])
    if f.lot_kinds[lot] == 1:
        return each(1.0) if t == 0 else row(b.numbers, f.at.lot_retention + lot)
    return row(b.lot_paths, f.lot_numbers[lot] * f.lot_paths.shape[1] + t)


@called
def _outgrown(f: Frame, b: Block, g: int, t: int) -> Row:
    """What of the inflow has reached its shelf life."""
    first = f.shelves[g] * (f.oldest + f.n_periods) + f.oldest + t - f.first
    came = each(float(first)) - row(b.numbers, f.at.shelf_life + g)
    return row(b.numbers, f.at.last_share + g) * cells(b.stores.inflow, came)


@compiled
def _target(f: Frame, b: Block, reserve: Row, periods: Row) -> Row:
    """Stock to be held: after a measure it comes back in equal steps (L7)."""
    regime = b.regime
    back = row(regime.ran, 0) > row(regime.running, 0)
    if not some(back):
        return reserve
    steps = (periods - row(regime.ended, 0) + 1.0) / row(b.numbers, f.at.refill)
    return choose(back, reserve * least(each(1.0), steps), reserve)


@called
def aim(f: Frame, b: Block, t: int) -> None:
    """Find the stock that is to be held (S2)."""
    goods = b.goods
    running = row(b.regime.running, 0) > 0.0
    after = row(b.regime.ran, 0) > 0.0
    for g in range(len(goods.stock)):
        reserve = row(b.numbers, f.at.reserve + g) * shape(f, f.at.reserve + g, t)
        target = _target(f, b, reserve, each(float(t)))
        kept = most(each(0.0), row(goods.start, g) - row(goods.spoiling, g))
        in_calm = choose(after, least(kept, reserve), each(0.0))
        is_guarded = row(b.regime.guarded, g) > 0.0
        kept = choose(running, choose(is_guarded, kept, each(0.0)), in_calm)
        limit = row(b.numbers, f.at.storage_limit + g) * shape(f, f.at.storage_limit + g, t)
        put(goods.reserve, g, reserve)
        put(goods.target, g, target)
        put(goods.kept, g, kept)
        put(goods.limit, g, limit)
        put(goods.hold, g, least(most(target, kept), limit))


@called
def look_ahead(f: Frame, b: Block, scene: Scene, t: int) -> Row:
    """Find what lead times ask for today (S5); where it is anything."""
    asked = each(0.0) > 1.0
    for g in range(len(f.first_source)):
        for place in range(f.first_source[g], f.end_source[g]):
            k = scene.alike[place]
            if k < 0 or scene.same_lead[k] != 0:
                if k >= 0:
                    is_open = row(scene.capacity, k) > 0.0
                else:
                    is_open = cells(scene.capacity, row(scene.order, place)) > 0.0
                counts = is_open & (row(scene.lead_at, place) > 0.0)
                if some(counts):
                    lacking = _lacking(f, b, scene, g, (place, t))
                    put(b.work.lacking, place, lacking)
                    worth_it = lacking > SMALL * row(b.work.expected, place)
                    asked = asked | (counts & worth_it)
    return asked


@called
def _lacking(f: Frame, b: Block, scene: Scene, g: int, when: tuple[int, int]) -> Row:
    """Order of the source at a place that brings the stock to what is to be held."""
    place, t = when
    goods = b.goods
    lead = row(scene.lead_at, place)
    use = row(b.work.expected, place) / (lead + 1.0)
    k = scene.alike[place]
    wait = scene.same_lead[k] if k >= 0 else -1
    left = row(goods.start, g)
    for j in range(wait if wait >= 0 else scene.longest[g]):
        due = row(b.stores.due, g * f.ring + (t + j) % f.ring)
        then = most(each(0.0), left + due - use)
        left = then if wait >= 0 else choose(lead > float(j), then, left)
    reserve, limit = f.at.reserve + g, f.at.storage_limit + g
    arrival = lead + float(t)
    if wait >= 0:
        due = row(b.stores.due, g * f.ring + (t + wait) % f.ring)
        hold, most_stored = shape(f, reserve, t + wait), shape(f, limit, t + wait)
    else:
        slots = lead + float(t % f.ring)
        slots = choose(slots >= float(f.ring), slots - float(f.ring), slots)
        due = cells(b.stores.due, slots + float(g * f.ring))
        hold, most_stored = shape_by_lane(f, reserve, arrival), shape_by_lane(f, limit, arrival)
    hold = _target(f, b, row(b.numbers, reserve) * hold, arrival)
    hold = least(most(hold, row(goods.kept, g)), row(b.numbers, limit) * most_stored)
    decay = lead * (1.0 - row(b.numbers, f.at.retention + g))
    return hold + use - left - due + decay * (row(goods.start, g) - row(goods.old, g))


@called
def _begin(f: Frame, b: Block, phase: int) -> Row:
    """What a phase wants and leaves alone; in which lanes there is anything to do."""
    goods = b.goods
    nothing, running = each(0.0), row(b.regime.running, 0) > 0.0
    on = nothing <= 0.0
    if phase == CONVERSION or (phase == STOCK and not f.reserve_first):
        on = running
    if phase == SALES:
        on = ~on
    if not (phase == SALES or some(on)):
        return on
    for g in range(len(goods.stock)):
        direct, floor, goal = nothing, nothing, nothing
        hold = row(goods.hold, g)
        if phase == ESSENTIAL:
            direct = row(goods.essential, g)
        elif phase == CONVERSION:
            guarded = on & (row(b.regime.guarded, g) > 0.0)
            goal = choose(guarded, least(row(goods.start, g), hold), nothing)
        elif phase == DEFERRABLE:
            direct = row(goods.deferrable, g)
            if f.reserve_first:
                floor = row(goods.target, g)
            guarded = running & (row(b.regime.guarded, g) > 0.0)
            floor = choose(guarded, hold, floor)
        elif phase == SALES:
            direct, floor = row(goods.sought, g), hold
            on = on | (direct > 0.0)
        else:
            floor = hold
            goal = choose(on, hold, nothing)
        put(goods.direct, g, direct)
        put(goods.floor, g, floor)
        put(goods.goal, g, goal)
    return on


@called
def _end(b: Block, phase: int) -> None:
    """Record what a phase served."""
    for g in range(len(b.goods.served)):
        if phase == ESSENTIAL:
            put(b.goods.essential_served, g, row(b.goods.served, g))
        elif phase == DEFERRABLE:
            put(b.goods.deferrable_served, g, row(b.goods.served, g))
        elif phase == SALES:
            put(b.goods.sold, g, row(b.goods.served, g))


@called
def pass_phases(f: Frame, b: Block, scene: Scene, t: int, asked: Row) -> None:
    """Settle the phases of a period; orders ahead in the first stock phase of each lane."""
    unstocked = each(0.0) <= 0.0
    for g in range(len(b.goods.sold)):
        put(b.goods.sold, g, each(0.0))
    for phase in range(N_PHASES):
        on = _begin(f, b, phase)
        if some(on):
            ordering = each(0.0) > 1.0
            if phase in (STOCK, STOCK_AGAIN):
                ordering = asked & on & unstocked
                unstocked = unstocked & ~on
            settle(f, b, scene, (ordering, t), phase == SALES)
            _end(b, phase)


@called
def close_period(f: Frame, b: Block, t: int) -> None:
    """Draw the oldest first, give up what is too old or too much (S8)."""
    goods, stores = b.goods, b.stores
    for g in range(len(goods.stock)):
        before = row(goods.start, g) + row(goods.arrived, g)
        used = before - most(each(0.0), row(goods.stock, g))
        old = row(goods.old, g)
        fresh = before - old - most(each(0.0), used - old)
        if f.shelves[g] >= 0:
            window = row(stores.window, g) + row(goods.arrived, g)
            put(stores.window, g, window)
            first = f.shelves[g] * (f.oldest + f.n_periods) + f.oldest
            put(stores.inflow, first + t - f.first, row(goods.arrived, g))
            fresh = least(fresh, window)
        bound = row(goods.limit, g)
        fresh = most(each(0.0), least(fresh, bound))
        put(stores.fresh, g, fresh)
        _draw(f, b, g, most(used, old + fresh - bound))


@called
def _draw(f: Frame, b: Block, g: int, drawn: Row) -> None:
    """Draw from the lots of a good, first out first."""
    lots = b.stores.lots
    for place in range(f.first_lot[g], f.end_lot[g]):
        if f.is_lot_order_drawn:
            lot = row(b.numbers, f.at.lot_order + place)
            held = cells(lots, lot)
            part = most(each(0.0), least(drawn, held))
            put_cells(lots, lot, held - part)
        else:
            held = row(lots, place)
            part = most(each(0.0), least(drawn, held))
            put(lots, place, held - part)
        drawn = drawn - part
