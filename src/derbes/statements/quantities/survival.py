"""Quantities of survival: how long, whether, and from when on a measure is survived."""

from dataclasses import replace

from derbes.analysis.cover import cover_table
from derbes.analysis.leverage import Starts, leverage_ends, outcome_of
from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.model.arrays import MeasureRun
from derbes.results.supply import ALL_ESSENTIAL, CoverRow
from derbes.statements.quantities.asked import Asked, measure_asked, measure_of, period_of
from derbes.statements.quantities.worlds import DrawWorld, VariantWorld
from derbes.statements.terms import NEVER, Missing, Value, day_of
from derbes.supply.disruption import horizon

QUARTER = 3
"""Starts of a measure are looked at once a quarter. [month]"""
Run = tuple[str, int]
"""A measure and its length. [period]"""


def time_to_survive(world: DrawWorld, asked: Asked) -> Value:
    """How long a use, or all essential ones, are met while a measure goes on. [month]"""
    one = world.of(asked)
    measure = measure_of(one.case, asked.text("sender"), asked.text("measure"))
    start = period_of(one.case, asked.day("at"))
    if isinstance(measure, Missing):
        return measure
    if isinstance(start, Missing):
        return start
    if not _can_start(one, measure, start):
        return Missing((f"measures.{measure}.start",))
    row = _cover_row(one, measure, start, asked.text("use") or ALL_ESSENTIAL)
    if row is None:
        return Missing((f"uses.{asked.text('use')}",))
    key = f"time_to_survive ({asked.day('at')})"
    if row.time_to_survive is None:
        is_optimal = asked.text("bound") != "myopic" or row.time_to_survive_myopic is None
        return (
            Missing((key,), at_least=row.survives_at_least)
            if is_optimal
            else _known(row.time_to_survive_myopic, key)
        )
    is_myopic = asked.text("bound") == "myopic"
    return _known(row.time_to_survive_myopic if is_myopic else row.time_to_survive, key)


def _known(months: float | None, key: str) -> Value:
    return Missing((key,)) if months is None else months


def _cover_row(one: VariantWorld, measure: str, start: int, use: str) -> CoverRow | None:
    """Row of a use; deferrable uses are looked at only when one is asked for."""
    only_essential = use == ALL_ESSENTIAL or use in _essential(one)

    def rows() -> dict[str, CoverRow]:
        study = replace(one.study, measures=(one.measure(measure),))
        asked = Request(starts=(start,), lengths=(1,))
        found = cover_table(one.case, asked, studies=(study,), only_essential=only_essential)
        return {row.use: row for row in found}

    return one.once(("cover", measure, start, only_essential), rows).get(use)


def _essential(one: VariantWorld) -> set[str]:
    arrays = one.study.arrays
    return {use for use, is_in in zip(arrays.uses, arrays.use_essential, strict=True) if is_in}


def _short_uses(one: VariantWorld, run: Run, start: int) -> tuple[str, ...]:
    """Essential uses that go short when a measure starts in a period."""

    def short() -> tuple[str, ...]:
        wanted = MeasureRun(one.measure(run[0]), run[1])
        program = one.survival(start, horizon(one.study.arrays, wanted, start))
        return outcome_of(Starts(one.study, (start,), (run[1],)), program, wanted).short_uses

    return one.once(("short", run, start), short)


def _can_start(one: VariantWorld, measure: str, start: int) -> bool:
    """Whether a measure may start in a period: one with a date of its own only then."""
    return one.measure(measure).start in {None, start}


def _is_met(one: VariantWorld, run: Run, start: int, use: str) -> bool | Missing:
    if use and use not in _essential(one):
        return Missing((f"uses.{use} (essential)",))
    if not _can_start(one, run[0], start):
        return Missing((f"measures.{run[0]}.start",))
    short = _short_uses(one, run, start)
    return use not in short if use else not short


def survives(world: DrawWorld, asked: Asked) -> Value:
    """Whether a measure leaves nothing of a use, or of all essential ones, unmet."""
    one = world.of(asked)
    run, start = measure_asked(one.case, asked), period_of(one.case, asked.day("at"))
    if isinstance(run, Missing):
        return run
    return start if isinstance(start, Missing) else _is_met(one, run, start, asked.text("use"))


def ended(world: DrawWorld, asked: Asked) -> Value:
    """Whether every start from a month on, one a quarter, is survived."""
    one = world.of(asked)
    run, first = measure_asked(one.case, asked), period_of(one.case, asked.day("at"))
    if isinstance(run, Missing):
        return run
    if isinstance(first, Missing):
        return first
    last = one.case.calendar.n_periods - 1
    return _all_met(one, run, _quarters(one.case, first, last), (asked.text("use"),))


def _all_met(one: VariantWorld, run: Run, starts: range, uses: tuple[str, ...]) -> bool | Missing:
    """Whether uses are met at every start; the first that is not decides."""
    for start in starts:
        for use in uses:
            met = _is_met(one, run, start, use)
            if met is not True:
                return met
    return True


def _quarters(case: Case, first: int, last: int) -> range:
    return range(first, last + 1, max(1, QUARTER // case.calendar.step))


def ends(world: DrawWorld, asked: Asked) -> Value:
    """First month from which on every start of a measure is survived; else never."""
    one = world.of(asked)
    run = measure_asked(one.case, asked)
    if isinstance(run, Missing):
        return run

    def dates() -> dict[str, str | None]:
        study = replace(one.study, measures=(one.measure(run[0]),))
        found = leverage_ends((study,), Request(lengths=(run[1],)))
        return {end.use: end.date for end in found}

    use = asked.text("use")
    found = one.once(("ends", run), dates)
    if (use or ALL_ESSENTIAL) not in found:
        return Missing((f"uses.{use}" if use else f"measures.{run[0]}",))
    date = found[use or ALL_ESSENTIAL]
    return NEVER if date is None else day_of(date) or NEVER


def meets(world: DrawWorld, asked: Asked) -> Value:
    """Whether the case meets a standard of its own, at each start, one a quarter."""
    one = world.of(asked)
    path = f"standards.{asked.text('standard')}"
    standard = one.case.standards.get(asked.text("standard"))
    if standard is None:
        return Missing((path,))
    if not standard.measure:
        return Missing((f"{path}.measure",))
    if standard.share is not None and standard.share.value < 1.0:
        return Missing((f"{path}.share (1)",))
    last = standard.last if standard.last >= 0 else one.case.calendar.n_periods - 1
    starts = _quarters(one.case, standard.first, last)
    return _all_met(one, (standard.measure, standard.length), starts, standard.uses or ("",))
