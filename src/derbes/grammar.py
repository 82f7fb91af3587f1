"""The language of formulas and of statements: a text to its tree, and its operators with units.

A formula (`tubes * 60 round/tube/year / 3`) is arithmetic over amounts and numbers of the case;
a statement adds dates, comparisons, logic, quantities, and loops over sets. One grammar reads both:

    truth = and {"or" and}                  product = signed {("*" | "/") signed}
    and   = not {"and" not}                 signed  = {"-" | "+"} power
    not   = {"not"} compare                 power   = atom ["**" {"-" | "+"} atom]
    compare = sum {("<" | "<=" | …) sum}    sum     = product {("+" | "-") product}
    call  = name "(" [given {"," given}] ")"
    atom  = amount | text | date | name | call | "(" truth ")"
    given = truth | name "=" truth | truth "for" name "in" truth {"if" truth}

Nothing of Python's own is evaluated. What is too long or too deep is refused before it is read.
"""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from derbes import units
from derbes.errors import DerbesError, Problem
from derbes.language import _
from derbes.units import ONE, Amount, Unit, UnitError, is_countable, parse_amount

MOST_CHARACTERS, MOST_DEPTH, MOST_SIGNS, MOST_POWER = 2_000, 32, 200, 4
"""Characters of a text; brackets inside one another; signs inside one another; whole powers."""
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
ARITHMETIC = ("+", "-", "*", "/")
_SIGNED = {"-": "neg", "+": "pos"}
_LEVELS = (("or",), ("and",), ("not",), COMPARISONS, ("+", "-"), ("*", "/"))
"""Signs and words, those that bind least first."""
WORDS = ("and", "or", "not", "for", "in", "if", "else", "is")
"""Words of statements that are no names."""

_NUMBER = (
    r"(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"(?:\s+(?:thousand|million|billion)\b)?"
)
_UNIT = r"""[^\s*+(),<>=!"'\#]*"""
_SHAPE = r"""(?:\s|\#.*+)*+(?:{dates}
    (?P<amount>{number}(?:\s*%|\s+{no_word}[^\W\d]{unit})?(?:\s[A-Z]{{3}}\b(?:/{unit})?)?)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<name>[^\W\d]\w*(?:\.[\w-]+)*)
    |(?P<sign>\*\*|[<>=!]=|[-+*/(),<>=])
    |(?P<end>\Z))"""


def _tokens(dates: str, words: str) -> re.Pattern[str]:
    pattern = _SHAPE.format(number=_NUMBER, unit=_UNIT, dates=dates, no_word=words)
    return re.compile(pattern, re.VERBOSE)


_OF_FORMULAS = _tokens("", "")
_OF_STATEMENTS = _tokens(
    r"(?P<date>[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)(?![\w.])|", rf"(?!(?:{'|'.join(WORDS)})\b)"
)


class ExpressionError(DerbesError):
    """A formula or statement cannot be used; holds every finding, with columns in the text.

    It holds none where what is wrong is told elsewhere, at one of the numbers that it names.
    """

    def __init__(self, *findings: Problem) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.what for finding in findings))


def refused(what: str, fix: str = "") -> ExpressionError:
    """A text that cannot be used, for one reason."""
    return ExpressionError(Problem("", what, fix=fix))


def stopped(what: str, start: int = 0, length: int = 1, fix: str = "") -> ExpressionError:
    """A text that cannot be read on from a place."""
    return ExpressionError(Problem("", what, column=start + 1, length=max(1, length), fix=fix))


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a text."""

    kind: str
    """`amount`, `text`, `date`, `name`; `neg`, `pos`, `+ - * / **`; `compare`, `and`, `or`, `not`;
    `call`; in a call, `given` by name, and `loop`, with its body, name, set and conditions."""
    start: int
    end: int
    """Place in the text."""
    text: str = ""
    """What is written; of a call its name; of `given` the parameter; of `compare` the signs."""
    parts: tuple["Node", ...] = ()
    depth: int = 1


@dataclass(slots=True)
class _Parser:
    """Reads the tokens of a text from left to right."""

    tokens: list[tuple[str, str, int, int]]
    """Kind, text and place; the last is the end."""
    at: int = 0
    depth: int = 0

    @property
    def start(self) -> int:
        """Place of what stands next."""
        return self.tokens[self.at][2]

    def node(self, kind: str, start: int, parts: Iterable[Node] = (), text: str = "") -> Node:
        """What reaches from a place to what was read last."""
        found = tuple(parts)
        depth = 1 + max((one.depth for one in found), default=0)
        if depth > MOST_SIGNS + 1:
            what = _("more than {most} signs inside one another").format(most=MOST_SIGNS)
            raise stopped(what, start, fix=_("say a part of it apart, under a name of its own"))
        return Node(kind, start, self.tokens[self.at - 1][3], text, found, depth)

    def take(self, *signs: str) -> str:
        """The next sign or word, where it is one of these; else empty."""
        kind, text, _start, _end = self.tokens[self.at]
        if kind not in {"sign", "word"} or text not in signs:
            return ""
        self.at += 1
        return text

    def expect(self, sign: str) -> None:
        """Pass over a sign that must stand here."""
        if not self.take(sign):
            raise self.unexpected(_('expected "{sign}"').format(sign=sign))

    def unexpected(self, expected: str) -> ExpressionError:
        """What stands next cannot."""
        _kind, text, start, end = self.tokens[self.at]
        if text == "=":
            fix = _("two values are compared with ==")
            return stopped(_('"=" has no meaning here'), start, fix=fix)
        what = _('{expected}, got "{found}"') if text else _("{expected}, but it ends here")
        both = self.around_comma()
        fix = _('write "{text}"').format(text=".".join(both)) if both else ""
        return stopped(what.format(expected=expected, found=text[:20]), start, end - start, fix)

    def around_comma(self) -> tuple[str, ...]:
        """Digits before the comma that stands next, and the number right behind; else empty."""
        before, comma, after = [*self.tokens[self.at - 1 :], *self.tokens[-1:] * 2][:3]
        is_tight = before[3] == comma[2] and comma[3] == after[2]
        is_number = before[1].isdecimal() and before[0] == after[0] == "amount"
        return (before[1], after[1]) if comma[1] == "," and is_tight and is_number else ()

    def whole(self) -> Node:
        """All of the text."""
        found = self.level()
        kind, text, start, end = self.tokens[self.at]
        if kind in {"amount", "name", "text", "date"} or text in {"(", "**"}:
            what = _('"{text}" stands where an operator should').format(text=text[:20])
            raise stopped(what, start, end - start, _("put a sign such as + - * or / before it"))
        if kind != "end":
            raise self.unexpected(_("expected an operator"))
        return found

    def level(self, row: int = 0) -> Node:
        """What binds as tightly as a row of `_LEVELS`, or more."""
        if row == len(_LEVELS):
            return self.prefixed(_SIGNED, self.power)
        if _LEVELS[row] == ("not",):
            return self.prefixed({"not": "not"}, lambda: self.level(row + 1))
        start, signs = self.start, []
        parts = [self.level(row + 1)]
        while sign := self.take(*_LEVELS[row]):
            signs.append(sign)
            parts.append(self.level(row + 1))
            if sign in ARITHMETIC:
                parts = [self.node(sign, start, parts)]
        if len(parts) == 1:
            return parts[0]
        is_compared = signs[0] in COMPARISONS
        kind, text = ("compare", " ".join(signs)) if is_compared else (signs[0], "")
        return self.node(kind, start, parts, text)

    def prefixed(self, kinds: Mapping[str, str], below: Callable[[], Node]) -> Node:
        """What stands behind signs, and what they make of it."""
        signs = []
        while sign := self.take(*kinds):
            signs.append((kinds[sign], self.tokens[self.at - 1][2]))
        found = below()
        for kind, start in reversed(signs):
            found = self.node(kind, start, (found,))
        return found

    def power(self) -> Node:
        """An atom, or a power of one."""
        start, found = self.start, self.atom()
        if self.take("**"):
            found = self.node("**", start, (found, self.prefixed(_SIGNED, self.atom)))
        return found

    def atom(self) -> Node:
        """What is written, a name, a call or a bracket."""
        kind, text, start, _end = self.tokens[self.at]
        if self.take("("):
            found = self.inside(self.level)
            self.expect(")")
            return found
        if kind not in {"amount", "text", "date", "name"}:
            raise self.unexpected(_("expected a number or a name"))
        self.at += 1
        if kind == "name" and self.take("("):
            return self.node("call", start, self.inside(self.given), text)
        return self.node(kind, start, text=text)

    def inside(self, read: Callable[[], "Found"]) -> "Found":
        """What stands in a bracket."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            what = _("more than {most} brackets inside one another").format(most=MOST_DEPTH)
            fix = _("say a part of it apart, under a name of its own")
            raise stopped(what, self.start - 1, fix=fix)
        found = read()
        self.depth -= 1
        return found

    def given(self) -> list[Node]:
        """What a call is given, up to its closing bracket."""
        found: list[Node] = []
        while not self.take(")"):
            start, (kind, text, *_place) = self.start, self.tokens[self.at]
            if kind == "name" and self.tokens[self.at + 1][:2] == ("sign", "="):
                self.at += 2
                found.append(self.node("given", start, (self.level(),), text))
            else:
                one = self.level()
                found.append(self.loop(start, one) if self.take("for") else one)
            if both := self.around_comma():
                what = _('"{text}" can be read as two values, or as one with a decimal comma')
                fix = _('write "{apart}" or "{point}"')
                fix = fix.format(apart=", ".join(both), point=".".join(both))
                length = len(",".join(both))
                raise stopped(what.format(text=",".join(both)), start, length, fix)
            if not self.take(","):
                self.expect(")")
                break
        return found

    def loop(self, start: int, body: Node) -> Node:
        """A loop over a set, behind its body."""
        named = self.atom()
        self.expect("in")
        parts = [body, named, self.level()]
        while self.take("if"):
            parts.append(self.level())
        return self.node("loop", start, parts)


def parse(text: str, *, is_formula: bool = False) -> Node:
    """The tree of a text.

    Args:
        text: A statement, or a formula without the sign in front.
        is_formula: Whether it is a formula: it has no dates, and no words that are no names.

    Raises:
        ExpressionError: It is too long, too deep, or not in the language.
    """
    if len(text) > MOST_CHARACTERS:
        what = _("an expression of {n} characters is too long").format(n=len(text))
        fix = _("at most {most}; say a part of it apart, under a name of its own")
        raise stopped(what, fix=fix.format(most=MOST_CHARACTERS))
    tokens = list(_read(text, _OF_FORMULAS if is_formula else _OF_STATEMENTS))
    if len(tokens) == 1:
        raise stopped(_("the expression is empty"))
    if not is_formula:
        tokens = [("word", *one[1:]) if one[1] in WORDS else one for one in tokens]
    return _Parser(tokens).whole()


_MEANT = {"^": "**", "×": "*", "·": "*", "÷": "/", ":": "/", "−": "-", "–": "-", ";": ","}
"""Sign that means nothing → the one that is likely meant."""


def _read(text: str, token: re.Pattern[str]) -> Iterator[tuple[str, str, int, int]]:
    place, kind = 0, ""
    while kind != "end":
        match = token.match(text, place)
        if match is None:
            rest = text[place:].lstrip()
            what = _('"{text}" has no meaning here').format(text=rest[:20])
            meant = _MEANT.get(rest[:1], "")
            fix = _('write "{text}"').format(text=meant) if meant else ""
            raise stopped(what, len(text) - len(rest), fix=fix)
        kind, place = str(match.lastgroup), match.end()
        yield kind, match[kind], match.start(kind), place


# Operators with units.


def product(left: Unit | None, right: Unit | None, power: int = 1) -> Unit | None:
    """Unit of a product, or of a quotient with power -1; None: of plain numbers."""
    if right is None:
        return left
    left = left or ONE
    powers = Counter(dict(left.powers))
    for kind, own in right.powers:
        powers[kind] += own * power
    kept = tuple((kind, own) for kind, own in powers.items() if own)
    name = left.name
    if right.name:
        sign, first = ("/", left.name or "1") if power < 0 else ("*", left.name)
        name = f"{first}{sign}{right.name}" if first else right.name
    if len(name) > units.LONGEST:  # what cancels out is left out
        name = "*".join(f"{kind}^{own}" for kind, own in kept)
    return Unit(name, left.factor * right.factor**power, kept)


def _how_to_fit(left: Unit | None, right: Unit | None) -> str:
    """What to do where two numbers measure different things."""
    ratio = product(left, right, -1) or ONE
    if ratio.powers in {(("time", 1),), (("time", -1),)}:
        flow = _shown(left if ratio.powers[0][1] < 0 else right)
        return _('multiply what is in {flow} by a time, as in * "6 month"').format(flow=flow)
    return _("write both in one kind of unit, or divide one by what makes it the other")


def _shown(unit: Unit | None) -> str:
    return _("a plain number") if unit is None or not unit.name else unit.name


Part = TypeVar("Part")
"""What a use of the language makes of a node."""
Found = TypeVar("Found")


class Unusable(Exception):  # noqa: N818 - it stands for findings that are already noted
    """A part of an expression cannot be used; the reader holds what is wrong with it."""


@dataclass(slots=True)
class Reader(ABC, Generic[Part]):
    """Makes something of a tree, part by part; each use says what of its leaves.

    A finding in one part does not hide those in another: it is noted, and `Unusable` is raised.
    """

    findings: list[Problem] = field(default_factory=list)

    @abstractmethod
    def leaf(self, node: Node) -> Part:
        """A number that no operator makes."""

    @abstractmethod
    def unit(self, part: Part) -> Unit | None:
        """In what a part is counted; None: in the unit of its neighbor."""

    @abstractmethod
    def made(self, sign: str, parts: tuple[Part, ...], unit: Unit | None) -> Part:
        """What an operator, `min` or `max` makes of its parts."""

    @abstractmethod
    def aligned(self, node: Node, left: Part, right: Part) -> tuple[Part, Part]:
        """Two numbers in one unit."""

    def refuse(self, node: Node, what: str, fix: str = "", **words: object) -> Unusable:
        """Note a finding at a node, told with words in place of their names."""
        length, what = max(1, node.end - node.start), what.format(**words) if words else what
        self.findings.append(Problem("", what, column=node.start + 1, length=length, fix=fix))
        return Unusable()

    def misfit(self, node: Node, left: Unit | None, right: Unit | None) -> Unusable:
        """Note that two numbers count unlike things."""
        what, sign = _('"{sign}" stands between {left} and {right}, which do not fit'), node.text
        what = what.format(sign=sign or node.kind, left=_shown(left), right=_shown(right))
        return self.refuse(node, what, _how_to_fit(left, right))

    def countable(self, node: Node, unit: Unit | None) -> Unit | None:
        """A unit in which something can be counted; that another cannot be is noted."""
        if unit is None or is_countable(unit):
            return unit
        what = _("this gives a unit that counts nothing")
        fix = _("no unit is multiplied with itself more than {most} times")
        raise self.refuse(node, what, fix.format(most=units.MOST_UNIT_POWER))

    def each(self, parts: Iterable[Found], read: Callable[[Found], Part]) -> tuple[Part, ...]:
        """All parts read, so that every finding is noted before any stops the reading."""
        found: list[Part] = []
        failed: Unusable | None = None
        for part in parts:
            try:
                found.append(read(part))
            except Unusable as error:
                failed = error
        if failed is not None:
            raise failed
        return tuple(found)

    def amount(self, node: Node, own: frozenset[str]) -> Amount:
        """A number with its unit, with words that are units of their own."""
        text = node.text.strip("\"'")
        try:
            return parse_amount(text, own)
        except UnitError as error:
            raise self.refuse(node, error.what, error.fix) from error

    def read(self, text: str, read: Callable[[Node], Part], *, is_formula: bool = False) -> Part:
        """What a text says. ExpressionError holds every finding, in the order of the text."""
        try:
            return read(parse(text, is_formula=is_formula))
        except Unusable:
            raise ExpressionError(*sorted(self.findings, key=lambda f: f.column)) from None

    def number(self, node: Node) -> Part:
        """A number, by the operators."""
        if node.kind in ARITHMETIC:
            return self._chain(node)
        if node.kind in {"neg", "pos"}:
            return self._signed(node)
        if node.kind == "**":
            return self._power(node)
        kinds = {one.kind for one in node.parts}
        is_chosen = node.kind == "call" and node.text in {"min", "max"} and kinds
        if is_chosen and not kinds & {"given", "loop"}:
            return self._chosen(node)
        return self.leaf(node)

    def _chain(self, node: Node) -> Part:
        chain: list[Node] = []
        while node.kind in ARITHMETIC:
            chain.insert(0, node)
            node = node.parts[0]
        left, *others = self.each((node, *(one.parts[1] for one in chain)), self.number)
        for one, right in zip(chain, others, strict=True):
            if one.kind in {"+", "-"}:
                pair = self.aligned(one, left, right)
                left = self.made(one.kind, pair, self.unit(pair[0]))
            else:
                unit = product(self.unit(left), self.unit(right), 1 if one.kind == "*" else -1)
                left = self.made(one.kind, (left, right), self.countable(one, unit))
        return left

    def _signed(self, node: Node) -> Part:
        n_minus = 0
        while node.kind in {"neg", "pos"}:
            n_minus += node.kind == "neg"
            node = node.parts[0]
        found = self.number(node)
        for _turn in range(n_minus):
            found = self.made("-", (self._plain(0), found), self.unit(found))
        return found

    def _power(self, node: Node) -> Part:
        base, exponent = node.parts
        found, sign = self.number(base), 1
        if exponent.kind == "neg":
            sign, exponent = -1, exponent.parts[0]
        digits = exponent.text.replace("_", "") if exponent.kind == "amount" else ""
        if not (digits.isdecimal() and int(digits) <= MOST_POWER):
            what = _("a power must be a whole number of at most {most}").format(most=MOST_POWER)
            raise self.refuse(node.parts[1], what)
        power, unit = sign * int(digits), self.unit(found)
        if unit is not None:
            whole: Unit | None = ONE
            for _turn in range(abs(power)):
                whole = product(whole, unit, sign)
            unit = self.countable(node, whole)
        return self.made("**", (found, self._plain(power)), unit)

    def _plain(self, number: int) -> Part:
        return self.leaf(Node("amount", 0, 0, str(number)))

    def _chosen(self, node: Node) -> Part:
        """The least or greatest of several."""
        parts = [*self.each(node.parts, self.number)]
        for i in (*range(1, len(parts)), *range(1, len(parts))):
            parts[0], parts[i] = self.aligned(node, parts[0], parts[i])
        return self.made(node.text, tuple(parts), self.unit(parts[0]))
