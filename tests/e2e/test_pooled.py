"""Policies pooled through the remit provider: the same promises as with an alias for each account, and the way over."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.e2e.world import AUDIT, DEVELOPERS, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World

WORKLOADS = (SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV)
MEMBER_CALLS = {"sts:AssumeRole", "iam:GetAccountAuthorizationDetails"}


@pytest.fixture
def pooled(fresh: World) -> World:
    """A stack with an own path in IAM, before its first `up`."""
    fresh.configure(fanOut="pooled", ownedPath="/remit/", unmanagedPolicies="remove")
    return fresh


def test_the_main_job_without_an_alias(pooled: World) -> None:
    pooled.up()
    pooled.assert_converged()
    pooled.forget_calls()
    pooled.preview("--expect-no-changes")
    assert not {call for call in pooled.calls() if call.startswith(("sts:Assume", "iam:"))}, "no call to a member"
    pooled.refresh()
    assert {call for call in pooled.calls() if call.startswith(("sts:Assume", "iam:"))} == MEMBER_CALLS

    before = pooled.policies()
    pooled.write_policy(SHOP_DEV, "/remit/Guardrail", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    pooled.delete_policy(PAY_DEV, "/remit/Standalone")
    stray = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam = pooled.client("iam", SHOP_PROD)
    iam.create_policy(PolicyName="Stray", Path="/remit/", PolicyDocument=json.dumps(stray))
    shown = pooled.preview("--refresh", "--diff").text
    assert ["Stray" in shown, "Standalone" in shown, "Build" in shown] == [True, True, True]
    pooled.up("--refresh")
    assert pooled.policies() == before

    pooled.edit("managed.yaml", "name: Guardrail", "name: Rail")
    pooled.edit("permission-sets.yaml", "[Guardrail]", "[Rail]")
    pooled.up()
    pooled.assert_converged()
    assert {name for _, name in pooled.policies()} == {"Rail", "Standalone"}, "moved over, and the old ones gone"
    pooled.destroy()
    assert pooled.policies() == {}


def test_accounts_come_and_go(pooled: World) -> None:
    pooled.up()
    new = pooled.create_account("search-dev", "Workloads/Dev")
    pooled.break_role(new)
    pooled.suspend(SHOP_DEV)
    pooled.preview("--refresh")  # which asks what became of the account, by the preview role
    pooled.edit("managed.yaml", 'targets: "*"', "targets: ou:Workloads")  # the audit account leaves
    pooled.edit("managed.yaml", '["ecs:*", "lambda:*"]', '["ecs:*"]')
    failed = pooled.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert f"account {new}: the role RemitSpoke cannot be assumed. Is it there yet" in failed.text
    assert "lambda" not in str(pooled.policies()[PAY_DEV, "Guardrail"]), "the others went on"
    assert (AUDIT, "Guardrail") not in pooled.policies()
    assert not [urn for urn in pooled.urns() if SHOP_DEV in urn], "nobody can delete anything there"
    pooled.mend_role(new)
    pooled.up()
    assert (new, "Guardrail") in pooled.policies()
    assert ("Developer", new, "GROUP", DEVELOPERS) in pooled.grants()
    pooled.preview("--refresh", "--expect-no-changes")


def test_a_killed_run_that_saved_nothing_is_found_again(fresh: World) -> None:
    """As with PULUMI_SKIP_CHECKPOINTS=true: what a killed run did is there, and the state does not know it."""
    world = fresh
    world.configure(fanOut="pooled", permissionSets="refer")
    for change in ("", '["ecs:*", "lambda:*"]'):
        if change:
            world.edit("managed.yaml", change, '["ecs:*"]')
        saved = world.folder.parent / "saved"
        shutil.copytree(world.folder / "state", saved)
        world.up()
        made = world.policies()
        shutil.rmtree(world.folder / "state")
        saved.rename(world.folder / "state")
        world.forget_calls()
        world.up()
        asked = {call for call in world.calls() if call.startswith("iam:")} - MEMBER_CALLS
        assert asked == (set() if change else {"iam:GetPolicy"}), "the description of what the state does not know"
        assert world.policies() == made
        world.preview("--refresh", "--expect-no-changes")


FAULTS = {
    "pooled": (
        ({"throttle": 30, "calls": ["iam:*", "sts:*"]}, ()),
        ({"expired": 20, "calls": ["iam:*"]}, ()),
        ({"denied": 100, "calls": ["iam:CreatePolicy*"], "accounts": [PAY_DEV]}, (PAY_DEV,)),
        ({"denied": 100, "calls": ["sts:AssumeRole"], "accounts": [AUDIT]}, (AUDIT,)),
    ),
    "aliases": (
        ({"throttle": 20, "calls": ["cloudcontrol:*", "sts:*"]}, ()),
        ({"denied": 100, "calls": ["cloudcontrol:UpdateResource"], "accounts": [PAY_DEV]}, (PAY_DEV,)),
        ({"denied": 100, "calls": ["sts:AssumeRole"], "accounts": [AUDIT]}, (AUDIT,)),
    ),
}


@pytest.mark.parametrize("mode", FAULTS)
def test_a_fault_in_one_account_is_told_and_the_others_are_completed(fresh: World, mode: str) -> None:
    fresh.configure(fanOut=mode, ownedPath="/remit/")
    fresh.up()
    for number, (fault, failing) in enumerate(FAULTS[mode]):
        old, new = ("s3:Get*" if not number else f"s3:Get{number}*"), f"s3:Get{number + 1}*"
        fresh.edit("managed.yaml", f'Action: "{old}"', f'Action: "{new}"')
        fresh._control("PUT", "faults", seed=5, **fault)
        run = fresh.run("up", "--yes", "--skip-preview")
        fresh._control("DELETE", "faults")
        assert (run.code != 0) == bool(failing), run.text
        for account in failing:
            assert account in run.text
        changed = {account for (account, name), each in fresh.policies().items() if new in str(each)}
        assert changed == {*WORKLOADS, AUDIT} - set(failing), f"{mode}, {fault}"
    fresh.up()
    fresh.assert_converged()


def test_auto_stays_with_the_way_that_a_stack_has_and_a_bare_engine_says_what_to_do(pooled: World) -> None:
    pooled.up()
    before = pooled.state()
    pooled.configure(ownedPath="/remit/", unmanagedPolicies="remove")  # auto: aliases, for five accounts
    told = " ".join(pooled.preview("--expect-no-changes").text.split())
    assert "auto means aliases for 5 accounts; this stack stays with pooled" in told
    assert f"remit switch --to aliases --stack {pooled.stack}" in told
    pooled.up()
    assert pooled.state() == before
    refused = pooled.bare("preview")
    assert refused.code != 0
    assert "`remit:fanOut: pooled` leaves them as they are, and so does `remit up`" in " ".join(refused.text.split())


def test_a_stack_goes_over_to_pooled_and_back_without_a_change_in_aws(world: World) -> None:
    before = world.state()
    for way, other in (("pooled", "aliases"), ("aliases", "pooled")):
        world.configure(fanOut=way)
        refused = world.run("up", "--yes", "--skip-preview")
        assert refused.code != 0
        assert f"remit switch --to {way}" in refused.text
        assert world.state() == before, f"nothing of {other} was deleted"
        world.forget_calls()
        moved = world.command("switch", "--to", way, "--stack", world.stack)
        assert (moved.code, world.calls()) == (0, set())
        assert world.steps("--refresh") == set()
        world.up()
        assert world.state() == before
    world.edit("managed.yaml", '["ecs:*", "lambda:*"]', '["ecs:*"]')
    world.up()
    world.assert_converged()


def test_a_repair_deletes_no_policy_under_the_owned_path_that_is_only_told(fresh: World) -> None:
    """The account's resource is a target because of another policy, and its refresh has shown the stranger."""
    world = fresh
    world.configure(fanOut="pooled", ownedPath="/remit/", unmanagedPolicies="remove", drift="report")
    world.edit("managed.yaml", "description: What developers may do\n", "description: Developers\n    drift: enforce\n")
    world.up()
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    stray = json.dumps({"Version": "2012-10-17", "Statement": [anything]})
    world.client("iam", SHOP_DEV).create_policy(PolicyName="Stray", Path="/remit/", PolicyDocument=stray)
    world.write_policy(SHOP_DEV, "/remit/Guardrail", anything)
    world.write_policy(SHOP_DEV, "/remit/Standalone", anything)
    before = world.policies()
    done = world.command("repair", "--stack", world.stack, "--work-tree")
    assert done.code == 0, done.text
    after = world.policies()
    assert {key for key in before if before[key] != after.get(key)} == {(SHOP_DEV, "Guardrail")}
    assert "Stray" in world.preview("--refresh", "--diff").text
