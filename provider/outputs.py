"""The outputs of AccountAssignments: the counts of the last change, and all that differs from the inputs. Pure.

The assignments themselves stand in the inputs alone, which halves the state. Only after a partial failure the
outputs hold them too: the engine then keeps the inputs of before, and those are no longer true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from pulumi.runtime.rpc import UNKNOWN

from provider.inputs import Inputs, Properties
from remit.delta import given


@dataclass(frozen=True, slots=True)
class Outputs:
    """All maps are of keys; values are labels but for `failed`: "create: reason" or "delete: reason".

    `unmanaged`: in scope, not among the inputs, and left alone (`unmanaged: report`). `live`: what is ours
    and there, after a partial failure; None when the inputs say it. A later run or a refresh clears both.
    `missing`: ours, and not there: a refresh took it out of the inputs, or the run left it so; a later run clears it.
    """

    created: int = 0
    deleted: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    unmanaged: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, str] | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, properties: Properties) -> Self:
        return cls(
            created=int(properties.get("created") or 0),
            deleted=int(properties.get("deleted") or 0),
            failed=properties.get("failed") or {},
            unmanaged=properties.get("unmanagedAssignments") or {},
            live=properties.get("assignments"),
            missing=properties.get("missingAssignments") or {},
        )

    def given(self, assignments: Mapping[str, str]) -> dict[str, str]:
        """What the state says is ours, there or not, with its labels. `assignments` are the inputs in the state."""
        return given(assignments, self.live, self.missing)

    def properties(self, inputs: Inputs) -> Properties:
        live = {} if self.live is None else {"assignments": dict(sorted(self.live.items()))}
        missing = {"missingAssignments": dict(sorted(self.missing.items()))} if self.missing else {}
        return {
            **live,
            **missing,
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
        "permissionSetArn": news.get("permissionSetArn", UNKNOWN),
        "created": UNKNOWN,
        "deleted": UNKNOWN,
        "failed": UNKNOWN,
        "unmanagedAssignments": UNKNOWN,
    }
