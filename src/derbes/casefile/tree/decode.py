"""Bytes of a file as text, or why they are none."""

import re
from pathlib import Path

from derbes.casefile.findings import Finding
from derbes.language import _

MAX_BYTES = 20_000_000

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_CYRILLIC = re.compile("[а-яё]{3}", re.IGNORECASE)


def decode(path: Path) -> str | Finding:
    """The text of a file, or what keeps it from being read as one."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Finding(
                (),
                _("the file is too large for a case: {n} million bytes").format(
                    n=size // 1_000_000
                ),
                _("see whether this is the right file"),
            )
        content = path.read_bytes()
    except OSError as error:
        return _unreadable(error)
    return _foreign(content) or _text(content)


def _unreadable(error: OSError) -> Finding:
    if isinstance(error, FileNotFoundError):
        return Finding((), _("there is no such file"), _("check the path"))
    if isinstance(error, PermissionError):
        return Finding((), _("the file may not be read"), _("check its permissions"))
    if isinstance(error, IsADirectoryError):
        return Finding((), _("this is a folder, not a file"), _("name a file in it"))
    reason = error.strerror or str(error)
    return Finding((), _("the file cannot be read: {reason}").format(reason=reason))


def _foreign(content: bytes) -> Finding | None:
    """What the first bytes give away about another format."""
    if content.startswith(b"PK\x03\x04") and b"xl/" in content:
        return _not_yaml(_("this is an Excel workbook, not YAML"))
    if content.startswith(b"PK\x03\x04"):
        return _not_yaml(_("this is a zip archive, not YAML"))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _not_yaml(_("this is an old Office document, not YAML"))
    if content.startswith(b"%PDF"):
        return _not_yaml(_("this is a PDF, not YAML"))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Finding((), _("this is UTF-16 text, not UTF-8"), _("save the file as UTF-8"))
    return None


def _not_yaml(what: str) -> Finding:
    return Finding((), what, _("name the case file, a text that ends in .yaml"))


def _text(content: bytes) -> str | Finding:
    if b"\x00" in content:
        return _not_yaml(_("this is not a text file"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _other_encoding(content, error.start)
    control = _CONTROL.search(text)
    if control is None:
        return text
    before = text[: control.start()]
    line = before.count("\n") + 1
    return Finding(
        (),
        _("a control character (code {code}) stands in line {line}").format(
            code=ord(control[0]), line=line
        ),
        _("delete it"),
    )


def _other_encoding(content: bytes, at: int) -> Finding:
    line = content.count(b"\n", 0, at) + 1
    if _CYRILLIC.search(content.decode("cp1251", errors="replace")):
        return Finding(
            (),
            _("this is not UTF-8 text; line {line} looks like Windows-1251").format(line=line),
            _("save the file as UTF-8"),
        )
    return Finding(
        (),
        _("this is not UTF-8 text: see line {line}").format(line=line),
        _("save the file as UTF-8"),
    )
