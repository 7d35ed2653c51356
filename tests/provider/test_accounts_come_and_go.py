"""Accounts that join a stack's scope, leave it, are suspended or closed: what that does to their assignments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from remit.max_revoke import MaxRevoke
from tests.provider.fake_sso_admin import INSTANCE, PERMISSION_SET, FakeSsoAdmin
from tests.provider.plugin import A, B, C, Plugin, RefusedError, inputs, key, plugin

ID = f"{INSTANCE}|{PERMISSION_SET}"
SETS = [f"{PERMISSION_SET[:-1]}{number}" for number in range(2, 9)]


def the_stack(*scope: str, unmanaged: str = "remove", **more: Any) -> dict[str, Any]:
    """As the program tells the guard of it."""
    wanted: dict[str, Any] = {"instanceArn": INSTANCE, "scope": [*scope], "unmanaged": unmanaged, "assignments": {}}
    return {**wanted, "permissionSetArns": {}, "accountNames": {}, **more}


@pytest.fixture
def sso() -> FakeSsoAdmin:
    return FakeSsoAdmin(permission_sets={PERMISSION_SET, *SETS})


@pytest.fixture
def remit(sso: FakeSsoAdmin) -> Iterator[Plugin]:
    with plugin(sso) as served:
        yield served


class TestAnAccountThatAwsDoesNotFind:
    """Read by account, as it comes once many permission sets were read."""

    @pytest.fixture(autouse=True)
    def others_are_read_first(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.unknown.add(C)
        sso.add(key(A, "g"), key(C, "g"))
        for arn in SETS:
            remit.read(f"{INSTANCE}|{arn}", inputs(permissionSetArn=arn))

    def test_a_refresh_passes_it_over_and_says_so_once(self, remit: Plugin) -> None:
        id_, live, _ = remit.read(ID, inputs(key(A, "g"), key(C, "g")))
        assert id_ == ID
        assert [*live["assignments"]] == [key(A, "g")]
        assert remit.warnings == [f"Identity Center does not know account {C}: what is assigned there is passed over"]

    def test_a_deletion_removes_what_is_elsewhere(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        remit.delete(inputs(key(A, "g"), key(C, "g")))
        assert sso.keys() == {key(C, "g")}


def test_a_permission_set_that_goes_meanwhile_takes_its_assignments_along(sso: FakeSsoAdmin) -> None:
    class Vanishing(FakeSsoAdmin):
        def delete_account_assignment(self, **call: str) -> dict[str, object]:
            self.permission_sets.clear()
            return super().delete_account_assignment(**call)

    sso = Vanishing()
    sso.add(key(A, "g"))
    with plugin(sso) as remit:
        remit.delete(inputs(key(A, "g")))


class TestAPermissionSetThatLeavesTheCatalog:
    def test_accounts_that_left_the_scope_with_it_are_let_go_of(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(key(A, "g"), key(B, "g"), key(B, "by-hand"))
        remit.guard(the_stack(A, C))
        remit.delete(inputs(key(A, "g"), key(B, "g")))
        assert sso.keys() == {key(B, "g"), key(B, "by-hand")}
        assert remit.warnings == [
            f"Engineer, assigned in accounts that left the scope, let go of, and still there:\n  {key(B, 'g')}: label"
        ]

    def test_accounts_that_joined_the_scope_are_none_of_its_own(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(key(A, "g"), key(B, "g"))
        remit.guard(the_stack(A, B))
        remit.delete(inputs(key(A, "g"), scope=(A,)))
        assert sso.keys() == {key(B, "g")}

    @pytest.mark.parametrize(("before", "now"), [("remove", "report"), ("report", "remove")])
    def test_what_was_made_by_hand_goes_only_if_both_runs_remove_it(
        self, remit: Plugin, sso: FakeSsoAdmin, before: str, now: str
    ) -> None:
        sso.add(key(A, "g"), key(A, "by-hand"))
        remit.guard(the_stack(A, unmanaged=now))
        remit.delete(inputs(key(A, "g"), scope=(A,), unmanaged=before))
        assert sso.keys() == {key(A, "by-hand")}

    def test_what_destroys_a_stack_reaches_as_far_as_its_state(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(key(A, "g"), key(B, "g"))
        remit.delete(inputs(key(A, "g"), key(B, "g")))
        assert sso.keys() == set()


class TestAnAccountThatIsSuspended:
    @pytest.fixture
    def sso(self) -> FakeSsoAdmin:
        sso = FakeSsoAdmin()
        sso.add(key(A, "g"), key(B, "g"))
        sso.doomed[key(B, "g")] = "AWS SSO is unable to complete your request at this time."
        return sso

    def test_a_deletion_lets_go_of_it(self, sso: FakeSsoAdmin) -> None:
        with plugin(sso, departed=lambda account: "SUSPENDED" if account == B else "") as remit:
            remit.delete(inputs(key(A, "g"), key(B, "g")))
            assert sso.keys() == {key(B, "g")}
            assert remit.warnings == [
                f"account {B} is SUSPENDED: what is assigned there can't be removed, and is let go of"
            ]

    def test_a_failure_elsewhere_is_one_all_the_same(self, sso: FakeSsoAdmin) -> None:
        sso.doomed[key(A, "g")] = "no"
        with plugin(sso, departed=lambda account: "SUSPENDED" if account == B else "") as remit:
            with pytest.raises(RefusedError, match="1 assignments are still there"):
                remit.delete(inputs(key(A, "g"), key(B, "g")))
            assert remit.warnings == []


class TestAnAccountThatJoinsTheScope:
    """A refresh has read the scope of the last run."""

    OLD, NEW = inputs(key(A, "g"), scope=(A, B)), inputs(key(A, "g"), key(C, "g"))

    @pytest.fixture
    def sso(self) -> FakeSsoAdmin:
        sso = FakeSsoAdmin()
        sso.add(key(A, "g"), key(C, "u-1", "USER"), key(C, "u-2", "USER"))
        return sso

    def test_the_preview_tells_what_was_made_by_hand_there(self, remit: Plugin) -> None:
        found = remit.diff(self.OLD, self.NEW)
        assert found == {"scope[2]": "ADD", f'assignments["{key(C, "g")}"]': "ADD"}
        (warning,) = remit.warnings
        assert warning.splitlines()[0] == "Engineer, made by hand in accounts that join the scope, to be removed:"
        assert [line.split(":")[0].strip() for line in warning.splitlines()[1:]] == [
            key(C, "u-1", "USER"),
            key(C, "u-2", "USER"),
        ]

    def test_the_guard_counts_it(self, sso: FakeSsoAdmin) -> None:
        with plugin(sso, most=MaxRevoke(count=1)) as remit, pytest.raises(RefusedError, match="2 of the 3"):
            remit.diff(self.OLD, self.NEW)

    def test_it_alone_is_read(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        remit.diff(self.OLD, self.NEW)
        assert sso.calls["list_account_assignments"] == 1
        sso.calls.clear()
        remit.update(self.OLD, self.NEW)
        assert sso.calls["list_account_assignments"] == 1, "of the other; what the preview read is not read again"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (OLD, {**NEW, "unmanaged": "report"}),
            (NEW, OLD),
            (OLD, {**NEW, "permissionSetArn": UNKNOWN}),
            (OLD, {**NEW, "permissionSetArn": SETS[0]}),
        ],
    )
    def test_nothing_is_read_where_nothing_there_would_go(
        self, remit: Plugin, sso: FakeSsoAdmin, old: dict[str, Any], new: dict[str, Any]
    ) -> None:
        remit.diff(old, new)
        assert sso.calls.total() == 0

    def test_what_the_run_leaves_as_it_is_does_not_go(self, remit: Plugin) -> None:
        remit.diff(self.OLD, {**self.NEW, "kept": [key(C, "u-1", "USER"), key(C, "u-2", "USER")]})
        assert remit.warnings == []
