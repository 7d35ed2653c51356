"""Policies that leave the catalog, or their account the stack: each is deleted sooner or later, and no other ever."""

from __future__ import annotations

import pytest

from tests.e2e.test_adoption import TRUST
from tests.e2e.test_waves import STOP
from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World

EVERYWHERE = {SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT}
RAIL = """managed_policies:
  - name: Rail
    path: /remit/
    description: Keeps to the road
    targets: "*"
    statements:
      - {Sid: Keep, Effect: Deny, Action: "s3:DeleteBucket", Resource: "*"}
"""
NOTHING = "managed_policies: []\n"


def having(world: World, name: str) -> set[str]:
    """The accounts that have a policy of the name."""
    return {account for account, each in world.policies() if each == name}


def test_what_a_run_made_that_was_cut_off_goes_when_its_commit_is_reverted(fresh: World) -> None:
    world = fresh
    world.configure(fanOut="pooled")
    world.up()
    world.add("rail.yaml", RAIL)
    world.edit("permission-sets.yaml", "description: Reads", "description: Reads all")
    world._control("PUT", "faults", seed=5, denied=100, calls=["cloudcontrol:UpdateResource"])
    failed = world.run("up", "--yes", "--skip-preview", STOP[world.engine])
    world._control("DELETE", "faults")
    assert failed.code != 0
    assert having(world, "Rail") == EVERYWHERE

    world.add("rail.yaml", NOTHING)
    told = world.preview("--diff").text.partition("remit:index:PolicyRemoval: (update)")[2]
    assert [account in told for account in sorted(EVERYWHERE)] == [True] * len(EVERYWHERE)
    assert "+ Rail" in told
    world.up()
    assert having(world, "Rail") == set()
    world.assert_converged()
    world.preview("--refresh", "--expect-no-changes")


def test_what_a_run_made_whose_removal_failed_goes_when_its_commit_is_reverted(fresh: World) -> None:
    """The Pulumi CLI keeps the old inputs of what failed in part. Meanwhile another account cannot be done at all."""
    world, standalone = fresh, f"arn:aws:iam::{SHOP_DEV}:policy/remit/Standalone"
    world.configure(fanOut="pooled")
    world.up()
    iam = world.client("iam", SHOP_DEV)
    iam.create_role(RoleName="legacy", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="legacy", PolicyArn=standalone)
    managed = (world.folder / "policies" / "managed.yaml").read_text()
    world.add("managed.yaml", managed.partition("  - name: Standalone")[0])
    world.add("rail.yaml", RAIL)
    world.break_role(AUDIT)
    failed = " ".join(world.run("up", "--yes", "--skip-preview").text.split())
    assert f"account {SHOP_DEV}: policy Standalone cannot be deleted while it is attached to role legacy" in failed
    assert having(world, "Standalone") == {SHOP_DEV}
    assert having(world, "Rail") == EVERYWHERE - {AUDIT}

    world.add("rail.yaml", NOTHING)
    world.mend_role(AUDIT)
    iam.detach_role_policy(RoleName="legacy", PolicyArn=standalone)
    world.up()
    world.assert_converged()
    assert world.steps() == set()
    world.preview("--refresh", "--expect-no-changes")


def test_a_wave_that_does_not_begin_keeps_what_left_the_catalog(fresh: World) -> None:
    world = fresh
    world.add("rail.yaml", RAIL)
    world.configure(fanOut="pooled", waves=["ou:Workloads/Dev", "*"])
    world.up()
    world.add("rail.yaml", NOTHING)
    world.break_role(SHOP_DEV)
    assert world.run("up", "--yes", "--skip-preview").code != 0
    assert having(world, "Rail") == EVERYWHERE - {PAY_DEV}, "the account of the first wave that was done"

    world.mend_role(SHOP_DEV)
    world.add("rail.yaml", RAIL)
    assert world.steps("--refresh") == {("update", PAY_DEV)}
    world.up()
    world.assert_converged()
    world.preview("--refresh", "--expect-no-changes")


def test_a_policy_goes_with_its_permission_set_or_in_the_run_after(fresh: World) -> None:
    """Where it was the account's only one, the engine deletes the account's resource after the permission set."""
    world = fresh
    world.configure(fanOut="pooled")
    world.up()
    policies = world.folder / "policies"
    managed, sets, access = (
        (policies / name).read_text() for name in ("managed.yaml", "permission-sets.yaml", "access.yaml")
    )
    world.add("managed.yaml", "managed_policies:\n  - name: Standalone" + managed.partition("  - name: Standalone")[2])
    world.add("permission-sets.yaml", "permission_sets:\n  - name: Auditor" + sets.partition("  - name: Auditor")[2])
    world.add("access.yaml", "access:\n  - groups: [auditors]" + access.partition("  - groups: [auditors]")[2])
    done = " ".join(world.up().text.split())
    assert f"left for a later run: account {SHOP_DEV}: policy Guardrail cannot be deleted while it is attached" in done
    assert "take it out of permission set Developer first" in done
    assert having(world, "Guardrail") == {SHOP_DEV, PAY_DEV}
    world.up()
    world.assert_converged()
    world.preview("--refresh", "--expect-no-changes")


@pytest.mark.parametrize("mode", ["aliases", "pooled"])
def test_an_account_that_leaves_the_scope_loses_its_policies_but_for_what_somebody_has(fresh: World, mode: str) -> None:
    world = fresh
    world.configure(fanOut=mode)
    world.up()
    given = {grant for grant in world.grants() if grant[1] == PAY_PROD}
    world.configure(fanOut=mode, scope=["ou:Workloads"])
    world.up()
    assert having(world, "Guardrail") == EVERYWHERE - {AUDIT}

    world.configure(fanOut=mode, scope=["ou:Workloads/Dev", "account:shop-prod"])
    for _ in range(2):
        refused = world.run("up", "--yes", "--skip-preview")
        assert refused.code != 0
        assert "Guardrail" in refused.text
        assert (PAY_PROD, "Guardrail") in world.policies(), "the permission set that was given there still needs it"
        assert {grant for grant in world.grants() if grant[1] == PAY_PROD} == given, "access is let go of, and stays"

    world.configure(fanOut=mode, scope=["ou:Workloads"])
    world.edit("access.yaml", "targets: ou:Workloads", "targets: ou:Workloads\n    except: account:pay-prod")
    world.up()
    world.configure(fanOut=mode, scope=["ou:Workloads/Dev", "account:shop-prod"])
    world.up()
    assert having(world, "Guardrail") == {SHOP_DEV, PAY_DEV, SHOP_PROD}
    world.preview("--refresh", "--expect-no-changes")
