"""The compiled kernels, the same kernels as plain Python, and what is kept on disk."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from derbes.kernels.compiling import forget_outdated
from derbes.simulation import BranchRun, simulate_branch
from derbes.supply.baseline import solve_calm, state_at
from tests.builders import sender_cut, worked_arrays

ROOT = Path(__file__).parents[2]
PLAIN = """
import numpy as np
from derbes.kernels.policy import settle
from tests.kernels.test_compiled import worked_run
assert not hasattr(settle, "signatures")
run = worked_run({number}, {start})
print(np.concatenate([run.levels.ravel(), run.fresh.ravel(), run.unmet.ravel()]).tolist())
"""


def worked_run(number: int, start: int) -> BranchRun:
    """A worked example under the embargo."""
    arrays = worked_arrays(number)
    calm = solve_calm(arrays)
    state = state_at(calm, start)
    return simulate_branch(calm, sender_cut(arrays), state, start=start, length=12, n_periods=20)


@pytest.mark.parametrize(("number", "start"), [(2, 0), (3, 18)])
def test_kernels_run_without_a_compiler(number: int, start: int) -> None:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    printed = subprocess.run(
        [sys.executable, "-c", PLAIN.format(number=number, start=start)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    run = worked_run(number, start)
    compiled = np.concatenate([run.levels.ravel(), run.fresh.ravel(), run.unmet.ravel()])
    assert printed.strip() == str(compiled.tolist())


def test_machine_code_older_than_a_kernel_is_dropped(tmp_path: Path) -> None:
    def rule() -> None:
        """Stand-in for a kernel of this file."""

    stem = f"{Path(__file__).stem}.{rule.__qualname__}"
    old, new = tmp_path / f"{stem}-1.py311.nbi", tmp_path / f"{stem}-2.py311.nbi"
    other = tmp_path / "another.rule-1.py311.nbi"
    for index in (old, new, other):
        index.write_text("")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    forget_outdated(tmp_path, rule)
    assert not old.exists()
    assert new.exists()
    assert other.exists()
