"""What changed between two sets of inputs, and the JSON patch (RFC 6902) that makes the one the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.aws_native.naming import cloud_name, to_cloud
from engine.aws_native.resource_types import ResourceType
from engine.aws_native.values import Properties, is_uncertain, revealed

PatchOperation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Top-level properties that were added, changed (new value), or removed."""

    added: Mapping[str, Any]
    changed: Mapping[str, Any]
    removed: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def applied_to(self, properties: Properties) -> Properties:
        kept = {name: value for name, value in properties.items() if name not in self.removed}
        return {**kept, **self.added, **self.changed}


def difference(resource_type: ResourceType, old: Properties, new: Properties, *, owned: Properties) -> Difference:
    """What is different in `new`, but for what AWS does by itself.

    That is: tags of AWS's own (`aws:…`) unless the inputs `owned` have them, and the order of a list without one.
    """
    old, new = _without_aws_tags(resource_type, old, owned), _without_aws_tags(resource_type, new, owned)
    return Difference(
        added={name: value for name, value in new.items() if old.get(name) is None and value is not None},
        changed={
            name: value
            for name, value in new.items()
            if old.get(name) is not None and value is not None and not _same(resource_type, name, old[name], value)
        },
        removed=frozenset(name for name, value in old.items() if value is not None and new.get(name) is None),
    )


def patch(resource_type: ResourceType, changes: Difference, again: Properties | None = None) -> list[PatchOperation]:
    """The operations for Cloud Control, sorted by property: one for each that differs.

    `again` are properties that are sent, changed or not.
    """
    anew = {name: value for name, value in (again or {}).items() if name not in changes.changed}
    operations: list[PatchOperation] = []
    for name, shape in sorted(resource_type.inputs.fields.items()):
        path = f"/{cloud_name(name)}"
        if name in changes.changed:
            value = to_cloud(shape, revealed(changes.changed[name]))
            operations.append({"op": "replace", "path": path, "value": value})
        if name in changes.added or name in anew:
            value = anew.get(name, changes.added.get(name))
            operations.append({"op": "add", "path": path, "value": to_cloud(shape, revealed(value))})
        if name in changes.removed:
            operations.append({"op": "remove", "path": path})
    return operations


def _same(resource_type: ResourceType, name: str, old: Any, new: Any) -> bool:  # noqa: ANN401
    if old == new:
        return True
    if name not in resource_type.unordered or not isinstance(old, list) or not isinstance(new, list):
        return False
    return not is_uncertain(old) and not is_uncertain(new) and _sorted(old) == _sorted(new)


def _sorted(items: list[Any]) -> list[str]:
    return sorted(json.dumps(item, sort_keys=True) for item in items)


def _without_aws_tags(resource_type: ResourceType, properties: Properties, owned: Properties) -> Properties:
    name = resource_type.tags_property
    tags = properties.get(name)
    if not name or not isinstance(tags, list):
        return properties
    owned_keys = {_tag_key(tag) for tag in _listed(owned.get(name))}
    kept = [tag for tag in tags if not _tag_key(tag).startswith("aws:") or _tag_key(tag) in owned_keys]
    return {**properties, name: kept or None} if kept != tags else properties


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []


def _tag_key(tag: Any) -> str:  # noqa: ANN401
    key = tag.get("key") if isinstance(tag, Mapping) else None
    return key if isinstance(key, str) else ""
