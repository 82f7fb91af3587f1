"""A small fixed sample of `make kills`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the kernel of Linux")
def test_a_killed_run_loses_nothing_and_leaves_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "tools.kills", "--kills", "3", "--seed", "1", "--verbs", "stress"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "stress: 3 kills, 0 wrong" in done.stdout
