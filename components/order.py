"""What must exist before a permission set can be provisioned: AWS's order, as dependencies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import pulumi

from remit.plan import Plan
from remit.resource_types import BARRIER

Policies = Mapping[str, Sequence[pulumi.Resource]]
"""By policy name: the resources that make it, one for each account or one for all."""

Settled = Awaitable[list[pulumi.Resource]]


class Barrier(pulumi.CustomResource):
    """A place in the order, and nothing else: what waits for it waits for all that it waits for.

    Many resources that wait for many would make a state of millions of lines.
    """

    def __init__(
        self,
        name: str,
        after: Sequence[pulumi.Resource] | Settled,
        provider: pulumi.ProviderResource,
        *,
        parent: pulumi.Resource | None = None,
    ) -> None:
        options = pulumi.ResourceOptions(parent=parent, provider=provider, depends_on=after)
        super().__init__(BARRIER, name, {}, options)


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


def settled(policies: Sequence[pulumi.Resource], *others: pulumi.Resource) -> Settled:
    """For `depends_on`: the others, and every policy; it waits for all of them, and depends on those that are there.

    A policy that could not be made in one account must not keep everybody out of the others. Where it is
    missing AWS itself refuses the assignment, and the run reports it for that account alone. Only with
    `--continue-on-error` a program lives to see a failure; without, the engine has ended the run by then.
    """
    return asyncio.ensure_future(_there(policies, others))


async def _there(policies: Sequence[pulumi.Resource], others: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
    known = await asyncio.gather(*(_sign_of(policy).is_known() for policy in policies))
    if pulumi.runtime.is_dry_run():  # what is still to be made has no ARN yet
        return [*others, *policies]
    return [*others, *(policy for policy, is_there in zip(policies, known, strict=True) if is_there)]


def _sign_of(resource: pulumi.Resource) -> pulumi.Output[Any]:
    """An output that is known only of a resource that was made in full. (A barrier has none, and nothing to fail.)"""
    for name in ("policy_arn", "permission_set_arn", "instanceArn", "account"):
        sign: pulumi.Output[Any] | None = getattr(resource, name, None)
        if sign is not None:
            return sign
    return resource.urn
