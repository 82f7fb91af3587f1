"""Statements: what the language of formulas says with quantities, dates, logic and sets.

An expression is read with the names of a case and with units, which say how a number is turned
into another. One walk over its tree makes terms, each with its kind and unit, or notes every
finding.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeVar

from derbes.case.entities import Case, Tier, quantities
from derbes.case.forms import MOST_MONTHS
from derbes.errors import Problem, did_you_mean
from derbes.grammar import ExpressionError, Node, Reader, Unusable, product
from derbes.language import _
from derbes.statements import of_case, of_model, of_sellers, terms  # noqa: F401 - they declare what is named
from derbes.statements.terms import DATE, TRUTH, Day, Engine, Gives, Kind, Takes, Term, Value
from derbes.unit_names import CURRENCIES
from derbes.units import ONE, Unit, UnitError, convert, convertible, parse_unit

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
_WRITTEN = (Takes.FACT, Takes.DATED, Takes.STATEMENT, Takes.CHECKED)
"""What no variant is asked about."""
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

    def tier_units(self, tier: str) -> set[str]:
        """Units of the uses of a tier; where the case itself has none, of those in its variants."""
        variants = (one.case for one in self.case.variants.values() if one.case is not None)
        for uses in (self.case.uses, *(one.uses for one in variants)):
            if found := {self.unit_of(use.id) for use in uses.values() if use.tier is Tier(tier)}:
                return found
        return set()


def names_of(case: Case) -> Names:
    """All names of a case and its variants."""
    changed = (variant.case for variant in case.variants.values())
    cases = (case, *(one for one in changed if one is not None))
    goods = {good.id: good.unit for one in cases for good in one.goods.values()}
    used: dict[str, str] = {}
    for one in cases:
        used |= {use.id: use.good for use in one.uses.values()}
        used |= {supplier.id: supplier.good for supplier in one.suppliers.values()}
        used |= {recipe.id: recipe.output for recipe in one.recipes.values()}
    kinds = {
        takes: frozenset(
            name for one in cases for section in takes.sections for name in getattr(one, section)
        )
        for takes in Takes
    }
    for takes in _WRITTEN:
        kinds[takes] = frozenset(name for own in takes.sections for name in getattr(case, own))
    kinds[Takes.VARIANT] |= {"base"}
    return Names(
        case=case,
        by_kind=kinds,
        own_units=frozenset(word for unit in goods.values() for word in _WORD.findall(unit)),
        good_units=goods,
        used_goods=used,
        path_units={q.path: q.unit for one in reversed(cases) for q in quantities(one)},
    )


def number_kind(unit: Unit | None) -> Kind:
    """A number in a unit; None: a plain number."""
    return Kind(Gives.NUMBER, unit)


def symbolic(variable: str) -> Unit:
    """The unit of a member of a set whose members have different units."""
    name = _("unit of {variable}").format(variable=variable)
    return Unit(name, 1.0, ((name, 1),))


def at_home(unit: Unit, case: Case) -> tuple[Unit, tuple[tuple[str, int], ...]] | None:
    """A unit with the base currency in place of others, and what must be exchanged.

    None where the case gives no rate.
    """
    foreign = tuple(
        (code, power) for code, power in unit.powers if code in CURRENCIES and code != case.currency
    )
    if any(code not in case.rates for code, _power in foreign):
        return None
    powers: Counter[str] = Counter()
    for kind, power in unit.powers:
        powers[case.currency if (kind, power) in foreign else kind] += power
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


# The walk over the tree.


def read_expression(text: str, names: Names) -> Term:
    """The expression that a text says; it is true or false. ExpressionError holds all findings."""
    reader = _Reader(names=names)
    term = reader.read(text, reader.term)
    if term.kind.gives is not Gives.TRUTH:
        what = _("this is a {kind}, not true or false").format(kind=_kind_name(term))
        fix = _("compare it with something, e.g. with < or ==")
        raise ExpressionError(Problem("", what, column=1, fix=fix))
    return term


def _kind_name(term: Term) -> str:
    words = (_("number"), _("truth"), _("date"), _("word"))
    return dict(zip(Gives, words, strict=True))[term.kind.gives]


def _quoted(node: Node) -> str | None:
    """The text in quotes that stands at a node."""
    return node.text[1:-1] if node.kind == "text" else None


def _written(kind: Kind, value: Value) -> Term:
    return Term(kind, "value", value=value)


@dataclass(slots=True)
class _Reader(Reader[Term]):
    """Reads a statement: names of the case, and what loops stand at."""

    names: Names = field(kw_only=True)
    bound: dict[str, tuple[Takes, tuple[str | Day, ...]]] = field(default_factory=dict)
    """What a loop's name stands for: of which kind, and the members."""

    def term(self, node: Node) -> Term:
        read = self.READERS.get(node.kind)
        return self.number(node) if read is None else read(self, node)

    def leaf(self, node: Node) -> Term:
        return self._giving(node, Gives.NUMBER, _("this is a {kind}, not a number"))

    def unit(self, part: Term) -> Unit | None:
        return part.kind.unit

    def made(self, sign: str, parts: tuple[Term, ...], unit: Unit | None) -> Term:
        """An operator and its parts; in a product each kind counts in the first of its units."""
        found, case = Term(number_kind(unit), sign, parts), self.names.case
        if sign not in {"*", "/"} or unit is None or None in [one.kind.unit for one in parts]:
            return found
        powers = (at_home(unit, case) or (unit,))[0].powers
        simple = [self.names.unit(word) for word in _WORD.findall(unit.name)]
        first = {kind: one.factor for one in reversed(simple) for kind, _power in one.powers}
        factor = math.prod(first.get(kind, 1.0) ** power for kind, power in powers)
        return in_unit(found, replace(unit, factor=factor, powers=powers), case) or found

    def _truth(self, node: Node) -> Term:
        return self._giving(node, Gives.TRUTH, _("this is a {kind}, not true or false"))

    def _giving(self, node: Node, gives: Gives, what: str) -> Term:
        term = self.term(node)
        if term.kind.gives is gives:
            return term
        raise self.refuse(node, what.format(kind=_kind_name(term)))

    def _counted(self, node: Node) -> Term:
        """A number with its unit; money in that of the case."""
        amount = self.amount(node, self.names.own_units)
        if abs(amount.number) > terms.LARGEST:
            raise self.refuse(node, _("this number is too large"))
        number, unit = float(amount.number), amount.unit
        if unit is None:
            return _written(terms.PLAIN, number)
        own, month = unit, parse_unit("month")
        if not unit.powers:  # a share counts as a number, a time in months
            own = ONE
        elif unit.powers == month.powers:
            own = month
        written = _written(number_kind(own), convert(number, unit, own))
        home = at_home(own, self.names.case)
        if home is None:
            what = _("the case has no rate for the money of this amount")
            fix = _("write it in {money}, or add a rate to currency.rates")
            raise self.refuse(node, what, fix.format(money=self.names.case.currency))
        if not home[1]:
            return written
        return Term(number_kind(home[0]), "unit", (written,), rates=home[1])

    def _date(self, node: Node) -> Term:
        day = terms.day_of(node.text)
        if day is None:
            raise self.refuse(node, _('"{date}" is not a date'), date=node.text)
        return _written(DATE, day)

    def _name(self, node: Node) -> Term:
        name = node.text
        if name in self.bound:
            holds = self.bound[name][0]
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
        path = f"assumptions.{name}" if "." not in name else name
        if path in self.names.path_units:
            return self._input(path)
        raise self.refuse(node, *self._unknown(name))

    def _input(self, path: str) -> Term:
        """A number of the case by its path, as a formula names it."""
        fact = path.removeprefix("facts.").removesuffix(".amount")
        if path == f"facts.{fact}.amount":
            return self._fact(fact, _written(ID, fact))
        entry = terms.QUANTITIES["input"]
        given = (_written(ID, path), _written(ID, ""), _written(ID, "base"))
        unit = self.names.amount_unit(self.names.path_units[path])
        return Term(number_kind(unit), "quantity", given, entry=entry)

    def _fact(self, name: str, term: Term) -> Term:
        return Term(self._fact_kind(name), "quantity", (term,), entry=terms.QUANTITIES["fact"])

    def _unknown(self, name: str) -> tuple[str, str]:
        by_kind = self.names.by_kind
        if name in terms.QUANTITIES:
            what = _('"{name}" is a quantity: say of what').format(name=name)
            return what, _("write {signature}").format(signature=terms.QUANTITIES[name].signature)
        if name in terms.SETS or name in SUMMARIES:
            what = _('"{name}" cannot stand alone').format(name=name)
            return what, _("a set is run over, e.g. all(… for x in {set})").format(set="plants")
        if name in by_kind[Takes.ELEMENT] | by_kind[Takes.CHECKED]:
            what = _('"{name}" is an element of the case, not a number').format(name=name)
            return what, _("name a quantity of it; only the id of a fact stands for its amount")
        if "." in name:
            what = _('"{name}" is the path of no number of this case').format(name=name)
            return what, did_you_mean(name, self.names.path_units)
        what = _('"{name}" is no fact of this case').format(name=name)
        return what, did_you_mean(name, by_kind[Takes.FACT] | frozenset(self.bound) | {"as_of"})

    def _logic(self, node: Node) -> Term:
        if node.kind == "not" and node.parts[0].kind == "not":
            return self._truth(node.parts[0].parts[0])
        return Term(TRUTH, node.kind, self.each(node.parts, self._truth))

    def aligned(self, node: Node, left: Term, right: Term) -> tuple[Term, Term]:
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
        raise self.misfit(node, left.kind.unit, right.kind.unit)

    def _comparison(self, node: Node) -> Term:
        sides = zip(node.parts, node.parts[1:], node.text.split(), strict=False)
        found = tuple(
            Term(TRUTH, sign, self._pair(node, left, right, sign)) for left, right, sign in sides
        )
        return found[0] if len(found) == 1 else Term(TRUTH, "chain", found)

    def _pair(self, node: Node, left: Node, right: Node, operator: str) -> tuple[Term, Term]:
        """Both sides of a comparison, in one unit."""
        quoted = [_quoted(left), _quoted(right)]
        if (quoted[0] is None) != (quoted[1] is None):
            known = self.term(left if quoted[0] is None else right)
            if known.kind.gives is Gives.WORD:
                other = self._word(left if quoted[1] is None else right, known.kind)
                self._refuse_order(node, operator)
                return (known, other) if quoted[0] is None else (other, known)
        first, second = self.each((left, right), self.term)
        if first.kind.gives is not second.kind.gives:
            what = _("a {left} cannot be compared with a {right}")
            raise self.refuse(node, what, left=_kind_name(first), right=_kind_name(second))
        if first.kind.gives is Gives.NUMBER:
            return self.aligned(replace(node, text=operator), first, second)
        if first.kind.gives is not Gives.DATE:
            self._refuse_order(node, operator)
        return first, second

    def _word(self, node: Node, kind: Kind) -> Term:
        """A word in quotes that a quantity can give."""
        word = _quoted(node) or ""
        if kind.words and word not in kind.words:
            what = _('"{word}" is not among the words that this can be').format(word=word)
            raise self.refuse(node, what, did_you_mean(word, kind.words))
        return _written(kind, word)

    def _refuse_order(self, node: Node, operator: str) -> None:
        if operator not in {"==", "!="}:
            raise self.refuse(node, _("words and truths are compared with == or != only"))

    def _call(self, node: Node) -> Term:
        name = node.text
        if name in SUMMARIES:
            return self._summary(node)
        entry = terms.QUANTITIES.get(name)
        if entry is None:
            called = replace(node, end=node.start + len(name))
            what = _('"{name}" is no quantity').format(name=name)
            raise self.refuse(called, what, did_you_mean(name, [*terms.QUANTITIES, *SUMMARIES]))
        given = self._arguments(node, entry)
        return Term(self._kind_of_call(node, entry, given), "quantity", given, entry=entry)

    def _summary(self, node: Node) -> Term:
        name, kinds = node.text, [one.kind for one in node.parts]
        if kinds == ["loop"]:
            return self._over(node.parts[0], name)
        if kinds and not {"loop", "given"} & {*kinds}:
            if name in {"min", "max"}:
                return self.number(node)
            if name == "abs" and len(kinds) == 1:
                found = self.number(node.parts[0])
                return Term(found.kind, name, (found,))
        what = _('"{name}" takes a loop over a set, e.g. {name}(… for x in plants)')
        raise self.refuse(node, what.format(name=name))

    def _over(self, node: Node, name: str) -> Term:
        if name == "abs":
            raise self.refuse(node, _("abs takes one number"))
        asked, named, ranged, *ifs = node.parts
        if named.kind != "name" or "." in named.text:
            raise self.refuse(node, _("a loop runs over one set with one name"))
        variable = named.text
        if len(self.bound) >= terms.MOST_LOOPS:
            what = _("more than {most} sets inside one another")
            raise self.refuse(node, what, most=terms.MOST_LOOPS)
        by_kind = self.names.by_kind
        taken = by_kind[Takes.ELEMENT] | by_kind[Takes.CHECKED] | frozenset(self.bound)
        if variable in taken | {*_TRUTHS, "as_of", *terms.QUANTITIES, *terms.SETS}:
            what = _('"{name}" means something else already').format(name=variable)
            raise self.refuse(named, what, _("choose another name for the loop"))
        holds, members = self._members(ranged)
        self.bound[variable] = holds, members
        try:
            conditions = self.each(ifs, self._truth)
            if name == "count" and (asked.kind, asked.text) == ("name", variable):
                body = _written(TRUTH, value=True)
            else:
                is_logic = name in {"all", "any", "count"}
                body = self._truth(asked) if is_logic else self.number(asked)
        finally:
            del self.bound[variable]
        if symbolic(variable).name in dict(body.kind.unit.powers if body.kind.unit else ()):
            raise self.refuse(asked, _("the members have different units"))
        kind = TRUTH if name in {"all", "any"} else body.kind
        if name == "count":
            kind = number_kind(self.names.unit(""))
        return Term(kind, name, (*conditions, body), value=variable, members=members)

    def _members(self, node: Node) -> tuple[Takes, tuple[str | Day, ...]]:
        name = node.text if node.kind in {"call", "name"} else ""
        entry = terms.SETS.get(name)
        if entry is None:
            what = _("a loop runs over a set of the reference")
            raise self.refuse(node, what, did_you_mean(name, terms.SETS) if name else "")
        given: list[Value] = []
        if node.kind == "call":
            arguments = self._arguments(node, entry)
            given = [one.value for one in arguments if one.does == "value"]
            if len(given) < len(arguments):
                raise self.refuse(node, _("a set is named by what is written, not by another loop"))
        elif any(one.default is None for one in entry.parameters):
            what = _('"{name}" is a set of something: say of what').format(name=name)
            raise self.refuse(node, what, _("write {name}(…)").format(name=name))
        members = entry.members(self.names.case, tuple(given))
        if len(members) > terms.MOST_MEMBERS:
            what = _("a set of {n} members is too large").format(n=len(members))
            raise self.refuse(node, what, _("at most {most}").format(most=terms.MOST_MEMBERS))
        return entry.holds, members

    def _arguments(
        self, node: Node, entry: terms.QuantityEntry | terms.SetEntry
    ) -> tuple[Term, ...]:
        """The arguments of a call in the order of its parameters."""
        before = len(self.findings)
        given = dict(self._paired(node, entry.parameters))
        is_modeled = isinstance(entry, terms.QuantityEntry) and entry.engine is not Engine.LEDGER

        def read(one: terms.Parameter) -> Term:
            argument = given.get(one.name)
            if argument is None:
                return self._left_out(node, one)
            if one.takes is Takes.MONTH:
                return self._month(argument, is_modeled=is_modeled)
            if one.takes is Takes.TIME:
                return self._time(argument, self.names.case.calendar.step if is_modeled else 1)
            if one.takes is Takes.FLAG:
                return self._giving(argument, Gives.TRUTH, _("this is not true or false"))
            return self._id(argument, one)

        found = self.each(entry.parameters, read)
        if len(self.findings) > before:
            raise Unusable
        return found

    def _paired(
        self, node: Node, parameters: Sequence[terms.Parameter]
    ) -> Iterator[tuple[str, Node]]:
        called, known = node.text, [parameter.name for parameter in parameters]
        taken: set[str] = set()
        for place, one in enumerate(node.parts):
            is_named = one.kind == "given"
            name = one.text if is_named else known[place] if place < len(known) else ""
            if not name:
                what = _('"{name}" takes {n} arguments at most').format(name=called, n=len(known))
                self.refuse(one, what)
            elif name not in known:
                what = _('"{name}" takes no "{word}"').format(name=called, word=name)
                self.refuse(one, what, did_you_mean(name, known))
            elif name in taken:
                self.refuse(one, _('"{word}" is given twice').format(word=name))
            else:
                taken.add(name)
                yield name, one.parts[0] if is_named else one

    def _left_out(self, call: Node, parameter: terms.Parameter) -> Term:
        default = parameter.default
        if default is None:
            what, kind = _('"{name}" is missing here: {kind}'), _(parameter.takes.value)
            raise self.refuse(call, what, name=parameter.name, kind=kind)
        if parameter.takes is Takes.FLAG:
            return _written(TRUTH, default == "true")
        if parameter.takes is Takes.TIME and default:
            return _written(number_kind(self.names.unit("month")), float(default))
        return _written(ID, default)

    def _month(self, node: Node, *, is_modeled: bool) -> Term:
        calendar = self.names.case.calendar
        first, last = calendar.label(0), calendar.label(calendar.n_periods - 1)
        found = None if node.kind in {"amount", "text"} else self.term(node)
        if found is None or found.kind.gives is not Gives.DATE:
            fix = _("write a month, e.g. {month}").format(month=first)
            raise self.refuse(node, _("this is not a month"), fix)
        day = found.written
        known = range(calendar.n_periods)
        if is_modeled and isinstance(day, Day) and calendar.index(*day.month) not in known:
            what = _("{month} is outside the calendar of this case").format(month=day)
            fix = _("choose a month from {first} to {last}").format(first=first, last=last)
            raise self.refuse(node, what, fix)
        return found

    def _time(self, node: Node, step: int) -> Term:
        """A time that is written, in steps of so many months. [month]"""
        found, month = self.term(node), self.names.unit("month")
        what, fix = _("this is not a time"), _('write months, e.g. 12, or "1 year"')
        if found.kind.gives is Gives.NUMBER:
            turned, factor = in_unit(found, month, self.names.case), 1.0
            while turned is not None and turned.does == "unit" and not turned.rates:
                turned, factor = turned.parts[0], factor * turned.factor
            if turned is not None and isinstance(turned.written, float):
                months = round(turned.written * factor, 9)
                is_length = months.is_integer() and 1 <= months <= MOST_MONTHS
                if is_length and months % step == 0:
                    return _written(number_kind(month), months)
                what = _("expected whole months from 1 to {most}").format(most=MOST_MONTHS)
                fix = _("choose a multiple of {n} months").format(n=step) if is_length else fix
        raise self.refuse(node, what, fix)

    def _id(self, node: Node, parameter: terms.Parameter) -> Term:
        takes, quoted = parameter.takes, _quoted(node)
        if quoted is None and node.kind != "name":
            raise self.refuse(node, _("this is not the id of a {kind}"), kind=_(takes.value))
        name = node.text if quoted is None else quoted
        if quoted is None and name in self.bound:
            holds = self.bound[name][0]
            if holds is takes or holds in _FITS.get(takes, ()):
                return Term(ID, "member", value=name)
            what = _('"{name}" stands for a {found}, not for a {wanted}')
            found, wanted = _(holds.value), _(takes.value)
            raise self.refuse(node, what, name=name, found=found, wanted=wanted)
        if takes in {Takes.INDICATOR, Takes.WORD} or (
            takes is Takes.ELEMENT and quoted is not None
        ):
            return _written(ID, name)
        known: Sequence[str] = parameter.choices or sorted(self.names.by_kind[takes])
        if parameter.choices:
            what = _('"{name}" is not among the words for {word}')
        elif takes is Takes.PATH:
            known = [*self.names.path_units, *self.names.case.missing]
            what = _('"{name}" is the path of no number of this case')
        else:
            what = _('"{name}" is no {kind} of this case')
        if name not in known:
            words = {"name": name, "word": parameter.name, "kind": _(takes.value)}
            raise self.refuse(node, what, did_you_mean(name, known), **words)
        return _written(ID, name)

    def _kind_of_call(self, node: Node, entry: terms.QuantityEntry, given: Sequence[Term]) -> Kind:
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
            tier = str(by_name["tier"].value)
            units = self.names.tier_units(tier)
            if not units:
                what, fix = _("no use of this case is {tier}"), _("name a use with use=")
                raise self.refuse(node, what, fix, tier=tier)
            if len(units) > 1:
                what = _("the uses of this tier have different units")
                raise self.refuse(node, what, _("name one of them with use="))
            return number_kind(self._unit(entry, units.pop()))
        name = str(counted.value)
        word = self._of_members(name, self.names.unit_of)
        if word is not None:
            return number_kind(self._unit(entry, word))
        own, whole, piece = symbolic(name), self._unit(entry, "piece"), self.names.unit("piece")
        power = dict(whole.powers).get(piece.powers[0][0], 0)
        return number_kind(product(product(whole, piece, -power), own, power) or own)

    def _unit(self, entry: terms.QuantityEntry, good: str) -> Unit:
        """The unit of a quantity that counts a good in a unit."""
        template = "" if entry.unit == "share" else entry.unit
        return self.names.unit(template.format(money=self.names.case.currency, good=good))

    def _of_members(self, name: str, unit: Callable[[str], Counted]) -> Counted | None:
        """In what a name is counted; of a loop's name: None where it differs by member."""
        if name not in self.bound:
            return unit(name)
        found = {unit(str(member)) for member in self.bound[name][1]}
        return found.pop() if len(found) == 1 else None

    def _fact_kind(self, name: str) -> Kind:
        """What the amount of a fact is counted in; of a loop's name: in one unit or none."""
        units, unit = self.names.path_units, self.names.amount_unit
        found = self._of_members(name, lambda fact: unit(units.get(f"facts.{fact}.amount", "")))
        return number_kind(symbolic(name) if found is None else found)

    def _own_kind(self, by_name: Mapping[str, Term]) -> Kind:
        """What a fact or a number of the case is counted in; one that is missing in anything."""
        if "path" in by_name:
            path, units = str(by_name["path"].value), self.names.path_units
            return number_kind(self.names.amount_unit(units[path]) if path in units else None)
        term, name = by_name["id"], str(by_name["id"].value)
        is_known = term.does == "member" or name in self.names.by_kind[Takes.FACT]
        return self._fact_kind(name) if is_known else terms.PLAIN

    def _loop(self, node: Node) -> Term:
        raise self.refuse(node, _("a loop stands inside all, any, count, sum, min or max"))

    READERS: ClassVar[Mapping[str, Callable[["_Reader", Node], Term]]] = {
        "amount": _counted,
        "text": _counted,
        "date": _date,
        "name": _name,
        "call": _call,
        "and": _logic,
        "or": _logic,
        "not": _logic,
        "compare": _comparison,
        "loop": _loop,
    }
    """Kinds of nodes that are no operators, and what reads each."""
