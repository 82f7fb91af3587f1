"""A model for futures from arrays alone; its plants are open as the arrays say."""

from derbes.model.arrays import CaseArrays, MeasureArrays
from derbes.simulation import plan_of
from derbes.simulation.branch import effects_of
from derbes.simulation.futures import FuturesModel, MeasureSet, calm_set
from derbes.supply.baseline import solve_calm


def _not_at_once(members: tuple[int, ...]) -> MeasureSet:
    raise NotImplementedError(members)


def model_of(
    arrays: CaseArrays, measures: tuple[MeasureArrays, ...], *, first: int, n_periods: int
) -> FuturesModel:
    """A model without draws."""
    return FuturesModel(
        plan=plan_of(solve_calm(arrays)),
        compile=lambda _values, _n_periods: arrays,
        follow=lambda values: values,
        inputs=(),
        factors=(),
        measures=tuple(f"m{c}" for c in range(len(measures))),
        sets=(
            calm_set(arrays),
            *(
                MeasureSet((c,), effects_of(one), crisis=one.crisis, terms=())
                for c, one in enumerate(measures)
            ),
        ),
        joined=_not_at_once,
        first=first,
        n_periods=n_periods,
    )
