"""What orders ahead must cover, in tables: where the long run is the same in all futures."""

from derbes.kernels.compiling import LANES, Words, called, each, opener, path_cells, put, row, some
from derbes.kernels.futures.given import place_numbers
from derbes.kernels.futures.longrun import expect, roll, see
from derbes.kernels.futures.measures import calm_down, change_set
from derbes.kernels.futures.tables import Block, Frame, Given

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
