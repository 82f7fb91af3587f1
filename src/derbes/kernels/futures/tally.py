"""What is kept of each future, and of all futures by period."""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.scene import shape
from derbes.kernels.futures.tables import (
    DEEPEST,
    FIRST_SHORT,
    FRACTION,
    MIXED,
    MONEY,
    N_SHORT,
    N_TOTALS,
    SHORT,
    STOCK,
    UNMET,
    WORTH,
    Block,
    Kept,
)
from derbes.kernels.lanes import Row, choose, each, least, most, put, row, some

NOTHING = 1e-9
"""Relative to demand: what is less than this is rounding, not a shortage."""


@called
def begin_tally(f: Frame, b: Block) -> None:
    """Nothing has happened yet."""
    for place in range(len(b.tally.totals)):
        put(b.tally.totals, place, each(0.0))
    put(b.tally.totals, len(f.use_goods) + FIRST_SHORT, each(-1.0))
    put(b.tally.totals, len(f.use_goods) + FRACTION, each(1.0))
    put(b.tally.worth, 0, each(1.0))


@called
def count_unmet(f: Frame, b: Block) -> None:
    """Unmet demand of each use: of a tier, heavier uses first, equal ones alike."""
    for u in range(len(f.use_goods)):
        g = f.use_goods[u]
        if f.use_essential[u]:
            served = row(b.goods.essential_served, g)
        else:
            served = row(b.goods.deferrable_served, g)
        own = row(b.now.demand, u)
        if f.use_alone[u]:
            unmet = own - least(own, served)
        else:
            heavier, alike = _beside(f, b, u)
            given = most(each(0.0), least(served - heavier, alike))
            part = choose(alike > 0.0, given / alike, each(0.0))
            unmet = own - own * part
        put(b.tally.unmet, u, unmet)


@called
def _beside(f: Frame, b: Block, u: int) -> tuple[Row, Row]:
    """Demand for the same good in the same tier of heavier uses, and of equal ones."""
    heavier, alike = each(0.0), each(0.0)
    own = row(b.numbers, f.at.weight + u)
    for other in range(len(f.use_goods)):
        of_tier = f.use_essential[other] == f.use_essential[u]
        if of_tier and f.use_goods[other] == f.use_goods[u]:
            weight = row(b.numbers, f.at.weight + other)
            demand = row(b.now.demand, other)
            heavier = heavier + choose(weight > own, demand, each(0.0))
            alike = alike + choose(weight == own, demand, each(0.0))
    return heavier, alike


@called
def count_money(f: Frame, b: Block, t: int) -> None:
    """Money of the period: purchases at arrival, all else at once, storage."""
    paid = each(0.0)
    for k in range(len(f.outputs)):
        if f.outputs[k] >= 0:
            if not f.is_bought[k] or b.now.same_lead[k] == 0:
                paid = paid + row(b.work.level, k) * row(b.now.cost, k)
            elif b.now.same_lead[k] == MIXED:
                at_once = row(b.now.lead, k) <= 0.0
                cost = row(b.work.level, k) * row(b.now.cost, k)
                paid = paid + choose(at_once, cost, each(0.0))
        if f.is_bought[k]:
            paid = paid + row(b.stores.on_way_cost, k * f.ring + t % f.ring)
    for e in range(len(f.exports)):
        g, k = f.export_goods[e], f.exports[e]
        sought = row(b.goods.sought, g)
        if some(sought > 0.0):
            part = choose(sought > 0.0, row(b.goods.sold, g) / sought, each(0.0))
            bought = choose(row(b.now.pays, e) > 0.0, row(b.now.capacity, k), each(0.0))
            paid = paid + bought * part * row(b.now.cost, k)
    for g in range(len(b.goods.stock)):
        number = f.at.storage_cost + g
        paid = paid + stock_of(f, b, g) * row(b.numbers, number) * shape(f, number, t)
    put(b.tally.paid, 0, paid)


@compiled
def stock_of(f: Frame, b: Block, g: int) -> Row:
    """Stock of a good at the end of the period, old and fresh."""
    stock = row(b.stores.fresh, g)
    for lot in range(f.first_lot[g], f.end_lot[g]):
        stock = stock + row(b.stores.lots, lot)
    return stock


@called
def _count_short(f: Frame, b: Block, t: int) -> Row:
    """Essential demand that goes short: when first, how deep, how often; 1 where it does."""
    totals, n = b.tally.totals, len(f.use_goods)
    unmet, demand = each(0.0), each(0.0)
    for u in range(n):
        if f.use_essential[u]:
            unmet = unmet + row(b.tally.unmet, u)
            demand = demand + row(b.now.demand, u)
    short = unmet > NOTHING * demand
    if not some(short):
        return each(0.0)
    part = choose(short, unmet / demand, each(0.0))
    is_first = short & (row(totals, n + FIRST_SHORT) < 0.0)
    put(totals, n + FIRST_SHORT, choose(is_first, each(float(t)), row(totals, n + FIRST_SHORT)))
    put(totals, n + FRACTION, choose(is_first, 1.0 - part, row(totals, n + FRACTION)))
    put(totals, n + DEEPEST, most(part, row(totals, n + DEEPEST)))
    mark = choose(short, each(1.0), each(0.0))
    put(totals, n + N_SHORT, row(totals, n + N_SHORT) + mark)
    return mark


@called
def tally(f: Frame, b: Block, kept: Kept, t: int, block: tuple[int, Row]) -> None:
    """Count a period that is closed.

    Args:
        f: What all futures share.
        b: The futures.
        kept: What is recorded.
        t: Period.
        block: Number of the block, and the weight of each lane.
    """
    totals, n = b.tally.totals, len(f.use_goods)
    count_unmet(f, b)
    mark = each(0.0)
    if t >= kept.count_from:
        for u in range(n):
            put(totals, u, row(totals, u) + row(b.tally.unmet, u))
        mark = _count_short(f, b, t)
    if kept.with_money:
        count_money(f, b, t)
        worth = row(b.tally.worth, 0)
        if t >= kept.count_from:
            for u in range(n):
                place = n + N_TOTALS + u
                put(totals, place, row(totals, place) + worth * row(b.tally.unmet, u))
        put(totals, n + WORTH, row(totals, n + WORTH) + worth * row(b.tally.paid, 0))
        put(b.tally.worth, 0, worth * row(b.numbers, f.at.discount))
    _record_series(f, b, kept, mark, (t - f.first, block))


@called
def _record_series(
    f: Frame, b: Block, kept: Kept, mark: Row, where: tuple[int, tuple[int, Row]]
) -> None:
    """Record the series of a period that are kept."""
    after, block = where
    _record(b, kept, after * kept.n_series + kept.first_series[SHORT], mark, block)
    if kept.first_series[UNMET] >= 0:
        first = after * kept.n_series + kept.first_series[UNMET]
        for u in range(len(f.use_goods)):
            _record(b, kept, first + u, row(b.tally.unmet, u), block)
    if kept.first_series[STOCK] >= 0:
        first = after * kept.n_series + kept.first_series[STOCK]
        for g in range(len(b.goods.stock)):
            _record(b, kept, first + g, stock_of(f, b, g), block)
    if kept.first_series[MONEY] >= 0:
        first = after * kept.n_series + kept.first_series[MONEY]
        _record(b, kept, first, row(b.tally.paid, 0), block)


@compiled
def _record(b: Block, kept: Kept, place: int, value: Row, block: tuple[int, Row]) -> None:
    """Add to the mean of a period, and write into the paths of the first futures."""
    number, weight = block
    put(b.tally.sums, place, row(b.tally.sums, place) + weight * value)
    if number < kept.n_path_blocks:
        put(kept.paths[number], place, value)


@called
def end_tally(b: Block, kept: Kept, block: int) -> None:
    """Write the totals of the futures."""
    for place in range(len(b.tally.totals)):
        put(kept.totals[block], place, row(b.tally.totals, place))
