"""Tries what nobody would write, for a while, and tells what broke.

python -m tests.fuzz --seconds 600 --seed 1 --workers 2
python -m tests.fuzz --seed 1 --only tree:4711
python -m tests.fuzz --replay tests/fuzz/corpus/x.json
"""

import argparse
import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path

from tests.fuzz.running import LEVELS, Child, Found, run, trial_of, warm_up
from tests.fuzz.shrinking import shrunk
from tests.fuzz.trials import Trial, read, written

CORPUS = Path(__file__).parent / "corpus"
SAMPLE_SEED = 14
SAMPLE = {"tree": 60, "text": 60, "expressions": 10, "formulas": 15, "commands": 15, "files": 8}
"""Level → trials of the sample; some ten seconds of one core in all, with the corpus."""


def say(text: str) -> None:
    """Tell at once."""
    sys.stdout.write(text.encode("ascii", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def _in_parallel(
    seed: int, seconds: float, folder: Path, n_workers: int, levels: tuple[str, ...]
) -> Found:
    """What all workers have found; each is a fork of this process."""
    lines, pids = [], []
    for worker in range(n_workers):
        mine, theirs = Pipe(duplex=False)
        pid = os.fork()
        if not pid:
            with contextlib.suppress(KeyboardInterrupt):
                found = run(
                    seed,
                    seconds,
                    folder,
                    worker=worker,
                    n_workers=n_workers,
                    tell=say,
                    levels=levels,
                )
                theirs.send(found)
            os._exit(0)
        theirs.close()
        lines.append(mine)
        pids.append(pid)
    total = Found()
    for line, pid in zip(lines, pids, strict=True):
        total.add(line.recv())
        os.waitpid(pid, 0)
    return total


def _keep(found: Found, options: argparse.Namespace, folder: Path) -> None:
    """Shrink the first trial of every kind of fault and write it down."""
    child = Child(folder / "shrink")
    options.corpus.mkdir(parents=True, exist_ok=True)
    for (kind, place), faults in sorted(found.faults.items(), key=lambda one: -len(one[1])):
        fault, level, number = faults[0]
        say(f"\n{len(faults)} x {kind} in {place}\n    {fault.told[:300]}")
        say(f"    again: python -m tests.fuzz --seed {options.seed} --only {level}:{number}")
        trial = trial_of(options.seed, level, number, folder)

        def shows(one: Trial, key: tuple[str, str] = (kind, place)) -> bool:
            return any(fault.key == key for fault in child.faults_of(one))

        seconds = options.shrink if "hang" not in kind else 2 * options.shrink
        if shows(trial):
            trial = shrunk(trial, shows, seconds)
        name = re.sub(r"[^a-z0-9]+", "_", f"{level}_{kind}_{place}".lower()).strip("_")
        path = options.corpus / f"{name}.json"
        path.write_text(written(trial, f"{kind} in {place}: {fault.told}"), encoding="utf-8")
        say(f"    kept: {path}")
    child.stop()


def main() -> int:
    """Run, tell, and say with the exit code whether anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="where minimal inputs are kept")
    parser.add_argument("--shrink", type=float, default=30.0, help="seconds for each kind of fault")
    parser.add_argument("--level", action="append", default=[], choices=list(LEVELS))
    parser.add_argument("--sample", action="store_true", help="a few of each level, and the corpus")
    parser.add_argument("--only", help="one trial again, e.g. tree:4711")
    parser.add_argument("--replay", type=Path, nargs="+", default=[], help="trials of the corpus")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="derbes-fuzz-"))
    try:
        warm_up(folder)
        if options.only or options.replay or options.sample:
            return _again(options, folder)
        say(f"seed {options.seed}, {options.seconds:.0f} s, {options.workers} workers")
        found = _in_parallel(
            options.seed, options.seconds, folder, options.workers, tuple(options.level)
        )
        for level in found.n_trials:
            n, inputs, seconds = (
                part[level] for part in (found.n_trials, found.n_inputs, found.seconds)
            )
            say(f"{level:12} {inputs:8} inputs in {n:7} trials, {seconds:6.0f} s")
        say(f"{'all':12} {found.n_inputs.total():8} inputs; faults of {len(found.faults)} kinds")
        _keep(found, options, folder)
        n_inputs, n_kinds = found.n_inputs.total(), len(found.faults)
        say(f"\nseed {options.seed}: {n_inputs} inputs, {n_kinds} kinds of faults")
        return 1 if found.faults else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _named(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Trial]]:
    """Trials that are asked for by name, or those of the sample with all that broke once."""
    if options.only:
        level, _colon, number = options.only.partition(":")
        yield options.only, trial_of(options.seed, level, int(number), folder)
    for level, n in SAMPLE.items() if options.sample else ():
        for number in range(n):
            yield f"{level}:{number}", trial_of(SAMPLE_SEED, level, number, folder)
    for path in sorted(options.corpus.glob("*.json")) if options.sample else options.replay:
        yield path.stem, read(path)[0]


def _again(options: argparse.Namespace, folder: Path) -> int:
    """Do trials by name, and tell what they show."""
    child, n_trials, n_faults = Child(folder / "again"), 0, 0
    for name, trial in _named(options, folder):
        n_trials += 1
        if options.only:
            say(f"{trial.steps}")
            for file, content in trial.files.items():
                say(f"--- {file}\n{content}")
        for fault in child.faults_of(trial):
            n_faults += 1
            say(f"{name}: {fault.kind} in {fault.place}\n    {fault.told}")
    child.stop()
    say(f"{n_trials} trials, {n_faults} faults")
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main())
