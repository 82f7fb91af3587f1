"""A page as PDF, printed by a browser of this machine that needs no network.

Any browser made of Chromium prints: it runs without a window, in a profile of its own that is
gone afterwards, and what it prints has tags, an outline of the headings and its fonts in it.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from derbes.errors import MissingExtraError, OutputError, said_by_system
from derbes.language import _
from derbes.scratch import new_folder

VARIABLE = "DERBES_CHROMIUM"
"""Names the browser, where it is not found by itself."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
         "microsoft-edge", "microsoft-edge-stable", "msedge", "brave-browser")  # fmt: skip
"""What a browser is called on the path."""
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
"""Where a browser lies that is not on the path."""
PATIENCE = 120.0
"""How long a page may take to be printed. [s]"""
SIZES = (0.97, 0.94, 0.91, 0.88, 0.85, 0.81, 0.77, 0.73, 0.69, 0.65, 0.6)
"""How much smaller a page is tried, that is to fit on one sheet; smaller is not legible."""
_ALONE = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-domain-reliability",
    "--disable-crash-reporter",
    "--disable-breakpad",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)
"""No window, no network, no script, no trace; and a PDF that can be found one's way in."""
_NO_SANDBOX = "--no-sandbox"
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_TITLE = re.compile(rb"(/Title (?:\(|<FEFF))((?:\\.|[^\\)>])*)(\)|>)")
_LEAST_TWICE, _LEAST_WHOLE = 7, 3
"""Letters with which a heading may begin twice of itself, or be made of twice."""
_TOLD = 300
"""Letters of what a browser says that are passed on."""


def find_browser() -> str:
    """The browser that prints.

    Raises:
        MissingExtraError: There is none, or none where `DERBES_CHROMIUM` says; tells what to do.
    """
    named = os.environ.get(VARIABLE, "")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    found = found or next((one for one in PLACES if not named and Path(one).is_file()), None)
    if found:
        return found
    what = _("A PDF is printed by Chromium, Chrome or Edge, and none of them is installed.")
    if named:
        what = _("{variable} names {place}, where no browser is.").format(
            variable=VARIABLE, place=named
        )
    fix = _(
        "Fix: install one (on Debian and Ubuntu: apt install chromium), or name the one that there "
        "is in {variable}; or end the name in .html, which needs none and which every browser "
        "prints."
    ).format(variable=VARIABLE)
    raise MissingExtraError(f"{what} {fix}")


def printed(page: str, *, on_one_sheet: bool = False) -> bytes:
    """A page as PDF.

    Args:
        page: HTML that holds all it needs.
        on_one_sheet: Whether it is made as much smaller as it takes to fit on one sheet.

    Raises:
        MissingExtraError: No browser is installed.
        OutputError: The browser has printed nothing, or does not end; or the page does not fit;
            or there is no space.
    """
    browser = find_browser()
    try:
        return _printed(browser, page, on_one_sheet=on_one_sheet)
    except OSError as error:
        text = _(
            "{place}: temporary files cannot be written: {reason}. Fix: free space there, or name "
            "another folder by TMPDIR."
        )
        words = text.format(place=tempfile.gettempdir(), reason=said_by_system(error))
        raise OutputError(words) from error


def _printed(browser: str, page: str, *, on_one_sheet: bool) -> bytes:
    with new_folder() as own:
        folder = own / "print.part"  # which a later run removes, should this one be killed
        folder.mkdir()
        pdf = _print(browser, page, folder)
        if not on_one_sheet or n_sheets(pdf) == 1:
            return pdf
        fitting: dict[int, bytes] = {}
        low, high = 0, len(SIZES) - 1
        at = high  # the smallest first, which says whether any fits
        while low <= high:
            style = f"<style>@media print{{main{{zoom:{SIZES[at]}}}}}</style></head>"
            pdf = _print(browser, page.replace("</head>", style, 1), folder)
            if n_sheets(pdf) == 1:
                fitting[at], high = pdf, at - 1
            elif at == len(SIZES) - 1:
                break
            else:
                low = at + 1
            at = (low + high) // 2
        if fitting:
            return fitting[min(fitting)]
    text = _("Page one does not fit on one sheet, also at {share} % of its size. Fix: ask for it "
             "as .html, or shorten the question and the label of the case.")  # fmt: skip
    raise OutputError(text.format(share=round(100 * SIZES[-1])))


def n_sheets(pdf: bytes) -> int:
    """How many sheets a PDF has that Chromium has printed."""
    return len(_PAGE.findall(pdf))


def _print(browser: str, page: str, folder: Path) -> bytes:
    """What a browser prints of a page; without its sandbox only where it has none here."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    pdf = folder / "page.pdf"
    pdf.unlink(missing_ok=True)
    words = [
        browser,
        *_ALONE,
        f"--user-data-dir={folder / 'profile'}",
        f"--print-to-pdf={pdf}",
        (folder / "page.html").as_uri(),
    ]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    code, told = _ended([*words, _NO_SANDBOX] if is_root else words, folder)
    if not pdf.exists() and not is_root and "sandbox" in told.casefold():
        code, told = _ended([*words, _NO_SANDBOX], folder)
    content = pdf.read_bytes() if pdf.exists() else b""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-64:]:
        return _TITLE.sub(_said_once, content)
    text = _("{browser} has printed nothing.")
    lines = [line for line in told.splitlines() if line.strip() and "dbus" not in line]
    if code < 0:
        text = _("{browser} was ended by signal {signal} before it had printed.")
    elif code and lines:
        text = _("{browser} has printed nothing; its last words: {words}.")
    last = lines[-1].strip()[:_TOLD].rstrip(".") if lines else ""
    raise OutputError(f"{text.format(browser=browser, signal=-code, words=last)} {_what_to_do()}")


def _said_once(title: re.Match[bytes]) -> bytes:
    """A title of the outline without what stands in it twice, in as many bytes.

    The browser takes a heading that it moves to the next column for what it drew in both.
    """
    begin, text, end = title.groups()
    letter = 1 if end == b")" else 4  # as it stands, or in hexadecimal UTF-16
    for n in range(len(text) // 2 // letter * letter, _LEAST_WHOLE * letter, -letter):
        is_twice = text[n : 2 * n] == text[:n]
        if is_twice and (2 * n == len(text) or n > _LEAST_TWICE * letter):
            return bytes(begin + text[n:] + end).ljust(len(title.group()))
    return title.group()


def _what_to_do() -> str:
    return _(
        "Fix: try again, name another browser in {variable}, or end the name in .html and print "
        "it in a browser."
    ).format(variable=VARIABLE)


def _ended(words: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run a browser to its end; its code, and what it says.

    Raises:
        OutputError: It does not end, or cannot be started.
    """
    own = {"XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own browser, and words of ours
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **own},
            start_new_session=True,
        )
    except OSError as error:
        text = _("{browser} cannot be started: {reason}.")
        text = text.format(browser=words[0], reason=said_by_system(error))
        raise OutputError(f"{text} {_what_to_do()}") from error
    try:
        _out, told = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        text = _("{browser} did not end within {seconds:.0f} s and was stopped.")
        text = text.format(browser=words[0], seconds=PATIENCE)
        raise OutputError(f"{text} {_what_to_do()}") from error
    finally:
        _end(process)
    return process.returncode, told.decode("utf-8", "replace")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a browser and all processes that it has started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    if process.stderr:
        process.stderr.close()
