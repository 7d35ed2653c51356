"""The reader: complete, in the fewest calls that it can know of, and never twice the same."""

from __future__ import annotations

import pytest

from remit.aws.assignments import AssignmentReader, PermissionSetGoneError
from tests.provider.fake_sso_admin import INSTANCE, OTHER_SET, PERMISSION_SET, FakeSsoAdmin
from tests.provider.plugin import A, B, C, Hurry, key, sso_admin

SETS = [f"arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-{number:016}" for number in range(20)]
BY_SET = "list_accounts_for_provisioned_permission_set"
BY_ACCOUNT = "list_permission_sets_provisioned_to_account"
PAIR = "list_account_assignments"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def reader(client: FakeSsoAdmin, clock: Clock | None = None) -> AssignmentReader:
    return AssignmentReader(sso_admin(client, Hurry()), INSTANCE, clock=clock or Clock())


def test_it_finds_groups_users_and_principals_that_are_gone_on_every_page() -> None:
    client = FakeSsoAdmin(page=2)
    keys = {key(account, f"p{n}", kind) for account in (A, B, C) for n in range(5) for kind in ("GROUP", "USER")}
    client.add(*keys)
    assert reader(client).live(PERMISSION_SET, (A, B, C)) == keys
    assert reader(client).live(PERMISSION_SET, None) == keys


def test_a_targeted_run_reads_its_own_permission_set_in_its_own_scope() -> None:
    client = FakeSsoAdmin()
    client.add(key(A, "g"), key(B, "g"), key(C, "g"))
    client.add(key(A, "g"), permission_set=OTHER_SET)
    assert reader(client).live(PERMISSION_SET, (A, B)) == {key(A, "g"), key(B, "g")}
    assert client.calls == {BY_SET: 1, PAIR: 2}


def test_many_permission_sets_in_few_accounts_are_read_by_account() -> None:
    client = FakeSsoAdmin(permission_sets=set(SETS))
    for arn in SETS:
        client.add(key(A, "g"), permission_set=arn)
    read = reader(client)
    for arn in SETS:
        assert read.live(arn, (A, B, C)) == {key(A, "g")}
    assert client.calls[BY_SET] == 3  # as many as there are accounts, then the other way
    assert client.calls[BY_ACCOUNT] == 3
    assert client.calls[PAIR] == len(SETS)


def test_few_permission_sets_in_many_accounts_are_read_by_permission_set() -> None:
    client = FakeSsoAdmin()
    scope = [f"{number:012}" for number in range(50)]
    client.add(key(scope[0], "g"))
    read = reader(client)
    read.live(PERMISSION_SET, scope)
    read.live(OTHER_SET, scope)
    assert client.calls == {BY_SET: 2, PAIR: 1}


def test_nothing_is_read_twice_until_it_is_written_or_old() -> None:
    client, clock = FakeSsoAdmin(), Clock()
    client.add(key(A, "g"))
    read = reader(client, clock)
    read.live(PERMISSION_SET, (A, B))
    calls = client.calls.total()
    read.live(PERMISSION_SET, (A, B))
    assert client.calls.total() == calls
    client.add(key(B, "g"))
    read.forget(PERMISSION_SET, (B,))
    assert read.live(PERMISSION_SET, (A, B)) == {key(A, "g"), key(B, "g")}
    client.live.clear()
    clock.now = 301.0
    assert read.live(PERMISSION_SET, (A, B)) == set()


def test_a_permission_set_that_does_not_exist_is_an_error_not_an_empty_set() -> None:
    with pytest.raises(PermissionSetGoneError, match="ListAccountsForProvisionedPermissionSet"):
        reader(FakeSsoAdmin(permission_sets=set())).live(PERMISSION_SET, (A,))


def test_an_account_that_aws_does_not_find_says_nothing_of_the_permission_sets() -> None:
    client = FakeSsoAdmin(permission_sets=set(SETS), unknown={C})
    for arn in SETS:
        client.add(key(A, "g"), key(C, "g"), permission_set=arn)
    read = reader(client)
    for arn in SETS:  # by permission set, and then by account
        assert read.live(arn, (A, B, C)) == {key(A, "g")}
    assert client.calls[BY_ACCOUNT] > 0
    assert read.unknown == {C}


def test_a_permission_set_that_goes_while_it_is_read_is_gone_not_its_accounts() -> None:
    class Vanishing(FakeSsoAdmin):
        def list_account_assignments(self, **call: str) -> dict[str, object]:
            self.permission_sets.clear()
            return super().list_account_assignments(**call)

    client = Vanishing()
    client.add(key(A, "g"))
    read = reader(client)
    with pytest.raises(PermissionSetGoneError):
        read.live(PERMISSION_SET, (A,))
    assert read.unknown == set()


def test_reading_tells_how_far_it_is() -> None:
    client = FakeSsoAdmin()
    client.add(key(A, "g"), key(B, "g"))
    told: list[tuple[int, int]] = []
    reader(client).live(PERMISSION_SET, (A, B), lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
