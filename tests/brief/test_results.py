"""What is computed for a brief, on a small case that is solved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.brief import BriefContents, dependence, leverage
from derbes.brief import format as fmt
from derbes.brief.contents import Focus
from derbes.brief.headline import weak_window
from derbes.case.entities import Case
from derbes.casefile import read_case
from derbes.pages import brief_contents
from derbes.request import request_of

# South, the other seller, sells nothing from April 2027 to May 2028, else twice the use.
TOWN = """\
derbes: 1
name: Town
calendar: {first: 2026-01, periods: 48, step: month}
currency: {base: USD, price_year: 2026}
target: town
main_measure: embargo
main_length: 6 month
actors: {town: {}, north: {margin_share: 30 %}, south: {margin_share: 20 %}}
goods: {alum: {unit: t}}
uses: {water: {good: alum, tier: essential, demand: 10 t/month, shortage_cost: 900 USD/t}}
suppliers:
  north_alum: {actor: north, good: alum, price: 10 USD/t, capacity: 20 t/month}
  south_alum:
    actor: south
    good: alum
    price: 30 USD/t
    capacity: {series: {2026-01: 20 t/month, 2027-04: 0 t/month, 2028-06: 20 t/month}}
measures: {embargo: {kind: embargo, sender: north, hits: {actor: north}, lengths: [6]}}
variants: {costly: {set: {suppliers.north_alum.price: 11 USD/t}}}
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("town") / "town.yaml"
    path.write_text(TOWN, encoding="utf-8")
    return read_case(path)


@pytest.fixture(scope="module")
def results(town: Case) -> BriefContents:
    return brief_contents(town, request_of(town, variants=("all",)))


def test_the_worst_start_is_drawn_in_every_variant(results):
    focus = results.focus
    assert (focus.start, focus.worst) == ("2026-01", "2027-04")
    assert focus.harm == pytest.approx(60.0)
    drawn = {(b.variant, b.bound) for b in results.branches if b.start == focus.worst}
    assert drawn == {(v, b) for v in ("base", "costly") for b in ("optimal", "myopic")}


def test_what_is_said_of_calm_spans_all_its_months(results):
    calm = results.calm["base"]
    first, last = (fmt.date(calm.months[place]) for place in (0, len(calm.months) - 1))
    (figure,) = dependence.sellers_section(results).figures
    assert any(fmt.span(first, last) in part for part in figure.under)


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(0, 1e12)), min_size=1))
def test_axes_leave_room_in_proportion_above_every_point(pairs):
    points = [{"cost": cost, "loss": loss} for cost, loss in pairs]
    low, high = leverage._limits(points, is_log=False)
    amounts = [amount for pair in pairs for amount in pair]
    span = max(amounts) - min(*amounts, 0.0)
    room = 0.12 * span or 1.0
    assert high == pytest.approx(max(amounts) + room)
    assert low == pytest.approx(min(*amounts, 0.0) - (room if min(amounts) < 0.0 else 0.0))


def test_cover_is_computed_at_the_worst_start(results):
    starts = {row.start for row in results.cover.rows if row.variant == "base"}
    assert {"2026-01", "2026-07", "2027-04"} <= starts
    row = next(r for r in results.cover.rows if (r.variant, r.start) == ("base", "2027-04"))
    assert row.time_to_survive == pytest.approx(0.0, abs=1e-9)


def test_the_first_short_start_is_found_between_those_of_the_surface(results):
    found = weak_window(results).replace("\u00a0", " ")
    # Six months take 60 t; from February 2027 South sells 40 t, from January 60 t.
    assert found == (
        "Weak window from February 2027 to May 2028: 6 months of it, begun then, are not survived; "
        "at worst (April 2027) 60 t of essential demand go unmet. Begun in January 2026 they are."
    )


def test_brief_of_a_case_that_never_goes_short(town):
    plenty = replace(town.suppliers["south_alum"], capacity=town.suppliers["north_alum"].capacity)
    safe = replace(town, suppliers={**town.suppliers, "south_alum": plenty}, variants={})
    contents = brief_contents(safe, request_of(safe, starts="year"))
    focus: Focus = contents.focus
    assert (focus.worst, focus.harm) == (focus.start, 0.0)
    assert weak_window(contents).replace("\u00a0", " ") == (
        "Whenever it comes, the whole 6 months of it are survived."
    )
