"""What a user asks for, from words to a request: every check of it, and what made a result.

A check names everything that is wrong at once, in the order of asking.
"""

import math
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from derbes.case.entities import Case, at_once, basket, main_measure
from derbes.case.options import Budget
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.case.request import BASE, DRAW_METHODS, HAZARDS, LATIN, QUESTIONS, Request
from derbes.errors import Problem, RequestError, count_problems, did_you_mean
from derbes.files import place_problems
from derbes.language import Worded, _, language, text_of, worded
from derbes.parallel import MIB, RunOptions, executor_problems, memory_limit, worker_problems
from derbes.results.supply import Leverage, LeverageEnd, LeverageRow, LeverCount, Provenance
from derbes.spelling import iso_month
from derbes.units import UnitError, parse_amount
from derbes.version import VERSION

ALL = "all"
"""Stands for every variant of a case."""
EVERY_MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""How far starts lie apart. [month]"""
STRESS_DRAWS = 1000
"""Draws by the rule, unless told otherwise."""
STRESS_SOLVED = 32
"""Draws that are solved as programs too, unless told otherwise."""
BRIEF_DRAWS = 64
"""Draws of a brief, all of them solved as programs too, unless told otherwise."""
USUAL_SEED = 1
LEDGER_DRAWS = 32
"""Draws over which statements are judged, unless told otherwise."""
MOST_DRAWS = 100_000
"""Draws of a brief, of a plan and of a ledger, at most; those by the rule alone may be more."""
MOST_SEED = 10**18
MOST_FLIPS = 100
MOST_GAP = 1.0
MOST_SECONDS = 366 * 24 * 3600
"""A time limit is at most a year. [s]"""
QUERIES = (
    "contradictions",
    "misfits",
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

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def refuse(case: Case, problems: Sequence[Problem]) -> None:
    """Raise what is wrong with a request, if anything is.

    Raises:
        RequestError: Holds all of it.
    """
    if problems:
        raise RequestError(case.source or case.name, problems)


def _wrong(is_wrong: object, where: str, what: str, fix: str) -> list[Problem]:
    return [Problem(where, what, fix=fix)] if is_wrong else []


def _unknown(where: str, names: Iterable[str], known: Iterable[str], what: str) -> list[Problem]:
    known = tuple(known)
    return [
        Problem(where, what.format(name=name), fix=did_you_mean(name, known))
        for name in names
        if name not in known
    ]


# Variants, measures, starts, lengths


def request_of(
    case: Case,
    *,
    variants: Sequence[str] = (BASE,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
    n_workers: int = 1,
) -> Request:
    """What is asked for, checked against a case.

    Args:
        case: The case.
        variants: Names; `all` for the case as written and every variant.
        measures: Names; empty: all of the case.
        starts: ISO months; or `month`, `quarter` or `year` for one start in each.
        lengths: Lengths of the measures; empty: those that each measure names. [month]
        n_workers: Processes that share the work.

    Raises:
        RequestError: Something asked for is not in the case, or cannot be; names all of it.
    """
    months = _months(case.calendar, starts)
    problems = [
        *_variant_problems(case, variants, ALL),
        *_unknown("measure", measures, case.measures, _('"{name}" is not a measure of this case')),
        *(problem for start in months for problem in _start_problems(case.calendar, start)),
        *_length_problems(case.calendar, lengths),
        *worker_problems(n_workers),
    ]
    refuse(case, problems)
    request = Request(
        variants=(BASE, *case.variants) if ALL in variants else tuple(dict.fromkeys(variants)),
        measures=tuple(dict.fromkeys(measures)),
        starts=tuple(sorted({case.calendar.index_of(month) for month in months})),
        lengths=tuple(sorted({case.calendar.periods(length) for length in lengths})),
    )
    refuse(case, memory_problems(case, request))
    return request


def _months(calendar: Calendar, starts: str | Sequence[str]) -> tuple[str, ...]:
    """The months that are asked for, as written; not yet checked."""
    if not isinstance(starts, str):
        return tuple(starts)
    if starts not in EVERY_MONTHS:
        return (starts,)
    return calendar.labels[:: max(1, EVERY_MONTHS[starts] // calendar.step)]


def _variant_problems(case: Case, names: Sequence[str], *more: str) -> list[Problem]:
    what = _('"{name}" is not a variant of this case')
    return _unknown("variant", names, (BASE, *case.variants, *more), what)


def _start_problems(calendar: Calendar, start: str) -> list[Problem]:
    if not _MONTH.fullmatch(start):
        what = _('"{start}" is not a month').format(start=start)
        fix = _("write year and month, e.g. {month}; for one in each quarter: --every quarter")
        if meant := iso_month(start):
            fix = _('write "{text}"').format(text=meant)
        return [Problem("start", what, fix=fix.format(month=calendar.label(0)))]
    period = calendar.index_of(start)
    if not 0 <= period < calendar.n_periods:
        what = _("{start} is outside the calendar of this case").format(start=start)
        first, last = calendar.label(0), calendar.label(calendar.n_periods - 1)
        fix = _("choose a month from {first} to {last}").format(first=first, last=last)
        return [Problem("start", what, fix=fix)]
    month, what = calendar.label(period), _("{start} begins no quarter of this case")
    if calendar.step is Step.YEAR:
        what = _("{start} begins no year of this case")
    fix = _("choose {month}").format(month=month)
    return _wrong(start != month, "start", what.format(start=start), fix)


def _length_problems(calendar: Calendar, lengths: Iterable[int]) -> Iterator[Problem]:
    step, longest = int(calendar.step), calendar.n_periods * calendar.step
    for length in lengths:
        if not 1 <= length <= longest:
            what = _("a measure cannot last {length} months").format(length=length)
            fix = _("choose a length from 1 to {longest} months").format(longest=longest)
            yield Problem("length", what, fix=fix)
        elif length % step:
            what = _("{length} months are no whole periods of this case").format(length=length)
            fix = _("choose a multiple of {step} months").format(step=step)
            yield Problem("length", what, fix=fix)


# What a run needs

NUMBER_BYTES = 8
COLUMN_BYTES = 800
"""Memory that the solver takes for a column of a program, its part of the rows included."""
ENTRY_BYTES = 150
"""The same for each period in which what comes in holds up stock that spoils."""
ROW_BYTES = 2000
"""Memory that the rows of one point take, by both rules."""


def arrays_needed(case: Case, n_periods: int) -> int:
    """Memory that the compiled arrays of a case take. [byte]

    What changes over time counts: four numbers of an activity, three of a good, two of a use
    and of a capacity that several share, one of a lot, a line and a plant. The periods are
    those of its calendar, and of the tail behind it.
    """
    lines = sum(len(plant.lines) for plant in case.plants.values())
    shared = sum(len(one.routes) > 1 for one in case.suppliers.values())
    counts = 4 * activity_count(case) + 3 * len(case.goods) + 2 * (len(case.uses) + shared)
    return NUMBER_BYTES * n_periods * (counts + len(case.stockpiles) + lines + len(case.plants))


def activity_count(case: Case) -> int:
    """Purchases, one for each supplier and route, recipes and exports."""
    purchases = sum(max(1, len(one.routes)) for one in case.suppliers.values())
    return purchases + len(case.recipes) + len(case.exports)


def shelf_count(case: Case, n_periods: int) -> int:
    """Periods of inflow times those that it lasts, of all that brings goods with a shelf life."""
    lives = {
        one.id: min(n_periods, case.calendar.periods(one.survival.shelf_life.value))
        for one in case.goods.values()
        if one.survival.shelf_life is not None
    }
    inflow = [one.good for one in case.suppliers.values() for _way in one.routes or ("",)]
    inflow += [one.output for one in case.recipes.values()]
    last = (lives.get(good, 0) for good in inflow)
    return sum(n_periods * life - life * life // 2 for life in last)


def point_count(case: Case, request: Request) -> int:
    """Points that are looked at: variants × measures × starts × lengths."""
    asked = request.measures or tuple(case.measures)
    starts = len(request.starts) or case.calendar.n_periods
    return len(request.variants) * sum(
        (1 if one.start is not None else starts) * (len(request.lengths) or len(one.lengths))
        for one in [case.measures[name] for name in asked if name in case.measures]
    )


class Need(NamedTuple):
    """What a request needs, counted before its work begins."""

    n_points: int
    n_draws: int
    n_columns: int
    """Of one program."""
    alone: int
    """Memory for one variant, or one draw of a plan, and its program. [byte]"""
    memory: int
    """All that is kept at once. [byte]"""

    @property
    def words(self) -> str:
        """What is needed, for a reader."""
        text = _("{points:,} points, some {memory:,} MiB of memory")
        if self.n_draws > 1:
            text = _("{points:,} points, {draws:,} draws, some {memory:,} MiB of memory")
        memory = -(-self.memory // MIB)
        return text.format(points=self.n_points, draws=self.n_draws, memory=memory)


def need_of(case: Case, request: Request) -> Need:
    """What a request needs.

    The arrays of every variant, or of every draw of a plan, are kept, and the rows of every
    point; one program at a time is solved, whose columns are the activities, stocks and uses of
    each period.
    """
    from derbes.model.compile import tail_periods

    n_periods = case.calendar.n_periods + tail_periods(case, max(request.lengths, default=0))
    columns = activity_count(case) + 2 * len(case.goods) + len(case.stockpiles) + len(case.uses)
    arrays = arrays_needed(case, n_periods)
    alone = arrays + COLUMN_BYTES * columns * n_periods + ENTRY_BYTES * shelf_count(case, n_periods)
    n_points, n_arrays = point_count(case, request), len(request.variants) * request.draws
    memory = alone + (n_arrays - 1) * arrays + ROW_BYTES * n_points
    return Need(n_points, request.draws, columns * n_periods, alone, memory)


def memory_problems(case: Case, request: Request, limit: int | None = None) -> list[Problem]:
    """What memory will not hold of what is asked for, and how less is asked for.

    The limit is in bytes; None: half of the memory of the machine.
    """
    need = need_of(case, request)
    most = memory_limit() if limit is None else limit
    if need.memory <= most:
        return []
    what = _(
        "{n:,} points (variants × measures × starts × lengths) need some {needed:,} MiB of memory,"
        " and {limit:,} MiB may be taken"
    )
    count = need.n_points
    fix = _("look at fewer: --every year, or one --variant, --measure or --length at a time")
    if need.n_draws > 1:
        what = _("{n:,} draws need some {needed:,} MiB of memory, and {limit:,} MiB may be taken")
        count = need.n_draws
        fix = _("ask for fewer --draws")
    if need.alone + ROW_BYTES > most:
        fix = _("a program of {n:,} columns is too large: shorten the calendar, or add elements up")
        fix = fix.format(n=need.n_columns)
    what = what.format(n=count, needed=-(-need.memory // MIB), limit=most // MIB)
    return [Problem("memory", what, fix=fix)]


# Harm, and the brief


def harm_problems(case: Case) -> list[Problem]:
    """Why no harm can be told of."""
    what = _("this case has no measures, so there is no harm to tell of")
    fix = _("write under measures what may happen; derbes check shows an example")
    return _wrong(not case.measures, "measures", what, fix)


def brief_problems(draws: int, seed: int) -> list[Problem]:
    """What is wrong with the draws of a brief."""
    return count_problems(("draws", draws, 0, MOST_DRAWS), ("seed", seed, 0, MOST_SEED))


# Draws


def stress_request(
    case: Case,
    options: RunOptions,
    *,
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "year",
    questions: Sequence[str] = (),
    draws: int = STRESS_DRAWS,
    solved: int = STRESS_SOLVED,
    seed: int = 1,
    method: str = "sobol",
    **surface: Any,
) -> Request:
    """What is asked over draws, checked against a case; arguments as of `api.stress`.

    Raises:
        RequestError: Names everything that is wrong with it, and with the options of the run.
    """
    from derbes.draws.sampling import MOST_POINTS

    names, main = tuple(measures), main_measure(case)
    if not names and main:
        names = (main,)
    request, problems = Request(), []
    try:
        n_workers = options.n_workers
        request = request_of(case, measures=names, starts=starts, n_workers=n_workers, **surface)
    except RequestError as error:
        problems = [*error.problems]
    for question in questions:
        if question == HAZARDS and not case.hazards:
            what = _("the case says of no measure how often it comes")
            fix = _('add a section "hazards", or leave the question out')
            problems.append(Problem("question", what, fix=fix))
        what = _('"{name}" is not a question that draws answer')
        problems += _unknown("question", [question], QUESTIONS, what)
    fix = _('add a section "measures"')
    problems += _wrong(not case.measures, "measure", _("the case has no measure"), fix)
    what = _("{n:,} draws cannot be made").format(n=draws)
    fix = _("ask for 1 to {most:,} draws").format(most=MOST_POINTS)
    problems += _wrong(not 1 <= draws <= MOST_POINTS, "draws", what, fix)
    what = _("{n:,} draws cannot be solved").format(n=solved)
    problems += _wrong(solved < 0, "solved", what, _("ask for 0 draws or more"))
    problems += count_problems(("seed", seed, 0, MOST_SEED))
    problems += _unknown("method", [method], DRAW_METHODS, _('"{name}" is not a way to draw'))
    places = place_problems(case.files, {"store": options.store})
    refuse(case, [*problems, *_store_problems(options, method), *places])
    asked = questions or [one for one in QUESTIONS if one != HAZARDS or case.hazards]
    told = tuple(question for question in QUESTIONS if question in asked)
    return replace(request, questions=told, draws=draws, solved=solved, seed=seed, method=method)


def _store_problems(options: RunOptions, method: str) -> list[Problem]:
    """What is wrong with who does the work, and with the store of the draws."""
    problems, place, resume = executor_problems(options.executor), options.store, options.resume
    what = _("{place} is there already").format(place=place)
    fix = _("add --resume to go on with it, or name another file")
    problems += _wrong(place is not None and place.exists() and not resume, "store", what, fix)
    what, fix = _("there is nothing to go on with"), _("name the file with --store")
    problems += _wrong(resume and place is None, "resume", what, fix)
    what = _("a Latin hypercube cannot be extended: all of its draws belong together")
    fix = _("draw with the method sobol or random")
    return [*problems, *_wrong(resume and method == LATIN, "resume", what, fix)]


# Plans


def planned_case(
    case: Case,
    options: RunOptions,
    *,
    variant: str = BASE,
    standards: Sequence[str] = (),
    budget: str | float | None = None,
    draws: int | None = None,
    seed: int = USUAL_SEED,
    lengths: Sequence[int] = (),
) -> Case:
    """The case with the variant, the standards and the budget that are asked for.

    Arguments as of `api.plan`.

    Raises:
        RequestError: Something asked for is not in the case, or cannot be; names all of it.
    """
    changed = case.variants[variant].case if variant in case.variants else None
    chosen = changed or case
    amount, wrong_budget = _budget(case, budget)
    asked = 1 if draws is None else draws
    problems = [
        *_variant_problems(case, [variant]),
        *_standard_problems(chosen, standards),
        *missing_problems(chosen),
        *wrong_budget,
        *count_problems(("draws", asked, 1, MOST_DRAWS), ("seed", seed, 0, MOST_SEED)),
        *_length_problems(chosen.calendar, lengths),
        *worker_problems(options.n_workers),
    ]
    if not problems:
        names = standards or tuple(chosen.standards)
        held = {name: one for name, one in chosen.standards.items() if name in names}
        chosen = replace(chosen, standards=held)
        if amount is not None:
            chosen = replace(chosen, budget=replace(chosen.budget or Budget(), total=amount))
        problems = [
            *_committed_problems(chosen),
            *memory_problems(chosen, Request(draws=asked, starts=(0,))),
        ]
    problems += place_problems(case.files, {"checkpoint": options.store})
    refuse(case, [*problems, *_search_problems(options), *executor_problems(options.executor)])
    return chosen


def _search_problems(options: RunOptions) -> list[Problem]:
    """What is wrong with the gap, the time limit and the checkpoint that are asked for."""
    gap, seconds = options.gap, options.time_limit
    is_gap = math.isfinite(gap) and 0 <= gap <= MOST_GAP
    what = _("{gap} is not a gap").format(gap=f"{gap:g}")
    problems = _wrong(not is_gap, "gap", what, _("write a share from 0 to 1, such as 0.001"))
    if seconds is not None:
        what = _("{seconds} s is not a time limit").format(seconds=f"{seconds:g}")
        fix = _("write the seconds that the answer may take, such as 60")
        problems += _wrong(not 0 < seconds <= MOST_SECONDS, "time-limit", what, fix)
        what = _("a gap of 0 with a time limit: the last bit of proof takes any time")
        fix = _("allow a gap such as 0.001, or leave the time limit out")
        problems += _wrong(gap == 0, "gap", what, fix)
    what = _("there is no checkpoint to go on from")
    fix = _("name the file that an earlier run wrote with --checkpoint")
    return problems + _wrong(options.resume and options.store is None, "resume", what, fix)


def _standard_problems(case: Case, names: Sequence[str]) -> Iterator[Problem]:
    what = _('"{name}" is not a standard of this case')
    otherwise = _("write it under standards in the case file")
    for problem in _unknown("standard", names, case.standards, what):
        yield replace(problem, fix=problem.fix or otherwise)
    if not case.options:
        what = _("this case has no options, so there is nothing to decide")
        fix = _("write under options what could be built, held or contracted, and what it costs")
        yield Problem("options", what, fix=fix)


def missing_problems(case: Case) -> Iterator[Problem]:
    """Numbers of options that are known to be unknown: such an option cannot be weighed."""
    for path in case.missing:
        if path.startswith("options."):
            fix = _("give a value with a range, grade D and a why, or take the option out")
            yield Problem(path, _("it is missing, so what the option costs is not known"), fix=fix)


def _budget(case: Case, text: str | float | None) -> tuple[Quantity | None, list[Problem]]:
    """The budget in base currency, or what is wrong with it."""
    if text is None:
        return None, []
    try:
        amount = parse_amount(str(text))
    except UnitError as error:
        return None, [Problem("budget", error.what, fix=error.fix)]
    unit = amount.unit.name if amount.unit else ""
    rate = case.rates.get(unit)
    if unit not in ("", case.currency) and rate is None:
        what = _('"{text}" is not an amount of money that this case knows').format(text=text)
        fix = _("write it in {currency}, such as 900 million {currency}")
        return None, [Problem("budget", what, fix=fix.format(currency=case.currency))]
    if amount.number < 0:
        what = _("a budget of {text} is below nothing").format(text=text)
        return None, [Problem("budget", what, fix=_("write an amount of 0 or more"))]
    value = amount.number * (rate.value if rate is not None else 1.0)
    return Quantity(value=value, unit=case.currency, path="budget.total", written=str(text)), []


def _committed_problems(case: Case) -> Iterator[Problem]:
    """A budget in all that is below what is decided already, at its cheapest."""
    total = None if case.budget is None else case.budget.total
    committed = {name: option for name, option in case.options.items() if option.committed}
    if total is None or not committed:
        return
    from derbes.planning.accounts import least_payment, number_words

    least = sum(least_payment(case, option) for option in committed.values())
    if least <= total.value * (1 + 1e-9):
        return
    what = _("a budget of {budget} is below the {least} that are committed: {names}")
    what = what.format(
        budget=number_words(total.value, case.currency),
        least=number_words(least, case.currency),
        names=", ".join(committed),
    )
    yield Problem("budget", what, fix=_("raise the budget, or take committed from an option"))


# Ledgers


def expression_problems(case: Case) -> tuple[Problem, ...]:
    """What is wrong with the expressions of a case."""
    if not case.expressions:
        return ()
    from derbes.statements import ledger_problems as found

    return found(case)


def ledger_problems(
    case: Case,
    by: Sequence[str],
    verdicts: Sequence[str],
    as_of: str,
    *,
    draws: int,
    seed: int,
    flips: int,
    n_workers: int,
) -> list[Problem]:
    """What is wrong with what is asked of a ledger; arguments as of `api.statements`."""
    from derbes.statements import entries_of
    from derbes.statements.of_case import VERDICT_WORDS
    from derbes.statements.terms import Day, day_of

    what = _("this case has no statements")
    fix = _("add a section `statements`; see docs/how-to/add-a-statement.md")
    problems = [
        *_wrong(not entries_of(case), "statements", what, fix),
        *_unknown("by", by, case.actors, _('"{name}" is not an actor of this case')),
        *_unknown("verdict", verdicts, VERDICT_WORDS, _('"{name}" is not a verdict')),
    ]
    problems += count_problems(
        ("draws", draws, 1, MOST_DRAWS),
        ("seed", seed, 0, MOST_SEED),
        ("flips", flips, 0, MOST_FLIPS),
    )
    problems += worker_problems(n_workers)
    what, fix = _('"{text}" is not a date').format(text=as_of), _("write a date such as 2026-03-01")
    return problems + _wrong(as_of and not isinstance(day_of(as_of), Day), "as_of", what, fix)


def address_problems(page: str) -> list[Problem]:
    """What is wrong with the address of a page; empty: there is none."""
    what = _('"{address}" is not an address of the web').format(address=page)
    fix = _("write the whole of it, e.g. https://example.org/brief.html")
    return _wrong(page and not page.startswith(("https://", "http://")), "url", what, fix)


# What made a result


USUAL_STARTS = "quarter"


def provenance_of(case: Case) -> Provenance:
    """What makes a result of this case: its hash, and the versions in use."""
    rate = case.discount_rate
    solver = f"HiGHS {metadata.version('highspy')}"
    known = rate.value if rate is not None and (rate.value or rate.has_range) else None
    return Provenance(case.name, case.hash, VERSION, solver, discount_rate=known)


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
        draws: Draws of the uncertain inputs; 0 and 1: central values.
        seed: Seed of the draws.
    """
    usual, usual_draws = ((ALL,), BRIEF_DRAWS) if verb == "brief" else ((BASE,), 1)
    is_every = isinstance(starts, str) and starts in EVERY_MONTHS
    every = [starts] if is_every and starts != USUAL_STARTS else []
    draws_differ = max(draws, 1) != max(usual_draws, 1)
    months = [] if is_every else [starts] if isinstance(starts, str) else starts
    options = [
        *(("--variant", name) for name in (variants if tuple(variants) != usual else ())),
        *(("--measure", name) for name in measures),
        *(("--length", str(length)) for length in lengths),
        *(("--start", month) for month in months),
        *(("--every", stretch) for stretch in every),
        *([("--draws", str(draws if draws > 1 else 0))] if draws_differ else []),
        *([("--seed", str(seed))] if draws > 1 and seed != USUAL_SEED else []),
        *([("--lang", language())] if language() != "en" else []),
    ]
    words = ["derbes", verb, named(case.source), *(word for pair in options for word in pair)]
    command = shlex.join(map(str, words)) if case.source else ""
    made = replace(provenance_of(case), command=command)
    return replace(made, n_draws=draws, seed=seed) if draws > 1 else made


def named(source: str) -> str:
    """What names a case, from wherever and by whatever way it is read.

    Its file or folder, with the folder in which that lies, and no more: so names it who stands
    above that folder, and so it is where links are followed. A file that is not there (any
    more) keeps its name.
    """
    path = Path(source)
    return Path(*(path.resolve() if path.exists() else path).parts[-2:]).as_posix()


def with_units(
    case: Case,
    surface: tuple[tuple[LeverageRow, ...], tuple[LeverageEnd, ...]],
    made: Provenance | None = None,
) -> Leverage:
    """Rows and ends of a surface, with their units and what made them."""
    rows, ends = surface
    alike = {case.goods[use.good].unit for use in case.uses.values()}
    units = [row.unmet_unit for row in rows if row.unmet_unit] or [*alike][: len(alike) == 1]
    levers = lever_counts(case, {row.measure for row in rows})
    goods = tuple(dict.fromkeys(use.good for use in case.uses.values()))
    unit, made = next(iter(units), ""), made or provenance_of(case)
    return Leverage(rows, ends, made, case.currency, unit, levers, goods)


def lever_counts(case: Case, computed: Collection[str]) -> tuple[LeverCount, ...]:
    """Which levers are counted, all of a sender at once, and which are missing.

    Rows tell of the measures and baskets that are `computed`.
    """

    def count(id_: str, label: str, sender: str, measures: tuple[str, ...]) -> LeverCount:
        name = basket(measures)
        return LeverCount(id_, label, sender, measures, name if name in computed else "")

    alone = [
        replace(
            count(one.id, Worded(text_of, one.label, one.id), one.sender, one.measures),
            missing=Worded(text_of, one.lacks),
            look=Worded(text_of, one.look),
        )
        for one in case.levers.values()
    ]
    every = worded("all counted levers at once")
    whole = [count("", every, sender, names) for sender, names in at_once(case.levers).items()]
    return (*alone, *whole)
