"""Members of the sets that an expression may run over; they are those of the case as written."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence

from derbes.case.entities import Case, essential_uses
from derbes.case.quantity import Element
from derbes.errors import did_you_mean
from derbes.language import _
from derbes.statements.catalog import SETS_BY_NAME
from derbes.statements.expressions.arguments import arguments_of
from derbes.statements.expressions.scope import Read, Scope
from derbes.statements.terms.limits import MOST_MEMBERS
from derbes.statements.terms.tree import Constant
from derbes.statements.terms.values import Day, month_day
from derbes.statements.terms.vocabulary import Takes

Members = tuple[str | Day, ...]


def members_of(scope: Scope, node: ast.expr, read: Read) -> tuple[Takes, Members]:
    """What a set holds, and its members.

    Raises:
        Unusable: There is no such set, or it cannot be known before computing.
    """
    called = node.func if isinstance(node, ast.Call) else node
    name = called.id if isinstance(called, ast.Name) else ""
    entry = SETS_BY_NAME.get(name)
    if entry is None:
        what = _("a loop runs over a set of the reference")
        raise scope.refuse(node, what, did_you_mean(name, SETS_BY_NAME) if name else "")
    given: Sequence[object] = ()
    if isinstance(node, ast.Call):
        arguments = arguments_of(scope, node, entry, read)
        if not all(isinstance(one, Constant) for one in arguments):
            raise scope.refuse(node, _("a set is named by what is written, not by another loop"))
        given = [one.value for one in arguments if isinstance(one, Constant)]
    elif any(one.default is None for one in entry.parameters):
        what = _('"{name}" is a set of something: say of what').format(name=name)
        raise scope.refuse(node, what, _("write {name}(…)").format(name=name))
    members = _members(scope.names.case, name, given)
    if len(members) > MOST_MEMBERS:
        what = _("a set of {n} members is too large").format(n=len(members))
        raise scope.refuse(node, what, _("at most {most}").format(most=MOST_MEMBERS))
    return entry.holds, members


def _members(case: Case, name: str, given: Sequence[object]) -> Members:
    if name == "months":
        return _months(*given)  # type: ignore[arg-type]
    if name in _CHOSEN:
        return _CHOSEN[name](case, str(given[0]) if given else "")
    return tuple(getattr(case, name))


def _tagged(elements: Iterable[Element], tag: str) -> Members:
    return tuple(element.id for element in elements if tag in element.tags)


def _statements_of(case: Case, actor: str) -> Members:
    return tuple(one.id for one in case.statements.values() if (one.holder or one.by) == actor)


def _essential_uses(case: Case, _given: str) -> Members:
    return essential_uses(case)


def _sellers(case: Case, _given: str) -> Members:
    actors = (one.actor for one in case.suppliers.values())
    return tuple(dict.fromkeys(actor for actor in actors if actor != case.target))


def _raw_inputs_of(case: Case, good: str) -> Members:
    made = {recipe.output for recipe in case.recipes.values()}
    return tuple(part for part in inputs_of(case, good) if part not in made)


def inputs_of(case: Case, good: str) -> tuple[str, ...]:
    """Goods that making a good takes, at any step of its bill of materials."""
    found: dict[str, None] = {}
    waiting = [good]
    while waiting:
        one = waiting.pop(0)
        for recipe in case.recipes.values():
            if recipe.output == one:
                new = [part for part in recipe.inputs if part not in found]
                found.update(dict.fromkeys(new))
                waiting += new
    return tuple(found)


def _months(since: Day, until: Day, every: float) -> Members:
    first, last = (year * 12 + month - 1 for year, month in (since.month, until.month))
    step = max(1, round(every))
    months = range(first, min(last, first + step * MOST_MEMBERS) + 1, step)
    return tuple(month_day(month // 12, month % 12 + 1) for month in months)


_CHOSEN: Mapping[str, Callable[[Case, str], Members]] = {
    "goods_tagged": lambda case, tag: _tagged(case.goods.values(), tag),
    "facts_tagged": lambda case, tag: _tagged(case.facts.values(), tag),
    "statements_of": _statements_of,
    "essential_uses": _essential_uses,
    "sellers": _sellers,
    "inputs_of": inputs_of,
    "raw_inputs_of": _raw_inputs_of,
}
"""Sets that are chosen among the elements of a section."""
