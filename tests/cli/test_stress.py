import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from derbes import api
from derbes.cli.tables import stress_text

ROOT = Path(__file__).parents[2]
TOWN = str(ROOT / "cases" / "waterworks.yaml")
NORTH = "Northland stops selling"
NUMBER = {"type": ["number", "null"]}
CONTRACT = {
    "type": "object",
    "required": ["draws", "seed", "answers", "p_ended", "sensitivity", "tipping"],
    "properties": {
        "draws": {"type": "integer"},
        "seed": {"type": "integer"},
        "answers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["name", "unit", "mean", "standard_error", "quantiles"],
                "properties": {
                    "name": {"type": "string"},
                    "unit": {"type": "string"},
                    "mean": NUMBER,
                    "standard_error": NUMBER,
                    "quantiles": {"type": "object", "additionalProperties": {"type": "number"}},
                },
            },
        },
        "p_ended": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["variant", "measure", "length", "date", "p"],
                "properties": {"p": {"type": "number", "minimum": 0, "maximum": 1}},
            },
        },
        "sensitivity": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["answer", "input", "first", "total", "pawn"],
                "properties": {"first": NUMBER, "total": NUMBER, "pawn": NUMBER},
            },
        },
        "tipping": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["answer", "input", "value", "unit", "direction"],
                "properties": {"value": NUMBER, "direction": {"enum": ["below", "above"]}},
            },
        },
    },
}


def test_the_answer_as_json_repeats_bit_for_bit_on_any_workers(run, tmp_path):
    words = ("stress", TOWN, "--draws", "64", "--solved", "2", "--seed", "3", "--json")
    one = run(*words, "--workers", "1")
    two = run(*words, "--workers", "2", "--out", str(tmp_path / "two.json"))
    assert (one.code, one.err, two.code) == (0, "", 0)
    assert (tmp_path / "two.json").read_text(encoding="utf-8") == one.out
    record = json.loads(one.out)
    jsonschema.validate(record, CONTRACT)
    assert (record["draws"], record["seed"]) == (64, 3)
    assert record["provenance"]["case_hash"]


def test_the_answer_as_text(run):
    answer = run("stress", TOWN, "--draws", "64", "--solved", "0", "--question", "tipping")
    assert answer.code == 0
    assert answer.out == (
        "64 draws, seed 1, method sobol\n"
        "\n"
        "Where a verdict flips, all else at its central value\n"
        "  leverage has ended, Northland stops selling, 12 months, by January 2027, simple rule"
        " flips if Alum works: opening is before 2027-12\n"
        "  leverage has ended, Northland stops selling, 12 months, by January 2028, simple rule"
        " flips if Alum works: opening is after 2028-11\n"
        "\n"
        f"Next: derbes brief {TOWN}\n"
    )


def test_the_text_shows_numbers_curves_and_what_decides(run):
    answer = run("stress", TOWN, "--draws", "64", "--solved", "1", "--workers", "1")
    assert answer.code == 0
    head = answer.out.splitlines()[0]
    assert head == "64 draws, seed 1, method sobol; 1 of them solved for the best response"
    for title in (
        f"time to survive [month]: {NORTH}, as planned, best response, 1 draw\n",
        f"[month]: {NORTH}, as planned, simple rule, 64 draws (256 would halve the errors)\n",
        f"sender cost, returning [USD]: {NORTH}, 12 months, as planned, best response, 1 draw\n",
        f"sender cost, lost [USD]: {NORTH}, 12 months, as planned, best response, 1 draw\n",
        f"Leverage has ended: as planned, {NORTH}, simple rule, 64 draws; probability ± its "
        "standard",
        f"what decides end of leverage, {NORTH}, 12 months, simple rule",
    ):
        assert title in answer.out


def test_few_draws_have_no_pawn_and_an_end_that_never_comes_is_a_bound(run, tmp_path):
    """By hand: with 60 t a month of others the store of 600 t lasts for 15 months, and 12 are
    survived; without them for 6, and no start is survived by the end of the calendar."""
    case = tmp_path / "case.yaml"
    case.write_text(
        """derbes: 1
name: Few draws
calendar: {first: 2026-01, periods: 24, step: month}
currency: {base: USD}
target: home
actors: {home: {}, north: {}, south: {}}
goods: {salt: {unit: t, reserve: 600 t}}
uses: {main: {good: salt, demand: 100 t/month}}
stockpiles: {store: {good: salt, quantity: 600 t}}
suppliers:
  from_north: {actor: north, good: salt, price: 10 USD/t, capacity: 200 t/month}
  from_south:
    {actor: south, good: salt, price: 25 USD/t, capacity: {value: 40 t/month, range: [0, 60]}}
measures: {stop: {kind: embargo, sender: north, hits: {actor: north}, lengths: [12]}}
""",
        encoding="utf-8",
    )
    words = ("stress", str(case), "--draws", "1", "--solved", "0", "--question", "decides")
    found = run(*words).out.split("\n\n")
    (end,) = (part for part in found if part.startswith("what decides end of leverage"))
    title, _heads, _units, row = end.splitlines()
    assert title == "what decides end of leverage, stop, 12 months, simple rule"
    assert row.split("  ")[-1].strip() == "0"
    assert "≥ 24" in row


def test_where_an_answer_is_open_over_draws_is_not_told_with_all_else_at_the_center():
    found = api.stress(api.read_case(TOWN), draws=64, solved=0, questions=["tipping"])
    flip = next(one for one in found.tipping if one.value is not None)
    over = replace(flip, value=None, says="holds in half of the draws where it is 1")
    parts = stress_text(replace(found, tipping=(flip, over))).split("\n\n")
    assert parts[1].splitlines()[1:] == [f"  {flip.says}"]
    assert parts[2].splitlines() == [
        "Where a verdict is open, all else as drawn",
        "  holds in half of the draws where it is 1",
    ]


def test_fans_alone_are_shown_by_year(run):
    answer = run("stress", TOWN, "--draws", "16", "--solved", "0", "--question", "fans")
    assert answer.code == 0
    cover, survive = answer.out.split("\n\n")[1:3]
    assert cover.startswith(
        "Cover: how long stock lasts [month]: as planned, simple rule, 16 draws\n"
    )
    title = f"time to survive [month]: {NORTH}, as planned, simple rule, 16 draws\n"
    assert survive.startswith(title)
    dates = [line.split()[0] for line in cover.splitlines()[2:]]
    assert dates == [f"{year}-01" for year in range(2026, 2031)]


def test_a_calendar_by_year_is_told_by_its_periods_to_its_last_month(run, tmp_path):
    """A year that begins in April has no January, and the last ends in March."""
    case = tmp_path / "case.yaml"
    case.write_text(
        """derbes: 1
name: By year
calendar: {first: 2026-04, periods: 3, step: year}
currency: {base: USD}
target: home
actors: {home: {}, north: {}}
goods: {salt: {unit: t}}
uses: {main: {good: salt, demand: 100 t/month}}
stockpiles: {store: {good: salt, quantity: {value: 600 t, range: [300, 900]}}}
suppliers: {from_north: {actor: north, good: salt, price: 10 USD/t, capacity: 200 t/month}}
measures: {stop: {kind: embargo, sender: north, hits: {actor: north}, lengths: [12]}}
hazards: {stops: {measure: stop, rate: 20 %/year, length: 1 year}}
""",
        encoding="utf-8",
    )
    asked = ("--question", "fans", "--question", "hazards", "--start", "2027-04")
    words = ("stress", str(case), "--draws", "16", "--solved", "0", *asked)
    cover, survive, hazards = run(*words).out.split("\n\n")[1:4]
    dates = [[line.split()[0] for line in one.splitlines()[2:]] for one in (cover, survive)]
    assert dates == [["2026-04", "2027-04", "2028-04"], ["2027-04"]]
    assert hazards.startswith("as planned, 2026-04 – 2029-03, 16 draws\n")
    in_russian = run(*words, "--lang", "ru").out.split("\n\n")[3]
    assert "  т  " in in_russian.splitlines()[3]
    out = tmp_path / "months.csv"
    assert run(*words, "--sheet", "hazard_months", "--out", str(out)).code == 0
    assert "month" not in out.read_text(encoding="utf-8").splitlines()[0]


ASKED = {
    "no draws": (
        ("--draws", "0"),
        """\
  - draws: 0 draws cannot be made
    fix: ask for 1 to 1,073,741,824 draws
""",
    ),
    "a question that nothing answers": (
        ("--question", "tiping"),
        """\
  - question: "tiping" is not a question that draws answer
    fix: did you mean "tipping"?
""",
    ),
    "hazards where there are none": (
        ("--question", "hazards"),
        """\
  - question: the case says of no measure how often it comes
    fix: add a section "hazards", or leave the question out
""",
    ),
    "everything at once": (
        ("--draws", "-1", "--solved", "-2", "--seed", "-3", "--method", "sobel",
         "--measure", "imbargo", "--executor", "cluster", "--resume"),
        """\
  - measure: "imbargo" is not a measure of this case
    fix: did you mean "embargo"?
  - draws: -1 draws cannot be made
    fix: ask for 1 to 1,073,741,824 draws
  - solved: -2 draws cannot be solved
    fix: ask for 0 draws or more
  - seed: -3 is not possible here
    fix: choose a number from 0 to 1,000,000,000,000,000,000
  - method: "sobel" is not a way to draw
    fix: did you mean "sobol"?
  - executor: "cluster" names no executor
    fix: write local, a number of processes, or an address such as dask://host:8786
  - resume: there is nothing to go on with
    fix: name the file with --store
""",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "text"), ASKED.values(), ids=ASKED)
def test_what_cannot_be_asked(run, words, text):
    answer = run("stress", TOWN, *words)
    n = text.count("\n  - ") + 1
    head = f"{TOWN}: {n} problem{'s' if n > 1 else ''}\n"
    assert (answer.code, answer.out, answer.err) == (2, "", head + text)


def test_more_draws_than_memory_holds(run):
    answer = run("stress", TOWN, "--draws", "1000000000")
    assert answer.code == 2
    assert "draws: 1,000,000,000 draws need " in answer.err
    assert "fix: ask for at most " in answer.err


def test_a_store_is_not_written_over_and_can_be_extended(run, tmp_path):
    store = str(tmp_path / "draws.parquet")
    words = ("stress", TOWN, "--solved", "1", "--question", "survive", "--json", "--store", store)
    assert run(*words, "--draws", "16").code == 0
    again = run(*words, "--draws", "16")
    assert (again.code, again.err) == (
        2,
        f"{TOWN}: 1 problem\n  - store: {store} is there already\n"
        "    fix: add --resume to go on with it, or name another file\n",
    )
    longer = run(*words, "--draws", "32", "--resume")
    fresh = run(*words[:-2], "--draws", "32")
    assert longer.out == fresh.out


def test_a_store_of_another_seed_is_refused(run, tmp_path):
    store = str(tmp_path / "draws.parquet")
    words = (
        "stress",
        TOWN,
        "--solved",
        "0",
        "--question",
        "survive",
        "--draws",
        "8",
        "--store",
        store,
    )
    assert run(*words).code == 0
    answer = run(*words, "--seed", "2", "--resume")
    assert (answer.code, answer.err) == (
        2,
        f'{store}: holds draws of something else: seed "1" instead of "2". '
        "Fix: choose another file, or ask as before.\n",
    )


def test_a_latin_hypercube_cannot_be_extended(run, tmp_path):
    answer = run("stress", TOWN, "--method", "latin", "--store", str(tmp_path / "x"), "--resume")
    assert (answer.code, answer.err) == (
        2,
        f"{TOWN}: 1 problem\n"
        "  - resume: a Latin hypercube cannot be extended: all of its draws belong together\n"
        "    fix: draw with the method sobol or random\n",
    )


def test_a_quantity_without_any_value_is_a_line_and_no_table_of_dashes(run, tmp_path):
    """Of two costs of a sender each has its own title; what no draw has a value of has no rows."""
    text = Path(TOWN).read_text(encoding="utf-8").replace(", margin_share: 40 %", "", 1)
    case = tmp_path / "case.yaml"
    case.write_text(text, encoding="utf-8")
    asked = ("--draws", "8", "--solved", "1", "--workers", "1", "--question", "leverage")
    parts = run("stress", str(case), *asked).out.split("\n\n")
    costs = [part for part in parts if part.startswith("sender cost")]
    assert [part.partition(" [")[0] for part in costs] == [
        "sender cost, returning",
        "sender cost, lost",
    ]
    for part in costs:
        assert "without a value" in part
        assert "\n" not in part


def test_titles_and_units_are_in_the_language_in_use(run):
    asked = ("--draws", "8", "--solved", "1", "--workers", "1", "--question", "survive")
    told = run("stress", TOWN, *asked, "--lang", "ru").out.split("\n\n")
    assert told[1].startswith(
        "срок устойчивости [мес.]: Нортландия прекращает продажи, по плану, наилучший ответ, "
        "1 прогон"
    )
