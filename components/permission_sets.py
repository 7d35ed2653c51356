"""The permission sets of the Identity Center instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import pulumi
import pulumi_aws_native as aws_native

from components.instance import Instance
from components.order import Policies, settled
from remit.drift.kept import Kept
from remit.plan import PlannedPermissionSet
from remit.resource_types import PERMISSION_SETS

_PROPERTIES = {
    "description": "description",
    "session_duration": "sessionDuration",
    "relay_state": "relayStateType",
    "aws_managed_policies": "managedPolicies",
    "customer_managed_policies": "customerManagedPolicyReferences",
    "inline_policy": "inlinePolicy",
    "permissions_boundary": "permissionsBoundary",
    "tags": "tags",
}
"""By the field of a PlannedPermissionSet."""


class PermissionSets(pulumi.ComponentResource):
    """One `AWS::SSO::PermissionSet` each.

    A single resource holds attachments, inline policy and boundary, so that a change provisions once. A set
    waits for the policies that it refers to (`needs`, by permission set name): AWS wants them in each account
    before it provisions the set there. `existing`: ARNs by name of those that are taken over as they are; `kept`: what
    this run leaves as it is.
    """

    arns: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        permission_sets: Sequence[PlannedPermissionSet],
        *,
        instance: Instance,
        needs: Policies,
        existing: Mapping[str, str] | None = None,
        kept: Kept | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(PERMISSION_SETS, "permission-sets", None, opts)
        self._instance = instance
        self._after = list(after)
        self._existing, self._kept = existing or {}, kept or Kept()
        self.resources = {
            permission_set.name: self._permission_set(permission_set, needs.get(permission_set.name, ()))
            for permission_set in permission_sets
        }
        self.arns = {name: resource.permission_set_arn for name, resource in self.resources.items()}
        self.register_outputs({"permissionSetArns": self.arns})

    @cached_property
    def _alias(self) -> aws_native.Provider:
        """Made with the first permission set: without any, no process of the plugin is started for it."""
        opts = pulumi.ResourceOptions(parent=self, depends_on=self._after)
        return aws_native.Provider("identity-center", region=self._instance.region, opts=opts)

    def _permission_set(
        self, permission_set: PlannedPermissionSet, needs: Sequence[pulumi.Resource]
    ) -> aws_native.sso.PermissionSet:
        arn = self._existing.get(permission_set.name)
        return aws_native.sso.PermissionSet(
            permission_set.name,
            instance_arn=self._instance.arn,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=self._alias,
                depends_on=settled(needs),
                delete_before_replace=True,
                import_=f"{self._instance.arn}|{arn}" if arn else None,
                ignore_changes=self._ignored(permission_set.name) or None,
            ),
            **_properties(permission_set),
        )

    def _ignored(self, name: str) -> list[str]:
        kept = self._kept.permission_set(name)
        whole = name in self._existing or kept.gone
        return [each for field, each in _PROPERTIES.items() if whole or field in kept.fields]


def _properties(permission_set: PlannedPermissionSet) -> dict[str, Any]:
    """Every field that is set; one that is left out is cleared by AWS on the next update.

    Lists are there when they are empty too, as AWS has them: what was imported must not differ from what is made.
    """
    properties: dict[str, Any] = {
        "name": permission_set.name,
        "description": permission_set.description,
        "session_duration": permission_set.session_duration,
        "relay_state_type": permission_set.relay_state,
        "managed_policies": list(permission_set.aws_managed_policies),
        "customer_managed_policy_references": [
            aws_native.sso.PermissionSetCustomerManagedPolicyReferenceArgs(name=name, path=path)
            for name, path in permission_set.customer_managed_policies
        ],
        "inline_policy": permission_set.inline_policy,
        "permissions_boundary": _boundary(permission_set),
        "tags": [aws_native.TagArgs(key=key, value=value) for key, value in sorted(permission_set.tags.items())],
    }
    return {name: value for name, value in properties.items() if value or isinstance(value, list)}


def _boundary(permission_set: PlannedPermissionSet) -> aws_native.sso.PermissionSetPermissionsBoundaryArgs | None:
    boundary = permission_set.permissions_boundary
    if boundary is None:
        return None
    if "aws_managed" in boundary:
        return aws_native.sso.PermissionSetPermissionsBoundaryArgs(managed_policy_arn=boundary["aws_managed"])
    return aws_native.sso.PermissionSetPermissionsBoundaryArgs(
        customer_managed_policy_reference=aws_native.sso.PermissionSetCustomerManagedPolicyReferenceArgs(
            name=boundary["name"], path=boundary["path"]
        )
    )
