"""The command line: one command per verb."""

from collections.abc import Sequence

from derbes.cli.stopping import heeding

INTERRUPTED = 130
"""Exit code of what was stopped with Ctrl-C, as a shell counts it."""

__all__ = ["INTERRUPTED", "main"]


@heeding
def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; Ctrl-C is quiet also while the program is still being loaded.

    Args:
        arguments: Words after the program's name; None: those it was called with.

    Returns:
        Exit code: 0, or 2 for what the user can repair.
    """
    try:
        from derbes.cli.commands import run  # noqa: PLC0415 - loading can be interrupted too

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
