"""An error that nobody foresaw: one message for the user, and a report without the case.

A report tells where in the program it happened. It holds no text of an exception, no value of
a variable and no name that the user has given: they may be the case's.
"""

import os
import platform
import re
import sysconfig
import traceback
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from derbes.cli.places import REPORT_BEGINS
from derbes.cli.streams import Outlet
from derbes.errors import OutputError, work_of
from derbes.files import write_atomically
from derbes.language import _
from derbes.version import VERSION

MOST_FRAMES = 60
"""Places of one traceback that a report lists; of more, the outermost and the innermost."""


def unforeseen(error: Exception, outlet: Outlet) -> str:
    """What a user is told of an error that nobody foresaw; a report is written if asked for."""
    at = next((one for one in reversed(_frames(error)) if one.file.startswith("derbes/")), None)
    place = _("{file}, line {line}").format(file=at.file, line=at.line) if at else ""
    what = _("{command}: {kind}{work}{place}: an error of derbes that nobody foresaw.")
    fix = ""
    # A worker that died has mostly had too little memory too.
    if isinstance(error, MemoryError) or type(error).__name__ == "BrokenProcessPool":
        what = _("{command}: {kind}{work}{place}: the memory does not suffice.")
        fix = _(
            "Less is needed with fewer --draws, --solved, --start, --measure or --variant, a "
            "shorter --length, or --workers 1."
        )
    command = outlet.command.command_path if outlet.command else "derbes"
    work = "".join(_(", at {what}").format(what=one) for one in work_of(error))
    place = f" ({place})" if place else ""
    what = what.format(command=command, kind=_kind(error), work=work, place=place)
    return " ".join(filter(None, (what, fix, _reported(error, outlet))))


def _kind(error: BaseException) -> str:
    """The name of an error; of one of the system also its reason, in the system's words."""
    name = type(error).__name__
    number = getattr(error, "errno", None) if isinstance(error, OSError) else None
    return f"{name}, {os.strerror(number)}" if isinstance(number, int) else name


def _reported(error: Exception, outlet: Outlet) -> str:
    if not outlet.report:
        return _(
            "Fix: give the same command with --report FILE, which writes what is needed to "
            "mend it and nothing of the case."
        )
    try:
        write_atomically(Path(outlet.report), report_of(error, outlet))
    except OutputError as failure:
        return str(failure)
    words = _("A report without anything of the case stands in {file}; send it to the makers.")
    return words.format(file=outlet.report)


def report_of(error: BaseException, outlet: Outlet) -> str:
    """Versions, command, platform, and where in the program an error happened."""
    lines = [REPORT_BEGINS.rstrip(), "", f"command: {_command_line(outlet)}"]
    lines += [f"error: {_kind(error)}", f"version: {VERSION}"]
    lines += [f"python: {platform.python_version()} ({platform.python_implementation()})"]
    lines += [f"platform: {platform.platform()}, {os.cpu_count()} processors", "", "libraries:"]
    lines += [f"  {name}: {version}" for name, version in _libraries()]
    for one in _chain(error):
        frames = [f"  {at.file}:{at.line} in {at.function}" for at in _frames(one)]
        if len(frames) > MOST_FRAMES:
            left = len(frames) - MOST_FRAMES
            frames[MOST_FRAMES // 2 : -MOST_FRAMES // 2] = [f"  ({left} more)"]
        lines += ["", f"traceback of {_kind(one)}, innermost last:", *frames]
    return "\n".join(lines) + "\n"


_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?|\d{4}-\d\d(?:-\d\d)?")


def _command_line(outlet: Outlet) -> str:
    """The command as it was given, with what may name something of the case as `NAME`."""
    context = outlet.command
    if context is None:
        return "derbes"
    words = [context.command_path]
    for option in context.command.params:
        source = context.get_parameter_source(option.name)
        if source is None or source.name in ("DEFAULT", "DEFAULT_MAP"):
            continue
        given = context.params.get(option.name, "")
        name = option.opts[0] if option.param_type_name == "option" else ""
        for value in given if isinstance(given, tuple) else (given,):
            if isinstance(value, bool):
                words.append((option.opts if value else option.secondary_opts or option.opts)[0])
                continue
            is_plain = value in getattr(option.type, "choices", ()) or _PLAIN.fullmatch(str(value))
            words += [name, str(value) if is_plain else (option.metavar or "FILE").strip("[]")]
    return " ".join(filter(None, words))


def _libraries() -> Iterator[tuple[str, str]]:
    """What derbes is built on, click among it, and their versions."""
    try:
        needed = metadata.requires("derbes") or []
    except metadata.PackageNotFoundError:
        needed = []
    for one in needed:
        if "extra ==" in one:
            continue
        name = re.split(r"[^\w.-]", one, maxsplit=1)[0]
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, "not installed"


# Where in the program


class _Frame(NamedTuple):
    file: str
    """From its package on; own ones begin with `derbes/`."""
    line: int
    function: str


def _frame(path: str, line: int, function: str) -> _Frame:
    """A place in the program; a file that is of no package is not named."""
    package = str(Path(__file__).parents[1])
    name = function if re.fullmatch(r"[\w.<>]+", function) else "…"
    if path.startswith(package + os.sep):
        return _Frame("derbes" + path.removeprefix(package).replace(os.sep, "/"), line, name)
    for key in ("purelib", "platlib", "stdlib"):
        folder = sysconfig.get_path(key)
        if folder and path.startswith(folder + os.sep):
            return _Frame(path.removeprefix(folder + os.sep), line, name)
    return _Frame("(elsewhere)", line, name)


def _chain(error: BaseException) -> list[BaseException]:
    """An error and those that it came of, the first of them first."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and all(one is not other for other in found):
        found.insert(0, one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


_TOLD = re.compile(r'^\s*File "(.+)", line (\d+), in (.+)$', re.MULTILINE)


def _frames(error: BaseException) -> list[_Frame]:
    """Where an error was raised, outermost first; last what a worker has told of it."""
    frames = [
        _frame(one.f_code.co_filename, line, one.f_code.co_qualname)
        for one, line in traceback.walk_tb(error.__traceback__)
    ]
    texts = [*getattr(error, "__notes__", ())]
    if error.__cause__ is not None and error.__cause__.__traceback__ is None:
        texts.append(str(error.__cause__))  # how a pool of processes hands a traceback on
    told = (one for text in texts for one in _TOLD.finditer(text))
    return frames + [_frame(one[1], int(one[2]), one[3]) for one in told]
