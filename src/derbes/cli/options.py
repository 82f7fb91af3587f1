"""Options that several commands share."""

import os
from collections.abc import Callable
from typing import Any

import click

from derbes.cli.output import STANDARD_OUTPUT
from derbes.language import _, languages, use_language
from derbes.request import EVERY_MONTHS

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


def with_options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options at once, in the order in which the help lists them."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def length_option(words: str) -> Callable[[Command], Command]:
    """`--length`, with what it means to the command."""
    return click.option(
        "--length", "lengths", multiple=True, type=int, metavar="MONTHS", help=words
    )


def surface_options(
    *,
    measures: str = _("Measure of the case; may be given more than once. Without it: all."),
    starts: str = _("Month in which measures start, e.g. 2028-01; may be given more than once."),
    apart: str = _("Without --start: how far starts lie apart."),
    every: str = "quarter",
) -> Callable[[Command], Command]:
    """`--measure`, `--length`, `--start`, `--every`.

    Args:
        measures: What `--measure` means to the command.
        starts: What `--start` means to it.
        apart: What `--every` means to it.
        every: How far starts lie apart unless told otherwise.
    """
    return with_options(
        click.option("--measure", "measures", multiple=True, metavar="NAME", help=measures),
        length_option(_("Length of the measures. Without it: the lengths that the case names.")),
        click.option("--start", "starts", multiple=True, metavar="MONTH", help=starts),
        click.option(
            "--every",
            type=click.Choice(list(EVERY_MONTHS)),
            default=every,
            show_default=True,
            help=apart,
        ),
    )


def draws_option(
    default: int | None, words: str = _("Draws of the uncertain inputs.")
) -> Callable[[Command], Command]:
    """`--draws`; without a default the help says what stands in its place."""
    return click.option(
        "--draws",
        type=int,
        default=default,
        show_default=default is not None,
        metavar="N",
        help=words,
    )


def seed_option(command: Command) -> Command:
    """`--seed`."""
    return click.option(
        "--seed", type=int, default=1, show_default=True, metavar="N", help=_("Seed of the draws.")
    )(command)


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
