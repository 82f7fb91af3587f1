"""Parameters of distributions, in base units."""

from collections.abc import Sequence

from derbes.casefile.quantities.measures import Reading, in_base
from derbes.casefile.schema.entries import DistributionEntry, Kind
from derbes.language import _
from derbes.units import ONE

WEIGHT_SLIP = 1e-6
"""Weights are written with a few digits; their sum may miss 1 by so much."""

REFERENCE = "reference"

OBSERVED = frozenset({"discrete", "empirical"})


def parameters_of(
    reading: Reading, entry: DistributionEntry | None, low: float | None, high: float | None
) -> tuple[float, ...]:
    """Parameters as `Quantity` holds them.

    Of `lognormal` the 5 % and 95 % points, of `discrete` values and weights by
    turns, of `empirical` the values; the others have none beside their range, and
    `reference` has those of its class.
    """
    if entry is None:
        return ()
    if entry.kind == REFERENCE:
        _refuse_beside_reference(reading, entry, has_range=low is not None)
        return ()
    if entry.reference:
        reading.refuse(
            ("distribution",),
            _('"{kind}" takes no reference class').format(kind=entry.kind),
            _('write "distribution: {reference: my_class}", or take it out'),
        )
    if entry.kind in OBSERVED:
        return _observed(reading, entry)
    _refuse_values(reading, entry)
    if low is None or high is None:
        reading.refuse(
            ("distribution",),
            _('"{kind}" needs a range').format(kind=entry.kind),
            _('add "range: [low, high]"'),
        )
        return ()
    if entry.kind != "lognormal":
        return ()
    if low <= 0:
        reading.refuse(
            ("range",),
            _("a lognormal range lies above 0"),
            _("raise its lower end, or choose pert"),
        )
    return (low, high)


def _refuse_beside_reference(
    reading: Reading, entry: DistributionEntry, *, has_range: bool
) -> None:
    if not entry.reference:
        reading.refuse(
            ("distribution",),
            _('"reference" needs the id of a reference class'),
            _('write "distribution: {reference: my_class}"'),
        )
    if reading.unit.name != "month":
        reading.refuse(
            ("distribution",),
            _("a reference class gives months; this is no time"),
            _("choose another distribution"),
        )
    if has_range or entry.values is not None or entry.weights is not None:
        reading.refuse(
            ("distribution",),
            _("a reference class has its own range and values"),
            _("take range, values and weights out"),
        )


def _refuse_values(reading: Reading, entry: DistributionEntry) -> None:
    if entry.values is not None or entry.weights is not None:
        reading.refuse(
            ("distribution",),
            _('"{kind}" takes a range, not values').format(kind=entry.kind),
            _("give a range, or choose discrete or empirical"),
        )


def _observed(reading: Reading, entry: DistributionEntry) -> tuple[float, ...]:
    values = _numbers(reading, entry.values or (), "values")
    if not entry.values:
        reading.refuse(
            ("distribution",),
            _('"{kind}" needs values').format(kind=entry.kind),
            _('add "values: [10, 20]"'),
        )
    if not values or entry.kind == "empirical":
        return values
    share = Reading(reading.measures, Kind("", low=0.0, high=1.0), (ONE,), reading.path)
    weights = _numbers(share, entry.weights or (), "weights")
    reading.findings += share.findings
    if len(weights) != len(values) or abs(sum(weights) - 1.0) > WEIGHT_SLIP:
        reading.refuse(
            ("distribution",),
            _("expected as many weights as values, adding up to 1"),
            _('write them as in "weights: [0.7, 0.3]"'),
        )
        return ()
    return tuple(number for pair in zip(values, weights, strict=True) for number in pair)


def _numbers(reading: Reading, texts: Sequence[str], key: str) -> tuple[float, ...]:
    found = [
        in_base(reading, text, ("distribution", key, position))
        for position, text in enumerate(texts)
    ]
    return tuple(steps[0][1] for steps in found if steps)
