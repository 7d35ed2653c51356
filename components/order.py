"""What must exist before a permission set can be provisioned: AWS's order, as dependencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from remit.plan import Plan

Resources = Mapping[str, Sequence[pulumi.Resource]]


def needed_policies(plan: Plan, policies: Resources) -> Resources:
    """{permission set: the managed policies that it refers to, in every account of this stack}.

    AWS provisions a permission set in an account when it is first assigned there and again on each update,
    and wants every policy that the set names to be there by then. `policies` maps a policy's name to its
    resources, one for each account.
    """
    return {
        permission_set: [resource for name in names for resource in policies.get(name, ())]
        for permission_set, names in plan.references.items()
    }
