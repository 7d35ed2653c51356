"""Which permission sets make an administrator."""

from __future__ import annotations

from collections.abc import Mapping

from remit.catalog.models import AwsPolicy, ManagedPolicy, PermissionSet
from remit.linting.statements import allows_everything

AWS_POLICIES = frozenset({"AdministratorAccess"})
"""Policies of AWS that allow every action. Others (IAMFullAccess, PowerUserAccess) are a step away from it."""


def why_administrator(permission_set: PermissionSet, policies: Mapping[str, ManagedPolicy]) -> str:
    """What makes this permission set an administrator's, in words; empty when nothing does.

    Nobody is one within a boundary, unless it is AdministratorAccess again.
    """
    boundary = permission_set.permissions_boundary
    if boundary is not None and not (boundary.aws_managed and _name(boundary.aws_managed) in AWS_POLICIES):
        return ""
    for attached in permission_set.aws_managed_policies:
        name = _name(attached)
        if name in AWS_POLICIES:
            return name
    inline = permission_set.inline_policy
    if inline is not None and any(allows_everything(statement) for statement in inline.statements):
        return "its inline policy allows everything"
    for reference in permission_set.customer_managed_policies:
        policy = None if reference.external else policies.get(str(reference.name))
        if policy is not None and any(allows_everything(statement) for statement in policy.statements):
            return f"policy {policy.name} allows everything"
    return ""


def _name(policy: AwsPolicy) -> str:
    return policy.full_arn.rpartition("/")[2]
