"""`derbes demo`: a case to begin with, and its brief, within a minute of installation."""

import contextlib
import os
import shlex
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import click

from derbes import api
from derbes.case.entities import Case
from derbes.cli.options import Verb, language_option, option, workers_option
from derbes.cli.output import next_line, stoppable, tell
from derbes.cli.places import Place, check_places
from derbes.errors import OutputError, Problem, RequestError
from derbes.files import make_folder, write_bytes_atomically
from derbes.harmless import file_name, whole
from derbes.language import _, ngettext

SMALL = "alum"
CASES: Mapping[str, str] = {SMALL: "alum.yaml", "waterworks": "waterworks.yaml", "aspan": "aspan"}
"""Cases that come with the package, and where they lie among them."""
FOLDER = "derbes-demo"
DRAWS = 16
"""Draws of the brief on the small case, few enough for the first minute."""
_WIDTH = 96


@click.command(cls=Verb)
@option(
    "--case",
    _(
        "alum: small, with notes, and its brief. waterworks: with what could be built. "
        "aspan: Kazakhstan's project, in full."
    ),
    type=click.Choice(list(CASES)),
    default=SMALL,
)
@option("--out", _("Folder that it is written into."), "FOLDER", default=FOLDER,
        type=Place(is_folder=True))  # fmt: skip
@workers_option
@language_option
def demo(*, case: str, out: str, n_workers: int) -> None:
    """Write a case to begin with, and its brief."""
    folder = Path(out)
    check_places(())
    files = _noted(case) if case == SMALL else _as_shipped(case)
    refuse_others(folder, files)
    _write(folder, files)
    place = folder / CASES[case]
    found = api.read_case(place)
    is_small = case == SMALL
    lines = [_written(place, len(files)), _checked(found)]
    if is_small:
        lines.append(_with_brief(found, place, n_workers))
    tell("\n".join(lines))
    tell(next_line("check" if is_small else "brief", str(place)))


def shipped_cases() -> Path:
    """The folder of the cases: in an installed package its own, else that of the checkout."""
    package = Path(__file__).parents[1]
    inside = package / "cases"
    return inside if inside.is_dir() else package.parents[1] / "cases"


def _as_shipped(case: str) -> dict[Path, bytes]:
    """Place within the folder → content."""
    root = shipped_cases()
    place = root / CASES[case]
    found = sorted(place.rglob("*")) if place.is_dir() else [place]
    return {one.relative_to(root): one.read_bytes() for one in found if one.is_file()}


def _noted(case: str) -> dict[Path, bytes]:
    """The small case, with what each part means above it, in the reader's language."""
    notes = notes_by_key()
    lines: list[str] = []
    [(place, content)] = _as_shipped(case).items()
    for line in content.decode().splitlines():
        note = notes.get(line.partition(":")[0])
        lines += [f"# {one}" for one in textwrap.wrap(note or "", _WIDTH)]
        lines.append(line)
    return {place: ("\n".join(lines) + "\n").encode()}


def notes_by_key() -> dict[str, str]:
    """What the parts of the small case mean, by the key above which it stands."""
    return {
        "derbes": _(
            "An invented case: no town, firm or number in it is real. What stands behind # is a "
            "note. Change a number, and ask again: derbes check says what is wrong with it."
        ),
        "calendar": _("Sixty months from January 2026. Money is in US dollars."),
        "target": _("Who may be cut off. Of others the share of a price that is their gain."),
        "goods": _("What is bought. The reserve is what the town fills its store up to."),
        "uses": _(
            "What needs it, how much, and what a ton that is missing costs. Essential uses come "
            "before deferrable ones."
        ),
        "stockpiles": _(
            "What lies in store. Nobody has weighed it: the range says how far it may be from "
            "600 tons, the grade that it is an assumption, and why, whose."
        ),
        "suppliers": _("Who sells how much at most, and at which price."),
        "plants": _("A works of the town's own opens in January 2028."),
        "recipes": _("What the works makes, how much of it and at which cost."),
        "measures": _("What may happen: Northland sells nothing for twelve months."),
    }


def refuse_others(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Refuse to replace what is not what would be written.

    Raises:
        RequestError: Names each such file.
    """
    problems = []
    for name, content in files.items():
        place = folder / name
        if place.exists() and not (place.is_file() and place.read_bytes() == content):
            what = _('"{place}" is there already, and is another than would be written')
            fix = _("name another folder with --out, or delete it first")
            problems.append(Problem("out", what.format(place=place), fix=fix))
    if problems:
        raise RequestError("derbes", problems)


def _write(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Write all files that are not there, or none."""
    made: list[Path] = []
    try:
        for name, content in files.items():
            place = folder / name
            above = [one for one in (*reversed(place.parents), place) if not one.exists()]
            made += above
            make_folder(place.parent)
            if above:
                write_bytes_atomically(place, content)
    except OutputError:
        for one in reversed(made):
            with contextlib.suppress(OSError):
                one.rmdir() if one.is_dir() else one.unlink(missing_ok=True)
        raise


def _written(place: Path, n: int) -> str:
    if place.is_dir():
        text = ngettext(
            "Written: {place}, a case of {n} file.", "Written: {place}, a case of {n} files.", n
        )
        return text.format(place=shlex.quote(str(place)), n=n)
    text = _("Written: {place}, an invented case to read and to change.")
    return text.format(place=shlex.quote(str(place)))


def _checked(case: Case) -> str:
    text = _(
        "Checked: no problems; goods: {goods}, uses: {uses}, suppliers: {suppliers}, "
        "measures: {measures}."
    )
    return text.format(
        goods=len(case.goods),
        uses=len(case.uses),
        suppliers=len(case.suppliers),
        measures=len(case.measures),
    )


def _with_brief(case: Case, place: Path, n_workers: int) -> str:
    """Write the brief beside the case; what is said of it."""
    page = place.with_name(f"{file_name(place.stem)}.html")
    _leave_compiler()
    with stoppable(None) as progress:
        progress(0, 0, _("the brief"))
        text = api.brief(case, draws=DRAWS, progress=progress, n_workers=n_workers)
    content = f"{whole(text)}\n".encode()
    refuse_others(page.parent, {Path(page.name): content})
    _write(page.parent, {Path(page.name): content})
    told = _("Written: {page}, its brief: open it in a browser; it needs no network.")
    return told.format(page=shlex.quote(str(page)))


def _leave_compiler() -> None:
    """Let the loops run as plain Python: in so small a case seconds; to compile takes a minute."""
    if "numba" not in sys.modules:
        os.environ["NUMBA_DISABLE_JIT"] = "1"


DEMO_VERBS = (demo,)
"""Commands of this file."""
