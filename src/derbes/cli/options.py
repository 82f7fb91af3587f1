"""What commands share: their options, and how one is told of."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from copy import copy
from inspect import cleandoc, signature
from typing import Any, get_args

import click

from derbes.case.entities import Case
from derbes.cli.places import SHEET, STANDARD_OUTPUT, Place, check_report
from derbes.cli.streams import Outlet
from derbes.errors import did_you_mean
from derbes.language import _, languages, use_language
from derbes.parallel import MOST_WORKERS, refuse_small_space
from derbes.request import EVERY_MONTHS, need_of, request_of
from derbes.results.books import NAMES

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
        kinds = {"integer": _("integer"), "integer range": _("integer range"), "float": _("float")}
        self.type.name = kinds.get(self._kind, self._kind)
        return super().process_value(ctx, value)


def option(names: str, words: str, metavar: str | None = None, **more: Any) -> Decorator:
    """An option of a command; a default that says something is shown.

    Args:
        names: `--name`, and how the command calls its value where that differs.
        words: What it does.
        metavar: What stands for its value; `FILE` and `FOLDER` are written to.
        **more: As click has it.
    """
    shows = more.get("default") not in (None, "", (), False)
    if metavar in ("FILE", "FOLDER"):
        more = {"type": Place(is_folder=metavar == "FOLDER"), **more}
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
    "--out", _("Write the answer into a file."), "FILE", default=STANDARD_OUTPUT, show_default=False
)
answer_options = with_options(out_option, json_option, language_option)
"""How a command answers: `--out`, `--json`, `--lang`."""
_N_CORES = os.cpu_count() or 1
if hasattr(os, "sched_getaffinity"):
    _N_CORES = len(os.sched_getaffinity(0))
workers_option = option(
    "--workers n_workers",
    _("Processes that share the work. Without it: one for each core."),
    "N",
    type=click.IntRange(min=1, max=MOST_WORKERS),
    default=_N_CORES,
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
        is_multiple = isinstance(argument.default, tuple)
        more = {"type": str if kind is Any else kind, "multiple": is_multiple}
        more = {"is_flag": True} if kind is bool else more
        if argument.default is argument.empty:
            return option(" ".join(names), words, metavar, required=True, **more)
        return option(" ".join(names), words, metavar, default=argument.default, **more)

    return with_options(*(one(*words) for words in named.items()))


def _noted(context: click.Context, _option: click.Parameter, name: str) -> None:
    """Note which table is wanted, before anything is computed."""
    known = NAMES[str(context.command.name)]
    name = "_".join(name.split())
    if name and name not in known:
        text = _('there is no table "{name}"; {fix}')
        raise click.BadParameter(text.format(name=name, fix=did_you_mean(name, known)))
    context.meta[SHEET] = name


sheet_option = option(
    "--sheet",
    _(
        "Table that --out FILE.csv or FILE.parquet holds, or the only one of FILE.xlsx. Without "
        "it: the main one, and of .xlsx all."
    ),
    "TABLE",
    default="",
    expose_value=False,
    callback=_noted,
)


# What is asked about measures

DRAWS = {"--draws N": _("Draws of the uncertain inputs.")}
SEED = {"--seed N": _("Seed of the draws.")}


def surface_options(
    verb: Callable[..., Any],
    *,
    measures: str = _("Measure of the case; may be given more than once. Without it: all."),
    starts: str = _("Month in which measures start, e.g. 2028-01; may be given more than once."),
    apart: str = _("Without --start: how far starts lie apart."),
) -> Decorator:
    """`--variant`, `--measure`, `--length`, `--start`, `--every` of a function of `api`."""
    variants = _("Variant of the case; may be given more than once; base, or all.")
    lengths = _("Length of the measures. Without it: the lengths that the case names.")
    named = {"--variant variants NAME": variants, "--measure measures NAME": measures}
    named["--length lengths MONTHS"] = lengths
    every = signature(verb).parameters["starts"].default
    return with_options(
        options_of(verb, named),
        option("--start starts", starts, "MONTH", multiple=True),
        option("--every", apart, type=click.Choice(list(EVERY_MONTHS)), default=every),
    )


def needed(case: Case, words: Mapping[str, Any]) -> str:
    """What a question needs, in words: points, draws and memory."""
    refuse_small_space()
    names = ("variants", "measures", "starts", "lengths")
    request = request_of(case, **{name: words[name] for name in names})
    return need_of(case, request)._replace(n_draws=words.get("draws", 1)).words


def words_of(asked: dict[str, Any]) -> dict[str, Any]:
    """Options as the verbs name them: `--every` counts where no start is given."""
    every = asked.pop("every")
    return {**asked, "starts": asked["starts"] or every}


# Commands


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
