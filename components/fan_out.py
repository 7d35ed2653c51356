"""How policies reach the accounts: a provider alias for each account, or all through the remit provider."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import pulumi

from components.account_policies import AccountPolicies
from components.order import Barrier, Policies, settled
from components.pooled_policies import PooledPolicies
from components.rollout import roll_out
from remit.drift.kept import Kept
from remit.managed_policy import LivePolicy
from remit.plan import Plan, PlannedPolicy
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
        owned_path: str = "",
        kept: Kept | None = None,
    ) -> None:
        self._written = (kept or Kept()).written
        self._owned_path = owned_path
        self._spoke, self._region, self._existing, self._provider = spoke, region, existing, provider
        self._made: list[AccountPolicies] = []

    def roll_out(self, plan: Plan, *, after: pulumi.Resource) -> Policies:
        return roll_out(plan, self._in_account, after=after, provider=self._provider)

    def finish(self, plan: Plan, *, after: Sequence[pulumi.Resource]) -> None:
        if self._made:
            last = Barrier("everything", settled(after), self._provider)
            for account in self._made:
                account.release_at_last(after=[last])

    def _in_account(
        self, account: str, policies: Sequence[PlannedPolicy], *, after: Sequence[pulumi.Resource]
    ) -> AccountPolicies:
        made = AccountPolicies(
            account,
            policies,
            spoke=self._spoke,
            region=self._region,
            existing=self._existing,
            owned_path=self._owned_path,
            written=self._written,
            remit=self._provider,
            after=after,
        )
        self._made.append(made)
        return made


class Pooled:
    """One resource an account. `watched`: accounts that have one whether or not they get a policy."""

    def __init__(
        self,
        *,
        stack: Stack,
        spoke: SpokeRole,
        provider: pulumi.ProviderResource,
        watched: Collection[str] = (),
        kept: Kept | None = None,
    ) -> None:
        self._policies = PooledPolicies(stack=stack, spoke=spoke, provider=provider, kept=kept)
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
    watched: Collection[str],
    kept: Kept,
) -> FanOut:
    """`mode` is aliases or pooled; `existing` is for aliases alone, `watched` for pooled. With aliases each policy is a
    resource of its own, which the plan leaves as the state has it; of `kept` a PolicyWatch says what was given."""
    if mode == "pooled":
        return Pooled(stack=stack, spoke=spoke, provider=provider, watched=watched, kept=kept)
    return Aliases(
        spoke=spoke, region=region, provider=provider, existing=existing, owned_path=stack.owned_path, kept=kept
    )
