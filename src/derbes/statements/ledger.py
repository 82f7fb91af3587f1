"""The ledger of a case with its expressions read, what is wrong in them, and what they may say."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from derbes.case.entities import Case
from derbes.case.ledger import Checked
from derbes.errors import CaseError, Problem, did_you_mean
from derbes.grammar import ExpressionError
from derbes.language import _
from derbes.statements.expressions import SUMMARIES, read_expression
from derbes.statements.names import Names, names_of
from derbes.statements.terms import (
    LIMITS,
    QUANTITIES,
    SETS,
    Engine,
    Gives,
    Ledger,
    QuantityEntry,
    SetEntry,
    Takes,
    Term,
    Value,
    calls_in,
    reached,
)

SECTIONS = Takes.CHECKED.sections
KEYS = ("holds_if", "condition", "yes_if", "no_if", "void_if")
"""Keys of an entry that hold an expression."""
_STRUCTURE = ("exists", "makes", "needs")
"""Quantities that ask what is in a case, not for a number of it."""
_LINKS = ("holds", "share", "verdict")


WIDEST = 96
"""Characters of an expression that a message shows."""


def problem_of(expression: str, finding: Problem, where: str = "", line: int = 0) -> Problem:
    """A finding with its place and what the caret points at."""
    excerpt, column = " ".join(expression[: WIDEST * 50].splitlines()), finding.column
    if len(excerpt) > WIDEST:
        start = max(0, min(column - 1 - WIDEST // 2, len(excerpt) - WIDEST))
        excerpt, column = excerpt[start : start + WIDEST], column - start
    length = max(1, min(finding.length, len(excerpt) - column + 1))
    column = min(column, len(excerpt) + 1)
    return replace(finding, where=where, line=line, column=column, length=length, excerpt=excerpt)


def entries_of(case: Case) -> tuple[Checked, ...]:
    """Every entry of a case's ledger, section by section."""
    return tuple(entry for section in SECTIONS for entry in getattr(case, section).values())


def ledger_problems(case: Case) -> tuple[Problem, ...]:
    """Every problem of the expressions of a case's ledger, with their lines."""
    return _read(case)[1]


def read_ledger(case: Case) -> Ledger:
    """The ledger of a case with its expressions read.

    Raises:
        CaseError: Expressions that cannot be used; holds every problem.
    """
    parts, problems = _read(case)
    if problems:
        raise CaseError(case.source or case.name, problems)
    asked = [months for node in parts.values() for months in _months(node)]
    longest = max([case.calendar.periods(months) for months in asked], default=0)
    return Ledger(case, parts, longest)


def _read(case: Case) -> tuple[dict[tuple[str, str], Term], tuple[Problem, ...]]:
    """Expressions that can be read, and every problem."""
    parts: dict[tuple[str, str], Term] = {}
    problems: list[Problem] = []
    if not entries_of(case):
        return parts, ()
    names = names_of(case)
    for section in SECTIONS:
        for name, entry in getattr(case, section).items():
            for key in KEYS:
                text, where = getattr(entry, key, ""), f"{section}.{name}.{key}"
                try:
                    parts |= {(name, key): read_expression(text, names)} if text else {}
                except ExpressionError as error:
                    line = case.expressions.get(where, 0)
                    problems += [problem_of(text, one, where, line) for one in error.findings]
    return parts, (*problems, *_restated(names), *_circles(case, parts))


def _restated(names: Names) -> Iterator[Problem]:
    """Inputs that a statement says it says again, and that the case does not have."""
    case, numbers = names.case, [*names.path_units, *names.case.missing]
    for one in case.statements.values():
        for at, path in enumerate(one.restates):
            section, name, key = (*path.split(".", 2), "", "")[:3]
            element = (
                getattr(case, section, {}).get(name) if section in Takes.ELEMENT.sections else None
            )
            if path not in numbers and not (key and hasattr(element, key)):
                what = _('"{path}" is the path of no input of this case').format(path=path)
                where = f"statements.{one.id}.restates.{at}"
                yield Problem(where, what, fix=did_you_mean(path, numbers))


def _months(node: Term) -> Iterator[float]:
    """Lengths of measures that an expression asks about. [month]"""
    for _entry, given in calls_in(node):
        if isinstance(months := given.get("months"), float):
            yield months


def links_of(node: Term) -> tuple[str, ...]:
    """Entries whose truth, share or verdict an expression names."""
    return _ids_in(node, _LINKS)


def facts_in(node: Term) -> tuple[str, ...]:
    """Facts that an expression names."""
    return _ids_in(node, ("fact", "attested", "indicator", "date_of"))


def _ids_in(node: Term, quantities: Collection[str]) -> tuple[str, ...]:
    """What is written for `id` of some quantities."""
    calls = (given["id"] for entry, given in calls_in(node) if entry.name in quantities)
    return tuple(str(name) for name in calls if name is not None)


def is_evidence(node: Term) -> bool:
    """Whether an expression asks only what is written down, not the case or the model."""
    return all(entry.engine is Engine.LEDGER for entry, _given in calls_in(node))


def is_cheap(node: Term) -> bool:
    """Whether an expression can be computed without a program."""
    return all(entry.engine in {Engine.LEDGER, Engine.CASE} for entry, _given in calls_in(node))


def is_fixed(node: Term, drawn: Collection[str]) -> bool:
    """Whether an expression is the same whatever is drawn.

    Args:
        node: The expression.
        drawn: Paths of the numbers that are drawn.
    """

    def is_written(entry: QuantityEntry, given: Mapping[str, Value | None]) -> bool:
        if entry.name in {"fact", "indicator"}:
            fact = given["id"]
            return fact is not None and f"facts.{fact}.amount" not in drawn
        return entry.engine is Engine.LEDGER or entry.name in _STRUCTURE

    return all(is_written(entry, given) for entry, given in calls_in(node))


def needs_verdicts(node: Term) -> bool:
    """Whether an expression asks for what is known only over all draws."""
    return any(entry.name in {"share", "verdict"} for entry, _given in calls_in(node))


def _circles(case: Case, parts: Mapping[tuple[str, str], Term]) -> tuple[Problem, ...]:
    """Entries that hang on themselves."""
    links: dict[str, set[str]] = {}
    for (name, _key), node in parts.items():
        links.setdefault(name, set()).update(links_of(node))
    problems = []
    for name, own in links.items():
        if name in reached(own, lambda one: links.get(one, ())):
            where = Ledger(case, parts, 0).path_of(name)
            what = _('"{name}" hangs on itself').format(name=name)
            fix = _("let one of the entries on the way say it without the others")
            key = next(key for entry, key in parts if entry == name)
            line = case.expressions.get(f"{where}.{key}", 0)
            problems.append(Problem(where=f"{where}.{key}", what=what, line=line, fix=fix))
    return tuple(problems)


_PAGE_HEAD = (
    "# Quantities of expressions\n"
    "\n"
    "What `holds_if`, `condition`, `yes_if`, `no_if` and `void_if` may say. This page"
    " is made from the source by `make schema`. How to write a statement: "
    "[add-a-statement](../how-to/add-a-statement.md).\n"
    "\n"
    "An expression is true or false. Its language is that of formulas, with more words:\n"
    "\n"
    "    leverage(russia, 2035-01, months=12) < 0.5 * leverage(russia, 2026-01, months=12)\n"
    '    "0.9 bn USD" <= capital() <= "1.1 bn USD"\n'
    "    all(has_home_source(g, 2027-01) for g in raw_inputs_of(round_152))\n"
    "    not holds(F05) or opening(first_plant) <= 2027-12-31\n"
    "\n"
    "* **Comparisons** `<`, `<=`, `>`, `>=`, `==`, `!=`, also chained; **arithmetic**"
    " `+ - * /` and `**` with a whole power of at most 4; **logic** `and`, `or`, "
    "`not`; brackets. Numbers that differ by less than a billionth of the larger one"
    " count as the same.\n"
    "* **Ids** of the case stand as they are: `russia`, `round_152`, `F05`. The id of"
    " a fact alone is its amount. A number of the case stands by its path, an assumption by its"
    " name, as in a formula: `uses.water.demand`.\n"
    "* **Months and days** stand as they are: `2035-01`, `2025-12-25`. To subtract "
    "one number from another, put spaces around the minus. `as_of` is the day asked "
    "about. A month counts as all its days: `date_of(F26) <= 2025-12` is true of the "
    "25th.\n"
    "* **Numbers with units** stand as in a case file, in quotes or without: `12 month`, `0.9"
    ' bn USD`, `"500 t"`. A plain number counts in the unit of what it is compared '
    "with or added to; times are in months. Units that do not fit are refused.\n"
    '* **true**, **false**; words are compared in quotes: `verdict(C45) == "holds"`.\n'
    "* **Sets**: `all(… for x in SET)`, `any`, `count`, `sum`, `min`, `max`, with "
    "`if` where wanted.\n"
    "* **What is missing** makes an expression neither true nor false, unless the "
    "rest decides it; the statement is then untestable, and the verdict names the "
    "key.\n"
    "* `sender` names an actor, and stands for the case's main measure where that is "
    "this actor's, else for its first embargo; `measure=` names another. A measure "
    "may also stand in its place. `months` is the length of the measure; without it, "
    "the case's main length.\n"
    "* `variant=` looks at a variant of the case instead of the case as written.\n"
    "\n"
)


def quantities_page() -> str:
    """All quantities, sets and limits as a page."""
    quantities, sets = QUANTITIES.values(), SETS.values()
    sections = [
        _section(
            f"{engine} | quantity | gives | means",
            [(f"`{e.signature}`", _gives(e), e.says) for e in quantities if e.engine is engine],
        )
        for engine in Engine
    ]
    takes: dict[str, dict[str, None]] = {}
    declared = [*(entry.parameters for entry in quantities), *(entry.parameters for entry in sets)]
    for one in (parameter for parameters in declared for parameter in parameters):
        kinds = " or ".join(f"`{word}`" for word in one.choices) or one.takes.value
        takes.setdefault(kinds, {})[f"`{one.name}`"] = None
    sections += [
        _section(
            "Parameters | takes | parameters",
            [(kinds, ", ".join(names)) for kinds, names in sorted(takes.items())],
        ),
        _section(
            "Sets | set | members | means",
            [(f"`{_written(entry)}`", entry.holds.value, entry.says) for entry in sets],
        ),
        _section(
            "Functions | function | gives",
            [(f"`{name}`", says) for name, says in SUMMARIES.items()],
        ),
        _section("Limits | what | at most", [(what, f"{n:,}") for what, n in LIMITS.items()]),
    ]
    return _PAGE_HEAD + "\n".join(sections)


def _section(head: str, rows: Iterable[Sequence[str]]) -> str:
    """A title and a table; the head names both, with a bar between."""
    title, *columns = head.split(" | ")
    lines = [columns, ["---"] * len(columns), *rows]
    return f"## {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _gives(entry: QuantityEntry) -> str:
    if entry.words:
        return "one of " + ", ".join(f"`{word}`" for word in entry.words)
    if entry.gives is not Gives.NUMBER or not entry.unit:
        return entry.gives.value
    return f"number [{entry.unit.format(money='money', good='unit', own='its own unit')}]"


def _written(entry: SetEntry) -> str:
    given = ", ".join(one.name for one in entry.parameters)
    return f"{entry.name}({given})" if given else entry.name
