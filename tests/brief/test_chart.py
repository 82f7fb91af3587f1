"""A chart of the brief by its name: the same as there, and it says by itself what it shows."""

import csv
import io
import json
import re
import struct
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace
from html import unescape

import pytest
import vl_convert

from derbes.brief.layout import Cell, PageTable
from derbes.brief.page import chart_of, figures_of
from derbes.pages import CALM, COURSE, chart_kinds, kind_of
from tests.brief.invented_ledger import invented_ledger, invented_talk
from tests.brief.invented_stress import hazards, invented_stress
from tests.brief.planned import invented_plan
from tests.brief.reading import picture_texts


@pytest.fixture(scope="module")
def full(contents):
    """The town with draws, chance, a plan and a ledger: all that a brief can tell."""
    case = replace(contents.case, hazards=hazards(contents.case))
    told = {"stress": invented_stress(case), "statements": invented_ledger()}
    return replace(contents, case=case, plan=invented_plan(), talk=invented_talk(), **told)


@pytest.fixture(scope="module")
def charts(full):
    return {name: chart_of(full, name) for name in figures_of(full)}


@pytest.fixture(scope="module")
def pictures(charts):
    return {name: chart.svg() for name, chart in charts.items()}


NOT_INVENTED = {"fan-cover", "fan-time-to-survive", "fan-leverage-ratio", "survival"}


def test_every_chart_has_a_kind_and_every_kind_a_chart(charts):
    assert len(charts) >= 17
    found = {kind_of(name).name for name in charts}
    assert {kind.name for kind in chart_kinds()} - NOT_INVENTED <= found


def test_a_kind_is_found_by_name_and_by_family():
    assert kind_of("tornado-3").name == "tornado-1"
    assert kind_of("tornado-x") is None
    assert kind_of("coverages") is None
    assert chart_of.__module__ == "derbes.brief.page"


def test_a_picture_says_title_subtitle_and_foot_and_stands_alone(charts, pictures):
    for name, chart in charts.items():
        svg = pictures[name]
        ET.fromstring(svg)
        shown = " ".join(picture_texts(svg))
        for text in (chart.title, chart.subtitle, chart.foot):
            assert set(text.split()) <= set(shown.split()), chart.name
        assert "case 5f5f5f5f5f5f" in chart.foot
        assert "@font-face" in svg
        assert not re.search(r'(?:href|src)="?(?!data:)', svg.replace("src:url(data:", ""))


def test_nothing_of_a_picture_lies_outside(pictures):
    for svg in pictures.values():
        width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
        assert width <= 730
        for x, y, size, text in re.findall(
            r'<text x="([\d.]+)" y="([\d.]+)" font-size="(\d+)px"[^>]*>([^<]*)', svg
        ):
            assert 0 < float(x) + len(unescape(text)) * 0.55 * float(size) <= width, text
            assert 0 < float(y) < height


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return struct.unpack(">II", png[16:24])


def _rows(png: bytes) -> bytes:
    at, data = 8, b""
    while at < len(png):
        (n,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + n] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + n
    return zlib.decompress(data)


@pytest.mark.parametrize("ppi", [96, 192])
def test_a_png_has_the_size_of_the_picture_at_its_resolution(charts, ppi):
    chart = charts["coverage"]
    size = re.search(r'width="(\d+)" height="(\d+)"', chart.svg()).groups()
    for drawn, asked in zip(_size(chart.png(ppi)), map(int, size), strict=True):
        assert abs(drawn - asked * ppi / 96) <= 1


def test_a_png_is_on_white_with_letters_of_the_package(charts, monkeypatch):
    chart = charts["coverage"]
    pixels = _rows(chart.png(96))
    assert pixels[1:5] == b"\xff\xff\xff\xff"
    assert len(set(pixels)) > 50
    plain = vl_convert.svg_to_png(
        re.sub(r'font-family="[^"]*"', 'font-family="No Such Font"', chart.svg()),
        scale=0.75,
        ppi=96,
    )
    assert _rows(plain) != pixels


def test_the_specification_draws_the_same_marks(charts):
    for chart in charts.values():
        spec = json.loads(chart.json())
        assert spec["$schema"].endswith("v6.json")
        assert spec["description"].count("{") == 0
        assert " ".join(spec["title"]["text"]) == chart.title
        assert spec["usermeta"]["derbes"]["foot"] == chart.foot
        drawn = vl_convert.vegalite_to_svg(spec, vl_version="6.1")
        assert set(chart.title.split()) <= set(" ".join(picture_texts(drawn)).split())


WITHOUT_UNIT = {
    "target's loss, USD",  # the heading says it
    "leverage ratio, returns",
    "leverage ratio, never returns",
    "months since start",
    "tier",
    "standard error",
    "draws",
    "belief from which it pays",
    "share of the futures with more",
    "all",
}
"""Ratios, counts, and headings that say their unit in words."""


UNITLESS = {"verdicts-chart", "fan-leverage-ratio"}
"""Counts, and ratios by date."""


def test_every_column_of_numbers_says_its_unit(charts):
    for chart in charts.values():
        head, *rows = csv.reader(io.StringIO(chart.csv()))
        units = {name for name in head if name.startswith("unit of ")}
        for n, name in enumerate(head):
            cells = [row[n] for row in rows if row[n]]
            is_number = cells and all(re.fullmatch(r"-?[\d.]+(?:e-?\d+)?", one) for one in cells)
            if is_number and chart.name not in UNITLESS and not name.endswith("year"):
                assert "[" in name or name in WITHOUT_UNIT or f"unit of {name}" in units, (
                    chart.name, name)  # fmt: skip


def test_data_are_not_rounded():
    table = PageTable("a", ("b",), ((Cell.figure(1 / 3, unit="t"),),))
    assert table.raw == [["b [t]"], [1 / 3]]


def test_units_that_differ_stand_beside():
    rows = tuple((Cell.figure(n, unit=unit),) for n, unit in ((1.0, "t"), (2.0, "GWh"), (3.0, "")))
    table = PageTable("a", ("size",), rows)
    assert table.raw == [["size", "unit of size"], [1.0, "t"], [2.0, "GWh"], [3.0, None]]
    assert PageTable("a", ("b",), ((Cell("x", "x"),),)).raw == [["b"], ["x"]]


def test_a_notebook_shows_it(charts):
    chart = charts["coverage"]
    bundle = chart._repr_mimebundle_()
    assert bundle["image/svg+xml"] == chart._repr_svg_() == chart.svg()
    assert bundle["text/plain"] == chart.title
    assert "image/png" in bundle


def test_a_chart_that_needs_no_draws_is_that_of_a_brief_without(contents, full, charts):
    """What is computed for it alone is enough: the same title, words, data and marks."""
    plain = replace(full, stress=None, statements=None, plan=None, talk=None)
    for kind in chart_kinds():
        if kind.part in (COURSE, CALM) and kind.name in charts:
            alone, whole = chart_of(plain, kind.name), chart_of(contents, kind.name)
            assert (alone.title, alone.subtitle, alone.csv()) == (
                whole.title, whole.subtitle, whole.csv())  # fmt: skip
            assert alone.vega_lite() == whole.vega_lite()


def test_what_a_case_says_is_harmless_in_a_picture(full):
    evil = 'A "<script>alert(1)</script>" & {finding}'
    case = replace(full.case, label={"en": evil}, name=evil)
    chart = chart_of(replace(full, case=case), "coverage")
    ET.fromstring(chart.svg())
    assert "<script>" not in chart.svg()
    assert "</script>" not in chart.json()
