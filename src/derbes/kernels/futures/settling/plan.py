"""The plan of a phase: from final to raw, the cheapest source first, (S3) to (S5)."""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.ranking import at_place
from derbes.kernels.futures.settling.shares import part_of, share_lines
from derbes.kernels.futures.tables import Block, Scene
from derbes.kernels.lanes import Row, cells, choose, each, least, most, put, put_cells, row, some
from derbes.kernels.phase import CUTS


@called
def limits(f: Frame, b: Block, scene: Scene, selling: bool) -> None:
    """Most of each level (S3)."""
    for g in range(len(f.first_source)):
        reach = row(b.goods.usable, g)
        for place in range(f.first_source[g], f.end_source[g]):
            k = f.sources[place]
            bound = row(b.work.capacity, k)
            if selling:
                bound = choose(row(scene.too_dear, k) > 0.0, each(0.0), bound)
            if some(bound > 0.0):
                bound = _most_of(f, b, k, bound)
            put(b.work.limit, k, bound)
            if scene.same_lead[k] == 0:
                reach = reach + bound
            elif scene.same_lead[k] < 0:
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
        reach = row(b.goods.reach, f.input_goods[i])
        bound = least(bound, reach / row(b.numbers, f.at.taken + i))
    return bound


@called
def plan(f: Frame, b: Block, scene: Scene, ordering: Row) -> None:
    """Plan from final to raw."""
    for g in range(len(f.first_source)):
        put(b.goods.claims, g, row(b.goods.direct, g))
    for r in range(len(b.work.line_before)):
        put(b.work.line_before, r, each(0.0))
    for layer in range(len(f.layers) - 2, -1, -1):
        n_cuts = 0
        while not _plan_layer(f, b, scene, ordering, layer) and n_cuts < CUTS:
            share_lines(f, b, layer)
            n_cuts += 1
        _claim(f, b, layer)


@called
def _plan_layer(f: Frame, b: Block, scene: Scene, ordering: Row, layer: int) -> bool:
    """Plan the sources of a layer of goods; whether lines suffice."""
    for place in range(f.first_line[layer], f.first_line[layer + 1]):
        r = f.layer_lines[place]
        put(b.work.line_planned, r, row(b.work.line_before, r))
    for q in range(len(b.work.pool_planned)):
        put(b.work.pool_planned, q, each(0.0))
    for g in range(f.layers[layer], f.layers[layer + 1]):
        _plan_good(f, b, scene, ordering, g)
    enough = True
    for place in range(f.first_line[layer], f.first_line[layer + 1]):
        r = f.layer_lines[place]
        planned, left = row(b.work.line_planned, r), row(b.work.line_left, r)
        over = planned > left
        grant = each(1.0)
        if some(over):
            before = row(b.work.line_before, r)
            grant = choose(over, part_of(planned - before, left - before), grant)
            enough = enough and not some(grant < 1.0)
        put(b.work.line_grant, r, grant)
    return enough


@called
def _plan_good(f: Frame, b: Block, scene: Scene, ordering: Row, g: int) -> None:
    """Plan the sources of a good, cheapest first (S4), (S5), unless that is done."""
    if not _is_planned(b, scene, g):
        _plan_sources(f, b, scene, ordering, g)
    if b.work.is_busy[g] and f.has_inputs[g]:
        _plan_lines(f, b, g)


@compiled
def _is_planned(b: Block, scene: Scene, g: int) -> bool:
    """Whether a plan of the same round still holds; note what the next one is for."""
    claims, known = row(b.goods.claims, g), row(b.work.known_claims, g)
    if b.work.is_known[g] and (
        not scene.comes_now[g] or not some((claims < known) | (claims > known))
    ):
        return True
    b.work.is_known[g] = 1
    put(b.work.known_claims, g, claims)
    return False


@called
def _plan_sources(f: Frame, b: Block, scene: Scene, ordering: Row, g: int) -> None:
    """Plan the sources of a good, cheapest first."""
    usable = row(b.goods.usable, g)
    lacking = row(b.goods.refill, g) + most(each(0.0), row(b.goods.claims, g) - usable)
    ahead = scene.takes_time[g] > 0 and some(ordering)
    put(b.goods.there, g, usable)
    if not (ahead or (scene.comes_now[g] and some(lacking > 0.0))):
        if b.work.is_busy[g]:
            _plan_nothing(f, b, g)
        b.work.is_busy[g] = 0
        return
    _plan_nothing(f, b, g)
    b.work.is_busy[g] = 1
    there = usable
    for place in range(f.first_source[g], f.end_source[g]):
        if not (ahead or some(lacking > 0.0)):
            break
        now = row(scene.lead_at, place) <= 0.0
        limit = at_place(b.work.limit, scene, place)
        level = choose(now, least(lacking, limit), each(0.0))
        if ahead:
            order = _order_ahead(f, b, scene, g, place)
            order = choose(ordering, most(each(0.0), least(order, limit)), each(0.0))
            level = choose(now, level, order)
        level = _of_pool(f, b, scene, place, level)
        made = choose(now, level, each(0.0))
        lacking = lacking - made
        there = there + made
        _put_plan(b, scene, place, level)
        if ahead:
            so_far = at_place(b.work.level, scene, place)
            extra = so_far + level - row(b.work.steady, place)
            put(b.work.excess, place, most(each(0.0), extra))
    put(b.goods.there, g, there)


@compiled
def _plan_nothing(f: Frame, b: Block, g: int) -> None:
    """Plan none of the sources of a good."""
    for place in range(f.first_source[g], f.end_source[g]):
        put(b.work.plan, f.sources[place], each(0.0))


@compiled
def _order_ahead(f: Frame, b: Block, scene: Scene, g: int, place: int) -> Row:
    """Order of the source at a place (S5)."""
    lead = row(scene.lead_at, place)
    order = row(b.work.lacking, place) - at_place(b.work.level, scene, place)
    for cheaper in range(f.first_source[g], place):
        counts = row(scene.lead_at, cheaper) <= lead
        order = order - choose(counts, row(b.work.excess, cheaper), each(0.0))
    return order


@compiled
def _of_pool(f: Frame, b: Block, scene: Scene, place: int, level: Row) -> Row:
    """What a shared capacity leaves of a level, and note it there."""
    if not f.is_pooled[place]:
        return level
    pool = row(scene.pool_at, place)
    shared = pool >= 0.0
    pool = most(pool, each(0.0))
    planned = cells(b.work.pool_planned, pool)
    left = most(each(0.0), cells(b.work.pool_left, pool) - planned)
    level = choose(shared, least(level, left), level)
    put_cells(b.work.pool_planned, pool, choose(shared, planned + level, planned))
    return level


@compiled
def _put_plan(b: Block, scene: Scene, place: int, level: Row) -> None:
    """Note the plan of the source at a place."""
    k = scene.alike[place]
    if k >= 0:
        put(b.work.plan, k, level)
    else:
        put_cells(b.work.plan, row(scene.order, place), level)


@called
def _plan_lines(f: Frame, b: Block, g: int) -> None:
    """Note the hours that the plan of a good takes."""
    for place in range(f.first_source[g], f.end_source[g]):
        k = f.sources[place]
        line = f.lines[k]
        if line >= 0:
            hours = row(b.numbers, f.at.hours + k) * row(b.work.plan, k)
            put(b.work.line_planned, line, row(b.work.line_planned, line) + hours)


@called
def _claim(f: Frame, b: Block, layer: int) -> None:
    """Claim the inputs of a planned layer, and see what the layer itself grants."""
    for place in range(f.first_line[layer], f.first_line[layer + 1]):
        r = f.layer_lines[place]
        put(b.work.line_before, r, row(b.work.line_planned, r))
    for g in range(f.layers[layer], f.layers[layer + 1]):
        grant = part_of(row(b.goods.claims, g), row(b.goods.there, g))
        put(b.goods.grant, g, grant)
        b.work.is_short[g] = 1 if some(grant < 1.0) else 0
        if b.work.is_busy[g] and f.has_inputs[g]:
            for place in range(f.first_source[g], f.end_source[g]):
                k = f.sources[place]
                for i in range(f.first_input[k], f.end_input[k]):
                    needed = f.input_goods[i]
                    taken = row(b.numbers, f.at.taken + i) * row(b.work.plan, k)
                    put(b.goods.claims, needed, row(b.goods.claims, needed) + taken)
