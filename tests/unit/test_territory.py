"""Several stacks of one catalog: every account has at most one, the permission sets exactly one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from remit.sharding import Shard, shard_of
from remit.stack import PermissionSetsMode, Stack
from remit.territory import StackFile, territory_problems
from tests.unit.small_world import EVERYWHERE, ORGANIZATION, PAYMENTS, SHOP


def file(
    name: str, *scope: str, owns: bool = False, shard: Shard | Literal["identity-center"] | None = None
) -> StackFile:
    stack = Stack(name, scope=scope, permission_sets="own" if owns else "refer", shard=shard)
    return StackFile(Path(f"Pulumi.{name}.yaml"), stack)


PROD = file("prod", "ou:Workloads/Prod", owns=True)


def test_scopes_that_share_no_account_are_right() -> None:
    assert territory_problems([PROD, file("dev", "ou:Workloads/Dev")], ORGANIZATION) == ()


def test_a_shared_account_names_both_files_and_the_account() -> None:
    (problem,) = territory_problems([PROD, file("pay", "tag:team=pay", "account:Shop")], ORGANIZATION)
    for part in ("Pulumi.prod.yaml", "Pulumi.pay.yaml", PAYMENTS, SHOP):
        assert part in problem.message


def test_of_many_shared_accounts_some_are_named_and_the_rest_is_counted() -> None:
    (problem,) = territory_problems([file("one", "*", owns=True), file("two", "*")], ORGANIZATION)
    assert problem.message.endswith(" more in their scope")


def test_exactly_one_stack_owns_the_permission_sets() -> None:
    dev = file("dev", "ou:Workloads/Dev")
    (two,) = territory_problems([PROD, file("dev", "ou:Workloads/Dev", owns=True)], None)
    assert "Pulumi.prod.yaml and Pulumi.dev.yaml both own" in two.message
    (none,) = territory_problems([dev, file("lab", "account:lab")], None)
    assert "none of Pulumi.dev.yaml, Pulumi.lab.yaml owns" in none.message
    assert territory_problems([dev], None) == ()


def test_the_two_halves_of_the_permission_sets_have_one_owner_each() -> None:
    def half(name: str, mode: PermissionSetsMode) -> StackFile:
        return StackFile(Path(f"Pulumi.{name}.yaml"), Stack(name, (f"account:{name}",), mode))

    members, management = half("lab", "own-members"), half("shop", "own-management")
    assert territory_problems([members, management], ORGANIZATION) == ()
    (none,) = territory_problems([members, file("dev", "ou:Workloads/Dev")], None)
    assert "owns the permission sets of the management account" in none.message
    assert none.remedy == "write `remit:permissionSets: own-management` in one of them"
    (two,) = territory_problems([PROD, management], None)
    assert "both own the permission sets of the management account" in two.message


def test_shards_and_their_identity_center_part_share_a_scope_and_no_work() -> None:
    whole = file("prod", "*", owns=True, shard="identity-center")
    shards = [file(f"prod-shard-{number}", "*", shard=Shard(number, 3)) for number in (1, 2, 3)]
    assert territory_problems([whole, *shards], ORGANIZATION) == ()
    of_two = file("prod-shard-9", "*", shard=Shard(1, 2))
    shared = {account for account in EVERYWHERE if shard_of(account, 2) == 1}
    problems = " ".join(str(problem) for problem in territory_problems([whole, *shards, of_two], ORGANIZATION))
    assert all(account in problems for account in shared)
    assert "remit:shard of the same number" in problems
    (twice,) = territory_problems([whole, file("pay", "tag:team=pay")], ORGANIZATION)
    assert PAYMENTS in twice.message
