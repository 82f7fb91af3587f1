"""From a text to an expression that can be computed, or to every finding in it."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from derbes.errors import did_you_mean
from derbes.language import _
from derbes.statements.catalog import BY_NAME, SETS_BY_NAME, SUMMARIES
from derbes.statements.expressions import units
from derbes.statements.expressions.arguments import arguments_of, kind_of_call
from derbes.statements.expressions.names import Names
from derbes.statements.expressions.scope import Bound, Scope, Unusable
from derbes.statements.expressions.sets import members_of
from derbes.statements.expressions.spelling import ExpressionError, Finding, spell
from derbes.statements.terms.limits import LARGEST, MOST_LOOPS, MOST_POWER
from derbes.statements.terms.tree import (
    DATE,
    PLAIN,
    TRUTH,
    Arithmetic,
    AsOf,
    Call,
    Comparison,
    Constant,
    Function,
    Kind,
    Logic,
    Node,
    Over,
    Variable,
)
from derbes.statements.terms.vocabulary import Gives, Takes

_COMPARISONS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_READERS = {
    ast.Constant: "_constant",
    ast.Name: "_name",
    ast.Call: "_call",
    ast.BoolOp: "_logic",
    ast.UnaryOp: "_unary",
    ast.BinOp: "_arithmetic",
    ast.Compare: "_comparison",
}
"""Nodes of Python that have a meaning, and what reads each."""
_TRUTHS = {"true": True, "True": True, "false": False, "False": False}


def read_expression(text: str, names: Names) -> Node:
    """The expression that a text says; it is true or false.

    Raises:
        ExpressionError: It cannot be used; holds every finding.
    """
    reader = _Reader(Scope(names, spell(text)))
    try:
        node = reader.read(reader.scope.spelled.tree)
    except Unusable:
        node = None
    if node is not None and node.kind.gives is not Gives.TRUTH and not reader.scope.findings:
        what = _("this is a {kind}, not true or false").format(kind=_kind_name(node.kind))
        fix = _("compare it with something, e.g. with < or ==")
        reader.scope.findings.append(Finding(what, 1, fix=fix))
    if reader.scope.findings or node is None:
        raise ExpressionError(tuple(sorted(reader.scope.findings, key=lambda f: f.column)))
    return node


def _kind_name(kind: Kind) -> str:
    return {
        Gives.NUMBER: _("number"),
        Gives.TRUTH: _("truth"),
        Gives.DATE: _("date"),
        Gives.WORD: _("word"),
    }[kind.gives]


@dataclass(slots=True)
class _Reader:
    """Reads node by node; findings gather in the scope."""

    scope: Scope
    loops: list[str] = field(default_factory=list)

    def read(self, node: ast.expr) -> Node:
        """One part of the expression.

        Raises:
            Unusable: There is a finding in it.
        """
        read = getattr(self, _READERS.get(type(node), "_refuse_syntax"))
        found: Node = read(node)
        return found

    def _refuse_syntax(self, node: ast.expr) -> Node:
        refused = {
            ast.Attribute: _("a dot has no meaning in an expression"),
            ast.Subscript: _("square brackets behind a name have no meaning in an expression"),
            ast.Lambda: _("functions cannot be defined in an expression"),
            ast.GeneratorExp: _("a loop stands inside all, any, count, sum, min or max"),
        }
        what = refused.get(type(node), _("this cannot stand in an expression"))
        fix = _("see the reference of quantities for what can be written")
        raise self.scope.refuse(node, what, fix)

    def _constant(self, node: ast.Constant) -> Node:
        number = node.value
        if isinstance(number, bool):
            return Constant(TRUTH, number)
        if isinstance(number, str):
            return self.scope.amount(node, number)
        if isinstance(number, int | float) and abs(number) <= LARGEST:
            return Constant(PLAIN, float(number))
        what = _("this cannot stand in an expression")
        if isinstance(number, int | float):
            what = _("this number is too large")
        raise self.scope.refuse(node, what)

    def _name(self, node: ast.Name) -> Node:
        scope = self.scope
        day = scope.day(node)
        if day is not None:
            return Constant(DATE, day)
        if node.id in scope.bound:
            return self._variable(node, scope.bound[node.id])
        if node.id in _TRUTHS:
            return Constant(TRUTH, _TRUTHS[node.id])
        if node.id == "as_of":
            return AsOf()
        if node.id in scope.names.by_kind[Takes.FACT]:
            return Call(
                scope.fact_kind(node.id),
                BY_NAME["fact"],
                (Constant(Kind(Gives.WORD), node.id),),
            )
        raise scope.refuse(node, *self._unknown(node.id))

    def _variable(self, node: ast.Name, bound: Bound) -> Node:
        if bound.holds is Takes.MONTH:
            return Variable(DATE, node.id)
        if bound.holds is Takes.FACT:
            kind = self.scope.fact_kind(node.id)
            return Call(kind, BY_NAME["fact"], (Variable(Kind(Gives.WORD), node.id),))
        what = _('"{name}" stands for an id here, not for a number').format(name=node.id)
        raise self.scope.refuse(node, what)

    def _unknown(self, name: str) -> tuple[str, str]:
        names = self.scope.names
        if name in BY_NAME:
            what = _('"{name}" is a quantity: say of what').format(name=name)
            return what, _("write {signature}").format(signature=BY_NAME[name].signature)
        if name in SETS_BY_NAME or name in SUMMARIES:
            what = _('"{name}" cannot stand alone').format(name=name)
            return what, _("a set is run over, e.g. all(… for x in {set})").format(set="plants")
        if name in names.by_kind[Takes.ELEMENT] | names.by_kind[Takes.CHECKED]:
            what = _('"{name}" is an element of the case, not a number').format(name=name)
            return what, _("name a quantity of it; only the id of a fact stands for its amount")
        what = _('"{name}" is no fact of this case').format(name=name)
        known = names.by_kind[Takes.FACT] | frozenset(self.scope.bound) | {"as_of"}
        return what, did_you_mean(name, known)

    def _truths(self, nodes: Sequence[ast.expr]) -> tuple[Node, ...]:
        return tuple(self.scope.each(nodes, self._truth))

    def _truth(self, node: ast.expr) -> Node:
        read = self.read(node)
        if read.kind.gives is Gives.TRUTH:
            return read
        what = _("this is a {kind}, not true or false").format(kind=_kind_name(read.kind))
        raise self.scope.refuse(node, what)

    def _number(self, node: ast.expr) -> Node:
        read = self.read(node)
        if read.kind.gives is Gives.NUMBER:
            return read
        what = _("this is a {kind}, not a number").format(kind=_kind_name(read.kind))
        raise self.scope.refuse(node, what)

    def _logic(self, node: ast.BoolOp) -> Node:
        word = "and" if isinstance(node.op, ast.And) else "or"
        return Logic(word, self._truths(node.values))

    def _unary(self, node: ast.UnaryOp) -> Node:
        if isinstance(node.op, ast.Not):
            return Logic("not", (self._truth(node.operand),))
        if isinstance(node.op, ast.USub):
            operand = self._number(node.operand)
            return Arithmetic(operand.kind, "*", Constant(PLAIN, -1.0), operand)
        if isinstance(node.op, ast.UAdd):
            return self._number(node.operand)
        return self._refuse_syntax(node)

    def _arithmetic(self, node: ast.BinOp) -> Node:
        operator = _ARITHMETIC.get(type(node.op), "")
        if not operator:
            return self._refuse_syntax(node)
        if operator == "**":
            return self._power(node)
        left, right = self.scope.each((node.left, node.right), self._number)
        if operator in {"*", "/"}:
            unit = units.product(left.kind.unit, right.kind.unit, 1 if operator == "*" else -1)
            return Arithmetic(units.number_kind(unit), operator, left, right)
        left, right = self._aligned(node, left, right)
        return Arithmetic(left.kind, operator, left, right)

    def _power(self, node: ast.BinOp) -> Node:
        base = self._number(node.left)
        sign, exponent = 1, node.right
        if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub):
            sign, exponent = -1, exponent.operand
        power = exponent.value if isinstance(exponent, ast.Constant) else None
        if not isinstance(power, int) or isinstance(power, bool) or power > MOST_POWER:
            what = _("a power must be a whole number of at most {most}").format(most=MOST_POWER)
            raise self.scope.refuse(node.right, what)
        kind = units.number_kind(units.power_of(base.kind.unit, sign * power))
        return Arithmetic(kind, "**", base, Constant(PLAIN, float(sign * power)))

    def _aligned(self, node: ast.expr, left: Node, right: Node) -> tuple[Node, Node]:
        """Two numbers in one unit; a plain one adopts that of the other."""
        case = self.scope.names.case
        unit = left.kind.unit or right.kind.unit
        if unit is None:
            return left, right
        turned = units.in_unit(left, unit, case), units.in_unit(right, unit, case)
        if turned[0] is not None and turned[1] is not None:
            return turned[0], turned[1]
        unit = right.kind.unit or unit
        back = units.in_unit(left, unit, case)
        if back is not None:
            return back, right
        what = _("units do not fit: {left} and {right}").format(
            left=units.shown(left.kind.unit), right=units.shown(right.kind.unit)
        )
        raise self.scope.refuse(node, what, units.how_to_fit(left.kind.unit, right.kind.unit))

    def _comparison(self, node: ast.Compare) -> Node:
        nodes = [node.left, *node.comparators]
        for operator in node.ops:
            if type(operator) not in _COMPARISONS:
                what = _("compare with <, <=, >, >=, == or !=")
                raise self.scope.refuse(node, what)
        sides = [
            self._pair(node, nodes[i], nodes[i + 1], _COMPARISONS[type(operator)])
            for i, operator in enumerate(node.ops)
        ]
        return Comparison(tuple(_COMPARISONS[type(o)] for o in node.ops), tuple(sides))

    def _pair(
        self, node: ast.expr, left: ast.expr, right: ast.expr, operator: str
    ) -> tuple[Node, Node]:
        """Both sides of a comparison, in one unit."""
        quoted = [_quoted(left), _quoted(right)]
        if (quoted[0] is None) != (quoted[1] is None):
            known = self.read(left if quoted[0] is None else right)
            word = quoted[0] if quoted[0] is not None else quoted[1]
            if known.kind.gives is Gives.WORD and word is not None:
                other = self.scope.word(left if quoted[0] is not None else right, word, known.kind)
                self._refuse_order(node, operator)
                return (known, other) if quoted[0] is None else (other, known)
        first, second = self.scope.each((left, right), self.read)
        if first.kind.gives is not second.kind.gives:
            what = _("a {left} cannot be compared with a {right}").format(
                left=_kind_name(first.kind), right=_kind_name(second.kind)
            )
            raise self.scope.refuse(node, what)
        if first.kind.gives is Gives.NUMBER:
            return self._aligned(node, first, second)
        if first.kind.gives is not Gives.DATE:
            self._refuse_order(node, operator)
        return first, second

    def _refuse_order(self, node: ast.expr, operator: str) -> None:
        if operator not in {"==", "!="}:
            what = _("words and truths are compared with == or != only")
            raise self.scope.refuse(node, what)

    def _call(self, node: ast.Call) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in SUMMARIES:
            return self._summary(node, name)
        entry = BY_NAME.get(name)
        if entry is None:
            if not name:
                return self._refuse_syntax(node.func)
            what = _('"{name}" is no quantity').format(name=name)
            raise self.scope.refuse(node.func, what, did_you_mean(name, [*BY_NAME, *SUMMARIES]))
        given = arguments_of(self.scope, node, entry, self.read)
        return Call(kind_of_call(self.scope, node, entry, given), entry, given)

    def _summary(self, node: ast.Call, name: str) -> Node:
        if node.keywords or not node.args:
            what = _('"{name}" takes a loop over a set, e.g. {name}(… for x in plants)')
            raise self.scope.refuse(node, what.format(name=name))
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self._over(node.args[0], name)
        if name in {"min", "max"} or (name == "abs" and len(node.args) == 1):
            return self._of_numbers(node, name)
        what = _('"{name}" takes a loop over a set, e.g. {name}(… for x in plants)')
        raise self.scope.refuse(node, what.format(name=name))

    def _of_numbers(self, node: ast.Call, name: str) -> Node:
        parts = list(self.scope.each(node.args, self._number))
        for i in range(1, len(parts)):
            parts[0], parts[i] = self._aligned(node, parts[0], parts[i])
        for i in range(1, len(parts)):
            parts[0], parts[i] = self._aligned(node, parts[0], parts[i])
        return Function(parts[0].kind, name, tuple(parts))

    def _over(self, node: ast.GeneratorExp, name: str) -> Node:
        if name == "abs":
            raise self.scope.refuse(node, _("abs takes one number"))
        loop = node.generators[0]
        if len(node.generators) > 1 or loop.is_async or not isinstance(loop.target, ast.Name):
            raise self.scope.refuse(node, _("a loop runs over one set with one name"))
        variable = loop.target.id
        if len(self.scope.bound) >= MOST_LOOPS:
            what = _("more than {most} sets inside one another").format(most=MOST_LOOPS)
            raise self.scope.refuse(node, what)
        self._refuse_taken(loop.target)
        holds, members = members_of(self.scope, loop.iter, self.read)
        self.scope.bound[variable] = Bound(holds, members)
        try:
            conditions = self._truths(loop.ifs)
            is_logic = name in {"all", "any"} or (name == "count" and not self._is_member(node))
            body = self._body(node.elt, name, is_logic=is_logic)
        finally:
            del self.scope.bound[variable]
        if units.is_symbolic(body.kind.unit, variable):
            raise self.scope.refuse(node.elt, _("the members have different units"))
        kind = TRUTH if name in {"all", "any"} else PLAIN if name == "count" else body.kind
        if name == "count":
            kind = units.number_kind(self.scope.names.unit(""))
        return Over(kind, name, variable, members, conditions, body)

    def _is_member(self, node: ast.GeneratorExp) -> bool:
        target = node.generators[0].target
        return (
            isinstance(node.elt, ast.Name)
            and isinstance(target, ast.Name)
            and node.elt.id == target.id
        )

    def _body(self, node: ast.expr, name: str, *, is_logic: bool) -> Node:
        if is_logic:
            return self._truth(node)
        return Constant(TRUTH, value=True) if name == "count" else self._number(node)

    def _refuse_taken(self, node: ast.Name) -> None:
        names = self.scope.names.by_kind
        taken = names[Takes.ELEMENT] | names[Takes.CHECKED] | frozenset(self.scope.bound)
        taken |= frozenset(_TRUTHS) | {"as_of"}
        if node.id in taken or node.id in BY_NAME or node.id in SETS_BY_NAME:
            what = _('"{name}" means something else already').format(name=node.id)
            raise self.scope.refuse(node, what, _("choose another name for the loop"))


def _quoted(node: ast.expr) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and isinstance(node, ast.Constant) else None
