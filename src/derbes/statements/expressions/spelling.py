"""From text to Python's syntax tree, with dates as names, within the limits."""

import ast
import re
from dataclasses import dataclass

from derbes.language import _
from derbes.statements.terms.limits import MOST_CHARACTERS, MOST_DEPTH, MOST_NODES
from derbes.statements.terms.values import Day, day_of

_TEXT_OR_DATE = re.compile(
    r"""(?P<text>"[^"\n]*"|'[^'\n]*')|(?<![\w.])(?P<date>\d{4}-\d{2}(?:-\d{2})?)(?![\w.])"""
)
_SPACE = str.maketrans("\n\r\t\f\v\u00a0", "      ")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in an expression, and where."""

    what: str
    column: int
    """From 1."""
    length: int = 1
    fix: str = ""


class ExpressionError(Exception):
    """An expression cannot be used; holds every finding."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
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
        raise ExpressionError((Finding(what, 1, fix=fix),))
    plain, days = _without_dates(text.translate(_SPACE))
    _refuse_deep(plain)
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        raise ExpressionError((_unparsed(plain, error),)) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise ExpressionError((Finding(_("this cannot be read"), 1),)) from error
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
            wrong.append(Finding(what, match.start() + 1, len(match["date"])))
            continue
        days[match.start() + 1] = day
        parts += [text[end : match.start()], "D" + match["date"].replace("-", "").ljust(9, "_")]
        parts[-1] = parts[-1][: len(match["date"])]
        end = match.end()
    if wrong:
        raise ExpressionError(tuple(wrong))
    return "".join([*parts, text[end:]]), days


def _refuse_deep(text: str) -> None:
    """Refuse brackets too deep, before a parser sees them."""
    depth = 0
    for column, sign in enumerate(text, start=1):
        depth += (sign in "([{") - (sign in ")]}")
        if depth > MOST_DEPTH:
            raise ExpressionError((_too_deep(column),))


def _too_deep(column: int) -> Finding:
    what = _("more than {most} parts inside one another").format(most=MOST_DEPTH)
    return Finding(what, column, fix=_("split it into several statements"))


def _refuse_large(tree: ast.expr) -> None:
    """Refuse trees too deep or with too many nodes; no recursion."""
    layer: list[ast.AST] = [tree]
    n_nodes = 0
    for _depth in range(MOST_DEPTH * 2):
        n_nodes += len(layer)
        if n_nodes > MOST_NODES * 3:
            what = _("an expression with more than {most} parts").format(most=MOST_NODES)
            fix = _("split it into several statements")
            raise ExpressionError((Finding(what, 1, fix=fix),))
        layer = [child for node in layer for child in ast.iter_child_nodes(node)]
        if not layer:
            return
    raise ExpressionError((_too_deep(1),))


def _unparsed(text: str, error: SyntaxError) -> Finding:
    column = min(max(error.offset or 1, 1), len(text) + 1)
    if not text.strip():
        return Finding(_("the expression is empty"), 1)
    if re.search(r"(?<![=<>!])=(?!=)", text[max(column - 2, 0) : column + 1]):
        fix = _("two values are compared with ==")
    else:
        fix = _("see the reference of quantities for what can be written")
    return Finding(_("this cannot be read as an expression"), column, fix=fix)
