"""On the output stands the answer, whole, and nothing else; seen from outside, through a shell."""

import ctypes
import json
import os
import random
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from derbes import api, cli
from derbes.cli.streams import Outlet
from tests.cli.conftest import Answer

ROOT = Path(__file__).parents[2]
CASE = "cases/waterworks.yaml"
OUTPUT = "the output: cannot be written: {reason}. "
FIX = "Fix: choose another place with --out, or free space and check permissions.\n"
NET = {"DERBES_NET": ""}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell of Unix and its devices")


def shell(line: str, **variables: str) -> Answer:
    """A command line of a shell, in which `derbes` is the program."""
    script = f'derbes() {{ "{sys.executable}" -m derbes "$@"; }}\n{line}'
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=ROOT,
        check=False,
        text=True,
        capture_output=True,
        env={**os.environ, **variables},
        timeout=300,  # where nothing is compiled yet
    )
    return Answer(done.returncode, done.stdout, done.stderr)


# Whole or an error


def test_a_full_disk_is_an_error_also_where_nothing_is_buffered():
    answer = shell("derbes schema >/dev/full", PYTHONUNBUFFERED="1")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == OUTPUT.format(reason="No space left on device") + FIX


def test_a_file_that_may_not_grow_is_an_error(tmp_path):
    place = tmp_path / "schema"
    answer = shell(f"ulimit -f 8; derbes schema >{place}", PYTHONUNBUFFERED="1")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == OUTPUT.format(reason="File too large") + FIX
    answer = shell(f"ulimit -f 8; derbes schema --out {place}.json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"{place}.json: cannot be written: File too large. {FIX}"
    assert [file.name for file in tmp_path.iterdir()] == ["schema"]


def test_a_reader_who_goes_away_is_no_error_and_no_success():
    line = "derbes schema | head -c 10; exit ${PIPESTATUS[0]}"
    answer = shell(line, PYTHONUNBUFFERED="1")
    assert (answer.code, answer.err) == (cli.BROKEN_PIPE, "")
    assert len(answer.out) == 10


class Shown:
    """Where a program would print, of any encoding."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding

    def fileno(self) -> int:
        return 1


def delivered(text: str, encoding: str, *, is_document: bool = False) -> bytes:
    """What a slow reader gets from an output that does not wait for it."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    found: list[bytes] = []

    def read() -> None:
        while part := os.read(reading, 1000):
            found.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    outlet = Outlet(Shown(encoding), writing)
    outlet.answer.write(text)
    outlet.is_document = is_document
    assert outlet.deliver(0) == 0
    os.close(writing)
    reader.join()
    os.close(reading)
    return b"".join(found)


def test_a_slow_reader_gets_all():
    text = "".join(f"{i}\n" for i in range(50_000))
    assert delivered(text, "utf-8").decode() == text


def test_letters_that_the_output_does_not_have():
    assert delivered("қала ä", "utf-8") == "қала ä".encode()
    assert delivered("қ ä", "ascii") == rb"k \xe4"
    assert delivered("қ ä ა", "latin-1") == b"k \xe4 " + rb"\u10d0"
    assert delivered("қ«ә»", "cp1251") == "к«а»".encode("cp1251")
    assert delivered('"қ ä"', "latin-1", is_document=True) == '"қ ä"'.encode()
    name = os.fsdecode(b"\xff")
    assert json.loads(delivered(f'"{name}"', "ascii", is_document=True)) == name


# Closed streams


def test_without_an_output_there_is_no_answer(tmp_path):
    missing = OUTPUT.format(reason="it is closed") + FIX
    assert shell(f"derbes show {CASE} --json >&-") == Answer(2, "", missing)
    assert shell("derbes --version >&-") == Answer(2, "", missing)


def test_without_an_error_output_the_code_says_it():
    assert shell("derbes show nothing.yaml 2>/dev/full") == Answer(2, "", "")
    answer = shell("derbes show nothing.yaml --json <&- 2>&-")
    assert answer.code == 2
    assert json.loads(answer.out)["problems"][0]["what"] == "there is no such file"


def test_no_file_takes_the_number_of_a_closed_stream(tmp_path):
    code = (
        "import os, sys\n"
        "from derbes.cli import main\n"
        "from derbes import api\n"
        "api.schema = lambda case: {'opened': os.open(os.devnull, os.O_RDONLY)}\n"
        "sys.argv = ['derbes', 'schema', '--out', sys.argv[1]]\n"
        "sys.exit(main())\n"
    )
    place = tmp_path / "opened.json"
    line = f"'{sys.executable}' -c \"{code}\" {place} <&- >&- 2>&-"
    assert shell(line) == Answer(0, "", "")
    assert json.loads(place.read_text())["opened"] > 2


@pytest.mark.parametrize(("verb", "source"), [("cover", "case.yaml"), ("check", "derbes")])
def test_the_output_is_not_put_into_the_case(tmp_path, verb, source):
    case = tmp_path / "case.yaml"
    before = (ROOT / CASE).read_text(encoding="utf-8")
    case.write_text(before, encoding="utf-8")
    assert shell(f"cd {tmp_path}; derbes {verb} case.yaml >>case.yaml") == Answer(
        2,
        "",
        f"{source}: 1 problem\n"
        '  - out: the output leads into "case.yaml", which is a file of the case\n'
        "    fix: let the output lead into another file\n",
    )
    assert case.read_text(encoding="utf-8") == before


def test_the_output_is_not_what_an_option_writes(tmp_path):
    place = tmp_path / "seen"
    answer = shell(f"derbes schema --out {place} >{place}")
    assert answer.code == 2
    assert f'the output leads into "{place}", which --out writes\n' in answer.err


# Nothing but the answer

PLANTED = r"""
import ctypes, multiprocessing, os
from derbes.lp import highs
library, made = ctypes.CDLL(None), highs.Session.__init__
def noisy(self, program):
    is_own = multiprocessing.parent_process() is None
    where = "the program" if is_own else "a worker"
    os.write(1, f"planted in {where} by its number\n".encode())
    print(f"planted in {where} by Python", flush=True)
    library.printf(f"planted in {where} by compiled code\n".encode())
    made(self, program)
highs.Session.__init__ = noisy
"""


def planted(folder: Path, code: str) -> str:
    """A path for Python's modules by which each of its processes begins with the code."""
    (folder / "sitecustomize.py").write_text(code)
    return os.pathsep.join((str(folder), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")))


def test_what_is_printed_on_the_way_is_no_part_of_the_answer(tmp_path):
    """The calm plan is solved in the program itself, what follows in its workers."""
    words = f"cover {CASE} --every quarter --json --workers 2"
    answer = shell(f"derbes {words}", PYTHONPATH=planted(tmp_path, PLANTED))
    assert answer.code == 0
    assert len(json.loads(answer.out)["results"]) == 16 * 20
    own, of_workers = "planted in the program by {}\n", "planted in a worker by {}\n"
    for way in ("its number", "Python"):
        assert own.format(way) in answer.err
        assert of_workers.format(way) in answer.err
    assert own.format("compiled code") in answer.err


def test_in_this_process_too_and_all_is_put_back(capfd, monkeypatch, tmp_path):
    library = ctypes.CDLL(None)

    def noisy(case: object) -> dict[str, str]:
        os.write(1, b"by its number\n")
        library.puts(b"by compiled code")
        print("by Python")  # noqa: T201
        return {"answer": "whole"}

    monkeypatch.setattr(api, "schema", noisy)
    streams = sys.stdout, sys.stderr
    assert cli.main(["schema"]) == 0
    assert (sys.stdout, sys.stderr) == streams
    os.write(1, b"after\n")
    out, err = capfd.readouterr()
    assert sorted(err.split("\n")) == ["", "by Python", "by compiled code", "by its number"]
    assert out == '{\n  "answer": "whole"\n}\nafter\n'
    before = threading.active_count(), len([*Path("/proc/self/fd").iterdir()])
    for _time in range(3):
        assert cli.main(["schema", "--out", str(tmp_path / "schema.json")]) == 0
    assert (threading.active_count(), len([*Path("/proc/self/fd").iterdir()])) == before


# Exit codes


def test_the_table_of_exit_codes_is_that_of_the_program():
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \| `(\w+)` \| .+ \|$", text, flags=re.MULTILINE)
    named = {name: code for name, code in vars(cli).items() if isinstance(code, int)}
    assert {name: int(code) for code, name in table} == named
    assert sorted(named.values()) == [0, 1, 2, 70, 129, 130, 141, 143]


FAULT = """
import os, signal
from derbes import api
def broken(case, where):
    {what}
api.show = broken
"""


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("raise KeyError('secret')", cli.UNFORESEEN),
        ("os.kill(os.getpid(), signal.SIGINT)", cli.INTERRUPTED),
        ("os.kill(os.getpid(), signal.SIGTERM)", cli.TERMINATED),
        ("os.kill(os.getpid(), signal.SIGHUP)", cli.HUNG_UP),
    ],
)
def test_every_other_exit_code_comes_up(tmp_path, what, code):
    path = planted(tmp_path, FAULT.format(what=what))
    answer = shell(f"derbes show {CASE}; exit $?", PYTHONPATH=path, **NET)
    assert (answer.code, answer.out) == (code, "")
    assert "Traceback" not in answer.err


# A small sample of all combinations; `python tests/cli/test_streams.py N SEED` tries N of them.


@dataclass(frozen=True)
class Combination:
    """A command, and what its streams lead to."""

    words: str
    code: int
    output: str
    errors: str
    reading: str
    unbuffered: str

    @property
    def line(self) -> str:
        """The line of a shell."""
        return f"derbes {self.words} {self.reading} {self.errors} {self.output}"


COMMANDS = {
    "--help": 0,
    "--version": 0,
    "": 2,
    "schema": 0,
    "schema --json": 0,
    f"check {CASE}": 0,
    f"check {CASE} --json": 0,
    f"show {CASE} goods": 0,
    f"show {CASE} goods --json": 0,
    "show nothing.yaml": 2,
    "show nothing.yaml --json": 2,
    "cover --lenght --json": 2,
    "schema --out /dev/null": 0,
    "schema --out /dev/full": 2,
    "schema --out . --json": 2,
}
OUTPUTS = {
    "": None,
    ">/dev/full": 2,
    ">&-": 2,
    "1</dev/null": 2,
    "| head -c 5; exit ${PIPESTATUS[0]}": cli.BROKEN_PIPE,
    "| cat; exit ${PIPESTATUS[0]}": None,
}


def combination(chance: random.Random) -> Combination:
    words = chance.choice(list(COMMANDS))
    return Combination(
        words,
        COMMANDS[words],
        chance.choice(list(OUTPUTS)),
        chance.choice(["", "2>&-", "2>/dev/full", "2</dev/null"]),
        chance.choice(["", "<&-", "</dev/null"]),
        chance.choice(["", "1"]),
    )


@cache
def plainly(words: str) -> Answer:
    """What a command answers where nothing is in its way."""
    return shell(f"derbes {words}", **NET)


def judge(one: Combination) -> None:
    """The code is that of the command, or says that its answer was lost; nothing else is shown."""
    answer = shell(one.line, PYTHONUNBUFFERED=one.unbuffered, **NET)
    plain = plainly(one.words)
    lost = OUTPUTS[one.output] if plain.out else None
    allowed = {one.code or (lost or 0)}
    if lost == cli.BROKEN_PIPE:
        allowed.add(one.code)  # a short answer fits into the pipe
    assert plain.code == one.code, one
    assert answer.code in allowed, (one, answer)
    for word in ("Traceback", "Exception ignored", "Error:") if not one.code else ("Traceback",):
        assert word not in answer.err, (one, answer)
    whole = plain.out if lost is None else plain.out[:5] if lost == cli.BROKEN_PIPE else ""
    assert answer.out == whole, (one, answer)
    assert answer.err in ("", plain.err) or OUTPUT.split("{", maxsplit=1)[0] in answer.err, (
        one,
        answer,
    )


@pytest.mark.parametrize("seed", range(2))
def test_whatever_the_streams_lead_to(seed):
    judge(combination(random.Random(seed)))


if __name__ == "__main__":
    n, start = int(sys.argv[1]), int(sys.argv[2])
    for number in range(start, start + n):
        judge(combination(random.Random(number)))
    print(f"{n} combinations from seed {start} on: all as they should be")  # noqa: T201
