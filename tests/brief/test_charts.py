"""Charts: what they draw, and that nothing lies on something else."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.brief.coverage import bars_against_rule, coverage_chart
from derbes.brief.dependence import (
    Material,
    chokepoint_section,
    dependence_section,
    materials_map,
    tiers_of,
)
from derbes.brief.drawing import (
    LETTER,
    NARROW,
    WIDE,
    chart,
    draw,
    layer,
    legend_columns,
    mark_lines,
    numbers,
    panels,
    wrapped,
)
from derbes.brief.page import sections_of
from derbes.brief.planning import plan_section
from derbes.language import use_language
from tests.brief.planned import invented_plan
from tests.brief.reading import picture_texts


def _coverage(width: int) -> dict:
    rows = [
        {"month": t, "served": 1 - t / 20 / n, "bound": bound}
        for n, bound in ((2, "best response"), (1, "simple rule"))
        for t in range(17)
    ]
    return coverage_chart(rows, width=width, marks=[(12.0, "ends")])


def _drawn(spec: dict) -> str:
    return draw(spec, id_="chart", title="A < B", description="It says & shows")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_drawing_is_as_wide_as_asked(width):
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', _drawn(_coverage(width)))
    assert size is not None
    assert abs(int(size.group(1)) - width) <= 8


def test_a_drawing_is_the_same_each_time():
    first = _drawn(_coverage(WIDE))
    _drawn(_coverage(NARROW))
    assert _drawn(_coverage(WIDE)) == first


def test_a_drawing_has_its_title_and_description():
    drawn = _drawn(_coverage(WIDE))
    assert '<title id="chart-title">A &lt; B</title>' in drawn
    assert '<desc id="chart-desc">It says &amp; shows</desc>' in drawn
    assert {
        "ends",
        "months since the measure began",
        "100%",
        "best response",
        "simple rule",
    } <= set(picture_texts(drawn))


def test_a_drawing_is_measured_and_shown_in_the_embedded_font():
    assert "Noto Sans Derbes" in _drawn(_coverage(WIDE))


def test_every_chart_is_no_wider_than_its_place(contents):
    for section in sections_of(contents):
        for figure in section.figures:
            for spec, limit in ((figure.spec(WIDE), WIDE), (figure.spec(NARROW), NARROW)):
                size = re.search(r'viewBox="0 0 (\d+)', _drawn(spec))
                assert size is not None
                assert int(size.group(1)) <= limit + 12, figure.id


@pytest.mark.parametrize(("n", "axes"), [(1, 1), (2, 2), (3, 3), (4, 2), (5, 5)])
def test_no_axis_stands_under_an_empty_panel(n, axes):
    order = [f"panel {one}" for one in range(n)]
    rows = [{"panel": name, "x": x, "y": 1.0} for name in order for x in (1111, 2222)]
    marks = {"x": numbers("x", form="d", values=[1111, 2222]), "y": numbers("y")}
    spec = panels(rows, [layer("point", marks)], width=WIDE, height=40, order=order)
    assert picture_texts(_drawn(spec)).count("2222") == axes


def test_panels_with_long_names_stand_side_by_side_under_two_lines():
    def drawn(*order):
        rows = [{"panel": name, "x": x, "y": 1.0} for name in order for x in (0, 1)]
        marks = {"x": numbers("x"), "y": numbers("y")}
        spec = panels(rows, [layer("point", marks)], width=NARROW, height=40, order=list(order))
        return picture_texts(_drawn(spec)), spec["columns"]

    texts, columns = drawn("Учебные стрельбы, 152 мм", "Учебные стрельбы, 82 мм")
    assert columns == 2
    assert {text.replace("  ", "|") for text in texts if "Уч" in text} == {
        "Учебные стрельбы,|152 мм",
        "Учебные стрельбы,|82 мм",
    }
    assert drawn("A name that takes three lines above one of two panels", "Another")[1] == 1


def test_words_of_lines_stand_in_rows_of_their_own():
    layers = mark_lines([(3.0, "c"), (1.0, "a"), (2.0, "b")], 10)
    heights = [layer["encoding"]["y"]["value"] for layer in layers if "y" in layer["encoding"]]
    assert len(heights) == 3
    assert all(abs(a - b) >= 14 for a, b in pairwise(heights))


def test_words_too_long_for_their_side_are_broken_into_lines():
    words = "planned: a works with a long name (assumed)"
    layers = mark_lines([(6.0, words), (9.0, "b")], 29, width=NARROW)
    texts = [layer for layer in layers if layer["mark"]["type"] == "text"]
    by_words = {tuple(t["data"]["values"][0]["words"]): t["encoding"]["y"]["value"] for t in texts}
    assert by_words == {("b",): -20, ("planned: a works with a long name", "(assumed)"): -50}


def test_words_beside_a_bar_have_room():
    row = {"label": "Readiness,\n152 mm", "value": 1826, "rule": 730, "end": 1826,
           "words": "1,826 days (rule: 730 days)"}  # fmt: skip
    for width in (WIDE, NARROW):
        drawn = _drawn(bars_against_rule([row], width=width))
        place = re.search(r'translate\(([\d.]+),[\d.]+\)"[^>]*>1,826 days', drawn)
        start = re.search(r'<g transform="translate\(([\d.]+),', drawn)
        assert place is not None
        assert start is not None
        assert float(start.group(1)) + float(place.group(1)) + 27 * 6 < width


def test_labels_of_several_lines_stand_around_their_row():
    row = {"end": 1.0, "value": 1.0, "rule": None, "words": "w"}
    labels = ["one", "one\ntwo", "one\ntwo\nthree"]
    spec = bars_against_rule([{**row, "label": x} for x in labels], width=WIDE)
    lines = re.findall(r'translate\([-\d.]+,([-\d.]+)\)"[^>]*>(?:<tspan[^>]*>)?one', _drawn(spec))
    first, second, third = (float(place) for place in lines)
    assert second - first == pytest.approx(38 - 7)
    assert third - second == pytest.approx(38 - 7)


def test_a_column_of_the_surface_reaches_to_the_next_start_of_its_variant(contents):
    sparse = tuple(
        row for row in contents.leverage.rows if row.variant == "base" or row.start[5:] == "01"
    )
    some = replace(contents, leverage=replace(contents.leverage, rows=sparse))
    section = next(s for s in sections_of(some) if s.id == "surface")
    cells = [c for c in section.figures[0].spec(WIDE)["data"]["values"] if c["kind"] == "cell"]
    spans = {(c["panel"], c["length"]): [] for c in cells}
    for cell in cells:
        spans[cell["panel"], cell["length"]].append((cell["year"], cell["year_end"]))
    for (panel, _length), own in spans.items():
        assert own[0][0] == 2026.0
        assert all(end == start for (_s, end), (start, _e) in pairwise(own))
        last = 2036.0 if panel != "as planned" else 2035.75 + 0.25
        assert own[-1][1] == pytest.approx(last)


def test_the_surface_does_not_change_by_the_last_digits_of_a_solver(contents):
    def picture(rows):
        other = replace(contents, leverage=replace(contents.leverage, rows=rows))
        section = next(s for s in sections_of(other) if s.id == "surface")
        return section.figures[0].spec(WIDE)

    rows = contents.leverage.rows
    nearly = tuple(
        replace(row, unmet_essential=row.unmet_essential * (1.0 + (n % 3 - 1) * 2e-16))
        for n, row in enumerate(rows)
    )
    assert nearly != rows
    assert picture(nearly) == picture(rows)


@st.composite
def networks(draw_):
    """Goods in up to four tiers, with links to the tier before."""
    sizes = draw_(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    materials = [
        Material(f"g{tier}_{n}", f"Good {tier} {n}", "sold", tier, n % 2 == 0, n == 0)
        for tier, size in enumerate(sizes)
        for n in range(size)
    ]
    links = [
        (f"g{tier}_{n}", f"g{tier - 1}_0")
        for tier in range(1, len(sizes))
        for n in range(sizes[tier])
    ]
    return materials, links


@given(networks(), st.sampled_from([WIDE, NARROW]))
def test_boxes_of_the_map_do_not_overlap(network, width):
    materials, links = network
    spec = materials_map(materials, links, width=width)
    boxes = [
        box
        for layer in spec["layer"]
        if layer["mark"]["type"] == "rect"
        for box in layer["data"]["values"]
    ]
    assert len(boxes) == len(materials)
    for n, a in enumerate(boxes):
        assert 0 <= a["x"] < a["x2"] <= width
        assert 0 <= a["y"] < a["y2"] <= spec["height"]
        for b in boxes[n + 1 :]:
            apart = a["x2"] <= b["x"] or b["x2"] <= a["x"] or a["y2"] <= b["y"] or b["y2"] <= a["y"]
            assert apart


@given(st.text("ab ", min_size=1, max_size=70), st.text("ab ", min_size=1, max_size=70))
def test_a_box_of_the_map_holds_its_words_or_shows_that_it_does_not(name, words):
    item = Material("a", name, words, 0, is_sold_by_sender=False, is_binding=False)
    spec = materials_map([item], [], width=WIDE)
    (box,) = next(
        layer["data"]["values"] for layer in spec["layer"] if "rect" in str(layer["mark"])
    )
    told = box["text"]
    assert len(told) * 14 <= box["y2"] - box["y"]
    assert box["center"] - 7 >= box["y"]
    assert box["center"] - 7 + len(told) * 14 <= box["y2"]
    whole = "".join((name + words).split())
    shown = "".join("".join(told).split())
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


@given(st.lists(st.text("ab", max_size=20), min_size=1, max_size=7), st.integers(20, 700))
def test_a_legend_has_as_many_columns_as_leave_it_in_its_room(names, room):
    n = legend_columns(names, room)

    def width(columns):
        rows = [names[at : at + columns] for at in range(0, len(names), columns)]
        longest = [max((len(row[at]) for row in rows if at < len(row)), default=0)
                   for at in range(columns)]  # fmt: skip
        return sum(letters * LETTER + 26 for letters in longest)

    assert 1 <= n <= 3
    assert n == 1 or width(n) <= room
    assert all(width(more) > room for more in range(n + 1, 4))


def test_words_of_an_axis_that_are_long_end_where_the_plot_ends():
    def axis(title):
        layers = [layer("bar", {"x": numbers("v", title=title)})]
        return chart(NARROW, layers)["layer"][0]["encoding"]["x"]

    assert "titleAnchor" not in axis("short")["axis"]
    assert axis("a" * 40)["axis"]["titleAnchor"] == "end"
    assert all(len(line) * LETTER < NARROW for line in axis("word " * 30)["title"])


def test_years_of_a_narrow_axis_stand_apart(contents):
    """The first and the last stand within the plot, and ran into their neighbors: 20262027."""
    case = replace(contents.case, calendar=replace(contents.case.calendar, n_periods=60))
    section = plan_section(replace(contents, case=case), invented_plan())
    drawn = _drawn(section.figures[0].spec(NARROW))
    texts = re.findall(r"<text ([^>]*)>(20\d\d)<", drawn)
    shown = [(look, year) for look, year in texts if 'opacity="0"' not in look]
    assert [year for _look, year in shown] == ["2026", "2028", "2030"]


def test_words_of_an_opening_end_before_the_names_of_lanes(contents):
    """As wide as Russian months are: they ran into the name of the plant on paper."""
    use_language("ru")
    calm = {
        name: replace(one, plant_openings={"works": "2032-01"})
        for name, one in contents.calm.items()
    }
    figure = dependence_section(replace(contents, calm=calm)).figures[0]
    told = re.findall(r'"words": (\[.*?\])', json.dumps(figure.spec(NARROW), ensure_ascii=False))
    room = (NARROW - 131 - 14) * 6 / 10 - 9  # up to the mark
    assert "2032" in told[0]
    assert all(len(line) * LETTER < room for line in json.loads(told[0]))


def test_a_lane_is_as_high_as_its_own_lines(contents):
    """One long name made all lanes high, and the chart too high for what was left of a sheet."""

    def height(*names):
        plants = {
            f"p{n}": replace(next(iter(contents.case.plants.values())), label={"": name})
            for n, name in enumerate(names)
        }
        calm = {
            name: replace(one, plant_openings=dict.fromkeys(plants, "2027-01"))
            for name, one in contents.calm.items()
        }
        some = replace(contents, case=replace(contents.case, plants=plants), calm=calm)
        return dependence_section(some).figures[0].spec(NARROW)["vconcat"][0]["height"]

    long = "a name of many words that fills four lines of its lane"
    assert height("a", "b", long) - height("a", "b", "c") == height(long) - height("a") > 0


def test_binding_boxes_are_thick_and_the_senders_dashed():
    materials = [
        Material("a", "A", "BINDS: sender only", 0, is_sold_by_sender=True, is_binding=True),
        Material("b", "B", "sender only", 1, is_sold_by_sender=True, is_binding=False),
        Material("c", "C", "made here", 1, is_sold_by_sender=False, is_binding=False),
    ]
    drawn = _drawn(materials_map(materials, [("b", "a"), ("c", "a")], width=WIDE))
    assert drawn.count('stroke-width="4"') == 1
    assert drawn.count('stroke-dasharray="5,3"') == 1
    assert "A  BINDS: sender  only" in picture_texts(drawn)


def test_tiers_count_the_longest_way_to_a_use(contents):
    tiers = tiers_of(contents.case)
    assert tiers == {"alum": 0, "salt": 0, "bauxite": 1, "acid": 1, "brine": 1}


@pytest.mark.parametrize(
    ("sender", "end"),
    [("northland", ", sold by Northland"), ("westland", "; Westland sells 1 of 2"), ("town", "")],
)
def test_the_title_says_who_sells_what_runs_out_first(contents, sender, end):
    one = replace(contents.case.measures["embargo"], sender=sender)
    case = replace(contents.case, measures={**contents.case.measures, "embargo": one})
    rows = tuple(replace(row, binding_sellers=(sender,)) for row in contents.cover.rows)
    some = replace(contents, case=case, cover=replace(contents.cover, rows=rows))
    title = chokepoint_section(some).figures[0].title
    assert title == f"What runs out first: Alum, ready, Softening salt{end}"


def test_what_serves_nothing_has_no_share(contents):
    figure = dependence_section(contents).figures[0]
    last = figure.table.rows[-1]
    assert [cell.text for cell in last] == ["December 2035", "0%", "stock alone"]
    assert '"share": null' in json.dumps(figure.spec(WIDE))


@given(st.text(alphabet="ab ", max_size=60), st.integers(5, 30))
def test_wrapping_keeps_every_word(text, width):
    lines = wrapped(text, width)
    assert lines.replace("-\n", "").replace("\n", "").replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= width for line in lines.split("\n"))


def test_a_number_stays_with_its_unit_where_both_fit():
    assert wrapped("Readiness, 152 mm", 15) == "Readiness,\n152 mm"
    assert wrapped("152 mm", 4) == "152\nmm"
    assert wrapped("ready in 2031 already", 14) == "ready in 2031\nalready"


def test_a_word_that_is_cut_has_a_hyphen():
    assert wrapped("То, что импортируется", 12) == "То, что\nимпортирует-\nся"
    assert wrapped("импортируете", 12) == "импортируете"
