"""Expressions drawn from the grammar: every quantity and set, ids that fit and that do not."""

from random import Random

from derbes.statements.expressions import Names
from derbes.statements.terms import QUANTITIES, SETS, Gives, Parameter, Takes

NUMBERS = (
    "0", "1", "2.5", "-1", "1e18", "1e-300", "1_000", "12 t", '"12 month"', '"1 year"', "50 %",
    "1e999", "10**100000", "0/0", "'5 t/t/t/t'", '"1e18 Mt"', "9" * 300, "1 USD", "3 EUR",
    "inf", "nan",
)  # fmt: skip
MONTHS = ("2026-01", "2026-07", "2027-12", "2025-01", "0000-01", "9999-12", "as_of", "m")
LENGTHS = (
    "1",
    "6",
    "0",
    "-1",
    "1.5",
    "1e6",
    "1e18",
    "1200",
    "1201",
    '"1 year"',
    '"30 day"',
    "true",
)
ODD = ("", "''", "\u202e", "\x1b[31m", "\0", "ѕtock", "x", '"', "=", "((", "none", "a.b.c", "1 2")
WORDS = ("'holds'", "'good'", "'capability'", "''", "'a b'", "'\u202e'", "'\\x1b'")


class Writer:
    """Writes expressions; most fit, the others go wrong in one place or another."""

    def __init__(self, names: Names, seed: int) -> None:
        self.names, self.random = names, Random(seed)
        self.bound: dict[str, Takes] = {}

    def one(self, *of: str) -> str:
        return self.random.choice(of)

    def truth(self, depth: int = 3) -> str:
        kinds = [self.comparison, self.comparison, self.called_truth, self.words]
        if depth:
            kinds += [self.logic, self.negation, self.over]
        return self.random.choice(kinds)(depth)

    def logic(self, depth: int) -> str:
        return f"({self.truth(depth - 1)} {self.one('and', 'or')} {self.truth(depth - 1)})"

    def negation(self, depth: int) -> str:
        return f"not {self.truth(depth - 1)}"

    def comparison(self, depth: int) -> str:
        sign = self.one("<", "<=", ">", ">=", "==", "!=")
        if self.random.random() < 0.25:
            return f"{self.day(depth)} {sign} {self.day(depth)}"
        is_plain = self.random.random() < 0.7
        return f"{self.number(depth)} {sign} {self.plain() if is_plain else self.number(depth)}"

    def plain(self) -> str:
        """A number that adopts any unit, most of the time."""
        return self.one(*NUMBERS[:5]) if self.random.random() < 0.9 else self.one(*NUMBERS, *ODD)

    def words(self, depth: int) -> str:
        called = self.call(Gives.WORD)
        words = [f"'{word}'" for word in QUANTITIES[called.partition("(")[0]].words]
        return f"{called} {self.one('==', '!=')} {self.one(*words, self.one(*WORDS))}"

    def called_truth(self, depth: int) -> str:
        return self.call(Gives.TRUTH)

    def day(self, depth: int) -> str:
        if self.random.random() < 0.5:
            return self.call(Gives.DATE)
        return self.one(*MONTHS[:3]) if self.random.random() < 0.8 else self.one(*MONTHS)

    def number(self, depth: int) -> str:
        kind = self.random.random()
        if depth and kind < 0.35:
            sign = self.one("+", "-", "*", "/")
            is_plain = self.random.random() < 0.7
            other = self.plain() if is_plain else self.number(depth - 1)
            return f"({self.number(depth - 1)} {sign} {other})"
        if depth and kind < 0.42:
            power = self.one("2", "-4", "4", "0", "-2", "1") if self.random.random() < 0.8 else "99"
            return f"({self.number(depth - 1)}) ** {power}"
        if depth and kind < 0.5:
            return self.over(depth, ("sum", "min", "max", "count"))
        if kind < 0.85:
            return self.call(Gives.NUMBER)
        return self.one(self.plain(), *sorted(self.names.by_kind[Takes.FACT]))

    def over(self, depth: int, functions: tuple[str, ...] = ("all", "any")) -> str:
        free = [one for one in ("m", "x", "y") if one not in self.bound]
        name, entry = self.one(*free) if free else "good", SETS[self.one(*SETS)]
        ranged = entry.name
        if entry.parameters:
            ranged += f"({', '.join(self.argument(one) for one in entry.parameters)})"
        self.bound[name] = entry.holds
        function = self.one(*functions)
        body = self.truth(depth - 1) if function in {"all", "any"} else self.number(depth - 1)
        condition = f" if {self.truth(0)}" if self.random.random() < 0.3 else ""
        del self.bound[name]
        return f"{function}({body} for {name} in {ranged}{condition})"

    def call(self, gives: Gives) -> str:
        entry = QUANTITIES[self.one(*(n for n, one in QUANTITIES.items() if one.gives is gives))]
        given = []
        for one in entry.parameters:
            if one.default is not None and self.random.random() < 0.6:
                continue
            text = self.argument(one)
            given.append(f"{one.name}={text}" if one.default is not None else text)
        if self.random.random() < 0.02:
            given = given[1:] or ["x", "x", "x", "x", "x", "x", "x"]
        return f"{entry.name}({', '.join(given)})"

    def argument(self, one: Parameter) -> str:  # noqa: PLR0911 - one for each kind
        if self.random.random() < 0.02:
            return self.one(*ODD, *NUMBERS, *MONTHS)
        fitting = [name for name, holds in self.bound.items() if holds is one.takes]
        if fitting and self.random.random() < 0.7:
            return self.one(*fitting)
        if one.takes is Takes.MONTH:
            return self.one(*MONTHS[:3]) if self.random.random() < 0.95 else self.one(*MONTHS)
        if one.takes is Takes.TIME:
            return self.one(*LENGTHS[:2]) if self.random.random() < 0.8 else self.one(*LENGTHS)
        if one.takes is Takes.FLAG:
            return self.one("true", "false")
        if one.takes is Takes.PATH:
            return f'"{self.one(*sorted(self.names.path_units), "x.y.z")}"'
        if one.takes is Takes.WORD:
            return self.one(*WORDS)
        known = one.choices or sorted(self.names.by_kind.get(one.takes, ()))
        return self.one(*known) if known and self.random.random() < 0.98 else "x"
