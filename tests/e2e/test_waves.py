"""Policies reach the accounts wave by wave, and a wave that fails stops the ones after it."""

from __future__ import annotations

from tests.e2e.test_adoption import configure
from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World

DEV, PROD = {SHOP_DEV, PAY_DEV}, {SHOP_PROD, PAY_PROD, AUDIT}


def test_a_wave_waits_for_the_one_before_it_and_never_begins_after_a_failure(fresh: World) -> None:
    configure(fresh, waves=["ou:Workloads/Dev", "*"], fanOut="aliases")
    fresh.break_role(SHOP_DEV)
    for options in ((), ("--continue-on-error",)):
        run = fresh.run("up", "--yes", "--skip-preview", *options)
        assert run.code != 0
        assert {account for account, _ in fresh.policies()} <= DEV - {SHOP_DEV}, run.text
    fresh.mend_role(SHOP_DEV)
    fresh.up()
    fresh.assert_converged()
    assert fresh.steps() == set()
