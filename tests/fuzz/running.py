"""Trials by the thousand: forked children with limits, a watch on them, and a plan of the time."""

import contextlib
import faulthandler
import os
import resource
import signal
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from tests.fuzz.cases import CASES
from tests.fuzz.performing import MOST_MEMORY, Fault, perform, place_of
from tests.fuzz.surroundings import KEEPING, SURROUNDINGS, kept_before
from tests.fuzz.trials import Trial
from tests.fuzz.writing import TEXTS

LEVELS = {**CASES, **SURROUNDINGS}
SHARES = {
    "tree": 40,
    "text": 16,
    "expressions": 10,
    "formulas": 8,
    "commands": 12,
    "files": 5,
    "environment": 9,
}
"""Level → share of the time."""
FORKED = ("commands", "files")
"""Levels whose trials each have a process of their own."""
BATCH = 400
"""Trials of one child."""


def trial_of(seed: int, level: str, number: int, folder: Path) -> Trial:
    """The trial of a number, the same at every run."""
    rng = Random(zlib.crc32(f"{seed}:{level}:{number}".encode()))
    return LEVELS[level](rng, str(folder))


@dataclass(slots=True)
class Found:
    """What a run has tried and found."""

    n_trials: Counter[str] = field(default_factory=Counter)
    n_inputs: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    faults: dict[tuple[str, str], list[tuple[Fault, str, int]]] = field(default_factory=dict)
    """Kind and place → each fault, with the level and number of its trial."""

    def note(self, level: str, number: int, faults: list[Fault]) -> None:
        """Note the faults of one trial."""
        for one in faults:
            self.faults.setdefault(one.key, []).append((one, level, number))

    def add(self, other: "Found") -> None:
        """Note what another has found."""
        self.n_trials.update(other.n_trials)
        self.n_inputs.update(other.n_inputs)
        self.seconds.update(other.seconds)
        for key, faults in other.faults.items():
            self.faults.setdefault(key, []).extend(faults)


class Child:
    """A process that performs trials, and is replaced when it dies or hangs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dump = folder / "dump"
        self.line: Connection | None = None
        self.pid = 0
        self.n_done = 0

    def start(self) -> None:
        """Fork."""
        self.line, theirs = Pipe()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pid = os.fork()
        if self.pid:
            theirs.close()
            self.n_done = 0
            return
        code = 1
        with contextlib.suppress(BaseException):
            self.line.close()
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            with self.dump.open("w") as dump:
                faulthandler.enable(dump, all_threads=False)
                faulthandler.register(signal.SIGUSR1, dump, all_threads=False)
                _limit_memory()
                _serve(theirs, self.folder / "trial")
            code = 0
        os._exit(code)

    def stop(self) -> int:
        """End the process, and say how it ended."""
        if not self.pid:
            return 0
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        _pid, status = os.waitpid(self.pid, 0)
        assert self.line is not None
        self.line.close()
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def faults_of(self, trial: Trial) -> list[Fault]:
        """What a trial shows; a crash or a hang is one of them."""
        if self.pid and self.n_done >= BATCH:
            self.stop()
        if not self.pid:
            self.start()
        assert self.line is not None
        self.n_done += 1
        verbs = "+".join(words[0] for words in trial.steps if words)
        try:
            self.line.send(trial)
            if self.line.poll(trial.longest * _load()):
                return self.line.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            code = self.stop()
            return [Fault(f"a crash ({code})", self.place() or verbs)]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGUSR1)
        time.sleep(0.3)
        self.stop()
        return [Fault("a hang", self.place() or verbs)]

    def place(self) -> str:
        """Where the process stood when it was asked for its last words."""
        return place_of(self.dump.read_text()) if self.dump.exists() else ""


def _load() -> float:
    """How much longer things take while others use the machine."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_MEMORY
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _serve(line: Connection, folder: Path) -> None:
    while True:
        try:
            trial = line.recv()
        except EOFError:
            return
        is_apart = trial.level in FORKED or _draws(trial)
        line.send(_forked(trial, folder) if is_apart else perform(trial, folder))


def _draws(trial: Trial) -> bool:
    """Whether charts are drawn: what draws them reserves far more memory than it uses."""
    return any(words[:1] == ("brief",) for words in trial.steps)


def _forked(trial: Trial, folder: Path) -> list[Fault]:
    """A trial in a process of its own, which leaves nothing running."""
    mine, theirs = Pipe(duplex=False)
    pid = os.fork()
    if not pid:
        with contextlib.suppress(BaseException):
            if _draws(trial):
                _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
                resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
            theirs.send(perform(trial, folder))
        os._exit(0)
    theirs.close()
    try:
        faults = mine.recv()
    except EOFError:
        faults = None
    _pid, status, used = os.wait4(pid, 0)
    mine.close()
    verbs = "+".join(words[0] for words in trial.steps if words)
    if faults is None:
        return [Fault(f"a crash ({os.waitstatus_to_exitcode(status)})", verbs)]
    if used.ru_maxrss * 1024 > 2 * MOST_MEMORY:
        faults.append(Fault("memory", verbs, f"{used.ru_maxrss // 1024} MB"))
    return faults


def warm_up(folder: Path) -> None:
    """Load what a child would otherwise load again and again: modules, loops, larger texts.

    Charts are not drawn here: what draws them has threads, which a fork leaves behind.
    """
    for level, make in LEVELS.items():
        if level != "environment":
            make(Random(1), str(folder))
    for what in KEEPING:
        kept_before(str(folder), what)
    asked = ("leverage", "case.yaml", "--start", "2026-01", "--length", "6", "--workers", "1")
    perform(Trial("tree", (asked,), {"case.yaml": TEXTS["small"]}), folder / "warm")


def numbers(worker: int, n_workers: int) -> Iterator[int]:
    """Numbers of the trials that one worker does."""
    number = worker
    while True:
        yield number
        number += n_workers


def run(
    seed: int,
    seconds: float,
    folder: Path,
    *,
    worker: int = 0,
    n_workers: int = 1,
    most: int = 0,
    tell: Callable[[str], None] | None = None,
    levels: tuple[str, ...] = (),
) -> Found:
    """Try what comes next at the level that has had least of its time, until the time is over.

    Args:
        seed: Seed of all trials.
        seconds: Time to use.
        folder: Where trials are laid out; `warm_up` has used it.
        worker: Number of this worker.
        n_workers: Workers that share the numbers.
        most: Trials of each level, instead of a time; 0: as the time allows.
        tell: Called with each fault of a new kind.
        levels: Levels to try; none: all.
    """
    found, child = Found(), Child(folder / f"worker{worker}")
    chosen = {one: share for one, share in SHARES.items() if not levels or one in levels}
    next_numbers = {level: numbers(worker, n_workers) for level in chosen}
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            left = [one for one in chosen if not most or found.n_trials[one] < most]
            if not left:
                break
            level = min(left, key=lambda one: found.seconds[one] / chosen[one])
            number, begun = next(next_numbers[level]), time.monotonic()
            try:
                trial = trial_of(seed, level, number, folder)
                faults = child.faults_of(trial)
            except Exception as error:  # noqa: BLE001 - one input that cannot be made is told too
                trial, faults = Trial(level), [Fault("no trial", level, repr(error))]
            if tell:
                for one in faults:
                    if one.key not in found.faults:
                        tell(f"{one.kind} in {one.place}: {one.told[:150]} [{level}:{number}]")
            found.note(level, number, faults)
            found.n_trials[level] += 1
            found.n_inputs[level] += trial.n_inputs
            found.seconds[level] += time.monotonic() - begun
    finally:
        child.stop()
    return found
