"""A permission set as a value, as Identity Center has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.documents import Document


@dataclass(frozen=True, slots=True)
class LivePermissionSet:
    """A permission set of the instance, in the shapes of `remit.planning.values.PlannedPermissionSet`.

    `arn` is empty where the source does not tell it.
    """

    name: str
    description: str = ""
    session_duration: str = "PT1H"
    relay_state: str = ""
    aws_managed_policies: tuple[str, ...] = ()
    customer_managed_policies: tuple[tuple[str, str], ...] = ()
    inline_policy: Document | None = None
    permissions_boundary: Mapping[str, str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    arn: str = field(default="", compare=False)
