"""What a user waits for: the brief of the example case, and checking it."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rows import Row, within

CASE = Path(__file__).parents[1] / "cases" / "aspan"
BRIEF_LIMIT, CHECK_LIMIT = 40.0, 0.7
"""Most that they may take. [s]"""
N_CHECKS = 5


def measure_commands(*, quick: bool) -> list[Row]:
    """Wall time of `derbes check` (median) and `derbes brief` (once)."""
    checks = [_wall("check", str(CASE)) for _again in range(N_CHECKS)]
    note = f"median of {N_CHECKS}"
    rows = [within("derbes check", statistics.median(checks), "s", limit=CHECK_LIMIT, note=note)]
    if quick:
        return rows
    with tempfile.TemporaryDirectory() as folder:
        wall = _wall("brief", str(CASE), "--out", str(Path(folder) / "brief.html"))
    return [*rows, within("derbes brief", wall, "s", limit=BRIEF_LIMIT, note="the ASPAN case")]


def _wall(*arguments: str) -> float:
    """Wall time of a command. [s]

    Raises:
        CalledProcessError: It failed.
    """
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "derbes", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begun
