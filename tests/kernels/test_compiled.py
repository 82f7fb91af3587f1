"""The compiled kernels, the same kernels as plain Python, and what is kept on disk."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from derbes.kernels.compiling import forget_outdated
from derbes.simulation import simulate_branch
from derbes.simulation.futures import simulate_futures
from tests.builders import build_state, sender_cut, worked_arrays
from tests.simulation.arrays_of_futures import model_of
from tests.simulation.test_futures import ALL, events_of, no_draws

ROOT = Path(__file__).parents[2]
PLAIN = """
import numpy as np
from derbes.kernels.phase import settle
from derbes.simulation import simulate_branch
from tests.builders import build_state, sender_cut, worked_arrays
assert not hasattr(settle, "signatures")
arrays = worked_arrays({number})
run = simulate_branch(
    arrays, sender_cut(arrays), build_state(arrays), start={start}, length=12, n_periods=20
)
print(np.concatenate([run.levels.ravel(), run.fresh.ravel(), run.unmet.ravel()]).tolist())
"""


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
    arrays = worked_arrays(number)
    run = simulate_branch(
        arrays, sender_cut(arrays), build_state(arrays), start=start, length=12, n_periods=20
    )
    compiled = np.concatenate([run.levels.ravel(), run.fresh.ravel(), run.unmet.ravel()])
    assert printed.strip() == str(compiled.tolist())


FUTURES = """
import numpy as np
from derbes.kernels.futures.settling.phase import settle
from derbes.simulation.futures import simulate_futures
from tests.builders import sender_cut, worked_arrays
from tests.simulation.arrays_of_futures import model_of
from tests.simulation.test_futures import ALL, events_of, no_draws
assert not hasattr(settle, "signatures")
arrays = worked_arrays({number})
model = model_of(arrays, (sender_cut(arrays),), None, first=0, n_periods=30)
rows = [[(0, start, 1 + start % 13)] for start in range(20)]
futures = simulate_futures(model, no_draws(20), events_of(model, rows), keep=ALL, n_paths=20)
print(np.concatenate([futures.paths[name].ravel() for name in ALL]).tolist())
"""


@pytest.mark.parametrize("number", [2, 3])
def test_futures_run_without_a_compiler(number: int) -> None:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", FUTURES.format(number=number)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    arrays = worked_arrays(number)
    model = model_of(arrays, (sender_cut(arrays),), None, first=0, n_periods=30)
    rows = [[(0, start, 1 + start % 13)] for start in range(20)]
    futures = simulate_futures(model, no_draws(20), events_of(model, rows), keep=ALL, n_paths=20)
    compiled = np.concatenate([futures.paths[name].ravel() for name in ALL])
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
