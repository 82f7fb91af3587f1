"""The ledger of a case with its expressions read, what is wrong in them, and what they rest on."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from derbes.case.entities import Case
from derbes.case.ledger import Checked, Fact
from derbes.errors import CaseError, Problem, did_you_mean
from derbes.grammar import ExpressionError
from derbes.language import Worded, _, text_of
from derbes.links import circles, in_order, reached
from derbes.results.statements import ARITHMETIC, ATTESTED, DEFINITION, EVIDENCE, MODEL, SAID
from derbes.statements import terms
from derbes.statements.expressions import Names, names_of, read_expression
from derbes.statements.of_case import holder_of
from derbes.statements.terms import Engine, Ledger, QuantityEntry, Takes, Term, Value, calls_in

SECTIONS = Takes.CHECKED.sections
KEYS = ("holds_if", "condition", "yes_if", "no_if", "void_if")
"""Keys of an entry that hold an expression."""
_STRUCTURE = ("exists", "makes", "needs")
"""Quantities that ask what is in a case, not for a number of it."""
_OVER_FACTS = frozenset({"fact", "indicator", "date_of", "months_between"})
_OLD = frozenset({"stock", "stock_trend"})
"""Of old stock alone they follow from its half-life, whatever the plan."""
LINK = 4
"""What an entry that another names adds to how deep the other goes, beside its own depth."""
WIDEST = 96
"""Characters of an expression that a message shows."""


def problem_of(expression: str, finding: Problem, where: str = "", line: int = 0) -> Problem:
    """A finding with its place and what the caret points at."""
    excerpt, column = expression[: WIDEST * 50], finding.column
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
    """The ledger of a case with its expressions read; CaseError holds every problem of them."""
    parts, problems = _read(case)
    if problems:
        raise CaseError(case.source or case.name, problems)
    asked = [given.get("months") for node in parts.values() for _entry, given in calls_in(node)]
    lengths = [case.calendar.periods(months) for months in asked if isinstance(months, float)]
    return Ledger(case, parts, max(lengths, default=0))


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
            elements = getattr(case, section) if section in Takes.ELEMENT.sections else {}
            element = elements.get(name)
            if path not in numbers and not (key and hasattr(element, key)):
                what = _('"{path}" is the path of no input of this case').format(path=path)
                where = f"statements.{one.id}.restates.{at}"
                yield Problem(where, what, fix=did_you_mean(path, numbers))


def is_cheap(node: Term) -> bool:
    """Whether an expression can be computed without a program."""
    return all(entry.engine in {Engine.LEDGER, Engine.CASE} for entry, _given in calls_in(node))


def is_fixed(node: Term, drawn: Collection[str]) -> bool:
    """Whether an expression is the same whatever is drawn at some paths."""

    def is_written(entry: QuantityEntry, given: Mapping[str, Value | None]) -> bool:
        if entry.name in {"fact", "indicator"}:
            return f"facts.{given['id']}.amount" not in drawn
        return entry.engine is Engine.LEDGER or entry.name in _STRUCTURE

    return all(is_written(entry, given) for entry, given in calls_in(node))


def needs_verdicts(node: Term) -> bool:
    """Whether an expression asks for what is known only over all draws."""
    return any(entry.name in {"share", "verdict"} for entry, _given in calls_in(node))


def _circles(case: Case, parts: Mapping[tuple[str, str], Term]) -> Iterator[Problem]:
    """Entries that hang on themselves, or on too many others one behind the other."""
    links: dict[str, set[str]] = {}
    nodes: dict[str, list[Term]] = {}
    for (name, _key), node in parts.items():
        links.setdefault(name, set()).update(terms.links_of(node))
        nodes.setdefault(name, []).append(node)
    nested: dict[str, int] = {}
    wrong: list[tuple[str, str]] = []
    for name in in_order(links):
        own = max(terms.depth_of(node) for node in nodes[name])
        below = max((nested.get(other, 0) for other in links[name]), default=0)
        nested[name] = own + LINK + below if below else own
        if nested[name] > terms.MOST_NESTED >= below > 0:
            wrong.append((name, _('"{name}" hangs on too many entries, one behind the other')))
    circling = {name: own for name, own in links.items() if name not in nested}
    on_circles = {name for way in circles(circling) for name in way}
    wrong += [(name, _('"{name}" hangs on itself')) for name in circling if name in on_circles]
    fix = _("let one of the entries on the way say it without the others")
    for name, what in wrong:
        key = next(key for entry, key in parts if entry == name)
        where = f"{Ledger(case, parts, 0).path_of(name)}.{key}"
        yield Problem(where, what.format(name=name), case.expressions.get(where, 0), fix=fix)


# A verdict is as strong as the weakest part of its expression. From the strongest: the model could
# have come out otherwise; arithmetic over facts of the case; attested, somebody else says so; said
# by the same whose view it is, which shows nothing; by definition, what is put in, said again.


def evidence_of(ledger: Ledger, entry: Checked, key: str) -> str:
    """The kind of evidence of an expression of an entry by its key; empty where it has none."""
    if (entry.id, key) not in ledger.parts:
        return ""
    kinds = {kind for kind, _fact in _kinds(ledger, entry, key)}
    return max(kinds or {DEFINITION}, key=EVIDENCE.index)


def who_says(ledger: Ledger, entry: Checked, key: str) -> tuple[str, ...]:
    """Who says what an expression asks to be attested: actors, or publishers of reports."""
    tellers: dict[str, None] = {}
    for _kind, fact in _kinds(ledger, entry, key) if (entry.id, key) in ledger.parts else ():
        if fact is not None:
            document = ledger.case.documents.get(fact.document)
            tellers[fact.by or (Worded(text_of, document.publisher) if document else "")] = None
    return tuple(filter(None, tellers))


def _kinds(ledger: Ledger, entry: Checked, key: str) -> Iterator[tuple[str, Fact | None]]:
    """Kinds of evidence of an expression and of those that it hangs on, with what is attested.

    What its own holder says shows an entry no better where another entry names it.
    """
    case, known = ledger.case, ledger.behind((entry.id, key))

    def whose(name: str) -> frozenset[str]:
        one = case.statements.get(name)
        return frozenset() if one is None else frozenset((holder_of(one), one.by))

    def below(above: tuple[str, frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
        names = (name for name in terms.links_of(known[above[0]]) if name in known)
        return ((name, above[1] | whose(name)) for name in names)

    for name, by in reached([(entry.id, whose(entry.id))], below):
        if name in case.statements and case.statements[name].restates:
            yield DEFINITION, None
        for call, given in calls_in(known[name]):
            if call.name == "attested":
                fact = case.facts[str(given["id"])]
                yield SAID if fact.by and fact.by in by else ATTESTED, fact
            elif call.name in _OVER_FACTS:
                yield ARITHMETIC, None
            elif call.engine not in {Engine.LEDGER, Engine.CASE} and not (
                call.name in _OLD and given.get("old") is True
            ):
                yield MODEL, None
            elif call.name not in terms.LINKS:
                yield DEFINITION, None
