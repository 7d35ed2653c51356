"""Nobody loses access by accident: too much at once, one's own, or what others made by hand."""

from __future__ import annotations

from tests.e2e.world import (
    ADA,
    AUDIT,
    AUDITORS,
    CONTRACTORS,
    MANAGEMENT,
    PAY_DEV,
    PAY_PROD,
    SHOP_DEV,
    SHOP_PROD,
    Run,
    World,
)

OWN = ("Auditor", MANAGEMENT, "GROUP", AUDITORS)
WORKLOADS = (SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV)


def refusal(run: Run) -> str:
    assert run.code != 0, run.text
    return " ".join(run.text.split())


def test_a_run_that_takes_away_too_much_writes_nothing_and_says_who_would_lose_what(world: World) -> None:
    world.configure(maxRevoke=3)
    before = world.state()
    world.edit("access.yaml", "targets: ou:Workloads", "targets: account:audit")
    world.edit("managed.yaml", '"s3:DeleteBucket"', '["s3:DeleteBucket"]')
    for run in (world.run("preview"), world.run("up", "--yes", "--skip-preview")):
        text = refusal(run)
        assert "would take away 4 of the 8 assignments in the stack" in text
        assert "remit:maxRevoke (3) allows 3" in text
        assert f"Developer from group developers@shop.example in {SHOP_PROD} (shop-prod), {PAY_PROD} (pay-prod)" in text
        assert f"{PAY_DEV} (pay-dev) If that is meant, set remit:maxRevoke to 4" in text
    assert world.state() == before
    world.configure(maxRevoke=4)
    world.up()
    world.assert_converged()


def test_a_permission_set_that_leaves_the_catalog_counts_with_all_that_hold_it(world: World) -> None:
    world.configure(maxRevoke=7)
    world.add("access.yaml", "access: []\n")
    world.add("permission-sets.yaml", "permission_sets: []\n")
    text = refusal(world.run("preview"))
    assert "would take away 8 of the 8" in text
    assert "Auditor from group auditors@shop.example" in text


def test_what_was_made_by_hand_counts_as_well(world: World) -> None:
    world.configure(maxRevoke=3)
    for account in WORKLOADS:
        world.assign("Auditor", account, "GROUP", CONTRACTORS)
    before = world.state()
    for run in (world.run("preview", "--refresh"), world.run("up", "--refresh", "--yes", "--skip-preview")):
        text = refusal(run)
        assert "would take away 4 of the 12" in text
        assert "Auditor from group contractors@shop.example" in text
    assert world.state() == before
    # Without a refresh no state knows of them: what is live is held against the limit before each write.
    world.edit("access.yaml", "except: account:pay-prod", "except: account:shop-prod")
    text = refusal(world.run("up", "--yes", "--skip-preview"))
    assert "would take away 5 of the 12" in text
    assert world.state() == before


def test_what_was_made_by_hand_in_an_account_that_joins_the_scope_is_in_the_preview(world: World) -> None:
    """No refresh has looked there: it reads the scope of the last run."""
    world.configure(scope=["ou:Workloads"])
    world.up()
    by_hand = {("Auditor", AUDIT, "USER", ADA), ("Auditor", AUDIT, "GROUP", CONTRACTORS)}
    for each in by_hand:
        world.assign(*each)
    world.move_account(AUDIT, "Workloads/Dev")
    text = world.run("preview", "--refresh").text
    assert "Auditor, made by hand in accounts that join the scope, to be removed" in text
    assert all(f"{AUDIT}/{kind}/{principal}" in text for _, _, kind, principal in by_hand)
    world.configure(scope=["ou:Workloads"], maxRevoke=1)
    for run in (world.run("preview", "--refresh"), world.run("up", "--refresh", "--yes", "--skip-preview")):
        assert "would take away 2 of the" in refusal(run)
    assert by_hand <= world.grants()


def test_a_permission_set_that_leaves_the_catalog_stays_where_the_stack_no_longer_is(world: World) -> None:
    world.add_stack("dev", scope=["ou:Workloads/Dev"], permissionSets="refer", maxRevoke="100%")
    world.run("up", "--yes", "--skip-preview", stack="dev")
    there = {each for each in world.grants() if each[1] == SHOP_DEV}
    world.move_account(SHOP_DEV, "Workloads/Prod")
    world.add("access.yaml", "access: []\n")
    world.add("permission-sets.yaml", "permission_sets: []\n")
    text = world.run("up", "--yes", "--skip-preview", stack="dev").text
    assert "Auditor, assigned in accounts that left the scope, let go of, and still there" in text
    assert there <= world.grants()
    assert not any(account == PAY_DEV for _, account, _, _ in world.grants())


def test_the_first_run_of_a_stack_does_not_sweep_away_what_it_finds(world: World) -> None:
    world.add_stack("dev", scope=["ou:Workloads/Dev"], permissionSets="refer", maxRevoke=1)
    for account in (SHOP_DEV, PAY_DEV):
        world.assign("Auditor", account, "GROUP", CONTRACTORS)
    before = world.state()
    for verb in (("preview",), ("up", "--yes", "--skip-preview")):
        assert "would take away 2 of the 6" in refusal(world.run(*verb, stack="dev"))
    assert world.state() == before


def test_nobody_takes_away_their_own_access_unless_they_say_so(world: World) -> None:
    world.edit("access.yaml", 'targets: "*"', 'targets: ["*", management]')
    world.up()
    sign_in(world, "Auditor")
    world.edit("access.yaml", 'targets: ["*", management]', 'targets: "*"')
    for run in (world.run("preview"), world.run("up", "--yes", "--skip-preview")):
        text = refusal(run)
        assert f"ada is signed in with permission set Auditor in account {MANAGEMENT}" in text
        assert "set remit:allowSelfLockout to true" in text
    assert OWN in world.grants()
    assert "take away your own access" in refusal(world.run("destroy", "--yes", "--skip-preview"))
    assert OWN in world.grants()
    world.configure(allowSelfLockout=True)
    world.up()
    assert OWN not in world.grants()


def sign_in(world: World, permission_set: str) -> None:
    """From now on the runs are those of somebody who came through Identity Center."""
    roles = world.client("iam").list_roles(PathPrefix="/aws-reserved/sso.amazonaws.com/")["Roles"]
    (role,) = [each["Arn"] for each in roles if each["RoleName"].startswith(f"AWSReservedSSO_{permission_set}_")]
    keys = world.client("sts").assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
    world.caller = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
