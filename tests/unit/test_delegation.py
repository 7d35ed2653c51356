"""Management account or delegated administrator: whose permission sets are whose."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from remit.errors import CatalogError, Problem
from remit.plan import Plan, make_plan
from remit.stack import PermissionSetsMode, Stack
from tests.unit.small_world import AT, MANAGEMENT, ORGANIZATION, SHOP, catalog_of

CATALOG = """
permission_sets:
  - {name: Engineer, aws_managed_policies: [ReadOnlyAccess]}
  - {name: Billing, aws_managed_policies: [job-function/Billing]}
  - {name: Spare, aws_managed_policies: [ReadOnlyAccess]}
access:
  - groups: [engineers]
    permission_sets: [Engineer]
    targets: "*"
  - groups: [sre]
    permission_sets: [Billing]
    targets: management
"""
BOTH = CATALOG.replace("targets: management", 'targets: ["*", management]')
ENDED = f"{CATALOG}    expires: 2026-01-01\n"


def stack(mode: PermissionSetsMode) -> Stack:
    return Stack("test", ("management",) if mode == "own-management" else ("*",), mode)


def planned(text: str, stack: Stack, caller: str = "", at: datetime = AT, *, reads_only: bool = False) -> Plan:
    organization = ORGANIZATION.model_copy(update={"caller": caller})
    return make_plan(catalog_of(text), organization, at=at, stack=stack, reads_only=reads_only)


def problems(text: str, stack: Stack, caller: str = "") -> tuple[Problem, ...]:
    with pytest.raises(CatalogError) as error:
        planned(text, stack, caller)
    return error.value.problems


def owned(plan: Plan) -> set[str]:
    return {each.name for each in plan.permission_sets}


def test_the_two_halves_are_all_permission_sets_and_share_none() -> None:
    of_management, of_members = planned(CATALOG, stack("own-management")), planned(CATALOG, stack("own-members"), SHOP)
    assert owned(of_management) == {"Billing"}
    assert owned(of_members) == {"Engineer", "Spare"}, "what nobody is given is no concern of the management account"
    assert {each.account for each in of_management.assignments} == {MANAGEMENT}
    assert MANAGEMENT not in {each.account for each in of_members.assignments}


def test_a_delegated_administrator_has_nothing_to_do_with_the_sets_of_the_management_account() -> None:
    for mode in ("own-members", "refer"):
        plan = planned(CATALOG, stack(mode), SHOP)
        assert set(plan.references) == {"Engineer", "Spare"}
        assert plan.left_alone == {"Billing"}


def test_the_stack_of_the_management_account_sees_what_is_assigned_there_by_hand() -> None:
    assert set(planned(CATALOG, stack("own-management")).references) == {"Engineer", "Billing", "Spare"}


def test_whoever_looks_at_the_half_of_the_management_account_sees_all_of_it() -> None:
    """Else its guard would take every assignment there for one that is taken away."""
    own, looked_at = (planned(CATALOG, stack("own-management"), who, reads_only=True) for who in (MANAGEMENT, SHOP))
    assert (looked_at.references, looked_at.left_alone, owned(looked_at)) == (own.references, frozenset(), owned(own))
    assert {each.key for each in looked_at.assignments} == {each.key for each in own.assignments}


def test_no_permission_set_changes_hands_by_the_clock() -> None:
    for at in (datetime(2025, 1, 1, tzinfo=UTC), AT):
        assert owned(planned(ENDED, stack("own-management"), at=at)) == {"Billing"}
        assert "Billing" not in owned(planned(ENDED, stack("own-members"), at=at))


def test_one_permission_set_in_both_halves_is_told_where_it_is_given() -> None:
    for mode in ("own-management", "own-members"):
        (problem,) = problems(BOTH, stack(mode))
        assert str(problem.source).endswith("c.yaml:11")
        assert "'Billing' is given in the management account, and in others (" in problem.message
        assert "make another permission set for the management account" in problem.remedy
    assert planned(BOTH, stack("own"), MANAGEMENT), "the management account may do both"


def test_a_delegated_administrator_owns_no_set_of_the_management_account() -> None:
    (problem,) = problems(CATALOG, stack("own"), SHOP)
    assert str(problem.source).endswith("c.yaml:11")
    assert "remit:permissionSets: own-members" in problem.remedy
    assert MANAGEMENT in problem.remedy
    assert planned(CATALOG, stack("own"), MANAGEMENT)
    assert planned(CATALOG, stack("own")), "an organization in a file has no caller"
    assert planned(CATALOG.replace("targets: management", 'targets: "*"'), stack("own"), SHOP)


def test_a_delegated_administrator_gives_nothing_in_the_management_account() -> None:
    (problem,) = problems(CATALOG, Stack("test", ("*", "management"), "refer"), SHOP)
    assert "write no `management` in remit:scope" in problem.remedy
    assert planned(CATALOG, Stack("test", ("*",), "refer"), SHOP)


def test_scopes_that_contradict_the_half_are_told() -> None:
    (inside,) = problems(CATALOG, Stack("test", ("*", "management"), "own-members"))
    assert "take `management` out" in inside.remedy
    (outside,) = problems(CATALOG, Stack("test", ("*",), "own-management"))
    assert "`remit:scope: [management]`" in outside.remedy
    assert str(inside.source) == str(outside.source) == "Pulumi.test.yaml"


def test_the_half_of_the_management_account_wants_credentials_of_it_for_what_writes() -> None:
    (problem,) = problems(CATALOG, stack("own-management"), SHOP)
    assert f"the caller is in {SHOP}" in problem.message
    looked_at = planned(CATALOG, stack("own-management"), SHOP, reads_only=True)
    assert (looked_at.warnings, owned(looked_at)) == ((problem,), {"Billing"})
