"""What a state knows of the policies of each account, in either way."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from remit.managed_policy import Policy
from remit.policy_shape import policy_of
from remit.resource_types import (
    ACCOUNT_POLICIES,
    BARRIER,
    MANAGED_POLICIES,
    POLICY_RELEASE,
    POOLED_POLICIES,
    STOCK_MANAGED_POLICY,
    STOCK_PROVIDER,
)
from remit.spoke_role import SpokeRole

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the state knows of one account."""

    account: str
    spoke: SpokeRole
    policies: tuple[Policy, ...]
    times: Mapping[str, str]


def is_of_policies(resource: Resource) -> bool:
    """Whether it is made for policies alone, in one way or the other."""
    parents = resource["urn"].split("::")[2].split("$")
    return parents[0] in {ACCOUNT_POLICIES, POOLED_POLICIES} or parents[-1] == BARRIER


def aliased(resources: Iterable[Resource]) -> list[Known]:
    """What a state with aliases knows; without accounts that have no policy."""
    roles: dict[str, SpokeRole] = {}
    policies: defaultdict[str, list[Policy]] = defaultdict(list)
    detached: defaultdict[str, set[str]] = defaultdict(set)
    times: dict[str, Mapping[str, str]] = {}
    for resource in resources:
        account = resource["urn"].rpartition("::")[2].partition("/")[0]
        if not is_of_policies(resource):
            continue
        if resource["type"] == STOCK_PROVIDER:
            assumed = json.loads(resource["inputs"]["assumeRole"])
            name = assumed["roleArn"].partition(":role/")[2]
            roles[account] = SpokeRole(name, assumed.get("externalId") or "")
        elif resource["type"] == POLICY_RELEASE:
            detached[account].update(resource["inputs"]["detachOnDelete"])
        elif resource["type"] == STOCK_MANAGED_POLICY:
            policies[account].append(_policy_of_alias(resource["inputs"]))
            times[account] = _times(resource)
    return [
        Known(
            account,
            roles[account],
            tuple(replace(each, detach_on_delete=each.name in detached[account]) for each in found),
            times[account],
        )
        for account, found in policies.items()
    ]


def _policy_of_alias(inputs: Mapping[str, Any]) -> Policy:
    return Policy(
        inputs["managedPolicyName"], inputs.get("path") or "/", inputs.get("description", ""), inputs["policyDocument"]
    )


def pooled(resources: Iterable[Resource]) -> list[Known]:
    """What a pooled state knows; without accounts that have no policy, where the stack only owns a path."""
    known = [
        Known(
            resource["inputs"]["account"],
            SpokeRole.of(resource["inputs"]),
            tuple(
                policy_of(name, shape)
                for name, shape in resource["inputs"]["policies"].items()
                if not shape.get("unmanaged")
            ),
            _times(resource),
        )
        for resource in resources
        if resource["type"] == MANAGED_POLICIES
    ]
    return [each for each in known if each.policies]


def _times(resource: Resource) -> dict[str, str]:
    return {key: resource[key] for key in ("created", "modified") if key in resource}
