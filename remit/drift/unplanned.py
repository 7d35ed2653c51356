"""A place in the plan for all that a stack's state has, whatever has become of it in the catalog. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from remit.drift.recorded import Urn
from remit.errors import Source
from remit.planning.values import Plan, PlannedPermissionSet, PlannedPolicy
from remit.resource_types import ACCOUNT_ASSIGNMENTS, MANAGED_POLICIES, STOCK_MANAGED_POLICY, STOCK_PERMISSION_SET

BY_HAND = Source("by hand", 0)
_PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class Unplanned:
    """What the state has and the plan does not, such as what has expired.

    It is no target: a run leaves it alone, if only the program still asks for it; what for does not matter.

    `policies`: (account, name). `permission_sets`: by name.
    """

    policies: frozenset[tuple[str, str]] = frozenset()
    permission_sets: frozenset[str] = frozenset()

    @classmethod
    def of(cls, state: Iterable[Urn], plan: Plan) -> Unplanned:
        planned = {(each.account, each.name) for each in plan.managed_policies}
        accounts = {account for account, _ in planned} | plan.watched
        policies: set[tuple[str, str]] = set()
        permission_sets: set[str] = set()
        for type_, name in state:
            if type_ == STOCK_MANAGED_POLICY:
                account, _, policy = name.partition("/")
                policies.add((account, policy))
            elif type_ == MANAGED_POLICIES and name not in accounts:
                policies.add((name, _PLACEHOLDER))
            elif type_ in {STOCK_PERMISSION_SET, ACCOUNT_ASSIGNMENTS}:
                permission_sets.add(name)
        return cls(frozenset(policies - planned), frozenset(permission_sets - plan.references.keys()))

    def added_to(self, plan: Plan) -> Plan:
        nothing: Mapping[str, Any] = {"Version": "2012-10-17", "Statement": []}
        policies = [PlannedPolicy(*each, "/", "", nothing, BY_HAND) for each in self.policies]
        permission_sets = [
            PlannedPermissionSet(name, "", "PT1H", "", (), (), None, None, {}, BY_HAND) for name in self.permission_sets
        ]
        return replace(
            plan,
            managed_policies=tuple(
                sorted([*plan.managed_policies, *policies], key=lambda each: (each.account, each.name))
            ),
            permission_sets=(
                tuple(sorted([*plan.permission_sets, *permission_sets], key=lambda each: each.name))
                if plan.permission_sets
                else ()
            ),
            references={**plan.references, **dict.fromkeys(self.permission_sets, ())},
        )
