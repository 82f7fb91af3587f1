"""An expression after it has been read, and its value in one world."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from derbes.language import _
from derbes.statements.values import (
    MOST_STEPS,
    Day,
    Missing,
    Value,
    arithmetic,
    compared,
    conjunction,
    count,
    disjunction,
    implied,
    joined,
    not_,
    summary,
)
from derbes.statements.vocabulary import Gives, QuantityEntry, World
from derbes.units import Unit


@dataclass(frozen=True, slots=True)
class Kind:
    """What a term gives."""

    gives: Gives
    unit: Unit | None = None
    """Of a number; None: a plain number, which counts in the unit of its neighbor."""
    words: tuple[str, ...] = ()


PLAIN = Kind(Gives.NUMBER)
TRUTH = Kind(Gives.TRUTH)
DATE = Kind(Gives.DATE)
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an expression: what it gives, what it does, and with which parts."""

    kind: Kind
    does: str
    """`value`: it is written; `as_of`: the day asked about; `member`: of the set that a loop
    runs over; `quantity`; `unit`: its part in another unit; one of `+ - * / **`, of two parts in
    one unit; a comparison of two; `chain`: comparisons that all hold; `and`, `or`, `not`; `abs`,
    `min`, `max` of the parts; with members, `all`, `any`, `count`, `sum`, `min`, `max` over them.
    """
    parts: tuple["Term", ...] = ()
    """Of a loop: its conditions, and last what is asked of each member."""
    value: Value = ""
    """What is written; of a member or loop: the name that the loop gives it."""
    entry: QuantityEntry | None = None
    """The quantity; its parts are in the order of its parameters."""
    factor: float = 1.0
    """Of a unit."""
    rates: tuple[tuple[str, int], ...] = ()
    """Of a unit: currency codes and powers of their rates."""
    members: tuple[str | Day, ...] | None = None
    """Of a loop."""

    @property
    def written(self) -> Value | None:
        """What is written here; None where it is computed."""
        return self.value if self.does == "value" else None


@dataclass(frozen=True, slots=True)
class Call:
    """A quantity that an expression names, and what is written for its parameters."""

    entry: QuantityEntry
    given: dict[str, Value | None]
    """None: it is computed."""


def calls_in(term: Term) -> Iterator[Call]:
    """All quantities that an expression names, in the order of reading."""
    if term.entry is not None:
        names = (parameter.name for parameter in term.entry.parameters)
        written = (part.written for part in term.parts)
        yield Call(term.entry, dict(zip(names, written, strict=True)))
    for part in term.parts:
        yield from calls_in(part)


def evaluate(term: Term, world: World) -> Value:
    """The value of an expression; missing where it hangs on something that is missing."""
    return _Evaluation(world).value(term)


@dataclass(slots=True)
class _Evaluation:
    """One evaluation: the world, what loops stand at, and steps so far."""

    world: World
    bound: dict[str, Value] = field(default_factory=dict)
    n_steps: int = 0

    def value(self, term: Term) -> Value:
        """The value of one term."""
        self.n_steps += 1
        if self.n_steps > MOST_STEPS:
            return Missing((_("more than {most} steps").format(most=MOST_STEPS),))
        found: Value
        if term.members is not None:
            found = self._over(term, term.members)
        elif term.does == "value":
            found = term.value
        elif term.does == "as_of":
            found = self.world.as_of
        elif term.does == "member":
            found = self.bound[str(term.value)]
        elif term.does in {"and", "chain"}:
            found = conjunction(map(self.value, term.parts))
        elif term.does == "or":
            found = disjunction(map(self.value, term.parts))
        else:
            found = self._computed(term, tuple(map(self.value, term.parts)))
        return found

    def _computed(self, term: Term, parts: tuple[Value, ...]) -> Value:
        """What is computed from the values of all parts."""
        found: Value
        if term.entry is not None:
            is_lost = any(isinstance(part, Missing) for part in parts)
            found = joined(*parts) if is_lost else self.world.quantity(term.entry, parts)
        elif term.does == "unit":
            found = arithmetic("*", parts[0], term.factor)
            for code, power in term.rates:
                found = arithmetic("*" if power > 0 else "/", found, self.world.rate(code))
        elif term.does in {"abs", "min", "max"}:
            found = summary(term.does, list(parts))
        elif term.does == "not":
            found = not_(parts[0])
        else:
            compute = compared if term.does in COMPARISONS else arithmetic
            found = compute(term.does, *parts)
        return found

    def _over(self, term: Term, members: tuple[str | Day, ...]) -> Value:
        found = self._each(term, members)
        if term.does == "all":
            return conjunction(implied(is_in, value) for is_in, value in found)
        if term.does == "any":
            return disjunction(conjunction((is_in, value)) for is_in, value in found)
        if term.does == "count":
            return count(conjunction((is_in, value)) for is_in, value in found)
        kept = list(found)
        unsure = [is_in for is_in, _value in kept if isinstance(is_in, Missing)]
        if unsure:
            return joined(*unsure)
        return summary(term.does, [value for is_in, value in kept if is_in])

    def _each(self, term: Term, members: tuple[str | Day, ...]) -> Iterator[tuple[Value, Value]]:
        """For each member, whether the conditions take it in, and the value of the body."""
        *conditions, body = term.parts
        for member in members:
            self.bound[str(term.value)] = member
            is_in = conjunction(map(self.value, conditions))
            yield is_in, (self.value(body) if is_in is not False else False)
        self.bound.pop(str(term.value), None)
