"""The sentence that answers the question, in all its cases."""

from dataclasses import replace

import pytest

from derbes.brief import BriefContents, render_brief
from derbes.brief.page import edge_of, more_words, short_by_start, verdict_of
from derbes.results.supply import Cover, LeverageRow
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


def said(contents: BriefContents, *harms: float, by_rule: float = 1.0) -> str:
    some = with_harm(contents, dict(zip(STARTS, harms, strict=False)), by_rule=by_rule)
    return verdict_of(some).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("harms", "text"),
    [
        ((0, 0, 0), "Yes whenever it comes: essential uses hold for the whole 12 months."),
        ((0,), "Yes if it came in January 2026: essential uses hold for the whole 12 months."),
        ((9,), "No if it came in January 2026: 9 t of essential demand would go unmet."),
        ((7, 9, 8), "No whenever it comes: at worst (April 2026) 9 t of essential demand would go "
         "unmet."),
        ((0, 7, 9, 8, 0), "Yes if it came in January 2026; no from April 2026 to October 2026: at "
         "worst (July 2026) 9 t of essential demand would go unmet."),
        ((0, 0, 9), "Yes if it came in January 2026; no from July 2026 on: at worst (July 2026) 9 "
         "t of essential demand would go unmet."),
        ((9, 7, 0), "No if it came by April 2026: at worst (January 2026) 9 t of essential demand "
         "would go unmet. Yes if it came later."),
        ((0, 7, 0, 9, 0), "Not always: if it came between April 2026 and October 2026, essential "
         "demand could go unmet, at worst (October 2026) 9 t."),
        ((7, 0, 9), "Not always: if it came between January 2026 and July 2026, essential demand "
         "could go unmet, at worst (July 2026) 9 t."),
    ],
)  # fmt: skip
def test_verdict(contents, harms, text):
    assert said(contents, *harms) == text


def test_verdict_gives_both_bounds(contents):
    assert said(contents, 0, 9, 0, by_rule=2.0) == (
        "Yes if it came in January 2026; no in April 2026: 9 to 18 t of essential demand would go "
        "unmet."
    )


def test_without_a_surface_the_verdict_is_on_the_first_start(contents):
    some = replace(contents, leverage=replace(contents.leverage, rows=(), ends=()))
    assert verdict_of(some).replace("\u00a0", " ") == (
        "No if it came in January 2026: essential uses hold for 8.5 months of 12 months."
    )
    rows = tuple(replace(row, survives_length=True) for row in contents.cover.rows)
    some = replace(some, cover=Cover(rows, contents.cover.provenance))
    assert verdict_of(some).replace("\u00a0", " ") == (
        "Yes if it came in January 2026: essential uses hold for the whole 12 months."
    )


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
    assert "no from June 2026 to October 2026: at worst (July 2026)" in verdict_of(sharper)
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
        "Essential demand is served in full for 10.4 months of 12 months; in the worst month, "
        "40% of it (Washing, essential)" in page
    )
    assert "| January 2030 | 100% | 100%" in page
    assert "at worst, from January 2030: 10.4 months" in page
