"""Orders ahead of sources that take nothing from what comes now (S5).

They have no inputs, no line, and share no capacity with a source that comes at once: what
phases plan does not depend on them, so that they are planned once a round.
"""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.ranking import at_place
from derbes.kernels.futures.settling.deliver import send
from derbes.kernels.futures.tables import MIXED, Block, Scene
from derbes.kernels.lanes import Row, cells, choose, each, least, most, put, put_cells, row, some


@called
def set_apart(f: Frame, scene: Scene) -> None:
    """See of which goods what comes later can be planned apart; lead times are known."""
    for g in range(len(f.first_source)):
        first, end = f.first_source[g], f.end_source[g]
        scene.is_apart[g] = 1
        for place in range(first, end):
            if not _is_alone(f, scene, g, f.sources[place]):
                scene.is_apart[g] = 0
        end_now = first
        for place in range(first, end):
            k = f.sources[place]
            if not scene.is_apart[g] or _comes_now(scene, k):
                scene.now_sources[end_now] = k
                end_now += 1
        scene.end_now[g] = end_now
        scene.at_once[g] = 1
        for place in range(first, end_now):
            if scene.same_lead[scene.now_sources[place]] != 0:
                scene.at_once[g] = 0


@compiled
def _comes_now(scene: Scene, k: int) -> bool:
    """Whether an activity takes no time in some lane."""
    return bool(scene.same_lead[k] == 0 or scene.same_lead[k] == MIXED)


@compiled
def _is_alone(f: Frame, scene: Scene, g: int, k: int) -> bool:
    """Whether a source of a good comes at once, or takes nothing from one that does."""
    if scene.same_lead[k] == 0:
        return True
    if f.lines[k] >= 0 or f.end_input[k] > f.first_input[k]:
        return False
    if f.pools[k] >= 0:
        for j in range(len(f.pools)):
            if f.pools[j] == f.pools[k] and (f.outputs[j] != g or _comes_now(scene, j)):
                return False
    return True


@called
def order_apart(f: Frame, b: Block, scene: Scene, t: int, ordering: Row) -> None:
    """Order ahead from the sources that are planned apart."""
    if not some(ordering):
        return
    for g in range(len(f.first_source)):
        if scene.takes_time[g] and scene.is_apart[g]:
            for place in range(f.first_source[g], f.end_source[g]):
                _order(f, b, scene, ordering, (g, place))
            for place in range(f.first_source[g], f.end_source[g]):
                k = f.sources[place]
                if scene.same_lead[k] != 0:
                    level = row(b.work.order, k)
                    if some(level > 0.0):
                        put(b.work.level, k, row(b.work.level, k) + level)
                        left = most(each(0.0), row(b.work.capacity, k) - level)
                        put(b.work.capacity, k, left)
                        send(f, b, scene, k, (t, level))


@called
def _order(f: Frame, b: Block, scene: Scene, ordering: Row, where: tuple[int, int]) -> None:
    """Order from the source at a place of a good; know what it brings more than usual."""
    g, place = where
    work, k = b.work, scene.alike[place]
    lead = row(scene.lead_at, place)
    level = at_place(work.level, scene, place)
    comes = each(0.0)
    if k < 0 or _comes_now(scene, k):
        comes = choose(lead <= 0.0, at_place(work.plan, scene, place), comes)
    if k < 0 or scene.same_lead[k] != 0:
        order = row(work.lacking, place) - level
        for cheaper in range(f.first_source[g], place):
            counts = row(scene.lead_at, cheaper) <= lead
            order = order - choose(counts, row(work.excess, cheaper), each(0.0))
        order = most(each(0.0), least(order, at_place(work.capacity, scene, place)))
        order = choose(ordering & (lead > 0.0), order, each(0.0))
        order = _of_pool(f, b, scene, place, order)
        if k >= 0:
            put(work.order, k, order)
        else:
            put_cells(work.order, row(scene.order, place), order)
        comes = comes + order
    put(work.excess, place, most(each(0.0), level + comes - row(work.steady, place)))


@compiled
def _of_pool(f: Frame, b: Block, scene: Scene, place: int, order: Row) -> Row:
    """What a shared capacity leaves of an order, and take it from there."""
    if not f.is_pooled[place]:
        return order
    pool = row(scene.pool_at, place)
    shared = pool >= 0.0
    pool = most(pool, each(0.0))
    left = cells(b.work.pool_left, pool)
    order = choose(shared, least(order, most(each(0.0), left)), order)
    put_cells(b.work.pool_left, pool, choose(shared, most(each(0.0), left - order), left))
    return order
