"""Accounts that join a stack's scope, leave it, are suspended or closed: what that does to their assignments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.provider.fake_sso_admin import INSTANCE, PERMISSION_SET, FakeSsoAdmin
from tests.provider.plugin import A, C, Plugin, inputs, key, plugin

ID = f"{INSTANCE}|{PERMISSION_SET}"
SETS = [f"{PERMISSION_SET[:-1]}{number}" for number in range(2, 9)]


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
