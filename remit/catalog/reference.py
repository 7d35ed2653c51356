"""The field tables of docs/catalog.md, generated from the models: `python -m remit.catalog.reference` writes them.

The page is written by hand; between `<!-- fields: MODEL -->` and `<!-- end -->` stands a generated table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from remit.catalog import models
from remit.catalog.models import Entry

PAGE = Path(__file__).parents[2] / "docs" / "catalog.md"
_TABLE = re.compile(r"(<!-- fields: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with every table as the models are now. Raises KeyError for a model that does not exist."""
    return _TABLE.sub(lambda found: f"{found[1]}{table(_model(found[2]))}{found[3]}", page)


def table(model: type[Entry]) -> str:
    """The keys of a model: what they take, whether they must be given, what they mean."""
    properties = _properties(model)
    rows = [_row(name, field, properties[field.alias or name]) for name, field in model.model_fields.items()]
    return "\n".join(["| key | takes | default | meaning |", "|---|---|---|---|", *rows]) + "\n"


def _model(name: str) -> type[Entry]:
    found: type[Entry] = vars(models)[name]
    return found


def _properties(model: type[Entry]) -> Mapping[str, Any]:
    schema = model.model_json_schema()
    while "properties" not in schema:  # an entry that may be a mere name is a choice of two
        schema = next(choice for choice in schema["anyOf"] if choice.get("type") == "object")
    properties: Mapping[str, Any] = schema["properties"]
    return properties


def _row(name: str, field: FieldInfo, schema: Mapping[str, Any]) -> str:
    default = "**required**" if field.is_required() else _default(schema)
    meaning = (field.description or "").replace("|", "\\|")
    return f"| `{field.alias or name}` | {_takes(schema)} | {default} | {meaning} |"


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    if default in (None, "", [], {}):
        return ""
    return ", ".join(f"`{str(item).lower() if item is False else item}`" for item in _as_list(default))


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401  JSON
    return value if isinstance(value, list) else [value]


def _takes(schema: Mapping[str, Any]) -> str:
    choices = [choice for choice in schema.get("anyOf", [schema]) if choice != {"type": "null"}]
    if len(choices) == 2 and choices[1].get("type") == "array":
        return f"{_takes(choices[0])} or a list"
    choice = choices[0]
    if "anyOf" in choice:
        return _takes(choice)
    if "enum" in choice:
        return " or ".join(f"`{value}`" for value in choice["enum"])
    return {
        "array": "list",
        "boolean": "`true` or `false`",
        "string": _text(choice),
    }.get(choice.get("type", ""), "mapping")


def _text(schema: Mapping[str, Any]) -> str:
    pattern = schema.get("pattern", "")
    if "management" in pattern:
        return "selector"
    if r"\d{4}-" in pattern:
        return "date or date-time"
    return f"text, ≤ {schema['maxLength']}" if "maxLength" in schema else "text"


def main() -> None:
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
