"""One command per verb: options in, an answer out."""

from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.cli.answers import (
    STANDARD_OUTPUT,
    next_line,
    notes_record,
    notes_text,
    problems_record,
    tell,
    tell_json,
)
from derbes.cli.ledger.command import statements
from derbes.cli.options import (
    case_argument,
    draws_option,
    json_option,
    language_option,
    out_option,
    seed_option,
    surface_options,
    variant_option,
    workers_option,
)
from derbes.cli.places import HTML, JSON, TEXT, check_places
from derbes.cli.plans.command import plan
from derbes.cli.progress import progress_on_terminal
from derbes.cli.questions.command import stress
from derbes.cli.tables import cover_text, leverage_text
from derbes.errors import CaseError
from derbes.language import _
from derbes.request import made_by
from derbes.results.records import (
    cover_records,
    leverage_records,
    provenance_record,
    quantity_records,
)
from derbes.version import VERSION

Words = tuple[str, ...]


@click.group(name="derbes", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="derbes", message="%(prog)s %(version)s")
def derbes() -> None:
    """How long a supply holds, how much leverage a seller has, and when it ends."""


@derbes.command()
@case_argument
@json_option
@language_option
@click.pass_context
def check(context: click.Context, path: str, *, as_json: bool) -> None:
    """Say every problem of a case file with its line and fix, and what it leaves open."""
    problems = api.check(path)
    notes = () if problems else api.read_case(path).notes
    if as_json:
        tell_json({**problems_record(problems), **notes_record(notes)})
        context.exit(2 if problems else 0)
    if problems:
        raise CaseError(path, problems)
    tell(_("{path}: no problems.").format(path=path))
    if notes:
        tell(notes_text(notes))
    tell(next_line("cover", path))


@derbes.command()
@case_argument
@variant_option("base")
@surface_options()
@workers_option
@out_option
@json_option
@language_option
def cover(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say how long essential uses are met when a measure starts."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    with progress_on_terminal() as progress:
        table = api.cover(case, progress=progress, **_words(asked))
    if as_json:
        tell_json(cover_records(table), out)
    else:
        then = next_line("leverage" if case.measures else "check", path)
        tell(f"{cover_text(table)}\n\n{then}", out)


@derbes.command()
@case_argument
@variant_option("base")
@surface_options()
@workers_option
@out_option
@json_option
@language_option
def leverage(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Say what measures cost target and sender, and when leverage ends."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    with progress_on_terminal() as progress:
        surface = api.leverage(case, progress=progress, **_words(asked))
    if as_json:
        tell_json(leverage_records(surface), out)
    else:
        tell(f"{leverage_text(surface)}\n\n{next_line('brief', path)}", out)


derbes.add_command(plan)
derbes.add_command(stress)
derbes.add_command(statements)


@derbes.command()
@case_argument
@variant_option("all")
@surface_options()
@workers_option
@draws_option(
    1, _("Draws of the uncertain inputs; 1: central values, and nothing on how sure they are.")
)
@seed_option
@click.option("--out", metavar="FILE", default="", help=_("Without it: the case's name and .html."))
@json_option
@language_option
def brief(path: str, *, as_json: bool, out: str, **asked: Any) -> None:
    """Write the brief on a case: one HTML page that stands alone."""
    case = api.read_case(path)
    out = out or f"{Path(path).resolve().stem}.html"
    check_places(case, HTML, out)
    words = _words(asked)
    with progress_on_terminal() as progress:
        page = api.brief(case, progress=progress, **words)
    tell(page, out)
    if out == STANDARD_OUTPUT:
        return
    if as_json:
        words.pop("n_workers")
        provenance = provenance_record(made_by(case, "brief", **words))
        tell_json({"file": out, "bytes": Path(out).stat().st_size, "provenance": provenance})
    else:
        tell(_("Written: {out}").format(out=out))
        tell(_("Next: open it in a browser; it needs no network."))


@derbes.command()
@click.argument("path", metavar="[CASE]", default="")
@out_option
@click.option("--json", "as_json", is_flag=True, help=_("No effect: a schema is JSON."))
@language_option
def schema(path: str, *, out: str, as_json: bool) -> None:  # noqa: ARG001 - one set of options
    """Write the JSON Schema of case files; with a case, its own ids are offered."""
    case = api.read_case(path) if path else None
    check_places(case, JSON, out)
    tell_json(api.schema(case), out)


@derbes.command()
@case_argument
@click.argument("where", metavar="[ELEMENT]", default="")
@out_option
@json_option
@language_option
def show(path: str, where: str, *, out: str, as_json: bool) -> None:
    """Show a case, or one element of it, e.g. suppliers.north."""
    case = api.read_case(path)
    check_places(case, JSON if as_json else TEXT, out)
    text = api.show(case, where)
    if as_json:
        numbers = quantity_records(api.inputs(case, where))
        tell_json({"where": where, "text": text, "inputs": numbers, "missing": case.missing}, out)
    else:
        tell(f"{text}\n\n{next_line('check', path)}", out)


def _words(asked: dict[str, Any]) -> dict[str, Any]:
    """Options as the verbs name them: `--every` counts where no start is given."""
    every = asked.pop("every")
    return {**asked, "starts": asked["starts"] or every}
