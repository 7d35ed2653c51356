"""The managed policies of many accounts through the remit provider: one resource an account, one process for all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.order import Barrier, Policies, settled
from components.positions import brief_positions
from remit.drift.kept import Kept
from remit.managed_policy import Policy
from remit.plan import Plan, PlannedPolicy
from remit.policy_shape import shaped
from remit.resource_types import MANAGED_POLICIES, POLICY_REMOVAL, POOLED_POLICIES
from remit.sharding import Shard
from remit.spoke_role import SpokeRole
from remit.stack import Stack

Properties = Mapping[str, pulumi.Input[object]]


class ManagedPolicies(pulumi.CustomResource):
    """All policies of one account; the remit provider owns it (provider/managed_policies.py)."""

    account: pulumi.Output[str]
    leaving: pulumi.Output[Mapping[str, Any] | None]

    def __init__(self, account: str, props: Properties, opts: pulumi.ResourceOptions) -> None:
        super().__init__(MANAGED_POLICIES, account, {"account": account, "leaving": None, **props}, opts)


class PolicyRemoval(pulumi.CustomResource):
    """Deletes what left the catalog, after all else (provider/policy_removal.py)."""

    def __init__(self, props: Properties, opts: pulumi.ResourceOptions) -> None:
        super().__init__(POLICY_REMOVAL, "policy-removal", dict(props), opts)


@dataclass(frozen=True, slots=True)
class PooledAccount:
    """One account: each of its policies by name, and what makes it."""

    policies: Mapping[str, pulumi.Resource]


class PooledPolicies(pulumi.ComponentResource):
    """The policies of a stack, account by account, in the order in which `in_account` is called.

    A permission set that waited for every account by itself would make a state of millions of lines: `gathered` puts
    one barrier between them. What leaves the catalog is deleted at last, by `remove_what_left`. It does not create
    spoke roles, nor look whether they are there: the provider says so when it assumes one. `kept`: what this
    run leaves as it is.
    """

    def __init__(
        self,
        *,
        stack: Stack,
        spoke: SpokeRole,
        provider: pulumi.ProviderResource,
        kept: Kept | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(POOLED_POLICIES, "policies", None, opts)
        self._kept = kept or Kept()
        self._stack, self._spoke, self._remit = stack, spoke, provider
        self._made: dict[str, ManagedPolicies] = {}
        self._barrier: list[pulumi.Resource] = []
        self.register_outputs({})

    def in_account(
        self, account: str, policies: Sequence[PlannedPolicy], *, after: Sequence[pulumi.Resource]
    ) -> PooledAccount:
        """The policies of one account; also of one that shall have none, where the stack owns a path."""
        owned, kept = self._stack.owned_path, self._kept.policy_names(account)
        resource = ManagedPolicies(
            account,
            {
                **self._spoke.properties(),
                "policies": {policy.name: shaped(_policy(policy)) for policy in policies},
                **({"ownedPath": owned, "unmanaged": self._stack.unmanaged_policies} if owned else {}),
                **({"kept": kept} if kept else {}),
            },
            self._options(list(after)),
        )
        self._made[account] = resource
        return PooledAccount({policy.name: resource for policy in policies})

    def watch(self, accounts: Iterable[str], *, after: Sequence[pulumi.Resource]) -> None:
        """Looks at accounts that shall have none of its policies."""
        with brief_positions():
            for account in accounts:
                self.in_account(account, [], after=after)

    def gathered(self, policies: Policies) -> Policies:
        """By name, one resource that waits for every account."""
        if not self._made:
            return {}
        self._barrier = [Barrier("policies", settled(list(self._made.values())), self._remit, parent=self)]
        return dict.fromkeys(policies, self._barrier)

    def remove_what_left(self, plan: Plan, *, after: Sequence[pulumi.Resource]) -> None:
        """`after`: whatever may still need a policy that is to go."""
        others = self._stack.refers or isinstance(self._stack.shard, Shard)
        PolicyRemoval(
            {
                **self._spoke.properties(),
                "leaving": asyncio.ensure_future(self._leaving()),
                "permissionSets": [each.name for each in plan.permission_sets],
                **({"waitForOthers": True} if others else {}),
            },
            self._options(settled([*self._barrier, *after])),
        )

    async def _leaving(self) -> Mapping[str, Mapping[str, Any]]:
        """By account. One that failed, or that the engine left out, is not among them: nothing is deleted there."""
        told = await asyncio.gather(*(each.leaving.future() for each in self._made.values()))
        return {account: leaving for account, leaving in zip(self._made, told, strict=True) if leaving}

    def _options(self, after: Sequence[pulumi.Resource] | Awaitable[list[pulumi.Resource]]) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=self._remit, depends_on=after)


def _policy(planned: PlannedPolicy) -> Policy:
    return Policy(planned.name, planned.path, planned.description, planned.document, planned.detach_on_delete)
