"""The public verbs, from a case file to cover, leverage, a plan and a brief.

The packages are imported at the call, so that checking a case loads no solver,
no compiler and no charts.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from derbes.case.entities import Case, quantities
from derbes.case.quantity import Note, Quantity
from derbes.case.request import BASE
from derbes.errors import Problem, RequestError
from derbes.language import language
from derbes.parallel import GAP, Progress, RunOptions, worker_problems
from derbes.publishing import brief, chart, chart_problems, charts, printed
from derbes.request import (
    EVERY_MONTHS,
    LEDGER_DRAWS,
    STRESS_DRAWS,
    STRESS_SOLVED,
    address_problems,
    expression_problems,
    harm_problems,
    made_by,
    planned_case,
    provenance_of,
    refuse,
    request_of,
    stress_request,
    with_units,
)
from derbes.results.imports import BookImport, TableImport
from derbes.results.plan import Plan
from derbes.results.statements import StatementTable
from derbes.results.stress import Stress
from derbes.results.supply import Cover, Leverage
from derbes.results.trade import EVERY, Imported, ProductSheet, Screen
from derbes.results.upstream import Upstream

__all__ = [
    "EVERY_MONTHS",
    "Progress",
    "brief",
    "chart",
    "chart_problems",
    "charts",
    "check",
    "cover",
    "draft",
    "excel",
    "export_statements",
    "import_excel",
    "import_table",
    "import_trade",
    "inputs",
    "leverage",
    "made_by",
    "plan",
    "printed",
    "provenance_of",
    "read_case",
    "record_verdicts",
    "recorded",
    "request_of",
    "schema",
    "screen",
    "show",
    "statements",
    "stress",
    "upstream",
]


def import_trade(
    paths: Sequence[Path | str],
    *,
    store: str = "",
    name: str = "",
    mapping: str = "",
    classification: str = "",
    vintage: str = "",
    license: str = "",  # noqa: A002 - as the option says it
) -> Imported:
    """Tables of trade into the store, where verbs find them; a year brought anew replaces the old.

    Args:
        paths: BACI (CSV or Parquet), UN Comtrade (both shapes of its CSV), or any table with a
            mapping.
        store: Folder of the store; empty: `DERBES_STORE`, else the user's own data folder.
        name: Id of the dataset; empty: made of source, classification and vintage.
        mapping: Columns of another table: `year=Year, exporter=From, importer=To, product=HS,
            value=Value [1000 USD], weight=Weight [t]`.
        classification: Revision of the HS, such as HS92; empty: as the files tell it.
        vintage: Release of the data; empty: as the names of the files tell it.
        license: What the data may be used for; empty: that of the source, where known.

    Raises:
        DataError: A file cannot be used; the store is as it was.
        OutputError: There is no space or no permission; the store is as it was.
        RequestError: The mapping tells no column.
    """
    from derbes.trade.store import import_trade as bring
    from derbes.trade.store import store_folder

    about = {"id_": name, "mapping": mapping, "classification": classification}
    files = [Path(path) for path in paths]
    return bring(files, store_folder(store), **about, vintage=vintage, license_=license)


def import_table(  # noqa: PLR0913 - one option for each wish
    table: Path | str,
    case: Path | str,
    *,
    take: Callable[[TableImport], bool] = lambda _found: True,
    mapping: str = "",
    name: str = "",
    sheet: str = "",
    cells: str = "",
    unit: str = "",
    grade: str = "",
    date: str = "",
    decimal: str = "",
    dates: str = "",
    at: str = "",
    gaps: str = "",
) -> TableImport:
    """A table into a case: a series, consumption, stocks, suppliers, prices, a bill of materials.

    What the columns are is told, kept from the last time, or guessed; it is kept beside the case.
    Every other byte of the case stays.

    Args:
        table: CSV, Excel or Parquet.
        case: Case file, or folder of a case.
        take: Asked, with what would change, whether to write it.
        mapping: `date=Month, uses.town.demand=Use [t], where country=Austria, kind=series`.
        name: Id of the mapping and of the document; empty: made of the name of the table.
        sheet: Of a workbook; empty: the only one that holds a table.
        cells: Of a sheet with more than one table, as in `A5:F40`.
        unit: Of numbers for which the table tells none.
        grade: A official figure, B published estimate, C derived, D assumption; empty: as kept,
            else B. Sums, means and demand from history are C.
        date: Of the table; empty: the day on which the file was last changed.
        decimal: `comma` or `point`, where the numbers do not show it.
        dates: `dmy` or `mdy`, where the dates do not show it.
        at: Time whose stock is taken; empty: the beginning of the calendar.
        gaps: `hold` or `line`: how months that the table does not know are filled, with grade D;
            empty: they are `missing`, and refused where nothing can be computed without.

    Raises:
        CaseError: The case has problems; it is as it was.
        TableError: The table cannot be read, or in several ways; holds every problem.
        DataError: The file is no table.
        OutputError: A file cannot be written; the case is as it was.
    """
    from derbes.tables.importing import import_into_case
    from derbes.tables.kept import TableMap

    told = TableMap(
        sheet=sheet, cells=cells, decimal=decimal, dates=dates, at=at, gaps=gaps, grade=grade
    )
    words: Any = {"take": take, "mapping": mapping, "name": name, "unit": unit, "date": date}
    return import_into_case(Path(table), Path(case), told, **words, examine=expression_problems)


def excel(path: Path | str | None = None, *, results: Sequence[Any] = ()) -> bytes:
    """A case as a workbook to work in, every input with unit, range, grade, source and why.

    Args:
        path: Case file, or folder of a case; None: an empty book, to begin a case in.
        results: Of other verbs on the same case; each adds its charts and its main table.

    Returns:
        The content of an .xlsx file.

    Raises:
        CaseError: The case has problems.
    """
    from derbes.workbook.importing import book_content

    place = None if path is None else Path(path)
    if not results:
        return book_content(place, expression_problems)
    from derbes.workbook.results import case_results

    today = datetime.now(UTC).date()
    add = partial(case_results, results=results, made_on=today)
    return book_content(place, expression_problems, add)


def import_excel(
    book: Path | str, case: Path | str, *, take: Callable[[BookImport], bool] = lambda _found: True
) -> BookImport:
    """What was changed in a workbook that `excel` made, back into its case; or a new case.

    Every byte of the case that no change touches stays.

    Args:
        book: The workbook.
        case: Case file, or folder of a case; where there is none, one is made of the workbook.
        take: Asked, with what would change, whether to write it.

    Raises:
        CaseError: The case has problems; it is as it was.
        TableError: The workbook cannot be taken; holds every problem with its cell.
        DataError: The file is no such workbook, or of another case.
        OutputError: A file cannot be written; the case is as it was.
    """
    from derbes.workbook.importing import import_book

    return import_book(Path(book), Path(case), take=take, examine=expression_problems)


def screen(  # noqa: PLR0913 - one option for each wish
    importer: str,
    *,
    sender: str = "",
    inside: str = "",
    products: Sequence[str] = (),
    beside: Sequence[str] = (),
    year: int | None = None,
    n_years: int = 3,
    production: float | None = None,
    dataset: str = "",
    store: str = "",
    engine: Any = "",
    n_workers: int = 1,
) -> Screen | ProductSheet:
    """How dependent a buyer is, by product; of one product of six digits, all that is known.

    Args:
        importer: Country (ISO code, name or number), group (EU, EU27, EAEU), or `all`.
        sender: Who may cut off.
        inside: Group whose sellers count as own.
        products: HS codes, or their first digits; empty: all.
        beside: Buyers whose unit values are compared.
        year: Last year; None: the last of the data.
        n_years: Years up to it.
        production: Own production in the last year, for the reliance on imports. [t]
        dataset: Id of the dataset; empty: the newest of the store, else that of the package.
        store: Folder of the store, as of `import_trade`.
        engine: Who makes the sums: a connection of Ibis, or its address, such as `pyspark://`,
            whose machines see the folder; empty: DuckDB in this process.
        n_workers: Cores to use in this process.

    Raises:
        DataError: The dataset is not there, or cannot be read.
        MissingExtraError: Another engine is named, and Ibis is not installed.
        RequestError: A country, product or year is not known.
    """
    from derbes.trade import screen as of_trade
    from derbes.trade.codes import DIGITS
    from derbes.trade.store import store_folder

    question = of_trade.Question(
        importer, sender, inside, tuple(products), tuple(beside), year, n_years, production
    )
    is_one = len(products) == 1 and len(products[0]) == DIGITS and importer != EVERY
    answer = of_trade.product_sheet if is_one else of_trade.screen
    return answer(store_folder(store), question, dataset, n_workers, engine=engine)


def upstream(
    importer: str,
    sender: str,
    *,
    table: Any = "",
    buyer: str = "",
    tiers: int = 5,
    sigma: str = "2..6",
    epsilon: str = "5",
    short_sigma: str = "0.1..0.9",
    elasticities: str = "",
) -> Upstream:
    """How much of what a country makes comes from a sender, tier by tier, and what it is worth.

    Args:
        importer: Country (ISO code, name or number) or group that makes goods of inputs.
        sender: Country or group that may cut off.
        table: A CSV of the OECD's ICIO, a folder in which pymrio has saved a system, or a system
            of pymrio itself (anything with `Z` and `Y` as data frames); empty: the reduced OECD
            ICIO 2022 of the package.
        buyer: Sector that buys, of a full table; empty: all, by output.
        tiers: Tiers told one by one.
        sigma: Elasticity of substitution between sellers of a good, above 1; a number or `2..6`.
        epsilon: Elasticity of trade with respect to its costs; a number or a range.
        short_sigma: Elasticity between an input and all else where no seller steps in.
        elasticities: A CSV in which sectors have their own: columns `sector` (code or name) and
            any of `sigma`, `epsilon`, `short_sigma`; empty: none has.

    Raises:
        DataError: The table cannot be used; says every reason.
        MissingExtraError: The table needs pymrio, which is not installed.
        RequestError: A country, sector or number is not one; says all.
    """
    from derbes.trade.upstream import upstream as answer

    words: Any = {"table": table, "buyer": buyer, "tiers": tiers, "elasticities": elasticities}
    return answer(importer, sender, **words, sigma=sigma, epsilon=epsilon, short_sigma=short_sigma)


def draft(
    importer: str,
    product: str,
    *,
    sender: str = "",
    first: str = "",
    year: int | None = None,
    n_years: int = 5,
    dataset: str = "",
    store: str = "",
    n_workers: int = 1,
) -> str:
    """A case file out of trade data: what they know, and every other key marked missing.

    Args:
        importer: Country or group that buys; the target.
        product: HS code of six digits.
        sender: Who may cut off; empty: the case has no measure.
        first: First month of the calendar, such as 2026-01; empty: January after the data.
        year: Last year looked at; None: the last of the data.
        n_years: Years whose variation gives ranges.
        dataset: As of `screen`.
        store: As of `screen`.
        n_workers: Cores to use.

    Raises:
        DataError: Nothing is recorded of it, or the dataset cannot be read.
        RequestError: A country, the product or the year is not known.
    """
    from derbes.trade.draft import draft_case, draft_problems
    from derbes.trade.screen import Question, product_sheet
    from derbes.trade.store import dataset_of, store_folder

    if problems := [*draft_problems(importer, product, first), *worker_problems(n_workers)]:
        raise RequestError(dataset_of(store_folder(store), dataset).id, problems)
    question = Question(importer, sender, products=(product,), last=year, n_years=n_years)
    return draft_case(product_sheet(store_folder(store), question, dataset, n_workers), first)


def read_case(path: Path | str) -> Case:
    """The case in a file, or in the `case.yaml` of a folder.

    Raises:
        CaseError: The file cannot be used; holds every problem with its line.
    """
    from derbes.casefile import read_case as read

    return read(Path(path))


def check(path: Path | str) -> tuple[Problem, ...]:
    """Every problem of a case file; empty when there is none."""
    return problems_and_notes(path)[0]


def problems_and_notes(path: Path | str) -> tuple[tuple[Problem, ...], tuple[Note, ...]]:
    """As `check`, and what the case leaves open when it has no problem, in one reading."""
    from derbes.casefile import read_files

    read = read_files(Path(path), expression_problems)
    return read.problems, () if read.problems or read.case is None else read.case.notes


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

    words: Any = {"variants": variants, "measures": measures, "starts": starts, "lengths": lengths}
    request, made = request_of(case, **words, n_workers=n_workers), made_by(case, "cover", **words)
    rows = cover_table(case, request, progress=progress, n_workers=n_workers)
    return Cover(rows=rows, provenance=made)


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
    refuse(case, harm_problems(case))
    from derbes.analysis.leverage import leverage_surface

    words: Any = {"variants": variants, "measures": measures, "starts": starts, "lengths": lengths}
    made = made_by(case, "leverage", **words)
    request = request_of(case, **words, n_workers=n_workers)
    found = leverage_surface(case, request, progress=progress, n_workers=n_workers)
    return with_units(case, found, made)


def plan(  # noqa: PLR0913 - one option for each wish
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
    gap: float = GAP,
    time_limit: float | None = None,
    n_workers: int = 1,
    executor: Executor | str | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
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
        gap: How far the plan may be from the best, as a part of the cost above that without
            any standard.
        time_limit: For everything together; None: as long as it takes. [s]
        n_workers: Processes.
        executor: Any of `concurrent.futures`, or words: `local`, a number of processes,
            `dask://host:port`.
        checkpoint: File in which the search is kept; None: nowhere.
        resume: Whether to go on from it.
        progress: Called as parts are done.

    Raises:
        RequestError: Something asked for is not in the case, or cannot be.
        DataError: The checkpoint is none, or of another case.
        MissingExtraError: A cluster is named, and its extra is not installed.
        SolveError: A program has no usable answer.
    """
    from derbes.answers import plan_answers, with_ways
    from derbes.planning.answers import futures_of
    from derbes.planning.solving import PlanRequest
    from derbes.stress.ways import WAYS_DRAWS

    options = RunOptions(n_workers, executor, progress, gap, time_limit, checkpoint, resume)
    words: Any = {"variant": variant, "standards": standards, "budget": budget, "lengths": lengths}
    asked = planned_case(case, options, **words, draws=draws, seed=seed)
    futures = futures_of(asked, draws, seed=seed)
    request = PlanRequest(
        asked, futures, variant, tuple(lengths), has_frontier=has_frontier, has_more=has_more
    )
    found = plan_answers(case, request, options)
    if variant != BASE or not has_more or {*found.not_computed} - {"frontier"}:
        return found
    plans, without = {BASE: found}, case.without_project
    if without:
        bare = planned_case(case, options, variant=without, standards=standards, budget=budget)
        beside = PlanRequest(bare, futures, without, has_frontier=False, has_more=False)
        plans[without] = plan_answers(case, beside, replace(options, store=None, resume=False))
    return with_ways(plans, request, options, draws=WAYS_DRAWS, seed=seed)


def stress(  # noqa: PLR0913 - one option for each wish
    case: Case,
    *,
    variants: Sequence[str] = (BASE,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "year",
    lengths: Sequence[int] = (),
    questions: Sequence[str] = (),
    draws: int = STRESS_DRAWS,
    solved: int = STRESS_SOLVED,
    seed: int = 1,
    method: str = "sobol",
    store: Path | str | None = None,
    resume: bool = False,
    executor: Executor | str | None = None,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> Stress:
    """What holds over draws of the uncertain inputs, and what decides it.

    The same seed gives the same answers, bit for bit, on any number of workers.

    Args:
        case: The case.
        variants: As in `request_of`, like what follows.
        measures: Names; empty: the main one.
        starts: ISO months; or `month`, `quarter` or `year`.
        lengths: [month]
        questions: Names; empty: all that the case can answer.
        draws: Draws of the uncertain inputs.
        solved: The first of them, solved as programs too.
        seed: Seed of the draws.
        method: `sobol`, `latin`, `random` or `all`.
        store: Parquet file in which the answers of every draw are kept; None: nowhere.
        resume: Whether to go on with a store that is there, for more draws if wanted.
        executor: Any of `concurrent.futures`, or words: `local`, a number of processes,
            `dask://host:port`. It solves programs; the rule runs on this machine.
        n_workers: Processes and threads of this machine.
        progress: Called as draws are done.

    Raises:
        RequestError: Something asked for is not in the case, cannot be, or will not fit.
        DataError: The store was made of something else.
        MissingExtraError: A cluster is named, and its extra is not installed.
        SolveError: A program has no usable answer.
    """
    from derbes.answers import stress_answers

    place = None if store is None else Path(store)
    options = RunOptions(n_workers, executor, progress, store=place, resume=resume)
    words: Any = {"variants": variants, "measures": measures, "starts": starts, "lengths": lengths}
    words |= {"questions": questions, "draws": draws, "solved": solved, "method": method}
    return stress_answers(case, stress_request(case, options, **words, seed=seed), options)


def statements(  # noqa: PLR0913 - one option for each wish
    case: Case,
    *,
    by: Sequence[str] = (),
    verdicts: Sequence[str] = (),
    draws: int = LEDGER_DRAWS,
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
    from derbes.answers import statement_answers

    words: Any = {"by": by, "verdicts": verdicts, "draws": draws, "seed": seed, "as_of": as_of}
    words |= {"flips": flips, "has_signaling": has_signaling}
    return statement_answers(case, RunOptions(n_workers, progress=progress), **words)


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
    from derbes.statements.verdicts import claim_reviews, statement_sheet

    if form == "claimreview":
        refuse(case, address_problems(page))
        return claim_reviews(case, table, language(), page)
    return statement_sheet(table, language(), has_mark=has_mark)


def record_verdicts(path: Path | str, table: StatementTable) -> int:
    """Add the verdicts of a table to a history that only grows; the number of lines added.

    Raises:
        DataError: The file is no history.
        OutputError: It cannot be written.
    """
    from derbes.statements.verdicts import record_verdicts as record

    return record(Path(path), table)


def recorded(path: Path | str) -> tuple[dict[str, object], ...]:
    """The lines of a history of verdicts, oldest first; none where there is no file yet.

    Raises:
        DataError: The file is no history.
    """
    from derbes.statements.verdicts import read_history

    return read_history(Path(path))
