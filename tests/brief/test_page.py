"""The brief as a whole: what stands where, and that it comes from the results."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from derbes.brief import BriefContents, csv_tables, render_brief
from derbes.brief import format as fmt
from derbes.brief.contents import binding_words
from derbes.brief.coverage import coverage_figure, coverage_section
from derbes.brief.drawing import WIDE
from derbes.brief.leverage import losses_section
from derbes.brief.page import sections_of
from derbes.brief.sources import method_section
from derbes.case.entities import Case, Measure, MeasureKind
from derbes.case.quantity import Note, Step
from derbes.language import use_language
from derbes.results.supply import Cover, Leverage
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
Embargo by Northland in January 2026: all essential demand is met for 8.5 months. These are \
central values; nothing is known about how sure they are. Weak window up to March 2031: 12 months \
of it, begun by then, are not survived; at worst (January 2026) 240 to 380 t of essential demand \
go unmet. Those begun later are survived. First to run out: Softening salt (sold by Northland).
Supposed: Embargo by Northland, 12 months.
Essential: “Washing, essential”, Rinsing. Looked at: 40 starts from January 2026 to October 2035; \
the calendar ends in December 2035.
Time to survive
8.5 months
from January 2026, best response (simple rule: 6.8 months)
Leverage ends
April 2031
63 months after the first start; 19 of 40 starts survived
Leverage ratio
85
January 2026: target's loss over sender's cost, buyer returns; 28.3 if never. Counted: “Alum, \
ready”, Softening salt alone, no other lever of Northland.
Cost of the project
400 million USD
plants of the case, 1 of 2 costed; no cheapest programme is computed
Essential demand is served in full for 8.5 months of 12 months; in the worst month 40% of it \
is served (Washing, essential)
Served share of the worst essential use · Embargo by Northland, 12 months · from January 2026 · \
variant: as planned · central values, no draws
Data as a table
: Served share of the worst essential use, by date
"""


def test_page_one_says_this(page):
    said = text_of(page_one(page)).replace("Data as a table: ", "Data as a table\n: ")
    assert said.startswith(PAGE_ONE)


def test_what_the_worst_use_gets_is_not_said_of_all_demand(page):
    said = text_of(part(page, "coverage-curves"))
    assert "2 of 2 essential uses go short" in said, "and one of them less than the other"
    assert "over all variants 40% of the worst essential use is served in the worst month." in said
    assert "of essential demand" not in said


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step.MONTH, "; in the worst month 40%"),
        (Step.QUARTER, "; in the worst quarter 40%"),
        (Step.YEAR, "; in the worst year 40%"),
    ],
)
def test_the_worst_period_is_as_long_as_those_of_the_calendar(contents, step, words):
    calendar = replace(contents.case.calendar, step=step)
    figure = coverage_figure(replace(contents, case=replace(contents.case, calendar=calendar)))
    assert words in figure.title


def test_the_number_of_a_card_may_part_from_its_unit_on_a_phone(page):
    """A word was broken where it did not fit; what keeps digits together stays."""
    values = re.findall(r'class="card-value">([^<]*)<', page)
    assert values[0] == "8.5 months"
    assert not [value for value in values if re.search("\u00a0\\D", value)]


def test_page_one_ends_with_what_made_it(page):
    assert text_of(page_one(page)).split("\n")[-5:] == [
        "What is known, what is assumed",
        "Numbers in the case: 21: 5% A, official figure; 10% B, published estimate; 5% C, derived; "
        "33% D, assumption; 48% without a grade. With a range: 6. Known to be missing: 1 "
        "(westland alum: margin share). All inputs",
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
    assert len(figures) == 9
    for n, figure in enumerate(figures):
        drawn = pictures(figure)
        assert len(drawn) == (1 if n else 2)
        for picture in drawn:
            assert 'role="img"' in picture
            assert re.search(r"<title [^>]*>[^<]{10,}</title>", picture)
            assert re.search(r"<desc [^>]*>[^<]{10,}</desc>", picture)
            assert "NaN" not in picture
        has_table = "<details>" in figure
        assert figure.count("<table") == has_table
        assert has_table != ("come as CSV with --tables" in figure)
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
    case = replace(contents.case, note={"": "漢字"})
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
    focus = contents.focus
    row = contents.leverage_row(variant="base", start=focus.start)
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


def test_the_surface_table_holds_the_results(contents):
    lines = csv_tables(contents)["surface-map"].splitlines()
    rows = {(r.variant, r.start, r.length): r for r in contents.leverage.rows
            if r.bound == "optimal"}  # fmt: skip
    assert len(lines) == 1 + len(rows) / len(LENGTHS)
    first = [rows["base", "2026-01", length].unmet_essential for length in LENGTHS]
    assert lines[1].split(",") == ["as planned", "2026-01", *(f"{n:.9g}" for n in first)]


def test_missing_money_is_missing_and_not_zero(page_without_money):
    said = text_of(page_one(page_without_money))
    assert (
        "Leverage ratio\nmissing\nmissing: needs Washing, essential: shortage cost and 1 more; "
        "unmet instead: 240 to 380 t\n"
    ) in said
    losses = text_of(part(page_without_money, "losses"))
    assert "The target's loss is missing: needs Washing, essential: shortage cost and 1 " in losses
    first = next(line for line in losses.split("\n") if line.startswith("| as planned"))
    assert first == (
        "| as planned | January 2026 | missing | 2,880 | 8,640 | missing | missing | missing: "
        "needs Washing, essential: shortage cost and 1 more"
    )
    lacking = text_of(part(page_without_money, "missing"))
    assert "· uses.washing.shortage_cost | not given | 960" in lacking
    assert "· suppliers.westland_alum.margin_share | written as missing | none" in lacking


def test_a_csv_leaves_missing_values_empty(contents):
    some = without_money(contents)
    section = next(s for s in sections_of(some) if s.id == "losses")
    assert section.tables[0].csv.splitlines()[1] == "as planned,2026-01,,2880,8640,,,"


def test_every_input_is_listed_with_its_source(page):
    said = text_of(part(page, "inputs"))
    row = "Rinsing: demand · uses.rinsing.demand | 60 | t/month | 40 to 90 | none given | by the"
    assert f"{row} towns around" in said
    assert (
        "· plants.alum_works.opening | January 2032 | | as written: January 2032 | Town plan"
        in said
    )
    assert "· goods.alum.reserve | 600 | t | none given | A trap |" in said
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
    assert "Nothing is asked of this case yet: it has no measure." in said
    assert "Days of cover, least\nmissing\n" in said


@pytest.fixture
def calm_contents(contents):
    """The town with no measure: cover in calm alone."""
    rows = tuple(
        replace(row, measure="", length=0, time_to_survive=None, survives_length=True)
        for row in contents.cover.rows
        if (row.variant, row.start) == ("base", "2026-01")
    )
    made = contents.leverage.provenance
    notes = (Note("measures", "nothing is asked", fix="write one"),)
    case = replace(contents.case, measures={}, main_measure="", variants={}, notes=notes)
    calm = {"base": contents.calm["base"]}
    return BriefContents(case, Cover(rows, made), Leverage((), (), made), calm)


def test_a_case_without_a_measure_shows_what_it_can(calm_contents):
    page = render_brief(calm_contents)
    said = text_of(page_one(page))
    assert (
        "Nothing is asked of this case yet: it has no measure. To ask what a stop would do, write "
        "one. Until then this page shows days of cover, the calm plan and the inputs."
    ) in said
    assert "Days of cover, least\n121 days\nRinsing, in January 2026, without any delivery" in said
    assert "Short in calm from\nnever\nessential uses, without any measure" in said
    assert "missing" not in said.replace("Known to be missing", "").replace(
        "what is listed as missing", ""
    )
    assert re.findall(r'<section id="([^"]+)"', page) == [
        "sellers",
        "chokepoint",
        "inputs",
        "facts",
        "notes",
        "missing",
        "method",
        "reproduce",
    ]
    assert "The largest share of one seller: Northland, 100% of Sulfuric acid" in text_of(page)


def test_what_was_read_otherwise_than_written_is_told(contents):
    notes = (
        Note("goods.alum.lead_time", "2.4 months count as 3", fix="write whole months"),
        Note("uses.pools", "worth less than its good"),
    )
    page = render_brief(replace(contents, case=replace(contents.case, notes=notes)))
    assert "2 notes on what is made of them." in text_of(page_one(page))
    said = text_of(part(page, "notes"))
    assert "| goods.alum.lead_time | 2.4 months count as 3 | write whole months" in said
    assert "| uses.pools | worth less than its good |" in said
    assert 'id="notes"' not in render_brief(contents)


def test_cover_without_end_and_cover_short_in_calm_are_said(contents):
    changes = {
        "washing": {"days_of_cover": None, "days_of_cover_infinite": True},
        "rinsing": {"short_in_calm_from": "2026-03"},
        "all_essential": {"short_in_calm_from": "2026-03"},
    }
    rows = tuple(replace(row, **changes[row.use]) for row in contents.cover.rows)
    page = render_brief(replace(contents, cover=replace(contents.cover, rows=rows)))
    said = text_of(part(page, "days-of-cover"))
    assert "| Washing, essential | does not run out | 182 days" in said
    assert "Rinsing: short in calm already, from March 2026." in said
    first = text_of(page_one(page))
    assert (
        "best response (simple rule: 6.8 months); short in calm already, from March 2026" in first
    )
    assert "Essential demand is short in calm already, from March 2026; that is no harm of the" in (
        first
    )


def test_a_figure_is_a_bound_only_where_its_row_says_so(contents):
    page = text_of(part(render_brief(contents), "bounds"))
    assert "| as planned | January 2026 | ≥ 240 | ≤ 380 | 48 | 48 | ≥ 60% (Washing" in page
    rows = tuple(replace(row, bounds=()) for row in contents.leverage.rows)
    free = replace(contents, leverage=replace(contents.leverage, rows=rows))
    page = render_brief(free)
    assert "≥" not in text_of(part(page, "bounds")).split("bears no more")[1]
    said = text_of(page_one(page))
    assert "at worst (January 2026) 240 t of essential demand go unmet." in said
    assert "By the simple rule it would be 380 t." in said
    for word in ("at least this", "at most this", "enclose"):
        assert word not in page


def test_harm_is_net_and_the_gross_stands_beside_it(contents):
    rows = tuple(
        replace(row, unmet_essential_gross=row.unmet_essential + 60.0)
        for row in contents.leverage.rows
    )
    page = render_brief(replace(contents, leverage=replace(contents.leverage, rows=rows)))
    assert "at worst (January 2026) 240 to 380 t more of essential demand go unmet." in (
        text_of(page_one(page))
    )
    assert "With what is unmet in calm, 300 t would go unmet in the 24 months counted." in (
        text_of(page_one(page))
    )
    assert "| the same with calm's, best response | " in text_of(part(page, "bounds"))
    assert "with calm" not in text_of(part(render_brief(contents), "bounds"))


def test_calm_is_drawn_beside_the_responses_where_it_is_short(contents):
    def lines(some: BriefContents) -> set[str]:
        figure = next(s for s in [coverage_figure(some)] if s)
        data = next(part["data"]["values"] for part in figure.spec(WIDE)["layer"] if "data" in part)
        return {row["bound"] for row in data}

    assert lines(contents) == {"best response", "simple rule"}
    plan = contents.calm["base"]
    lacking = replace(plan, unmet={**plan.unmet, "washing": (5.0,) * len(plan.months)})
    some = replace(contents, calm={**contents.calm, "base": lacking})
    assert lines(some) == {"best response", "simple rule", "calm, without the measure"}


def test_a_measure_that_takes_nothing_away_is_said_to(contents):
    rows = tuple(
        replace(row, unmet_essential=0.0, deepest_shortfall=0.0, takes_nothing=True)
        for row in contents.leverage.rows
    )
    some = replace(contents, leverage=replace(contents.leverage, rows=rows))
    page = render_brief(some)
    assert "It takes nothing away that is used in calm, whenever it comes." in (
        text_of(page_one(page))
    )
    surface = next(s for s in sections_of(some) if s.id == "surface").figures[0].table
    assert {cell.text for cell in surface.rows[0][2:]} == {"takes nothing away"}


def test_what_the_loss_does_not_count_stands_beside_it(contents):
    rows = tuple(
        replace(row, unrestored=5000.0, loss_per_month_after=70.0) for row in contents.leverage.rows
    )
    some = replace(contents, leverage=replace(contents.leverage, rows=rows))
    said = text_of(part(render_brief(some), "losses"))
    assert "No part of the loss is what stocks still lack when the count ends" in said
    assert "| target's loss, USD | stocks lack at the end | loss of each later month |" in said
    assert "| as planned | January 2026 | 244,800 | 5,000 | 70 | 2,880 |" in said
    assert "still lack" not in text_of(part(render_brief(contents), "losses"))
    rows = tuple(replace(row, loss_per_month_after=70.0) for row in contents.leverage.rows)
    goes_on = replace(contents, leverage=replace(contents.leverage, rows=rows))
    assert "still lack" in text_of(part(render_brief(goes_on), "losses"))


def test_a_sender_who_earns_is_told_with_the_reason(contents):
    rows = tuple(
        replace(row, sender_cost_returning=-900.0, leverage_ratio=None)
        for row in contents.leverage.rows
    )
    page = render_brief(replace(contents, leverage=replace(contents.leverage, rows=rows)))
    losses = text_of(part(page, "losses"))
    assert "A sender's cost below zero means that it earns by the measure: over" in losses
    assert "| -900: earns | 8,640 | no ratio: the sender earns by it | 28.3 |" in losses
    said = text_of(page_one(page))
    assert (
        "Leverage ratio\nnone\nJanuary 2026: if the buyer returns the sender earns by it;" in said
    )


def test_a_sender_who_loses_nothing_either_way_is_told_so_once(contents):
    costs = {"sender_cost_returning": 0.0, "sender_cost_lost": 0.0}
    ratios = {"leverage_ratio": None, "leverage_ratio_lost": None}
    rows = tuple(replace(row, **costs, **ratios) for row in contents.leverage.rows)
    page = render_brief(replace(contents, leverage=replace(contents.leverage, rows=rows)))
    told = "none\nJanuary 2026: the sender loses nothing, whether the buyer returns or not."
    assert f"Leverage ratio\n{told}" in text_of(page_one(page))


def test_what_a_sender_would_have_to_sell_is_missing_and_not_the_sender(contents):
    """A measure with a sender was said to be given none where that sells nothing here."""
    lacks = {"sender_cost_returning": None, "missing": ("actors.northland",)}
    rows = tuple(replace(row, **lacks) for row in contents.leverage.rows)
    page = render_brief(replace(contents, leverage=replace(contents.leverage, rows=rows)))
    assert "missing: needs what Northland sells;" in text_of(page_one(page))
    told = "| what Northland sells · actors.northland | sells nothing here |"
    assert told in text_of(part(page, "missing"))


@pytest.mark.parametrize(
    ("n", "told"), [(1, "The one essential use"), (2, "2 of 2 essential uses")]
)
def test_one_essential_use_is_not_counted(contents, n, told):
    uses = {id_: use for id_, use in contents.case.uses.items() if id_ in ("washing", "pools")}
    some = contents if n > 1 else replace(contents, case=replace(contents.case, uses=uses))
    title = coverage_section(some).figures[0].title
    assert title.removesuffix(" go short").startswith(told), title


def test_a_brief_of_one_variant_is_about_it(contents):
    own = {
        "cover": replace(
            contents.cover, rows=tuple(r for r in contents.cover.rows if r.variant == "no_plants")
        ),
        "leverage": replace(
            contents.leverage,
            rows=tuple(r for r in contents.leverage.rows if r.variant == "no_plants"),
            ends=tuple(e for e in contents.leverage.ends if e.variant == "no_plants"),
        ),
        "calm": {"no_plants": contents.calm["no_plants"]},
    }
    some = replace(contents, **own)
    assert some.focus.variant == "no_plants"
    said = text_of(page_one(render_brief(some)))
    assert "variant: nothing is built" in said
    assert (
        "Whenever it comes, 12 months of it are not survived: at worst (January 2026) 240 to 380"
        in said
    )


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
    assert ("Whenever it comes, the whole 12 months of it are survived.") in said
    assert "Time to survive\nat least 120 months\n" in said
    assert "All essential demand is served for the 12 months of the measure" in said


def test_the_long_table_holds_both_what_binds_and_what_runs_out_first(page):
    lines = text_of(part(page, "variants")).split("\n")
    assert lines[3:5] == [
        "| variant | met for, from January 2026 | met for, from January 2030 "
        "| met for, from January 2035 | leverage ends | runs out until then "
        "| runs out first, from January 2026 | leverage ratio, January 2026",
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
    reason = "even 100 times the price is better than the measure"
    assert f"Premium\nno limit\n{reason}\n" in text_of(page_one(page))
    assert f"| no limit: {reason}" in text_of(part(page, "losses"))


def test_a_premium_that_lacks_an_input_is_missing_and_not_none(contents):
    bare = without_money(contents)
    free = {id_: replace(plant, capital=()) for id_, plant in bare.case.plants.items()}
    said = text_of(page_one(render_brief(replace(bare, case=replace(bare.case, plants=free)))))
    assert "Premium\nmissing\nprice rise that is as bad" in said


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
        section = losses_section(some)
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
    surface = next(s for s in sections_of(some) if s.id == "surface")
    assert surface.figures[0].title == "No start and length leaves essential demand unmet"
    cells = surface.figures[0].spec(WIDE)["data"]["values"]
    assert {cell["harm"] for cell in cells if cell["kind"] == "cell"} == {0.0}


def test_page_one_has_the_first_sentence_of_the_note_and_the_inputs_the_whole(contents):
    case = replace(contents.case, note={"": "Prices of 0.5 USD are public. Stocks are not."})
    page = render_brief(replace(contents, case=case))
    foot = text_of(page_one(page))
    assert "Prices of 0.5 USD are public.\n" in foot
    assert "Stocks are not." not in foot
    assert case.note[""] in text_of(part(page, "inputs"))
