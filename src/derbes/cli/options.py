"""Options that several commands share."""

import os
from collections.abc import Callable
from typing import Any

import click

from derbes.cli.output import STANDARD_OUTPUT
from derbes.language import _, languages, use_language
from derbes.request import EVERY_MONTHS

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def option(names: str, words: str, metavar: str | None = None, **more: Any) -> Decorator:
    """An option of a command; a default that says something is shown.

    Args:
        names: `--name`, and how the command calls its value where that differs.
        words: What it does.
        metavar: What stands for its value.
        **more: As click has it.
    """
    shows = more.get("default") not in (None, "")
    return click.option(
        *names.split(), metavar=metavar, help=words, **{"show_default": shows, **more}
    )


def with_options(*options: Decorator) -> Decorator:
    """Several options at once, in the order in which the help lists them."""

    def add(command: Command) -> Command:
        for one in reversed(options):
            command = one(command)
        return command

    return add


def _speak(_context: click.Context, _option: click.Parameter, code: str) -> None:
    use_language(code)


def _n_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


case_argument = click.argument("path", metavar="CASE")
"""The case file, or the folder of a case."""
language_option = option(
    "--lang",
    _("Language of all texts."),
    type=click.Choice(languages()),
    default="en",
    is_eager=True,
    expose_value=False,
    callback=_speak,
)
json_option = option("--json as_json", _("Answer as JSON."), is_flag=True)
out_option = option(
    "--out",
    _("Write the answer into a file."),
    "FILE",
    default=STANDARD_OUTPUT,
    show_default=False,
)
answer_options = with_options(out_option, json_option, language_option)
"""How a command answers: `--out`, `--json`, `--lang`."""
seed_option = option("--seed", _("Seed of the draws."), "N", type=int, default=1)
workers_option = option(
    "--workers n_workers",
    _("Processes that share the work. Without it: one for each core."),
    "N",
    type=click.IntRange(min=1),
    default=_n_cores(),
    show_default=False,
)
executor_options = with_options(
    option(
        "--executor",
        _("local, a number of processes, or a Dask cluster: dask://host:port."),
        "WHERE",
        default="local",
    ),
    workers_option,
)


def variant_option(*default: str) -> Decorator:
    """`--variant`."""
    words = _("Variant of the case; may be given more than once; base, or all.")
    return option("--variant variants", words, "NAME", multiple=True, default=default)


def length_option(words: str) -> Decorator:
    """`--length`, with what it means to the command."""
    return option("--length lengths", words, "MONTHS", multiple=True, type=int)


def draws_option(
    default: int | None, words: str = _("Draws of the uncertain inputs.")
) -> Decorator:
    """`--draws`; without a default the help says what stands in its place."""
    return option("--draws", words, "N", type=int, default=default)


def surface_options(
    *,
    measures: str = _("Measure of the case; may be given more than once. Without it: all."),
    starts: str = _("Month in which measures start, e.g. 2028-01; may be given more than once."),
    apart: str = _("Without --start: how far starts lie apart."),
    every: str = "quarter",
) -> Decorator:
    """`--measure`, `--length`, `--start`, `--every`.

    Args:
        measures: What `--measure` means to the command.
        starts: What `--start` means to it.
        apart: What `--every` means to it.
        every: How far starts lie apart unless told otherwise.
    """
    return with_options(
        option("--measure measures", measures, "NAME", multiple=True),
        length_option(_("Length of the measures. Without it: the lengths that the case names.")),
        option("--start starts", starts, "MONTH", multiple=True),
        option("--every", apart, type=click.Choice(list(EVERY_MONTHS)), default=every),
    )
