"""What only shows in a process of its own: what is loaded, and that it runs at all."""

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


def test_the_schema_is_json():
    done = _derbes("schema", stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["type"] == "object"
