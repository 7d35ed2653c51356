"""What must exist before a permission set can be provisioned: AWS's order, as dependencies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence

import pulumi
import pulumi_aws_native as aws_native

from remit.plan import Plan

Policies = Mapping[str, Sequence[aws_native.iam.ManagedPolicy]]


def needed_policies(plan: Plan, policies: Policies) -> Policies:
    """{permission set: the managed policies that it refers to, in every account of this stack}.

    AWS provisions a permission set in an account when it is first assigned there and again on each update,
    and wants every policy that the set names to be there by then. `policies` maps a policy's name to its
    resources, one for each account.
    """
    return {
        permission_set: [resource for name in names for resource in policies.get(name, ())]
        for permission_set, names in plan.references.items()
    }


def settled(
    policies: Sequence[aws_native.iam.ManagedPolicy], *others: pulumi.Resource
) -> Awaitable[list[pulumi.Resource]]:
    """For `depends_on`: the others, and every policy; it waits for all of them, and depends on those that are there.

    A policy that could not be made in one account must not keep everybody out of the others. Where it is
    missing AWS itself refuses the assignment, and the run reports it for that account alone. Only with
    `--continue-on-error` a program lives to see a failure; without, the engine has ended the run by then.
    """
    return asyncio.ensure_future(_there(policies, others))


async def _there(
    policies: Sequence[aws_native.iam.ManagedPolicy], others: Sequence[pulumi.Resource]
) -> list[pulumi.Resource]:
    known = await asyncio.gather(*(policy.policy_arn.is_known() for policy in policies))
    if pulumi.runtime.is_dry_run():  # what is still to be made has no ARN yet
        return [*others, *policies]
    return [*others, *(policy for policy, is_there in zip(policies, known, strict=True) if is_there)]
