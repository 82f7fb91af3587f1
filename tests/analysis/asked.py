"""Rows of the surface for one start and length."""

from derbes.analysis.leverage import leverage_surface
from derbes.case.entities import Case
from derbes.case.request import BASE, Request
from derbes.draws.study import Study, make_studies
from derbes.results.supply import LeverageEnd, LeverageRow


def row_of(
    case: Case,
    start: int,
    length: int,
    *,
    measure: str = "cut",
    bound: str = "optimal",
    has_premium: bool = False,
) -> LeverageRow:
    """One row."""
    request = Request(measures=(measure,), starts=(start,), lengths=(length,))
    rows, _ends = leverage_surface(case, request, has_premium=has_premium)
    return next(row for row in rows if row.bound == bound)


def ends_of(case: Case, **asked: object) -> dict[str, LeverageEnd]:
    """Ends of the only measure by use."""
    _rows, ends = leverage_surface(case, Request(**asked), has_premium=False)  # type: ignore[arg-type]
    return {end.use: end for end in ends}


def study_of(case: Case, variant: str = BASE) -> Study:
    """The study of a variant."""
    return make_studies(case, Request(), variants=(variant,))[0]
