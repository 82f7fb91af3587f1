"""The brief as a whole: what stands where, and that it comes from the results."""

import re
from collections import Counter
from dataclasses import replace
from urllib.parse import unquote

import pytest

from derbes.brief import BriefContents, render_brief
from derbes.brief import format as fmt
from derbes.brief.contents import focus_of, leverage_row
from derbes.brief.page import sections_of
from derbes.brief.sections.leverage import losses_section
from derbes.brief.sections.sources import method_section
from derbes.brief.sections.wording import binding_words
from derbes.case.entities import Case, Measure, MeasureKind
from derbes.language import use_language
from derbes.results.cover import Cover
from derbes.results.leverage import Leverage
from tests.brief.invented import LENGTHS, invented_contents, without_money
from tests.brief.reading import page_one, part, picture_texts, pictures, text_of

SECTIONS = [
    "coverage-curves",
    "days-of-cover",
    "sellers",
    "losses",
    "dependence",
    "surface",
    "chokepoint",
    "variants",
    "bounds",
    "inputs",
    "facts",
    "missing",
    "method",
    "reproduce",
]

PAGE_ONE = """\
Waterworks of an invented town
How long can the town treat its water if Northland stops selling?
No if it came by March 2031: at worst (January 2026) 240 to 380 t of essential demand would go \
unmet. Yes if it came later. Embargo by Northland, 12 months. First to run out: Softening salt \
(sold by Northland).
Time to survive
8.5 months
from January 2026, best response (simple rule: 6.8 months)
Leverage ends
April 2031
63 months after the first start; 19 of 40 starts survived
Leverage ratio
85
target's loss over sender's cost, buyer returns; 28.3 if never
Cost of the project
400 million USD
plants of the case, 1 of 2 costed; no cheapest programme is computed
Essential demand is served in full for 8.5 months of 12 months; in the worst month, 40% of it \
(Washing, essential)
Served share of the worst essential use · Embargo by Northland, 12 months · from January 2026 · \
variant: as planned · central values, no draws
Data as a table
: Served share of essential demand by month
"""


def test_page_one_says_this(page):
    said = text_of(page_one(page)).replace("Data as a table: ", "Data as a table\n: ")
    assert said.startswith(PAGE_ONE)


def test_page_one_ends_with_what_made_it(page):
    assert text_of(page_one(page)).split("\n")[-10:] == [
        "What is known, what is assumed",
        "Numbers in the case: 21. 5% A, official figure; 10% B, published estimate; 5% C, derived; "
        "33% D, assumption; 48% without a grade. With a range: 6. Known to be missing: 1 "
        "(suppliers.westland_alum.margin_share). All inputs",
        "Variants: Embargo by Northland, 12 months",
        "| variant | holds, from January 2026 | holds, from January 2030 "
        "| holds, from January 2035 | leverage ends | binds until then",
        "| as planned | 8.5 months | 10.4 months | at least 12 months | April 2031 "
        "| Alum, ready (sold by Northland)",
        "| nothing is built | 8.5 months | 10.4 months | 10.4 months | not by December 2035 "
        "| Alum, ready (sold by Northland)",
        "| two years late | 8.5 months | 10.4 months | at least 12 months | April 2033 "
        "| Alum, ready (sold by Northland)",
        "The numbers are invented.",
        "Data to 17 December 2025; central values, no draws; 2 sources; derbes 0.1.0; "
        "HiGHS 1.15.1; case 5f5f5f5f5f5f.",
        "Not covered: the spread of uncertain inputs (central values only), prices that react to "
        "the measure, decisions of third countries, and what is listed as missing.",
    ]


def test_sections_come_in_their_order(page):
    assert re.findall(r'<section id="([^"]+)"', page) == SECTIONS
    assert re.findall(r'<li><a href="#([^"]+)"', page) == SECTIONS


def test_identifiers_are_unique(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert [id_ for id_, n in Counter(ids).items() if n > 1] == []
    for target in re.findall(r'(?:href="#|url\(#|aria-labelledby=")([^")]+)', page):
        assert set(target.split()) <= set(ids)


def test_every_figure_is_whole(page):
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.DOTALL)
    assert len(figures) == 10
    for figure in figures:
        drawn = pictures(figure)
        assert len(drawn) == 2
        for picture in drawn:
            assert 'role="img"' in picture
            assert re.search(r"<title [^>]*>[^<]{10,}</title>", picture)
            assert re.search(r"<desc [^>]*>[^<]{10,}</desc>", picture)
            assert "NaN" not in picture
        assert "<details>" in figure
        assert figure.count("<table>") == 1
        assert 'href="data:text/csv;charset=utf-8,' in figure
        assert "central values, no draws" in figure


def test_it_needs_nothing_else(page):
    addresses = re.findall(r'(?:src|href|url)\s*[=(]\s*"?([^"\s)>]+)', page)
    outside = [a for a in addresses if not a.startswith(("#", "data:"))]
    assert outside == ["https://example.org/plan"] * outside.count("https://example.org/plan")
    assert "<script" not in page
    assert "@import" not in page


def test_the_same_contents_give_the_same_bytes(page):
    assert render_brief(invented_contents()) == page


def test_it_is_small(page):
    assert len(page.encode()) < 1_000_000


def test_cyrillic_and_kazakh_survive(page):
    for text in ("Ңұрлы", "№5, ₸", "Town plan «Су»"):
        assert text in page
    assert any("Ңұрлы" in text for text in picture_texts(part(page, "chokepoint-map")))
    use_language("kk")
    kazakh = render_brief(invented_contents())
    assert "Әлемдік ғылым: қаңбақ өңі" in kazakh
    assert "Су құбыры" in kazakh
    assert '<html lang="kk">' in kazakh
    assert "8,5" in text_of(page_one(kazakh))


def test_letters_that_the_font_lacks_are_named(contents):
    case = replace(contents.case, note="漢字")
    page = render_brief(replace(contents, case=case))
    assert (
        '<p class="warning">The embedded font lacks 2 characters of this brief: U+5B57, U+6F22.</p>'
    ) in page


def test_no_warning_without_a_reason(page):
    assert "embedded font lacks" not in page
    assert "\0" not in page


def test_the_users_words_are_not_markup(page):
    assert "<b>guessed" not in page
    assert "&lt;b&gt;guessed&lt;/b&gt; &amp; checked" in page


def test_only_addresses_of_the_web_become_links(page):
    assert "javascript:" not in page
    assert "A trap" in part(page, "facts")


def test_numbers_of_page_one_follow_the_results(contents):
    focus = focus_of(contents)
    row = leverage_row(contents, focus, variant="base", start=focus.start)
    assert row is not None
    changed = replace(row, leverage_ratio=4321.0, leverage_ratio_lost=0.0777)
    rows = tuple(changed if r is row else r for r in contents.leverage.rows)
    ends = tuple(replace(end, date="2033-11") for end in contents.leverage.ends)
    some = replace(contents, leverage=replace(contents.leverage, rows=rows, ends=ends))
    said = text_of(page_one(render_brief(some)))
    assert "Leverage ratio\n4,321\n" in said
    assert "0.0777 if never" in said
    assert "Leverage ends\nNovember 2033\n" in said


def test_a_leverage_without_end_names_what_binds(contents):
    ends = tuple(
        replace(end, date=None, binding=("acid",), binding_sellers=("northland",))
        for end in contents.leverage.ends
    )
    some = replace(contents, leverage=replace(contents.leverage, ends=ends))
    said = text_of(page_one(render_brief(some)))
    assert (
        "As planned this does not end by December 2035; what still binds: "
        "Sulfuric acid (sold by Northland)."
    ) in said
    assert "Leverage ends\nnot by December 2035\n" in said


def test_only_goods_that_a_seller_sells_are_said_to_be_sold_by_him(contents):
    sellers = ("northland",)
    for goods, text in (
        (("alum", "bauxite", "acid"), "Alum, ready, Sulfuric acid (sold by Northland); Bauxite"),
        (("bauxite",), "Bauxite"),
        ((), "nothing"),
    ):
        assert binding_words(contents.case, goods, sellers) == text
    assert binding_words(contents.case, ("alum",), ()) == "Alum, ready"


def test_the_surface_table_holds_the_results(page, contents):
    address = re.search(r'download="surface-map.csv" href="[^,]+,([^"]+)"', page)
    assert address is not None
    lines = unquote(address.group(1)).splitlines()
    rows = {(r.variant, r.start, r.length): r for r in contents.leverage.rows
            if r.bound == "optimal"}  # fmt: skip
    assert len(lines) == 1 + len(rows) / len(LENGTHS)
    first = [rows["base", "2026-01", length].unmet_essential for length in LENGTHS]
    assert lines[1].split(",") == ["as planned", "2026-01", *(f"{n:.9g}" for n in first)]


def test_missing_money_is_missing_and_not_zero(page_without_money):
    said = text_of(page_one(page_without_money))
    assert (
        "Leverage ratio\nmissing\nmissing: needs uses.washing.shortage_cost and 1 more; "
        "unmet instead: 240 to 380 t\n"
    ) in said
    losses = text_of(part(page_without_money, "losses"))
    assert "Losses in money are missing: needs uses.washing.shortage_cost and 1 more." in losses
    first = next(line for line in losses.split("\n") if line.startswith("| as planned"))
    assert first == (
        "| as planned | January 2026 | missing | 2,880 | 8,640 | missing | missing | missing"
    )
    lacking = text_of(part(page_without_money, "missing"))
    assert "| uses.washing.shortage_cost | not given | 960" in lacking
    assert "| suppliers.westland_alum.margin_share | written as missing | none" in lacking


def test_a_csv_leaves_missing_values_empty(contents):
    some = without_money(contents)
    section = next(s for s in sections_of(some, focus_of(some)) if s.id == "losses")
    assert section.tables[0].csv.splitlines()[1] == "as planned,2026-01,,2880,8640,,,"


def test_every_input_is_listed_with_its_source(page):
    said = text_of(part(page, "inputs"))
    assert "| uses.rinsing.demand | 60 | t/month | 40 to 90 | none given | by the towns around" in (
        said
    )
    assert "| plants.alum_works.opening | January 2032 | | as written: 2032-01 | Town plan" in said
    assert "| goods.alum.reserve | 600 | t | none given | A trap |" in said
    assert "facts.plan_fact.amount" not in said


def test_how_to_reproduce(page):
    said = text_of(part(page, "reproduce"))
    assert "derbes brief cases/waterworks.yaml" in said
    assert "| hash of the case, SHA-256 | " + "5f" * 32 in said


@pytest.mark.parametrize("with_plans", [True, False])
def test_a_brief_without_results_says_so(contents, with_plans):
    made = contents.leverage.provenance
    calm = contents.calm if with_plans else {}
    empty = BriefContents(contents.case, Cover((), made), Leverage((), (), made), calm, ())
    said = text_of(render_brief(empty))
    assert "No answer: no measure was computed." in said
    assert "No surface was computed." in said
    assert "Time to survive\nmissing\n" in said


def test_the_barest_case(contents):
    case = Case(name="Bare", calendar=contents.case.calendar, currency="EUR", target="nobody")
    made = contents.leverage.provenance
    bare = BriefContents(case, Cover((), made), Leverage((), (), made), {}, ())
    said = text_of(render_brief(bare))
    assert said.startswith("Bare: brief")
    assert "The case holds no numbers." in said
    assert "Premium\nmissing\n" in said


def test_a_measure_that_is_survived_is_said_first(contents):
    cover = tuple(
        replace(row, survives_length=True, time_to_survive=None, survives_at_least=120.0)
        for row in contents.cover.rows
    )
    rows = tuple(replace(row, unmet_essential=0.0) for row in contents.leverage.rows)
    calm = tuple(
        replace(
            branch,
            served_share={use: (1.0,) * len(path) for use, path in branch.served_share.items()},
            unmet={use: (0.0,) * len(path) for use, path in branch.unmet.items()},
        )
        for branch in contents.branches
    )
    some = replace(
        contents,
        cover=replace(contents.cover, rows=cover),
        leverage=replace(contents.leverage, rows=rows),
        branches=calm,
    )
    said = text_of(page_one(render_brief(some)))
    assert (
        "Yes whenever it comes: essential uses hold for the whole 12 months. Embargo by Northland"
    ) in said
    assert "Time to survive\nat least 120 months\n" in said
    assert "All essential demand is served for the 12 months of the measure" in said


def test_the_long_table_holds_both_what_binds_and_what_runs_out_first(page):
    lines = text_of(part(page, "variants")).split("\n")
    assert lines[3:5] == [
        "| variant | holds, from January 2026 | holds, from January 2030 "
        "| holds, from January 2035 | leverage ends | binds until then "
        "| runs out first at the first start | leverage ratio at the first start",
        "| as planned | 8.5 months | 10.4 months | at least 12 months | April 2031 "
        "| Alum, ready (sold by Northland) | Softening salt (sold by Northland) | 85",
    ]


def test_a_premium_without_limit_is_given_with_its_reason(contents):
    rows = tuple(
        replace(row, premium=None, premium_unbounded=True) for row in contents.leverage.rows
    )
    free = {id_: replace(plant, capital=()) for id_, plant in contents.case.plants.items()}
    some = replace(
        contents,
        case=replace(contents.case, plants=free),
        leverage=replace(contents.leverage, rows=rows),
    )
    page = render_brief(some)
    reason = "even 100 times the price is better than the cut-off"
    assert f"Premium\nno limit\n{reason}\n" in text_of(page_one(page))
    assert f"| no limit: {reason}" in text_of(part(page, "losses"))


def test_the_loss_is_said_to_be_beside_the_calm_plan_or_beside_the_crisis(contents):
    beside_calm = "The loss is counted beside the calm plan."
    beside_crisis = (
        "The loss is counted beside a crisis of the same demand in which nothing is cut off: what "
        "the crisis itself costs is nobody's leverage."
    )
    case = contents.case
    plain = case.measures["embargo"]
    surge = Measure("surge", kind=MeasureKind.DEMAND_SURGE)
    salt = replace(case.uses["rinsing"], crisis_demand=case.uses["rinsing"].demand)
    uses = {**case.uses, "rinsing": salt}
    for changed, text in (
        (case, beside_calm),
        (replace(case, measures={"embargo": replace(plain, crisis=True)}), beside_calm),
        (replace(case, uses=uses), beside_calm),
        (replace(case, uses=uses, measures={"embargo": replace(plain, crisis=True)}),
         beside_crisis),
        (replace(case, measures={"embargo": replace(plain, together_with=("surge",)),
                                 "surge": surge}), beside_crisis),
    ):  # fmt: skip
        some = replace(contents, case=changed)
        section = losses_section(some, focus_of(some))
        assert section.paragraphs[1] == text


def test_the_method_names_the_order_of_the_case(contents):
    case = replace(contents.case, priorities=("essential", "reserve", "deferrable", "money"))
    assert method_section(case).paragraphs[1] == (
        "The best response keeps these low, in this order: unmet essential demand, what the "
        "reserve lacks, unmet deferrable demand, money."
    )


def test_the_curve_is_that_of_the_worst_use(page):
    # Month 9: washing is served in full, rinsing to one half; a sum would say 81 %.
    assert "| September 2026 | 50% | " in text_of(part(page, "coverage"))


def test_texts_in_pictures_are_those_of_the_case(page):
    drawn = picture_texts(pictures(part(page, "sellers-map"))[0])
    assert {"Alum, ready", "Softening salt", "Northland (sender)", "own production"} <= set(drawn)
    assert fmt.number(60) in drawn


def test_a_case_without_dated_sources_says_so(contents):
    case = replace(contents.case, facts={}, documents={})
    said = text_of(page_one(render_brief(replace(contents, case=case))))
    assert "No dated source; central values, no draws; 0 sources;" in said


def test_rounding_noise_of_the_solver_is_no_harm(contents):
    rows = tuple(
        replace(row, unmet_essential=1e-7, deepest_shortfall=1e-9) for row in contents.leverage.rows
    )
    some = replace(contents, leverage=replace(contents.leverage, rows=rows))
    surface = next(s for s in sections_of(some, focus_of(some)) if s.id == "surface")
    assert surface.figures[0].title == "No start and length leaves essential demand unmet"
    cells = surface.figures[0].wide["data"]["values"]
    assert {cell["harm"] for cell in cells if cell["kind"] == "cell"} == {0.0}
