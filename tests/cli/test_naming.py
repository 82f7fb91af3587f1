"""On the screen what has a name in the case is told by it; JSON has its id."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from derbes.case.entities import Case
from derbes.casefile.reader import read_case
from derbes.cli.naming import SECTIONS, named
from derbes.cli.tables import cover_text
from derbes.language import use_language, worded
from tests.api.examples import cover_result

WATERWORKS = Path(__file__).parents[2] / "cases" / "waterworks.yaml"
ASKED = {
    "cover": ("--start", "2026-01", "--variant", "no_plant"),
    "leverage": ("--start", "2026-01", "--measure", "embargo"),
    "plan": ("--no-more", "--no-frontier"),
    "stress": ("--draws", "16", "--solved", "0", "--start", "2027-01"),
}


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(WATERWORKS)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("verb", ASKED)
def test_no_id_stands_on_the_screen_where_there_is_a_name(run, case, verb, language):
    answer = run(verb, str(WATERWORKS), *ASKED[verb], "--lang", language)
    assert (answer.code, answer.err) == (0, "")
    sections = (getattr(case, section, {}) for section in (*SECTIONS, "plants", "stockpiles"))
    ids = {id_ for own in sections for id_, one in own.items() if one.label.get(language) != id_}
    told = answer.out.rpartition("\n\n")[0]  # what is next names the file
    words = set(re.findall(r"[a-z_]+(?:\.[a-z_]+)*", told))
    # words that stand there anyway: of English, and of a label
    assert {one for one in words & ids if "_" in one or language != "en"} == set()


def test_json_has_ids(run):
    answer = run("cover", str(WATERWORKS), *ASKED["cover"], "--lang", "ru", "--json")
    row = json.loads(answer.out)["results"][0]
    assert (row["variant"], row["measure"], row["use"]) == ("no_plant", "embargo", "all_essential")


def test_a_sentence_that_is_kept_names_them_too(case):
    use_language("en")
    row = replace(
        cover_result().rows[0], measure=worded("{measure}, {input}", measure="embargo", input="x")
    )
    told = named(replace(cover_result(), rows=(row,)), case)
    assert str(told.rows[0].measure) == "Northland stops selling, x"
    assert "as planned, Northland stops selling" in cover_text(told)
