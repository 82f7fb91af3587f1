import errno
import os
import stat
from pathlib import Path

import pytest

from derbes.errors import OutputError
from derbes.files import write_atomically

FIX = "Fix: choose another place with --out, or free space and check permissions."


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_as_it_is_and_nothing_is_left_beside(tmp_path):
    target = tmp_path / "new" / "brief.html"
    write_atomically(target, "қауіпсіздік\r\n")
    assert target.read_bytes() == "қауіпсіздік\r\n".encode()
    assert _names(target.parent) == ["brief.html"]


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path):
    target = tmp_path / "brief.html"
    target.write_text("old")
    target.chmod(0o640)
    write_atomically(target, "new")
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_that_any_new_file_has(tmp_path):
    (tmp_path / "plain").write_text("")
    write_atomically(tmp_path / "written", "")
    assert (tmp_path / "written").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_without_space_the_old_file_stays_whole(tmp_path, monkeypatch):
    target = tmp_path / "brief.html"
    target.write_text("old")

    def no_space(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OutputError) as caught:
        write_atomically(target, "new")
    assert str(caught.value) == f"{target}: cannot be written: No space left on device. {FIX}"
    assert target.read_text() == "old"
    assert _names(tmp_path) == ["brief.html"]


def test_an_interrupted_writing_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "brief.html", "new")
    assert _names(tmp_path) == []


def test_a_full_device_is_said_and_stays_a_device():
    with pytest.raises(OutputError) as caught:
        write_atomically(Path("/dev/full"), "text")
    assert str(caught.value) == f"/dev/full: cannot be written: No space left on device. {FIX}"
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(OutputError) as caught:
        write_atomically(tmp_path, "text")
    assert str(caught.value) == f"{tmp_path}: cannot be written: Is a directory. {FIX}"
    assert _names(tmp_path) == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "brief.html"
    with pytest.raises(OutputError) as caught:
        write_atomically(target, "text")
    assert str(caught.value).startswith(f"{target}: cannot be written: ")
