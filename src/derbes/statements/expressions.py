"""Expressions: a small safe language in the syntax of Python.

What a quantity or a set is asked about: arguments, and the unit of the answer.

Members of the sets that an expression may run over; they are those of the case as written.

From a text to an expression that can be computed, or to every finding in it.

What is wrong in expressions, as problems of a case file.
"""

import ast
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derbes.case.entities import Case
from derbes.errors import Problem, did_you_mean
from derbes.language import _
from derbes.statements import of_case, of_model  # noqa: F401 - they declare what is named
from derbes.statements.names import (
    Bound,
    ExpressionError,
    Finding,
    Names,
    Read,
    Scope,
    Unusable,
    how_to_fit,
    in_unit,
    is_symbolic,
    names_of,
    number_kind,
    power_of,
    product,
    shown,
    spell,
    symbolic,
)
from derbes.statements.terms import (
    DATE,
    PLAIN,
    TRUTH,
    Arithmetic,
    AsOf,
    Call,
    Comparison,
    Constant,
    Converted,
    Function,
    Kind,
    Logic,
    Node,
    Over,
    Variable,
)
from derbes.statements.values import LARGEST, MOST_LOOPS, MOST_MEMBERS, MOST_POWER, Day, Value
from derbes.statements.vocabulary import (
    QUANTITIES,
    SETS,
    Engine,
    Entry,
    Gives,
    Parameter,
    SetEntry,
    Takes,
)
from derbes.units import Unit

SUMMARIES: Mapping[str, str] = {
    "all": "Whether something is true of every member.",
    "any": "Whether something is true of at least one member.",
    "count": "How many members there are, or for how many something is true.",
    "sum": "Sum of a number over the members.",
    "min": "Least number over the members, or of those given.",
    "max": "Greatest number over the members, or of those given.",
    "abs": "A number without its sign.",
}
"""Functions of Python that an expression may use."""
ID = Kind(Gives.WORD)
EMPTY = Constant(ID, "")
"""Stands for an argument that is left out."""
_FITS: Mapping[Takes, tuple[Takes, ...]] = {
    Takes.SENDER: (Takes.ACTOR, Takes.MEASURE),
    Takes.GOOD_OR_USE: (Takes.GOOD, Takes.USE),
    Takes.PRICED: (Takes.GOOD,),
    Takes.SOURCE: (Takes.GOOD, Takes.PRICED),
    Takes.DATED: (Takes.FACT, Takes.STATEMENT),
    Takes.CHECKED: (Takes.STATEMENT,),
    Takes.INDICATOR: (Takes.FACT,),
    Takes.ELEMENT: tuple(Takes),
}
"""Members of which sets a parameter takes beside those of its own kind."""


def arguments_of(
    scope: Scope, node: ast.Call, entry: Entry | SetEntry, read: Read
) -> tuple[Node, ...]:
    """The arguments of a call in the order of its parameters.

    Months that the model is asked about lie within the calendar of the case.

    Raises:
        Unusable: There is a finding in them.
    """
    before = len(scope.findings)
    given = dict(_paired(scope, node, entry.parameters))
    is_modeled = isinstance(entry, Entry) and entry.engine is not Engine.LEDGER
    found: list[Node] = []
    for one in entry.parameters:
        argument = given.get(one.name)
        with contextlib.suppress(Unusable):
            if argument is None:
                found.append(_left_out(scope, node, one))
            elif one.takes is Takes.MONTH:
                found.append(_month(scope, argument, read, is_modeled=is_modeled))
            else:
                found.append(_one(scope, argument, one, read))
    if len(scope.findings) > before:
        raise Unusable
    return tuple(found)


def _paired(
    scope: Scope, node: ast.Call, parameters: Sequence[Parameter]
) -> Iterator[tuple[str, ast.expr]]:
    """Names of parameters and what is given for them."""
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    for argument in node.args[len(parameters) :]:
        what = _('"{name}" takes {n} arguments at most').format(name=called, n=len(parameters))
        scope.refuse(argument, what)
    for parameter, argument in zip(parameters, node.args, strict=False):
        yield parameter.name, argument
    taken = {parameter.name for parameter in parameters[: len(node.args)]}
    for keyword in node.keywords:
        name = keyword.arg or ""
        known = [parameter.name for parameter in parameters]
        if name not in known:
            what = _('"{name}" takes no "{word}"').format(name=called, word=name)
            scope.refuse(keyword, what, did_you_mean(name, known))
        elif name in taken:
            what = _('"{word}" is given twice').format(word=name)
            scope.refuse(keyword, what)
        else:
            taken.add(name)
            yield name, keyword.value


def _one(scope: Scope, node: ast.expr, parameter: Parameter, read: Read) -> Node:
    if parameter.takes is Takes.TIME:
        return _time(scope, node, read)
    if parameter.takes is Takes.FLAG:
        return _flag(scope, node, read)
    return _id(scope, node, parameter)


def _left_out(scope: Scope, call: ast.Call, parameter: Parameter) -> Node:
    if parameter.default is None:
        what = _('"{name}" is missing here: {kind}').format(
            name=parameter.name, kind=parameter.takes.value
        )
        raise scope.refuse(call, what)
    if parameter.takes is Takes.FLAG:
        return Constant(TRUTH, parameter.default == "true")
    if parameter.takes is Takes.TIME and parameter.default:
        return Constant(number_kind(scope.names.unit("month")), float(parameter.default))
    return Constant(ID, parameter.default)


def _month(scope: Scope, node: ast.expr, read: Read, *, is_modeled: bool) -> Node:
    calendar = scope.names.calendar
    first, last = calendar.label(0), calendar.label(calendar.n_periods - 1)
    fix = _("write a month, e.g. {month}").format(month=first)
    if isinstance(node, ast.Constant):
        raise scope.refuse(node, _("this is not a month"), fix)
    found = read(node)
    if found.kind.gives is not Gives.DATE:
        raise scope.refuse(node, _("this is not a month"), fix)
    day = found.value if isinstance(found, Constant) else None
    if (
        is_modeled
        and isinstance(day, Day)
        and not 0 <= calendar.index(*day.month) < calendar.n_periods
    ):
        what = _("{month} is outside the calendar of this case").format(month=day)
        fix = _("choose a month from {first} to {last}").format(first=first, last=last)
        raise scope.refuse(node, what, fix)
    return found


def _time(scope: Scope, node: ast.expr, read: Read) -> Node:
    found = read(node)
    month = scope.names.unit("month")
    turned = in_unit(found, month, scope.names.case) if found.kind.gives is Gives.NUMBER else None
    months = _folded(turned)
    if months is None or months < 0:
        what = _("this is not a time")
        raise scope.refuse(node, what, _('write months, e.g. 12, or "1 year"'))
    return Constant(number_kind(month), months)


def _folded(node: Node | None) -> float | None:
    """The number that is written; None when it would have to be computed."""
    if isinstance(node, Converted) and not node.rates:
        inner = _folded(node.of)
        return None if inner is None else inner * node.factor
    is_number = isinstance(node, Constant) and isinstance(node.value, float)
    return float(node.value) if isinstance(node, Constant) and is_number else None  # type: ignore[arg-type]


def _flag(scope: Scope, node: ast.expr, read: Read) -> Node:
    found = read(node)
    if found.kind.gives is not Gives.TRUTH:
        raise scope.refuse(node, _("this is not true or false"))
    return found


def _id(scope: Scope, node: ast.expr, parameter: Parameter) -> Node:
    is_quoted = isinstance(node, ast.Constant) and isinstance(node.value, str)
    if isinstance(node, ast.Constant) and is_quoted:
        name = str(node.value)
    elif isinstance(node, ast.Name):
        if node.id in scope.bound:
            return _member(scope, node, parameter)
        name = node.id
    else:
        what = _("this is not the id of a {kind}").format(kind=parameter.takes.value)
        raise scope.refuse(node, what)
    if parameter.takes is Takes.INDICATOR or (parameter.takes is Takes.ELEMENT and is_quoted):
        return Constant(ID, name)
    if parameter.takes is not Takes.WORD:
        _refuse_unknown(scope, node, parameter, name)
    return Constant(ID, name)


def _refuse_unknown(scope: Scope, node: ast.expr, parameter: Parameter, name: str) -> None:
    if parameter.choices:
        known: Sequence[str] = parameter.choices
        what = _('"{name}" is not among the words for {word}').format(
            name=name, word=parameter.name
        )
    elif parameter.takes is Takes.PATH:
        known = [*scope.names.path_units, *scope.names.case.missing]
        what = _('"{name}" is the path of no number of this case').format(name=name)
    else:
        known = sorted(scope.names.by_kind[parameter.takes])
        what = _('"{name}" is no {kind} of this case').format(name=name, kind=parameter.takes.value)
    if name not in known:
        raise scope.refuse(node, what, did_you_mean(name, known))


def _member(scope: Scope, node: ast.Name, parameter: Parameter) -> Node:
    holds = scope.bound[node.id].holds
    if holds is parameter.takes or holds in _FITS.get(parameter.takes, ()):
        return Variable(ID, node.id)
    what = _('"{name}" stands for a {found}, not for a {wanted}').format(
        name=node.id, found=holds.value, wanted=parameter.takes.value
    )
    raise scope.refuse(node, what)


def kind_of_call(scope: Scope, node: ast.Call, entry: Entry, given: Sequence[Node]) -> Kind:
    """What a quantity gives for its arguments.

    Raises:
        Unusable: What it counts has several units.
    """
    if entry.gives is not Gives.NUMBER:
        return Kind(entry.gives, words=entry.words)
    by_name = {one.name: argument for one, argument in zip(entry.parameters, given, strict=True)}
    if "{own}" in entry.unit:
        return _own_kind(scope, by_name)
    if "{good}" not in entry.unit:
        unit = entry.unit.format(money=scope.names.case.currency)
        return number_kind(scope.names.unit("" if unit == "share" else unit))
    counted = next((by_name[n] for n in ("of", "good", "use") if _is_given(by_name.get(n))), None)
    if counted is None:
        tier = by_name["tier"]
        word = scope.names.tier_unit(str(tier.value) if isinstance(tier, Constant) else "")
        if word is None:
            what = _("the uses of this tier have different units")
            raise scope.refuse(node, what, _("name one of them with use="))
        return number_kind(_unit(scope, entry, word))
    return number_kind(_unit_of(scope, entry, counted))


def _is_given(node: Node | None) -> bool:
    return node is not None and node != EMPTY


def _unit_of(scope: Scope, entry: Entry, counted: Node) -> Unit:
    name = counted.name if isinstance(counted, Variable) else str(getattr(counted, "value", ""))
    word = scope.good_unit(name)
    if word is not None:
        return _unit(scope, entry, word)
    own = symbolic(name)
    template = entry.unit.format(money=scope.names.case.currency, good="piece")
    piece = scope.names.unit("piece")
    whole = scope.names.unit(template)
    power = dict(whole.powers).get(piece.powers[0][0], 0)
    bare = product(whole, piece, -power)
    return product(bare, own, power) or own


def _unit(scope: Scope, entry: Entry, word: str) -> Unit:
    text = entry.unit.format(money=scope.names.case.currency, good=word)
    return scope.names.unit(text)


def _own_kind(scope: Scope, by_name: Mapping[str, Node]) -> Kind:
    argument = by_name.get("id", by_name.get("path", EMPTY))
    if isinstance(argument, Variable):
        return scope.fact_kind(argument.name)
    name = str(getattr(argument, "value", ""))
    if "path" in by_name:
        return scope.path_kind(name)
    if name in scope.names.by_kind[Takes.FACT]:
        return scope.fact_kind(name)
    return number_kind(None)


Members = tuple[str | Day, ...]


def members_of(scope: Scope, node: ast.expr, read: Read) -> tuple[Takes, Members]:
    """What a set holds, and its members.

    Raises:
        Unusable: There is no such set, or it cannot be known before computing.
    """
    called = node.func if isinstance(node, ast.Call) else node
    name = called.id if isinstance(called, ast.Name) else ""
    entry = SETS.get(name)
    if entry is None:
        what = _("a loop runs over a set of the reference")
        raise scope.refuse(node, what, did_you_mean(name, SETS) if name else "")
    given: Sequence[Value] = ()
    if isinstance(node, ast.Call):
        arguments = arguments_of(scope, node, entry, read)
        if not all(isinstance(one, Constant) for one in arguments):
            raise scope.refuse(node, _("a set is named by what is written, not by another loop"))
        given = [one.value for one in arguments if isinstance(one, Constant)]
    elif any(one.default is None for one in entry.parameters):
        what = _('"{name}" is a set of something: say of what').format(name=name)
        raise scope.refuse(node, what, _("write {name}(…)").format(name=name))
    members = entry.members(scope.names.case, tuple(given))
    if len(members) > MOST_MEMBERS:
        what = _("a set of {n} members is too large").format(n=len(members))
        raise scope.refuse(node, what, _("at most {most}").format(most=MOST_MEMBERS))
    return entry.holds, members


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
                QUANTITIES["fact"],
                (Constant(Kind(Gives.WORD), node.id),),
            )
        raise scope.refuse(node, *self._unknown(node.id))

    def _variable(self, node: ast.Name, bound: Bound) -> Node:
        if bound.holds is Takes.MONTH:
            return Variable(DATE, node.id)
        if bound.holds is Takes.FACT:
            kind = self.scope.fact_kind(node.id)
            return Call(kind, QUANTITIES["fact"], (Variable(Kind(Gives.WORD), node.id),))
        what = _('"{name}" stands for an id here, not for a number').format(name=node.id)
        raise self.scope.refuse(node, what)

    def _unknown(self, name: str) -> tuple[str, str]:
        names = self.scope.names
        if name in QUANTITIES:
            what = _('"{name}" is a quantity: say of what').format(name=name)
            return what, _("write {signature}").format(signature=QUANTITIES[name].signature)
        if name in SETS or name in SUMMARIES:
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
            unit = product(left.kind.unit, right.kind.unit, 1 if operator == "*" else -1)
            return Arithmetic(number_kind(unit), operator, left, right)
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
        kind = number_kind(power_of(base.kind.unit, sign * power))
        return Arithmetic(kind, "**", base, Constant(PLAIN, float(sign * power)))

    def _aligned(self, node: ast.expr, left: Node, right: Node) -> tuple[Node, Node]:
        """Two numbers in one unit; a plain one adopts that of the other."""
        case = self.scope.names.case
        unit = left.kind.unit or right.kind.unit
        if unit is None:
            return left, right
        turned = in_unit(left, unit, case), in_unit(right, unit, case)
        if turned[0] is not None and turned[1] is not None:
            return turned[0], turned[1]
        unit = right.kind.unit or unit
        back = in_unit(left, unit, case)
        if back is not None:
            return back, right
        what = _("units do not fit: {left} and {right}").format(
            left=shown(left.kind.unit), right=shown(right.kind.unit)
        )
        raise self.scope.refuse(node, what, how_to_fit(left.kind.unit, right.kind.unit))

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
        entry = QUANTITIES.get(name)
        if entry is None:
            if not name:
                return self._refuse_syntax(node.func)
            what = _('"{name}" is no quantity').format(name=name)
            raise self.scope.refuse(node.func, what, did_you_mean(name, [*QUANTITIES, *SUMMARIES]))
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
        if is_symbolic(body.kind.unit, variable):
            raise self.scope.refuse(node.elt, _("the members have different units"))
        kind = TRUTH if name in {"all", "any"} else PLAIN if name == "count" else body.kind
        if name == "count":
            kind = number_kind(self.scope.names.unit(""))
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
        if node.id in taken or node.id in QUANTITIES or node.id in SETS:
            what = _('"{name}" means something else already').format(name=node.id)
            raise self.scope.refuse(node, what, _("choose another name for the loop"))


def _quoted(node: ast.expr) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and isinstance(node, ast.Constant) else None


WIDEST = 96
"""Characters of an expression that a message shows."""


def problems_of(expression: str, case: Case) -> tuple[Problem, ...]:
    """Every problem of an expression, each with a caret; none when it can be used.

    Args:
        expression: As written.
        case: The case that it is about.
    """
    return expression_problems(expression, names_of(case))


def expression_problems(
    expression: str, names: Names, *, where: str = "", line: int = 0
) -> tuple[Problem, ...]:
    """The same for a place in a case file; columns count within the expression."""
    try:
        read_expression(expression, names)
    except ExpressionError as error:
        return tuple(_problem(expression, one, where, line) for one in error.findings)
    return ()


def _problem(expression: str, finding: Finding, where: str, line: int) -> Problem:
    text = " ".join(expression[: WIDEST * 50].splitlines())
    column, shown = finding.column, text
    if len(text) > WIDEST:
        start = max(0, min(column - 1 - WIDEST // 2, len(text) - WIDEST))
        shown, column = text[start : start + WIDEST], column - start
    length = max(1, min(finding.length, len(shown) - column + 1))
    return Problem(
        where=where,
        what=finding.what,
        line=line,
        column=min(column, len(shown) + 1),
        length=length,
        fix=finding.fix,
        excerpt=shown,
    )
