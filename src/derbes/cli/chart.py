"""The verb that writes one chart of the brief, as a picture or as data."""

from pathlib import Path
from typing import Any

import click

from derbes import api
from derbes.cli.options import (
    Verb,
    case_argument,
    json_option,
    language_option,
    option,
    options_of,
    workers_option,
)
from derbes.cli.output import next_line, note, stoppable, tell, tell_json
from derbes.cli.places import CSV, JSON, PNG, STANDARD_OUTPUT, SVG, TEXT, Place, opened
from derbes.cli.surface import DRAWS, SEED, needed, surface_options, words_of
from derbes.errors import RequestError
from derbes.files import write_bytes_atomically
from derbes.harmless import file_name
from derbes.language import _

KINDS = {".svg": SVG, ".png": PNG, ".csv": CSV, ".json": JSON}
"""What the end of a name asks for."""
LEAST_PPI, USUAL_PPI, MOST_PPI = 24, 192, 1200
"""Pixels by inch of a PNG; a chart is about 7 inches wide."""


@click.command(cls=Verb)
@case_argument
@click.argument("name", metavar="[CHART]", default="")
@option("--list is_list", _("Name the charts that the case may have."), is_flag=True)
@surface_options(api.chart)
@workers_option
@options_of(api.chart, {**DRAWS, **SEED})
@option(
    "--ppi",
    _("Pixels by inch of a PNG; a chart is about 7 inches wide."),
    "N",
    default=USUAL_PPI,
    type=click.IntRange(LEAST_PPI, MOST_PPI),
)
@option(
    "--out",
    _(
        "A picture (.svg, .png), its data (.csv) or its Vega-Lite specification (.json). Without "
        "it: the chart's name and .svg."
    ),
    "FILE",
    type=Place(),
)
@json_option
@language_option
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
    words = words_of(asked)
    need = needed(case, words)
    with stoppable(None) as progress:
        progress(0, 0, _("the chart, {need}").format(need=need))
        found = api.chart(case, name, progress=progress, **words)
    if kind == PNG:
        write_bytes_atomically(Path(out), found.png(ppi))
    else:
        text = {SVG: found.svg, CSV: found.csv, JSON: found.json}[kind]()
        tell(text.rstrip("\n"), out, kind)
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
    case = opened(path, JSON if as_json else TEXT, out=place)
    found = api.charts(case)
    if as_json:
        tell_json({"charts": [{"name": one, "title": found[one]} for one in found]}, place)
        return
    width = max(map(len, found), default=0)
    lines = [f"{one.ljust(width)}  {title}" for one, title in found.items()]
    then = next_line("chart", path) + f" {next(iter(found), '')}"
    tell("\n".join([*lines, "", then]), place)
