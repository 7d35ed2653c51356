"""Waves, and what a shard has of a plan."""

from __future__ import annotations

import pytest

from remit.errors import CatalogError
from remit.plan import make_plan
from remit.sharding import Shard
from remit.stack import Stack
from remit.waves import wave_numbers
from tests.unit.small_world import AT, EVERYWHERE, LAB, ORGANIZATION, PAYMENTS, PAYMENTS_DEV, SHOP, ZERO, catalog_of

CATALOG = catalog_of("""\
managed_policies:
  - {name: Guard, path: /remit/, description: "of {{stack}}", targets: "*",
     statements: [{Effect: Deny, Action: "iam:*", Resource: "*"}]}
permission_sets: [{name: Engineer, customer_managed_policies: [Guard]}]
access: [{groups: [engineers], permission_sets: [Engineer], targets: "*"}]
""")


def test_the_first_wave_that_selects_an_account_has_it_and_the_rest_comes_last() -> None:
    assert wave_numbers("dcba", [frozenset("b"), frozenset("ab")]) == {"a": 2, "b": 1, "c": 3, "d": 3}


def test_waves_are_selectors() -> None:
    stack = Stack("prod", waves=("ou:Sandbox", "ou:Workloads/Dev", "*"))
    plan = make_plan(CATALOG, ORGANIZATION, at=AT, stack=stack)
    assert plan.waves == {LAB: 1, ZERO: 1, PAYMENTS_DEV: 2, PAYMENTS: 3, SHOP: 3}


def test_a_wave_of_nobody_is_an_error() -> None:
    with pytest.raises(CatalogError, match="Canary"):
        make_plan(CATALOG, ORGANIZATION, at=AT, stack=Stack("prod", waves=("ou:Canary", "*")))


def test_shards_and_the_identity_center_part_make_up_the_whole() -> None:
    whole = make_plan(CATALOG, ORGANIZATION, at=AT, stack=Stack("prod"))
    center = make_plan(CATALOG, ORGANIZATION, at=AT, stack=Stack("prod", shard="identity-center"))
    assert (center.managed_policies, center.assignments) == ((), whole.assignments)
    assert (center.permission_sets, center.scope) == (whole.permission_sets, whole.scope)
    parts = [
        make_plan(
            CATALOG,
            ORGANIZATION,
            at=AT,
            stack=Stack(f"prod-shard-{number}", permission_sets="refer", shard=Shard(number, 3)),
        )
        for number in (1, 2, 3)
    ]
    policies = sorted((policy for part in parts for policy in part.managed_policies), key=lambda each: each.account)
    assert tuple(policies) == whole.managed_policies
    assert {policy.description for policy in policies} == {"of prod"}
    assert {account for part in parts for account in part.waves} == EVERYWHERE
    assert all((part.permission_sets, part.assignments, part.references) == ((), (), {}) for part in parts)
