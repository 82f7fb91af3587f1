"""What only shows in a process of its own: what is loaded, and that it runs at all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_the_schema_is_json():
    done = _derbes("schema", stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["type"] == "object"


@pytest.mark.parametrize("of_user", [{}, {"OPENBLAS_NUM_THREADS": "2"}])
def test_sums_are_made_by_one_thread_unless_the_user_says_otherwise(of_user):
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    code = (
        "import os, sys\n"
        "from derbes.cli import main\n"
        "print('numpy' in sys.modules)\n"
        "main(['--version'])\n"
        f"print(*(os.environ[name] for name in {names}))\n"
    )
    around = {name: value for name, value in os.environ.items() if name not in names} | of_user
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=around, cwd=ROOT, check=True, text=True, capture_output=True)
    loaded, *_, threads = done.stdout.splitlines()
    assert loaded == "False"  # numpy reads them as it is loaded
    assert threads == f"{of_user.get(names[0], '1')} 1 1"
