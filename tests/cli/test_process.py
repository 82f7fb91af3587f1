"""What only shows in a process of its own: imports, pipes, full disks."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CASE = ROOT / "cases" / "waterworks.yaml"
HEAVY = {"highspy", "jinja2", "numba", "scipy", "vl_convert"}


def _derbes(*words: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "derbes", *words]
    return subprocess.run(
        command, cwd=ROOT, check=False, text=True, stderr=subprocess.PIPE, **options
    )


def test_check_loads_nothing_heavy():
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"  # a peer's .pth file may load some at the start
        "from derbes.cli import main\n"
        f"code = main(['check', {str(CASE)!r}])\n"
        "print(code, *sorted({name.split('.')[0] for name in set(sys.modules) - before}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, text=True, capture_output=True
    )
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0"
    assert "yaml" in modules
    assert HEAVY.isdisjoint(modules)


def test_a_full_disk_is_said_without_a_traceback():
    with Path("/dev/full").open("w") as full:
        done = _derbes("show", str(CASE), stdout=full)
    assert done.returncode == 2
    assert done.stderr == (
        "the output: cannot be written: No space left on device. "
        "Fix: choose another place with --out, or free space and check permissions.\n"
    )


def test_a_reader_who_goes_away_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "derbes", "schema"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        errors = process.stderr.read()
    assert errors == b""
    assert process.returncode == 141


def test_the_schema_is_json():
    done = _derbes("schema", stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["type"] == "object"
