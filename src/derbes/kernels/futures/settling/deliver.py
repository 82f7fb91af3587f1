"""What was planned is made, ordered and served, as far as it goes (S7)."""

from derbes.kernels.compiling import called
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.settling.shares import part_of
from derbes.kernels.futures.tables import Block, Scene
from derbes.kernels.lanes import Row, cells, choose, each, least, most, put, put_cells, row, some


@called
def execute(f: Frame, b: Block, scene: Scene, t: int) -> None:
    """Make, order and serve what was planned, as far as it goes."""
    goods = b.goods
    for r in range(len(b.work.line_left)):
        part = part_of(row(b.work.line_planned, r), row(b.work.line_left, r))
        put(b.work.line_grant, r, part)
        put(b.work.line_used, r, each(0.0))
    for g in range(len(goods.stock)):
        made = each(0.0)
        if not (b.work.is_busy[g] or some(row(goods.claims, g) > 0.0)):
            continue
        if b.work.is_busy[g]:
            for place in range(f.first_source[g], scene.end_now[g]):
                k = scene.now_sources[place]
                planned = row(b.work.plan, k)
                if some(planned > 0.0):
                    made = made + _make(f, b, scene, k, t)
        part = part_of(row(goods.claims, g), row(goods.usable, g) + made)
        put(goods.grant, g, part)
        served = row(goods.direct, g) * part
        put(goods.arrived, g, row(goods.arrived, g) + made)
        put(goods.stock, g, row(goods.stock, g) + made - served)
        put(goods.direct, g, row(goods.direct, g) - served)
        put(goods.served, g, row(goods.served, g) + served)
    for r in range(len(b.work.line_left)):
        left = row(b.work.line_left, r) - row(b.work.line_used, r)
        put(b.work.line_left, r, most(each(0.0), left))


@called
def _make(f: Frame, b: Block, scene: Scene, k: int, t: int) -> Row:
    """Run a planned source; what comes in at once."""
    work, goods = b.work, b.goods
    part = each(1.0)
    if f.lines[k] >= 0:
        part = row(work.line_grant, f.lines[k])
    for i in range(f.first_input[k], f.end_input[k]):
        part = least(part, row(goods.grant, f.input_goods[i]))
    level = row(work.plan, k) * part
    put(work.level, k, row(work.level, k) + level)
    put(work.capacity, k, most(each(0.0), row(work.capacity, k) - level))
    if f.lines[k] >= 0:
        used = row(b.numbers, f.at.hours + k) * level
        put(work.line_used, f.lines[k], row(work.line_used, f.lines[k]) + used)
    if f.pools[k] >= 0:
        left = most(each(0.0), row(work.pool_left, f.pools[k]) - level)
        put(work.pool_left, f.pools[k], left)
    for i in range(f.first_input[k], f.end_input[k]):
        taken = row(b.numbers, f.at.taken + i) * level
        needed = f.input_goods[i]
        put(goods.stock, needed, row(goods.stock, needed) - taken)
    if scene.same_lead[k] == 0:
        return level
    later = choose(row(scene.lead, k) > 0.0, level, each(0.0))
    send(f, b, scene, k, (t, later))
    return level - later


@called
def send(f: Frame, b: Block, scene: Scene, k: int, what: tuple[int, Row]) -> None:
    """Put what was ordered today on the way: to its good, and as its activity's."""
    t, level = what
    stores = b.stores
    bill = each(0.0)
    if f.is_bought[k]:
        bill = level * row(scene.cost, k)
    if scene.same_lead[k] >= 0:
        slot = (t + scene.same_lead[k]) % f.ring
        due = f.outputs[k] * f.ring + slot
        put(stores.due, due, row(stores.due, due) + level)
        own = k * f.ring + slot
        put(stores.on_way, own, row(stores.on_way, own) + level)
        put(stores.on_way_cost, own, row(stores.on_way_cost, own) + bill)
        return
    slots = row(scene.lead, k) + float(t % f.ring)
    slots = choose(slots >= float(f.ring), slots - float(f.ring), slots)
    due = slots + float(f.outputs[k] * f.ring)
    put_cells(stores.due, due, cells(stores.due, due) + level)
    own = slots + float(k * f.ring)
    put_cells(stores.on_way, own, cells(stores.on_way, own) + level)
    put_cells(stores.on_way_cost, own, cells(stores.on_way_cost, own) + bill)
