"""Which source of a good is the cheapest, and which buyers abroad pay.

The same as `derbes.simulation.ranking`: the cost of a recipe counts its inputs, each at
its cheapest open source; a good whose sources are all closed costs without limit, one
without any source nothing. Equal costs keep the order of the case.
"""

import numpy as np

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.scene import shape, shape_by_lane
from derbes.kernels.futures.tables import Block, Rows, Scene
from derbes.kernels.lanes import LANES, Row, cells, choose, each, least, most, put, row, some


@called
def rank_sources(f: Frame, b: Block, scene: Scene, t: int) -> None:
    """Costs, order and buyers of a period; its capacities are known."""
    _order_costs(f, b, scene, t)
    for g in range(len(f.first_source)):
        price = each(0.0)
        if f.end_source[g] > f.first_source[g]:
            price = each(np.inf)
        for place in range(f.first_source[g], f.end_source[g]):
            k = f.sources[place]
            cost = row(scene.cost, k)
            for i in range(f.first_input[k], f.end_input[k]):
                amount = row(b.numbers, f.at.taken + i)
                cost = cost + amount * row(scene.price, f.input_goods[i])
            put(scene.full_cost, k, cost)
            put(scene.order_cost, place, cost)
            put(scene.order, place, each(float(k)))
            price = choose(row(scene.capacity, k) > 0.0, least(price, cost), price)
        put(scene.price, g, price)
        _sort(scene, scene.order, f.first_source[g], f.end_source[g])
        _order_now(f, scene, g)
    for place in range(len(f.sources)):
        _recognize(f, scene, place)
    _judge_buyers(f, scene)


@called
def _order_costs(f: Frame, b: Block, scene: Scene, t: int) -> None:
    """Cost of a unit ordered today: of a purchase that of the period of arrival."""
    for k in range(len(scene.cost)):
        price, transport = f.at.price + k, f.at.transport + k
        if f.is_bought[k] and b.now.same_lead[k] < 0:
            arrival = row(b.numbers, f.at.lead + k) + float(t)
            of_price = shape_by_lane(f, price, arrival)
            of_transport = shape_by_lane(f, transport, arrival)
        else:
            wait = b.now.same_lead[k] if f.is_bought[k] else 0
            of_price = shape(f, price, t + wait)
            of_transport = shape(f, transport, t + wait)
        cost = row(b.numbers, price) * of_price
        cost = cost * (1.0 + row(b.numbers, transport) * of_transport)
        put(scene.cost, k, cost * row(b.regime.effect, f.fx.cost + k))


@called
def _order_now(f: Frame, scene: Scene, g: int) -> None:
    """Sort those sources of a good that phases plan."""
    first, end = f.first_source[g], scene.end_now[g]
    for place in range(first, end):
        k = scene.now_sources[place]
        put(scene.order_cost, place, row(scene.full_cost, k))
        put(scene.now_order, place, each(float(k)))
    _sort(scene, scene.now_order, first, end)
    for place in range(first, end):
        scene.now_alike[place] = _same(scene.now_order, place)
        if f.is_pooled[place]:
            for lane in range(LANES):
                scene.now_pool[place, lane] = f.pools[int(scene.now_order[place, lane])]


@called
def _sort(scene: Scene, order: Rows, first: int, end: int) -> None:
    """Sort places by cost, lane by lane."""
    for last in range(end - 1, first, -1):
        for place in range(first, last):
            one, other = row(scene.order_cost, place), row(scene.order_cost, place + 1)
            swap = other < one
            if some(swap):
                put(scene.order_cost, place, choose(swap, other, one))
                put(scene.order_cost, place + 1, choose(swap, one, other))
                one, other = row(order, place), row(order, place + 1)
                put(order, place, choose(swap, other, one))
                put(order, place + 1, choose(swap, one, other))


@called
def _same(order: Rows, place: int) -> int:
    """The activity that all lanes have at a place; -1: they differ."""
    k = int(order[place, 0])
    first, own = each(float(k)), row(order, place)
    return -1 if some((own < first) | (own > first)) else k


@called
def _recognize(f: Frame, scene: Scene, place: int) -> None:
    """See whether all lanes have the same source at a place, and its lead time."""
    k = _same(scene.order, place)
    scene.alike[place] = k
    if k >= 0:
        put(scene.lead_at, place, row(scene.lead, k))
    else:
        put(scene.lead_at, place, cells(scene.lead, row(scene.order, place)))
    if f.is_pooled[place]:
        for lane in range(LANES):
            scene.pool_at[place, lane] = f.pools[int(scene.order[place, lane])]


@compiled
def at_place(table: Row, scene: Scene, place: int) -> Row:
    """Of a table by activity, the row of the source at a place."""
    k = scene.alike[place]
    if k >= 0:
        return row(table, k)
    return cells(table, row(scene.order, place))


@called
def _judge_buyers(f: Frame, scene: Scene) -> None:
    """See which buyers abroad pay more than it costs, and which sources are too dear."""
    for k in range(len(scene.too_dear)):
        put(scene.too_dear, k, each(0.0))
    for g in range(len(f.first_source)):
        best = each(-np.inf)
        found = False
        for e in range(len(f.exports)):
            if f.export_goods[e] == g:
                found = True
                revenue = 0.0 - row(scene.cost, f.exports[e])
                pays = revenue > row(scene.price, g)
                put(scene.pays, e, choose(pays, each(1.0), each(0.0)))
                best = choose(pays, most(best, revenue), best)
        if found:
            for place in range(f.first_source[g], f.end_source[g]):
                k = f.sources[place]
                dear = row(scene.full_cost, k) >= best
                put(scene.too_dear, k, choose(dear, each(1.0), each(0.0)))
