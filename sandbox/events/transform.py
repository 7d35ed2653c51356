"""The input transformer of a target: values of the event, put into a template.

Paths are `$.member.member`; brackets, wildcards and filters are not simulated. A value that is no text is put in as
JSON; what the event does not have is left empty within quotes, and null outside of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sandbox.wire import JsonObject

_VARIABLE = re.compile(r'(?P<quoted>"[^"<]*)?<(?P<name>[\w.-]+)>')


def transformed(target: Mapping[str, Any], event: JsonObject) -> str:
    """The body that a target gets."""
    transformer = target.get("InputTransformer")
    if not transformer:
        return str(target["Input"]) if "Input" in target else json.dumps(event)
    paths: Mapping[str, str] = transformer.get("InputPathsMap", {})
    values = {name: _at(path, event) for name, path in paths.items()}
    values["aws.events.event.json"] = event

    def value(found: re.Match[str]) -> str:
        put, before = values.get(found["name"]), found["quoted"] or ""
        if not before:
            return json.dumps(put)
        text = put if isinstance(put, str) else "" if put is None else json.dumps(put)
        return before + json.dumps(text)[1:-1]

    return _VARIABLE.sub(value, transformer["InputTemplate"])


def _at(path: str, event: JsonObject) -> Any:  # noqa: ANN401  JSON
    value: Any = event
    for part in path.removeprefix("$").strip(".").split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
