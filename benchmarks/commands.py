"""What a user waits for: import, the first run of all, and each verb on the example case."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rows import Row, within

CASES = Path(__file__).parents[1] / "cases"
CASE, SMALL = CASES / "aspan", CASES / "waterworks.yaml"
IMPORT_LIMIT, CHECK_LIMIT = 0.3, 0.7
"""Most that they may take. [s]"""
N_CHECKS = 5
DERBES = ("-m", "derbes")
MEGABYTE = 1e-3
"""`ru_maxrss` counts in thousands of bytes, nearly."""


@dataclass(frozen=True, slots=True)
class Long:
    """A command on the example case that takes a while."""

    name: str
    arguments: tuple[str, ...]
    limit: float
    """[s]"""
    is_cpu: bool = False
    """Whether the limit is on processor time; otherwise on wall time with two workers."""


LONG = (
    Long("derbes brief --draws 0", ("brief", str(CASE), "--draws", "0"), 20.0),
    Long(
        "derbes stress, 64 draws, all solved",
        ("stress", str(CASE), "--draws", "64", "--solved", "64"),
        90.0,
    ),
    Long(
        "derbes stress, 1,000 draws by the policy",
        ("stress", str(CASE), "--draws", "1000", "--solved", "0"),
        40.0,
    ),
    Long(
        "derbes statements, 32 draws",
        ("statements", str(CASE), "--draws", "32", "--workers", "1"),
        20.0,
        is_cpu=True,
    ),
)


def measure_commands(*, quick: bool) -> list[Row]:
    """Import and `derbes check` (medians), the first two runs, and the longer verbs."""
    imports = [child("-c", "import derbes").wall for _again in range(N_CHECKS)]
    checks = [child(*DERBES, "check", str(CASE)).wall for _again in range(N_CHECKS)]
    note = f"median of {N_CHECKS}"
    rows = [
        within("import derbes", statistics.median(imports), "s", limit=IMPORT_LIMIT, note=note),
        within("derbes check", statistics.median(checks), "s", limit=CHECK_LIMIT, note=note),
    ]
    with tempfile.TemporaryDirectory() as folder:
        asked = (*DERBES, "leverage", str(SMALL))
        first, later = (child(*asked, compiled=folder).wall for _again in range(2))
    rows += [
        Row("derbes leverage, first run", first, "s", note="compiles; the waterworks"),
        Row("derbes leverage, later runs", later, "s", note="the waterworks"),
    ]
    return rows if quick else [*rows, *(_long_row(one) for one in LONG)]


def _long_row(long: Long) -> Row:
    """A longer command held against its limit, with what it took otherwise."""
    spent = child(*DERBES, *long.arguments)
    taken = spent.cpu if long.is_cpu else spent.wall
    note = (
        f"the ASPAN case; wall {spent.wall:.0f} s, processor {spent.cpu:.0f} s, "
        f"largest process {spent.memory:.0f} MB"
    )
    return within(long.name, taken, "s", limit=long.limit, note=note)


@dataclass(frozen=True, slots=True)
class ChildSpent:
    """What a command and all that it waited for took."""

    wall: float
    cpu: float
    """[s]"""
    memory: float
    """Most that one process of them held. [MB]"""


def child(*arguments: str, compiled: str = "") -> ChildSpent:
    """What Python with some arguments takes, in a folder of its own.

    Args:
        arguments: Of the command line.
        compiled: Where compiled loops are kept; empty: the usual place.

    Raises:
        CalledProcessError: It failed.
    """
    place = {"NUMBA_CACHE_DIR": compiled} if compiled else {}
    command = [sys.executable, *arguments]
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:  # a brief leaves its page here
        process = subprocess.Popen(  # noqa: S603 - our own command, arguments given here
            command, stdout=subprocess.DEVNULL, env={**os.environ, **place}, cwd=folder
        )
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return ChildSpent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * MEGABYTE)
