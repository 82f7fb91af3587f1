"""Verbs of workbooks, as `api` offers them; what they need is loaded when they are called."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from derbes.request import expression_problems
from derbes.results.imports import BookImport


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
