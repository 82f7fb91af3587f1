"""A case and results for tests of what stands above the computation."""

from derbes.case.entities import Case, Good, Measure, Tier, Use, Variant
from derbes.case.quantity import Calendar, Quantity, Step
from derbes.results.supply import Cover, CoverRow, Leverage, LeverageEnd, LeverageRow, Provenance

PROVENANCE = Provenance(case_name="Town", case_hash="ab12", version="0.1.0", solver="HiGHS 1.15.1")


def town_case(step: Step = Step.MONTH, n_periods: int = 24) -> Case:
    """A town that uses alum and chlorine; two measures, one variant."""
    return Case(
        name="Town",
        calendar=Calendar(2026, 1, n_periods, step),
        currency="USD",
        target="town",
        goods={
            "alum": Good(id="alum", unit="t", reserve=_number(600, "t", "goods.alum.reserve")),
            "chlorine": Good(id="chlorine", unit="kg"),
        },
        uses={
            "treatment": Use(
                id="treatment",
                good="alum",
                tier=Tier.ESSENTIAL,
                demand=_number(100, "t/month", "uses.treatment.demand"),
            ),
        },
        measures={
            "embargo": Measure(id="embargo", lengths=(6, 12, 24)),
            "surge": Measure(id="surge", lengths=(3,), start=5),
        },
        variants={"no_plant": Variant(id="no_plant")},
        source="town.yaml",
        hash="ab12",
    )


def _number(value: float, unit: str, path: str) -> Quantity:
    return Quantity(value=value, unit=unit, path=path, written=f"{value:g} {unit}")


def cover_row(**changes: object) -> CoverRow:
    """A row of cover: ten months, alum runs out."""
    fields: dict[str, object] = {
        "variant": "base",
        "measure": "embargo",
        "start": "2026-01",
        "length": 12,
        "use": "treatment",
        "time_to_survive": 10.0,
        "survives_at_least": 10.0,
        "survives_length": False,
        "days_of_cover": 182.625,
        "binding": ("alum",),
        "binding_sellers": ("northland",),
        "time_to_survive_myopic": 9.5,
    }
    return CoverRow(**{**fields, **changes})  # type: ignore[arg-type]


def leverage_row(**changes: object) -> LeverageRow:
    """A row of leverage: the example E1 of the design."""
    fields: dict[str, object] = {
        "variant": "base",
        "measure": "embargo",
        "start": "2026-01",
        "length": 12,
        "bound": "optimal",
        "unmet_essential": 120.0,
        "unmet_deferrable": 0.0,
        "deepest_shortfall": 0.6,
        "target_loss": 126000.0,
        "sender_cost_returning": 2400.0,
        "sender_cost_lost": 14400.0,
        "leverage_ratio": 52.5,
        "leverage_ratio_lost": 8.75,
        "premium": 16.5,
        "premium_unbounded": False,
        "rejoined": True,
        "window": 24,
        "certificate": 1e-12,
    }
    return LeverageRow(**{**fields, **changes})  # type: ignore[arg-type]


def leverage_end(**changes: object) -> LeverageEnd:
    """Leverage that never ends."""
    fields: dict[str, object] = {
        "variant": "base",
        "measure": "embargo",
        "length": 12,
        "use": "all_essential",
        "date": None,
        "binding": ("alum",),
        "binding_sellers": ("northland",),
    }
    return LeverageEnd(**{**fields, **changes})  # type: ignore[arg-type]


def cover_result(*rows: CoverRow) -> Cover:
    """Cover with these rows, or with one."""
    return Cover(rows=rows or (cover_row(),), provenance=PROVENANCE)


def leverage_result(*rows: LeverageRow, ends: tuple[LeverageEnd, ...] = ()) -> Leverage:
    """Leverage with these rows and ends, or with one of each."""
    return Leverage(
        rows=rows or (leverage_row(),),
        ends=ends or (leverage_end(),),
        provenance=PROVENANCE,
        currency="USD",
        unit="t",
    )
