"""What the bootstrap's preview role can see: no spoke role trusts it."""

from __future__ import annotations

from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World


def test_a_preview_gets_into_no_account_where_credentials_are_not_validated(world: World) -> None:
    everywhere = {SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT}
    for account in everywhere:
        world.break_role(account)
    world.edit("managed.yaml", '"s3:Get*"', '"s3:GetObject"')
    world.environment["AWS_SKIP_CREDENTIALS_VALIDATION"] = "true"
    world.forget_calls()
    assert world.steps() == {("update", f"{account}/Guardrail") for account in everywhere}
    assert not [call for call in world.calls() if "AssumeRole" in call]
