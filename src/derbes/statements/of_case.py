"""Quantities of what is written: the ledger and facts, and the case; sets of its elements."""

from dataclasses import replace
from typing import Annotated, Any

from derbes.case.entities import (
    Case,
    MeasureKind,
    Recipe,
    Tier,
    main_length,
    main_measure,
    quantities,
)
from derbes.case.ledger import Modality, Statement
from derbes.case.quantity import MONTHS_A_YEAR, Quantity
from derbes.links import reached
from derbes.model.arrays import open_share
from derbes.model.compile import opening_period
from derbes.model.numbers import periods_of
from derbes.statements.terms import (
    MOST_MEMBERS,
    NEVER,
    Actor,
    CheckedId,
    Day,
    Engine,
    FactId,
    Flag,
    Good,
    GoodOrUse,
    Grade,
    Missing,
    Month,
    Plant,
    StatementId,
    Takes,
    Unknown,
    Word,
    day_of,
    members,
    month_day,
    quantity,
    section,
)
from derbes.statements.worlds import Model, World, label_day

LEDGER, CASE = Engine.LEDGER, Engine.CASE
VERDICT_WORDS = (
    *("holds", "likely", "open", "unlikely", "fails"),
    *("untestable", "not_due", "void", "expired"),
)
MODALITY_WORDS = tuple(modality.value for modality in Modality)
_GRADES = "ABCD"
DAYS_A_MONTH = 365.25 / MONTHS_A_YEAR
"""So many days beside a date's day of the month count as a month; there are fewer."""


# The ledger and facts: nothing is computed but what is written, which is so in every scenario.


@quantity(LEDGER, "{own}")
def fact(world: World, *, id_: FactId) -> float:
    """Amount of a fact, in the unit that the fact is written in. Its id alone means the same."""
    amount = (world.case.facts.get(id_) or world.ledger.case.facts[id_]).amount
    if amount is None:
        raise Unknown(f"facts.{id_}.amount")
    return world.written.number(amount)


@quantity(LEDGER)
def date_of(world: World, *, id_: Annotated[str, Takes.DATED]) -> Day:
    """Date of a fact or document, or the date on which a statement was made."""
    case = world.ledger.case
    if id_ in case.facts:
        day, path = day_of(fact_date(case, id_)), f"facts.{id_}.date"
    elif id_ in case.documents:
        day, path = day_of(case.documents[id_].date), f"documents.{id_}.date"
    else:
        day, path = day_of(said_on(case, case.statements[id_])), f"statements.{id_}.said"
    if day is None:
        raise Unknown(path)
    return day


def fact_date(case: Case, name: str) -> str:
    """Date of a fact; where it has none, that of its document."""
    one = case.facts[name]
    return one.date or _document_date(case, one.document)


def said_on(case: Case, statement: Statement) -> str:
    """Date on which a statement was made; where it says none, that of its document."""
    return statement.said or _document_date(case, statement.document)


def _document_date(case: Case, name: str) -> str:
    return case.documents[name].date if name in case.documents else ""


@quantity(LEDGER)
def attested(world: World, *, id_: FactId, grade: Grade = "B") -> bool:
    """Whether a fact stands in a document of the case with at least this grade. A fact dated
    after the day asked about is not yet attested.
    """
    one = world.ledger.case.facts[id_]
    written = one.grade or (one.amount.grade if one.amount else "")
    if not written:
        raise Unknown(f"facts.{id_}.grade")
    since = day_of(fact_date(world.ledger.case, id_))
    is_known = since is None or since.first <= world.as_of.last
    is_good = _GRADES.find(written) <= _GRADES.find(grade)
    return one.document in world.ledger.case.documents and is_good and is_known


@quantity(LEDGER, "{own}")
def indicator(world: World, *, id_: Annotated[str, Takes.INDICATOR]) -> float:
    """A measurement on texts or a survey that stands among the facts under this id; while it
    does not, what names it cannot be tested and says so.
    """
    if id_ not in world.ledger.case.facts:
        raise Unknown(f"facts.{id_}")
    return fact(world, id_=id_)


@quantity(LEDGER)
def holds(world: World, *, id_: CheckedId) -> bool:
    """Whether another entry of the ledger holds, in the same draw."""
    truth = world.truth_of(id_)
    if isinstance(truth, Missing):
        raise Unknown(*truth.keys)
    return truth is True


@quantity(LEDGER, "share")
def share(world: World, *, id_: CheckedId) -> float:
    """Share of the draws in which another entry of the ledger holds."""
    found, _verdict = world.settled.get(id_, (None, ""))
    if found is None:
        raise Unknown(world.ledger.path_of(id_))
    return found


@quantity(LEDGER, words=VERDICT_WORDS)
def verdict(world: World, *, id_: CheckedId) -> str:
    """Verdict on another entry of the ledger, to be compared with a word:
    verdict(C45) == "holds".
    """
    _share, found = world.settled.get(id_, (None, ""))
    if not found:
        raise Unknown(world.ledger.path_of(id_))
    return found


@quantity(LEDGER, words=MODALITY_WORDS)
def modality(world: World, *, id_: StatementId) -> str:
    """Modality of a statement, to be compared with a word: modality(F10) == "capability"."""
    return world.ledger.case.statements[id_].modality.value


@quantity(LEDGER)
def denied(world: World, *, id_: StatementId) -> bool:
    """Whether a statement denies its modality: no decision was taken, nobody intends."""
    return world.ledger.case.statements[id_].denied


@quantity(LEDGER)
def stance(world: World, *, id_: StatementId, toward: Word) -> float:
    """Stance of a statement toward an actor or thing: 1 for, 0 neutral, -1 against; missing
    where it has none.
    """
    for one in world.ledger.case.statements[id_].stances:
        if one.toward == toward:
            return float(one.sign)
    raise Unknown(f"statements.{id_}.stance.{toward}")


@quantity(LEDGER)
def held_by(world: World, *, id_: StatementId, actor: Actor) -> bool:
    """Whether an actor holds the view of a statement (its holder; without one, who utters it)."""
    return holder_of(world.ledger.case.statements[id_]) == actor


def holder_of(statement: Statement) -> str:
    """Whose view a statement is."""
    return statement.holder or statement.by


@quantity(LEDGER)
def same_side(world: World, *, id_: StatementId, other: StatementId) -> bool:
    """Whether the holders of two statements are on one side: the same actor, or actors with
    the same tag side_….
    """
    holders = (holder_of(world.ledger.case.statements[name]) for name in (id_, other))
    return len({side_of(world.case, holder) for holder in holders}) == 1


def side_of(case: Case, actor: str) -> str:
    """The side of an actor: its tag `side_…`, else the actor alone."""
    tags = case.actors[actor].tags if actor in case.actors else ()
    return next((tag for tag in tags if tag.startswith("side_")), actor)


@quantity(LEDGER, "month")
def months_between(_world: World, *, earlier: Month, later: Month) -> float:
    """Time between two dates, negative when the second is the earlier one."""
    (years, months, days), (*before, day) = _calendar_day(later), _calendar_day(earlier)
    whole = (years - before[0]) * MONTHS_A_YEAR + months - before[1]
    return whole + (days - day) / DAYS_A_MONTH


def _calendar_day(day: Day) -> tuple[int, int, int]:
    """Year, month and day of the first day."""
    return *day.month, day.first - month_day(*day.month).first + 1


# The case as written: demand, prices, capacities, plants, bills of materials.


@quantity(CASE)
def exists(one: Model, *, id_: Annotated[str, Takes.ELEMENT]) -> bool:
    """Whether the case has an element of that id, in any section. An id that may be absent
    everywhere stands in quotes: exists("gun_155").
    """
    return any(id_ in getattr(one.case, name) for name in Takes.ELEMENT.sections)


@quantity(CASE, "{own}")
def input_(
    one: Model, *, path: Annotated[str, Takes.PATH], at: Annotated[Day | None, Takes.MONTH] = None
) -> float:
    """Any number of the case by its path: input("suppliers.north.price"); of a series, that of
    a month.
    """
    found = number_of(one.case, path)
    if found is None:
        raise Unknown(path)
    return one.number(found) if at is None else one.at(found, at, path)


def number_of(case: Case, path: str) -> Quantity | None:
    """The number at a path; None where the case has none. Only its element is looked through."""
    section, _dot, rest = path.partition(".")
    name = rest.partition(".")[0].partition("[")[0]
    part: dict[str, Any] = {other: {} for other in Takes.ELEMENT.sections}
    if section in part and name in getattr(case, section):
        part[section] = {name: getattr(case, section)[name]}
    return next((one for one in quantities(replace(case, **part)) if one.path == path), None)


@quantity(CASE, "{good}/month")
def demand(one: Model, *, of: GoodOrUse, at: Month, crisis: Flag = False) -> float:
    """Demand of a use, or of all uses of a good, in calm or in crisis."""
    total = 0.0
    for use in one.case.uses.values():
        if of in {use.id, use.good}:
            number = (use.crisis_demand if crisis else None) or use.demand
            total += one.at(number, at, f"uses.{use.id}.demand")
    return total


@quantity(CASE, "{money}/{good}")
def price(one: Model, *, of: Annotated[str, Takes.PRICED], at: Month) -> float:
    """Price that a supplier asks, or the lowest that any supplier asks for a good, transport
    not counted.
    """
    sellers = one.standing.suppliers.values()
    prices = {f"suppliers.{s.id}.price": s.price for s in sellers if of in {s.id, s.good}}
    if not prices:
        raise Unknown(f"suppliers ({of})")
    known = [one.at(asked, at, path) for path, asked in prices.items() if asked is not None]
    return min(known) if known else one.at(None, at, next(iter(prices)))


@quantity(CASE, "{good}/month")
def capacity(one: Model, *, of: Annotated[str, Takes.SOURCE], at: Month) -> float:
    """Most that a supplier can sell or a recipe can put out; of a good: most that its own
    recipes can put out, opening, ramp and line hours counted, inputs not.
    """
    case = one.standing
    if of in case.suppliers:
        return one.at(case.suppliers[of].capacity, at, f"suppliers.{of}.capacity")
    recipes = [recipe for recipe in case.recipes.values() if of in {recipe.id, recipe.output}]
    return sum((_recipe_capacity(one, recipe, at) for recipe in recipes), 0.0)


def _recipe_capacity(one: Model, recipe: Recipe, at: Day) -> float:
    """Own limit and line hours of a recipe, as far as its plant is open. [unit/month]"""
    calendar, period = one.case.calendar, one.period(at)
    plant = one.standing.plants.get(recipe.plant)
    part = 1.0
    limits = [] if recipe.capacity is None else [one.at(recipe.capacity, at, "")]
    if plant is not None:
        ramp = periods_of(plant.ramp, calendar, one.values)
        opened = opening_period(plant, calendar, one.values)
        part = float(open_share(opened, ramp, calendar.n_periods)[period])
        hours = plant.lines.get(recipe.line)
        needed = one.number(recipe.hours) if recipe.line and recipe.hours else 0.0
        if needed > 0 and hours is not None:
            limits.append(one.at(hours, at, "") / needed)
    if not limits:
        raise Unknown(f"recipes.{recipe.id}.capacity")
    return min(limits) * part


@quantity(CASE)
def plant_open(one: Model, *, plant: Plant, at: Month) -> bool:
    """Whether a plant has its first output by that month, delay counted."""
    opens = _opening(one, plant)
    return opens is not None and opens <= one.case.calendar.index(*at.month)


def _opening(one: Model, plant: str) -> int | None:
    """Period of a plant's first output; None: it does not stand."""
    built = one.standing.plants.get(plant)
    return None if built is None else int(opening_period(built, one.case.calendar, one.values))


@quantity(CASE)
def opening(one: Model, *, plant: Plant) -> Day:
    """Month of a plant's first output, delay counted."""
    opens = _opening(one, plant)
    return NEVER if opens is None else label_day(one.case, opens)


@quantity(CASE, "{money}")
def capital(one: Model, *, plant: Plant = "", foreign: Flag = False) -> float:
    """All payments for building a plant, or all plants; with foreign=true the part in foreign
    currency.
    """
    total, plants = 0.0, one.standing.plants.values()
    for built in (built for built in plants if plant in {"", built.id}):
        path = f"plants.{built.id}.capital"
        if not built.capital:
            raise Unknown(path)
        for payment in built.capital:
            part = payment.foreign_share if foreign else Quantity(1.0)
            if part is None:
                raise Unknown(f"{path}.foreign_share")
            total += one.number(payment.amount) * one.number(part)
    return total


@quantity(CASE)
def makes(one: Model, *, plant: Plant, good: Good) -> bool:
    """Whether a recipe of a plant puts out a good."""
    recipes = one.case.recipes.values()
    return any(recipe.plant == plant and recipe.output == good for recipe in recipes)


@quantity(CASE)
def needs(one: Model, *, good: Good, input_: Good) -> bool:
    """Whether making a good takes another good, at any step of its bill of materials."""
    return input_ in inputs_of(one.case, good=good)


@quantity(CASE)
def has_home_source(one: Model, *, good: Good, at: Month) -> bool:
    """Whether the target itself sells a good in that month or a recipe can make it, whoever owns
    the plant, inputs not counted.
    """
    return one.case.target in _offers(one, good, at) or any(
        recipe.output == good and (not recipe.plant or plant_open(one, plant=recipe.plant, at=at))
        for recipe in one.standing.recipes.values()
    )


def _offers(one: Model, good: str, at: Day) -> set[str]:
    """Actors who offer a good in a month."""
    return {
        seller.actor
        for seller in one.standing.suppliers.values()
        if seller.good == good
        and one.at(seller.capacity, at, f"suppliers.{seller.id}.capacity") > 0
    }


@quantity(CASE)
def sells(one: Model, *, actor: Actor, good: Good, at: Month) -> bool:
    """Whether an actor offers a good in that month."""
    return actor in _offers(one, good, at)


@quantity(CASE)
def n_sellers(one: Model, *, good: Good, at: Month) -> float:
    """Number of actors, the target not counted, who offer a good in that month."""
    return float(len(_offers(one, good, at) - {one.case.target}))


# The measure and the length that are meant where they are not said.


def measure_of(case: Case, sender: str, measure: str) -> str:
    """The measure named, else the sender's: the main one, its first embargo, or its first."""
    if measure or (sender in case.measures and sender not in case.actors):
        name = measure or sender
        if name not in case.measures:
            raise Unknown(f"measures.{name}")
        return name
    main = main_measure(case)
    own = {one.id: one.kind for one in case.measures.values() if one.sender == sender}
    if not own:
        raise Unknown(f"measures ({sender})")
    embargoes = [name for name, kind in own.items() if kind is MeasureKind.EMBARGO]
    return main if main in own else (embargoes or list(own))[0]


def length_of(case: Case, measure: str, months: float | None) -> int:
    """As asked, else the main length, else the measure's longest of at most a year. [period]"""
    if months is not None:
        return case.calendar.periods(months)
    return case.main_length or main_length(case, case.measures[measure].lengths or (1,))


# Sets; their members are those of the case as written.

Ids = tuple[str, ...]

section("plants", Takes.PLANT, "Plants of the case as written.")
section("goods", Takes.GOOD, "Goods.")
section("uses", Takes.USE, "Uses.")


@members(Takes.USE)
def essential_uses(case: Case) -> Ids:
    """Uses of the essential tier."""
    return tuple(use.id for use in case.uses.values() if use.tier is Tier.ESSENTIAL)


section("actors", Takes.ACTOR, "Actors.")


@members(Takes.ACTOR)
def sellers(case: Case) -> Ids:
    """Actors, the target not counted, who offer anything."""
    actors = (one.actor for one in case.suppliers.values())
    return tuple(dict.fromkeys(actor for actor in actors if actor != case.target))


section("suppliers", Takes.PRICED, "Suppliers.")
section("recipes", Takes.SOURCE, "Recipes.")
section("measures", Takes.MEASURE, "Measures.")
section("standards", Takes.STANDARD, "Standards.")
section("facts", Takes.FACT, "Facts.")
section("statements", Takes.STATEMENT, "Statements.")


@members(Takes.GOOD)
def goods_tagged(case: Case, *, tag: Word) -> Ids:
    """Goods that carry a tag."""
    return tuple(one.id for one in case.goods.values() if tag in one.tags)


@members(Takes.FACT)
def facts_tagged(case: Case, *, tag: Word) -> Ids:
    """Facts that carry a tag."""
    return tuple(one.id for one in case.facts.values() if tag in one.tags)


@members(Takes.STATEMENT)
def statements_of(case: Case, *, actor: Actor) -> Ids:
    """Statements an actor holds."""
    return tuple(one.id for one in case.statements.values() if holder_of(one) == actor)


@members(Takes.MEASURE)
def measures_of(case: Case, *, actor: Actor) -> Ids:
    """Measures that an actor imposes."""
    return tuple(one.id for one in case.measures.values() if one.sender == actor)


@members(Takes.GOOD)
def inputs_of(case: Case, *, good: Good) -> Ids:
    """Goods that making a good takes, at any step."""

    def parts(made: str) -> Ids:
        recipes = (recipe for recipe in case.recipes.values() if recipe.output == made)
        return tuple(part for recipe in recipes for part in recipe.inputs)

    return reached(parts(good), parts)


@members(Takes.GOOD)
def raw_inputs_of(case: Case, *, good: Good) -> Ids:
    """Those of them that no recipe of the case makes: the ends of its bill of materials."""
    made = {recipe.output for recipe in case.recipes.values()}
    return tuple(part for part in inputs_of(case, good=good) if part not in made)


@members(Takes.MONTH)
def months(
    _case: Case, *, since: Month, until: Month, every: Annotated[float, Takes.TIME] = 1.0
) -> tuple[Day, ...]:
    """Months from one to another, so many apart."""
    first, last = (year * 12 + month - 1 for year, month in (since.month, until.month))
    step = int(every)
    found = range(first, min(last, first + step * MOST_MEMBERS) + 1, step)
    return tuple(month_day(month // 12, month % 12 + 1) for month in found)
