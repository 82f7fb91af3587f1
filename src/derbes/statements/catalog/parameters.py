"""Parameters that several quantities share, and how a quantity is entered."""

from derbes.case.ledger import Modality
from derbes.statements.vocabulary import Engine, Entry, Gives, Parameter, Takes

P = Parameter
AT, SINCE, UNTIL = (P(name, Takes.MONTH) for name in ("at", "since", "until"))
VARIANT = P("variant", Takes.VARIANT, "base")
MEASURE = P("measure", Takes.MEASURE, "")
MONTHS = P("months", Takes.TIME, "")
SENDER = P("sender", Takes.SENDER)
USE = P("use", Takes.USE, "")
GOOD = P("good", Takes.GOOD)
OLD = P("old", Takes.FLAG, "false")
BOUND = P("bound", Takes.CHOICE, "optimal", ("optimal", "myopic"))
BUYER = P("buyer", Takes.CHOICE, "returning", ("returning", "lost"))
TIER = P("tier", Takes.CHOICE, "essential", ("essential", "deferrable"))

VERDICT_WORDS = (
    "holds",
    "likely",
    "open",
    "unlikely",
    "fails",
    "untestable",
    "not_due",
    "void",
    "expired",
)
MODALITY_WORDS = tuple(modality.value for modality in Modality)

NUMBER, TRUTH, DATE, WORD = Gives.NUMBER, Gives.TRUTH, Gives.DATE, Gives.WORD


def entry(
    name: str, gives: Gives, unit: str, engine: Engine, *parameters: Parameter, says: str
) -> Entry:
    """A quantity of the reference, with its unit as a template."""
    words = {"verdict": VERDICT_WORDS, "modality": MODALITY_WORDS}.get(name, ())
    return Entry(name, gives, unit, engine, parameters, says, words)
