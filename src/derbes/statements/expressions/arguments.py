"""What a quantity or a set is asked about: arguments, and the unit of the answer."""

import ast
import contextlib
from collections.abc import Iterator, Mapping, Sequence

from derbes.errors import did_you_mean
from derbes.language import _
from derbes.statements.expressions import units
from derbes.statements.expressions.scope import Read, Scope, Unusable
from derbes.statements.terms.tree import TRUTH, Constant, Converted, Kind, Node, Variable
from derbes.statements.terms.values import Day
from derbes.statements.terms.vocabulary import (
    Engine,
    Entry,
    Gives,
    Parameter,
    SetEntry,
    Takes,
)
from derbes.units import Unit

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
        return Constant(units.number_kind(scope.names.unit("month")), float(parameter.default))
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
    turned = (
        units.in_unit(found, month, scope.names.case) if found.kind.gives is Gives.NUMBER else None
    )
    months = _folded(turned)
    if months is None or months < 0:
        what = _("this is not a time")
        raise scope.refuse(node, what, _('write months, e.g. 12, or "1 year"'))
    return Constant(units.number_kind(month), months)


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
        return units.number_kind(scope.names.unit("" if unit == "share" else unit))
    counted = next((by_name[n] for n in ("of", "good", "use") if _is_given(by_name.get(n))), None)
    if counted is None:
        tier = by_name["tier"]
        word = scope.names.tier_unit(str(tier.value) if isinstance(tier, Constant) else "")
        if word is None:
            what = _("the uses of this tier have different units")
            raise scope.refuse(node, what, _("name one of them with use="))
        return units.number_kind(_unit(scope, entry, word))
    return units.number_kind(_unit_of(scope, entry, counted))


def _is_given(node: Node | None) -> bool:
    return node is not None and node != EMPTY


def _unit_of(scope: Scope, entry: Entry, counted: Node) -> Unit:
    name = counted.name if isinstance(counted, Variable) else str(getattr(counted, "value", ""))
    word = scope.good_unit(name)
    if word is not None:
        return _unit(scope, entry, word)
    own = units.symbolic(name)
    template = entry.unit.format(money=scope.names.case.currency, good="piece")
    piece = scope.names.unit("piece")
    whole = scope.names.unit(template)
    power = dict(whole.powers).get(piece.powers[0][0], 0)
    bare = units.product(whole, piece, -power)
    return units.product(bare, own, power) or own


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
    return units.number_kind(None)
