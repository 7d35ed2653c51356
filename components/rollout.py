"""The policies of all accounts, wave by wave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Protocol

import pulumi

from components.order import Barrier, Policies
from components.positions import brief_positions
from remit.plan import Plan, PlannedPolicy


class Made(Protocol):
    """What was made for an account: by policy name, the resource that makes it."""

    @property
    def policies(self) -> Mapping[str, pulumi.Resource]: ...


class Make(Protocol):
    """Makes the resources of one account."""

    def __call__(
        self, account: str, policies: Sequence[PlannedPolicy], *, after: Sequence[pulumi.Resource]
    ) -> Made: ...


def roll_out(plan: Plan, make: Make, *, after: pulumi.Resource, provider: pulumi.ProviderResource) -> Policies:
    """Every policy of the plan, by name: its resources, one for each account.

    A wave waits for a barrier, and the barrier for every policy of the wave before: where one of those fails, the
    engine leaves out the barrier and all that comes after it, also when it goes on with the rest. Policies that leave
    the catalog are in no wave: an engine deletes at the end of a run.
    """
    found: defaultdict[str, list[pulumi.Resource]] = defaultdict(list)
    waiting_for: list[pulumi.Resource] = [after]
    waves = _waves(plan)
    for number, accounts in waves.items():
        with brief_positions():
            made = [make(account, policies, after=waiting_for) for account, policies in accounts.items()]
        for component in made:
            for name, resource in component.policies.items():
                found[name].append(resource)
        if number != max(waves):
            everything = [resource for component in made for resource in component.policies.values()]
            waiting_for = [Barrier(f"wave-{number}", everything, provider)]
    return found


def _waves(plan: Plan) -> dict[int, dict[str, list[PlannedPolicy]]]:
    """{number: {account: its policies}}, in order."""
    by_account = {
        account: list(policies) for account, policies in groupby(plan.managed_policies, key=lambda each: each.account)
    }
    numbers = sorted({plan.waves.get(account, 1) for account in by_account})
    return {
        number: {account: mine for account, mine in by_account.items() if plan.waves.get(account, 1) == number}
        for number in numbers
    }
