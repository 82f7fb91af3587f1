"""Tables of a block of futures, made once for each thread."""

import numpy as np

from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.tables import N_TOTALS, Block, Goods, Regime, Scene, Stores, Tally, Work
from derbes.kernels.lanes import LANES, table


def make_block(f: Frame, n_series: int) -> Block:
    """Tables for the futures of a frame.

    Args:
        f: What all futures share.
        n_series: Rows that are summed for each period.
    """
    n_lots = int((f.lot_kinds == 2).sum()) * f.lot_paths.shape[1]
    return Block(
        numbers=table(f.at.end),
        lot_paths=table(n_lots),
        now=_scene(f),
        ahead=_scene(f),
        goods=Goods(*(table(len(f.layer_of)) for _field in Goods._fields)),
        work=_work(f),
        stores=_stores(f),
        regime=_regime(f),
        tally=Tally(
            unmet=table(len(f.use_goods)),
            paid=table(1),
            worth=table(1),
            totals=table(2 * len(f.use_goods) + N_TOTALS),
            sums=table(f.n_periods * n_series),
        ),
    )


def _scene(f: Frame) -> Scene:
    n_activities, n_places = len(f.outputs), len(f.sources)
    return Scene(
        share=table(f.frozen.shape[1]),
        capacity=table(n_activities),
        hours=table(len(f.line_plants)),
        pools=table(f.at.lead - f.at.pool),
        demand=table(len(f.use_goods)),
        cost=table(n_activities),
        full_cost=table(n_activities),
        price=table(len(f.layer_of)),
        too_dear=table(n_activities),
        pays=table(len(f.exports)),
        order=table(n_places),
        order_cost=table(n_places),
        alike=np.zeros(n_places, dtype=np.int64),
        lead=table(n_activities),
        same_lead=np.zeros(n_activities, dtype=np.int64),
        comes_now=np.zeros(len(f.layer_of), dtype=np.int64),
        shortest=np.zeros(n_activities, dtype=np.int64),
        longest=np.zeros(len(f.layer_of), dtype=np.int64),
        takes_time=np.zeros(len(f.layer_of), dtype=np.int64),
        lead_at=table(n_places),
        pool_at=table(n_places),
        is_apart=np.zeros(len(f.layer_of), dtype=np.int64),
        end_now=np.zeros(len(f.layer_of), dtype=np.int64),
        at_once=np.zeros(len(f.layer_of), dtype=np.int64),
        now_sources=np.zeros(n_places, dtype=np.int64),
        now_order=table(n_places),
        now_pool=table(n_places),
        now_alike=np.zeros(n_places, dtype=np.int64),
    )


def _work(f: Frame) -> Work:
    n_activities, n_places = len(f.outputs), len(f.sources)
    n_lines, n_pools = len(f.line_plants), f.at.lead - f.at.pool
    return Work(
        capacity=table(n_activities),
        level=table(n_activities),
        limit=table(n_activities),
        plan=table(n_activities),
        order=table(n_activities),
        of_hour=table(n_activities),
        of_input=table(len(f.input_goods)),
        is_known=np.zeros(len(f.layer_of), dtype=np.int64),
        is_short=np.zeros(len(f.layer_of), dtype=np.int64),
        is_busy=np.zeros(len(f.layer_of), dtype=np.int64),
        lacking=table(n_places),
        expected=table(n_places),
        steady=table(n_places),
        excess=table(n_places),
        line_left=table(n_lines),
        line_before=table(n_lines),
        line_planned=table(n_lines),
        line_used=table(n_lines),
        line_grant=table(n_lines),
        pool_left=table(n_pools),
        pool_planned=table(n_pools),
    )


def _stores(f: Frame) -> Stores:
    n_activities, n_goods = len(f.outputs), len(f.layer_of)
    n_shelves = int((f.shelves >= 0).sum())
    return Stores(
        fresh=table(n_goods),
        window=table(n_goods),
        inflow=table(n_shelves * (f.oldest + f.n_periods)),
        lots=table(len(f.lot_kinds)),
        due=table(n_goods * f.ring),
        on_way=table(n_activities * f.ring),
        on_way_cost=table(n_activities * f.ring),
        long_levels=table(n_activities * f.ring),
        long_use=table(n_goods * f.ring),
        sum_levels=table(n_activities * f.ring),
        sum_use=table(n_goods * f.ring),
        changed=np.zeros(1, dtype=np.int64),
    )


def _regime(f: Frame) -> Regime:
    n_plants = f.frozen.shape[1]
    return Regime(
        effect=table(f.fx.end),
        struck=table(f.fx.end),
        crisis=table(1),
        guarded=table(len(f.layer_of)),
        frozen=table(n_plants),
        stop=table(n_plants),
        lag=table(n_plants),
        chosen=table(1),
        running=table(1),
        ran=table(1),
        ended=table(1),
        turn=np.zeros(LANES, dtype=np.int64),
        soonest=np.zeros(1, dtype=np.int64),
    )
