"""What commands share: their options, and how one is told of."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from copy import copy
from inspect import cleandoc, signature
from typing import Any, get_args

import click

from derbes.cli.places import STANDARD_OUTPUT, Place, check_report
from derbes.cli.streams import Outlet
from derbes.language import _, languages, use_language
from derbes.parallel import MOST_WORKERS

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


class _Option(click.Option):
    """An option whose kind of number has a name in the language in use."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.type = copy(self.type)
        self._kind = self.type.name

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The value, or a message that says of what kind it should be."""
        kinds = {
            "integer": _("integer"),
            "integer range": _("integer range"),
            "float": _("float"),
        }
        self.type.name = kinds.get(self._kind, self._kind)
        return super().process_value(ctx, value)


def option(names: str, words: str, metavar: str | None = None, **more: Any) -> Decorator:
    """An option of a command; a default that says something is shown.

    Args:
        names: `--name`, and how the command calls its value where that differs.
        words: What it does.
        metavar: What stands for its value.
        **more: As click has it.
    """
    shows = more.get("default") not in (None, "", (), False)
    return click.option(
        *names.split(),
        metavar=metavar,
        help=words,
        **{"show_default": shows, "cls": _Option, **more},
    )


def with_options(*options: Decorator) -> Decorator:
    """Several options at once, in the order in which the help lists them."""

    def add(command: Command) -> Command:
        for one in reversed(options):
            command = one(command)
        return command

    return add


case_argument = click.argument("path", metavar="CASE")
"""The case file, or the folder of a case."""


def _speak(_context: click.Context, _option: click.Parameter, code: str | None) -> None:
    if code:
        use_language(code)


language_option = option(
    "--lang",
    _("Language of all texts. Without it: the one of the system, else English."),
    type=click.Choice(languages()),
    is_eager=True,
    expose_value=False,
    callback=_speak,
)
json_option = option("--json as_json", _("Answer as JSON."), is_flag=True)
out_option = option(
    "--out",
    _("Write the answer into a file."),
    "FILE",
    type=Place(),
    default=STANDARD_OUTPUT,
    show_default=False,
)
answer_options = with_options(out_option, json_option, language_option)
"""How a command answers: `--out`, `--json`, `--lang`."""
workers_option = option(
    "--workers n_workers",
    _("Processes that share the work. Without it: one for each core."),
    "N",
    type=click.IntRange(min=1, max=MOST_WORKERS),
    default=len(os.sched_getaffinity(0))
    if hasattr(os, "sched_getaffinity")
    else os.cpu_count() or 1,
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


def options_of(verb: Callable[..., Any], named: Mapping[str, str]) -> Decorator:
    """Options of a verb, whose types and defaults are those of its arguments.

    Args:
        verb: A function of `api`.
        named: `--name`, the argument where that differs and what stands for its value → what
            it does.
    """
    stated = signature(verb).parameters

    def one(spelled: str, words: str) -> Decorator:
        *names, value = spelled.split()
        names, metavar = (names, value) if value.isupper() else ([*names, value], None)
        argument = stated[names[-1].lstrip("-").replace("-", "_")]
        kind = (*get_args(argument.annotation), argument.annotation)[0]
        more = {"type": kind, "multiple": isinstance(argument.default, tuple)}
        more = {"is_flag": True} if kind is bool else more
        if argument.default is argument.empty:
            return option(" ".join(names), words, metavar, required=True, **more)
        return option(" ".join(names), words, metavar, default=argument.default, **more)

    return with_options(*(one(*words) for words in named.items()))


def _note_report(context: click.Context, _option: click.Parameter, place: str | None) -> None:
    outlet: Outlet = context.find_root().obj
    outlet.command, outlet.report = context, place


class Verb(click.Command):
    """A command: its answer alone reaches the output, its errors can be reported."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.help = _(cleandoc(self.help or ""))
        self.options_metavar = _("[OPTIONS]")
        report = option(
            "--report",
            _("Where an error comes up that nobody foresaw: write a report of it into a file."),
            "FILE",
            type=Place(),
            is_eager=True,
            expose_value=False,
            callback=_note_report,
        )
        self.params += getattr(report(lambda: None), "__click_params__")  # noqa: B009 - of click

    def invoke(self, context: click.Context) -> Any:
        """Do what the command does, with nothing printed on the way in its answer."""
        with redirect_stdout(sys.stderr):
            check_report()
            return super().invoke(context)


class Verbs(click.Group):
    """All commands."""

    command_class = Verb

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.help = _(cleandoc(self.help or ""))
        self.options_metavar = _("[OPTIONS]")
        self.subcommand_metavar = _("COMMAND [ARGS]...")
