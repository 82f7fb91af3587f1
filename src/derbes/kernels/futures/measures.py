"""What happens when a measure begins or ends."""

from derbes.kernels.compiling import called
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.tables import Block, Given
from derbes.kernels.lanes import LANES, each, put
from derbes.kernels.layout import Floats


@called
def calm_down(f: Frame, b: Block) -> None:
    """No measure has run yet."""
    regime = b.regime
    for x in range(f.fx.end):
        for lane in range(LANES):
            regime.effect[x, lane] = f.effects[0, x]
    for table in (regime.guarded, regime.crisis, regime.frozen, regime.stop, regime.lag):
        for at in range(len(table)):
            put(table, at, each(0.0))
    for table in (regime.chosen, regime.running, regime.ran, regime.ended):
        put(table, 0, each(0.0))
    for lane in range(LANES):
        regime.turn[lane] = 0
    regime.soonest[0] = 0


@called
def turn(f: Frame, b: Block, given: Given, at: tuple[int, int]) -> bool:
    """Make the changes of a period; whether there were any.

    Args:
        f: What all futures share.
        b: The futures.
        given: Their changes.
        at: Number of the block, and the period.
    """
    block, t = at
    if t < b.regime.soonest[0]:
        return False
    any_turned, soonest = False, float(t + f.n_periods)
    for lane in range(LANES):
        place = b.regime.turn[lane]
        while place < given.turn_times.shape[1] and given.turn_times[block, place, lane] <= t:
            begins = int(given.turn_begins[block, place, lane])
            change_set(f, b, int(given.turn_sets[block, place, lane]), (lane, t))
            if begins >= 0:
                _strike(f, b, begins, (lane, t))
            place += 1
            any_turned = True
        b.regime.turn[lane] = place
        if place < given.turn_times.shape[1]:
            soonest = min(soonest, given.turn_times[block, place, lane])
    b.regime.soonest[0] = int(soonest)
    return any_turned


@called
def _effects(f: Frame, b: Block, effect: Floats, chosen: int, lane: int) -> None:
    """What a set of measures does in a lane, drawn factors included."""
    for x in range(f.fx.end):
        effect[x, lane] = f.effects[chosen, x]
    for term in range(f.first_term[chosen], f.first_term[chosen + 1]):
        x, number = f.term_effects[term], b.numbers[f.term_numbers[term], lane]
        if f.term_signs[term] == 0.0:
            effect[x, lane] = number
        else:
            effect[x, lane] *= 1.0 + f.term_signs[term] * number


@called
def change_set(f: Frame, b: Block, chosen: int, when: tuple[int, int]) -> None:
    """Another set of measures runs from today on."""
    lane, t = when
    regime = b.regime
    for p in range(len(regime.frozen)):
        was, will = regime.frozen[p, lane] > 0.0, f.frozen[chosen, p] > 0
        if will and not was:
            regime.stop[p, lane] = t - 1 - regime.lag[p, lane]
        elif was and not will:
            regime.lag[p, lane] = t - 1 - regime.stop[p, lane]
        regime.frozen[p, lane] = 1.0 if will else 0.0
    _effects(f, b, regime.effect, chosen, lane)
    regime.chosen[0, lane] = float(chosen)
    regime.crisis[0, lane] = float(f.crises[chosen])
    if chosen > 0:
        regime.running[0, lane] = 1.0
        regime.ran[0, lane] = 1.0
    elif regime.running[0, lane] > 0.0:
        regime.running[0, lane] = 0.0
        regime.ended[0, lane] = float(t)
    _guard(f, b, chosen, lane)


@called
def _guard(f: Frame, b: Block, chosen: int, lane: int) -> None:
    """Goods that the measures threaten and an essential use needs."""
    guarded = b.regime.guarded
    for g in range(len(guarded)):
        guarded[g, lane] = 0.0
    if chosen == 0:
        return
    effect, fx = b.regime.effect, f.fx
    for k in range(len(f.outputs)):
        hit = effect[fx.open_part + k, lane] < f.base_open[k]
        hit = hit or effect[fx.transit_kept + k, lane] < 1.0
        hit = hit or effect[fx.transit_late + k, lane] > 0.0
        hit = hit or (f.plants[k] >= 0 and f.frozen[chosen, f.plants[k]] > 0)
        if hit and f.outputs[k] >= 0:
            _guard_from(f, b, f.outputs[k], lane)
    for g in range(len(guarded)):
        hit = effect[fx.fresh_kept + g, lane] < 1.0
        for lot in range(f.first_lot[g], f.end_lot[g]):
            hit = hit or effect[fx.lot_kept + lot, lane] < 1.0
        if hit:
            _guard_from(f, b, g, lane)
    for u in range(len(f.use_goods)):
        if _wants_more(f, b, chosen, u, lane):
            _guard_from(f, b, f.use_goods[u], lane)


@called
def _wants_more(f: Frame, b: Block, chosen: int, u: int, lane: int) -> bool:
    """Whether a use wants more in some period than in calm."""
    factor = b.regime.effect[f.fx.demand + u, lane]
    usual = b.numbers[f.at.demand + u, lane]
    if not f.crises[chosen]:
        return bool(factor * usual > usual and f.is_wanted[u])
    crisis = b.numbers[f.at.crisis + u, lane]
    return bool(factor * crisis > usual * f.crisis_ratios[u])


@called
def _guard_from(f: Frame, b: Block, threatened: int, lane: int) -> None:
    """Guard what a threatened good goes into, and what that needs."""
    for g in range(len(b.regime.guarded)):
        if f.feeds[threatened, g]:
            b.regime.guarded[g, lane] = 1.0


@called
def _strike(f: Frame, b: Block, chosen: int, when: tuple[int, int]) -> None:
    """What a measure does to stocks and to what is on the way when it begins."""
    lane, t = when
    stores, fx, effect = b.stores, f.fx, b.regime.struck
    _effects(f, b, effect, chosen, lane)
    for lot in range(len(stores.lots)):
        stores.lots[lot, lane] *= effect[fx.lot_kept + lot, lane]
    for g in range(len(stores.fresh)):
        kept = effect[fx.fresh_kept + g, lane]
        stores.fresh[g, lane] *= kept
        stores.window[g, lane] *= kept
        if f.shelves[g] >= 0 and kept != 1.0:
            first = f.shelves[g] * (f.oldest + f.n_periods)
            for past in range(first, first + f.oldest + t - f.first):
                stores.inflow[past, lane] *= kept
    for k in range(len(f.outputs)):
        kept = effect[fx.transit_kept + k, lane]
        late = int(effect[fx.transit_late + k, lane])
        if (kept != 1.0 or late > 0) and f.outputs[k] >= 0:
            _hold_up(f, b, (k, late, kept), when)
    _bill_again(f, b, when)
    _count_due(f, b, lane)


@called
def _hold_up(f: Frame, b: Block, what: tuple[int, int, float], when: tuple[int, int]) -> None:
    """Lose a part of what an activity has on the way, and let the rest come later."""
    k, late, kept = what
    lane, t = when
    on_way = b.stores.on_way
    for after in range(f.ring - 1, -1, -1):
        here = k * f.ring + (t + after) % f.ring
        amount = 0.0
        if after >= late:
            amount = on_way[k * f.ring + (t + after - late) % f.ring, lane] * kept
        on_way[here, lane] = amount


@called
def _bill_again(f: Frame, b: Block, when: tuple[int, int]) -> None:
    """What is on the way costs what was usual before the measure."""
    lane, t = when
    for k in range(len(f.outputs)):
        if f.is_bought[k]:
            price, transport = f.at.price + k, f.at.transport + k
            for after in range(f.ring):
                then = min(t + after, f.shapes.shape[1] - 1)
                cost = b.numbers[price, lane] * f.shapes[price, then]
                cost *= 1.0 + b.numbers[transport, lane] * f.shapes[transport, then]
                slot = k * f.ring + (t + after) % f.ring
                b.stores.on_way_cost[slot, lane] = cost * b.stores.on_way[slot, lane]


@called
def _count_due(f: Frame, b: Block, lane: int) -> None:
    """Add up what is on the way to each good."""
    stores = b.stores
    for slot in range(len(stores.due)):
        stores.due[slot, lane] = 0.0
    for k in range(len(f.outputs)):
        if f.outputs[k] >= 0:
            for slot in range(f.ring):
                amount = stores.on_way[k * f.ring + slot, lane]
                stores.due[f.outputs[k] * f.ring + slot, lane] += amount
