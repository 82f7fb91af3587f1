"""A text that is not an amount."""


class UnitError(ValueError):
    """A number or unit that cannot be read; says what was found and how to write it."""

    def __init__(self, what: str, fix: str = "") -> None:
        self.what = what
        self.fix = fix
        super().__init__(what)
