"""The rule without stock and without lead times, and what orders ahead must cover (S9).

The same as `derbes.kernels.ahead`. What the long run brings in a period is found once,
when the period comes within the longest lead time, and again for all of them when the
measures that run change.
"""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.given import place_numbers
from derbes.kernels.futures.measures import calm_down, change_set
from derbes.kernels.futures.period import open_period
from derbes.kernels.futures.ranking import rank_sources
from derbes.kernels.futures.scene import OPENED, plants_open, see_demand, see_supply
from derbes.kernels.futures.settling.phase import settle
from derbes.kernels.futures.tables import Block, Given, Rows, Scene
from derbes.kernels.lanes import LANES, Row, cells, choose, each, most, path_cells, put, row, some
from derbes.kernels.packs import Words, opener


@called
def see(f: Frame, b: Block, scene: Scene, t: int, afresh: bool) -> bool:
    """Make a scene that of a period; whether it differs from the period before."""
    change = plants_open(f, b, scene, t)
    if not (afresh or change or not f.still[t] or _prices_turn(f, b, t)):
        return False
    see_supply(f, b, scene, t)
    see_demand(f, b, scene, t)
    if afresh or change == OPENED or f.open_turns[t] or _prices_turn(f, b, t):
        rank_sources(f, b, scene, t)
    return True


@called
def _prices_turn(f: Frame, b: Block, t: int) -> bool:
    """Whether the cost of an order differs from the period before."""
    turns = 0
    for then in range(t, t + f.longest + 1):
        turns += f.some_price_turns[then]
    if turns == 0:
        return False
    for k in range(len(f.is_bought)):
        wait = b.now.same_lead[k] if f.is_bought[k] else 0
        if wait >= 0:
            if f.price_turns[k, t + wait]:
                return True
        else:
            for lane in range(b.numbers.shape[1]):
                if f.price_turns[k, t + int(b.numbers[f.at.lead + k, lane])]:
                    return True
    return False


@called
def roll(f: Frame, b: Block, t: int, afresh: bool) -> None:
    """Know the long run up to the longest lead time from a period on."""
    first = t if afresh else t + f.longest
    for then in range(first, t + f.longest + 1):
        if see(f, b, b.ahead, then, afresh and then == t):
            _settle_long_run(f, b, then)
            b.stores.changed[0] = then
        else:
            _repeat(f, b, then)


@called
def _settle_long_run(f: Frame, b: Block, t: int) -> None:
    """A period as if nothing could be stored and all came at once."""
    goods, levels = b.goods, b.stores.long_levels
    open_period(f, b, b.ahead)
    for g in range(len(goods.stock)):
        wanted = row(goods.essential, g) + row(goods.deferrable, g)
        _without_stock(b, g, wanted)
        put(b.stores.long_use, (t % f.ring) * len(goods.stock) + g, wanted)
    nowhere = each(0.0) > 1.0
    settle(f, b, b.ahead, (nowhere, t), False)
    sells = False
    for g in range(len(goods.stock)):
        sells = sells or some(row(goods.sought, g) > 0.0)
    if sells:
        for g in range(len(goods.stock)):
            put(goods.direct, g, row(goods.sought, g))
        settle(f, b, b.ahead, (nowhere, t), True)
    for k in range(len(b.work.level)):
        put(levels, (t % f.ring) * len(b.work.level) + k, row(b.work.level, k))
    _use(f, b, t, sells)


@called
def _without_stock(b: Block, g: int, direct: Row) -> None:
    """Leave a good nothing but what comes in."""
    goods, nothing = b.goods, each(0.0)
    put(goods.start, g, nothing)
    put(goods.old, g, nothing)
    put(goods.spoiling, g, nothing)
    put(goods.arrived, g, nothing)
    put(goods.stock, g, nothing)
    put(goods.floor, g, nothing)
    put(goods.goal, g, nothing)
    put(goods.direct, g, direct)


@called
def _use(f: Frame, b: Block, t: int, sells: bool) -> None:
    """Use of each good in the long run: demand, what is sold abroad, inputs."""
    first = (t % f.ring) * len(b.goods.stock)
    use = b.stores.long_use
    for g in range(len(b.goods.stock)):
        if sells:
            put(use, first + g, row(use, first + g) + row(b.goods.served, g))
    for k in range(len(b.work.level)):
        if f.outputs[k] >= 0:
            for i in range(f.first_input[k], f.end_input[k]):
                taken = row(b.numbers, f.at.taken + i) * row(b.work.level, k)
                needed = first + f.input_goods[i]
                put(use, needed, row(use, needed) + taken)


@called
def _repeat(f: Frame, b: Block, t: int) -> None:
    """The long run of a period is that of the period before."""
    for table, width in (
        (b.stores.long_levels, len(b.work.level)),
        (b.stores.long_use, len(b.goods.stock)),
    ):
        here, before = (t % f.ring) * width, ((t - 1) % f.ring) * width
        for j in range(width):
            put(table, here + j, row(table, before + j))


@called
def _add_up(f: Frame, b: Block, t: int) -> None:
    """Sums of levels and use from today on, by the number of periods after it.

    Use counts for goods of which something takes time, levels where another source counts
    on them.
    """
    stores, n, n_goods = b.stores, len(b.work.level), len(b.goods.stock)
    levels, use = (stores.sum_levels, stores.long_levels), (stores.sum_use, stores.long_use)
    for g in range(n_goods):
        longest = b.now.longest[g]
        if longest > 0:
            _sum_ahead(f, use, (g, n_goods), (t, longest))
            if f.end_source[g] - f.first_source[g] > 1:
                for place in range(f.first_source[g], f.end_source[g]):
                    k = f.sources[place]
                    _sum_ahead(f, levels, (k, n), (t, longest - b.now.shortest[k]))


@compiled
def _sum_ahead(
    f: Frame, tables: tuple[Rows, Rows], column: tuple[int, int], periods: tuple[int, int]
) -> None:
    """Sums of one column of a table by slot, from a period on, over so many after it."""
    totals, table = tables
    t, n_after = periods
    at, width = column
    total = each(0.0)
    slot = t % f.ring
    for after in range(n_after + 1):
        total = total + row(table, slot * width + at)
        put(totals, at * f.ring + after, total)
        slot = slot + 1 if slot + 1 < f.ring else 0


@called
def expect(f: Frame, b: Block, t: int) -> None:
    """Use over lead time and one period that cheaper sources are not expected to cover (S9)."""
    if b.stores.changed[0] < t:
        return
    _add_up(f, b, t)
    n, scene = len(b.work.level), b.now
    first = (t % f.ring) * n
    for g in range(len(f.first_source)):
        for place in range(f.first_source[g], f.end_source[g]):
            k = scene.alike[place]
            if k >= 0:
                put(b.work.steady, place, row(b.stores.long_levels, first + k))
            else:
                whose = row(scene.order, place) + float(first)
                put(b.work.steady, place, cells(b.stores.long_levels, whose))
            if k < 0 or scene.same_lead[k] != 0:
                lead = row(scene.lead_at, place)
                wait = scene.same_lead[k] if k >= 0 else -1
                if wait >= 0:
                    lacking = row(b.stores.sum_use, g * f.ring + wait)
                else:
                    lacking = cells(b.stores.sum_use, lead + float(g * f.ring))
                for cheaper in range(f.first_source[g], place):
                    lacking = lacking - _covered(f, b, scene, cheaper, (lead, wait))
                put(b.work.expected, place, most(each(0.0), lacking))


@compiled
def _covered(f: Frame, b: Block, scene: Scene, place: int, until: tuple[Row, int]) -> Row:
    """What a cheaper source brings by the time that an order of today arrives."""
    lead, wait = until
    k = scene.alike[place]
    if wait >= 0 and k >= 0 and scene.same_lead[k] >= 0:
        time_left = wait - scene.same_lead[k]
        if time_left < 0:
            return each(0.0)
        return row(b.stores.sum_levels, k * f.ring + time_left)
    time = lead - row(scene.lead_at, place)
    in_time = time >= 0.0
    if not some(in_time):
        return each(0.0)
    at = row(scene.order, place) * float(f.ring) + most(time, each(0.0))
    return choose(in_time, cells(b.stores.sum_levels, at), each(0.0))


FRAME, BLOCK, GIVEN = opener(Frame), opener(Block), opener(Given)


@called
def tabulate(frame: Words, tables: Words, futures: Words) -> None:
    """Fill the tables of a frame, as (S9) has them for each set of measures.

    Args:
        frame: `Frame`, packed.
        tables: `Block`, packed.
        futures: `Given`, packed: any block of them.
    """
    f, b, given = FRAME(frame), BLOCK(tables), GIVEN(futures)
    place_numbers(f, b, given, 0)
    n = len(f.sources)
    for chosen in range(f.effects.shape[0]):
        calm_down(f, b)
        for lane in range(LANES):
            change_set(f, b, chosen, (lane, f.first))
        for t in range(f.first, f.first + f.n_periods):
            see(f, b, b.now, t, t == f.first)
            roll(f, b, t, t == f.first)
            expect(f, b, t)
            for place in range(n):
                at = (t - f.first) * n + place
                f.expected[at, chosen] = b.work.expected[place, 0]
                f.steady[at, chosen] = b.work.steady[place, 0]


@called
def look_up(f: Frame, b: Block, t: int) -> None:
    """Find in the tables what `expect` would find."""
    sets = row(b.regime.chosen, 0)
    chosen = int(b.regime.chosen[0, 0])
    alike = not some((sets < float(chosen)) | (sets > float(chosen)))
    first = (t - f.first) * len(f.sources)
    for place in range(len(f.sources)):
        if alike:
            put(b.work.expected, place, each(f.expected[first + place, chosen]))
            put(b.work.steady, place, each(f.steady[first + place, chosen]))
        else:
            put(b.work.expected, place, path_cells(f.expected, first + place, sets))
            put(b.work.steady, place, path_cells(f.steady, first + place, sets))
