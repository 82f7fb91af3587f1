"""Rows of cover for one start."""

from derbes.analysis.cover import cover_table
from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.results.supply import CoverRow


def cover_of(case: Case, start: int = 0, **asked: object) -> dict[str, CoverRow]:
    """Rows of the only measure and length by use."""
    rows = cover_table(case, Request(starts=(start,)), **asked)  # type: ignore[arg-type]
    found = {row.use: row for row in rows}
    assert len(found) == len(rows)
    return found
