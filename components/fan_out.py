"""How policies reach the accounts: a provider alias for each account, or all through the remit provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import pulumi

from components.account_policies import AccountPolicies
from components.order import Policies
from components.pooled_policies import PooledPolicies
from components.rollout import roll_out
from remit.managed_policy import LivePolicy
from remit.plan import Plan
from remit.spoke_role import SpokeRole
from remit.stack import Stack


class FanOut(Protocol):
    """`roll_out` comes before permission sets, `finish` after everything that could still need a policy."""

    def roll_out(self, plan: Plan, *, after: pulumi.Resource) -> Policies: ...
    def finish(self, plan: Plan, *, after: Sequence[pulumi.Resource]) -> None: ...


class Aliases:
    """The stock plugin, once for each account. What leaves the catalog the engine deletes, at the end of a run."""

    def __init__(
        self,
        *,
        spoke: SpokeRole,
        region: str,
        provider: pulumi.ProviderResource,
        existing: Mapping[tuple[str, str], LivePolicy] | None = None,
    ) -> None:
        self._in_account = partial(AccountPolicies, spoke=spoke, region=region, existing=existing, remit=provider)
        self._provider = provider

    def roll_out(self, plan: Plan, *, after: pulumi.Resource) -> Policies:
        return roll_out(plan, self._in_account, after=after, provider=self._provider)

    def finish(self, plan: Plan, *, after: Sequence[pulumi.Resource]) -> None:
        return


class Pooled:
    """One resource an account. `watched`: accounts that the stack owns a path in, whether or not they get a policy."""

    def __init__(
        self,
        *,
        stack: Stack,
        spoke: SpokeRole,
        provider: pulumi.ProviderResource,
        watched: Sequence[str] = (),
    ) -> None:
        self._policies = PooledPolicies(stack=stack, spoke=spoke, provider=provider)
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
    spoke: SpokeRole,
    region: str,
    provider: pulumi.ProviderResource,
    existing: Mapping[tuple[str, str], LivePolicy],
    watched: Sequence[str],
) -> FanOut:
    """`mode` is aliases or pooled; `existing` is for aliases alone, `watched` for pooled."""
    if mode == "pooled":
        return Pooled(stack=stack, spoke=spoke, provider=provider, watched=watched)
    return Aliases(spoke=spoke, region=region, provider=provider, existing=existing)
