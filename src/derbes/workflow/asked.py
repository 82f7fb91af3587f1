"""What a user asks for, from words to a request: variants, measures, starts, lengths."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from derbes.case.calendar import Calendar, Step
from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _

ALL = "all"
"""Stands for every variant of a case."""

EVERY_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
"""How far starts lie apart. [month]"""

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def request_of(
    case: Case,
    *,
    variants: Sequence[str] = (BASE,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
) -> Request:
    """What is asked for, checked against a case.

    Args:
        case: The case.
        variants: Names; `all` for the case as written and every variant.
        measures: Names; empty: all of the case.
        starts: ISO months; or `month`, `quarter` or `year` for one start in each.
        lengths: Lengths of the measures; empty: those that each measure names. [month]

    Raises:
        RequestError: Something asked for is not in the case; names all of it.
    """
    known_variants = (BASE, *case.variants)
    months = _months(case.calendar, starts)
    problems = [
        *_unknown(variants, (*known_variants, ALL), _unknown_variant),
        *_unknown(measures, case.measures, _unknown_measure),
        *(problem for start in months for problem in _start_problems(case.calendar, start)),
        *(problem for length in lengths for problem in _length_problems(case.calendar, length)),
    ]
    if problems:
        raise RequestError(case.source or case.name, problems)
    return Request(
        variants=known_variants if ALL in variants else _once(variants),
        measures=_once(measures),
        starts=tuple(sorted({case.calendar.index_of(month) for month in months})),
        lengths=tuple(sorted({case.calendar.periods(length) for length in lengths})),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _months(calendar: Calendar, starts: str | Sequence[str]) -> tuple[str, ...]:
    """The months that are asked for, as written; not yet checked."""
    if not isinstance(starts, str):
        return tuple(starts)
    if starts not in EVERY_MONTHS:
        return (starts,)
    stride = max(1, EVERY_MONTHS[starts] // calendar.step)
    return calendar.labels[::stride]


def _unknown(
    names: Iterable[str], known: Iterable[str], what: Callable[[str, str], Problem]
) -> list[Problem]:
    known = tuple(known)
    return [what(name, did_you_mean(name, known)) for name in names if name not in known]


def _unknown_variant(name: str, fix: str) -> Problem:
    what = _('"{name}" is not a variant of this case').format(name=name)
    return Problem(where="variant", what=what, fix=fix)


def _unknown_measure(name: str, fix: str) -> Problem:
    what = _('"{name}" is not a measure of this case').format(name=name)
    return Problem(where="measure", what=what, fix=fix)


def _start_problems(calendar: Calendar, start: str) -> list[Problem]:
    if not _MONTH.fullmatch(start):
        what = _('"{start}" is not a month').format(start=start)
        fix = _("write year and month, e.g. {month}; or month, quarter, year").format(
            month=calendar.label(0)
        )
        return [Problem(where="start", what=what, fix=fix)]
    period = calendar.index_of(start)
    if 0 <= period < calendar.n_periods:
        return _within_a_period(calendar, start, calendar.label(period))
    what = _("{start} is outside the calendar of this case").format(start=start)
    first, last = calendar.label(0), calendar.label(calendar.n_periods - 1)
    fix = _("choose a month from {first} to {last}").format(first=first, last=last)
    return [Problem(where="start", what=what, fix=fix)]


def _within_a_period(calendar: Calendar, start: str, first: str) -> list[Problem]:
    """What is wrong with a month that does not begin its period."""
    if start == first:
        return []
    what = _("{start} begins no {step} of this case").format(start=start, step=_step(calendar))
    return [Problem(where="start", what=what, fix=_("choose {month}").format(month=first))]


def _step(calendar: Calendar) -> str:
    return _("year") if calendar.step is Step.YEAR else _("quarter")


def _length_problems(calendar: Calendar, length: int) -> list[Problem]:
    longest = calendar.n_periods * calendar.step
    if 1 <= length <= longest:
        if length % calendar.step == 0:
            return []
        what = _("{length} months are no whole periods of this case").format(length=length)
        fix = _("choose a multiple of {step} months").format(step=int(calendar.step))
        return [Problem(where="length", what=what, fix=fix)]
    what = _("a measure cannot last {length} months").format(length=length)
    fix = _("choose a length from 1 to {longest} months").format(longest=longest)
    return [Problem(where="length", what=what, fix=fix)]
