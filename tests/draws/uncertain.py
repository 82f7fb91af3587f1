"""Cases with uncertain numbers, for tests of draws and of the questions over them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from derbes.case.entities import Case, Hit, Measure, MeasureKind, Scenario
from derbes.case.quantity import Quantity
from derbes.case.uncertainty import (
    Correlation,
    Hazard,
    ReferenceClass,
    ReferenceProject,
)
from tests.small_cases import worked_example

STOCK = "stockpiles.stock.quantity"
DEMAND = "uses.use.demand"
PRICE = "suppliers.from_sender.price"
OTHER = "suppliers.from_other.capacity"


def ranged(
    path: str, value: float, low: float | None = None, high: float | None = None, **more: Any
) -> Quantity:
    """A number with a path, and a range where one is given."""
    return Quantity(value, low=low, high=high, path=path, **more)


def named(case: Case) -> Case:
    """E1 to E3 with paths, as a case file gives them."""
    use, stock = case.uses["use"], case.stockpiles["stock"]
    suppliers = {
        name: replace(
            one,
            price=ranged(f"suppliers.{name}.price", _value(one.price)),
            capacity=ranged(f"suppliers.{name}.capacity", _value(one.capacity), unit="t/month"),
        )
        for name, one in case.suppliers.items()
    }
    return replace(
        case,
        uses={"use": replace(use, demand=ranged(DEMAND, _value(use.demand), unit="t/month"))},
        stockpiles={
            "stock": replace(stock, quantity=ranged(STOCK, _value(stock.quantity), unit="t"))
        },
        suppliers=suppliers,
    )


def _value(quantity: Quantity | None) -> float:
    assert quantity is not None
    return quantity.value


def with_numbers(case: Case, numbers: Mapping[str, Quantity]) -> Case:
    """A case with other numbers at the paths of stock, demand, price or capacity."""
    for path, quantity in numbers.items():
        section, name, key = path.split(".")
        elements = dict(getattr(case, section))
        placed = replace(quantity, path=path)
        elements[name] = replace(elements[name], **{key: placed})
        case = replace(case, **{section: elements})
    return case


def uncertain_example(number: int = 1, *, n_periods: int = 36) -> Case:
    """E1 to E3 with a range on the stock, the demand and the other supplier's capacity."""
    return with_numbers(
        named(worked_example(number, n_periods=n_periods)),
        {
            STOCK: Quantity(600.0, "t", 300.0, 900.0),
            DEMAND: Quantity(100.0, "t/month", 80.0, 130.0, distribution="uniform"),
            OTHER: Quantity(40.0, "t/month", 0.0, 60.0, distribution="triangular"),
        },
    )


def in_scenarios(case: Case, **cases: tuple[float, Case]) -> Case:
    """A case with scenarios: name → probability and case."""
    return replace(
        case,
        scenarios={
            name: Scenario(name, probability=probability, case=one)
            for name, (probability, one) in cases.items()
        },
    )


def correlated(case: Case, first: str, second: str, rank: float) -> Case:
    """A case with one rank correlation more."""
    return replace(
        case, correlations=(*case.correlations, Correlation((first, second), rank, at_line=7))
    )


CLASS = ReferenceClass(
    "plants",
    projects=(
        ReferenceProject("first", 6.0),
        ReferenceProject("second", 12.0, finished=False),
        ReferenceProject("third", 18.0),
    ),
)

FIRE = Measure(
    "fire",
    kind=MeasureKind.STOCKPILE_LOSS,
    hits=(Hit(good="good"),),
    share=Quantity(0.5),
    lengths=(1,),
)


def with_hazards(case: Case, *hazards: Hazard) -> Case:
    """A case in which measures come by chance: `cut`, and the loss of a depot, `fire`."""
    return replace(
        case,
        measures={**case.measures, "fire": FIRE},
        hazards={hazard.id: hazard for hazard in hazards},
    )


def hazard(name: str, rate: float, months: float, **length: Any) -> Hazard:
    """A hazard of the measure of the same name, so many times a year for so many months."""
    return Hazard(
        name,
        measure=name,
        rate=ranged(f"hazards.{name}.rate", rate),
        length=ranged(f"hazards.{name}.length", months, **length),
    )
