"""Drift is told and reverted entry by entry, by the catalog that a stack has; a catalog reaches stack after stack."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import boto3

from tests.e2e.by_hand import INSTANCE
from tests.e2e.world import (
    ADA,
    AUDIT,
    AUDITORS,
    CONTRACTORS,
    DEVELOPERS,
    PAY_DEV,
    SHOP_DEV,
    SHOP_PROD,
    Run,
    World,
)

ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def git(world: World, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@shop.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=world.folder, check=True, capture_output=True)


def commit(world: World, message: str) -> None:
    git(world, "add", "policies", ".gitignore", "--", *(path.name for path in world.folder.glob("Pulumi.*.yaml")))
    git(world, "commit", "--quiet", "--message", message)


def repository(world: World) -> None:
    git(world, "init", "--quiet")
    (world.folder / ".gitignore").write_text("*\n!/policies/\n!/policies/**\n!/Pulumi.*.yaml\n!/.gitignore\n")
    commit(world, "first")


def remit(world: World, verb: str, *arguments: str) -> Run:
    return world.command(verb, *arguments)


def drift_of(world: World, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = remit(world, "drift", "--stack", world.stack, "--json", *arguments)
    text = done.text[done.text.index("{") : done.text.rindex("}") + 1]
    return done.code, json.loads(text)


def told(drift: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(each["change"], each["mode"], each["title"]) for each in drift["drift"]}


def as_ada(world: World, service: str) -> Any:
    session = boto3.Session(aws_access_key_id="ada", aws_secret_access_key="x", region_name="us-east-1")
    return session.client(service, endpoint_url=world.sandbox.url)


ENFORCED = {
    ("changed", "enforce", "permission set Developer"),
    ("unmanaged", "enforce", f"Developer in shop-prod ({SHOP_PROD}): group contractors@shop.example"),
    ("missing", "enforce", f"Developer in shop-dev ({SHOP_DEV}): group developers@shop.example"),
    ("changed", "enforce", f"policy /remit/Guardrail in shop-dev ({SHOP_DEV})"),
}
REPORTED = {
    ("changed", "report", "permission set Auditor"),
    ("unmanaged", "report", f"Auditor in audit ({AUDIT}): user ada@shop.example"),
    ("missing", "report", f"Auditor in shop-dev ({SHOP_DEV}): group auditors@shop.example"),
    ("missing", "report", f"policy /remit/Standalone in shop-dev ({SHOP_DEV})"),
    ("missing", "report", f"Developer in audit ({AUDIT}): group auditors@shop.example"),
    ("unmanaged", "report", "permission set ByHand"),
    ("unmanaged", "report", f"ByHand in shop-dev ({SHOP_DEV}): user ada@shop.example"),
}


def leave_to_people(world: World) -> None:
    """Entries of each kind say `drift: report`."""
    world.edit("access.yaml", "permission_sets: [Auditor]\n", "permission_sets: [Auditor]\n    drift: report\n")
    world.add(
        "more.yaml",
        "access:\n  - {groups: [auditors], permission_sets: [Developer], targets: 'account:audit', drift: report}\n",
    )
    world.edit("permission-sets.yaml", "description: Reads\n", "description: Reads\n    drift: report\n")
    world.edit(
        "managed.yaml", "description: Attached to nothing\n", "description: Attached to nothing\n    drift: report\n"
    )


def tamper(world: World) -> None:
    """Changes of each kind, by hand, to entries of both modes; some of them Ada's."""
    world.assign("Developer", SHOP_PROD, "GROUP", CONTRACTORS)
    world.unassign("Developer", SHOP_DEV, "GROUP", DEVELOPERS)
    world.unassign("Developer", AUDIT, "GROUP", AUDITORS)
    world.assign("Auditor", AUDIT, "USER", ADA)
    world.unassign("Auditor", SHOP_DEV, "GROUP", AUDITORS)
    world.write_policy(SHOP_DEV, "/remit/Guardrail", ANYTHING)
    world.delete_policy(SHOP_DEV, "/remit/Standalone")
    world.set_duration("Auditor", "PT12H")
    as_ada(world, "sso-admin").update_permission_set(
        InstanceArn=INSTANCE,
        PermissionSetArn=world._permission_set("Developer")["PermissionSetArn"],
        Description="Day-to-day development",
        SessionDuration="PT1H",
    )
    as_ada(world, "sso-admin").create_permission_set(InstanceArn=INSTANCE, Name="ByHand")
    world.assign("ByHand", SHOP_DEV, "USER", ADA)


def test_a_repair_reverts_what_is_enforced_and_nothing_that_is_reported_or_waits(fresh: World) -> None:
    world = fresh
    leave_to_people(world)
    repository(world)
    world.up()
    assert drift_of(world)[0] == 0

    tamper(world)
    world.edit("permission-sets.yaml", "Day-to-day development", "Words that wait")
    world.edit("access.yaml", "groups: [developers]", "groups: [developers, contractors]")
    commit(world, "waits for the stack")

    code, drift = drift_of(world, "--who")
    assert code == 3
    assert told(drift) == ENFORCED | REPORTED
    by_title = {each["title"]: each for each in drift["drift"]}
    changed = by_title["permission set Developer"]
    assert changed["differences"] == [{"field": "session_duration", "catalog": "PT8H", "live": "PT1H"}]
    assert changed["source"] == {"file": "policies/permission-sets.yaml", "line": 2}
    assert [(each["event"], each["by"].rpartition("/")[2]) for each in changed["who"]] == [
        ("UpdatePermissionSet", "ada")
    ]
    assert by_title["permission set ByHand"]["who"][0]["by"].endswith(":user/ada")
    statements = by_title[f"policy /remit/Guardrail in shop-dev ({SHOP_DEV})"]["differences"]
    assert [each["field"] for each in statements] == ["statement Read", "statement Build", "statement 1"]
    assert statements[-1] == {"field": "statement 1", "catalog": None, "live": ANYTHING}

    before = world.grants(), world.policies(), world.permission_sets()
    output = world.folder / "state" / "repair.json"
    done = remit(world, "repair", "--stack", world.stack, "--output", str(output))
    assert done.code == 0, done.text
    assert told(drift_of(world)[1]) == REPORTED
    grants, policies, permission_sets = world.grants(), world.policies(), world.permission_sets()
    assert before[0] - grants == {("Developer", SHOP_PROD, "GROUP", CONTRACTORS)}
    assert grants - before[0] == {("Developer", SHOP_DEV, "GROUP", DEVELOPERS)}
    assert {name for name in policies if policies[name] != before[1].get(name)} == {(SHOP_DEV, "Guardrail")}
    assert permission_sets["Developer"] == {**before[2]["Developer"], "session_duration": "PT8H"}
    assert {**permission_sets, "Developer": 0} == {**before[2], "Developer": 0}
    said = json.loads(output.read_text())
    assert len(said["repair"]["repaired"]) == len(ENFORCED)
    assert said["repair"]["left"] == []

    calls_before = world.state()
    assert remit(world, "repair", "--stack", world.stack).code == 0
    assert world.state() == calls_before  # nothing is enforced any more, so nothing runs

    world.up("--refresh")  # a merge applies everything
    left = {title for _, _, title in told(drift_of(world)[1])}
    assert left == {"permission set ByHand", f"ByHand in shop-dev ({SHOP_DEV}): user ada@shop.example"}


def test_a_catalog_reaches_stack_after_stack_and_none_is_jumped_over(fresh: World) -> None:
    world = fresh
    (world.folder / "Pulumi.test.yaml").unlink()
    world.edit("organization.yaml", "group_suffix", "promotion: [dev, prod]\ngroup_suffix")
    world.add_stack("dev", scope=["ou:Workloads/Dev"], permissionSets="refer")
    world.add_stack("prod", scope=["ou:Workloads/Prod"])
    repository(world)

    def promote(stack: str) -> Run:
        return world.run("up", "--yes", "--skip-preview", "--promote", stack=stack)

    def states() -> dict[str, tuple[str, list[str]]]:
        done = remit(world, "stacks", "--json")
        assert done.code == 0, done.text
        told = json.loads(done.text)["stacks"]
        return {each["name"]: (each["state"], [c["subject"] for c in each["waiting"] or ()]) for each in told}

    refused = promote("prod")
    assert refused.code == 1
    assert "stack prod comes after dev: dev has never been applied with success" in refused.text
    assert promote("dev").code == 0
    assert promote("prod").code == 0
    assert states() == {"dev": ("current", []), "prod": ("current", [])}

    world.edit("managed.yaml", 'Action: "logs:Get*"', 'Action: "logs:List*"')
    refused = promote("dev")
    assert "changes that are in no commit" in refused.text
    commit(world, "Lists logs")
    world.break_role(PAY_DEV)
    assert promote("dev").code != 0  # one account of many
    assert states() == {"dev": ("waiting", ["Lists logs"]), "prod": ("waiting", ["Lists logs"])}
    refused = promote("prod")
    assert refused.code == 1
    assert "has not got this catalog: it failed there, or did not run yet" in refused.text
    world.mend_role(PAY_DEV)
    assert promote("dev").code == 0
    assert states() == {"dev": ("current", []), "prod": ("waiting", ["Lists logs"])}
    git(world, "checkout", "--quiet", "HEAD~1")
    assert "has a newer catalog already" in promote("dev").text
