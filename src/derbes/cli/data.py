"""Verbs about data: tables into the store, what they say, and a case out of them."""

from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.cli.imports import import_into_case, refuse_without_case
from derbes.cli.options import (
    Verb,
    answer_options,
    language_option,
    option,
    options_of,
    out_option,
    with_options,
    workers_option,
)
from derbes.cli.output import next_line, note, stoppable, tell, tell_json
from derbes.cli.places import (
    CASE,
    HTML,
    JSON,
    STANDARD_OUTPUT,
    TEXT,
    Place,
    check_places,
    promised_tables,
)
from derbes.cli.sheets import sheet_option, tell_result
from derbes.cli.trade import imported_text, screen_text
from derbes.cli.upstream import upstream_text
from derbes.errors import Problem, RequestError
from derbes.language import _
from derbes.results.records import record_of

MOST_ROWS = 1_000_000
"""Rows that a screen is asked for at most."""


INTO_CASE = (
    "case",
    "yes",
    "sheet",
    "cells",
    "unit",
    "grade",
    "date",
    "decimal",
    "dates",
    "gaps",
    "at",
)
"""Options of `import` that go with `--case`."""
into_case_options = with_options(
    option("--case", _("Case that a table goes into; then --map tells columns and paths, e.g. "
           "'date=Month, uses.town.demand=Use [t], where area=North'."), "CASE", default=""),
    option("--yes", _("Write what changes without asking."), is_flag=True),
    options_of(
        api.import_table,
        {
            "--sheet NAME": _("Sheet of a workbook. Without it: the only one with a table."),
            "--cells RANGE": _("Cells of the table, e.g. A5:F40, where a sheet holds several."),
            "--unit UNIT": _("Unit of numbers for which the table tells none."),
            "--grade GRADE": _("Grade of the numbers: A, B, C or D. Without it: as kept, else B."),
            "--date DAY": _("Date of the table. Without it: when the file was last changed."),
            "--decimal MARK": _("comma or point, where the numbers do not show it."),
            "--dates ORDER": _("dmy or mdy, where the dates do not show it."),
            "--gaps RULE": _("Months that the table does not know: hold the one before, or line."),
            "--at TIME": _("Time whose stock is taken. Without it: the calendar's beginning."),
        },
    ),
)  # fmt: skip


@click.command(name="import", cls=Verb)
@click.argument("paths", metavar="TABLE...", nargs=-1, required=True)
@options_of(
    api.import_trade,
    {
        "--name ID": _("Id of the dataset. Without it: source, classification and vintage."),
        "--map mapping COLUMNS": _(
            "Columns of a table that is neither BACI nor Comtrade, e.g. 'year=Year, "
            "exporter=From, importer=To, product=HS, value=Value [1000 USD], weight=Net [t]'."
        ),
        "--classification REVISION": _("Revision of the HS, e.g. HS92, where no file tells it."),
        "--vintage RELEASE": _("Release of the data, e.g. 202501, where no file name tells it."),
        "--license TEXT": _("What the data may be used for."),
        "--store STORE": _("Folder of the store of trade data."),
    },
)
@into_case_options
@answer_options
@click.pass_context
def import_(
    context: click.Context, /, paths: tuple[str, ...], *, as_json: bool, out: str, **asked: Any
) -> None:
    """Bring trade data into the store, or with --case a table into a case.

    Trade data are BACI, UN Comtrade, or a table with named columns. Into a case come CSV, Excel
    and Parquet: a series by date, consumption, stocks, suppliers, prices, a bill of materials.
    """
    into = {name: asked.pop(name) for name in INTO_CASE}
    if into["case"]:
        context.exit(import_into_case(paths, into, asked, as_json=as_json, out=out))
    refuse_without_case(into)
    check_places(paths, JSON if as_json else TEXT)
    found = api.import_trade(paths, **asked)
    then = _("Next: {command}").format(command="derbes screen --importer KAZ")
    if as_json:
        tell_json(record_of(found), out)
    elif promised_tables(out):
        tell_result(found, out, then)
    else:
        tell(f"{imported_text(found)}\n\n{then}", out)


@click.command(cls=Verb)
@options_of(
    api.screen,
    {
        "--importer BUYER": _("Country, group (EU, EU27, EAEU), or all."),
        "--sender SELLER": _("Who may cut off."),
        "--product products HS": _(
            "Product, or its first digits; may be given more than once. One of six digits: all "
            "that is known of it. Without it: all products."
        ),
        "--inside GROUP": _("Group whose sellers count as own."),
        "--beside BUYER": _("Buyer whose unit values are compared; may be given more than once."),
        "--year YEAR": _("Last year. Without it: the last of the data."),
        "--years n_years N": _("Years up to it."),
        "--production TONNES": _("Own production in the last year, for the reliance on imports."),
        "--dataset ID": _("Dataset. Without it: the newest of the store."),
        "--store STORE": _("Folder of the store of trade data."),
    },
)
@option(
    "--engine",
    _(
        "Who makes the sums: an address of Ibis, e.g. pyspark:// or polars://. "
        "Without it: this process."
    ),
    "ADDRESS",
    default="",
)
@option("--limit", _("Rows that the screen shows; all are in the JSON."), "N", default=30,
        type=click.IntRange(1, MOST_ROWS))  # fmt: skip
@workers_option
@sheet_option
@answer_options
def screen(*, as_json: bool, out: str, limit: int, **asked: Any) -> None:
    """Say how dependent a buyer is on few sellers, by product, out of the trade data."""
    check_places((), JSON if as_json else TEXT)
    found = api.screen(**asked)
    if as_json:
        tell_json(record_of(found), out)
    elif promised_tables(out):
        tell_result(found, out)
    else:
        tell(screen_text(found, limit), out)


@click.command(cls=Verb)
@options_of(
    api.upstream,
    {
        "--importer TARGET": _("Country or group (EU, EU27, EAEU) that makes goods of inputs."),
        "--sender SELLER": _("Country or group that may cut off."),
        "--buyer SECTOR": _("Sector that buys, of a full table. Without it: all, by output."),
        "--tiers N": _("Tiers told one by one."),
        "--sigma RANGE": _("Elasticity between sellers of a good, e.g. 4 or 2..6."),
        "--epsilon RANGE": _("Elasticity of trade, for the gains from it, e.g. 5 or 3..8."),
        "--short-sigma RANGE": _("Elasticity between a good and all else, within months."),
        "--elasticities TABLE": _(
            "A CSV with elasticities of sectors: columns sector, sigma, epsilon, short_sigma."
        ),
    },
)
@option(
    "--table",
    _(
        "Another table: a CSV of the OECD's ICIO, or a folder saved by pymrio. "
        "Without it: that of the package, OECD 2022."
    ),
    "TABLE",
    default="",
)
@option("--limit", _("Sectors that the screen shows; all are in the JSON."), "N", default=10,
        type=click.IntRange(1, MOST_ROWS))  # fmt: skip
@sheet_option
@answer_options
def upstream(*, as_json: bool, out: str, limit: int, **asked: Any) -> None:
    """Say how much of what a country makes comes from a sender, tier by tier, and its worth."""
    read = tuple(asked[name] for name in ("table", "elasticities") if asked[name])
    check_places(read, JSON if as_json else TEXT)
    found = api.upstream(**asked)
    if as_json:
        tell_json(record_of(found), out)
    elif promised_tables(out):
        tell_result(found, out)
    else:
        tell(upstream_text(found, limit), out)


@click.command(cls=Verb)
@options_of(
    api.draft,
    {
        "--importer BUYER": _("Country or group that buys; the target of the case."),
        "--product HS": _("HS code of six digits."),
        "--sender SELLER": _("Who may cut off."),
        "--first MONTH": _("First month of the calendar. Without it: January after the data."),
        "--year YEAR": _("Last year looked at. Without it: the last of the data."),
        "--years n_years N": _("Years up to it, whose variation gives ranges."),
        "--dataset ID": _("Dataset. Without it: the newest of the store."),
        "--store STORE": _("Folder of the store of trade data."),
    },
)
@option(
    "--brief page", _("Write the brief on the draft too; goes with --out."), "FILE", type=Place()
)
@out_option
@workers_option
@language_option
def draft(*, out: str, page: str | None, n_workers: int, **asked: Any) -> None:
    """Write a case out of trade data: what they know, all else marked missing."""
    if page and out == STANDARD_OUTPUT:
        text = _("--brief needs a file for the case. Fix: add --out CASE.yaml.")
        raise click.UsageError(text)
    check_places((), CASE)
    if out != STANDARD_OUTPUT and Path(out).exists():
        what = _('"{place}" is there already, and a draft takes no file\'s place').format(place=out)
        fix = _("name another file with --out, or delete it first")
        raise RequestError("derbes", [Problem("out", what, fix=fix)])
    tell(api.draft(n_workers=n_workers, **asked), out)
    if out == STANDARD_OUTPUT:
        return
    note(_("Written: {out}").format(out=out))
    if page:
        case = api.read_case(out)
        with stoppable(None) as progress:
            progress(0, 0, _("the brief"))
            tell(api.brief(case, n_workers=n_workers, progress=progress), page, HTML)
        note(_("Written: {out}").format(out=page))
    note(next_line("check", out))


DATA_VERBS = (import_, screen, upstream, draft)
"""Commands of this file, in the order in which the help lists them."""
