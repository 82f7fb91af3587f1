"""The command line: one command per verb."""

from collections.abc import Sequence

DONE = 0
"""The question is answered."""
REPAIRABLE = 2
"""Something that the user can repair."""
UNFORESEEN = 70
"""An error that nobody foresaw, which is one of the program."""
INTERRUPTED = 130
"""Stopped with Ctrl-C, as a shell counts it."""
BROKEN_PIPE = 141
"""The reader of the output went away, as a shell counts it."""
TERMINATED = 143
"""Stopped with SIGTERM, as a shell counts it."""

__all__ = [
    "BROKEN_PIPE",
    "DONE",
    "INTERRUPTED",
    "REPAIRABLE",
    "TERMINATED",
    "UNFORESEEN",
    "main",
]


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
