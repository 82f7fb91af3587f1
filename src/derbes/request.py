"""What a user asks for, from words to a request: variants, measures, starts, lengths.

What made a result, and the units that it is in.

What a user asks of plans, from words to a request that has been checked.

What a user asks over draws, as it is written.

What a user asks of a ledger, as it is written.
"""

import math
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TypedDict

from derbes.case.entities import Case
from derbes.case.options import Budget
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.case.request import BASE, Request
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _, language
from derbes.results.supply import Leverage, LeverageEnd, LeverageRow, Provenance
from derbes.units import UnitError, parse_amount
from derbes.version import VERSION

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


USUAL_STARTS = "quarter"
USUAL_SEED = 1


def provenance_of(case: Case) -> Provenance:
    """What makes a result of this case: its hash, and the versions in use."""
    return Provenance(
        case_name=case.name,
        case_hash=case.hash,
        version=VERSION,
        solver=f"HiGHS {metadata.version('highspy')}",
    )


def made_by(
    case: Case,
    verb: str,
    *,
    variants: Sequence[str],
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = USUAL_STARTS,
    lengths: Sequence[int] = (),
    draws: int = 1,
    seed: int = USUAL_SEED,
) -> Provenance:
    """What makes the answer of a verb to a request, with the command that makes it again.

    Options that are as usual are not written out. Folders above the one that holds the
    case are left out of its path, so that no page tells of the machine it was made on.

    Args:
        case: The case.
        verb: `cover`, `leverage` or `brief`.
        variants: As in `request_of`, like what follows.
        measures: Names; empty: all of the case.
        starts: ISO months; or `month`, `quarter` or `year`.
        lengths: [month]
        draws: Draws of the uncertain inputs; 1: central values.
        seed: Seed of the draws.
    """
    usual = (ALL,) if verb == "brief" else (BASE,)
    is_every = isinstance(starts, str) and starts in EVERY_MONTHS
    every = [starts] if is_every and starts != USUAL_STARTS else []
    months = [] if is_every else [starts] if isinstance(starts, str) else starts
    options = [
        *(("--variant", name) for name in (variants if tuple(variants) != usual else ())),
        *(("--measure", name) for name in measures),
        *(("--length", str(length)) for length in lengths),
        *(("--start", month) for month in months),
        *(("--every", stretch) for stretch in every),
        *([("--draws", str(draws))] if draws > 1 else []),
        *([("--seed", str(seed))] if draws > 1 and seed != USUAL_SEED else []),
        *([("--lang", language())] if language() != "en" else []),
    ]
    path = Path(case.source)
    shown = Path(*path.parts[-2:]) if path.is_absolute() else path
    words = ["derbes", verb, shown.as_posix(), *(word for pair in options for word in pair)]
    return replace(
        provenance_of(case),
        n_draws=draws,
        seed=seed if draws > 1 else 0,
        command=shlex.join(map(str, words)) if case.source else "",
    )


def with_units(
    case: Case,
    surface: tuple[tuple[LeverageRow, ...], tuple[LeverageEnd, ...]],
    made: Provenance | None = None,
) -> Leverage:
    """Rows and ends of a surface, with their units and what made them."""
    rows, ends = surface
    alike = {case.goods[use.good].unit for use in case.uses.values()}
    units = [row.unmet_unit for row in rows if row.unmet_unit] or [*alike][: len(alike) == 1]
    return Leverage(
        rows=rows,
        ends=ends,
        provenance=made or provenance_of(case),
        currency=case.currency,
        unit=next(iter(units), ""),
    )


MOST_GAP = 1.0


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What is asked for, as a user writes it."""

    variant: str = BASE
    standards: tuple[str, ...] = ()
    """Empty: all of the case."""
    budget: str | float | None = None
    """Replaces the case's budget in all, e.g. `900 million USD`."""
    draws: int | None = None
    seed: int = 1
    lengths: tuple[int, ...] = ()
    """[month]"""


class EffortWords(TypedDict, total=False):
    """How exact, how long, by whom; what is left out is as in `Effort`."""

    gap: float
    time_limit: float | None
    """[s]"""
    n_workers: int
    executor: Executor | str | None
    """Any executor, or words: `local`, a number of processes, `dask://host:port`."""
    checkpoint: Path | None
    resume: bool
    progress: Callable[[int, int, str], None] | None


def planned_case(case: Case, words: PlanWords) -> Case:
    """The case with the variant, the standards and the budget that are asked for.

    Raises:
        RequestError: Something asked for is not in the case, or cannot be; names all of it.
    """
    chosen = _variant(case, words.variant)
    budget, budget_problems = _budget(case, words.budget)
    problems = [
        *_variant_problems(case, words.variant),
        *_standard_problems(chosen, words.standards),
        *_decision_problems(chosen),
        *missing_problems(chosen),
        *budget_problems,
        *_draws_problems(words.draws),
        *(problem for length in words.lengths for problem in _plan_length_problems(chosen, length)),
    ]
    if not problems:
        chosen = _asked(chosen, words, budget)
        problems = [*_committed_problems(chosen)]
    if problems:
        raise RequestError(case.source or case.name, problems)
    return chosen


def effort_problems(effort: EffortWords) -> list[Problem]:
    """What is wrong with the gap, the time limit and the checkpoint that are asked for."""
    gap, time_limit = effort.get("gap"), effort.get("time_limit")
    problems = []
    if gap is not None and not (math.isfinite(gap) and 0 <= gap <= MOST_GAP):
        problems.append(
            Problem(
                where="gap",
                what=_("{gap} is not a gap").format(gap=f"{gap:g}"),
                fix=_("write a share from 0 to 1, such as 0.001"),
            )
        )
    if time_limit is not None and not (math.isfinite(time_limit) and time_limit > 0):
        problems.append(
            Problem(
                where="time-limit",
                what=_("{seconds} s is not a time limit").format(seconds=f"{time_limit:g}"),
                fix=_("write the seconds that the answer may take, such as 60"),
            )
        )
    if gap == 0 and time_limit is not None:
        problems.append(
            Problem(
                where="gap",
                what=_("a gap of 0 with a time limit: the last bit of proof takes any time"),
                fix=_("allow a gap such as 0.001, or leave the time limit out"),
            )
        )
    if effort.get("resume") and effort.get("checkpoint") is None:
        problems.append(
            Problem(
                where="resume",
                what=_("there is no checkpoint to go on from"),
                fix=_("name the file that an earlier run wrote with --checkpoint"),
            )
        )
    return problems


def _variant(case: Case, name: str) -> Case:
    variant = case.variants.get(name)
    return case if variant is None or variant.case is None else variant.case


def _asked(case: Case, words: PlanWords, budget: Quantity | None) -> Case:
    names = words.standards or tuple(case.standards)
    standards = {name: case.standards[name] for name in case.standards if name in names}
    asked = replace(case, standards=standards)
    if budget is not None:
        asked = replace(asked, budget=replace(case.budget or Budget(), total=budget))
    return asked


# Problems


def _variant_problems(case: Case, name: str) -> Iterator[Problem]:
    if name != BASE and name not in case.variants:
        what = _('"{name}" is not a variant of this case').format(name=name)
        yield Problem(where="variant", what=what, fix=did_you_mean(name, (BASE, *case.variants)))


def _standard_problems(case: Case, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if name not in case.standards:
            what = _('"{name}" is not a standard of this case').format(name=name)
            fix = did_you_mean(name, case.standards) or _(
                "write it under standards in the case file"
            )
            yield Problem(where="standard", what=what, fix=fix)


def _decision_problems(case: Case) -> Iterator[Problem]:
    if not case.options:
        yield Problem(
            where="options",
            what=_("this case has no options, so there is nothing to decide"),
            fix=_("write under options what could be built, held or contracted, and what it costs"),
        )


def missing_problems(case: Case) -> Iterator[Problem]:
    """Numbers of options that are known to be unknown: such an option cannot be weighed."""
    for path in case.missing:
        if path.startswith("options."):
            yield Problem(
                where=path,
                what=_("it is missing, so what the option costs is not known"),
                fix=_("give a value with a range, grade D and a why, or take the option out"),
            )


def _draws_problems(draws: int | None) -> Iterator[Problem]:
    if draws is not None and draws < 1:
        yield Problem(
            where="draws",
            what=_("{n} draws are none").format(n=draws),
            fix=_("ask for 1 or more, or leave it out for the scenarios or central values"),
        )


def _plan_length_problems(case: Case, length: int) -> Iterator[Problem]:
    step, longest = int(case.calendar.step), case.calendar.n_periods * case.calendar.step
    if length < 1 or length > longest:
        what = _("a measure cannot last {length} months").format(length=length)
        fix = _("choose a length from 1 to {longest} months").format(longest=longest)
        yield Problem(where="length", what=what, fix=fix)
    elif length % step:
        what = _("{length} months are no whole periods of this case").format(length=length)
        fix = _("choose a multiple of {step} months").format(step=step)
        yield Problem(where="length", what=what, fix=fix)


def _budget(case: Case, text: str | float | None) -> tuple[Quantity | None, list[Problem]]:
    """The budget in base currency, or what is wrong with it."""
    if text is None:
        return None, []
    try:
        amount = parse_amount(str(text))
    except UnitError as error:
        return None, [Problem(where="budget", what=error.what, fix=error.fix)]
    unit = amount.unit.name if amount.unit else ""
    rate = case.rates.get(unit)
    if unit not in ("", case.currency) and rate is None:
        what = _('"{text}" is not an amount of money that this case knows').format(text=text)
        fix = _("write it in {currency}, such as 900 million {currency}").format(
            currency=case.currency
        )
        return None, [Problem(where="budget", what=what, fix=fix)]
    if amount.number < 0:
        what = _("a budget of {text} is below nothing").format(text=text)
        return None, [Problem(where="budget", what=what, fix=_("write an amount of 0 or more"))]
    value = amount.number * (rate.value if rate is not None else 1.0)
    return Quantity(value=value, unit=case.currency, path="budget.total", written=str(text)), []


def _committed_problems(case: Case) -> Iterator[Problem]:
    """A budget in all that is below what is decided already, at its cheapest."""
    total = None if case.budget is None else case.budget.total
    committed = {name: option for name, option in case.options.items() if option.committed}
    if total is None or not committed:
        return
    from derbes.planning.accounts import least_payment
    from derbes.planning.solving import number_words

    least = sum(least_payment(case, option) for option in committed.values())
    if least <= total.value * (1 + 1e-9):
        return
    what = _("a budget of {budget} is below the {least} that are committed: {names}").format(
        budget=number_words(total.value, case.currency),
        least=number_words(least, case.currency),
        names=", ".join(committed),
    )
    fix = _("raise the budget, or take committed from an option")
    yield Problem(where="budget", what=what, fix=fix)


STRESS_QUESTIONS = (
    "survive",
    "ended",
    "leverage",
    "hazards",
    "fans",
    "decides",
    "tipping",
)
"""Names of the questions."""
DRAW_METHODS = ("sobol", "latin", "random", "all")
"""Ways to draw."""
STRESS_DRAWS = 1000
"""Draws by the rule, unless told otherwise."""
STRESS_SOLVED = 32
"""Draws that are solved as programs too, unless told otherwise."""


class StressWords(TypedDict, total=False):
    """What is asked for; what is left out is as the verb says."""

    variants: Sequence[str]
    measures: Sequence[str]
    """Empty: the case's main measure."""
    starts: str | Sequence[str]
    lengths: Sequence[int]
    """[month]"""
    questions: Sequence[str]
    """Empty: all that the case can answer."""
    draws: int
    solved: int
    seed: int
    method: str


class StressEffort(TypedDict, total=False):
    """Who does the work, and where it is kept."""

    store: Path | str | None
    resume: bool
    executor: Executor | str | None
    n_workers: int
    progress: Callable[[int, int, str], None] | None


QUERIES = (
    "contradictions",
    "drift",
    "double_standards",
    "tensions",
    "coverage",
    "theses",
    "predictions",
    "signaling",
)
"""Questions to a ledger as a whole."""
FORMATS = ("claimreview", "csv")
"""Formats that verdicts are exported in."""


@dataclass(frozen=True, slots=True)
class StatementWords:
    """What is asked for, as a user writes it."""

    by: tuple[str, ...] = ()
    """Holders or utterers whose statements are shown; empty: all."""
    verdicts: tuple[str, ...] = ()
    """Verdicts that are shown; empty: all."""
    draws: int = 32
    seed: int = 1
    as_of: str = ""
    """ISO date; empty: the last that the case knows of."""
    flips: int = 3
    """Inputs that are tried for each verdict; 0: none, and no variants."""
    has_signaling: bool = False
    """Whether the signaling game is wanted."""
