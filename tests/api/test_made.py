"""What a page says of itself is what its request made."""

import csv
import io
import re
import shlex
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from derbes import api
from derbes.brief import format as fmt
from derbes.cli import main
from derbes.errors import RequestError
from derbes.language import use_language
from derbes.request import BRIEF_DRAWS, made_by
from derbes.results.records import record_of, to_json
from tests.api.examples import town_case
from tests.brief.reading import page_one, part, text_of

TOWN = """\
derbes: 1
name: Town
calendar: {first: 2026-01, periods: 36, step: month}
currency: {base: USD}
target: town
actors: {town: {}, north: {margin_share: 30 %}, south: {margin_share: 20 %}}
goods: {alum: {unit: t, reserve: 20 t}}
uses: {water: {good: alum, demand: {value: 10 t/month, range: [8, 12]}, shortage_cost: 900 USD/t}}
stockpiles: {store: {good: alum, quantity: {value: 20 t, range: [10, 30]}}}
suppliers:
  north_alum: {actor: north, good: alum, price: 10 USD/t, capacity: 20 t/month}
  south_alum: {actor: south, good: alum, price: 30 USD/t, capacity: 5 t/month}
measures: {embargo: {kind: embargo, sender: north, hits: {actor: north}, lengths: [3, 6]}}
variants: {costly: {set: {suppliers.north_alum.price: 11 USD/t}}}
"""


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case in a folder of its own, seen from above it."""
    place = tmp_path / "cases of the town" / "town.yaml"
    place.parent.mkdir()
    place.write_text(TOWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return place


def printed_command(page: str) -> list[str]:
    """Words of the command that a page prints."""
    (command,) = re.findall(r"<pre><code>(.*?)</code></pre>", part(page, "reproduce"))
    return shlex.split(unescape(command))


@pytest.mark.parametrize(
    "asked",
    [
        {"starts": "year", "draws": 0},
        {"variants": ["base"], "measures": ["embargo"], "starts": ["2026-05"], "lengths": [6]},
        {"variants": ["base"], "starts": "year", "draws": 4},
        {"variants": ["costly"], "starts": "2027-01", "draws": 4, "seed": 7},
    ],
)
def test_the_printed_command_makes_the_same_page(town, asked):
    page = api.brief(api.read_case(town), **asked)
    program, *words = printed_command(page)
    assert program == "derbes"
    assert main([*words, "--out", "again.html", "--workers", "1"]) == 0
    again = Path("again.html").read_bytes()
    assert again == (page if page.endswith("\n") else page + "\n").encode()


def test_a_page_over_draws_says_so(town):
    page = api.brief(api.read_case(town), starts="year", variants=["base"], draws=4)
    said = text_of(page_one(page))
    assert "central values, their spread over 4 draws, seed 1;" in said
    assert "no draws" not in text_of(page)
    assert "the spread of uncertain inputs" not in said
    made = text_of(part(page, "reproduce"))
    assert "| draws by the simple rule | 4\n| of these also by the best response | 4\n" in made
    assert "| seed | 1" in made


def test_page_one_agrees_with_the_answers_over_the_same_draws(town):
    case = api.read_case(town)
    stress = api.stress(case, draws=4, solved=4)
    name = "time_to_survive(embargo, 2026-01, bound=optimal)"
    answer = next(one for one in stress.answers if one.name == name)
    ratio = next(one for one in stress.answers if one.name.startswith("leverage_ratio(embargo"))
    page = api.brief(case, starts="year", variants=["base"], draws=4)
    said = text_of(page_one(page))
    time = fmt.months(answer.quantiles["50"]).replace("\u00a0", " ")
    assert f"all essential demand is met for {time}" in said
    row = next(line for line in said.split("\n") if line.startswith("| January 2026"))
    assert f"| {fmt.number(ratio.quantiles['50'], 2)}" in row


def test_a_page_without_draws_names_no_seed(town):
    page = api.brief(api.read_case(town), starts="year", variants=["base"], draws=0)
    assert "seed" not in text_of(part(page, "reproduce"))
    assert "central values, no draws;" in text_of(page_one(page))
    assert "seed" not in text_of(page_one(page))


def test_the_command_holds_what_is_not_usual():
    case = town_case()
    usual = made_by(case, "brief", variants=("all",))
    assert (usual.command, usual.n_draws, usual.seed) == ("derbes brief town.yaml --draws 0", 1, 0)
    whole = made_by(case, "brief", variants=("all",), draws=BRIEF_DRAWS)
    assert (whole.command, whole.n_draws, whole.seed) == ("derbes brief town.yaml", BRIEF_DRAWS, 1)
    asked = made_by(
        case,
        "brief",
        variants=("base", "no_plant"),
        measures=("embargo",),
        starts=("2026-01", "2026-05"),
        lengths=(6, 12),
        draws=16,
        seed=3,
    )
    assert asked.command == (
        "derbes brief town.yaml --variant base --variant no_plant --measure embargo --length 6 "
        "--length 12 --start 2026-01 --start 2026-05 --draws 16 --seed 3"
    )
    assert (asked.n_draws, asked.seed) == (16, 3)
    assert made_by(case, "cover", variants=("base",), starts="year").command == (
        "derbes cover town.yaml --every year"
    )


def test_the_command_speaks_the_language_in_use():
    use_language("kk")
    assert made_by(town_case(), "cover", variants=("base",)).command == (
        "derbes cover town.yaml --lang kk"
    )


def test_folders_of_the_machine_are_not_told():
    case = replace(town_case(), source="/home/someone/secret/my cases/town.yaml")
    assert made_by(case, "brief", variants=("all",), draws=BRIEF_DRAWS).command == (
        "derbes brief 'my cases/town.yaml'"
    )


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_case_is_named_alike_by_whatever_way_it_is_read(town, monkeypatch, is_folder):
    """Absolute, relative, with dots, a slash behind it or through a link: the same bytes."""
    place = town
    if is_folder:
        place = town.parent / "folder"
        place.mkdir()
        town.rename(place / "case.yaml")
    link = town.parent.parent / "a link"
    link.symlink_to(place, target_is_directory=is_folder)
    ways = [
        (town.parent.parent, str(place)),
        (town.parent.parent, f"cases of the town/{place.name}"),
        (town.parent, place.name),
        (town.parent, f"./{place.name}"),
        (town.parent, f"../cases of the town/./{place.name}"),
        (Path("/"), str(place)),
        (town.parent.parent, "a link"),
        *([(town.parent, f"{place.name}/"), (place, ".")] if is_folder else []),
    ]
    answers = set()
    for at, (folder, path) in enumerate(ways):
        monkeypatch.chdir(folder)
        case = api.read_case(path)
        tables = town.parent.parent / f"tables {at}"
        page = api.brief(case, starts="year", variants=["base"], draws=0, tables=tables)
        made = [page, *(to_json(record_of(verb(case))) for verb in (api.cover, api.leverage))]
        csv = [(one.name, one.read_bytes()) for one in sorted(tables.iterdir())]
        answers.add((*made, *csv))
        assert printed_command(page)[2] == f"cases of the town/{place.name}"
    assert len(answers) == 1


def test_a_case_made_by_a_program_has_no_command():
    case = replace(town_case(), source="")
    assert made_by(case, "brief", variants=("all",)).command == ""


def test_tables_come_as_csv_beside_the_page(town, tmp_path):
    case = api.read_case(town)
    folder = tmp_path / "some" / "tables"
    asked = {"starts": "year", "variants": ["base"], "draws": 0}
    page = api.brief(case, tables=folder, **asked)
    assert page == api.brief(case, **asked)
    written = {path.stem: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert {"inputs-1", "coverage", "reproduce-1"} <= set(written)
    figures = set(re.findall(r'<figure id="([^"]+)"', page))
    assert figures <= set(written)
    rows = list(csv.reader(io.StringIO(written["inputs-1"])))
    paths = {number.path for number in api.inputs(case) if not number.path.startswith("facts.")}
    assert paths <= {row[0] for row in rows[1:]}


def test_tables_go_into_no_file(town, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(RequestError, match='taken" cannot be written: Not a directory'):
        api.brief(api.read_case(town), tables=taken)
    assert taken.read_text() == "mine"
