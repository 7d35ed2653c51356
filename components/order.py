"""What must exist before a permission set can be provisioned: AWS's order, as dependencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from remit.plan import PlannedPermissionSet

Policies = Mapping[str, Sequence[pulumi.Resource]]
"""Policy name to its resources, one for each account."""


def needed_policies(permission_sets: Sequence[PlannedPermissionSet], policies: Policies) -> Policies:
    """{permission set: the customer managed policies that it refers to, in every account of this stack}.

    AWS provisions a permission set in an account when it is first assigned there and again on each update,
    and wants every policy that the set names to be there by then. Policies that this program does not
    manage (`external: true`) are not among `policies` and left out.
    """
    return {
        permission_set.name: [resource for name in _references(permission_set) for resource in policies.get(name, ())]
        for permission_set in permission_sets
    }


def _references(permission_set: PlannedPermissionSet) -> list[str]:
    boundary = permission_set.permissions_boundary or {}
    names = {name for name, _ in permission_set.customer_managed_policies} | {boundary.get("name", "")}
    return sorted(names - {""})
