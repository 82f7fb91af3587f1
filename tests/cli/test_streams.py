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
from pathlib import Path

import pytest

from derbes import api, cli
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
        timeout=120,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


# Whole or an error


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["schema", "show cases/waterworks.yaml --json", "--help"])
def test_a_full_disk_is_an_error_whatever_is_answered(words, unbuffered):
    answer = shell(f"derbes {words} >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == OUTPUT.format(reason="No space left on device") + FIX


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_file_that_may_not_grow_is_an_error(tmp_path, unbuffered):
    place = tmp_path / "schema"
    answer = shell(f"ulimit -f 8; derbes schema >{place}", PYTHONUNBUFFERED=unbuffered)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == OUTPUT.format(reason="File too large") + FIX
    answer = shell(f"ulimit -f 8; derbes schema --out {place}.json", PYTHONUNBUFFERED=unbuffered)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"{place}.json: cannot be written: File too large. {FIX}"
    assert [file.name for file in tmp_path.iterdir()] == ["schema"]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_goes_away_is_no_error_and_no_success(unbuffered):
    line = "derbes schema | head -c 10; exit ${PIPESTATUS[0]}"
    answer = shell(line, PYTHONUNBUFFERED=unbuffered)
    assert (answer.code, answer.err) == (cli.BROKEN_PIPE, "")
    assert len(answer.out) == 10


def test_a_slow_reader_that_does_not_block_gets_all():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen(
        [sys.executable, "-m", "derbes", "schema"], cwd=ROOT, stdout=writing
    ) as process:
        os.close(writing)
        with open(reading, "rb") as file:  # noqa: PTH123 - a descriptor
            found = file.read()
        assert process.wait() == 0
    assert json.loads(found)["type"] == "object"


# Closed streams


def test_without_an_output_there_is_no_answer():
    for words in ("show cases/waterworks.yaml", "schema", "check cases/waterworks.yaml"):
        answer = shell(f"derbes {words} >&-")
        assert answer == Answer(2, "", OUTPUT.format(reason="it is closed") + FIX)


def test_without_an_output_a_file_takes_the_answer(tmp_path):
    answer = shell(f"derbes schema --out {tmp_path / 'schema.json'} <&- >&- 2>&-")
    assert answer == Answer(0, "", "")
    assert json.loads((tmp_path / "schema.json").read_text())["type"] == "object"


def test_without_an_error_output_the_code_says_it():
    assert shell("derbes show nothing.yaml 2>&-") == Answer(2, "", "")
    assert shell("derbes show nothing.yaml 2>/dev/full") == Answer(2, "", "")
    assert shell("derbes show nothing.yaml >&- 2>&-") == Answer(2, "", "")
    answer = shell("derbes show nothing.yaml --json <&- 2>&-")
    assert answer.code == 2
    assert json.loads(answer.out)["problems"][0]["what"] == "there is no such file"


def test_no_file_takes_the_number_of_a_closed_stream():
    code = (
        "import os, sys\n"
        "from derbes.cli import main\n"
        "from derbes import api\n"
        "api.schema = lambda case: {'opened': os.open(os.devnull, os.O_RDONLY)}\n"
        "sys.argv = ['derbes', 'schema', '--out', sys.argv[1]]\n"
        "sys.exit(main())\n"
    )
    answer = shell(f"'{sys.executable}' -c \"{code}\" /dev/fd/9 9>&1 <&- >&- 2>&-")
    assert answer.code == 0
    assert json.loads(answer.out)["opened"] > 2


def test_the_output_is_not_put_into_the_case(tmp_path):
    case = tmp_path / "case.yaml"
    before = (ROOT / CASE).read_text(encoding="utf-8")
    case.write_text(before, encoding="utf-8")
    for verb in ("show", "check", "schema", "cover"):
        answer = shell(f"cd {tmp_path}; derbes {verb} case.yaml >>case.yaml")
        assert answer == Answer(
            2,
            "",
            "case.yaml: 1 problem\n"
            '  - out: the output leads into "case.yaml", which is a file of the case\n'
            "    fix: let the output lead into another file\n".replace(
                "case.yaml: 1", "derbes: 1" if verb == "check" else "case.yaml: 1"
            ),
        )
    assert case.read_text(encoding="utf-8") == before


# Nothing but the answer

PLANTED = """
import ctypes, os
from derbes.lp import highs
library, made = ctypes.CDLL(None), highs.Session.__init__
def noisy(self, program):
    os.write(1, b"planted by its number\\n")
    print("planted by Python")
    library.printf(b"planted by compiled code\\n")
    made(self, program)
highs.Session.__init__ = noisy
"""


@pytest.mark.parametrize("n_workers", [1, 2])
def test_what_is_printed_on_the_way_is_no_part_of_the_answer(tmp_path, n_workers):
    (tmp_path / "sitecustomize.py").write_text(PLANTED)
    path = os.pathsep.join((str(tmp_path), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")))
    words = f"cover {CASE} --start 2026-01 --start 2027-01 --json --workers {n_workers}"
    answer = shell(f"derbes {words}", PYTHONPATH=path)
    assert answer.code == 0
    assert len(json.loads(answer.out)["results"]) == 32
    assert "planted by its number\n" in answer.err
    assert "planted by Python\n" in answer.err


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
    before = threading.active_count(), len(os.listdir("/proc/self/fd"))
    for _time in range(3):
        assert cli.main(["schema", "--out", str(tmp_path / "schema.json")]) == 0
    assert (threading.active_count(), len(os.listdir("/proc/self/fd"))) == before


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_an_output_of_other_letters_takes_text_and_json(tmp_path, encoding):
    case = tmp_path / "қала.yaml"
    case.write_text((ROOT / CASE).read_text(encoding="utf-8"), encoding="utf-8")
    answer = shell(f"derbes check {case}", PYTHONIOENCODING=encoding)
    told = str(case) if encoding == "utf-8" else str(case).replace("қ", r"\u049b")
    told = told.encode(encoding, "backslashreplace").decode("ascii", "replace")
    assert answer.code == 0
    if encoding != "latin-1":  # which this process does not read
        assert answer.out.startswith(str(case) if encoding == "utf-8" else told)
    answer = shell(f"derbes show {case} nothing --json", PYTHONIOENCODING=encoding)
    assert answer.code in (0, 2)
    assert json.loads(answer.out)


# Exit codes


def test_the_table_of_exit_codes_is_that_of_the_program():
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \| `(\w+)` \| .+ \|$", text, flags=re.MULTILINE)
    named = {name: code for name, code in vars(cli).items() if name.isupper() and name != "NET"}
    assert {name: int(code) for code, name in table} == named
    assert sorted(named.values()) == [0, 2, 70, 130, 141, 143]


FAULT = """
import os, signal
from derbes import api
def broken(*case, **options):
    {what}
api.cover = broken
"""


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("return api.leverage", None),
        ("raise api.DerbesError('of the case')", cli.REPAIRABLE),
        ("raise KeyError('secret')", cli.UNFORESEEN),
        ("os.kill(os.getpid(), signal.SIGINT)", cli.INTERRUPTED),
        ("os.kill(os.getpid(), signal.SIGTERM)", cli.TERMINATED),
    ],
)
def test_every_exit_code_comes_up(tmp_path, what, code):
    if code is None:
        assert shell("derbes --version").code == cli.DONE
        return
    planted = FAULT.format(what=what).replace(
        "api.DerbesError", "__import__('derbes.errors').errors.DerbesError"
    )
    (tmp_path / "sitecustomize.py").write_text(planted)
    path = os.pathsep.join((str(tmp_path), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")))
    answer = shell(f"derbes cover {CASE}; exit $?", PYTHONPATH=path, **NET)
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


def judge(one: Combination) -> None:
    """The code is that of the command, or says that its answer was lost; nothing else is shown."""
    answer = shell(one.line, PYTHONUNBUFFERED=one.unbuffered, **NET)
    plain = shell(f"derbes {one.words}", **NET)
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


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_streams_lead_to(seed):
    judge(combination(random.Random(seed)))


if __name__ == "__main__":
    n, start = int(sys.argv[1]), int(sys.argv[2])
    for number in range(start, start + n):
        judge(combination(random.Random(number)))
    print(f"{n} combinations from seed {start} on: all as they should be")  # noqa: T201
