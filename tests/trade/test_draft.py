"""A drafted case is valid as it stands, answers at once, and tells where its numbers are from."""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes import api
from derbes.case.quantity import Grade
from derbes.errors import DataError, RequestError
from derbes.model.compile import compile_case
from derbes.supply.baseline import solve_calm
from derbes.trade.draft import draft_case
from derbes.trade.screen import Question, product_sheet
from derbes.trade.store import import_trade
from tests.trade.tables import COMTRADE_HEAD, store_of, table
from tests.trade.test_screen import Rows, random_rows, stored

REAL = [
    ("KAZ", "271121", "RUS"),
    ("Germany", "284690", "CHN"),
    ("EU27", "271121", "RUS"),
    ("Japan", "280530", "China"),
    ("LTU", "270900", "USA"),
]


def drafted(store: Path, buyer: str, sender: str, product: str, folder: Path) -> Path:
    """A drafted case in a file."""
    text = api.draft(buyer, product, sender=sender, store=str(store))
    path = folder / "case.yaml"
    path.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("buyer", "product", "sender"), REAL)
def test_a_draft_of_real_trade_is_valid_and_says_where_numbers_are_from(
    buyer: str, product: str, sender: str, tmp_path: Path
) -> None:
    path = drafted(Path("nowhere"), buyer, sender, product, tmp_path)
    assert api.check(path) == ()
    case = api.read_case(path)
    assert "baci_selection" in case.documents
    for number in api.inputs(case):
        if number.value is not None and number.path.startswith(("uses", "suppliers")):
            assert number.source == "baci_selection"
            assert number.grade in (Grade.DERIVED, Grade.ASSUMPTION)
            assert number.why
    assert "uses.imports.shortage_cost" in case.missing
    assert case.measures["stop_of_a_year"].lengths == (12,)


def test_its_numbers_are_those_of_the_data(tmp_path: Path) -> None:
    years = [
        (f"{t},643,440,271121,{v},{q}", f"{t},579,440,271121,30,{norway}",
         f"{t},643,276,271121,80,400")
        for t, v, q, norway in ((2019, 100, 480, 120), (2020, 150, 600, 120), (2021, 90, 360, 240))
    ]  # fmt: skip
    path = drafted(store_of(tmp_path, *years), "LTU", "RUS", "271121", tmp_path)
    case = api.read_case(path)
    told = {number.path: number for number in api.inputs(case)}
    demand = told["uses.imports.demand"]
    assert demand.value == pytest.approx((600 + 720 + 600) / 3 / 12, rel=1e-3)
    assert (demand.low, demand.high) == pytest.approx((600 / 12, 720 / 12))
    price = told["suppliers.russian_federation.price"]
    assert price.value == pytest.approx(90_000 / 360)
    assert (price.low, price.high) == pytest.approx((100_000 / 480, 250.0), rel=1e-3)
    capacity = told["suppliers.russian_federation.capacity"]
    assert capacity.value == pytest.approx(600 / 12)
    assert (capacity.low, capacity.high) == pytest.approx((360 / 12, 600 / 12), rel=1e-3)
    norway = told["suppliers.norway.capacity"]
    assert (norway.value, norway.high) == (240 / 12, None), "it never sold more to anybody"
    assert told["stockpiles.held.quantity"].value == 0.0
    assert told["stockpiles.held.quantity"].high == 150.0
    cover = api.cover(case, starts=("2022-01",), measures=("stop_of_a_year",))
    assert {row.time_to_survive for row in cover.rows} == {0.0}
    surface = api.leverage(case, starts=("2022-01",), measures=("stop_of_a_year",))
    unmet = 640 - 240
    assert surface.rows[0].unmet_essential == pytest.approx(unmet, rel=2e-3)


def test_the_calm_plan_buys_as_was_bought_and_a_stop_saves_nothing(tmp_path: Path) -> None:
    """A little at a third of the price, by a seller that once sold it all, is no offer of more."""
    years = [
        (f"{t},643,440,271121,{first},{first * 2}", f"{t},428,440,271121,{other * 3},{other * 20}")
        for t, first, other in ((2020, 0.001, 54), (2021, 490, 5))
    ]  # fmt: skip
    case = api.read_case(drafted(store_of(tmp_path, *years), "LTU", "RUS", "271121", tmp_path))
    told = {number.path: number for number in api.inputs(case)}
    price = told["suppliers.latvia.price"]
    assert (price.value, price.low, price.grade) == (500.0, 150.0, Grade.ASSUMPTION)
    assert told["suppliers.russian_federation.price"].value == 500.0
    habit = told["suppliers.russian_federation.at_least"]
    assert (habit.value, habit.low, habit.grade) == (0.9074, 0.0, Grade.ASSUMPTION)
    calm = solve_calm(compile_case(case))
    orders = dict(zip(calm.arrays.activities.elements, calm.orders.sum(axis=1), strict=True))
    bought = orders["suppliers.russian_federation"] / sum(orders.values())
    assert bought == pytest.approx(980 / 1080, rel=1e-3)
    surface = api.leverage(case, measures=("stop_of_a_year",))
    assert min(row.target_loss for row in surface.rows) == pytest.approx(0.0, abs=1e-3)


def test_a_seller_of_next_to_nothing_has_no_habit(tmp_path: Path) -> None:
    rows = ("2021,643,440,271121,1,1", "2021,428,440,271121,9000,90000")
    case = api.read_case(drafted(store_of(tmp_path, rows), "LTU", "RUS", "271121", tmp_path))
    assert case.suppliers["russian_federation"].at_least is None
    assert case.suppliers["latvia"].at_least is not None


def test_small_sellers_are_put_together(tmp_path: Path) -> None:
    rows = (
        "2021,643,440,271121,1000,4000", "2021,428,440,271121,4,16", "2021,233,440,271121,5,10",
        "2021,579,440,271121,200,NA",
    )  # fmt: skip
    case = api.read_case(drafted(store_of(tmp_path, rows), "LTU", "RUS", "271121", tmp_path))
    assert set(case.suppliers) == {"russian_federation", "norway", "others"}
    assert case.actors["others"].label["en"] == "2 other sellers"
    told = {number.path: number.value for number in api.inputs(case)}
    assert told["suppliers.others.price"] == pytest.approx(9000 / 26, rel=1e-3)
    assert told["suppliers.others.capacity"] == pytest.approx(26 / 12, rel=1e-3)
    usual = 1009_000 / 4026
    assert told["suppliers.norway.capacity"] == pytest.approx(200_000 / usual / 12, rel=1e-3)


def test_without_weights_it_is_counted_by_value(tmp_path: Path) -> None:
    rows = ("2021,643,440,271121,1000,NA", "2021,428,440,271121,600,10")
    path = drafted(store_of(tmp_path, rows), "LTU", "RUS", "271121", tmp_path)
    case = api.read_case(path)
    assert case.goods["hs271121"].unit == "kUSD"
    assert "is what 1000 USD bought in 2021" in path.read_text(encoding="utf-8")
    told = {number.path: number.value for number in api.inputs(case)}
    assert told["uses.imports.demand"] == pytest.approx(1600 / 12, rel=1e-3)


def test_months_give_demand_a_season(tmp_path: Path) -> None:
    rows = tuple(
        f"C,M,2022,{month},398,KAZ,M,643,RUS,0,H5,271121,C00,0,{1000 * month},{100 * month}"
        for month in range(1, 13)
    )
    path = table(tmp_path, "monthly.csv", COMTRADE_HEAD, rows)
    import_trade([path], tmp_path / "store")
    sheet = product_sheet(tmp_path / "store", Question("KAZ", "RUS", products=("271121",)))
    (tmp_path / "case.yaml").write_text(draft_case(sheet, "2023-04"), encoding="utf-8")
    case = api.read_case(tmp_path / "case.yaml")
    demand = case.uses["imports"].demand
    assert demand is not None
    year = [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    assert demand.over(120) == pytest.approx(10 * year)


def test_months_that_are_not_told_are_no_months_without_imports(tmp_path: Path) -> None:
    def told(year: int, month: int, value: int) -> str:
        return f"C,M,{year},{month},398,KAZ,M,643,RUS,0,H5,271121,C00,0,{value},{100 * value}"

    whole = [told(2021, month, 1000) for month in range(1, 13)]
    rows = [told(2020, 12, 1000), *whole, *(told(2022, month, 3000) for month in (1, 2))]
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, tuple(rows))], tmp_path / "store")
    question = Question("KAZ", "RUS", products=("271121",))
    with pytest.raises(DataError) as refused:
        draft_case(product_sheet(tmp_path / "store", question))
    assert str(refused.value).startswith("un-comtrade-hs17 does not hold every month of 2022, so")
    sheet = product_sheet(tmp_path / "store", replace(question, last=2021))
    assert sheet.partial == (2020,)
    (tmp_path / "case.yaml").write_text(draft_case(sheet), encoding="utf-8")
    demand = api.read_case(tmp_path / "case.yaml").uses["imports"].demand
    assert demand is not None
    assert demand.over(120) == pytest.approx([1.0] * 120)


def test_without_a_sender_there_is_no_measure(tmp_path: Path) -> None:
    path = drafted(Path("nowhere"), "KAZ", "", "271121", tmp_path)
    assert api.check(path) == ()
    assert not api.read_case(path).measures


def test_what_cannot_be_drafted_says_why() -> None:
    with pytest.raises(DataError) as refused:
        api.draft("LTU", "271121", sender="RUS", year=2024)
    assert str(refused.value) == "RUS sells no 271121 to LTU in 2024: there is nothing to cut off."
    with pytest.raises(DataError) as refused:
        api.draft("Tuvalu", "261210")
    assert str(refused.value) == (
        "baci-selection records no imports of 261210 by Tuvalu in 2020, 2021, 2022, 2023, 2024. "
        "Fix: ask about earlier years with --year, or begin the case with derbes new."
    )
    with pytest.raises(RequestError) as told:
        api.draft("KAZ", "2711")
    assert str(told.value) == (
        'baci-selection: 1 problem\n  - product: "2711" is no product of six digits\n'
        "    fix: derbes screen --importer KAZ --product 2711 lists those that begin so"
    )


def test_indicators_are_facts_that_statements_name_without_any_store(tmp_path: Path) -> None:
    years = [
        (f"{t},643,440,271121,{v},{q}", f"{t},579,440,271121,30,120", f"{t},643,276,271121,80,400",
         f"{t},440,428,271121,10,40")
        for t, v, q in ((2019, 100, 480), (2020, 150, 600), (2021, 90, 360))
    ]  # fmt: skip
    path = drafted(store_of(tmp_path, *years), "LTU", "RUS", "271121", tmp_path)
    case = api.read_case(path)
    told = {name: fact.amount and fact.amount.value for name, fact in case.facts.items()}
    shares, world = (90 / 120, 30 / 120), (170 / 210, 30 / 210, 10 / 210)
    hhi = sum(share**2 for share in shares)
    world_hhi = sum(share**2 for share in world)
    assert told == {
        "supplier_concentration": pytest.approx(hhi, rel=1e-3),
        "first_seller_share": pytest.approx(0.75, rel=1e-3),
        "world_concentration": pytest.approx(world_hhi, rel=1e-3),
        "world_first_share": pytest.approx(170 / 210, rel=1e-3),
        "imports_over_exports": pytest.approx(12.0, rel=1e-3),
        "cdi_margin": pytest.approx(hhi / 0.4 - 1, rel=1e-3),
        "geodep_margin": pytest.approx(hhi / 0.4 - 1, rel=1e-3),
        "years_flagged": 3.0,
        "net_import_reliance": None,
        "concentration_trend": pytest.approx(
            (hhi - ((100 / 130) ** 2 + (30 / 130) ** 2)) / 2, rel=1e-3
        ),
        "sender_share": pytest.approx(0.75, rel=1e-3),
        "sender_exports_bought": pytest.approx(90 / 170, rel=1e-3),
        "sender_share_trend": pytest.approx((90 / 120 - 100 / 130) / 2, rel=1e-3),
    }
    assert "facts.net_import_reliance.amount" in case.missing
    for fact in case.facts.values():
        assert (fact.document, fact.date, fact.grade) == (next(iter(case.documents)), "2021", "C")
    text = path.read_text(encoding="utf-8")
    said = "statements:\n" + "".join(
        f"  {name}: {{says: so, by: lithuania, modality: fact, holds_if: '{check}'}}\n"
        for name, check in (
            ("flagged", "supplier_concentration > 0.4 and years_flagged >= 2"),
            ("calm", "abs(seller_concentration(hs271121, 2022-12) - supplier_concentration) < 1"),
            ("net", "net_import_reliance > 0"),
        )
    )
    path.write_text(f"{text}\n{said}", encoding="utf-8")
    for left in tmp_path.iterdir():  # the case is told without the data that it came from
        if left != path:
            left.rename(left.with_name(f"gone_{left.name}"))
    assert api.check(path) == ()
    verdicts = {row.id: row.verdict for row in api.statements(api.read_case(path)).statements}
    assert verdicts == {"flagged": "holds", "calm": "holds", "net": "untestable"}


def test_what_derbes_knows_the_words_of_is_drafted_in_every_language(tmp_path: Path) -> None:
    """Whatever language it was drafted in, so that a page in another one needs no [en]."""
    case = api.read_case(drafted(Path("nowhere"), "KAZ", "RUS", "271121", tmp_path))
    assert case.actors["kazakhstan"].label == {
        "en": "Kazakhstan",
        "kk": "Қазақстан",
        "ru": "Казахстан",
    }
    name = "Petroleum gases and other gaseous hydrocarbons: in gaseous state, natural gas"
    assert case.goods["hs271121"].label == {
        "en": f"{name} (HS 271121)",
        "kk": f"СЭҚ ТН 271121 ({name})",
        "ru": f"ТН ВЭД 271121 ({name})",
    }
    assert case.uses["imports"].label["ru"] == "То, что импортируется"
    assert case.stockpiles["held"].label["kk"] == "Басындағы қор"
    assert case.measures["stop_of_a_year"].label["ru"].startswith("Россия")
    assert case.suppliers["turkmenistan"].label["kk"] == "Түрікменстан"
    assert set(case.levers["all_else"].lacks) == {"en", "kk", "ru"}


def by_hand(rows: Rows, buyers: set[int]) -> float:
    """Imports of gas in 2021 from outside by weight; what has none at the price of what has. [t]"""
    sold = [
        one for (t, i, j, k), one in rows.items()
        if (t, k) == (2021, 271121) and j in buyers and i not in buyers
    ]  # fmt: skip
    weighed = [(v, q) for v, q in sold if q is not None]
    return sum(q for _v, q in weighed) * sum(v for v, _q in sold) / sum(v for v, _q in weighed)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("buyer", "numbers"), [("KAZ", {398}), ("EU27", {276, 251})])
def test_what_is_bought_is_what_the_sellers_sold(buyer, numbers, seed, tmp_path: Path) -> None:
    """Trade inside a group has no seller, and is no demand for one; habits add up to all of it."""
    rows = random_rows(seed)
    if buyer == "EU27":  # two members that buy of one seller, and one of them alone has a weight
        rows = {key: (v, q or v / 7) for key, (v, q) in rows.items()}
    store = str(stored(rows, tmp_path))
    (tmp_path / "case.yaml").write_text(api.draft(buyer, "271121", store=store, n_years=1) + "\n")
    case = api.read_case(tmp_path / "case.yaml")
    demand, sold = case.uses["imports"].demand, [*case.suppliers.values()]
    assert demand is not None
    if case.goods["hs271121"].unit == "t":
        assert 12 * demand.value == pytest.approx(by_hand(rows, numbers), rel=1e-3)
    assert sum(one.capacity.value for one in sold) == pytest.approx(demand.value, rel=1e-3)
    habits = [one.at_least.value for one in sold if one.at_least is not None]
    assert sum(habits) == pytest.approx(1.0, abs=1e-3)


def test_a_draft_that_is_short_in_calm_says_so(tmp_path: Path) -> None:
    years = [
        (f"{t},643,440,271121,{v},{v}", f"{t},428,440,271121,{w},{w}")
        for t, v, w in ((2020, 100, 100), (2021, 100, 0))
    ]
    said = "Its sellers of 2021 never sold what demand asks for"
    question = Question("LTU", "RUS", products=("271121",))
    sheet = product_sheet(store_of(tmp_path, *years), question)
    assert said in draft_case(sheet)
    assert said not in draft_case(product_sheet(tmp_path / "store", replace(question, n_years=1)))


def test_a_group_that_buys_inside_alone_has_nothing_to_draft(tmp_path: Path) -> None:
    rows = ("2021,251,276,271121,80,400", "2021,643,398,271121,20,100")
    store = store_of(tmp_path, rows)
    sheet = product_sheet(store, Question("EU27", products=("271121",), n_years=1))
    assert (sheet.rows[0].outside_weight, [one.value for one in sheet.sellers]) == (None, [0.0])
    with pytest.raises(DataError, match="records no imports of 271121 by EU27 in 2021"):
        draft_case(sheet)


def test_goods_that_come_back_are_sold_by_nobody(tmp_path: Path) -> None:
    rows = [
        f"C,A,2022,52,398,KAZ,M,{partner},,0,H5,271121,C00,0,{1000 * value},{1000 * value}"
        for partner, value in ((643, 80), (398, 20), (156, 10))
    ]
    found = import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, tuple(rows))], tmp_path / "store")
    assert (found.counts["kept"], found.counts["own"]) == (2, 1)
    sheet = product_sheet(tmp_path / "store", Question("KAZ", "RUS", products=("271121",)))
    assert (sheet.rows[0].imports, sheet.rows[0].n_sellers) == (90_000, 2)
    assert sheet.rows[0].top_share == sheet.sellers[0].share == pytest.approx(8 / 9)
