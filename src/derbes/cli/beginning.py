"""A case to begin with: one that comes with the package, or one made of a few answers."""

import contextlib
import os
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.case.entities import Case
from derbes.case.quantity import Grade
from derbes.cli.options import Verb, language_option, option, with_options, workers_option
from derbes.cli.output import next_line, note, stoppable, tell
from derbes.cli.places import CASE, STANDARD_OUTPUT, Place, check_places
from derbes.drafting import (
    WITHIN,
    CaseQuestion,
    RefusedAnswerError,
    case_of_answers,
    questions,
    setting_problems,
)
from derbes.errors import OutputError, Problem, RequestError
from derbes.files import make_folder, write_bytes_atomically
from derbes.harmless import file_name, in_line, whole
from derbes.language import _, ngettext
from derbes.spelling import iso_month

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
@option("--out", _("Folder that it is written into."), "FOLDER", default=FOLDER)
@workers_option
@language_option
def demo(*, case: str, out: str, n_workers: int) -> None:
    """Write a case to begin with, and its brief."""
    folder = Path(out)
    check_places()
    files = _noted(case) if case == SMALL else _as_shipped(case)
    refuse_others(folder, files)
    _write(folder, files)
    place = folder / CASES[case]
    found = api.read_case(place)
    checked = _(
        "Checked: no problems; goods: {goods}, uses: {uses}, suppliers: {suppliers}, "
        "measures: {measures}."
    )
    counted = ("goods", "uses", "suppliers", "measures")
    written = _("Written: {place}, an invented case to read and to change.")
    if place.is_dir():
        written = ngettext(
            "Written: {place}, a case of {n} file.",
            "Written: {place}, a case of {n} files.",
            len(files),
        )
    tell(written.format(place=shlex.quote(str(place)), n=len(files)))
    tell(checked.format(**{name: len(getattr(found, name)) for name in counted}))
    if case == SMALL:
        tell(_with_brief(found, place, n_workers))
    tell(next_line("check" if case == SMALL else "brief", str(place)))


def _as_shipped(case: str) -> dict[Path, bytes]:
    """Place within the folder → content; of an installed package, else of the checkout."""
    package = Path(__file__).parents[1]
    inside = package / "cases"
    root = inside if inside.is_dir() else package.parents[1] / "cases"
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


def _with_brief(case: Case, place: Path, n_workers: int) -> str:
    """Write the brief beside the case; what is said of it."""
    page = place.with_name(f"{file_name(place.stem)}.html")
    if "numba" not in sys.modules:  # in so small a case seconds; to compile takes a minute
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    with stoppable(None) as progress:
        progress(0, 0, _("the brief"))
        text = api.brief(case, draws=DRAWS, progress=progress, n_workers=n_workers)
    files = {Path(page.name): f"{whole(text)}\n".encode()}
    refuse_others(page.parent, files)
    _write(page.parent, files)
    told = _("Written: {page}, its brief: open it in a browser; it needs no network.")
    return told.format(page=shlex.quote(str(page)))


# Asked

_told = {
    ("--buyer", "WHO"): _("Country or firm that buys; the target of the case."),
    ("--good", "WHAT"): _("Good that is bought, in any language."),
    ("--seller", "WHO"): _(
        "Who sells it, with parts, who may stop first: 'Russia 70 %, China 30 %'."
    ),
    ("--use", "AMOUNT"): _("How much is used for a time, e.g. '100 t/month'."),
    ("--price", "PRICE"): _("What it costs, e.g. '300 USD/t'."),
    ("--stock", "AMOUNT"): _("What lies in store: '250 t', '3 months', or unknown."),
    ("--until", "MONTH"): _("Last month of the calendar. Without it: December four years ahead."),
}
"""Options that answer a question → what they say."""
answers_options = with_options(
    *(option(name, words, metavar, default="") for (name, metavar), words in _told.items())
)


@click.command(cls=Verb)
@click.argument("out", metavar="CASE", type=Place())
@answers_options
@option("--first", _("First month of the calendar. Without it: this month."), "MONTH", default="")
@option("--within", _("How far the numbers may be off."), "SHARE", default=WITHIN)
@option(
    "--grade",
    _("Grade of the numbers."),
    type=click.Choice([one.value for one in Grade if one.value]),
    default=Grade.ASSUMPTION.value,
)
@option("--why", _("Why the numbers are what they are."), "TEXT", default="")
@language_option
def new(*, out: str, first: str, within: str, grade: str, why: str, **told: str) -> None:
    """Begin a case: who buys what from whom, how much, what lies in store, until when.

    On a terminal it asks for what no option tells. CASE is a new file, or - for the screen.
    """
    if out != STANDARD_OUTPUT and Path(out).exists():
        what = _('"{place}" is there already, and a new case takes no file\'s place')
        fix = _("name another file, or delete it first")
        raise RequestError("derbes", [Problem("CASE", what.format(place=out), fix=fix)])
    check_places((), CASE)
    first = iso_month(first) or first or f"{datetime.now(tz=UTC):%Y-%m}"
    if problems := setting_problems(first, within):
        raise RequestError("derbes", problems)
    if sys.stdin.isatty() and sys.stderr.isatty():
        told = ask_all(questions(first), told, sys.stdin.readline, _say)
    elif problems := [*_untold(told, first)]:
        raise RequestError("derbes", problems)
    tell(case_of_answers(told, first=first, within=within, grade=grade, why=why), out)
    if out != STANDARD_OUTPUT:
        note(_("Written: {out}").format(out=out))
        note(next_line("check", out))


def _untold(told: Mapping[str, str], first: str) -> Iterator[Problem]:
    """Questions without a default that no option answers, where nobody can be asked."""
    what, fix = _("nobody says it, and there is no terminal to ask on"), _("add --{name}: {asks}")
    for one in questions(first):
        if not (told[one.name] or one.default):
            yield Problem(one.name, what, fix=fix.format(name=one.name, asks=one.asks))


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def ask_all(
    asked: tuple[CaseQuestion, ...],
    told: Mapping[str, str],
    hear: Callable[[], str],
    say: Callable[[str], None],
) -> dict[str, str]:
    """Answers to all questions; a bad one is asked again, with the reason.

    Args:
        asked: The questions, each of which may hang on answers before it.
        told: CaseQuestion → what an option has answered; empty: ask.
        hear: The next line that is written; empty at the end.
        say: Shows a text.

    Raises:
        RequestError: The lines end before the questions do.
    """
    answers = dict(told)
    known: dict[str, Any] = {}
    for one in asked:
        text = told[one.name]
        while True:
            if not text:
                say(f"{one.asks} [{one.default}]: " if one.default else f"{one.asks}: ")
                line = hear()
                if not line:
                    say("\n")
                    what = _("the input ended before this was answered")
                    fix = _("answer it with --{name}").format(name=one.name)
                    raise RequestError("derbes", [Problem(one.name, what, fix=fix)])
                text = line.strip() or one.default
            try:
                known[one.name] = one.read(text, known)
                break
            except RefusedAnswerError as refused:
                fix = _("fix: {fix}").format(fix=refused.fix)
                say("".join(f"  {in_line(words)}\n" for words in (refused.what, fix)))
                text = ""
        answers[one.name] = text
    return answers
