"""What a run tells whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from engine.plugins.answers import Diff
from engine.state.resource import Resource

Op = Literal[
    "same",
    "create",
    "update",
    "replace",
    "create-replacement",
    "delete",
    "delete-replaced",
    "discard",
    "forget",
    "read",
    "refresh",
    "import",
]
Severity = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one resource. `old` is None for a create; `new` is None for a delete."""

    op: Op
    old: Resource | None
    new: Resource | None
    diff: Diff | None = None

    @property
    def resource(self) -> Resource:
        """The state after the step, or what goes."""
        resource = self.new or self.old
        if resource is None:
            raise ValueError("a step without a resource")
        return resource

    @property
    def urn(self) -> str:
        """The resource's URN."""
        return self.resource.urn


class Events(Protocol):
    """A watcher. Called from several threads, one call at a time for each resource."""

    def begin(self, step: Step) -> None:
        """A step starts."""

    def end(self, step: Step, seconds: float) -> None:
        """A step is done; it carries the final state."""

    def fail(self, step: Step, message: str, seconds: float) -> None:
        """A step failed; what was done of it, if anything, is in the step's state."""

    def outputs(self, resource: Resource, old: Mapping[str, Any]) -> None:
        """A component or the stack has registered its outputs."""

    def status(self, message: str, urn: str) -> None:
        """How far a running step is; not kept."""

    def log(self, severity: Severity, message: str, urn: str = "") -> None:
        """Something to read: from the program, a plugin or the engine."""
