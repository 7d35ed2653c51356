"""One stack in the management account and one of a delegated administrator: the permission sets in two halves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from remit.aws.permissions.table import Role
from tests.e2e.world import AUDIT, AUDITORS, DEVELOPERS, MANAGEMENT, SHOP_DEV, SHOP_PROD, World

MANAGEMENT_SETS = """
permission_sets:
  - {name: ManagementAuditor, description: Reads there, aws_managed_policies: [SecurityAudit]}
access:
  - groups: [auditors]
    permission_sets: [ManagementAuditor]
    targets: management
"""


@contextmanager
def delegated(world: World) -> Iterator[None]:
    """As if somebody in the audit account ran it."""
    before = world.caller
    world.caller = world.session_in(AUDIT, Role.APPLY)
    yield
    world.caller = before


def test_each_half_converges_and_never_touches_the_other(fresh: World) -> None:
    fresh.delegate(AUDIT, "sso.amazonaws.com")
    fresh.add("management.yaml", MANAGEMENT_SETS)
    fresh.add_stack("management", scope=["management"], permissionSets="own-management")
    fresh.add_stack("members", scope=["*"], permissionSets="own-members")
    management = {("ManagementAuditor", MANAGEMENT, "GROUP", AUDITORS)}

    fresh.up(stack="management")
    assert set(fresh.permission_sets()) == {"ManagementAuditor"}
    assert fresh.grants() == management

    with delegated(fresh):
        fresh.up(stack="members")
        assert fresh.steps("--refresh", stack="members") == set()
    assert set(fresh.permission_sets()) == {"ManagementAuditor", "Developer", "Auditor"}
    grants = fresh.grants()
    assert {each for each in grants if each[1] == MANAGEMENT} == management
    assert ("Developer", SHOP_DEV, "GROUP", DEVELOPERS) in grants
    assert not any("ManagementAuditor" in urn for urn in fresh.urns("members")), "not even looked at"
    fresh.up(stack="management")  # it watches over the new permission sets too, in the management account
    assert fresh.steps("--refresh", stack="management") == set()

    # What would break the delegated administrator is seen, and taken away, by the stack that can.
    fresh.assign("Auditor", MANAGEMENT, "GROUP", DEVELOPERS)
    fresh.edit("permission-sets.yaml", "description: Reads", "description: Reads all")
    with delegated(fresh):
        refused = fresh.run("up", "--yes", "--skip-preview", stack="members")
    assert refused.code == 1
    assert "not authorized to perform: sso:UpdatePermissionSet" in refused.text
    fresh.up("--refresh", stack="management")
    assert fresh.grants() == grants
    with delegated(fresh):
        fresh.up(stack="members")
    assert fresh.permission_sets()["Auditor"]["description"] == "Reads all"


def test_a_delegated_administrator_may_look_at_the_half_that_only_the_management_account_writes(fresh: World) -> None:
    """A pull request's preview of every stack has one role, of the account that administers Identity Center."""
    fresh.delegate(AUDIT, "sso.amazonaws.com")
    fresh.add("management.yaml", MANAGEMENT_SETS)
    fresh.add_stack("management", scope=["management"], permissionSets="own-management")
    with delegated(fresh):
        looked = fresh.run("preview", stack="management")
        assert looked.code == 0, looked.text
        assert f"the caller is in {AUDIT}, which may change nothing" in looked.text
        assert "ManagementAuditor" in looked.text
        refused = fresh.run("up", "--yes", "--skip-preview", stack="management")
    assert refused.code == 1
    assert f"`up` needs credentials of {MANAGEMENT}" in refused.text
    assert fresh.permission_sets() == {}
    fresh.up(stack="management")
    with delegated(fresh):
        assert fresh.steps(stack="management") == set()


def test_a_look_at_the_half_of_the_management_account_takes_nothing_for_taken_away_or_missing(fresh: World) -> None:
    """More assignments than the guard lets go without asking."""
    names = [f"Management{number}" for number in range(12)]
    sets = "".join(f"  - {{name: {name}, aws_managed_policies: [SecurityAudit]}}\n" for name in names)
    rule = f"  - {{groups: [auditors], permission_sets: [{', '.join(names)}], targets: management}}\n"
    fresh.delegate(AUDIT, "sso.amazonaws.com")
    fresh.add("management.yaml", f"permission_sets:\n{sets}access:\n{rule}")
    fresh.add_stack("management", scope=["management"], permissionSets="own-management")
    fresh.up(stack="management")
    fresh.unassign("Management7", MANAGEMENT, "GROUP", AUDITORS)
    with delegated(fresh):
        looked = fresh.run("preview", stack="management")
        assert looked.code == 0, looked.text
        assert fresh.changes(looked) == set()
        assert drift(fresh, "management") == [("Management7", MANAGEMENT)]


def drift(world: World, stack: str) -> list[tuple[str, str]]:
    """Permission set and account of each assignment that drifted, by all that is told."""
    told, _ = json.JSONDecoder().raw_decode(world.command("drift", "--json", "--stack", stack).text)
    return [(each["name"], each["account"]["id"]) for each in told["drift"]]


def test_drift_of_one_half_does_not_tell_of_the_other(fresh: World) -> None:
    fresh.delegate(AUDIT, "sso.amazonaws.com")
    fresh.add("management.yaml", MANAGEMENT_SETS)
    fresh.add_stack("management", scope=["management"], permissionSets="own-management")
    fresh.add_stack("members", scope=["*"], permissionSets="own-members")
    fresh.up(stack="management")
    with delegated(fresh):
        fresh.up(stack="members")
        assert drift(fresh, "members") == []
    assert drift(fresh, "management") == []
    fresh.unassign("ManagementAuditor", MANAGEMENT, "GROUP", AUDITORS)
    fresh.unassign("Developer", SHOP_PROD, "GROUP", DEVELOPERS)
    with delegated(fresh):
        assert drift(fresh, "members") == [("Developer", SHOP_PROD)]
    assert drift(fresh, "management") == [("ManagementAuditor", MANAGEMENT)]


def test_a_delegated_administrator_hears_of_the_other_half_before_anything_is_written(fresh: World) -> None:
    fresh.delegate(AUDIT, "sso.amazonaws.com")
    fresh.add("management.yaml", MANAGEMENT_SETS)
    with delegated(fresh):
        fresh.forget_calls()
        run = fresh.run("up", "--yes", "--skip-preview")
    assert run.code != 0
    assert "policies/management.yaml:6: permission set 'ManagementAuditor' is given in the" in run.text
    assert "remit:permissionSets: own-members" in run.text
    assert fresh.permission_sets() == {}
    assert not [call for call in fresh.calls() if call.split(":")[1].startswith(("Create", "Put", "Update", "Delete"))]


def test_a_stack_with_both_halves_is_split_without_anybody_losing_anything(fresh: World) -> None:
    """In the order of docs/operations.md."""
    fresh.delegate(AUDIT, "sso.amazonaws.com")
    fresh.add("management.yaml", MANAGEMENT_SETS)
    fresh.add_stack("prod", scope=["*", "management"], permissionSets="own")
    fresh.up(stack="prod")
    grants, sets = fresh.grants(), fresh.permission_sets()

    fresh.add_stack("management", scope=["management"], permissionSets="own-management", adopt=True)
    fresh.up(stack="management")
    retired = fresh.command("retire", "--stack", "prod", "--permission-set", "ManagementAuditor")
    assert retired.code == 0, retired.text
    fresh.add_stack_file("prod", scope=["*"], permissionSets="own-members")
    with delegated(fresh):
        assert not {step for step in fresh.steps(stack="prod") if step[0] != "update"}
        fresh.up(stack="prod")
        assert fresh.steps("--refresh", stack="prod") == set()
    fresh.add_stack_file("management", scope=["management"], permissionSets="own-management")
    assert fresh.steps("--refresh", stack="management") == set()
    assert (fresh.grants(), fresh.permission_sets()) == (grants, sets)
