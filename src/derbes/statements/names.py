"""What an expression is read with: its text as Python's tree, names of the case, units.

Dates become names of the same length, so that Python can read them; what is too long or too
deep is refused before. Units say what fits what, and how one is turned into another.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from derbes.case.entities import Case, Tier, quantities
from derbes.errors import Problem
from derbes.language import _
from derbes.statements.terms import (
    MOST_CHARACTERS,
    MOST_DEPTH,
    MOST_NODES,
    Day,
    Gives,
    Kind,
    Takes,
    Term,
    day_of,
)
from derbes.unit_names import CURRENCIES
from derbes.units import ONE, Unit, UnitError, convertible, parse_unit

_TEXT_OR_DATE = re.compile(
    r"""(?P<text>"[^"\n]*"|'[^'\n]*')|(?<![\w.])(?P<date>\d{4}-\d{2}(?:-\d{2})?)(?![\w.])"""
)
_SPACE = str.maketrans("\n\r\t\f\v\u00a0", "      ")


class ExpressionError(Exception):
    """An expression cannot be used; holds every finding, with columns within the expression."""

    def __init__(self, *findings: Problem) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.what for finding in findings))


@dataclass(frozen=True, slots=True)
class Spelled:
    """An expression as Python's syntax tree."""

    text: str
    tree: ast.expr
    days: dict[int, Day]
    """Column of a date, from 1 → the date."""

    def column(self, node: ast.AST) -> int:
        """Column of a node, from 1, in characters."""
        offset = getattr(node, "col_offset", 0)
        return len(self.text.encode()[:offset].decode(errors="ignore")) + 1

    def length(self, node: ast.AST) -> int:
        """Characters of a node."""
        raw = self.text.encode()
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        return max(1, len(raw[start:end].decode(errors="ignore")))


def spell(text: str) -> Spelled:
    """The syntax tree of an expression; dates are names of the same length.

    Raises:
        ExpressionError: It is too long, too deep, or no expression.
    """
    if len(text) > MOST_CHARACTERS:
        what = _("an expression of {n} characters is too long").format(n=len(text))
        fix = _("at most {most}; split it into several statements").format(most=MOST_CHARACTERS)
        raise ExpressionError(Problem("", what, column=1, fix=fix))
    plain, days = _without_dates(text.translate(_SPACE))
    _refuse_deep(plain)
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(_unparsed(plain, error)) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise ExpressionError(Problem("", _("this cannot be read"), column=1)) from error
    _refuse_large(tree)
    return Spelled(plain, tree, days)


def _without_dates(text: str) -> tuple[str, dict[int, Day]]:
    """The text with names in place of dates, none longer or shorter, and the dates."""
    parts, days, end, wrong = [], {}, 0, []
    for match in _TEXT_OR_DATE.finditer(text):
        if match["date"] is None:
            continue
        day = day_of(match["date"])
        if day is None:
            what = _('"{date}" is not a date').format(date=match["date"])
            column, length = match.start() + 1, len(match["date"])
            wrong.append(Problem("", what, column=column, length=length))
            continue
        days[match.start() + 1] = day
        parts += [text[end : match.start()], "D" + match["date"].replace("-", "").ljust(9, "_")]
        parts[-1] = parts[-1][: len(match["date"])]
        end = match.end()
    if wrong:
        raise ExpressionError(*wrong)
    return "".join([*parts, text[end:]]), days


def _refuse_deep(text: str) -> None:
    """Refuse brackets too deep, before a parser sees them."""
    depth = 0
    for column, sign in enumerate(text, start=1):
        depth += (sign in "([{") - (sign in ")]}")
        if depth > MOST_DEPTH:
            raise ExpressionError(_too_deep(column))


def _too_deep(column: int) -> Problem:
    what = _("more than {most} parts inside one another").format(most=MOST_DEPTH)
    return Problem("", what, column=column, fix=_("split it into several statements"))


def _refuse_large(tree: ast.expr) -> None:
    """Refuse trees too deep or with too many nodes; no recursion."""
    layer: list[ast.AST] = [tree]
    n_nodes = 0
    for _depth in range(MOST_DEPTH * 2):
        n_nodes += len(layer)
        if n_nodes > MOST_NODES * 3:
            what = _("an expression with more than {most} parts").format(most=MOST_NODES)
            fix = _("split it into several statements")
            raise ExpressionError(Problem("", what, column=1, fix=fix))
        layer = [child for node in layer for child in ast.iter_child_nodes(node)]
        if not layer:
            return
    raise ExpressionError(_too_deep(1))


def _unparsed(text: str, error: SyntaxError) -> Problem:
    column = min(max(error.offset or 1, 1), len(text) + 1)
    if not text.strip():
        return Problem("", _("the expression is empty"), column=1)
    if re.search(r"(?<![=<>!])=(?!=)", text[max(column - 2, 0) : column + 1]):
        fix = _("two values are compared with ==")
    else:
        fix = _("see the reference of quantities for what can be written")
    return Problem("", _("this cannot be read as an expression"), column=column, fix=fix)


_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Names:
    """What a case calls its things."""

    case: Case
    by_kind: Mapping[Takes, frozenset[str]]
    """Ids in the case and in its variants."""
    own_units: frozenset[str]
    """Units of goods that are words of their own."""
    good_units: Mapping[str, str]
    """Good → its unit."""
    used_goods: Mapping[str, str]
    """Use, supplier or recipe → the good that it counts."""
    path_units: Mapping[str, str]
    """Path of a quantity → its unit."""

    def unit(self, text: str) -> Unit:
        """The unit of that name; a word that is none counts as a unit of its own."""
        return parse_unit(text, self.own_units | frozenset(_WORD.findall(text)))

    def amount_unit(self, text: str) -> Unit:
        """The unit of a fact or of any number of the case."""
        try:
            return self.unit(text)
        except UnitError:
            return self.unit("")

    def unit_of(self, name: str) -> str:
        """Unit of a good, or of the good of a use, supplier or recipe."""
        return self.good_units.get(self.used_goods.get(name, name), "")

    def tier_unit(self, tier: str) -> str | None:
        """Unit of the uses of a tier; None when they differ."""
        uses = self.case.uses.values()
        units = {self.unit_of(use.id) for use in uses if use.tier is Tier(tier)}
        return units.pop() if len(units) == 1 else None


def cases_of(case: Case) -> tuple[Case, ...]:
    """The case and what its variants make of it."""
    changed = (variant.case for variant in case.variants.values())
    return (case, *(one for one in changed if one is not None))


def names_of(case: Case) -> Names:
    """All names of a case and its variants."""
    cases = cases_of(case)
    goods = {good.id: good.unit for one in cases for good in one.goods.values()}
    used: dict[str, str] = {}
    for one in cases:
        used.update({use.id: use.good for use in one.uses.values()})
        used.update({supplier.id: supplier.good for supplier in one.suppliers.values()})
        used.update({recipe.id: recipe.output for recipe in one.recipes.values()})
    kinds = {takes: _ids(cases, takes.sections) for takes in Takes}
    kinds[Takes.VARIANT] |= {"base"}
    return Names(
        case=case,
        by_kind=kinds,
        own_units=frozenset(word for unit in goods.values() for word in _WORD.findall(unit)),
        good_units=goods,
        used_goods=used,
        path_units={q.path: q.unit for one in reversed(cases) for q in quantities(one)},
    )


def _ids(cases: Iterable[Case], sections: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for one in cases for part in sections for name in getattr(one, part))


def number_kind(unit: Unit | None) -> Kind:
    """A number in a unit; None: a plain number."""
    return Kind(Gives.NUMBER, unit)


def customary(unit: Unit | None) -> Unit | None:
    """The unit that an amount is turned into: shares as numbers, times in months."""
    if unit is None:
        return None
    if not unit.powers:
        return ONE
    month = parse_unit("month")
    return month if unit.powers == month.powers else unit


def symbolic(variable: str) -> Unit:
    """The unit of a member of a set whose members have different units."""
    name = _("unit of {variable}").format(variable=variable)
    return Unit(name, 1.0, ((name, 1),))


def is_symbolic(unit: Unit | None, variable: str) -> bool:
    """Whether a unit hangs on what a variable stands for."""
    return unit is not None and symbolic(variable).name in dict(unit.powers)


def product(left: Unit | None, right: Unit | None, power: int = 1) -> Unit | None:
    """Unit of a product, or of a quotient with power -1; None: of plain numbers."""
    if right is None:
        return left
    left = left or ONE
    powers = dict(left.powers)
    for kind, own in right.powers:
        powers[kind] = powers.get(kind, 0) + own * power
    kept = tuple((kind, own) for kind, own in powers.items() if own)
    return Unit(_name(left.name, right.name, power), left.factor * right.factor**power, kept)


def _name(left: str, right: str, power: int) -> str:
    if not right:
        return left
    if power < 0:
        return f"{left or '1'}/{right}"
    return f"{left}*{right}" if left else right


def power_of(unit: Unit | None, power: int) -> Unit | None:
    """Unit of a whole power."""
    if unit is None:
        return None
    result: Unit | None = ONE
    for _turn in range(abs(power)):
        result = product(result, unit, 1 if power > 0 else -1)
    return result


def at_home(unit: Unit, case: Case) -> tuple[Unit, tuple[tuple[str, int], ...]] | None:
    """A unit with the base currency in place of others, and what must be exchanged.

    None where the case gives no rate.
    """
    foreign = tuple(
        (code, power) for code, power in unit.powers if code in CURRENCIES and code != case.currency
    )
    if any(code not in case.rates for code, _power in foreign):
        return None
    powers: dict[str, int] = {}
    for kind, power in unit.powers:
        home = case.currency if (kind, power) in foreign else kind
        powers[home] = powers.get(home, 0) + power
    kept = tuple((kind, power) for kind, power in powers.items() if power)
    return replace(unit, powers=kept), foreign


def in_unit(term: Term, to: Unit, case: Case) -> Term | None:
    """A number in another unit; None where it does not fit. Plain numbers adopt it."""
    unit, kind = term.kind.unit, number_kind(to)
    if unit is None:
        return replace(term, kind=kind)
    if convertible(unit, to):
        factor = unit.factor / to.factor
        return term if factor == 1.0 else Term(kind, "unit", (term,), factor=factor)
    home = at_home(unit, case)
    if home is None or not home[1] or not convertible(home[0], to):
        return None
    return Term(kind, "unit", (term,), factor=home[0].factor / to.factor, rates=home[1])


def how_to_fit(left: Unit | None, right: Unit | None) -> str:
    """What to do where two numbers measure different things."""
    ratio = product(left, right, -1) or ONE
    times = dict(ratio.powers)
    if list(times.items()) in ([("time", 1)], [("time", -1)]):
        flow = left if times["time"] < 0 else right
        return _('multiply what is in {flow} by a time, as in * "6 month"').format(flow=shown(flow))
    return _("write both in one kind of unit, or divide one by what makes it the other")


def shown(unit: Unit | None) -> str:
    """A unit in a message."""
    if unit is None or not unit.name:
        return _("a plain number")
    return unit.name
