"""The plan of a phase: from final to raw, the cheapest source first, (S3) to (S5)."""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.settling.shares import part_of, share_lines
from derbes.kernels.futures.tables import MIXED, Block, Rows, Scene
from derbes.kernels.lanes import Row, cells, choose, each, least, most, put, put_cells, row, some
from derbes.kernels.phase import CUTS

NEARLY = 1.0 + 1e-9
"""What is more than this times what is asked for is enough, and need not be divided."""


@called
def limits(f: Frame, b: Block, scene: Scene, selling: bool) -> None:
    """Most of each level (S3)."""
    for g in range(len(f.first_source)):
        reach = row(b.goods.usable, g)
        for place in range(f.first_source[g], scene.end_now[g]):
            k = scene.now_sources[place]
            bound = row(b.work.capacity, k)
            if selling:
                bound = choose(row(scene.too_dear, k) > 0.0, each(0.0), bound)
            if some(bound > 0.0):
                bound = _most_of(f, b, k, bound)
            put(b.work.limit, k, bound)
            if scene.same_lead[k] == 0:
                reach = reach + bound
            elif scene.same_lead[k] == MIXED:
                reach = reach + choose(row(scene.lead, k) <= 0.0, bound, each(0.0))
        put(b.goods.reach, g, reach)


@compiled
def _most_of(f: Frame, b: Block, k: int, bound: Row) -> Row:
    """Most of a level that its shared capacity, line and inputs leave."""
    if f.pools[k] >= 0:
        bound = least(bound, row(b.work.pool_left, f.pools[k]))
    if f.lines[k] >= 0:
        left = row(b.work.line_left, f.lines[k])
        bound = least(bound, left / row(b.numbers, f.at.hours + k))
    for i in range(f.first_input[k], f.end_input[k]):
        reach, taken = row(b.goods.reach, f.input_goods[i]), row(b.numbers, f.at.taken + i)
        if some(reach < bound * taken * NEARLY):
            bound = least(bound, reach / taken)
    return bound


@called
def plan(f: Frame, b: Block, scene: Scene, lanes: tuple[Row, Row]) -> None:
    """Plan from final to raw.

    Args:
        f: What all futures share.
        b: The futures.
        scene: What holds.
        lanes: Where it is planned, in other lanes the last plan stays; where orders ahead
            are placed.
    """
    for g in range(len(f.first_source)):
        put(b.goods.claimed, g, each(0.0))
    for r in range(len(b.work.line_before)):
        put(b.work.line_before, r, each(0.0))
    for layer in range(len(f.layers) - 2, -1, -1):
        n_cuts = 0
        while not _plan_layer(f, b, scene, lanes, layer) and n_cuts < CUTS:
            share_lines(f, b, scene, lanes[0], layer)
            n_cuts += 1
        _claim(f, b, scene, layer)


@called
def _plan_layer(f: Frame, b: Block, scene: Scene, lanes: tuple[Row, Row], layer: int) -> bool:
    """Plan the sources of a layer of goods; whether lines suffice."""
    for place in range(f.first_line[layer], f.first_line[layer + 1]):
        r = f.layer_lines[place]
        put(b.work.line_planned, r, row(b.work.line_before, r))
    for q in range(len(b.work.pool_planned)):
        put(b.work.pool_planned, q, each(0.0))
    for g in range(f.layers[layer], f.layers[layer + 1]):
        _plan_good(f, b, scene, lanes[1], g)
    enough = True
    for place in range(f.first_line[layer], f.first_line[layer + 1]):
        r = f.layer_lines[place]
        planned, left = row(b.work.line_planned, r), row(b.work.line_left, r)
        over = planned > left
        grant = each(1.0)
        if some(over):
            before = row(b.work.line_before, r)
            grant = choose(over, part_of(planned - before, left - before), grant)
            enough = enough and not some(lanes[0] & (grant < 1.0))
        put(b.work.line_grant, r, grant)
    return enough


@called
def _plan_good(f: Frame, b: Block, scene: Scene, ordering: Row, g: int) -> None:
    """Plan the sources of a good, cheapest first (S4), (S5), unless that is done."""
    if not _is_planned(b, scene, g):
        ahead = not scene.is_apart[g] and some(ordering)
        _plan_sources(f, b, scene, (ahead, ordering), g)
    if b.work.is_busy[g] and f.has_inputs[g]:
        _plan_lines(f, b, scene, g)


@compiled
def _is_planned(b: Block, scene: Scene, g: int) -> bool:
    """Whether a plan of the same round still holds; know what is claimed."""
    claims = row(b.goods.direct, g) + row(b.goods.claimed, g)
    known = row(b.goods.claims, g)
    put(b.goods.claims, g, claims)
    if b.work.is_known[g] and (
        not scene.comes_now[g] or not some((claims < known) | (claims > known))
    ):
        return True
    b.work.is_known[g] = 1
    return False


@called
def _plan_sources(f: Frame, b: Block, scene: Scene, orders: tuple[bool, Row], g: int) -> None:
    """Plan the sources of a good, cheapest first; what comes later where it is asked for."""
    ahead, _ordering = orders
    usable = row(b.goods.usable, g)
    if scene.end_now[g] == f.first_source[g]:
        put(b.goods.there, g, usable)
        return
    lacking = row(b.goods.refill, g) + most(each(0.0), row(b.goods.claims, g) - usable)
    there = usable
    if b.work.is_busy[g]:
        _plan_nothing(f, b, scene, g)
    b.work.is_busy[g] = 1 if ahead or some(lacking > 0.0) else 0
    for place in range(f.first_source[g], scene.end_now[g]):
        if not (ahead or some(lacking > 0.0)):
            break
        level = least(lacking, _now(b.work.limit, scene, place))
        if not scene.at_once[g]:
            level = _in_time(f, b, scene, orders, (g, place), level)
        if f.is_pooled[place]:
            level = _of_pool(f, b, scene, place, level)
        made = level
        if not scene.at_once[g]:
            made = choose(_now(scene.lead, scene, place) <= 0.0, level, each(0.0))
        lacking = lacking - made
        there = there + made
        _put_plan(b, scene, orders, place, level)
    put(b.goods.there, g, there)


@called
def _in_time(
    f: Frame, b: Block, scene: Scene, orders: tuple[bool, Row], where: tuple[int, int], level: Row
) -> Row:
    """A level where the source takes no time; what is ordered ahead where it does (S5)."""
    g, place = where
    ahead, ordering = orders
    lead, later = _now(scene.lead, scene, place), each(0.0)
    if ahead:
        later = row(b.work.lacking, place) - _now(b.work.level, scene, place)
        for cheaper in range(f.first_source[g], place):
            counts = row(scene.lead_at, cheaper) <= lead
            later = later - choose(counts, row(b.work.excess, cheaper), each(0.0))
        later = most(each(0.0), least(later, _now(b.work.limit, scene, place)))
        later = choose(ordering, later, each(0.0))
    return choose(lead <= 0.0, level, later)


@compiled
def _put_plan(b: Block, scene: Scene, orders: tuple[bool, Row], place: int, level: Row) -> None:
    """Note the plan of the source at a place, and what it brings more than usual."""
    k = scene.now_alike[place]
    if k >= 0:
        put(b.work.plan, k, level)
    else:
        put_cells(b.work.plan, row(scene.now_order, place), level)
    if orders[0]:
        extra = _now(b.work.level, scene, place) + level - row(b.work.steady, place)
        put(b.work.excess, place, most(each(0.0), extra))


@compiled
def _now(table: Rows, scene: Scene, place: int) -> Row:
    """Of a table by activity, the row of the source that is planned at a place."""
    k = scene.now_alike[place]
    if k >= 0:
        return row(table, k)
    return cells(table, row(scene.now_order, place))


@compiled
def _plan_nothing(f: Frame, b: Block, scene: Scene, g: int) -> None:
    """Plan none of the sources of a good."""
    for place in range(f.first_source[g], scene.end_now[g]):
        put(b.work.plan, scene.now_sources[place], each(0.0))


@called
def _of_pool(f: Frame, b: Block, scene: Scene, place: int, level: Row) -> Row:
    """What a shared capacity leaves of a level, and note it there."""
    k = scene.now_alike[place]
    if k >= 0:
        q = f.pools[k]
        if q >= 0:
            planned = row(b.work.pool_planned, q)
            level = least(level, most(each(0.0), row(b.work.pool_left, q) - planned))
            put(b.work.pool_planned, q, planned + level)
        return level
    pool = row(scene.now_pool, place)
    shared = pool >= 0.0
    pool = most(pool, each(0.0))
    planned = cells(b.work.pool_planned, pool)
    left = most(each(0.0), cells(b.work.pool_left, pool) - planned)
    level = choose(shared, least(level, left), level)
    put_cells(b.work.pool_planned, pool, choose(shared, planned + level, planned))
    return level


@called
def _plan_lines(f: Frame, b: Block, scene: Scene, g: int) -> None:
    """Add the hours that the planned sources of a good take."""
    for place in range(f.first_source[g], scene.end_now[g]):
        k = scene.now_sources[place]
        r = f.lines[k]
        if r >= 0:
            hours = row(b.numbers, f.at.hours + k) * row(b.work.plan, k)
            put(b.work.line_planned, r, row(b.work.line_planned, r) + hours)


@called
def _claim(f: Frame, b: Block, scene: Scene, layer: int) -> None:
    """Claim the inputs of a planned layer, and see what the layer itself grants."""
    for place in range(f.first_line[layer], f.first_line[layer + 1]):
        r = f.layer_lines[place]
        put(b.work.line_before, r, row(b.work.line_planned, r))
    for g in range(f.layers[layer], f.layers[layer + 1]):
        grant = part_of(row(b.goods.claims, g), row(b.goods.there, g))
        put(b.goods.grant, g, grant)
        b.work.is_short[g] = 1 if some(grant < 1.0) else 0
        if b.work.is_busy[g] and f.has_inputs[g]:
            for place in range(f.first_source[g], scene.end_now[g]):
                k = scene.now_sources[place]
                if f.end_input[k] > f.first_input[k]:
                    planned = row(b.work.plan, k)
                    if some(planned > 0.0):
                        for i in range(f.first_input[k], f.end_input[k]):
                            needed = f.input_goods[i]
                            taken = row(b.numbers, f.at.taken + i) * planned
                            put(b.goods.claimed, needed, row(b.goods.claimed, needed) + taken)
