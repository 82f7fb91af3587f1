"""The questions to the store on another engine, through Ibis: Spark on a cluster, Polars, others.

The queries are the same text as for the engine in this process, and Ibis puts them into the other
one's words; no sum and no formula is written again. The other engine reads the files of the store
itself, so that a cluster needs the store on a disk that all its machines see.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from derbes.errors import DataError, MissingExtraError, Problem, RequestError
from derbes.language import _
from derbes.trade.engine import Columns, named


class ElsewhereEngine:
    """A connection of Ibis; the views that it makes are dropped at the end."""

    wide = "DECIMAL(38, 0)"
    """Type of whole numbers beyond 64 bits, which every engine knows."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._views: dict[Path, str] = {}

    def columns(self, query: str) -> Columns:
        """The rows of a query as columns; what is missing is masked."""
        with _told(self._connection.name):
            found = self._connection.sql(query, dialect="duckdb").to_pyarrow()
            columns = {name: found.column(name) for name in found.column_names}
            return {
                name: np.ma.masked_array(column.fill_null(0), column.is_null())
                for name, column in columns.items()
            }

    def rows(self, query: str) -> list[Any]:
        """The rows of a query."""
        columns = [column.tolist() for column in self.columns(query).values()]
        return list(zip(*columns, strict=True))

    def scan(self, paths: Sequence[Path]) -> str:
        """Rows of some Parquet files, as an expression."""
        for path in paths:
            if path not in self._views:
                with _told(self._connection.name):
                    view = f"derbes_{id(self)}_{len(self._views)}"
                    self._connection.read_parquet(str(path.resolve()), table_name=view)
                self._views[path] = view
        every = " UNION ALL ".join(f"SELECT * FROM {named(self._views[path])}" for path in paths)
        return f"({every})"

    def drop_views(self) -> None:
        """Leave the connection as it was."""
        for view in self._views.values():
            # Ibis 12 with sqlglot 30 writes a statement to drop a view that names none.
            if hasattr(self._connection, "raw_sql"):
                self._connection.raw_sql(f"DROP VIEW IF EXISTS {view}")
            else:
                self._connection.drop_view(view, force=True)


@contextlib.contextmanager
def opened_elsewhere(place: Any) -> Iterator[ElsewhereEngine]:
    """The engine behind an address of Ibis, closed afterwards; or a connection, left open.

    Raises:
        MissingExtraError: Ibis is not installed.
        RequestError: Nothing answers at the address.
    """
    if not isinstance(place, str):
        engine = ElsewhereEngine(place)
        try:
            yield engine
        finally:
            engine.drop_views()
        return
    try:
        import ibis  # noqa: PLC0415 - an extra
    except ImportError as error:
        text = _('Another engine needs the "ibis" extra. Fix: pip install "derbes[ibis]".')
        raise MissingExtraError(text) from error
    try:
        connection = ibis.connect(place)
    except Exception as error:  # each engine has errors of its own
        what = _('"{place}" opens no engine: {reason}').format(place=place, reason=_first(error))
        fix = _(
            "write an address of Ibis whose engine is installed, such as polars:// or pyspark://"
        )
        raise RequestError("derbes", [Problem("engine", what, fix=fix)]) from error
    try:
        yield ElsewhereEngine(connection)
    finally:
        connection.disconnect()


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    """What the engine finds wrong, as an error of ours."""
    try:
        yield
    except Exception as error:  # each engine has errors of its own
        text = _("{engine} cannot answer: {reason}").format(engine=name, reason=_first(error))
        raise DataError(text) from error


def _first(error: Exception) -> str:
    """The first line of what an engine says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
