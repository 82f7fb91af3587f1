"""Formulas as they are written: from a text to its tree, a step at a time, with its unit.

A formula is a text that begins with `=`: amounts with their unit (`60 round/tube/year`), names
of assumptions, paths of other numbers (`uses.water.demand`), `+ - * / **`, brackets, `min` and
`max`. Every step has a unit, so that what does not fit is refused when it is read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from derbes.case.quantity import Formula, Quantity, Tree
from derbes.grammar import ExpressionError, Node, Reader, Unusable
from derbes.language import _
from derbes.units import ONE, Unit, UnitError, parse_unit

Powers = Mapping[str, int]
"""Kinds (mass, time, a currency, a word) and their powers."""
MOST_BEHIND = 32
"""Numbers that follow from one another, one behind the other."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class _Step(NamedTuple):
    """A part of a formula, and the kinds that it counts as powers of a unit worth 1."""

    tree: Tree
    unit: Unit


@dataclass(slots=True)
class _Reader(Reader[_Step]):
    """Reads a formula: every step has a unit, and money of any currency is money."""

    named: Callable[[str], Quantity] = field(kw_only=True)
    own: frozenset[str] = field(kw_only=True)
    rates: Callable[[str], float | None] = field(kw_only=True)
    parents: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    """Kind → the word for it that stands first in the formula."""

    found: dict[str, Quantity | ExpressionError] = field(default_factory=dict)
    """Name → the number of the case that it stands for, or why there is none."""

    def whole(self, node: Node) -> _Step:
        """A formula, whose names are looked up first: none of them lies deep in another."""
        waiting = [node]
        for one in waiting:
            waiting += one.parts
            if one.kind == "name" and one.text not in self.found:
                try:
                    self.found[one.text] = self.named(one.text)
                except ExpressionError as error:
                    self.found[one.text] = error
        return self.number(node)

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

    def leaf(self, node: Node) -> _Step:
        """An amount, or another number of the case."""
        if node.kind == "name":
            return self.parent(node)
        if node.kind in {"amount", "text"}:
            return self.counted(node)
        if node.kind == "call":
            what = _('"{word}" is no function of formulas').format(word=node.text)
            raise self.refuse(node, what, _("there are min and max"))
        raise self.refuse(node, _("a formula gives a number, not true or false"))

    def counted(self, node: Node) -> _Step:
        """A number with its unit; words that are no unit count as units of their own."""
        amount = self.amount(node, self.own | frozenset(_WORD.findall(node.text)))
        unit = self.note(amount.unit or ONE)
        number = amount.number * unit.factor
        powers: dict[str, int] = {}
        for name, power in unit.powers:
            rate = self.rates(name)
            kind = singular(name) if rate is None else "money"
            number *= 1.0 if rate is None else rate**power
            powers[kind] = powers.get(kind, 0) + power
        return _Step(("#", number), _counting(powers))

    def parent(self, node: Node) -> _Step:
        """Another number of the case."""
        found = self.found[node.text]
        if isinstance(found, ExpressionError):
            for one in found.findings:
                self.refuse(node, one.what, one.fix)
            raise Unusable from found
        unit = self.note(parse_unit(found.unit, self.own | frozenset(_WORD.findall(found.unit))))
        if found.path not in self.parents:
            self.parents.append(found.path)
        factor = unit.factor
        for kind, power in unit.currencies:
            factor *= (self.rates(kind) or 1.0) ** power
        return _Step(("@", found.path, factor), _counting(powers_of(unit, self.rates)))

    def unit(self, part: _Step) -> Unit:
        """What it counts."""
        return part.unit

    def made(self, sign: str, parts: tuple[_Step, ...], unit: Unit | None) -> _Step:
        """An operator and its two parts; the least and greatest of several, two by two."""
        trees = [part.tree for part in parts]
        while len(trees) > 1:  # by halves, so that the tree of many is not deep
            pairs = [trees[at : at + 2] for at in range(0, len(trees), 2)]
            trees = [pair[0] if len(pair) == 1 else (sign, *pair) for pair in pairs]
        return _Step(trees[0], unit or ONE)

    def aligned(self, node: Node, left: _Step, right: _Step) -> tuple[_Step, _Step]:
        """Both, where they count the same; a plain number is one of its own."""
        if dict(left.unit.powers) == dict(right.unit.powers):
            return left, right
        plain = _("a plain number")
        both = [(one.unit, unit_named(dict(one.unit.powers), "money")) for one in (left, right)]
        raise self.misfit(node, *(replace(unit, name=name or plain) for unit, name in both))


def _counting(powers: Powers) -> Unit:
    return Unit("", 1.0, tuple((kind, power) for kind, power in powers.items() if power))


def read_formula(
    text: str,
    named: Callable[[str], Quantity],
    *,
    own: frozenset[str] = frozenset(),
    rates: Callable[[str], float | None] = lambda _currency: None,
) -> tuple[Formula, Powers, Mapping[str, str]]:
    """The formula in a text, the kinds that its number counts, and its words for them.

    Args:
        text: Without the sign in front.
        named: Name or path → the number of the case; raises `ExpressionError` for none.
        own: Words that are units of their own.
        rates: Currency → its worth in the money of the case; None for what is no currency.

    Raises:
        ExpressionError: It cannot be used.
    """
    reader = _Reader(named=named, own=own, rates=rates)
    tree, unit = reader.read(text, reader.whole, is_formula=True)
    return Formula(text.strip(), tree, tuple(reader.parents)), dict(unit.powers), reader.words


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


_FIRST = {"time": "month", "mass": "kg", "volume": "m3", "energy": "MWh", "count": "piece"}
"""Kind → unit of it that is worth 1."""


def unit_named(powers: Powers, money: str, words: Mapping[str, str] = _FIRST) -> str:
    """A unit that counts these kinds and is worth 1, as a case file writes it."""
    known = {**_FIRST, **words, "money": money}
    names = {kind: known.get(kind, kind) for kind in powers}
    above = [names[kind] for kind, power in powers.items() for _again in range(power)]
    below = [names[kind] for kind, power in powers.items() for _again in range(-power)]
    return "/".join(["*".join(above) or ("1" if below else ""), *below])
