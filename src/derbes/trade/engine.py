"""The table engine: sums over many rows. The only module that knows it.

Amounts are whole numbers, so that a sum is the same to the bit on any number of threads.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from derbes.errors import DataError, OutputError
from derbes.language import _
from derbes.scratch import new_folder

Columns = Mapping[str, npt.NDArray[Any]]
"""Name of a column → its values. (N,)"""
MOST_MEMORY = "600MB"
"""What the engine may take before it goes on in files."""


class QueryEngine(Protocol):
    """What the questions to the store need of an engine; its language is that of this one."""

    wide: str
    """Type of whole numbers beyond 64 bits."""

    def columns(self, query: str) -> Columns:
        """The rows of a query as columns; what is missing is masked."""

    def rows(self, query: str) -> list[Any]:
        """The rows of a query."""

    def scan(self, paths: Sequence[Path]) -> str:
        """Rows of some Parquet files, as an expression."""


class TableEngine:
    """A connection to the engine; nothing that it makes outlives it but what is written."""

    wide = "HUGEINT"

    def __init__(self, connection: Any, scratch: Path, place: Path | None) -> None:
        self._connection, self._scratch, self._place = connection, scratch, place

    def columns(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Columns:
        """The rows of a query as columns; what is missing is masked."""
        with self._told():
            return dict(self._connection.execute(query, values or None).fetchnumpy())

    def rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """The rows of a query."""
        with self._told():
            return list(self._connection.execute(query, values or None).fetchall())

    def scan(self, paths: Sequence[Path]) -> str:
        """Rows of some Parquet files, as an expression."""
        return f"read_parquet([{', '.join(map(quoted, paths))}])"

    def run(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """Run a query that answers nothing."""
        with self._told():
            self._connection.execute(query, values or None)

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
                raise DataError(_plain(error)) from error
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
            raise DataError(_plain(error)) from error


@contextlib.contextmanager
def opened_engine(n_threads: int = 2, place: Path | None = None) -> Iterator[TableEngine]:
    """The engine, closed afterwards.

    Args:
        n_threads: Cores that it uses.
        place: Folder that it writes to; None: it only reads.
    """
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


def _plain(error: Exception) -> str:
    """The first line of what the engine says."""
    return str(error).strip().splitlines()[0]


def quoted(text: str | Path) -> str:
    """A text as a word of the engine's language."""
    return "'" + str(text).replace("'", "''") + "'"


def named(name: str) -> str:
    """The name of a column as a word of the engine's language."""
    return '"' + name.replace('"', '""') + '"'


def filled(column: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """A column of numbers; what is missing is NaN. (N,)"""
    return np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan)
