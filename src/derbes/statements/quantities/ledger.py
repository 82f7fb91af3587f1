"""Quantities of the ledger and of facts: nothing is computed but what is written."""

from typing import cast

from derbes.case.entities import Case
from derbes.case.ledger import Statement
from derbes.case.quantity import MONTHS_A_YEAR
from derbes.statements.quantities.asked import Asked
from derbes.statements.quantities.worlds import DrawWorld
from derbes.statements.terms import Missing, Value, day_of

_GRADES = "ABCD"


def fact(world: DrawWorld, asked: Asked) -> Value:
    """Amount of a fact, in the unit that it is written in."""
    name = asked.text("id")
    amount = world.case.facts[name].amount
    return Missing((f"facts.{name}.amount",)) if amount is None else amount.value


def indicator(world: DrawWorld, asked: Asked) -> Value:
    """The same for a measurement that may not be there yet."""
    name = asked.text("id")
    return fact(world, asked) if name in world.case.facts else Missing((f"facts.{name}",))


def date_of(world: DrawWorld, asked: Asked) -> Value:
    """Date of a fact, a document or a statement."""
    name = asked.text("id")
    case = world.case
    if name in case.facts:
        written, path = fact_date(case, name), f"facts.{name}.date"
    elif name in case.documents:
        written, path = case.documents[name].date, f"documents.{name}.date"
    else:
        written, path = said_on(case, case.statements[name]), f"statements.{name}.said"
    return day_of(written) or Missing((path,))


def fact_date(case: Case, name: str) -> str:
    """Date of a fact; where it has none, that of its document."""
    one = case.facts[name]
    document = case.documents.get(one.document)
    return one.date or (document.date if document else "")


def said_on(case: Case, statement: Statement) -> str:
    """Date on which a statement was made; where it says none, that of its document."""
    document = case.documents.get(statement.document)
    return statement.said or (document.date if document else "")


def attested(world: DrawWorld, asked: Asked) -> Value:
    """Whether a fact stands in a document with at least a grade, on the day asked about."""
    name = asked.text("id")
    grade = asked.text("grade")
    one = world.case.facts[name]
    written = one.grade or (one.amount.grade if one.amount else "")
    if not written:
        return Missing((f"facts.{name}.grade",))
    since = day_of(fact_date(world.case, name))
    is_known = since is None or since.first <= world.as_of.last
    is_good = _GRADES.find(written) <= _GRADES.find(grade)
    return one.document in world.case.documents and is_good and is_known


def modality(world: DrawWorld, asked: Asked) -> Value:
    """Modality of a statement."""
    name = asked.text("id")
    return world.case.statements[name].modality.value


def denied(world: DrawWorld, asked: Asked) -> Value:
    """Whether a statement denies its modality."""
    name = asked.text("id")
    return world.case.statements[name].denied


def stance(world: DrawWorld, asked: Asked) -> Value:
    """Stance of a statement toward an actor or thing."""
    name = asked.text("id")
    toward = asked.text("toward")
    stances = world.case.statements[name].stances
    found = [one.sign for one in stances if one.toward == toward]
    return float(found[0]) if found else Missing((f"statements.{name}.stance.{toward}",))


def held_by(world: DrawWorld, asked: Asked) -> Value:
    """Whether an actor holds the view of a statement."""
    name = asked.text("id")
    actor = asked.text("actor")
    return holder_of(world.case.statements[name]) == actor


def holder_of(statement: Statement) -> str:
    """Whose view a statement is."""
    return statement.holder or statement.by


def same_side(world: DrawWorld, asked: Asked) -> Value:
    """Whether the holders of two statements are on one side."""
    name = asked.text("id")
    other = asked.text("other")
    statements = world.case.statements
    sides = [side_of(world.case, holder_of(statements[one])) for one in (name, other)]
    return sides[0] == sides[1]


def side_of(case: Case, actor: str) -> str:
    """The side of an actor: its tag `side_…`, else the actor alone."""
    tags = case.actors[actor].tags if actor in case.actors else ()
    return next((tag for tag in tags if tag.startswith("side_")), actor)


def months_between(_world: DrawWorld, asked: Asked) -> Value:
    """Time between two dates, from first day to first day. [month]"""
    earlier = asked.day("earlier")
    later = asked.day("later")
    return (later.first - earlier.first) / 365.25 * MONTHS_A_YEAR


def holds(world: DrawWorld, asked: Asked) -> Value:
    """Whether another entry holds in this draw."""
    name = asked.text("id")
    return world.truth_of(name)


def share(world: DrawWorld, asked: Asked) -> Value:
    """Share of the draws in which another entry holds."""
    name = asked.text("id")
    settled = world.settled.get(name)
    if settled is None or settled.share is None:
        return Missing((world.ledger.path_of(name),))
    return settled.share


def verdict(world: DrawWorld, asked: Asked) -> Value:
    """Verdict on another entry."""
    name = asked.text("id")
    settled = world.settled.get(name)
    return cast("Value", settled.verdict) if settled else Missing((world.ledger.path_of(name),))
