"""From nothing to everything, and back to nothing."""

from __future__ import annotations

import pytest

from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World


@pytest.fixture
def warm() -> None:
    """Every program starts for real."""


def test_the_first_preview_shows_all_and_writes_nothing(fresh: World) -> None:
    everywhere = {SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT}
    assert fresh.steps() == {
        *(("create", f"{account}/Guardrail") for account in everywhere),
        *(("create", f"{account}/Standalone") for account in (SHOP_DEV, PAY_DEV)),
        ("create", "Developer"),
        ("create", "Auditor"),
    }
    assert fresh.grants() == set()
    assert fresh.policies() == {}


@pytest.mark.parametrize("sandbox", [{"account_paths": False}], indirect=True)
def test_an_organization_that_does_not_say_where_its_accounts_are_gives_the_same_plan(fresh: World) -> None:
    plan = fresh.plan()
    assert {each["account"] for each in plan["managed_policies"]} == {SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV, AUDIT}
    assert len(plan["assignments"]) == 4 + 4


def test_a_catalog_that_names_one_group_looks_up_that_one(fresh: World) -> None:
    fresh.add("access.yaml", 'access: [{groups: [auditors], permission_sets: [Auditor], targets: "*"}]\n')
    fresh.forget_calls()
    assert {each["principal"] for each in fresh.plan()["assignments"]} == {"auditors@shop.example"}
    assert {call for call in fresh.calls() if call.startswith("identitystore:")} == {"identitystore:GetGroupId"}


def test_the_first_up_makes_what_the_plan_says(fresh: World) -> None:
    fresh.up()
    fresh.assert_converged()
    assert len(fresh.grants()) == 4 + 4
    assert len(fresh.policies()) == 5 + 2


def test_a_preview_without_a_change_expects_none(world: World) -> None:
    world.preview("--expect-no-changes")
    assert world.steps("--refresh") == set()


def test_a_second_up_makes_no_call_that_writes(world: World) -> None:
    world.forget_calls()
    world.up()
    writes = {call for call in world.calls() if call.split(":")[1].startswith(("Create", "Update", "Delete", "Put"))}
    assert writes == set()


def test_destroy_leaves_nothing(world: World) -> None:
    world.destroy()
    assert world.grants() == set()
    assert world.policies() == {}
    assert world.permission_sets() == {}
