"""A catalog of each mode, and live organizations that differ from its plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from remit.drift.compare import Comparison
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded
from remit.drift.values import Finding
from remit.managed_policy import LivePolicy, Policy
from remit.permission_set import LivePermissionSet
from remit.plan import Plan, make_plan
from remit.stack import Stack
from tests.unit.small_world import AT, ORGANIZATION, catalog_of

TEXT = """
managed_policies:
  - {name: Guard, path: /remit/, targets: "*", statements: [{Sid: A, Effect: Allow, Action: "s3:Get*", Resource: "*"}]}
  - name: Quiet
    path: /remit/
    targets: account:lab
    drift: report
    statements: [{Effect: Allow, Action: "s3:List*", Resource: "*"}]
permission_sets:
  - {name: Strict, session_duration: 1h, aws_managed_policies: [ReadOnlyAccess], tags: {team: a}}
  - {name: Loose, drift: report}
access:
  - {groups: [engineers], permission_sets: [Strict, Loose], targets: account:lab}
  - {groups: [engineers], permission_sets: [Strict], targets: "account:payments*", drift: report}
  - {groups: [sre, engineers], permission_sets: [Strict], targets: account:payments}
"""
CATALOG = catalog_of(TEXT)
STACK = Stack("test", owned_path="/remit/")


def plan(stack: Stack = STACK) -> Plan:
    return make_plan(CATALOG, ORGANIZATION, at=AT, stack=stack)


def live_of(planned: Plan) -> Live:
    """Just what a plan says."""
    sets = {
        each.name: LivePermissionSet(
            each.name,
            each.description,
            each.session_duration,
            each.relay_state,
            each.aws_managed_policies,
            each.customer_managed_policies,
            each.inline_policy,
            each.permissions_boundary,
            dict(each.tags),
            f"arn:{each.name}",
        )
        for each in planned.permission_sets
    }
    assignments = {name: frozenset(a.key for a in planned.assignments if a.permission_set == name) for name in sets}
    policies = {
        account: tuple(
            LivePolicy(f"arn:{p.name}", Policy(p.name, p.path, p.description, p.document))
            for p in planned.managed_policies
            if p.account == account
        )
        for account in {p.account for p in planned.managed_policies}
    }
    return Live({name: f"arn:{name}" for name in sets}, sets, assignments, policies)


def findings(
    live: Live, stack: Stack = STACK, planned: Plan | None = None, recorded: Recorded | None = None
) -> tuple[Finding, ...]:
    names = {account.id: account.name for account in ORGANIZATION.accounts}
    return Comparison(planned or plan(stack), live, Modes(CATALOG, stack), stack, names, recorded).findings()


def with_set(live: Live, name: str, **changes: Any) -> Live:
    changed = replace(live.permission_sets[name], **changes)
    return replace(live, permission_sets={**live.permission_sets, name: changed})


def with_assignments(live: Live, name: str, *, without: str = "", also: str = "") -> Live:
    keys = (live.assignments.get(name, frozenset()) - {without}) | ({also} if also else set())
    return replace(live, assignments={**live.assignments, name: keys})


def with_policies(live: Live, account: str, *policies: LivePolicy) -> Live:
    return replace(live, policies={**live.policies, account: policies})
