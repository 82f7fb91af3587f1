"""Columns through the table engine: as Parquet files, written and read, and as Arrow.

A name is taken as it is written, also with signs that are patterns elsewhere.
"""

import glob
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from derbes.language import _
from derbes.scratch import new_folder
from derbes.sql.engine import Columns, TableEngine, named, opened_engine, quoted

_ZONED = re.compile("TIMESTAMP.*(TIME ZONE|TZ)")
"""Kinds of times that stand in UTC."""


def written(columns: Columns, about: Mapping[str, str], texts: Collection[str] = ()) -> bytes:
    """A file of these columns; equal ones give equal bytes.

    Args:
        columns: Texts as objects, and numbers, of which NaN is what is missing. (N,)
        about: What is kept in the file beside them.
        texts: Columns that are texts also where nothing stands in them.
    """
    names = ", ".join(f"{named(key)}: {quoted(text)}" for key, text in about.items())
    with new_folder() as folder, opened_engine(n_threads=1) as engine:
        place = folder / "table.parquet"
        held = _held(engine, columns, texts)
        engine.run(
            f"COPY ({held}) TO {quoted(place)} (FORMAT parquet, COMPRESSION zstd, "
            f"KV_METADATA {{{names}}})"
        )
        return place.read_bytes()


def streamed(columns: Columns, texts: Collection[str]) -> Any:
    """A capsule of a stream of Arrow with these columns, as of `written`, which others read."""
    with opened_engine(n_threads=1) as engine:
        return engine.stream(_held(engine, columns, texts))


def _held(engine: TableEngine, columns: Columns, texts: Collection[str]) -> str:
    """A query for columns, which the engine takes.

    By their place: to the engine, names that are alike but for case are one.
    """
    places = {name: f"c{n}" for n, name in enumerate(columns)}
    engine.take("held", {places[name]: column for name, column in columns.items()})
    held = (
        f"{f'CAST({place} AS VARCHAR)' if name in texts else place} AS {named(name)}"
        for name, place in places.items()
    )
    return f"SELECT {', '.join(held)} FROM held"


def numbers_read(path: Path) -> tuple[Columns, Mapping[str, str]]:
    """The columns of a file, and what is kept beside them; what is missing is NaN, or None.

    Raises:
        DataError: It cannot be read.
    """
    with opened_engine() as engine:
        found = engine.columns(f"SELECT * FROM {_source(path)}")
        about = _about(engine, path)
    return {name: _plain(column) for name, column in found.items()}, about


def _plain(column: Any) -> Any:
    fill = None if column.dtype == object else np.nan
    return np.ma.filled(column, fill) if isinstance(column, np.ma.MaskedArray) else column


def rows_read(content: bytes, most_cells: int) -> tuple[list[str], list[Any], list[str]] | None:
    """Names of columns, rows, and what was assumed of times; None: more cells than `most_cells`.

    A time is told on the clock of the zone that pandas has written beside it, else in UTC.

    Raises:
        DataError: It cannot be read.
    """
    with new_folder() as folder, opened_engine() as engine:
        place = folder / "table.parquet"
        place.write_bytes(content)
        source = _source(place)
        told = engine.rows(f"DESCRIBE SELECT * FROM {source}")
        kinds = {name: kind for name, kind, *_rest in told}
        [(n_rows,)] = engine.rows(f"SELECT count(*) FROM {source}")
        if n_rows * len(kinds) > most_cells:
            return None
        zoned = [name for name, kind in kinds.items() if _ZONED.match(kind)]
        in_utc = "make_timestamp(epoch_us({}::TIMESTAMPTZ))"
        forms = [(in_utc if name in zoned else "{}").format(named(name)) for name in kinds]
        rows = engine.rows(f"SELECT {', '.join(forms)} FROM {source}")
        zones = _zones(_about(engine, place)) if zoned else {}
    clocks = [ZoneInfo(zones[name]) if name in zones and name in zoned else None for name in kinds]
    note = _('times in the column "{name}" are read in UTC')
    notes = [note.format(name=name) for name in zoned if name not in zones]
    if any(clocks):
        rows = [map(_on_clock, row, clocks) for row in rows]
    return list(kinds), [*map(list, rows)], notes


def _on_clock(cell: Any, zone: ZoneInfo | None) -> Any:
    """A cell; a time in UTC as the clock of its zone tells it."""
    if zone is None or cell is None:
        return cell
    return cell.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)


def _source(path: Path) -> str:
    return f"read_parquet({quoted(glob.escape(str(path.absolute())))}, hive_partitioning=false)"


def _about(engine: TableEngine, path: Path) -> dict[str, str]:
    place = quoted(glob.escape(str(path.absolute())))
    rows = engine.rows(f"SELECT key, value FROM parquet_kv_metadata({place})")
    return {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in rows}


def _zones(about: Mapping[str, str]) -> dict[str, str]:
    """Column → zone of its clock, as pandas writes it beside the table."""
    try:
        told = json.loads(about.get("pandas", "{}"))["columns"]
        zones = {one["field_name"]: str((one["metadata"] or {}).get("timezone")) for one in told}
        return {name: zone for name, zone in zones.items() if _is_zone(zone)}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True
