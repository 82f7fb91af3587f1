"""Expressions: a small safe language in the syntax of Python.

One walk over Python's tree makes terms of it, each with its kind and unit, or notes every
finding: what is wrong in one part does not hide what is wrong in another.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from derbes.errors import Problem, did_you_mean
from derbes.language import _
from derbes.statements import of_case, of_game, of_model  # noqa: F401 - they declare what is named
from derbes.statements.names import (
    ExpressionError,
    Names,
    Spelled,
    at_home,
    customary,
    how_to_fit,
    in_unit,
    is_symbolic,
    number_kind,
    power_of,
    product,
    shown,
    spell,
    symbolic,
)
from derbes.statements.terms import (
    DATE,
    LARGEST,
    MOST_LOOPS,
    MOST_MEMBERS,
    MOST_POWER,
    PLAIN,
    QUANTITIES,
    SETS,
    TRUTH,
    Day,
    Engine,
    Gives,
    Kind,
    Parameter,
    QuantityEntry,
    SetEntry,
    Takes,
    Term,
    Value,
)
from derbes.units import Unit, UnitError, convert, parse_amount

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
Counted = TypeVar("Counted", str, Unit)
Part = TypeVar("Part")
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


def read_expression(text: str, names: Names) -> Term:
    """The expression that a text says; it is true or false.

    Raises:
        ExpressionError: It cannot be used; holds every finding.
    """
    reader = _Reader(names, spell(text))
    try:
        term = reader.read(reader.spelled.tree)
    except Unusable:
        raise ExpressionError(*sorted(reader.findings, key=lambda f: f.column)) from None
    if term.kind.gives is not Gives.TRUTH:
        what = _("this is a {kind}, not true or false").format(kind=_kind_name(term))
        fix = _("compare it with something, e.g. with < or ==")
        raise ExpressionError(Problem("", what, column=1, fix=fix))
    return term


def _kind_name(term: Term) -> str:
    return {
        Gives.NUMBER: _("number"),
        Gives.TRUTH: _("truth"),
        Gives.DATE: _("date"),
        Gives.WORD: _("word"),
    }[term.kind.gives]


def _quoted(node: ast.AST) -> str | None:
    """The text in quotes that stands at a node."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _written(kind: Kind, value: Value) -> Term:
    return Term(kind, "value", value=value)


class Unusable(Exception):  # noqa: N818 - it stands for findings that are already noted
    """A part of an expression cannot be used; the reader holds what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a loop's name stands for."""

    holds: Takes
    members: tuple[str | Day, ...]


@dataclass(slots=True)
class _Reader:
    """Reads an expression part by part: names of the case, loops, and findings so far."""

    names: Names
    spelled: Spelled
    bound: dict[str, Bound] = field(default_factory=dict)
    findings: list[Problem] = field(default_factory=list)

    def refuse(self, node: ast.AST, what: str, fix: str = "") -> Unusable:
        """Note a finding at a node."""
        column, length = self.spelled.column(node), self.spelled.length(node)
        self.findings.append(Problem("", what, column=column, length=length, fix=fix))
        return Unusable()

    def each(self, parts: Iterable[Part], read: Callable[[Part], Term]) -> tuple[Term, ...]:
        """All parts read, so that every finding is noted before any stops the reading.

        Raises:
            Unusable: There is a finding in one of them.
        """
        found: list[Term] = []
        failed: Unusable | None = None
        for part in parts:
            try:
                found.append(read(part))
            except Unusable as error:
                failed = error
        if failed is not None:
            raise failed
        return tuple(found)

    def read(self, node: ast.expr) -> Term:
        """One part of the expression.

        Raises:
            Unusable: There is a finding in it.
        """
        name = _READERS.get(type(node), "_refuse_syntax")
        found: Term = getattr(self, name)(node)
        return found

    def _refuse_syntax(self, node: ast.expr) -> Term:
        refused = {
            ast.Attribute: _("a dot has no meaning in an expression"),
            ast.Subscript: _("square brackets behind a name have no meaning in an expression"),
            ast.Lambda: _("functions cannot be defined in an expression"),
            ast.GeneratorExp: _("a loop stands inside all, any, count, sum, min or max"),
        }
        what = refused.get(type(node), _("this cannot stand in an expression"))
        fix = _("see the reference of quantities for what can be written")
        raise self.refuse(node, what, fix)

    def _truth(self, node: ast.expr) -> Term:
        return self._giving(node, Gives.TRUTH, _("this is a {kind}, not true or false"))

    def _number(self, node: ast.expr) -> Term:
        return self._giving(node, Gives.NUMBER, _("this is a {kind}, not a number"))

    def _giving(self, node: ast.expr, gives: Gives, what: str) -> Term:
        term = self.read(node)
        if term.kind.gives is gives:
            return term
        raise self.refuse(node, what.format(kind=_kind_name(term)))

    # What is written, and names.

    def _constant(self, node: ast.Constant) -> Term:
        number = node.value
        if isinstance(number, bool):
            return _written(TRUTH, number)
        if isinstance(number, str):
            return self._amount(node, number)
        if isinstance(number, int | float) and abs(number) <= LARGEST:
            return _written(PLAIN, float(number))
        what = _("this cannot stand in an expression")
        if isinstance(number, int | float):
            what = _("this number is too large")
        raise self.refuse(node, what)

    def _amount(self, node: ast.AST, text: str) -> Term:
        """A number with its unit, from the text in quotes; money in that of the case."""
        try:
            amount = parse_amount(text, self.names.own_units)
        except UnitError as error:
            raise self.refuse(node, error.what, error.fix) from error
        if abs(amount.number) > LARGEST:
            raise self.refuse(node, _("this number is too large"))
        unit, number = customary(amount.unit), float(amount.number)
        if amount.unit is None or unit is None:
            return _written(PLAIN, number)
        written = _written(number_kind(unit), convert(number, amount.unit, unit))
        home = at_home(unit, self.names.case)
        if home is None:
            what = _("the case has no rate for the money of this amount")
            fix = _("write it in {money}, or add a rate to currency.rates")
            raise self.refuse(node, what, fix.format(money=self.names.case.currency))
        if not home[1]:
            return written
        return Term(number_kind(home[0]), "unit", (written,), rates=home[1])

    def _name(self, node: ast.Name) -> Term:
        day, name = self.spelled.days.get(self.spelled.column(node)), node.id
        if day is not None:
            return _written(DATE, day)
        if name in self.bound:
            holds = self.bound[name].holds
            if holds is Takes.MONTH:
                return Term(DATE, "member", value=name)
            if holds is Takes.FACT:
                return self._fact(name, Term(ID, "member", value=name))
            what = _('"{name}" stands for an id here, not for a number').format(name=name)
            raise self.refuse(node, what)
        if name in _TRUTHS:
            return _written(TRUTH, _TRUTHS[name])
        if name == "as_of":
            return Term(DATE, "as_of")
        if name in self.names.by_kind[Takes.FACT]:
            return self._fact(name, _written(ID, name))
        raise self.refuse(node, *self._unknown(name))

    def _fact(self, name: str, term: Term) -> Term:
        """The amount of a fact."""
        return Term(self._fact_kind(name), "quantity", (term,), entry=QUANTITIES["fact"])

    def _unknown(self, name: str) -> tuple[str, str]:
        by_kind = self.names.by_kind
        if name in QUANTITIES:
            what = _('"{name}" is a quantity: say of what').format(name=name)
            return what, _("write {signature}").format(signature=QUANTITIES[name].signature)
        if name in SETS or name in SUMMARIES:
            what = _('"{name}" cannot stand alone').format(name=name)
            return what, _("a set is run over, e.g. all(… for x in {set})").format(set="plants")
        if name in by_kind[Takes.ELEMENT] | by_kind[Takes.CHECKED]:
            what = _('"{name}" is an element of the case, not a number').format(name=name)
            return what, _("name a quantity of it; only the id of a fact stands for its amount")
        what = _('"{name}" is no fact of this case').format(name=name)
        return what, did_you_mean(name, by_kind[Takes.FACT] | frozenset(self.bound) | {"as_of"})

    # Logic, numbers and comparisons.

    def _logic(self, node: ast.BoolOp) -> Term:
        word = "and" if isinstance(node.op, ast.And) else "or"
        return Term(TRUTH, word, self.each(node.values, self._truth))

    def _unary(self, node: ast.UnaryOp) -> Term:
        if isinstance(node.op, ast.Not):
            return Term(TRUTH, "not", (self._truth(node.operand),))
        if isinstance(node.op, ast.Invert):
            return self._refuse_syntax(node)
        operand = self._number(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        return Term(operand.kind, "*", (_written(PLAIN, -1.0), operand))

    def _arithmetic(self, node: ast.BinOp) -> Term:
        operator = _ARITHMETIC.get(type(node.op), "")
        if not operator:
            return self._refuse_syntax(node)
        if operator == "**":
            return self._power(node)
        left, right = self.each((node.left, node.right), self._number)
        if operator in {"*", "/"}:
            unit = product(left.kind.unit, right.kind.unit, 1 if operator == "*" else -1)
            return Term(number_kind(unit), operator, (left, right))
        left, right = self._aligned(node, left, right)
        return Term(left.kind, operator, (left, right))

    def _power(self, node: ast.BinOp) -> Term:
        base = self._number(node.left)
        sign, exponent = 1, node.right
        if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub):
            sign, exponent = -1, exponent.operand
        power = exponent.value if isinstance(exponent, ast.Constant) else None
        if not isinstance(power, int) or isinstance(power, bool) or power > MOST_POWER:
            what = _("a power must be a whole number of at most {most}").format(most=MOST_POWER)
            raise self.refuse(node.right, what)
        kind = number_kind(power_of(base.kind.unit, sign * power))
        return Term(kind, "**", (base, _written(PLAIN, float(sign * power))))

    def _aligned(self, node: ast.expr, left: Term, right: Term) -> tuple[Term, Term]:
        """Two numbers in one unit; a plain one adopts that of the other."""
        case = self.names.case
        unit = left.kind.unit or right.kind.unit
        if unit is None:
            return left, right
        turned = in_unit(left, unit, case), in_unit(right, unit, case)
        if turned[0] is not None and turned[1] is not None:
            return turned[0], turned[1]
        back = in_unit(left, right.kind.unit or unit, case)
        if back is not None:
            return back, right
        what = _("units do not fit: {left} and {right}").format(
            left=shown(left.kind.unit), right=shown(right.kind.unit)
        )
        raise self.refuse(node, what, how_to_fit(left.kind.unit, right.kind.unit))

    def _comparison(self, node: ast.Compare) -> Term:
        words = [_COMPARISONS.get(type(operator), "") for operator in node.ops]
        if not all(words):
            raise self.refuse(node, _("compare with <, <=, >, >=, == or !="))
        sides = zip([node.left, *node.comparators], node.comparators, words, strict=False)
        found = tuple(
            Term(TRUTH, word, self._pair(node, left, right, word)) for left, right, word in sides
        )
        return found[0] if len(found) == 1 else Term(TRUTH, "chain", found)

    def _pair(
        self, node: ast.expr, left: ast.expr, right: ast.expr, operator: str
    ) -> tuple[Term, Term]:
        """Both sides of a comparison, in one unit."""
        quoted = [_quoted(left), _quoted(right)]
        if (quoted[0] is None) != (quoted[1] is None):
            known = self.read(left if quoted[0] is None else right)
            if known.kind.gives is Gives.WORD:
                other = self._word(left if quoted[1] is None else right, known.kind)
                self._refuse_order(node, operator)
                return (known, other) if quoted[0] is None else (other, known)
        first, second = self.each((left, right), self.read)
        if first.kind.gives is not second.kind.gives:
            what = _("a {left} cannot be compared with a {right}").format(
                left=_kind_name(first), right=_kind_name(second)
            )
            raise self.refuse(node, what)
        if first.kind.gives is Gives.NUMBER:
            return self._aligned(node, first, second)
        if first.kind.gives is not Gives.DATE:
            self._refuse_order(node, operator)
        return first, second

    def _word(self, node: ast.expr, kind: Kind) -> Term:
        """A word in quotes that a quantity can give."""
        word = _quoted(node) or ""
        if kind.words and word not in kind.words:
            what = _('"{word}" is not among the words that this can be').format(word=word)
            raise self.refuse(node, what, did_you_mean(word, kind.words))
        return _written(kind, word)

    def _refuse_order(self, node: ast.expr, operator: str) -> None:
        if operator not in {"==", "!="}:
            raise self.refuse(node, _("words and truths are compared with == or != only"))

    # Quantities, and functions over sets.

    def _call(self, node: ast.Call) -> Term:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in SUMMARIES:
            return self._summary(node, name)
        entry = QUANTITIES.get(name)
        if entry is None:
            if not name:
                return self._refuse_syntax(node.func)
            what = _('"{name}" is no quantity').format(name=name)
            raise self.refuse(node.func, what, did_you_mean(name, [*QUANTITIES, *SUMMARIES]))
        given = self._arguments(node, entry)
        return Term(self._kind_of_call(node, entry, given), "quantity", given, entry=entry)

    def _summary(self, node: ast.Call, name: str) -> Term:
        if node.args and not node.keywords:
            if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
                return self._over(node.args[0], name)
            if name in {"min", "max"} or (name == "abs" and len(node.args) == 1):
                return self._of_numbers(node, name)
        what = _('"{name}" takes a loop over a set, e.g. {name}(… for x in plants)')
        raise self.refuse(node, what.format(name=name))

    def _of_numbers(self, node: ast.Call, name: str) -> Term:
        parts = list(self.each(node.args, self._number))
        for i in (*range(1, len(parts)), *range(1, len(parts))):
            parts[0], parts[i] = self._aligned(node, parts[0], parts[i])
        return Term(parts[0].kind, name, tuple(parts))

    def _over(self, node: ast.GeneratorExp, name: str) -> Term:
        if name == "abs":
            raise self.refuse(node, _("abs takes one number"))
        loop = node.generators[0]
        if len(node.generators) > 1 or loop.is_async or not isinstance(loop.target, ast.Name):
            raise self.refuse(node, _("a loop runs over one set with one name"))
        variable = loop.target.id
        if len(self.bound) >= MOST_LOOPS:
            what = _("more than {most} sets inside one another").format(most=MOST_LOOPS)
            raise self.refuse(node, what)
        self._refuse_taken(loop.target)
        holds, members = self._members(loop.iter)
        self.bound[variable] = Bound(holds, members)
        try:
            conditions = self.each(loop.ifs, self._truth)
            if name == "count" and isinstance(node.elt, ast.Name) and node.elt.id == variable:
                body = _written(TRUTH, value=True)
            else:
                is_logic = name in {"all", "any", "count"}
                body = self._truth(node.elt) if is_logic else self._number(node.elt)
        finally:
            del self.bound[variable]
        if is_symbolic(body.kind.unit, variable):
            raise self.refuse(node.elt, _("the members have different units"))
        kind = TRUTH if name in {"all", "any"} else body.kind
        if name == "count":
            kind = number_kind(self.names.unit(""))
        return Term(kind, name, (*conditions, body), value=variable, members=members)

    def _refuse_taken(self, node: ast.Name) -> None:
        by_kind = self.names.by_kind
        taken = by_kind[Takes.ELEMENT] | by_kind[Takes.CHECKED] | frozenset(self.bound)
        if node.id in taken | {*_TRUTHS, "as_of", *QUANTITIES, *SETS}:
            what = _('"{name}" means something else already').format(name=node.id)
            raise self.refuse(node, what, _("choose another name for the loop"))

    def _members(self, node: ast.expr) -> tuple[Takes, tuple[str | Day, ...]]:
        """What a set holds, and its members."""
        called = node.func if isinstance(node, ast.Call) else node
        name = called.id if isinstance(called, ast.Name) else ""
        entry = SETS.get(name)
        if entry is None:
            what = _("a loop runs over a set of the reference")
            raise self.refuse(node, what, did_you_mean(name, SETS) if name else "")
        given: list[Value] = []
        if isinstance(node, ast.Call):
            arguments = self._arguments(node, entry)
            given = [one.value for one in arguments if one.does == "value"]
            if len(given) < len(arguments):
                what = _("a set is named by what is written, not by another loop")
                raise self.refuse(node, what)
        elif any(one.default is None for one in entry.parameters):
            what = _('"{name}" is a set of something: say of what').format(name=name)
            raise self.refuse(node, what, _("write {name}(…)").format(name=name))
        members = entry.members(self.names.case, tuple(given))
        if len(members) > MOST_MEMBERS:
            what = _("a set of {n} members is too large").format(n=len(members))
            raise self.refuse(node, what, _("at most {most}").format(most=MOST_MEMBERS))
        return entry.holds, members

    # What a quantity or a set is asked about.

    def _arguments(self, node: ast.Call, entry: QuantityEntry | SetEntry) -> tuple[Term, ...]:
        """The arguments of a call in the order of its parameters.

        Months that the model is asked about lie within the calendar of the case.
        """
        before = len(self.findings)
        given = dict(self._paired(node, entry.parameters))
        is_modeled = isinstance(entry, QuantityEntry) and entry.engine is not Engine.LEDGER

        def read(one: Parameter) -> Term:
            argument = given.get(one.name)
            if argument is None:
                return self._left_out(node, one)
            if one.takes is Takes.MONTH:
                return self._month(argument, is_modeled=is_modeled)
            if one.takes is Takes.TIME:
                return self._time(argument)
            is_flag = one.takes is Takes.FLAG
            return self._flag(argument) if is_flag else self._id(argument, one)

        found = self.each(entry.parameters, read)
        if len(self.findings) > before:
            raise Unusable
        return found

    def _paired(
        self, node: ast.Call, parameters: Sequence[Parameter]
    ) -> Iterator[tuple[str, ast.expr]]:
        """Names of parameters and what is given for them."""
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        known = [parameter.name for parameter in parameters]
        for argument in node.args[len(known) :]:
            what = _('"{name}" takes {n} arguments at most').format(name=called, n=len(known))
            self.refuse(argument, what)
        yield from zip(known, node.args, strict=False)
        taken = set(known[: len(node.args)])
        for keyword in node.keywords:
            name = keyword.arg or ""
            if name not in known:
                what = _('"{name}" takes no "{word}"').format(name=called, word=name)
                self.refuse(keyword, what, did_you_mean(name, known))
            elif name in taken:
                self.refuse(keyword, _('"{word}" is given twice').format(word=name))
            else:
                taken.add(name)
                yield name, keyword.value

    def _left_out(self, call: ast.Call, parameter: Parameter) -> Term:
        default = parameter.default
        if default is None:
            what = _('"{name}" is missing here: {kind}').format(
                name=parameter.name, kind=parameter.takes.value
            )
            raise self.refuse(call, what)
        if parameter.takes is Takes.FLAG:
            return _written(TRUTH, default == "true")
        if parameter.takes is Takes.TIME and default:
            return _written(number_kind(self.names.unit("month")), float(default))
        return _written(ID, default)

    def _month(self, node: ast.expr, *, is_modeled: bool) -> Term:
        calendar = self.names.case.calendar
        first, last = calendar.label(0), calendar.label(calendar.n_periods - 1)
        found = None if isinstance(node, ast.Constant) else self.read(node)
        if found is None or found.kind.gives is not Gives.DATE:
            fix = _("write a month, e.g. {month}").format(month=first)
            raise self.refuse(node, _("this is not a month"), fix)
        day = found.written
        is_outside = isinstance(day, Day) and not (
            0 <= calendar.index(*day.month) < calendar.n_periods
        )
        if is_modeled and is_outside:
            what = _("{month} is outside the calendar of this case").format(month=day)
            fix = _("choose a month from {first} to {last}").format(first=first, last=last)
            raise self.refuse(node, what, fix)
        return found

    def _time(self, node: ast.expr) -> Term:
        """A time that is written. [month]"""
        found, month = self.read(node), self.names.unit("month")
        if found.kind.gives is Gives.NUMBER:
            turned, factor = in_unit(found, month, self.names.case), 1.0
            while turned is not None and turned.does == "unit" and not turned.rates:
                turned, factor = turned.parts[0], factor * turned.factor
            months = None if turned is None else turned.written
            if isinstance(months, float) and months * factor >= 0:
                return _written(number_kind(month), months * factor)
        what = _("this is not a time")
        raise self.refuse(node, what, _('write months, e.g. 12, or "1 year"'))

    def _flag(self, node: ast.expr) -> Term:
        return self._giving(node, Gives.TRUTH, _("this is not true or false"))

    def _id(self, node: ast.expr, parameter: Parameter) -> Term:
        takes, quoted = parameter.takes, _quoted(node)
        if quoted is None and not isinstance(node, ast.Name):
            what = _("this is not the id of a {kind}").format(kind=takes.value)
            raise self.refuse(node, what)
        name = node.id if isinstance(node, ast.Name) else quoted or ""
        if isinstance(node, ast.Name) and name in self.bound:
            holds = self.bound[name].holds
            if holds is takes or holds in _FITS.get(takes, ()):
                return Term(ID, "member", value=name)
            what = _('"{name}" stands for a {found}, not for a {wanted}').format(
                name=name, found=holds.value, wanted=takes.value
            )
            raise self.refuse(node, what)
        is_free = takes in {Takes.INDICATOR, Takes.WORD}
        if not is_free and not (takes is Takes.ELEMENT and quoted is not None):
            self._refuse_unknown(node, parameter, name)
        return _written(ID, name)

    def _refuse_unknown(self, node: ast.expr, parameter: Parameter, name: str) -> None:
        if parameter.choices:
            known: Sequence[str] = parameter.choices
            what = _('"{name}" is not among the words for {word}').format(
                name=name, word=parameter.name
            )
        elif parameter.takes is Takes.PATH:
            known = [*self.names.path_units, *self.names.case.missing]
            what = _('"{name}" is the path of no number of this case').format(name=name)
        else:
            known = sorted(self.names.by_kind[parameter.takes])
            what = _('"{name}" is no {kind} of this case').format(
                name=name, kind=parameter.takes.value
            )
        if name not in known:
            raise self.refuse(node, what, did_you_mean(name, known))

    # In what a quantity is counted.

    def _kind_of_call(self, node: ast.Call, entry: QuantityEntry, given: Sequence[Term]) -> Kind:
        """What a quantity gives for its arguments."""
        if entry.gives is not Gives.NUMBER:
            return Kind(entry.gives, words=entry.words)
        by_name = {one.name: term for one, term in zip(entry.parameters, given, strict=True)}
        if "{own}" in entry.unit:
            return self._own_kind(by_name)
        if "{good}" not in entry.unit:
            return number_kind(self._unit(entry, ""))
        named = (by_name[name] for name in ("of", "good", "use") if name in by_name)
        counted = next((term for term in named if term.written != ""), None)
        if counted is None:
            tier = by_name["tier"].written
            word = self.names.tier_unit("" if tier is None else str(tier))
            if word is None:
                what = _("the uses of this tier have different units")
                raise self.refuse(node, what, _("name one of them with use="))
            return number_kind(self._unit(entry, word))
        name = str(counted.value)
        word = self._of_members(name, self.names.unit_of)
        if word is not None:
            return number_kind(self._unit(entry, word))
        own, whole, piece = symbolic(name), self._unit(entry, "piece"), self.names.unit("piece")
        power = dict(whole.powers).get(piece.powers[0][0], 0)
        return number_kind(product(product(whole, piece, -power), own, power) or own)

    def _unit(self, entry: QuantityEntry, good: str) -> Unit:
        """The unit of a quantity that counts a good in a unit."""
        template = "" if entry.unit == "share" else entry.unit
        return self.names.unit(template.format(money=self.names.case.currency, good=good))

    def _of_members(self, name: str, unit: Callable[[str], Counted]) -> Counted | None:
        """In what a name is counted; of a loop's name: None where it differs by member."""
        if name not in self.bound:
            return unit(name)
        found = {unit(str(member)) for member in self.bound[name].members}
        return found.pop() if len(found) == 1 else None

    def _fact_kind(self, name: str) -> Kind:
        """What the amount of a fact is counted in; of a loop's name: in one unit or none."""
        units = self.names.path_units

        def unit(fact: str) -> Unit:
            return self.names.amount_unit(units.get(f"facts.{fact}.amount", ""))

        found = self._of_members(name, unit)
        return number_kind(symbolic(name) if found is None else found)

    def _own_kind(self, by_name: Mapping[str, Term]) -> Kind:
        """What a fact or a number of the case is counted in; one that is missing in anything."""
        if "path" in by_name:
            path, units = str(by_name["path"].value), self.names.path_units
            return number_kind(self.names.amount_unit(units[path]) if path in units else None)
        term = by_name["id"]
        name = str(term.value)
        if term.does == "member" or name in self.names.by_kind[Takes.FACT]:
            return self._fact_kind(name)
        return PLAIN
