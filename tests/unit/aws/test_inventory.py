"""Reading an organization whole: what does not depend on each other is read at once, and the first error ends it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from remit.aws.iam import Iam
from remit.aws.inventory import Inventory
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.refusals import NotFoundError
from remit.aws.session import Aws
from remit.aws.throttle import StoppableSleep
from remit.errors import AccessDeniedError, AwsError
from remit.importing.found import Found, PolicyFilter
from remit.importing.work_file import WorkFile
from remit.organization import Account, Organization
from remit.spoke_role import SpokeRole
from tests.unit.aws.fake_session import INSTANCE, FakeSession, an_error, an_organization

SETS = {f"Set{number:03}": f"{INSTANCE}/ps-{number}" for number in range(40)}


class Center(FakeSession):
    """Permission sets without anything in them, each assigned to a group in two accounts."""

    def answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation == "get_permissions_boundary_for_permission_set":
            raise an_error("ResourceNotFoundException")
        if operation == "list_accounts_for_provisioned_permission_set":
            return {"AccountIds": ["000000000001", "000000000002"]}
        if operation == "list_account_assignments":
            return {"AccountAssignments": [{"PrincipalType": "GROUP", "PrincipalId": "g-0000", **parameters}]}
        known = operation in {"list_permission_sets", "describe_permission_set"}
        return super().answer(operation, parameters) if known else {}


class TwoPolicies:
    """`MemberCalls` for accounts with two policies, of which one is deleted as soon as it was listed."""

    def call(self, member: Member, operation: str, **parameters: Any) -> dict[str, Any]:
        if operation == "GetAccountAuthorizationDetails":
            return {"Policies": [self._policy(member.account, name) for name in ("Guard", "Gone")]}
        assert operation == "GetPolicy"
        arn = parameters["PolicyArn"]
        if arn.endswith("Gone"):
            raise NotFoundError(f"policy {arn} was not found")
        return {"Policy": {"Description": f"of {member.account}"}}

    @staticmethod
    def _policy(account: str, name: str) -> dict[str, Any]:
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": {"Statement": []}}
        arn = f"arn:aws:iam::{account}:policy/{name}"
        return {"Arn": arn, "PolicyName": name, "Path": "/", "PolicyVersionList": [version]}


def taken(
    tmp_path: Path, look_up: Any, sleep: Any, clock: Any = lambda: 0.0, calls: TwoPolicies | None = None
) -> Found:
    center = Center(an_organization().model_copy(update={"permission_sets": SETS}))
    aws = Aws("us-east-1", session=lambda: center, sleep=sleep, clock=clock)
    work = WorkFile(tmp_path / "work.jsonl", INSTANCE, datetime(2026, 6, 1, tzinfo=UTC))
    stop = sleep.stop if isinstance(sleep, StoppableSleep) else lambda: None
    inventory = Inventory(
        aws,
        Iam(calls or TwoPolicies()),
        INSTANCE,
        look_up,
        work,
        spoke=SpokeRole("RemitSpoke"),
        progress=lambda _what, _done, _total: None,
        stop=stop,
    )
    return inventory.take(PolicyFilter())


def test_identity_center_is_read_while_the_organization_is_looked_up(tmp_path: Path) -> None:
    read = threading.Event()
    organization = an_organization()

    def look_up() -> Organization:
        assert read.wait(30), "nothing is read until the organization is known"
        return organization

    found = taken(tmp_path, look_up, lambda _: read.set())
    assert len(found.permission_sets) == len(SETS)
    assert {each.principal for each in found.assignments} == {"group-0000"}
    assert len(found.assignments) == 2 * len(SETS)
    assert found.organization == organization


def test_each_policy_is_read_with_the_description_that_iam_tells_of_it_alone(tmp_path: Path) -> None:
    found = taken(tmp_path, an_organization, lambda _: None)
    assert {each.name for each in found.policies} == {"Guard"}, "and without what is gone since"
    assert {each.description for each in found.policies} == {f"of {each.account}" for each in found.policies}
    assert len(found.policies) == len(found.organization.active_accounts) > 0


def test_the_first_error_ends_what_still_waits_for_its_turn(tmp_path: Path) -> None:
    def look_up() -> Organization:
        raise AwsError("organizations:ListAccounts was denied")

    with pytest.raises(AwsError, match="ListAccounts was denied"):
        taken(tmp_path, look_up, StoppableSleep())  # by this clock each turn comes later than the one before
    assert not [path for path in tmp_path.iterdir() if path.read_text().count('["permission set') > len(SETS) / 2]


def test_a_reading_that_goes_on_looks_up_the_organization_as_it_is_now(tmp_path: Path) -> None:
    taken(tmp_path, an_organization, lambda _: None)
    grown = with_an_account(an_organization())
    assert taken(tmp_path, lambda: grown, lambda _: None).organization == grown


def with_an_account(organization: Organization) -> Organization:
    accounts = (*organization.accounts, Account(id="000000000999", name="new"))
    return organization.model_copy(update={"accounts": accounts})


@pytest.mark.parametrize("field", ["groups", "accounts"])
def test_who_came_while_assignments_were_read_is_looked_up_once_more(tmp_path: Path, field: str) -> None:
    whole = an_organization()
    known = [each for each in getattr(whole, field) if each.id not in {"g-0000", "000000000002"}]
    lookups = [whole, whole.model_copy(update={field: tuple(known)})]
    found = taken(tmp_path, lookups.pop, lambda _: None)
    assert lookups == []
    assert found.organization == whole
    assert {each.principal for each in found.assignments} == {"group-0000"}


def test_who_is_gone_is_looked_up_twice_and_no_more(tmp_path: Path) -> None:
    gone = an_organization().model_copy(update={"groups": ()})
    lookups = [gone, gone]
    found = taken(tmp_path, lookups.pop, lambda _: None)
    assert {each.principal for each in found.assignments} == {""}


class Failing(TwoPolicies):
    """`MemberCalls` that fail in one account."""

    def __init__(self, error: AwsError) -> None:
        self._error = error

    def call(self, member: Member, operation: str, **parameters: Any) -> dict[str, Any]:
        if member.account == "000000000002":
            raise self._error
        return super().call(member, operation, **parameters)


@pytest.mark.parametrize("error", [SpokeRoleError("no role"), AccessDeniedError("iam: denied")])
def test_an_account_that_cannot_be_read_is_told(tmp_path: Path, error: AwsError) -> None:
    found = taken(tmp_path, an_organization, lambda _: None, calls=Failing(error))
    assert found.unread == {"000000000002": str(error)}


def test_what_ails_more_than_one_account_ends_the_reading(tmp_path: Path) -> None:
    error = AwsError("sts:AssumeRole: the AWS credentials are not valid any more")
    with pytest.raises(AwsError, match="not valid any more"):
        taken(tmp_path, an_organization, lambda _: None, calls=Failing(error))
    assert "assignments" in (tmp_path / "work.jsonl").read_text()
