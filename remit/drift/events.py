"""Who did it: which recorded calls could have made a difference. Pure.

CloudTrail is asked for single names of events (Identity Center, in its home region) or for a policy (IAM, in the
account's own trail); a record then counts if it speaks of the very thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from remit.drift.values import Deed, Finding

Record = Mapping[str, Any]
"""CloudTrail's own record: the JSON in LookupEvents' CloudTrailEvent."""

_CREATED_SET = ("CreatePermissionSet",)
_CHANGES_TO_A_SET = (
    "UpdatePermissionSet",
    "PutInlinePolicyToPermissionSet",
    "DeleteInlinePolicyFromPermissionSet",
    "AttachManagedPolicyToPermissionSet",
    "DetachManagedPolicyFromPermissionSet",
    "AttachCustomerManagedPolicyReferenceToPermissionSet",
    "DetachCustomerManagedPolicyReferenceFromPermissionSet",
    "PutPermissionsBoundaryToPermissionSet",
    "DeletePermissionsBoundaryFromPermissionSet",
    "TagResource",
    "UntagResource",
)
_BY_FIELD = {
    "description": ("UpdatePermissionSet",),
    "session_duration": ("UpdatePermissionSet",),
    "relay_state": ("UpdatePermissionSet",),
    "aws_managed_policies": _CHANGES_TO_A_SET[3:5],
    "customer_managed_policies": _CHANGES_TO_A_SET[5:7],
    "permissions_boundary": _CHANGES_TO_A_SET[7:9],
    "tag": _CHANGES_TO_A_SET[9:],
    "inline policy": _CHANGES_TO_A_SET[1:3],
}
_POLICY_EVENTS = {
    "missing": ("DeletePolicy",),
    "changed": ("CreatePolicyVersion", "SetDefaultPolicyVersion", "CreatePolicy"),
    "unmanaged": ("CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"),
}


def event_names(finding: Finding) -> tuple[str, ...]:
    """The calls that can have done it."""
    if finding.kind == "managed_policy":
        return _POLICY_EVENTS[finding.change]
    if finding.kind == "assignment":
        verb = "Create" if finding.change == "unmanaged" else "Delete"
        return (f"{verb}AccountAssignment",)
    if finding.change == "changed":
        return tuple(dict.fromkeys(name for each in finding.differences for name in _of_field(each.field)))
    return _CREATED_SET if finding.change == "unmanaged" else ("DeletePermissionSet",)


def _of_field(field: str) -> tuple[str, ...]:
    return next((names for known, names in _BY_FIELD.items() if field.startswith(known)), _CHANGES_TO_A_SET)


def speaks_of(record: Record, finding: Finding) -> bool:
    """Whether a record of one of `event_names` is about the finding."""
    asked: Mapping[str, Any] = record.get("requestParameters") or {}
    if record.get("errorCode") or record.get("eventName") not in event_names(finding):
        return False
    if finding.kind == "managed_policy":
        named = asked.get("policyArn", "").rpartition("/")[2] or asked.get("policyName")
        return bool(named == finding.name)
    if finding.kind == "assignment":
        kind, id_, _ = finding.principal or ("", "", "")
        told = (asked.get("targetId"), asked.get("principalType"), asked.get("principalId"))
        # The permission set may be gone, and its ARN with it: then nobody can tell one from another.
        return told == (finding.account, kind, id_) and finding.arn in {"", asked.get("permissionSetArn")}
    if finding.change == "unmanaged":
        return bool(asked.get("name") == finding.name)
    # Of one that is gone nobody knows the ARN any more: each deletion may be meant.
    return finding.arn in {"", asked.get("permissionSetArn"), asked.get("resourceArn")}


def deed(record: Record) -> Deed:
    identity: Mapping[str, Any] = record.get("userIdentity") or {}
    by = identity.get("arn") or identity.get("userName") or identity.get("invokedBy") or identity.get("type") or ""
    return Deed(
        datetime.fromisoformat(record["eventTime"]),
        str(record["eventName"]),
        str(by),
        str(record.get("sourceIPAddress") or ""),
        str(record.get("eventID") or ""),
    )
