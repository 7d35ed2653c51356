"""Least privilege in a preview, and how one stops using Remit."""

from __future__ import annotations

from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World


def test_a_preview_gets_into_no_account_where_credentials_are_not_validated(world: World) -> None:
    """The bootstrap's preview role: no spoke role trusts it."""
    for account in (SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT):
        world.break_role(account)
    world.forget_calls()
    world.environment["AWS_SKIP_CREDENTIALS_VALIDATION"] = "true"
    world.preview("--expect-no-changes")
    assert not [call for call in world.calls() if "AssumeRole" in call]


def test_a_stack_that_is_removed_leaves_everything_as_it_is(world: World) -> None:
    before = world.grants(), world.policies(), world.permission_sets()
    done = world.command("stack", "rm", world.stack, "--force", "--yes")
    assert done.code == 0, done.text
    assert (world.grants(), world.policies(), world.permission_sets()) == before
    assert world.grants()
