"""What holds in a period: capacities, hours, demand."""

from derbes.kernels.compiling import called, compiled
from derbes.kernels.futures.frame import Frame
from derbes.kernels.futures.tables import Block, Scene
from derbes.kernels.lanes import Row, choose, each, least, most, path_cells, put, row, some

MOVED, OPENED = 1, 2
"""A plant's part changed; it opened or closed."""


@called
def plants_open(f: Frame, b: Block, scene: Scene, t: int) -> int:
    """Part of each plant that is open; `OPENED`, `MOVED` or 0, beside the scene's last."""
    change = 0
    for p in range(len(scene.share)):
        ramp = row(b.numbers, f.at.ramp + p)
        steps = _clock(b, p, t) - row(b.numbers, f.at.opening + p) + 1.0
        share = least(most(steps / (ramp + 1.0), each(0.0)), each(1.0))
        share = choose(_clock(b, p, t) < 0.0, each(0.0), share)
        before = row(scene.share, p)
        if some((share < before) | (share > before)):
            change = max(change, MOVED)
            both = least(share, before) <= 0.0
            if some(both & (most(share, before) > 0.0)):
                change = OPENED
        put(scene.share, p, share)
    return change


@compiled
def _clock(b: Block, p: int, t: int) -> Row:
    """Period whose opening and ramp a plant has reached."""
    moving = each(float(t)) - row(b.regime.lag, p)
    return choose(row(b.regime.frozen, p) > 0.0, row(b.regime.stop, p), moving)


@compiled
def shape(f: Frame, number: int, t: int) -> Row:
    """The path of a number at a period."""
    return each(f.shapes[number, t])


@compiled
def shape_by_lane(f: Frame, number: int, periods: Row) -> Row:
    """The path of a number, for each lane at a period of its own."""
    if f.varies[number]:
        return path_cells(f.shapes, number, periods)
    return each(f.shapes[number, f.first])


@compiled
def _of_plant(f: Frame, b: Block, number: int, p: int, t: int) -> Row:
    """A number times its path, as the clock of its plant (-1: none) has it."""
    if p >= 0 and f.varies[number]:
        known = most(_clock(b, p, t), each(0.0))
        return row(b.numbers, number) * path_cells(f.shapes, number, known)
    return row(b.numbers, number) * shape(f, number, t)


@called
def see_supply(f: Frame, b: Block, scene: Scene, t: int) -> None:
    """Capacities, hours and shared capacities of a period; `share` is known."""
    for k in range(len(scene.capacity)):
        part = row(b.regime.effect, f.fx.open_part + k)
        plant = f.plants[k]
        if plant >= 0:
            part = part * row(scene.share, plant)
        full = _of_plant(f, b, f.at.capacity + k, plant, t)
        put(scene.capacity, k, choose(part > 0.0, full * part, each(0.0)))
    for r in range(len(scene.hours)):
        plant = f.line_plants[r]
        hours = _of_plant(f, b, f.at.line_hours + r, plant, t)
        if plant >= 0:
            hours = hours * row(scene.share, plant)
        put(scene.hours, r, hours)
    for q in range(len(scene.pools)):
        number = f.at.pool + q
        put(scene.pools, q, row(b.numbers, number) * shape(f, number, t))


@called
def see_demand(f: Frame, b: Block, scene: Scene, t: int) -> None:
    """Demand of a period."""
    crisis = row(b.regime.crisis, 0) > 0.0
    for u in range(len(scene.demand)):
        usual, more = f.at.demand + u, f.at.crisis + u
        calm = row(b.numbers, usual) * shape(f, usual, t)
        if some(crisis):
            calm = choose(crisis, row(b.numbers, more) * shape(f, more, t), calm)
        put(scene.demand, u, calm * row(b.regime.effect, f.fx.demand + u))
