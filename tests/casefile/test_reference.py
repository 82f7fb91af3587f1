"""The descriptions of the case file: the schema for editors, the page for people."""

import json
from pathlib import Path
from random import Random

import jsonschema
import pytest
import yaml

from derbes.case.entities import CapitalPayment, Case, Hit
from derbes.case.forms import (
    WrittenCalendar,
    WrittenCurrency,
    WrittenDates,
    WrittenDistribution,
    WrittenOpening,
    WrittenQuantity,
    WrittenResolution,
    WrittenSize,
)
from derbes.case.ledger import Judgement
from derbes.case.options import Budget, Risk
from derbes.case.uncertainty import Correlation, ReferenceProject
from derbes.casefile import json_schema, read_case
from derbes.casefile.entries import SECTIONS, keys_of
from derbes.casefile.reference import docs_of
from derbes.language import languages, use_language
from derbes.request import expression_problems
from tests.casefile.writing import LEDGER, PLANNED, SMALL, broken, check_case
from tests.fuzz.writing import TEXTS, dumped, loaded, nodes, put, value
from tests.pseudo import outside, words_outside, wrapped_by
from tools.case_file import models, page_of, reference_page
from tools.messages import template

ROOT = Path(__file__).parents[2]
SPELLED = (
    *("missing", "= 3 * 2", "1 year", "50 %", "5", "2026-01", "2027-03-01", "12", "1.5", "1/3"),
    *("$5", "1 500", "2026", {"2026-01": "10", "2027-01": "20"}, ["6", "1 year"]),
    *({"value": "10", "range": ["5", "20"]}, {"from": "1", "to": "2"}, {"en": "x", "ru": "y"}),
)
REFERENCE = ROOT / "docs" / "reference"

MODELS = [
    Case,
    WrittenCalendar,
    WrittenCurrency,
    WrittenQuantity,
    WrittenDistribution,
    WrittenOpening,
    CapitalPayment,
    Hit,
    Budget,
    Risk,
    Correlation,
    WrittenSize,
    WrittenDates,
    ReferenceProject,
    Judgement,
    WrittenResolution,
    *SECTIONS.values(),
]


IN_UNITS = {"good", "money", "month", "year", "hour", "currency", "size"}


def _small(tmp_path, text=SMALL):
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return read_case(path)


def _loaded(text):
    """The case as an editor sees it: texts, but numbers as numbers."""
    return _with_text_keys(yaml.load(text, Loader=_EditorLoader))


def _with_text_keys(loaded):
    if isinstance(loaded, dict):
        return {str(key): _with_text_keys(below) for key, below in loaded.items()}
    return [_with_text_keys(item) for item in loaded] if isinstance(loaded, list) else loaded


class _EditorLoader(yaml.SafeLoader):
    """YAML as editors read it: no dates, and `yes` and `no` are texts."""


_EditorLoader.yaml_implicit_resolvers = {
    letter: [
        pair
        for pair in pairs
        if pair[0] != "tag:yaml.org,2002:timestamp"
        and (pair[0] != "tag:yaml.org,2002:bool" or letter not in "yYnN")
    ]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _slips(schema, text):
    validator = jsonschema.Draft202012Validator(schema)
    return list(validator.iter_errors(_loaded(text)))


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["title"] == "derbes case file"


@pytest.mark.parametrize("text", [SMALL, PLANNED, LEDGER], ids=["small", "planned", "ledger"])
def test_case_fits_both_schemas(tmp_path, text):
    assert _slips(json_schema(), text) == []
    assert _slips(json_schema(_small(tmp_path, text)), text) == []


@pytest.mark.parametrize("base", ["planned", "ledger", "every_key"])
def test_what_the_reader_takes_the_schema_takes(tmp_path, base):
    """However it is written: nothing that can be read is underlined in an editor."""
    rng, tree, refused, n_read = Random(base), loaded(TEXTS[base]), [], 0
    paths = [path for path, _node in nodes(tree) if path]
    for _turn in range(120):
        path = rng.choice(paths)
        text = dumped(put(tree, path, rng.choice((*SPELLED, value(rng)))))
        (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
        if not check_case(tmp_path / "case.yaml", expression_problems):
            n_read += 1
            refused += [(path, text)] if _slips(json_schema(), text) else []
    assert n_read > 5
    assert refused == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("recipes:\n", "levers:\nrecipes:\n"),
        ("title: Census", "title: true"),
        ("says: A town of this size uses a hundred tonnes.", "says: {en: true, ru: 5}"),
        ("demand: 100 t/month", "demand: {value: {2026-01: 100, 2027-01: 90}}"),
        ("demand: 100 t/month", "demand: {2026-01-01: 100, 2027-01-01: 90}"),
    ],
)
def test_the_schema_takes_what_may_be_written_otherwise(tmp_path, old, new):
    _small(tmp_path, broken(old, new))
    assert _slips(json_schema(), broken(old, new)) == []


@pytest.mark.parametrize("case", ["cases/aspan", "cases/waterworks.yaml"])
def test_shipped_cases_fit(case):
    path = ROOT / case
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    schema = {**json_schema(), "required": []}  # an included file has no top of its own
    for file in files:
        assert _slips(schema, file.read_text(encoding="utf-8")) == [], file.name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("price: 10 USD/t", "prise: 10 USD/t"),
        ("price: 10 USD/t", "price: about ten"),
        ("price: 10 USD/t", "price: {vlaue: 10}"),
        ("kind: embargo", "kind: embrago"),
        ("opening: 2027-01", "opening: soon"),
        ("  south: {}", "  south-east: {}"),
        ("tags: [home]", "tags: ['a b']"),
        ("goods:\n", "godos:\n"),
        ("hits: {actor: north}", "hits: {aktor: north}"),
    ],
)
def test_schema_finds_slips(old, new):
    assert _slips(json_schema(), broken(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    good: alum\n    price", "    good: alun\n    price"),
        ("hits: {actor: north}", "hits: {actor: nroth}"),
        ("hits: {actor: north}", "hits: {element: suppliers.nort_alum}"),
        ("inputs: {ore: 5 kg}", "inputs: {oar: 5 kg}"),
        ("via: [south]", "via: [suoth]"),
        ("price: 10 USD/t", "price: {value: 10, source: cencus}"),
    ],
)
def test_schema_of_a_case_knows_its_ids(tmp_path, old, new):
    case = _small(tmp_path)
    assert _slips(json_schema(), broken(old, new)) == []
    assert _slips(json_schema(case), broken(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: build\n", "kind: bulid\n"),
        ("size: [0.5, 1, 2]", "size: {form: 1, to: 2}"),
        ("size: [0.5, 1, 2]", "size: []"),
        ("dates: [2026-01, 2026-07]", "dates: [soon]"),
        ("dates: {from: 2026-04,", "dates: {from: soon,"),
        ("uses: [treatment]", "uses: []"),
        ("options: [second_works, south_contract]", "options: []"),
        ("total: 90 million USD", "total: much"),
        ("  by_year: {2026:", "  by_year: {26:"),
        ("weight: 30 %, ", ""),
        ("probability: 66.6 %", "label: Wet"),
        ("rank: -0.7, ", ""),
        ("achieved: 2015-01", "achived: 2015-01"),
        ("rate: 5 %/year, ", ""),
    ],
)
def test_schema_finds_slips_of_a_plan(old, new):
    assert _slips(json_schema(), broken(old, new, PLANNED))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    element: plants.second\n", "    element: plants.secnd\n"),
        ("requires: [bigger_store]", "requires: [biger_store]"),
        ("options: {second_works: 1,", "options: {second_work: 1,"),
        ("options: [second_works,", "options: [second_work,"),
        ("uses: [treatment]", "uses: [treatmnt]"),
        ("measure: embargo, length", "measure: embarg, length"),
        ("{reference: water_plants}", "{reference: water_plant}"),
        ("cut_off: {measure: embargo", "cut_off: {measure: embarg"),
    ],
)
def test_schema_of_a_plan_knows_its_ids(tmp_path, old, new):
    case = _small(tmp_path, PLANNED)
    assert _slips(json_schema(), broken(old, new, PLANNED)) == []
    assert _slips(json_schema(case), broken(old, new, PLANNED))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    modality: perception\n", "    modality: percepton\n"),
        ("    modality: perception\n", ""),
        ("stance: {works: -,", "stance: {works: bad,"),
        ("said: 2025-12-24", "said: yesterday"),
        ("sign: +, shown_by: deed", "sign: +, shown: deed"),
        ("void: The works are sold.}", "voided: The works are sold.}"),
        ("X01: {by: paper, ", "X01: {"),
    ],
)
def test_schema_finds_slips_of_a_ledger(old, new):
    assert _slips(json_schema(), broken(old, new, LEDGER))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    holder: north\n", "    holder: nroth\n"),
        ("reporters: [paper, column]", "reporters: [paper, colum]"),
        ("retells: [F01]", "retells: [F10]"),
        ("between: [C01, T01]", "between: [C01, X01]"),
        ("statements: [C01, X01]", "statements: [C01, X02]"),
    ],
)
def test_schema_of_a_ledger_knows_its_ids(tmp_path, old, new):
    case = _small(tmp_path, LEDGER)
    assert _slips(json_schema(), broken(old, new, LEDGER)) == []
    assert _slips(json_schema(case), broken(old, new, LEDGER))


def test_schema_bears_years_that_are_numbers(tmp_path):
    validator = jsonschema.Draft202012Validator(json_schema())
    loaded = yaml.load(PLANNED, Loader=_EditorLoader)
    assert 2026 in loaded["budget"]["by_year"]
    assert list(validator.iter_errors(loaded)) == []


def test_ids_that_a_variant_adds_are_offered(tmp_path):
    text = broken(
        "set: {plants.works.delay: 24 month}",
        "add: {suppliers: {south_alum: {actor: south, good: alum, price: 20, capacity: 40}}}",
    )
    schema = json_schema(_small(tmp_path, text))
    hits = schema["$defs"]["HitEntry"]["properties"]["element"]["enum"]
    assert "suppliers.south_alum" in hits


def test_patterns_are_kept():
    text = json.dumps(json_schema())
    assert json.dumps(r"^[A-Za-z][A-Za-z0-9_]*$") in text
    assert json.dumps(r"^[12][0-9]{3}-(0[1-9]|1[0-2])(-01)?$") in text
    assert "patternErrorMessage" in text


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_described_once(model):
    page = reference_page()
    assert keys_of(model)
    for key in keys_of(model).values():
        about = docs_of(model).get(key.name)
        assert about, f"{model.__name__}.{key.name}"
        assert " ".join(about.split()) in page


@pytest.mark.parametrize("code", [code for code in languages() if page_of(code).exists()])
def test_reference_page_is_not_stale(code):
    use_language(code)
    assert page_of(code).read_text(encoding="utf-8") == reference_page(), "run make schema"


def _descriptions(part):
    """Every text of a schema for a reader."""
    if isinstance(part, dict):
        for key, one in part.items():
            if key in ("description", "title", "patternErrorMessage") and isinstance(one, str):
                yield one
            else:
                yield from _descriptions(one)
    elif isinstance(part, list):
        for one in part:
            yield from _descriptions(one)


def test_every_text_of_page_and_schema_is_one_to_translate(monkeypatch):
    """A catalog that puts every text in brackets leaves nothing outside but keys and units."""
    marked = wrapped_by(monkeypatch, "ru")
    texts = set(_descriptions(json_schema()))
    assert {text for text in texts if outside(text)} == set()
    keys = {word for model in models() for key in keys_of(model) for word in key.split("_")}
    keys |= {word for section in SECTIONS for word in section.split("_")}
    assert set(words_outside(reference_page())) <= keys | IN_UNITS
    collected = {message.id for message in template()}
    assert {text for text in marked if text not in collected} == set()


def test_committed_schema_is_not_stale():
    committed = (REFERENCE / "case-file.schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == json_schema(), "run make schema"
