"""The outputs of AccountAssignments: the counts of the last change, and all that differs from the inputs. Pure.

The assignments themselves stand in the inputs alone, which halves the state. What is live is always
`inputs.assignments` - what failed to be created + what failed to be deleted + `unmanagedAssignments`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from pulumi.runtime.rpc import UNKNOWN

from provider.inputs import Inputs, Properties
from remit.aws.sso_admin import Action


@dataclass(frozen=True, slots=True)
class Outputs:
    """`failed` maps keys to "create: reason" or "delete: reason", until a later run or a refresh clears it.

    `unmanaged` maps the assignments that are in scope, not among the inputs, and left alone (`unmanaged:
    report`) to labels.
    """

    created: int = 0
    deleted: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    unmanaged: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, properties: Properties) -> Self:
        return cls(
            created=int(properties.get("created") or 0),
            deleted=int(properties.get("deleted") or 0),
            failed=properties.get("failed") or {},
            unmanaged=properties.get("unmanagedAssignments") or {},
        )

    def not_deleted(self) -> frozenset[str]:
        """Keys that were ours to delete and are still there."""
        return frozenset(key for key, reason in self.failed.items() if reason.startswith(f"{Action.DELETE}: "))

    def properties(self, inputs: Inputs) -> Properties:
        return {
            "instanceArn": inputs.instance,
            "permissionSetArn": inputs.permission_set,
            "created": self.created,
            "deleted": self.deleted,
            "failed": dict(sorted(self.failed.items())),
            "unmanagedAssignments": dict(sorted(self.unmanaged.items())),
        }


def preview(news: Properties) -> Properties:
    """The outputs that a change will have, as far as they are known before it is made."""
    return {
        "instanceArn": news["instanceArn"],
        "permissionSetArn": news["permissionSetArn"],
        "created": UNKNOWN,
        "deleted": UNKNOWN,
        "failed": UNKNOWN,
        "unmanagedAssignments": UNKNOWN,
    }
