"""A run in a process of its own, so that its time and memory are its own and it can be ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MODULE = "benchmarks.plan_task"
MEGABYTE = 1e-3
"""The system counts in thousands of bytes, nearly."""
LOOK = 0.25
"""How often memory is looked at. [s]"""
LAST_LINES = 1
LONGEST_WORD = 160


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a process."""

    wall: float
    """Start of the interpreter included. [s]"""
    cpu: float
    """Of it and of all its workers that it has waited for. [s]"""
    memory: float
    """Most that it and all that it started held at one time. [MB]"""
    found: Mapping[str, Any] = field(default_factory=dict)
    """What it reported; empty when it did not come to that."""
    trouble: str = ""
    """Why it reported nothing."""


def run_alone(task: str, *, limit: float, **asked: Any) -> Run:
    """Run a task of `benchmarks.plan_task` in a process of its own.

    Args:
        task: Name of the task.
        limit: After this time the process and all that it has started are killed; the
            task is told. [s]
        asked: What else it is told, as JSON.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder) / "found.json", Path(folder) / "errors.txt"
        begun = time.perf_counter()
        with errors.open("wb") as stream:
            told = json.dumps({**asked, "limit": limit})
            process = subprocess.Popen(  # noqa: S603 - our own module, arguments given here
                [sys.executable, "-m", MODULE, task, told, str(out)],
                stdout=subprocess.DEVNULL,
                stderr=stream,
                start_new_session=True,
            )
        killed, ended, most = threading.Event(), threading.Event(), [0.0]
        watcher = threading.Thread(target=_watch, args=(process.pid, ended, most))
        watcher.start()
        timer = threading.Timer(limit, _kill, (process.pid, killed))
        timer.start()
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        timer.cancel()
        ended.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        found = json.loads(out.read_text("utf-8")) if out.exists() else {}
        trouble = "" if found else _trouble(process.returncode, killed, limit, errors)
    return Run(
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        memory=most[0] or used.ru_maxrss * MEGABYTE,
        found=found,
        trouble=trouble,
    )


def memory_of(session: int) -> float:
    """What the processes of a session hold now, a page that several share counted once. [MB]

    0 where the system does not tell.
    """
    held = 0
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is somebody else's
            if os.getsid(int(place.name)) == session:
                told = (place / "smaps_rollup").read_text("ascii")
                held += int(told.partition("\nPss:")[2].split()[0])
    return held * MEGABYTE


def _watch(session: int, ended: threading.Event, most: list[float]) -> None:
    while not ended.wait(LOOK):
        most.append(max(most.pop(), memory_of(session)))


def _kill(process: int, killed: threading.Event) -> None:
    killed.set()
    os.killpg(process, signal.SIGKILL)


def _trouble(code: int, killed: threading.Event, limit: float, errors: Path) -> str:
    if killed.is_set():
        return f"nothing within {limit:.0f} s"
    lines = errors.read_text("utf-8", errors="replace").strip().splitlines()
    last = " ".join(lines[-LAST_LINES:])[:LONGEST_WORD]
    return f"ended with {code}: {last}"
