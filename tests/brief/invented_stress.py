"""Results over draws for tests: the invented town again, with made-up spreads."""

from derbes.case.entities import Case
from derbes.case.uncertainty import Hazard
from derbes.results.stress import (
    Answer,
    Bar,
    EndedBy,
    Fan,
    HazardRisk,
    Influence,
    ScreenedOut,
    Stress,
    TippingValue,
)
from derbes.results.supply import DrawnInput, Provenance

DATES = tuple(f"{year}-01" for year in range(2026, 2036))
SURVIVE = "time_to_survive(embargo, 2026-01, bound=optimal)"
SURVIVES = "survives(embargo, 2028-01, months=12, bound=optimal)"
PRICE, CAPACITY = "suppliers.northland_alum.price", "suppliers.northland_alum.capacity"
DEMAND = "uses.rinsing.demand"


def hazards(case: Case) -> dict[str, Hazard]:
    """One hazard for each measure."""
    return {name: Hazard(name, measure=name) for name in case.measures}


def invented_stress(case: Case) -> Stress:
    """Every kind of result over draws."""
    measure = next(iter(case.measures))
    return Stress(
        draws=4096,
        seed=7,
        answers=_answers(measure),
        p_ended=tuple(_ended(measure)),
        sensitivity=(
            Influence(SURVIVE, DEMAND, 0.61, 0.7, 0.4, 0.05, 0.06),
            Influence(SURVIVE, PRICE, 0.0, 0.01, 0.03),
            Influence(SURVIVE, CAPACITY, None, None, 0.02),
        ),
        tipping=(
            TippingValue(SURVIVES, DEMAND, 71.5, "t/month", "above", 64.0, True, "71.5 t/month"),
            TippingValue(SURVIVES, PRICE, None, "USD/t", "above", None, True),
        ),
        provenance=Provenance("town", "0" * 64, "1.0", "HiGHS 1", n_draws=4096, seed=7),
        draws_solved=64,
        hazards=(_risk(tuple(case.hazards)),),
        fans=(_fan(measure, "cover", "month", 1.0), _fan(measure, "leverage_ratio", "", 4.0)),
        tornado=(
            Bar(SURVIVE, DEMAND, "t/month", 40.0, 90.0, 60.0, 15.0, 6.6, 10.0),
            Bar(SURVIVE, CAPACITY, "t/month", 10.0, 90.0, 60.0, 10.0, 10.4, 10.0),
            Bar(SURVIVE, PRICE, "USD/t", 5.0, 20.0, 10.0, 10.0, 10.0, 10.0),
        ),
        screened_out=(ScreenedOut(SURVIVE, 2, 0.1, 0.004, (CAPACITY, PRICE)),),
        inputs=(
            DrawnInput(DEMAND, "t/month", 60.0, 40.0, 90.0, "pert", False,
                       {"5": 46.0, "50": 61.0, "95": 79.0}, "", None, None, None, {}, "D", "by"),
            DrawnInput("plants.works.delay", "month", 0.0, None, None, "reference", True,
                       {"5": 0.0, "50": 12.0, "95": 40.0}, "works", 5, 2, 0.3, {}, "B", ""),
        ),
        notes=("The first 64 draws were solved as programs too.",),
        units={"money": "USD", "unmet": "t"},
    )  # fmt: skip


def _answers(measure: str) -> tuple[Answer, ...]:
    quantiles = {"5": 4.0, "25": 7.0, "50": 10.0, "75": 14.0, "95": 48.0}
    return (
        Answer(SURVIVE, "month", 11.2, 0.13, quantiles, "survive", "base", measure, None,
               "2026-01", "optimal", 64, 0, 48.0, 0.06, 192),
        Answer(SURVIVES, "share", 0.71, 0.02, {}, "ended", "no_plants", measure, 12, "2028-01",
               "optimal", 64),
    )  # fmt: skip


def _ended(measure: str) -> list[EndedBy]:
    return [
        EndedBy(
            variant, measure, length, date, min(1.0, max(0.0, (at - late) / 8)), 0.02, bound, 64
        )
        for variant, late in (("base", 1), ("no_plants", 7))
        for bound in ("optimal", "myopic")
        for length in (6, 12)
        for at, date in enumerate(DATES)
    ]


def _risk(names: tuple[str, ...]) -> HazardRisk:
    n = len(DATES)
    by = tuple(0.03 * (at + 1) for at in range(n))
    curve = tuple((1e6 * step, 0.3 / (1 + step)) for step in range(12))
    return HazardRisk("base", names, DATES, tuple(0.02 for _date in DATES), by, {"washing": 0.3},
                      2.5e5, 4e6, 12.0, 180.0, 0.05, curve, "USD",
                      n_draws=64, last="2035-12")  # fmt: skip


def _fan(measure: str, name: str, unit: str, scale: float) -> Fan:
    paths = {
        percent: tuple(scale * factor * (1 + at / 3) for at in range(len(DATES)))
        for percent, factor in (("5", 0.6), ("25", 0.8), ("50", 1.0), ("75", 1.3), ("95", 1.9))
    }
    middle = paths["50"]
    return Fan(name, "base", unit, DATES, paths, middle, middle, 64, "optimal", measure, 12)
