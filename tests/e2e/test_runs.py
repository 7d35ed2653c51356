"""Runs that are interrupted, that fail halfway, and several stacks of one catalog."""

from __future__ import annotations

import pytest

from tests.e2e.world import AUDIT, CONTRACTORS, DEVELOPERS, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World

WORKLOADS = (SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV)


@pytest.mark.parametrize(("policies", "grants"), [(1, 0), (4, 0), (7, 1), (7, 5)])
def test_an_interrupted_run_loses_nothing_and_the_next_one_goes_on(fresh: World, policies: int, grants: int) -> None:
    fresh.slow(milliseconds=80)
    run = fresh.interrupted_up(lambda: len(fresh.policies()) >= policies and len(fresh.grants()) >= grants)
    assert run.code != 0, run.text
    known = {urn.rpartition("::")[2] for urn in fresh.urns()}
    assert {f"{account}/{name}" for account, name in fresh.policies()} <= known
    fresh.slow(milliseconds=0)
    fresh.up()
    fresh.assert_converged()


def test_a_wrong_catalog_is_told_in_words_and_nothing_is_written(fresh: World) -> None:
    fresh.edit("access.yaml", "targets: ou:Workloads", "targets: ou:Nowhere")
    failed = fresh.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "policies/access.yaml" in failed.text
    assert "no organizational unit 'Nowhere'" in failed.text
    assert "Traceback" not in failed.text
    assert not fresh.policies()


def test_a_failure_in_one_account_is_told_and_the_next_run_goes_on(fresh: World) -> None:
    fresh.break_role(AUDIT)
    failed = fresh.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert AUDIT in failed.text
    fresh.mend_role(AUDIT)
    fresh.up()
    fresh.assert_converged()


def test_a_failure_in_one_account_does_not_hold_back_the_others(fresh: World) -> None:
    fresh.edit("access.yaml", "targets: ou:Workloads", "targets: [ou:Workloads, account:audit]")
    fresh.break_role(AUDIT)
    failed = fresh.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert f"account {AUDIT}, group {DEVELOPERS}: create failed" in failed.text
    assert {account for account, name in fresh.policies() if name == "Guardrail"} == set(WORKLOADS)
    of_developers = {grant[1] for grant in fresh.grants() if grant[3] == DEVELOPERS}
    assert of_developers == set(WORKLOADS), "everybody but those of the failed account has access"
    fresh.mend_role(AUDIT)
    fresh.up()
    fresh.assert_converged()


def test_a_new_account_without_its_role_does_not_hold_back_a_change_elsewhere(world: World) -> None:
    new = world.create_account("shop-new", "Workloads/Dev")
    world.break_role(new)
    world.edit("access.yaml", "groups: [developers]", "groups: [developers, contractors]")
    failed = world.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert f"account {new}: the role RemitSpoke cannot be assumed. Is it there yet" in " ".join(failed.text.split())
    assert {grant[1] for grant in world.grants() if grant[3] == CONTRACTORS} == set(WORKLOADS)
    world.mend_role(new)
    world.up()
    world.assert_converged()


def test_a_permission_set_whose_update_aws_fails_waits_for_the_repair_and_then_converges(world: World) -> None:
    world.break_role(AUDIT)
    world.edit("managed.yaml", "description: Attached to nothing\n    targets: ou:Workloads/Dev", 'targets: "*"')
    world.edit("permission-sets.yaml", "description: Reads", "customer_managed_policies: [Standalone]")
    world.edit("access.yaml", "groups: [auditors]", "groups: [auditors, contractors]")
    world.edit("access.yaml", "groups: [developers]", "groups: [developers, contractors]")
    before = {grant for grant in world.grants() if grant[0] == "Auditor"}
    failed = world.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    assert "Standalone" in failed.text
    assert AUDIT in failed.text, "AWS provisions it to all accounts, or to none"
    assert {grant for grant in world.grants() if grant[0] == "Auditor"} == before
    of_contractors = {grant[1] for grant in world.grants() if grant[3] == CONTRACTORS}
    assert of_contractors == set(WORKLOADS), "another permission set is not held back"
    world.mend_role(AUDIT)
    world.up()
    world.assert_converged()
    assert world.steps() == set()


def test_two_stacks_promote_one_commit_and_never_touch_each_other(fresh: World) -> None:
    fresh.add_stack("dev", scope=["ou:Workloads/Dev"], permissionSets="refer")
    fresh.add_stack("prod", scope=["ou:Workloads/Prod", "ou:Security"], permissionSets="own")
    warned = fresh.up(stack="dev")
    assert "Developer" in warned.text
    fresh.up(stack="prod")
    fresh.up(stack="dev")
    everything = fresh.grants()
    assert {grant[1] for grant in everything} == {SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT}

    fresh.edit("access.yaml", "permission_sets: [Developer]", "permission_sets: [Developer, Auditor]")
    fresh.up(stack="dev")
    promoted = fresh.grants() - everything
    assert promoted == set() or {grant[1] for grant in promoted} <= {SHOP_DEV, PAY_DEV}
    assert everything <= fresh.grants()
    fresh.up(stack="prod")
    assert {grant[1] for grant in fresh.grants() - everything} == {SHOP_DEV, PAY_DEV, SHOP_PROD, PAY_PROD}
    for stack in ("dev", "prod"):
        assert fresh.steps(stack=stack) == set()
