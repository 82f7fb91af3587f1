"""The sentence that answers the question, in all its cases."""

from dataclasses import replace

import pytest

from derbes.brief import BriefContents, render_brief
from derbes.brief.headline import (
    asked_words,
    edge_of,
    how_long,
    more_words,
    short_by_start,
    weak_window,
)
from derbes.case.entities import Measure, MeasureKind
from derbes.case.options import Standard
from derbes.results.supply import Cover, LeverageRow
from tests.brief.invented import given
from tests.brief.reading import page_one, text_of

STARTS = ("2026-01", "2026-04", "2026-07", "2026-10", "2027-01")


def with_unmet(row: LeverageRow, unmet: float, **changes: object) -> LeverageRow:
    """A row with this unmet demand, and a share that fits it."""
    return replace(row, unmet_essential=unmet, unmet_essential_gross=unmet,
                   deepest_shortfall=unmet / 100, **changes)  # type: ignore[arg-type]  # fmt: skip


def with_harm(
    contents: BriefContents, harms: dict[str, float], *, by_rule: float = 1.0
) -> BriefContents:
    """The case as written with this unmet demand by start, and no end that was computed."""

    def row(start: str, bound: str) -> LeverageRow:
        like = next(r for r in contents.leverage.rows if (r.variant, r.bound, r.length)
                    == ("base", bound, 12))  # fmt: skip
        unmet = harms[start] * (1.0 if bound == "optimal" else by_rule)
        return with_unmet(like, unmet, start=start)

    rows = tuple(row(start, bound) for start in harms for bound in ("optimal", "myopic"))
    return replace(contents, branches=(), leverage=replace(contents.leverage, rows=rows, ends=()))


def asked(contents: BriefContents) -> str:
    return "\n".join(asked_words(contents)).replace("\u00a0", " ")


def said(contents: BriefContents, *harms: float, by_rule: float = 1.0) -> str:
    some = with_harm(contents, dict(zip(STARTS, harms, strict=False)), by_rule=by_rule)
    return weak_window(some).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("harms", "text"),
    [
        ((0, 0, 0), "Whenever it comes, the whole 12 months of it are survived."),
        ((0,), "The whole 12 months of it are survived."),
        ((9,), "12 months of it leave 9 t of essential demand unmet."),
        ((7, 9, 8), "Whenever it comes, 12 months of it are not survived: at worst (April 2026) 9 "
         "t of essential demand go unmet."),
        ((0, 7, 9, 8, 0), "Weak window from April 2026 to October 2026: 12 months of it, begun "
         "then, are not survived; at worst (July 2026) 9 t of essential demand go unmet. Begun in "
         "January 2026 they are."),
        ((0, 0, 9), "Weak window from July 2026 on: 12 months of it, begun then, are not survived; "
         "at worst (July 2026) 9 t of essential demand go unmet. Begun in January 2026 they are."),
        ((9, 7, 0), "Weak window up to April 2026: 12 months of it, begun by then, are not "
         "survived; at worst (January 2026) 9 t of essential demand go unmet. Those begun later "
         "are survived."),
        ((0, 7, 0, 9, 0), "Weak windows between April 2026 and October 2026: 12 months of it, "
         "begun then, are not always survived; at worst (October 2026) 9 t of essential demand go "
         "unmet."),
        ((7, 0, 9), "Weak windows between January 2026 and July 2026: 12 months of it, begun then, "
         "are not always survived; at worst (July 2026) 9 t of essential demand go unmet."),
    ],
)  # fmt: skip
def test_verdict(contents, harms, text):
    assert said(contents, *harms) == text


def test_verdict_gives_both_bounds(contents):
    assert said(contents, 0, 9, 0, by_rule=2.0) == (
        "Weak window in April 2026: 12 months of it, begun then, are not survived; 9 to 18 t of "
        "essential demand go unmet. Begun in January 2026 they are."
    )


def test_how_long_is_answered_from_the_first_start_and_says_what_it_is(contents):
    some = replace(contents, leverage=replace(contents.leverage, rows=(), ends=()))
    assert weak_window(some) == ""
    assert how_long(some).replace("\u00a0", " ") == (
        "Embargo by Northland in January 2026: all essential demand is met for 8.5 months. "
        "These are central values; nothing is known about how sure they are."
    )
    rows = tuple(replace(row, time_to_survive=0.0) for row in contents.cover.rows)
    at_once = replace(some, cover=Cover(rows, contents.cover.provenance))
    assert "in January 2026: essential demand goes short at once." in how_long(at_once)
    unknown = replace(contents, cover=Cover((), contents.cover.provenance))
    assert how_long(unknown) == "How long essential demand is met was not computed."


def test_what_comes_with_a_measure_is_told_with_its_sums(contents):
    case = contents.case
    plain, uses = case.measures["embargo"], case.uses
    assert asked(contents) == (
        "Supposed: Embargo by Northland, 12 months.\nEssential: “Washing, essential”, Rinsing. "
        "Looked at: 40 starts from January 2026 to "
        "October 2035; the calendar ends in December 2035."
    )
    more = {
        "rinsing": replace(uses["rinsing"], crisis_demand=given(150.0, "t/month", "")),
        "washing": replace(uses["washing"], crisis_demand=given(170.0, "t/month", "")),
    }
    crisis = replace(plain, crisis=True, together_with=("surge",))
    surge = Measure("surge", label={"en": "A surge"}, kind=MeasureKind.DEMAND_SURGE)
    standard = Standard("year", label={"en": "A year"}, measure="embargo", length=12, first=60)
    case = replace(
        case,
        uses={**uses, **more},
        measures={"embargo": crisis, "surge": surge},
        standards={"year": standard},
    )
    some = replace(contents, case=case)
    said = asked(some)
    assert (
        "With it comes a crisis: while it runs, demand of “Washing, essential”, Rinsing goes from "
        "160 to 320 t a month, 2 times as much (as of January 2026). At the same time: A surge.\n"
        "The same without the crisis is not computed: the case has no such measure.\nEssential"
    ) in said
    assert said.endswith(
        "The standard of the programme: A year (the measure for 12 months, begun from January "
        "2031 to December 2035)."
    )
    assert how_long(some).startswith("Embargo by Northland in January 2026, in a crisis: all")


def test_caps_on_sellers_are_told_with_part_and_date(contents):
    part = given(0.655, "", "standards.one.at_most")
    one = Standard("one", label={"en": "No seller alone"}, good="alum", at_most=part, first=24)
    bloc = Standard("bloc", good="alum", at_most=part, sellers=("northland",), part_of="use")
    case = replace(contents.case, standards={"one": one, "bloc": bloc})
    said = asked(replace(contents, case=case)).replace("\u00a0", " ")
    assert said.endswith(
        "The standards of the programme: No seller alone (Alum, ready: at most 65.5% of the "
        "purchases are from one seller from January 2028 on); Alum, ready: at most 65.5% of the "
        "use is bought from Northland from January 2026 on."
    )


def test_the_same_measure_without_its_crisis_stands_beside_it(contents):
    case = contents.case
    rinsing = replace(case.uses["rinsing"], crisis_demand=given(150.0, "t/month", ""))
    plain = case.measures["embargo"]
    in_peace = replace(plain, id="peace", label={"en": "The same in peace"})
    case = replace(
        case,
        uses={**case.uses, "rinsing": rinsing},
        measures={"embargo": replace(plain, crisis=True), "peace": in_peace},
    )
    some = replace(contents, case=case)
    assert "The same without the crisis is not computed: it was not asked for." in asked(some)
    own = [row for row in contents.leverage.rows if row.start in ("2026-01", "2027-01")]
    for unmet, text in (
        (0.0, "Without the crisis (The same in peace), if all goes as written, nothing essential "
              "goes unmet at any of 2 starts from January 2026 to January 2027."),
        (9.0, "Without the crisis (The same in peace), if all goes as written, 12 months are "
              "survived at 0 of 2 starts from January 2026 to January 2027; at worst (January "
              "2026) 9 t of essential demand go unmet."),
    ):  # fmt: skip
        rows = tuple(with_unmet(replace(row, measure="peace"), unmet) for row in own)
        leverage = replace(contents.leverage, rows=(*contents.leverage.rows, *rows))
        assert text in asked(replace(some, leverage=leverage))


def test_of_equally_bad_starts_the_earliest_is_the_worst(contents):
    noisy = with_harm(contents, {"2026-07": 9.0, "2026-04": 9.0 * (1 - 1e-9), "2026-01": 1.0})
    focus = noisy.focus
    assert (focus.start, focus.worst, focus.shown) == ("2026-01", "2026-04", "2026-04")


def test_rounding_noise_makes_no_start_the_worst(contents):
    focus = with_harm(contents, {"2026-01": 0.0, "2026-04": 1e-7}).focus
    assert (focus.worst, focus.shown, focus.harm) == ("2026-01", "2026-01", 0.0)


def test_the_date_of_the_end_sharpens_the_last_short_start(contents):
    harms = dict(zip(STARTS, (0.0, 5.0, 5.0, 0.0, 0.0), strict=True))
    some = with_harm(contents, harms)
    end = next(e for e in contents.leverage.ends if (e.variant, e.length) == ("base", 12))
    for date, months in (
        ("2026-09", {"2026-08": True, "2026-09": False}),
        ("2026-10", {"2026-09": True, "2026-10": False}),
        ("2027-02", {}),
        (None, {}),
    ):
        leverage = replace(some.leverage, ends=(replace(end, date=date),))
        found = short_by_start(replace(some, leverage=leverage))
        assert found == {start: harm > 0 for start, harm in harms.items()} | months


def test_starts_before_the_first_short_one_are_looked_at(contents):
    some = with_harm(contents, dict(zip(STARTS, (0.0, 0.0, 5.0, 5.0, 0.0), strict=True)))
    assert edge_of(some) == (4, 5)
    like = next(row for row in some.leverage.rows if row.bound == "optimal")
    looked_at = (with_unmet(like, 0.0, start="2026-05"), with_unmet(like, 3.0, start="2026-06"))
    sharper = replace(some, edge=looked_at)
    assert "Weak window from June 2026 to October 2026: " in weak_window(sharper)
    assert edge_of(sharper) == ()


def test_no_edge_where_the_first_start_is_short_or_none_is(contents):
    for harms in ((5.0, 5.0, 0.0), (0.0, 0.0, 0.0)):
        some = with_harm(contents, dict(zip(STARTS, harms, strict=False)))
        assert edge_of(some) == ()


def test_harm_by_the_simple_rule_alone_is_not_kept_back(contents):
    some = with_harm(contents, {"2026-01": 0.0, "2026-04": 0.0})
    rows = tuple(
        with_unmet(row, 8.0) if (row.start, row.bound) == ("2026-04", "myopic")
        else row for row in some.leverage.rows
    )  # fmt: skip
    assert more_words(some) == ""
    some = replace(some, leverage=replace(some.leverage, rows=rows))
    text = more_words(some).replace("\u00a0", " ")
    assert text == "By the simple rule up to 8 t would go unmet (April 2026)."


def test_page_one_draws_the_worst_start(contents):
    rows = tuple(
        with_unmet(row, 0.0 if row.start < "2030-01" else row.unmet_essential)
        for row in contents.leverage.rows
    )
    some = replace(contents, leverage=replace(contents.leverage, rows=rows))
    assert some.focus.worst == "2030-01"
    page = text_of(page_one(render_brief(some)))
    assert "Embargo by Northland, 12 months · from January 2030, the worst start · variant" in page
    assert (
        "Essential demand is served in full for 10.4 months of 12 months; in the worst month "
        "40% of it is served (Washing, essential)" in page
    )
    assert "| January 2030 | 100% | 100%" in page
    assert "at worst, from January 2030: 10.4 months" in page
