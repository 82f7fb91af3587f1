"""What all futures of a case share: who makes what from what, and paths over time."""

from typing import Annotated, NamedTuple

from derbes.kernels.layout import Floats, Ints

Paths = Annotated[Floats, 2]
"""Paths over time that all futures share. (elements, periods)"""
Flags = Annotated[Ints, 2]
"""(elements, elements or periods)"""


class Places(NamedTuple):
    """Where the numbers of each kind begin, the shaped ones first."""

    demand: int
    crisis: int
    capacity: int
    price: int
    transport: int
    reserve: int
    storage_limit: int
    storage_cost: int
    line_hours: int
    pool: int
    lead: int
    hours: int
    taken: int
    """Units of the input for one unit made."""
    retention: int
    shelf_life: int
    last_share: int
    lot: int
    lot_retention: int
    lot_order: int
    opening: int
    ramp: int
    weight: int
    discount: int
    """Worth of money one period later."""
    refill: int
    factor: int
    """Shares and rises of measures."""
    end: int


class Effects(NamedTuple):
    """Where the effects of each kind begin in a set of measures."""

    open_part: int
    cost: int
    demand: int
    transit_kept: int
    transit_late: int
    lot_kept: int
    fresh_kept: int
    end: int


class Frame(NamedTuple):
    """What all futures of a case share: who makes what from what, and shapes over time."""

    at: Places
    fx: Effects
    first: int
    """First period."""
    n_periods: int
    ring: int
    """Slots for what is on the way: more than the longest lead time."""
    longest: int
    """Longest lead time of any draw. [period]"""
    is_opened: bool
    """Whether what is on the way before the first period is found by (S11)."""
    is_tabulated: bool
    """Whether the long run is the same in all futures, and stands in tables."""
    expected: Paths
    """Use that cheaper sources are not expected to cover. (n * S, C) [unit]"""
    steady: Paths
    """Level in the long run. (n * S, C) [unit/period]"""
    reserve_first: bool
    """Whether the reserve ranks before deferrable uses."""
    layers: Ints
    """Goods of layer j are `layers[j]:layers[j + 1]`; none is made from another."""
    layer_of: Ints
    """(G,)"""
    first_source: Ints
    """Sources of good g are `sources[first_source[g]:end_source[g]]`. (G,)"""
    end_source: Ints
    sources: Ints
    """Activity of each place, in the order of the case. (S,)"""
    is_pooled: Ints
    """1: some source of the good at this place shares a capacity. (S,)"""
    has_inputs: Ints
    """1: some source of the good takes inputs. (G,)"""
    first_input: Ints
    """(K,)"""
    end_input: Ints
    input_goods: Ints
    outputs: Ints
    """Good that comes out; -1 for an export. (K,)"""
    lines: Ints
    """Line that limits it; -1: none. (K,)"""
    pools: Ints
    """(K,)"""
    plants: Ints
    """(K,)"""
    is_bought: Ints
    """1: paid at arrival. (K,)"""
    line_plants: Ints
    first_line: Ints
    """Lines of layer j are `layer_lines[first_line[j]:first_line[j + 1]]`."""
    layer_lines: Ints
    exports: Ints
    """Activities. (E,)"""
    export_goods: Ints
    """(E,)"""
    use_goods: Ints
    use_essential: Ints
    use_alone: Ints
    """1: no other use of its tier wants its good. (U,)"""
    first_lot: Ints
    """Lots of good g are `first_lot[g]:end_lot[g]`, first out first. (G,)"""
    end_lot: Ints
    lot_kinds: Ints
    """0: a path that all futures share; 1: a number of its own; 2: a path of its own. (L,)"""
    is_lot_order_drawn: bool
    shelves: Ints
    """Number among the goods with a shelf life; -1: none. (G,)"""
    oldest: int
    """Longest shelf life of any draw. [period]"""
    feeds: Flags
    """1: a threat to good h guards good g. (h, g)"""
    shapes: Paths
    """Paths that numbers multiply. (shaped numbers, periods)"""
    varies: Ints
    """1: the path is not a constant. (shaped numbers,)"""
    still: Ints
    """1: no demand, capacity, hours change from the period before. (periods,)"""
    price_turns: Flags
    """1: the cost of an activity changes from the period before. (K, periods)"""
    some_price_turns: Ints
    """1: the cost of some activity changes from the period before. (periods,)"""
    open_turns: Ints
    """1: a capacity begins or ends. (periods,)"""
    lot_paths: Paths
    """Part of a lot that is left from the period before. (L, periods)"""
    lot_numbers: Ints
    """Number of each lot among those of kind 2. (L,)"""
    is_wanted: Ints
    """1: the use has a demand in calm in some period. (U,)"""
    crisis_ratios: Floats
    """Least demand in calm beside crisis demand, as shapes. (U,)"""
    base_open: Floats
    """(K,)"""
    effects: Paths
    """What measures that run at once do, one row for each set of them; 0: calm. (C, X)"""
    crises: Ints
    """1: uses switch to crisis demand. (C,)"""
    frozen: Flags
    """(C, P)"""
    first_term: Ints
    """Drawn factors of set c are `first_term[c]:first_term[c + 1]`. (C + 1,)"""
    term_effects: Ints
    term_numbers: Ints
    term_signs: Floats
    """1, -1: the effect is multiplied by 1 + sign * number; 0: it is the number."""
