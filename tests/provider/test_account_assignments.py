"""What the resource promises, call by call, over a real gRPC channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.rpc import UNKNOWN

from remit.max_revoke import MaxRevoke
from tests.provider.fake_sso_admin import INSTANCE, OTHER_SET, PERMISSION_SET, FakeSsoAdmin
from tests.provider.plugin import A, B, C, Plugin, RefusedError, inputs, key, plugin

ID = f"{INSTANCE}|{PERMISSION_SET}"
ONE, TWO, THREE = key(A, "g-1"), key(B, "g-2"), key(C, "g-3")
BY_HAND = key(A, "u-9", "USER")


@pytest.fixture
def sso() -> FakeSsoAdmin:
    return FakeSsoAdmin()


@pytest.fixture
def remit(sso: FakeSsoAdmin) -> Iterator[Plugin]:
    with plugin(sso) as served:
        yield served


def test_create_makes_every_assignment_and_names_the_resource(remit: Plugin, sso: FakeSsoAdmin) -> None:
    id_, outputs = remit.create(inputs(ONE, TWO))
    assert id_ == ID
    assert sso.keys() == {ONE, TWO}
    assert (outputs["created"], outputs["deleted"], outputs["failed"]) == (2, 0, {})


def test_create_adopts_what_exists_without_a_write(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, TWO)
    _, outputs = remit.create(inputs(ONE, TWO))
    assert sso.writes == 0
    assert outputs["created"] == 0


def test_an_assignment_made_by_hand_is_removed(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, BY_HAND)
    outputs = remit.update(inputs(ONE), inputs(ONE))
    assert sso.keys() == {ONE}
    assert outputs["deleted"] == 1


def test_accounts_out_of_scope_are_neither_read_nor_touched(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, THREE)
    remit.update(inputs(ONE), inputs(scope=(A, B)))
    _, live, _ = remit.read(ID, inputs(scope=(A, B)))
    assert sso.keys() == {THREE}
    assert live["assignments"] == {}


def test_other_permission_sets_are_not_touched(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, permission_set=OTHER_SET)
    remit.create(inputs(TWO))
    assert sso.keys(OTHER_SET) == {ONE}


def test_an_update_starts_from_what_is_live_not_from_the_state(remit: Plugin, sso: FakeSsoAdmin) -> None:
    remit.update(inputs(ONE, TWO), inputs(ONE, TWO))
    assert sso.keys() == {ONE, TWO}


def test_a_preview_writes_nothing(remit: Plugin, sso: FakeSsoAdmin) -> None:
    id_, outputs = remit.create(inputs(ONE), preview=True)
    assert outputs["created"] == UNKNOWN
    assert remit.update(inputs(), inputs(ONE, permissionSetArn=UNKNOWN), preview=True)["permissionSetArn"] == UNKNOWN
    assert id_ == ""
    assert not [call for call in sso.calls if not call.startswith("list")]


def test_refresh_shows_what_came_and_went_and_keeps_the_labels(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, BY_HAND)
    id_, live, outputs = remit.read(ID, inputs(ONE, TWO), {"created": 2, "deleted": 1})
    assert id_ == ID
    assert live["assignments"] == {ONE: "label", BY_HAND: "not in the catalog"}
    assert (outputs["created"], outputs["deleted"]) == (2, 1)
    assert outputs["missingAssignments"] == {TWO: "label"}, "the inputs say what is live, and forget it"
    assert remit.read(ID, live, outputs) == (ID, live, outputs), "also in a second refresh"
    assert remit.diff(live, inputs(ONE, TWO), outputs) == {
        f'assignments["{TWO}"]': "ADD",
        f'assignments["{BY_HAND}"]': "DELETE",
    }


def test_refresh_without_drift_returns_the_state_unchanged(remit: Plugin, sso: FakeSsoAdmin) -> None:
    checked, _ = remit.check(inputs(ONE, TWO))
    _, outputs = remit.create(checked)
    assert remit.read(ID, checked, outputs) == (ID, checked, outputs)


def test_a_refresh_shows_more_than_a_run_may_take_away(sso: FakeSsoAdmin) -> None:
    """The engine asks for a diff after each read; what a run takes away, it is asked after the stack's guard."""
    sso.add(ONE, BY_HAND)
    with plugin(sso, most=MaxRevoke(count=0)) as remit:
        _, live, outputs = remit.read(ID, inputs(ONE))
        assert remit.diff(live, inputs(ONE), outputs) == {f'assignments["{BY_HAND}"]': "DELETE"}
        everything = {"assignments": {"Engineer": {ONE: "label"}}, "permissionSetArns": {}, "accountNames": {}}
        _, refusal = remit.guard({**inputs(), **everything})
        assert "would take away 1 of the 2" in refusal
        with pytest.raises(RefusedError, match="would take away 1 of the 2"):
            remit.diff(live, inputs(ONE), outputs)
    with plugin(sso, most=MaxRevoke(count=0)) as remit, pytest.raises(RefusedError, match="would take away 1 of the 2"):
        remit.diff(live, inputs(ONE), outputs)


def test_a_permission_set_that_is_gone_is_a_resource_that_is_gone(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.permission_sets.clear()
    assert remit.read(ID, inputs(ONE))[0] == ""
    remit.delete(inputs(ONE))


def test_delete_removes_what_was_made_by_hand_too(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, BY_HAND)
    remit.delete(inputs(ONE))
    assert sso.keys() == set()


def test_import_reads_the_accounts_that_the_id_names(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, TWO, THREE)
    id_, live, _ = remit.read(f"{ID}|{A},{B}")
    assert id_ == ID
    assert live["scope"] == [A, B]
    assert set(live["assignments"]) == {ONE, TWO}
    assert sso.writes == 0


def test_import_without_accounts_reads_them_all(remit: Plugin, sso: FakeSsoAdmin) -> None:
    sso.add(ONE, THREE)
    _, live, _ = remit.read(ID)
    assert live["scope"] == [A, C]
    assert remit.diff(live, inputs(ONE, THREE, scope=(A, C))) == {}


def test_import_of_nonsense_says_what_an_id_is(remit: Plugin) -> None:
    with pytest.raises(RefusedError, match=r"INSTANCE-ARN\|PERMISSION-SET-ARN"):
        remit.read("ssoins-1/ps-1")


class TestPartialFailure:
    REASON = "AWS SSO is unable to complete your request: the account is suspended."

    def test_it_carries_the_id_what_succeeded_and_one_reason_each(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.doomed[TWO] = self.REASON
        with pytest.raises(RefusedError) as caught:
            remit.create(inputs(ONE, TWO))
        assert sso.keys() == {ONE}
        assert caught.value.failed.id == ID
        assert list(caught.value.failed.reasons) == [f"account {B}, group g-2: create failed: {self.REASON}"]
        assert caught.value.properties["created"] == 1
        assert caught.value.properties["failed"] == {TWO: f"create: {self.REASON}"}
        assert caught.value.properties["assignments"] == {ONE: "label"}

    def test_the_next_run_sees_it_and_goes_on(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.doomed[TWO] = self.REASON
        with pytest.raises(RefusedError) as caught:
            remit.create(inputs(ONE, TWO))
        sso.doomed.clear()
        state = caught.value.properties
        for inputs_in_state in (inputs(), inputs(ONE, TWO)):  # the engine keeps the old ones, or has the new
            assert remit.diff(inputs_in_state, inputs(ONE, TWO), state) == {f'assignments["{TWO}"]': "ADD"}
        outputs = remit.update(inputs(), inputs(ONE, TWO), state)
        assert (outputs["created"], outputs["failed"]) == (1, {})
        assert "assignments" not in outputs
        assert sso.keys() == {ONE, TWO}

    def test_a_refresh_makes_it_plain_drift(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.doomed[TWO] = self.REASON
        with pytest.raises(RefusedError) as caught:
            remit.create(inputs(ONE, TWO))
        _, live, outputs = remit.read(ID, inputs(ONE, TWO), caught.value.properties)
        assert outputs["failed"] == {}
        assert "missingAssignments" not in outputs, "it was never there"
        assert remit.diff(live, inputs(ONE, TWO), outputs) == {f'assignments["{TWO}"]': "ADD"}

    def test_a_delete_that_fails_leaves_the_resource(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(ONE, TWO)
        sso.doomed[TWO] = self.REASON
        with pytest.raises(RefusedError, match="1 assignments are still there") as caught:
            remit.delete(inputs(ONE, TWO))
        assert caught.value.failed is None
        assert sso.keys() == {TWO}

    def test_an_error_before_any_write_leaves_no_resource(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.denied.add("list_accounts_for_provisioned_permission_set")
        with pytest.raises(RefusedError, match="ListAccountsForProvisionedPermissionSet") as caught:
            remit.create(inputs(ONE))
        assert caught.value.failed is None

    @pytest.mark.parametrize("reason", ["", "Received a 404 status error: Assignment not found."])
    def test_an_assignment_that_is_gone_already_is_deleted(self, remit: Plugin, sso: FakeSsoAdmin, reason: str) -> None:
        sso.add(ONE)
        sso.raced.add(ONE)
        sso.doomed |= {ONE: reason} if reason else {}
        assert remit.update(inputs(ONE), inputs())["deleted"] == 1

    @pytest.mark.parametrize(
        "reason",
        [
            "Obtaining permissions to manage your AWS account '140412345678' is taking longer than usual.",
            "The role with name AWSReservedSSO_Engineer_1 cannot be found. (Status Code: 404; NoSuchEntity)",
            "GROUP not found.",
        ],
    )
    def test_no_word_of_aws_tells_that_an_assignment_is_gone(
        self, remit: Plugin, sso: FakeSsoAdmin, reason: str
    ) -> None:
        sso.add(ONE)
        sso.doomed[ONE] = reason
        with pytest.raises(RefusedError) as caught:
            remit.update(inputs(ONE), inputs())
        assert caught.value.properties["failed"] == {ONE: f"delete: {reason}"}
        assert caught.value.properties["assignments"] == {ONE: "label"}


class TestUnmanagedReport:
    def test_strangers_are_reported_and_left(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(BY_HAND)
        _, outputs = remit.create(inputs(ONE, unmanaged="report"))
        assert sso.keys() == {ONE, BY_HAND}
        assert outputs["unmanagedAssignments"] == {BY_HAND: "not in the catalog"}

    def test_they_make_no_preview_dirty(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(ONE, BY_HAND)
        wanted = inputs(ONE, unmanaged="report")
        _, live, outputs = remit.read(ID, wanted)
        assert outputs["unmanagedAssignments"] == {BY_HAND: "not in the catalog"}
        assert remit.diff(live, wanted, outputs) == {}

    def test_what_the_program_no_longer_wants_is_removed(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(ONE, TWO, BY_HAND)
        remit.update(inputs(ONE, TWO, unmanaged="report"), inputs(ONE, unmanaged="report"))
        assert sso.keys() == {ONE, BY_HAND}

    def test_a_removal_that_failed_stays_ours(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(ONE, TWO)
        sso.doomed[TWO] = "the account is suspended"
        old, new = inputs(ONE, TWO, unmanaged="report"), inputs(ONE, unmanaged="report")
        with pytest.raises(RefusedError) as caught:
            remit.update(old, new)
        sso.doomed.clear()
        _, live, outputs = remit.read(ID, new, caught.value.properties)
        assert remit.diff(live, new, outputs) == {f'assignments["{TWO}"]': "DELETE"}
        remit.update(new, new, caught.value.properties)
        assert sso.keys() == {ONE}

    def test_turning_to_remove_shows_whom_it_will_remove(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(ONE, BY_HAND)
        _, live, outputs = remit.read(ID, inputs(ONE, unmanaged="report"))
        assert remit.diff(live, inputs(ONE), outputs) == {
            "unmanaged": "UPDATE",
            f'unmanagedAssignments["{BY_HAND}"]': "DELETE",
        }

    def test_what_a_first_run_did_not_make_is_whose_who_makes_it(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.doomed[TWO] = "AWS SSO is unable to complete your request."
        first, then = inputs(ONE, TWO, unmanaged="report"), inputs(ONE, unmanaged="report")
        with pytest.raises(RefusedError) as caught:
            remit.create(first)
        sso.add(TWO)  # by hand
        outputs = remit.update(first, then, caught.value.properties)
        assert sso.keys() == {ONE, TWO}
        assert outputs["unmanagedAssignments"] == {TWO: "not in the catalog"}

    def test_turning_to_report_spares_what_a_refresh_found(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(ONE, TWO, BY_HAND)
        _, live, outputs = remit.read(ID, inputs(ONE, TWO))
        assert {*live["assignments"]} == {ONE, TWO, BY_HAND}
        wanted = inputs(ONE, unmanaged="report")
        assert remit.diff(live, wanted, outputs) == {"unmanaged": "UPDATE", f'assignments["{TWO}"]': "DELETE"}
        outputs = remit.update(live, wanted, outputs)
        assert sso.keys() == {ONE, BY_HAND}
        assert outputs["unmanagedAssignments"] == {BY_HAND: "not in the catalog"}

    def test_what_was_made_by_hand_is_ours_once_the_catalog_has_it(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        """Even where the state keeps the inputs of before, because the run that took it over failed elsewhere."""
        sso.add(BY_HAND)
        sso.doomed[TWO] = "no"
        _, live, outputs = remit.read(ID, inputs())
        with pytest.raises(RefusedError) as caught:
            remit.update(live, inputs(BY_HAND, TWO, unmanaged="report"), outputs)
        _, live, outputs = remit.read(ID, {**live, "unmanaged": "report"}, caught.value.properties)
        remit.update(live, inputs(unmanaged="report"), outputs)
        assert sso.keys() == set()

    def test_delete_leaves_them(self, remit: Plugin, sso: FakeSsoAdmin) -> None:
        sso.add(ONE, BY_HAND)
        remit.delete(inputs(ONE, unmanaged="report"))
        assert sso.keys() == {BY_HAND}


def test_after_cancel_nothing_is_read_or_submitted_and_the_state_stays(remit: Plugin, sso: FakeSsoAdmin) -> None:
    remit.call("Cancel", Empty())
    with pytest.raises(RefusedError, match="interrupted") as caught:
        remit.create(inputs(ONE, TWO))
    assert sso.calls["list_account_assignments"] == sso.writes == 0
    assert caught.value.failed is None


def test_what_is_to_be_kept_stays_as_it_is_and_is_told(remit: Plugin, sso: FakeSsoAdmin) -> None:
    """ONE was taken away by hand, BY_HAND given by hand; TWO is new in the catalog, THREE has left it."""
    sso.add(THREE, BY_HAND)
    old, new = inputs(ONE, THREE), inputs(ONE, TWO, kept=[ONE, BY_HAND])
    outputs = remit.update(old, new)
    assert sso.keys() == {TWO, BY_HAND}
    assert [*outputs["unmanagedAssignments"]] == [BY_HAND]
    assert remit.diff(new, new, outputs) == {}
    # A run that keeps nothing shows both, without a refresh.
    both = [f'assignments["{ONE}"]', f'unmanagedAssignments["{BY_HAND}"]']
    assert sorted(remit.diff(new, inputs(ONE, TWO), outputs)) == both
    _, live, seen = remit.read(ID, new, outputs)
    assert "kept" not in live
    assert {*live["assignments"]} == {TWO, BY_HAND}
    assert remit.diff(live, new, seen) == {}, "neither is a change, nor is anything taken away"
    assert {*remit.diff(live, inputs(ONE, TWO), seen)} == {f'assignments["{ONE}"]', f'assignments["{BY_HAND}"]'}


def test_what_one_run_kept_binds_no_other(remit: Plugin, sso: FakeSsoAdmin) -> None:
    """The state's inputs name it still when the permission set leaves the catalog."""
    sso.add(ONE, BY_HAND)
    kept, _ = remit.check(inputs(ONE, kept=[BY_HAND]))
    outputs = remit.update(inputs(ONE), kept)
    assert sso.keys() == {ONE, BY_HAND}
    remit.delete(kept, outputs)
    assert sso.keys() == set()


def test_after_a_failure_the_state_still_knows_what_was_ours(remit: Plugin, sso: FakeSsoAdmin) -> None:
    """So that a later run can tell access that ended from access that somebody gave by hand.

    What is kept and gone is not there: a run that keeps nothing shows it. The inputs of before know it all the same.
    """
    sso.add(THREE, BY_HAND)
    sso.doomed[THREE] = "no"
    with pytest.raises(RefusedError) as failure:
        remit.update(inputs(ONE, THREE), inputs(ONE, kept=[ONE, BY_HAND]))
    left = failure.value.properties["assignments"]
    assert {*left} == {THREE}
    assert f'assignments["{ONE}"]' in remit.diff(inputs(ONE, THREE), inputs(ONE), failure.value.properties)
    assert "not in the catalog" not in left[THREE]
