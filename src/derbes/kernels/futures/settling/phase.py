"""One phase of a period for futures side by side: planned, cut and executed, (S3) to (S7).

The same steps as in `derbes.kernels.phase`. A lane that has nothing to do in a phase
claims nothing in it, so that nothing changes for it.
"""

from derbes.kernels.compiling import called
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.settling.apart import order_apart
from derbes.kernels.futures.settling.deliver import execute
from derbes.kernels.futures.settling.plan import limits, plan
from derbes.kernels.futures.settling.shares import cut
from derbes.kernels.futures.tables import Block, Scene
from derbes.kernels.lanes import Row, choose, each, least, most, put, row, some
from derbes.kernels.phase import CUTS, ROUNDS, SMALL


@called
def survey(b: Block) -> Row:
    """See what claims may draw and what is to be added; where stock is not enough."""
    goods = b.goods
    short = each(0.0) > 1.0
    for g in range(len(goods.stock)):
        stock = most(each(0.0), row(goods.stock, g))
        spoiling = row(goods.spoiling, g)
        if some(spoiling > 0.0):
            drawn = row(goods.start, g) + row(goods.arrived, g) - stock
            of_fresh = most(each(0.0), drawn - row(goods.old, g))
            spoiling = most(each(0.0), spoiling - of_fresh)
        usable = most(stock - row(goods.floor, g), least(stock, spoiling))
        usable = most(each(0.0), usable)
        put(goods.usable, g, usable)
        goal = row(goods.goal, g)
        refill = each(0.0)
        if some(goal > 0.0):
            refill = goal - stock + spoiling
            refill = choose((goal > 0.0) & (refill > SMALL * goal), refill, each(0.0))
            short = short | (refill > 0.0)
        put(goods.refill, g, refill)
        short = short | (row(goods.direct, g) > usable * (1.0 + SMALL))
    return short


@called
def _keep_only(b: Block, on: Row) -> None:
    """Leave the other lanes nothing to do."""
    for g in range(len(b.goods.direct)):
        put(b.goods.direct, g, choose(on, row(b.goods.direct, g), each(0.0)))
        put(b.goods.refill, g, choose(on, row(b.goods.refill, g), each(0.0)))


@called
def _serve_from_stock(b: Block, others: Row) -> None:
    """Serve from stock alone where nothing is planned."""
    goods = b.goods
    for g in range(len(goods.stock)):
        served = least(row(goods.direct, g), row(goods.usable, g))
        served = choose(others, each(0.0), served)
        put(goods.served, g, served)
        put(goods.stock, g, row(goods.stock, g) - served)


@called
def settle(f: Frame, b: Block, scene: Scene, today: tuple[Row, int], selling: bool) -> None:
    """Settle one phase: from stock alone where that is enough, else by planning.

    Args:
        f: What all futures share.
        b: The futures.
        scene: What holds.
        today: Where orders ahead are placed, and the period.
        selling: Whether buyers abroad are served.
    """
    ordering, t = today
    on = survey(b) | ordering
    _serve_from_stock(b, on)
    if not some(on):
        return
    for turn in range(ROUNDS):
        _keep_only(b, on)
        limits(f, b, scene, selling)
        for g in range(len(b.work.is_known)):
            b.work.is_known[g] = 0
        was_cut = each(0.0) > 1.0
        again = on
        for n_cuts in range(CUTS + 1):
            plan(f, b, scene, (again, ordering & on))
            if n_cuts < CUTS:
                again = cut(f, b, scene)
                was_cut = was_cut | again
                if not some(again):
                    break
        order_apart(f, b, scene, t, ordering & on)
        execute(f, b, scene, t)
        if turn == ROUNDS - 1 or not some(was_cut):
            return
        on = on & was_cut & survey(b)
        if not some(on):
            return
