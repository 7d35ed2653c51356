"""What is generated from the models is what the models say, and what the reference shows is a catalog."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from remit.catalog import load_catalog
from remit.catalog.models import AccessRule, CatalogFile, Entry
from remit.catalog.reference import PAGE, with_tables
from remit.catalog.schema import FILES, FOLDER, schema_text
from remit.stack import CONFIG_KEYS

EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("name", FILES)
def test_the_schema_is_fresh(name: str):
    stale = f"run: python -m remit.catalog.schema, for {name}"
    assert (FOLDER / name).read_text(encoding="utf-8") == schema_text(FILES[name]), stale


def test_the_reference_is_fresh():
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "run: python -m remit.catalog.reference"


def test_the_reference_shows_every_model_and_every_setting_of_a_stack():
    page = PAGE.read_text(encoding="utf-8")
    for model in ("ManagedPolicy", "PolicyStatement", "PermissionSet", "AccessRule", "Settings", "Boundary"):
        assert f"<!-- fields: {model} -->\n| key |" in page
    for key in CONFIG_KEYS:
        assert f"| `remit:{key}` |" in page


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_of_the_reference_loads(example: str, tmp_path: Path):
    name = "organization.yaml" if "spoke_role" in example else "c.yaml"
    (tmp_path / name).write_text(example, encoding="utf-8")
    (tmp_path / "other.yaml").write_text("", encoding="utf-8")
    if "EngineeringGuardrail\n    path" not in example:
        guard = EXAMPLES[0][: EXAMPLES[0].index("permission_sets:")]
        (tmp_path / "other.yaml").write_text(guard, encoding="utf-8")
    load_catalog(tmp_path)


def models(model: type[Entry] = Entry) -> Iterator[type[Entry]]:
    yield model
    for child in model.__subclasses__():
        yield from models(child)


MODELS = {model.__name__: model for model in models()}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_field_has_a_description_and_no_unknown_key_passes(model: type[Entry]):
    assert model.model_config["extra"] == "forbid"
    assert model.model_config["frozen"] is True
    assert all(field.description for field in model.model_fields.values())


def test_the_schema_has_no_null_and_no_titles():
    text = schema_text(CatalogFile)
    assert '"null"' not in text
    assert '"title"' not in text
    assert json.loads(text)["$defs"]["AccessRule"]["required"] == ["permission_sets", "targets"]


def test_an_entry_remembers_its_place_without_showing_it():
    assert "source" not in AccessRule.model_fields
