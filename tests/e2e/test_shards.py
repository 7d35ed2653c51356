"""A stack's policies, dealt out to stacks of their own, the Identity Center part run after them."""

from __future__ import annotations

import pytest

from remit.sharding import shard_of
from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World

ACCOUNTS = (SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT)
WRITES = {"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "cloudcontrol:DeleteResource"}


WAVES = ["ou:Workloads/Dev", "*"]
CHANGES = {"pooled": lambda account: ("update", account), "aliases": lambda account: ("update", f"{account}/Guardrail")}


@pytest.mark.parametrize("mode", CHANGES)
def test_a_stack_is_split_without_touching_a_policy_and_each_shard_has_its_accounts(fresh: World, mode: str) -> None:
    world, adopt = fresh, mode == "aliases"  # pooled, what is as wanted is taken over by itself
    world.configure(fanOut=mode, waves=WAVES)
    world.up()
    whole = world.policies(), world.grants()
    world.configure(fanOut=mode, waves=WAVES, shard="identity-center", adopt=adopt)
    shards = world.json_of(
        "shards", "--stack", world.stack, "--max-accounts", "4", "--shards", "2", "--write", "--json"
    )
    names = [job["stack"] for job in shards["include"]]
    assert names == [f"{world.stack}-shard-1", f"{world.stack}-shard-2"]
    for name in names:
        world.init_stack(name)
    world.forget_calls()
    for stack in (world.stack, *names, world.stack):
        world.up(stack=stack)
        assert (world.policies(), world.grants()) == whole
    assert not world.calls() & WRITES

    for number, name in enumerate(names, 1):
        mine = {account for account in ACCOUNTS if shard_of(account, 2) == number}
        assert {
            account for account in ACCOUNTS if any(urn.endswith(f"::{account}") for urn in world.urns(name))
        } == mine
    for name in names if adopt else ():
        file = world.folder / f"Pulumi.{name}.yaml"
        file.write_text("".join(line for line in file.read_text().splitlines(True) if "remit:adopt" not in line))
    world.edit("managed.yaml", '["ecs:*", "lambda:*"]', '["ecs:*"]')
    changed = {number: world.steps(stack=name) for number, name in enumerate(names, 1)}
    assert changed == {
        number: {CHANGES[mode](account) for account in (SHOP_DEV, PAY_DEV) if shard_of(account, 2) == number}
        for number in (1, 2)
    }
