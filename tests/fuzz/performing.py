"""Runs one trial in this process and judges what came of it."""

import contextlib
import csv
import io
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from derbes.cli import main
from derbes.kernels import compiling
from tests.fuzz.trials import Trial, bytes_of
from tests.fuzz.writing import ROOT

MOST_MEMORY = 1_000_000_000
"""Memory that it may take, beyond what the libraries have. [byte]"""
GOOD, NOT_WRITTEN, USER_ERROR = 0, 1, 2
_PLACE = re.compile(
    r"fix:|'--[a-z-]+'|line \d|строка \d|\d-жол|--help|как исправить:|түзету:|^  - \S+: ",
    re.MULTILINE | re.IGNORECASE,
)
"""What a message has in each language: a place, or what to do."""
_RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufff9-\ufffb\ufeff]"
)
"""Signs that move a cursor, turn letters around, or are not seen."""
_RAW_IN_JSON = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_FRAME = re.compile(r'File "[^"]*?/((?:src/derbes|tests/fuzz)/[^"]+)", line (\d+),? in (\S+)')
TEMPORARY = "temporary"
os.environ["DERBES_NET"] = "off"  # what nobody foresaw is told with its place


@dataclass(frozen=True, slots=True)
class Fault:
    """What a trial did that nothing may do."""

    kind: str
    place: str
    """Function in which it happened, or the verb."""
    told: str = ""
    """The last words of it."""

    @property
    def key(self) -> tuple[str, str]:
        """What groups faults."""
        return self.kind, self.place


@dataclass(frozen=True, slots=True)
class Answer:
    """What one step left behind."""

    code: int
    out: bytes
    err: bytes
    trace: str = ""


def lay_out(trial: Trial, folder: Path) -> None:
    """The files and places of a trial in a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / TEMPORARY).mkdir(parents=True)
    for name, content in trial.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes_of(content))
    for name, kind in trial.places.items():
        if kind == "folder":
            (folder / name).mkdir()
        elif kind == "fifo":
            os.mkfifo(folder / name)
        elif kind.startswith("compiled "):
            _damaged_loops(folder / name, Random(int(kind.split()[1])))
        else:
            (folder / name).symlink_to(kind)


def _damaged_loops(place: Path, rng: Random) -> None:
    """What the compiler has kept of the loops, where it will look for it; a few files damaged."""
    from numba.core import caching  # noqa: PLC0415 - heavy, and seldom needed

    loops = Path(compiling.__file__).parent
    subpath = caching._CacheLocator.get_suitable_cache_subpath(str(loops / "policy.py"))
    shutil.copytree(loops / "__pycache__", place / subpath, ignore=shutil.ignore_patterns("*.pyc"))
    small = sorted(one for one in (place / subpath).iterdir() if one.stat().st_size < SMALL_LOOP)
    for path in rng.sample(small, min(len(small), MOST_DAMAGED)):
        content = bytearray(path.read_bytes())
        kind = rng.randrange(5)
        if kind == 0:
            path.write_bytes(content[: rng.randrange(len(content))])
        elif kind == 1:
            path.write_bytes(bytes(rng.randrange(256) for _turn in range(100)))
        elif kind == 2:
            content[rng.randrange(len(content))] ^= 1 + rng.randrange(255)
            path.write_bytes(content)
        elif kind == 3:
            path.write_bytes(b"")
        else:
            path.unlink()
            path.mkdir()


MOST_DAMAGED = 8
"""Files that are damaged at once."""
SMALL_LOOP = 100_000
"""Bytes of what is compiled again within a few seconds."""


@contextlib.contextmanager
def _descriptors() -> Iterator[list[io.BufferedRandom]]:
    """Descriptors 1 and 2 lead to files, and so do the streams of Python."""
    held = [os.dup(1), os.dup(2)]
    before = sys.stdout, sys.stderr
    kept = [open(os.memfd_create(name), "w+b") for name in ("out", "err")]  # noqa: PTH123, SIM115
    try:
        for number, file in enumerate(kept, 1):
            os.dup2(file.fileno(), number)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(  # noqa: SIM115
            2, "w", encoding="utf-8", closefd=False, errors="backslashreplace", buffering=1
        )
        yield kept
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        sys.stdout, sys.stderr = before
        for number, copy in enumerate(held, 1):
            os.dup2(copy, number)
            os.close(copy)


def _run_here(words: tuple[str, ...]) -> Answer:
    trace, code = "", 0
    with _descriptors() as kept:
        try:
            code = main(words)
        except BaseException:  # noqa: BLE001 - that nothing escapes is what is tested
            code, trace = 1, traceback.format_exc()
    found = []
    for file in kept:
        file.seek(0)
        found.append(file.read())
        file.close()
    return Answer(code, found[0], found[1], trace)


def _run_apart(words: tuple[str, ...], trial: Trial) -> Answer:
    """A program of its own."""
    is_netted = "on" if "memory" in trial.limits else "off"
    own = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DERBES_NET": is_netted}
    variables = {**os.environ, **own, **trial.environment}
    env = {name: value for name, value in variables.items() if value is not None}
    closed = trial.limits.get("closed")

    def limit() -> None:
        if "memory" in trial.limits:
            resource.setrlimit(resource.RLIMIT_AS, (trial.limits["memory"],) * 2)
        if "size" in trial.limits:
            resource.setrlimit(resource.RLIMIT_FSIZE, (trial.limits["size"],) * 2)
        for number in (1, 2) if closed == 12 else () if closed is None else (closed,):
            os.close(number)

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        command = [sys.executable, "-m", "derbes", *words]
        done = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            preexec_fn=limit,
            check=False,
        )
        out.seek(0)
        err.seek(0)
        return Answer(done.returncode, out.read(), _OF_OTHERS.sub(b"", err.read()))


_OF_OTHERS = re.compile(rb"Error processing line .*?(?:Remainder of file ignored\n|\Z)", re.DOTALL)
"""What Python says of packages beside ours that fail while it starts."""


def perform(trial: Trial, folder: Path) -> list[Fault]:
    """Run the steps of a trial, until one refuses, and judge each.

    Args:
        trial: What to lay out and run.
        folder: Folder that is made for it.
    """
    lay_out(trial, folder)
    before = Path.cwd()
    os.chdir(folder)
    held, tempfile.tempdir = tempfile.tempdir, str(folder / TEMPORARY)
    faults: list[Fault] = []
    try:
        for words in trial.steps:
            is_apart = trial.environment or trial.limits
            answer = _run_apart(words, trial) if is_apart else _run_here(words)
            faults += judged(trial, words, answer)
            if answer.code != GOOD or faults:
                break
        faults += _left(trial, folder)
    finally:
        tempfile.tempdir = held
        os.chdir(before)
    return faults


def judged(trial: Trial, words: tuple[str, ...], answer: Answer) -> list[Fault]:
    """What is wrong with the answer of one step."""
    verb = words[0] if words else ""
    place = place_of(answer.trace or answer.err.decode("utf-8", "replace"))
    if answer.trace or b"Traceback" in answer.err or b"Traceback" in answer.out:
        told = (answer.trace or answer.err.decode("utf-8", "replace")).strip().splitlines()
        kind = told[-1].split(":")[0].split()[0] if told and told[-1].split() else "Traceback"
        return [Fault(f"exception {kind}", place or verb, told[-1][:300] if told else "")]
    err = answer.err.decode("utf-8", "replace")
    if "memory" in trial.limits and "emory" in err:
        return []  # it is said; a library may say it too, and end the program
    is_asked = verb == "import-excel" and answer.code == NOT_WRITTEN
    if answer.code not in {GOOD, USER_ERROR} and not is_asked:
        return [Fault(f"exit code {answer.code}", place or verb, err[-300:])]
    return [*_judged_messages(trial, words, answer), *_judged_text(words, answer)]


def _judged_messages(trial: Trial, words: tuple[str, ...], answer: Answer) -> Iterator[Fault]:
    verb, err = words[0] if words else "", answer.err.decode("utf-8", "replace")
    if answer.code == GOOD and len(answer.out) >= trial.limits.get("size", len(answer.out) + 1):
        yield Fault("half an output and exit code 0", verb, f"{len(answer.out)} bytes")
    is_json = "--json" in words and not {"--help", "-h", "--out", "--"}.intersection(words)
    is_closed = bool(trial.limits) or "PYTHONIOENCODING" in trial.environment
    if is_json and not is_closed and verb != "brief" and answer.out:
        try:
            json.loads(answer.out, parse_constant=_no_number)
        except ValueError as error:
            yield Fault("JSON that is none", verb, f"{error}: {answer.out[-100:]!r}")
    said = answer.out.decode("utf-8", "replace") if is_json else err
    if answer.code == USER_ERROR and not is_closed:
        if not said.strip():
            yield Fault("no message", verb)
        elif not is_json and not _PLACE.search(err) and "-h" not in words:
            yield Fault("a message without place or fix", verb, err[-300:])


def _judged_text(words: tuple[str, ...], answer: Answer) -> Iterator[Fault]:
    verb = words[0] if words else ""
    is_json = "--json" in words or verb == "schema" or "claimreview" in words
    for name, content, pattern in (
        ("stdout", answer.out, _RAW_IN_JSON if is_json else _RAW),
        ("stderr", answer.err, _RAW),
    ):
        text = content.decode("utf-8", "replace")
        if "csv" in words and name == "stdout":
            text = text.replace("\r\n", "\n").removeprefix("\ufeff")
        found = pattern.search(text)
        if found:
            near = text[max(0, found.start() - 60) : found.end() + 40]
            yield Fault(f"raw control sign in {name}", verb, repr(near))


def _no_number(name: str) -> None:
    raise ValueError(name)


def place_of(trace: str) -> str:
    """The innermost function of the package in a trace; in a dump of a hang it stands first."""
    frames = _FRAME.findall(trace)
    if "most recent call first" in trace:
        frames.reverse()
    own = [frame for frame in frames if frame[0].startswith("src/")]
    if not own:
        return ""
    file, _line, function = own[-1]
    return f"{file.removeprefix('src/derbes/')}:{function}"


def _left(trial: Trial, folder: Path) -> Iterator[Fault]:
    """What was left behind, written over, or is half."""
    verbs = "+".join(words[0] for words in trial.steps if words)
    for path in (folder / TEMPORARY).iterdir():
        yield Fault("left behind", verbs, path.name)
    kept = {*trial.kept, *(trial.places.get(name) for name in trial.kept)}
    for name, content in trial.files.items():
        path = folder / name
        if name in kept and not (name.endswith(".yaml") and content):
            continue
        if not path.is_file() or path.read_bytes() != bytes_of(content):
            yield Fault("written over", verbs, name)
    for path in folder.rglob("*"):
        if path.name.endswith(".part"):
            yield Fault("left behind", verbs, path.name)
        is_new = stat.S_ISREG(path.lstat().st_mode)
        if is_new and str(path.relative_to(folder)) not in trial.files:
            yield from _judged_file(path, verbs)


def _judged_file(path: Path, verbs: str) -> Iterator[Fault]:
    """What is wrong with a file that a run has written."""
    content = path.read_bytes()
    if path.suffix not in {".json", ".html", ".csv", ".txt"} or content.startswith(b"PAR1"):
        return
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        is_whole = path.suffix != ".json" or json.loads(text, parse_constant=_no_number) is not None
    except ValueError:
        is_whole = False
    if not is_whole or (path.suffix == ".html" and "</html>" not in text[-20:]):
        yield Fault("half a file", verbs, path.name)
    found = _RAW.search(text.replace("\r\n", "\n"))
    if found:
        near = text[max(0, found.start() - 60) : found.end() + 40]
        yield Fault(f"raw control sign in {path.suffix}", verbs, f"{path.name}: {near!r}")
    if path.suffix == ".csv":
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        for cell in cells:
            if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
                yield Fault("a formula in a table", verbs, f"{path.name}: {cell!r}")
                return


_FORMULA = re.compile(r"\s*[=+@-]\s*\S")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|inf|nan)")
