"""The command that asks over draws of the uncertain inputs."""

from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.case.request import DRAW_METHODS, QUESTIONS
from derbes.cli.answers import next_line, tell, tell_json
from derbes.cli.options import (
    case_argument,
    draws_option,
    executor_options,
    json_option,
    language_option,
    out_option,
    seed_option,
    surface_options,
    variant_option,
    with_options,
)
from derbes.cli.places import JSON, TEXT, check_places
from derbes.cli.progress import stoppable
from derbes.cli.questions.tables import stress_text
from derbes.language import _
from derbes.request import STRESS_DRAWS, STRESS_SOLVED
from derbes.results.records import stress_records

_ASKED = (
    surface_options(
        measures=_("Measure of the case; may be given more than once. Without it: the main one."),
        starts=_("Date of the answers, e.g. 2028-01; may be given more than once."),
        apart=_("Without --start: how far dates lie apart."),
        every="year",
    ),
    click.option(
        "--question",
        "questions",
        multiple=True,
        metavar="NAME",
        help=_("{names}; may be given more than once. Without it: all that apply.").format(
            names=", ".join(QUESTIONS)
        ),
    ),
)

_DRAWS = (
    draws_option(STRESS_DRAWS),
    click.option(
        "--solved",
        type=int,
        default=STRESS_SOLVED,
        show_default=True,
        metavar="N",
        help=_("The first of them, whose best response is found too; 0: none."),
    ),
    seed_option,
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


@click.command()
@case_argument
@variant_option("base")
@with_options(*_ASKED, *_DRAWS)
@executor_options
@out_option
@json_option
@language_option
def stress(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what holds over draws of the uncertain inputs, and what decides it."""
    case = api.read_case(path)
    every = asked.pop("every")
    asked["starts"] = asked["starts"] or every
    store = asked["store"]
    check_places(case, JSON if as_json else TEXT, out, store=store)
    with stoppable(Path(store) if store else None, resume="--resume") as progress:
        found = api.stress(case, progress=progress, **asked)
    if as_json:
        tell_json(stress_records(found), out)
    else:
        tell(f"{stress_text(found)}\n\n{next_line('brief', path)}", out)
