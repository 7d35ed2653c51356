"""Permission sets with every field. Six calls each, at the 20 a second of sso-admin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from remit.aws.refusals import NotFoundError
from remit.aws.session import Aws
from remit.permission_set import LivePermissionSet

PAGE = 100


def permission_set_arns(aws: Aws, instance: str) -> list[str]:
    """The ARN of every permission set of the instance. Raises AwsError."""
    return list(aws.items("sso-admin", "ListPermissionSets", "PermissionSets", InstanceArn=instance, MaxResults=PAGE))


def read_permission_set(aws: Aws, instance: str, arn: str) -> LivePermissionSet:
    """One permission set, whole. Raises NotFoundError when it is gone, AwsError else."""
    return _Reading(aws, instance, arn).read()


class _Reading:
    def __init__(self, aws: Aws, instance: str, arn: str) -> None:
        self._aws = aws
        self._arn = arn
        self._which = {"InstanceArn": instance, "PermissionSetArn": arn}
        self._instance = instance

    def read(self) -> LivePermissionSet:
        told = self._aws.call("sso-admin", "DescribePermissionSet", **self._which)["PermissionSet"]
        attached = self._items("ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies")
        customer = self._items("ListCustomerManagedPolicyReferencesInPermissionSet", "CustomerManagedPolicyReferences")
        return LivePermissionSet(
            name=told["Name"],
            description=told.get("Description", ""),
            session_duration=told.get("SessionDuration", "PT1H"),
            relay_state=told.get("RelayState", ""),
            aws_managed_policies=tuple(sorted(each["Arn"] for each in attached)),
            customer_managed_policies=tuple(sorted((each["Name"], each.get("Path", "/")) for each in customer)),
            inline_policy=self._inline_policy(),
            permissions_boundary=self._boundary(),
            tags=self._tags(),
            arn=self._arn,
        )

    def _items(self, operation: str, key: str) -> list[Mapping[str, Any]]:
        return list(self._aws.items("sso-admin", operation, key, **self._which, MaxResults=PAGE))

    def _inline_policy(self) -> Mapping[str, Any] | None:
        text = self._aws.call("sso-admin", "GetInlinePolicyForPermissionSet", **self._which).get("InlinePolicy", "")
        return json.loads(text) if text else None

    def _boundary(self) -> Mapping[str, str] | None:
        """As a plan has it: {"aws_managed": ARN} or {"name": …, "path": …}. For none AWS says "not found"."""
        try:
            told = self._aws.call("sso-admin", "GetPermissionsBoundaryForPermissionSet", **self._which)
        except NotFoundError:
            return None
        boundary = told.get("PermissionsBoundary", {})
        if arn := boundary.get("ManagedPolicyArn"):
            return {"aws_managed": arn}
        customer = boundary.get("CustomerManagedPolicyReference")
        return {"name": customer["Name"], "path": customer.get("Path", "/")} if customer else None

    def _tags(self) -> Mapping[str, str]:
        which = {"InstanceArn": self._instance, "ResourceArn": self._arn}
        tags = self._aws.items("sso-admin", "ListTagsForResource", "Tags", **which)
        return dict(sorted((tag["Key"], tag["Value"]) for tag in tags))
