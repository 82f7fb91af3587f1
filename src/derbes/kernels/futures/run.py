"""The myopic rule over chunks of futures, `LANES` side by side."""

from derbes.kernels.compiling import called
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.given import place_numbers, place_state
from derbes.kernels.futures.longrun import expect, look_up, roll, see
from derbes.kernels.futures.measures import calm_down, turn
from derbes.kernels.futures.period import (
    age,
    aim,
    close_period,
    look_ahead,
    open_period,
    pass_phases,
)
from derbes.kernels.futures.tables import Block, Given, Kept, Scene
from derbes.kernels.futures.tally import begin_tally, end_tally, tally
from derbes.kernels.lanes import choose, each, put, row
from derbes.kernels.packs import Words, opener

FRAME, BLOCK, GIVEN, KEPT = opener(Frame), opener(Block), opener(Given), opener(Kept)


@called
def run_chunk(frame: Words, tables: Words, futures: Words, record: Words) -> None:
    """Run all blocks of a chunk; sums by period are added to what is in `tally.sums`.

    Args:
        frame: `Frame`, packed.
        tables: `Block`, packed.
        futures: `Given`, packed.
        record: `Kept`, packed.
    """
    f, b, given, kept = FRAME(frame), BLOCK(tables), GIVEN(futures), KEPT(record)
    for block in range(len(given.weights)):
        place_numbers(f, b, given, block)
        calm_down(f, b)
        begin_tally(f, b)
        place_state(f, b, given)
        if f.is_opened and f.longest > 0:
            _open(f, b)
            place_state(f, b, given)
        weight = row(given.weights, block)
        for t in range(f.first, f.first + f.n_periods):
            afresh = turn(f, b, given, (block, t)) or t == f.first
            see(f, b, b.now, t, afresh)
            if f.is_tabulated:
                look_up(f, b, t)
            elif f.longest > 0:
                roll(f, b, t, afresh)
                expect(f, b, t)
            _pass_period(f, b, b.now, t)
            tally(f, b, kept, t, (block, weight))
            _clear_slot(f, b, t)
        end_tally(b, kept, block)


@called
def _open(f: Frame, b: Block) -> None:
    """Find what is on the way before the first period, as if nothing took time."""
    on_way = b.stores.on_way
    for place in range(len(on_way)):
        put(on_way, place, each(0.0))
    for place in range(len(b.stores.due)):
        put(b.stores.due, place, each(0.0))
    for t in range(f.first, f.first + f.longest):
        see(f, b, b.ahead, t, t == f.first)
        _pass_period(f, b, b.ahead, t)
        for k in range(len(f.outputs)):
            waits = row(b.now.lead, k) > float(t - f.first)
            level = choose(waits, row(b.work.level, k), each(0.0))
            put(on_way, k * f.ring + t % f.ring, level)


@called
def _pass_period(f: Frame, b: Block, scene: Scene, t: int) -> None:
    """Open, settle and close a period."""
    open_period(f, b, scene)
    age(f, b, t)
    aim(f, b, t)
    asked = look_ahead(f, b, scene, t)
    pass_phases(f, b, scene, t, asked)
    close_period(f, b, t)


@called
def _clear_slot(f: Frame, b: Block, t: int) -> None:
    """What has arrived is no longer on the way."""
    stores, slot = b.stores, t % f.ring
    for g in range(len(stores.fresh)):
        put(stores.due, g * f.ring + slot, each(0.0))
    for k in range(len(f.outputs)):
        if b.now.same_lead[k] != 0 or not f.is_opened:
            put(stores.on_way, k * f.ring + slot, each(0.0))
            put(stores.on_way_cost, k * f.ring + slot, each(0.0))
