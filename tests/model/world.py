"""A small world with one of everything that a measure can select."""

from dataclasses import replace

from derbes.case.entities import (
    Actor,
    Case,
    Export,
    Good,
    Hit,
    Measure,
    MeasureKind,
    Plant,
    Recipe,
    Route,
    Stockpile,
    Supplier,
    Tier,
    Use,
)
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.model.arrays import CaseArrays, MeasureArrays
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure

Q = Quantity


def world(*measures: Measure, step: Step = Step.MONTH, n_periods: int = 24) -> Case:
    """Two goods, two routes, a plant of one's own and one of the sender's."""
    return Case(
        name="world",
        calendar=Calendar(2026, 1, n_periods, step),
        currency="USD",
        target="home",
        actors={
            "sender": Actor("sender", tags=("bloc",), margin_share=Q(0.4)),
            "other": Actor("other"),
            "transit": Actor("transit"),
            "home": Actor("home"),
        },
        goods={"part": Good("part", unit="kg", tags=("raw",)), "good": Good("good", unit="t")},
        uses={
            "need": Use("need", good="good", demand=Q(100.0), crisis_demand=Q(130.0)),
            "wish": Use("wish", good="part", tier=Tier.DEFERRABLE, demand=Q(10.0), tags=("drill",)),
        },
        stockpiles={
            "depot": Stockpile("depot", good="good", quantity=Q(60.0), tags=("depot_north",)),
            "heap": Stockpile("heap", good="part", quantity=Q(40.0)),
        },
        routes={
            "rail": Route("rail", via=("transit",), lead_time=Q(1.0), cost_share=Q(0.2)),
            "sea": Route("sea", lead_time=Q(3.0), cost_share=Q(0.5), tags=("long",)),
        },
        suppliers={
            "north": Supplier(
                "north",
                actor="sender",
                good="good",
                price=Q(10.0),
                capacity=Q(100.0),
                lead_time=Q(1.0),
                routes=("rail", "sea"),
                tags=("cheap",),
            ),
            "east": Supplier("east", actor="other", good="part", price=Q(5.0), capacity=Q(50.0)),
        },
        plants={
            "mill": Plant(
                "mill",
                actor="home",
                opening=2,
                delay=Q(1.0),
                ramp=Q(3.0),
                lines={"press": Q(30.0)},
                tags=("state_owned",),
            ),
            "joint": Plant("joint", actor="sender", opening=-5),
        },
        recipes={
            "make": Recipe(
                "make",
                output="good",
                inputs={"part": Q(2.0)},
                plant="mill",
                line="press",
                hours=Q(0.5),
                cost=Q(3.0),
            ),
            "finish": Recipe(
                "finish", output="good", plant="joint", capacity=Q(20.0), lead_time=Q(1.0)
            ),
            "handmade": Recipe("handmade", output="good", capacity=Q(5.0), tags=("craft",)),
        },
        exports={
            "abroad": Export(
                "abroad",
                actor="other",
                good="good",
                price=Q(30.0),
                capacity=Q(10.0),
                tags=("ally",),
            )
        },
        measures={measure.id: measure for measure in measures},
    )


def measure(kind: MeasureKind, *hits: Hit, name: str = "act", **more: object) -> Measure:
    """A measure of three periods by the sender."""
    made = Measure(name, kind=kind, sender="sender", hits=hits, lengths=(3,))
    return replace(made, **more)  # type: ignore[arg-type]


def compiled(*measures: Measure) -> tuple[CaseArrays, MeasureArrays]:
    """The world's arrays and those of the first measure."""
    case = world(*measures)
    arrays = compile_case(case)
    return arrays, compile_measure(case, arrays, measures[0].id)


def by_activity(arrays: CaseArrays, values: object) -> dict[str, float]:
    """Values of an axis K by name."""
    return dict(zip(arrays.activities.names, values.tolist(), strict=True))  # type: ignore[attr-defined]
