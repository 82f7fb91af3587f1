"""From whom what is used comes in the calm plan, upstream inputs counted.

The share of an actor in a good is what the actor sells of it, plus what recipes make
of it times the largest share of the actor among their inputs: a plant that lives on
one imported component depends on it wholly. Flows are summed over the year up to each
period, so that lumpy orders do not blur the picture.
"""

from collections.abc import Callable

import numpy as np

from derbes.case.arrays import ActivityKind
from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.quantity import FloatArray
from derbes.programs.calm import arrivals_by_period
from derbes.study import Study

ShareOf = Callable[[int], FloatArray]


def _over_a_year(flows: FloatArray, periods: int) -> FloatArray:
    """Sums over the last `periods` periods. (K, T)"""
    sums = np.cumsum(np.pad(flows, ((0, 0), (1, 0))), axis=1)
    ends = np.arange(1, flows.shape[1] + 1)
    return np.asarray(sums[:, ends] - sums[:, np.maximum(ends - periods, 0)], dtype=np.float64)


def actor_shares(study: Study) -> dict[str, FloatArray]:
    """Actor → share in each good by calendar period; nan where nothing comes in. (G, T)"""
    arrays = study.arrays
    activities = arrays.activities
    n = arrays.n_calendar
    periods = MONTHS_A_YEAR // arrays.calendar.step
    flows = _over_a_year(arrivals_by_period(study.calm)[:, :n], periods)
    sellers = dict.fromkeys(
        activities.actors[k] for k in np.flatnonzero(activities.kinds == ActivityKind.PURCHASE)
    )
    return {actor: _shares_of(study, flows, actor) for actor in sellers}


def _shares_of(study: Study, flows: FloatArray, actor: str) -> FloatArray:
    arrays = study.arrays
    shares = np.full((len(arrays.goods), flows.shape[1]), np.nan)
    known: set[int] = set()

    def of(good: int) -> FloatArray:
        if good not in known:
            known.add(good)
            shares[good] = _share_of_good(study, flows, actor, good=good, of=of)
        path: FloatArray = shares[good]
        return path

    for good in range(len(arrays.goods)):
        of(good)
    return shares


def _share_of_good(
    study: Study, flows: FloatArray, actor: str, *, good: int, of: ShareOf
) -> FloatArray:
    activities = study.arrays.activities
    total, mine = np.zeros(flows.shape[1]), np.zeros(flows.shape[1])
    for k in np.flatnonzero(activities.outputs == good):
        total += flows[k]
        if activities.kinds[k] == ActivityKind.PURCHASE:
            mine += flows[k] * (activities.actors[k] == actor)
            continue
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        parts = [np.nan_to_num(of(int(part))) for part in activities.input_goods[inputs]]
        if parts:
            mine += flows[k] * np.max(parts, axis=0)
    share = np.full_like(total, np.nan)
    np.divide(mine, total, out=share, where=total > 1e-9 * max(1.0, float(total.max())))
    return share
