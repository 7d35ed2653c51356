"""Accounts and groups come, move and go; the catalog stays as it is."""

from __future__ import annotations

import pytest

from tests.e2e.world import AUDITORS, DEVELOPERS, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World


def test_a_new_account_in_an_ou_gets_its_policies_and_assignments(world: World) -> None:
    account = world.create_account("search-dev", "Workloads/Dev")
    assert world.steps() == {
        ("create", f"{account}/Guardrail"),
        ("create", f"{account}/Standalone"),
        ("update", "Developer"),
        ("update", "Auditor"),
    }
    world.up()
    world.assert_converged()
    assert ("Developer", account, "GROUP", DEVELOPERS) in world.grants()
    assert (account, "Guardrail") in world.policies()


def test_an_account_that_moves_gets_the_access_of_its_new_place(world: World) -> None:
    world.move_account(PAY_DEV, "Workloads/Prod")
    assert {("update", f"{PAY_DEV}/Guardrail"), ("delete", f"{PAY_DEV}/Standalone")} <= world.steps()
    world.up()
    world.assert_converged()
    assert (PAY_DEV, "Standalone") not in world.policies()


def test_an_account_that_leaves_every_target_loses_policies_and_access(world: World) -> None:
    world.edit("managed.yaml", 'targets: "*"', "targets: ou:Workloads")
    world.move_account(PAY_DEV, "Security")
    world.up()
    world.assert_converged()
    assert not {policy for policy in world.policies() if policy[0] == PAY_DEV}
    assert ("Developer", PAY_DEV, "GROUP", DEVELOPERS) not in world.grants()


def test_a_suspended_account_leaves_the_state_without_a_call_and_blocks_nothing(world: World) -> None:
    world.suspend(SHOP_DEV)
    world.edit("managed.yaml", '["ecs:*", "lambda:*"]', '["ecs:*"]')
    run = world.up()
    assert SHOP_DEV in run.text
    assert not [urn for urn in world.urns() if SHOP_DEV in urn]
    assert "ecs:*" in str(world.policies()[PAY_DEV, "Guardrail"])
    assert "lambda" not in str(world.policies()[PAY_DEV, "Guardrail"])
    world.refresh()
    world.preview("--expect-no-changes")


def test_a_renamed_group_keeps_its_access_once_the_catalog_follows(world: World) -> None:
    before = world.grants()
    world.rename_group(DEVELOPERS, "builders@shop.example")
    refused = world.run("preview")
    assert refused.code != 0
    assert "access.yaml:2" in refused.text
    assert "developers@shop.example" in refused.text
    world.edit("access.yaml", "groups: [developers]", "groups: [builders]")
    world.preview("--expect-no-changes")
    assert world.grants() == before


def test_a_group_that_disappears_is_an_error_at_its_rule_and_then_its_access_goes(world: World) -> None:
    world.delete_group(AUDITORS)
    refused = world.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "access.yaml:5" in refused.text
    world.edit("access.yaml", "groups: [auditors]", "groups: [contractors]")
    world.up()
    world.assert_converged()
    assert not [grant for grant in world.grants() if grant[3] == AUDITORS]
    assert [grant for grant in world.grants() if grant[1] == SHOP_PROD and grant[0] == "Auditor"]


@pytest.mark.parametrize("mode", ["aliases", "pooled"])
def test_an_account_that_moves_to_another_stack_is_handed_over_and_loses_nothing(fresh: World, mode: str) -> None:
    world, scope = fresh, ["ou:Workloads/Prod", "ou:Security", "management"]
    world.configure(fanOut=mode, scope=scope)
    world.up()
    world.add_stack("dev", fanOut=mode, scope=["ou:Workloads/Dev"], permissionSets="refer")
    world.up(stack="dev")
    had = {name for account, name in world.policies() if account == SHOP_DEV}
    assert had == {"Guardrail", "Standalone"}
    assert ("Developer", SHOP_DEV, "GROUP", DEVELOPERS) in world.grants()

    world.move_account(SHOP_DEV, "Workloads/Prod")
    before = world.policies(), world.grants()
    refused = world.command("retire", "--stack", "dev", "--account", PAY_PROD)
    assert (refused.code, f"nothing in the state is of {PAY_PROD}" in refused.text) == (2, True)
    done = world.command("retire", "--stack", "dev", "--account", SHOP_DEV)
    assert (done.code, f"account {SHOP_DEV} is another stack's" in done.text) == (0, True), done.text
    assert "its policies stay: /remit/Guardrail, /remit/Standalone" in done.text
    world.up(stack="dev")
    assert not [urn for urn in world.urns("dev") if SHOP_DEV in urn]
    world.configure(fanOut=mode, scope=scope, adopt=True)
    world.up()
    assert (world.policies(), world.grants()) == before, "nobody lost anything, not even for a while"

    world.configure(fanOut=mode, scope=scope)
    world.up()
    statements = world.policies()[SHOP_DEV, "Guardrail"]["document"]["Statement"]
    assert {each["Sid"] for each in statements} == {"Read", "Keep"}, "as in production"
    for stack in (world.stack, "dev"):
        assert world.steps("--refresh", stack=stack) == set()
