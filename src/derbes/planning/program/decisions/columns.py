"""What may be decided: options, their dates and sizes, as columns."""

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import Option, OptionKind
from derbes.planning.program.decisions.stage import CHOSEN, PART, STEP, FirstColumn


def dates_of(case: Case, option: Option) -> tuple[int, ...]:
    """Dates of an option inside the calendar."""
    return tuple(date for date in option.dates if 0 <= date < case.calendar.n_periods)


def sizes_of(case: Case, option: Option) -> tuple[float, ...]:
    """Steps of the size; empty where any size will do.

    A plant is brought forward by whole periods, so these are steps too.
    """
    if option.sizes or option.kind is not OptionKind.BRING_FORWARD:
        return option.sizes
    step = float(case.calendar.step)
    first = max(1, int(np.ceil(option.smallest / step)))
    return tuple(step * n for n in range(first, int(option.largest // step) + 1))


def _is_named(case: Case, name: str) -> bool:
    """Whether a rule between options needs to know if one is chosen."""
    others = case.options.values()
    return (
        bool(case.options[name].excludes or case.options[name].requires)
        or any(name in (*other.excludes, *other.requires) for other in others)
        or any(limit.counts and name in limit.options for limit in case.limits.values())
    )


def needs_choice(case: Case, name: str) -> bool:
    """Whether a continuous option needs a yes or no beside its size."""
    option = case.options[name]
    fixed = (option.capital, option.running)
    return (
        option.smallest > 0
        or any(
            cost is not None and bool(np.any(cost.over(1 + max(option.dates)))) for cost in fixed
        )
        or len(dates_of(case, option)) > 1
        or option.committed
        or _is_named(case, name)
        or builds_for(case, option) != ()
        or (option.kind is OptionKind.BUILD and _is_enlarged(case, option))
    )


def builds_for(case: Case, option: Option) -> tuple[str, ...]:
    """Options that build the plant that an option enlarges."""
    if option.kind is not OptionKind.ENLARGE:
        return ()
    return tuple(
        name
        for name, other in case.options.items()
        if other.kind is OptionKind.BUILD and other.element == option.element
    )


def _is_enlarged(case: Case, option: Option) -> bool:
    return any(
        other.kind is OptionKind.ENLARGE and other.element == option.element
        for other in case.options.values()
    )


def option_columns(case: Case) -> list[FirstColumn]:
    """Columns of all options, in the order of the case."""
    columns = []
    for name, option in case.options.items():
        sizes = sizes_of(case, option)
        for date in dates_of(case, option):
            columns += [FirstColumn(STEP, name, date, size) for size in sizes]
            if sizes or option.kind is OptionKind.BRING_FORWARD:
                continue
            if needs_choice(case, name):
                columns.append(FirstColumn(CHOSEN, name, date))
            columns.append(FirstColumn(PART, name, date, option.largest))
    return columns
