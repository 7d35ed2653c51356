"""Every type that is served, by its token."""

from __future__ import annotations

from collections.abc import Mapping

from engine.aws_native.event_types import EVENT_TYPES
from engine.aws_native.resource_types import ASSIGNMENT, MANAGED_POLICY, PERMISSION_SET, ResourceType

RESOURCE_TYPES: Mapping[str, ResourceType] = {
    served.token: served for served in (MANAGED_POLICY, PERMISSION_SET, ASSIGNMENT, *EVENT_TYPES)
}
