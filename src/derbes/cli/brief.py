"""The verbs that write the brief, or one chart of it as a picture or as data."""

from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.browser import find_browser
from derbes.cli import options
from derbes.cli.output import next_line, note, stoppable, tell, tell_json
from derbes.cli.places import CSV, HTML, JSON, PDF, PNG, STANDARD_OUTPUT, SVG, opened
from derbes.errors import Problem, RequestError
from derbes.files import write_bytes_atomically
from derbes.harmless import file_name
from derbes.language import _, language, spelled
from derbes.request import made_by
from derbes.results.records import record_of

KINDS = {".svg": SVG, ".png": PNG, ".csv": CSV, ".json": JSON}
"""What the end of a name asks for."""
LEAST_PPI, USUAL_PPI, MOST_PPI = 24, 192, 1200
"""Pixels by inch of a PNG; a chart is about 7 inches wide."""


@click.command(cls=options.Verb)
@options.case_argument
@click.argument("name", metavar="[CHART]", default="")
@options.option("--list is_list", _("Name the charts that the case may have."), is_flag=True)
@options.surface_options(api.chart)
@options.workers_option
@options.options_of(api.chart, {**options.DRAWS, **options.SEED})
@options.option(
    "--ppi",
    _("Pixels by inch of a PNG; a chart is about 7 inches wide."),
    "N",
    default=USUAL_PPI,
    type=click.IntRange(LEAST_PPI, MOST_PPI),
)
@options.option(
    "--out",
    _(
        "A picture (.svg, .png), its data (.csv) or its Vega-Lite specification (.json). Without "
        "it: the chart's name and .svg."
    ),
    "FILE",
)
@options.json_option
@options.language_option
def chart(
    path: str, name: str, *, is_list: bool, out: str | None, ppi: int, as_json: bool, **asked: Any
) -> None:
    """Write one chart of the brief; without its name: say which there are."""
    if is_list or not name:
        _tell_charts(path, out, as_json=as_json)
        return
    out = out or f"{file_name(name)}.svg"
    kind = KINDS.get(Path(out).suffix.casefold(), SVG)
    case = opened(path, kind, out=out)
    if problems := api.chart_problems(case, name):
        raise RequestError(case.source or case.name, problems)
    words = options.words_of(asked)
    need = options.needed(case, words)
    with stoppable(None) as progress:
        progress(0, 0, _("the chart, {need}").format(need=need))
        found = api.chart(case, name, progress=progress, **words)
    if kind == PNG:
        write_bytes_atomically(Path(out), found.png(ppi))
    else:
        tell({SVG: found.svg, CSV: found.csv, JSON: found.json}[kind]().rstrip("\n"), out, kind)
    if out == STANDARD_OUTPUT:
        return
    if as_json:
        told = {"file": out, "bytes": Path(out).stat().st_size, "name": name}
        tell_json({**told, "title": found.title, "subtitle": found.subtitle, "foot": found.foot})
    else:
        note(_("Written: {out}").format(out=out))


def _tell_charts(path: str, out: str | None, *, as_json: bool) -> None:
    """Which charts the case may have, by name."""
    place = out or STANDARD_OUTPUT
    found = api.charts(opened(path, out=place))
    if as_json:
        tell_json({"charts": [{"name": one, "title": found[one]} for one in found]}, place)
        return
    width = max(map(len, found), default=0)
    lines = [f"{one.ljust(width)}  {title}" for one, title in found.items()]
    then = next_line("chart", path) + f" {next(iter(found), '')}"
    tell("\n".join([*lines, "", then]), place)


def _codes(_context: click.Context, _option: click.Parameter, words: str) -> tuple[str, ...]:
    """Languages with commas between them, each once."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, words.split(",")))))


@click.command(cls=options.Verb)
@options.case_argument
@options.surface_options(api.brief)
@options.workers_option
@options.options_of(
    api.brief,
    {
        "--draws N": _(
            "Draws of the uncertain inputs; 0: central values, and nothing on how sure they are."
        ),
        **options.SEED,
        "--page-one": _("Page one alone, on one sheet."),
    },
)
@options.option(
    "--out",
    _(
        "A page (.html), or as a browser that is installed prints it (.pdf). Without it: the "
        "case's name and .html."
    ),
    "FILE",
)
@options.option(
    "--languages",
    _(
        "Languages of a page that can be switched, with commas between, the first shown, such as "
        "en,ru,kk. Without it: one language, that of --lang."
    ),
    "CODES",
    default="",
    callback=_codes,
)
@options.option(
    "--tables", _("Write every table and the data of every chart as CSV into a folder."), "FOLDER"
)
@options.json_option
@options.language_option
def brief(path: str, *, as_json: bool, out: str | None, **asked: Any) -> None:
    """Write the brief on a case: one HTML page that stands alone, or a PDF."""
    out = out or f"{file_name(Path(path).resolve().stem)}.html"
    kind = PDF if Path(out).suffix.casefold() == ".pdf" else HTML
    case = opened(path, kind, out=out)
    if kind == PDF:
        if len(asked["languages"]) > 1:
            what = _("a PDF is in one language: nothing in it can be switched")
            fix = _("name one of {names}, or end the name of the page in .html")
            fix = fix.format(names=", ".join(asked["languages"]))
            raise RequestError(case.source or case.name, [Problem("languages", what, fix=fix)])
        find_browser()
    words = options.words_of({**asked, "tables": asked["tables"] or ""})
    need = options.needed(case, words)
    with stoppable(None) as progress:
        progress(0, 0, _("the brief, {need}").format(need=need))
        page = api.brief(case, progress=progress, **words)
    if kind == PDF:
        write_bytes_atomically(Path(out), api.printed(page, on_one_sheet=asked["page_one"]))
    else:
        tell(page, out, HTML)
    if out == STANDARD_OUTPUT:
        return
    size = Path(out).stat().st_size
    if as_json:
        written = {"file": out, "bytes": size, "languages": asked["languages"] or (language(),)}
        for name in ("n_workers", "tables", "page_one", "languages"):
            words.pop(name)
        tell_json({**written, "provenance": record_of(made_by(case, "brief", **words))})
    else:
        text = _("Written: {out}, {n} KB")
        note(text.format(out=out, n=spelled(f"{max(1, round(size / 1000)):,}")))
        if words["tables"]:
            note(_("Written: {out}").format(out=f"{words['tables']}/*.csv"))
        if kind == HTML:
            note(_("Next: open it in a browser; it needs no network."))
