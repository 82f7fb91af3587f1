"""The public verbs, from a case file to cover, leverage, a plan and a brief.

The packages are imported at the call, so that checking a case loads no solver,
no compiler and no charts.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Unpack

from derbes.case.entities import Case, quantities
from derbes.case.quantity import Quantity
from derbes.case.request import BASE
from derbes.errors import Problem, RequestError
from derbes.language import _, language
from derbes.request import (
    ALL,
    EVERY_MONTHS,
    EffortWords,
    PlanWords,
    StatementWords,
    StressEffort,
    StressWords,
    made_by,
    provenance_of,
    request_of,
    with_units,
)
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.results.supply import Cover, Leverage

__all__ = [
    "EVERY_MONTHS",
    "Progress",
    "brief",
    "check",
    "cover",
    "export_statements",
    "inputs",
    "leverage",
    "made_by",
    "plan",
    "provenance_of",
    "read_case",
    "record_verdicts",
    "request_of",
    "schema",
    "show",
    "statements",
    "stress",
]

Progress = Callable[[int, int, str], None]
"""Called with how much is done, out of how much, and of what."""


def read_case(path: Path | str) -> Case:
    """The case in a file, or in the `case.yaml` of a folder.

    Raises:
        CaseError: The file cannot be used; holds every problem with its line.
    """
    from derbes.casefile import read_case as read

    return read(Path(path))


def check(path: Path | str) -> tuple[Problem, ...]:
    """Every problem of a case file; empty when there is none."""
    from derbes.casefile import check_case

    return check_case(Path(path), _problems_of_expressions)


def _problems_of_expressions(case: Case) -> tuple[Problem, ...]:
    if not case.expressions:
        return ()
    from derbes.statements import ledger_problems

    return ledger_problems(case)


def schema(case: Case | None = None) -> dict[str, Any]:
    """The JSON Schema of case files; with a case, its own ids are offered."""
    from derbes.casefile import json_schema

    return json_schema(case)


def show(case: Case, where: str = "") -> str:
    """A case, or the element at a path, with unit, range, grade, source and why."""
    from derbes.casefile import display

    return display(case, where)


def inputs(case: Case, where: str = "") -> tuple[Quantity, ...]:
    """Every number of a case, or those at a path, with range, grade, source and why."""
    return quantities(case, where)


def cover(
    case: Case,
    *,
    variants: Sequence[str] = (BASE,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
    progress: Progress | None = None,
    n_workers: int = 1,
) -> Cover:
    """How long essential uses are met when a measure starts.

    Options as in `request_of`.

    Raises:
        RequestError: Something asked for is not in the case.
        SolveError: A program has no usable answer.
    """
    from derbes.analysis.cover import cover_table

    words: Any = {
        "variants": variants, "measures": measures, "starts": starts, "lengths": lengths
    }  # fmt: skip
    rows = cover_table(case, request_of(case, **words), progress=progress, n_workers=n_workers)
    return Cover(rows=rows, provenance=made_by(case, "cover", **words))


def leverage(
    case: Case,
    *,
    variants: Sequence[str] = (BASE,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
    progress: Progress | None = None,
    n_workers: int = 1,
) -> Leverage:
    """What measures cost target and sender, and from when on they cost the target nothing.

    Options as in `request_of`.

    Raises:
        RequestError: Something asked for is not in the case.
        SolveError: A program has no usable answer.
    """
    if not case.measures:
        what = _("this case has no measures, so there is no harm to tell of")
        fix = _("write under measures what may happen; derbes check shows an example")
        raise RequestError(case.source or case.name, [Problem("measures", what, fix=fix)])
    from derbes.analysis.leverage import leverage_surface

    words: Any = {
        "variants": variants, "measures": measures, "starts": starts, "lengths": lengths
    }  # fmt: skip
    asked = request_of(case, **words)
    found = leverage_surface(case, asked, progress=progress, n_workers=n_workers)
    return with_units(case, found, made_by(case, "leverage", **words))


def plan(
    case: Case,
    *,
    variant: str = BASE,
    standards: Sequence[str] = (),
    budget: str | float | None = None,
    draws: int | None = None,
    seed: int = 1,
    lengths: Sequence[int] = (),
    has_frontier: bool = True,
    has_more: bool = True,
    **effort: Unpack[EffortWords],
) -> Plan:
    """The cheapest programme that meets the standards, and what is asked about it.

    Args:
        case: The case.
        variant: Variant of the case.
        standards: Names; empty: all of the case.
        budget: What the options may cost in all; a number, or words such as
            `900 million USD`. None: what the case says.
        draws: Draws of the uncertain inputs; None: the scenarios of the case, or its central
            values.
        seed: Seed of the draws.
        lengths: Months survived at the points of the frontier; empty: the usual ones. [month]
        has_frontier: Whether the frontier is wanted.
        has_more: Whether costs of standards, of waiting, of not knowing, and other plans are
            wanted.
        **effort: `gap`, `time_limit` [s], `n_workers`, `executor` (any of
            `concurrent.futures`, or words), `checkpoint`, `resume`, `progress`.

    Raises:
        RequestError: Something asked for is not in the case, or cannot be.
        DataError: The checkpoint is none, or of another case.
        MissingExtraError: A cluster is named, and its extra is not installed.
        SolveError: A program has no usable answer.
    """
    from derbes.answers import find_plan

    words = PlanWords(variant, tuple(standards), budget, draws, seed, tuple(lengths))
    answers = {"has_frontier": has_frontier, "has_more": has_more}
    return find_plan(case, words, answers, effort)


def stress(
    case: Case,
    *,
    store: Path | str | None = None,
    resume: bool = False,
    executor: Executor | str | None = None,
    n_workers: int = 1,
    progress: Progress | None = None,
    **words: Unpack[StressWords],
) -> Stress:
    """What holds over draws of the uncertain inputs, and what decides it.

    The same seed gives the same answers, bit for bit, on any number of workers.

    Args:
        case: The case.
        store: Parquet file in which the answers of every draw are kept; None: nowhere.
        resume: Whether to go on with a store that is there, for more draws if wanted.
        executor: Any of `concurrent.futures`, or words: `local`, a number of processes,
            `dask://host:port`. It solves programs; the rule runs on this machine.
        n_workers: Processes and threads of this machine.
        progress: Called as draws are done.
        **words: `variants`, `measures` (empty: the main one), `starts`, `lengths` as in
            `request_of`, but `starts` is `year`; `questions` (empty: all that the case can
            answer), `draws`, `solved` (the first of them, solved as programs too), `seed`,
            `method` (`sobol`, `latin`, `random`, `all`).

    Raises:
        RequestError: Something asked for is not in the case, cannot be, or will not fit.
        DataError: The store was made of something else.
        DataError: The checkpoint is none, or of another case.
        MissingExtraError: A cluster is named, and its extra is not installed.
        SolveError: A program has no usable answer.
    """
    from derbes.answers import answered

    effort: StressEffort = {
        "store": store,
        "resume": resume,
        "executor": executor,
        "n_workers": n_workers,
        "progress": progress,
    }
    return answered(case, words, effort)


def statements(  # noqa: PLR0913 - one option for each wish
    case: Case,
    *,
    by: Sequence[str] = (),
    verdicts: Sequence[str] = (),
    draws: int = 32,
    seed: int = 1,
    as_of: str = "",
    flips: int = 3,
    has_signaling: bool = False,
    progress: Progress | None = None,
    n_workers: int = 1,
) -> StatementTable:
    """The ledger of a case with a verdict on every entry, and what it shows as a whole.

    Args:
        case: The case.
        by: Holders whose statements are wanted; empty: all.
        verdicts: Verdicts that are wanted; empty: all.
        draws: Draws of the uncertain inputs.
        seed: Seed of the draws.
        as_of: Day asked about; empty: the last that the case knows of.
        flips: Inputs that are tried for each verdict; 0: none, and no variants.
        has_signaling: Whether the signaling game is wanted.
        progress: Called as parts are done.
        n_workers: Processes.

    Raises:
        RequestError: Something asked for is not in the case.
        CaseError: Expressions that cannot be used.
        SolveError: A program has no usable answer.
    """
    from derbes.answers import judged_statements

    words = StatementWords(
        tuple(by), tuple(verdicts), draws, seed, as_of, flips, has_signaling=has_signaling
    )
    return judged_statements(case, words, n_workers=n_workers, progress=progress)


def export_statements(
    case: Case, table: StatementTable, form: str, *, page: str = "", has_mark: bool = False
) -> str:
    """Verdicts for other programs, as a text in the language in use.

    Args:
        case: The case.
        table: Verdicts on its statements.
        form: `claimreview` (schema.org, JSON-LD) or `csv`.
        page: Address of the page on which reviews will stand.
        has_mark: Whether a `csv` begins with a byte-order mark, which Excel wants.

    Raises:
        RequestError: The address is none of the web.
    """
    from derbes.statements.export import claim_reviews, statement_sheet

    if form == "claimreview":
        if page and not page.startswith(("https://", "http://")):
            what = _('"{address}" is not an address of the web').format(address=page)
            fix = _("write the whole of it, e.g. https://example.org/brief.html")
            raise RequestError(case.source or case.name, [Problem(where="url", what=what, fix=fix)])
        return claim_reviews(case, table, language(), page)
    return statement_sheet(table, language(), has_mark=has_mark)


def record_verdicts(path: Path | str, table: StatementTable) -> int:
    """Add the verdicts of a table to a history that only grows; the number of lines added.

    Raises:
        DataError: The file is no history.
        OutputError: It cannot be written.
    """
    from derbes.statements.export import record_verdicts as record

    return record(Path(path), table)


def brief(
    case: Case,
    *,
    variants: Sequence[str] = (ALL,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
    draws: int = 1,
    seed: int = 1,
    progress: Progress | None = None,
    n_workers: int = 1,
) -> str:
    """The brief on a case, one self-contained HTML page.

    Options as in `request_of`. With one draw all numbers are central values; with more,
    the brief also says how sure they are.

    Raises:
        RequestError: Something asked for is not in the case, or draws below one.
        SolveError: A program has no usable answer.
    """
    words: Any = {
        "variants": variants, "measures": measures, "starts": starts, "lengths": lengths
    }  # fmt: skip
    asked = request_of(case, **words)
    if draws < 1:
        what = _("{n} draws give no answer").format(n=draws)
        problem = Problem("draws", what, fix=_("ask for one draw or more"))
        raise RequestError(case.source or case.name, [problem])
    from derbes.pages import brief_page

    made = made_by(case, "brief", **words, draws=draws, seed=seed)
    return brief_page(case, asked, made, progress=progress, n_workers=n_workers)
