"""What a scheduled run carries out: the enforced differences, and nothing else. Pure.

`remit repair` gives the engine the resources that an enforced difference lies in as its targets. Some resources hold
many entries (all assignments of a permission set; in the pooled mode all policies of an account), so the program is
also told what to keep as it is: its plan then says of every reported difference what is live.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from remit.drift.live import Live
from remit.drift.values import Finding
from remit.errors import Source
from remit.managed_policy import by_name
from remit.planning.values import Plan, PlannedAssignment, PlannedPolicy
from remit.stack import Stack, read_stack

VARIABLE = "REMIT_REPAIR"
"""The environment variable that names the file of a repair; the program reads it."""

_BY_HAND = Source("by hand", 0)
# What a resource that is missing hangs on; these hold nothing themselves.
_FRAME = ("remit:index:Access::access", "remit:index:PermissionSets::permission-sets", "remit:index:Barrier::*")


def targets(findings: Iterable[Finding], *, pooled: bool) -> tuple[str, ...]:
    """URN globs of every resource that an enforced difference lies in; empty when there is nothing to repair."""
    found: set[str] = set()
    for each in findings:
        if each.mode == "enforce":
            found.update(
                _of_policy(each, pooled=pooled) if each.kind == "managed_policy" else _of_identity_center(each)
            )
    return tuple(f"**{each}" for each in sorted(found.union(_FRAME))) if found else ()


def _of_policy(finding: Finding, *, pooled: bool) -> set[str]:
    if pooled:
        return {f"remit:index:ManagedPolicies::{finding.account}"}
    return {
        f"remit:index:AccountPolicies::{finding.account}",
        f"aws-native:iam:ManagedPolicy::{finding.account}/{finding.name}",
    }


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

    def applied_to(self, plan: Plan) -> Plan:
        """The plan, with the reported differences as they are live."""
        kept = (each for each in plan.assignments if each.key not in self.without.get(each.permission_set, ()))
        by_hand = (
            PlannedAssignment(*_parts(name, key), label, key.rpartition("/")[2], _BY_HAND, (_BY_HAND,))
            for name, keys in self.also.items()
            for key, label in keys.items()
        )
        policies = (self._policy(each) for each in plan.managed_policies)
        return replace(
            plan,
            assignments=tuple(
                sorted([*kept, *by_hand], key=lambda each: (each.account, each.permission_set, each.key))
            ),
            managed_policies=tuple(each for each in policies if each is not None),
        )

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


def kept(findings: Iterable[Finding], live: Live) -> Kept:
    """Everything that is only reported. Permission sets are resources of their own: they are no targets, and stay."""
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
        elif each.kind == "managed_policy" and each.change != "unmanaged":
            found = by_name(live.policies[each.account]).get(each.name.lower())
            policy = found.policy if found else None
            policies[each.account, each.name] = (
                (policy.path, policy.description, policy.document) if policy is not None else None
            )
    return Kept({name: frozenset(keys) for name, keys in without.items()}, also, policies)


@dataclass(frozen=True, slots=True)
class Repair:
    """The stack and the catalog's folder that a repair goes by, and what it keeps."""

    stack_file: Path
    catalog: Path
    kept: Kept

    def write(self, path: Path) -> None:
        """The file that VARIABLE names."""
        values = {
            "stack_file": str(self.stack_file),
            "catalog": str(self.catalog),
            "without": {name: sorted(keys) for name, keys in self.kept.without.items()},
            "also": self.kept.also,
            "policies": [
                {"account": account, "name": name, "live": live} for (account, name), live in self.kept.policies.items()
            ],
        }
        path.write_text(json.dumps(values), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Run:
    """What the program goes by: its own stack and catalog, or those of a repair."""

    stack: Stack
    catalog: Path
    kept: Kept | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], stack: Stack, catalog: Path) -> Run:
        """Raises CatalogError when the stack file of a repair is wrong."""
        named = environment.get(VARIABLE)
        if not named:
            return cls(stack, catalog)
        told = json.loads(Path(named).read_text(encoding="utf-8"))
        found = Kept(
            {name: frozenset(keys) for name, keys in told["without"].items()},
            told["also"],
            {(each["account"], each["name"]): each["live"] for each in told["policies"]},
        )
        return cls(read_stack(Path(told["stack_file"])), Path(told["catalog"]), found)

    def adjusted(self, plan: Plan) -> Plan:
        return plan if self.kept is None else self.kept.applied_to(plan)
