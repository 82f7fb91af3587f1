"""The part of a case that no measure and no start changes."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import Activities, ActivityKind, BoolArray, CaseArrays, IntArray
from derbes.case.quantity import FloatArray


@dataclass(frozen=True, slots=True)
class Structure:
    """Who makes what from what."""

    arrays: CaseArrays
    goods: IntArray
    """Goods from raw to final. (G,)"""
    layers: IntArray
    """Goods of layer j are `goods[layers[j]:layers[j + 1]]`; none is made from another.

    The last holds the goods that nothing is made from, the one before what goes into them.
    """
    sources: tuple[IntArray, ...]
    """Purchases and recipes of each good."""
    exports: tuple[IntArray, ...]
    """Exports of each good."""
    inputs: tuple[tuple[tuple[int, float], ...], ...]
    """Inputs of each activity: good and amount [unit/unit]."""
    longest_lead: int
    """[period]"""


def structure_of(arrays: CaseArrays) -> Structure:
    """The structure of a case.

    Raises:
        ValueError: A good is needed to make itself.
    """
    activities = arrays.activities
    inputs = tuple(_inputs_of(activities, k) for k in range(len(activities.names)))
    is_export = activities.kinds == ActivityKind.EXPORT
    n_goods = len(arrays.goods)
    sources = tuple(np.flatnonzero((activities.outputs == g) & ~is_export) for g in range(n_goods))
    sold = np.array([line[0][0] if line else -1 for line in inputs], dtype=np.int64)
    exports = tuple(np.flatnonzero(is_export & (sold == g)) for g in range(n_goods))
    layers = _raw_to_final(sources, inputs)
    return Structure(
        arrays=arrays,
        goods=np.array([g for layer in layers for g in layer], dtype=np.int64),
        layers=np.cumsum([0, *map(len, layers)], dtype=np.int64),
        sources=sources,
        exports=exports,
        inputs=inputs,
        longest_lead=int(activities.lead_times.max(initial=0)),
    )


def _inputs_of(activities: Activities, k: int) -> tuple[tuple[int, float], ...]:
    span = slice(activities.input_starts[k], activities.input_starts[k + 1])
    goods, amounts = activities.input_goods[span], activities.input_amounts[span]
    return tuple((int(g), float(a)) for g, a in zip(goods, amounts, strict=True) if a > 0)


def _raw_to_final(
    sources: tuple[IntArray, ...], inputs: tuple[tuple[tuple[int, float], ...], ...]
) -> list[list[int]]:
    """Goods in layers: the last is made into nothing else, the one before only into it, ..."""
    goes_into: list[set[int]] = [set() for _ in sources]
    for g, ks in enumerate(sources):
        for i, _amount in (one for k in ks for one in inputs[k]):
            goes_into[i].add(g)
    layers: list[list[int]] = []
    placed: set[int] = set()
    while len(placed) < len(sources):
        ready = [g for g, uses in enumerate(goes_into) if g not in placed and uses <= placed]
        if not ready:
            raise ValueError("a good is needed to make itself: its recipes form a circle")
        layers.insert(0, ready)
        placed.update(ready)
    return layers


def needed_for(structure: Structure, final: BoolArray) -> BoolArray:
    """Goods that are, or go into, one of the final goods. (G,)"""
    needed = final.copy()
    for g in structure.goods[::-1]:
        if needed[g]:
            for k in structure.sources[g]:
                needed[[i for i, _ in structure.inputs[k]]] = True
    return needed


def made_with(structure: Structure, hit: BoolArray) -> BoolArray:
    """Goods that are hit, or made from one that is. (G,)"""
    reached = hit.copy()
    for g in structure.goods:
        reached[g] |= any(reached[i] for k in structure.sources[g] for i, _ in structure.inputs[k])
    return reached


def by_good(goods: IntArray, n_goods: int, counted: BoolArray | None = None) -> FloatArray:
    """Matrix that sums a path by element to one by good. (elements, G)

    Args:
        goods: Good of each element. (elements,)
        n_goods: Number of goods.
        counted: Elements that count; None: all. (elements,)
    """
    matrix: FloatArray = (goods[:, None] == np.arange(n_goods)).astype(np.float64)
    return matrix if counted is None else matrix * counted[:, None]
