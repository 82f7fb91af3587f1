"""The compiled kernels, the same kernels as plain Python, and what is kept on disk."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from derbes.kernels import compiling
from derbes.kernels.compiling import SOURCES, CacheWarning, KernelFiles
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


KERNELS = """
import sys
import numpy as np
from derbes.kernels import compiling

@compiling.called
def half(x):
    return x / {divisor}

@compiling.compiled
def total(xs):
    found = 0.0
    for x in xs:
        found += half(x)
    return found

def answer():
    return total(np.arange(5.0))
"""
ASK = """
import warnings
{before}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("default")
    from kernels_of_mine import answer, total
    found = answer()
print(found, total.stats.cache_hits and sum(total.stats.cache_hits.values()) or 0)
print([str(one.message) for one in caught])
"""


class Asked:
    """A few kernels in a file of their own, asked in other processes."""

    def __init__(self, place: Path) -> None:
        self.place, self.kept = place, place / "kept"
        self.write(2)

    def write(self, divisor: int) -> None:
        text = KERNELS.format(divisor=divisor)
        (self.place / "kernels_of_mine.py").write_text(text, encoding="utf-8")

    def start(self, before: str = "", **environment: str) -> subprocess.Popen:
        paths = os.pathsep.join([str(ROOT / "src"), str(self.place)])
        places = {"PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(self.kept)}
        return subprocess.Popen(
            [sys.executable, "-B", "-c", ASK.format(before=before)],
            env={**os.environ, **places, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, before: str = "", **environment: str) -> tuple[str, list[str]]:
        out, err = self.start(before, **environment).communicate()
        assert err == ""
        answer, told = out.splitlines()
        return answer, ast.literal_eval(told)

    @property
    def files(self) -> list[Path]:
        return sorted(one for one in self.kept.rglob("*") if one.is_file())


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    if not compiling.IS_COMPILED:
        pytest.skip("nothing is compiled")
    return Asked(tmp_path)


def test_machine_code_is_kept_until_it_is_damaged_or_the_kernel_rewritten(asked: Asked) -> None:
    assert asked.ask() == ("5.0 0", [])
    assert {one.suffix for one in asked.files} == {".nbi", ".nbc"}
    assert asked.ask() == ("5.0 1", [])
    for place in asked.files:
        place.write_bytes(b"" if place.suffix == ".nbi" else b"garbage")
    folder = str(asked.files[0].parent)
    assert asked.ask() == ("5.0 0", [f"damaged {folder}: another digest"])
    asked.write(4)
    assert asked.ask() == ("2.5 0", [])


@pytest.fixture
def files(tmp_path: Path) -> KernelFiles:
    return KernelFiles(str(tmp_path), "policy.settle-12.py311", "stamp")


@pytest.mark.parametrize("kind", [".nbi", ".nbc"])
@pytest.mark.parametrize("spoiled", [b"", b"garbage", b"\x80", None, b"0" * 400])
def test_any_damage_is_found_before_it_is_read(
    files: KernelFiles, tmp_path: Path, kind: str, spoiled: bytes | None, monkeypatch
) -> None:
    monkeypatch.setattr(compiling, "_warned", set())
    files.save("key", ["code"] * 100)
    assert files.load("key") == ["code"] * 100
    place = next(one for one in tmp_path.iterdir() if one.suffix == kind)
    content = place.read_bytes()
    place.write_bytes(content[: len(content) // 2] if spoiled is None else spoiled)
    with pytest.warns(CacheWarning, match="^damaged .*: another digest$") as told:
        assert [files.load("key") for _again in range(2)] == [None, None]
    assert len(told) == 1
    files.save("key", "anew")
    assert files.load("key") == "anew"


def test_two_that_keep_at_once_never_mix_their_code(files: KernelFiles, monkeypatch) -> None:
    """The other saves between this one's look at the index and its own save."""
    known = files._load_index()
    files.save("its key", "its code")
    monkeypatch.setattr(files, "_load_index", lambda: known)
    files.save("key", "code")
    monkeypatch.undo()
    assert files.load("key") == "code"
    assert files.load("its key") in (None, "its code")


def test_a_full_disk_does_not_stop_a_run(asked: Asked) -> None:
    before = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    answer, told = asked.ask(before)
    assert (answer, len(told)) == ("5.0 0", 1)
    assert told[0] == f"unkept {next(asked.kept.iterdir())}: File too large"
    assert asked.files == []


def test_nowhere_to_write_does_not_stop_a_run(asked: Asked) -> None:
    before = (
        "from numba.core.caching import _CacheLocator\n"
        "def refuse(self): raise PermissionError(13, 'Permission denied')\n"
        "_CacheLocator.ensure_cache_path = refuse"
    )
    answer, told = asked.ask(before)
    assert (answer, len(told)) == ("5.0 0", 1)
    assert told[0] == f"unkept {ROOT / 'src' / 'derbes' / 'kernels'}: nowhere to write"


def test_machine_code_of_other_kernels_is_not_read_and_goes(
    files: KernelFiles, tmp_path: Path, monkeypatch
) -> None:
    """What a kernel calls may stand in another file, so a change of any counts."""
    files.save("key", "code")
    old = set(tmp_path.iterdir())
    monkeypatch.setattr(compiling, "SOURCES", "0123456789abcdef")
    later = KernelFiles(str(tmp_path), "policy.settle-12.py311", "stamp")
    assert later.load("key") is None
    later.save("key", "another code")
    assert files.load("key") is None
    assert later.load("key") == "another code"
    assert not old & set(tmp_path.iterdir())


@pytest.mark.skipif(not compiling.IS_COMPILED, reason="nothing is compiled")
def test_what_was_compiled_while_a_kernel_was_rewritten_is_not_kept(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(compiling.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiling, "_sources", lambda: "another")

    def third(x: float) -> float:
        return x / 3

    assert compiling.called(third)(6.0) == 2.0
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
    monkeypatch.undo()
    monkeypatch.setattr(compiling.config, "CACHE_DIR", str(tmp_path))
    assert compiling.called(third)(6.0) == 2.0
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 2


def test_cold_starts_at_once_are_safe(asked: Asked) -> None:
    runs = [asked.start() for _run in range(2)]
    done = [run.communicate() for run in runs]
    assert [(out.split()[0], err) for out, err in done] == [("5.0", "")] * 2
    assert all(one.suffix in (".nbi", ".nbc") for one in asked.files)


def test_what_older_versions_kept_is_dropped(tmp_path: Path) -> None:
    name = "policy.settle-12.py311"
    mine = [f"{name}.{SOURCES}.nbi", f"{name}.{SOURCES}.{'0' * 16}.nbc"]
    old = [f"{name}.nbi", f"{name}.1.nbc", "policy.settle-9.py311.2.nbc", f"{name}.{'f' * 16}.nbi"]
    others = ["policy.settle_all-12.py311.nbi", "policy.settle-12.py312.nbi", "policy.pyc"]
    for one in (*mine, *old, *others):
        (tmp_path / one).touch()
    (tmp_path / mine[0]).unlink()
    KernelFiles(str(tmp_path), name, "stamp").save("key", "code")
    assert {one.name for one in tmp_path.iterdir()} >= {*mine, *others}
    assert not {one.name for one in tmp_path.iterdir()} & {*old}
