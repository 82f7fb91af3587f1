"""The command that asks over draws of the uncertain inputs."""

from typing import Any

import click

from derbes import workflow
from derbes.cli.answers import next_line, tell, tell_json
from derbes.cli.options import (
    Command,
    case_argument,
    executor_options,
    json_option,
    language_option,
    out_option,
    variant_option,
)
from derbes.cli.progress import progress_on_terminal
from derbes.cli.stress_tables import stress_text
from derbes.language import _
from derbes.results.records import stress_records
from derbes.workflow import EVERY_MONTHS
from derbes.workflow.stress_words import (
    DRAW_METHODS,
    STRESS_DRAWS,
    STRESS_QUESTIONS,
    STRESS_SOLVED,
)

_ASKED = (
    click.option(
        "--measure",
        "measures",
        multiple=True,
        metavar="NAME",
        help=_("Measure of the case; may be given more than once. Without it: the main one."),
    ),
    click.option(
        "--length",
        "lengths",
        multiple=True,
        type=int,
        metavar="MONTHS",
        help=_("Length of the measures. Without it: the lengths that the case names."),
    ),
    click.option(
        "--start",
        "starts",
        multiple=True,
        metavar="MONTH",
        help=_("Date of the answers, e.g. 2028-01; may be given more than once."),
    ),
    click.option(
        "--every",
        type=click.Choice(list(EVERY_MONTHS)),
        default="year",
        show_default=True,
        help=_("Without --start: how far dates lie apart."),
    ),
    click.option(
        "--question",
        "questions",
        multiple=True,
        metavar="NAME",
        help=_("{names}; may be given more than once. Without it: all that apply.").format(
            names=", ".join(STRESS_QUESTIONS)
        ),
    ),
)

_DRAWS = (
    click.option(
        "--draws",
        type=int,
        default=STRESS_DRAWS,
        show_default=True,
        metavar="N",
        help=_("Draws of the uncertain inputs."),
    ),
    click.option(
        "--solved",
        type=int,
        default=STRESS_SOLVED,
        show_default=True,
        metavar="N",
        help=_("The first of them, whose best response is found too; 0: none."),
    ),
    click.option(
        "--seed", type=int, default=1, show_default=True, metavar="N", help=_("Seed of the draws.")
    ),
    click.option(
        "--method",
        default="sobol",
        show_default=True,
        metavar="NAME",
        help=_("How draws are made: {names}.").format(names=", ".join(DRAW_METHODS)),
    ),
    click.option(
        "--store",
        default=None,
        metavar="FILE",
        help=_("Keep the answers of every draw in a Parquet file."),
    ),
    click.option(
        "--resume",
        is_flag=True,
        help=_("Go on with the store, for more draws if wanted; none is repeated."),
    ),
)


def _options(command: Command) -> Command:
    for option in reversed((*_ASKED, *_DRAWS)):
        command = option(command)
    return command


@click.command()
@case_argument
@variant_option("base")
@_options
@executor_options
@out_option
@json_option
@language_option
def stress(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what holds over draws of the uncertain inputs, and what decides it."""
    case = workflow.read_case(path)
    every = asked.pop("every")
    asked["starts"] = asked["starts"] or every
    with progress_on_terminal() as progress:
        found = workflow.stress(case, progress=progress, **asked)
    if as_json:
        tell_json(stress_records(found), out)
    else:
        tell(f"{stress_text(found)}\n\n{next_line('brief', path)}", out)
