"""What a user waits for: the first run of all, checking the example case, and its brief."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rows import Row, within

CASES = Path(__file__).parents[1] / "cases"
CASE, SMALL = CASES / "aspan", CASES / "waterworks.yaml"
BRIEF_LIMIT, CHECK_LIMIT = 40.0, 0.7
"""Most that they may take. [s]"""
N_CHECKS = 5


def measure_commands(*, quick: bool) -> list[Row]:
    """Wall time of `derbes check` (median), of the first two runs, and of `derbes brief`."""
    checks = [_wall("check", str(CASE)) for _again in range(N_CHECKS)]
    note = f"median of {N_CHECKS}"
    rows = [within("derbes check", statistics.median(checks), "s", limit=CHECK_LIMIT, note=note)]
    with tempfile.TemporaryDirectory() as folder:
        first, later = (_wall("leverage", str(SMALL), compiled=folder) for _run in range(2))
        rows.append(Row("derbes leverage, first run", first, "s", note="compiles; the waterworks"))
        rows.append(Row("derbes leverage, later runs", later, "s", note="the waterworks"))
        if quick:
            return rows
        wall = _wall("brief", str(CASE), "--out", str(Path(folder) / "brief.html"))
    return [*rows, within("derbes brief", wall, "s", limit=BRIEF_LIMIT, note="the ASPAN case")]


def _wall(*arguments: str, compiled: str = "") -> float:
    """Wall time of a command. [s]

    Args:
        arguments: Of the command line.
        compiled: Where compiled loops are kept; empty: the usual place.

    Raises:
        CalledProcessError: It failed.
    """
    place = {"NUMBA_CACHE_DIR": compiled} if compiled else {}
    begun = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command, arguments given here
        [sys.executable, "-m", "derbes", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **place},
    )
    return time.perf_counter() - begun
