"""Sets that an expression may run over, and functions of them."""

from collections.abc import Mapping

from derbes.statements.catalog.parameters import GOOD, SINCE, UNTIL, P
from derbes.statements.vocabulary import SetEntry, Takes

SETS: tuple[SetEntry, ...] = (
    SetEntry("plants", Takes.PLANT, (), "Plants of the case as written."),
    SetEntry("goods", Takes.GOOD, (), "Goods."),
    SetEntry("uses", Takes.USE, (), "Uses."),
    SetEntry("essential_uses", Takes.USE, (), "Uses of the essential tier."),
    SetEntry("actors", Takes.ACTOR, (), "Actors."),
    SetEntry("sellers", Takes.ACTOR, (), "Actors, the target not counted, who offer anything."),
    SetEntry("suppliers", Takes.PRICED, (), "Suppliers."),
    SetEntry("recipes", Takes.SOURCE, (), "Recipes."),
    SetEntry("measures", Takes.MEASURE, (), "Measures."),
    SetEntry("standards", Takes.STANDARD, (), "Standards."),
    SetEntry("facts", Takes.FACT, (), "Facts."),
    SetEntry("statements", Takes.STATEMENT, (), "Statements."),
    SetEntry("goods_tagged", Takes.GOOD, (P("tag", Takes.WORD),), "Goods that carry a tag."),
    SetEntry("facts_tagged", Takes.FACT, (P("tag", Takes.WORD),), "Facts that carry a tag."),
    SetEntry(
        "statements_of", Takes.STATEMENT, (P("actor", Takes.ACTOR),), "Statements an actor holds."
    ),
    SetEntry("inputs_of", Takes.GOOD, (GOOD,), "Goods that making a good takes, at any step."),
    SetEntry(
        "raw_inputs_of",
        Takes.GOOD,
        (GOOD,),
        "Those of them that no recipe of the case makes: the ends of its bill of materials.",
    ),
    SetEntry(
        "months",
        Takes.MONTH,
        (SINCE, UNTIL, P("every", Takes.TIME, "1")),
        "Months from one to another, so many apart.",
    ),
)
"""All sets."""

SETS_BY_NAME: Mapping[str, SetEntry] = {entry.name: entry for entry in SETS}
"""Sets by name."""

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
