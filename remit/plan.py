"""Catalog + organization + time → the desired set. Pure: the same inputs give the same plan, byte for byte.

Preview, apply, `remit plan` and `remit explain` all stand on this one step.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from remit.catalog.load import Catalog
from remit.endings import ending_warnings
from remit.errors import CatalogError, Problem
from remit.organization import Organization
from remit.planning.access import plan_access
from remit.planning.delegation import Delegation
from remit.planning.permission_sets import plan_permission_sets
from remit.planning.policies import check_fan_out, check_owned_path, check_paths, plan_policies
from remit.planning.reach import check_reach, missing_later, references
from remit.planning.values import Plan, PlannedAssignment, PlannedPermissionSet, PlannedPolicy
from remit.planning.world import World
from remit.sharding import Shard
from remit.stack import Stack
from remit.waves import wave_numbers

__all__ = [
    "Plan",
    "PlannedAssignment",
    "PlannedPermissionSet",
    "PlannedPolicy",
    "make_plan",
    "part_of",
    "permission_set_json",
    "plan_json",
]


def make_plan(
    catalog: Catalog,
    organization: Organization,
    *,
    at: datetime,
    stack: Stack,
    reads_only: bool = True,
    looks_ahead: bool = False,
) -> Plan:
    """The desired set of one stack at a time (with its zone). Raises CatalogError with every problem.

    `reads_only`: nothing will be written by it, so that credentials which cannot are told and no problem.
    `looks_ahead`: what would be wrong once something has ended is a problem now, as long as somebody is there to mend
    it. Else it is told: what must end until then has to, and the runs that see to it do not wait for anybody.
    """
    world = World(catalog, organization, at, stack)
    world.check_scope()
    world.check_account_vars()
    world.findings.warn(ending_warnings(catalog, at, stack.runs_every))
    access = plan_access(world)
    policies = plan_policies(world)
    permission_sets = plan_permission_sets(world)
    waves = [world.select((wave,)) for wave in stack.waves]
    check_reach(world, access, policies)
    (world.findings.refuse_all if looks_ahead else world.findings.warn)(missing_later(world, access, policies))
    mine = {policy.account for policy in policies.planned if _has(stack.shard, policy.account)}
    delegation = Delegation(world)
    world.findings.refuse_all(delegation.problems())
    (world.findings.warn if reads_only else world.findings.refuse_all)(delegation.of_caller())
    check_owned_path(world, len(mine))
    check_fan_out(world, len(mine))
    check_paths(world, policies)
    if problems := world.findings.problems:
        raise CatalogError(problems)
    own = delegation.owned(each.name for each in permission_sets)
    plan = Plan(
        managed_policies=tuple(policies.planned),
        permission_sets=tuple(each for each in permission_sets if each.name in own),
        assignments=tuple(access.assignments()),
        references={name: needs for name, needs in references(world).items() if name not in delegation.left_alone},
        scope=tuple(sorted(world.scope)),
        warnings=world.findings.warnings,
        waves=wave_numbers({policy.account for policy in policies.planned}, waves),
        left_alone=delegation.left_alone,
        watched=world.scope - {organization.management_account} if stack.owned_path else frozenset(),
    )
    return part_of(plan, stack.shard)


def part_of(plan: Plan, shard: Shard | str | None) -> Plan:
    """What one stack does of a plan that several share: the policies of some accounts, or all but the policies."""
    if shard is None:
        return plan
    if not isinstance(shard, Shard):
        return replace(plan, managed_policies=(), waves={}, watched=frozenset())
    mine = {account for account in plan.scope if account in shard}
    return replace(
        plan,
        managed_policies=tuple(policy for policy in plan.managed_policies if policy.account in mine),
        permission_sets=(),
        assignments=(),
        references={},
        scope=tuple(sorted(mine)),
        waves={account: wave for account, wave in plan.waves.items() if account in mine},
        watched=plan.watched & mine,
    )


def _has(shard: Shard | str | None, account: str) -> bool:
    return account in shard if isinstance(shard, Shard) else shard is None


def plan_json(plan: Plan) -> str:
    """The plan as documented JSON: sorted, an entry a line, so that bytes and lines of two plans can be compared."""
    values: dict[str, list[dict[str, Any]]] = {
        "managed_policies": [_policy(policy) for policy in plan.managed_policies],
        "permission_sets": [permission_set_json(entry) for entry in plan.permission_sets],
        "assignments": [_assignment(assignment) for assignment in plan.assignments],
        "warnings": [_warning(problem) for problem in plan.warnings],
    }
    return "{" + ",".join(f"\n{_json(key)}: [{_lines(entries)}]" for key, entries in values.items()) + "\n}\n"


def _lines(entries: list[dict[str, Any]]) -> str:
    return ",".join(f"\n  {_json(entry)}" for entry in entries) + ("\n" if entries else "")


_json = json.JSONEncoder(ensure_ascii=False).encode


def _policy(policy: PlannedPolicy) -> dict[str, Any]:
    return {
        "account": policy.account,
        "name": policy.name,
        "path": policy.path,
        "description": policy.description,
        "document": policy.document,
        "source": str(policy.source),
    }


def permission_set_json(entry: PlannedPermissionSet) -> dict[str, Any]:
    """A permission set as the plan's JSON has it."""
    return {
        "name": entry.name,
        "description": entry.description,
        "session_duration": entry.session_duration,
        "relay_state": entry.relay_state,
        "aws_managed_policies": list(entry.aws_managed_policies),
        "customer_managed_policies": [{"name": name, "path": path} for name, path in entry.customer_managed_policies],
        "inline_policy": entry.inline_policy,
        "permissions_boundary": entry.permissions_boundary,
        "tags": dict(entry.tags),
        "source": str(entry.source),
    }


def _assignment(assignment: PlannedAssignment) -> dict[str, Any]:
    return {
        "account": assignment.account,
        "permission_set": assignment.permission_set,
        "principal_type": assignment.principal_type,
        "principal": assignment.principal,
        "source": str(assignment.source),
    }


def _warning(problem: Problem) -> dict[str, Any]:
    return {
        "message": problem.message,
        "remedy": problem.remedy,
        "source": str(problem.source) if problem.source else "",
    }
