"""What is known while an expression is read: the case's names, loops, and findings so far."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from derbes.errors import did_you_mean
from derbes.language import _
from derbes.statements.expressions import units
from derbes.statements.expressions.names import Names
from derbes.statements.expressions.spelling import Finding, Spelled
from derbes.statements.terms.limits import LARGEST
from derbes.statements.terms.tree import Constant, Converted, Kind, Node
from derbes.statements.terms.values import Day
from derbes.statements.terms.vocabulary import Takes
from derbes.units import Unit, UnitError, convert, parse_amount

Read = Callable[[ast.expr], Node]


class Unusable(Exception):  # noqa: N818 - it stands for findings that are already noted
    """A part of an expression cannot be used; the scope holds what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a loop's name stands for."""

    holds: Takes
    members: tuple[str | Day, ...]


@dataclass(slots=True)
class Scope:
    """Names, loops and findings of one expression."""

    names: Names
    spelled: Spelled
    bound: dict[str, Bound] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, node: ast.AST, what: str, fix: str = "") -> Unusable:
        """Note a finding at a node."""
        column, length = self.spelled.column(node), self.spelled.length(node)
        self.findings.append(Finding(what, column, length, fix))
        return Unusable()

    def each(self, nodes: Iterable[ast.expr], read: Read) -> list[Node]:
        """All nodes read, so that every finding is noted before any stops the reading.

        Raises:
            Unusable: There is a finding in one of them.
        """
        found: list[Node] = []
        failed: Unusable | None = None
        for node in nodes:
            try:
                found.append(read(node))
            except Unusable as error:
                failed = error
        if failed is not None:
            raise failed
        return found

    def day(self, node: ast.AST) -> Day | None:
        """The date that stands at a node."""
        is_name = isinstance(node, ast.Name)
        return self.spelled.days.get(self.spelled.column(node)) if is_name else None

    def amount(self, node: ast.AST, text: str) -> Node:
        """A number with its unit, from the text in quotes."""
        try:
            amount = parse_amount(text, self.names.own_units)
        except UnitError as error:
            raise self.refuse(node, error.what, error.fix) from error
        if abs(amount.number) > LARGEST:
            raise self.refuse(node, _("this number is too large"))
        unit, number = units.customary(amount.unit), float(amount.number)
        if amount.unit is None or unit is None:
            return Constant(units.number_kind(None), number)
        number = convert(number, amount.unit, unit)
        return self._in_base(node, Constant(units.number_kind(unit), number), unit)

    def _in_base(self, node: ast.AST, constant: Constant, unit: Unit) -> Node:
        """An amount with the case's money in place of other money."""
        home = units.at_home(unit, self.names.case)
        if home is None:
            what = _("the case has no rate for the money of this amount")
            fix = _("write it in {money}, or add a rate to currency.rates")
            raise self.refuse(node, what, fix.format(money=self.names.case.currency))
        if not home[1]:
            return constant
        return Converted(units.number_kind(home[0]), constant, 1.0, home[1])

    def word(self, node: ast.AST, text: str, kind: Kind) -> Node:
        """A word in quotes that a quantity can give."""
        if kind.words and text not in kind.words:
            what = _('"{word}" is not among the words that this can be').format(word=text)
            raise self.refuse(node, what, did_you_mean(text, kind.words))
        return Constant(kind, text)

    def fact_kind(self, name: str) -> Kind:
        """What the amount of a fact is counted in; of a loop's name: in one unit or none."""
        bound = self.bound.get(name)
        if bound is None:
            return units.number_kind(self._fact_unit(name))
        found = {self._fact_unit(str(member)) for member in bound.members}
        if len(found) == 1:
            return units.number_kind(found.pop())
        return units.number_kind(units.symbolic(name))

    def _fact_unit(self, name: str) -> Unit:
        return self.names.amount_unit(self.names.path_units.get(f"facts.{name}.amount", ""))

    def path_kind(self, path: str) -> Kind:
        """What a number of the case is counted in; one that is missing in anything."""
        if path not in self.names.path_units:
            return units.number_kind(None)
        return units.number_kind(self.names.amount_unit(self.names.path_units.get(path, "")))

    def good_unit(self, name: str) -> str | None:
        """Unit of a good, or of what a loop's name stands for; None: it differs by member."""
        bound = self.bound.get(name)
        if bound is None:
            return self.names.unit_of(name)
        found = {self.names.unit_of(str(member)) for member in bound.members}
        return found.pop() if len(found) == 1 else None
