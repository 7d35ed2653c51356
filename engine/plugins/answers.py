"""What a provider answers, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """Why an input is refused. `property` is "" for the whole resource."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The inputs as the provider wants them, or why it refuses them."""

    inputs: Mapping[str, Any]
    failures: tuple[CheckFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyDiff:
    """One changed path. `kind` is "add", "delete" or "update"; `input` tells whether it is the inputs' path."""

    kind: str
    replace: bool = False
    input: bool = True

    def inverted(self) -> PropertyDiff:
        """The same change the other way round."""
        return replace(self, kind={"add": "delete", "delete": "add"}.get(self.kind, self.kind))


@dataclass(frozen=True, slots=True)
class Diff:
    """What a change would do. `detailed` is None where the provider gave no single entries.

    `changes` is None where the provider left it open.
    """

    changes: bool | None
    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    stables: tuple[str, ...] = ()
    delete_before_replace: bool = False
    detailed: Mapping[str, PropertyDiff] | None = None

    @property
    def replace(self) -> bool:
        """Whether the change needs another resource in place of this one."""
        return bool(self.changes) and bool(self.replaces)


@dataclass(frozen=True, slots=True)
class Written:
    """What Create and Update leave behind. `id` is "" in previews of a create."""

    id: str
    outputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReadState:
    """What Read found. `id` is "" if there is nothing; `inputs` is None if the provider gave none."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] | None = None
    reasons: tuple[str, ...] = ()
