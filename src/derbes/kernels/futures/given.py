"""Where a block of futures begins: its numbers, and what is there before the first period."""

from derbes.kernels.compiling import called
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.settling.apart import set_apart
from derbes.kernels.futures.tables import LATER, MIXED, Block, Given
from derbes.kernels.lanes import LANES, choose, each, put, row


@called
def place_numbers(f: Frame, b: Block, given: Given, block: int) -> None:
    """Place the numbers of a block, drawn or not."""
    for place in range(len(given.central)):
        column = given.columns[place]
        if column >= 0:
            put(b.numbers, place, row(given.drawn[block], column))
        else:
            put(b.numbers, place, each(given.central[place]))
    for place in range(given.lot_paths.shape[1]):
        put(b.lot_paths, place, row(given.lot_paths[block], place))
    for k in range(len(f.outputs)):
        put(b.work.of_hour, k, 1.0 / row(b.numbers, f.at.hours + k))
    for i in range(len(f.input_goods)):
        put(b.work.of_input, i, 1.0 / row(b.numbers, f.at.taken + i))
    _know_leads(f, b)
    set_apart(f, b.now)
    set_apart(f, b.ahead)


@called
def _know_leads(f: Frame, b: Block) -> None:
    """See which lead times all lanes share; in the long run nothing takes time."""
    for g in range(len(f.layer_of)):
        b.now.comes_now[g] = 0
        b.now.takes_time[g] = 0
        b.now.longest[g] = 0
        b.ahead.comes_now[g] = 1
        b.ahead.takes_time[g] = 0
    for k in range(len(f.outputs)):
        _know_lead(f, b, k)


@called
def _know_lead(f: Frame, b: Block, k: int) -> None:
    """See whether all lanes share the lead time of an activity, and what range it has."""
    put(b.now.lead, k, row(b.numbers, f.at.lead + k))
    put(b.ahead.lead, k, each(0.0))
    b.ahead.same_lead[k] = 0
    shortest = longest = int(b.now.lead[k, 0])
    for lane in range(1, LANES):
        shortest = min(shortest, int(b.now.lead[k, lane]))
        longest = max(longest, int(b.now.lead[k, lane]))
    b.now.shortest[k] = shortest
    b.now.same_lead[k] = shortest
    if shortest < longest:
        b.now.same_lead[k] = MIXED if shortest == 0 else LATER
    g = f.outputs[k]
    if g >= 0:
        b.now.longest[g] = max(b.now.longest[g], longest)
        if longest > 0:
            b.now.takes_time[g] = 1
        if shortest == 0:
            b.now.comes_now[g] = 1


@called
def place_state(f: Frame, b: Block, given: Given) -> None:
    """Place what is there before the first period."""
    stores = b.stores
    for lot in range(len(stores.lots)):
        put(stores.lots, lot, row(b.numbers, f.at.lot + lot) * given.stocks[lot])
    for place in range(len(stores.due)):
        put(stores.due, place, each(0.0))
    for g in range(len(stores.fresh)):
        put(stores.fresh, g, each(given.fresh[g]))
        _place_past(f, b, given, g)
    for k in range(len(f.outputs)):
        for after in range(f.ring):
            slot = k * f.ring + (f.first + after) % f.ring
            if not f.is_opened:
                amount = 0.0
                if after < given.transit.shape[1] and f.outputs[k] >= 0:
                    amount = given.transit[k, after]
                put(stores.on_way, slot, each(amount))
            _send_on(f, b, k, after)


@called
def _place_past(f: Frame, b: Block, given: Given, g: int) -> None:
    """Place the inflow before the first period of a good with a shelf life."""
    if f.shelves[g] < 0:
        return
    first = f.shelves[g] * (f.oldest + f.n_periods) + f.oldest
    window, share = each(0.0), each(1.0)
    for back in range(1, f.oldest + 1):
        amount = each(0.0)
        if back <= given.past_inflow.shape[1]:
            amount = each(given.past_inflow[g, back - 1])
        put(b.stores.inflow, first - back, amount)
        young = row(b.numbers, f.at.shelf_life + g) >= float(back)
        window = window + choose(young, amount * share, each(0.0))
        share = share * row(b.numbers, f.at.retention + g)
    put(b.stores.window, g, window)


@called
def _send_on(f: Frame, b: Block, k: int, after: int) -> None:
    """Let what an activity has on the way be due, and know what it costs."""
    stores, slot = b.stores, (f.first + after) % f.ring
    amount = row(stores.on_way, k * f.ring + slot)
    put(stores.on_way_cost, k * f.ring + slot, each(0.0))
    if f.outputs[k] >= 0:
        due = f.outputs[k] * f.ring + slot
        put(stores.due, due, row(stores.due, due) + amount)
    if f.is_bought[k]:
        then = min(f.first + after, f.shapes.shape[1] - 1)
        price, transport = f.at.price + k, f.at.transport + k
        cost = row(b.numbers, price) * f.shapes[price, then]
        cost = cost * (1.0 + row(b.numbers, transport) * f.shapes[transport, then])
        put(stores.on_way_cost, k * f.ring + slot, cost * amount)
