"""The case in which every number has its mean over the futures."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from derbes.case.entities import Case, Plant, Scenario, Variant
from derbes.case.quantity import Quantity

_KEPT = (Variant, Scenario, str)
"""What is no part of a future."""


def mean_case(cases: Sequence[Case], weights: Sequence[float]) -> Case:
    """The case of mean numbers; what is no number is as in the first future.

    Futures differ in numbers only, so their elements stand in the same places. A series is
    averaged period by period, an opening is rounded to a period.

    Args:
        cases: The case in each future.
        weights: Weights of the futures; they add to 1.
    """
    mean: Case = _mean(tuple(cases), tuple(weights))
    return replace(mean, scenarios={})


def _mean(parts: tuple[Any, ...], weights: tuple[float, ...]) -> Any:
    first = parts[0]
    is_alike = all(type(part) is type(first) for part in parts)
    if not is_alike or all(part is first for part in parts) or isinstance(first, _KEPT):
        return first
    if isinstance(first, Quantity):
        return _mean_quantity(parts, weights)
    if isinstance(first, Mapping):
        return _mean_mapping(parts, weights)
    if isinstance(first, tuple) and all(len(part) == len(first) for part in parts):
        return tuple(_mean(inner, weights) for inner in zip(*parts, strict=True))
    return _mean_fields(parts, weights) if dataclasses.is_dataclass(first) else first


def _mean_mapping(parts: tuple[Any, ...], weights: tuple[float, ...]) -> dict[Any, Any]:
    shared = {key for key in parts[0] if all(key in part for part in parts)}
    return {
        key: _mean(tuple(part[key] for part in parts), weights) if key in shared else inner
        for key, inner in parts[0].items()
    }


def _mean_fields(parts: tuple[Any, ...], weights: tuple[float, ...]) -> Any:
    first = parts[0]
    fields = {
        field.name: _mean(tuple(getattr(part, field.name) for part in parts), weights)
        for field in dataclasses.fields(first)
    }
    if isinstance(first, Plant):
        fields["opening"] = round(_dot(weights, [part.opening for part in parts]))
    return type(first)(**fields)


def _mean_quantity(parts: tuple[Quantity, ...], weights: tuple[float, ...]) -> Quantity:
    starts = sorted({period for part in parts for period, _value in part.steps})
    n = max(starts, default=0) + 1
    paths = [part.over(n) for part in parts]
    steps = tuple((t, _dot(weights, [float(path[max(t, 0)]) for path in paths])) for t in starts)
    value = _dot(weights, [part.value for part in parts])
    return replace(parts[0], value=value, steps=steps)


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return float(sum(w * v for w, v in zip(weights, values, strict=True)))
