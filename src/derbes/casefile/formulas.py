"""Formulas as they are written: from a text to its tree, a step at a time, with its unit.

A formula is a text that begins with `=`: amounts with their unit (`60 round/tube/year`), names
of assumptions, paths of other numbers (`uses.water.demand`), `+ - * / **`, brackets, `min` and
`max`. Every step has a unit, so that what does not fit is refused when it is read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from derbes.case.formulas import Formula, Tree
from derbes.language import _
from derbes.units import Unit, UnitError, parse_amount, parse_unit

MOST_CHARACTERS, MOST_SIGNS, MOST_DEPTH, MOST_POWER = 2_000, 200, 32, 4
"""Limits of a formula."""
Powers = Mapping[str, int]
"""Kinds (mass, time, a currency, a word) and their powers."""

_NUMBER = r"\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?(?:\s+(?:thousand|million|billion)\b)?"
_TOKEN = re.compile(
    rf"""\s*(?:(?P<amount>{_NUMBER}(?:\s*%|\s+[^\W\d][^\s*+(),]*)?(?:\s[A-Z]{{3}}(?:/[^\s*+(),]+)?)?)
        |"(?P<quoted>[^"]*)"
        |(?P<name>[A-Za-z]\w*(?:\.[\w-]+)*)
        |(?P<sign>\*\*|[-+*/(),]))""",
    re.VERBOSE,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class FormulaError(Exception):
    """A formula that cannot be used; says what is wrong and how to mend it.

    It says nothing where what is wrong is told elsewhere, at one of its parents.
    """

    def __init__(self, what: str = "", fix: str = "") -> None:
        self.what, self.fix = what, fix
        super().__init__(what)


class Parent(Protocol):
    """A number that a formula rests on."""

    @property
    def path(self) -> str:
        """Path inside the case."""

    @property
    def unit(self) -> str:
        """Base unit."""


@dataclass(slots=True)
class _Reader:
    """Reads a formula from left to right."""

    text: str
    named: Callable[[str], Parent]
    own: frozenset[str]
    rates: Callable[[str], float | None]
    place: int = 0
    signs: int = 0
    parents: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    """Kind → the word for it that stands first in the formula."""

    def note(self, unit: Unit) -> Unit:
        """The unit, whose words are kept in mind."""
        for word in _WORD.findall(unit.name):
            try:
                simple = parse_unit(word, self.own | {word})
            except UnitError:
                continue
            if simple.factor == 1.0 and len(simple.powers) == 1:
                self.words.setdefault(simple.powers[0][0], word)
        return unit

    def next(self) -> tuple[str, str]:
        """Kind and text of what stands next; empty at the end.

        Raises:
            FormulaError: It has no meaning.
        """
        if not self.text[self.place :].strip():
            return "", ""
        match = _TOKEN.match(self.text, self.place)
        if match is None:
            rest = self.text[self.place :].strip()
            raise FormulaError(
                _('"{text}" has no meaning in a formula').format(text=rest[:20]),
                _('write it as in "= tubes * 60 round/tube/year / 3"'),
            )
        kind = str(match.lastgroup)
        return kind, match[kind]

    def take(self, *signs: str) -> str:
        """The next sign, where it is one of these; else empty."""
        kind, word = self.next()
        if kind != "sign" or word not in signs:
            return ""
        self.skip()
        self.signs += 1
        if self.signs > MOST_SIGNS:
            what = _("a formula of more than {most} signs is too long").format(most=MOST_SIGNS)
            raise FormulaError(what, _("give a part of it a name among the assumptions"))
        return word

    def expect(self, sign: str) -> None:
        """Pass over a sign that must stand here."""
        if not self.take(sign):
            found = self.next()[1] or _("the end of the formula")
            what = _('expected "{sign}", got "{found}"').format(sign=sign, found=found)
            raise FormulaError(what)

    def whole(self) -> tuple[Tree, Powers]:
        """All of the text."""
        found = self.sum(0)
        rest = self.next()[1]
        if rest:
            what = _('"{text}" stands where an operator should').format(text=rest)
            raise FormulaError(what, _("put + - * or / before it"))
        return found

    def sum(self, depth: int) -> tuple[Tree, Powers]:
        """Terms added and subtracted; all of one unit."""
        if depth > MOST_DEPTH:
            raise FormulaError(_("more than {most} brackets").format(most=MOST_DEPTH))
        tree, powers = self.product(depth)
        while sign := self.take("+", "-"):
            other, others = self.product(depth)
            _refuse_unlike(powers, others, sign)
            tree = (sign, tree, other)
        return tree, powers

    def product(self, depth: int) -> tuple[Tree, Powers]:
        """Factors multiplied and divided."""
        tree, powers = self.power(depth)
        while sign := self.take("*", "/"):
            other, others = self.power(depth)
            tree = (sign, tree, other)
            powers = _joined(powers, others, 1 if sign == "*" else -1)
        return tree, powers

    def power(self, depth: int) -> tuple[Tree, Powers]:
        """A factor, or a whole power of one."""
        if self.take("-"):
            tree, powers = self.power(depth)
            return ("-", ("#", 0.0), tree), powers
        tree, powers = self.atom(depth)
        if self.take("**"):
            kind, word = self.next()
            if kind != "amount" or not word.isdecimal() or not 0 < int(word) <= MOST_POWER:
                what = _("a power must be a whole number of at most {most}").format(most=MOST_POWER)
                raise FormulaError(what)
            self.skip()
            n = int(word)
            tree, powers = ("**", tree, n), {kind: one * n for kind, one in powers.items()}
        return tree, powers

    def skip(self) -> None:
        """Pass over what stands next."""
        match = _TOKEN.match(self.text, self.place)
        self.place = match.end() if match else self.place

    def atom(self, depth: int) -> tuple[Tree, Powers]:
        """An amount, a name, a bracket, or the least or greatest of several."""
        if self.take("("):
            inner = self.sum(depth + 1)
            self.expect(")")
            return inner
        kind, word = self.next()
        if kind in {"amount", "quoted"}:
            self.skip()
            return self.amount(word)
        if kind == "name":
            self.skip()
            return self.chosen(word, depth) if self.take("(") else self.parent(word)
        found = word or _("the end of the formula")
        raise FormulaError(_('expected a number or a name, got "{found}"').format(found=found))

    def amount(self, text: str) -> tuple[Tree, Powers]:
        """A number with its unit; words that are no unit count as units of their own."""
        try:
            amount = parse_amount(text, self.own | frozenset(_WORD.findall(text)))
        except UnitError as error:
            raise FormulaError(error.what, error.fix) from error
        number = amount.number * (self.note(amount.unit).factor if amount.unit else 1.0)
        powers: dict[str, int] = {}
        for name, power in amount.unit.powers if amount.unit else ():
            rate = self.rates(name)
            if rate is None:
                powers[singular(name)] = powers.get(singular(name), 0) + power
                continue
            number *= rate**power
            powers["money"] = powers.get("money", 0) + power
        return ("#", number), powers

    def parent(self, name: str) -> tuple[Tree, Powers]:
        """Another number of the case."""
        found = self.named(name)
        unit = self.note(parse_unit(found.unit, self.own | frozenset(_WORD.findall(found.unit))))
        if found.path not in self.parents:
            self.parents.append(found.path)
        factor = unit.factor
        for kind, power in unit.currencies:
            factor *= (self.rates(kind) or 1.0) ** power
        return ("@", found.path, factor), powers_of(unit, self.rates)

    def chosen(self, word: str, depth: int) -> tuple[Tree, Powers]:
        """The least or greatest of several."""
        if word not in {"min", "max"}:
            what = _('"{word}" is no function of formulas').format(word=word)
            raise FormulaError(what, _("there are min and max"))
        tree, powers = self.sum(depth + 1)
        while self.take(","):
            other, others = self.sum(depth + 1)
            _refuse_unlike(powers, others, word)
            tree = (word, tree, other)
        self.expect(")")
        return tree, powers


def read_formula(
    text: str,
    named: Callable[[str], Parent],
    *,
    own: frozenset[str] = frozenset(),
    rates: Callable[[str], float | None] = lambda _currency: None,
) -> tuple[Formula, Powers, Mapping[str, str]]:
    """The formula in a text, the kinds that its number counts, and its words for them.

    Args:
        text: Without the sign in front.
        named: Name or path → the number of the case; raises `FormulaError` for none.
        own: Words that are units of their own.
        rates: Currency → its worth in the money of the case; None for what is no currency.

    Raises:
        FormulaError: It cannot be used.
    """
    if len(text) > MOST_CHARACTERS:
        what = _("a formula of {n} characters is too long").format(n=len(text))
        raise FormulaError(what, _("give a part of it a name among the assumptions"))
    reader = _Reader(text, named, own, rates)
    tree, powers = reader.whole()
    kept = {kind: power for kind, power in powers.items() if power}
    return Formula(text.strip(), tree, tuple(reader.parents)), kept, reader.words


def powers_of(unit: Unit, rates: Callable[[str], float | None]) -> Powers:
    """Kinds that a unit counts; money of any currency as money."""
    powers: dict[str, int] = {}
    for name, power in unit.powers:
        kind = "money" if rates(name) is not None else singular(name)
        powers[kind] = powers.get(kind, 0) + power
    return {kind: power for kind, power in powers.items() if power}


def singular(word: str) -> str:
    """A word that is a unit of its own, without the s of several: 2 tubes, 60 a tube."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def in_kinds(powers: Powers) -> str:
    """Kinds with their powers, for a message."""
    return unit_named(powers, "money") or _("a plain number")


_FIRST = {"time": "month", "mass": "kg", "volume": "m3", "energy": "MWh", "count": "piece"}
"""Kind → unit of it that is worth 1."""


def unit_named(powers: Powers, money: str, words: Mapping[str, str] = _FIRST) -> str:
    """A unit that counts these kinds and is worth 1, as a case file writes it."""
    known = {**_FIRST, **words, "money": money}
    names = {kind: known.get(kind, kind) for kind in powers}
    above = [names[kind] for kind, power in powers.items() for _again in range(power)]
    below = [names[kind] for kind, power in powers.items() for _again in range(-power)]
    return "/".join(["*".join(above) or ("1" if below else ""), *below])


def _joined(left: Powers, right: Powers, sign: int) -> Powers:
    found = dict(left)
    for kind, power in right.items():
        found[kind] = found.get(kind, 0) + sign * power
    return {kind: power for kind, power in found.items() if power}


def _refuse_unlike(left: Powers, right: Powers, sign: str) -> None:
    if dict(left) != dict(right):
        what = _('"{sign}" stands between {left} and {right}, which do not fit')
        raise FormulaError(
            what.format(sign=sign, left=in_kinds(left), right=in_kinds(right)),
            _("give both the same unit"),
        )
