"""What a scheduled run carries out: the enforced differences, and nothing else. Pure.

`remit repair` gives the engine the resources that an enforced difference lies in as its targets. Some resources hold
many entries (all assignments of a permission set; in the pooled mode all policies of an account), so the program is
also told what to keep as it is: its plan then says of every reported difference what is live.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from remit.drift.live import Live
from remit.drift.unplanned import BY_HAND, Unplanned, Urn
from remit.drift.values import Finding
from remit.managed_policy import by_name
from remit.planning.values import Plan, PlannedAssignment, PlannedPolicy

# What a resource that is missing hangs on; these hold nothing themselves.
_FRAME = ("remit:index:Access::access", "remit:index:PermissionSets::permission-sets", "remit:index:Barrier::*")


def targets(findings: Iterable[Finding], state: Collection[Urn], *, pooled: bool) -> tuple[str, ...]:
    """URN globs of every resource that an enforced difference lies in; empty when there is nothing to repair.

    `state`: what the stack's state has. What a resource hangs on is a target only if it has to be made too: the
    children of a target that a program does not ask for would have to go.
    """
    found: set[str] = set()
    frame: set[str] = set()
    for each in findings:
        if each.mode == "enforce" and each.kind == "managed_policy":
            found.add(_policy(each, pooled=pooled))
            frame.add(
                "remit:index:PooledPolicies::policies" if pooled else f"remit:index:AccountPolicies::{each.account}"
            )
        elif each.mode == "enforce":
            found.update(_of_identity_center(each))
            frame.update(_FRAME)
    there = {f"{urn.type}::{urn.name}" for urn in state}
    return tuple(f"**{each}" for each in sorted(found | (frame - there)))


def _policy(finding: Finding, *, pooled: bool) -> str:
    if pooled:
        return f"remit:index:ManagedPolicies::{finding.account}"
    return f"aws-native:iam:ManagedPolicy::{finding.account}/{finding.name}"


def _of_identity_center(finding: Finding) -> set[str]:
    assignments = f"remit:index:AccountAssignments::{finding.name}"
    if finding.kind == "assignment":
        return {assignments}
    # A permission set that is made anew has another ARN, which its assignments must know.
    return {f"aws-native:sso:PermissionSet::{finding.name}", *([assignments] if finding.change == "missing" else [])}


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays as it is. `without` and `also`: by permission set, keys of assignments that the plan has and AWS has
    not, and the reverse, with labels. `policies`: (account, name) to path, description and document; None: not there.
    """

    without: Mapping[str, frozenset[str]]
    also: Mapping[str, Mapping[str, str]]
    policies: Mapping[tuple[str, str], tuple[str, str, Mapping[str, Any]] | None]
    unplanned: Unplanned

    def applied_to(self, plan: Plan) -> Plan:
        """The plan, with the reported differences as they are live, and with a place for all that the state has."""
        kept = (each for each in plan.assignments if each.key not in self.without.get(each.permission_set, ()))
        by_hand = (
            PlannedAssignment(*_parts(name, key), label, key.rpartition("/")[2], BY_HAND, (BY_HAND,))
            for name, keys in self.also.items()
            for key, label in keys.items()
        )
        policies = (self._policy(each) for each in plan.managed_policies)
        adjusted = replace(
            plan,
            assignments=tuple(
                sorted([*kept, *by_hand], key=lambda each: (each.account, each.permission_set, each.key))
            ),
            managed_policies=tuple(each for each in policies if each is not None),
        )
        return self.unplanned.added_to(adjusted)

    def _policy(self, planned: PlannedPolicy) -> PlannedPolicy | None:
        key = planned.account, planned.name
        if key not in self.policies:
            return planned
        live = self.policies[key]
        if live is None:
            return None
        path, description, document = live
        return replace(planned, path=path, description=description, document=document)


def _parts(name: str, key: str) -> tuple[str, str, Any]:
    account, principal_type, _ = key.split("/", 2)
    return account, name, principal_type


def kept(findings: Iterable[Finding], live: Live, unplanned: Unplanned, *, pooled: bool) -> Kept:
    """Everything that is only reported. Permission sets, and policies that are not pooled, are resources of
    their own: they are no targets, and stay."""
    without: dict[str, set[str]] = {}
    also: dict[str, dict[str, str]] = {}
    policies: dict[tuple[str, str], tuple[str, str, Mapping[str, Any]] | None] = {}
    for each in findings:
        if each.mode == "enforce":
            continue
        if each.principal:
            kind, id_, name = each.principal
            key = f"{each.account}/{kind}/{id_}"
            if each.change == "missing":
                without.setdefault(each.name, set()).add(key)
            else:
                also.setdefault(each.name, {})[key] = name or id_
        elif pooled and each.kind == "managed_policy" and each.change != "unmanaged":
            found = by_name(live.policies[each.account]).get(each.name.lower())
            policy = found.policy if found else None
            policies[each.account, each.name] = (
                (policy.path, policy.description, policy.document) if policy is not None else None
            )
    return Kept({name: frozenset(keys) for name, keys in without.items()}, also, policies, unplanned)
