"""The descriptions of the case file: the schema for editors, the page for people."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from derbes.casefile import json_schema, read_case, reference_page
from derbes.casefile.schema.document import SECTIONS, HeaderEntry
from derbes.casefile.schema.elements import CapitalEntry, HitEntry, OpeningEntry
from derbes.casefile.schema.entries import DistributionEntry, QuantityEntry
from tests.casefile.writing import SMALL, broken

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"

ENTRIES = [
    HeaderEntry,
    QuantityEntry,
    DistributionEntry,
    OpeningEntry,
    CapitalEntry,
    HitEntry,
    *SECTIONS.values(),
]


def _small(tmp_path, text=SMALL):
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return read_case(path)


def _loaded(text):
    """The case as an editor sees it: texts, but numbers as numbers."""
    return yaml.load(text, Loader=_EditorLoader)


class _EditorLoader(yaml.SafeLoader):
    """YAML as editors read it: no dates."""


_EditorLoader.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _slips(schema, text):
    validator = jsonschema.Draft202012Validator(schema)
    return list(validator.iter_errors(_loaded(text)))


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["title"] == "derbes case file"


def test_small_case_fits_both_schemas(tmp_path):
    assert _slips(json_schema(), SMALL) == []
    assert _slips(json_schema(_small(tmp_path)), SMALL) == []


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
    assert json.dumps(r"^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?$") in text
    assert "patternErrorMessage" in text


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.__name__)
def test_every_key_is_described_once(entry):
    page = reference_page()
    for name, field in entry.model_fields.items():
        assert field.description, f"{entry.__name__}.{name}"
        assert " ".join(field.description.split()) in page


def test_reference_page_is_not_stale():
    committed = (REFERENCE / "case-file.md").read_text(encoding="utf-8")
    assert committed == reference_page(), "run make schema"


def test_committed_schema_is_not_stale():
    committed = (REFERENCE / "case-file.schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == json_schema(), "run make schema"
