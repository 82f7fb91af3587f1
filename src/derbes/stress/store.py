"""Answers of every draw in a Parquet file. The only module that knows pyarrow."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from derbes.case.quantity import FloatArray
from derbes.errors import DataError
from derbes.language import _
from derbes.outputs import write_bytes_atomically

FORMAT = 1
KEY = b"derbes"
"""Key of the file's metadata under which everything about it stands."""
VARIANT = "variant"


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a store: equal origins give equal draws."""

    case_hash: str
    case_name: str
    seed: int
    method: str
    version: str
    questions: str
    """Everything else that the columns depend on, as a text."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Columns of one variant, by name; nan where a draw has not been computed. (N,)"""

    columns: Mapping[str, FloatArray]
    n_solved: int
    """Rows from the first on that were solved as programs."""
    p_short: tuple[float, ...] = ()
    """Weighted number of futures short in each period."""

    @property
    def n_draws(self) -> int:
        """Rows."""
        return len(next(iter(self.columns.values()), ()))


def write_store(path: Path, origin: Origin, kept: Mapping[str, Kept]) -> None:
    """Write all draws of all variants into one file, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    names = list(dict.fromkeys(name for one in kept.values() for name in one.columns))
    sizes = [one.n_draws for one in kept.values()]
    arrays: dict[str, pa.Array] = {
        VARIANT: pa.array([v for v, size in zip(kept, sizes, strict=True) for _row in range(size)])
    }
    for name in names:
        parts = [
            one.columns.get(name, np.full(size, np.nan))
            for one, size in zip(kept.values(), sizes, strict=True)
        ]
        arrays[name] = pa.array(np.concatenate(parts), from_pandas=True)
    told = {
        "format": FORMAT,
        "origin": {field: getattr(origin, field) for field in Origin.__slots__},
        "variants": {
            variant: {"n_solved": one.n_solved, "p_short": one.p_short}
            for variant, one in kept.items()
        },
    }
    table = pa.table(arrays).replace_schema_metadata({KEY: json.dumps(told).encode()})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    write_bytes_atomically(path, buffer.getvalue())


def read_store(path: Path, origin: Origin) -> dict[str, Kept]:
    """What a store holds, for what is asked now; empty where there is no file.

    Raises:
        DataError: It is no store, or it was made of another case, seed or question.
    """
    if not path.exists():
        return {}
    try:
        table = pq.read_table(path)
        told = json.loads((table.schema.metadata or {})[KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        what = _("{path}: is no store of draws.").format(path=path)
        raise DataError(f"{what} {_('Fix: choose another file.')}") from error
    _refuse_other(path, told, origin)
    variant = np.array(table.column(VARIANT).to_pylist())
    columns = {
        name: table.column(name).to_numpy(zero_copy_only=False)
        for name in table.column_names
        if name != VARIANT
    }
    return {
        name: Kept(
            columns={key: column[variant == name] for key, column in columns.items()},
            n_solved=int(about["n_solved"]),
            p_short=tuple(about["p_short"]),
        )
        for name, about in told["variants"].items()
    }


def _refuse_other(path: Path, told: Mapping[str, object], origin: Origin) -> None:
    """Refuse a store that answers something else, naming what differs."""
    found = told.get("origin")
    known = found if isinstance(found, dict) else {}
    differ = [
        _('{what} "{found}" instead of "{wanted}"').format(
            what=words, found=known.get(field), wanted=getattr(origin, field)
        )
        for field, words in _words().items()
        if known.get(field) != getattr(origin, field)
    ]
    if differ:
        what = _("{path}: holds draws of something else: {differ}.").format(
            path=path, differ="; ".join(differ)
        )
        raise DataError(f"{what} {_('Fix: choose another file, or ask as before.')}")


def _words() -> dict[str, str]:
    return {
        "case_name": _("case"),
        "case_hash": _("hash of the case"),
        "seed": _("seed"),
        "method": _("method"),
        "version": _("version of derbes"),
        "questions": _("questions"),
    }
