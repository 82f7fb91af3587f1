import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from derbes import api
from derbes.results.records import to_json

ROOT = Path(__file__).parents[2]
CASE = ROOT / "cases" / "waterworks.yaml"


def test_the_schema_in_the_documents_is_not_stale():
    written = (ROOT / "docs" / "reference" / "case-file.schema.json").read_text(encoding="utf-8")
    assert written == to_json(api.schema()) + "\n", "run `make schema`"


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(api.schema())


@pytest.mark.parametrize("with_case", [False, True])
def test_the_example_fits_the_schema(with_case):
    schema = api.schema(api.read_case(CASE) if with_case else None)
    case = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(case)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_schema_of_a_case_offers_its_own_ids():
    text = json.dumps(api.schema(api.read_case(CASE)))
    assert '"northland"' in text
    assert '"northland"' not in json.dumps(api.schema())
