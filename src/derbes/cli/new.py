"""A case begun on the command line: asked on a terminal, or told by options."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from derbes.case.quantity import Grade
from derbes.cli.options import Verb, language_option, option, with_options
from derbes.cli.output import next_line, note, tell
from derbes.cli.places import CASE, STANDARD_OUTPUT, Place, check_places
from derbes.drafting import (
    WITHIN,
    CaseQuestion,
    RefusedAnswerError,
    case_of_answers,
    questions,
    setting_problems,
)
from derbes.errors import Problem, RequestError
from derbes.harmless import in_line
from derbes.language import _

_told = {
    "--buyer WHO": _("Country or firm that buys; the target of the case."),
    "--good WHAT": _("Good that is bought, in any language."),
    "--seller WHO": _("Who sells it, with parts, who may stop first: 'Russia 70 %, China 30 %'."),
    "--use AMOUNT": _("How much is used for a time, e.g. '100 t/month'."),
    "--price PRICE": _("What it costs, e.g. '300 USD/t'."),
    "--stock AMOUNT": _("What lies in store: '250 t', '3 months', or unknown."),
    "--until MONTH": _("Last month of the calendar. Without it: December four years ahead."),
}
"""Options that answer a question → what they say."""
answers_options = with_options(
    *(
        option(spelled.split()[0], words, spelled.split()[1], default="")
        for spelled, words in _told.items()
    )
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
    first = first or f"{datetime.now(tz=UTC):%Y-%m}"
    if problems := setting_problems(first, within):
        raise RequestError("derbes", problems)
    if sys.stdin.isatty() and sys.stderr.isatty():
        told = ask_all(questions(first), told, sys.stdin.readline, _say)
    else:
        _refuse_untold(told, first)
    tell(case_of_answers(told, first=first, within=within, grade=grade, why=why), out)
    if out != STANDARD_OUTPUT:
        note(_("Written: {out}").format(out=out))
        note(next_line("check", out))


def _refuse_untold(told: Mapping[str, str], first: str) -> None:
    """Say which questions without a default no option answers, where nobody can be asked."""
    what, fix = _("nobody says it, and there is no terminal to ask on"), _("add --{name}: {asks}")
    problems = [
        Problem(one.name, what, fix=fix.format(name=one.name, asks=one.asks))
        for one in questions(first)
        if not (told[one.name] or one.default)
    ]
    if problems:
        raise RequestError("derbes", problems)


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


BEGINNING_VERBS = (new,)
"""Commands of this file."""
