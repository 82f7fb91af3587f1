"""What is known of a plan, kept in a file after every iteration, to go on from.

The file is JSON; arrays stand in it bit for bit, so that a search that goes on gives what
it would have given without a break.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from derbes.case.quantity import FloatArray
from derbes.errors import DataError
from derbes.language import _
from derbes.outputs import write_atomically
from derbes.planning.decomposition.benders import State
from derbes.planning.decomposition.master import Cuts
from derbes.planning.program.prices import START, Prices
from derbes.planning.program.problem import PlanProblem

FORMAT = "derbes plan checkpoint 1"


@dataclass(frozen=True, slots=True)
class Record:
    """How far the search for a plan has come."""

    key: str
    """Of the case and what is asked of it."""
    state: State
    prices: Prices = START
    reference: float | None = None
    """No-threat cost; None: it is being looked for. [money]"""
    calm: tuple[FloatArray, Prices] | None = None
    """First-stage columns without standards, and their prices; None: not known."""


def key_of(problem: PlanProblem) -> str:
    """What tells a case and a request from others."""
    futures = problem.futures
    digest = hashlib.sha256()
    bare = replace(problem.case, variants={}, source="", hash="", documents={}, facts={})
    digest.update(repr(bare).encode())
    digest.update(repr((problem.risk, futures.rows, futures.scenarios)).encode())
    digest.update(futures.weights.tobytes())
    if futures.draws is not None:
        digest.update(repr(futures.draws.inputs).encode())
        digest.update(futures.draws.values.tobytes())
    return digest.hexdigest()


def save(path: Path, record: Record) -> None:
    """Write a record; the file is whole at any moment.

    Raises:
        OutputError: The file cannot be written.
    """
    state = record.state
    arrays = {
        "draws": state.cuts.draws,
        "at_zero": state.cuts.at_zero,
        "slopes": state.cuts.slopes,
        "ages": state.ages,
        "best": state.best,
        "middle": state.middle,
        "numbers": np.array([state.best_priced, state.middle_priced, state.bound]),
    }
    if record.calm is not None:
        columns, prices = record.calm
        arrays["calm"] = columns
        arrays["calm_prices"] = np.array([prices.hard, prices.soft, prices.money])
    text = json.dumps(
        {
            "format": FORMAT,
            "key": record.key,
            "prices": [record.prices.hard, record.prices.soft, record.prices.money],
            "reference": None if record.reference is None else record.reference.hex(),
            "is_relaxed": state.is_relaxed,
            "iteration": state.iteration,
            "arrays": {name: _packed(array) for name, array in arrays.items()},
        }
    )
    write_atomically(path, text + "\n")


def load(path: Path, problem: PlanProblem) -> Record:
    """The record of a file.

    Raises:
        DataError: There is no such file, it is no checkpoint, or it is of another case.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        is_ours = found["format"] == FORMAT
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            _unusable(path, reason, _("name the file that --checkpoint wrote"))
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(_not_one(path)) from error
    if not is_ours:
        raise DataError(_not_one(path))
    if found["key"] != key_of(problem):
        what = _("it was written for another case, or with other draws, standards or budget")
        fix = _("ask for the same again, or begin anew without the file")
        raise DataError(_unusable(path, what, fix))
    return _record(found, problem.first.n_columns)


def _not_one(path: Path) -> str:
    return _unusable(
        path, _("it is not a checkpoint of a plan"), _("name the file that --checkpoint wrote")
    )


def _unusable(path: Path, what: str, fix: str) -> str:
    return _("{path}: cannot go on from it: {what}. Fix: {fix}.").format(
        path=path, what=what, fix=fix
    )


def _record(found: Mapping[str, Any], n_columns: int) -> Record:
    arrays = {name: _unpacked(packed) for name, packed in found["arrays"].items()}
    cuts = Cuts(
        arrays["draws"].astype(np.int64),
        arrays["at_zero"],
        arrays["slopes"].reshape(-1, n_columns),
    )
    best_priced, middle_priced, bound = (float(number) for number in arrays["numbers"])
    hard, soft, money = found["prices"]
    return Record(
        key=found["key"],
        state=State(
            cuts=cuts,
            ages=arrays["ages"],
            best=arrays["best"],
            best_priced=best_priced,
            middle=arrays["middle"],
            middle_priced=middle_priced,
            bound=bound,
            is_relaxed=found["is_relaxed"],
            iteration=found["iteration"],
        ),
        prices=Prices(hard, soft, money),
        reference=None if found["reference"] is None else float.fromhex(found["reference"]),
        calm=(arrays["calm"], Prices(*map(float, arrays["calm_prices"])))
        if "calm" in arrays
        else None,
    )


def _packed(array: npt.NDArray[Any]) -> list[str]:
    raw = np.ascontiguousarray(array)
    return [raw.dtype.str, base64.b64encode(zlib.compress(raw.tobytes(), 1)).decode()]


def _unpacked(packed: list[str]) -> npt.NDArray[Any]:
    kind, text = packed
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.dtype(kind)).copy()
