"""Options that several commands share."""

import os
from collections.abc import Callable
from typing import Any

import click

from derbes.cli.answers import STANDARD_OUTPUT
from derbes.language import _, languages, use_language
from derbes.workflow import EVERY_MONTHS

Command = Callable[..., Any]


def _speak(_context: click.Context, _option: click.Parameter, code: str) -> None:
    use_language(code)


def case_argument(command: Command) -> Command:
    """The case file, or the folder of a case."""
    return click.argument("path", metavar="CASE")(command)


def language_option(command: Command) -> Command:
    """`--lang`."""
    return click.option(
        "--lang",
        type=click.Choice(languages()),
        default="en",
        show_default=True,
        is_eager=True,
        expose_value=False,
        callback=_speak,
        help=_("Language of all texts."),
    )(command)


def json_option(command: Command) -> Command:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))(command)


def out_option(command: Command) -> Command:
    """`--out`, the screen unless told otherwise."""
    return click.option(
        "--out",
        default=STANDARD_OUTPUT,
        metavar="FILE",
        help=_("Write the answer into a file."),
    )(command)


def variant_option(*default: str) -> Callable[[Command], Command]:
    """`--variant`."""
    return click.option(
        "--variant",
        "variants",
        multiple=True,
        default=default,
        metavar="NAME",
        show_default=True,
        help=_("Variant of the case; may be given more than once; base, or all."),
    )


_STARTS = (
    click.option(
        "--start",
        "starts",
        multiple=True,
        metavar="MONTH",
        help=_("Month in which measures start, e.g. 2028-01; may be given more than once."),
    ),
    click.option(
        "--every",
        type=click.Choice(list(EVERY_MONTHS)),
        default="quarter",
        show_default=True,
        help=_("Without --start: how far starts lie apart."),
    ),
)

_MEASURES = (
    click.option(
        "--measure",
        "measures",
        multiple=True,
        metavar="NAME",
        help=_("Measure of the case; may be given more than once. Without it: all."),
    ),
    click.option(
        "--length",
        "lengths",
        multiple=True,
        type=int,
        metavar="MONTHS",
        help=_("Length of the measures. Without it: the lengths that the case names."),
    ),
)


def surface_options(command: Command) -> Command:
    """`--measure`, `--length`, `--start`, `--every`, `--workers`."""
    for option in reversed((*_MEASURES, *_STARTS, workers_option)):
        command = option(command)
    return command


def workers_option(command: Command) -> Command:
    """`--workers`."""
    return click.option(
        "--workers",
        "n_workers",
        type=click.IntRange(min=1),
        default=_n_cores(),
        metavar="N",
        help=_("Processes that share the work. Without it: one for each core."),
    )(command)


def executor_options(command: Command) -> Command:
    """`--executor` and `--workers`."""
    executor = click.option(
        "--executor",
        default="local",
        show_default=True,
        metavar="WHERE",
        help=_("local, a number of processes, or a Dask cluster: dask://host:port."),
    )
    return executor(workers_option(command))


def _n_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
