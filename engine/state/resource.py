"""One resource of a checkpoint: Pulumi's ResourceV3, less what this engine never writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import StateError
from engine.values import SECRET, SIGNATURE, Secret, Value

# Field name → key in the file, in the file's order. A field at its default is left out, as Pulumi does.
_KEYS = {
    "urn": "urn",
    "custom": "custom",
    "delete": "delete",
    "id": "id",
    "type": "type",
    "inputs": "inputs",
    "outputs": "outputs",
    "parent": "parent",
    "protect": "protect",
    "external": "external",
    "dependencies": "dependencies",
    "init_errors": "initErrors",
    "provider": "provider",
    "property_dependencies": "propertyDependencies",
    "pending_replacement": "pendingReplacement",
    "aliases": "aliases",
    "custom_timeouts": "customTimeouts",
    "import_id": "importID",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "replace_with": "replaceWith",
    "created": "created",
    "modified": "modified",
    "source_position": "sourcePosition",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
}
_ALWAYS = frozenset({"urn", "custom", "type"})


@dataclass(frozen=True, slots=True)
class Resource:
    """What is known of one resource. Timestamps are RFC 3339 strings, timeouts seconds by operation.

    `extra` keeps fields that a Pulumi CLI wrote and this engine has no use for, unchanged.
    """

    urn: str
    type: str
    custom: bool
    id: str = ""
    delete: bool = False
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    external: bool = False
    dependencies: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    provider: str = ""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pending_replacement: bool = False
    aliases: tuple[str, ...] = ()
    custom_timeouts: Mapping[str, float] = field(default_factory=dict)
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    created: str = ""
    modified: str = ""
    source_position: str = ""
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def depends_on(self) -> set[str]:
        """URNs that must be there before this one: parent, dependencies, provider, deleted-with, replace-with."""
        named = {self.parent, self.deleted_with, *self.dependencies, *self.replace_with}
        named.update(urn for urns in self.property_dependencies.values() for urn in urns)
        if self.provider:
            named.add(self.provider.rpartition("::")[0])
        named.discard("")
        return named


def to_json(resource: Resource) -> dict[str, Any]:
    """A resource as the checkpoint has it before its secrets are encrypted."""
    written: dict[str, Any] = {}
    for name, key in _KEYS.items():
        value = getattr(resource, name)
        if value or name in _ALWAYS:
            written[key] = _plain(value)
    return written | dict(resource.extra)


def from_json(data: Mapping[str, Any]) -> Resource:
    """A resource as the checkpoint has it, its secrets decrypted."""
    known: dict[str, Any] = {name: _frozen(name, data[key]) for name, key in _KEYS.items() if key in data}
    extra = {key: value for key, value in data.items() if key not in _KEYS.values()}
    known |= {name: _with_secrets(known[name], data["urn"]) for name in ("inputs", "outputs") if name in known}
    return Resource(**known, extra=extra)


def with_outputs(resource: Resource, outputs: Mapping[str, Any]) -> Resource:
    """The resource with other outputs."""
    return replace(resource, outputs=outputs)


def _plain(value: Value) -> Value:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in sorted(value.items())}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Secret):
        text = json.dumps(_plain(value.value), separators=(",", ":"), ensure_ascii=False)
        return {SIGNATURE: SECRET, "plaintext": text}
    return value


def _frozen(name: str, value: Value) -> Value:
    if name == "property_dependencies":
        return {key: tuple(urns or ()) for key, urns in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _with_secrets(value: Value, urn: str) -> Value:
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            if "plaintext" not in value:
                raise StateError(f"the state of {urn} holds a secret that was not decrypted")
            return Secret(_with_secrets(json.loads(value["plaintext"]), urn))
        return {key: _with_secrets(item, urn) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_secrets(item, urn) for item in value]
    return value
