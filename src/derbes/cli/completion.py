"""Completion of commands by the shell: options, files, and the ids of the case that is named.

The shell calls the program with what stands on its line in the environment, as click has it.
"""

import os
from collections.abc import Mapping

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

from derbes import api
from derbes.case.request import BASE
from derbes.cli.options import Verb, language_option, out_option
from derbes.cli.output import tell
from derbes.cli.places import check_places
from derbes.cli.streams import Outlet
from derbes.errors import DerbesError
from derbes.request import ALL

PROGRAM = "derbes"
ASKS = "_DERBES_COMPLETE"
"""Variable by which a shell asks, e.g. `bash_complete`."""
SHELLS: Mapping[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}


class CaseFile(click.types.StringParamType):
    """A file that the shell completes."""

    shell_complete = click.Path(file_okay=True).shell_complete


class IdOfCase(click.types.StringParamType):
    """An id of the case that stands on the line."""

    def __init__(self, section: str) -> None:
        self.section = section
        """Attribute of a case that holds elements by id; empty: path of any element."""

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - as click calls it
        incomplete: str,
    ) -> list[CompletionItem]:
        """Ids that begin so; none where the case is not named yet or cannot be read."""
        # An option that still lacks its value ends the reading of the line before its arguments.
        path = ctx.params.get("path") or next(iter(ctx.args), "")
        try:
            case = api.read_case(path) if path else None
        except DerbesError:
            case = None
        if case is None:
            return []
        if self.section:
            ids = [*getattr(case, self.section)]
        else:
            ids = [f"{section}.{one}" for section in SECTIONS for one in getattr(case, section)]
        if self.section == "variants":
            ids = [BASE, ALL, *ids]
        return [CompletionItem(one) for one in ids if one.startswith(incomplete)]


SECTIONS = ("goods", "uses", "stockpiles", "suppliers", "plants", "recipes", "measures")
"""Where the elements stand that are named by their path, e.g. `suppliers.north`."""
IDS = {
    "measures": "measures",
    "variants": "variants",
    "variant": "variants",
    "standards": "standards",
    "by": "actors",
    "where": "",
}
"""Parameter of a command on a case → where its ids stand."""


def completable(group: click.Group) -> None:
    """Let the shell complete files and ids of the case in all commands of a group."""
    for command in group.commands.values():
        has_case = any(one.name == "path" for one in command.params)
        for one in command.params:
            if one.name in {"path", "paths", "case"}:
                one.type = CaseFile()
            elif has_case and one.name in IDS:
                one.type = IdOfCase(IDS[one.name])


def complete(group: click.Group, outlet: Outlet) -> bool:
    """Answer a shell that asks; False where none does."""
    shell, _mark, asked = os.environ.get(ASKS, "").partition("_")
    if shell not in SHELLS or asked != "complete":
        return False
    outlet.answer.write(f"{SHELLS[shell](group, {'obj': outlet}, PROGRAM, ASKS).complete()}\n")
    return True


@click.command(cls=Verb)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@out_option
@language_option
@click.pass_context
def completion(context: click.Context, /, *, shell: str, out: str) -> None:
    """Print the script by which a shell completes commands, options, files and ids of a case.

    In the settings of a shell stands: eval "$(derbes completion bash)", eval "$(derbes completion
    zsh)", or in fish: derbes completion fish | source.
    """
    check_places()
    made = SHELLS[shell](context.find_root().command, {}, PROGRAM, ASKS)
    tell((made.source_template % made.source_vars()).strip("\n"), out)
