"""A stack's policies, dealt out to stacks of their own, the Identity Center part run after them."""

from __future__ import annotations

from remit.sharding import shard_of
from tests.e2e.test_adoption import configure
from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World

ACCOUNTS = (SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT)
WRITES = {"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "cloudcontrol:DeleteResource"}


def test_a_stack_is_split_without_touching_a_policy_and_each_shard_has_its_accounts(fresh: World) -> None:
    world = fresh
    configure(world, fanOut="pooled")
    world.up()
    whole = world.policies(), world.grants()
    configure(world, fanOut="pooled", shard="identity-center")
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
    world.edit("managed.yaml", '["ecs:*", "lambda:*"]', '["ecs:*"]')
    changed = {number: world.steps(stack=name) for number, name in enumerate(names, 1)}
    assert changed == {
        number: {("update", account) for account in (SHOP_DEV, PAY_DEV) if shard_of(account, 2) == number}
        for number in (1, 2)
    }
