"""One function per verb; each hands over to the package that knows how.

The packages are imported at the call, so that checking a case loads no solver,
no compiler and no charts.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from derbes.case.entities import Case
from derbes.case.inventory import quantities
from derbes.case.quantity import Quantity
from derbes.case.request import BASE
from derbes.errors import Problem
from derbes.results.cover import Cover
from derbes.results.leverage import Leverage
from derbes.workflow.asked import ALL, request_of
from derbes.workflow.made import provenance_of, with_units

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

    return check_case(Path(path))


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


def cover(  # noqa: PLR0913 - one option for each axis of the surface
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
    from derbes.cover import cover_table

    asked = request_of(case, variants=variants, measures=measures, starts=starts, lengths=lengths)
    rows = cover_table(case, asked, progress=progress, n_workers=n_workers)
    return Cover(rows=rows, provenance=provenance_of(case))


def leverage(  # noqa: PLR0913 - one option for each axis of the surface
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
    from derbes.leverage import leverage_surface

    asked = request_of(case, variants=variants, measures=measures, starts=starts, lengths=lengths)
    return with_units(case, leverage_surface(case, asked, progress=progress, n_workers=n_workers))


def brief(  # noqa: PLR0913 - one option for each axis of the surface
    case: Case,
    *,
    variants: Sequence[str] = (ALL,),
    measures: Sequence[str] = (),
    starts: str | Sequence[str] = "quarter",
    lengths: Sequence[int] = (),
    progress: Progress | None = None,
    n_workers: int = 1,
) -> str:
    """The brief on a case, one self-contained HTML page.

    Options as in `request_of`.

    Raises:
        RequestError: Something asked for is not in the case.
        SolveError: A program has no usable answer.
    """
    asked = request_of(case, variants=variants, measures=measures, starts=starts, lengths=lengths)
    from derbes.workflow.pages import brief_page

    return brief_page(case, asked, progress=progress, n_workers=n_workers)
