"""The command that finds the cheapest programme."""

from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.cli.answers import next_line, tell, tell_json
from derbes.cli.options import (
    case_argument,
    draws_option,
    executor_options,
    json_option,
    language_option,
    length_option,
    out_option,
    seed_option,
    with_options,
)
from derbes.cli.places import JSON, TEXT, check_places
from derbes.cli.plans.tables import plan_text
from derbes.cli.progress import stoppable
from derbes.language import _
from derbes.results.records import plan_records

_ASKED = (
    click.option(
        "--variant",
        default="base",
        show_default=True,
        metavar="NAME",
        help=_("Variant of the case."),
    ),
    click.option(
        "--standard",
        "standards",
        multiple=True,
        metavar="NAME",
        help=_("Standard of the case; may be given more than once. Without it: all."),
    ),
    click.option(
        "--budget",
        default=None,
        metavar="AMOUNT",
        help=_("What options may cost in all, e.g. '900 million USD'; replaces the case's."),
    ),
    draws_option(None, _("Draws of the uncertain inputs. Without it: those that the case lists.")),
    seed_option,
    length_option(_("Months survived at a point of the frontier; may be given more than once.")),
    click.option(
        "--frontier/--no-frontier",
        "has_frontier",
        default=True,
        show_default=True,
        help=_("Whether to compute the cost against the months survived."),
    ),
    click.option(
        "--more/--no-more",
        "has_more",
        default=True,
        show_default=True,
        help=_("Whether to compute costs of standards, of waiting, of not knowing; other plans."),
    ),
)

_EFFORT = (
    click.option(
        "--gap",
        type=float,
        default=0.001,
        show_default=True,
        metavar="SHARE",
        help=_("How far the plan may be from the best, of the cost above that without threat."),
    ),
    click.option(
        "--time-limit",
        type=float,
        default=None,
        metavar="SECONDS",
        help=_("End after this time with what was found so far."),
    ),
    click.option(
        "--checkpoint",
        default=None,
        metavar="FILE",
        help=_("Keep the state of the search in a file."),
    ),
    click.option(
        "--resume",
        default=None,
        metavar="FILE",
        help=_("Go on from the state in a file, and keep it there."),
    ),
)


@click.command()
@case_argument
@with_options(*_ASKED, *_EFFORT)
@executor_options
@out_option
@json_option
@language_option
def plan(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Find the cheapest programme that meets the standards."""
    words = _words(asked)
    case = api.read_case(path)
    place = words["checkpoint"]
    check_places(case, JSON if as_json else TEXT, out, checkpoint=place)
    with stoppable(place, resume=f"--resume {place}") as progress:
        found = api.plan(case, progress=progress, **words)
    if as_json:
        tell_json(plan_records(found), out)
    else:
        tell(f"{plan_text(found)}\n\n{next_line('brief', path)}", out)


def _words(asked: dict[str, Any]) -> dict[str, Any]:
    """Options as the verb names them: `--resume` is a checkpoint to go on from.

    Raises:
        click.UsageError: It is to be kept in one file, and to go on from another.
    """
    checkpoint, resume = asked.pop("checkpoint"), asked.pop("resume")
    if checkpoint and resume and Path(checkpoint) != Path(resume):
        text = _("--resume keeps the search in the file that it goes on from: {file}. ")
        fix = _("Leave --checkpoint out, or copy the file first.")
        raise click.UsageError(text.format(file=resume) + fix)
    place = resume or checkpoint
    return {
        **asked,
        "checkpoint": None if place is None else Path(place),
        "resume": resume is not None,
    }
