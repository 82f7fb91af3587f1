"""Small cases with a ledger, for tests of statements."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from derbes.case.entities import Actor, Case, Variant
from derbes.case.ledger import Document, Fact, Judgement, Modality, Stance, Statement, StatementKind
from derbes.case.quantity import Quantity
from derbes.draws.study import variant_case
from derbes.errors import Problem
from derbes.grammar import ExpressionError
from derbes.statements.expressions import Names, names_of, read_expression
from derbes.statements.ledger import problem_of, read_ledger
from derbes.statements.sampling import Sampling
from derbes.statements.terms import Day, Value, day_of
from derbes.statements.verdicts import Verdicts, verdicts_of
from derbes.statements.worlds import World, evaluate
from tests.small_cases import worked_example

Q = Quantity
AS_OF = "2026-03-01"


def day(text: str) -> Day:
    found = day_of(text)
    assert found is not None
    return found


def with_ledger(case: Case, **expressions: str) -> Case:
    """A case with one claim for each expression, by its id."""
    made = {name: Statement(name, by="home", holds_if=text) for name, text in expressions.items()}
    return replace(case, statements={**case.statements, **made})


def talk(case: Case | None = None) -> Case:
    """E3 with facts, documents, sides and a few statements that retell each other."""
    case = case or worked_example(3)
    return replace(
        case,
        actors={
            **case.actors,
            "home": Actor("home", tags=("side_home",)),
            "sender": Actor("sender", margin_share=Q(0.4), tags=("side_sender",)),
            "paper": Actor("paper", tags=("side_sender",), kind="medium"),
            "author": Actor("author", tags=("side_home",), kind="person"),
        },
        documents={
            "report": Document(
                "report",
                title={"": "A report"},
                date="2026-02-10",
                address="https://example.org/r",
            ),
        },
        facts={
            "cost": Fact(
                "cost",
                amount=Q(1.0e9, unit="USD", path="facts.cost.amount"),
                document="report",
                grade="B",
            ),
            "rumor": Fact("rumor", date="2026-06-01", document="report", grade="B"),
            "guess": Fact("guess", document="report", grade="D"),
            "blank": Fact("blank"),
        },
        statements={
            "possible": Statement(
                "possible", by="home", modality=Modality.POSSIBILITY, cue="possibly",
                said="2026-01-10", stances=(Stance("plant", 1),),
                judgements=(Judgement("build", "home", 1),),
            ),
            "decided": Statement(
                "decided", by="paper", modality=Modality.DECISION, retells=("possible",),
                stances=(Stance("plant", -1), Stance("home", -1)),
                judgements=(
                    Judgement("build", "home", -1), Judgement("build", "sender", 1, "deed"),
                ),
            ),
            "denied": Statement(
                "denied", by="home", modality=Modality.DECISION, denied=True, retells=("decided",),
                document="report", place="P1.2",
            ),
            "certain": Statement(
                "certain", by="author", modality=Modality.PREDICTION, cue="inevitably",
                retells=("hoped",), kind=StatementKind.PREDICTION, due="2030-12-31",
                yes_if="opening(plant) <= 2030-12-31",
            ),
            "hoped": Statement("hoped", by="home", modality=Modality.PREDICTION, cue="expected"),
        },
    )  # fmt: skip


def world_of(case: Case, as_of: str = AS_OF) -> World:
    """The world of a case at its central values."""
    return World(read_ledger(case), day(as_of), lambda name: (variant_case(case, name), {}))


def value_of(case: Case, text: str, as_of: str = AS_OF) -> Value:
    """Truth of an expression at central values."""
    return evaluate(read_expression(text, names_of(case)), world_of(case, as_of))


def problems_of(text: str, names: Names) -> tuple[Problem, ...]:
    """Every problem of an expression, each with a caret; none when it can be used."""
    try:
        read_expression(text, names)
    except ExpressionError as error:
        return tuple(problem_of(text, one) for one in error.findings)
    return ()


def numbers_of(case: Case) -> Callable[[str], Value]:
    """What amounts of a case come to at central values, in one world."""
    world, names = world_of(case), names_of(case)

    def number(text: str) -> Value:
        compared = read_expression(f"{text} == {text}", names)
        assert compared.does == "=="
        return evaluate(compared.parts[0], world)

    return number


def verdicts(case: Case, *, draws: int = 16, flips: int = 0, as_of: str = AS_OF) -> Verdicts:
    """Verdicts on a case's ledger."""
    return verdicts_of(case, day(as_of), Sampling(draws), n_flips=flips)


def ranged(case: Case, section: str, name: str, **fields: Quantity) -> Case:
    """A case with other quantities in one element."""
    changed: Mapping[str, object] = getattr(case, section)
    element = replace(changed[name], **fields)  # type: ignore[type-var]
    return replace(case, **{section: {**changed, name: element}})  # type: ignore[arg-type]


def two_capacities(low: float = 20.0, high: float = 60.0) -> Case:
    """E1 with a range on what the other seller can give: it lasts 600 / (100 - capacity)."""
    capacity = Q(
        40.0, low=low, high=high, distribution="uniform", unit="t/month",
        path="suppliers.from_other.capacity",
    )  # fmt: skip
    return ranged(worked_example(1), "suppliers", "from_other", capacity=capacity)


def with_variant(case: Case, name: str, changed: Case) -> Case:
    return replace(case, variants={**case.variants, name: Variant(name, case=changed)})
