"""A text that is not an amount."""

from collections.abc import Sequence


class UnitError(ValueError):
    """A number or unit that cannot be read; says what was found and how to write it."""

    def __init__(
        self, what: str, fix: str = "", *, word: str = "", meant: Sequence[str] = ()
    ) -> None:
        self.what = what
        self.fix = fix
        self.word = word
        """The word that is no unit; empty where something else is wrong."""
        self.meant = tuple(meant)
        """Units that the fix offers in its place."""
        super().__init__(what)
