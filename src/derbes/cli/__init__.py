"""The command line: one command per verb."""

import gettext
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from derbes.cli.stopping import heeding
from derbes.language import DOMAIN, LOCALE, is_readable, languages, system_language, use_language

DONE = 0
"""The question is answered."""
NOT_WRITTEN = 1
"""Numbers of a case would change and nobody said yes; nothing was written."""
REPAIRABLE = 2
"""Something that the user can repair."""
UNFORESEEN = 70
"""An error that nobody foresaw, which is one of the program."""
HUNG_UP = 129
"""The terminal was closed (SIGHUP), as a shell counts it."""
INTERRUPTED = 130
"""Stopped with Ctrl-C, as a shell counts it."""
BROKEN_PIPE = 141
"""The reader of the output went away, as a shell counts it."""
TERMINATED = 143
"""Stopped with SIGTERM, as a shell counts it."""

ALGEBRA_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables with the threads of numpy's algebra, which is loaded after they are read.

One, unless the user says otherwise, so that no more are begun: `parallel.one_thread` says why.
"""
NET = "DERBES_NET"
"""Variable that is `off` where an error that nobody foresaw is to be raised: in tests."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, and say whatever goes wrong in words.

    Ctrl-C is quiet also while the program is still being loaded.

    Args:
        arguments: Words after the program's name; None: those it was called with, and this
            process ends with the command.

    Returns:
        Exit code, as docs/reference/cli.md has them.
    """
    # Closed streams are filled before any file, or heeding signals, takes their numbers.
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003
    for variable in ALGEBRA_THREADS:
        os.environ.setdefault(variable, "1")
    return _guarded(arguments)


def speak(words: Sequence[str]) -> None:
    """Use the language that is asked for, else that of the system, for this run.

    The commands say what they do as they are loaded, so it is chosen before them; what click
    says itself comes out of our catalog.
    """
    asked = [code for word, code in pairwise([*words, ""]) if word == "--lang"]
    asked += [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    code = next((code for code in asked if code in languages()), system_language())
    use_language(code)
    os.environ["LANGUAGE"] = code
    gettext.bindtextdomain(DOMAIN, LOCALE)
    gettext.textdomain(DOMAIN if is_readable(code) else "messages")  # else click speaks English


@heeding
def _guarded(arguments: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        speak(words)
        from derbes.cli.streams import standard_streams  # noqa: PLC0415 - loading takes a while

        with standard_streams(is_program=arguments is None) as outlet:
            return outlet.deliver(_run(words, outlet))
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(words: list[str], outlet: Any) -> int:
    try:
        from derbes.cli.commands import run  # noqa: PLC0415 - loading can fail too

        return run(words, outlet)
    except Exception as error:
        if os.environ.get(NET) == "off":
            raise
        told = _told(error, outlet)
        outlet.fail(told, {"error": told} if "--json" in words else None)
        return UNFORESEEN


def _told(error: Exception, outlet: Any) -> str:
    """What is said of an error that nobody foresaw, also where nothing works any more."""
    try:
        from derbes.cli.unforeseen import unforeseen  # noqa: PLC0415 - it should not be needed

        return unforeseen(error, outlet)
    except Exception:  # noqa: BLE001 - whatever it is
        return f"derbes: {type(error).__name__}: an error of derbes that nobody foresaw."
