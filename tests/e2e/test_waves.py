"""Policies reach the accounts wave by wave, and a wave that fails stops the ones after it."""

from __future__ import annotations

import pytest

from tests.e2e.world import PAY_DEV, SHOP_DEV, World

STOP = {"embedded": "--stop-on-error", "pulumi": "--continue-on-error=false"}


@pytest.mark.parametrize("mode", ["aliases", "pooled"])
def test_a_wave_waits_for_the_one_before_it_and_never_begins_after_a_failure(fresh: World, mode: str) -> None:
    fresh.configure(waves=["ou:Workloads/Dev", "*"], fanOut=mode)
    fresh.break_role(SHOP_DEV)
    for options in ((STOP[fresh.engine],), ()) if mode == "aliases" else ((),):
        run = fresh.run("up", "--yes", "--skip-preview", *options)
        assert run.code != 0
        assert {account for account, _ in fresh.policies()} <= {PAY_DEV}, run.text
    assert {account for account, _ in fresh.policies()} == {PAY_DEV}, "the run goes on within the wave"
    fresh.mend_role(SHOP_DEV)
    fresh.up()
    fresh.assert_converged()
    assert fresh.steps() == set()
