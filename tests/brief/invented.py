"""Contents of a brief for tests: an invented town, with consistent numbers of its own.

Two goods in use, made from components; Northland sells most. The numbers come
from a small stock rule below, so that curves, tables and cover agree.
"""

from collections.abc import Mapping
from dataclasses import replace

from derbes.brief import BriefContents
from derbes.case.entities import (
    Actor,
    CapitalPayment,
    Case,
    Good,
    Hit,
    Measure,
    Plant,
    Recipe,
    Supplier,
    Tier,
    Use,
    Variant,
)
from derbes.case.ledger import Document, Fact
from derbes.case.quantity import Calendar, Grade, Quantity
from derbes.results.supply import (
    ALL_ESSENTIAL,
    Branch,
    CalmPlan,
    Cover,
    CoverRow,
    Leverage,
    LeverageEnd,
    LeverageRow,
    Provenance,
)

N = 120
LENGTHS = (3, 6, 12, 24)
CALENDAR = Calendar(first_year=2026, first_month=1, n_periods=N)
USES = {"washing": ("alum", 100.0), "rinsing": ("salt", 60.0)}
STOCK = {"alum": 600.0, "salt": 240.0}
OTHERS = {"alum": 40.0, "salt": 30.0}
OPENINGS = {"base": 72, "no_plants": None, "two_years_late": 96}
PRICE = 10.0
SHORTAGE_COST = 1000.0


def given(value: float, unit: str, path: str, **more: object) -> Quantity:
    """A number with its place in the case."""
    return Quantity(value=value, unit=unit, path=path, written=str(value), **more)  # type: ignore[arg-type]


def _amounts(recipe: str, *goods: str) -> dict[str, Quantity]:
    return {good: given(2.0, "t/t", f"recipes.{recipe}.inputs.{good}") for good in goods}


def invented_case() -> Case:
    """The town, its sellers, two plants."""
    goods = {
        "alum": Good("alum", label={"en": "Alum, ready", "kk": "Әлемдік ғылым: қаңбақ өңі"},
                     unit="t", reserve=given(600, "t", "goods.alum.reserve", grade=Grade.OFFICIAL,
                                             source="stock_fact")),
        "salt": Good("salt", label={"en": "Softening salt"}, unit="t",
                     reserve=given(240, "t", "goods.salt.reserve", grade=Grade.PUBLISHED)),
        "bauxite": Good("bauxite", label={"en": "Bauxite"}, unit="t"),
        "acid": Good("acid", label={"en": "Sulfuric acid"}, unit="t"),
        "brine": Good("brine", label={"": "Brine «Ңұрлы» №5, ₸"}, unit="t"),
    }  # fmt: skip
    uses = {
        "washing": Use("washing", label={"en": "Washing, essential"}, good="alum",
                       demand=given(100, "t/month", "uses.washing.demand", grade=Grade.DERIVED)),
        "rinsing": Use("rinsing", label={"en": "Rinsing"}, good="salt",
                       demand=given(60, "t/month", "uses.rinsing.demand", low=40.0, high=90.0,
                                    grade=Grade.ASSUMPTION, why={"": "by the towns around"})),
        "pools": Use("pools", label={"en": "Swimming pools"}, good="salt", tier=Tier.DEFERRABLE,
                     demand=given(10, "t/month", "uses.pools.demand", grade=Grade.ASSUMPTION)),
    }  # fmt: skip
    suppliers = {
        f"{actor}_{good}": Supplier(
            f"{actor}_{good}", actor=actor, good=good,
            price=given(price, "USD/t", f"suppliers.{actor}_{good}.price", low=price / 2,
                        high=price * 2, grade=Grade.ASSUMPTION,
                        why={"": "<b>guessed</b> & checked"}),
            capacity=given(capacity, "t/month", f"suppliers.{actor}_{good}.capacity"),
        )
        for actor, good, price, capacity in (
            ("northland", "alum", 10.0, 200.0), ("westland", "alum", 25.0, 40.0),
            ("northland", "salt", 8.0, 100.0), ("eastland", "salt", 20.0, 30.0),
            ("northland", "acid", 3.0, 900.0),
        )
    }  # fmt: skip
    plants = {
        "alum_works": Plant("alum_works", label={"en": "Alum works"}, actor="town", opening=72,
                            opening_written="2032-01", opening_grade="B",
                            opening_source="plan_fact",
                            capital=(CapitalPayment(0, given(400e6, "USD",
                                                             "plants.alum_works.capital")),)),
        "salt_works": Plant("salt_works", label={"en": "Salt works"}, actor="town", opening=18),
    }  # fmt: skip
    recipes = {
        "make_alum": Recipe("make_alum", output="alum", plant="alum_works",
                            inputs=_amounts("make_alum", "bauxite", "acid")),
        "make_salt": Recipe("make_salt", output="salt", plant="salt_works",
                            inputs=_amounts("make_salt", "brine")),
    }  # fmt: skip
    measures = {
        "embargo": Measure("embargo", label={"en": "Embargo by Northland"}, sender="northland",
                           hits=(Hit(actor="northland"),), lengths=LENGTHS)
    }  # fmt: skip
    documents = {
        "plan": Document("plan", title={"": "Town plan «Су»"},
                         publisher={"": "Town hall"}, date="2025-12-17",
                         address="https://example.org/plan"),
        "trap": Document("trap", title={"": "A trap"}, date="2025-01",
                         address="javascript:alert(1)"),
    }  # fmt: skip
    facts = {
        "plan_fact": Fact("plan_fact", says={"": "Works open in 2032"}, date="2025-12",
                          document="plan", grade="B",
                          amount=given(1e9, "USD", "facts.plan_fact.amount")),
        "stock_fact": Fact("stock_fact", says={"": "Stock is full"}, document="trap", grade="A"),
    }  # fmt: skip
    case = Case(
        name="Waterworks (invented)", calendar=CALENDAR, currency="USD", target="town",
        label={"en": "Waterworks of an invented town", "kk": "Су құбыры"},
        note={"": "The numbers are invented."},
        question={"en": "How long can the town treat its water if Northland stops selling?"},
        main_measure="embargo", main_length=12,
        actors={id_: Actor(id_, label={"en": id_.title()})
                for id_ in ("town", "northland", "westland", "eastland")},
        goods=goods, uses=uses, suppliers=suppliers, plants=plants, recipes=recipes,
        measures=measures, documents=documents, facts=facts,
        missing=("suppliers.westland_alum.margin_share",), source="cases/waterworks.yaml",
        hash="5f" * 32,
    )  # fmt: skip
    late = replace(case, plants={"salt_works": plants["salt_works"]})
    variants = {
        "no_plants": Variant("no_plants", label={"en": "nothing is built"}, case=late,
                             changes=("remove plants.alum_works",)),
        "two_years_late": Variant("two_years_late", label={"en": "two years late"}, case=case,
                                  changes=("plants.alum_works.delay: 24 month",)),
    }  # fmt: skip
    return replace(case, variants=variants)


def makes(variant: str, use: str, period: int) -> float:
    """Own output in a period. [t/month]"""
    opening = OPENINGS[variant]
    if use == "washing":
        return 100.0 if opening is not None and period >= opening else 0.0
    return 35.0 if period >= 18 else 0.0


def short(variant: str, use: str, *, start: int, length: int, haste: float = 1.0) -> list[float]:
    """Unmet demand by month: stock first, then what others and plants give. [t]"""
    good, demand = USES[use]
    stock = STOCK[good] / haste
    unmet = []
    for t in range(length):
        supply = OTHERS[good] + makes(variant, use, start + t)
        need = max(0.0, demand - supply)
        drawn = min(stock, need)
        stock += max(0.0, supply - demand) - drawn
        unmet.append(need - drawn)
    return unmet


def survival(variant: str, use: str, start: int, haste: float = 1.0) -> float | None:
    """Months in full, with the part of the broken one. [month]"""
    demand = USES[use][1]
    for t, unmet in enumerate(short(variant, use, start=start, length=N - start, haste=haste)):
        if unmet > 0:
            return t + 1 - unmet / demand
    return None


def _least(times: list[float | None]) -> float | None:
    return min((time for time in times if time is not None), default=None)


def cover_rows(variant: str, start: int) -> list[CoverRow]:
    """All essential uses together, and each alone."""
    times = {use: survival(variant, use, start) for use in USES}
    hasty = {use: survival(variant, use, start, 1.2) for use in USES}
    worst = min(USES, key=lambda use: times[use] or 1e9)
    rows = []
    for use in (ALL_ESSENTIAL, *USES):
        time = _least(list(times.values())) if use == ALL_ESSENTIAL else times[use]
        rule = _least(list(hasty.values())) if use == ALL_ESSENTIAL else hasty[use]
        good = USES[worst if use == ALL_ESSENTIAL else use][0]
        rows.append(
            CoverRow(
                variant=variant, measure="embargo", start=CALENDAR.label(start), length=12, use=use,
                time_to_survive=time, survives_at_least=float(N - start) if time is None else time,
                survives_length=time is None or time >= 12,
                days_of_cover=STOCK[good] / sum(d for g, d in USES.values() if g == good) * 30.4375,
                binding=() if time is None else (good,),
                binding_sellers=() if time is None else ("northland",),
                time_to_survive_myopic=rule,
            )
        )  # fmt: skip
    return rows


def leverage_rows(variant: str, start: int) -> list[LeverageRow]:
    """Both bounds, all lengths."""
    rows = []
    for length in LENGTHS:
        for bound, haste in (("optimal", 1.0), ("myopic", 1.2)):
            paths = [short(variant, use, start=start, length=length, haste=haste) for use in USES]
            unmet = sum(map(sum, paths))
            shares = {use: max(path) / USES[use][1] for use, path in zip(USES, paths, strict=True)}
            deepest = max(shares.values())
            loss = unmet * SHORTAGE_COST + length * 400.0
            returning = 0.4 * PRICE * length * (30.0 if makes(variant, "washing", start) else 60.0)
            lost = returning * 36 / length
            rows.append(
                LeverageRow(
                    variant=variant, measure="embargo", start=CALENDAR.label(start), length=length,
                    bound=bound, unmet_essential=unmet, unmet_deferrable=length * 4.0,
                    deepest_shortfall=deepest, target_loss=loss, sender_cost_returning=returning,
                    sender_cost_lost=lost, leverage_ratio=loss / returning,
                    leverage_ratio_lost=loss / lost, premium=16.5, premium_unbounded=False,
                    rejoined=True, window=length + 12,
                    certificate=1e-9 if bound == "optimal" else float("nan"),
                    unmet_essential_gross=unmet, unmet_deferrable_gross=length * 4.0,
                    deepest_use=max(shares, key=shares.__getitem__) if deepest else "",
                    unmet_unit="t", bounds=("unmet_essential", "deepest_shortfall"),
                )
            )  # fmt: skip
    return rows


def end_rows(variant: str, starts: list[int]) -> list[LeverageEnd]:
    """First start from which on nothing is unmet, per length."""
    ends = []
    for length in LENGTHS:
        fine = [
            sum(sum(short(variant, use, start=s, length=length)) for use in USES) <= 0
            for s in starts
        ]
        first = next((i for i in range(len(starts)) if all(fine[i:])), None)
        ends.append(
            LeverageEnd(
                variant=variant, measure="embargo", length=length, use=ALL_ESSENTIAL,
                date=None if first is None else CALENDAR.label(starts[first]),
                binding=() if all(fine) else ("alum",),
                binding_sellers=() if all(fine) else ("northland",),
                n_starts_survived=sum(fine), n_starts=len(starts),
            )
        )  # fmt: skip
    return ends


def calm_plan(variant: str) -> CalmPlan:
    """Purchases fill what plants do not make."""
    made = {use: [makes(variant, use, t) for t in range(N)] for use in USES}
    opening = OPENINGS[variant]
    washing = tuple(1.0 - made["washing"][t] / 100 for t in range(N))
    rinsing = tuple(None if t > 100 else 0.7 - made["rinsing"][t] / 60 for t in range(N))
    return CalmPlan(
        variant=variant,
        months=CALENDAR.labels,
        stock={good: (amount,) * N for good, amount in STOCK.items()},
        reserve={good: (amount,) * N for good, amount in STOCK.items()},
        purchases={
            "northland_alum": tuple(100.0 - m for m in made["washing"]),
            "northland_salt": tuple(45.0 - m for m in made["rinsing"]),
            "eastland_salt": (15.0,) * N,
            "northland_acid": tuple(2 * m for m in made["washing"]),
        },
        output={"make_alum": tuple(made["washing"]), "make_salt": tuple(made["rinsing"])},
        exports={},
        demand={**{use: (demand,) * N for use, (_g, demand) in USES.items()}, "pools": (10.0,) * N},
        unmet=dict.fromkeys((*USES, "pools"), (0.0,) * N),
        money=(1000.0,) * N,
        plant_openings={
            "salt_works": CALENDAR.label(18),
            "alum_works": None if opening is None else CALENDAR.label(opening),
        },
        sender_share={"washing": {"northland": washing}, "rinsing": {"northland": rinsing}},
    )


def branches_of(variant: str, start: int, length: int = 12) -> list[Branch]:
    """The course of the main measure, both bounds, with a year after it."""
    n = length + 12
    found = []
    for bound, haste in (("optimal", 1.0), ("myopic", 1.2)):
        unmet = {
            use: (*short(variant, use, start=start, length=length, haste=haste), *([0.0] * 12))
            for use in USES
        }
        unmet["pools"] = tuple([10.0] * length + [0.0] * 12)
        demand = {use: (USES[use][1] if use in USES else 10.0,) * n for use in unmet}
        found.append(
            Branch(
                variant=variant, measure="embargo", start=CALENDAR.label(start), length=length,
                bound=bound, months=tuple(CALENDAR.label(start + t) for t in range(n)),
                served_share={
                    use: tuple(1 - u / d for u, d in zip(path, demand[use], strict=True))
                    for use, path in unmet.items()
                },
                stock={"alum": (0.0,) * n}, unmet=unmet, demand=demand,
            )
        )  # fmt: skip
    return found


def invented_contents(every: int = 3) -> BriefContents:
    """Everything a brief needs, for three variants."""
    starts = list(range(0, N, every))
    made = Provenance(
        "Waterworks (invented)", "5f" * 32, "0.1.0", "HiGHS 1.15.1",
        command="derbes brief cases/waterworks.yaml", discount_rate=0.05,
    )  # fmt: skip
    cover, rows, ends, branches = [], [], [], []
    for variant in OPENINGS:
        for start in starts:
            cover += cover_rows(variant, start)
            rows += leverage_rows(variant, start)
        ends += end_rows(variant, starts)
        for start in (0, 48, 108):
            branches += branches_of(variant, start)
    return BriefContents(
        case=invented_case(),
        cover=Cover(tuple(cover), made),
        leverage=Leverage(tuple(rows), tuple(ends), made, "USD", "t", goods=("alum", "salt")),
        calm=plans(),
        branches=tuple(branches),
    )


def plans() -> Mapping[str, CalmPlan]:
    """Calm plans of all variants."""
    return {variant: calm_plan(variant) for variant in OPENINGS}


def without_money(contents: BriefContents) -> BriefContents:
    """The same, where a shortage cost is missing, and with it all losses."""
    lacking = ("uses.washing.shortage_cost", "uses.rinsing.shortage_cost")
    rows = tuple(
        replace(row, target_loss=None, leverage_ratio=None, leverage_ratio_lost=None, premium=None,
                missing=lacking)
        for row in contents.leverage.rows
    )  # fmt: skip
    return replace(contents, leverage=replace(contents.leverage, rows=rows))
