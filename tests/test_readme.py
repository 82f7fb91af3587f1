"""What the README and the guides say is what happens."""

import re
from pathlib import Path

import pytest

from derbes import api

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _case_text() -> str:
    (text,) = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    return text


@pytest.fixture
def read(tmp_path):
    """Read the README's case, with a text of it replaced."""

    def case(old: str = "", new: str = ""):
        path = tmp_path / "alum.yaml"
        assert old in _case_text()
        path.write_text(_case_text().replace(old, new) if old else _case_text(), encoding="utf-8")
        assert api.check(path) == ()
        return api.read_case(path)

    return case


def test_the_case_has_fifteen_lines():
    assert len(_case_text().splitlines()) == 15


def test_the_town_holds_ten_months(read):
    cover = api.cover(read(), starts="2026-01")
    times = {row.use: row.time_to_survive for row in cover.rows}
    assert times["treatment"] == pytest.approx(10)


def test_a_stop_of_twelve_months_leaves_120_t_unmet(read):
    surface = api.leverage(read(), starts="2026-01")
    assert [row.unmet_essential for row in surface.rows] == pytest.approx([120, 120])


def test_using_it_in_2028_hurts_northland_more(read):
    surface = api.leverage(read(), starts="2028-01")
    best = next(row for row in surface.rows if row.bound == "optimal")
    assert best.target_loss == pytest.approx(2400)
    assert best.sender_cost_returning == pytest.approx(4800)
    assert best.leverage_ratio == pytest.approx(0.5)


def test_leverage_ends_in_march_2027(read):
    surface = api.leverage(read(), starts="month")
    assert {end.date for end in surface.ends} == {"2027-03"}
    rows = {row.start: row.unmet_essential for row in surface.rows if row.bound == "optimal"}
    assert rows["2027-02"] == pytest.approx(60)
    assert rows["2027-03"] == pytest.approx(0, abs=1e-6)


def test_a_changed_number_changes_the_answer(read):
    case = read("value: 600 t, range: [500, 700]", "value: 900 t, range: [500, 950]")
    cover = api.cover(case, starts="2026-01")
    times = {row.use: row.time_to_survive for row in cover.rows}
    assert times["treatment"] == pytest.approx(15)
    surface = api.leverage(case, starts="2026-01")
    assert [row.unmet_essential for row in surface.rows] == pytest.approx([0, 0], abs=1e-6)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_variants_of_the_guide_are_variants(tmp_path):
    guide = (ROOT / "docs" / "how-to" / "compare-variants.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^    variants:\n(?:      .*\n)+", guide, flags=re.MULTILINE)
    text = (ROOT / "cases" / "waterworks.yaml").read_text(encoding="utf-8")
    before, _variants = text.split("variants:\n")
    path = tmp_path / "waterworks.yaml"
    path.write_text(before + block.replace("\n    ", "\n").removeprefix("    "), encoding="utf-8")
    assert api.check(path) == ()
    assert set(api.read_case(path).variants) == {
        "no_plant",
        "a_year_late",
        "no_plant_small_reserve",
    }


def test_the_number_of_the_guide_can_be_changed(tmp_path):
    guide = (ROOT / "docs" / "how-to" / "change-a-number.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ +treatment: \{(.*)\}$", guide, flags=re.MULTILINE)
    text = (ROOT / "cases" / "waterworks.yaml").read_text(encoding="utf-8")
    path = tmp_path / "waterworks.yaml"
    report = "documents: {water_report: {title: Yearly report}}\n"
    old = "{good: alum, tier: essential, demand: 100 t/month, "
    assert old in text
    new = f"{{{line}, tier: essential, "
    path.write_text(text.replace(old, new) + report, encoding="utf-8")
    assert api.check(path) == ()
    demand = api.read_case(path).uses["treatment"].demand
    assert (demand.value, demand.source) == (110, "water_report")
