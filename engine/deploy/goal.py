"""What the program asks for in one registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.state.resource import Resource


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that the resource had: a URN, or what differs in it ("" where it does not)."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """A registration. `provider` is a reference; None in an option means that the program said nothing of it."""

    type: str
    name: str
    custom: bool
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    delete_before_replace: bool | None = None
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    import_id: str = ""
    timeouts: Mapping[str, float] = field(default_factory=dict)
    source_position: str = ""

    def needs(self) -> set[str]:
        """URNs that must be there first."""
        return Resource(
            urn="",
            type=self.type,
            custom=self.custom,
            parent=self.parent,
            provider=self.provider,
            dependencies=self.dependencies,
            property_dependencies=self.property_dependencies,
            deleted_with=self.deleted_with,
            replace_with=self.replace_with,
        ).depends_on()


def new_state(goal: Goal, urn: str, old: Resource | None, alias: str) -> Resource:
    """The state that a step starts from: what was asked for, and when the resource came to be."""
    return Resource(
        urn=urn,
        type=goal.type,
        custom=goal.custom,
        inputs=goal.inputs,
        parent=goal.parent,
        protect=goal.protect,
        dependencies=goal.dependencies,
        provider=goal.provider,
        property_dependencies=goal.property_dependencies,
        aliases=(alias,) if alias else (),
        custom_timeouts=goal.timeouts,
        import_id=goal.import_id,
        retain_on_delete=goal.retain_on_delete,
        deleted_with=goal.deleted_with,
        replace_with=goal.replace_with,
        created=old.created if old else "",
        modified=old.modified if old else "",
        source_position=goal.source_position,
        ignore_changes=goal.ignore_changes,
        replace_on_changes=goal.replace_on_changes,
        extra={key: old.extra[key] for key in ("refreshBeforeUpdate",) if key in old.extra} if old else {},
    )
