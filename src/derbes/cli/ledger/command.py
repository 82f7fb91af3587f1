"""The command that runs statements against what is known."""

from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.cli.answers import STANDARD_OUTPUT, next_line, tell, tell_json
from derbes.cli.ledger.tables import statements_text
from derbes.cli.options import (
    case_argument,
    draws_option,
    json_option,
    language_option,
    out_option,
    seed_option,
    with_options,
    workers_option,
)
from derbes.cli.places import CSV, JSON, TEXT, check_places
from derbes.cli.progress import progress_on_terminal
from derbes.language import _
from derbes.request import FORMATS, LEDGER_DRAWS, QUERIES
from derbes.results.records import statements_records

SIGNALING = "signaling"
_SPELLINGS = {"signalling": SIGNALING}


def _ids(_context: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> Any:
    """Verdicts as they are shown, or by their ids."""
    return tuple("_".join(name.split()) for name in names)


def _query(_context: click.Context, _option: click.Parameter, name: str) -> str:
    return _SPELLINGS.get(name, name)


_CHOSEN = (
    click.option(
        "--by",
        multiple=True,
        metavar="ACTOR",
        help=_("Whose statements to show; may be given more than once. Without it: all."),
    ),
    click.option(
        "--verdict",
        "verdicts",
        multiple=True,
        callback=_ids,
        metavar="VERDICT",
        help=_("Verdict to show, e.g. fails; may be given more than once. Without it: all."),
    ),
    click.option(
        "--query",
        default="",
        type=click.Choice(["", *QUERIES, *_SPELLINGS]),
        callback=_query,
        show_choices=False,
        metavar="QUERY",
        help=_("A question to the ledger as a whole: {queries}.").format(
            queries=", ".join(QUERIES)
        ),
    ),
)
_DRAWN = (
    draws_option(LEDGER_DRAWS),
    seed_option,
    click.option(
        "--as-of",
        "as_of",
        default="",
        metavar="DATE",
        help=_("Day asked about. Without it: the last that the case knows of."),
    ),
    click.option(
        "--flips",
        type=int,
        default=3,
        show_default=True,
        metavar="N",
        help=_("Inputs to try for each verdict; 0: none, and no variants."),
    ),
)
_KEPT = (
    click.option(
        "--record",
        default="",
        metavar="FILE",
        help=_("Add the verdicts to a history, which only grows."),
    ),
    click.option(
        "--export",
        "form",
        default=None,
        type=click.Choice(FORMATS),
        help=_("Verdicts for other programs: schema.org ClaimReview, or a spreadsheet."),
    ),
    click.option(
        "--url",
        "page",
        default="",
        metavar="ADDRESS",
        help=_("Of a claimreview: address of the page on which the reviews will stand."),
    ),
    click.option(
        "--mark/--no-mark",
        "has_mark",
        default=False,
        show_default=True,
        help=_("Whether a csv begins with a byte-order mark, which Excel wants."),
    ),
)


@click.command()
@case_argument
@with_options(*_CHOSEN, *_DRAWN, *_KEPT)
@workers_option
@out_option
@json_option
@language_option
def statements(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Run what is said against what is known: a verdict on every statement."""
    names = ("record", "form", "page", "has_mark")
    record, form, page, has_mark = (asked.pop(name) for name in names)
    query = asked.pop("query")
    case = api.read_case(path)
    kind = {"csv": CSV, "claimreview": JSON}.get(form, JSON if as_json else TEXT)
    check_places(case, kind, out, record=record)
    with progress_on_terminal() as progress:
        table = api.statements(case, progress=progress, has_signaling=query == SIGNALING, **asked)
    n_lines = api.record_verdicts(record, table) if record else 0
    if form:
        tell(api.export_statements(case, table, form, page=page, has_mark=has_mark), out)
    elif as_json:
        tell_json(statements_records(table), out)
    else:
        tell(f"{statements_text(table, query)}\n\n{next_line('brief', path)}", out)
    if record and (out != STANDARD_OUTPUT or not (form or as_json)):
        tell(_("Recorded: {n} verdicts in {file}").format(n=n_lines, file=Path(record).name))
