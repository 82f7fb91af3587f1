"""Entries that say the same, and verdicts on them that do not fit together.

Two expressions say the same where their normal forms are the same: what is written folded into
one number, operands in one order, comparisons turned one way, names resolved (whose measure, how
long, what an entry holds by), loops over few members written out. A verdict asserts the normal
form or its negation; what it asserts holds each number within bounds, and bounds of two entries
may leave no room between them. Where expressions alone cannot tell, entries say `same_as`.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from derbes.case.entities import Case
from derbes.case.ledger import Checked, Statement
from derbes.grammar import COMPARISONS
from derbes.results.statements import Misfit
from derbes.statements.ledger import entries_of
from derbes.statements.of_case import length_of, measure_of
from derbes.statements.terms import Day, Gives, Ledger, Term, Unknown, compared, links_of

Form = tuple[Any, ...]
"""`("and" | "or", forms)`, or `("is", what, sign, bound)`."""
Number = Mapping[Form, float]
"""Products of quantities → how often they are counted; the empty product is the plain number."""
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
WRITTEN_OUT = 24
"""Members of a set up to which a loop is written out."""
DIGITS = 12
"""Digits to which folded numbers are compared."""
SPAN = {"date_of": 365}
"""Days that a date may be long; of other quantities a month."""
YES, NO = ("holds", "likely"), ("fails", "unlikely")
UNTESTED = ("untestable", "not_due")
SAID_BY = ("holds_if", "yes_if", "no_if")
"""Keys of what an entry says, the first that it has before the others."""


def opposed(form: Form) -> Form:
    """What is true exactly where a form is false."""
    if form[0] == "is":
        return (*form[:2], OPPOSITE[form[2]], form[3])
    return joined("or" if form[0] == "and" else "and", map(opposed, form[1]))


def joined(word: str, forms: Iterable[Form]) -> Form:
    """Forms that must all be true, or of which one is enough."""
    parts: dict[Form, None] = {}
    for form in forms:
        parts |= dict.fromkeys(form[1] if form[0] == word else (form,))
    return next(iter(parts)) if len(parts) == 1 else (word, tuple(sorted(parts, key=repr)))


def asserted(form: Form) -> tuple[Form, ...]:
    """The least that must all be true where a form is."""
    return form[1] if form[0] == "and" else (form,)


@dataclass(slots=True)
class Normal:
    """Normal forms of the expressions of a ledger."""

    ledger: Ledger
    bound: dict[str, Form] = field(default_factory=dict)
    """Name of a loop → the member, or the place of the loop."""
    asked: list[str] = field(default_factory=list)
    """Entries whose forms are being made."""

    def truth(self, term: Term) -> Form:
        """The normal form of what is true or false."""
        if term.does in {"and", "or", "chain"}:
            return joined("or" if term.does == "or" else "and", map(self.truth, term.parts))
        if term.does == "not":
            return opposed(self.truth(term.parts[0]))
        if term.does in COMPARISONS:
            return self._compared(term.does, *term.parts)
        if term.does in {"all", "any"}:
            return self._loop(term)
        check, name = None, ""
        if term.entry is not None and term.entry.name == "holds" and term.parts[0].does == "value":
            name = str(term.parts[0].value)
            check = self.ledger.checks.get(name)
        if check is None or name in self.asked:
            return ("is", self._thing(term), "==", True)
        self.asked.append(name)
        found = self.truth(check)
        self.asked.pop()
        return found

    def _loop(self, term: Term) -> Form:
        *conditions, body = term.parts
        members, name = term.members or (), str(term.value)

        def one(member: Form) -> Form:
            self.bound[name] = member
            out = [opposed(self.truth(condition)) for condition in conditions]
            truth = self.truth(body)
            found = joined("or", [*out, truth if term.does == "all" else opposed(truth)])
            del self.bound[name]
            return found

        names = tuple(map(str, members))
        if 0 < len(members) <= WRITTEN_OUT:
            found = joined("and", [one(("id", member)) for member in names])
        else:
            found = ("is", ("all", names, one(("member", len(self.bound)))), "==", True)
        return found if term.does == "all" else opposed(found)

    def _compared(self, sign: str, left: Term, right: Term) -> Form:
        if left.kind.gives is Gives.NUMBER:
            return _bounded(sign, _added(self.number(left), self.number(right), -1.0))
        if left.does == "value" and right.does != "value":
            left, right, sign = right, left, TURNED.get(sign, sign)
        if right.does != "value":
            return ("is", (sign, self._thing(left), self._thing(right)), "==", True)
        if not isinstance(right.value, Day):
            return ("is", self._thing(left), sign, right.value)
        day = right.value
        at = {"==": str(day), "!=": str(day), "<=": day.last, ">": day.last}.get(sign, day.first)
        return ("is", ("day", self._thing(left)), sign, at)

    def number(self, term: Term) -> Number:
        """A number as a sum of products, in its own unit."""
        if term.does == "value":
            return {(): float(term.value)} if isinstance(term.value, int | float) else {}
        if term.does == "**":
            return self._power(term)
        if term.does not in {"unit", "+", "-", "*", "/"}:
            return {((self._thing(term), 1),): 1.0}
        first, *others = map(self.number, term.parts)
        if term.does == "unit":
            factor = term.factor
            for code, power in term.rates:
                factor *= self.ledger.case.rates[code].value ** power
            return _times(first, {(): factor})
        if term.does in {"+", "-"}:
            return _added(first, others[0], 1.0 if term.does == "+" else -1.0)
        return _times(first, others[0] if term.does == "*" else _inverse(others[0]))

    def _power(self, term: Term) -> Number:
        base, power = self.number(term.parts[0]), int(float(str(term.parts[1].value)))
        if power < 0:
            base, power = _inverse(base), -power
        found: Number = {(): 1.0}
        for _turn in range(power):
            found = _times(found, base)
        return found

    def _thing(self, term: Term) -> Form:
        """What stands for a quantity, a member, a word, or a function of them."""
        if term.does == "value":
            return ("id", str(term.value))
        if term.does == "member":
            return self.bound[str(term.value)]
        if term.entry is not None:
            given = {
                one.name: self._part(part) if part.kind.gives is Gives.NUMBER else self._thing(part)
                for one, part in zip(term.entry.parameters, term.parts, strict=True)
            }
            if "sender" in given and "measure" in given:
                given |= _measured(self.ledger.case, given)
            name = "fact" if term.entry.name == "indicator" else term.entry.name
            if name == "attested":  # another claim for each day by which it is to come
                asked = self.ledger.case.statements.get(self.asked[-1] if self.asked else "")
                given["due"] = ("id", "" if asked is None else asked.due)
            return (name, *sorted(given.items()))
        if term.members is not None:
            name = str(term.value)
            self.bound[name] = ("member", len(self.bound))
            parts = tuple(map(self._part, term.parts))
            del self.bound[name]
            return (term.does, tuple(map(str, term.members)), parts)
        parts = tuple(map(self._part, term.parts))
        ordered = tuple(sorted(set(parts), key=repr)) if term.does in {"min", "max"} else parts
        return (term.does, ordered)

    def _part(self, term: Term) -> Form:
        if term.kind.gives is Gives.NUMBER:
            return _rounded(self.number(term))
        return self.truth(term) if term.kind.gives is Gives.TRUTH else self._thing(term)


def _measured(case: Case, given: Mapping[str, Form]) -> dict[str, Form]:
    """The measure and length that are meant, in place of those that are left out."""
    sender, measure = (given[key][-1] for key in ("sender", "measure"))
    try:
        name = measure_of(case, str(sender), str(measure))
    except Unknown:
        return {}
    found: dict[str, Form] = {"sender": ("id", ""), "measure": ("id", name)}
    if given.get("months") == ("id", ""):
        found["months"] = _rounded({(): float(length_of(case, name, None) * case.calendar.step)})
    return found


def _rounded(number: Number) -> Form:
    """A number as a form, without what rounding leaves."""
    kept = ((what, float(f"{times:.{DIGITS}g}")) for what, times in number.items())
    return tuple(sorted(((what, times) for what, times in kept if times), key=repr))


def _added(left: Number, right: Number, times: float) -> Number:
    found = dict(left)
    for what, own in right.items():
        found[what] = found.get(what, 0.0) + times * own
    return found


def _times(left: Number, right: Number) -> Number:
    found: dict[Form, float] = {}
    for first, once in left.items():
        for second, again in right.items():
            powers: dict[Form, int] = {}
            for what, power in (*first, *second):
                powers[what] = powers.get(what, 0) + power
            kept = ((what, power) for what, power in powers.items() if power)
            key = tuple(sorted(kept, key=repr))
            found[key] = found.get(key, 0.0) + once * again
    return found


def _inverse(number: Number) -> Number:
    """One over a number; of a sum it is a thing of its own."""
    kept = [(what, times) for what, times in number.items() if times]
    if len(kept) != 1:
        return {((("sum", _rounded(number)), -1),): 1.0}
    ((what, times),) = kept
    return {tuple((one, -power) for one, power in what): 1.0 / times}


def _bounded(sign: str, difference: Number) -> Form:
    """What is compared with 0 as a quantity compared with a number."""
    moved = dict(difference)
    plain = moved.pop((), 0.0)
    terms = _rounded(moved)
    if not terms:
        is_true = compared(sign, plain, 0.0) is True
        return ("is", ("nothing",), "==" if is_true else "!=", True)
    first = terms[0][1]
    sides = _rounded({what: times / first for what, times in terms})
    bound = float(f"{-plain / first:.{DIGITS}g}") + 0.0
    return ("is", ("number", sides), TURNED.get(sign, sign) if first < 0 else sign, bound)


# Bounds: what is asserted of one thing leaves room, or none.


def leaves_room(first: Form, second: Form) -> bool:
    """Whether two simple forms can both be true; what is not of one thing always can."""
    if first[0] != "is" or second[0] != "is" or first[1] != second[1]:
        return first != opposed(second)
    slack = SPAN.get(first[1][1][0], 30) if first[1][0] == "day" else 0
    if slack and {first[2], second[2]} & {"==", "!="}:
        return first != opposed(second)
    low, high = _span(first), _span(second)
    if low is None or high is None:
        is_same = first[3] == second[3] and type(first[3]) is type(second[3])
        signs = {first[2], second[2]}
        return signs != {"==", "!="} if is_same else signs != {"=="}
    bottom, top = max(low[0], high[0]), min(low[1], high[1])
    if slack:  # a date is all its days: its first may lie before, its last behind
        return bottom[0] - slack <= top[0]
    return bottom[0] < top[0] or (bottom[0] == top[0] and bottom[1] == 0 == top[1])


Ends = tuple[tuple[float, int], tuple[float, int]]


def _span(form: Form) -> Ends | None:
    """The least and greatest that a thing can be, each with how far it must stay from it."""
    _is, _what, sign, bound = form
    if sign == "!=" or isinstance(bound, bool | str):
        return None
    if sign in {"<", "<="}:
        return (-math.inf, 0), (bound, -1 if sign == "<" else 0)
    low = (bound, 1 if sign == ">" else 0)
    return low, low if sign == "==" else (math.inf, 0)


# Verdicts that do not fit.


def forms_of(ledger: Ledger) -> dict[str, Form]:
    """What entries say, as far as an expression says it."""
    found = {}
    for entry in entries_of(ledger.case):
        key = next((key for key in SAID_BY if (entry.id, key) in ledger.parts), "")
        if key:
            form = Normal(ledger, asked=[entry.id]).truth(ledger.parts[entry.id, key])
            found[entry.id] = opposed(form) if key == "no_if" else form
    return found


def misfits_of(ledger: Ledger, known: Mapping[str, str]) -> tuple[Misfit, ...]:
    """Groups of entries whose verdicts (by entry) do not fit together, each told once."""
    case, forms = ledger.case, forms_of(ledger)
    entries = {entry.id: entry for entry in entries_of(case)}
    verdicts = {name: known.get(name, "") for name in entries}
    order = list(entries).index
    told: dict[tuple[str, ...], Misfit] = {}

    def tell(kind: str, names: Iterable[str]) -> None:
        key = tuple(sorted(dict.fromkeys(names), key=order))
        if any(set(key) <= set(other) for other in told):
            return
        shown = (getattr(entries[name], one, "") for name in key for one in SAID_BY)
        said, about = tuple(verdicts[name] for name in key), next(filter(None, shown), "")
        told[key] = Misfit("_".join((kind, *key)), kind, key, said, about)

    for group in _groups(forms, entries):
        if kind := _kind_of([(verdicts[name], sign) for name, sign in group]):
            tell(kind, (name for name, _sign in group))
    sure = {name: form for name, form in forms.items() if verdicts[name] in YES}
    sure |= {name: opposed(form) for name, form in forms.items() if verdicts[name] in NO}
    for name, other in combinations([name for name in entries if name in sure], 2):
        pairs = product(asserted(sure[name]), asserted(sure[other]))
        if sure[name] == opposed(sure[other]) or not all(leaves_room(*pair) for pair in pairs):
            tell("bounds", (name, other))
    tested: dict[str, list[str]] = {}
    for name in (name for name in entries if verdicts[name] in UNTESTED and name in forms):
        testing = (other for other in entries if other in sure and other != name)
        if by := next((other for other in testing if _settles(sure[other], forms[name])), ""):
            tested.setdefault(by, []).append(name)
    for name, others in tested.items():
        tell("untested", (name, *others))
    for kind, names in (*_idle(ledger, verdicts), *_arrows(case, verdicts), *_torn(case, verdicts)):
        tell(kind, names)
    return tuple(told.values())


def _groups(
    forms: Mapping[str, Form], entries: Mapping[str, Checked]
) -> Iterator[list[tuple[str, bool]]]:
    """Entries that say the same or the opposite, by their forms or by what the ledger says.

    Each with whether it says what the first says, or the opposite.
    """
    heads = {name: (name, True) for name in entries}

    def unite(first: str, second: str, *, same: bool) -> None:
        """Two names say the same, or the opposite, and so do all that go with the second."""
        (one, sign), (other, against) = heads[first], heads[second]
        for name, (head, said) in heads.items() if one != other else ():
            if head == other:
                heads[name] = one, said == (same == (sign == against))

    by_form: dict[Form, tuple[str, bool]] = {}
    for name, form in forms.items():
        other, same = by_form.setdefault(form, (name, True))
        by_form.setdefault(opposed(form), (name, False))
        unite(other, name, same=same)
    for entry in entries.values():
        for other in entry.same_as if isinstance(entry, Statement) else ():
            if other in entries:
                unite(other, entry.id, same=True)
    found: dict[str, list[tuple[str, bool]]] = {}
    for name, (top, sign) in heads.items():
        found.setdefault(top, []).append((name, sign))
    yield from (group for group in found.values() if len(group) > 1)


def _kind_of(group: Sequence[tuple[str, bool]]) -> str:
    """How verdicts of one group do not fit, each with its sign; empty where they do."""
    said = {(verdict in YES) == sign for verdict, sign in group if verdict in {*YES, *NO}}
    if len(said) > 1:
        return "same" if all(sign for _verdict, sign in group) else "opposite"
    is_open = any(verdict in UNTESTED for verdict, _sign in group)
    is_tested = any(verdict in {*YES, *NO, "open"} for verdict, _sign in group)
    return "untested" if is_open and is_tested else ""


def _settles(one: Form, other: Form) -> bool:
    """Whether what is asserted of one entry tests another."""
    known, asked = asserted(one), asserted(other)
    return set(asked) <= set(known) or not all(leaves_room(*pair) for pair in product(asked, known))


def _idle(ledger: Ledger, verdicts: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Entries that hold only because the condition in them does not."""
    for (name, key), term in ledger.parts.items():
        if key != "holds_if" or term.does != "or" or verdicts[name] not in YES:
            continue
        for part in term.parts:
            links = links_of(part) if part.does == "not" else ()
            known = [link for link in links if link in verdicts]
            if links and all(verdicts[link] in NO for link in known):
                yield "vacuous", (name, *known)


def _arrows(case: Case, verdicts: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Theses that hold though a cause in them does not, or the causes without the effect."""
    for one in (one for one in case.statements.values() if verdicts[one.id] in YES):
        causes = [name for name in one.cause if name in verdicts]
        idle = [name for name in causes if verdicts[name] in NO]
        lost = [name for name in one.effect if verdicts.get(name) in NO]
        if idle:
            yield "vacuous", (one.id, *idle)
        elif lost and causes and all(verdicts[name] in YES for name in causes):
            yield "contrast", (one.id, *causes, *lost)


def _torn(case: Case, verdicts: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Contrasts that fail though all their sides hold, or hold though one fails."""
    for one in case.contrasts.values():
        sides = [name for name in one.between if name in verdicts]
        verdict, said = verdicts[one.id], [verdicts[name] for name in sides]
        all_hold = bool(said) and all(side in YES for side in said)
        if (verdict in NO and all_hold) or (verdict in YES and any(side in NO for side in said)):
            yield "contrast", (one.id, *sides)
