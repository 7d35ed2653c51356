"""A run that nobody looks at: what is new comes, what has ended goes, what is enforced is reverted, the rest stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from tests.e2e.test_repair import ANYTHING, commit, drift_of, repository, told
from tests.e2e.world import ADA, AUDIT, AUDITORS, CONTRACTORS, DEVELOPERS, PAY_DEV, SHOP_DEV, SHOP_PROD, Run, World
from tests.warm import LATER

VIEW = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
BILLING = "arn:aws:iam::aws:policy/job-function/Billing"
TEMPORARY = (
    "access:\n  - {{groups: [contractors], permission_sets: [Auditor], targets: 'account:shop-dev', expires: {}}}\n"
)


def some_of_it_ends(world: World) -> None:
    """Entries of both modes; some access, an attached policy and a statement are over in two days."""
    ends = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    world.edit("access.yaml", "permission_sets: [Auditor]\n", "permission_sets: [Auditor]\n    drift: report\n")
    world.edit("permission-sets.yaml", "description: Reads\n", "description: Reads\n    drift: report\n")
    world.edit(
        "permission-sets.yaml",
        "[SecurityAudit]",
        f"[SecurityAudit, {{name: job-function/ViewOnlyAccess, expires: {ends}}}]",
    )
    world.edit(
        "managed.yaml", "description: Attached to nothing\n", "description: Attached to nothing\n    drift: report\n"
    )
    world.edit(
        "managed.yaml",
        '"logs:Get*", Resource: "*"}\n',
        '"logs:Get*", Resource: "*"}\n'
        f'      - {{Sid: Soon, Effect: Allow, Action: "logs:List*", Resource: "*", expires: {ends}}}\n',
    )
    world.add("temporary.yaml", TEMPORARY.format(ends))


def tamper(world: World) -> None:
    """Of each kind, to entries of both modes; and to some of what is going to end."""
    world.assign("Developer", SHOP_PROD, "GROUP", CONTRACTORS)
    world.unassign("Developer", SHOP_DEV, "GROUP", DEVELOPERS)
    world.assign("Auditor", AUDIT, "USER", ADA)
    world.unassign("Auditor", PAY_DEV, "GROUP", AUDITORS)
    world.unassign("Auditor", SHOP_DEV, "GROUP", CONTRACTORS)
    world.assign("Auditor", SHOP_DEV, "GROUP", CONTRACTORS)
    world.set_duration("Auditor", "PT12H")
    world.attach("Auditor", BILLING)
    world.write_policy(PAY_DEV, "/remit/Guardrail", ANYTHING)
    world.write_policy(SHOP_DEV, "/remit/Standalone", {**ANYTHING, "Sid": "Hand"})
    world.delete_policy(PAY_DEV, "/remit/Standalone")


REPORTED = {
    ("changed", "report", "permission set Auditor"),
    ("unmanaged", "report", f"Auditor in audit ({AUDIT}): user ada@shop.example"),
    ("missing", "report", f"Auditor in pay-dev ({PAY_DEV}): group auditors@shop.example"),
    ("changed", "report", f"policy /remit/Standalone in shop-dev ({SHOP_DEV})"),
    ("missing", "report", f"policy /remit/Standalone in pay-dev ({PAY_DEV})"),
}


def configure(world: World, more: dict[str, Any]) -> None:
    """The engine has a salt of its own in the file, which belongs to the commit."""
    file = world.folder / "Pulumi.test.yaml"
    there = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**there, "config": {**there["config"], **more}}))


def days_later(world: World) -> None:
    world.environment |= {"PYTHONPATH": str(LATER), "REMIT_TEST_DAYS": "4"}


def scheduled(world: World, *arguments: str) -> Run:
    return world.run("up", "--yes", "--skip-preview", "--scheduled", *arguments)


@pytest.mark.parametrize("mode", ["aliases", "pooled"])
def test_after_a_scheduled_run_all_is_as_planned_but_what_is_left_to_people(fresh: World, mode: str) -> None:
    world = fresh
    configure(world, {"remit:fanOut": mode, "remit:maxRevoke": "60%"})
    some_of_it_ends(world)
    repository(world)
    world.up()
    assert drift_of(world)[0] == 0

    tamper(world)
    world.edit("access.yaml", "groups: [developers]", "groups: [developers, contractors]")
    commit(world, "waits for the stack")
    account = world.create_account("search-dev", "Workloads/Dev")
    days_later(world)
    before = world.permission_sets()["Auditor"]
    output = world.folder / "state" / "drift.json"
    done = scheduled(world, "--drift", str(output))
    assert done.code == 0, done.text

    assert told(drift_of(world)[1]) == REPORTED, done.text
    grants, policies = world.grants(), world.policies()
    assert ("Auditor", SHOP_DEV, "GROUP", CONTRACTORS) not in grants
    assert {("Developer", account, "GROUP", DEVELOPERS), ("Auditor", account, "GROUP", AUDITORS)} <= grants
    assert {(account, "Guardrail"), (account, "Standalone")} <= policies.keys()
    assert "Soon" not in str(policies[account, "Standalone"])
    after = world.permission_sets()["Auditor"]
    assert VIEW in str(before)
    assert after == {
        **before,
        "aws_managed_policies": [each for each in before["aws_managed_policies"] if each != VIEW],
    }
    said = json.loads(output.read_text())
    assert {mode for _, mode, _ in told(said)} == {"enforce"}
    assert len(said["repair"]["repaired"]) == len(said["drift"]) == 3
    assert said["repair"]["left"] == []

    there = world.state()
    again = scheduled(world, "--expect-no-changes")
    assert again.code == 0, again.text
    assert world.state() == there
    assert told(drift_of(world)[1]) == REPORTED
    assert world.json_of("stacks", "--json")["stacks"][0]["state"] == "waiting"

    world.assign("Auditor", SHOP_DEV, "GROUP", CONTRACTORS)  # what has ended, and is given again by hand
    world.attach("Auditor", VIEW)
    world.write_policy(account, "/remit/Standalone", {**ANYTHING, "Sid": "Soon"})
    done = scheduled(world, "--drift", str(output))
    assert done.code == 0, done.text
    assert told(drift_of(world)[1]) == REPORTED, done.text
    assert (world.grants(), world.policies(), world.permission_sets()["Auditor"]) == (grants, policies, after)
    said = json.loads(output.read_text())
    assert {mode for _, mode, _ in told(said)} == {"enforce"}
    assert (len(said["repair"]["repaired"]), said["repair"]["left"]) == (3, [])
    assert scheduled(world, "--expect-no-changes").code == 0

    shown = world.preview("--diff").text
    for what in (f"{AUDIT}/USER/{ADA}", f"{PAY_DEV}/GROUP/{AUDITORS}"):
        assert what in shown
    world.up("--refresh")  # a merge applies everything
    assert drift_of(world)[0] == 0


def test_without_a_catalog_that_the_stack_got_nothing_runs(world: World) -> None:
    done = scheduled(world)
    assert done.code == 1
    assert "nothing runs again" in done.text
    assert "excludes --promote" in scheduled(world, "--promote").text


def test_a_refused_run_does_not_make_the_next_one_give_back_what_is_only_reported(world: World) -> None:
    """It reads anew what it is to revert; what somebody took away of the same permission set is not forgotten by it."""
    world.edit("access.yaml", "targets: ou:Workloads", "targets: ou:Workloads/Dev")
    world.add(
        "more.yaml",
        "access:\n"
        "  - {groups: [developers], permission_sets: [Developer], targets: ou:Workloads/Prod, drift: report}\n",
    )
    repository(world)
    world.up()
    configure(world, {"remit:maxRevoke": 0})
    commit(world, "takes nothing away")
    world.up()
    gone, hand = ("Developer", SHOP_PROD, "GROUP", DEVELOPERS), ("Developer", SHOP_DEV, "GROUP", CONTRACTORS)
    world.unassign(*gone)
    world.assign(*hand)
    done = scheduled(world)
    assert done.code != 0, "maxRevoke refuses it"
    assert hand in world.grants()
    world.unassign(*hand)
    done = scheduled(world)
    assert done.code == 0, done.text
    assert gone not in world.grants(), done.text


def test_what_a_failed_merge_took_away_no_run_gives_back(world: World) -> None:
    """The stack has the commit of before, as a whole; the runs that nobody looks at go by the one that was begun."""
    repository(world)
    world.up()
    assert world.up("--expect-no-changes").code == 0, "what is recorded of the commit is no change by itself"
    gone = ("Developer", SHOP_PROD, "GROUP", DEVELOPERS)
    world.edit("access.yaml", "targets: ou:Workloads", "targets: ou:Workloads/Dev")
    world.edit("managed.yaml", 'Action: "logs:Get*"', 'Action: "logs:List*"')
    commit(world, "developers leave production")
    world.break_role(PAY_DEV)
    assert world.run("up", "--yes", "--skip-preview").code == 1
    assert gone not in world.grants()

    done = world.command("repair", "--stack", world.stack)
    assert gone not in world.grants(), done.text
    done = scheduled(world)
    assert done.code == 1, "the account without its role is there still"
    assert "of which the last run of stack test did not make everything" in done.text
    assert gone not in world.grants()
    assert world.json_of("stacks", "--json")["stacks"][0]["state"] == "waiting", "such a run records nothing"

    world.mend_role(PAY_DEV)
    assert scheduled(world).code == 0
    assert "logs:List*" in str(world.policies()[PAY_DEV, "Standalone"])
    assert scheduled(world, "--expect-no-changes").code == 0
    world.up()
    assert world.json_of("stacks", "--json")["stacks"][0]["state"] == "current"

    world.edit("managed.yaml", 'Action: "logs:List*"', 'Action: "logs:Get*"')
    world.break_role(PAY_DEV)
    assert world.run("up", "--yes", "--skip-preview").code == 1
    done = scheduled(world)
    assert done.code == 1
    assert "was begun from a catalog that is in no commit" in " ".join(done.text.split())
