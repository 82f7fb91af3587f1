import io
import sys
import time
import warnings

import pytest

from derbes.cli.output import ProgressLine, plain_warnings, progress_on_terminal, progress_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_short_work_is_not_talked_about():
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        line.tell(1, 2, "surface")
    assert terminal.getvalue() == ""


def test_long_work_shows_how_far_it_is_and_then_leaves_nothing():
    terminal = Terminal()
    with ProgressLine(terminal, silent_for=0.0) as line:
        line.tell(3, 12, "surface")
        _wait_for(terminal, "surface: 3 of 12")
    assert terminal.getvalue().endswith("\r\033[K")


def test_a_terminal_that_goes_away_stops_nothing(recwarn):
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    with ProgressLine(Gone(), silent_for=0.0) as line:
        line.tell(3, 12, "surface")
        time.sleep(0.3)
    assert not recwarn.list  # pytest warns of an error in a thread


def test_work_that_has_not_counted_yet_shows_the_time():
    assert progress_text(0, 0, "", 3.4, step=0.0) == "working … 3 s"
    assert progress_text(0, 160, "surface", 12.0, step=0.0) == "surface: 0 of 160 … 12 s"


def test_the_rest_of_a_step_is_judged_by_the_parts_that_are_done():
    text = "surface: 40 of 160 … 12 s, some 24 s left of this step"
    assert progress_text(40, 160, "surface", 12.0, step=8.0) == text
    assert progress_text(160, 160, "surface", 12.0, step=8.0) == "surface: 160 of 160 … 12 s"


def test_a_step_counts_from_the_end_of_the_one_before(monkeypatch):
    clock = iter((100.0, 103.0, 105.0, 106.0, 111.0))
    monkeypatch.setattr("derbes.cli.output.time.monotonic", lambda: next(clock, 111.0))
    line = ProgressLine(Terminal())
    for done in (1, 2, 3):
        line.tell(done, 3, "cover")
    assert line._told - line._step == 6.0
    line.tell(1, 9, "surface")
    assert line._told - line._step == 5.0


def test_where_there_is_no_terminal_nothing_is_shown(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_on_terminal() as tell:
        assert tell is None
    assert stream.getvalue() == ""


def test_on_a_terminal_the_line_is_held(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_on_terminal() as tell:
        assert isinstance(tell.__self__, ProgressLine)


def _wait_for(terminal: Terminal, text: str) -> None:
    until = time.monotonic() + 10
    while text not in terminal.getvalue():
        assert time.monotonic() < until, terminal.getvalue()
        time.sleep(0.01)


class CacheWarning(UserWarning):
    """As the kernels name theirs."""


def test_trouble_with_compiled_code_is_said_once_and_in_words(capsys):
    with plain_warnings(), warnings.catch_warnings():
        warnings.simplefilter("always")
        for _worker in range(2):
            warnings.warn("unkept /kept: here: File too large", CacheWarning, stacklevel=1)
            warnings.warn("damaged /kept: another digest", CacheWarning, stacklevel=1)
    assert capsys.readouterr().err == (
        "Compiled code cannot be kept in /kept: here: File too large. The run goes on; the next "
        "one compiles anew. Fix: free space there, or let NUMBA_CACHE_DIR name another folder.\n"
        "Compiled code kept in /kept was damaged and is compiled anew.\n"
    )
    with pytest.warns(UserWarning, match="^another$"), plain_warnings():
        warnings.warn("another", UserWarning, stacklevel=1)
