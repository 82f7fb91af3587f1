"""What is shared where claims exceed what is there (S6)."""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.tables import Block, Scene
from derbes.kernels.lanes import Row, choose, each, least, most, put, row, some
from derbes.kernels.phase import SMALL


@compiled
def part_of(wanted: Row, there: Row) -> Row:
    """Part of what is wanted that is there; 1 when rounding alone is missing."""
    there = most(there, each(0.0))
    enough = wanted <= there * (1.0 + SMALL)
    part = each(1.0)
    if some(~enough):
        part = choose(enough, part, there / wanted)
    return part


@called
def share_lines(f: Frame, b: Block, scene: Scene, lanes: Row, layer: int) -> None:
    """Give the sources of a layer their part of lines that are over-claimed."""
    for g in range(f.layers[layer], f.layers[layer + 1]):
        for place in range(f.first_source[g], scene.end_now[g]):
            k = scene.now_sources[place]
            if f.lines[k] >= 0:
                grant = row(b.work.line_grant, f.lines[k])
                over = lanes & (grant < 1.0)
                if some(over):
                    b.work.is_known[g] = 0
                    less = row(b.work.plan, k) * grant
                    put(b.work.limit, k, choose(over, less, row(b.work.limit, k)))


@called
def _over_layer(f: Frame, b: Block) -> Row:
    """Most final layer of which recipes claim too much, lane by lane; -1: none."""
    over = each(-1.0)
    for g in range(len(f.layer_of)):
        if b.work.is_short[g]:
            short = (row(b.goods.grant, g) < 1.0) & (row(b.goods.claimed, g) > 0.0)
            over = choose(short, each(float(f.layer_of[g])), over)
    return over


@called
def cut(f: Frame, b: Block, scene: Scene) -> Row:
    """Cut the recipes that claim too much of the most final layer that is over-claimed.

    A recipe that was not planned is held back too: what is left over, the next
    round gives out. In which lanes any was cut.
    """
    over = _over_layer(f, b)
    is_cut = over >= 0.0
    if some(is_cut):
        for g in range(len(f.layer_of)):
            if f.has_inputs[g]:
                _cut_sources(f, b, scene, g, over)
    return is_cut


@called
def _cut_sources(f: Frame, b: Block, scene: Scene, g: int, over: Row) -> None:
    """Cut the sources of a good that use what is over-claimed."""
    for place in range(f.first_source[g], scene.end_now[g]):
        k = scene.now_sources[place]
        part = each(1.0)
        for i in range(f.first_input[k], f.end_input[k]):
            needed = f.input_goods[i]
            if b.work.is_short[needed]:
                counts = (over >= 0.0) & (each(float(f.layer_of[needed])) >= over)
                grant = row(b.goods.grant, needed)
                part = choose(counts, least(part, grant), part)
        is_less = part < 1.0
        if some(is_less):
            b.work.is_known[g] = 0
            less = row(b.work.plan, k) * part
            put(b.work.limit, k, choose(is_less, less, row(b.work.limit, k)))
