"""What a table changes in a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.tables import Head, ResultTable, table_of


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One number of a case that a table changes."""

    path: Annotated[str, Head("path")]
    old: Annotated[str, Head("before")]
    """In words, with unit; empty: there was none."""
    new: Annotated[str, Head("after")]
    """As old; empty: it goes."""


@dataclass(frozen=True, slots=True)
class TableImport(Tabled):
    """What a table changes in a case."""

    case: str
    table: str
    sheet: str
    """Sheet of a workbook; empty: it has none."""
    kind: str
    """`series`, `history`, `stocks`, `suppliers`, `prices` or `bill`."""
    changes: tuple[NumberChange, ...]
    columns: Mapping[str, str]
    """Part of a row, or path of the case → heading."""
    items: Mapping[str, str]
    """What a row is called → path of the case."""
    notes: tuple[str, ...]
    mapping: str
    """File in which the mapping is kept."""
    is_guessed: bool
    """Whether no mapping was kept before."""
    written: bool = False
    """Whether the case was changed."""


@dataclass(frozen=True, slots=True)
class BookImport(Tabled):
    """What a workbook changes in a case."""

    case: str
    book: str
    changes: tuple[NumberChange, ...]
    deleted: tuple[str, ...]
    """Paths of what has no row any more."""
    notes: tuple[str, ...]
    is_new: bool = False
    """Whether the case is begun with this workbook."""
    files: tuple[str, ...] = ()
    """Files that were written."""
    written: bool = False
    """Whether the case was changed."""


@tables_of.register
def import_tables(found: TableImport | BookImport) -> tuple[ResultTable, ...]:
    """What changes, as a whole table."""
    title = _("Numbers that change")
    return (table_of("changes", title, NumberChange, found.changes, "path old new"),)
