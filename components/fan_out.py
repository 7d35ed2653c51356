"""How policies reach the accounts: a provider alias for each account, or all through the remit provider."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import pulumi

from components.account_policies import AccountPolicies
from components.order import Policies
from components.pooled_policies import PooledPolicies
from components.rollout import roll_out
from remit.plan import Plan
from remit.sharding import IDENTITY_CENTER
from remit.stack import Stack


class FanOut(Protocol):
    """`roll_out` comes before permission sets, `finish` after everything that could still need a policy."""

    def roll_out(self, plan: Plan, *, after: pulumi.Resource) -> Policies: ...
    def finish(self, plan: Plan, *, after: Sequence[pulumi.Resource]) -> None: ...


class PolicyWatch(pulumi.CustomResource):
    """Says who has a policy that is about to be deleted or made anew (provider/policy_watch.py)."""

    def __init__(self, plan: Plan, role: str, provider: pulumi.ProviderResource, after: pulumi.Resource) -> None:
        places: defaultdict[str, dict[str, object]] = defaultdict(dict)
        for policy in plan.managed_policies:
            places[policy.name][policy.account] = {"path": policy.path, "description": policy.description}
        properties = {"role": role, "accounts": list(plan.scope), "policies": dict(places)}
        options = pulumi.ResourceOptions(provider=provider, depends_on=[after])
        super().__init__("remit:index:PolicyWatch", "policy-watch", properties, options)


class Aliases:
    """The stock plugin, once for each account. What leaves the catalog the engine deletes, at the end of a run."""

    def __init__(
        self,
        *,
        stack: Stack,
        spoke_role: str,
        region: str,
        provider: pulumi.ProviderResource,
        existing: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._in_account = partial(AccountPolicies, spoke_role=spoke_role, region=region, existing=existing)
        self._stack, self._role, self._provider = stack, spoke_role, provider

    def roll_out(self, plan: Plan, *, after: pulumi.Resource) -> Policies:
        if self._stack.shard != IDENTITY_CENTER:
            PolicyWatch(plan, self._role, self._provider, after)
        return roll_out(plan, self._in_account, after=after, provider=self._provider)

    def finish(self, plan: Plan, *, after: Sequence[pulumi.Resource]) -> None:
        return


class Pooled:
    """One resource an account. `watched`: accounts that the stack owns a path in, whether or not they get a policy."""

    def __init__(
        self,
        *,
        stack: Stack,
        spoke_role: str,
        provider: pulumi.ProviderResource,
        watched: Sequence[str] = (),
    ) -> None:
        self._policies = PooledPolicies(stack=stack, spoke_role=spoke_role, provider=provider)
        self._provider, self._watched = provider, watched

    def roll_out(self, plan: Plan, *, after: pulumi.Resource) -> Policies:
        made = roll_out(plan, self._policies.in_account, after=after, provider=self._provider)
        without = set(self._watched) - {policy.account for policy in plan.managed_policies}
        self._policies.watch(sorted(without), after=[after])
        return self._policies.gathered(made)

    def finish(self, plan: Plan, *, after: Sequence[pulumi.Resource]) -> None:
        self._policies.remove_what_left(plan, after=after)


def fan_out(
    mode: str,
    *,
    stack: Stack,
    spoke_role: str,
    region: str,
    provider: pulumi.ProviderResource,
    existing: Mapping[tuple[str, str], str],
    watched: Sequence[str],
) -> FanOut:
    """`mode` is aliases or pooled; `existing` is for aliases alone, `watched` for pooled."""
    if mode == "pooled":
        return Pooled(stack=stack, spoke_role=spoke_role, provider=provider, watched=watched)
    return Aliases(stack=stack, spoke_role=spoke_role, region=region, provider=provider, existing=existing)
