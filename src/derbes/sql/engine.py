"""The table engine: sums over many rows, in this process or, through Ibis, on another engine.

The only module that knows DuckDB and Ibis. Amounts are whole numbers, so that a sum is the same
to the bit on any number of threads. Another engine (Spark on a cluster, Polars) is asked in the
same text, which Ibis puts into its words; no sum and no formula is written again. It reads the
files of the store itself, so that a cluster needs the store on a disk that all its machines see.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from derbes.errors import DataError, MissingExtraError, OutputError, Problem, RequestError
from derbes.language import _
from derbes.scratch import new_folder

Columns = Mapping[str, npt.NDArray[Any]]
"""Name of a column → its values. (N,)"""
MOST_MEMORY = "600MB"
"""What the engine may take before it goes on in files."""


class TableEngine:
    """A connection to the engine; what is written and a stream alone outlive it."""

    wide = "HUGEINT"
    """Type of whole numbers beyond 64 bits."""

    def __init__(self, connection: Any, scratch: Path, place: Path | None) -> None:
        self._connection, self._scratch, self._place = connection, scratch, place

    def columns(self, query: str) -> Columns:
        """The rows of a query as columns; what is missing is masked."""
        with self._told():
            return dict(self._connection.execute(query).fetchnumpy())

    def rows(self, query: str) -> list[Any]:
        """The rows of a query."""
        with self._told():
            return list(self._connection.execute(query).fetchall())

    def stream(self, query: str) -> Any:
        """The rows of a query as a capsule of a stream of Arrow, which outlives the connection."""
        with self._told():
            return self._connection.sql(query).__arrow_c_stream__()

    def scan(self, paths: Sequence[Path]) -> str:
        """Rows of some Parquet files, as an expression."""
        return f"read_parquet([{', '.join(map(quoted, paths))}])"

    def run(self, query: str) -> None:
        """Run a query that answers nothing."""
        with self._told():
            self._connection.execute(query)

    def take(self, name: str, columns: Columns) -> None:
        """Let queries read columns as a table of this name; NaN is what is missing."""
        with self._told():
            self._connection.register(name, dict(columns))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What the engine finds wrong, as errors of ours."""
        import duckdb  # noqa: PLC0415

        try:
            yield
        except duckdb.IOException as error:
            words = str(error)
            if "No space left" not in words and "Could not write" not in words:
                raise DataError(_first_line(error)) from error
            if self._place and str(self._scratch) not in words:
                text = _(
                    "{place}: cannot be written: the disk is full. Fix: free space there, or "
                    "choose another folder with --store; what was there before is as it was."
                )
                raise OutputError(text.format(place=self._place)) from error
            text = _(
                "{place}: temporary files cannot be written: the disk is full. Fix: free space "
                "there, or name another folder by TMPDIR."
            )
            raise OutputError(text.format(place=self._scratch.parent)) from error
        except duckdb.Error as error:
            raise DataError(_first_line(error)) from error


class ElsewhereEngine:
    """A connection of Ibis; the views that it makes are dropped at the end."""

    wide = "DECIMAL(38, 0)"
    """The widest that every engine knows."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._views: dict[Path, str] = {}

    def columns(self, query: str) -> Columns:
        """The rows of a query as columns; what is missing is masked."""
        with self._told():
            found = self._connection.sql(query, dialect="duckdb").to_pyarrow()
            columns = {name: found.column(name) for name in found.column_names}
            return {
                name: np.ma.masked_array(column.fill_null(0), column.is_null())
                for name, column in columns.items()
            }

    def rows(self, query: str) -> list[Any]:
        """The rows of a query."""
        return list(zip(*[column.tolist() for column in self.columns(query).values()], strict=True))

    def scan(self, paths: Sequence[Path]) -> str:
        """Rows of some Parquet files, as an expression."""
        for path in paths:
            if path not in self._views:
                view = f"derbes_{id(self)}_{len(self._views)}"
                with self._told():
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
    def _told(self) -> Iterator[None]:
        """What the engine finds wrong, as an error of ours."""
        try:
            yield
        except Exception as error:  # each engine has errors of its own
            text, name = _("{engine} cannot answer: {reason}"), self._connection.name
            raise DataError(text.format(engine=name, reason=_first_line(error))) from error


QueryEngine = TableEngine | ElsewhereEngine
"""What the questions to the store are asked of."""


@contextlib.contextmanager
def opened_engine(n_threads: int = 2, place: Path | None = None) -> Iterator[TableEngine]:
    """The engine, closed afterwards; without a place to write to it only reads."""
    import duckdb  # noqa: PLC0415 - a case needs none

    with new_folder() as scratch:
        settings: dict[str, Any] = {
            "threads": n_threads,
            "memory_limit": MOST_MEMORY,
            "temp_directory": str(scratch),
            "autoinstall_known_extensions": False,
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            yield TableEngine(connection, Path(scratch), place)
        finally:
            connection.close()


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
        what = _('"{place}" opens no engine: {reason}')
        what = what.format(place=place, reason=_first_line(error))
        fix = _(
            "write an address of Ibis whose engine is installed, such as polars:// or pyspark://"
        )
        raise RequestError("derbes", [Problem("engine", what, fix=fix)]) from error
    try:
        yield ElsewhereEngine(connection)
    finally:
        connection.disconnect()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def quoted(text: str | Path) -> str:
    """A text as a word of the engine's language."""
    return "'" + str(text).replace("'", "''") + "'"


def named(name: str) -> str:
    """The name of a column as a word of the engine's language."""
    return '"' + name.replace('"', '""') + '"'


def filled(column: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """A column of numbers; what is missing is NaN. (N,)"""
    return np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan)
