"""Resources of accounts that are gone, and permission sets that change hands, leave the state without a call.

A suspended, closed or departed account cannot be assumed into: its provider alias fails at its first call,
and with it every run that wants to read or delete what was there. Nothing is left to delete,
because AWS removes it with the account. `deleted_with` does not serve: a destroy deletes both ends of it at
once, and would leave the policies of living accounts behind.

Pure: an exported deployment in, the deployment without those resources out. `remit.cli` exports and imports.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remit.drift.recorded import Urn
from remit.leaving import undone_in
from remit.resource_types import ACCOUNT_ASSIGNMENTS, STOCK_PERMISSION_SET

_OF_ACCOUNT = re.compile(r"(::remit:index:AccountPolicies|\$remit:index:ManagedPolicies)::(?P<account>\d{12})$")

_OF_INSTANCE = re.compile(r"\$remit:index:(RevocationGuard|AccountAssignments)::")


@dataclass(frozen=True, slots=True)
class Retirement:
    """`deployment` is what `stack import` takes; `retired` counts by account id what left it.

    `forgotten`: by account, policies with their paths that left the catalog, and that nobody deletes any more.
    """

    deployment: dict[str, Any]
    retired: Mapping[str, int]
    forgotten: Mapping[str, Sequence[str]]


def retire(exported: Mapping[str, Any], active: Collection[str]) -> Retirement:
    """Take what lies in accounts other than `active` (account ids) out of an exported deployment.

    `exported` is the JSON of `pulumi stack export`: {"version": 3, "deployment": {"resources": […]}}. Only
    what hangs below an AccountPolicies component is touched, and ManagedPolicies; references from elsewhere go with it.
    """
    resources = _resources(exported)
    account_of = _accounts(resources)
    gone = {urn: account for urn, account in account_of.items() if account not in active}
    counts: dict[str, int] = {}
    for account in gone.values():
        counts[account] = counts.get(account, 0) + 1
    forgotten = {
        account: [f"{each.path}{name}" for name, each in policies.items()]
        for account, policies in undone_in(resources).items()
        if account in counts
    }
    return Retirement(_left(exported, gone), dict(sorted(counts.items())), forgotten)


def without_permission_sets(exported: Mapping[str, Any], names: Collection[str]) -> tuple[dict[str, Any], set[str]]:
    """What `stack import` takes, without these permission sets and their assignments; and those that were there."""
    types = {STOCK_PERMISSION_SET, ACCOUNT_ASSIGNMENTS}
    urns = ((each["urn"], Urn.of(each["urn"])) for each in _resources(exported))
    gone = {text: urn.name for text, urn in urns if urn.type in types and urn.name in names}
    return _left(exported, gone), set(gone.values())


def instances_in(exported: Mapping[str, Any]) -> dict[str, str]:
    """{ARN: region} of the Identity Center instance that an exported deployment was made for; empty where none is told.

    Permission sets' assignments tell it, and the RevocationGuard that every stack has; their provider knows the region.
    """
    resources = _resources(exported)
    regions = {each["urn"]: (each.get("inputs") or {}).get("region") or "" for each in resources}
    return {
        arn: regions.get(each.get("provider", "").rpartition("::")[0], "")
        for each in resources
        if _OF_INSTANCE.search(each["urn"]) and (arn := (each.get("inputs") or {}).get("instanceArn"))
    }


def _resources(exported: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (exported.get("deployment") or {}).get("resources") or []


def _left(exported: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """The export without the resources of these URNs, and what refers to them without that."""
    kept = [_without(resource, gone) for resource in _resources(exported) if resource["urn"] not in gone]
    return {**exported, "deployment": {**(exported.get("deployment") or {}), "resources": kept}}


def _accounts(resources: Collection[Mapping[str, Any]]) -> dict[str, str]:
    """{URN: account id} of every AccountPolicies component and all below it, and of ManagedPolicies.

    Parents come before children.
    """
    account_of: dict[str, str] = {}
    for resource in resources:
        urn = resource["urn"]
        if match := _OF_ACCOUNT.search(urn):
            account_of[urn] = match["account"]
        elif account := account_of.get(resource.get("parent", "")):
            account_of[urn] = account
    return account_of


def _without(resource: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    kept = dict(resource)
    if "dependencies" in kept:
        kept["dependencies"] = [urn for urn in kept["dependencies"] if urn not in gone]
    if "propertyDependencies" in kept:
        kept["propertyDependencies"] = {
            name: [urn for urn in urns or () if urn not in gone] for name, urns in kept["propertyDependencies"].items()
        }
    return kept
