"""Answers of the store against sums made row by row, and against what is known of real trade."""

import math
import random
from collections import Counter
from pathlib import Path

import pytest

from derbes.errors import DataError, RequestError
from derbes.results.trade import EVERY, Dependence, ProductSheet
from derbes.trade import codes
from derbes.trade.screen import Question, product_sheet, screen
from derbes.trade.store import import_trade
from tests.trade.tables import COMTRADE_HEAD, COMTRADE_ROWS, baci, store_of, table

KAZ, RUS, DEU, FRA, CHN, USA = 398, 643, 276, 251, 156, 842
COUNTRIES = (KAZ, RUS, DEU, FRA, CHN, USA)
INSIDE = {DEU, FRA}
"""Members of the EU among them, in every year."""
Rows = dict[tuple[int, int, int, int], tuple[int, float | None]]
"""Year, exporter, importer, product → value [1000 USD] and weight [t]."""


def random_rows(seed: int) -> Rows:
    """Random trade of a few countries, products and years, with ties, gaps and lost weights."""
    draw = random.Random(seed)
    rows: Rows = {}
    for year in (2019, 2020, 2021):
        for product in (271121, 280530, 10121):
            for i in COUNTRIES:
                for j in COUNTRIES:
                    if i != j and draw.random() < 0.6:
                        value = draw.choice((1, 5, 5, 20, draw.randint(1, 10**6)))
                        weight = draw.choice((None, 0.001 * draw.randint(1, 10**7)))
                        rows[year, i, j, product] = (value, weight)
    return rows


def stored(rows: Rows, folder: Path) -> Path:
    """A store that holds these rows."""
    lines = tuple(
        f"{t},{i},{j},{k:06d},{v},{'NA' if q is None else f'{q:.3f}'}"
        for (t, i, j, k), (v, q) in rows.items()
    )
    import_trade([baci(folder, lines, "BACI_HS92_V202301.csv")], folder / "store")
    return folder / "store"


def by_hand(rows: Rows, year: int, product: int, buyers: set[int], inside: set[int]) -> dict:
    """Figures of a dependence, summed row by row."""
    mine = {key: one for key, one in rows.items() if key[0] == year and key[3] == product}
    sold: Counter[int] = Counter()
    weight = weighed = 0.0
    for (_t, i, j, _k), (v, q) in mine.items():
        if j in buyers:
            sold[i] += v
            weight += q or 0.0
            weighed += v if q is not None else 0.0
    outside = {i: v for i, v in sold.items() if i not in inside}
    total, from_outside = sum(sold.values()), sum(outside.values())
    own = sum(v for (_t, i, j, _k), (v, _q) in mine.items() if i in buyers and j not in inside)
    world: Counter[int] = Counter()
    for (_t, i, j, _k), (v, _q) in mine.items():
        if not (i in inside and j in inside):
            world[0 if i in inside else i] += v
    all_ = sum(world.values())
    hhi = sum((v / from_outside) ** 2 for v in outside.values()) if from_outside else 0.0
    russian = sum(v for (_t, i, _j, _k), (v, _q) in mine.items() if i == RUS)
    return {
        "imports": 1000.0 * total,
        "weight": weight if weighed else None,
        "unit_value": 1000 * weighed / weight if weight else None,
        "n_sellers": len(outside),
        "concentration": hhi,
        "top": min((-v, i) for i, v in outside.items())[1] if outside else None,
        "exports": 1000.0 * own,
        "over_exports": from_outside / own if own else None,
        "world_concentration": sum((v / all_) ** 2 for v in world.values()),
        "sender_share": sold[RUS] / from_outside if from_outside else None,
        "target_share": sold[RUS] / russian if russian else None,
        "outside_share": from_outside / total if inside else None,
    }


def same(row: Dependence, right: dict) -> None:
    """A row holds the figures that were summed by hand."""
    for name, expected in right.items():
        found = getattr(row, name)
        if name == "top":
            assert found == ("" if expected is None else codes.iso3(expected)), name
        elif expected is None:
            assert found is None, name
        else:
            assert found == pytest.approx(expected, rel=1e-9), name


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("buyer", ["KAZ", "EU27", EVERY])
def test_t1_t2_t3_t4_t9_figures_are_those_of_sums_made_row_by_row(
    buyer: str, seed: int, tmp_path: Path
) -> None:
    rows = random_rows(seed)
    found = screen(stored(rows, tmp_path), Question(buyer, "RUS"))
    assert found.rows
    for row in found.rows:
        if buyer == "EU27":
            own, inside = INSIDE, INSIDE
        else:
            own, inside = set(codes.numbers_of(row.buyer)), set()
        same(row, by_hand(rows, row.year, int(row.product), own, inside))
    sold = {(j, k) for t, _i, j, k in rows if t == 2021}
    expected = {k for j, k in sold if j in ({KAZ} if buyer == "KAZ" else INSIDE)}
    if buyer != EVERY:
        assert {int(row.product) for row in found.rows} == expected


@pytest.mark.parametrize("n_threads", [1, 2])
def test_answers_are_the_same_bits_on_any_number_of_threads(n_threads: int, tmp_path: Path) -> None:
    store = stored(random_rows(9), tmp_path)
    first = screen(store, Question(EVERY, "RUS"), n_threads=1)
    assert screen(store, Question(EVERY, "RUS"), n_threads=n_threads) == first


def test_flags_over_years(tmp_path: Path) -> None:
    flagged = "{t},643,398,271121,90,1", "{t},156,398,271121,10,1", "{t},398,643,271121,5,1"
    free = "{t},643,398,271121,50,1", "{t},156,398,271121,50,1", "{t},398,643,271121,500,1"
    more = "{t},643,276,280530,1,1", "{t},643,398,280530,9,1"
    years = [
        tuple(row.format(t=year) for row in (*rows, *more))
        for year, rows in ((2019, flagged), (2020, flagged), (2021, free))
    ]
    found = screen(store_of(tmp_path, *years), Question("KAZ"))
    gas = next(row for row in found.rows if row.product == "271121")
    assert not gas.cdi
    assert gas.cdi_margin == pytest.approx(100 / 500 - 1)
    assert (gas.years_flagged, gas.geodep_lasting) == (2, True)
    earth = next(row for row in found.rows if row.product == "280530")
    assert (earth.cdi, earth.over_exports, earth.years_flagged) == (True, None, 3)
    assert earth.single_point
    assert found.churn == 0.5
    assert found.absent == ()


def test_a_year_without_trade_is_absent_and_no_zero(tmp_path: Path) -> None:
    gas, earth = "{t},643,398,271121,90,1", "{t},643,398,280530,90,1"
    years = [tuple(row.format(t=year) for row in rows)
             for year, rows in ((2019, (gas, earth)), (2021, (earth,)))]  # fmt: skip
    found = product_sheet(
        store_of(tmp_path, *years), Question("KAZ", "RUS", products=("271121",), n_years=4)
    )
    assert [row.year for row in found.rows] == [2019]
    assert found.absent == (2018, 2020, 2021)


def test_sellers_and_who_else_could_sell(tmp_path: Path) -> None:
    years = [
        (f"{t},643,440,271121,100,400", f"{t},579,276,271121,{norway},40", f"{t},12,724,271121,7,9")
        for t, norway in ((2019, 80), (2020, 50), (2021, 60))
    ]
    found = product_sheet(store_of(tmp_path, *years), Question("LTU", "RUS", products=("271121",)))
    assert [(one.seller, one.value, one.spare) for one in found.sellers] == [
        ("RUS", 100_000.0, 0.0),
        ("NOR", 0.0, 20_000.0),
        ("DZA", 0.0, 0.0),
    ]
    russia = found.sellers[0]
    assert (russia.share, russia.target_share, russia.unit_value) == (1.0, 1.0, 250.0)
    assert russia.weights == {2019: 400.0, 2020: 400.0, 2021: 400.0}


def test_buyer_and_seller_report_the_same_trade(tmp_path: Path) -> None:
    path = table(tmp_path, "comtrade.csv", COMTRADE_HEAD, COMTRADE_ROWS)
    import_trade([path], tmp_path / "store")
    found = product_sheet(tmp_path / "store", Question("KAZ", "RUS", products=("271121",)))
    assert found.source.reports == "importer"
    assert len(found.mirrors) == 1
    mirror = found.mirrors[0]
    assert (mirror.by_buyer, mirror.by_seller, mirror.re_exports) == (900_000, 750_000, 20_000)
    assert mirror.gap == pytest.approx(1 / 6)


def test_reliance_needs_production(tmp_path: Path) -> None:
    rows = ("2021,643,440,271121,100,400", "2021,440,428,271121,25,100")
    question = Question("LTU", products=("271121",), production=100.0)
    assert product_sheet(store_of(tmp_path, rows), question).reliance == pytest.approx(0.75)
    question = Question("LTU", products=("271121",))
    assert product_sheet(tmp_path / "store", question).reliance is None


@pytest.mark.parametrize(
    ("exports", "tonnes", "part"),
    [
        # at 0.5 a unit, twice the unit value of imports: half as much leaves
        (("2021,440,428,271121,25,50",), 50.0, 1.0),
        # what has no weight at the unit value of what has
        (("2021,440,428,271121,25,50", "2021,440,233,271121,75,NA"), 200.0, 0.25),
        # nothing has one: at that of imports, 0.25 a unit
        (("2021,440,428,271121,25,NA",), 100.0, 0.0),
        ((), 0.0, None),
    ],
)
def test_t13_exports_count_by_their_own_weight(exports, tonnes, part, tmp_path: Path) -> None:
    rows = ("2021,643,440,271121,100,400", "2021,578,440,271121,100,NA", *exports)
    question = Question("LTU", products=("271121",), production=200.0)
    sheet = product_sheet(store_of(tmp_path, rows), question)
    assert sheet.reliance == pytest.approx((800 - tonnes) / (200 + 800 - tonnes))
    assert sheet.exports_weighed == part


SPOKEN = {
    "KAZ": "Қазақстан; казахстан; Республика Казахстан; Қазақстан Республикасы; РК; 398; kz",
    "USA": "США; АҚШ; Соединённые Штаты; Соединенные Штаты Америки; United States of America",
    "KGZ": "Киргизия; Кыргызстан; Қырғызстан", "RUS": "Российская Федерация; Ресей",
    "KOR": "Южная Корея; Республика Корея; Оңтүстік Корея", "NLD": "Голландия; The Netherlands",
    "COG": "Республика Конго", "CHN": "КНР; Қытай", "TUR": "Turkey; Türkiye; Турция; Түркия",
}  # fmt: skip


@pytest.mark.parametrize(
    ("letters", "name"),
    [(iso3, name) for iso3, names in SPOKEN.items() for name in names.split("; ")],
)
def test_a_country_is_known_by_what_people_call_it(letters: str, name: str) -> None:
    assert codes.iso3(codes.numbers_of(name)[0]) == letters


@pytest.mark.parametrize("name", ["Republic of China", "Korea", "Корея", "Республика", "the"])
def test_a_name_of_two_countries_or_of_none_is_not_guessed(name: str) -> None:
    assert codes.numbers_of(name) == ()


@pytest.mark.parametrize(
    ("word", "name"),
    [("Казахстана", "Казахстан"), ("Росия", "Россия"), ("Қазакстан", "Қазақстан")],
)
def test_the_country_that_was_meant_is_offered_in_its_language(word: str, name: str) -> None:
    assert codes.area_fix(word).startswith(f'did you mean "{name}"')


def test_what_is_asked_wrong_is_said_at_once() -> None:
    question = Question(
        "Kazakstan", "RUX", "EU28", ("2711211", "gas"), beside=("Latvija",), last=2031
    )
    with pytest.raises(RequestError) as refused:
        screen(Path("nowhere"), question)
    assert str(refused.value) == (
        "baci-selection: 7 problems\n"
        '  - importer: "Kazakstan" is no country and no group\n'
        '    fix: did you mean "Kazakhstan"?\n'
        '  - sender: "RUX" is no country and no group\n'
        '    fix: did you mean "LUX" or "RUS"?\n'
        '  - inside: "EU28" is no group\n'
        "    fix: known: EU, EU27, EAEU\n"
        '  - beside: "Latvija" is no country and no group\n'
        '    fix: did you mean "Latvia"?\n'
        '  - product: "2711211" is no product\n'
        "    fix: write two to six digits of the HS, such as 271121 or 2711\n"
        '  - product: "gas" is no product\n'
        "    fix: write two to six digits of the HS, such as 271121 or 2711\n"
        "  - year: baci-selection holds no trade of 2031\n"
        "    fix: its years are 1995 to 2024"
    )


@pytest.mark.parametrize("ask", [screen, product_sheet])
def test_a_product_that_the_data_do_not_hold_is_not_one_that_nobody_buys(ask) -> None:
    with pytest.raises(RequestError) as refused:
        ask(Path("nowhere"), Question("KAZ", products=("271019",)))
    assert str(refused.value) == (
        "baci-selection: 1 problem\n"
        "  - product: baci-selection holds no trade of 271019 in 2022–2024, of no buyer\n"
        "    fix: it holds 15 products, such as 270112, 270900, 271111, 271121; bring data that "
        "have it: derbes import"
    )
    held = screen(Path("nowhere"), Question("TUV", products=("261210",)))
    assert held.rows == ()
    with pytest.raises(RequestError, match="holds no trade of 12 in"):
        screen(Path("nowhere"), Question("KAZ", products=("2711", "12")))


def test_an_unknown_dataset() -> None:
    with pytest.raises(DataError) as refused:
        screen(Path("nowhere"), Question("KAZ"), "baci-selektion")
    assert str(refused.value) == (
        'There is no dataset "baci-selektion" in nowhere. Fix: did you mean "baci-selection"?'
    )


def test_groups_follow_their_members_over_the_years() -> None:
    united_kingdom, belgium, before = 826, 56, 58
    assert united_kingdom in codes.members_of("EU", 2019)
    assert united_kingdom not in codes.members_of("EU", 2020)
    assert {belgium, before} <= set(codes.members_of("EU27", 1997))
    assert len({codes.iso3(code) for code in codes.members_of("EU", 2012)}) == 27
    assert len({codes.iso3(code) for code in codes.members_of("EU", 2004)}) == 15


# Real trade, in the selection that comes with the package


def sheet(
    buyer: str, sender: str, product: str, last: int, n: int = 1, **more: object
) -> ProductSheet:
    """A sheet out of the selection."""
    question = Question(buyer, sender, products=(product,), last=last, n_years=n, **more)
    return product_sheet(Path("nowhere"), question)


def test_lithuania_before_and_after_its_terminal() -> None:
    found = sheet("LTU", "RUS", "271121", 2016, 4, beside=("LVA", "EST"))
    russia = found.sellers[0]
    assert russia.seller == "RUS"
    weights = [russia.weights[year] for year in (2013, 2016)]
    assert weights == pytest.approx([1955e3, 660e3], rel=1e-3)
    premiums = {one.year: one.premium for one in found.comparisons}
    assert premiums[2013] == pytest.approx(0.17, abs=0.005)
    assert premiums[2016] == pytest.approx(0.05, abs=0.005)


def test_rare_earths_of_japan() -> None:
    for year, expected in ((2009, 0.83), (2012, 0.54)):
        sheets = [sheet("JPN", "CHN", code, year) for code in ("280530", "284610", "284690")]
        weights = [one.rows[0].weight or math.nan for one in sheets]
        chinese = [one.sellers[0].weight or math.nan for one in sheets
                   if one.sellers[0].seller == "CHN"]  # fmt: skip
        assert len(chinese) == 3
        assert sum(chinese) / sum(weights) == pytest.approx(expected, abs=0.005)


def test_gas_of_the_union_came_ever_less_from_russia() -> None:
    parts = []
    for year in (2021, 2023):
        found = screen(Path("nowhere"), Question("EU27", "RUS", products=("2711",), last=year))
        (gas,) = (row for row in found.rows if row.product == "271121")
        assert gas.label.startswith("Petroleum gases")
        parts.append(gas.sender_share or math.nan)
    assert parts[1] < 0.6 * parts[0]


def test_sellers_of_a_year_behind_which_others_buy_on_are_all_there(tmp_path: Path) -> None:
    years = ("2020,643,398,271121,80,400", "2020,156,398,271121,20,100"), (
        "2021,643,276,271121,90,400",)  # fmt: skip
    sheet = product_sheet(store_of(tmp_path, *years), Question("KAZ", products=("271121",)))
    assert [(one.seller, one.share, one.exports) for one in sheet.sellers] == [
        ("RUS", 0.8, 80_000.0), ("CHN", 0.2, 20_000.0),
    ]  # fmt: skip
    assert [row.year for row in sheet.rows] == [2020]


def test_t13_of_a_group_counts_what_comes_from_outside(tmp_path: Path) -> None:
    rows = (
        "2021,643,276,271121,100,400",
        "2021,251,276,271121,900,900",
        "2021,276,156,271121,5,20",
    )
    question = Question("EU27", products=("271121",), production=100.0)
    sheet = product_sheet(store_of(tmp_path, rows), question)
    assert sheet.rows[0].outside_weight == 400.0
    assert sheet.reliance == pytest.approx((400 - 20) / (100 + 400 - 20))


def test_a_row_of_no_value_is_no_trade_and_no_seller(tmp_path: Path) -> None:
    rows = ("2021,643,398,271121,0,5", "2021,156,398,271121,0,NA", "2021,643,398,280530,8,2",
            "2021,156,398,280530,0,9")  # fmt: skip
    store = store_of(tmp_path, rows)
    (earth,) = screen(store, Question("KAZ", "RUS")).rows
    assert (earth.product, earth.n_sellers, earth.weight, earth.unit_value) == (
        "280530", 1, 2.0, 4000.0,
    )  # fmt: skip
    sheet = product_sheet(store, Question("KAZ", "RUS", products=("271121",), n_years=1))
    assert (sheet.rows, sheet.sellers, sheet.absent) == ((), (), (2021,))


def comtrade_row(flow: str, reporter: int, partner: int, value: int, month: int = 52) -> str:
    """Gas of 2022 as a country reports it; 52: of the whole year."""
    frequency = "A" if month == 52 else "M"
    return (
        f"C,{frequency},2022,{month},{reporter},,{flow},{partner},,0,H5,271121,C00,0,{value},"
        f"{value}"
    )


@pytest.mark.parametrize("buyer", ["KAZ", EVERY])
def test_t4_own_exports_are_those_that_the_buyer_reports(buyer: str, tmp_path: Path) -> None:
    rows = (
        comtrade_row("M", KAZ, RUS, 80), comtrade_row("M", KAZ, CHN, 20),
        comtrade_row("X", KAZ, CHN, 400), comtrade_row("M", CHN, KAZ, 300),
        comtrade_row("M", CHN, RUS, 50),
    )  # fmt: skip
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, rows)], tmp_path / "store")
    found = screen(tmp_path / "store", Question(buyer, n_years=1))
    told = {row.buyer: (row.exports, row.over_exports) for row in found.rows}
    assert told["KAZ"] == (400.0, 0.25), "and not the 300 that China reports"
    if buyer == EVERY:
        assert told["CHN"] == (20.0, 17.5), "China reports none: what Kazakhstan bought of it"
    assert found.source.warnings == (
        "Countries that report in these data: 2. The world's exports are what these buy; what "
        "others buy is not in them.",
    )


def test_where_one_country_alone_reports_it_is_said(tmp_path: Path) -> None:
    rows = [comtrade_row("M", KAZ, RUS, 80), comtrade_row("M", KAZ, CHN, 20)]
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, tuple(rows))], tmp_path / "one")
    world, exports = screen(tmp_path / "one", Question("KAZ", n_years=1)).source.warnings
    assert world.startswith("Only Kazakhstan reports in these data: the world's exports are what")
    assert exports.startswith("Kazakhstan reports no exports in these data: it counts as export")
    rows.append(comtrade_row("X", KAZ, CHN, 400))
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, tuple(rows))], tmp_path / "two")
    assert screen(tmp_path / "two", Question("KAZ", n_years=1)).source.warnings == (world,)
    rows = [comtrade_row("X", RUS, KAZ, 80)]
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, tuple(rows))], tmp_path / "three")
    (only,) = screen(tmp_path / "three", Question("KAZ", n_years=1)).source.warnings
    assert only.startswith("Only Russian Federation reports in these data: it counts as the only")
    rows.append(comtrade_row("X", CHN, KAZ, 20))
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, tuple(rows))], tmp_path / "four")
    assert screen(tmp_path / "four", Question("KAZ", n_years=1)).source.warnings == (
        "Countries that report in these data: 2. Only these count as sellers; what others sell is "
        "not in them.",
    )


def test_a_year_with_missing_months_is_said_to_be_one(tmp_path: Path) -> None:
    rows = tuple(comtrade_row("M", KAZ, RUS, 10, month) for month in (1, 2, 3))
    others = tuple(comtrade_row("M", CHN, RUS, 10, month) for month in range(1, 13))
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, (*rows, *others))], tmp_path / "store")
    sheet = product_sheet(tmp_path / "store", Question("KAZ", products=("271121",)))
    assert sheet.partial == (2022,)
    assert "Of 2022 the data hold 3 of 12 months: its sums are not those of a year." in (
        sheet.source.warnings
    )
    sheet = product_sheet(tmp_path / "store", Question("CHN", products=("271121",)))
    assert sheet.partial == ()
    assert not any("of 12 months" in warning for warning in sheet.source.warnings)


def test_names_of_products_are_told_of_their_own_classification_alone(tmp_path: Path) -> None:
    import_trade([table(tmp_path, "c.csv", COMTRADE_HEAD, COMTRADE_ROWS)], tmp_path / "store")
    sheet = product_sheet(tmp_path / "store", Question("KAZ", products=("271121",)))
    assert (sheet.label, sheet.rows[0].label) == ("", "")


@pytest.mark.parametrize(
    ("question", "what"),
    [
        (Question("EU27", "DEU"), "DEU is one of EU27, whose sellers count as own"),
        (Question("KAZ", "DEU", inside="EU"), "DEU is one of EU, whose sellers count as own"),
        (Question(EVERY, "DEU", inside="EU"), "DEU is one of EU, whose sellers count as own"),
        (Question("KAZ", "Kazakhstan"), "Kazakhstan would depend on itself"),
        (Question("EAEU", "EAEU"), "EAEU would depend on itself"),
    ],
)
def test_a_sender_from_inside_is_refused(question: Question, what: str, tmp_path: Path) -> None:
    store = stored(random_rows(2), tmp_path)
    with pytest.raises(RequestError) as refused:
        screen(store, question)
    assert f"  - sender: {what}\n    fix: name another country" in str(refused.value)


def test_of_a_group_that_the_buyer_is_in_the_others_are_the_sender(tmp_path: Path) -> None:
    rows = ("2021,643,398,271121,30,1", "2021,156,398,271121,10,1", "2021,398,156,271121,500,1",
            "2021,643,156,271121,90,1")  # fmt: skip
    (gas,) = screen(store_of(tmp_path, rows), Question("KAZ", "EAEU")).rows
    assert (gas.sender_share, gas.sender_exports, gas.target_share) == (0.75, 120_000.0, 0.25)


def test_a_former_member_sells_from_outside_since_it_left(tmp_path: Path) -> None:
    rows = tuple(
        f"{t},{i},{DEU},271121,{v},1" for t in (2019, 2020) for i, v in ((826, 30), (RUS, 10))
    )
    years = [tuple(row for row in rows if row.startswith(str(t))) for t in (2019, 2020)]
    sheet = product_sheet(
        store_of(tmp_path, *years), Question("EU", "GBR", products=("271121",), n_years=2)
    )
    assert [row.sender_share for row in sheet.rows] == [0.0, 0.75]
