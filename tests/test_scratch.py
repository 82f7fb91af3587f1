"""What a run leaves lying for a moment: removed when it ends, or by the next when it was killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from derbes import scratch
from derbes.files import write_atomically

ROOT = Path(__file__).parents[1]
RUN = """
import os, sys, time
from pathlib import Path
from derbes.scratch import new_folder, new_part
place = Path(sys.argv[1])
handle, part = new_part(place / "out.html", place)
os.write(handle, b"half")
with new_folder() as folder:
    (folder / "draws.part").write_bytes(b"draws")
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder that is both where outputs and where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_cleared", set())
    return tmp_path


@pytest.fixture
def other_run(place):
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(place)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(place)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()


def _lying(place: Path) -> list[str]:
    return sorted(one.name for one in place.iterdir() if one.name != "out.html")


def test_what_a_living_run_needs_is_left_alone(place, other_run):
    before = _lying(place)
    assert len(before) == 2
    write_atomically(place / "out.html", "whole")
    with scratch.new_folder() as folder:
        assert folder.is_dir()
        assert len(_lying(place)) == 3
    assert _lying(place) == before
    assert other_run.poll() is None


def test_what_a_killed_run_has_left_is_cleared_by_the_next(place, other_run):
    other_run.kill()
    other_run.wait()
    assert len(_lying(place)) == 2
    write_atomically(place / "out.html", "whole")
    with scratch.new_folder() as folder:
        assert _lying(place) == [folder.name]
    assert _lying(place) == []
    assert (place / "out.html").read_text(encoding="utf-8") == "whole"


def test_a_run_that_ends_on_the_way_leaves_nothing(place):
    code = RUN.replace("time.sleep(60)", "os.kill(os.getpid(), 2)")
    done = subprocess.run(
        [sys.executable, "-c", code, str(place)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(place)},
        capture_output=True,
        check=False,
    )
    assert b"KeyboardInterrupt" in done.stderr
    assert _lying(place) == []


@pytest.mark.parametrize(
    "name",
    [".other.html.abcdefgh.part", ".out.html.abc.part", "derbes_run_of_mine", ".out.html.A.part"],
)
def test_files_of_other_names_are_left_alone(place, name):
    (place / name).write_text("kept", encoding="utf-8")
    write_atomically(place / "out.html", "whole")
    with scratch.new_folder():
        pass
    assert _lying(place) == [name]


def test_a_folder_with_something_else_in_it_keeps_that(place):
    left = place / "derbes_run_abcdefgh"
    left.mkdir()
    (left / "a.part").touch()
    (left / "thesis.txt").touch()
    with scratch.new_folder():
        pass
    assert [one.name for one in left.iterdir()] == ["thesis.txt"]


def test_links_are_not_followed(place):
    target = place / "precious"
    target.mkdir()
    (target / "a.part").touch()
    (place / "derbes_run_abcdefgh").symlink_to(target)
    (place / ".out.html.abcdefgh.part").symlink_to(target / "a.part")
    write_atomically(place / "out.html", "whole")
    with scratch.new_folder():
        pass
    assert (target / "a.part").exists()


def test_what_another_user_left_is_left_alone(place, monkeypatch):
    (place / ".out.html.abcdefgh.part").touch()
    (place / "derbes_run_abcdefgh").mkdir()
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    write_atomically(place / "out.html", "whole")
    with scratch.new_folder():
        pass
    assert len(_lying(place)) == 2


def test_where_there_are_no_locks_nothing_of_others_is_touched(place, monkeypatch):
    (place / ".out.html.abcdefgh.part").touch()
    monkeypatch.setattr(scratch, "fcntl", None)
    write_atomically(place / "out.html", "whole")
    with scratch.new_folder():
        pass
    assert _lying(place) == [".out.html.abcdefgh.part"]


def test_two_runs_that_begin_at_once_clear_and_write_without_harm(place):
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from derbes import scratch\n"
        "from derbes.files import write_atomically\n"
        "for i in range(60):\n"
        "    scratch._cleared.clear()\n"
        "    write_atomically(Path(sys.argv[1]) / 'out.html', 'x' * 10_000)\n"
        "    with scratch.new_folder() as folder:\n"
        "        (folder / 'a.part').write_bytes(b'1')\n"
        "        assert (folder / 'a.part').read_bytes() == b'1'\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(place)}
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(place)], env=env, stderr=subprocess.PIPE)
        for _run in range(3)
    ]
    assert [run.communicate()[1] for run in runs] == [b"", b"", b""]
    assert _lying(place) == []
    assert len((place / "out.html").read_text(encoding="utf-8")) == 10_000
