"""Pulumi's checkpoint, version 3: bytes ↔ Snapshot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.errors import StateError
from engine.state.resource import Resource, from_json, to_json
from engine.state.secrets import Sealer

# The engine whose behaviour is followed. Pulumi checks only that the magic is the hash of the version.
VERSION = "3.260.0"


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that had begun and of which the end was not seen. `type` is "creating", "updating", …"""

    resource: Resource
    type: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a checkpoint says, in its order."""

    resources: tuple[Resource, ...] = ()
    pending: tuple[Operation, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def timestamp(now: datetime) -> str:
    """RFC 3339 in UTC, as Pulumi writes it."""
    return now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def deployment_json(snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """The deployment alone, its secrets in the clear: what `stack export --show-secrets` prints."""
    deployment: dict[str, Any] = {
        "manifest": {
            "time": timestamp(now),
            "magic": hashlib.sha256(VERSION.encode()).hexdigest(),
            "version": VERSION,
        }
    }
    deployment |= dict(snapshot.extra)
    if snapshot.resources:
        deployment["resources"] = [to_json(resource) for resource in snapshot.resources]
    if snapshot.pending:
        deployment["pending_operations"] = [
            {"resource": to_json(operation.resource), "type": operation.type} for operation in snapshot.pending
        ]
    deployment["metadata"] = dict(snapshot.metadata)
    return deployment


def parse_deployment(deployment: Mapping[str, Any] | None) -> Snapshot:
    """The Snapshot of a deployment; null is an empty stack."""
    if not deployment:
        return Snapshot()
    known = {"manifest", "resources", "pending_operations", "metadata"}
    return Snapshot(
        resources=tuple(from_json(item) for item in deployment.get("resources") or ()),
        pending=tuple(
            Operation(from_json(item["resource"]), item["type"]) for item in deployment.get("pending_operations") or ()
        ),
        metadata=deployment.get("metadata") or {},
        extra={key: value for key, value in deployment.items() if key not in known},
    )


def write_checkpoint(snapshot: Snapshot, sealer: Sealer, *, stack: str, now: datetime) -> bytes:
    """The bytes of STACK.json. `stack` is the full name, `organization/PROJECT/STACK`."""
    checkpoint = {
        "version": 3,
        "checkpoint": {"stack": stack, "latest": sealer.seal(deployment_json(snapshot, now))},
    }
    return json.dumps(checkpoint, separators=(",", ":"), ensure_ascii=False).encode()


def read_checkpoint(data: bytes, sealer: Sealer, *, where: str) -> Snapshot:
    """The Snapshot in STACK.json; StateError names `where` if it is not one."""
    return parse_deployment(sealer.unseal(read_deployment(data, where=where)))


def read_deployment(data: bytes, *, where: str) -> dict[str, Any]:
    """The deployment in STACK.json as it stands there, its secrets encrypted. Raises StateError."""
    try:
        document = json.loads(data)
        version, checkpoint = document["version"], document["checkpoint"]
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(f"{where} is not a Pulumi checkpoint: {error}") from error
    if version not in (3, 4):
        raise StateError(f"{where} is a checkpoint of version {version}; this engine reads version 3")
    if version == 4 and document.get("features"):
        raise StateError(f"{where} uses features that this engine lacks: {document['features']}")
    deployment: dict[str, Any] = checkpoint.get("latest") or {}
    return deployment
