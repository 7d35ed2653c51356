"""The models as JSON Schema, for editors: `python -m remit.catalog.schema` writes policies/schema/*.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remit.catalog.examples import EXAMPLES, Examples
from remit.catalog.models import CatalogFile, Entry, Settings
from remit.linting.registry import all_rules

FOLDER = Path(__file__).parents[2] / "policies" / "schema"
FILES: Mapping[str, type[Entry]] = {
    "catalog.schema.json": CatalogFile,
    "organization.schema.json": Settings,
}


def schema_text(model: type[Entry]) -> str:
    """The schema of a file that holds this model, as it stands in the repository."""
    plain = _plain(model.model_json_schema())
    for name, each in {model.__name__: plain, **plain.get("$defs", {})}.items():
        _show(each, EXAMPLES[name])
    if "LintSettings" in plain.get("$defs", {}):
        _name_rules(plain["$defs"]["LintSettings"]["properties"]["rules"])
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **plain}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _show(schema: dict[str, Any], examples: Examples) -> None:
    """Put the examples beside the descriptions of a model; one that may be a mere name is a choice of two."""
    for choice in (schema, *schema.get("anyOf", ())):
        for key, described in choice.get("properties", {}).items():
            described["examples"] = list(examples[key])


def _name_rules(schema: dict[str, Any]) -> None:
    """The ids of the lint rules, so that editors complete them and mark one that does not exist."""
    severities = schema["additionalProperties"]
    schema["properties"] = {rule.id: {"description": rule.title, **severities} for rule in all_rules()}
    schema["additionalProperties"] = False


def _plain(schema: Any) -> Any:  # noqa: ANN401  JSON
    """Without titles, which only repeat the names, and without null, which a file never holds."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _plain(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    choices = [choice for choice in result.get("anyOf", []) if choice != {"type": "null"}]
    if "anyOf" in result and result.get("default", 0) is None:
        del result["default"]
    if len(choices) == 1:
        del result["anyOf"]
        return {**choices[0], **result}
    return {**result, "anyOf": choices} if choices else result


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, model in FILES.items():
        (FOLDER / name).write_text(schema_text(model), encoding="utf-8")


if __name__ == "__main__":
    main()
