"""What was changed by hand comes back into the catalog, where it says `drift: adopt`: commits that say who and when."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.test_repair import as_ada, commit, drift_of, repository, told
from tests.e2e.workflows import Workflows
from tests.e2e.world import (
    AUDITORS,
    CONTRACTORS,
    DEVELOPERS,
    PAY_DEV,
    SHOP_DEV,
    SHOP_PROD,
    Run,
    World,
)
from tests.hosts.github import FakeGitHub
from tests.warm import LATER

BRANCH = "remit/sync"
BY_HAND = {"Sid": "Logs", "Effect": "Allow", "Action": ["logs:Get*", "logs:List*"], "Resource": "*"}
MANAGED = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Logs", "Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
}
INLINE = """description: Day-to-day development
    drift: adopt
    inline_policy:
      statements:
        # Whoever develops reads logs.
        - {Sid: Logs, Effect: Allow, Action: "logs:Get*", Resource: "*"}
"""


def git(world: World, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=world.folder, check=True, capture_output=True, text=True)
    return done.stdout


def sync(world: World, *arguments: str) -> Run:
    return world.command("sync", "--stack", world.stack, *arguments)


def document(run: Run) -> dict[str, Any]:
    """What --json printed, whatever was said beside it."""
    found: dict[str, Any] = json.loads(run.text[run.text.index("{\n") : run.text.rindex("}") + 1])
    return found


def adopting(world: World) -> None:
    """One policy, one permission set and the access to it follow what people do; all else is enforced."""
    world.edit("permission-sets.yaml", "description: Day-to-day development\n", INLINE)
    world.edit(
        "managed.yaml", "description: Attached to nothing\n", "description: Attached to nothing\n    drift: adopt\n"
    )
    world.edit(
        "access.yaml",
        "permission_sets: [Developer]\n",
        "permission_sets: [Developer]  # who builds\n    drift: adopt\n",
    )
    repository(world)
    world.up()


def change_by_hand(world: World) -> None:
    """An inline policy, a statement of a managed policy in one account, and two assignments; Ada's, but for one."""
    inline = json.dumps({"Version": "2012-10-17", "Statement": [BY_HAND]})
    as_ada(world, "sso-admin").put_inline_policy_to_permission_set(
        **world._permission_set("Developer"), InlinePolicy=inline
    )
    world.client("iam", SHOP_DEV).create_policy_version(
        PolicyArn=f"arn:aws:iam::{SHOP_DEV}:policy/remit/Standalone",
        PolicyDocument=json.dumps(MANAGED),
        SetAsDefault=True,
    )
    as_ada(world, "sso-admin").create_account_assignment(
        **world._assignment("Developer", SHOP_PROD, "GROUP", CONTRACTORS)
    )
    world.unassign("Developer", PAY_DEV, "GROUP", DEVELOPERS)


def test_changes_by_hand_become_commits_that_say_who_and_when_and_a_run_changes_nothing(fresh: World) -> None:
    world = fresh
    adopting(world)
    change_by_hand(world)
    head, files = git(world, "rev-parse", "HEAD"), git(world, "status", "--porcelain")

    done = sync(world, "--branch", BRANCH)
    assert done.code == 0, done.text
    assert (git(world, "rev-parse", "HEAD"), git(world, "status", "--porcelain")) == (head, files)
    messages = git(world, "log", "--reverse", "--format=%B%x00", f"HEAD..{BRANCH}").split("\x00\n")[:-1]
    assert [each.splitlines()[0] for each in messages] == [
        "Adopt permission set Developer: inline policy",
        "Adopt access to Developer: 1 given, 1 taken away",
        "Adopt policy Standalone: changed in shop-dev",
    ]
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    ada = f"  in AWS by arn:aws:iam::100000000001:user/ada, {today}"
    for text, event in zip(
        messages, ("PutInlinePolicyToPermissionSet", "CreateAccountAssignment", "CreatePolicyVersion"), strict=True
    ):
        (line,) = (line for line in text.splitlines() if event in line)
        assert line.startswith(ada if event != "CreatePolicyVersion" else "  in AWS by arn:aws:sts::")
        stack, tree = text.rstrip().splitlines()[-2:]
        assert (stack, tree.partition(": ")[0]) == (f"Remit-Stack: {world.stack}", "Remit-Tree")

    tip = git(world, "rev-parse", BRANCH)
    again = sync(world, "--branch", BRANCH, "--json")
    assert (again.code, git(world, "rev-parse", BRANCH)) == (0, tip)
    assert document(again)["commit"] == tip.strip()

    before = (world.folder / "policies" / "permission-sets.yaml").read_text()
    git(world, "checkout", "--quiet", BRANCH)
    after = (world.folder / "policies" / "permission-sets.yaml").read_text()
    assert [line for line in before.splitlines() if line not in after.splitlines()] == [
        '        - {Sid: Logs, Effect: Allow, Action: "logs:Get*", Resource: "*"}'
    ]
    assert "# Whoever develops reads logs." in after
    assert "# who builds" in (world.folder / "policies" / "access.yaml").read_text()
    assert drift_of(world, "--work-tree")[0] == 0
    assert sync(world).text.strip().endswith(f"Nothing to adopt from stack {world.stack}.")

    world.forget_calls()
    live = world.grants(), world.policies(), world.permission_sets()
    done = world.run("up", "--yes", "--skip-preview", "--refresh")
    assert done.code == 0, done.text
    assert [call for call in world.calls() if is_write(call)] == []
    assert (world.grants(), world.policies(), world.permission_sets()) == live
    assert drift_of(world)[0] == 0


def is_write(call: str) -> bool:
    """Whether a call changes access."""
    operation = call.partition(":")[2]
    return operation.startswith(("Create", "Put", "Update", "Delete", "Attach", "Detach", "Tag", "Untag", "Provision"))


def test_a_repair_keeps_what_is_to_be_adopted_and_a_sync_leaves_what_is_enforced(fresh: World) -> None:
    world = fresh
    adopting(world)
    change_by_hand(world)
    world.set_duration("Auditor", "PT12H")
    adopted = {each for each in told(drift_of(world)[1]) if each[1] == "adopt"}
    assert len(adopted) == 4

    done = world.command("repair", "--stack", world.stack)
    assert done.code == 0, done.text
    assert told(drift_of(world)[1]) == adopted
    assert world.permission_sets()["Auditor"]["session_duration"] == "PT1H"

    world.assign("Auditor", SHOP_DEV, "GROUP", CONTRACTORS)
    done = sync(world)
    assert done.code == 0, done.text
    assert "3 files written" in done.text
    left = told(drift_of(world, "--work-tree")[1])
    assert {(change, mode) for change, mode, _ in left} == {("unmanaged", "enforce")}


def test_what_waits_for_the_stack_is_neither_adopted_nor_lost(fresh: World) -> None:
    """The catalog in the repository is ahead of the one that the stack has."""
    world = fresh
    adopting(world)
    world.set_duration("Developer", "PT4H")
    world.assign("Developer", SHOP_PROD, "GROUP", CONTRACTORS)
    world.edit("permission-sets.yaml", "ReadOnlyAccess", "ReadOnlyAccess, SecurityAudit")
    world.edit("access.yaml", "groups: [developers]", "groups: [developers, auditors]")
    commit(world, "waits for the stack")

    done = sync(world, "--json")
    found = document(done)
    assert done.code == 3
    assert [each["subject"] for each in found["changes"]] == ["Adopt access to Developer: 1 given"]
    assert [each["what"] for each in found["left"]] == ["permission set Developer"]
    assert "groups: [developers, auditors]" in (world.folder / "policies" / "access.yaml").read_text()
    assert not any(AUDITORS in each for each in found["changes"][0]["adopts"])


def test_the_daily_workflow_proposes_it_and_withdraws_what_somebody_took_back(fresh: World) -> None:
    """The job that reads AWS writes a file; another one, without a role, makes a pull request of it."""
    world = fresh
    adopting(world)
    world.assign("Developer", SHOP_PROD, "GROUP", CONTRACTORS)
    with FakeGitHub() as host:
        flows = Workflows(world, host)
        known = {"needs__drift__result": "success"}
        for _ in range(2):
            flows.new_run()
            ran = flows.run("drift", "drift", matrix__stack=world.stack)
            assert not ran.failed, ran.text
            ran = flows.run("drift", "adopt", **known)
            assert not ran.failed, ran.text
        (pull,) = host.pulls.values()
        assert pull["head"]["ref"] == f"remit/sync-{world.stack}"
        assert "group contractors@shop.example: given" in pull["body"]
        (proposed,) = host.commits.values()
        assert proposed["parents"] == [git(world, "rev-parse", "HEAD").strip()]
        assert "administrator" in proposed["message"]
        (change,) = host.trees[proposed["tree"]]
        assert change["path"] == "policies/access.yaml"
        assert "- groups: [contractors]" in change["content"]

        flows.new_run()
        assert not flows.run("drift", "adopt", **known).failed  # nobody could read: it stays
        assert pull["state"] == "open"
        world.unassign("Developer", SHOP_PROD, "GROUP", CONTRACTORS)
        assert not flows.run("drift", "drift", matrix__stack=world.stack).failed
        assert not flows.run("drift", "adopt", **known).failed
        assert pull["state"] == "closed"


def test_access_that_has_ended_is_no_change_by_hand(fresh: World) -> None:
    """An end date is meant: what is still there after it is never written into the catalog for good."""
    world = fresh
    world.add(
        "more.yaml",
        "access:\n  - {groups: [contractors], permission_sets: [Developer], targets: 'account:shop-dev', "
        f"expires: {datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}}}\n",
    )
    adopting(world)
    later = {"PYTHONPATH": str(LATER), "REMIT_TEST_DAYS": "4"}
    world.environment |= later
    assert {(change, mode) for change, mode, _ in told(drift_of(world)[1])} == {("unmanaged", "adopt")}
    assert sync(world).text.strip().endswith(f"Nothing to adopt from stack {world.stack}.")


def permission_sets(world: World) -> dict[str, dict[str, Any]]:
    """As they are, however the text of a document is laid out."""
    return {
        name: {**fields, "inline_policy": json.loads(fields["inline_policy"] or "null")}
        for name, fields in world.permission_sets().items()
    }


def test_a_merge_applies_its_own_and_takes_back_nothing_that_waits_to_be_adopted(fresh: World) -> None:
    world = fresh
    adopting(world)
    change_by_hand(world)
    world.set_duration("Auditor", "PT12H")  # enforced
    world.edit("permission-sets.yaml", "session_duration: 8h", "session_duration: 4h")
    world.edit("access.yaml", "groups: [developers]", "groups: [developers, auditors]")
    commit(world, "Shorter days")
    adopted = {each for each in told(drift_of(world, "--work-tree")[1]) if each[1] == "adopt"}

    before = world.grants(), world.policies(), permission_sets(world)
    previewed = world.run("preview", "--refresh")
    assert previewed.code == 0, previewed.text
    assert "4 changes made by hand stay as they are, for `remit sync` to adopt:" in previewed.text
    assert (world.grants(), world.policies(), permission_sets(world)) == before

    done = world.run("up", "--yes", "--skip-preview", "--refresh")
    assert done.code == 0, done.text
    sets = permission_sets(world)
    assert sets["Developer"] == {**before[2]["Developer"], "session_duration": "PT4H"}
    assert sets["Auditor"]["session_duration"] == "PT1H"
    assert world.policies() == before[1]
    assert before[0] - world.grants() == set()
    assert ("Developer", SHOP_DEV, "GROUP", AUDITORS) in world.grants()
    left = told(drift_of(world)[1])
    assert {each[2] for each in left} < {each[2] for each in adopted}
    assert len(left) == 4

    done = world.run("up", "--scheduled", "--yes", "--skip-preview")  # the refresh took nothing for the stack's own
    assert done.code == 0, done.text
    assert world.policies() == before[1]
    assert told(drift_of(world)[1]) == left

    assert sync(world).code == 0
    commit(world, "Adopt")
    world.up("--refresh")
    assert (world.policies(), permission_sets(world)) == (before[1], sets)
    assert drift_of(world)[0] == 0
